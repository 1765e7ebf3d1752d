/* SPDX-License-Identifier: MIT */
/* What a pickle's opcodes work on: nodes, their stack, and the memo. */
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "pickle/pickle_impl.h"

/*
 * Nodes, and a few references to each: a state dict of 10^5 tensors has fewer.
 */
#define NODE_MAX ((size_t)1 << 21)
/* In the memo, where nothing is. */
#define NOTHING_AT UINT32_MAX

int pickle_fail(struct pickle *k, const char *what)
{
	return diag_set(k->d, DIAG_DATA, "pickle: %s at byte %zu", what, k->at);
}

static int add_u32(uint32_t **array, size_t *n, uint32_t x, struct diag *d)
{
	return array_push(array, n, &x, sizeof(x), d);
}

int pickle_push(struct pickle *k, uint32_t node)
{
	if (k->nstack == NODE_MAX || k->nnode == NODE_MAX)
		return pickle_fail(k, "more than 2097152 values");
	return add_u32(&k->stack, &k->nstack, node, k->d);
}

/* A new node of KIND on the stack; NULL for no memory. */
struct pickle_node *pickle_push_new(struct pickle *k, enum pickle_kind kind)
{
	struct pickle_node *grown =
		array_room(k->node, k->nnode, sizeof(*grown), k->d);

	if (!grown)
		return NULL;
	k->node = grown;
	grown[k->nnode] = (struct pickle_node){.kind = kind};
	if (pickle_push(k, (uint32_t)k->nnode))
		return NULL;
	return &grown[k->nnode++];
}

int pickle_pop(struct pickle *k, uint32_t *ret)
{
	if (k->nstack == 0)
		return pickle_fail(k, "nothing on the stack");
	*ret = k->stack[--k->nstack];
	return 0;
}

/* The node on top; NULL if there is none, or it is a mark. */
struct pickle_node *pickle_top(struct pickle *k)
{
	struct pickle_node *x;

	if (k->nstack == 0) {
		pickle_fail(k, "nothing on the stack");
		return NULL;
	}
	x = pickle_node(k, k->stack[k->nstack - 1]);
	if (x->kind == PICKLE_MARK) {
		pickle_fail(k, "a mark for a value");
		return NULL;
	}
	return x;
}

/* Where the nodes above the last mark begin. */
int pickle_find_mark(struct pickle *k, size_t *ret)
{
	for (size_t i = k->nstack; i-- > 0;)
		if (pickle_node(k, k->stack[i])->kind == PICKLE_MARK) {
			*ret = i + 1;
			return 0;
		}
	return pickle_fail(k, "no mark on the stack");
}

int pickle_add_child(struct pickle *k, uint32_t into, uint32_t node)
{
	struct pickle_node *x = pickle_node(k, into);

	if (k->nchild++ == 4 * NODE_MAX)
		return pickle_fail(k, "more than 8388608 members");
	return add_u32(&x->child, &x->n, node, k->d);
}

/* Takes the nodes of the stack from FIRST on into INTO. */
int pickle_adopt(struct pickle *k, uint32_t into, size_t first)
{
	for (size_t i = first; i < k->nstack; i++)
		if (pickle_add_child(k, into, k->stack[i]))
			return -1;
	k->nstack = first;
	return 0;
}

int pickle_memo_put(struct pickle *k, uint64_t at)
{
	if (!pickle_top(k))
		return -1;
	/* Python numbers them in turn. */
	if (at > k->nnode)
		return pickle_fail(k, "a memo out of turn");
	while (k->nmemo <= at)
		if (add_u32(&k->memo, &k->nmemo, NOTHING_AT, k->d))
			return -1;
	k->memo[at] = k->stack[k->nstack - 1];
	return 0;
}

int pickle_memo_get(struct pickle *k, uint64_t at)
{
	if (at >= k->nmemo || k->memo[at] == NOTHING_AT)
		return pickle_fail(k, "a memo that nothing was put in");
	return pickle_push(k, k->memo[at]);
}
