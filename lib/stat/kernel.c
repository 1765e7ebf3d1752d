/* SPDX-License-Identifier: MIT */
/*
 * Sums over elements in memory.  Numbers of 32 and 64 bits are summed eight at
 * a time, and those of 16 bits as such of 32; of those of 8 it is counted how
 * often each code occurs, and the sums are taken from the counts.
 */
#include <math.h>
#include <string.h>

#include "base/le.h"
#include "base/vector.h"
#include "choice/choice.h"
#include "stat/stat_impl.h"
#include "tensor/tensor.h"

/* Elements between two looks whether one of them was special. */
#define BLOCK ((size_t)512)

/* Sums of eight lanes, as two vectors each. */
struct lanes {
	f64x4 l1[2], squares[2];
};

/* --- values -------------------------------------------------------------- */

bool stat_can(enum tensor_dtype dtype)
{
	return tensor_dtype_info[dtype].nbytes > 0;
}

double stat_value(enum tensor_dtype dtype, uint64_t x)
{
	const struct select_format *f = select_format(dtype);

	if (f)
		return select_bits_value(f, x);
	switch (dtype) {
	case TENSOR_I8: return (int8_t)x;
	case TENSOR_I16: return (int16_t)x;
	case TENSOR_I32: return (int32_t)x;
	case TENSOR_I64: return (double)(int64_t)x;
	default: return (double)x;
	}
}

static uint64_t bits_at(
	const struct tensor_span *s, const unsigned char *p, size_t i)
{
	unsigned width = tensor_dtype_info[s->dtype].nbytes;

	return le_load_or_big(p + i * width, width, s->big_endian);
}

double stat_value_at(
	const struct tensor_span *s, const unsigned char *p, size_t i)
{
	return stat_value(s->dtype, bits_at(s, p, i));
}

/* --- sums ---------------------------------------------------------------- */

void stat_sums_init(
	struct stat_sums *s, const struct tensor_span *span, int64_t zero)
{
	struct select_view v;

	*s = (struct stat_sums){
		.sum = STAT_SUMMARY_EMPTY, .span = span, .has_zero = true};
	if (!select_integers(span->dtype))
		return;
	select_view_init(&v, span, SELECT_TIES_FIRST, 0);
	s->has_zero = select_view_zero(&v, zero) == 0;
	s->zero = v.zero;
	s->by_bits = true;
}

/*
 * Squares of numbers far from 1 leave double precision: they are summed apart,
 * in units of their own (J. L. Blue, ACM TOMS 4, 1978).
 */
#define LARGE 0x1p500
#define SMALL 0x1p-400
#define UNIT 0x1p600 /* its square is the unit */

static bool is_plain(double magnitude)
{
	return magnitude == 0 || (magnitude >= SMALL && magnitude < LARGE);
}

static void add_square(struct stat_sums *s, size_t lane, double x, double n)
{
	double part = fabs(x) < LARGE ? x * UNIT : x / UNIT;

	if (is_plain(fabs(x)))
		s->squares[lane] += x * x * n;
	else if (fabs(x) < LARGE)
		s->small[lane] += part * part * n;
	else
		s->large[lane] += part * part * n;
}

/* N elements with the bits KEY, the first of them number I. */
static void add_value(struct stat_sums *s, size_t i, uint64_t key, uint64_t n)
{
	double x = stat_value(s->span->dtype, key);
	bool is_zero = s->by_bits ? s->has_zero && key == s->zero : x == 0.0;
	struct stat_summary *t = &s->sum;

	if (isnan(x)) {
		t->nan += n;
		return;
	}
	t->zeros += is_zero ? n : 0;
	t->negzeros += x == 0.0 && signbit(x) ? n : 0;
	t->inf += isinf(x) ? n : 0;
	/* Written so that a NaN in min or max gives way. */
	if (!(t->min <= x))
		t->min = x;
	if (!(t->max >= x))
		t->max = x;
	s->l1[i % STAT_NLANE] += fabs(x) * (double)n;
	add_square(s, i % STAT_NLANE, x, (double)n);
}

