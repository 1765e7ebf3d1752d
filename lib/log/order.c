/* SPDX-License-Identifier: MIT */
/*
 * Where a step falls, one of four things has happened.  If the epoch rose, or
 * the rate went on rising, the counter began again with an epoch: it is
 * continued (but not for the rate's sake where only rates are read: they rise
 * for other reasons too).  Else, if no step comes twice, the rows were written
 * in another order: they are sorted.  If the step
 * is not above the first one, the run began again: what was before is dropped.
 * Else it resumed from a checkpoint: later rows of a step win.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "log/series.h"

struct key {
	double step;
	size_t row;
};

static int compare(const void *a, const void *b)
{
	const struct key *p = a, *q = b;

	if (p->step != q->step)
		return p->step < q->step ? -1 : 1;
	return (p->row > q->row) - (p->row < q->row);
}

/* The rows of S by step and then as they came, for free(); NULL: no memory. */
static struct key *sorted_keys(const struct log_series *s, struct diag *d)
{
	struct key *key = malloc(s->n * sizeof(*key));

	if (!key) {
		diag_nomem(d, s->n * sizeof(*key));
		return NULL;
	}
	for (size_t i = 0; i < s->n; i++)
		key[i] = (struct key){s->step[i], i};
	qsort(key, s->n, sizeof(*key), compare);
	return key;
}

/* COLUMN[0..N) in the order of KEY; TMP has room for it. */
static void permute(
	double *column, const struct key *key, size_t n, double *tmp)
{
	for (size_t i = 0; i < n; i++)
		tmp[i] = column[key[i].row];
	for (size_t i = 0; i < n; i++)
		column[i] = tmp[i];
}

static int permute_rows(
	struct log_series *s, const struct key *key, struct diag *d)
{
	double *tmp = malloc(s->n * sizeof(*tmp));

	if (!tmp)
		return diag_nomem(d, s->n * sizeof(*tmp));
	permute(s->step, key, s->n, tmp);
	permute(s->lr, key, s->n, tmp);
	if (s->loss)
		permute(s->loss, key, s->n, tmp);
	for (size_t i = 0; i < s->n; i++)
		tmp[i] = s->has[key[i].row];
	for (size_t i = 0; i < s->n; i++)
		s->has[i] = (unsigned char)tmp[i];
	free(tmp);
	return 0;
}

static bool falls(const struct log_series *s, size_t i)
{
	return i > 0 && s->step[i] < s->step[i - 1];
}

/* Row I, whose step falls after row K, is of a new epoch, or goes on a sweep.
 */
static bool is_new_counter(const struct log_series *s, size_t k, size_t i)
{
	if (s->has[i] & SERIES_EPOCH)
		return true;
	return !s->rates_only && (s->has[k] & s->has[i] & SERIES_LR) &&
	       s->lr[i] >= s->lr[k];
}

/* Some step falls; and of those that do, some are not of a new counter. */
static void look_for_falls(
	const struct log_series *s, bool *falls_ret, bool *others_ret)
{
	*falls_ret = *others_ret = false;
	for (size_t i = 1; i < s->n; i++) {
		if (!falls(s, i))
			continue;
		*falls_ret = true;
		*others_ret |= !is_new_counter(s, i - 1, i);
	}
}

static bool any_twice(const struct key *key, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (key[i].step == key[i - 1].step)
			return true;
	return false;
}

/* Fills what row TO does not tell from the row FROM of the same step. */
static void complete(struct log_series *s, size_t to, size_t from)
{
	unsigned more = s->has[from] & ~s->has[to];

	if (more & SERIES_LR)
		s->lr[to] = s->lr[from];
	if (more & SERIES_LOSS && s->loss)
		s->loss[to] = s->loss[from];
	s->has[to] |= (unsigned char)more;
}

/* The segment of ROW, where BEGIN holds the first row of each but the first. */
static size_t segment_of(const size_t *begin, size_t nsegment, size_t row)
{
	size_t lo = 0, hi = nsegment;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (begin[mid] <= row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Of sorted rows those of a step's last segment stay. */
static void merge_segments(struct log_series *s, const struct key *key,
	const size_t *begin, size_t nsegment)
{
	size_t n = 0, last = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		size_t seg = segment_of(begin, nsegment, key[i].row);

		while (n && s->step[n - 1] == s->step[i] && seg != last)
			complete(s, i, --n);
		log_series_move(s, n++, i);
		last = seg;
	}
	s->n = n;
}

/*
 * What is to be added to the steps from row I on, whose counter began again
 * after row K: an epoch if that is known, else as if the steps went on.
 */
static double next_offset(
	const struct log_series *s, size_t k, size_t i, double offset)
{
	double stride = k ? s->step[k] - s->step[k - 1] : 1;

	if (s->epoch_steps > 0 && s->has[i] & SERIES_EPOCH)
		return offset + s->epoch_steps;
	return offset + s->step[k] + fmax(stride, 1) - s->step[i];
}

/* Continues counters, drops what was begun again; returns the segments. */
static size_t replay(struct log_series *s, struct log_run *ret, size_t *begin)
{
	double offset = 0;
	size_t n = 0, nsegment = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		s->step[i] += offset;
		if (n && s->step[i] < s->step[n - 1]) {
			if (is_new_counter(s, n - 1, i)) {
				double old = offset;

				offset = next_offset(s, n - 1, i, old);
				s->step[i] += offset - old;
				ret->ncounter++;
			} else if (s->step[i] <= s->step[0]) {
				s->step[i] -= offset;
				offset = 0;
				n = nsegment = 0;
				ret->nrestart++;
			} else
				begin[nsegment++] = n;
		}
		log_series_move(s, n++, i);
	}
	s->n = n;
	return nsegment;
}

/* How often steps fall at most. */
static size_t count_falls(const struct log_series *s)
{
	size_t n = 0;

	for (size_t i = 1; i < s->n; i++)
		n += falls(s, i);
	return n;
}

static int order_segments(
	struct log_series *s, struct log_run *ret, struct diag *d)
{
	size_t max = count_falls(s), nsegment;
	size_t *begin = malloc((max + 1) * sizeof(*begin));
	struct key *key;
	int status = 0;

	if (!begin)
		return diag_nomem(d, max * sizeof(*begin));
	nsegment = replay(s, ret, begin);
	if (nsegment) {
		key = sorted_keys(s, d);
		status = key ? permute_rows(s, key, d) : -1;
		if (!status)
			merge_segments(s, key, begin, nsegment);
		free(key);
	}
	free(begin);
	return status;
}

int log_series_order(struct log_series *s, struct log_run *ret, struct diag *d)
{
	bool any, others, twice;
	struct key *key;
	int status = 0;

	look_for_falls(s, &any, &others);
	if (!any)
		return 0;
	if (!others)
		return order_segments(s, ret, d);
	key = sorted_keys(s, d);
	if (!key)
		return -1;
	twice = any_twice(key, s->n);
	if (!twice)
		status = permute_rows(s, key, d);
	free(key);
	ret->sorted = !twice;
	return twice ? order_segments(s, ret, d) : status;
}
