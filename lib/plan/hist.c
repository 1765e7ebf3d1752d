/* SPDX-License-Identifier: MIT */
/* Histograms in tables: reading them, of any number of files, as one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/pattern.h"
#include "base/str.h"
#include "base/zip.h"
#include "file/input.h"
#include "plan/plan_impl.h"
#include "text/table.h"

enum column {
	VERSION,
	RULES,
	FILE_,
	TENSOR,
	DTYPE,
	SHAPE,
	N,
	DECISION,
	NAN_,
	SHIFT,
	KEY,
	COUNT,
	SQUARES,
	NCOLUMN
};

static const char *const column[NCOLUMN + 1] = {
	[VERSION] = "version",
	[RULES] = "rules",
	[FILE_] = "file",
	[TENSOR] = "tensor",
	[DTYPE] = "dtype",
	[SHAPE] = "shape",
	[N] = "n",
	[DECISION] = "decision",
	[NAN_] = "nan",
	[SHIFT] = "shift",
	[KEY] = "key",
	[COUNT] = "count",
	[SQUARES] = "squares",
};

/* No tensor has more elements: their number of bytes is a file's size. */
#define N_MAX (UINT64_MAX >> 4)

/* --- rules --------------------------------------------------------------- */

static uint32_t hash_patterns(uint32_t crc, const struct choice_patterns *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const char *text = pattern_text(p->p[i]);

		crc = zip_crc32(crc, text, strlen(text) + 1);
	}
	return zip_crc32(crc, "", 1);
}

void plan_choice_name(const struct choice *r, char *ret)
{
	uint32_t crc = 0;

	if (r->include.n + r->exclude.n + r->only.n == 0) {
		memcpy(ret, "default", sizeof("default"));
		return;
	}
	crc = hash_patterns(crc, &r->include);
	crc = hash_patterns(crc, &r->exclude);
	crc = hash_patterns(crc, &r->only);
	snprintf(ret, PLAN_RULES_MAX, "%08" PRIx32, crc);
}

/* --- tensors ------------------------------------------------------------- */

static int read_shape(
	const struct table *t, struct plan_tensor *x, struct diag *d)
{
	struct csv_cell c = table_cell(t, SHAPE);
	uint64_t product = 1, dim = 0;
	size_t digits = 0;

	x->shape = calloc(TENSOR_NDIM_MAX, sizeof(*x->shape));
	if (!x->shape)
		return diag_nomem(d, TENSOR_NDIM_MAX * sizeof(*x->shape));
	for (size_t i = 0; i <= c.n && c.n; i++) {
		if (i < c.n && str_is_digit(c.p[i])) {
			dim = dim * 10 + (uint64_t)(c.p[i] - '0');
			if (++digits > 18)
				break;
			continue;
		}
		if (digits == 0 || (i < c.n && c.p[i] != 'x') ||
			x->ndim == TENSOR_NDIM_MAX ||
			(dim && product > N_MAX / dim))
			return table_bad(t, SHAPE, "as in 64x100", d);
		x->shape[x->ndim++] = dim;
		product *= dim;
		dim = digits = 0;
	}
	if (digits || product != x->n)
		return table_bad(t, SHAPE, "as many elements as n", d);
	return 0;
}

static int read_decision(
	const struct table *t, enum choice_decision *ret, struct diag *d)
{
	for (size_t i = CHOICE_YES; i <= CHOICE_SKIP_ONLY; i++)
		if (table_is(t, DECISION, choice_decision_name[i])) {
			*ret = (enum choice_decision)i;
			return 0;
		}
	return table_bad(t, DECISION, "prune, or skip: and why", d);
}

static void tensor_free(struct plan_tensor *x)
{
	free(x->file);
	free(x->name);
	free(x->shape);
	free(x->bucket);
}

