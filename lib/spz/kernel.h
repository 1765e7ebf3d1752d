/* SPDX-License-Identifier: MIT */
/*
 * The inner loops of mode 3 (spz(5), section 7), one set for each element
 * width.  Elements are little-endian at any alignment.
 */
#ifndef SPZ_KERNEL_H
#define SPZ_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* Bins of the histogram by which a window is chosen: the top magnitude bits. */
#define SPZ_HIST_LOG2 12
#define SPZ_HIST_NBIN (1u << SPZ_HIST_LOG2)

/* v in lo..hi is symbol (v - lo) >> shift; v is the magnitude >> drop. */
struct spz_window {
	uint64_t lo;
	uint64_t hi;
	unsigned shift;
	unsigned drop;
};

#define SPZ_SYMBOL_EXCEPT 255
/* Largest regular symbol that the encoder uses. */
#define SPZ_SYMBOL_MAX 253
/* A field of low bits and sign must fit beside 7 bits of the one before. */
#define SPZ_SHIFT_MAX 55
#define SPZ_FIELDS_SLACK 8

struct spz_kernel {
	/*
	 * Splits COUNT elements: sets the bits of MASK (whole 8-byte words,
	 * written in full) where the magnitude is not 0, and packs the kept
	 * elements into KEPT, which has room for COUNT + 1.  Returns how many
	 * are kept; *NNEG counts negative zeros.
	 */
	size_t (*split)(const uint8_t *raw, size_t count, uint8_t *mask,
		uint8_t *kept, size_t *nneg);
	/* ORs all magnitudes of KEPT, and counts them by their top bits. */
	uint64_t (*survey)(
		const uint8_t *kept, size_t n, uint32_t hist[SPZ_HIST_NBIN]);
	/* Smallest and largest magnitude within LO..HI; lo > hi if none. */
	void (*extent)(
		const uint8_t *kept, size_t n, uint64_t *lo, uint64_t *hi);
	/*
	 * Writes symbols, fields (slack of SPZ_FIELDS_SLACK) and exceptions
	 * (room for one more than there are).  Returns how many there are.
	 */
	size_t (*window)(const uint8_t *kept, size_t n,
		const struct spz_window *w, uint8_t *sym, uint8_t *fields,
		uint8_t *except);
	/*
	 * The reverse.  Returns 0, or -1 if a magnitude leaves its width or
	 * the field of an exception is not 0, or the number of exceptions is
	 * not NEXCEPT.
	 */
	int (*unwindow)(uint8_t *kept, size_t n, const struct spz_window *w,
		const uint8_t *sym, const uint8_t *fields, size_t nfields,
		const uint8_t *except, size_t nexcept);
	/* Spreads KEPT over COUNT elements as MASK says; the rest is 0. */
	void (*merge)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *kept);
	/* Bits of ZSIGN: signs of the elements that MASK leaves out. */
	void (*zsign_get)(const uint8_t *raw, size_t count, const uint8_t *mask,
		uint8_t *zsign);
	void (*zsign_put)(uint8_t *raw, size_t count, const uint8_t *mask,
		const uint8_t *zsign);
};

/* By the logarithm of the width: 1, 2, 4, 8 bytes. */
extern const struct spz_kernel spz_kernel[4];

static inline unsigned spz_width_log2(unsigned width)
{
	return (unsigned)__builtin_ctz(width);
}

#endif
