/* SPDX-License-Identifier: MIT */
/* wstat --check; see wstat.h. */
#include <string.h>

#include "base/input.h"
#include "cli.h"
#include "prune/prune.h"
#include "wstat.h"

int wstat_check_take(void *at, const struct opt_given *g, struct diag *d)
{
	static const char sparsity[] = "sparsity>=", mask[] = "mask=";
	struct wstat_check *c = at;
	const char *expr = g->value;

	if (c->expr)
		return diag_set(
			d, DIAG_USAGE, "%s twice; expected one", g->name);
	c->expr = expr;
	if (strncmp(expr, mask, strlen(mask)) == 0 && expr[strlen(mask)]) {
		c->mask = expr + strlen(mask);
		return 0;
	}
	if (strncmp(expr, sparsity, strlen(sparsity)) != 0)
		return diag_set(d, DIAG_USAGE,
			"%s: unknown '%s'; expected 'sparsity>=X' or 'mask=M'",
			g->name, expr);
	c->target.kind = PRUNE_BY_SPARSITY;
	return num_arg_ratio("--check: sparsity", expr + strlen(sparsity),
		&c->target.ratio, d);
}

/* NAME is "" for all tensors together. */
static int judge(const struct wstat_check *c, const char *file,
	const char *name, uint64_t zeros, uint64_t n)
{
	uint64_t want = prune_amount(&c->target, n);

	if (zeros >= want)
		return CLI_DONE;
	cli_note("%s%s%.200s: %llu of %llu weights are zero; expected %llu for "
		 "%s",
		file, *name ? ":" : "", name, (unsigned long long)zeros,
		(unsigned long long)n, (unsigned long long)want, c->expr);
	return CLI_NO;
}

/* A shard may have nothing to check, an array that has not is a mistake. */
static int nothing(
	const struct wstat_subject *s, const char *text, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%s", text);
	diag_at(d, "%s", s->m->name);
	return tensor_is_array(s->m->format) ? -1 : WSTAT_UNCHECKED;
}

static int check_sparsity(const struct wstat_check *c,
	const struct wstat_subject *s, const struct stat_summary *stat,
	struct diag *d)
{
	uint64_t zeros = 0, n = 0;
	size_t ntensor = 0;
	int status = CLI_DONE;

	for (size_t i = 0; i < s->m->ntensor; i++) {
		const struct tensor_span *span = s->m->tensor[i];

		if (prune_decide(s->rules, s->m->format, span) != PRUNE_YES)
			continue;
		ntensor++;
		zeros += stat[i].zeros;
		n += span->n;
		if (c->each && judge(c, s->m->name, span->name, stat[i].zeros,
				       span->n))
			status = CLI_NO;
	}
	if (ntensor == 0)
		return nothing(s,
			"no tensor to check; the column decision shows why", d);
	return c->each ? status : judge(c, s->m->name, "", zeros, n);
}

/* As wprune -m: the zeros of another file count only where it prunes. */
static bool takes_mask(const struct prune_mask *m,
	const struct wstat_subject *s, const struct tensor_span *span)
{
	enum prune_decision decision =
		prune_decide(s->rules, s->m->format, span);

	if (m->values)
		return decision == PRUNE_YES;
	return decision != PRUNE_SKIP_DTYPE && decision != PRUNE_SKIP_EXCLUDE &&
	       decision != PRUNE_SKIP_ONLY;
}

static int check_tensor(struct prune_mask *m, const struct wstat_subject *s,
	const struct tensor_span *span, size_t *nmasked, struct diag *d)
{
	const struct tensor_span *mask = NULL;
	uint64_t nalive, first;

	if (prune_mask_find(m, span, takes_mask(m, s, span) ? &mask : NULL, d))
		return -1;
	if (!mask)
		return CLI_DONE;
	++*nmasked;
	if (prune_mask_alive(m, mask, tensor_input(s->m, span), span, &nalive,
		    &first, d))
		return -1;
	if (nalive == 0)
		return CLI_DONE;
	cli_note("%s:%.200s: %llu weights are not zero though %s prunes them, "
		 "the first at index %llu; expected none",
		s->m->name, span->name, (unsigned long long)nalive,
		m->model->name, (unsigned long long)first);
	return CLI_NO;
}

static int check_mask(
	struct prune_mask *m, const struct wstat_subject *s, struct diag *d)
{
	int status = CLI_DONE;
	size_t nmasked = 0;
	const char *name;

	for (size_t i = 0; i < s->m->ntensor; i++) {
		int r = check_tensor(m, s, s->m->tensor[i], &nmasked, d);

		if (r < 0)
			return -1;
		if (r == CLI_NO)
			status = CLI_NO;
	}
	name = m->values ? NULL : prune_mask_unused(m);
	if (name) {
		diag_set(d, DIAG_DATA, "masks a tensor that %s has not",
			s->m->name);
		diag_at(d, "%.100s", name);
		return diag_at(d, "%s", m->model->name);
	}
	if (nmasked == 0)
		return nothing(s, "no tensor that the mask names", d);
	return tensor_model_unchanged(s->m, d) ? -1 : status;
}

int wstat_check_file(const struct wstat_check *c, const struct wstat_subject *s,
	const struct stat_summary *stat, struct diag *d)
{
	struct prune_mask m;
	bool values;
	int ret;

	if (!c->mask)
		return check_sparsity(c, s, stat, d);
	values = c->mask[0] == '@';
	if (prune_mask_open(
		    &m, c->mask + values, values, s->hint, cli_tmpdir(), d))
		return -1;
	ret = check_mask(&m, s, d);
	prune_mask_close(&m);
	return ret;
}
