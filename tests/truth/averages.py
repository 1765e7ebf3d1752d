#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How often losses that are raw are taken for averages, and the other way
round, on curves that chose no threshold: averages.py LRFIND [CURVES [SEED]]

The curves are made up: a fall and a rise of random place, depth and width,
100 to 1000 updates, under several kinds of noise, whole, thinned or rounded
as logs have them; then the same averaged as libraries do it.  A row for each
group: how many were undone, how many got the remark that they look averaged,
and, of averages, how often the suggestion is within a factor of two of that
of the raw losses, as it was left and as lrfind reads it.
"""
import csv
import io
import re
import subprocess
import sys

import numpy as np


def curve(rng, n):
    x = np.linspace(-6, 1, n)
    c, w, d = rng.uniform(-4, -1.5), rng.uniform(2, 8), rng.uniform(0.5, 2)
    up = c + rng.uniform(1, 2.2)
    y0 = rng.uniform(2, 7)
    y = y0 - d / (1 + np.exp(-w * (x - c))) + 3 * np.maximum(0, x - up) ** 2
    return 10 ** x, y, d


def white(rng, y, d):
    return rng.normal(0, 1, len(y))


def of_loss(rng, y, d):
    return rng.normal(0, 1, len(y)) * y / y[0]


def heavy(rng, y, d):
    return rng.standard_t(3, len(y))


def skewed(rng, y, d):
    return rng.gamma(2, 1, len(y)) - 2


def correlated(phi):
    def noise(rng, y, d):
        e = rng.normal(0, np.sqrt(1 - phi * phi), len(y))
        for i in range(1, len(e)):
            e[i] += phi * e[i - 1]
        return e
    return noise


def epochs(rng, y, d):
    """The same batches come again, in another order."""
    batch = rng.normal(0, 1, 50)
    return np.concatenate([rng.permutation(batch) for _ in
                           range(len(y) // 50 + 1)])[:len(y)]


def waves(rng, y, d):
    t = np.arange(len(y))
    return 0.7 * np.sin(t / rng.uniform(2, 6)) + rng.normal(0, 0.7, len(y))


def ema(beta, how):
    def average(y):
        out, m = [], y[0] if how == "seeded" else 0.0
        for i, v in enumerate(y):
            m = beta * m + (1 - beta) * v
            out.append(m / (1 - beta ** (i + 1)) if how == "corrected" else m)
        return np.array(out)
    return average


def running(n):
    def average(y):
        return np.concatenate([np.cumsum(y[i:i + n]) / np.arange(
            1, len(y[i:i + n]) + 1) for i in range(0, len(y), n)])
    return average


def window(n):
    def average(y):
        s = np.cumsum(np.concatenate([[0], y]))
        i = np.arange(1, len(y) + 1)
        return (s[i] - s[np.maximum(i - n, 0)]) / np.minimum(i, n)
    return average


NOISE = {"white": white, "of the loss": of_loss, "heavy tails": heavy,
         "skewed": skewed, "same batches": epochs, "waves": waves,
         "correlated .2": correlated(0.2), "correlated .5": correlated(0.5)}
KEEP = {"whole": lambda y: (slice(None), y),
        "every 3rd": lambda y: (slice(None, None, 3), y),
        "every 5th": lambda y: (slice(2, None, 5), y),
        "2 decimals": lambda y: (slice(None), np.round(y, 2))}
AVERAGE = {"ema .9 seeded": ema(0.9, "seeded"),
           "ema .95 seeded": ema(0.95, "seeded"),
           "ema .98 corrected": ema(0.98, "corrected"),
           "ema .98 from 0": ema(0.98, "zero"),
           "ema .9 corrected": ema(0.9, "corrected"),
           "running mean": running(10 ** 9), "mean of epochs": running(100),
           "mean of 10": window(10)}


def ask(lrfind, runs, *options):
    """{run: row} of lrfind on RUNS, and {run: remarks}."""
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["run", "step", "lr", "loss"])
    for name, (step, lr, loss) in runs.items():
        out.writerows(zip([name] * len(step), step, map(repr, lr.tolist()),
                          map(repr, loss.tolist())))
    p = subprocess.run([lrfind, "-f", "csv", "--run", "run", *options],
                       input=text.getvalue(), text=True, check=False,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    rows = {r["run"]: r for r in csv.DictReader(io.StringIO(p.stdout))
            if r["run"] in runs}
    notes = {}
    for line in p.stderr.splitlines():
        m = re.match(r"lrfind: \S+?:(r\d+): (.*)", line)
        if m:
            notes.setdefault(m[1], []).append(m[2])
    return rows, notes


def group(rng, count, noise, keep, average):
    """COUNT runs, and the raw ones they come from, whole."""
    runs, raw = {}, {}
    for i in range(count):
        n = int(rng.choice([100, 200, 400, 1000]))
        lr, y, d = curve(rng, n)
        y = y + noise(rng, y, d) * d * 10 ** rng.uniform(-2.5, -0.7)
        step = np.arange(n)
        raw[f"r{i}"] = (step, lr, y)
        at, z = keep(average(y) if average else y)
        runs[f"r{i}"] = (step[at], lr[at], z[at])
    return runs, raw


def number(row):
    return float(row["suggest"] or "nan") if row else float("nan")


def within(rows, truth):
    n = sum(number(t) > 0 for t in truth.values())
    ok = sum(0.5 <= number(rows.get(k)) / number(t) <= 2
             for k, t in truth.items() if number(t) > 0)
    return "%d of %d" % (ok, n)


def report(lrfind, name, runs, raw, averaged):
    rows, notes = ask(lrfind, runs)
    undone = sum(any("look like" in t for t in v) for v in notes.values())
    told = sum(any("look averaged" in t for t in v) for v in notes.values())
    line = [name, len(runs), undone, told]
    if averaged:
        truth, _ = ask(lrfind, raw, "--loss-kind", "raw")
        left, _ = ask(lrfind, runs, "--loss-kind", "raw")
        line += [within(left, truth), within(rows, truth)]
    print(",".join(map(str, line)), flush=True)


def main():
    lrfind = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    rng = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    print("group,curves,undone,told,left: within 2x,read: within 2x")
    for n, noise in NOISE.items():
        for k, keep in KEEP.items():
            report(lrfind, f"raw {n} {k}", *group(rng, count, noise, keep,
                                                  None), False)
    for a, average in AVERAGE.items():
        for k in ("whole", "every 5th", "2 decimals"):
            report(lrfind, f"{a} {k}", *group(rng, count, white, KEEP[k],
                                              average), True)


main()
