/* SPDX-License-Identifier: MIT */
/*
 * wcmp: what differs between two weight files, one row a tensor.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "cli.h"
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

#define NCOLUMN (sizeof(column) / sizeof(column[0]))

struct opts {
	struct tensor_hint hint;
	struct stat_compare how;
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
	{0, "value", NULL, OPT_FLAG, AT(how.by_value),
		.help = "compare numbers, not bits: -0.0 is 0.0"},
	{0, "raw", "DTYPE[,DIM]...", OPT_CALL, AT(hint),
		.help = "the files are plain little-endian numbers",
		.take = weights_take_raw},
	{0, "void", "DTYPE", OPT_CALL, AT(hint),
		.help = "dtype of arrays that ml_dtypes saved, as bf16",
		.take = weights_take_void},
	ROWS_OPTION(struct opts),
	{'o', "output", "FILE", OPT_TEXT, AT(output), .word = opt_files,
		.help = "write to FILE, all or nothing"},
	{'q', "quiet", NULL, OPT_FLAG, AT(silent),
		.help = "print nothing: exit 0 if the same, 1 if not"},
	{'s', "silent", NULL, OPT_FLAG, AT(silent), .help = "the same"},
	{'T', "threads", "N", OPT_WHOLE, AT(nthread),
		.help = "threads, 0 for all processors",
		.max = OPT_THREADS_MAX},
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

/* One of the two, its tensors by name. */
struct side {
	struct tensor_model m;
	const struct tensor_span **by_name;
};

struct run {
	struct opts o;
	struct side a, b;
	struct rows rows;
	struct output out;
	struct progress progress;
	bool differs;
};

static int opts_parse(struct opts *o, int argc, char **argv)
{
	struct diag d;
	int status;

	*o = (struct opts){.format = -1, .progress = 'a'};
	status = opt_parse(&wcmp_options, o, argc, argv);
	if (status >= 0)
		return status;
	if (argc - optind != 2)
		return cli_usage("%d files; expected two", argc - optind);
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
	o->how.nthread = (unsigned)o->nthread;
	return suffix_format(&o->format, rows_format_name, o->output, &d)
		       ? cli_fail(&d)
		       : -1;
}

static int by_name(const void *a, const void *b)
{
	const struct tensor_span *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static int side_open(
	struct side *s, const char *path, const struct opts *o, struct diag *d)
{
	if (tensor_model_open(&s->m, path, &o->hint, cli_tmpdir(), d) ||
		tensor_model_named(&s->m, d))
		return -1;
	s->by_name = calloc(s->m.ntensor + 1, sizeof(*s->by_name));
	if (!s->by_name)
		return diag_nomem(d, s->m.ntensor * sizeof(*s->by_name));
	if (s->m.ntensor)
		memcpy(s->by_name, s->m.tensor,
			s->m.ntensor * sizeof(*s->by_name));
	qsort(s->by_name, s->m.ntensor, sizeof(*s->by_name), by_name);
	for (size_t i = 0; i < s->m.nfile; i++)
		if (*s->m.file[i].map.remark)
			cli_note("%s: %s", s->m.file[i].in.name,
				s->m.file[i].map.remark);
	return 0;
}

static void side_close(struct side *s)
{
	free(s->by_name);
	tensor_model_close(&s->m);
}

static const struct tensor_span *side_find(
	const struct side *s, const struct tensor_span *like)
{
	const struct tensor_span **p;

	if (s->m.ntensor == 0)
		return NULL;
	p = bsearch(&like, s->by_name, s->m.ntensor, sizeof(*p), by_name);
	return p ? *p : NULL;
}

/* An array has no name of its own: it goes with the one tensor of another. */
static bool is_nameless(const struct side *s)
{
	return tensor_is_array(s->m.format);
}

static bool is_pair(const struct run *r)
{
	return r->a.m.ntensor == 1 && r->b.m.ntensor == 1 &&
	       (is_nameless(&r->a) || is_nameless(&r->b));
}

static bool same_shape(const struct tensor_span *a, const struct tensor_span *b)
{
	return a->ndim == b->ndim &&
	       (a->ndim == 0 || memcmp(a->shape, b->shape,
					a->ndim * sizeof(*a->shape)) == 0);
}

/* Element AT of S as numpy writes its index, [3,5]; of bytes, their number. */
static void add_index(
	struct rows *r, const struct tensor_span *s, uint64_t at, bool whole)
{
	uint64_t index[TENSOR_NDIM_MAX];
	struct buf text = {0};
	int bad = buf_addc(&text, '[');

	for (unsigned i = whole ? s->ndim : 0; i-- > 0; at /= s->shape[i])
		index[i] = at % s->shape[i];
	for (unsigned i = 0; whole && i < s->ndim && !bad; i++)
		bad = buf_printf(&text, "%s%llu", i ? "," : "",
			(unsigned long long)index[i]);
	if (!whole && !bad)
		bad = buf_printf(&text, "%llu", (unsigned long long)at);
	if (bad || buf_addc(&text, ']') || buf_terminate(&text))
		r->nomem = true;
	rows_text(r, text.data);
	buf_free(&text);
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
		if (x->has_value) {
			rows_number(rows, x->max_abs);
			rows_number(rows, x->max_rel);
		} else {
			rows_absent(rows);
			rows_absent(rows);
		}
		if (x->has_ulp && !x->has_nan)
			rows_u64(rows, x->max_ulp);
		else
			rows_absent(rows);
		add_index(rows, s, x->first, !x->by_bytes);
		rows_u64(rows, x->rows);
	}
	return rows_end(rows, d) || rows_write(rows, &r->out, d) ? -1 : 0;
}

