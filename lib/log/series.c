/* SPDX-License-Identifier: MIT */
/* The records of one run as columns, in the order of their steps. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/diag.h"
#include "log/log_impl.h"

/* --- order --------------------------------------------------------------- */

/*
 * Where a step falls, one of five things has happened.  If what follows tells
 * only what was missing before, a rate or a loss, both are parts of the same
 * records: they are joined.  If the epoch rose, the counter had come to its
 * total, or the rate went on rising and no step comes again with its rate, the
 * counter began again, where it begins, with an epoch: it is continued (but not
 * for the rate's sake where only rates are read: they rise for other reasons
 * too; nor behind a header, which who opens a file writes).  If the epoch fell,
 * steps are counted as they were when it began. Else, if no step comes twice,
 * the rows were written in another order: they are sorted.  If the step is not
 * above the first one, the run began again: what was before is dropped, or is a
 * run of its own.  Else it resumed from a checkpoint: later rows of a step win.
 */

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

/* Row I tells what row K before it does not, and nothing else. */
static bool is_part(const struct log_series *s, size_t k, size_t i)
{
	return !(s->has[k] & s->has[i] & (SERIES_LR | SERIES_LOSS));
}

/* Row I, behind row K, is where a counter begins. */
static bool is_near_start(const struct log_series *s, size_t k, size_t i)
{
	double stride = k ? fmax(s->step[k] - s->step[k - 1], 1) : 1;

	return s->step[i] <= stride + s->step[0];
}

/*
 * Row K, after RAW steps of its counter, was the last of its epoch: another
 * interval would pass the total, and the next row is near the start.  But a
 * rate that begins again too is of a run that does.
 */
static bool is_full(const struct log_series *s, size_t k, size_t i, double raw)
{
	double stride = k ? fmax(s->step[k] - s->step[k - 1], 1) : 1;

	if (!(raw + stride >= tape_totals_at(&s->totals, raw)) ||
		!is_near_start(s, k, i))
		return false;
	return !(s->has[k] & s->has[i] & SERIES_LR) || s->lr[i] != s->lr[0] ||
	       s->lr[k] == s->lr[0];
}

/*
 * Rows up to K, to whose steps OFFSET was added, have the step of row I with
 * its rate, which has fallen since: it is the same step again.
 */
static bool is_replayed(
	const struct log_series *s, size_t k, size_t i, double offset)
{
	for (size_t j = k; s->step[j] - offset >= s->step[i]; j--) {
		if (s->step[j] - offset == s->step[i] && s->has[j] & SERIES_LR)
			return s->lr[j] == s->lr[i] && s->lr[k] < s->lr[i];
		if (j == 0)
			break;
	}
	return false;
}

/*
 * Row I, whose step falls after row K, is of a new epoch, or goes on a sweep.
 * OFFSET was added to the steps up to K.
 */
static bool is_new_counter(
	const struct log_series *s, size_t k, size_t i, double offset)
{
	if (is_part(s, k, i))
		return false;
	/* An epoch may be told at its end alone. */
	if (s->has[i] & SERIES_EPOCH ||
		(s->has[i] & SERIES_SILENT && s->has[k] & SERIES_EPOCH) ||
		is_full(s, k, i, s->step[k] - offset))
		return true;
	return !s->rates_only && !(s->has[i] & SERIES_HEADED) &&
	       (s->has[k] & s->has[i] & SERIES_LR) && s->lr[i] >= s->lr[k] &&
	       is_near_start(s, k, i) && !is_replayed(s, k, i, offset);
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
		*others_ret |= !is_new_counter(s, i - 1, i, 0);
	}
}

static bool any_twice(const struct key *key, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (key[i].step == key[i - 1].step)
			return true;
	return false;
}

/* What record TO does not tell is to be sought in FROM, and so on. */
static void link_records(struct log_series *s, size_t to, size_t from)
{
	size_t last = (size_t)s->loss[to];

	while (s->next[last] != LOG_NONE)
		last = s->next[last];
	s->next[last] = (size_t)s->loss[from];
}

