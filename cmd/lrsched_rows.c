/* SPDX-License-Identifier: MIT */
/*
 * A plan's rows, block by block: the values of all columns, then their text,
 * on as many threads as the plan has; the bytes do not depend on that.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pool.h"
#include "file/output.h"
#include "lrsched.h"
#include "sched/sched.h"

/* Large enough to be worth a thread's while, small enough for its cache. */
#define BLOCK_NBYTES ((size_t)1 << 18)
/* Fewer cells than this are printed before a second thread has begun. */
#define CELLS_OF_ONE_THREAD 1000000

struct table {
	const struct lrsched_plan *plan;
	struct output *out;
	size_t nrow_block;
	uint64_t next, nrow;
	struct lrsched_block *block;
	size_t nblock;
};

/* What a function of the user's says of STEP, if the column is one. */
static int function_fails(
	const struct sched *node, uint64_t step, struct diag *why)
{
	struct sched_fn *fn;

	if (node->kind == SCHED_SEQ && node->u.seq.n == 1)
		node = node->u.seq.part[0].node;
	fn = node->kind == SCHED_SEG ? node->u.seg.fn : NULL;
	return fn && fn->why && fn->why(fn, (double)step, why);
}

static int not_finite(
	const struct lrsched_column *c, uint64_t step, double v, struct diag *d)
{
	struct diag why;

	if (isnan(v) && function_fails(c->node, step, &why))
		return why.class == DIAG_NOMEM
			       ? diag_nomem(d, sizeof(why))
			       : diag_set(d, DIAG_DATA,
					 "%s at step %llu is not a number: "
					 "%s%s",
					 c->title, (unsigned long long)step,
					 why.text,
					 step ? "" : " (-s 1 begins after it)");
	return diag_set(d, DIAG_DATA,
		"%s at step %llu is %s; expected a schedule that stays finite",
		c->title, (unsigned long long)step,
		isnan(v)       ? "not a number"
		: !isfinite(v) ? "infinite"
			       : "above what a float32 holds");
}

int lrsched_values(const struct lrsched_plan *p, const struct lrsched_column *c,
	uint64_t step, size_t n, double *v, struct diag *d)
{
	const double most = p->f32 ? FLT_MAX : DBL_MAX;

	sched_block(c->node, step, p->every, n, v);
	for (size_t i = 0; i < n; i++)
		if (!(fabs(v[i]) <= most))
			return not_finite(c, step + i * p->every, v[i], d);
	for (size_t i = 0; i < n && p->f32; i++)
		v[i] = (double)(float)v[i];
	return 0;
}

/* The values of block B, column after column. */
static int block_values(
	const struct lrsched_plan *p, struct lrsched_block *b, struct diag *d)
{
	uint64_t i = b->first / p->accum;
	size_t k;

	b->step = p->start + i * p->every;
	b->micro = b->first % p->accum;
	b->nstep = (size_t)((b->first + b->nrow - 1) / p->accum - i + 1);
	for (k = 0; k < p->ncolumn; k++)
		if (p->column[k].kind == LRSCHED_VALUE &&
			lrsched_values(p, &p->column[k], b->step, b->nstep,
				b->value + k * b->nstep, d))
			return -1;
	return 0;
}

static int fill(void *ctx, size_t slot, struct diag *d)
{
	struct table *t = ctx;
	struct lrsched_block *b = &t->block[slot];
	uint64_t left = t->nrow - t->next;

	(void)d;
	b->first = t->next;
	b->nrow = left < t->nrow_block ? (size_t)left : t->nrow_block;
	t->next += b->nrow;
	return b->nrow > 0;
}

static int work(void *ctx, size_t slot, struct diag *d)
{
	struct table *t = ctx;
	struct lrsched_block *b = &t->block[slot];

	if (block_values(t->plan, b, d))
		return -1;
	b->len = lrsched_format(t->plan, b);
	return 0;
}

static int drain(void *ctx, size_t slot, struct diag *d)
{
	struct table *t = ctx;

	return output_write(t->out, t->block[slot].text, t->block[slot].len, d);
}

