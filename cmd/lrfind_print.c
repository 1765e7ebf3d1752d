/* SPDX-License-Identifier: MIT */
/* lrfind's output formats, and its advice. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/tame.h"
#include "cli.h"
#include "file/output.h"
#include "logs.h"
#include "lrfind.h"

/* Of a test that is advised: steps may count samples, or seconds. */
#define UPDATES_MAX 1e7

/* Of the probes that are advised. */
#define PROBE_RUNS 4
#define PROBE_UPDATES 200

static const struct rows_column result_column[] = {
	{"run", ROWS_TEXT, ROWS_SHOWN},
	{"status", ROWS_TEXT, ROWS_SHOWN},
	{"stage", ROWS_TEXT, ROWS_SHOWN},
	{"lr_min", ROWS_NUMBER, ROWS_SHOWN},
	{"lr_max", ROWS_NUMBER, ROWS_SHOWN},
	{"suggest", ROWS_NUMBER, ROWS_SHOWN},
	{"suggest_lo", ROWS_NUMBER, ROWS_IF_ANY},
	{"suggest_hi", ROWS_NUMBER, ROWS_IF_ANY},
	{"noise", ROWS_NUMBER, ROWS_IF_ANY},
	{"onset", ROWS_NUMBER, ROWS_IF_ANY},
	{"lr_low", ROWS_NUMBER, ROWS_IF_ANY},
	{"lr_div", ROWS_NUMBER, ROWS_IF_ANY},
	{"n", ROWS_WHOLE, ROWS_SHOWN},
	{"confidence", ROWS_TEXT, ROWS_IF_ANY},
	{"method", ROWS_TEXT, ROWS_SHOWN},
};

static const char *const stage_name[] = {
	[CURVE_RANGE] = "range",
	[CURVE_PROBE] = "probe",
};

void lrfind_page_begin(struct lrfind_page *p, const struct lrfind_options *o,
	const struct output *out)
{
	*p = (struct lrfind_page){
		.format = o->format < 0 ? (int)rows_default(out) : o->format,
		.no_result = o->check || o->format == LRFIND_CURVE,
		.many = !o->method,
		.ci = o->use.ci};
	if (o->logs.list_columns)
		logs_columns_begin(&p->rows, p->format, out);
	else if (o->check)
		lrfind_check_begin(&p->rows, p->format, out);
	else if (p->format == LRFIND_CURVE)
		lrfind_curve_begin(&p->rows, out);
	else
		rows_begin(&p->rows, p->format, out, result_column,
			ARRAY_SIZE(result_column));
}

void lrfind_page_free(struct lrfind_page *p)
{
	rows_free(&p->rows);
	buf_free(&p->text);
}

int lrfind_page_write(struct lrfind_page *p, struct output *out, struct diag *d)
{
	int ret = output_buf(out, &p->text, d);

	buf_clear(&p->text);
	return ret ? ret : rows_write(&p->rows, out, d);
}

int lrfind_page_finish(
	struct lrfind_page *p, struct output *out, struct diag *d)
{
	return rows_finish(&p->rows, out, d) ? -1
					     : lrfind_page_write(p, out, d);
}

static void print_row(struct rows *rows, const struct lrfind_result *r)
{
	const struct curve_bounds *c = &r->bounds;
	const double rate[] = {c->lr_min, c->lr_max, c->suggest, c->suggest_lo,
		c->suggest_hi, c->noise, c->onset, c->lr_low, c->lr_div};
	const char *confidence = curve_confidence(c);

	rows_text(rows, r->run);
	rows_text(rows, curve_status_name(c->status));
	rows_text(rows, stage_name[c->stage]);
	for (size_t i = 0; i < ARRAY_SIZE(rate); i++)
		rows_double(rows, rate[i]);
	rows_u64_if(rows, curve_has_rates(c->status), c->n);
	rows_text(rows, confidence);
	rows_text(rows, r->method->name);
	rows_end(rows);
}

static void add_named(struct buf *b, const char *before, const char *name,
	double x, const char *after)
{
	if (!isnan(x))
		buf_printf(b, "%s%s%s%s", before, name, num_text(x).s, after);
}

