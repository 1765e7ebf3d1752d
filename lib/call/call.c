/* SPDX-License-Identifier: MIT */
/*
 * The libraries, which constructor a name means, and a call from its text to
 * its columns.
 */
#include "call/call_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/near.h"

const char call_constructor_type[] = "a constructor";
const char call_recipe_type[] = "a schedule";
const char call_node_type[] = "a schedule";
const char call_columns_type[] = "columns";
const char call_optimizer_type[] = "an optimizer";

/* The definitions, as bytes: a file for each library. */
static const char torch_py[] = {
#include "call/torch.py.inc"
};
static const char keras_py[] = {
#include "call/keras.py.inc"
};
static const char optax_py[] = {
#include "call/optax.py.inc"
};
static const char hf_py[] = {
#include "call/hf.py.inc"
};
static const char timm_py[] = {
#include "call/timm.py.inc"
};
static const char tfa_py[] = {
#include "call/tfa.py.inc"
};
static const char fastai_py[] = {
#include "call/fastai.py.inc"
};
static const char megatron_py[] = {
#include "call/megatron.py.inc"
};
static const char fairseq_py[] = {
#include "call/fairseq.py.inc"
};
static const char deepspeed_py[] = {
#include "call/deepspeed.py.inc"
};
static const char paddle_py[] = {
#include "call/paddle.py.inc"
};
static const char mxnet_py[] = {
#include "call/mxnet.py.inc"
};
static const char caffe_py[] = {
#include "call/caffe.py.inc"
};
static const char darknet_py[] = {
#include "call/darknet.py.inc"
};
static const char tfmot_py[] = {
#include "call/tfmot.py.inc"
};
static const char inc_py[] = {
#include "call/inc.py.inc"
};
static const char pytorch_warmup_py[] = {
#include "call/pytorch_warmup.py.inc"
};
static const char ignite_py[] = {
#include "call/ignite.py.inc"
};
static const char mmengine_py[] = {
#include "call/mmengine.py.inc"
};
static const char composer_py[] = {
#include "call/composer.py.inc"
};
static const char fvcore_py[] = {
#include "call/fvcore.py.inc"
};
static const char mlx_py[] = {
#include "call/mlx.py.inc"
};
static const char allennlp_py[] = {
#include "call/allennlp.py.inc"
};
static const char rex_py[] = {
#include "call/rex.py.inc"
};
static const char nanogpt_py[] = {
#include "call/nanogpt.py.inc"
};
static const char llmc_py[] = {
#include "call/llmc.py.inc"
};

#define DEFINITIONS(text) text, sizeof(text)

/* clang-format off */
static const struct call_module modules[] = {
	{"torch", "pytorch lr_scheduler", false, DEFINITIONS(torch_py)},
	{"keras", "tf tensorflow tf_keras", false, DEFINITIONS(keras_py)},
	{"optax", "", false, DEFINITIONS(optax_py)},
	{"hf", "transformers", false, DEFINITIONS(hf_py)},
	{"timm", "", false, DEFINITIONS(timm_py)},
	{"tfa", "tensorflow_addons", false, DEFINITIONS(tfa_py)},
	{"fastai", "", false, DEFINITIONS(fastai_py)},
	{"megatron", "megatron_core", false, DEFINITIONS(megatron_py)},
	{"fairseq", "", true, DEFINITIONS(fairseq_py)},
	{"deepspeed", "", false, DEFINITIONS(deepspeed_py)},
	{"paddle", "", false, DEFINITIONS(paddle_py)},
	{"mxnet", "mx", false, DEFINITIONS(mxnet_py)},
	{"caffe", "", false, DEFINITIONS(caffe_py)},
	{"darknet", "", false, DEFINITIONS(darknet_py)},
	{"tfmot", "tensorflow_model_optimization sparsity pruning_schedule", false, DEFINITIONS(tfmot_py)},
	{"inc", "neural_compressor", false, DEFINITIONS(inc_py)},
	{"pytorch_warmup", "warmup", false, DEFINITIONS(pytorch_warmup_py)},
	{"ignite", "", false, DEFINITIONS(ignite_py)},
	{"mmengine", "mmcv", false, DEFINITIONS(mmengine_py)},
	{"composer", "", false, DEFINITIONS(composer_py)},
	{"fvcore", "", false, DEFINITIONS(fvcore_py)},
	{"mlx", "", false, DEFINITIONS(mlx_py)},
	{"allennlp", "", false, DEFINITIONS(allennlp_py)},
	{"rex", "REX_LR", false, DEFINITIONS(rex_py)},
	{"nanogpt", "nanoGPT", true, DEFINITIONS(nanogpt_py)},
	{"llmc", "llm", false, DEFINITIONS(llmc_py)},
};
/* clang-format on */

