/* SPDX-License-Identifier: MIT */
/*
 * How an input is cut: into the tensors of its container and what is between
 * them, each with the tensor of a base that it may be a difference from, and
 * these into what one worker packs at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bisect.h"
#include "base/diag.h"
#include "format/format.h"
#include "spz/spz_impl.h"

/* --- pairs --------------------------------------------------------------- */

/* A tensor of a base. */
struct partner {
	const struct tensor_span *span;
	size_t base; /* its index */
};

/* By name, then by base. */
static int by_name(const void *a, const void *b)
{
	const struct partner *x = a, *y = b;
	int order = strcmp(x->span->name, y->span->name);

	if (order || x->base == y->base)
		return order ? order
			     : (x->span > y->span) - (x->span < y->span);
	return x->base < y->base ? -1 : 1;
}

/* Fills PAIRS with the tensors of the bases; their maps are borrowed. */
static int init_pairs(struct buf *pairs, const struct spz_base *base,
	size_t nbase, struct diag *d)
{
	for (size_t i = 0; i < nbase; i++)
		for (size_t k = 0; base[i].map && k < base[i].map->nspan; k++) {
			struct partner e = {&base[i].map->span[k], i};

			if (tensor_dtype_info[e.span->dtype].nbytes == 0)
				continue;
			buf_add(pairs, &e, sizeof(e));
			if (buf_failed(pairs))
				return diag_nomem(d, pairs->len);
		}
	if (pairs->len)
		qsort(pairs->data, pairs->len / sizeof(struct partner),
			sizeof(struct partner), by_name);
	return 0;
}

static bool is_alike(const struct tensor_span *a, const struct tensor_span *b)
{
	return a->dtype == b->dtype && a->nbytes == b->nbytes &&
	       a->fortran == b->fortran && a->big_endian == b->big_endian &&
	       tensor_same_shape(a, b);
}

/*
 * The tensor that SPAN may be a difference from: of the same name, dtype, shape
 * and order, in the last base that has one, whose index is stored; or NULL.
 */
static const struct tensor_span *find_pair(
	const struct buf *pairs, const struct tensor_span *span, size_t *base)
{
	const struct partner *e = (const void *)pairs->data;
	struct bisect b = bisect(0, pairs->len / sizeof(*e));

	/* the end of those with names up to that of SPAN */
	while (bisect_next(&b))
		bisect_answer(&b, strcmp(e[b.mid].span->name, span->name) <= 0);
	while (b.lo-- && strcmp(e[b.lo].span->name, span->name) == 0)
		if (is_alike(e[b.lo].span, span)) {
			*base = e[b.lo].base;
			return e[b.lo].span;
		}
	return NULL;
}

/* --- pieces -------------------------------------------------------------- */

/* A header longer than this is not waited for. */
#define HEAD_MAX ((size_t)16 << 20)
/* So many members of a zip file are told apart. */
#define MEMBERS_MAX ((size_t)65536)
/* Pieces given to one worker at once. */
#define PIECES_MAX 4096

