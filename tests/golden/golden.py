# SPDX-License-Identifier: MIT
"""Numbers of a library, kept for tests that have neither library nor Python.

A generator, gen_LIB.py, runs the real library and writes two files:

LIB.tsv  a line per configuration: its name, the library's version, the
         arithmetic (f64: 1e-12 of the largest value may differ; f32: 2 units
         in the last place of the largest value), the command line for lrsched
         without what chooses rows and columns, and steps where the library is
         known to be wrong, as "STEP/STEP/FIRST-LAST: the reason"
LIB.csv  config,column,step,value with digits that read back exactly
"""
import os
import sys


class Golden:
    def __init__(self, library, version, arith="f64"):
        self.library, self.version, self.arith = library, version, arith
        self.cases, self.rows = {}, []

    def add(self, config, args, wrong="", arith=None, **columns):
        """One configuration: lrsched's ARGS and its COLUMNS (lr, momentum,
        sparsity ...), each a list from step 0 on or a dict of step: value."""
        assert config not in self.cases, config
        assert "\t" not in args and "\n" not in args, config
        self.cases[config] = [self.version, arith or self.arith, args, wrong]
        for column, values in columns.items():
            if not hasattr(values, "items"):
                values = dict(enumerate(values))
            for step, v in sorted(values.items()):
                v = float(v)
                assert v - v == 0, (config, column, step, v)
                self.rows.append((config, column, step, repr(v)))

    def save(self):
        base = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            self.library)
        with open(base + ".tsv", "w") as f:
            f.write("config\tversion\tarith\targs\twrong\n")
            for config, rest in self.cases.items():
                f.write("\t".join([config, *rest]) + "\n")
        with open(base + ".csv", "w") as f:
            f.write("config,column,step,value\n")
            for row in self.rows:
                f.write("%s,%s,%d,%s\n" % row)
        print(f"{self.library} {self.version}: {len(self.cases)} "
              f"configurations, {len(self.rows)} values", file=sys.stderr)


def sample(n, extra=()):
    """Steps of a long run worth keeping: its ends, powers of two, EXTRA with
    their neighbours, and about a hundred between."""
    keep = set(range(min(n, 12))) | set(range(max(0, n - 4), n))
    keep |= {2 ** k + d for k in range(40) for d in (-1, 0)}
    keep |= {round(e) + d for e in extra for d in (-2, -1, 0, 1, 2)}
    keep |= set(range(0, n, max(1, n // 100)))
    return sorted(k for k in keep if 0 <= k < n)
