#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes .spzip files with numpy and zlib only: spzip(5) read a second time.

Usage: spzip.py FILE [BASE]... >ORIGINAL, or spzip.decode(data, [base, ...]).
Every section of the page is checked as it says; what is wrong raises ValueError.
"""
import bisect
import math
import struct
import sys
import zlib

import numpy as np

MAGIC = b"\xd3SPZ\r\n\x1a\n"
SEGMENT, CHUNK, INDEX, END, BASE = 1, 2, 3, 4, 5


def need(condition, what):
    if not condition:
        raise ValueError(what)


def inflate(data, n=None):
    """Section 1: a raw deflate stream that ends where data ends."""
    z = zlib.decompressobj(-15)
    try:
        out = z.decompress(bytes(data))
    except zlib.error as e:
        raise ValueError("deflate stream is malformed") from e
    need(z.eof and not z.unused_data, "deflate stream is malformed")
    need(n is None or len(out) == n, "deflate stream has a wrong length")
    return np.frombuffer(out, "u1")


def bit_string(data, n):
    bits = np.unpackbits(np.frombuffer(data, "u1"), bitorder="little")
    need(len(bits) == (n + 7) // 8 * 8, "bit string has a wrong length")
    need(not bits[n:].any(), "unused bits are set")
    return bits[:n].astype(bool)


def symbols(data, n):
    """Section 8: n symbols from all of data."""
    if n == 0:
        need(len(data) == 0, "stream of nothing has a length")
        return np.zeros(0, "u1")
    need(len(data) > 0, "symbols are missing")
    coding, data = data[0], data[1:]
    if coding == 0:
        need(len(data) == n, "symbols have a wrong length")
        return np.frombuffer(data, "u1")
    if coding == 1:
        return inflate(data, n)
    if coding == 3:
        return packed(data, n)
    if coding == 4:
        return classes(data, n)
    if coding == 5:
        return symbols_by_context(data, n)
    need(coding == 2, "unknown coding of symbols")
    return four_bodies(data, n)


LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1,
                15)


def code_lengths(header):
    """Section 8, coding 2: the lengths of 257 codes, which are all of it."""
    bits, at, empty = int.from_bytes(header, "little"), 0, 0

    def take(n):
        nonlocal at
        at += n
        return bits >> at - n & (1 << n) - 1

    while bits >> at & 7 == 2:
        empty += 1
        need(take(10) == 2 and empty <= 3, "header of four is malformed")
    need(take(3) == 5 and take(10) == 0, "header of four is malformed")
    of = {x: take(3) for x in LENGTH_ORDER[:take(4) + 4]}
    need(at <= 8 * len(header) and
         sum(128 >> x for x in of.values() if x) == 128,
         "code of lengths is incomplete")
    codes, code = {}, 0
    for n in range(1, 8):
        for x in range(19):
            if of.get(x) == n:
                codes[n, code] = x
                code += 1
        code <<= 1
    lens = []
    while len(lens) < 258:
        n = code = 0
        while (n, code) not in codes:
            n, code = n + 1, code << 1 | take(1)
        x = codes[n, code]
        need(lens or x != 16, "nothing to repeat")
        lens += [x] if x < 16 else lens[-1:] * (3 + take(2)) if x == 16 else \
            [0] * (3 + take(3) if x == 17 else 11 + take(7))
    need(len(lens) == 258 and lens.pop() == 0 and at == 8 * len(header),
         "header of four is malformed")
    need(lens[256] and max(lens) <= 11 and
         sum(2048 >> x for x in lens if x) == 2048, "code is incomplete")
    return np.array(lens)


def four_bodies(data, n):
    """Section 8, coding 2."""
    need(len(data) >= 14, "symbols are too short")
    header_len, *lengths = struct.unpack_from("<HIII", data)
    lengths.append(len(data) - 14 - header_len - sum(lengths))
    need(lengths[3] >= 0, "bodies are longer than their stream")
    header, at, parts = data[14:14 + header_len], 14 + header_len, []
    lens = code_lengths(header)
    for i, length in enumerate(lengths):
        most = (n + 3) // 4
        count = min(n, (i + 1) * most) - min(n, i * most)
        body = data[at:at + length]
        parts.append(inflate(header + body, count))
        used = int(lens[parts[-1]].sum() + lens[256])
        need(length == (used + 7) // 8 and
             (used % 8 == 0 or body[-1] >> used % 8 == 0),
             "unused bits are set")
        at += length
    return np.concatenate(parts)


def packed(data, n):
    """Section 8, coding 3."""
    k = data[0] if data else 0
    need(0 < k <= 16 and len(data) >= 1 + k, "packed symbols are too short")
    table = np.frombuffer(data[1:1 + k], "u1")
    need((table[1:] > table[:-1]).all(), "packed symbols are out of order")
    b = 1 if k <= 2 else 2 if k <= 4 else 4
    stream = data[1 + k:]
    need(stream[:1] in (b"\0", b"\1", b"\2"), "packed in a wrong coding")
    fields = bit_string(symbols(stream, (n * b + 7) // 8), n * b)
    places = fields.reshape(n, b) @ (1 << np.arange(b))
    need((places < k).all(), "packed symbol that there is not")
    return table[places]


def classes(data, n):
    """Section 8, coding 4."""
    need(len(data) >= 12, "classes are too short")
    a, b, zero, run, period = struct.unpack_from("<BBHII", data)
    need(0 < a <= 16 and 0 < b <= 16 and a * b <= 64 and zero == 0 and
         0 < run <= n and 0 < period <= n and (a > 1 or run == n) and
         (b > 1 or period == 1), "classes are malformed")
    at = 12 + 4 * (2 + a * b)
    need(len(data) >= at, "classes are too short")
    streams = []
    for length in struct.unpack_from("<%dI" % (2 + a * b), data, 12):
        need(at + length <= len(data), "classes are too short")
        need(data[at:at + 1] < b"\4", "classes of no flat coding")
        streams.append(data[at:at + length])
        at += length
    need(at == len(data), "classes are too long")

    def axis(count, stream, size):
        if count == 1:
            need(not stream, "one class is not told")
            return np.zeros(size, "i8")
        got = symbols(stream, size).astype("i8")
        need((got < count).all(), "class that there is not")
        return got

    i = np.arange(n)
    of = axis(a, streams[0], -(-n // run))[i // run] * b + \
        axis(b, streams[1], period)[i % period]
    out = np.zeros(n, "u1")
    for k in range(a * b):
        mine = of == k
        out[mine] = symbols(streams[2 + k], int(mine.sum()))
    return out


LOGISTIC = (
    22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812,
    11955, 17625, 24743, 32768, 40793, 47911, 53581, 57724, 60565, 62428,
    63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500, 65514)
CLASS_ENDS = (655, 1638, 3277, 6554, 11000, 17000, 26000, 36000, 48000)
RATE_ENDS = (1, 3, 12, 40, 120)


def squash(t):
    k, f = divmod(t + 2048, 128)
    return LOGISTIC[k] * (128 - f) + LOGISTIC[k + 1] * f >> 7


def moved(p, bit, r):
    return p + (65535 - p >> r) if bit else p - (p >> r)


SQUASHED = [squash(t) for t in range(-2047, 2048)]
STRETCH = [min(bisect.bisect_left(SQUASHED, i << 4), 4094) - 2047
           for i in range(4096)]


class RangeDecoder:
    """The range coder of section 7.4, whose data are called WHAT."""

    def __init__(self, data, what):
        need(len(data) >= 4, what + " too short")
        self.low, self.high, self.what = 0, 2**32 - 1, what
        self.v, self.data, self.at = int.from_bytes(data[:4], "big"), data, 4

    def bit(self, p):
        """The next bit, which is 1 P times of 65536."""
        mid = self.low + ((self.high - self.low) * p >> 16)
        bit = int(self.v <= mid)
        if bit:
            self.high = mid
        else:
            self.low = mid + 1
        while (self.low ^ self.high) >> 24 == 0:
            need(self.at < len(self.data), self.what + " too short")
            self.low = self.low << 8 & 2**32 - 1
            self.high = (self.high << 8 | 255) & 2**32 - 1
            self.v = (self.v << 8 | self.data[self.at]) & 2**32 - 1
            self.at += 1
        return bit

    def end(self):
        need(self.at == len(self.data), self.what + " too long")


class Mixed(RangeDecoder):
    """Section 7.4: bits by guesses that are mixed."""

    def __init__(self, data):
        super().__init__(data, "range coder is")

    def mixed(self, guesses, weights):
        """The next bit, and learns from it; guesses are [p, seen]."""
        ts = [STRETCH[g[0] >> 4] for g in guesses]
        t = sum(w * t for w, t in zip(weights, ts)) >> 16
        p = SQUASHED[max(-2047, min(2047, t)) + 2047]
        bit = self.bit(p)
        for k, g in enumerate(guesses):
            weights[k] += ts[k] * ((bit << 16) - p) + 16384 >> 15
            g[0] = moved(g[0], bit, 2 + bisect.bisect_right(RATE_ENDS, g[1]))
            g[1] += 1
        return bit


def by_context(data, count, nkept):
    """Section 7.4."""
    need(len(data) >= 12, "mask is too short")
    row, inner = struct.unpack_from("<II", data)
    need(2 <= row <= min(count, 65536) and inner <= 65536, "mask is malformed")
    coder, x = Mixed(data[8:]), []
    d = min(max((nkept << 16) // count, 32), 65504)
    guess = [[[d, 0] for _ in range(100)] for _ in range(3)]
    weight, column, recent = [22938] * 3, [d] * row, d

    def before(back):
        return x[-back] if 0 < back <= len(x) else 0

    for i in range(count):
        of = (sum(before(k + 1) << k for k in range(6)),
              before(row - 1) << 3 | before(row) << 4 |
              before(row + 1) << 5 | before(2 * row) << 2 |
              before(1) << 1 | before(inner),
              10 * bisect.bisect_left(CLASS_ENDS, recent) +
              bisect.bisect_left(CLASS_ENDS, column[i % row]))
        bit = coder.mixed([g[k] for g, k in zip(guess, of)], weight)
        column[i % row] = moved(column[i % row], bit, 4)
        recent = moved(recent, bit, 6)
        x.append(bit)
    coder.end()
    return np.array(x, bool)


LEVELS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 80, 96, 112)


def symbols_by_context(data, n):
    """Section 8, coding 5."""
    need(len(data) >= 20, "symbols are too short")
    row, lag, period, number, zero = struct.unpack_from("<IIIB3s", data)
    need(n >= 1024 and 1 <= row <= min(n, 65536) and 1 <= lag <= 131072 and
         1 <= period <= 65536 and number <= 2 and zero == b"\0\0\0",
         "contexts are malformed")

    def level(m):
        return bisect.bisect_right(LEVELS, m) if number else m >> 4

    size = [256 - s if number == 1 and s > 128 else s % 128 if number == 2
            else s for s in range(256)]
    t = [level(size[s]) + 16 * (number > 0 and s >= 128) for s in range(256)]
    coder, x = Mixed(data[16:]), []
    guess, weight, column, recent = {}, {}, [0] * row, 0

    def before(back):
        return t[x[-back] if back <= len(x) else 0]

    for i in range(n):
        of = (32 * before(1) + before(2), 32 * before(row) + before(2 * row),
              16 * level(column[i % row] >> 8) + level(recent >> 8),
              32 * before(lag) + i % period % 32)
        node = 1
        while node < 256:
            node = 2 * node + coder.mixed(
                [guess.setdefault((k, c, node), [32768, 0])
                 for k, c in enumerate(of)],
                weight.setdefault(node, [17203] * 4))
        x.append(node - 256)
        z = size[x[-1]] << 8
        column[i % row] += z - column[i % row] >> 2
        recent += z - recent >> 4
    coder.end()
    return np.array(x, "u1")


def in_groups(data, count):
    """Section 7.5."""
    need(len(data) >= 8, "groups are too short")
    n, m, g, b, e = struct.unpack_from("<4BI", data)
    need(2 <= m <= 16 and 0 < n < m and 0 < g and 0 < b <= 64,
         "groups are malformed")
    patterns = [x for x in range(1 << m) if bin(x).count("1") == n]
    c, ngroup = len(patterns), -(-count // m)
    need(c**g <= 1 << b, "groups do not fit their fields")
    nfield, at = -(-ngroup // g), 8 + 6 * e
    need(len(data) == at + (nfield * b + 7) // 8, "groups have a wrong size")
    numbers = []
    for field in bit_string(data[at:], nfield * b).reshape(nfield, b):
        x = sum(1 << int(i) for i in np.flatnonzero(field))
        for _ in range(min(g, ngroup - len(numbers))):
            numbers.append(x % c)
            x //= c
        need(x == 0, "field is too large")
    groups, last = [patterns[k] for k in numbers], -1
    for i in range(e):
        k, bits = struct.unpack_from("<IH", data, 8 + 6 * i)
        need(last < k < ngroup and numbers[k] == 0 and
             bin(bits).count("1") != n, "group is malformed")
        groups[k], last = bits, k
    need(max(groups, default=0) >> m == 0, "group is too large")
    out = (np.array(groups, "i8")[:, None] >> np.arange(m) & 1).reshape(-1)
    need(not out[count:].any(), "unused bits are set")
    return out[:count].astype(bool)


def mask_of(coding, data, count, nkept):
    """Sections 7.1 and 7.2."""
    if coding == 0:
        need(len(data) == 0, "stream that is not there has a length")
        return np.full(count, nkept == count)
    if coding == 1:
        return bit_string(symbols(data, (count + 7) // 8), count)
    if coding == 3:
        return by_context(data, count, nkept)
    if coding == 4:
        return in_groups(data, count)
    need(coding == 2 and len(data) >= 4, "unknown mask coding")
    n = struct.unpack_from("<I", data)[0]
    need(n <= nkept + count // 255, "more gaps than there can be")
    gaps = symbols(data[4:], n).astype("i8")
    need(len(gaps) == 0 or gaps[-1] < 255, "gaps end in the middle")
    ends = gaps < 255
    # a gap below 255 is followed by the element it leads to
    at = np.cumsum(gaps + ends)[ends] - 1
    need(len(at) == 0 or at[-1] < count, "gaps lead beyond the chunk")
    mask = np.zeros(count, bool)
    mask[at] = True
    return mask


def window(head, stream, fields, exceptions, width):
    """Section 7.3, coding 1."""
    shift, drop, nkept, nexcept, base = (int(x) for x in head[3:8])
    bits = 8 * width - 1
    top = bits - shift - drop
    need(shift <= min(bits - 7, 55) and top > 0 and base >> top == 0,
         "window is malformed")
    q = symbols(stream, nkept).astype("u8")
    field = bit_string(fields, nkept * (shift + 1)).reshape(nkept, shift + 1)
    low = np.zeros(nkept, "u8")
    for i in range(shift):
        low |= field[:, i].astype("u8") << np.uint64(drop + i)
    low |= field[:, shift].astype("u8") << np.uint64(bits)
    special = q == 255
    need(special.sum() == nexcept and len(exceptions) == nexcept * width,
         "exceptions are miscounted")
    q += np.uint64(base)
    need(not (q[~special] >> np.uint64(top)).any(), "value leaves its window")
    out = (q << np.uint64(shift + drop) | low).astype("<u%d" % width)
    out[special] = np.frombuffer(exceptions, "<u%d" % width)
    of_field = ((1 << shift) - 1) << drop | 1 << bits
    need(not ((out ^ low.astype(out.dtype))[special] &
              np.array(of_field, out.dtype)).any(), "field of an exception")
    return out


def planes(stream, nkept, width):
    """Section 7.3, coding 3."""
    out, at = np.zeros((nkept, width), "u1"), 0
    for i in range(width):
        need(at + 4 <= len(stream), "planes are too short")
        n = struct.unpack_from("<I", stream, at)[0]
        need(at + 4 + n <= len(stream), "planes are too short")
        out[:, i] = symbols(stream[at + 4:at + 4 + n], nkept)
        at += 4 + n
    need(at == len(stream), "planes are too long")
    return out.reshape(-1).view("<u%d" % width)


def palette(stream, nkept, width):
    """Section 7.3, coding 4."""
    need(len(stream) > 0, "palette is too short")
    k = stream[0] + 1
    need(len(stream) >= 1 + k * width, "palette is too short")
    table = np.frombuffer(stream[1:1 + k * width], "<u%d" % width)
    top = 1 << 8 * width - 1
    order = [u % top * 2 + u // top for u in table.tolist()]
    need(all(a < b for a, b in zip(order, order[1:])),
         "palette is out of order")
    q = symbols(stream[1 + k * width:], nkept)
    need((q < k).all(), "symbol that the palette has not")
    return table[q]


def values(data, count, width):
    """Section 7."""
    need(len(data) >= 36, "chunk is too short")
    head = struct.unpack_from("<5B3xIIQIII", data)
    mask_coding, zsign_coding, coding = head[:3]
    need(data[5:8] == b"\0\0\0", "reserved bytes are set")
    need(zsign_coding < (2 if mask_coding else 1), "bad zero-sign coding")
    need(coding == 1 or not any(head[3:5] + head[6:8]),
         "unused fields are set")
    need(coding != 2 or head[10] == 0, "unused fields are set")
    nkept, mask_len, zsign_len, symbol_len = head[5], *head[8:]
    need(nkept <= count, "more are kept than there are")
    at = 36
    mask_data, at = data[at:at + mask_len], at + mask_len
    zsign_data, at = data[at:at + zsign_len], at + zsign_len
    mask = mask_of(mask_coding, mask_data, count, nkept)
    need(mask.sum() == nkept, "mask keeps another number")
    need(len(data) - at >= symbol_len, "streams are too short")
    stream, at = data[at:at + symbol_len], at + symbol_len
    if coding == 1:
        nfields = (nkept * (head[3] + 1) + 7) // 8
        kept = window(head, stream, data[at:at + nfields],
                      data[at + nfields:], width)
    elif coding == 2:
        kept = np.frombuffer(data[at:], "<u%d" % width)
    else:
        need(coding in (3, 4) and at == len(data), "unknown value coding")
        kept = (planes if coding == 3 else palette)(stream, nkept, width)
    need(len(kept) == nkept, "values do not fill the chunk")
    out = np.zeros(count, "<u%d" % width)
    out[mask] = kept
    signs = mask_of(zsign_coding, zsign_data, count - nkept, -1)
    if zsign_coding:
        out[~mask] = signs.astype(out.dtype) << (8 * width - 1)
    return out.tobytes()


def ordered(x, bits):
    """o() of section 12, and its inverse."""
    top = x >> np.uint64(bits - 1)
    return x ^ (top * np.uint64((1 << bits - 1) - 1))


def gap_list(data, at, counts, shifts, most):
    """Section 12.1: which elements of each class are changed, and the offset
    after the low bits."""
    n, size = struct.unpack_from("<II", data, at)
    at += 8
    need(n <= most and at + size <= len(data), "gaps are malformed")
    sym = iter(symbols(data[at:at + size], n).tolist())
    at += size
    low, done, out = int.from_bytes(data[at:], "little"), 0, []
    for count, shift in zip(counts, shifts):
        ones, place = [], 0
        while True:
            high = 0
            while True:
                x = next(sym, None)
                need(x is not None, "gaps end too early")
                high += x
                if x < 255:
                    break
            place += high << shift | low >> done & (1 << shift) - 1
            done += shift
            if place >= count:
                break
            ones.append(place)
            place += 1
        need(place == count, "gaps do not lead to the end of a class")
        out.append(ones)
    end = at + (done + 7) // 8
    need(next(sym, None) is None and end <= len(data), "gaps are malformed")
    need(done % 8 == 0 or data[end - 1] >> done % 8 == 0, "unused bits are set")
    return out, end


def by_keys(data, count, nchanged, keys, width):
    """Section 12.1: which elements have values, those, and whether they stand
    for changes alone."""
    n, at = data[3], 8
    need(n > 0 and len(data) >= at + 2 * n + 7, "classes are too short")
    first = [0] + list(data[at:at + n - 1])
    kinds = data[at + n - 1:at + 2 * n - 1]
    need(all(a < b for a, b in zip(first, first[1:])), "classes are malformed")
    for k, kind in enumerate(kinds):
        need(kind == 64 or not kind & 96, "kind is malformed")
        need(kind < 128 or k and kinds[k - 1] != 64, "no body to be in")
    of = np.searchsorted(np.array(first), keys, "right") - 1
    mine = [np.flatnonzero(of == k) for k in range(n)]
    part = [k for k in range(n) if kinds[k] != 64]
    ones, at = gap_list(data, at + 2 * n - 1, [len(mine[k]) for k in part],
                        [kinds[k] & 31 for k in part],
                        nchanged + n + count // 255)
    for k, places in zip(part, ones):
        mine[k] = mine[k][places]
    out, less = np.zeros(count, "<u%d" % width), np.zeros(count, bool)
    mask = np.zeros(count, bool)
    for k in range(n):
        if kinds[k] >= 128:
            continue
        need(at + 4 <= len(data), "bodies are too short")
        size, at = struct.unpack_from("<I", data, at)[0], at + 4
        need(at + size <= len(data), "bodies are too short")
        end = k + 1
        while end < n and kinds[end] >= 128:
            end += 1
        where = np.concatenate(mine[k:end])
        need(len(where) or size == 0, "body of nothing")
        if len(where):
            out[where] = np.frombuffer(
                values(data[at:at + size], len(where), width), out.dtype)
        mask[where], less[where], at = True, kinds[k] != 64, at + size
    need(at == len(data), "classes do not add up")
    return mask, out, less


class Counted(RangeDecoder):
    """Section 12.2: bits by how often each was seen."""

    def __init__(self, data):
        super().__init__(data, "changes are")
        self.counts = {}

    def by(self, *context):
        n = self.counts.setdefault(context, [0, 0])
        p = (2 * n[1] + 1) * 32768 // (sum(n) + 1)
        bit = self.bit(min(max(p, 1), 65535))
        n[bit] += 1
        if sum(n) == 65535:
            n[:] = n[0] // 2, n[1] // 2
        return bit


def adaptive(data, near, keys, nchanged, width):
    """Section 12.2: which elements changed, and what stands for the changes."""
    coder, w, before = Counted(data), 8 * width, [0] * 8
    mask, out = np.zeros(len(keys), bool), np.zeros(len(keys), "u8")
    for i, key in enumerate(keys.tolist()):
        mask[i] = coder.by("changed", key, min(sum(before), 3) if near else 0)
        before = before[1:] + [int(mask[i])]
        if not mask[i]:
            continue
        negative, size, m = coder.by("negative", key), 0, 1
        while size < w - 1 and coder.by("more", key, size):
            size += 1
        for k in range(size):
            m = m << 1 | (coder.by("below", key, size, m) if k < 3
                          else coder.bit(32768))
        need(m <= 1 << w - 1, "change is too large")
        out[i] = m - 1 | negative << w - 1
    coder.end()
    need(mask.sum() == nchanged, "changes do not add up")
    return mask, out


def delta(data, base, count, width):
    """Section 12: base has the elements that correspond."""
    need(len(data) >= 8, "chunk is too short")
    coding, flags, key_shift, nclass, nchanged = struct.unpack_from(
        "<BBBBI", data)
    bits = 8 * width
    top = np.uint64(1 << bits - 1)
    near, flags = flags >> 1, flags & 1
    need(near <= coding < 2 and key_shift < bits and nclass <= 16 and
         nchanged <= count, "difference is malformed")
    v = np.frombuffer(base, "<u%d" % width).astype("u8")
    if nchanged == 0:
        need(len(data) == 8 and coding == 0 and nclass == 0,
             "difference of nothing")
        return bytes(base)
    keys = (v & ~top if flags else v) >> np.uint64(key_shift) & np.uint64(255)
    if coding == 0:
        mask, e, less = by_keys(data, count, nchanged, keys, width)
    else:
        need(nclass == 0, "difference is malformed")
        mask, e = adaptive(data[8:], near, keys, nchanged, width)
        less = np.ones(count, bool)
    e, less = e.astype("u8"), less.astype("u8")
    with np.errstate(over="ignore"):
        m = (e & ~top) + less
        d = np.where(e & top, np.where(m == 0, top, np.uint64(0) - m), m)
        if flags:
            d = np.where(v & top, np.uint64(0) - d, d)
        u = (ordered(v, bits) if flags else v) + d
        u &= np.uint64((1 << bits) - 1)
    u = ordered(u, bits) if flags else u
    u = np.where(mask, u, v)
    need((u != v).sum() == nchanged, "another number is changed")
    return u.astype("<u%d" % width).tobytes()


def swap(data, width):
    return np.frombuffer(data, "<u%d" % width).byteswap().tobytes()


def chunk(payload, most, base=None):
    """Section 6: the bytes of one chunk, which are at most so many, where base
    begins with what corresponds to them."""
    need(len(payload) >= 10, "chunk is too short")
    raw, crc, mode, layout = struct.unpack_from("<IIBB", payload)
    width, swapped, lead = 1 << (layout & 3), layout & 4, layout >> 3 & 7
    twos = layout & 64
    need(lead < width and not (swapped and width == 1) and layout < 128 and
         not (twos and mode != 3), "bad layout")
    need(layout == 0 or mode in (2, 3, 5, 6), "layout where there is none")
    need(0 < raw <= most and len(payload) <= raw + 10, "bad chunk size")
    need(lead <= raw, "bad chunk size")
    count, tail = divmod(raw - lead, width)
    need(len(payload) >= 10 + lead + tail, "chunk is too short")
    body = payload[10:len(payload) - lead - tail]
    beside = payload[len(payload) - lead - tail:]
    if mode == 0:
        out = body
    elif mode == 1:
        need(not body, "zeros need no bytes")
        out = bytes(count * width)
    elif mode == 2:
        need(len(body) == width, "a constant is one element")
        out = body * count
    elif mode == 3:
        out = values(body, count, width)
    elif mode == 4:
        out = inflate(body, count * width).tobytes()
    elif mode == 5:
        out = inflate(body, count * width).reshape(width, count).T.tobytes()
    elif mode == 6:
        need(base is not None, "a base is needed")
        need(len(base) >= raw, "difference from beyond the base")
        of_base = base[lead:raw - tail]
        out = delta(body, swap(of_base, width) if swapped else of_base, count,
                    width)
    else:
        raise ValueError("unknown mode %d" % mode)
    if twos:
        need(len(out) == count * width, "chunk is damaged")
        u, top = np.frombuffer(out, "<u%d" % width), 1 << (8 * width - 1)
        u = np.where(u & u.dtype.type(top), -u | u.dtype.type(top), u)
        out = u.astype("<u%d" % width).tobytes()
    if swapped:
        need(len(out) == count * width, "chunk is damaged")
        out = swap(out, width)
    out = beside[:lead] + bytes(out) + beside[lead:]
    need(len(out) == raw and zlib.crc32(out) == crc, "chunk is damaged")
    return out


def segment(payload):
    """Section 5: how many bytes its chunks may have, and of which base they
    are differences, from which offset on."""
    need(len(payload) >= 8, "segment is too short")
    dtype, flags, ndim, width, name_len, zero = struct.unpack_from(
        "<BBBBHH", payload)
    more = 12 if flags & 4 else 0
    need(ndim <= 64 and flags < 8 and zero == 0, "segment is malformed")
    need(len(payload) == 8 + 8 * ndim + more + name_len,
         "segment has a wrong size")
    if dtype == 0:
        need(not any(payload), "opaque segment has a shape")
        return 1 << 64, None, 0
    need(width > 0, "elements have no width")
    offset, base = struct.unpack_from("<QI", payload, 8 + 8 * ndim) if more \
        else (0, None)
    return math.prod(struct.unpack_from("<%dQ" % ndim, payload, 8)) * width, \
        base, offset


def base_of(payload, bases):
    """Section 11: that of bases which is meant, or None."""
    need(len(payload) >= 16, "base is too short")
    size, crc, name_len, zero = struct.unpack_from("<QIHH", payload)
    need(name_len <= 255 and zero == 0 and len(payload) == 16 + name_len,
         "base is malformed")
    for b in bases:
        if len(b) == size and zlib.crc32(b) == crc:
            return memoryview(b)
    return None


def header(data):
    """Section 3: the largest chunk, and the size of the original."""
    need(len(data) == 28, "file was cut short")
    need(data[8] == 1, "version %d is not known" % data[8])
    flags, log2, zero, raw_size, crc = struct.unpack_from("<HB3sQI", data, 10)
    need(zlib.crc32(data[:24]) == crc, "header is damaged")
    need(flags == 0 and zero == b"\0\0\0", "reserved bits are set")
    need(10 <= log2 <= 24, "bad chunk size")
    return 1 << log2, raw_size


def frame(data, at):
    """Section 4: type and payload."""
    need(at + 12 <= len(data), "file was cut short")
    kind, zero, n = struct.unpack_from("<B3sI", data, at)
    need(zero == b"\0\0\0", "reserved bytes are set")
    need(at + n + 12 <= len(data), "file was cut short")
    need(struct.unpack_from("<I", data, at + 8 + n)[0] ==
         zlib.crc32(data[at:at + 8 + n]), "frame is damaged")
    return kind, data[at + 8:at + 8 + n]


def member(data, start, out, bases):
    """Sections 3 to 11; returns the offset after the member."""
    most, raw_size = header(data[start:start + 28])
    at, kind, mine, index, index_at = start + 28, 0, [], b"", 0
    done, left, listed, base = 0, 1 << 64, [], None
    while kind != END:
        kind, payload = frame(data, at)
        if kind in (SEGMENT, CHUNK, BASE):
            need(not index_at, "a frame follows the index")
            index += struct.pack("<QQ", at - start | kind << 56, done)
        if kind == SEGMENT:
            left, base, offset = segment(payload)
            need(base is None or base < len(listed), "unknown base")
            if base is not None and listed[base] is not None:
                base = listed[base][offset:]
            else:
                base = None
        elif kind == BASE:
            listed.append(base_of(payload, bases))
            need(len(listed) <= 1024, "too many bases")
        elif kind == CHUNK:
            mine.append(chunk(payload, min(most, left, raw_size - done), base))
            n = len(mine[-1])
            done, left = done + n, left - n
            base = base[n:] if base is not None else None
        elif kind == INDEX:
            need(payload == index and not index_at, "index does not agree")
            index_at = at - start
        else:
            need(kind == END or kind & 0x80, "unknown frame")
        at += len(payload) + 12
    whole = b"".join(mine)
    need(raw_size in (len(whole), 2**64 - 1), "original has a wrong size")
    need(payload == struct.pack("<QQQI", len(whole), at - start, index_at,
                                zlib.crc32(whole)) + b"SPZ.",
         "end does not agree")
    out.append(whole)
    return at


def is_garbage(rest):
    """Section 2: true if what follows a member is not a damaged one."""
    if len(rest) < 8:
        return not MAGIC.startswith(rest)
    return sum(bin(a ^ b).count("1") for a, b in zip(rest, MAGIC)) > 8


def decode(data, bases=()):
    """The original of the .spzip file that the bytes are, which may be a
    difference from some of bases."""
    need(data[:8] == MAGIC, "not in spzip format")
    at, out = 0, []
    while data[at:at + 8] == MAGIC:
        at = member(data, at, out, bases)
        while data[at:at + 1] == b"\0":
            at += 1
    need(at == len(data) or is_garbage(data[at:at + 8]), "member is damaged")
    return b"".join(out)


if __name__ == "__main__":
    files = [open(name, "rb").read() for name in sys.argv[1:]]
    sys.stdout.buffer.write(decode(files[0], files[1:]))
