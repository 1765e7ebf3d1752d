/* SPDX-License-Identifier: MIT */
/*
 * A trainer with a text interface that knows nothing of schedules or pruning:
 * rows "step,lr" come in, one update is made per row, rows "step,lr,loss" go
 * out.  The step alone chooses the mini-batch (epoch = step / steps per epoch,
 * each epoch shuffled from the seed), so a run that stops and resumes with its
 * weights and momentum gives the same bytes as one that never stopped.  Where
 * the rows have a run, each begins with the network as the first one did.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "mlp.h"

#define METRICS \
	"epoch,step,val_loss,val_error,worst_sensitivity,worst_specificity"

struct options {
	const char *data, *load, *save, *momentum_load, *momentum_save;
	const char *mask, *metrics;
	uint64_t seed, batch;
	double lr, momentum;
};

static const struct options defaults = {
	.data = "digits.csv",
	.seed = 1,
	.batch = 32,
	.lr = 0.01,
	.momentum = 0.9,
};

/* The order of the images in the epoch that the last step fell in. */
struct epoch {
	uint64_t number, nsteps; /* nsteps per epoch; the last may be short */
	const struct image *order[IMAGES_MAX];
};

static void help(void)
{
	printf("Usage: train [options] < schedule.csv > log.csv\n\n"
	       "Trains a %d-%d-%d-%d network on two images of three, one "
	       "update per row of the\nschedule (columns step, lr, momentum), "
	       "and validates on the third.\nA column run begins anew with "
	       "each run.\n\n",
		MLP_INPUTS, MLP_HIDDEN1, MLP_HIDDEN2, MLP_CLASSES);
	printf("  --data FILE           the images (%s)\n"
	       "  --seed N              of weights and shuffling (%" PRIu64
	       ")\n"
	       "  --batch N             images per update (%" PRIu64 ")\n"
	       "  --lr LR               without a column lr (%g)\n"
	       "  --momentum M          without a column momentum (%g)\n",
		defaults.data, defaults.seed, defaults.batch, defaults.lr,
		defaults.momentum);
	printf("  --load FILE           start from these weights\n"
	       "  --save FILE           write the final weights\n"
	       "  --momentum-load FILE  start from this momentum\n"
	       "  --momentum-save FILE  write the final momentum\n"
	       "  --mask FILE           hold weights whose bit is 0 at zero\n"
	       "  --metrics FILE        after each epoch and at the end:\n"
	       "                        epoch, step, val_loss, val_error, "
	       "and of the worst\n"
	       "                        class sensitivity, specificity\n"
	       "  --help                show this\n");
}

static void parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"data", 1, NULL, 'd'},
		{"seed", 1, NULL, 's'}, {"batch", 1, NULL, 'b'},
		{"lr", 1, NULL, 'r'}, {"momentum", 1, NULL, 'm'},
		{"load", 1, NULL, 'l'}, {"save", 1, NULL, 'w'},
		{"momentum-load", 1, NULL, 'L'},
		{"momentum-save", 1, NULL, 'W'}, {"mask", 1, NULL, 'k'},
		{"metrics", 1, NULL, 'e'}, {"help", 0, NULL, 'h'},
		{NULL, 0, NULL, 0}};
	const char *a;
	int c;

	*o = defaults;
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		a = optarg;
		switch (c) {
		case 'd': o->data = a; break;
		case 's':
			o->seed = whole(a, 0, INT64_MAX, NULL, "--seed");
			break;
		case 'b':
			o->batch = whole(a, 1, IMAGES_MAX, NULL, "--batch");
			break;
		case 'r': o->lr = number(a, 0, 1e9, NULL, "--lr"); break;
		case 'm':
			o->momentum = number(a, 0, 1, NULL, "--momentum");
			break;
		case 'l': o->load = a; break;
		case 'w': o->save = a; break;
		case 'L': o->momentum_load = a; break;
		case 'W': o->momentum_save = a; break;
		case 'k': o->mask = a; break;
		case 'e': o->metrics = a; break;
		case 'h': help(); exit(0);
		default: exit(2);
		}
	}
	if (optind < argc)
		die("unexpected argument '%s'; try --help", argv[optind]);
}

static void load(struct mlp *net, const struct options *o)
{
	struct store_error err = {0};

	mlp_init(net, o->seed);
	if ((o->load && store_load(o->load, net->weight, &err)) ||
		(o->momentum_load &&
			store_load(o->momentum_load, net->velocity, &err)) ||
		(o->mask && store_load_mask(o->mask, net->keep, &err)))
		die("%s", err.text);
	net->masked = o->mask;
	mlp_apply_mask(net);
}

static void save(const struct mlp *net, const struct options *o)
{
	struct store_error err = {0};

	if ((o->save && store_save(o->save, net->weight, &err)) ||
		(o->momentum_save &&
			store_save(o->momentum_save, net->velocity, &err)))
		die("%s", err.text);
}

