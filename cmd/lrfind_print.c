/* SPDX-License-Identifier: MIT */
/* lrfind's output formats, and its advice. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/tame.h"
#include "cli.h"
#include "lrfind.h"
#include "text/csv.h"

/* Of a test that is advised: steps may count samples, or seconds. */
#define UPDATES_MAX 1e7

static int add_rate(struct buf *b, double x)
{
	return isnan(x) ? csv_add_empty(b) : csv_add_double(b, x);
}

static int add_text(struct buf *b, const char *s)
{
	return csv_add_text(b, s, strlen(s));
}

static int print_csv(struct buf *b, const struct lrfind_options *o,
	const struct lrfind_result *r)
{
	const struct curve_bounds *c = &r->bounds;
	const double before_n[] = {c->lr_min, c->lr_max, c->suggest,
		c->suggest_lo, c->suggest_hi, c->max_lo, c->max_hi, c->onset,
		c->lr_opt, c->lr_div};
	bool ok = c->status == CURVE_OK;

	if (csv_add_name(b, r->run, o->people) < 0 ||
		add_text(b, curve_status_name(c->status)) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(before_n) / sizeof(before_n[0]); i++)
		if (add_rate(b, ok ? before_n[i] : NAN) < 0)
			return -1;
	if ((ok ? csv_add_u64(b, c->n) : csv_add_empty(b)) < 0 ||
		csv_add_empty(b) < 0 || add_text(b, r->method->name) < 0)
		return -1;
	return csv_end(b);
}

static int add_named(struct buf *b, const char *before, const char *name,
	double x, const char *after)
{
	char number[NUM_DOUBLE_MAX];
	size_t n;

	if (isnan(x))
		return 0;
	n = num_from_double(number, x);
	return buf_printf(b, "%s%s%.*s%s", before, name, (int)n, number, after);
}

static int add_test(struct buf *b, const struct curve_bounds *c)
{
	if (buf_printf(b, "  %-9s %zu points", "test", c->n) < 0 ||
		add_named(b, ", rates ", "", c->lr_lo, " to ") < 0 ||
		add_named(b, "", "", c->lr_hi, "") < 0)
		return -1;
	if (!isnan(c->density) &&
		buf_printf(b, ", %.0f updates per decade", c->density) < 0)
		return -1;
	return buf_adds(b, c->diverged ? ", diverged\n" : "\n");
}

static int print_report(struct buf *b, const struct lrfind_result *r)
{
	const struct curve_bounds *c = &r->bounds;
	const struct {
		const char *name;
		double x, lo, hi;
	} line[] = {
		{"lr_min", c->lr_min, NAN, NAN},
		{"lr_max", c->lr_max, c->max_lo, c->max_hi},
		{"suggest", c->suggest, c->suggest_lo, c->suggest_hi},
		{"onset", c->onset, NAN, NAN},
		{"lr_opt", c->lr_opt, NAN, NAN},
		{"lr_div", c->lr_div, NAN, NAN},
	};

	if (tame_add(b, r->run, strlen(r->run)) < 0 ||
		buf_printf(b, ": %s (%s)\n", curve_status_name(c->status),
			r->method->name) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		char head[16];

		if (c->status != CURVE_OK || isnan(line[i].x))
			continue;
		snprintf(head, sizeof(head), "  %-9s ", line[i].name);
		if (add_named(b, head, "", line[i].x, "") < 0 ||
			add_named(b, "  (", "", line[i].lo, " to ") < 0 ||
			add_named(b, "", "", line[i].hi, " between runs)") <
				0 ||
			buf_addc(b, '\n') < 0)
			return -1;
	}
	return add_test(b, c);
}

static int print_args(struct buf *b, const struct curve_bounds *c)
{
	if (c->status != CURVE_OK)
		return 0;
	return add_named(b, "min=", "", c->lr_min, "") ||
			       add_named(b, ",max=", "", c->lr_max, "\n")
		       ? -1
		       : 0;
}

static int print_env(struct buf *b, const struct curve_bounds *c)
{
	if (c->status != CURVE_OK)
		return 0;
	return add_named(b, "", "LR_MIN=", c->lr_min, "\n") ||
			       add_named(b, "", "LR_MAX=", c->lr_max, "\n") ||
			       add_named(b, "", "LR_SUGGEST=", c->suggest, "\n")
		       ? -1
		       : 0;
}

int lrfind_print_header(struct buf *b, const struct lrfind_options *o)
{
	if (o->format != FORMAT_CSV)
		return 0;
	return buf_adds(b, "run,status,lr_min,lr_max,suggest,suggest_lo,"
			   "suggest_hi,max_lo,max_hi,onset,lr_opt,lr_div,n,"
			   "confidence,method\n");
}

int lrfind_print(struct buf *b, const struct lrfind_options *o,
	const struct lrfind_result *r)
{
	switch (o->format) {
	case FORMAT_CSV: return print_csv(b, o, r);
	case FORMAT_ARGS: return print_args(b, &r->bounds);
	case FORMAT_ENV: return print_env(b, &r->bounds);
	default: return print_report(b, r);
	}
}