/* Fills what row TO does not tell from the row FROM of the same step. */
static void complete(struct log_series *s, size_t to, size_t from)
{
	unsigned more = s->has[from] & ~s->has[to];

	if (s->next)
		link_records(s, to, from);
	if (more & SERIES_LR)
		s->lr[to] = s->lr[from];
	if (more & SERIES_LOSS && s->loss && !s->next)
		s->loss[to] = s->loss[from];
	s->has[to] |= (unsigned char)more;
}

/* The segment of ROW, where BEGIN holds the first row of each but the first. */
static size_t segment_of(const size_t *begin, size_t nsegment, size_t row)
{
	struct bisect b = bisect(0, nsegment);

	while (bisect_next(&b))
		bisect_answer(&b, begin[b.mid] <= row);
	return b.lo;
}

/* Moves row FROM of S to the place TO. */
static void move(struct log_series *s, size_t to, size_t from)
{
	s->step[to] = s->step[from];
	s->lr[to] = s->lr[from];
	if (s->loss)
		s->loss[to] = s->loss[from];
	s->has[to] = s->has[from];
}

/*
 * Of sorted rows those of a step's last segment stay; how many steps had more.
 */
static size_t merge_segments(struct log_series *s, const struct key *key,
	const size_t *begin, size_t nsegment)
{
	size_t n = 0, last = 0, nagain = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		size_t seg = segment_of(begin, nsegment, key[i].row);
		bool again = false;

		while (n && s->step[n - 1] == s->step[i] && seg != last) {
			again |= !is_part(s, --n, i);
			complete(s, i, n);
		}
		nagain += again;
		move(s, n++, i);
		last = seg;
	}
	s->n = n;
	return nagain;
}

/*
 * What is to be added to the steps from row I on, whose counter began again
 * after row K: an epoch if that is known, else as if the steps went on.
 */
static double next_offset(
	const struct log_series *s, size_t k, size_t i, double offset)
{
	double stride = k              ? s->step[k] - s->step[k - 1]
			: i + 1 < s->n ? s->step[i + 1] - s->step[i]
				       : 1;
	double total = tape_totals_at(&s->totals, s->step[k] - offset);

	if (s->epoch_steps > 0 && s->has[i] & SERIES_EPOCH)
		return offset + s->epoch_steps;
	if (total >= s->step[k] - offset)
		return offset + total;
	return s->step[k] + fmax(stride, 1) - s->step[i];
}

/* Row I and all behind it are of another run. */
static void cut(struct log_series *s, size_t i)
{
	s->rest = i;
	s->nrest = s->n - i;
	s->n = i;
}

/* An epoch in which counters began again, and what is added to its steps. */
struct epoch {
	double epoch, offset;
};

/*
 * Forgets those of EPOCH[0..*N) that come after one that a run fell back to,
 * NOW, and sets what is added in that.  Returns whether it did fall.
 */
static bool fell_back(
	const struct epoch *epoch, size_t *n, double now, double *offset)
{
	if (!*n || !(now < epoch[*n - 1].epoch))
		return false;
	while (*n && now < epoch[*n - 1].epoch)
		--*n;
	*offset = *n ? epoch[*n - 1].offset : 0;
	return true;
}

/* The rows that a run resumed with, as the first row of each but the first. */
struct segments {
	size_t *begin, n;
};

/* What of the rows of a run was read so far. */
struct replay {
	struct segments segments;
	struct epoch *epoch; /* room for each row that falls */
	size_t nepoch;
	double offset; /* added to steps */
};

/* Continues the counter of row I, behind N rows, if it began again. */
static void go_on(struct log_series *s, struct log_run *ret, struct replay *r,
	size_t n, size_t i, double now)
{
	if (fell_back(r->epoch, &r->nepoch, now, &r->offset) ||
		!(s->step[i] < s->step[n - 1] - r->offset) ||
		!is_new_counter(s, n - 1, i, r->offset))
		return;
	r->offset = next_offset(s, n - 1, i, r->offset);
	ret->ncounter++;
	if (!isnan(now))
		r->epoch[r->nepoch++] = (struct epoch){now, r->offset};
}

