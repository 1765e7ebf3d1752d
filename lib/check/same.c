/* SPDX-License-Identifier: MIT */
/* Whether another model has the same tensors, to the bit. */
#include "base/buf.h"
#include "base/diag.h"
#include "check/check_impl.h"

static int fail_kind(struct check_run *r, const struct tensor_span *a,
	const struct tensor_span *b, const char *file, struct diag *d)
{
	const struct check_failure f = {.tensor = a->name, .uncounted = true};
	struct buf x = {0}, y = {0};
	int ret = -1;

	stat_add_kind(&x, a);
	stat_add_kind(&y, b);
	if (buf_end(&x, d) == 0 && buf_end(&y, d) == 0)
		ret = check_fail(r, &f, d, "%s; expected %s as in %s", x.data,
			y.data, file);
	buf_free(&x);
	buf_free(&y);
	return ret;
}

static int fail_changed(struct check_run *r, const struct tensor_span *s,
	const struct stat_difference *x, const char *file, struct diag *d)
{
	struct stat_index at = stat_index(s, x->first, x->by_bytes);
	struct check_failure f = {
		.tensor = s->name, .found = x->changed, .first = at.text};
	struct buf is = {0}, want = {0};
	int ret = -1;

	if (x->nbytes)
		stat_add_values(&is, &want, s, x->a, x->b, x->nbytes);
	if (buf_end(&is, d) == 0 && buf_end(&want, d) == 0)
		ret = check_fail(r, &f, d,
			"%llu of %llu %s differ from %s, the first at %s%s%s%s"
			"%s",
			(unsigned long long)x->changed,
			(unsigned long long)(x->by_bytes ? s->nbytes : s->n),
			x->by_bytes ? "bytes" : "elements", file, at.text,
			x->nbytes ? ": " : "", is.data,
			x->nbytes ? "; expected " : "", want.data);
	buf_free(&is);
	buf_free(&want);
	return ret;
}

static int judge_pair(struct check_run *r, const struct stat_pairs *p,
	const struct tensor_span *a, struct diag *d)
{
	const struct stat_compare by = {.by_value = false};
	const struct tensor_span *b = stat_pairs_b(p, a);
	const struct check_failure f = {.tensor = a->name, .uncounted = true};
	struct stat_difference diff;

	if (!b)
		return check_fail(r, &f, d,
			"a tensor that %s does not have; expected the same",
			p->b->name);
	if (stat_fit(a, b) != STAT_FIT)
		return fail_kind(r, a, b, p->b->name, d);
	if (stat_compare(&diff, &by, &r->s->how,
		    &(struct stat_tensor){tensor_input(p->a, a), a},
		    &(struct stat_tensor){tensor_input(p->b, b), b}, d))
		return -1;
	return diff.changed ? fail_changed(r, a, &diff, p->b->name, d) : 0;
}

static int judge_pairs(
	struct check_run *r, const struct stat_pairs *p, struct diag *d)
{
	size_t n = 0;

	for (size_t i = 0; i < p->a->ntensor; i++)
		if (choice_allow(r->s->choice, p->a->tensor[i]->name)) {
			n++;
			if (judge_pair(r, p, p->a->tensor[i], d))
				return -1;
		}
	for (size_t i = 0; i < p->b->ntensor; i++) {
		const struct tensor_span *b = p->b->tensor[i];
		const struct check_failure f = {
			.tensor = b->name, .uncounted = true};

		if (stat_pairs_a(p, b) || !choice_allow(r->s->choice, b->name))
			continue;
		n++;
		if (check_fail(r, &f, d, "missing; expected it, for %s has it",
			    p->b->name))
			return -1;
	}
	if (tensor_model_unchanged(p->a, d) || tensor_model_unchanged(p->b, d))
		return -1;
	/* Two models without a tensor are the same. */
	if (n == 0 && p->a->ntensor + p->b->ntensor > 0)
		r->a->nothing = "no tensor to compare";
	return 0;
}

int check_same(struct check_run *r, struct diag *d)
{
	struct stat_pairs p;
	int ret;

	if (stat_pairs_init(&p, r->s->model, r->s->other, d))
		return -1;
	ret = judge_pairs(r, &p, d);
	stat_pairs_free(&p);
	return ret;
}
