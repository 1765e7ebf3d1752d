/* SPDX-License-Identifier: MIT */
/*
 * All that a log tells, as one record for each step of a run: a record is the
 * lines of the tape from its place to that of the one behind it, and what other
 * records add.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "log/log_impl.h"

void log_scalar_count(struct log_scalar *s, double x)
{
	s->n++;
	if (!isfinite(x))
		return;
	s->whole = (isnan(s->last) || s->whole) && x == floor(x);
	if (!(s->min <= x))
		s->min = x;
	if (!(s->max >= x))
		s->max = x;
	s->last = x;
}

void log_tally_add(
	struct log_tally *tally, const struct log_table *t, size_t scalar)
{
	const char *name = t->scalar[scalar].name;

	/* A unit alone, as in 87.5/s (mean 67.1/s), says of nothing what. */
	if ((t->roles.epoch != LOG_NONE &&
		    scalar == log_table_scalar(t, t->roles.epoch, false)) ||
		*name == '#' || *name == '/')
		return;
	if (!tally->n++)
		tally->first = scalar;
}

/*
 * ROW, without a step, tells again what the record at hand has of validation.
 */
static bool sums_up(const struct log_table *t, const struct role_told *told,
	const struct tape_row *row)
{
	if (told->has_step || told->has_lr || told->is_row || told->is_bar ||
		!t->roles.step_is_anonymous)
		return false;
	for (size_t i = 0; i < row->n; i++) {
		size_t scalar = log_table_scalar(t, row->key[i], true);

		if (scalar == LOG_NONE || t->cell[scalar].n == 0)
			return false;
	}
	return row->n > 0;
}

enum log_kind log_kind_of(const struct log_table *t,
	const struct role_told *told, const struct tape_row *row,
	enum log_kind before)
{
	if (told->is_valid)
		return LOG_VALIDATION;
	return before != LOG_TRAINING && sums_up(t, told, row) ? LOG_SUMMARY
							       : LOG_TRAINING;
}

/* --- the record at hand -------------------------------------------------- */

static bool is_bar(const struct log_table *t, size_t shape)
{
	return tape_shape(t->tape, shape)->is_bar;
}

static bool differ(double a, double b)
{
	return a != b && !(isnan(a) && isnan(b));
}

/*
 * C has the value X, too, told in a line of SHAPE: once more in its own, in
 * one that is drawn again, in one that is like it, in a summary, or in another.
 */
static void add_value_again(struct log_table *t, struct log_cell *c, double x,
	size_t shape, bool is_summary)
{
	bool is_new = differ(c->value, x);

	if (c->line == t->line)
		c->is_chosen |= is_new;
	else if (is_bar(t, shape) && is_bar(t, c->shape))
		c->value = x;
	else if (c->shape == shape) {
		c->n++;
		/* The mean of some that are infinite is. */
		if (isfinite(c->value))
			c->value += (x - c->value) / c->n;
		c->is_mean |= is_new;
	} else if (is_summary)
		*c = (struct log_cell){.value = x, .n = 1, .shape = shape};
	else
		c->is_chosen |= is_new;
}

/*
 * Adds X, told in a line of SHAPE, to the record at hand.  What is told twice
 * in a line counts as told first; a bar is drawn again.
 */
static void put_value(struct log_table *t, size_t scalar, double x,
	size_t shape, bool is_summary)
{
	struct log_cell *c = &t->cell[scalar];

	if (c->n > 0)
		add_value_again(t, c, x, shape, is_summary);
	else {
		*c = (struct log_cell){.value = x, .n = 1, .shape = shape};
		t->filled[t->nfilled++] = scalar;
	}
	c->line = t->line;
}

void log_table_put(
	struct log_table *t, const struct tape_row *row, enum log_kind kind)
{
	size_t like = tape_shape(t->tape, row->shape)->like;

	t->line++;
	for (size_t i = 0; i < row->n; i++) {
		size_t scalar =
			log_table_scalar(t, row->key[i], kind != LOG_TRAINING);

		if (scalar != LOG_NONE)
			put_value(t, scalar, row->value[i], like,
				kind == LOG_SUMMARY);
	}
}

/* --- one record ---------------------------------------------------------- */

