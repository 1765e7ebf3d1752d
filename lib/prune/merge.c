/* SPDX-License-Identifier: MIT */
/*
 * What torch.nn.utils.prune saves of a pruned parameter X, X_orig and X_mask,
 * becomes X again.  A pair is found by name and then has to be one: what only
 * looks like it is refused, what stands alone is counted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "prune/prune.h"
#include "stat/stat.h"

static const char orig_end[] = "_orig", mask_end[] = "_mask";

struct prune_pair {
	struct tensor_span *orig;
	struct tensor_span *mask_at; /* in its map */
	struct tensor_span mask;     /* as it was there */
	char *name;
};

/* Whether NAME ends in END, and begins with something else. */
static bool ends(const char *name, const char *end)
{
	size_t n = strlen(name);

	return n > strlen(end) && str_ends_in(name, n, end);
}

/* --- names ---------------------------------------------------------------- */

/* All tensors of the model's files by name; the caller frees it. */
struct names {
	struct tensor_span **span;
	size_t n;
};

static int list_names(struct names *l, struct tensor_model *m, struct diag *d)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		n += m->file[i].map.nspan;
	*l = (struct names){calloc(n + 1, sizeof(struct tensor_span *)), 0};
	if (!l->span)
		return diag_nomem(d, n * sizeof(struct tensor_span *));
	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan; k++)
			if (m->file[i].map.span[k].dtype != TENSOR_OPAQUE)
				l->span[l->n++] = &m->file[i].map.span[k];
	qsort(l->span, l->n, sizeof(struct tensor_span *), tensor_by_name);
	return 0;
}

static struct tensor_span *find(const struct names *l, const char *name)
{
	struct tensor_span key = {.name = name}, *at = &key;
	struct tensor_span **found = bsearch(&at, l->span, l->n,
		sizeof(struct tensor_span *), tensor_by_name);

	return found ? *found : NULL;
}

/* The first N bytes of NAME, and END; the caller frees it. */
static char *with_end(const char *name, size_t n, const char *end)
{
	char *ret = malloc(n + strlen(end) + 1);

	if (ret) {
		memcpy(ret, name, n);
		memcpy(ret + n, end, strlen(end) + 1);
	}
	return ret;
}

/* --- a pair --------------------------------------------------------------- */

static bool left_out(const struct prune_merge *g, const struct tensor_model *m,
	const struct tensor_span *orig, const char *plain)
{
	struct tensor_span s = *orig;

	for (int i = 0; i < 2; i++, s.name = plain)
		if (choice_decide(g->choice, m->format, &s) ==
			CHOICE_SKIP_EXCLUDE)
			return true;
	s.name = plain;
	return choice_decide(g->choice, m->format, &s) == CHOICE_SKIP_ONLY;
}

/* Why ORIG and MASK, named like a pair, are none; NULL: they are. */
static const char *misfit(
	const struct tensor_span *orig, const struct tensor_span *mask)
{
	if (!select_format(orig->dtype))
		return "is not of a float dtype";
	if (!stat_can(mask->dtype))
		return "has a mask of a dtype that is not computed with";
	if (!tensor_same_shape(orig, mask))
		return "has a mask of another shape";
	return NULL;
}

static int refuse(const struct prune_merge *g, const struct tensor_model *m,
	const struct prune_pair *p, const char *why, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"%s; expected a pair of torch (%s '%.100s' leaves it as it is)",
		why, g->leave, p->name);
	diag_at(d, "%.200s", p->orig->name);
	return diag_at(d, "%s", m->name);
}

static int check_pair(const struct prune_merge *g, const struct tensor_model *m,
	const struct names *l, const struct prune_pair *p, struct diag *d)
{
	const char *why = misfit(p->orig, &p->mask);
	struct stat_binary is;

	if (why)
		return refuse(g, m, p, why, d);
	if (find(l, p->name))
		return refuse(g, m, p,
			"cannot be merged: there is a tensor of the plain name",
			d);
	if (stat_find_binary(&is,
		    &(struct stat_tensor){tensor_input(m, &p->mask), &p->mask},
		    d))
		return -1;
	return is.other == p->mask.n
		       ? 0
		       : refuse(g, m, p, "has a mask that is not all 0 and 1",
				 d);
}

