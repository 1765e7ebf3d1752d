/* SPDX-License-Identifier: MIT */
/*
 * Logs as frameworks write them, and what becomes of restarts, sparse rows,
 * repeated headers and odd numbers.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "base/num.h"
#include "log/log.h"
#include "log/log_impl.h"
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

/* "NAME step:lr:loss ...", runs joined by "/"; a failure as "!place text". */
static void log_text(
	struct buf *b, const char *text, const struct log_options *opt)
{
	struct input in = file_of(text);
	struct log log;
	struct diag d = {0};

	b->len = 0;
	if (log_read(&log, &in, opt, &d) < 0)
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
	buf_terminate(b);
	log_free(&log);
	input_close(&in);
}

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
		"step,loss,lr\n0,x,1\n1,,2\n1,3,\n", {.rates_only = true},
		" 0:1:0 1:2:0"},
	{"rates alone that resume higher", "step,lr\n0,1\n1,2\n2,3\n1,5\n2,6\n",
		{.rates_only = true}, " 0:1:0 1:5:0 2:6:0"},
	{"rates alone without steps", "lr\n3\n2\n", {.rates_only = true},
		" 0:3:0 1:2:0"},
	{"rates alone that are none", "step,lr\n0,\n", {.rates_only = true},
		"! no step has a rate; expected numbers in both columns"},
	{"rates alone, unknown", "step,x\n0,\n", {.rates_only = true},
		"!1 no column is known to be the lr: step, x; expected "
		"--lr-column with one of them"},
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
		{.loss = "train/box_loss+train/cls_loss", .lr = "lr/pg1"},
		" 0:0.003:3.75 1:0.006:2.75"},
	{"Flair learning_rate.tsv",
		"ITERATION\tTIMESTAMP\tLEARNING_RATE\tTRAIN_LOSS\n"
		"1\t12:00:01\t1e-07\t2.5\n2\t12:00:02\t2e-07\t2.25\n",
		{0}, " 1:1e-07:2.5 2:2e-07:2.25"},
	{"several runs of one column, interleaved",
		"run,step,lr,loss\na,0,0.1,3\nb,0,0.1,4\na,1,0.2,2\nb,1,0.2,"
		"3\n",
		{.run = "run"}, "a 0:0.1:3 1:0.2:2/b 0:0.1:4 1:0.2:3"},
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
		{.rates_only = true}, " 0:4:0 5:3:0 10:2:0 15:1:0"},
	{"or by as much as an epoch is known to have",
		"epoch,batch,lr\n0,0,4\n0,8,3\n1,0,2\n1,8,1\n",
		{.rates_only = true, .epoch_steps = 12},
		" 0:4:0 8:3:0 12:2:0 20:1:0"},
	{"a resumed run whose epoch falls",
		"epoch,step,lr\n0,0,4\n1,5,3\n1,6,2\n0,3,9\n1,5,1\n",
		{.rates_only = true}, " 0:4:0 3:9:0 5:1:0 6:2:0"},
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
		{.rates_only = true}, " 0:4:0 1:2:0 2:1:0"},
	{"unless an epoch is known to have several steps",
		"epoch,lr\n0,4\n0,4\n1,2\n1,2\n",
		{.rates_only = true, .epoch_steps = 2},
		" 0:4:0 1:4:0 2:2:0 3:2:0"},
	{"parts of epochs are rows", "epoch,lr,loss\n0.5,1,2\n1,1,1\n", {0},
		" 0:1:2 1:1:1"},
	{"unless they are asked for", "epoch,lr\n0.5,1\n1,2\n",
		{.rates_only = true, .epoch_parts = true}, " 0.5:1:0 1:2:0"},
	{"a line that is cut", "step,lr,loss\n0,1,2\n1,2,3\n2,3,1", {0},
		" 0:1:2 1:2:3"},
	{"several points of one step with rates of their own",
		"step,lr,loss\n0,0.1,5\n0,0.2,4\n1,0.3,3\n", {0},
		" 0:0.1:5 0:0.2:4 1:0.3:3"},
	{"accuracies, higher is better",
		"step,lr,loss,accuracy,val_accuracy\n0,0.1,5,0.5,0.4\n",
		{.metric = true}, " 0:0.1:-0.5"},
	{"no header", "0,0.1,5\n1,0.2,4\n", {0},
		"!1 a row of numbers; expected the names of the columns"},
	{"two candidates", "step,lr-Adam,lr-SGD,loss\n", {0},
		"!1 several columns may be the lr: lr-Adam, lr-SGD; expected "
		"--lr with one of them"},
	{"two columns of one name", "step,lr,loss,loss\n0,1,2,3\n",
		{.loss = "loss"}, "!1 2 columns named 'loss'; expected one"},
	{"the same, guessed", "step,lr,loss,loss\n0,1,2,3\n", {0},
		"!1 several columns may be the loss: loss, loss; expected "
		"--loss with one of them"},
	{"no loss but one of validation", "step,lr,val_loss\n", {0},
		"!1 no column is known to be the loss: step, lr, val_loss; "
		"expected --loss with one of them"},
	{"a column that is not there", "step,lr,loss\n", {.loss = "train"},
		"!1 no column 'train' for the loss: step, lr, loss; expected "
		"one of these, which are all it has"},
	{"text in the place of a number", "step,lr,loss\n0,0.1,5\n1,0.2,high\n",
		{0}, "!3 loss is 'high'; expected a number"},
	{"more cells than columns", "step,lr,loss\n0,0.1,5,6\n", {0},
		"!2 4 cells; expected 3, as in the header (decimal commas "
		"need ; between the cells)"},
	{"nothing", "", {0}, "! nothing; expected a table with a header"},
	{"a header alone", "step,lr,loss\n", {0},
		"! no row after the header; expected a log"},
	{"no rate at all", "step,lr,loss\n0,,5\n1,,4\n", {0},
		"! no step has both a rate and a loss; expected them in one "
		"row, or in rows of the same step, or --lr-table FILE"},
};

