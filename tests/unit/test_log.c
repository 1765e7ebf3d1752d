/* SPDX-License-Identifier: MIT */
/*
 * Logs as frameworks write them, and what becomes of restarts, sparse rows,
 * repeated headers and odd numbers.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "file/input.h"
#include "log/log.h"
#include "log/log_impl.h"
#include "source/source_impl.h"
#include "tap.h"

static struct input file_of(const char *text)
{
	FILE *f = tmpfile();
	struct input in = {.fd = -1, .name = "test"};

	if (!f || fputs(text, f) < 0 || fflush(f))
		abort();
	in.fd = dup(fileno(f));
	fclose(f);
	lseek(in.fd, 0, SEEK_SET);
	return in;
}

static void add_number(struct buf *b, double x)
{
	char out[NUM_DOUBLE_MAX];

	buf_add(b, out, num_from_double(out, x));
}

static struct source *source_of(struct input *in, const struct log_options *opt)
{
	struct source *s;
	struct diag d;

	if (source_open(&s, in, &opt->source, &d) < 0)
		abort();
	return s;
}

/* "NAME step:lr:loss ...", runs joined by "/"; a failure as "!place text". */
static void tape_text(
	struct buf *b, const char *text, const struct log_options *opt)
{
	struct input in = file_of(text);
	struct source *s = NULL;
	struct log log = {0};
	struct diag d = {0};

	b->len = 0;
	if (source_open(&s, &in, &opt->source, &d) < 0 ||
		log_read(&log, s, opt, &d) < 0)
		buf_printf(b, "!%s %s", d.place, d.text);
	for (size_t i = 0; i < log.nrun; i++) {
		buf_printf(b, "%s%s", i ? "/" : "",
			log.run[i].name ? log.run[i].name : "");
		for (size_t j = 0; j < log.run[i].n; j++) {
			buf_addc(b, ' ');
			add_number(b, log.run[i].step[j]);
			buf_addc(b, ':');
			add_number(b, log.run[i].lr[j]);
			buf_addc(b, ':');
			add_number(b, log.run[i].loss ? log.run[i].loss[j] : 0);
		}
	}
	buf_text(b);
	source_close(s);
	log_free(&log);
	input_close(&in);
}

static const struct role_words words = {
	"--lr", "--loss", "--names", "--lr-table FILE", NULL};

