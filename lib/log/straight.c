/* SPDX-License-Identifier: MIT */
/*
 * Tables of logs, most of them, whose lines are records as they stand: of one
 * run, in the order of steps, of which each line has its own.  Nothing is kept
 * of these beside the tape.
 */
#include <math.h>

#include "base/diag.h"
#include "log/log_impl.h"

/* ROW tells something that is a scalar. */
static bool tells(const struct log_table *t, const struct tape_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (log_table_scalar(t, row->key[i], false) != LOG_NONE)
			return true;
	return false;
}

/* ROW is the record of a step behind LAST. */
static bool is_straight(struct log_table *t, const struct tape_row *row,
	const struct role_told *told, double last)
{
	const struct roles *r = &t->roles;
	bool is_aside = log_knows_values(r) && !told->has_lr && !told->has_loss;

	return row->is_plain && told->has_step && !told->is_valid &&
	       !is_aside && (isnan(last) || told->step > last);
}

/* Scalars are what the tape knows of their keys. */
static void count_scalars(struct log_table *t)
{
	for (size_t key = 0; key < tape_nkey(t->tape); key++) {
		size_t i = log_table_scalar(t, key, false);
		const struct tape_stat *s = tape_stat_of(t->tape, key);

		if (i == LOG_NONE)
			continue;
		t->scalar[i].n = s->n;
		t->scalar[i].min = s->min;
		t->scalar[i].max = s->max;
		t->scalar[i].last = s->last;
		t->scalar[i].whole = s->nfinite && s->whole;
	}
}

int log_straight_find(struct log_table *t, struct diag *d)
{
	struct tape_row row;
	struct role_told told;
	double last = NAN;
	int got = 0;

	t->n = 0;
	if (t->roles.run != LOG_NONE || t->roles.step_key == LOG_NONE ||
		t->roles.step_is_epoch)
		return 0;
	while ((got = tape_next(t->tape, &row, d)) > 0) {
		bool is_ours = role_told_of(&told, t->teller, &row);

		if (!tells(t, &row))
			continue;
		if (!is_ours || !is_straight(t, &row, &told, last))
			break;
		last = told.step;
		t->n++;
	}
	t->is_straight = got == 0 && t->n;
	if (t->is_straight)
		count_scalars(t);
	else
		t->n = 0;
	return got < 0 || tape_seek(t->tape, 0, d) < 0 ? -1 : t->is_straight;
}

int log_straight_next(
	struct log_table *t, struct log_record *ret, struct diag *d)
{
	struct tape_row row;
	int got;

	*ret = (struct log_record){.value = t->value};
	if (t->at++ == 0 && tape_seek(t->tape, 0, d) < 0)
		return -1;
	do {
		got = tape_next(t->tape, &row, d);
		if (got <= 0)
			return got;
		for (size_t i = 0; i < row.n; i++) {
			size_t scalar = log_table_scalar(t, row.key[i], false);

			if (scalar != LOG_NONE)
				t->value[ret->n++] = (struct log_value){
					scalar, row.value[i]};
		}
	} while (!ret->n);
	ret->is_last = t->at == t->n;
	ret->is_bar = tape_shape(t->tape, row.shape)->is_bar;
	role_step_of(&ret->step, t->teller, &row);
	return 1;
}
