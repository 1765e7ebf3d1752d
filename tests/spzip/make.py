#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes version-1, files with every mode and coding of spzip(5).

Usage: make.py SPZIP DIRECTORY.  hand-* are written by this script from the
page, with an encoder of its own, tool-* by the program SPZIP.  sums has of each
the size and SHA-256 of its original, and its own; what X.spzip is a difference
from is X.base.  Files of version 1 are decoded for ever: what there is is never
made anew, only what is not there yet.
"""
import hashlib
import math
import os
import struct
import subprocess
import sys
import zlib

import numpy as np

CODES = 257
ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)


class Random:
    """The same numbers everywhere."""

    def __init__(self, seed):
        self.x = seed

    def below(self, n):
        self.x = (self.x * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.x >> 33) % n


def deflate(data, level=6):
    z = zlib.compressobj(level, zlib.DEFLATED, -15)
    return z.compress(bytes(data)) + z.flush()


class Bits:
    def __init__(self):
        self.x, self.n = 0, 0

    def put(self, x, n):
        self.x |= x << self.n
        self.n += n

    def code(self, code, n):
        self.put(int(format(code, "0%db" % n)[::-1], 2), n)

    def bytes(self):
        return self.x.to_bytes((self.n + 7) // 8, "little")


def canonical(lens):
    code, out = 0, {}
    for bits in range(1, 16):
        code <<= 1
        for i, n in enumerate(lens):
            if n == bits:
                out[i] = (code, bits)
                code += 1
    return out


def lengths_of(symbols):
    """A complete code of at most 11 bits that has all of them and the end."""
    used = sorted(set(symbols)) + [256]
    lens = [0] * CODES
    full = 1 << (len(used) - 1).bit_length()
    for i, s in enumerate(used):
        # what is missing to a power of two makes others shorter
        lens[s] = full.bit_length() - 1 - (i < full - len(used))
    return lens


def header_of(lens, empty, more):
    b = Bits()
    for _ in range(empty):
        b.put(2, 10)
    b.put(5, 3)
    b.put(0, 10)
    used = sorted(set(lens + [0]))
    full = 1 << (len(used) - 1).bit_length()
    cl = [0] * 19
    for i, n in enumerate(used):
        cl[n] = full.bit_length() - 1 - (i < full - len(used))
    count = max(i for i in range(19) if cl[ORDER[i]]) + 1 + more
    b.put(max(count, 4) - 4, 4)
    for i in range(max(count, 4)):
        b.put(cl[ORDER[i]], 3)
    codes = canonical(cl)
    for n in lens + [0]:
        b.code(*codes[n])
    return b


def four(symbols):
    lens = lengths_of(symbols)
    codes = canonical(lens)
    header = next(h for h in (header_of(lens, e, m) for e in range(4)
                              for m in range(2)) if h.n % 8 == 0).bytes()
    p, bodies = -(-len(symbols) // 4), []
    for i in range(4):
        b = Bits()
        for s in list(symbols[i * p:(i + 1) * p]) + [256]:
            b.code(*codes[s])
        bodies.append(b.bytes())
    return struct.pack("<HIII", len(header), *map(len, bodies[:3])) + \
        header + b"".join(bodies)


def symbols(data, coding):
    """Section 8."""
    data = bytes(data)
    if not data:
        return b""
    if coding == 3 and len(set(data)) > 16:
        coding = 4
    if coding == 5 and len(data) < 1024:
        coding = 2
    body = data
    if coding == 1:
        body = deflate(data)
    elif coding == 2:
        body = four(data)
    elif coding == 3:
        body = packed(data)
    elif coding == 4:
        body = classes(data)
    elif coding == 5:
        body = symbols_by_context(data)
    return bytes([coding]) + body


def packed(data):
    """Section 8, coding 3."""
    table = sorted(set(data))
    b = 1 if len(table) <= 2 else 2 if len(table) <= 4 else 4
    bits = []
    for x in data:
        bits += [table.index(x) >> i & 1 for i in range(b)]
    return bytes([len(table)] + table) + symbols(bit_string(bits), 2)


def classes(data):
    """Section 8, coding 4; which classes there are goes by the length."""
    n = len(data)
    a, b = ((1, 2), (3, 1), (2, 5))[n % 3]
    run, period = n if a == 1 else min(n, 7), 1 if b == 1 else min(n, 11)
    rows = [(k * k + k) % 7 % a for k in range(-(-n // run))]
    cols = [k * k % 11 % b for k in range(period)]
    parts = [[] for _ in range(a * b)]
    for i, x in enumerate(data):
        parts[rows[i // run] * b + cols[i % period]].append(x)
    streams = [symbols(rows, 3) if a > 1 else b"",
               symbols(cols, 0) if b > 1 else b""]
    for i, part in enumerate(parts):
        inner = (i + n) % 4
        if inner == 3 and len(set(part)) > 16:
            inner = 2
        streams.append(symbols(part, inner))
    return struct.pack("<BBHII", a, b, 0, run, period) + b"".join(
        struct.pack("<I", len(x)) for x in streams) + b"".join(streams)


def bit_string(bits):
    return np.packbits(np.array(bits, "u1"), bitorder="little").tobytes()


def gaps_of(mask):
    out, gap = [], 0
    for kept in mask:
        if not kept:
            gap += 1
            continue
        out += [255] * (gap // 255) + [gap % 255]
        gap = 0
    return out


LOGISTIC = [round(65536 / (1 + math.exp(-(j - 16) / 2))) for j in range(33)]


def squash(t):
    k, f = t + 2048 >> 7, t + 2048 & 127
    return LOGISTIC[k] * (128 - f) + LOGISTIC[k + 1] * f >> 7


def stretch(p):
    return next((t for t in range(-2047, 2047) if squash(t) >= p & ~15), 2047)


class Mixer:
    """Section 7.4: a range coder of bits that are guessed."""

    def __init__(self):
        self.low, self.high, self.out, self.known = 0, 2**32 - 1, [], {}

    def put(self, bit, guesses, weights):
        for p, _ in guesses:
            if p >> 4 not in self.known:
                self.known[p >> 4] = stretch(p)
        ts = [self.known[p >> 4] for p, _ in guesses]
        t = sum(w * t for w, t in zip(weights, ts)) >> 16
        p = squash(min(max(t, -2047), 2047))
        mid = self.low + ((self.high - self.low) * p >> 16)
        self.low, self.high = (self.low, mid) if bit else (mid + 1, self.high)
        while self.low >> 24 == self.high >> 24:
            self.out.append(self.high >> 24)
            self.low = self.low << 8 & 2**32 - 1
            self.high = (self.high << 8 | 255) & 2**32 - 1
        for k, g in enumerate(guesses):
            weights[k] += ts[k] * (65536 * bit - p) + 16384 >> 15
            g[0] = move(g[0], bit, 2 + sum(
                g[1] >= n for n in (1, 3, 12, 40, 120)))
            g[1] += 1

    def bytes(self):
        return bytes(self.out) + self.low.to_bytes(4, "big")


def move(p, bit, r):
    return p + (65535 - p >> r) if bit else p - (p >> r)


def by_context(bits, row, inner):
    """Section 7.4."""
    first = min(max((sum(bits) << 16) // len(bits), 32), 65504)
    models = [{} for _ in range(3)]
    weights, columns, recent = [22938] * 3, [first] * row, first
    coder = Mixer()

    def x(i):
        return int(bits[i]) if i >= 0 else 0

    def class_of(d):
        return sum(d > e for e in (655, 1638, 3277, 6554, 11000, 17000, 26000,
                                   36000, 48000))

    for i, bit in enumerate(bits):
        places = (sum(x(i - 1 - k) << k for k in range(6)),
                  8 * x(i - row + 1) + 16 * x(i - row) + 32 * x(i - row - 1) +
                  4 * x(i - 2 * row) + 2 * x(i - 1) +
                  (x(i - inner) if inner else 0),
                  10 * class_of(recent) + class_of(columns[i % row]))
        coder.put(bit, [m.setdefault(k, [first, 0])
                        for m, k in zip(models, places)], weights)
        columns[i % row] = move(columns[i % row], bit, 4)
        recent = move(recent, bit, 6)
    return struct.pack("<II", row, inner) + coder.bytes()


def symbols_by_context(data):
    """Section 8, coding 5; how they lie goes by the length."""
    n = len(data)
    row, lag, period, number = 9 + n % 41, 1 + n % 97, 1 + n % 13, n % 3

    def magnitude(s):
        if number == 1:
            return 256 - s if s > 128 else s
        return s & 127 if number == 2 else s

    def level(m):
        return m >> 4 if number == 0 else sum(
            m >= e for e in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 80, 96,
                             112))

    def t(i):
        s = data[i] if i >= 0 else 0
        return level(magnitude(s)) + (16 if number and s > 127 else 0)

    means, recent, guesses, weights = [0] * row, 0, {}, {}
    coder = Mixer()
    for i, s in enumerate(data):
        contexts = (t(i - 1) * 32 + t(i - 2), t(i - row) * 32 + t(i - 2 * row),
                    level(means[i % row] // 256) * 16 + level(recent // 256),
                    t(i - lag) * 32 + i % period % 32)
        for k in range(8):
            node = (256 | s) >> 8 - k
            coder.put(s >> 7 - k & 1, [
                guesses.setdefault((m, c, node), [32768, 0])
                for m, c in enumerate(contexts)],
                weights.setdefault(node, [17203] * 4))
        z = 256 * magnitude(s)
        means[i % row] += z - means[i % row] >> 2
        recent += z - recent >> 4
    return struct.pack("<IIIB3x", row, lag, period, number) + coder.bytes()


def in_groups(mask, n, m):
    """Section 7.5, with fields of as many groups as fit 64 bits, or three."""
    bits = [int(x) for x in mask] + [0] * (-len(mask) % m)
    patterns = [x for x in range(1 << m) if bin(x).count("1") == n]
    groups = [sum(b << k for k, b in enumerate(bits[i:i + m]))
              for i in range(0, len(bits), m)]
    g = 3 if len(groups) % 2 else next(
        k for k in range(64, 0, -1) if len(patterns)**k <= 2**64)
    b = (len(patterns)**g - 1).bit_length()
    others = [(i, x) for i, x in enumerate(groups) if x not in patterns]
    numbers = [patterns.index(x) if x in patterns else 0 for x in groups]
    fields = Bits()
    for i in range(0, len(groups), g):
        fields.put(sum(x * len(patterns)**k for k, x in
                       enumerate(numbers[i:i + g])), b)
    return struct.pack("<4BI", n, m, g, b, len(others)) + b"".join(
        struct.pack("<IH", *x) for x in others) + fields.bytes()


def values(elements, width, mask_coding, value, coding):
    """Section 7: elements are integers."""
    bits, top = 8 * width - 1, 1 << (8 * width - 1)
    mask = [mask_coding == 0 or u % top != 0 for u in elements]
    kept = [u for u, k in zip(elements, mask) if k]
    signs = [u // top for u, k in zip(elements, mask) if not k]
    mask_data = b""
    if mask_coding == 1:
        mask_data = symbols(bit_string(mask), coding)
    elif mask_coding == 2:
        g = gaps_of(mask)
        mask_data = struct.pack("<I", len(g)) + symbols(g, coding)
    elif mask_coding == 3:
        mask_data = by_context([int(k) for k in mask], 2 + coding * 9,
                               coding % 3 * 4)
    elif mask_coding == 4:
        mask_data = in_groups(mask, 1 + coding % 3, (4, 8, 5, 16)[coding % 4])
    zsign = int(any(signs))
    zsign_data = symbols(bit_string(signs), coding) if zsign else b""
    shift = drop = nexcept = base = 0
    stream, rest = b"", b""
    if value == 1:
        drop = 0
        while drop < 3 and not any(u >> drop & 1 for u in kept):
            drop += 1
        magnitude = sorted(u % top for u in kept)
        low, high = magnitude[len(kept) // 8], magnitude[-1 - len(kept) // 8]
        while (high >> shift + drop) - (low >> shift + drop) > 250:
            shift += 1
        base = low >> shift + drop
        q = [(u % top >> shift + drop) - base for u in kept]
        q = [x if 0 <= x < 255 else 255 for x in q]
        fields = []
        for u in kept:
            fields += [u >> drop + i & 1 for i in range(shift)] + [u // top]
        except_ = [u for u, x in zip(kept, q) if x == 255]
        nexcept = len(except_)
        stream = symbols(q, coding)
        rest = bit_string(fields) + b"".join(
            u.to_bytes(width, "little") for u in except_)
    elif value == 4:
        table = sorted(set(kept), key=lambda u: (u % top, u // top))
        stream = bytes([len(table) - 1]) + b"".join(
            u.to_bytes(width, "little") for u in table)
        place = {u: i for i, u in enumerate(table)}
        stream += symbols([place[u] for u in kept], coding)
    elif value == 2:
        rest = b"".join(u.to_bytes(width, "little") for u in kept)
    else:
        for i in range(width):
            part = symbols([u >> 8 * i & 255 for u in kept], coding)
            stream += struct.pack("<I", len(part)) + part
    return struct.pack("<5B3xIIQIII", mask_coding, zsign, value, shift, drop,
                       len(kept), nexcept, base, len(mask_data),
                       len(zsign_data), len(stream)) + \
        mask_data + zsign_data + stream + rest


def ordered(x, bits):
    return x ^ ((1 << bits - 1) - 1) if x >> bits - 1 else x


def changes(u, v, width, is_float):
    """Section 12: what stands for the change of each, None for none."""
    bits, out = 8 * width, []
    for a, b in zip(u, v):
        d = ordered(a, bits) - ordered(b, bits) if is_float else a - b
        d = (-d if is_float and b >> bits - 1 else d) % (1 << bits)
        top = 1 << bits - 1
        out.append(None if d == 0 else d - 1 if d < top
                   else (-d) % (1 << bits) - 1 | top)
    return out


WHOLE, JOINED = 64, 128


def delta(u, v, width, is_float, shift, first, kinds, codings):
    """Section 12: kinds of the classes, and (mask, value, symbols) of each; of
    a body, those of its first class."""
    e, top = changes(u, v, width, is_float), 1 << 8 * width - 1
    mag = (1 << 8 * width - is_float) - 1
    keys = [(x & mag) >> shift & 255 for x in v]
    changed = sum(x is not None for x in e)
    if not changed:
        return struct.pack("<BBBBI", 0, is_float, shift, 0, 0)
    out = struct.pack("<BBBBI", 0, is_float, shift, len(first) + 1, changed)
    out += bytes(first) + bytes(kinds)
    ends, gaps, low, bodies = list(first) + [256], [], [], []
    for begin, end, kind, how in zip([0] + ends, ends, kinds, codings):
        mine = [x for x, k in zip(e, keys) if begin <= k < end]
        if kind == WHOLE:
            m = [0 if x is None else x % top + 1 for x in mine]
            bodies.append(([top if y == top else y | (x or 0) & top
                            for x, y in zip(mine, m)], how))
            continue
        gap = 0
        for x in mine + [0]:
            if x is None:
                gap += 1
                continue
            high = gap >> (kind & 31)
            gaps += [255] * (high // 255) + [high % 255]
            low += [gap >> i & 1 for i in range(kind & 31)]
            gap = 0
        kept = [x for x in mine if x is not None]
        if kind & JOINED:
            bodies[-1][0].extend(kept)
        else:
            bodies.append((kept, how))
    stream = symbols(gaps, 2 if len(gaps) % 2 else 0)
    out += struct.pack("<II", len(gaps), len(stream)) + stream
    out += bit_string(low)
    for kept, (mask, value, coding) in bodies:
        body = b""
        if kept:
            # of changes by one nothing but the sign is left
            some = any(x % top for x in kept)
            body = values(kept, width, mask, value if some else 2, coding)
        out += struct.pack("<I", len(body)) + body
    return out


class RangeCoder:
    """Section 12.2, with the range coder of section 7.4."""

    def __init__(self):
        self.low, self.high, self.out, self.counts = 0, 2**32 - 1, [], {}

    def bit(self, bit, p=32768):
        mid = self.low + ((self.high - self.low) * p >> 16)
        self.low, self.high = (self.low, mid) if bit else (mid + 1, self.high)
        while self.low >> 24 == self.high >> 24:
            self.out.append(self.high >> 24)
            self.low = self.low << 8 & 2**32 - 1
            self.high = (self.high << 8 | 255) & 2**32 - 1

    def by(self, bit, *context):
        zeros, ones = self.counts.get(context, (0, 0))
        p = (2 * ones + 1) * 32768 // (zeros + ones + 1)
        self.bit(bit, min(max(p, 1), 65535))
        zeros, ones = zeros + (not bit), ones + bit
        if zeros + ones == 65535:
            zeros, ones = zeros // 2, ones // 2
        self.counts[context] = (zeros, ones)


def adaptive(u, v, width, is_float, shift, near):
    """Section 12, coding 1."""
    e, w, coder = changes(u, v, width, is_float), 8 * width, RangeCoder()
    mag = (1 << w - is_float) - 1
    for i, (x, old) in enumerate(zip(e, v)):
        key = (old & mag) >> shift & 255
        a = sum(y is not None for y in e[max(0, i - 8):i])
        coder.by(x is not None, "changed", key, min(a, 3) if near else 0)
        if x is None:
            continue
        coder.by(x >> w - 1, "sign", key)
        m = x % (1 << w - 1) + 1
        size = m.bit_length() - 1
        for k in range(min(size + 1, w - 1)):
            coder.by(k < size, "size", key, k)
        for k in range(size):
            bit, prefix = m >> size - 1 - k & 1, m >> size - k
            if k < 3:
                coder.by(bit, "below", key, size, prefix)
            else:
                coder.bit(bit)
    return struct.pack("<BBBBI", 1, is_float | near << 1, shift, 0,
                       sum(x is not None for x in e)) + \
        bytes(coder.out) + coder.low.to_bytes(4, "big")


def frame(kind, payload):
    f = struct.pack("<BxxxI", kind, len(payload)) + payload
    return f + struct.pack("<I", zlib.crc32(f))


class Member:
    def __init__(self, raw_size=None, chunk_log2=20):
        self.raw, self.index, self.indexed = b"", b"", False
        self.old = b""
        h = b"\xd3SPZ\r\n\x1a\n" + struct.pack(
            "<BBHB3xQ", 1, 0, 0, chunk_log2,
            2**64 - 1 if raw_size is None else raw_size)
        self.out = h + struct.pack("<I", zlib.crc32(h))

    def frame(self, kind, payload):
        if kind < 3 or kind == 5:
            self.index += struct.pack("<QQ", len(self.out) | kind << 56,
                                      len(self.raw))
        self.out += frame(kind, payload)

    def base(self, old, name):
        self.frame(5, struct.pack("<QIHH", len(old), zlib.crc32(old),
                                  len(name), 0) + name)
        self.old = old

    def segment(self, dtype, width, shape, name, flags=0, base=None):
        if base is not None:
            flags |= 4
            base = struct.pack("<QI", *base)
        self.frame(1, struct.pack("<BBBBHH", dtype, flags, len(shape), width,
                                  len(name), 0) +
                   struct.pack("<%dQ" % len(shape), *shape) + (base or b"") +
                   name)

    def chunk(self, raw, mode, width=1, lead=0, big=False, body=None,
              twos=False):
        tail = (len(raw) - lead) % width
        if body is None:
            body = raw[lead:len(raw) - tail]
        layout = width.bit_length() - 1 | lead << 3 | (4 if big else 0) | \
            (64 if twos else 0)
        payload = struct.pack("<IIBB", len(raw), zlib.crc32(raw), mode,
                              layout) + body + raw[:lead] + \
            raw[len(raw) - tail:]
        assert len(payload) <= len(raw) + 10, (mode, len(payload), len(raw))
        self.frame(2, payload)
        self.raw += raw

    def elements(self, u, width, lead, tail, big, mode, make):
        """A chunk of integers, between lead and tail bytes."""
        order, top = "big" if big else "little", 1 << 8 * width - 1
        twos = mode == 3 and len(u) % 2 == 1
        v = [top | -x % top if twos and x >= top else x for x in u]
        raw = bytes(range(1, lead + 1)) + b"".join(
            x.to_bytes(width, order) for x in v) + bytes(tail)
        self.chunk(raw, mode, width, lead, big and width > 1, make(u), twos)

    def end(self):
        at = 0
        if self.indexed:
            at = len(self.out)
            self.frame(3, self.index)
        n = len(self.out) + 44
        self.frame(4, struct.pack("<QQQI4s", len(self.raw), n, at,
                                  zlib.crc32(self.raw), b"SPZ."))
        return self.out, self.raw


def weights(r, n, width, zeros):
    """Integers like weights: few exponents, some zeros of either sign."""
    bits = 8 * width
    out = []
    for _ in range(n):
        u = r.below(1 << 31) << 33 | r.below(1 << 31) << 2
        u = (u >> 64 - bits & ~(0x3c << bits - 8)) | 0x18 << bits - 8
        if r.below(100) < zeros:
            u = r.below(2) << bits - 1
        elif r.below(20) == 0:
            u = r.below(1 << min(bits, 31))
        out.append(u)
    return out


def thinned(r, u, n, m):
    """All but n of every m are zero, and in one group all but one."""
    u = [x if x << 1 & 0xff else x | 1 for x in u]
    for i in range(0, len(u), m):
        keep = {r.below(m) for _ in range(9 * m)}
        keep = sorted(keep)[:n] if i else [r.below(m)]
        u[i:i + m] = [x if k in keep else 0 for k, x in enumerate(u[i:i + m])]
    return u


def contexts():
    """Symbols that are numbers of each kind, and of several bytes."""
    r = Random(5)
    file = Member()
    for n in (1101, 1102, 1103):
        s = [max(0, 40 + r.below(23) + r.below(23) - 22 - i % 30)
             for i in range(n)]
        if n % 3 == 1:
            s = [(x % 50 if r.below(2) else -x % 50) % 256 for x in s]
        if n % 3 == 2:
            s = [x | r.below(2) << 7 for x in s]
        file.elements(s, 1, 0, 0, False, 3,
                      lambda u: values(u, 1, 0, 3, 5))
    u = [x & 0x3ff0 for x in weights(r, 1100, 2, 0)]
    file.elements(u, 2, 1, 1, True, 3, lambda u: values(u, 2, 0, 1, 5))
    yield "contexts", file.end()


def all_values():
    """A file for each pair of mask and value coding, every width in it."""
    r = Random(1)
    for m, mask in enumerate(("none", "bits", "gaps", "context", "groups")):
        for v, value in enumerate(("window", "stored", "bytes", "palette"), 1):
            if v == 4 and m % 4:
                continue
            file = Member()
            for width in (1, 2, 4, 8):
                for coding in range(5):
                    u = weights(r, (300 // width + coding % 2) *
                                (1 + (coding > 1)), width,
                                (0, 60, 90, 75, 0)[m])
                    if v == 3:
                        u = [x & 7 for x in u]
                    if v == 4:
                        few = [r.below(1 << min(8 * width, 24)) << 8 *
                               (width - min(width, 3)) for _ in range(20)]
                        u = [few[i % 20] if x % 3 else few[0]
                             for i, x in enumerate(u)]
                    if m == 4:
                        u = thinned(r, u, 1 + coding % 3,
                                    (4, 8, 5, 16)[coding % 4])
                    if coding == 1 and width == 8:
                        u = [x & ~7 for x in u]
                    # a body may not be larger than what it codes
                    for _ in range(4):
                        if len(values(u, width, m, v, coding)) <= len(
                                u) * width:
                            break
                        u += u if m == 0 else [0] * len(u)
                    else:
                        continue
                    file.elements(
                        u, width, r.below(width), r.below(width),
                        bool(r.below(2)), 3,
                        lambda u, w=width, c=coding: values(u, w, m, v, c))
            if not file.raw:
                continue
            yield "values-%s-%s" % (mask, value), file.end()


def modes():
    r = Random(2)
    file = Member(chunk_log2=10)
    file.indexed = True
    file.chunk(bytes(r.below(256) for _ in range(99)), 0)
    file.frame(0x85, b"a frame that readers pass over")
    file.chunk(bytes(1000), 1, body=b"")
    for width in (1, 2, 4, 8):
        u = [r.below(1 << 8 * width - 1)] * 9
        file.elements(u, width, width // 2, width - 1, width == 4, 2,
                      lambda u, w=width: u[0].to_bytes(w, "little"))
    file.segment(14, 4, (2, 3), b"a.weight")
    text = b"step,lr,loss\n0,0.1,2.3\n1,0.1,2.2\n"[:24]
    file.chunk(text, 0)
    file.segment(0, 0, (), b"")
    file.chunk(text * 9, 4, body=deflate(text * 9))
    for width in (1, 2, 4, 8):
        u = [(i % 7 << 8 * width - 4) + i % 3 for i in range(99)]
        file.elements(u, width, width - 1, width // 2, width == 8, 5,
                      lambda u, w=width: deflate(b"".join(
                          bytes(x >> 8 * i & 255 for x in u)
                          for i in range(w))))
    yield "modes", file.end()


DTYPES = {(1, 0): 3, (1, 1): 10, (2, 0): 5, (2, 1): 13, (4, 0): 7, (4, 1): 14,
          (8, 0): 9, (8, 1): 15}


def deltas():
    """Every width and kind of number, both byte orders, classes of each kind,
    mask and value coding, one where all change and one where nothing does."""
    r = Random(4)
    parts, old = [], b"what comes before"
    for width, is_float in DTYPES:
        for big in range(2 if width in (2, 4) else 1):
            v = weights(r, 100 + 2000 // width, width, 5)
            shift = (0, 7, 23, 52)[width.bit_length() - 1] if is_float else \
                8 * width - 8
            keys = sorted({(x & ((1 << 8 * width - is_float) - 1)) >> shift & 255
                           for x in v} - {0})
            first = sorted({keys[len(keys) * i // 6] for i in range(1, 6)})[:4]
            u = []
            for x in v:
                k = (x & ((1 << 8 * width - is_float) - 1)) >> shift & 255
                c = sum(f <= k for f in first)
                if c == 1 or c > 1 and r.below(8 if c == 2 else 5) == 0:
                    o = ordered(x, 8 * width) if is_float else x
                    o = (o + 1 + r.below(3) * r.below(2)) % (1 << 8 * width)
                    x = ordered(o, 8 * width) if is_float else o
                u.append(x)
            order = "big" if big else "little"
            to = [b"".join(x.to_bytes(width, order) for x in y)
                  for y in (u, v)]
            parts.append((width, is_float, big, shift, first, u, v, to[0],
                          len(old)))
            old += to[1]
    file = Member(chunk_log2=13)
    file.indexed = True
    file.base(b"another", b"another.base")
    file.base(old, b"hand-delta.base")
    for i, (width, is_float, big, shift, first, u, v, raw, at) in enumerate(
            parts):
        file.segment(DTYPES[width, is_float], width, (len(u),),
                     b"t%d" % i, 2 * big, (at, 1))
        codings = [(1, 2, 0), (0, 3, i % 3), (2, 1 + i % 3, 1),
                   (1, 1 + (i + 1) % 3, 2), (2, 3, 2)]
        codings = [(m, 3 if w == 1 and width < 2 else w, s)
                   for m, w, s in codings]
        kinds = [(i % 4, WHOLE, 0, JOINED, 3),
                 (WHOLE, 1, 2 | JOINED, 31 | JOINED, WHOLE)][i % 2]
        # whole, or in two
        cut = len(u) // 2 if width == 2 else 0
        for a, b in ((0, cut), (cut, len(u))):
            if a < b:
                file.chunk(raw[a * width:b * width], 6, width, 0,
                           bool(big and width > 1),
                           delta(u[a:b], v[a:b], width, is_float, shift, first,
                                 kinds[:len(first) + 1], codings))
    for i, (width, is_float, big, shift, first, u, v, raw, at) in enumerate(
            parts):
        if not big:
            n = len(u) // 3
            file.segment(DTYPES[width, is_float], width, (n,), b"a%d" % i, 0,
                         (at, 1))
            file.chunk(raw[:n * width], 6, width, 0, False,
                       adaptive(u[:n], v[:n], width, is_float, shift, i % 2))
    file.segment(14, 4, (250,), b"same", 0, (0, 1))
    file.chunk(old[:997], 6, 4, 1, False,
               struct.pack("<BBBBI", 0, 1, 23, 0, 0))
    yield "delta", file.end() + (old,)


def all_classes():
    """As many classes as there can be, of every kind."""
    r = Random(5)
    v = [r.below(1 << 15) for _ in range(6000)]
    first = list(range(9, 9 + 16 * 15, 16))
    u = [x ^ (r.below(3) == 0) * (1 + r.below(3) * (i % 2))
         for i, x in enumerate(v)]
    kinds = [WHOLE if k % 5 == 4 else k % 4 | JOINED if k % 5 == 2 else k % 4
             for k in range(16)]
    codings = [(1 + k % 2, 2 + k % 2, k % 3) for k in range(16)]
    old, new = (b"".join(x.to_bytes(2, "little") for x in y) for y in (v, u))
    file = Member()
    file.base(old, b"hand-delta-classes.base")
    file.segment(13, 2, (len(u),), b"t", 0, (0, 0))
    file.chunk(new, 6, 2, 0, False,
               delta(u, v, 2, True, 7, first, kinds, codings))
    yield "delta-classes", file.end() + (old,)


def members():
    out, raw = b"", b""
    for text in (b"one", b"", b"three"):
        file = Member(len(text))
        if text:
            file.chunk(text, 0)
        a, b = file.end()
        out, raw = out + a + bytes(len(text)), raw + b
    yield "members", (out, raw)


def inputs():
    """What the program makes files of."""
    r = Random(3)
    f32 = np.array(weights(r, 3000, 4, 90), "u4")
    yield "empty", [], b""
    yield "text", [], "".join("%d\n" % i for i in range(400)).encode()
    rows = [(r.below(9) + r.below(9) - 8) * (1 + k % 64 // 16 * 3) % 256
            for k in range(9600)]
    yield "int8-classes", ["--raw", "i8,150,64"], bytes(rows)
    yield "int4-packed", ["--raw", "i8"], bytes(
        (r.below(4) + r.below(4) - 3) % 256 for _ in range(4000))
    yield "i32-twos", ["--raw", "i32"], np.array(
        [r.below(3000) - 1500 for _ in range(2000)], "<i4").tobytes()
    yield "int8", ["--raw", "i8"], bytes(
        (r.below(9) + r.below(9) - 8) % 256 for _ in range(9000))
    yield "f32-gaps", ["--raw", "f32,30,100"], f32.astype("<u4").tobytes()
    yield "f32-lead", [], b"abc" + f32[::-1].astype("<u4").tobytes()
    yield "bf16-bits", ["--raw", "bf16"], np.array(
        weights(r, 1500, 2, 50), "<u2").tobytes()
    columns = np.array(weights(r, 3000, 2, 0), "<u2").reshape(60, 50)
    columns[:, [k for k in range(50) if k * k % 7 > 1]] = 0
    yield "bf16-context", ["-9", "--raw", "bf16,60,50"], columns.tobytes()
    yield "int8-contexts", ["-9", "--raw", "i8,40,40"], bytes(
        (r.below(4 + k % 40) - (k % 40) // 2) % 256 for k in range(1600))
    yield "f32-palette", ["--raw", "f32,40,50"], np.array(
        [[0, 0x3e100000, 0xbe100000, 0x3f000123][r.below(4)]
         for _ in range(2000)], "<u4").tobytes()
    yield "bf16-groups", ["--raw", "bf16"], np.array(
        thinned(r, weights(r, 2000, 2, 0), 2, 4), "<u2").tobytes()
    yield "f64-dense", ["--raw", "f64"], np.array(
        weights(r, 200, 8, 0), "<u8").tobytes()
    head = "{'descr': '>f4', 'fortran_order': True, 'shape': (30, 100), }"
    yield "big-endian.npy", [], b"\x93NUMPY\1\0\x76\0" + \
        head.ljust(117).encode() + b"\n" + f32.astype(">u4").tobytes()


def main():
    tool, to = sys.argv[1:]
    sums = []

    def write(name, data, raw, old=None):
        path = os.path.join(to, name)
        if os.path.exists(path + ".spzip"):
            return
        with open(path + ".spzip", "wb") as f:
            f.write(data)
        if old is not None:
            with open(path + ".base", "wb") as f:
                f.write(old)
        sums.append("%s %d %s %s\n" % (
            name, len(raw), hashlib.sha256(raw).hexdigest(),
            hashlib.sha256(data).hexdigest()))

    for source in (all_values(), contexts(), modes(), members(), deltas(),
                   all_classes()):
        for name, file in source:
            write("hand-" + name, *file)
    for name, options, raw in inputs():
        write("tool-" + name, subprocess.run(
            [tool, "-c"] + options, input=raw, check=True,
            stdout=subprocess.PIPE).stdout, raw)
    with open(os.path.join(to, "sums"), "a") as f:
        f.writelines(sums)


main()
