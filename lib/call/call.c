/* SPDX-License-Identifier: MIT */
/*
 * A call from its text to its columns.
 */
#include "call/call_impl.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sched/sched.h"

const char call_constructor_type[] = "a constructor";
const char call_recipe_type[] = "a schedule";
const char call_node_type[] = "a schedule";
const char call_columns_type[] = "columns";
const char call_optimizer_type[] = "an optimizer";

/* Names that the body of a constructor has beside its parameters. */
#define LOCALS "base steps epoch_steps inside counting base_given"

/* How much of S[0..N) is a dotted name. */
static size_t path_length(const char *s, size_t n)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.";
	size_t len = 0;

	while (len < n && s[len] && strchr(chars, s[len]))
		len++;
	return len;
}

/* Whether S[0..N) begins as a call: a dotted name and a bracket. */
static bool knows(void *ctx, const char *s, size_t n)
{
	size_t len = path_length(s, n);

	(void)ctx;
	return len > 0 && len < n && s[len] == '(' && s[0] != '.' &&
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
	for (size_t i = 0; i < CALL_NMODULE; i++)
		if (b->loaded[i] == m)
			return call_module_nth(i);
	return NULL;
}

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
	struct py_module **slot = &b->loaded[call_module_number(library)];
	const struct call_def *def = NULL;

	if (*slot)
		return *slot; /* cppcheck-suppress identicalInnerCondition */
	if (py_parse_defs(b->py, library->text, library->n, LOCALS, slot) < 0) {
		py_raise_nomem(r, library->n);
		return NULL;
	}
	while ((def = call_def_next(library, def)))
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

const struct call_constructor *call_another(
	struct py_run *r, const struct call_constructor *c)
{
	const struct call_def *def = c->bare ? call_def_like(c->bare) : NULL;

	return def ? constructor(r, def, true) : NULL;
}

/* The constructor NAME of M, or of any module where M is NULL: 1, 0 or -1. */
static int find(struct py_run *r, const struct call_module *m, const char *name,
	size_t n, struct py_value *ret)
{
	const struct call_def *def =
		m ? call_def_in(m, name, n) : call_def_find(name, n);
	struct call_constructor *c;

	/* Any thread may ask for a step; what is loaded, is loaded before. */
	if (!def || !call_def_is_constructor(def) ||
		r != py_builder(call_build_of(r)->py))
		return 0;
	c = constructor(r, def, !m && !memchr(name, '.', n));
	if (!c)
		return -1;
	return py_new_opaque(r, call_constructor_type, c, ret) < 0 ? -1 : 1;
}

/* What a definition calls that is not in its file: 1, 0 or -1. */
static int lookup_shared(
	struct py_run *r, const char *name, size_t n, struct py_value *ret)
{
	const struct call_def *def = call_def_shared(name, n);

	if (!def || r != py_builder(call_build_of(r)->py))
		return 0;
	return need_def(r, def, ret) < 0 ? -1 : 1;
}

int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	return find(r, NULL, path, n, ret);
}

/* What PATH is in a function that is called for a step: 1, 0 or -1. */
static int look_at_training(
	struct py_run *r, const struct py_str *path, struct py_value *ret)
{
	static const char groups[] = ".param_groups";
	static const char *const rates[] = {
		"optimizer.lr", "optimizer.learning_rate"};
	size_t n = sizeof(groups) - 1;

	if (!*py_run_ctx(r))
		return 0;
	if (path->n > n && memcmp(path->s + path->n - n, groups, n) == 0)
		return call_param_groups(r, ret);
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		n = strlen(rates[i]);
		if (path->n >= n &&
			memcmp(path->s + path->n - n, rates[i], n) == 0)
			return call_get_rate(r, ret);
	}
	return 0;
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
	const char *name = memchr(path, '.', n);
	char lower[40];
	size_t len;

	while (name && (size_t)(path + n - name) > 1 &&
		memchr(name + 1, '.', (size_t)(path + n - name - 1)))
		name = memchr(name + 1, '.', (size_t)(path + n - name - 1));
	len = name ? (size_t)(path + n - name - 1) : sizeof(lower);
	if (len >= sizeof(lower) ||
		(size_t)(name + 1 - path) < sizeof(type) - 1 ||
		memcmp(name + 2 - sizeof(type), type, sizeof(type) - 1) != 0)
		return 0;
	if (len == sizeof(odd) - 1 && memcmp(name + 1, odd, len) == 0)
		return py_new_str(r, "reduce_lr_on_plateau", 20, ret) < 0 ? -1
									  : 1;
	for (size_t i = 0; i < len; i++)
		lower[i] = name[1 + i] >= 'A' && name[1 + i] <= 'Z'
				   ? (char)(name[1 + i] + ('a' - 'A'))
				   : name[1 + i];
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