static void note_extremes(struct stat_summary *t, double min, double max)
{
	if (!(t->min <= min))
		t->min = min;
	if (!(t->max >= max))
		t->max = max;
}

/* A vector at a time, as a processor that has such moves them. */
static VECTOR_INLINE void load_lanes(struct lanes *l, const struct stat_sums *s)
{
	for (size_t k = 0; k < 2; k++) {
		memcpy(&l->l1[k], s->l1 + 4 * k, sizeof(l->l1[k]));
		memcpy(&l->squares[k], s->squares + 4 * k, sizeof(f64x4));
	}
}

static VECTOR_INLINE void store_lanes(
	struct stat_sums *s, const struct lanes *l)
{
	for (size_t k = 0; k < 2; k++) {
		memcpy(s->l1 + 4 * k, &l->l1[k], sizeof(l->l1[k]));
		memcpy(s->squares + 4 * k, &l->squares[k], sizeof(f64x4));
	}
}

/* Of finite numbers no sum of magnitudes is NaN. */
static bool has_nan(const struct lanes *l)
{
	bool ret = false;

	for (size_t k = 0; k < STAT_NLANE; k++)
		ret |= isnan(l->l1[k / 4][k % 4]);
	return ret;
}

/* The smaller and the larger of A and B, lane by lane. */
#define MIN(a, b) VECTOR_CHOOSE(__typeof__((a) < (b)), (a) < (b), a, b)
#define MAX(a, b) VECTOR_CHOOSE(__typeof__((a) < (b)), (a) > (b), a, b)

/* In one instruction, of which GCC 12 makes three where it converts vectors. */
#define WIDEN(x)                                                 \
	((f64x4){(double)(x)[0], (double)(x)[1], (double)(x)[2], \
		(double)(x)[3]})

/*
 * Up to BLOCK numbers, STAT_NLANE or a multiple, of which no float may be NaN,
 * nor the largest far from 1 or infinite; false if so, with nothing done.  HALF
 * is a vector of four numbers, of two of which SMALLER and LARGER are, and U of
 * the bits of NLANE. SIGN is the bit of the sign, 0 of integers, which have no
 * sign of zero, but perhaps another zero.
 */
#define DEFINE_BLOCK(NAME, U, NLANE, HALF, SMALLER, LARGER, T, SIGN)         \
	VECTOR_CLONES static bool NAME(                                      \
		struct stat_sums *s, const unsigned char *p, size_t n)       \
	{                                                                    \
		const U zero = (U){0} + (__typeof__(SIGN))s->zero;           \
		U zeros = {0}, negzeros = {0};                               \
		HALF min, max;                                               \
		double top = 0;                                              \
		struct lanes l;                                              \
                                                                             \
		load_lanes(&l, s);                                           \
		memcpy(&min, p, sizeof(min));                                \
		max = min;                                                   \
		for (size_t i = 0; i < n; i += STAT_NLANE) {                 \
			for (size_t k = 0; k < STAT_NLANE; k += NLANE) {     \
				U bits;                                      \
                                                                             \
				memcpy(&bits, p + (i + k) * sizeof(T),       \
					sizeof(bits));                       \
				zeros -= (U)((bits & (SIGN - 1)) == zero);   \
				if (SIGN)                                    \
					negzeros -= (U)(bits == SIGN);       \
			}                                                    \
			for (size_t k = 0; k < 2; k++) {                     \
				HALF x;                                      \
				f64x4 wide;                                  \
                                                                             \
				memcpy(&x, p + (i + 4 * k) * sizeof(T),      \
					sizeof(x));                          \
				min = (HALF)SMALLER(x, min);                 \
				max = (HALF)LARGER(x, max);                  \
				wide = WIDEN(x);                             \
				l.l1[k] += (f64x4)((u64x4)wide &             \
						   (UINT64_MAX >> 1));       \
				l.squares[k] += wide * wide;                 \
			}                                                    \
		}                                                            \
		for (size_t k = 0; k < 4; k++) {                             \
			double low = -(double)min[k], high = (double)max[k]; \
                                                                             \
			top = low > top ? low : top;                         \
			top = high > top ? high : top;                       \
		}                                                            \
		if (!is_plain(top) || has_nan(&l))                           \
			return false;                                        \
		store_lanes(s, &l);                                          \
		for (size_t k = 0; k < NLANE; k++) {                         \
			s->sum.zeros += s->has_zero ? zeros[k] : 0;          \
			s->sum.negzeros += negzeros[k];                      \
		}                                                            \
		for (size_t k = 0; k < 4; k++)                               \
			note_extremes(                                       \
				&s->sum, (double)min[k], (double)max[k]);    \
		return true;                                                 \
	}

