#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Numbers that no processor computes with, against numpy.
# fnuz WPRUNE N SEED: random tensors of the "fnuz" floats, among others of F32
# and BF16; their twins in F32 must get the same masks.
# integers WPRUNE N SEED: thresholds, N:M and masks of integers, by brute force.
# Values of codes: tests/weights/fnuz.csv, as ml_dtypes has them.
import csv
import json
import os
import struct
import subprocess
import sys

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
kind, wprune, count, seed = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
rng = np.random.default_rng(seed)


def save(path, tensors):
    """Tensors by name: (dtype as safetensors has it, array of its bits)."""
    header, body = {}, b""
    for name, (dtype, a) in tensors.items():
        header[name] = {"dtype": dtype, "shape": a.shape,
                        "data_offsets": [len(body), len(body) + a.nbytes]}
        body += a.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)


def load(path, like):
    data = open(path, "rb").read()
    (n,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8:8 + n]), data[8 + n:]
    return {name: np.frombuffer(body[slice(*header[name]["data_offsets"])],
                                a.dtype).reshape(a.shape)
            for name, (_, a) in like.items()}


def run(*argv, status=0):
    r = subprocess.run([wprune, "-q", *argv], capture_output=True, text=True)
    if r.returncode != status:
        raise SystemExit(f"{argv}: status {r.returncode}: {r.stderr}")
    return r.stderr


def masks(path):
    data = open(path, "rb").read()
    (n,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8:8 + n]), data[8 + n:]
    return {k: body[slice(*t["data_offsets"])] for k, t in header.items()
            if k != "__metadata__"}


def bits_of(mask, shape):
    n = int(np.prod(shape))
    return np.unpackbits(np.frombuffer(mask, np.uint8), bitorder="little",
                         count=n).reshape(shape) != 0


# --- floats -------------------------------------------------------------------

VALUES = {}
for row in csv.DictReader(open(os.path.join(here, "weights", "fnuz.csv"))):
    name = row["dtype"].upper()
    VALUES.setdefault(name, np.zeros(256))[int(row["code"])] = row["value"]


def fnuz_model(nan):
    tensors, twins = {}, {}
    for i in range(rng.integers(1, 5)):
        name = f"t{rng.integers(1000)}.{i}.weight"
        shape = tuple(rng.integers(1, 40, 2))
        dtype = rng.choice(["F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E4M3FNUZ",
                            "F32", "BF16"])
        if dtype in VALUES:
            few = rng.integers(2, 257)
            code = rng.integers(0, 256, few).astype(np.uint8)
            a = code[rng.integers(0, few, shape)]
            if not nan:
                a[a == 128] = 0
            value = VALUES[dtype][a].astype("<f4")
        else:
            value = (rng.standard_normal(shape) * 0.1).astype("<f4")
            if dtype == "BF16":
                a = (value.view("<u4") >> 16).astype("<u2")
                value = (a.astype("<u4") << 16).view("<f4")
            else:
                a = value
        tensors[name], twins[name] = (dtype, a), ("F32", value)
    return tensors, twins


def how():
    s = ["-s", str(rng.choice(["0", "1/3", "50%", "0.9", "1"]))]
    return [
        s, [*s, "--scope", "global"], [*s, "--scope", "row"],
        ["-t", repr(float(abs(rng.standard_normal())))],
        ["--structure", "nm=2:4"],
        [*s, "--structure", "block=2x3"], [*s, "--structure", "row:max"],
        [*s, "--structure", "col", "--scope", "global"],
        [*s, "--ties", "first"], [*s, "--ties", "keep", "--scope", "global"],
        [*s, "--score", "random:3"],
    ][rng.integers(11)]


def fnuz():
    nan = rng.choice(["error", "keep", "prune"])
    tensors, twins = fnuz_model(nan != "error")
    argv = [*how(), "--nan", nan, "-T", str(rng.integers(1, 4))]
    save("a", tensors)
    save("b", twins)
    run(*argv, "a", "-o", "pa", "--mask-out", "ma")
    run(*argv, "b", "-o", "pb", "--mask-out", "mb")
    if masks("ma") != masks("mb"):
        return f"{argv}: masks of twins differ"
    got, mask = load("pa", tensors), masks("ma")
    for name, (dtype, a) in tensors.items():
        want = a.copy()
        if name in mask:
            want[~bits_of(mask[name], a.shape)] = 0
        if dtype in VALUES and name in mask and nan == "prune":
            want[want == 128] = 0
        if dtype == "BF16":
            want[want == 0x8000] = 0
        if not np.array_equal(got[name].view(f"u{a.itemsize}"),
                              want.view(f"u{a.itemsize}")):
            return f"{argv}: {name}: other bits than those of the mask"
    return None


