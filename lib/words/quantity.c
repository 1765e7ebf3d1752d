/* SPDX-License-Identifier: MIT */
/*
 * Quantities: numbers, values, lengths in steps, choices, and functions of the
 * step.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "numpy/numpy.h"
#include "py/py.h"
#include "words/words_impl.h"

/* --- numbers ----------------------------------------------------------- */

/* *V, the number that S[0..N) in the current word is, as it is to be read. */
static int take_number(struct parser *p, const char *s, size_t n, double *v)
{
	struct span word = p->word[p->at];
	struct buf before = {0}, after = {0};
	struct sched_number like = {.at = word.s, .value = *v, .given = true};
	int bad;

	if (!p->env->numbers)
		return 0;
	buf_add(&before, word.s, (size_t)(s - word.s));
	buf_add(&after, s + n, word.n - (size_t)(s - word.s) - n);
	like.before = buf_text(&before);
	like.after = buf_text(&after);
	bad = !like.before || !like.after;
	if (!bad)
		bad = sched_numbers_take(p->env->numbers, &like, v);
	buf_free(&before);
	buf_free(&after);
	return bad ? diag_nomem(p->d, word.n) : 0;
}

/* The number S starts with; *REST what follows.  Finite, or an error. */
static int scan(struct parser *p, struct span name, struct span s, double *ret,
	struct span *rest)
{
	size_t n = num_scan_double(s.s, s.n, ret);

	if (!n)
		return words_fail(p, s.s,
			"%.*s '%.*s' is not a number; expected a decimal",
			STR_ARG(name), STR_ARG(s));
	if (!isfinite(*ret))
		return words_fail(p, s.s,
			"%.*s %.*s is too large; expected a double",
			STR_ARG(name), (int)n, s.s);
	*rest = (struct span){s.s + n, s.n - n};
	return take_number(p, s.s, n, ret);
}

int words_parse_real(
	struct parser *p, struct span name, struct span s, double *ret)
{
	struct span rest = {0};

	if (scan(p, name, s, ret, &rest))
		return -1;
	if (rest.n)
		return words_fail(p, rest.s,
			"'%.*s' after the number; expected nothing (%.*s is a "
			"plain number)",
			STR_ARG(rest), STR_ARG(name));
	return 0;
}

int words_parse_value(struct parser *p, struct span name, struct span s,
	double base, double *ret, bool *is_base)
{
	struct span rest = {0};

	if (scan(p, name, s, ret, &rest))
		return -1;
	if (rest.n && !words_span_is(rest, "x"))
		return words_fail(p, rest.s,
			"'%.*s' after the number; expected nothing, or x for "
			"multiples of the base rate",
			STR_ARG(rest));
	if (*ret < 0)
		return words_fail(p, s.s,
			"%.*s is negative; expected a value of 0 or more",
			STR_ARG(name));
	*is_base = rest.n > 0;
	if (*is_base)
		*ret *= base;
	return 0;
}

/* --- lengths ----------------------------------------------------------- */

/*
 * 100% when the steps are not known yet: large enough for any length to be
 * valid.
 */
#define STEPS_UNKNOWN 1e9

static double steps_known(const struct parser *p)
{
	return isnan(p->env->steps) ? STEPS_UNKNOWN : p->env->steps;
}

/* A suffix that other programs take, and what is to be written here. */
static int wrong_unit(struct parser *p, struct span number, struct span rest)
{
	static const struct {
		const char *unit;
		double times;
		const char *suffix;
	} other[] = {
		{"k", 1e3, ""},
		{"K", 1e3, ""},
		{"m", 1e6, ""},
		{"M", 1e6, ""},
		{"s", 1, ""},
		{"it", 1, ""},
		{"iters", 1, ""},
		{"step", 1, ""},
		{"steps", 1, ""},
		{"E", 1, "ep"},
		{"eps", 1, "ep"},
		{"epoch", 1, "ep"},
		{"epochs", 1, "ep"},
		{"pct", 1, "%"},
		{"percent", 1, "%"},
	};
	double x;

	num_scan_double(number.s, number.n, &x);
	if (rest.s[0] == '_')
		return words_fail(p, rest.s,
			"'%.*s' after the number; expected its digits "
			"without '_'",
			STR_ARG(rest));
	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		if (!words_span_is(rest, other[i].unit))
			continue;
		return words_fail(p, rest.s, "unit '%.*s'; expected %.15g%s",
			STR_ARG(rest), x * other[i].times, other[i].suffix);
	}
	return words_fail(p, rest.s, "unit '%.*s'; expected %s", STR_ARG(rest),
		p->units ? p->units
			 : "nothing (steps), % (of the steps) or ep (epochs)");
}