static const struct {
	const char *what;
	const char *text;
	struct log_options opt;
	const char *records;
} cases[] = {
	{"Keras CSVLogger",
		"epoch,acc,loss,lr,val_acc,val_loss\r\n"
		"0,0.39,1.65,0.001,0.53,1.32\r\n1,0.57,1.19,0.002,NA,1.01\r\n",
		{0}, " 0:0.001:1.65 1:0.002:1.19"},
	{"Keras 3 and a semicolon",
		"epoch;learning_rate;loss\n0;0.1;2\n1;0.2;1\n", {0},
		" 0:0.1:2 1:0.2:1"},
	{"rates alone, beside a loss that is none",
		"step,loss,lr\n0,x,1\n1,,2\n1,3,\n", {.role.rates_only = true},
		" 0:1:0 1:2:0"},
	{"rates alone that resume higher", "step,lr\n0,1\n1,2\n2,3\n1,5\n2,6\n",
		{.role.rates_only = true}, " 0:1:0 1:5:0 2:6:0"},
	{"rates alone without steps", "lr\n3\n2\n", {.role.rates_only = true},
		" 0:3:0 1:2:0"},
	{"rates alone that are none", "step,lr\n0,\n",
		{.role.rates_only = true},
		"! no step has a rate; expected numbers in both columns"},
	{"rates alone, unknown", "step,x\n0,\n", {.role.rates_only = true},
		"! no column is known to be the lr: step, x; expected "
		"one of them to be named"},
	{"decimal commas", "step;lr;loss\n0;0,1;2,5\n1;1e-1;1.5\n", {0},
		" 0:0.1:2.5 1:0.1:1.5"},
	{"a header that comes again with other columns",
		"step,loss,lr\n0,3,0.1\n1,2,0.2\nstep,acc,lr,loss\n"
		"2,0.5,0.3,1\n",
		{0}, " 0:0.1:3 1:0.2:2 2:0.3:1"},
	{"Lightning metrics.csv: rows of one step are merged",
		"epoch,lr-Adam,step,train/loss,val/loss\r\n"
		"0,0.1,49,,\r\n0,,49,3,\r\n0,,49,,9\r\n0,0.2,99,,\r\n"
		"0,,99,2,\r\n",
		{0}, " 49:0.1:3 99:0.2:2"},
	{"Lightning: the step's loss is taken before the epoch's",
		"step,lr-SGD,train_loss_epoch,train_loss_step\n1,0.1,,5\n"
		"2,0.2,7,6\n",
		{0}, " 1:0.1:5 2:0.2:6"},
	{"Ultralytics: padded names, a sum of losses, one of the rates",
		"     epoch,   train/box_loss,   train/cls_loss,  lr/pg0, "
		"lr/pg1\n"
		"         0,           1.5,       2.25,   0.07,   0.003\n"
		"         1,           1.25,      1.5,   0.04,   0.006\n",
		{.role.loss = "train/box_loss+train/cls_loss",
			.role.lr = "lr/pg1"},
		" 0:0.003:3.75 1:0.006:2.75"},
	{"Flair learning_rate.tsv",
		"ITERATION\tTIMESTAMP\tLEARNING_RATE\tTRAIN_LOSS\n"
		"1\t12:00:01\t1e-07\t2.5\n2\t12:00:02\t2e-07\t2.25\n",
		{0}, " 1:1e-07:2.5 2:2e-07:2.25"},
	{"several runs of one column, interleaved",
		"run,step,lr,loss\na,0,0.1,3\nb,0,0.1,4\na,1,0.2,2\nb,1,0.2,"
		"3\n",
		{.role.run = "run"}, "a 0:0.1:3 1:0.2:2/b 0:0.1:4 1:0.2:3"},
	{"divergence, in the spellings of all",
		"step,lr,loss\n0,1,NaN\n1,2,-nan\n2,3,inf\n3,4,1.#IND\n"
		"4,5,\"tensor(2.5, device='cuda:0')\"\n5,6,tensor(nan)\n",
		{0}, " 0:1:nan 1:2:nan 2:3:inf 3:4:nan 4:5:2.5 5:6:nan"},
	{"missing cells and short rows",
		"step,lr,loss\n0,0.1,3\n1,0.2,\n2,,2\n3,0.4\n4,0.5,None\n"
		"5,0.6,1\n",
		{0}, " 0:0.1:3 5:0.6:1"},
	{"a resumed run: the later row of a step counts",
		"step,lr,loss\n0,0.1,5\n1,0.2,4\n2,0.3,3\n1,0.2,8\n2,0.25,7\n"
		"3,0.4,6\n",
		{0}, " 0:0.1:5 1:0.2:8 2:0.25:7 3:0.4:6"},
	{"a run begun again: the last is read",
		"step,lr,loss\n0,0.1,5\n1,0.2,4\n2,0.3,3\n0,0.1,9\n1,0.2,8\n",
		{0}, " 0:0.1:9 1:0.2:8"},
	{"a batch counter that begins again while the rate rises",
		"batch,lr,loss\n0,0.1,5\n1,0.2,4\n0,0.3,3\n1,0.4,2\n", {0},
		" 0:0.1:5 1:0.2:4 2:0.3:3 3:0.4:2"},
	{"the same where the epoch rises, whatever the rate does",
		"epoch,batch,lr\n0,0,4\n0,5,3\n1,0,2\n1,5,1\n",
		{.role.rates_only = true}, " 0:4:0 5:3:0 10:2:0 15:1:0"},
	{"or by as much as an epoch is known to have",
		"epoch,batch,lr\n0,0,4\n0,8,3\n1,0,2\n1,8,1\n",
		{.role.rates_only = true, .epoch_steps = 12},
		" 0:4:0 8:3:0 12:2:0 20:1:0"},
	{"a resumed run whose epoch falls",
		"epoch,step,lr\n0,0,4\n1,5,3\n1,6,2\n0,3,9\n1,5,1\n",
		{.role.rates_only = true}, " 0:4:0 3:9:0 5:1:0 6:2:0"},
	{"rows out of order", "step,lr,loss\n2,0.3,1\n0,0.1,3\n1,0.2,2\n", {0},
		" 0:0.1:3 1:0.2:2 2:0.3:1"},
	{"losses of one step are averaged, but not with what is none",
		"step,lr,loss\n0,0.1,1\n0,0.1,nan\n0,0.1,4\n1,0.1,inf\n"
		"1,0.1,3\n2,0.1,nan\n",
		{0}, " 0:0.1:2.5 1:0.1:3 2:0.1:nan"},
	{"rows of validation",
		"step,lr,loss,Split\n0,1,2,train\n0,1,9,VAL\n"
		"1,1,3,train\n1,1,9,eval/ema\n1,1,5,latest\n",
		{0}, " 0:1:2 1:1:4"},
	{"epochs that have one row are steps", "epoch,lr,loss\n3,1,2\n4,1,1\n",
		{0}, " 3:1:2 4:1:1"},
	{"and are counted where they have several",
		"epoch,lr,loss\n3,1,2\n3,1,1\n4,1,3\n", {0},
		" 0:1:2 1:1:1 2:1:3"},
	{"but not where only rates are read, and are the same",
		"epoch,lr\n0,4\n0,4\n1,2\n1,2\n1,2\n2,1\n",
		{.role.rates_only = true}, " 0:4:0 1:2:0 2:1:0"},
	{"unless an epoch is known to have several steps",
		"epoch,lr\n0,4\n0,4\n1,2\n1,2\n",
		{.role.rates_only = true, .epoch_steps = 2},
		" 0:4:0 1:4:0 2:2:0 3:2:0"},
	{"parts of epochs are rows", "epoch,lr,loss\n0.5,1,2\n1,1,1\n", {0},
		" 0:1:2 1:1:1"},
	{"unless they are asked for", "epoch,lr\n0.5,1\n1,2\n",
		{.role.rates_only = true, .epoch_parts = true},
		" 0.5:1:0 1:2:0"},
	{"a line that is cut", "step,lr,loss\n0,1,2\n1,2,3\n2,3,1", {0},
		" 0:1:2 1:2:3"},
	{"several points of one step with rates of their own",
		"step,lr,loss\n0,0.1,5\n0,0.2,4\n1,0.3,3\n", {0},
		" 0:0.1:5 0:0.2:4 1:0.3:3"},
	{"accuracies, higher is better",
		"step,lr,loss,accuracy,val_accuracy\n0,0.1,5,0.5,0.4\n",
		{.role.metric = true}, " 0:0.1:-0.5"},
	{"a table of Markdown below a heading, with cells that are empty",
		"# Range test\n\n| step | learning rate | training loss | "
		"validation loss |\n|-----:|:---:|---|---|\n"
		"| 0 | 1e-5 | 2.5 | |\n| 1 | 2e-5 | 2.25 | 3 |\n",
		{0}, " 0:1e-05:2.5 1:2e-05:2.25"},
	{"bars before dicts, on a line of their own or not",
		" 20%|#  | 1/5 [00:01<00:04]\n{'loss': 5, 'lr': 1}\n"
		"{'loss': 4, 'lr': 2}\n 60%|## | 3/5 [00:01<00:04]"
		"{'loss': 3, 'lr': 3}\n 80%|## | 4/5 [00:01<00:04]"
		"{'loss': 2, 'lr': 4}\n 99%|## | 5/5 [00:01<00:04]"
		"{'loss': 1, 'lr': 5}\n",
		{0}, " 0:1:5 1:2:4 2:3:3 3:4:2 4:5:1"},
	{"a step as a list of epoch and iteration",
		"{\"step\": [0, 10], \"lr\": 1, \"loss\": 5}\n"
		"{\"step\": [0, 20], \"lr\": 2, \"loss\": 4}\n"
		"{\"step\": [1, 30], \"lr\": 3, \"loss\": 3}\n"
		"{\"step\": [1, 40], \"lr\": 4, \"loss\": 2}\n"
		"{\"step\": [2, 50], \"lr\": 5, \"loss\": 1}\n",
		{0}, " 10:1:5 20:2:4 30:3:3 40:4:2 50:5:1"},
	{"more records than are enough",
		"step,lr,loss\n0,1,5\n1,3,3\n2,5,2\n3,7,nan\n4,9,1\n",
		{.enough = 3}, " 0:2:4 2:5:2 3:7:nan 4:9:1"},
	{"the same where rows are counted",
		"lr,loss\n1,5\n3,3\n5,2\n7,4\n9,1\n", {.enough = 3},
		" 0:2:4 2:6:3 4:9:1"},
	{"a rate before the line of its step",
		"lr = 1\nstep 0 loss 5\nlr = 2\nstep 1 loss 4\nlr = 3\n"
		"step 2 loss 3\nlr = 4\nstep 3 loss 2\nlr = 5\n"
		"step 4 loss 1\n",
		{0}, " 0:1:5 1:2:4 2:3:3 3:4:2 4:5:1"},
	{"the same where only rates are read",
		"lr = 1\nstep 0 loss 5\nlr = 2\nstep 1 loss 4\nlr = 3\n"
		"step 2 loss 3\nlr = 4\nstep 3 loss 2\nlr = 5\n"
		"step 4 loss 1\n",
		{.role.rates_only = true}, " 0:1:0 1:2:0 2:3:0 3:4:0 4:5:0"},
	{"and behind it, below a step",
		"step 0\nloss 5\nlr = 1\nstep 1\nloss 4\nlr = 2\nstep 2\n"
		"loss 3\nlr = 3\nstep 3\nloss 2\nlr = 4\nstep 4\nloss 1\n"
		"lr = 5\n",
		{.role.rates_only = true}, " 0:1:0 1:2:0 2:3:0 3:4:0 4:5:0"},
	{"columns of one width, and a cell that fills its own",
		"epoch  loss       lr        time\n"
		"0      2.299497   1e-05     00:12\n"
		"1      2.283143   2.031e-05 00:12\n"
		"2      2.100000   0.001     00:12\n",
		{0}, " 0:1e-05:2.299497 1:2.031e-05:2.283143 2:0.001:2.1"},
	{"no header", "0,0.1,5\n1,0.2,4\n", {0},
		"! numbers without names; expected a header such as "
		"step,lr,loss"},
	{"the rate that rises", "step,lr-Adam,lr-SGD,loss\n0,2,1,5\n1,1,2,4\n",
		{0}, " 0:1:5 1:2:4"},
	{"two columns of one name", "step,lr,loss,loss\n0,1,2,3\n", {0},
		" 0:1:2"},
	{"no loss but one of validation", "step,lr,val_loss\n0,1,2\n", {0},
		"! no column is known to be the loss: step, lr, val_loss; "
		"expected one of them to be named"},
	{"a column that is not there", "step,lr,loss\n0,1,2\n",
		{.role.loss = "train"},
		"! no column 'train' for the loss: step, lr, loss; expected "
		"one of these, which are all it has"},
	{"text in the place of a number", "step,lr,loss\n0,0.1,5\n1,0.2,high\n",
		{0}, "!3 loss is 'high'; expected a number"},
	{"more cells than columns", "step,lr,loss\n0,0.1,5,6\n",
		{.role.words = &words},
		"! numbers without names; expected a header such as "
		"step,lr,loss, or --names with those of the columns"},
	{"a rate that is asked for in the words of the caller", "step,x\n0,\n",
		{.role.words = &words, .role.rates_only = true},
		"! no column is known to be the lr: step, x; expected --lr "
		"with one of them, or --lr-table FILE"},
	{"nothing", "", {0},
		"! nothing with a name and a number; expected a log, or a "
		"table with a header"},
	{"a header alone", "step,lr,loss\n", {0},
		"! nothing with a name and a number; expected a log, or a "
		"table with a header"},
	{"no rate at all", "step,lr,loss\n0,,5\n1,,4\n", {0},
		"! no step has both a rate and a loss; expected them in one "
		"row, or in rows of the same step"},
};

