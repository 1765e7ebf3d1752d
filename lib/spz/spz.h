/* SPDX-License-Identifier: MIT */
/*
 * The .spzip container: any bytes in, little more than their entropy out, the
 * same bytes back.  Both directions are streams of chunks of about a mebibyte
 * that several threads work on; memory does not grow with the file, apart
 * from 16 bytes of index per chunk when encoding.  The format is spzip(5).
 */
#ifndef SPZ_SPZ_H
#define SPZ_SPZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "chunk/chunk.h"

struct diag;
struct format_hint;
struct progress;
struct tensor_map;

/* --- the structures of spzip(5); section numbers are those of that page --- */

/* Files of major version 0 are drafts of the format. */
#define SPZ_MAJOR 1
#define SPZ_MINOR 0
#define SPZ_MAJOR_DRAFT 0
#define SPZ_MAGIC_NBYTES 8
#define SPZ_HEADER_NBYTES 28
#define SPZ_FRAME_HEAD_NBYTES 8
#define SPZ_FRAME_NBYTES 12 /* of a frame without payload */
#define SPZ_SEGMENT_NBYTES 8
#define SPZ_SEGMENT_BASE_NBYTES 12 /* more, of one with a base */
#define SPZ_BASE_NBYTES 16
#define SPZ_INDEX_ENTRY_NBYTES 16
#define SPZ_END_NBYTES 32
#define SPZ_NDTYPE 16 /* opaque included */
#define SPZ_NDIM_MAX 64
#define SPZ_NAME_MAX UINT16_MAX
#define SPZ_SEGMENT_MAX                                                    \
	(SPZ_SEGMENT_NBYTES + 8 * SPZ_NDIM_MAX + SPZ_SEGMENT_BASE_NBYTES + \
		SPZ_NAME_MAX)
#define SPZ_NBASE_MAX 1024
#define SPZ_BASE_NAME_MAX 255
#define SPZ_RAW_UNKNOWN UINT64_MAX
#define SPZ_ANCILLARY 0x80

/* Section 4. */
enum spz_frame_type {
	SPZ_SEGMENT = 1,
	SPZ_CHUNK = 2,
	SPZ_INDEX = 3,
	SPZ_END = 4,
	SPZ_BASE = 5,
};

/* Section 5. */
enum spz_segment_flag {
	SPZ_SEGMENT_FORTRAN = 1,
	SPZ_SEGMENT_BIG_ENDIAN = 2,
	SPZ_SEGMENT_HAS_BASE = 4,
};

struct spz_header {
	uint8_t major;
	uint8_t minor;
	uint8_t chunk_log2;
	uint64_t raw_size;
};

struct spz_segment {
	uint8_t dtype; /* 0: opaque */
	uint8_t flags;
	uint8_t ndim;
	uint8_t width;
	uint16_t name_len;
	const char *name; /* not NUL-terminated; borrowed */
	uint64_t shape[SPZ_NDIM_MAX];
	uint32_t base; /* if flagged: its number, and */
	uint64_t base_offset;
};

/* Section 11: what a base is known by. */
struct spz_base_id {
	uint64_t size;
	uint32_t crc;
	char name[SPZ_BASE_NAME_MAX + 1]; /* a hint */
};

struct spz_end {
	uint64_t raw;
	uint64_t packed;
	uint64_t index_offset;
	uint32_t crc;
};

/*
 * Bits in which P[0..n) differs from as many bytes of the magic number, which
 * has SPZ_MAGIC_NBYTES.
 */
unsigned spz_magic_distance(const uint8_t *p, size_t n);

/* "F32" and the like, "opaque", or "dtype17"; valid until OUT is written. */
const char *spz_dtype_name(uint8_t dtype, char out[16]);

/* --- compressing, decompressing, listing --------------------------------- */

/* Levels are 1 to this. */
#define SPZ_LEVEL_MAX 9
#define SPZ_LEVEL_DEFAULT 6

