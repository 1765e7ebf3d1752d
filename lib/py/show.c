/* SPDX-License-Identifier: MIT */
/*
 * Values and expressions as text: repr(), str(), and the source of a function
 * with what was defined in the place of its names.
 */
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "py/py_impl.h"

/* --- text ----------------------------------------------------------------- */

#define REPR_NBYTES_MAX 400
#define REPR_DEPTH_MAX 20

static int repr_float(struct buf *b, double x)
{
	char text[NUM_DOUBLE_MAX];
	size_t n = num_from_double(text, x);

	if (buf_add(b, text, n))
		return -1;
	/* "nan", "inf" have letters, as has an exponent. */
	for (size_t i = 0; i < n; i++)
		if (text[i] == '.' || (text[i] >= 'a' && text[i] <= 'z'))
			return 0;
	return buf_adds(b, ".0");
}

static int repr_str(struct buf *b, const struct py_str *s)
{
	bool single = memchr(s->s, '\'', s->n) && !memchr(s->s, '"', s->n);
	char quote = single ? '"' : '\'';

	if (buf_addc(b, quote))
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		char c = s->s[i];
		const char *at = c ? strchr("\nn\tt\rr\\\\", c) : NULL;
		int bad;

		if (c == quote)
			bad = buf_addc(b, '\\') || buf_addc(b, c);
		else if (at && (c != 'n' && c != 't' && c != 'r'))
			bad = buf_addc(b, '\\') || buf_addc(b, at[1]);
		else if ((unsigned char)c < ' ' || c == 0x7f)
			bad = buf_printf(b, "\\x%02x", (unsigned)c);
		else
			bad = buf_addc(b, c);
		if (bad)
			return -1;
	}
	return buf_addc(b, quote);
}

static int repr(struct buf *b, const struct py_value *v, unsigned depth);

static int repr_items(struct buf *b, const struct py_value *v, unsigned depth)
{
	const struct py_list *l = v->u.list;
	bool dict = v->type == PY_DICT || v->type == PY_NAMESPACE;

	if (l->lost)
		return buf_add(b, l->lost->path.s, l->lost->path.n);

	for (size_t i = 0; i < l->n; i++) {
		const char *before = i == 0 ? "" : dict && i % 2 ? ": " : ", ";
		if (b->len > REPR_NBYTES_MAX)
			return buf_adds(b, ", ...");
		if (buf_adds(b, before) || repr(b, &l->item[i], depth + 1))
			return -1;
	}
	return v->type == PY_TUPLE && l->n == 1 ? buf_addc(b, ',') : 0;
}

/* As a plain number of Python's. */
static int repr_number(struct buf *b, struct py_value v)
{
	if (v.type == PY_FLOAT)
		return repr_float(b, v.u.f);
	if (v.type == PY_BOOL)
		return buf_adds(b, v.u.i ? "True" : "False");
	return buf_printf(b, "%" PRId64, v.u.i);
}

static int repr_array(struct buf *b, const struct py_array *a)
{
	if (buf_adds(b, "array(["))
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		if (b->len > REPR_NBYTES_MAX) {
			if (buf_adds(b, ", ..."))
				return -1;
			break;
		}
		if ((i && buf_adds(b, ", ")) ||
			repr_number(b, py_array_item(a, i)))
			return -1;
	}
	return buf_adds(b, "])");
}

static int repr_range(struct buf *b, const struct py_range *x)
{
	int64_t end = x->from + x->step * (int64_t)x->n;

	return x->step == 1
		       ? buf_printf(b, "range(%" PRId64 ", %" PRId64 ")",
				 x->from, end)
		       : buf_printf(b,
				 "range(%" PRId64 ", %" PRId64 ", %" PRId64 ")",
				 x->from, end, x->step);
}

