/* SPDX-License-Identifier: MIT */
/*
 * Pickles, protocols 0 to 5, as Python's pickletools.py describes them: read
 * into a tree, and never executed.  A global is a name, and calls nothing: one
 * that the caller lists is a row of its table.  What is made of another is an
 * object, known by what it was given, if that is a class: making one takes what
 * lies there and no more.  A function could give anything, and ends the
 * reading.  Memory is bounded by the pickle's length: an opcode makes two nodes
 * at most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/str.h"
#include "model/model_impl.h"

#define LINE_NBYTES_MAX 4096
/*
 * Nodes, and a few references to each: a state dict of 10^5 tensors has fewer.
 */
#define NODE_MAX ((size_t)1 << 21)

/* A name that is none of the caller's, in the pickle. */
struct foreign {
	const char *module, *name;
	size_t nmodule, nname;
};

struct model_pickle {
	const struct model_globals *globals;
	const unsigned char *p;
	size_t n, at;
	bool is_cut, is_done;
	struct pickle_node *node;
	size_t nnode;
	uint32_t *stack;
	size_t nstack;
	size_t nchild;  /* of all nodes */
	uint32_t *memo; /* of node numbers, PICKLE_NONE where nothing is */
	size_t nmemo;
	struct foreign *foreign;
	size_t nforeign, ncalled;
	struct foreign called; /* the first of NCALLED */
	struct diag *d;
};

/* What follows an opcode. */
struct arg {
	uint64_t u;             /* a number, or the length of TEXT */
	const unsigned char *p; /* a text */
};

static int fail(struct model_pickle *k, const char *what)
{
	return diag_set(k->d, DIAG_DATA, "pickle: %s at byte %zu", what, k->at);
}

static int cut_short(struct model_pickle *k)
{
	k->is_cut = true;
	return fail(k, "cut short");
}

/* --- nodes and the stack -------------------------------------------------- */

static struct pickle_node *node_at(const struct model_pickle *k, uint32_t i)
{
	return &k->node[i];
}

static int add_u32(uint32_t **array, size_t *n, uint32_t x, struct diag *d)
{
	return array_push(array, n, &x, sizeof(x), d);
}

static int push(struct model_pickle *k, uint32_t node)
{
	if (k->nstack == NODE_MAX || k->nnode == NODE_MAX)
		return fail(k, "more than 2097152 values");
	return add_u32(&k->stack, &k->nstack, node, k->d);
}

/* A new node of KIND on the stack; NULL for no memory. */
static struct pickle_node *push_new(
	struct model_pickle *k, enum pickle_kind kind)
{
	struct pickle_node *grown =
		array_room(k->node, k->nnode, sizeof(*grown), k->d);

	if (!grown)
		return NULL;
	k->node = grown;
	grown[k->nnode] = (struct pickle_node){.kind = kind};
	if (push(k, (uint32_t)k->nnode))
		return NULL;
	return &grown[k->nnode++];
}

static int pop(struct model_pickle *k, uint32_t *ret)
{
	if (k->nstack == 0)
		return fail(k, "nothing on the stack");
	*ret = k->stack[--k->nstack];
	return 0;
}

/* The node on top; NULL if there is none, or it is a mark. */
static struct pickle_node *top(struct model_pickle *k)
{
	struct pickle_node *x;

	if (k->nstack == 0) {
		fail(k, "nothing on the stack");
		return NULL;
	}
	x = node_at(k, k->stack[k->nstack - 1]);
	if (x->kind == PICKLE_MARK) {
		fail(k, "a mark for a value");
		return NULL;
	}
	return x;
}

/* Where the nodes above the last mark begin. */
static int find_mark(struct model_pickle *k, size_t *ret)
{
	for (size_t i = k->nstack; i-- > 0;)
		if (node_at(k, k->stack[i])->kind == PICKLE_MARK) {
			*ret = i + 1;
			return 0;
		}
	return fail(k, "no mark on the stack");
}

static int add_child(struct model_pickle *k, uint32_t into, uint32_t node)
{
	struct pickle_node *x = node_at(k, into);

	if (k->nchild++ == 4 * NODE_MAX)
		return fail(k, "more than 8388608 members");
	return add_u32(&x->child, &x->n, node, k->d);
}

