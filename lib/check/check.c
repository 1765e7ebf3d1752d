/* SPDX-License-Identifier: MIT */
/* Questions: how each kind is written, and where it is answered. */
#include <stdio.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "check/check_impl.h"

struct check_kind {
	const char *prefix; /* a '=' at its end: a value follows */
	const char *usage;
	int (*take)(struct check *c, const char *value, const char *name,
		struct diag *d);
	int (*ask)(struct check_run *r, struct diag *d);
	enum check_from from;
	bool counts;
};

static int take_sparsity(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	char what[64];

	snprintf(what, sizeof(what), "%s: sparsity", name);
	c->target.kind = CHOICE_BY_SPARSITY;
	return num_arg_ratio(what, value, &c->target.ratio, d);
}

static int take_nm(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	return choice_nm_parse(&c->shape, value, name, d);
}

static int take_file(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	c->file = value;
	if (*value)
		return 0;
	return diag_set(d, DIAG_USAGE, "%s: '%s'; expected a file after '='",
		name, c->expr);
}

/* Its zeros are a mask where its name has an @ before it. */
static int take_mask(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	if (take_file(c, value, name, d))
		return -1;
	c->values = *value == '@';
	c->file += c->values;
	return 0;
}

static int take_zeros(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	c->values = true;
	return take_file(c, value, name, d);
}

static int take_nothing(
	struct check *c, const char *value, const char *name, struct diag *d)
{
	if (*value == '\0')
		return 0;
	return diag_set(d, DIAG_USAGE, "%s: '%s'; expected finite and no more",
		name, c->expr);
}

static const struct check_kind kinds[] = {
	{"sparsity>=", "sparsity>=X", take_sparsity, check_sparsity,
		CHECK_FROM_STAT, false},
	{"nm=", "nm=N:M", take_nm, check_groups, CHECK_FROM_MODEL, true},
	{"mask=", "mask=M", take_mask, check_mask, CHECK_FROM_MASK, false},
	{"zeros=", "zeros=FILE", take_zeros, check_mask, CHECK_FROM_MASK,
		false},
	{"finite", "finite", take_nothing, check_finite, CHECK_FROM_STAT,
		false},
	{"same=", "same=FILE", take_file, check_same, CHECK_FROM_OTHER, true},
};

static int fail_unknown(const char *expr, const char *name, struct diag *d)
{
	struct buf list = {0};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		buf_printf(&list, "%s'%s'",
			i == 0                       ? ""
			: i + 1 == ARRAY_SIZE(kinds) ? " or "
						     : ", ",
			kinds[i].usage);
	if (buf_end(&list, d) == 0)
		diag_set(d, DIAG_USAGE, "%s: unknown '%s'; expected %s", name,
			expr, list.data);
	buf_free(&list);
	return -1;
}

int check_parse(
	struct check *c, const char *expr, const char *name, struct diag *d)
{
	*c = (struct check){.expr = expr};
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *value = str_after(expr, kinds[i].prefix);

		c->kind = &kinds[i];
		if (value)
			return kinds[i].take(c, value, name, d);
	}
	return fail_unknown(expr, name, d);
}

enum check_from check_from(const struct check *c)
{
	return c->kind->from;
}

bool check_counts(const struct check *c)
{
	return c->kind->counts;
}

int check_ask(struct check_answer *ret, const struct check *c,
	const struct check_subject *s, struct diag *d)
{
	struct check_run r = {c, s, ret};

	*ret = (struct check_answer){0};
	return c->kind->ask(&r, d);
}
