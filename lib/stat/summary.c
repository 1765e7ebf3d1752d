/* SPDX-License-Identifier: MIT */
/* Statistics of the tensors of a file, in one reading of it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "choice/choice.h"
#include "file/input.h"
#include "stat/stat_impl.h"

#define CHUNK_NELEM ((size_t)1 << 20)
/* What is summed while it is in the second-level cache. */
#define SUMS_NBYTES ((uint64_t)1 << 19)
/* Fewer elements are not worth a table of codes. */
#define CODES_MIN ((uint64_t)1 << 15)
#define FIND_NELEM ((size_t)1 << 12)
#define FEW_NELEM ((size_t)64)

/* What a chunk of the file comes to. */
struct part {
	uint32_t codes[STAT_NTABLE * STAT_NCODE];  /* of its one run */
	struct stat_summary sum[SELECT_SCAN_NRUN]; /* of the others */
};

/* Where an item of the scan belongs. */
struct place {
	const struct tensor_span *span; /* first, as they are put in order */
	size_t tensor;                  /* its number in the model */
};

struct reading {
	const struct tensor_model *m;
	struct place *at; /* per item */
	struct stat_summary *ret;
	int64_t zero; /* of integers */
	/* Codes of the tensor that is being drained. */
	uint64_t total[STAT_NCODE];
};

static bool by_codes(const struct tensor_span *s)
{
	return tensor_dtype_info[s->dtype].nbytes == 1 && s->n >= CODES_MIN;
}

static const struct tensor_span *span_of(
	const struct reading *c, const struct select_run *run)
{
	return c->at[run->item].span;
}

static int work(void *ctx, void *slot, struct select_run *run, size_t nrun,
	struct diag *d)
{
	const struct reading *c = ctx;
	struct part *p = slot;

	(void)d;
	for (size_t i = 0; i < nrun; i++) {
		const struct tensor_span *s = span_of(c, &run[i]);
		struct stat_sums sums;

		if (by_codes(s) && nrun == 1) {
			stat_codes_count(p->codes, run[i].p, run[i].n);
			continue;
		}
		stat_sums_init(&sums, s, c->zero);
		stat_sums_add(&sums, run[i].p, run[i].n);
		stat_sums_finish(&sums);
		p->sum[i] = sums.sum;
	}
	return 0;
}

static void drain_codes(struct reading *c, struct part *p,
	const struct select_run *run, const struct tensor_span *s)
{
	struct stat_sums sums;

	stat_codes_take(c->total, p->codes);
	if (!run->last)
		return;
	stat_sums_init(&sums, s, c->zero);
	stat_codes_sums(&sums, c->total);
	stat_sums_finish(&sums);
	stat_summary_add(&c->ret[c->at[run->item].tensor], &sums.sum);
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct reading *c = ctx;
	struct part *p = slot;

	(void)d;
	for (size_t i = 0; i < nrun; i++) {
		const struct tensor_span *s = span_of(c, &run[i]);

		if (by_codes(s) && nrun == 1)
			drain_codes(c, p, &run[i], s);
		else
			stat_summary_add(
				&c->ret[c->at[run[i].item].tensor], &p->sum[i]);
	}
	return 0;
}

/* What can be summed, in the order of its bytes; returns how many. */
static size_t list_tensors(struct reading *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->m->ntensor; i++)
		if (stat_can(c->m->tensor[i]->dtype))
			c->at[n++] = (struct place){c->m->tensor[i], i};
	qsort(c->at, n, sizeof(*c->at), tensor_by_place);
	return n;
}

static int read_all(
	struct reading *c, const struct stat_how *how, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct part), NULL, work, drain};
	struct select_item *item = calloc(c->m->ntensor + 1, sizeof(*item));
	struct select_scan s = {.item = item,
		.nitem = list_tensors(c),
		.nthread = how->nthread,
		.progress = how->progress,
		.chunk_nelem = CHUNK_NELEM,
		.hooks = &hooks,
		.ctx = c};
	int ret;

	if (!item)
		return diag_nomem(d, c->m->ntensor * sizeof(*item));
	for (size_t i = 0; i < s.nitem; i++) {
		const struct tensor_span *span = c->at[i].span;
		unsigned width = tensor_dtype_info[span->dtype].nbytes;

		c->ret[c->at[i].tensor] = STAT_SUMMARY_EMPTY;
		item[i] = (struct select_item){
			.in = tensor_input(c->m, span),
			.offset = span->offset,
			.n = span->n,
			.width = width,
			.run_nelem = by_codes(span) ? 0 : SUMS_NBYTES / width,
			.group = by_codes(span) ? (unsigned)i + 1 : 0,
		};
	}
	ret = select_scan(&s, d);
	free(item);
	return ret ? ret : tensor_model_unchanged(c->m, d);
}

