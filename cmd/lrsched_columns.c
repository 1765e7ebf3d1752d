/* SPDX-License-Identifier: MIT */
/*
 * The columns of a table: those of each schedule, told apart by its name where
 * there are several, and those that -c chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/near.h"
#include "base/utf8.h"
#include "lrsched.h"

/* "lr" of one schedule; of several the schedule's name, or "NAME.momentum". */
static char *title_of(const struct lrsched_plan *p,
	const struct lrsched_column *c, struct diag *d)
{
	const char *schedule = p->schedule[c->schedule].name;
	struct buf b = {0};
	char *ret;

	if (c->kind != LRSCHED_VALUE || p->nschedule == 1)
		buf_adds(&b, c->name);
	else if (strcmp(c->name, "lr") == 0)
		buf_adds(&b, schedule);
	else
		buf_printf(&b, "%s.%s", schedule, c->name);
	ret = buf_take(&b);
	if (!ret)
		diag_nomem(d, strlen(c->name));
	return ret;
}

static int add_to_all(
	struct lrsched_plan *p, struct lrsched_column c, struct diag *d)
{
	c.title = title_of(p, &c, d);
	if (!c.title)
		return -1;
	if (array_push(&p->all, &p->nall, &c, sizeof(c), d) == 0)
		return 0;
	free(c.title);
	return -1;
}

static int add_schedule(struct lrsched_plan *p, size_t i, struct diag *d)
{
	const struct spec *s = &p->schedule[i].spec;

	for (size_t k = 0; k < s->table.n; k++) {
		const struct sched_column *c = &s->table.column[k];
		const char *name = c->name                        ? c->name
				   : c->uses_base && !s->has_base ? "factor"
								  : "lr";

		if (add_to_all(p,
			    (struct lrsched_column){.kind = LRSCHED_VALUE,
				    .name = name,
				    .schedule = i,
				    .index = k,
				    .node = c->node},
			    d))
			return -1;
	}
	return 0;
}

static int add_count(struct lrsched_plan *p, bool wanted,
	enum lrsched_kind kind, const char *name, struct diag *d)
{
	struct lrsched_column c = {.kind = kind, .name = name};

	return wanted ? add_to_all(p, c, d) : 0;
}

/* step, the values, batch, samples, epoch, micro. */
static int add_all(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	bool of_epochs = spec_is_of_epochs(&p->schedule[0].spec, &o->sched);
	bool is_table = p->rows != LRSCHED_ONE && p->rows != LRSCHED_TABLE;
	bool has_batch = o->sched.batch_spec;

	if (add_count(
		    p, is_table, LRSCHED_STEP, of_epochs ? "epoch" : "step", d))
		return -1;
	for (size_t i = 0; i < p->nschedule; i++)
		if (add_schedule(p, i, d))
			return -1;
	return add_count(p, has_batch, LRSCHED_BATCH, "batch", d) ||
			       add_count(p, has_batch, LRSCHED_SAMPLES,
				       "samples", d) ||
			       add_count(p, o->sched.epoch_steps, LRSCHED_EPOCH,
				       "epoch", d) ||
			       add_count(p, o->accum, LRSCHED_MICRO, "micro", d)
		       ? -1
		       : 0;
}

/* Schedules are named by whoever types them: not as another column is. */
static int check_titles(const struct lrsched_plan *p, struct diag *d)
{
	for (size_t i = 0; i < p->nall; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(p->all[i].title, p->all[k].title) == 0)
				return diag_set(d, DIAG_USAGE,
					"two columns would be called '%s'; "
					"expected %s",
					p->all[i].title,
					p->nschedule > 1
						? "NAME=SPEC after vs"
						: "another name after +");
	return 0;
}

static int no_column(
	const struct lrsched_plan *p, const char *name, struct diag *d)
{
	size_t n = strcspn(name, ",");
	struct near near = {.wrong = name, .nwrong = n};
	char phrase[NEAR_PHRASE_MAX];
	const char *first = p->all[0].title;
	const char *second = p->nall > 1 ? p->all[1].title : "";

	for (size_t i = 0; i < p->nall; i++)
		near_try(&near, p->all[i].title, strlen(p->all[i].title));
	return diag_set(d, DIAG_USAGE, "-c: no column '%.*s'; %s %s%s%s; %s",
		(int)n, name, *second ? "the first ones are" : "expected",
		first, *second ? " and " : "", second,
		near_phrase(&near, "--explain shows all", phrase));
}

/* The bytes of NAME if the list NAMES begins with it, else 0. */
static size_t begins(const char *names, const char *name)
{
	size_t n = strlen(name);

	return strncmp(names, name, n) == 0 && (names[n] == ',' || !names[n])
		       ? n
		       : 0;
}

/*
 * The longest title that the list NAMES begins with, as titles may have
 * commas; or what one schedule calls its column.  Returns its length, or 0.
 */
static size_t first_of(const struct lrsched_plan *p, const char *names)
{
	size_t longest = 0, n;

	for (size_t i = 0; i < p->nall; i++) {
		n = begins(names, p->all[i].title);
		longest = n > longest ? n : longest;
	}
	for (size_t i = 0; i < p->nall && !longest; i++)
		longest = begins(names, p->all[i].name);
	return longest;
}

/* The Ith of all is shown next. */
static int show(struct lrsched_plan *p, size_t i, struct diag *d)
{
	return array_push(
		&p->column, &p->ncolumn, &p->all[i], sizeof(p->all[i]), d);
}

/* The column of that title, or those that schedules call so. */
static int choose_one(
	struct lrsched_plan *p, const char *name, size_t n, struct diag *d)
{
	for (size_t i = 0; i < p->nall; i++)
		if (begins(name, p->all[i].title) == n)
			return show(p, i, d);
	for (size_t i = 0; i < p->nall; i++)
		if (begins(name, p->all[i].name) == n && show(p, i, d))
			return -1;
	return 0;
}

/* Those that NAMES lists, in its order. */
static int choose(struct lrsched_plan *p, const char *names, struct diag *d)
{
	for (;; names++) {
		size_t n = first_of(p, names);

		if (!n)
			return no_column(p, names, d);
		if (choose_one(p, names, n, d))
			return -1;
		names += n;
		if (!*names)
			return 0;
	}
}

/* An object's names are text, and readers keep one value for each. */
static int check_json(const struct lrsched_plan *p, struct diag *d)
{
	for (size_t i = 0; i < p->ncolumn; i++) {
		const char *name = p->column[i].title;

		if (!utf8_is_valid(name, strlen(name)))
			return diag_set(d, DIAG_USAGE,
				"-f json: the name of column %zu is not UTF-8; "
				"expected it",
				i + 1);
		for (size_t k = 0; k < i; k++)
			if (strcmp(name, p->column[k].title) == 0)
				return diag_set(d, DIAG_USAGE,
					"-f json: column '%s' twice; expected "
					"it once",
					name);
	}
	return 0;
}

int lrsched_columns(
	struct lrsched_plan *p, const struct lrsched_opts *o, struct diag *d)
{
	int bad = add_all(p, o, d) || check_titles(p, d);

	if (!bad && o->columns)
		bad = choose(p, o->columns, d);
	for (size_t i = 0; !bad && !o->columns && i < p->nall; i++)
		bad = show(p, i, d);
	if (bad)
		return -1;
	return p->format == LRSCHED_JSON ? check_json(p, d) : 0;
}
