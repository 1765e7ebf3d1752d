/* SPDX-License-Identifier: MIT */
/*
 * Texts of policies: words, "stop,patience=3", which become a call, and what
 * stands around a call in a script.
 */
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "watch/watch_impl.h"

/* --- words ---------------------------------------------------------------- */

/* The keyword that S begins with and that ends it or is followed by a comma. */
static size_t key_length(const char *s)
{
	static const char *const word[] = {"reduce", "stop", "save", "best"};

	for (size_t i = 0; i < ARRAY_SIZE(word); i++) {
		size_t n = strlen(word[i]);

		if (strncmp(s, word[i], n) == 0 && (!s[n] || s[n] == ','))
			return n;
	}
	return 0;
}

bool watch_is_policy(const char *s)
{
	size_t n = strcspn(s, "(/");

	if (key_length(s))
		return true;
	if (s[n] != '(')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_is_alnum(s[i]) && !strchr("_.,:;= \t\r\n[{\"'#", s[i]))
			return false;
	return true;
}

/* The key that is true or false, and true where it stands alone. */
static const char flag[] = "finite";

/* What S[0..N) is as a flag: 1, 0, or -1: neither. */
static int truth_of(const char *s, size_t n)
{
	static const char *const word[] = {"false", "true", "False", "True",
		"no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (strlen(word[i]) == n && memcmp(word[i], s, n) == 0)
			return i % 2;
	return -1;
}

/* Appends S[0..N) as a string of Python's. */
static void add_quoted(struct buf *b, const char *s, size_t n)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n') {
			buf_adds(b, "\\n");
			continue;
		}
		if (strchr("\"\\", s[i]))
			buf_addc(b, '\\');
		buf_addc(b, s[i]);
	}
	buf_addc(b, '"');
}

/* The word S[0..N), NAME=VALUE or a flag, as an argument.  Returns 0, or -1. */
static int add_key(struct buf *b, const char *s, size_t n, struct diag *d)
{
	size_t len = 0, from;
	bool is_flag;
	double ignored;
	int yes;

	while (len < n && str_is_name_char(s[len]))
		len++;
	if (!len || (len < n && s[len] != '='))
		return diag_set(d, DIAG_USAGE,
			"'%.*s' in the words of a policy; expected NAME=VALUE",
			(int)n, s);
	is_flag = len == sizeof(flag) - 1 && memcmp(s, flag, len) == 0;
	if (len + 1 >= n && !(is_flag && len == n))
		return diag_set(d, DIAG_USAGE,
			"%.*s has no value; expected %.*s=VALUE", (int)len, s,
			(int)len, s);
	from = len < n ? len + 1 : n;
	yes = len == n ? 1 : truth_of(s + from, n - from);
	if (is_flag && yes < 0)
		return diag_set(d, DIAG_USAGE,
			"%s is '%.*s'; expected true or false", flag,
			(int)(n - from), s + from);
	buf_add(b, s, len);
	buf_addc(b, '=');
	if (is_flag)
		buf_adds(b, yes ? "True" : "False");
	else if (num_scan_double(s + from, n - from, &ignored) == n - from)
		buf_add(b, s + from, n - from);
	else
		add_quoted(b, s + from, n - from);
	buf_addc(b, ',');
	return 0;
}

int watch_from_keys(struct buf *b, const char *s, struct diag *d)
{
	size_t n = key_length(s);

	if (!n)
		return 0;
	buf_adds(b, "keys.");
	buf_add(b, s, n);
	buf_addc(b, '(');
	for (s += n; *s == ','; s += n) {
		s++;
		n = strcspn(s, ",");
		if (add_key(b, s, n, d) < 0)
			return -1;
	}
	buf_addc(b, ')');
	return buf_end(b, d);
}

/* --- what stands around a call in the tree of its script ------------------ */

/* Something in E calls what is called NAME. */
static bool is_called(const struct py_node *e, const struct py_str *name)
{
	bool found = e->form == PY_CALL &&
		     (e->arg->form == PY_NAME || e->arg->form == PY_ATTR) &&
		     py_str_is(&e->arg->s, name->s, name->n);

	for (e = e->arg; e && !found; e = e->next)
		found = is_called(e, name);
	return found;
}

static const struct py_node *root_of(const struct py_node *e)
{
	while (e->up)
		e = e->up;
	return e;
}

/* How the script gives names values. */
enum { BY_ASSIGNMENT = 1, AS_PARAMETER = 2, BY_DEF = 4 };

/* How NAME gets one in E, but for imports. */
static unsigned binds(const struct py_node *e, const struct py_str *name)
{
	const struct py_node *target =
		e->form == PY_ASSIGN ? e->arg->next : NULL;
	bool is_it = py_str_is(&e->s, name->s, name->n);
	unsigned ret = 0;

	if (is_it && (e->form == PY_DEF || e->form == PY_CLASS))
		ret = BY_DEF;
	else if (is_it && e->form == PY_PARAM)
		ret = AS_PARAMETER;
	for (; target; target = target->next)
		if (target->form == PY_NAME &&
			py_str_is(&target->s, name->s, name->n))
			ret |= BY_ASSIGNMENT;
	for (e = e->arg; e; e = e->next)
		ret |= binds(e, name);
	return ret;
}

/* A module may have a name by assignment, but is no parameter. */
static void find_own(struct watch_place *ret, const struct py_node *call)
{
	const struct py_node *name = call->form == PY_CALL ? call->arg : NULL;
	unsigned how;

	while (name && name->form == PY_ATTR)
		name = name->arg;
	if (!name || name->form != PY_NAME)
		return;
	how = binds(root_of(call), &name->s);
	ret->own = name == call->arg ? how != 0 : (how & AS_PARAMETER) != 0;
	ret->is_def = name == call->arg && (how & BY_DEF);
}