/* Where bytes come from; CTX is handed to the functions. */
struct spz_source {
	void *ctx;
	/* Fewer than N bytes only at the end.  Returns how many, or -1. */
	ssize_t (*read)(void *ctx, void *p, size_t n, struct diag *d);
	/* Leaves out N bytes; NULL if reading them is all there is. */
	int (*skip)(void *ctx, uint64_t n, struct diag *d);
};

/* Where bytes go. */
struct spz_sink {
	void *ctx;
	int (*write)(void *ctx, const void *p, size_t n, struct diag *d);
};

/* A file that differences refer to. */
struct spz_base {
	struct spz_base_id id;
	bool has_crc;                 /* else id.crc is not known */
	const struct tensor_map *map; /* its tensors; only to encode */
	void *ctx;
	/*
	 * Reads exactly N bytes at OFFSET, from several threads at once.
	 * Returns 0, or -1.
	 */
	int (*pread)(
		void *ctx, void *p, size_t n, uint64_t offset, struct diag *d);
};

/* The CRC-32 of all of BASE, read if it is not known.  Returns 0, or -1. */
int spz_base_crc(const struct spz_base *base, uint32_t *ret, struct diag *d);

struct spz_totals {
	uint64_t raw;
	uint64_t packed;
	uint32_t crc; /* CRC-32 of the raw bytes */
	unsigned long nmember;
	bool garbage;        /* something that is no member follows */
	unsigned long npair; /* encoding: tensors that a base has, too */
	bool bad_base; /* decoding failed for a base is missing or another */
};

struct spz_encode_opts {
	int level;
	unsigned nthread;               /* 0: all processors */
	uint64_t raw_size;              /* SPZ_RAW_UNKNOWN if SRC is a pipe */
	const struct format_hint *hint; /* NULL: the bytes tell */
	struct tensor_map *map; /* if it is known, split here; else NULL */
	/*
	 * What the tensors of SRC may be differences from: of those of the
	 * same name, dtype and shape, that in the last base.
	 */
	const struct spz_base *base;
	size_t nbase;
	struct progress *progress; /* counts raw bytes; may be NULL */
};

/*
 * Compresses all of SRC into one member.  The result does not depend on
 * NTHREAD.  Returns 0, or -1: DIAG_DATA if the source has not the raw_size
 * promised or does not fit a hint with a shape.
 */
int spz_encode(const struct spz_source *src, const struct spz_sink *dst,
	const struct spz_encode_opts *o, struct spz_totals *ret,
	struct diag *d);

/* Where decoding gets its bases from. */
struct spz_finder {
	/*
	 * Finds the base WANT, or one of its length that may be it, for *RET,
	 * which lives until decoding ends.  Called only where a base is needed,
	 * once for each of a member, by the thread that decodes.  Returns 0, or
	 * -1: there is none.  NULL: there are none.
	 */
	int (*find)(void *ctx, const struct spz_base_id *want,
		const struct spz_base **ret, struct diag *d);
	void *ctx;
};

struct spz_decode_opts {
	unsigned nthread;
	uint64_t raw_max;          /* more output than this is an error */
	bool pass_through;         /* what is no member is copied as it is */
	struct progress *progress; /* counts raw bytes; may be NULL */
	struct spz_finder bases;
};

/*
 * Fails with DIAG_DATA, saying what base is wanted; for a finder.
 */
int spz_base_missing(const struct spz_base_id *want, struct diag *d);

/*
 * Decompresses all members of SRC.  DST may be NULL to test only.  Returns 0
 * after everything was checked, also if garbage follows; or -1, when DST may
 * have been given bytes: all of them correct, but not all.
 */
int spz_decode(const struct spz_source *src, const struct spz_sink *dst,
	const struct spz_decode_opts *o, struct spz_totals *ret,
	struct diag *d);

