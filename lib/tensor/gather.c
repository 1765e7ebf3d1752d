/* SPDX-License-Identifier: MIT */
/*
 * Elements in one order of what lies in another.  Where whole rows of the
 * axis on which elements lie closest are wanted, as many of them are read
 * together as lie side by side: a turned matrix is read in tiles, not once for
 * each of its rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "file/input.h"
#include "tensor/tensor.h"

/* Of a tile: below what malloc() takes anew from the kernel each time. */
#define STAGE_NBYTES ((size_t)120 << 10)
/* A tile is so many runs wide at least, for a line of the cache or more. */
#define WIDTH_MIN 16
/* So many bytes are copied in the time of another call. */
#define CALL_NBYTES 2048

struct axis {
	uint64_t n, step; /* in bytes */
};

struct gather {
	const struct input *in;
	uint64_t at; /* of the first element */
	struct axis axis[TENSOR_NDIM_MAX];
	unsigned naxis;
	unsigned fast;  /* the axis whose elements lie closest */
	uint64_t inner; /* positions on the axes after it */
	uint64_t unit;  /* bytes that lie together at each position */
	unsigned char *stage;
};

/* Axes of V, of more than one element; with TOGETHER without those of units. */
static void set_axes(
	struct gather *g, const struct tensor_strided *v, bool together)
{
	g->naxis = 0;
	g->unit = v->width;
	for (unsigned i = 0; i < v->ndim; i++)
		if (v->shape[i] != 1)
			g->axis[g->naxis++] = (struct axis){
				v->shape[i], v->stride[i] * v->width};
	for (unsigned n = g->naxis;
		together && n-- > 0 && g->axis[n].step == g->unit;) {
		g->unit *= g->axis[n].n;
		g->naxis = n;
	}
	if (g->naxis == 0)
		g->axis[g->naxis++] = (struct axis){1, 0};
	g->fast = g->naxis - 1;
	for (unsigned i = g->naxis; i-- > 0;)
		if (g->axis[i].step != 0 &&
			(g->axis[g->fast].step == 0 ||
				g->axis[i].step < g->axis[g->fast].step))
			g->fast = i;
	g->inner = 1;
	for (unsigned i = g->fast + 1; i < g->naxis; i++)
		g->inner *= g->axis[i].n;
}

/* Where position I on the axes FROM to END - 1 is, from that of 0. */
static uint64_t place(
	const struct gather *g, unsigned from, unsigned end, uint64_t i)
{
	uint64_t ret = 0;

	while (end-- > from) {
		ret += i % g->axis[end].n * g->axis[end].step;
		i /= g->axis[end].n;
	}
	return ret;
}

/* Units of STEP and ROW bytes apart to those of UNIT and TO_ROW apart. */
struct copy {
	unsigned char *to;
	const unsigned char *from;
	size_t to_row, row, step, nrow, n;
};

#define COPY_UNITS(c, unit)                            \
	for (size_t j = 0; j < (c)->nrow; j++)         \
		for (size_t i = 0; i < (c)->n; i++)    \
	memcpy((c)->to + j * (c)->to_row + i * (unit), \
		(c)->from + j * (c)->row + i * (c)->step, (unit))

static void copy_units(const struct copy *c, size_t unit)
{
	switch (unit) {
	case 1: COPY_UNITS(c, 1); break;
	case 2: COPY_UNITS(c, 2); break;
	case 4: COPY_UNITS(c, 4); break;
	case 8: COPY_UNITS(c, 8); break;
	default: COPY_UNITS(c, unit);
	}
}

/*
 * Up to N runs of SPAN bytes, STEP apart from AT on, to the stage, *APART
 * there.  Returns how many, or 0 for trouble.
 */
static size_t read_runs(const struct gather *g, uint64_t at, uint64_t n,
	size_t span, uint64_t step, size_t *apart, struct diag *d)
{
	bool together = step <= span + CALL_NBYTES;
	size_t gap = together ? (size_t)step : span;
	size_t most = gap ? (STAGE_NBYTES - span) / gap + 1 : SIZE_MAX;
	size_t k = n < most ? (size_t)n : most;
	size_t nread = together ? 1 : k;

	*apart = gap;
	if (together)
		span += (k - 1) * gap;
	for (size_t i = 0; i < nread; i++)
		if (input_pread(
			    g->in, g->stage + i * gap, span, at + i * step, d))
			return 0;
	return k;
}

/*
 * NROW units along the fast axis from AT on, of each position from I to
 * I + N - 1 on the axes after it, to P in rows of TO_ROW bytes.
 */