/*
 * Continues counters, and cuts or drops what was begun again.  Returns 0, or
 * -1: no memory.
 */
static int replay(struct log_series *s, struct log_run *ret, struct replay *r,
	struct diag *d)
{
	size_t n = 0, count = s->n, nfall = 0;

	for (size_t i = 0; i < count; i++) {
		double raw = s->step[i], now = NAN;

		if (s->has[i] & SERIES_FALL && nfall < s->nfall)
			now = s->fall[nfall++];
		if (n)
			go_on(s, ret, r, n, i, now);
		s->step[i] = raw + r->offset;
		if (!n || !(s->step[i] < s->step[n - 1])) {
			move(s, n++, i);
			continue;
		}
		if (is_part(s, n - 1, i) || s->step[i] > s->step[0]) {
			if (array_push(&r->segments.begin, &r->segments.n, &n,
				    sizeof(n), d))
				return -1;
		} else if (s->apart) {
			s->step[i] = raw;
			s->has[i] &= (unsigned char)~SERIES_FALL;
			cut(s, i);
			break;
		} else {
			s->step[i] = raw;
			r->offset = 0;
			n = r->segments.n = r->nepoch = 0;
			ret->nrestart++;
		}
		move(s, n++, i);
	}
	s->n = n;
	s->fall += nfall;
	s->nfall -= nfall;
	s->nfall_taken += nfall;
	return 0;
}

static int order_segments(
	struct log_series *s, struct log_run *ret, struct diag *d)
{
	struct replay r = {0};
	struct key *key = NULL;
	int status;

	r.epoch = malloc((s->nfall + 1) * sizeof(*r.epoch));
	status = r.epoch ? replay(s, ret, &r, d) : diag_nomem(d, s->nfall);
	if (!status && r.segments.n) {
		key = sorted_keys(s, d);
		status = key ? permute_rows(s, key, d) : -1;
		if (!status)
			ret->nagain = merge_segments(
				s, key, r.segments.begin, r.segments.n);
	}
	free(key);
	free(r.epoch);
	free(r.segments.begin);
	return status;
}

/*
 * Puts the rows of S, one for each step, in the order of steps where they are
 * not, as said above.  Sets what it did in RET.  Returns 0, or
 * -1 with DIAG_NOMEM.
 */
static int put_in_order(
	struct log_series *s, struct log_run *ret, struct diag *d)
{
	bool any, others, twice;
	struct key *key;
	int status = 0;

	/* What is left of others is of runs that began again, too. */
	if (s->ntaken)
		return order_segments(s, ret, d);
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

/* --- rows ---------------------------------------------------------------- */

/*
 * Rows as columns, and what may be one update told in several rows: a rate here
 * and a loss there, the losses of several ranks or micro-batches, which are
 * averaged.  A column of epochs stands in for one of steps if each has one row.
 */

/* An evaluation is known behind so many epochs, and one more. */
#define END_NEPOCH_MIN 2
/* Runs may be many, and short. */
#define CAP_MIN 16

static int grow(struct log_series *s, struct diag *d)
{
	size_t cap = s->cap ? s->cap + s->cap / 2 : CAP_MIN;

	if (array_resize(&s->step, cap, sizeof(double), d) ||
		array_resize(&s->lr, cap, sizeof(double), d) ||
		(!s->rates_only &&
			array_resize(&s->loss, cap, sizeof(double), d)) ||
		array_resize(&s->has, cap, 1, d))
		return -1;
	s->cap = cap;
	return 0;
}

void log_series_note_epoch(struct log_series *s, double epoch)
{
	/* The first that is told may be that of the rows before it. */
	s->new_epoch |=
		isnan(s->epoch) ? s->n > 0 && !isnan(epoch) : epoch > s->epoch;
	s->epoch = isnan(epoch) ? s->epoch : epoch;
}

/* The row that comes falls. */
static int add_fall(struct log_series *s, struct diag *d)
{
	double *p = array_room(s->fall, s->nfall, sizeof(*p), d);

	if (!p)
		return -1;
	s->fall = p;
	s->fall[s->nfall++] = s->epoch;
	return 0;
}

int log_series_add(
	struct log_series *s, const struct role_told *row, struct diag *d)
{
	bool fell = row->has_step && row->step < s->last;

