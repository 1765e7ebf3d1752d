/* SPDX-License-Identifier: MIT */
/*
 * What the rooms of the language (object, builtin, syntax, py) know of one
 * another's values, names and runs, and what the files of lib/object share,
 * under the name of each.  Hosts see none of it.
 */
#ifndef OBJECT_OBJECT_IMPL_H
#define OBJECT_OBJECT_IMPL_H

#include <string.h>

#include "base/diag.h"
#include "base/hash.h"
#include "object/object.h"

/* --- values ------------------------------------------------------------ */

struct py_frame {
	struct py_frame *outer;
	struct py_module *module;
	const void *owner;
	bool script; /* a function that is a text's part: main() */
	struct py_value slot[];
};

/* What a decorator or its class makes of a function. */
enum py_kind_of_function {
	PY_PLAIN,
	PY_PROPERTY,
	PY_STATIC,
	PY_OF_CLASS,
};

struct py_function {
	const struct py_node *def; /* DEF or LAMBDA */
	struct py_frame *frame;    /* around it */
	struct py_module *module;
	struct py_value *init;        /* defaults, per parameter */
	const struct py_class *class; /* in whose body it stands, or NULL */
	const struct py_arg *given;   /* arguments before those of a call */
	size_t ngiven;
	enum py_kind_of_function kind;
};

/* Whether a class is an enumeration, and its members their values, too. */
enum py_enum {
	PY_NO_ENUM,
	PY_ENUM,
	PY_ENUM_VALUE, /* IntEnum, (str, Enum) */
	PY_ENUM_STR,   /* StrEnum: auto() is the name */
};

/* A class of the text's. */
struct py_class {
	struct py_str name;
	const struct py_node *def;
	struct py_list *names; /* key, value ... */
	/* Itself, then its bases of the text, in the order they are asked. */
	const struct py_class **order;
	size_t norder;
	const struct py_str *rest; /* paths of bases that are not known */
	size_t nrest;
	bool dataclass;
	enum py_enum enumeration;
	bool mixed;              /* str or int is a base */
	struct py_list *members; /* of an enumeration; else NULL */
};

/* Only lib/object looks into one. */
struct py_object {
	struct py_list attributes;
	const struct py_class *class; /* NULL: plain */
};

struct py_range {
	int64_t from, step;
	size_t n;
};

/* What gives values one by one. */
struct py_iter {
	/* The next value in *RET: 1, 0 at the end, -1 raised. */
	int (*next)(struct py_run *r, const struct py_node *at,
		struct py_iter *it, struct py_value *ret);
	struct py_value over, fn;
	struct py_iter *part; /* those it is made of */
	size_t npart, i;
	int64_t count, step;
	void *state;
	const void *owner;             /* the run that made it */
	const struct py_unknown *lost; /* as of a list */
	bool ended;
};

/* A function in C, bound to the object whose method it is. */
struct py_method {
	const struct py_native *fn;
	struct py_value self;
};

/* --- names ------------------------------------------------------------- */

struct py_scope {
	struct py_scope *outer; /* NULL: of the module */
	struct py_name *name;   /* its slots */
	unsigned n, cap;
	struct hash_table table; /* of the names */
	bool is_class;           /* what is inside does not see its names */
	bool yields;             /* a call of its function gives a generator */
};

enum py_name_kind {
	PY_LOCAL,
	PY_NAME_GLOBAL, /* declared so */
	PY_NAME_NONLOCAL,
};

struct py_name {
	struct py_str s;
	enum py_name_kind kind;
};

struct py_global {
	struct py_str s;
	struct py_value value;
	bool fixed;   /* by py_define(): assignments are ignored */
	bool initial; /* ... but these, as the text tests for its value first */
	bool asked;   /* its value was asked for while modules run */
	bool setting; /* fixed in functions, too: see py_define() */
	const struct py_node *instead; /* what there has its value; or NULL */
};

struct py_module {
	struct py *py;
	const char *text;
	size_t n;
	struct py_node *root;
	struct py_global *global;
	unsigned nglobal, cap;
	struct hash_table table; /* of the names */
	bool initial;            /* some of global are */
	bool tolerant;
	bool star_math;    /* from math import * */
	bool dotted;       /* a part of a name was defined: cfg.lr */
	const char *local; /* of definitions: names that py_enter() gives */
};

