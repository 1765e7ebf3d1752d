/* SPDX-License-Identifier: MIT */
/*
 * wstat --total and --fold: tensors in groups, a row for each.  A group is the
 * whole file, or the tensors whose names differ only in numbers that are whole
 * words, as those of layers are.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/order.h"
#include "base/str.h"
#include "cli.h"
#include "weights.h"
#include "wstat.h"

const struct rows_column wstat_sum_column[WSTAT_SUM_NCOLUMN] = {
	WEIGHTS_COLUMNS,
	{"tensors", ROWS_COUNT, ROWS_SHOWN},
	WSTAT_COLUMNS,
};

/* Numbers of a name that are told apart; those behind them are one. */
#define NNUMBER_MAX 64

struct group {
	size_t first;                  /* tensor */
	struct choice_verdict verdict; /* on that */
	uint64_t ntensor, n;
	uint64_t nunknown; /* tensors that have no statistics */
	struct stat_summary sum;
	/* All have the first's: */
	bool shape, dtype, decay, decision;
	uint64_t varies; /* a bit for each number in the name */
};

/* --- names ---------------------------------------------------------------- */

static bool in_word(char c)
{
	return str_is_alnum(c) || (unsigned char)c >= 0x80;
}

/* Digits at P, inside of NAME, that are a word; or 0. */
static size_t number_at(const char *name, const char *p)
{
	size_t n = 0;

	if (p > name && in_word(p[-1]))
		return 0;
	while (str_is_digit(p[n]))
		n++;
	return in_word(p[n]) ? 0 : n;
}

/* As strcmp(), but any number is as good as another, and comes first. */
static int compare_folded(const char *a, const char *b)
{
	const char *p = a, *q = b;

	for (;;) {
		size_t n = number_at(a, p), k = number_at(b, q);

		if (!n != !k)
			return n ? -1 : 1;
		p += n;
		q += k;
		if (n)
			continue;
		if (*p != *q || *p == '\0')
			return (unsigned char)*p - (unsigned char)*q;
		p++;
		q++;
	}
}

/* Which numbers of A are others in B, of the same group. */
static uint64_t numbers_differ(const char *a, const char *b)
{
	const char *p = a, *q = b;
	uint64_t ret = 0;
	unsigned i = 0;

	while (*p) {
		size_t n = number_at(a, p), k = number_at(b, q);

		if (n && (n != k || memcmp(p, q, n) != 0))
			ret |= UINT64_C(1) << i;
		if (n && i + 1 < NNUMBER_MAX)
			i++;
		p += n ? n : 1;
		q += n ? k : 1;
	}
	return ret;
}

/* NAME with a '*' for each number that VARIES. */
static void add_pattern(struct buf *b, const char *name, uint64_t varies)
{
	unsigned i = 0;

	for (const char *p = name; *p;) {
		size_t n = number_at(name, p);

		if (n && varies >> i & 1)
			buf_addc(b, '*');
		else
			buf_add(b, p, n ? n : 1);
		if (n && i + 1 < NNUMBER_MAX)
			i++;
		p += n ? n : 1;
	}
}

/* --- groups --------------------------------------------------------------- */

static void add_tensor(struct group *g, const struct wstat_subject *w, size_t i)
{
	const struct tensor_span *s = w->m->tensor[i], *first;
	struct choice_verdict v = choice_judge(w->choice, w->m->format, s);

	if (g->ntensor++ == 0)
		*g = (struct group){
			.first = i,
			.verdict = v,
			.ntensor = 1,
			.sum = {.min = (double)NAN, .max = (double)NAN},
			.shape = true,
			.dtype = true,
			.decay = true,
			.decision = true,
		};
	first = w->m->tensor[g->first];
	g->n += s->n;
	if (stat_can(s->dtype))
		stat_summary_add(&g->sum, &w->stat[i]);
	else
		g->nunknown++;
	if (stat_fit(first, s) == STAT_FIT_SHAPE)
		g->shape = false;
	if (strcmp(tensor_dtype_name(first), tensor_dtype_name(s)) != 0)
		g->dtype = false;
	if (stat_decay(first, &g->verdict) != stat_decay(s, &v))
		g->decay = false;
	if (g->verdict.decision != v.decision)
		g->decision = false;
}

