/* SPDX-License-Identifier: MIT */
/*
 * Counting magnitudes: the upper 16 bits of each key, which is all of it in
 * dtypes up to 16 bits; inside of a bracket, as many more as a table holds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "plan/plan_impl.h"

/*
 * Of each window's cells; floats of 64 bits take five: three for what the first
 * leaves of 63, and one more as a bracket on a boundary costs each a bit.
 */
#define WINDOW_NBITS 16
#define NWINDOW_MAX 5
#define NCELL_MAX ((NWINDOW_MAX << WINDOW_NBITS) + 1)
#define CHUNK_NELEM ((size_t)1 << 20)
/* Up to so many keys are sorted rather than counted in cells. */
#define FEW_NELEM ((uint64_t)1 << 10)

/* Keys [lo, hi) in cells of 2^shift, which begin at number CELL. */
struct window {
	uint64_t lo, hi;
	unsigned shift;
	size_t cell;
};

/*
 * How the keys of a tensor are divided: coarsely, and in each window finer
 * that is in the one before and begins and ends where its cells do.
 */
struct grid {
	const struct select_format *format;
	struct window window[NWINDOW_MAX];
	unsigned nwindow;
	size_t ncell; /* and a last one, for NaN */
};

struct cell {
	u128 squares;
	uint64_t count;
};

struct slot {
	struct cell *cell; /* all zero between chunks */
};

struct counting {
	const struct tensor_model *m;
	const struct plan_count *how;
	const struct tensor_span **span; /* per item */
	size_t nitem;
	/* Of the tensor that is being drained. */
	struct grid grid;
	struct plan_bucket *total; /* per cell */
};

static void add_window(struct grid *g, uint64_t lo, uint64_t hi)
{
	struct window *w = &g->window[g->nwindow++];

	*w = (struct window){.lo = lo, .hi = hi, .cell = g->ncell};
	while ((hi - lo) >> w->shift > 1 << WINDOW_NBITS)
		w->shift++;
	g->ncell += (size_t)((hi - lo) >> w->shift);
}

static struct grid make_grid(
	const struct plan_count *how, const struct tensor_span *s)
{
	struct grid g = {.format = select_format(s->dtype)};
	uint64_t end = select_key_end(g.format);
	struct plan_bracket in = {0, 0};

	add_window(&g, 0, end);
	if (how->bracket)
		in = how->bracket(how->ctx, s->name);
	if (in.hi > end)
		in.hi = end;
	while (in.lo < in.hi && g.nwindow < NWINDOW_MAX) {
		uint64_t low =
			(UINT64_C(1) << g.window[g.nwindow - 1].shift) - 1;

		if (low == 0)
			break;
		add_window(&g, in.lo & ~low, (in.hi + low) & ~low);
	}
	return g;
}

static size_t ncell_of(const struct grid *g)
{
	return g->ncell + 1;
}

/* --- elements ------------------------------------------------------------ */

/* The innermost window with KEY in it. */
static inline const struct window *window_of(const struct grid *g, uint64_t key)
{
	const struct window *w = &g->window[g->nwindow - 1];

	while (key < w->lo || key >= w->hi)
		w--;
	return w;
}

/* The cell of KEY. */
static inline size_t place(const struct grid *g, uint64_t key)
{
	const struct window *w;

	if (key > g->format->key_max)
		return g->ncell;
	w = window_of(g, key);
	return w->cell + (size_t)((key - w->lo) >> w->shift);
}

/* The significand of KEY. */
static inline uint64_t significand_of(
	const struct select_format *f, uint64_t key)
{
	uint64_t one = UINT64_C(1) << f->mantissa_nbits;

	return (key & (one - 1)) | (key >= one ? one : 0);
}

static void count_exact(struct cell *cell, const struct grid *g,
	const unsigned char *p, size_t n, unsigned width, bool big)
{
	const struct select_format f = *g->format;

	for (size_t i = 0; i < n; i++)
		cell[select_bits_key(
			     &f, le_load_or_big(p + i * width, width, big))]
			.count++;
}

