/* SPDX-License-Identifier: MIT */
/*
 * Texts in no Python: YAML, TOML, JSON, flags, and the one command of a shell
 * script that has a schedule's.
 */
#include <string.h>

#include "base/buf.h"
#include "config/config_impl.h"

/* The commands of a script: one must have a schedule's flags. */
struct commands {
	struct py_run *run;
	struct settings keys; /* of the last that had */
	size_t n;
};

static int take_command(void *ctx, const struct settings *k)
{
	struct commands *x = ctx;
	bool known = config_format_of(call_build_of(x->run), k->dict, false);

	if (x->keys.dict && !known)
		return 0;
	x->n += known;
	x->keys = *k;
	return known;
}

/* Places of JSON's names: where each stands first in the text. */
static int place_names(
	struct py_run *r, const char *s, size_t n, struct settings *k)
{
	for (size_t i = 0; i + 1 < k->dict->n; i += 2) {
		const struct py_str *name = k->dict->item[i].u.str;
		struct py_value v = k->dict->item[i + 1];
		size_t at = 0;

		if (py_charge(r, NULL, n / 256 + 1) < 0)
			return -1;
		while (at + name->n + 2 <= n &&
			(s[at] != '"' || s[at + name->n + 1] != '"' ||
				memcmp(s + at + 1, name->s, name->n) != 0))
			at++;
		if (memchr(name->s, '.', name->n))
			continue;
		if (settings_set(r, k, name->s, name->n, v, at, n) < 0)
			return -1;
	}
	return 0;
}

/* TEXT[0..N), in LANGUAGE, into K, which is new. */
static int read_keys(struct py_run *r, enum settings_language language,
	const char *text, size_t n, struct settings *k)
{
	const struct settings_reader with = {.run = r,
		.given = call_build_of(r)->user,
		.define = call_names_of(r)->define,
		.remark = call_remark};
	struct commands x = {.run = r};
	const char *nul = memchr(text, '\0', n);
	struct py_value v;

	if (nul) {
		size_t at = (size_t)(nul - text);

		/* Messages show the text up to it. */
		return py_raise(r, settings_place_at(r, at - (at > 0), at),
			"a NUL byte behind this; expected text in UTF-8");
	}
	if (language == SETTINGS_YAML)
		return settings_yaml(&with, text, n, k);
	if (language == SETTINGS_TOML)
		return settings_toml(&with, text, n, k);
	if (language == SETTINGS_JSON) {
		if (settings_json(r, text, n, &v) < 0)
			return -1;
		if (v.type != PY_DICT)
			return py_raise(r, NULL,
				"JSON that is no object; expected one");
		k->dict = v.u.list;
		return place_names(r, text, n, k);
	}
	if (settings_shell(&with, text, n, language == SETTINGS_SHELL,
		    take_command, &x) < 0)
		return -1;
	if (x.n > 1)
		return py_raise(r, NULL,
			"%zu commands with the flags of a schedule; expected "
			"one",
			x.n);
	if (x.keys.dict)
		*k = x.keys;
	return 0;
}

/* "no schedule that is known here in these keys: a, b, c". */
static int nothing_known(struct py_run *r, const struct settings *k)
{
	const char *define = call_names_of(r)->define;
	struct buf names = {0};

	for (size_t i = 0; i < k->dict->n && i < 20; i += 2)
		if (k->dict->item[i].type == PY_STR)
			buf_printf(&names, "%s%.*s", i ? ", " : "",
				STR_ARG(*k->dict->item[i].u.str));
	if (!buf_text(&names))
		py_raise_nomem(r, names.len);
	else if (names.len > 1 && names.data[0] == '$')
		py_raise(r, NULL,
			"the flags in '%s' are not known; expected %s "
			"NAME='\"--NAME VALUE\"'",
			names.data, define);
	else if (k->dict->n == 0)
		py_raise(r, NULL,
			"no settings here; expected those of a trainer");
	else
		py_raise(r, NULL,
			"no trainer's settings that are known: %s; expected "
			"more of them, or %s trainer=timm, megatron, fairseq, "
			"transformers ...",
			names.data, define);
	buf_free(&names);
	return -1;
}

/* The part NAME, a.b, of K alone: 0, or -1 raised. */
static int take_part(struct py_run *r, struct settings *k, const char *name)
{
	for (size_t n; *name; name += n + (name[n] == '.')) {
		const struct py_value *v;

		n = strcspn(name, ".");
		v = py_dict_find(k->dict, name, n);
		if (!v || v->type != PY_DICT)
			return py_raise(r, NULL,
				"'%.*s' is no part of these settings; expected "
				"the key of one",
				(int)n, name);
		k->dict = v->u.list;
	}
	return 0;
}

int config_read(struct call_build *b, enum settings_language language, size_t n,
	const char *name, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct settings k;
	int found;

	if (settings_new(r, &k) < 0 ||
		read_keys(r, language, b->text, n, &k) < 0 ||
		(name && take_part(r, &k, name) < 0))
		return -1;
	found = config_call(r, &k, false, ret);
	return found == 0 ? nothing_known(r, &k) : found < 0 ? -1 : 0;
}
