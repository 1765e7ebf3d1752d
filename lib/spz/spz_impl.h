/* SPDX-License-Identifier: MIT */
/* Inside of lib/spz: what its files share, under the name of each. */
#ifndef SPZ_SPZ_IMPL_H
#define SPZ_SPZ_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "base/buf.h"
#include "spz/spz.h"
#include "tensor/tensor.h"

struct diag;

/* --- format.c ------------------------------------------------------------ */

/* Loads and stores of those structures. */

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

/*
 * The same of a frame whose bytes, and maybe more, are IN[0..nbytes): its CRC
 * matches, and it is no longer than that.
 */
int spz_frame_check(uint8_t *type, uint32_t *n, const uint8_t *in,
	uint64_t nbytes, struct diag *d);

int spz_segment_store(struct buf *b, const struct spz_segment *s);
/* The name of *RET is borrowed from IN. */
int spz_segment_parse(
	struct spz_segment *ret, const uint8_t *in, size_t n, struct diag *d);
/* Bytes that the shape promises; UINT64_MAX if it promises nothing. */
uint64_t spz_segment_nbytes(const struct spz_segment *s);

int spz_base_store(struct buf *b, const struct spz_base_id *id);
int spz_base_parse(
	struct spz_base_id *ret, const uint8_t *in, size_t n, struct diag *d);

void spz_chunk_head_store(
	uint8_t out[SPZ_CHUNK_HEAD_NBYTES], const struct spz_chunk_head *h);
int spz_chunk_head_parse(struct spz_chunk_head *ret, const uint8_t *in,
	size_t n, struct diag *d);

/* Bytes that stand beside the elements, before and after them. */
static inline size_t spz_chunk_rest(const struct spz_chunk_head *h)
{
	return h->lead + (h->raw - h->lead) % h->width;
}

void spz_values_head_store(
	uint8_t out[SPZ_VALUES_HEAD_NBYTES], const struct spz_values_head *h);
/* COUNT elements of WIDTH bytes; N bytes follow the chunk head. */
int spz_values_head_parse(struct spz_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d);

void spz_delta_head_store(
	uint8_t out[SPZ_DELTA_HEAD_NBYTES], const struct spz_delta_head *h);
/* COUNT elements of WIDTH bytes; N bytes follow the chunk head. */
int spz_delta_head_parse(struct spz_delta_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d);

int spz_end_store(struct buf *b, const struct spz_end *e);
int spz_end_parse(
	struct spz_end *ret, const uint8_t in[SPZ_END_NBYTES], struct diag *d);

/* --- stream.c ------------------------------------------------------------ */

/* zlib's states of one thread, made at first use; all zero is none yet. */
struct spz_stream {
	z_stream def;
	z_stream inf;
	int level;           /* of def */
	unsigned char ready; /* bits: def, inf */
};

void spz_stream_free(struct spz_stream *s);

/*
 * Appends P[0..n) to OUT as a raw deflate stream of LEVEL 1-9.  Returns 0, or
 * -1 when memory ran out.
 */
int spz_deflate(struct spz_stream *s, int level, const void *p, size_t n,
	struct buf *out);

/*
 * Decodes all of IN[0..nin) to OUT[0..n).  Returns 0, or -1: DIAG_NOMEM, or
 * DIAG_DATA if the stream is wrong, has another length, or does not end where
 * IN ends.
 */
int spz_inflate(struct spz_stream *s, const void *in, size_t nin, void *out,
	size_t n, struct diag *d);

/* Symbols are bytes; a block has a code for its end besides. */
#define SPZ_NSYMBOL 256
#define SPZ_NCODE (SPZ_NSYMBOL + 1)
#define SPZ_CODE_LEN_MAX 11

/* How a run of symbols will be coded: section 8. */
struct spz_symbols {
	size_t n;
	size_t nbytes; /* of the stream, at most */
	uint8_t coding;
	uint8_t len[SPZ_NCODE];
	uint32_t hist[SPZ_NSYMBOL];
};

