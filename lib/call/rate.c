/* SPDX-License-Identifier: MIT */
/*
 * A function of the user's as a rate: which of its parameters is the step, what
 * the others are, and Keras's f(epoch, lr), whose values are made in order.
 */
#include "call/call_impl.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sched/build.h"
#include "sched/closure.h"

/* What counts the steps, where nothing says so. */
static const char *const step_names[] = {"step", "it", "iter", "iteration",
	"iteration_count", "global_step", "t", "epoch"};

#define NSTEP_NAME (sizeof(step_names) / sizeof(step_names[0]))

static int step_rank(const struct py_str *s)
{
	for (size_t i = 0; i < NSTEP_NAME; i++)
		if (s->n == strlen(step_names[i]) &&
			memcmp(s->s, step_names[i], s->n) == 0)
			return (int)i;
	return -1;
}

const char *call_free_step(const char *s, size_t n)
{
	for (size_t k = 0; k < NSTEP_NAME; k++) {
		size_t len = strlen(step_names[k]);

		for (size_t i = 0; i + len <= n; i++)
			if (memcmp(s + i, step_names[k], len) == 0 &&
				(i == 0 ||
					!(isalnum((unsigned char)s[i - 1]) ||
						strchr("_.\"'", s[i - 1]))) &&
				(i + len == n ||
					!(isalnum((unsigned char)s[i + len]) ||
						strchr("_\"'(", s[i + len]))))
				return step_names[k];
	}
	return NULL;
}

bool call_is_of_rates(const struct py_str *s)
{
	static const char *const parts[] = {
		"lr", "rate", "sched", "warm", "decay", "LR"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t k = 0, n = strlen(parts[i]); k + n <= s->n; k++)
			if (memcmp(s->s + k, parts[i], n) == 0)
				return true;
	return false;
}

/* --- functions of the step ------------------------------------------------ */

/* One of a function's values at each step, made once. */
struct table {
	struct sched_fn fn;
	size_t n;
	double v[];
};

static double table_at(struct sched_fn *f, double x)
{
	const struct table *t = (const struct table *)f;

	return x < (double)t->n ? t->v[(size_t)x] : t->v[t->n - 1];
}

static int table_show(struct buf *b, const struct sched_fn *f)
{
	(void)f;
	return buf_adds(b, "(...)");
}

static void table_free(struct sched_fn *f)
{
	free(f);
}

#define TABLE_MAX ((size_t)1 << 22)

/* F(epoch, rate) from the base on, as Keras asks for it. */
static struct sched_fn *iterate(struct py_run *r, const struct py_value *f)
{
	struct call_build *b = call_build_of(r);
	double last = isnan(b->horizon) ? 1 : b->horizon;
	size_t n = last < 1                   ? 1
		   : last > (double)TABLE_MAX ? TABLE_MAX
					      : (size_t)last;
	struct table *t = malloc(sizeof(*t) + n * sizeof(t->v[0]));
	struct py_value arg[2], v;

	if (!t) {
		py_raise_nomem(r, n);
		return NULL;
	}
	*t = (struct table){.fn = {.at = table_at,
				    .show = table_show,
				    .free = table_free,
				    .opaque = true},
		.n = n};
	arg[1] = py_float(b->place.base);
	for (size_t i = 0; i < n; i++) {
		arg[0] = py_int((int64_t)i);
		if (py_call(r, f, arg, 2, &v) < 0 || !py_is_number(&v)) {
			free(t);
			return NULL;
		}
		t->v[i] = py_number(&v);
		arg[1] = py_float(t->v[i]);
	}
	return &t->fn;
}

/* How F is called: which parameter is the step, what the others are. */
struct calling {
	struct py_value arg[SCHED_CLOSURE_NARG];
	size_t narg, step;
	bool iterated; /* f(epoch, lr) */
};

