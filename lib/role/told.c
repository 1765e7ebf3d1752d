/* SPDX-License-Identifier: MIT */
/*
 * A line as roles see it.  Where the numbers stand that play them is found once
 * for each list of keys.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/num.h"
#include "role/role_impl.h"
#include "text/formula.h"

/* Where they stand in lines of a shape; ROLE_NONE: nowhere. */
struct places {
	bool is_known;
	bool is_simple; /* each once, and the best step is the only one */
	bool is_named;  /* this has a name */
	size_t step, lr, epoch, loss[ROLE_SUM_MAX];
};

struct role_teller {
	const struct tape *tape;
	const struct roles *roles;
	struct places *places; /* of each shape */
	size_t ncounted;       /* lines that count, so far */
	double epoch, full;    /* the last one; what bars of it went to */
	char number[NUM_DOUBLE_MAX];
};

int role_teller_new(struct role_teller **ret, const struct tape *tape,
	const struct roles *roles, struct diag *d)
{
	size_t n = tape_nshape(tape) + 1;
	struct role_teller *t = calloc(1, sizeof(*t));

	*ret = t;
	if (!t)
		return diag_nomem(d, sizeof(*t));
	*t = (struct role_teller){.tape = tape, .roles = roles};
	t->places = calloc(n, sizeof(*t->places));
	return t->places ? 0 : diag_nomem(d, n * sizeof(*t->places));
}

void role_teller_free(struct role_teller *t)
{
	if (!t)
		return;
	free(t->places);
	free(t);
}

/* --- any line ------------------------------------------------------------ */

/* Of several counters in a line the best is its step. */
static void take_step(
	struct role_told *told, unsigned *rank, unsigned is, double x)
{
	/* Counters without a name stand from the slowest to the fastest. */
	if (is > *rank || (is == *rank && is < PAIR_RANK_NUMBER) ||
		is == PAIR_RANK_NONE || !isfinite(x))
		return;
	*rank = is;
	told->step = x;
	told->has_step = true;
	told->is_named = is < PAIR_RANK_NUMBER;
}

/* The parts of a loss that a line tells, and which. */
struct parts {
	double value[ROLE_SUM_MAX];
	unsigned long has;
};

static size_t place_in_sum(const struct roles *r, size_t key)
{
	for (size_t i = 0; i < r->nloss; i++)
		if (r->loss[i] == key)
			return i;
	return ROLE_NONE;
}

/* What is told twice in a line counts as told first. */
static void take_loss(
	struct parts *loss, const struct roles *r, size_t key, double x)
{
	size_t i = place_in_sum(r, key);

	if (i == ROLE_NONE || loss->has >> i & 1)
		return;
	loss->has |= 1UL << i;
	loss->value[i] = x;
}

static void set_loss(struct role_told *told, const struct role_teller *t,
	const struct parts *loss)
{
	const struct roles *r = t->roles;
	double x = 0;

	if (r->formula)
		x = formula_value(r->formula, loss->value);
	for (size_t i = 0; i < r->nloss && !r->formula; i++)
		x += loss->value[i];
	told->loss = r->is_metric ? -x : x;
	told->has_loss = true;
}

static void take_rate(struct role_told *told, double x)
{
	if (told->has_lr || !isfinite(x))
		return;
	told->lr = x;
	told->has_lr = true;
}

static void tell_any(struct role_told *told, const struct role_teller *t,
	const struct tape_row *row)
{
	const struct roles *r = t->roles;
	unsigned rank = PAIR_RANK_NONE;
	struct parts loss = {.has = 0};

	for (size_t i = 0; i < row->n; i++) {
		size_t key = row->key[i];

		if (r->role[key] == PAIR_LR)
			take_rate(told, row->value[i]);
		if (r->role[key] == PAIR_EPOCH)
			told->epoch = row->value[i];
		take_step(told, &rank, r->step[key], row->value[i]);
		take_loss(&loss, r, key, row->value[i]);
	}
	if (r->nloss && loss.has == (1UL << r->nloss) - 1)
		set_loss(told, t, &loss);
}

