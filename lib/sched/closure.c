/* SPDX-License-Identifier: MIT */
/*
 * A user's function at each step, by any thread: each call takes a run of the
 * interpreter and puts it back for the next.
 */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "py/py.h"
#include "sched/sched_impl.h"

/* Runs kept for the next call. */
#define NSPARE 8

struct closure {
	struct sched_fn fn;
	struct py *py;
	struct py_value value;
	struct py_value arg[SCHED_CLOSURE_NARG];
	size_t narg, step; /* arg[step] is the number */
	char *source;
	void (*release)(void *ctx);
	void *ctx;
	struct py_run *_Atomic spare[NSPARE];
};

static struct py_run *take_run(struct closure *c)
{
	for (size_t i = 0; i < NSPARE; i++) {
		struct py_run *r = atomic_exchange(&c->spare[i], NULL);
		if (r)
			return r;
	}
	return py_run_new(c->py);
}

static void put_run(struct closure *c, struct py_run *r)
{
	for (size_t i = 0; r && i < NSPARE; i++)
		r = atomic_exchange(&c->spare[i], r);
	py_run_free(r);
}

static struct py_value number(double x)
{
	return x == floor(x) && fabs(x) <= (double)PY_INT_MAX
		       ? py_int((int64_t)x)
		       : py_float(x);
}

static int call(
	struct closure *c, struct py_run *r, double x, struct py_value *ret)
{
	struct py_value arg[SCHED_CLOSURE_NARG];

	struct sched_step step = {.x = x};
	int done;

	memcpy(arg, c->arg, sizeof(arg));
	if (c->step < SCHED_CLOSURE_NARG)
		arg[c->step] = number(x);
	*py_run_ctx(r) = &step;
	done = py_call(r, &c->value, arg, c->narg, ret);
	*py_run_ctx(r) = NULL;
	return done;
}

void sched_closure_args(
	struct sched_fn *f, const struct py_value *arg, size_t n, size_t i)
{
	struct closure *c = (struct closure *)f;

	memcpy(c->arg, arg, n * sizeof(*arg));
	c->narg = n;
	c->step = i;
}

static double at(struct sched_fn *f, double x)
{
	struct closure *c = (struct closure *)f;
	struct py_value v;
	struct py_run *r = take_run(c);
	double y = NAN;

	if (!r)
		return NAN;
	if (call(c, r, x, &v) == 0 && py_is_number(&v))
		y = py_number(&v);
	put_run(c, r);
	return y;
}

int sched_closure_try(struct sched_fn *f, double x, struct py_value *ret,
	struct py_error *e, struct diag *d)
{
	struct closure *c = (struct closure *)f;
	struct py_run *r = take_run(c);
	int failed;

	*e = (struct py_error){.diag = d};
	if (!r)
		return diag_nomem(d, sizeof(*c));
	failed = call(c, r, x, ret);
	if (failed) {
		*e = py_run_error(r);
		*d = *e->diag;
		e->diag = d;
	}
	put_run(c, r);
	return failed;
}

static int why(struct sched_fn *f, double x, struct diag *d)
{
	struct py_value v;
	struct py_error e;

	if (sched_closure_try(f, x, &v, &e, d) < 0)
		return 1;
	if (!py_is_number(&v))
		diag_set(d, DIAG_DATA, "gives %s; expected a number",
			py_type_name(&v));
	else if (!isnan(py_number(&v)))
		diag_nomem(d, sizeof(v)); /* it has one when asked again */
	else
		return 0;
	return 1;
}

static void show(struct buf *b, const struct sched_fn *f)
{
	const struct closure *c = (const struct closure *)f;

	buf_adds(b, c->source ? c->source : "(...)");
}

static void release(struct sched_fn *f)
{
	struct closure *c = (struct closure *)f;

	for (size_t i = 0; i < NSPARE; i++)
		py_run_free(c->spare[i]);
	c->release(c->ctx);
	free(c->source);
	free(c);
}

/* Whether E, of the body of a function, uses its parameter S. */
static bool uses(const struct py_node *e, const struct py_str *s)
{
	if (e->form == PY_NAME && e->hops != PY_HOPS_GLOBAL &&
		py_str_equal(&e->s, s))
		return true;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (uses(kid, s))
			return true;
	return false;
}

struct sched_fn *sched_closure_new(struct py *py, struct py_value f,
	char *source, void (*release_ctx)(void *ctx), void *ctx)
{
	struct closure *c = calloc(1, sizeof(*c));
	const struct py_node *param, *def;

	if (!c)
		return NULL;
	c->fn = (struct sched_fn){.at = at,
		.show = show,
		.why = why,
		.free = release,
		.opaque = !source};
	c->py = py;
	c->value = f;
	c->narg = 1;
	c->source = source;
	c->release = release_ctx;
	c->ctx = ctx;
	def = py_def(&f);
	param = f.type == PY_FUNCTION ? py_param(&f, 0) : NULL;
	c->fn.is_const =
		param && def->form == PY_LAMBDA && !uses(def->arg, &param->s);
	return &c->fn;
}
