/* SPDX-License-Identifier: MIT */
/*
 * Which parser a file goes to, and how much of it the parser has to see.
 */
#include "tensor/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "base/le.h"
#include "tensor/parse.h"

/* Headers of pipes are taken in as they come, whatever they announce. */
#define HEAD_STEP 65536

_Static_assert(TENSOR_SIZE_UNKNOWN == INPUT_SIZE_UNKNOWN, "one unknown");

/*
 * The format of a file that begins with P[0..n), AUTO if it is none of ours;
 * what HINT says comes first, but does not make NPY of what is none.
 */
static enum tensor_format told_by(
	const unsigned char *p, size_t n, const struct tensor_hint *hint)
{
	enum tensor_format want = hint ? hint->format : TENSOR_FORMAT_AUTO;

	if (want == TENSOR_FORMAT_RAW)
		return want;
	if (want != TENSOR_FORMAT_SAFETENSORS && tensor_npy_is(p, n))
		return TENSOR_FORMAT_NPY;
	if (want != TENSOR_FORMAT_NPY && tensor_st_is(p, n))
		return TENSOR_FORMAT_SAFETENSORS;
	return TENSOR_FORMAT_AUTO;
}

size_t tensor_head_nbytes(const void *head, size_t n, uint64_t size,
	const struct tensor_hint *hint)
{
	switch (told_by(head, n, hint)) {
	case TENSOR_FORMAT_NPY: return tensor_npy_nbytes(head, n, size);
	case TENSOR_FORMAT_SAFETENSORS: return tensor_st_nbytes(head, n, size);
	case TENSOR_FORMAT_AUTO:
	case TENSOR_FORMAT_RAW: break;
	}
	return n;
}

/*
 * Read as plain numbers, a header would be taken for weights, and a foreign
 * file be pruned to pieces.
 */
static int raw_map(struct tensor_map *m, const struct tensor_head *h,
	const struct tensor_hint *hint, struct diag *d)
{
	const char *is = NULL;

	if (tensor_dtype_info[hint->dtype].is_float &&
		tensor_is_foreign(h->p, h->n))
		return tensor_refuse(h->p, h->n, "plain numbers", d);
	if (tensor_npy_is(h->p, h->n))
		is = "an NPY file";
	else if (tensor_st_is(h->p, h->n) && h->p[8] == '{' &&
		 le_load64(h->p) <= h->size - 8)
		is = "a safetensors file";
	if (is)
		return diag_set(d, DIAG_DATA,
			"%s; expected plain numbers, or no --raw", is);
	return tensor_raw_map(m, h->size, hint, d);
}

int tensor_parse(struct tensor_map *ret, const void *head, size_t nhead,
	uint64_t size, const struct tensor_hint *hint, struct diag *d)
{
	struct tensor_head h = {head, nhead, size};
	int r = -1;

	*ret = (struct tensor_map){0};
	ret->format = told_by(head, nhead, hint);
	switch (ret->format) {
	case TENSOR_FORMAT_NPY: r = tensor_npy_parse(ret, &h, d); break;
	case TENSOR_FORMAT_SAFETENSORS: r = tensor_st_parse(ret, &h, d); break;
	case TENSOR_FORMAT_RAW: r = raw_map(ret, &h, hint, d); break;
	case TENSOR_FORMAT_AUTO:
		tensor_refuse(h.p, h.n, hint ? hint->expected : NULL, d);
		break;
	}
	if (r)
		tensor_map_free(ret);
	return r;
}

/* Reads on until HEAD has N bytes or IN ends. */
static int read_head(
	struct input *in, struct buf *head, size_t n, struct diag *d)
{
	while (head->len < n) {
		size_t step = n - head->len;
		ssize_t got;

		if (step > HEAD_STEP)
			step = HEAD_STEP;
		if (buf_reserve(head, step))
			return diag_nomem(d, step);
		got = (ssize_t)step;
		if (!in->seekable)
			got = input_read(in, head->data + head->len, step, d);
		else if (input_pread(in, head->data + head->len, step,
				 head->len, d))
			return -1;
		if (got < 0)
			return -1;
		head->len += (size_t)got;
		if ((size_t)got < step)
			break;
	}
	return 0;
}

static size_t least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* Reads the header of IN into HEAD, which is empty, and parses it. */
static int map_head(struct tensor_map *ret, struct input *in, struct buf *head,
	const struct tensor_hint *hint, struct diag *d)
{
	uint64_t size = in->size;
	size_t n = least(size, TENSOR_PEEK);

	if (read_head(in, head, n, d))
		return -1;
	n = tensor_head_nbytes(head->data, head->len, size, hint);
	if (read_head(in, head, n, d))
		return -1;
	if (head->len < n)
		size = head->len; /* the pipe has ended */
	if (tensor_parse(ret, head->data, head->len, size, hint, d)) {
		diag_at(d, "%s", in->name);
		return -1;
	}
	return 0;
}

/* NPY files may go on: numpy reads array after array from one. */
static int remark_rest(struct tensor_map *m, struct input *in, struct diag *d)
{
	const struct tensor_span *s = &m->span[m->nspan - 1];
	unsigned char p[TENSOR_PEEK];
	size_t n = least(s->nbytes, sizeof(p));

	if (m->format != TENSOR_FORMAT_NPY || m->nspan < 3)
		return 0;
	if (input_pread(in, p, n, s->offset, d))
		return -1;
	snprintf(m->remark, sizeof(m->remark),
		"%llu bytes follow the array%s; they are left as they are",
		(unsigned long long)s->nbytes,
		tensor_npy_is(p, n) ? ", and are a second one" : "");
	return 0;
}

int tensor_map_input(struct tensor_map *ret, struct input *in,
	const struct tensor_hint *hint, struct diag *d)
{
	struct buf head = {0};
	int r = map_head(ret, in, &head, hint, d);

	buf_free(&head);
	if (r == 0 && remark_rest(ret, in, d)) {
		tensor_map_free(ret);
		return -1;
	}
	return r;
}

/* Where a map ends; what the spans of a pipe add up to. */
static uint64_t map_end(const struct tensor_map *m)
{
	const struct tensor_span *s = &m->span[m->nspan - 1];

	return s->offset + s->nbytes;
}

static int open_pipe(struct tensor_map *ret, struct input *in,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d)
{
	struct buf head = {0};
	int r = map_head(ret, in, &head, hint, d);

	if (r == 0) {
		uint64_t end = map_end(ret);

		tensor_map_free(ret);
		r = input_spool(in, head.data, head.len, end, tmpdir, d);
	}
	buf_free(&head);
	return r ? r : tensor_map_input(ret, in, hint, d);
}

int tensor_open(struct tensor_map *ret, struct input *in, const char *path,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d)
{
	int r;

	if (input_open(in, path, d))
		return -1;
	r = in->seekable ? tensor_map_input(ret, in, hint, d)
			 : open_pipe(ret, in, hint, tmpdir, d);
	if (r)
		input_close(in);
	return r;
}
