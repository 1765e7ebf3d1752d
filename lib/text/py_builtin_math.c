/* SPDX-License-Identifier: MIT */
/*
 * Built-in functions of numbers, called with values of any type.
 */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "text/py_call.h"

/* What NaN stands for: an argument outside of the function's domain. */
static int outside(const struct py_call *c)
{
	char text[PY_TEXT_MAX];

	return py_blame(c->x, c->e, c->d,
		"'%s' has no value; expected an argument for which it has",
		py_text(text, c->e));
}

static int number_result(const struct py_call *c, bool whole, double y)
{
	if (isnan(y) && !isnan(c->arg[0].num))
		return outside(c);
	if (whole && isnan(y))
		return outside(c);
	*c->ret = whole ? py_int(y) : py_float(y);
	return 0;
}

/* "float('inf')", "int('3')". */
static int from_text(const struct py_call *c, bool whole)
{
	double y;

	if (num_cell_double(c->arg[0].s, c->arg[0].n, &y) ||
		(whole && y != floor(y)))
		return py_wrong(c, 0, "a number or the text of one");
	return number_result(c, whole, y);
}

int py_run_math(const struct py_call *c, const struct py_math *m)
{
	if (strcmp(m->name, "bool") == 0) {
		*c->ret = py_bool(py_true(&c->arg[0]));
		return 0;
	}
	if (c->arg[0].type == PY_STR && strcmp(m->name, "float") == 0)
		return from_text(c, false);
	if (c->arg[0].type == PY_STR && strcmp(m->name, "int") == 0)
		return from_text(c, true);
	if (!py_is_number(&c->arg[0]))
		return py_wrong(c, 0, "a number");
	return number_result(c,
		m->whole || (m->at == fabs && c->arg[0].type != PY_FLOAT &&
				    m->name[0] == 'a'),
		m->at(c->arg[0].num));
}

static int need_numbers(const struct py_call *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (!py_is_number(&c->arg[i]))
			return py_wrong(c, i, "a number");
	return 0;
}

int py_run_pow(const struct py_call *c)
{
	return need_numbers(c) ? -1
			       : py_operate(c->x, c->e, "**", &c->arg[0],
					 &c->arg[1], c->ret, c->d);
}

/* log(x, base) */
int py_run_log(const struct py_call *c)
{
	double x, base;

	if (need_numbers(c))
		return -1;
	x = c->arg[0].num;
	base = c->arg[1].num;
	if (!(x > 0) || !(base > 0) || base == 1)
		return outside(c);
	*c->ret = py_float(log(x) / log(base));
	return 0;
}

/* round(x, ndigits) */
int py_run_round(const struct py_call *c)
{
	double y;

	if (need_numbers(c))
		return -1;
	if (c->arg[1].type == PY_FLOAT)
		return py_wrong(c, 1, "a whole number of digits");
	y = py_round(c->arg[0].num, c->arg[1].num);
	*c->ret = c->arg[0].type == PY_FLOAT ? py_float(y) : py_int(y);
	return 0;
}
