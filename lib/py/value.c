/* SPDX-License-Identifier: MIT */
/*
 * Runs, their memory and their errors; values: making them, looking into them,
 * showing them.
 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "py/py_impl.h"

/* --- memory --------------------------------------------------------------- */

#define MEMORY_NBYTES ((size_t)1 << 14)

/* A block that is given out piece by piece; a run holds a list of them. */
struct py_memory {
	struct py_memory *next;
	size_t len, cap;
	max_align_t data[];
};

static struct py_memory *memory_new(size_t nbytes, struct py_memory *next)
{
	size_t cap = nbytes > MEMORY_NBYTES ? nbytes : MEMORY_NBYTES;
	struct py_memory *m = malloc(sizeof(*m) + cap);

	if (m)
		*m = (struct py_memory){.next = next, .cap = cap};
	return m;
}

static void memory_free(struct py_memory *m)
{
	while (m) {
		struct py_memory *next = m->next;
		free(m);
		m = next;
	}
}

void *py_alloc(struct py_run *r, size_t nbytes)
{
	struct py_memory *m = r->memory;
	size_t align = _Alignof(max_align_t);
	char *p;

	if (nbytes > PY_NBYTES_MAX || r->nbyte + nbytes > PY_NBYTES_MAX) {
		py_raise(r, NULL, "takes more than %zu MiB of memory",
			PY_NBYTES_MAX >> 20);
		return NULL;
	}
	nbytes = (nbytes + align - 1) / align * align;
	if (!m || m->cap - m->len < nbytes) {
		m = memory_new(nbytes, m);
		if (!m) {
			py_raise_nomem(r, nbytes);
			return NULL;
		}
		r->memory = m;
	}
	p = (char *)m->data + m->len;
	m->len += nbytes;
	r->nbyte += nbytes;
	return memset(p, 0, nbytes);
}

/* Keeps the oldest block, for the next call. */
static void memory_reset(struct py_run *r)
{
	struct py_memory *m = r->memory;

	while (m && m->next) {
		struct py_memory *next = m->next;
		free(m);
		m = next;
	}
	if (m)
		m->len = 0;
	r->memory = m;
	r->nbyte = 0;
}

/* --- interpreters and runs ------------------------------------------------ */

struct py *py_new(const struct py_host *host)
{
	struct py *p = calloc(1, sizeof(*p));

	if (p) {
		p->host = host;
		p->build = (struct py_run){.py = p, .step_max = PY_BUILD_STEPS};
	}
	return p;
}

void py_free(struct py *p)
{
	if (!p)
		return;
	memory_free(p->build.memory);
	free(p);
}

struct py_run *py_builder(struct py *p)
{
	return &p->build;
}

struct py_run *py_run_new(struct py *p)
{
	struct py_run *r = calloc(1, sizeof(*r));

	if (r)
		*r = (struct py_run){.py = p, .step_max = PY_CALL_STEPS};
	return r;
}

void py_run_free(struct py_run *r)
{
	if (!r)
		return;
	memory_free(r->memory);
	free(r);
}

struct py_module *py_new_module(struct py *p)
{
	struct py_module *m = py_alloc(&p->build, sizeof(*m));

	if (m)
		m->py = p;
	return m;
}

int py_define(
	struct py_module *m, const char *name, size_t n, struct py_value v)
{
	struct py_str s = {.s = name, .n = n};
	long slot = py_global_slot(m, &s);

	if (slot < 0)
		return -1;
	m->global[slot].value = v;
	m->global[slot].fixed = true;
	return 0;
}

bool py_global(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret)
{
	for (unsigned i = 0; i < m->nglobal; i++) {
		if (!py_str_is(&m->global[i].s, name, n))
			continue;
		*ret = m->global[i].value;
		return ret->type != PY_UNBOUND;
	}
	return false;
}

int py_call(struct py_run *r, const struct py_value *f,
	const struct py_value *arg, size_t narg, struct py_value *ret)
{
	struct py_arg *args;

	if (r != &r->py->build) {
		memory_reset(r);
		r->nstep = 0;
	}
	py_run_reset(r);
	args = py_alloc(r, (narg + 1) * sizeof(*args));
	if (!args)
		return -1;
	for (size_t i = 0; i < narg; i++)
		args[i].value = arg[i];
	return py_invoke(r, NULL, f, args, narg, ret);
}

