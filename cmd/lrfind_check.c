/* SPDX-License-Identifier: MIT */
/*
 * --check: is this a valid range test?  A row for each thing that makes one,
 * with what was found: ok, note (it can be read, but could be better) or fail.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/array.h"
#include "base/diag.h"
#include "lrfind.h"

/* What a good test has. */
#define POINTS_PER_DECADE 10
#define DECADES 3
/* A schedule follows its shape but for so much of its whole course. */
#define OFF 0.02
/*
 * So many points share their rate with the one before: it is rounded, if they
 * do not all share it with as many.
 */
#define TIES 0.1

static const struct rows_column column[] = {
	{"run", ROWS_TEXT, ROWS_TITLE},
	{"check", ROWS_TEXT, ROWS_SHOWN},
	{"verdict", ROWS_TEXT, ROWS_SHOWN},
	{"found", ROWS_TEXT, ROWS_SHOWN},
};

void lrfind_check_begin(struct rows *rows, int format, const struct output *out)
{
	rows_begin(rows, format, out, column, ARRAY_SIZE(column));
}

enum verdict { OK, NOTE, FAIL };

static const char *const verdict_name[] = {"ok", "note", "fail"};

struct finding {
	const struct lrfind_test *t;
	double decades;
	char text[160];
};

static enum verdict found(struct finding *f, enum verdict v, const char *fmt,
	...) __attribute__((format(printf, 3, 4)));

static enum verdict found(
	struct finding *f, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return v;
}

/* How far the rates of C, or their logarithms, are from a straight line. */
static double off_line(const struct curve *c, double (*of)(double))
{
	double lo = of(c->lr[0]), hi = of(c->lr[c->n - 1]), worst = 0;
	double first = c->step[0], all = c->step[c->n - 1] - first;

	for (size_t i = 0; i < c->n; i++) {
		double part = (c->step[i] - first) / all;

		worst = fmax(
			worst, fabs((of(c->lr[i]) - lo) / (hi - lo) - part));
	}
	return worst;
}

static double same(double x)
{
	return x;
}

static size_t ties(const struct curve *c)
{
	size_t n = 0;

	for (size_t i = 1; i < c->n; i++)
		n += c->lr[i] == c->lr[i - 1];
	return n;
}

static enum verdict check_rates(struct finding *f)
{
	const struct curve *c = f->t->c;
	const struct curve_bounds *b = f->t->bounds;
	const char *shape = "unevenly";

	if (b->status == CURVE_BAD_DATA)
		return found(f, FAIL, "most rates are not above 0");
	if (b->status == CURVE_NOT_A_TEST || c->n < 2)
		return found(f, FAIL, "the rate does not rise");
	if (off_line(c, log) < OFF)
		shape = "geometrically";
	else if (off_line(c, same) < OFF)
		shape = "linearly";
	if ((double)ties(c) > TIES * (double)c->n && ties(c) < c->n / 2)
		return found(f, NOTE,
			"%zu of %zu rates are as the one before: rounded?",
			ties(c), c->n);
	return found(f, OK, "from %.3g to %.3g, %s%s", b->lr_lo, b->lr_hi,
		shape, ties(c) ? ", in steps" : "");
}

static enum verdict check_decades(struct finding *f)
{
	enum verdict v = f->decades >= DECADES ? OK
			 : f->decades >= 1     ? NOTE
					       : FAIL;

	return found(f, v, "%.1f decades%s", f->decades,
		v ? "; expected 3 and more" : "");
}

static enum verdict check_points(struct finding *f)
{
	size_t n = f->t->bounds->n;
	double density = (double)n / fmax(f->decades, 1);
	enum verdict v = n < 20                        ? FAIL
			 : density < POINTS_PER_DECADE ? NOTE
						       : OK;

	return found(f, v, "%zu points, %.3g a decade%s", n, density,
		v == FAIL   ? "; expected 20 and more"
		: v == NOTE ? "; expected 10 and more a decade"
			    : "");
}

