/* SPDX-License-Identifier: MIT */
/*
 * The list of spans and the table of dtypes, which all formats build on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "tensor/tensor.h"

const struct tensor_dtype_info tensor_dtype_info[TENSOR_NDTYPE] = {
	[TENSOR_OPAQUE] = {"", 0, 0, false},
	[TENSOR_BOOL] = {"BOOL", 1, 8, false},
	[TENSOR_U8] = {"U8", 1, 8, false},
	[TENSOR_I8] = {"I8", 1, 8, false},
	[TENSOR_U16] = {"U16", 2, 16, false},
	[TENSOR_I16] = {"I16", 2, 16, false},
	[TENSOR_U32] = {"U32", 4, 32, false},
	[TENSOR_I32] = {"I32", 4, 32, false},
	[TENSOR_U64] = {"U64", 8, 64, false},
	[TENSOR_I64] = {"I64", 8, 64, false},
	[TENSOR_F8_E4M3] = {"F8_E4M3", 1, 8, true},
	[TENSOR_F8_E5M2] = {"F8_E5M2", 1, 8, true},
	[TENSOR_F8_E4M3FNUZ] = {"F8_E4M3FNUZ", 1, 8, true},
	[TENSOR_F8_E5M2FNUZ] = {"F8_E5M2FNUZ", 1, 8, true},
	[TENSOR_F16] = {"F16", 2, 16, true},
	[TENSOR_BF16] = {"BF16", 2, 16, true},
	[TENSOR_F32] = {"F32", 4, 32, true},
	[TENSOR_F64] = {"F64", 8, 64, true},
	[TENSOR_F8_E8M0] = {"F8_E8M0", 0, 8, false},
	[TENSOR_F6_E2M3] = {"F6_E2M3", 0, 6, false},
	[TENSOR_F6_E3M2] = {"F6_E3M2", 0, 6, false},
	[TENSOR_F4] = {"F4", 0, 4, false},
	[TENSOR_C64] = {"C64", 0, 64, false},
	[TENSOR_C128] = {"C128", 0, 128, false},
	[TENSOR_OTHER] = {"OTHER", 0, 0, false},
};

const char *const tensor_format_name[TENSOR_NFORMAT] = {
	[TENSOR_FORMAT_AUTO] = "unknown",
	[TENSOR_FORMAT_RAW] = "raw",
	[TENSOR_FORMAT_NPY] = "NPY",
	[TENSOR_FORMAT_SAFETENSORS] = "safetensors",
	[TENSOR_FORMAT_NPZ] = "NPZ",
	[TENSOR_FORMAT_TORCH] = "PyTorch",
	[TENSOR_FORMAT_GGUF] = "GGUF",
	[TENSOR_FORMAT_ONNX] = "ONNX",
	[TENSOR_FORMAT_CHECKPOINT] = "TensorFlow",
};

bool tensor_is_array(enum tensor_format format)
{
	return format == TENSOR_FORMAT_RAW || format == TENSOR_FORMAT_NPY;
}

bool tensor_same_shape(const struct tensor_span *a, const struct tensor_span *b)
{
	return a->ndim == b->ndim &&
	       (a->ndim == 0 || memcmp(a->shape, b->shape,
					a->ndim * sizeof(*a->shape)) == 0);
}

size_t tensor_number_nbytes(const struct tensor_span *s, size_t width)
{
	if (s->dtype == TENSOR_C64 || s->dtype == TENSOR_C128)
		return width / 2;
	return s->part_nbytes && width % s->part_nbytes == 0 ? s->part_nbytes
							     : width;
}

const char *tensor_dtype_name(const struct tensor_span *s)
{
	return s->type ? s->type : tensor_dtype_info[s->dtype].name;
}

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

struct tensor_shape_text tensor_shape_text(const uint64_t *shape, unsigned ndim)
{
	struct tensor_shape_text ret = {""};
	size_t n = 0;

	for (unsigned i = 0; i < ndim; i++)
		n += (size_t)snprintf(ret.text + n, sizeof(ret.text) - n,
			"%s%llu", i ? "x" : "", (unsigned long long)shape[i]);
	return ret;
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

void tensor_take_texts(struct tensor_map *m, struct tensor_map *from)
{
	struct block *last = from->owned;

	if (from->nnote) {
		m->note = from->note;
		m->nnote = from->nnote;
		from->note = NULL;
		from->nnote = 0;
	}
	while (last && last->next)
		last = last->next;
	if (!last)
		return;
	last->next = m->owned;
	m->owned = from->owned;
	from->owned = NULL;
}

void tensor_map_free(struct tensor_map *m)
{
	for (struct block *b = m->owned, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(m->span);
	free(m->seal);
	free(m->note);
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

int tensor_add_shared(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d)
{
	return array_push(&m->span, &m->nspan, span, sizeof(*span), d);
}

int tensor_add(
	struct tensor_map *m, const struct tensor_span *span, struct diag *d)
{
	size_t shape_nbytes = span->ndim * sizeof(uint64_t);
	size_t name_nbytes = strlen(span->name) + 1;
	size_t type_nbytes = span->type ? strlen(span->type) + 1 : 0;
	struct tensor_span s = *span;
	char *mem;

	if (tensor_count(span->shape, span->ndim, &s.n))
		return diag_set(d, DIAG_DATA,
			"the shape has more elements than 2^64; too many");
	mem = map_alloc(m, shape_nbytes + name_nbytes + type_nbytes);
	if (!mem)
		return diag_nomem(d, shape_nbytes + name_nbytes);
	if (shape_nbytes)
		memcpy(mem, span->shape, shape_nbytes);
	memcpy(mem + shape_nbytes, span->name, name_nbytes);
	s.shape = (const uint64_t *)(const void *)mem;
	s.name = mem + shape_nbytes;
	if (type_nbytes) {
		s.type = mem + shape_nbytes + name_nbytes;
		memcpy(mem + shape_nbytes + name_nbytes, span->type,
			type_nbytes);
	}
	return tensor_add_shared(m, &s, d);
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

int tensor_add_seal(
	struct tensor_map *m, const struct tensor_seal *seal, struct diag *d)
{
	return array_push(&m->seal, &m->nseal, seal, sizeof(*seal), d);
}

/* --- elements that are coded ---------------------------------------------- */