static void add_row(struct rows *r, const struct wstat_subject *w,
	const struct group *g, const char *name)
{
	const struct tensor_span *s = w->m->tensor[g->first];
	struct tensor_span shown = {.name = name,
		.dtype = TENSOR_OTHER,
		.type = g->dtype ? tensor_dtype_name(s) : "",
		.n = g->n};

	if (g->shape) {
		shown.ndim = s->ndim;
		shown.shape = s->shape;
	}
	weights_begin_row(r, w->m->name, &shown);
	rows_u64(r, g->ntensor);
	wstat_add_cells(r, g->nunknown < g->ntensor ? &g->sum : NULL,
		g->nunknown ? 0 : g->n);
	if (g->decay)
		rows_u64(r, (uint64_t)stat_decay(s, &g->verdict));
	else
		rows_absent(r);
	rows_text(r,
		g->decision ? choice_decision_name[g->verdict.decision] : NULL);
	rows_end(r);
}

/* Sums that leave something out say so. */
static void remark_unknown(const struct wstat_subject *w)
{
	const struct tensor_span *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < w->m->ntensor; i++)
		if (!stat_can(w->m->tensor[i]->dtype) && n++ == 0)
			first = w->m->tensor[i];
	if (n)
		cli_note(
			"%s:%.200s: %s is not computed with: %zu tensor%s only "
			"in n, and no sparsity where %s",
			w->m->name, first->name, tensor_dtype_name(first), n,
			n == 1 ? " is" : "s are",
			n == 1 ? "it is" : "they are");
}

int wstat_total(
	struct rows *rows, const struct wstat_subject *w, struct diag *d)
{
	struct group g = {.ntensor = 0};

	(void)d;
	rows_header(rows);
	remark_unknown(w);
	for (size_t i = 0; i < w->m->ntensor; i++)
		add_tensor(&g, w, i);
	if (w->m->ntensor)
		add_row(rows, w, &g, NULL);
	return 0;
}

/* A tensor on the way to its group. */
struct member {
	const char *name;
	size_t tensor;
};

static int by_folded(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int r = compare_folded(x->name, y->name);

	return r ? r : ORDER_OF(x->tensor, y->tensor);
}

/* Numbers the groups by GROUP_OF[tensor], each that of its first tensor. */
static int find_groups(
	const struct wstat_subject *w, size_t *group_of, struct diag *d)
{
	size_t n = w->m->ntensor, first = 0;
	struct member *m = calloc(n + 1, sizeof(*m));

	if (!m)
		return diag_nomem(d, n * sizeof(*m));
	for (size_t i = 0; i < n; i++)
		m[i] = (struct member){w->m->tensor[i]->name, i};
	qsort(m, n, sizeof(*m), by_folded);
	for (size_t i = 0; i < n; i++) {
		if (compare_folded(m[first].name, m[i].name) != 0)
			first = i;
		group_of[m[i].tensor] = m[first].tensor;
	}
	free(m);
	return 0;
}

static int add_groups(struct rows *rows, const struct wstat_subject *w,
	const struct group *g, struct diag *d)
{
	struct buf name = {0};
	int ret = 0;

	for (size_t i = 0; i < w->m->ntensor && !ret; i++) {
		if (g[i].ntensor == 0)
			continue;
		buf_clear(&name);
		add_pattern(&name, w->m->tensor[i]->name, g[i].varies);
		ret = buf_end(&name, d);
		if (!ret)
			add_row(rows, w, &g[i], name.data);
	}
	buf_free(&name);
	return ret;
}

static void add_to_group(
	struct group *g, const struct wstat_subject *w, size_t i)
{
	add_tensor(g, w, i);
	g->varies |= numbers_differ(
		w->m->tensor[g->first]->name, w->m->tensor[i]->name);
}

int wstat_fold(struct rows *rows, const struct wstat_subject *w, struct diag *d)
{
	size_t n = w->m->ntensor;
	size_t *group_of = calloc(n + 1, sizeof(*group_of));
	struct group *g = calloc(n + 1, sizeof(*g));
	int ret = -1;

	rows_header(rows);
	remark_unknown(w);
	if (!group_of || !g) {
		diag_nomem(d, n * sizeof(*g));
	} else if (!find_groups(w, group_of, d)) {
		for (size_t i = 0; i < n; i++)
			add_to_group(&g[group_of[i]], w, i);
		ret = add_groups(rows, w, g, d);
	}
	free(group_of);
	free(g);
	return ret;
}
