/* SPDX-License-Identifier: MIT */
/* Inside of lib/chunk: what its files share, under the name of each. */
#ifndef CHUNK_CHUNK_IMPL_H
#define CHUNK_CHUNK_IMPL_H

#include "base/le.h"
#include "chunk/chunk.h"

/* The element of WIDTH bytes, 1, 2, 4 or 8, at P. */
static inline uint64_t chunk_load(const uint8_t *p, unsigned width)
{
	return le_load_or_big(p, width, false);
}

/* --- head.c -------------------------------------------------------------- */

/*
 * Loads, stores and checks of the heads in a CHUNK frame.  The parsers check
 * all that one head alone can show to be wrong and return 0, or -1 with
 * DIAG_DATA; N bytes follow the chunk head, COUNT elements of WIDTH bytes.
 */

#define CHUNK_VALUES_HEAD_NBYTES 36
#define CHUNK_DELTA_HEAD_NBYTES 8
#define CHUNK_NCLASS_MAX 16
#define CHUNK_DEFLATE_RATIO_MAX 1032

/* Section 7.3. */
enum chunk_value_coding {
	CHUNK_VALUE_WINDOW = 1,
	CHUNK_VALUE_STORED = 2,
	CHUNK_VALUE_BYTES = 3,
	CHUNK_VALUE_PALETTE = 4,
};

