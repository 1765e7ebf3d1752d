/* SPDX-License-Identifier: MIT */
/*
 * Bit strings of which N of every M bits are 1, spzip(5), section 7.5: what is
 * left of semi-structured pruning (2:4 and the like).  A group is its number
 * among the patterns that there are, and as many groups as fill a field well
 * are the digits of one number: 17 of 2:4 take 44 bits, 0.1 % above log2(6).
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "entropy/entropy.h"

#define HEAD_NBYTES 8
#define EXCEPTION_NBYTES 6
#define GROUP_MIN 2
#define GROUP_MAX 16
#define NPATTERN (1u << GROUP_MAX)
#define FIELD_MAX 64

/* How groups are numbered and joined. */
struct groups {
	unsigned ones, size; /* N of M */
	unsigned per_field, field_nbit;
	uint32_t npattern;
	uint16_t *pattern; /* by number */
	uint16_t *number;  /* by pattern; only to encode */
};

/* Groups of SIZE bits among COUNT. */
static size_t group_count(size_t count, unsigned size)
{
	return count / size + (count % size != 0);
}

/* Bits of the fields of N groups. */
static size_t fields_nbit(const struct groups *g, size_t n)
{
	return (n / g->per_field + (n % g->per_field != 0)) * g->field_nbit;
}

/* The SIZE bits from bit AT on of the COUNT there are; beyond are zeros. */
static unsigned group_at(
	const uint8_t *bits, size_t count, size_t at, unsigned size)
{
	size_t last = entropy_bits_nbytes(count) - 1;
	uint32_t x = bits[at / 8];

	x |= at / 8 + 1 <= last ? (uint32_t)bits[at / 8 + 1] << 8 : 0;
	x |= at / 8 + 2 <= last ? (uint32_t)bits[at / 8 + 2] << 16 : 0;
	return x >> (at & 7) & ((1u << size) - 1);
}

/* The largest number of N digits below C, or 0 if it is above 2^64 - 1. */
static uint64_t largest(uint64_t c, unsigned n)
{
	uint64_t x = 0;

	while (n--)
		if (__builtin_mul_overflow(x, c, &x) ||
			__builtin_add_overflow(x, c - 1, &x))
			return 0;
	return x;
}

/* The next larger number of as many ones as X, which is not 0. */
static uint32_t next_pattern(uint32_t x)
{
	uint32_t low = x & -x, up = x + low;

	return up | (x ^ up) / low >> 2;
}

/*
 * Numbers the patterns of G, whose ones and size are set.  Returns 0, or -1
 * when memory ran out.
 */
static int make_patterns(struct entropy_coder *c, struct groups *g)
{
	uint32_t end = 1u << g->size;
	uint16_t *p =
		buf_scratch(&c->context, 2 * (size_t)NPATTERN * sizeof(*p));

	if (!p)
		return -1;
	g->pattern = p;
	g->number = p + NPATTERN;
	g->npattern = 0;
	for (uint32_t x = (1u << g->ones) - 1; x < end; x = next_pattern(x)) {
		g->number[x] = (uint16_t)g->npattern;
		g->pattern[g->npattern++] = (uint16_t)x;
	}
	return 0;
}

/* Chooses the fields that lose least. */
static void choose_fields(struct groups *g)
{
	unsigned best = 1, best_nbit = FIELD_MAX;

	for (unsigned n = 1; n <= FIELD_MAX; n++) {
		uint64_t most = largest(g->npattern, n);
		unsigned nbit;

		if (most == 0)
			break;
		nbit = 64 - (unsigned)__builtin_clzll(most);
		if (n == 1 || nbit * best < best_nbit * n) {
			best = n;
			best_nbit = nbit;
		}
	}
	g->per_field = best;
	g->field_nbit = best_nbit;
}

/* --- encoding ------------------------------------------------------------- */

/* So many groups tell whether there may be any; so many may be others, in %. */
#define PROBE 256
#define OTHERS_MAX 5

/*
 * How many bits are 1 in most groups of SIZE bits, the first MOST of them; *N
 * counts the others.
 */
