/* SPDX-License-Identifier: MIT */
/* The numbers that a schedule was written with, listed and changed. */
#include "sched/numbers.h"

#include <stdlib.h>
#include <string.h>

static struct sched_number *find(
	const struct sched_numbers *n, const struct sched_number *like)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->number[i].at == like->at &&
			strcmp(n->number[i].before, like->before) == 0)
			return &n->number[i];
	return NULL;
}

/* The list has room for all from the start: its items keep their places. */
static int add(struct sched_numbers *n, const struct sched_number *like)
{
	struct sched_number own = *like;

	if (n->n == SCHED_NUMBERS_MAX)
		return 0;
	if (!n->number)
		n->number = calloc(SCHED_NUMBERS_MAX, sizeof(*n->number));
	own.before = strdup(like->before);
	own.after = strdup(like->after);
	if (!n->number || !own.before || !own.after) {
		free(own.before);
		free(own.after);
		return -1;
	}
	n->number[n->n++] = own;
	return 0;
}

int sched_numbers_take(
	struct sched_numbers *n, const struct sched_number *like, double *value)
{
	const struct sched_number *old;

	*value = like->value;
	if (!n)
		return 0;
	old = find(n, like);
	if (!old)
		return add(n, like);
	if (old == n->changed)
		*value = n->to;
	return 0;
}

void sched_numbers_free(struct sched_numbers *n)
{
	for (size_t i = 0; i < n->n; i++) {
		free(n->number[i].before);
		free(n->number[i].after);
	}
	free(n->number);
	*n = (struct sched_numbers){0};
}
