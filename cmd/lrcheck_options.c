/* SPDX-License-Identifier: MIT */
/* lrcheck's command line. */
#include <float.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cli.h"
#include "lrcheck.h"

#define TOLERANCE 1e-6

enum {
	OPT_TOL = SCHEDULE_OPT_END,
	OPT_ORIGIN,
	OPT_LR_COLUMN,
	OPT_STEP_COLUMN,
	OPT_RUN_COLUMN,
	OPT_SEP,
};

static const char short_options[] = ":s:" SCHEDULE_OPTSTRING "o:qhV";

static const struct option long_options[] = {
	{"spec", required_argument, NULL, 's'},
	SCHEDULE_LONGOPTS,
	{"tol", required_argument, NULL, OPT_TOL},
	{"origin", required_argument, NULL, OPT_ORIGIN},
	{"lr-column", required_argument, NULL, OPT_LR_COLUMN},
	{"step-column", required_argument, NULL, OPT_STEP_COLUMN},
	{"run-column", required_argument, NULL, OPT_RUN_COLUMN},
	{"sep", required_argument, NULL, OPT_SEP},
	{"output", required_argument, NULL, 'o'},
	{"quiet", no_argument, NULL, 'q'},
	CLI_LONGOPTS,
	{NULL, 0, NULL, 0},
};

static const char help_head[] =
	"Usage: lrcheck -s SPEC [OPTION]... [RUN]...\n"
	"       lrcheck [OPTION]... [RUN]...\n"
	"Say whether runs followed the schedule SPEC or, without it, which "
	"one\n"
	"they followed.  RUN is a log: a table with a header and columns of "
	"steps\n"
	"and rates; '-' or none is standard input.\n\n"
	"  -s, --spec SPEC          words or a framework's call, as lrsched "
	"takes them\n"
	"  -n, --steps N            length: steps, 32ep (epochs) or 4c "
	"(cycles);\n"
	"                           default: the schedule's own\n"
	"  -l, --lr LR              base rate, what 1x means\n"
	"  -e, --epoch-steps E      steps per epoch, or SAMPLES/BATCH "
	"(rounded up)\n"
	"                           or SAMPLES//BATCH (down)\n"
	"      --batch B            scale the base rate by B/B0 ...\n"
	"      --ref-batch B0       ... for this reference batch\n"
	"      --scale linear|sqrt  or by its root (default linear)\n"
	"  -D, --define NAME=VALUE  a name for calls to use\n";

static const char help_tail[] =
	"      --origin STEP        the logged step that is the schedule's 0 "
	"(0)\n"
	"      --lr-column COL, --step-column COL, --run-column COL\n"
	"                           columns; guessed by name, --run-column "
	"none\n"
	"      --sep CHAR           the separator, or tab (found in the "
	"header)\n"
	"  -o, --output FILE        write FILE instead of standard output\n"
	"  -q, --quiet              no remarks about odd logs\n" CLI_HELP_TAIL;

const char *lrcheck_help(void)
{
	static char text[4096];

	snprintf(text, sizeof(text),
		"%s      --tol T              relative difference that is none "
		"(%g)\n%s",
		help_head, TOLERANCE, help_tail);
	return text;
}

void lrcheck_options_init(struct lrcheck_options *o)
{
	*o = (struct lrcheck_options){
		.tol = TOLERANCE, .log = {.rates_only = true}};
}

static int parse_sep(struct lrcheck_options *o, const char *word)
{
	if (strcmp(word, "tab") == 0 || strcmp(word, "\\t") == 0)
		word = "\t";
	if (strlen(word) != 1 || strchr("\"\r\n", *word))
		return cli_usage("--sep is '%s'; expected one character, "
				 "not a quote, or tab",
			word);
	o->log.sep = *word;
	return 0;
}

static int parse_number(
	const char *what, const char *word, double lo, double hi, double *ret)
{
	struct diag d;

	return num_arg_double(what, word, lo, hi, ret, &d) < 0 ? cli_fail(&d)
							       : 0;
}

static int parse_one(struct lrcheck_options *o, int c, char *argv[])
{
	switch (c) {
	case 's': o->spec = optarg; return 0;
	case 'o': o->output = optarg; return 0;
	case 'q': o->quiet = true; return 0;
	case 'h': o->help = true; return 0;
	case 'V': o->version = true; return 0;
	case OPT_TOL: return parse_number("--tol", optarg, 0, 1, &o->tol);
	case OPT_ORIGIN:
		return parse_number(
			"--origin", optarg, -0x1p53, 0x1p53, &o->origin);
	case OPT_LR_COLUMN: o->log.lr = optarg; return 0;
	case OPT_STEP_COLUMN: o->log.step = optarg; return 0;
	case OPT_RUN_COLUMN: o->log.run = optarg; return 0;
	case OPT_SEP: return parse_sep(o, optarg);
	default: return cli_bad_option(c, argv);
	}
}

/* What only says what SPEC means is no help in finding one. */
static int check(const struct lrcheck_options *o)
{
	const struct schedule_opts *s = &o->sched;

	if (o->spec)
		return 0;
	if (s->steps || s->lr || s->epoch_steps || s->batch || s->ref_batch ||
		s->scale || s->ndefine)
		return cli_usage("%s without -s; expected -s SPEC, which it is "
				 "about",
			s->steps         ? "-n"
			: s->lr          ? "-l"
			: s->epoch_steps ? "-e"
			: s->ndefine     ? "-D"
			: s->batch       ? "--batch"
			: s->ref_batch   ? "--ref-batch"
					 : "--scale");
	return 0;
}

int lrcheck_options_parse(struct lrcheck_options *o, int argc, char *argv[])
{
	static char dash[] = "-";
	static char *const standard_input[] = {dash};
	int c;

	while ((c = getopt_long(
			argc, argv, short_options, long_options, NULL)) != -1) {
		int status;

		if (schedule_option(&o->sched, c, optarg))
			continue;
		status = parse_one(o, c, argv);
		if (status)
			return status;
		if (o->help || o->version)
			return 0;
	}
	o->file = optind < argc ? argv + optind : standard_input;
	o->nfile = optind < argc ? (size_t)(argc - optind) : 1;
	return check(o);
}