static int make_blocks(struct table *t, size_t n, size_t row, struct diag *d)
{
	size_t nvalue = t->nrow_block * t->plan->ncolumn;

	t->block = calloc(n, sizeof(*t->block));
	if (!t->block) {
		diag_nomem(d, n * sizeof(*t->block));
		return -1;
	}
	for (t->nblock = 0; t->nblock < n; t->nblock++) {
		struct lrsched_block *b = &t->block[t->nblock];
		b->text = malloc(t->nrow_block * row);
		b->value = malloc(nvalue * sizeof(*b->value));
		if (!b->text || !b->value) {
			free(b->text);
			free(b->value);
			diag_nomem(d, t->nrow_block * row);
			return -1;
		}
	}
	return 0;
}

static void free_blocks(struct table *t)
{
	while (t->block && t->nblock-- > 0) {
		free(t->block[t->nblock].text);
		free(t->block[t->nblock].value);
	}
	free(t->block);
}

static int stream(struct table *t, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	const struct lrsched_plan *p = t->plan;
	size_t row = lrsched_row_max(p), nslot;
	unsigned nthread = p->nthread;
	int r;

	if (p->auto_threads)
		nthread = t->nrow > CELLS_OF_ONE_THREAD / p->ncolumn ? 0 : 1;
	t->nrow_block = row < BLOCK_NBYTES ? BLOCK_NBYTES / row : 1;
	nslot = pool_nslot(nthread);
	r = make_blocks(t, nslot, row, d) ||
	    pool_stream(nthread, nslot, &stage, t, d);
	free_blocks(t);
	return r ? -1 : 0;
}

static int put_header(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	struct buf b = {0};
	int r;

	lrsched_header(p, &b, output_is_terminal(out));
	r = output_buf(out, &b, d);
	buf_free(&b);
	return r;
}

/* One update, whose values need not be where the plan's range is. */
static int put_step(const struct lrsched_plan *p, uint64_t step,
	struct lrsched_block *b, struct output *out, struct diag *d)
{
	struct lrsched_plan one = *p;

	one.start = step;
	return block_values(&one, b, d)
		       ? -1
		       : output_write(out, b->text, lrsched_format(&one, b), d);
}

static int put_list(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	struct table t = {.plan = p, .nrow_block = (size_t)p->accum};
	int r = make_blocks(&t, 1, lrsched_row_max(p), d);

	for (uint64_t i = 0; !r && i < p->nrow; i++) {
		t.block->nrow = t.nrow_block;
		r = put_step(p, p->at[i], t.block, out, d);
	}
	free_blocks(&t);
	return r ? -1 : 0;
}

/* As far as it has been read; then it is read for twice as many steps. */
static int put_endless(struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d)
{
	double end = p->schedule[0].horizon;
	int r = 0;

	while (!r) {
		struct table t = {.plan = p, .out = out};

		p->nrow = ((uint64_t)end - p->start + p->every - 1) / p->every;
		t.nrow = p->nrow * p->accum;
		r = stream(&t, d);
		p->start += p->nrow * p->every;
		end = fmax(2 * end, (double)p->start + 1);
		if (!r && end >= (double)SCHED_STEPS_MAX)
			return diag_set(d, DIAG_DATA,
				"the rows have come to step %llu; expected "
				"steps below 2^53",
				(unsigned long long)p->start);
		r = r || lrsched_plan_reach(p, o, end, d);
	}
	return -1;
}

int lrsched_rows(struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d)
{
	struct table t = {.plan = p, .out = out, .nrow = p->nrow * p->accum};

	if (put_header(p, out, d))
		return -1;
	if (p->rows == LRSCHED_ENDLESS)
		return put_endless(p, o, out, d);
	return p->rows == LRSCHED_LIST ? put_list(p, out, d) : stream(&t, d);
}

int lrsched_one(
	const struct lrsched_plan *p, struct output *out, struct diag *d)
{
	struct lrsched_plan first = *p;

	first.ncolumn = 1;
	return put_list(&first, out, d);
}
