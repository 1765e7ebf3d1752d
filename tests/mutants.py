#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks whether tests would notice: mutants.py ROOM COUNT [TEST...]

Makes COUNT copies of lib/ROOM, each with one operator or constant changed, at
random (SEED=N of the environment: which), and runs the unit tests and the named
bats files until one of them fails.  What survives them all is printed: it is a
test to write, or a change that makes no difference.  Works on a copy of the
tree, BUILD/mutants (BUILD of the environment, else build).
"""
import filecmp
import glob
import os
import random
import re
import shutil
import subprocess
import sys

SECONDS = 600  # of a build or a test: a mutant may never end
OTHER = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==",
         "&&": "||", "||": "&&", "+": "-", "-": "+", "*": "/", "/": "*",
         "+=": "-=", "-=": "+=", "++": "--", "--": "++", "true": "false",
         "false": "true", "0": "1", "1": "2", "break": "continue"}
# Comments, texts and lines for the preprocessor are left alone, and so are
# stars and signs that are no operators of two sides.
SKIP = r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^#(?:[^\n]*\\\n)*[^\n]*'
TOKEN = re.compile(
    SKIP + r"|(?P<op>(?<= )(?:[<>=!]=|&&|\|\||[-+]=|[<>+*/-])(?= )|"
    r"\+\+|--|\b(?:true|false|break|0|1)\b)", re.S | re.M)


def places(path):
    """(file, begin, end, token) of what can be changed in bodies of PATH."""
    text = open(path).read()
    for m in TOKEN.finditer(text):
        line = text[text.rfind("\n", 0, m.start()) + 1:m.start()]
        if m["op"] and line.startswith("\t"):
            yield path, m.start(), m.end(), m["op"]


def copy_tree(there):
    """What git knows of, with its times: make builds only what changed."""
    for f in subprocess.run(["git", "ls-files", "-z"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.split("\0")[:-1]:
        to = os.path.join(there, f)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if not os.path.lexists(to) or not filecmp.cmp(f, to):
            shutil.copy2(f, to, follow_symlinks=False)


def passes(*command, env=None):
    try:
        return subprocess.run(
            command, timeout=SECONDS, env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def killer(tests):
    """Who notices what the tree is now; None: nobody."""
    units = ["build/unit/" + os.path.basename(f)[:-2]
             for f in sorted(glob.glob("tests/unit/test_*.c"))]
    if not passes("make", "-s", "CFLAGS=-O1", "all", *units):
        return "the compiler"
    for unit in units:
        if not passes(unit):
            return unit
    env = dict(os.environ, TRIMTAB_BUILD="build")
    return next((t for t in tests if not passes(
        "bats", "--tap", "tests/%s.bats" % t, env=env)), None)


def main():
    room, count, tests = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    there = os.path.join(os.environ.get("BUILD", "build"), "mutants")
    copy_tree(there)
    os.chdir(there)
    if (who := killer(tests)) is not None:
        sys.exit("mutants: without a change, %s fails" % who)
    rand = random.Random(int(os.environ.get("SEED", "1")))
    every = [p for f in sorted(glob.glob("lib/%s/*.c" % room))
             for p in places(f)]
    survived = 0
    for path, begin, end, token in rand.sample(every, min(count, len(every))):
        text = open(path).read()
        changed = text[:begin] + OTHER[token] + text[end:]
        open(path, "w").write(changed)
        who = killer(tests)
        open(path, "w").write(text)
        n = text.count("\n", 0, begin)
        if who is None:
            survived += 1
        print("%s:%d: %s: %s" % (path, n + 1, "killed by " + who if who else
                                 "survived", changed.split("\n")[n].strip()),
              flush=True)
    print("%d of %d survived" % (survived, min(count, len(every))))


main()
