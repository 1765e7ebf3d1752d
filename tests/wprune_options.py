# SPDX-License-Identifier: MIT
"""wprune's options together: wprune_options.py WPRUNE NCASE SEED

Every case is a small model of several tensors in one of the formats, and a
command line; which weights it prunes is found again from what wprune(1) says,
by sorting exact numbers.  Then the same in another format, with other threads,
memory and shards must give the same tensors.  Arrays of numpy, be they weights,
masks, scores or other weights, are each in an order of elements and of bytes
of their own.  Prints what differs; the exit status is 1 if anything does.
"""
import csv
import fnmatch
import json
import math
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

import numpy as np

# Width, bits of the mantissa, bias.
FLOATS = {"F64": (8, 52, 1023), "F32": (4, 23, 127), "F16": (2, 10, 15),
          "BF16": (2, 7, 127), "F8_E4M3": (1, 3, 7), "F8_E5M2": (1, 2, 15)}
GGUF = {"F32": 0, "F16": 1, "F64": 28, "BF16": 30}
NUMPY = {"F64": "f8", "F32": "f4", "F16": "f2"}
NAMES = ["fc1.weight", "layers.0.q", "layers.1.q", "layers.10.q", "conv", "z",
         "h.bias", "tok_embed", "ln.norm.weight", "layers.1.k", "a"]
# What is left out by name, of NAMES.
LEFT = {"h.bias", "tok_embed", "ln.norm.weight"}
PATTERNS = ["layers.*", "*.q", "layers.1?.q", "[a-f]*", "*", "re:layers\\.1",
            "re:layers\\.1$", "re:.*\\.q$", "re:(fc|co)", "conv", "h.bias",
            "re:[^.]*$", "*.weight", "none", "tok_embed",
            "re:layers\\.[01]\\."]
TEXTS = ["0", "1", "50%", "1/3", "0.9", ".545", "29%", "2/3", "0.999", "1/7",
         "0.1", "75%", "12.5%"]
INF = 0x7ff << 52
GONE = np.iinfo("i8").min  # below all keys
# Numbers that all dtypes have, of which no product is lost.
PLAIN = np.array([0] + [s * (4 + m) * 2.0 ** e for e in range(-5, 2)
                        for m in range(4) for s in (1, -1)])


def matches(pattern, name):
    if pattern.startswith("re:"):
        return re.match(pattern[3:], name) is not None
    return fnmatch.fnmatchcase(name, pattern)


def exact(text):
    return Fraction(text[:-1]) / 100 if text[-1] == "%" else Fraction(text)


def rounded(x, how="even"):
    if how == "even":
        return round(x)
    return math.floor(x) if how == "down" else math.ceil(x)


def table(dtype):
    """Values of the 256 codes of a dtype of 8 bits."""
    _, m, bias = FLOATS[dtype]
    out = []
    for c in range(128):
        e, f = c >> m, c & (1 << m) - 1
        v = math.ldexp(f, 1 - bias - m) if e == 0 else math.ldexp(
            f + (1 << m), e - bias - m)
        if dtype == "F8_E4M3" and c == 127:
            v = math.nan
        if dtype == "F8_E5M2" and e == 31:
            v = math.nan if f else math.inf
        out.append(v)
    return np.array(out)


TABLES = {d: table(d) for d in FLOATS if FLOATS[d][0] == 1}


