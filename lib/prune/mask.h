/* SPDX-License-Identifier: MIT */
/*
 * Masks in files.  A mask file is safetensors: for each tensor a U8 tensor of
 * the same name and of shape [ceil(n / 8)]; bit i % 8 (lowest first) of byte
 * i / 8 belongs to the element with logical C index i, 1 is kept; the last
 * byte's spare bits are 0.  The zeros of another weight file serve as well.
 */
#ifndef PRUNE_MASK_H
#define PRUNE_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "tensor/tensor.h"

struct diag;
struct output;

/* A tensor in Fortran order needs all of its mask in memory at once. */
#define PRUNE_MASK_WHOLE_MAX ((uint64_t)128 << 20)

/* A mask to read from. */
struct prune_mask {
	struct input in;
	struct tensor_map map;
	bool values;                    /* weights, of which zeros are pruned */
	struct prune_mask_entry *entry; /* its tensors by name */
	size_t nentry;
	uint8_t *whole; /* all bits of the one Fortran tensor */
};

/*
 * Opens PATH (borrowed) as a mask, or with VALUES as a weight file, read as
 * HINT says.  Release with prune_mask_close().  Returns 0, or -1.
 */
int prune_mask_open(struct prune_mask *m, const char *path, bool values,
	const struct tensor_hint *hint, struct diag *d);
void prune_mask_close(struct prune_mask *m);

/*
 * Finds the mask of tensor S and sees that it fits; *RET is NULL if M has
 * none.  With RET NULL only notes that there is such a tensor.  Returns 0, or
 * -1.
 */
int prune_mask_find(struct prune_mask *m, const struct tensor_span *s,
	const struct tensor_span **ret, struct diag *d);

/* The name of a tensor that nobody has looked for yet; NULL if there is none.
 */
const char *prune_mask_unused(const struct prune_mask *m);

/*
 * Reads a bit for each of the elements [first, first + n) of S, in the order
 * of S's file; FIRST is a multiple of 8.  Threads may share M.
 */
int prune_mask_read(const struct prune_mask *m, const struct tensor_span *mask,
	const struct tensor_span *s, uint64_t first, size_t n, uint8_t *bits,
	struct diag *d);

/* How many elements of S the mask has pruned. */
int prune_mask_count(const struct prune_mask *m, const struct tensor_span *mask,
	const struct tensor_span *s, uint64_t *ret, struct diag *d);

/*
 * How many elements of S, a tensor of IN, are not zero though the mask has
 * pruned them; the logical C index of the first goes to *FIRST, which is not
 * set when there is none.  First is by the order of the file.
 */
int prune_mask_alive(const struct prune_mask *m, const struct tensor_span *mask,
	const struct input *in, const struct tensor_span *s, uint64_t *ret,
	uint64_t *first, struct diag *d);

/* A mask being written. */
struct prune_mask_writer {
	struct output *out;
	uint8_t *whole; /* of a Fortran tensor */
};

/*
 * Writes the header for N tensors to OUT, which stays the caller's.  Release W
 * with prune_mask_end().
 */
int prune_mask_begin(struct prune_mask_writer *w, struct output *out,
	const struct tensor_span *const *span, size_t n, struct diag *d);

/* The next N bits of S, in the order of the file, all tensors in turn. */
int prune_mask_put(struct prune_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d);
void prune_mask_end(struct prune_mask_writer *w);

#endif
