/* SPDX-License-Identifier: MIT */
/*
 * The loops over weights.  Each comes as a plain loop, right for every format
 * and every option, and for the common case (native keys, nothing pruned
 * before) as one that the compiler specialises by width and byte order.
 */
#include "prune/kernel.h"

#include <string.h>

#include "base/le.h"

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

size_t prune_find(const struct prune_view *v, const unsigned char *p,
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
	return x->in_tie ? prune_find(v, r->p, i, r->n, 0, x->key)
			 : prune_find(v, r->p, i, r->n, x->shift, x->prefix);
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
