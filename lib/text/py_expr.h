/* SPDX-License-Identifier: MIT */
/*
 * Python expressions: what stands in a call of a framework's constructor.
 * Numbers, strings, names, True False None, lists, tuples, dicts, calls with
 * positional and keyword arguments, subscripts, comprehensions over one list,
 * + - * / // % **, comparisons, in, and or not, `a if c else b`, lambdas of
 * one argument.  Text becomes a tree (py_parse), a tree a value (py_eval), a
 * lambda a function of one number (py_fn_at).  Trees, values and functions do
 * not change once made and may be read by any thread; an evaluation belongs to
 * one.
 */
#ifndef TEXT_PY_EXPR_H
#define TEXT_PY_EXPR_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct diag;

/* Brackets, operators and calls inside one another. */
#define PY_DEPTH_MAX 64

enum py_form {
	PY_F_NUMBER,
	PY_F_STRING, /* s: without quotes, escapes undone */
	PY_F_NAME,   /* s: also dotted, blanks around dots removed */
	PY_F_TRUE,
	PY_F_FALSE,
	PY_F_NONE,
	PY_F_LIST,   /* arg: the elements; also a tuple */
	PY_F_DICT,   /* arg: key, value, key, value ... */
	PY_F_CALL,   /* s: the dotted name called; arg: the arguments */
	PY_F_INDEX,  /* arg: the sequence, then the index */
	PY_F_FOR,    /* [a for s in b if c]: arg: a, b, and c if there is */
	PY_F_UNARY,  /* op and one arg */
	PY_F_BINARY, /* op and two; and, or, comparisons too */
	PY_F_CHAIN,  /* a < b <= c: arg: a, then PY_F_UNARY < b, <= c */
	PY_F_IF,     /* a if c else b: arg: a, c, b */
	PY_F_LAMBDA, /* s: the parameter; arg: the body */
};

struct py_expr {
	enum py_form form;
	char op[8];    /* "+", "**", "not in" ...; "." of a method's call */
	double num;    /* of PY_F_NUMBER */
	bool is_int;   /* it was written without point and exponent */
	const char *s; /* see enum py_form */
	size_t n;
	const char *key; /* of an argument key=...; NULL: positional */
	size_t nkey;
	size_t at; /* where it begins, in bytes from the text's start */
	const struct py_expr *arg, *next; /* first operand; sibling */
	unsigned height; /* operands inside one another, from here down */
};

struct py_tree; /* owns the nodes and what they point to */

/*
 * Parses all of S[0..N) as one expression into *RET (caller frees with
 * py_tree_free).  Comments and newlines are blanks.  Returns 0, or -1 with
 * DIAG_USAGE and *WHERE, the offset of the mistake, or with DIAG_NOMEM.
 */
int py_parse(struct py_tree **ret, const char *s, size_t n, size_t *where,
	struct diag *d);
const struct py_expr *py_root(const struct py_tree *t);

/* Whether P points to what T owns. */
bool py_tree_holds(const struct py_tree *t, const void *p);

void py_tree_free(struct py_tree *t);

enum py_type {
	PY_NONE,
	PY_BOOL,
	PY_INT, /* num is whole; exact to 2^53 */
	PY_FLOAT,
	PY_STR,
	PY_LIST,
	PY_DICT, /* item: key, value, key, value ... */
	PY_CODE, /* a lambda, or a call that nobody knows: not evaluated */
};

struct py_value {
	enum py_type type;
	double num;    /* of BOOL (0 or 1), INT, FLOAT */
	const char *s; /* of STR */
	size_t n;      /* bytes of STR, items of LIST and DICT */
	const struct py_value *item;
	const struct py_expr *code; /* of CODE */
};

/* Names known to an evaluation, innermost first. */
struct py_name {
	const char *name;
	size_t n;
	struct py_value value;
	const struct py_name *next;
};

/*
 * An evaluation.  Set names and call, the rest zero; py_eval_free() releases
 * the values it made, which live until then.
 */
struct py_eval {
	const struct py_name *names;
	/*
	 * A call of something that is not built in: 1 with *RET set, 0 if not
	 * known (it becomes PY_CODE), -1 with D set.  May be NULL.
	 */
	int (*call)(struct py_eval *x, const struct py_expr *e,
		struct py_value *ret, struct diag *d);
	void *ctx;
	const struct py_expr *where; /* after a failure: the node to blame */
	struct py_block *block;      /* private */
	size_t nbyte, nstep;         /* private */
};

/*
 * Evaluates E with Python's meaning of operators; ints are doubles.  Built in:
 * abs bool float int len max min pow round sorted sum list tuple range dict,
 * keys and values of a dict (also d.keys()), cumsum and cumprod of a list, and,
 * bare or after math. or np. or numpy. (or torch. tf. jnp.), sqrt exp log log2
 * log10 cos sin tan tanh floor ceil pi e.  Division by zero, an unknown name
 * and a wrong type are errors; an overflow is inf.  Code that leaves a
 * comprehension has the value of its name in the name's place.  Returns 0, or
 * -1 with DIAG_USAGE (unknown name 'spe') or
 * DIAG_NOMEM.
 */
int py_eval(struct py_eval *x, const struct py_expr *e, struct py_value *ret,
	struct diag *d);

/* Whether the call E is one of a function that is built in. */
bool py_is_builtin(const struct py_expr *e);

/* NBYTES that live as long as X's values; NULL for no memory. */
void *py_eval_alloc(struct py_eval *x, size_t nbytes);

void py_eval_free(struct py_eval *x);

/* Python's truth of V. */
bool py_true(const struct py_value *v);

bool py_is_number(const struct py_value *v); /* BOOL, INT or FLOAT */

/* Appends V, cut if huge, or E, as Python source.  Returns 0, or -1 for no
 * memory. */
int py_show(struct buf *b, const struct py_value *v);
int py_show_expr(struct buf *b, const struct py_expr *e);

/*
 * A lambda of one number, compiled: names other than its parameter have become
 * their values.  Immutable once made.
 */
struct py_fn;

/*
 * Compiles E, a lambda, into *RET (caller frees with py_fn_free).  Its body may
 * hold numbers, its parameter, NAMES that are numbers (or, subscripted, lists),
 * operators, `if else`, comparisons, and or not, and the built-in functions of
 * numbers.  Returns 0, or -1 with DIAG_USAGE and *WHERE the node to blame.
 */
int py_fn_new(struct py_fn **ret, const struct py_expr *e,
	const struct py_name *names, const struct py_expr **where,
	struct diag *d);
void py_fn_free(struct py_fn *f);

/* Its value at X; NAN where Python would raise.  Any thread, any order. */
double py_fn_at(const struct py_fn *f, double x);

/* Whether its value does not depend on its parameter. */
bool py_fn_is_const(const struct py_fn *f);

/*
 * Appends its source as py_parse() reads it, without blanks where Python
 * allows that, names replaced by their values: "lambda e:0.95**e".
 */
int py_fn_show(struct buf *b, const struct py_fn *f);

#endif
