#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds programs to the lines of tests/spzip/manners.

Usage: behave.py FILES MANNERS EVERY.  FILES has the directories that cases
begin with, spzip.files, gzip.files and xz.files, and orig, what they hold when
they are not compressed.  Where others do the same, EVERY eighth case, say, is
one of theirs too; 0: none.  Prints what is not as told, and last how many cases
there are; the exit status is 1 if anything is not.
"""
import fnmatch
import os
import shutil
import subprocess
import sys

OTHERS = {"g": ("gzip", "gz"), "x": ("xz", "xz")}
FILES = sys.argv[1]
ORIG = os.path.join(FILES, "orig")


def names(top):
    """All that is below TOP."""
    return {os.path.relpath(os.path.join(path, name), top)
            for path, dirs, files in os.walk(top) for name in dirs + files}


def run(command, name, suffix):
    """What COMMAND comes to for a program: status, what came and went, words."""
    shutil.rmtree("run", ignore_errors=True)
    files = os.path.join(FILES, name + ".files")
    subprocess.run(["cp", "-a", files, "run"], check=True)
    command = command.replace(".@", "." + suffix).replace("@", name)
    with open("out", "wb") as out:
        done = subprocess.run(["bash", "-c", command], cwd="run", stdout=out,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    status = done.returncode
    was, now = names(files), names("run")
    changes = ["+" + n for n in now - was] + ["-" + n for n in was - now]
    changes = [c.replace("." + suffix, ".@").replace(" ", "_") for c in changes]
    return (str(status if status >= 0 else 128 - status),
            " ".join(sorted(changes)) or "=", done.stderr.decode().rstrip("\n"))


def is_what_its_name_says(name):
    """Whether NAME in run/ holds what it is to hold, if that is known."""
    if name.endswith(".spzip.spzip") or name[0] in "do":
        return True
    plain = name.removesuffix(".spzip")
    orig = os.path.join(ORIG, plain)
    if plain == name and not os.path.exists(orig):
        return True
    with open(os.path.join("run", name), "rb") as f:
        got = f.read()
    if plain != name:
        got = subprocess.run(["spzip", "-dc"], input=got, check=False,
                             stdout=subprocess.PIPE).stdout
    with open(orig, "rb") as f:
        return got == f.read()


count = bad = 0
with open(sys.argv[2], encoding="utf-8") as f:
    cases = [line.rstrip("\n").split("|", 4) for line in f
             if line.strip() and not line.startswith("#")]
for same, status, changes, said, command in cases:
    count += 1
    said = said.replace(".@", ".spzip").replace("@", "spzip")
    got = run(command, "spzip", "spzip")
    made = [c[1:].replace(".@", ".spzip").replace("_", " ")
            for c in changes.split() if c[0] == "+"]
    if (got[:2] != (status, changes) or not fnmatch.fnmatchcase(got[2], said)
            or not all(map(is_what_its_name_says, made))):
        print(f"{command}: {got}, not {status}|{changes}|{said}")
        bad += 1
    every = int(sys.argv[3])
    if not every or count % every:
        continue
    for letter, (name, suffix) in OTHERS.items():
        if letter in same:
            got = run(command, name, suffix)
            if got[:2] != (status, changes):
                print(f"{name}: {command}: {got}")
                bad += 1
print(count)
sys.exit(bad > 0)
