/* SPDX-License-Identifier: MIT */
/*
 * How a run of weights is looked at: in which order its ties are, and made
 * plain, so that all loops over weights see the plainest of runs.
 */
#include <stddef.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/vector.h"
#include "select/select_impl.h"

/* --- orders -------------------------------------------------------------- */

uint64_t select_c_index(const struct tensor_span *s, uint64_t at)
{
	uint64_t c = 0, stride = 1;

	if (!s->fortran)
		return at;
	for (unsigned i = 1; i < s->ndim; i++)
		stride *= s->shape[i];
	for (unsigned i = 0; i < s->ndim; i++) {
		c += at % s->shape[i] * stride;
		at /= s->shape[i];
		if (i + 1 < s->ndim)
			stride /= s->shape[i + 1];
	}
	return c;
}

void select_steps_from(
	struct select_steps *t, const struct tensor_span *s, uint64_t at)
{
	uint64_t stride = 1;

	t->s = s;
	t->c = select_c_index(s, at);
	for (unsigned i = s->ndim; i-- > 0; stride *= s->shape[i])
		t->stride[i] = stride;
	for (unsigned i = 0; i < s->ndim; at /= s->shape[i++])
		t->at[i] = at % s->shape[i];
}

void select_steps_carry(struct select_steps *t)
{
	for (unsigned i = 0; t->at[i] == t->s->shape[i]; i++) {
		t->c -= t->at[i] * t->stride[i];
		t->at[i] = 0;
		if (i + 1 == t->s->ndim)
			break; /* behind the last */
		t->c += t->stride[i + 1];
		t->at[i + 1]++;
	}
}

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

void select_view_init(struct select_view *v, const struct tensor_span *span,
	enum select_ties ties, uint64_t seed)
{
	const struct select_format *f = select_format(span->dtype);

	*v = (struct select_view){
		.span = span,
		.stored = f ? f : select_integers(span->dtype),
		.format = f ? f : select_integers(span->dtype),
		.as = f,
		.ties = ties,
		.tie_salt =
			select_mix(hash_name(span->name) + select_mix(seed)),
	};
	if (!f)
		select_view_zero(v, 0);
}

static bool is_signed(enum tensor_dtype dtype)
{
	return dtype == TENSOR_I8 || dtype == TENSOR_I16 ||
	       dtype == TENSOR_I32 || dtype == TENSOR_I64;
}

int select_view_zero(struct select_view *v, int64_t zero)
{
	unsigned down = 64 - 8 * v->stored->nbytes;
	uint64_t max = UINT64_MAX >> down;
	int64_t least = 0;

	if (is_signed(v->span->dtype)) {
		max >>= 1;
		least = -(int64_t)max - 1;
	}
	if (zero < least || (zero > 0 && (uint64_t)zero > max))
		return -1;
	v->zero = (uint64_t)zero << down >> down;
	v->above = max - (uint64_t)zero;
	return 0;
}

int select_check_zero(const struct tensor_span *s, int64_t zero, struct diag *d)
{
	struct select_view v;

	if (!select_integers(s->dtype))
		return 0;
	select_view_init(&v, s, SELECT_TIES_FIRST, 0);
	if (select_view_zero(&v, zero) == 0)
		return 0;
	diag_set(d, DIAG_DATA,
		"%s, which has no %lld; expected a number of its dtype as zero",
		tensor_dtype_name(s), (long long)zero);
	return diag_at(d, "%.200s", s->name);
}

bool select_view_orders(const struct select_view *v)
{
	switch (v->format->coding) {
	case SELECT_FLOAT:
	case SELECT_DISTANCE: return true;
	case SELECT_ONE_ZERO: return v->nan != SELECT_NAN_KEEP;
	case SELECT_INTEGER: break;
	}
	return false;
}

/*
 * What numbers are as sign and magnitude in twice as many bytes, where their
 * own bits may not order them: integers, none of which is farther from another
 * than their largest, and floats without -0.0, of which NaN is the largest.
 */
#define DISTANCE(bits)                                                      \
	{                                                                   \
		2 * (bits) / 8, 2 * (bits)-1, 0, 0,                         \
			UINT64_MAX >> (64 - (bits)), false, SELECT_DISTANCE \
	}