	log_series_note_epoch(s, row->epoch);
	if ((s->n == s->cap && grow(s, d) < 0) || (fell && add_fall(s, d) < 0))
		return -1;
	if (row->has_step)
		s->last = row->step;
	s->step[s->n] = row->has_step ? row->step : NAN;
	s->lr[s->n] = row->lr;
	if (s->loss)
		s->loss[s->n] = row->loss;
	s->has[s->n] = (unsigned char)((row->has_lr ? SERIES_LR : 0) |
				       (row->has_loss ? SERIES_LOSS : 0) |
				       (s->new_epoch ? SERIES_EPOCH : 0) |
				       (isnan(row->epoch) ? SERIES_SILENT : 0) |
				       (fell ? SERIES_FALL : 0) |
				       (row->is_headed ? SERIES_HEADED : 0));
	s->new_epoch = false;
	s->n++;
	return 0;
}

static bool has(const struct log_series *s, size_t i, unsigned what)
{
	return s->has[i] & what;
}

/* Row I is one where rows count. */
static bool is_counted(const struct log_series *s, size_t i)
{
	return s->next || has(s, i, SERIES_LOSS);
}

/*
 * The first row stands before the line that would begin its step, as where a
 * log is cut out; if each of those that follow is as many steps after the one
 * before, so are these after it.
 */
static void infer_first(struct log_series *s, struct log_run *ret)
{
	double stride = s->n > 2 ? s->step[2] - s->step[1] : 0;

	if (!(stride > 0) || !isnan(s->step[0]) || s->has[0] != s->has[1] ||
		s->step[1] < 2 * stride)
		return;
	for (size_t i = 2; i < s->n; i++)
		if (s->step[i] - s->step[i - 1] != stride)
			return;
	s->step[0] = s->step[1] - stride;
	ret->ninferred++;
}

/* Rows without a step, where there is a column of them. */
static void drop_stepless(struct log_series *s, struct log_run *ret)
{
	size_t n = 0, count = s->n;

	infer_first(s, ret);
	for (size_t i = 0; i < count; i++)
		if (!isnan(s->step[i]))
			move(s, n++, i);
		else
			ret->nstepless += is_counted(s, i);
	s->n = n;
}

/* Counts the rows with a loss, or of rates, from 0. */
static void count_rows(struct log_series *s)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (!is_counted(s, i))
			continue;
		s->step[i] = (double)n * fmax(s->nmerged, 1);
		move(s, n++, i);
	}
	s->n = n;
}

/*
 * What a column of epochs counts: epochs or parts of them if no two rows in a
 * row are of the same, else nothing but how many rows an epoch has; rows before
 * the first epoch that is told are of one that began before.  Where only
 * rates are read and nothing says how many steps it has, a row that repeats the
 * one before is none.
 */
static enum log_unit unit_of_epochs(
	const struct log_series *s, size_t *epoch_rows_ret)
{
	enum log_unit unit = LOG_EPOCHS;
	size_t count = 0;
	double last = NAN, last_lr = NAN;
	bool once = s->rates_only && !(s->epoch_steps > 0);

	*epoch_rows_ret = 0;
	for (size_t i = 0; i < s->n; i++) {
		if (!is_counted(s, i))
			continue;
		if (isnan(s->step[i]) && isnan(last))
			continue;
		if (isnan(s->step[i]))
			return LOG_ROWS;
		if (s->step[i] != floor(s->step[i]))
			unit = LOG_EPOCH_PARTS;
		if (once && s->step[i] == last && s->lr[i] == last_lr)
			continue;
		count = s->step[i] == last ? count + 1 : 1;
		last = s->step[i];
		last_lr = s->lr[i];
		if (count > *epoch_rows_ret)
			*epoch_rows_ret = count;
	}
	if (*epoch_rows_ret <= 1)
		return unit;
	if (unit == LOG_EPOCH_PARTS)
		*epoch_rows_ret = 0;
	return LOG_ROWS;
}

