/* SPDX-License-Identifier: MIT */
/* Which tensors, and how many weights; see rules.h. */
#include "prune/rules.h"

#include <fnmatch.h>
#include <stdlib.h>

#include "base/u128.h"

const char *const prune_decision_name[] = {
	[PRUNE_YES] = "prune",
	[PRUNE_SKIP_DTYPE] = "skip:dtype",
	[PRUNE_SKIP_NDIM] = "skip:ndim",
	[PRUNE_SKIP_NAME] = "skip:name",
	[PRUNE_SKIP_EXCLUDE] = "skip:exclude",
	[PRUNE_SKIP_ONLY] = "skip:only",
};

int prune_patterns_add(struct prune_patterns *a, const char *pattern)
{
	const char **p = realloc(a->p, (a->n + 1) * sizeof(*p));

	if (!p)
		return -1;
	a->p = p;
	a->p[a->n++] = pattern;
	return 0;
}

/* The first of A that matches, or NULL. */
static const char *match(const struct prune_patterns *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (fnmatch(a->p[i], name, 0) == 0)
			return a->p[i];
	return NULL;
}

static struct prune_verdict judge_default(
	enum tensor_format format, const struct tensor_span *s)
{
	struct prune_verdict v = {PRUNE_YES, NULL, NULL};

	if (format != TENSOR_FORMAT_SAFETENSORS)
		return v;
	if (s->ndim < 2)
		return (struct prune_verdict){
			PRUNE_SKIP_NDIM, NULL, "fewer than two dimensions"};
	v.pattern = prune_names_skip(s->name, &v.what);
	if (v.pattern)
		v.decision = PRUNE_SKIP_NAME;
	return v;
}

struct prune_verdict prune_judge(const struct prune_rules *r,
	enum tensor_format format, const struct tensor_span *s)
{
	struct prune_verdict v = {PRUNE_YES, NULL, NULL};

	if (!tensor_dtype_info[s->dtype].is_float)
		return (struct prune_verdict){
			PRUNE_SKIP_DTYPE, NULL, "not a float dtype"};
	v.pattern = match(&r->exclude, s->name);
	if (v.pattern) {
		v.decision = PRUNE_SKIP_EXCLUDE;
		v.what = "excluded";
		return v;
	}
	v.pattern = match(&r->include, s->name);
	if (!v.pattern)
		v.pattern = match(&r->only, s->name);
	if (v.pattern)
		return v;
	if (r->only.n)
		return (struct prune_verdict){
			PRUNE_SKIP_ONLY, NULL, "not among those named"};
	return judge_default(format, s);
}

enum prune_decision prune_decide(const struct prune_rules *r,
	enum tensor_format format, const struct tensor_span *s)
{
	return prune_judge(r, format, s).decision;
}

static const char *unused(
	const struct prune_patterns *a, const struct tensor_map *m)
{
	for (size_t i = 0; i < a->n; i++) {
		bool used = false;

		for (size_t j = 0; j < m->nspan && !used; j++)
			used = m->span[j].dtype != TENSOR_OPAQUE &&
			       fnmatch(a->p[i], m->span[j].name, 0) == 0;
		if (!used)
			return a->p[i];
	}
	return NULL;
}

const char *prune_rules_unused(
	const struct prune_rules *r, const struct tensor_map *m)
{
	const char *p = unused(&r->include, m);

	if (!p)
		p = unused(&r->exclude, m);
	return p ? p : unused(&r->only, m);
}

/* round(n * p / q), half to even. */
static uint64_t scale(uint64_t n, struct num_ratio r)
{
	u128 x = (u128)n * r.p;
	uint64_t k = (uint64_t)(x / r.q), rest = (uint64_t)(x % r.q);

	/* rest and q - rest compare as 2 * rest and q, without overflow. */
	if (rest > r.q - rest || (rest == r.q - rest && (k & 1)))
		k++;
	return k;
}

uint64_t prune_amount(const struct prune_target *t, uint64_t n)
{
	switch (t->kind) {
	case PRUNE_BY_SPARSITY: return scale(n, t->ratio);
	case PRUNE_BY_DENSITY: return n - scale(n, t->ratio);
	case PRUNE_BY_COUNT: return t->count;
	case PRUNE_BY_NOTHING:
	case PRUNE_BY_THRESHOLD: break;
	}
	return 0;
}
