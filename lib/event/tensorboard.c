/* SPDX-License-Identifier: MIT */
/*
 * The scalars of an Event.  Numbers of fields are those of tensorflow's
 * event.proto, summary.proto, tensor.proto, tensor_shape.proto and types.proto
 * (2.21).  Scalars are simple values, as PyTorch writes them, or tensors of one
 * number, as TensorFlow 2 does, whose tag is of the plugin "scalars" or of
 * none.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "event/event_impl.h"

enum {
	EVENT_STEP = 2,
	EVENT_SUMMARY = 5,
	EVENT_SESSION_LOG = 7,
	SESSION_STATUS = 1,
	SESSION_START = 1,
	SUMMARY_VALUE = 1,
	VALUE_TAG = 1,
	VALUE_SIMPLE = 2,
	VALUE_TENSOR = 8,
	VALUE_METADATA = 9,
	METADATA_PLUGIN_DATA = 1,
	PLUGIN_NAME = 1,
	TENSOR_DTYPE = 1,
	TENSOR_SHAPE = 2,
	TENSOR_CONTENT = 4,
	SHAPE_DIM = 2,
	DIM_SIZE = 1,
};

/* --- tensors -------------------------------------------------------------- */

static double half(uint64_t bits)
{
	double sign = bits & 0x8000 ? -1 : 1, fraction = (double)(bits & 0x3ff);
	int exponent = (int)(bits >> 10 & 0x1f);

	if (exponent == 0x1f)
		return fraction > 0 ? NAN : sign * HUGE_VAL;
	if (exponent == 0)
		return sign * ldexp(fraction, -24);
	return sign * ldexp(fraction + 1024, exponent - 25);
}

static double bfloat16(uint64_t bits)
{
	return wire_float(bits << 16);
}

static double int8(uint64_t x)
{
	return (double)(int8_t)x;
}

static double int16(uint64_t x)
{
	return (double)(int16_t)x;
}

static double int32(uint64_t x)
{
	return (double)(int32_t)x;
}

static double int64(uint64_t x)
{
	return (double)(int64_t)x;
}

static double whole(uint64_t x)
{
	return (double)x;
}

/*
 * A type of elements, how many bytes of content one has, the field that holds
 * them otherwise, and what the bits of both mean.
 */
static const struct dtype {
	uint64_t number;
	size_t nbytes;
	uint64_t field;
	double (*value)(uint64_t bits);
} dtypes[] = {
	{1, 4, 5, wire_float}, {2, 8, 6, wire_double}, {3, 4, 7, int32},
	{4, 1, 7, whole}, /* uint8 */
	{5, 2, 7, int16}, {6, 1, 7, int8}, {9, 8, 10, int64},
	{10, 1, 11, whole},                       /* bool */
	{14, 2, 13, bfloat16}, {17, 2, 7, whole}, /* uint16 */
	{19, 2, 13, half}, {22, 4, 16, whole},    /* uint32 */
	{23, 8, 17, whole},                       /* uint64 */
};

static const struct dtype *dtype_of(uint64_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(dtypes); i++)
		if (dtypes[i].number == number)
			return &dtypes[i];
	return NULL;
}

static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = n; i-- > 0;)
		x = x << 8 | p[i];
	return x;
}

/* Whether SHAPE, which is DIMs, leaves room for one element and no more. */
static bool is_one(struct wire *shape)
{
	struct wire_field dim, size;
	bool one = true;

	while (wire_next(shape, &dim)) {
		struct wire w = wire_of(dim.data, dim.n);

		if (dim.number != SHAPE_DIM || dim.type != WIRE_BYTES)
			continue;
		while (wire_next(&w, &size))
			if (size.number == DIM_SIZE)
				one &= size.value == 1;
		shape->bad |= w.bad;
	}
	return one;
}

/* What of a tensor tells its number. */
struct tensor {
	uint64_t dtype;
	bool is_one;
	struct wire_field content;
	struct wire_field list; /* of elements: the last such field */
	size_t nlist;
};

static void take_tensor_field(
	struct tensor *t, const struct wire_field *f, struct wire *w)
{
	struct wire shape;

	switch (f->number) {
	case TENSOR_DTYPE: t->dtype = f->value; break;
	case TENSOR_SHAPE:
		shape = wire_of(f->data, f->n);
		t->is_one = is_one(&shape);
		w->bad |= shape.bad;
		break;
	case TENSOR_CONTENT: t->content = *f; break;
	default: t->list = *f; t->nlist++;
	}
}

/* The first element of a list, which is packed or not. */
static bool first_of(
	const struct wire_field *list, const struct dtype *type, uint64_t *ret)
{
	bool is_fixed = type->field == 5 || type->field == 6;
	struct wire w = wire_of(list->data, list->n);

	if (list->number != type->field)
		return false;
	if (list->type != WIRE_BYTES) {
		*ret = list->value;
		return true;
	}
	if (!is_fixed)
		return wire_varint(&w, ret) && w.p == w.end;
	*ret = load(list->data, list->n == type->nbytes ? list->n : 0);
	return list->n == type->nbytes;
}

