/* SPDX-License-Identifier: MIT */
/*
 * From what is asked for to a table.  A schedule whose length is not given is
 * read twice, first for the length that it has by itself.
 */
#include "spec/spec_impl.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "call/call.h"
#include "py/py.h"
#include "sched/build.h"

#define STEPS_MAX ((double)SCHED_STEPS_MAX)

/* TEXT, SAMPLES of WHAT, from 1 on. */
static int number_of(const char *what, const char *of, const char *text,
	double *ret, struct diag *d)
{
	char name[64];

	snprintf(name, sizeof(name), "%s %s", what, of);
	return num_arg_double(name, text, 1, STEPS_MAX, ret, d);
}

/* Samples and batch as one: S/B rounds up, S//B down. */
static int epoch_steps(
	const char *what, const char *s, double *ret, struct diag *d)
{
	char samples[64];
	const char *slash = strchr(s, '/'), *batch;
	double a, b;

	batch = s + strcspn(s, ",:;x");
	if (!slash && *batch &&
		num_scan_double(batch + 1, strlen(batch + 1), &b) ==
			strlen(batch + 1))
		return diag_set(d, DIAG_USAGE,
			"%s: '%s'; expected SAMPLES/BATCH, %.*s/%s", what, s,
			(int)(batch - s), s, batch + 1);
	if (!slash)
		return num_arg_double(what, s, 1, STEPS_MAX, ret, d);
	batch = slash[1] == '/' ? slash + 2 : slash + 1;
	if ((size_t)(slash - s) >= sizeof(samples))
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is too long; expected SAMPLES/BATCH", what,
			s);
	memcpy(samples, s, (size_t)(slash - s));
	samples[slash - s] = '\0';
	if (number_of(what, "SAMPLES", samples, &a, d) ||
		number_of(what, "BATCH", batch, &b, d))
		return -1;
	*ret = slash[1] == '/' ? floor(a / b) : ceil(a / b);
	if (*ret >= 1)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: %s is no whole batch; expected SAMPLES >= BATCH", what, s);
}

/* The base rate, scaled by the batch. */
static int base_rate(struct spec *s, const struct spec_opts *o, struct diag *d)
{
	bool batch = o->batch > 0, ref_batch = o->ref_batch > 0;
	const struct spec_names *name = o->names;
	double *ret = &s->env.base;

	*ret = o->lr > 0 ? o->lr : 1;
	s->has_base = o->lr > 0;
	if (batch != ref_batch)
		return diag_set(d, DIAG_USAGE, "%s without %s; expected both",
			batch ? name->batch : name->ref_batch,
			batch ? name->ref_batch : name->batch);
	if (!batch)
		return o->scale != SPEC_SCALE_NOT_GIVEN
			       ? diag_set(d, DIAG_USAGE,
					 "%s without %s; expected %s B %s B0",
					 name->scale, name->batch, name->batch,
					 name->ref_batch)
			       : 0;
	if (o->scale == SPEC_SQRT)
		*ret *= sqrt(o->batch / o->ref_batch);
	else
		*ret = *ret * o->batch / o->ref_batch;
	if (*ret >= DBL_MIN && *ret <= DBL_MAX)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: the scaled base rate, %.6g, is out of range; expected %g "
		"to %g",
		name->batch, *ret, DBL_MIN, DBL_MAX);
}

/* What is wrong with a definition is told before it is used. */
static int check_defines(const struct spec_opts *o, struct diag *d)
{
	struct py *py = py_new(NULL);
	struct diag wrong;
	size_t i = 0;

	if (!py)
		return diag_nomem(d, sizeof(wrong));
	while (i < o->ndefine &&
		(o->define[i][0] == '@' ||
			call_check_define(py, o->define[i], d) == 0))
		i++;
	py_free(py);
	if (i == o->ndefine)
		return 0;
	if (d->class != DIAG_USAGE)
		return -1;
	wrong = *d;
	return diag_set(d, DIAG_USAGE, "%s '%s': %s", o->names->define,
		o->define[i], wrong.text);
}

