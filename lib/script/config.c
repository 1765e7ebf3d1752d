/* SPDX-License-Identifier: MIT */
/*
 * Configurations: which trainer's they are, by the keys that they have, and
 * the call that they come to: of what stands for the trainer in its library's
 * definitions, its parameters the keys; or of a constructor that a dict names.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "script/script_impl.h"

/* --- the trainers --------------------------------------------------------- */

/*
 * SURE ones are meant also where a function of the step is in the script;
 * CALLED ones are known in the arguments of a method of nobody knows what.
 */
enum certainty { MAYBE, SURE, CALLED };

/*
 * A trainer's configuration has all keys of NEEDS and one of ANY, blank-
 * separated; KEY/KEY is in a dict, KEY=A|B has one of these values.
 */
struct format {
	const char *trainer; /* for -D trainer= */
	const char *constructor;
	const char *needs, *any;
	enum certainty certainty;
};

static const struct format formats[] = {
	{"deepspeed", "deepspeed.DeepSpeedConfig", "scheduler/type",
		"scheduler/type=WarmupLR|WarmupDecayLR|WarmupCosineLR|OneCycle|"
		"LRRangeTest",
		SURE},
	{"mmengine", "mmengine.MMEngineConfig", "param_scheduler",
		"param_scheduler", SURE},
	{"mmcv", "mmengine.MMCVConfig", "lr_config", "lr_config", SURE},
	{"olmo", "olmo.OLMoConfig", "scheduler/name optimizer/learning_rate",
		"scheduler/name=cosine_with_warmup|linear_with_warmup|"
		"inverse_sqrt_with_warmup|constant_with_warmup",
		SURE},
	{"composer", "composer.ComposerConfig", "scheduler/name",
		"scheduler/name=constant_with_warmup|cosine_with_warmup|"
		"linear_decay_with_warmup|inv_sqrt_with_warmup",
		SURE},
	{"nanotron", "hf.NanotronConfig", "optimizer/learning_rate_scheduler",
		"optimizer/learning_rate_scheduler", SURE},
	{"nanotron", "hf.NanotronConfig", "learning_rate_scheduler",
		"learning_rate_scheduler/lr_decay_style "
		"learning_rate_scheduler/min_decay_lr",
		SURE},
	{"litgpt", "nanogpt.LitGPTConfig", "train/lr_warmup_steps",
		"train/micro_batch_size train/min_lr", SURE},
	{"detectron2", "fvcore.Detectron2Config", "SOLVER",
		"SOLVER/BASE_LR SOLVER/STEPS SOLVER/MAX_ITER", SURE},
	{"paddledet", "paddle.PaddleDetectionConfig", "LearningRate",
		"LearningRate/base_lr LearningRate/schedulers", SURE},
	{"espnet", "espnet.ESPnetConfig", "scheduler optim_conf",
		"scheduler=warmuplr|noamlr|warmupsteplr|"
		"exponentialdecaywarmup",
		SURE},
	{"caffe", "caffe.CaffeSolver", "lr_policy",
		"base_lr stepvalue stepsize max_iter", MAYBE},
	{"model_card", "hf.ModelCard", "learning_rate lr_scheduler_type",
		"lr_scheduler_warmup_steps lr_scheduler_warmup_ratio "
		"train_batch_size total_train_batch_size",
		MAYBE},
	/* Scripts that call them so. */
	{"transformers", "hf.TrainingArguments", "lr_scheduler_type num_epochs",
		"learning_rate", MAYBE},
	{"nanogpt", "nanogpt.NanoGPTConfig", "learning_rate",
		"warmup_iters max_iters decay_lr", MAYBE},
	{"megatron", "megatron.MegatronArguments", "",
		"lr_decay_style lr_decay_iters lr_warmup_iters train_iters "
		"lr_warmup_fraction lr_warmup_samples train_samples "
		"lr_decay_samples lr_wsd_decay_style lr_wsd_decay_iters",
		MAYBE},
	{"fairseq", "fairseq.FairseqArguments", "",
		"warmup_updates max_update total_num_update lr_scheduler/_name "
		"lr_period_updates lr_scheduler=inverse_sqrt|polynomial_decay|"
		"tri_stage|reduce_lr_on_plateau|triangular|fixed|manual",
		MAYBE},
	{"ultralytics", "ultralytics.UltralyticsConfig", "", "lr0 lrf", CALLED},
	{"hf", "hf.AccelerateArguments", "",
		"lr_warmup_steps num_warmup_steps max_train_steps "
		"lr_scheduler_num_cycles",
		MAYBE},
	{"axolotl", "hf.AxolotlConfig", "learning_rate",
		"lr_scheduler=cosine|linear|constant|constant_with_warmup|"
		"one_cycle|rex|log_sweep|cosine_with_restarts|polynomial "
		"micro_batch_size num_epochs base_model",
		MAYBE},
	{"transformers", "hf.TrainingArguments", "",
		"lr_scheduler_type per_device_train_batch_size warmup_ratio "
		"num_train_epochs lr_scheduler_kwargs",
		MAYBE},
	{"torchvision", "torchvision.TorchvisionArguments", "",
		"lr_scheduler=steplr|cosineannealinglr|exponentiallr|"
		"multisteplr lr_step_size lr_steps lr_gamma lr_warmup_decay "
		"lr_warmup_method lr_warmup_epochs",
		MAYBE},
	{"timm", "timm.TimmArguments", "",
		"sched=cosine|tanh|step|multistep|poly|wsd|rsqrt|plateau "
		"sched_on_updates warmup_lr decay_milestones "
		"cooldown_epochs decay_epochs patience_epochs lr_cycle_mul "
		"lr_cycle_decay lr_cycle_limit lr_k_decay lr_base",
		MAYBE},
	/* These might be of many; the one that is common takes them last. */
	{"transformers", "hf.TrainingArguments", "learning_rate",
		"max_steps warmup_steps", MAYBE},
};

