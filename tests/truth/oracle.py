# SPDX-License-Identifier: MIT
"""Writes range tests of many shapes as run,step,lr,loss to the first file and
what numpy says of them as run,method,lr_min,lr_max to the second: the two
methods that are published as text, written again from their description."""
import sys

import numpy as np


def average(losses, beta=0.98):
    a, out = 0.0, []
    for i, y in enumerate(losses):
        a = beta * a + (1 - beta) * y
        out.append(a / (1 - beta ** (i + 1)))
    return out


def capel(lr, losses):
    box = np.ones(20) / 20
    s = np.convolve(losses, box, "same")
    d = np.convolve(np.diff(s), box, "same")
    if not (d <= 0).any():
        return None
    lo = np.argmax(d <= 0)
    hi = np.argmax(d >= 0) if (d >= 0).any() else 0
    if hi == 0:
        hi = len(d)
    w = s[lo:hi][:-1]
    if len(w) == 0:
        return None
    delta = w.max() - w.min()
    i = np.argmax(s[lo:hi] <= w.min() + 0.05 * delta)
    j = np.argmax(s[lo:hi] <= w.min() + 0.5 * delta)
    rates = lr[lo + j:lo + i]
    return (rates[0], rates[-1], None) if len(rates) else None


def smith_exp(lr, losses):
    best, a, rates, out = 1e9, 0.0, [], []
    for batch, (rate, y) in enumerate(zip(lr, losses), 1):
        a = 0.98 * a + 0.02 * y
        smoothed = a / (1 - 0.98 ** batch)
        rates.append(rate)
        out.append(smoothed)
        if batch > 1 and smoothed > 4 * best:
            break
        best = min(best, smoothed)
    rates, out = rates[10:-1], np.array(out[10:-1])
    if len(out) == 0:
        return None
    m = out.argmin()
    drop = out[0] - out[m]
    if drop <= 0:
        return None
    return rates[np.argmax(out <= out[0] - 0.1 * drop)], rates[m], None


def curves():
    rng = np.random.default_rng(7)
    for k in range(60):
        n = int(rng.integers(20, 160))
        x = np.linspace(-6, 1, n)
        fall = rng.uniform(-5, -1)
        wide = rng.uniform(1, 6)
        y = 2.3 - rng.uniform(0, 2) / (1 + np.exp(-(x - fall) * wide))
        y += rng.uniform(0, 40) / (1 + np.exp(-(x - fall - 2) * 8))
        y += rng.uniform(0, 0.2) * rng.standard_normal(n)
        if k % 4 == 3:
            y = np.round(y * 8) / 8
        yield 10.0 ** x, np.abs(y)


def cell(x):
    return "" if x is None else repr(float(x))


def main():
    methods = {"capel": capel, "smith-exp": smith_exp}
    with open(sys.argv[1], "w") as log, open(sys.argv[2], "w") as want:
        log.write("run,step,lr,loss\n")
        for run, (lr, y) in enumerate(curves()):
            for i in range(len(y)):
                log.write(f"{run},{i},{lr[i]!r},{y[i]!r}\n")
            for name, method in methods.items():
                got = method(lr, y)
                row = [cell(c) for c in got] if got else ["none"] * 3
                want.write(",".join([str(run), name] + row) + "\n")


main()
