#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""agree.py LRFIND: the default of lrfind, its intervals and its probes are
what estimate.py computes, on the tests and the runs of this folder."""
import sys

import numpy as np

import estimate
from score import HEADER, load_bank, load_tests, lrfind

ROUNDED = .0051  # three digits


def near(text, x):
    return text != "" and abs(float(text) / 10 ** x - 1) < ROUNDED


def check_test(t, row, percent):
    b = t.basin()
    if b.status != "ok" or row["status"] != "ok":
        return b.status == row["status"]
    s = b.suggest()
    below, above = estimate.REACH[percent]
    # From what is printed, so that rounding does not count twice.
    printed = np.log10(float(row["suggest"]))
    lo = max(printed - below * b.root, b.x[0])
    hi = min(printed + above * b.root, b.x[-1])
    decades = sum(estimate.REACH[90]) * b.root
    word = ("high" if decades <= .4 else
            "medium" if decades <= .65 else "low")
    return (near(row["suggest"], s) and near(row["suggest_lo"], lo) and
            near(row["suggest_hi"], hi) and near(row["lr_low"], b.x[b.m]) and
            near(row["onset"], b.onset) and row["confidence"] == word and
            abs(float(row["noise"]) / b.noise - 1) < ROUNDED)


def check_probes(path, bank, seed, picks, status_of):
    y0 = np.median([bank.runs[seed][k][0] for k in picks
                    if bank.runs[seed][k][0] is not None])
    x, status = estimate.probes(bank.rates[picks],
                                bank.levels[seed][picks], y0)
    row = lrfind(path, HEADER + bank.probe_rows(seed, picks))[
        "probes", "centre"]
    status_of.add(status)
    return row["status"] == status and near(row["suggest"], x)


def main():
    path, bad, n = sys.argv[1], 0, 0
    tests = load_tests()
    text = HEADER + "".join(t.rows(i) for i, t in enumerate(tests))
    for percent in 80, 90:
        rows = lrfind(path, text, "--ci", str(percent), "--loss-kind",
                      "raw")
        for i, t in enumerate(tests):
            row = rows[str(i), "centre"]
            n += 1
            if not check_test(t, row, percent):
                bad += 1
                print("differs:", t.net, t.n, percent, row)
    rng = np.random.default_rng(4)
    seen = set()
    for bank in load_bank():
        for _ in range(3):
            picks = rng.choice(len(bank.rates), rng.integers(2, 7), False)
            n += 1
            if not check_probes(path, bank, rng.choice(["11", "12"]), picks,
                                seen):
                bad += 1
                print("differs:", bank.net, bank.rates[picks])
    print(f"{n - bad} of {n} agree; of probes:", *sorted(seen))
    sys.exit(1 if bad or len(seen) < 3 else 0)


main()