#define NMODULE (sizeof(modules) / sizeof(modules[0]))

_Static_assert(NMODULE <= CALL_NMODULE, "room for each module");

/* Names that the body of a constructor has beside its parameters. */
#define LOCALS "base steps epoch_steps inside counting"

const struct call_module *call_module_nth(size_t i)
{
	return i < NMODULE ? &modules[i] : NULL;
}

/* --- names ---------------------------------------------------------------- */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Behind "def " at the start of a line from S on: a name; NULL: none. */
static const char *next_def(const char *s, const char *end)
{
	for (; end - s > 5; s++) {
		bool begins = memcmp(s, "\ndef ", 5) == 0;
		if (begins && s[5] != '_')
			return s + 5;
	}
	return NULL;
}

const char *call_signature(const struct call_module *m, size_t i, size_t *n)
{
	const char *end = m->text + m->n, *s = next_def(m->text, end), *stop;

	while (s && i-- > 0)
		s = next_def(s, end);
	if (!s)
		return NULL;
	for (stop = s; stop < end && memcmp(stop, "):", 2) != 0;)
		stop++;
	*n = (size_t)(stop + 1 - s);
	return s;
}

/* Whether M defines NAME; else it is offered to NEAR, which may be NULL. */
static bool defines(const struct call_module *m, const char *name, size_t n,
	struct near *near)
{
	const char *end = m->text + m->n, *s = m->text;

	while ((s = next_def(s, end))) {
		size_t len = 0;
		while (is_name_char(s[len]))
			len++;
		if (len == n && memcmp(s, name, n) == 0)
			return true;
		if (near)
			near_try(near, s, len);
	}
	return false;
}

/* Whether WORD[0..N) is one of the blank-separated words of LIST. */
static bool is_among(const char *list, const char *word, size_t n)
{
	while (*list) {
		size_t len = strcspn(list, " ");
		if (len == n && memcmp(list, word, n) == 0)
			return true;
		list += len + (list[len] == ' ');
	}
	return false;
}

/* The module that the dotted path S[0..*N) names, or NULL; S becomes its last
 * part.
 */
static const struct call_module *module_of(const char **s, size_t *n)
{
	const struct call_module *found = NULL;
	const char *dot;

	while ((dot = memchr(*s, '.', *n))) {
		size_t len = (size_t)(dot - *s);
		for (size_t i = 0; i < NMODULE && !found; i++)
			if (is_among(modules[i].name, *s, len) ||
				is_among(modules[i].alias, *s, len))
				found = &modules[i];
		*n -= len + 1;
		*s = dot + 1;
	}
	return found;
}

/* The module that defines the constructor PATH; its name in *S, *N. */
static const struct call_module *find_module(const char **s, size_t *n)
{
	const struct call_module *said = module_of(s, n);

	if (said)
		return defines(said, *s, *n, NULL) ? said : NULL;
	for (size_t i = 0; i < NMODULE; i++)
		if (!modules[i].named && defines(&modules[i], *s, *n, NULL))
			return &modules[i];
	return NULL;
}

const struct call_module *call_offer(struct py_str *name, struct near *near)
{
	const struct call_module *said = module_of(&name->s, &name->n);

	*near = (struct near){.wrong = name->s, .nwrong = name->n};
	for (size_t i = 0; i < NMODULE; i++)
		if (said ? said == &modules[i] : !modules[i].named)
			defines(&modules[i], name->s, name->n, near);
	return said;
}

bool call_is_constructor(const char *s, size_t n)
{
	return find_module(&s, &n) != NULL;
}

/* Whether S[0..N) begins as a call: a dotted name and a bracket. */
static bool knows(void *ctx, const char *s, size_t n)
{
	size_t len = 0;

	(void)ctx;
	while (len < n && (is_name_char(s[len]) || (s[len] == '.' && len)))
		len++;
	return len > 0 && len < n && s[len] == '(' &&
	       (s[0] < '0' || s[0] > '9');
}

/* --- definitions ---------------------------------------------------------- */

/* The build that R is part of: what the host is handed is this. */
struct call_build *call_build_of(struct py_run *r)
{
	return py_host_of(r)->ctx;
}

