/* SPDX-License-Identifier: MIT */
/*
 * Entropy coding, for what is known of weights: raw deflate, streams of symbols
 * (spzip(5), section 8), bit strings by context and in groups (sections 7.4 and
 * 7.5), and the interval of a binary range coder.  Nothing here knows of
 * elements or of chunks.
 */
#ifndef ENTROPY_ENTROPY_H
#define ENTROPY_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct diag;
struct entropy_zlib;

/* From this level on there is time for what gains some percent slowly. */
#define ENTROPY_LEVEL_SLOW 8

/*
 * Scratch memory and states of one thread, kept from call to call.  All zero
 * but level before first use; entropy_free() ends it.
 */
struct entropy_coder {
	int level;      /* 1-9: how much time it may take to encode */
	bool is_sample; /* of what is coded, which has no rows */
	/*
	 * bytes that symbols must take less than to be of use; 0: any will do
	 */
	size_t enough;
	struct entropy_zlib *zlib;
	struct buf packed, dealt, classes, context;
};

void entropy_free(struct entropy_coder *c);

/*
 * How symbols lie: so many in a row, and in one of its parts, such as the
 * kernel of a convolution; 0: not known.
 */
struct entropy_grid {
	size_t row, inner;
};

/* CEIL(n / 8): bytes of a bit string. */
static inline size_t entropy_bits_nbytes(size_t n)
{
	return n / 8 + (n % 8 != 0);
}

/* --- deflate ------------------------------------------------------------- */

/*
 * Appends P[0..n) to OUT as a raw deflate stream of the level of C.  Returns
 * 0, or -1 when memory ran out.
 */
int entropy_deflate(
	struct entropy_coder *c, const void *p, size_t n, struct buf *out);

/*
 * Decodes all of IN[0..nin) to OUT[0..n).  Returns 0, or -1: DIAG_NOMEM, or
 * DIAG_DATA if the stream is wrong, has another length, or does not end where
 * IN ends.
 */
int entropy_inflate(struct entropy_coder *c, const void *in, size_t nin,
	void *out, size_t n, struct diag *d);

/* --- symbols ------------------------------------------------------------- */

/* Symbols are bytes; a block has a code for its end besides. */
#define ENTROPY_NSYMBOL 256
#define ENTROPY_NCODE (ENTROPY_NSYMBOL + 1)
#define ENTROPY_CODE_LEN_MAX 11

/* Section 8. */
enum entropy_symbols_coding {
	ENTROPY_SYMBOLS_STORED,
	ENTROPY_SYMBOLS_ONE,
	ENTROPY_SYMBOLS_FOUR,
	ENTROPY_SYMBOLS_PACKED,
	ENTROPY_SYMBOLS_CLASSES,
	ENTROPY_SYMBOLS_CONTEXT,
};

/* How a run of symbols will be coded, one by one: codings 0 to 2. */
struct entropy_symbols {
	size_t n;
	size_t nbytes; /* of the stream, at most */
	uint8_t coding;
	uint8_t len[ENTROPY_NCODE];
	uint32_t hist[ENTROPY_NSYMBOL];
};

/* Counts P[0..n) by value. */
void entropy_symbols_count(
	const uint8_t *p, size_t n, uint32_t hist[ENTROPY_NSYMBOL]);

/* The smallest coding of N symbols that HIST counts. */
void entropy_symbols_plan(struct entropy_symbols *s,
	const uint32_t hist[ENTROPY_NSYMBOL], size_t n);

/* The same of P[0..n). */
void entropy_symbols_plan_of(
	struct entropy_symbols *s, const uint8_t *p, size_t n);

/*
 * About how many bytes the matches of deflate save of the symbols P that S was
 * planned for, some, where they take NBYTES.  Where there are none that is soon
 * known.
 */
size_t entropy_matches_gain(
	const uint8_t *p, const struct entropy_symbols *s, size_t nbytes);

/*
 * Appends the stream of the symbols P that S was planned for.  Returns 0, or
 * -1 when memory ran out.
 */
int entropy_symbols_put(
	const struct entropy_symbols *s, const uint8_t *p, struct buf *out);

/*
 * Decodes all of IN[0..nin), in coding 0 to 2, to N symbols.  Returns 0, or -1
 * with DIAG_DATA or DIAG_NOMEM.
 */
int entropy_symbols_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d);

/* What symbols are, by which classes of them are found. */
enum entropy_symbols_kind {
	ENTROPY_KIND_WINDOW, /* the larger the more */
	ENTROPY_KIND_BYTES,  /* numbers with a sign */
	ENTROPY_KIND_BITS,   /* parts of a bit string */
};

/*
 * Appends the smallest symbol stream of the symbols P that is found, packed or
 * by classes where that gains on what S plans for them; G is how they lie.
 * Returns 0, or -1 when memory ran out.
 */
int entropy_symbols_add(struct entropy_coder *c, const struct entropy_grid *g,
	const uint8_t *p, const struct entropy_symbols *s,
	enum entropy_symbols_kind kind, struct buf *out);

/*
 * What entropy_deflate() takes for P[0..n) at least, or a little more in rare
 * cases: a small part of the time shows that it is not worth it.
 */
#define ENTROPY_LEAST_NBYTES_MAX 16384
size_t entropy_deflate_least(const uint8_t *p, size_t n);