int stat_summarize(struct stat_summary *ret, const struct tensor_model *m,
	int64_t zero, const struct stat_how *how, struct diag *d)
{
	struct reading c = {.m = m, .ret = ret, .zero = zero};
	int bad = -1;

	c.at = calloc(m->ntensor + 1, sizeof(*c.at));
	if (!c.at)
		diag_nomem(d, m->ntensor * sizeof(*c.at));
	else
		bad = read_all(&c, how, d);
	free(c.at);
	return bad;
}

/* Bytes that are all zero, which is +0 in every dtype. */
static bool all_zero(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Notes what the N elements at P are; they begin at index AT. */
static void see_binary(struct stat_binary *ret, const struct tensor_span *s,
	const unsigned char *p, size_t n, uint64_t at)
{
	for (size_t i = 0; i < n && ret->other == s->n; i++) {
		double x = stat_value_at(s, p, i);

		ret->zero |= x == 0.0;
		ret->one |= x == 1.0;
		if (x != 0.0 && x != 1.0)
			ret->other = at + i;
	}
}

int stat_find_binary(
	struct stat_binary *ret, const struct stat_tensor *t, struct diag *d)
{
	const struct tensor_span *s = t->span;
	const unsigned width = tensor_dtype_info[s->dtype].nbytes;
	unsigned char p[FIND_NELEM * 8];
	struct input_hole hole = {0};
	bool zeros = false; /* a hole may follow */
	size_t n;

	*ret = (struct stat_binary){.other = s->n};
	for (uint64_t at = 0; at < s->n && ret->other == s->n; at += n) {
		/* Hardly any tensor goes on as a mask after its first few. */
		uint64_t left = s->n - at, max = at ? FIND_NELEM : FEW_NELEM;
		uint64_t offset = s->offset + at * width;

		n = (size_t)(left < max ? left : max);
		if (zeros && input_hole(&hole, t->in, offset, n * width))
			continue;
		if (input_pread(t->in, p, n * width, offset, d))
			return -1;
		zeros = all_zero(p, n * width);
		if (zeros)
			ret->zero = true;
		else
			see_binary(ret, s, p, n, at);
	}
	return 0;
}

struct found {
	uint64_t at; /* UINT64_MAX: nothing */
	double value;
};

struct finding {
	struct tensor_span le; /* as a scan has its elements */
	struct found first;
};

static int find(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct finding *c = ctx;
	struct found *found = slot;
	size_t i = 0;

	(void)nrun; /* there is one item */
	(void)d;
	while (i < r->n && isfinite(stat_value_at(&c->le, r->p, i)))
		i++;
	found->at = UINT64_MAX;
	if (i < r->n) {
		found->at = r->first + i;
		found->value = stat_value_at(&c->le, r->p, i);
	}
	return 0;
}

static int take_found(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct finding *c = ctx;

	(void)run;
	(void)nrun;
	(void)d;
	c->first = *(const struct found *)slot;
	return c->first.at != UINT64_MAX;
}

int stat_find_nonfinite(const struct stat_tensor *t, uint64_t *at,
	double *value, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct found), NULL, find, take_found};
	const struct stat_elements e = stat_elements(t);
	struct finding c = {{.dtype = t->span->dtype}, {UINT64_MAX, 0}};
	const struct stat_how how = {.nthread = 1};

	if (stat_scan(&e.item, &how, &hooks, &c, d))
		return -1;
	*at = c.first.at;
	*value = c.first.value;
	return *at != UINT64_MAX;
}

/* Between 0 and 1 a square is less than its root, at the ends it is not. */
bool stat_is_binary(const struct stat_summary *st, uint64_t n)
{
	return st->nan == 0 && st->min == 0.0 && st->max == 1.0 &&
	       st->l1 == (double)(n - st->zeros) && st->squares == st->l1;
}

int stat_decay(const struct tensor_span *s, const struct choice_verdict *v)
{
	return s->ndim >= 2 && choice_is_weight(v, s);
}