static void test_logs(void)
{
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tape_text(&b, cases[i].text, &cases[i].opt);
		is_text(b.data, cases[i].records, cases[i].what);
	}
	buf_free(&b);
}

static const char wandb[] =
	"\"Step\",\"gpt2 - train/loss\",\"gpt2 - train/loss__MIN\","
	"\"gpt2 - train/loss__MAX\"\n\"0\",\"10.5\",\"10.5\",\"10.5\"\n"
	"\"1\",\"6.5\",\"6.5\",\"6.5\"\n\"2\",\"\",\"\",\"\"\n"
	"\"3\",\"5\",\"5\",\"5\"\n";

static void test_rates(void)
{
	struct input in = file_of("step,lr,epoch\n0,0.1,0\n1,0.2,0\n4,1,1\n");
	struct log_options opt = {0};
	struct log_rates *rates;
	struct buf b = {0};
	struct diag d;

	ok(log_rates_read(&rates, &in, &d) == 0, "a table of rates is read");
	is_double(log_rates_at(rates, 1), 0.2, "a rate by step");
	is_double(log_rates_at(rates, 2), NAN, "a step that it has not");
	opt.rates = rates;
	opt.role.no_lr = true;
	tape_text(&b, wandb, &opt);
	is_text(b.data, "gpt2 0:0.1:10.5 1:0.2:6.5",
		"W&B export with --lr-table");
	tape_text(&b, "step,lr,loss\n0,0.10,3\n4,0.99,1\n", &opt);
	is_text(b.data, " 0:0.1:3 4:1:1", "the table wins over the log");
	tape_text(&b, "step,loss\n7,3\n", &opt);
	ok(b.data[0] == '!', "no step of the log in the table");
	log_rates_free(rates);
	input_close(&in);
	buf_free(&b);
}

