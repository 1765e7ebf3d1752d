/* SPDX-License-Identifier: MIT */
/*
 * lrsched: the value of a schedule at every step, as CSV.
 */
#include "lrsched.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/output.h"
#include "cli.h"
#include "plot.h"

static const struct cli_tool tool = {"lrsched", CLI_TROUBLE};

static const char help[] =
	"Usage: lrsched [OPTION]... SPEC...\n"
	"Print a learning-rate schedule, a row of CSV for each step.\n"
	"SPEC is words, SHAPE[:LENGTH[:TO]][,KEY=VALUE]..., laid end to end:\n"
	"  lrsched -n 10000 -l 0.1 warmup:500 cos\n"
	"LENGTH, START, EVERY and STEP are steps, 50% (of N) or 5ep (epochs).\n"
	"\n"
	"  -n, --steps N            length: steps, 32ep (epochs) or 4c "
	"(cycles);\n"
	"                           default: the schedule's own\n"
	"  -s, --start START        first step printed (default 0)\n"
	"  -k, --every EVERY        print every EVERY-th step (default 1)\n"
	"      --rows R             print R rows, also past the end\n"
	"  -l, --lr LR              base rate, what 1x means (default 1, and "
	"the\n"
	"                           column that depends on it is named "
	"factor)\n"
	"  -e, --epoch-steps E      steps per epoch, or SAMPLES/BATCH "
	"(rounded\n"
	"                           up) or SAMPLES//BATCH (down); adds a "
	"column\n"
	"      --batch B            scale the base rate by B/B0 ...\n"
	"      --ref-batch B0       ... for this reference batch\n"
	"      --scale linear|sqrt  or by its root (default linear)\n"
	"  -D, --define NAME=VALUE  a number that calls may use by name\n"
	"      --at STEP            print just the value at STEP\n"
	"      --accum A            print each row A times; adds the column "
	"micro\n"
	"  -c, --columns NAME,...   print these columns (default all)\n"
	"  -H, --no-header          print no header\n"
	"  -f, --format FORMAT      csv (default), tsv, json (lines) or "
	"npy\n"
	"      --f32                round values to float32\n"
	"  -o, --output FILE        write to FILE\n"
	"  -T, --threads N          threads, 0 for all processors (large "
	"tables: 0)\n"
	"      --plot[=FILE]        draw: svg, png or pdf by FILE's suffix, "
	"or text;\n"
	"                           SPEC vs SPEC ... are drawn together\n"
	"      --log                with logarithmic values\n"
	"      --explain            print the resolved segments instead\n"
	"      --list               print shapes, keys and formulas; SPEC is "
	"then\n"
	"                           a part of their names\n" CLI_HELP_TAIL;

enum {
	OPT_ROWS = SCHEDULE_OPT_END,
	OPT_AT,
	OPT_ACCUM,
	OPT_F32,
	OPT_PLOT,
	OPT_LOG,
	OPT_EXPLAIN,
	OPT_LIST,
};

static const char optstring[] = ":" SCHEDULE_OPTSTRING "s:k:c:Hf:o:T:hV";
static const struct option longopts[] = {
	SCHEDULE_LONGOPTS,
	{"start", required_argument, NULL, 's'},
	{"every", required_argument, NULL, 'k'},
	{"rows", required_argument, NULL, OPT_ROWS},
	{"at", required_argument, NULL, OPT_AT},
	{"accum", required_argument, NULL, OPT_ACCUM},
	{"f32", no_argument, NULL, OPT_F32},
	{"columns", required_argument, NULL, 'c'},
	{"no-header", no_argument, NULL, 'H'},
	{"format", required_argument, NULL, 'f'},
	{"output", required_argument, NULL, 'o'},
	{"threads", required_argument, NULL, 'T'},
	{"plot", optional_argument, NULL, OPT_PLOT},
	{"log", no_argument, NULL, OPT_LOG},
	{"explain", no_argument, NULL, OPT_EXPLAIN},
	{"list", no_argument, NULL, OPT_LIST},
	CLI_LONGOPTS,
	{NULL, 0, NULL, 0},
};

/* Where an option that takes a value keeps it, or NULL. */
static const char **value_of(struct lrsched_opts *o, int c)
{
	switch (c) {
	case 's': return &o->start;
	case 'k': return &o->every;
	case OPT_ROWS: return &o->rows;
	case OPT_AT: return &o->at;
	case OPT_ACCUM: return &o->accum;
	case 'T': return &o->threads;
	case 'c': return &o->columns;
	case 'f': return &o->format;
	case 'o': return &o->output;
	default: return NULL;
	}
}