#define NFORMAT (sizeof(formats) / sizeof(formats[0]))

/* The items of V, a dict or a class of settings alone; NULL: it is none. */
static const struct py_list *dict_of(const struct py_value *v)
{
	const struct py_list *d = v ? py_class_names(v) : NULL;

	if (v && (v->type == PY_DICT || v->type == PY_NAMESPACE))
		return v->u.list;
	for (size_t i = 1; d && i < d->n; i += 2)
		if (d->item[i].type == PY_FUNCTION)
			return NULL;
	return d;
}

static bool is_text(const struct py_value *v, const char *s, size_t n)
{
	return v->type == PY_STR && v->u.str->n == n &&
	       memcmp(v->u.str->s, s, n) == 0;
}

/* Whether D has what S[0..N) says: KEY, KEY/KEY, KEY=A|B. */
static bool has(const struct py_list *d, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n), *slash = memchr(s, '/', n);
	const char *stop = s + n;
	const struct py_value *v;

	if (slash) {
		d = dict_of(py_dict_find(d, s, (size_t)(slash - s)));
		n -= (size_t)(slash + 1 - s);
		return d && has(d, slash + 1, n);
	}
	v = py_dict_find(d, s, eq ? (size_t)(eq - s) : n);
	if (!v || !eq)
		return v != NULL;
	for (s = eq + 1; s < stop; s += n + 1) {
		for (n = 0; s + n < stop && s[n] != '|';)
			n++;
		if (is_text(v, s, n))
			return true;
	}
	return false;
}

/* How many of the blank-separated LIST D has; *N: of how many. */
static size_t count(const struct py_list *d, const char *list, size_t *n)
{
	size_t found = 0;

	for (*n = 0; *list; ++*n) {
		size_t len = strcspn(list, " ");
		found += has(d, list, len);
		list += len + (list[len] == ' ');
	}
	return found;
}

/* Whose configuration D is; NULL: nobody's that is known. */
static const struct format *format_of(
	const struct call_build *b, const struct py_list *d, bool sure)
{
	struct py_value trainer;
	size_t n;

	if (py_global(b->user, "trainer", 7, &trainer) &&
		trainer.type == PY_STR)
		for (size_t i = 0; i < NFORMAT; i++)
			if (is_text(&trainer, formats[i].trainer,
				    strlen(formats[i].trainer)))
				return &formats[i];
	for (size_t i = 0; i < NFORMAT; i++) {
		const struct format *f = &formats[i];
		if (sure && f->certainty != SURE)
			continue;
		if (count(d, f->needs, &n) == n && count(d, f->any, &n) > 0)
			return f;
	}
	return NULL;
}

/* --- what the user says --------------------------------------------------- */

