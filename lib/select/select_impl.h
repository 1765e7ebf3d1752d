/* SPDX-License-Identifier: MIT */
/* Inside of lib/select: what its files share, under the name of each. */
#ifndef SELECT_SELECT_IMPL_H
#define SELECT_SELECT_IMPL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "base/le.h"
#include "base/vector.h"
#include "select/select.h"

/* --- view.c -------------------------------------------------------------- */

/* Makes R, prepared, as it is in its file: select_prepare() backwards. */
void select_restore(const struct select_view *v, const struct select_run *r);

/* Eight flags, all ones or 0, become a byte; the first is the lowest bit. */
static inline uint8_t select_eight_bits(const uint8_t *flag)
{
	const uint64_t low = UINT64_C(0x0101010101010101);

	return (uint8_t)((le_load64(flag) & low) *
				 UINT64_C(0x0102040810204080) >>
			 56);
}

/* The same of sixteen, for which many processors have an instruction. */
static inline uint16_t select_16_bits(const uint8_t *flag)
{
#ifdef __SSE2__
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)flag);

	return (uint16_t)_mm_movemask_epi8(x);
#else
	return (uint16_t)(select_eight_bits(flag) | select_eight_bits(flag + 8)
							    << 8);
#endif
}

static inline uint64_t select_64_bits(const uint8_t *flag)
{
	uint64_t x = 0;

	for (unsigned i = 0; i < 64; i += 16)
		x |= (uint64_t)select_16_bits(flag + i) << i;
	return x;
}

/* Element I of P[], little-endian. */
static inline uint64_t select_load(
	const unsigned char *p, size_t i, unsigned nbytes)
{
	switch (nbytes) {
	case 1: return p[i];
	case 2: return le_load16(p + 2 * i);
	case 4: return le_load32(p + 4 * i);
	}
	return le_load64(p + 8 * i);
}

/* --- pick.c -------------------------------------------------------------- */

/*
 * What is number RANK (from 0) of X[0..END) in order, and is put there, none
 * before it larger and none after it smaller.  C. A. R. Hoare's FIND with
 * three-way partition, so that equal ones cost nothing.
 */
uint64_t select_nth(uint64_t *x, size_t end, size_t rank);

/* So many are halved faster than a sample of them is looked at. */
#define SELECT_NHALVE ((size_t)2048)

/*
 * Narrows a pick that has only been started down to one key of R, its one
 * tensor, prepared and without scores, at most SELECT_NHALVE; or finishes it.
 */
void select_pick_halve(struct select_pick *p, const struct select_view *v,
	const struct select_run *r);

/* --- guesses from samples, for files and in memory ------------------------ */

/* To gather so few is faster than to look through a digit's counts. */
#define SELECT_GATHER_MIN 4096

/*
 * How many of N weights, at most MAX, a sample is of: of m keys, those that are
 * looked at more closely then, about 3 N / sqrt(m), become less; measured on
 * 2^18 to 2^23 weights, the sum of both is flat about here.
 */
static inline size_t select_sample_size(size_t n, size_t max)
{
	double c = cbrt((double)n);

	return c * c < (double)max ? (size_t)(c * c) : max;
}

/* Three standard deviations of a place among N keys that come one by one. */
static inline double select_spread(double q, size_t n)
{
	return 3 * sqrt((double)n * q * (1 - q)) + 2;
}

/* Of N weights EXPECTED are so many that all others are counted with them. */
static inline bool select_is_much(uint64_t expected, uint64_t n)
{
	return expected > n / 16 + SELECT_GATHER_MIN / 4 || expected > n / 2;
}

/* A range of keys, and the share of a sample that is in it. */
struct select_bracket {
	uint64_t first, last;
	double inside;
};

/*
 * What is between two of the N keys of a sample, SPREAD of them before and
 * after the place that a share Q of all has there.  The order of KEY is used
 * up.  False if the sample does not reach so far.
 */
static inline bool select_bracket(uint64_t *key, size_t n, double q,
	double spread, struct select_bracket *b)
{
	double at = q * (double)n;
	size_t high = (size_t)(at + spread), ninside = 0;

	if (at - spread < 1 || at + spread > (double)n - 1)
		return false;
	b->last = select_nth(key, n, high);
	b->first = select_nth(key, high, (size_t)(at - spread));
	for (size_t i = 0; i < n; i++)
		ninside += key[i] >= b->first && key[i] <= b->last;
	b->inside = (double)ninside / (double)n;
	return true;
}

/* --- look.c -------------------------------------------------------------- */

/* Keys as wide as their format. */
struct select_lanes {
	const unsigned char *p;
	unsigned nbytes, key_nbits;
	size_t n;
};

/* So many lanes are looked at at once. */
#define SELECT_NFOUND ((size_t)1024)
/* Room behind those found that may be written to. */
#define SELECT_SLACK 6

/* Writes to AT where the lowest COUNT bits of *X are, and takes them out. */
static VECTOR_INLINE void select_lowest(
	uint64_t *x, unsigned count, uint32_t begin, uint32_t *at)
{
	for (unsigned k = 0; k < count; k++, *x &= *x - 1)
		at[k] = begin +
			(uint32_t)__builtin_ctzll(*x | UINT64_C(1) << 63);
}

/*
 * Writes to AT, which has room for SELECT_SLACK more, BEGIN and on for those of
 * N flags, of whole 64, that ARE set, or are not; returns how many.  Most of 64
 * have one or two at most, which are not worth a branch, nor are four more.
 */
static VECTOR_INLINE size_t select_flagged(
	const uint8_t *flag, bool are, size_t n, uint32_t begin, uint32_t *at)
{
	size_t nfound = 0;

	for (size_t i = 0; i < n; i += 64, begin += 64) {
		uint64_t x = select_64_bits(flag + i);
		uint32_t *to = at + nfound;
		unsigned count;

		x = are ? x : ~x;
		count = (unsigned)__builtin_popcountll(x);
		select_lowest(&x, 2, begin, to);
		if (count > 2)
			select_lowest(&x, 4, begin, to + 2);
		for (unsigned k = SELECT_SLACK; k < count; k++)
			select_lowest(&x, 1, begin, to + k);
		nfound += count;
	}
	return nfound;
}

/*
 * Writes to AT, of SELECT_NFOUND and SELECT_SLACK, where in L, from BEGIN on,
 * the next keys in [FIRST, FIRST + SPAN] are, and how many to *NFOUND; adds
 * those below to *NBELOW.  Returns where L has not been looked at.
 */
size_t select_find(const struct select_lanes *l, size_t begin, uint64_t first,
	uint64_t span, uint32_t *at, size_t *nfound, uint64_t *nbelow);

/*
 * Writes the keys of those of R that are in X, a range of keys, to KEY and
 * which of R they are to AT, at most MAX, and adds those below to *NBELOW.
 * Returns how many there are, or that there are more than MAX.  With KEY as its
 * scores and AT, a copy of R stands for them from then on.
 */
size_t select_list(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, uint64_t *key, uint32_t *at, size_t max,
	uint64_t *nbelow);

/* How many of R, prepared and without scores, are zero. */
uint64_t select_zeros(const struct select_view *v, const struct select_run *r);

#endif
