/* SPDX-License-Identifier: MIT */
/*
 * Python's math module (3.11): every function of it.  What would raise there
 * raises here; what comes out is the same double, but of gamma, lgamma, hypot
 * and dist, which may differ by two units in the last place.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "builtin/builtin_impl.h"

static const double pi = 3.14159265358979323846;

/* Of call_class(). */
#define FINITE (1 << FP_ZERO | 1 << FP_SUBNORMAL | 1 << FP_NORMAL)

/* --- of one float --------------------------------------------------------- */

static double degrees(double x)
{
	return x * (180.0 / pi);
}

static double radians(double x)
{
	return x * (pi / 180.0);
}

/* Python has no logarithm of 0. */
static double log_of(double x)
{
	return x > 0 ? log(x) : NAN;
}

static double log2_of(double x)
{
	return x > 0 ? log2(x) : NAN;
}

static double log10_of(double x)
{
	return x > 0 ? log10(x) : NAN;
}

static double ulp(double x)
{
	double up;

	x = fabs(x);
	if (!isfinite(x))
		return x;
	up = nextafter(x, HUGE_VAL);
	return isinf(up) ? x - nextafter(x, -HUGE_VAL) : up - x;
}

/* No value of NAME at X: it is too LARGE, or there is none. */
static int no_value(struct py_run *r, const struct py_node *at,
	const char *name, double x, bool large)
{
	char text[NUM_DOUBLE_MAX];
	int n = (int)num_from_double(text, x);

	py_raise(r, at, "%s(%.*s) has no finite value", name, n, text);
	r->error.arithmetic = true;
	return py_exception(r, large ? "OverflowError" : "ValueError", -1);
}

/* Whether what FN has at X, infinite, is so beyond X, too: X is no pole. */
static bool is_large(const struct py_native *fn, double x)
{
	return isinf(fn->math(nextafter(x, x < 0 ? -HUGE_VAL : HUGE_VAL)));
}

/* The double that FN has at X. */
static int at_float(struct py_run *r, const struct py_node *at,
	const struct py_native *fn, double x, double *ret)
{
	*ret = fn->math(x);
	if ((isnan(*ret) && !isnan(x)) || (isinf(*ret) && isfinite(x)))
		return no_value(
			r, at, fn->name, x, isinf(*ret) && is_large(fn, x));
	return 0;
}

int py_math_call(struct py_run *r, const struct py_node *at,
	const struct py_native *fn, const struct py_value *v,
	struct py_value *ret)
{
	double x;

	if (py_is_number(v)) {
		if (at_float(r, at, fn, py_number(v), &x) < 0)
			return -1;
		*ret = py_float(x);
		return 0;
	}
	if (v->type == PY_UNKNOWN)
		return py_raise_unknown(r, at, v);
	if (v->type == PY_ARRAY && v->u.array->n == 1) {
		struct py_value one = py_array_item(v->u.array, 0);
		return py_math_call(r, at, fn, &one, ret);
	}
	return py_raise_as(r, at, "TypeError",
		"%s() was given %s; expected a number", fn->name,
		py_type_name(v));
}

/* --- arguments ------------------------------------------------------------ */

static int floats(struct py_call *c, double *a, double *b)
{
	return py_float_arg(c, 0, a) < 0 ? -1 : py_float_arg(c, 1, b);
}

static int counts(struct py_call *c, int64_t *n, int64_t *k)
{
	if (py_int_arg(c, 0, n) < 0 ||
		(c->narg > 1 && c->arg[1].type != PY_UNBOUND &&
			c->arg[1].type != PY_NONE && py_int_arg(c, 1, k) < 0))
		return -1;
	if (*n < 0 || *k < 0)
		return py_raise(c->run, c->at,
			"%s() of a negative int; expected 0 or more",
			c->fn->name);
	return 0;
}

/* An error where X is not finite although A and B are. */
static int checked(struct py_call *c, double x, double a, double b)
{
	bool bad = isnan(x) ? !isnan(a) && !isnan(b)
			    : isinf(x) && isfinite(a) && isfinite(b);

	/* Of 0 it is a pole: pow(0, -1) */
	return bad ? no_value(c->run, c->at, c->fn->name, a, isinf(x) && a != 0)
		   : py_result(c, py_float(x));
}

