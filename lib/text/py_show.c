/* SPDX-License-Identifier: MIT */
/*
 * Trees and values as Python source, with no more brackets and blanks than
 * Python needs.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "text/py_show.h"
#include "text/py_value.h"

/* Bytes after which values of lists are cut. */
#define SHOW_MAX 65536

/* How tightly a form binds. */
enum bind {
	BIND_LAMBDA,
	BIND_IF,
	BIND_OR,
	BIND_AND,
	BIND_NOT,
	BIND_COMPARE,
	BIND_SUM,
	BIND_PRODUCT,
	BIND_SIGN,
	BIND_POWER,
	BIND_ATOM,
};

struct show {
	struct buf *b;
	const struct py_name *names; /* shown as their values */
};

static int show(struct show *s, const struct py_expr *e, enum bind least);

static int show_number(struct buf *b, double x, bool whole)
{
	size_t begin = b->len, n;

	if (!isfinite(x))
		return buf_adds(b, isnan(x) ? "float('nan')"
				   : x > 0  ? "float('inf')"
					    : "-float('inf')");
	if (whole && fabs(x) >= 1e16)
		return buf_printf(b, "%.0f", x);
	if (buf_add_double(b, x))
		return -1;
	n = b->len - begin;
	if (whole || memchr(b->data + begin, '.', n) ||
		memchr(b->data + begin, 'e', n))
		return 0;
	return buf_adds(b, ".0");
}

static int show_string(struct buf *b, const char *s, size_t n)
{
	if (buf_addc(b, '\''))
		return -1;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		int error;
		if (c == '\'' || c == '\\')
			error = buf_printf(b, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			error = buf_printf(b, "\\x%02x", c);
		else
			error = buf_addc(b, s[i]);
		if (error)
			return -1;
	}
	return buf_addc(b, '\'');
}

static int show_value(struct buf *b, const struct py_value *v, unsigned depth)
{
	bool dict = v->type == PY_DICT;

	switch (v->type) {
	case PY_NONE: return buf_adds(b, "None");
	case PY_BOOL: return buf_adds(b, v->num != 0 ? "True" : "False");
	case PY_INT: return show_number(b, v->num, true);
	case PY_FLOAT: return show_number(b, v->num, false);
	case PY_STR: return show_string(b, v->s, v->n);
	case PY_CODE: return py_show_expr(b, v->code);
	case PY_LIST:
	case PY_DICT: break;
	}
	if (depth > PY_DEPTH_MAX)
		return buf_adds(b, "...");
	if (buf_addc(b, dict ? '{' : '['))
		return -1;
	for (size_t i = 0; i < v->n; i++) {
		/* Names share lists: a short text can be a huge value. */
		if (b->len > SHOW_MAX)
			return buf_adds(b, "...");
		if (i > 0 && buf_addc(b, dict && i % 2 ? ':' : ','))
			return -1;
		if (show_value(b, &v->item[i], depth + 1))
			return -1;
	}
	return buf_addc(b, dict ? '}' : ']');
}

int py_show(struct buf *b, const struct py_value *v)
{
	return show_value(b, v, 0);
}

static enum bind binding_of_op(const char *op)
{
	if (strcmp(op, "or") == 0)
		return BIND_OR;
	if (strcmp(op, "and") == 0)
		return BIND_AND;
	if (strcmp(op, "**") == 0)
		return BIND_POWER;
	if (strchr("+-", op[0]))
		return BIND_SUM;
	return strchr("*/%", op[0]) ? BIND_PRODUCT : BIND_COMPARE;
}

static enum bind binding(const struct py_expr *e)
{
	switch (e->form) {
	case PY_F_NUMBER: return signbit(e->num) ? BIND_SIGN : BIND_ATOM;
	case PY_F_LAMBDA: return BIND_LAMBDA;
	case PY_F_IF: return BIND_IF;
	case PY_F_CHAIN: return BIND_COMPARE;
	case PY_F_UNARY: return e->op[0] == 'n' ? BIND_NOT : BIND_SIGN;
	case PY_F_BINARY: return binding_of_op(e->op);
	default: return BIND_ATOM;
	}
}

static int show_op(struct buf *b, const char *op)
{
	if (op[0] >= 'a' && op[0] <= 'z')
		return buf_printf(b, " %s ", op);
	return buf_adds(b, op);
}

static int show_binary(struct show *s, const struct py_expr *e)
{
	enum bind own = binding(e), left = own, right = own + 1;

	if (own == BIND_COMPARE)
		left = own + 1;
	if (own == BIND_POWER) {
		left = BIND_ATOM;
		right = BIND_SIGN;
	}
	if (show(s, e->arg, left) || show_op(s->b, e->op))
		return -1;
	return show(s, e->arg->next, right);
}

static int show_chain(struct show *s, const struct py_expr *e)
{
	const struct py_expr *p = e->arg;

	if (show(s, p, BIND_SUM))
		return -1;
	while ((p = p->next))
		if (show_op(s->b, p->op) || show(s, p->arg, BIND_SUM))
			return -1;
	return 0;
}

