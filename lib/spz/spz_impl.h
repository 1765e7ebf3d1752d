/* SPDX-License-Identifier: MIT */
/* Inside of lib/spz: what its files share, under the name of each. */
#ifndef SPZ_SPZ_IMPL_H
#define SPZ_SPZ_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "chunk/chunk.h"
#include "spz/spz.h"
#include "tensor/tensor.h"

struct diag;

/* --- format.c ------------------------------------------------------------ */

/* Loads and stores of those structures. */

/*
 * The parsers check all that one structure alone can show to be wrong and
 * return 0, or -1 with DIAG_DATA.
 */
void spz_header_store(
	uint8_t out[SPZ_HEADER_NBYTES], const struct spz_header *h);
int spz_header_parse(struct spz_header *ret,
	const uint8_t in[SPZ_HEADER_NBYTES], struct diag *d);

/*
 * A frame is begun, its payload appended to B, and ended; spz_frame_begin()
 * stores in *START what spz_frame_end() wants to know.  A frame that is too
 * long is as one that there is no memory for.
 */
void spz_frame_begin(struct buf *b, enum spz_frame_type type, size_t *start);
void spz_frame_end(struct buf *b, size_t start);

/* Type and payload length of a frame from its first 8 bytes. */
int spz_frame_parse(uint8_t *type, uint32_t *n,
	const uint8_t head[SPZ_FRAME_HEAD_NBYTES], struct diag *d);

/*
 * The same of a frame whose bytes, and maybe more, are IN[0..nbytes): its CRC
 * matches, and it is no longer than that.
 */
int spz_frame_check(uint8_t *type, uint32_t *n, const uint8_t *in,
	uint64_t nbytes, struct diag *d);

void spz_segment_store(struct buf *b, const struct spz_segment *s);
/* The name of *RET is borrowed from IN. */
int spz_segment_parse(
	struct spz_segment *ret, const uint8_t *in, size_t n, struct diag *d);
/* Bytes that the shape promises; UINT64_MAX if it promises nothing. */
uint64_t spz_segment_nbytes(const struct spz_segment *s);

void spz_base_store(struct buf *b, const struct spz_base_id *id);
int spz_base_parse(
	struct spz_base_id *ret, const uint8_t *in, size_t n, struct diag *d);

void spz_end_store(struct buf *b, const struct spz_end *e);
int spz_end_parse(
	struct spz_end *ret, const uint8_t in[SPZ_END_NBYTES], struct diag *d);

/* --- base.c -------------------------------------------------------------- */

/*
 * The base of a chunk that H is the head of and that begins at AT of its
 * segment: the one of that number among the N that the member lists in ID, for
 * which FOUND remembers what F finds.
 */
struct spz_based {
	const struct spz_base *base; /* NULL: the chunk needs none */
	uint64_t at;                 /* where in it */
	struct spz_base_id want;
};

/*
 * The base of a chunk with head H, AT in SEGMENT, among the N that the file
 * names by ID and those FOUND so far, or that F finds.  Returns 0, or -1.
 */
int spz_base_find(struct spz_based *ret, const struct chunk_head *h,
	const struct spz_segment *segment, uint64_t at,
	const struct spz_base_id *id, size_t n, const struct spz_base **found,
	const struct spz_finder *f, struct diag *d);

/*
 * chunk_decode() of a chunk that may need a base; *BAD is set if it is the
 * base that is wrong.
 */
int spz_based_decode(struct chunk_codec *c, const struct spz_based *b,
	const struct chunk_head *h, const uint8_t *payload, size_t n,
	uint8_t *raw, bool *bad, struct diag *d);

/* --- plan.c -------------------------------------------------------------- */

#define SPZ_CHUNK_LOG2 20
#define SPZ_CHUNK_NBYTES ((size_t)1 << SPZ_CHUNK_LOG2)

/* What a span is a difference from. */
struct spz_pair {
	const struct spz_base *base; /* NULL: nothing */
	uint32_t number;             /* of the base in the file */
	uint64_t offset;             /* in the base */
};