double spec_unit(const struct spec *s)
{
	return s->env.by_epoch ? s->env.epoch_steps : 1;
}

bool spec_is_of_epochs(const struct spec *s, const struct spec_opts *o)
{
	return s->env.by_epoch && !o->epoch_steps;
}

/* What the words' own lengths and options are relative to. */
static struct sched_env env_of_words(const struct spec *s)
{
	struct sched_env env = s->env;

	if (s->env.by_epoch)
		env = sched_env_held(&s->env, s->env.epoch_steps);
	if (s->by_samples) {
		env.epoch_steps = s->epoch_samples;
		env.epoch_samples = true;
		env.horizon = isnan(env.horizon)
				      ? NAN
				      : sched_clock_at(&s->clock, env.horizon);
	}
	env.steps = s->counted;
	return env;
}

/* Every column by what the words count, in rows. */
static int count_columns(
	const struct spec *s, struct sched_table *t, struct diag *d)
{
	double unit = spec_unit(s);

	for (size_t i = 0; i < t->n; i++) {
		struct sched *node = t->column[i].node;

		t->column[i].node = s->by_samples
					    ? sched_new_clocked(node, &s->clock)
					    : sched_new_hold(node, unit);
		if (!t->column[i].node)
			return diag_nomem(d, sizeof(*node));
	}
	t->len = s->by_samples ? sched_clock_step(&s->clock, t->len)
			       : t->len * unit;
	t->past_end = s->by_samples ? sched_clock_step(&s->clock, t->past_end)
				    : t->past_end * unit;
	return 0;
}

static int read_words(struct spec *s, struct diag *d)
{
	struct sched_env env = env_of_words(s);

	sched_table_free(&s->table);
	if (s->script.text &&
		call_read(&s->table, &s->script, &env, &s->where, d) < 0)
		return s->file ? diag_at(d, "%s", s->file) : -1;
	if (!s->script.text && sched_words(&s->table, s->word, s->nword, &env,
				       &s->where, d) < 0)
		return -1;
	return s->by_samples || spec_unit(s) != 1
		       ? count_columns(s, &s->table, d)
		       : 0;
}

/* N of what the words count, or as many rows, are the length. */
static void set_length(struct spec *s, double n, double rows)
{
	s->counted = ceil(n);
	s->env.steps = ceil(rows);
}

/* So many rows in what the words count. */
static double counted(const struct spec *s, double rows)
{
	return s->by_samples ? sched_clock_at(&s->clock, rows)
			     : rows / spec_unit(s);
}

/* 4c: the end of the fourth cycle of the first cyclic part. */
static int whole_cycles(
	struct spec *s, const char *text, double count, struct diag *d)
{
	const char *name = s->names->steps;
	double end = NAN;
	size_t i;

	if (count < 1 || count != floor(count) || count > SCHED_CYCLES_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a whole number of cycles; expected 1c "
			"to %dc",
			name, text, SCHED_CYCLES_MAX);
	for (i = 0; i < s->table.n && isnan(end); i++)
		end = sched_cycle_end(s->table.column[i].node, (uint64_t)count);
	if (isnan(end))
		return diag_set(d, DIAG_USAGE,
			"%s: no segment has %.0f cycles; expected steps or "
			"epochs",
			name, count);
	if (s->table.needs_steps)
		return diag_set(d, DIAG_USAGE,
			"%s: %s, but word %zu takes its length from %s; "
			"expected a length in steps or epochs there",
			name, text, s->table.needs_steps, name);
	set_length(s, counted(s, end), end);
	return 0;
}

/* Fails if a word takes its length from one that nobody has given. */
static int needs_steps(const struct spec *s, struct diag *d)
{
	if (!s->table.needs_steps || !isnan(s->env.steps))
		return 0;
	if (s->endless)
		return diag_set(d, DIAG_USAGE,
			"word %zu takes its length from %s, which is inf; "
			"expected a length in steps or epochs there",
			s->table.needs_steps, s->names->steps);
	return diag_set(d, DIAG_USAGE,
		"word %zu takes its length from the schedule's; expected %s or "
		"a length",
		s->table.needs_steps, s->names->steps);
}

