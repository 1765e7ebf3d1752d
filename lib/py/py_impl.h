/* SPDX-License-Identifier: MIT */
/* Inside of lib/py: what its files share, under the name of each. */
#ifndef PY_PY_IMPL_H
#define PY_PY_IMPL_H

#include "base/diag.h"
#include "py/py.h"

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- value.c -------------------------------------------------------------- */

struct py_module *py_new_module(struct py *p);

/* R is in no call, and has no error. */
void py_run_reset(struct py_run *r);

struct py_frame {
	struct py_frame *outer;
	struct py_module *module;
	const void *owner;
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

struct py_memory;

struct py_frame;

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
	const struct py_class *raised; /* the class of error.exception */
	void *ctx;                     /* the host's */
	struct diag diag;
	struct py_error error;
};

/* What -D gave. */
struct py_defined {
	struct py_str name;
	struct py_value value;
	struct py_defined *before;
};

struct py {
	const struct py_host *host;
	const struct py_arrays *arrays; /* the host's; NULL: none are made */
	struct py_defined *defined;     /* the last one */
	struct py_run build;
};

/* "division by zero" */
int py_raise_zero(struct py_run *r, const struct py_node *at);

/* Appends S to B as it is, numbers as repr(). */
int py_str_add(struct buf *b, const struct py_value *v);

/* Sets D[KEY]. */
int py_dict_set(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, const struct py_value *v);
/* D[KEY] in *RET, NULL if it is not there: 0, or -1 raised. */
int py_dict_get(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, struct py_value **ret);

/* N ints FROM, FROM + STEP ... */
int py_new_range(struct py_run *r, const struct py_node *at, int64_t from,
	int64_t step, size_t n, struct py_value *ret);

/* An error unless V may be a key. */
int py_hashable(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* SET has V from now on. */
int py_set_add(struct py_run *r, const struct py_node *at,
	const struct py_value *set, const struct py_value *v);

/* V as a set of its items. */
int py_set_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_value *ret);

/* Without what is there; an error if it is not.  Returns 0, or -1 raised. */
int py_dict_delete(struct py_run *r, const struct py_node *at,
	struct py_list *d, const struct py_value *key);
int py_list_delete(struct py_run *r, const struct py_node *at,
	struct py_list *l, const struct py_value *i);

/* --- operate.c ------------------------------------------------------------ */

/* A OP B of two sets. */
int py_of_sets(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret);

/* OP A. */
int py_unary(struct py_run *r, const struct py_node *at, enum py_op op,
	const struct py_value *a, struct py_value *ret);

/*
 * A is B or A == B, as items of lists are compared: 1, 0, or -1 raised.  A nan
 * is taken for the one that it is compared with: it was passed on, most likely.
 */
int py_equal(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b);

/* --- iter.c --------------------------------------------------------------- */

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

/* What iter() and the functions of itertools are. */
bool py_iter_find(const char *name, size_t n, struct py_value *ret);

