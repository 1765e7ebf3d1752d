/* SPDX-License-Identifier: MIT */
/*
 * The values of a subset of Python 3.11, and all that is made of them without
 * running its text: numbers (ints exact to 2^53), strings, lists, tuples, sets,
 * dicts, arrays of numbers, operators, functions in C.  What a host hands in
 * and what it is asked for; runs, which own the memory of what they make, and
 * their errors.
 *
 * Work, depth and memory are bounded: PY_BUILD_STEPS to run modules,
 * PY_CALL_STEPS for one call later, PY_NBYTES_MAX each.
 */
#ifndef OBJECT_OBJECT_H
#define OBJECT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct diag;

#ifndef PY_BUILD_STEPS /* a fuzzer wants fewer */
#define PY_BUILD_STEPS 10000000
#define PY_CALL_STEPS 100000
#endif
#define PY_NBYTES_MAX ((size_t)64 << 20)
/* Brackets, blocks and operators inside one another; calls likewise. */
#define PY_DEPTH_MAX 200
/* Items of an array or a range. */
#define PY_ITEMS_MAX 1000000
/* Ints beyond 64 bits are errors; doubles hold all of these. */
#define PY_INT_MAX ((int64_t)1 << 53)

/* --- values ------------------------------------------------------------ */

enum py_type {
	PY_UNBOUND, /* none yet: an argument that was not given */
	PY_NONE,
	PY_BOOL,
	PY_INT,
	PY_FLOAT,
	PY_STR,
	PY_LIST,
	PY_TUPLE,
	PY_SET,
	PY_DICT,
	PY_RANGE,
	PY_ITER,      /* gives values one by one, once: zip, a generator ... */
	PY_NAMESPACE, /* an object, which has attributes */
	PY_TYPE,      /* a class of the text's */
	PY_ARRAY,     /* one-dimensional, of numbers */
	PY_FUNCTION,  /* a def or lambda, also a method of an object */
	PY_NATIVE,    /* a function in C */
	PY_METHOD,    /* the same, of an object */
	PY_UNKNOWN,   /* a name that has no value: an error once it is used */
	PY_OPAQUE,    /* the host's */
};

struct py_str {
	size_t n;
	const char *s; /* UTF-8, without a NUL */
};

/* Whether A and B are the same bytes. */
bool py_str_equal(const struct py_str *a, const struct py_str *b);

/* The last part of the dotted PATH. */
static inline struct py_str py_last_part(const struct py_str *path)
{
	const size_t at = str_last_part(path->s, path->n);

	return (struct py_str){.s = path->s + at, .n = path->n - at};
}

/* Whether S is NAME, or one of the blank-separated NAMES. */
bool py_is_named(const struct py_str *s, const char *name);
bool py_is_word_of(const struct py_str *s, const char *names);

/* Of a DICT, and attributes: key, value, key, value ... in order. */
struct py_list {
	size_t n, cap;
	struct py_value *item;
	const void *owner;             /* the run that made it */
	const struct py_unknown *lost; /* what it holds is not known: why */
	/* By its name, and whom it was handed to that may have changed it. */
	const struct py_unknown *handed;
	bool open; /* it may have more than is known, which is asked for */
};

enum py_dtype {
	PY_BOOLS,
	PY_INTS,
	PY_FLOATS,
};

struct py_array {
	size_t n;
	enum py_dtype dtype;
	double *item;
	ptrdiff_t stride;      /* from one item to the next */
	struct py_array *base; /* whose memory that is: a slice looks into it */
	const void *owner;     /* as of a list */
	const struct py_unknown *lost; /* of the base */
};

/* The host's: P with a TYPE to know it by and to call it in messages. */
struct py_opaque {
	const char *type;
	void *p;
	const void *same; /* others of its type with it are equal; or NULL */
};

struct py_unknown {
	struct py_str path; /* "args.lr", "config['lr']" */
	const char *why;    /* what went wrong with it, or NULL */
	bool handed; /* ... is that a function that is not known was given it */
	const struct py_unknown *cause; /* ... is this; NULL: not known */
	const struct py_node *at;       /* where it was first met */
};

