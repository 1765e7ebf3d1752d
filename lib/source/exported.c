/* SPDX-License-Identifier: MIT */
/*
 * Tables that W&B's pages export: a column "RUN - METRIC" for each run, with
 * "RUN - METRIC__MIN" and "...__MAX" beside it.  Here they become a line for
 * each run that a row tells of.  Lines of any other log pass as they are.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* The key NAME[0..n) with SUFFIX, if there is one. */
static bool has_key(
	struct pair_keys *keys, const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);
	char *whole = malloc(n + m);
	bool ret;

	if (!whole)
		return false;
	memcpy(whole, name, n);
	memcpy(whole + n, suffix, m);
	ret = pair_keys_find(keys, whole, n + m, false) != SIZE_MAX;
	free(whole);
	return ret;
}

/* What stands between the run and the metric: the last such blank. */
static const char *find_between(const char *name)
{
	const char *ret = NULL;

	for (const char *p = name; (p = strstr(p, BETWEEN)); p++)
		ret = p;
	return ret && ret > name && ret[strlen(BETWEEN)] ? ret : NULL;
}

static bool is_metric(struct pair_keys *keys, const char *name)
{
	return find_between(name) && has_key(keys, name, MIN_SUFFIX) &&
	       has_key(keys, name, MAX_SUFFIX);
}

/* NAME is such a metric's with a suffix. */
static bool is_range(struct pair_keys *keys, const char *name)
{
	size_t n = strlen(name), m = strlen(MIN_SUFFIX);
	char *base;
	bool ret;

	if (n <= m || (!str_ends_in(name, n, MIN_SUFFIX) &&
			      !str_ends_in(name, n, MAX_SUFFIX)))
		return false;
	base = strndup(name, n - m);
	ret = base && is_metric(keys, base);
	free(base);
	return ret;
}

static int set_column(struct exported *e, size_t key, struct diag *d)
{
	const char *name = pair_keys_name(e->keys, key);
	const char *between = find_between(name), *metric;
	struct column *c = &e->column[key];

	if (is_range(e->keys, name)) {
		c->kind = COLUMN_RANGE;
		return 0;
	}
	if (!is_metric(e->keys, name))
		return 0;
	metric = between + strlen(BETWEEN);
	c->kind = COLUMN_METRIC;
	c->run = pair_keys_find(e->runs, name, (size_t)(between - name), true);
	c->metric = pair_keys_find(e->keys, metric, strlen(metric), true);
	return c->run == SIZE_MAX || c->metric == SIZE_MAX
		       ? diag_nomem(d, strlen(name))
		       : 0;
}

static int look(struct exported *e, struct diag *d)
{
	size_t n = pair_keys_n(e->keys);
	bool any = false;

	e->looked = true;
	for (size_t i = 0; i < n && !any; i++)
		any = is_metric(e->keys, pair_keys_name(e->keys, i));
	if (!any)
		return 0;
	e->column = calloc(n, sizeof(*e->column));
	if (!e->column)
		return diag_nomem(d, n * sizeof(*e->column));
	e->ncolumn = n;
	if (pair_keys_new(&e->runs, d) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
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
	if (e->row.n + 1 > e->npair) {
		size_t n = 2 * (e->row.n + 1);
		struct pair *p = realloc(e->pair, n * sizeof(*p));

		if (!p)
			return diag_nomem(d, n * sizeof(*p));
		e->pair = p;
		e->npair = n;
	}
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
