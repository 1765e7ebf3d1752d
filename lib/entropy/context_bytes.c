/* SPDX-License-Identifier: MIT */
/*
 * Symbols by context, spzip(5), section 8, coding 5: those to the left, above
 * and at the same place of the part before, and how large the row and the
 * column are, tell of the next.  That is worth 2 to 10 % of dense weights of
 * convolutions and recurrent nets, at some 200 ns a symbol.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "entropy/entropy_impl.h"

#define HEAD_NBYTES 16
#define NMODEL 4
#define NCONTEXT 1024
#define NNODE 256
#define WEIGHT_FIRST 17203
#define POSITIONS 32
/* Fewer are not worth the memory. */
#define SYMBOLS_MIN 1024

struct shape {
	size_t row, lag, period;
	enum entropy_number number;
};

struct predictor {
	int16_t stretch[1 << ENTROPY_STRETCH_NBIT];
	struct entropy_guess guess[NMODEL][NCONTEXT][NNODE];
	int32_t weight[NNODE][NMODEL];
	uint8_t magnitude[ENTROPY_NSYMBOL], level[ENTROPY_NSYMBOL];
	struct shape shape;
	size_t n, at;     /* symbols so far, and place in the row */
	size_t place;     /* in the period */
	int32_t recent;   /* mean magnitude, in 1/256 */
	int32_t column[]; /* of each */
};

/* Magnitudes that begin a level. */
static const uint8_t level_begin[] = {
	1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 80, 96, 112};

static uint8_t level_of(enum entropy_number number, unsigned magnitude)
{
	uint8_t k = 0;

	if (number == ENTROPY_PLAIN)
		return (uint8_t)(magnitude >> 4);
	while (k < sizeof(level_begin) && magnitude >= level_begin[k])
		k++;
	return k;
}

static size_t predictor_nbytes(const struct shape *s)
{
	return sizeof(struct predictor) + s->row * sizeof(int32_t);
}

/* NULL when memory ran out. */
static struct predictor *make_predictor(
	struct entropy_coder *c, const struct shape *s)
{
	struct predictor *m = buf_scratch(&c->context, predictor_nbytes(s));

	if (!m)
		return NULL;
	memset(m, 0, predictor_nbytes(s));
	m->shape = *s;
	entropy_make_stretch(m->stretch);
	for (size_t k = 0; k < NMODEL; k++)
		for (size_t i = 0; i < NCONTEXT; i++)
			for (size_t j = 0; j < NNODE; j++)
				m->guess[k][i][j].p = 32768;
	for (size_t i = 0; i < NNODE; i++)
		for (size_t k = 0; k < NMODEL; k++)
			m->weight[i][k] = WEIGHT_FIRST;
	for (unsigned i = 0; i < ENTROPY_NSYMBOL; i++) {
		unsigned a = s->number == ENTROPY_TWOS && i > 128 ? 256 - i
			     : s->number == ENTROPY_SIGNED        ? i & 127
								  : i;

		m->magnitude[i] = (uint8_t)a;
		m->level[i] =
			(uint8_t)(level_of(s->number, a) |
				  (s->number != ENTROPY_PLAIN && i >= 128 ? 16
									  : 0));
	}
	return m;
}

/* The level of the symbol BACK before the next, P being what there is. */
static unsigned level_before(
	const struct predictor *m, const uint8_t *p, size_t back)
{
	return m->level[m->n >= back ? p[m->n - back] : 0];
}

/* The context of each model for the next symbol. */
static void find_contexts(
	struct predictor *m, const uint8_t *p, struct entropy_guess *of[NMODEL])
{
	const struct shape *s = &m->shape;
	unsigned at[NMODEL] = {
		level_before(m, p, 1) << 5 | level_before(m, p, 2),
		level_before(m, p, s->row) << 5 |
			level_before(m, p, 2 * s->row),
		(unsigned)level_of(s->number, (unsigned)m->column[m->at] >> 8)
				<< 4 |
			level_of(s->number, (unsigned)m->recent >> 8),
		level_before(m, p, s->lag) << 5 |
			(unsigned)(m->place % POSITIONS),
	};

	for (size_t k = 0; k < NMODEL; k++)
		of[k] = m->guess[k][at[k]];
}

/* Learns of the symbol X, and goes on to the next. */
static void advance(struct predictor *m, uint8_t x)
{
	int32_t size = m->magnitude[x] << 8;

	m->column[m->at] += (size - m->column[m->at]) >> 2;
	m->recent += (size - m->recent) >> 4;
	m->n++;
	m->at = m->at + 1 == m->shape.row ? 0 : m->at + 1;
	m->place = m->place + 1 == m->shape.period ? 0 : m->place + 1;
}

/* One bit on its way: what is guessed of it, and what there is to learn. */
struct guessed {
	struct entropy_guess *at[NMODEL];
	int32_t stretched[NMODEL];
	int32_t *weight;
	uint32_t p;
};

static void guess_bit(struct guessed *g, struct predictor *m,
	struct entropy_guess *const of[NMODEL], unsigned node)
{
	int64_t sum = 0;

	g->weight = m->weight[node];
	for (size_t k = 0; k < NMODEL; k++) {
		g->at[k] = &of[k][node];
		g->stretched[k] =
			m->stretch[g->at[k]->p >> (16 - ENTROPY_STRETCH_NBIT)];
		sum += (int64_t)g->weight[k] * g->stretched[k];
	}
	g->p = entropy_mixed(sum);
}