static const struct select_format wide[TENSOR_NDTYPE] = {
	[TENSOR_U8] = DISTANCE(8),
	[TENSOR_I8] = DISTANCE(8),
	[TENSOR_U16] = DISTANCE(16),
	[TENSOR_I16] = DISTANCE(16),
	[TENSOR_U32] = DISTANCE(32),
	[TENSOR_I32] = DISTANCE(32),
	[TENSOR_F8_E4M3FNUZ] = {2, 15, 3, 8, 0x7f, false, SELECT_FLOAT},
	[TENSOR_F8_E5M2FNUZ] = {2, 15, 2, 16, 0x7f, false, SELECT_FLOAT},
};

bool select_view_widen(struct select_view *v)
{
	const struct select_format *f = &wide[v->span->dtype];

	if (f->nbytes)
		v->format = v->as = f;
	return f->nbytes != 0;
}

unsigned select_tie_nbits(const struct select_view *v)
{
	unsigned nbits = 1;

	if (v->ties != SELECT_TIES_FIRST && v->ties != SELECT_TIES_LAST)
		return 64;
	while (nbits < 64 && v->span->n >> nbits)
		nbits++;
	return nbits;
}

/* --- preparing ----------------------------------------------------------- */

/*
 * All loops see the plainest of runs: little-endian, and what counts as zero
 * is zero.  What this takes is done in place, beforehand, where it is needed.
 */

static uint64_t key_at(
	const struct select_view *v, const unsigned char *p, size_t i)
{
	const struct select_format *f = v->format;
	uint64_t x = select_load(p, i, f->nbytes);

	if (f->coding != SELECT_INTEGER)
		return select_bits_key(f, x);
	return x <= v->above ? x
			     : (0 - x) & (UINT64_MAX >> (64 - f->key_nbits));
}

#define DEFINE_SWAP(BITS)                                                    \
	static void swap##BITS(unsigned char *p, size_t n)                   \
	{                                                                    \
		for (size_t i = 0; i < n; i++, p += (BITS) / 8)              \
			le_store##BITS(                                      \
				p, __builtin_bswap##BITS(le_load##BITS(p))); \
	}
DEFINE_SWAP(16)
DEFINE_SWAP(32)
DEFINE_SWAP(64)

void select_swap(unsigned char *p, size_t n, size_t width)
{
	switch (width) {
	case 1: return;
	case 2: swap16(p, n); return;
	case 4: swap32(p, n); return;
	case 8: swap64(p, n); return;
	}
	for (; n--; p += width)
		for (size_t i = 0; i < width / 2; i++) {
			unsigned char c = p[i];

			p[i] = p[width - 1 - i];
			p[width - 1 - i] = c;
		}
}

/* R as it lies in its file. */
static unsigned char *stored(
	const struct select_view *v, const struct select_run *r)
{
	return select_view_is_wide(v) ? r->stored : r->p;
}

static void swap_bytes(const struct select_view *v, const struct select_run *r)
{
	if (v->span->big_endian)
		select_swap(stored(v, r), r->n, v->stored->nbytes);
}

