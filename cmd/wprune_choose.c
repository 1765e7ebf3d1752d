/* SPDX-License-Identifier: MIT */
/*
 * wprune: which tensors are worked on, and what a user should know of the
 * choice: nothing is left out, or taken for a weight, in silence.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "cli.h"
#include "file/path.h"
#include "prune/prune.h"
#include "rules.h"
#include "stat/stat.h"
#include "suffix.h"
#include "weights.h"
#include "wprune.h"

/* Patterns that the remark on names lists; the report has all. */
#define NPATTERN_MAX 4

static const char only_0_and_1[] = "holds only 0 and 1";

/*
 * What M has pruned already stays so, whatever is chosen to be pruned now; but
 * the zeros of another file are a mask only where weights are pruned: a bias
 * of 0 is not pruned.
 */
static bool takes_mask(
	const struct wprune_run *r, enum choice_decision decision)
{
	if (r->mask.values)
		return decision == CHOICE_YES;
	return r->o->mask_update || (decision != CHOICE_SKIP_EXCLUDE &&
					    decision != CHOICE_SKIP_ONLY);
}

static int plan_disagrees(const struct wprune_run *r,
	const struct tensor_span *s, const char *what, struct diag *d)
{
	diag_set(d, DIAG_DATA, "%s %s", r->o->plan, what);
	diag_at(d, "%.200s", s->name);
	return diag_at(d, "%s", r->model.name);
}

/* What the plan says of a tensor instead of the rules. */
static int ask_plan(const struct wprune_run *r, const struct tensor_span *s,
	struct choice_verdict *v, uint64_t *k, struct diag *d)
{
	const struct plan_entry *e = plan_file_find(&r->plan, s->name);

	if (!e)
		return plan_disagrees(r, s, "has no row for it", d);
	if (e->n != s->n || (e->prune && e->dtype != s->dtype))
		return plan_disagrees(r, s,
			"was made for another dtype or number of elements", d);
	if (e->prune && !e->exact)
		return plan_disagrees(r, s,
			"is not exact yet; expected wstat --hist --bracket and "
			"wplan to be run again",
			d);
	*k = e->k;
	if (e->prune)
		*v = (struct choice_verdict){
			.decision = CHOICE_YES, .what = "planned"};
	else if (v->decision == CHOICE_YES)
		*v = (struct choice_verdict){.decision = CHOICE_SKIP_ONLY,
			.what = "not in the plan"};
	return 0;
}

/* As many as its rule lets -s be; without -s, none of what has no rule. */
static void ask_rules(
	const struct wprune_run *r, struct wprune_tensor *t, uint64_t *k)
{
	const struct choice_rule *l =
		choice_rules_find(&r->rules, t->span->name);
	uint64_t min, max;

	if (t->verdict.decision != CHOICE_YES)
		return;
	*k = choice_amount(&r->o->target, t->span->n);
	t->ruled = l != NULL;
	if (l) {
		choice_bounds_count(&l->bounds, t->span->n, &min, &max);
		*k = *k < min ? min : *k > max ? max : *k;
		t->verdict.pattern = pattern_text(l->pattern);
		t->verdict.what = "by a rule";
	} else if (r->o->ntarget == 0) {
		t->verdict = (struct choice_verdict){
			.decision = CHOICE_SKIP_ONLY, .what = "without a rule"};
	}
}

/* A pattern that nothing is left for is a slip, or one of another order. */
static void remark_rules(const struct wprune_run *r)
{
	for (size_t i = 0; i < r->rules.n; i++) {
		const struct choice_rule *rule = &r->rules.rule[i];
		const char *pattern = pattern_text(rule->pattern);
		bool used = false;

		for (size_t k = 0; k < r->ntensor && !used; k++)
			used = r->tensor[k].ruled &&
			       r->tensor[k].verdict.pattern == pattern;
		if (!used)
			rules_note_unused(r->o->rules, rule);
	}
}

