/* SPDX-License-Identifier: MIT */
/* A magic number, a version, the length of what follows, and a dict. */
#include "text/npy.h"

#include "base/buf.h"
#include "base/le.h"

/* Headers are as many bytes, or a multiple of them. */
#define ALIGN 64

static const char magic[] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

/* Bytes of the length. */
static size_t length_nbytes(enum npy_version version)
{
	return version == NPY_1 ? 2 : 4;
}

int npy_begin(struct buf *b, enum npy_version version)
{
	static const char minor_and_length[5] = {0};

	return buf_add(b, magic, sizeof(magic)) || buf_addc(b, (char)version) ||
			       buf_add(b, minor_and_length,
				       1 + length_nbytes(version))
		       ? -1
		       : 0;
}

int npy_end(struct buf *b, size_t begin)
{
	enum npy_version version =
		(enum npy_version)b->data[begin + sizeof(magic)];
	size_t at = begin + sizeof(magic) + 2;
	size_t start = at + length_nbytes(version), n;

	while ((b->len - begin + 1) % ALIGN)
		if (buf_addc(b, ' '))
			return -1;
	if (buf_addc(b, '\n'))
		return -1;
	n = b->len - start;
	if (n > (version == NPY_1 ? UINT16_MAX : UINT32_MAX))
		return -1;
	if (version == NPY_1)
		le_store16(b->data + at, (uint16_t)n);
	else
		le_store32(b->data + at, (uint32_t)n);
	return 0;
}