/* Decodes IN[0..nin), in any coding, to N symbols.  Returns 0, or -1. */
int entropy_symbols_take(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d);

/* The same to the bytes of a bit string of NBIT bits; others are 0. */
int entropy_bits_take(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *bits, size_t nbit, struct diag *d);

/* --- bits by context ------------------------------------------------------ */

/*
 * Appends the COUNT bits of MASK, NKEPT of them 1, which lie as G says, if that
 * takes fewer than LIMIT bytes.  Returns 1, 0 if not, -1 when memory ran out.
 */
int entropy_context_bits_put(struct entropy_coder *c,
	const struct entropy_grid *g, const uint8_t *mask, size_t count,
	size_t nkept, size_t limit, struct buf *out);

/* Decodes all of IN[0..nin) to the COUNT bits of MASK.  Returns 0, or -1. */
int entropy_context_bits_get(struct entropy_coder *c, const uint8_t *in,
	size_t nin, uint8_t *mask, size_t count, size_t nkept, struct diag *d);

/* --- bits in groups ------------------------------------------------------- */

/*
 * Appends the COUNT bits of BITS as groups of which N of M are 1, if they are
 * such and that takes fewer than LIMIT bytes.  Returns 1, 0 if not, -1 when
 * memory ran out.
 */
int entropy_groups_put(struct entropy_coder *c, const uint8_t *bits,
	size_t count, size_t limit, struct buf *out);

/* Decodes all of IN[0..nin) to COUNT bits.  Returns 0, or -1. */
int entropy_groups_get(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *bits, size_t count, struct diag *d);

/* --- range coder ---------------------------------------------------------- */

/* Bytes that a range coder ends with. */
#define ENTROPY_RANGE_NBYTES 4

/* A binary range coder, in one of both directions. */
struct entropy_range {
	uint32_t low, high; /* the interval, both ends included */
	uint32_t v;         /* decoding: what is in it */
	uint8_t *out;
	const uint8_t *in;
	const uint8_t *end; /* of the room for out, or of in */
	bool over;          /* more than that would be needed */
};

/* Encodes to OUT[0..room), of which entropy_range_end() needs its part. */
static inline struct entropy_range entropy_range_to(uint8_t *out, size_t room)
{
	bool over = room < ENTROPY_RANGE_NBYTES;

	return (struct entropy_range){.high = UINT32_MAX,
		.out = out,
		.end = out + (over ? 0 : room - ENTROPY_RANGE_NBYTES),
		.over = over};
}

/* Decodes IN[0..n). */
static inline struct entropy_range entropy_range_from(
	const uint8_t *in, size_t n)
{
	struct entropy_range r = {.high = UINT32_MAX,
		.in = in,
		.end = in + n,
		.over = n < ENTROPY_RANGE_NBYTES};

	for (size_t i = 0; i < ENTROPY_RANGE_NBYTES && !r.over; i++)
		r.v = r.v << 8 | *r.in++;
	return r;
}

/* The part of the interval that a 1 of probability P, in 2^-16, ends with. */
static inline uint32_t entropy_range_split(
	const struct entropy_range *r, uint32_t p)
{
	return r->low + (uint32_t)((uint64_t)(r->high - r->low) * p >> 16);
}

/* Goes to the part of BIT; bits are as good as random, so without a branch. */
static inline void entropy_range_narrow(
	struct entropy_range *r, uint32_t mid, unsigned bit)
{
	uint32_t is = 0 - (uint32_t)bit;

	r->high = (mid & is) | (r->high & ~is);
	r->low = (r->low & is) | ((mid + 1) & ~is);
}

static inline bool entropy_range_settled(const struct entropy_range *r)
{
	return ((r->low ^ r->high) & 0xff000000) == 0;
}

static inline void entropy_range_next(struct entropy_range *r)
{
	r->low <<= 8;
	r->high = r->high << 8 | 255;
}

/* Codes BIT, which is 1 with probability P, in 2^-16. */
static inline void entropy_range_put(
	struct entropy_range *r, uint32_t p, unsigned bit)
{
	entropy_range_narrow(r, entropy_range_split(r, p), bit);
	for (; entropy_range_settled(r); entropy_range_next(r)) {
		r->over |= r->out == r->end;
		if (!r->over)
			*r->out++ = (uint8_t)(r->high >> 24);
	}
}

/* The reverse; past the end are zeros. */
static inline unsigned entropy_range_take(struct entropy_range *r, uint32_t p)
{
	uint32_t mid = entropy_range_split(r, p);
	unsigned bit = r->v <= mid;

	entropy_range_narrow(r, mid, bit);
	for (; entropy_range_settled(r); entropy_range_next(r)) {
		r->over |= r->in == r->end;
		r->v = r->v << 8 | (r->over ? 0 : *r->in++);
	}
	return bit;
}

/* Writes the rest of what R encodes; returns its end, or NULL if R is over. */
static inline uint8_t *entropy_range_end(struct entropy_range *r)
{
	for (size_t i = 0; i < ENTROPY_RANGE_NBYTES && !r->over; i++) {
		*r->out++ = (uint8_t)(r->low >> 24);
		r->low <<= 8;
	}
	return r->over ? NULL : r->out;
}

#endif
