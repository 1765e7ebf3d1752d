/* SPDX-License-Identifier: MIT */
/*
 * What symbols would take, by histograms: in codes of their own, and how much
 * less if something else told of them.
 */
#include <string.h>

#include "base/le.h"
#include "entropy/entropy_impl.h"

/* What codes take besides their symbols, in bits: lengths, and a table. */
#define CODES_NBIT 250
#define SYMBOL_NBIT 4
/*
 * What an entropy that is found by counting is too small by, for each symbol
 * there is, in bits (G. Miller, "Note on the bias of information estimates",
 * 1955).
 */
#define BIAS_PERCENT 72

/* 2^16 * log2(X), X > 0, to a hundredth of a bit; the same everywhere. */
static uint64_t log2_q16(uint32_t x)
{
	unsigned k = 31u - (unsigned)__builtin_clz(x);
	uint64_t f = (uint64_t)x << (31 - k) >> 15 & 0xffff;

	return ((uint64_t)k << 16) + f +
	       (f * (65536 - f) >> 16) * 22713 / 65536;
}

/* What NSYM counts add up to. */
struct summary {
	uint64_t n;
	unsigned used; /* counts that are not 0 */
	uint64_t nbit; /* entropy of all; by sum_up() corrected for its bias */
};

static struct summary count_up(const uint32_t *hist, unsigned nsym)
{
	struct summary s = {0};
	uint64_t sum = 0;

	for (unsigned i = 0; i < nsym; i++) {
		if (!hist[i])
			continue;
		s.n += hist[i];
		sum += hist[i] * log2_q16(hist[i]);
		s.used++;
	}
	if (s.n)
		s.nbit = (s.n * log2_q16((uint32_t)s.n) - sum) >> 16;
	return s;
}

static struct summary sum_up(const uint32_t *hist, unsigned nsym)
{
	struct summary s = count_up(hist, nsym);

	s.nbit += s.used * BIAS_PERCENT / 100;
	return s;
}

uint64_t entropy_cost(const uint32_t *hist, unsigned nsym, uint64_t times)
{
	struct summary s = sum_up(hist, nsym);

	if (s.n == 0)
		return 0;
	return (s.nbit * times >> 16) + CODES_NBIT + s.used * SYMBOL_NBIT;
}

uint64_t entropy_flat_nbit(
	const struct entropy_symbols *s, const uint8_t *p, size_t n)
{
	uint64_t nbit = 0;

	for (size_t i = 0; i < n; i++)
		nbit += s->coding == ENTROPY_SYMBOLS_STORED ? 8 : s->len[p[i]];
	return nbit;
}

uint64_t entropy_told(uint32_t hist[ENTROPY_NCONTEXT][ENTROPY_NBIN])
{
	uint32_t symbol[ENTROPY_NBIN] = {0}, context[ENTROPY_NCONTEXT] = {0};
	struct summary x, y, both;

	for (unsigned i = 0; i < ENTROPY_NCONTEXT; i++)
		for (unsigned j = 0; j < ENTROPY_NBIN; j++) {
			symbol[j] += hist[i][j];
			context[i] += hist[i][j];
		}
	x = sum_up(symbol, ENTROPY_NBIN);
	y = sum_up(context, ENTROPY_NCONTEXT);
	both = sum_up(hist[0], ENTROPY_NCONTEXT * ENTROPY_NBIN);
	return x.nbit + y.nbit > both.nbit ? x.nbit + y.nbit - both.nbit : 0;
}

/* What a match takes, about, its least length, and how far back it is. */
#define MATCH_NBIT 18
#define MATCH_MIN 4
#define MATCH_FAR 32768
/* Places of matches, by the hash of their first bytes. */
#define MATCH_LOG2 13
/* After so many bytes in vain some are left out, and more and more, to this. */
#define MATCH_PATIENCE 32
#define MATCH_STEP_MAX 16

