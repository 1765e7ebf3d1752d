/* SPDX-License-Identifier: MIT */
/*
 * Differences from a base, spzip(5), section 12: every pair of bit patterns,
 * every width, kind of number and byte order, by both sets of inner loops; and
 * whole files that have bases.
 */
#include <stdlib.h>

#include "base/le.h"
#include "base/zip.h"
#include "chunk/chunk_impl.h"
#include "format/format.h"
#include "spz/spz_impl.h"
#include "spz_mem.h"
#include "tap.h"

#define MAX ((size_t)1 << 18)

static uint8_t raw[MAX], base[MAX], back[MAX + CHUNK_SLACK];
/* One for each set of loops. */
static struct chunk_codec codec[CHUNK_NCPU];

static uint32_t rnd(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 32);
}

/* Bytes of the payload of RAW[0..n), 0 if anything is wrong. */
static size_t there_and_back(unsigned width, bool big, bool is_float, size_t n)
{
	const struct chunk_elements e = {.width = width,
		.big_endian = big,
		.is_signed = !is_float && width > 1};
	struct buf out[CHUNK_NCPU] = {{0}};
	size_t ret;
	bool good = true;

	for (size_t i = 0; i < CHUNK_NCPU; i++) {
		/* the loops that did not make it */
		struct chunk_codec *other = &codec[(i + 1) % CHUNK_NCPU];
		struct chunk_head h;
		struct diag d;

		codec[i].delta.base = base;
		codec[i].delta.is_float = is_float;
		good = good &&
		       chunk_encode(&codec[i], &e, raw, n, &out[i]) == 0;
		other->delta.base = base;
		good = good &&
		       chunk_head_parse(&h, (uint8_t *)out[i].data, out[i].len,
			       &d) == 0 &&
		       chunk_decode(other, &h, (uint8_t *)out[i].data,
			       out[i].len, back, &d) == 0 &&
		       memcmp(raw, back, n) == 0 && out[i].len == out[0].len &&
		       memcmp(out[i].data, out[0].data, out[0].len) == 0;
	}
	ret = good ? out[0].len : 0;
	for (size_t i = 0; i < CHUNK_NCPU; i++)
		buf_free(&out[i]);
	return ret;
}

/* All pairs of bytes; then pairs that are edges in wider elements. */
static void test_patterns(void)
{
	static const uint64_t edge[] = {0, 1, 2, 0x7f, 0x80, 0x3f80, 0x7f80,
		0x7fff, 0x7fffffff, 0x7f800000, 0x7f800001, 0x7fffffffffffffff,
		0x7ff0000000000000, 0x123456789abcdef};
	const size_t nedge = 2 * sizeof(edge) / sizeof(edge[0]);
	size_t bad = 0;

	for (size_t i = 0; i < 65536; i++) {
		raw[i] = (uint8_t)i;
		base[i] = (uint8_t)(i >> 8);
	}
	bad += !there_and_back(1, false, true, 65536);
	bad += !there_and_back(1, false, false, 65536);
	for (unsigned width = 2; width <= 8; width *= 2) {
		size_t n = 0;

		for (size_t i = 0; i < nedge * nedge; i++, n += width) {
			uint64_t top = (uint64_t)1 << (8 * width - 1);
			size_t a = i % nedge, b = i / nedge;
			uint8_t x[8];

			le_store64(x,
				(edge[a / 2] & (top - 1)) | (a & 1 ? top : 0));
			memcpy(raw + n, x, width);
			le_store64(x,
				(edge[b / 2] & (top - 1)) | (b & 1 ? top : 0));
			memcpy(base + n, x, width);
		}
		for (unsigned k = 0; k < 4; k++)
			bad += !there_and_back(width, k & 1, k & 2, n);
	}
	ok(bad == 0, "every pair of bit patterns comes back: %zu do not", bad);
}

/* Weights of some exponents, of which one in ONE_IN changes a little. */
static size_t change(
	unsigned width, bool big, bool is_float, size_t n, unsigned one_in)
{
	for (size_t i = 0; i + width <= n; i += width) {
		uint64_t v = (uint64_t)rnd() << 32 | rnd(), u;
		unsigned bits = 8 * width;
		uint8_t x[2][8];

		v >>= 64 - bits;
		v &= ~((uint64_t)0x38 << (bits - 8));
		u = v;
		if (rnd() % one_in == 0)
			u += rnd() & 1 ? rnd() % 4 : 0 - (uint64_t)(rnd() % 4);
		le_store64(x[0], u);
		le_store64(x[1], v);
		for (unsigned k = 0; k < width; k++) {
			raw[i + k] = x[0][big ? width - 1 - k : k];
			base[i + k] = x[1][big ? width - 1 - k : k];
		}
	}
	return there_and_back(width, big, is_float, n);
}

