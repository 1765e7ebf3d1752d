/* SPDX-License-Identifier: MIT */
/*
 * The patterns of match (Python language reference 3.11, 8.6), read as the
 * conditions that they come to; what a pattern captures is a walrus.
 */
#include <string.h>

#include "syntax/syntax_impl.h"

/* --- conditions ------------------------------------------------------- */

/* An E of FORM and OP at WHERE with the operands A and B (NULL: none). */
static struct py_node *make(struct parser *p, enum py_form form, enum py_op op,
	struct py_node *a, struct py_node *b)
{
	struct py_node *e = a ? py_node_new(p, form, a->at) : NULL;

	if (!e || !py_node_add(p, e, a) || (b && !py_node_add(p, e, b)))
		return NULL;
	e->op = (unsigned char)op;
	return e;
}

static struct py_node *both(
	struct parser *p, struct py_node *a, struct py_node *b)
{
	return a && b ? make(p, PY_AND, PY_NO_OP, a, b) : NULL;
}

static struct py_node *constant(
	struct parser *p, size_t where, struct py_value v)
{
	struct py_node *e = py_node_new(p, PY_CONST, where);

	if (e)
		e->value = v;
	return e;
}

static struct py_node *name(struct parser *p, size_t where, struct py_str s)
{
	struct py_node *e = py_node_new(p, PY_NAME, where);

	if (e)
		e->s = s;
	return e;
}

/* A subject is a path: names, attributes, subscripts by constants. */
static bool is_path(const struct py_node *e)
{
	if (e->form == PY_INDEX && e->arg->next->form != PY_CONST)
		return false;
	return e->form == PY_NAME ||
	       ((e->form == PY_ATTR || e->form == PY_INDEX) && is_path(e->arg));
}

/* The subject E once more, as each condition has its own. */
static struct py_node *again(struct parser *p, const struct py_node *e)
{
	struct py_node *copy = py_node_new(p, e->form, e->at);

	if (!copy)
		return NULL;
	copy->s = e->s;
	copy->value = e->value;
	copy->end = e->end;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (!py_node_add(p, copy, again(p, kid)))
			return NULL;
	return copy;
}

/* SUBJECT OP X */
static struct py_node *compare(struct parser *p, const struct py_node *subject,
	enum py_op op, struct py_node *x)
{
	struct py_node *link = x ? make(p, PY_UNARY, op, x, NULL) : NULL;

	return link ? make(p, PY_COMPARE, PY_NO_OP, again(p, subject), link)
		    : NULL;
}

/* FUNCTION(SUBJECT, X), X NULL: without it. */
static struct py_node *ask(struct parser *p, const char *function,
	const struct py_node *subject, struct py_node *x)
{
	struct py_str s = {.s = function, .n = strlen(function)};
	struct py_node *e = make(p, PY_CALL, PY_NO_OP, name(p, subject->at, s),
		again(p, subject));

	return e && (!x || py_node_add(p, e, x)) ? e : NULL;
}

/* isinstance(SUBJECT, CLASS) */
static struct py_node *is_a(
	struct parser *p, const struct py_node *subject, const char *class)
{
	struct py_str s = {.s = class, .n = strlen(class)};

	return ask(p, "isinstance", subject, name(p, subject->at, s));
}

/* SUBJECT[KEY] */
static struct py_node *item(
	struct parser *p, const struct py_node *subject, struct py_node *key)
{
	return key ? make(p, PY_INDEX, PY_NO_OP, again(p, subject), key) : NULL;
}

/* (NAME := SUBJECT,) which is true of any. */
static struct py_node *capture(
	struct parser *p, const struct py_node *subject, struct py_node *target)
{
	struct py_node *e =
		target ? make(p, PY_WALRUS, PY_NO_OP, target, again(p, subject))
		       : NULL;

	return e ? make(p, PY_MAKE_TUPLE, PY_NO_OP, e, NULL) : NULL;
}

struct py_node *py_keep_subject(
	struct parser *p, struct py_node *e, struct py_node *subject)
{
	struct py_str text = {.s = p->module->text + subject->at,
		.n = subject->end - subject->at};
	struct py_node *target, *set;

	if (is_path(subject))
		return subject;
	target = name(p, subject->at, text);
	set = make(p, PY_ASSIGN, PY_NO_OP, subject, target);
	return set && target && py_node_add(p, e, set) ? target : NULL;
}

