/* SPDX-License-Identifier: MIT */
/* A chunk, spzip(5), section 6: which mode it has, and back. */
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "chunk/chunk_impl.h"

/* --- encoding ------------------------------------------------------------ */

/*
 * Chooses the mode of a chunk (spzip(5), section 6) by size: candidates are
 * tried on a sample, the good ones on everything, and the smallest is kept.
 */

/*
 * A sample is some slices of so many bytes, spread evenly; matches of deflate
 * reach back SLICE_SLOW.
 */
#define SLICE 4096
#define SLICE_SLOW 32768
/* Chunks up to here are tried whole. */
#define SAMPLE_ALL 16384

#define CANDIDATE_MAX 8

struct candidate {
	uint8_t mode;
	uint8_t width;
	uint8_t lead;
	uint8_t value; /* coding of mode 3; 0: the best */
	bool twos;
};

struct candidates {
	struct candidate m[CANDIDATE_MAX];
	size_t n;
};

/*
 * A chunk, or a sample of it; the same bytes in little-endian elements; and
 * these with a sign and a magnitude, if they are numbers of two's complement.
 */
struct bytes {
	const uint8_t *raw;
	const uint8_t *elements;
	const uint8_t *negated;
	size_t n;
};

void chunk_codec_free(struct chunk_codec *c)
{
	struct chunk_delta *t = &c->delta;
	struct buf *const all[] = {&c->mask, &c->zsign, &c->kept, &c->sym,
		&c->bytes, &c->trial, &c->sample, &c->swapped, &c->negated,
		&t->swapped, &t->mask, &t->key, &t->bits, &t->take, &t->low,
		&t->kept, &t->hist, &t->body};

	entropy_free(&c->entropy);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		buf_free(all[i]);
}

/* The bytes of COUNT elements, all first ones first; NULL: no memory. */
static const uint8_t *shuffle(
	struct chunk_codec *c, unsigned width, const uint8_t *raw, size_t count)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, width);
	uint8_t *plane = buf_scratch(&c->bytes, count * width);

	for (unsigned i = 0; plane && i < width; i++)
		k->plane_get(raw, count, i, plane + i * count);
	return plane;
}

static int encode_shuffle(struct chunk_codec *c, unsigned width,
	const uint8_t *raw, size_t count, struct buf *out)
{
	const uint8_t *plane = shuffle(c, width, raw, count);

	return plane ? entropy_deflate(&c->entropy, plane, count * width, out)
		     : -1;
}

/* Appends the body of B in one mode, lead and tail included. */
static int encode_as(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, struct buf *out)
{
	size_t count = (b->n - m->lead) / m->width;
	size_t tail = (b->n - m->lead) % m->width;
	const uint8_t *p = (m->twos ? b->negated : b->elements) + m->lead;
	int err;

	if (m->mode == CHUNK_VALUES)
		err = chunk_values_encode(c, m->width, m->value, p, count, out);
	else if (m->mode == CHUNK_SHUFFLE)
		err = encode_shuffle(c, m->width, p, count, out);
	else
		err = entropy_deflate(&c->entropy, b->raw, b->n, out);
	if (err)
		return -1;
	if (m->lead)
		buf_add(out, b->raw, m->lead);
	buf_add(out, b->raw + b->n - tail, tail);
	return buf_failed(out) ? -1 : 0;
}

/*
 * About what deflate makes of P[0..n): the entropy of literals, and so many
 * bits for each match.  It errs on the small side, and takes a tenth of the
 * time.
 */
#define MATCH_NBIT 18
#define MATCH_MIN 4
#define MATCH_LOG2 13
#define MATCH_FAR 32768

static size_t estimate_deflate(const uint8_t *p, size_t n)
{
	uint32_t seen[1 << MATCH_LOG2] = {0}; /* where, plus 1 */
	uint32_t hist[ENTROPY_NSYMBOL] = {0};
	size_t i = 0, nmatch = 0, nliteral = 0;
	struct entropy_symbols s;

	while (i < n) {
		uint32_t x = n - i < MATCH_MIN ? 0 : le_load32(p + i);
		uint32_t *at = &seen[x * 2654435761u >> (32 - MATCH_LOG2)];
		size_t from = *at, len = 0;

		*at = (uint32_t)i + 1;
		if (from && i - from >= MATCH_FAR)
			from = 0;
		while (from && i + len < n && p[i + len] == p[from - 1 + len])
			len++;
		if (len >= MATCH_MIN) {
			nmatch++;
			i += len;
		} else {
			hist[p[i++]]++;
			nliteral++;
		}
	}
	entropy_symbols_plan(&s, hist, nliteral);
	return s.nbytes + nmatch * MATCH_NBIT / 8;
}

