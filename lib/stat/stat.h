/* SPDX-License-Identifier: MIT */
/*
 * What is in weight files: elements in the order of indices, whatever the
 * order of the file; hashes of them; statistics; what differs between two.
 */
#ifndef STAT_STAT_H
#define STAT_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/tensor.h"

struct buf;
struct diag;
struct input;
struct progress;
struct choice_structure;
struct choice_verdict;

/* A tensor and the file it lies in, which is seekable; both borrowed. */
struct stat_tensor {
	const struct input *in;
	const struct tensor_span *span;
};

/* --- elements ------------------------------------------------------------ */

/*
 * Elements are in logical C order and little-endian, whatever file they are in.
 * What is not made of whole bytes (4-bit numbers, blocks of quantised ones) is
 * read as its bytes, each an element.
 */

/* The number with these BITS, of a dtype that stat_can(). */
double stat_value(enum tensor_dtype dtype, uint64_t bits);

/* The index of an element as text. */
struct stat_index {
	char text[TENSOR_NDIM_MAX * sizeof("18446744073709551615,") + 3];
};

/* That of element AT of S as numpy has it, "[3,5]"; of its byte AT, "[77]". */
struct stat_index stat_index(
	const struct tensor_span *s, uint64_t at, bool by_bytes);

/*
 * Append to B dtype and shape, "F32 3x4".  And the elements X and Y of S, N
 * bytes each, to A and B, which are empty: as numbers, and their bits where
 * these do not tell them apart.
 */
void stat_add_kind(struct buf *b, const struct tensor_span *s);
void stat_add_values(struct buf *a, struct buf *b, const struct tensor_span *s,
	const unsigned char *x, const unsigned char *y, size_t n);

/* --- hashes -------------------------------------------------------------- */

/* By how many threads, 0 for all processors; PROGRESS counts bytes, or NULL. */
struct stat_how {
	unsigned nthread;
	struct progress *progress;
};

/*
 * The CRC-32 (base/zip.h) of T's elements: what
 * zlib.crc32() says of the bytes of a little-endian array in C order.  Returns
 * 0, or -1.
 */
int stat_hash(uint32_t *ret, const struct stat_how *how,
	const struct stat_tensor *t, struct diag *d);

/* --- statistics ---------------------------------------------------------- */

/*
 * What is in a tensor.  Sums are taken in a fixed order, chunk by chunk, so
 * that their last bits do not depend on the number of threads.
 */
struct stat_summary {
	uint64_t zeros; /* also those with a sign; of integers, of the zero
			 * that was said */
	uint64_t negzeros;
	uint64_t nan, inf;
	double min, max; /* of all but NaN; NaN if there are none */
	double l1;       /* sum of |w|, NaN left out */
	double squares; /* sum of w^2, NaN left out; but of those far from 1: */
	double large, small; /* the same in units of 2^1200 and of 2^-1200 */
};

/* The root of the sum of all squares. */
double stat_l2(const struct stat_summary *st);

/* True if there are statistics of DTYPE. */
bool stat_can(enum tensor_dtype dtype);

/*
 * Fills RET[i] for every tensor i of M that stat_can(); the others are left
 * alone.  In integers ZERO counts as zero; those whose dtype has no such number
 * have none.  Returns 0, or -1, also when a file has changed meanwhile.
 */
int stat_summarize(struct stat_summary *ret, const struct tensor_model *m,
	int64_t zero, const struct stat_how *how, struct diag *d);

/* Adds what ST has to SUM, as of one tensor. */
void stat_summary_add(struct stat_summary *sum, const struct stat_summary *st);