static unsigned common_ones(const uint8_t *bits, size_t count, unsigned size,
	size_t most, size_t *n)
{
	size_t ngroup = group_count(count, size), seen[GROUP_MAX + 1] = {0};
	unsigned best = 0;

	ngroup = ngroup < most ? ngroup : most;
	for (size_t i = 0; i < ngroup; i++)
		seen[__builtin_popcount(
			group_at(bits, count, i * size, size))]++;
	for (unsigned k = 1; k <= size; k++)
		best = seen[k] > seen[best] ? k : best;
	*n = ngroup - seen[best];
	return best;
}

/* Finds the groups of BITS, if it has any. */
static bool find_groups(
	struct groups *g, const uint8_t *bits, size_t count, size_t *nother)
{
	for (unsigned m = GROUP_MIN; m <= GROUP_MAX; m *= 2) {
		unsigned n = common_ones(bits, count, m, PROBE, nother);

		if (n == 0 || n == m || *nother * 100 > PROBE * OTHERS_MAX)
			continue;
		g->size = m;
		g->ones = common_ones(bits, count, m, SIZE_MAX, nother);
		if (g->ones && g->ones < m)
			return true;
	}
	return false;
}

struct fields {
	uint8_t *to;
	uint64_t acc;
	unsigned n;
};

static void put_field(struct fields *f, uint64_t x, unsigned nbit)
{
	for (unsigned k = 0; k < nbit; k += 32) {
		unsigned step = nbit - k < 32 ? nbit - k : 32;

		f->acc |= (x >> k & (((uint64_t)1 << step) - 1)) << f->n;
		for (f->n += step; f->n >= 8; f->n -= 8) {
			*f->to++ = (uint8_t)f->acc;
			f->acc >>= 8;
		}
	}
}

/* Writes exceptions to OTHER and fields to FIELD. */
static void put_groups(const struct groups *g, const uint8_t *bits,
	size_t count, uint8_t *other, uint8_t *field)
{
	size_t ngroup = group_count(count, g->size);
	struct fields f = {field, 0, 0};

	for (size_t i = 0; i < ngroup; i += g->per_field) {
		uint64_t x = 0, unit = 1;

		for (size_t k = i; k < i + g->per_field && k < ngroup; k++) {
			unsigned p =
				group_at(bits, count, k * g->size, g->size);

			if ((unsigned)__builtin_popcount(p) == g->ones) {
				x += g->number[p] * unit;
			} else {
				le_store32(other, (uint32_t)k);
				le_store16(other + 4, (uint16_t)p);
				other += EXCEPTION_NBYTES;
			}
			unit *= g->npattern;
		}
		put_field(&f, x, g->field_nbit);
	}
	if (f.n)
		*f.to = (uint8_t)f.acc;
}

int entropy_groups_put(struct entropy_coder *c, const uint8_t *bits,
	size_t count, size_t limit, struct buf *out)
{
	struct groups g;
	size_t nother, nfields, n;
	uint8_t *to;

	if (count < GROUP_MAX || !find_groups(&g, bits, count, &nother))
		return 0;
	if (make_patterns(c, &g))
		return -1;
	choose_fields(&g);
	nfields = entropy_bits_nbytes(
		fields_nbit(&g, group_count(count, g.size)));
	n = HEAD_NBYTES + nother * EXCEPTION_NBYTES + nfields;
	if (n >= limit)
		return 0;
	if (buf_reserve(out, n))
		return -1;
	to = (uint8_t *)out->data + out->len;
	to[0] = (uint8_t)g.ones;
	to[1] = (uint8_t)g.size;
	to[2] = (uint8_t)g.per_field;
	to[3] = (uint8_t)g.field_nbit;
	le_store32(to + 4, (uint32_t)nother);
	to += HEAD_NBYTES;
	put_groups(&g, bits, count, to, to + nother * EXCEPTION_NBYTES);
	out->len += n;
	return 1;
}

/* --- decoding ------------------------------------------------------------- */

static int malformed(struct diag *d)
{
	return diag_set(d, DIAG_DATA, "groups of a mask are malformed");
}