/* Shuffles the training images for epoch NUMBER (Fisher and Yates). */
static void shuffle(
	struct epoch *e, const struct data *d, uint64_t seed, uint64_t number)
{
	uint64_t state = seed;

	state = splitmix64(&state) + number;
	e->number = number;
	memcpy(e->order, d->train, sizeof(e->order));
	for (int i = d->ntrain - 1; i > 0; i--) {
		uint64_t draw = splitmix64(&state) >> 32;
		uint64_t j = draw * (uint64_t)(i + 1) >> 32;
		const struct image *swap = e->order[i];

		e->order[i] = e->order[j];
		e->order[j] = swap;
	}
}

static float update(struct mlp *net, struct epoch *e, const struct data *d,
	const struct options *o, const struct row *row)
{
	int at = (int)(row->step % e->nsteps * o->batch);
	int n = d->ntrain - at;

	if (row->step / e->nsteps != e->number)
		shuffle(e, d, o->seed, row->step / e->nsteps);
	if (n > (int)o->batch)
		n = (int)o->batch;
	return mlp_step(
		net, e->order + at, n, (float)row->lr, (float)row->momentum);
}

/* A float's nine digits; nan without the sign that its bits may carry. */
static void print_number(FILE *f, double v, char after)
{
	if (isnan(v))
		fprintf(f, "nan%c", after);
	else
		fprintf(f, "%.9g%c", v, after);
}

/* Of 0 cases, all. */
static double part(int n, int of)
{
	return of ? (double)n / of : 1;
}

/*
 * A class's sensitivity is the part of its images that are found, its
 * specificity the part of the others that are not taken for it; of each, that
 * of the class where it is lowest.
 */
static void write_metrics(
	FILE *f, const struct mlp *net, const struct data *d, const char *when)
{
	struct mlp_score s = {0};
	double sensitivity = 1, specificity = 1;
	int n = d->ncheck, right = 0;

	mlp_score(net, d->check, n, &s);
	for (int c = 0; c < MLP_CLASSES; c++) {
		int others = n - s.count[c], wrong = s.taken[c] - s.right[c];

		right += s.right[c];
		sensitivity = fmin(sensitivity, part(s.right[c], s.count[c]));
		specificity = fmin(specificity, part(others - wrong, others));
	}
	fputs(when, f);
	print_number(f, s.loss / n, ',');
	print_number(f, part(n - right, n), ',');
	print_number(f, sensitivity, ',');
	print_number(f, specificity, '\n');
}

/* Metrics follow each epoch's last step and the last row, if there is one. */
static void run(struct mlp *net, const struct data *d, const struct options *o,
	FILE *metrics)
{
	struct epoch e = {.number = UINT64_MAX};
	struct row row = {.lr = o->lr, .momentum = o->momentum};
	struct schedule s;
	char lr[32], when[64] = ",,";
	bool due = true;

	e.nsteps = ((uint64_t)d->ntrain + o->batch - 1) / o->batch;
	snprintf(lr, sizeof(lr), "%.9g", o->lr);
	row.lr_text = lr;
	schedule_open(&s, stdin, "<stdin>");
	puts(s.run < 0 ? "step,lr,loss" : "run,step,lr,loss");
	while (schedule_next(&s, &row)) {
		float loss;

		if (row.is_first)
			load(net, o);
		loss = update(net, &e, d, o, &row);
		if (s.run >= 0)
			printf("%s,", row.run);
		printf("%" PRIu64 ",%s,", row.step, row.lr_text);
		print_number(stdout, (double)loss, '\n');
		snprintf(when, sizeof(when), "%" PRIu64 ",%" PRIu64 ",",
			e.number, row.step);
		due = row.step % e.nsteps != e.nsteps - 1;
		if (metrics && !due)
			write_metrics(metrics, net, d, when);
	}
	if (metrics && due)
		write_metrics(metrics, net, d, when);
	schedule_close(&s);
}

static void finish(FILE *f, const char *name)
{
	int bad = ferror(f);

	if (fclose(f) || bad)
		die("%s: %s", name, strerror(errno));
}

int main(int argc, char **argv)
{
	static struct data data;
	static struct mlp net;
	struct options o;
	FILE *metrics = NULL;

	parse(argc, argv, &o);
	data_read(o.data, &data);
	load(&net, &o);
	if (o.metrics) {
		metrics = fopen(o.metrics, "w");
		if (!metrics)
			die("%s: %s", o.metrics, strerror(errno));
		fputs(METRICS "\n", metrics);
	}
	run(&net, &data, &o, metrics);
	if (metrics)
		finish(metrics, o.metrics);
	save(&net, &o);
	finish(stdout, "<stdout>");
	return 0;
}
