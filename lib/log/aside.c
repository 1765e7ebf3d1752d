/* SPDX-License-Identifier: MIT */
/*
 * Lines that tell neither a rate nor a loss, as those of validation may be:
 * which records they add to, once the steps of all of them are known.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "log/log_impl.h"

/* So many lines before the first step are more than settings are. */
#define BEFORE_MIN 100

/* A line that belongs to a record that may be far away, or is one itself. */
struct aside {
	size_t run; /* as its name tells; then of the log's runs */
	size_t record;
	struct log_neighbour before, behind; /* of its run */
	size_t waits; /* one more that lacks the latter */
	double step;
	bool is_named; /* its step has a name */
	bool is_row;   /* of a table in which rows have steps */
	bool is_alone; /* no other record has it */
};

struct log_asides {
	struct log_table *table;
	struct aside *aside;
	size_t n, cap;
	size_t linked, linked_last; /* the last chain */
};

int log_asides_new(
	struct log_asides **ret, struct log_table *table, struct diag *d)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, sizeof(**ret));
	**ret = (struct log_asides){.table = table, .linked = LOG_NONE};
	return 0;
}

void log_asides_free(struct log_asides *all)
{
	if (!all)
		return;
	free(all->aside);
	free(all);
}

int log_asides_add(struct log_asides *all, size_t run,
	const struct role_told *told, const struct log_neighbour *before,
	size_t *waits, struct diag *d)
{
	if (array_reserve(
		    &all->aside, &all->cap, all->n + 1, sizeof(*all->aside), d))
		return -1;
	all->aside[all->n] = (struct aside){.run = run,
		.record = all->table->n - 1,
		.before = *before,
		.behind = {LOG_NONE, NAN},
		.waits = *waits,
		.step = told->step,
		.is_named = told->is_named,
		.is_row = told->is_row && all->table->roles.rows_have_step};
	*waits = all->n++;
	return 0;
}

void log_asides_end_wait(struct log_asides *all, size_t *waits,
	const struct log_neighbour *behind)
{
	for (; *waits != LOG_NONE; *waits = all->aside[*waits].waits)
		all->aside[*waits].behind = *behind;
}

/* --- places -------------------------------------------------------------- */

/* RECORD adds to what the record TO tells, often to that of the call before. */
static void link_record(struct log_asides *a, size_t to, size_t record)
{
	size_t *next = a->table->next;
	size_t last = to == a->linked ? a->linked_last : to;

	while (next[last] != LOG_NONE)
		last = next[last];
	next[last] = record;
	a->linked = to;
	a->linked_last = record;
}

/* Where a record stands; LOG_NONE: it was dropped. */
struct place {
	size_t run, row;
};

static const struct place no_place = {LOG_NONE, LOG_NONE};

/* The place of each record, for free(). */
static struct place *map_records(const struct log_table *t, struct diag *d)
{
	struct place *place = malloc((t->n + 1) * sizeof(*place));

	if (!place) {
		diag_nomem(d, t->n * sizeof(*place));
		return NULL;
	}
	for (size_t i = 0; i < t->n; i++)
		place[i] = no_place;
	for (size_t i = 0; i < t->log.nrun; i++) {
		const struct log_run *run = &t->log.run[i];

		for (size_t k = 0; k < run->n; k++)
			for (size_t r = (size_t)run->loss[k]; r != LOG_NONE;
				r = t->next[r])
				place[r] = (struct place){i, k};
	}
	return place;
}

static struct place place_of(
	const struct place *place, const struct log_neighbour *n)
{
	return n->record == LOG_NONE ? no_place : place[n->record];
}

/*
 * Between two runs, A is of the one behind if its step is below that of the
 * record before it.
 */
static void set_run(const struct log_asides *all, struct aside *a,
	const struct place *place)
{
	size_t before = place_of(place, &a->before).run,
	       behind = place_of(place, &a->behind).run;
	bool begins = before == LOG_NONE || a->step < a->before.step;

	a->run = begins && behind != LOG_NONE ? behind
		 : before != LOG_NONE         ? before
					      : all->table->first[a->run];
	if (before != LOG_NONE && before != a->run)
		a->before = (struct log_neighbour){LOG_NONE, NAN};
	if (behind != LOG_NONE && behind != a->run)
		a->behind = (struct log_neighbour){LOG_NONE, NAN};
}

/*
 * Sets A's step to what it is where a counter goes on: moved as that of the
 * record before it or, where A's counter has begun again, behind it.  Returns
 * false: it was dropped with what begins again.
 */
static bool move_step(
	struct aside *a, const struct log_run *run, const struct place *place)
{
	size_t before = place_of(place, &a->before).row,
	       behind = place_of(place, &a->behind).row;
	bool begins = a->before.record != LOG_NONE && a->step < a->before.step;

	if (begins && behind != LOG_NONE)
		a->step += run->step[behind] - a->behind.step;
	else if (before != LOG_NONE)
		a->step += run->step[before] - a->before.step;
	else
		return a->before.record == LOG_NONE;
	/*
	 * How far a counter went that began again is known to its rows alone.
	 */
	if (run->ncounter && before != LOG_NONE &&
		(behind == LOG_NONE ? begins
				    : a->step < run->step[before] ||
					      a->step >= run->step[behind]))
		a->step = run->step[before];
	return true;
}

