/* SPDX-License-Identifier: MIT */
/*
 * wcmp: what differs between two weight files, one row a tensor.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli.h"
#include "format/format.h"
#include "rows.h"
#include "stat/stat.h"
#include "suffix.h"
#include "tensor/tensor.h"
#include "wcmp.h"
#include "weights.h"

static const struct cli_tool tool = {"wcmp", CLI_TROUBLE};

static const struct rows_column column[] = {
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"status", ROWS_TEXT, ROWS_SHOWN},
	{"n", ROWS_COUNT, ROWS_SHOWN},
	{"changed", ROWS_COUNT, ROWS_SHOWN},
	{"max_abs", ROWS_NUMBER, ROWS_SHOWN},
	{"max_rel", ROWS_NUMBER, ROWS_SHOWN},
	{"max_ulp", ROWS_COUNT, ROWS_SHOWN},
	{"first", ROWS_TEXT, ROWS_SHOWN},
	{"rows", ROWS_COUNT, ROWS_SHOWN},
};

#define NCOLUMN ARRAY_SIZE(column)

struct opts {
	struct format_hint hint;
	struct stat_compare by;
	bool all, silent;
	int format; /* an enum rows_format; -1: not given */
	const char *output;
	uint64_t nthread;
	int progress;
};

#define AT(member) offsetof(struct opts, member)

static const struct opt_row row[] = {
	{'a', "all", NULL, OPT_FLAG, AT(all),
		.help = "a row also for what is the same"},
	{0, "value", NULL, OPT_FLAG, AT(by.by_value),
		.help = "compare numbers, not bits: -0.0 is 0.0"},
	WEIGHTS_OPTIONS(struct opts, "the files are"),
	ROWS_OPTION(struct opts),
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE, all or nothing"},
	{'q', "quiet", NULL, OPT_FLAG, AT(silent),
		.help = "print nothing: exit 0 if the same, 1 if not"},
	{'s', "silent", NULL, OPT_FLAG, AT(silent), .help = "the same"},
	OPT_THREADS(AT(nthread)),
	OPT_PROGRESS(AT(progress)),
	OPT_COMMON,
};

const struct opt_table wcmp_options = {
	.commands = "wcmp",
	.usage =
		"Usage: wcmp [OPTION]... A B\n"
		"Print one row for each tensor that differs between two weight "
		"files.\n",
	.row = row,
	.operand = opt_files,
};

struct run {
	struct opts o;
	struct tensor_model a, b;
	struct stat_pairs pairs;
	struct stat_how how;
	struct rows rows;
	struct output out;
	struct progress progress;
	bool differs, has_first;
};

static int opts_parse(struct opts *o, int argc, char **argv)
{
	int status;

	*o = (struct opts){.format = -1, .progress = 'a'};
	status = opt_parse(&wcmp_options, o, argc, argv);
	if (status >= 0)
		return status;
	if (argc - optind != 2)
		return cli_usage("%d file%s; expected two", argc - optind,
			argc - optind == 1 ? "" : "s");
	if (o->silent && (o->output || o->format >= 0 || o->all))
		return cli_usage("%s with --quiet, which prints no table; "
				 "expected one",
			o->output        ? "--output"
			: o->format >= 0 ? "--format"
					 : "--all");
	if (strcmp(argv[optind], "-") == 0 &&
		strcmp(argv[optind + 1], "-") == 0)
		return cli_usage("standard input twice; expected it once");
	cli_quiet(o->silent);
	return suffix_format(&o->format, rows_format_name, o->output);
}

static int add_row(struct run *r, const struct tensor_span *s,
	const char *status, const struct stat_difference *x, struct diag *d)
{
	struct rows *rows = &r->rows;
	bool same = strcmp(status, "same") == 0;

	r->differs |= !same;
	if (r->o.silent || (same && !r->o.all))
		return 0;
	rows_text(rows, s->name);
	rows_text(rows, status);
	rows_u64(rows, s->n);
	if (x)
		rows_u64(rows, x->changed);
	if (x && x->changed) {
		rows_number_if(rows, x->has_value, x->max_abs);
		rows_number_if(rows, x->has_value, x->max_rel);
		rows_u64_if(rows, x->has_ulp && !x->has_nan, x->max_ulp);
		rows_text(rows, stat_index(s, x->first, x->by_bytes).text);
		rows_u64(rows, x->rows);
	}
	rows_end(rows);
	return rows_write(rows, &r->out, d);
}

