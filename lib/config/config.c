/* SPDX-License-Identifier: MIT */
/*
 * A configuration as a call: of what stands for its trainer in the library's
 * definitions, its parameters the keys; or of a constructor that a dict names.
 */
#include <string.h>

#include "base/array.h"

#include "config/config_impl.h"

/* --- what the user says --------------------------------------------------- */

/* Whether D has PATH, or a dict of its own where PATH begins. */
static bool may_have(const struct py_list *d, const struct py_str *path)
{
	const char *dot = memchr(path->s, '.', path->n);
	const struct py_value *v = py_dict_find(
		d, path->s, dot ? (size_t)(dot - path->s) : path->n);

	return v && (!dot || config_dict_of(v));
}

/* -D beats what the configuration says; the last is the first in the list. */
static int override(struct py_run *r, struct py_list *d, struct call_define *x)
{
	if (!x)
		return 0;
	if (override(r, d, x->next) < 0)
		return -1;
	if (x->is_step || !may_have(d, &x->path))
		return 0;
	x->used = true;
	return settings_dict_set(r, d, x->path.s, x->path.n, x->value);
}

/* "auto" in V, the value of KEY, is asked for. */
static int ask_for_auto(struct py_run *r, const struct py_str *key,
	struct py_value *v, unsigned depth)
{
	const struct call_build *b = call_build_of(r);
	struct py_list *l = v->u.list;

	if (config_is_text(v, "auto", 4)) {
		if (py_global(b->user, key->s, key->n, v) &&
			!config_is_text(v, "auto", 4))
			return 0;
		return py_new_unknown(r, NULL, key->s, key->n, NULL, v);
	}
	if ((v->type != PY_DICT && v->type != PY_LIST) || depth == 0)
		return 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct py_str *name = key;
		if (v->type == PY_DICT) {
			if (l->item[i].type == PY_STR)
				name = l->item[i].u.str;
			i++;
		}
		if (py_charge(r, NULL, 1) < 0 ||
			ask_for_auto(r, name, &l->item[i], depth - 1) < 0)
			return -1;
	}
	return 0;
}

/* --- calls ---------------------------------------------------------------- */

/* Where KEY's value stands, or NULL. */
static const struct py_node *place_of(
	const struct settings *k, const struct py_str *key)
{
	const struct settings_place *p = k->place;

	while (p &&
		(p->name.n != key->n || memcmp(p->name.s, key->s, key->n) != 0))
		p = p->next;
	return p ? p->at : NULL;
}

/* What was defined and is no key yet, but a parameter of C. */
static size_t add_defined(struct py_run *r, const struct call_constructor *c,
	struct py_arg *arg, size_t n)
{
	for (struct call_define *x = call_build_of(r)->define; x; x = x->next) {
		bool had = x->is_step || !call_parameter(c, &x->path);
		x->used = x->used || !had;
		for (size_t i = 0; i < n && !had; i++)
			had = call_same_name(&arg[i].name, &x->path);
		if (!had)
			arg[n++] = (struct py_arg){
				.name = x->path, .value = x->value};
	}
	return n;
}

/* The call of what stands for F's trainer, with K's items. */
static int make(struct py_run *r, const struct config_format *f,
	const struct settings *k, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	const struct py_list *d = k->dict;
	const struct py_node *at = settings_place_at(r, 0, 0);
	struct py_value found;
	const struct call_constructor *c;
	struct py_arg *arg;
	size_t n = 0, room = d->n / 2 + 1;

	for (const struct call_define *x = b->define; x; x = x->next)
		room++;
	arg = py_alloc(r, room * sizeof(*arg));
	if (!at || !arg)
		return -1;
	if (call_find(r, f->constructor, strlen(f->constructor), &found) != 1)
		return -1;
	b->trainer = c = found.u.opaque->p;
	for (size_t i = 0; i + 1 < d->n; i += 2)
		if (d->item[i].type == PY_STR &&
			(!k->loose || f->certainty != CONFIG_SURE ||
				call_parameter(c, d->item[i].u.str)))
			arg[n++] = (struct py_arg){.name = *d->item[i].u.str,
				.value = d->item[i + 1],
				.at = place_of(k, d->item[i].u.str)};
	n = add_defined(r, c, arg, n);
	if (call_check_values(r, c, arg, n) < 0)
		return -1;
	return call_recipe_of(r, c, at, arg, n, ret);
}

/* --- all ------------------------------------------------------------------ */

/* The one dict in K's that is a configuration, with what is around it. */
static int descend(struct py_run *r, const struct settings *k, bool sure,
	struct settings *ret, const struct config_format **format)
{
	const struct py_list *d = k->dict, *found = NULL;
	struct call_build *b = call_build_of(r);

