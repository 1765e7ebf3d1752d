# SPDX-License-Identifier: MIT
"""Structures, rows and scores against numpy: wprune_units.py WPRUNE NCASE SEED

Every case is a small file with ties; what is pruned is found again by sorting
(score, index).  Prints what differs; the exit status is 1 if anything does.
"""
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

sys.path.insert(0, os.path.dirname(__file__))
import safetensors as st


def half_even(x):
    return round(x)  # of a Fraction: half to even


def lowest(score, k):
    """True for the k lowest of SCORE, of equal ones the first."""
    order = np.lexsort((np.arange(score.size), score))
    ret = np.zeros(score.size, bool)
    ret[order[:k]] = True
    return ret


def nm_mask(score, keep, of):
    axis = 1 if score.ndim > 1 else 0
    x = np.moveaxis(score, axis, -1)
    groups = x.reshape(-1, of)
    gone = np.zeros(groups.shape, bool)
    for g, s in zip(gone, groups):
        # the best, of equal ones the first
        order = np.lexsort((np.arange(of), -s))
        g[order[keep:]] = True
    return np.moveaxis(gone.reshape(x.shape), -1, axis)


def unit_ids(shape, what):
    c = np.arange(int(np.prod(shape))).reshape(shape)
    if what[0] == "dim":
        stride = int(np.prod(shape[what[1] + 1:]))
        return c // stride % shape[what[1]]
    rows, cols = what[1:]
    m = c.reshape(shape[0], -1)
    r, k = np.indices(m.shape)
    across = -(-m.shape[1] // cols)
    return (r // rows * across + k // cols).reshape(shape)


def unit_mask(score, ids, by_max, k):
    n = ids.max() + 1
    u = np.array([(score[ids == i].max() if by_max else score[ids == i].mean())
                  for i in range(n)])
    return lowest(u, k)[ids]


class Case:
    def __init__(self, rng):
        self.rng = rng
        ndim = int(rng.integers(1, 5))
        self.shape = tuple(int(x) for x in rng.integers(1, 9, ndim))
        self.dtype = rng.choice(["<f4", "<f2", "<f8", ">f4"])
        # few values, exact in all dtypes, so that ties and sums are exact
        self.w = (rng.integers(-8, 9, self.shape) / 4).astype(self.dtype)
        self.fortran = ndim > 1 and rng.random() < .25
        self.s = Fraction(int(rng.integers(0, 13)), 12)
        self.args = ["-q", "--ties", "first", "-T",
                     str(rng.integers(1, 9))]
        self.score = abs(self.w.astype("f8"))
        getattr(self, rng.choice(["nm", "block", "slice", "row", "scored"]))()
        if rng.random() < .3 and "scored" not in self.__dict__:
            self.give_scores()
        self.gone = self.decide(self.score)

    def nm(self):
        of = int(self.rng.choice([2, 4, 8]))
        keep = int(self.rng.integers(1, of))
        axis = 1 if len(self.shape) > 1 else 0
        shape = list(self.shape)
        shape[axis] = of * int(self.rng.integers(1, 4))
        self.w = (self.rng.integers(-8, 9, shape) / 4).astype(self.dtype)
        self.shape, self.score = tuple(shape), abs(self.w.astype("f8"))
        self.args += ["--structure", "nm=keep:%d:%d" % (keep, of)
                      if self.rng.random() < .5 else
                      "nm=zero:%d:%d" % (of - keep, of)]
        self.decide = lambda s: nm_mask(s, keep, of)

    def units(self, what, text):
        by_max = self.rng.random() < .5
        ids = unit_ids(self.shape, what)
        k = half_even(self.s * int(ids.max() + 1))
        self.args += ["-s", str(self.s), "--structure",
                      text + (":max" if by_max else "")]
        self.decide = lambda s: unit_mask(s, ids, by_max, k)

    def block(self):
        if len(self.shape) < 2:
            return self.slice()
        r, c = (int(x) for x in self.rng.integers(1, 5, 2))
        self.units(("block", r, c), "block=%dx%d" % (r, c))

    def slice(self):
        dim = int(self.rng.integers(len(self.shape)))
        text = "dim=%d" % dim
        if dim < 2 and self.rng.random() < .5:
            text = ["row", "col"][dim]
        self.units(("dim", dim), text)

    def row(self):
        self.fortran = False
        self.args += ["-s", str(self.s), "--scope", "row"]

        def rows(s):
            m = s.reshape(self.shape[0], -1)
            k = half_even(self.s * m.shape[1])
            return np.array([lowest(x, k) for x in m]).reshape(self.shape)
        self.decide = rows

    def scored(self):
        self.scored = True
        self.args += ["-s", str(self.s)]
        self.give_scores()
        k = half_even(self.s * self.w.size)
        self.decide = lambda s: lowest(s.ravel(), k).reshape(self.shape)

    def give_scores(self):
        kind = self.rng.choice(["file", "taylor", "obd", "wanda"])
        w = self.w.astype("f8")
        x = (self.rng.integers(-8, 9, self.shape) / 2).astype("<f4")
        if kind == "wanda":
            n = self.w.size // self.shape[0] if w.ndim > 1 else self.w.size
            x = (self.rng.integers(0, 9, n) / 2).astype("<f4")
            norms = np.broadcast_to(x, (self.w.size // n, n))
            self.score = abs(w) * norms.reshape(self.shape)
        elif kind == "file":
            self.score = x.astype("f8")
        elif kind == "taylor":
            self.score = abs(w * x)
        else:
            x = abs(x)
            self.score = w * w * x
        if self.fortran and kind != "wanda":
            x = np.asfortranarray(x)
        np.save("score.npy", x)
        self.args += ["--score", "%s:score.npy" % kind]

    def run(self, wprune):
        w = np.asfortranarray(self.w) if self.fortran else self.w
        np.save("w.npy", w)
        subprocess.run([wprune, *self.args, "w.npy", "-o", "out.npy",
                        "--mask-out", "mask"], check=True)
        got, want = np.load("out.npy"), np.where(self.gone, 0, self.w)
        keep = st.unpack(st.load("mask")[0]["data"], self.shape)
        return (want.astype(self.dtype) + 0 == got).all() and \
            (keep == ~self.gone).all() and not np.signbit(got[got == 0]).any()


def main():
    wprune, ncase, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rng = np.random.default_rng(seed)
    bad = 0
    with tempfile.TemporaryDirectory() as d:
        os.chdir(d)
        for i in range(ncase):
            c = Case(rng)
            if not c.run(wprune):
                bad += 1
                print("case", i, c.args, c.shape, c.dtype, c.fortran)
    print(ncase - bad, "of", ncase, "cases as by numpy")
    return 1 if bad else 0


sys.exit(main())
