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
#define GUESS_FIRST 32768
#define WEIGHT_FIRST 17203
#define POSITIONS 32
/* Fewer are not worth the memory. */
#define SYMBOLS_MIN 1024

struct shape {
	size_t row, lag, period;
	enum entropy_number number;
};

/* A symbol is coded in two halves, of four bits each, by the same contexts. */
#define HALF_NBIT 4
#define NHALF (1 << HALF_NBIT)

/*
 * What guesses the bits of a half, by node; as much as a line of the cache, and
 * made when it is needed, since most never are.
 */
struct guesses {
	uint32_t at[NHALF];
};

struct predictor {
	/* the upper half's, then those of the lower one by the upper one */
	struct guesses guess[NMODEL][NCONTEXT][1 + NHALF];
	uint32_t made[NMODEL][NCONTEXT]; /* a bit for each */
	int32_t weight[1 + NHALF][NHALF][NMODEL];
	const struct entropy_mixer *mixer;
	/* of symbols, and of means */
	uint8_t magnitude[ENTROPY_NSYMBOL], level[ENTROPY_NSYMBOL];
	uint8_t mean_level[ENTROPY_NSYMBOL];
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
	size_t nbytes = predictor_nbytes(s);
	char *room = buf_scratch(&c->context, nbytes + sizeof(struct guesses));
	struct predictor *m;

	if (!room)
		return NULL;
	room += -(uintptr_t)room % sizeof(struct guesses);
	m = (void *)room;
	memset(room + sizeof(m->guess), 0, nbytes - sizeof(m->guess));
	m->shape = *s;
	m->mixer = entropy_mixer();
	for (size_t i = 0; i < 1 + NHALF; i++)
		for (size_t j = 0; j < NHALF; j++)
			for (size_t k = 0; k < NMODEL; k++)
				m->weight[i][j][k] = WEIGHT_FIRST;
	for (unsigned i = 0; i < ENTROPY_NSYMBOL; i++) {
		unsigned a = s->number == ENTROPY_TWOS && i > 128 ? 256 - i
			     : s->number == ENTROPY_SIGNED        ? i & 127
								  : i;

		m->magnitude[i] = (uint8_t)a;
		m->mean_level[i] = level_of(s->number, i);
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
	struct predictor *m, const uint8_t *p, unsigned of[NMODEL])
{
	const struct shape *s = &m->shape;

	of[0] = level_before(m, p, 1) << 5 | level_before(m, p, 2);
	of[1] = level_before(m, p, s->row) << 5 |
		level_before(m, p, 2 * s->row);
	of[2] = (unsigned)m->mean_level[m->column[m->at] >> 8] << 4 |
		m->mean_level[m->recent >> 8];
	of[3] = level_before(m, p, s->lag) << 5 |
		(unsigned)(m->place % POSITIONS);
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

/* Half a symbol on its way. */
struct half {
	const struct entropy_mixer *mixer;
	int32_t (*weight)[NMODEL];
	uint32_t *guess[NMODEL];
	/* of the bit at hand */
	int32_t stretched[NMODEL];
	uint32_t p;
};

/* The half WHICH, in the contexts OF. */
static inline struct half begin_half(
	struct predictor *m, const unsigned of[NMODEL], unsigned which)
{
	struct half h = {.mixer = m->mixer, .weight = m->weight[which]};

