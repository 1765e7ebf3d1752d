/* SPDX-License-Identifier: MIT */
/*
 * Differences: the first byte says width, kind, byte order and level, and which
 * loops of this processor are compared with the portable ones; the rest is a
 * base and what came of it.  Both must make the same chunk, and get the same
 * back; and the same bytes, taken for the body of a chunk, must be refused or
 * decode to the same by both.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "chunk/chunk_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MAX ((size_t)1 << 16)

#define NSET 2

static struct chunk_codec codecs[NSET];

static void there_and_back(
	const struct chunk_elements *e, const uint8_t *base, size_t n)
{
	static uint8_t back[MAX + CHUNK_SLACK];
	const uint8_t *raw = base + n;
	struct buf out[NSET] = {{0}};

	for (size_t i = 0; i < NSET; i++) {
		codecs[i].delta.base = base;
		if (chunk_encode(&codecs[i], e, raw, n, &out[i]))
			abort();
	}
	if (out[0].len > n + CHUNK_HEAD_NBYTES || out[1].len != out[0].len ||
		memcmp(out[1].data, out[0].data, out[0].len) != 0)
		abort();
	for (size_t i = 0; i < NSET; i++) {
		const uint8_t *p = (const uint8_t *)out[0].data;
		struct chunk_head h;
		struct diag d;

		if (chunk_head_parse(&h, p, out[0].len, &d) || h.raw != n ||
			chunk_decode(&codecs[i], &h, p, out[0].len, back, &d) ||
			memcmp(raw, back, n) != 0)
			abort();
	}
	for (size_t i = 0; i < NSET; i++)
		buf_free(&out[i]);
}

static void decode_body(unsigned width, const uint8_t *data, size_t n)
{
	static uint8_t back[NSET][MAX + CHUNK_SLACK];
	size_t nbase = n / 4 / width * width;
	struct diag d;
	int r[NSET];

	for (size_t i = 0; i < NSET; i++) {
		memcpy(back[i], data, nbase);
		r[i] = chunk_delta_decode(&codecs[i], width, data + nbase,
			n - nbase, back[i], nbase / width, &d);
	}
	if (r[1] != r[0] || (r[0] == 0 && memcmp(back[0], back[1], nbase) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum chunk_cpu set[NSET] = {CHUNK_CPU_ANY, CHUNK_NCPU};
	struct chunk_elements e = {0};

	if (n < 4 || n > MAX)
		return 0;
	if (data[0] & 64)
		set[1] = CHUNK_CPU_AVX2;
	e.width = 1u << (data[0] & 3);
	e.big_endian = data[0] & 4 && e.width > 1;
	for (size_t i = 0; i < NSET; i++) {
		codecs[i].kernel = chunk_kernels(set[i]);
		codecs[i].level = data[0] & 8 ? 9 : 6;
		codecs[i].delta.is_float = data[0] & 16;
	}
	e.is_signed = !codecs[0].delta.is_float && e.width > 1;
	if (data[0] & 32)
		decode_body(e.width, data + 1, n - 1);
	else
		there_and_back(&e, data + 1, (n - 1) / 2);
	return 0;
}