static void test_logs(void)
{
	struct buf b = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_text(&b, cases[i].text, &cases[i].opt);
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
	log_text(&b, wandb, &opt);
	is_text(b.data, " 0:0.1:10.5 1:0.2:6.5", "W&B export with --lr-table");
	log_text(&b, "step,lr,loss\n0,0.10,3\n4,0.99,1\n", &opt);
	is_text(b.data, " 0:0.1:3 4:1:1", "the table wins over the log");
	log_text(&b, "step,loss\n7,3\n", &opt);
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
		enum log_role role;
		const char *name;
		unsigned fit;
	} name[] = {
		{ROLE_LR, "lr", 2},
		{ROLE_LR, "Learning Rate", 2},
		{ROLE_LR, "learning_rate", 2},
		{ROLE_LR, "lr-AdamW/pg1", 1},
		{ROLE_LR, "train/lr", 2},
		{ROLE_LR, "base_lr", 0},
		{ROLE_LR, "color", 0},
		{ROLE_LOSS, "lm loss", 2},
		{ROLE_LOSS, "Train/Loss", 2},
		{ROLE_LOSS, "lm loss scale", 0},
		{ROLE_LOSS, "loss_scale", 0},
		{ROLE_LOSS, "eval_loss", 0},
		{ROLE_LOSS, "gpt2 - train/loss", 1},
		{ROLE_LOSS, "gpt2 - train/loss__MIN", 0},
		{ROLE_LOSS, "glossary", 0},
		{ROLE_METRIC, "acc", 2},
		{ROLE_METRIC, "train/acc", 2},
		{ROLE_METRIC, "top1_acc", 1},
		{ROLE_METRIC, "train Acc@1", 1},
		{ROLE_METRIC, "train_acc1", 1},
		{ROLE_METRIC, "prec1", 1},
		{ROLE_METRIC, "top5_acc", 0},
		{ROLE_METRIC, "acc@5", 0},
		{ROLE_METRIC, "val_acc", 0},
		{ROLE_METRIC, "accelerator", 0},
		{ROLE_RUN, "run_id", 49},
		{ROLE_RUN, "runtime", 0},
	};

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		ok(log_name_fit(name[i].role, name[i].name,
			   strlen(name[i].name)) == name[i].fit,
			"'%s' as %s", name[i].name,
			log_role_name(name[i].role));
	ok(log_name_fit(ROLE_STEP, "step", 4) >
			log_name_fit(ROLE_STEP, "iteration", 9),
		"step is a better step than iteration");
}

int main(void)
{
	test_logs();
	test_rates();
	test_bad_rates();
	test_names();
	return tap_done();
}