static bool is_rate_name(const struct py_str *s)
{
	static const char *const names[] = {
		"lr", "learning_rate", "current_lr", "old_lr", "rate"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (s->n == strlen(names[i]) &&
			memcmp(s->s, names[i], s->n) == 0)
			return true;
	return false;
}

/* The value that the user or the script has for a parameter called S. */
static bool known(const struct call_build *b, const struct py_str *s,
	struct py_value *ret)
{
	return py_global(b->user, s->s, s->n, ret) && ret->type != PY_UNKNOWN;
}

/* How to call F, whose parameters are in order. */
static int find_calling(
	struct py_run *r, const struct py_value *f, struct calling *c)
{
	const struct call_build *b = call_build_of(r);
	const struct py_node *p, *lone = NULL;
	int best = (int)NSTEP_NAME, rank;
	size_t nopen = 0, rate = 0, open_at = 0;

	*c = (struct calling){.step = SIZE_MAX};
	for (size_t i = 0; (p = py_param(f, i)); i++) {
		struct py_value v;

		if (p->s.n == 0 || i == SCHED_CLOSURE_NARG)
			return py_raise(r, py_def(f),
				"a function with other than plain parameters; "
				"expected a function of the step");
		c->narg = i + 1;
		rank = step_rank(&p->s);
		if (rank >= 0 && rank < best && !known(b, &p->s, &v)) {
			best = rank;
			c->step = i;
		}
		if (known(b, &p->s, &c->arg[i]) || p->arg)
			continue;
		nopen++;
		lone = p;
		open_at = i;
		if (is_rate_name(&p->s))
			rate = i;
	}
	if (nopen == 1 && lone)
		c->step = open_at;
	if (c->step == SIZE_MAX)
		return py_raise(r, py_def(f),
			"no argument that counts steps; expected one called "
			"step, it, epoch ...");
	c->iterated = rate > 0 && c->narg == 2 && c->step == 0 && nopen == 2;
	for (size_t i = 0; (p = py_param(f, i)) && !c->iterated; i++) {
		if (i == c->step || c->arg[i].type != PY_UNBOUND)
			continue;
		if (p->arg) { /* its default, from here on */
			if (i > c->step) {
				c->narg = i;
				break;
			}
			return py_raise(r, p,
				"a default before the step; expected -D %.*s="
				"VALUE",
				(int)p->s.n, p->s.s);
		}
		if (py_new_unknown(r, p, p->s.s, p->s.n, NULL, &c->arg[i]) < 0)
			return -1;
		return py_raise_unknown(r, p, &c->arg[i]);
	}
	return 0;
}

struct call_node *call_rate(struct py_run *r, const struct py_value *f)
{
	struct call_build *b = call_build_of(r);
	struct sched_fn *fn;
	struct sched *node;
	struct py_value ret, probe;
	struct py_error e;
	struct calling c;
	struct diag d;

	if (find_calling(r, f, &c) < 0)
		return NULL;
	if (c.iterated) {
		fn = iterate(r, f);
	} else {
		fn = sched_closure_new(b->py, *f, NULL, call_release, b);
		if (fn) {
			b->nref++;
			sched_closure_args(fn, c.arg, c.narg, c.step);
		}
	}
	node = fn ? sched_new_seg(sched_shape_find("fn", 2)) : NULL;
	if (!node) {
		sched_fn_free(fn);
		if (py_run_error(r).diag == NULL || fn)
			py_raise_nomem(r, sizeof(*node));
		return NULL;
	}
	sched_set(node, SCHED_FROM, 1);
	sched_set_fn(node, 0, fn);
	if (call_new_node(r, node, NAN, &ret) < 0)
		return NULL;
	/* What fails whatever the step is, is told now. */
	if (c.iterated)
		return (struct call_node *)ret.u.opaque->p;
	if (sched_closure_try(fn, 0, &probe, &e, &d) < 0) {
		if (!e.arithmetic) {
			py_raise_again(r, &e);
			return NULL;
		}
	} else if (probe.type == PY_UNKNOWN) {
		call_raise_unknown(r, &probe);
		return NULL;
	} else if (!py_is_number(&probe)) {
		py_raise(r, py_def(f), "gives %s; expected a rate",
			py_type_name(&probe));
		return NULL;
	}
	return (struct call_node *)ret.u.opaque->p;
}
