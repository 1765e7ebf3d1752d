/* SPDX-License-Identifier: MIT */
/*
 * ONNX files: protobuf (onnx/onnx.proto, IR version 13), walked without being
 * read whole, to the tensors of initializers and of attributes, as those of
 * Constant nodes, in the graph, its subgraphs and functions.  Their data are
 * bytes here, bytes in another file, or numbers of varying length, which are
 * copied.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "model/model_impl.h"

#define DEPTH_MAX 32
#define NAME_NBYTES_MAX 4096
#define WINDOW_NBYTES 4096

/* --- protobuf ------------------------------------------------------------- */

enum wire { WIRE_VARINT, WIRE_64, WIRE_BYTES, WIRE_32 = 5 };

#define NUMBER_MAX ((1U << 29) - 1) /* of a field */

/* A file, and what was read of it last. */
struct onnx {
	struct model_build *b;
	size_t file;
	unsigned depth;
	unsigned char window[WINDOW_NBYTES];
	uint64_t at; /* of the window */
	size_t n;
	uint64_t bits; /* of numbers that are no whole bytes: what is left */
	unsigned nbit;
	struct buf name;   /* of the tensor at hand */
	struct buf output; /* of the node it is an attribute of */
};

/* A message: bytes of the file. */
struct extent {
	uint64_t at, end;
};

struct field {
	unsigned number;
	enum wire wire;
	uint64_t value;
	struct extent bytes;
};

static int bad(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_DATA, "ONNX: %s", what);
}

static int next_byte(
	struct onnx *o, struct extent *x, unsigned char *ret, struct diag *d)
{
	if (x->at == x->end)
		return bad(d, "a field is cut short");
	if (x->at < o->at || x->at >= o->at + o->n) {
		uint64_t left = o->b->m->file[o->file].in.size - x->at;

		o->at = x->at;
		o->n = left < WINDOW_NBYTES ? (size_t)left : WINDOW_NBYTES;
		if (model_build_pread(o->b, o->file, o->window, o->n, o->at, d))
			return -1;
	}
	*ret = o->window[x->at++ - o->at];
	return 0;
}

static int next_varint(
	struct onnx *o, struct extent *x, uint64_t *ret, struct diag *d)
{
	unsigned char c;

	*ret = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		if (next_byte(o, x, &c, d))
			return -1;
		*ret |= (uint64_t)(c & 0x7f) << shift;
		if (!(c & 0x80))
			return 0;
	}
	return bad(d, "a number of more than 64 bits");
}

/* The next field of X.  Returns 1, 0 at the end, or -1. */
static int next_field(
	struct onnx *o, struct extent *x, struct field *f, struct diag *d)
{
	uint64_t tag, n;

	if (x->at == x->end)
		return 0;
	if (next_varint(o, x, &tag, d))
		return -1;
	f->wire = (enum wire)(tag & 7);
	if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX)
		return bad(d, "a field of no number");
	f->number = (unsigned)(tag >> 3);
	switch (f->wire) {
	case WIRE_VARINT: return next_varint(o, x, &f->value, d) ? -1 : 1;
	case WIRE_64: n = 8; break;
	case WIRE_32: n = 4; break;
	case WIRE_BYTES:
		if (next_varint(o, x, &n, d))
			return -1;
		break;
	default: return bad(d, "a field of an unknown kind");
	}
	if (n > x->end - x->at)
		return bad(d, "a field that ends behind its message");
	f->bytes = (struct extent){x->at, x->at + n};
	x->at += n;
	return 1;
}

/* The bytes of F to TO, NUL-terminated; above MAX they are WHAT. */
static int take_bytes(struct onnx *o, const struct field *f, uint64_t max,
	const char *what, struct buf *to, struct diag *d)
{
	uint64_t n = f->bytes.end - f->bytes.at;

	to->len = 0;
	if (f->wire != WIRE_BYTES || n > max)
		return bad(d, what);
	if (buf_reserve(to, (size_t)n + 1))
		return diag_nomem(d, n);
	if (model_build_pread(
		    o->b, o->file, to->data, (size_t)n, f->bytes.at, d))
		return -1;
	to->len = (size_t)n;
	to->data[n] = '\0';
	return 0;
}

