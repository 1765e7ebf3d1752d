/* SPDX-License-Identifier: MIT */
/* How much of which tensors, by patterns of their names: tables of rules. */
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/pattern.h"
#include "base/u128.h"
#include "choice/choice.h"
#include "text/table.h"

/* --- bounds --------------------------------------------------------------- */

bool choice_bounds_cross(const struct choice_bounds *b)
{
	return (u128)b->min.p * b->max.q > (u128)b->max.p * b->min.q;
}

/* ceil and floor of a part of N. */
static uint64_t part_up(struct num_ratio r, uint64_t n)
{
	return (uint64_t)(((u128)r.p * n + r.q - 1) / r.q);
}

static uint64_t part_down(struct num_ratio r, uint64_t n)
{
	return (uint64_t)((u128)r.p * n / r.q);
}

void choice_bounds_count(
	const struct choice_bounds *b, uint64_t n, uint64_t *min, uint64_t *max)
{
	const struct choice_target exactly = {
		.kind = CHOICE_BY_SPARSITY, .ratio = b->min};

	if (b->exactly) {
		*min = *max = choice_amount(&exactly, n);
		return;
	}
	*min = part_up(b->min, n);
	*max = part_down(b->max, n);
	/* Between two bounds may be no whole number of weights. */
	if (*max < *min)
		*max = *min;
}

/* --- tables --------------------------------------------------------------- */

enum column { PATTERN, SPARSITY, MIN, MAX, NCOLUMN };

static const char *const column[NCOLUMN + 1] = {
	[PATTERN] = "pattern",
	[SPARSITY] = "sparsity",
	[MIN] = "min",
	[MAX] = "max",
};

/* Rules that are being read. */
struct reading {
	struct choice_rules *rules;
	const struct choice_bounds *others;
};

/* A part, where the cell has one. */
static int read_part(
	const struct table *t, size_t i, struct num_ratio *ret, struct diag *d)
{
	char *text;
	int bad;

	if (table_cell(t, i).n == 0)
		return 0;
	if (table_text(t, i, &text, d))
		return -1;
	bad = num_arg_ratio(column[i], text, ret, d);
	free(text);
	return bad ? table_bad(t, i, "a part, as 0.9, 90% or 9/10", d) : 0;
}

static int read_pattern(
	const struct table *t, struct pattern **ret, struct diag *d)
{
	struct diag why;
	char *text;
	int bad;

	if (table_text(t, PATTERN, &text, d))
		return -1;
	bad = pattern_compile(ret, text, &why);
	free(text);
	return bad ? table_bad(t, PATTERN, why.text, d) : 0;
}

static int read_bounds(
	const struct table *t, struct choice_bounds *b, struct diag *d)
{
	if (table_cell(t, SPARSITY).n) {
		if (table_cell(t, MIN).n || table_cell(t, MAX).n)
			return table_bad(
				t, SPARSITY, "no min or max beside it", d);
		b->exactly = true;
		return read_part(t, SPARSITY, &b->min, d);
	}
	if (read_part(t, MIN, &b->min, d) || read_part(t, MAX, &b->max, d))
		return -1;
	if (choice_bounds_cross(b))
		return table_bad(t, table_cell(t, MAX).n ? MAX : MIN,
			"min to be at most max", d);
	return 0;
}

static int add_rule(void *ctx, const struct table *t, struct diag *d)
{
	struct reading *r = ctx;
	struct choice_rules *l = r->rules;
	struct choice_rule *rule = array_room(l->rule, l->n, sizeof(*rule), d);

	if (!rule)
		return -1;
	l->rule = rule;
	rule += l->n++;
	*rule = (struct choice_rule){.bounds = *r->others};
	if (table_cell(t, PATTERN).n == 0)
		return table_bad(t, PATTERN, "one of names", d);
	return read_pattern(t, &rule->pattern, d) ||
			       read_bounds(t, &rule->bounds, d)
		       ? -1
		       : 0;
}

int choice_rules_read(struct choice_rules *l, const char *path,
	const struct choice_bounds *others, struct diag *d)
{
	struct reading r = {l, others};
	struct input in;
	int bad;

	*l = (struct choice_rules){0};
	if (!path)
		return 0;
	if (input_open(&in, path, d))
		return -1;
	bad = table_read(&in, "a table of pattern,sparsity,min,max", column,
		add_rule, &r, d);
	input_close(&in);
	if (bad)
		choice_rules_free(l);
	return bad ? -1 : 0;
}

const struct choice_rule *choice_rules_find(
	const struct choice_rules *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (pattern_matches(l->rule[i].pattern, name))
			return &l->rule[i];
	return NULL;
}

void choice_rules_free(struct choice_rules *l)
{
	for (size_t i = 0; i < l->n; i++)
		pattern_free(l->rule[i].pattern);
	free(l->rule);
	*l = (struct choice_rules){0};
}
