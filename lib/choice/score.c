/* SPDX-License-Identifier: MIT */
/*
 * Scores that stand for magnitudes: random ones, and those that weights have
 * together with numbers of another file.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/vector.h"
#include "choice/choice.h"
#include "format/format.h"
#include "model/model.h"

#define TOP (UINT64_C(1) << 63)

/* A chance is a whole number of so many bits, and stands for 0 to 1. */
#define CHANCE_NBIT 63

/* Elements whose numbers are read at once. */
#define PART_NELEM ((size_t)1024)

/* Weights, and the numbers of a file that they are scored with. */
struct weights {
	const struct select_view *v;
	const struct tensor_span *score;
};

static bool needs_file(enum choice_score_kind kind)
{
	return kind != CHOICE_BY_MAGNITUDE && kind != CHOICE_BY_RANDOM;
}

/* Their distance from zero is a score as it is, exact in all its 64 bits. */
static bool is_integer(
	const struct choice_score *x, const struct select_view *v)
{
	return x->kind == CHOICE_BY_MAGNITUDE &&
	       v->format->coding == SELECT_INTEGER;
}

static bool has_sign(const struct choice_score *x)
{
	return x && (x->kind == CHOICE_BY_FILE || x->kind == CHOICE_BY_WANDA ||
			    x->kind == CHOICE_BY_OBD);
}

/* Without a branch, which signs in no order would mislead. */
static VECTOR_INLINE uint64_t ordered(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	bits &= 0 - (uint64_t)(x != 0); /* -0.0 is 0 */
	return bits ^ (TOP | (0 - (bits >> 63)));
}

/* What is not below zero orders as its bits do. */
static uint64_t key_of(const struct choice_score *x, double score)
{
	uint64_t bits;

	if (has_sign(x))
		return ordered(score);
	memcpy(&bits, &score, sizeof(bits));
	return bits & (TOP - 1);
}

VECTOR_CLONES
static void to_keys(
	bool with_sign, const double *score, size_t n, uint64_t *key)
{
	if (with_sign)
		for (size_t i = 0; i < n; i++)
			key[i] = ordered(score[i]);
	else
		for (size_t i = 0; i < n; i++) {
			memcpy(&key[i], &score[i], sizeof(*key));
			key[i] &= TOP - 1;
		}
}

uint64_t choice_score_key(
	const struct choice_score *x, const struct select_view *v, double score)
{
	if (is_integer(x, v))
		return score < 0x1p64 ? (uint64_t)ceil(score) : UINT64_MAX;
	if (x->kind == CHOICE_BY_RANDOM)
		return score < 1 ? (uint64_t)ldexp(score, CHANCE_NBIT) : TOP;
	return key_of(x, score);
}

double choice_score_value(
	const struct choice_score *x, const struct select_view *v, uint64_t key)
{
	uint64_t bits = key;
	double score;

	if (is_integer(x, v))
		return (double)key;
	if (x->kind == CHOICE_BY_RANDOM)
		return ldexp((double)key, -CHANCE_NBIT);
	if (has_sign(x))
		bits = key & TOP ? key & (TOP - 1) : ~key;
	memcpy(&score, &bits, sizeof(score));
	return score;
}

/*
 * Means of what is not below zero may lie below the smallest double; keys have
 * so many more binades.
 */
#define LESS 104
#define SMALL 0x1p-900
#define NAN_BITS (UINT64_C(0x7ff8) << 48)

/* NaN are all alike: which bits a sum of them has is not defined. */
uint64_t choice_score_mean_key(
	const struct choice_score *x, struct choice_sum sum, uint64_t n)
{
	double mean = sum.rest / (double)n;
	uint64_t bits;

	if (sum.large != 0) {
		mean = (sum.large + ldexp(sum.rest, -CHOICE_SUM_UP)) /
		       (double)n;
		/* Rounding leads up to infinity, but no mean is above all. */
		if (isfinite(mean))
			mean = fmax(fmin(ldexp(mean, CHOICE_SUM_UP), DBL_MAX),
				-DBL_MAX);
	}
	if (isnan(mean))
		memcpy(&mean, &(uint64_t){NAN_BITS}, sizeof(mean));
	if (has_sign(x))
		return ordered(mean);
	if (mean < SMALL) {
		mean = ldexp(sum.rest, LESS) / (double)n;
		memcpy(&bits, &mean, sizeof(bits));
		return bits;
	}
	memcpy(&bits, &mean, sizeof(bits));
	return bits + ((uint64_t)LESS << 52);
}

