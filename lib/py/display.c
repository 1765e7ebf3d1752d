/* SPDX-License-Identifier: MIT */
/*
 * Values written out: lists, dicts, comprehensions, functions, f-strings.
 */
#include <string.h>

#include "base/buf.h"
#include "py/eval_impl.h"

/* --- displays and comprehensions ------------------------------------------ */

int py_eval_list(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	enum py_type type = e->form == PY_MAKE_LIST ? PY_LIST : PY_TUPLE;
	struct py_value v, list, all;

	if (py_new_list(r, type, 0, &list) < 0)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		if (kid->form != PY_STAR) {
			if (py_eval(r, kid, f, &v) < 0 ||
				py_list_add(r, list.u.list, v) < 0)
				return -1;
			continue;
		}
		if (py_eval(r, kid->arg, f, &v) < 0 ||
			py_list_of(r, kid, &v, PY_LIST, &all) < 0)
			return -1;
		for (size_t i = 0; i < all.u.list->n; i++)
			if (py_list_add(r, list.u.list, all.u.list->item[i]) <
				0)
				return -1;
	}
	*ret = list;
	return 0;
}

int py_eval_dict(struct py_run *r, const struct py_node *e, struct py_frame *f,
	struct py_value *ret)
{
	const struct py_node *kid = e->arg;
	struct py_value key, v, dict;

	if (py_new_list(r, PY_DICT, 0, &dict) < 0)
		return -1;
	while (kid) {
		if (kid->form == PY_KEYWORD) {
			if (py_eval(r, kid->arg, f, &v) < 0)
				return -1;
			if (v.type == PY_UNKNOWN)
				return py_raise_unknown(r, kid, &v);
			if (v.type != PY_DICT)
				return py_raise(r, kid, "**%s; expected a dict",
					py_type_name(&v));
			for (size_t i = 0; i < v.u.list->n; i += 2)
				if (py_dict_set(r, kid, dict.u.list,
					    &v.u.list->item[i],
					    &v.u.list->item[i + 1]) < 0)
					return -1;
			kid = kid->next;
			continue;
		}
		if (py_eval(r, kid, f, &key) < 0 ||
			py_eval(r, kid->next, f, &v) < 0 ||
			py_dict_set(r, kid, dict.u.list, &key, &v) < 0)
			return -1;
		kid = kid->next->next;
	}
	*ret = dict;
	return 0;
}

/* One more item of the comprehension E. */
static int add_item(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value key, item;

	if (py_eval(r, e->arg, f, &key) < 0)
		return -1;
	if (e->form == PY_LISTCOMP)
		return py_list_add(r, ret->u.list, key);
	return py_eval(r, e->arg->next, f, &item) < 0
		       ? -1
		       : py_dict_set(r, e, ret->u.list, &key, &item);
}

/* Runs CLAUSE and those behind it; at the end one more item of E. */
static int comprehend(struct py_run *r, const struct py_node *e,
	const struct py_node *clause, struct py_frame *f,
	struct py_frame *first, struct py_value *ret)
{
	const struct py_node *target = clause->arg, *iterable = target->next;
	struct py_value all, item;

	if (py_eval(r, iterable, first, &item) < 0 ||
		py_list_of(r, iterable, &item, PY_LIST, &all) < 0)
		return -1;
	for (size_t i = 0; i < all.u.list->n; i++) {
		const struct py_node *test = iterable->next;
		int yes = 1;

		if (py_charge(r, e, 1) < 0 ||
			py_assign(r, target, f, &all.u.list->item[i]) < 0)
			return -1;
		for (; test && yes > 0; test = test->next)
			yes = py_eval(r, test, f, &item) < 0
				      ? -1
				      : py_truth(r, test, &item);
		if (yes < 0)
			return -1;
		if (!yes)
			continue;
		if ((clause->next ? comprehend(r, e, clause->next, f, f, ret)
				  : add_item(r, e, f, ret)) < 0)
			return -1;
	}
	return 0;
}

/* A class's names are not seen by the scopes within. */
static struct py_frame *frame_around(
	const struct py_node *e, struct py_frame *f)
{
	return e->scope->outer && e->scope->outer->is_class ? f->outer : f;
}

