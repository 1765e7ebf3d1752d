/* SPDX-License-Identifier: MIT */
/*
 * The arguments of what definitions can call: numbers and texts, where they
 * stand, and what is said of wrong ones.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "call/call_impl.h"

bool call_arg_given(const struct py_call *c, size_t i)
{
	return i < c->narg && c->arg[i].type != PY_UNBOUND &&
	       c->arg[i].type != PY_NONE;
}

const struct py_node *call_arg_place(const struct py_call *c, size_t i)
{
	const char *name = c->fn->params;
	size_t n, positional = 0;

	for (size_t skip = i; skip > 0 && *name; skip--) {
		name += strcspn(name, " ");
		name += *name == ' ';
	}
	n = strcspn(name, " ");
	for (size_t k = 0; k < c->ngiven; k++) {
		const struct py_arg *a = &c->given[k];
		if (a->name.n == 0 ? positional++ == i
				   : a->name.n == n &&
					     memcmp(a->name.s, name, n) == 0)
			return a->at;
	}
	return c->at;
}

int call_arg_wrong(struct py_call *c, size_t i, const char *expected)
{
	struct py_value v = c->arg[i];
	struct buf b = {0};

	if (v.type == PY_UNKNOWN)
		return py_raise_unknown(c->run, call_arg_place(c, i), &v);
	py_repr(&b, &v);
	if (!buf_text(&b)) {
		buf_free(&b);
		return py_raise_nomem(c->run, b.len);
	}
	call_build_of(c->run)->value_first = true;
	py_raise(c->run, call_arg_place(c, i), "%s; expected %s", b.data,
		expected);
	buf_free(&b);
	return -1;
}

int call_arg_number(struct py_call *c, size_t i, double *ret)
{
	*ret = 0;
	if (!py_is_number(&c->arg[i]))
		return call_arg_wrong(c, i, "a number");
	*ret = py_number(&c->arg[i]);
	return isnan(*ret) ? call_arg_wrong(c, i, "a number") : 0;
}

bool call_arg_is(const struct py_value *v, const char *s)
{
	return v->type == PY_STR && py_is_named(v->u.str, s);
}
