/* SPDX-License-Identifier: MIT */
/*
 * Hashes of tensors that depend on neither format nor order of the file.  Each
 * chunk has one of its own, and these are combined.
 */
#include "base/zip.h"
#include "stat/stat_impl.h"

struct hashing {
	const struct stat_reader *r;
	uint32_t total;
	uint32_t crc[STAT_NSLOT_MAX];
};

static void look(void *ctx, size_t i, uint64_t first, size_t n,
	const unsigned char *p, const unsigned char *q)
{
	struct hashing *h = ctx;

	(void)first;
	(void)q;
	h->crc[i] = zip_crc32(0, p, n * h->r->width);
}

static bool drain(void *ctx, size_t i, size_t n)
{
	struct hashing *h = ctx;

	h->total = zip_crc32_combine(h->total, h->crc[i], n * h->r->width);
	return true;
}

int stat_hash(uint32_t *ret, const struct stat_how *how,
	const struct stat_tensor *t, struct diag *d)
{
	struct stat_reader r;
	struct hashing h = {.r = &r};
	const struct stat_side s = {
		.a = &r, .look = look, .drain = drain, .ctx = &h};
	int bad;

	if (stat_reader_open(&r, t, d))
		return -1;
	bad = stat_walk_read(&s, how, d);
	stat_reader_close(&r);
	*ret = h.total;
	return bad;
}
