/* SPDX-License-Identifier: MIT */
/*
 * Words with values in braces.  What stands around a value says what it must
 * be: a length, a rate, a lambda, or else any finite number; so that a mistake
 * is that of an argument, not one in words that nobody wrote.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "call/expand.h"

#define STEPS_MAX 9007199254740992.0

/* Where a value goes. */
struct slot {
	const char *key; /* before '=', or NULL */
	size_t nkey;
	unsigned colons; /* before it in its word, one right before it */
	bool value;      /* a colon or '=' is right before it, nothing behind */
	bool begins;     /* the word begins with it */
	bool bracket;    /* inside of round brackets */
};

static int nomem(struct call *c, const struct buf *b)
{
	return diag_nomem(c->run->d, b->len);
}

static bool is_key(const struct slot *s, const char *const *key)
{
	for (; *key; key++)
		if (strlen(*key) == s->nkey && !memcmp(s->key, *key, s->nkey))
			return true;
	return false;
}

static bool is_rate(const struct slot *s)
{
	static const char *const keys[] = {"from", "to", "min", "max", "ceil",
		"floor", "values", "at", NULL};

	return s->value && (s->key ? is_key(s, keys) : s->colons == 2);
}

static bool is_length(const struct slot *s)
{
	return s->value && !s->key && s->colons == 1;
}

static bool is_lambda(const struct slot *s)
{
	static const char *const keys[] = {"of", "vfn", "tfn", NULL};

	return s->value && s->key && (*s->key == '{' || is_key(s, keys));
}

static bool is_steps(const struct slot *s)
{
	static const char *const keys[] = {
		"every", "per", "step", "s", "tau", NULL};

	return is_length(s) || (s->value && s->key && is_key(s, keys));
}

static bool is_list(const struct slot *s)
{
	static const char *const keys[] = {"at", "by", "values", NULL};

	return s->value && s->key && is_key(s, keys);
}

/* "T_max=0.5; expected 1 step or more": the fault of E. */
static int wrong(struct call *c, const struct py_expr *e, const char *found,
	const char *expected)
{
	const struct call_arg *a = call_subject(c, e);

	return call_fail(c, a ? a->blame : NULL, "%.*s%s; expected %s",
		a ? (int)a->n : 12, a ? a->name : "the argument", found,
		expected);
}

static const char *expected_of(const struct slot *s)
{
	return is_lambda(s)   ? "a lambda of one number"
	       : is_length(s) ? "1 step or more"
	       : is_rate(s)   ? "0 or more"
			      : "a number";
}

static bool is_argument(const struct call *c, const struct py_expr *e)
{
	const struct call_arg *a = call_subject(c, e);

	return a && e->form == PY_F_NAME && a->n == e->n &&
	       !memcmp(a->name, e->s, e->n);
}

static int add_number(struct call *c, const struct py_expr *e,
	const struct slot *s, double v, struct buf *words)
{
	char text[NUM_DOUBLE_MAX], found[NUM_DOUBLE_MAX + 8] = "";
	const char *expected =
		!isfinite(v)                            ? "a finite number"
		: is_length(s) && v < 1                 ? expected_of(s)
		: is_steps(s) && v > STEPS_MAX          ? "at most 2^53 steps"
		: (is_rate(s) && v < 0) || is_lambda(s) ? expected_of(s)
							: NULL;
	bool bracket = s->bracket && signbit(v);
	const char *how = is_argument(c, e) ? "=" : " gives ";
	size_t n = num_from_double(text, v);

	if (expected) {
		memcpy(found, how, strlen(how));
		memcpy(found + strlen(how), text, n);
		return wrong(
			c, e, isnan(v) ? " gives no number" : found, expected);
	}
	/* Powers bind tighter than a sign. */
	if ((bracket && buf_addc(words, '(')) || buf_add(words, text, n) ||
		(bracket && buf_addc(words, ')')))
		return nomem(c, words);
	return 0;
}

static int add_list(struct call *c, const struct py_expr *e,
	const struct slot *s, const struct py_value *v, struct buf *words)
{
	size_t i;

	if (!v->n)
		return wrong(c, e, " is an empty list", "numbers");
	for (i = 0; i < v->n; i++) {
		if (!py_is_number(&v->item[i]))
			return wrong(c, e, " has what is no number", "numbers");
		if (i && buf_addc(words, '/'))
			return nomem(c, words);
		if (add_number(c, e, s, v->item[i].num, words))
			return -1;
	}
	return 0;
}