struct py_value {
	enum py_type type;
	bool np; /* of a number: numpy's, with its rules */
	union {
		int64_t i; /* BOOL, INT */
		double f;
		const struct py_str *str;
		struct py_list *list;     /* LIST, TUPLE, SET, DICT */
		struct py_object *object; /* NAMESPACE */
		const struct py_range *range;
		struct py_iter *iter;
		const struct py_class *class; /* TYPE */
		struct py_array *array;
		const struct py_function *function;
		const struct py_native *native;
		const struct py_method *method;
		const struct py_unknown *unknown;
		const struct py_opaque *opaque;
	} u;
};

/* What V holds, LIST to DICT or a NAMESPACE's attributes; NULL of others. */
struct py_list *py_held(const struct py_value *v);

/* The same of a DICT and a NAMESPACE alone. */
struct py_list *py_named(const struct py_value *v);

/* BOOL, INT or FLOAT; its value as a double. */
bool py_is_number(const struct py_value *v);
double py_number(const struct py_value *v);

/* Python's truth of V, which is not UNKNOWN. */
bool py_true(const struct py_value *v);

/* "a string", "None", "a lambda" ..., for messages. */
const char *py_type_name(const struct py_value *v);

/* Appends V as repr() shows it, cut if huge. */
void py_repr(struct buf *b, const struct py_value *v);

/* --- the tree ---------------------------------------------------------- */

/* What a node is and what its operands are; a block is a list of statements. */
enum py_form {
	PY_CONST,   /* value */
	PY_NAME,    /* s */
	PY_ATTR,    /* object; s is the attribute */
	PY_INDEX,   /* object, index */
	PY_SLICE,   /* from, to, step; absent ones are PY_CONST None */
	PY_CALL,    /* callee, arguments: any form, or PY_KEYWORD, PY_STAR */
	PY_KEYWORD, /* value; s is the name; "**" unpacks a dict */
	PY_STAR,    /* an iterable to unpack, in calls, lists and targets */
	PY_UNARY,   /* op, operand */
	PY_BINARY,  /* op, left, right */
	PY_AND,     /* left, right; also PY_OR */
	PY_OR,
	PY_COMPARE, /* left, then PY_UNARY with op and operand for each link */
	PY_IF_ELSE, /* condition, then, else */
	PY_MAKE_LIST, /* items; also the next three */
	PY_MAKE_TUPLE,
	PY_MAKE_SET,
	PY_MAKE_DICT, /* key, value ...; PY_KEYWORD "**" */
	PY_FORMAT,    /* the parts of an f-string; op: its conversion */
	PY_LISTCOMP,  /* item, clauses; scope; also PY_DICTCOMP: key, value */
	PY_SETCOMP,
	PY_DICTCOMP,
	PY_GENERATOR,
	PY_CLAUSE, /* target, iterable, conditions */
	PY_LAMBDA, /* scope; body; parameters */
	PY_PARAM,  /* s; op: '*' or '/' kind; default, if it has one */
	PY_WALRUS, /* name, value */

	PY_EXPR,     /* expression */
	PY_ASSIGN,   /* value, targets; op 'a': annotated */
	PY_ANNOTATE, /* target: it is local, and no more */
	PY_AUGMENT,  /* op, target, value */
	PY_IF,       /* condition, block, ..., [block] */
	PY_WHILE,    /* condition, block, [block of else] */
	PY_FOR,      /* target, iterable, block, [block of else] */
	PY_BLOCK,
	PY_DEF,       /* s; scope; block; parameters */
	PY_CLASS,     /* s; scope; block; bases, PY_KEYWORD too */
	PY_DECORATED, /* decorator, DEF, CLASS or DECORATED */
	PY_TRY,       /* block, PY_EXCEPT ..., blocks with op 'e' (else), 'f' */
	PY_EXCEPT,    /* [class, [name]], block */
	PY_RETURN,    /* [value] */
	PY_YIELD,     /* [value]; op 'f': from an iterable */
	PY_BREAK,
	PY_CONTINUE,
	PY_PASS,
	PY_IMPORT, /* a name bound: s; object: PY_CONST with its path */
	PY_GLOBAL, /* names; also PY_NONLOCAL */
	PY_NONLOCAL,
	PY_ASSERT, /* condition, [text] */
	PY_RAISE,  /* [value] */
	PY_DEL,    /* targets */
	PY_BAD,    /* a statement that was not understood: s; value says why */
};

