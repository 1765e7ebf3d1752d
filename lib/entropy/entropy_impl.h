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

/* Bytes that the range coder ends with. */
#define ENTROPY_RANGE_NBYTES 4
/* Rows and their parts are no longer where contexts come from them. */
#define ENTROPY_PERIOD_MAX 65536

/* Adaptive probabilities that a bit is 1, in 2^-16, and what they have seen. */
struct entropy_guess {
	uint16_t p;
	uint16_t n;
};

#define ENTROPY_STRETCH_NBIT 12

/* How bytes are read as numbers. */
enum entropy_number { ENTROPY_PLAIN, ENTROPY_TWOS, ENTROPY_SIGNED };

/* --- context_bytes.c ------------------------------------------------------ */

/*
 * Appends P[0..n), which lie as G says, by context: what follows the coding
 * byte, if that is fewer than LIMIT bytes.  Returns 1, 0 if not, -1 when memory
 * ran out.
 */
int entropy_context_bytes_put(struct entropy_coder *c,
	const struct entropy_grid *g, enum entropy_number number,
	const uint8_t *p, size_t n, size_t limit, struct buf *out);

/* Decodes what follows the coding byte to N symbols.  Returns 0, or -1. */
int entropy_context_bytes_get(struct entropy_coder *c, const uint8_t *in,
	size_t nin, uint8_t *out, size_t n, struct diag *d);

/* --- mix.c ---------------------------------------------------------------- */

/* 2^16 / (1 + exp(-x)), for x from -8 to 8 by halves. */
extern const uint16_t entropy_logistic[33];

/* The least x whose squash(x) is P at least, by the high bits of P. */
void entropy_make_stretch(int16_t of[1 << ENTROPY_STRETCH_NBIT]);

/* Sums are in 1/256, between this and its negative. */
#define ENTROPY_STRETCH_MAX 2047

static inline uint32_t entropy_squash(int32_t x)
{
	uint32_t u = (uint32_t)(x + 2048), k = u >> 7, f = u & 127;

	return (entropy_logistic[k] * (128 - f) +
		       entropy_logistic[k + 1] * f) >>
	       7;
}

/* The probability that weighted guesses, of this SUM, make; in 2^-16. */
static inline uint32_t entropy_mixed(int64_t sum)
{
	sum >>= 16;
	if (sum > ENTROPY_STRETCH_MAX)
		sum = ENTROPY_STRETCH_MAX;
	if (sum < -ENTROPY_STRETCH_MAX)
		sum = -ENTROPY_STRETCH_MAX;
	return entropy_squash((int32_t)sum);
}

/* P moved towards BIT by 2^-RATE of the distance. */
static inline uint16_t entropy_moved(uint16_t p, unsigned bit, unsigned rate)
{
	unsigned to = bit ? p + ((65535u - p) >> rate) : p - (1u * p >> rate);

	return (uint16_t)to;
}

/* Moves G by 2^-2 of what it was off by at first, then by ever less. */
static inline void entropy_learn(struct entropy_guess *g, unsigned bit)
{
	unsigned n = g->n;
	unsigned rate =
		2u + (n >= 1) + (n >= 3) + (n >= 12) + (n >= 40) + (n >= 120);

	g->n = (uint16_t)(n + (n < 120));
	g->p = entropy_moved(g->p, bit, rate);
}

#endif
