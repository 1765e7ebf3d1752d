/* SPDX-License-Identifier: MIT */
/*
 * What is in weight files: elements in the order of indices, whatever the
 * order of the file; hashes of them; what differs between two tensors.
 */
#ifndef STAT_STAT_H
#define STAT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/tensor.h"

struct diag;
struct input;
struct progress;

/* A tensor and the file it lies in, which is seekable; both borrowed. */
struct stat_tensor {
	const struct input *in;
	const struct tensor_span *span;
};

/* --- elements ------------------------------------------------------------ */

/*
 * Elements of a tensor in logical C order and little-endian, from any file.
 * What is not made of whole bytes (4-bit numbers, blocks of quantised ones) is
 * read as its bytes, each an element.
 */
struct stat_reader {
	struct stat_tensor t;
	size_t width;         /* bytes of an element */
	uint64_t n;           /* elements */
	bool by_bytes;        /* elements are bytes of what is larger or
			       * smaller */
	unsigned char *whole; /* a small Fortran tensor in C order */
};

/*
 * Begins reading T; memory is bounded whatever its size.  Release R with
 * stat_reader_close().  Returns 0, or -1 with nothing to be released.
 */
int stat_reader_open(
	struct stat_reader *r, const struct stat_tensor *t, struct diag *d);

/* Elements [FIRST, FIRST + N) to P.  Threads may share R.  Returns 0, or -1. */
int stat_reader_get(const struct stat_reader *r, uint64_t first, size_t n,
	void *p, struct diag *d);
void stat_reader_close(struct stat_reader *r);

/* --- hashes -------------------------------------------------------------- */

/*
 * The CRC-32 (base/zip.h) of T's elements as a reader has them: what
 * zlib.crc32() says of the bytes of a little-endian array in C order.  Returns
 * 0, or -1.
 */
int stat_hash(uint32_t *ret, const struct stat_tensor *t, struct diag *d);

/* --- statistics ---------------------------------------------------------- */

/*
 * What is in a tensor.  Sums are taken in a fixed order, chunk by chunk, so
 * that their last bits do not depend on the number of threads.
 */
struct stat_summary {
	uint64_t zeros; /* also those with a sign */
	uint64_t negzeros;
	uint64_t nan, inf;
	double min, max; /* of all but NaN; NaN if there are none */
	double l1;       /* sum of |w|, NaN left out */
	double squares;  /* sum of w^2, NaN left out */
};

/* True if there are statistics of DTYPE. */
bool stat_can(enum tensor_dtype dtype);

/*
 * Fills RET[i] for every tensor i of M that stat_can(); the others are left
 * alone.  NTHREAD 0: all processors.  Returns 0, or -1, also when a file has
 * changed meanwhile.
 */
int stat_summarize(struct stat_summary *ret, const struct tensor_model *m,
	unsigned nthread, struct progress *progress, struct diag *d);

/* Adds what ST has to SUM, as of one tensor. */
void stat_summary_add(struct stat_summary *sum, const struct stat_summary *st);

/* Which of 0 and 1 a tensor has. */
struct stat_binary {
	bool zero, one;
	uint64_t other; /* the first element in its file that is neither, or n
			 */
};

/*
 * Looks at the elements of T, of a dtype that stat_can(), until one is neither
 * 0 nor 1; where none is and both are there, T is more likely a mask than
 * weights.  Returns 0, or -1.
 */
int stat_find_binary(
	struct stat_binary *ret, const struct stat_tensor *t, struct diag *d);

/* Whether a tensor of N elements has just 0 and 1, from its statistics. */
bool stat_is_binary(const struct stat_summary *st, uint64_t n);

/*
 * 1 if optimizers usually decay the weights of S, 0 for biases, norms and
 * whatever else has fewer than two dimensions or is no weight by its name.
 */
int stat_decay(const struct tensor_span *s);

/* --- differences --------------------------------------------------------- */

struct stat_difference {
	uint64_t changed; /* elements */
	uint64_t first;   /* C index of the first of them, if any */
	uint64_t rows;    /* values of the first index that have any */
	/*
	 * The largest |b - a|, |b - a| / |a| and distance in units in the last
	 * place (how many numbers of the dtype lie between, and one).  Once a
	 * NaN is on either side, or infinity is compared with itself, there is
	 * no telling: the two are NaN then, and so is the third in effect.
	 */
	double max_abs, max_rel;
	uint64_t max_ulp;
	bool has_value; /* the dtype is of numbers: max_abs and max_rel hold */
	bool has_ulp;   /* of floats: max_ulp, too, unless has_nan */
	bool has_nan;
	bool by_bytes; /* elements are bytes: see struct stat_reader */
};

struct stat_compare {
	bool by_value; /* -0.0 is 0.0; else bits are compared */
	bool briefly;  /* whether anything changed is all that is asked */
	unsigned nthread;
	struct progress *progress; /* counts the bytes of A; or NULL */
};

/*
 * Compares A and B, of the same dtype and shape.  Returns 0, or -1.  Sums are
 * not formed: the result does not depend on the number of threads.
 */
int stat_compare(struct stat_difference *ret, const struct stat_compare *how,
	const struct stat_tensor *a, const struct stat_tensor *b,
	struct diag *d);

#endif
