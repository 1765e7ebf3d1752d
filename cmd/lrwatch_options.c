/* SPDX-License-Identifier: MIT */
/* lrwatch's command line. */
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "cli.h"
#include "logs.h"
#include "lrwatch.h"
#include "suffix.h"

static const char *const mode_name[] = {
	[WATCH_AUTO] = "auto", [WATCH_MIN] = "min", [WATCH_MAX] = "max", NULL};

/* A table would wait for the last row. */
static const char *const format_name[] = {
	[ROWS_CSV] = "csv", [ROWS_JSON] = "json", NULL};

/* A TAKE: one more --metric. */
static int take_metric(void *at, const struct opt_given *g, struct diag *d)
{
	struct lrwatch_options *o = at;

	if (o->nmetric == LRWATCH_METRICS_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s more than %d times; expected that many at most",
			g->name, LRWATCH_METRICS_MAX);
	if (!*g->value || *g->value == '=' ||
		g->value[strlen(g->value) - 1] == '=')
		return diag_set(d, DIAG_USAGE,
			"%s '%s'; expected EXPR or NAME=EXPR", g->name,
			g->value);
	o->metric[o->nmetric++] = g->value;
	return 0;
}

#define AT(member) offsetof(struct lrwatch_options, member)

static const struct opt_row row[] = {
	{0, "metric", "EXPR", OPT_CALL, 0,
		.help = "the column to watch, or arithmetic over columns; "
			"NAME=EXPR is what policies call NAME",
		.take = take_metric},
	{0, "mode", "auto|min|max", OPT_CHOICE, AT(mode),
		.help = "whether lower or higher is better, where a policy "
			"does not say",
		.word = mode_name},
	{'l', "lr", "LR", OPT_NUMBER, AT(sched.lr),
		.help = "the rate that training begins with", .lo = DBL_MIN,
		.hi = DBL_MAX},
	{0, "scale", "SPEC", OPT_TEXT, AT(scale), .word = opt_spec,
		.help = "multiply the rate by a schedule, as lrsched takes it"},
	{0, "cycle", "SPEC", OPT_TEXT, AT(cycle), .word = opt_spec,
		.help = "mark the rows where a cycle of a schedule ends"},
	{'n', "steps", "N", OPT_TEXT, AT(sched.steps),
		.help = "length of the schedules"},
	{'e', "epoch-steps", "E", OPT_TEXT, AT(sched.epoch_steps),
		.help = "steps per epoch, for the schedules"},
	{0, "count", "step|epoch", OPT_CHOICE, AT(sched.count),
		.help = "what the schedules and the log's steps count",
		.word = schedule_count_name},
	{'D', "define", "NAME=VALUE", OPT_CALL, AT(sched),
		.help = "a name that calls may use",
		.take = schedule_take_define},
	LOGS_READ_OPTIONS(struct lrwatch_options),
	{0, "step", "COL", OPT_TEXT, AT(log.role.step),
		.help = "what counts steps; guessed by name"},
	{0, "stop-file", "FILE", OPT_TEXT, AT(stop_file), .word = opt_files,
		.help = "make FILE at a stop, for a trainer that looks"},
	{'f', "format", "FORMAT", OPT_CHOICE, AT(format),
		.help = "csv or json (lines); default: csv",
		.word = format_name},
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write FILE, once all is read"},
	{0, "list", NULL, OPT_FLAG, AT(list),
		.help = "print the policies that are known"},
	{'q', "quiet", NULL, OPT_FLAG, AT(quiet), .help = "no remarks"},
	OPT_COMMON,
};

const struct opt_table lrwatch_options = {
	.commands = "lrwatch",
	.usage = "Usage: lrwatch [OPTION]... [POLICY]... [FILE]\n"
		 "Watch a metric that comes row by row, and say with each row "
		 "what POLICY\n"
		 "does: lower the rate, save a checkpoint, stop.  POLICY is a "
		 "call as it\n"
		 "stands in a script, ReduceLROnPlateau(opt, patience=5), "
		 "@SCRIPT, or words,\n"
		 "stop,patience=20.  FILE is a log; '-' or none is standard "
		 "input.\n",
	.row = row,
	.operand = opt_files,
};

void lrwatch_options_init(struct lrwatch_options *o)
{
	*o = (struct lrwatch_options){
		.sched = SCHEDULE_DEFAULTS(lrwatch_names), .format = -1};
}

/* Policies and the file among N operands, in any order. */
static int sort_operands(struct lrwatch_options *o, char *arg[], size_t n)
{
	static char dash[] = "-";

	o->policy = arg;
	for (size_t i = 0; i < n; i++) {
		if (arg[i][0] == '@' || watch_is_policy(arg[i])) {
			arg[o->npolicy++] = arg[i];
			continue;
		}
		if (o->file)
			return cli_usage("'%s' and '%s': two files; expected "
					 "one, and policies that --list shows",
				o->file, arg[i]);
		o->file = arg[i];
	}
	if (!o->file)
		o->file = dash;
	return -1;
}

int lrwatch_options_parse(struct lrwatch_options *o, int argc, char *argv[])
{
	int status = opt_parse(&lrwatch_options, o, argc, argv);

	if (status >= 0)
		return status;
	o->log.source.live = true;
	status = logs_opts_finish(
		&(struct logs_opts){.quiet = o->quiet}, &o->log);
	if (status < 0)
		status = suffix_format(&o->format, format_name, o->output);
	if (status >= 0)
		return status;
	if (o->format < 0)
		o->format = ROWS_CSV;
	if (o->sched.count == SPEC_SAMPLES)
		return cli_usage("--count sample; expected step or epoch");
	if (!o->scale && !o->cycle && (o->sched.steps || o->sched.epoch_steps))
		return cli_usage("%s without --scale or --cycle, which it is "
				 "about; expected one",
			o->sched.steps ? "-n" : "-e");
	if (!o->scale && !o->cycle && o->sched.count != SPEC_STEPS)
		return cli_usage("--count %s without --scale or --cycle, which "
				 "it is about; expected one",
			schedule_count_name[o->sched.count]);
	return sort_operands(o, argv + optind, (size_t)(argc - optind));
}