/* FN with ARG before the arguments of a call, as functools.partial() does. */
int py_bind_arguments(struct py_run *r, const struct py_value *fn,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/* --- lex.c ---------------------------------------------------------------- */

enum py_kind {
	PY_T_END,
	PY_T_NAME,
	PY_T_NUMBER,
	PY_T_STRING, /* text with prefix and quotes */
	PY_T_PUNCT,
	PY_T_NEWLINE,
	PY_T_INDENT,
	PY_T_DEDENT,
	PY_T_BAD, /* why says what is the matter */
};

struct py_token {
	enum py_kind kind;
	const char *p; /* borrowed from the text scanned */
	size_t n;
	const char *why;
};

#define PY_INDENT_MAX 64

struct py_lexer {
	const char *begin, *p, *end;
	unsigned brackets; /* open ones: newlines are blanks within */
	bool line_begun;   /* a token of the logical line was given */
	int pending;       /* dedents still to give */
	unsigned nindent;
	size_t indent[PY_INDENT_MAX]; /* columns of the open blocks */
};

/* A text; LINES: newlines and indentation mean something. */
void py_lex_init(struct py_lexer *l, const char *s, size_t n, bool lines);

/* The next token; at the end PY_T_END for ever, after PY_T_BAD that again. */
struct py_token py_lex(struct py_lexer *l);

bool py_token_is(const struct py_token *t, const char *text);

/*
 * The parser's: a tree is in the memory of the parser's run; what returns NULL
 * or -1 has said why in p->d.
 */

/* --- parse.c -------------------------------------------------------------- */

struct parser {
	struct py_run *run; /* whose memory the tree is in */
	struct py_module *module;
	struct py_lexer lex;
	struct py_token tok;
	unsigned depth;
	struct py_scope *scope; /* of the def that is read; NULL */
	bool more; /* a semicolon ended the last statement, and not its line */
	struct diag *d;
	size_t *at;
};

/* Where each of an array of items is that begin with their names. */
struct py_hash {
	unsigned *place; /* one more than its index; 0: free */
	unsigned n;      /* a power of two, or 0 */
};

struct py_scope {
	struct py_scope *outer; /* NULL: of the module */
	struct py_name *name;   /* its slots */
	unsigned n, cap;
	struct py_hash hash;
	bool is_class; /* what is inside does not see its names */
	bool yields;   /* a call of its function gives a generator */
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
};

struct py_module {
	struct py *py;
	const char *text;
	size_t n;
	struct py_node *root;
	struct py_global *global;
	unsigned nglobal, cap;
	struct py_hash hash;
	bool initial; /* some of global are */
	bool tolerant;
	bool star_math;    /* from math import * */
	bool dotted;       /* a part of a name was defined: cfg.lr */
	const char *local; /* of definitions: names that py_enter() gives */
};

/* The slot of a global name, made if need be; -1 for no memory. */
long py_global_slot(struct py_module *m, const struct py_str *s);
/* The same; -1 if there is none. */
long py_global_find(const struct py_module *m, const struct py_str *s);

size_t py_tok_offset(const struct parser *p, const char *s);
struct py_node *py_tok_fail(
	struct parser *p, const char *s, const char *fmt, ...);
struct py_node *py_tok_unexpected(struct parser *p, const char *expected);
void py_tok_advance(struct parser *p);
bool py_tok_is(const struct parser *p, const char *text);

/* Takes TEXT if it is next. */
bool py_tok_take(struct parser *p, const char *text);
int py_tok_need(struct parser *p, const char *text);

/* A comma, in what CLOSE ends. */
int py_tok_need_comma(struct parser *p, const char *close);
struct py_node *py_node_new(struct parser *p, enum py_form form, size_t where);
struct py_node *py_node_here(struct parser *p, enum py_form form);

/* A name or attribute: the token at hand, which is taken. */
struct py_node *py_node_named(
	struct parser *p, enum py_form form, size_t where);

/* KID becomes the last operand of E.  Returns 0, or -1: too deep, no KID. */
int py_node_add(struct parser *p, struct py_node *e, struct py_node *kid);
/* The same, before the others. */
int py_node_add_first(struct parser *p, struct py_node *e, struct py_node *kid);

/* "..." ends at what was taken last; blanks behind do not count. */
struct py_node *py_node_end(struct parser *p, struct py_node *e);
int py_read_deeper(struct parser *p);

/* --- parse_atom.c --------------------------------------------------------- */

bool py_is_identifier(const struct py_token *t);

/* An `if`-less condition or an iterable: no conditional expression. */
struct py_node *py_read_or_test(struct parser *p);

/* ITEM (and VALUE, of a dict) with the clauses that follow. */
struct py_node *py_read_comprehension(struct parser *p, enum py_form form,
	struct py_node *item, struct py_node *value);

/* An item of a list or tuple: *x too. */
struct py_node *py_read_item(struct parser *p);

struct py_node *py_read_atom(struct parser *p);

/* --- parse_expr.c --------------------------------------------------------- */

/*
 * Binary operators: an operand to the left keeps what binds tighter than LEFT,
 * the one to the right what binds tighter than RIGHT.
 */
struct py_binary {
	const char *text;
	unsigned char form, op, left, right;
};

extern const struct py_binary py_binaries[];
extern const size_t py_nbinary;

struct py_node *py_read_primary(struct parser *p);

/* What stands in (), from the bracket on, as operands of E: 0, or -1. */
int py_read_arguments(struct parser *p, struct py_node *e);

/* What binds tighter than LIMIT. */
struct py_node *py_read_subexpr(struct parser *p, unsigned limit);

/* Parameters up to CLOSE, which stays; annotations are read over. */
int py_read_parameters(struct parser *p, struct py_node *f, const char *close);
int py_read_scope(struct parser *p, struct py_node *e);
struct py_node *py_read_expr(struct parser *p);

/* What ends a list of expressions without brackets. */
bool py_ends_list(const struct parser *p);

/* a or a, b: a tuple if there is a comma. */
struct py_node *py_read_expr_list(struct parser *p, const char *expected);

/* --- parse_match.c -------------------------------------------------------- */

/* A match at hand into *RET, NULL as ever: 1, or 0 if the word is a name. */
int py_read_match(struct parser *p, struct py_node **ret);

/* --- parse_stmt.c --------------------------------------------------------- */

/* a, (b, c): what a for binds, up to its in. */
struct py_node *py_read_targets(struct parser *p);
struct py_node *py_read_statement(struct parser *p);

/* What follows the colon: a block of its own, or statements on the line. */
struct py_node *py_read_block(struct parser *p);

/* --- scope.c -------------------------------------------------------------- */

/*
 * Says of every NAME of M where its value is.  Returns 0, or -1 for no memory.
 */
int py_resolve(struct py_module *m);

/*
 * Calls EACH for what statement S binds or changes in its own scope: NAME,
 * DEF, CLASS, IMPORT, and the INDEX and ATTR that are assigned to.  Returns 0,
 * or -1 where EACH did.
 */
int py_each_bound(struct py_node *s,
	int (*each)(void *ctx, struct py_node *target), void *ctx);

/* The same of a target: a, (b[0], *c). */
int py_each_target(struct py_node *e,
	int (*each)(void *ctx, struct py_node *target), void *ctx);

/* --- define.c ------------------------------------------------------------- */

/* What py_parse_define() has read for NAME; false: nothing. */
bool py_parsed(
	const struct py *p, const struct py_str *name, struct py_value *ret);

/* What py_define() gave M for E, a part of a name: args.lr, cfg["lr"]. */
bool py_defined_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, struct py_value *ret);
/* What E, a part of a name, is though V is assigned to it; NULL: V. */
const struct py_value *py_keep_part(struct py_run *r, const struct py_node *e,
	const struct py_module *m, const struct py_value *v);