static int estimate_shuffle(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, size_t *ret)
{
	size_t count = (b->n - m->lead) / m->width;
	const uint8_t *plane =
		shuffle(c, m->width, b->elements + m->lead, count);

	if (!plane)
		return -1;
	*ret = estimate_deflate(plane, count * m->width);
	return 0;
}

/* The same of the planes of B, each with a code of its own. */
static int estimate_planes(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, size_t *ret)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, m->width);
	size_t count = b->n / m->width;
	uint8_t *plane = buf_scratch(&c->bytes, count);
	struct entropy_symbols s;

	if (!plane)
		return -1;
	*ret = 0;
	for (unsigned i = 0; i < m->width; i++) {
		k->plane_get(b->elements, count, i, plane);
		entropy_symbols_plan_of(&s, plane, count);
		*ret += s.nbytes < count ? s.nbytes : count;
	}
	return 0;
}

/* Stores in *RET about how many bytes the sample B has in mode M. */
static int measure(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, size_t *ret)
{
	int err;

	*ret = b->n;
	if (b->n < (size_t)m->width + m->lead)
		return 0;
	if (m->mode == CHUNK_SHUFFLE)
		return estimate_shuffle(c, m, b, ret);
	if (m->mode == CHUNK_DEFLATE) {
		*ret = estimate_deflate(b->raw, b->n);
		return 0;
	}
	c->trial.len = 0;
	c->entropy.is_sample = true;
	err = encode_as(c, m, b, &c->trial);
	c->entropy.is_sample = false;
	*ret = c->trial.len;
	return err;
}

static void add(struct candidates *t, uint8_t mode, unsigned width,
	unsigned lead, uint8_t value)
{
	t->m[t->n++] = (struct candidate){
		mode, (uint8_t)width, (uint8_t)lead, value, false};
}

/* Candidates for elements of WIDTH bytes; the first is the likely one. */
static void add_known(struct candidates *t, unsigned width, bool is_signed)
{
	if (is_signed) {
		add(t, CHUNK_VALUES, width, 0, 0);
		t->m[0].twos = true;
	}
	add(t, CHUNK_VALUES, width, 0, 0);
	add(t, CHUNK_DEFLATE, 1, 0, 0);
	if (width > 1) {
		add(t, CHUNK_SHUFFLE, width, 0, 0);
		add(t, CHUNK_VALUES, width, 0, CHUNK_VALUE_BYTES);
	}
}

/* Candidates for bytes that nothing is known of; earlier ones win ties. */
static int add_guesses(
	struct chunk_codec *c, struct candidates *t, const struct bytes *sample)
{
	static const uint8_t widths[] = {4, 2, 8};

	add(t, CHUNK_DEFLATE, 1, 0, 0);
	add(t, CHUNK_VALUES, 1, 0, 0);
	for (size_t i = 0; i < sizeof(widths); i++) {
		size_t best = SIZE_MAX, nbytes;
		uint8_t lead = 0;

		/* where elements begin */
		for (uint8_t k = 0; k < widths[i]; k++) {
			const struct candidate m = {
				CHUNK_VALUES, widths[i], k, 0, false};

			if (measure(c, &m, sample, &nbytes))
				return -1;
			if (nbytes < best) {
				best = nbytes;
				lead = k;
			}
		}
		add(t, CHUNK_VALUES, widths[i], lead, 0);
		add(t, CHUNK_SHUFFLE, widths[i], lead, 0);
	}
	return 0;
}

/* Where slice I of N of LEN bytes is. */
static size_t slice_at(const struct bytes *b, size_t i, size_t n, size_t len)
{
	/* at a distance that no width divides differently */
	return (b->n - len) / (n - 1) * i / 8 * 8;
}