/* Counts P[0..n) by value. */
void spz_symbols_count(const uint8_t *p, size_t n, uint32_t hist[SPZ_NSYMBOL]);

/* The smallest coding of N symbols that HIST counts. */
void spz_symbols_plan(
	struct spz_symbols *s, const uint32_t hist[SPZ_NSYMBOL], size_t n);

/*
 * Appends the stream of the symbols P that S was planned for.  Returns 0, or
 * -1 when memory ran out.
 */
int spz_symbols_put(
	const struct spz_symbols *s, const uint8_t *p, struct buf *out);

/*
 * Decodes all of IN[0..nin) to N symbols.  Returns 0, or -1 with DIAG_DATA or
 * DIAG_NOMEM.
 */
int spz_symbols_get(struct spz_stream *s, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d);

/* N bytes of scratch in B, content undefined; NULL when memory ran out. */
uint8_t *spz_scratch(struct buf *b, size_t n);

/* --- kernel.c ------------------------------------------------------------ */

/*
 * The inner loops of mode 3 (spzip(5), section 7), one set for each element
 * width.  Elements are little-endian at any alignment.  There may be a set for
 * the processor at hand; it gives the same bytes.
 */

/* Bins of the histogram by which a window is chosen: high magnitude bits. */
#define SPZ_HIST_LOG2 12
#define SPZ_HIST_NBIN (1u << SPZ_HIST_LOG2)

/* A magnitude's bits above shift + drop, less base, are its symbol. */
struct spz_window {
	uint64_t base;
	unsigned shift;
	unsigned drop; /* bits that are 0 in all */
};

#define SPZ_SYMBOL_EXCEPT 255
/* The fields of the elements in 8 bytes must fit beside 7 bits before. */
#define SPZ_SHIFT_MAX 55
/* What some outputs need room for beyond their end. */
#define SPZ_SLACK 8

/* Elements by the keys of their base; section 12.1. */
struct spz_classes {
	unsigned n;
	bool is_float;
	uint8_t first[SPZ_NCLASS_MAX]; /* key of each; of the first 0 */
	uint8_t of[256];               /* the class of a key */
};