/* The numbers of arg[I], an array of them in *RET. */
static int numbers(struct py_call *c, size_t i, struct py_array **ret)
{
	struct py_value array, all, item;

	if (py_list_of(c->run, c->at, &c->arg[i], PY_LIST, &all) < 0 ||
		py_new_array(c->run, c->at, all.u.list->n, PY_FLOATS, &array) <
			0)
		return -1;
	*ret = array.u.array;
	for (size_t k = 0; k < all.u.list->n; k++) {
		item = all.u.list->item[k];
		if (item.type == PY_UNKNOWN)
			return py_raise_unknown(c->run, c->at, &item);
		if (!py_is_number(&item))
			return py_raise_arg(c, i, "numbers");
		array.u.array->item[k] = py_number(&item);
	}
	return 0;
}

/* --- of floats ------------------------------------------------------------ */

/* Floats of two. */
static int call_two(struct py_call *c)
{
	double a, b;

	return floats(c, &a, &b) < 0
		       ? -1
		       : py_result(c, py_float(c->fn->math2(a, b)));
}

/* Of two that may have no finite value. */
static int call_two_checked(struct py_call *c)
{
	double a, b;

	return floats(c, &a, &b) < 0 ? -1
				     : checked(c, c->fn->math2(a, b), a, b);
}

static int call_ldexp(struct py_call *c)
{
	double x;
	int64_t e;

	if (py_float_arg(c, 0, &x) < 0 || py_int_arg(c, 1, &e) < 0)
		return -1;
	e = e > 5000 ? 5000 : e < -5000 ? -5000 : e;
	return checked(c, ldexp(x, (int)e), x, 0);
}

static int call_log(struct py_call *c)
{
	double x, base;

	if (py_float_arg(c, 0, &x) < 0)
		return -1;
	if (!py_given(c, 1))
		return checked(c, log_of(x), x, 0);
	if (py_float_arg(c, 1, &base) < 0)
		return -1;
	if (base == 1)
		return py_raise_zero(c->run, c->at);
	if (checked(c, log_of(x), x, 0) < 0 ||
		checked(c, log_of(base), base, 0) < 0)
		return -1;
	return py_result(c, py_float(log(x) / log(base)));
}

static int call_frexp(struct py_call *c)
{
	double x;
	int e = 0;

	if (py_float_arg(c, 0, &x) < 0)
		return -1;
	if (isfinite(x))
		x = frexp(x, &e);
	return py_new_pair(c->run, py_float(x), py_int(e), c->ret);
}

static int call_modf(struct py_call *c)
{
	double x, whole;

	if (py_float_arg(c, 0, &x) < 0)
		return -1;
	x = modf(x, &whole);
	return py_new_pair(c->run, py_float(x), py_float(whole), c->ret);
}

static int call_isclose(struct py_call *c)
{
	double a, b, rel = 1e-9, abs = 0, d;

	if (floats(c, &a, &b) < 0 ||
		(py_given(c, 2) && py_float_arg(c, 2, &rel) < 0) ||
		(py_given(c, 3) && py_float_arg(c, 3, &abs) < 0))
		return -1;
	if (rel < 0 || abs < 0)
		return py_raise(c->run, c->at,
			"a negative tolerance; expected 0 or more");
	if (a == b)
		return py_result(c, py_bool(true));
	if (isinf(a) || isinf(b))
		return py_result(c, py_bool(false));
	d = fabs(b - a);
	return py_result(c,
		py_bool(d <= fabs(rel * b) || d <= fabs(rel * a) || d <= abs));
}

/* Whether a float is of one of the classes WHAT. */
static int call_class(struct py_call *c)
{
	double x;

	return py_float_arg(c, 0, &x) < 0
		       ? -1
		       : py_result(
				 c, py_bool(c->fn->what >> fpclassify(x) & 1));
}

