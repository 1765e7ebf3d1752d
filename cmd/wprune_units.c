/* SPDX-License-Identifier: MIT */
/* wprune: options that say what is pruned together, and compared by what. */
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/str.h"
#include "cli.h"
#include "wprune.h"

int wprune_take_structure(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;

	return choice_structure_parse(&o->structure, g->value, g->name, d);
}

int wprune_take_repair(void *at, const struct opt_given *g, struct diag *d)
{
	struct wprune_opts *o = at;
	const char *nm = str_after(g->value, "nm=");

	o->repair = true;
	return choice_nm_parse(&o->structure, nm ? nm : g->value, g->name, d);
}

int wprune_take_score(void *at, const struct opt_given *g, struct diag *d)
{
	static const struct {
		const char *prefix;
		enum choice_score_kind kind;
	} kinds[] = {
		{"file:", CHOICE_BY_FILE},
		{"wanda:", CHOICE_BY_WANDA},
		{"taylor:", CHOICE_BY_TAYLOR},
		{"obd:", CHOICE_BY_OBD},
	};
	struct wprune_opts *o = at;
	const char *seed = str_after(g->value, "random:");

	o->score_kind = CHOICE_BY_MAGNITUDE;
	if (strcmp(g->value, "magnitude") == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *path = str_after(g->value, kinds[i].prefix);

		if (!path || !*path)
			continue;
		o->score_kind = kinds[i].kind;
		o->score_path = path;
		return 0;
	}
	o->score_kind = CHOICE_BY_RANDOM;
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
			select_value(job->view.format, job->result.pruned_max);

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