	for (size_t i = 1; i < d->n; i += 2) {
		const struct py_list *inner = config_dict_of(&d->item[i]);
		const struct config_format *f =
			inner ? config_format_of(b, inner, sure) : NULL;
		if (!f || found)
			continue;
		found = inner;
		*format = f;
	}
	if (!found)
		return 0;
	if (settings_new(r, ret) < 0)
		return -1;
	ret->place = k->place;
	ret->loose = k->loose;
	for (size_t i = 0; i + 1 < d->n + found->n; i += 2) {
		const struct py_value *item =
			i < d->n ? &d->item[i] : &found->item[i - d->n];
		if (item->type == PY_STR &&
			settings_dict_set(r, ret->dict, item->u.str->s,
				item->u.str->n, item[1]) < 0)
			return -1;
	}
	return 1;
}

/*
 * The call that K comes to: 1 with *RET, 0 if it is no configuration that is
 * known (of the CONFIG_SURE ones), or -1 raised.
 */
int config_call(
	struct py_run *r, struct settings *k, bool sure, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct py_value all = {.type = PY_DICT, .u.list = k->dict};
	static const struct py_str none = {0, ""};
	const struct config_format *f;
	struct settings inner;
	int found;

	if (override(r, k->dict, b->define) < 0 ||
		ask_for_auto(r, &none, &all, CONFIG_DEPTH_MAX) < 0)
		return -1;
	f = config_format_of(b, k->dict, sure);
	if (f)
		return make(r, f, k, ret) < 0 ? -1 : 1;
	found = config_named(r, k, ret);
	if (found != 0)
		return found;
	found = descend(r, k, sure, &inner, &f);
	if (found <= 0)
		return found;
	return make(r, f, &inner, ret) < 0 ? -1 : 1;
}

int config_of(struct py_run *r, const struct py_value *v, struct py_value *ret)
{
	struct settings k;
	static const char list[] = "param_scheduler";

	if (settings_new(r, &k) < 0)
		return -1;
	if (config_dict_of(v))
		k.dict = v->u.list;
	else if (v->type == PY_LIST && v->u.list->n > 0 &&
		 config_dict_of(&v->u.list->item[0])) {
		if (settings_dict_set(r, k.dict, list, sizeof(list) - 1, *v) <
			0)
			return -1;
	} else
		return 0;
	return config_call(r, &k, false, ret);
}

/*
 * "warmup_steps=100," is an argument of a call whose head is not in the text:
 * V, the tuple of the assignment E, is what it has.
 */
static struct py_value without_comma(
	const struct py_node *e, const struct py_value *v)
{
	return e->form == PY_ASSIGN && e->arg->form == PY_MAKE_TUPLE &&
			       v->type == PY_TUPLE && v->u.list->n == 1 &&
			       e->arg->at == e->arg->arg->at
		       ? v->u.list->item[0]
		       : *v;
}

/*
 * cfg.SOLVER.BASE_LR = 0.02, the assignment E to TARGET, where nobody knows
 * what cfg is: a setting, if its value stands there.
 */
static int assigned_setting(struct py_run *r, const struct py_node *e,
	const struct py_node *target, struct settings *k)
{
	struct py_module *m = call_build_of(r)->user;
	const struct py_node *root = target;
	struct py_value v;
	size_t n, name;
	const char *text = py_text(m, &n);

	while (root->form == PY_ATTR)
		root = root->arg;
	if (root->form != PY_NAME ||
		(py_global(m, root->s.s, root->s.n, &v) &&
			v.type != PY_UNKNOWN &&
			!(v.type == PY_NAMESPACE && py_held(&v)->open)))
		return 0;
	name = root->end + 1;
	if (py_eval_of(r, m, e->arg, &v) < 0) {
		const struct py_unknown *u = py_run_error(r).unknown;

		v = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
		if (!u && py_new_unknown(r, e->arg, text + target->at,
				  target->end - target->at, NULL, &v) < 0)
			return -1;
	}
	return settings_set(
		r, k, text + name, target->end - name, v, e->arg->at, e->end);
}

/* The text that V, a dict, has at KEY; NULL: none. */
static const struct py_str *text_of(const struct py_value *v, const char *key)
{
	const struct py_list *d = config_dict_of(v);
	const struct py_value *x = d ? py_dict_find(d, key, strlen(key)) : NULL;

	return x && x->type == PY_STR ? x->u.str : NULL;
}

/* Whether V is a list of dicts that name schedulers: [dict(type="StepLR")] */
static bool is_list_of_schedulers(const struct py_value *v)
{
	if (v->type != PY_LIST || v->u.list->n == 0)
		return false;
	for (size_t i = 0; i < v->u.list->n; i++) {
		const struct py_str *type =
			text_of(&v->u.list->item[i], "type");

		if (!type || !call_def_find(type->s, type->n) ||
			call_is_optimizer_class(type))
			return false;
	}
	return true;
}

static bool is_optimizer(const struct py_value *v)
{
	const struct py_str *type = text_of(v, "type");

	return type && py_dict_find(config_dict_of(v), "lr", 2) &&
	       call_is_optimizer_class(type);
}

static bool is_lr_config(const struct py_value *v)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a dict's item */
	return v->type == PY_DICT && text_of(v, "policy");
}