/* --- lines of a shape ---------------------------------------------------- */

/* Sets *TO to I, unless it is something already. */
static void set_place(struct places *p, size_t *to, size_t i)
{
	p->is_simple &= *to == ROLE_NONE;
	*to = i;
}

static void find_step(
	struct places *p, const struct roles *r, const struct tape_row *row)
{
	unsigned rank = PAIR_RANK_NONE;

	for (size_t i = 0; i < row->n; i++) {
		unsigned is = r->step[row->key[i]];

		if (is == PAIR_RANK_NONE)
			continue;
		p->is_simple &= is != rank;
		if (is > rank)
			continue;
		rank = is;
		p->step = i;
	}
	p->is_named = rank < PAIR_RANK_NUMBER;
}

static void find_places(
	struct places *p, const struct roles *r, const struct tape_row *row)
{
	*p = (struct places){
		true, true, false, ROLE_NONE, ROLE_NONE, ROLE_NONE, {0}};
	for (size_t i = 0; i < ROLE_SUM_MAX; i++)
		p->loss[i] = ROLE_NONE;
	find_step(p, r, row);
	for (size_t i = 0; i < row->n; i++) {
		size_t key = row->key[i], part = place_in_sum(r, key);

		if (r->role[key] == PAIR_LR)
			set_place(p, &p->lr, i);
		if (r->role[key] == PAIR_EPOCH)
			set_place(p, &p->epoch, i);
		if (part != ROLE_NONE)
			set_place(p, &p->loss[part], i);
	}
}

static void tell_simple(struct role_told *told, const struct role_teller *t,
	const struct places *p, const double *x)
{
	const struct roles *r = t->roles;
	struct parts loss;

	if (p->step != ROLE_NONE) {
		told->step = x[p->step];
		told->has_step = true;
		told->is_named = p->is_named;
	}
	if (p->lr != ROLE_NONE)
		take_rate(told, x[p->lr]);
	if (p->epoch != ROLE_NONE)
		told->epoch = x[p->epoch];
	for (size_t i = 0; i < r->nloss; i++) {
		if (p->loss[i] == ROLE_NONE)
			return;
		loss.value[i] = x[p->loss[i]];
	}
	if (r->nloss)
		set_loss(told, t, &loss);
}

/* --- both ---------------------------------------------------------------- */

/* So does S[0..N), of a phase. */
static bool is_word_of_validation(
	const struct roles *r, const char *s, size_t n)
{
	static const char *const yes[] = {"true"};

	if (r->phase_is_train || r->phase_is_valid)
		return pair_mark_among(s, n, yes, 1) == r->phase_is_valid;
	return pair_is_validation(s, n);
}

static bool is_of_validation(const struct roles *r, const struct tape_row *row)
{
	for (size_t i = 0; i < row->ntext; i++)
		if (r->role[row->text[i].key] == PAIR_PHASE &&
			is_word_of_validation(
				r, row->text[i].p, row->text[i].n))
			return true;
	return false;
}

/*
 * ROW may be a bar that is not full, or that of the validation of an epoch,
 * which is less than one that was, unless it says that it is.
 */
static void tell_bar(struct role_told *told, struct role_teller *t,
	const struct tape_shape *s, const struct tape_row *row)
{
	if (isfinite(told->epoch) && told->epoch != t->epoch) {
		t->epoch = told->epoch;
		t->full = 0;
	}
	told->is_unfinished = s->is_part;
	if (!s->is_bar || s->is_part || s->is_valid)
		return;
	for (size_t i = 0; i < row->n; i++)
		if (row->key[i] == t->roles->bar_key) {
			told->is_unfinished = row->value[i] < t->full;
			t->full = fmax(t->full, row->value[i]);
		}
}

static int process_of(
	const struct role_teller *t, const struct tape_row *row, int rank)
{
	if (t->roles->process == ROLE_NONE)
		return rank;
	for (size_t i = 0; i < row->n; i++)
		if (row->key[i] == t->roles->process && row->value[i] >= 0 &&
			row->value[i] < 1e9)
			return (int)row->value[i];
	return rank;
}

