/* SPDX-License-Identifier: MIT */
/*
 * Pickles, protocols 0 to 5, as Python's pickletools.py describes them: a row
 * an opcode.  Memory is bounded by the pickle's length: an opcode makes two
 * nodes at most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "pickle/pickle_impl.h"

#define LINE_NBYTES_MAX 4096

/* What follows an opcode. */
struct arg {
	uint64_t u;             /* a number, or the length of TEXT */
	const unsigned char *p; /* a text */
};
static int cut_short(struct pickle *k)
{
	k->is_cut = true;
	return pickle_fail(k, "cut short");
}
/* --- opcodes -------------------------------------------------------------- */

static int on_nothing(struct pickle *k, int kind, struct arg a)
{
	(void)k;
	(void)kind;
	(void)a;
	return 0;
}

static int on_stop(struct pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	k->is_done = true;
	return pickle_top(k) ? 0 : -1;
}

/* A value without children. */
static int on_value(struct pickle *k, int kind, struct arg a)
{
	struct pickle_node *x = pickle_push_new(k, (enum pickle_kind)kind);

	if (!x)
		return -1;
	x->i = (int64_t)a.u;
	x->text = (const char *)a.p;
	return 0;
}

static int on_bool(struct pickle *k, int kind, struct arg a)
{
	a.u = (uint64_t)kind;
	return on_value(k, PICKLE_INT, a);
}

static int on_int4(struct pickle *k, int kind, struct arg a)
{
	a.u = (uint64_t)(int64_t)(int32_t)(uint32_t)a.u;
	return on_value(k, kind, a);
}

/* Little-endian two's complement; one too long for us is of no use to us. */
static int on_long(struct pickle *k, int kind, struct arg a)
{
	uint64_t x = a.u && a.p[a.u - 1] & 0x80 ? UINT64_MAX : 0;

	if (a.u > 8)
		return on_value(k, PICKLE_OTHER, (struct arg){0});
	for (size_t i = (size_t)a.u; i-- > 0;)
		x = x << 8 | a.p[i];
	return on_value(k, kind, (struct arg){.u = x});
}

/* Protocol 0: digits, with an L; 01 and 00 are True and False. */
static int on_decimal(struct pickle *k, int kind, struct arg a)
{
	uint64_t x = 0, i = a.u && a.p[0] == '-';
	bool negative = i > 0;

	for (; i < a.u && str_is_digit((char)a.p[i]); i++)
		if (__builtin_mul_overflow(x, 10, &x) ||
			__builtin_add_overflow(x, (uint64_t)(a.p[i] - '0'), &x))
			return on_value(k, PICKLE_OTHER, (struct arg){0});
	return on_value(k, kind, (struct arg){.u = negative ? -x : x});
}

/* 'text', as protocol 0 has it; escapes stay as they are. */
static int on_quoted(struct pickle *k, int kind, struct arg a)
{
	if (a.u < 2 || a.p[0] != a.p[a.u - 1])
		return pickle_fail(k, "a string without quotes");
	a.p++;
	a.u -= 2;
	return on_value(k, kind, a);
}

static int on_pop(struct pickle *k, int kind, struct arg a)
{
	uint32_t x;

	(void)kind;
	(void)a;
	return pickle_pop(k, &x);
}

static int on_pop_mark(struct pickle *k, int kind, struct arg a)
{
	size_t first = 0;

	(void)kind;
	(void)a;
	if (pickle_find_mark(k, &first))
		return -1;
	k->nstack = first - 1;
	return 0;
}

static int on_dup(struct pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	return pickle_top(k) ? pickle_push(k, k->stack[k->nstack - 1]) : -1;
}

/* A node of what is above the mark. */
static int on_marked(struct pickle *k, int kind, struct arg a)
{
	size_t first = 0;
	uint32_t into;

	(void)a;
	if (pickle_find_mark(k, &first))
		return -1;
	/* The new node takes the mark's place. */
	if (!pickle_push_new(k, (enum pickle_kind)kind))
		return -1;
	into = k->stack[--k->nstack];
	k->stack[first - 1] = into;
	if (kind == PICKLE_DICT && (k->nstack - first) % 2)
		return pickle_fail(k, "a key without a value");
	return pickle_adopt(k, into, first);
}

