#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A trainer that asks lrwatch for its rate and when to end.

    coproc.py [POLICY...]

One process beside it: a line of CSV goes in after each epoch, a row comes out
at once.  The loss is that of a line fitted to 64 points, by steps of the sign
of the gradient, whose size is the rate: it cannot get better than that.
"""
import csv, random, subprocess, sys


class Watch:
    """lrwatch with POLICIES; call it with a metric for the row's columns."""

    def __init__(self, lr, *policies):
        self.process = subprocess.Popen(
            ["lrwatch", "-q", "-l", str(lr), "--metric", "loss", *policies],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.rows = csv.DictReader(iter(self.process.stdout.readline, ""))
        self.epoch = 0
        self.process.stdin.write("epoch,loss\n")

    def __call__(self, loss):
        self.process.stdin.write("%d,%r\n" % (self.epoch, loss))
        self.epoch += 1
        return next(self.rows)


def main(policies):
    rng = random.Random(1)
    points = [(x, 3 * x - 1 + rng.gauss(0, .1)) for x in (rng.uniform(-1, 1) for _ in range(64))]
    a = b = 0.0
    lr = 0.3
    watch = Watch(lr, *policies)
    print("epoch,loss,lr,event")
    for epoch in range(500):
        da = sum((a * x + b - y) * x for x, y in points)
        db = sum(a * x + b - y for x, y in points)
        a -= lr if da > 0 else -lr
        b -= lr if db > 0 else -lr
        loss = sum((a * x + b - y) ** 2 for x, y in points) / len(points)
        row = watch(loss)
        print("%d,%r,%s,%s" % (epoch, loss, row["lr"], row["event"]))
        if "stop" in row["event"].split():
            return 0
        lr = float(row["lr"])
    return 1


sys.exit(main(sys.argv[1:] or ["ReduceLROnPlateau(opt, factor=0.5, patience=1)", "stop,patience=12"]))
