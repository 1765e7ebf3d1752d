/* SPDX-License-Identifier: MIT */
/*
 * A plan's rows as CSV or TSV.  Formatting numbers is nearly all of the work,
 * so rows are written straight into one block.
 */
#include "lrsched.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/output.h"
#include "sched/sched.h"

#define BLOCK_NBYTES 65536
/* The longest cell and its separator. */
#define CELL_NBYTES (NUM_DOUBLE_MAX + 1)
_Static_assert(NUM_DOUBLE_MAX >= NUM_U64_MAX, "a step fits where a value does");

struct block {
	char data[BLOCK_NBYTES];
	size_t len;
};

static int not_finite(
	const struct lrsched_column *c, uint64_t step, double v, struct diag *d)
{
	return diag_set(d, DIAG_DATA,
		"%s at step %llu is %s; expected a schedule that stays finite",
		c->name, (unsigned long long)step,
		isnan(v) ? "not a number" : "infinite");
}

/* One cell at P; returns its length, or 0 with D set. */
static size_t cell(const struct lrsched_plan *p, const struct lrsched_column *c,
	uint64_t step, char *out, struct diag *d)
{
	double v;

	switch (c->kind) {
	case LRSCHED_STEP: return num_from_u64(out, step);
	case LRSCHED_EPOCH:
		return num_from_u64(
			out, (uint64_t)floor(
				     (double)step / p->sched.env.epoch_steps));
	case LRSCHED_VALUE: break;
	}
	v = sched_at(c->node, step);
	if (isfinite(v))
		return num_from_double(out, v);
	not_finite(c, step, v, d);
	return 0;
}

static int row(const struct lrsched_plan *p, uint64_t step, struct block *b,
	struct output *out, struct diag *d)
{
	size_t i, n;

	for (i = 0; i < p->ncolumn; i++) {
		if (b->len + CELL_NBYTES > sizeof(b->data)) {
			if (output_write(out, b->data, b->len, d))
				return -1;
			b->len = 0;
		}
		n = cell(p, &p->column[i], step, b->data + b->len, d);
		if (!n)
			return -1;
		b->len += n;
		b->data[b->len++] = i + 1 < p->ncolumn ? p->sep : '\n';
	}
	return 0;
}

static int header(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	struct buf b = {0};
	size_t i;
	int r = 0;

	for (i = 0; i < p->ncolumn && !r; i++)
		r = (i && buf_addc(&b, p->sep)) ||
		    buf_adds(&b, p->column[i].name);
	r = r || buf_addc(&b, '\n');
	r = r ? diag_nomem(d, b.len) : output_write(out, b.data, b.len, d);
	buf_free(&b);
	return r;
}

int lrsched_rows(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	struct block b = {.len = 0};
	uint64_t i, step = p->start;

	if (p->header && header(p, out, d))
		return -1;
	for (i = 0; i < p->nrow; i++, step += p->every)
		if (row(p, step, &b, out, d))
			return -1;
	return output_write(out, b.data, b.len, d);
}

int lrsched_one(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	char text[CELL_NBYTES];
	size_t n = cell(p, &p->column[0], p->start, text, d);

	if (!n)
		return -1;
	text[n++] = '\n';
	return output_write(out, text, n, d);
}