/* "F32 3x4" */
static void describe(struct buf *b, const struct tensor_span *s)
{
	if (buf_adds(b, tensor_dtype_name(s)) || buf_addc(b, ' ') ||
		tensor_shape_add(b, s->shape, s->ndim) || buf_terminate(b))
		buf_free(b);
}

/* What a status of dtype or shape leaves open. */
static void note_kinds(const struct run *r, const struct tensor_span *a,
	const struct tensor_span *b)
{
	struct buf x = {0}, y = {0};

	describe(&x, a);
	describe(&y, b);
	if (x.data && y.data)
		cli_note("%.200s: %.200s in %.200s; %.200s in %.200s", a->name,
			x.data, r->a.m.name, y.data, r->b.m.name);
	buf_free(&x);
	buf_free(&y);
}

static int compare(struct run *r, const struct tensor_span *a,
	const struct tensor_span *b, struct diag *d)
{
	struct stat_tensor x = {tensor_input(&r->a.m, a), a},
			   y = {tensor_input(&r->b.m, b), b};
	struct stat_difference diff;
	const char *status = NULL;

	if (a->dtype != b->dtype || a->nbytes != b->nbytes)
		status = "dtype";
	if (!same_shape(a, b))
		status = "shape";
	if (status) {
		note_kinds(r, a, b);
		return add_row(r, a, status, NULL, d);
	}
	if (stat_compare(&diff, &r->o.how, &x, &y, d))
		return -1;
	return add_row(r, a, diff.changed ? "changed" : "same", &diff, d);
}

/* All of A in the order of its file, then what only B has in that of B's. */
static int compare_all(struct run *r, struct diag *d)
{
	bool pair = is_pair(r);

	if (!r->o.silent)
		rows_header(&r->rows);
	for (size_t i = 0; i < r->a.m.ntensor; i++) {
		const struct tensor_span *a = r->a.m.tensor[i], *b;

		b = pair ? r->b.by_name[0] : side_find(&r->b, a);
		if (b ? compare(r, a, b, d) : add_row(r, a, "only-a", NULL, d))
			return -1;
		if (r->o.silent && r->differs)
			return 0;
	}
	for (size_t i = 0; !pair && i < r->b.m.ntensor; i++) {
		const struct tensor_span *b = r->b.m.tensor[i];

		if (!side_find(&r->a, b) && add_row(r, b, "only-b", NULL, d))
			return -1;
	}
	return 0;
}

static int run_tool(struct run *r, char *const *path, struct diag *d)
{
	int ret;

	for (int i = 0; i < 2; i++)
		if (cli_check_input(r->o.output, path[i], d))
			return -1;
	if (side_open(&r->a, path[0], &r->o, d) ||
		side_open(&r->b, path[1], &r->o, d) ||
		cli_output_open(&r->out, r->o.output, d))
		return -1;
	rows_begin(&r->rows, r->o.format, &r->out, column, NCOLUMN);
	r->progress.total = tensor_model_nbytes(&r->a.m);
	r->o.how.briefly = r->o.silent;
	r->o.how.progress = &r->progress;
	cli_progress_begin(&r->progress, r->a.m.name, r->o.progress);
	ret = compare_all(r, d);
	cli_progress_end();
	if (!ret && (tensor_model_unchanged(&r->a.m, d) ||
			    tensor_model_unchanged(&r->b.m, d)))
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
	side_close(&r.a);
	side_close(&r.b);
	return status;
}
