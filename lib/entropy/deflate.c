/* SPDX-License-Identifier: MIT */
/* Raw deflate by zlib, whole runs of bytes at a time, states kept. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/diag.h"
#include "entropy/entropy.h"

enum { READY_DEFLATE = 1, READY_INFLATE = 2 };

/* Raw streams with the largest window, and the longest blocks (32 K codes). */
#define WINDOW_BITS (-15)
#ifndef ENTROPY_MEM_LEVEL
#define ENTROPY_MEM_LEVEL 9
#endif

/*
 * deflateBound() of zlib 1.2.13 can be exact, and deflate() only reports the
 * end of the stream if there was room for more.
 */
#define BOUND_SLACK 64

/* Made at first use, each state when it is wanted. */
struct entropy_zlib {
	z_stream def, inf;
	int level;           /* of def */
	unsigned char ready; /* bits: def, inf */
};

void entropy_free(struct entropy_coder *c)
{
	struct entropy_zlib *s = c->zlib;

	if (s && s->ready & READY_DEFLATE)
		deflateEnd(&s->def);
	if (s && s->ready & READY_INFLATE)
		inflateEnd(&s->inf);
	free(s);
	c->zlib = NULL;
	buf_free(&c->packed);
	buf_free(&c->dealt);
	buf_free(&c->classes);
	buf_free(&c->context);
}

/* The states of C, or NULL when memory ran out. */
static struct entropy_zlib *states(struct entropy_coder *c)
{
	if (!c->zlib)
		c->zlib = calloc(1, sizeof(*c->zlib));
	return c->zlib;
}

/* A state to deflate with, at its beginning; NULL when memory ran out. */
static z_stream *prepare_deflate(struct entropy_coder *c, int strategy)
{
	struct entropy_zlib *s = states(c);

	if (!s)
		return NULL;
	if (s->ready & READY_DEFLATE && s->level == c->level)
		return deflateReset(&s->def) == Z_OK &&
				       deflateParams(&s->def, c->level,
					       strategy) == Z_OK
			       ? &s->def
			       : NULL;
	if (s->ready & READY_DEFLATE)
		deflateEnd(&s->def);
	s->ready &= (unsigned char)~READY_DEFLATE;
	memset(&s->def, 0, sizeof(s->def));
	if (deflateInit2(&s->def, c->level, Z_DEFLATED, WINDOW_BITS,
		    ENTROPY_MEM_LEVEL, strategy) != Z_OK)
		return NULL;
	s->ready |= READY_DEFLATE;
	s->level = c->level;
	return &s->def;
}

static int deflate_by(struct entropy_coder *c, int strategy, const void *p,
	size_t n, struct buf *out)
{
	z_stream *z = n > UINT_MAX / 2 ? NULL : prepare_deflate(c, strategy);
	size_t bound;

	if (!z)
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

/* Matches that are found may take more than the symbols in them. */
int entropy_deflate(
	struct entropy_coder *c, const void *p, size_t n, struct buf *out)
{
	size_t start = out->len, next;

	if (deflate_by(c, Z_DEFAULT_STRATEGY, p, n, out))
		return -1;
	next = out->len;
	if (c->level < ENTROPY_LEVEL_SLOW)
		return 0;
	if (deflate_by(c, Z_HUFFMAN_ONLY, p, n, out))
		return -1;
	if (out->len - next < next - start)
		buf_cut(out, start, next - start);
	else
		out->len = next;
	return 0;
}

/* The same to inflate with: a state that is ready resets. */
static z_stream *prepare_inflate(struct entropy_coder *c)
{
	struct entropy_zlib *s = states(c);

	if (!s)
		return NULL;
	if (s->ready & READY_INFLATE)
		return inflateReset(&s->inf) == Z_OK ? &s->inf : NULL;
	memset(&s->inf, 0, sizeof(s->inf));
	if (inflateInit2(&s->inf, WINDOW_BITS) != Z_OK)
		return NULL;
	s->ready |= READY_INFLATE;
	return &s->inf;
}

int entropy_inflate(struct entropy_coder *c, const void *in, size_t nin,
	void *out, size_t n, struct diag *d)
{
	z_stream *z = prepare_inflate(c);
	uint8_t none = 0;
	int status = Z_DATA_ERROR;

	if (!z)
		return diag_nomem(d, sizeof(*c->zlib));
	if (nin <= UINT_MAX && n <= UINT_MAX) {
		z->next_in = (Bytef *)(uintptr_t)in;
		z->avail_in = (uInt)nin;
		z->next_out = n ? out : &none;
		z->avail_out = (uInt)n;
		status = inflate(z, Z_FINISH);
	}
	if (status == Z_MEM_ERROR)
		return diag_nomem(d, (size_t)1 << -WINDOW_BITS);
	if (status != Z_STREAM_END || z->avail_in || z->avail_out)
		return diag_set(d, DIAG_DATA, "deflate stream is malformed");
	return 0;
}
