/* SPDX-License-Identifier: MIT */
/*
 * How many rows there are: as given, in steps, epochs, samples or whole cycles,
 * or as long as the schedule is by itself.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "sched/sched.h"
#include "spec/spec_impl.h"
#include "words/words.h"

#define STEPS_MAX ((double)SCHED_STEPS_MAX)

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

	if (count < 1 || count != floor(count) || count > SCHED_CYCLES_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a whole number of cycles; expected 1c "
			"to %dc",
			name, text, SCHED_CYCLES_MAX);
	for (size_t i = 0; i < s->table.n && isnan(end); i++)
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
int spec_needs_steps(const struct spec *s, struct diag *d)
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
int spec_own_length(struct spec *s, const char *steps, struct diag *d)
{
	size_t n = steps ? strlen(steps) : 0, read;
	double count = 0;

	s->own_length = true;
	if (spec_read_table(s, d))
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
	return words_arg_steps(what, text, units, &env, ret, d);
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
		    s, spec_env_of_words(s), &n, &in_samples, d))
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

int spec_resolve_length(struct spec *s, const char *steps, struct diag *d)
{
	size_t n = steps ? strlen(steps) : 0;
	const char *name = s->names->steps;

	if (!steps || (n && steps[n - 1] == 'c'))
		return spec_own_length(s, steps, d);
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
	return spec_needs_steps(s, d);
}
