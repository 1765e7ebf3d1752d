/* SPDX-License-Identifier: MIT */
/*
 * Whatever goes in comes out, of the width and level that the first byte says:
 * as one chunk, or for some first bytes as a file, which takes much longer.
 */
#include <stdlib.h>

#include "../unit/spz_mem.h"
#include "spz/spz_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Codecs go from chunk to chunk, as a worker's do. */
static void chunk(unsigned width, int level, const uint8_t *raw, size_t n)
{
	static struct spz_codec codecs[10];
	struct spz_codec *codec = &codecs[level];
	struct spz_chunk_head h;
	struct buf out = {0};
	uint8_t *back = malloc(n);
	struct diag d;

	codec->level = level;
	if (!back || spz_chunk_encode(codec, width, raw, n, &out) ||
		out.len > n + SPZ_CHUNK_HEAD_NBYTES ||
		spz_chunk_head_parse(&h, (uint8_t *)out.data, out.len, &d) ||
		h.raw != n ||
		spz_chunk_decode(
			codec, &h, (uint8_t *)out.data, out.len, back, &d) ||
		memcmp(raw, back, n) != 0)
		abort();
	free(back);
	buf_free(&out);
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
	static const uint8_t widths[] = {0, 1, 2, 4, 8};
	int level;

	if (n < 1)
		return 0;
	level = 1 + data[0] / 5 % 9;
	if (data[0] < 5 * 9 * 5 && n > 1)
		chunk(widths[data[0] % 5], level, data + 1, n - 1);
	else
		file(level, data + 1, n - 1);
	return 0;
}