class Tensor:
    def __init__(self, dtype, bits):
        self.dtype, self.bits = dtype, bits
        self.top = 1 << (bits.itemsize * 8 - 1)

    def magnitude(self):
        """Exact, in doubles; NaN is NaN."""
        u = self.bits & self.bits.dtype.type(self.top - 1)
        if u.itemsize == 1:
            return TABLES[self.dtype][u]
        if self.dtype == "BF16":
            u, numpy = u.astype("<u4") << 16, "f4"
        else:
            numpy = NUMPY[self.dtype]
        with np.errstate(invalid="ignore"):
            return u.view(numpy).astype("f8")

    def key(self, nan):
        """What weights are compared by: the bits of their doubles, which are
        in the same order; NaN by its own bits."""
        m = self.magnitude()
        key = m.view("<i8").copy()
        isnan = np.isnan(m)
        own = (self.bits & self.bits.dtype.type(self.top - 1))[isnan]
        if self.dtype == "F64":
            own = own - np.uint64(INF)
        key[isnan] = 0 if nan == "prune" else INF + own.astype("<i8")
        return key

    def after(self, gone, nan, negzero):
        """Its bits when GONE are pruned."""
        b = np.where(gone, 0, self.bits).astype(self.bits.dtype)
        if nan == "prune":
            b[np.isnan(self.magnitude())] = 0
        if negzero == "fix":
            b[b == self.top] = 0
        return b


# --- files -----------------------------------------------------------------

def save_st(path, tensors, order=None):
    head, body = {}, b""
    for name in order or tensors:
        t = tensors[name]
        data = t.bits.tobytes()
        head[name] = {"dtype": t.dtype, "shape": t.bits.shape,
                      "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + body)


def load_st(path):
    data = open(path, "rb").read()
    (n,) = struct.unpack("<Q", data[:8])
    head, body = json.loads(data[8:8 + n]), data[8 + n:]
    return {k: np.frombuffer(body[slice(*t["data_offsets"])], "<u%d" % (
        FLOATS[t["dtype"]][0] if t["dtype"] in FLOATS else 1)).reshape(
            t["shape"]) for k, t in head.items() if k != "__metadata__"}


def any_order(a, rng):
    return np.asfortranarray(a) if rng.random() < .5 else a


def as_numpy(t, rng):
    a = t.bits.view("<" + NUMPY[t.dtype])
    if rng.random() < .3:
        a = t.bits.byteswap().view(">" + NUMPY[t.dtype])
    return any_order(a, rng)


def has_numpy(tensors):
    return all(t.dtype in NUMPY for t in tensors.values())


def from_values(dtype, x):
    """The tensor of X, numbers that DTYPE has."""
    if dtype in NUMPY:
        x = x.astype("<" + NUMPY[dtype])
    elif dtype == "BF16":
        return Tensor(dtype, (x.astype("<f4").view("<u4") >> 16).astype("<u2"))
    else:
        code = np.searchsorted(TABLES[dtype][:120], abs(x)).astype("u1")
        return Tensor(dtype, code | (np.signbit(x) * 128).astype("u1"))
    return Tensor(dtype, x.view("<u%d" % x.itemsize))


def as_key(x):
    """Integers in the order of X, doubles, of which 0 is one number."""
    b = (x + 0.0).view("<i8")
    return np.where(b < 0, -(b & np.iinfo("i8").max), b)


def bits_of(a):
    if a.dtype.byteorder == ">":
        a = a.byteswap().view(a.dtype.newbyteorder("<"))
    return np.ascontiguousarray(a).view("<u%d" % a.itemsize).reshape(a.shape)


def save_gguf(path, tensors):
    out, body = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 0), b""
    for name, t in tensors.items():
        dims = t.bits.shape[::-1]
        out += struct.pack("<Q", len(name)) + name.encode()
        out += struct.pack("<I%dQ" % len(dims), len(dims), *dims)
        out += struct.pack("<IQ", GGUF[t.dtype], len(body))
        body += t.bits.tobytes()
        body += bytes(-len(body) % 32)
    out += bytes(-len(out) % 32)
    with open(path, "wb") as f:
        f.write(out + body)
    return len(out)