const struct call_module *call_module_of(
	const struct call_build *b, const struct py_module *m)
{
	for (size_t i = 0; i < NMODULE; i++)
		if (b->loaded[i] == m)
			return &modules[i];
	return NULL;
}

static struct py_module *load(struct py_run *r, const struct call_module *m)
{
	struct call_build *b = call_build_of(r);
	struct py_module **slot = &b->loaded[m - modules], *loaded = *slot;
	size_t where;
	struct diag d;

	if (loaded)
		return loaded;
	if (py_parse_defs(b->py, m->text, m->n, LOCALS, slot, &where, &d) < 0) {
		if (d.class == DIAG_NOMEM)
			py_raise_nomem(r, m->n);
		else
			py_raise(r, NULL, "%s.py:%s: %s", m->name, d.place,
				d.text);
		*slot = NULL;
	} else if (py_exec(r, *slot, NULL) < 0) {
		*slot = NULL;
	}
	return *slot;
}

/* The constructor NAME of M, or of any module where M is NULL: 1, 0 or -1. */
static int find(struct py_run *r, const struct call_module *m, const char *name,
	size_t n, struct py_value *ret)
{
	struct call_constructor *c;
	struct py_module *loaded;

	if (!m)
		m = find_module(&name, &n);
	/* Any thread may ask for a step; what is loaded, is loaded before. */
	if (!m || !defines(m, name, n, NULL) ||
		r != py_builder(call_build_of(r)->py))
		return 0;
	loaded = load(r, m);
	c = loaded ? py_alloc(r, sizeof(*c)) : NULL;
	if (!c)
		return -1;
	c->module = m;
	if (!py_global(loaded, name, n, &c->def))
		return 0;
	return py_new_opaque(r, call_constructor_type, c, ret) < 0 ? -1 : 1;
}

static int lookup(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	const struct py_value *callee;
	int found;

	if (py_running(r) != b->user)
		return call_primitive(path, n, ret);
	for (const struct call_define *d = b->define; d; d = d->next) {
		if (d->path.n != n || memcmp(d->path.s, path, n) != 0)
			continue;
		*ret = d->value;
		return 1;
	}
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
		found = find(r, c->module, path, n, ret);
		if (found)
			return found;
	}
	return find(r, NULL, path, n, ret);
}

/* What the user defined, the last of a name first. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < env->ndefine; i++) {
		struct call_define *x = py_alloc(py_builder(b->py), sizeof(*x));
		if (!x)
			return diag_nomem(d, sizeof(*x));
		if (py_parse_define(
			    b->py, env->define[i], &x->path, &x->value, d) < 0)
			return -1;
		x->next = b->define;
		b->define = x;
		if (py_define(b->user, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	}
	return 0;
}

/* --- building ------------------------------------------------------------- */

void call_release(void *ctx)
{
	struct call_build *b = ctx;

	if (--b->nref > 0)
		return;
	py_free(b->py);
	free(b->text);
	free(b);
}

/* What nobody took. */
void call_free_nodes(struct call_build *b)
{
	for (struct call_node *n = b->node; n; n = n->next)
		sched_free(n->node);
	b->node = NULL;
}

struct call_build *call_build_new(const char *s, size_t n,
	const struct sched_env *env, double base, struct diag *d)
{
	struct call_build *b = calloc(1, sizeof(*b));

	if (!b) {
		diag_nomem(d, sizeof(*b));
		return NULL;
	}
	b->nref = 1;
	b->horizon = env->horizon;
	b->optimizer_lr = NAN;
	b->base_given = env->base_given || base != env->base;
	b->place = (struct call_place){.base = base,
		.steps = env->steps,
		.epoch_steps = env->by_epoch ? NAN : env->epoch_steps,
		.by_epoch = env->by_epoch};
	b->host = (struct py_host){.ctx = b,
		.lookup = lookup,
		.call = call_apply,
		.attribute = call_attribute,
		.failed = call_failed,
		.define = call_define};
	b->py = py_new(&b->host);
	b->text = malloc(n + 1);
	if (!b->py || !b->text) {
		diag_nomem(d, n);
		call_release(b);
		return NULL;
	}
	memcpy(b->text, s, n);
	b->text[n] = '\0';
	return b;
}

/* Where R's error is in the user's text. */
size_t call_error_place(const struct call_build *b, const struct py_run *r)
{
	struct py_error e = py_run_error(r);
	const struct py_unknown *u = b->unknown ? b->unknown : e.unknown;

	/* Where what has no value stands: only the user's text has such. */
	if (u && u->at && u->at->at < strlen(b->text))
		return u->at->at;
	if (b->blamed)
		return b->where;
	return e.at && e.module == b->user && e.diag->class != DIAG_NOMEM
		       ? e.at->at
		       : 0;
}