struct py_node {
	unsigned char form;    /* enum py_form */
	unsigned char op;      /* enum py_op; of PARAM, FORMAT: a character */
	unsigned short height; /* operands inside one another, from here */
	unsigned short hops;   /* of a NAME: scopes outwards; PY_HOPS_GLOBAL */
	unsigned slot;         /* of a NAME: where its value is in that scope */
	size_t at, end; /* the source it stands for, in bytes of the text */
	struct py_str s;
	struct py_value value;      /* CONST; NAME, ATTR: if built in */
	struct py_scope *scope;     /* DEF, LAMBDA, CLASS, comprehensions */
	struct py_node *arg, *last; /* operands, the first and the last */
	struct py_node *next;       /* sibling */
	struct py_node *up;         /* whose operand it is */
	/* Of what lives as long as one statement runs: the node of the text. */
	const struct py_node *stands_for;
};

#define PY_HOPS_GLOBAL 0xffff
#define PY_NFORM (PY_BAD + 1)

/* --- a host ------------------------------------------------------------ */

struct py_run;
struct py_module;

/* An argument as it stands in a call. */
struct py_arg {
	struct py_value value;
	struct py_str name;       /* n 0: positional */
	const struct py_node *at; /* NULL: the call came from C */
};

/*
 * A call of a function in C: arg[i] is what its i-th parameter was given,
 * PY_UNBOUND if nothing.  Of PY_ANY arguments the parameters are keywords, and
 * what was given by position follows them.
 */
struct py_call {
	struct py_run *run;
	const struct py_native *fn;
	const struct py_node *at;
	const struct py_value *arg;
	size_t narg;
	const struct py_arg *given; /* the same before binding */
	size_t ngiven;
	struct py_value *ret;
};

#define PY_ANY 255

struct py_native {
	const char *name;
	unsigned char min, max; /* arguments; max PY_ANY takes any number */
	/*
	 * Names, blank-separated; "**": any keywords; "**?": of a method whose
	 * arguments need no value in a tolerant text.
	 */
	const char *params;
	/* 0, or -1 from py_raise(); NULL: MATH of a float is all it does. */
	int (*call)(struct py_call *c);
	/* What tells it from others that CALL is for, which knows the kind. */
	union {
		double (*math)(double);
		double (*math2)(double, double);
		int (*letter)(int);
		int (*next)(struct py_run *r, const struct py_node *at,
			struct py_iter *it, struct py_value *ret);
		int what;
	};
};

enum py_op {
	PY_ADD,
	PY_SUB,
	PY_MUL,
	PY_DIV,
	PY_FLOOR_DIV,
	PY_MOD,
	PY_POW,
	PY_LSHIFT,
	PY_RSHIFT,
	PY_BIT_AND,
	PY_BIT_OR,
	PY_BIT_XOR,
	PY_LT,
	PY_LE,
	PY_GT,
	PY_GE,
	PY_EQ,
	PY_NE,
	PY_IN,
	PY_NOT_IN,
	PY_IS,
	PY_IS_NOT,
	PY_NOT, /* unary from here */
	PY_NEG,
	PY_POS,
	PY_INVERT,
	PY_NO_OP,
};

/*
 * What arrays, and numbers that came of them (np is set), do: lib/numpy.  Each
 * but find() returns 0, or -1 raised at AT.
 */
struct py_arrays {
	/*
	 * The function np.NAME, or NULL; IS_NUMPY: of numpy itself, and not of
	 * its kin.
	 */
	const struct py_native *(*find)(
		const char *name, size_t n, bool is_numpy);
	/* A OP B of numbers; of what arrays are among; OP A. */
	int (*operate)(struct py_run *r, const struct py_node *at,
		enum py_op op, const struct py_value *a,
		const struct py_value *b, struct py_value *ret);
	int (*operate_items)(struct py_run *r, const struct py_node *at,
		enum py_op op, const struct py_value *a,
		const struct py_value *b, struct py_value *ret);
	int (*unary)(struct py_run *r, const struct py_node *at, enum py_op op,
		const struct py_value *a, struct py_value *ret);
	/* A[I] = V */
	int (*set)(struct py_run *r, const struct py_node *at,
		const struct py_value *a, const struct py_value *i,
		const struct py_value *v);
	/* Every item of A becomes V, or V's. */
	int (*fill)(struct py_run *r, const struct py_node *at,
		const struct py_value *a, const struct py_value *v);
	/* A op= V in place */
	int (*change)(struct py_run *r, const struct py_node *at, enum py_op op,
		const struct py_value *a, const struct py_value *v);
	/* A's items by I, an array or a list: ints, or bools for each. */
	int (*pick)(struct py_run *r, const struct py_node *at,
		const struct py_array *a, const struct py_value *i,
		struct py_value *ret);
	const struct py_native *method; /* of an array */
	size_t nmethod;
};