static void test_bad_rates(void)
{
	static const char *const bad[] = {"", "step,rate\n0,1\n",
		"step,lr\n0,1,2\n", "step,lr\n0\n", "step,lr\n0,x\n",
		"step,lr\n0,nan\n", "step,lr\n1,1\n1,2\n",
		"step,lr\n2,1\n1,2\n", "step,lr,lr\n0,1,1\n"};
	struct log_rates *rates;
	struct diag d;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct input in = file_of(bad[i]);

		ok(log_rates_read(&rates, &in, &d) < 0 &&
				d.class == DIAG_DATA && !rates,
			"a table of rates is read strictly: %s", d.text);
		input_close(&in);
	}
}

static void test_names(void)
{
	static const struct {
		enum pair_role role;
		unsigned rank;
		const char *name;
	} name[] = {
		{PAIR_LR, 0, "lr"},
		{PAIR_LR, 0, "Learning Rate"},
		{PAIR_LR, 0, "learningRate"},
		{PAIR_LR, 0, "train/lr"},
		{PAIR_LR, 0, "L.r."},
		{PAIR_LR, 1, "taux d'apprentissage"},
		{PAIR_LR, 0, "\xe5\xad\xa6\xe4\xb9\xa0\xe7\x8e\x87"},
		{PAIR_LR, 1, "optim/learning_rate_group0"},
		{PAIR_LR, 1, "lr0"},
		{PAIR_LR, 2, "lr-AdamW/pg1"},
		{PAIR_LR, 3, "lr#1"},
		{PAIR_LR, PAIR_RANK_WEAK, "rate"},
		{PAIR_LR, PAIR_RANK_LAST, "base_lr"},
		{PAIR_LR, PAIR_RANK_NONE, "color"},
		{PAIR_LR, PAIR_RANK_NONE, "frame rate"},
		{PAIR_LR, PAIR_RANK_NONE, "eval/lr"},
		{PAIR_LOSS, 0, "Train/Loss"},
		{PAIR_LOSS, 0, "gpt2 - train/loss"},
		{PAIR_LOSS, 0, "loss value"},
		{PAIR_LOSS, 0, "Verlust"},
		{PAIR_LOSS, 1, "total_loss"},
		{PAIR_LOSS, 2, "lm loss"},
		{PAIR_LOSS, 2, "train/CrossEntropyLoss"},
		{PAIR_LOSS, 2, "Cost"},
		{PAIR_LOSS, PAIR_RANK_PART, "box_loss"},
		{PAIR_LOSS, PAIR_RANK_PART, "value loss"},
		{PAIR_LOSS, 6, "loss of the other head here"},
		{PAIR_LOSS, 7, "train bpc"},
		{PAIR_LOSS, 20, "avg_loss"},
		{PAIR_LOSS, 20, "Loss ()"},
		{PAIR_LOSS, 20, "train_loss_epoch"},
		{PAIR_LOSS, PAIR_RANK_NONE, "lm loss scale"},
		{PAIR_LOSS, PAIR_RANK_NONE, "eval_loss"},
		{PAIR_LOSS, PAIR_RANK_NONE, "test0.loss"},
		{PAIR_LOSS, PAIR_RANK_NONE, "gpt2 - train/loss__MIN"},
		{PAIR_LOSS, PAIR_RANK_NONE, "lm loss PPL"},
		{PAIR_LOSS, PAIR_RANK_NONE, "glossary"},
		{PAIR_STEP, 0, "trainer/global_step"},
		{PAIR_STEP, 0, "global_step/max_steps"},
		{PAIR_STEP, 1, "Step"},
		{PAIR_STEP, 1, "\xd0\xa8\xd0\xb0\xd0\xb3"},
		{PAIR_STEP, 3, "num_updates"},
		{PAIR_STEP, 5, "training_iteration"},
		{PAIR_STEP, 6, "NumIters"},
		{PAIR_STEP, 13, "total_timesteps"},
		{PAIR_STEP, PAIR_RANK_LOCAL, "epoch_step"},
		{PAIR_STEP, PAIR_RANK_PROSE, "Finished training step"},
		{PAIR_STEP, PAIR_RANK_NONE, "steps_per_sec"},
		{PAIR_STEP, PAIR_RANK_NONE, "max_steps"},
		{PAIR_STEP, PAIR_RANK_NONE, "step_loss"},
		{PAIR_STEP, PAIR_RANK_NONE, "batch_size"},
		{PAIR_EPOCH, 0, "current_epoch"},
		{PAIR_EPOCH, 1, "Ep."},
		{PAIR_EPOCH, PAIR_RANK_NONE, "epoch time"},
		{PAIR_METRIC, 0, "train/acc"},
		{PAIR_METRIC, 0, "Acc@1"},
		{PAIR_METRIC, 0, "train_acc1"},
		{PAIR_METRIC, PAIR_RANK_PART, "mask_acc"},
		{PAIR_METRIC, PAIR_RANK_NONE, "acc@5"},
		{PAIR_METRIC, PAIR_RANK_NONE, "val_acc"},
		{PAIR_METRIC, PAIR_RANK_NONE, "accelerator"},
		{PAIR_PHASE, 0, "data_split"},
		{PAIR_PHASE, PAIR_RANK_NONE, "data_time"},
		{PAIR_PROCESS, 0, "local_rank"},
		{PAIR_RUN, 0, "run_id"},
	};
	struct pair_meaning m;

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		pair_mean(&m, name[i].name, strlen(name[i].name));
		is_double(m.rank[name[i].role], name[i].rank, name[i].name);
	}
}