/* What spz_list() tells of a segment once it has seen its chunks. */
struct spz_listed {
	struct spz_segment segment; /* its name is valid during the call */
	uint64_t raw;
	uint64_t packed; /* frames included */
	uint64_t nelem;  /* elements in chunks whose zeros are known */
	uint64_t nzero;  /* of these, how many are zero */
	uint64_t nchunk[CHUNK_NMODE];
	uint64_t nmask[CHUNK_NMASK]; /* chunks of mode 3 by mask coding */
	uint64_t ncompared;          /* elements in chunks of mode 6 */
	uint64_t nchanged; /* and how many of them are not as in the base */
	/*
	 * Bytes that it takes at least if elements tell nothing of each other:
	 * H(mask) and for each that is kept a sign, H(exponent, three top bits
	 * of the mantissa) and the other bits; H(bytes) for one-byte dtypes;
	 * NaN for others, where there are differences, and if nobody asked.
	 */
	double limit;
};

/* What spz_list() calls; NULL: not of interest.  Each returns 0, or -1. */
struct spz_listener {
	void *ctx;
	bool limits; /* are asked for: chunks are decoded and checked */
	/* For each segment that has chunks. */
	int (*segment)(void *ctx, const struct spz_listed *l, struct diag *d);
	/* For each base of each member that its chunks need. */
	int (*base)(void *ctx, const struct spz_base_id *id, struct diag *d);
};

/*
 * Walks the frames of SRC, without decoding chunks or checking their CRCs if
 * no limits are asked for, and tells LISTENER.  Returns 0, or -1, also if a
 * call did.
 */
int spz_list(const struct spz_source *src, const struct spz_listener *listener,
	struct spz_totals *ret, struct diag *d);

/* --- parts of a file, and files with damage ------------------------------ */

/* A compressed file that can be read anywhere. */
struct spz_file {
	void *ctx;
	uint64_t nbytes;
	/* N bytes at AT, all of which are there.  Returns 0, or -1. */
	int (*pread)(void *ctx, void *p, size_t n, uint64_t at, struct diag *d);
};

/* Where the frames of a file are; made of its indexes, or by walking. */
struct spz_map;

/* A run of the original that one SEGMENT describes. */
struct spz_piece_info {
	struct spz_segment segment; /* its name, with a NUL, is the map's */
	uint64_t raw_at, raw;
};

/*
 * Finds the frames of FILE, borrowed until spz_map_close(), and reads those
 * that describe tensors, no chunk.  Damage is no failure: what cannot be found
 * is a part that is lost.  Memory: about 40 bytes for each frame.  Returns 0,
 * or -1: DIAG_DATA if it is of another version.
 */
int spz_map_open(
	struct spz_map **ret, const struct spz_file *file, struct diag *d);
void spz_map_close(struct spz_map *m);

/* Whether some of its members list bases. */
bool spz_map_has_bases(const struct spz_map *m);

/* Pieces, in the order of the original, and bytes of all. */
size_t spz_map_count(const struct spz_map *m);
void spz_map_get(const struct spz_map *m, size_t i, struct spz_piece_info *ret);
uint64_t spz_map_raw(const struct spz_map *m);

/* A run of the original that cannot be had. */
struct spz_damage {
	const struct spz_piece_info *piece; /* that it is of */
	uint64_t from, to;                  /* in the original */
	bool is_open; /* and all that followed, if that is not known to be TO */
	uint64_t row, row_end; /* of the piece; row_end 0: it has no rows */
	const char *where;     /* "NAME[A:B]" or "byte N" */
	const char *text;      /* what is wrong */
};

struct spz_part_opts {
	unsigned nthread;
	struct spz_finder bases;
	struct progress *progress; /* counts raw bytes; may be NULL */
	/*
	 * Called for each run that is damaged, in order, which then is written
	 * as zeros; returns 0, or -1 to stop.  NULL: damage is an error.
	 */
	int (*on_damage)(
		void *ctx, const struct spz_damage *what, struct diag *d);
	void *ctx;
};

/*
 * Decodes bytes FROM to TO of the original, which has as many, to DST (NULL:
 * nowhere), and reads no chunk that has none of them.  Each chunk is checked,
 * but not that the file as a whole is complete: spz_decode() does that.
 * Returns 0, or -1 as spz_decode().
 */
int spz_map_decode(const struct spz_map *m, uint64_t from, uint64_t to,
	const struct spz_sink *dst, const struct spz_part_opts *o,
	struct diag *d);

#endif
