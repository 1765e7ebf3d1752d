/* SPDX-License-Identifier: MIT */
/*
 * lrsched: the value of a schedule at every step, as CSV.
 */
#include <unistd.h>

#include "base/diag.h"
#include "cli.h"
#include "file/output.h"
#include "lrsched.h"
#include "sched/sched.h"
#include "suffix.h"

static const struct cli_tool tool = {"lrsched", CLI_TROUBLE};

#define AT(member) offsetof(struct lrsched_opts, member)

static const struct opt_row row[] = {
	SCHEDULE_OPTIONS(struct lrsched_opts),
	{'s', "start", "START", OPT_TEXT, AT(start),
		.help = "first step printed (default 0)"},
	{'k', "every", "EVERY", OPT_TEXT, AT(every),
		.help = "print every EVERY-th step (default 1)"},
	{0, "rows", "R", OPT_WHOLE, AT(rows),
		.help = "print R rows, also past the end",
		.max = SCHED_STEPS_MAX},
	{0, "at", "STEP", OPT_TEXT, AT(at),
		.help = "print just the value at STEP; rows for A,B,C; - adds "
			"columns to the table on standard input"},
	{0, "accum", "A", OPT_WHOLE, AT(accum),
		.help = "print each row A times; adds the column micro",
		.min = 1, .max = LRSCHED_ACCUM_MAX},
	{'c', "columns", "NAME,...", OPT_TEXT, AT(columns),
		.help = "print these columns (default all)"},
	{'H', "no-header", NULL, OPT_FLAG, AT(no_header),
		.help = "print no header"},
	{'f', "format", "FORMAT", OPT_CHOICE, AT(format),
		.help = "csv (default), tsv, json (lines) or npy",
		.word = lrsched_format_name},
	{0, "f32", NULL, OPT_FLAG, AT(f32), .help = "round values to float32"},
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE"},
	{'q', "quiet", NULL, OPT_FLAG, AT(quiet), .help = "no remarks"},
	{'v', "verbose", NULL, OPT_FLAG, AT(verbose),
		.help = "also name the files that a script's imports come to"},
	{'T', "threads", "N", OPT_WHOLE, AT(threads),
		.help = "threads, 0 for all processors (large tables: 0)",
		.max = OPT_THREADS_MAX},
	PLOT_OPTIONS(struct lrsched_opts, "the schedules"),
	{0, "log", NULL, OPT_FLAG, AT(log), .help = "with logarithmic values"},
	{0, "explain", NULL, OPT_FLAG, AT(explain),
		.help = "print the resolved segments instead"},
	{0, "rates", NULL, OPT_FLAG, AT(rates),
		.help = "print just the rates of probe:RUNSxSTEPS,lr=RATE"},
	{0, "list", NULL, OPT_FLAG, AT(list),
		.help = "print shapes, keys and formulas; SPEC is then a part "
			"of their names"},
	{0, "warmup", "STEPS", OPT_REFUSED,
		.help = "expected the word warmup:STEPS"},
	{0, "warmup-steps", "STEPS", OPT_REFUSED,
		.help = "expected the word warmup:STEPS"},
	{0, "min-lr", "LR", OPT_REFUSED,
		.help = "expected it in the words: cos::LR or cos,to=LR"},
	{0, "lr_scheduler_type", "NAME", OPT_REFUSED,
		.help = "expected a trainer's flags as one word after --"},
	OPT_COMMON,
};

const struct opt_table lrsched_options = {
	.commands = "lrsched",
	.usage = "Usage: lrsched [OPTION]... SPEC...\n"
		 "Print a learning-rate schedule, a row of CSV for each step.\n"
		 "SPEC is words, SHAPE[:LENGTH[:TO]][,KEY=VALUE]..., laid end "
		 "to end:\n"
		 "  lrsched -n 10000 -l 0.1 warmup:500 cos\n"
		 "LENGTH, START, EVERY and STEP are steps, 50% (of N) or 5ep "
		 "(epochs).\n"
		 "SPEC vs NAME=SPEC... prints a column for each schedule.\n",
	.row = row,
	.operand = opt_spec,
};

/* Returns -1 to go on, or the status to exit with. */
static int parse_options(struct lrsched_opts *o, int argc, char *argv[])
{
	int status = opt_parse(&lrsched_options, o, argc, argv);

	cli_quiet(o->quiet);
	o->word = argv + optind;
	o->nword = (size_t)(argc - optind);
	return status;
}

/* A picture is of steps and values; nothing else of a table is in it. */
static int check_plot(struct lrsched_opts *o)
{
	const struct opt_given output = {.name = "-o", .value = o->output};
	struct plot_opts as = o->plot;
	struct diag d;

	if (!o->plot.wanted && o->log)
		return cli_usage("--log without --plot; expected both");
	if (!o->plot.wanted)
		return plot_check(&o->plot);
	if (o->at || o->explain || o->list || o->format >= 0 || o->no_header ||
		o->accum)
		return cli_usage("--plot draws; expected it without --at, "
				 "--explain, --list, -f, -H and --accum");
	if (o->plot.file && o->output)
		return cli_usage("--plot=FILE and -o; expected one of them");
	/* A picture's suffix asks for that picture, not for text. */
	if (o->output && plot_take(&as, &output, &d) == 0) {
		o->plot = as;
		o->output = NULL;
	}
	return -1;
}

