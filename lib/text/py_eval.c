/* SPDX-License-Identifier: MIT */
/*
 * A tree to its value.  Recursion is bounded by the height of the tree, work
 * by a count of nodes evaluated.
 */
#include <string.h>

#include "text/py_math.h"
#include "text/py_value.h"

static int eval_name(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	const struct py_name *name = py_name_find(x->names, e->s, e->n);
	double num;

	if (name)
		*ret = name->value;
	else if (py_math_constant(e->s, e->n, &num))
		*ret = py_float(num);
	else
		return py_blame(x, e, d,
			"unknown name '%.64s'; expected its value in place, or "
			"-D %.64s=NUMBER",
			e->s, e->s);
	return 0;
}

static size_t count(const struct py_expr *e)
{
	size_t n = 0;

	for (; e; e = e->next)
		n++;
	return n;
}

static int eval_items(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	struct py_value *item = py_new_list(x, e, count(e->arg), ret, d);

	if (!item)
		return -1;
	for (const struct py_expr *a = e->arg; a; a = a->next)
		if (py_eval(x, a, item++, d))
			return -1;
	if (e->form == PY_F_DICT)
		ret->type = PY_DICT;
	return 0;
}

static int eval_call(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	int done = py_builtin(x, e, ret, d);

	if (done == 0 && x->call) {
		x->where = e;
		done = x->call(x, e, ret, d);
	}
	if (done == 0)
		*ret = (struct py_value){.type = PY_CODE, .code = e};
	return done < 0 ? -1 : 0;
}

static int index_dict(struct py_eval *x, const struct py_expr *e,
	const struct py_value *dict, const struct py_value *key,
	struct py_value *ret, struct diag *d)
{
	char text[PY_TEXT_MAX];
	size_t work = 0;

	/* The last of equal keys wins. */
	for (size_t i = dict->n; i >= 2; i -= 2) {
		if (!py_equal(&dict->item[i - 2], key, &work))
			continue;
		*ret = dict->item[i - 1];
		return py_charge(x, e, work, d);
	}
	if (py_charge(x, e, work, d))
		return -1;
	return py_blame(x, e, d, "no key '%s'; expected one of the dict",
		py_text(text, e->arg->next));
}

static int eval_index(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	struct py_value list = {0}, at = {0};
	char text[PY_TEXT_MAX];
	double i;

	if (py_eval(x, e->arg, &list, d) || py_eval(x, e->arg->next, &at, d))
		return -1;
	if (list.type == PY_DICT)
		return index_dict(x, e, &list, &at, ret, d);
	if (list.type != PY_LIST)
		return py_blame(x, e, d,
			"'%s' is %s; expected a list or a dict",
			py_text(text, e->arg), py_type_name(&list));
	if (at.type != PY_INT && at.type != PY_BOOL)
		return py_blame(x, e, d,
			"'%s' is no whole number; expected an index",
			py_text(text, e->arg->next));
	i = at.num < 0 ? at.num + (double)list.n : at.num;
	if (!(i >= 0 && i < (double)list.n))
		return py_blame(x, e, d,
			"index %.0f of a list of %zu; expected one below its "
			"length",
			at.num, list.n);
	*ret = list.item[(size_t)i];
	return 0;
}

static int iterable(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	char text[PY_TEXT_MAX];

	*ret = (struct py_value){0};
	if (py_eval(x, e, ret, d))
		return -1;
	if (ret->type == PY_LIST)
		return 0;
	return py_blame(x, e, d, "'%s' is %s; expected a list",
		py_text(text, e), py_type_name(ret));
}