void **py_run_ctx(struct py_run *r)
{
	return &r->ctx;
}

/* --- errors --------------------------------------------------------------- */

void py_run_reset(struct py_run *r)
{
	r->depth = r->calls = 0;
	r->calling = NULL;
	r->callee = NULL;
	r->diag.class = DIAG_NONE;
}

static int raise_at(struct py_run *r, const struct py_node *at)
{
	const struct py_calling *c = r->calling;
	struct py_error *e = &r->error;

	*e = (struct py_error){.diag = &r->diag, .module = r->module};
	e->at = !at && c ? c->active.at : at;
	for (; c && e->nactive < PY_NACTIVE; c = c->up)
		e->active[e->nactive++] = c->active;
	return -1;
}

int py_raise(struct py_run *r, const struct py_node *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&r->diag, DIAG_USAGE, fmt, ap);
	va_end(ap);
	return raise_at(r, at);
}

int py_raise_again(struct py_run *r, const struct py_error *e)
{
	const struct py_unknown *u = e->unknown;
	struct py_value v;

	r->diag = *e->diag;
	raise_at(r, e->at);
	r->error.module = e->module;
	r->error.arithmetic = e->arithmetic;
	if (u && py_new_unknown(r, u->at, u->path.s, u->path.n, NULL, &v) == 0)
		r->error.unknown = v.u.unknown;
	return -1;
}

int py_raise_nomem(struct py_run *r, size_t nbytes)
{
	diag_nomem(&r->diag, nbytes);
	return raise_at(r, NULL);
}

int py_raise_unknown(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	const struct py_unknown *u = v->u.unknown;

	if (u->why)
		py_raise(r, at, "'%.*s' has no value: %s", (int)u->path.n,
			u->path.s, u->why);
	else
		py_raise(r, at, "'%.*s' has no value", (int)u->path.n,
			u->path.s);
	r->error.unknown = u;
	return -1;
}

int py_raise_arg(const struct py_call *c, size_t i, const char *expected)
{
	const struct py_value *v = &c->arg[i];
	const char *name = c->fn->params;
	size_t n, skip = i;

	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(c->run, c->at, v);
	for (; skip > 0 && name; skip--) {
		name = strchr(name, ' ');
		name += name != NULL;
	}
	n = name ? strcspn(name, " ") : 0;
	if (n == 0)
		return py_raise(c->run, c->at, "%s() was given %s; expected %s",
			c->fn->name, py_type_name(v), expected);
	return py_raise(c->run, c->at, "%s() was given %s as %.*s; expected %s",
		c->fn->name, py_type_name(v), (int)n, name, expected);
}

struct py_error py_run_error(const struct py_run *r)
{
	return r->error;
}

int py_charge(struct py_run *r, const struct py_node *at, size_t n)
{
	if (n <= r->step_max && r->nstep <= r->step_max - n) {
		r->nstep += n;
		return 0;
	}
	return py_raise(r, at, "takes more than %zu operations", r->step_max);
}

/* --- simple values -------------------------------------------------------- */

struct py_value py_none(void)
{
	return (struct py_value){.type = PY_NONE};
}

struct py_value py_bool(bool x)
{
	return (struct py_value){.type = PY_BOOL, .u.i = x};
}

struct py_value py_int(int64_t i)
{
	return (struct py_value){.type = PY_INT, .u.i = i};
}

struct py_value py_float(double x)
{
	return (struct py_value){.type = PY_FLOAT, .u.f = x};
}

bool py_is_number(const struct py_value *v)
{
	return v->type == PY_BOOL || v->type == PY_INT || v->type == PY_FLOAT;
}

double py_number(const struct py_value *v)
{
	return v->type == PY_FLOAT ? v->u.f : (double)v->u.i;
}

