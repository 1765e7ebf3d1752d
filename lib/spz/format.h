/* SPDX-License-Identifier: MIT */
/*
 * The structures of spz(5) in memory, and their loads and stores.  Section
 * numbers in comments are those of that page.
 */
#ifndef SPZ_FORMAT_H
#define SPZ_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct diag;

#define SPZ_MAJOR 0
#define SPZ_MINOR 0
#define SPZ_MAGIC_NBYTES 8
#define SPZ_HEADER_NBYTES 28
#define SPZ_FRAME_HEAD_NBYTES 8
#define SPZ_FRAME_NBYTES 12 /* of a frame without payload */
#define SPZ_SEGMENT_NBYTES 8
#define SPZ_CHUNK_HEAD_NBYTES 10
#define SPZ_VALUES_HEAD_NBYTES 36
#define SPZ_INDEX_ENTRY_NBYTES 16
#define SPZ_END_NBYTES 32
#define SPZ_NDIM_MAX 64
#define SPZ_NAME_MAX UINT16_MAX
#define SPZ_SEGMENT_MAX (SPZ_SEGMENT_NBYTES + 8 * SPZ_NDIM_MAX + SPZ_NAME_MAX)
#define SPZ_CHUNK_LOG2_MIN 10
#define SPZ_CHUNK_LOG2_MAX 24
#define SPZ_DEFLATE_RATIO_MAX 1032
#define SPZ_RAW_UNKNOWN UINT64_MAX
#define SPZ_ANCILLARY 0x80

/* Section 4. */
enum spz_frame_type {
	SPZ_SEGMENT = 1,
	SPZ_CHUNK = 2,
	SPZ_INDEX = 3,
	SPZ_END = 4,
};

/* Section 6. */
enum spz_mode {
	SPZ_STORED,
	SPZ_ZERO,
	SPZ_CONSTANT,
	SPZ_VALUES,
	SPZ_DEFLATE,
	SPZ_SHUFFLE,
	SPZ_NMODE
};

/* Section 7.1; 7.2 has the first three. */
enum spz_mask_coding {
	SPZ_MASK_NONE,
	SPZ_MASK_BITS,
	SPZ_MASK_BITS_HUFF,
	SPZ_MASK_GAPS_HUFF,
	SPZ_NMASK
};

/* Section 7.3. */
enum spz_value_coding {
	SPZ_VALUE_WINDOW = 1,
	SPZ_VALUE_STORED = 2,
};

/* Section 5. */
enum spz_segment_flag {
	SPZ_SEGMENT_FORTRAN = 1,
	SPZ_SEGMENT_BIG_ENDIAN = 2,
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
};

struct spz_chunk_head {
	uint32_t raw;
	uint32_t crc;
	uint8_t mode;
	uint8_t width;
};

struct spz_values_head {
	uint8_t mask;
	uint8_t zsign;
	uint8_t value;
	uint8_t shift;
	uint8_t drop;
	uint32_t nkept;
	uint32_t nexcept;
	uint64_t base;
	uint32_t mask_len;
	uint32_t zsign_len;
	uint32_t symbol_len;
};

struct spz_end {
	uint64_t raw;
	uint64_t packed;
	uint64_t index_offset;
	uint32_t crc;
};

extern const uint8_t spz_magic[SPZ_MAGIC_NBYTES];

/* Bits in which P[0..8) differs from the magic number: 0 to 64. */
unsigned spz_magic_distance(const uint8_t p[SPZ_MAGIC_NBYTES]);

/*
 * The parsers check all that one structure alone can show to be wrong and
 * return 0, or -1 with DIAG_DATA.  Stores to a buffer return 0 or -1 when
 * memory ran out.
 */
void spz_header_store(
	uint8_t out[SPZ_HEADER_NBYTES], const struct spz_header *h);
int spz_header_parse(struct spz_header *ret,
	const uint8_t in[SPZ_HEADER_NBYTES], struct diag *d);

/*
 * A frame is begun, its payload appended to B, and ended; spz_frame_begin()
 * stores in *START what spz_frame_end() wants to know.
 */
int spz_frame_begin(struct buf *b, enum spz_frame_type type, size_t *start);
int spz_frame_end(struct buf *b, size_t start);

/* Type and payload length of a frame from its first 8 bytes. */
int spz_frame_parse(uint8_t *type, uint32_t *n,
	const uint8_t head[SPZ_FRAME_HEAD_NBYTES], struct diag *d);

int spz_segment_store(struct buf *b, const struct spz_segment *s);
/* The name of *RET is borrowed from IN. */
int spz_segment_parse(
	struct spz_segment *ret, const uint8_t *in, size_t n, struct diag *d);
/* Bytes that the shape promises; UINT64_MAX if it promises nothing. */
uint64_t spz_segment_nbytes(const struct spz_segment *s);
/* "F32" and the like, "opaque", or "dtype17"; valid until OUT is written. */
const char *spz_dtype_name(uint8_t dtype, char out[16]);

void spz_chunk_head_store(
	uint8_t out[SPZ_CHUNK_HEAD_NBYTES], const struct spz_chunk_head *h);
int spz_chunk_head_parse(struct spz_chunk_head *ret, const uint8_t *in,
	size_t n, struct diag *d);

void spz_values_head_store(
	uint8_t out[SPZ_VALUES_HEAD_NBYTES], const struct spz_values_head *h);
/* COUNT elements of WIDTH bytes; N bytes follow the chunk head. */
int spz_values_head_parse(struct spz_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d);

int spz_end_store(struct buf *b, const struct spz_end *e);
int spz_end_parse(
	struct spz_end *ret, const uint8_t in[SPZ_END_NBYTES], struct diag *d);

#endif
