/* SPDX-License-Identifier: MIT */
/*
 * A trainer's flags, of the words of a command: --name value, --name=value,
 * name=value, SECTION.NAME value, with what is not known among them.
 */
#include <string.h>

#include "base/str.h"
#include "settings/settings_impl.h"

/* Whether W begins a flag: --name, -name, a dotted NAME, NAME=value. */
static bool is_flag(const struct settings_word *w)
{
	const char *s = w->text.s;
	size_t n = w->text.n, i;

	if (n > 1 && s[0] == '-')
		return str_is_letter(s[1]) ||
		       (n > 2 && s[1] == '-' && str_is_letter(s[2]));
	if (!w->plain || n == 0 || !(str_is_letter(s[0]) || strchr("+_", s[0])))
		return false;
	for (i = s[0] == '+'; i < n && (str_is_name_char(s[i]) || s[i] == '.');)
		i++;
	if (i < n)
		return s[i] == '=';
	for (i = 0; i < n && (str_is_upper(s[i]) || s[i] == '.' ||
				     s[i] == '_' || str_is_digit(s[i]));)
		i++;
	return i == n && memchr(s, '.', n) != NULL;
}

/* The value that the text of W, from OFFSET on, is for KEY. */
static int value_of(struct py_run *r, const struct settings_word *w,
	size_t offset, const struct py_str *key, struct py_value *ret)
{
	const struct py_str *name = w->lacks.n ? &w->lacks : key;
	const struct py_node *at;

	if (w->unknown) {
		at = settings_place_at(r, w->at, w->end);
		return at ? py_new_unknown(r, at, name->s, name->n, NULL, ret)
			  : -1;
	}
	if (w->text.n == offset)
		return py_new_str(r, "", 0, ret);
	return settings_literal(r, w->text.s + offset, w->text.n - offset, ret);
}

/* Whether W, where a flag may stand, may be flags that nobody knows. */
static bool may_be_flags(const struct settings_word *w)
{
	return w->unknown && w->text.n == 1;
}

/* Such flags are a key "$NAME": asked for if NAME has flags, else remarked. */
static int add_unknown_flags(
	struct py_run *r, const struct settings_word *w, struct settings *keys)
{
	char *name = py_alloc(r, w->lacks.n + 1);
	struct py_value flags = py_none();

	if (!name)
		return -1;
	name[0] = '$';
	memcpy(name + 1, w->lacks.s, w->lacks.n);
	if (w->flags && value_of(r, w, 0, &w->lacks, &flags) < 0)
		return -1;
	return settings_set(
		r, keys, name, w->lacks.n + 1, flags, w->at, w->end);
}

/* What the flag KEY is given by the words from W up to UNTIL. */
static int values_of(struct py_run *r, const struct settings_word *w,
	const struct settings_word *until, const struct py_str *key,
	struct settings *keys, struct py_value *ret)
{
	const struct settings_word *x, *unknown = NULL;
	struct py_value item;
	size_t n = 0;

	for (x = w; x != until; x = x->next, n++)
		if (x != w && may_be_flags(x)) {
			unknown = unknown ? unknown : x;
			n--;
			if (add_unknown_flags(r, x, keys) < 0)
				return -1;
		}
	/* They may be the flag's values too. */
	if (unknown && unknown->lacks.n)
		return value_of(r, unknown, 0, key, ret);
	if (n == 1)
		return value_of(r, w, 0, key, ret);
	if (py_new_list(r, PY_LIST, 0, ret) < 0)
		return -1;
	for (x = w; x != until; x = x->next)
		if ((x == w || !may_be_flags(x)) &&
			(value_of(r, x, 0, key, &item) < 0 ||
				py_list_add(r, ret->u.list, item) < 0))
			return -1;
	return 0;
}

/* Flag W and the words up to UNTIL that are its values. */
static int add_flag(struct py_run *r, const struct settings_word *w,
	const struct settings_word *until, size_t end, struct settings *keys)
{
	char *name = py_alloc(r, w->text.n + 1);
	size_t skip = strspn(w->text.s, "-+"), n, whole;
	struct py_str key;
	struct py_value v = py_bool(true);

	if (!name)
		return -1;
	whole = w->text.n - skip;
	for (n = 0; n < whole && w->text.s[skip + n] != '='; n++)
		name[n] =
			w->text.s[skip + n] == '-' ? '_' : w->text.s[skip + n];
	key = (struct py_str){.s = name, .n = n};
	if (n < whole) {
		if (value_of(r, w, skip + n + 1, &key, &v) < 0)
			return -1;
		return settings_set(r, keys, name, n, v, w->at + skip, w->end);
	}
	w = w->next;
	if (w != until && values_of(r, w, until, &key, keys, &v) < 0)
		return -1;
	return settings_set(r, keys, name, n, v, w == until ? end : w->at,
		w == until ? end : w->end);
}

/* The second .py before the flags, as nanoGPT has it, is a file of settings. */
static int add_program(struct py_run *r, const struct settings_word *w,
	unsigned *n, struct settings *keys)
{
	struct py_value v;

	if (!str_ends_in(w->text.s, w->text.n, ".py") || ++*n != 2)
		return 0;
	return py_new_str(r, w->text.s, w->text.n, &v) < 0 ||
			       settings_set(r, keys, "config", 6, v, w->at,
				       w->end) < 0
		       ? -1
		       : 0;
}

int settings_word_flags(struct py_run *r, const struct settings_word *w,
	size_t end, struct settings *keys)
{
	unsigned programs = 0;

	for (; w && !is_flag(w); w = w->next)
		if (programs > 0 && may_be_flags(w)
				? add_unknown_flags(r, w, keys) < 0
				: add_program(r, w, &programs, keys) < 0)
			return -1;
	while (w) {
		const struct settings_word *until = w->next;
		while (until && !is_flag(until))
			until = until->next;
		if (add_flag(r, w, until, end, keys) < 0)
			return -1;
		w = until;
	}
	return 0;
}
