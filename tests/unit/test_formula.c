/* SPDX-License-Identifier: MIT */
/* Formulas: their values, by the arithmetic of C, and what is refused. */
#include <math.h>
#include <string.h>

#include "tap.h"
#include "text/formula.h"

static const double a = 3, b = 0.5;

/* The value of S, in which a, b and loss/x have values; or its error. */
static double value(const char *s, struct diag *d)
{
	struct formula *f;
	double v[10], ret;

	*d = (struct diag){0};
	if (formula_parse(&f, s, d) < 0)
		return NAN;
	for (size_t i = 0; formula_name(f, i); i++)
		v[i] = strcmp(formula_name(f, i), "a") == 0   ? a
		       : strcmp(formula_name(f, i), "b") == 0 ? b
							      : 7;
	ret = formula_value(f, v);
	formula_free(f);
	return ret;
}

int main(void)
{
	static const struct {
		const char *s;
		double want;
	} row[] = {
		{"a", 3},
		{" a - 0.1*b ", 3 - 0.1 * 0.5},
		{"a-b-1", 1.5},
		{"a/b/2", 3},
		{"-a+b", -2.5},
		{"--a", 3},
		{"2*-b", -1},
		{"(a+b)*(a-b)", 8.75},
		{"1e-3*a", 0.003},
		{"\"loss/x\"+a", 10},
		{"'loss/x'*`val acc`", 49},
		{"val.acc_1", 7},
		{"max(a,b)-min(a, b)", 2.5},
		{"sqrt(abs(-4))", 2},
		{"log(exp(a))", 3},
		{"exp", 7},
		{"a/0", INFINITY},
	};
	static const struct {
		const char *s, *why;
	} bad[] = {
		{"", "a number or a name"},
		{"a b", "at column 3; expected + - * /"},
		{"a+", "a number or a name"},
		{"(a", "closing bracket"},
		{"max(a)", "comma"},
		{"abs(a,b)", "closing bracket"},
		{"\"a", "in quotes"},
		{"val/", "a number or a name"},
		{"a^2", "+ - * /"},
	};
	char deep[3000] = "";
	struct diag d;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		is_double(value(row[i].s, &d), row[i].want, row[i].s);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		value(bad[i].s, &d);
		if (!ok(strstr(d.text, bad[i].why) != NULL, "'%s' is refused",
			    bad[i].s))
			printf("# %s\n", d.text);
	}
	memset(deep, '(', 1000);
	value(deep, &d);
	ok(strstr(d.text, "fewer brackets") != NULL, "a thousand brackets");
	for (size_t i = 0; i < 400; i++)
		memcpy(deep + 3 * i, "1*-", 4);
	memcpy(deep + 1200, "1", 2);
	is_double(value(deep, &d), 1, "a long product");
	memset(deep, '-', sizeof(deep) - 2);
	deep[sizeof(deep) - 2] = 'a';
	is_double(value(deep, &d), 3, "three thousand signs");
	return tap_done();
}
