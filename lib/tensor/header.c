/* SPDX-License-Identifier: MIT */
/* The headers of files that are written: safetensors and NPY. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "tensor/tensor.h"
#include "text/json.h"
#include "text/npy.h"

/* --- safetensors ---------------------------------------------------------- */

/* PREFIX and S as one JSON string; they are UTF-8 already. */
static void add_string(struct buf *b, const char *prefix, const char *s)
{
	buf_printf(b, "\"%s", prefix);
	if (s)
		json_add_chars(b, s, strlen(s));
	buf_addc(b, '"');
}

void tensor_header_begin(struct tensor_header *h)
{
	buf_add(h->b, "\0\0\0\0\0\0\0\0", 8);
	buf_addc(h->b, '{');
}

void tensor_header_meta(struct tensor_header *h, const char *prefix,
	const char *key, const char *value)
{
	buf_adds(h->b, h->in_meta ? "," : "\"__metadata__\":{");
	h->in_meta = true;
	add_string(h->b, prefix, key);
	buf_addc(h->b, ':');
	add_string(h->b, "", value);
}

static int keep_meta(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const char *text = json_text(v);

	(void)d;
	if (text)
		tensor_header_meta(ctx, "", name, text);
	return 0;
}

int tensor_header_keep_meta(
	struct tensor_header *h, const struct input *in, struct diag *d)
{
	unsigned char head[8] = {0};
	struct json_value *root;
	const struct json_value *meta;
	size_t n;
	char *p;
	int ret;

	if (input_pread(in, head, sizeof(head), 0, d))
		return -1;
	n = le_load64(head) < TENSOR_HEAD_MAX ? (size_t)le_load64(head) : 0;
	p = malloc(n + 1);
	if (!p)
		return diag_nomem(d, n);
	ret = input_pread(in, p, n, sizeof(head), d) ||
	      json_parse(&root, p, n, d);
	free(p);
	if (ret)
		return -1;
	meta = json_member(root, "__metadata__");
	ret = meta ? json_each(meta, keep_meta, h, d) : 0;
	json_release(root);
	return ret;
}

static void begin_member(struct tensor_header *h)
{
	if (h->in_meta)
		buf_addc(h->b, '}');
	if (h->in_meta || h->offset || h->has_tensor)
		buf_addc(h->b, ',');
	h->in_meta = false;
	h->has_tensor = true;
}

void tensor_header_tensor(struct tensor_header *h, const char *name,
	const char *dtype, const uint64_t *shape, unsigned ndim,
	uint64_t nbytes)
{
	begin_member(h);
	add_string(h->b, "", name);
	buf_printf(h->b, ":{\"dtype\":\"%s\",\"shape\":[", dtype);

	for (unsigned i = 0; i < ndim; i++)
		buf_printf(h->b, "%s%llu", i ? "," : "",
			(unsigned long long)shape[i]);
	buf_printf(h->b, "],\"data_offsets\":[%llu,%llu]}",
		(unsigned long long)h->offset,
		(unsigned long long)(h->offset + nbytes));
	h->offset += nbytes;
}

void tensor_header_end(struct tensor_header *h)
{
	buf_adds(h->b, h->in_meta ? "}}" : "}");
	buf_printf(h->b, "%*s", (int)(-h->b->len & 7), "");
	if (!buf_failed(h->b))
		le_store64(h->b->data, h->b->len - 8);
}

/* --- NPY ------------------------------------------------------------------ */

int tensor_npy_header(struct buf *b, const char *descr, bool fortran,
	const uint64_t *shape, unsigned ndim)
{
	const size_t begin = b->len;

	npy_begin(b, NPY_1);
	buf_printf(b, "{'descr': '%s', 'fortran_order': %s, 'shape': (", descr,
		fortran ? "True" : "False");
	for (unsigned i = 0; i < ndim; i++)
		buf_printf(b, "%s%llu%s", i ? " " : "",
			(unsigned long long)shape[i],
			i + 1 < ndim || ndim == 1 ? "," : "");
	buf_adds(b, "), }");
	return npy_end(b, begin);
}