enum py_round {
	PY_LOOP_BEGINS,
	PY_ROUND_ENDS,
	PY_ROUND_BROKEN, /* ... by a break */
	PY_LOOP_ENDS,
	PY_LOOP_FAILS, /* likewise its end */
	PY_LOOP_LEFT,  /* the end of one that is not followed */
};

struct py_host {
	void *ctx;
	/* NULL: a text has no numpy. */
	const struct py_arrays *arrays;
	/*
	 * What PATH ("torch.optim.lr_scheduler.StepLR", "spe", "args.lr") is:
	 * 1 with *RET set, 0 if it is not known, -1 from py_raise().  Asked
	 * after the module's own names and Python's; PATH is the caller's, to
	 * be copied if it is kept.  May be NULL.
	 */
	int (*lookup)(struct py_run *r, const char *path, size_t n,
		struct py_value *ret);
	/*
	 * The module that NAME is where it is imported, run: 1 with *RET, 0
	 * or -1 likewise.  May be NULL.
	 */
	int (*module)(struct py_run *r, const struct py_str *name,
		struct py_module **ret);
	/*
	 * A call of V, an OPAQUE or UNKNOWN value or a number: 1, 0 or -1
	 * likewise.  May be NULL.
	 */
	int (*call)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_arg *arg, size_t narg,
		struct py_value *ret);
	/*
	 * Statement S of a tolerant module failed: 0 leaves its names UNKNOWN
	 * and goes on, -1 ends with its error.  May be NULL.
	 */
	int (*failed)(struct py_run *r, const struct py_node *s);
	/*
	 * What condition E comes to, of an if or a choice of a tolerant module,
	 * that has no value, where its branches say it: 1 or 0; else -1,
	 * perhaps raised. TOLD: that is said.  May be NULL.
	 */
	int (*decides)(struct py_run *r, const struct py_node *e, bool told);
	/*
	 * Whether S, what a try tries, goes on from what another run kept, so
	 * that a new one comes to its handler: 1, 0 or -1.  May be NULL: no.
	 */
	int (*resumes)(struct py_run *r, const struct py_node *s);
	/*
	 * Whether E, a comprehension over V, which has no value, is that of V
	 * alone: 1, 0 or -1 raised.  May be NULL: it fails.
	 */
	int (*samples)(struct py_run *r, const struct py_node *e,
		const struct py_value *v);
	/*
	 * Whether a function of a tolerant module goes on behind S, a loop over
	 * what has no value.  May be NULL: it fails.
	 */
	bool (*skips)(struct py_run *r, const struct py_node *s);

	/* Whether names of S, in a function, are to be asked for.  May be
	 * NULL: all are. */
	bool (*wants)(struct py_run *r, const struct py_node *s);
	/* Whether what is read over leaves V, whose method NAME it calls, as it
	 * is: the host steps it by itself.  May be NULL. */
	bool (*steps)(struct py_run *r, const struct py_value *v,
		const struct py_str *name);
	/* Whether the same is so of the call AT where it is run: 1, 0 or -1.
	 * May be NULL. */
	int (*rests)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_str *name);
	/*
	 * Loop S of a tolerant module: whether the host follows it when it
	 * begins, and further when a round ends: 1, 0 or -1 raised.  What fails
	 * in one that is followed is read over.  May be NULL.
	 */
	int (*follow)(
		struct py_run *r, const struct py_node *s, enum py_round when);
	/*
	 * Whether what the host follows is the same without S in its rounds,
	 * which may then be read over.  May be NULL: no.
	 */
	bool (*idle)(struct py_run *r, const struct py_node *s);
	/* S, in a round of what the host follows, runs next: 0, or -1. */
	int (*reach)(struct py_run *r, const struct py_node *s);
	/*
	 * How many rounds S, a loop that is followed, has over V, UNKNOWN or a
	 * number; below 0: nobody knows.
	 */
	long long (*rounds)(struct py_run *r, const struct py_node *s,
		const struct py_value *v);
	/*
	 * The attribute NAME of V, an OPAQUE value, or a number that has none
	 * of that name: 1, 0 or -1 likewise.
	 */
	int (*attribute)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_str *name,
		struct py_value *ret);
	/*
	 * Whether arguments of the call AT of V may fail: they are then
	 * UNKNOWN.  May be NULL.
	 */
	bool (*lenient)(struct py_run *r, const struct py_value *v,
		const struct py_node *at);
	/*
	 * PATH has no value, and V was taken, as the text says.  May be NULL.
	 */
	void (*defaulted)(struct py_run *r, const struct py_str *path,
		const struct py_value *v);
	/*
	 * A number is read of X.path, an object or a dict that a function was
	 * given which nobody knows, X.why.  May be NULL.
	 */
	void (*handed)(struct py_run *r, const struct py_unknown *x);
	/* X was read of V, a dict or a list, by its key.  May be NULL. */
	void (*picked)(const struct py_value *v, const struct py_value *x);
	/*
	 * NAME of what PATH, which has no value, is was set to V: 1 if that is
	 * the host's, 0 or -1.  May be NULL.
	 */
	int (*assigned)(struct py_run *r, const struct py_str *path,
		const struct py_str *name, const struct py_value *v);
	/*
	 * NAME of OBJECT, an OPAQUE value, is set to V at AT: 1, 0 if it cannot
	 * be, or -1.  May be NULL.
	 */
	int (*set)(struct py_run *r, const struct py_node *at,
		const struct py_value *object, const struct py_str *name,
		const struct py_value *v);
	/*
	 * The class that V, which is none of the text's, is as the base PATH of
	 * one: 1 with *RET, a TYPE, 0 if it is not known, or -1.  May be NULL.
	 */
	int (*base)(struct py_run *r, const struct py_value *v,
		const struct py_str *path, struct py_value *ret);
	/*
	 * Whether V, OPAQUE, UNKNOWN or an object, is of CLASS: 1, 0, or -1: it
	 * is not known.  May be NULL: it is not.
	 */
	int (*instance)(struct py_run *r, const struct py_value *v,
		const struct py_value *class);
	/*
	 * The class of V, OPAQUE: 1, 0 it is not known, or -1.  May be NULL: it
	 * is not.
	 */
	int (*class_of)(struct py_run *r, const struct py_value *v,
		struct py_value *ret);
	/* OBJECT, of a class, was made in the run R: 0 or -1.  May be NULL. */
	int (*made)(struct py_run *r, const struct py_value *object);
	/*
	 * A call of V, a FUNCTION of a module of definitions: 0 or -1.  It may
	 * py_bind() the arguments and py_enter() the body, now or later.
	 */
	int (*define)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_arg *arg, size_t narg,
		struct py_value *ret);
};

