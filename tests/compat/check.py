# SPDX-License-Identifier: MIT
"""wprune --compat against tests/compat/cases.csv: check.py WPRUNE"""
import csv
import os
import subprocess
import sys
import tempfile

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
wprune = sys.argv[1]


# Bits of the mantissa, the bias, and codes without sign that are numbers.
NARROW = {"F8_E4M3": (3, 7, 0x7f), "F8_E5M2": (2, 15, 0x7c)}


def codes(nmantissa, bias, end):
    ret = []
    for code in range(256):
        e, m = divmod(code & 127, 1 << nmantissa)
        x = ((m + (1 << nmantissa if e else 0)) *
             2. ** (max(e, 1) - bias - nmantissa))
        ret.append(np.nan if code & 127 >= end else -x if code > 127 else x)
    return ret


def raw(dtype, w):
    if dtype == "F32":
        return w.astype("<f4").tobytes()
    if dtype == "F16":
        return w.astype("<f2").tobytes()
    if dtype in NARROW:
        table = codes(*NARROW[dtype])
        return bytes(next(c for c in range(256) if table[c] == x and
                          (c > 127) == np.signbit(x)) if x == x else 0x7f
                     for x in w)
    return (w.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes()


def right(row):
    q = np.array([float(x) for x in row["quarters"].split()])
    open("w", "wb").write(raw(row["dtype"], q / 4))
    name = row["library"].replace("-row", "")
    scope = "row" if row["library"] == "wanda-row" else "tensor"
    shape = "%s,%s,%s" % (row["dtype"].lower(), row["rows"], row["cols"])
    subprocess.run([wprune, "-q", "--raw", shape, "-s", row["sparsity"],
                    "--compat", name, "--scope", scope, "--nan", "keep",
                    "w", "-o", "out",
                    "--mask-out", "m"], check=True)
    data = open("m", "rb").read()
    n = int.from_bytes(data[:8], "little")
    keep = np.unpackbits(np.frombuffer(data[8 + n:], "u1"),
                         bitorder="little")[:q.size]
    gone = np.flatnonzero(keep == 0)
    size = np.where(np.isnan(q), np.inf, abs(q))
    if name == "torch":
        return gone.size == int(row["pruned"]) and (
            gone.size == 0 or gone.size == q.size or
            size[gone].max() <= size[keep == 1].min())
    # To a comparison NaN is pruned, however large it was to the count.
    if name == "llmc":
        gone = np.union1d(gone, np.flatnonzero(np.isnan(q))) if gone.size else gone
    return gone.tolist() == [int(x) for x in row["pruned"].split()]


def main():
    good, total = {}, {}
    rows = list(csv.DictReader(open(os.path.join(here, "cases.csv"))))
    with tempfile.TemporaryDirectory() as d:
        os.chdir(d)
        for i, row in enumerate(rows):
            ok = right(row)
            total[row["library"]] = total.get(row["library"], 0) + 1
            good[row["library"]] = good.get(row["library"], 0) + ok
            if not ok:
                print("line", i + 2, "differs")
    for name in total:
        print(name, good[name], "of", total[name])
    return good != total


sys.exit(main())
