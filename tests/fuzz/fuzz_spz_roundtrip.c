/* SPDX-License-Identifier: MIT */
/*
 * Whatever goes in comes out, of the width, byte order and level that the first
 * byte says: as one chunk, of which the loops for this processor and the
 * portable ones must make the same, or for some first bytes as a file, which
 * takes much longer.
 */
#include <stdlib.h>

#include "../unit/spz_mem.h"
#include "chunk/chunk_impl.h"
#include "spz/spz_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void comes_back(struct chunk_codec *c, const struct buf *out,
	const uint8_t *raw, size_t n)
{
	const uint8_t *p = (const uint8_t *)out->data;
	uint8_t *back = malloc(n + CHUNK_SLACK);
	struct chunk_head h;
	struct diag d;

	if (!back || chunk_head_parse(&h, p, out->len, &d) || h.raw != n ||
		chunk_decode(c, &h, p, out->len, back, &d) ||
		memcmp(raw, back, n) != 0)
		abort();
	free(back);
}

/*
 * Codecs go from chunk to chunk, as a worker's do.  The loops that are compared
 * with the portable ones are the fastest, or those before them.
 */
static void chunk(
	const struct chunk_elements *e, int level, const uint8_t *raw, size_t n)
{
	static struct chunk_codec codecs[2][10];
	const enum chunk_cpu set[2] = {
		n % 2 ? CHUNK_CPU_AVX2 : CHUNK_NCPU, CHUNK_CPU_ANY};
	struct buf out[2] = {{0}, {0}};

	for (size_t i = 0; i < 2; i++) {
		struct chunk_codec *c = &codecs[i][level];

		c->level = level;
		c->kernel = chunk_kernels(set[i]);
		if (chunk_encode(c, e, raw, n, &out[i]))
			abort();
	}
	if (out[0].len > n + CHUNK_HEAD_NBYTES || out[0].len != out[1].len ||
		memcmp(out[0].data, out[1].data, out[0].len) != 0)
		abort();
	for (size_t i = 0; i < 2; i++)
		comes_back(&codecs[i][level], &out[0], raw, n);
	buf_free(&out[0]);
	buf_free(&out[1]);
}

static void file(int level, const uint8_t *raw, size_t n)
{
	struct spz_encode_opts o = {
		.level = level, .nthread = 1, .raw_size = n};
	struct buf packed = {0}, out = {0};
	struct spz_totals t;
	struct diag d;

	if (mem_encode(raw, n, &o, &packed, &d) ||
		mem_decode(packed.data, packed.len, 1, &out, &t, &d) ||
		out.len != n || (n && memcmp(raw, out.data, n) != 0))
		abort();
	buf_free(&packed);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct chunk_elements kinds[] = {{.width = 0},
		{.width = 1}, {.width = 2}, {.width = 4}, {.width = 8},
		{.width = 2, .big_endian = true},
		{.width = 4, .big_endian = true, .is_signed = true},
		{.width = 1, .grid = {16, 4}}, {.width = 2, .grid = {40, 0}}};
	const unsigned nkind = sizeof(kinds) / sizeof(kinds[0]);
	const unsigned nlevel = SPZ_LEVEL_MAX;
	int level;

	if (n < 1)
		return 0;
	level = (int)(1 + data[0] / nkind % nlevel);
	if (data[0] < 3 * nkind * nlevel && n > 1)
		chunk(&kinds[data[0] % nkind], level, data + 1, n - 1);
	else
		file(level, data + 1, n - 1);
	return 0;
}