/* --- runs -------------------------------------------------------------- */

struct py;        /* modules, what they made, and the memory of it all */
struct py_module; /* borrowed from its struct py */

/* Frees P, of py_new(), and all that it made; NULL is fine. */
void py_free(struct py *p);

/*
 * The run that builds: modules run in it, and what it makes lives as long as
 * P.  Belongs to P.
 */
struct py_run *py_builder(struct py *p);

/*
 * A run for calls of P's functions by one thread, once the modules have run.
 * Caller frees with py_run_free().  Returns NULL for no memory.
 */
struct py_run *py_run_new(struct py *p);
void py_run_free(struct py_run *r);

/* The interpreter of R. */
struct py *py_of(struct py_run *r);

/* What the host keeps with R; NULL at first. */
void **py_run_ctx(struct py_run *r);

/* The host of R's interpreter; the module whose code R runs. */
const struct py_host *py_host_of(const struct py_run *r);
const struct py_module *py_running(const struct py_run *r);

/*
 * What is called by the I-th of the calls, the innermost first, whose arguments
 * R is evaluating; NULL past the last.
 */
const struct py_value *py_callee(const struct py_run *r, size_t i);

/*
 * Calls F with positional arguments.  In a run of py_run_new() what the last
 * call made is released first, so *RET lives until the next.  Returns 0, or
 * -1 with the run's error.
 */
int py_call(struct py_run *r, const struct py_value *f,
	const struct py_value *arg, size_t narg, struct py_value *ret);

