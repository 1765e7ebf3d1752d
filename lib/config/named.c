/* SPDX-License-Identifier: MIT */
/*
 * Dicts that name a constructor, beside or above its arguments; and what else
 * of their configuration the schedule that they come to needs: the optimizer's
 * rate, and how long training lasts.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "config/config_impl.h"

/* What says it, and where the arguments are then; NULL: beside it. */
static const struct naming {
	const char *key, *arguments;
} namings[] = {
	{"_target_", NULL},
	{"_component_", NULL},
	{"class_path", "init_args"},
	{"class_name", "config"},
	{"type", "params"},
	{"name", "params"},
};

#define NNAMING ARRAY_SIZE(namings)

static const struct naming *naming_of(
	const struct py_list *d, const struct py_str **path)
{
	for (size_t i = 0; i < NNAMING; i++) {
		const char *key = namings[i].key;
		const struct py_value *v = py_dict_find(d, key, strlen(key));
		if (!v || v->type != PY_STR ||
			!call_def_find(v->u.str->s, v->u.str->n))
			continue;
		*path = v->u.str;
		return &namings[i];
	}
	return NULL;
}

/* Whether KEY, in a dict that names a constructor, is no argument of it. */
static bool is_about(const struct py_str *key)
{
	for (size_t i = 0; i < NNAMING; i++)
		if (py_is_named(key, namings[i].key))
			return true;
	return py_is_word_of(key,
		"_partial_ _convert_ _recursive_ module registered_name "
		"build_config interval frequency monitor");
}

/* V with the calls made of all dicts in it that name a constructor. */
static int instantiate(struct py_run *r, struct py_value *v, unsigned depth)
{
	const struct py_str *path = NULL;
	const struct naming *naming;
	const struct py_node *at = settings_place_at(r, 0, 0);
	const struct py_list *d;
	struct py_value found;
	struct py_arg *arg;
	size_t n = 0;

	if (!at || depth == 0)
		return at ? py_raise(r, NULL, "too much in one another") : -1;
	if (v->type == PY_LIST)
		for (size_t i = 0; i < v->u.list->n; i++)
			if (instantiate(r, &v->u.list->item[i], depth - 1) < 0)
				return -1;
	d = config_dict_of(v);
	naming = d ? naming_of(d, &path) : NULL;
	if (!naming)
		return 0;
	if (naming->arguments &&
		config_dict_of(py_dict_find(
			d, naming->arguments, strlen(naming->arguments))))
		d = config_dict_of(py_dict_find(
			d, naming->arguments, strlen(naming->arguments)));
	arg = py_alloc(r, (d->n / 2 + 1) * sizeof(*arg));
	if (!arg)
		return -1;
	for (size_t i = 0; i + 1 < d->n; i += 2) {
		if (d->item[i].type != PY_STR || is_about(d->item[i].u.str))
			continue;
		arg[n] = (struct py_arg){.name = *d->item[i].u.str,
			.value = d->item[i + 1],
			.at = at};
		if (instantiate(r, &arg[n++].value, depth - 1) < 0)
			return -1;
	}
	if (call_find(r, path->s, path->n, &found) != 1)
		return -1;
	return call_recipe_of(r, found.u.opaque->p, at, arg, n, v);
}

static bool speaks_of_optimizer(const struct py_value *key)
{
	return key->type == PY_STR && call_named_optimizer(key->u.str);
}

/* What the schedulers in a dict, at any depth, and its optimizers come to. */
struct search {
	struct py_run *run;
	struct py_value *named; /* the last scheduler */
	size_t nnamed;
	const struct py_value *rate; /* the optimizer's; NULL: not said */
	bool own;                    /* it is an optimizer's indeed */
	bool rates;                  /* there is another */
	const struct py_str *of; /* whose it is where it is the only; NULL */
	const struct py_value *beside; /* that stands next around NAMED */
};

/* The rates of an optimizer, D, or of several that are in it. */
static void take_rates(
	struct search *x, const struct py_list *d, unsigned depth)
{
	const struct py_value *v = call_rate_in(d, true);

	for (size_t i = 1; i < d->n && depth > 0 && !v; i += 2)
		if (config_dict_of(&d->item[i]))
			take_rates(x, config_dict_of(&d->item[i]), depth - 1);
	if (!v)
		return;
	if (x->own && x->rate != v)
		x->rates = x->rates || !py_is_number(v) ||
			   !py_is_number(x->rate) ||
			   py_number(v) != py_number(x->rate);
	x->rate = v;
	x->own = true;
}

/*
 * The rates in D, at any depth but in NAMED: the only one, where they agree.
 * KEY is D's own; NULL: nothing is around D.
 */
static void find_rate(struct search *x, const struct py_list *d,
	const struct py_str *key, const struct py_value **only, unsigned depth)
{
	const struct py_value *v = call_rate_in(d, true);

	x->of = v ? key : x->of;
	if (v && *only)
		x->rates = x->rates || !py_is_number(v) ||
			   !py_is_number(*only) ||
			   py_number(v) != py_number(*only);
	*only = v ? v : *only;
	for (size_t i = 1; i < d->n && depth > 0; i += 2)
		if (&d->item[i] != x->named && config_dict_of(&d->item[i]))
			find_rate(x, config_dict_of(&d->item[i]),
				d->item[i - 1].type == PY_STR
					? d->item[i - 1].u.str
					: NULL,
				only, depth - 1);
}

