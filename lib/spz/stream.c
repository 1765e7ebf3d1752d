/* SPDX-License-Identifier: MIT */
/*
 * What the streams of a chunk are coded with: raw deflate by zlib, whole chunks
 * at a time, states kept; and bit strings.
 */
#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "spz/spz_impl.h"

/* --- deflate ------------------------------------------------------------- */

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

uint8_t *spz_scratch(struct buf *b, size_t n)
{
	b->len = 0;
	return buf_reserve(b, n ? n : 1) ? NULL : (uint8_t *)b->data;
}

/* --- masks --------------------------------------------------------------- */

/*
 * Masks and other bit strings: spz(5), sections 7.1 and 7.2.  Bitmap bytes
 * suit densities above a quarter and N:M patterns, gaps lower ones.
 */

/* Densities where one of the codings cannot win, in 1/256. */
#define GAPS_MAX 96 /* above: gaps cost more than one bit each */
#define BITS_MIN 8  /* below: Huffman's floor of 1/8 bit per element */

int spz_bits_encode(struct spz_codec *c, const uint8_t *bits, size_t nbit,
	uint8_t *coding, struct buf *out)
{
	size_t n = spz_bits_nbytes(nbit);
	size_t start = out->len;

	*coding = SPZ_MASK_BITS_HUFF;
	if (spz_huff(&c->stream, bits, n, out))
		return -1;
	if (out->len - start < n)
		return 0;
	*coding = SPZ_MASK_BITS;
	out->len = start;
	return buf_add(out, bits, n);
}

int spz_bits_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *bits, size_t nbit, struct diag *d)
{
	size_t want = spz_bits_nbytes(nbit);

	if (coding == SPZ_MASK_BITS_HUFF) {
		if (spz_inflate(&c->stream, in, n, bits, want, want, d) < 0)
			return -1;
	} else if (coding != SPZ_MASK_BITS || n != want) {
		return diag_set(d, DIAG_DATA, "bit string is malformed");
	} else if (n) {
		memcpy(bits, in, n);
	}
	if (nbit % 8 && bits[want - 1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	return 0;
}

/* Gaps between the ones of MASK as bytes; returns their number. */
static size_t gaps_get(const uint8_t *mask, size_t count, uint8_t *gaps)
{
	size_t n = 0, next = 0;

	for (size_t i = 0; i < count; i += 64) {
		uint64_t word = le_load64(mask + i / 8);

		for (; word; word &= word - 1) {
			size_t at = i + (size_t)__builtin_ctzll(word);
			size_t gap = at - next;

			for (; gap >= 255; gap -= 255)
				gaps[n++] = 255;
			gaps[n++] = (uint8_t)gap;
			next = at + 1;
		}
	}
	return n;
}

/* Sets the ones of MASK that GAPS[0..n) lead to; returns how many, or -1. */
static ptrdiff_t gaps_put(
	const uint8_t *gaps, size_t n, uint8_t *mask, size_t count)
{
	size_t at = 0;
	ptrdiff_t ones = 0;

	if (n && gaps[n - 1] == 255)
		return -1;
	for (size_t i = 0; i < n; i++) {
		at += gaps[i];
		if (gaps[i] == 255)
			continue;
		if (at >= count)
			return -1;
		mask[at / 8] |= (uint8_t)(1u << (at & 7));
		at++;
		ones++;
	}
	return ones;
}

static int gaps_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, struct buf *out)
{
	uint8_t *gaps = spz_scratch(&c->bytes, nkept + count / 255 + 1);

	if (!gaps)
		return -1;
	return spz_huff(&c->stream, gaps, gaps_get(mask, count, gaps), out);
}

int spz_mask_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, uint8_t *coding, struct buf *out)
{
	size_t start = out->len, gaps_end;
	uint64_t density = (uint64_t)nkept * 256 / count;

	if (density > GAPS_MAX)
		return spz_bits_encode(c, mask, count, coding, out);
	*coding = SPZ_MASK_GAPS_HUFF;
	if (gaps_encode(c, mask, count, nkept, out))
		return -1;
	if (density < BITS_MIN)
		return 0;
	gaps_end = out->len;
	if (spz_bits_encode(c, mask, count, coding, out))
		return -1;
	if (out->len - gaps_end < gaps_end - start) {
		memmove(out->data + start, out->data + gaps_end,
			out->len - gaps_end);
		out->len -= gaps_end - start;
	} else {
		*coding = SPZ_MASK_GAPS_HUFF;
		out->len = gaps_end;
	}
	return 0;
}

static int gaps_decode(struct spz_codec *c, const uint8_t *in, size_t n,
	uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	size_t max = nkept + count / 255;
	uint8_t *gaps = spz_scratch(&c->bytes, max + 1);
	ptrdiff_t ngap;

	if (!gaps)
		return diag_nomem(d, max);
	memset(mask, 0, spz_bits_nbytes(count));
	ngap = spz_inflate(&c->stream, in, n, gaps, 0, max, d);
	if (ngap < 0)
		return -1;
	if (gaps_put(gaps, (size_t)ngap, mask, count) != (ptrdiff_t)nkept)
		return diag_set(d, DIAG_DATA,
			"gaps do not lead to %zu of %zu elements", nkept,
			count);
	return 0;
}

static size_t ones(const uint8_t *mask, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i += 64)
		n += (size_t)__builtin_popcountll(le_load64(mask + i / 8));
	return n;
}

int spz_mask_decode(struct spz_codec *c, unsigned coding, const uint8_t *in,
	size_t n, uint8_t *mask, size_t count, size_t nkept, struct diag *d)
{
	if (count)
		memset(mask + (count - 1) / 64 * 8, 0, 8);
	if (coding == SPZ_MASK_GAPS_HUFF)
		return gaps_decode(c, in, n, mask, count, nkept, d);
	if (spz_bits_decode(c, coding, in, n, mask, count, d))
		return -1;
	if (ones(mask, count) != nkept)
		return diag_set(d, DIAG_DATA,
			"mask keeps %zu elements; expected %zu",
			ones(mask, count), nkept);
	return 0;
}
