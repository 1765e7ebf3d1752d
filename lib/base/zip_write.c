/* SPDX-License-Identifier: MIT */
/* Headers of a zip file, written; see zip_write.h. */
#include <stdbool.h>

#include "base/le.h"
#include "base/zip_write.h"

#define VERSION 45 /* ZIP64 */
#define END64_NBYTES 56

/* What does not fit into N bits stands in an extra field, as sizes do. */
static uint64_t or_max(uint64_t x, unsigned nbits)
{
	uint64_t max = (UINT64_C(1) << nbits) - 1;

	return x < max ? x : max;
}

/* Appends X, little-endian. */
static int add_le(struct buf *b, unsigned nbytes, uint64_t x)
{
	unsigned char p[8];

	le_store64(p, x);
	return buf_add(b, (char *)p, nbytes);
}

/* From the version that it takes to the length of its name, as both have it. */
static int add_common(struct buf *b, const struct zip_entry *e)
{
	return add_le(b, 2, VERSION) || add_le(b, 2, e->flags) ||
	       add_le(b, 2, e->method) || add_le(b, 4, e->time) ||
	       add_le(b, 4, e->crc) || add_le(b, 4, or_max(e->packed, 32)) ||
	       add_le(b, 4, or_max(e->nbytes, 32)) || add_le(b, 2, e->name_len);
}

/* The sizes, also with where it begins, if one of them needs 64 bits. */
static int add_sizes(struct buf *b, const struct zip_entry *e, bool with_at)
{
	return add_le(b, 2, 1) || add_le(b, 2, with_at ? 24 : 16) ||
	       add_le(b, 8, e->nbytes) || add_le(b, 8, e->packed) ||
	       (with_at && add_le(b, 8, e->at));
}

static bool is_large(const struct zip_entry *e)
{
	return e->packed >= UINT32_MAX || e->nbytes >= UINT32_MAX;
}

int zip_add_local(struct buf *b, const struct zip_entry *e)
{
	struct zip_entry shown = *e;

	/* Both sizes are in the extra field, or none is. */
	if (is_large(e))
		shown.packed = shown.nbytes = UINT64_MAX;
	return add_le(b, 4, 0x04034b50) || add_common(b, &shown) ||
	       add_le(b, 2, is_large(e) ? 20 : 0) ||
	       buf_add(b, e->name, e->name_len) ||
	       (is_large(e) && add_sizes(b, e, false));
}

int zip_add_central(struct buf *b, const struct zip_entry *e)
{
	bool large = is_large(e) || e->at >= UINT32_MAX;
	struct zip_entry shown = *e;

	if (large)
		shown.packed = shown.nbytes = shown.at = UINT64_MAX;
	return add_le(b, 4, 0x02014b50) || add_le(b, 2, VERSION) ||
	       add_common(b, &shown) || add_le(b, 2, large ? 28 : 0) ||
	       add_le(b, 2, 0) || add_le(b, 2, 0) || add_le(b, 2, 0) ||
	       add_le(b, 4, 0) || add_le(b, 4, or_max(shown.at, 32)) ||
	       buf_add(b, e->name, e->name_len) ||
	       (large && add_sizes(b, e, true));
}

int zip_add_end(struct buf *b, uint64_t n, uint64_t nbytes, uint64_t at)
{
	if ((n >= UINT16_MAX || nbytes >= UINT32_MAX || at >= UINT32_MAX) &&
		(add_le(b, 4, 0x06064b50) || add_le(b, 8, END64_NBYTES - 12) ||
			add_le(b, 2, VERSION) || add_le(b, 2, VERSION) ||
			add_le(b, 4, 0) || add_le(b, 4, 0) || add_le(b, 8, n) ||
			add_le(b, 8, n) || add_le(b, 8, nbytes) ||
			add_le(b, 8, at) || add_le(b, 4, 0x07064b50) ||
			add_le(b, 4, 0) || add_le(b, 8, at + nbytes) ||
			add_le(b, 4, 1)))
		return -1;
	return add_le(b, 4, 0x06054b50) || add_le(b, 2, 0) || add_le(b, 2, 0) ||
	       add_le(b, 2, or_max(n, 16)) || add_le(b, 2, or_max(n, 16)) ||
	       add_le(b, 4, or_max(nbytes, 32)) ||
	       add_le(b, 4, or_max(at, 32)) || add_le(b, 2, 0);
}