/* Adds X unless a record before it tells it. */
static void add_value(
	struct log_table *t, size_t scalar, double x, struct log_record *ret)
{
	if (scalar == LOG_NONE)
		return;
	if (t->seen[scalar]) {
		if (differ(t->value[t->seen[scalar] - 1].value, x))
			log_tally_add(&t->chosen, t, scalar);
		return;
	}
	t->value[ret->n++] = (struct log_value){scalar, x};
	t->seen[scalar] = ret->n;
}

/* Adds what the lines up to END tell, of which ROW is the first. */
static int add_lines(struct log_table *t, struct tape_row *row, uint64_t end,
	struct log_record *ret, struct diag *d)
{
	struct role_told told;
	enum log_kind kind = LOG_TRAINING;
	int got = 1;

	for (;;) {
		if (role_told_of(&told, t->teller, row) &&
			!told.is_unfinished) {
			kind = log_kind_of(t, &told, row, kind);
			log_table_put(t, row, kind);
		}
		if (tape_place(t->tape) == end)
			break;
		got = tape_next(t->tape, row, d);
		if (got <= 0)
			return -1;
	}
	for (size_t i = 0; i < t->nfilled; i++) {
		size_t scalar = t->filled[i];

		add_value(t, scalar, t->cell[scalar].value, ret);
		t->cell[scalar].n = 0;
	}
	t->nfilled = 0;
	return 0;
}

/* Adds what RECORD tells. */
static int add_record(struct log_table *t, size_t record,
	struct log_record *ret, struct diag *d)
{
	uint64_t end = t->place[record + 1];
	struct tape_row row;
	bool is_valid;

	if (tape_place(t->tape) != t->place[record] &&
		tape_seek(t->tape, t->place[record], d) < 0)
		return -1;
	if (tape_next(t->tape, &row, d) <= 0)
		return -1;
	ret->is_bar |= is_bar(t, row.shape);
	if (!row.is_plain || tape_place(t->tape) != end)
		return add_lines(t, &row, end, ret, d);
	is_valid = tape_shape(t->tape, row.shape)->is_valid;
	for (size_t i = 0; i < row.n; i++)
		add_value(t, log_table_scalar(t, row.key[i], is_valid),
			row.value[i], ret);
	return 0;
}

/* The next record, its scalars in any order. */
static int next_record(
	struct log_table *t, struct log_record *ret, struct diag *d)
{
	const struct log_run *run;

	while (t->run < t->log.nrun && t->at == t->log.run[t->run].n) {
		t->run++;
		t->at = 0;
	}
	if (t->run == t->log.nrun)
		return 0;
	run = &t->log.run[t->run];
	*ret = (struct log_record){
		.run = t->run, .step = run->step[t->at], .value = t->value};
	for (size_t i = (size_t)run->loss[t->at]; i != LOG_NONE;
		i = t->next[i]) {
		ret->is_last |= i + 1 == t->n;
		if (add_record(t, i, ret, d) < 0)
			return -1;
	}
	t->at++;
	for (size_t i = 0; i < ret->n; i++)
		t->seen[t->value[i].scalar] = 0;
	return 1;
}

/* --- lines that are records ---------------------------------------------- */

/*
 * Most logs: of one run, in the order of steps, of which each line has its own.
 * Nothing is kept of these beside the tape.
 */

/* ROW tells something that is a scalar. */
static bool tells(const struct log_table *t, const struct tape_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (log_table_scalar(t, row->key[i], false) != LOG_NONE)
			return true;
	return false;
}

/* The step is told in each line that tells anything, and always rises. */
static bool is_straight(const struct log_table *t)
{
	const struct tape_stat *step = tape_stat_of(t->tape, t->roles.step_key);
	bool values = log_knows_values(&t->roles);
	struct tape_row row;

	for (size_t i = 0; i < tape_nshape(t->tape); i++) {
		tape_shape_row(t->tape, i, &row);
		if ((tells(t, &row) || tape_shape(t->tape, i)->has_loose) &&
			!role_tells_always(t->teller, &row, values))
			return false;
	}
	return step->nup + 1 == step->n;
}