/* Remarks on a rate that is the only one, and of who knows what: 0, or -1. */
static int remark_only(struct py_run *r, const struct search *x)
{
	const struct call_build *b = call_build_of(r);

	return !x->of || b->base_given
		       ? 0
		       : call_remark(r,
				 "the rate of '%.*s' is taken, the only one in "
				 "the text; another is %s LR",
				 STR_ARG(*x->of), b->names->lr);
}

/* Whether the dict D names an optimizer: then 1 with its rate, 0, or -1. */
static int is_optimizer(struct search *x, const struct py_list *d)
{
	const struct py_str *path;
	struct py_value v;

	if (!naming_of(d, &path))
		return 0;
	if (call_find(x->run, path->s, path->n, &v) != 1)
		return -1;
	if (!call_is_optimizer_kind(&v))
		return 0;
	take_rates(x, d, 3);
	return 1;
}

/* Of D, in a dict with the rate AROUND it; NULL: it has none. */
static int search(struct search *x, const struct py_list *d,
	const struct py_value *around, unsigned depth)
{
	const struct py_value *own = call_rate_in(d, true),
			      *beside = own ? own : around;
	const struct py_str *path;
	int optimizer;

	for (size_t i = 0; i + 1 < d->n; i += 2) {
		struct py_value *v = &d->item[i + 1];
		const struct py_value *key = &d->item[i];
		const struct py_list *inner = config_dict_of(v);

		if (!inner)
			continue;
		optimizer = is_optimizer(x, inner);
		if (optimizer < 0)
			return -1;
		if (speaks_of_optimizer(key))
			take_rates(x, inner, 3);
		else if (!optimizer && naming_of(inner, &path)) {
			x->named = v;
			x->nnamed++;
			x->beside = beside;
			continue;
		}
		if (depth > 0 && !optimizer &&
			search(x, inner, beside, depth - 1) < 0)
			return -1;
	}
	return 0;
}

/* Remarks on what stands beside the schedule of D, at any depth. */
static int remark_beside(struct py_run *r, const struct py_list *d,
	const struct py_value *named, unsigned depth)
{
	for (size_t i = 0; i + 1 < d->n; i += 2) {
		const struct py_value *key = &d->item[i], *v = &d->item[i + 1];
		const struct py_list *inner = config_dict_of(v);

		if (v == named || speaks_of_optimizer(key) || depth == 0)
			continue;
		if (inner ? remark_beside(r, inner, named, depth - 1) < 0
			  : key->type == PY_STR && call_remark_setting(r,
							   key->u.str, v) < 0)
			return -1;
	}
	return 0;
}

static double number_in(const struct py_list *d, const char *key)
{
	const struct py_value *v = py_dict_find(d, key, strlen(key));

	return v && py_is_number(v) ? py_number(v) : NAN;
}

/* Whether the constructor that D names must be given NAME, and is not. */
static bool wants(struct py_run *r, const struct py_list *d, const char *name)
{
	const struct py_str *path;
	const struct py_node *p;
	struct py_value c;
	size_t n = strlen(name);

	if (py_dict_find(d, name, n) || !naming_of(d, &path) ||
		call_find(r, path->s, path->n, &c) != 1)
		return false;
	for (size_t i = 0;
		(p = py_param(
			 &((const struct call_constructor *)c.u.opaque->p)->def,
			 i));
		i++)
		if (p->s.n == n && memcmp(p->s.s, name, n) == 0)
			return !p->arg;
	return false;
}

/* Recipes of torchtune and NeMo tell schedulers how long training lasts. */
static int tell_length(
	struct py_run *r, const struct py_list *all, struct py_list *d)
{
	static const char *const names[] = {"num_training_steps", "max_steps"};
	const struct py_list *trainer =
		config_dict_of(py_dict_find(all, "trainer", 7));
	double epochs = number_in(all, "epochs"), n;
	double own = epochs * number_in(all, "max_steps_per_epoch");

	if (trainer)
		own = number_in(trainer, "max_steps");
	for (size_t i = 0; i < 2; i++)
		if (wants(r, d, names[i]))
			return call_length(r, NULL, own, epochs, &n) < 0
				       ? -1
				       : settings_dict_set(r, d, names[i],
						 strlen(names[i]), py_float(n));
	return 0;
}

int config_named(
	struct py_run *r, const struct settings *k, struct py_value *ret)
{
	struct search x = {.run = r};
	struct call_build *b = call_build_of(r);
	const struct py_str *path;

	if (naming_of(k->dict, &path)) {
		*ret = (struct py_value){.type = PY_DICT, .u.list = k->dict};
		return instantiate(r, ret, CONFIG_DEPTH_MAX) < 0 ? -1 : 1;
	}
	if (search(&x, k->dict, NULL, 4) < 0)
		return -1;
	if (!x.own)
		x.rate = x.beside;
	if (!x.rate && x.named)
		find_rate(&x, k->dict, NULL, &x.rate, 4);
	if (x.nnamed > 1)
		return py_raise(r, NULL,
			"%zu schedules in one configuration; expected one, as "
			"@FILE:KEY",
			x.nnamed);
	if (x.nnamed == 0)
		return 0;
	if (x.rates && !b->base_given)
		return py_raise(r, NULL,
			"several optimizers, or different rates; expected "
			"%s, the rate of this schedule's",
			b->names->lr);
	if ((x.rate && call_note_optimizer(r, NULL, x.rate) < 0) ||
		remark_only(r, &x) < 0 ||
		tell_length(r, k->dict, x.named->u.list) < 0 ||
		remark_beside(r, k->dict, x.named, 5) < 0)
		return -1;
	*ret = *x.named;
	return instantiate(r, ret, CONFIG_DEPTH_MAX) < 0 ? -1 : 1;
}
