/* SPDX-License-Identifier: MIT */
/*
 * safetensors files: the length of a JSON header, the header, and the tensors
 * without holes or overlaps.  Checks what the reference implementation checks
 * (huggingface/safetensors 24b0b28, tensor.rs) and, beyond it, refuses
 * duplicate names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "format/format_impl.h"
#include "text/json.h"

#define HEADER_MAX 100000000
#define NAME_MAX_NBYTES 65536

/* The first character of the JSON; the reference lets blanks precede '{'. */
static bool begins_json(unsigned char c)
{
	return c == '{' || c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * A possible length and the beginning of an object, which blanks may precede.
 * An impossible length is still a header's, for its parser to complain of, if
 * a '{' follows and its bytes are no text.
 */
static bool st_is(const unsigned char *p, size_t n)
{
	bool text = true;
	uint64_t nheader;

	if (n < 10 || !begins_json(p[8]) || !p[9] ||
		!strchr(p[8] == '{' ? "\"} \t\r\n" : "{ \t\r\n", p[9]))
		return false;
	nheader = le_load64(p);
	for (size_t i = 0; i < 8; i++)
		text &= p[i] >= '\t' && p[i] < 0x7f;
	return nheader >= 2 &&
	       (nheader <= HEADER_MAX || (p[8] == '{' && !text));
}

static size_t st_nbytes(const unsigned char *p, size_t n, uint64_t size)
{
	uint64_t nheader;

	if (n < 8)
		return n;
	nheader = le_load64(p);
	if (nheader > HEADER_MAX || nheader + 8 > size || nheader + 8 < n)
		return n;
	return (size_t)nheader + 8;
}

/* The dtype of just that name; C128 is not of this format. */
static int parse_dtype(const char *name, enum tensor_dtype *ret)
{
	*ret = tensor_dtype_named(name, strlen(name));
	return *ret == TENSOR_OTHER || *ret == TENSOR_C128 ||
			       strcmp(tensor_dtype_info[*ret].name, name) != 0
		       ? -1
		       : 0;
}

static int parse_shape(struct tensor_span *s, uint64_t shape[TENSOR_NDIM_MAX],
	const struct json_value *v, struct diag *d)
{
	size_t ndim = json_length(v);

	if (ndim > TENSOR_NDIM_MAX)
		return diag_set(d, DIAG_DATA,
			"shape is not a list of at most %d integers",
			TENSOR_NDIM_MAX);
	for (size_t i = 0; i < ndim; i++)
		if (json_u64(json_element(v, i), &shape[i]))
			return diag_set(d, DIAG_DATA,
				"shape[%zu] is not a non-negative integer", i);
	s->ndim = (unsigned)ndim;
	s->shape = shape;
	return 0;
}

/* Offsets are relative to the end of the header here. */
static int parse_offsets(
	struct tensor_span *s, const struct json_value *v, struct diag *d)
{
	uint64_t begin, end;

	if (json_length(v) != 2 || json_u64(json_element(v, 0), &begin) ||
		json_u64(json_element(v, 1), &end) || begin > end)
		return diag_set(d, DIAG_DATA,
			"data_offsets is not [begin, end], begin <= end");
	s->offset = begin;
	s->nbytes = end - begin;
	return 0;
}

static int check_nbytes(
	const struct tensor_span *s, unsigned nbits, struct diag *d)
{
	uint64_t n, need;

	if (tensor_count(s->shape, s->ndim, &n) ||
		__builtin_mul_overflow(n, nbits, &need))
		return diag_set(
			d, DIAG_DATA, "the shape is larger than any file");
	if (need % 8)
		return diag_set(d, DIAG_DATA,
			"dtype and shape need %llu bits; expected whole bytes",
			(unsigned long long)need);
	if (need / 8 != s->nbytes)
		return diag_set(d, DIAG_DATA,
			"%llu bytes between the offsets; dtype and shape "
			"need %llu",
			(unsigned long long)s->nbytes,
			(unsigned long long)(need / 8));
	return 0;
}

static int parse_tensor(struct tensor_map *m, const char *name,
	const struct json_value *v, struct diag *d)
{
	const char *dtype = json_text(json_member(v, "dtype"));
	struct tensor_span s = {.name = name};
	uint64_t shape[TENSOR_NDIM_MAX];

	if (!dtype)
		return diag_set(d, DIAG_DATA, "no dtype");
	if (parse_dtype(dtype, &s.dtype))
		return diag_set(d, DIAG_DATA, "unknown dtype '%.40s'", dtype);
	if (parse_shape(&s, shape, json_member(v, "shape"), d) ||
		parse_offsets(&s, json_member(v, "data_offsets"), d) ||
		check_nbytes(&s, tensor_dtype_info[s.dtype].nbits, d))
		return -1;
	return tensor_add(m, &s, d);
}

/* The map that a header fills. */
struct filling {
	struct tensor_map *m;
	bool with_notes;
};

static int on_metadata(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const struct filling *f = ctx;
	const char *text = json_text(v);

	if (!text)
		return diag_set(d, DIAG_DATA,
			"__metadata__: '%.40s' is not a string", name);
	return f->with_notes ? tensor_add_note(f->m, name, strlen(name), text,
				       strlen(text), d)
			     : 0;
}

static int on_member(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	struct filling *f = ctx;

	if (strcmp(name, "__metadata__") == 0)
		return json_each(v, on_metadata, f, d);
	if (strlen(name) > NAME_MAX_NBYTES)
		return diag_set(d, DIAG_DATA,
			"a tensor's name has more than %d bytes",
			NAME_MAX_NBYTES);
	if (parse_tensor(f->m, name, v, d))
		return diag_at(d, "%.200s", name);
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct tensor_span *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	if (x->nbytes != y->nbytes)
		return x->nbytes < y->nbytes ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* No holes, no overlaps, and the last byte of the file is a tensor's. */
static int check_tiling(struct tensor_map *m, uint64_t size, struct diag *d)
{
	uint64_t at = 0;

	for (size_t i = 0; i < m->nspan; i++) {
		const struct tensor_span *s = &m->span[i];

		if (s->offset != at) {
			diag_set(d, DIAG_DATA,
				"begins at offset %llu; expected %llu",
				(unsigned long long)s->offset,
				(unsigned long long)at);
			return diag_at(d, "%.200s", s->name);
		}
		if (__builtin_add_overflow(at, s->nbytes, &at))
			return diag_set(d, DIAG_DATA, "offsets overflow");
	}
	if (size != INPUT_SIZE_UNKNOWN && at != size)
		return diag_set(d, DIAG_DATA,
			"%llu bytes of data; the header promises %llu",
			(unsigned long long)size, (unsigned long long)at);
	return 0;
}

/* Sorts, checks, makes offsets absolute and puts the header span in front. */
static int finish(
	struct tensor_map *m, uint64_t nhead, uint64_t size, struct diag *d)
{
	size_t last;
	struct tensor_span head;

	if (m->nspan)
		qsort(m->span, m->nspan, sizeof(m->span[0]), by_offset);
	if (check_tiling(m, size, d))
		return -1;
	for (size_t i = 0; i < m->nspan; i++)
		if (__builtin_add_overflow(
			    m->span[i].offset, nhead, &m->span[i].offset))
			return diag_set(d, DIAG_DATA, "offsets overflow");
	if (tensor_add_opaque(m, 0, nhead, d))
		return -1;
	last = m->nspan - 1;
	head = m->span[last];
	memmove(m->span + 1, m->span, last * sizeof(head));
	m->span[0] = head;
	return 0;
}

static int check_length(const struct format_head *h, struct diag *d)
{
	uint64_t nheader;

	if (h->n < 8)
		return diag_set(d, DIAG_DATA,
			"%zu bytes; too short for safetensors", h->n);
	nheader = le_load64(h->p);
	if (nheader > HEADER_MAX)
		return diag_set(d, DIAG_DATA,
			"safetensors header of %llu bytes; at most %d expected",
			(unsigned long long)nheader, HEADER_MAX);
	if (nheader + 8 > h->size || nheader + 8 > h->n)
		return diag_set(d, DIAG_DATA,
			"safetensors header of %llu bytes in a file of %llu",
			(unsigned long long)nheader,
			(unsigned long long)h->size);
	return 0;
}

/*
 * Of a header: its text, and the values and names it is parsed into; and what
 * is kept of a tensor, of which each has an object.  Measured with headers of
 * 70 to 400 bytes a tensor.
 */
static uint64_t st_memory(const unsigned char *p, size_t n)
{
	uint64_t nobject = 0;

	for (size_t i = 0; i < n; i++)
		nobject += p[i] == '{';
	return 3 * (uint64_t)n + 1024 * nobject;
}

static int st_parse(struct tensor_map *m, const struct format_head *h,
	const struct format_hint *hint, struct diag *d)
{
	uint64_t size = h->size;
	struct json_value *root;
	struct filling f = {m, hint && hint->with_notes};
	uint64_t nheader;
	int r;

	if (check_length(h, d))
		return -1;
	nheader = le_load64(h->p);
	if (json_parse(&root, h->p + 8, (size_t)nheader, d))
		return -1;
	r = json_each(root, on_member, &f, d);
	json_release(root);
	if (r)
		return -1;
	if (size != INPUT_SIZE_UNKNOWN)
		size -= nheader + 8;
	return finish(m, nheader + 8, size, d);
}

const struct format_kind format_safetensors = {
	.format = TENSOR_FORMAT_SAFETENSORS,
	.is = st_is,
	.nbytes = st_nbytes,
	.memory = st_memory,
	.parse = st_parse,
};