/* --- runs -------------------------------------------------------------- */

struct py_memory;
struct py_generated;

/* A call whose arguments are evaluated, and those around it. */
struct py_callee {
	struct py_callee *up;
	const struct py_value *value;
};

/* A call being run, and those around it. */
struct py_calling {
	struct py_calling *up;
	struct py_frame *frame;
	const struct py_function *fn;
	struct py_generated *generated; /* NULL: its function yields nothing */
	/* Why it may have ended before; NULL: it has not. */
	const struct py_unknown *unsure;
	struct py_active active;
};

struct py_run {
	struct py *py;
	struct py_memory *memory;
	size_t nbyte, nstep, step_max;
	unsigned calls, depth;
	struct py_calling *calling;    /* the innermost call */
	struct py_callee *callee;      /* whose arguments are evaluated */
	struct py_module *module;      /* whose code runs */
	unsigned trying;               /* bodies of try being run */
	unsigned followed;             /* loops that the host follows */
	const struct py_node *entry;   /* the call that is a statement */
	const struct py_class *raised; /* the class of error.exception */
	void *ctx;                     /* the host's */
	struct diag diag;
	struct py_error error;
};

/* Where R is in what it runs: an error leaves it elsewhere. */
struct py_state {
	unsigned depth, calls, trying;
	struct py_calling *calling;
	struct py_callee *callee;
};

static inline struct py_state py_state_of(const struct py_run *r)
{
	return (struct py_state){.depth = r->depth,
		.calls = r->calls,
		.trying = r->trying,
		.calling = r->calling,
		.callee = r->callee};
}

static inline void py_go_back(struct py_run *r, const struct py_state *s)
{
	r->depth = s->depth;
	r->calls = s->calls;
	r->trying = s->trying;
	r->calling = s->calling;
	r->callee = s->callee;
}

/* The same, and R's error is forgotten. */
static inline void py_forget(struct py_run *r, const struct py_state *s)
{
	py_go_back(r, s);
	r->diag.class = DIAG_NONE;
}

/* Whether PATH is that of an object's own part: self.sampler */
static inline bool py_is_own_part(const struct py_str *path)
{
	return path->n > 5 && memcmp(path->s, "self.", 5) == 0;
}

/*
 * What evaluates, as an interpreter has it: the files that do need not know
 * one another, nor the rooms below them.
 */
struct py_evaluator {
	/* Calls V; what py_invoke() does. */
	int (*call)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_arg *arg, size_t narg,
		struct py_value *ret);
	/* The value of E in F, by its form, where eval.c has not its own. */
	int (*value[PY_NFORM])(struct py_run *r, const struct py_node *e,
		struct py_frame *f, struct py_value *ret);
	/* E, a target of that form, becomes V. */
	int (*assign[PY_NFORM])(struct py_run *r, const struct py_node *e,
		struct py_frame *f, const struct py_value *v);
};

/* What -D gave. */
struct py_defined {
	struct py_str name;
	struct py_value value;
	struct py_defined *before;
};

struct py {
	const struct py_host *host;
	const struct py_evaluator *evaluator;
	const struct py_arrays *arrays; /* the host's; NULL: none are made */
	struct py_defined *defined;     /* the last one */
	bool columns;                   /* names are those of a log's columns */
	struct py_run build;
};

/*
 * The attribute NAME at AT of OBJECT, if that is the host's, becomes V: 1, 0
 * where the host does not take it, or -1 raised.
 */
static inline int py_set_in_host(struct py_run *r, const struct py_node *at,
	const struct py_value *object, const struct py_str *name,
	const struct py_value *v)
{
	const struct py_host *host = r->py->host;

	return object->type == PY_OPAQUE && host && host->set
		       ? host->set(r, at, object, name, v)
		       : 0;
}

/* --- run.c ------------------------------------------------------------- */

/* As py_new(), with what evaluates. */
struct py *py_interpreter(
	const struct py_host *host, const struct py_evaluator *evaluator);

/* R is in no call, and has no error. */
void py_run_reset(struct py_run *r);

/* --- value.c ----------------------------------------------------------- */

/* The attributes of V, a NAMESPACE, as the dict that they are. */
struct py_value py_vars(const struct py_value *v);