/* Texts that scripts make are words; what the user wrote is one at most. */
static bool is_words(
	const struct call *c, const struct slot *s, const struct py_value *v)
{
	return s->begins || !py_tree_holds(c->run->tree, v->s);
}

static int add_value(struct call *c, const struct py_expr *e,
	const struct slot *s, const struct py_value *v, struct buf *words)
{
	switch (v->type) {
	case PY_NONE:
		if (!s->value && !s->bracket)
			return 0;
		return wrong(c, e, " is None", expected_of(s));
	case PY_STR:
		if (is_words(c, s, v))
			return buf_add(words, v->s, v->n) ? nomem(c, words) : 0;
		return wrong(c, e, " is a string", expected_of(s));
	case PY_BOOL:
	case PY_INT:
	case PY_FLOAT: return add_number(c, e, s, v->num, words);
	case PY_LIST:
		if (!is_list(s) && !s->begins)
			break;
		return add_list(c, e, s, v, words);
	case PY_CODE:
		if (v->code->form == PY_F_LAMBDA && is_lambda(s))
			return call_lambda(c, v->code, words);
		break;
	case PY_DICT: break;
	}
	return wrong(c, e,
		v->type == PY_LIST   ? " is a list"
		: v->type == PY_DICT ? " is a dict"
				     : " is a function or call",
		expected_of(s));
}

int call_lambda(struct call *c, const struct py_expr *e, struct buf *words)
{
	const struct py_expr *where = e;
	struct py_fn *fn;
	int r;

	if (py_fn_new(&fn, e, c->run->env->names, &where, c->run->d)) {
		c->run->where = where->at;
		c->run->blamed = true;
		return -1;
	}
	r = buf_addc(words, '(') || py_fn_show(words, fn) ||
	    buf_addc(words, ')');
	py_fn_free(fn);
	return r ? nomem(c, words) : 0;
}

/* The end of {EXPR}, at whose '{' S begins. */
static size_t braces(struct call_part t)
{
	size_t i;
	int depth = 0;

	for (i = 0; i < t.n; i++) {
		depth += (t.s[i] == '{') - (t.s[i] == '}');
		if (!depth)
			return i;
	}
	return t.n;
}

/* The slot of the brace at S[AT], the template's text being S[0..N). */
static struct slot slot_at(struct call_part t, size_t at, size_t end)
{
	struct slot slot = {0};
	size_t i, key = 0;
	int depth = 0;

	for (i = 0; i < at; i++) {
		if (t.s[i] == '{')
			i += braces((struct call_part){t.s + i, t.n - i});
		depth += (t.s[i] == '(') - (t.s[i] == ')');
		if (depth)
			continue;
		if (t.s[i] == ' ')
			slot.colons = 0;
		slot.colons += t.s[i] == ':';
		if (t.s[i] == ' ' || t.s[i] == ',')
			key = i + 1;
	}
	slot.bracket = depth > 0;
	slot.begins = !depth && (!at || t.s[at - 1] == ' ');
	slot.value = !depth && at && strchr(":=", t.s[at - 1]) &&
		     (end + 1 >= t.n || strchr(" :,x{", t.s[end + 1]));
	if (slot.value && t.s[at - 1] == '=') {
		slot.key = t.s + key;
		slot.nkey = at - 1 - key;
	}
	return slot;
}

int call_template(struct call *c, struct call_part t, struct buf *words)
{
	const struct py_expr *e;
	struct py_value v;
	struct slot slot;
	size_t i = 0, n;

	if (words->len && words->data[words->len - 1] != ' ' &&
		buf_addc(words, ' '))
		return nomem(c, words);
	while (i < t.n) {
		for (n = i; n < t.n && t.s[n] != '{';)
			n++;
		if (buf_add(words, t.s + i, n - i))
			return nomem(c, words);
		if (n == t.n)
			break;
		i = n;
		n = braces((struct call_part){t.s + i, t.n - i});
		slot = slot_at(t, i, i + n);
		if (call_eval(c, (struct call_part){t.s + i + 1, n - 1}, &e,
			    &v) ||
			add_value(c, e, &slot, &v, words))
			return -1;
		i += n + 1;
	}
	return 0;
}