int call_columns_ret(struct sched_call *ret, struct call_node *first,
	const struct call_columns *columns, struct diag *d)
{
	ret->n = columns ? columns->n : 1;
	for (size_t i = 0; i < ret->n; i++) {
		struct call_node *node =
			columns ? columns->column[i].node : first;
		struct sched_call_column *c = &ret->column[i];

		*c = (struct sched_call_column){
			.node = node->node, .past_end = node->past_end};
		node->node = NULL;
		/* The first is the rate unless it says otherwise. */
		if (!columns || (i == 0 && columns->column[0].name.n == 2 &&
					memcmp(columns->column[0].name.s, "lr",
						2) == 0))
			continue;
		c->name = strndup(
			columns->column[i].name.s, columns->column[i].name.n);
		if (!c->name) {
			diag_nomem(d, columns->column[i].name.n);
			return -1;
		}
	}
	return 0;
}

int call_note_missing(const struct call_build *b, const struct sched_env *env)
{
	const struct py_unknown *u = b->unknown;

	if (!u)
		u = py_run_error(py_builder(b->py)).unknown;
	if (!env->missing)
		return 0;
	env->missing->len = 0;
	/* A call that nobody knows is not asked for. */
	if (!u || u->why || (u->at && u->at->form == PY_CALL))
		return 0;
	return buf_add(env->missing, u->path.s, u->path.n) ||
			       buf_terminate(env->missing)
		       ? -1
		       : 0;
}

/* The call's columns into *RET. */
static int build(struct call_build *b, const struct sched_env *env,
	struct sched_call *ret, size_t n, size_t *where, struct diag *d)
{
	struct py_run *r = py_builder(b->py);
	struct call_columns *columns = NULL;
	struct call_node *first;
	struct py_value v;

	if (py_parse_expr(b->py, b->text, n, &b->user, where, d) < 0) {
		d->place[0] = '\0';
		return -1;
	}
	if (call_define_all(b, env, d) < 0)
		return -1;
	first = py_exec(r, b->user, &v) < 0 ? NULL
					    : call_place(r, py_root(b->user),
						      &v, &b->place, &columns);
	if (!first) {
		call_note_missing(b, env);
		*d = *py_run_error(r).diag;
		*where = call_error_place(b, r);
		return -1;
	}
	return call_columns_ret(ret, first, columns, d);
}

/* Rows at which two trees are compared. */
#define NCOMPARED 60

/* Whether A and B, built with two bases, differ. */
bool call_differ(const struct sched *a, const struct sched *b, double end)
{
	for (int i = 0; i < NCOMPARED; i++) {
		double u =
			i < NCOMPARED / 2 || !isfinite(end)
				? i
				: floor(end * (2 * i - NCOMPARED) / NCOMPARED);
		double x = sched_value(a, u), y = sched_value(b, u);
		if (x != y && !(isnan(x) && isnan(y)))
			return true;
	}
	return false;
}

static int build_once(const char *s, size_t n, const struct sched_env *env,
	double base, struct sched_call *ret, size_t *where, struct diag *d)
{
	struct call_build *b;
	int done;

	*ret = (struct sched_call){.n = 0};
	b = call_build_new(s, n, env, base, d);
	if (!b)
		return -1;
	done = build(b, env, ret, n, where, d);
	call_free_nodes(b);
	if (done < 0)
		sched_call_free(ret);
	call_release(b);
	return done;
}

#define NMISSING 16

/* "no value for 'a', 'b'; expected -D a=VALUE -D b=VALUE" */
static int missing(const struct buf *name, size_t n, struct diag *d)
{
	struct buf b = {0};
	int bad = buf_adds(&b, "no value for");

	for (size_t i = 0; i < n && !bad; i++)
		bad = buf_printf(&b, "%s '%s'", i ? "," : "", name[i].data);
	bad = bad || buf_adds(&b, "; expected");
	for (size_t i = 0; i < n && !bad; i++)
		bad = buf_printf(&b, " -D %s=VALUE", name[i].data);
	bad = bad || buf_terminate(&b);
	bad = bad ? diag_nomem(d, b.len)
		  : diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return bad;
}

