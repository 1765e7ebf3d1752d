/* SPDX-License-Identifier: MIT */
/*
 * Inside of lib/entropy: what guesses of the next bit are made of, spzip(5),
 * section 7.4.  Models guess by their contexts, a neuron mixes them, and what
 * came is learned (the method of M. Mahoney, "Adaptive weighing of context
 * models for lossless data compression", 2005).
 */
#ifndef ENTROPY_ENTROPY_IMPL_H
#define ENTROPY_ENTROPY_IMPL_H

#include "entropy/entropy.h"

/* Rows and their parts are no longer where contexts come from them. */
#define ENTROPY_PERIOD_MAX 65536

/* How bytes are read as numbers. */
enum entropy_number { ENTROPY_PLAIN, ENTROPY_TWOS, ENTROPY_SIGNED };

/* --- packed.c ------------------------------------------------------------- */

/*
 * Symbol streams in coding 0 to 3: appends the symbols P, for which S is
 * planned; or decodes all of IN[0..nin) to N symbols.  Return 0, or -1.
 */
int entropy_flat_put(struct entropy_coder *c, const uint8_t *p,
	const struct entropy_symbols *s, struct buf *out);
int entropy_flat_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d);

/* --- context_bytes.c ------------------------------------------------------ */

/*
 * Appends P, which S counts and which lie as G says, by context: what follows
 * the coding byte, if that is fewer than LIMIT bytes.  BY_CLASSES: that is what
 * classes made of P.  Returns 1, 0 if not, -1 when memory ran out.
 */
int entropy_context_bytes_put(struct entropy_coder *c,
	const struct entropy_grid *g, enum entropy_number number,
	const uint8_t *p, const struct entropy_symbols *s, bool by_classes,
	size_t limit, struct buf *out);

/* Decodes what follows the coding byte to N symbols.  Returns 0, or -1. */
int entropy_context_bytes_get(struct entropy_coder *c, const uint8_t *in,
	size_t nin, uint8_t *out, size_t n, struct diag *d);

/* --- estimate.c ----------------------------------------------------------- */

/*
 * About the bits of so many symbols as HIST counts, TIMES 2^-16 as many, in
 * codes of their own; the same everywhere.
 */
uint64_t entropy_cost(const uint32_t *hist, unsigned nsym, uint64_t times);

/* As many symbols as are counted. */
#define ENTROPY_ONCE ((uint64_t)1 << 16)

/* Bits of the symbols P[0..n) as S plans for them. */
uint64_t entropy_flat_nbit(
	const struct entropy_symbols *s, const uint8_t *p, size_t n);

/* Symbols by what they are about, and by what is known of them. */
#define ENTROPY_NBIN 16
#define ENTROPY_NCONTEXT 32

/* About the bits that what is known tells of all symbols that HIST counts. */
uint64_t entropy_told(uint32_t hist[ENTROPY_NCONTEXT][ENTROPY_NBIN]);

/* --- context_bits.c ------------------------------------------------------- */

/* Of a probability, as stretch() takes it. */
#define ENTROPY_STRETCH_NBIT 12
/* What is stretched is between this and its negative. */
#define ENTROPY_STRETCH_MAX 2047

/* Tables of stretch(), by the high bits of P, and of squash(), from -2048. */
struct entropy_mixer {
	int16_t stretch[1 << ENTROPY_STRETCH_NBIT];
	uint16_t squash[2 * (ENTROPY_STRETCH_MAX + 1)];
};

/* Made when they are first asked for, by any thread. */
const struct entropy_mixer *entropy_mixer(void);

/* The probability that weighted guesses, of this SUM, make; in 2^-16. */
static inline uint32_t entropy_mixed(const struct entropy_mixer *m, int64_t sum)
{
	sum >>= 16;
	if (sum > ENTROPY_STRETCH_MAX)
		sum = ENTROPY_STRETCH_MAX;
	if (sum < -ENTROPY_STRETCH_MAX)
		sum = -ENTROPY_STRETCH_MAX;
	return m->squash[sum + ENTROPY_STRETCH_MAX + 1];
}

/*
 * A guess is the probability that a bit is 1, in 2^-16, in the upper half, and
 * in the lower one how many bits it has seen.
 */
static inline uint32_t entropy_guess_of(uint32_t p)
{
	return p << 16;
}

static inline int32_t entropy_stretched(
	const struct entropy_mixer *m, uint32_t guess)
{
	return m->stretch[guess >> (32 - ENTROPY_STRETCH_NBIT)];
}

/* P moved towards BIT by 2^-RATE of the distance. */
static inline uint16_t entropy_moved(uint16_t p, unsigned bit, unsigned rate)
{
	unsigned flip = (0 - bit) & 0xffff, x = p ^ flip;

	return (uint16_t)((x - (x >> rate)) ^ flip);
}

/* From so many bits on a guess moves as slowly as it ever does. */
#define ENTROPY_SEEN_MAX 120

/* How a guess that has seen so many bits moves: as 2^-2 at first, then less. */
extern const uint8_t entropy_rate[ENTROPY_SEEN_MAX + 1];

/* GUESS once it has seen BIT: entropy_moved() for its upper half. */
static inline uint32_t entropy_learned(uint32_t guess, unsigned bit)
{
	uint32_t upper = 0xffff0000, flip = (0 - (uint32_t)bit) & upper;
	uint32_t seen = guess & ~upper, x = guess ^ flip;

	x -= x >> entropy_rate[seen] & upper;
	return (x ^ flip) + (seen < ENTROPY_SEEN_MAX);
}

#endif
