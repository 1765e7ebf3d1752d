/* SPDX-License-Identifier: MIT */
/*
 * Literals, names, brackets, calls and subscripts: the parts of a Python
 * expression that operators join.
 */
#include <string.h>

#include "base/diag.h"
#include "text/py_parse.h"

/* Steps over what ends an item; false where CLOSE or a comma must stand. */
static bool item_ends(struct py_parser *p, const char *close, int *error)
{
	if (py_at(p, ",")) {
		*error = py_advance(p);
		return *error == 0;
	}
	if (py_at(p, close))
		return true;
	*error = -1;
	py_unexpected(p, *close == ')'   ? "',' or ')'"
			 : *close == ']' ? "',' or ']'"
					 : "',' or '}'");
	return false;
}

/* [a for s in b if c], from "for" on. */
static struct py_expr *comprehension(struct py_parser *p, struct py_expr *a)
{
	struct py_expr *e = py_node(p, PY_F_FOR, p->begin + a->at);
	const struct py_expr **tail;

	if (!e || py_advance(p) || py_take_name(p, e, "one name after 'for'"))
		return NULL;
	if (!py_at_word(p, "in"))
		return py_unexpected(p, "'in'");
	tail = &e->arg;
	if (py_operand(p, e, &tail, a) || py_advance(p) ||
		py_operand(p, e, &tail, py_infix(p, PY_LEVEL_OR)))
		return NULL;
	if (py_at_word(p, "if") &&
		(py_advance(p) ||
			py_operand(p, e, &tail, py_infix(p, PY_LEVEL_OR))))
		return NULL;
	if (py_at_word(p, "for") || py_at_word(p, "if"))
		return py_unexpected(p, "one 'for' and at most one 'if'");
	return e;
}

/*
 * The inside of brackets, from behind the opening one.  ONE says that a single
 * item without a comma stands for itself, as in (a).
 */
static struct py_expr *sequence(
	struct py_parser *p, struct py_expr *list, const char *close, bool one)
{
	const struct py_expr **tail = &list->arg;
	struct py_expr *e;
	int error = 0;

	while (!py_at(p, close)) {
		e = py_parse_expr(p);
		if (e && py_at_word(p, "for") && !list->arg) {
			e = comprehension(p, e);
			if (!e || py_take(p, close, "the closing bracket"))
				return NULL;
			return e;
		}
		if (e && one && !list->arg && py_at(p, close))
			return py_advance(p) ? NULL : e;
		if (py_operand(p, list, &tail, e) ||
			!item_ends(p, close, &error))
			return NULL;
	}
	return py_advance(p) ? NULL : list;
}

static struct py_expr *dict(struct py_parser *p)
{
	struct py_expr *e = py_node(p, PY_F_DICT, p->tok.p);
	const struct py_expr **tail;
	int error = 0;

	if (!e || py_advance(p))
		return NULL;
	tail = &e->arg;
	while (!py_at(p, "}")) {
		if (py_operand(p, e, &tail, py_parse_expr(p)) ||
			py_take(p, ":", "':' after a key") ||
			py_operand(p, e, &tail, py_parse_expr(p)) ||
			!item_ends(p, "}", &error))
			return NULL;
	}
	return py_advance(p) ? NULL : e;
}

/* KEY = before an argument, if it is there. */
static int argument_key(struct py_parser *p, const char **key, size_t *nkey)
{
	struct py_scan ahead = p->scan;

	*key = NULL;
	*nkey = 0;
	if (p->tok.kind != PY_NAME || py_is_keyword(p->tok) ||
		!py_is(py_next(&ahead), PY_PUNCT, "="))
		return 0;
	*nkey = p->tok.n;
	*key = py_copy(p, p->tok.p, p->tok.n);
	return !*key || py_advance(p) || py_advance(p) ? -1 : 0;
}

/* The arguments of E from behind the opening bracket. */
static struct py_expr *arguments(
	struct py_parser *p, struct py_expr *e, const struct py_expr **tail)
{
	bool named = false;
	int error = 0;

	while (!py_at(p, ")")) {
		struct py_expr *arg;
		const char *key, *at = p->tok.p;
		size_t nkey;

		if (argument_key(p, &key, &nkey) || !(arg = py_parse_expr(p)))
			return NULL;
		if (py_at_word(p, "for") && !(arg = comprehension(p, arg)))
			return NULL;
		if (named && !key)
			return py_fail(p, at,
				"an argument without a name after one with; "
				"expected NAME=VALUE");
		named = key != NULL;
		arg->key = key;
		arg->nkey = nkey;
		if (py_operand(p, e, &tail, arg) || !item_ends(p, ")", &error))
			return NULL;
	}
	return py_advance(p) ? NULL : e;
}

