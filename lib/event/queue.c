/* SPDX-License-Identifier: MIT */
/* What a record told, of which one is given at a time. */
#include <stdlib.h>

#include "base/diag.h"
#include "event/event_impl.h"

int event_queue_add(
	struct event_queue *q, const struct event *e, struct diag *d)
{
	if (q->n == q->cap) {
		size_t cap = q->cap ? 2 * q->cap : 16;
		struct event *p = realloc(q->item, cap * sizeof(*p));

		if (!p)
			return diag_nomem(d, cap * sizeof(*p));
		q->item = p;
		q->cap = cap;
	}
	q->item[q->n++] = *e;
	return 0;
}