/* What the bounds are of. */
static void add_test(struct buf *b, const struct curve_bounds *c)
{
	bool probes = c->stage == CURVE_PROBE;

	buf_printf(
		b, "  %-9s %zu %s", "test", c->n, probes ? "runs" : "points");
	if (probes)
		buf_printf(b, " of %.0f updates", c->updates);
	add_named(b, ", rates ", "", curve_round(c->lr_lo), " to ");
	add_named(b, "", "", curve_round(c->lr_hi), "");
	if (!probes && !isnan(c->density))
		buf_printf(b, ", %.0f updates per decade", c->density);
	if (!probes && c->diverged)
		buf_adds(b, ", diverged");
	buf_addc(b, '\n');
	if (probes)
		buf_adds(b,
			"  limits    of short runs of small networks; "
			"in a long training the best constant\n"
			"            rate is lower, by an unknown amount\n");
}

/* How often the interval of a range test meets the good rates of a network. */
static const char *odds(const struct curve_bounds *c, unsigned ci)
{
	if (c->stage == CURVE_PROBE)
		return "";
	return ci == 80 ? ", for 7 to 8 of 10 networks"
			: ", for 8 to 9 of 10 networks";
}

static void add_interval(
	struct buf *b, const struct curve_bounds *c, unsigned ci)
{
	if (isnan(c->suggest_lo))
		return;
	buf_printf(b, "  %-9s ", "interval");
	add_named(b, "", "", c->suggest_lo, " to ");
	add_named(b, "", "", c->suggest_hi, odds(c, ci));
	buf_printf(b, "; confidence %s\n", curve_confidence(c));
}

static void print_report(
	struct buf *b, const struct lrfind_result *r, unsigned ci)
{
	const struct curve_bounds *c = &r->bounds;
	const struct {
		const char *name;
		double x;
	} line[] = {
		{"lr_min", c->lr_min},
		{"lr_max", c->lr_max},
		{"suggest", c->suggest},
		{NULL, NAN}, /* its interval */
		{"noise", c->noise},
		{"onset", c->onset},
		{"lr_low", c->lr_low},
		{"lr_div", c->lr_div},
	};

	tame_add(b, r->run, strlen(r->run));
	buf_printf(b, ": %s (%s)\n", curve_status_name(c->status),
		r->method->name);
	for (size_t i = 0; i < ARRAY_SIZE(line); i++) {
		char head[16];

		if (!line[i].name)
			add_interval(b, c, ci);
		snprintf(head, sizeof(head), "  %-9s ", line[i].name);
		add_named(b, head, "", curve_round(line[i].x), "\n");
	}
	add_test(b, c);
}

bool lrfind_is_untested(const struct curve_bounds *c)
{
	return c->suggest < c->lr_lo || c->suggest > c->lr_hi;
}

/* C has what a program may take without looking. */
static bool is_answer(const struct curve_bounds *c)
{
	return curve_is_yes(c->status) && !lrfind_is_untested(c);
}

static void print_args(struct buf *b, const struct curve_bounds *c)
{
	if (!is_answer(c))
		return;
	add_named(b, "min=", "", c->lr_min, "");
	add_named(b, ",max=", "", c->lr_max, "\n");
}

static void print_value(struct buf *b, const struct curve_bounds *c)
{
	if (is_answer(c))
		add_named(b, "", "", c->suggest, "\n");
}

static void print_env(struct buf *b, const struct curve_bounds *c)
{
	if (!is_answer(c))
		return;
	add_named(b, "", "LR_MIN=", c->lr_min, "\n");
	add_named(b, "", "LR_MAX=", c->lr_max, "\n");
	add_named(b, "", "LR_SUGGEST=", c->suggest, "\n");
}

int lrfind_print(
	struct lrfind_page *p, const struct lrfind_result *r, struct diag *d)
{
	if (p->no_result)
		return 0;
	if (p->format == LRFIND_ARGS)
		print_args(&p->text, &r->bounds);
	else if (p->format == LRFIND_ENV)
		print_env(&p->text, &r->bounds);
	else if (p->format == LRFIND_VALUE)
		print_value(&p->text, &r->bounds);
	else if (p->format == ROWS_TABLE && !p->many)
		print_report(&p->text, r, p->ci);
	else
		print_row(&p->rows, r);
	return buf_end(&p->text, d);
}

struct advice {
	const char *found, *expected;
	double more;  /* times the updates of each decade; 0: as many as were */
	int from, to; /* decades to move the ends of the test */
	bool high;    /* it is to end at 1 at least */
	bool lin;     /* the rates are to rise linearly */
};

/*
 * Whole decades around what was tried; 50 updates each, and no fewer than each
 * took.  A log of ordinary training says nothing about those of a test.
 */