# --- integers -----------------------------------------------------------------

INTEGERS = {"U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4",
            "I32": "<i4", "U64": "<u8", "I64": "<i8"}


def integer(dtype, shape):
    info = np.iinfo(dtype)
    edge = [info.min, info.max, 0, 1, info.max // 2, info.max // 2 + 1]
    near = rng.integers(-20 if info.min else 0, 21, shape).astype(dtype)
    wide = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    pick = rng.integers(0, 4, shape)
    return np.where(pick == 0, near, np.where(
        pick == 1, rng.choice(np.array(edge, dtype), shape), wide))


def brute(values, zero, argv):
    """True where a weight is kept; VALUES as Python's integers."""
    far = [[abs(int(x) - zero) for x in row] for row in values]
    if argv[0] == "-t":
        return np.array([[not x < float(argv[1]) for x in row] for row in far])
    keep, of = map(int, argv[1].split(":")[1:])
    ret = np.zeros(values.shape, bool)
    for i, row in enumerate(far):
        for j in range(0, len(row), of):
            order = sorted(range(j, j + of), key=lambda k: (-row[k], k))
            ret[i, order[:keep]] = True
    return ret


def integers():
    dtype = rng.choice(list(INTEGERS))
    info = np.iinfo(INTEGERS[dtype])
    # Some are of several blocks, and groups of all sizes.
    of = int(rng.choice([2, 4, 4, 6, 8, 16, 64]))
    shape = (int(rng.integers(1, 9 if rng.random() < .8 else 40)),
             int(rng.integers(1, 9)) * of)
    a = integer(INTEGERS[dtype], shape)
    zero = int(rng.choice([0, 0, max(info.min, -128), min(info.max, 2**63 - 1),
                           3]))
    option = "--int-zero" if zero == 0 else f"--int-zero={zero}"
    argv = [["-t", str(rng.choice([0, 1, 2.5, 17, 128, 1e9, 2.0**63]))],
            ["--structure", f"nm=keep:{rng.integers(1, of)}:{of}"],
            ["-m", "mask"], ["--zeros-of", "other"]][rng.integers(4)]
    tensors = {"x": (dtype, a), "w": ("F32", np.ones((2, 4), "<f4"))}
    other = np.where(rng.random(shape) < .5, np.array(zero, a.dtype), a)
    save("a", tensors)
    save("other", {"x": (dtype, other)})
    kept = rng.random(shape) < .6
    save("mask", {"x": ("U8", np.packbits(kept, bitorder="little"))})
    if argv[0] == "--zeros-of":
        kept = other != np.array(zero, a.dtype)
    elif argv[0] != "-m":
        kept = brute(a, zero, argv)
    argv += [option, "--exclude", "w", "-T", str(rng.integers(1, 4))]
    run(*argv, "a", "-o", "p", "--mask-out", "m")
    want = np.where(kept, a, np.array(zero, a.dtype))
    if not np.array_equal(load("p", tensors)["x"], want):
        return f"{dtype} {shape} {argv}: other numbers"
    if not np.array_equal(bits_of(masks("m")["x"], shape), kept):
        return f"{dtype} {shape} {argv}: another mask"
    # An array in the other orders of bytes and indices.
    if argv[0] == "-t" or argv[0] == "--structure":
        odd = np.asfortranarray(a.astype(a.dtype.newbyteorder(">")))
        np.save("odd.npy", odd)
        run(*argv[:2], option, "odd.npy", "-o", "podd.npy")
        if not np.array_equal(np.load("podd.npy"), want):
            return f"{dtype} {shape} {argv}: other numbers in Fortran order"
    return None


good = 0
for n in range(count):
    wrong = {"fnuz": fnuz, "integers": integers}[kind]()
    if wrong:
        print(f"case {n} of seed {seed}: {wrong}")
    good += not wrong
print(f"{good} of {count} cases as by numpy")