static int on_tuple(struct pickle *k, int n, struct arg a)
{
	uint32_t into;

	(void)a;
	if (k->nstack < (size_t)n)
		return pickle_fail(k, "too few on the stack");
	if (!pickle_push_new(k, PICKLE_TUPLE))
		return -1;
	into = k->stack[--k->nstack];
	return pickle_adopt(k, into, k->nstack - (size_t)n) ||
			       pickle_push(k, into)
		       ? -1
		       : 0;
}

/* What can take members: a call's result may be a list or a dict of its own. */
static int add_members(struct pickle *k, int kind, size_t first)
{
	struct pickle_node *x;
	uint32_t into;

	if (first == 0)
		return pickle_fail(k, "nothing to add to");
	into = k->stack[first - 1];
	x = pickle_node(k, into);
	if (kind == PICKLE_DICT && (k->nstack - first) % 2)
		return pickle_fail(k, "a key without a value");
	if (x->kind == PICKLE_CALL) {
		k->nstack = first;
		return 0;
	}
	if (x->kind == PICKLE_OBJECT &&
		pickle_own_members(k, into, kind, &into))
		return -1;
	if (pickle_node(k, into)->kind != (enum pickle_kind)kind)
		return pickle_fail(k, "members for what has none");
	return pickle_adopt(k, into, first);
}

/* APPEND and SETITEM: one, or a pair. */
static int on_member(struct pickle *k, int kind, struct arg a)
{
	size_t n = kind == PICKLE_DICT ? 2 : 1;

	(void)a;
	if (k->nstack < n + 1)
		return pickle_fail(k, "too few on the stack");
	return add_members(k, kind, k->nstack - n);
}

/* APPENDS, SETITEMS, ADDITEMS: what is above the mark, to what is below. */
static int on_members(struct pickle *k, int kind, struct arg a)
{
	size_t first = 0;

	(void)a;
	if (pickle_find_mark(k, &first))
		return -1;
	for (size_t i = first; i < k->nstack; i++)
		k->stack[i - 1] = k->stack[i];
	k->nstack--;
	return add_members(k, kind, first - 1);
}

/* --- the memo ------------------------------------------------------------- */

static int on_put(struct pickle *k, int kind, struct arg a)
{
	(void)kind;
	return pickle_memo_put(k, a.u);
}

static int on_memoize(struct pickle *k, int kind, struct arg a)
{
	(void)kind;
	(void)a;
	return pickle_memo_put(k, k->nmemo);
}

static int on_get(struct pickle *k, int kind, struct arg a)
{
	(void)kind;
	return pickle_memo_get(k, a.u);
}

/* Protocol 0 writes the memo's number in decimal. */
static int on_memo_line(struct pickle *k, int is_put, struct arg a)
{
	struct arg at = {0};

	for (size_t i = 0; i < a.u; i++) {
		if (!str_is_digit((char)a.p[i]) || at.u > UINT32_MAX)
			return pickle_fail(k, "a memo without a number");
		at.u = 10 * at.u + (uint64_t)(a.p[i] - '0');
	}
	return is_put ? on_put(k, 0, at) : on_get(k, 0, at);
}

/* --- globals, which are names --------------------------------------------- */

/* Two lines. */
static int on_global(struct pickle *k, int kind, struct arg a)
{
	const unsigned char *name = k->p + k->at, *end;

	(void)kind;
	end = memchr(name, '\n', k->n - k->at);
	if (!end)
		return cut_short(k);
	k->at += (size_t)(end - name) + 1;
	return pickle_push_global(k, (const char *)a.p, (size_t)a.u,
		(const char *)name, (size_t)(end - name));
}

static int on_stack_global(struct pickle *k, int kind, struct arg a)
{
	uint32_t name = 0, module = 0;
	const struct pickle_node *m, *n;

	(void)kind;
	(void)a;
	if (pickle_pop(k, &name) || pickle_pop(k, &module))
		return -1;
	m = pickle_node(k, module);
	n = pickle_node(k, name);
	if (m->kind != PICKLE_TEXT || n->kind != PICKLE_TEXT)
		return pickle_fail(k, "a global without a name");
	return pickle_push_global(
		k, m->text, (size_t)m->i, n->text, (size_t)n->i);
}

/* A class makes an object, or is called. */
enum make { MAKE_CALLED, MAKE_NEW, MAKE_NEW_EX };

