/* SPDX-License-Identifier: MIT */
/*
 * What a schedule is relative to, as it was given: the base rate and its
 * batches, steps or samples of an epoch, names for calls; and which of those
 * the SPEC did not ask for.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
#include "base/str.h"
#include "numpy/numpy.h"
#include "py/py.h"
#include "sched/sched.h"
#include "spec/spec_impl.h"

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
int spec_base_rate(struct spec *s, const struct spec_opts *o, struct diag *d)
{
	bool batch = o->batch > 0, ref_batch = o->ref_batch > 0;
	const struct sched_names *name = o->names;
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
int spec_check_defines(const struct spec_opts *o, struct diag *d)
{
	struct py *py = py_new(&numpy_host);
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

/* Steps of an epoch or, where batches grow, samples: 50000s. */
int spec_resolve_epochs(
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

/* --- names that were not asked for ---------------------------------------- */

/* The next name at or after *S, before END: its length, *S there; 0: none. */
static size_t next_name(const char **s, const char *end)
{
	size_t n = 0;

	while (*s < end && !str_is_python_name_char(**s))
		(*s)++;
	while (*s + n < end && str_is_python_name_char((*s)[n]))
		n++;
	return n;
}

/*
 * The last name of DEFINE before its "=": lr of cfg["lr"]=3; its length in *N.
 */
static const char *last_name(const char *define, size_t *n)
{
	const char *end = define + strcspn(define, "="), *s = define;
	const char *last = define;
	size_t len;

	*n = 0;
	while ((len = next_name(&s, end))) {
		last = s;
		*n = len;
		s += len;
	}
	return last;
}

static bool has_name(const char *text, size_t ntext, const char *name, size_t n)
{
	const char *s = text, *end = text + ntext;
	size_t len;

	while ((len = next_name(&s, end))) {
		if (len == n && memcmp(s, name, n) == 0)
			return true;
		s += len;
	}
	return false;
}

bool spec_asked_for(const struct spec *s, const struct spec_opts *o, size_t i)
{
	size_t n;
	const char *name = last_name(o->define[i], &n), *value;

	if (o->define[i][0] == '@' || s->env.given.asked[i] ||
		call_is_setting(name, n))
		return true;
	for (size_t k = 0; k < s->env.given.nsource; k++)
		if (has_name(s->source[k].text, s->source[k].n, name, n))
			return true;
	for (size_t k = i + 1; k < o->ndefine; k++) {
		value = o->define[k] + strcspn(o->define[k], "=");
		if (has_name(value, strlen(value), name, n))
			return true;
	}
	return false;
}

static void offer(const char *text, size_t n, struct near *near)
{
	const char *s = text, *end = text + n;
	size_t len;

	while ((len = next_name(&s, end))) {
		if (!str_is_digit(*s))
			near_try(near, s, len);
		s += len;
	}
}

/* Whether the text or the words of S have the name. */
static bool mentions(const struct spec *s, const char *name, size_t n)
{
	if (s->script.text)
		return has_name(s->script.text, s->script.n, name, n);
	for (size_t i = 0; i < s->nword; i++)
		if (has_name(s->word[i], strlen(s->word[i]), name, n))
			return true;
	return false;
}

/* What others call what scripts mostly call so. */
static const struct near_synonym synonyms[] = {
	{"learning_rate", "lr"},
	{"base_lr", "lr"},
	{"max_lr", "lr"},
	{"num_steps", "steps"},
	{"max_steps", "steps"},
	{"total_steps", "steps"},
	{"batch_size", "batch"},
	{NULL, NULL},
};

const char *spec_nearest(
	const struct spec *s, const char *define, char buf[NEAR_PHRASE_MAX])
{
	struct near near = {.synonym = synonyms};

	near.wrong = last_name(define, &near.nwrong);
	if (mentions(s, near.wrong, near.nwrong))
		return "expected a variable outside functions, or a part of "
		       "one as the text has it: args.lr, config['lr']";
	if (s->script.text)
		offer(s->script.text, s->script.n, &near);
	for (size_t i = 0; !s->script.text && i < s->nword; i++)
		offer(s->word[i], strlen(s->word[i]), &near);
	return near_phrase(&near, "expected a name that is used", buf);
}
