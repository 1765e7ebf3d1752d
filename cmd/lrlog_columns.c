/* SPDX-License-Identifier: MIT */
/*
 * Which columns the rows of all logs have.  A name is a scalar of that name, a
 * pattern is those that fit it, and lr, loss and val_loss are what plays that
 * part where nothing is called so: frameworks have many names for the same.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "lrlog.h"

/* --- choosing ------------------------------------------------------------- */

static bool is_role(const struct log_scalar *s, const char *role)
{
	return strcmp(s->role, role) == 0;
}

/*
 * Scalar K of IN, which is called as PART, was told once, as a setting is, and
 * what plays that part more often.
 */
static bool is_setting(const struct lrlog_input *in, size_t k, size_t part)
{
	return in->scalar[k].n == 1 && part != k && part != LRLOG_NONE &&
	       (part == LRLOG_SUM || in->scalar[part].n > 1);
}

/* Which scalar of IN is called as each column is. */
static int match_names(
	struct lrlog_input *in, const struct lrlog_columns *c, struct diag *d)
{
	in->of_column = malloc((c->n + 1) * sizeof(*in->of_column));
	if (!in->of_column)
		return diag_nomem(d, c->n * sizeof(*in->of_column));
	memset(in->of_column, 0xff, (c->n + 1) * sizeof(*in->of_column));
	for (size_t k = 0; k < in->nscalar; k++) {
		size_t column = lrlog_columns_find(c, in->scalar[k].name);

		if (column != LRLOG_NONE)
			in->of_column[column] = k;
	}
	return 0;
}

/*
 * A column of that name is what plays the part if nothing is called so, or,
 * where it is ASKED for, nothing but a setting is.
 */
static void match_parts(
	struct lrlog_input *in, const struct lrlog_columns *c, bool asked)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t k = in->of_column[i];
		size_t part = lrlog_find_part(in, c->column[i].name);

		if (k == LRLOG_NONE || (asked && is_setting(in, k, part)))
			in->of_column[i] = part;
	}
}

int lrlog_columns_match(struct lrlog_input *in, const struct lrlog_columns *c,
	bool asked, struct diag *d)
{
	if (match_names(in, c, d))
		return -1;
	match_parts(in, c, asked);
	return 0;
}

static void find_rates(
	const struct lrlog_input *in, const struct lrlog_columns *c)
{
	for (size_t i = 0; i < c->n; i++) {
		size_t k = in->of_column[i];

		if (k < in->nscalar)
			c->column[i].is_rate = is_role(&in->scalar[k], "lr");
	}
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

/* Adds what makes the name of C another one. */
static int rename_column(struct lrlog_column *c, struct diag *d)
{
	struct buf b = {0};
	char *name;

	buf_printf(&b, "%s.1", c->name);
	name = buf_take(&b);
	if (!name)
		return diag_nomem(d, strlen(c->name));
	free(c->renamed);
	c->name = c->renamed = name;
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
		const char *name = c->column[i].name;
		bool clashes = strcmp(name, c->step) == 0 ||
			       (in->has_runs && strcmp(name, "run") == 0);

		for (; clashes; clashes = is_taken(c, i))
			if (rename_column(&c->column[i], d))
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

		if (k >= in->nscalar || is_role(&in->scalar[k], name))
			continue;
		for (k = 0; k < in->nscalar; k++)
			if (in->scalar[k].n && is_role(&in->scalar[k], name) &&
				!is_chosen(c, in, k))
				logs_note(in->name, NULL,
					"%s is the column that is called so; "
					"expected '%s' for what lrfind reads",
					name, in->scalar[k].name);
	}
}

int lrlog_columns_choose(struct lrlog_columns *ret, struct lrlog_inputs *in,
	const struct lrlog_options *o, bool awaited, struct diag *d)
{
	int r;

	*ret = (struct lrlog_columns){.step = step_name(in)};
	r = lrlog_columns_add(ret, o->columns, in->input, in->n, awaited, d);
	for (size_t i = 0; i < in->n && !r; i++) {
		r = lrlog_columns_match(&in->input[i], ret, o->columns, d);
		if (!r)
			find_rates(&in->input[i], ret);
	}
	for (size_t i = 0; i < in->n && !r && o->columns && !awaited; i++)
		note_others(ret, &in->input[i]);
	return r ? r : make_unique(ret, in, d);
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
		.at = calloc(nscalar, sizeof(*c->at)),
		.from = malloc((columns->n + 1) * sizeof(*c->from)),
	};
	return c->value && c->has && c->at && c->from
		       ? 0
		       : diag_nomem(d, nscalar * sizeof(*c->at));
}

void lrlog_cells_free(struct lrlog_cells *c)
{
	free(c->value);
	free(c->has);
	free(c->at);
	free(c->from);
	*c = (struct lrlog_cells){0};
}

/* The sum of the scalars that are the loss, if all of them are told. */
static bool add_up(const struct lrlog_cells *c, const struct lrlog_input *in,
	const struct log_record *r, double *ret)
{
	*ret = 0;
	for (size_t i = 0; i < in->nscalar; i++) {
		if (!in->scalar[i].n || !is_role(&in->scalar[i], "loss"))
			continue;
		if (!c->at[i])
			return false;
		*ret += r->value[c->at[i] - 1].value;
	}
	return true;
}

/* Finds where R, of another list than the one before, has the columns. */
static void find_cells(struct lrlog_cells *c, const struct lrlog_input *in,
	const struct log_record *r)
{
	c->any = false;
	c->list = r->list;
	c->in = in;
	for (size_t i = 0; i < r->n; i++)
		c->at[r->value[i].scalar] = (uint32_t)i + 1;
	for (size_t i = 0; i < c->ncolumn; i++) {
		size_t k = in->of_column[i];

		if (k == LRLOG_SUM) {
			c->has[i] = add_up(c, in, r, &c->value[i]);
			c->list = 0;
		} else {
			c->has[i] = k != LRLOG_NONE && c->at[k];
			c->from[i] = c->has[i] ? c->at[k] - 1 : 0;
		}
		c->any |= c->has[i];
	}
	for (size_t i = 0; i < r->n; i++)
		c->at[r->value[i].scalar] = 0;
}

bool lrlog_cells_set(struct lrlog_cells *c, const struct lrlog_input *in,
	const struct log_record *r)
{
	if (!r->list || r->list != c->list || in != c->in)
		find_cells(c, in, r);
	for (size_t i = 0; i < c->ncolumn; i++)
		if (c->has[i] && in->of_column[i] != LRLOG_SUM)
			c->value[i] = r->value[c->from[i]].value;
	return c->any;
}
