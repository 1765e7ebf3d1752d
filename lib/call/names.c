/* SPDX-License-Identifier: MIT */
/*
 * What a name of the user's text means: what -D and the user's files say, what
 * training has, a constructor.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call_impl.h"
#include "sched/sched.h"

/* optimizer.defaults["lr"], optimizer.param_groups[0]["initial_lr"] */
static bool is_initial_rate(const struct py_str *path)
{
	return str_ends_with(path->s, path->n,
		"optimizer.defaults['lr'] "
		"optimizer.param_groups[0]['initial_lr']");
}

/* What PATH is in a function that is called for a step: 1, 0 or -1. */
static int look_at_training(
	struct py_run *r, const struct py_str *path, struct py_value *ret)
{
	if (is_initial_rate(path))
		return call_initial_rate(r, ret);
	if (!*py_run_ctx(r))
		return 0;
	if (str_ends_in(path->s, path->n, ".param_groups"))
		return call_param_groups(r, NULL, path, ret);
	return str_ends_with(
		       path->s, path->n, "optimizer.lr optimizer.learning_rate")
		       ? call_get_rate(r, ret)
		       : 0;
}

/*
 * SchedulerType.COSINE of Transformers is "cosine", and so are the others, but
 * for one: 1, 0 or -1.
 */
static int scheduler_type(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	static const char type[] = "SchedulerType.",
			  odd[] = "REDUCE_ON_PLATEAU";
	const size_t at = str_last_part(path, n), len = n - at;
	const char *name = path + at;
	char lower[40];

	if (len >= sizeof(lower) || !str_ends_in(path, at, type))
		return 0;
	if (str_is(name, len, odd))
		return py_new_str(r, "reduce_lr_on_plateau", 20, ret) < 0 ? -1
									  : 1;
	for (size_t i = 0; i < len; i++)
		lower[i] = str_to_lower(name[i]);
	return py_new_str(r, lower, len, ret) < 0 ? -1 : 1;
}

/* A script is shown as it runs without arguments. */
static int script_arguments(struct py_run *r, struct py_value *ret)
{
	struct py_value name;

	return py_new_list(r, PY_LIST, 1, ret) < 0 ||
			       py_new_str(r, "train.py", 8, &name) < 0 ||
			       py_list_add(r, ret->u.list, name) < 0
		       ? -1
		       : 1;
}

/* absl's FLAGS.lr of DEFINE_float("lr", 0.1), which -D beats. */
static bool find_flag(const struct call_build *b, const struct py_str *path,
	struct py_value *ret)
{
	static const char flags[] = "FLAGS.";
	const size_t n = sizeof(flags) - 1;

	for (const struct call_define *x = b->flag; x; x = x->next)
		if (path->n >= n + x->path.n &&
			memcmp(path->s + path->n - x->path.n, x->path.s,
				x->path.n) == 0 &&
			memcmp(path->s + path->n - x->path.n - n, flags, n) ==
				0) {
			*ret = x->value;
			return true;
		}
	return false;
}

/* The step of what is called for one: 1, or -1 raised. */
static int step_now(struct py_run *r, struct py_value *ret)
{
	const struct sched_step *step = *py_run_ctx(r);

	if (!step)
		return py_raise(r, NULL,
			"the step is asked for where no rate is; expected it "
			"in a function of the step");
	*ret = step->x == floor(step->x) ? py_int((int64_t)step->x)
					 : py_float(step->x);
	return 1;
}

int call_lookup(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	const struct py_value *callee;
	int found;

	if (!call_is_users(b, py_running(r)))
		return call_primitive(path, n, ret)
			       ? 1
			       : call_find_shared(r, path, n, ret);
	for (struct call_define *d = b->define; d; d = d->next) {
		if (!py_is_path(&d->path, path, n))
			continue;
		if (r == py_builder(b->py))
			d->used = true;
		*ret = d->value;
		return d->is_step ? step_now(r, ret) : 1;
	}
	found = look_at_training(r, &(struct py_str){n, path}, ret);
	if (found)
		return found;
	if (find_flag(b, &(struct py_str){n, path}, ret))
		return 1;
	found = call_find_own(r, py_running(r), &(struct py_str){n, path}, ret);
	if (found)
		return found;
	/* In a call of a library a bare name is first that library's. */
	for (size_t i = 0; (callee = py_callee(r, i)); i++) {
		const struct call_constructor *c =
			callee->type == PY_OPAQUE &&
					callee->u.opaque->type ==
						call_constructor_type
				? callee->u.opaque->p
				: NULL;
		if (!c || memchr(path, '.', n))
			continue;
		found = call_find_in(r, c->module, path, n, ret);
		if (found)
			return found;
	}
	if (py_is_named(&(struct py_str){n, path}, "sys.argv"))
		return script_arguments(r, ret);
	found = call_find_in(r, NULL, path, n, ret);
	return found ? found : scheduler_type(r, path, n, ret);
}

/* NAME=VALUE, or NAME=@step: NAME is the step, whatever it is. */
static int parse_define(
	struct py *p, const char *s, struct call_define *x, struct diag *d)
{
	static const char step[] = "=@step";
	size_t n = strlen(s), len = sizeof(step) - 1;
	char *name;
	int done;