	for (size_t k = 0; k < NMODEL; k++) {
		struct guesses *g = &m->guess[k][of[k]][which];

		if (!(m->made[k][of[k]] >> which & 1)) {
			m->made[k][of[k]] |= (uint32_t)1 << which;
			for (size_t i = 0; i < NHALF; i++)
				g->at[i] = entropy_guess_of(GUESS_FIRST);
		}
		h.guess[k] = g->at;
	}
	return h;
}

static inline uint32_t guess_bit(struct half *h, unsigned node)
{
	int64_t sum = 0;

	for (size_t k = 0; k < NMODEL; k++) {
		h->stretched[k] =
			entropy_stretched(h->mixer, h->guess[k][node]);
		sum += (int64_t)h->weight[node][k] * h->stretched[k];
	}
	h->p = entropy_mixed(h->mixer, sum);
	return h->p;
}

static inline void learn_bit(struct half *h, unsigned node, unsigned bit)
{
	int32_t error = (int32_t)(bit << 16) - (int32_t)h->p;

	for (size_t k = 0; k < NMODEL; k++) {
		h->weight[node][k] += (h->stretched[k] * error + 16384) >> 15;
		h->guess[k][node] = entropy_learned(h->guess[k][node], bit);
	}
}

static inline void put_half(struct half h, struct entropy_range *r, unsigned x)
{
	for (unsigned node = 1; node < NHALF;) {
		unsigned bit = (x & NHALF / 2) != 0;

		entropy_range_put(r, guess_bit(&h, node), bit);
		learn_bit(&h, node, bit);
		node = node << 1 | bit;
		x <<= 1;
	}
}

static inline unsigned take_half(struct half h, struct entropy_range *r)
{
	unsigned node = 1;

	while (node < NHALF) {
		unsigned bit = entropy_range_take(r, guess_bit(&h, node));

		learn_bit(&h, node, bit);
		node = node << 1 | bit;
	}
	return node & (NHALF - 1);
}

/* Codes what follows in P, up to END. */
static void put_run(struct predictor *m, struct entropy_range *r,
	const uint8_t *p, size_t end)
{
	struct entropy_range coder = *r;
	unsigned of[NMODEL];

	for (size_t i = m->n; i < end && !coder.over; i++) {
		unsigned high = p[i] >> HALF_NBIT;
		struct half upper, lower;

		find_contexts(m, p, of);
		upper = begin_half(m, of, 0);
		lower = begin_half(m, of, 1 + high);
		put_half(upper, &coder, high);
		put_half(lower, &coder, p[i] & (NHALF - 1));
		advance(m, p[i]);
	}
	*r = coder;
}

/*
 * Codes P[0..n) to OUT, which has room for LIMIT bytes, and returns how many
 * they are, or LIMIT if they are as many at least.
 */
static size_t put(struct predictor *m, const uint8_t *p, size_t n, uint8_t *out,
	size_t limit)
{
	struct entropy_range r = entropy_range_to(out, limit);
	uint8_t *end;

	put_run(m, &r, p, n);
	end = entropy_range_end(&r);
	return end ? (size_t)(end - out) : limit;
}

/* True if contexts can be told by S, of N symbols. */
static bool fits(const struct shape *s, size_t n)
{
	return n >= SYMBOLS_MIN && s->row >= 1 &&
	       s->row <= ENTROPY_PERIOD_MAX && s->row <= n && s->lag >= 1 &&
	       s->lag <= 2 * ENTROPY_PERIOD_MAX && s->period >= 1 &&
	       s->period <= ENTROPY_PERIOD_MAX && s->number <= ENTROPY_SIGNED;
}

/*
 * A sample of so many symbols is runs of them in rows that are spread evenly.
 * All begin where their row does, so that columns are met again.
 */
#define SAMPLE 32768
#define NRUN 16

struct sample {
	size_t nrun, len, nrow, row;
};

static struct sample take_sample(const struct shape *s, size_t n)
{
	size_t nrow = n / s->row, nrun = nrow < NRUN ? nrow : NRUN;

