/* SPDX-License-Identifier: MIT */
/*
 * The list of spans, the table of dtypes, and which parser a file goes to.
 */
#include "tensor/tensor.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "base/le.h"
#include "tensor/parse.h"

const struct tensor_dtype_info tensor_dtype_info[TENSOR_NDTYPE] = {
	[TENSOR_OPAQUE] = {"", 0, false},
	[TENSOR_BOOL] = {"BOOL", 1, false},
	[TENSOR_U8] = {"U8", 1, false},
	[TENSOR_I8] = {"I8", 1, false},
	[TENSOR_U16] = {"U16", 2, false},
	[TENSOR_I16] = {"I16", 2, false},
	[TENSOR_U32] = {"U32", 4, false},
	[TENSOR_I32] = {"I32", 4, false},
	[TENSOR_U64] = {"U64", 8, false},
	[TENSOR_I64] = {"I64", 8, false},
	[TENSOR_F8_E4M3] = {"F8_E4M3", 1, true},
	[TENSOR_F8_E5M2] = {"F8_E5M2", 1, true},
	[TENSOR_F16] = {"F16", 2, true},
	[TENSOR_BF16] = {"BF16", 2, true},
	[TENSOR_F32] = {"F32", 4, true},
	[TENSOR_F64] = {"F64", 8, true},
	[TENSOR_OTHER] = {"OTHER", 0, false},
};

static bool same_word(const char *name, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (name[i] == '\0' || name[i] != c)
			return false;
	}
	return name[n] == '\0';
}

enum tensor_dtype tensor_dtype_named(const char *name, size_t n)
{
	for (int i = TENSOR_BOOL; i < TENSOR_OTHER; i++)
		if (same_word(tensor_dtype_info[i].name, name, n))
			return (enum tensor_dtype)i;
	return TENSOR_OTHER;
}

int tensor_shape_add(struct buf *b, const uint64_t *shape, unsigned ndim)
{
	int bad = 0;

	for (unsigned i = 0; i < ndim && !bad; i++)
		bad = buf_printf(b, "%s%llu", i ? "x" : "",
			(unsigned long long)shape[i]);
	return bad;
}

/* One allocation of a map; they are chained so that freeing finds all. */
struct block {
	struct block *next;
	uint64_t mem[];
};

/* Memory that lives as long as the map; NULL if there is none. */
static void *map_alloc(struct tensor_map *m, size_t n)
{
	struct block *b = malloc(sizeof(*b) + n);

	if (!b)
		return NULL;
	b->next = m->owned;
	m->owned = b;
	return b->mem;
}