/* Up to MOST bytes. */
static void test_widths(size_t most)
{
	static const size_t sizes[] = {8, 64, 512, 520, 4099, 65536, MAX};
	static const unsigned rates[] = {1, 3, 40, 1000, 1 << 30};
	size_t bad = 0, done = 0;

	for (unsigned width = 1; width <= 8; width *= 2)
		for (size_t i = 0; i < 7; i++)
			for (size_t k = 0; k < 5; k++)
				for (unsigned kind = 0; kind < 4; kind++) {
					if ((width == 1 && kind & 1) ||
						sizes[i] > most)
						continue;
					bad += !change(width, kind & 1,
						kind & 2, sizes[i], rates[k]);
					done++;
				}
	ok(bad == 0, "%zu of %zu do not come back", bad, done);
	ok(change(2, false, true, MAX, 1 << 30) <= 32,
		"nothing has changed: next to nothing");
	ok(change(2, false, true, MAX, 40) < change(2, false, true, MAX, 10),
		"fewer changes take less");
}

/* As large as without a base where that does not help. */
static void test_unrelated(void)
{
	size_t with, without;

	for (size_t i = 0; i < MAX; i++) {
		raw[i] = (uint8_t)(i % 4 == 3 ? 0x3c : rnd());
		base[i] = (uint8_t)(i % 4 == 3 ? 0x3c : rnd());
	}
	with = there_and_back(4, false, true, MAX);
	memset(raw, 0, 4);
	for (size_t i = 0; i < CHUNK_NCPU; i++)
		codec[i].delta.base = NULL;
	struct buf out = {0};

	chunk_encode(&codec[0], &(struct chunk_elements){.width = 4}, raw, MAX,
		&out);
	without = out.len;
	buf_free(&out);
	ok(with && with <= without + 16, "%zu bytes, %zu without a base", with,
		without);
}

/* --- files --------------------------------------------------------------- */

/* A file of two tensors, one larger than a chunk; bf16 and f32. */
#define NWEIGHT ((size_t)700000)
#define NBIAS ((size_t)3000)

static size_t make_file(uint8_t *p, unsigned seed, unsigned one_in)
{
	int n = snprintf((char *)p + 8, 1 << 12,
		"{\"bias\":{\"dtype\":\"F32\",\"shape\":[%zu],\"data_offsets\":"
		"[0,%zu]},\"w\":{\"dtype\":\"BF16\",\"shape\":[%zu],"
		"\"data_offsets\":[%zu,%zu]}}",
		NBIAS, 4 * NBIAS, NWEIGHT, 4 * NBIAS, 4 * NBIAS + 2 * NWEIGHT);
	uint8_t *to = p + 8 + n;
	uint64_t x = 1, y = seed;

	le_store64(p, (uint64_t)n);
	for (size_t i = 0; i < NBIAS + NWEIGHT; i++) {
		uint32_t u;

		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		y = y * UINT64_C(6364136223846793005) + 1442695040888963407;
		u = 0x3c000000 + (uint32_t)(x >> 38);
		if (one_in && y >> 40 & 1 && (y >> 41) % one_in == 0)
			u += 0x10000;
		if (i < NBIAS)
			le_store32(to, u);
		else
			le_store16(to, (uint16_t)(u >> 16));
		to += i < NBIAS ? 4 : 2;
	}
	return (size_t)(to - p);
}

struct finder {
	const struct spz_base *base;
	size_t ncall;
};

static int find(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	struct finder *f = ctx;

	f->ncall++;
	if (!f->base || f->base->id.size != want->size)
		return spz_base_missing(want, d);
	*ret = f->base;
	return 0;
}

