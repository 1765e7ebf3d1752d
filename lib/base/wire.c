/* SPDX-License-Identifier: MIT */
/*
 * The wire format of Protocol Buffers: https://protobuf.dev/programming-guides/
 * encoding, without groups, which nothing here has.
 */
#include "base/wire.h"
#include "base/le.h"

struct wire wire_of(const void *p, size_t n)
{
	const unsigned char *data = p;

	return (struct wire){data, n ? data + n : data, false};
}

bool wire_varint(struct wire *w, uint64_t *ret)
{
	*ret = 0;
	for (unsigned shift = 0; shift < 64 && w->p < w->end; shift += 7) {
		unsigned char c = *w->p++;

		*ret |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	w->bad = true;
	return false;
}

static bool take(struct wire *w, uint64_t n, const unsigned char **ret)
{
	if (n > (uint64_t)(w->end - w->p)) {
		w->bad = true;
		return false;
	}
	*ret = w->p;
	w->p += n;
	return true;
}

bool wire_next(struct wire *w, struct wire_field *ret)
{
	uint64_t key, n;

	if (w->bad || w->p == w->end || !wire_varint(w, &key))
		return false;
	*ret = (struct wire_field){
		key >> 3, (enum wire_type)(key & 7), 0, NULL, 0};
	switch (key & 7) {
	case WIRE_VARINT: return wire_varint(w, &ret->value);
	case WIRE_64:
		if (take(w, 8, &ret->data))
			ret->value = le_load64(ret->data);
		return !w->bad;
	case WIRE_32:
		if (take(w, 4, &ret->data))
			ret->value = le_load32(ret->data);
		return !w->bad;
	case WIRE_BYTES:
		if (!wire_varint(w, &n) || !take(w, n, &ret->data))
			return false;
		ret->n = (size_t)n;
		return true;
	default: w->bad = true; return false;
	}
}