/* Takes the nodes of the stack from FIRST on into INTO. */
static int adopt(struct model_pickle *k, uint32_t into, size_t first)
{
	for (size_t i = first; i < k->nstack; i++)
		if (add_child(k, into, k->stack[i]))
			return -1;
	k->nstack = first;
	return 0;
}

/* --- opcodes -------------------------------------------------------------- */

static int on_nothing(struct model_pickle *k, int kind, struct arg a)
{
	(void)k;
	(void)kind;
	(void)a;
	return 0;
}

static int on_stop(struct model_pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	k->is_done = true;
	return top(k) ? 0 : -1;
}

/* A value without children. */
static int on_value(struct model_pickle *k, int kind, struct arg a)
{
	struct pickle_node *x = push_new(k, (enum pickle_kind)kind);

	if (!x)
		return -1;
	x->i = (int64_t)a.u;
	x->text = (const char *)a.p;
	return 0;
}

static int on_bool(struct model_pickle *k, int kind, struct arg a)
{
	a.u = (uint64_t)kind;
	return on_value(k, PICKLE_INT, a);
}

static int on_int4(struct model_pickle *k, int kind, struct arg a)
{
	a.u = (uint64_t)(int64_t)(int32_t)(uint32_t)a.u;
	return on_value(k, kind, a);
}

/* Little-endian two's complement; one too long for us is of no use to us. */
static int on_long(struct model_pickle *k, int kind, struct arg a)
{
	uint64_t x = a.u && a.p[a.u - 1] & 0x80 ? UINT64_MAX : 0;

	if (a.u > 8)
		return on_value(k, PICKLE_OTHER, (struct arg){0});
	for (size_t i = (size_t)a.u; i-- > 0;)
		x = x << 8 | a.p[i];
	return on_value(k, kind, (struct arg){.u = x});
}

/* Protocol 0: digits, with an L; 01 and 00 are True and False. */
static int on_decimal(struct model_pickle *k, int kind, struct arg a)
{
	uint64_t x = 0, i = a.u && a.p[0] == '-';
	bool negative = i > 0;

	for (; i < a.u && a.p[i] >= '0' && a.p[i] <= '9'; i++)
		if (__builtin_mul_overflow(x, 10, &x) ||
			__builtin_add_overflow(x, (uint64_t)(a.p[i] - '0'), &x))
			return on_value(k, PICKLE_OTHER, (struct arg){0});
	return on_value(k, kind, (struct arg){.u = negative ? -x : x});
}

/* 'text', as protocol 0 has it; escapes stay as they are. */
static int on_quoted(struct model_pickle *k, int kind, struct arg a)
{
	if (a.u < 2 || a.p[0] != a.p[a.u - 1])
		return fail(k, "a string without quotes");
	a.p++;
	a.u -= 2;
	return on_value(k, kind, a);
}

static int on_pop(struct model_pickle *k, int kind, struct arg a)
{
	uint32_t x;

	(void)kind;
	(void)a;
	return pop(k, &x);
}

static int on_pop_mark(struct model_pickle *k, int kind, struct arg a)
{
	size_t first = 0;

	(void)kind;
	(void)a;
	if (find_mark(k, &first))
		return -1;
	k->nstack = first - 1;
	return 0;
}

static int on_dup(struct model_pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	return top(k) ? push(k, k->stack[k->nstack - 1]) : -1;
}

/* A node of what is above the mark. */
static int on_marked(struct model_pickle *k, int kind, struct arg a)
{
	size_t first = 0;
	uint32_t into;

	(void)a;
	if (find_mark(k, &first))
		return -1;
	/* The new node takes the mark's place. */
	if (!push_new(k, (enum pickle_kind)kind))
		return -1;
	into = k->stack[--k->nstack];
	k->stack[first - 1] = into;
	if (kind == PICKLE_DICT && (k->nstack - first) % 2)
		return fail(k, "a key without a value");
	return adopt(k, into, first);
}

static int on_tuple(struct model_pickle *k, int n, struct arg a)
{
	uint32_t into;

	(void)a;
	if (k->nstack < (size_t)n)
		return fail(k, "too few on the stack");
	if (!push_new(k, PICKLE_TUPLE))
		return -1;
	into = k->stack[--k->nstack];
	return adopt(k, into, k->nstack - (size_t)n) || push(k, into) ? -1 : 0;
}