#define DEFINE_SHIFT(BITS)                                                   \
	static void shift##BITS(unsigned char *p, size_t n, uint64_t by)     \
	{                                                                    \
		for (size_t i = 0; i < n; i++, p += (BITS) / 8)              \
			le_store##BITS(                                      \
				p, (uint##BITS##_t)(le_load##BITS(p) + by)); \
	}
DEFINE_SHIFT(8)
DEFINE_SHIFT(16)
DEFINE_SHIFT(32)
DEFINE_SHIFT(64)

/* Adds BY to integers, which wrap around. */
static void shift(
	const struct select_view *v, const struct select_run *r, uint64_t by)
{
	switch (by ? v->stored->nbytes : 0) {
	case 1: shift8(stored(v, r), r->n, by); break;
	case 2: shift16(stored(v, r), r->n, by); break;
	case 4: shift32(stored(v, r), r->n, by); break;
	case 8: shift64(stored(v, r), r->n, by); break;
	}
}

/*
 * What is more than ABOVE is below zero: twos' complement becomes sign and
 * magnitude in lanes of TWICE as many bits, and this that.
 */
#define DEFINE_WIDE(BITS, TWICE)                                             \
	static VECTOR_INLINE void widen##BITS(const unsigned char *p,        \
		size_t n, uint64_t above, unsigned char *out)                \
	{                                                                    \
		typedef uint##TWICE##_t lane;                                \
		const lane end = (lane)above;                                \
                                                                             \
		for (size_t i = 0; i < n; i++) {                             \
			lane x = le_load##BITS(p + i * ((BITS) / 8));        \
			lane minus = (lane)(x > end ? -1 : 0);               \
			lane key = (lane)((x ^ minus) - minus) &             \
				   UINT##BITS##_MAX;                         \
                                                                             \
			le_store##TWICE(out + i * ((TWICE) / 8),             \
				(lane)(key | (lane)(minus << ((TWICE)-1)))); \
		}                                                            \
	}                                                                    \
	static VECTOR_INLINE void narrow##BITS(                              \
		const unsigned char *p, size_t n, unsigned char *out)        \
	{                                                                    \
		typedef uint##TWICE##_t lane;                                \
                                                                             \
		for (size_t i = 0; i < n; i++) {                             \
			lane x = le_load##TWICE(p + i * ((TWICE) / 8));      \
			lane minus = (lane)(0 - (lane)(x >> ((TWICE)-1)));   \
                                                                             \
			le_store##BITS(out + i * ((BITS) / 8),               \
				(uint##BITS##_t)((x ^ minus) - minus));      \
		}                                                            \
	}
DEFINE_WIDE(8, 16)
DEFINE_WIDE(16, 32)
DEFINE_WIDE(32, 64)

/* The same of floats of which what would be -0.0 is NaN. */
static VECTOR_INLINE void widen_one_zero(
	const unsigned char *p, size_t n, unsigned char *out)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t x = p[i], sign = x & 0x80, key = x & 0x7f;
		uint16_t nan = key == 0 ? sign : 0;

		sign = (uint16_t)(sign ^ nan);
		le_store16(out + 2 * i, (uint16_t)(key | nan | sign << 8));
	}
}

static VECTOR_INLINE void narrow_one_zero(
	const unsigned char *p, size_t n, unsigned char *out)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t x = le_load16(p + 2 * i);

		out[i] = (uint8_t)(x | x >> 8);
	}
}

VECTOR_CLONES
static void widen(const struct select_view *v, const struct select_run *r)
{
	if (v->stored->coding == SELECT_ONE_ZERO)
		widen_one_zero(r->stored, r->n, r->p);
	else if (v->stored->nbytes == 1)
		widen8(r->stored, r->n, v->above, r->p);
	else if (v->stored->nbytes == 2)
		widen16(r->stored, r->n, v->above, r->p);
	else
		widen32(r->stored, r->n, v->above, r->p);
}

VECTOR_CLONES
static void narrow(const struct select_view *v, const struct select_run *r)
{
	if (v->stored->coding == SELECT_ONE_ZERO)
		narrow_one_zero(r->p, r->n, r->stored);
	else if (v->stored->nbytes == 1)
		narrow8(r->p, r->n, r->stored);
	else if (v->stored->nbytes == 2)
		narrow16(r->p, r->n, r->stored);
	else
		narrow32(r->p, r->n, r->stored);
}

void select_restore(const struct select_view *v, const struct select_run *r)
{
	if (r->zero)
		return;
	if (select_view_is_wide(v))
		narrow(v, r);
	shift(v, r, v->zero);
	swap_bytes(v, r);
}

/* Elements between two looks for NaN. */
#define PART_NELEM ((size_t)1024)
/* Elements that are zeroed at once, a multiple of 8. */
#define GONE_NELEM ((size_t)64)

/*
 * How many of P[0..n), a part, have keys above MAX, which are zeroed if they
 * are to GO.
 */
