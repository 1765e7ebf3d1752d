/* SPDX-License-Identifier: MIT */
/* A chunk, spz(5), section 6: which mode it has, and back. */
#include <string.h>

#include "base/diag.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

/* --- encoding ------------------------------------------------------------ */

/*
 * Chooses the mode of a chunk (spz(5), section 6) by size: candidates are
 * tried on a sample, the good ones on everything, and the smallest is kept.
 */

/* A sample is this many slices of this many bytes, spread evenly. */
#define SAMPLE_NSLICE 3
#define SAMPLE_SLICE 4096
#define SAMPLE_NBYTES (SAMPLE_NSLICE * SAMPLE_SLICE)
/* Chunks up to here are their own sample. */
#define SAMPLE_ALL 16384

#define CANDIDATE_MAX 7

struct candidate {
	uint8_t mode;
	uint8_t width;
	bool tried; /* on everything, after the sample */
};

/* For bytes that nothing is known of; earlier ones win ties. */
static const struct candidate guess[CANDIDATE_MAX] = {
	{SPZ_DEFLATE, 1, true},
	{SPZ_VALUES, 4, true},
	{SPZ_VALUES, 2, true},
	{SPZ_VALUES, 8, true},
	{SPZ_SHUFFLE, 4, true},
	{SPZ_SHUFFLE, 2, true},
	{SPZ_SHUFFLE, 8, true},
};

void spz_codec_free(struct spz_codec *c)
{
	spz_stream_free(&c->stream);
	buf_free(&c->mask);
	buf_free(&c->kept);
	buf_free(&c->sym);
	buf_free(&c->fields);
	buf_free(&c->except);
	buf_free(&c->bytes);
	buf_free(&c->trial);
	buf_free(&c->best);
	buf_free(&c->sample);
}

static int encode_shuffle(struct spz_codec *c, unsigned width,
	const uint8_t *raw, size_t count, struct buf *out)
{
	uint8_t *plane = spz_scratch(&c->bytes, count * width);

	if (!plane)
		return -1;
	for (unsigned b = 0; b < width; b++)
		for (size_t i = 0; i < count; i++)
			*plane++ = raw[i * width + b];
	return spz_deflate(
		&c->stream, c->level, c->bytes.data, count * width, out);
}

/* Appends the body of RAW[0..n) in one mode, tail included. */
static int encode_as(struct spz_codec *c, const struct candidate *m,
	const uint8_t *raw, size_t n, struct buf *out)
{
	size_t count = n / m->width;
	size_t tail = n % m->width;
	int err;

	if (m->mode == SPZ_VALUES)
		err = spz_values_encode(c, m->width, raw, count, out);
	else if (m->mode == SPZ_SHUFFLE)
		err = encode_shuffle(c, m->width, raw, count, out);
	else
		err = spz_deflate(&c->stream, c->level, raw, count, out);
	if (err)
		return -1;
	return tail ? buf_add(out, raw + n - tail, tail) : 0;
}

/* The candidates for elements of WIDTH bytes, 0 if not known. */
static size_t candidates(
	const struct spz_codec *c, unsigned width, struct candidate *m)
{
	size_t n = 0;

	if (width == 0) {
		memcpy(m, guess, sizeof(guess));
		return CANDIDATE_MAX;
	}
	m[n++] = (struct candidate){SPZ_VALUES, (uint8_t)width, true};
	if (c->level == 1)
		return n;
	m[n++] = (struct candidate){SPZ_DEFLATE, 1, true};
	if (width > 1)
		m[n++] = (struct candidate){SPZ_SHUFFLE, (uint8_t)width, true};
	return n;
}

/* How much worse than the best on a sample is still tried, in percent. */
static size_t slack(int level)
{
	return level >= 8 ? 110 : 102;
}

static const uint8_t *take_sample(
	struct spz_codec *c, const uint8_t *raw, size_t n, size_t *nsample)
{
	uint8_t *p;

	*nsample = n;
	if (n <= SAMPLE_ALL)
		return raw;
	*nsample = SAMPLE_NBYTES;
	p = spz_scratch(&c->sample, SAMPLE_NBYTES);
	for (size_t i = 0; p && i < SAMPLE_NSLICE; i++) {
		size_t at = (n - SAMPLE_SLICE) / (SAMPLE_NSLICE - 1) * i;

		memcpy(p + i * SAMPLE_SLICE, raw + at / 8 * 8, SAMPLE_SLICE);
	}
	return p;
}