/*
 * BODY runs as E, a test, was YES.  Where the user's value for a name decided
 * that (if x == -1: x = ...), BODY may assign to it.
 */
void py_given_initial(struct py_module *m, const struct py_node *e, bool yes,
	const struct py_node *body);
/* What PATH got so, in what runs; false: nothing. */
bool py_initial_path(const struct py_run *r, const char *path, size_t n,
	struct py_value *ret);

/*
 * V is called NAME in M from now on: the parts of it that py_define() gave M
 * become its own.  Returns 0, or -1 raised.
 */
int py_take_parts(struct py_run *r, struct py_module *m,
	const struct py_str *name, const struct py_value *v);

/*
 * The evaluator's: F is the frame that E's names are in; each returns 0 with
 * its value in *RET, or -1 raised, where it says nothing else.
 */

/* --- eval.c --------------------------------------------------------------- */

/* Evaluations inside one another: threads call with small stacks. */
#define EVAL_DEPTH_MAX 400

enum flow {
	GO_ON,
	LOOP_ENDS,
	LOOP_GOES_ON,
	RETURNED,
};

/* What PATH is to the host or Python, else UNKNOWN. */
int py_look_up(struct py_run *r, const struct py_node *e, const char *path,
	size_t n, struct py_value *ret);

/* Gives E, a NAME, DEF, CLASS or IMPORT, the value V. */
int py_bind_name(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *v);

/* config["lr"] of what has no value: what the host knows by that name. */
int py_index_unknown(struct py_run *r, const struct py_node *e,
	const struct py_value *v, const struct py_value *i,
	struct py_value *ret);
int py_eval(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* OBJECT[slice E] = V. */
int py_set_slice(struct py_run *r, const struct py_node *e, struct py_frame *f,
	const struct py_value *object, const struct py_value *v);
struct py_frame *py_frame_new(struct py_run *r, size_t n,
	struct py_frame *outer, struct py_module *module);

/* --- display.c ------------------------------------------------------------ */

int py_eval_list(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);
int py_eval_dict(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

int py_eval_comprehension(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);
int py_eval_function(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);
int py_eval_format(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret);

/* --- assign.c ------------------------------------------------------------- */

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v);

/* Runs S, an ASSIGN or an AUGMENT; returns an enum flow, or -1. */
int py_exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f);
int py_exec_augment(
	struct py_run *r, const struct py_node *s, struct py_frame *f);

/* --- apply.c -------------------------------------------------------------- */

int py_eval_call(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret);

/* --- exec.c --------------------------------------------------------------- */

/* Runs the statements of B one by one, those of a tolerant module go on. */
int py_exec_each(struct py_run *r, const struct py_node *b, struct py_frame *f,
	struct py_value *ret);

/* Runs S; returns an enum flow, or -1. */
int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret);

/* --- class.c -------------------------------------------------------------- */

/* The attribute NAME of class C, its own or inherited; NULL: none. */
const struct py_value *py_class_find(
	const struct py_class *c, const char *name, size_t n);

/* The attribute NAME of V, an object or a class: as py_attribute(). */
int py_object_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