/* --- tables and streams -------------------------------------------------- */

static const char two_runs[] =
	"run,step,lr,loss,acc,phase\n"
	"a,0,0.1,3,,train\nb,0,0.1,4,,train\na,1,0.2,2,,train\n"
	"a,1,,9,0.5,val\nb,1,0.2,3,,train\na,2,0.3,1,,train\n"
	"a,1,0.25,1.5,,train\n";

static void add_record(struct buf *b, const struct log_record *r,
	const char *run, const struct log_scalar *scalar)
{
	buf_printf(b, "%s ", run);
	add_number(b, r->step);
	for (size_t i = 0; i < r->n; i++) {
		buf_printf(b, " %s=", scalar[r->value[i].scalar].name);
		add_number(b, r->value[i].value);
	}
	buf_addc(b, ';');
}

/* All that TEXT tells, a record after the other. */
static void table_text(struct buf *b, const char *text)
{
	struct log_options opt = {0};
	struct input in = file_of(text);
	struct source *s = source_of(&in, &opt);
	struct log_table *t;
	struct log_record r;
	struct diag d;
	size_t n;

	b->len = 0;
	if (log_table_read(&t, s, &opt, &d) < 0)
		abort();
	for (int pass = 0; pass < 2; pass++) {
		const struct log *log = log_table_log(t);

		b->len = 0;
		while (log_table_next(t, &r, &d) > 0)
			add_record(b, &r,
				log->run[r.run].name ? log->run[r.run].name
						     : "",
				log_table_scalars(t, &n));
		log_table_rewind(t);
	}
	buf_text(b);
	log_table_free(t);
	source_close(s);
	input_close(&in);
}

