/* SPDX-License-Identifier: MIT */
/*
 * The libraries: their definitions as bytes, where each stands in them, which
 * one a dotted path means, and what it is as a value.  A library is read when
 * one of its names is asked for, and of it only what that name can come to.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/bisect.h"
#include "base/near.h"
#include "base/order.h"
#include "base/str.h"
#include "call/call_impl.h"

/* torch_py[] and so on, the bytes of the files of definitions beside this. */
#include "call/definitions.inc"

#define DEFINITIONS(text) text, sizeof(text)

/* clang-format off */
static const struct call_module modules[] = {
	{"torch", "pytorch lr_scheduler", false, DEFINITIONS(torch_py), false},
	{"keras", "tf tensorflow tf_keras", false, DEFINITIONS(keras_py), false},
	{"optax", "", false, DEFINITIONS(optax_py), false},
	{"hf", "transformers", false, DEFINITIONS(hf_py), false},
	{"timm", "", false, DEFINITIONS(timm_py), false},
	{"tfa", "tensorflow_addons", false, DEFINITIONS(tfa_py), false},
	{"fastai", "", false, DEFINITIONS(fastai_py), false},
	{"megatron", "megatron_core", false, DEFINITIONS(megatron_py), false},
	{"fairseq", "", true, DEFINITIONS(fairseq_py), false},
	{"deepspeed", "", false, DEFINITIONS(deepspeed_py), false},
	{"paddle", "", false, DEFINITIONS(paddle_py), false},
	{"mxnet", "mx", false, DEFINITIONS(mxnet_py), false},
	{"caffe", "", false, DEFINITIONS(caffe_py), false},
	{"darknet", "", false, DEFINITIONS(darknet_py), false},
	{"tfmot", "tensorflow_model_optimization sparsity pruning_schedule", false, DEFINITIONS(tfmot_py), false},
	{"inc", "neural_compressor", false, DEFINITIONS(inc_py), false},
	{"pytorch_warmup", "warmup", false, DEFINITIONS(pytorch_warmup_py), false},
	{"ignite", "", false, DEFINITIONS(ignite_py), false},
	{"mmengine", "mmcv", false, DEFINITIONS(mmengine_py), false},
	{"composer", "llmfoundry", false, DEFINITIONS(composer_py), false},
	{"fvcore", "", false, DEFINITIONS(fvcore_py), false},
	{"mlx", "", false, DEFINITIONS(mlx_py), false},
	{"espnet", "espnet2", false, DEFINITIONS(espnet_py), false},
	{"rex", "REX_LR", false, DEFINITIONS(rex_py), false},
	{"nanogpt", "nanoGPT", true, DEFINITIONS(nanogpt_py), false},
	{"torchtitan", "", false, DEFINITIONS(torchtitan_py), false},
	{"torchvision", "", false, DEFINITIONS(torchvision_py), false},
	{"ultralytics", "yolov5 yolo", false, DEFINITIONS(ultralytics_py), false},
	{"llmc", "llm", false, DEFINITIONS(llmc_py), false},
	{"bolts", "pl_bolts lightning_bolts flash", false, DEFINITIONS(bolts_py), false},
	{"warmup_scheduler", "", false, DEFINITIONS(warmup_scheduler_py), false},
	{"cosine_annealing_warmup", "", false, DEFINITIONS(cosine_annealing_warmup_py), false},
	{"nemo", "", false, DEFINITIONS(nemo_py), false},
	{"olmo_core", "", false, DEFINITIONS(olmo_core_py), false},
	{"olmo", "", false, DEFINITIONS(olmo_py), false},
	{"monai", "", false, DEFINITIONS(monai_py), false},
	{"maskrcnn", "maskrcnn_benchmark", false, DEFINITIONS(maskrcnn_py), false},
	{"detectron2", "", false, DEFINITIONS(detectron2_py), false},
	{"segmentation", "deeplab nnunet nnunetv2", false, DEFINITIONS(segmentation_py), false},
	{"official", "tfm", false, DEFINITIONS(official_py), false},
	{"hf_tf", "hf transformers", false, DEFINITIONS(hf_tf_py), false},
	{"tf1", "tf tensorflow compat", false, DEFINITIONS(tf1_py), false},
	{"tutorials", "d2l", false, DEFINITIONS(tutorials_py), false},
	{"pytorch_optimizer", "", false, DEFINITIONS(pytorch_optimizer_py), false},
	{"repositories", "pytorch_transformers torch_poly_lr_decay lavis minigpt4", false, DEFINITIONS(repositories_py), false},
	{"callbacks", "clr_callback", false, DEFINITIONS(callbacks_py), true},
	{"allennlp", "", false, DEFINITIONS(allennlp_py), false},
	/* No library: what the others have in common. */
	{"shared", "", true, DEFINITIONS(shared_py), false},
};
/* clang-format on */