static int read_tile(const struct gather *g, uint64_t at, size_t nrow,
	uint64_t i, uint64_t n, unsigned char *p, size_t to_row, struct diag *d)
{
	const struct axis *last = &g->axis[g->naxis - 1];
	size_t unit = (size_t)g->unit, row = (size_t)g->axis[g->fast].step;
	size_t span = (nrow - 1) * row + unit;

	for (size_t k; n; p += k * unit, i += k, n -= k) {
		uint64_t from = at + place(g, g->fast + 1, g->naxis, i);
		uint64_t left = g->inner > 1 ? last->n - i % last->n : 1;
		struct copy c = {.to = p,
			.from = g->stage,
			.to_row = to_row,
			.row = row,
			.nrow = nrow};

		k = 1;
		if (span > STAGE_NBYTES || (g->inner == 1 && row == unit)) {
			if (input_pread(g->in, p, span, from, d))
				return -1;
			continue;
		}
		k = read_runs(g, from, left < n ? left : n, span, last->step,
			&c.step, d);
		if (k == 0)
			return -1;
		c.n = k;
		copy_units(&c, unit);
	}
	return 0;
}

/* So many units along the fast axis make a run that a tile can have. */
static uint64_t max_rows(const struct gather *g)
{
	uint64_t step = g->axis[g->fast].step;
	uint64_t most = g->inner > 1 ? STAGE_NBYTES / WIDTH_MIN : STAGE_NBYTES;

	/* One that repeats is read once if the stage has room for it. */
	if (step == 0 ? g->unit <= STAGE_NBYTES
		      : g->inner == 1 && step == g->unit)
		return UINT64_MAX;
	return most > g->unit ? (most - g->unit) / step + 1 : 1;
}

/* N units, the first of them FIRST. */
static int gather_units(const struct gather *g, uint64_t first, uint64_t n,
	unsigned char *p, struct diag *d)
{
	uint64_t row = first / g->inner, i = first % g->inner;
	uint64_t most = max_rows(g);

	while (n) {
		uint64_t left = g->axis[g->fast].n - row % g->axis[g->fast].n;
		uint64_t nrow = n / g->inner, k = g->inner;

		nrow = nrow < left ? nrow : left;
		nrow = nrow < most ? nrow : most;
		if (i != 0 || nrow == 0) {
			nrow = 1;
			k = k - i < n ? k - i : n;
		}
		if (read_tile(g, g->at + place(g, 0, g->fast + 1, row),
			    (size_t)nrow, i, k, p, (size_t)(g->inner * g->unit),
			    d))
			return -1;
		p += nrow * k * g->unit;
		n -= nrow * k;
		row += i + k == g->inner ? nrow : 0;
		i = i + k == g->inner ? 0 : i + k;
	}
	return 0;
}

/* S as it lies, of elements of WIDTH bytes, asked for in an order. */
static struct tensor_strided in_order(
	const struct tensor_span *s, unsigned width, bool fortran)
{
	struct tensor_strided v = {
		.offset = s->offset, .width = width, .ndim = s->ndim};
	uint64_t stride = 1;

	for (unsigned i = 0; i < s->ndim; i++) {
		unsigned dim = s->fortran ? i : s->ndim - 1 - i;
		unsigned at = fortran ? s->ndim - 1 - dim : dim;

		v.shape[at] = s->shape[dim];
		v.stride[at] = stride;
		stride *= s->shape[dim];
	}
	return v;
}

int tensor_gather(const struct input *in, const struct tensor_strided *v,
	uint64_t first, uint64_t n, void *p, struct diag *d)
{
	struct gather g = {.in = in, .stage = malloc(STAGE_NBYTES)};
	unsigned char *to = p;
	uint64_t unit, part;
	int ret = 0;

	if (!g.stage)
		return diag_nomem(d, STAGE_NBYTES);
	g.at = v->offset + v->first * v->width;
	set_axes(&g, v, true);
	unit = g.unit / v->width;
	while (n && !ret) {
		/* Whole units, or what is left of one. */
		bool whole = first % unit == 0 && n >= unit;

		part = whole ? n - n % unit : unit - first % unit;
		part = part < n ? part : n;
		set_axes(&g, v, whole);
		ret = gather_units(&g, whole ? first / unit : first,
			whole ? part / unit : part, to, d);
		to += part * v->width;
		first += part;
		n -= part;
	}
	free(g.stage);
	return ret;
}

int tensor_read(const struct input *in, const struct tensor_span *s,
	unsigned width, bool fortran, uint64_t first, uint64_t n, void *p,
	struct diag *d)
{
	struct tensor_strided v;

	if (n == 0)
		return 0;
	if (s->ndim < 2 || s->fortran == fortran)
		return input_pread(
			in, p, (size_t)n * width, s->offset + first * width, d);
	v = in_order(s, width, fortran);
	return tensor_gather(in, &v, first, n, p, d);
}
