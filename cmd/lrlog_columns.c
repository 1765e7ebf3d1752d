/* SPDX-License-Identifier: MIT */
/*
 * Which columns the rows of all logs have.  A name is a scalar of that name, a
 * pattern is those that fit it, and lr, loss and val_loss are what plays that
 * part where nothing is called so: frameworks have many names for the same.
 */
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/near.h"
#include "lrlog.h"

/* --- names ---------------------------------------------------------------- */

/* Names by number, each once: a hash table. */
struct names {
	struct lrlog_columns *columns;
	size_t *slot; /* SIZE_MAX: free */
	size_t nslot; /* a power of two, more than twice the columns */
};

static uint64_t hash_of(const char *s)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h ^ h >> 32;
}

/* The slot of NAME, or the free one where it belongs. */
static size_t *find_slot(const struct names *n, const char *name)
{
	size_t i = hash_of(name) & (n->nslot - 1);

	while (n->slot[i] != SIZE_MAX &&
		strcmp(n->columns->column[n->slot[i]].name, name) != 0)
		i = (i + 1) & (n->nslot - 1);
	return &n->slot[i];
}

static int grow(struct names *n)
{
	size_t nslot = n->nslot ? 2 * n->nslot : 64;
	struct lrlog_column *column =
		realloc(n->columns->column, nslot / 2 * sizeof(*column));

	if (!column)
		return -1;
	n->columns->column = column;
	free(n->slot);
	n->slot = malloc(nslot * sizeof(*n->slot));
	n->nslot = n->slot ? nslot : 0;
	if (!n->slot)
		return -1;
	memset(n->slot, 0xff, nslot * sizeof(*n->slot));
	for (size_t i = 0; i < n->columns->n; i++)
		*find_slot(n, column[i].name) = i;
	return 0;
}

/* Adds the column NAME unless it is there. */
static int add(struct names *n, const char *name, struct diag *d)
{
	size_t *slot;

	if (2 * n->columns->n >= n->nslot && grow(n))
		return diag_nomem(d, 2 * n->nslot * sizeof(*n->slot));
	slot = find_slot(n, name);
	if (*slot != SIZE_MAX)
		return 0;
	n->columns->column[n->columns->n].name = strdup(name);
	if (!n->columns->column[n->columns->n].name)
		return diag_nomem(d, strlen(name));
	*slot = n->columns->n++;
	return 0;
}

/* --- choosing ------------------------------------------------------------- */

static bool is_role(const struct log_scalar *s, const char *role)
{
	return strcmp(s->role, role) == 0;
}

/*
 * The step stands in a column of its own, a run in its name; what nothing has
 * named, as the count of a bar, is a column if it plays a part.
 */
bool lrlog_is_column(const struct log_scalar *s)
{
	return s->n > 0 && (s->name[0] != '#' || s->role[0]) &&
	       !is_role(s, "step") && !is_role(s, "run");
}

static bool is_part(const char *name)
{
	return strcmp(name, "lr") == 0 || strcmp(name, "loss") == 0 ||
	       strcmp(name, "val_loss") == 0;
}

/* Several that are the loss are its parts. */
static size_t find_scalar(const struct lrlog_input *in, const char *name)
{
	size_t ret = LRLOG_NONE;

	for (size_t i = 0; i < in->nscalar; i++)
		if (strcmp(in->scalar[i].name, name) == 0)
			return i;
	for (size_t i = 0; is_part(name) && i < in->nscalar; i++)
		if (in->scalar[i].n && is_role(&in->scalar[i], name))
			ret = ret == LRLOG_NONE ? i : LRLOG_SUM;
	return ret;
}

/* Adds what fits PATTERN, or all if it is NULL: 1 if there is any, 0, or -1. */
static int add_all(struct names *n, const struct lrlog_inputs *in,
	const char *pattern, struct diag *d)
{
	int any = 0;

	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->input[i].nscalar; k++) {
			const struct log_scalar *s = &in->input[i].scalar[k];

			if (!lrlog_is_column(s) ||
				(pattern && fnmatch(pattern, s->name, 0)))
				continue;
			if (add(n, s->name, d))
				return -1;
			any = 1;
		}
	return any;
}

