/* SPDX-License-Identifier: MIT */
/*
 * wprune: which tensors are worked on, and what a user should know of the
 * choice: nothing is left out, or taken for a weight, in silence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "cli.h"
#include "prune/prune.h"
#include "stat/stat.h"
#include "wprune.h"

/* Patterns that the remark on names lists; the report has all. */
#define NPATTERN_MAX 4

static const char only_0_and_1[] = "holds only 0 and 1";

/*
 * What M has pruned already stays so, whatever is chosen to be pruned now; but
 * the zeros of another file are a mask only where weights are pruned: a bias
 * of 0 is not pruned.
 */
static bool takes_mask(const struct wprune_run *r, enum prune_decision decision)
{
	if (r->mask.values)
		return decision == PRUNE_YES;
	return r->o.mask_update ||
	       (decision != PRUNE_SKIP_EXCLUDE && decision != PRUNE_SKIP_ONLY);
}

static int add_job(struct wprune_run *r, const struct tensor_span *s,
	struct prune_verdict *v, struct diag *d)
{
	struct prune_job job = {.span = s};
	const struct tensor_span **mask =
		takes_mask(r, v->decision) ? &job.mask : NULL;
	bool binary = false;

	if (r->has_mask && prune_format(s->dtype) &&
		prune_mask_find(&r->mask, s, mask, d))
		return -1;
	job.by_target = !r->o.mask && v->decision == PRUNE_YES;
	if (!job.by_target && !job.mask)
		return 0;
	if (job.by_target &&
		stat_find_binary(&(struct stat_tensor){r->in, s}, &binary, d))
		return -1;
	if (binary)
		v->what = only_0_and_1;
	prune_view_init(&job.view, s, r->o.ties, r->o.tie_seed);
	job.view.nan = (enum prune_nan)r->o.nan;
	job.view.keep_negzero = r->o.keep_negzero;
	r->file.job[r->file.njob++] = job;
	return 0;
}

/*
 * A shard of norms and embeddings alone is copied, or a loop over shards would
 * leave a hole; an array that cannot be pruned is a mistake.
 */
static int no_jobs(const struct wprune_run *r, struct diag *d)
{
	const struct tensor_span *s = r->map->span;

	if (!tensor_is_array(r->map->format))
		return 0;
	while (s->dtype == TENSOR_OPAQUE)
		s++;
	if (r->map->dtype_remark)
		diag_set(d, DIAG_DATA, "%s", r->map->dtype_remark);
	else if (!prune_format(s->dtype))
		diag_set(d, DIAG_DATA, "dtype %s; expected a float dtype",
			tensor_dtype_name(s));
	else if (r->o.mask)
		diag_set(d, DIAG_DATA, "no tensor that the mask names");
	else
		diag_set(d, DIAG_DATA,
			"no tensor to prune among 1; 'wstat' shows why");
	return diag_at(d, "%s", r->in->name);
}

/* A mask that names what the file has not was made for another file. */
static int check_mask_names(const struct wprune_run *r, struct diag *d)
{
	const char *name = prune_mask_unused(&r->mask);

	if (!name)
		return 0;
	diag_set(d, DIAG_DATA, "masks a tensor that %s has not", r->in->name);
	diag_at(d, "%.100s", name);
	return diag_at(d, "%s", r->mask.in.name);
}

int wprune_choose(struct wprune_run *r, struct diag *d)
{
	size_t n = r->map->nspan;
	const char *unused = prune_rules_unused(&r->o.rules, r->map);

	r->verdict = calloc(n + 1, sizeof(*r->verdict));
	r->file.job = calloc(n + 1, sizeof(*r->file.job));
	if (!r->verdict || !r->file.job)
		return diag_nomem(d, n * sizeof(*r->file.job));
	for (size_t i = 0; i < n; i++) {
		if (r->map->span[i].dtype == TENSOR_OPAQUE)
			continue;
		r->verdict[i] = prune_judge(
			&r->o.rules, r->map->format, &r->map->span[i]);
		if (add_job(r, &r->map->span[i], &r->verdict[i], d))
			return -1;
	}
	if (r->has_mask && !r->mask.values && check_mask_names(r, d))
		return -1;
	if (r->file.njob == 0 && no_jobs(r, d))
		return -1;
	if (unused)
		cli_note("%s: no tensor matches the pattern '%s'", r->in->name,
			unused);
	return 0;
}

/* Patterns as the remark on names lists them. */
struct patterns {
	const char *seen[NPATTERN_MAX];
	size_t n;
	char text[160];
};

static void list_pattern(struct patterns *l, const char *pattern)
{
	size_t len = strlen(l->text);

	for (size_t i = 0; i < l->n; i++)
		if (l->seen[i] == pattern)
			return;
	if (l->n < NPATTERN_MAX)
		l->seen[l->n++] = pattern;
	else
		pattern = "...";
	if (len < 3 || strcmp(l->text + len - 3, "...") != 0)
		snprintf(l->text + len, sizeof(l->text) - len, "%s%s",
			len ? ", " : "", pattern);
}

/* How much the names alone have kept from being pruned. */
static void remark_names(const struct wprune_run *r)
{
	uint64_t n = 0, nskipped = 0;
	size_t ntensor = 0;
	struct patterns list = {0};

	for (size_t i = 0; i < r->map->nspan; i++) {
		const struct prune_verdict *v = &r->verdict[i];
		const struct tensor_span *s = &r->map->span[i];

		if (s->dtype == TENSOR_OPAQUE)
			continue;
		n += v->decision == PRUNE_YES ? s->n : 0;
		if (v->decision != PRUNE_SKIP_NAME)
			continue;
		ntensor++;
		nskipped += s->n;
		list_pattern(&list, v->pattern);
	}
	if (ntensor)
		cli_note("%s: %zu tensor%s with %llu of %llu weights left as "
			 "they are by name (%s); --report says why, --include "
			 "PATTERN prunes them",
			r->in->name, ntensor, ntensor == 1 ? "" : "s",
			(unsigned long long)nskipped,
			(unsigned long long)(n + nskipped), list.text);
}

static void remark_binary(const struct wprune_run *r)
{
	const char *name = NULL;
	size_t n = 0;
	char more[64] = "";

	for (size_t i = 0; i < r->map->nspan; i++)
		if (r->verdict[i].what == only_0_and_1 && n++ == 0)
			name = r->map->span[i].name;
	if (n > 1)
		snprintf(more, sizeof(more), ", as %zu more do", n - 1);
	if (n)
		cli_note("%s:%.200s: %s%s: a mask? --exclude leaves it as it "
			 "is",
			r->in->name, name, only_0_and_1, more);
}

void wprune_remark(const struct wprune_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->map->nspan; i++)
		n += r->map->span[i].dtype != TENSOR_OPAQUE;
	if (*r->map->remark)
		cli_note("%s: %s", r->in->name, r->map->remark);
	if (r->has_mask && *r->mask.map.remark)
		cli_note("%s: %s", r->mask.in.name, r->mask.map.remark);
	if (r->file.njob == 0)
		cli_note("%s: no tensor to prune among %zu%s; 'wstat' shows "
			 "why",
			r->in->name, n,
			r->o.dry_run ? "" : ", copied as it is");
	remark_binary(r);
	if (!r->o.mask || r->mask.values)
		remark_names(r);
}
