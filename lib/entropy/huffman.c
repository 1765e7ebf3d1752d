/* SPDX-License-Identifier: MIT */
/*
 * Symbol streams, spzip(5), section 8, coded one by one: deflate without
 * matches, by a coder of our own.  On symbols that have no order that is within
 * 1 % of the entropy, which matching only spoils (gap bytes +11 to +28 %,
 * exponent bytes +20 to +90 %).
 */
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "entropy/entropy_impl.h"

/* --- code lengths -------------------------------------------------------- */

#define END_OF_BLOCK 256
#define NCODE ENTROPY_NCODE
/* The codes that code lengths are written in; RFC 1951, section 3.2.7. */
#define NLENGTH_CODE 19
#define LENGTH_CODE_MAX 7

/* Puts KEY[0..n) in order of the byte from bit SHIFT on. */
static void sort_by(uint64_t key[NCODE], unsigned n, unsigned shift)
{
	uint64_t from[NCODE];
	unsigned at[257] = {0};

	memcpy(from, key, n * sizeof(key[0]));
	for (unsigned i = 0; i < n; i++)
		at[(from[i] >> shift & 255) + 1]++;
	for (unsigned k = 1; k < 256; k++)
		at[k] += at[k - 1];
	for (unsigned i = 0; i < n; i++)
		key[at[from[i] >> shift & 255]++] = from[i];
}

/* In order of frequency, then of symbols; frequencies of 0 are left out. */
static unsigned sort_symbols(
	const uint32_t *freq, unsigned nsym, uint64_t key[NCODE])
{
	uint32_t any = 0;
	unsigned n = 0;

	for (unsigned i = 0; i < nsym; i++) {
		key[n] = (uint64_t)freq[i] << 16 | i;
		any |= freq[i];
		n += freq[i] != 0;
	}
	for (unsigned k = 0; k < 4 && any >> 8 * k; k++)
		sort_by(key, n, 16 + 8 * k);
	return n;
}

/*
 * One step of package-merge: OUT is LEAVES merged with the pairs of IN, by
 * weight; IS_LEAF tells which is which.  Returns the number of items.
 */
static unsigned merge_pairs(const uint64_t *leaf, unsigned nleaf,
	const uint64_t *in, unsigned nin, uint64_t *out, uint8_t *is_leaf)
{
	unsigned i = 0, j = 0, n = 0;

	while (i < nleaf || j + 1 < nin) {
		uint64_t pair = j + 1 < nin ? in[j] + in[j + 1] : UINT64_MAX;
		bool takes = i < nleaf && leaf[i] >> 16 <= pair;

		is_leaf[n] = takes;
		out[n++] = takes ? leaf[i] >> 16 : pair;
		i += takes;
		j += takes ? 0 : 2;
	}
	return n;
}

/* Package-merge for the N symbols in LEAF. */
static void limited_lengths(
	const uint64_t leaf[NCODE], unsigned n, unsigned max, uint8_t *len)
{
	uint64_t item[2][2 * NCODE];
	uint8_t is_leaf[ENTROPY_CODE_LEN_MAX][2 * NCODE];
	unsigned nitem = 0, take = 2 * n - 2;

	for (unsigned i = 0; i < max; i++)
		nitem = merge_pairs(
			leaf, n, item[i & 1], nitem, item[~i & 1], is_leaf[i]);
	for (unsigned i = max; i-- > 0;) {
		unsigned nleaf = 0;

		for (unsigned k = 0; k < take; k++)
			nleaf += is_leaf[i][k];
		for (unsigned k = 0; k < nleaf; k++)
			len[leaf[k] & 0xffff]++;
		take = 2 * (take - nleaf);
	}
}