class Model:
    """Tensors in a file of a format, and what comes back from its output."""

    def __init__(self, tensors, form, rng):
        form, self.as_st = form.split(">")[0], ">" in form
        self.tensors, self.form = tensors, form
        self.path, self.out = "in." + form, "out." + form
        if self.as_st:
            self.out = "out.safetensors"
        self.args = []
        for p in self.path, self.out:
            if os.path.isdir(p):
                shutil.rmtree(p)
            elif os.path.exists(p):
                os.unlink(p)
        if form == "safetensors":
            save_st(self.path, tensors, list(rng.permutation(list(tensors))))
        elif form == "npz":
            np_save = np.savez_compressed if rng.random() < .5 else np.savez
            np_save(self.path, **{k: as_numpy(t, rng)
                                  for k, t in tensors.items()})
        elif form == "npy":
            np.save(self.path, as_numpy(tensors["data"], rng))
        elif form == "raw":
            t = tensors["data"]
            with open(self.path, "wb") as f:
                f.write(t.bits.tobytes())
            self.args = ["--raw", ",".join([t.dtype.lower(), *map(
                str, t.bits.shape)])]
        elif form == "gguf":
            self.head = save_gguf(self.path, tensors)
        else:
            os.mkdir(self.path)
            of = rng.integers(0, 3, len(tensors))
            index = {}
            for i in range(3):
                part = {k: t for (k, t), j in zip(tensors.items(), of)
                        if j == i}
                if part:
                    name = "model-0000%d-of-00003.safetensors" % (i + 1)
                    save_st(os.path.join(self.path, name), part)
                    index.update({k: name for k in part})
            with open(self.path + "/model.safetensors.index.json", "w") as f:
                json.dump({"weight_map": index}, f)

    def result(self):
        if self.form == "safetensors" or self.as_st:
            return load_st(self.out)
        if self.form == "npz":
            with np.load(self.out) as z:
                return {k: bits_of(z[k]) for k in z.files}
        if self.form == "npy":
            return {"data": bits_of(np.load(self.out))}
        data = open(self.out, "rb").read() if self.form != "shards" else b""
        if self.form == "raw":
            b = self.tensors["data"].bits
            return {"data": np.frombuffer(data, b.dtype).reshape(b.shape)}
        found = {}
        if self.form == "gguf":
            at = self.head
            assert data[:at] == open(self.path, "rb").read()[:at]
            for k, t in self.tensors.items():
                found[k] = np.frombuffer(data[at:at + t.bits.nbytes],
                                         t.bits.dtype).reshape(t.bits.shape)
                at += -(-t.bits.nbytes // 32) * 32
            return found
        assert set(os.listdir(self.out)) == set(os.listdir(self.path))
        for f in os.listdir(self.out):
            if f.endswith(".safetensors"):
                found.update(load_st(os.path.join(self.out, f)))
        return found


# --- what wprune(1) says ---------------------------------------------------

def lowest(keys, k, ties):
    """Of KEYS, a list of arrays, the K lowest: (gone, ties, quota) with ties
    a list of arrays of those that may be pruned, QUOTA of them together."""
    flat = np.concatenate(keys) if keys else np.empty(0)
    if k <= 0:
        return [np.zeros(x.size, bool) for x in keys], None, 0
    cut = np.partition(flat, k - 1)[k - 1]
    gone = [x < cut for x in keys]
    tied = [x == cut for x in keys]
    quota = k - sum(int(g.sum()) for g in gone)
    total = sum(int(t.sum()) for t in tied)
    if ties == "keep" and quota < total:
        return gone, None, 0
    if ties == "drop" or quota == total:
        return [g | t for g, t in zip(gone, tied)], None, 0
    share = [int(t.sum()) * quota // total for t in tied]
    rest = [int(t.sum()) * quota % total for t in tied]
    for i in sorted(range(len(keys)), key=lambda i: (-rest[i], i))[
            :quota - sum(share)]:
        share[i] += 1
    if ties == "hash":
        return gone, tied, share
    for g, t, n in zip(gone, tied, share):
        at = np.flatnonzero(t)
        g[at[:n] if ties == "first" else at[at.size - n:]] = True
    return gone, None, 0


def nm_gone(key, keep, of):
    axis = 1 if key.ndim > 1 else 0
    x = np.moveaxis(key, axis, -1)
    groups = x.reshape(-1, of)
    order = np.lexsort((np.broadcast_to(np.arange(of), groups.shape), -groups))
    gone = np.ones(groups.shape, bool)
    np.put_along_axis(gone, order[:, :keep], False, axis=1)
    return np.moveaxis(gone.reshape(x.shape), -1, axis)


class Case:
    def __init__(self, rng):
        self.rng = rng
        self.pick = lambda *x: x[rng.integers(len(x))]
        self.score = None
        self.nan = self.pick("error", "error", "keep", "prune")
        self.negzero = self.pick("fix", "fix", "keep")
        self.ties = self.pick("hash", "first", "last", "keep", "drop")
        self.how = "even"
        self.one = rng.random() < .15
        dtypes = list(FLOATS) if rng.random() < .6 else list(NUMPY)
        if rng.random() < .2:
            dtypes = [self.pick(*FLOATS)]
        names = ["data"] if self.one else list(rng.permutation(NAMES)[
            :rng.integers(1, 7)])
        self.tensors = {str(n): self.tensor(self.pick(*dtypes))
                        for n in sorted(names)}
        self.args, self.maps, self.rules, self.masked = [], {}, None, {}
        self.opts = ["--nan", self.nan, "--neg-zero", self.negzero]
        self.scope, self.minkeep, self.lib = "tensor", 0, None
        self.chosen = self.choose()
        getattr(self, self.pick("share", "share", "share", "compat", "compat",
                                "ruled", "ruled", "threshold", "zeros", "nm",
                                "mask", "scored"))()
        if not self.one and rng.random() < .3:
            self.map()

    def tensor(self, dtype):
        rng = self.rng
        shape = [tuple(rng.integers(1, 9, 2)), tuple(rng.integers(1, 5, 3)),
                 (int(rng.integers(1, 30)),), (int(rng.integers(1, 60)), 8)][
                     rng.integers(4)]
        n = int(np.prod(shape))
        w = FLOATS[dtype][0]
        style = rng.integers(4)
        if style == 0:
            b = rng.integers(0, 256, n * w, "u1").view("<u%d" % w)
        else:
            pool = rng.integers(0, 256, w * [1, 3, 9][style - 1], "u1").view(
                "<u%d" % w)
            b = rng.choice(pool, n)
            b ^= (rng.integers(0, 2, n).astype(b.dtype) <<
                  b.dtype.type(8 * w - 1))
        b[rng.random(n) < rng.choice([0, .1, .6])] = 0
        t = Tensor(dtype, np.ascontiguousarray(b).reshape(shape))
        if self.nan == "error" or rng.random() < .5:
            b = t.bits.ravel()
            b[np.isnan(t.magnitude()).ravel()] = b.dtype.type(t.top)
            t.bits = b.reshape(shape)
        return t

    def choose(self):
        """The tensors that are pruned, by name."""
        self.by = by = {"include": [], "exclude": [], "only": []}
        if self.one:
            return {"data"}
        for kind, p in ("include", .2), ("exclude", .2), ("only", .15):
            while self.rng.random() < p:
                by[kind].append(self.pick(*PATTERNS))
                self.opts += ["--" + kind, by[kind][-1]]
        return {n for n, t in self.tensors.items() if self.allows(n) and (
            self.named("only", n) or self.named("include", n) or
            t.bits.ndim > 1 and n not in LEFT)}

    def named(self, kind, name):
        return any(matches(p, name) for p in self.by[kind])

    def allows(self, name):
        """Whether a mask of NAME is taken."""
        return not self.named("exclude", name) and (
            not self.by["only"] or self.named("only", name) or
            self.named("include", name))

    # targets

    def sparsity(self):
        text = self.pick(*TEXTS)
        if self.rng.random() < .3:
            text = "%.6f" % self.rng.random()
        return text, exact(text)

    def share(self):
        self.scope = self.pick("tensor", "tensor", "global", "row")
        self.args += ["--ties", self.ties]
        if self.scope != "tensor" or self.rng.random() < .2:
            self.args += ["--scope", self.scope]
        kind = self.pick("s", "s", "d", "k")
        if kind == "k":
            least = min([self.group_size(self.tensors[n]) for n in self.chosen]
                        or [1])
            if self.scope == "global":
                least = sum(self.tensors[n].bits.size for n in self.chosen)
            k = int(self.rng.integers(0, least + 1))
            self.args += ["-k", str(k)]
            self.count = lambda n: k
            return
        text, s = self.sparsity()
        self.args += ["-" + kind, text]
        if self.rng.random() < .4:
            self.how = self.pick("even", "down", "up")
            self.args += ["--round", self.how]
        if self.scope != "global" and self.rng.random() < .2:
            self.minkeep = int(self.rng.integers(0, 6))
            self.args += ["--min-keep", str(self.minkeep)]
        k = (lambda n: rounded(s * n, self.how)) if kind == "s" else (
            lambda n: n - rounded(s * n, self.how))
        self.count = lambda n: max(min(k(n), n - self.minkeep), 0)
        if self.scope != "row" and self.rng.random() < .25:
            self.update()

    def update(self):
        """--mask-update of a mask that prunes some already."""
        self.args += ["--mask-update", "m.old"]
        keep = {}
        for n in self.chosen:
            if self.rng.random() < .8:
                t = self.tensors[n]
                self.masked[n] = (self.rng.random(t.bits.size) < .3).reshape(
                    t.bits.shape)
                keep[n] = Tensor("U8", np.packbits(~self.masked[n],
                                                   bitorder="little"))
        self.old = self.pick("m.old", "m.old.npz")
        self.args[-1] = self.old
        if self.old == "m.old":
            save_st("m.was", keep)
        else:
            self.save_masks("m.was", {n: ~m for n, m in self.masked.items()})

    def save_masks(self, path, keep):
        with open(path, "wb") as f:
            np.savez(f, **{n: any_order(k, self.rng)
                           for n, k in keep.items()})

    def compat(self):
        lib = self.pick("torch", "tfmot", "llmc", "wanda", "row")
        text, s = self.sparsity()
        self.lib = lib
        self.args += ["--compat", lib if lib != "row" else "wanda", "-s", text]
        f = float(s)
        if lib == "torch":
            self.args += ["--ties", self.ties]
            if self.rng.random() < .4:
                self.scope = "global"
                self.args += ["--scope", "global"]
            self.count = lambda n: round(f * n)
        elif lib == "tfmot":
            one = np.float32(1)
            self.ties = "keep"
            self.count = lambda n: n - int(max(np.rint(
                np.float32(n) * (one - np.float32(f))), 1))
        elif lib == "llmc":
            self.ties = "drop"
            self.count = lambda n: int(f * n)
        elif lib == "wanda":
            self.ties = "drop"
            self.count = lambda n: int(f * n) + 1
        else:
            self.args += ["--scope", "row"]
            self.scope, self.ties = "row", "first"
            self.count = lambda n: int(f * n)

    def ruled(self):
        """--rules, with -s or without."""
        self.args += ["--ties", self.ties]
        s = None
        if self.rng.random() < .7:
            text, s = self.sparsity()
            self.args += ["-s", text]
        rows = []
        for _ in range(self.rng.integers(1, 5)):
            row = [self.pick(*PATTERNS), "", "", ""]
            if self.rng.random() < .5:
                row[1] = self.sparsity()[0]
            else:
                lo, hi = sorted((self.sparsity()[0], self.sparsity()[0]),
                                key=exact)
                row[2] = lo if self.rng.random() < .6 else ""
                row[3] = hi if self.rng.random() < .6 else ""
            rows.append(row)
        with open("rules", "w", newline="") as f:
            csv.writer(f).writerows([["pattern", "sparsity", "min", "max"],
                                     *rows])
        self.args += ["--rules", "rules"]
        self.counts = {}
        for n in list(self.chosen):
            size = self.tensors[n].bits.size
            row = next((r for r in rows if matches(r[0], n)), None)
            if row is None:
                if s is None:
                    self.chosen.discard(n)
                else:
                    self.counts[n] = round(s * size)
                continue
            k = round(exact(row[1] or "0") * size) if row[1] else round(
                (s or 0) * size)
            if row[3]:
                k = min(k, math.floor(exact(row[3]) * size))
            if row[2]:
                k = max(k, math.ceil(exact(row[2]) * size))
            self.counts[n] = k

    def threshold(self):
        text = self.pick("0", "1", "0.5", "1e-40", "3", "1e308", "0.0625",
                         repr(abs(self.rng.standard_normal())))
        self.args += ["-t", text]
        self.cut = float(text)

    def zeros(self):
        """The zeros of another file, which may have other dtypes."""
        other = {}
        for n, t in self.tensors.items():
            if self.rng.random() < .8 or self.one:
                d = t.dtype
                if self.rng.random() < .3:
                    d = self.pick(*[x for x in FLOATS if FLOATS[x][0] ==
                                    FLOATS[d][0]])
                b = t.bits.copy()
                b[self.rng.random(b.shape) < .4] = self.pick(0, t.top)
                other[n] = Tensor(d, b)
        name = "zeros.safetensors"
        if self.one and self.usable() == ["raw"]:
            name = "zeros.raw"
            other["data"].dtype = self.tensors["data"].dtype
            other["data"].bits.tofile(name)
        elif has_numpy(other) and self.rng.random() < .5:
            name = "zeros.npz"
            np.savez(name, **{n: as_numpy(t, self.rng)
                              for n, t in other.items()})
        else:
            save_st(name, other)
        self.args += self.pick(["--zeros-of", name], ["-m", "@" + name])
        self.given = {n: (t.bits & t.bits.dtype.type(t.top - 1)) == 0
                      for n, t in other.items() if n in self.chosen}

    def mask(self):
        keep = {n: self.rng.random(t.bits.shape) < .6
                for n, t in self.tensors.items()}
        for n in list(keep):
            if self.rng.random() < .2 and not self.one:
                del keep[n]
        if self.rng.random() < .5:
            save_st("m", {n: Tensor("U8", np.packbits(k, bitorder="little"))
                          for n, k in keep.items()})
            self.args += ["-m", "m"]
        else:
            self.save_masks("m.npz", keep)
            self.args += ["-m", "m.npz"]
        self.given = {n: ~k for n, k in keep.items() if self.allows(n)}

    def scored(self):
        """By scores of a file, whose products are exact."""
        rng, self.nan, kind = self.rng, "error", self.pick(
            "file", "wanda", "taylor", "obd")
        self.opts[1], scores, self.score = "error", {}, {}
        for n, t in self.tensors.items():
            shape = t.bits.shape
            w = rng.choice(PLAIN, t.bits.size).reshape(shape)
            self.tensors[n] = from_values(t.dtype, w)
            if kind == "wanda" and len(shape) > 1:
                shape = shape[1:] if rng.random() < .5 else (
                    int(np.prod(shape[1:])),)
            x = rng.choice(PLAIN, int(np.prod(shape))).reshape(shape)
            scores[n] = from_values(self.pick(*NUMPY), x)
            x = x.reshape((-1,) + t.bits.shape[1:])
            w = abs(w)
            self.score[n] = as_key(np.broadcast_to({
                "file": x, "wanda": w * x, "taylor": abs(w * x),
                "obd": w * w * x}[kind], w.shape).copy())
        name = self.pick("scores.safetensors", "scores.npz")
        if name[-1] == "s":
            save_st(name, scores)
        else:
            np.savez(name, **{n: as_numpy(t, rng) for n, t in scores.items()})
        self.args += ["--score", "%s:%s" % (kind, name)]
        self.pick(self.share, self.share, self.nm)()

    def nm(self):
        of = int(self.rng.choice([2, 4, 8]))
        keep = int(self.rng.integers(1, of))
        self.args += [self.pick("--structure", "--repair"), self.pick(
            "nm=keep:%d:%d" % (keep, of), "nm=zero:%d:%d" % (of - keep, of))]
        self.keep, self.of = keep, of

    def map(self):
        """States of weights, in the same file."""
        of = [n for n in self.tensors if n in self.chosen or
              self.rng.random() < .3]
        state = {}
        for n in of:
            for s in "exp_avg", "v":
                if self.rng.random() < .6:
                    t = self.tensor(self.pick(*NUMPY))
                    w = FLOATS[t.dtype][0]
                    size = self.tensors[n].bits.size
                    b = self.rng.integers(1, 200, size).astype("<u%d" % w)
                    state["opt.%s.%s" % (n, s)] = (n, Tensor(
                        t.dtype, b.reshape(self.tensors[n].bits.shape)))
        if not state:
            return
        self.args += ["--map", "*=opt.*.exp_avg,opt.*.v"]
        for k, (n, t) in state.items():
            self.maps[k] = n
            self.tensors[k] = t

    # answers

    def group_size(self, t):
        n = t.bits.size
        return n // len(t.bits) if self.scope == "row" else n

    def decide(self):
        """{name: gone}, and for the hash {name: (tied, how many)}."""
        gone, open_ = {}, {}
        names = sorted(n for n in self.chosen if n not in self.maps)
        key = self.score or {n: self.tensors[n].key(self.nan) for n in names}
        key = {n: key[n] for n in names}
        if hasattr(self, "given"):
            return self.given, open_
        if hasattr(self, "cut"):
            cut = np.array(self.cut).view("<i8")
            return {n: k < cut for n, k in key.items()}, open_
        if hasattr(self, "of"):
            for n, k in key.items():
                axis = 1 if k.ndim > 1 else 0
                if k.shape[axis] % self.of == 0:
                    gone[n] = nm_gone(k, self.keep, self.of)
            return gone, open_
        for n, m in self.masked.items():
            key[n] = np.where(m, GONE, key[n])
        if self.scope == "global":
            groups = [[(n, slice(None)) for n in names]]
        elif self.scope == "tensor":
            groups = [[(n, slice(None))] for n in names]
        else:
            groups = [[(n, r)] for n in names for r in range(len(key[n]))]
        gone = {n: np.zeros(k.shape, bool) for n, k in key.items()}
        for g in groups:
            keys = [key[n][at].ravel() for n, at in g]
            size = sum(x.size for x in keys)
            k = self.counts[g[0][0]] if hasattr(self, "counts") else \
                self.count(size)
            already = sum(int((x == GONE).sum()) for x in keys)
            k = min(max(k, already), size)
            got, tied, share = lowest(keys, k, "drop" if k == already and k
                                      else self.ties)
            for i, (n, at) in enumerate(g):
                gone[n][at] = got[i].reshape(gone[n][at].shape)
                if tied:
                    open_.setdefault(n, []).append((at, tied[i], share[i]))
        return gone, open_

    def usable(self):
        """Formats that can hold it."""
        if self.one:
            t = self.tensors["data"]
            return ["npy", "npy>st"] if t.dtype in NUMPY else ["raw"]
        forms = ["safetensors", "shards"]
        if has_numpy(self.tensors):
            forms += ["npz", "npz", "npz>st"]
        if all(t.dtype in GGUF for t in self.tensors.values()):
            forms.append("gguf")
        return forms

    def run(self, wprune, form):
        """Status, message, tensors, masks."""
        model = Model(self.tensors, form, self.rng)
        for p in "m.out", "m.out.npz", "m.old", "m.old.npz":
            if os.path.exists(p):
                os.unlink(p)
        self.m_out = self.pick("m.out", "m.out.npz")
        more = ["--mask-out", self.m_out]
        if "--mask-update" in self.args:
            more, self.m_out = [], self.old
            shutil.copy("m.was", self.old)
        self.cmd = [wprune, "-q", *self.opts, *self.args, *model.args, *more,
                    "-T", str(self.rng.integers(1, 9)),
                    *self.pick([], ["--mem", "16MiB"], ["--mem", "64MiB"]),
                    "--report", "report", model.path, "-o", model.out]
        p = subprocess.run(self.cmd, stderr=subprocess.PIPE, close_fds=False,
                           text=True)
        if p.returncode:
            assert not os.path.exists(model.out), "output after " + p.stderr
            assert p.stderr.count("\n") == 1, "messages " + p.stderr
            return p.returncode, p.stderr, None, None
        return 0, p.stderr, model.result(), self.mask_result()

    def mask_result(self):
        """{name: gone} of the mask that was written."""
        out = {}
        if self.m_out.endswith(".npz"):
            with np.load(self.m_out) as z:
                return {k: ~z[k] for k in z.files}
        for k, m in load_st(self.m_out).items():
            shape = self.tensors[k].bits.shape
            n = int(np.prod(shape))
            out[k] = np.unpackbits(m, bitorder="little")[:n].reshape(
                shape) == 0
        return out

    def check(self, got, masks, report):
        gone, open_ = self.decide()
        assert gone or not self.one, "an array is left"
        for state, of in self.maps.items():
            if of in gone:
                gone[state] = None  # its weight's, from the mask
        for n, groups in open_.items():
            assert n in masks, "no mask of " + n
            for at, tied, share in groups:
                new = masks[n][at].ravel() & ~gone[n][at].ravel()
                assert not (new & ~tied).any(), n + ": not of the tie"
                assert new.sum() == share, "%s: %d of the tie, not %d" % (
                    n, new.sum(), share)
            gone[n] = masks[n]
        for n, t in self.tensors.items():
            if n in self.maps:
                want = t.bits
                if self.maps[n] in gone:
                    g = gone[self.maps[n]]
                    want = t.after(g, self.nan, self.negzero)
                    assert (masks[n] == g).all(), n + ": the state's mask"
            elif n in gone:
                assert n in masks, "no mask of " + n
                assert (masks[n] == gone[n]).all(), (
                    n + ": mask", np.argwhere(masks[n] != gone[n])[:3])
                want = t.after(gone[n], self.nan, self.negzero)
            else:
                want = t.bits
                assert n not in masks or n in self.chosen and \
                    not masks[n].any(), n + ": masked"
            assert (got[n] == want).all(), (n, [
                (hex(t.bits[tuple(i)]), hex(got[n][tuple(i)]),
                 hex(want[tuple(i)]))
                for i in np.argwhere(got[n] != want)[:3]])
            r = report[n]
            if n in gone and n not in self.maps and "achieved" in r:
                assert r["achieved"] == str(int(gone[n].sum())), (
                    n, "achieved", r["achieved"], int(gone[n].sum()))


def is_trouble(c):
    """By wprune(1): an array of which nothing is pruned, and what libraries
    say nothing of."""
    if c.one and not c.decide()[0]:
        return True
    if c.lib not in ("tfmot", "wanda"):
        return False
    keys = [c.tensors[n].key(c.nan).ravel() for n in c.chosen]
    if c.lib == "tfmot":
        return any((k > INF).any() for k in keys)
    return any(np.sort(k)[min(c.count(k.size), k.size) - 1] > INF
               for k in keys)


def read_report():
    with open("report", newline="") as f:
        return {r["tensor"]: r for r in csv.DictReader(f)}


def try_case(c, wprune):
    forms = c.usable()
    status, message, got, masks = c.run(wprune, c.pick(*forms))
    if status:
        assert status == 2 and is_trouble(c), message
    else:
        c.check(got, masks, read_report())
    form = c.pick(*forms)
    again, message, got2, masks2 = c.run(wprune, form)
    assert again == status, "as %s: %s" % (form, message)
    if got:
        assert masks.keys() == masks2.keys()
        for a, b in (got, got2), (masks, masks2):
            assert all((a[n] == b[n]).all() for n in a), "as " + form


def main():
    wprune, ncase, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    bad = 0
    with tempfile.TemporaryDirectory() as d:
        os.chdir(d)
        for i in range(ncase):
            c = Case(np.random.default_rng([seed, i]))
            try:
                try_case(c, wprune)
            except AssertionError as e:
                bad += 1
                print("case", i, e, *c.cmd[1:], {
                    n: (t.dtype, t.bits.shape) for n, t in c.tensors.items()})
        os.chdir("/")
    print(ncase - bad, "of", ncase, "cases as by brute force")
    return 1 if bad else 0


sys.exit(main())
