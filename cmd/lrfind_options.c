/* SPDX-License-Identifier: MIT */
/* lrfind's command line. */
#include <float.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "lrfind.h"
#include "suffix.h"

/* A curve has no more to say with more of them. */
#define RECORDS_ENOUGH ((size_t)1 << 19)

static const char *const format_name[] = {
	[ROWS_CSV] = "csv",
	[ROWS_JSON] = "json",
	[ROWS_TABLE] = "table",
	[LRFIND_ARGS] = "args",
	[LRFIND_ENV] = "env",
	[LRFIND_VALUE] = "value",
	[LRFIND_CURVE] = "curve",
	[LRFIND_REPORT] = "report",
	NULL,
};
static const char *const use_name[] = {
	[USE_CLR] = "clr",
	[USE_ONECYCLE] = "onecycle",
	[USE_CONST] = "const",
	NULL,
};

static const char *const ci_name[] = {"80", "90", NULL};

static const char *const stage_name[] = {
	[STAGE_AUTO] = "auto",
	[STAGE_RANGE] = "range",
	[STAGE_PROBE] = "probe",
	NULL,
};

/* lr_max/lr_min of each use. */
static const double use_ratio[] = {
	[USE_CLR] = 4,
	[USE_ONECYCLE] = 20,
	[USE_CONST] = 1,
};

/* "all" and the methods, as lrfind_options_init() finds them. */
static const char *method_name[32];

static int take_method(void *at, const struct opt_given *g, struct diag *d)
{
	const struct curve_method **ret = at;
	int i;

	if (opt_choose(&i, method_name, g, d))
		return -1;
	*ret = i ? &curve_methods[i - 1] : NULL;
	return 0;
}

static int take_ci(void *at, const struct opt_given *g, struct diag *d)
{
	static const unsigned ci[] = {80, 90};
	int i;

	if (opt_choose(&i, ci_name, g, d))
		return -1;
	*(unsigned *)at = ci[i];
	return 0;
}

static int take_skip(void *at, const struct opt_given *g, struct diag *d)
{
	struct lrfind_skip *s = at;
	size_t n = strlen(g->value);
	uint64_t count;
	char number[32];

	double part;

	*s = (struct lrfind_skip){0};
	if (num_scan_double(g->value, n, &part) == n && part > 0 && part < 1)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is less than a point; expected %g%%, or a "
			"number of points",
			g->name, g->value, part * 100);
	if (n < 2 || n >= sizeof(number) || g->value[n - 1] != '%') {
		if (num_arg_u64(g->name, g->value, 0, UINT32_MAX, &count, d))
			return -1;
		s->n = (size_t)count;
		return 0;
	}
	memcpy(number, g->value, n - 1);
	number[n - 1] = '\0';
	return num_arg_double(g->name, number, 0, 100, &s->percent, d);
}

#define AT(member) offsetof(struct lrfind_options, member)

