/* SPDX-License-Identifier: MIT */
/*
 * Records as an array for numpy.load(): of structures, as what the columns are
 * called is known to the log alone.  a['loss'] is a column, and
 * pandas.DataFrame(a) a table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "lrlog.h"
#include "text/npy.h"

/* A character of a '<U' string. */
#define NWIDE 4

/* How many characters S has, and each of them if OUT is not NULL. */
static size_t widen(const char *s, unsigned char *out)
{
	size_t left = strlen(s), n = 0, used;
	uint32_t c;

	for (; left; s += used, left -= used, n++) {
		used = utf8_char(s, left, &c);
		if (!used) {
			c = 0xfffd;
			used = 1;
		}
		if (out)
			le_store32(out + n * NWIDE, c);
	}
	return n;
}

static size_t longest_run(const struct lrlog_inputs *in)
{
	size_t max = 1;

	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->input[i].nrun; k++) {
			size_t n = widen(in->input[i].run[k], NULL);

			max = n > max ? n : max;
		}
	return max;
}

/* NAME as a string of Python's. */
static void add_name(struct buf *b, const char *name)
{
	struct buf shown = {0};

	tame_add(&shown, name, strlen(name));
	if (buf_failed(&shown))
		buf_fail(b);
	buf_addc(b, '\'');
	for (size_t i = 0; i < shown.len; i++) {
		if (strchr("\\'", shown.data[i]))
			buf_addc(b, '\\');
		buf_addc(b, shown.data[i]);
	}
	buf_addc(b, '\'');
	buf_free(&shown);
}

static int add_header(struct buf *b, const struct lrlog_inputs *in,
	const struct lrlog_columns *c, size_t nrun, uint64_t nrow)
{
	npy_begin(b, NPY_3);
	buf_adds(b, "{'descr': [");
	if (in->has_runs)
		buf_printf(b, "('run', '<U%zu'), ", nrun);
	buf_printf(b, "('%s', '<f8')", c->step);
	for (size_t i = 0; i < c->n; i++) {
		buf_adds(b, ", (");
		add_name(b, c->column[i].name);
		buf_adds(b, ", '<f8')");
	}
	buf_printf(b, "], 'fortran_order': False, 'shape': (%llu,), }",
		(unsigned long long)nrow);
	return npy_end(b, 0);
}

static void store(unsigned char *out, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	le_store64(out, bits);
}

/* Calls DO for each record that has any of the columns. */
static int each_record(const struct lrlog_inputs *in, struct lrlog_cells *cells,
	int (*do_it)(void *ctx, const struct lrlog_input *in,
		const struct log_record *r, struct diag *d),
	void *ctx, struct diag *d)
{
	for (size_t i = 0; i < in->n; i++) {
		struct log_record r;
		int got;

		log_table_rewind(in->input[i].table);
		while ((got = log_table_next(in->input[i].table, &r, d)) > 0)
			if (lrlog_cells_set(cells, &in->input[i], &r) &&
				do_it(ctx, &in->input[i], &r, d))
				return -1;
		if (got < 0)
			return -1;
	}
	return 0;
}

struct npy {
	const struct lrlog_inputs *in;
	struct lrlog_cells cells;
	struct output *out;
	uint64_t nrow;
	size_t nrun;        /* characters of a run's name */
	unsigned char *row; /* nbytes of it */
	size_t nbytes;
};

static int count(void *ctx, const struct lrlog_input *in,
	const struct log_record *r, struct diag *d)
{
	struct npy *n = ctx;

	(void)in;
	(void)r;
	(void)d;
	n->nrow++;
	return 0;
}

static int write_record(void *ctx, const struct lrlog_input *in,
	const struct log_record *r, struct diag *d)
{
	struct npy *n = ctx;
	unsigned char *at = n->row;

	if (n->in->has_runs) {
		memset(at, 0, n->nrun * NWIDE);
		widen(in->run[r->run], at);
		at += n->nrun * NWIDE;
	}
	store(at, r->step);
	for (size_t i = 0; i < n->cells.ncolumn; i++)
		store(at + (i + 1) * sizeof(double),
			n->cells.has[i] ? n->cells.value[i] : NAN);
	return output_write(n->out, n->row, n->nbytes, d);
}

static int write_header(
	struct npy *n, const struct lrlog_columns *c, struct diag *d)
{
	struct buf b = {0};
	int r = add_header(&b, n->in, c, n->nrun, n->nrow)
			? diag_nomem(d, b.len)
			: output_write(n->out, b.data, b.len, d);

	buf_free(&b);
	return r;
}

int lrlog_print_npy(const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, uint64_t *nrow,
	struct diag *d)
{
	struct npy n = {.in = in, .out = out};
	int r = lrlog_cells_new(&n.cells, c, in, d);

	n.nrun = in->has_runs ? longest_run(in) : 0;
	n.nbytes = n.nrun * NWIDE + (c->n + 1) * sizeof(double);
	n.row = malloc(n.nbytes);
	if (!r && !n.row)
		r = diag_nomem(d, n.nbytes);
	if (!r)
		r = each_record(in, &n.cells, count, &n, d);
	if (!r)
		r = write_header(&n, c, d);
	if (!r)
		r = each_record(in, &n.cells, write_record, &n, d);
	*nrow = n.nrow;
	free(n.row);
	lrlog_cells_free(&n.cells);
	return r ? -1 : 0;
}
