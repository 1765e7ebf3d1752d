/* SPDX-License-Identifier: MIT */
/*
 * What the commands of a shell script do, as far as it matters here: names are
 * given values, or values that nobody knows; others have flags.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "settings/settings_impl.h"

/* --- names ---------------------------------------------------------------- */

struct settings_variable *settings_sh_variable(
	struct settings_sh *sh, const char *s, size_t n)
{
	struct settings_variable *v = sh->variable;

	while (v && !py_str_is(&v->name, s, n))
		v = v->next;
	return v;
}

bool settings_sh_is_own(
	const struct settings_sh *sh, const struct settings_variable *v)
{
	const struct settings_variable *end =
		sh->subshell ? sh->subshell->outer : NULL;

	for (const struct settings_variable *x = sh->variable; x != end;
		x = x->next)
		if (x == v)
			return true;
	return false;
}

struct settings_variable *settings_sh_assign(
	struct settings_sh *sh, const char *s, size_t n)
{
	struct settings_variable *v = settings_sh_variable(sh, s, n);

	if (!v || !settings_sh_is_own(sh, v)) {
		v = py_alloc(sh->run, sizeof(*v));
		if (!v || py_charge(sh->run, NULL, 10) < 0)
			return NULL;
		v->name = (struct py_str){.s = s, .n = n};
		v->function = sh->function;
		v->next = sh->variable;
		sh->variable = v;
	}
	v->mixed = v->mixed || v->function != sh->function;
	v->array = false;
	v->word = NULL;
	v->unknown = settings_sh_is_unsure(sh) || v->mixed;
	return v;
}

/* --- commands ------------------------------------------------------------- */

size_t settings_sh_assigned_name(const char *s, size_t n)
{
	size_t i = 0;

	if (n == 0 || str_is_digit(s[0]))
		return 0;
	while (i < n && str_is_name_char(s[i]))
		i++;
	if (i == 0 || i == n)
		return 0;
	return s[i] == '=' || (s[i] == '+' && i + 1 < n && s[i + 1] == '=') ? i
									    : 0;
}

bool settings_word_is_among(const struct settings_word *w, const char *words)
{
	return w->plain && str_is_word_of(w->text.s, w->text.n, words);
}

/* W, appended to what V is now; NULL raised. */
static struct settings_word *append(struct settings_sh *sh,
	const struct settings_variable *v, struct settings_word *w)
{
	const struct settings_word *old = v->word;
	size_t n = old->text.n + w->text.n;
	char *text = py_alloc(sh->run, n + 1);

	if (!text)
		return NULL;
	memcpy(text, old->text.s, old->text.n);
	memcpy(text + old->text.n, w->text.s, w->text.n);
	w->text = (struct py_str){.s = text, .n = n};
	if (old->unknown)
		w->lacks = old->lacks;
	w->unknown = w->unknown || old->unknown;
	return w;
}

/* NAME=value, or NAME+=value; what is appended to nothing here is not known. */
static int assign_word(
	struct settings_sh *sh, struct settings_word *w, size_t n)
{
	const char *name = w->text.s;
	struct settings_variable *v = settings_sh_variable(sh, name, n);
	bool more = name[n] == '+', flags = v && v->flags;
	bool known = v && !v->unknown && !v->array && v->word;

	w->text.s += n + 1 + more;
	w->text.n -= n + 1 + more;
	flags = flags ||
		(w->text.n > 0 && w->text.s[strspn(w->text.s, " \t\n")] == '-');
	if (more && known && !(w = append(sh, v, w)))
		return -1;
	v = settings_sh_assign(sh, name, n);
	if (!v)
		return -1;
	v->flags = flags;
	v->unknown = v->unknown || (more && !known);
	v->word = w;
	w->next = NULL;
	return 0;
}

int settings_sh_forget(struct settings_sh *sh, const char *s, size_t n)
{
	for (size_t i = 0, at; i < n;) {
		struct settings_variable *v;

		for (at = i; i < n && str_is_name_char(s[i]);)
			i++;
		if (i == at) {
			i++;
			continue;
		}
		if (str_is_digit(s[at]))
			continue;
		v = settings_sh_assign(sh, s + at, i - at);
		if (!v)
			return -1;
		v->unknown = true;
	}
	return 0;
}

