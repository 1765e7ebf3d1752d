/* SPDX-License-Identifier: MIT */
/*
 * Operators and functions of numbers, as the Python language reference and
 * CPython 3.11's float and math modules define them.
 */
#include "text/py_math.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

enum py_op py_op_of(const char *op)
{
	static const char names[][3] = {"+", "-", "*", "/", "//", "%", "**",
		"<", "<=", ">", ">=", "==", "!="};

	_Static_assert(sizeof(names) / sizeof(names[0]) == PY_OP_NONE,
		"an operator, a name");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(op, names[i]) == 0)
			return (enum py_op)i;
	return PY_OP_NONE;
}

/* The remainder with the sign of B, which is not 0. */
static double modulo(double a, double b)
{
	double m = fmod(a, b);

	if (m == 0)
		return copysign(0, b);
	return (m < 0) != (b < 0) ? m + b : m;
}

/* floor(a / b), exact where the quotient is not. */
static double floor_divide(double a, double b)
{
	double m = fmod(a, b);
	double q = (a - m) / b;

	if (m != 0 && (m < 0) != (b < 0))
		q -= 1;
	if (q == 0)
		return copysign(0, a / b);
	return q - floor(q) > 0.5 ? floor(q) + 1 : floor(q);
}

static const char *power(double a, double b, double *ret)
{
	if (a == 0 && b < 0)
		return "0 to a negative power";
	if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
		return "a negative number to a fractional power";
	*ret = pow(a, b);
	return NULL;
}

const char *py_arith(enum py_op op, double a, double b, double *ret)
{
	if (b == 0 && op >= PY_OP_DIV && op <= PY_OP_MOD)
		return "division by zero";
	switch (op) {
	case PY_OP_ADD: *ret = a + b; break;
	case PY_OP_SUB: *ret = a - b; break;
	case PY_OP_MUL: *ret = a * b; break;
	case PY_OP_DIV: *ret = a / b; break;
	case PY_OP_FLOOR_DIV: *ret = floor_divide(a, b); break;
	case PY_OP_MOD: *ret = modulo(a, b); break;
	case PY_OP_POW: return power(a, b, ret);
	case PY_OP_LT: *ret = a < b; break;
	case PY_OP_LE: *ret = a <= b; break;
	case PY_OP_GT: *ret = a > b; break;
	case PY_OP_GE: *ret = a >= b; break;
	case PY_OP_EQ: *ret = a == b; break;
	case PY_OP_NE: *ret = a != b; break;
	case PY_OP_NONE: return "no operator of numbers";
	}
	return NULL;
}

/* An int, which no inf or nan can become. */
static double whole(double x)
{
	return isfinite(x) ? x + 0.0 : NAN;
}

static double to_int(double x)
{
	return whole(trunc(x));
}

static double to_floor(double x)
{
	return whole(floor(x));
}

static double to_ceil(double x)
{
	return whole(ceil(x));
}

static double to_nearest(double x)
{
	return whole(nearbyint(x));
}

static double to_float(double x)
{
	return x;
}

static double to_bool(double x)
{
	return x != 0;
}

/* Python has no logarithm of 0. */
static double natural_log(double x)
{
	return x > 0 ? log(x) : NAN;
}

static double binary_log(double x)
{
	return x > 0 ? log2(x) : NAN;
}

static double decimal_log(double x)
{
	return x > 0 ? log10(x) : NAN;
}

static const struct py_math functions[] = {
	{"abs", fabs, false},
	{"fabs", fabs, false},
	{"float", to_float, false},
	{"int", to_int, true},
	{"bool", to_bool, true},
	{"round", to_nearest, true},
	{"floor", to_floor, true},
	{"ceil", to_ceil, true},
	{"trunc", to_int, true},
	{"sqrt", sqrt, false},
	{"exp", exp, false},
	{"log", natural_log, false},
	{"log2", binary_log, false},
	{"log10", decimal_log, false},
	{"cos", cos, false},
	{"sin", sin, false},
	{"tan", tan, false},
	{"tanh", tanh, false},
};

static bool is_named(const char *s, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(s, name, n) == 0;
}

bool py_math_strip(const char **name, size_t *n)
{
	static const char *const modules[] = {"math.", "np.", "numpy.",
		"torch.", "tf.math.", "tf.", "jnp.", "jax.numpy."};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		size_t len = strlen(modules[i]);
		if (*n <= len || memcmp(*name, modules[i], len) != 0)
			continue;
		*name += len;
		*n -= len;
		return true;
	}
	return false;
}

const struct py_math *py_math_find(const char *name, size_t n)
{
	py_math_strip(&name, &n);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (is_named(name, n, functions[i].name))
			return &functions[i];
	return NULL;
}

bool py_math_constant(const char *name, size_t n, double *ret)
{
	static const struct {
		const char *name;
		double value;
		bool bare;
	} constants[] = {
		{"pi", 3.14159265358979323846, true},
		{"e", 2.71828182845904523536, true},
		{"tau", 6.28318530717958647692, false},
		{"inf", HUGE_VAL, false},
		{"nan", NAN, false},
	};
	bool dotted = py_math_strip(&name, &n);

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		if (!is_named(name, n, constants[i].name) ||
			!(dotted || constants[i].bare))
			continue;
		*ret = constants[i].value;
		return true;
	}
	return false;
}

double py_round(double x, double ndigits)
{
	char s[400];
	double p;

	if (!isfinite(x) || ndigits > 330)
		return x;
	if (ndigits < -308)
		return copysign(0, x);
	if (ndigits <= 0) {
		p = pow(10, -ndigits);
		return x - remainder(x, p);
	}
	/* The decimal nearest to the exact value, as printf finds it. */
	int n = snprintf(s, sizeof(s), "%.*f", (int)ndigits, x);
	if (n < 0 || (size_t)n >= sizeof(s))
		return x;
	num_cell_double(s, (size_t)n, &x);
	return x;
}
