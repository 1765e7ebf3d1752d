/* SPDX-License-Identifier: MIT */
/*
 * The chunks of a .spzip file, spzip(5), sections 6, 7 and 12: a run of bytes,
 * and what is known of the elements in it, to a payload and back.  A payload
 * is decoded on its own, or with the bytes of a base that correspond to it.
 */
#ifndef CHUNK_CHUNK_H
#define CHUNK_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "entropy/entropy.h"

struct diag;
struct chunk_kernel;

#define CHUNK_HEAD_NBYTES 10
#define CHUNK_MODE_AT 8
#define CHUNK_LOG2_MIN 10
#define CHUNK_LOG2_MAX 24

/* Section 6. */
enum chunk_mode {
	CHUNK_STORED,
	CHUNK_ZERO,
	CHUNK_CONSTANT,
	CHUNK_VALUES,
	CHUNK_DEFLATE,
	CHUNK_SHUFFLE,
	CHUNK_DELTA,
	CHUNK_NMODE
};

/* Section 7.1; 7.2 has the first two. */
enum chunk_mask_coding {
	CHUNK_MASK_NONE,
	CHUNK_MASK_BITS,
	CHUNK_MASK_GAPS,
	CHUNK_MASK_CONTEXT,
	CHUNK_MASK_GROUPS,
	CHUNK_NMASK
};

struct chunk_head {
	uint32_t raw;
	uint32_t crc;
	uint8_t mode;
	uint8_t width;
	uint8_t lead;
	bool big_endian;
	bool twos; /* two's complement, coded as a sign and a magnitude */
};

/*
 * Checks all that one head alone can show to be wrong, N bytes of a payload
 * being at IN.  Returns 0, or -1 with DIAG_DATA.
 */
int chunk_head_parse(
	struct chunk_head *ret, const uint8_t *in, size_t n, struct diag *d);

/* Bytes that stand beside the elements, before and after them. */
static inline size_t chunk_rest(const struct chunk_head *h)
{
	return h->lead + (h->raw - h->lead) % h->width;
}

/* What the heads of a chunk say of its elements. */
struct chunk_told {
	uint32_t count;
	uint8_t mask;      /* its coding, in mode 3 */
	uint32_t nkept;    /* in mode 3: not zero */
	uint32_t nchanged; /* in mode 6: not as in the base */
};

/*
 * Fills RET from the payload of N bytes whose head H was parsed, of which IN
 * need not have more than the first CHUNK_HEADS_NBYTES.  Returns 0, or -1 with
 * DIAG_DATA.
 */
#define CHUNK_HEADS_NBYTES 46
int chunk_tell(struct chunk_told *ret, const struct chunk_head *h,
	const uint8_t *in, size_t n, struct diag *d);

/* What differences are made of and with. */
struct chunk_delta {
	/*
	 * Bytes of the base that correspond to those of the next chunk; NULL:
	 * none.  Borrowed.
	 */
	const uint8_t *base;
	bool is_float; /* encoding: sign and magnitude */
	struct buf swapped, mask, key, bits, take, low, kept, hist, body;
};

/*
 * Scratch memory of one thread: it grows to a few times the largest chunk and
 * is then reused.  All zero but level before first use; chunk_codec_free()
 * ends it.
 */
struct chunk_codec {
	int level;                         /* 1-9 */
	const struct chunk_kernel *kernel; /* NULL: the fastest */
	size_t most; /* encoding: bytes of a body that is of use; 0: any */
	struct entropy_grid grid; /* of the elements of the chunk */
	struct entropy_coder entropy;
	struct buf mask, zsign, kept, sym, bytes, trial, sample, swapped,
		negated;
	struct chunk_delta delta;
};

void chunk_codec_free(struct chunk_codec *c);

/* What is known of the elements of a chunk. */
struct chunk_elements {
	unsigned width; /* 0: guess it, and where they begin */
	bool big_endian;
	bool is_signed; /* integers of two's complement */
	struct entropy_grid grid;
};

/* What decoding needs room for beyond the end. */
#define CHUNK_SLACK 8

/*
 * Appends a CHUNK payload for RAW[0..n), 0 < n <= 2^24, to OUT, in whatever
 * mode is smallest.  Returns 0, or -1 when memory ran out.
 */
int chunk_encode(struct chunk_codec *c, const struct chunk_elements *e,
	const uint8_t *raw, size_t n, struct buf *out);

/*
 * Decodes a whole payload, whose head H was parsed, into RAW[0..h->raw), which
 * has room for CHUNK_SLACK more, and checks its CRC.  Returns 0, or -1 with
 * DIAG_DATA or DIAG_NOMEM.
 */
int chunk_decode(struct chunk_codec *c, const struct chunk_head *h,
	const uint8_t *payload, size_t n, uint8_t *raw, struct diag *d);

#endif