/* Where the members of the object X are, which is a KIND of its own: *RET. */
static int own_members(
	struct model_pickle *k, uint32_t x, int kind, uint32_t *ret)
{
	if (node_at(k, x)->i)
		*ret = (uint32_t)node_at(k, x)->i;
	else if (push_new(k, (enum pickle_kind)kind))
		*ret = k->stack[--k->nstack];
	else
		return -1;
	if (node_at(k, x)->i)
		return 0;
	node_at(k, x)->i = *ret;
	return add_child(k, x, *ret);
}

/* What can take members: a call's result may be a list or a dict of its own. */
static int add_members(struct model_pickle *k, int kind, size_t first)
{
	struct pickle_node *x;
	uint32_t into;

	if (first == 0)
		return fail(k, "nothing to add to");
	into = k->stack[first - 1];
	x = node_at(k, into);
	if (kind == PICKLE_DICT && (k->nstack - first) % 2)
		return fail(k, "a key without a value");
	if (x->kind == PICKLE_CALL) {
		k->nstack = first;
		return 0;
	}
	if (x->kind == PICKLE_OBJECT && own_members(k, into, kind, &into))
		return -1;
	if (node_at(k, into)->kind != (enum pickle_kind)kind)
		return fail(k, "members for what has none");
	return adopt(k, into, first);
}

/* APPEND and SETITEM: one, or a pair. */
static int on_member(struct model_pickle *k, int kind, struct arg a)
{
	size_t n = kind == PICKLE_DICT ? 2 : 1;

	(void)a;
	if (k->nstack < n + 1)
		return fail(k, "too few on the stack");
	return add_members(k, kind, k->nstack - n);
}

/* APPENDS, SETITEMS, ADDITEMS: what is above the mark, to what is below. */
static int on_members(struct model_pickle *k, int kind, struct arg a)
{
	size_t first = 0;

	(void)a;
	if (find_mark(k, &first))
		return -1;
	for (size_t i = first; i < k->nstack; i++)
		k->stack[i - 1] = k->stack[i];
	k->nstack--;
	return add_members(k, kind, first - 1);
}

/* --- the memo ------------------------------------------------------------- */

static int put_memo(struct model_pickle *k, uint64_t at)
{
	if (!top(k))
		return -1;
	/* Python numbers them in turn. */
	if (at > k->nnode)
		return fail(k, "a memo out of turn");
	while (k->nmemo <= at)
		if (add_u32(&k->memo, &k->nmemo, PICKLE_NONE_AT, k->d))
			return -1;
	k->memo[at] = k->stack[k->nstack - 1];
	return 0;
}

static int on_put(struct model_pickle *k, int kind, struct arg a)
{
	(void)kind;
	return put_memo(k, a.u);
}

static int on_memoize(struct model_pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	return put_memo(k, k->nmemo);
}

static int on_get(struct model_pickle *k, int kind, struct arg a)
{
	(void)kind;
	if (a.u >= k->nmemo || k->memo[a.u] == PICKLE_NONE_AT)
		return fail(k, "a memo that nothing was put in");
	return push(k, k->memo[a.u]);
}

/* Protocol 0 writes the memo's number in decimal. */
static int on_memo_line(struct model_pickle *k, int is_put, struct arg a)
{
	struct arg at = {0};

	for (size_t i = 0; i < a.u; i++) {
		if (a.p[i] < '0' || a.p[i] > '9' || at.u > UINT32_MAX)
			return fail(k, "a memo without a number");
		at.u = 10 * at.u + (uint64_t)(a.p[i] - '0');
	}
	return is_put ? on_put(k, 0, at) : on_get(k, 0, at);
}

/* --- globals, which are names --------------------------------------------- */

static int find_global(const struct model_globals *g, const char *module,
	size_t nmodule, const char *name, size_t n)
{
	if (str_is(module, nmodule, "__builtin__")) { /* in Python 2 */
		module = "builtins";
		nmodule = strlen(module);
	}
	for (size_t i = 0; i < g->n; i++) {
		const struct model_global *row = &g->row[i];
		size_t len = strlen(row->module);

		if (row->name ? str_is(module, nmodule, row->module) &&
					str_is(name, n, row->name)
			      : nmodule >= len &&
					memcmp(row->module, module, len) == 0 &&
					(nmodule == len || module[len] == '.'))
			return (int)i;
	}
	return -1;
}