bool py_true(const struct py_value *v)
{
	switch (v->type) {
	case PY_BOOL:
	case PY_INT: return v->u.i != 0;
	case PY_FLOAT: return v->u.f != 0;
	case PY_STR: return v->u.str->n > 0;
	case PY_LIST:
	case PY_TUPLE:
	case PY_DICT: return v->u.list->n > 0;
	case PY_ARRAY: return v->u.array->n > 0;
	case PY_UNBOUND:
	case PY_NONE:
	case PY_UNKNOWN: return false;
	case PY_NAMESPACE:
	case PY_FUNCTION:
	case PY_NATIVE:
	case PY_METHOD:
	case PY_OPAQUE: return true;
	}
	return false;
}

const char *py_type_name(const struct py_value *v)
{
	static const char *const names[] = {
		[PY_UNBOUND] = "nothing",
		[PY_NONE] = "None",
		[PY_BOOL] = "a bool",
		[PY_INT] = "an int",
		[PY_FLOAT] = "a float",
		[PY_STR] = "a string",
		[PY_LIST] = "a list",
		[PY_TUPLE] = "a tuple",
		[PY_DICT] = "a dict",
		[PY_NAMESPACE] = "an object",
		[PY_ARRAY] = "an array",
		[PY_FUNCTION] = "a function",
		[PY_NATIVE] = "a function",
		[PY_METHOD] = "a function",
		[PY_UNKNOWN] = "an unknown value",
	};

	return v->type == PY_OPAQUE ? v->u.opaque->type : names[v->type];
}

bool py_str_is(const struct py_str *a, const char *s, size_t n)
{
	return a->n == n && (n == 0 || memcmp(a->s, s, n) == 0);
}

bool py_str_equal(const struct py_str *a, const struct py_str *b)
{
	return py_str_is(a, b->s, b->n);
}

int py_new_str(struct py_run *r, const char *s, size_t n, struct py_value *ret)
{
	struct py_str *str = py_alloc(r, sizeof(*str) + n);
	char *copy;

	if (!str)
		return -1;
	copy = (char *)(str + 1);
	if (n)
		memcpy(copy, s, n);
	*str = (struct py_str){.s = copy, .n = n};
	*ret = (struct py_value){.type = PY_STR, .u.str = str};
	return 0;
}

int py_new_opaque(
	struct py_run *r, const char *type, void *p, struct py_value *ret)
{
	struct py_opaque *o = py_alloc(r, sizeof(*o));

	if (!o)
		return -1;
	*o = (struct py_opaque){.type = type, .p = p};
	*ret = (struct py_value){.type = PY_OPAQUE, .u.opaque = o};
	return 0;
}

int py_new_unknown(struct py_run *r, const struct py_node *at, const char *path,
	size_t n, const char *why, struct py_value *ret)
{
	struct py_unknown *u = py_alloc(r, sizeof(*u) + n);

	if (!u)
		return -1;
	memcpy(u + 1, path, n);
	u->path = (struct py_str){.s = (const char *)(u + 1), .n = n};
	u->why = why;
	u->at = at;
	*ret = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
	return 0;
}

/* --- lists, dicts, arrays ------------------------------------------------- */

int py_new_list(
	struct py_run *r, enum py_type type, size_t cap, struct py_value *ret)
{
	struct py_list *l = py_alloc(r, sizeof(*l));

	if (!l)
		return -1;
	l->owner = r;
	if (cap) {
		l->item = py_alloc(r, cap * sizeof(*l->item));
		if (!l->item)
			return -1;
		l->cap = cap;
	}
	*ret = (struct py_value){.type = type, .u.list = l};
	return 0;
}

int py_mutable(struct py_run *r, const struct py_node *at, const void *owner)
{
	if (owner == r)
		return 0;
	return py_raise(r, at,
		"changes what was made before; expected a value that does not "
		"depend on earlier steps");
}

int py_list_add(struct py_run *r, struct py_list *l, struct py_value v)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 4;
		struct py_value *more = py_alloc(r, cap * sizeof(*more));
		if (!more)
			return -1;
		if (l->item)
			memcpy(more, l->item, l->n * sizeof(*more));
		l->item = more;
		l->cap = cap;
	}
	l->item[l->n++] = v;
	return 0;
}