size_t entropy_matches_gain(
	const uint8_t *p, const struct entropy_symbols *s, size_t nbytes)
{
	uint32_t seen[1 << MATCH_LOG2] = {0}; /* where, plus 1 */
	size_t n = s->n, i = 0, vain = 0, len;
	uint64_t nbit = 0;

	for (; i + MATCH_MIN <= n; i += len) {
		uint32_t x = le_load32(p + i);
		uint32_t *at = &seen[x * 2654435761u >> (32 - MATCH_LOG2)];
		size_t from = *at;
		uint64_t literals;

		*at = (uint32_t)i + 1;
		len = 0;
		while (from && i - from < MATCH_FAR && i + len < n &&
			p[i + len] == p[from - 1 + len])
			len++;
		if (len < MATCH_MIN) {
			len = 1 + vain++ / MATCH_PATIENCE;
			len = len < MATCH_STEP_MAX ? len : MATCH_STEP_MAX;
			continue;
		}
		vain = 0;
		literals = entropy_flat_nbit(s, p + i, len);
		nbit += literals > MATCH_NBIT ? literals - MATCH_NBIT : 0;
	}
	return (size_t)(nbit / 8 * nbytes / s->nbytes);
}

/* --- what deflate takes at least ------------------------------------------ */

/* RFC 1951, section 3.2.5. */
#define LEAST_MATCH_MIN 3
#define LEAST_MATCH_MAX 258
#define NLITLEN 286
#define FIRST_LEN 257
#define NDIST 30

/* So many places of the same hash are looked at. */
#define CHAIN_MAX 64
#define CHAIN_LOG2 12

/*
 * Deflate may find better matches than these, and so save at most one part in
 * so many of what matches make up.
 */
#define BETTER_RATE 5

/* The places of each hash, the last one first; 0: none. */
struct chains {
	uint16_t head[1 << CHAIN_LOG2];
	uint16_t before[ENTROPY_LEAST_NBYTES_MAX];
};

/* The code of a length or distance X, from 0 on, with 2^PARTS for each power of
 * two; adds to *EXTRA the bits that follow it. */
static unsigned code_of(uint32_t x, unsigned parts, uint64_t *extra)
{
	unsigned n =
		x >> (parts + 1) ? 31u - (unsigned)__builtin_clz(x) - parts : 0;

	*extra += n;
	return (n << parts) + (x >> n);
}

/* Puts place I of P on its chain; returns the place before it, plus 1. */
static unsigned hang(struct chains *c, const uint8_t *p, size_t i)
{
	uint32_t x = p[i] | (uint32_t)p[i + 1] << 8 | (uint32_t)p[i + 2] << 16;
	uint16_t *head = &c->head[x * 2654435761u >> (32 - CHAIN_LOG2)];
	unsigned before = *head;

	c->before[i] = (uint16_t)before;
	*head = (uint16_t)(i + 1);
	return before;
}

/* The longest match of P[i..n) among those from place AT - 1 on. */
static size_t longest(const struct chains *c, const uint8_t *p, size_t i,
	size_t n, unsigned at, size_t *distance)
{
	size_t most = n - i < LEAST_MATCH_MAX ? n - i : LEAST_MATCH_MAX;
	size_t best = 0;

	for (unsigned k = 0; at && k < CHAIN_MAX && best < most; k++) {
		const uint8_t *q = p + at - 1;
		size_t len = 0;

		while (q[best] == p[i + best] && len < most &&
			q[len] == p[i + len])
			len++;
		if (len > best) {
			best = len;
			*distance = i - (at - 1);
		}
		at = c->before[at - 1];
	}
	return best;
}

size_t entropy_deflate_least(const uint8_t *p, size_t n)
{
	uint32_t litlen[NLITLEN] = {0}, dist[NDIST] = {0};
	struct chains c;
	uint64_t nbit = 0;
	size_t matched = 0, len, distance = 0;

	memset(c.head, 0, sizeof(c.head));
	for (size_t i = 0; i < n; i += len) {
		size_t found = n - i < LEAST_MATCH_MIN
				       ? 0
				       : longest(&c, p, i, n, hang(&c, p, i),
						 &distance);

		if (found < LEAST_MATCH_MIN) {
			litlen[p[i]]++;
			len = 1;
			continue;
		}
		len = found;
		matched += len;
		litlen[len == LEAST_MATCH_MAX
				? NLITLEN - 1
				: FIRST_LEN + code_of((uint32_t)len -
							      LEAST_MATCH_MIN,
						      2, &nbit)]++;
		dist[code_of((uint32_t)distance - 1, 1, &nbit)]++;
		for (size_t k = i + 1; k < i + len && n - k >= LEAST_MATCH_MIN;
			k++)
			hang(&c, p, k);
	}
	nbit += count_up(litlen, NLITLEN).nbit + count_up(dist, NDIST).nbit;
	return n ? (size_t)(nbit / 8 - nbit / 8 * matched / n / BETTER_RATE)
		 : 0;
}
