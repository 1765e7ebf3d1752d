/* SPDX-License-Identifier: MIT */
/*
 * wstat --check: questions about a model (lib/check).  Of the tensors that fail
 * one, the first is told with how many there are.
 */
#include "base/array.h"
#include "cli.h"
#include "weights.h"
#include "wstat.h"

const struct rows_column wstat_check_column[WSTAT_CHECK_NCOLUMN] = {
	{"file", ROWS_TEXT, ROWS_TITLE},
	{"check", ROWS_TEXT, ROWS_SHOWN},
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"holds", ROWS_WHOLE, ROWS_SHOWN},
	{"found", ROWS_COUNT, ROWS_SHOWN},
	{"expected", ROWS_COUNT, ROWS_SHOWN},
	{"first", ROWS_TEXT, ROWS_SHOWN},
	{"message", ROWS_TEXT, ROWS_UNSHOWN},
};

/* A question that is being put to a model. */
struct asking {
	struct wstat_check *c;
	const struct wstat_subject *s;
	bool each;       /* every tensor that fails is told */
	uint64_t nfail;  /* tensors */
	struct buf told; /* "FILE:TENSOR: what was found; ..." of the first */
};

/* --- answers -------------------------------------------------------------- */

static void add_row(
	const struct asking *a, const struct check_failure *f, int holds)
{
	struct rows *r = a->s->rows;

	if (!r)
		return;
	rows_text(r, a->s->m->name);
	rows_text(r, a->c->is.expr);
	rows_text(r, f->tensor);
	rows_u64(r, (uint64_t)holds);
	rows_u64_if(r, !f->uncounted, f->found);
	rows_u64_if(r, !f->uncounted, f->expected);
	rows_text(r, f->first);
	rows_text(r, f->text);
	rows_end(r);
}

static void fail(void *ctx, const struct check_failure *f)
{
	struct asking *a = ctx;

	if (a->each)
		cli_note("%s:%.200s: %s", a->s->m->name, f->tensor, f->text);
	else if (a->nfail == 0)
		buf_printf(&a->told, "%s%s%.200s: %s", a->s->m->name,
			f->tensor ? ":" : "", f->tensor ? f->tensor : "",
			f->text);
	a->nfail++;
	add_row(a, f, 0);
}

/* A shard may have nothing to check, an array that has not is a mistake. */
static int nothing(
	const struct wstat_subject *s, const char *text, struct diag *d)
{
	if (s->alone || tensor_is_array(s->m->format)) {
		diag_set(d, DIAG_DATA, "%s", text);
		return diag_at(d, "%s", s->m->name);
	}
	cli_note("%s: %s", s->m->name, text);
	return CLI_DONE;
}

/* Says how the check ended.  Returns CLI_DONE, CLI_NO, or -1. */
static int conclude(
	struct asking *a, const struct check_answer *is, struct diag *d)
{
	const struct check_failure whole = {
		.found = is->found, .expected = is->expected};

	if (is->nunasked)
		cli_note("%s:%.200s: %s: not checked, as %zu tensor%s in all",
			a->s->m->name, is->unasked->name, is->why, is->nunasked,
			is->nunasked == 1 ? "" : "s");
	if (is->nothing)
		return nothing(a->s, is->nothing, d);
	a->c->asked = true;
	if (is->nfail == 0) {
		add_row(a, &whole, 1);
		return CLI_DONE;
	}
	if (buf_end(&a->told, d))
		return -1;
	if (!a->each && is->nfail == 1)
		cli_note("%s", a->told.data);
	else if (!a->each)
		cli_note("%s; %llu more tensor%s", a->told.data,
			(unsigned long long)(is->nfail - 1),
			is->nfail == 2 ? " fails" : "s fail");
	return CLI_NO;
}

/* --- questions ------------------------------------------------------------ */

/* Asks with what the question names already open in WITH. */
static int ask(struct asking *a, struct check_subject *with, struct diag *d)
{
	const struct wstat_subject *s = a->s;
	struct progress progress = {.total = tensor_model_nbytes(s->m)};
	struct check_answer answer;
	int ret;

	with->model = s->m;
	with->choice = s->choice;
	with->stat = s->stat;
	with->how = (struct stat_how){s->nthread, &progress};
	with->each = a->each;
	with->fail = fail;
	with->ctx = a;
	if (check_counts(&a->c->is))
		cli_progress_begin(&progress, s->m->name, s->progress);
	ret = check_ask(&answer, &a->c->is, with, d);
	if (check_counts(&a->c->is))
		cli_progress_end();
	return ret ? -1 : conclude(a, &answer, d);
}

static int ask_with_mask(struct asking *a, struct diag *d)
{
	const struct wstat_subject *s = a->s;
	const struct check *c = &a->c->is;
	struct choice_mask mask;
	int ret = -1;

	if (choice_mask_open(
		    &mask, c->file, c->values, s->hint, cli_tmpdir(), d))
		return -1;
	mask.integers = s->choice->integers;
	mask.zero = s->choice->zero;
	if (!weights_stay(mask.model, s->output, d))
		ret = ask(a, &(struct check_subject){.mask = &mask}, d);
	choice_mask_close(&mask);
	return ret;
}

static int ask_with_other(struct asking *a, struct diag *d)
{
	struct tensor_model other;
	int ret;

	if (weights_open(&other, a->c->is.file, a->s->hint, a->s->output, d))
		return -1;
	ret = ask(a, &(struct check_subject){.other = &other}, d);
	tensor_model_close(&other);
	return ret;
}

static int ask_one(struct asking *a, struct diag *d)
{
	switch (check_from(&a->c->is)) {
	case CHECK_FROM_MASK: return ask_with_mask(a, d);
	case CHECK_FROM_OTHER: return ask_with_other(a, d);
	case CHECK_FROM_MODEL:
	case CHECK_FROM_STAT: break;
	}
	return ask(a, &(struct check_subject){0}, d);
}

int wstat_check_take(void *at, const struct opt_given *g, struct diag *d)
{
	struct wstat_checks *checks = at;
	struct wstat_check c = {0};

	return check_parse(&c.is, g->value, g->name, d) ||
			       array_push(
				       &checks->p, &checks->n, &c, sizeof(c), d)
		       ? -1
		       : 0;
}

int wstat_check_stays(
	const struct wstat_checks *checks, const char *out, struct diag *d)
{
	for (size_t i = 0; i < checks->n; i++) {
		const char *file = checks->p[i].is.file;

		if (file && cli_check_input(out, file, d))
			return -1;
	}
	return 0;
}

bool wstat_check_wants_stat(const struct wstat_checks *checks)
{
	for (size_t i = 0; i < checks->n; i++)
		if (check_from(&checks->p[i].is) == CHECK_FROM_STAT)
			return true;
	return false;
}

int wstat_check_file(struct wstat_checks *checks, const struct wstat_subject *s,
	struct diag *d)
{
	int status = CLI_DONE;

	for (size_t i = 0; i < checks->n; i++) {
		struct asking a = {
			.c = &checks->p[i], .s = s, .each = checks->each};
		int r = ask_one(&a, d);

		buf_free(&a.told);
		if (r < 0)
			return -1;
		if (r == CLI_NO)
			status = CLI_NO;
	}
	return status;
}

const struct wstat_check *wstat_check_unasked(
	const struct wstat_checks *checks, struct diag *d)
{
	for (size_t i = 0; i < checks->n; i++)
		if (!checks->p[i].asked) {
			diag_set(d, DIAG_DATA,
				"%s: no tensor to check in any file; the "
				"column decision shows why",
				checks->p[i].is.expr);
			return &checks->p[i];
		}
	return NULL;
}