int call_define_flag(struct py_run *r, const struct py_str *name,
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

static int lookup(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	struct call_build *b = call_build_of(r);
	const struct py_value *callee;
	int found;

	if (!call_is_users(b, py_running(r)))
		return call_primitive(path, n, ret)
			       ? 1
			       : lookup_shared(r, path, n, ret);
	for (struct call_define *d = b->define; d; d = d->next) {
		if (!py_is_path(&d->path, path, n))
			continue;
		if (r == py_builder(b->py))
			d->used = true;
		*ret = d->value;
		return d->is_step ? call_step_now(r, ret) : 1;
	}
	found = look_at_training(r, &(struct py_str){n, path}, ret);
	if (found)
		return found;
	if (find_flag(b, &(struct py_str){n, path}, ret))
		return 1;
	for (size_t i = b->nown; i-- > 0;)
		if (py_peek(b->own[i], path, n, ret) && ret->type != PY_UNBOUND)
			return 1;
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
	if (py_is_named(&(struct py_str){n, path}, "sys.argv"))
		return script_arguments(r, ret);
	found = find(r, NULL, path, n, ret);
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

bool call_is_step(const struct call_build *b, const struct py_str *s)
{
	for (const struct call_define *x = b->define; x; x = x->next)
		if (x->is_step && call_same_name(&x->path, s))
			return true;
	return false;
}

bool call_is_setting(const char *name, size_t n)
{
	return n == 7 && memcmp(name, "trainer", n) == 0;
}

int call_check_define(struct py *p, const char *s, struct diag *d)
{
	struct call_define x;

	return parse_define(p, s, &x, d);
}

bool call_is_users(const struct call_build *b, const struct py_module *m)
{
	for (size_t i = 0; i < b->nown; i++)
		if (m == b->own[i])
			return true;
	return m == b->user;
}

/* Reads and runs the Ith file of definitions. */
static int define_file(
	struct call_build *b, const struct sched_source *s, struct diag *d)
{
	struct py_run *r = py_builder(b->py);
	struct py_module **m = &b->own[b->nown];
	char place[sizeof(d->place)];
	size_t where;

	if (py_parse(b->py, s->text, s->n, true, m, &where, d) < 0) {
		memcpy(place, d->place, sizeof(place));
		return d->class != DIAG_USAGE
			       ? -1
			       : diag_set(d, DIAG_USAGE, "%s:%s: %s", s->name,
					 place, d->text);
	}
	b->nown++;
	for (const struct call_define *x = b->define; x; x = x->next)
		if (py_define(*m, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	if (py_exec(r, *m, NULL) == 0)
		return 0;
	*d = *py_run_error(r).diag;
	return -1;
}

/* The user's files of definitions; a later one beats those before it. */
static int define_files(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	b->source = env->source;
	b->own = py_alloc(py_builder(b->py),
		(env->nsource + 1) * sizeof(struct py_module *));
	if (!b->own)
		return diag_nomem(d, env->nsource * sizeof(struct py_module *));
	for (size_t i = 0; i < env->nsource; i++)
		if (define_file(b, &env->source[i], d) < 0)
			return -1;
	b->made = NULL; /* a schedule that a file makes is none of the text's */
	return 0;
}

/* What the user defined, the last of a name first. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < env->ndefine; i++) {
		struct call_define *x = py_alloc(py_builder(b->py), sizeof(*x));
		if (!x)
			return diag_nomem(d, sizeof(*x));
		if (env->define[i][0] == '@')
			continue;
		if (parse_define(b->py, env->define[i], x, d) < 0)
			return -1;
		if (call_take_defined(b, env->define[i], x) < 0)
			return diag_nomem(d, sizeof(*x));
		b->step_defined = b->step_defined || x->is_step;
		x->i = i;
		x->next = b->define;
		b->define = x;
		if (py_define(b->user, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, sizeof(*x));
	}
	return define_files(b, env, d);
}

void call_note_asked(const struct call_build *b, const struct sched_env *env)
{
	for (const struct call_define *x = b->define; x && env->asked;
		x = x->next)
		if (x->used || x->is_step ||
			py_asks(b->user, x->path.s, x->path.n))
			env->asked[x->i] = true;
}

bool call_is(const struct py_value *v, const char *type)
{
	return v->type == PY_OPAQUE && v->u.opaque->type == type;
}

int call_add_line(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool ends = s[i] == '\n';
		if (buf_addc(b, ends ? ' ' : s[i]))
			return -1;
		while (ends && i + 1 < n && s[i + 1] == ' ')
			i++;
	}
	return 0;
}

bool call_same_name(const struct py_str *a, const struct py_str *b)
{
	return a->n == b->n && a->n > 0 && memcmp(a->s, b->s, a->n) == 0;
}

bool call_is_open(const struct call_constructor *c)
{
	const struct py_node *p;

	for (size_t i = 0; (p = py_param(&c->def, i)); i++)
		if (p->op == 'k' && p->s.n > 0)
			return true;
	return false;
}

struct py_str call_name_of(const struct call_constructor *c)
{
	return py_def(&c->def)->s;
}

/* --- building ------------------------------------------------------------- */

void call_release(void *ctx)
{
	struct call_build *b = ctx;

	if (--b->nref > 0)
		return;
	call_free_called(b);
	py_free(b->py);
	free(b->failed_arg);
	free(b->defaulted);
	free(b->text);
	free(b);
}

/* What a build that holds the closure is told of its end. */
static void release_own(void *ctx)
{
	(void)ctx;
}

struct sched_fn *call_closure_new(
	struct call_build *b, const struct py_value *f, char *source)
{
	struct sched_fn *fn = sched_closure_new(
		b->py, *f, source, b->placing ? release_own : call_release, b);

	if (fn && !b->placing)
		b->nref++;
	return fn;
}

/* What nobody took. */
void call_free_nodes(struct call_build *b)
{
	for (struct call_node *n = b->node; n; n = n->next)
		sched_free(n->node);
	b->node = NULL;
}

/*
 * optimizer.param_groups[0]["lr"] = V before a schedule is made: the rate that
 * the optimizer begins with.  What else sets rates of groups is not followed.
 */
static bool set_group(struct py_run *r, const struct py_str *path,
	const struct py_str *name, const struct py_value *v)
{
	static const char groups[] = "optimizer.param_groups[";
	size_t n = sizeof(groups) - 1;
	struct call_build *b = call_build_of(r);
	const struct call_recipe *x = b->made;

	if (r != py_builder(b->py) || !b->touched || path->n < n + 2 ||
		memcmp(path->s, groups, n) != 0)
		return false;
	while (x && call_is_optimizer_recipe(x))
		x = x->made_before;
	if (x)
		return true;
	if (py_is_named(name, "initial_lr") ||
		(py_is_named(name, "lr") &&
			!isdigit((unsigned char)path->s[n])))
		b->rate_lost = true;
	else if (py_is_named(name, "lr") && path->n == n + 2 &&
		 path->s[n] == '0')
		*(struct py_value *)(uintptr_t)b->touched = *v;
	return true;
}

/* optimizer.lr = V in a function that is called for a step. */
static int assigned(struct py_run *r, const struct py_str *path,
	const struct py_str *name, const struct py_value *v)
{
	size_t n = 9;

	if (set_group(r, path, name, v))
		return 0;
	if (path->n < n || memcmp(path->s + path->n - n, "optimizer", n) != 0 ||
		!call_is_rate_name(name))
		return 0;
	return call_set_rate(r, v);
}

/* config.get(key, V), getattr(args, key, V): the default is told. */
static void defaulted(
	struct py_run *r, const struct py_str *path, const struct py_value *v)
{
	struct call_build *b = call_build_of(r);
	struct buf text = {0};

	if (!b->defaulted)
		b->defaulted = strndup(path->s, path->n);
	if (r == py_builder(b->py) && py_repr(&text, v) == 0 &&
		buf_terminate(&text) == 0)
		call_remark(r, "'%.*s' is not given: its default, %s, is taken",
			(int)path->n, path->s, text.data);
	buf_free(&text);
}

/* Of an optimizer only the rate matters, of a trainer what it is read for. */
static bool lenient(
	struct py_run *r, const struct py_value *v, const struct py_node *at)
{
	if (!call_is_users(call_build_of(r), py_running(r)))
		return false;
	if (call_is(v, call_constructor_type) && call_is_open(v->u.opaque->p))
		return true;
	if (v->type == PY_OPAQUE)
		return call_is_optimizer_kind(v);
	return (v->type == PY_UNKNOWN || v->type == PY_UNBOUND) &&
	       call_gives_rate(at);
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
	b->given = s;
	b->numbers = env->numbers;
	b->remarks = env->remarks;
	b->base_given = env->base_given || base != env->base;
	b->place = (struct call_place){.base = base,
		.steps = env->steps,
		.epoch_steps = env->by_epoch ? NAN : env->epoch_steps,
		.by_epoch = env->by_epoch};
	b->host = (struct py_host){.ctx = b,
		.lookup = lookup,
		.call = call_apply,
		.lenient = lenient,
		.defaulted = defaulted,
		.assigned = assigned,
		.attribute = call_attribute,
		.set = call_set,
		.failed = call_failed,
		.skips = call_skips,
		.follow = call_follow,
		.rounds = call_rounds,
		.define = call_define,
		.base = call_base,
		.made = call_made};
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
	/* Where no module runs, what was read of the text is looked at. */
	return e.at && (e.module == b->user || !e.module) &&
			       e.diag->class != DIAG_NOMEM &&
			       e.at->at < strlen(b->text)
		       ? e.at->at
		       : 0;
}

int call_keep_text(struct call_node *n, const char *s, size_t len)
{
	if (!n->node || n->node->call)
		return 0;
	n->node->call = strndup(s, len);
	return n->node->call ? 0 : -1;
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

/* The call's columns into *RET. */
static int build(struct call_build *b, const struct sched_env *env,
	struct call_missing *m, struct sched_call *ret, size_t n, size_t *where,
	struct diag *d)
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
		*where = call_error_place(b, r);
		*d = *py_run_error(r).diag;
		call_note_missing(b, m);
		return -1;
	}
	call_note_asked(b, env);
	if (!columns && call_keep_text(first, b->text, strlen(b->text)) < 0)
		return diag_nomem(d, strlen(b->text));
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

/* "torch.StepLR" of the call B; nothing of what has no library. */
static int name_call(struct buf *name, const struct call_build *b)
{
	const struct call_constructor *c =
		b->made ? b->made->constructor : NULL;
	struct py_str own = {0, NULL};

	if (c && c->module)
		own = call_name_of(c);
	return own.n && (buf_adds(name, c->module->name) ||
				buf_addc(name, '.') ||
				buf_add(name, own.s, own.n))
		       ? -1
		       : 0;
}

static int build_once(const char *s, size_t n, const struct sched_env *env,
	double base, struct call_missing *m, struct sched_call *ret,
	size_t *where, struct diag *d)
{
	struct call_build *b;
	int done;

	*ret = (struct sched_call){.n = 0};
	b = call_build_new(s, n, env, base, d);
	if (!b)
		return -1;
	done = build(b, env, m, ret, n, where, d);
	if (done == 0 && name_call(&ret->name, b) < 0)
		done = diag_nomem(d, n);
	call_free_nodes(b);
	if (done < 0)
		sched_call_free(ret);
	call_release(b);
	return done;
}

/* One call, as the host is asked for it. */
struct request {
	const char *s;
	size_t n;
	double base;
	struct sched_call *ret;
	size_t *where;
	bool again; /* only to find out what else has no value */
};

static int request_once(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct request *q = ctx;
	size_t where = 0;
	int done = build_once(q->s, q->n, env, q->base, m, q->ret, &where, d);

	/* The place of the first failure is told. */
	if (done < 0 && !q->again)
		*q->where = where;
	if (done == 0 && q->again)
		sched_call_free(q->ret);
	q->again = true;
	return done;
}

static int build_call(void *ctx, const char *s, size_t n,
	const struct sched_env *env, double base, struct sched_call *ret,
	size_t *where, struct diag *d)
{
	struct request q = {
		.s = s, .n = n, .base = base, .ret = ret, .where = where};
	struct call_missing ignored_names = {0};
	struct sched_env own = *env;
	struct sched_call other;
	size_t ignored;
	int done;

	(void)ctx;
	done = call_retry(request_once, &q, &own, s, n, where, d);
	if (done < 0)
		return -1;
	own.base *= 2;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < ret->n; i++)
			ret->column[i].uses_base = true;
	else if (build_once(s, n, &own, base * 2, &ignored_names, &other,
			 &ignored, d) == 0) {
		for (size_t i = 0; i < ret->n && i < other.n; i++)
			ret->column[i].uses_base = call_differ(
				ret->column[i].node, other.column[i].node,
				ret->column[i].node->len);
		sched_call_free(&other);
	}
	call_missing_free(&ignored_names);
	if (d->class == DIAG_NOMEM) {
		sched_call_free(ret);
		return -1;
	}
	return 0;
}

static const char *signature_of(
	void *ctx, const char *name, size_t n, size_t *nret)
{
	const struct call_def *def = call_def_find(name, n);

	(void)ctx;
	return def ? call_def_signature(def, nret) : NULL;
}

static void offer(void *ctx, struct near *near)
{
	(void)ctx;
	call_offer(NULL, near);
}

const struct sched_host call_host = {.knows = knows,
	.signature = signature_of,
	.offer = offer,
	.build = build_call};
