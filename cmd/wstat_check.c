/* SPDX-License-Identifier: MIT */
/*
 * wstat --check: questions about a model.  A kind is a row of a table: how it
 * is spelled, and how it is answered.  An answer is judged tensor by tensor; of
 * those that fail, the first is told with how many there are.
 */
#include <math.h>
#include <stdarg.h>

#include "base/array.h"
#include "base/num.h"
#include "base/str.h"
#include "choice/choice.h"
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

/* A check of a model at work. */
struct judging {
	struct wstat_check *c;
	const struct wstat_subject *s;
	bool each;       /* every tensor that fails is told */
	uint64_t nfail;  /* tensors */
	struct buf told; /* "FILE:TENSOR: what was found; ..." of the first */
	uint64_t found, expected; /* where it holds */
};

struct wstat_check_kind {
	const char *prefix; /* a '=' at its end: a value follows */
	const char *usage;
	int (*take)(struct wstat_check *c, const char *value,
		const struct opt_given *g, struct diag *d);
	/* Returns CLI_DONE also where it does not hold, or -1. */
	int (*judge)(struct judging *j, struct diag *d);
	bool wants_stat;
};

/* --- answers -------------------------------------------------------------- */

/* What a tensor fails by. */
struct failure {
	const char *tensor; /* NULL: all together */
	uint64_t found, expected;
	const char *first; /* index; NULL: none */
	bool uncounted;    /* there is nothing to count */
};

static int add_row(const struct judging *j, const struct failure *f, int holds,
	const char *message, struct diag *d)
{
	struct rows *r = j->s->rows;

	if (!r)
		return 0;
	rows_text(r, j->s->m->name);
	rows_text(r, j->c->expr);
	rows_text(r, f->tensor);
	rows_u64(r, (uint64_t)holds);
	if (f->uncounted) {
		rows_absent(r);
		rows_absent(r);
	} else {
		rows_u64(r, f->found);
		rows_u64(r, f->expected);
	}
	rows_text(r, f->first);
	rows_text(r, message);
	return rows_end(r, d);
}

/* A tensor fails, as the text says.  Returns 0, or -1. */
__attribute__((format(printf, 4, 5))) static int fail(struct judging *j,
	const struct failure *f, struct diag *d, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;
	int r;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	r = buf_end(&text, d);
	if (!r && j->each)
		cli_note("%s:%.200s: %s", j->s->m->name, f->tensor, text.data);
	else if (!r && j->nfail == 0)
		buf_printf(&j->told, "%s%s%.200s: %s", j->s->m->name,
			f->tensor ? ":" : "", f->tensor ? f->tensor : "",
			text.data);
	j->nfail++;
	if (!r)
		r = add_row(j, f, 0, text.data, d);
	buf_free(&text);
	return r;
}

/* Says how the check ended. */
static int conclude(struct judging *j, struct diag *d)
{
	const struct failure whole = {
		.found = j->found, .expected = j->expected};

	j->c->asked = true;
	if (j->nfail == 0)
		return add_row(j, &whole, 1, NULL, d);
	if (buf_end(&j->told, d))
		return -1;
	if (!j->each && j->nfail == 1)
		cli_note("%s", j->told.data);
	else if (!j->each)
		cli_note("%s; %llu more tensor%s", j->told.data,
			(unsigned long long)(j->nfail - 1),
			j->nfail == 2 ? " fails" : "s fail");
	return CLI_NO;
}

/* A shard may have nothing to check, an array that has not is a mistake. */
static int nothing(struct judging *j, const char *text, struct diag *d)
{
	const struct tensor_model *m = j->s->m;

	j->c->asked |= j->nfail > 0;
	if (j->s->alone || tensor_is_array(m->format)) {
		diag_set(d, DIAG_DATA, "%s", text);
		return diag_at(d, "%s", m->name);
	}
	cli_note("%s: %s", m->name, text);
	return CLI_DONE;
}

static const char no_tensor[] =
	"no tensor to check; the column decision shows why";

static enum choice_decision decide(
	const struct judging *j, const struct tensor_span *s)
{
	return choice_decide(j->s->choice, j->s->m->format, s);
}

/* --- sparsity ------------------------------------------------------------- */

