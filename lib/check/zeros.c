/* SPDX-License-Identifier: MIT */
/* How many weights are zero, and where: sparsity, and N of each M. */
#include <stdio.h>

#include "base/diag.h"
#include "check/check_impl.h"

/* NAME is NULL for all tensors together. */
static int judge_zeros(struct check_run *r, const char *name, uint64_t zeros,
	uint64_t n, uint64_t expected, struct diag *d)
{
	const struct check_failure f = {
		.tensor = name,
		.found = zeros,
		.expected = expected,
	};

	r->a->found += zeros;
	r->a->expected += expected;
	if (zeros >= expected)
		return 0;
	return check_fail(r, &f, d,
		"%llu of %llu weights are zero; expected %llu for %s",
		(unsigned long long)zeros, (unsigned long long)n,
		(unsigned long long)expected, r->c->expr);
}

/*
 * What was pruned to a sparsity has it, whether each tensor's count was rounded
 * or that of all: the smaller is asked for.
 */
int check_sparsity(struct check_run *r, struct diag *d)
{
	uint64_t zeros = 0, n = 0, by_tensor = 0, whole;
	size_t ntensor = 0;

	for (size_t i = 0; i < r->s->model->ntensor; i++) {
		const struct tensor_span *s = r->s->model->tensor[i];
		uint64_t own = choice_amount(&r->c->target, s->n);

		if (check_decide(r, s) != CHOICE_YES)
			continue;
		if (select_check_zero(s, r->s->choice->zero, d))
			return diag_at(d, "%s", r->s->model->name);
		ntensor++;
		zeros += r->s->stat[i].zeros;
		n += s->n;
		by_tensor += own;
		if (r->s->each && judge_zeros(r, s->name, r->s->stat[i].zeros,
					  s->n, own, d))
			return -1;
	}
	if (ntensor == 0)
		r->a->nothing =
			"no tensor to check; the column decision shows why";
	whole = choice_amount(&r->c->target, n);
	if (r->s->each || ntensor == 0)
		return 0;
	return judge_zeros(
		r, NULL, zeros, n, whole < by_tensor ? whole : by_tensor, d);
}

static int judge_groups(
	struct check_run *r, const struct tensor_span *s, struct diag *d)
{
	const struct stat_tensor t = {tensor_input(r->s->model, s), s};
	struct stat_index at;
	struct stat_groups g;

	if (stat_groups(
		    &g, &r->c->shape, r->s->choice->zero, &r->s->how, &t, d))
		return diag_at(d, "%s", r->s->model->name);
	if (g.nbroken == 0)
		return 0;
	at = stat_index(s, g.first, false);
	return check_fail(r,
		&(struct check_failure){.tensor = s->name,
			.found = g.nbroken,
			.first = at.text},
		d,
		"%llu of %llu groups have more than %llu of %llu weights that "
		"are not zero, the first, of %u, begins at %s; expected none",
		(unsigned long long)g.nbroken, (unsigned long long)g.n,
		(unsigned long long)r->c->shape.keep,
		(unsigned long long)r->c->shape.of, g.first_nonzero, at.text);
}

int check_groups(struct check_run *r, struct diag *d)
{
	const struct tensor_model *m = r->s->model;
	size_t nfit = 0;

	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];
		const char *refuses;

		if (check_decide(r, s) != CHOICE_YES)
			continue;
		refuses = choice_structure_refuses(&r->c->shape, s);
		if (!refuses) {
			nfit++;
			if (judge_groups(r, s, d))
				return -1;
		} else if (r->a->nunasked++ == 0) {
			r->a->unasked = s;
			snprintf(r->a->why, sizeof(r->a->why), "%s", refuses);
		}
	}
	if (nfit == 0)
		r->a->nothing = "no tensor of whole groups to check";
	return tensor_model_unchanged(m, d);
}
