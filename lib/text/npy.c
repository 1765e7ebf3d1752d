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

void npy_begin(struct buf *b, enum npy_version version)
{
	static const char minor_and_length[5] = {0};

	buf_add(b, magic, sizeof(magic));
	buf_addc(b, (char)version);
	buf_add(b, minor_and_length, 1 + length_nbytes(version));
}

int npy_end(struct buf *b, size_t begin)
{
	size_t at = begin + sizeof(magic) + 2, start, n;
	size_t pad = (ALIGN - (b->len - begin + 1) % ALIGN) % ALIGN;
	enum npy_version version;

	buf_printf(b, "%*s\n", (int)pad, "");
	if (buf_failed(b))
		return -1;
	version = (enum npy_version)b->data[begin + sizeof(magic)];
	start = at + length_nbytes(version);
	n = b->len - start;
	if (n > (version == NPY_1 ? UINT16_MAX : UINT32_MAX))
		return -1;
	if (version == NPY_1)
		le_store16(b->data + at, (uint16_t)n);
	else
		buf_patch32(b, at, (uint32_t)n);
	return 0;
}