#define NMODULE ARRAY_SIZE(modules)

_Static_assert(NMODULE <= CALL_NMODULE, "room for each module");

const struct call_module *call_module_nth(size_t i)
{
	return i < NMODULE ? &modules[i] : NULL;
}

/* The number of M, below CALL_NMODULE. */
static size_t module_number(const struct call_module *m)
{
	return (size_t)(m - modules);
}

/* --- where each definition stands ----------------------------------------- */

/* By module, in the order of its text; the last has no name. */
static struct call_def defs[CALL_NDEF];
static size_t ndef;

/* The same by name, those of one name in the order of defs. */
static const struct call_def *by_name[CALL_NDEF];

/* The name that the line S defines, "def NAME(" or "NAME = "; or none. */
static struct py_str defined(const char *s)
{
	struct py_str name = {.s = s};
	bool is_def = strncmp(s, "def ", 4) == 0;

	name.s += is_def ? 4 : 0;
	while (str_is_name_char(name.s[name.n]))
		name.n++;
	if (strncmp(name.s + name.n, is_def ? "(" : " = ", is_def ? 1 : 3) != 0)
		name.n = 0;
	return name;
}

static void index_module(const struct call_module *m)
{
	const char *end = m->text + m->n, *s = m->text;
	struct call_def *last = NULL;

	while (s < end && ndef < CALL_NDEF) {
		struct py_str name = defined(s);
		const char *line = s;
		s = memchr(s, '\n', (size_t)(end - s));
		s = s ? s + 1 : end;
		if (name.n == 0)
			continue;
		if (last)
			last->end = (size_t)(line - m->text);
		last = &defs[ndef++];
		*last = (struct call_def){.module = m,
			.name = name,
			.at = (size_t)(line - m->text),
			.end = m->n};
	}
}

/* Whether DEF's name is below, equal to or above NAME[0..N). */
static int order_of(const struct call_def *def, const char *name, size_t n)
{
	return order_of_bytes(def->name.s, def->name.n, name, n);
}

static int compare_defs(const void *a, const void *b)
{
	const struct call_def *x = *(const struct call_def *const *)a;
	const struct call_def *y = *(const struct call_def *const *)b;
	int order = order_of(x, y->name.s, y->name.n);

	return order ? order : ORDER_OF(x, y);
}

static void index_all(void)
{
	for (size_t i = 0; i < NMODULE; i++)
		index_module(&modules[i]);
	for (size_t i = 0; i < ndef; i++)
		by_name[i] = &defs[i];
	qsort(by_name, ndef, sizeof(*by_name), compare_defs);
}

static void want_index(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, index_all);
}

/* The statement of M, NULL: of any, that follows AFTER, or the first; NULL. */
static const struct call_def *def_next(
	const struct call_module *m, const struct call_def *after)
{
	want_index();
	for (size_t i = after ? (size_t)(after - defs) + 1 : 0; i < ndef; i++)
		if (!m || defs[i].module == m)
			return &defs[i];
	return NULL;
}

/* Whether users can call DEF; else only definitions of its library can. */
static bool is_constructor(const struct call_def *def)
{
	return def->name.s[0] != '_';
}

