# SPDX-License-Identifier: MIT
"""Patterns of names after re: against Python's re.match(): patterns.py WSTAT

Random expressions, each asked of a file whose tensors have odd names; what
Python refuses or wstat does not know has to be refused by wstat.
"""
import random
import re
import subprocess
import sys
import warnings

import numpy as np
import safetensors as st

warnings.simplefilter("ignore")
rng = random.Random(11)
ATOMS = list("abx.0_-") + [
    r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", r"\.", "[ab]", "[^a]",
    r"[a-c\d]", "[]a]", "[^]x-]", "\u00e9", "[\u00e0-\u00e9]", r"\x61",
    r"\b", r"\B", "^", "$", r"\Z", r"\A", "{", "{a", "}", "]"]
TIMES = ["*", "+", "?", "{2}", "{1,3}", "{,2}", "{2,}", "{0}", "*?", "+?",
         "??", "{1,2}?"]
BAD = [")", "(", "[", "\\", "*", "(?=a)", "(?!a)", "(?i)", "(a)\\1", "a**",
       "a{3,2}", "a{2}{2}", "\\q", "[b-a]", "(?P<x", "\\x6"]
NAMES = ["a", "ab", "aab", "bax", "x.0", "a_b", "xx00", "\u00e9a", "a\u00e9",
         "a-b.c", "abab", "0a.b", "a b", "aaaaa", "l.0.w", "l.10.w"]


def expression(depth=0):
    out = ""
    for _ in range(rng.randint(0, 4)):
        atom = rng.choice(ATOMS)
        if rng.random() < .25 and depth < 2:
            begin = rng.choice(["(", "(?:", "(?P<n%d>" % rng.randint(0, 1 << 60)])
            atom = begin + expression(depth + 1) + ")"
        if rng.random() < .35:
            atom += rng.choice(TIMES)
        out += atom
    return out + "|" + expression(depth + 1) if rng.random() < .3 else out


def known(p):
    try:
        return re.compile(p, re.A)
    except re.error:
        return None


def main():
    st.save("names", {n: np.zeros((1, 1), "<f4") for n in NAMES})
    cases = [known("l\\.[0-9]+\\.w"), known("l.1"), known(".*0$")]
    while len(cases) < 150:
        cases.append(known(expression()))
        if cases[-1] is None:
            cases.pop()
    nmatch = 0
    for c in cases:
        r = subprocess.run([sys.argv[1], "--only", "re:" + c.pattern, "names"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
        assert r.returncode == 0, (c.pattern, r.stderr)
        rows = [x.split(",") for x in r.stdout.splitlines()[1:]]
        got = {x[1] for x in rows if x[-1] == "prune"}
        want = {n for n in NAMES if c.match(n)}
        assert got == want, (c.pattern, got ^ want)
        nmatch += len(want)
    for p in BAD:
        r = subprocess.run([sys.argv[1], "--only", "re:" + p, "names"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
        assert r.returncode == 2 and not r.stdout, p
        assert r.stderr.startswith("wstat: --only: 're:"), r.stderr
    print("%d patterns, %d matches, %d refused" % (len(cases), nmatch, len(BAD)))


main()