/* What is a pair is merged, and nothing else is touched: nor is a NaN. */
static void add_pair(struct wprune_run *r, struct wprune_tensor *t)
{
	const struct tensor_span *s = t->span;
	struct prune_job job = {
		.span = s, .mask = prune_merge_mask(&r->merge, s)};

	if (!job.mask) {
		t->verdict = (struct choice_verdict){
			.decision = CHOICE_SKIP_ONLY, .what = "not a pair"};
		return;
	}
	select_view_init(&job.view, s, r->o->ties, r->o->tie_seed);
	job.view.nan = SELECT_NAN_KEEP;
	job.view.keep_negzero = true;
	r->file.job[r->file.njob++] = job;
}

/* Whether S is of a dtype that is pruned at all. */
static bool has_numbers(const struct wprune_run *r, const struct tensor_span *s)
{
	return select_format(s->dtype) ||
	       (r->o->choice.integers && select_integers(s->dtype));
}

static int view_as_told(
	const struct wprune_run *r, struct prune_job *job, struct diag *d)
{
	select_view_init(&job->view, job->span, r->o->ties, r->o->tie_seed);
	job->view.nan = (enum select_nan)r->o->nan;
	job->view.keep_negzero = r->o->keep_negzero;
	if (select_format(job->span->dtype) ||
		!select_view_zero(&job->view, r->o->choice.zero))
		return 0;
	diag_set(d, DIAG_DATA,
		"%s, which has no %lld; expected another zero, or --exclude",
		tensor_dtype_name(job->span), (long long)r->o->choice.zero);
	diag_at(d, "%.200s", job->span->name);
	return diag_at(d, "%s", r->model.name);
}

/* 1 if T shares the mask of another, and is added so; 0, or -1. */
static int add_mate(
	struct wprune_run *r, struct wprune_tensor *t, struct diag *d)
{
	struct prune_job job = {.span = t->span};
	char *of;
	int is = wprune_mate_of(r, t->span->name, &of, d);

	if (is <= 0)
		return is;
	if (!has_numbers(r, t->span) ||
		t->verdict.decision == CHOICE_SKIP_EXCLUDE) {
		free(of);
		return 0;
	}
	if (view_as_told(r, &job, d)) {
		free(of);
		return -1;
	}
	return wprune_add_mate(r, t, is, of, &job, d) ? -1 : 1;
}

/* The mask of T for JOB; a mask may have what the user leaves out. */
static int find_mask(struct wprune_run *r, const struct wprune_tensor *t,
	struct prune_job *job, struct diag *d)
{
	bool has = has_numbers(r, t->span);

	if (!has && choice_allow(&r->o->choice, t->span->name))
		return 0;
	return choice_mask_find(&r->mask, t->span,
		has && takes_mask(r, t->verdict.decision) ? &job->mask : NULL,
		d);
}

static int add_job(
	struct wprune_run *r, struct wprune_tensor *t, struct diag *d)
{
	const struct tensor_span *s = t->span;
	struct choice_verdict *v = &t->verdict;
	struct prune_job job = {.span = s};
	const char *refuses = choice_structure_refuses(&r->o->structure, s);
	struct stat_binary is = {.other = s->n};
	int mate;

	if (r->o->strip) {
		add_pair(r, t);
		return 0;
	}
	mate = add_mate(r, t, d);
	if (mate)
		return mate < 0 ? -1 : 0;
	if (r->o->plan && ask_plan(r, s, v, &job.k, d))
		return -1;
	if (r->o->rules)
		ask_rules(r, t, &job.k);
	if (v->decision == CHOICE_YES && !r->o->mask && refuses)
		*v = (struct choice_verdict){
			.decision = CHOICE_SKIP_SHAPE, .what = refuses};
	if (r->has_mask && find_mask(r, t, &job, d))
		return -1;
	job.by_target = !r->o->mask && v->decision == CHOICE_YES;
	if (r->o->mask && !job.mask && v->decision == CHOICE_YES)
		*v = (struct choice_verdict){.decision = CHOICE_SKIP_MASK,
			.what = "not in the mask"};
	if (!job.by_target && !job.mask)
		return 0;
	if (job.by_target &&
		stat_find_binary(&is,
			&(struct stat_tensor){tensor_input(&r->model, s), s},
			d))
		return -1;
	if (is.zero && is.one && is.other == s->n)
		v->what = only_0_and_1;
	if (view_as_told(r, &job, d))
		return -1;
	r->file.job[r->file.njob++] = job;
	return 0;
}