/* The length that the words have by themselves, or in cycles. */
static int own_length(struct spec *s, const char *steps, struct diag *d)
{
	size_t n = steps ? strlen(steps) : 0, read;
	double count = 0;

	s->own_length = true;
	if (read_words(s, d))
		return -1;
	if (n) {
		read = num_scan_double(steps, n, &count);
		if (read + 1 != n)
			count = 0;
		return whole_cycles(s, steps, count, d);
	}
	if (isfinite(s->table.len) && !s->table.needs_steps)
		set_length(s, counted(s, s->table.len), s->table.len);
	return 0;
}

/* TEXT has a unit of samples. */
static bool is_in_samples(const struct spec *s, const char *text)
{
	double number;
	const char *unit = text + num_scan_double(text, strlen(text), &number);

	return s->clock.n &&
	       (*unit == 's' || (*unit == 'e' && !isnan(s->epoch_samples)));
}

/* TEXT in rows or, where it says so, in samples. */
static int read_steps(const char *what, const char *text, const char *units,
	const struct spec *s, struct sched_env env, double *ret,
	bool *in_samples, struct diag *d)
{
	*in_samples = is_in_samples(s, text);
	env.has_samples = s->clock.n > 0;
	if (*in_samples)
		env.epoch_steps = s->epoch_samples;
	return sched_arg_steps(what, text, units, &env, ret, d);
}

int spec_arg_steps(const char *what, const char *text, const struct spec *s,
	double *ret, struct diag *d)
{
	bool in_samples;

	if (read_steps(what, text, NULL, s, s->env, ret, &in_samples, d))
		return -1;
	if (in_samples)
		*ret = sched_clock_step(&s->clock, *ret);
	return 0;
}

/* A length in steps, epochs or samples. */
static int given_length(struct spec *s, const char *text, struct diag *d)
{
	const char *name = s->names->steps;
	double n, rows;
	bool in_samples;

	if (read_steps(name, text,
		    s->clock.n ? "nothing (steps), ep (epochs), s (samples) or "
				 "c (cycles)"
			       : "nothing (steps), ep (epochs) or c (cycles)",
		    s, env_of_words(s), &n, &in_samples, d))
		return -1;
	in_samples |= s->by_samples && s->count_given;
	rows = in_samples ? sched_clock_step(&s->clock, n) : n * spec_unit(s);
	set_length(s, in_samples && s->by_samples ? n : counted(s, rows), rows);
	if (s->env.steps >= 1 && s->env.steps < STEPS_MAX)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: %s is out of range; expected steps above 0 and below 2^53",
		name, text);
}

static int resolve_steps(struct spec *s, const char *steps, struct diag *d)
{
	size_t n = steps ? strlen(steps) : 0;
	const char *name = s->names->steps;

	if (!steps || (n && steps[n - 1] == 'c'))
		return own_length(s, steps, d);
	s->endless = strcmp(steps, "inf") == 0;
	if (s->endless)
		return 0;
	if (strchr(steps, '%'))
		return diag_set(d, DIAG_USAGE,
			"%s: %s is relative to %s; expected steps, epochs "
			"(32ep) or cycles (4c)",
			name, steps, name);
	return given_length(s, steps, d);
}

int spec_share_length(struct spec *s, double rows, struct diag *d)
{
	if (isnan(s->env.steps) && !isnan(rows))
		set_length(s, counted(s, rows), rows);
	return needs_steps(s, d);
}

/* Whether any length in the words is in samples: then all are. */
static int look_for_samples(struct spec *s, struct diag *d)
{
	const struct sched_table *t = &s->table;

	if (s->by_samples || s->script.text)
		return 0;
	s->by_samples = true;
	if (read_words(s, d))
		return -1;
	s->by_samples = t->in_samples > 0;
	if (!s->by_samples || !t->in_steps)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"word %zu has a length in steps and word %zu one in samples; "
		"expected samples in both",
		t->in_steps, t->in_samples);
}