/* What M, NULL: any, defines as NAME[0..N), and MAY, if given, lets; or NULL.
 */
static const struct call_def *def_named(const struct call_module *m,
	const char *name, size_t n, bool (*may)(const struct call_def *))
{
	struct bisect b;

	want_index();
	b = bisect(0, ndef);
	while (bisect_next(&b))
		bisect_answer(&b, order_of(by_name[b.mid], name, n) < 0);
	for (; b.lo < ndef && order_of(by_name[b.lo], name, n) == 0; b.lo++)
		if ((!m || by_name[b.lo]->module == m) &&
			(!may || may(by_name[b.lo])))
			return by_name[b.lo];
	return NULL;
}

const struct call_def *call_def_in(
	const struct call_module *m, const char *name, size_t n)
{
	return def_named(m, name, n, NULL);
}

const char *call_def_signature(const struct call_def *def, size_t *n)
{
	const char *stop = def->name.s;

	while (strncmp(stop, "):", 2) != 0)
		stop++;
	*n = (size_t)(stop + 1 - def->name.s);
	return def->name.s;
}

const char *call_in_words(const char *s, size_t len, size_t *n)
{
	static const char begin[] = ":\n    \"\"\"";
	const char *end;

	s += len;
	if (strncmp(s, begin, sizeof(begin) - 1) != 0)
		return NULL;
	s += sizeof(begin) - 1;
	end = strstr(s, "\"\"\"");
	*n = end ? (size_t)(end - s) : 0;
	return end ? s : NULL;
}

const char *call_signature(const struct call_module *m, size_t i, size_t *n)
{
	const struct call_def *def = NULL;

	while ((def = def_next(m, def)))
		if (is_constructor(def) && i-- == 0)
			return call_def_signature(def, n);
	return NULL;
}

/* --- which one is meant --------------------------------------------------- */

/* Whether a path of which WORD[0..N) is a part may mean M. */
static bool is_named(const struct call_module *m, const char *word, size_t n)
{
	return str_is_word_of(word, n, m->name) ||
	       str_is_word_of(word, n, m->alias);
}

/*
 * The module that the dotted path S[0..*N) names, or NULL: the first one, or
 * the first that defines its last part, which S becomes.
 */
static const struct call_module *module_of(const char **s, size_t *n)
{
	const struct call_module *found = NULL;
	const char *dot, *last = *s + str_last_part(*s, *n);
	const size_t nlast = (size_t)(*s + *n - last);

	for (; (dot = memchr(*s, '.', *n)); *s = dot + 1) {
		size_t len = (size_t)(dot - *s);
		for (const struct call_module *m = modules;
			m < modules + NMODULE; m++)
			if (is_named(m, *s, len) &&
				(!m->ours || call_def_in(m, last, nlast)) &&
				(!found ||
					(!call_def_in(found, last, nlast) &&
						call_def_in(m, last, nlast))))
				found = m;
		*n -= len + 1;
	}
	return found;
}

/* Whether a path that names no library may mean DEF. */
static bool is_everywhere(const struct call_def *def)
{
	return is_constructor(def) && !def->module->named;
}

bool call_names_library(const struct py_str *path)
{
	const char *s = path->s;
	size_t n = path->n;

	return module_of(&s, &n) != NULL;
}

const struct call_def *call_def_find(const char *path, size_t n)
{
	const size_t last = str_last_part(path, n);
	const struct call_module *said;

	/* So it is with almost all names; looking for modules takes longer. */
	if (!def_named(NULL, path + last, n - last, NULL))
		return NULL;
	said = module_of(&path, &n);
	return def_named(said, path, n, said ? is_constructor : is_everywhere);
}

/* What definitions of any library may call by NAME, or NULL. */
static const struct call_def *def_shared(const char *name, size_t n)
{
	return call_def_in(&modules[NMODULE - 1], name, n);
}

