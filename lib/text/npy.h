/* SPDX-License-Identifier: MIT */
/* Headers of NPY, as numpy.save() writes them. */
#ifndef TEXT_NPY_H
#define TEXT_NPY_H

#include <stddef.h>

struct buf;

/* Of the format; names in a header of version 3 may be UTF-8. */
enum npy_version {
	NPY_1 = 1,
	NPY_3 = 3,
};

/* Begins a header, at the end of B, of which the dict comes next. */
void npy_begin(struct buf *b, enum npy_version version);

/*
 * Ends the header that is in B from BEGIN on, padded so that the data behind it
 * is aligned.  Returns 0, or -1 if B has failed or the dict is too long.
 */
int npy_end(struct buf *b, size_t begin);

#endif