DEFINE_BLOCK(block_f32, u32x8, 8, f32x4, vector_min_f32, vector_max_f32, float,
	UINT32_C(0x80000000))
DEFINE_BLOCK(block_f64, u64x4, 4, f64x4, MIN, MAX, double,
	UINT64_C(0x8000000000000000))
DEFINE_BLOCK(block_i32, u32x8, 8, i32x4, MIN, MAX, int32_t, UINT32_C(0))
DEFINE_BLOCK(block_u32, u32x8, 8, u32x4, MIN, MAX, uint32_t, UINT32_C(0))
DEFINE_BLOCK(block_i64, u64x4, 4, i64x4, MIN, MAX, int64_t, UINT64_C(0))
DEFINE_BLOCK(block_u64, u64x4, 4, u64x4, MIN, MAX, uint64_t, UINT64_C(0))

/* As floats, which are in memory the processor's own. */
VECTOR_CLONES
static void widen_bf16(uint32_t *to, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i += 8) {
		u16x8 x;
		u32x8 wide;

		memcpy(&x, p + i * sizeof(x[0]), sizeof(x));
		wide = __builtin_convertvector(x, u32x8) << 16;
		memcpy(to + i, &wide, sizeof(wide));
	}
}

static bool block_bf16(struct stat_sums *s, const unsigned char *p, size_t n)
{
	uint32_t wide[BLOCK];

	widen_bf16(wide, p, n);
	return block_f32(s, (const unsigned char *)wide, n);
}

/* --- floats, and their upper halves --------------------------------------- */

#define SIGN UINT32_C(0x80000000)
#define INFINITE UINT32_C(0x7f800000)

/* What bits of floats a block has, those of bfloat16 with 16 zeros behind. */
struct bits {
	uint32_t least; /* magnitude */
	uint32_t most;
	int32_t most_signed;
};

/* Of N numbers of WIDTH bits, unsigned U and signed S. */
#define DEFINE_BITS(WIDTH, U, S)                                               \
	VECTOR_CLONES                                                          \
	static void bits##WIDTH(                                               \
		struct bits *ret, const unsigned char *p, size_t n)            \
	{                                                                      \
		U twice = (U)-1, most = 0;                                     \
		S most_signed = (S)((U)1 << ((WIDTH)-1));                      \
                                                                               \
		for (size_t i = 0; i < n; i++) {                               \
			U x, y;                                                \
                                                                               \
			memcpy(&x, p + i * sizeof(x), sizeof(x));              \
			y = (U)(x << 1);                                       \
			twice = y < twice ? y : twice;                         \
			most = x > most ? x : most;                            \
			most_signed = (S)x > most_signed ? (S)x : most_signed; \
		}                                                              \
		ret->least = (uint32_t)twice << (32 - (WIDTH)) >> 1;           \
		ret->most = (uint32_t)most << (32 - (WIDTH));                  \
		ret->most_signed =                                             \
			(int32_t)((uint32_t)(U)most_signed << (32 - (WIDTH))); \
	}