/* Returns -1 to go on, or the status to exit with. */
static int parse_options(struct lrsched_opts *o, int argc, char *argv[])
{
	const char **value;
	int c;

	while ((c = getopt_long(argc, argv, optstring, longopts, NULL)) != -1) {
		if (schedule_option(&o->sched, c, optarg))
			continue;
		value = value_of(o, c);
		if (value) {
			*value = optarg;
			continue;
		}
		switch (c) {
		case 'H': o->no_header = true; break;
		case OPT_F32: o->f32 = true; break;
		case OPT_PLOT:
			o->plot = true;
			o->plot_file = optarg;
			break;
		case OPT_LOG: o->log = true; break;
		case OPT_EXPLAIN: o->explain = true; break;
		case OPT_LIST: o->list = true; break;
		case 'h': return cli_help(help);
		case 'V': return cli_version();
		default: return cli_bad_option(c, argv);
		}
	}
	o->word = argv + optind;
	o->nword = (size_t)(argc - optind);
	return -1;
}

static bool is_vs(const char *word)
{
	return strcmp(word, "vs") == 0;
}

/* A picture is of steps and values; nothing else of a table is in it. */
static int check_plot(const struct lrsched_opts *o)
{
	struct diag d;
	size_t i;

	for (i = 0; i < o->nword; i++)
		if (is_vs(o->word[i]) && (!o->plot || !i || i + 1 == o->nword ||
						 is_vs(o->word[i + 1])))
			return cli_usage("vs stands between two schedules of "
					 "--plot; expected them");
	if (!o->plot)
		return o->log ? cli_usage("--log without --plot; expected both")
			      : -1;
	if (o->at || o->explain || o->list || o->format || o->no_header ||
		o->accum)
		return cli_usage("--plot draws; expected it without --at, "
				 "--explain, --list, -f, -H and --accum");
	if (o->plot_file && o->output)
		return cli_usage("--plot=FILE and -o; expected one of them");
	return o->plot_file && plot_check(o->plot_file, &d) ? cli_fail(&d) : -1;
}

static int check_options(const struct lrsched_opts *o)
{
	if (o->list && o->nword > 1)
		return cli_usage("--list takes one pattern");
	if (!o->list && !o->nword)
		return cli_usage(
			"no schedule; expected words such as cos:1000");
	if (o->at && (o->start || o->every || o->rows || o->explain))
		return cli_usage("--at prints one value; expected it without "
				 "-s, -k, --rows and --explain");
	if ((o->list || o->explain) && (o->at || o->format || o->accum))
		return cli_usage("%s is text for reading; expected it without "
				 "--at, -f and --accum",
			o->list ? "--list" : "--explain");
	if (o->at && o->columns && strchr(o->columns, ','))
		return cli_usage("--at prints one value; expected one column");
	return check_plot(o);
}

/* A plan for each of the schedules, which only --plot has several of. */
struct plans {
	struct lrsched_plan *plan;
	size_t n;
};

static int make_plans(struct plans *p, const struct lrsched_opts *o)
{
	struct lrsched_opts one = *o;
	size_t n = 1, end = 0, i;
	struct diag d;

	for (i = 0; i < o->nword; i++)
		n += is_vs(o->word[i]);
	p->plan = calloc(n, sizeof(*p->plan));
	if (!p->plan)
		return diag_nomem(&d, n * sizeof(*p->plan)), cli_fail(&d);
	for (p->n = 0; p->n < n; end++) {
		one.word = o->word + end;
		for (i = end; end < o->nword && !is_vs(o->word[end]);)
			end++;
		one.nword = end - i;
		if (lrsched_plan(&p->plan[p->n++], &one, &d))
			return schedule_fail(&p->plan[p->n - 1].sched, &d);
	}
	return -1;
}

static void free_plans(struct plans *p)
{
	while (p->n > 0)
		lrsched_plan_free(&p->plan[--p->n]);
	free(p->plan);
}

static int write_all(const struct lrsched_opts *o, const struct plans *p,
	struct output *out, struct diag *d)
{
	if (o->list)
		return lrsched_list(o->nword ? o->word[0] : NULL, out, d);
	if (o->plot)
		return lrsched_plot(p->plan, p->n, o, out, d);
	if (o->explain)
		return lrsched_explain(p->plan, out, d);
	return o->at ? lrsched_one(p->plan, out, d)
		     : lrsched_rows(p->plan, out, d);
}

static int run(const struct lrsched_opts *o, const struct plans *p)
{
	struct output out;
	struct diag d;

	if (cli_output_open(&out, o->plot_file ? o->plot_file : o->output, &d))
		return cli_fail(&d);
	if (write_all(o, p, &out, &d)) {
		cli_output_abort(&out);
		return cli_fail(&d);
	}
	return cli_output_commit(&out, &d) ? cli_fail(&d) : CLI_DONE;
}

int main(int argc, char *argv[])
{
	struct lrsched_opts opts = {0};
	struct plans plans = {0};
	int status;

	cli_init(&tool);
	status = parse_options(&opts, argc, argv);
	if (status < 0)
		status = check_options(&opts);
	if (status < 0 && !opts.list)
		status = make_plans(&plans, &opts);
	if (status < 0)
		status = run(&opts, &plans);
	free_plans(&plans);
	return status;
}