/*
 * A shard of norms and embeddings alone is copied, or a loop over shards would
 * leave a hole; an array that cannot be pruned is a mistake.
 */
static int no_jobs(const struct wprune_run *r, struct diag *d)
{
	const struct tensor_span *s = r->ntensor ? r->tensor[0].span : NULL;
	const char *remark = r->model.file[0].map.dtype_remark;
	const char *why = s ? r->tensor[0].verdict.what : NULL;

	if (!s || !tensor_is_array(r->model.format))
		return 0;
	if (remark)
		diag_set(d, DIAG_DATA, "%s", remark);
	else if (!has_numbers(r, s))
		diag_set(d, DIAG_DATA, "dtype %s; expected a float dtype%s",
			tensor_dtype_name(s),
			select_integers(s->dtype) ? ", or --int-zero" : "");
	else if (r->o->strip)
		diag_set(d, DIAG_DATA,
			"one array; expected pairs X_orig and X_mask");
	else if (r->o->mask)
		diag_set(d, DIAG_DATA, "no tensor that the mask names");
	else
		diag_set(d, DIAG_DATA, "no tensor to prune: %s",
			why ? why : "'wstat' shows why");
	return diag_at(d, "%s", r->model.name);
}

static size_t count_spans(const struct tensor_model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		n += m->file[i].map.nspan;
	return n;
}

/* Whether jobs are where their bytes may be changed in a copy of the file. */
static bool are_in_place(const struct wprune_run *r)
{
	for (size_t i = 0; i < r->file.njob; i++)
		if (!tensor_in_place(&r->model, r->file.job[i].span))
			return false;
	return true;
}

/* OUT is called a safetensors file, and would not be one. */
static bool is_to_be_st(const struct wprune_run *r)
{
	bool is = r->model.format == TENSOR_FORMAT_SAFETENSORS &&
		  !r->model.is_sharded;

	return !is && r->output && !r->o->output_dir &&
	       suffix_is(r->output, "safetensors") &&
	       !path_is_directory(r->output);
}

/*
 * A format that is only read is written as safetensors, others as they are; an
 * NPZ with deflated arrays as one where they are stored, if OUT is called so.
 */
static int see_whether_written(struct wprune_run *r, struct diag *d)
{
	const struct tensor_model *m = &r->model;
	bool in_place = are_in_place(r);
	bool is_st = m->format == TENSOR_FORMAT_SAFETENSORS;

	if (m->file[m->nfile - 1].is_whole && !in_place && !r->merge.npair &&
		(r->o->in_place || suffix_is(r->output, "npz"))) {
		r->at = m->nfile - 1;
		return 0;
	}
	r->convert = !in_place || r->merge.npair || is_to_be_st(r) ||
		     m->format == TENSOR_FORMAT_TORCH ||
		     m->format == TENSOR_FORMAT_ONNX ||
		     m->format == TENSOR_FORMAT_CHECKPOINT;
	if (!r->convert || r->o->dry_run || (is_st && !m->is_sharded))
		return 0;
	if (!r->o->in_place && !(r->output && path_is_directory(r->output)))
		return 0;
	if (is_st)
		diag_set(d, DIAG_DATA,
			"shards, whose pairs go into one file; expected -o "
			"OUT.safetensors");
	else
		diag_set(d, DIAG_DATA,
			"%s, which is read and not written; expected one file "
			"and -o "
			"OUT.safetensors",
			tensor_format_name[m->format]);
	return diag_at(d, "%s", m->name);
}

static int judge_all(struct wprune_run *r, struct diag *d)
{
	const struct tensor_model *m = &r->model;

	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan; k++) {
			const struct tensor_span *s = &m->file[i].map.span[k];
			struct wprune_tensor *t = &r->tensor[r->ntensor];

			if (s->dtype == TENSOR_OPAQUE)
				continue;
			t->span = s;
			t->verdict = choice_judge(&r->o->choice, m->format, s);
			r->ntensor++;
			if (add_job(r, t, d))
				return -1;
		}
	return 0;
}