static int take_sparsity(struct wstat_check *c, const char *value,
	const struct opt_given *g, struct diag *d)
{
	(void)g;
	c->target.kind = CHOICE_BY_SPARSITY;
	return num_arg_ratio("--check: sparsity", value, &c->target.ratio, d);
}

/* NAME is NULL for all tensors together. */
static int judge_zeros(struct judging *j, const char *name, uint64_t zeros,
	uint64_t n, uint64_t expected, struct diag *d)
{
	const struct failure f = {
		.tensor = name,
		.found = zeros,
		.expected = expected,
	};

	j->found += zeros;
	j->expected += expected;
	if (zeros >= expected)
		return 0;
	return fail(j, &f, d,
		"%llu of %llu weights are zero; expected %llu for %s",
		(unsigned long long)zeros, (unsigned long long)n,
		(unsigned long long)expected, j->c->expr);
}

/*
 * What was pruned to a sparsity has it, whether each tensor's count was rounded
 * or that of all: the smaller is asked for.
 */
static int judge_sparsity(struct judging *j, struct diag *d)
{
	uint64_t zeros = 0, n = 0, by_tensor = 0, whole;
	size_t ntensor = 0;

	for (size_t i = 0; i < j->s->m->ntensor; i++) {
		const struct tensor_span *s = j->s->m->tensor[i];
		uint64_t own = choice_amount(&j->c->target, s->n);

		if (decide(j, s) != CHOICE_YES)
			continue;
		if (select_check_zero(s, j->s->choice->zero, d))
			return diag_at(d, "%s", j->s->m->name);
		ntensor++;
		zeros += j->s->stat[i].zeros;
		n += s->n;
		by_tensor += own;
		if (j->each && judge_zeros(j, s->name, j->s->stat[i].zeros,
				       s->n, own, d))
			return -1;
	}
	if (ntensor == 0)
		return nothing(j, no_tensor, d);
	whole = choice_amount(&j->c->target, n);
	if (!j->each && judge_zeros(j, NULL, zeros, n,
				whole < by_tensor ? whole : by_tensor, d))
		return -1;
	return conclude(j, d);
}

/* --- finite --------------------------------------------------------------- */

static int take_nothing(struct wstat_check *c, const char *value,
	const struct opt_given *g, struct diag *d)
{
	(void)c;
	if (*value == '\0')
		return 0;
	return diag_set(d, DIAG_USAGE, "%s: '%s'; expected finite and no more",
		g->name, g->value);
}

static int fail_finite(struct judging *j, const struct tensor_span *s,
	uint64_t n, struct diag *d)
{
	struct stat_tensor t = {tensor_input(j->s->m, s), s};
	struct stat_index at;
	uint64_t first;
	double value;
	int found = stat_find_nonfinite(&t, &first, &value, d);

	if (found < 0)
		return -1;
	if (!found) /* the file has changed */
		return tensor_model_unchanged(j->s->m, d)
			       ? -1
			       : diag_nomem(d, s->ndim);
	at = stat_index(s, first, false);
	return fail(j,
		&(struct failure){
			.tensor = s->name, .found = n, .first = at.text},
		d,
		"%llu of %llu elements are not finite, the first, %s, at %s; "
		"expected none",
		(unsigned long long)n, (unsigned long long)s->n,
		isnan(value) ? "nan"
		: value < 0  ? "-inf"
			     : "inf",
		at.text);
}

/* Numbers that are not computed with may be anything. */
static void note_unknown(
	const struct judging *j, const struct tensor_span *first, size_t n)
{
	if (n)
		cli_note("%s:%.200s: %s is not looked into by %s: not checked, "
			 "as %zu tensor%s in all",
			j->s->m->name, first->name, tensor_dtype_name(first),
			j->c->expr, n, n == 1 ? "" : "s");
}

static int judge_finite(struct judging *j, struct diag *d)
{
	const struct tensor_span *unknown = NULL;
	size_t nknown = 0, nunknown = 0;

	for (size_t i = 0; i < j->s->m->ntensor; i++) {
		const struct tensor_span *s = j->s->m->tensor[i];
		const struct stat_summary *st = &j->s->stat[i];

		if (choice_exclude(j->s->choice, s->name))
			continue;
		if (!stat_can(s->dtype)) {
			if (nunknown++ == 0)
				unknown = s;
			continue;
		}
		nknown++;
		if (st->nan + st->inf &&
			fail_finite(j, s, st->nan + st->inf, d))
			return -1;
	}
	note_unknown(j, unknown, nunknown);
	return nknown ? conclude(j, d)
		      : nothing(j, "no tensor to check for finite", d);
}

