/* SPDX-License-Identifier: MIT */
/*
 * The loops over weights: their values as integers, the looks that decide, and
 * the writing of a decision.
 */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/le.h"
#include "prune/prune_impl.h"

/* --- formats ------------------------------------------------------------- */

/*
 * Float formats as integers.
 */

#define F64_MANTISSA 52
#define F64_BIAS 1023
#define F64_INF UINT64_C(0x7ff0000000000000)

/* E4M3 is the "fn" kind: no infinity, one NaN.  OCP 8-bit formats, 2023. */
static const struct prune_format formats[TENSOR_NDTYPE] = {
	[TENSOR_F8_E4M3] = {1, 7, 3, 7, 0x7e, false},
	[TENSOR_F8_E5M2] = {1, 7, 2, 15, 0x7c, true},
	[TENSOR_F16] = {2, 15, 10, 15, 0x7c00, true},
	[TENSOR_BF16] = {2, 15, 7, 127, 0x7f80, true},
	[TENSOR_F32] = {4, 31, 23, 127, 0x7f800000, true},
	[TENSOR_F64] = {8, 63, F64_MANTISSA, F64_BIAS, F64_INF, true},
};

const struct prune_format *prune_format(enum tensor_dtype dtype)
{
	return formats[dtype].nbytes ? &formats[dtype] : NULL;
}

double prune_value(const struct prune_format *f, uint64_t key)
{
	uint64_t exponent = key >> f->mantissa_nbits;
	uint64_t mantissa = key & ((UINT64_C(1) << f->mantissa_nbits) - 1);
	double x;

	if (key > f->key_max)
		return (double)NAN;
	if (key == f->key_max && f->has_inf)
		return (double)INFINITY;
	if (f->key_nbits == 63) {
		memcpy(&x, &key, sizeof(x));
		return x;
	}
	if (exponent == 0)
		return ldexp(
			(double)mantissa, 1 - f->bias - (int)f->mantissa_nbits);
	key = (exponent + F64_BIAS - (uint64_t)f->bias) << F64_MANTISSA |
	      mantissa << (F64_MANTISSA - f->mantissa_nbits);
	memcpy(&x, &key, sizeof(x));
	return x;
}

uint64_t prune_double_key(double magnitude)
{
	uint64_t key;

	memcpy(&key, &magnitude, sizeof(key));
	return key & (UINT64_MAX >> 1);
}

uint64_t prune_wide_key(const struct prune_format *f, uint64_t key)
{
	if (key > f->key_max)
		return F64_INF + (key - f->key_max);
	return f->key_nbits == 63 ? key : prune_double_key(prune_value(f, key));
}