struct spz_kernel {
	/*
	 * Splits COUNT elements: sets the bits of MASK (whole 8-byte words,
	 * written in full) where the magnitude is not 0, and packs the kept
	 * elements into KEPT, which has room for COUNT + 1 and SPZ_SLACK.
	 * Returns how many are kept; *NNEG counts negative zeros.
	 */
	size_t (*split)(const uint8_t *raw, size_t count, uint8_t *mask,
		uint8_t *kept, size_t *nneg);
	/* ORs all magnitudes, as far as the lowest bits that are set. */
	uint64_t (*any)(const uint8_t *kept, size_t n);
	/*
	 * Adds every STEP-th block of 64 to the histogram of magnitudes by
	 * their bits from DOWN on, the last bin for all that are larger;
	 * returns how many.
	 */
	size_t (*survey)(const uint8_t *kept, size_t n, size_t step,
		unsigned down, uint32_t hist[SPZ_HIST_NBIN]);
	/* Symbols of the window: SPZ_SYMBOL_EXCEPT where it has none. */
	void (*symbols)(const uint8_t *kept, size_t n,
		const struct spz_window *w, uint8_t *sym);
	/* Low bits and signs; SPZ_SLACK beyond. */
	void (*fields)(const uint8_t *kept, size_t n,
		const struct spz_window *w, uint8_t *fields);
	/*
	 * The reverse of both; what has no symbol comes out as something.
	 * KEPT has SPZ_SLACK beyond.
	 */
	void (*unwindow)(uint8_t *kept, size_t n, const struct spz_window *w,
		const uint8_t *sym, const uint8_t *fields, size_t nfields);
	/* Ones among the COUNT bits of MASK, in whole words. */
	size_t (*ones)(const uint8_t *mask, size_t count);
	/* Spreads N of KEPT over COUNT elements as MASK says; the rest is 0. */
	void (*merge)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *kept, size_t n);
	/* Bits of ZSIGN: signs of the elements that MASK leaves out. */
	void (*zsign_get)(const uint8_t *raw, size_t count, const uint8_t *mask,
		uint8_t *zsign);
	void (*zsign_put)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *zsign);
	/* Reverses the bytes of each element; OUT may be IN. */
	void (*swap)(const uint8_t *in, size_t n, uint8_t *out);
	/* Two's complement to sign and magnitude, or back; OUT may be IN. */
	void (*negate)(const uint8_t *in, size_t n, uint8_t *out);
	/*
	 * Of elements and those of a base: sets the bits of MASK, in whole
	 * words, where they differ.  Returns how many do.
	 */
	size_t (*differ)(const uint8_t *raw, const uint8_t *base, size_t count,
		uint8_t *mask);
	/* The keys of section 12. */
	void (*keys)(const uint8_t *base, size_t n,
		const struct spz_delta_head *h, uint8_t *key);
	/*
	 * Appends the elements of section 12.1 where MASK says so to those of
	 * their classes at TO, which it moves on; and the reverse, of
	 * elements that hold those of the base.
	 */
	void (*gather)(const uint8_t *raw, const uint8_t *base, size_t count,
		const uint8_t *mask, const uint8_t *key,
		const struct spz_classes *by, uint8_t *to[SPZ_NCLASS_MAX]);
	void (*patch)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *key, const struct spz_classes *by,
		const uint8_t *from[SPZ_NCLASS_MAX]);
	/*
	 * Splits the COUNT bits of MASK by class; stores in N how many each
	 * class has.  BITS have room for COUNT + 128 bits.  And the reverse;
	 * what is beyond the bits of a class is any.
	 */
	void (*bits_get)(const uint8_t *mask, size_t count, const uint8_t *key,
		const struct spz_classes *by, uint8_t *bits[SPZ_NCLASS_MAX],
		size_t n[SPZ_NCLASS_MAX]);
	void (*bits_put)(uint8_t *mask, size_t count, const uint8_t *key,
		const struct spz_classes *by,
		uint8_t *const bits[SPZ_NCLASS_MAX], size_t n[SPZ_NCLASS_MAX]);
	/* Byte PLANE of every element, to one array and from it. */
	void (*plane_get)(
		const uint8_t *in, size_t n, unsigned plane, uint8_t *out);
	void (*plane_put)(
		const uint8_t *in, size_t n, unsigned plane, uint8_t *out);
};

/*
 * The sets by the logarithm of the width: 1, 2, 4, 8 bytes.  PORTABLE: those
 * of plain C, for tests to compare.
 */
const struct spz_kernel *spz_kernels(bool portable);

static inline unsigned spz_width_log2(unsigned width)
{
	return (unsigned)__builtin_ctz(width);
}

/* --- classes.c, context.c, values.c, delta.c, chunk.c --------------------- */

/*
 * Chunks of spzip(5), sections 6 and 7: bytes to payload and back.  A codec
 * holds the scratch memory of one thread; it grows to a few times the largest
 * chunk and is then reused.
 */

/*
 * How elements lie: so many in a row, and in one of its parts, such as the
 * kernel of a convolution; 0: not known.
 */
struct spz_grid {
	size_t row, inner;
};

/* What differences are made of and with. */
struct spz_delta {
	/*
	 * Bytes of the base that correspond to those of the next chunk; NULL:
	 * none.  Borrowed.
	 */
	const uint8_t *base;
	bool is_float; /* encoding: sign and magnitude */
	struct buf swapped, mask, key, bits, kept, hist, body;
};

struct spz_codec {
	struct spz_stream stream;
	int level;                       /* 1-9 */
	const struct spz_kernel *kernel; /* NULL: the fastest */
	struct spz_grid grid;            /* of the elements of the chunk */
	bool is_sample;                  /* of it, which has no rows */
	struct buf mask, kept, sym, bytes, trial, sample, swapped, negated;
	struct buf packed, dealt, classes, context;
	struct spz_delta delta;
};

