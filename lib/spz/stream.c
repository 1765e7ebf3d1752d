/* SPDX-License-Identifier: MIT */
/* Raw deflate streams by zlib; whole chunks at a time, states kept. */
#include "spz/stream.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"

enum { READY_HUFF = 1, READY_DEEP = 2, READY_INF = 4 };

/* Raw streams with the largest window, and the longest blocks (32 K codes). */
#define WINDOW_BITS (-15)
#define MEM_LEVEL 9

/*
 * deflateBound() of zlib 1.2.13 can be exact, and deflate() only reports the
 * end of the stream if there was room for more.
 */
#define BOUND_SLACK 64

void spz_stream_free(struct spz_stream *s)
{
	if (s->ready & READY_HUFF)
		deflateEnd(&s->huff);
	if (s->ready & READY_DEEP)
		deflateEnd(&s->deep);
	if (s->ready & READY_INF)
		inflateEnd(&s->inf);
	s->ready = 0;
}

/* Appends all of P[0..n) through Z, which was just made or reset. */
static int run(z_stream *z, const void *p, size_t n, struct buf *out)
{
	size_t bound;

	if (n > UINT_MAX / 2)
		return -1;
	bound = deflateBound(z, (uLong)n) + BOUND_SLACK;
	if (buf_reserve(out, bound))
		return -1;
	z->next_in = (Bytef *)(uintptr_t)p;
	z->avail_in = (uInt)n;
	z->next_out = (Bytef *)out->data + out->len;
	z->avail_out = (uInt)bound;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return -1;
	out->len += bound - z->avail_out;
	return 0;
}

static int prepare(struct spz_stream *s, z_stream *z, unsigned char bit,
	int level, int strategy)
{
	if (s->ready & bit)
		return deflateReset(z) == Z_OK ? 0 : -1;
	memset(z, 0, sizeof(*z));
	if (deflateInit2(z, level, Z_DEFLATED, WINDOW_BITS, MEM_LEVEL,
		    strategy) != Z_OK)
		return -1;
	s->ready |= bit;
	return 0;
}

int spz_huff(struct spz_stream *s, const void *p, size_t n, struct buf *out)
{
	if (prepare(s, &s->huff, READY_HUFF, 6, Z_HUFFMAN_ONLY))
		return -1;
	return run(&s->huff, p, n, out);
}

int spz_deflate(struct spz_stream *s, int level, const void *p, size_t n,
	struct buf *out)
{
	if (s->ready & READY_DEEP && s->deep_level != level) {
		deflateEnd(&s->deep);
		s->ready &= (unsigned char)~READY_DEEP;
	}
	if (prepare(s, &s->deep, READY_DEEP, level, Z_DEFAULT_STRATEGY))
		return -1;
	s->deep_level = level;
	return run(&s->deep, p, n, out);
}

/* All but memory is in order: a state that is ready resets. */
static int prepare_inflate(struct spz_stream *s)
{
	if (s->ready & READY_INF)
		return inflateReset(&s->inf) == Z_OK ? 0 : -1;
	memset(&s->inf, 0, sizeof(s->inf));
	if (inflateInit2(&s->inf, WINDOW_BITS) != Z_OK)
		return -1;
	s->ready |= READY_INF;
	return 0;
}

ptrdiff_t spz_inflate(struct spz_stream *s, const void *in, size_t n, void *out,
	size_t min, size_t max, struct diag *d)
{
	z_stream *z = &s->inf;
	uint8_t none = 0;
	int status = Z_DATA_ERROR;
	size_t got = 0;

	if (prepare_inflate(s))
		return diag_nomem(d, sizeof(*s));
	if (n <= UINT_MAX && max <= UINT_MAX) {
		z->next_in = (Bytef *)(uintptr_t)in;
		z->avail_in = (uInt)n;
		z->next_out = max ? out : &none;
		z->avail_out = (uInt)max;
		status = inflate(z, Z_FINISH);
		got = max - z->avail_out;
	}
	if (status == Z_MEM_ERROR)
		return diag_nomem(d, (size_t)1 << -WINDOW_BITS);
	if (status != Z_STREAM_END || z->avail_in || got < min)
		return diag_set(d, DIAG_DATA, "deflate stream is malformed");
	return (ptrdiff_t)got;
}