static int take_sample(
	struct chunk_codec *c, const struct bytes *b, struct bytes *ret)
{
	bool slow = c->level >= ENTROPY_LEVEL_SLOW;
	size_t nslice = slow ? 4 : 3, len = slow ? SLICE_SLOW : SLICE;
	size_t n = nslice * len;
	const uint8_t *from[] = {b->raw, b->elements, b->negated};
	uint8_t *p;

	*ret = *b;
	if (b->n <= SAMPLE_ALL || b->n < n)
		return 0;
	p = buf_scratch(&c->sample, 3 * n);
	if (!p)
		return -1;
	for (size_t k = 0; k < 3; k++)
		for (size_t i = 0; from[k] && i < nslice; i++)
			memcpy(p + k * n + i * len,
				from[k] + slice_at(b, i, nslice, len), len);
	*ret = (struct bytes){p, p + n, p + 2 * n, n};
	return 0;
}

/* A sample is not quite the whole: what is so near the best is tried, in %. */
#define NEAR_VALUES 102
#define NEAR_ESTIMATE 105
/* An estimate errs on the small side: no gain by it is none, in %. */
#define GAIN_ESTIMATE 99
/*
 * Where the sign goes with the magnitude, bytes of floats are 1 % smaller than
 * the window, and half as fast: below ENTROPY_LEVEL_SLOW that is no gain, in %.
 */
#define BYTES_GAIN 98

/*
 * Whether the bytes of B are to be tried: 1, 0, or -1 when memory ran out.  At
 * slow levels all of B is counted, which LIMIT is known for; at others a sample
 * decides, of which bytes make NBYTES, and what is known makes KNOWN.
 */
static int suits_bytes(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, size_t nbytes, size_t known, size_t limit)
{
	size_t all;

	if (c->level < ENTROPY_LEVEL_SLOW)
		return nbytes * 100 <= known * BYTES_GAIN;
	return estimate_planes(c, m, b, &all) ? -1 : all < limit;
}

/*
 * Lowers *GAIN, of which an estimate is a gain over what LIKELY makes of all,
 * to what that makes of the sample, if one of NBYTES is below: rows that happen
 * to be easy are so for both.
 */
static int hold_to_sample(struct chunk_codec *c, const struct candidate *likely,
	const struct candidates *t, const size_t nbytes[CANDIDATE_MAX],
	const struct bytes *sample, size_t *gain)
{
	size_t i = 0, same;

	while (i < t->n && (t->m[i].mode == CHUNK_VALUES || nbytes[i] >= *gain))
		i++;
	if (i == t->n || c->level >= ENTROPY_LEVEL_SLOW)
		return 0;
	if (measure(c, likely, sample, &same))
		return -1;
	same = same * GAIN_ESTIMATE / 100;
	*gain = same < *gain ? same : *gain;
	return 0;
}

/*
 * Leaves in T those candidates that a sample speaks for, where LIKELY makes
 * LIMIT bytes of all of B, or, if that is NULL, nothing is known.
 */
static int survey(struct chunk_codec *c, struct candidates *t,
	const struct candidate *likely, const struct bytes *sample,
	const struct bytes *b, size_t limit)
{
	size_t known = (size_t)((uint64_t)sample->n * limit / b->n);
	size_t nbytes[CANDIDATE_MAX], best = known, n = 0;
	size_t gain = known * GAIN_ESTIMATE / 100 + 1;

	if (sample->n == b->n)
		return 0;
	for (size_t i = 0; i < t->n; i++) {
		if (measure(c, &t->m[i], sample, &nbytes[i]))
			return -1;
		if (t->m[i].value == CHUNK_VALUE_BYTES) {
			int suits = suits_bytes(
				c, &t->m[i], b, nbytes[i], known, limit);

			if (suits < 0)
				return -1;
			if (!suits)
				nbytes[i] = sample->n;
		}
		if (nbytes[i] < best)
			best = nbytes[i];
	}
	if (likely && hold_to_sample(c, likely, t, nbytes, sample, &gain))
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		size_t near = t->m[i].mode == CHUNK_VALUES ? NEAR_VALUES
							   : NEAR_ESTIMATE;

		if (c->level < ENTROPY_LEVEL_SLOW &&
			t->m[i].mode != CHUNK_VALUES && nbytes[i] >= gain)
			continue;
		if (nbytes[i] < sample->n && nbytes[i] * 100 <= best * near)
			t->m[n++] = t->m[i];
	}
	t->n = n;
	return 0;
}