void spz_codec_free(struct spz_codec *c);

/* What symbols are, by which classes of them are found. */
enum spz_symbols_kind {
	SPZ_KIND_WINDOW, /* the larger the more */
	SPZ_KIND_BYTES,  /* numbers with a sign */
	SPZ_KIND_BITS,   /* parts of a bit string */
};

/*
 * Appends the smallest symbol stream of the symbols P that is found, packed or
 * by classes where that gains on what S plans for them; G is how they lie.
 * Returns 0, or -1 when memory ran out.
 */
int spz_symbols_add(struct spz_codec *c, const struct spz_grid *g,
	const uint8_t *p, const struct spz_symbols *s,
	enum spz_symbols_kind kind, struct buf *out);

/* Decodes IN[0..nin), in any coding, to N symbols.  Returns 0, or -1. */
int spz_symbols_take(struct spz_codec *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d);

/*
 * Appends the COUNT bits of MASK, NKEPT of them 1, by context of the grid of
 * C, if that takes fewer than LIMIT bytes.  Returns 1, 0 if not, -1 when
 * memory ran out.
 */
int spz_context_put(struct spz_codec *c, const uint8_t *mask, size_t count,
	size_t nkept, size_t limit, struct buf *out);

/* Decodes all of IN[0..nin) to the COUNT bits of MASK.  Returns 0, or -1. */
int spz_context_get(struct spz_codec *c, const uint8_t *in, size_t nin,
	uint8_t *mask, size_t count, size_t nkept, struct diag *d);

/* CEIL(n / 8): bytes of a bit string. */
static inline size_t spz_bits_nbytes(size_t n)
{
	return n / 8 + (n % 8 != 0);
}

/* What is known of the elements of a chunk. */
struct spz_elements {
	unsigned width; /* 0: guess it, and where they begin */
	bool big_endian;
	bool is_signed; /* integers of two's complement */
	struct spz_grid grid;
};

/*
 * Appends a CHUNK payload for RAW[0..n), 0 < n <= 2^24, to OUT, in whatever
 * mode is smallest.  Returns 0, or -1 when memory ran out.
 */
int spz_chunk_encode(struct spz_codec *c, const struct spz_elements *e,
	const uint8_t *raw, size_t n, struct buf *out);

/*
 * Decodes a whole payload, whose head H was parsed, into RAW[0..h->raw), which
 * has room for SPZ_SLACK more, and checks its CRC.  Returns 0, or -1 with
 * DIAG_DATA or DIAG_NOMEM.
 */
int spz_chunk_decode(struct spz_codec *c, const struct spz_chunk_head *h,
	const uint8_t *payload, size_t n, uint8_t *raw, struct diag *d);

/*
 * Mode 3 without lead and tail: appends to OUT, in value coding CODING or, if
 * that is 0, the best; or decodes IN[0..n) to COUNT elements.  WIDTH is 1, 2,
 * 4 or 8.
 */
int spz_values_encode(struct spz_codec *c, unsigned width, unsigned coding,
	const uint8_t *raw, size_t count, struct buf *out);
int spz_values_decode(struct spz_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d);

/*
 * Section 7.1: appends the coding of MASK, h->nkept of COUNT bits in whole
 * 8-byte words, and completes H as to masks; or decodes the stream at IN, of
 * which H tells, to whole words.
 */
int spz_mask_encode(struct spz_codec *c, const uint8_t *mask, size_t count,
	struct spz_values_head *h, struct buf *out);
int spz_mask_decode(struct spz_codec *c, const struct spz_values_head *h,
	const uint8_t *in, uint8_t *mask, size_t count, struct diag *d);

/*
 * Mode 6, section 12, without lead and tail, of elements and those of the base,
 * all little-endian: appends to OUT, or decodes IN[0..n) to RAW, which holds
 * the elements of the base.
 */
int spz_delta_encode(struct spz_codec *c, unsigned width, const uint8_t *raw,
	const uint8_t *base, size_t count, struct buf *out);