/* Whether W is a file of shells that sets nothing of training. */
static bool is_of_login(const struct settings_word *w)
{
	return w->unknown || str_ends_with(w->text.s, w->text.n,
				     "activate rc profile conda.sh modules.sh");
}

/* A command, W, that gives names values in a way that is not followed. */
static int follow(struct settings_sh *sh, const struct settings_word *w)
{
	const struct settings_word *to = w->next;

	if (!to)
		return 0;
	if (settings_word_is_among(
		    w, "eval read unset let mapfile readarray getopts") ||
		(settings_word_is_among(w, "printf") &&
			settings_word_is_among(to, "-v"))) {
		for (; to; to = to->next)
			if (settings_sh_forget(sh, to->text.s, to->text.n) < 0)
				return -1;
		return 0;
	}
	return settings_word_is_among(w, "source .") && !is_of_login(to)
		       ? sh->with->remark(sh->run,
				 "'%.*s', which is sourced, is not read; what "
				 "it sets is %s NAME=VALUE",
				 STR_ARG(to->text), sh->with->define)
		       : 0;
}

/* Words before a command that begin or end what it may be in. */
static struct settings_word *enter(
	struct settings_sh *sh, struct settings_word *w)
{
	for (; w && settings_word_is_among(w,
			    "then do else elif if while until fi done esac "
			    "for select case { } ! function");
		w = w->next) {
		if (settings_word_is_among(w, "if while until for select case"))
			sh->depth++;
		if (settings_word_is_among(w, "fi done esac") && sh->depth > 0)
			sh->depth--;
		if (settings_word_is_among(w, "for select case"))
			return w;
		if (settings_word_is_among(w, "function") && w->next) {
			w = w->next;
			sh->defines = true;
		} else if (settings_word_is_among(w, "{")) {
			sh->brace++;
			if (sh->defines) {
				sh->function_brace = sh->brace;
				sh->function = ++sh->nfunction;
			} else if (sh->maybe && !sh->maybe_brace) {
				sh->maybe_brace = sh->brace;
				sh->depth++;
			}
			sh->defines = false;
		} else if (settings_word_is_among(w, "}") && sh->brace > 0) {
			if (sh->brace == sh->maybe_brace && sh->depth > 0)
				sh->depth--;
			if (sh->brace == sh->maybe_brace)
				sh->maybe_brace = 0;
			if (sh->brace == sh->function_brace)
				sh->function = sh->function_brace = 0;
			sh->brace--;
		}
	}
	return w;
}

int settings_sh_read_flags(
	struct settings_sh *sh, const struct settings_word *w)
{
	struct settings keys;
	int taken;

	if (settings_word_is_among(w, "[ [[ test echo printf"))
		return 0;
	if (settings_new(sh->run, &keys) < 0 ||
		settings_word_flags(sh->run, w, sh->i, &keys) < 0)
		return -1;
	taken = keys.dict->n ? sh->command(sh->ctx, &keys) : 0;
	sh->taken = sh->taken || taken > 0;
	return taken < 0 ? -1 : 0;
}

/* The assignments from W on, and the command behind them. */
static int run_command(struct settings_sh *sh, struct settings_word *w)
{
	bool declares = false;
	struct settings_word *command, *next;
	size_t n;

	while (w && settings_word_is_among(
			    w, "export local declare readonly typeset set")) {
		declares = true;
		for (w = w->next; w && w->text.n > 0 && w->text.s[0] == '-';)
			w = w->next;
	}
	for (command = w;
		sh->script && command &&
		settings_sh_assigned_name(command->text.s, command->text.n);)
		command = command->next;
	/* Those before a command, or in a shell of its own, end with it. */
	for (; w != command; w = next) {
		next = w->next;
		n = settings_sh_assigned_name(w->text.s, w->text.n);
		if ((declares || !command) && !sh->apart &&
			assign_word(sh, w, n) < 0)
			return -1;
	}
	if (!command || (sh->script && !sh->apart && follow(sh, command) < 0))
		return command ? -1 : 0;
	return settings_sh_read_flags(sh, command);
}

int settings_sh_run(struct settings_sh *sh, struct settings_word *w)
{
	if (sh->script)
		w = enter(sh, w);
	if (w && sh->script && settings_word_is_among(w, "for select case"))
		return !w->next || settings_sh_assign(
					   sh, w->next->text.s, w->next->text.n)
			       ? 0
			       : -1;
	return w ? run_command(sh, w) : 0;
}
