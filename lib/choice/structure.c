/* SPDX-License-Identifier: MIT */
/*
 * Structures: weights that are pruned together, or in groups of their own;
 * where they are, and what of them is kept.
 */
#include <string.h>

#include "choice/choice.h"

/* --- where weights are ---------------------------------------------------- */

/* Dimension DIM of S: its size, and how far apart its steps are in C order. */
struct axis {
	uint64_t size, stride;
};

static struct axis axis_of(const struct tensor_span *s, unsigned dim)
{
	struct axis a = {s->shape[dim], 1};

	for (unsigned i = dim + 1; i < s->ndim; i++)
		a.stride *= s->shape[i];
	return a;
}

/* The same in the order of the file. */
static struct axis axis_in_file(const struct tensor_span *s, unsigned dim)
{
	struct axis a = {s->shape[dim], 1};

	if (!s->fortran)
		return axis_of(s, dim);
	for (unsigned i = 0; i < dim; i++)
		a.stride *= s->shape[i];
	return a;
}

/* Largest M; cmd takes no more. */
#define NM_MAX 64

/* Along which N of M are kept: the inputs of a layer. */
static unsigned nm_dim(const struct tensor_span *s)
{
	return s->ndim > 1;
}

const char *prune_structure_refuses(
	const struct prune_structure *x, const struct tensor_span *s)
{
	switch (x->shape) {
	case PRUNE_SINGLE: return NULL;
	case PRUNE_NM:
		if (s->ndim == 0 || s->shape[nm_dim(s)] % x->of != 0)
			return "its inputs are no whole groups";
		return NULL;
	case PRUNE_BLOCK:
		return s->ndim < 2 ? "fewer than two dimensions" : NULL;
	case PRUNE_SLICE:
		return s->ndim <= x->dim ? "it has no such dimension" : NULL;
	}
	return NULL;
}

uint64_t prune_nm_step(const struct tensor_span *s)
{
	return axis_of(s, nm_dim(s)).stride;
}

uint64_t prune_nm_nelem(
	const struct prune_structure *x, const struct tensor_span *s)
{
	return x->of * axis_in_file(s, nm_dim(s)).stride;
}

uint64_t prune_row_nelem(const struct tensor_span *s)
{
	return s->ndim ? axis_of(s, 0).stride : 1;
}

struct prune_grid prune_grid_of(
	const struct prune_structure *x, const struct tensor_span *s)
{
	struct axis a = axis_in_file(s, x->shape == PRUNE_SLICE ? x->dim : 0);
	uint64_t nrow, ncol, row_nelem;

	if (x->shape == PRUNE_SLICE && a.size * a.stride == s->n)
		return (struct prune_grid){
			a.size, a.stride, a.stride, 1, 1, false, false};
	if (x->shape == PRUNE_SLICE)
		return (struct prune_grid){a.size, a.size * a.stride, a.stride,
			a.size, 0, false, false};
	row_nelem = axis_of(s, 0).stride;
	nrow = a.size / x->rows + (a.size % x->rows != 0);
	ncol = row_nelem / x->cols + (row_nelem % x->cols != 0);
	if (s->fortran && s->ndim == 2)
		return (struct prune_grid){nrow * ncol, a.size, x->rows, nrow,
			x->cols, true, false};
	return (struct prune_grid){nrow * ncol, row_nelem, x->cols, ncol,
		x->rows, false, s->fortran};
}

uint64_t prune_grid_in_c(const struct prune_grid *g, uint64_t at)
{
	uint64_t nrow = g->nunit / g->ncol;

	return g->turned ? at % g->ncol * nrow + at / g->ncol : at;
}

uint64_t prune_grid_at(const struct prune_grid *g, uint64_t c)
{
	uint64_t nrow = g->nunit / g->ncol;

	return g->turned ? c % nrow * g->ncol + c / nrow : c;
}

uint64_t prune_grid_size(
	const struct prune_grid *g, const struct tensor_span *s, uint64_t at)
{
	uint64_t row, col, nrow, ncol;

	if (g->rows == 0 || s->n == 0)
		return s->n / g->nunit;
	row = at / g->ncol * g->rows;
	col = at % g->ncol * g->cols;
	nrow = s->n / g->row_nelem - row;
	ncol = g->row_nelem - col;
	return (nrow < g->rows ? nrow : g->rows) *
	       (ncol < g->cols ? ncol : g->cols);
}

void prune_walk_from(struct prune_walk *w, const struct prune_grid *g,
	const struct tensor_span *s, uint64_t at)
{
	uint64_t c = g->scattered ? select_c_index(s, at) : at;

	/* A row has elements. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	*w = (struct prune_walk){g, c / g->row_nelem, c % g->row_nelem, 0, 0};
	prune_walk_find(w);
}

/* --- bits ----------------------------------------------------------------- */

/* What bits are made of, and what becomes of them. */
struct marking {
	const struct select_view *v;
	const struct select_run *r;
	uint8_t *bits;
};

static void clear(struct marking *m, size_t i)
{
	m->bits[i / 8] &= (uint8_t) ~(1u << i % 8);
}

/* Of the COUNT elements at FIRST, STEP apart, those that KEEP others beat. */
static void mark_group(
	struct marking *m, size_t first, size_t step, size_t count, size_t keep)
{
	uint64_t key[NM_MAX];

	for (size_t i = 0; i < count; i++)
		key[i] = select_rank_at(m->v, m->r, first + i * step);
	for (size_t i = 0; i < count; i++) {
		size_t nbetter = 0;

		for (size_t j = 0; j < count; j++)
			nbetter +=
				key[j] > key[i] || (j < i && key[j] == key[i]);
		if (nbetter >= keep)
			clear(m, first + i * step);
	}
}

static void mark_nm(struct marking *m, const struct prune_structure *x)
{
	const struct tensor_span *s = m->v->span;
	size_t step = (size_t)axis_in_file(s, nm_dim(s)).stride;
	size_t of = (size_t)x->of, nelem = of * step;

	for (size_t i = 0; i < m->r->n; i += nelem)
		for (size_t k = 0; k < step; k++)
			mark_group(m, i + k, step, of, (size_t)x->keep);
}

/* Clears bits [BEGIN, BEGIN + N). */
static void clear_bits(uint8_t *bits, size_t begin, size_t n)
{
	for (; n && begin % 8; begin++, n--)
		bits[begin / 8] &= (uint8_t) ~(1u << begin % 8);
	memset(bits + begin / 8, 0, n / 8);
	if (n % 8)
		bits[(begin + n) / 8] &= (uint8_t)(0xffu << n % 8);
}

static void mark_units(
	struct marking *m, const struct prune_structure *x, const uint8_t *keep)
{
	const struct tensor_span *s = m->v->span;
	struct prune_grid g = prune_grid_of(x, s);
	size_t n, unit;
	struct prune_walk w;

	prune_walk_from(&w, &g, s, m->r->first);
	for (size_t i = 0; i < m->r->n; i += n) {
		if (g.scattered)
			prune_walk_from(&w, &g, s, m->r->first + i);
		n = prune_walk_next(&w, g.scattered ? 1 : m->r->n - i, &unit);
		if (!select_bit(keep, prune_grid_in_c(&g, unit)))
			clear_bits(m->bits, i, n);
	}
}

void prune_structure_mark(const struct prune_structure *x,
	const struct select_view *v, const struct select_run *r,
	const uint8_t *keep, uint8_t *bits)
{
	struct marking m = {v, r, bits};

	if (x->shape == PRUNE_NM)
		mark_nm(&m, x);
	else
		mark_units(&m, x, keep);
}
