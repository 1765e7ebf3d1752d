/* SPDX-License-Identifier: MIT */
/*
 * What is legal and hardly ever meant: epochs written where steps are counted,
 * a batch before the samples, a schedule cut short.  One rule, one function.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/num.h"
#include "cli.h"
#include "sched/sched.h"
#include "schedule.h"

/* A schedule that is over after this part of the steps was meant in epochs. */
#define OVER_EARLY 0.02
/* So is a part of so few steps, among so many times as many. */
#define SHORT_STEPS 30
#define SHORT_TIMES 500
/* A rate that a cut leaves above this part of the peak's is said. */
#define CUT_CHANGE 0.01
/* A rate below this part of the first moves no float32 weight of its size. */
#define GONE 0x1p-24
/* Steps looked at for one that is not below. */
#define NLOOK 1000
/* Steps looked at, at most, for the peak. */
#define SCAN_MAX 100000

typedef void remark_fn(
	struct buf *b, const struct spec *s, const struct spec_opts *o);

/* -e BATCH/SAMPLES. */
static void batch_first(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	const char *e = o->epoch_steps, *slash = e ? strchr(e, '/') : NULL;
	const char *more;
	double samples, batch;

	(void)s;
	if (!slash)
		return;
	more = slash + 1 + (slash[1] == '/');
	num_scan_double(e, (size_t)(slash - e), &samples);
	num_scan_double(more, strlen(more), &batch);
	if (samples >= batch)
		return;
	buf_printf(b,
		"%s %s is one step an epoch, a batch larger than all samples; "
		"expected SAMPLES/BATCH: %s %s/%.*s\n",
		o->names->epoch_steps, e, o->names->epoch_steps, more,
		(int)(slash - e), e);
}

/* A call of a constructor of LIBRARY is among those of S. */
static bool calls(const struct spec *s, const char *library)
{
	size_t n = strlen(library);
	const struct buf *b = &s->table.calls;

	for (size_t i = 0; i + n < b->len; i++)
		if (memcmp(b->data + i, library, n) == 0 &&
			(i == 0 || b->data[i - 1] == ' '))
			return true;
	return false;
}

/* The length of S's first cycle; NAN: it has none. */
static double cycle(const struct sched *s)
{
	if (s->kind == SCHED_SEQ)
		s = s->u.seq.part[0].node;
	return s->kind == SCHED_REP ? s->u.rep.body->len : NAN;
}

/* Calls that may be meant to count epochs and do not. */
static void call_of_epochs(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	double e = s->env.epoch_steps;

	if (s->env.by_epoch || !s->table.calls.len)
		return;
	if (isnan(e)) {
		if (calls(s, "mmengine."))
			buf_printf(b,
				"mmengine counts epochs where by_epoch is not "
				"False; expected %s E, or %s for rows of "
				"epochs\n",
				o->names->epoch_steps, o->names->by_epoch);
		return;
	}
	if (s->own_length || e == 1 ||
		(s->table.len * e != s->env.steps &&
			cycle(s->table.column[0].node) * e != s->env.steps))
		return;
	buf_printf(b,
		"the call's own length is the number of epochs, and it is "
		"taken as steps; expected %s if it is stepped once an epoch\n",
		o->names->by_epoch);
}

static bool is_plain_number(const char *s)
{
	double x;

	return s && num_scan_double(s, strlen(s), &x) == strlen(s);
}

/* -n 30 where an epoch has more steps. */
static void below_epoch(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	if (!is_plain_number(o->steps) || !(s->env.steps < s->env.epoch_steps))
		return;
	buf_printf(b,
		"%s %s is in steps, fewer than the %.10g of one epoch; for "
		"epochs write %s %sep\n",
		o->names->steps, o->steps, s->env.epoch_steps, o->names->steps,
		o->steps);
}

/* -n gives the length, in what the words count. */
static bool has_length(const struct spec *s, const struct spec_opts *o)
{
	return o->steps && !s->own_length && !s->env.by_epoch;
}

static void in_epochs(struct buf *b, const struct spec *s, double steps)
{
	if (s->table.calls.len)
		buf_printf(b, "; %s if a call is stepped once an epoch\n",
			s->names->by_epoch);
	else
		buf_printf(b, "; for epochs write %.10gep%s%s\n", steps,
			isnan(s->env.epoch_steps) ? " and " : "",
			isnan(s->env.epoch_steps) ? s->names->epoch_steps : "");
}

/* step,at=30/60/80 of 9000 steps. */
static void over_early(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	double n = s->env.steps, last = 0;

	if (!has_length(s, o))
		return;
	for (size_t i = 0; i < s->table.n; i++)
		last = fmax(last, spec_settles(s->table.column[i].node));
	if (!(last > 0 && last < OVER_EARLY * n))
		return;
	buf_printf(b,
		"the schedule is over at step %.10g of %s %s, after "
		"%.2g %% of the steps",
		last, o->names->steps, o->steps, 100 * last / n);
	in_epochs(b, s, last);
}

