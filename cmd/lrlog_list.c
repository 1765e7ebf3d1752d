/* SPDX-License-Identifier: MIT */
/*
 * Columns as a list, each name once: those that -c names, and what fits its
 * patterns.  A wide log has a million, so they are found by a hash table.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "lrlog.h"

static uint64_t hash_of(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h ^ h >> 32;
}

/* The slot of NAME, or the free one where it belongs. */
static size_t *find_slot(const struct lrlog_columns *c, const char *name)
{
	size_t i = hash_of(name) & (c->nslot - 1);

	while (c->slot[i] != LRLOG_NONE &&
		strcmp(c->column[c->slot[i]].name, name) != 0)
		i = (i + 1) & (c->nslot - 1);
	return &c->slot[i];
}

size_t lrlog_columns_find(const struct lrlog_columns *c, const char *name)
{
	return c->nslot ? *find_slot(c, name) : LRLOG_NONE;
}

static int grow(struct lrlog_columns *c)
{
	size_t nslot = c->nslot ? 2 * c->nslot : 64;
	struct lrlog_column *column =
		realloc(c->column, nslot / 2 * sizeof(*column));

	if (!column)
		return -1;
	c->column = column;
	free(c->slot);
	c->slot = malloc(nslot * sizeof(*c->slot));
	c->nslot = c->slot ? nslot : 0;
	if (!c->slot)
		return -1;
	memset(c->slot, 0xff, nslot * sizeof(*c->slot));
	for (size_t i = 0; i < c->n; i++)
		*find_slot(c, column[i].name) = i;
	return 0;
}

/* Adds the column NAME unless it is there. */
static int add(struct lrlog_columns *c, const char *name, struct diag *d)
{
	size_t *slot;

	if (2 * c->n >= c->nslot && grow(c))
		return diag_nomem(d, 2 * c->nslot * sizeof(*c->slot));
	slot = find_slot(c, name);
	if (*slot != LRLOG_NONE)
		return 0;
	c->column[c->n] = (struct lrlog_column){.name = strdup(name)};
	if (!c->column[c->n].name)
		return diag_nomem(d, strlen(name));
	*slot = c->n++;
	return 0;
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

int lrlog_fail_name(struct diag *d, const char *name,
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
	return lrlog_fail_name(d, name, in, n);
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
		free(c->column[i].name);
	free(c->column);
	free(c->slot);
	*c = (struct lrlog_columns){0};
}