int lrfind_print_columns(struct buf *b, const struct lrfind_options *o,
	const char *file, const struct log_columns *c, bool header)
{
	if (header && buf_adds(b, "file,column,role\n") < 0)
		return -1;
	for (size_t i = 0; i < c->n; i++)
		if (csv_add_name(b, file, o->people) < 0 ||
			csv_add_name(b, c->column[i].name, o->people) < 0 ||
			add_text(b, c->column[i].role) < 0 || csv_end(b) < 0)
			return -1;
	return 0;
}

struct advice {
	const char *found, *expected;
	int from, to; /* decades to move the ends of the test */
	bool high;    /* it is to end at 1 at least */
	double more;  /* times the updates of each decade; 0: as many as were */
	bool lin;     /* the rates are to rise linearly */
};

/*
 * Whole decades around what was tried; 50 updates each, and no fewer than each
 * took.  A log of ordinary training says nothing about those of a test.
 */
static void next_test(char *out, size_t n, const struct curve_bounds *c,
	const struct advice *a)
{
	bool is_test = c->status != CURVE_NOT_A_TEST;
	double updates, tried = 1;
	int lo = -7, hi = 1;

	if (!isnan(c->lr_lo)) {
		lo = (int)floor(log10(c->lr_lo) + 1e-9) + a->from;
		hi = (int)ceil(log10(c->lr_hi) - 1e-9) + a->to;
		tried = fmax(1, log10(c->lr_hi / c->lr_lo));
	}
	if (a->high && hi < 0)
		hi = 0;
	if (lo > hi - 4)
		lo = hi - 4;
	updates = is_test ? c->updates : 0;
	if (a->more > 0)
		updates *= a->more * fmax(1, (hi - lo) / tried);
	updates = fmin(ceil(updates / 50 - 1e-9), UPDATES_MAX / 50);
	updates = 50 * fmax(updates, hi - lo);
	snprintf(out, n, "lrsched range:%.0f,from=1e%d,to=1e%d%s", updates, lo,
		hi, a->lin ? ",lin" : "");
}

static struct advice advice_on(const struct lrfind_result *r)
{
	static const struct advice stopped = {
		"the average loss exceeds 4 times its best too soon",
		"losses above 0, and lower rates to start with, as from", -3, 0,
		false, 1, false};
	static const struct advice geometric = {
		"the method is for rates that rise linearly, and these "
		"rise geometrically",
		"--method robust, or a linear test, as from", 0, 0, false, 1,
		true};
	static const struct advice no_loss = {"no finite loss from the start",
		"a number there: check the network and its input, then run", -3,
		0, false, 1, false};
	static const struct advice on[CURVE_NSTATUS] = {
		[CURVE_BAD_DATA] = {"most rates are not above 0",
			"--lr-table FILE with the rates from", 0, 0, false, 1,
			false},
		[CURVE_TOO_FEW] = {"too few points or decades",
			"20 points over more than a decade, as from", 0, 0,
			true, 0, false},
		[CURVE_FLAT] = {NULL,
			"a fall: check that the network is fresh and the rate "
			"is applied, then run",
			0, 1, true, 2, false},
		[CURVE_RISING] = {"the loss only rises",
			"lower rates to start with, as from", -3, 0, false, 1,
			false},
		[CURVE_OPEN] = {"the loss still falls at the last rate",
			"higher rates to end with, as from", 0, 2, true, 1,
			false},
		[CURVE_NOT_A_TEST] = {"the rate does not rise through the log",
			"a range test, as from", -2, 2, false, 1, false},
	};
	const struct curve_bounds *b = &r->bounds;
	struct advice a = b->stopped     ? stopped
			  : b->geometric ? geometric
					 : on[b->status];

	if (b->diverged && b->n == 0)
		return no_loss;
	if (!a.found)
		a.found = r->method->flat;
	return a;
}

static void explain(const struct lrfind_result *r, bool name_method)
{
	enum curve_status s = r->bounds.status;
	bool bad = s == CURVE_BAD_DATA;
	struct advice a = advice_on(r);
	struct diag d;
	char next[96];

	next_test(next, sizeof(next), &r->bounds, &a);
	diag_set(&d, DIAG_DATA, "%s%s%s%s%s; expected %s %s",
		name_method ? r->method->name : "", name_method ? ": " : "",
		bad ? "" : curve_status_name(s), bad ? "" : ": ", a.found,
		a.expected, next);
	diag_at(&d, "%s", r->run);
	if (bad)
		cli_fail(&d);
	else
		cli_note("%s: %s", d.place, d.text);
}

static bool say_the_same(
	const struct lrfind_result *r, const struct lrfind_result *other)
{
	return r->bounds.status == other->bounds.status &&
	       strcmp(advice_on(r).found, advice_on(other).found) == 0;
}

void lrfind_explain(const struct lrfind_result *r, size_t n)
{
	bool same = true;

	for (size_t i = 1; i < n; i++)
		same &= say_the_same(&r[0], &r[i]);
	for (size_t i = 0; i < (same ? 1 : n); i++)
		if (r[i].bounds.status != CURVE_OK)
			explain(&r[i], !same);
}