static int push_global(struct model_pickle *k, const char *module, size_t nm,
	const char *name, size_t nn)
{
	const struct foreign f = {module, name, nm, nn};
	int at = find_global(k->globals, module, nm, name, nn);
	struct pickle_node *x =
		push_new(k, at < 0 ? PICKLE_NAME : PICKLE_GLOBAL);

	if (!x)
		return -1;
	x->i = at < 0 ? (int64_t)k->nforeign : at;
	return at < 0 ? array_push(
				&k->foreign, &k->nforeign, &f, sizeof(f), k->d)
		      : 0;
}

/* Two lines. */
static int on_global(struct model_pickle *k, int kind, struct arg a)
{
	const unsigned char *name = k->p + k->at, *end;

	(void)kind;
	end = memchr(name, '\n', k->n - k->at);
	if (!end)
		return cut_short(k);
	k->at += (size_t)(end - name) + 1;
	return push_global(k, (const char *)a.p, (size_t)a.u,
		(const char *)name, (size_t)(end - name));
}

static int on_stack_global(struct model_pickle *k, int kind, struct arg a)
{
	uint32_t name = 0, module = 0;
	const struct pickle_node *m, *n;

	(void)kind;
	(void)a;
	if (pop(k, &name) || pop(k, &module))
		return -1;
	m = node_at(k, module);
	n = node_at(k, name);
	if (m->kind != PICKLE_TEXT || n->kind != PICKLE_TEXT)
		return fail(k, "a global without a name");
	return push_global(k, m->text, (size_t)m->i, n->text, (size_t)n->i);
}

/* The members of FROM, a list, tuple or dict, to INTO. */
static int copy_members(struct model_pickle *k, uint32_t into, uint32_t from)
{
	for (size_t i = 0; i < node_at(k, from)->n; i++)
		if (add_child(k, into, node_at(k, from)->child[i]))
			return -1;
	return 0;
}

static bool is_row_of(const struct pickle_node *x)
{
	return x->kind == PICKLE_LIST || x->kind == PICKLE_TUPLE;
}

/*
 * What dict(FROM) and the like begin with: pairs, as Python 2 has them, or
 * another dict.  What is neither, as the factory of a defaultdict, is none.
 */
static int fill_dict(struct model_pickle *k, uint32_t into, uint32_t from)
{
	const struct pickle_node *x = node_at(k, from);

	if (x->kind == PICKLE_DICT)
		return copy_members(k, into, from);
	for (size_t i = 0; is_row_of(x) && i < x->n; i++) {
		const struct pickle_node *pair = node_at(k, x->child[i]);

		if (!is_row_of(pair) || pair->n != 2)
			return fail(k, "a dict of what are no pairs");
		if (copy_members(k, into, x->child[i]))
			return -1;
	}
	return 0;
}

/* A container of ours, with what is in ARGS. */
static int push_container(
	struct model_pickle *k, enum pickle_kind kind, uint32_t args)
{
	uint32_t into;

	if (!push_new(k, kind))
		return -1;
	into = k->stack[k->nstack - 1];
	for (size_t i = 0; i < node_at(k, args)->n; i++) {
		uint32_t arg = node_at(k, args)->child[i];

		if (kind == PICKLE_DICT ? fill_dict(k, into, arg)
			: is_row_of(node_at(k, arg))
				? copy_members(k, into, arg)
				: 0)
			return -1;
	}
	return 0;
}

/* A class, as Python names them: by a capital, after any underscores. */
static bool is_class(const struct foreign *f)
{
	const char *p = f->name, *end = f->name + f->nname;

	for (const char *at = p; at < end; at++)
		p = *at == '.' ? at + 1 : p;
	while (p < end && *p == '_')
		p++;
	return p < end && *p >= 'A' && *p <= 'Z';
}

/* NAME[I] must be a class, of which an object is made. */
static int check_class(struct model_pickle *k, size_t i)
{
	const struct foreign *f = &k->foreign[i];
	size_t nm = f->nmodule, nn = f->nname;

	if (is_class(f))
		return 0;
	return diag_set(k->d, DIAG_DATA,
		"a pickle that wants %.*s.%.*s, which is not opened; expected "
		"tensors alone: %s",
		(int)(nm > 100 ? 100 : nm), f->module,
		(int)(nn > 100 ? 100 : nn), f->name, k->globals->advice);
}