int spz_delta_decode(struct spz_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d);
void spz_delta_free(struct spz_delta *t);

/* --- adaptive.c, and the coder that it shares with context.c -------------- */

/* An interval of the range coder, both ends included. */
struct spz_range {
	uint32_t low, high;
};

static inline uint32_t spz_range_split(const struct spz_range *r, uint32_t p)
{
	return r->low + (uint32_t)((uint64_t)(r->high - r->low) * p >> 16);
}

static inline bool spz_range_settled(const struct spz_range *r)
{
	return ((r->low ^ r->high) & 0xff000000) == 0;
}

static inline void spz_range_next(struct spz_range *r)
{
	r->low <<= 8;
	r->high = r->high << 8 | 255;
}

/* The changes of a chunk, by element. */
struct spz_changes {
	const uint8_t *key;
	size_t count, nchanged;
	unsigned width;
	uint8_t *mask; /* in whole words */
	uint8_t *kept; /* what stands for the changes */
};

/*
 * Section 12.2: codes T to OUT, which has room for LIMIT bytes.  Returns how
 * many they are, or LIMIT if it would be as many, or memory ran out.
 */
size_t spz_adaptive_put(struct buf *room, const struct spz_changes *t,
	bool near, uint8_t *out, size_t limit);

/* Fills mask and kept of T from IN[0..n).  Returns 0, or -1. */
int spz_adaptive_get(struct buf *room, const uint8_t *in, size_t n, bool near,
	const struct spz_changes *t, struct diag *d);

/* --- base.c -------------------------------------------------------------- */

/*
 * Fills PAIRS, empty, with the tensors of the bases; their maps are borrowed.
 * Returns 0, or -1 with DIAG_NOMEM.  The caller frees it with buf_free().
 */
int spz_pairs_init(struct buf *pairs, const struct spz_base *base, size_t nbase,
	struct diag *d);

/*
 * The tensor that SPAN may be a difference from: of the same name, dtype, shape
 * and order, in the last base that has one.  Stores the base's index, or
 * returns NULL.
 */
const struct tensor_span *spz_pairs_find(
	const struct buf *pairs, const struct tensor_span *span, size_t *base);

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

int spz_base_find(struct spz_based *ret, const struct spz_chunk_head *h,
	const struct spz_segment *segment, uint64_t at,
	const struct spz_base_id *id, size_t n, const struct spz_base **found,
	const struct spz_finder *f, struct diag *d);

/*
 * spz_chunk_decode() of a chunk that may need a base; *BAD is set if it is the
 * base that is wrong.
 */
int spz_based_decode(struct spz_codec *c, const struct spz_based *b,
	const struct spz_chunk_head *h, const uint8_t *payload, size_t n,
	uint8_t *raw, bool *bad, struct diag *d);

/* --- meter.c ------------------------------------------------------------- */

/* Counts the elements of a segment; all zero before first use. */
struct spz_meter {
	uint8_t mantissa; /* bits; 0: no dtype that has a limit */
	uint8_t width;
	bool big_endian;
	uint64_t nelem, nkept;
	size_t ncount;
	struct buf count; /* uint64_t by exponent and high mantissa bits */
};

void spz_meter_begin(struct spz_meter *m, const struct spz_segment *s);
/* Counts whole elements P[0..n).  Returns 0, or -1 when memory ran out. */
int spz_meter_add(struct spz_meter *m, const uint8_t *p, size_t n);
/* Bytes that the elements take at least, NaN if there is no saying. */
double spz_meter_nbyte(const struct spz_meter *m);
void spz_meter_free(struct spz_meter *m);

/* --- reader.c ------------------------------------------------------------ */

/*
 * Reads the outer structure of a compressed file from a source: exact lengths,
 * frames, and what lies between members.  Shared by decoding and listing.
 */

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
	struct buf bases;            /* struct spz_base_id, of the member */
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
	uint64_t nbytes; /* up to the next frame, or its own; 0: none was found
			  */
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
