/* SPDX-License-Identifier: MIT */
/*
 * A formula is kept as what a machine with a stack does, in that order.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "text/formula.h"

#define DEPTH_MAX 64
#define LENGTH_MAX 4096

struct code {
	char op; /* one of + - * /, 'n' number, 'v' name, 'f' function */
	unsigned char function;
	size_t name;
	double number;
};

struct formula {
	struct code *code; /* as many as the text has bytes, at most */
	size_t n;
	char **name;
	size_t nname;
};

struct parser {
	struct formula *f;
	const char *s, *start;
	unsigned depth; /* of brackets and signs */
	size_t nstack;  /* values that wait */
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

static int parse_sum(struct parser *p);

static int fail(struct parser *p, const char *expected)
{
	return diag_set(p->d, DIAG_USAGE, "'%s' at column %zu; expected %s",
		p->start, (size_t)(p->s - p->start) + 1, expected);
}

static char peek(struct parser *p)
{
	while (str_is_space(*p->s))
		p->s++;
	return *p->s;
}

static int add(struct parser *p, struct code c)
{
	bool pushes = c.op == 'n' || c.op == 'v';
	bool pops = !pushes && (c.op != 'f' || functions[c.function].two);

	p->nstack += pushes;
	p->nstack -= pops;
	if (p->nstack > DEPTH_MAX)
		return fail(p, "fewer numbers that wait for others");
	p->f->code[p->f->n++] = c;
	return 0;
}

/* The name S[0..N), the number of it. */
static int add_name(struct parser *p, const char *s, size_t n)
{
	struct formula *f = p->f;
	size_t i = 0;

	while (i < f->nname &&
		(strlen(f->name[i]) != n || memcmp(f->name[i], s, n) != 0))
		i++;
	if (i == f->nname) {
		f->name[i] = strndup(s, n);
		if (!f->name[i])
			return diag_nomem(p->d, n);
		f->nname++;
	}
	return add(p, (struct code){.op = 'v', .name = i});
}

static int close_bracket(struct parser *p)
{
	if (peek(p) != ')')
		return fail(p, "a closing bracket");
	p->s++;
	return 0;
}

static int parse_call(struct parser *p, unsigned char function)
{
	p->s++;
	if (parse_sum(p) < 0)
		return -1;
	if (functions[function].two) {
		if (peek(p) != ',')
			return fail(p, "a comma and a second number");
		p->s++;
		if (parse_sum(p) < 0)
			return -1;
	}
	return close_bracket(p) < 0
		       ? -1
		       : add(p, (struct code){.op = 'f', .function = function});
}

static int parse_name(struct parser *p)
{
	const char *s = p->s;
	size_t n = 0;

	while (str_is_python_name_char(s[n]) || s[n] == '.')
		n++;
	p->s += n;
	for (size_t i = 0; i < NFUNCTION && peek(p) == '('; i++)
		if (strlen(functions[i].name) == n &&
			memcmp(functions[i].name, s, n) == 0)
			return parse_call(p, (unsigned char)i);
	if (n && *p->s == '(') {
		p->s = s;
		return fail(p, "abs, exp, log, sqrt, max or min before '('");
	}
	return n ? add_name(p, s, n) : fail(p, "a number or a name");
}

static int parse_quoted(struct parser *p)
{
	const char *end = strchr(p->s + 1, *p->s), *s = p->s + 1;

	if (!end || end == s)
		return fail(p, "a name in quotes");
	p->s = end + 1;
	return add_name(p, s, (size_t)(end - s));
}

static int parse_value(struct parser *p)
{
	double x;
	size_t n;

	if (peek(p) == '"' || *p->s == '\'' || *p->s == '`')
		return parse_quoted(p);
	if (*p->s == '(') {
		p->s++;
		return parse_sum(p) < 0 ? -1 : close_bracket(p);
	}
	n = str_is_digit(*p->s) || *p->s == '.'
		    ? num_scan_double(p->s, strlen(p->s), &x)
		    : 0;
	if (n == 0)
		return parse_name(p);
	p->s += n;
	return add(p, (struct code){.op = 'n', .number = x});
}

/* Signs before a value; -x is 0 - x, but for the sign of a zero. */
static int parse_signed(struct parser *p)
{
	bool negative = false;

	for (; peek(p) == '-' || *p->s == '+'; p->s++)
		negative = negative != (*p->s == '-');
	if (parse_value(p) < 0)
		return -1;
	return negative && (add(p, (struct code){.op = 'n', .number = -1}) ||
				   add(p, (struct code){.op = '*'}))
		       ? -1
		       : 0;
}

static int parse_product(struct parser *p)
{
	if (parse_signed(p) < 0)
		return -1;
	while (peek(p) == '*' || *p->s == '/') {
		char op = *p->s++;

		if (parse_signed(p) < 0 || add(p, (struct code){.op = op}) < 0)
			return -1;
	}
	return 0;
}

static int parse_sum(struct parser *p)
{
	if (++p->depth > DEPTH_MAX)
		return fail(p, "fewer brackets in one another");
	if (parse_product(p) < 0)
		return -1;
	while (peek(p) == '+' || *p->s == '-') {
		char op = *p->s++;

		if (parse_product(p) < 0 || add(p, (struct code){.op = op}) < 0)
			return -1;
	}
	p->depth--;
	return 0;
}

int formula_parse(struct formula **ret, const char *s, struct diag *d)
{
	size_t n = strlen(s);
	struct parser p = {.s = s, .start = s, .d = d};
	int done;

	*ret = NULL;
	if (n > LENGTH_MAX)
		return diag_set(d, DIAG_USAGE,
			"a formula of %zu bytes; expected at most %d", n,
			LENGTH_MAX);
	p.f = calloc(1, sizeof(*p.f));
	if (!p.f)
		return diag_nomem(d, sizeof(*p.f));
	/* A sign is two codes, the text of any other at least as long. */
	p.f->code = calloc(2 * n + 1, sizeof(*p.f->code));
	p.f->name = calloc(n + 1, sizeof(*p.f->name));
	done = p.f->code && p.f->name ? parse_sum(&p) : diag_nomem(d, n);
	if (done == 0 && peek(&p))
		done = fail(&p, "+ - * / or the end");
	if (done < 0)
		formula_free(p.f);
	else
		*ret = p.f;
	return done;
}

const char *formula_name(const struct formula *f, size_t i)
{
	return i < f->nname ? f->name[i] : NULL;
}

/* What OP makes of A and B. */
static double apply(const struct code *c, double a, double b)
{
	switch (c->op) {
	case '+': return a + b;
	case '-': return a - b;
	case '*': return a * b;
	case '/': return a / b;
	default: return functions[c->function].two(a, b);
	}
}

double formula_value(const struct formula *f, const double *value)
{
	double stack[DEPTH_MAX + 1] = {0};
	size_t n = 0;

	for (const struct code *c = f->code; c < f->code + f->n; c++) {
		if (c->op == 'n' || c->op == 'v') {
			stack[n++] = c->op == 'n' ? c->number : value[c->name];
		} else if (c->op == 'f' && functions[c->function].one) {
			stack[n - 1] = functions[c->function].one(stack[n - 1]);
		} else {
			n--;
			stack[n - 1] = apply(c, stack[n - 1], stack[n]);
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
