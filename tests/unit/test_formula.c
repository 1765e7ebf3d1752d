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
		{"-a**2", -9},
		{"b**-a**0", 2},
		{"(a)*((b))", 1.5},
		/* Words of Python's, and what Python has no names like. */
		{"lambda+not*if", 56},
		{"lr.0 - .x.1", 0},
		{"'a'-a", 0},
		{"\"#(\"+1", 8},
	};
	static const struct {
		const char *s, *why;
	} bad[] = {
		{"", "at column 1: ends here; expected a value"},
		{"a b", "at column 3: 'b'; expected an operator or the end"},
		{"a if b", "at column 3: 'if'; expected an operator"},
		{"a+", "at column 3: ends here; expected a value"},
		{"(a", "at column 3: ends here; expected ',' or ')'"},
		{"max(a)", "at column 6; expected a comma"},
		{"abs( )", "at column 6; expected a number"},
		{"abs(a ,b)", "at column 7; expected a closing bracket"},
		{"exp2(a)", "at column 1; expected abs, exp"},
		{"(a+b)(a)", "at column 6; expected numbers, names"},
		{"\"a", "at column 1: '\"' does not begin a name in quotes"},
		{"a*''", "at column 3: ''' does not begin a name in quotes"},
		{"val/", "at column 5: ends here; expected a value"},
		{"a ^2", "at column 3; expected numbers, names, + - * / **"},
		{"(a)//2", "at column 4; expected numbers, names, + - * / **"},
		{"a<b", "at column 2; expected numbers, names, + - * / **"},
		{"a#b", "at column 2: '#' is not a character of Python's"},
		{"2*~a", "at column 3; expected numbers, names"},
		{"1+[a]", "at column 3; expected numbers, names"},
		{"max(*a, b)", "at column 5; expected numbers, names"},
		{"max(a=b, b)", "at column 5; expected numbers, names"},
		{"3a", "at column 1: '3a'; expected a number such as"},
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
	ok(strstr(d.text, "200 in one another") != NULL, "a thousand brackets");
	for (size_t i = 0; i < 190; i++)
		memcpy(deep + 3 * i, "1*-", 4);
	memcpy(deep + 570, "1", 2);
	is_double(value(deep, &d), 1, "a long product");
	memset(deep, '-', 300);
	memcpy(deep + 300, "a", 2);
	value(deep, &d);
	ok(strstr(d.text, "200 in one another") != NULL, "three hundred signs");
	return tap_done();
}
