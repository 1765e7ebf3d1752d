/* SPDX-License-Identifier: MIT */
/*
 * Operators between two values.
 */
#include <string.h>

#include "text/py_math.h"
#include "text/py_value.h"

struct operation {
	struct py_eval *x;
	const struct py_expr *e;
	const char *op;
	const struct py_value *a, *b;
	struct py_value *ret;
	struct diag *d;
};

static int numbers(const struct operation *o, enum py_op op)
{
	double a = o->a->num, b = o->b->num, y;
	const char *raised = py_arith(op, a, b, &y);
	char text[PY_TEXT_MAX];
	bool whole = o->a->type != PY_FLOAT && o->b->type != PY_FLOAT &&
		     op != PY_OP_DIV && !(op == PY_OP_POW && b < 0);

	if (raised)
		return py_blame(o->x, o->e, o->d, "%s in '%s'; expected %s",
			raised, py_text(text, o->e),
			op == PY_OP_POW ? "a real number"
					: "a divisor other than 0");
	if (op >= PY_OP_LT)
		*o->ret = py_bool(y != 0);
	else
		*o->ret = whole ? py_int(y) : py_float(y);
	return 0;
}

/* Python's < <= > >= of strings. */
static bool ordered(enum py_op op, int c)
{
	switch (op) {
	case PY_OP_LT: return c < 0;
	case PY_OP_LE: return c <= 0;
	case PY_OP_GT: return c > 0;
	default: return c >= 0;
	}
}

static int join_lists(const struct operation *o)
{
	struct py_value *item =
		py_new_list(o->x, o->e, o->a->n + o->b->n, o->ret, o->d);

	if (!item)
		return -1;
	for (size_t i = 0; i < o->a->n; i++)
		*item++ = o->a->item[i];
	for (size_t i = 0; i < o->b->n; i++)
		*item++ = o->b->item[i];
	return 0;
}

static int join_strings(const struct operation *o)
{
	size_t n = o->a->n + o->b->n;
	char *s = py_eval_alloc(o->x, n + 1);

	if (!s)
		return py_no_room(o->x, o->e, n, o->d);
	if (o->a->n > 0)
		memcpy(s, o->a->s, o->a->n);
	if (o->b->n > 0)
		memcpy(s + o->a->n, o->b->s, o->b->n);
	*o->ret = (struct py_value){.type = PY_STR, .s = s, .n = n};
	return 0;
}

/* [0.1] * 3 */
static int repeat_list(const struct operation *o)
{
	bool first = o->a->type == PY_LIST;
	const struct py_value *list = first ? o->a : o->b;
	double times = first ? o->b->num : o->a->num;
	struct py_value *item;
	size_t n;

	if (list->n == 0 || !(times > 0))
		times = 0;
	if (times > (double)PY_ITEMS_MAX)
		times = (double)PY_ITEMS_MAX + 1;
	n = (size_t)times * list->n;
	item = py_new_list(o->x, o->e, n, o->ret, o->d);
	if (!item)
		return -1;
	for (size_t i = 0; i < n; i += list->n)
		memcpy(item + i, list->item, list->n * sizeof(*item));
	return 0;
}

static bool find_bytes(const struct py_value *in, const struct py_value *s)
{
	for (size_t i = 0; i + s->n <= in->n; i++)
		if (s->n == 0 || memcmp(in->s + i, s->s, s->n) == 0)
			return true;
	return false;
}

static int contains(const struct operation *o)
{
	const struct py_value *in = o->b;
	size_t stride = in->type == PY_DICT ? 2 : 1;
	char text[PY_TEXT_MAX];
	bool found = false;
	size_t work = 0;

	if (in->type == PY_STR && o->a->type == PY_STR) {
		work = (in->n + 1) * (o->a->n / 64 + 1);
		if (py_charge(o->x, o->e, work, o->d))
			return -1;
		found = find_bytes(in, o->a);
	} else if (in->type == PY_LIST || in->type == PY_DICT) {
		for (size_t i = 0; i < in->n && !found; i += stride)
			found = py_equal(o->a, &in->item[i], &work);
		if (py_charge(o->x, o->e, work, o->d))
			return -1;
	} else {
		return py_blame(o->x, o->e, o->d,
			"'%s' looks into %s; expected a list",
			py_text(text, o->e), py_type_name(in));
	}
	*o->ret = py_bool(found != (o->op[0] == 'n'));
	return 0;
}

/* a == b, or with SAME a is b: one of None, True and False, or equal. */
static int compare(const struct operation *o, bool same, bool wanted)
{
	size_t work = 0;
	bool equal = (!same || o->a->type == o->b->type) &&
		     py_equal(o->a, o->b, &work);

	*o->ret = py_bool(equal == wanted);
	return py_charge(o->x, o->e, work, o->d);
}

static int order_strings(const struct operation *o, enum py_op which)
{
	*o->ret = py_bool(ordered(which, py_order(o->a, o->b)));
	return py_charge(o->x, o->e, o->a->n / 64, o->d);
}

static int mismatch(const struct operation *o)
{
	char text[PY_TEXT_MAX];
	const struct py_expr *e = o->e;
	bool first = !py_is_number(o->a);

	/* In a chain the second operand sits below its operator. */
	if (e->form == PY_F_BINARY)
		e = first ? e->arg : e->arg->next;
	return py_blame(o->x, e, o->d, "'%s' is %s; expected a number",
		py_text(text, e), py_type_name(first ? o->a : o->b));
}

int py_operate(struct py_eval *x, const struct py_expr *e, const char *op,
	const struct py_value *a, const struct py_value *b,
	struct py_value *ret, struct diag *d)
{
	const struct operation o = {x, e, op, a, b, ret, d};
	enum py_op which = py_op_of(op);
	bool listed = a->type == PY_LIST, both = a->type == b->type;

	if (which == PY_OP_NONE && strncmp(op, "is", 2) == 0)
		return compare(&o, true, op[2] == '\0');
	else if (which == PY_OP_NONE)
		return contains(&o);
	else if (which == PY_OP_EQ || which == PY_OP_NE)
		return compare(&o, false, which == PY_OP_EQ);
	else if (py_is_number(a) && py_is_number(b))
		return numbers(&o, which);
	else if (which == PY_OP_ADD && both && listed)
		return join_lists(&o);
	else if (which == PY_OP_ADD && both && a->type == PY_STR)
		return join_strings(&o);
	else if (which == PY_OP_MUL && (listed ? b : a)->type == PY_INT &&
		 (listed || b->type == PY_LIST))
		return repeat_list(&o);
	else if (which >= PY_OP_LT && both && a->type == PY_STR)
		return order_strings(&o, which);
	else
		return mismatch(&o);
	return 0;
}