static int repr(struct buf *b, const struct py_value *v, unsigned depth)
{
	static const char *const open[] = {[PY_LIST] = "[",
		[PY_TUPLE] = "(",
		[PY_SET] = "{",
		[PY_DICT] = "{",
		[PY_NAMESPACE] = "{"};
	static const char *const close[] = {[PY_LIST] = "]",
		[PY_TUPLE] = ")",
		[PY_SET] = "}",
		[PY_DICT] = "}",
		[PY_NAMESPACE] = "}"};

	switch (v->type) {
	case PY_NONE: return buf_adds(b, "None");
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT: return repr_number(b, *v);
	case PY_STR: return repr_str(b, v->u.str);
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
		if (v->type == PY_SET && v->u.list->n == 0)
			return buf_adds(b, "set()"); /* fall through */
	case PY_DICT:
	case PY_NAMESPACE:
		if (depth > REPR_DEPTH_MAX)
			return buf_adds(b, "...");
		return buf_adds(b, open[v->type]) || repr_items(b, v, depth) ||
				       buf_adds(b, close[v->type])
			       ? -1
			       : 0;
	case PY_RANGE: return repr_range(b, v->u.range);
	case PY_ARRAY: return repr_array(b, v->u.array);
	case PY_UNKNOWN:
		return buf_add(b, v->u.unknown->path.s, v->u.unknown->path.n);
	case PY_TYPE:
		return buf_printf(b, "<class '%.*s'>", (int)v->u.class->name.n,
			v->u.class->name.s);
	case PY_UNBOUND:
	case PY_ITER:
	case PY_FUNCTION:
	case PY_NATIVE:
	case PY_METHOD:
	case PY_OPAQUE: return buf_printf(b, "<%s>", py_type_name(v));
	}
	return 0;
}

int py_repr(struct buf *b, const struct py_value *v)
{
	return repr(b, v, 0);
}

int py_str_add(struct buf *b, const struct py_value *v)
{
	return v->type == PY_STR ? buf_add(b, v->u.str->s, v->u.str->n)
				 : py_repr(b, v);
}

/* The operand of E that stands first at or behind AT in the text, or NULL. */
static const struct py_node *next_operand(const struct py_node *e, size_t at)
{
	const struct py_node *best = NULL;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->at >= at && (!best || kid->at < best->at))
			best = kid;
	return best;
}

/* The source from *AT to the last name in E that is replaced. */
static int show(struct buf *b, const struct py_module *m,
	const struct py_node *e, size_t *at)
{
	bool fixed = e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		     m->global[e->slot].fixed;

	if (fixed) {
		if (buf_add(b, m->text + *at, e->at - *at) ||
			buf_addc(b, '(') ||
			py_repr(b, &m->global[e->slot].value) ||
			buf_addc(b, ')'))
			return -1;
		*at = e->end;
	}
	for (const struct py_node *kid = next_operand(e, e->at); kid;
		kid = next_operand(e, kid->end + (kid->end == kid->at)))
		if (show(b, m, kid, at))
			return -1;
	return 0;
}

int py_show(struct buf *b, const struct py_module *m, const struct py_node *e)
{
	size_t at = e->at;

	if (show(b, m, e, &at))
		return -1;
	return buf_add(b, m->text + at, e->end - at);
}

bool py_is_known(const struct py_module *m, const struct py_node *e)
{
	struct py_value v;

	return py_builtin(m->py, e->s.s, e->s.n, true, &v) ||
	       m->global[e->slot].value.type != PY_UNBOUND;
}

/* DEPTH scopes around E are its function's own. */
static bool depends(
	const struct py_module *m, const struct py_node *e, unsigned depth)
{
	bool first = true;

	if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
		return e->hops >= depth;
	if (e->form == PY_NAME)
		return !m->global[e->slot].fixed &&
		       m->global[e->slot].value.type != PY_UNBOUND;
	depth += e->scope != NULL;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		bool outside = kid->form == PY_CLAUSE && first;
		/* The first iterable is of the scope around. */
		first = first && kid->form != PY_CLAUSE;
		if (outside ? depends(m, kid->arg, depth) ||
					depends(m, kid->arg->next, depth - 1)
			    : depends(m, kid, depth))
			return true;
	}
	return false;
}

bool py_depends(const struct py_module *m, const struct py_node *e)
{
	return depends(m, e, 0);
}
