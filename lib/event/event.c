/* SPDX-License-Identifier: MIT */
/* The reader of a file: its records in turn, and what each tells. */
#include <stdlib.h>

#include "base/diag.h"
#include "event/event.h"
#include "event/event_impl.h"

struct event_reader {
	struct frames frames;
	struct tags *tags;
	struct event_queue queue;
};

int event_open(struct event_reader **ret, struct input *in,
	enum event_format format, struct diag *d)
{
	struct event_reader *r = calloc(1, sizeof(*r));

	*ret = r;
	if (!r)
		return diag_nomem(d, sizeof(*r));
	r->frames.in = in;
	r->frames.format = format;
	if (event_tags_new(&r->tags, d) == 0)
		return 0;
	event_close(r);
	*ret = NULL;
	return -1;
}

int event_next(struct event_reader *r, struct event *ret, struct diag *d)
{
	struct event_queue *q = &r->queue;

	while (q->at == q->n) {
		struct frame f;
		int got = event_frame_next(&r->frames, &f, d);

		if (got <= 0)
			return got;
		q->at = q->n = q->name.len = 0;
		if (r->frames.format == EVENT_WANDB
				? event_of_wandb(q, &f, d)
				: event_of_tensorboard(q, r->tags, &f, d))
			return -1;
	}
	*ret = q->item[q->at++];
	return 1;
}

uint64_t event_ncut(const struct event_reader *r)
{
	return event_frame_ncut(&r->frames);
}

void event_close(struct event_reader *r)
{
	if (!r)
		return;
	buf_free(&r->frames.window);
	buf_free(&r->frames.whole);
	event_tags_free(r->tags);
	free(r->queue.item);
	buf_free(&r->queue.name);
	free(r);
}