static bool is_anywhere(const struct lrlog_inputs *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (find_scalar(&in->input[i], name) != LRLOG_NONE)
			return true;
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

static int add_named(struct names *n, const struct lrlog_inputs *in,
	const char *name, struct diag *d)
{
	int any;

	if (is_anywhere(in, name))
		return add(n, name, d);
	any = strpbrk(name, "*?[") ? add_all(n, in, name, d) : 0;
	if (any)
		return any < 0 ? -1 : 0;
	return lrlog_fail_name(d, name, in->input, in->n);
}

/* Each part of the list between commas, which no name has in it. */
static int add_list(struct names *n, const struct lrlog_inputs *in,
	const char *list, struct diag *d)
{
	for (const char *end; list; list = *end ? end + 1 : NULL) {
		char *name;
		int r;

		end = list + strcspn(list, ",");
		name = strndup(list, (size_t)(end - list));
		r = name ? add_named(n, in, name, d)
			 : diag_nomem(d, (size_t)(end - list));
		free(name);
		if (r)
			return -1;
	}
	return 0;
}

/* Which scalar of IN each column is. */
static int match(struct lrlog_input *in, const struct names *n, struct diag *d)
{
	const struct lrlog_columns *c = n->columns;

	in->of_column = malloc((c->n + 1) * sizeof(*in->of_column));
	if (!in->of_column)
		return diag_nomem(d, c->n * sizeof(*in->of_column));
	memset(in->of_column, 0xff, (c->n + 1) * sizeof(*in->of_column));
	for (size_t k = 0; n->nslot && k < in->nscalar; k++) {
		size_t column = *find_slot(n, in->scalar[k].name);

		if (column != SIZE_MAX)
			in->of_column[column] = k;
	}
	for (size_t i = 0; i < c->n; i++) {
		size_t k = in->of_column[i];

		if (k == LRLOG_NONE && is_part(c->column[i].name))
			k = find_scalar(in, c->column[i].name);
		in->of_column[i] = k;
		if (k < in->nscalar)
			c->column[i].is_rate = is_role(&in->scalar[k], "lr");
	}
	return 0;
}

/* Rows are epochs where that is all that is known of each log. */
static const char *step_name(const struct lrlog_inputs *in)
{
	for (size_t i = 0; i < in->n; i++) {
		const struct log *log = log_table_log(in->input[i].table);

		for (size_t k = 0; k < log->nrun; k++)
			if (log->run[k].unit != LOG_EPOCHS &&
				log->run[k].unit != LOG_EPOCH_PARTS)
				return "step";
	}
	return "epoch";
}

/* Adds what makes *NAME another one. */
static int rename_column(char **name, struct diag *d)
{
	struct buf b = {0};

	if (buf_adds(&b, *name) || buf_adds(&b, ".1") || buf_terminate(&b)) {
		buf_free(&b);
		return diag_nomem(d, strlen(*name));
	}
	free(*name);
	*name = b.data;
	return 0;
}

/* Another column than I of C is called as that. */
static bool is_taken(const struct lrlog_columns *c, size_t i)
{
	for (size_t k = 0; k < c->n; k++)
		if (k != i && strcmp(c->column[k].name, c->column[i].name) == 0)
			return true;
	return false;
}

/* What is called as a column of ours gets another name, as pandas gives it. */
static int make_unique(
	struct lrlog_columns *c, const struct lrlog_inputs *in, struct diag *d)
{
	for (size_t i = 0; i < c->n; i++) {
		char **name = &c->column[i].name;
		bool clashes = strcmp(*name, c->step) == 0 ||
			       (in->has_runs && strcmp(*name, "run") == 0);

		for (; clashes; clashes = is_taken(c, i))
			if (rename_column(name, d))
				return -1;
	}
	return 0;
}

static bool is_chosen(
	const struct lrlog_columns *c, const struct lrlog_input *in, size_t k)
{
	for (size_t i = 0; i < c->n; i++)
		if (in->of_column[i] == k)
			return true;
	return false;
}

/*
 * "lr" is a column of that name, and another one, which is not among them, is
 * the rate.
 */
static void note_others(
	const struct lrlog_columns *c, const struct lrlog_input *in)
{
	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->column[i].name;
		size_t k = in->of_column[i];

		if (!is_part(name) || k >= in->nscalar ||
			is_role(&in->scalar[k], name))
			continue;
		for (k = 0; k < in->nscalar; k++)
			if (in->scalar[k].n && is_role(&in->scalar[k], name) &&
				!is_chosen(c, in, k))
				logs_note(in->place->path, NULL,
					"%s is the column that is called so; "
					"expected '%s' for what lrfind reads",
					name, in->scalar[k].name);
	}
}

