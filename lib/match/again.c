/* SPDX-License-Identifier: MIT */
/*
 * The schedule with one of its numbers changed, read again: those of its words,
 * its base and its length.
 */
#include <math.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/diag.h"
#include "match/match_impl.h"
#include "sched/sched.h"
#include "spec/spec.h"

/* What makes the schedule again. */
struct again {
	const struct spec *given;
	const struct spec_opts *opts;
	double horizon;
	struct sched_numbers numbers;
	struct spec sched; /* the last that was made */
	bool no_memory;
};

/* Processes, and batches of one size in one of another. */
#define RATIO_MAX 16

/* Room for the name of an option and a blank. */
#define NAME_MAX_NBYTES 32

/* *V, which the option written as NAME gave, as it is to be. */
static int take_option(struct again *a, const char *name, bool base, double *v)
{
	char before[NAME_MAX_NBYTES];
	struct sched_number like = {.before = before,
		.after = "",
		.value = *v,
		.given = true,
		.base = base};

	snprintf(before, sizeof(before), "%s ", name);
	return sched_numbers_take(&a->numbers, &like, v);
}

/* As match_rebuild has it. */
static const struct sched *build(void *ctx)
{
	struct again *a = ctx;
	struct spec *s = &a->sched;
	struct sched_table old = s->table;
	struct diag d;
	int bad = 0;

	*s = *a->given;
	s->table = old;
	s->env.numbers = &a->numbers;
	if (s->has_base && !(a->opts->batch > 0))
		bad = take_option(a, a->opts->names->lr, true, &s->env.base);
	if (!bad && !s->own_length && !s->by_samples) {
		bad = take_option(a, a->opts->names->steps, false, &s->counted);
		s->env.steps = s->counted * spec_unit(s);
	}
	if (bad) {
		a->no_memory = true;
		return NULL;
	}
	if (spec_read_again(s, a->opts, a->horizon, &d) == 0)
		return s->table.column[0].node;
	a->no_memory |= d.class == DIAG_NOMEM;
	return NULL;
}

/* Of what is no count rounded rates never tell the last digit. */
static bool is_open(const struct match_change *c)
{
	double near = c->to == floor(c->to) ? 0 : 1e-2 * c->to;

	return c->most - c->least > near;
}

/* "20", or "18 to 22" where rounded rates do not tell. */
static void add_range(
	struct buf *b, const struct match_change *c, bool is_rounded)
{
	if (!is_rounded || !is_open(c))
		buf_add_double(b, c->to);
	else
		buf_printf(b, "%.6g to %.6g", c->least, c->most);
}

/* "T_max=20" */
static void spell(struct buf *b, const struct match_change *c, bool is_rounded)
{
	const struct sched_number *n = c->number;

	buf_adds(b, n->before);
	if (n->flag)
		buf_adds(b, c->to != 0 ? "True" : "False");
	else
		add_range(b, c, is_rounded);
	buf_adds(b, n->after);
}

static bool is_nearly_whole(double x)
{
	return fabs(x - round(x)) <= 1e-5 * x;
}

/* Ratios of numbers of processes and batches, their roots, and round ones. */
static bool is_plain_factor(double x)
{
	for (int k = 1; k <= RATIO_MAX; k++)
		if (is_nearly_whole(k * x) || is_nearly_whole(k * x * x))
			return true;
	return is_nearly_whole(100 * x);
}

/* What V says leaves room for another number. */
static bool may_be_number(const struct match_verdict *v)
{
	/* A run is early by its warmup if that was forgotten. */
	if (v->status == MATCH_SHIFTED)
		return v->cause == MATCH_EARLY && v->most > 1;
	return v->status == MATCH_DIFFERS &&
	       (v->cause == MATCH_NONE || v->cause == MATCH_PROCESSES ||
		       v->cause == MATCH_ACCUMULATION ||
		       (v->cause == MATCH_RESTARTED && !v->others) ||
		       (v->cause == MATCH_FACTOR && !v->others &&
			       !is_plain_factor(v->by)));
}

/* All is early: a length that was forgotten says more, other changes less. */
static void prefer_forgotten(
	struct match_verdict *v, struct match_change *found)
{
	if (!found->number || found->resumed || found->to != 0) {
		found->number = NULL;
		found->resumed = false;
		return;
	}
	v->status = MATCH_DIFFERS;
	v->cause = MATCH_NONE;
	v->others = 0;
	v->if_rounded = false;
	v->least = v->most = 0;
}

/* All is as if it had begun again at the rate that it had come to: so it is if
 * a later item of a list is another one, or so many times the schedule, as a
 * part of many is: that is said if it is as round. */
static void prefer_round(struct match_verdict *v, struct match_change *found)
{
	if (!found->number || !found->as_round || found->resumed ||
		found->number->base) {
		found->number = NULL;
		found->resumed = false;
		return;
	}
	v->cause = MATCH_NONE;
	v->least = v->most = 0;
}

int match_again(struct buf *ret, struct match_verdict *v,
	const struct match_series *series, const struct match_how *how,
	const struct spec *given, const struct spec_opts *o, struct diag *d)
{
	struct again a = {
		.given = given, .opts = o, .horizon = given->env.horizon};
	const struct match_rebuild rebuild = {
		&a.numbers, build, &a, v->cause == MATCH_RESTARTED};
	bool is_rounded = match_series_is_rounded(series) && !series->unsure;
	struct match_change found = {.number = NULL};

	if (!may_be_number(v))
		return 0;
	/* The first time all numbers are listed. */
	if (build(&a))
		match_change(&found, series, given->table.column[0].node, how,
			&rebuild);
	if (v->status == MATCH_SHIFTED)
		prefer_forgotten(v, &found);
	else if (v->cause == MATCH_RESTARTED || v->cause == MATCH_FACTOR)
		prefer_round(v, &found);
	if (found.resumed)
		v->cause = MATCH_RESTARTED;
	else if (found.number)
		spell(ret, &found, is_rounded);
	if (found.number && !found.resumed && !is_rounded && !v->cause) {
		v->least = found.least;
		v->most = found.most;
	}
	if (found.number && (!v->cause || found.resumed))
		v->by = found.to;
	sched_table_free(&a.sched.table);
	sched_numbers_free(&a.numbers);
	return a.no_memory ? diag_nomem(d, 0) : buf_end(ret, d);
}
