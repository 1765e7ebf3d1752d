/* SPDX-License-Identifier: MIT */
/*
 * Decodes or lists any bytes, as they are or with the CRCs of header and frames
 * put right, so that what lies behind them is reached.  A file whose CRCs are
 * right is read in all ways; of any other the stored CRC of its header, which
 * nobody looks at then, says in which: several ways at once would mean fewer
 * inputs, mostly for the same refusal.
 */
#include <stdlib.h>

#include "../unit/spz_mem.h"
#include "base/le.h"
#include "base/zip.h"
#include "spz/spz_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int discard(void *ctx, const void *p, size_t n, struct diag *d)
{
	(void)p;
	(void)d;
	*(size_t *)ctx += n;
	return 0;
}

/* More than the heads and the codings of one file in reach can have. */
#define RAW_MAX (1 << 14)

/* Bytes of any base, of any length: they come again after so many. */
#define BASE_PERIOD 2048

static int read_base(
	void *ctx, void *p, size_t n, uint64_t offset, struct diag *d)
{
	static uint8_t all[2 * BASE_PERIOD];

	(void)ctx;
	(void)d;
	for (size_t i = all[1] ? sizeof(all) : 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(i * 37 >> 3);
	for (size_t i = 0; i < n; i += BASE_PERIOD)
		memcpy((uint8_t *)p + i, all + offset % BASE_PERIOD,
			n - i < BASE_PERIOD ? n - i : BASE_PERIOD);
	return 0;
}

static int find_base(void *ctx, const struct spz_base_id *want,
	const struct spz_base **ret, struct diag *d)
{
	static struct spz_base any = {.pread = read_base};

	(void)ctx;
	/* long ones are not worth the reading for their CRC */
	if (want->size > 1 << 16)
		return spz_base_missing(want, d);
	any.id = *want;
	*ret = &any;
	return 0;
}

#define CRC_AT (SPZ_HEADER_NBYTES - 4)

static void mend_header(uint8_t *p)
{
	memcpy(p, "\xd3SPZ\r\n\x1a\n", SPZ_MAGIC_NBYTES);
	le_store32(p + CRC_AT, zip_crc32(0, p, CRC_AT));
}

static void mend_frames(uint8_t *p, size_t n)
{
	for (size_t at = SPZ_HEADER_NBYTES; n - at >= SPZ_FRAME_NBYTES;) {
		uint32_t len = le_load32(p + at + 4);

		if (len > n - at - SPZ_FRAME_NBYTES)
			return;
		le_store32(p + at + SPZ_FRAME_HEAD_NBYTES + len,
			zip_crc32(0, p + at, SPZ_FRAME_HEAD_NBYTES + len));
		at += len + (size_t)SPZ_FRAME_NBYTES;
	}
}

static void decode(const uint8_t *p, size_t n, bool pass)
{
	const struct spz_decode_opts o = {.nthread = 1,
		.raw_max = RAW_MAX,
		.pass_through = pass,
		.bases = {find_base, NULL}};
	size_t total = 0;
	struct mem m = {p, n, 0};
	struct spz_source src = {&m, mem_read, NULL};
	struct spz_sink dst = {&total, discard};
	struct spz_totals t;
	struct diag d;

	if (spz_decode(&src, &dst, &o, &t, &d) == 0 && t.raw != total)
		abort();
}

static void list(const uint8_t *p, size_t n)
{
	struct mem m = {p, n, 0};
	struct spz_source src = {&m, mem_read, NULL};
	struct spz_totals t;
	struct diag d;

	spz_list(&src, &(struct spz_listener){.limits = n % 2}, &t, &d);
}

static int pass_over(void *ctx, const struct spz_damage *w, struct diag *d)
{
	(void)d;
	if (w->to < w->from || w->to > *(uint64_t *)ctx)
		abort();
	return 0;
}

/* Reads it by its index, or what is left of it; as much comes as was said. */
static void decode_parts(const uint8_t *p, size_t n)
{
	struct mem m = {p, n, 0};
	const struct spz_file file = {&m, n, mem_pread};
	uint64_t all;
	size_t total = 0;
	const struct spz_sink dst = {&total, discard};
	const struct spz_part_opts o = {.nthread = 1,
		.bases = {find_base, NULL},
		.on_damage = pass_over,
		.ctx = &all};
	struct spz_map *map;
	struct diag d;
	int ret = 0;

	if (spz_map_open(&map, &file, &d))
		return;
	all = spz_map_raw(map);
	if (all <= RAW_MAX)
		ret = spz_map_decode(map, 0, all, &dst, &o, &d);
	/* Only a base that is not there is trouble. */
	if (ret ? !spz_map_has_bases(map) : all <= RAW_MAX && total != all)
		abort();
	spz_map_close(map);
}

/* What is beside a member is passed through or not. */
enum way { DECODE, DECODE_PASS, LIST, PARTS, NWAY };

static void go(const uint8_t *p, size_t n, enum way way)
{
	if (way == LIST)
		list(p, n);
	else if (way == PARTS)
		decode_parts(p, n);
	else
		decode(p, n, way == DECODE_PASS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t told = n > CRC_AT ? data[CRC_AT] : 0;
	uint8_t *p = malloc(n ? n : 1);

	if (!p)
		abort();
	memcpy(p, data, n);
	/* of a quarter the header alone is mended, of few nothing */
	if (n >= SPZ_HEADER_NBYTES && told < 0xfc) {
		mend_header(p);
		if (told < 0xc0)
			mend_frames(p, n);
	}
	if (memcmp(p, data, n) == 0)
		for (enum way way = 0; way < NWAY; way++)
			go(p, n, way);
	else
		go(p, n, told % NWAY);
	free(p);
	return 0;
}
