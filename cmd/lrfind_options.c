/* SPDX-License-Identifier: MIT */
/* lrfind's command line. */
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "cli.h"
#include "lrfind.h"

#define RATIO_CLR 4
#define RATIO_ONECYCLE 20

enum {
	OPT_LR = CLI_OPT_OWN,
	OPT_LOSS,
	OPT_STEP,
	OPT_RUN,
	OPT_SEP,
	OPT_LIST_COLUMNS,
	OPT_LR_TABLE,
	OPT_SKIP_START,
	OPT_SKIP_END,
	OPT_HIGHER,
	OPT_USE,
	OPT_RATIO,
};

static const char short_options[] = ":f:i:m:o:qhV";

static const struct option long_options[] = {
	{"format", required_argument, NULL, 'f'},
	{"input-format", required_argument, NULL, 'i'},
	{"method", required_argument, NULL, 'm'},
	{"output", required_argument, NULL, 'o'},
	{"quiet", no_argument, NULL, 'q'},
	{"lr", required_argument, NULL, OPT_LR},
	{"loss", required_argument, NULL, OPT_LOSS},
	{"step", required_argument, NULL, OPT_STEP},
	{"run", required_argument, NULL, OPT_RUN},
	{"sep", required_argument, NULL, OPT_SEP},
	{"list-columns", no_argument, NULL, OPT_LIST_COLUMNS},
	{"lr-table", required_argument, NULL, OPT_LR_TABLE},
	{"skip-start", required_argument, NULL, OPT_SKIP_START},
	{"skip-end", required_argument, NULL, OPT_SKIP_END},
	{"higher-is-better", no_argument, NULL, OPT_HIGHER},
	{"use", required_argument, NULL, OPT_USE},
	{"ratio", required_argument, NULL, OPT_RATIO},
	CLI_LONGOPTS,
	{NULL, 0, NULL, 0},
};

static const char help_head[] =
	"Usage: lrfind [OPTION]... [FILE]...\n"
	"Read logs of learning-rate range tests and print the rates they "
	"support.\n"
	"FILE is a table (CSV, TSV) with a header; '-' or none is standard "
	"input.\n\n"
	"  -f, --format FORMAT      report, csv, args or env; report on a "
	"terminal,\n"
	"                           csv elsewhere\n"
	"  -o, --output FILE        write FILE instead of standard output\n"
	"  -m, --method NAME        one of those below, or all (robust)\n"
	"      --use USE            clr: lr_max/lr_min = 4; onecycle: 20; "
	"const: one\n"
	"                           rate (clr)\n"
	"      --ratio R            lr_max/lr_min\n"
	"      --higher-is-better   the loss is an accuracy\n"
	"      --skip-start N[%], --skip-end N[%]\n"
	"                           points to leave out (0)\n"
	"      --lr COL, --loss COL[+COL]..., --step COL, --run COL\n"
	"                           columns; guessed by name, --run none\n"
	"      --lr-table FILE      the rate by step, from lrsched\n"
	"      --list-columns       print the columns and what they are taken "
	"for\n"
	"      --sep CHAR           the separator, or tab (found in the "
	"header)\n"
	"  -i, --input-format FORMAT\n"
	"                           auto or csv (auto)\n"
	"  -q, --quiet              say nothing where the answer is no\n";

const char *lrfind_help(void)
{
	static char text[4096];
	size_t n;

	n = (size_t)snprintf(text, sizeof(text), "%s%s\nMethods:\n", help_head,
		CLI_HELP_TAIL);
	for (const struct curve_method *m = curve_methods; m->name; m++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
			"  %-10s %s\n", m->name, m->summary);
	return text;
}

void lrfind_options_init(struct lrfind_options *o)
{
	*o = (struct lrfind_options){
		.format = isatty(STDOUT_FILENO) ? FORMAT_REPORT : FORMAT_CSV,
		.method = curve_methods,
		.use_ratio = RATIO_CLR,
	};
}

/* The index of WORD among the NULL-ended NAME, or -1 after a message. */
static int choose(const char *option, const char *word, const char *const *name)
{
	char all[128] = "";
	size_t n = 0;

	for (int i = 0; name[i]; i++) {
		if (strcmp(word, name[i]) == 0)
			return i;
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
			i ? ", " : "", name[i]);
	}
	cli_usage("%s is '%s'; expected one of %s", option, word, all);
	return -1;
}

static int parse_format(struct lrfind_options *o, const char *word)
{
	static const char *const name[] = {
		"report", "csv", "args", "env", NULL};
	int i = choose("--format", word, name);

	if (i < 0)
		return CLI_TROUBLE;
	o->format = (enum lrfind_format)i;
	return 0;
}