uint64_t prune_narrow_key(const struct prune_format *f, uint64_t wide)
{
	uint64_t lo = 0, hi = f->key_max + 1;
	uint64_t end = UINT64_C(1) << f->key_nbits;

	if (wide > F64_INF)
		return wide - F64_INF < end - f->key_max
			       ? f->key_max + (wide - F64_INF)
			       : end;
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		if (prune_wide_key(f, mid) < wide)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* --- looking ------------------------------------------------------------- */

/*
 * The loops over weights.  Each comes as a plain loop, right for every format
 * and every option, and for the common case (native keys, nothing pruned
 * before) as one that the compiler specialises by width and byte order.
 */

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* What prev has pruned already; above every key. */
#define GONE UINT64_MAX

static ALWAYS_INLINE uint64_t load(
	const unsigned char *p, size_t i, unsigned nbytes, bool big)
{
	switch (nbytes) {
	case 1: return p[i];
	case 2: {
		uint16_t x = le_load16(p + 2 * i);
		return big ? __builtin_bswap16(x) : x;
	}
	case 4: {
		uint32_t x = le_load32(p + 4 * i);
		return big ? __builtin_bswap32(x) : x;
	}
	default: {
		uint64_t x = le_load64(p + 8 * i);
		return big ? __builtin_bswap64(x) : x;
	}
	}
}

bool prune_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

uint64_t prune_c_index(const struct tensor_span *s, uint64_t at)
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

/*
 * A bijection of 64 bits (D. Stafford's variant 13, as in splitmix64).
 */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

void prune_view_init(struct prune_view *v, const struct tensor_span *span,
	enum prune_ties ties, uint64_t seed)
{
	*v = (struct prune_view){
		.span = span,
		.format = prune_format(span->dtype),
		.ties = ties,
		.tie_salt = mix(hash_name(span->name) + mix(seed)),
	};
}

/* Unique within a tensor, so that an order by (key, tie) is total. */
uint64_t prune_tie(const struct prune_view *v, uint64_t at)
{
	uint64_t c = prune_c_index(v->span, at);

	switch (v->ties) {
	case PRUNE_TIES_FIRST: return c;
	case PRUNE_TIES_LAST: return ~c;
	case PRUNE_TIES_HASH:
	case PRUNE_TIES_KEEP:
	case PRUNE_TIES_DROP: break;
	}
	return mix(c ^ v->tie_salt);
}

uint64_t prune_key_at(
	const struct prune_view *v, const unsigned char *p, size_t i)
{
	const struct prune_format *f = v->format;

	return load(p, i, f->nbytes, v->span->big_endian) &
	       ((UINT64_C(1) << f->key_nbits) - 1);
}

static uint64_t key_of(
	const struct prune_view *v, const struct prune_run *r, size_t i)
{
	uint64_t key;

	if (r->prev && !prune_bit(r->prev, i))
		return GONE;
	key = prune_key_at(v, r->p, i);
	if (v->nan == PRUNE_NAN_ZERO && key > v->format->key_max)
		return 0;
	return v->wide ? prune_wide_key(v->format, key) : key;
}

static uint64_t above(uint64_t x, unsigned shift)
{
	return shift < 64 ? x >> shift : 0;
}

/* The value that X's digits are taken from; false if it does not match. */
static bool match(const struct prune_view *v, const struct prune_run *r,
	size_t i, const struct prune_prefix *x, uint64_t *ret)
{
	uint64_t key = key_of(v, r, i);

	if (key == GONE || (x->in_tie && key != x->key))
		return false;
	*ret = x->in_tie ? prune_tie(v, r->first + i) : key;
	return above(*ret, x->shift) == x->prefix;
}

unsigned prune_digit_nbits(const struct prune_prefix *x)
{
	return x->shift < PRUNE_DIGIT_NBITS ? x->shift : PRUNE_DIGIT_NBITS;
}

static ALWAYS_INLINE void count_width(const struct prune_run *r,
	unsigned nbytes, unsigned key_nbits, bool big,
	const struct prune_prefix *x, uint32_t *hist)
{
	const unsigned char *p = r->p;
	unsigned digit_nbits = prune_digit_nbits(x);
	unsigned low = x->shift - digit_nbits, high = x->shift;
	uint64_t key_mask = (UINT64_C(1) << key_nbits) - 1;
	uint64_t digit_mask = (UINT64_C(1) << digit_nbits) - 1;
	uint64_t prefix = x->prefix;

	if (high == key_nbits) {
		size_t i = 0;
		/* Four loads in flight; the stores then find them done. */
		for (; i + 4 <= r->n; i += 4) {
			uint64_t a = load(p, i, nbytes, big) & key_mask;
			uint64_t b = load(p, i + 1, nbytes, big) & key_mask;
			uint64_t c = load(p, i + 2, nbytes, big) & key_mask;
			uint64_t e = load(p, i + 3, nbytes, big) & key_mask;
			hist[a >> low]++;
			hist[b >> low]++;
			hist[c >> low]++;
			hist[e >> low]++;
		}
		for (; i < r->n; i++)
			hist[(load(p, i, nbytes, big) & key_mask) >> low]++;
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		uint64_t key = load(p, i, nbytes, big) & key_mask;
		if (key >> high == prefix)
			hist[key >> low & digit_mask]++;
	}
}

static void count_fast(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist)
{
	switch (v->format->nbytes | (unsigned)v->span->big_endian << 4) {
	case 0x01:
	case 0x11: count_width(r, 1, 7, false, x, hist); break;
	case 0x02: count_width(r, 2, 15, false, x, hist); break;
	case 0x12: count_width(r, 2, 15, true, x, hist); break;
	case 0x04: count_width(r, 4, 31, false, x, hist); break;
	case 0x14: count_width(r, 4, 31, true, x, hist); break;
	case 0x08: count_width(r, 8, 63, false, x, hist); break;
	case 0x18: count_width(r, 8, 63, true, x, hist); break;
	}
}

/* Keys can be taken from the bits alone. */
static bool is_plain(const struct prune_view *v, const struct prune_run *r)
{
	return !r->prev && v->nan != PRUNE_NAN_ZERO;
}

void prune_count(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist)
{
	unsigned digit_nbits = prune_digit_nbits(x);
	unsigned low = x->shift - digit_nbits;
	uint64_t mask = (UINT64_C(1) << digit_nbits) - 1, value;

	if (!x->in_tie && !v->wide && is_plain(v, r)) {
		count_fast(v, r, x, hist);
		return;
	}
	for (size_t i = 0; i < r->n; i++)
		if (match(v, r, i, x, &value))
			hist[value >> low & mask]++;
}

/* Enough for a few vectors; what matches is rare. */
#define FIND_NELEM 64

/* Lanes as wide as the format: a vector holds more of them. */
#define DEFINE_ANY(BITS)                                                      \
	static ALWAYS_INLINE bool any##BITS(const unsigned char *p, bool big, \
		unsigned shift, uint64_t prefix64)                            \
	{                                                                     \
		const uint##BITS##_t prefix = (uint##BITS##_t)prefix64;       \
		uint##BITS##_t any = 0;                                       \
                                                                              \
		for (size_t i = 0; i < FIND_NELEM; i++) {                     \
			uint##BITS##_t x =                                    \
				le_load##BITS(p + i * ((BITS) / 8));          \
			x = (big ? __builtin_bswap##BITS(x) : x) &            \
			    INT##BITS##_MAX;                                  \
			x = (uint##BITS##_t)(x >> shift);                     \
			any = (uint##BITS##_t)(any | (x == prefix ? 1 : 0));  \
		}                                                             \
		return any;                                                   \
	}
DEFINE_ANY(16)
DEFINE_ANY(32)
DEFINE_ANY(64)

static ALWAYS_INLINE bool any_width(const unsigned char *p, unsigned nbytes,
	bool big, unsigned shift, uint64_t prefix)
{
	switch (nbytes) {
	case 2: return any16(p, big, shift, prefix);
	case 4: return any32(p, big, shift, prefix);
	case 8: return any64(p, big, shift, prefix);
	}
	return true;
}

static ALWAYS_INLINE size_t find_width(const unsigned char *p, size_t begin,
	size_t end, unsigned nbytes, unsigned key_nbits, bool big,
	unsigned shift, uint64_t prefix)
{
	uint64_t mask = (UINT64_C(1) << key_nbits) - 1;

	while (begin < end) {
		size_t stop =
			end - begin < FIND_NELEM ? end : begin + FIND_NELEM;
		if (stop == end || any_width(p + begin * nbytes, nbytes, big,
					   shift, prefix))
			for (; begin < stop; begin++)
				if ((load(p, begin, nbytes, big) & mask) >>
						shift ==
					prefix)
					return begin;
		begin = stop;
	}
	return end;
}

/*
 * The first element of P[begin, end) whose native key shifted right by SHIFT
 * is PREFIX; END if there is none.
 */
static size_t find(const struct prune_view *v, const unsigned char *p,
	size_t begin, size_t end, unsigned shift, uint64_t prefix)
{
	switch (v->format->nbytes | (unsigned)v->span->big_endian << 4) {
	case 0x02:
		return find_width(p, begin, end, 2, 15, false, shift, prefix);
	case 0x12: return find_width(p, begin, end, 2, 15, true, shift, prefix);
	case 0x04:
		return find_width(p, begin, end, 4, 31, false, shift, prefix);
	case 0x14: return find_width(p, begin, end, 4, 31, true, shift, prefix);
	case 0x08:
		return find_width(p, begin, end, 8, 63, false, shift, prefix);
	case 0x18: return find_width(p, begin, end, 8, 63, true, shift, prefix);
	}
	return find_width(p, begin, end, 1, 7, false, shift, prefix);
}

/* The next element from I on that may match X: all that cannot are skipped. */
static size_t candidate(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, size_t i)
{
	if (v->wide || !is_plain(v, r))
		return i;
	return x->in_tie ? find(v, r->p, i, r->n, 0, x->key)
			 : find(v, r->p, i, r->n, x->shift, x->prefix);
}

uint64_t prune_match(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x)
{
	uint64_t n = 0, value;

	for (size_t i = candidate(v, r, x, 0); i < r->n;
		i = candidate(v, r, x, i + 1))
		n += match(v, r, i, x, &value);
	return n;
}

size_t prune_gather(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, size_t tensor, struct prune_cand *out,
	size_t max)
{
	size_t n = 0;
	uint64_t value;

	for (size_t i = candidate(v, r, x, 0); i < r->n && n < max;
		i = candidate(v, r, x, i + 1)) {
		if (!match(v, r, i, x, &value))
			continue;
		out[n].key = x->in_tie ? x->key : value;
		out[n].tie = x->in_tie ? value : prune_tie(v, r->first + i);
		out[n].tensor = tensor;
		n++;
	}
	return n;
}

/* --- deciding ------------------------------------------------------------ */

/*
 * Writing a decision into weights.  Blocks of the common formats go through a
 * loop that compilers turn into vector instructions; weights as large as the
 * cut are left alone there and settled afterwards by their tie.
 */

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Small enough for counters of 16 bits and for the first-level cache. */
#define BLOCK 512

/*
 * Compiled once more for processors with AVX2, for the dynamic linker to
 * choose; the results are the same.  Clang and sanitizers link it otherwise.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
	!defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&      \
	!defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("default", "avx2")))
#else
#define CLONES
#endif

static void note_nan(
	struct prune_result *ret, const struct prune_run *r, size_t i)
{
	if (ret->nan++ == 0)
		ret->nan_at = r->first + i;
}

static bool cut_takes(const struct prune_view *v, struct prune_cut cut,
	uint64_t key, uint64_t at)
{
	if (key != cut.key)
		return key < cut.key;
	return cut.tie > 0 && prune_tie(v, at) < cut.tie;
}

/* Elements [begin, end) of R, one at a time, for every kind of view. */
static void apply_each(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, size_t begin, size_t end, uint8_t *keep,
	struct prune_result *ret)
{
	const struct prune_format *f = v->format;

	for (size_t i = begin; i < end; i++) {
		uint64_t key = prune_key_at(v, r->p, i);
		bool nan = key > f->key_max;
		bool gone = r->prev && !prune_bit(r->prev, i);

		if (nan)
			note_nan(ret, r, i);
		if (nan && v->nan == PRUNE_NAN_ZERO)
			key = 0;
		if (!gone && cut_takes(v, cut, key, r->first + i)) {
			gone = true;
			if (key > ret->pruned_max)
				ret->pruned_max = key;
		}
		ret->npruned += gone;
		if (keep && !gone)
			keep[i / 8] |= (uint8_t)(1u << (i % 8));
		if (gone || (key == 0 && (nan || !v->keep_negzero)))
			memset(r->p + i * f->nbytes, 0, f->nbytes);
	}
}

/* What a block's loop found; counts fit the lanes they are counted in. */
struct block {
	unsigned npruned, nequal;
	uint64_t key_max, pruned_max;
	uint8_t kept[BLOCK]; /* 1 or 0 per element */
};

/*
 * One block of BLOCK elements: zero what is below WRITE_CUT, count what is
 * below CUT.  Signed lanes: SSE2 compares no others.
 */
#define DEFINE_BLOCK(BITS)                                                   \
	static ALWAYS_INLINE void block##BITS(unsigned char *p, bool big,    \
		uint64_t cut64, uint64_t write_cut64, bool flags,            \
		struct block *b)                                             \
	{                                                                    \
		const int##BITS##_t cut = (int##BITS##_t)cut64;              \
		const int##BITS##_t write_cut = (int##BITS##_t)write_cut64;  \
		int##BITS##_t npruned = 0, nequal = 0, top = 0, low_top = 0; \
                                                                             \
		for (size_t i = 0; i < BLOCK; i++) {                         \
			uint##BITS##_t x =                                   \
				le_load##BITS(p + i * ((BITS) / 8));         \
			int##BITS##_t key = (int##BITS##_t)(                 \
				(big ? __builtin_bswap##BITS(x) : x) &       \
				INT##BITS##_MAX);                            \
			int##BITS##_t low = key < cut ? key : 0;             \
			npruned = (int##BITS##_t)(npruned + (key < cut));    \
			nequal = (int##BITS##_t)(nequal + (key == cut));     \
			top = key > top ? key : top;                         \
			low_top = low > low_top ? low : low_top;             \
			x = key < write_cut ? 0 : x;                         \
			le_store##BITS(p + i * ((BITS) / 8), x);             \
			if (flags)                                           \
				b->kept[i] = key >= cut;                     \
		}                                                            \
		b->npruned = (unsigned)npruned;                              \
		b->nequal = (unsigned)nequal;                                \
		b->key_max = (uint64_t)top;                                  \
		b->pruned_max = (uint64_t)low_top;                           \
	}
DEFINE_BLOCK(16)
DEFINE_BLOCK(32)
DEFINE_BLOCK(64)

/* The weights of a block that are as large as the cut. */
static void settle_equal(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, size_t begin, struct block *b)
{
	unsigned nbytes = v->format->nbytes;
	size_t end = begin + BLOCK;

	for (size_t i = begin;; i++) {
		i = find(v, r->p, i, end, 0, cut.key);
		if (i == end)
			break;
		if (prune_tie(v, r->first + i) >= cut.tie)
			continue;
		memset(r->p + i * nbytes, 0, nbytes);
		b->kept[i - begin] = 0;
		b->npruned++;
		if (cut.key > b->pruned_max)
			b->pruned_max = cut.key;
	}
}

/* Eight flags of 0 or 1 become a byte; the first is the lowest bit. */
static void pack(const uint8_t *flag, uint8_t *bits)
{
	for (size_t i = 0; i < BLOCK / 8; i++)
		bits[i] = (uint8_t)(le_load64(flag + 8 * i) *
					    UINT64_C(0x0102040810204080) >>
				    56);
}

static ALWAYS_INLINE void one_block(unsigned nbytes, unsigned char *p, bool big,
	uint64_t cut, uint64_t write_cut, bool flags, struct block *b)
{
	switch (nbytes) {
	case 2: block16(p, big, cut, write_cut, flags, b); break;
	case 4: block32(p, big, cut, write_cut, flags, b); break;
	case 8: block64(p, big, cut, write_cut, flags, b); break;
	}
}

/* All whole blocks of R.  Returns the number of elements done. */
static ALWAYS_INLINE size_t apply_blocks(const struct prune_view *v,
	const struct prune_run *r, struct prune_cut cut, uint8_t *keep,
	struct prune_result *ret, unsigned nbytes, bool big, bool flags)
{
	uint64_t least = v->keep_negzero ? 0 : 1;
	uint64_t write_cut = cut.key > least ? cut.key : least;
	struct block b;
	size_t i;

	for (i = 0; i + BLOCK <= r->n; i += BLOCK) {
		one_block(nbytes, r->p + i * nbytes, big, cut.key, write_cut,
			flags, &b);
		if (b.nequal && cut.tie)
			settle_equal(v, r, cut, i, &b);
		if (b.key_max > v->format->key_max)
			for (size_t j = i; j < i + BLOCK; j++)
				if (prune_key_at(v, r->p, j) >
					v->format->key_max)
					note_nan(ret, r, j);
		ret->npruned += b.npruned;
		if (b.pruned_max > ret->pruned_max)
			ret->pruned_max = b.pruned_max;
		if (flags)
			pack(b.kept, keep + i / 8);
	}
	return i;
}

CLONES
static size_t apply_width(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret)
{
	bool big = v->span->big_endian;

#define CASE(NBYTES)                                                        \
	case NBYTES:                                                        \
		if (big)                                                    \
			return apply_blocks(                                \
				v, r, cut, keep, ret, NBYTES, true, keep);  \
		if (keep)                                                   \
			return apply_blocks(                                \
				v, r, cut, keep, ret, NBYTES, false, true); \
		return apply_blocks(v, r, cut, keep, ret, NBYTES, false, false)

	switch (v->format->nbytes) {
		CASE(2);
		CASE(4);
		CASE(8);
	}
#undef CASE
	return 0;
}

void prune_apply(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret)
{
	const struct prune_format *f = v->format;
	/* Blocks do not look for NaN among what they prune. */
	bool fits = cut.key <= f->key_max;
	size_t done = 0;

	if (keep)
		memset(keep, 0, (r->n + 7) / 8);
	if (fits && !r->prev && v->nan != PRUNE_NAN_ZERO)
		done = apply_width(v, r, cut, keep, ret);
	apply_each(v, r, cut, done, r->n, keep, ret);
}