/* An object of class C, made for the call AT with ARG. */
int py_new_object(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* Whether C is B or inherits from it. */
bool py_inherits(const struct py_class *c, const struct py_class *b);

/* The value of S, a DEF, CLASS or DECORATED. */
int py_eval_definition(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret);

/* The attribute S of super() in the function that runs. */
int py_super(struct py_run *r, const struct py_node *at, const struct py_str *s,
	struct py_value *ret);

/* --- enum.c --------------------------------------------------------------- */

/* Whether PATH, a base of CLASS, is one of what makes enumerations. */
bool py_enum_base(struct py_class *class, const struct py_str *path);

/* What the body of C, an enumeration, assigns become its members: 0 or -1. */
int py_enum_members(
	struct py_run *r, const struct py_node *at, struct py_class *c);

/* C(V) and C[NAME].  Returns 0, or -1 raised. */
int py_enum_of(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *v,
	struct py_value *ret);
int py_enum_named(struct py_run *r, const struct py_node *at,
	const struct py_class *c, const struct py_value *name,
	struct py_value *ret);

/* What V counts as among others: the value of a member of (str, Enum). */
const struct py_value *py_enum_plain(const struct py_value *v);

/* --- generator.c ---------------------------------------------------------- */

/* The call C, of a function that yields, begins at AT.  Returns 0, or -1. */
int py_generate(struct py_run *r, struct py_calling *c);

/* V, of "yield V", is its next value; or each of V's.  Returns 0, or -1. */
int py_yield(
	struct py_run *r, const struct py_node *s, const struct py_value *v);

/*
 * C has ended, FLOW is -1 where it failed: what it gave, as an iterator, into
 * *RET.  Returns 0, or -1 raised.
 */
int py_generated(
	struct py_run *r, struct py_calling *c, int flow, struct py_value *ret);

/* --- lose.c --------------------------------------------------------------- */

/*
 * S did not run, or not to its end, for the reason in R's error: what it may
 * have changed has no value from then on.  Names lie in F.
 */
int py_lose(struct py_run *r, const struct py_node *s, struct py_frame *f);

/* Whether S, and all that is in it, only looks and shows: logs, prints. */
bool py_is_idle(const struct py_node *s);

/* All that M's names have been given, but functions, is not known from AT on:
 * each is asked for. */
int py_lose_globals(
	struct py_run *r, const struct py_node *at, struct py_module *m);

/* An unknown function, whose name is PATH, was given ARG and may change it. */
int py_lose_arguments(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg);

/* Functions in C: they return 0 with *c->ret, or -1 raised. */

/* --- builtin.c ------------------------------------------------------------ */

/*
 * What the dotted PATH is in P's Python itself; false if nothing.  BARE finds
 * the names of math without their module, too.
 */
bool py_builtin(const struct py *p, const char *path, size_t n, bool bare,
	struct py_value *ret);

/* Whether NAME is a module whose functions are known by it: math, np ... */
bool py_is_module(const struct py_str *name);

/* The method or attribute NAME of V: 1 with *RET, 0 none, -1 raised. */
int py_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

/* Text in B becomes the result; releases B. */
int py_text_result(struct py_call *c, struct buf *b, int bad);

/* The arguments by name into the dict of the result. */
int py_add_named(struct py_call *c);

/* V's pairs, or a dict's, into D. */
int py_add_pairs(
	struct py_call *c, const struct py_value *v, struct py_list *d);

/* --- math.c --------------------------------------------------------------- */

/* What math.NAME is. */
bool py_math_find(const char *name, size_t n, struct py_value *ret);

/* FN, a function of one float, of V: a number, or an array's numbers. */
int py_math_call(struct py_run *r, const struct py_node *at,
	const struct py_native *fn, const struct py_value *v,
	struct py_value *ret);

/* X rounded to NDIGITS decimals, half to even of the exact value. */
double py_round(double x, int64_t ndigits);

/* --- order.c -------------------------------------------------------------- */

/* What max, min and sorted are. */
bool py_order_find(const char *name, size_t n, struct py_value *ret);
int py_call_sorted(struct py_call *c);

/* A < B: 1, 0, or -1 raised. */
int py_less(struct py_run *r, const struct py_node *at,
	const struct py_value *a, const struct py_value *b);

/* --- tools.c -------------------------------------------------------------- */

/* What functools.NAME and its kin are, by their dotted names. */
bool py_tools_find(const char *name, size_t n, struct py_value *ret);

/* --- str.c ---------------------------------------------------------------- */

/* V by SPEC, of an f-string or format(), into B. */
int py_format(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *spec, struct buf *b);

/* S % V */
int py_format_percent(struct py_run *r, const struct py_node *at,
	const struct py_str *s, const struct py_value *v, struct py_value *ret);

/* The method NAME of strings, or NULL. */
const struct py_native *py_str_method(const struct py_str *name);

/* --- argparse.c ----------------------------------------------------------- */

/* V, a function, as click's option E leaves it: 0, or -1 raised. */
int py_click_option(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *v);

int py_call_parser(struct py_call *c);

/* The method NAME of an ArgumentParser, or NULL. */
const struct py_native *py_parser_method(const struct py_str *name);

#endif