/* A call of the method named by the current token, of SELF. */
static struct py_expr *method(struct py_parser *p, struct py_expr *self)
{
	struct py_expr *e = py_node(p, PY_F_CALL, p->begin + self->at);
	const struct py_expr **tail;

	if (!e || py_take_name(p, e, "the name of a method"))
		return NULL;
	e->op[0] = '.';
	tail = &e->arg;
	if (py_operand(p, e, &tail, self) ||
		py_take(p, "(", "'(' after the name of a method"))
		return NULL;
	return arguments(p, e, tail);
}

/* Bytes of the dotted name that begins at the current token, without blanks. */
static size_t dotted_length(const struct py_parser *p)
{
	struct py_scan ahead = p->scan;
	size_t n = p->tok.n;

	while (py_is(py_next(&ahead), PY_PUNCT, ".")) {
		struct py_token t = py_next(&ahead);
		if (t.kind != PY_NAME || py_is_keyword(t))
			break;
		n += 1 + t.n;
	}
	return n;
}

/* A name, dotted, and its call if a bracket follows. */
static struct py_expr *name(struct py_parser *p)
{
	struct py_expr *e = py_node(p, PY_F_NAME, p->tok.p);
	size_t length = dotted_length(p);
	char *s;

	if (py_is_keyword(p->tok))
		return py_unexpected(p, "a number, a name or a bracket");
	if (!e)
		return NULL;
	s = py_block_alloc(p->block, length + 1);
	if (!s)
		return diag_nomem(p->d, length), NULL;
	e->s = s;
	while (e->n < length) {
		if (e->n > 0) {
			s[e->n++] = '.';
			if (py_advance(p))
				return NULL;
		}
		memcpy(s + e->n, p->tok.p, p->tok.n);
		e->n += p->tok.n;
		if (py_advance(p))
			return NULL;
	}
	if (!py_at(p, "("))
		return e;
	e->form = PY_F_CALL;
	return py_advance(p) ? NULL : arguments(p, e, &e->arg);
}

static struct py_expr *constant_or_name(struct py_parser *p)
{
	static const struct {
		const char *word;
		enum py_form form;
	} constants[] = {{"True", PY_F_TRUE}, {"False", PY_F_FALSE},
		{"None", PY_F_NONE}};
	struct py_expr *e;

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (!py_at_word(p, constants[i].word))
			continue;
		e = py_node(p, constants[i].form, p->tok.p);
		return !e || py_advance(p) ? NULL : e;
	}
	return name(p);
}

static struct py_expr *literal(struct py_parser *p)
{
	bool number = p->tok.kind == PY_NUMBER;
	struct py_expr *e = py_node(
		p, number ? PY_F_NUMBER : PY_F_STRING, p->tok.p - !number);

	if (!e || (number ? py_number(p, e) : py_string(p, e)))
		return NULL;
	return e;
}

/* A value that begins at the current token. */
static struct py_expr *atom(struct py_parser *p)
{
	struct py_expr *list;
	bool round = py_at(p, "(");

	if (p->tok.kind == PY_NUMBER || p->tok.kind == PY_STRING)
		return literal(p);
	if (p->tok.kind == PY_NAME)
		return constant_or_name(p);
	if (py_at(p, "{"))
		return dict(p);
	if (!round && !py_at(p, "["))
		return py_unexpected(p, "a number, a name or a bracket");
	list = py_node(p, PY_F_LIST, p->tok.p);
	if (!list || py_advance(p))
		return NULL;
	return sequence(p, list, round ? ")" : "]", round);
}

struct py_expr *py_primary(struct py_parser *p)
{
	struct py_expr *e = atom(p);

	while (e) {
		if (py_at(p, "[")) {
			struct py_expr *index;
			if (py_advance(p) || !(index = py_parse_expr(p)) ||
				py_take(p, "]", "']' after an index"))
				return NULL;
			e = py_join_two(p, PY_F_INDEX, "", e, index);
		} else if (py_at(p, ".")) {
			e = py_advance(p) ? NULL : method(p, e);
		} else if (py_at(p, "(")) {
			return py_unexpected(p, "a call of something that has "
						"a name");
		} else {
			return e;
		}
	}
	return NULL;
}