/* So many of BLOCK or fewer are X. */
#define DEFINE_COUNT(WIDTH, U)                                            \
	VECTOR_CLONES                                                     \
	static size_t count##WIDTH(const unsigned char *p, size_t n, U x) \
	{                                                                 \
		U ret = 0;                                                \
                                                                          \
		for (size_t i = 0; i < n; i++) {                          \
			U y;                                              \
                                                                          \
			memcpy(&y, p + i * sizeof(y), sizeof(y));         \
			ret = (U)(ret + (x == y));                        \
		}                                                         \
		return ret;                                               \
	}

/* What P points to is there: */
/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
DEFINE_BITS(16, uint16_t, int16_t)
DEFINE_BITS(32, uint32_t, int32_t)
DEFINE_COUNT(16, uint16_t)
DEFINE_COUNT(32, uint32_t)

VECTOR_CLONES
static void sum32(struct stat_sums *s, const unsigned char *p, size_t n)
{
	struct lanes l;

	load_lanes(&l, s);
	for (size_t i = 0; i < n; i += STAT_NLANE) {
		for (size_t k = 0; k < 2; k++) {
			f32x4 x;
			f64x4 wide;

			memcpy(&x, p + (i + 4 * k) * sizeof(x[0]), sizeof(x));
			wide = WIDEN(x);
			l.l1[k] += (f64x4)((u64x4)wide & (UINT64_MAX >> 1));
			l.squares[k] += wide * wide;
		}
	}
	store_lanes(s, &l);
}

/* Sums of even and of odd elements, which halves of words of 32 bits are. */
VECTOR_CLONES
static void sum16(struct stat_sums *s, const unsigned char *p, size_t n)
{
	f64x4 l1[2], squares[2];

	for (size_t k = 0; k < STAT_NLANE; k++) {
		l1[k % 2][k / 2] = s->l1[k];
		squares[k % 2][k / 2] = s->squares[k];
	}
	for (size_t i = 0; i < n; i += STAT_NLANE) {
		u32x4 pair, half[2];

		memcpy(&pair, p + i * sizeof(uint16_t), sizeof(pair));
		half[le_is_host()] = pair & ~SIGN & ~UINT32_C(0xffff);
		half[!le_is_host()] = pair << 16 & ~SIGN;
		for (size_t k = 0; k < 2; k++) {
			f64x4 wide = WIDEN((f32x4)half[k]);

			l1[k] += wide;
			squares[k] += wide * wide;
		}
	}
	for (size_t k = 0; k < STAT_NLANE; k++) {
		s->l1[k] = l1[k % 2][k / 2];
		s->squares[k] = squares[k % 2][k / 2];
	}
}

static double float_value(uint32_t bits)
{
	float ret;

	memcpy(&ret, &bits, sizeof(ret));
	return (double)ret;
}

/*
 * As DEFINE_BLOCK has it, of N numbers at P, whose sums those at SUMMED are:
 * the same, but NMORE zeros for numbers that are not summed.  Blocks with both
 * zeros, one of them the smallest or the largest number, are left to others.
 */
#define DEFINE_FINITE(WIDTH)                                                   \
	static bool finite##WIDTH(struct stat_sums *s, const unsigned char *p, \
		const unsigned char *summed, size_t n, size_t nmore)           \
	{                                                                      \
		size_t zeros = 0, negzeros = 0;                                \
		uint32_t min, max;                                             \
		struct bits b;                                                 \
                                                                               \
		bits##WIDTH(&b, p, n);                                         \
		min = b.most >= SIGN ? b.most : b.least;                       \
		max = b.most_signed < 0 ? b.least | SIGN                       \
					: (uint32_t)b.most_signed;             \
		if ((min & ~SIGN) >= INFINITE || (max & ~SIGN) >= INFINITE)    \
			return false;                                          \
		if (b.least == 0) {                                            \
			zeros = count##WIDTH(summed, n, 0) - nmore;            \
			negzeros = count##WIDTH(                               \
				summed, n, SIGN >> (32 - (WIDTH)));            \
		}                                                              \
		if (zeros && negzeros && ((min << 1) == 0 || (max << 1) == 0)) \
			return false;                                          \
		sum##WIDTH(s, summed, n);                                      \
		s->sum.zeros += zeros + negzeros;                              \
		s->sum.negzeros += negzeros;                                   \
		note_extremes(&s->sum, float_value(min), float_value(max));    \
		return true;                                                   \
	}

