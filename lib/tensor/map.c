/* SPDX-License-Identifier: MIT */
/*
 * The list of spans and the table of dtypes, which all formats build on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
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