/* Huffman's algorithm; returns the longest length, which may be above MAX. */
static unsigned free_lengths(
	const uint64_t leaf[NCODE], unsigned n, uint8_t *len)
{
	uint64_t node[NCODE];
	uint16_t leaf_up[NCODE] = {0}, node_up[NCODE];
	uint8_t depth[NCODE] = {0};
	unsigned i = 0, j = 0;

	for (unsigned k = 0; k + 1 < n; k++) {
		node[k] = 0;
		for (unsigned two = 0; two < 2; two++) {
			bool is_leaf =
				i < n && (j == k || leaf[i] >> 16 <= node[j]);

			node[k] += is_leaf ? leaf[i] >> 16 : node[j];
			if (is_leaf)
				leaf_up[i++] = (uint16_t)k;
			else
				node_up[j++] = (uint16_t)k;
		}
	}
	for (unsigned k = n - 2; k-- > 0;)
		depth[k] = (uint8_t)(depth[node_up[k]] + 1);
	for (unsigned k = 0; k < n; k++)
		len[leaf[k] & 0xffff] = (uint8_t)(depth[leaf_up[k]] + 1);
	return depth[leaf_up[0]] + 1u;
}

/*
 * The lengths of an optimal prefix code of at most MAX bits: Huffman's where
 * they are, else by package-merge (L. Larmore and D. Hirschberg, "A fast
 * algorithm for optimal length-limited Huffman codes", 1990).  A symbol of
 * FREQ 0 gets none; at least two others are needed.
 */
static void code_lengths(
	const uint32_t *freq, unsigned nsym, unsigned max, uint8_t *len)
{
	uint64_t leaf[NCODE];
	unsigned n = sort_symbols(freq, nsym, leaf);

	memset(len, 0, nsym);
	if (free_lengths(leaf, n, len) <= max)
		return;
	memset(len, 0, nsym);
	limited_lengths(leaf, n, max, len);
}

/* N bits in the other order. */
static unsigned reversed(unsigned x, unsigned n)
{
	unsigned r = 0;

	for (; n--; x >>= 1)
		r = r << 1 | (x & 1);
	return r;
}

/*
 * Codes of those lengths as deflate writes them, first bit lowest, beside
 * their lengths: RFC 1951, section 3.2.2.
 */
static void make_codes(const uint8_t *len, unsigned nsym, uint32_t *code)
{
	unsigned count[ENTROPY_CODE_LEN_MAX + 1] = {0};
	unsigned next[ENTROPY_CODE_LEN_MAX + 1] = {0};

	for (unsigned i = 0; i < nsym; i++)
		count[len[i]]++;
	count[0] = 0;
	for (unsigned bits = 1; bits <= ENTROPY_CODE_LEN_MAX; bits++)
		next[bits] = (next[bits - 1] + count[bits - 1]) << 1;
	for (unsigned i = 0; i < nsym; i++)
		code[i] =
			len[i] ? reversed(next[len[i]]++, len[i]) << 8 | len[i]
			       : 0;
}

/* --- the block header ----------------------------------------------------- */