static int take_text(
	struct onnx *o, const struct field *f, struct buf *to, struct diag *d)
{
	if (take_bytes(o, f, NAME_NBYTES_MAX, "a name of more than 4096 bytes",
		    to, d))
		return -1;
	return memchr(to->data, 0, to->len) ? bad(d, "a name with a NUL in it")
					    : 0;
}

/* --- TensorProto ---------------------------------------------------------- */

/* How the numbers of a type are kept where they are no bytes. */
enum field_number {
	FIELD_DIMS = 1,
	FIELD_TYPE = 2,
	FIELD_FLOATS = 4,
	FIELD_INT32S = 5,
	FIELD_INT64S = 7,
	FIELD_NAME = 8,
	FIELD_RAW = 9,
	FIELD_DOUBLES = 10,
	FIELD_UINT64S = 11,
	FIELD_EXTERNAL = 13,
	FIELD_LOCATION = 14,
};

/* Rows of TensorProto.DataType; STRING has no numbers. */
static const struct onnx_type {
	enum tensor_dtype dtype;
	const char *type;
	unsigned nbits;
	unsigned field;
} types[] = {
	[1] = {TENSOR_F32, NULL, 32, FIELD_FLOATS},
	[2] = {TENSOR_U8, NULL, 8, FIELD_INT32S},
	[3] = {TENSOR_I8, NULL, 8, FIELD_INT32S},
	[4] = {TENSOR_U16, NULL, 16, FIELD_INT32S},
	[5] = {TENSOR_I16, NULL, 16, FIELD_INT32S},
	[6] = {TENSOR_I32, NULL, 32, FIELD_INT32S},
	[7] = {TENSOR_I64, NULL, 64, FIELD_INT64S},
	[9] = {TENSOR_BOOL, NULL, 8, FIELD_INT32S},
	[10] = {TENSOR_F16, NULL, 16, FIELD_INT32S},
	[11] = {TENSOR_F64, NULL, 64, FIELD_DOUBLES},
	[12] = {TENSOR_U32, NULL, 32, FIELD_UINT64S},
	[13] = {TENSOR_U64, NULL, 64, FIELD_UINT64S},
	[14] = {TENSOR_C64, NULL, 64, FIELD_FLOATS},
	[15] = {TENSOR_C128, NULL, 128, FIELD_DOUBLES},
	[16] = {TENSOR_BF16, NULL, 16, FIELD_INT32S},
	[17] = {TENSOR_F8_E4M3, NULL, 8, FIELD_INT32S},
	[18] = {TENSOR_F8_E4M3FNUZ, NULL, 8, FIELD_INT32S},
	[19] = {TENSOR_F8_E5M2, NULL, 8, FIELD_INT32S},
	[20] = {TENSOR_F8_E5M2FNUZ, NULL, 8, FIELD_INT32S},
	[21] = {TENSOR_OTHER, "UINT4", 4, FIELD_INT32S},
	[22] = {TENSOR_OTHER, "INT4", 4, FIELD_INT32S},
	[23] = {TENSOR_F4, NULL, 4, FIELD_INT32S},
	[24] = {TENSOR_F8_E8M0, NULL, 8, FIELD_INT32S},
	[25] = {TENSOR_OTHER, "UINT2", 2, FIELD_INT32S},
	[26] = {TENSOR_OTHER, "INT2", 2, FIELD_INT32S},
	[27] = {TENSOR_F6_E2M3, NULL, 6, FIELD_INT32S},
	[28] = {TENSOR_F6_E3M2, NULL, 6, FIELD_INT32S},
};
#define TYPE_STRING 8

struct proto {
	const struct onnx_type *type;
	uint64_t type_number;
	unsigned ndim;
	uint64_t shape[TENSOR_NDIM_MAX];
	/* Its data: a field, once, or again and again. */
	unsigned data_field;
	size_t ndata;
	struct field data; /* the last of them */
	bool is_external;
	struct buf location;
	uint64_t offset, length;
	bool has_length;
	struct extent whole;
};