/* Whether D has PATH, or a dict of its own where PATH begins. */
static bool may_have(const struct py_list *d, const struct py_str *path)
{
	const char *dot = memchr(path->s, '.', path->n);
	const struct py_value *v = py_dict_find(
		d, path->s, dot ? (size_t)(dot - path->s) : path->n);

	return v && (!dot || dict_of(v));
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

	if (is_text(v, "auto", 4)) {
		if (py_global(b->user, key->s, key->n, v) &&
			!is_text(v, "auto", 4))
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

#define DEPTH_MAX 50

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
static int make(struct py_run *r, const struct format *f,
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
			(!k->loose || f->certainty != SURE ||
				call_parameter(c, d->item[i].u.str)))
			arg[n++] = (struct py_arg){.name = *d->item[i].u.str,
				.value = d->item[i + 1],
				.at = place_of(k, d->item[i].u.str)};
	n = add_defined(r, c, arg, n);
	if (call_check_values(r, c, arg, n) < 0)
		return -1;
	return call_recipe_of(r, c, at, arg, n, ret);
}

/* --- dicts that name a constructor ---------------------------------------- */

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

#define NNAMING (sizeof(namings) / sizeof(namings[0]))

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
	static const char *const keys[] = {"_partial_", "_convert_",
		"_recursive_", "module", "registered_name", "build_config",
		"interval", "frequency", "monitor"};

	for (size_t i = 0; i < NNAMING; i++)
		if (py_is_named(key, namings[i].key))
			return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (py_is_named(key, keys[i]))
			return true;
	return false;
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
	d = dict_of(v);
	naming = d ? naming_of(d, &path) : NULL;
	if (!naming)
		return 0;
	if (naming->arguments && dict_of(py_dict_find(d, naming->arguments,
					 strlen(naming->arguments))))
		d = dict_of(py_dict_find(
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

/* A rate, known or not, that stands in D; NULL: none. */
static const struct py_value *rate_in(const struct py_list *d)
{
	static const char *const keys[] = {"lr", "learning_rate"};

	for (size_t i = 0; i < 2; i++) {
		const struct py_value *v =
			py_dict_find(d, keys[i], strlen(keys[i]));
		if (v && (py_is_number(v) || v->type == PY_UNKNOWN))
			return v;
	}
	return NULL;
}

static bool speaks_of(const struct py_value *key, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; key->type == PY_STR && i + n <= key->u.str->n; i++)
		if (memcmp(key->u.str->s + i, part, n) == 0)
			return true;
	return false;
}

/* What the schedulers in a dict, at any depth, and its optimizers come to. */
struct search {
	struct py_run *run;
	struct py_value *named; /* the last scheduler */
	size_t nnamed;
	const struct py_value *rate; /* the optimizer's; NULL: not said */
	bool own;                    /* it is an optimizer's indeed */
	bool rates;                  /* there is another */
};

/* The rates of an optimizer, D, or of several that are in it. */
static void take_rates(
	struct search *x, const struct py_list *d, unsigned depth)
{
	const struct py_value *v = rate_in(d);

	for (size_t i = 1; i < d->n && depth > 0 && !v; i += 2)
		if (dict_of(&d->item[i]))
			take_rates(x, dict_of(&d->item[i]), depth - 1);
	if (!v)
		return;
	if (x->own && x->rate != v)
		x->rates = x->rates || !py_is_number(v) ||
			   !py_is_number(x->rate) ||
			   py_number(v) != py_number(x->rate);
	x->rate = v;
	x->own = true;
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

static int search(struct search *x, const struct py_list *d, unsigned depth)
{
	const struct py_str *path;
	int optimizer;

	for (size_t i = 0; i + 1 < d->n; i += 2) {
		struct py_value *v = &d->item[i + 1];
		const struct py_value *key = &d->item[i];
		const struct py_list *inner = dict_of(v);

		if (!inner)
			continue;
		optimizer = is_optimizer(x, inner);
		if (optimizer < 0)
			return -1;
		if (speaks_of(key, "optim"))
			take_rates(x, inner, 3);
		else if (!optimizer && naming_of(inner, &path)) {
			x->named = v;
			x->nnamed++;
			continue;
		}
		if (depth > 0 && !optimizer && search(x, inner, depth - 1) < 0)
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
		const struct py_list *inner = dict_of(v);

		if (v == named || speaks_of(key, "optim") || depth == 0)
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
		dict_of(py_dict_find(all, "trainer", 7));
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

/* A dict that names a constructor, or one that has such: 1, 0 or -1. */
static int named(
	struct py_run *r, const struct settings *k, struct py_value *ret)
{
	struct search x = {.run = r, .rate = rate_in(k->dict)};
	struct call_build *b = call_build_of(r);
	const struct py_str *path;

	if (naming_of(k->dict, &path)) {
		*ret = (struct py_value){.type = PY_DICT, .u.list = k->dict};
		return instantiate(r, ret, DEPTH_MAX) < 0 ? -1 : 1;
	}
	if (search(&x, k->dict, 4) < 0)
		return -1;
	if (x.nnamed > 1)
		return py_raise(r, NULL,
			"%zu schedules in one configuration; expected one",
			x.nnamed);
	if (x.nnamed == 0)
		return 0;
	if (x.rates && !b->base_given)
		return py_raise(r, NULL,
			"several optimizers, with different rates; expected "
			"-l, the rate of this schedule's");
	if (x.rate)
		b->optimizer_rate = x.rate;
	if (tell_length(r, k->dict, x.named->u.list) < 0 ||
		remark_beside(r, k->dict, x.named, 5) < 0)
		return -1;
	*ret = *x.named;
	return instantiate(r, ret, DEPTH_MAX) < 0 ? -1 : 1;
}

/* --- all ------------------------------------------------------------------ */

/* The one dict in K's that is a configuration, with what is around it. */
static int descend(struct py_run *r, const struct settings *k, bool sure,
	struct settings *ret, const struct format **format)
{
	const struct py_list *d = k->dict, *found = NULL;
	struct call_build *b = call_build_of(r);

	for (size_t i = 1; i < d->n; i += 2) {
		const struct py_list *inner = dict_of(&d->item[i]);
		const struct format *f =
			inner ? format_of(b, inner, sure) : NULL;
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
 * known (of the SURE ones), or -1 raised.
 */
static int config(
	struct py_run *r, struct settings *k, bool sure, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	struct py_value all = {.type = PY_DICT, .u.list = k->dict};
	static const struct py_str none = {0, ""};
	const struct format *f;
	struct settings inner;
	int found;

	if (override(r, k->dict, b->define) < 0 ||
		ask_for_auto(r, &none, &all, DEPTH_MAX) < 0)
		return -1;
	f = format_of(b, k->dict, sure);
	if (f)
		return make(r, f, k, ret) < 0 ? -1 : 1;
	found = named(r, k, ret);
	if (found != 0)
		return found;
	found = descend(r, k, sure, &inner, &f);
	if (found <= 0)
		return found;
	return make(r, f, &inner, ret) < 0 ? -1 : 1;
}

int script_config_of(struct py_run *r, const struct py_value *v, bool sure,
	struct py_value *ret)
{
	struct settings k;
	static const char list[] = "param_scheduler";

	if (settings_new(r, &k) < 0)
		return -1;
	if (dict_of(v))
		k.dict = v->u.list;
	else if (v->type == PY_LIST && v->u.list->n > 0 &&
		 dict_of(&v->u.list->item[0])) {
		if (settings_dict_set(r, k.dict, list, sizeof(list) - 1, *v) <
			0)
			return -1;
	} else
		return 0;
	return config(r, &k, sure, ret);
}

/*
 * cfg.SOLVER.BASE_LR = 0.02, the assignment E to TARGET, where nobody knows
 * what cfg is: a setting, if its value stands there.
 */
static int assigned_setting(struct py_run *r, const struct py_node *e,
	const struct py_node *target, struct settings *k)
{
	const struct py_module *m = call_build_of(r)->user;
	const struct py_node *root = target;
	struct py_value v;
	size_t n, name;
	const char *text = py_text(m, &n);

	while (root->form == PY_ATTR)
		root = root->arg;
	if (root->form != PY_NAME ||
		(py_global(m, root->s.s, root->s.n, &v) &&
			v.type != PY_UNKNOWN &&
			!(v.type == PY_NAMESPACE && v.u.list->open)))
		return 0;
	name = root->end + 1;
	if (settings_literal(
		    r, text + e->arg->at, e->arg->end - e->arg->at, &v) < 0)
		return -1;
	if (v.type == PY_STR && !strchr("\"'", text[e->arg->at]) &&
		py_new_unknown(r, e->arg, text + target->at,
			target->end - target->at, NULL, &v) < 0)
		return -1;
	return settings_set(
		r, k, text + name, target->end - name, v, e->arg->at, e->end);
}

int script_config_of_names(
	struct call_build *b, bool sure, struct py_value *ret)
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
			bad = py_invoke(r, to, &v, NULL, 0, &v) < 0 ||
			      settings_set(r, &k, to->s.s, to->s.n, v, to->at,
				      to->end) < 0;
		else if (e->form == PY_ASSIGN && to->form == PY_ATTR)
			bad = assigned_setting(r, e, to, &k);
		else if ((to->form == PY_NAME || to->form == PY_CLASS) &&
			 py_global(b->user, to->s.s, to->s.n, &v))
			bad = settings_set(r, &k, to->s.s, to->s.n, v,
				to == e ? e->at : e->arg->at, e->end);
	}
	return bad ? -1 : config(r, &k, sure, ret);
}

int script_config_of_call(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret)
{
	const struct format *f;
	struct py_value found;
	struct settings k;

	if (settings_new(r, &k) < 0)
		return -1;
	for (size_t i = 0; i < narg; i++)
		if (arg[i].name.n == 0 ||
			settings_dict_set(r, k.dict, arg[i].name.s,
				arg[i].name.n, arg[i].value) < 0)
			return arg[i].name.n == 0 ? 0 : -1;
	f = format_of(call_build_of(r), k.dict, false);
	if (!f || f->certainty != CALLED)
		return 0;
	if (call_find(r, f->constructor, strlen(f->constructor), &found) != 1)
		return -1;
	return call_recipe_of(r, found.u.opaque->p, at, arg, narg, ret) < 0 ? -1
									    : 1;
}

/* --- texts ---------------------------------------------------------------- */

/* The commands of a script: one must have a schedule's flags. */
struct commands {
	struct py_run *run;
	struct settings keys; /* of the last that had */
	size_t n;
};

static int take_command(void *ctx, const struct settings *k)
{
	struct commands *x = ctx;

	if (x->keys.dict && !format_of(call_build_of(x->run), k->dict, false))
		return 0;
	if (format_of(call_build_of(x->run), k->dict, false))
		x->n++;
	x->keys = *k;
	return 0;
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

static int read_keys(struct py_run *r, const struct script *s, const char *text,
	struct settings *k)
{
	const struct settings_reader with = {.run = r,
		.given = call_build_of(r)->user,
		.remark = call_remark};
	struct commands x = {.run = r};
	struct py_value v;

	if (s->language == SETTINGS_YAML)
		return settings_yaml(&with, text, s->n, k);
	if (s->language == SETTINGS_JSON) {
		if (settings_json(r, text, s->n, &v) < 0)
			return -1;
		if (v.type != PY_DICT)
			return py_raise(r, NULL,
				"JSON that is no object; expected one");
		k->dict = v.u.list;
		return place_names(r, text, s->n, k);
	}
	if (settings_shell(&with, text, s->n, s->language == SETTINGS_SHELL,
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
	struct buf names = {0};
	int bad = 0;

	for (size_t i = 0; i < k->dict->n && i < 20 && !bad; i += 2)
		if (k->dict->item[i].type == PY_STR)
			bad = buf_printf(&names, "%s%.*s", i ? ", " : "",
				(int)k->dict->item[i].u.str->n,
				k->dict->item[i].u.str->s);
	if (bad || buf_terminate(&names))
		py_raise_nomem(r, names.len);
	else if (names.len > 1 && names.data[0] == '$')
		py_raise(r, NULL,
			"the flags in '%s' are not known; expected -D "
			"NAME='\"--NAME VALUE\"'",
			names.data);
	else if (k->dict->n == 0)
		py_raise(r, NULL,
			"no settings here; expected those of a trainer");
	else
		py_raise(r, NULL,
			"no trainer's settings that are known: %s; expected "
			"more of them, or -D trainer=timm, megatron, fairseq, "
			"transformers ...",
			names.data);
	buf_free(&names);
	return -1;
}

int script_read_config(
	struct call_build *b, const struct script *s, struct py_value *ret)
{
	struct py_run *r = py_builder(b->py);
	struct settings k;
	int found;

	if (settings_new(r, &k) < 0 || read_keys(r, s, b->text, &k) < 0)
		return -1;
	found = config(r, &k, false, ret);
	return found == 0 ? nothing_known(r, &k) : found < 0 ? -1 : 0;
}