int py_new_array(struct py_run *r, const struct py_node *at, size_t n,
	bool is_int, struct py_value *ret)
{
	struct py_array *a;

	if (n > PY_ITEMS_MAX)
		return py_raise(r, at, "%zu items; expected at most %d", n,
			PY_ITEMS_MAX);
	a = py_alloc(r, sizeof(*a) + n * sizeof(*a->item));
	if (!a)
		return -1;
	*a = (struct py_array){
		.n = n, .is_int = is_int, .item = (double *)(a + 1)};
	*ret = (struct py_value){.type = PY_ARRAY, .u.array = a};
	return py_charge(r, at, n);
}

/* Characters, not bytes. */
static size_t str_len(const struct py_str *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += ((unsigned char)s->s[i] & 0xc0) != 0x80;
	return n;
}

long long py_count(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	switch (v->type) {
	case PY_STR: return (long long)str_len(v->u.str);
	case PY_LIST:
	case PY_TUPLE: return (long long)v->u.list->n;
	case PY_DICT: return (long long)v->u.list->n / 2;
	case PY_ARRAY: return (long long)v->u.array->n;
	case PY_UNKNOWN: return py_raise_unknown(r, at, v);
	default:
		return py_raise(r, at, "%s has no length; expected a list",
			py_type_name(v));
	}
}

/* The I-th character. */
static struct py_str character(const struct py_str *s, size_t i)
{
	size_t from = 0, to;

	for (; from < s->n; from++)
		if (((unsigned char)s->s[from] & 0xc0) != 0x80 && i-- == 0)
			break;
	for (to = from + 1; to < s->n; to++)
		if (((unsigned char)s->s[to] & 0xc0) != 0x80)
			break;
	return (struct py_str){.s = s->s + from, .n = to - from};
}

struct py_value py_array_item(const struct py_array *a, size_t i)
{
	double x = a->item[i];

	return a->is_int && fabs(x) <= (double)PY_INT_MAX ? py_int((int64_t)x)
							  : py_float(x);
}

int py_nth(struct py_run *r, const struct py_value *v, size_t i,
	struct py_value *ret)
{
	struct py_str c;

	switch (v->type) {
	case PY_STR:
		c = character(v->u.str, i);
		return py_new_str(r, c.s, c.n, ret);
	case PY_DICT: *ret = v->u.list->item[2 * i]; return 0;
	case PY_ARRAY: *ret = py_array_item(v->u.array, i); return 0;
	default: *ret = v->u.list->item[i]; return 0;
	}
}

int py_list_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, enum py_type type, struct py_value *ret)
{
	long long n = py_count(r, at, v);

	if (n < 0 || py_charge(r, at, (size_t)n) < 0 ||
		py_new_list(r, type, (size_t)n, ret) < 0)
		return -1;
	for (long long i = 0; i < n; i++)
		if (py_nth(r, v, (size_t)i, &ret->u.list->item[i]) < 0)
			return -1;
	ret->u.list->n = (size_t)n;
	return 0;
}

struct py_value *py_dict_find(const struct py_list *d, const char *s, size_t n)
{
	for (size_t i = 0; i < d->n; i += 2)
		if (d->item[i].type == PY_STR &&
			py_str_is(d->item[i].u.str, s, n))
			return &d->item[i + 1];
	return NULL;
}

int py_dict_get(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, struct py_value **ret)
{
	*ret = NULL;
	switch (key->type) {
	case PY_UNKNOWN: return py_raise_unknown(r, at, key);
	case PY_STR:
		if (py_charge(r, at, d->n / 2) < 0)
			return -1;
		*ret = py_dict_find(d, key->u.str->s, key->u.str->n);
		return 0;
	case PY_LIST:
	case PY_DICT:
	case PY_ARRAY:
		return py_raise(r, at,
			"%s as a key; expected what does not "
			"change, as numbers and strings",
			py_type_name(key));
	default: break;
	}
	if (py_charge(r, at, d->n / 2) < 0)
		return -1;
	for (size_t i = 0; i < d->n; i += 2) {
		int same = py_equal(r, at, &d->item[i], key);
		if (same < 0)
			return -1;
		if (same) {
			*ret = &d->item[i + 1];
			return 0;
		}
	}
	return 0;
}

int py_dict_set(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, const struct py_value *v)
{
	struct py_value *old;

	if (py_mutable(r, at, d->owner) < 0 ||
		py_dict_get(r, at, d, key, &old) < 0)
		return -1;
	if (old) {
		*old = *v;
		return 0;
	}
	return py_list_add(r, d, *key) < 0 ? -1 : py_list_add(r, d, *v);
}