DEFINE_FINITE(16)
DEFINE_FINITE(32)

/*
 * Copies of P[0..N): in FILLED one of its numbers stands for what is none, or
 * infinite, in SUMMED zero does.  Returns how many are.
 */
#define DEFINE_FILL(WIDTH, U)                                                 \
	VECTOR_CLONES                                                         \
	static size_t fill##WIDTH(                                            \
		const unsigned char *p, size_t n, U *filled, U *summed)       \
	{                                                                     \
		const U top = INFINITE >> (32 - (WIDTH)),                     \
			rest = ~SIGN >> (32 - (WIDTH));                       \
		U nodd = 0, other = 0;                                        \
                                                                              \
		for (size_t i = 0; i < n; i++) {                              \
			memcpy(&other, p + i * sizeof(other), sizeof(other)); \
			if ((other & rest) < top)                             \
				break;                                        \
		}                                                             \
		for (size_t i = 0; i < n; i++) {                              \
			U x, odd;                                             \
                                                                              \
			memcpy(&x, p + i * sizeof(x), sizeof(x));             \
			odd = (U)((x & rest) >= top ? -1 : 0);                \
			filled[i] = (U)((x & ~odd) | (other & odd));          \
			summed[i] = (U)(x & ~odd);                            \
			nodd = (U)(nodd - odd);                               \
		}                                                             \
		return nodd;                                                  \
	}

DEFINE_FILL(16, uint16_t)
DEFINE_FILL(32, uint32_t)

/* N times X, which is infinite, in those of LANES, a bit each. */
static void add_infinite(
	struct stat_sums *s, unsigned lanes, size_t n, double x)
{
	for (size_t k = 0; k < STAT_NLANE; k++) {
		if (!(lanes >> k & 1))
			continue;
		s->l1[k] += (double)INFINITY;
		s->large[k] += (double)INFINITY;
	}
	s->sum.inf += n;
	note_extremes(&s->sum, x, x);
}

/* Takes those of P[0..N) that are BITS, X.  Returns how many. */
#define DEFINE_INFINITE(WIDTH, U)                                          \
	static size_t infinite##WIDTH(struct stat_sums *s,                 \
		const unsigned char *p, size_t n, uint32_t bits, double x) \
	{                                                                  \
		const U mine = (U)(bits >> (32 - (WIDTH)));                \
		size_t ret = count##WIDTH(p, n, mine);                     \
		unsigned lanes = 0, all = (1u << STAT_NLANE) - 1;          \
                                                                           \
		for (size_t i = 0; ret && i < n && lanes != all; i++) {    \
			U y;                                               \
                                                                           \
			memcpy(&y, p + i * sizeof(y), sizeof(y));          \
			lanes |= (unsigned)(y == mine) << i % STAT_NLANE;  \
		}                                                          \
		if (ret)                                                   \
			add_infinite(s, lanes, ret, x);                    \
		return ret;                                                \
	}

DEFINE_INFINITE(16, uint16_t)
DEFINE_INFINITE(32, uint32_t)