int choice_score_open(struct choice_score *x, enum choice_score_kind kind,
	const char *path, uint64_t mem_nbytes, const char *tmpdir,
	struct diag *d)
{
	const struct format_hint hint = {.mem_nbytes = mem_nbytes};

	*x = (struct choice_score){.kind = kind};
	if (model_open(&x->model, path, &hint, tmpdir, d))
		return -1;
	if (!tensor_model_named(&x->model, d))
		x->by_name = tensor_model_by_name(&x->model, d);
	if (x->by_name)
		return 0;
	choice_score_close(x);
	return -1;
}

void choice_score_close(struct choice_score *x)
{
	free(x->by_name);
	tensor_model_close(&x->model);
	*x = (struct choice_score){0};
}

static uint64_t ncolumn(const struct tensor_span *s)
{
	return s->ndim < 2 ? s->n : s->shape[0] ? s->n / s->shape[0] : 0;
}

static int check_fit(const struct choice_score *x, const struct tensor_span *s,
	const struct tensor_span *found, struct diag *d)
{
	bool wanda = x->kind == CHOICE_BY_WANDA;

	if (!found) {
		diag_set(d, DIAG_DATA,
			"no scores; expected a tensor of this name");
		diag_remedy(d, "excluded");
	} else if (!select_format(found->dtype))
		diag_set(d, DIAG_DATA, "%s; expected scores of a float dtype",
			tensor_dtype_name(found));
	else if (wanda && found->n != ncolumn(s))
		diag_set(d, DIAG_DATA,
			"%llu norms; expected one for each of %llu inputs",
			(unsigned long long)found->n,
			(unsigned long long)ncolumn(s));
	else if (!wanda && !tensor_same_shape(s, found))
		diag_set(d, DIAG_DATA,
			"scores of another shape than the weights");
	else
		return 0;
	diag_at(d, "%.200s", s->name);
	return diag_at(d, "%s", x->model.name);
}

int choice_score_find(const struct choice_score *x,
	const struct tensor_span *span, const struct tensor_span **ret,
	struct diag *d)
{
	*ret = NULL;
	if (!needs_file(x->kind))
		return 0;
	*ret = tensor_find(x->by_name, x->model.ntensor, span->name);
	return check_fit(x, span, *ret, d);
}

/* The doubles that N numbers of S, as they lie at P, are. */
static void to_doubles(
	const struct tensor_span *s, unsigned char *p, size_t n, double *out)
{
	size_t width = tensor_dtype_info[s->dtype].nbytes;

	if (s->big_endian)
		select_swap(p, n, width);
	select_numbers(select_format(s->dtype), p, n, out);
}

/* N norms of S in C order, from FIRST on; at most a part. */
static int read_norms(const struct choice_score *x, const struct tensor_span *s,
	uint64_t first, size_t n, double *out, struct diag *d)
{
	unsigned width = tensor_dtype_info[s->dtype].nbytes;
	unsigned char p[PART_NELEM * 8];

	if (tensor_read(tensor_input(&x->model, s), s, width, false, first, n,
		    p, d))
		return -1;
	to_doubles(s, p, n, out);
	return 0;
}

/* So many norms are read at once and kept for a run. */
#define NORMS_MAX ((uint64_t)1 << 16)

/* All norms of S, for free(); NULL if there are too many, or *BAD is set. */
static double *read_all_norms(const struct choice_score *x,
	const struct tensor_span *s, bool *bad, struct diag *d)
{
	double *norm;

	if (s->n > NORMS_MAX)
		return NULL;
	norm = malloc((size_t)s->n * sizeof(*norm) + 1);
	*bad = !norm && diag_nomem(d, s->n);
	for (uint64_t i = 0; i < s->n && !*bad; i += PART_NELEM)
		*bad = read_norms(x, s, i,
			s->n - i < PART_NELEM ? (size_t)(s->n - i) : PART_NELEM,
			norm + i, d);
	return norm;
}

/*
 * The same, one a column, of elements [FIRST, FIRST + N) of a tensor in rows;
 * of NORM, all of them, or NULL.
 */