static int read_tensor(
	const struct table *t, struct plan_tensor *x, struct diag *d)
{
	*x = (struct plan_tensor){.dtype = plan_cell_dtype(t, DTYPE)};
	if (table_text(t, FILE_, &x->file, d) ||
		table_text(t, TENSOR, &x->name, d) ||
		table_u64(t, N, N_MAX, &x->n, d) || read_shape(t, x, d) ||
		read_decision(t, &x->decision, d))
		return -1;
	/* What is not pruned is not counted. */
	if (table_u64(
		    t, NAN_, x->decision == CHOICE_YES ? x->n : 0, &x->nan, d))
		return -1;
	if (x->decision == CHOICE_YES && !select_format(x->dtype))
		return table_bad(t, DTYPE, "a float dtype to prune", d);
	return 0;
}

/* No other bucket comes: what the array has grown beyond is given back. */
static void fit(struct plan_tensor *x)
{
	struct plan_bucket *p = x->bucket;

	if (x->nbucket)
		p = realloc(p, x->nbucket * sizeof(*p));
	if (p)
		x->bucket = p;
}

static int add_tensor(
	const struct table *t, struct plan_hist *h, struct diag *d)
{
	struct plan_tensor *x =
		array_room(h->tensor, h->ntensor, sizeof(*x), d);

	if (!x)
		return -1;
	h->tensor = x;
	if (h->ntensor)
		fit(&x[h->ntensor - 1]);
	return read_tensor(t, &x[h->ntensor++], d);
}

/* The tensor that the row is about: that of the row before, or another. */
static int find_tensor(const struct table *t, struct plan_hist *h, size_t first,
	struct diag *d)
{
	struct plan_tensor *last;

	if (h->ntensor == first)
		return add_tensor(t, h, d);
	last = &h->tensor[h->ntensor - 1];
	if (!table_is(t, TENSOR, last->name) || !table_is(t, FILE_, last->file))
		return add_tensor(t, h, d);
	return 0;
}

/* --- buckets ------------------------------------------------------------- */

static int read_squares(
	const struct table *t, struct plan_squares *ret, struct diag *d)
{
	uint64_t word[3];

	if (table_words(t, SQUARES, word, ARRAY_SIZE(word), d))
		return -1;
	ret->low = (u128)word[1] << 64 | word[0];
	ret->high = word[2];
	return 0;
}

static int read_bucket(const struct table *t, struct plan_tensor *x,
	struct plan_bucket *b, struct diag *d)
{
	const struct select_format *f = select_format(x->dtype);
	uint64_t shift, key;

	*b = (struct plan_bucket){0};
	/* A bucket has one exponent. */
	if (table_u64(t, SHIFT, f->mantissa_nbits, &shift, d) ||
		table_u64(t, KEY, f->key_max >> shift, &key, d) ||
		table_u64(t, COUNT, x->n, &b->count, d))
		return -1;
	b->shift = (unsigned)shift;
	b->first = key << shift;
	if (b->count == 0)
		return table_bad(t, COUNT, "1 at least", d);
	if (x->nbucket) {
		const struct plan_bucket *last = &x->bucket[x->nbucket - 1];

		if (b->first <= last->first ||
			b->first - last->first < UINT64_C(1) << last->shift)
			return table_bad(
				t, KEY, "keys that rise within a tensor", d);
	}
	return shift ? read_squares(t, &b->squares, d) : 0;
}

/* One row more than fits. */
static int fail_memory(
	const struct table *t, const struct plan_hist *h, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"more than %llu rows in all, which take %llu MiB of memory; "
		"expected fewer, or more memory",
		(unsigned long long)(h->nrow - 1),
		(unsigned long long)(h->mem_nbytes >> 20));
	diag_remedy(d, "memory");
	return diag_at(d, "%s", t->in->name);
}

static int add_bucket(const struct table *t, struct plan_hist *h,
	struct plan_tensor *x, struct diag *d)
{
	size_t n = x->nbucket;
	struct plan_bucket *p;

	if (table_cell(t, KEY).n == 0)
		return 0;
	if (x->decision != CHOICE_YES)
		return table_bad(t, KEY, "none of what is not pruned", d);
	if (++h->nrow > h->mem_nbytes / PLAN_ROW_NBYTES && h->mem_nbytes)
		return fail_memory(t, h, d);
	p = array_room(x->bucket, n, sizeof(*p), d);
	if (!p)
		return -1;
	x->bucket = p;
	if (read_bucket(t, x, &p[n], d))
		return -1;
	x->nbucket++;
	return 0;
}

