/* SPDX-License-Identifier: MIT */
/* Whether all elements are finite. */
#include <math.h>
#include <stdio.h>

#include "base/diag.h"
#include "check/check_impl.h"

static int fail_finite(struct check_run *r, const struct tensor_span *s,
	uint64_t n, struct diag *d)
{
	struct stat_tensor t = {tensor_input(r->s->model, s), s};
	struct stat_index at;
	uint64_t first;
	double value;
	int found = stat_find_nonfinite(&t, &first, &value, d);

	if (found < 0)
		return -1;
	if (!found) /* the file has changed */
		return tensor_model_unchanged(r->s->model, d)
			       ? -1
			       : diag_nomem(d, s->ndim);
	at = stat_index(s, first, false);
	return check_fail(r,
		&(struct check_failure){
			.tensor = s->name, .found = n, .first = at.text},
		d,
		"%llu of %llu elements are not finite, the first, %s%s, at %s; "
		"expected none",
		(unsigned long long)n, (unsigned long long)s->n,
		value < 0 ? "-" : "", isnan(value) ? "nan" : "inf", at.text);
}

int check_finite(struct check_run *r, struct diag *d)
{
	const struct tensor_model *m = r->s->model;
	size_t nknown = 0;

	for (size_t i = 0; i < m->ntensor; i++) {
		const struct tensor_span *s = m->tensor[i];
		const struct stat_summary *st = &r->s->stat[i];

		if (choice_exclude(r->s->choice, s->name))
			continue;
		if (stat_can(s->dtype)) {
			nknown++;
			if (st->nan + st->inf &&
				fail_finite(r, s, st->nan + st->inf, d))
				return -1;
		} else if (r->a->nunasked++ == 0) {
			/* Numbers that are not computed with may be anything.
			 */
			r->a->unasked = s;
			snprintf(r->a->why, sizeof(r->a->why),
				"%s is not looked into by %s",
				tensor_dtype_name(s), r->c->expr);
		}
	}
	if (nknown == 0)
		r->a->nothing = "no tensor to check for finite";
	return 0;
}
