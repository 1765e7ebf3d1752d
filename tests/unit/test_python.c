/* SPDX-License-Identifier: MIT */
/*
 * lib/py against CPython: expressions, lambdas, programs; mistakes and their
 * places; bounds.  With an argument it reads programs from standard input, each
 * ended by \x1e, and prints repr(r) of each, or ERR: for tests/py/programs.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "numpy/numpy.h"
#include "py/py.h"

#include "py_cases.h"
#include "tap.h"

/* The value of R, or of the expression TEXT, as repr(); "!" for an error. */
static void answer(const char *text, size_t n, bool program, struct buf *out,
	struct diag *d, size_t *at)
{
	struct py *p = py_new(&numpy_host);
	struct py_run *r = py_builder(p);
	struct py_module *m;
	struct py_value v = py_none();
	int bad;

	out->len = 0;
	*at = 0;
	bad = program ? py_parse(p, text, n, false, &m, at, d)
		      : py_parse_expr(p, text, n, &m, at, d);
	if (!bad && py_exec(r, m, program ? NULL : &v) < 0) {
		bad = -1;
		*d = *py_run_error(r).diag;
		*at = py_run_error(r).at ? py_run_error(r).at->at : 0;
	}
	if (!bad && program)
		bad = !py_global(m, "r", 1, &v);
	if (!bad && v.type == PY_UNKNOWN) {
		py_raise_unknown(r, py_root(m), &v);
		*d = *py_run_error(r).diag;
		bad = -1;
	}
	if (bad)
		buf_adds(out, "!");
	else
		py_repr(out, &v);
	buf_text(out);
	py_free(p);
}

static void check_values(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < sizeof(py_cases) / sizeof(py_cases[0]); i++) {
		const char *text = py_cases[i].text;
		answer(text, strlen(text), false, &got, &d, &at);
		is_text(got.data, py_cases[i].value, text);
	}
	buf_free(&got);
}

static void check_lambdas(void)
{
	static const int64_t at[] = {0, 1, 7, 30};
	size_t n = sizeof(py_lambdas) / sizeof(py_lambdas[0]), where;

	for (size_t i = 0; i < n; i++) {
		const char *text = py_lambdas[i].text;
		struct py *p = py_new(&numpy_host);
		struct py_run *r = py_run_new(p);
		struct py_module *m;
		struct py_value f, v;
		struct diag d;

		ok(py_parse_expr(p, text, strlen(text), &m, &where, &d) == 0 &&
				py_exec(py_builder(p), m, &f) == 0,
			"%s", text);
		for (size_t j = 0; j < 4; j++) {
			struct py_value x = py_int(at[j]);
			is_double(py_call(r, &f, &x, 1, &v) < 0 ? NAN
								: py_number(&v),
				py_lambdas[i].value[j], text);
		}
		py_run_free(r);
		py_free(p);
	}
}

/* Programs that leave their answer in r. */
static const struct {
	const char *text, *value;
} programs[] = {
	{"w = 0\nf = lambda e: 1 if w == 0 else e / w\nr = f(3)", "1"},
	{"e = 1\nr = {0: 1.0, 1: 0.5}[e]", "0.5"},
	{"e = 1\nr = max([0.5**k for k in range(3) if e >= k])", "1.0"},
	{"def f(n):\n    \"\"\"Text.\"\"\"\n    if n < 2:\n        return n\n"
	 "    return f(n - 1) + f(n - 2)\nr = f(10)",
		"55"},
	{"def f():\n    n = 0\n    def g():\n        nonlocal n\n"
	 "        n += 1\n        return n\n    g()\n    return g()\nr = f()",
		"2"},
	{"fs = [lambda: i for i in range(3)]\nr = [f() for f in fs]",
		"[2, 2, 2]"},
	{"import numpy as np\nr = list(np.linspace(0, 1, 5)[::-1])",
		"[1.0, 0.75, 0.5, 0.25, 0.0]"},
	{"from math import cos, pi as p\nr = cos(p)", "-1.0"},
	{"class A:\n    x = 3\n    def f(self, k=2):\n        return k\n"
	 "r = [A.x, A.f(None)]",
		"[3, 2]"},
	{"r = 0\nfor i in range(9):\n    if i == 2: continue\n"
	 "    if i == 5: break\n    r += i\nelse:\n    r = -1",
		"8"},
	{"r = f\"{0.1 + 0.2:.3f} {2!r} {{x}} {'a'}\"", "'0.300 2 {x} a'"},
	{"def f(a, *b, c=1, **d):\n    return [a, b, c, d]\n"
	 "r = f(1, 2, 3, c=4, e=5)",
		"[1, (2, 3), 4, {'e': 5}]"},
	{"  a = 1\n  if a:\n    r = 2\n", "2"}, /* cut out of a script */
	{"x = y = 2\na, (b, c) = 1, [x, y]\nr = [a, b, c]", "[1, 2, 2]"},
	{"r = [1 if x else 2 for x in [[], [0]]]", "[2, 1]"},
	{"print(f(x))\nr = 1", "1"},
	{"r = 2 in {1, 2}", "True"},
	{"def d(f):\n"
	 "    return lambda x: f(x) + 1\n"
	 "@d\n"
	 "def g(x):\n"
	 "    return x * 2\n"
	 "r = g(3)",
		"7"},
	{"x = [1, 2, 3, 4, 5]\n"
	 "del x[1:3], x[-1]\n"
	 "r = x",
		"[1, 4]"},
	{"r = 'a\\u00e9\\u20ac\\U0001f600'", "'aé€😀'"},
	{"from functools import partial\n"
	 "def f(a, b, c=0):\n"
	 "    return a, b, c\n"
	 "r = partial(f, 1, c=2)(3), partial(partial(f, 1), 2)(c=4)",
		"((1, 3, 2), (1, 2, 4))"},
	{"class A:\n"
	 "    def f(self): return ['A']\n"
	 "class B(A):\n"
	 "    def f(self): return ['B'] + super().f()\n"
	 "class C(A):\n"
	 "    def f(self): return ['C'] + super().f()\n"
	 "class D(B, C):\n"
	 "    def f(self): return ['D'] + super().f()\n"
	 "r = D().f()",
		"['D', 'B', 'C', 'A']"},
	{"a = 0\n"
	 "for i in range(9):\n"
	 "    if i == 2: continue\n"
	 "    if i == 5: break\n"
	 "    a += i\n"
	 "else:\n"
	 "    a = -1\n"
	 "r = a, i",
		"(8, 5)"},
};

