/* SPDX-License-Identifier: MIT */
/* Masks in files, writing; see mask.h for the layout. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/output.h"
#include "prune/kernel.h"
#include "prune/mask.h"

static uint64_t mask_nbytes(uint64_t n)
{
	return n / 8 + (n % 8 != 0);
}

/* S as a JSON string; it is UTF-8 already. */
static int add_json_string(struct buf *b, const char *prefix, const char *s)
{
	int bad = buf_printf(b, "\"%s", prefix);

	for (; *s && !bad; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			bad = buf_printf(b, "\\%c", c);
		else if (c < 0x20)
			bad = buf_printf(b, "\\u%04x", c);
		else
			bad = buf_addc(b, (char)c);
	}
	return bad ? -1 : buf_addc(b, '"');
}

/* The original shape, for people and other readers: "64,3,3,3". */
static int add_shape(struct buf *b, const struct tensor_span *s)
{
	int bad = buf_addc(b, ',') || add_json_string(b, "shape:", s->name) ||
		  buf_adds(b, ":\"");

	for (unsigned i = 0; i < s->ndim && !bad; i++)
		bad = buf_printf(b, "%s%llu", i ? "," : "",
			(unsigned long long)s->shape[i]);
	return bad ? -1 : buf_addc(b, '"');
}

static int add_entry(
	struct buf *b, const struct tensor_span *s, uint64_t *offset)
{
	uint64_t n = mask_nbytes(s->n);
	int bad = buf_addc(b, ',') || add_json_string(b, "", s->name) ||
		  buf_printf(b,
			  ":{\"dtype\":\"U8\",\"shape\":[%llu],"
			  "\"data_offsets\":[%llu,%llu]}",
			  (unsigned long long)n, (unsigned long long)*offset,
			  (unsigned long long)(*offset + n));

	*offset += n;
	return bad ? -1 : 0;
}

static int add_header(
	struct buf *b, const struct tensor_span *const *span, size_t n)
{
	uint64_t offset = 0;
	int bad = buf_add(b, "\0\0\0\0\0\0\0\0", 8) ||
		  buf_adds(b, "{\"__metadata__\":{\"trimtab.mask\":"
			      "\"bits lsb-first 1=keep\"");

	for (size_t i = 0; i < n && !bad; i++)
		bad = add_shape(b, span[i]);
	bad = bad || buf_addc(b, '}');
	for (size_t i = 0; i < n && !bad; i++)
		bad = add_entry(b, span[i], &offset);
	bad = bad || buf_addc(b, '}');
	while (!bad && b->len % 8)
		bad = buf_addc(b, ' ');
	if (bad)
		return -1;
	le_store64(b->data, b->len - 8);
	return 0;
}

static int alloc_whole(struct prune_mask_writer *w,
	const struct tensor_span *const *span, size_t n, struct diag *d)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t nbytes = mask_nbytes(span[i]->n);

		if (!span[i]->fortran)
			continue;
		if (nbytes > PRUNE_MASK_WHOLE_MAX)
			return diag_set(d, DIAG_DATA,
				"a tensor in Fortran order with a mask of "
				"%llu bytes; at most %llu",
				(unsigned long long)nbytes,
				(unsigned long long)PRUNE_MASK_WHOLE_MAX);
		free(w->whole);
		w->whole = calloc((size_t)nbytes + 1, 1);
		if (!w->whole)
			return diag_nomem(d, nbytes);
	}
	return 0;
}

int prune_mask_begin(struct prune_mask_writer *w, struct output *out,
	const struct tensor_span *const *span, size_t n, struct diag *d)
{
	struct buf b = {0};
	int ret;

	*w = (struct prune_mask_writer){.out = out};
	if (alloc_whole(w, span, n, d))
		return -1;
	if (add_header(&b, span, n))
		ret = diag_nomem(d, b.len);
	else
		ret = output_write(out, b.data, b.len, d);
	buf_free(&b);
	return ret;
}

int prune_mask_put(struct prune_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	if (!s->fortran)
		return output_write(w->out, bits, (n + 7) / 8, d);
	for (size_t i = 0; i < n; i++) {
		uint64_t c = prune_c_index(s, first + i);
		if (prune_bit(bits, i))
			w->whole[c / 8] |= (uint8_t)(1u << (c % 8));
	}
	if (first + n < s->n)
		return 0;
	return output_write(w->out, w->whole, (size_t)mask_nbytes(s->n), d);
}

void prune_mask_end(struct prune_mask_writer *w)
{
	free(w->whole);
	w->whole = NULL;
}
