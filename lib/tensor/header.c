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
static int add_string(struct buf *b, const char *prefix, const char *s)
{
	return buf_printf(b, "\"%s", prefix) ||
			       (s && json_add_chars(b, s, strlen(s))) ||
			       buf_addc(b, '"')
		       ? -1
		       : 0;
}

int tensor_header_begin(struct tensor_header *h)
{
	return buf_add(h->b, "\0\0\0\0\0\0\0\0", 8) || buf_addc(h->b, '{');
}

int tensor_header_meta(struct tensor_header *h, const char *prefix,
	const char *key, const char *value)
{
	int bad = buf_adds(h->b, h->in_meta ? "," : "\"__metadata__\":{");

	h->in_meta = true;
	return bad || add_string(h->b, prefix, key) || buf_addc(h->b, ':') ||
	       add_string(h->b, "", value);
}

static int keep_meta(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	struct tensor_header *h = ctx;
	const char *text = json_text(v);

	return text && tensor_header_meta(h, "", name, text)
		       ? diag_nomem(d, h->b->len)
		       : 0;
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

static int begin_member(struct tensor_header *h)
{
	int bad = h->in_meta ? buf_addc(h->b, '}') : 0;

	bad = bad || ((h->in_meta || h->offset || h->has_tensor) &&
			     buf_addc(h->b, ','));
	h->in_meta = false;
	h->has_tensor = true;
	return bad;
}

int tensor_header_tensor(struct tensor_header *h, const char *name,
	const char *dtype, const uint64_t *shape, unsigned ndim,
	uint64_t nbytes)
{
	int bad = begin_member(h) || add_string(h->b, "", name) ||
		  buf_printf(h->b, ":{\"dtype\":\"%s\",\"shape\":[", dtype);

	for (unsigned i = 0; i < ndim && !bad; i++)
		bad = buf_printf(h->b, "%s%llu", i ? "," : "",
			(unsigned long long)shape[i]);
	bad = bad || buf_printf(h->b, "],\"data_offsets\":[%llu,%llu]}",
			     (unsigned long long)h->offset,
			     (unsigned long long)(h->offset + nbytes));
	h->offset += nbytes;
	return bad;
}

int tensor_header_end(struct tensor_header *h)
{
	int bad = h->in_meta ? buf_addc(h->b, '}') : 0;

	bad = bad || buf_addc(h->b, '}');
	while (!bad && h->b->len % 8)
		bad = buf_addc(h->b, ' ');
	if (!bad)
		le_store64(h->b->data, h->b->len - 8);
	return bad ? -1 : 0;
}

/* --- NPY ------------------------------------------------------------------ */

int tensor_npy_header(struct buf *b, const char *descr, bool fortran,
	const uint64_t *shape, unsigned ndim)
{
	const size_t begin = b->len;
	int bad =
		npy_begin(b, NPY_1) ||
		buf_printf(b, "{'descr': '%s', 'fortran_order': %s, 'shape': (",
			descr, fortran ? "True" : "False");

	for (unsigned i = 0; i < ndim && !bad; i++)
		bad = buf_printf(b, "%s%llu%s", i ? " " : "",
			(unsigned long long)shape[i],
			i + 1 < ndim || ndim == 1 ? "," : "");
	return bad || buf_adds(b, "), }") || npy_end(b, begin) ? -1 : 0;
}