static int parse_method(struct lrfind_options *o, const char *word)
{
	const char *name[16] = {"all"};
	int i = 0;

	for (; curve_methods[i].name; i++)
		name[i + 1] = curve_methods[i].name;
	name[i + 1] = NULL;
	i = choose("--method", word, name);
	if (i < 0)
		return CLI_TROUBLE;
	o->method = i ? &curve_methods[i - 1] : NULL;
	return 0;
}

static int parse_use(struct lrfind_options *o, const char *word)
{
	static const char *const name[] = {"clr", "onecycle", "const", NULL};
	static const double ratio[] = {RATIO_CLR, RATIO_ONECYCLE, 1};
	int i = choose("--use", word, name);

	if (i < 0)
		return CLI_TROUBLE;
	o->use.constant = i == 2;
	o->use_ratio = ratio[i];
	return 0;
}

static int parse_skip(
	struct lrfind_skip *s, const char *option, const char *word)
{
	size_t n = strlen(word);
	uint64_t count;
	struct diag d;
	char number[32];

	*s = (struct lrfind_skip){0};
	if (n < 2 || n >= sizeof(number) || word[n - 1] != '%') {
		if (num_arg_u64(option, word, 0, UINT32_MAX, &count, &d) < 0)
			return cli_fail(&d);
		s->n = (size_t)count;
		return 0;
	}
	memcpy(number, word, n - 1);
	number[n - 1] = '\0';
	if (num_arg_double(option, number, 0, 100, &s->percent, &d) < 0)
		return cli_fail(&d);
	return 0;
}

static int parse_sep(struct lrfind_options *o, const char *word)
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

static int parse_ratio(struct lrfind_options *o, const char *word)
{
	struct diag d;

	if (num_arg_double("--ratio", word, 1, 1e9, &o->use.ratio, &d) < 0)
		return cli_fail(&d);
	return 0;
}

static int parse_input_format(const char *word)
{
	static const char *const name[] = {"auto", "csv", NULL};

	return choose("--input-format", word, name) < 0 ? CLI_TROUBLE : 0;
}

static int parse_one(struct lrfind_options *o, int c, char *argv[])
{
	switch (c) {
	case 'f': return parse_format(o, optarg);
	case 'i': return parse_input_format(optarg);
	case 'm': return parse_method(o, optarg);
	case 'o': o->output = optarg; return 0;
	case 'q': o->quiet = true; return 0;
	case 'h': o->help = true; return 0;
	case 'V': o->version = true; return 0;
	case OPT_LR: o->log.lr = optarg; return 0;
	case OPT_LOSS: o->log.loss = optarg; return 0;
	case OPT_STEP: o->log.step = optarg; return 0;
	case OPT_RUN: o->log.run = optarg; return 0;
	case OPT_SEP: return parse_sep(o, optarg);
	case OPT_LIST_COLUMNS: o->list_columns = true; return 0;
	case OPT_LR_TABLE: o->rates = optarg; return 0;
	case OPT_SKIP_START:
		return parse_skip(&o->skip_start, "--skip-start", optarg);
	case OPT_SKIP_END:
		return parse_skip(&o->skip_end, "--skip-end", optarg);
	case OPT_HIGHER: o->log.metric = true; return 0;
	case OPT_USE: return parse_use(o, optarg);
	case OPT_RATIO: return parse_ratio(o, optarg);
	default: return cli_bad_option(c, argv);
	}
}

static int check(const struct lrfind_options *o)
{
	bool one_answer = o->format == FORMAT_ARGS || o->format == FORMAT_ENV;

	if (one_answer && !o->method)
		return cli_usage("--method all has several answers; expected "
				 "--format report or csv");
	if (o->use.constant && o->use.ratio > 0)
		return cli_usage("--ratio with --use const; expected one of "
				 "them: const has one rate");
	if (o->rates && o->log.lr)
		return cli_usage("--lr with --lr-table; expected one of them");
	return 0;
}

int lrfind_options_parse(struct lrfind_options *o, int argc, char *argv[])
{
	static char dash[] = "-";
	static char *const standard_input[] = {dash};
	bool format_given = false;
	int c;

	while ((c = getopt_long(
			argc, argv, short_options, long_options, NULL)) != -1) {
		int status = parse_one(o, c, argv);

		if (status)
			return status;
		if (o->help || o->version)
			return 0;
		format_given |= c == 'f';
	}
	if (o->output && !format_given)
		o->format = FORMAT_CSV;
	o->file = optind < argc ? argv + optind : standard_input;
	o->nfile = optind < argc ? (size_t)(argc - optind) : 1;
	c = check(o);
	if (!(o->use.ratio > 0))
		o->use.ratio = o->use_ratio;
	return c;
}