/* What a status of dtype or shape leaves open. */
static int note_kinds(const struct run *r, const struct tensor_span *a,
	const struct tensor_span *b, struct diag *d)
{
	struct buf x = {0}, y = {0};
	int bad;

	stat_add_kind(&x, a);
	stat_add_kind(&y, b);
	bad = buf_end(&x, d) || buf_end(&y, d) ? -1 : 0;
	if (!bad)
		cli_note("%.200s: %.200s in %.200s; %.200s in %.200s", a->name,
			x.data, r->a.name, y.data, r->b.name);
	buf_free(&x);
	buf_free(&y);
	return bad;
}

/* As cmp has it, of the first tensor that has changed. */
static int note_first(struct run *r, const struct tensor_span *a,
	const struct stat_difference *x, struct diag *d)
{
	struct buf was = {0}, is = {0};
	int bad = 0;

	if (!r->has_first && x->nbytes) {
		stat_add_values(&was, &is, a, x->a, x->b, x->nbytes);
		bad = buf_end(&was, d) || buf_end(&is, d) ? -1 : 0;
		if (!bad)
			cli_note("%.200s: the first difference is at %s: %s in "
				 "%s; %s in %s",
				a->name,
				stat_index(a, x->first, x->by_bytes).text,
				was.data, r->a.name, is.data, r->b.name);
	}
	r->has_first = true;
	buf_free(&was);
	buf_free(&is);
	return bad;
}

static int compare(struct run *r, const struct tensor_span *a,
	const struct tensor_span *b, struct diag *d)
{
	struct stat_tensor x = {tensor_input(&r->a, a), a},
			   y = {tensor_input(&r->b, b), b};
	enum stat_fit fit = stat_fit(a, b);
	struct stat_difference diff;

	if (fit != STAT_FIT) {
		if (note_kinds(r, a, b, d))
			return -1;
		return add_row(r, a, fit == STAT_FIT_SHAPE ? "shape" : "dtype",
			NULL, d);
	}
	if (stat_compare(&diff, &r->o.by, &r->how, &x, &y, d))
		return -1;
	if (diff.changed && note_first(r, a, &diff, d))
		return -1;
	return add_row(r, a, diff.changed ? "changed" : "same", &diff, d);
}

/* All of A in the order of its file, then what only B has in that of B's. */
static int compare_all(struct run *r, struct diag *d)
{
	if (!r->o.silent)
		rows_header(&r->rows);
	for (size_t i = 0; i < r->a.ntensor; i++) {
		const struct tensor_span *a = r->a.tensor[i];
		const struct tensor_span *b = stat_pairs_b(&r->pairs, a);

		if (b ? compare(r, a, b, d) : add_row(r, a, "only-a", NULL, d))
			return -1;
		if (r->o.silent && r->differs)
			return 0;
	}
	for (size_t i = 0; i < r->b.ntensor; i++) {
		const struct tensor_span *b = r->b.tensor[i];

		if (!stat_pairs_a(&r->pairs, b) &&
			add_row(r, b, "only-b", NULL, d))
			return -1;
	}
	return 0;
}

static int run_tool(struct run *r, char *const *path, struct diag *d)
{
	const char *out = r->o.output;
	int ret;

	if (cli_check_inputs(out, path, d) ||
		weights_open(&r->a, path[0], &r->o.hint, out, d) ||
		weights_open(&r->b, path[1], &r->o.hint, out, d) ||
		stat_pairs_init(&r->pairs, &r->a, &r->b, d) ||
		cli_output_open(&r->out, out, d))
		return -1;
	rows_begin(&r->rows, r->o.format, &r->out, column, NCOLUMN);
	r->progress.total = tensor_model_nbytes(&r->a);
	r->o.by.briefly = r->o.silent;
	r->how = (struct stat_how){(unsigned)r->o.nthread, &r->progress};
	cli_progress_begin(&r->progress, r->a.name, r->o.progress);
	ret = compare_all(r, d);
	cli_progress_end();
	if (!ret && (tensor_model_unchanged(&r->a, d) ||
			    tensor_model_unchanged(&r->b, d)))
		ret = -1;
	if (!ret && !r->o.silent)
		ret = rows_finish(&r->rows, &r->out, d);
	return ret;
}

int main(int argc, char **argv)
{
	struct run r = {0};
	struct diag d;
	int status;

	cli_init(&tool);
	cli_allow_open_files();
	status = opts_parse(&r.o, argc, argv);
	if (status >= 0)
		return status;
	if (run_tool(&r, argv + optind, &d)) {
		status = cli_fail(&d);
		cli_output_abort(&r.out);
	} else {
		status = r.differs ? CLI_NO : CLI_DONE;
		if (cli_output_commit(&r.out, &d))
			status = cli_fail(&d);
	}
	rows_free(&r.rows);
	stat_pairs_free(&r.pairs);
	tensor_model_close(&r.a);
	tensor_model_close(&r.b);
	return status;
}
