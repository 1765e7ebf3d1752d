/* SPDX-License-Identifier: MIT */
/* The fields of a message of Protocol Buffers. */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire {
	const unsigned char *p, *end;
	bool bad; /* it is no message */
};

enum wire_type { WIRE_VARINT, WIRE_64, WIRE_BYTES, WIRE_32 = 5 };

struct wire_field {
	uint64_t number;
	enum wire_type type;
	uint64_t value;            /* of the three that are numbers */
	const unsigned char *data; /* of WIRE_BYTES */
	size_t n;
};

/* The fields of P[0..N), borrowed. */
struct wire wire_of(const void *p, size_t n);

/* The next field.  Returns false at the end, and where W turns out bad. */
bool wire_next(struct wire *w, struct wire_field *ret);

/* A varint alone, as packed fields have them. */
bool wire_varint(struct wire *w, uint64_t *ret);

/* The number that the bits of a fixed field are. */
static inline double wire_double(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline double wire_float(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float x;

	memcpy(&x, &low, sizeof(x));
	return (double)x;
}

#endif