static int show_unary(struct show *s, const struct py_expr *e)
{
	bool word = e->op[0] == 'n';

	if (buf_adds(s->b, e->op) || (word && buf_addc(s->b, ' ')))
		return -1;
	return show(s, e->arg, word ? BIND_NOT : BIND_SIGN);
}

/* The operands of E in brackets. */
static int show_items(struct show *s, const struct py_expr *e, const char *open,
	const char *close)
{
	size_t i = 0;

	if (buf_adds(s->b, open))
		return -1;
	for (const struct py_expr *a = e->arg; a; a = a->next, i++) {
		bool colon = e->form == PY_F_DICT && i % 2;
		if (i > 0 && buf_addc(s->b, colon ? ':' : ','))
			return -1;
		if (a->key &&
			(buf_add(s->b, a->key, a->nkey) || buf_addc(s->b, '=')))
			return -1;
		if (show(s, a, BIND_LAMBDA))
			return -1;
	}
	return buf_adds(s->b, close);
}

static int show_for(struct show *s, const struct py_expr *e)
{
	struct buf *b = s->b;
	const struct py_expr *in = e->arg->next;

	/* Its own name hides one of a value. */
	struct py_name own = {.name = e->s, .n = e->n, .next = s->names};
	struct show inner = {b, &own};
	own.value = (struct py_value){.type = PY_CODE};

	if (buf_addc(b, '[') || show(&inner, e->arg, BIND_LAMBDA) ||
		buf_printf(b, " for %s in ", e->s) || show(s, in, BIND_OR))
		return -1;
	if (in->next &&
		(buf_adds(b, " if ") || show(&inner, in->next, BIND_OR)))
		return -1;
	return buf_addc(b, ']');
}

static int show_if(struct show *s, const struct py_expr *e)
{
	const struct py_expr *cond = e->arg->next;

	if (show(s, e->arg, BIND_OR) || buf_adds(s->b, " if ") ||
		show(s, cond, BIND_OR) || buf_adds(s->b, " else "))
		return -1;
	return show(s, cond->next, BIND_LAMBDA);
}

static int show_lambda(struct show *s, const struct py_expr *e)
{
	struct py_name own = {.name = e->s, .n = e->n, .next = s->names};
	struct show inner = {s->b, &own};

	own.value = (struct py_value){.type = PY_CODE};
	return buf_printf(s->b, "lambda %s:", e->s) ||
			       show(&inner, e->arg, BIND_LAMBDA)
		       ? -1
		       : 0;
}

/* A name, or the value it stands for. */
static int show_name(struct show *s, const struct py_expr *e, enum bind least)
{
	const struct py_name *p = py_name_find(s->names, e->s, e->n);
	bool bracket;

	if (!p || p->value.type == PY_CODE)
		return buf_add(s->b, e->s, e->n);
	bracket = py_is_number(&p->value) && signbit(p->value.num) &&
		  least > BIND_SIGN;
	if (bracket && buf_addc(s->b, '('))
		return -1;
	if (py_show(s->b, &p->value))
		return -1;
	return bracket ? buf_addc(s->b, ')') : 0;
}

static int show_form(struct show *s, const struct py_expr *e, enum bind least)
{
	switch (e->form) {
	case PY_F_NUMBER: return show_number(s->b, e->num, e->is_int);
	case PY_F_STRING: return show_string(s->b, e->s, e->n);
	case PY_F_NAME: return show_name(s, e, least);
	case PY_F_TRUE: return buf_adds(s->b, "True");
	case PY_F_FALSE: return buf_adds(s->b, "False");
	case PY_F_NONE: return buf_adds(s->b, "None");
	case PY_F_LIST: return show_items(s, e, "[", "]");
	case PY_F_DICT: return show_items(s, e, "{", "}");
	case PY_F_CALL:
		if (buf_add(s->b, e->s, e->n))
			return -1;
		return show_items(s, e, "(", ")");
	case PY_F_INDEX:
		if (show(s, e->arg, BIND_ATOM) || buf_addc(s->b, '[') ||
			show(s, e->arg->next, BIND_LAMBDA))
			return -1;
		return buf_addc(s->b, ']');
	case PY_F_FOR: return show_for(s, e);
	case PY_F_UNARY: return show_unary(s, e);
	case PY_F_BINARY: return show_binary(s, e);
	case PY_F_CHAIN: return show_chain(s, e);
	case PY_F_IF: return show_if(s, e);
	case PY_F_LAMBDA: return show_lambda(s, e);
	}
	return 0;
}

static int show(struct show *s, const struct py_expr *e, enum bind least)
{
	bool bracket = binding(e) < least;

	if (bracket && buf_addc(s->b, '('))
		return -1;
	if (show_form(s, e, bracket ? BIND_LAMBDA : least))
		return -1;
	return bracket ? buf_addc(s->b, ')') : 0;
}

int py_show_with(
	struct buf *b, const struct py_expr *e, const struct py_name *names)
{
	struct show s = {b, names};

	return show(&s, e, BIND_LAMBDA);
}

int py_show_expr(struct buf *b, const struct py_expr *e)
{
	return py_show_with(b, e, NULL);
}