/* The one value of K that IS that; NULL: none is, or several are. */
static const struct py_value *only_such(
	const struct settings *k, bool (*is)(const struct py_value *v))
{
	const struct py_value *found = NULL;

	for (size_t i = 1; i < k->dict->n; i += 2) {
		if (!is(&k->dict->item[i]))
			continue;
		if (found)
			return NULL;
		found = &k->dict->item[i];
	}
	return found;
}

/*
 * OpenMMLab's settings under a name of the text's own, which their values tell,
 * get that which they are known by.
 */
static int name_settings(struct py_run *r, struct settings *k)
{
	static const struct {
		const char *name;
		bool (*is)(const struct py_value *v);
	} known[] = {{"param_scheduler", is_list_of_schedulers},
		{"lr_config", is_lr_config}, {"optimizer", is_optimizer}};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		const struct py_value *v = only_such(k, known[i].is);
		size_t n = strlen(known[i].name);

		if (v && !py_dict_find(k->dict, known[i].name, n) &&
			settings_dict_set(r, k->dict, known[i].name, n, *v) < 0)
			return -1;
	}
	return 0;
}

/*
 * The object that the dataclass V, of AT, makes of its defaults, into V; it
 * stays where no type says what are fields.  Returns 0, or -1 raised.
 */
static int dataclass_of(
	struct py_run *r, const struct py_node *at, struct py_value *v)
{
	struct py_value object;

	if (py_invoke(r, at, v, NULL, 0, &object) < 0)
		return -1;
	if (object.type != PY_NAMESPACE || py_held(&object)->n > 0)
		*v = object;
	return 0;
}

int config_of_names(struct call_build *b, bool sure, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct settings k;
	int bad = 0;

	if (settings_new(r, &k) < 0)
		return -1;
	k.loose = true;
	for (const struct py_node *e = py_root(b->user)->arg; e && !bad;
		e = e->next) {
		const struct py_node *to =
			e->form == PY_ASSIGN ? e->arg->next : e;
		struct py_value v;

		while (to->form == PY_DECORATED)
			to = to->arg->next;
		if (to->form == PY_CLASS &&
			py_global(b->user, to->s.s, to->s.n, &v) &&
			py_is_dataclass(&v))
			bad = dataclass_of(r, to, &v) < 0 ||
			      settings_set(r, &k, to->s.s, to->s.n, v, to->at,
				      to->end) < 0;
		else if (e->form == PY_ASSIGN && to->form == PY_ATTR)
			bad = assigned_setting(r, e, to, &k);
		else if ((to->form == PY_NAME || to->form == PY_CLASS) &&
			 py_global(b->user, to->s.s, to->s.n, &v))
			bad = settings_set(r, &k, to->s.s, to->s.n,
				without_comma(e, &v),
				to == e ? e->at : e->arg->at, e->end);
	}
	return bad || name_settings(r, &k) < 0 ? -1
					       : config_call(r, &k, sure, ret);
}

/* The call AT of CONSTRUCTOR with ARG[0..N): 1, or -1 raised. */
static int call_of(struct py_run *r, const char *constructor,
	const struct py_node *at, const struct py_arg *arg, size_t n,
	struct py_value *ret)
{
	struct py_value found;

	return call_find(r, constructor, strlen(constructor), &found) != 1 ||
			       call_recipe_of(r, found.u.opaque->p, at, arg, n,
				       ret) < 0
		       ? -1
		       : 1;
}

/* deepspeed.initialize(config={"scheduler": ...}): 1, 0 if it is none, or -1.
 */
static int engine_of_call(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct py_list *d = NULL;
	struct py_arg *item;
	size_t n = 0;

	if (at->form != PY_CALL || !py_is_named(&at->arg->s, "initialize"))
		return 0;
	for (size_t i = 0; i < narg && !d; i++)
		if (arg[i].value.type == PY_DICT &&
			py_is_word_of(&arg[i].name, "config config_params"))
			d = arg[i].value.u.list;
	if (!d || !py_dict_find(d, "scheduler", 9))
		return 0;
	item = py_alloc(r, (d->n / 2 + 1) * sizeof(*item));
	if (!item)
		return -1;
	for (size_t i = 0; i + 1 < d->n; i += 2)
		if (d->item[i].type == PY_STR)
			item[n++] = (struct py_arg){.name = *d->item[i].u.str,
				.value = d->item[i + 1],
				.at = at};
	return call_of(r, "deepspeed.DeepSpeedConfig", at, item, n, ret);
}

int config_of_call(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct config_format *f;
	struct settings k;
	int engine = at ? engine_of_call(r, at, arg, narg, ret) : 0;

	if (engine)
		return engine;
	if (narg == 0)
		return 0;
	for (size_t i = 0; i < narg; i++)
		if (arg[i].name.n == 0)
			return 0;
	if (settings_new(r, &k) < 0)
		return -1;
	for (size_t i = 0; i < narg; i++)
		if (settings_dict_set(r, k.dict, arg[i].name.s, arg[i].name.n,
			    arg[i].value) < 0)
			return -1;
	f = config_format_of(call_build_of(r), k.dict, false);
	if (!f || f->certainty != CONFIG_CALLED)
		return 0;
	return call_of(r, f->constructor, at, arg, narg, ret);
}
