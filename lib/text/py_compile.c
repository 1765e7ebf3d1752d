/* SPDX-License-Identifier: MIT */
/*
 * The body of a lambda to instructions.  What does not depend on the parameter
 * is evaluated here, once; sums over a list are written out.
 */
#include <stdlib.h>
#include <string.h>

#include "text/py_code.h"
#include "text/py_math.h"
#include "text/py_value.h"

#define CODE_MAX 65536
#define WORK_MAX 10000000

struct compile {
	struct py_fn *f;
	const struct py_expr *lambda;
	struct py_eval x;
	size_t depth; /* of the stack at this point */
	size_t work;
	struct diag *d;
};

static int compile(struct compile *c, const struct py_expr *e);

static int grow(struct py_fn *f)
{
	size_t cap = f->cap ? f->cap * 2 : 16;
	struct py_code *code = realloc(f->code, cap * sizeof(*code));

	if (!code)
		return -1;
	f->code = code;
	f->cap = cap;
	return 0;
}

/* Appends CODE, which lets the stack grow by GROWTH. */
static int emit(struct compile *c, const struct py_expr *e, int growth,
	struct py_code code)
{
	c->depth = (size_t)((long)c->depth + growth);
	if (c->f->n == CODE_MAX || c->depth > PY_STACK_MAX)
		return py_blame(&c->x, e, c->d,
			"too large a lambda; expected at most %d operations",
			CODE_MAX);
	if (c->f->depth < c->depth)
		c->f->depth = c->depth;
	if (c->f->n == c->f->cap && grow(c->f))
		return diag_nomem(c->d, c->f->cap * sizeof(code));
	c->f->code[c->f->n++] = code;
	return 0;
}

static int emit_simple(
	struct compile *c, const struct py_expr *e, int growth, enum py_do what)
{
	return emit(c, e, growth, (struct py_code){.what = what});
}

static int emit_const(struct compile *c, const struct py_expr *e, double x)
{
	return emit(c, e, 1, (struct py_code){.what = PY_DO_CONST, .u.num = x});
}

static int emit_arith(
	struct compile *c, const struct py_expr *e, const char *op)
{
	enum py_op which = py_op_of(op);
	enum py_do what = which == PY_OP_ADD   ? PY_DO_ADD
			  : which == PY_OP_SUB ? PY_DO_SUB
			  : which == PY_OP_MUL ? PY_DO_MUL
					       : PY_DO_ARITH;

	return emit(c, e, -1, (struct py_code){.what = what, .op = which});
}

static int emit_math(
	struct compile *c, const struct py_expr *e, const struct py_math *m)
{
	return emit(
		c, e, 0, (struct py_code){.what = PY_DO_MATH, .u.at = m->at});
}

/* A jump from AT leads to what comes next. */
static void land(struct compile *c, size_t at)
{
	c->f->code[at].n = c->f->n;
}

static bool same_name(const struct py_expr *a, const struct py_expr *b)
{
	return a->n == b->n && memcmp(a->s, b->s, a->n) == 0;
}

/* Whether the value of E depends on the parameter. */
static bool mentions(struct compile *c, const struct py_expr *e)
{
	c->work++;
	if (e->form == PY_F_NAME)
		return same_name(e, c->lambda);
	for (const struct py_expr *a = e->arg; a; a = a->next)
		if (c->work < WORK_MAX && mentions(c, a))
			return true;
	return false;
}

static int refuse(
	struct compile *c, const struct py_expr *e, const char *expected)
{
	char text[PY_TEXT_MAX];

	return py_blame(&c->x, e, c->d, "'%s' in a lambda; expected %s",
		py_text(text, e), expected);
}

static int compile_const(struct compile *c, const struct py_expr *e)
{
	struct py_value v;
	char text[PY_TEXT_MAX];

	if (py_eval(&c->x, e, &v, c->d))
		return -1;
	if (!py_is_number(&v))
		return py_blame(&c->x, e, c->d, "'%s' is %s; expected a number",
			py_text(text, e), py_type_name(&v));
	return emit_const(c, e, v.num);
}

/* A list that does not depend on the parameter. */
static int const_list(
	struct compile *c, const struct py_expr *e, struct py_value *ret)
{
	if (mentions(c, e))
		return refuse(c, e, "a list without the parameter");
	if (py_eval(&c->x, e, ret, c->d))
		return -1;
	return ret->type == PY_LIST ? 0 : refuse(c, e, "a list");
}

