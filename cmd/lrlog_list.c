/* SPDX-License-Identifier: MIT */
/*
 * Columns as a list, each name once: those that -c names, and what fits its
 * patterns.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/near.h"
#include "lrlog.h"

size_t lrlog_columns_find(const struct lrlog_columns *c, const char *name)
{
	return names_find(&c->names, name, strlen(name));
}

/* Adds the column NAME unless it is there. */
static int add(struct lrlog_columns *c, const char *name, struct diag *d)
{
	struct lrlog_column column = {0};
	size_t i = names_add(&c->names, name, strlen(name));

	if (i == NAMES_NONE)
		return diag_nomem(d, strlen(name));
	if (i < c->n)
		return 0;
	column.name = c->names.name[i].s;
	return array_push(&c->column, &c->n, &column, sizeof(column), d);
}

static bool is_role(const struct log_scalar *s, const char *role)
{
	return strcmp(s->role, role) == 0;
}

/*
 * The step stands in a column of its own, a run in its name; what nothing has
 * named, as the count of a bar, is a column if it plays a part.
 */
static bool is_column(const struct log_scalar *s)
{
	return s->n > 0 && (s->name[0] != '#' || s->role[0]) &&
	       !is_role(s, "step") && !is_role(s, "run");
}

bool lrlog_columns_lack(
	const struct lrlog_columns *c, const struct log_scalar *s)
{
	return is_column(s) && lrlog_columns_find(c, s->name) == LRLOG_NONE;
}

/* Adds what fits PATTERN, or all if it is NULL: 1 if there is any, 0, or -1. */
static int add_all(struct lrlog_columns *c, const struct lrlog_input *in,
	size_t n, const char *pattern, struct diag *d)
{
	int any = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < in[i].nscalar; k++) {
			const struct log_scalar *s = &in[i].scalar[k];

			if (!is_column(s) ||
				(pattern && fnmatch(pattern, s->name, 0)))
				continue;
			if (add(c, s->name, d))
				return -1;
			any = 1;
		}
	return any;
}

static bool is_part(const char *name)
{
	return strcmp(name, "lr") == 0 || strcmp(name, "loss") == 0 ||
	       strcmp(name, "val_loss") == 0;
}

size_t lrlog_find_part(const struct lrlog_input *in, const char *name)
{
	size_t ret = LRLOG_NONE;

	for (size_t i = 0; is_part(name) && i < in->nscalar; i++)
		if (in->scalar[i].n && is_role(&in->scalar[i], name))
			ret = ret == LRLOG_NONE ? i : LRLOG_SUM;
	return ret;
}

static bool is_anywhere(
	const struct lrlog_input *in, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < in[i].nscalar; k++)
			if (strcmp(in[i].scalar[k].name, name) == 0)
				return true;
		if (lrlog_find_part(&in[i], name) != LRLOG_NONE)
			return true;
	}
	return false;
}

/* That none of the N INPUTs has the column NAME.  Returns -1. */
static int fail_name(struct diag *d, const char *name,
	const struct lrlog_input *input, size_t n)
{
	struct near near = {.wrong = name, .nwrong = strlen(name)};
	char phrase[NEAR_PHRASE_MAX];
	const char *hint;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < input[i].nscalar; k++)
			near_try(&near, input[i].scalar[k].name,
				strlen(input[i].scalar[k].name));
	hint = near_phrase(&near, "", phrase);
	return diag_set(d, DIAG_USAGE,
		"--columns: no log has '%s'; expected a name or pattern of "
		"what --list shows%s%s",
		name, *hint ? "; " : "", hint);
}

bool lrlog_is_pattern(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

static int add_named(struct lrlog_columns *c, const struct lrlog_input *in,
	size_t n, const char *name, bool awaited, struct diag *d)
{
	int any;

	if (is_anywhere(in, n, name) || (awaited && !lrlog_is_pattern(name)))
		return add(c, name, d);
	any = lrlog_is_pattern(name) ? add_all(c, in, n, name, d) : 0;
	if (any)
		return any < 0 ? -1 : 0;
	return fail_name(d, name, in, n);
}

/* The end of the first name in LIST, between commas, which no name has. */
static const char *name_end(const char *list)
{
	return list + strcspn(list, ",");
}

bool lrlog_list_has(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *end; list; list = *end ? end + 1 : NULL) {
		end = name_end(list);
		if ((size_t)(end - list) == n && memcmp(list, name, n) == 0)
			return true;
	}
	return false;
}

int lrlog_columns_add(struct lrlog_columns *c, const char *list,
	const struct lrlog_input *in, size_t n, bool awaited, struct diag *d)
{
	if (!list)
		return add_all(c, in, n, NULL, d) < 0 ? -1 : 0;
	for (const char *end; list; list = *end ? end + 1 : NULL) {
		char *name;
		int r;

		end = name_end(list);
		name = strndup(list, (size_t)(end - list));
		r = name ? add_named(c, in, n, name, awaited, d)
			 : diag_nomem(d, (size_t)(end - list));
		free(name);
		if (r)
			return -1;
	}
	return 0;
}

void lrlog_columns_free(struct lrlog_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->column[i].renamed);
	names_free(&c->names);
	free(c->column);
	*c = (struct lrlog_columns){0};
}
