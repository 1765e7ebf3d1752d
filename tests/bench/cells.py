#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Size and speed of spzip and its peers on weights: a table per dtype.

Usage: cells.py SPZIP [-n MB] [-r RUNS] [-q] [-d DTYPE,...] [-p PRUNED,...]
[-k NET,...] [NETS], where NETS has NET.npz files from nets.py.  A cell is a
net cut to MB megabytes (8; whole tensors, largest first, and rows of one),
and Gaussian weights, in a dtype, pruned: "50" to "99" by magnitude at one
threshold per tensor, "r90" at random, "w50" by Wanda's rule with lognormal
input norms in each row, "2:4".  int8, int6 and int4 stand in bytes, a scale
for each row; fp8 is e4m3 with a scale for each tensor, e5m2 has none.  A peer that is not
installed is left out, and with -q brotli and lmz are.  A row has the size in
bytes, its ratio to the meter (per tensor, H(mask) + a sign + H(exponent, top
3 mantissa bits) + the rest, or H(bytes)), and GB/s of dense bytes in and out,
CPU time, the best of RUNS.  At the end are the cells where a peer is smaller
than spzip -9.
"""
import argparse
import glob
import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

DTYPES = ("f32", "bf16", "f16", "int8", "int6", "int4", "fp8", "e5m2")
PRUNED = ("0", "50", "80", "90", "95", "99", "r90", "w50", "2:4")
CODE = {"f32": "F32", "bf16": "BF16", "f16": "F16", "int8": "I8",
        "int6": "I8", "int4": "I8", "fp8": "F8_E4M3", "e5m2": "F8_E5M2"}


# --- cells -----------------------------------------------------------------

def gaussian(n):
    r = np.random.Generator(np.random.PCG64(1))
    rows = max(1, n // 4096)
    return [("gauss", (r.standard_normal((rows, 4096)) * 0.02).astype("f4"))]


def cut(path, n):
    """Matrices and kernels of a net, n elements or somewhat fewer."""
    z = np.load(path)
    out, left = [], n
    for name in sorted(z.files, key=lambda k: (-z[k].size, k)):
        w = z[name]
        if w.ndim < 2 or w.size < 1024 or left < 1024:
            continue
        if w.size > left:
            w = w[:left // (w.size // len(w))]
        if w.size:
            out.append((name, w))
            left -= w.size
    return out


def prune(w, how, r):
    w = w.copy()
    flat = w.reshape(-1)
    if how == "0":
        return w
    if how == "2:4":
        groups = flat[:flat.size // 4 * 4].reshape(-1, 4)
        order = np.argsort(np.abs(groups), axis=1, kind="stable")[:, :2]
        np.put_along_axis(groups, order, 0, axis=1)
    elif how[0] == "r":
        flat[r.random(flat.size) < int(how[1:]) / 100] = 0
    elif how[0] == "w":
        rows = w.reshape(len(w), -1)
        metric = np.abs(rows) * np.exp(r.normal(0, 0.5, rows.shape[1]))
        k = rows.shape[1] * int(how[1:]) // 100
        least = np.argpartition(metric, k, axis=1)[:, :k]
        np.put_along_axis(rows, least, 0, axis=1)
    else:
        k = flat.size * int(how) // 100
        flat[np.argpartition(np.abs(flat), k)[:k]] = 0
    return w


def to_fp8(w):
    """e4m3, nearest, ties to even in the mantissa."""
    a = np.abs(w).astype("f8")
    e = np.maximum(np.floor(np.log2(np.maximum(a, 1e-300))), -6)
    m = np.rint(a / 2.0**(e - 3))
    up = m >= 16
    e, m = e + up, np.where(up, 8, m)
    code = np.where(m < 8, m, (e + 7) * 8 + m - 8)
    return (np.minimum(code, 126) + np.where(w < 0, 128, 0)).astype("u1")


def convert(w, dtype):
    if dtype == "f32":
        return w.astype("<f4")
    if dtype == "f16":
        return w.astype("<f2")
    if dtype == "bf16":
        u = w.astype("<f4").view("<u4").astype("u8")
        return ((u + 0x7fff + (u >> 16 & 1)) >> 16).astype("<u2")
    if dtype == "e5m2":
        u = w.astype("<f2").view("<u2").astype("u4")
        return ((u + 0x7f + (u >> 8 & 1)) >> 8).astype("u1")
    if dtype == "fp8":
        return to_fp8(w * (240 / max(np.abs(w).max(), 1e-30)))
    most = 2**(int(dtype[3:]) - 1) - 1
    rows = w.reshape(len(w), -1)
    scale = np.abs(rows).max(1, keepdims=True)
    scale[scale == 0] = 1
    return np.rint(rows / scale * most).astype("i1").reshape(w.shape)


def safetensors(tensors, dtype):
    head, data, at = {}, b"", 0
    for name, w in tensors:
        head[name] = {"dtype": CODE[dtype], "shape": list(w.shape),
                      "data_offsets": [at, at + w.nbytes]}
        at += w.nbytes
    head = json.dumps(head).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(
        w.tobytes() for _, w in tensors)


def entropy(x):
    n = np.unique(x, return_counts=True)[1].astype("f8")
    return float(-(n * np.log2(n / n.sum())).sum())


def meter(tensors, dtype):
    """Bytes."""
    bits = 0.0
    for _, w in tensors:
        flat = w.reshape(-1)
        if flat.itemsize == 1:
            bits += entropy(flat)
            continue
        u = flat.view("<u%d" % flat.itemsize)
        mantissa = {"f32": 23, "bf16": 7, "f16": 10}[dtype]
        top = 8 * flat.itemsize - 1
        magnitude = u & ((1 << top) - 1)
        kept = magnitude[magnitude != 0]
        bits += entropy(magnitude != 0) + kept.size * (mantissa - 2)
        bits += entropy(kept >> (mantissa - 3))
    return bits / 8


# --- peers -----------------------------------------------------------------

def command(*words):
    """A filter, where it is installed."""
    if not shutil.which(words[0][0]):
        return None
    return tuple(lambda data, w=w: subprocess.run(
        w, input=data, stdout=subprocess.PIPE, check=True).stdout
        for w in words)


def module(make):
    try:
        return make()
    except ImportError:
        return None


def brotli11():
    import brotli
    return (lambda d: brotli.compress(d, quality=11), brotli.decompress)


def blosc(size):
    import blosc2
    return (lambda d: blosc2.compress2(
        d, typesize=size, clevel=9, codec=blosc2.Codec.ZSTD,
        filters=[blosc2.Filter.BITSHUFFLE if size > 1 else
                 blosc2.Filter.NOFILTER], nthreads=1),
        lambda d: blosc2.decompress2(d, nthreads=1))


def shuffle_zstd(size):
    import numcodecs
    s, z = numcodecs.Shuffle(size), numcodecs.Zstd(19)
    return (lambda d: bytes(z.encode(s.encode(d))),
            lambda d: bytes(s.decode(z.decode(d))))


def zipnn_best(dtype):
    import zipnn
    names = {"f32": "float32", "bf16": "bfloat16", "f16": "float16"}
    if dtype not in names:
        return None
    z = zipnn.ZipNN(input_format="byte", bytearray_dtype=names[dtype],
                    threads=1)
    return (lambda d: bytes(z.compress(bytearray(d))),
            lambda d: bytes(z.decompress(bytearray(d))))


def openzl_best(dtype, size):
    """The smaller of the generic graph and fields of floats apart."""
    import openzl.ext as zl
    node = {"f32": "Float32Deconstruct", "bf16": "BFloat16Deconstruct",
            "f16": "Float16Deconstruct"}.get(dtype)

    def one(data, fields):
        c = zl.Compressor()
        graph = zl.graphs.Compress()(c)
        if fields:
            graph = getattr(zl.nodes, node)()(
                c, zl.graphs.Compress()(c), zl.graphs.Entropy()(c))
        c.select_starting_graph(graph)
        cctx = zl.CCtx()
        cctx.ref_compressor(c)
        cctx.set_parameter(zl.CParam.FormatVersion, zl.MAX_FORMAT_VERSION)
        return cctx.compress([zl.Input(
            zl.Type.Numeric, np.frombuffer(data, "<u%d" % size))])

    def pack(data):
        return min((one(data, x) for x in (False, True)[:1 + bool(node)]),
                   key=len)

    return (pack, lambda d: bytes(
        zl.DCtx().decompress(d)[0].content.as_bytes()))


def bitmask_zstd(size):
    import numcodecs
    z = numcodecs.Zstd(19)

    def pack(data):
        u = np.frombuffer(data, "<u%d" % size)
        mask = u != 0
        return z.encode(np.packbits(mask)) + z.encode(u[mask].copy())

    return (pack, None)


def save_npz(rows):
    from scipy import sparse

    def pack(data):
        f = io.BytesIO()
        sparse.save_npz(f, sparse.csr_matrix(data.reshape(rows, -1)))
        return f.getvalue()

    return (pack, None)


def whole_peers(dtype, size):
    """Of a file's bytes."""
    yield "gzip -9", command(("gzip", "-9"), ("gzip", "-d"))
    yield "zstd -1", command(("zstd", "-1"), ("zstd", "-d"))
    yield "zstd -19", command(("zstd", "-19", "-T1"), ("zstd", "-d"))
    yield "xz -9e", command(("xz", "-9e", "-T1"), ("xz", "-d"))
    yield "brotli 11", module(brotli11)
    if shutil.which("lmz"):
        yield "lmz", (lmz, None)


