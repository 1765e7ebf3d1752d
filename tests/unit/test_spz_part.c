/* SPDX-License-Identifier: MIT */
/*
 * Parts of files: any run of bytes is what it was, and no chunk is read that
 * has none of it.  Files with damage: what is not said to be damaged is right.
 */
#include <stdlib.h>

#include "base/le.h"
#include "spz/spz_impl.h"
#include "spz_mem.h"
#include "tap.h"

static uint64_t seed = 3;

/* A safetensors file of three F32 tensors with as many weights. */
static void make(struct buf *b, size_t n0, size_t n1, size_t n2)
{
	char text[512];
	uint8_t le[8];
	int n = snprintf(text, sizeof(text),
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[%zu,4],"
		"\"data_offsets\":[0,%zu]},"
		"\"b\":{\"dtype\":\"F32\",\"shape\":[%zu],"
		"\"data_offsets\":[%zu,%zu]},"
		"\"c\":{\"dtype\":\"F32\",\"shape\":[%zu],"
		"\"data_offsets\":[%zu,%zu]}}",
		n0, 16 * n0, n1, 16 * n0, 16 * n0 + 4 * n1, n2,
		16 * n0 + 4 * n1, 16 * n0 + 4 * (n1 + n2));

	b->len = 0;
	le_store64(le, (uint64_t)n);
	buf_add(b, le, 8);
	buf_add(b, text, (size_t)n);
	for (size_t i = 0; i < 4 * n0 + n1 + n2; i++) {
		uint64_t r = tap_random(&seed);

		le_store32(le, r & 1 ? 0 : 0x3c000000u | (uint32_t)(r >> 40));
		buf_add(b, le, 4);
	}
}

static void pack(const struct buf *raw, struct buf *packed)
{
	const struct spz_encode_opts o = {
		.level = 6, .nthread = 1, .raw_size = raw->len};
	struct diag d;

	ok(mem_encode(raw->data, raw->len, &o, packed, &d) == 0, "packed");
}

/* Bytes of the original that are said to be damaged. */
struct told {
	bool *bad;
	size_t n;
	unsigned long runs;
};

static int on_damage(void *ctx, const struct spz_damage *w, struct diag *d)
{
	struct told *t = ctx;

	(void)d;
	t->runs++;
	for (uint64_t i = w->from; i < w->to && i < t->n; i++)
		t->bad[i] = true;
	return 0;
}

/*
 * Decodes all of P[0..n) that there is.  Returns whether what is not said to
 * be damaged is as in RAW, and, if WHOLE, that nothing else is missing.
 */
static bool rest_is_right(const uint8_t *p, size_t n, const struct buf *raw,
	bool whole, struct told *t)
{
	struct mem m = {p, n, 0};
	const struct spz_file file = {&m, n, mem_pread};
	struct buf out = {0};
	const struct spz_sink dst = {&out, mem_write};
	const struct spz_part_opts o = {
		.nthread = 1, .on_damage = on_damage, .ctx = t};
	struct spz_map *map;
	struct diag d;
	bool good;

	memset(t->bad, 0, t->n);
	t->runs = 0;
	if (spz_map_open(&map, &file, &d))
		return false;
	good = spz_map_decode(map, 0, spz_map_raw(map), &dst, &o, &d) == 0 &&
	       out.len == spz_map_raw(map) && out.len <= raw->len &&
	       (!whole || out.len == raw->len);
	for (size_t i = 0; good && i < out.len; i++)
		good = t->bad[i] ? out.data[i] == 0
				 : out.data[i] == raw->data[i];
	spz_map_close(map);
	buf_free(&out);
	return good;
}

static void test_ranges(void)
{
	struct buf raw = {0}, packed = {0}, out = {0};
	const struct spz_sink dst = {&out, mem_write};
	const struct spz_part_opts o = {.nthread = 2};
	struct mem m = {0};
	struct spz_file file;
	struct spz_map *map;
	struct diag d;
	bool same = true;

	make(&raw, 200000, 300000, 7);
	pack(&raw, &packed);
	m = (struct mem){(const uint8_t *)packed.data, packed.len, 0};
	file = (struct spz_file){&m, packed.len, mem_pread};
	ok(spz_map_open(&map, &file, &d) == 0, "a map");
	ok(m.at < 5000, "made of %zu bytes", m.at);
	is_u64(spz_map_raw(map), raw.len, "of all bytes");
	for (int i = 0; i < 40 && same; i++) {
		uint64_t from = tap_random(&seed) % raw.len;
		uint64_t to = from + tap_random(&seed) % (raw.len - from + 1);

		out.len = 0;
		same = spz_map_decode(map, from, to, &dst, &o, &d) == 0 &&
		       out.len == to - from &&
		       memcmp(out.data, raw.data + from, out.len) == 0;
	}
	ok(same, "any run of bytes");
	m.at = out.len = 0;
	ok(spz_map_decode(map, 1500000, 1500016, &dst, &o, &d) == 0 &&
			memcmp(out.data, raw.data + 1500000, 16) == 0,
		"a row");
	ok(m.at < packed.len / 3, "of one chunk: %zu of %zu bytes are read",
		m.at, packed.len);
	m.at = 0;
	ok(spz_map_decode(map, 77, 77, &dst, &o, &d) == 0 && m.at == 0,
		"nothing is read for nothing");
	spz_map_close(map);
	buf_free(&raw);
	buf_free(&packed);
	buf_free(&out);
}