static int decode_with(const struct buf *packed, const struct spz_base *b,
	unsigned nthread, struct buf *out, struct diag *d)
{
	struct finder f = {b, 0};
	struct mem m = {(uint8_t *)packed->data, packed->len, 0};
	struct spz_source src = {&m, mem_read, NULL};
	struct spz_sink dst = {out, mem_write};
	struct spz_decode_opts o = {
		.nthread = nthread, .raw_max = 1 << 28, .bases = {find, &f}};
	struct spz_totals t;

	out->len = 0;
	return spz_decode(&src, &dst, &o, &t, d);
}

static int note_base(void *ctx, const struct spz_base_id *id, struct diag *d)
{
	(void)d;
	*(struct spz_base_id *)ctx = *id;
	return 0;
}

static void test_files(void)
{
	uint8_t *a = malloc(1 << 21), *b = malloc(1 << 21);
	size_t n = make_file(a, 1, 0);
	struct mem of_a = {a, n, 0}, list = {0};
	struct tensor_map map;
	struct spz_base old = {.id = {.size = n, .name = "a.safetensors"},
		.ctx = &of_a,
		.pread = mem_pread};
	struct spz_encode_opts o = {.level = 6,
		.nthread = 1,
		.raw_size = n,
		.base = &old,
		.nbase = 1};
	struct buf packed = {0}, again = {0}, plain = {0}, out = {0};
	struct spz_base_id id = {0};
	struct spz_totals t;
	struct diag d;

	make_file(b, 2, 10);
	ok(format_parse(&map, a, n, n, NULL, &d) == 0, "parsed");
	old.map = &map;
	ok(mem_encode(b, n, &o, &packed, &d) == 0, "packed");
	o.nthread = 4;
	mem_encode(b, n, &o, &again, &d);
	ok(packed.len == again.len &&
			memcmp(packed.data, again.data, packed.len) == 0,
		"the same bytes by four threads");
	o.nbase = 0;
	mem_encode(b, n, &o, &plain, &d);
	ok(packed.len * 5 < plain.len, "%zu bytes, %zu without a base",
		packed.len, plain.len);
	for (unsigned k = 1; k <= 4; k += 3)
		ok(decode_with(&packed, &old, k, &out, &d) == 0 &&
				out.len == n && memcmp(out.data, b, n) == 0,
			"comes back by %u", k);
	list = (struct mem){(uint8_t *)packed.data, packed.len, 0};
	ok(spz_list(&(struct spz_source){&list, mem_read, NULL},
		   &(struct spz_listener){.ctx = &id, .base = note_base}, &t,
		   &d) == 0 &&
			id.size == n && id.crc == zip_crc32(0, a, n) &&
			strcmp(id.name, "a.safetensors") == 0,
		"the list tells the base");
	ok(mem_decode(packed.data, packed.len, 1, &out, &t, &d) < 0 &&
			strstr(d.text, "the base 'a.safetensors' ("),
		"without it: %s", d.text);
	a[n - 100000] ^= 1;
	ok(decode_with(&packed, &old, 2, &out, &d) < 0 &&
			strstr(d.text, "has the CRC-32"),
		"with another: %s", d.text);
	a[n - 100000] ^= 1;
	/* what is not in the base needs none */
	memcpy(strstr((char *)b + 8, "\"w\""), "\"x\"", 3);
	memcpy(strstr((char *)b + 8, "bias"), "Bias", 4);
	o.nbase = 1;
	mem_encode(b, n, &o, &packed, &d);
	ok(mem_decode(packed.data, packed.len, 1, &out, &t, &d) == 0 &&
			memcmp(out.data, b, n) == 0,
		"other names need no base");
	tensor_map_free(&map);
	buf_free(&packed);
	buf_free(&again);
	buf_free(&plain);
	buf_free(&out);
	free(a);
	free(b);
}

int main(void)
{
	for (size_t i = 0; i < CHUNK_NCPU; i++)
		codec[i].kernel = chunk_kernels((enum chunk_cpu)i);
	for (int level = 6; level <= 9; level += 3) {
		for (size_t i = 0; i < CHUNK_NCPU; i++)
			codec[i].level = level;
		test_patterns();
		test_widths(level == 6 ? MAX : 5000);
	}
	for (size_t i = 0; i < CHUNK_NCPU; i++)
		codec[i].level = 6;
	test_unrelated();
	test_files();
	for (size_t i = 0; i < CHUNK_NCPU; i++)
		chunk_codec_free(&codec[i]);
	return tap_done();
}