static void check_programs(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		answer(programs[i].text, strlen(programs[i].text), true, &got,
			&d, &at);
		if (!is_text(got.data, programs[i].value, programs[i].text))
			printf("# %s\n", d.text);
	}
	buf_free(&got);
}

static const struct {
	const char *text;
	size_t at;
	const char *message;
} mistakes[] = {
	{"1 + warm / 0", 4, "'warm' has no value"},
	{"spe * 3", 0, "'spe' has no value"},
	{"a.b['c'] * 3", 0, "'a.b['c']' has no value"},
	{"7 / 0", 0, "division by zero"},
	{"2**70", 0,
		"an int beyond 64 bits; expected a smaller one, or a float"},
	{"0.0**-1", 0, "0 to a negative power"},
	{"[1][3]", 4, "index 3 of 1 items; expected one of them"},
	{"len(3)", 0, "an int has no length; expected a list"},
	{"max()", 0, "max() without arguments"},
	{"round(1, 2, 3)", 0,
		"round() was given 3 arguments; expected at most 2"},
	{"1 +", 3, "ends here; expected a value"},
	{"(1, 2", 5, "ends here; expected ',' or ')'"},
	{"1 2", 2, "'2'; expected an operator or the end"},
	{"'abc", 0, "''' begins a string that does not end"},
	{"1 ? 2", 2, "'?' is not a character of Python's"},
	{"007", 0, "'007'; expected no 0 before a whole number"},
	{"[0] * 10**9", 0, "takes more than 10000000 operations"},
	{"(lambda f: f(f))(lambda f: f(f))", 27,
		"more than 200 calls in one another; expected fewer"},
	{"x = [1]\nx[1] += 2", 10, "index 1 of 1 items; expected one of them"},
	{"x = [[1]]\nx[0][0][:1] += [2]", 18,
		"a slice of an int; expected a list"},
};

static void check_mistakes(void)
{
	struct buf got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		answer(mistakes[i].text, strlen(mistakes[i].text),
			strchr(mistakes[i].text, '\n') != NULL, &got, &d, &at);
		is_text(d.text, mistakes[i].message, mistakes[i].text);
		is_u64(at, mistakes[i].at, "its place");
	}
	buf_free(&got);
}

/* N times UNIT, then "1", then N times CLOSE. */
static void check_nesting(const char *unit, const char *close, size_t n)
{
	struct buf b = {0}, got = {0};
	struct diag d;
	size_t at;

	for (size_t i = 0; i < n; i++)
		buf_adds(&b, unit);
	buf_adds(&b, "1");
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, close);
	answer(b.data, b.len, false, &got, &d, &at);
	ok(strstr(d.text, "in one another; expected fewer") != NULL,
		"%zu times '%s' is too deep", n, unit);
	buf_free(&b);
	buf_free(&got);
}