static void test_table(void)
{
	struct buf b = {0};

	table_text(&b, two_runs);
	is_text(b.data,
		"a 0 lr=0.1 loss=3;a 1 lr=0.25 loss=1.5 val_loss=9 "
		"val_acc=0.5;a 2 lr=0.3 loss=1;b 0 lr=0.1 loss=4;"
		"b 1 lr=0.2 loss=3;",
		"a table of runs, one resumed, with validation of its own");
	table_text(&b, "reward,episode\n1.5,1\n2.5,2\n");
	is_text(b.data, " 0 reward=1.5 episode=1; 1 reward=2.5 episode=2;",
		"a table without a step, a rate and a loss");
	table_text(&b, "step,tag,value\n1,lr,2\n1,loss,3\n2,lr,4\n2,loss,5\n");
	is_text(b.data, " 1 lr=2 loss=3; 2 lr=4 loss=5;", "a long table");
	buf_free(&b);
}

static void test_stream(void)
{
	struct log_options opt = {0};
	struct input in = file_of(two_runs);
	struct source *s = source_of(&in, &opt);
	struct log_stream *stream;
	struct log_record r;
	struct diag d;
	size_t n = 0, nvalid = 0, loss = 0;

	if (log_stream_open(&stream, s, &opt, &d) < 0)
		abort();
	while (log_stream_next(stream, &r, &d) > 0) {
		n++;
		nvalid += r.is_valid;
	}
	ok(n == 7 && nvalid == 1 && r.lineno == 8, "a stream is all lines");
	while (strcmp(log_stream_scalar(stream, loss)->name, "loss") != 0)
		loss++;
	is_text(log_stream_scalar(stream, loss)->role, "loss", "a role");
	ok(log_stream_scalar(stream, loss)->n == 7 && r.step == 1 &&
			log_stream_nscalar(stream) == 6,
		"what a stream knows in the end");
	log_stream_close(stream);
	source_close(s);
	input_close(&in);
}