/* As finite floats, then what is not finite. */
#define DEFINE_FLOATS(WIDTH, U, OTHER)                                        \
	static bool odd##WIDTH(                                               \
		struct stat_sums *s, const unsigned char *p, size_t n)        \
	{                                                                     \
		U filled[BLOCK], summed[BLOCK];                               \
		size_t nodd = fill##WIDTH(p, n, filled, summed);              \
                                                                              \
		if (nodd == 0)                                                \
			return OTHER(s, p, n);                                \
		if (nodd < n && !finite##WIDTH(s, (unsigned char *)filled,    \
					(unsigned char *)summed, n, nodd))    \
			return false;                                         \
		nodd -= infinite##WIDTH(s, p, n, INFINITE, (double)INFINITY); \
		nodd -= infinite##WIDTH(                                      \
			s, p, n, INFINITE | SIGN, -(double)INFINITY);         \
		s->sum.nan += nodd;                                           \
		return true;                                                  \
	}                                                                     \
	static bool float##WIDTH(                                             \
		struct stat_sums *s, const unsigned char *p, size_t n)        \
	{                                                                     \
		return finite##WIDTH(s, p, p, n, 0) || odd##WIDTH(s, p, n);   \
	}

DEFINE_FLOATS(16, uint16_t, block_bf16)
DEFINE_FLOATS(32, uint32_t, block_f32)

/*
 * Numbers of half precision as floats, whose exponent begins 112 below; what is
 * less than a normal one is so many of the smallest, and so, with the exponent
 * of the least normal one before it, more than that.
 */
VECTOR_CLONES
static void widen_f16(uint32_t *to, const unsigned char *p, size_t n)
{
	const int32_t up = 112 << 23, least = 113 << 23;

	for (size_t i = 0; i < n; i += 8) {
		u16x8 x;
		i32x8 wide, size, tiny;

		memcpy(&x, p + i * sizeof(x[0]), sizeof(x));
		wide = __builtin_convertvector(x, i32x8);
		size = (wide & 0x7fff) << 13;
		tiny = (i32x8)((f32x8)(size + least) - 0x1p-14F);
		size = VECTOR_CHOOSE(i32x8, size < 0x400 << 13, tiny,
			size + up + ((size >= 0x7c00 << 13) & up));
		size |= (i32x8)((u32x8)wide << 16 & SIGN);
		memcpy(to + i, &size, sizeof(size));
	}
}

static bool float_f16(struct stat_sums *s, const unsigned char *p, size_t n)
{
	uint32_t wide[BLOCK];

	widen_f16(wide, p, n);
	return float32(s, (const unsigned char *)wide, n);
}

/* Integers of 16 bits, T, as WIDER has them of 32. */
#define DEFINE_NARROW(NAME, T, WIDER)                                  \
	VECTOR_CLONES                                                  \
	static void widen_##NAME(                                      \
		uint32_t *to, const unsigned char *p, size_t n)        \
	{                                                              \
		for (size_t i = 0; i < n; i++) {                       \
			T x;                                           \
                                                                       \
			memcpy(&x, p + i * sizeof(x), sizeof(x));      \
			to[i] = (uint32_t)x;                           \
		}                                                      \
	}                                                              \
	static bool block_##NAME(                                      \
		struct stat_sums *s, const unsigned char *p, size_t n) \
	{                                                              \
		const uint64_t zero = s->zero;                         \
		uint32_t wide[BLOCK];                                  \
		bool ret;                                              \
                                                                       \
		widen_##NAME(wide, p, n);                              \
		s->zero = (uint64_t)(T)zero & UINT32_MAX;              \
		ret = WIDER(s, (const unsigned char *)wide, n);        \
		s->zero = zero;                                        \
		return ret;                                            \
	}

DEFINE_NARROW(i16, int16_t, block_i32)
DEFINE_NARROW(u16, uint16_t, block_u32)

static bool (*const block[TENSOR_NDTYPE])(
	struct stat_sums *s, const unsigned char *p, size_t n) = {
	[TENSOR_F16] = float_f16,
	[TENSOR_BF16] = float16,
	[TENSOR_F32] = float32,
	[TENSOR_F64] = block_f64,
	[TENSOR_I16] = block_i16,
	[TENSOR_U16] = block_u16,
	[TENSOR_I32] = block_i32,
	[TENSOR_U32] = block_u32,
	[TENSOR_I64] = block_i64,
	[TENSOR_U64] = block_u64,
};