static int add_pair(struct prune_merge *g, const struct tensor_model *m,
	const struct names *l, struct tensor_span *orig, struct diag *d)
{
	size_t n = strlen(orig->name) - (sizeof(orig_end) - 1);
	struct prune_pair *p = &g->pair[g->npair];
	char *mask = with_end(orig->name, n, mask_end);

	p->orig = orig;
	p->name = with_end(orig->name, n, "");
	p->mask_at = mask ? find(l, mask) : NULL;
	g->npair++;
	free(mask);
	if (!mask || !p->name)
		return diag_nomem(d, n);
	if (!p->mask_at || left_out(g, m, orig, p->name)) {
		g->nlone += !p->mask_at;
		g->lone = p->mask_at || g->lone ? g->lone : orig->name;
		free(g->pair[--g->npair].name);
		return 0;
	}
	p->mask = *p->mask_at;
	return check_pair(g, m, l, p, d);
}

/* --- all ------------------------------------------------------------------ */

static int find_pairs(struct prune_merge *g, struct tensor_model *m,
	struct names *l, struct diag *d)
{
	if (list_names(l, m, d))
		return -1;
	g->npair = 0;
	g->pair = calloc(l->n + 1, sizeof(*g->pair));
	if (!g->pair)
		return diag_nomem(d, l->n * sizeof(*g->pair));
	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan; k++) {
			struct tensor_span *s = &m->file[i].map.span[k];

			if (s->dtype != TENSOR_OPAQUE &&
				ends(s->name, orig_end) &&
				add_pair(g, m, l, s, d))
				return -1;
		}
	return 0;
}

/* A mask without a tensor, as attention has it, is none of torch's. */
static int count_lone_masks(
	struct prune_merge *g, const struct names *l, struct diag *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *name = l->span[i]->name;
		char *orig;

		if (!ends(name, mask_end))
			continue;
		orig = with_end(
			name, strlen(name) - (sizeof(mask_end) - 1), orig_end);
		if (!orig)
			return diag_nomem(d, strlen(name));
		if (!find(l, orig)) {
			g->nlone++;
			g->lone = g->lone ? g->lone : name;
		}
		free(orig);
	}
	return 0;
}

int prune_merge(struct prune_merge *g, struct tensor_model *m, struct diag *d)
{
	struct names l = {0};
	int ret = find_pairs(g, m, &l, d) || count_lone_masks(g, &l, d);

	free(l.span);
	/* From here on the model is what is written: X, and no mask. */
	for (size_t i = 0; i < g->npair && !ret; i++) {
		g->pair[i].orig->name = g->pair[i].name;
		g->pair[i].mask_at->dtype = TENSOR_OPAQUE;
	}
	return ret ? -1 : 0;
}

/*
 * Pairs are in the order of their tensors: by file, then by place in its map.
 */
static int by_place(const void *a, const void *b)
{
	const struct tensor_span *s = a;
	const struct prune_pair *p = b;

	if (s->file != p->orig->file)
		return s->file < p->orig->file ? -1 : 1;
	return s == p->orig ? 0 : s < p->orig ? -1 : 1;
}

const struct tensor_span *prune_merge_mask(
	const struct prune_merge *g, const struct tensor_span *s)
{
	const struct prune_pair *p =
		bsearch(s, g->pair, g->npair, sizeof(*p), by_place);

	return p ? &p->mask : NULL;
}

void prune_merge_free(struct prune_merge *g)
{
	for (size_t i = 0; i < g->npair; i++)
		free(g->pair[i].name);
	free(g->pair);
}