/* --- text ----------------------------------------------------------------- */

#define REPR_NBYTES_MAX 400
#define REPR_DEPTH_MAX 20

static int repr_float(struct buf *b, double x)
{
	char text[NUM_DOUBLE_MAX];
	size_t n = num_from_double(text, x);

	if (buf_add(b, text, n))
		return -1;
	/* "nan", "inf" have letters, as has an exponent. */
	for (size_t i = 0; i < n; i++)
		if (text[i] == '.' || (text[i] >= 'a' && text[i] <= 'z'))
			return 0;
	return buf_adds(b, ".0");
}

static int repr_str(struct buf *b, const struct py_str *s)
{
	bool single = memchr(s->s, '\'', s->n) && !memchr(s->s, '"', s->n);
	char quote = single ? '"' : '\'';

	if (buf_addc(b, quote))
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		char c = s->s[i];
		const char *at = c ? strchr("\nn\tt\rr\\\\", c) : NULL;
		int bad;

		if (c == quote)
			bad = buf_addc(b, '\\') || buf_addc(b, c);
		else if (at && (c != 'n' && c != 't' && c != 'r'))
			bad = buf_addc(b, '\\') || buf_addc(b, at[1]);
		else if ((unsigned char)c < ' ' || c == 0x7f)
			bad = buf_printf(b, "\\x%02x", (unsigned)c);
		else
			bad = buf_addc(b, c);
		if (bad)
			return -1;
	}
	return buf_addc(b, quote);
}

static int repr(struct buf *b, const struct py_value *v, unsigned depth);

static int repr_items(struct buf *b, const struct py_value *v, unsigned depth)
{
	const struct py_list *l = v->u.list;
	bool dict = v->type == PY_DICT || v->type == PY_NAMESPACE;

	for (size_t i = 0; i < l->n; i++) {
		const char *before = i == 0 ? "" : dict && i % 2 ? ": " : ", ";
		if (b->len > REPR_NBYTES_MAX)
			return buf_adds(b, ", ...");
		if (buf_adds(b, before) || repr(b, &l->item[i], depth + 1))
			return -1;
	}
	return v->type == PY_TUPLE && l->n == 1 ? buf_addc(b, ',') : 0;
}

static int repr_array(struct buf *b, const struct py_array *a)
{
	if (buf_adds(b, "array(["))
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		if (b->len > REPR_NBYTES_MAX) {
			if (buf_adds(b, ", ..."))
				return -1;
			break;
		}
		if ((i && buf_adds(b, ", ")) ||
			(a->is_int ? buf_printf(b, "%.0f", a->item[i])
				   : repr_float(b, a->item[i])))
			return -1;
	}
	return buf_adds(b, "])");
}

static int repr(struct buf *b, const struct py_value *v, unsigned depth)
{
	static const char *const open[] = {[PY_LIST] = "[",
		[PY_TUPLE] = "(",
		[PY_DICT] = "{",
		[PY_NAMESPACE] = "{"};
	static const char *const close[] = {[PY_LIST] = "]",
		[PY_TUPLE] = ")",
		[PY_DICT] = "}",
		[PY_NAMESPACE] = "}"};

	switch (v->type) {
	case PY_NONE: return buf_adds(b, "None");
	case PY_BOOL: return buf_adds(b, v->u.i ? "True" : "False");
	case PY_INT: return buf_printf(b, "%" PRId64, v->u.i);
	case PY_FLOAT: return repr_float(b, v->u.f);
	case PY_STR: return repr_str(b, v->u.str);
	case PY_LIST:
	case PY_TUPLE:
	case PY_DICT:
	case PY_NAMESPACE:
		if (depth > REPR_DEPTH_MAX)
			return buf_adds(b, "...");
		return buf_adds(b, open[v->type]) || repr_items(b, v, depth) ||
				       buf_adds(b, close[v->type])
			       ? -1
			       : 0;
	case PY_ARRAY: return repr_array(b, v->u.array);
	case PY_UNKNOWN:
		return buf_add(b, v->u.unknown->path.s, v->u.unknown->path.n);
	case PY_UNBOUND:
	case PY_FUNCTION:
	case PY_NATIVE:
	case PY_METHOD:
	case PY_OPAQUE: return buf_printf(b, "<%s>", py_type_name(v));
	}
	return 0;
}