/* --- N:M ------------------------------------------------------------------ */

static int take_nm(struct wstat_check *c, const char *value,
	const struct opt_given *g, struct diag *d)
{
	return choice_nm_parse(&c->shape, value, g->name, d);
}

static int judge_groups(struct judging *j, const struct stat_how *how,
	const struct tensor_span *s, struct diag *d)
{
	const struct stat_tensor t = {tensor_input(j->s->m, s), s};
	struct stat_index at;
	struct stat_groups g;

	if (stat_groups(&g, &j->c->shape, j->s->choice->zero, how, &t, d))
		return diag_at(d, "%s", j->s->m->name);
	if (g.nbroken == 0)
		return 0;
	at = stat_index(s, g.first, false);
	return fail(j,
		&(struct failure){.tensor = s->name,
			.found = g.nbroken,
			.first = at.text},
		d,
		"%llu of %llu groups have more than %llu of %llu weights that "
		"are not zero, the first, of %u, begins at %s; expected none",
		(unsigned long long)g.nbroken, (unsigned long long)g.n,
		(unsigned long long)j->c->shape.keep,
		(unsigned long long)j->c->shape.of, g.first_nonzero, at.text);
}

static int judge_all_groups(struct judging *j, const struct stat_how *how,
	size_t *nfit, struct diag *d)
{
	const struct tensor_span *odd = NULL;
	const char *why = NULL;
	size_t nodd = 0;

	for (size_t i = 0; i < j->s->m->ntensor; i++) {
		const struct tensor_span *s = j->s->m->tensor[i];
		const char *refuses;

		if (decide(j, s) != CHOICE_YES)
			continue;
		refuses = choice_structure_refuses(&j->c->shape, s);
		if (!refuses) {
			++*nfit;
			if (judge_groups(j, how, s, d))
				return -1;
		} else if (nodd++ == 0) {
			odd = s;
			why = refuses;
		}
	}
	if (nodd)
		cli_note("%s:%.200s: %s: not checked, as %zu tensor%s in all",
			j->s->m->name, odd->name, why, nodd,
			nodd == 1 ? "" : "s");
	return 0;
}

static int judge_nm(struct judging *j, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(j->s->m)};
	const struct stat_how how = {j->s->nthread, &progress};
	size_t nfit = 0;
	int ret;

	cli_progress_begin(&progress, j->s->m->name, j->s->progress);
	ret = judge_all_groups(j, &how, &nfit, d);
	cli_progress_end();
	if (ret || tensor_model_unchanged(j->s->m, d))
		return -1;
	return nfit ? conclude(j, d)
		    : nothing(j, "no tensor of whole groups to check", d);
}

/* --- masks ---------------------------------------------------------------- */

static int take_file(struct wstat_check *c, const char *value,
	const struct opt_given *g, struct diag *d)
{
	c->file = value;
	if (*value)
		return 0;
	return diag_set(d, DIAG_USAGE, "%s: '%s'; expected a file after '='",
		g->name, g->value);
}

/* As wprune -m: the zeros of another file count only where it prunes. */
static bool takes_mask(const struct judging *j, const struct choice_mask *m,
	const struct tensor_span *span)
{
	enum choice_decision decision = decide(j, span);

	if (m->values)
		return decision == CHOICE_YES;
	return decision != CHOICE_SKIP_DTYPE &&
	       decision != CHOICE_SKIP_EXCLUDE && decision != CHOICE_SKIP_ONLY;
}

static int judge_masked(struct judging *j, struct choice_mask *m,
	const struct tensor_span *s, size_t *nmasked, struct diag *d)
{
	const struct tensor_span *mask = NULL;
	struct failure f = {.tensor = s->name};
	struct stat_index at;
	uint64_t first;

	/* What no mask is for may be left out only by its name. */
	if (decide(j, s) == CHOICE_SKIP_DTYPE &&
		choice_allow(j->s->choice, s->name))
		return 0;
	if (choice_mask_find(m, s, takes_mask(j, m, s) ? &mask : NULL, d))
		return -1;
	if (!mask)
		return 0;
	++*nmasked;
	if (choice_mask_alive(m, mask, tensor_input(j->s->m, s), s,
		    j->s->nthread, &f.found, &first, d))
		return -1;
	if (f.found == 0)
		return 0;
	at = stat_index(s, first, false);
	f.first = at.text;
	return fail(j, &f, d,
		"%llu weights are not zero though %s prunes them, the first at "
		"%s; expected none",
		(unsigned long long)f.found, m->model->name, at.text);
}