struct watch_place watch_place_of(const struct py_node *e)
{
	struct watch_place ret = {0};

	find_own(&ret, e);
	for (; e && !watch_is_function(e); e = e->up)
		ret.decided |= e->form == PY_IF || e->form == PY_IF_ELSE;
	ret.function = e;
	ret.called = e && is_called(root_of(e), &e->s);
	return ret;
}

/* What the dict DICT has, as it is written, for key NAME or OTHER; or NULL. */
static const struct py_node *dict_item(
	const struct py_node *dict, const char *name, const char *other)
{
	const struct py_node *key = dict->arg;

	while (key && key->next) {
		const struct py_value *v = &key->value;

		if (key->form == PY_KEYWORD) {
			key = key->next;
			continue;
		}
		if (key->form == PY_CONST && v->type == PY_STR &&
			(py_is_named(v->u.str, name) ||
				py_is_named(v->u.str, other)))
			return key->next;
		key = key->next->next;
	}
	return NULL;
}

/* The name that the value E is given, or NULL. */
static const struct py_str *name_of(const struct py_node *e)
{
	const struct py_node *s = e->up;

	return s && s->form == PY_ASSIGN && s->arg == e && e->next &&
			       e->next->form == PY_NAME
		       ? &e->next->s
		       : NULL;
}

/* The same of a dict in E. */
static const struct py_str *monitor_in(
	const struct py_node *e, const struct py_node *call)
{
	const struct py_str *name = name_of(call), *found = NULL;

	if (e->form == PY_MAKE_DICT) {
		const struct py_node *of =
			dict_item(e, "scheduler", "lr_scheduler");
		const struct py_node *said = dict_item(e, "monitor", "monitor");

		if (of && said && said->form == PY_CONST &&
			said->value.type == PY_STR &&
			(of == call ||
				(name && of->form == PY_NAME &&
					py_str_is(&of->s, name->s, name->n))))
			return said->value.u.str;
	}
	for (e = e->arg; e && !found; e = e->next)
		found = monitor_in(e, call);
	return found;
}

/* The first call in E of what ends in TrainingArguments, or NULL. */
static const struct py_node *arguments_in(const struct py_node *e)
{
	const struct py_node *found = NULL;
	const struct py_str *s = e->form == PY_CALL ? &e->arg->s : NULL;

	if (s && str_ends_in(s->s, s->n, "TrainingArguments"))
		return e;
	for (e = e->arg; e && !found; e = e->next)
		found = arguments_in(e);
	return found;
}

/* The constant that CALL is given as NAME, or NULL. */
static const struct py_value *given_as(
	const struct py_node *call, const char *name)
{
	for (const struct py_node *e = call->arg->next; e; e = e->next)
		if (e->form == PY_KEYWORD && py_is_named(&e->s, name))
			return e->arg->form == PY_CONST ? &e->arg->value : NULL;
	return NULL;
}

struct watch_beside watch_beside(const struct py_node *call, bool is_hf)
{
	static const char eval[] = "eval_";
	struct watch_beside ret = {.monitor = monitor_in(root_of(call), call)};
	const struct py_node *args = is_hf ? arguments_in(root_of(call)) : NULL;
	const struct py_value *v, *more;

	v = args ? given_as(args, "metric_for_best_model") : NULL;
	if (!v || v->type != PY_STR)
		return ret;
	ret.monitor = v->u.str;
	ret.is_of_eval = ret.monitor->n < sizeof(eval) - 1 ||
			 memcmp(ret.monitor->s, eval, sizeof(eval) - 1) != 0;
	more = given_as(args, "greater_is_better");
	if (more && more->type == PY_BOOL)
		ret.mode = more->u.i ? WATCH_MAX : WATCH_MIN;
	return ret;
}

/* The call AT is that of an optimizer, by the last part of its name. */
static bool is_optimizer(const struct py_node *at)
{
	static const char *const names[] = {"sgd", "adam", "adamw", "rmsprop",
		"adagrad", "adadelta", "adamax", "nadam", "radam", "adafactor",
		"lion", "lamb", "lars", "lbfgs", "rprop", "asgd", "sparseadam",
		"ftrl", "momentum", "novograd", "muon"};
	const struct py_str *s = at->form == PY_CALL ? &at->arg->s : NULL;

	for (size_t i = 0; s && i < ARRAY_SIZE(names); i++)
		if (str_is_in_any_case(s->s, s->n, names[i]))
			return true;
	return false;
}

static bool is_rate(const struct py_arg *arg)
{
	return py_is_number(&arg->value) && py_number(&arg->value) > 0;
}

double watch_rate_given(
	const struct py_node *at, const struct py_arg *arg, size_t narg)
{
	for (size_t i = 0; i < narg; i++) {
		bool named = py_is_named(&arg[i].name, "lr") ||
			     py_is_named(&arg[i].name, "learning_rate");

		if (is_rate(&arg[i]) && (named || (i < 2 && !arg[i].name.n &&
							  is_optimizer(at))))
			return py_number(&arg[i].value);
	}
	return NAN;
}

const struct py_str *watch_imported(const struct py_node *e)
{
	const struct py_node *path = e->form == PY_IMPORT ? e->arg : NULL;

	if (e->form == PY_BLOCK && e->op == '*')
		return &e->s;
	return path && path->value.type == PY_STR ? path->value.u.str : NULL;
}