static int add_dim(struct proto *t, uint64_t x, struct diag *d)
{
	if (t->ndim == TENSOR_NDIM_MAX)
		return bad(d, "more than 64 dimensions");
	if (x > INT64_MAX)
		return bad(d, "a negative dimension");
	t->shape[t->ndim++] = x;
	return 0;
}

static int take_dims(
	struct onnx *o, const struct field *f, struct proto *t, struct diag *d)
{
	struct extent x = f->bytes;
	uint64_t dim;

	if (f->wire == WIRE_VARINT)
		return add_dim(t, f->value, d);
	if (f->wire != WIRE_BYTES)
		return bad(d, "dimensions that are no integers");
	while (x.at < x.end)
		if (next_varint(o, &x, &dim, d) || add_dim(t, dim, d))
			return -1;
	return 0;
}

static int take_decimal(const char *s, uint64_t *ret, struct diag *d)
{
	*ret = 0;
	if (!*s)
		return bad(d, "external data at no number");
	for (; *s; s++)
		if (!str_is_digit(*s) ||
			__builtin_mul_overflow(*ret, 10, ret) ||
			__builtin_add_overflow(*ret, (uint64_t)(*s - '0'), ret))
			return bad(d, "external data at no number");
	return 0;
}

/* A pair of texts: location, offset, length, or what does not matter. */
static int take_external(
	struct onnx *o, const struct field *f, struct proto *t, struct diag *d)
{
	struct extent x = f->bytes;
	struct buf key = {0}, value = {0};
	struct field part;
	int r;

	if (f->wire != WIRE_BYTES)
		return bad(d, "external data that are no pairs");
	while ((r = next_field(o, &x, &part, d)) > 0) {
		if (part.number == 1 && take_text(o, &part, &key, d))
			r = -1;
		if (part.number == 2 && take_text(o, &part, &value, d))
			r = -1;
		if (r < 0)
			break;
	}
	if (!r && key.len && value.data) {
		if (strcmp(key.data, "location") == 0) {
			struct buf old = t->location;

			t->location = value;
			value = old;
		} else if (strcmp(key.data, "offset") == 0) {
			r = take_decimal(value.data, &t->offset, d);
		} else if (strcmp(key.data, "length") == 0) {
			t->has_length = true;
			r = take_decimal(value.data, &t->length, d);
		}
	}
	buf_free(&key);
	buf_free(&value);
	return r;
}

static int take_field(
	struct onnx *o, const struct field *f, struct proto *t, struct diag *d)
{
	switch (f->number) {
	case FIELD_DIMS: return take_dims(o, f, t, d);
	case FIELD_TYPE:
		if (f->wire != WIRE_VARINT)
			return 0;
		t->type_number = f->value;
		if (f->value < ARRAY_SIZE(types))
			t->type = &types[f->value];
		return 0;
	case FIELD_NAME: return take_text(o, f, &o->name, d);
	case FIELD_EXTERNAL: return take_external(o, f, t, d);
	case FIELD_LOCATION:
		t->is_external = f->wire == WIRE_VARINT && f->value == 1;
		return 0;
	case FIELD_FLOATS:
	case FIELD_INT32S:
	case FIELD_INT64S:
	case FIELD_RAW:
	case FIELD_DOUBLES:
	case FIELD_UINT64S:
		if (t->ndata && t->data_field != f->number)
			return bad(d, "a tensor with data of two kinds");
		t->data_field = f->number;
		t->data = *f;
		t->ndata++;
		return 0;
	default: return 0;
	}
}

/* --- its data ------------------------------------------------------------- */

/* A number of a field as NBIT bits of the tensor; counts bytes in MADE. */
static int spool_number(struct onnx *o, uint64_t x, unsigned nbit,
	uint64_t *made, struct diag *d)
{
	unsigned char p[8];
	size_t n = 0;

	o->bits |= (x & UINT64_MAX >> (64 - nbit)) << o->nbit;
	for (o->nbit += nbit; o->nbit >= 8; o->nbit -= 8) {
		p[n++] = (unsigned char)o->bits;
		o->bits >>= 8;
	}
	*made += n;
	return model_spool_put(o->b, p, n, d);
}

