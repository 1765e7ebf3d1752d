/* SPDX-License-Identifier: MIT */
/*
 * What readers of schedules share, whatever they read: what is at fault,
 * numbers that may change, what a call came to, tables of columns.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sched/sched_impl.h"

int sched_blame(struct sched_fault *f, int field, const char *fmt, ...)
{
	va_list ap;

	f->field = field;
	va_start(ap, fmt);
	diag_vset(f->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	return -1;
}

/* --- numbers that may change ------------------------------------------- */

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

/* --- calls and tables -------------------------------------------------- */

void sched_call_free(struct sched_call *call)
{
	for (size_t i = 0; i < call->n; i++) {
		free(call->column[i].name);
		sched_free(call->column[i].node);
	}
	call->n = 0;
	buf_free(&call->name);
}

void sched_table_free(struct sched_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->column[i].name);
		sched_free(t->column[i].node);
	}
	free(t->column);
	buf_free(&t->calls);
	t->column = NULL;
	t->n = 0;
}

/* In plain English, where nobody reads them. */
static const struct sched_names plain_names = {
	.steps = "steps=",
	.epoch_steps = "epoch_steps=",
	.lr = "lr=",
	.define = "define",
	.count = "count=",
	SCHED_PLAIN_BATCH,
	.by_epoch = "rows of epochs",
	.resumed = "",
	.not_first = "",
	.part = "",
};

const struct sched_names *sched_names_of(const struct sched_env *env)
{
	return env->names ? env->names : &plain_names;
}

struct sched_env sched_env_held(const struct sched_env *env, double every)
{
	struct sched_env own = *env;

	own.steps /= every;
	own.epoch_steps /= every;
	own.horizon = floor(own.horizon / every) + 1;
	return own;
}