/* An int of a number, by its fn's math. */
static int call_whole(struct py_call *c)
{
	double x;

	if (py_float_arg(c, 0, &x) < 0)
		return -1;
	if (c->arg[0].type != PY_FLOAT) {
		*c->ret = py_int(c->arg[0].u.i);
		return 0;
	}
	return py_int_of(c->run, c->at, c->fn->math(x), c->ret);
}

/* numpy's ints and bools have no __trunc__. */
static int call_trunc(struct py_call *c)
{
	const struct py_value *x = &c->arg[0];

	if (x->np && (x->type == PY_INT || x->type == PY_BOOL))
		return py_raise_as(c->run, c->at, "TypeError",
			"trunc() was given numpy's %s; expected a "
			"float",
			x->type == PY_INT ? "int" : "bool");
	return call_whole(c);
}

/* The root of the sum of squares, scaled so that none overflows. */
static double norm(const double *x, size_t n)
{
	double max = 0, sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (isinf(x[i]))
			return HUGE_VAL;
		if (isnan(x[i]) || fabs(x[i]) > max)
			max = fabs(x[i]);
	}
	if (max == 0 || isnan(max))
		return max;
	for (size_t i = 0; i < n; i++)
		sum += (x[i] / max) * (x[i] / max);
	return max * sqrt(sum);
}

static int call_hypot(struct py_call *c)
{
	struct py_value array;

	if (py_new_array(c->run, c->at, c->narg, PY_FLOATS, &array) < 0)
		return -1;
	for (size_t i = 0; i < c->narg; i++)
		if (py_float_arg(c, i, &array.u.array->item[i]) < 0)
			return -1;
	if (c->narg == 2)
		return py_result(c, py_float(hypot(array.u.array->item[0],
					    array.u.array->item[1])));
	return py_result(c, py_float(norm(array.u.array->item, c->narg)));
}

static int call_dist(struct py_call *c)
{
	struct py_array *p, *q;

	if (numbers(c, 0, &p) < 0 || numbers(c, 1, &q) < 0)
		return -1;
	if (p->n != q->n)
		return py_raise(c->run, c->at,
			"points of %zu and of %zu coordinates; expected as "
			"many",
			p->n, q->n);
	for (size_t i = 0; i < p->n; i++)
		p->item[i] -= q->item[i];
	return py_result(c, py_float(norm(p->item, p->n)));
}

/*
 * The exact sum, rounded once: Shewchuk, "Adaptive Precision Floating-Point
 * Arithmetic", 1997.  PART[0..N) do not overlap, their sum is exact.
 */
static size_t add_exactly(double *part, size_t n, double x)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		double y = part[i], high, low;
		if (fabs(x) < fabs(y)) {
			double swap = x;
			x = y;
			y = swap;
		}
		high = x + y;
		low = y - (high - x);
		if (low != 0)
			part[kept++] = low;
		x = high;
	}
	part[kept++] = x;
	return kept;
}

/* The sum of PART[0..N), the largest last, rounded half to even. */
static double round_sum(const double *part, size_t n)
{
	double high = 0, low = 0;

	while (n > 0 && low == 0) {
		double x = high, y = part[--n];
		high = x + y;
		low = y - (high - x);
	}
	if (n > 0 && ((low < 0 && part[n - 1] < 0) ||
			     (low > 0 && part[n - 1] > 0))) {
		double y = low * 2, x = high + y;
		if (y == x - high)
			high = x;
	}
	return high;
}

static int call_fsum(struct py_call *c)
{
	struct py_array *a;
	double special = 0, *part;
	size_t n = 0;

	if (numbers(c, 0, &a) < 0)
		return -1;
	part = py_alloc(c->run, (a->n + 2) * sizeof(*part));
	if (!part)
		return -1;
	for (size_t i = 0; i < a->n; i++) {
		if (isfinite(a->item[i]))
			n = add_exactly(part, n, a->item[i]);
		else
			special += a->item[i];
		if (n > 0 && !isfinite(part[n - 1]))
			return no_value(
				c->run, c->at, "fsum", a->item[i], true);
	}
	return py_result(
		c, py_float(special != 0 ? special : round_sum(part, n)));
}