int call_retry(
	int (*once)(void *ctx, const struct sched_env *env, struct diag *d),
	void *ctx, const struct sched_env *env, struct diag *d)
{
	struct buf name[NMISSING] = {{0}}, value[NMISSING] = {{0}};
	const char *define[NMISSING + 64];
	struct sched_env more = *env;
	int ret = once(ctx, env, d);
	struct diag first = *d, quiet = *d;
	size_t n = 0;

	if (ret == 0 || env->ndefine > 64 || !env->missing->len)
		return ret;
	if (env->ndefine)
		memcpy(define, env->define, env->ndefine * sizeof(*define));
	more.define = define;
	while (ret < 0 && env->missing->len && n < NMISSING &&
		(n == 0 || strcmp(env->missing->data, name[n - 1].data) != 0)) {
		if (buf_add(&name[n], env->missing->data, env->missing->len) ||
			buf_terminate(&name[n]) ||
			buf_printf(&value[n], "%s=1", name[n].data) ||
			buf_terminate(&value[n])) {
			diag_nomem(d, 64);
			break;
		}
		define[env->ndefine + n] = value[n].data;
		more.ndefine = env->ndefine + ++n;
		ret = once(ctx, &more, &quiet);
	}
	if (d->class == DIAG_USAGE) {
		missing(name, n, d);
		memcpy(d->place, first.place, sizeof(d->place));
	}
	for (size_t i = 0; i < NMISSING; i++) {
		buf_free(&name[i]);
		buf_free(&value[i]);
	}
	return -1;
}

/* One call, as the host is asked for it. */
struct request {
	const char *s;
	size_t n;
	double base;
	struct sched_call *ret;
	size_t *where;
	struct buf missing;
	bool again; /* only to find out what else has no value */
};

static int request_once(void *ctx, const struct sched_env *env, struct diag *d)
{
	struct request *q = ctx;
	size_t where = 0;
	int done = build_once(q->s, q->n, env, q->base, q->ret, &where, d);

	/* The place of the first failure is told. */
	if (done < 0 && !q->again)
		*q->where = where;
	if (done == 0 && q->again)
		sched_call_free(q->ret);
	q->again = true;
	return done;
}

/* "torch.StepLR" of the call S[0..N) of StepLR; nothing of what has no library.
 */
static int name_call(struct buf *b, const char *s, size_t n)
{
	const struct call_module *m;
	size_t len = 0;

	while (len < n && (is_name_char(s[len]) || s[len] == '.'))
		len++;
	m = find_module(&s, &len);
	return m && (buf_adds(b, m->name) || buf_addc(b, '.') ||
			    buf_add(b, s, len))
		       ? -1
		       : 0;
}

static int build_call(void *ctx, const char *s, size_t n,
	const struct sched_env *env, double base, struct sched_call *ret,
	size_t *where, struct diag *d)
{
	struct request q = {
		.s = s, .n = n, .base = base, .ret = ret, .where = where};
	struct sched_env own = *env;
	struct sched_call other;
	size_t ignored;
	int done;

	(void)ctx;
	own.missing = &q.missing;
	done = call_retry(request_once, &q, &own, d);
	buf_free(&q.missing);
	if (done < 0)
		return -1;
	own.missing = NULL;
	own.base *= 2;
	if (build_once(s, n, &own, base * 2, &other, &ignored, d) == 0) {
		for (size_t i = 0; i < ret->n && i < other.n; i++)
			ret->column[i].uses_base = call_differ(
				ret->column[i].node, other.column[i].node,
				ret->column[i].node->len);
		sched_call_free(&other);
	} else if (d->class == DIAG_NOMEM) {
		sched_call_free(ret);
		return -1;
	}
	if (name_call(&ret->name, s, n) < 0) {
		sched_call_free(ret);
		return diag_nomem(d, n);
	}
	return 0;
}

/* The signature of the constructor NAME of any library that need not be said.
 */
static const char *signature_of(
	void *ctx, const char *name, size_t n, size_t *nret)
{
	const struct call_module *m = find_module(&name, &n);
	const char *s;

	(void)ctx;
	for (size_t i = 0; m && (s = call_signature(m, i, nret)); i++)
		if (*nret > n && memcmp(s, name, n) == 0 && s[n] == '(')
			return s;
	return NULL;
}

static void offer(void *ctx, struct near *near)
{
	(void)ctx;
	for (size_t i = 0; i < NMODULE; i++)
		if (!modules[i].named)
			defines(&modules[i], "", 0, near);
}

const struct sched_host call_host = {.knows = knows,
	.signature = signature_of,
	.offer = offer,
	.build = build_call};
