/* SPDX-License-Identifier: MIT */
/*
 * Code that leaves a comprehension takes the values of its name along: those
 * of its own turn where it is a call, that of the last turn inside of lambdas,
 * which Python evaluates when the comprehension is over.
 */
#include <string.h>

#include "text/py_value.h"

struct bind {
	struct py_eval *x;
	const char *name;
	size_t n;
	const struct py_value *now, *last;
	struct diag *d;
};

static struct py_expr *new_expr(struct bind *b, const struct py_expr *from)
{
	struct py_expr *e = py_eval_alloc(b->x, sizeof(*e));

	if (!e) {
		b->x->where = from;
		diag_nomem(b->d, sizeof(*e));
		return NULL;
	}
	*e = *from;
	e->next = NULL;
	return e;
}

/* FROM with V in its place; NULL also if V nests too deep. */
static struct py_expr *literal(struct bind *b, const struct py_expr *from,
	const struct py_value *v, unsigned depth)
{
	static const enum py_form forms[] = {[PY_NONE] = PY_F_NONE,
		[PY_INT] = PY_F_NUMBER,
		[PY_FLOAT] = PY_F_NUMBER,
		[PY_STR] = PY_F_STRING,
		[PY_LIST] = PY_F_LIST,
		[PY_DICT] = PY_F_DICT};
	struct py_expr *e = new_expr(b, v->type == PY_CODE ? v->code : from);
	const struct py_expr **tail;

	if (!e || v->type == PY_CODE)
		return e;
	e->form = v->type == PY_BOOL ? (v->num != 0 ? PY_F_TRUE : PY_F_FALSE)
				     : forms[v->type];
	e->num = v->num;
	e->is_int = v->type == PY_INT;
	e->s = v->s;
	e->n = v->type == PY_STR ? v->n : 0;
	tail = &e->arg;
	for (size_t i = 0; v->item && i < v->n; i++) {
		struct py_expr *child = NULL;
		if (depth < PY_DEPTH_MAX)
			child = literal(b, from, &v->item[i], depth + 1);
		else
			py_blame(b->x, from, b->d,
				"nests too deep; expected at most %d lists "
				"inside one another",
				PY_DEPTH_MAX);
		if (!child)
			return NULL;
		child->key = NULL;
		if (e->height <= child->height)
			e->height = child->height + 1;
		*tail = child;
		tail = &child->next;
	}
	return e;
}

static bool binds(const struct bind *b, const struct py_expr *e)
{
	return e->n == b->n && memcmp(e->s, b->name, b->n) == 0;
}

/* A copy of E with the name bound; LATE inside of a lambda. */
static struct py_expr *copy(struct bind *b, const struct py_expr *e, bool late)
{
	bool own =
		(e->form == PY_F_LAMBDA || e->form == PY_F_FOR) && binds(b, e);
	const struct py_expr **tail;
	struct py_expr *ret;
	size_t i = 0;

	if (e->form == PY_F_NAME && binds(b, e)) {
		ret = literal(b, e, late ? b->last : b->now, 0);
		if (ret) {
			ret->key = e->key;
			ret->nkey = e->nkey;
		}
		return ret;
	}
	ret = new_expr(b, e);
	if (!ret)
		return NULL;
	late |= e->form == PY_F_LAMBDA;
	tail = &ret->arg;
	ret->arg = NULL;
	for (const struct py_expr *a = e->arg; a; a = a->next, i++) {
		/* What a comprehension runs over is outside of its scope. */
		bool hidden = own && !(e->form == PY_F_FOR && i == 1);
		struct py_expr *child =
			hidden ? new_expr(b, a) : copy(b, a, late);
		if (!child)
			return NULL;
		if (ret->height <= child->height)
			ret->height = child->height + 1;
		*tail = child;
		tail = &child->next;
	}
	if (ret->height > 2 * PY_DEPTH_MAX) {
		py_blame(b->x, e, b->d,
			"nests too deep; expected at most %d brackets, "
			"operators and calls inside one another",
			PY_DEPTH_MAX);
		return NULL;
	}
	return ret;
}

/* Too long a search finds nothing; py_bind() fails then. */
static bool has_code(struct bind *b, const struct py_value *v, unsigned depth)
{
	if (py_charge(b->x, b->x->where, 1, b->d))
		return false;
	if (v->type == PY_CODE)
		return true;
	if (depth < PY_DEPTH_MAX && (v->type == PY_LIST || v->type == PY_DICT))
		for (size_t i = 0; i < v->n; i++)
			if (has_code(b, &v->item[i], depth + 1))
				return true;
	return false;
}

static int bind_value(struct bind *b, struct py_value *v, unsigned depth)
{
	struct py_value *item;

	if (!has_code(b, v, depth))
		return 0;
	if (v->type == PY_CODE) {
		v->code = copy(b, v->code, false);
		return v->code ? 0 : -1;
	}
	item = py_eval_alloc(b->x, v->n * sizeof(*item));
	if (!item)
		return diag_nomem(b->d, v->n * sizeof(*item));
	memcpy(item, v->item, v->n * sizeof(*item));
	v->item = item;
	for (size_t i = 0; i < v->n; i++)
		if (bind_value(b, &item[i], depth + 1))
			return -1;
	return 0;
}

int py_bind(struct py_eval *x, const struct py_expr *e,
	const struct py_value *now, const struct py_value *last,
	struct py_value *v, struct diag *d)
{
	struct bind b = {x, e->s, e->n, now, last, d};

	x->where = e;
	return bind_value(&b, v, 0) || py_charge(x, e, 1, d) ? -1 : 0;
}