static void learn_bit(struct guessed *g, unsigned bit)
{
	int32_t error = (int32_t)(bit << 16) - (int32_t)g->p;

	for (size_t k = 0; k < NMODEL; k++) {
		g->weight[k] += (g->stretched[k] * error + 16384) >> 15;
		entropy_learn(g->at[k], bit);
	}
}

/*
 * Codes P[0..n) to OUT, which has room for LIMIT bytes, and returns how many
 * they are, or LIMIT if they are as many at least.
 */
static size_t put(struct predictor *m, const uint8_t *p, size_t n, uint8_t *out,
	size_t limit)
{
	struct entropy_range r = {0, UINT32_MAX};
	struct entropy_guess *of[NMODEL];
	struct guessed g;
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		find_contexts(m, p, of);
		for (unsigned node = 1, k = 8; k-- > 0;) {
			unsigned bit = p[i] >> k & 1;
			uint32_t mid;

			guess_bit(&g, m, of, node);
			mid = entropy_range_split(&r, g.p);
			if (bit)
				r.high = mid;
			else
				r.low = mid + 1;
			learn_bit(&g, bit);
			node = node << 1 | bit;
			for (; entropy_range_settled(&r);
				entropy_range_next(&r)) {
				if (len + ENTROPY_RANGE_NBYTES >= limit)
					return limit;
				out[len++] = (uint8_t)(r.high >> 24);
			}
		}
		advance(m, p[i]);
	}
	for (size_t i = 0; i < ENTROPY_RANGE_NBYTES; i++, r.low <<= 8)
		out[len++] = (uint8_t)(r.low >> 24);
	return len;
}

/* So many symbols tell whether the rest is worth the trouble. */
#define PROBE 32768

/* True if contexts can be told by S, of N symbols. */
static bool fits(const struct shape *s, size_t n)
{
	return n >= SYMBOLS_MIN && s->row >= 1 &&
	       s->row <= ENTROPY_PERIOD_MAX && s->row <= n && s->lag >= 1 &&
	       s->lag <= 2 * ENTROPY_PERIOD_MAX && s->period >= 1 &&
	       s->period <= ENTROPY_PERIOD_MAX && s->number <= ENTROPY_SIGNED;
}

int entropy_context_bytes_put(struct entropy_coder *c,
	const struct entropy_grid *g, enum entropy_number number,
	const uint8_t *p, size_t n, size_t limit, struct buf *out)
{
	const struct shape s = {g->row, g->inner ? g->inner : g->row + 1,
		g->inner ? g->inner : 1, number};
	size_t some = n < PROBE ? n : PROBE, len;
	uint8_t *to;

	if (g->row < 2 || g->row > n / 2 || !fits(&s, n) ||
		limit <= HEAD_NBYTES + ENTROPY_RANGE_NBYTES)
		return 0;
	if (buf_reserve(out, limit))
		return -1;
	limit -= HEAD_NBYTES;
	for (;; some = n) {
		struct predictor *m = make_predictor(c, &s);
		size_t most = (size_t)((uint64_t)limit * some / n) +
			      (some < n ? PROBE / 32 : 0);

		if (!m)
			return -1;
		to = (uint8_t *)out->data + out->len;
		len = put(m, p, some, to + HEAD_NBYTES,
			most < limit ? most : limit);
		if (len >= most || len >= limit)
			return 0;
		if (some == n)
			break;
	}
	memset(to, 0, HEAD_NBYTES);
	le_store32(to, (uint32_t)s.row);
	le_store32(to + 4, (uint32_t)s.lag);
	le_store32(to + 8, (uint32_t)s.period);
	to[12] = (uint8_t)number;
	out->len += len + HEAD_NBYTES;
	return 1;
}

static int malformed(struct diag *d)
{
	return diag_set(d, DIAG_DATA, "symbols by context are malformed");
}

int entropy_context_bytes_get(struct entropy_coder *c, const uint8_t *in,
	size_t nin, uint8_t *out, size_t n, struct diag *d)
{
	const uint8_t *end = in + nin;
	struct entropy_range r = {0, UINT32_MAX};
	struct entropy_guess *of[NMODEL];
	struct predictor *m;
	struct guessed g;
	struct shape s;
	uint32_t v = 0;

	if (nin < HEAD_NBYTES + ENTROPY_RANGE_NBYTES || in[13] || in[14] ||
		in[15])
		return malformed(d);
	s = (struct shape){
		le_load32(in), le_load32(in + 4), le_load32(in + 8), in[12]};
	if (!fits(&s, n))
		return malformed(d);
	m = make_predictor(c, &s);
	if (!m)
		return diag_nomem(d, predictor_nbytes(&s));
	in += HEAD_NBYTES;
	for (size_t i = 0; i < ENTROPY_RANGE_NBYTES; i++)
		v = v << 8 | *in++;
	for (size_t i = 0; i < n; i++) {
		unsigned node = 1;

		find_contexts(m, out, of);
		while (node < NNODE) {
			uint32_t mid;
			unsigned bit;

			guess_bit(&g, m, of, node);
			mid = entropy_range_split(&r, g.p);
			bit = v <= mid;
			if (bit)
				r.high = mid;
			else
				r.low = mid + 1;
			learn_bit(&g, bit);
			node = node << 1 | bit;
			for (; entropy_range_settled(&r);
				entropy_range_next(&r)) {
				if (in == end)
					return malformed(d);
				v = v << 8 | *in++;
			}
		}
		out[i] = (uint8_t)node;
		advance(m, out[i]);
	}
	return in == end ? 0 : malformed(d);
}