static int call_prod(struct py_call *c)
{
	struct py_value item;
	struct py_iter it;
	int more;

	if (py_iterate(c->run, c->at, &c->arg[0], &it) < 0)
		return -1;
	*c->ret = py_given(c, 1) ? c->arg[1] : py_int(1);
	while ((more = py_next(c->run, c->at, &it, &item)) > 0)
		if (py_operate(c->run, c->at, PY_MUL, c->ret, &item, c->ret) <
			0)
			return -1;
	return more;
}

/* --- of ints -------------------------------------------------------------- */

static int64_t gcd(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a < 0 && a != INT64_MIN ? -a : a;
}

static int call_gcd(struct py_call *c)
{
	int64_t all = 0, x;

	for (size_t i = 0; i < c->narg; i++) {
		if (py_int_arg(c, i, &x) < 0)
			return -1;
		all = gcd(all, x);
	}
	return py_result(c, py_int(all));
}

static int call_lcm(struct py_call *c)
{
	int64_t x;

	*c->ret = py_int(1);
	for (size_t i = 0; i < c->narg; i++) {
		struct py_value all = *c->ret, other;
		if (py_int_arg(c, i, &x) < 0)
			return -1;
		if (x == 0 || all.u.i == 0) {
			*c->ret = py_int(0);
			continue;
		}
		other = py_int((x < 0 ? -x : x) / gcd(all.u.i, x));
		if (py_operate(c->run, c->at, PY_MUL, &all, &other, c->ret) < 0)
			return -1;
	}
	return 0;
}

/* FROM * (FROM + 1) * ... * TO, over DENOM's 1 * 2 * ... where DIVIDE. */
static int product(struct py_call *c, int64_t from, int64_t count, bool divide)
{
	*c->ret = py_int(1);
	for (int64_t i = 0; i < count && c->ret->u.i > 0; i++) {
		struct py_value factor = py_int(from + i);
		if (py_charge(c->run, c->at, 1) < 0 ||
			py_operate(c->run, c->at, PY_MUL, c->ret, &factor,
				c->ret) < 0)
			return -1;
		if (divide)
			c->ret->u.i /= i + 1;
	}
	return 0;
}

static int call_factorial(struct py_call *c)
{
	int64_t n, k = 0;

	return counts(c, &n, &k) < 0 ? -1 : product(c, 1, n, false);
}

static int call_comb(struct py_call *c)
{
	int64_t n, k = 0;

	if (counts(c, &n, &k) < 0)
		return -1;
	if (k > n)
		return py_result(c, py_int(0));
	k = k > n - k ? n - k : k;
	return product(c, n - k + 1, k, true);
}

static int call_perm(struct py_call *c)
{
	int64_t n, k = 0;

	if (counts(c, &n, &k) < 0)
		return -1;
	k = py_given(c, 1) && c->arg[1].type != PY_NONE ? k : n;
	if (k > n)
		return py_result(c, py_int(0));
	return product(c, n - k + 1, k, false);
}

static int call_isqrt(struct py_call *c)
{
	int64_t n, k = 0, root;

	if (counts(c, &n, &k) < 0)
		return -1;
	root = (int64_t)sqrt((double)n);
	while (root > 3037000499 || root * root > n) /* the root of 2**63 */
		root--;
	while (root < 3037000499 && (root + 1) * (root + 1) <= n)
		root++;
	return py_result(c, py_int(root));
}

/* --- the module ----------------------------------------------------------- */