static void next_test(char *out, size_t n, const struct curve_bounds *c,
	const struct advice *a)
{
	bool is_test = c->status != CURVE_NOT_A_TEST || c->falls;
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

/*
 * Four runs, or one more beside those that were; no shorter than these.  Four
 * again if those were too short or have all diverged.
 */
static void next_probe(char *out, size_t n, const struct curve_bounds *c)
{
	bool more = c->stage == CURVE_PROBE && !c->diverged &&
		    (c->status != CURVE_TOO_SHORT || c->lost);
	double updates = PROBE_UPDATES;
	char rate[NUM_DOUBLE_MAX];
	size_t len = num_from_double(rate, c->probe);

	if (c->stage == CURVE_PROBE)
		updates = fmin(
			fmax(updates, 50 * ceil(c->updates / 50)), UPDATES_MAX);
	snprintf(out, n, "lrsched probe:%dx%.0f,lr=%.*s", more ? 1 : PROBE_RUNS,
		updates, (int)len, rate);
}

int lrfind_print_next(
	struct lrfind_page *p, const struct curve_bounds *b, struct diag *d)
{
	char next[sizeof(p->said)];

	if (p->format != ROWS_TABLE || p->no_result || isnan(b->probe))
		return 0;
	next_probe(next, sizeof(next), b);
	if (strcmp(next, p->said) == 0)
		return 0;
	buf_printf(&p->text, "to be surer: %s\n", next);
	return buf_end(&p->text, d);
}

/* What a result has that says more than its status. */
enum trouble {
	STOPPED,
	GEOMETRIC,
	STEEP,
	SPARSE,
	UNTRIED,
	STARVED,
	NO_LOSS,
	NO_PROBE,
	HELD,
	FALLING,
	LOST,
	ALL_DIVERGED,
	NONE_LEARNS,
	NTROUBLE,
};

static const struct advice on_trouble[NTROUBLE] = {
	[STOPPED] = {"the loss exceeds a multiple of its best too soon for the "
		     "method",
		"losses above 0, and lower rates to start with, as from",
		.more = 1, .from = -3},
	[GEOMETRIC] = {"the method is for rates that rise linearly, and these "
		       "rise geometrically",
		"--method centre, or a linear test, as from", .more = 1,
		.lin = true},
	[STEEP] = {"the loss falls between the first rates, which are too far "
		   "apart to say where",
		"rates that rise geometrically, as from", .more = 1},
	[SPARSE] = {"too few rates were tested around the answer",
		"a log of every update, or a longer test, as from", .more = 2},
	[UNTRIED] = {"no rate within half a decade of the answer was tried",
		"the log of one beside these, as from", .more = 1},
	[STARVED] = {"the method drops too many of the points",
		"more of them, or --method centre, as from", .more = 2,
		.high = true},
	[NO_LOSS] = {"no finite loss from the start",
		"a number there: check the network and its input, then run",
		.more = 1, .from = -3},
	[NO_PROBE] =
		{"the rate is not one, or there is no other to compare it with",
			"two rates or more, as lrsched probe has them, or else",
			.more = 1, .from = -2, .to = 2},
	[HELD] = {"the rate does not rise",
		"runs at other rates beside it, or a range test, as from",
		.more = 1, .from = -2, .to = 2},
	[FALLING] = {"the rate falls, and the highest ones have changed the "
		     "network before the others are tried",
		"the same test turned round, as from", .more = 1},
	[LOST] = {"what was cut short decides the answer",
		"whole logs, the next of them as from", .more = 1},
	[ALL_DIVERGED] = {"every run diverged", "lower rates, as from",
		.more = 1},
	[NONE_LEARNS] = {"no rate learns",
		"the log of a lower one beside these, as from", .more = 1},
};

static const struct advice on_status[CURVE_NSTATUS] = {
	[CURVE_BAD_DATA] = {"most rates are not above 0",
		"--lr-table FILE with the rates from", .more = 1},
	[CURVE_TOO_FEW] = {"too few points or decades",
		"20 points over more than a decade, as from", .high = true},
	[CURVE_FLAT] = {NULL,
		"a fall: check that the network is fresh and the rate "
		"is applied, then run",
		.more = 2, .to = 1, .high = true},
	[CURVE_RISING] = {"the loss only rises",
		"lower rates to start with, as from", .more = 1, .from = -3},
	[CURVE_OPEN] = {"the loss still falls at the last rate",
		"higher rates to end with, as from", .more = 1, .to = 2,
		.high = true},
	[CURVE_LOW_CONFIDENCE] =
		{"the basin is wide, and good rates may be anywhere "
		 "in it",
			"probes, as from", .more = 1},
	[CURVE_TOO_SHORT] = {"under 150 updates tell too little",
		"longer runs, as from", .more = 1},
	[CURVE_OPEN_LOW] = {"the lowest rate is the best",
		"the log of a lower one beside these, as from", .more = 1},
	[CURVE_OPEN_HIGH] = {"the highest rate is as good as the best",
		"the log of a higher one beside these, as from", .more = 1},
	[CURVE_DIVERGED] = {"the loss is lost before it has fallen",
		"lower rates to start with, as from", .more = 1, .from = -3},
	[CURVE_NOT_A_TEST] = {"the rate does not rise through the log",
		"a range test, as from", .more = 1, .from = -2, .to = 2},
};

static enum trouble trouble_of(const struct curve_bounds *b)
{
	bool is_probe = b->stage == CURVE_PROBE;

	if (b->diverged && b->n == 0)
		return NO_LOSS;
	if (b->status == CURVE_NOT_A_TEST && is_probe)
		return NO_PROBE;
	if (b->lost)
		return LOST;
	if (b->diverged && is_probe)
		return ALL_DIVERGED;
	if (b->status == CURVE_OPEN_LOW && !b->learns)
		return NONE_LEARNS;
	if (b->status == CURVE_NOT_A_TEST && b->falls)
		return FALLING;
	if (b->status == CURVE_NOT_A_TEST && b->lr_lo == b->lr_hi)
		return HELD;
	return b->stopped                                ? STOPPED
	       : b->geometric && b->status == CURVE_FLAT ? GEOMETRIC
	       : b->steep                                ? STEEP
	       : b->sparse  ? (is_probe ? UNTRIED : SPARSE)
	       : b->starved ? STARVED
			    : NTROUBLE;
}

static struct advice advice_on(const struct lrfind_result *r)
{
	enum trouble t = trouble_of(&r->bounds);
	struct advice a =
		t < NTROUBLE ? on_trouble[t] : on_status[r->bounds.status];

	if (!a.found)
		a.found = r->method->flat;
	return a;
}

/* The advice is a probe rather than a range test. */
static bool is_to_probe(const struct curve_bounds *b)
{
	return curve_has_rates(b->status) || b->status == CURVE_LOW_CONFIDENCE;
}

static void explain(
	struct lrfind_page *p, const struct lrfind_result *r, bool name_method)
{
	enum curve_status s = r->bounds.status;
	bool bad = s == CURVE_BAD_DATA;
	struct advice a = advice_on(r);
	struct diag d;
	char next[sizeof(p->said)];

	if (is_to_probe(&r->bounds))
		next_probe(next, sizeof(next), &r->bounds);
	else
		next_test(next, sizeof(next), &r->bounds, &a);
	diag_set(&d, DIAG_DATA, "%s%s%s%s%s; expected %s %s",
		name_method ? r->method->name : "", name_method ? ": " : "",
		bad ? "" : curve_status_name(s), bad ? "" : ": ", a.found,
		a.expected, next);
	diag_at(&d, "%s", r->run);
	if (bad)
		cli_fail(&d);
	else if (cli_note("%s: %s", d.place, d.text))
		memcpy(p->said, next, sizeof(next));
}

static bool say_the_same(
	const struct lrfind_result *r, const struct lrfind_result *other)
{
	return r->bounds.status == other->bounds.status &&
	       strcmp(advice_on(r).found, advice_on(other).found) == 0;
}

void lrfind_explain(
	struct lrfind_page *p, const struct lrfind_result *r, size_t n)
{
	bool same = true;

	for (size_t i = 1; i < n; i++)
		same &= say_the_same(&r[0], &r[i]);
	for (size_t i = 0; i < (same ? 1 : n); i++)
		if (!curve_is_yes(r[i].bounds.status) ||
			trouble_of(&r[i].bounds) == UNTRIED)
			explain(p, &r[i], !same);
	/* An answer of a method that was asked for, of what it is not for. */
	if (n == 1 && curve_is_yes(r->bounds.status) && r->bounds.geometric)
		logs_note(r->run, NULL, "%s", on_trouble[GEOMETRIC].found);
}
