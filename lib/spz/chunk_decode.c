/* SPDX-License-Identifier: MIT */
/* Decodes a chunk: spz(5), section 6, mode by mode. */
#include <string.h>

#include "base/diag.h"
#include "base/zip.h"
#include "spz/codec.h"

/* BODY without head and tail. */
struct body {
	const uint8_t *in;
	size_t n;
	uint8_t *raw;
	size_t count;
	unsigned width;
};

static int malformed(struct diag *d)
{
	return diag_set(d, DIAG_DATA, "chunk is malformed");
}

static int decode_stored(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != b->count)
		return malformed(d);
	memcpy(b->raw, b->in, b->n);
	return 0;
}

static int decode_zero(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != 0)
		return malformed(d);
	memset(b->raw, 0, b->count * b->width);
	return 0;
}

static int decode_constant(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != b->width)
		return malformed(d);
	for (size_t i = 0; i < b->count; i++)
		memcpy(b->raw + i * b->width, b->in, b->width);
	return 0;
}

static int decode_values(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	return spz_values_decode(c, b->width, b->in, b->n, b->raw, b->count, d);
}

static int decode_deflate(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	size_t want = b->count * b->width;

	return spz_inflate(&c->stream, b->in, b->n, b->raw, want, want, d) < 0
		       ? -1
		       : 0;
}

static int decode_shuffle(
	struct spz_codec *c, const struct body *b, struct diag *d)
{
	size_t want = b->count * b->width;
	uint8_t *plane = spz_scratch(&c->bytes, want);

	if (!plane)
		return diag_nomem(d, want);
	if (spz_inflate(&c->stream, b->in, b->n, plane, want, want, d) < 0)
		return -1;
	for (unsigned w = 0; w < b->width; w++)
		for (size_t i = 0; i < b->count; i++)
			b->raw[i * b->width + w] = *plane++;
	return 0;
}

static int (*const decode_mode[SPZ_NMODE])(
	struct spz_codec *c, const struct body *b, struct diag *d) = {
	[SPZ_STORED] = decode_stored,
	[SPZ_ZERO] = decode_zero,
	[SPZ_CONSTANT] = decode_constant,
	[SPZ_VALUES] = decode_values,
	[SPZ_DEFLATE] = decode_deflate,
	[SPZ_SHUFFLE] = decode_shuffle,
};

int spz_chunk_decode(struct spz_codec *c, const struct spz_chunk_head *h,
	const uint8_t *payload, size_t n, uint8_t *raw, struct diag *d)
{
	size_t tail = h->raw % h->width;
	struct body b = {
		.in = payload + SPZ_CHUNK_HEAD_NBYTES,
		.n = n - SPZ_CHUNK_HEAD_NBYTES - tail,
		.raw = raw,
		.count = h->raw / h->width,
		.width = h->width,
	};

	if (decode_mode[h->mode](c, &b, d))
		return -1;
	if (tail)
		memcpy(raw + h->raw - tail, payload + n - tail, tail);
	if (zip_crc32(0, raw, h->raw) != h->crc)
		return diag_set(
			d, DIAG_DATA, "decoded bytes have the wrong CRC");
	return 0;
}
