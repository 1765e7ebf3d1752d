/* SPDX-License-Identifier: MIT */
/*
 * Scalars that were told one by one, in files of their own or as events: those
 * of a step make a line.  A tag that comes again at a step makes another line,
 * unless it does so in a later part of the log: that was a resumed run, which
 * tells what became of the step.
 */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/order.h"
#include "source/source_impl.h"

struct point {
	double step, value;
	uint32_t key, part; /* part: then which of its tag's at the step */
	uint32_t order;     /* as they were told */
};

struct source_points {
	struct pair_keys *keys; /* owned until there is a source */
	struct point *point;
	size_t n;
	uint32_t part;
	bool cut, is_sorted;
	size_t at, nline;
	struct pair *pair; /* of the line */
	size_t npair;
	size_t step; /* the key */
};

/* A tag that is called as the step is. */
#define STEP "step"
#define STEP_TAG "step (tag)"

#define NPOINT_MAX UINT32_MAX

int source_points_new(struct source_points **ret, struct diag *d)
{
	struct source_points *p = calloc(1, sizeof(*p));

	*ret = p;
	if (!p)
		return diag_nomem(d, sizeof(*p));
	if (pair_keys_new(&p->keys, d) == 0) {
		p->step = pair_keys_find(p->keys, STEP, sizeof(STEP) - 1, true);
		if (p->step != SIZE_MAX)
			return 0;
		diag_nomem(d, sizeof(STEP));
	}
	source_points_free(p);
	*ret = NULL;
	return -1;
}

void source_points_free(struct source_points *p)
{
	if (!p)
		return;
	pair_keys_free(p->keys);
	free(p->point);
	free(p->pair);
	free(p);
}

void source_points_end_part(struct source_points *p, bool cut)
{
	p->part++;
	p->cut |= cut;
}

size_t source_points_key(struct source_points *p, const char *tag, size_t n)
{
	size_t key = pair_keys_find(p->keys, tag, n, true);

	if (key == p->step)
		key = pair_keys_find(
			p->keys, STEP_TAG, sizeof(STEP_TAG) - 1, true);
	return key < UINT32_MAX ? key : SIZE_MAX;
}

int source_points_add(struct source_points *p, size_t key, double step,
	double value, struct diag *d)
{
	const struct point new = {
		step, value, (uint32_t)key, p->part, (uint32_t)p->n};

	if (p->n == NPOINT_MAX)
		return diag_set(d, DIAG_DATA,
			"more than %lu values; expected fewer in one run",
			(unsigned long)NPOINT_MAX);
	return array_push(&p->point, &p->n, &new, sizeof(new), d);
}

void source_points_void(struct source_points *p, double step)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->point[i].step < step) {
			p->point[n] = p->point[i];
			p->point[n].order = (uint32_t)n;
			n++;
		}
	p->n = n;
}

/* --- lines ---------------------------------------------------------------- */

static int by_tag(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int r = ORDER_OF(x->step, y->step);

	if (!r)
		r = ORDER_OF(x->key, y->key);
	return r ? r : ORDER_OF(x->order, y->order);
}

static int by_line(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int r = ORDER_OF(x->step, y->step);

	if (!r)
		r = ORDER_OF(x->part, y->part);
	return r ? r : ORDER_OF(x->order, y->order);
}

/* Most logs are written in the order that is wanted. */
static void put_in_order(
	struct source_points *p, int (*compare)(const void *a, const void *b))
{
	for (size_t i = 1; i < p->n; i++)
		if (compare(&p->point[i - 1], &p->point[i]) > 0) {
			qsort(p->point, p->n, sizeof(*p->point), compare);
			return;
		}
}

/* How many points from I on are of its step and tag. */
static size_t same_tag(const struct source_points *p, size_t i)
{
	const struct point *x = p->point;
	size_t end = i + 1;

	while (end < p->n && x[end].step == x[i].step && x[end].key == x[i].key)
		end++;
	return end - i;
}

/*
 * Of each step and tag the points of the last part are kept, and numbered.  A
 * part is a file, which are in the order of time.
 */
static void sort(struct source_points *p)
{
	size_t n = 0;

	p->is_sorted = true;
	if (p->n == 0)
		return;
	put_in_order(p, by_tag);
	for (size_t i = 0, many; i < p->n; i += many) {
		uint32_t nth = 0, last;

		many = same_tag(p, i);
		last = p->point[i + many - 1].part;
		for (size_t k = i; k < i + many; k++) {
			if (p->point[k].part != last)
				continue;
			p->point[n] = p->point[k];
			p->point[n++].part = nth++;
		}
	}
	p->n = n;
	put_in_order(p, by_line);
}

static struct pair pair_of(size_t key, double value)
{
	return (struct pair){.key = key, .value = value, .total = NAN};
}

static int next_line(void *state, struct line *ret, struct diag *d)
{
	struct source_points *p = state;
	const struct point *x;
	uint64_t shape = 0xcbf29ce484222325;
	size_t n = 0;

	if (!p->is_sorted)
		sort(p);
	if (p->at == p->n)
		return 0;
	x = &p->point[p->at];
	while (p->at + n < p->n && x[n].step == x->step && x[n].part == x->part)
		n++;
	if (array_reserve(&p->pair, &p->npair, n + 1, sizeof(*p->pair), d))
		return -1;
	p->pair[0] = pair_of(p->step, x->step);
	for (size_t i = 0; i < n; i++) {
		p->pair[i + 1] = pair_of(x[i].key, x[i].value);
		shape = (shape ^ x[i].key) * 0x100000001b3;
	}
	p->at += n;
	*ret = (struct line){.pair = p->pair,
		.n = n + 1,
		.lineno = ++p->nline,
		.shape = shape,
		.rank = -1};
	return 1;
}

static void tell_odd(const void *state, struct line_odd *ret)
{
	ret->cut = ((const struct source_points *)state)->cut;
}

static void close_points(void *state)
{
	source_points_free(state);
}

int source_points_open(struct source **ret, struct source_points *p,
	enum source_format format, struct diag *d)
{
	static const struct source_calls calls = {
		.next = next_line, .odd = tell_odd, .close = close_points};
	struct pair_keys *keys = p->keys;

	p->keys = NULL;
	if (source_new(ret, keys, &calls, p, d) < 0)
		return -1;
	(*ret)->format = format;
	return 0;
}