struct spz_plan {
	const struct spz_source *src;
	struct buf maps; /* struct tensor_map: of the file, or its members */
	const struct tensor_map *given; /* instead; the caller's */
	uint64_t given_nbytes; /* what a shape needs; UINT64_MAX: none is */
	struct buf head;       /* what was read ahead to parse it */
	size_t head_at;
	bool is_zip;                    /* and not yet past its members */
	size_t next;                    /* span after the current one */
	const struct tensor_span *span; /* current; NULL: opaque to the end */
	uint64_t left;                  /* of the current span */
	bool begun; /* a piece of the current span was taken */
	bool eof;
	const struct spz_base *bases;
	struct buf pairs;     /* their tensors */
	struct buf number;    /* uint32_t: of each in the file, plus 1 */
	struct buf order;     /* size_t: those that have one */
	struct spz_pair pair; /* of the current span */
	unsigned long npair;  /* spans so far that have one */
};

/* A run of bytes of one span. */
struct spz_piece {
	const struct tensor_span *span; /* NULL: opaque */
	size_t nbytes;
	bool begins; /* the span */
	bool ends;
	struct spz_pair pair;
};

/* Reads what there is of a container's header.  Returns 0, or -1. */
int spz_plan_open(struct spz_plan *p, const struct spz_source *src,
	const struct spz_encode_opts *o, struct diag *d);

/*
 * Appends to RAW what one worker shall have, at most SPZ_CHUNK_NBYTES, and
 * the pieces it consists of (struct spz_piece) to PIECES: whole small spans,
 * or one piece of a large one.  Returns 1, or 0 at the end, or -1.
 */
int spz_plan_next(struct spz_plan *p, struct buf *raw, struct buf *pieces,
	struct diag *d);

/* Also after a failure to open it. */
void spz_plan_close(struct spz_plan *p);

/* --- reader.c ------------------------------------------------------------ */

/*
 * Reads the outer structure of a compressed file from a source: exact lengths,
 * frames, and what lies between members.  Shared by decoding and listing.
 */

#ifndef SPZ_READER_NBYTES
#define SPZ_READER_NBYTES 65536
#endif

/* All zero but src before use; spz_reader_free() ends it. */
struct spz_reader {
	const struct spz_source *src;
	struct buf frame; /* the frame last read, with head and CRC */
	uint8_t type;
	uint32_t n;      /* its payload */
	uint64_t offset; /* in the member: where the next frame begins */
	struct spz_header header;
	uint64_t raw;               /* of the member, by the chunks so far */
	uint32_t crc;               /* of the member, by the chunks so far */
	uint64_t index_at;          /* offset of the INDEX frame, 0: none yet */
	uint64_t nindex;            /* bytes the index has to have */
	uint32_t index_crc;         /* and their CRC */
	struct chunk_head chunk;    /* after a CHUNK */
	struct spz_segment segment; /* in force */
	struct buf name;            /* of it, NUL-terminated */
	uint64_t segment_raw;       /* its chunks so far, this one excluded */
	struct buf bases;           /* struct spz_base_id, of the member */
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

/* Bytes of one index of the slowest dimension of S; 0 if there is none. */
uint64_t spz_segment_row_nbytes(const struct spz_segment *s);

/* "NAME[A:B]" in bytes FROM to TO of segment S, or "byte N", AT of all. */
void spz_segment_where(const struct spz_segment *s, uint64_t from, uint64_t to,
	uint64_t at, char out[200]);

/* --- map.c --------------------------------------------------------------- */

/* A frame of chunks, where it is and what it yields. */
struct spz_place {
	uint64_t at;     /* in the file */
	uint64_t nbytes; /* up to the next frame, or its own; 0: none was
			  * found */
	uint64_t raw_at; /* in the original */
	uint64_t raw;
	size_t piece; /* that it is of */
	uint8_t type; /* 0: what is lost */
};

struct spz_map_piece {
	size_t text_at, text_n; /* the payload of its SEGMENT in text */
	uint64_t raw_at;
	size_t base_at; /* that its member counts bases from */
};

struct spz_map {
	const struct spz_file *file;
	struct buf place; /* struct spz_place */
	struct buf piece; /* struct spz_map_piece */
	struct buf text;  /* payloads of SEGMENTs, each with a NUL */
	struct buf base;  /* struct spz_base_id, of all members */
	size_t base_at;   /* where those of the member at hand begin */
	struct buf frame; /* scratch */
	uint64_t raw;     /* bytes of the original so far */
	bool is_damaged;  /* where frames are could not all be told */
};

#endif