static enum verdict check_steps(struct finding *f)
{
	const struct curve_bounds *b = f->t->bounds;

	if (f->t->unit != LOG_STEPS)
		return found(f, NOTE, "no column of steps: rows count");
	if (b->by_points)
		return found(f, NOTE, "steps cannot be updates: points count");
	if (b->n && b->updates > 1.5 * (double)b->n)
		return found(f, NOTE, "one point in about %.0f updates",
			b->updates / (double)b->n);
	return found(f, OK, "each update is logged");
}

static enum verdict check_losses(struct finding *f)
{
	const struct curve_undone *u = f->t->undone;
	char what[64];

	if (u->unknown)
		return found(f, NOTE, "look averaged, it is not known how");
	if (u->how.kind == CURVE_LOSSES_EMA ||
		u->how.kind == CURVE_LOSSES_EPOCH_MEAN)
		return found(f, NOTE, "%s, which are undone",
			lrfind_losses_text(what, sizeof(what), &u->how));
	if (f->t->bounds->ngap)
		return found(f, NOTE,
			f->t->bounds->ngap == 1
				? "%zu point has no rate or no finite loss"
				: "%zu points have no rate or no finite loss",
			f->t->bounds->ngap);
	return found(f, OK, "one an update, all finite%s",
		f->t->bounds->diverged ? " until it diverged" : "");
}

static enum verdict check_start(struct finding *f)
{
	if (f->t->bounds->status == CURVE_RISING)
		return found(
			f, FAIL, "the loss only rises: it starts too high");
	return found(f, OK, "the first rates do no harm");
}

static enum verdict check_fall(struct finding *f)
{
	const struct curve_bounds *b = f->t->bounds;

	if (b->steep)
		return found(f, FAIL,
			"the loss falls between the first rates, which are too "
			"far apart to say where");
	if (b->status == CURVE_FLAT)
		return found(
			f, FAIL, "the loss does not fall beyond its noise");
	if (b->status != CURVE_OK && b->status != CURVE_LOW_CONFIDENCE &&
		b->status != CURVE_OPEN)
		return found(f, FAIL, "no fall that could be read");
	if (b->noise > 0.3)
		return found(f, NOTE, "it is %.1f times the noise of a loss",
			1 / b->noise);
	return found(f, OK, "the loss falls");
}

static enum verdict check_end(struct finding *f)
{
	const struct curve_bounds *b = f->t->bounds;

	if (b->status == CURVE_OPEN)
		return found(f, FAIL, "the loss still falls at the last rate");
	if (b->diverged || isfinite(b->lr_div))
		return found(f, OK, "the loss rises again");
	return found(f, NOTE, "the loss does not rise again");
}

static const struct {
	const char *name;
	enum verdict (*check)(struct finding *f);
} checks[] = {
	{"rates", check_rates},
	{"decades", check_decades},
	{"points", check_points},
	{"steps", check_steps},
	{"losses", check_losses},
	{"start", check_start},
	{"fall", check_fall},
	{"end", check_end},
};

void lrfind_print_checks(struct lrfind_page *p, const struct lrfind_test *t)
{
	const struct curve_bounds *b = t->bounds;
	bool rises = b->status != CURVE_NOT_A_TEST &&
		     b->status != CURVE_BAD_DATA && b->lr_lo > 0;
	struct finding f = {.t = t};

	if (rises)
		f.decades = log10(b->lr_hi / b->lr_lo);
	/* Where the rates do not rise nothing else can be asked. */
	for (size_t i = 0; i < (rises ? ARRAY_SIZE(checks) : 1); i++) {
		enum verdict v = checks[i].check(&f);

		rows_text(&p->rows, t->run);
		rows_text(&p->rows, checks[i].name);
		rows_text(&p->rows, verdict_name[v]);
		rows_text(&p->rows, f.text);
		rows_end(&p->rows);
	}
}