/* Which of 0 and 1 a tensor has. */
struct stat_binary {
	bool zero, one;
	uint64_t other; /* the first element in its file that is neither, or
			 * n */
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
 * Finds the first element of T, of a float dtype, in C order that is NaN or
 * infinite: its index and its value.  Returns 1, 0 if all are finite, or -1.
 */
int stat_find_nonfinite(const struct stat_tensor *t, uint64_t *at,
	double *value, struct diag *d);

/*
 * 1 if optimizers usually decay the weights of S, of which choice_judge() says
 * V; 0 for biases, norms and whatever else has fewer than two dimensions or is
 * no weight by its name.
 */
int stat_decay(const struct tensor_span *s, const struct choice_verdict *v);

/* --- groups -------------------------------------------------------------- */

/* How far a tensor is from N:M. */
struct stat_groups {
	uint64_t n;             /* groups */
	uint64_t nbroken;       /* with more than N that are not zero */
	uint64_t first;         /* C index where the first of these begins */
	unsigned first_nonzero; /* how many it has */
};

/*
 * Counts the groups of T, a tensor that can be pruned by X, which is CHOICE_NM;
 * in integers ZERO counts as zero.  Returns 0, or -1, also where ZERO is none
 * of their numbers.
 */
int stat_groups(struct stat_groups *ret, const struct choice_structure *x,
	int64_t zero, const struct stat_how *how, const struct stat_tensor *t,
	struct diag *d);

/* --- pairs --------------------------------------------------------------- */

/*
 * Tensors of A and B that go together: of one name; or, as an array has none of
 * its own, the only one of each.
 */
struct stat_pairs {
	const struct tensor_model *a, *b; /* borrowed */
	const struct tensor_span **a_by_name, **b_by_name;
	bool only;
};

/*
 * Refuses names that a model has twice.  Release P with stat_pairs_free().
 * Returns 0, or -1 with nothing to be released.
 */
int stat_pairs_init(struct stat_pairs *p, const struct tensor_model *a,
	const struct tensor_model *b, struct diag *d);
void stat_pairs_free(struct stat_pairs *p);

/* What goes with a tensor of A; with one of B; NULL: nothing. */
const struct tensor_span *stat_pairs_b(
	const struct stat_pairs *p, const struct tensor_span *a);
const struct tensor_span *stat_pairs_a(
	const struct stat_pairs *p, const struct tensor_span *b);

/* Whether tensors have one shape and dtype, and can be compared. */
enum stat_fit { STAT_FIT, STAT_FIT_SHAPE, STAT_FIT_DTYPE };
enum stat_fit stat_fit(
	const struct tensor_span *a, const struct tensor_span *b);

/* --- differences --------------------------------------------------------- */

/* An element of up to so many bytes is kept. */
#define STAT_FIRST_NBYTES 16

struct stat_difference {
	uint64_t changed; /* elements */
	uint64_t first;   /* C index of the first of them, if any */
	uint64_t rows;    /* values of the first index that have any */
	/* The first's bytes in A and B, little-endian; none if it is larger. */
	unsigned char a[STAT_FIRST_NBYTES], b[STAT_FIRST_NBYTES];
	size_t nbytes;
	/*
	 * The largest |b - a|, |b - a| / |a| and distance in units in the last
	 * place (how many numbers of the dtype lie between, and one).  Once a
	 * NaN is on either side, or A is infinite, there is no telling: the two
	 * are NaN then, and so is the third in effect.
	 */
	double max_abs, max_rel;
	uint64_t max_ulp;
	bool has_value; /* the dtype is of numbers: max_abs and max_rel hold */
	bool has_ulp;   /* of floats: max_ulp, too, unless has_nan */
	bool has_nan;
	bool by_bytes; /* elements are bytes of what is larger or smaller */
};

struct stat_compare {
	bool by_value; /* -0.0 is 0.0; else bits are compared */
	bool briefly;  /* whether anything changed is all that is asked */
};

/*
 * Compares A and B, of the same dtype and shape.  Returns 0, or -1.  Sums are
 * not formed: the result does not depend on the number of threads.
 */
int stat_compare(struct stat_difference *ret, const struct stat_compare *by,
	const struct stat_how *how, const struct stat_tensor *a,
	const struct stat_tensor *b, struct diag *d);

#endif
