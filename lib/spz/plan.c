/* SPDX-License-Identifier: MIT */
/* Cuts an input into pieces; see plan.h. */
#include "spz/plan.h"

#include <string.h>

#include "base/diag.h"

/* A header longer than this is not waited for. */
#define HEAD_MAX ((size_t)16 << 20)
/* Pieces given to one worker at once. */
#define PIECES_MAX 4096

/* Reads ahead until N bytes are there, or the end. */
static int read_head(struct spz_plan *p, size_t n, struct diag *d)
{
	const size_t step_max = 65536;

	while (p->head.len < n && !p->eof) {
		size_t step = n - p->head.len;
		ssize_t got;

		if (step > step_max)
			step = step_max;
		if (buf_reserve(&p->head, step))
			return diag_nomem(d, step);
		got = p->src->read(
			p->src->ctx, p->head.data + p->head.len, step, d);
		if (got < 0)
			return -1;
		p->head.len += (size_t)got;
		p->eof = (size_t)got < step;
	}
	return 0;
}

/*
 * Files that describe themselves are parsed as if from a pipe, so that one cut
 * short still shows its tensors, and a file and a pipe give the same bytes.
 */
static int parse(
	struct spz_plan *p, const struct spz_encode_opts *o, struct diag *d)
{
	const uint64_t unknown = TENSOR_SIZE_UNKNOWN;
	bool raw = o->hint && o->hint->format == TENSOR_FORMAT_RAW;
	struct diag doubt;
	size_t n;

	if (raw && tensor_parse(&p->map, NULL, 0, o->raw_size, o->hint, d)) {
		if (o->hint->ndim || d->class == DIAG_NOMEM)
			return -1;
		return tensor_parse(&p->map, NULL, 0, unknown, o->hint, d);
	}
	if (raw)
		return 0;
	if (read_head(p, TENSOR_PEEK, d))
		return -1;
	n = tensor_head_nbytes(p->head.data, p->head.len, unknown, o->hint);
	if (n > HEAD_MAX)
		return 0;
	if (read_head(p, n, d))
		return -1;
	if (p->head.len == 0 || p->head.len < n ||
		!tensor_parse(
			&p->map, p->head.data, n, unknown, o->hint, &doubt))
		return 0;
	/* What is no tensor file is opaque; what was not looked at is not. */
	memset(&p->map, 0, sizeof(p->map));
	if (doubt.class != DIAG_NOMEM)
		return 0;
	*d = doubt;
	return -1;
}

static void next_span(struct spz_plan *p)
{
	do {
		p->span =
			p->next < p->map.nspan ? &p->map.span[p->next++] : NULL;
		p->left = p->span ? p->span->nbytes : UINT64_MAX;
	} while (p->left == 0);
	p->begun = false;
}

int spz_plan_open(struct spz_plan *p, const struct spz_source *src,
	const struct spz_encode_opts *o, struct diag *d)
{
	*p = (struct spz_plan){.src = src};
	if (parse(p, o, d))
		return -1;
	next_span(p);
	return 0;
}

void spz_plan_close(struct spz_plan *p)
{
	tensor_map_free(&p->map);
	buf_free(&p->head);
}

/* Up to N bytes: first those read ahead, then from the source. */
static int take(struct spz_plan *p, struct buf *raw, size_t n, size_t *ret,
	struct diag *d)
{
	size_t got =
		p->head.len - p->head_at < n ? p->head.len - p->head_at : n;
	ssize_t more;

	if (buf_reserve(raw, n ? n : 1))
		return diag_nomem(d, n);
	if (got)
		memcpy(raw->data + raw->len, p->head.data + p->head_at, got);
	p->head_at += got;
	while (got < n && !p->eof) {
		more = p->src->read(
			p->src->ctx, raw->data + raw->len + got, n - got, d);
		if (more < 0)
			return -1;
		p->eof = (size_t)more < n - got;
		got += (size_t)more;
	}
	raw->len += got;
	*ret = got;
	return 0;
}

/* Bytes of whole rows, or elements where rows are long, in one chunk. */
static size_t chunk_nbytes(const struct tensor_span *s)
{
	uint64_t row, n = SPZ_CHUNK_NBYTES;
	size_t width = s ? tensor_dtype_info[s->dtype].nbytes : 0;

	if (width == 0 || s->ndim == 0)
		return SPZ_CHUNK_NBYTES;
	row = s->nbytes / s->shape[s->fortran ? s->ndim - 1 : 0];
	if (row > 0 && row <= n)
		n -= n % row;
	return (size_t)n;
}

int spz_plan_next(
	struct spz_plan *p, struct buf *raw, struct buf *pieces, struct diag *d)
{
	size_t npiece = 0;

	for (;;) {
		bool alone = p->begun || p->left > SPZ_CHUNK_NBYTES;
		size_t want = alone ? chunk_nbytes(p->span) : (size_t)p->left;
		struct spz_piece piece = {.span = p->span, .begins = !p->begun};

		if (want > p->left)
			want = (size_t)p->left;
		if (npiece && (alone || want > SPZ_CHUNK_NBYTES - raw->len ||
				      npiece == PIECES_MAX))
			return 1;
		if (take(p, raw, want, &piece.nbytes, d))
			return -1;
		p->begun = true;
		p->left -= p->span ? piece.nbytes : 0;
		piece.ends = p->left == 0 || piece.nbytes < want;
		if (piece.nbytes && buf_add(pieces, &piece, sizeof(piece)))
			return diag_nomem(d, sizeof(piece));
		npiece += piece.nbytes != 0;
		if (piece.nbytes < want)
			return npiece != 0;
		if (p->left == 0)
			next_span(p);
		if (alone)
			return 1;
	}
}