/* The next after DEF that a bare name as its own may mean, or NULL. */
static const struct call_def *def_like(const struct call_def *def)
{
	const struct call_def *other = def;

	while ((other = def_next(NULL, other)))
		if (is_everywhere(other) &&
			call_same_name(&other->name, &def->name))
			break;
	return other;
}

/* Offers NEAR what SAID defines, or all where it is NULL. */
static void offer(const struct call_module *said, struct near *near)
{
	const struct call_def *def = NULL;

	while ((def = def_next(said, def)))
		if (said ? is_constructor(def) : is_everywhere(def))
			near_try(near, def->name.s, def->name.n);
}

const struct call_module *call_offer(struct py_str *name, struct near *near)
{
	const struct call_module *said =
		name ? module_of(&name->s, &name->n) : NULL;

	if (name)
		*near = (struct near){.wrong = name->s, .nwrong = name->n};
	offer(said, near);
	return said;
}

/* --- definitions as values ------------------------------------------------ */

/* Names that the body of a constructor has beside its parameters. */
#define LOCALS "base steps epoch_steps inside counting base_given rate_given"

/* Reads the text of DEF, of M, and runs it. */
static int read_def(
	struct py_run *r, struct py_module *m, const struct call_def *def)
{
	size_t where;
	struct diag d;

	if (py_read_defs(m, def->at, def->end, &where, &d) == 0)
		return py_exec(r, m, NULL);
	if (d.class == DIAG_NOMEM)
		return py_raise_nomem(r, def->end - def->at);
	return py_raise(
		r, NULL, "%s.py:%s: %s", def->module->name, d.place, d.text);
}

/* LIBRARY, of which only what has no parameters is read; NULL raised. */
static struct py_module *load(
	struct py_run *r, const struct call_module *library)
{
	struct call_build *b = call_build_of(r);
	struct py_module **slot = &b->loaded[module_number(library)];
	const struct call_def *def = NULL;

	if (*slot)
		return *slot; /* cppcheck-suppress identicalInnerCondition */
	if (py_parse_defs(b->py, library->text, library->n, LOCALS, slot) < 0) {
		py_raise_nomem(r, library->n);
		return NULL;
	}
	while ((def = def_next(library, def)))
		if (library->text + def->at == def->name.s &&
			read_def(r, *slot, def) < 0)
			return NULL;
	return *slot;
}

/* DEF's value in *RET, read now with all that it can come to. */
static int need_def(
	struct py_run *r, const struct call_def *def, struct py_value *ret)
{
	struct py_module *m = load(r, def->module);
	const struct py_str *name;
	size_t i = 0;

	if (!m)
		return -1;
	if (py_global(m, def->name.s, def->name.n, ret))
		return 0;
	while (py_global_name(m, i))
		i++;
	if (read_def(r, m, def) < 0)
		return -1;
	for (; (name = py_global_name(m, i)); i++) {
		const struct call_def *more =
			py_global(m, name->s, name->n, ret)
				? NULL
				: call_def_in(def->module, name->s, name->n);
		if (more && read_def(r, m, more) < 0)
			return -1;
	}
	py_global(m, def->name.s, def->name.n, ret);
	return 0;
}

/* The constructor that DEF defines; BARE: by a name alone.  NULL raised. */
static struct call_constructor *constructor(
	struct py_run *r, const struct call_def *def, bool bare)
{
	struct call_constructor *c = py_alloc(r, sizeof(*c));

	if (!c || need_def(r, def, &c->def) < 0)
		return NULL;
	c->module = def->module;
	c->bare = bare ? def : NULL;
	return c;
}

const struct call_module *call_module_of(
	const struct call_build *b, const struct py_module *m)
{
	for (size_t i = 0; i < CALL_NMODULE; i++)
		if (b->loaded[i] == m)
			return call_module_nth(i);
	return NULL;
}

const struct call_constructor *call_another(
	struct py_run *r, const struct call_constructor *c)
{
	const struct call_def *def = c->bare ? def_like(c->bare) : NULL;

	return def ? constructor(r, def, true) : NULL;
}

