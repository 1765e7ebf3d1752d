/* SPDX-License-Identifier: MIT */
/*
 * The seam between tensor.c and one file per format.  Nothing outside
 * lib/tensor includes this.
 */
#ifndef TENSOR_PARSE_H
#define TENSOR_PARSE_H

#include "tensor/tensor.h"

/* A whole header in memory and the size of the file it begins. */
struct tensor_head {
	const unsigned char *p;
	size_t n;
	uint64_t size;
};

/* As tensor_head_nbytes(), for a file known to be of the format. */
size_t tensor_npy_nbytes(const unsigned char *p, size_t n, uint64_t size);
size_t tensor_st_nbytes(const unsigned char *p, size_t n, uint64_t size);

/* True if P[0..n) begins as a file of the format does. */
bool tensor_npy_is(const unsigned char *p, size_t n);
bool tensor_st_is(const unsigned char *p, size_t n);

/*
 * Refuses a file that begins with P[0..n), which is of none of our formats,
 * or not of the one that is EXPECTED (NULL: any): says what it is, as far as
 * that can be told, and the way out.  Returns -1 with DIAG_DATA.
 */
int tensor_refuse(
	const unsigned char *p, size_t n, const char *expected, struct diag *d);

/* True if P[0..n) begins with a magic number that is too long for chance. */
bool tensor_is_foreign(const unsigned char *p, size_t n);

/* As tensor_parse(). M is empty; the caller frees it on failure too. */
int tensor_npy_parse(
	struct tensor_map *m, const struct tensor_head *h, struct diag *d);
int tensor_st_parse(
	struct tensor_map *m, const struct tensor_head *h, struct diag *d);

/* A file without a header, as HINT says it is. */
int tensor_raw_map(struct tensor_map *m, uint64_t size,
	const struct tensor_hint *hint, struct diag *d);

/*
 * Appends a span; *SPAN's name and shape are copied, n is computed.  Returns
 * 0, or -1 with DIAG_NOMEM or, if the shape's product overflows, DIAG_DATA.
 */
int tensor_add(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d);

/* Appends an opaque span of NBYTES, nothing for 0. */
int tensor_add_opaque(
	struct tensor_map *m, uint64_t offset, uint64_t nbytes, struct diag *d);

/* The product of SHAPE; 1 for no dimensions.  Returns 0, or -1: overflow. */
int tensor_count(const uint64_t *shape, unsigned ndim, uint64_t *ret);

#endif
