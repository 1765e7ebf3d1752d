/* SPDX-License-Identifier: MIT */
/* A line as roles see it; see log_impl.h. */
#include <math.h>

#include "base/num.h"
#include "log/log_impl.h"
#include "text/formula.h"

/* Of several counters in a line the best is its step. */
static void take_step(struct log_told *row, unsigned *rank,
	const struct line_pair *p, const struct log_roles *r)
{
	unsigned is = r->step[p->key];

	/* Counters without a name stand from the slowest to the fastest. */
	if (is > *rank || (is == *rank && is < LINE_RANK_NUMBER) ||
		is == LINE_RANK_NONE || !isfinite(p->value))
		return;
	*rank = is;
	row->step = p->value;
	row->has_step = true;
	row->is_named = is < LINE_RANK_NUMBER;
}

static void take_run(struct log_told *row, const struct line_pair *p)
{
	row->run = p->text;
	row->nrun = p->ntext;
	if (p->text)
		return;
	row->nrun = num_from_double(row->number, p->value);
	row->run = row->number;
}

static size_t place_in_sum(const struct log_roles *r, size_t key)
{
	for (size_t i = 0; i < r->nloss; i++)
		if (r->loss[i] == key)
			return i;
	return LOG_NONE;
}

/* The parts of a loss that a line tells, and which. */
struct parts {
	double value[LOG_SUM_MAX];
	unsigned long has;
};

/* What is told twice in a line counts as told first. */
static void take_loss(struct parts *loss, const struct line_pair *p,
	const struct log_roles *r)
{
	size_t i = place_in_sum(r, p->key);

	if (p->text || i == LOG_NONE || loss->has >> i & 1)
		return;
	loss->has |= 1UL << i;
	loss->value[i] = p->value;
}

static double whole_of(const struct parts *loss, const struct log_roles *r)
{
	double sum = 0;

	if (r->formula)
		return formula_value(r->formula, loss->value);
	for (size_t i = 0; i < r->nloss; i++)
		sum += loss->value[i];
	return sum;
}

static void take_pair(struct log_told *row, const struct line_pair *p,
	const struct log_roles *r)
{
	switch ((enum line_role)r->role[p->key]) {
	case LINE_LR:
		if (p->text || row->has_lr || !isfinite(p->value))
			return;
		row->lr = p->value;
		row->has_lr = true;
		return;
	case LINE_EPOCH: row->epoch = p->text ? NAN : p->value; return;
	case LINE_RUN: take_run(row, p); return;
	case LINE_PHASE:
		row->is_valid |=
			p->text && line_is_validation(p->text, p->ntext);
		return;
	default: return;
	}
}

static int process_of(const struct line *l, const struct log_roles *r)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->pair[i].key == r->process && !l->pair[i].text &&
			l->pair[i].value >= 0 && l->pair[i].value < 1e9)
			return (int)l->pair[i].value;
	return l->rank;
}

bool log_told_of(struct log_told *ret, const struct line *l, size_t shape,
	const struct log_roles *r, const struct log_options *opt)
{
	unsigned rank = LINE_RANK_NONE;
	struct parts loss = {.has = 0};
	int process;

	*ret = (struct log_told){.step = NAN,
		.lr = NAN,
		.loss = NAN,
		.epoch = NAN,
		.is_row = l->is_row,
		.is_bar = l->is_bar,
		.is_valid = l->is_valid,
		.shape = shape};
	for (size_t i = 0; i < l->n; i++) {
		take_pair(ret, &l->pair[i], r);
		take_step(ret, &rank, &l->pair[i], r);
		take_loss(&loss, &l->pair[i], r);
	}
	if (r->step_is_epoch && isfinite(ret->epoch)) {
		ret->step = ret->epoch;
		ret->has_step = ret->is_named = true;
	}
	if (r->nloss && loss.has == (1UL << r->nloss) - 1) {
		double whole = whole_of(&loss, r);

		ret->loss = opt->metric ? -whole : whole;
		ret->has_loss = true;
	}
	process = process_of(l, r);
	return process < 0 || r->rank < 0 || process == r->rank;
}