bool role_told_of(struct role_told *ret, struct role_teller *t,
	const struct tape_row *row)
{
	const struct tape_shape *s = tape_shape(t->tape, row->shape);
	const struct roles *r = t->roles;
	struct places *p = &t->places[row->shape];
	int process;

	*ret = (struct role_told){.step = NAN,
		.lr = NAN,
		.loss = NAN,
		.epoch = NAN,
		.is_row = s->is_row,
		.is_headed = s->is_headed,
		.is_bar = s->is_bar,
		.is_valid = s->is_valid,
		.shape = s->like};
	if (!p->is_known && !row->is_loose)
		find_places(p, r, row);
	if (!row->is_loose && p->is_simple &&
		(p->step == ROLE_NONE || isfinite(row->value[p->step])))
		tell_simple(ret, t, p, row->value);
	else
		tell_any(ret, t, row);
	if (r->bar_key != ROLE_NONE)
		tell_bar(ret, t, s, row);
	if (r->phase != ROLE_NONE)
		ret->is_valid |= is_of_validation(r, row);
	if (r->step_is_epoch && isfinite(ret->epoch)) {
		ret->step = ret->epoch;
		ret->has_step = ret->is_named = true;
	}
	process = process_of(t, row, s->rank);
	if (process >= 0 && r->rank >= 0 && process != r->rank)
		return false;
	if (r->times > 1 && !ret->is_valid && role_told_counts(ret))
		ret->is_again = t->ncounted++ % r->times > 0;
	return true;
}

/* KEY, which may be ROLE_NONE, never told what is not finite. */
static bool is_always_finite(const struct role_teller *t, size_t key)
{
	return key != ROLE_NONE && tape_stat_of(t->tape, key)->n ==
					   tape_stat_of(t->tape, key)->nfinite;
}

/* Lines with these P tell a rate or a loss. */
static bool tells_values(const struct role_teller *t, const struct places *p)
{
	size_t n = 0;

	while (n < t->roles->nloss && p->loss[n] != ROLE_NONE)
		n++;
	return (n && n == t->roles->nloss) ||
	       (p->lr != ROLE_NONE && is_always_finite(t, t->roles->lr));
}

bool role_tells_always(
	struct role_teller *t, const struct tape_row *row, bool values)
{
	const struct tape_shape *s = tape_shape(t->tape, row->shape);
	const struct roles *r = t->roles;
	struct places *p = &t->places[row->shape];

	if (!row->is_plain || s->is_valid || r->bar_key != ROLE_NONE ||
		r->process != ROLE_NONE || r->times > 1 ||
		(s->rank >= 0 && r->rank >= 0 && s->rank != r->rank))
		return false;
	if (!p->is_known)
		find_places(p, r, row);
	return p->is_simple && p->step != ROLE_NONE &&
	       row->key[p->step] == r->step_key &&
	       is_always_finite(t, r->step_key) &&
	       (!values || tells_values(t, p));
}

bool role_step_of(
	double *ret, struct role_teller *t, const struct tape_row *row)
{
	const struct places *p = &t->places[row->shape];
	struct role_told told;

	if (p->is_known && p->is_simple && p->step != ROLE_NONE &&
		!row->is_loose && !t->roles->step_is_epoch &&
		isfinite(row->value[p->step])) {
		*ret = row->value[p->step];
		return true;
	}
	role_told_of(&told, t, row);
	*ret = told.step;
	return told.has_step;
}

const char *role_run_of(
	struct role_teller *t, const struct tape_row *row, size_t *n_ret)
{
	const char *ret = NULL;
	size_t key = t->roles->run;

	*n_ret = 0;
	if (key == ROLE_NONE)
		return NULL;
	for (size_t i = 0; i < row->n; i++)
		if (row->key[i] == key) {
			*n_ret = num_from_double(t->number, row->value[i]);
			ret = t->number;
		}
	for (size_t i = 0; i < row->ntext; i++)
		if (row->text[i].key == key) {
			*n_ret = row->text[i].n;
			ret = row->text[i].p;
		}
	return ret;
}