/* All numbers of field F: bytes of a fixed size, or NBIT bits of each. */
static int spool_field(struct onnx *o, const struct field *f, bool is_fixed,
	unsigned nbit, uint64_t *made, struct diag *d)
{
	struct extent x = f->bytes;
	uint64_t number = f->value;
	unsigned char c;

	if (f->wire == WIRE_VARINT) {
		if (is_fixed)
			return bad(d, "a float whose size varies");
		return spool_number(o, number, nbit, made, d);
	}
	while (x.at < x.end) {
		if (is_fixed) {
			if (next_byte(o, &x, &c, d) ||
				model_spool_put(o->b, &c, 1, d))
				return -1;
			++*made;
			continue;
		}
		if (next_varint(o, &x, &number, d) ||
			spool_number(o, number, nbit, made, d))
			return -1;
	}
	return 0;
}

/* Data that do not lie as they are wanted, to the spool. */
static int spool_data(struct onnx *o, const struct proto *t,
	struct tensor_span *s, struct diag *d)
{
	struct extent x = t->whole;
	/* Those of 2 and 4 bits are a byte together, those of 6 alone. */
	unsigned nbit = t->type->nbits < 6 ? 8 : t->type->nbits;
	bool is_fixed =
		t->data_field == FIELD_FLOATS || t->data_field == FIELD_DOUBLES;
	uint64_t made = 0;
	struct field f;
	int r;

	if (model_spool_begin(o->b, s, d))
		return -1;
	o->bits = o->nbit = 0;
	while ((r = next_field(o, &x, &f, d)) > 0)
		if (f.number == t->data_field &&
			spool_field(o, &f, is_fixed, nbit, &made, d))
			return -1;
	if (!r && o->nbit && spool_number(o, 0, 8 - o->nbit, &made, d))
		return -1;
	if (!r && made != s->nbytes)
		return diag_set(d, DIAG_DATA,
			"%llu bytes of data; type and shape need %llu",
			(unsigned long long)made,
			(unsigned long long)s->nbytes);
	return r;
}

/* A file beside the model's, or below. */
static bool is_below(const char *path)
{
	const char *part = path;

	if (strchr(path, '\\'))
		return false;
	for (;;) {
		size_t n = strcspn(part, "/");

		if (n == 0 || str_is(part, n, ".."))
			return false;
		if (!part[n])
			return true;
		part += n + 1;
	}
}

/* The number of the file PATH, which is the model's now. */
static int open_external(
	struct onnx *o, char *path, size_t *ret, struct diag *d)
{
	for (size_t i = 0; i < o->b->m->nfile; i++) {
		const char *have = o->b->m->file[i].path;

		if (have && strcmp(have, path) == 0) {
			*ret = i;
			free(path);
			return 0;
		}
	}
	return model_build_file(o->b, path, ret, d);
}

static int find_external(struct onnx *o, const struct proto *t,
	struct tensor_span *s, struct diag *d)
{
	const char *name = o->b->m->file[o->file].in.name;
	const char *slash = strrchr(name, '/');
	uint64_t size;
	struct buf path = {0};

	if (!t->location.data || !is_below(t->location.data))
		return diag_set(d, DIAG_DATA,
			"external data in '%.80s'; expected a file beside the "
			"model, or below",
			t->location.data ? t->location.data : "");
	buf_add(&path, name, slash ? (size_t)(slash - name) + 1 : 0);
	buf_adds(&path, t->location.data);
	if (!buf_text(&path)) {
		buf_free(&path);
		return diag_nomem(d, t->location.len);
	}
	if (open_external(o, path.data, &s->file, d))
		return -1;
	size = o->b->m->file[s->file].in.size;
	if ((t->has_length && t->length != s->nbytes) || t->offset > size ||
		s->nbytes > size - t->offset)
		return diag_set(d, DIAG_DATA,
			"external data of %llu bytes at byte %llu of %.80s, "
			"which has %llu; type and shape need %llu",
			(unsigned long long)t->length,
			(unsigned long long)t->offset, t->location.data,
			(unsigned long long)size,
			(unsigned long long)s->nbytes);
	s->offset = t->offset;
	return 0;
}

