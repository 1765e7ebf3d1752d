/* SPDX-License-Identifier: MIT */
/*
 * Words that are calls: the host builds them, here they take their places.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "sched/parse.h"

/* Whether WORD begins a column: +NAME. */
static bool is_column(struct span word)
{
	return word.n > 0 && word.s[0] == '+';
}

bool sched_is_call(const struct parser *p, struct span word)
{
	const struct sched_host *host = p->env->host;
	struct span rest, name = sched_span_cut(word, "(", &rest);
	size_t n;

	/* "cos(500)" is no call, but brackets in the colon's place. */
	return host && host->knows(host->ctx, word.s, word.n) &&
	       (!sched_shape_find(name.s, name.n) ||
		       host->signature(host->ctx, name.s, name.n, &n));
}

void sched_call_free(struct sched_call *call)
{
	for (size_t i = 0; i < call->n; i++) {
		free(call->column[i].name);
		sched_free(call->column[i].node);
	}
	call->n = 0;
	buf_free(&call->name);
}

/* Whether the current word is all of its column. */
static bool is_alone(const struct parser *p)
{
	return (p->at == 0 || is_column(p->word[p->at - 1])) &&
	       (p->at + 1 == p->nword || is_column(p->word[p->at + 1]));
}

int sched_add_pending(struct parser *p)
{
	struct sched_table *t = p->table;

	for (size_t i = 0; i < p->pending.n; i++) {
		struct sched_call_column *c = &p->pending.column[i];
		struct span name = {c->name, c->name ? strlen(c->name) : 0};

		if (!c->node)
			continue;
		if (sched_add_column(p, name))
			return -1;
		t->column[t->n - 1].node = c->node;
		t->column[t->n - 1].uses_base = c->uses_base;
		if (isfinite(c->node->len) &&
			(isinf(t->len) || c->node->len > t->len))
			t->len = c->node->len;
		c->node = NULL;
	}
	sched_call_free(&p->pending);
	return 0;
}

/* The first column of CALL, appended to SEQ; its name may be CALL's to give. */
static int append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched_call *call, bool alone)
{
	struct sched_call_column *first = &call->column[0];
	struct sched *node = first->node;

	if (first->name && !c->column->name) {
		c->column->name = first->name;
		first->name = NULL;
	}
	if (first->uses_base && c->real_base)
		c->column->uses_base = true;
	if (!isnan(first->past_end))
		sched_add_error(
			c, p->at + 1, seq->u.seq.next + first->past_end);
	first->node = NULL;
	/* Among others it is a schedule of its own. */
	if (!alone) {
		node = sched_new_group(node, NAN, false);
		if (!node)
			return diag_nomem(p->d, sizeof(*node));
	}
	return sched_append(p, c, seq, node, 0, false);
}

int sched_parse_call(struct parser *p, struct scope *c, struct sched *seq)
{
	const struct sched_host *host = p->env->host;
	struct span word = p->word[p->at];
	struct sched_call call = {.n = 0};
	bool alone = is_alone(p);
	size_t where = 0;
	int r;

	if (!sched_is_call(p, word))
		return 0;
	if (host->build(host->ctx, word.s, word.n, p->env, c->base, &call,
		    &where, p->d)) {
		sched_call_free(&call);
		return sched_fail_at(p, word.s + where);
	}
	r = append(p, c, seq, &call, alone);
	if (!r && call.name.len &&
		((p->table->calls.len && buf_addc(&p->table->calls, ' ')) ||
			buf_add(&p->table->calls, call.name.data,
				call.name.len)))
		r = diag_nomem(p->d, call.name.len);
	if (alone)
		p->pending = call;
	else
		sched_call_free(&call);
	return r ? -1 : 1;
}