static void count_wide(struct cell *cell, const struct grid *g,
	const unsigned char *p, size_t n, unsigned width, bool big)
{
	const struct select_format f = *g->format;

	for (size_t i = 0; i < n; i++) {
		uint64_t key = select_bits_key(
			&f, le_load_or_big(p + i * width, width, big));
		uint64_t m = significand_of(g->format, key);
		struct cell *c = &cell[place(g, key)];

		c->count++;
		c->squares += (u128)m * m;
	}
}

static void count_run(struct cell *cell, const struct grid *g,
	const struct tensor_span *s, const struct select_run *r)
{
	const bool big = s->big_endian;

	switch (g->format->nbytes) {
	case 1: count_exact(cell, g, r->p, r->n, 1, false); break;
	case 2: count_exact(cell, g, r->p, r->n, 2, big); break;
	case 4: count_wide(cell, g, r->p, r->n, 4, big); break;
	default: count_wide(cell, g, r->p, r->n, 8, big); break;
	}
}

/* --- few elements -------------------------------------------------------- */

static bool has_few(const struct tensor_span *s)
{
	return s->n <= FEW_NELEM;
}

static int by_key1(const void *a, const void *b)
{
	const unsigned char *x = a, *y = b;

	return ORDER_OF(*x, *y);
}

#define DEFINE_BY_KEY(NBYTES, BITS)                                        \
	static int by_key##NBYTES(const void *a, const void *b)            \
	{                                                                  \
		uint##BITS##_t x = le_load##BITS(a), y = le_load##BITS(b); \
                                                                           \
		return ORDER_OF(x, y);                                     \
	}
DEFINE_BY_KEY(2, 16)
DEFINE_BY_KEY(4, 32)
DEFINE_BY_KEY(8, 64)

static void store(unsigned char *p, unsigned width, uint64_t x)
{
	for (unsigned i = 0; i < width; i++)
		p[i] = (unsigned char)(x >> 8 * i);
}

/* Makes the elements of R their keys, little-endian, in order. */
static void sort_run(const struct tensor_span *s, const struct select_run *r)
{
	const struct select_format *f = select_format(s->dtype);

	if (r->zero)
		return;
	for (size_t i = 0; i < r->n; i++)
		store(r->p + i * f->nbytes, f->nbytes,
			select_bits_key(f, le_load_or_big(r->p + i * f->nbytes,
						   f->nbytes, s->big_endian)));
	qsort(r->p, r->n, f->nbytes,
		f->nbytes == 1   ? by_key1
		: f->nbytes == 2 ? by_key2
		: f->nbytes == 4 ? by_key4
				 : by_key8);
}

/* --- chunks -------------------------------------------------------------- */

static void init_slot(void *ctx, void *slot, struct select_room *m)
{
	struct slot *s = slot;

	(void)ctx;
	/* Most of its pages are not there. */
	s->cell = select_room_zero(m, NCELL_MAX * sizeof(*s->cell));
}

static int work(void *ctx, void *slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	const struct counting *c = ctx;
	const struct tensor_span *s = c->span[run->item];
	const struct slot *part = slot;
	struct grid g;

	(void)d;
	if (has_few(s)) {
		for (size_t i = 0; i < nrun; i++)
			sort_run(c->span[run[i].item], &run[i]);
		return 0;
	}
	/* Others share their chunk with no item. */
	g = make_grid(c->how, s);
	count_run(part->cell, &g, s, run);
	return 0;
}

static void take_cells(struct counting *c, struct cell *cell, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct plan_bucket *b = &c->total[i];
		struct plan_squares more = {cell[i].squares, 0};

		if (cell[i].count == 0)
			continue;
		b->count += cell[i].count;
		plan_squares_add(&b->squares, &more);
		cell[i] = (struct cell){0};
	}
}

