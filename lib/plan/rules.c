/* SPDX-License-Identifier: MIT */
/* How much of which tensors, by patterns of their names: tables of rules. */
#include <stdlib.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/pattern.h"
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

static int read_pattern(
	const struct plan_table *t, struct pattern **ret, struct diag *d)
{
	struct diag why;
	char *text;
	int bad;

	if (plan_cell_text(t, PATTERN, &text, d))
		return -1;
	bad = pattern_compile(ret, text, &why);
	free(text);
	return bad ? plan_cell_bad(t, PATTERN, why.text, d) : 0;
}

static int read_rule(
	const struct plan_table *t, struct plan_rule *l, struct diag *d)
{
	struct plan_bounds *b = &l->bounds;

	if (plan_cell(t, PATTERN).n == 0)
		return plan_cell_bad(t, PATTERN, "one of names", d);
	if (read_pattern(t, &l->pattern, d))
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

static int add_rule(const struct plan_table *t, struct plan_rules *l,
	const struct plan_bounds *others, struct diag *d)
{
	size_t n = l->n;
	struct plan_rule *p = plan_grow(l->rule, n, sizeof(*p), d);

	if (!p)
		return -1;
	l->rule = p;
	p[l->n++] = (struct plan_rule){.bounds = *others};
	return read_rule(t, &p[n], d);
}

int plan_rules_read(struct plan_rules *l, struct input *in,
	const struct plan_bounds *others, struct diag *d)
{
	struct plan_table t;
	int got;

	*l = (struct plan_rules){0};
	if (plan_table_open(&t, in, "a table of pattern,sparsity,min,max",
		    column, NULL, d))
		return -1;
	while ((got = plan_table_next(&t, d)) > 0)
		if (add_rule(&t, l, others, d)) {
			got = -1;
			break;
		}
	plan_table_close(&t);
	if (got)
		plan_rules_free(l);
	return got;
}

const struct plan_rule *plan_rules_find(
	const struct plan_rules *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (pattern_matches(l->rule[i].pattern, name))
			return &l->rule[i];
	return NULL;
}

void plan_rules_free(struct plan_rules *l)
{
	for (size_t i = 0; i < l->n; i++)
		pattern_free(l->rule[i].pattern);
	free(l->rule);
	*l = (struct plan_rules){0};
}