	x->is_step = n > len && strcmp(s + n - len, step) == 0;
	if (!x->is_step)
		return py_parse_define(p, s, &x->path, &x->value, d);
	name = py_alloc(py_builder(p), n + 1);
	if (!name)
		return diag_nomem(d, n);
	memcpy(name, s, n - len);
	memcpy(name + n - len, "=0", 3);
	done = py_parse_define(p, name, &x->path, &x->value, d);
	x->value.type = PY_UNBOUND; /* it is looked for each time */
	return done;
}

bool call_is_setting(const char *name, size_t n)
{
	return str_is(name, n, "trainer");
}

int call_check_define(struct py *p, const char *s, struct diag *d)
{
	struct call_define x;

	return parse_define(p, s, &x, d);
}

/* The PART of PATH at *AT, ".lr" or "['lr']", and *AT behind it; or false. */
static bool next_part(
	const struct py_str *path, size_t *at, struct py_str *part)
{
	const char *s = path->s;
	size_t i = *at, n = path->n;

	if (i + 1 < n && s[i] == '.') {
		part->s = s + ++i;
		while (i < n && s[i] != '.' && s[i] != '[')
			i++;
		part->n = (size_t)(s + i - part->s);
	} else if (i + 2 < n && s[i] == '[' && strchr("'\"", s[i + 1])) {
		const char *end = memchr(s + i + 2, s[i + 1], n - i - 2);
		part->s = s + i + 2;
		part->n = end ? (size_t)(end - part->s) : 0;
		i += part->n + 4;
	} else {
		return false;
	}
	*at = i;
	return part->n > 0 && i <= n;
}

/* The values of V by name; NULL: it has none. */
static struct py_list *names_of(const struct py_value *v)
{
	return v ? py_named(v) : NULL;
}

/*
 * X, -D cfg.lr=1 or -D 'cfg["lr"]=1', changes what -D cfg={...} before it gave:
 * 0, or -1 for no memory.
 */
static int define_part(struct py_run *r, struct call_define *x)
{
	const struct call_define *whole = x->next;
	struct py_str part = {0, NULL};
	struct py_list *of = NULL;
	struct py_value *item, name;
	size_t at = 0;

	while (at < x->path.n && str_is_python_name_char(x->path.s[at]))
		at++;
	while (whole && !(whole->path.n == at &&
				memcmp(whole->path.s, x->path.s, at) == 0))
		whole = whole->next;
	of = whole ? names_of(&whole->value) : NULL;
	while (of && next_part(&x->path, &at, &part) && at < x->path.n)
		of = names_of(py_dict_find(of, part.s, part.n));
	if (!of || part.n == 0 || at < x->path.n)
		return 0;
	x->used = true;
	item = py_dict_find(of, part.s, part.n);
	if (item)
		*item = x->value;
	return item || (py_new_str(r, part.s, part.n, &name) == 0 &&
			       py_list_add(r, of, name) == 0 &&
			       py_list_add(r, of, x->value) == 0)
		       ? 0
		       : -1;
}

/* What the user defined, the last of a name first. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < env->given.ndefine; i++) {
		struct call_define *x = py_alloc(py_builder(b->py), sizeof(*x));
		if (!x)
			return diag_nomem(d, sizeof(*x));
		if (env->given.define[i][0] == '@')
			continue;
		if (parse_define(b->py, env->given.define[i], x, d) < 0)
			return -1;
		if (call_take_defined(b, env->given.define[i], x) < 0)
			return diag_nomem(d, sizeof(*x));
		b->step_defined = b->step_defined || x->is_step;
		x->i = i;
		x->next = b->define;
		b->define = x;
		if (define_part(py_builder(b->py), x) < 0)
			return diag_nomem(d, sizeof(*x));
		if (py_define(b->user, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	}
	return 0;
}

/* Whether PATH, of parts, stands in TEXT, in either kind of quotes. */
static bool stands_in(const char *text, const struct py_str *path)
{
	size_t n = 0;

	if (!memchr(path->s, '.', path->n) && !memchr(path->s, '[', path->n))
		return false;
	for (; *text; text++) {
		for (n = 0; n < path->n; n++) {
			char c = text[n] == '"' ? '\'' : text[n];
			if (c != (path->s[n] == '"' ? '\'' : path->s[n]))
				break;
		}
		if (n == path->n && !str_is_python_name_char(text[n]))
			return true;
	}
	return false;
}

/* Remarks that a name in a function has what X gives it: 0, or -1. */
static int note_instead(const struct call_build *b, const struct call_define *x)
{
	const struct py_node *e = py_instead(b->user, x->path.s, x->path.n);
	const struct py_node *def = py_def_around(e);

	return def ? call_remark(py_builder(b->py),
			     "'%.*s' in %.*s() has the value of %s, and not "
			     "the text's",
			     STR_ARG(x->path), STR_ARG(def->s),
			     b->names->define)
		   : 0;
}

int call_note_asked(const struct call_build *b, const struct sched_env *env)
{
	for (const struct call_define *x = b->define; x && env->given.asked;
		x = x->next) {
		if (note_instead(b, x) < 0)
			return -1;
		if (x->used || x->is_step || stands_in(b->text, &x->path) ||
			py_asks(b->user, x->path.s, x->path.n))
			env->given.asked[x->i] = true;
	}
	return 0;
}
