/* SPDX-License-Identifier: MIT */
/*
 * What settings are made by, as no framework's constructor is: parsers of
 * arguments, objects of dicts, flags.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "call/call_impl.h"

static int define_flag(struct py_run *r, const struct py_str *name,
	const struct py_value *v, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct call_define *x = py_alloc(r, sizeof(*x));

	if (!x)
		return -1;
	*x = (struct call_define){.path = *name, .value = *v, .next = b->flag};
	b->flag = x;
	*ret = py_none();
	return 0;
}

/* The dict V, and those in it, as objects with attributes. */
static int as_object(struct py_run *r, const struct py_value *v, unsigned depth,
	struct py_value *ret)
{
	const struct py_list *d = v->u.list;
	struct py_value item;

	*ret = *v;
	if (v->type != PY_DICT || depth > 8)
		return 0;
	if (py_new_namespace(r, NULL, ret) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i++)
		if (as_object(r, &d->item[i], depth + 1, &item) < 0 ||
			py_list_add(r, py_held(ret), item) < 0)
			return -1;
	return 0;
}

/* edict(lr=0.1): an object of what is given by name. */
static int object_of_named(struct py_run *r, const struct py_arg *arg,
	size_t narg, struct py_value *ret)
{
	struct py_value dict, key;

	if (py_new_list(r, PY_DICT, 2 * narg, &dict) < 0)
		return -1;
	for (size_t i = 0; i < narg; i++)
		if (arg[i].name.n > 0 &&
			(py_new_str(r, arg[i].name.s, arg[i].name.n, &key) <
					0 ||
				py_list_add(r, dict.u.list, key) < 0 ||
				py_list_add(r, dict.u.list, arg[i].value) < 0))
			return -1;
	return as_object(r, &dict, 0, ret);
}

/* What parser((A, B)) gives: objects of those that are the text's. */
static int parse_into(struct py_run *r, const struct py_node *at,
	const struct py_value *types, struct py_value *ret)
{
	static const struct py_str name = {16, "HfArgumentParser"};
	struct py_value all, item, class;
	struct py_arg arg;
	bool several = types->type == PY_TUPLE || types->type == PY_LIST;

	if (py_new_list(r, PY_TUPLE, 0, &all) < 0 ||
		call_build_of(r)->reader->classes->find_class(
			r, &name, &class) < 0)
		return -1;
	for (size_t i = 0; i < (several ? types->u.list->n : 1); i++) {
		const struct py_value *t =
			several ? &types->u.list->item[i] : types;
		item = *t;
		if (t->type == PY_TYPE && py_invoke(r, at, t, NULL, 0, &item))
			return -1;
		if (py_list_add(r, all.u.list, item) < 0)
			return -1;
	}
	arg = (struct py_arg){.value = all, .at = at};
	return py_invoke(r, at, &class, &arg, 1, ret);
}

/* The default that typer.Option(0.1), Field(default=0.1) is: 1 or 0. */
static int default_of(
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	for (size_t i = 0; i < narg; i++)
		if ((i == 0 && arg[i].name.n == 0 &&
			    arg[i].value.type != PY_UNKNOWN) ||
			py_is_named(&arg[i].name, "default")) {
			*ret = arg[i].value;
			return 1;
		}
	return 0;
}

/* eval("0.1"), which R runs for the text, as it stands there: 1, 0 or -1. */
static int evaluate(
	struct py_run *r, const struct py_str *text, struct py_value *ret)
{
	struct py *p = call_build_of(r)->py;
	struct py_module *m;
	struct diag ignored;
	size_t where;

	if (r != py_builder(p) ||
		py_parse_expr(p, text->s, text->n, &m, &where, &ignored) < 0)
		return 0;
	return py_exec(r, m, ret) < 0 ? -1 : 1;
}

/*
 * self.save_hyperparameters(), Lightning's, or self.hparams.update({...}), the
 * call AT: self.hparams is what __init__ is given, or the settings ARG: 1, 0 or
 * -1.
 */