/*
 * What a call of GLOBAL gives: a container of ours, an object, or a node for
 * it.
 */
static int push_call(struct model_pickle *k, uint32_t global, uint32_t args)
{
	enum pickle_kind kind = node_at(k, global)->kind;
	int64_t i = node_at(k, global)->i;
	struct pickle_node *x;
	int makes;

	if (kind != PICKLE_GLOBAL && kind != PICKLE_NAME)
		return fail(k, "a call of what is no global");
	if (node_at(k, args)->kind != PICKLE_TUPLE)
		return fail(k, "a call without arguments");
	if (kind == PICKLE_NAME && check_class(k, (size_t)i))
		return -1;
	makes = kind == PICKLE_GLOBAL ? k->globals->row[i].makes : 0;
	if (makes)
		return push_container(k, (enum pickle_kind)makes, args);
	x = push_new(k, kind == PICKLE_NAME ? PICKLE_OBJECT : PICKLE_CALL);
	if (!x)
		return -1;
	x->i = kind == PICKLE_NAME ? 0 : i;
	return add_child(k, k->stack[k->nstack - 1], args);
}

/* The class in ('module', class, file, source), as torch once kept modules'. */
static uint32_t class_of(const struct model_pickle *k, uint32_t x)
{
	const struct pickle_node *id = node_at(k, x);

	if (id->kind == PICKLE_PERSISTENT)
		id = node_at(k, id->child[0]);
	return id->kind == PICKLE_TUPLE && id->n == 4 ? id->child[1] : x;
}

/* A class makes an object, or is called and could do more. */
enum make { MAKE_CALLED, MAKE_NEW, MAKE_NEW_EX };

/* REDUCE, NEWOBJ: arguments above the callable. */
static int on_reduce(struct model_pickle *k, int kind, struct arg a)
{
	uint32_t args = 0, global = 0, keywords;
	const struct pickle_node *x;

	(void)a;
	if (kind == MAKE_NEW_EX && pop(k, &keywords))
		return -1;
	if (pop(k, &args) || pop(k, &global))
		return -1;
	global = class_of(k, global);
	if (push_call(k, global, args))
		return -1;
	x = node_at(k, global);
	if (kind == MAKE_CALLED && x->kind == PICKLE_NAME && !k->ncalled++)
		k->called = k->foreign[x->i];
	return 0;
}

/* BUILD: the state of an object; attributes of containers are left out. */
static int on_build(struct model_pickle *k, int kind, struct arg a)
{
	uint32_t state = 0;
	struct pickle_node *x;

	(void)kind;
	(void)a;
	if (pop(k, &state))
		return -1;
	x = top(k);
	if (!x)
		return -1;
	if (x->kind != PICKLE_OBJECT && (x->kind != PICKLE_CALL || x->n != 1))
		return 0;
	return add_child(k, k->stack[k->nstack - 1], state);
}

static int on_persistent(struct model_pickle *k, int kind, struct arg a)
{
	uint32_t id = 0;

	(void)kind;
	(void)a;
	if (pop(k, &id))
		return -1;
	return push_new(k, PICKLE_PERSISTENT)
		       ? add_child(k, k->stack[k->nstack - 1], id)
		       : -1;
}

/* --- the table ------------------------------------------------------------ */

enum arg_kind {
	ARG_NONE,
	ARG_1, /* a number of so many bytes */
	ARG_2,
	ARG_4,
	ARG_8,
	ARG_TEXT1, /* bytes whose number comes first, in so many bytes */
	ARG_TEXT4,
	ARG_TEXT8,
	ARG_LINE,
};