/* The counted row behind row I; S->n: there is none. */
static size_t next_counted(const struct log_series *s, size_t i)
{
	do
		i++;
	while (i < s->n && !is_counted(s, i));
	return i;
}

/*
 * Rows I and K are of one epoch, the last of a run in which NBEFORE epochs had
 * one row each: from K on an evaluation tells what it came to.
 */
static bool is_behind_end(
	const struct log_series *s, size_t i, size_t k, size_t nbefore)
{
	if (nbefore < END_NEPOCH_MIN || s->step[k] != s->step[i] ||
		has(s, k, SERIES_LR))
		return false;
	while (k < s->n && s->step[k] == s->step[i])
		k = next_counted(s, k);
	return k == s->n || s->step[k] < s->step[i];
}

/* The row with which epochs begin again at the first of them is another run's.
 */
static void cut_epochs(struct log_series *s)
{
	size_t first = LOG_NONE, last = LOG_NONE;

	for (size_t i = 0; i < s->n; i++) {
		if (!is_counted(s, i) || isnan(s->step[i]))
			continue;
		if (first == LOG_NONE)
			first = i;
		else if (s->step[i] < s->step[last] &&
			 s->step[i] == s->step[first] && !is_part(s, last, i)) {
			cut(s, i);
			return;
		}
		last = i;
	}
}

/* Leaves out rows of evaluation behind the last epoch of a run. */
static void drop_behind_end(struct log_series *s, struct log_run *ret)
{
	size_t n = 0, count = s->n, last = LOG_NONE, nbefore = 0;
	bool behind = false;

	if (s->rates_only)
		return;
	for (size_t i = 0; i < count; i++) {
		if (!is_counted(s, i) || isnan(s->step[i])) {
			move(s, n++, i);
			continue;
		}
		behind = last != LOG_NONE &&
			 (behind ? s->step[i] == s->step[last]
				 : is_behind_end(s, last, i, nbefore));
		if (behind && s->next)
			complete(s, last, i);
		ret->nbehind += behind;
		if (behind)
			continue;
		nbefore = last == LOG_NONE || !(s->step[i] > s->step[last])
				  ? 0
				  : nbefore + 1;
		last = n;
		move(s, n++, i);
	}
	s->n = n;
}

/* Rates alone by epoch: an epoch that is told again is the same. */
static void merge_epochs(struct log_series *s)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (n && s->step[n - 1] == s->step[i])
			n--;
		move(s, n++, i);
	}
	s->n = n;
}

static int check_unit(
	enum log_unit unit, const struct log_rates *rates, struct diag *d)
{
	if (!rates || !log_rates_by_epoch(rates) || unit == LOG_EPOCHS)
		return 0;
	return diag_set(d, DIAG_DATA,
		"rows that are no epochs, and a table of rates by epoch; "
		"expected one by step");
}

/* A rate that is told seldom holds until the next one. */
static void hold_rates(struct log_series *s, struct log_run *ret)
{
	size_t nloss = 0, nboth = 0;
	double lr = NAN;

	for (size_t i = 0; i < s->n; i++) {
		nloss += has(s, i, SERIES_LOSS);
		nboth += has(s, i, SERIES_LOSS) && has(s, i, SERIES_LR);
	}
	if (2 * nboth >= nloss)
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (has(s, i, SERIES_LR))
			lr = s->lr[i];
		else if (!isnan(lr)) {
			s->lr[i] = lr;
			s->has[i] |= SERIES_LR;
			ret->nheld += has(s, i, SERIES_LOSS);
		}
	}
}

/* Rows that have both stay. */
static void keep_records(struct log_series *s, const struct log_rates *rates,
	struct log_run *ret)
{
	size_t n = 0, count = s->n;