/* Every bit of the file that RAW makes is turned. */
static void flip(const struct buf *raw, const char *what)
{
	struct buf packed = {0};
	struct told t = {malloc(raw->len + 1), raw->len, 0};
	size_t wrong = 0, told = 0;
	uint8_t *p;

	pack(raw, &packed);
	p = (uint8_t *)packed.data;
	for (size_t i = 0; i < 8 * packed.len; i++) {
		p[i / 8] ^= (uint8_t)(1u << i % 8);
		wrong += !rest_is_right(p, packed.len, raw, true, &t);
		told += t.runs > 0;
		p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	is_u64(wrong, 0, what);
	ok(told > 8 * packed.len / 2, "%zu of %zu are told", told,
		8 * packed.len);
	free(t.bad);
	buf_free(&packed);
}

static void test_flips(void)
{
	struct buf raw = {0};

	make(&raw, 60, 200, 100);
	flip(&raw, "a bit that is turned spoils no other tensor");
	raw.len = 40;
	flip(&raw, "nor anything unsaid in a file without an index");
	buf_free(&raw);
}

static void test_cuts(void)
{
	struct buf raw = {0}, packed = {0};
	struct told t;
	size_t wrong = 0;

	make(&raw, 60, 200, 100);
	pack(&raw, &packed);
	t = (struct told){malloc(raw.len), raw.len, 0};
	for (size_t n = 0; n < packed.len; n++)
		wrong += !rest_is_right(
			(uint8_t *)packed.data, n, &raw, n >= 28, &t);
	is_u64(wrong, 0, "of a file cut short the rest is right");
	free(t.bad);
	buf_free(&raw);
	buf_free(&packed);
}

/* Members, zeros between them, and a bad byte in one. */
static void test_members(void)
{
	struct buf raw = {0}, one = {0}, all = {0}, want = {0};
	struct told t = {0};
	static const char zeros[5000];

	for (int i = 0; i < 3; i++) {
		make(&raw, 60, 200, (size_t)i);
		pack(&raw, &one);
		buf_add(&want, raw.data, raw.len);
		buf_add(&all, one.data, one.len);
		buf_add(&all, zeros, i == 1 ? 0 : sizeof(zeros));
	}
	t = (struct told){malloc(want.len), want.len, 0};
	ok(rest_is_right((uint8_t *)all.data, all.len, &want, true, &t) &&
			t.runs == 0,
		"members and the zeros between them");
	all.data[500] ^= 1;
	ok(rest_is_right((uint8_t *)all.data, all.len, &want, true, &t) &&
			t.runs == 1,
		"damage in the first: %lu", t.runs);
	buf_add(&all, "garbage", 7);
	ok(rest_is_right((uint8_t *)all.data, all.len, &want, true, &t) &&
			t.runs == 1,
		"with garbage behind the last");
	free(t.bad);
	buf_free(&raw);
	buf_free(&one);
	buf_free(&all);
	buf_free(&want);
}

/* What no file of that length can hold is not made up, whoever promises it. */
static void test_promises(void)
{
	const struct spz_header h = {.major = SPZ_MAJOR,
		.chunk_log2 = 20,
		.raw_size = (uint64_t)1 << 60};
	struct buf raw = {0}, packed = {0};
	struct told t;
	size_t wrong = 0;

	make(&raw, 60, 200, 100);
	pack(&raw, &packed);
	spz_header_store((uint8_t *)packed.data, &h);
	t = (struct told){malloc(raw.len), raw.len, 0};
	for (size_t n = SPZ_HEADER_NBYTES; n < packed.len; n++)
		wrong += !rest_is_right(
			(uint8_t *)packed.data, n, &raw, false, &t);
	is_u64(wrong, 0, "of a header that promises too much");
	free(t.bad);
	buf_free(&raw);
	buf_free(&packed);
}

int main(void)
{
	test_ranges();
	test_flips();
	test_cuts();
	test_members();
	test_promises();
	return tap_done();
}