/* Histograms, of which one file is being read. */
struct reading {
	struct plan_hist *h;
	size_t first; /* of its tensors */
};

static int read_row(void *ctx, const struct table *t, struct diag *d)
{
	struct reading *r = ctx;
	struct plan_hist *h = r->h;

	if (plan_read_head(t, &h->rules, d) || find_tensor(t, h, r->first, d))
		return -1;
	return add_bucket(t, h, &h->tensor[h->ntensor - 1], d);
}

/* Counts that are not of all elements were cut short, or never so. */
static int check_counts(
	const struct reading *r, const struct input *in, struct diag *d)
{
	for (size_t i = r->first; i < r->h->ntensor; i++) {
		const struct plan_tensor *x = &r->h->tensor[i];
		u128 sum = x->nan;

		for (size_t k = 0; k < x->nbucket; k++)
			sum += x->bucket[k].count;
		if (x->decision != CHOICE_YES || sum == x->n)
			continue;
		diag_set(d, DIAG_DATA,
			"counts come to %llu%s; expected n, which is %llu",
			(unsigned long long)sum, sum >> 64 ? " and more" : "",
			(unsigned long long)x->n);
		diag_at(d, "%.200s", x->name);
		return diag_at(d, "%s", in->name);
	}
	return 0;
}

int plan_hist_read(struct plan_hist *h, struct input *in, struct diag *d)
{
	struct reading r = {h, h->ntensor};

	if (table_read(in, "a histogram, as 'wstat --hist' prints it", column,
		    read_row, &r, d))
		return -1;
	return check_counts(&r, in, d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct plan_tensor *)a)->name,
		((const struct plan_tensor *)b)->name);
}

int plan_hist_sort(struct plan_hist *h, struct diag *d)
{
	if (h->ntensor)
		qsort(h->tensor, h->ntensor, sizeof(*h->tensor), by_name);
	for (size_t i = 1; i < h->ntensor; i++) {
		const struct plan_tensor *x = &h->tensor[i - 1];

		if (strcmp(x->name, x[1].name) != 0)
			continue;
		diag_set(d, DIAG_DATA,
			"counted twice, of %.200s and %.200s; "
			"a plan speaks of tensors by their names",
			x->file, x[1].file);
		return diag_at(d, "%.200s", x->name);
	}
	return 0;
}

/* A zero more is in the bucket that begins with it, or in a new one. */
static int zero_nan(struct plan_tensor *x, struct diag *d)
{
	size_t n = x->nbucket;

	if (n == 0 || x->bucket[0].first) {
		if (array_resize(&x->bucket, n + 1, sizeof(*x->bucket), d))
			return -1;
		memmove(x->bucket + 1, x->bucket, n * sizeof(*x->bucket));
		x->bucket[0] = (struct plan_bucket){0};
		x->nbucket++;
	}
	x->bucket[0].count += x->nan;
	x->nan = 0;
	return 0;
}

int plan_hist_zero_nan(struct plan_hist *h, struct diag *d)
{
	for (size_t i = 0; i < h->ntensor; i++)
		if (h->tensor[i].nan && zero_nan(&h->tensor[i], d))
			return -1;
	return 0;
}

struct plan_bracket plan_bucket_of(
	const struct plan_tensor *t, uint64_t rank, uint64_t *ninside)
{
	uint64_t before = 0;

	for (size_t i = 0; i < t->nbucket; i++) {
		const struct plan_bucket *b = &t->bucket[i];

		before += b->count;
		if (rank <= before && rank > 0) {
			*ninside = b->count;
			return (struct plan_bracket){
				b->first, b->first + (UINT64_C(1) << b->shift)};
		}
	}
	*ninside = 0;
	return (struct plan_bracket){0, 0};
}

void plan_hist_free(struct plan_hist *h)
{
	for (size_t i = 0; i < h->ntensor; i++)
		tensor_free(&h->tensor[i]);
	free(h->tensor);
	free(h->rules);
}
