/* SPDX-License-Identifier: MIT */
/*
 * A bit string by context, spzip(5), section 7.4: what is kept of a
 * row and of a column tells of the bits to come, which is worth a quarter of
 * the mask in some nets, at some 15 ns a bit.  Three models of the neighbours
 * and of the densities are mixed by a neuron and drive a binary range coder
 * (the method of M. Mahoney, "Adaptive weighing of context models for lossless
 * data compression", 2005).
 */
#include <pthread.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "entropy/entropy_impl.h"

/* --- tables by which guesses are mixed ------------------------------------ */

/* 2^16 / (1 + exp(-x)), for x from -8 to 8 by halves. */
static const uint16_t logistic[33] = {22, 36, 60, 98, 162, 267, 439, 720, 1179,
	1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768, 40793, 47911, 53581,
	57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
	65476, 65500, 65514};

const uint8_t entropy_rate[ENTROPY_SEEN_MAX + 1] = {2, 3, 3, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6,
	6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7};

/* For T from -2048 on, in 1/256. */
static uint32_t squash(int32_t t)
{
	uint32_t u = (uint32_t)(t + 2048), k = u >> 7, f = u & 127;

	return (logistic[k] * (128 - f) + logistic[k + 1] * f) >> 7;
}

static struct entropy_mixer mixer;

/* stretch() is the least x whose squash() is P at least. */
static void make_mixer(void)
{
	struct entropy_mixer *m = &mixer;
	int32_t x = -ENTROPY_STRETCH_MAX;

	for (int32_t t = -2048; t < 2048; t++)
		m->squash[t + 2048] = (uint16_t)squash(t);
	for (uint32_t i = 0; i < 1 << ENTROPY_STRETCH_NBIT; i++) {
		while (x < ENTROPY_STRETCH_MAX &&
			squash(x) < i << (16 - ENTROPY_STRETCH_NBIT))
			x++;
		m->stretch[i] = (int16_t)x;
	}
}

const struct entropy_mixer *entropy_mixer(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_mixer);
	return &mixer;
}

/* --- a bit string --------------------------------------------------------- */

#define CONTEXT_HEAD_NBYTES 8
#define NMODEL 3
#define NCONTEXT 100
#define NCLASS 10

struct predictor {
	const uint8_t *bits;
	size_t row, inner;
	const struct entropy_mixer *mixer;
	uint32_t guess[NMODEL][NCONTEXT];
	int32_t weight[NMODEL];
	uint16_t density; /* of the last bits */
	size_t x;
	unsigned left; /* the six bits before, the last one lowest */
	unsigned above;
	/* of the bit at hand */
	uint32_t *at[NMODEL];
	int32_t stretched[NMODEL];
	uint32_t p;
	uint16_t column[]; /* the density of each, in 2^-16 */
};

/* Densities between classes of them. */
static const uint16_t class_end[NCLASS - 1] = {
	655, 1638, 3277, 6554, 11000, 17000, 26000, 36000, 48000};
static unsigned class_of(uint16_t density)
{
	unsigned k = 0;

	while (k < NCLASS - 1 && density > class_end[k])
		k++;
	return k;
}

static void begin(struct predictor *m, size_t count, size_t nkept)
{
	uint64_t p = ((uint64_t)nkept << 16) / count;

	p = p < 32 ? 32 : p > 65504 ? 65504 : p;
	for (size_t k = 0; k < NMODEL; k++) {
		m->weight[k] = 22938;
		for (size_t i = 0; i < NCONTEXT; i++)
			m->guess[k][i] = entropy_guess_of((uint32_t)p);
	}
	for (size_t i = 0; i < m->row; i++)
		m->column[i] = (uint16_t)p;
	m->density = (uint16_t)p;
}

/* Bit I of those before, 0 where there is none. */
static unsigned bit_before(const struct predictor *m, size_t i, size_t back)
{
	size_t at = i - back;

	return i < back ? 0U : (unsigned)m->bits[at / 8] >> (at & 7) & 1;
}

/* The probability that bit I is 1, in 2^-16. */
static uint32_t predict(struct predictor *m, size_t i)
{
	int64_t dot = 0;

	/* the bits above: to the left, above, to the right */
	m->above = (m->above << 1 & 7) | bit_before(m, i, m->row - 1);
	m->at[0] = &m->guess[0][m->left];
	m->at[1] =
		&m->guess[1][m->above << 3 | bit_before(m, i, 2 * m->row) << 2 |
			     (m->left & 1) << 1 |
			     (m->inner ? bit_before(m, i, m->inner) : 0)];
	m->at[2] = &m->guess[2][class_of(m->density) * NCLASS +
				class_of(m->column[m->x])];
	for (size_t k = 0; k < NMODEL; k++) {
		m->stretched[k] = entropy_stretched(m->mixer, *m->at[k]);
		dot += (int64_t)m->weight[k] * m->stretched[k];
	}
	m->p = entropy_mixed(m->mixer, dot);
	return m->p;
}

