/* SPDX-License-Identifier: MIT */
/*
 * What configurations are read into, whatever their syntax: a dict, dotted
 * names as dicts in one another, each name with the place of its value.
 * Scalars as command lines and YAML write them; JSON.
 */
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "settings/settings_impl.h"
#include "text/json.h"

/* Dicts and lists inside one another. */
#define DEPTH_MAX 50
/* More than a number with marks for thousands has. */
#define NUMBER_MAX 64

const struct py_node *settings_place_at(struct py_run *r, size_t at, size_t end)
{
	struct py_node *e = py_alloc(r, sizeof(*e));

	if (!e)
		return NULL;
	e->form = PY_CONST;
	e->at = at;
	e->end = end;
	return e;
}

int settings_dict_add(struct py_run *r, struct py_list *d, const char *name,
	size_t n, struct py_value v)
{
	struct py_value key;

	return py_new_str(r, name, n, &key) < 0 || py_list_add(r, d, key) < 0 ||
			       py_list_add(r, d, v) < 0
		       ? -1
		       : 0;
}

/* The dict under NAME in D, made where it is missing; NULL raised. */
static struct py_list *inner_dict(
	struct py_run *r, struct py_list *d, const char *name, size_t n)
{
	struct py_value *old = py_dict_find(d, name, n), v;

	if (old && py_named(old))
		return py_named(old);
	if (py_new_list(r, PY_DICT, 0, &v) < 0)
		return NULL;
	if (old) {
		*old = v;
		return v.u.list;
	}
	return settings_dict_add(r, d, name, n, v) < 0 ? NULL : v.u.list;
}

int settings_dict_set(struct py_run *r, struct py_list *d, const char *path,
	size_t n, struct py_value v)
{
	const char *dot;
	struct py_value *old;

	while ((dot = memchr(path, '.', n))) {
		d = inner_dict(r, d, path, (size_t)(dot - path));
		if (!d)
			return -1;
		n -= (size_t)(dot + 1 - path);
		path = dot + 1;
	}
	old = py_dict_find(d, path, n);
	if (old) {
		*old = v;
		return 0;
	}
	return py_charge(r, NULL, d->n / 64 + 1) < 0
		       ? -1
		       : settings_dict_add(r, d, path, n, v);
}

int settings_new(struct py_run *r, struct settings *k)
{
	struct py_value v;

	*k = (struct settings){.dict = NULL};
	if (py_new_list(r, PY_DICT, 0, &v) < 0)
		return -1;
	k->dict = v.u.list;
	return 0;
}

int settings_add_place(struct py_run *r, struct settings *k,
	const struct py_str *name, size_t at, size_t end)
{
	struct settings_place *p = py_alloc(r, sizeof(*p));

	if (!p)
		return -1;
	*p = (struct settings_place){.name = *name,
		.at = settings_place_at(r, at, end),
		.next = k->place};
	k->place = p;
	return p->at ? 0 : -1;
}

int settings_set(struct py_run *r, struct settings *k, const char *path,
	size_t n, struct py_value v, size_t at, size_t end)
{
	const char *dot = memchr(path, '.', n);
	const struct py_str name = {
		.s = path, .n = dot ? (size_t)(dot - path) : n};

	if (settings_dict_set(r, k->dict, path, n, v) < 0)
		return -1;
	return settings_add_place(r, k, &name, at, end);
}

/* --- scalars -------------------------------------------------------------- */

/* S[0..N) without each '_' between two digits: 1_000; its new length. */
static size_t without_marks(char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] != '_' || len == 0 || i + 1 == n ||
			!str_is_digit(s[i - 1]) || !str_is_digit(s[i + 1]))
			s[len++] = s[i];
	return len;
}