/*
 * Whether deflate cannot bring few bytes, whole or shuffled, below LIMIT: 1, 0,
 * or -1 when memory ran out.
 */
static int is_vain(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, size_t limit)
{
	size_t count = (b->n - m->lead) / m->width;
	const uint8_t *p = b->raw;

	if (m->mode == CHUNK_VALUES || b->n > ENTROPY_LEAST_NBYTES_MAX)
		return 0;
	if (m->mode == CHUNK_SHUFFLE)
		p = shuffle(c, m->width, b->elements + m->lead, count);
	return p ? entropy_deflate_least(p, count * m->width) >= limit : -1;
}

/*
 * Encodes B in mode M.  If that is below the *LIMIT bytes of what OUT has from
 * START on, it is there instead.
 */
static int try_all(struct chunk_codec *c, const struct candidate *m,
	const struct bytes *b, struct buf *out, size_t start, size_t *limit,
	struct candidate *ret)
{
	bool first = out->len == start;
	struct buf *to = first ? out : &c->trial;
	size_t from = first ? start : 0;
	int vain;

	if (b->n < (size_t)m->width + m->lead)
		return 0;
	vain = is_vain(c, m, b, *limit);
	if (vain)
		return vain < 0 ? -1 : 0;
	to->len = from;
	if (encode_as(c, m, b, to))
		return -1;
	if (to->len - from >= *limit) {
		to->len = from;
		return 0;
	}
	*limit = to->len - from;
	*ret = *m;
	if (first)
		return 0;
	out->len = start;
	buf_add(out, c->trial.data, c->trial.len);
	return 0;
}

/* Appends the smallest body of B; *RET says which it is, or stays stored. */
static int smallest(struct chunk_codec *c, const struct chunk_elements *e,
	const struct bytes *b, struct buf *out, struct candidate *ret)
{
	size_t limit = c->most && c->most < b->n ? c->most : b->n;
	size_t start = out->len, i = 0;
	struct candidates t = {.n = 0};
	struct candidate likely;
	struct bytes sample;

	c->grid = e->grid;
	*ret = (struct candidate){CHUNK_STORED, 1, 0, 0, false};
	if (take_sample(c, b, &sample))
		return -1;
	if (e->width == 0) {
		if (add_guesses(c, &t, &sample))
			return -1;
	} else {
		add_known(&t, e->width, b->negated);
		likely = t.m[0];
		if (try_all(c, &likely, b, out, start, &limit, ret))
			return -1;
		memmove(t.m, t.m + 1, --t.n * sizeof(t.m[0]));
	}
	if (survey(c, &t, e->width ? &likely : NULL, &sample, b, limit))
		return -1;
	for (; i < t.n; i++)
		if (try_all(c, &t.m[i], b, out, start, &limit, ret))
			return -1;
	if (ret->mode == CHUNK_STORED)
		buf_add(out, b->raw, b->n);
	return buf_failed(out) ? -1 : 0;
}

/* The width of an element that RAW[0..n) repeats, or 0. */
static unsigned constant_width(const uint8_t *raw, size_t n)
{
	for (unsigned w = 1; w <= 8; w *= 2)
		if (n >= 2 * w && memcmp(raw, raw + w, n - w) == 0)
			return w;
	return 0;
}

/* Appends RAW[0..n), which repeats elements of WIDTH bytes. */
static void encode_constant(unsigned width, const uint8_t *raw, size_t n,
	struct chunk_head *h, struct buf *out)
{
	if (width == 1 && raw[0] == 0) {
		h->mode = CHUNK_ZERO;
		return;
	}
	h->mode = CHUNK_CONSTANT;
	h->width = (uint8_t)width;
	buf_add(out, raw, width + n % width);
}

/* Fills in the elements of B as coding has them.  Returns 0, or -1. */
static int in_order(
	struct chunk_codec *c, const struct chunk_elements *e, struct bytes *b)
{
	const struct chunk_kernel *k;
	uint8_t *p;