static const struct opt_row row[] = {
	{'f', "format", "FORMAT", OPT_CHOICE, AT(format),
		.help = "report (or table), csv, json (lines), args, env, "
			"value (the suggestion alone) or curve (its points); "
			"default: report on a terminal, csv elsewhere",
		.word = format_name},
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write FILE instead of standard output"},
	{'m', "method", "NAME", OPT_CALL, AT(method),
		.help = "one of those below, or all (centre)",
		.word = method_name, .take = take_method},
	{0, "use", "USE", OPT_CHOICE, AT(for_use),
		.help = "clr: lr_max/lr_min = 4; onecycle: 20; const: one rate",
		.word = use_name},
	{0, "ratio", "R", OPT_NUMBER, AT(use.ratio), .help = "lr_max/lr_min",
		.lo = 1, .hi = 1e9},
	{0, "stage", "STAGE", OPT_CHOICE, AT(stage),
		.help = "range: all inputs are range tests; probe: runs at "
			"constant rates; auto: found",
		.word = stage_name},
	{0, "ci", "PERCENT", OPT_CALL, AT(use.ci),
		.help = "interval of the suggestion: 80 or 90 (default)",
		.word = ci_name, .take = take_ci},
	{0, "strict", NULL, OPT_FLAG, AT(use.strict),
		.help = "give no answer of low confidence"},
	{0, "higher-is-better", NULL, OPT_FLAG, AT(log.role.metric),
		.help = "the loss is an accuracy"},
	{0, "loss-kind", "KIND", OPT_CALL, AT(losses),
		.help = "what the losses are: auto, raw, epoch-mean[:N], "
			"mean:N, ema:B or median:N (auto)",
		.word = lrfind_losses_word, .take = lrfind_take_losses},
	{0, "shift", "K", OPT_NUMBER, AT(shift),
		.help = "each loss is that of the rate K updates before",
		.lo = -1e6, .hi = 1e6},
	{0, "check", NULL, OPT_FLAG, AT(check),
		.help = "only say whether it is a valid range test"},
	{0, "follow", NULL, OPT_FLAG, AT(follow),
		.help = "read a test that still runs, until it is over"},
	{0, "stop-file", "FILE", OPT_TEXT, AT(stop_file), .word = opt_files,
		.help = "with --follow: written then, for the trainer"},
	{0, "skip-start", "N[%]", OPT_CALL, AT(skip_start),
		.help = "points to leave out at the start (0)",
		.take = take_skip},
	{0, "skip-end", "N[%]", OPT_CALL, AT(skip_end),
		.help = "and at the end (0)", .take = take_skip},
	{0, "lr", "COL", OPT_TEXT, AT(log.role.lr),
		.help = "column of rates; guessed by name"},
	{0, "loss", "EXPR", OPT_TEXT, AT(log.role.loss),
		.help = "column of losses, or arithmetic over columns "
			"(val_loss+0.1*sparsity); guessed by name"},
	{0, "step", "COL", OPT_TEXT, AT(log.role.step),
		.help = "column of steps; guessed by name"},
	{0, "run", "COL", OPT_TEXT, AT(log.role.run),
		.help = "column that tells runs apart (run, run_id, trial)"},
	{0, "lr-table", "FILE", OPT_TEXT, AT(rates), .word = opt_files,
		.help = "the rate by step, from lrsched"},
	{0, "lr-spec", "SPEC", OPT_TEXT, AT(spec), .word = opt_spec,
		.help = "the same of a schedule, as lrsched takes it"},
	{'n', "steps", "N", OPT_TEXT, AT(sched.steps),
		.help = "its length, if it has none"},
	{'l', "base-lr", "LR", OPT_NUMBER, AT(sched.lr),
		.help = "its base rate, what 1x means", .lo = DBL_MIN,
		.hi = DBL_MAX},
	{'e', "epoch-steps", "E", OPT_TEXT, AT(sched.epoch_steps),
		.help = "its steps per epoch"},
	{'D', "define", "NAME=VALUE", OPT_CALL, AT(sched),
		.help = "a name that its calls may use",
		.take = schedule_take_define},
	PLOT_OPTIONS(struct lrfind_options, "losses, smoothed, and the answer"),
	LOGS_OPTIONS(struct lrfind_options),
	OPT_COMMON,
};

static void add_methods(struct buf *b)
{
	buf_adds(b, "\nMethods:\n");
	for (const struct curve_method *m = curve_methods; m->name; m++)
		buf_printf(b, "  %-15s %s\n", m->name, m->summary);
}

const struct opt_table lrfind_options = {
	.commands = "lrfind",
	.usage = "Usage: lrfind [OPTION]... [FILE]...\n"
		 "Read logs of learning-rate range tests and print the rates "
		 "they support.\n"
		 "FILE is a log of any framework: a table, JSON, or text; '-' "
		 "or none is\n"
		 "standard input.\n",
	.row = row,
	.operand = opt_files,
	.tail = add_methods,
};