static int save_hyperparameters(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg)
{
	const struct py_node *f = at && at->form == PY_CALL ? at->arg : NULL;
	const struct py_node *of = f && f->form == PY_ATTR ? f->arg : NULL;
	const struct py_node *self = of && of->form == PY_ATTR ? of->arg : of,
			     *p;
	struct py_value object, init, all, key, v;

	if (!self || self->form != PY_NAME ||
		!py_local(r, self->s.s, self->s.n, &object) ||
		object.type != PY_NAMESPACE ||
		py_get(r, &object, "__init__", 8, &init) <= 0)
		return 0;
	if (narg > 0 && !arg[0].name.n && py_named(&arg[0].value))
		return as_object(r, &arg[0].value, 0, &all) < 0 ||
				       py_set(r, &object, "hparams", all) < 0
			       ? -1
			       : 1;
	if (py_new_namespace(r, NULL, &all) < 0)
		return -1;
	for (size_t i = 0; (p = py_param(&init, i)); i++)
		if (p->s.n > 0 && !call_same_name(&p->s, &self->s) &&
			p->op != '*' && p->op != 'k' &&
			py_local(r, p->s.s, p->s.n, &v) &&
			(py_new_str(r, p->s.s, p->s.n, &key) < 0 ||
				py_list_add(r, py_held(&all), key) < 0 ||
				py_list_add(r, py_held(&all), v) < 0))
			return -1;
	return py_set(r, &object, "hparams", all) < 0 ? -1 : 1;
}

/* What makes settings, by the ends of their paths. */
#define OBJECTS                                                        \
	"edict EasyDict OmegaConf.create Munch munchify AttrDict Box " \
	"ConfigDict DotMap CfgNode addict.Dict HParams"
#define CLASSES "tyro.cli draccus.parse simple_parsing.parse chz.entrypoint"
#define PARSERS "HfArgumentParser TrlParser H4ArgumentParser"
#define FIELDS "typer.Option typer.Argument Field attr.ib attrib HfArg"
#define FILES "merge_from_file OmegaConf.load Config.fromfile"

int call_make_settings(struct py_run *r, const struct py_node *at,
	const struct py_str *path, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	const struct py_str last = py_last_part(path);
	const bool object = str_ends_with(path->s, path->n, OBJECTS);
	int bad = 0;

	if (narg == 1 && arg[0].value.type == PY_STR &&
		(py_is_named(path, "eval") ||
			py_is_named(&last, "literal_eval")))
		return evaluate(r, arg[0].value.u.str, ret);
	if (call_ends_with(path, "save_hyperparameters") ||
		(call_ends_with(path, "self.hparams.update") && narg == 1 &&
			arg[0].value.type == PY_DICT)) {
		*ret = py_none();
		return save_hyperparameters(r, at, arg, narg);
	}
	if (str_ends_with(path->s, path->n, FILES))
		return call_remark(r,
			"what %.*s() reads is not read here, and may say more "
			"of the rate",
			STR_ARG(*path));
	if (narg == 0)
		return !object                              ? 0
		       : py_new_namespace(r, NULL, ret) < 0 ? -1
							    : 1;
	if (arg[0].name.n > 0 && object)
		return object_of_named(r, arg, narg, ret) < 0 ? -1 : 1;
	if (call_ends_with(path, "OmegaConf.to_container") &&
		arg[0].value.type != PY_UNKNOWN) {
		*ret = arg[0].value;
		return 1;
	}
	if (str_ends_with(path->s, path->n, FIELDS))
		return default_of(arg, narg, ret);
	if (arg[0].value.type == PY_DICT && object)
		bad = as_object(r, &arg[0].value, 0, ret);
	else if (arg[0].value.type == PY_TYPE &&
		 str_ends_with(path->s, path->n, CLASSES))
		bad = py_invoke(r, at, &arg[0].value, NULL, 0, ret);
	else if (str_ends_with(path->s, path->n, PARSERS))
		bad = parse_into(r, at, &arg[0].value, ret);
	else if (narg > 1 && str_begins_with(last.s, last.n, "DEFINE_") &&
		 arg[0].value.type == PY_STR)
		bad = define_flag(r, arg[0].value.u.str, &arg[1].value, ret);
	else
		return 0;
	return bad < 0 ? -1 : 1;
}