/* WHAT with the numbers of list E as its table. */
static int emit_table(
	struct compile *c, const struct py_expr *e, enum py_do what)
{
	struct py_code code = {.what = what};
	struct py_value v = {0};

	if (const_list(c, e, &v))
		return -1;
	for (size_t i = 0; i < v.n; i++)
		if (!py_is_number(&v.item[i]))
			return refuse(c, e, "a list of numbers");
	code.u.table = py_code_table(c->f, &v, what == PY_DO_IN, &code.n);
	if (!code.u.table)
		return diag_nomem(c->d, v.n * sizeof(double));
	return emit(c, e, 0, code);
}

static int compile_logic(struct compile *c, const struct py_expr *e)
{
	size_t jump;

	if (compile(c, e->arg))
		return -1;
	jump = c->f->n;
	if (emit_simple(c, e, -1,
		    e->op[0] == 'o' ? PY_DO_IF_TRUE : PY_DO_IF_FALSE) ||
		compile(c, e->arg->next))
		return -1;
	land(c, jump);
	return 0;
}

static int compile_in(struct compile *c, const struct py_expr *e)
{
	if (compile(c, e->arg) || emit_table(c, e->arg->next, PY_DO_IN))
		return -1;
	return e->op[0] == 'n' ? emit_simple(c, e, 0, PY_DO_NOT) : 0;
}

static int compile_two(struct compile *c, const struct py_expr *e,
	const struct py_expr *a, const struct py_expr *b, const char *op)
{
	if (py_op_of(op) == PY_OP_NONE)
		return refuse(c, e, "an operator of numbers");
	return compile(c, a) || compile(c, b) ? -1 : emit_arith(c, e, op);
}

static int compile_binary(struct compile *c, const struct py_expr *e)
{
	if (strcmp(e->op, "and") == 0 || strcmp(e->op, "or") == 0)
		return compile_logic(c, e);
	if (strcmp(e->op, "in") == 0 || strcmp(e->op, "not in") == 0)
		return compile_in(c, e);
	return compile_two(c, e, e->arg, e->arg->next, e->op);
}

/* a < b < c as a < b and b < c. */
static int compile_chain(struct compile *c, const struct py_expr *e)
{
	const struct py_expr *a = e->arg, *p = a->next;
	size_t jump;

	if (compile_two(c, e, a, p->arg, p->op))
		return -1;
	for (; p->next; p = p->next) {
		jump = c->f->n;
		if (emit_simple(c, e, -1, PY_DO_UNLESS) ||
			compile_two(c, e, p->arg, p->next->arg, p->next->op))
			return -1;
		/* Where the first fails, its 0 is pushed again. */
		if (emit_simple(c, e, 0, PY_DO_JUMP))
			return -1;
		c->f->code[c->f->n - 1].n = c->f->n + 1;
		land(c, jump);
		c->depth--;
		if (emit_const(c, e, 0))
			return -1;
	}
	return 0;
}

static int compile_if(struct compile *c, const struct py_expr *e)
{
	const struct py_expr *cond = e->arg->next;
	size_t unless, jump;

	if (compile(c, cond))
		return -1;
	unless = c->f->n;
	if (emit_simple(c, e, -1, PY_DO_UNLESS) || compile(c, e->arg))
		return -1;
	jump = c->f->n;
	if (emit_simple(c, e, -1, PY_DO_JUMP))
		return -1;
	land(c, unless);
	if (compile(c, cond->next))
		return -1;
	land(c, jump);
	return 0;
}

/* Items from FIRST on, folded by WHAT. */
static int compile_fold(struct compile *c, const struct py_expr *e,
	const struct py_expr *first, enum py_do what)
{
	if (compile(c, first))
		return -1;
	for (const struct py_expr *a = first->next; a; a = a->next)
		if (compile(c, a) || emit_simple(c, e, -1, what))
			return -1;
	return 0;
}

/* One term of a sum: BODY, or 1 where there is none, if COND. */
static int compile_term(struct compile *c, const struct py_expr *e,
	const struct py_expr *body, const struct py_expr *cond)
{
	size_t unless = 0;

	if (cond) {
		if (compile(c, cond))
			return -1;
		unless = c->f->n;
		if (emit_simple(c, e, -1, PY_DO_UNLESS))
			return -1;
	}
	if (body ? compile(c, body) : emit_const(c, e, 1))
		return -1;
	if (emit_simple(c, e, -1, PY_DO_ADD))
		return -1;
	if (cond)
		land(c, unless);
	return 0;
}

