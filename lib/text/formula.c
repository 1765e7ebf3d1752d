/* SPDX-License-Identifier: MIT */
/*
 * A formula is parsed as Python and kept as what a machine with a stack does,
 * in that order: a log has millions of rows.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "syntax/syntax.h"
#include "text/formula.h"

#define LENGTH_MAX 4096

/* Behind the operators of Python's: what puts a value on the stack, or calls.
 */
enum { NUMBER = PY_NO_OP, NAME, FUNCTION };

struct code {
	unsigned char op, function;
	size_t name;
	double number;
};

struct formula {
	struct code *code; /* as many as the text has bytes, at most */
	size_t n;
	char **name;
	size_t nname;
};

struct reader {
	struct formula *f;
	const char *text;
	struct diag *d;
};

static double smaller(double a, double b)
{
	return b < a ? b : a;
}

static double larger(double a, double b)
{
	return b > a ? b : a;
}

static const struct {
	const char *name;
	double (*one)(double);
	double (*two)(double, double);
} functions[] = {
	{"abs", fabs, NULL},
	{"exp", exp, NULL},
	{"log", log, NULL},
	{"sqrt", sqrt, NULL},
	{"max", NULL, larger},
	{"min", NULL, smaller},
};

#define NFUNCTION ARRAY_SIZE(functions)

static int fail(const struct reader *r, size_t at, const char *expected)
{
	return diag_set(r->d, DIAG_USAGE, "'%s' at column %zu; expected %s",
		r->text, at + 1, expected);
}

/* Where the next is that is not a blank, from AT on. */
static size_t behind(const struct reader *r, size_t at)
{
	return at + strspn(r->text + at, " \t\r\n\f");
}

static int add(const struct reader *r, struct code c)
{
	r->f->code[r->f->n++] = c;
	return 0;
}

/* The name S[0..N), without the quotes it may be in. */
static int add_name(const struct reader *r, const char *s, size_t n)
{
	struct formula *f = r->f;
	size_t i = 0;

	if (strchr("\"'`", *s)) {
		s++;
		n -= 2;
	}
	while (i < f->nname &&
		(strlen(f->name[i]) != n || memcmp(f->name[i], s, n) != 0))
		i++;
	if (i == f->nname) {
		f->name[i] = strndup(s, n);
		if (!f->name[i])
			return diag_nomem(r->d, n);
		f->nname++;
	}
	return add(r, (struct code){.op = NAME, .name = i});
}

static int compile(const struct reader *r, const struct py_node *e);

static int compile_call(const struct reader *r, const struct py_node *e)
{
	const struct py_node *a = e->arg;
	unsigned char i = 0, n = 0, want;

	while (i < NFUNCTION && !py_is_named(&a->s, functions[i].name))
		i++;
	if (i == NFUNCTION)
		return fail(
			r, e->at, "abs, exp, log, sqrt, max or min before '('");
	want = functions[i].two ? 2 : 1;
	for (; a->next && n < want; n++) {
		a = a->next;
		if (compile(r, a) < 0)
			return -1;
	}
	if (a->next)
		return fail(r, behind(r, a->end), "a closing bracket");
	if (n < want)
		return fail(r, e->end - 1,
			n ? "a comma and a second number" : "a number");
	return add(r, (struct code){.op = FUNCTION, .function = i});
}

static int compile(const struct reader *r, const struct py_node *e)
{
	static const bool is_taken[PY_NO_OP + 1] = {[PY_ADD] = true,
		[PY_SUB] = true,
		[PY_MUL] = true,
		[PY_DIV] = true,
		[PY_POW] = true,
		[PY_NEG] = true,
		[PY_POS] = true};
	size_t at = e->at;

	if (e->form == PY_CONST)
		return add(r, (struct code){.op = NUMBER,
				      .number = py_number(&e->value)});
	if (e->form == PY_NAME)
		return add_name(r, e->s.s, e->s.n);
	if (e->form == PY_CALL && e->arg->form == PY_NAME)
		return compile_call(r, e);
	if ((e->form == PY_UNARY || e->form == PY_BINARY) && is_taken[e->op]) {
		for (const struct py_node *a = e->arg; a; a = a->next)
			if (compile(r, a) < 0)
				return -1;
		return add(r, (struct code){.op = e->op});
	}
	/* What is not taken stands behind what it begins with. */
	if (e->arg && e->arg->at == at)
		at = behind(r, e->arg->end);
	return fail(r, at, "numbers, names, + - * / ** and functions of them");
}

int formula_parse(struct formula **ret, const char *s, struct diag *d)
{
	size_t n = strlen(s), at;
	struct reader r = {.f = calloc(1, sizeof(*r.f)), .text = s, .d = d};
	struct py *p = py_new_columns();
	struct py_module *m;
	struct diag why;
	int done = -1;

	*ret = NULL;
	if (r.f) {
		r.f->code = calloc(n + 1, sizeof(*r.f->code));
		r.f->name = calloc(n + 1, sizeof(*r.f->name));
	}
	if (!p || !r.f || !r.f->code || !r.f->name)
		diag_nomem(d, n);
	else if (n > LENGTH_MAX)
		diag_set(d, DIAG_USAGE,
			"a formula of %zu bytes; expected at most %d", n,
			LENGTH_MAX);
	else if (py_parse_expr(p, s, n, &m, &at, &why) == 0)
		done = compile(&r, py_root(m));
	else if (why.class == DIAG_USAGE)
		diag_set(d, DIAG_USAGE, "'%s' at column %zu: %s", s, at + 1,
			why.text);
	else
		*d = why;
	py_free(p);
	if (done < 0)
		formula_free(r.f);
	else
		*ret = r.f;
	return done;
}

const char *formula_name(const struct formula *f, size_t i)
{
	return i < f->nname ? f->name[i] : NULL;
}

double formula_value(const struct formula *f, const double *value)
{
	double stack[PY_DEPTH_MAX + 1], *top = stack;

	*top = 0;
	for (const struct code *c = f->code; c < f->code + f->n; c++) {
		/* The last of the stack, and what is behind it. */
		top -= c->op <= PY_POW ||
		       (c->op == FUNCTION && functions[c->function].two);
		switch (c->op) {
		case PY_ADD: top[-1] += *top; break;
		case PY_SUB: top[-1] -= *top; break;
		case PY_MUL: top[-1] *= *top; break;
		case PY_DIV: top[-1] /= *top; break;
		case PY_POW: top[-1] = pow(top[-1], *top); break;
		case PY_NEG: top[-1] = -top[-1]; break;
		case PY_POS: break;
		case NUMBER: *top++ = c->number; break;
		case NAME: *top++ = value[c->name]; break;
		default:
			top[-1] = functions[c->function].one
					  ? functions[c->function].one(top[-1])
					  : functions[c->function].two(
						    top[-1], *top);
		}
	}
	return stack[0];
}

void formula_free(struct formula *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->nname; i++)
		free(f->name[i]);
	free(f->name);
	free(f->code);
	free(f);
}
