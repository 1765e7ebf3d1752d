/* SPDX-License-Identifier: MIT */
/*
 * Runs, their memory and their errors; values: making them, looking into them.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
		p->arrays = host ? host->arrays : NULL;
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

bool py_peek(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	if (slot < 0)
		return false;
	*ret = m->global[slot].value;
	return ret->type != PY_UNBOUND;
}

bool py_global(const struct py_module *m, const char *name, size_t n,
	struct py_value *ret)
{
	long slot = py_global_find(m, &(struct py_str){.s = name, .n = n});

	if (slot >= 0)
		m->global[slot].asked = true;
	return py_peek(m, name, n, ret);
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

struct py *py_of(struct py_run *r)
{
	return r->py;
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
	r->trying = 0;
	r->diag.class = DIAG_NONE;
}

static int raise_at(struct py_run *r, const struct py_node *at)
{
	const struct py_calling *c = r->calling;
	struct py_error *e = &r->error;

	*e = (struct py_error){.diag = &r->diag, .module = r->module};
	r->raised = NULL;
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

int py_exception(struct py_run *r, const char *exception, int raised)
{
	if (raised < 0)
		r->error.exception = exception;
	return raised;
}

int py_readable(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	const struct py_unknown *lost =
		v->type == PY_ARRAY ? v->u.array->base->lost : v->u.list->lost;

	return lost ? py_raise_unknown(r, at,
			      &(struct py_value){
				      .type = PY_UNKNOWN, .u.unknown = lost})
		    : 0;
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
		name = name ? name + 1 : NULL;
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
	case PY_SET:
	case PY_DICT: return v->u.list->n > 0;
	case PY_RANGE: return v->u.range->n > 0;
	case PY_ARRAY: return v->u.array->n > 0;
	case PY_UNBOUND:
	case PY_NONE:
	case PY_UNKNOWN: return false;
	case PY_ITER:
	case PY_NAMESPACE:
	case PY_TYPE:
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
		[PY_SET] = "a set",
		[PY_DICT] = "a dict",
		[PY_RANGE] = "a range",
		[PY_ITER] = "an iterator",
		[PY_NAMESPACE] = "an object",
		[PY_TYPE] = "a class",
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

bool py_is_named(const struct py_str *s, const char *name)
{
	return py_str_is(s, name, strlen(name));
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
	if (n)
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
	enum py_dtype dtype, struct py_value *ret)
{
	struct py_array *a;

	if (n > PY_ITEMS_MAX)
		return py_raise(r, at, "%zu items; expected at most %d", n,
			PY_ITEMS_MAX);
	a = py_alloc(r, sizeof(*a) + n * sizeof(*a->item));
	if (!a)
		return -1;
	*a = (struct py_array){.n = n,
		.dtype = dtype,
		.item = (double *)(a + 1),
		.stride = 1,
		.base = a,
		.owner = r};
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
	case PY_STR:
		/* Counting is as much work as so many steps. */
		return py_charge(r, at, v->u.str->n / 128) < 0
			       ? -1
			       : (long long)str_len(v->u.str);
	case PY_LIST:
	case PY_TUPLE:
	case PY_SET:
	case PY_DICT:
		return py_readable(r, at, v) < 0 ? -1
		       : v->type == PY_DICT      ? (long long)v->u.list->n / 2
						 : (long long)v->u.list->n;
	case PY_RANGE: return (long long)v->u.range->n;
	case PY_ARRAY:
		return py_readable(r, at, v) < 0 ? -1
						 : (long long)v->u.array->n;
	case PY_UNKNOWN: return py_raise_unknown(r, at, v);
	case PY_TYPE:
		if (v->u.class->members)
			return (long long)v->u.class->members->n;
		/* fall through */
	default:
		return py_exception(r, "TypeError",
			py_raise(r, at, "%s has no length; expected a list",
				py_type_name(v)));
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
	double x = a->item[(ptrdiff_t)i * a->stride];
	struct py_value v = py_float(x);

	if (a->dtype == PY_INTS)
		v = py_int((int64_t)x);
	else if (a->dtype == PY_BOOLS)
		v = py_bool(x != 0);
	v.np = true;
	return v;
}

int py_nth(struct py_run *r, const struct py_value *v, size_t i,
	struct py_value *ret)
{
	struct py_str c;

	switch (v->type) {
	case PY_STR:
		if (py_charge(r, NULL, v->u.str->n / 128) < 0)
			return -1;
		c = character(v->u.str, i);
		return py_new_str(r, c.s, c.n, ret);
	case PY_DICT: *ret = v->u.list->item[2 * i]; return 0;
	case PY_RANGE:
		*ret = py_int(v->u.range->from + (int64_t)i * v->u.range->step);
		return 0;
	case PY_ARRAY: *ret = py_array_item(v->u.array, i); return 0;
	case PY_TYPE: *ret = v->u.class->members->item[i]; return 0;
	default: *ret = v->u.list->item[i]; return 0;
	}
}

int py_list_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, enum py_type type, struct py_value *ret)
{
	struct py_value list, item;
	struct py_iter it;
	long long n = 0;
	int more;

	if (v->type == PY_LIST || v->type == PY_TUPLE)
		n = py_count(r, at, v);
	if (n < 0 || py_new_list(r, type, (size_t)n, &list) < 0)
		return -1;
	if (n > 0) {
		memcpy(list.u.list->item, v->u.list->item,
			(size_t)n * sizeof(item));
		list.u.list->n = (size_t)n;
		*ret = list;
		return py_charge(r, at, (size_t)n);
	}
	if (py_iterate(r, at, v, &it) < 0)
		return -1;
	while ((more = py_next(r, at, &it, &item)) > 0)
		if (py_list_add(r, list.u.list, item) < 0)
			return -1;
	*ret = list;
	return more;
}