/* Samples by the step, where batches grow, and who counts them. */
static int resolve_batches(
	struct spec *s, const struct spec_opts *o, struct diag *d)
{
	const struct spec_names *name = o->names;

	s->by_samples = s->count_given = o->count == SPEC_SAMPLES;
	if (s->by_samples && !o->batch_spec)
		return diag_set(d, DIAG_USAGE,
			"%s sample without %s; expected the sizes of batches",
			name->count, name->batch_spec);
	if (!o->batch_spec)
		return 0;
	if (s->env.by_epoch && !isnan(s->epoch_samples))
		return diag_set(d, DIAG_USAGE,
			"%s epoch with %s in samples; expected it in steps",
			name->count, name->epoch_steps);
	if (spec_read_batches(s, o->batch_spec, d))
		return -1;
	s->env.has_samples = true;
	return look_for_samples(s, d);
}

/* Steps of an epoch or, where batches grow, samples: 50000s. */
static int resolve_epochs(
	struct spec *s, const struct spec_opts *o, struct diag *d)
{
	const char *e = o->epoch_steps, *name = o->names->epoch_steps;
	size_t n = e ? strlen(e) : 0;
	char number[64] = "";

	if (o->batch_spec && e && strchr(e, '/'))
		return diag_set(d, DIAG_USAGE,
			"%s: %s beside %s, whose batches are not all of one "
			"size; expected %.*ss",
			name, e, o->names->batch_spec, (int)strcspn(e, "/"), e);
	if (o->batch_spec && n > 1 && n < sizeof(number) && e[n - 1] == 's') {
		memcpy(number, e, n - 1);
		return num_arg_double(
			name, number, 1, STEPS_MAX, &s->epoch_samples, d);
	}
	if (e && epoch_steps(name, e, &s->env.epoch_steps, d))
		return -1;
	if (spec_is_of_epochs(s, o))
		s->env.epoch_steps = 1;
	return 0;
}

double spec_epochs_before(const struct spec *s, double step)
{
	return isnan(s->epoch_samples)
		       ? step / s->env.epoch_steps
		       : sched_clock_at(&s->clock, step) / s->epoch_samples;
}

int spec_resolve(struct spec *s, const struct spec_opts *o, char *const word[],
	size_t nword, struct diag *d)
{
	*s = (struct spec){.names = o->names, .word = word, .nword = nword};
	if (spec_read_script(s, d) < 0)
		return -1;
	s->counted = s->epoch_samples = NAN;
	s->env.steps = s->env.epoch_steps = s->env.horizon = NAN;
	s->env.host = &call_host;
	s->env.remarks = &s->remarks;
	s->env.base_given = o->lr > 0;
	s->env.define = o->define;
	s->env.ndefine = o->ndefine;
	s->env.by_epoch = o->count == SPEC_EPOCHS;
	if (spec_read_sources(s, o, d) || check_defines(o, d) ||
		base_rate(s, o, d))
		return -1;
	if (resolve_epochs(s, o, d) || resolve_batches(s, o, d))
		return -1;
	return resolve_steps(s, o->steps, d);
}

int spec_read(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d)
{
	s->env.horizon = horizon;
	if (read_words(s, d))
		return -1;
	if (needs_steps(s, d))
		return -1;
	if (o->batch > 0 && !s->table.column[0].uses_base)
		return diag_set(d, DIAG_USAGE,
			"%s scales the base rate, and nothing in the schedule "
			"depends on it; expected values in x",
			o->names->batch);
	return 0;
}

int spec_read_again(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d)
{
	if (s->own_length) {
		s->env.steps = s->counted = NAN;
		if (own_length(s, o->steps, d))
			return -1;
	}
	return spec_read(s, o, horizon, d);
}

void spec_free(struct spec *s)
{
	free(s->file);
	buf_free(&s->text);
	spec_free_sources(s);
	buf_free(&s->remarks);
	sched_table_free(&s->table);
	sched_clock_free(&s->clock);
}
