/* SPDX-License-Identifier: MIT */
/*
 * Runs: their memory, their errors, and calls of what can be called, which the
 * evaluator makes.
 */
#define OBJECT_ITSELF
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "object/object_impl.h"

/* --- memory ----------------------------------------------------------- */

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

/* --- interpreters and runs -------------------------------------------- */

struct py *py_interpreter(
	const struct py_host *host, const struct py_evaluator *evaluator)
{
	struct py *p = calloc(1, sizeof(*p));

	if (p) {
		p->host = host;
		p->evaluator = evaluator;
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

int py_invoke(struct py_run *r, const struct py_node *at,
	const struct py_value *f, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	return r->py->evaluator->call(r, at, f, arg, narg, ret);
}

struct py *py_of(struct py_run *r)
{
	return r->py;
}

void **py_run_ctx(struct py_run *r)
{
	return &r->ctx;
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

/* --- errors ----------------------------------------------------------- */

void py_run_reset(struct py_run *r)
{
	r->depth = r->calls = 0;
	r->calling = NULL;
	r->callee = NULL;
	r->trying = 0;
	r->diag.class = DIAG_NONE;
}

/* AT as errors and values may keep it. */
static const struct py_node *of_text(const struct py_node *at)
{
	return at && at->stands_for ? at->stands_for : at;
}

static int raise_at(struct py_run *r, const struct py_node *at)
{
	const struct py_calling *c = r->calling;
	struct py_error *e = &r->error;

	*e = (struct py_error){.diag = &r->diag, .module = r->module};
	r->raised = NULL;
	e->at = !at && c ? c->active.at : of_text(at);
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

int py_raise_as(struct py_run *r, const struct py_node *at,
	const char *exception, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(&r->diag, DIAG_USAGE, fmt, ap);
	va_end(ap);
	raise_at(r, at);
	return py_exception(r, exception, -1);
}

int py_new_unknown_as(struct py_run *r, const struct py_node *at,
	const char *path, size_t n, const struct py_unknown *as,
	struct py_value *ret)
{
	struct py_unknown *u = py_alloc(r, sizeof(*u) + n);

	if (!u)
		return -1;
	if (n)
		memcpy(u + 1, path, n);
	*u = (struct py_unknown){.path = {.s = (const char *)(u + 1), .n = n},
		.why = as->why,
		.handed = as->handed,
		.cause = as->cause,
		.at = of_text(at)};
	*ret = (struct py_value){.type = PY_UNKNOWN, .u.unknown = u};
	return 0;
}

int py_new_unknown(struct py_run *r, const struct py_node *at, const char *path,
	size_t n, const char *why, struct py_value *ret)
{
	return py_new_unknown_as(
		r, at, path, n, &(struct py_unknown){.why = why}, ret);
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

int py_buf_end(struct py_run *r, struct buf *b)
{
	return buf_text(b) ? 0 : py_raise_nomem(r, b->len);
}

int py_raise_unknown(
	struct py_run *r, const struct py_node *at, const struct py_value *v)
{
	const struct py_unknown *u = v->u.unknown;

	if (u->why)
		py_raise(r, at, "'%.*s' has no value: %s", STR_ARG(u->path),
			u->why);
	else
		py_raise(r, at, "'%.*s' has no value", STR_ARG(u->path));
	r->error.unknown = u;
	return -1;
}

int py_exception(struct py_run *r, const char *exception, int raised)
{
	if (raised < 0)
		r->error.exception = exception;
	return raised;
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