/*
 * What A tells is of the record of its run that has its step or, where rows
 * are counted, of the one before it.
 */
static void join_aside(
	struct log_asides *all, struct aside *a, const struct place *place)
{
	struct log_run *run;
	size_t i;

	set_run(all, a, place);
	run = &all->table->log.run[a->run];
	i = place_of(place, &a->before).row;

	if (run->unit != LOG_ROWS) {
		/* A setting, before anything that is counted. */
		if (isnan(a->step) || !move_step(a, run, place)) {
			++*(isnan(a->step) && a->is_row ? &run->nstepless
							: &run->nbefore);
			return;
		}
		i = bisect_from(run->step, run->n, a->step);
	} else if (i == LOG_NONE)
		i = a->before.record == LOG_NONE ? 0 : run->n;
	if (i < run->n && (run->unit == LOG_ROWS || run->step[i] == a->step))
		link_record(all, (size_t)run->loss[i], a->record);
	else if (a->is_named && run->unit != LOG_ROWS)
		a->is_alone = true;
	else
		run->nstray++;
}

/* Of one step the last comes first. */
static int compare_asides(const void *a, const void *b)
{
	const struct aside *p = a, *q = b;

	if (p->run != q->run)
		return p->run < q->run ? -1 : 1;
	if (p->step != q->step)
		return p->step < q->step ? -1 : 1;
	return (p->record < q->record) - (p->record > q->record);
}

/* Leaves those of the asides that are alone, all of which have a step. */
static void keep_alone(struct log_asides *all)
{
	size_t count = all->n;

	all->n = 0;
	for (size_t i = 0; i < count; i++)
		if (all->aside[i].is_alone)
			all->aside[all->n++] = all->aside[i];
}

/* Sorts what is left, one for each step of a run. */
static void order_alone(struct log_asides *all)
{
	size_t n = 0, count = all->n;

	if (count)
		qsort(all->aside, count, sizeof(*all->aside), compare_asides);
	for (size_t i = 0; i < count; i++) {
		const struct aside *a = &all->aside[i];
		const struct aside *last = n ? &all->aside[n - 1] : NULL;

		if (last && last->run == a->run && last->step == a->step)
			link_record(all, last->record, a->record);
		else
			all->aside[n++] = *a;
	}
	all->n = n;
}

/* Adds the N records of A, which are of RUN, between its own. */
static int insert_alone(
	struct log_run *run, const struct aside *a, size_t n, struct diag *d)
{
	double **column[] = {&run->step, &run->lr, &run->loss};
	size_t have = run->n, at = have + n;

	for (size_t i = 0; i < 3; i++)
		if (array_resize(column[i], at, sizeof(double), d))
			return -1;
	run->n = at;
	while (n) {
		if (have && run->step[have - 1] > a[n - 1].step) {
			run->step[--at] = run->step[--have];
			run->lr[at] = run->lr[have];
			run->loss[at] = run->loss[have];
			continue;
		}
		run->step[--at] = a[--n].step;
		run->lr[at] = NAN;
		run->loss[at] = (double)a[n].record;
	}
	return 0;
}

/* What was odd in runs that are apart is told of all of them, by the first. */
static void gather_odd(struct log *log)
{
	static const size_t field[] = {offsetof(struct log_run, ncounter),
		offsetof(struct log_run, nstray),
		offsetof(struct log_run, nbefore),
		offsetof(struct log_run, nagain),
		offsetof(struct log_run, nbehind),
		offsetof(struct log_run, nstepless),
		offsetof(struct log_run, nunfinished),
		offsetof(struct log_run, ninferred)};

	for (size_t i = 0, n; i < log->nrun; i += n) {
		n = log->run[i].napart;
		for (size_t k = 1; k < n; k++)
			for (size_t f = 0; f < ARRAY_SIZE(field); f++) {
				char *to = (char *)&log->run[i] + field[f];
				char *from =
					(char *)&log->run[i + k] + field[f];

				*(size_t *)(void *)to +=
					*(size_t *)(void *)from;
				*(size_t *)(void *)from = 0;
			}
	}
}

int log_asides_place(struct log_asides *all, struct diag *d)
{
	struct place *place = map_records(all->table, d);
	size_t n;

	if (!place)
		return -1;
	/* What is told last counts more. */
	for (size_t i = all->n; i-- > 0;)
		join_aside(all, &all->aside[i], place);
	free(place);
	for (size_t i = 0; i < all->table->log.nrun; i++) {
		struct log_run *run = &all->table->log.run[i];

		/* Settings and layers are fewer. */
		if (run->nbefore <= run->n || run->nbefore < BEFORE_MIN)
			run->nbefore = 0;
	}
	keep_alone(all);
	order_alone(all);
	for (size_t i = 0; i < all->n; i += n) {
		const struct aside *a = &all->aside[i];
		struct log_run *run = &all->table->log.run[a->run];

		for (n = 1; i + n < all->n && a[n].run == a->run; n++)
			;
		if (insert_alone(run, a, n, d) < 0)
			return -1;
	}
	gather_odd(&all->table->log);
	return 0;
}