/* Without an element it is 0, as tensorflow's make_ndarray() has it. */
static bool tensor_value(struct wire *w, double *ret)
{
	struct tensor t = {.is_one = true};
	const struct dtype *type;
	struct wire_field f;
	uint64_t bits = 0;

	while (wire_next(w, &f))
		take_tensor_field(&t, &f, w);
	type = dtype_of(t.dtype);
	if (w->bad || !type || !t.is_one || t.nlist > 1)
		return false;
	if (t.content.n > 0) {
		if (t.content.n != type->nbytes)
			return false;
		bits = load(t.content.data, t.content.n);
	} else if (t.nlist && !first_of(&t.list, type, &bits)) {
		return false;
	}
	*ret = type->value(bits);
	return true;
}

/* --- values --------------------------------------------------------------- */

/* The kind that a tag is told to have. */
static enum tag_kind metadata_kind(struct wire *metadata)
{
	enum tag_kind kind = TAG_PLAIN;
	struct wire_field data, name;

	while (wire_next(metadata, &data)) {
		struct wire w = wire_of(data.data, data.n);

		if (data.number != METADATA_PLUGIN_DATA ||
			data.type != WIRE_BYTES)
			continue;
		while (wire_next(&w, &name))
			if (name.number == PLUGIN_NAME && name.n > 0)
				kind = name.n == 7 && !memcmp(name.data,
							      "scalars", 7)
					       ? TAG_SCALAR
					       : TAG_OTHER;
		metadata->bad |= w.bad;
	}
	return kind;
}

/* A Summary.Value. */
struct value {
	struct wire_field tag, simple, tensor, metadata;
};

static struct value value_of(struct wire *w)
{
	struct value v = {0};
	struct wire_field f;

	while (wire_next(w, &f)) {
		if (f.number == VALUE_TAG && f.type == WIRE_BYTES)
			v.tag = f;
		else if (f.number == VALUE_SIMPLE && f.type == WIRE_32)
			v.simple = f;
		else if (f.number == VALUE_TENSOR && f.type == WIRE_BYTES)
			v.tensor = f;
		else if (f.number == VALUE_METADATA && f.type == WIRE_BYTES)
			v.metadata = f;
	}
	return v;
}

/* Adds the scalar of V, if it is one.  E has its step and time. */
static int add_value(struct event_queue *q, struct tags *t,
	const struct value *v, struct event e, struct wire *w, struct diag *d)
{
	struct wire tensor = wire_of(v->tensor.data, v->tensor.n);
	struct wire metadata = wire_of(v->metadata.data, v->metadata.n);
	enum tag_kind *kind = event_tags_find(t, v->tag.data, v->tag.n);

	if (!kind)
		return diag_nomem(d, v->tag.n);
	if (v->metadata.number)
		*kind = metadata_kind(&metadata);
	if (*kind == TAG_NEW)
		*kind = TAG_PLAIN;
	w->bad |= metadata.bad;
	if (w->bad || *kind == TAG_OTHER || memchr(v->tag.data, 0, v->tag.n))
		return 0;
	e.tag = (const char *)v->tag.data;
	e.ntag = v->tag.n;
	if (v->simple.number)
		e.value = wire_float(v->simple.value);
	else if (!v->tensor.number || !tensor_value(&tensor, &e.value))
		return 0;
	return event_queue_add(q, &e, d);
}

static int add_summary(struct event_queue *q, struct tags *t,
	const struct wire_field *summary, struct event e, struct wire *w,
	struct diag *d)
{
	struct wire values = wire_of(summary->data, summary->n);
	struct wire_field f;

	while (wire_next(&values, &f)) {
		struct wire one = wire_of(f.data, f.n);
		struct value v;

		if (f.number != SUMMARY_VALUE || f.type != WIRE_BYTES)
			continue;
		v = value_of(&one);
		values.bad |= one.bad;
		if (v.tag.n > 0 && add_value(q, t, &v, e, &values, d))
			return -1;
	}
	w->bad |= values.bad;
	return 0;
}

static bool is_start(const struct wire_field *session, struct wire *w)
{
	struct wire fields = wire_of(session->data, session->n);
	struct wire_field f;
	bool start = false;

	while (wire_next(&fields, &f))
		if (f.number == SESSION_STATUS)
			start = f.value == SESSION_START;
	w->bad |= fields.bad;
	return start;
}

int event_of_tensorboard(struct event_queue *q, struct tags *t,
	const struct frame *frame, struct diag *d)
{
	struct wire w = wire_of(frame->data, frame->n);
	struct wire_field f, summary = {0}, session = {0};
	struct event e = {0};

	while (wire_next(&w, &f)) {
		if (f.number == EVENT_STEP && f.type == WIRE_VARINT)
			e.step = (int64_t)f.value;
		else if (f.number == EVENT_SUMMARY && f.type == WIRE_BYTES)
			summary = f;
		else if (f.number == EVENT_SESSION_LOG && f.type == WIRE_BYTES)
			session = f;
	}
	e.restart = session.number && is_start(&session, &w);
	if (e.restart && event_queue_add(q, &e, d))
		return -1;
	e.restart = false;
	if (summary.number && add_summary(q, t, &summary, e, &w, d))
		return -1;
	return w.bad ? event_frame_fail(frame->offset,
			       "a record that is no Event of TensorBoard; "
			       "expected one in each",
			       d)
		     : 0;
}