def lmz(data):
    """lmzip takes files only."""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "a.safetensors")
        with open(path, "wb") as f:
            f.write(data)
        subprocess.run(["lmz", "compress", path], check=True, cwd=d,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        new = [x for x in glob.glob(os.path.join(d, "**"), recursive=True)
               if os.path.isfile(x) and x != path]
        return b"".join(open(x, "rb").read() for x in new)


def tensor_peers(dtype, size):
    """Of the bytes of each tensor, which is a kindness: no container."""
    yield "blosc2", module(lambda: blosc(size))
    yield "shuffle+zstd -19", module(lambda: shuffle_zstd(size))
    yield "zipnn", module(lambda: zipnn_best(dtype))
    yield "openzl", module(lambda: openzl_best(dtype, size))
    yield "bitmask+zstd -19", module(lambda: bitmask_zstd(size))


def cpu():
    return sum(sum(resource.getrusage(w)[:2]) for w in (
        resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(f, data, runs):
    best = 1e9
    for _ in range(runs):
        t = cpu()
        out = f(data)
        best = min(best, cpu() - t)
    return out, max(best, 1e-6)


def measure(codec, parts, runs, more):
    """Bytes, and seconds in and out or None."""
    pack, unpack = codec
    total, t_in, t_out = more, 0.0, 0.0
    for data in parts:
        packed, t = timed(pack, data, runs)
        total, t_in = total + len(packed), t_in + t
        if unpack and runs:
            back, t = timed(unpack, packed, runs)
            if bytes(back) != bytes(data):
                raise ValueError("does not come back")
            t_out += t
    return total, t_in, t_out if unpack else None


def rows_of(tool, tensors, dtype, o):
    """(name, bytes, in, out) of every codec on a cell."""
    size = tensors[0][1].itemsize
    data = safetensors(tensors, dtype)
    head = len(data) - sum(w.nbytes for _, w in tensors)
    parts = [w.reshape(-1).view("u1").tobytes() for _, w in tensors]
    for level in "169":
        yield ("spzip -" + level,) + measure(command(
            (tool, "-c", "-T1", "--no-verify", "-" + level),
            (tool, "-dc", "-T1")), [data], o.runs, 0)
    for peers, what, more in ((whole_peers, [data], 0),
                              (tensor_peers, parts, head)):
        for name, codec in peers(dtype, size):
            if codec and not (o.quick and name in ("brotli 11", "lmz")):
                try:
                    yield (name,) + measure(codec, what, o.runs, more)
                except (ValueError, RuntimeError, AttributeError,
                        TypeError) as e:
                    print("# %s: %s" % (name, e), file=sys.stderr)
    try:
        from scipy import sparse  # noqa: F401
    except ImportError:
        return
    total, t_in = head, 0.0
    for _, w in tensors:
        x = w.view("<i2") if dtype in ("bf16", "f16") else w
        pack = save_npz(len(x))[0]
        packed, t = timed(lambda _, x=x, p=pack: p(x), None, o.runs)
        total, t_in = total + len(packed), t_in + t
    yield "scipy save_npz", total, t_in, None


def options():
    p = argparse.ArgumentParser()
    p.add_argument("tool")
    p.add_argument("nets", nargs="?")
    p.add_argument("-n", type=float, default=8, dest="mb")
    p.add_argument("-r", type=int, default=1, dest="runs")
    p.add_argument("-d", default=",".join(DTYPES), dest="dtypes")
    p.add_argument("-p", default=",".join(PRUNED), dest="pruned")
    p.add_argument("-k", default="", dest="only", help="nets")
    p.add_argument("-q", action="store_true", dest="quick")
    return p.parse_args()


def main():
    o = options()
    paths = sorted(glob.glob(os.path.join(o.nets, "*.npz"))) if o.nets else []
    only = o.only.split(",") if o.only else None
    missed = []
    for dtype in o.dtypes.split(","):
        size = {"f32": 4, "bf16": 2, "f16": 2}.get(dtype, 1)
        n = int(o.mb * 1e6 / size)
        print("\n%s\n%-16s %-17s %10s %8s %7s %7s %7s" % (
            dtype, "cell", "codec", "bytes", "/ meter", "/ ours", "GB/s in",
            "out"))
        for path in [None] + paths:
            net = os.path.basename(path)[:-4] if path else "gauss"
            if only and net not in only:
                continue
            weights = cut(path, n) if path else gaussian(n)
            for how in o.pruned.split(","):
                r = np.random.Generator(np.random.PCG64(2))
                tensors = [(k, convert(prune(w, how, r), dtype))
                           for k, w in weights]
                raw = sum(w.nbytes for _, w in tensors)
                limit, ours = meter(tensors, dtype), None
                rows = list(rows_of(o.tool, tensors, dtype, o))
                ours = min(x[1] for x in rows if x[0].startswith("spzip"))
                for name, nbytes, t_in, t_out in rows:
                    print("%-16s %-17s %10d %8.4f %7.4f %7.3f %7s" % (
                        net + " " + how, name, nbytes, nbytes / limit,
                        nbytes / ours, raw / t_in / 1e9,
                        "%.3f" % (raw / t_out / 1e9) if t_out else "-"),
                        flush=True)
                    if nbytes < ours:
                        missed.append((nbytes / ours, dtype, net, how, name))
    print("\ncells where a peer is smaller: %d" % len(
        {x[1:4] for x in missed}))
    for x in sorted(missed):
        print("%.4f %s %s %s: %s" % x)


main()