/*
 * Strikes those of M[0..ncand) that a sample of RAW speaks against, where
 * something is known that makes LIMIT bytes of all N.
 */
static int survey(struct spz_codec *c, struct candidate *m, size_t ncand,
	const uint8_t *raw, size_t n, size_t limit)
{
	size_t nbytes[CANDIDATE_MAX];
	size_t nsample;
	const uint8_t *sample = take_sample(c, raw, n, &nsample);
	size_t best = (size_t)((uint64_t)nsample * limit / n);

	if (!sample)
		return -1;
	for (size_t i = 0; i < ncand; i++) {
		nbytes[i] = nsample;
		if (m[i].width > n)
			continue;
		c->trial.len = 0;
		if (encode_as(c, &m[i], sample, nsample, &c->trial))
			return -1;
		nbytes[i] = c->trial.len;
		if (nbytes[i] < best)
			best = nbytes[i];
	}
	for (size_t i = 0; i < ncand; i++)
		m[i].tried = nbytes[i] < nsample &&
			     nbytes[i] * 100 <= best * slack(c->level);
	return 0;
}

/* Encodes RAW in mode M, and keeps that if it is below *LIMIT bytes. */
static int try_all(struct spz_codec *c, const struct candidate *m,
	const uint8_t *raw, size_t n, size_t *limit, struct candidate *ret)
{
	struct buf swap = c->best;

	if (!m->tried || m->width > n)
		return 0;
	c->trial.len = 0;
	if (encode_as(c, m, raw, n, &c->trial))
		return -1;
	if (c->trial.len >= *limit)
		return 0;
	*limit = c->trial.len;
	*ret = *m;
	c->best = c->trial;
	c->trial = swap;
	return 0;
}

/* Leaves the smallest body in c->best; *RET says which, or stays stored. */
static int smallest(struct spz_codec *c, unsigned width, const uint8_t *raw,
	size_t n, struct candidate *ret)
{
	struct candidate m[CANDIDATE_MAX];
	size_t ncand = candidates(c, width, m);
	size_t limit = n, i = 0;

	*ret = (struct candidate){SPZ_STORED, 1, true};
	if (width && try_all(c, &m[i++], raw, n, &limit, ret))
		return -1;
	if (i < ncand && survey(c, m + i, ncand - i, raw, n, limit))
		return -1;
	for (; i < ncand; i++)
		if (try_all(c, &m[i], raw, n, &limit, ret))
			return -1;
	return 0;
}

/* The width of an element that RAW[0..n) repeats, or 0. */
static unsigned constant_width(const uint8_t *raw, size_t n)
{
	for (unsigned w = 1; w <= 8; w *= 2)
		if (n >= 2 * w && memcmp(raw, raw + w, n - w) == 0)
			return w;
	return 0;
}

int spz_chunk_encode(struct spz_codec *c, unsigned width, const uint8_t *raw,
	size_t n, struct buf *out)
{
	struct spz_chunk_head h = {.raw = (uint32_t)n};
	uint8_t head[SPZ_CHUNK_HEAD_NBYTES];
	unsigned same = constant_width(raw, n);
	const void *body = raw;
	size_t nbody = n;
	struct candidate m;

	h.crc = zip_crc32(0, raw, n);
	if (same) {
		h.mode = SPZ_CONSTANT;
		h.width = (uint8_t)same;
		nbody = same + n % same;
	} else if (smallest(c, width, raw, n, &m)) {
		return -1;
	} else {
		h.mode = m.mode;
		h.width = m.width;
		if (m.mode != SPZ_STORED) {
			body = c->best.data;
			nbody = c->best.len;
		}
	}
	if (same == 1 && raw[0] == 0) {
		h.mode = SPZ_ZERO;
		nbody = 0;
	}
	spz_chunk_head_store(head, &h);
	return buf_add(out, head, sizeof(head)) ||
			       (nbody && buf_add(out, body, nbody))
		       ? -1
		       : 0;
}

/* --- decoding ------------------------------------------------------------ */

/*
 * Decodes a chunk: spz(5), section 6, mode by mode.
 */

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