	for (size_t i = 0; i < count; i++) {
		if (rates) {
			s->lr[i] = log_rates_at(rates, s->step[i]);
			s->has[i] =
				(unsigned char)((s->has[i] & SERIES_LOSS) |
						(isnan(s->lr[i]) ? 0
								 : SERIES_LR));
		}
		if (has(s, i, SERIES_LR) && has(s, i, SERIES_LOSS))
			move(s, n++, i);
		else
			ret->nbare += has(s, i, SERIES_LOSS);
	}
	s->n = n;
}

/* Rates are by step, and each epoch has so many: epochs become steps. */
static void take_steps(struct log_series *s, const struct log_rates *rates,
	struct log_run *ret)
{
	if (ret->unit != LOG_EPOCHS || !rates || log_rates_by_epoch(rates) ||
		!(s->epoch_steps > 0))
		return;
	for (size_t i = 0; i < s->n; i++)
		s->step[i] *= s->epoch_steps;
	ret->unit = LOG_STEPS;
}

/* COLUMN[0..N) at the begin of what was allocated for it. */
static double *take(double *column, size_t ntaken, size_t n)
{
	return column && ntaken
		       ? memmove(column - ntaken, column, n * sizeof(*column))
		       : column;
}

/* A copy of COLUMN[0..N). */
static int copy(double **ret, const double *column, size_t n, struct diag *d)
{
	*ret = malloc((n + 1) * sizeof(**ret));
	if (!*ret)
		return diag_nomem(d, n * sizeof(**ret));
	memcpy(*ret, column, n * sizeof(**ret));
	return 0;
}

/* Its rows are RET's; those of other runs stay. */
static int hand_over(struct log_series *s, struct log_run *ret, struct diag *d)
{
	ret->n = s->n;
	if (s->nrest) {
		if (copy(&ret->step, s->step, s->n, d) ||
			copy(&ret->lr, s->lr, s->n, d) ||
			copy(&ret->loss, s->loss, s->n, d))
			return -1;
		s->step += s->rest;
		s->lr += s->rest;
		s->loss += s->rest;
		s->has += s->rest;
		s->ntaken += s->rest;
		s->n = s->nrest;
		s->nrest = 0;
		return 0;
	}
	ret->step = take(s->step, s->ntaken, s->n);
	ret->lr = take(s->lr, s->ntaken, s->n);
	ret->loss = take(s->loss, s->ntaken, s->n);
	s->step = s->lr = s->loss = NULL;
	log_series_free(s);
	return 0;
}

int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d)
{
	ret->unit = unit;
	if (unit == LOG_EPOCHS) {
		if (s->apart)
			cut_epochs(s);
		drop_behind_end(s, ret);
		ret->unit = unit_of_epochs(s, &ret->epoch_rows);
	}
	if (check_unit(ret->unit, rates, d) < 0)
		return -1;
	take_steps(s, rates, ret);
	if (ret->unit == LOG_ROWS ||
		(ret->unit == LOG_EPOCH_PARTS && !epochs_only))
		count_rows(s);
	else
		drop_stepless(s, ret);
	/* Of other steps than were taken. */
	if (ret->unit != LOG_STEPS)
		s->nfall = 0;
	if (ret->unit == LOG_EPOCHS && s->rates_only)
		merge_epochs(s);
	if (put_in_order(s, ret, d) < 0)
		return -1;
	if (!s->next) {
		if (!rates)
			hold_rates(s, ret);
		keep_records(s, rates, ret);
	}
	return hand_over(s, ret, d);
}

/* What was allocated for P, which is N further. */
#define BEGIN_OF(p, n) ((p) ? (p) - (n) : NULL)

void log_series_free(struct log_series *s)
{
	free(BEGIN_OF(s->step, s->ntaken));
	free(BEGIN_OF(s->lr, s->ntaken));
	free(BEGIN_OF(s->loss, s->ntaken));
	free(BEGIN_OF(s->has, s->ntaken));
	free(BEGIN_OF(s->fall, s->nfall_taken));
	*s = (struct log_series){0};
}