/* Scalars are what the tape knows of their keys. */
static void count_scalars(struct log_table *t)
{
	for (size_t key = 0; key < tape_nkey(t->tape); key++) {
		size_t i = log_table_scalar(t, key, false);
		struct tape_range r = tape_range_of(t->tape, key);

		if (i == LOG_NONE)
			continue;
		t->scalar[i].n = r.n;
		t->scalar[i].min = r.min;
		t->scalar[i].max = r.max;
		t->scalar[i].last = r.last;
		t->scalar[i].whole = r.whole && !isnan(r.max);
	}
}

bool log_table_find_straight(struct log_table *t)
{
	struct tape_row row;

	if (t->roles.run != LOG_NONE || t->roles.step_key == LOG_NONE ||
		t->roles.step_is_epoch || !is_straight(t))
		return false;
	for (size_t i = 0; i < tape_nshape(t->tape); i++) {
		tape_shape_row(t->tape, i, &row);
		t->n += tells(t, &row) ? tape_shape(t->tape, i)->count : 0;
	}
	t->is_straight = t->n > 0;
	if (t->is_straight)
		count_scalars(t);
	return t->is_straight;
}

/* Finds which numbers of lines like ROW are scalars, and of which. */
static void set_list(struct log_table *t, const struct tape_row *row)
{
	bool sorted = true;

	t->shape = row->shape;
	t->list++;
	t->nlist = 0;
	for (size_t i = 0; i < row->n; i++) {
		size_t scalar = log_table_scalar(t, row->key[i], false);

		if (scalar == LOG_NONE)
			continue;
		sorted &= !t->nlist || t->value[t->nlist - 1].scalar < scalar;
		t->value[t->nlist++] = (struct log_value){scalar, (double)i};
	}
	if (!sorted)
		qsort(t->value, t->nlist, sizeof(*t->value), log_value_order);
	for (size_t i = 0; i < t->nlist; i++)
		t->place_of[i] = (uint32_t)t->value[i].value;
}

/* The next line as a record. */
static int next_straight(
	struct log_table *t, struct log_record *ret, struct diag *d)
{
	struct tape_row row;
	int got;

	if (t->at++ == 0 && tape_seek(t->tape, 0, d) < 0)
		return -1;
	do {
		got = tape_next(t->tape, &row, d);
		if (got <= 0)
			return got;
		if (row.shape != t->shape || !t->list)
			set_list(t, &row);
	} while (!t->nlist);
	for (size_t i = 0; i < t->nlist; i++)
		t->value[i].value = row.value[t->place_of[i]];
	*ret = (struct log_record){.value = t->value,
		.n = t->nlist,
		.list = t->list,
		.is_last = t->at == t->n,
		.is_bar = is_bar(t, row.shape)};
	role_step_of(&ret->step, t->teller, &row);
	return 1;
}

/* --- records ------------------------------------------------------------- */

int log_table_next(struct log_table *t, struct log_record *ret, struct diag *d)
{
	bool sorted = true;
	int got;

	if (t->is_straight)
		return next_straight(t, ret, d);
	got = next_record(t, ret, d);
	if (got <= 0)
		return got;
	for (size_t i = 1; i < ret->n; i++)
		sorted &= t->value[i - 1].scalar < t->value[i].scalar;
	if (!sorted)
		qsort(t->value, ret->n, sizeof(*t->value), log_value_order);
	return 1;
}

/* --- the table ----------------------------------------------------------- */

void log_table_free(struct log_table *t)
{
	if (!t)
		return;
	log_free(&t->log);
	role_teller_free(t->teller);
	role_free(&t->roles);
	tape_free(t->tape);
	names_free(&t->valid);
	pair_keys_free(t->runs);
	free(t->scalar_of);
	free(t->scalar);
	free(t->valid_scalar);
	free(t->place);
	free(t->first);
	free(t->next);
	free(t->cell);
	free(t->filled);
	free(t->value);
	free(t->seen);
	free(t->place_of);
	free(t);
}

const struct log_scalar *log_table_scalars(
	const struct log_table *t, size_t *n_ret)
{
	*n_ret = t->nscalar;
	return t->scalar;
}

const struct log *log_table_log(const struct log_table *t)
{
	return &t->log;
}

void log_table_rewind(struct log_table *t)
{
	t->run = t->at = 0;
}