static int read_rows(const struct choice_score *x, const struct tensor_span *s,
	const double *norm, uint64_t first, size_t n, double *out,
	struct diag *d)
{
	uint64_t at = first % s->n;

	for (size_t done = 0, m; done < n; done += m, at = 0) {
		m = s->n - at < n - done ? (size_t)(s->n - at) : n - done;
		if (norm)
			memcpy(out + done, norm + at, m * sizeof(*out));
		else if (read_norms(x, s, at, m, out + done, d))
			return -1;
	}
	return 0;
}

/* The same of W, which are in Fortran order: a column lies together. */
static int read_columns(const struct choice_score *x, const struct weights *w,
	uint64_t first, size_t n, double *out, struct diag *d)
{
	const struct tensor_span *s = w->v->span;
	uint64_t nrow = s->shape[0];

	for (size_t done = 0; done < n;) {
		uint64_t at = first + done, left = nrow - at % nrow;
		size_t end = left < n - done ? done + (size_t)left : n;

		if (read_norms(x, w->score, select_c_index(s, at) % w->score->n,
			    1, out + done, d))
			return -1;
		for (size_t i = done + 1; i < end; i++)
			out[i] = out[done];
		done = end;
	}
	return 0;
}

static int refuse(const struct choice_score *x, const struct weights *w,
	uint64_t at, double score, struct diag *d)
{
	unsigned long long index = select_c_index(w->v->span, at);

	if (isnan(score))
		diag_set(d, DIAG_DATA,
			"a score that is NaN, at index %llu; expected numbers",
			index);
	else
		diag_set(d, DIAG_DATA,
			"a score beyond double precision, at index %llu; "
			"expected numbers whose products are between 2.3e-308 "
			"and 1.7e308: scale them all by the same factor",
			index);
	diag_at(d, "%.200s", w->v->span->name);
	return diag_at(d, "%s", x->model.name);
}

/* The bits of the least and the largest normal number. */
#define NORMAL_MIN (UINT64_C(1) << 52)
#define NORMAL_MAX ((UINT64_C(0x7ff) << 52) - 1)

/*
 * The scores of N weights, which are not below zero, with their numbers.
 * Returns whether one of them is zero, or no normal number: it may be lost.
 */
VECTOR_CLONES
static bool combine(enum choice_score_kind kind, const double *w,
	const double *number, size_t n, double *score)
{
	uint64_t odd = 0;

	switch (kind) {
	case CHOICE_BY_WANDA:
		for (size_t i = 0; i < n; i++)
			score[i] = w[i] * number[i];
		break;
	case CHOICE_BY_TAYLOR:
		for (size_t i = 0; i < n; i++)
			score[i] = fabs(w[i] * number[i]);
		break;
	case CHOICE_BY_OBD:
		for (size_t i = 0; i < n; i++)
			score[i] = w[i] * w[i] * number[i];
		break;
	case CHOICE_BY_FILE:
	case CHOICE_BY_MAGNITUDE:
	case CHOICE_BY_RANDOM: memcpy(score, number, n * sizeof(*score)); break;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t x;

		memcpy(&x, &score[i], sizeof(x));
		x = (x & (TOP - 1)) - NORMAL_MIN;
		odd |= x | (NORMAL_MAX - NORMAL_MIN - x);
	}
	return odd >> 63;
}

/* Whether X, a product of FACTOR and others, is not what it would be. */
static bool is_lost(double x, double factor, double other)
{
	if (!isfinite(factor) || !isfinite(other) || factor == 0 || other == 0)
		return false;
	return !isfinite(x) || fabs(x) < DBL_MIN;
}

/* Whether the order of scores of KIND would be lost with this one. */
static bool loses(
	enum choice_score_kind kind, double w, double number, double score)
{
	if (kind == CHOICE_BY_FILE)
		return false;
	return is_lost(score, w, number) ||
	       (kind == CHOICE_BY_OBD && is_lost(w * w, w, w));
}

/* The magnitudes of N elements of R from BEGIN on. */
static void read_weights(const struct select_view *v,
	const struct select_run *r, size_t begin, size_t n, double *out)
{
	const struct select_format *f = v->format;

	if (f->coding == SELECT_INTEGER)
		for (size_t i = 0; i < n; i++)
			out[i] =
				select_value(f, select_key_at(v, r, begin + i));
	else
		select_values(f, r->p + begin * f->nbytes, n, out);
}