/*
 * Whether all weights of B are the one it begins at, as their squares then
 * tell: rounded weights, zeros, and infinity, which has no other beside it.
 */
static bool is_one_value(
	const struct select_format *f, const struct plan_bucket *b)
{
	struct plan_sum is = {{0}}, would = {{0}};

	plan_sum_bucket(&is, f, b);
	plan_sum_key(&would, f, b->first, b->count);
	return plan_sum_compare(&is, &would) == 0;
}

/* Adds KEY, not less than those before, to T. */
static void put_key(const struct grid *g, struct plan_tensor *t, uint64_t key)
{
	uint64_t m = significand_of(g->format, key);
	const struct plan_squares square = {(u128)m * m, 0};
	const struct window *w = window_of(g, key);
	uint64_t below = (key - w->lo) & ((UINT64_C(1) << w->shift) - 1);
	struct plan_bucket *b;

	if (key > g->format->key_max) {
		t->nan++;
		return;
	}
	b = &t->bucket[t->nbucket ? t->nbucket - 1 : 0];
	if (t->nbucket == 0 || b->first != key - below) {
		b = &t->bucket[t->nbucket++];
		*b = (struct plan_bucket){.first = key - below};
	}
	/* All have one value as long as it is the first. */
	if (below)
		b->shift = w->shift;
	b->count++;
	plan_squares_add(&b->squares, &square);
}

/* Moves the filled cells of W with keys [LO, HI) to the end of T's buckets. */
static void put_buckets(struct counting *c, struct plan_tensor *t,
	const struct window *w, uint64_t lo, uint64_t hi)
{
	const struct select_format *f = c->grid.format;

	for (uint64_t key = lo; key < hi; key += UINT64_C(1) << w->shift) {
		const struct plan_bucket *from =
			&c->total[w->cell + ((key - w->lo) >> w->shift)];
		struct plan_bucket *b = &t->bucket[t->nbucket];

		if (from->count == 0)
			continue;
		if (key > f->key_max) {
			t->nan += from->count;
			continue;
		}
		*b = *from;
		b->first = key;
		b->shift = w->shift;
		if (b->shift && is_one_value(f, b))
			b->shift = 0;
		t->nbucket++;
	}
}

/* What is below the inner windows, the innermost, what is above them. */
static void put_windows(struct counting *c, struct plan_tensor *t)
{
	const struct window *w = c->grid.window;
	unsigned last = c->grid.nwindow - 1;

	for (unsigned i = 0; i < last; i++)
		put_buckets(c, t, &w[i], w[i].lo, w[i + 1].lo);
	put_buckets(c, t, &w[last], w[last].lo, w[last].hi);
	for (unsigned i = last; i-- > 0;)
		put_buckets(c, t, &w[i], w[i + 1].hi, w[i].hi);
}

/* What S is, without its buckets.  Names are borrowed. */
static struct plan_tensor describe(
	const struct counting *c, const struct tensor_span *s)
{
	return (struct plan_tensor){
		.file = (char *)(uintptr_t)tensor_input(c->m, s)->name,
		.name = (char *)(uintptr_t)s->name,
		.dtype = s->dtype,
		.shape = (uint64_t *)(uintptr_t)s->shape,
		.ndim = s->ndim,
		.n = s->n,
		.decision = choice_decide(c->how->choice, c->m->format, s),
	};
}

/* Hands on T, whose buckets are in the making, and releases these. */
static int emit(struct counting *c, struct plan_tensor *t, struct diag *d)
{
	int ret = c->how->emit(c->how->ctx, t, d);

	free(t->bucket);
	return ret;
}

static int emit_cells(
	struct counting *c, const struct tensor_span *s, struct diag *d)
{
	const struct grid *g = &c->grid;
	struct plan_tensor t = describe(c, s);
	size_t ncell = 0;