	if (n < 2 * SAMPLE)
		return (struct sample){1, n, 1, n};
	return (struct sample){nrun, SAMPLE / nrun, nrow, s->row};
}

/* Where run K begins. */
static size_t run_at(const struct sample *s, size_t k)
{
	return s->nrow * k / s->nrun * s->row;
}

/*
 * What contexts of their own would tell of a symbol: the one before, those
 * above and in the part before, and where it is in the period and in all.
 */
#define NTELLER 5

/* About the bits that contexts tell of P[0..n), which HIST counts. */
static uint64_t bits_told(const struct predictor *m, const uint8_t *p, size_t n,
	const uint32_t hist[ENTROPY_NSYMBOL])
{
	uint32_t count[NTELLER][ENTROPY_NCONTEXT][ENTROPY_NBIN] = {{{0}}};
	const size_t back[] = {1, m->shape.row, m->shape.lag};
	const struct sample t = take_sample(&m->shape, n);
	size_t before = 0;
	uint8_t bin[ENTROPY_NSYMBOL];
	uint64_t told = 0;

	/* bins that have about as many symbols each */
	for (unsigned x = 0; x < ENTROPY_NSYMBOL; before += hist[x++])
		bin[x] = (uint8_t)((before + hist[x] / 2) * ENTROPY_NBIN / n);
	for (size_t k = 0; k < t.nrun; k++) {
		size_t at = run_at(&t, k);

		for (size_t i = at; i < at + t.len; i++) {
			unsigned x = bin[p[i]];

			for (size_t j = 0; j < 3; j++)
				count[j][m->level[i < back[j] ? 0
							      : p[i - back[j]]]]
				     [x]++;
			count[3][i % m->shape.period % POSITIONS][x]++;
			count[4][i * ENTROPY_NCONTEXT / n][x]++;
		}
	}
	for (size_t j = 0; j < NTELLER; j++)
		told += entropy_told(count[j]);
	return told * n / (t.nrun * t.len);
}

/*
 * By so many parts per thousand a sample may show contexts worse than they are
 * in the end.  Classes of rows are told from each other late, so that a sample
 * shows little of them.
 */
#define DOUBT 5
#define DOUBT_CLASSES 250

/*
 * True if a sample of the symbols P, once some have been learned, takes fewer
 * bits than its part of LIMIT bytes and DOUBT thousandths more.
 */
static bool pays(struct predictor *m, const uint8_t *p,
	const struct entropy_symbols *s, size_t limit, unsigned doubt)
{
	const struct sample t = take_sample(&m->shape, s->n);
	uint8_t out[SAMPLE];
	struct entropy_range r = entropy_range_to(out, sizeof(out));
	const uint8_t *learned = NULL;
	uint64_t flat = 0;

	for (size_t k = 0; k < t.nrun; k++) {
		m->n = run_at(&t, k);
		m->at = m->n % m->shape.row;
		m->place = m->n % m->shape.period;
		if (k == t.nrun / 2)
			learned = r.out;
		if (k >= t.nrun / 2)
			flat += entropy_flat_nbit(s, p + m->n, t.len);
		put_run(m, &r, p, m->n + t.len);
	}
	return !r.over && (uint64_t)(r.out - learned) * 8 * s->nbytes * 1000 <
				  flat * limit * (1000 + doubt);
}

int entropy_context_bytes_put(struct entropy_coder *c,
	const struct entropy_grid *g, enum entropy_number number,
	const uint8_t *p, const struct entropy_symbols *s, bool by_classes,
	size_t limit, struct buf *out)
{
	const struct shape shape = {g->row, g->inner ? g->inner : g->row + 1,
		g->inner ? g->inner : 1, number};
	struct predictor *m;
	uint8_t *to;
	size_t len;

	if (g->row < 2 || g->row > s->n / 2 || !fits(&shape, s->n) ||
		limit <= HEAD_NBYTES + ENTROPY_RANGE_NBYTES)
		return 0;
	m = make_predictor(c, &shape);
	if (!m || buf_reserve(out, limit))
		return -1;
	if (!by_classes &&
		entropy_cost(s->hist, ENTROPY_NSYMBOL, ENTROPY_ONCE) >=
			8 * (uint64_t)limit + bits_told(m, p, s->n, s->hist))
		return 0;
	limit -= HEAD_NBYTES;
	if (s->n >= 2 * SAMPLE) {
		if (!pays(m, p, s, limit, by_classes ? DOUBT_CLASSES : DOUBT))
			return 0;
		m = make_predictor(c, &shape);
	}
	to = (uint8_t *)out->data + out->len;
	len = put(m, p, s->n, to + HEAD_NBYTES, limit);
	if (len >= limit)
		return 0;
	memset(to, 0, HEAD_NBYTES);
	le_store32(to, (uint32_t)shape.row);
	le_store32(to + 4, (uint32_t)shape.lag);
	le_store32(to + 8, (uint32_t)shape.period);
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
	struct entropy_range r;
	unsigned of[NMODEL];
	struct predictor *m;
	struct shape s;

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
	r = entropy_range_from(in + HEAD_NBYTES, nin - HEAD_NBYTES);
	for (size_t i = 0; i < n && !r.over; i++) {
		unsigned high;

		find_contexts(m, out, of);
		high = take_half(begin_half(m, of, 0), &r);
		out[i] = (uint8_t)(high << HALF_NBIT |
				   take_half(begin_half(m, of, 1 + high), &r));
		advance(m, out[i]);
	}
	return r.in == r.end && !r.over ? 0 : malformed(d);
}
