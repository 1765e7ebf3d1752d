/* SPDX-License-Identifier: MIT */
/* How much of which tensors, by patterns of their names: tables of limits. */
#include <fnmatch.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/u128.h"
#include "plan/plan_impl.h"

enum column { PATTERN, SPARSITY, MIN, MAX, NCOLUMN };

static const char *const column[NCOLUMN + 1] = {
	[PATTERN] = "pattern",
	[SPARSITY] = "sparsity",
	[MIN] = "min",
	[MAX] = "max",
};

/* A part, where the cell has one. */
static int read_part(const struct plan_table *t, size_t i,
	struct num_ratio *ret, struct diag *d)
{
	char *text;
	int bad;

	if (plan_cell(t, i).n == 0)
		return 0;
	if (plan_cell_text(t, i, &text, d))
		return -1;
	bad = num_arg_ratio(column[i], text, ret, d);
	free(text);
	return bad ? plan_cell_bad(t, i, "a part, as 0.9, 90% or 9/10", d) : 0;
}

bool plan_bounds_cross(const struct plan_bounds *b)
{
	return (u128)b->min.p * b->max.q > (u128)b->max.p * b->min.q;
}

static int read_limit(
	const struct plan_table *t, struct plan_limit *l, struct diag *d)
{
	struct plan_bounds *b = &l->bounds;

	if (plan_cell(t, PATTERN).n == 0)
		return plan_cell_bad(t, PATTERN, "one of names", d);
	if (plan_cell_text(t, PATTERN, &l->pattern, d))
		return -1;
	if (plan_cell(t, SPARSITY).n) {
		if (plan_cell(t, MIN).n || plan_cell(t, MAX).n)
			return plan_cell_bad(
				t, SPARSITY, "no min or max beside it", d);
		b->exactly = true;
		return read_part(t, SPARSITY, &b->min, d);
	}
	if (read_part(t, MIN, &b->min, d) || read_part(t, MAX, &b->max, d))
		return -1;
	if (plan_bounds_cross(b))
		return plan_cell_bad(t, plan_cell(t, MAX).n ? MAX : MIN,
			"min to be at most max", d);
	return 0;
}

static int add_limit(const struct plan_table *t, struct plan_limits *l,
	const struct plan_bounds *others, struct diag *d)
{
	size_t n = l->n;
	struct plan_limit *p = l->limit;

	/* Doubled at each power of two. */
	if ((n & (n - 1)) == 0)
		p = realloc(p, (n ? 2 * n : 1) * sizeof(*p));
	if (!p)
		return diag_nomem(d, n * sizeof(*p));
	l->limit = p;
	p[l->n++] = (struct plan_limit){.bounds = *others};
	return read_limit(t, &p[n], d);
}

int plan_limits_read(struct plan_limits *l, struct input *in,
	const struct plan_bounds *others, struct diag *d)
{
	struct plan_table t;
	int got;

	*l = (struct plan_limits){0};
	if (plan_table_open(&t, in, column, d))
		return -1;
	while ((got = plan_table_next(&t, d)) > 0)
		if (add_limit(&t, l, others, d)) {
			got = -1;
			break;
		}
	plan_table_close(&t);
	if (got)
		plan_limits_free(l);
	return got;
}

const struct plan_limit *plan_limits_find(
	const struct plan_limits *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (fnmatch(l->limit[i].pattern, name, 0) == 0)
			return &l->limit[i];
	return NULL;
}

void plan_limits_free(struct plan_limits *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->limit[i].pattern);
	free(l->limit);
	*l = (struct plan_limits){0};
}