static void check_bounds(void)
{
	static const char *const units[] = {"(", "[", "-", "not ", "f(", "1**",
		"lambda a:", "1 if 1 else ", "{1:", "a["};
	static const char *const closes[] = {
		")", "]", "", "", ")", "", "", "", "}", "]"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		check_nesting(units[i], closes[i], 50000);
}

/* A value does not depend on what was asked before. */
static void check_history(void)
{
	static const char text[] = "seen = []\n"
				   "def f(x):\n"
				   "    seen.append(x)\n"
				   "    return len(seen)\n";
	struct py *p = py_new(&numpy_host);
	struct py_run *r = py_run_new(p);
	struct py_value f, x = py_int(1), v;
	struct py_module *m;
	struct diag d;
	size_t at;

	ok(py_parse(p, text, strlen(text), false, &m, &at, &d) == 0 &&
			py_exec(py_builder(p), m, NULL) == 0 &&
			py_global(m, "f", 1, &f) &&
			py_call(r, &f, &x, 1, &v) < 0,
		"what was made before is not changed later");
	ok(strstr(py_run_error(r).diag->text, "changes what was made before") !=
			NULL,
		"%s", py_run_error(r).diag->text);
	py_run_free(r);
	py_free(p);
}

/* What is not understood leaves its names without a value, and no more. */
static void check_tolerance(void)
{
	static const char text[] = "with open('x') as f:\n    y = 1\n"
				   "a = unknown(3) + 1\n"
				   "try:\n    pass\nexcept: pass\n"
				   "b = 2\n"
				   "c = ] 3\n"
				   "d = b + 1\n";
	struct py *p = py_new(&numpy_host);
	struct py_module *m;
	struct py_value v;
	struct diag d;
	size_t at;

	ok(py_parse(p, text, strlen(text), true, &m, &at, &d) == 0 &&
			py_exec(py_builder(p), m, NULL) == 0,
		"a script is read over");
	ok(py_global(m, "d", 1, &v) && v.type == PY_INT && v.u.i == 3,
		"what follows has its value");
	ok(py_global(m, "a", 1, &v) && v.type == PY_UNKNOWN &&
			v.u.unknown->why != NULL,
		"what failed has none, and says why");
	py_free(p);
}

/* Every form of statement, and operands that are parts of two. */
static const char every_form[] =
	"import a.b as c\nfrom d import (e, f)\n@g.h\ndef i(j, *k, l=1, **m):\n"
	"    global n\n    n += 1; n = o = (p := 2) < 3 < q\n    yield\n    "
	"return\n"
	"class r(s, metaclass=t):\n    u: int = 1\n"
	"while v:\n    if w: break\n    elif x: continue\n    else: pass\n"
	"for y, (z, *a) in b[1::3]:\n    del c, d.e\nelse:\n    f\n"
	"try:\n    raise g(h) from i\nexcept (j, k) as l:\n    assert m, n\n"
	"finally:\n    o = lambda p, q=1: p if q else [r for s in t if u for v "
	"in w]\n"
	"with x(y) as z:\n    a = {**b, 'c': d}, {e}, f'{g!r:>9}', not -i ** "
	"j\n"
	"match k.l:\n    case [1, m] if n: pass\n    case {'o': p(q=r)} | s: "
	"pass\n"
	"    case _: t[u].v -= w and x or y is not z\n";

/* Whether walks from E have what recursion has, in its order, behind *AT. */
static bool is_walked(const struct py_node *top, const struct py_node *e,
	const struct py_node **at)
{
	const bool first = e == top;

	if (!first && *at != e)
		return false;
	*at = py_walk(top, e);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (!is_walked(top, kid, at))
			return false;
	return py_walk_past(top, e) == *at;
}

/* The nodes in E that have no scope of their own around them in it. */
static size_t count_here(const struct py_node *e)
{
	size_t n = 1;

	if (e->form == PY_DEF || e->form == PY_CLASS || e->form == PY_LAMBDA)
		return n;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		n += count_here(kid);
	return n;
}

static void check_walks(void)
{
	struct py *p = py_new(&numpy_host);
	const struct py_node *root, *at;
	bool below = true, bounded = true;
	struct py_module *m;
	size_t where, n = 0, all = 0;
	struct diag d;

	if (!ok(py_parse(p, every_form, strlen(every_form), true, &m, &where,
			&d) == 0,
		    "a text of every form is read"))
		printf("# %s\n", d.text);
	root = py_root(m);
	ok(is_walked(root, root, &at) && !at, "a walk goes as recursion does");
	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		all++;
		below = below && e->form != PY_BAD;
		bounded = bounded && is_walked(e, e, &at) && !at;
		n = 0;
		for (const struct py_node *k = e; k; k = py_walk_here(e, k))
			n++;
		bounded = bounded && n == count_here(e);
	}
	ok(all > 200 && below, "nothing of it was not understood");
	ok(bounded, "a walk ends with its top, and may leave out scopes");
	py_free(p);
}

static int answers(void)
{
	struct buf in = {0}, out = {0};
	struct diag d;
	size_t at, n;
	char *p, *end;

	do {
		if (buf_reserve(&in, 1 << 16))
			return 1;
		n = fread(in.data + in.len, 1, 1 << 16, stdin);
		in.len += n;
	} while (n > 0);
	for (p = in.data; p < in.data + in.len; p = end + 1) {
		end = memchr(p, 0x1e, (size_t)(in.data + in.len - p));
		end = end ? end : in.data + in.len;
		answer(p, (size_t)(end - p), true, &out, &d, &at);
		if (out.data[0] == '!')
			printf("ERR %s\n", d.text);
		else
			printf("%s\n", out.data);
	}
	buf_free(&in);
	buf_free(&out);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return answers();
	check_values();
	check_lambdas();
	check_programs();
	check_mistakes();
	check_bounds();
	check_history();
	check_tolerance();
	check_walks();
	return tap_done();
}