/* Whether the elements of S lie as this processor has them. */
static bool is_native(const struct tensor_span *s)
{
	return s->big_endian != le_is_host();
}

/* N elements of WIDTH bytes, in their own order of bytes. */
static bool add_block(
	struct stat_sums *s, const unsigned char *p, size_t n, size_t width)
{
	unsigned char swapped[BLOCK * sizeof(uint64_t)];

	if (is_native(s->span))
		return block[s->span->dtype](s, p, n);
	memcpy(swapped, p, n * width);
	select_swap(swapped, n, width);
	return block[s->span->dtype](s, swapped, n);
}

void stat_sums_add(struct stat_sums *s, const unsigned char *p, size_t n)
{
	const struct tensor_span *span = s->span;
	const size_t width = tensor_dtype_info[span->dtype].nbytes;

	for (size_t at = 0; at < n; at += BLOCK) {
		size_t end = n - at < BLOCK ? n : at + BLOCK, i = at;
		size_t whole = (end - at) / STAT_NLANE * STAT_NLANE;

		if (block[span->dtype] && whole &&
			add_block(s, p + at * width, whole, width))
			i += whole;
		for (; i < end; i++)
			add_value(s, i, bits_at(span, p, i), 1);
	}
}

/* --- codes --------------------------------------------------------------- */

void stat_codes_count(uint32_t *codes, const unsigned char *p, size_t n)
{
	uint32_t *a = codes, *b = a + STAT_NCODE, *c = b + STAT_NCODE,
		 *e = c + STAT_NCODE;
	size_t i = 0;

	/* Tables in turn, so that equal neighbours need not wait. */
	for (; i + 4 <= n; i += 4) {
		a[p[i]]++;
		b[p[i + 1]]++;
		c[p[i + 2]]++;
		e[p[i + 3]]++;
	}
	for (; i < n; i++)
		a[p[i]]++;
}

void stat_codes_take(uint64_t *total, uint32_t *codes)
{
	for (size_t i = 0; i < STAT_NTABLE * STAT_NCODE; i++)
		total[i % STAT_NCODE] += codes[i];
	memset(codes, 0, STAT_NTABLE * STAT_NCODE * sizeof(*codes));
}

void stat_codes_sums(struct stat_sums *s, uint64_t *total)
{
	for (size_t i = 0; i < STAT_NCODE; i++) {
		if (total[i])
			add_value(s, 0, i, total[i]);
		total[i] = 0;
	}
}

/* --- ends ---------------------------------------------------------------- */

void stat_sums_finish(struct stat_sums *s)
{
	for (size_t k = 0; k < STAT_NLANE; k++) {
		s->sum.l1 += s->l1[k];
		s->sum.squares += s->squares[k];
		s->sum.large += s->large[k];
		s->sum.small += s->small[k];
		s->l1[k] = s->squares[k] = s->large[k] = s->small[k] = 0;
	}
}

void stat_summary_add(struct stat_summary *sum, const struct stat_summary *st)
{
	sum->zeros += st->zeros;
	sum->negzeros += st->negzeros;
	sum->nan += st->nan;
	sum->inf += st->inf;
	if (!isnan(st->min) && !(sum->min <= st->min))
		sum->min = st->min;
	if (!isnan(st->max) && !(sum->max >= st->max))
		sum->max = st->max;
	sum->l1 += st->l1;
	sum->squares += st->squares;
	sum->large += st->large;
	sum->small += st->small;
}

double stat_l2(const struct stat_summary *st)
{
	if (st->large != 0)
		return sqrt(st->large + st->squares / UNIT / UNIT) * UNIT;
	if (st->squares != 0)
		return sqrt(st->squares + st->small / UNIT / UNIT);
	return sqrt(st->small) / UNIT;
}