static int check_options(struct lrsched_opts *o)
{
	int status = -1;

	o->sched.later = o->start || o->at;
	o->sched.ends = !o->at && o->rows == LRSCHED_ALL_ROWS && !o->explain;
	if (o->list && o->nword > 1)
		return cli_usage("--list takes one pattern");
	if (!o->list && !o->nword)
		return cli_usage(
			"no schedule; expected words such as cos:1000");
	if (o->at && (o->start || o->every || o->rows != LRSCHED_ALL_ROWS ||
			     o->explain))
		return cli_usage("--at says which steps; expected it without "
				 "-s, -k, --rows and --explain");
	if ((o->list || o->explain) && (o->at || o->format >= 0 || o->accum))
		return cli_usage("%s is text for reading; expected it without "
				 "--at, -f and --accum",
			o->list ? "--list" : "--explain");
	if (!o->list && !o->explain && !o->at && !o->plot.wanted)
		status = suffix_format(
			&o->format, lrsched_format_name, o->output);
	if (status >= 0)
		return status;
	if (o->rates && (o->list || o->explain))
		return cli_usage("--rates with %s; expected one of them",
			o->list ? "--list" : "--explain");
	if (o->rates && o->format >= 0 && lrsched_is_probe(o))
		return cli_usage("--rates with -f %s; expected it without: "
				 "they are numbers, one a line",
			lrsched_format_name[o->format]);
	if (o->rates && !lrsched_is_probe(o))
		return cli_usage("--rates is for the rates of a probe alone; "
				 "expected --rates probe:4x200,lr=RATE");
	return check_plot(o);
}

/* Returns -1 to go on, or the status to exit with. */
static int make_plan(struct lrsched_plan *p, const struct lrsched_opts *o)
{
	bool asked[SPEC_DEFINES_MAX] = {false};
	struct diag d;

	if (lrsched_plan(p, o, &d))
		return p->nschedule ? schedule_fail(lrsched_plan_failed(p), &d)
				    : cli_fail(&d);
	for (size_t i = 0; i < p->nschedule && !o->explain; i++)
		if (schedule_note(&p->schedule[i].spec, &o->sched)) {
			diag_nomem(&d, 0);
			return cli_fail(&d);
		}
	for (size_t i = 0; i < p->nschedule && o->verbose; i++)
		schedule_note_files(&p->schedule[i].spec);
	for (size_t i = 0; i < p->nschedule; i++)
		schedule_mark_asked(asked, &p->schedule[i].spec, &o->sched);
	schedule_note_unused(asked, &p->schedule[0].spec, &o->sched);
	return -1;
}

static int write_all(const struct lrsched_opts *o, struct lrsched_plan *p,
	struct output *out, struct diag *d)
{
	if (o->list)
		return lrsched_list(o->nword ? o->word[0] : NULL, out, d);
	if (lrsched_is_probe(o))
		return lrsched_probe(o, out, d);
	if (o->plot.wanted)
		return lrsched_plot(p, o, out, d);
	if (o->explain)
		return lrsched_explain(p, o, out, d);
	if (p->rows == LRSCHED_TABLE)
		return lrsched_join(p, o, out, d);
	return p->rows == LRSCHED_ONE ? lrsched_one(p, out, d)
				      : lrsched_rows(p, o, out, d);
}

static int run(const struct lrsched_opts *o, struct lrsched_plan *p)
{
	const char *file = o->plot.file ? o->plot.file : o->output;
	struct output out;
	struct diag d;

	for (size_t i = 0; i < p->nschedule; i++)
		if (schedule_check_output(&p->schedule[i].spec, file, &d))
			return cli_fail(&d);
	if (cli_output_open(&out, file, &d))
		return cli_fail(&d);
	if (write_all(o, p, &out, &d)) {
		cli_output_abort(&out);
		return cli_fail(&d);
	}
	return cli_output_commit(&out, &d) ? cli_fail(&d) : CLI_DONE;
}

int main(int argc, char *argv[])
{
	struct lrsched_opts opts = {
		.sched = SCHEDULE_DEFAULTS(lrsched_names),
		.rows = LRSCHED_ALL_ROWS,
		.threads = LRSCHED_AUTO_THREADS,
		.format = -1,
	};
	struct lrsched_plan plan = {0};
	int status;

	cli_init(&tool);
	status = parse_options(&opts, argc, argv);
	if (status < 0)
		status = check_options(&opts);
	if (status < 0 && !opts.list && !lrsched_is_probe(&opts))
		status = make_plan(&plan, &opts);
	if (status < 0)
		status = run(&opts, &plan);
	lrsched_plan_free(&plan);
	return status;
}