/* Calls F, from a function in C, as the call at AT does. */
int py_invoke(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- errors ------------------------------------------------------------ */

/* The calls being run when an error was raised, innermost first. */
#define PY_NACTIVE 8
struct py_active {
	const struct py_node *def; /* whose body runs */
	const struct py_node *at;  /* the call of it; NULL: by no text */
};

struct py_error {
	struct py_active active[PY_NACTIVE];
	unsigned nactive;
	const struct diag *diag; /* DIAG_USAGE or DIAG_NOMEM */
	const struct py_module *module;
	const struct py_node *at;         /* the innermost node at fault */
	const struct py_unknown *unknown; /* what had no value, if that is it */
	bool arithmetic;                  /* of numbers: other ones may do */
	const char
		*exception; /* Python's class of it; NULL: none of Python's */
};

/*
 * Raises in R what another run raised, E, and copies what that run owns. Always
 * returns -1.
 */
int py_raise_again(struct py_run *r, const struct py_error *e);

/* The error of the last call that failed; valid until the next call on R. */
struct py_error py_run_error(const struct py_run *r);

/*
 * Fails with FMT, at AT (NULL: at the call being run).  Always returns -1.
 */
int py_raise(struct py_run *r, const struct py_node *at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The same with what is Python's EXCEPTION.  Always returns -1. */
int py_raise_as(struct py_run *r, const struct py_node *at,
	const char *exception, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int py_raise_nomem(struct py_run *r, size_t nbytes);

/* As buf_end(): 0, or -1 raised if B lacks any of what was appended. */
int py_buf_end(struct py_run *r, struct buf *b);

/* Fails for V, which has no value, used at AT.  Always returns -1. */
int py_raise_unknown(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* What C was given as argument I is not EXPECTED.  Always returns -1. */
int py_raise_arg(const struct py_call *c, size_t i, const char *expected);

/* --- making values ----------------------------------------------------- */

/* PATH, which has no value, because of WHY (borrowed; NULL: not known). */
int py_new_unknown(struct py_run *r, const struct py_node *at, const char *path,
	size_t n, const char *why, struct py_value *ret);

/* The same for the reason that U has, of any run. */
int py_new_unknown_as(struct py_run *r, const struct py_node *at,
	const char *path, size_t n, const struct py_unknown *u,
	struct py_value *ret);

/*
 * NBYTES of zeros that live as long as R's values; NULL, with the error
 * raised, beyond the memory that R may have.
 */
void *py_alloc(struct py_run *r, size_t nbytes);

/* Counts N operations at AT.  Returns 0, or -1: too many. */
int py_charge(struct py_run *r, const struct py_node *at, size_t n);

struct py_value py_none(void);
struct py_value py_bool(bool x);
struct py_value py_int(int64_t i);
struct py_value py_float(double x);

/* Each returns 0, or -1 raised. */
int py_new_str(struct py_run *r, const char *s, size_t n, struct py_value *ret);

/*
 * Unless BAD, the text in B becomes *RET; releases B.  Returns BAD, or 0, or -1
 * raised.
 */
int py_take_str(struct py_run *r, struct buf *b, int bad, struct py_value *ret);
int py_new_list(
	struct py_run *r, enum py_type type, size_t cap, struct py_value *ret);
int py_list_add(struct py_run *r, struct py_list *list, struct py_value v);
/* An object of CLASS (NULL: plain) without attributes. */
int py_new_namespace(
	struct py_run *r, const struct py_class *class, struct py_value *ret);
/* The tuple (A, B). */
int py_new_pair(struct py_run *r, struct py_value a, struct py_value b,
	struct py_value *ret);
/* What is the host's; equal to others of its TYPE with SAME, if not NULL. */
int py_new_same(struct py_run *r, const char *type, void *p, const void *same,
	struct py_value *ret);
int py_new_opaque(
	struct py_run *r, const char *type, void *p, struct py_value *ret);

/* N items of 0. */
int py_new_array(struct py_run *r, const struct py_node *at, size_t n,
	enum py_dtype dtype, struct py_value *ret);

/* Item I; one that no int holds is a float. */
struct py_value py_array_item(const struct py_array *a, size_t i);

/* V as a new list of its items. */
int py_list_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, enum py_type type, struct py_value *ret);

/*
 * Whether V, an object, is of a class called NAME, or over one: 1, 0, or -1 as
 * not all that its class is over is known.
 */
int py_is_called_class(const struct py_value *v, const struct py_str *name);

/* How many items V has, or -1 raised at AT; the I-th into *RET. */
long long py_count(
	struct py_run *r, const struct py_node *at, const struct py_value *v);
int py_nth(struct py_run *r, const struct py_value *v, size_t i,
	struct py_value *ret);

/* I, counted from the end if negative, of N items. */
int py_index_of(struct py_run *r, const struct py_node *at,
	const struct py_value *i, long long n, size_t *ret);

/* Python's truth of V: 1, 0, or -1 raised at AT. */
int py_truth(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* The value under a string key, or NULL. */
struct py_value *py_dict_find(const struct py_list *d, const char *s, size_t n);

/* V's attribute NAME, of a NAMESPACE, becomes X: 0, or -1 raised. */
int py_set(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value x);

/* --- functions in C ---------------------------------------------------- */

/*
 * What they are made of: what returns 0, or -1 raised, leaves its value in
 * *RET, or is the call's.
 */

/* Whether argument I was given; whether it was not, or is None. */
bool py_given(const struct py_call *c, size_t i);
bool py_is_none(const struct py_call *c, size_t i);
int py_result(struct py_call *c, struct py_value v);

/* Argument I as an int or a float; *RET is 0 where it is none. */
int py_int_arg(struct py_call *c, size_t i, int64_t *ret);
int py_float_arg(struct py_call *c, size_t i, double *ret);

/* The row of N called NAME, or NULL. */
const struct py_native *py_native_find(
	const struct py_native *row, size_t nrow, const char *name, size_t n);

/* A row as a value. */
struct py_value py_native_value(const struct py_native *fn);

/* A OP B, comparisons too, for AT; RET may be A or B. */
int py_operate(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);

/* Python's "%" and "//" of floats, B not 0. */
double py_modulo(double a, double b);
double py_floor_divide(double a, double b);

/* The whole part of X as an int; an error if none can hold it. */
int py_int_of(struct py_run *r, const struct py_node *at, double x,
	struct py_value *ret);

/* An error unless what OWNER made was made in this run. */
int py_mutable(struct py_run *r, const struct py_node *at, const void *owner);

/* Raises that V, whose type holds values, is LOST: 0 if it is not, or -1. */
int py_readable(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* The error just raised is Python's EXCEPTION.  Always returns -1. */
int py_exception(struct py_run *r, const char *exception, int raised);

bool py_str_is(const struct py_str *a, const char *s, size_t n);

/* X rounded to DIGITS decimals, or tens if negative, as numpy does. */
double py_round_scaled(double x, int64_t digits);

/* --- functions and classes of the text --------------------------------- */

/* The DEF or LAMBDA of a FUNCTION and its module; NULL of other values. */
const struct py_node *py_def(const struct py_value *f);
const struct py_module *py_module_of(const struct py_value *f);

/* Parameters of a FUNCTION, in order; i-th or NULL. */
const struct py_node *py_param(const struct py_value *f, size_t i);

/* The default of F's parameter P; UNBOUND if it has none. */
struct py_value py_default(const struct py_value *f, const struct py_node *p);

/* What V, a NAMESPACE, is made of; NULL: it is plain, or no object. */
const struct py_class *py_class_of(const struct py_value *v);

/* The CLASS of V, a TYPE or one's NAMESPACE; NULL of other values. */
const struct py_node *py_class_def(const struct py_value *v);

/* The names of a TYPE and their values, without its bases'; else NULL. */
const struct py_list *py_class_names(const struct py_value *v);

/* Whether V is a TYPE whose fields are what is annotated. */
bool py_is_dataclass(const struct py_value *v);

/* An analyzer of one file at a time does not see what these return. */
#if defined(__clang_analyzer__) && !defined(OBJECT_ITSELF)
#define py_raise(...) (py_raise(__VA_ARGS__), -1)
#define py_raise_as(...) (py_raise_as(__VA_ARGS__), -1)
#define py_raise_again(...) (py_raise_again(__VA_ARGS__), -1)
#define py_raise_nomem(...) (py_raise_nomem(__VA_ARGS__), -1)
#define py_raise_unknown(...) (py_raise_unknown(__VA_ARGS__), -1)
#define py_raise_arg(...) (py_raise_arg(__VA_ARGS__), -1)
#define py_exception(...) (py_exception(__VA_ARGS__), -1)
#endif

#endif