/* The NBIT bits from bit AT on of P, of N bytes. */
static uint64_t field_at(const uint8_t *p, size_t n, size_t at, unsigned nbit)
{
	uint8_t x[16] = {0};
	size_t have = n - at / 8;
	uint64_t low, high;

	memcpy(x, p + at / 8, have < sizeof(x) ? have : sizeof(x));
	low = le_load64(x) >> (at & 7);
	high = at & 7 ? le_load64(x + 8) << (64 - (at & 7)) : 0;
	return (low | high) &
	       (nbit < 64 ? ((uint64_t)1 << nbit) - 1 : UINT64_MAX);
}

/* Sets bits AT of BITS and after it as the pattern X says. */
static void set_group(uint8_t *bits, size_t at, unsigned x)
{
	for (; x; x &= x - 1) {
		size_t i = at + (size_t)__builtin_ctz(x);

		bits[i / 8] |= (uint8_t)(1u << (i & 7));
	}
}

/* True if group I of COUNT bits can have the pattern X. */
static bool is_within(
	const struct groups *g, size_t count, size_t i, unsigned x)
{
	size_t left = count - i * g->size;

	return x >> g->size == 0 && (left >= g->size || x >> left == 0);
}

/* Where the next exception is of those from OTHER to END. */
static size_t next_other(const uint8_t *other, const uint8_t *end)
{
	return other < end ? le_load32(other) : SIZE_MAX;
}

/* Sets BITS, zeros, as OTHER and the fields between it and END say. */
static int get_groups(const struct groups *g, const uint8_t *other,
	const uint8_t *field, const uint8_t *end, uint8_t *bits, size_t count)
{
	size_t ngroup = group_count(count, g->size), at = 0;
	size_t special = next_other(other, field);

	for (size_t i = 0; i < ngroup; i += g->per_field) {
		uint64_t x = field_at(
			field, (size_t)(end - field), at, g->field_nbit);

		at += g->field_nbit;
		for (size_t k = i; k < i + g->per_field && k < ngroup; k++) {
			unsigned number = (unsigned)(x % g->npattern);
			unsigned p = g->pattern[number];

			x /= g->npattern;
			if (k == special) {
				p = le_load16(other + 4);
				other += EXCEPTION_NBYTES;
				special = next_other(other, field);
				if (number || (unsigned)__builtin_popcount(p) ==
						      g->ones)
					return -1;
			}
			if (!is_within(g, count, k, p))
				return -1;
			set_group(bits, k * g->size, p);
		}
		if (x)
			return -1;
	}
	return special == SIZE_MAX ? 0 : -1;
}

int entropy_groups_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *bits, size_t count, struct diag *d)
{
	const uint8_t *end = in + nin;
	struct groups g;
	size_t nbit, nother;
	uint64_t most;

	if (nin < HEAD_NBYTES)
		return malformed(d);
	g = (struct groups){in[0], in[1], in[2], in[3], 0, NULL, NULL};
	nother = le_load32(in + 4);
	if (g.size < GROUP_MIN || g.size > GROUP_MAX || g.ones == 0 ||
		g.ones >= g.size || g.per_field == 0 || g.field_nbit == 0 ||
		g.field_nbit > FIELD_MAX)
		return malformed(d);
	nbit = fields_nbit(&g, group_count(count, g.size));
	if (nother > (nin - HEAD_NBYTES) / EXCEPTION_NBYTES ||
		nin != HEAD_NBYTES + nother * EXCEPTION_NBYTES +
				entropy_bits_nbytes(nbit))
		return malformed(d);
	if (make_patterns(c, &g))
		return diag_nomem(d, NPATTERN);
	most = largest(g.npattern, g.per_field);
	if (g.npattern == 0 || most == 0 ||
		(g.field_nbit < 64 && most >> g.field_nbit))
		return malformed(d);
	if (nbit % 8 && end[-1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	memset(bits, 0, entropy_bits_nbytes(count));
	in += HEAD_NBYTES;
	return get_groups(
		       &g, in, in + nother * EXCEPTION_NBYTES, end, bits, count)
		       ? malformed(d)
		       : 0;
}
