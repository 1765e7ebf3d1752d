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

/* Appends numbers, little-endian, of as many bytes as the digits of WIDTH say.
 */
static void add_le(struct buf *b, const char *width, const uint64_t *x)
{
	unsigned char p[8];

	for (; *width; width++, x++) {
		le_store64(p, *x);
		buf_add(b, p, (size_t)(*width - '0'));
	}
}

#define ADD_LE(b, width, ...) add_le(b, width, (const uint64_t[]){__VA_ARGS__})

/* From the version that it takes to the length of its name, as both have it. */
static void add_common(struct buf *b, const struct zip_entry *e)
{
	ADD_LE(b, "22244442", VERSION, e->flags, e->method, e->time, e->crc,
		or_max(e->packed, 32), or_max(e->nbytes, 32), e->name_len);
}

static bool is_large(const struct zip_entry *e)
{
	return e->packed >= UINT32_MAX || e->nbytes >= UINT32_MAX;
}

void zip_add_local(struct buf *b, const struct zip_entry *e)
{
	struct zip_entry shown = *e;

	/* Both sizes are in the extra field, or none is. */
	if (is_large(e))
		shown.packed = shown.nbytes = UINT64_MAX;
	ADD_LE(b, "4", 0x04034b50);
	add_common(b, &shown);
	ADD_LE(b, "2", is_large(e) ? 20 : 0);
	buf_add(b, e->name, e->name_len);
	if (is_large(e))
		ADD_LE(b, "2288", 1, 16, e->nbytes, e->packed);
}

void zip_add_central(struct buf *b, const struct zip_entry *e)
{
	bool large = is_large(e) || e->at >= UINT32_MAX;
	struct zip_entry shown = *e;

	if (large)
		shown.packed = shown.nbytes = shown.at = UINT64_MAX;
	ADD_LE(b, "42", 0x02014b50, VERSION);
	add_common(b, &shown);
	ADD_LE(b, "222244", large ? 28 : 0, 0, 0, 0, 0, or_max(shown.at, 32));
	buf_add(b, e->name, e->name_len);
	if (large)
		ADD_LE(b, "22888", 1, 24, e->nbytes, e->packed, e->at);
}

void zip_add_end(struct buf *b, uint64_t n, uint64_t nbytes, uint64_t at)
{
	if (n >= UINT16_MAX || nbytes >= UINT32_MAX || at >= UINT32_MAX) {
		ADD_LE(b, "4822448888", 0x06064b50, END64_NBYTES - 12, VERSION,
			VERSION, 0, 0, n, n, nbytes, at);
		ADD_LE(b, "4484", 0x07064b50, 0, at + nbytes, 1);
	}
	ADD_LE(b, "42222442", 0x06054b50, 0, 0, or_max(n, 16), or_max(n, 16),
		or_max(nbytes, 32), or_max(at, 32), 0);
}
