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

/* Names that are not pruned unless included: embeddings, heads, routers. */
static const char *const default_exclude[] = {
	"*embed*",
	"*wte.weight",
	"*wpe.weight",
	"*lm_head*",
	"*router*",
	"*.gate.weight",
	"*inv_freq*",
	"*_mask",
	NULL,
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

static bool any_match(const struct prune_patterns *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (fnmatch(a->p[i], name, 0) == 0)
			return true;
	return false;
}

static enum prune_decision decide_default(
	enum tensor_format format, const struct tensor_span *s)
{
	if (format != TENSOR_FORMAT_SAFETENSORS)
		return PRUNE_YES;
	if (s->ndim < 2)
		return PRUNE_SKIP_NDIM;
	for (size_t i = 0; default_exclude[i]; i++)
		if (fnmatch(default_exclude[i], s->name, 0) == 0)
			return PRUNE_SKIP_NAME;
	return PRUNE_YES;
}

enum prune_decision prune_decide(const struct prune_rules *r,
	enum tensor_format format, const struct tensor_span *s)
{
	if (!tensor_dtype_info[s->dtype].is_float)
		return PRUNE_SKIP_DTYPE;
	if (any_match(&r->exclude, s->name))
		return PRUNE_SKIP_EXCLUDE;
	if (any_match(&r->include, s->name))
		return PRUNE_YES;
	if (r->only.n)
		return any_match(&r->only, s->name) ? PRUNE_YES
						    : PRUNE_SKIP_ONLY;
	return decide_default(format, s);
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
