/* SPDX-License-Identifier: MIT */
/*
 * Tables that W&B's pages export: a column "RUN - METRIC" for each run, with
 * "RUN - METRIC__MIN" and "...__MAX" beside it.  Here they become a line for
 * each run that a row tells of.  Lines of any other log pass as they are.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "source/source_impl.h"

#define BETWEEN " - "
#define MIN_SUFFIX "__MIN"
#define MAX_SUFFIX "__MAX"
#define RUN "run"

enum column_kind { COLUMN_COMMON, COLUMN_METRIC, COLUMN_RANGE };

/* What a key of the table is. */
struct column {
	enum column_kind kind;
	size_t run, metric; /* its run, and the key of the metric alone */
};

struct exported {
	struct line_reader *lines;
	struct pair_keys *keys; /* borrowed */
	bool looked;
	char *name;            /* a key's, with a suffix */
	struct column *column; /* by key; NULL: no such table */
	size_t ncolumn;
	struct pair_keys *runs; /* their names */
	size_t run_key;

	struct line row; /* that is being told */
	size_t at;       /* the next run of it */
	struct pair *pair;
	size_t npair;
};

/* --- the header ----------------------------------------------------------- */

/* Whether there is a key NAME[0..n) with SUFFIX. */
static bool has_key(const struct exported *e, const char *name, size_t n,
	const char *suffix)
{
	size_t m = strlen(suffix);

	memcpy(e->name, name, n);
	memcpy(e->name + n, suffix, m);
	return pair_keys_find(e->keys, e->name, n + m, false) != SIZE_MAX;
}

/* What stands between the run and the metric in NAME[0..n): the last such. */
static const char *find_between(const char *name, size_t n)
{
	size_t m = strlen(BETWEEN), at = n < m ? 0 : n - m;

	while (at && memcmp(name + at, BETWEEN, m) != 0)
		at--;
	return at && at + m < n ? name + at : NULL;
}

static bool is_metric(const struct exported *e, const char *name, size_t n)
{
	return find_between(name, n) && has_key(e, name, n, MIN_SUFFIX) &&
	       has_key(e, name, n, MAX_SUFFIX);
}

/* NAME[0..n) is such a metric's with a suffix. */
static bool is_range(const struct exported *e, const char *name, size_t n)
{
	size_t m = strlen(MIN_SUFFIX);

	return n > m &&
	       (str_ends_in(name, n, MIN_SUFFIX) ||
		       str_ends_in(name, n, MAX_SUFFIX)) &&
	       is_metric(e, name, n - m);
}

static int set_column(struct exported *e, size_t key, struct diag *d)
{
	const char *name = pair_keys_name(e->keys, key), *between, *metric;
	struct column *c = &e->column[key];
	size_t n = strlen(name);

	if (is_range(e, name, n)) {
		c->kind = COLUMN_RANGE;
		return 0;
	}
	if (!is_metric(e, name, n))
		return 0;
	between = find_between(name, n);
	metric = between + strlen(BETWEEN);
	c->kind = COLUMN_METRIC;
	c->run = pair_keys_find(e->runs, name, (size_t)(between - name), true);
	c->metric = pair_keys_find(e->keys, metric, strlen(metric), true);
	return c->run == SIZE_MAX || c->metric == SIZE_MAX ? diag_nomem(d, n)
							   : 0;
}

/* Room for the name of any key, and a suffix behind it. */
static int make_name(struct exported *e, size_t nkey, struct diag *d)
{
	size_t max = 0;

	for (size_t i = 0; i < nkey; i++) {
		size_t n = strlen(pair_keys_name(e->keys, i));

		max = n > max ? n : max;
	}
	max += strlen(MIN_SUFFIX);
	e->name = malloc(max);
	return e->name ? 0 : diag_nomem(d, max);
}