static const struct opcode {
	int (*run)(struct model_pickle *k, int kind, struct arg a);
	int kind;
	enum arg_kind arg;
} opcodes[256] = {
	[0x80] = {on_nothing, 0, ARG_1}, /* PROTO */
	[0x95] = {on_nothing, 0, ARG_8}, /* FRAME */
	['.'] = {on_stop, 0, ARG_NONE},
	['('] = {on_value, PICKLE_MARK, ARG_NONE},
	['0'] = {on_pop, 0, ARG_NONE},
	['1'] = {on_pop_mark, 0, ARG_NONE},
	['2'] = {on_dup, 0, ARG_NONE},
	['N'] = {on_value, PICKLE_OTHER, ARG_NONE},
	[0x88] = {on_bool, 1, ARG_NONE},
	[0x89] = {on_bool, 0, ARG_NONE},
	['I'] = {on_decimal, PICKLE_INT, ARG_LINE},
	['L'] = {on_decimal, PICKLE_INT, ARG_LINE},
	['J'] = {on_int4, PICKLE_INT, ARG_4},
	['K'] = {on_value, PICKLE_INT, ARG_1},
	['M'] = {on_value, PICKLE_INT, ARG_2},
	[0x8a] = {on_long, PICKLE_INT, ARG_TEXT1},
	[0x8b] = {on_long, PICKLE_INT, ARG_TEXT4},
	['F'] = {on_value, PICKLE_OTHER, ARG_LINE},
	['G'] = {on_value, PICKLE_OTHER, ARG_8},
	['S'] = {on_quoted, PICKLE_TEXT, ARG_LINE},
	['T'] = {on_value, PICKLE_TEXT, ARG_TEXT4},
	['U'] = {on_value, PICKLE_TEXT, ARG_TEXT1},
	['V'] = {on_value, PICKLE_TEXT, ARG_LINE},
	['X'] = {on_value, PICKLE_TEXT, ARG_TEXT4},
	[0x8c] = {on_value, PICKLE_TEXT, ARG_TEXT1},
	[0x8d] = {on_value, PICKLE_TEXT, ARG_TEXT8},
	['B'] = {on_value, PICKLE_OTHER, ARG_TEXT4},
	['C'] = {on_value, PICKLE_OTHER, ARG_TEXT1},
	[0x8e] = {on_value, PICKLE_OTHER, ARG_TEXT8},
	[0x96] = {on_value, PICKLE_OTHER, ARG_TEXT8},
	[']'] = {on_value, PICKLE_LIST, ARG_NONE},
	['l'] = {on_marked, PICKLE_LIST, ARG_NONE},
	['a'] = {on_member, PICKLE_LIST, ARG_NONE},
	['e'] = {on_members, PICKLE_LIST, ARG_NONE},
	[0x8f] = {on_value, PICKLE_LIST, ARG_NONE},   /* EMPTY_SET */
	[0x90] = {on_members, PICKLE_LIST, ARG_NONE}, /* ADDITEMS */
	[0x91] = {on_marked, PICKLE_LIST, ARG_NONE},  /* FROZENSET */
	[')'] = {on_tuple, 0, ARG_NONE},
	[0x85] = {on_tuple, 1, ARG_NONE},
	[0x86] = {on_tuple, 2, ARG_NONE},
	[0x87] = {on_tuple, 3, ARG_NONE},
	['t'] = {on_marked, PICKLE_TUPLE, ARG_NONE},
	['}'] = {on_value, PICKLE_DICT, ARG_NONE},
	['d'] = {on_marked, PICKLE_DICT, ARG_NONE},
	['s'] = {on_member, PICKLE_DICT, ARG_NONE},
	['u'] = {on_members, PICKLE_DICT, ARG_NONE},
	['c'] = {on_global, 0, ARG_LINE},
	[0x93] = {on_stack_global, 0, ARG_NONE},
	['R'] = {on_reduce, MAKE_CALLED, ARG_NONE},
	[0x81] = {on_reduce, MAKE_NEW, ARG_NONE},    /* NEWOBJ */
	[0x92] = {on_reduce, MAKE_NEW_EX, ARG_NONE}, /* NEWOBJ_EX */
	['b'] = {on_build, 0, ARG_NONE},
	['Q'] = {on_persistent, 0, ARG_NONE},
	['p'] = {on_memo_line, 1, ARG_LINE},
	['q'] = {on_put, 0, ARG_1},
	['r'] = {on_put, 0, ARG_4},
	['g'] = {on_memo_line, 0, ARG_LINE},
	['h'] = {on_get, 0, ARG_1},
	['j'] = {on_get, 0, ARG_4},
	[0x94] = {on_memoize, 0, ARG_NONE},
};

