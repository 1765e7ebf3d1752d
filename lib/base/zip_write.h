/* SPDX-License-Identifier: MIT */
/*
 * What a zip file has beside the bytes of its members: a header before each,
 * the directory, and its end (PKWARE's APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16),
 * with ZIP64 where 32 bits do not do.
 */
#ifndef BASE_ZIP_WRITE_H
#define BASE_ZIP_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ZIP_UTF8 (1u << 11) /* of the flags: so is the name */
#define ZIP_1980 0x00210000 /* the first day that there is, as a time */
#define ZIP_NAME_MAX UINT16_MAX
/* Where the CRC stands in a local header. */
#define ZIP_CRC_AT 14

/* A member; all of it is known but for a CRC that is patched later. */
struct zip_entry {
	const char *name; /* borrowed */
	size_t name_len;  /* at most ZIP_NAME_MAX */
	unsigned flags, method;
	uint32_t time, crc;
	uint64_t packed, nbytes;
	uint64_t at; /* of its local header, in the file */
};

/*
 * Appends E's local header, which its bytes follow; its entry of the directory;
 * and the end of a directory of N entries that has NBYTES and begins at AT.
 */
void zip_add_local(struct buf *b, const struct zip_entry *e);
void zip_add_central(struct buf *b, const struct zip_entry *e);
void zip_add_end(struct buf *b, uint64_t n, uint64_t nbytes, uint64_t at);

#endif