/* Reads ahead until N bytes are there, or the end. */
static int read_head(struct spz_plan *p, size_t n, struct diag *d)
{
	const size_t step_max = 65536;

	n += p->head_at;
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

/* Keeps M, which pieces point into, to the end. */
static int keep_map(struct spz_plan *p, struct tensor_map *m, struct diag *d)
{
	if (tensor_map_split(m, d) == 0) {
		buf_add(&p->maps, m, sizeof(*m));
		if (!buf_failed(&p->maps))
			return 0;
		diag_nomem(d, sizeof(*m));
	}
	tensor_map_free(m);
	return -1;
}

/* The map that is being cut; one without spans if there is none. */
static struct tensor_map last_map(const struct spz_plan *p)
{
	const struct tensor_map *m = (const void *)p->maps.data;
	size_t n = p->maps.len / sizeof(*m);

	if (p->given)
		return *p->given;
	return n ? m[n - 1] : (struct tensor_map){0};
}

/* Plain numbers, as the hint of O says. */
static int parse_raw(
	struct spz_plan *p, const struct spz_encode_opts *o, struct diag *d)
{
	struct tensor_map m;

	if (format_parse(&m, NULL, 0, o->raw_size, o->hint, d)) {
		if (o->hint->ndim || d->class == DIAG_NOMEM ||
			format_parse(
				&m, NULL, 0, INPUT_SIZE_UNKNOWN, o->hint, d))
			return -1;
	}
	return keep_map(p, &m, d);
}

/*
 * Files that describe themselves are parsed as if from a pipe, so that one cut
 * short still shows its tensors, and a file and a pipe give the same bytes.
 */
static int parse(
	struct spz_plan *p, const struct spz_encode_opts *o, struct diag *d)
{
	const uint64_t unknown = INPUT_SIZE_UNKNOWN;
	struct tensor_map m;
	struct diag doubt;
	size_t n, want = FORMAT_PEEK;

	p->given = o->map;
	if (o->map)
		return tensor_map_split(o->map, d);
	if (o->hint && o->hint->format == TENSOR_FORMAT_RAW)
		return parse_raw(p, o, d);
	do {
		n = want;
		if (read_head(p, n, d))
			return -1;
		p->is_zip = format_zip_is(p->head.data, p->head.len);
		if (p->is_zip)
			return 0;
		want = format_head_nbytes(
			p->head.data, p->head.len, unknown, o->hint);
		if (want > HEAD_MAX)
			return 0;
	} while (want > n && p->head.len == n);
	if (p->head.len == 0 || p->head.len < want)
		return 0;
	n = p->head.len < n ? p->head.len : n;
	if (format_parse(&m, p->head.data, n, unknown, o->hint, &doubt) == 0)
		return keep_map(p, &m, d);
	/* What is no tensor file is opaque; what was not looked at is not. */
	if (doubt.class != DIAG_NOMEM)
		return 0;
	*d = doubt;
	return -1;
}

/* Bytes that were read ahead and are still to come. */
static const char *ahead(const struct spz_plan *p, size_t *n)
{
	*n = p->head.len - p->head_at;
	return p->head.data + p->head_at;
}

/* Goes to the next member of a zip file, if there is one. */
static int next_member(struct spz_plan *p, struct diag *d)
{
	struct tensor_map m;
	const char *at;
	size_t n;
	int more;

	if (p->head_at == p->head.len)
		p->head_at = p->head.len = 0;
	/* first its own header, then that of what is in it */
	for (size_t want = FORMAT_PEEK, had = 0; want > had;) {
		had = want;
		if (read_head(p, want, d))
			return -1;
		at = ahead(p, &n);
		if (n == had)
			want = format_zip_nbytes(at, n);
	}
	at = ahead(p, &n);
	more = format_zip_member(&m, at, n, d);
	if (more > 0 && keep_map(p, &m, d))
		return -1;
	/* what follows is opaque */
	p->is_zip = more > 0 && p->maps.len < MEMBERS_MAX * sizeof(m);
	p->next = more > 0 ? 0 : SIZE_MAX;
	return more < 0 ? -1 : 0;
}

/* Finds what SPAN is a difference from, and numbers its base. */
static int pair_of(struct spz_plan *p, const struct tensor_span *span,
	struct spz_pair *ret, struct diag *d)
{
	const struct tensor_span *s = NULL;
	uint32_t *number = (void *)p->number.data;
	size_t base;

	if (span && p->pairs.len)
		s = find_pair(&p->pairs, span, &base);
	*ret = (struct spz_pair){NULL, 0, 0};
	if (!s)
		return 0;
	if (!number[base]) {
		size_t n = p->order.len / sizeof(base);

		if (n == SPZ_NBASE_MAX)
			return 0;
		buf_add(&p->order, &base, sizeof(base));
		if (buf_failed(&p->order))
			return diag_nomem(d, sizeof(base));
		number[base] = (uint32_t)n + 1;
	}
	*ret = (struct spz_pair){&p->bases[base], number[base] - 1, s->offset};
	return 0;
}

/*
 * Numbers the bases of all tensors that are known, so that the file begins with
 * them: who reads it learns what it needs before anything else.
 */
static int number_bases(struct spz_plan *p, struct diag *d)
{
	const struct tensor_map m = last_map(p);
	struct spz_pair pair;

	for (size_t i = 0; i < m.nspan; i++)
		if (pair_of(p, &m.span[i], &pair, d))
			return -1;
	return 0;
}

static int next_span(struct spz_plan *p, struct diag *d)
{
	do {
		struct tensor_map m = last_map(p);

		if (p->is_zip && p->next >= m.nspan) {
			if (next_member(p, d))
				return -1;
			m = last_map(p);
		}
		p->span = p->next < m.nspan ? &m.span[p->next++] : NULL;
		p->left = p->span ? p->span->nbytes : UINT64_MAX;
	} while (p->left == 0);
	p->begun = false;
	if (pair_of(p, p->span, &p->pair, d))
		return -1;
	p->npair += p->pair.base != NULL;
	return 0;
}

/* What the shape in H needs, if there is one. */
static uint64_t given_nbytes(
	const struct spz_plan *p, const struct format_hint *h)
{
	const struct tensor_map m = last_map(p);

	if (!h || h->format != TENSOR_FORMAT_RAW || !h->ndim)
		return UINT64_MAX;
	return m.nspan ? m.span[0].nbytes : 0;
}

int spz_plan_open(struct spz_plan *p, const struct spz_source *src,
	const struct spz_encode_opts *o, struct diag *d)
{
	uint32_t none = 0;

	*p = (struct spz_plan){.src = src, .bases = o->base};
	for (size_t i = 0; i < o->nbase; i++)
		buf_add(&p->number, &none, sizeof(none));
	if (buf_failed(&p->number))
		return diag_nomem(d, p->number.len);
	if (init_pairs(&p->pairs, o->base, o->nbase, d))
		return -1;
	if (parse(p, o, d) || number_bases(p, d) || next_span(p, d))
		return -1;
	p->given_nbytes = given_nbytes(p, o->hint);
	return 0;
}

void spz_plan_close(struct spz_plan *p)
{
	struct tensor_map *m = (void *)p->maps.data;

	for (size_t n = p->maps.len / sizeof(*m); n--;)
		tensor_map_free(&m[n]);
	buf_free(&p->maps);
	buf_free(&p->head);
	buf_free(&p->pairs);
	buf_free(&p->number);
	buf_free(&p->order);
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
		struct spz_piece piece = {
			.span = p->span, .begins = !p->begun, .pair = p->pair};

		if (want > p->left)
			want = (size_t)p->left;
		if (npiece && (alone || want > SPZ_CHUNK_NBYTES - raw->len ||
				      npiece == PIECES_MAX))
			return 1;
		piece.pair.offset += p->span ? p->span->nbytes - p->left : 0;
		if (take(p, raw, want, &piece.nbytes, d))
			return -1;
		p->begun = true;
		p->left -= p->span ? piece.nbytes : 0;
		piece.ends = p->left == 0 || piece.nbytes < want;
		if (piece.nbytes)
			buf_add(pieces, &piece, sizeof(piece));
		if (buf_failed(pieces))
			return diag_nomem(d, sizeof(piece));
		npiece += piece.nbytes != 0;
		if (piece.nbytes < want)
			return npiece != 0;
		if (p->left == 0 && next_span(p, d))
			return -1;
		if (alone)
			return 1;
	}
}
