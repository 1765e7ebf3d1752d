/* SPDX-License-Identifier: MIT */
/*
 * Reads the outer structure of an .spz file from a source: exact lengths,
 * frames, and what lies between members.  Shared by decoding and listing.
 */
#ifndef SPZ_READER_H
#define SPZ_READER_H

#include "base/buf.h"
#include "spz/spz.h"

#define SPZ_READER_NBYTES 65536

/* All zero but src before use; spz_reader_free() ends it. */
struct spz_reader {
	const struct spz_source *src;
	struct buf frame; /* the frame last read, with head and CRC */
	uint8_t type;
	uint32_t n;      /* its payload */
	uint64_t offset; /* in the member: where the next frame begins */
	struct spz_header header;
	uint64_t raw;       /* of the member, by the chunks so far */
	uint32_t crc;       /* of the member, by the chunks so far */
	uint64_t index_at;  /* offset of the INDEX frame, 0: none yet */
	uint64_t nindex;    /* bytes the index has to have */
	uint32_t index_crc; /* and their CRC */
	struct spz_chunk_head chunk; /* after a CHUNK */
	struct spz_segment segment;  /* in force */
	struct buf name;             /* of it, NUL-terminated */
	uint64_t segment_raw;        /* its chunks so far, this one excluded */
	bool headers_only; /* chunks: only their first bytes, CRC unchecked */
	bool foreign; /* a file may begin with something that is no member */
	size_t njunk; /* first bytes of what is no member */
	uint8_t junk[SPZ_MAGIC_NBYTES];
	struct spz_totals totals;
	size_t at, have;
	uint8_t ahead[SPZ_READER_NBYTES];
};

void spz_reader_free(struct spz_reader *r);

/*
 * Goes to the next member.  Returns 1, or 0 at the end of the file (then
 * totals.garbage tells whether anything is left), or -1.
 */
int spz_reader_member(struct spz_reader *r, struct diag *d);

/*
 * Reads up to N bytes of the garbage that spz_reader_member() came upon.
 * Returns how many, 0 at the end, or -1.
 */
ssize_t spz_reader_garbage(
	struct spz_reader *r, void *p, size_t n, struct diag *d);

/*
 * Goes to the next SEGMENT or CHUNK, checking and accounting for it and all
 * frames between.  Returns 1, or 0 after the END frame, or -1.
 */
int spz_reader_frame(struct spz_reader *r, struct diag *d);

/*
 * Where the chunk last read is, or the NEXT would be, for a message:
 * "NAME[ROW:ROW]", "NAME[ROW:]" or "byte N".
 */
void spz_reader_where(const struct spz_reader *r, bool next, char out[200]);

#endif
