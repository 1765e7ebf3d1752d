#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints py_cases.h, for the build: expressions and what CPython says they are.

A value is repr()'s; "!" where Python raises, or has an int beyond 2**53 or a
complex number.  Lambdas are evaluated at 0, 1, 7 and 30.
"""
import math

OPERANDS = ["7", "-7", "2", "-2", "0", "0.5", "-0.5", "7.25", "True", "1e-3"]
EXPRESSIONS = """\
-2**2
2**-1
2**3**2
(-2)**2
-2**-2
2**-2**2
--2
+-2
- -2**2
not 1 == 2
not True
not not 3
not 0 and 1
1 or 0 and 0
0 or [] or 'x'
1 and 'a'
0 and 1/0
1 < 2 < 3
1 < 3 < 2
3 > 2 > 1 > 0
1 < 2 == 2
(1 < 2) == 2
1 == 1.0
True == 1
True + True
-True
0.1 + 0.2
1 - 2 - 3
2 / 2 / 2
2 * 3 % 4
100 // 7 // 2
7 // 2 * 2 + 7 % 2
1 if 0 else 2 if 0 else 3
1 if [] else 2
(1 if 1 else 2) + 3
1 if 1 else 2 + 3
1e3
1.
.5
1_000
0x1f
0b101
1e400
10**15
10**20
2**53
2.0**3
4**0.5
0**0
0.0**-1
(-8)**(1/3)
1e308 * 10
'a' 'b'
'a' + "b"
'a' in 'cat'
'' in 'x'
'a' == 'a'
'a' < 'b'
'a' == 1
'\\x41\\n\\'\\"\\q'
[1, 2] + [3]
[0.1] * 3
2 * [1, 2]
[1] * -1
[1, 2] == [1, 2]
[1, 2] == (1, 2, 3)
2 in [1, 2]
2.0 in [1, 2]
3 not in (1, 2)
None in [None]
()
(1,)
((1))
[1, [2, 3]][1][0]
[1, 2, 3][-1]
[1, 2][2]
[1, 2][1.0]
{'a': 1, 'b': 2}['b']
{'a': 1}['c']
{1: 2, 1.0: 3}[1]
'a' in {'a': 1}
len({'a': 1, 'b': 2})
list({'a': 1, 'b': 2}.keys())
list({'a': 1, 'b': 2}.values())
None is None
None is not None
1 is not None
[s * 8 for s in [30, 60, 90]]
[s for s in range(10) if s % 3 == 1]
sum(x for x in range(5))
sum([0.1] * 10)
sum([1, 2], 10)
[[y * x for y in range(x)] for x in range(4)]
list(range(5))
list(range(2, 10, 3))
list(range(5, 0, -2))
list(range(0))
abs(-3)
abs(-3.5)
bool(0)
bool('x')
float(3)
float('1e-3')
float('inf')
-float('inf')
(lambda x: (x == x, x in [x], [x].index(x)))(float('nan'))
int(3.9)
int(-3.9)
int('12')
int(1e20)
round(0.5)
round(1.5)
round(2.5)
round(-0.5)
round(2.675, 2)
round(1234, -2)
round(1250, -2)
round(1350, -2)
round(0.125, 2)
round(1.005, 2)
round(5, 2)
max(1, 2.0)
max([3, 1])
max(1, True)
min(2, 2.0)
min([3, 1, 2])
max([])
max('a', 'b')
max(1, 'b')
pow(2, 10)
sorted([3, 1, 2])
len([1, 2])
len('abc')
tuple([1, 2])
math.sqrt(2)
math.exp(1)
math.log(10)
math.log(8, 2)
math.log(0)
math.sqrt(-1)
math.log10(1000)
math.log2(8)
math.floor(-2.5)
math.ceil(2.1)
math.pi
math.e
math.cos(math.pi)
math.tanh(0.5)
math.floor(float('inf'))
1 / 0
1 // 0
1 % 0
1.0 // 0
0 / 5
-0.0
0 * -1
5 % 3.5
-5 % 3.5
5 % -3.5
-1 // 3.0
1e16 // 3
6.0 // 0.1
6.0 % 0.1
1 // 0.1
-6 % 3
-6.0 % 3
1 + 'a'
'a' - 'b'
[1] - [1]
-'a'
1 < 'a'
int(50000 * 0.1) * 3
90 * 391
3e-4 * 256 / 512
{}.True()
max(True=1)
math.if(1)
(lambda None: 1)
[1 for True in [1]]
""".splitlines()
LAMBDAS = """\
lambda e: 0.95 ** e
lambda e: 0.1 ** (e // 10)
lambda e: -e * 0.1
lambda e: 1 / e
lambda e: 1 if e < 5 else 0.5 if e < 20 else 0.1
lambda e: 0 < e <= 7
lambda e: 0 < e < 10 < e * 2
lambda e: e and 3 or 7
lambda e: not e
lambda e: min(1.0, (e + 1) / 10)
lambda e: max(0.0, float(20 - e) / float(max(1, 20 - 3)))
lambda e: 0.5 * (1 + math.cos(math.pi * e / 30))
lambda e: [1, 2, 3][e % 3]
lambda e: [1, 2, 3][e]
lambda e: 2 if e in (1, 7) else 3
lambda e: e not in [1]
lambda e: 0.1 ** len([m for m in [1, 20] if m <= e])
lambda e: 0.1 ** sum(e >= m for m in [1, 20])
lambda e: sum([e, 2, 3])
lambda e: max([e, 4])
lambda e: round(e / 3, 1)
lambda e: round(e / 2)
lambda e: math.log(e, 2)
lambda e: math.sqrt(e - 1)
lambda e: (e - 7) ** -1
lambda e: (1 - e) ** 0.5
lambda e: (e + 1) ** -0.5
lambda e: int(e * 0.3) - e % 4 + abs(3 - e)
lambda e: 3 + 4 * 2
""".splitlines()


def number(f, x):
    try:
        return repr(float(f(x)))
    except (ArithmeticError, ValueError, TypeError, LookupError):
        return "NAN"


def value(text):
    try:
        x = eval(text)
    except (SyntaxError, ArithmeticError, ValueError, TypeError, LookupError):
        return "!"
    if isinstance(x, complex) or (isinstance(x, int) and abs(x) > 2 ** 53):
        return "!"
    return repr(x)


def quoted(s):
    return '"%s"' % s.replace("\\", "\\\\").replace('"', '\\"')


def main():
    import warnings
    warnings.simplefilter("ignore")
    binary = ["+", "-", "*", "/", "//", "%", "**", "<", "<=", "==", "!=",
              "and", "or"]
    texts = ["%s %s %s" % (a, op, b)
             for op in binary for a in OPERANDS for b in OPERANDS]
    texts += EXPRESSIONS
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by tests/unit/py_cases.py: what CPython says. */")
    print("/* clang-format off */")
    print("#include <math.h>\n")
    print("static const struct {\n\tconst char *text, *value;\n"
          "} py_cases[] = {")
    for t in texts:
        print("\t{%s, %s}," % (quoted(t), quoted(value(t))))
    print("};\n\nstatic const struct {\n\tconst char *text;\n"
          "\tdouble value[4];\n} py_lambdas[] = {")
    for t in LAMBDAS:
        values = [number(eval(t), x) for x in (0, 1, 7, 30)]
        print("\t{%s, {%s}}," % (quoted(t), ", ".join(values)))
    print("};")


if __name__ == "__main__":
    main()
