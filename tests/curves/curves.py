#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints range tests of many shapes as run,step,lr,loss, rounded to six digits:
what lrfind's published methods and the real functions are both given.
usage: curves.py ../truth/dev.jsonl > curves.csv"""
import json
import math
import sys

import numpy as np

# One of each network of dev.jsonl.
REAL = [0, 10, 18, 29, 36, 46, 54, 65, 72, 84, 90, 101, 108, 117, 129]


def fall(x, at=-3.0, wide=5.0, depth=1.8):
    return 2.3 - depth / (1 + np.exp(-(x - at) * wide))


def rise(x, at=-0.7, wide=12.0, height=3.0):
    return height / (1 + np.exp(-(x - at) * wide))


def sweep(n, lo=-6.0, hi=1.0):
    x = np.linspace(lo, hi, n)
    return x, 10.0 ** x


def synthetic():
    rng = np.random.default_rng(9)

    def noise(n, size):
        return size * rng.standard_normal(n)

    x, lr = sweep(100)
    for size in (0.0, 0.02, 0.1, 0.3):
        yield f"noise-{size}", lr, fall(x) + rise(x) + noise(100, size)
    yield "explodes", lr, fall(x) + 10.0 ** (4 * (x + 0.5)).clip(-9, 30)
    yield "explodes-fast", lr, fall(x) + 10.0 ** (30 * (x + 0.5)).clip(-9, 38)
    y = fall(x) + rise(x) + noise(100, 0.03)
    y[80:] = math.nan
    yield "nan-end", lr, y.copy()
    y[40] = math.nan
    yield "nan-middle", lr, y
    y = fall(x) + rise(x) + noise(100, 0.03)
    y[86:] = math.inf
    yield "inf-end", lr, y
    y = fall(x) + rise(x) + noise(100, 0.03)
    y[97:] = math.nan
    yield "nan-last", lr, y
    yield "plateau", lr, fall(x) + noise(100, 0.02)
    yield "plateau-after", lr, np.minimum(fall(x) + rise(x), 2.31)
    yield "rising", lr, 2.3 + rise(x, -4, 4) + noise(100, 0.02)
    yield "rising-monotone", lr, 2.3 + 0.1 * (x + 6)
    yield "falling-monotone", lr, 2.3 - 0.2 * (x + 6)
    yield "flat", lr, 2.3 + noise(100, 0.02)
    y = fall(x) + rise(x) + noise(100, 0.02)
    y[[25, 50, 60]] *= 10
    yield "spikes", lr, y
    y = fall(x) + rise(x) + noise(100, 0.02)
    y[3] *= 30
    yield "spike-early", lr, y
    y = fall(x) + rise(x) + noise(100, 0.02)
    y[20::20] *= 1.5
    yield "short-batches", lr, y
    yield "ties", lr, np.round(4 * (fall(x) + rise(x))) / 4
    yield "ties-noisy", lr, np.round(4 * (fall(x) + rise(x) +
                                          noise(100, 0.2))) / 4
    yield "two-falls", lr, fall(x, -4.5, 8, 0.8) + fall(x, -2, 8, 1) - 2.3 + \
        rise(x) + noise(100, 0.02)
    yield "negative", lr, fall(x) + rise(x) - 5
    yield "below-zero", lr, fall(x) + rise(x) - 1.2 + noise(100, 0.05)
    yield "large", lr, 200 * (fall(x) + rise(x)) + noise(100, 5)
    yield "small", lr, 1e-4 * (fall(x) + rise(x)) + noise(100, 2e-6)
    x, lr = sweep(30)
    yield "short-30", lr, fall(x) + rise(x) + noise(30, 0.02)
    x, lr = sweep(20)
    yield "short-20", lr, fall(x) + rise(x) + noise(20, 0.02)
    x, lr = sweep(24)
    yield "short-24", lr, fall(x) + rise(x) + noise(24, 0.02)
    x, lr = sweep(12)
    yield "short-12", lr, fall(x) + rise(x) + noise(12, 0.02)
    x, lr = sweep(300)
    yield "long", lr, fall(x) + rise(x) + noise(300, 0.1)
    x, lr = sweep(100, -3, -1)
    yield "open", lr, fall(x, -2) + noise(100, 0.03)
    lr = np.linspace(0.001, 0.4, 100)
    yield "linear", lr, fall(np.log10(lr), -2) + rise(np.log10(lr)) + \
        noise(100, 0.03)
    x, lr = sweep(20)
    x, lr = np.repeat(x, 5), np.repeat(lr, 5)
    yield "stairs", lr, fall(x) + rise(x) + noise(100, 0.03)
    x, lr = sweep(60, -6, 2)
    yield "above-ten", lr, fall(x, -1) + rise(x, 1.5) + noise(60, 0.02)


def real(path):
    with open(path) as f:
        tests = [json.loads(line) for line in f]
    for i in REAL:
        t = tests[i]
        k = np.arange(len(t["loss"])) / (t["N"] - 1)
        lr = t["lo"] * (t["hi"] / t["lo"]) ** k
        yield f"{t['net']}-{t['opt']}-{t['N']}", lr, np.array(t["loss"])


def main():
    print("run,step,lr,loss")
    for source in (real(sys.argv[1]), synthetic()):
        for run, lr, loss in source:
            for i, (a, y) in enumerate(zip(lr, loss)):
                print(f"{run},{i},{a:.6g},{y:.6g}")


main()
