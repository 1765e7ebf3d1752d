/* SPDX-License-Identifier: MIT */
/* lrcheck's command line. */
#include <unistd.h>

#include "cli.h"
#include "lrcheck.h"
#include "suffix.h"

#define TOLERANCE 1e-6

static const char *const format_name[] = {
	[ROWS_CSV] = "csv",
	[ROWS_JSON] = "json",
	[ROWS_TABLE] = "table",
	[LRCHECK_ROWS] = "rows",
	NULL,
};

#define AT(member) offsetof(struct lrcheck_options, member)

static const struct opt_row row[] = {
	{'s', "spec", "SPEC", OPT_TEXT, AT(spec), .word = opt_spec,
		.help = "words or a framework's call, as lrsched takes them"},
	SCHEDULE_OPTIONS(struct lrcheck_options),
	{0, "tol", "T", OPT_NUMBER, AT(tol),
		.help = "relative difference that counts as none", .lo = 0,
		.hi = 1},
	{0, "origin", "STEP", OPT_NUMBER, AT(origin),
		.help = "the logged step that is the schedule's 0",
		.lo = -0x1p53, .hi = 0x1p53},
	{0, "lr-column", "COL", OPT_TEXT, AT(log.role.lr),
		.help = "column of rates; guessed by name"},
	{0, "step", "COL", OPT_TEXT, AT(log.role.step),
		.help = "column of steps; guessed by name"},
	{0, "run", "COL", OPT_TEXT, AT(log.role.run),
		.help = "column that tells runs apart; default: none"},
	{'f', "format", "FORMAT", OPT_CHOICE, AT(format),
		.help = "csv, json (lines), table or rows, which have each "
			"rate beside the expected; default: table on a "
			"terminal, csv elsewhere",
		.word = format_name},
	PLOT_OPTIONS(struct lrcheck_options, "logged and expected rates"),
	{0, "join", NULL, OPT_FLAG, AT(join),
		.help = "the files are one log, in their order"},
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write FILE instead of standard output"},
	LOGS_OPTIONS(struct lrcheck_options),
	OPT_COMMON,
};

const struct opt_table lrcheck_options = {
	.commands = "lrcheck",
	.usage = "Usage: lrcheck -s SPEC [OPTION]... [RUN]...\n"
		 "       lrcheck [OPTION]... [RUN]...\n"
		 "Say whether runs followed the schedule SPEC or, without it, "
		 "which one\n"
		 "they followed.  RUN is a log of any framework: a table, "
		 "JSON, or text;\n"
		 "'-' or none is standard input.\n",
	.row = row,
	.operand = opt_files,
};

void lrcheck_options_init(struct lrcheck_options *o)
{
	static const struct role_words words = {
		.lr = "--lr-column", .columns = "--names"};

	*o = (struct lrcheck_options){.sched = SCHEDULE_DEFAULTS(lrcheck_names),
		.tol = TOLERANCE,
		.format = -1,
		.log.role = {.words = &words, .rates_only = true}};
}

/* What only says what SPEC means is no help in finding one. */
static int check_spec(const struct lrcheck_options *o)
{
	const char *given = schedule_given(&o->sched);

	if (o->spec || !given)
		return -1;
	return cli_usage(
		"%s without -s; expected -s SPEC, which it is about", given);
}

int lrcheck_options_parse(struct lrcheck_options *o, int argc, char *argv[])
{
	int status = opt_parse(&lrcheck_options, o, argc, argv);

	if (status < 0)
		status = logs_opts_finish(&o->logs, &o->log);
	if (status >= 0)
		return status;
	if (o->logs.list_columns && o->format == LRCHECK_ROWS)
		return cli_usage("--list-columns has no such format; expected "
				 "--format csv, json or table");
	if (o->format == LRCHECK_ROWS)
		suffix_note(o->output, "csv");
	else
		status = suffix_format(&o->format, rows_format_name, o->output);
	o->file = opt_operands(argc, argv, &o->nfile);
	if (status < 0)
		status = plot_check(&o->plot);
	if (status < 0)
		status = plot_check_table(&o->plot, &o->format, "table");
	return status < 0 ? check_spec(o) : status;
}