/* --- sources ------------------------------------------------------------- */

/* Six lines, as a format might have them that is not text. */
struct counter {
	size_t key[3], n;
	struct pair pair[3];
};

static int count_next(void *state, struct line *ret, struct diag *d)
{
	struct counter *c = state;
	double x = (double)c->n;

	(void)d;
	if (c->n++ == 6)
		return 0;
	for (size_t i = 0; i < 3; i++)
		c->pair[i] = (struct pair){c->key[i],
			i ? x / (double)(2 * i) : x, NAN, NULL, 0, 0};
	*ret = (struct line){.pair = c->pair, .n = 3, .rank = -1};
	return 1;
}

static void count_odd(const void *state, struct line_odd *ret)
{
	ret->cut = ((const struct counter *)state)->n < 6;
}

static void count_close(void *state)
{
	(void)state;
}

static void test_source(void)
{
	static const struct source_calls calls = {
		.next = count_next, .odd = count_odd, .close = count_close};
	static const char *const name[] = {"step", "lr", "loss"};
	struct log_options opt = {0};
	struct counter c = {.n = 0};
	struct pair_keys *keys;
	struct source *s;
	struct log log;
	struct diag d;

	if (pair_keys_new(&keys, &d) < 0)
		abort();
	for (size_t i = 0; i < 3; i++)
		c.key[i] = pair_keys_find(keys, name[i], strlen(name[i]), true);
	if (source_new(&s, keys, &calls, &c, &d) < 0)
		abort();
	ok(log_read(&log, s, &opt, &d) == 0, "a source that is no text");
	ok(log.nrun == 1 && log.run[0].n == 6 && log.run[0].step[5] == 5 &&
			log.run[0].lr[5] == 2.5 && log.run[0].loss[5] == 1.25,
		"has records");
	log_free(&log);
	source_close(s);
}

int main(void)
{
	test_logs();
	test_rates();
	test_bad_rates();
	test_names();
	test_source();
	test_table();
	test_stream();
	return tap_done();
}
