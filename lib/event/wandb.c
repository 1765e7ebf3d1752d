/* SPDX-License-Identifier: MIT */
/*
 * The scalars of W&B's records.  Numbers of fields are those of
 * wandb_internal.proto (0.31): what run.log() was given is a HistoryRecord,
 * whose items are a key and its value as JSON.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "event/event_impl.h"

enum {
	RECORD_HISTORY = 2,
	HISTORY_ITEM = 1,
	HISTORY_STEP = 2,
	STEP_NUM = 1,
	ITEM_KEY = 1,
	ITEM_NESTED_KEY = 2,
	ITEM_INTEGER = 5,
	ITEM_NUMBER = 6,
	ITEM_JSON = 16,
};

/* Adds a part of a key; parts are joined by points, as W&B shows them. */
static int add_key(
	struct buf *b, size_t begin, const struct wire_field *f, struct diag *d)
{
	if (b->len > begin)
		buf_addc(b, '.');
	buf_add(b, f->data, f->n);
	return buf_end(b, d);
}

static double json_value(const struct wire_field *f)
{
	const char *s = (const char *)f->data;
	size_t n = f->n;
	double x;

	if (n > 2 && s[0] == '"' && s[n - 1] == '"') { /* "NaN" */
		s++;
		n -= 2;
	}
	return n && num_cell_double(s, n, &x) == 0 ? x : NAN;
}

/* Whether the text is that of a number, NaN included. */
static bool is_json_number(const struct wire_field *f)
{
	return !isnan(json_value(f)) ||
	       (f->n == 3 && memcmp(f->data, "NaN", 3) == 0) ||
	       (f->n == 5 && memcmp(f->data, "\"NaN\"", 5) == 0);
}

/* Adds the scalar of ITEM, if it is one. */
static int add_item(struct event_queue *q, struct wire item, struct event e,
	struct wire *w, struct diag *d)
{
	size_t begin = q->name.len;
	struct wire_field f;
	bool has = false;

	while (wire_next(&item, &f)) {
		if (f.number == ITEM_KEY || f.number == ITEM_NESTED_KEY) {
			if (add_key(&q->name, begin, &f, d))
				return -1;
		} else if (f.number == ITEM_JSON && is_json_number(&f)) {
			e.value = json_value(&f);
			has = true;
		} else if (f.number == ITEM_NUMBER && f.type == WIRE_64) {
			e.value = wire_double(f.value);
			has = true;
		} else if (f.number == ITEM_INTEGER && f.type == WIRE_VARINT) {
			e.value = (double)(int64_t)f.value;
			has = true;
		}
	}
	w->bad |= item.bad;
	e.tag = q->name.data + begin;
	e.ntag = q->name.len - begin;
	if (!has || !e.ntag || memchr(e.tag, 0, e.ntag) ||
		str_is(e.tag, e.ntag, "_step"))
		return 0;
	return event_queue_add(q, &e, d);
}

static int64_t step_of(const struct wire_field *step, struct wire *w)
{
	struct wire fields = wire_of(step->data, step->n);
	struct wire_field f;
	int64_t ret = 0;

	while (wire_next(&fields, &f))
		if (f.number == STEP_NUM)
			ret = (int64_t)f.value;
	w->bad |= fields.bad;
	return ret;
}

static int add_history(struct event_queue *q, struct wire history,
	struct wire *w, struct diag *d)
{
	struct event e = {0};
	struct wire items = history;
	struct wire_field f;

	while (wire_next(&history, &f))
		if (f.number == HISTORY_STEP && f.type == WIRE_BYTES)
			e.step = step_of(&f, w);
	w->bad |= history.bad;
	while (wire_next(&items, &f))
		if (f.number == HISTORY_ITEM && f.type == WIRE_BYTES &&
			add_item(q, wire_of(f.data, f.n), e, w, d))
			return -1;
	return 0;
}

int event_of_wandb(
	struct event_queue *q, const struct frame *frame, struct diag *d)
{
	struct wire w = wire_of(frame->data, frame->n);
	struct wire_field f;

	/* Keys, joined, are shorter than the record: none of them moves. */
	if (buf_reserve(&q->name, frame->n + 1))
		return diag_nomem(d, frame->n);
	while (wire_next(&w, &f))
		if (f.number == RECORD_HISTORY && f.type == WIRE_BYTES &&
			add_history(q, wire_of(f.data, f.n), &w, d))
			return -1;
	return w.bad ? event_frame_fail(frame->offset,
			       "a record that is not one of W&B; expected one "
			       "in each",
			       d)
		     : 0;
}