void lrfind_options_init(struct lrfind_options *o)
{
	static const struct role_words words = {"--lr", "--loss", "--names",
		"--lr-table FILE",
		.metric = "--higher-is-better for an accuracy"};

	method_name[0] = "all";
	for (int i = 0; curve_methods[i].name; i++)
		method_name[i + 1] = curve_methods[i].name;
	*o = (struct lrfind_options){
		.format = -1,
		.method = curve_methods,
		.for_use = USE_CLR,
		.log = {.role.words = &words, .enough = RECORDS_ENOUGH},
		.use.ci = 90,
		.sched = SCHEDULE_DEFAULTS(lrfind_names),
	};
}

static int check(struct lrfind_options *o)
{
	int status;

	if (o->for_use == USE_CONST && o->use.ratio > 0)
		return cli_usage("--ratio with --use const; expected one of "
				 "them: const has one rate");
	if (o->use.strict && o->method && o->method != curve_methods)
		return cli_usage("--strict with --method %s, which has no "
				 "confidence; expected --method %s",
			o->method->name, curve_methods->name);
	if (o->rates && o->log.role.lr)
		return cli_usage("--lr with --lr-table; expected one of them");
	if (o->spec && (o->rates || o->log.role.lr))
		return cli_usage("--lr-spec with %s; expected one of them",
			o->rates ? "--lr-table" : "--lr");
	if (!o->spec && schedule_given(&o->sched))
		return cli_usage("%s without --lr-spec; expected both",
			schedule_given(&o->sched));
	status = plot_check(&o->plot);
	if (status >= 0)
		return status;
	if (o->plot.wanted && o->logs.list_columns)
		return cli_usage("--plot with --list-columns; expected one");
	return plot_check_table(&o->plot, &o->format, "report");
}

static int check_follow(const struct lrfind_options *o)
{
	if (o->stop_file && !o->follow)
		return cli_usage("--stop-file without --follow; expected both");
	if (o->follow && o->nfile > 1)
		return cli_usage(
			"--follow with %zu logs; expected one", o->nfile);
	if (o->follow && (o->log.role.run || o->logs.list_columns))
		return cli_usage("--follow with %s; expected one of them",
			o->log.role.run ? "--run" : "--list-columns");
	return -1;
}

/* args, env and value have one answer. */
static int check_format(const struct lrfind_options *o)
{
	if (o->check && o->format >= (int)ROWS_NFORMAT)
		return cli_usage("--check has no such format; expected "
				 "--format csv, json or table");
	if (o->check && (!o->method || o->plot.wanted || o->logs.list_columns))
		return cli_usage("--check with %s; expected one of them",
			!o->method       ? "--method all"
			: o->plot.wanted ? "--plot"
					 : "--list-columns");
	if (o->format < (int)ROWS_NFORMAT)
		return -1;
	if (!o->method)
		return cli_usage("--method all has several answers; expected "
				 "--format report or csv");
	if (o->logs.list_columns)
		return cli_usage("--list-columns has no such format; expected "
				 "--format csv, json or table");
	return -1;
}

int lrfind_options_parse(struct lrfind_options *o, int argc, char *argv[])
{
	int status = opt_parse(&lrfind_options, o, argc, argv);

	if (status < 0)
		status = logs_opts_finish(&o->logs, &o->log);
	if (o->format == LRFIND_REPORT)
		o->format = ROWS_TABLE;
	if (status < 0)
		status = check(o);
	if (status < 0)
		status = suffix_format(&o->format, format_name, o->output);
	if (status >= 0)
		return status;
	o->log.source.live = o->follow;
	o->use.constant = o->for_use == USE_CONST;
	if (!(o->use.ratio > 0))
		o->use.ratio = use_ratio[o->for_use];
	o->file = opt_operands(argc, argv, &o->nfile);
	status = check_follow(o);
	return status < 0 ? check_format(o) : status;
}
