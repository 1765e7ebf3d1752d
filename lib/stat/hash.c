/* SPDX-License-Identifier: MIT */
/*
 * Hashes of tensors that depend on neither format nor order of the file.  Each
 * chunk has one of its own, and these are combined.
 */
#include "base/zip.h"
#include "stat/stat_impl.h"

struct hashing {
	size_t width;
	uint32_t total;
};

static int work(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct hashing *h = ctx;

	(void)nrun; /* there is one item */
	(void)d;
	*(uint32_t *)slot = zip_crc32(0, r->p, r->n * h->width);
	return 0;
}

static int drain(void *ctx, void *slot, const struct select_run *r, size_t nrun,
	struct diag *d)
{
	struct hashing *h = ctx;

	(void)nrun;
	(void)d;
	h->total = zip_crc32_combine(
		h->total, *(const uint32_t *)slot, r->n * h->width);
	return 0;
}

int stat_hash(uint32_t *ret, const struct stat_how *how,
	const struct stat_tensor *t, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(uint32_t), NULL, work, drain};
	const struct stat_elements e = stat_elements(t);
	struct hashing h = {.width = e.item.width};
	int bad = stat_scan(&e.item, how, &hooks, &h, d);

	*ret = h.total;
	return bad;
}