#define DEFINE_ABOVE(BITS, STEP)                                               \
	static VECTOR_INLINE size_t above##BITS(                               \
		unsigned char *p, size_t n, uint64_t max, bool go)             \
	{                                                                      \
		typedef int##BITS##_t lane;                                    \
		const lane end = (lane)max;                                    \
		size_t nabove = 0;                                             \
                                                                               \
		for (size_t k = 0; k < n; k += (STEP)) {                       \
			size_t stop = n - k < (STEP) ? n : k + (STEP);         \
			lane nis = 0;                                          \
                                                                               \
			for (size_t i = k; i < stop; i++) {                    \
				unsigned char *q = p + i * ((BITS) / 8);       \
				lane x = (lane)le_load##BITS(q);               \
				lane is = (lane)((x & INT##BITS##_MAX) > end   \
							 ? -1                  \
							 : 0);                 \
                                                                               \
				nis = (lane)(nis - is);                        \
				if (go)                                        \
					le_store##BITS(                        \
						q, (uint##BITS##_t)(x & ~is)); \
			}                                                      \
			nabove += (uint##BITS##_t)nis;                         \
		}                                                              \
		return nabove;                                                 \
	}
DEFINE_ABOVE(8, 128)
DEFINE_ABOVE(16, PART_NELEM)
DEFINE_ABOVE(32, PART_NELEM)
DEFINE_ABOVE(64, PART_NELEM)

/* The same of codes, of which SIGN alone is NaN. */
static VECTOR_INLINE size_t codes_of(
	unsigned char *p, size_t n, uint8_t sign, bool go)
{
	size_t nis = 0;

	for (size_t k = 0; k < n; k += 128) {
		size_t stop = n - k < 128 ? n : k + 128;
		uint8_t m = 0;

		for (size_t i = k; i < stop; i++) {
			uint8_t is = (uint8_t)(p[i] == sign ? 0xff : 0);

			m = (uint8_t)(m - is);
			if (go)
				p[i] &= (uint8_t)~is;
		}
		nis += m;
	}
	return nis;
}

static VECTOR_INLINE size_t any_nan(
	const struct select_format *f, unsigned char *p, size_t n, bool go)
{
	if (f->coding == SELECT_ONE_ZERO)
		return codes_of(p, n, (uint8_t)(1u << f->key_nbits), go);
	switch (f->nbytes) {
	case 1: return above8(p, n, f->key_max, go);
	case 2: return above16(p, n, f->key_max, go);
	case 4: return above32(p, n, f->key_max, go);
	}
	return above64(p, n, f->key_max, go);
}

/* How many of a part are NaN, and become zero if they are to GO. */
VECTOR_CLONES
static size_t take_nan(
	const struct select_format *f, unsigned char *p, size_t n, bool go)
{
	return go ? any_nan(f, p, n, true) : any_nan(f, p, n, false);
}

/*
 * Zeroes P[i] where bit i of PREV is 0, of whole bytes; the largest key of what
 * it zeroes.
 */
#define DEFINE_GONE(BITS)                                                      \
	static VECTOR_INLINE uint64_t gone##BITS(                              \
		unsigned char *p, const uint8_t *prev, size_t n)               \
	{                                                                      \
		static const uint##BITS##_t bit[8] = {                         \
			1, 2, 4, 8, 16, 32, 64, 128};                          \
		int##BITS##_t top = 0;                                         \
                                                                               \
		for (size_t i = 0; i < n; i += 8) {                            \
			size_t end = n - i < 8 ? n - i : 8;                    \
			const uint##BITS##_t bits = prev[i / 8];               \
                                                                               \
			for (size_t k = 0; k < end; k++) {                     \
				unsigned char *q = p + (i + k) * ((BITS) / 8); \
				uint##BITS##_t keep = (uint##BITS##_t)(        \
					bits & bit[k] ? -1 : 0);               \
				uint##BITS##_t x = le_load##BITS(q);           \
				int##BITS##_t key = (int##BITS##_t)(           \
					x & (uint##BITS##_t) ~keep &           \
					INT##BITS##_MAX);                      \
				top = key > top ? key : top;                   \
				le_store##BITS(q, (uint##BITS##_t)(x & keep)); \
			}                                                      \
		}                                                              \
		return (uint64_t)top;                                          \
	}
DEFINE_GONE(8)
DEFINE_GONE(16)
DEFINE_GONE(32)
DEFINE_GONE(64)

static VECTOR_INLINE uint64_t gone(
	unsigned char *p, const uint8_t *prev, size_t n, unsigned nbytes)
{
	switch (nbytes) {
	case 1: return gone8(p, prev, n);
	case 2: return gone16(p, prev, n);
	case 4: return gone32(p, prev, n);
	}
	return gone64(p, prev, n);
}

/* What is pruned already becomes zero; returns the largest key of that. */
VECTOR_CLONES
static uint64_t zero_gone(const struct select_run *r, unsigned nbytes)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < r->n; i += GONE_NELEM) {
		unsigned char *p = r->p + i * nbytes;
		const uint8_t *prev = r->prev + i / 8;
		uint64_t top = r->n - i < GONE_NELEM
				       ? gone(p, prev, r->n - i, nbytes)
				       : gone(p, prev, GONE_NELEM, nbytes);

		ret = top > ret ? top : ret;
	}
	return ret;
}

