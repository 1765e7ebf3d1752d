/* SPDX-License-Identifier: MIT */
/*
 * Hashes of tensors that depend on neither format nor order of the file.  Each
 * chunk has one of its own, and these are combined.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "base/input.h"
#include "base/zip.h"
#include "stat/stat_impl.h"

#define CHUNK_NBYTES ((size_t)1 << 20)

struct hashing {
	struct stat_reader r;
	uint32_t total;
	struct {
		unsigned char *p;
		uint32_t crc;
	} slot[STAT_NSLOT_MAX];
};

static int work(void *ctx, size_t i, uint64_t first, size_t n, struct diag *d)
{
	struct hashing *h = ctx;

	if (stat_reader_get(&h->r, first, n, h->slot[i].p, d))
		return -1;
	h->slot[i].crc = zip_crc32(0, h->slot[i].p, n * h->r.width);
	return 0;
}

static bool drain(void *ctx, size_t i, size_t n)
{
	struct hashing *h = ctx;

	h->total = zip_crc32_combine(h->total, h->slot[i].crc, n * h->r.width);
	return true;
}

static int run(struct hashing *h, const struct stat_how *how, struct diag *d)
{
	const struct stat_walk w = {
		.n = h->r.n,
		.npiece = CHUNK_NBYTES / h->r.width,
		.piece_nbytes = h->r.width,
		.nthread = how->nthread,
		.progress = how->progress,
		.work = work,
		.drain = drain,
		.ctx = h,
	};
	size_t nslot = stat_walk_nslot(&w);
	size_t nelem = h->r.n < w.npiece ? (size_t)h->r.n : w.npiece;
	int ret = 0;

	for (size_t i = 0; i < nslot; i++) {
		h->slot[i].p = input_alloc(nelem * h->r.width + 1);
		if (!h->slot[i].p)
			ret = diag_nomem(d, nelem * h->r.width);
	}
	if (!ret)
		ret = stat_walk(&w, d);
	for (size_t i = 0; i < nslot; i++)
		free(h->slot[i].p);
	return ret;
}

int stat_hash(uint32_t *ret, const struct stat_how *how,
	const struct stat_tensor *t, struct diag *d)
{
	struct hashing h = {.total = 0};
	int bad;

	if (stat_reader_open(&h.r, t, d))
		return -1;
	bad = run(&h, how, d);
	stat_reader_close(&h.r);
	*ret = h.total;
	return bad;
}
