/* SPDX-License-Identifier: MIT */
/*
 * Whatever goes in comes out: as one chunk of the width and level that the
 * first byte says, and as a file.
 */
#include <stdlib.h>

#include "../unit/spz_mem.h"
#include "spz/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void chunk(unsigned width, int level, const uint8_t *raw, size_t n)
{
	struct spz_codec codec = {.level = level};
	struct spz_chunk_head h;
	struct buf out = {0};
	uint8_t *back = malloc(n);
	struct diag d;

	if (!back || spz_chunk_encode(&codec, width, raw, n, &out) ||
		out.len > n + SPZ_CHUNK_HEAD_NBYTES ||
		spz_chunk_head_parse(&h, (uint8_t *)out.data, out.len, &d) ||
		h.raw != n ||
		spz_chunk_decode(
			&codec, &h, (uint8_t *)out.data, out.len, back, &d) ||
		memcmp(raw, back, n) != 0)
		abort();
	free(back);
	buf_free(&out);
	spz_codec_free(&codec);
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

	if (n == 0)
		return 0;
	if (n > 1)
		chunk(widths[data[0] % 5], 1 + data[0] / 5 % 9, data + 1,
			n - 1);
	file(1 + data[0] / 5 % 9, data + 1, n - 1);
	return 0;
}
