/* SPDX-License-Identifier: MIT */
/*
 * Magnitude is an integer: the bits of a float without its sign order |w|
 * exactly, zero first, subnormals and infinity in their places, NaN last.
 * This is a table of the float formats and the way between keys and values.
 */
#ifndef PRUNE_VALUE_H
#define PRUNE_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "tensor/tensor.h"

struct prune_format {
	unsigned nbytes;    /* of an element */
	unsigned key_nbits; /* all but the sign */
	unsigned mantissa_nbits;
	int bias;
	uint64_t key_max; /* the largest key that is not NaN */
	bool has_inf;     /* key_max is infinity */
};

/* The format of DTYPE; NULL if it is no float. */
const struct prune_format *prune_format(enum tensor_dtype dtype);

/* |w| of a key, exactly; NaN above key_max. */
double prune_value(const struct prune_format *f, uint64_t key);

/*
 * A key that all formats share: that of the same magnitude as f64.  NaN stays
 * above infinity, in its order.
 */
uint64_t prune_wide_key(const struct prune_format *f, uint64_t key);
uint64_t prune_double_key(double magnitude);

/* The smallest key of F at or above WIDE; one past the last if none is. */
uint64_t prune_narrow_key(const struct prune_format *f, uint64_t wide);

#endif