static bool is_samples(struct span rest)
{
	return rest.n > 0 && rest.s[0] == 's' &&
	       (rest.n == 1 || strchr("+-", rest.s[1]));
}

static bool is_epochs(struct span rest)
{
	return rest.s[0] == 'e' &&
	       (rest.n == 1 || strchr("+-", rest.s[1]) ||
		       (rest.s[1] == 'p' &&
			       (rest.n == 2 || strchr("+-", rest.s[2]))));
}

/*
 * Steps in the unit that REST, behind NUMBER, begins with, and the characters
 * it takes.
 */
static int unit_steps(struct parser *p, struct span number, struct span rest,
	double *unit, size_t *taken)
{
	const struct sched_env *env = p->env;

	*unit = 1;
	*taken = 0;
	if (env->has_samples && is_samples(rest)) {
		*taken = 1;
		p->table->in_samples = p->at + 1;
		return 0;
	}
	if (!rest.n || rest.s[0] == '+' || rest.s[0] == '-') {
		p->table->in_steps = p->at + 1;
		return 0;
	}
	if (rest.s[0] == '%') {
		*taken = 1;
		*unit = steps_known(p) / 100;
		if (isnan(env->steps))
			p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (is_epochs(rest)) {
		*taken = rest.n > 1 && rest.s[1] == 'p' ? 2 : 1;
		*unit = env->epoch_steps;
		if (env->epoch_samples)
			p->table->in_samples = p->at + 1;
		if (!isnan(*unit))
			return 0;
		return words_fail(p, rest.s,
			"a length in epochs; expected the steps per epoch too "
			"(%s)",
			sched_names_of(env)->epoch_steps);
	}
	if (rest.s[0] == 'x')
		return words_fail(p, rest.s,
			"x is for values; expected a length in steps, %%, ep");
	return wrong_unit(p, number, rest);
}

/* V, or the whole number it missed: 1.1ep of 110 steps are 121. */
static double snap(double v)
{
	double whole = round(v);

	return fabs(v - whole) <= 2 * DBL_EPSILON * fabs(v) ? whole : v;
}

int words_parse_steps(struct parser *p, struct span name, struct span s,
	double *ret, double *unit)
{
	struct span rest = {0}, more = {0};
	double offset = 0;
	size_t taken;

	if (scan(p, name, s, ret, &rest) ||
		unit_steps(p, s, rest, unit, &taken))
		return -1;
	if (taken)
		*ret = snap(*ret * *unit);
	rest.s += taken;
	rest.n -= taken;
	if (rest.n) {
		if (rest.s[0] != '+' && rest.s[0] != '-')
			return words_fail(p, rest.s,
				"'%.*s' after the length; expected +K or -K",
				STR_ARG(rest));
		if (scan(p, name, rest, &offset, &more))
			return -1;
		if (more.n)
			return words_fail(p, more.s,
				"'%.*s' after the length; expected nothing",
				STR_ARG(more));
		*ret += offset;
		*unit = 1;
	}
	if (*ret > (double)SCHED_STEPS_MAX)
		return words_fail(p, s.s,
			"%.*s %.*s is above 2^53 steps; expected fewer",
			STR_ARG(name), STR_ARG(s));
	return 0;
}

/* --- choices ----------------------------------------------------------- */

int words_parse_choice(struct parser *p, struct span name, struct span s,
	const char *choices, double *ret)
{
	struct span more, all = {choices, strlen(choices)};

	for (size_t i = 0; all.s; all = more, i++) {
		struct span c = words_span_cut(all, "|", &more);

		if (c.n == s.n && !memcmp(c.s, s.s, s.n)) {
			*ret = (double)i;
			return 0;
		}
	}
	return words_fail(p, s.s, "%.*s=%.*s; expected one of %s",
		STR_ARG(name), STR_ARG(s), choices);
}

/* --- functions --------------------------------------------------------- */

struct lambda {
	struct py *py;
	struct py_module *module;
	char *text;
};

static void release(void *ctx)
{
	struct lambda *l = ctx;

	py_free(l->py);
	free(l->text);
	free(l);
}

/* What the user defined, the last of a name first. */
static int define(
	const struct lambda *l, const struct sched_env *env, struct diag *d)
{
	for (size_t i = env->given.ndefine; i-- > 0;) {
		struct py_str path;
		struct py_value v, old;

		if (py_parse_define(l->py, env->given.define[i], &path, &v, d) <
			0)
			return -1;
		if (!py_peek(l->module, path.s, path.n, &old) &&
			py_define(l->module, path.s, path.n, v) < 0)
			return diag_nomem(d, path.n);
		if (env->given.asked && py_asks(l->module, path.s, path.n))
			env->given.asked[i] = true;
	}
	return 0;
}

/* A name in E that has no value, or NULL. */
static const struct py_node *unknown(
	const struct py_module *m, const struct py_node *e)
{
	const struct py_node *found = NULL;
	struct py_value v;

	if (e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		!py_is_known(m, e) && !py_global(m, e->s.s, e->s.n, &v))
		return e;
	if (e->form == PY_ATTR && e->value.type != PY_UNBOUND)
		return NULL;
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		found = unknown(m, kid);
	return found;
}

/* Fails at the byte of S where the run's error is. */
static int fail_run(struct parser *p, struct span s, const struct py_run *r)
{
	struct py_error e = py_run_error(r);

	*p->d = *e.diag;
	return words_fail_at(p, s.s + (e.at ? e.at->at : 0));
}

/* What is wrong whatever the step is; where that cannot be told, later. */
static int check(struct parser *p, struct span s, const struct lambda *l,
	struct sched_fn *f)
{
	const struct py_node *e = py_root(l->module);
	const struct py_node *bad = unknown(l->module, e);
	struct py_error error;
	struct py_value v;
	struct diag d;

	if (bad)
		return words_fail(p, s.s + bad->at, "unknown name '%.*s'",
			STR_ARG(bad->s));
	if (sched_closure_try(f, 0, &v, &error, &d) == 0 && !py_is_number(&v))
		return words_fail(p, s.s + e->arg->at,
			"in a lambda: gives %s; expected a number",
			py_type_name(&v));
	return 0;
}

static int load(struct parser *p, struct span name, struct span s,
	struct lambda *l, struct py_value *f)
{
	const struct py_node *param;
	struct py_run *r;
	size_t where = 0;

	l->py = py_new(&numpy_host);
	l->text = malloc(s.n + 1);
	if (!l->py || !l->text)
		return diag_nomem(p->d, s.n);
	memcpy(l->text, s.s, s.n);
	l->text[s.n] = '\0';
	if (py_parse_expr(l->py, l->text, s.n, &l->module, &where, p->d) < 0)
		return words_fail_at(p, s.s + where);
	if (py_root(l->module)->form != PY_LAMBDA)
		return words_fail(p, s.s,
			"%.*s=%.*s is no lambda; expected %.*s=(lambda t:...)",
			STR_ARG(name), STR_ARG(s), STR_ARG(name));
	r = py_builder(l->py);
	if (define(l, p->env, p->d) < 0)
		return words_fail_at(p, s.s);
	if (py_exec(r, l->module, f) < 0)
		return fail_run(p, s, r);
	param = py_param(f, 0);
	if (param && (!param->next || param->next->arg))
		return 0;
	return words_fail(p, s.s,
		"a lambda of %s; expected one argument, the step",
		param ? "several arguments" : "no argument");
}

/* Its source in brackets, with the values of names; NULL for no memory. */
static char *source(const struct lambda *l)
{
	bool bare = l->text[py_root(l->module)->at] != '(';
	struct buf b = {0};

	buf_adds(&b, bare ? "(" : "");
	py_show(&b, l->module, py_root(l->module));
	buf_adds(&b, bare ? ")" : "");
	return buf_take(&b);
}

int words_parse_lambda(struct parser *p, struct span name, struct span s,
	struct sched_fn **ret)
{
	struct lambda *l = calloc(1, sizeof(*l));
	struct sched_fn *f = NULL;
	struct py_value v = py_none();
	char *text;

	if (!l)
		return diag_nomem(p->d, sizeof(*l));
	if (load(p, name, s, l, &v) < 0) {
		release(l);
		return -1;
	}
	text = source(l);
	f = text ? sched_closure_new(l->py, v, text, release, l) : NULL;
	if (!f) {
		free(text);
		release(l);
		return diag_nomem(p->d, s.n);
	}
	*ret = f;
	if (check(p, s, l, f) == 0)
		return 0;
	sched_fn_free(f);
	*ret = NULL;
	return -1;
}