int py_set_of(struct py_run *r, const struct py_node *at,
	const struct py_value *v, struct py_value *ret)
{
	struct py_value set, list = *v, one;

	if ((v->type == PY_SET ? py_readable(r, at, v)
			       : py_list_of(r, at, v, PY_LIST, &list)) < 0 ||
		py_new_list(r, PY_SET, 0, &set) < 0)
		return -1;
	for (size_t i = 0; i < list.u.list->n; i++) {
		one = list.u.list->item[i];
		if (py_set_add(r, at, &set, &one) < 0)
			return -1;
	}
	*ret = set;
	return 0;
}

int py_set_add(struct py_run *r, const struct py_node *at,
	const struct py_value *set, const struct py_value *v)
{
	struct py_list *l = set->u.list;

	if (py_mutable(r, at, l->owner) < 0 || py_hashable(r, at, v) < 0 ||
		py_charge(r, at, l->n) < 0)
		return -1;
	for (size_t i = 0; i < l->n; i++) {
		int same = py_equal(r, at, &l->item[i], v);
		if (same)
			return same < 0 ? -1 : 0;
	}
	return py_list_add(r, l, *v);
}

int py_new_range(struct py_run *r, const struct py_node *at, int64_t from,
	int64_t step, size_t n, struct py_value *ret)
{
	struct py_range *x = py_alloc(r, sizeof(*x));

	(void)at;
	if (!x)
		return -1;
	*x = (struct py_range){.from = from, .step = step, .n = n};
	*ret = (struct py_value){.type = PY_RANGE, .u.range = x};
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

int py_hashable(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	switch (v->type) {
	case PY_UNKNOWN: return py_raise_unknown(r, at, v);
	case PY_LIST:
	case PY_DICT:
	case PY_SET:
	case PY_ARRAY:
		return py_exception(r, "TypeError",
			py_raise(r, at,
				"%s as a key; expected what does not "
				"change, as numbers and strings",
				py_type_name(v)));
	case PY_TUPLE:
		for (size_t i = 0; i < v->u.list->n; i++)
			if (v->u.list->item[i].type != PY_TUPLE &&
				py_hashable(r, at, &v->u.list->item[i]) < 0)
				return -1;
		return 0;
	default: return 0;
	}
}

int py_dict_get(struct py_run *r, const struct py_node *at, struct py_list *d,
	const struct py_value *key, struct py_value **ret)
{
	*ret = NULL;
	if (py_hashable(r, at, key) < 0 || py_charge(r, at, d->n / 2) < 0)
		return -1;
	if (d->lost)
		return py_raise_unknown(r, at,
			&(struct py_value){
				.type = PY_UNKNOWN, .u.unknown = d->lost});
	if (key->type == PY_STR) {
		*ret = py_dict_find(d, key->u.str->s, key->u.str->n);
		return 0;
	}
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

	if (d->lost)
		return 0; /* more of what is not known */
	if (py_mutable(r, at, d->owner) < 0 ||
		py_dict_get(r, at, d, key, &old) < 0)
		return -1;
	if (old) {
		*old = *v;
		return 0;
	}
	return py_list_add(r, d, *key) < 0 ? -1 : py_list_add(r, d, *v);
}

int py_dict_delete(struct py_run *r, const struct py_node *at,
	struct py_list *d, const struct py_value *key)
{
	struct py_value *found;

	if (py_mutable(r, at, d->owner) < 0 ||
		py_dict_get(r, at, d, key, &found) < 0)
		return -1;
	if (!found)
		return py_exception(r, "KeyError",
			py_raise(r, at, "is not a key of the dict"));
	memmove(found - 1, found + 1,
		(size_t)(d->item + d->n - found - 1) * sizeof(*found));
	d->n -= 2;
	return 0;
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

/* Whether FN's parameter P, which stands at PLACE, has its argument. */
static bool is_given(
	const struct py_function *fn, const struct py_node *p, size_t place)
{
	for (size_t i = 0; i < fn->ngiven; i++) {
		bool named = fn->given[i].name.n > 0;
		if (named ? py_str_equal(&fn->given[i].name, &p->s)
			  : i == place && p->op != '*')
			return true;
	}
	return false;
}

struct py_value py_default(const struct py_value *f, const struct py_node *p)
{
	const struct py_function *fn = f->u.function;
	size_t i = 0;

	for (const struct py_node *q = fn->def->arg->next; q; q = q->next, i++)
		if (q == p)
			return fn->init[i];
	return (struct py_value){.type = PY_UNBOUND};
}

const struct py_node *py_class_def(const struct py_value *v)
{
	const struct py_class *c = v->type == PY_TYPE        ? v->u.class
				   : v->type == PY_NAMESPACE ? v->u.list->class
							     : NULL;

	return c ? c->def : NULL;
}

int py_set(struct py_run *r, const struct py_value *v, const char *name,
	struct py_value x)
{
	struct py_value key;

	return py_new_str(r, name, strlen(name), &key) < 0
		       ? -1
		       : py_dict_set(r, NULL, v->u.list, &key, &x);
}

const struct py_node *py_param(const struct py_value *f, size_t i)
{
	const struct py_function *fn = f->u.function;
	const struct py_node *p = fn->def->arg->next;
	size_t place = 0;

	for (; p; p = p->next)
		if (!is_given(fn, p, place++) && i-- == 0)
			return p;
	return NULL;
}