	b->elements = b->raw;
	if (e->width < 2)
		return 0;
	k = chunk_kernel_of(c, e->width);
	if (e->big_endian) {
		p = buf_scratch(&c->swapped, b->n);
		if (!p)
			return -1;
		k->swap(b->raw, b->n / e->width, p);
		b->elements = p;
	}
	if (e->is_signed) {
		p = buf_scratch(&c->negated, b->n);
		if (!p)
			return -1;
		k->negate(b->elements, b->n / e->width, p);
		b->negated = p;
	}
	return 0;
}

/*
 * The least that a patch must save against what a sample says of the other
 * modes, for them not to be tried, in %.
 */
#define DELTA_SURE 90
/* And what one may have of theirs at most, since it will need the base. */
#define DELTA_WORTH 98
/* And of the bytes as they are, for that not to be asked. */
#define DELTA_TINY 6

/* Stores in *RET about what B takes in the best mode without a base. */
static int estimate(struct chunk_codec *c, const struct chunk_elements *e,
	const struct bytes *b, size_t *ret)
{
	struct candidates t = {.n = 0};
	struct bytes sample;
	size_t best = b->n, nbytes;

	if (take_sample(c, b, &sample))
		return -1;
	*ret = 0;
	if (sample.n == 0 || sample.n == b->n)
		return 0;
	add_known(&t, e->width, b->negated);
	for (size_t i = 0; i < t.n; i++) {
		if (measure(c, &t.m[i], &sample, &nbytes))
			return -1;
		nbytes = (size_t)((uint64_t)nbytes * b->n / sample.n);
		best = nbytes < best ? nbytes : best;
	}
	*ret = best;
	return 0;
}

/* Whether N is more than PERCENT of OTHER. */
static bool is_doubtful(size_t n, size_t other, unsigned percent)
{
	return (uint64_t)n * 100 > (uint64_t)other * percent;
}

/*
 * Appends the smallest body of B, as a difference from the base too if there
 * is one.
 */
static int smallest_or_delta(struct chunk_codec *c,
	const struct chunk_elements *e, const struct bytes *b, struct buf *out,
	struct candidate *ret)
{
	unsigned width = e->width;
	struct buf *patch = &c->delta.body;
	size_t start = out->len, tail, other;
	const uint8_t *base = c->delta.base;

	if (!base || width == 0 || b->n < width)
		return smallest(c, e, b, out, ret);
	tail = b->n % width;
	if (e->big_endian) {
		uint8_t *p = buf_scratch(&c->delta.swapped, b->n);

		if (!p)
			return -1;
		chunk_kernel_of(c, width)->swap(base, b->n / width, p);
		base = p;
	}
	buf_clear(patch);
	if (chunk_delta_encode(
		    c, width, b->elements, base, b->n / width, patch))
		return -1;
	buf_add(patch, b->raw + b->n - tail, tail);
	if (buf_failed(patch))
		return -1;
	if (is_doubtful(patch->len, b->n, DELTA_TINY) &&
		estimate(c, e, b, &other))
		return -1;
	if (is_doubtful(patch->len, b->n, DELTA_TINY) &&
		is_doubtful(patch->len, other, DELTA_SURE)) {
		if (smallest(c, e, b, out, ret))
			return -1;
		if (is_doubtful(patch->len, out->len - start, DELTA_WORTH))
			return 0;
		out->len = start;
	}
	*ret = (struct candidate){CHUNK_DELTA, (uint8_t)width, 0, 0, false};
	buf_add(out, patch->data, patch->len);
	return 0;
}

int chunk_encode(struct chunk_codec *c, const struct chunk_elements *e,
	const uint8_t *raw, size_t n, struct buf *out)
{
	struct chunk_head h = {.raw = (uint32_t)n, .width = 1};
	uint8_t head[CHUNK_HEAD_NBYTES] = {0};
	unsigned same = constant_width(raw, n);
	size_t start = out->len;
	struct candidate m;
	struct bytes b = {.raw = raw, .n = n};

	c->entropy.level = c->level;
	h.crc = zip_crc32(0, raw, n);
	buf_add(out, head, sizeof(head));
	if (same)
		encode_constant(same, raw, n, &h, out);
	else {
		if (in_order(c, e, &b) || smallest_or_delta(c, e, &b, out, &m))
			return -1;
		h.mode = m.mode;
		h.width = m.width;
		h.lead = m.lead;
		h.big_endian = e->big_endian && m.width > 1;
		h.twos = m.twos;
	}
	chunk_head_store(head, &h);
	buf_patch(out, start, head, sizeof(head));
	return buf_failed(out) ? -1 : 0;
}