int lrlog_columns_choose(struct lrlog_columns *ret, struct lrlog_inputs *in,
	const struct lrlog_options *o, struct diag *d)
{
	struct names n = {.columns = ret};
	int r;

	*ret = (struct lrlog_columns){.step = step_name(in)};
	r = (o->columns ? add_list(&n, in, o->columns, d)
			: add_all(&n, in, NULL, d)) < 0
		    ? -1
		    : 0;
	for (size_t i = 0; i < in->n && !r; i++)
		r = match(&in->input[i], &n, d);
	for (size_t i = 0; i < in->n && !r && o->columns; i++)
		note_others(ret, &in->input[i]);
	if (!r)
		r = make_unique(ret, in, d);
	free(n.slot);
	return r;
}

void lrlog_columns_free(struct lrlog_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->column[i].name);
	free(c->column);
	*c = (struct lrlog_columns){0};
}

/* --- cells ---------------------------------------------------------------- */

int lrlog_cells_new(struct lrlog_cells *c, const struct lrlog_columns *columns,
	const struct lrlog_inputs *in, struct diag *d)
{
	size_t nscalar = 1;

	for (size_t i = 0; i < in->n; i++)
		if (in->input[i].nscalar > nscalar)
			nscalar = in->input[i].nscalar;
	*c = (struct lrlog_cells){
		.value = calloc(columns->n + 1, sizeof(*c->value)),
		.has = calloc(columns->n + 1, sizeof(*c->has)),
		.ncolumn = columns->n,
		.told = calloc(nscalar, sizeof(*c->told)),
		.is_told = calloc(nscalar, sizeof(*c->is_told)),
		.nscalar = nscalar,
	};
	return c->value && c->has && c->told && c->is_told
		       ? 0
		       : diag_nomem(d, nscalar * sizeof(*c->told));
}

void lrlog_cells_free(struct lrlog_cells *c)
{
	free(c->value);
	free(c->has);
	free(c->told);
	free(c->is_told);
	*c = (struct lrlog_cells){0};
}

/* The sum of the scalars that are the loss, if all of them are told. */
static bool add_up(
	const struct lrlog_cells *c, const struct lrlog_input *in, double *ret)
{
	*ret = 0;
	for (size_t i = 0; i < in->nscalar; i++) {
		if (!in->scalar[i].n || !is_role(&in->scalar[i], "loss"))
			continue;
		if (!c->is_told[i])
			return false;
		*ret += c->told[i];
	}
	return true;
}

bool lrlog_cells_set(struct lrlog_cells *c, const struct lrlog_input *in,
	const struct log_record *r)
{
	bool any = false;

	for (size_t i = 0; i < r->n; i++) {
		c->told[r->value[i].scalar] = r->value[i].value;
		c->is_told[r->value[i].scalar] = true;
	}
	for (size_t i = 0; i < c->ncolumn; i++) {
		size_t k = in->of_column[i];

		if (k == LRLOG_SUM) {
			c->has[i] = add_up(c, in, &c->value[i]);
		} else {
			c->has[i] = k != LRLOG_NONE && c->is_told[k];
			if (c->has[i])
				c->value[i] = c->told[k];
		}
		any |= c->has[i];
	}
	for (size_t i = 0; i < r->n; i++)
		c->is_told[r->value[i].scalar] = false;
	return any;
}