/* What there is to learn from a bit. */
static void learn(struct predictor *m, unsigned bit)
{
	int32_t error = (int32_t)(bit << 16) - (int32_t)m->p;

	for (size_t k = 0; k < NMODEL; k++) {
		m->weight[k] += (m->stretched[k] * error + 16384) >> 15;
		*m->at[k] = entropy_learned(*m->at[k], bit);
	}
	m->column[m->x] = entropy_moved(m->column[m->x], bit, 4);
	m->density = entropy_moved(m->density, bit, 6);
	m->left = (m->left << 1 | bit) & 63;
	m->x = m->x + 1 == m->row ? 0 : m->x + 1;
}

/* NULL when memory ran out. */
static struct predictor *make_predictor(struct entropy_coder *c,
	const struct entropy_grid *g, const uint8_t *bits, size_t count,
	size_t nkept)
{
	struct predictor *m = buf_scratch(
		&c->context, sizeof(*m) + g->row * sizeof(m->column[0]));

	if (!m)
		return NULL;
	memset(m, 0, sizeof(*m));
	m->mixer = entropy_mixer();
	m->bits = bits;
	m->row = g->row;
	m->inner = g->inner;
	begin(m, count, nkept);
	return m;
}

/*
 * Codes MASK[0..n) to OUT, which has room for LIMIT bytes, and returns how
 * many they are, or LIMIT if they are as many at least.
 */
static size_t put(struct predictor *m, const uint8_t *mask, size_t n,
	uint8_t *out, size_t limit)
{
	struct entropy_range r = entropy_range_to(out, limit);
	uint8_t *end;

	for (size_t i = 0; i < n && !r.over; i++) {
		unsigned bit = mask[i / 8] >> (i & 7) & 1;

		entropy_range_put(&r, predict(m, i), bit);
		learn(m, bit);
	}
	end = entropy_range_end(&r);
	return end ? (size_t)(end - out) : limit;
}

/* So many bits tell whether the rest is worth the trouble. */
#define PROBE 65536

int entropy_context_bits_put(struct entropy_coder *c,
	const struct entropy_grid *g, const uint8_t *mask, size_t count,
	size_t nkept, size_t limit, struct buf *out)
{
	size_t n = count < PROBE ? count : PROBE, len;
	struct predictor *m;
	uint8_t *to;

	if (g->row < 2 || g->row > count / 2 || g->row > ENTROPY_PERIOD_MAX ||
		g->inner > ENTROPY_PERIOD_MAX ||
		limit <= CONTEXT_HEAD_NBYTES + ENTROPY_RANGE_NBYTES)
		return 0;
	if (buf_reserve(out, limit))
		return -1;
	limit -= CONTEXT_HEAD_NBYTES;
	for (;; n = count) {
		size_t most = (size_t)((uint64_t)limit * n / count) +
			      ENTROPY_RANGE_NBYTES;

		most = most < limit ? most : limit;
		m = make_predictor(c, g, mask, count, nkept);
		if (!m)
			return -1;
		to = (uint8_t *)out->data + out->len;
		len = put(m, mask, n, to + CONTEXT_HEAD_NBYTES, most);
		if (len >= most)
			return 0;
		if (n == count)
			break;
	}
	le_store32(to, (uint32_t)g->row);
	le_store32(to + 4, (uint32_t)g->inner);
	out->len += len + CONTEXT_HEAD_NBYTES;
	return 1;
}

int entropy_context_bits_get(struct entropy_coder *c, const uint8_t *in,
	size_t nin, uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	struct entropy_grid g = {0};
	struct entropy_range r;
	struct predictor *m;

	if (nin >= CONTEXT_HEAD_NBYTES + ENTROPY_RANGE_NBYTES)
		g = (struct entropy_grid){le_load32(in), le_load32(in + 4)};
	if (g.row < 2 || g.row > count || g.row > ENTROPY_PERIOD_MAX ||
		g.inner > ENTROPY_PERIOD_MAX)
		return diag_set(d, DIAG_DATA, "mask is malformed");
	m = make_predictor(c, &g, mask, count, nkept);
	if (!m)
		return diag_nomem(d, g.row);
	memset(mask, 0, entropy_bits_nbytes(count));
	r = entropy_range_from(
		in + CONTEXT_HEAD_NBYTES, nin - CONTEXT_HEAD_NBYTES);
	for (size_t i = 0; i < count && !r.over; i++) {
		unsigned bit = entropy_range_take(&r, predict(m, i));

		mask[i / 8] |= (uint8_t)(bit << (i & 7));
		learn(m, bit);
	}
	return r.in == r.end && !r.over
		       ? 0
		       : diag_set(d, DIAG_DATA, "mask is malformed");
}