/* sum() of a comprehension E, or its len() if not SUM. */
static int compile_for(struct compile *c, const struct py_expr *e, bool sum)
{
	const struct py_expr *in = e->arg->next;
	struct py_name own = {.name = e->s, .n = e->n, .next = c->x.names};
	struct py_value list = {0};
	int error = 0;

	if (same_name(e, c->lambda))
		return refuse(c, e, "another name than the parameter's");
	if (const_list(c, in, &list) || emit_const(c, e, 0))
		return -1;
	c->x.names = &own;
	for (size_t i = 0; i < list.n && !error; i++) {
		own.value = list.item[i];
		error = compile_term(c, e, sum ? e->arg : NULL, in->next);
	}
	c->x.names = own.next;
	return error;
}

static bool calls(const struct py_expr *e, const char *name)
{
	const char *s = e->s;
	size_t n = e->n;

	py_math_strip(&s, &n);
	return n == strlen(name) && memcmp(s, name, n) == 0;
}

static int compile_call(struct compile *c, const struct py_expr *e)
{
	const struct py_math *m = py_math_find(e->s, e->n);
	const struct py_expr *a = e->arg, *b = a->next;
	bool two = b && !b->next;

	for (const struct py_expr *p = a; p; p = p->next)
		if (p->key)
			return refuse(c, e, "arguments without names");
	if (m && !b)
		return compile(c, a) || emit_math(c, e, m) ? -1 : 0;
	if (!b && a->form == PY_F_FOR && (calls(e, "sum") || calls(e, "len")))
		return compile_for(c, a, calls(e, "sum"));
	if (!b && a->form == PY_F_LIST && a->arg && calls(e, "sum"))
		return compile_fold(c, e, a->arg, PY_DO_ADD);
	if (!b && a->form == PY_F_LIST && a->arg)
		a = a->arg;
	else if (!b)
		a = NULL;
	if (a && calls(e, "min"))
		return compile_fold(c, e, a, PY_DO_MIN);
	if (a && calls(e, "max"))
		return compile_fold(c, e, a, PY_DO_MAX);
	if (two && calls(e, "pow"))
		return compile_two(c, e, a, b, "**");
	if (two && calls(e, "log"))
		return compile_fold(c, e, a, PY_DO_LOG);
	if (two && calls(e, "round"))
		return compile_fold(c, e, a, PY_DO_ROUND);
	return refuse(c, e, "a function of numbers such as min, sqrt, cos");
}

static int compile_unary(struct compile *c, const struct py_expr *e)
{
	if (compile(c, e->arg))
		return -1;
	if (e->op[0] == '+')
		return 0;
	return emit_simple(c, e, 0, e->op[0] == '-' ? PY_DO_NEG : PY_DO_NOT);
}

static int compile(struct compile *c, const struct py_expr *e)
{
	bool varies = mentions(c, e);

	if (c->work >= WORK_MAX)
		return refuse(c, e, "less to do");
	if (!varies)
		return compile_const(c, e);
	switch (e->form) {
	case PY_F_NAME: return emit_simple(c, e, 1, PY_DO_PARAM);
	case PY_F_UNARY: return compile_unary(c, e);
	case PY_F_BINARY: return compile_binary(c, e);
	case PY_F_CHAIN: return compile_chain(c, e);
	case PY_F_IF: return compile_if(c, e);
	case PY_F_CALL: return compile_call(c, e);
	case PY_F_INDEX:
		return compile(c, e->arg->next)
			       ? -1
			       : emit_table(c, e->arg, PY_DO_INDEX);
	default: break;
	}
	return refuse(c, e, "numbers, operators and functions of numbers");
}

int py_compile(struct py_fn *f, const struct py_expr *e,
	const struct py_name *names, const struct py_expr **where,
	struct diag *d)
{
	struct compile c = {.f = f, .lambda = e, .d = d};
	int error;

	c.x.names = names;
	c.x.where = e;
	if (e->form != PY_F_LAMBDA)
		error = refuse(&c, e, "lambda NAME: EXPRESSION");
	else
		error = compile(&c, e->arg);
	*where = c.x.where;
	py_eval_free(&c.x);
	return error;
}
