/* SPDX-License-Identifier: MIT */
/* Inside of lib/check: what its files share, under the name of each. */
#ifndef CHECK_CHECK_IMPL_H
#define CHECK_CHECK_IMPL_H

#include "check/check.h"

/* A question at work. */
struct check_run {
	const struct check *c;
	const struct check_subject *s;
	struct check_answer *a;
};

/* What is decided of the tensor S. */
static inline enum choice_decision check_decide(
	const struct check_run *r, const struct tensor_span *s)
{
	return choice_decide(r->s->choice, r->s->model->format, s);
}

/* --- fail.c --------------------------------------------------------------- */

/* F's tensor fails, as the text says.  Returns 0, or -1. */
int check_fail(struct check_run *r, const struct check_failure *f,
	struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* --- zeros.c, finite.c, mask.c, same.c: a kind or two each ---------------- */

/* Each returns 0, or -1 for trouble. */
int check_sparsity(struct check_run *r, struct diag *d);
int check_groups(struct check_run *r, struct diag *d);
int check_finite(struct check_run *r, struct diag *d);
int check_mask(struct check_run *r, struct diag *d);
int check_same(struct check_run *r, struct diag *d);

#endif
