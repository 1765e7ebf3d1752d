#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds the rooms of lib/ to what makes them rooms: rooms.py BUILD

A room is a folder of lib/: four to eight .c files, one header for others and
at most one for itself, files that do not call each other in circles, and few
symbols that are exported and yet used within the room only ("inner").  Prints
a line a room, and what is wrong; the exit status is 1 if anything is.  BUILD
has the objects of lib/ and cmd/.  With -v the names as well.
"""
import glob, os, re, subprocess, sys

FILES, INNER = range(4, 9), 15

# Formats and libraries are files of their own; base and file have a header per
# .c.
UNCOUNTED = {"base", "text", "call", "log"}
MANY_HEADERS = {"base", "file", "text"}

# What does not hold yet, with the issue that mends it: at most so many of
# each, so that it gets no worse.
ALLOWED = {
    "call": ("issue 8", {"inner": 23}),
    # The scanner of text and what waits in it; cells of tables.
    "form": ("issue 9", {"inner": 19}),
    # Three readers, and what they share: series, asides, a table's records.
    "log": ("issue 9", {"inner": 20}),
    # The models that are tried share one fit and one search.
    "fit": ("issue 8", {"inner": 25}),
    "numpy": ("issue 8", {"inner": 19}),
    # An expression holds statements' blocks, calls, items ... and so on.
    "py": ("issue 8", {"inner": 25}),
    # Files of one reading: rounds, what they step, how long, what is meant.
    "script": ("issue 8", {"inner": 43}),
    # The words of a grammar: tokens, nodes, and a function a rule.
    "syntax": ("issue 8", {"inner": 36}),
    # What readers share: files, the spool, members of zips.
    "model": ("issue 11", {"inner": 26}),
    # A grammar: what words are made of, and a function a rule.
    "words": ("issue 8", {"inner": 22}),
    # Modes, and what they are made of: masks, values, palettes, classes.
    "chunk": ("issue 10", {"files": 9, "inner": 18}),
    # The structures of spzip(5), stored and parsed.
    "spz": ("issue 10", {"inner": 25}),
}
# Rooms of one language, with one prefix: the lowest's private header says what
# a run and a value are, which all of them work on, and hosts do not see.
LANGUAGE = {"object", "builtin", "syntax", "py"}
SHARED = "lib/object/object_impl.h"
# What an object is made of, lib/object alone knows: to take one for a list is
# to read other memory.
OBJECT = re.compile(r"\bu\.object\b|^struct py_object {", re.M)
TESTED = re.compile(r"([\w.>\[\]-]+?)(->|\.)type [!=]= PY_NAMESPACE")


def nm(build, room, *flags):
    """{object's name: symbols} of the objects of ROOM, "lib/log" or "cmd"."""
    # An object without its source is one of another time.
    names = [n[:-2] for n in sorted(os.listdir(room)) if n.endswith(".c")]
    objects = [os.path.join(build, room, n + ".o") for n in names]
    out = subprocess.run(["nm", "-A", *flags, *objects], check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    ret = {n: set() for n in names}
    for line in out.splitlines():
        name, symbol = line.split(":", 1)
        ret[os.path.basename(name)[:-2]].add(symbol.split()[-1])
    return ret


def circles(uses):
    """Groups of files that reach each other: {file: files it uses}."""
    def reach(a):
        seen, todo = set(), list(uses[a])
        while todo:
            b = todo.pop()
            if b not in seen:
                seen.add(b)
                todo += uses[b]
        return seen
    far = {a: reach(a) for a in uses}
    return {tuple(sorted(b for b in far[a] if a in far[b]))
            for a in uses if a in far[a]}


def reaches_into_objects():
    """Where rooms but lib/object do, or read a list of what may be one."""
    ret = []
    for f in sorted(set(glob.glob("lib/*/*.c")) - set(glob.glob(
            "lib/object/*"))):
        text = open(f).read()
        if OBJECT.search(text):
            ret.append("%s: u.object; expected py_held()" % f)
        for body in re.findall(r"^{\n(.*?)^}", text, re.M | re.S):
            ret += ["%s: %s%su.list of an object; expected py_held()" % (
                f, v, to) for v, to in set(TESTED.findall(body))
                if v + to + "u.list" in body]
    return ret


def main():
    build = sys.argv[1]
    rooms = sorted(os.path.basename(r) for r in glob.glob("lib/*"))
    defined = {r: nm(build, "lib/" + r, "-g", "--defined-only") for r in rooms}
    wanted = {r: nm(build, "lib/" + r, "-u") for r in rooms}
    wanted["cmd"] = nm(build, "cmd", "-u")
    included = {}  # by header, the rooms that include it
    for f in glob.glob("lib/*/*.[ch]") + glob.glob("cmd/*.[ch]"):
        room = f.split("/")[-2]
        for h in re.findall(r'#include "([a-z]+/[a-z0-9_]+\.h)"',
                            open(f).read()):
            included.setdefault("lib/" + h, set()).add(room)

    bad = reaches_into_objects()
    print("room     files public private exported inner circles")
    for r in rooms:
        own = defined[r]
        exported = set().union(*own.values())
        outside = set().union(*(s for room, objects in wanted.items()
                                if room != r for s in objects.values()))
        headers = glob.glob("lib/%s/*.h" % r)
        public = {h for h in headers if included.get(h, set()) - {r} -
                  (LANGUAGE if h == SHARED else set())}
        uses = {f: [g for g in own if g != f and wanted[r][f] & own[g]]
                for f in own}
        round_ = circles(uses)
        got = {"files": len(own), "public": len(public),
               "private": len(headers) - len(public),
               "inner": len(exported - outside), "circles": len(round_)}
        print("%-8s %5d %6d %7d %8d %5d %7d" % (
            r, got["files"], got["public"], got["private"], len(exported),
            got["inner"], got["circles"]))
        most = {"files": FILES[-1], "public": 1, "private": 1,
                "inner": INNER, "circles": 0}
        if r in UNCOUNTED:
            most["files"] = got["files"]
        if r in MANY_HEADERS:
            most.update(public=got["public"], private=got["private"])
        _, more = ALLOWED.get(r, (0, {}))
        for what, n in got.items():
            if n > more.get(what, most[what]):
                bad.append("lib/%s: %s: %d; expected at most %d" % (
                    r, what, n, more.get(what, most[what])))
        if got["files"] < FILES[0] and r not in UNCOUNTED:
            bad.append("lib/%s: %d files; expected %d at least" % (
                r, got["files"], FILES[0]))
        for files in sorted(round_):
            if "-v" in sys.argv or got["circles"] > more.get("circles", 0):
                print("  lib/%s: circle of %s" % (r, ", ".join(files)))
        if "-v" in sys.argv:
            for h in sorted(headers):
                print("  %s: %s" % (h, "public" if h in public else "private"))
            print("  inner:", *sorted(exported - outside))
    print(*bad, sep="\n", end="\n" if bad else "")
    return 1 if bad else 0


sys.exit(main())
