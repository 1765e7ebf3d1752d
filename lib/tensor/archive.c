/* SPDX-License-Identifier: MIT */
/*
 * A zip file, which is what its members make it: arrays (NPZ) or a pickle and
 * what it refers to (PyTorch).  Without members it is an NPZ of no arrays, as
 * numpy.load has it: so is the mask of a file of which nothing is pruned.
 */
#include <string.h>

#include "base/diag.h"
#include "tensor/parse.h"

static bool archive_is(const unsigned char *p, size_t n)
{
	static const char empty[] = "PK\5\6";

	return tensor_zip_is(p, n) || (n >= 4 && memcmp(p, empty, 4) == 0);
}

static int refuse(const struct tensor_build *b, size_t file, struct diag *d)
{
	uint64_t size = b->m->file[file].in.size;
	unsigned char p[TENSOR_PEEK];
	size_t n = size < sizeof(p) ? (size_t)size : sizeof(p);

	if (tensor_build_pread(b, file, p, n, 0, d))
		return -1;
	return tensor_refuse(p, n, b->hint.expected, d);
}

static int read_members(struct tensor_build *b, size_t file,
	const struct tensor_zip *z, struct diag *d)
{
	struct tensor_map *m = &b->m->file[file].map;
	int r;

	if (tensor_torch_pickle(z)) {
		m->format = TENSOR_FORMAT_TORCH;
		return tensor_torch_read(b, file, z, d);
	}
	m->format = TENSOR_FORMAT_NPZ;
	r = tensor_npz_read(b, file, z, d);
	return r > 0 ? refuse(b, file, d) : r;
}

static int archive_read(struct tensor_build *b, size_t file, struct diag *d)
{
	struct tensor_zip z;
	int r = tensor_zip_open(&z, b, file, d);

	if (!r)
		r = read_members(b, file, &z, d);
	tensor_zip_close(&z);
	return r;
}

const struct tensor_kind tensor_archive = {
	.format = TENSOR_FORMAT_NPZ,
	.is = archive_is,
	.read = archive_read,
};