/* Whether PATH says no library: MLX's users call its module optim, too. */
static bool is_bare(const char *path, size_t n)
{
	static const char module[] = "optim.";
	const size_t len = sizeof(module) - 1;

	if (n > len && memcmp(path, module, len) == 0)
		return !memchr(path + len, '.', n - len);
	return !memchr(path, '.', n);
}

int call_find_in(struct py_run *r, const struct call_module *m,
	const char *name, size_t n, struct py_value *ret)
{
	const struct call_def *def =
		m ? call_def_in(m, name, n) : call_def_find(name, n);
	struct call_constructor *c;

	/* Any thread may ask for a step; what is loaded, is loaded before. */
	if (!def || !is_constructor(def) ||
		r != py_builder(call_build_of(r)->py))
		return 0;
	c = constructor(r, def, !m && is_bare(name, n));
	if (!c)
		return -1;
	return py_new_same(r, call_constructor_type, c, py_def(&c->def), ret) <
			       0
		       ? -1
		       : 1;
}

int call_find_shared(
	struct py_run *r, const char *name, size_t n, struct py_value *ret)
{
	const struct call_def *def = def_shared(name, n);

	if (!def || r != py_builder(call_build_of(r)->py))
		return 0;
	return need_def(r, def, ret) < 0 ? -1 : 1;
}

int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	return call_find_in(r, NULL, path, n, ret);
}

int call_raise_no_constructor(
	struct py_run *r, const struct py_node *at, struct py_str name)
{
	char phrase[NEAR_PHRASE_MAX];
	const struct call_module *m;
	struct near near;

	m = call_offer(&name, &near);
	for (const struct py_node *e = py_root(call_build_of(r)->user)->arg; e;
		e = e->next)
		if (e->form == PY_CLASS && call_same_name(&e->s, &name))
			return py_raise(r, at,
				"%.*s: a class of the text's whose base is not "
				"read; expected the base's call, or a def of "
				"the step",
				STR_ARG(name));
	return py_raise(r, at,
		"%.*s: no such constructor%s%s; %s (or its def, in the text or "
		"by %s @FILE)",
		STR_ARG(name), m ? " in " : "", m ? m->name : "",
		near_phrase(&near, "lrsched --list shows all", phrase),
		call_names_of(r)->define);
}

/*
 * Whether the text means something else by the name that E calls, which says
 * nothing of rates: net(batch) is its model, and not Darknet's schedule.
 */
static bool is_model(const struct py_node *e)
{
	const struct py_node *f = e->arg, *first = f->next;

	return f->form == PY_NAME && str_is_lower(f->s.s[0]) &&
	       !call_is_of_rates(&f->s) && first && first->form == PY_NAME;
}

/*
 * Whether the text has the name that E calls from imports of something else:
 * from models import DnCNN as net
 */
static bool is_imported_otherwise(const struct py_node *e)
{
	const struct py_node *root = e, *f = e->arg;
	bool otherwise = false;

	while (root->up)
		root = root->up;
	for (const struct py_node *x = f->form == PY_NAME ? root : NULL; x;
		x = py_walk(root, x)) {
		const struct py_str *path =
			x->form == PY_IMPORT && call_same_name(&x->s, &f->s)
				? x->arg->value.u.str
				: NULL;

		if (path && call_def_find(path->s, path->n))
			return false;
		otherwise = otherwise || path;
	}
	return otherwise;
}

bool call_calls_constructor(
	const struct py_module *m, const struct py_node *top, bool optimizers)
{
	size_t n;
	const char *text = py_text(m, &n);

	for (const struct py_node *e = top; e; e = py_walk_here(top, e)) {
		const struct py_node *callee =
			e->form == PY_CALL ? e->arg : NULL;

		if (callee &&
			(callee->form == PY_NAME || callee->form == PY_ATTR) &&
			!is_model(e) &&
			(optimizers || !call_is_optimizer_class(&callee->s)) &&
			call_def_find(
				text + callee->at, callee->end - callee->at) &&
			!is_imported_otherwise(e))
			return true;
	}
	return false;
}
