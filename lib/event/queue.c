/* SPDX-License-Identifier: MIT */
/* What a record told, of which one is given at a time. */
#include "base/array.h"
#include "event/event_impl.h"

int event_queue_add(
	struct event_queue *q, const struct event *e, struct diag *d)
{
	if (array_reserve(&q->item, &q->cap, q->n + 1, sizeof(*e), d))
		return -1;
	q->item[q->n++] = *e;
	return 0;
}