static int eval_for(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	const struct py_expr *body = e->arg, *cond = e->arg->next->next;
	struct py_name name = {.name = e->s, .n = e->n, .next = x->names};
	struct py_value list, *item, keep;
	size_t n = 0;
	int error = 0;

	if (iterable(x, body->next, &list, d) ||
		!(item = py_new_list(x, e, list.n, ret, d)))
		return -1;
	/* cppcheck-suppress autoVariables ; taken off below */
	x->names = &name;
	for (size_t i = 0; i < list.n && !error; i++) {
		name.value = list.item[i];
		keep = py_bool(true);
		if (cond)
			error = py_eval(x, cond, &keep, d);
		if (error || !py_true(&keep))
			continue;
		error = py_eval(x, body, &item[n], d) ||
			py_bind(x, e, &list.item[i], &list.item[list.n - 1],
				&item[n++], d);
	}
	x->names = name.next;
	ret->n = n;
	return error ? -1 : 0;
}

static int eval_unary(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	char text[PY_TEXT_MAX];

	if (py_eval(x, e->arg, ret, d))
		return -1;
	if (e->op[0] == 'n') {
		*ret = py_bool(!py_true(ret));
		return 0;
	}
	if (!py_is_number(ret))
		return py_blame(x, e->arg, d, "'%s' is %s; expected a number",
			py_text(text, e->arg), py_type_name(ret));
	if (e->op[0] == '-')
		ret->num = -ret->num;
	if (ret->type != PY_FLOAT)
		*ret = py_int(ret->num);
	return 0;
}

/* and, or: one of the operands is the value. */
static int eval_logic(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	if (py_eval(x, e->arg, ret, d))
		return -1;
	if (py_true(ret) == (e->op[0] == 'o'))
		return 0;
	return py_eval(x, e->arg->next, ret, d);
}

static int eval_chain(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	struct py_value a, b;

	if (py_eval(x, e->arg, &a, d))
		return -1;
	for (const struct py_expr *p = e->arg->next; p; p = p->next) {
		if (py_eval(x, p->arg, &b, d) ||
			py_operate(x, e, p->op, &a, &b, ret, d))
			return -1;
		if (!py_true(ret))
			return 0;
		a = b;
	}
	return 0;
}

static int eval_binary(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	struct py_value a, b;

	if (strcmp(e->op, "and") == 0 || strcmp(e->op, "or") == 0)
		return eval_logic(x, e, ret, d);
	if (py_eval(x, e->arg, &a, d) || py_eval(x, e->arg->next, &b, d))
		return -1;
	return py_operate(x, e, e->op, &a, &b, ret, d);
}

static int eval_if(struct py_eval *x, const struct py_expr *e,
	struct py_value *ret, struct diag *d)
{
	const struct py_expr *cond = e->arg->next;

	if (py_eval(x, cond, ret, d))
		return -1;
	return py_eval(x, py_true(ret) ? e->arg : cond->next, ret, d);
}

int py_eval(struct py_eval *x, const struct py_expr *e, struct py_value *ret,
	struct diag *d)
{
	if (py_charge(x, e, 1, d))
		return -1;
	*ret = (struct py_value){.type = PY_NONE};
	switch (e->form) {
	case PY_F_NUMBER:
		*ret = e->is_int ? py_int(e->num) : py_float(e->num);
		return 0;
	case PY_F_STRING:
		ret->type = PY_STR;
		ret->s = e->s;
		ret->n = e->n;
		return 0;
	case PY_F_NONE: return 0;
	case PY_F_TRUE:
	case PY_F_FALSE: *ret = py_bool(e->form == PY_F_TRUE); return 0;
	case PY_F_LAMBDA:
		ret->type = PY_CODE;
		ret->code = e;
		return 0;
	case PY_F_NAME: return eval_name(x, e, ret, d);
	case PY_F_LIST:
	case PY_F_DICT: return eval_items(x, e, ret, d);
	case PY_F_CALL: return eval_call(x, e, ret, d);
	case PY_F_INDEX: return eval_index(x, e, ret, d);
	case PY_F_FOR: return eval_for(x, e, ret, d);
	case PY_F_UNARY: return eval_unary(x, e, ret, d);
	case PY_F_BINARY: return eval_binary(x, e, ret, d);
	case PY_F_CHAIN: return eval_chain(x, e, ret, d);
	case PY_F_IF: return eval_if(x, e, ret, d);
	}
	return 0;
}