static int judge_open_mask(
	struct judging *j, struct choice_mask *m, struct diag *d)
{
	const struct tensor_model *model = j->s->m;
	size_t nmasked = 0;

	for (size_t i = 0; i < model->ntensor; i++)
		if (judge_masked(j, m, model->tensor[i], &nmasked, d))
			return -1;
	if (!m->values && choice_mask_check(m, model, d))
		return -1;
	if (tensor_model_unchanged(model, d))
		return -1;
	return nmasked ? conclude(j, d)
		       : nothing(j, "no tensor that the mask names", d);
}

static int judge_with_mask(
	struct judging *j, const char *file, bool values, struct diag *d)
{
	struct choice_mask m;
	int ret = -1;

	if (choice_mask_open(&m, file, values, j->s->hint, cli_tmpdir(), d))
		return -1;
	m.integers = j->s->choice->integers;
	m.zero = j->s->choice->zero;
	if (!weights_stay(m.model, j->s->output, d))
		ret = judge_open_mask(j, &m, d);
	choice_mask_close(&m);
	return ret;
}

static int judge_mask(struct judging *j, struct diag *d)
{
	bool values = *j->c->file == '@';

	return judge_with_mask(j, j->c->file + values, values, d);
}

static int judge_zeros_of(struct judging *j, struct diag *d)
{
	return judge_with_mask(j, j->c->file, true, d);
}

/* --- sameness ------------------------------------------------------------- */

static int fail_kind(struct judging *j, const struct tensor_span *a,
	const struct tensor_span *b, const char *file, struct diag *d)
{
	const struct failure f = {.tensor = a->name, .uncounted = true};
	struct buf x = {0}, y = {0};
	int ret = -1;

	stat_add_kind(&x, a);
	stat_add_kind(&y, b);
	if (buf_end(&x, d) == 0 && buf_end(&y, d) == 0)
		ret = fail(j, &f, d, "%s; expected %s as in %s", x.data, y.data,
			file);
	buf_free(&x);
	buf_free(&y);
	return ret;
}