/*
 * The numbers of the scores' file for R, as they lie there: they take the end
 * of the room for its keys, as wide or wider, which are made from the first on.
 */
static int read_raw(const struct choice_score *x, const struct weights *w,
	const struct select_run *r, uint64_t *key, unsigned char **ret,
	struct diag *d)
{
	const struct tensor_span *s = w->score;
	unsigned width = tensor_dtype_info[s->dtype].nbytes;

	*ret = (unsigned char *)(key + r->n) - r->n * width;
	return tensor_read(tensor_input(&x->model, s), s, width,
		w->v->span->fortran, r->first, r->n, *ret, d);
}

/*
 * N elements from BEGIN on, whose numbers are RAW, or else norms: all of NORM,
 * or to be read.
 */
static int read_part(const struct choice_score *x, const struct weights *w,
	const struct select_run *r, size_t begin, size_t n, unsigned char *raw,
	const double *norm, uint64_t *key, struct diag *d)
{
	double weight[PART_NELEM], number[PART_NELEM], score[PART_NELEM];
	bool alone = x->kind == CHOICE_BY_FILE, odd;

	if (raw)
		to_doubles(w->score, raw, n, number);
	else if (w->v->span->fortran
			 ? read_columns(x, w, r->first + begin, n, number, d)
			 : read_rows(x, w->score, norm, r->first + begin, n,
				   number, d))
		return -1;
	if (!alone)
		read_weights(w->v, r, begin, n, weight);
	odd = combine(x->kind, weight, number, n, score);
	if (alone && odd)
		read_weights(w->v, r, begin, n, weight);
	for (size_t i = 0; odd && i < n; i++)
		if ((isnan(score[i]) && !isnan(weight[i])) ||
			loses(x->kind, weight[i], number[i], score[i]))
			return refuse(x, w, r->first + begin + i, score[i], d);
	to_keys(has_sign(x), score, n, key + begin);
	return 0;
}

static int read_parts(const struct choice_score *x, const struct weights *w,
	const struct select_run *r, uint64_t *key, struct diag *d)
{
	size_t width = tensor_dtype_info[w->score->dtype].nbytes;
	unsigned char *raw = NULL;
	double *norm = NULL;
	bool bad = false;

	if (x->kind != CHOICE_BY_WANDA)
		bad = read_raw(x, w, r, key, &raw, d);
	else if (!w->v->span->fortran)
		norm = read_all_norms(x, w->score, &bad, d);
	for (size_t i = 0; i < r->n && !bad; i += PART_NELEM) {
		size_t n = r->n - i < PART_NELEM ? r->n - i : PART_NELEM;

		bad = read_part(x, w, r, i, n, raw ? raw + i * width : NULL,
			norm, key, d);
	}
	free(norm);
	return bad ? -1 : 0;
}

/* Element I of R by its magnitude. */
static uint64_t magnitude_key(
	const struct select_view *v, const struct select_run *r, size_t i)
{
	uint64_t key = select_key_at(v, r, i);

	if (v->format->coding == SELECT_INTEGER)
		return key;
	return select_double_key(select_value(v->format, key));
}

/* The keys of R by a kind that needs no file. */
static void rank_run(const struct choice_score *x, const struct select_view *v,
	const struct select_run *r, uint64_t *key)
{
	struct select_view random;

	select_view_init(&random, v->span, SELECT_TIES_HASH, ~x->seed);
	for (size_t i = 0; i < r->n; i++)
		key[i] = x->kind == CHOICE_BY_RANDOM
				 ? select_tie(&random, r->first + i) >> 1
				 : magnitude_key(v, r, i);
}

int choice_score_read(const struct choice_score *x, const struct select_view *v,
	const struct tensor_span *s, const struct select_run *r, uint64_t *key,
	struct diag *d)
{
	const struct weights w = {v, s};

	if (!needs_file(x->kind))
		rank_run(x, v, r, key);
	else if (read_parts(x, &w, r, key, d))
		return -1;
	for (size_t i = 0; r->prev && i < r->n; i++)
		if (!select_bit(r->prev, i))
			key[i] = 0;
	return 0;
}