static int look(struct exported *e, struct diag *d)
{
	size_t nkey = pair_keys_n(e->keys);
	bool any = false;

	e->looked = true;
	if (make_name(e, nkey, d) < 0)
		return -1;
	for (size_t i = 0; i < nkey && !any; i++) {
		const char *name = pair_keys_name(e->keys, i);

		any = is_metric(e, name, strlen(name));
	}
	if (!any)
		return 0;
	e->column = calloc(nkey, sizeof(*e->column));
	if (!e->column)
		return diag_nomem(d, nkey * sizeof(*e->column));
	e->ncolumn = nkey;
	if (pair_keys_new(&e->runs, d) < 0)
		return -1;
	for (size_t i = 0; i < nkey; i++)
		if (set_column(e, i, d) < 0)
			return -1;
	e->run_key = pair_keys_find(e->keys, RUN, strlen(RUN), true);
	return e->run_key == SIZE_MAX ? diag_nomem(d, strlen(RUN)) : 0;
}

/* --- rows ----------------------------------------------------------------- */

static const struct column *column_of(const struct exported *e, size_t key)
{
	static const struct column common = {COLUMN_COMMON, 0, 0};

	return key < e->ncolumn ? &e->column[key] : &common;
}

static void add(
	struct line *l, struct pair *pair, const struct pair *p, size_t key)
{
	pair[l->n] = *p;
	pair[l->n++].key = key;
	l->shape = (l->shape ^ key) * 0x100000001b3;
}

/* What the row tells of RUN, as a line; false: nothing. */
static bool tell_run(struct exported *e, size_t run, struct line *ret)
{
	const char *name = pair_keys_name(e->runs, run);
	const struct pair of_run = {
		e->run_key, NAN, NAN, name, strlen(name), 0};
	bool any = false;

	*ret = e->row;
	ret->pair = e->pair;
	ret->n = 0;
	add(ret, e->pair, &of_run, e->run_key);
	for (size_t i = 0; i < e->row.n; i++) {
		const struct pair *p = &e->row.pair[i];
		const struct column *c = column_of(e, p->key);

		if (c->kind == COLUMN_COMMON)
			add(ret, e->pair, p, p->key);
		else if (c->kind == COLUMN_METRIC && c->run == run) {
			add(ret, e->pair, p, c->metric);
			any = true;
		}
	}
	return any;
}

static int next_row(struct exported *e, struct diag *d)
{
	int got = line_next(e->lines, &e->row, d);

	if (got <= 0)
		return got;
	if (!e->looked && e->row.is_row && look(e, d) < 0)
		return -1;
	if (e->column && array_reserve(&e->pair, &e->npair, e->row.n + 1,
				 sizeof(*e->pair), d))
		return -1;
	e->at = 0;
	return 1;
}

static int next(void *state, struct line *ret, struct diag *d)
{
	struct exported *e = state;

	for (;;) {
		int got;

		while (e->column && e->at < pair_keys_n(e->runs))
			if (tell_run(e, e->at++, ret))
				return 1;
		got = next_row(e, d);
		if (got <= 0)
			return got;
		if (!e->column || !e->row.is_row) {
			*ret = e->row;
			e->at = SIZE_MAX;
			return 1;
		}
	}
}

static size_t repeat(void *state, double *value, uint64_t *forms, size_t max)
{
	struct exported *e = state;

	return e->column ? 0 : line_repeat(e->lines, value, forms, max);
}

static void tell_odd(const void *state, struct line_odd *ret)
{
	line_odd(((const struct exported *)state)->lines, ret);
}

static void close_exported(void *state)
{
	struct exported *e = state;

	line_close(e->lines);
	pair_keys_free(e->runs);
	free(e->name);
	free(e->column);
	free(e->pair);
	free(e);
}

int source_exported_open(struct source **ret, struct line_reader *lines,
	struct pair_keys *keys, struct diag *d)
{
	static const struct source_calls calls = {
		next, repeat, tell_odd, close_exported};
	struct exported *e = calloc(1, sizeof(*e));

	if (!e) {
		line_close(lines);
		pair_keys_free(keys);
		return diag_nomem(d, sizeof(*e));
	}
	*e = (struct exported){.lines = lines, .keys = keys, .at = SIZE_MAX};
	return source_new(ret, keys, &calls, e, d);
}
