#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Bytes of each checkpoint in DIRECTORY given the one before, by ways to send
it: compare.py DIRECTORY.  CSV; what is not installed is left empty.

index_value  the changed weights, each a 32-bit index and its new 16 bits
gap_value    the same as 16-bit gaps and values, both planes by zstd -3
patch_from   zstd -3 --patch-from, the file before as the dictionary
lmz          what it adds to an archive of the one before (PyPI lmzip)
spzip        the file step*.safetensors.spzip, made by spzip --base
spzip9       the same, made by spzip -9 --base
entropy      of the ordered difference, given the exponent before: the limit of
             coding weights one by one, without tables
"""
import csv
import glob
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np


def weights(path):
    data = open(path, "rb").read()
    return np.frombuffer(data, "<u2", offset=8 + int.from_bytes(
        data[:8], "little"))


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          **more).stdout


def zstd(data):
    return len(run("zstd", "-3", "-c", input=data.tobytes()))


def gap_value(old, new):
    at = np.flatnonzero(old != new)
    gaps = np.diff(at, prepend=-1) - 1
    # a gap of 65535 and more is written as so many steps without a change
    full = np.repeat(65535, (gaps // 65535).sum())
    return zstd(np.concatenate([gaps % 65535, full]).astype("<u2")) + \
        zstd(new[at])


def patch_from(a, b):
    with tempfile.NamedTemporaryFile() as out:
        run("zstd", "-3", "-q", "-f", "--long=27", "--patch-from=" + a, b,
            "-o", out.name)
        return os.path.getsize(out.name)


def lmz(a, b):
    """What the second file adds to an archive of the first."""
    sizes = []
    for files in ([a], [a, b]):
        with tempfile.TemporaryDirectory() as d:
            os.mkdir(d + "/in")
            for f in files:
                shutil.copy(f, d + "/in")
            run("lmz", "compress", "-q", d + "/in", d + "/out.lmz")
            sizes.append(os.path.getsize(d + "/out.lmz"))
    return sizes[1] - sizes[0]


def entropy(old, new):
    """Bytes of H(d | exponent)."""
    def ordered(x):
        return np.where(x >> 15, x ^ 0x7fff, x).astype("u2")
    key = (old >> 7 & 255).astype("i8")
    d = (ordered(new) - ordered(old)).astype("u2")
    _, pairs = np.unique(key << 16 | d, return_counts=True)
    _, keys = np.unique(key, return_counts=True)
    return ((keys * np.log2(keys)).sum() -
            (pairs * np.log2(pairs)).sum()) / 8


def main():
    files = sorted(glob.glob(sys.argv[1] + "/step*.safetensors"))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["step", "changed", "index_value", "gap_value", "patch_from",
                  "lmz", "spzip", "spzip9", "entropy"])
    has_zstd, has_lmz = shutil.which("zstd"), shutil.which("lmz")
    for step, (a, b) in enumerate(zip(files, files[1:]), 1):
        old, new = weights(a), weights(b)
        changed = int((old != new).sum())
        out.writerow([
            step, "%.5f" % (changed / len(new)), 6 * changed,
            gap_value(old, new) if has_zstd else "",
            patch_from(a, b) if has_zstd else "",
            lmz(a, b) if has_lmz else "",
            os.path.getsize(b + ".spzip"),
            len(run("spzip", "-9", "-c", "--base", a, b)),
            round(entropy(old, new))])


main()
