/* SPDX-License-Identifier: MIT */
/*
 * The .spz container: any bytes in, little more than their entropy out, the
 * same bytes back.  Both directions are streams of chunks of about a mebibyte
 * that several threads work on; memory does not grow with the file, apart
 * from 16 bytes of index per chunk when encoding.  The format is spz(5).
 */
#ifndef SPZ_SPZ_H
#define SPZ_SPZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "spz/format.h"

struct diag;
struct progress;
struct tensor_hint;

#define SPZ_LEVEL_MIN 1
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

struct spz_totals {
	uint64_t raw;
	uint64_t packed;
	uint32_t crc; /* CRC-32 of the raw bytes */
	unsigned long nmember;
	bool garbage; /* something that is no member follows */
};

struct spz_encode_opts {
	int level;
	unsigned nthread;               /* 0: all processors */
	uint64_t raw_size;              /* SPZ_RAW_UNKNOWN if SRC is a pipe */
	const struct tensor_hint *hint; /* NULL: the bytes tell */
	struct progress *progress;      /* counts raw bytes; may be NULL */
};

/*
 * Compresses all of SRC into one member.  The result does not depend on
 * NTHREAD.  Returns 0, or -1: DIAG_DATA if the source has not the raw_size
 * promised or does not fit a hint with a shape.
 */
int spz_encode(const struct spz_source *src, const struct spz_sink *dst,
	const struct spz_encode_opts *o, struct spz_totals *ret,
	struct diag *d);

struct spz_decode_opts {
	unsigned nthread;
	uint64_t raw_max;          /* more output than this is an error */
	bool pass_through;         /* what is no member is copied as it is */
	struct progress *progress; /* counts raw bytes; may be NULL */
};

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
	uint64_t nchunk[SPZ_NMODE];
	uint64_t nmask[SPZ_NMASK]; /* chunks of mode 3 by mask coding */
};

/*
 * Walks the frames of SRC without decoding chunks or checking their CRCs, and
 * calls ON_SEGMENT (may be NULL) for each segment that has chunks; it returns
 * 0, or -1 to stop.
 */
int spz_list(const struct spz_source *src,
	int (*on_segment)(void *ctx, const struct spz_listed *, struct diag *),
	void *ctx, struct spz_totals *ret, struct diag *d);

#endif