/* --- patterns --------------------------------------------------------- */

static struct py_node *pattern(struct parser *p, const struct py_node *subject);

/* The subjects of a sequence's patterns, and how many there were. */
struct sequence {
	const struct py_node *subject;
	struct py_node *condition; /* of the items read so far; NULL: none */
	size_t n;
	bool starred; /* *rest was read, of any number */
};

/* One more of X: a pattern, or *rest. */
static int sequence_item(struct parser *p, struct sequence *x)
{
	size_t where = py_tok_offset(p, p->tok.p);
	struct py_node *one, *key;

	if (x->starred)
		return py_tok_unexpected(p, "nothing behind *name"), -1;
	if (py_tok_take(p, "*")) {
		struct py_node *slice, *target;
		bool any = py_tok_is(p, "_");
		target = py_node_named(p, PY_NAME);
		slice = make(p, PY_SLICE, PY_NO_OP,
			constant(p, where, py_int((int64_t)x->n)),
			constant(p, where, py_none()));
		x->starred = true;
		if (!slice || !target ||
			!py_node_add(p, slice, constant(p, where, py_none())))
			return -1;
		slice = item(p, x->subject, slice);
		one = any     ? constant(p, where, py_bool(true))
		      : slice ? capture(p, slice, target)
			      : NULL;
	} else {
		key = item(p, x->subject,
			constant(p, where, py_int((int64_t)x->n)));
		one = key ? pattern(p, key) : NULL;
		x->n++;
	}
	x->condition = x->condition ? both(p, x->condition, one) : one;
	return x->condition ? 0 : -1;
}

/* X, all of it read, as a condition: what its subject must be comes first. */
static struct py_node *sequence_end(struct parser *p, const struct sequence *x)
{
	size_t where = x->subject->at;
	struct py_node *classes = make(p, PY_MAKE_TUPLE, PY_NO_OP,
		name(p, where, (struct py_str){.s = "list", .n = 4}),
		name(p, where, (struct py_str){.s = "tuple", .n = 5}));
	struct py_node *length = ask(p, "len", x->subject, NULL), *e, *link;

	e = classes ? ask(p, "isinstance", x->subject, classes) : NULL;
	link = make(p, PY_UNARY, x->starred ? PY_GE : PY_EQ,
		constant(p, where, py_int((int64_t)x->n)), NULL);
	if (!e || !length || !link)
		return NULL;
	e = both(p, e, make(p, PY_COMPARE, PY_NO_OP, length, link));
	return x->condition ? both(p, e, x->condition) : e;
}

/* What stands in () or [] up to CLOSE: of "(x)" x alone. */
static struct py_node *bracketed(struct parser *p,
	const struct py_node *subject, const char *close, bool group)
{
	struct sequence x = {.subject = subject};
	struct py_lexer lex;
	struct py_token tok;
	struct py_node *e;

	py_tok_advance(p);
	lex = p->lex;
	tok = p->tok;
	if (group && !py_tok_is(p, ")") && !py_tok_is(p, "*")) {
		e = pattern(p, subject);
		if (!e || py_tok_take(p, close))
			return e;
		p->lex = lex;
		p->tok = tok;
	}
	while (!py_tok_take(p, close)) {
		if (sequence_item(p, &x) < 0)
			return NULL;
		if (!py_tok_is(p, close) && py_tok_need_comma(p, close) < 0)
			return NULL;
	}
	return sequence_end(p, &x);
}

/* A number, a string, None, True, False, or the attribute that E begins. */
static struct py_node *value(
	struct parser *p, const struct py_node *subject, struct py_node *e)
{
	enum py_op op = PY_EQ;

	if (!e && py_tok_take(p, "-"))
		e = make(p, PY_UNARY, PY_NEG, py_read_atom(p), NULL);
	else if (!e)
		e = py_read_atom(p);
	if (e && e->form == PY_CONST &&
		(e->value.type == PY_NONE || e->value.type == PY_BOOL))
		op = PY_IS;
	return compare(p, subject, op, e);
}

/* {"type": "cosine", "T": t} */
static struct py_node *mapping(struct parser *p, const struct py_node *subject)
{
	struct py_node *e = is_a(p, subject, "dict"), *key, *of;

