/* SPDX-License-Identifier: MIT */
/*
 * Structures: how they are written, and where the weights are that are pruned
 * together, or in groups of their own.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "choice/choice.h"

/* --- as people write them ------------------------------------------------- */

/*
 * *S as a number from 1 to MAX, up to END, a character that it must be followed
 * by; *S is moved behind it.  Returns 0, or -1.
 */
static int take_number(const char **s, char end, uint64_t max, uint64_t *ret)
{
	char text[24];
	const char *stop = end ? strchr(*s, end) : *s + strlen(*s);
	size_t n = stop ? (size_t)(stop - *s) : sizeof(text);
	struct diag d;

	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, *s, n);
	text[n] = '\0';
	*s = stop + (end != '\0');
	return num_arg_u64("", text, 1, max, ret, &d);
}

int choice_nm_parse(struct choice_structure *x, const char *s, const char *name,
	struct diag *d)
{
	const char *keep = str_after(s, "keep:");
	const char *zero = str_after(s, "zero:");
	const char *p = keep ? keep : zero ? zero : s;
	uint64_t n;

	if (take_number(&p, ':', CHOICE_NM_MAX, &n) ||
		take_number(&p, '\0', CHOICE_NM_MAX, &x->of) || n >= x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s'; expected nm=keep:N:M with N below M, and M "
			"at most 64",
			name, s);
	if (!keep && !zero && 2 * n != x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' may keep or zero %llu of %llu; expected "
			"keep:%s or zero:%s",
			name, s, (unsigned long long)n,
			(unsigned long long)x->of, s, s);
	x->keep = zero ? x->of - n : n;
	x->shape = CHOICE_NM;
	return 0;
}

static int take_units(struct choice_structure *x, char *s)
{
	char *colon = strchr(s, ':');
	const char *p;
	uint64_t dim;

	if (colon) {
		x->by_max = strcmp(colon, ":max") == 0;
		if (!x->by_max && strcmp(colon, ":mean") != 0)
			return -1;
		*colon = '\0';
	}
	x->shape = CHOICE_SLICE;
	x->dim = strcmp(s, "col") == 0;
	if (x->dim || strcmp(s, "row") == 0)
		return 0;
	p = str_after(s, "dim=");
	if (p && strcmp(p, "0") == 0)
		return 0;
	if (p) {
		if (take_number(&p, '\0', TENSOR_NDIM_MAX - 1, &dim))
			return -1;
		x->dim = (unsigned)dim;
		return 0;
	}
	x->shape = CHOICE_BLOCK;
	p = str_after(s, "block=");
	return !p || take_number(&p, 'x', UINT32_MAX, &x->rows) ||
			       take_number(&p, '\0', UINT32_MAX, &x->cols)
		       ? -1
		       : 0;
}

int choice_structure_parse(struct choice_structure *x, const char *s,
	const char *name, struct diag *d)
{
	const char *nm = str_after(s, "nm=");
	char *copy;
	int bad;

	*x = (struct choice_structure){0};
	if (strcmp(s, "none") == 0)
		return 0;
	if (nm)
		return choice_nm_parse(x, nm, name, d);
	copy = strdup(s);
	if (!copy)
		return diag_nomem(d, strlen(s));
	bad = take_units(x, copy);
	free(copy);
	return bad ? diag_set(d, DIAG_USAGE,
			     "%s: '%s'; expected none, nm=keep:N:M, "
			     "block=RxC, row, col or dim=K, the last four "
			     "with :mean or :max if wanted",
			     name, s)
		   : 0;
}

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

/* Along which N of M are kept: the inputs of a layer. */
static unsigned nm_dim(const struct tensor_span *s)
{
	return s->ndim > 1;
}

const char *choice_structure_refuses(
	const struct choice_structure *x, const struct tensor_span *s)
{
	switch (x->shape) {
	case CHOICE_SINGLE: return NULL;
	case CHOICE_NM:
		if (s->ndim == 0 || s->shape[nm_dim(s)] % x->of != 0)
			return "its inputs are no whole groups";
		return NULL;
	case CHOICE_BLOCK:
		return s->ndim < 2 ? "fewer than two dimensions" : NULL;
	case CHOICE_SLICE:
		return s->ndim <= x->dim ? "it has no such dimension" : NULL;
	}
	return NULL;
}

uint64_t choice_nm_step(const struct tensor_span *s)
{
	return axis_of(s, nm_dim(s)).stride;
}

uint64_t choice_nm_nelem(
	const struct choice_structure *x, const struct tensor_span *s)
{
	return x->of * axis_in_file(s, nm_dim(s)).stride;
}

uint64_t choice_row_nelem(const struct tensor_span *s)
{
	return s->ndim ? axis_of(s, 0).stride : 1;
}

struct choice_grid choice_grid_of(
	const struct choice_structure *x, const struct tensor_span *s)
{
	struct axis a = axis_in_file(s, x->shape == CHOICE_SLICE ? x->dim : 0);
	uint64_t nrow, ncol, row_nelem;

	if (x->shape == CHOICE_SLICE && a.size * a.stride == s->n)
		return (struct choice_grid){
			a.size, a.stride, a.stride, 1, 1, false, false};
	if (x->shape == CHOICE_SLICE)
		return (struct choice_grid){a.size, a.size * a.stride, a.stride,
			a.size, 0, false, false};
	row_nelem = axis_of(s, 0).stride;
	nrow = a.size / x->rows + (a.size % x->rows != 0);
	ncol = row_nelem / x->cols + (row_nelem % x->cols != 0);
	if (s->fortran && s->ndim == 2)
		return (struct choice_grid){nrow * ncol, a.size, x->rows, nrow,
			x->cols, true, false};
	return (struct choice_grid){nrow * ncol, row_nelem, x->cols, ncol,
		x->rows, false, s->fortran};
}

uint64_t choice_grid_in_c(const struct choice_grid *g, uint64_t at)
{
	uint64_t nrow = g->nunit / g->ncol;

	return g->turned ? at % g->ncol * nrow + at / g->ncol : at;
}

uint64_t choice_grid_at(const struct choice_grid *g, uint64_t c)
{
	uint64_t nrow = g->nunit / g->ncol;

	return g->turned ? c % nrow * g->ncol + c / nrow : c;
}

uint64_t choice_grid_size(
	const struct choice_grid *g, const struct tensor_span *s, uint64_t at)
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

void choice_walk_from(struct choice_walk *w, const struct choice_grid *g,
	const struct tensor_span *s, uint64_t at)
{
	uint64_t c = g->scattered ? select_c_index(s, at) : at;

	/* A row has elements. */
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	*w = (struct choice_walk){g, c / g->row_nelem, c % g->row_nelem, 0, 0};
	choice_walk_find(w);
}