struct chunk_values_head {
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

/* Section 12. */
enum chunk_delta_coding {
	CHUNK_DELTA_CLASSES,
	CHUNK_DELTA_ADAPTIVE,
	CHUNK_NDELTA
};

/* Section 12.1: a shift of gaps, or all elements; with the class before. */
enum chunk_class_kind {
	CHUNK_CLASS_SHIFT = 31,
	CHUNK_CLASS_WHOLE = 64,
	CHUNK_CLASS_JOINED = 128,
	CHUNK_CLASS_KINDS =
		CHUNK_CLASS_SHIFT | CHUNK_CLASS_WHOLE | CHUNK_CLASS_JOINED,
};

struct chunk_delta_head {
	uint8_t coding;
	bool is_float; /* sign and magnitude */
	bool near;     /* contexts have the elements before */
	uint8_t key_shift;
	uint8_t nclass;
	uint32_t nchanged;
};

void chunk_head_store(
	uint8_t out[CHUNK_HEAD_NBYTES], const struct chunk_head *h);

void chunk_values_head_store(uint8_t out[CHUNK_VALUES_HEAD_NBYTES],
	const struct chunk_values_head *h);
int chunk_values_head_parse(struct chunk_values_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d);

void chunk_delta_head_store(
	uint8_t out[CHUNK_DELTA_HEAD_NBYTES], const struct chunk_delta_head *h);
int chunk_delta_head_parse(struct chunk_delta_head *ret, const uint8_t *in,
	size_t n, size_t count, unsigned width, struct diag *d);

/* --- kernel.c ------------------------------------------------------------ */

/*
 * The inner loops of mode 3 (spzip(5), section 7), one set for each element
 * width.  Elements are little-endian at any alignment.  There may be a set for
 * the processor at hand; it gives the same bytes.
 */

/* Bins of the histogram by which a window is chosen: high magnitude bits. */
#ifndef CHUNK_HIST_LOG2
#define CHUNK_HIST_LOG2 12
#endif
#define CHUNK_HIST_NBIN (1u << CHUNK_HIST_LOG2)

/* A magnitude's bits above shift + drop, less base, are its symbol. */
struct chunk_window {
	uint64_t base;
	unsigned shift;
	unsigned drop; /* bits that are 0 in all */
};

#define CHUNK_SYMBOL_EXCEPT 255
/* The fields of the elements in 8 bytes must fit beside 7 bits before. */
#define CHUNK_SHIFT_MAX 55

/* Elements by the keys of their base; section 12.1. */
struct chunk_classes {
	unsigned n;
	bool is_float;
	uint8_t first[CHUNK_NCLASS_MAX]; /* key of each; of the first 0 */
	uint8_t kind[CHUNK_NCLASS_MAX];
	uint8_t less[CHUNK_NCLASS_MAX]; /* 1: magnitudes less 1; 0: all */
	uint8_t of[256];                /* the class of a key */
};

struct chunk_kernel {
	/*
	 * Splits COUNT elements: sets the bits of MASK (whole 8-byte words,
	 * written in full) where the magnitude is not 0, and packs the kept
	 * elements into KEPT, which has room for COUNT + 1 and CHUNK_SLACK.
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
		unsigned down, uint32_t hist[CHUNK_HIST_NBIN]);
	/* Symbols of the window: CHUNK_SYMBOL_EXCEPT where it has none. */
	void (*symbols)(const uint8_t *kept, size_t n,
		const struct chunk_window *w, uint8_t *sym);
	/* Low bits and signs; CHUNK_SLACK beyond. */
	void (*fields)(const uint8_t *kept, size_t n,
		const struct chunk_window *w, uint8_t *fields);
	/*
	 * The reverse of both; what has no symbol comes out as something.
	 * KEPT has CHUNK_SLACK beyond.
	 */
	void (*unwindow)(uint8_t *kept, size_t n, const struct chunk_window *w,
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
		const struct chunk_delta_head *h, uint8_t *key);
	/*
	 * Appends the elements of section 12.1 where MASK, NULL: everywhere,
	 * says so to those of their classes at TO, which it moves on; and the
	 * reverse, of elements that hold those of the base, which returns how
	 * many it changed.
	 */
	void (*gather)(const uint8_t *raw, const uint8_t *base, size_t count,
		const uint8_t *mask, const uint8_t *key,
		const struct chunk_classes *by,
		const uint8_t *to[CHUNK_NCLASS_MAX]);
	size_t (*patch)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *key, const struct chunk_classes *by,
		const uint8_t *from[CHUNK_NCLASS_MAX]);
	/*
	 * Stores in N how many of the COUNT elements that MASK tells, NULL:
	 * all, each class has.
	 */
	void (*tally)(const uint8_t *key, const uint8_t *mask, size_t count,
		const struct chunk_classes *by, size_t n[CHUNK_NCLASS_MAX]);
	/*
	 * Splits the COUNT bits of MASK by class; stores in N how many each
	 * class has.  BITS have room for COUNT + 128 bits.  And the reverse,
	 * with the same room; what is beyond the bits of a class is any.
	 */
	void (*bits_get)(const uint8_t *mask, size_t count, const uint8_t *key,
		const struct chunk_classes *by, uint8_t *bits[CHUNK_NCLASS_MAX],
		size_t n[CHUNK_NCLASS_MAX]);
	void (*bits_put)(uint8_t *mask, size_t count, const uint8_t *key,
		const struct chunk_classes *by,
		uint8_t *const bits[CHUNK_NCLASS_MAX]);
	/*
	 * The N elements that SYM numbers of the NPALETTE, at most 256, of
	 * PALETTE.  Returns 0, or -1: there are not as many.
	 */
	int (*look_up)(const uint8_t *palette, size_t npalette,
		const uint8_t *sym, size_t n, uint8_t *out);
	/* Byte PLANE of every element, to one array and from it. */
	void (*plane_get)(
		const uint8_t *in, size_t n, unsigned plane, uint8_t *out);
	void (*plane_put)(
		const uint8_t *in, size_t n, unsigned plane, uint8_t *out);
};

/* What a set of them takes of a processor: all that those before take, too. */
enum chunk_cpu { CHUNK_CPU_ANY, CHUNK_CPU_AVX2, CHUNK_CPU_AVX512, CHUNK_NCPU };

/*
 * The fastest of the sets that the processor at hand has and that take no more
 * than MOST, by the logarithm of the width: 1, 2, 4, 8 bytes.
 */
const struct chunk_kernel *chunk_kernels(enum chunk_cpu most);

static inline unsigned chunk_width_log2(unsigned width)
{
	return (unsigned)__builtin_ctz(width);
}

/* The set for elements of WIDTH bytes that C is to use. */
static inline const struct chunk_kernel *chunk_kernel_of(
	const struct chunk_codec *c, unsigned width)
{
	const struct chunk_kernel *k =
		c->kernel ? c->kernel : chunk_kernels(CHUNK_NCPU);

	return &k[chunk_width_log2(width)];
}

/* --- mask.c -------------------------------------------------------------- */

/*
 * Sections 7.1 and 7.2: appends the coding of MASK, h->nkept of COUNT bits in
 * whole 8-byte words, and of ZSIGN, a bit for each of the others, NULL if all
 * are 0, and completes H as to both; or decodes the streams at IN, of which H
 * tells, to whole words and, if h->zsign says that there is one, to ZSIGN.
 */
