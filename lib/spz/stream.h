/* SPDX-License-Identifier: MIT */
/*
 * Deflate streams: the one place that knows zlib, and the seam for a faster
 * coder.  Huffman streams are deflate without matches: on symbols that have
 * no order they are within 1-2 % of the entropy, which matching only spoils
 * (gap bytes +11 to +28 %, exponent bytes +20 to +90 %).
 */
#ifndef SPZ_STREAM_H
#define SPZ_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

struct buf;
struct diag;

/* The states of one thread, made at first use; all zero is none yet. */
struct spz_stream {
	z_stream huff;
	z_stream deep;
	z_stream inf;
	int deep_level;      /* of deep */
	unsigned char ready; /* bits: huff, deep, inf */
};

void spz_stream_free(struct spz_stream *s);

/*
 * Append P[0..n) to OUT as a raw deflate stream: with Huffman codes only, or
 * with matches at LEVEL 1-9.  Return 0, or -1 when memory ran out.
 */
int spz_huff(struct spz_stream *s, const void *p, size_t n, struct buf *out);
int spz_deflate(struct spz_stream *s, int level, const void *p, size_t n,
	struct buf *out);

/*
 * Decodes all of IN[0..n) into OUT[0..max).  Returns the number of bytes, or
 * -1: DIAG_NOMEM, or DIAG_DATA if the stream is wrong, longer than MAX, shorter
 * than MIN, or does not end where IN ends.
 */
ptrdiff_t spz_inflate(struct spz_stream *s, const void *in, size_t n, void *out,
	size_t min, size_t max, struct diag *d);

#endif
