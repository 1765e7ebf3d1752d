/* SPDX-License-Identifier: MIT */
/* Whether what a mask prunes is zero. */
#include "base/diag.h"
#include "check/check_impl.h"

/* As where it is pruned by one: the zeros of another file count only where it
 * prunes. */
static bool takes_mask(
	const struct check_run *r, const struct tensor_span *span)
{
	enum choice_decision decision = check_decide(r, span);

	if (r->s->mask->values)
		return decision == CHOICE_YES;
	return decision != CHOICE_SKIP_DTYPE &&
	       decision != CHOICE_SKIP_EXCLUDE && decision != CHOICE_SKIP_ONLY;
}

static int judge_masked(struct check_run *r, const struct tensor_span *s,
	size_t *nmasked, struct diag *d)
{
	struct choice_mask *m = r->s->mask;
	const struct tensor_span *mask = NULL;
	struct check_failure f = {.tensor = s->name};
	struct stat_index at;
	uint64_t first;

	/* What no mask is for may be left out only by its name. */
	if (check_decide(r, s) == CHOICE_SKIP_DTYPE &&
		choice_allow(r->s->choice, s->name))
		return 0;
	if (choice_mask_find(m, s, takes_mask(r, s) ? &mask : NULL, d))
		return -1;
	if (!mask)
		return 0;
	++*nmasked;
	if (choice_mask_alive(m, mask, tensor_input(r->s->model, s), s,
		    r->s->how.nthread, &f.found, &first, d))
		return -1;
	if (f.found == 0)
		return 0;
	at = stat_index(s, first, false);
	f.first = at.text;
	return check_fail(r, &f, d,
		"%llu weights are not zero though %s prunes them, the first at "
		"%s; expected none",
		(unsigned long long)f.found, m->model->name, at.text);
}

int check_mask(struct check_run *r, struct diag *d)
{
	const struct tensor_model *m = r->s->model;
	size_t nmasked = 0;

	for (size_t i = 0; i < m->ntensor; i++)
		if (judge_masked(r, m->tensor[i], &nmasked, d))
			return -1;
	if (!r->s->mask->values && choice_mask_check(r->s->mask, m, d))
		return -1;
	if (nmasked == 0)
		r->a->nothing = "no tensor that the mask names";
	return tensor_model_unchanged(m, d);
}