int chunk_mask_encode(struct chunk_codec *c, const uint8_t *mask,
	const uint8_t *zsign, size_t count, struct chunk_values_head *h,
	struct buf *out);
int chunk_mask_decode(struct chunk_codec *c, const struct chunk_values_head *h,
	const uint8_t *in, uint8_t *mask, uint8_t *zsign, size_t count,
	struct diag *d);

/* --- palette.c ------------------------------------------------------------ */

#define CHUNK_PALETTE_MAX 256
#define CHUNK_SLOT_LOG2 12

struct chunk_palette {
	bool is_known; /* it was looked for */
	unsigned n;    /* 0: there are more than a palette has */
	uint64_t element[CHUNK_PALETTE_MAX];
	unsigned slot_log2;
	uint16_t slot[1 << CHUNK_SLOT_LOG2]; /* by hash: its number, plus 1 */
	struct entropy_symbols symbols;
	size_t nbytes; /* of all */
};

/*
 * Section 7.3, coding 4: fills P, and c->bytes with the symbols of KEPT[0..n);
 * appends what P was planned for and completes H; and the reverse.  Return 0,
 * or -1.
 */
int chunk_palette_plan(struct chunk_codec *c, unsigned width,
	const uint8_t *kept, size_t n, struct chunk_palette *p);
int chunk_palette_put(struct chunk_codec *c, unsigned width,
	const struct entropy_grid *g, const struct chunk_palette *p,
	struct chunk_values_head *h, struct buf *out);
int chunk_palette_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *kept, struct diag *d);

/* --- values.c ------------------------------------------------------------- */

/*
 * Mode 3 without lead and tail: appends to OUT, in value coding CODING or, if
 * that is 0, the best; or decodes IN[0..n) to COUNT elements.  WIDTH is 1, 2,
 * 4 or 8.
 */
int chunk_values_encode(struct chunk_codec *c, unsigned width, unsigned coding,
	const uint8_t *raw, size_t count, struct buf *out);
int chunk_values_decode(struct chunk_codec *c, unsigned width,
	const uint8_t *in, size_t n, uint8_t *raw, size_t count,
	struct diag *d);

/* --- classes.c ------------------------------------------------------------ */

/* What mode 6 is made of. */
struct chunk_difference {
	const struct chunk_kernel *k;
	unsigned width;
	const uint8_t *raw, *base;
	size_t count, nchanged;
	uint8_t *mask, *key;
};

/*
 * Fills in the classes of T in BY, whose is_float is set, but for shifts.  ROOM
 * is scratch.  Returns 0, or -1 when memory ran out.
 */
int chunk_classes_choose(struct buf *room, const struct chunk_difference *t,
	struct chunk_classes *by);

/* Fills in what follows from the first keys and the kinds of BY. */
static inline void chunk_classes_set(struct chunk_classes *by)
{
	unsigned k = 0;

	for (unsigned key = 0; key < 256; key++) {
		if (k + 1 < by->n && key == by->first[k + 1])
			k++;
		by->of[key] = (uint8_t)k;
	}
	for (k = 0; k < by->n; k++)
		by->less[k] = !(by->kind[k] & CHUNK_CLASS_WHOLE);
}

/* --- delta.c -------------------------------------------------------------- */

/*
 * Mode 6, section 12, without lead and tail, of elements and those of the base,
 * all little-endian: appends to OUT, or decodes IN[0..n) to RAW, which holds
 * the elements of the base.
 */
int chunk_delta_encode(struct chunk_codec *c, unsigned width,
	const uint8_t *raw, const uint8_t *base, size_t count, struct buf *out);
int chunk_delta_decode(struct chunk_codec *c, unsigned width, const uint8_t *in,
	size_t n, uint8_t *raw, size_t count, struct diag *d);

/* --- adaptive.c ----------------------------------------------------------- */

/* The changes of a chunk, by element. */
struct chunk_changes {
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
size_t chunk_adaptive_put(struct buf *room, const struct chunk_changes *t,
	bool near, uint8_t *out, size_t limit);

/* Fills mask and kept of T from IN[0..n).  Returns 0, or -1. */
int chunk_adaptive_get(struct buf *room, const uint8_t *in, size_t n, bool near,
	const struct chunk_changes *t, struct diag *d);

#endif