/* REDUCE, NEWOBJ: arguments above the callable. */
static int on_reduce(struct pickle *k, int kind, struct arg a)
{
	uint32_t args = 0, global = 0, keywords;

	(void)a;
	if (kind == MAKE_NEW_EX && pickle_pop(k, &keywords))
		return -1;
	if (pickle_pop(k, &args) || pickle_pop(k, &global))
		return -1;
	return pickle_push_call(k, global, args, kind == MAKE_CALLED);
}

/* BUILD: the state of an object; attributes of containers are left out. */
static int on_build(struct pickle *k, int kind, struct arg a)
{
	uint32_t state = 0;
	struct pickle_node *x;

	(void)kind;
	(void)a;
	if (pickle_pop(k, &state))
		return -1;
	x = pickle_top(k);
	if (!x)
		return -1;
	if (x->kind != PICKLE_OBJECT && (x->kind != PICKLE_CALL || x->n != 1))
		return 0;
	return pickle_add_child(k, k->stack[k->nstack - 1], state);
}

static int on_persistent(struct pickle *k, int kind, struct arg a)
{
	uint32_t id = 0;

	(void)kind;
	(void)a;
	if (pickle_pop(k, &id))
		return -1;
	return pickle_push_new(k, PICKLE_PERSISTENT)
		       ? pickle_add_child(k, k->stack[k->nstack - 1], id)
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
	int (*run)(struct pickle *k, int kind, struct arg a);
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
	['B'] = {on_value, PICKLE_BYTES, ARG_TEXT4},
	['C'] = {on_value, PICKLE_BYTES, ARG_TEXT1},
	[0x8e] = {on_value, PICKLE_BYTES, ARG_TEXT8},
	[0x96] = {on_value, PICKLE_BYTES, ARG_TEXT8},
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
static int take_number(struct pickle *k, unsigned nbytes, uint64_t *ret)
{
	*ret = 0;
	if (k->n - k->at < nbytes)
		return cut_short(k);
	for (unsigned i = nbytes; i-- > 0;)
		*ret = *ret << 8 | k->p[k->at + i];
	k->at += nbytes;
	return 0;
}

static int take_text(struct pickle *k, unsigned nbytes, struct arg *a)
{
	if (take_number(k, nbytes, &a->u))
		return -1;
	if (a->u > k->n - k->at)
		return cut_short(k);
	a->p = k->p + k->at;
	k->at += (size_t)a->u;
	return 0;
}

static int take_line(struct pickle *k, struct arg *a)
{
	const unsigned char *end = memchr(k->p + k->at, '\n', k->n - k->at);

	if (!end)
		return cut_short(k);
	a->p = k->p + k->at;
	a->u = (uint64_t)(end - a->p);
	if (a->u > LINE_NBYTES_MAX)
		return pickle_fail(k, "a line of more than 4096 bytes");
	k->at += (size_t)a->u + 1;
	return 0;
}

static int take_arg(struct pickle *k, enum arg_kind kind, struct arg *a)
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

static int step(struct pickle *k)
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

struct pickle *pickle_read(const void *p, size_t n,
	const struct pickle_globals *globals, struct pickle_end *ret,
	struct diag *d)
{
	struct pickle *k = calloc(1, sizeof(*k));
	const struct pickle_name *f;
	int r = 0;

	*ret = (struct pickle_end){0};
	if (!k) {
		diag_nomem(d, sizeof(*k));
		return NULL;
	}
	*k = (struct pickle){.globals = globals, .p = p, .n = n, .d = d};
	while (!r && !k->is_done)
		r = step(k);
	ret->used = k->at;
	ret->is_cut = k->is_cut;
	if (r) {
		pickle_free(k);
		return NULL;
	}
	f = &k->called;
	ret->root = pickle_node(k, k->stack[k->nstack - 1]);
	if (k->ncalled)
		snprintf(ret->remark, sizeof(ret->remark),
			"a pickle that calls %.*s.%.*s, which is not run; only "
			"tensors are read",
			(int)(f->nmodule > 40 ? 40 : f->nmodule), f->module,
			(int)(f->nname > 24 ? 24 : f->nname), f->name);
	return k;
}

void pickle_free(struct pickle *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->nnode; i++)
		free(k->node[i].child);
	free(k->node);
	free(k->stack);
	free(k->memo);
	free(k->name);
	free(k);
}
