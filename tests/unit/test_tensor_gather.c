/* SPDX-License-Identifier: MIT */
/*
 * Elements of strided tensors in C order, against one index after the other.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "file/input.h"
#include "file/unnamed.h"
#include "tap.h"
#include "tensor/tensor.h"

/* More than a tile and what is read together of it. */
#define FILE_NBYTES ((size_t)1 << 20)

static unsigned char file[FILE_NBYTES];
static uint32_t seed = 1;

/* One of N. */
static uint64_t chance(uint64_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return seed % 65521u % n;
}

static struct input open_file(void)
{
	int fd = unnamed_temporary("/tmp");
	struct input in;
	struct diag d;

	for (size_t i = 0; i < FILE_NBYTES; i++)
		file[i] = (unsigned char)(chance(251) + i / 257);
	if (write(fd, file, FILE_NBYTES) != (ssize_t)FILE_NBYTES ||
		lseek(fd, 0, SEEK_SET) || input_open_fd(&in, fd, "file", &d))
		exit(2);
	return in;
}

static uint64_t extent(const struct tensor_strided *v)
{
	uint64_t last = v->first;

	for (unsigned i = 0; i < v->ndim; i++)
		last += (v->shape[i] - 1) * v->stride[i];
	return v->offset + (last + 1) * v->width;
}

/* Strides as of an array that is permuted, cut, and repeats itself. */
static struct tensor_strided draw(uint64_t most)
{
	static const unsigned width[] = {1, 2, 4, 8, 3, 16};
	unsigned place[TENSOR_NDIM_MAX];
	struct tensor_strided v;
	uint64_t stride;

	do {
		v = (struct tensor_strided){.offset = chance(100),
			.first = chance(50),
			.width = width[chance(6)],
			.ndim = (unsigned)chance(5)};
		for (unsigned i = 0; i < v.ndim; i++) {
			unsigned k = (unsigned)chance(i + 1);

			place[i] = place[k];
			place[k] = i;
			v.shape[i] = 1 + chance(chance(3) ? 9 : most);
		}
		stride = chance(4) ? 1 : 1 + chance(3);
		for (unsigned i = v.ndim; i-- > 0;) {
			v.stride[place[i]] = stride;
			stride *= v.shape[place[i]];
			stride += chance(5) ? 0 : chance(7);
			if (chance(12) == 0)
				v.stride[place[i]] = 0;
		}
	} while (extent(&v) > FILE_NBYTES);
	return v;
}

/* Rows of more bytes than a tile, which repeat: expand() gives such. */
static struct tensor_strided draw_repeated(void)
{
	struct tensor_strided v = {.offset = chance(100),
		.first = chance(50),
		.width = 4,
		.ndim = 2 + (unsigned)chance(2)};

	for (unsigned i = 0; i + 1 < v.ndim; i++)
		v.shape[i] = 2 + chance(3);
	v.shape[v.ndim - 1] = 20000 + chance(40000);
	v.stride[v.ndim - 1] = 1;
	return v;
}

/* Element I of V in C order. */
static const unsigned char *element(const struct tensor_strided *v, uint64_t i)
{
	uint64_t at = v->first;

	for (unsigned k = v->ndim; k-- > 0;) {
		at += i % v->shape[k] * v->stride[k];
		i /= v->shape[k];
	}
	return file + v->offset + at * v->width;
}

static bool is_right(
	const struct input *in, const struct tensor_strided *v, uint64_t n)
{
	uint64_t first = chance(3) ? 0 : chance(n);
	uint64_t part = chance(3) ? n - first : 1 + chance(n - first);
	unsigned char *p = malloc((size_t)part * v->width + 1);
	struct diag d;
	bool ok = p && tensor_gather(in, v, first, part, p, &d) == 0;

	for (uint64_t i = 0; i < part && ok; i++)
		ok = memcmp(p + i * v->width, element(v, first + i),
			     v->width) == 0;
	free(p);
	return ok;
}

int main(void)
{
	struct input in = open_file();
	unsigned nright = 0, nlarge = 0;
	const unsigned ncase = 6000, nrepeated = 40;

	for (unsigned i = 0; i < ncase; i++) {
		struct tensor_strided v = i < nrepeated
						  ? draw_repeated()
						  : draw(i % 10 ? 40 : 3000);
		uint64_t n = 1;

		for (unsigned k = 0; k < v.ndim; k++)
			n *= v.shape[k];
		n = n < FILE_NBYTES ? n : FILE_NBYTES;
		nlarge += n * v.width > FILE_NBYTES / 4;
		nright += is_right(&in, &v, n);
	}
	ok(nright == ncase, "%u of %u strided tensors", nright, ncase);
	ok(nlarge > 20, "%u of them larger than a tile", nlarge);
	input_close(&in);
	return tap_done();
}