void tensor_map_free(struct tensor_map *m)
{
	for (struct block *b = m->owned, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(m->span);
	*m = (struct tensor_map){0};
}

int tensor_count(const uint64_t *shape, unsigned ndim, uint64_t *ret)
{
	uint64_t n = 1;

	/* A zero makes the product zero however large the others are. */
	for (unsigned i = 0; i < ndim; i++)
		if (shape[i] == 0) {
			*ret = 0;
			return 0;
		}
	for (unsigned i = 0; i < ndim; i++)
		if (__builtin_mul_overflow(n, shape[i], &n))
			return -1;
	*ret = n;
	return 0;
}

static int grow(struct tensor_map *m, struct diag *d)
{
	size_t cap;
	struct tensor_span *span;

	/* The capacity is the power of two at or above nspan. */
	if (m->nspan & (m->nspan - 1))
		return 0;
	cap = m->nspan ? 2 * m->nspan : 1;
	span = realloc(m->span, cap * sizeof(*span));
	if (!span)
		return diag_nomem(d, cap * sizeof(*span));
	m->span = span;
	return 0;
}

int tensor_add(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d)
{
	size_t shape_nbytes = span->ndim * sizeof(uint64_t);
	size_t name_nbytes = strlen(span->name) + 1;
	struct tensor_span s = *span;
	char *mem;

	if (tensor_count(span->shape, span->ndim, &s.n))
		return diag_set(d, DIAG_DATA,
			"the shape has more elements than 2^64; too many");
	if (grow(m, d))
		return -1;
	mem = map_alloc(m, shape_nbytes + name_nbytes);
	if (!mem)
		return diag_nomem(d, shape_nbytes + name_nbytes);
	if (shape_nbytes)
		memcpy(mem, span->shape, shape_nbytes);
	memcpy(mem + shape_nbytes, span->name, name_nbytes);
	s.shape = (const uint64_t *)(const void *)mem;
	s.name = mem + shape_nbytes;
	m->span[m->nspan++] = s;
	return 0;
}

int tensor_add_opaque(
	struct tensor_map *m, uint64_t offset, uint64_t nbytes, struct diag *d)
{
	struct tensor_span s = {
		.offset = offset,
		.nbytes = nbytes,
		.dtype = TENSOR_OPAQUE,
		.name = "",
	};

	if (nbytes == 0)
		return 0;
	if (tensor_add(m, &s, d))
		return -1;
	m->span[m->nspan - 1].n = 0;
	return 0;
}

static enum tensor_format told_by(
	const unsigned char *p, size_t n, const struct tensor_hint *hint)
{
	if (hint && hint->format != TENSOR_FORMAT_AUTO)
		return hint->format;
	if (tensor_npy_is(p, n))
		return TENSOR_FORMAT_NPY;
	if (tensor_st_is(p, n))
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

/* A file that says what it is, and is none of ours. */
static int refuse(const unsigned char *p, size_t n, struct diag *d)
{
	static const struct {
		const char *magic, *what;
	} foreign[] = {
		{"PK\3\4", "a zip file; expected NPY or safetensors (unzip "
			   "takes arrays out of an npz)"},
		{"\x89HDF", "an HDF5 file; expected NPY or safetensors (h5dump "
			    "takes arrays out)"},
		{"GGUF", "a GGUF file; expected NPY or safetensors"},
	};

	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (n >= 4 && memcmp(p, foreign[i].magic, 4) == 0)
			return diag_set(d, DIAG_DATA, "%s", foreign[i].what);
	return diag_set(d, DIAG_DATA,
		n == 0 ? "an empty file; expected weights"
		       : "neither NPY nor safetensors; for plain numbers say "
			 "--raw DTYPE");
}

/*
 * Read as plain numbers, a header would be taken for weights.  The first eight
 * bytes of numbers that happen to be followed by '{' are no length.
 */
static int raw_map(struct tensor_map *m, const struct tensor_head *h,
	const struct tensor_hint *hint, struct diag *d)
{
	const char *is = NULL;

	if (tensor_npy_is(h->p, h->n))
		is = "an NPY";
	else if (h->n > 9 && h->p[8] == '{' && h->p[9] &&
		 strchr("\"} \t\r\n", h->p[9]) && le_load64(h->p) >= 2 &&
		 le_load64(h->p) <= h->size - 8)
		is = "a safetensors";
	if (is)
		return diag_set(d, DIAG_DATA,
			"%s file; expected plain numbers, or no --raw", is);
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
	case TENSOR_FORMAT_AUTO: refuse(h.p, h.n, d); break;
	}
	if (r)
		tensor_map_free(ret);
	return r;
}

int tensor_map_input(struct tensor_map *ret, struct input *in,
	const struct tensor_hint *hint, struct diag *d)
{
	size_t n = in->size < TENSOR_PEEK ? (size_t)in->size : TENSOR_PEEK;
	unsigned char peek[TENSOR_PEEK] = {0}, *head;
	int r = -1;

	if (input_pread(in, peek, n, 0, d))
		return -1;
	n = tensor_head_nbytes(peek, n, in->size, hint);
	head = malloc(n + 1);
	if (!head)
		return diag_nomem(d, n);
	if (input_pread(in, head, n, 0, d))
		goto out;
	r = tensor_parse(ret, head, n, in->size, hint, d);
	if (r)
		diag_at(d, "%s", in->name);
out:
	free(head);
	return r;
}

int tensor_open(struct tensor_map *ret, struct input *in, const char *path,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d)
{
	if (input_open(in, path, d))
		return -1;
	if (input_spool(in, tmpdir, d) || tensor_map_input(ret, in, hint, d)) {
		input_close(in);
		return -1;
	}
	return 0;
}
