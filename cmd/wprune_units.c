/* SPDX-License-Identifier: MIT */
/* wprune: options that say what is pruned together, and compared by what. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cli.h"
#include "wprune.h"

/* What follows PREFIX in S; NULL if S does not begin so. */
static const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* S as a number up to END, a character that it must be followed by. */
static int take_number(const char **s, char end, uint64_t max, uint64_t *ret)
{
	char text[24];
	const char *stop = end ? strchr(*s, end) : *s + strlen(*s);
	size_t n = stop ? (size_t)(stop - *s) : sizeof(text);
	struct diag d;

	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, *s, n);
	text[n] = '\0';
	*s = stop + (end != '\0');
	return num_arg_u64("", text, 1, max, ret, &d);
}

/* "keep:2:4", "zero:2:4", or, where both are the same, "2:4". */
static int take_nm(struct prune_structure *x, const char *s, const char *name,
	struct diag *d)
{
	const char *keep = after(s, "keep:"), *zero = after(s, "zero:");
	const char *p = keep ? keep : zero ? zero : s;
	uint64_t n;

	if (take_number(&p, ':', 64, &n) || take_number(&p, '\0', 64, &x->of) ||
		n >= x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s'; expected nm=keep:N:M with N below M, and M "
			"at most 64",
			name, s);
	if (!keep && !zero && 2 * n != x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' may keep or zero %llu of %llu; expected "
			"keep:%s or zero:%s",
			name, s, (unsigned long long)n,
			(unsigned long long)x->of, s, s);
	x->keep = zero ? x->of - n : n;
	x->shape = PRUNE_NM;
	return 0;
}

static int take_units(struct prune_structure *x, char *s)
{
	char *colon = strchr(s, ':');
	const char *p;
	uint64_t dim;

	if (colon) {
		x->by_max = strcmp(colon, ":max") == 0;
		if (!x->by_max && strcmp(colon, ":mean") != 0)
			return -1;
		*colon = '\0';
	}
	x->shape = PRUNE_SLICE;
	x->dim = strcmp(s, "col") == 0;
	if (x->dim || strcmp(s, "row") == 0)
		return 0;
	p = after(s, "dim=");
	if (p && strcmp(p, "0") == 0)
		return 0;
	if (p) {
		if (take_number(&p, '\0', TENSOR_NDIM_MAX - 1, &dim))
			return -1;
		x->dim = (unsigned)dim;
		return 0;
	}
	x->shape = PRUNE_BLOCK;
	p = after(s, "block=");
	return !p || take_number(&p, 'x', UINT32_MAX, &x->rows) ||
			       take_number(&p, '\0', UINT32_MAX, &x->cols)
		       ? -1
		       : 0;
}

int wprune_take_structure(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;
	const char *nm = after(g->value, "nm=");
	char *copy;
	int bad;

	o->structure = (struct prune_structure){0};
	if (strcmp(g->value, "none") == 0)
		return 0;
	if (nm)
		return take_nm(&o->structure, nm, g->name, d);
	copy = strdup(g->value);
	if (!copy)
		return diag_nomem(d, strlen(g->value));
	bad = take_units(&o->structure, copy);
	free(copy);
	return bad ? diag_set(d, DIAG_USAGE,
			     "%s: '%s'; expected none, nm=keep:N:M, "
			     "block=RxC, row, col or dim=K, the last four "
			     "with :mean or :max if wanted",
			     g->name, g->value)
		   : 0;
}

int wprune_take_repair(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;
	const char *nm = after(g->value, "nm=");

	o->repair = true;
	return take_nm(&o->structure, nm ? nm : g->value, g->name, d);
}

int wprune_take_score(void *at, const struct opt_given *g, struct diag *d)
{
	static const struct {
		const char *prefix;
		enum prune_score_kind kind;
	} kinds[] = {
		{"file:", PRUNE_BY_FILE},
		{"wanda:", PRUNE_BY_WANDA},
		{"taylor:", PRUNE_BY_TAYLOR},
		{"obd:", PRUNE_BY_OBD},
	};
	struct wprune_opts *o = at;
	const char *seed = after(g->value, "random:");

	o->score_kind = PRUNE_BY_MAGNITUDE;
	if (strcmp(g->value, "magnitude") == 0)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *path = after(g->value, kinds[i].prefix);

		if (!path || !*path)
			continue;
		o->score_kind = kinds[i].kind;
		o->score_path = path;
		return 0;
	}
	o->score_kind = PRUNE_BY_RANDOM;
	if (strcmp(g->value, "random") == 0)
		return 0;
	if (seed)
		return num_arg_u64("--score: seed", seed, 0, UINT64_MAX,
			&o->score_seed, d);
	return diag_set(d, DIAG_USAGE,
		"%s: '%s'; expected magnitude, random:SEED, file:FILE, "
		"wanda:FILE, taylor:FILE or obd:FILE",
		g->name, g->value);
}

/* What has been lost to make the groups whole. */
void wprune_remark_repair(const struct wprune_run *r)
{
	double most = 0;
	size_t n = 0;

	for (size_t i = 0; i < r->file.njob; i++) {
		const struct prune_job *job = &r->file.job[i];
		double x =
			prune_value(job->view.format, job->result.pruned_max);

		n += x > 0;
		most = x > most ? x : most;
	}
	if (n)
		cli_note("%s: %zu of %zu tensors repaired; the largest "
			 "magnitude set to zero is %g",
			r->model.name, n, r->file.njob, most);
	else
		cli_note("%s: nothing to repair", r->model.name);
}
