/* SPDX-License-Identifier: MIT */
/* Binary logs of scalars, as points. */
#include "base/diag.h"
#include "event/event.h"
#include "source/source_impl.h"

static int take(struct source_points *p, const struct event *e, struct diag *d)
{
	size_t key;

	if (e->restart) {
		source_points_void(p, (double)e->step);
		return 0;
	}
	key = source_points_key(p, e->tag, e->ntag);
	if (key == SIZE_MAX)
		return diag_nomem(d, e->ntag);
	return source_points_add(p, key, (double)e->step, e->value, d);
}

int source_events_read(struct source_points *p, struct input *in,
	enum source_format format, struct diag *d)
{
	struct event_reader *r;
	struct event event;
	int got;

	if (event_open(&r, in,
		    format == SOURCE_WANDB ? EVENT_WANDB : EVENT_TENSORBOARD,
		    d))
		return -1;
	do {
		got = event_next(r, &event, d);
	} while (got > 0 && take(p, &event, d) == 0);
	if (got > 0)
		got = -1;
	source_points_end_part(p, event_ncut(r) > 0);
	event_close(r);
	return got;
}