int py_repr(struct buf *b, const struct py_value *v)
{
	return repr(b, v, 0);
}

int py_str_add(struct buf *b, const struct py_value *v)
{
	return v->type == PY_STR ? buf_add(b, v->u.str->s, v->u.str->n)
				 : py_repr(b, v);
}

const struct py_node *py_def(const struct py_value *f)
{
	return f->type == PY_FUNCTION ? f->u.function->def : NULL;
}

const struct py_module *py_module_of(const struct py_value *f)
{
	return f->type == PY_FUNCTION ? f->u.function->module : NULL;
}

const char *py_text(const struct py_module *m, size_t *n)
{
	*n = m->n;
	return m->text;
}

const struct py_host *py_host_of(const struct py_run *r)
{
	return r->py->host;
}

const struct py_value *py_callee(const struct py_run *r, size_t i)
{
	const struct py_callee *c = r->callee;

	while (c && i-- > 0)
		c = c->up;
	return c ? c->value : NULL;
}

const struct py_module *py_running(const struct py_run *r)
{
	return r->module;
}

bool py_local(const struct py_run *r, const char *name, size_t n,
	struct py_value *ret)
{
	const struct py_calling *c = r->calling;
	const struct py_scope *scope = c ? c->active.def->scope : NULL;

	for (unsigned i = 0; scope && i < scope->n; i++) {
		if (!py_str_is(&scope->name[i].s, name, n))
			continue;
		*ret = c->frame->slot[i];
		return ret->type != PY_UNBOUND;
	}
	return false;
}

const struct py_node *py_param(const struct py_value *f, size_t i)
{
	const struct py_node *p = f->u.function->def->arg->next;

	while (p && i-- > 0)
		p = p->next;
	return p;
}

/* The operand of E that stands first at or behind AT in the text, or NULL. */
static const struct py_node *next_operand(const struct py_node *e, size_t at)
{
	const struct py_node *best = NULL;

	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (kid->at >= at && (!best || kid->at < best->at))
			best = kid;
	return best;
}

/* The source from *AT to the last name in E that is replaced. */
static int show(struct buf *b, const struct py_module *m,
	const struct py_node *e, size_t *at)
{
	bool fixed = e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		     m->global[e->slot].fixed;

	if (fixed) {
		if (buf_add(b, m->text + *at, e->at - *at) ||
			buf_addc(b, '(') ||
			py_repr(b, &m->global[e->slot].value) ||
			buf_addc(b, ')'))
			return -1;
		*at = e->end;
	}
	for (const struct py_node *kid = next_operand(e, e->at); kid;
		kid = next_operand(e, kid->end + (kid->end == kid->at)))
		if (show(b, m, kid, at))
			return -1;
	return 0;
}

int py_show(struct buf *b, const struct py_module *m, const struct py_node *e)
{
	size_t at = e->at;

	if (show(b, m, e, &at))
		return -1;
	return buf_add(b, m->text + at, e->end - at);
}

bool py_is_known(const struct py_module *m, const struct py_node *e)
{
	struct py_value v;

	return py_builtin(e->s.s, e->s.n, true, &v) ||
	       m->global[e->slot].value.type != PY_UNBOUND;
}

/* DEPTH scopes around E are its function's own. */
static bool depends(
	const struct py_module *m, const struct py_node *e, unsigned depth)
{
	bool first = true;

	if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL)
		return e->hops >= depth;
	if (e->form == PY_NAME)
		return !m->global[e->slot].fixed &&
		       m->global[e->slot].value.type != PY_UNBOUND;
	depth += e->scope != NULL;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next) {
		bool outside = kid->form == PY_CLAUSE && first;
		/* The first iterable is of the scope around. */
		first = first && kid->form != PY_CLAUSE;
		if (outside ? depends(m, kid->arg, depth) ||
					depends(m, kid->arg->next, depth - 1)
			    : depends(m, kid, depth))
			return true;
	}
	return false;
}

bool py_depends(const struct py_module *m, const struct py_node *e)
{
	return depends(m, e, 0);
}
