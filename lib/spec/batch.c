/* SPDX-License-Identifier: MIT */
/*
 * Batches that grow: what a SPEC of batch sizes, or Megatron's ramp, comes to
 * in samples.  Update t takes the size at t, or at the samples before it,
 * rounded to a whole number; so it is followed update by update until it stays.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "sched/sched.h"
#include "spec/spec_impl.h"
#include "words/words.h"

/* Updates that are looked at until the size stays. */
#define STEPS_LOOKED_AT 10000000
/* Boundaries of one segment. */
#define MARKS_MAX 10000
#define BATCH_MAX 0x1p40

/* Sizes by the tree, or from START in equal steps to END within SAMPLES. */
struct ramp {
	const struct sched *node;
	bool by_samples;
	double settles; /* from here on it stays */
	double start, increment, samples, end;
};

/* --- where a schedule stays ----------------------------------------------- */

static double last_mark(const struct sched *s)
{
	const struct sched_seg *g = &s->u.seg;
	double last = 0, m;

	if (!g->shape->mark)
		return strncmp(g->shape->name, "const", 5) == 0 ? 0 : INFINITY;
	for (uint64_t k = 0; !isnan(m = g->shape->mark(g, s->len, k)); k++)
		if (last = m, k == MARKS_MAX)
			return INFINITY;
	return last;
}

static double seq_settles(const struct sched *s)
{
	const struct sched_part *last = &s->u.seq.part[s->u.seq.n - 1];

	return isnan(s->u.seq.past) ? last->origin + spec_settles(last->node)
				    : s->len;
}

double spec_settles(const struct sched *s)
{
	const struct sched *kid = sched_child(s, 0);
	double last = 0;

	switch (s->kind) {
	case SCHED_SEG:
		return isinf(s->len)   ? last_mark(s)
		       : s->u.seg.cont ? INFINITY
				       : s->len;
	case SCHED_SEQ: return seq_settles(s);
	case SCHED_PROD:
		for (size_t i = 0; (kid = sched_child(s, i)); i++)
			last = fmax(last, spec_settles(kid));
		return last;
	case SCHED_GROUP:
		if (!s->u.group.timed || s->u.group.cont)
			return spec_settles(kid);
		return fmin(s->len, spec_settles(kid));
	case SCHED_HOLD:
		last = ceil(spec_settles(kid));
		return s->u.hold.clock ? sched_clock_step(s->u.hold.clock, last)
				       : s->u.hold.every * last;
	case SCHED_REP: break;
	}
	return s->len;
}

/* --- what is given -------------------------------------------------------- */

/* N numbers behind FLAG in the words of TEXT, as --flag A B or --flag=A. */
static size_t flag_numbers(
	const char *text, const char *flag, double *ret, size_t n)
{
	const char *s = strstr(text, flag), *end = text + strlen(text);
	size_t k = 0, len;

	if (!s)
		return 0;
	for (s += strlen(flag); k < n; s += len) {
		s += strspn(s, " \t\r\n=\\'\",");
		len = num_scan_double(s, (size_t)(end - s), &ret[k]);
		if (len == 0)
			break;
		k++;
	}
	return k;
}

/* Megatron's --rampup-batch-size START INCREMENT SAMPLES. */
static int read_flags(struct ramp *r, const char *text, struct diag *d)
{
	double v[3], steps;

	if (flag_numbers(text, "--global-batch-size", &r->end, 1) != 1)
		return diag_set(d, DIAG_USAGE,
			"flags without a batch size; expected "
			"--rampup-batch-size START INCREMENT SAMPLES "
			"--global-batch-size SIZE");
	if (flag_numbers(text, "--rampup-batch-size", v, 3) != 3) {
		r->settles = 0;
		return 0;
	}
	r->by_samples = true;
	r->start = v[0];
	r->increment = v[1];
	r->samples = r->settles = v[2];
	steps = (r->end - r->start) / r->increment;
	if (r->increment > 0 && r->samples >= 0 && steps >= 0 &&
		steps == floor(steps))
		return 0;
	return diag_set(d, DIAG_USAGE,
		"a ramp from %.10g by %.10g to %.10g; expected a whole number "
		"of increments",
		r->start, r->increment, r->end);
}

/* As Megatron computes it. */
static double ramp_at(const struct ramp *r, double samples)
{
	double steps =
		r->increment > 0 ? (r->end - r->start) / r->increment : 0;

	if (!(steps > 0) || samples > r->samples)
		return r->end;
	return r->start + floor(samples / (r->samples / steps)) * r->increment;
}

static int read_words(struct ramp *r, struct sched_table *t,
	const struct spec *s, const char *text, struct sched_where *where,
	struct diag *d)
{
	struct sched_env env = s->env;

	env.base = 1;
	env.steps = env.horizon = NAN;
	env.has_samples = true;
	if (words_parse(t, (char *const[]){(char *)text}, 1, &env, where, d))
		return -1;
	if (t->needs_steps)
		return diag_set(d, DIAG_USAGE,
			"word %zu has no length; expected one in steps, or in "
			"samples (2e6s)",
			t->needs_steps);
	if (t->in_samples && t->in_steps)
		return diag_set(d, DIAG_USAGE,
			"word %zu counts steps and word %zu samples; expected "
			"one of them",
			t->in_steps, t->in_samples);
	if (t->column[0].uses_base)
		return diag_set(d, DIAG_USAGE,
			"sizes that are multiples of a base; expected numbers, "
			"as in linear:1000:512,from=32");
	r->node = t->column[0].node;
	r->by_samples = t->in_samples > 0;
	r->settles = spec_settles(r->node);
	return 0;
}

static int read_ramp(struct ramp *r, struct sched_table *t,
	const struct spec *s, const char *text, struct sched_where *where,
	struct diag *d)
{
	size_t n = strlen(text);

	if (num_scan_double(text, n, &r->end) == n && n)
		return 0;
	if (strncmp(text, "--", 2) == 0)
		return read_flags(r, text, d);
	return read_words(r, t, s, text, where, d);
}

/* --- its samples ---------------------------------------------------------- */

static int follow(struct sched_clock *c, const struct ramp *r, struct diag *d)
{
	if (isinf(r->settles))
		return diag_set(d, DIAG_USAGE,
			"the batch size never stays; expected an end of its "
			"changes");
	for (uint64_t t = 0; t < STEPS_LOOKED_AT; t++) {
		double samples = c->n ? sched_clock_at(c, (double)t) : 0;
		double count = r->by_samples ? samples : (double)t;
		double size = round(r->node ? sched_value(r->node, count)
					    : ramp_at(r, samples));

		if (!(size >= 1 && size <= BATCH_MAX))
			return diag_set(d, DIAG_USAGE,
				"the batch of step %llu has %.10g samples; "
				"expected 1 to %.0f",
				(unsigned long long)t, size, BATCH_MAX);
		if (sched_clock_add(c, t, (uint64_t)size, d))
			return -1;
		if (count >= r->settles)
			return 0;
	}
	return diag_set(d, DIAG_USAGE,
		"the batch size still changes after %d steps; expected it to "
		"stay by then",
		STEPS_LOOKED_AT);
}

int spec_read_batches(struct spec *s, const char *text, struct diag *d)
{
	struct ramp r = {.node = NULL};
	struct sched_table t = {0};
	int bad = read_ramp(&r, &t, s, text, &s->where, d) ||
		  follow(&s->clock, &r, d);

	sched_table_free(&t);
	return bad ? diag_at(d, "%s", s->names->batch_spec) : 0;
}
