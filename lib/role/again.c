/* SPDX-License-Identifier: MIT */
/*
 * Lines that stand several times, as two handlers of a logger, or two ranks,
 * print each.  Where nothing counts steps that cannot be seen in a line, but in
 * all of them: if none stands alone, it is what is printed so often.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "role/role_impl.h"

/*
 * So many lines that differ may be what they are by chance, and any number if
 * only rates and epochs do: a schedule holds them as long.
 */
#define NLINE_MIN 4

/* A line, to be compared with the one after it. */
struct last {
	struct role_told told;
	size_t shape, n, cap;
	double *value;
};

static bool is_equal(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* ROW tells what LAST does: all of it, if it is of the same form. */
static bool is_again(const struct last *last, const struct role_told *told,
	const struct tape_row *row)
{
	if (row->shape == last->shape && !row->is_loose) {
		size_t i = 0;

		while (i < row->n && i < last->n &&
			is_equal(row->value[i], last->value[i]))
			i++;
		return i == row->n && i == last->n;
	}
	return is_equal(told->lr, last->told.lr) &&
	       is_equal(told->loss, last->told.loss) &&
	       is_equal(told->epoch, last->told.epoch);
}

/* More than rates and epochs is another in ROW than in LAST. */
static bool goes_on(const struct last *last, const struct roles *r,
	const struct role_told *told, const struct tape_row *row)
{
	if (row->is_loose || row->shape != last->shape || row->n != last->n)
		return told->has_loss && !is_equal(told->loss, last->told.loss);
	for (size_t i = 0; i < row->n; i++) {
		unsigned char role = r->role[row->key[i]];

		if (role != PAIR_LR && role != PAIR_EPOCH &&
			!is_equal(row->value[i], last->value[i]))
			return true;
	}
	return false;
}

static int keep(struct last *last, const struct role_told *told,
	const struct tape_row *row, struct diag *d)
{
	if (array_reserve(
		    &last->value, &last->cap, row->n, sizeof(*last->value), d))
		return -1;
	if (row->n)
		memcpy(last->value, row->value, row->n * sizeof(*row->value));
	last->told = *told;
	last->shape = row->is_loose ? SIZE_MAX : row->shape;
	last->n = row->n;
	return 0;
}

/* Of how many lines each run of equal ones is a multiple: *RET. */
static int count_times(size_t *ret, const struct roles *r, struct tape *t,
	struct role_teller *teller, struct diag *d)
{
	struct last last = {.shape = SIZE_MAX};
	size_t nline = 0, run = 0;
	bool is_table = false; /* whose rows are rows */
	struct tape_row row;
	struct role_told told;
	int got;

	*ret = 0;
	while ((got = tape_next(t, &row, d)) > 0 && *ret != 1) {
		bool is_ours = role_told_of(&told, teller, &row);

		if (!is_ours || told.is_valid || !role_told_counts(&told))
			continue;
		is_table |= told.is_row;
		if (run && is_again(&last, &told, &row)) {
			run++;
			continue;
		}
		nline += !run || goes_on(&last, r, &told, &row);
		*ret = run ? (size_t)num_gcd(run, *ret) : 0;
		run = 1;
		if (keep(&last, &told, &row, d) < 0) {
			got = -1;
			break;
		}
	}
	*ret = (size_t)num_gcd(run, *ret);
	if (nline < NLINE_MIN || is_table || r->run != ROLE_NONE)
		*ret = 1;
	free(last.value);
	return got < 0 ? -1 : 0;
}

int role_find_again(struct roles *r, struct tape *t, struct diag *d)
{
	struct role_teller *teller;
	int status;

	if ((r->step_key != ROLE_NONE && !r->step_is_epoch) ||
		(r->lr == ROLE_NONE && !r->nloss))
		return 0;
	status = role_teller_new(&teller, t, r, d);
	if (!status)
		status = count_times(&r->times, r, t, teller, d);
	role_teller_free(teller);
	return status < 0 ? -1 : tape_seek(t, 0, d);
}
