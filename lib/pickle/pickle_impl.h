/* SPDX-License-Identifier: MIT */
/* Inside of lib/pickle: what its files share, under the name of each. */
#ifndef PICKLE_PICKLE_IMPL_H
#define PICKLE_PICKLE_IMPL_H

#include "pickle/pickle.h"

/* A name that is none of the caller's, in the pickle. */
struct pickle_name {
	const char *module, *name;
	size_t nmodule, nname;
};

/* A reading: the machine that pickles are written for. */
struct pickle {
	const struct pickle_globals *globals;
	const unsigned char *p;
	size_t n, at;
	bool is_cut, is_done;
	struct pickle_node *node;
	size_t nnode;
	uint32_t *stack; /* of node numbers */
	size_t nstack;
	size_t nchild; /* of all nodes */
	uint32_t *memo;
	size_t nmemo;
	struct pickle_name *name;
	size_t nname, ncalled;
	struct pickle_name called; /* the first of NCALLED */
	struct diag *d;
};

static inline struct pickle_node *pickle_node(
	const struct pickle *k, uint32_t i)
{
	return &k->node[i];
}

/* --- stack.c: nodes, the stack that they are made on, the memo ------------ */

/* Says WHAT was wrong, and where.  Returns -1. */
int pickle_fail(struct pickle *k, const char *what);

/* Each returns 0, or -1 with K's diag. */
int pickle_push(struct pickle *k, uint32_t node);
int pickle_pop(struct pickle *k, uint32_t *ret);

/* A new node of KIND on the stack; NULL for no memory, or too many. */
struct pickle_node *pickle_push_new(struct pickle *k, enum pickle_kind kind);

/* The node on top; NULL if there is none, or it is a mark. */
struct pickle_node *pickle_top(struct pickle *k);

/* Where the nodes above the last mark begin. */
int pickle_find_mark(struct pickle *k, size_t *ret);

int pickle_add_child(struct pickle *k, uint32_t into, uint32_t node);

/* Takes the nodes of the stack from FIRST on into INTO. */
int pickle_adopt(struct pickle *k, uint32_t into, size_t first);

/* Keeps the node on top as AT of the memo; and pushes it again. */
int pickle_memo_put(struct pickle *k, uint64_t at);
int pickle_memo_get(struct pickle *k, uint64_t at);

/* --- object.c: what is made of globals ----------------------------------- */

int pickle_push_global(struct pickle *k, const char *module, size_t nm,
	const char *name, size_t nn);

/*
 * What a call of GLOBAL gives: a container of ours, an object, or a node for
 * it.  A class just makes an object, unless it IS_CALLED, and could do more.
 */
int pickle_push_call(
	struct pickle *k, uint32_t global, uint32_t args, bool is_called);

/* Where the members of the object X are, which is a KIND of its own: *RET. */
int pickle_own_members(struct pickle *k, uint32_t x, int kind, uint32_t *ret);

#endif
