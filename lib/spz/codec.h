/* SPDX-License-Identifier: MIT */
/*
 * Chunks of spz(5), sections 6 and 7: bytes to payload and back.  A codec
 * holds the scratch memory of one thread; it grows to a few times the largest
 * chunk and is then reused.
 */
#ifndef SPZ_CODEC_H
#define SPZ_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "spz/format.h"
#include "spz/stream.h"

struct diag;

struct spz_codec {
	struct spz_stream stream;
	int level; /* 1-9 */
	struct buf mask, kept, sym, fields, except, bytes;
	struct buf trial, best, sample;
};

void spz_codec_free(struct spz_codec *c);

/* N bytes of scratch in B, content undefined; NULL when memory ran out. */
uint8_t *spz_scratch(struct buf *b, size_t n);

/* CEIL(n / 8): bytes of a bit string. */
static inline size_t spz_bits_nbytes(size_t n)
{
	return n / 8 + (n % 8 != 0);
}

/*
 * Appends a CHUNK payload for RAW[0..n), 0 < n <= 2^24, to OUT, in whatever
 * mode is smallest.  WIDTH is that of the elements, or 0 to guess.  Returns 0,
 * or -1 when memory ran out.
 */
int spz_chunk_encode(struct spz_codec *c, unsigned width, const uint8_t *raw,
	size_t n, struct buf *out);

/*
 * Decodes a whole payload, whose head H was parsed, into RAW[0..h->raw) and
 * checks its CRC.  Returns 0, or -1 with DIAG_DATA or DIAG_NOMEM.
 */
int spz_chunk_decode(struct spz_codec *c, const struct spz_chunk_head *h,
	const uint8_t *payload, size_t n, uint8_t *raw, struct diag *d);

/*
 * Mode 3 without the tail: appends to OUT, or decodes IN[0..n) to COUNT
 * elements.  WIDTH is 1, 2, 4 or 8.
 */
int spz_values_encode(struct spz_codec *c, unsigned width, const uint8_t *raw,
	size_t count, struct buf *out);
int spz_values_decode(struct spz_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d);

/*
 * Section 7.1: appends the coding of MASK (whole 8-byte words) that is
 * smallest and stores which it is in *CODING.
 */
int spz_mask_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, uint8_t *coding, struct buf *out);
/* MASK has room for whole 8-byte words.  Returns 0, or -1 with DIAG_DATA. */
int spz_mask_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *mask, size_t count, size_t nkept, struct diag *d);

/* A bit string, raw or as Huffman codes: sections 7.1 and 7.2. */
int spz_bits_encode(struct spz_codec *c, const uint8_t *bits, size_t nbit,
	uint8_t *coding, struct buf *out);
int spz_bits_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *bits, size_t nbit, struct diag *d);

#endif
