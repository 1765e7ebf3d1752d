/* SPDX-License-Identifier: MIT */
/* Python expressions against CPython's values; mistakes and their places. */
#include <stdlib.h>

#include "base/buf.h"
#include "py_cases.h"
#include "tap.h"
#include "text/py_expr.h"

static const struct py_name x_name = {
	"x", 1, {.type = PY_STR, .s = "text", .n = 4}, NULL};
static const struct py_name zero_name = {
	"zero", 4, {.type = PY_INT, .num = 0}, &x_name};
static const struct py_name names = {
	"warm", 4, {.type = PY_INT, .num = -10}, &zero_name};

/* The value of TEXT as source; "!" and what is wrong, if anything is. */
static void value(const char *text, struct buf *out, struct diag *d, size_t *at)
{
	struct py_tree *t;
	struct py_eval x = {.names = &names};
	struct py_value v;

	d->text[0] = '\0';
	out->len = 0;
	if (py_parse(&t, text, strlen(text), at, d)) {
		buf_adds(out, "!");
		buf_terminate(out);
		return;
	}
	if (py_eval(&x, py_root(t), &v, d)) {
		*at = x.where->at;
		buf_adds(out, "!");
	} else {
		py_show(out, &v);
	}
	buf_terminate(out);
	py_eval_free(&x);
	py_tree_free(t);
}

/* What is shown is read back to the same source. */
static void check_show(const char *text)
{
	struct buf once = {0}, twice = {0};
	struct py_tree *t, *u;
	struct diag d;
	size_t at;

	if (py_parse(&t, text, strlen(text), &at, &d))
		return;
	py_show_expr(&once, py_root(t));
	buf_terminate(&once);
	if (ok(py_parse(&u, once.data, once.len, &at, &d) == 0, "%s",
		    once.data)) {
		py_show_expr(&twice, py_root(u));
		buf_terminate(&twice);
		is_text(twice.data, once.data, "shown twice");
		py_tree_free(u);
	}
	py_tree_free(t);
	buf_free(&once);
	buf_free(&twice);
}

static void check_values(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at, n = sizeof(py_cases) / sizeof(py_cases[0]);

	for (size_t i = 0; i < n; i++) {
		value(py_cases[i].text, &got, &d, &at);
		is_text(got.data, py_cases[i].value, py_cases[i].text);
		check_show(py_cases[i].text);
	}
	buf_free(&got);
}

static void check_lambdas(void)
{
	static const double at[] = {0, 1, 7, 30};
	size_t n = sizeof(py_lambdas) / sizeof(py_lambdas[0]), where;

	for (size_t i = 0; i < n; i++) {
		const char *text = py_lambdas[i].text;
		const struct py_expr *e;
		struct py_tree *t;
		struct py_fn *f;
		struct diag d;

		if (py_parse(&t, text, strlen(text), &where, &d) ||
			!ok(py_fn_new(&f, py_root(t), NULL, &e, &d) == 0, "%s",
				text))
			continue;
		py_tree_free(t);
		for (size_t j = 0; j < 4; j++)
			is_double(py_fn_at(f, at[j]), py_lambdas[i].value[j],
				text);
		py_fn_free(f);
	}
}

static const struct {
	const char *text;
	size_t at;
	const char *message;
} mistakes[] = {
	{"spe*3", 0,
		"unknown name 'spe'; expected its value in place, or -D "
		"spe=NUMBER"},
	{"2 * x", 4, "'x' is a string; expected a number"},
	{"1 + warm/zero", 4,
		"division by zero in 'warm/zero'; expected a divisor other "
		"than 0"},
	{"0.0**-1", 0,
		"0 to a negative power in '0.0**-1'; expected a real number"},
	{"sqrt(-1)", 0,
		"'sqrt(-1)' has no value; expected an argument for which it "
		"has"},
	{"[1][3]", 0, "index 3 of a list of 1; expected one below its length"},
	{"{'a':1}['b']", 0, "no key 'b'; expected one of the dict"},
	{"len(3)", 4, "'3' is a number; expected a list"},
	{"max()", 0, "0 arguments of max; expected 1"},
	{"range(10**7)", 0,
		"a list of 1000001 items; expected at most 1000000"},
	{"1 +", 3, "ends too early; expected a number, a name or a bracket"},
	{"", 0, "ends too early; expected a number, a name or a bracket"},
	{"(1, 2", 5, "ends too early; expected ',' or ')'"},
	{"f(a=1, 2)", 7,
		"an argument without a name after one with; expected "
		"NAME=VALUE"},
	{"1 2", 2, "unexpected '2'; expected an operator or the end"},
	{"'abc", 0, "string without end; expected its quote"},
	{"1 @ 2", 2, "unexpected '@'; expected a Python expression"},
	{"1 if 2", 6, "ends too early; expected 'else'"},
	{"lambda a, b: 1", 8,
		"unexpected ','; expected ':' after the one parameter of a "
		"lambda"},
	{"f(*a)", 2, "unexpected '*'; expected a number, a name or a bracket"},
	{"007", 0,
		"unexpected '007'; expected a number such as 30, 0.1 or "
		"1e-3"},
	{"1 + not 2", 4,
		"unexpected 'not'; expected a number, a name or a "
		"bracket"},
	{"(lambda a: a)(1)", 13,
		"unexpected '('; expected a call of something that has a "
		"name"},
};

static void check_mistakes(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		value(mistakes[i].text, &got, &d, &at);
		is_text(d.text, mistakes[i].message, mistakes[i].text);
		is_u64(at, mistakes[i].at, "its place");
	}
	buf_free(&got);
}

/* Calls that nobody knows, and lambdas, out of comprehensions. */
static const struct {
	const char *text, *value;
} codes[] = {
	{"StepLR(opt, 3*2)", "StepLR(opt,3*2)"},
	{"[f(x, k=x**2) for x in [-1, 'a']]",
		"[f(-1,k=(-1)**2),f('a',k='a'**2)]"},
	{"[f(x, [x for x in x]) for x in [[1, 2]]]",
		"[f([1,2],[x for x in [1,2]])]"},
	{"[lambda e: e*x for x in [1, 2] if x < 2]", "[lambda e:e*2]"},
	{"[lambda x: x for x in [1, 2]]", "[lambda x:x,lambda x:x]"},
	{"[[f(x, y) for x in [1, 2]] for y in [3]]", "[[f(1,3),f(2,3)]]"},
};

static void check_codes(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		value(codes[i].text, &got, &d, &at);
		is_text(got.data, codes[i].value, codes[i].text);
	}
	buf_free(&got);
}

/* N times UNIT, then "1", then N times CLOSE. */
static void check_nesting(const char *unit, const char *close, size_t n)
{
	struct buf b = {0};
	struct py_tree *t;
	struct diag d;
	size_t at;

	for (size_t i = 0; i < n; i++)
		buf_adds(&b, unit);
	buf_adds(&b, "1");
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, close);
	ok(py_parse(&t, b.data, b.len, &at, &d) == -1 &&
			strstr(d.text, "nests too deep"),
		"%zu times '%s' is too deep", n, unit);
	buf_free(&b);
}

static void check_bounds(void)
{
	static const char *const units[] = {"(", "[", "-", "not ", "1+", "f(",
		"1**", "lambda a:", "1 if 1 else ", "{1:", "a["};
	static const char *const closes[] = {
		")", "]", "", "", "", ")", "", "", "", "}", "]"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		check_nesting(units[i], closes[i], 50000);
}

int main(void)
{
	check_values();
	check_lambdas();
	check_mistakes();
	check_codes();
	check_bounds();
	return tap_done();
}