/* N ints FROM, FROM + STEP ... */
int py_new_range(struct py_run *r, int64_t from, int64_t step, size_t n,
	struct py_value *ret);

/* --- sequence.c -------------------------------------------------------- */

/*
 * What the method NAME of the class of the object V gives, of X if that is not
 * NULL: 1 with *RET, 0: V is no object or has no such method, or -1 raised.
 */
int py_call_own(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const char *name, const struct py_value *x,
	struct py_value *ret);

/* Raises that V has no items that are got by a place.  Always -1. */
int py_raise_no_items(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/*
 * IT goes over V, live: what is added meanwhile comes too.  Returns 0, or -1
 * raised.  py_next() gives the next value: 1, 0 at the end, -1 raised.
 */
int py_iterate(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_iter *it);
int py_next(struct py_run *r, const struct py_node *at, struct py_iter *it,
	struct py_value *ret);

/* IT as a value. */
int py_new_iter(
	struct py_run *r, const struct py_iter *it, struct py_value *ret);

int py_list_delete(struct py_run *r, const struct py_node *at,
	struct py_list *l, const struct py_value *i);

/* --- number.c ---------------------------------------------------------- */

/* "division by zero" */
int py_raise_zero(struct py_run *r, const struct py_node *at);

/* OP A. */
int py_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret);

/* X rounded to NDIGITS decimals, half to even of the exact value. */
double py_round(double x, int64_t ndigits);

/* A OP B of numbers. */
int py_of_numbers(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);

/* What OP, a comparison, says of A and B, ORDER being the sign of A - B. */
int py_compare_result(enum py_op op, int order, struct py_value *ret);

/* Raises that OP is none of A and B. */
int py_wrong_types(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b);

/* --- collection.c ------------------------------------------------------ */

/*
 * A is B or A == B, as items of lists are compared: 1, 0, or -1 raised.  A nan
 * is taken for the one that it is compared with: it was passed on, most likely.
 */
int py_equal(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b);

/* A is B. */
bool py_same(const struct py_value *a, const struct py_value *b);

/* X in IN: 1, 0, or -1 raised. */
int py_contains(struct py_run *r, const struct py_node *at,
	const struct py_value *x, const struct py_value *in);

/* Sets D[KEY]. */
int py_dict_set(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, const struct py_value *v);
/* D[KEY] in *RET, NULL if it is not there: 0, or -1 raised. */
int py_dict_get(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, struct py_value **ret);

/* Without what is there; an error if it is not.  Returns 0, or -1 raised. */
int py_dict_delete(struct py_run *r, const struct py_node *at,
	struct py_list *d, const struct py_value *key);

/* SET has V from now on. */
int py_set_add(struct py_run *r, const struct py_node *at,
	const struct py_value *set, const struct py_value *v);

/* V as a set of its items. */
int py_set_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_value *ret);

/* A OP B of two sets. */
int py_of_sets(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);

/* --- text.c ------------------------------------------------------------ */

/* Appends S to B as it is, numbers as repr(). */
void py_str_add(struct buf *b, const struct py_value *v);

/* The same as str() and repr() have it; objects show themselves. */
int py_add_str(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct buf *b);
int py_add_repr(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct buf *b);

/* V by SPEC, of an f-string or format(), into B. */
int py_format(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *spec, struct buf *b);

/* S % V */
int py_format_percent(struct py_run *r, const struct py_node *at,
	const struct py_str *s, const struct py_value *v, struct py_value *ret);

/* --- callable.c -------------------------------------------------------- */

/* The attribute NAME of class C, its own or inherited; NULL: none. */
const struct py_value *py_class_find(
	const struct py_class *c, const char *name, size_t n);

/* Whether C, or its I-th class and those behind it, have the field NAME. */
bool py_has_field(
	const struct py_class *c, size_t i, const struct py_str *name);

/* Calls EACH for the fields of C, in their order: 0, or -1 where it did. */
int py_each_field(const struct py_class *c,
	int (*each)(void *ctx, const struct py_str *name), void *ctx);

/* Whether C is B or inherits from it. */
bool py_inherits(const struct py_class *c, const struct py_class *b);

/* What V counts as among others: the value of a member of (str, Enum). */
const struct py_value *py_enum_plain(const struct py_value *v);

#endif
