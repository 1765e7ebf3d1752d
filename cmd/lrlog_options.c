/* SPDX-License-Identifier: MIT */
/* lrlog's command line. */
#include <unistd.h>

#include "cli.h"
#include "lrlog.h"
#include "suffix.h"

static const char *const format_name[] = {
	[ROWS_CSV] = "csv",
	[ROWS_JSON] = "json",
	[ROWS_TABLE] = "table",
	[LRLOG_NPY] = "npy",
	NULL,
};

#define AT(member) offsetof(struct lrlog_options, member)

static const struct opt_row row[] = {
	{'f', "format", "FORMAT", OPT_CHOICE, AT(format),
		.help = "csv (default), json (lines), npy, or table, the "
			"default of --list on a terminal",
		.word = format_name},
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write FILE instead of standard output"},
	{'c', "columns", "NAME[,NAME]...", OPT_TEXT, AT(columns),
		.help = "these columns beside the step: names, patterns "
			"(train/*), or lr, loss and val_loss, whatever they "
			"are "
			"called; "
			"default: all"},
	{0, "list", NULL, OPT_FLAG, AT(list),
		.help = "print the names, counts and ranges of what is there"},
	{0, "follow", NULL, OPT_FLAG, AT(follow),
		.help = "write rows as they come while training runs; the "
			"columns are those of the first 1,000"},
	PLOT_OPTIONS(struct lrlog_options,
		"the columns over the step instead, seeds as a band"),
	LOGS_READ_OPTIONS(struct lrlog_options),
	{0, "lr", "COL", OPT_TEXT, AT(log.role.lr),
		.help = "what -c lr means; guessed by name"},
	{0, "loss", "COL[+COL]...", OPT_TEXT, AT(log.role.loss),
		.help = "what -c loss means; guessed by name"},
	{0, "step", "COL", OPT_TEXT, AT(log.role.step),
		.help = "what counts steps; guessed by name"},
	{0, "run", "COL", OPT_TEXT, AT(log.role.run),
		.help = "what tells runs of a log apart; default: nothing"},
	{'q', "quiet", NULL, OPT_FLAG, AT(logs.quiet), .help = "no remarks"},
	{'v', "verbose", NULL, OPT_FLAG, AT(logs.verbose),
		.help = "say what is taken for the step, the rate and the "
			"loss"},
	OPT_COMMON,
};

const struct opt_table lrlog_options = {
	.commands = "lrlog",
	.usage = "Usage: lrlog [OPTION]... [[LABEL:]FILE|DIR]...\n"
		 "Print what is in training logs of any format, a row for each "
		 "step.\n"
		 "DIR stands for the runs in it; '-' or none is standard "
		 "input.\n",
	.row = row,
	.operand = opt_files,
};

static int check(const struct lrlog_options *o)
{
	bool is_picture = o->plot.wanted;
	int status = plot_check(&o->plot);

	if (status >= 0)
		return status;
	if (is_picture && (o->list || o->follow))
		return cli_usage("--plot with --%s; expected one of them",
			o->list ? "list" : "follow");
	if (o->list && o->follow)
		return cli_usage("--list with --follow; expected one of them");
	if (is_picture && o->format >= 0)
		return cli_usage("--plot prints no rows; expected no --format");
	if (o->plot.file && o->output)
		return cli_usage("--plot=FILE prints nothing; expected no -o");
	if (o->follow && o->output)
		return cli_usage("--follow with -o, a file that is there once "
				 "it is complete; expected > FILE");
	if (o->follow && o->noperand > 1)
		return cli_usage(
			"--follow with %zu logs; expected one", o->noperand);
	if (o->list && o->columns)
		return cli_usage("--list shows all columns; expected no "
				 "--columns");
	return -1;
}

static int check_format(struct lrlog_options *o)
{
	int status = o->plot.wanted ? -1
				    : suffix_format(&o->format, format_name,
					      o->output);

	if (status >= 0)
		return status;
	if (o->format == LRLOG_NPY && (o->list || o->follow))
		return cli_usage("--%s has names in it, npy only numbers; "
				 "expected --format csv, json or table",
			o->list ? "list" : "follow");
	if (o->format == ROWS_TABLE && o->follow)
		return cli_usage("a table is written when all of it is known; "
				 "expected --format csv or json with --follow");
	o->log.runs_apart = true;
	if (o->format < 0 && !o->list)
		o->format = ROWS_CSV;
	if (o->plot.wanted && !o->columns)
		o->columns = "loss";
	return -1;
}

int lrlog_options_parse(struct lrlog_options *o, int argc, char *argv[])
{
	static const struct role_words words = {.columns = "--names"};
	int status;

	*o = (struct lrlog_options){.format = -1, .log.role.words = &words};
	status = opt_parse(&lrlog_options, o, argc, argv);
	if (status >= 0)
		return status;
	o->operand = opt_operands(argc, argv, &o->noperand);
	o->log.role.sums_only = o->log.role.all = true;
	status = logs_opts_finish(&o->logs, &o->log);
	if (status < 0)
		status = check(o);
	return status < 0 ? check_format(o) : status;
}
