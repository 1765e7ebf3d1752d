/* SPDX-License-Identifier: MIT */
/* lrfind: remarks on what a range test is, and on what is read of it. */
#include "lrfind.h"

void lrfind_note_points(const char *file, const struct log_run *run,
	const struct curve_bounds *b)
{
	static const char *const unit[] = {
		[LOG_STEPS] = NULL,
		[LOG_ROWS] = "no column of steps: each row counts as one "
			     "update; expected --step COLUMN unless it is",
		[LOG_EPOCHS] = "rows are epochs, and each counts as one "
			       "update; expected a row for each update",
		[LOG_EPOCH_PARTS] = "epochs are no updates: each row counts as "
				    "one; expected --step COLUMN",
	};

	if (unit[run->unit])
		logs_note(file, run->name, "%s", unit[run->unit]);
	else if (b->by_points)
		logs_note(file, run->name,
			"the steps cannot be updates: points count in their "
			"place; expected whole numbers, another for each");
	if (b->ngap && b->status != CURVE_BAD_DATA)
		logs_note(file, run->name,
			b->ngap == 1 ? "%zu point has no rate above 0 or no "
				       "finite loss; it is left out"
				     : "%zu points have no rate above 0 or no "
				       "finite loss; they are left out",
			b->ngap);
	if (10 * b->nbeside > b->n && b->status != CURVE_NOT_A_TEST)
		logs_note(file, run->name,
			"the rate begins again: %zu points before or behind "
			"its longest rise are not read; expected --run COLUMN, "
			"or a log for each rise",
			b->nbeside);
}

void lrfind_note_losses(const char *file, const struct log_run *run,
	const struct lrfind_options *o, const struct curve_undone *u)
{
	char what[64];

	if (u->unknown)
		logs_note(file, run->name,
			"the losses look averaged, so they lag behind their "
			"rates by it is not known how much, and the interval "
			"is wider; expected --loss-kind, or losses of updates");
	else if (o->losses.kind == CURVE_LOSSES_AUTO &&
		 u->how.kind != CURVE_LOSSES_RAW)
		logs_note(file, run->name,
			"the losses look like %s, and are undone; expected "
			"--loss-kind raw if they are not",
			lrfind_losses_text(what, sizeof(what), &u->how));
	else if (o->losses.kind == CURVE_LOSSES_AUTO && 2 * run->nbar > run->n)
		logs_note(file, run->name,
			"the losses are those of a progress bar, which may be "
			"means of the epoch so far and lag behind their rates; "
			"expected --loss-kind epoch-mean if so, or raw");
	if (u->nmerged)
		logs_note(file, run->name,
			"rounding hides the losses of single updates: %zu "
			"points are one with the next; expected more digits",
			u->nmerged);
}

void lrfind_note_doubtful(const char *file, const struct log_run *run,
	const struct lrfind_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct curve_bounds *b = &r[i].bounds;

		if (lrfind_is_untested(b))
			logs_note(file, run->name,
				"%s suggests %.3g, a rate that was not tested; "
				"expected a test from lower rates",
				r[i].method->name, b->suggest);
		else if (b->sparse && curve_is_yes(b->status))
			logs_note(file, run->name,
				"%s suggests %.3g, around which too few rates "
				"were tested; expected a log of every update, "
				"or a longer test",
				r[i].method->name, b->suggest);
		if (b->not_finite)
			logs_note(file, run->name,
				"%s suggests %.3g beside a loss that is not "
				"finite; expected a log that ends before",
				r[i].method->name, b->suggest);
	}
}

void lrfind_note_in_turn(
	const char *file, const struct log_run *run, const struct curve *c)
{
	size_t n = lrfind_held_in_turn(c);

	if (n > 1)
		logs_note(file, run->name,
			"%zu rates are held in turn; expected a column run, "
			"or --run COLUMN, if these are probes",
			n);
}