/* --- decoding ------------------------------------------------------------ */

/*
 * Decodes a chunk: spzip(5), section 6, mode by mode.
 */

/* A body, and where its elements go. */
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
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != b->count)
		return malformed(d);
	memcpy(b->raw, b->in, b->n);
	return 0;
}

static int decode_zero(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != 0)
		return malformed(d);
	memset(b->raw, 0, b->count * b->width);
	return 0;
}

static int decode_constant(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	(void)c;
	if (b->n != b->width)
		return malformed(d);
	for (size_t i = 0; i < b->count; i++)
		memcpy(b->raw + i * b->width, b->in, b->width);
	return 0;
}

static int decode_values(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	return chunk_values_decode(
		c, b->width, b->in, b->n, b->raw, b->count, d);
}

static int decode_deflate(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	size_t want = b->count * b->width;

	return entropy_inflate(&c->entropy, b->in, b->n, b->raw, want, d);
}

static int decode_shuffle(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, b->width);
	size_t want = b->count * b->width;
	uint8_t *plane = buf_scratch(&c->bytes, want);

	if (!plane)
		return diag_nomem(d, want);
	if (entropy_inflate(&c->entropy, b->in, b->n, plane, want, d))
		return -1;
	for (unsigned i = 0; i < b->width; i++)
		k->plane_put(plane + i * b->count, b->count, i, b->raw);
	return 0;
}

/* The base is where the elements go, and in their order. */
static int decode_delta(
	struct chunk_codec *c, const struct body *b, struct diag *d)
{
	return chunk_delta_decode(
		c, b->width, b->in, b->n, b->raw, b->count, d);
}

/* Puts the base of the chunk H into RAW, in the order that coding has. */
static int take_base(struct chunk_codec *c, const struct chunk_head *h,
	uint8_t *raw, struct diag *d)
{
	const uint8_t *base = c->delta.base;

	if (!base)
		return diag_set(d, DIAG_DATA, "a base is needed");
	if (base != raw)
		memcpy(raw, base, h->raw);
	if (h->big_endian)
		chunk_kernel_of(c, h->width)
			->swap(raw + h->lead, (h->raw - h->lead) / h->width,
				raw + h->lead);
	return 0;
}

static int (*const decode_mode[CHUNK_NMODE])(
	struct chunk_codec *c, const struct body *b, struct diag *d) = {
	[CHUNK_STORED] = decode_stored,
	[CHUNK_ZERO] = decode_zero,
	[CHUNK_CONSTANT] = decode_constant,
	[CHUNK_VALUES] = decode_values,
	[CHUNK_DEFLATE] = decode_deflate,
	[CHUNK_SHUFFLE] = decode_shuffle,
	[CHUNK_DELTA] = decode_delta,
};

int chunk_decode(struct chunk_codec *c, const struct chunk_head *h,
	const uint8_t *payload, size_t n, uint8_t *raw, struct diag *d)
{
	size_t rest = chunk_rest(h), tail = rest - h->lead;
	const uint8_t *beside = payload + n - rest;
	struct body b = {
		.in = payload + CHUNK_HEAD_NBYTES,
		.n = n - CHUNK_HEAD_NBYTES - rest,
		.raw = raw + h->lead,
		.count = (h->raw - rest) / h->width,
		.width = h->width,
	};

	if (h->mode == CHUNK_DELTA && take_base(c, h, raw, d))
		return -1;
	if (decode_mode[h->mode](c, &b, d))
		return -1;
	if (h->twos)
		chunk_kernel_of(c, h->width)->negate(b.raw, b.count, b.raw);
	if (h->big_endian)
		chunk_kernel_of(c, h->width)->swap(b.raw, b.count, b.raw);
	if (h->lead)
		memcpy(raw, beside, h->lead);
	if (tail)
		memcpy(raw + h->raw - tail, beside + h->lead, tail);
	if (zip_crc32(0, raw, h->raw) != h->crc)
		return diag_set(
			d, DIAG_DATA, "decoded bytes have the wrong CRC");
	return 0;
}