	for (size_t i = 0; i < ncell_of(g); i++)
		ncell += c->total[i].count > 0;
	t.bucket = calloc(ncell + 1, sizeof(*t.bucket));
	if (!t.bucket)
		return diag_nomem(d, ncell * sizeof(*t.bucket));
	put_windows(c, &t);
	t.nan += c->total[ncell_of(g) - 1].count;
	memset(c->total, 0, ncell_of(g) * sizeof(*c->total));
	return emit(c, &t, d);
}

/* A whole tensor, of which R has the keys in order. */
static int emit_few(
	struct counting *c, const struct select_run *r, struct diag *d)
{
	const struct tensor_span *s = c->span[r->item];
	const struct grid g = make_grid(c->how, s);
	struct plan_tensor t = describe(c, s);

	t.bucket = calloc(r->n + 1, sizeof(*t.bucket));
	if (!t.bucket)
		return diag_nomem(d, r->n * sizeof(*t.bucket));
	for (size_t i = 0; i < r->n; i++) {
		const unsigned width = g.format->nbytes;

		put_key(&g, &t, le_load_or_big(r->p + i * width, width, false));
	}
	return emit(c, &t, d);
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct counting *c = ctx;
	const struct tensor_span *s = c->span[run->item];
	int ret = 0;

	if (has_few(s)) {
		for (size_t i = 0; i < nrun && !ret; i++)
			ret = emit_few(c, &run[i], d);
		return ret;
	}
	if (run->first == 0)
		c->grid = make_grid(c->how, s);
	take_cells(c, ((struct slot *)slot)->cell, ncell_of(&c->grid));
	return run->last ? emit_cells(c, s, d) : 0;
}

/* --- files --------------------------------------------------------------- */

/* Emits what has nothing to count; lists the rest. */
static int list(struct counting *c, struct diag *d)
{
	for (size_t i = 0; i < c->m->ntensor; i++) {
		const struct tensor_span *s = c->m->tensor[i];
		struct plan_tensor t = describe(c, s);

		if (t.decision == CHOICE_YES && t.n)
			c->span[c->nitem++] = s;
		else if (c->how->emit(c->how->ctx, &t, d))
			return -1;
	}
	qsort(c->span, c->nitem, sizeof(*c->span), tensor_by_place);
	return 0;
}

static int scan(struct counting *c, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work, drain};
	struct select_item *item = calloc(c->nitem + 1, sizeof(*item));
	struct select_scan s = {.item = item,
		.nitem = c->nitem,
		.nthread = c->how->nthread,
		.progress = c->how->progress,
		.chunk_nelem = CHUNK_NELEM,
		.hooks = &hooks,
		.ctx = c};
	int ret;

	if (!item)
		return diag_nomem(d, c->nitem * sizeof(*item));
	for (size_t i = 0; i < c->nitem; i++)
		item[i] = (struct select_item){
			.in = tensor_input(c->m, c->span[i]),
			.offset = c->span[i]->offset,
			.n = c->span[i]->n,
			.width = tensor_dtype_info[c->span[i]->dtype].nbytes,
			.group = has_few(c->span[i]) ? 0 : (unsigned)i + 1,
		};
	ret = select_scan(&s, d);
	free(item);
	return ret ? ret : tensor_model_unchanged(c->m, d);
}

int plan_count(const struct tensor_model *m, const struct plan_count *how,
	struct diag *d)
{
	struct counting c = {.m = m, .how = how};
	size_t ncell = NCELL_MAX;
	int ret = -1;

	c.span = calloc(m->ntensor + 1, sizeof(*c.span));
	c.total = calloc(ncell, sizeof(*c.total));
	if (!c.span || !c.total)
		diag_nomem(d, ncell * sizeof(*c.total));
	else if (!list(&c, d))
		ret = scan(&c, d);
	free(c.span);
	free(c.total);
	return ret;
}
