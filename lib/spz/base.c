/* SPDX-License-Identifier: MIT */
/*
 * Bases, the files that differences refer to: whether one is the file that was
 * meant.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/zip.h"
#include "spz/spz_impl.h"
#include "tensor/tensor.h"

#define STEP_NBYTES ((size_t)1 << 20)

int spz_base_crc(const struct spz_base *base, uint32_t *ret, struct diag *d)
{
	size_t step = base->id.size < STEP_NBYTES ? (size_t)base->id.size
						  : STEP_NBYTES;
	uint8_t *p;

	*ret = base->id.crc;
	if (base->has_crc)
		return 0;
	p = malloc(step + 1);
	if (!p)
		return diag_nomem(d, step);
	*ret = 0;
	for (uint64_t at = 0; at < base->id.size; at += step) {
		size_t n = base->id.size - at < step
				   ? (size_t)(base->id.size - at)
				   : step;

		if (base->pread(base->ctx, p, n, at, d)) {
			free(p);
			return -1;
		}
		*ret = zip_crc32(*ret, p, n);
	}
	free(p);
	return 0;
}

/*
 * What D says went wrong with BASE in place of WANT: says instead, if it is so,
 * that it is another file.  Returns whether it is.
 */
static bool explain(const struct spz_base *base, const struct spz_base_id *want,
	struct diag *d)
{
	struct diag other;
	uint32_t crc;

	if (d->class != DIAG_DATA)
		return false;
	if (spz_base_crc(base, &crc, &other)) {
		*d = other;
		return false;
	}
	if (crc == want->crc)
		return false;
	diag_set(d, DIAG_DATA,
		"the base %s has the CRC-32 %08x; expected '%s' of CRC-32 "
		"%08x",
		base->id.name, crc, want->name, want->crc);
	return true;
}

int spz_base_missing(const struct spz_base_id *want, struct diag *d)
{
	return diag_set(d, DIAG_DATA,
		"the base '%s' (%llu bytes, CRC-32 %08x) is needed", want->name,
		(unsigned long long)want->size, want->crc);
}

int spz_base_find(struct spz_based *ret, const struct chunk_head *h,
	const struct spz_segment *segment, uint64_t at,
	const struct spz_base_id *id, size_t n, const struct spz_base **found,
	const struct spz_finder *f, struct diag *d)
{
	ret->base = NULL;
	if (h->mode != CHUNK_DELTA)
		return 0;
	if (!(segment->flags & SPZ_SEGMENT_HAS_BASE) || segment->base >= n)
		return diag_set(d, DIAG_DATA,
			"a difference in a segment without a base");
	ret->want = id[segment->base];
	/* A base whose frame could not be read has no length. */
	if (ret->want.size == 0)
		return diag_set(d, DIAG_DATA,
			"a difference from nothing: the frame that names the "
			"base is damaged");
	if (__builtin_add_overflow(segment->base_offset, at, &ret->at) ||
		ret->at > ret->want.size || h->raw > ret->want.size - ret->at)
		return diag_set(
			d, DIAG_DATA, "a difference from beyond the base");
	found += segment->base;
	if (!*found && !f->find)
		return spz_base_missing(&ret->want, d);
	if (!*found && f->find(f->ctx, &ret->want, found, d))
		return -1;
	ret->base = *found;
	return 0;
}

int spz_based_decode(struct chunk_codec *c, const struct spz_based *b,
	const struct chunk_head *h, const uint8_t *payload, size_t n,
	uint8_t *raw, bool *bad, struct diag *d)
{
	const struct spz_base *base = b->base;

	*bad = false;
	c->delta.base = base ? raw : NULL;
	if (base && base->pread(base->ctx, raw, h->raw, b->at, d))
		return -1;
	if (chunk_decode(c, h, payload, n, raw, d) == 0)
		return 0;
	*bad = base && explain(base, &b->want, d);
	return -1;
}