static const struct py_native functions[] = {
	{"acos", 1, 1, "x", NULL, {acos}},
	{"acosh", 1, 1, "x", NULL, {acosh}},
	{"asin", 1, 1, "x", NULL, {asin}},
	{"asinh", 1, 1, "x", NULL, {asinh}},
	{"atan", 1, 1, "x", NULL, {atan}},
	{"atanh", 1, 1, "x", NULL, {atanh}},
	{"cbrt", 1, 1, "x", NULL, {cbrt}},
	{"cos", 1, 1, "x", NULL, {cos}},
	{"cosh", 1, 1, "x", NULL, {cosh}},
	{"degrees", 1, 1, "x", NULL, {degrees}},
	{"erf", 1, 1, "x", NULL, {erf}},
	{"erfc", 1, 1, "x", NULL, {erfc}},
	{"exp", 1, 1, "x", NULL, {exp}},
	{"exp2", 1, 1, "x", NULL, {exp2}},
	{"expm1", 1, 1, "x", NULL, {expm1}},
	{"fabs", 1, 1, "x", NULL, {fabs}},
	{"gamma", 1, 1, "x", NULL, {tgamma}},
	{"lgamma", 1, 1, "x", NULL, {lgamma}},
	{"log10", 1, 1, "x", NULL, {log10_of}},
	{"log1p", 1, 1, "x", NULL, {log1p}},
	{"log2", 1, 1, "x", NULL, {log2_of}},
	{"radians", 1, 1, "x", NULL, {radians}},
	{"sin", 1, 1, "x", NULL, {sin}},
	{"sinh", 1, 1, "x", NULL, {sinh}},
	{"sqrt", 1, 1, "x", NULL, {sqrt}},
	{"tan", 1, 1, "x", NULL, {tan}},
	{"tanh", 1, 1, "x", NULL, {tanh}},
	{"ulp", 1, 1, "x", NULL, {ulp}},
	{"atan2", 2, 2, "", call_two, {.math2 = atan2}},
	{"ceil", 1, 1, "", call_whole, {ceil}},
	{"comb", 2, 2, "", call_comb, {NULL}},
	{"copysign", 2, 2, "", call_two, {.math2 = copysign}},
	{"dist", 2, 2, "", call_dist, {NULL}},
	{"factorial", 1, 1, "", call_factorial, {NULL}},
	{"floor", 1, 1, "", call_whole, {floor}},
	{"fmod", 2, 2, "", call_two_checked, {.math2 = fmod}},
	{"frexp", 1, 1, "", call_frexp, {NULL}},
	{"fsum", 1, 1, "", call_fsum, {NULL}},
	{"gcd", 0, PY_ANY, "", call_gcd, {NULL}},
	{"hypot", 0, PY_ANY, "", call_hypot, {NULL}},
	{"isclose", 2, 4, "a b rel_tol abs_tol", call_isclose, {NULL}},
	{"isfinite", 1, 1, "", call_class, {.what = FINITE}},
	{"isinf", 1, 1, "", call_class, {.what = 1 << FP_INFINITE}},
	{"isnan", 1, 1, "", call_class, {.what = 1 << FP_NAN}},
	{"isqrt", 1, 1, "", call_isqrt, {NULL}},
	{"lcm", 0, PY_ANY, "", call_lcm, {NULL}},
	{"ldexp", 2, 2, "", call_ldexp, {NULL}},
	{"log", 1, 2, "", call_log, {NULL}},
	{"modf", 1, 1, "", call_modf, {NULL}},
	{"nextafter", 2, 2, "", call_two, {.math2 = nextafter}},
	{"perm", 1, 2, "", call_perm, {NULL}},
	{"pow", 2, 2, "", call_two_checked, {.math2 = pow}},
	{"prod", 1, 2, "iterable start", call_prod, {NULL}},
	{"remainder", 2, 2, "", call_two_checked, {.math2 = remainder}},
	{"trunc", 1, 1, "", call_trunc, {trunc}},
};

bool py_math_find(const char *name, size_t n, struct py_value *ret)
{
	static const struct {
		const char *name;
		double value;
	} constants[] = {
		{"pi", 3.14159265358979323846},
		{"e", 2.71828182845904523536},
		{"tau", 6.28318530717958647692},
		{"inf", HUGE_VAL},
		{"nan", NAN},
	};
	const struct py_native *fn =
		py_native_find(functions, ARRAY_SIZE(functions), name, n);

	if (fn) {
		*ret = py_native_value(fn);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(constants); i++) {
		if (strlen(constants[i].name) != n ||
			memcmp(constants[i].name, name, n) != 0)
			continue;
		*ret = py_float(constants[i].value);
		return true;
	}
	return false;
}