/* lambda epoch: .95 ** epoch, of 35190 steps. */
static void gone_early(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	const struct sched *lr = s->table.column[0].node;
	double n = s->env.steps, from = floor(OVER_EARLY * n);
	double first = fabs(sched_value(lr, 0));

	if (!has_length(s, o) || !s->table.calls.len ||
		isnan(s->env.epoch_steps) || !(first > 0))
		return;
	for (unsigned i = 0; i < NLOOK; i++) {
		double t = from + floor((n - from) * i / NLOOK);

		if (!(fabs(sched_value(lr, t)) < GONE * first))
			return;
	}
	buf_printf(b, "the rate is next to 0 from step %.10g of %s %s on", from,
		o->names->steps, o->steps);
	in_epochs(b, s, from);
}

/* The length of S's first part, or of its equal ones. */
static double first_part(const struct sched *s)
{
	const struct sched *first =
		s->kind == SCHED_SEQ ? s->u.seq.part[0].node : s;

	if (first->kind != SCHED_SEG)
		return NAN;
	if (isfinite(first->len))
		return s == first ? NAN : first->len;
	return first->u.seg.shape->mark
		       ? first->u.seg.shape->mark(&first->u.seg, first->len, 0)
		       : NAN;
}

/* warmup:5, or step,every=30, of 90000 steps. */
static void short_part(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	double len = first_part(s->table.column[0].node);

	if (!has_length(s, o) || !(len > 1 && len <= SHORT_STEPS) ||
		!(len * SHORT_TIMES <= s->env.steps))
		return;
	buf_printf(b, "the first part lasts %.10g of %.10g steps", len,
		s->env.steps);
	in_epochs(b, s, len);
}

static double peak(const struct sched *s, double n)
{
	unsigned nlook = (unsigned)fmin(ceil(n), SCAN_MAX);
	double max = 0;

	for (unsigned i = 0; i < nlook; i++)
		max = fmax(max, sched_value(s, floor(n * i / nlook)));
	return max;
}

/* warmup:500 cos:2000 in 1000 steps. */
static void cut_short(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	const struct sched *lr = s->table.column[0].node;
	double n = s->env.steps, len = lr->len, at, max;

	if (!has_length(s, o) || !isfinite(len) || !(n < len))
		return;
	at = sched_value(lr, n - 1);
	max = peak(lr, len);
	if (!(fabs(at - sched_value(lr, len)) > CUT_CHANGE * max))
		return;
	buf_printf(b,
		"%s %s ends before the schedule, whose last value is then "
		"%.3g, %.3g of the peak; all of it is %s %.0f%s\n",
		o->names->steps, o->steps, at, at / max, o->names->steps,
		ceil(len), o->names->part);
}

void schedule_remarks(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	/* The first that fits is enough: they have one cause. */
	static remark_fn *const rule[] = {batch_first, call_of_epochs,
		below_epoch, over_early, gone_early, short_part, cut_short};
	size_t before = b->len;

	for (size_t i = 0; i < ARRAY_SIZE(rule) && b->len == before; i++)
		rule[i](b, s, o);
}

int schedule_note(const struct spec *s, const struct spec_opts *o)
{
	struct buf b = {0};
	const char *line;
	int r;

	buf_join(&b, &s->remarks);
	schedule_remarks(&b, s, o);
	line = buf_text(&b);
	r = line ? 0 : -1;
	for (; line && *line; line += strcspn(line, "\n") + 1)
		cli_note("note: %.*s", (int)strcspn(line, "\n"), line);
	buf_free(&b);
	return r;
}

void schedule_note_files(const struct spec *s)
{
	for (size_t i = 0; i < s->env.given.nsource; i++)
		if (s->source[i].module && *s->source[i].ran)
			cli_note("note: %s is read: the script imports '%s'",
				s->source[i].name, s->source[i].module);
}

void schedule_mark_asked(bool asked[SPEC_DEFINES_MAX], const struct spec *s,
	const struct spec_opts *o)
{
	for (size_t i = 0; i < o->ndefine; i++)
		asked[i] = asked[i] || spec_asked_for(s, o, i);
}

void schedule_note_unused(const bool asked[SPEC_DEFINES_MAX],
	const struct spec *s, const struct spec_opts *o)
{
	char phrase[NEAR_PHRASE_MAX];

	for (size_t i = 0; i < o->ndefine; i++)
		if (!asked[i])
			cli_note("note: -D %.*s is not used; %s",
				(int)strcspn(o->define[i], "="), o->define[i],
				spec_nearest(s, o->define[i], phrase));
}