	py_tok_advance(p);
	while (e && !py_tok_take(p, "}")) {
		if (py_tok_take(p, "**")) {
			if (!py_tok_is_name(p))
				return py_tok_unexpected(p, "a name");
			return py_tok_fail(p, p->tok.p,
				"takes what a pattern leaves; expected its "
				"keys");
		}
		key = py_read_atom(p);
		if (!key || py_tok_need(p, ":") < 0)
			return NULL;
		of = item(p, subject, again(p, key));
		e = both(p, e,
			make(p, PY_COMPARE, PY_NO_OP, key,
				make(p, PY_UNARY, PY_IN, again(p, subject),
					NULL)));
		e = of ? both(p, e, pattern(p, of)) : NULL;
		if (!py_tok_is(p, "}") && py_tok_need_comma(p, "}") < 0)
			return NULL;
	}
	return e;
}

/* CLASS(x=1, y=name), float(x) */
static struct py_node *of_class(
	struct parser *p, const struct py_node *subject, struct py_node *class)
{
	struct py_node *e = ask(p, "isinstance", subject, class), *attribute;

	py_tok_advance(p);
	while (e && !py_tok_take(p, ")")) {
		if (py_tok_is_name(p) && py_tok_next_is(p, "=")) {
			attribute = py_node_named(p, PY_ATTR);
			py_tok_advance(p);
			if (!attribute ||
				!py_node_add(p, attribute, again(p, subject)))
				return NULL;
			e = both(p, e, pattern(p, attribute));
		} else {
			e = both(p, e, pattern(p, subject));
		}
		if (!py_tok_is(p, ")") && py_tok_need_comma(p, ")") < 0)
			return NULL;
	}
	return e;
}

/* name, a.b, Class(...) */
static struct py_node *named(struct parser *p, const struct py_node *subject)
{
	struct py_node *e = py_node_named(p, PY_NAME);

	while (e && py_tok_take(p, "."))
		e = py_node_attribute(p, e);
	if (!e)
		return NULL;
	if (py_tok_is(p, "("))
		return of_class(p, subject, e);
	if (e->form == PY_ATTR)
		return value(p, subject, e);
	return e->s.n == 1 && e->s.s[0] == '_'
		       ? constant(p, e->at, py_bool(true))
		       : capture(p, subject, e);
}

static struct py_node *closed(struct parser *p, const struct py_node *subject)
{
	if (py_tok_is(p, "("))
		return bracketed(p, subject, ")", true);
	if (py_tok_is(p, "["))
		return bracketed(p, subject, "]", false);
	if (py_tok_is(p, "{"))
		return mapping(p, subject);
	return py_tok_is_name(p) ? named(p, subject) : value(p, subject, NULL);
}

/* a | b as name */
static struct py_node *pattern(struct parser *p, const struct py_node *subject)
{
	struct py_node *e, * or ;

	if (py_read_deeper(p) < 0)
		return NULL;
	e = closed(p, subject);
	while (e && py_tok_take(p, "|")) {
		or = closed(p, subject);
		e = or ? make(p, PY_OR, PY_NO_OP, e, or) : NULL;
	}
	if (e && py_tok_take(p, "as")) {
		if (!py_tok_is_name(p))
			return py_tok_unexpected(p, "a name");
		e = both(p, e, capture(p, subject, py_node_named(p, PY_NAME)));
	}
	p->depth--;
	return e;
}

/* a, b is a sequence without its brackets. */
static struct py_node *open_pattern(
	struct parser *p, const struct py_node *subject)
{
	struct py_lexer lex = p->lex;
	struct py_token tok = p->tok;
	struct sequence x = {.subject = subject};
	bool star = py_tok_is(p, "*");
	struct py_node *e = star ? NULL : pattern(p, subject);

	if (!star && (!e || !py_tok_is(p, ",")))
		return e;
	p->lex = lex;
	p->tok = tok;
	do {
		if (py_tok_is(p, ":") || py_tok_is(p, "if"))
			break;
		if (sequence_item(p, &x) < 0)
			return NULL;
	} while (py_tok_take(p, ","));
	return sequence_end(p, &x);
}

struct py_node *py_read_case(
	struct parser *p, const struct py_node *subject, bool *any)
{
	bool wild = py_tok_is(p, "_");
	struct py_node *e = open_pattern(p, subject);

	if (e && py_tok_take(p, "if")) {
		e = both(p, e, py_read_expr(p));
		wild = false;
	}
	*any = wild && e && e->form == PY_CONST;
	return e;
}