/* A number as command lines and YAML have it: 1_000, 2e-5, .5 */
static bool number(const char *s, size_t n, struct py_value *ret)
{
	char text[NUMBER_MAX];
	bool whole = true;
	double x;

	if (n < sizeof(text) && memchr(s, '_', n)) {
		n = without_marks(memcpy(text, s, n), n);
		s = text;
	}
	if (n == 0 || num_scan_double(s, n, &x) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		whole = whole && s[i] != '.' && s[i] != 'e' && s[i] != 'E';
	*ret = whole && x <= (double)PY_INT_MAX && x >= -(double)PY_INT_MAX
		       ? py_int((int64_t)x)
		       : py_float(x);
	return true;
}

int settings_scalar(
	struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	if (number(s, n, ret))
		return 0;
	if (str_is_in_any_case(s, n, "true") ||
		str_is_in_any_case(s, n, "false")) {
		*ret = py_bool(n == 4);
		return 0;
	}
	if (str_is_in_any_case(s, n, "null") ||
		str_is_in_any_case(s, n, "none") || str_is(s, n, "~") ||
		n == 0) {
		*ret = py_none();
		return 0;
	}
	return py_new_str(r, s, n, ret);
}

/* --- JSON ----------------------------------------------------------------- */

struct conversion {
	struct py_run *run;
	struct py_list *dict;
	unsigned depth;
};

static int convert(struct py_run *r, const struct json_value *v, unsigned depth,
	struct py_value *ret);

static int convert_member(
	void *ctx, const char *name, const struct json_value *v, struct diag *d)
{
	const struct conversion *x = ctx;
	struct py_value value;

	(void)d;
	return convert(x->run, v, x->depth, &value) < 0
		       ? -1
		       : settings_dict_add(
				 x->run, x->dict, name, strlen(name), value);
}

static int convert_items(struct py_run *r, const struct json_value *v,
	unsigned depth, struct py_value *ret)
{
	struct py_value item;

	if (py_new_list(r, PY_LIST, 0, ret) < 0)
		return -1;
	for (size_t i = 0; i < json_length(v); i++)
		if (convert(r, json_element(v, i), depth, &item) < 0 ||
			py_list_add(r, ret->u.list, item) < 0)
			return -1;
	return 0;
}

static int convert(struct py_run *r, const struct json_value *v, unsigned depth,
	struct py_value *ret)
{
	struct conversion x = {.run = r, .depth = depth + 1};
	struct diag d;
	double number_of;
	bool whole;

	if (depth == DEPTH_MAX)
		return py_raise(r, NULL, "more than %d brackets in one another",
			DEPTH_MAX);
	switch (json_kind(v)) {
	case JSON_NOTHING: *ret = py_none(); return 0;
	case JSON_YES: *ret = py_bool(true); return 0;
	case JSON_NO: *ret = py_bool(false); return 0;
	case JSON_TEXT:
		return py_new_str(r, json_text(v), strlen(json_text(v)), ret);
	case JSON_NUMBER:
		number_of = json_number(v, &whole);
		*ret = whole ? py_int((int64_t)number_of) : py_float(number_of);
		return 0;
	case JSON_LIST: return convert_items(r, v, depth + 1, ret);
	case JSON_DICT: break;
	}
	if (py_new_list(r, PY_DICT, 0, ret) < 0)
		return -1;
	x.dict = ret->u.list;
	return json_each(v, convert_member, &x, &d);
}

/* The document ROOT, which is released. */
static int take_json(
	struct py_run *r, struct json_value *root, struct py_value *ret)
{
	int done = convert(r, root, 0, ret);

	json_release(root);
	return done;
}

int settings_json(
	struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	struct json_value *root;
	struct diag d;

	if (json_parse(&root, s, n, &d) == 0)
		return take_json(r, root, ret);
	return d.class == DIAG_NOMEM ? py_raise_nomem(r, n)
				     : py_raise(r, NULL, "%s", d.text);
}

/* --- literals ------------------------------------------------------------- */

int settings_python(
	struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	struct py *py = py_of(r);
	struct py_module *m;
	struct diag d;
	size_t at;

	if (py_parse_expr(py, s, n, &m, &at, &d) < 0)
		return d.class == DIAG_NOMEM ? py_raise_nomem(r, n)
					     : py_new_str(r, s, n, ret);
	return py_exec(r, m, ret);
}

int settings_literal(
	struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	struct json_value *root;
	struct diag d;

	if (n == 0 || !strchr("[{(", s[0]))
		return settings_scalar(r, s, n, ret);
	return json_parse(&root, s, n, &d) < 0 ? settings_python(r, s, n, ret)
					       : take_json(r, root, ret);
}