int wprune_choose(struct wprune_run *r, struct diag *d)
{
	size_t n = count_spans(&r->model);
	const char *unused = choice_unused(&r->o->choice, &r->model);

	r->tensor = calloc(n + 1, sizeof(*r->tensor));
	r->file.job = calloc(n + 1, sizeof(*r->file.job));
	if (!r->tensor || !r->file.job)
		return diag_nomem(d, n * sizeof(*r->file.job));
	if (judge_all(r, d) || wprune_find_mates(r, d))
		return -1;
	if (r->has_mask && !r->mask.values &&
		choice_mask_check(&r->mask, &r->model, d))
		return -1;
	if ((r->file.njob == 0 && no_jobs(r, d)) || see_whether_written(r, d))
		return -1;
	if (unused)
		cli_note("%s: no tensor matches the pattern '%s'",
			r->model.name, unused);
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

	for (size_t i = 0; i < r->ntensor; i++) {
		const struct choice_verdict *v = &r->tensor[i].verdict;
		const struct tensor_span *s = r->tensor[i].span;

		n += v->decision == CHOICE_YES ||
				     v->decision == CHOICE_SKIP_MASK
			     ? s->n
			     : 0;
		if (v->decision != CHOICE_SKIP_NAME)
			continue;
		ntensor++;
		nskipped += s->n;
		list_pattern(&list, v->pattern);
	}
	if (ntensor)
		cli_note("%s: %zu tensor%s with %llu of %llu weights left as "
			 "they are by name (%s); --report says why, --include "
			 "PATTERN prunes them",
			r->model.name, ntensor, ntensor == 1 ? "" : "s",
			(unsigned long long)nskipped,
			(unsigned long long)(n + nskipped), list.text);
}

/* A structure that most tensors do not fit is not what was meant. */
static void remark_shapes(const struct wprune_run *r)
{
	const char *name = NULL, *what = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->ntensor; i++)
		if (r->tensor[i].verdict.decision == CHOICE_SKIP_SHAPE &&
			n++ == 0) {
			name = r->tensor[i].span->name;
			what = r->tensor[i].verdict.what;
		}
	if (n)
		cli_note("%s:%.200s: %s: left as it is, as %zu tensor%s in all",
			r->model.name, name, what, n, n == 1 ? "" : "s");
}

static void remark_binary(const struct wprune_run *r)
{
	const char *name = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->ntensor; i++)
		if (r->tensor[i].verdict.what == only_0_and_1 && n++ == 0)
			name = r->tensor[i].span->name;
	weights_note_binary(r->model.name, name, n, "as it is");
}

/* Tensors whose bytes are those of others, as of tied weights. */
static void remark_views(const struct tensor_model *m)
{
	const struct tensor_span *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->views.nspan; i++)
		if (m->views.span[i].nbytes && n++ == 0)
			first = &m->views.span[i];
	if (n)
		cli_note("%s:%.200s: the same bytes as another tensor%s; "
			 "written once, under that name",
			m->name, first->name, n > 1 ? ", as more are" : "");
}

static void remark_left_out(const struct tensor_model *m)
{
	const struct tensor_span *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < m->nfile; i++)
		for (size_t k = 0; k < m->file[i].map.nspan; k++) {
			const struct tensor_span *s = &m->file[i].map.span[k];

			if (prune_is_left_out(s) && n++ == 0)
				first = s;
		}
	if (n)
		cli_note("%s:%.200s: of a dtype that safetensors does not "
			 "have: left out, as %zu tensor%s in all",
			m->name, first->name, n, n == 1 ? "" : "s");
}

void wprune_remark(const struct wprune_run *r)
{
	const struct tensor_model *m = &r->model;

	weights_remark(m);
	if (r->has_mask)
		weights_remark(r->mask.model);
	if (r->file.njob == 0 && r->o->strip)
		cli_note("%s: no pair X_orig and X_mask among %zu tensors%s",
			m->name, r->ntensor,
			r->o->dry_run ? "" : ", copied as it is");
	else if (r->file.njob == 0)
		cli_note("%s: no tensor to prune among %zu%s; 'wstat' shows "
			 "why",
			m->name, r->ntensor,
			r->o->dry_run ? "" : ", copied as it is");
	if (r->convert) {
		remark_views(m);
		remark_left_out(m);
	}
	remark_rules(r);
	wprune_remark_maps(r);
	remark_binary(r);
	remark_shapes(r);
	if (!r->o->strip && (!r->o->mask || r->mask.values))
		remark_names(r);
}