/* The bytes of T; 1 if they are not for those who want stored bytes alone. */
static int find_data(struct onnx *o, const struct proto *t,
	struct tensor_span *s, struct diag *d)
{
	uint64_t n = t->data.bytes.end - t->data.bytes.at;
	bool as_bytes = t->data_field == FIELD_RAW ||
			((t->data_field == FIELD_FLOATS ||
				 t->data_field == FIELD_DOUBLES) &&
				t->ndata == 1 && t->data.wire == WIRE_BYTES);

	if (t->is_external)
		return o->b->hint.as_stored ? 1 : find_external(o, t, s, d);
	if (t->ndata && t->data_field != FIELD_RAW &&
		t->data_field != t->type->field)
		return bad(d, "a tensor with data of another type's kind");
	if (t->ndata && !as_bytes)
		return o->b->hint.as_stored ? 1 : spool_data(o, t, s, d);
	if (t->ndata > 1)
		return bad(d, "a tensor with two raw_data");
	if (n != s->nbytes)
		return diag_set(d, DIAG_DATA,
			"%llu bytes of data; type and shape need %llu",
			(unsigned long long)n, (unsigned long long)s->nbytes);
	s->file = o->file;
	s->offset = t->data.bytes.at;
	return 0;
}

/* What there is no dtype for is not left out without a word. */
static void remark_type(struct onnx *o, const struct proto *t, const char *name)
{
	struct tensor_map *m = &o->b->m->file[o->file].map;

	if (t->type_number == TYPE_STRING && !*m->remark)
		snprintf(m->remark, sizeof(m->remark),
			"%.60s is left out: texts, which are no numbers", name);
	else if (t->type_number != 0 && !*m->remark)
		snprintf(m->remark, sizeof(m->remark),
			"%.60s is left out: type %llu, which is not known",
			name, (unsigned long long)t->type_number);
}

static int add_tensor(struct onnx *o, const struct proto *t, struct diag *d)
{
	struct tensor_span s = {.name = o->name.len     ? o->name.data
					: o->output.len ? o->output.data
							: "constant",
		.file = o->file,
		.ndim = t->ndim,
		.shape = t->shape};
	uint64_t n, nbits;
	int r;

	if (!t->type || t->type->nbits == 0) {
		remark_type(o, t, s.name);
		return 0;
	}
	s.dtype = t->type->dtype;
	s.type = t->type->type;
	if (tensor_count(t->shape, t->ndim, &n) ||
		__builtin_mul_overflow(n, t->type->nbits, &nbits) ||
		nbits > UINT64_MAX - 7) {
		bad(d, "a shape that no file can have");
		return diag_at(d, "%.200s", s.name);
	}
	s.nbytes = (nbits + 7) / 8;
	r = find_data(o, t, &s, d);
	if (r < 0 && !*d->place)
		diag_at(d, "%.200s", s.name);
	return r ? (r > 0 ? 0 : -1) : tensor_add(&o->b->found, &s, d);
}

static int visit_tensor(struct onnx *o, struct extent x, struct diag *d)
{
	struct proto t = {.whole = x};
	struct field f;
	int r;

	o->name.len = 0;
	while ((r = next_field(o, &x, &f, d)) > 0)
		if (take_field(o, &f, &t, d)) {
			r = -1;
			break;
		}
	if (!r)
		r = add_tensor(o, &t, d);
	buf_free(&t.location);
	return r;
}

/* --- what tensors are in -------------------------------------------------- */

static int visit_graph(struct onnx *o, struct extent x, struct diag *d);
static int visit_node(struct onnx *o, struct extent x, struct diag *d);
static int visit_attribute(struct onnx *o, struct extent x, struct diag *d);
static int visit_sparse(struct onnx *o, struct extent x, struct diag *d);
static int visit_function(struct onnx *o, struct extent x, struct diag *d);

/* A message, and those of its fields that lead to tensors. */
struct part {
	unsigned number;
	int (*visit)(struct onnx *o, struct extent x, struct diag *d);
};