int py_eval_comprehension(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_frame *own =
		py_frame_new(r, e->scope->n, frame_around(e, f), f->module);
	const struct py_node *clause = e->arg;
	struct py_value list;

	while (clause->form != PY_CLAUSE)
		clause = clause->next;
	if (!own ||
		py_new_list(r, e->form == PY_LISTCOMP ? PY_LIST : PY_DICT, 0,
			&list) < 0 ||
		comprehend(r, e, clause, own, f, &list) < 0)
		return -1;
	*ret = list;
	return 0;
}

int py_eval_function(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct py_function *fn;
	size_t n = 0, i = 0;

	for (const struct py_node *p = e->arg->next; p; p = p->next)
		n++;
	fn = py_alloc(r, sizeof(*fn) + n * sizeof(*fn->init));
	if (!fn)
		return -1;
	fn->def = e;
	fn->frame = frame_around(e, f);
	fn->module = f->module;
	fn->init = (struct py_value *)(fn + 1);
	for (const struct py_node *p = e->arg->next; p; p = p->next, i++)
		if (p->arg && py_eval(r, p->arg, f, &fn->init[i]) < 0)
			return -1;
	*ret = (struct py_value){.type = PY_FUNCTION, .u.function = fn};
	return 0;
}

/* --- text ----------------------------------------------------------------- */

#define SPEC_MAX 16

/* Digits at *P, at most 2 of them; they are copied to *TO. */
static bool digits(const char **p, const char *end, char **to)
{
	size_t n = 0;

	for (; *p < end && **p >= '0' && **p <= '9' && n < 3; n++)
		*(*to)++ = *(*p)++;
	return n < 3;
}

/* A number by a format such as ".3f", "+5d", "08.2e", "%"; -1 if it is none. */
static int add_formatted(
	struct buf *b, const struct py_value *v, const struct py_str *spec)
{
	char format[SPEC_MAX + 4] = "%", *to = format + 1;
	const char *p = spec->s, *end = p + spec->n;
	char type = spec->n ? end[-1] : '\0';
	bool percent = type == '%';

	if (spec->n == 0 || spec->n > SPEC_MAX || !strchr("fFeEgGd%", type))
		return -1;
	if (*p == '+' || *p == '-')
		*to = *p++, to += *to == '+';
	if (!digits(&p, end, &to))
		return -1;
	if (p < end && *p == '.') {
		*to++ = *p++;
		if (type == 'd' || !digits(&p, end, &to))
			return -1;
	}
	if (p + 1 != end)
		return -1;
	if (type == 'd') {
		if (v->type == PY_FLOAT)
			return -1;
		memcpy(to, "lld", 4);
		return buf_printf(b, format, (long long)v->u.i);
	}
	to[0] = percent ? 'f' : type;
	to[1] = '\0';
	return buf_printf(b, format, py_number(v) * (percent ? 100 : 1)) ||
			       (percent && buf_addc(b, '%'))
		       ? -1
		       : 0;
}

/* A field of an f-string, E, into B; what has no value into *UNKNOWN. */
static int add_field(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct buf *b, struct py_value *unknown)
{
	struct py_value v;
	int bad;

	if (py_eval(r, e->arg, f, &v) < 0)
		return -1;
	if (v.type == PY_UNKNOWN) {
		*unknown = v;
		return 0;
	}
	if (e->s.n > 0) {
		if (!py_is_number(&v) || add_formatted(b, &v, &e->s))
			return py_raise(r, e,
				"format '%.*s' of %s; expected one such as .3f",
				(int)e->s.n, e->s.s, py_type_name(&v));
		return 0;
	}
	bad = e->op == 'r' ? py_repr(b, &v) : py_str_add(b, &v);
	return bad ? py_raise_nomem(r, b->len) : 0;
}

int py_eval_format(struct py_run *r, const struct py_node *e,
	struct py_frame *f, struct py_value *ret)
{
	struct buf b = {0};
	int bad = 0;

	*ret = py_none();
	for (const struct py_node *part = e->arg; part && !bad;
		part = part->next) {
		if (part->form == PY_FORMAT && part->op != PY_NO_OP)
			bad = add_field(r, part, f, &b, ret);
		else if (py_str_add(&b, &part->value))
			bad = py_raise_nomem(r, b.len);
	}
	/* With a part that has no value it has none. */
	if (!bad && ret->type != PY_UNKNOWN)
		bad = py_new_str(r, b.len ? b.data : "", b.len, ret);
	buf_free(&b);
	return bad;
}