/* What the elements of a dtype are that coders do not have. */
static const struct part {
	enum tensor_dtype dtype; /* OPAQUE: nothing better is known */
	unsigned n;              /* so many in a row */
} parts[TENSOR_NDTYPE] = {
	[TENSOR_C64] = {TENSOR_F32, 2},
	[TENSOR_C128] = {TENSOR_F64, 2},
	[TENSOR_F8_E8M0] = {TENSOR_U8, 1},
	[TENSOR_F8_E4M3FNUZ] = {TENSOR_U8, 1},
	[TENSOR_F8_E5M2FNUZ] = {TENSOR_U8, 1},
};

/* S anew, with another dtype, and a shape that the map owns. */
static int reshape(struct tensor_map *m, struct tensor_span *s,
	enum tensor_dtype dtype, const uint64_t *shape, unsigned ndim,
	struct diag *d)
{
	uint64_t *mem = map_alloc(m, ndim * sizeof(*shape));

	if (!mem)
		return diag_nomem(d, ndim * sizeof(*shape));
	memcpy(mem, shape, ndim * sizeof(*shape));
	s->dtype = dtype;
	s->type = NULL;
	s->block_nbytes = 0;
	s->shape = mem;
	s->ndim = ndim;
	return tensor_count(mem, ndim, &s->n);
}

static int split(struct tensor_map *m, struct tensor_span *s, struct diag *d)
{
	uint64_t shape[TENSOR_NDIM_MAX + 1];
	const struct part *p = &parts[s->dtype];
	unsigned ndim = s->ndim;

	/* Blocks and nibbles: a row of bytes each. */
	if (p->dtype == TENSOR_OPAQUE) {
		shape[0] = s->block_nbytes > 1 ? s->nbytes / s->block_nbytes
					       : s->nbytes;
		shape[1] = s->block_nbytes;
		return reshape(
			m, s, TENSOR_U8, shape, s->block_nbytes > 1 ? 2 : 1, d);
	}
	/* The parts of an element are neighbours in either order. */
	memcpy(shape + s->fortran, s->shape, ndim * sizeof(*shape));
	if (p->n > 1)
		shape[s->fortran ? 0 : ndim++] = p->n;
	if (p->n > 1 && s->fortran)
		ndim++;
	return reshape(
		m, s, p->dtype, p->n > 1 ? shape : shape + s->fortran, ndim, d);
}

int tensor_map_split(struct tensor_map *m, struct diag *d)
{
	for (size_t i = 0; i < m->nspan; i++) {
		struct tensor_span *s = &m->span[i];
		const struct tensor_dtype_info *info =
			&tensor_dtype_info[s->dtype];
		bool in_parts = parts[s->dtype].dtype != TENSOR_OPAQUE;

		if (s->dtype == TENSOR_OPAQUE || (info->nbytes && !in_parts) ||
			(!in_parts && !info->nbits && !s->block_nbytes) ||
			s->nbytes == 0 || s->ndim >= TENSOR_NDIM_MAX)
			continue;
		if (split(m, s, d))
			return -1;
	}
	return 0;
}

/* P[0..N) as a text of M's, without NULs; NULL for no memory. */
static const char *copy_text(struct tensor_map *m, const char *p, size_t n)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t nnul = 0, at = 0;
	char *ret;

	for (size_t i = 0; i < n; i++)
		nnul += p[i] == '\0';
	ret = map_alloc(m, n + 2 * nnul + 1);
	for (size_t i = 0; ret && i < n; i++) {
		if (p[i]) {
			ret[at++] = p[i];
			continue;
		}
		memcpy(ret + at, replacement, 3);
		at += 3;
	}
	if (ret)
		ret[at] = '\0';
	return ret;
}

int tensor_add_note(struct tensor_map *m, const char *key, size_t nkey,
	const char *value, size_t nvalue, struct diag *d)
{
	struct tensor_note note;

	note.key = copy_text(m, key, nkey);
	note.value = note.key ? copy_text(m, value, nvalue) : NULL;
	if (!note.value)
		return diag_nomem(d, nkey + nvalue);
	return array_push(&m->note, &m->nnote, &note, sizeof(note), d);
}