/* The order of RFC 1951, section 3.2.7. */
static const uint8_t length_order[NLENGTH_CODE] = {
	16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
static const uint8_t length_extra[NLENGTH_CODE] = {[16] = 2, 3, 7};

/* Bits of an empty block with fixed codes, and of what comes before HCLEN. */
#define EMPTY_BLOCK_NBIT 10
#define HCLEN_AT_NBIT 17
#define EMPTY_BLOCK_MAX 3
/* Lengths of 257 codes, and of one for distances, which is 0. */
#define NLENGTH (NCODE + 1)

/* A code of a code length, and the number that follows it. */
struct token {
	uint8_t code;
	uint8_t extra;
};

struct header {
	struct token token[NLENGTH];
	unsigned ntoken;
	unsigned nlength_code;
	uint8_t length_len[NLENGTH_CODE];
	unsigned nempty; /* blocks in front */
	unsigned nbit;
};

struct bits {
	uint64_t acc;
	unsigned n;
	uint8_t *p;
};

static void put_bits(struct bits *b, uint64_t x, unsigned n)
{
	b->acc |= x << b->n;
	le_store64(b->p, b->acc);
	b->n += n;
	b->p += b->n >> 3;
	b->acc >>= b->n & 0x38;
	b->n &= 7;
}

/* Fills up the last byte with zeros. */
static uint8_t *end_bits(struct bits *b)
{
	if (b->n == 0)
		return b->p;
	*b->p = (uint8_t)b->acc;
	return b->p + 1;
}

/* Runs of lengths as tokens: 16 repeats, 17 and 18 are zeros. */
static void tokenize(struct header *h, const uint8_t len[NLENGTH])
{
	unsigned run, n = 0;

	for (unsigned i = 0; i < NLENGTH; i += run) {
		for (run = 1; i + run < NLENGTH && len[i + run] == len[i];)
			run++;
		if (len[i] == 0 && run >= 11) {
			run = run < 138 ? run : 138;
			h->token[n++] = (struct token){18, (uint8_t)(run - 11)};
		} else if (len[i] == 0 && run >= 3) {
			h->token[n++] = (struct token){17, (uint8_t)(run - 3)};
		} else if (len[i] && run >= 4) {
			run = run < 7 ? run : 7;
			h->token[n++] = (struct token){len[i], 0};
			h->token[n++] = (struct token){16, (uint8_t)(run - 4)};
		} else {
			run = 1;
			h->token[n++] = (struct token){len[i], 0};
		}
	}
	h->ntoken = n;
}

/* Makes the header end on a byte; section 8 says that it always can. */
static void align(struct header *h)
{
	unsigned best = UINT_MAX, nbit = h->nbit, ncode = h->nlength_code;

	for (unsigned more = 0; more < 2; more++)
		for (unsigned e = 0; e <= EMPTY_BLOCK_MAX; e++) {
			unsigned n = nbit + 3 * more + e * EMPTY_BLOCK_NBIT;

			if (n % 8 || n >= best)
				continue;
			best = h->nbit = n;
			h->nempty = e;
			h->nlength_code = ncode + more;
		}
}

static void plan_header(
	struct header *h, const uint8_t len[NCODE], bool is_aligned)
{
	uint8_t all[NLENGTH] = {0};
	uint32_t freq[NLENGTH_CODE] = {0};

	memcpy(all, len, NCODE);
	tokenize(h, all);
	for (unsigned i = 0; i < h->ntoken; i++)
		freq[h->token[i].code]++;
	code_lengths(freq, NLENGTH_CODE, LENGTH_CODE_MAX, h->length_len);
	h->nlength_code = NLENGTH_CODE;
	while (h->length_len[length_order[h->nlength_code - 1]] == 0)
		h->nlength_code--;
	h->nempty = 0;
	h->nbit = HCLEN_AT_NBIT + 3 * h->nlength_code;
	for (unsigned i = 0; i < NLENGTH_CODE; i++)
		h->nbit += freq[i] * (h->length_len[i] + length_extra[i]);
	if (is_aligned)
		align(h);
}

static void put_header(struct bits *b, const struct header *h)
{
	uint32_t code[NLENGTH_CODE];

	for (unsigned i = 0; i < h->nempty; i++)
		put_bits(b, 2, EMPTY_BLOCK_NBIT);
	put_bits(b, 5, 3);  /* the last block, dynamic codes */
	put_bits(b, 0, 10); /* 257 codes, one for distances */
	put_bits(b, h->nlength_code - 4u, 4);
	for (unsigned i = 0; i < h->nlength_code; i++)
		put_bits(b, h->length_len[length_order[i]], 3);
	make_codes(h->length_len, NLENGTH_CODE, code);
	for (unsigned i = 0; i < h->ntoken; i++) {
		const struct token *t = &h->token[i];

		put_bits(b, code[t->code] >> 8, code[t->code] & 0xff);
		put_bits(b, t->extra, length_extra[t->code]);
	}
}

/* --- symbol streams ------------------------------------------------------- */

/* Section 8. */
#define FOUR_HEAD_NBYTES 14
#define NBODY 4
/* Below, four bodies would cost more than 0.3 %. */
#ifndef ENTROPY_FOUR_MIN
#define ENTROPY_FOUR_MIN 8192
#endif

/* Where body I of N symbols begins. */
static size_t body_at(size_t n, unsigned i)
{
	size_t at = i * (n / NBODY + (n % NBODY != 0));

	return at < n ? at : n;
}

void entropy_symbols_count(
	const uint8_t *p, size_t n, uint32_t hist[ENTROPY_NSYMBOL])
{
	/* equal neighbours do not wait for each other */
	uint32_t part[4][ENTROPY_NSYMBOL];
	size_t i = 0;

	memset(part, 0, sizeof(part));
	for (; n - i >= 4; i += 4) {
		uint32_t x = le_load32(p + i);

		part[0][x & 0xff]++;
		part[1][x >> 8 & 0xff]++;
		part[2][x >> 16 & 0xff]++;
		part[3][x >> 24]++;
	}
	for (; i < n; i++)
		part[0][p[i]]++;
	for (unsigned k = 0; k < ENTROPY_NSYMBOL; k++)
		hist[k] = part[0][k] + part[1][k] + part[2][k] + part[3][k];
}

void entropy_symbols_plan(struct entropy_symbols *s,
	const uint32_t hist[ENTROPY_NSYMBOL], size_t n)
{
	uint32_t freq[NCODE];
	struct header h;
	uint64_t nbit = 0;
	bool four = n >= ENTROPY_FOUR_MIN;

	memset(s, 0, sizeof(*s));
	memcpy(s->hist, hist, sizeof(s->hist));
	s->n = n;
	s->nbytes = n ? n + 1 : 0;
	s->coding = ENTROPY_SYMBOLS_STORED;
	if (n == 0)
		return;
	memcpy(freq, hist, ENTROPY_NSYMBOL * sizeof(freq[0]));
	freq[END_OF_BLOCK] = four ? NBODY : 1;
	code_lengths(freq, NCODE, ENTROPY_CODE_LEN_MAX, s->len);
	plan_header(&h, s->len, four);
	for (unsigned i = 0; i < NCODE; i++)
		nbit += (uint64_t)freq[i] * s->len[i];
	nbit += h.nbit;
	/* of four, each may fill up a byte */
	nbit += 8 * (four ? FOUR_HEAD_NBYTES + NBODY + 1u : 2u);
	if (nbit / 8 >= s->nbytes)
		return;
	s->coding = four ? ENTROPY_SYMBOLS_FOUR : ENTROPY_SYMBOLS_ONE;
	s->nbytes = (size_t)(nbit / 8);
}

void entropy_symbols_plan_of(
	struct entropy_symbols *s, const uint8_t *p, size_t n)
{
	uint32_t hist[ENTROPY_NSYMBOL];

	entropy_symbols_count(p, n, hist);
	entropy_symbols_plan(s, hist, n);
}

/* Appends the codes of P[0..n) and the end of the block. */
static void put_body(
	struct bits *b, const uint32_t code[NCODE], const uint8_t *p, size_t n)
{
	uint64_t acc = b->acc;
	unsigned nbit = b->n;
	uint8_t *to = b->p;
	size_t i = 0;

	/* Four codes are joined before they wait for those before them. */
	for (; n - i >= 4; i += 4) {
		uint32_t c0 = code[p[i]], c1 = code[p[i + 1]];
		uint32_t c2 = code[p[i + 2]], c3 = code[p[i + 3]];
		unsigned n0 = c0 & 0xff, n2 = c2 & 0xff;
		unsigned n01 = n0 + (c1 & 0xff), n23 = n2 + (c3 & 0xff);
		uint64_t lo = c0 >> 8 | (uint64_t)(c1 >> 8) << n0;
		uint64_t hi = c2 >> 8 | (uint64_t)(c3 >> 8) << n2;

		acc |= (lo | hi << n01) << nbit;
		le_store64(to, acc);
		nbit += n01 + n23;
		to += nbit >> 3;
		acc >>= nbit & 0x38;
		nbit &= 7;
	}
	*b = (struct bits){acc, nbit, to};
	for (; i < n; i++)
		put_bits(b, code[p[i]] >> 8, code[p[i]] & 0xff);
	put_bits(b, code[END_OF_BLOCK] >> 8, code[END_OF_BLOCK] & 0xff);
}

static uint8_t *put_one(
	const struct entropy_symbols *s, const uint8_t *p, uint8_t *to)
{
	struct bits b = {.p = to};
	uint32_t code[NCODE];
	struct header h;

	plan_header(&h, s->len, false);
	put_header(&b, &h);
	make_codes(s->len, NCODE, code);
	put_body(&b, code, p, s->n);
	return end_bits(&b);
}

static uint8_t *put_four(
	const struct entropy_symbols *s, const uint8_t *p, uint8_t *to)
{
	struct bits b = {.p = to + FOUR_HEAD_NBYTES};
	uint32_t code[NCODE];
	struct header h;

	plan_header(&h, s->len, true);
	put_header(&b, &h);
	le_store16(to, (uint16_t)(h.nbit / 8));
	make_codes(s->len, NCODE, code);
	for (unsigned i = 0; i < NBODY; i++) {
		size_t at = body_at(s->n, i);
		const uint8_t *begin = b.p;

		put_body(&b, code, p + at, body_at(s->n, i + 1) - at);
		b = (struct bits){.p = end_bits(&b)};
		if (i + 1 < NBODY)
			le_store32(to + 2 + 4 * (size_t)i,
				(uint32_t)(b.p - begin));
	}
	return b.p;
}

int entropy_symbols_put(
	const struct entropy_symbols *s, const uint8_t *p, struct buf *out)
{
	uint8_t *to, *end;

	if (s->n == 0)
		return 0;
	if (buf_reserve(out, s->nbytes + sizeof(uint64_t)))
		return -1;
	to = (uint8_t *)out->data + out->len;
	*to++ = s->coding;
	if (s->coding == ENTROPY_SYMBOLS_FOUR)
		end = put_four(s, p, to);
	else if (s->coding == ENTROPY_SYMBOLS_ONE)
		end = put_one(s, p, to);
	else
		end = (uint8_t *)memcpy(to, p, s->n) + s->n;
	out->len = (size_t)(end - (uint8_t *)out->data);
	return 0;
}

/* --- decoding them -------------------------------------------------------- */

#define TABLE_NBIT ENTROPY_CODE_LEN_MAX
#define TABLE_N (1u << TABLE_NBIT)
/*
 * Of an entry: the length below, the symbol above.  That of the end of the
 * block has its length above, and below what no other has: see take_lanes().
 */
#define ENTRY_LEN 63
#define ENTRY_END 128

/* IN[0..n), of which some is taken; past the end are zeros. */
struct unbits {
	const uint8_t *in;
	size_t n;
	size_t at; /* in bits */
	bool over; /* was past the end */
};

static unsigned see_bits(const struct unbits *b, unsigned n)
{
	uint8_t x[4] = {0};
	size_t at = b->at / 8;

	memcpy(x, b->in + (at < b->n ? at : b->n),
		at >= b->n      ? 0
		: b->n - at < 4 ? b->n - at
				: 4);
	return le_load32(x) >> (b->at & 7) & ((1u << n) - 1);
}

static unsigned take_bits(struct unbits *b, unsigned n)
{
	unsigned x = see_bits(b, n);

	b->at += n;
	b->over = b->over || b->at > 8 * b->n;
	return x;
}

/*
 * Fills TABLE, of 2^NBIT entries, for codes of those lengths.  Returns -1
 * unless they are a complete code.
 */
static int make_table(const uint8_t *len, unsigned nsym, unsigned nbit,
	uint16_t table[TABLE_N])
{
	uint32_t code[NCODE];
	unsigned space = 0;

	for (unsigned i = 0; i < nsym; i++)
		space += len[i] ? 1u << nbit >> len[i] : 0;
	if (space != 1u << nbit)
		return -1;
	make_codes(len, nsym, code);
	for (unsigned i = 0; i < nsym; i++) {
		unsigned entry = i << 8 | len[i];

		if (i == END_OF_BLOCK)
			entry = (unsigned)len[i] << 8 | ENTRY_END | ENTRY_LEN;

		for (unsigned x = code[i] >> 8; len[i] && x < 1u << nbit;
			x += 1u << len[i])
			table[x] = (uint16_t)entry;
	}
	return 0;
}

static unsigned take_code(
	struct unbits *b, const uint16_t *table, unsigned nbit)
{
	unsigned entry = table[see_bits(b, nbit)];

	take_bits(b, entry & ENTRY_END ? entry >> 8 : entry & ENTRY_LEN);
	return entry;
}

/* The lengths of codes that tokens tell; -1 if they do not add up. */
static int take_lengths(
	struct unbits *b, const uint16_t *table, uint8_t len[NLENGTH])
{
	static const uint8_t least[] = {3, 3, 11};
	unsigned n = 0;

	while (n < NLENGTH) {
		unsigned code = take_code(b, table, LENGTH_CODE_MAX) >> 8;
		unsigned run = 1;

		if (code >= 16)
			run = least[code - 16] +
			      take_bits(b, length_extra[code]);
		if (run > NLENGTH - n || (code == 16 && n == 0))
			return -1;
		if (code == 16)
			memset(len + n, len[n - 1], run);
		else
			memset(len + n, code > 16 ? 0 : (int)code, run);
		n += run;
	}
	return 0;
}

/*
 * Parses the header of four bodies, all of IN[0..n), and makes the table of
 * their codes.  Returns -1 if it is not as section 8 wants it.
 */
static int take_header(const uint8_t *in, size_t n, uint16_t table[TABLE_N])
{
	struct unbits b = {.in = in, .n = n};
	uint8_t length_len[NLENGTH_CODE] = {0}, len[NLENGTH];
	uint16_t length_table[TABLE_N];
	unsigned nempty = 0, ncode;

	while (see_bits(&b, 3) == 2) {
		if (take_bits(&b, EMPTY_BLOCK_NBIT) != 2 ||
			++nempty > EMPTY_BLOCK_MAX)
			return -1;
	}
	if (take_bits(&b, 3) != 5 || take_bits(&b, 10) != 0)
		return -1;
	ncode = take_bits(&b, 4) + 4;
	for (unsigned i = 0; i < ncode && i < NLENGTH_CODE; i++)
		length_len[length_order[i]] = (uint8_t)take_bits(&b, 3);
	if (ncode > NLENGTH_CODE ||
		make_table(length_len, NLENGTH_CODE, LENGTH_CODE_MAX,
			length_table) ||
		take_lengths(&b, length_table, len) || b.over || b.at != 8 * n)
		return -1;
	for (unsigned i = 0; i < NCODE; i++)
		if (len[i] > ENTROPY_CODE_LEN_MAX)
			return -1;
	return len[NCODE] || len[END_OF_BLOCK] == 0
		       ? -1
		       : make_table(len, NCODE, TABLE_NBIT, table);
}

/*
 * One of the bodies, as far as it is read: its next bits, and behind them a 1.
 * All of the 64 before P that are above that are taken.
 */
struct lane {
	const uint8_t *p, *end;
	uint64_t bits;
	uint8_t *to, *to_end;
};

#define LANE_MARK ((uint64_t)1 << 63)

/* Symbols that 56 bits have for certain. */
#define PER_REFILL 5
#define REFILL(L)                            \
	e = (unsigned)__builtin_clzll(b##L); \
	p##L += e >> 3;                      \
	b##L = (le_load64(p##L) | LANE_MARK) >> (e & 7)
#define TAKE(L)                          \
	e = table[b##L & (TABLE_N - 1)]; \
	b##L >>= e & ENTRY_LEN;          \
	*to##L++ = (uint8_t)(e >> 8)
#define EACH(DO) \
	DO(0);   \
	DO(1);   \
	DO(2);   \
	DO(3)
#define LANE_LOAD(L)                     \
	const uint8_t *p##L = lane[L].p; \
	uint64_t b##L = lane[L].bits;    \
	uint8_t *to##L = lane[L].to
#define LANE_STORE(L)        \
	lane[L].p = p##L;    \
	lane[L].bits = b##L; \
	lane[L].to = to##L

/*
 * Takes N symbols from each lane, or somewhat fewer where that would read past
 * END.  Returns false where a block ends: its entry takes the mark away, which
 * five symbols never do.
 */
static inline __attribute__((always_inline)) bool lanes_taken(
	struct lane lane[NBODY], size_t n, const uint16_t *table,
	const uint8_t *end)
{
	const ptrdiff_t least = 16; /* to go on by 7, and to read 8 */
	int64_t lost = 0;
	unsigned e;

	EACH(LANE_LOAD);
	for (; n >= PER_REFILL && end - p3 >= least && end - p2 >= least &&
		end - p1 >= least && end - p0 >= least && lost >= 0;
		n -= PER_REFILL) {
		EACH(REFILL);
		EACH(TAKE);
		EACH(TAKE);
		EACH(TAKE);
		EACH(TAKE);
		EACH(TAKE);
		lost = (int64_t)((b0 - 2) | (b1 - 2) | (b2 - 2) | (b3 - 2));
	}
	EACH(LANE_STORE);
	return lost >= 0;
}

static bool take_lanes_plain(struct lane lane[NBODY], size_t n,
	const uint16_t *table, const uint8_t *end)
{
	return lanes_taken(lane, n, table, end);
}

#if defined(__x86_64__) && defined(__GNUC__)
/* The same, with shifts by what is in any register. */
__attribute__((target("bmi,bmi2"))) static bool take_lanes_bmi2(
	struct lane lane[NBODY], size_t n, const uint16_t *table,
	const uint8_t *end)
{
	return lanes_taken(lane, n, table, end);
}

static bool take_lanes(struct lane lane[NBODY], size_t n, const uint16_t *table,
	const uint8_t *end)
{
	return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")
		       ? take_lanes_bmi2(lane, n, table, end)
		       : take_lanes_plain(lane, n, table, end);
}
#else
#define take_lanes take_lanes_plain
#endif

/* The rest of a lane, to the end; -1 if that is not where it ought to be. */
static int end_lane(struct lane *l, const uint16_t *table)
{
	struct unbits b = {.in = l->p};
	unsigned e;

	/* some bytes into the next body if this one is damaged */
	if (l->p > l->end)
		return -1;
	b.n = (size_t)(l->end - l->p);
	b.at = (size_t)__builtin_clzll(l->bits);
	while (l->to < l->to_end) {
		e = take_code(&b, table, TABLE_NBIT);
		*l->to++ = (uint8_t)(e >> 8);
		if (e & ENTRY_END)
			return -1;
	}
	if (!(take_code(&b, table, TABLE_NBIT) & ENTRY_END) || b.over)
		return -1;
	return (b.at + 7) / 8 == b.n &&
			       see_bits(&b, (unsigned)(8 * b.n - b.at)) == 0
		       ? 0
		       : -1;
}

/* Four bodies of N symbols: IN without the coding byte. */
static int take_four(const uint8_t *in, size_t nin, uint8_t *out, size_t n)
{
	uint16_t table[TABLE_N];
	const uint8_t *end = in + nin, *p;
	struct lane lane[NBODY];
	size_t nheader, least = body_at(n, NBODY) - body_at(n, NBODY - 1);

	if (nin < FOUR_HEAD_NBYTES)
		return -1;
	nheader = le_load16(in);
	p = in + FOUR_HEAD_NBYTES;
	if (nheader > (size_t)(end - p) || take_header(p, nheader, table))
		return -1;
	p += nheader;
	for (unsigned i = 0; i < NBODY; i++) {
		size_t nbody = i + 1 < NBODY ? le_load32(in + 2 + 4 * (size_t)i)
					     : (size_t)(end - p);

		if (nbody > (size_t)(end - p))
			return -1;
		lane[i] = (struct lane){.p = p,
			.end = p + nbody,
			.bits = LANE_MARK,
			.to = out + body_at(n, i),
			.to_end = out + body_at(n, i + 1)};
		p += nbody;
	}
	if (!take_lanes(lane, least, table, end))
		return -1;
	for (unsigned i = 0; i < NBODY; i++)
		if (end_lane(&lane[i], table))
			return -1;
	return 0;
}

int entropy_symbols_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d)
{
	if (n == 0 && nin == 0)
		return 0;
	if (n && nin) {
		if (*in == ENTROPY_SYMBOLS_STORED && nin - 1 == n) {
			memcpy(out, in + 1, n);
			return 0;
		}
		if (*in == ENTROPY_SYMBOLS_ONE)
			return entropy_inflate(c, in + 1, nin - 1, out, n, d);
		if (*in == ENTROPY_SYMBOLS_FOUR &&
			take_four(in + 1, nin - 1, out, n) == 0)
			return 0;
		if (*in > ENTROPY_SYMBOLS_FOUR)
			return diag_set(d, DIAG_DATA,
				"unknown coding %u of symbols; a newer spzip "
				"is needed",
				*in);
	}
	return diag_set(d, DIAG_DATA, "symbol stream is malformed");
}