/* So many bytes of a number, little-endian. */
static int take_number(struct model_pickle *k, unsigned nbytes, uint64_t *ret)
{
	*ret = 0;
	if (k->n - k->at < nbytes)
		return cut_short(k);
	for (unsigned i = nbytes; i-- > 0;)
		*ret = *ret << 8 | k->p[k->at + i];
	k->at += nbytes;
	return 0;
}

static int take_text(struct model_pickle *k, unsigned nbytes, struct arg *a)
{
	if (take_number(k, nbytes, &a->u))
		return -1;
	if (a->u > k->n - k->at)
		return cut_short(k);
	a->p = k->p + k->at;
	k->at += (size_t)a->u;
	return 0;
}

static int take_line(struct model_pickle *k, struct arg *a)
{
	const unsigned char *end = memchr(k->p + k->at, '\n', k->n - k->at);

	if (!end)
		return cut_short(k);
	a->p = k->p + k->at;
	a->u = (uint64_t)(end - a->p);
	if (a->u > LINE_NBYTES_MAX)
		return fail(k, "a line of more than 4096 bytes");
	k->at += (size_t)a->u + 1;
	return 0;
}

static int take_arg(struct model_pickle *k, enum arg_kind kind, struct arg *a)
{
	switch (kind) {
	case ARG_NONE: return 0;
	case ARG_1: return take_number(k, 1, &a->u);
	case ARG_2: return take_number(k, 2, &a->u);
	case ARG_4: return take_number(k, 4, &a->u);
	case ARG_8: return take_number(k, 8, &a->u);
	case ARG_TEXT1: return take_text(k, 1, a);
	case ARG_TEXT4: return take_text(k, 4, a);
	case ARG_TEXT8: return take_text(k, 8, a);
	case ARG_LINE: return take_line(k, a);
	}
	return -1;
}

static int step(struct model_pickle *k)
{
	struct arg a = {0};
	const struct opcode *o;
	unsigned char c;

	if (k->at == k->n)
		return cut_short(k);
	c = k->p[k->at++];
	o = &opcodes[c];
	if (!o->run)
		return diag_set(k->d, DIAG_DATA,
			"pickle: opcode 0x%02x at byte %zu, which is not "
			"opened; expected tensors alone: %s",
			c, k->at - 1, k->globals->advice);
	return take_arg(k, o->arg, &a) || o->run(k, o->kind, a) ? -1 : 0;
}

struct model_pickle *model_pickle_read(const void *p, size_t n,
	const struct model_globals *globals, struct model_pickle_end *ret,
	struct diag *d)
{
	struct model_pickle *k = calloc(1, sizeof(*k));
	const struct foreign *f;
	int r = 0;

	*ret = (struct model_pickle_end){0};
	if (!k) {
		diag_nomem(d, sizeof(*k));
		return NULL;
	}
	*k = (struct model_pickle){.globals = globals, .p = p, .n = n, .d = d};
	while (!r && !k->is_done)
		r = step(k);
	ret->used = k->at;
	ret->is_cut = k->is_cut;
	if (r) {
		model_pickle_free(k);
		return NULL;
	}
	f = &k->called;
	ret->root = node_at(k, k->stack[k->nstack - 1]);
	if (k->ncalled)
		snprintf(ret->remark, sizeof(ret->remark),
			"a pickle that calls %.*s.%.*s, which is not run; only "
			"tensors are read",
			(int)(f->nmodule > 40 ? 40 : f->nmodule), f->module,
			(int)(f->nname > 24 ? 24 : f->nname), f->name);
	return k;
}

void model_pickle_free(struct model_pickle *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->nnode; i++)
		free(k->node[i].child);
	free(k->node);
	free(k->stack);
	free(k->memo);
	free(k->foreign);
	free(k);
}

const struct pickle_node *model_pickle_child(
	const struct model_pickle *k, const struct pickle_node *x, size_t i)
{
	return i < x->n ? node_at(k, x->child[i]) : NULL;
}

const struct pickle_node *model_pickle_at(
	const struct model_pickle *k, size_t i)
{
	return i < k->nnode ? node_at(k, (uint32_t)i) : NULL;
}

bool model_pickle_is_new(struct model_pickle *k, const struct pickle_node *x)
{
	struct pickle_node *mine = &k->node[x - k->node];
	bool is_new = !mine->is_seen;

	mine->is_seen = true;
	return is_new;
}