/* NaN is looked for here where it would not be seen later. */
static bool hides_nan(const struct select_view *v, const struct select_run *r)
{
	return r->prev || v->nan == SELECT_NAN_ZERO ||
	       v->format->coding == SELECT_ONE_ZERO;
}

/* Notes the NaN of R[begin, end) and, if they count as zero, makes them so. */
static void look_for_nan(const struct select_view *v,
	const struct select_run *r, size_t begin, size_t end,
	struct select_result *ret)
{
	const struct select_format *f = v->format;

	if (f->coding == SELECT_INTEGER || f->coding == SELECT_DISTANCE)
		return;
	for (size_t i = begin; i < end; i += PART_NELEM) {
		size_t n = end - i < PART_NELEM ? end - i : PART_NELEM;
		size_t at = i, nnan;
		unsigned char *p = r->p + i * f->nbytes;

		nnan = take_nan(f, p, n, false);
		while (nnan && ret->nan == 0 &&
			key_at(v, r->p, at) <= f->key_max)
			at++;
		if (nnan && ret->nan == 0)
			ret->nan_at = r->first + at;
		ret->nan += nnan;
		if (nnan && v->nan == SELECT_NAN_ZERO)
			take_nan(f, p, n, true);
	}
}

void select_prepare(const struct select_view *v, const struct select_run *r,
	struct select_result *ret)
{
	if (r->zero) {
		if (select_view_is_wide(v))
			memset(r->p, 0, r->n * v->format->nbytes);
		return;
	}
	swap_bytes(v, r);
	shift(v, r, 0 - v->zero);
	if (select_view_is_wide(v))
		widen(v, r);
	if (hides_nan(v, r))
		look_for_nan(v, r, 0, r->n, ret);
	if (r->prev)
		zero_gone(r, v->format->nbytes);
}

void select_note_nan(const struct select_view *v, const struct select_run *r,
	size_t begin, size_t end, struct select_result *ret)
{
	if (!hides_nan(v, r) && !r->zero)
		look_for_nan(v, r, begin, end, ret);
}

/* The largest key of what is to go, where bits do not order. */
static uint64_t gone_top(
	const struct select_view *v, const struct select_run *r)
{
	uint64_t ret = 0;

	for (size_t i = 0; i < r->n; i++) {
		uint64_t key = select_bit(r->prev, i) ? 0 : key_at(v, r->p, i);

		ret = key > ret ? key : ret;
	}
	return ret;
}

void select_drop(const struct select_view *v, const struct select_run *r,
	struct select_result *ret)
{
	bool orders = select_view_orders(v);
	uint64_t top = orders ? 0 : gone_top(v, r);
	uint64_t by_bits = r->zero ? 0 : zero_gone(r, v->format->nbytes);

	top = orders ? by_bits : top;
	if (top > ret->pruned_max)
		ret->pruned_max = top;
}

uint64_t select_key_at(
	const struct select_view *v, const struct select_run *r, size_t i)
{
	return key_at(v, r->p, i);
}

#define DEFINE_KEYS(BITS)                                              \
	static VECTOR_INLINE void keys##BITS(                          \
		const unsigned char *p, size_t n, uint64_t *key)       \
	{                                                              \
		for (size_t i = 0; i < n; i++)                         \
			key[i] = le_load##BITS(p + i * ((BITS) / 8)) & \
				 INT##BITS##_MAX;                      \
	}
DEFINE_KEYS(8)
DEFINE_KEYS(16)
DEFINE_KEYS(32)
DEFINE_KEYS(64)

/* Those of numbers that order by their bits. */
VECTOR_CLONES
static void plain_keys(
	const unsigned char *p, size_t n, unsigned nbytes, uint64_t *key)
{
	switch (nbytes) {
	case 1: keys8(p, n, key); return;
	case 2: keys16(p, n, key); return;
	case 4: keys32(p, n, key); return;
	}
	keys64(p, n, key);
}

void select_ranks(const struct select_view *v, const struct select_run *r,
	size_t begin, size_t n, uint64_t *key)
{
	unsigned nbytes = v->format->nbytes;

	if (r->score)
		memcpy(key, r->score + begin, n * sizeof(*key));
	else if (select_view_orders(v))
		plain_keys(r->p + begin * nbytes, n, nbytes, key);
	else
		for (size_t i = 0; i < n; i++)
			key[i] = key_at(v, r->p, begin + i);
}

unsigned select_view_nbits(const struct select_view *v)
{
	return v->scored ? 64 : v->as->key_nbits;
}