static int fail_changed(struct judging *j, const struct tensor_span *s,
	const struct stat_difference *x, const char *file, struct diag *d)
{
	struct stat_index at = stat_index(s, x->first, x->by_bytes);
	struct failure f = {
		.tensor = s->name, .found = x->changed, .first = at.text};
	struct buf is = {0}, want = {0};
	int ret = -1;

	if (x->nbytes)
		stat_add_values(&is, &want, s, x->a, x->b, x->nbytes);
	if (buf_end(&is, d) == 0 && buf_end(&want, d) == 0)
		ret = fail(j, &f, d,
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

static int judge_pair(struct judging *j, const struct stat_pairs *p,
	const struct stat_how *how, const struct tensor_span *a, struct diag *d)
{
	const struct stat_compare by = {.by_value = false};
	const struct tensor_span *b = stat_pairs_b(p, a);
	const struct failure f = {.tensor = a->name, .uncounted = true};
	struct stat_difference diff;

	if (!b)
		return fail(j, &f, d,
			"a tensor that %s does not have; expected the same",
			p->b->name);
	if (stat_fit(a, b) != STAT_FIT)
		return fail_kind(j, a, b, p->b->name, d);
	if (stat_compare(&diff, &by, how,
		    &(struct stat_tensor){tensor_input(p->a, a), a},
		    &(struct stat_tensor){tensor_input(p->b, b), b}, d))
		return -1;
	return diff.changed ? fail_changed(j, a, &diff, p->b->name, d) : 0;
}

static int judge_pairs(struct judging *j, const struct stat_pairs *p,
	const struct stat_how *how, struct diag *d)
{
	size_t n = 0;

	for (size_t i = 0; i < p->a->ntensor; i++)
		if (choice_allow(j->s->choice, p->a->tensor[i]->name)) {
			n++;
			if (judge_pair(j, p, how, p->a->tensor[i], d))
				return -1;
		}
	for (size_t i = 0; i < p->b->ntensor; i++) {
		const struct tensor_span *b = p->b->tensor[i];
		const struct failure f = {.tensor = b->name, .uncounted = true};

		if (stat_pairs_a(p, b) || !choice_allow(j->s->choice, b->name))
			continue;
		n++;
		if (fail(j, &f, d, "missing; expected it, for %s has it",
			    p->b->name))
			return -1;
	}
	if (tensor_model_unchanged(p->a, d) || tensor_model_unchanged(p->b, d))
		return -1;
	/* Two models without a tensor are the same. */
	return n || p->a->ntensor + p->b->ntensor == 0
		       ? conclude(j, d)
		       : nothing(j, "no tensor to compare", d);
}

static int judge_same(struct judging *j, struct diag *d)
{
	struct progress progress = {.total = tensor_model_nbytes(j->s->m)};
	const struct stat_how how = {j->s->nthread, &progress};
	struct tensor_model other;
	struct stat_pairs p;
	int ret = -1;

	if (weights_open(&other, j->c->file, j->s->hint, j->s->output, d))
		return -1;
	if (!stat_pairs_init(&p, j->s->m, &other, d)) {
		cli_progress_begin(&progress, j->s->m->name, j->s->progress);
		ret = judge_pairs(j, &p, &how, d);
		cli_progress_end();
		stat_pairs_free(&p);
	}
	tensor_model_close(&other);
	return ret;
}

/* --- kinds ---------------------------------------------------------------- */

static const struct wstat_check_kind kinds[] = {
	{"sparsity>=", "sparsity>=X", take_sparsity, judge_sparsity, true},
	{"nm=", "nm=N:M", take_nm, judge_nm, false},
	{"mask=", "mask=M", take_file, judge_mask, false},
	{"zeros=", "zeros=FILE", take_file, judge_zeros_of, false},
	{"finite", "finite", take_nothing, judge_finite, true},
	{"same=", "same=FILE", take_file, judge_same, false},
};

static int fail_unknown(const struct opt_given *g, struct diag *d)
{
	struct buf list = {0};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		buf_printf(&list, "%s'%s'",
			i == 0                       ? ""
			: i + 1 == ARRAY_SIZE(kinds) ? " or "
						     : ", ",
			kinds[i].usage);
	if (buf_end(&list, d) == 0)
		diag_set(d, DIAG_USAGE, "%s: unknown '%s'; expected %s",
			g->name, g->value, list.data);
	buf_free(&list);
	return -1;
}

int wstat_check_take(void *at, const struct opt_given *g, struct diag *d)
{
	struct wstat_checks *checks = at;
	const struct wstat_check_kind *kind = kinds;
	struct wstat_check c = {.expr = g->value};

	while (kind < kinds + ARRAY_SIZE(kinds) &&
		!str_after(g->value, kind->prefix))
		kind++;
	if (kind == kinds + ARRAY_SIZE(kinds))
		return fail_unknown(g, d);
	c.kind = kind;
	if (kind->take(&c, str_after(g->value, kind->prefix), g, d))
		return -1;
	return array_push(&checks->p, &checks->n, &c, sizeof(c), d);
}

int wstat_check_stays(
	const struct wstat_checks *checks, const char *out, struct diag *d)
{
	for (size_t i = 0; i < checks->n; i++) {
		const struct wstat_check *c = &checks->p[i];
		const char *file = c->file;

		if (c->kind->judge == judge_mask && *file == '@')
			file++;
		if (file && cli_check_input(out, file, d))
			return -1;
	}
	return 0;
}

bool wstat_check_wants_stat(const struct wstat_checks *checks)
{
	for (size_t i = 0; i < checks->n; i++)
		if (checks->p[i].kind->wants_stat)
			return true;
	return false;
}

int wstat_check_file(struct wstat_checks *checks, const struct wstat_subject *s,
	struct diag *d)
{
	int status = CLI_DONE;

	for (size_t i = 0; i < checks->n; i++) {
		struct judging j = {
			.c = &checks->p[i], .s = s, .each = checks->each};
		int r = j.c->kind->judge(&j, d);

		buf_free(&j.told);
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
				checks->p[i].expr);
			return &checks->p[i];
		}
	return NULL;
}