static int visit_property(struct onnx *o, struct extent x, struct diag *d);

static const struct part in_model[] = {{7, visit_graph}, {14, visit_property},
	{25, visit_function}, {0, NULL}};
static const struct part in_function[] = {{7, visit_node}, {0, NULL}};
static const struct part in_graph[] = {
	{1, visit_node}, {5, visit_tensor}, {15, visit_sparse}, {0, NULL}};
static const struct part in_node[] = {{5, visit_attribute}, {0, NULL}};
static const struct part in_attribute[] = {{5, visit_tensor}, {6, visit_graph},
	{10, visit_tensor}, {11, visit_graph}, {22, visit_sparse},
	{23, visit_sparse}, {0, NULL}};
static const struct part in_sparse[] = {
	{1, visit_tensor}, {2, visit_tensor}, {0, NULL}};

static int visit_parts(struct onnx *o, struct extent x, const struct part *part,
	struct diag *d)
{
	struct field f;
	int r;

	if (o->depth == DEPTH_MAX)
		return bad(d, "graphs in graphs, more than expected");
	o->depth++;
	while ((r = next_field(o, &x, &f, d)) > 0) {
		const struct part *p = part;

		while (p->number && p->number != f.number)
			p++;
		if (p->number && f.wire != WIRE_BYTES)
			r = bad(d, "a message that is a number");
		else if (p->number && p->visit(o, f.bytes, d))
			r = -1;
		if (r < 0)
			break;
	}
	o->depth--;
	return r;
}

static int visit_graph(struct onnx *o, struct extent x, struct diag *d)
{
	return visit_parts(o, x, in_graph, d);
}

static int visit_function(struct onnx *o, struct extent x, struct diag *d)
{
	return visit_parts(o, x, in_function, d);
}

static int visit_attribute(struct onnx *o, struct extent x, struct diag *d)
{
	return visit_parts(o, x, in_attribute, d);
}

static int visit_sparse(struct onnx *o, struct extent x, struct diag *d)
{
	return visit_parts(o, x, in_sparse, d);
}

/* The first output of a node. */
static int take_output(
	struct onnx *o, struct extent x, struct buf *to, struct diag *d)
{
	struct field f;
	int r;

	while ((r = next_field(o, &x, &f, d)) > 0)
		if (f.number == 2)
			return take_text(o, &f, to, d);
	return r;
}

/* Its first output names the tensors of its attributes that have no name. */
static int visit_node(struct onnx *o, struct extent x, struct diag *d)
{
	struct buf outer = o->output;
	int r;

	o->output = (struct buf){0};
	r = take_output(o, x, &o->output, d);
	if (!r)
		r = visit_parts(o, x, in_node, d);
	buf_free(&o->output);
	o->output = outer;
	return r;
}

/* A key and its value. */
static int visit_property(struct onnx *o, struct extent x, struct diag *d)
{
	struct buf text[2] = {{0}};
	struct field f;
	int r = 0;

	if (!o->b->hint.with_notes)
		return 0;
	while (!r && (r = next_field(o, &x, &f, d)) > 0)
		r = f.number == 1 || f.number == 2
			    ? take_bytes(o, &f, TENSOR_HEAD_MAX,
				      "a property longer than any header",
				      &text[f.number - 1], d)
			    : 0;
	if (!r)
		r = tensor_add_note(&o->b->m->file[o->file].map, text[0].data,
			text[0].len, text[1].data, text[1].len, d);
	buf_free(&text[0]);
	buf_free(&text[1]);
	return r;
}

static int onnx_read(struct model_build *b, size_t file, struct diag *d)
{
	struct onnx *o = calloc(1, sizeof(*o));
	struct extent all = {0, b->m->file[file].in.size};
	int r;

	if (!o)
		return diag_nomem(d, sizeof(*o));
	o->b = b;
	o->file = file;
	r = visit_parts(o, all, in_model, d);
	buf_free(&o->name);
	free(o);
	return r;
}

const struct model_reader model_onnx = {
	TENSOR_FORMAT_ONNX, format_is_onnx, onnx_read};
