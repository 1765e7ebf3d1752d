#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes .spz files with numpy and zlib only: spz(5) read a second time.

Usage: spz.py FILE >ORIGINAL, or spz.decode(data).  Every section of the page
is checked as it says; what is wrong raises ValueError.
"""
import math
import struct
import sys
import zlib

import numpy as np

MAGIC = b"\xd3SPZ\r\n\x1a\n"
SEGMENT, CHUNK, INDEX, END = 1, 2, 3, 4


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


def mask_of(coding, data, count, nkept):
    """Sections 7.1 and 7.2."""
    if coding == 0:
        need(len(data) == 0, "stream that is not there has a length")
        return np.full(count, nkept == count)
    if coding == 1:
        return bit_string(data, count)
    if coding == 2:
        return bit_string(inflate(data, (count + 7) // 8), count)
    need(coding == 3, "unknown mask coding")
    gaps = inflate(data).astype("i8")
    need(len(gaps) == 0 or gaps[-1] < 255, "gaps end in the middle")
    ends = gaps < 255
    # a gap below 255 is followed by the element it leads to
    at = np.cumsum(gaps + ends)[ends] - 1
    need(len(at) == 0 or at[-1] < count, "gaps lead beyond the chunk")
    mask = np.zeros(count, bool)
    mask[at] = True
    return mask


def window(head, symbols, fields, exceptions, width):
    """Section 7.3, coding 1."""
    _, _, _, shift, drop, nkept, nexcept, base = head[:8]
    bits = 8 * width - 1
    need(shift <= min(bits - 7, 55) and drop < bits and base >> bits == 0,
         "window is malformed")
    q = inflate(symbols, nkept).astype("u8")
    field = bit_string(fields, nkept * (shift + 1)).reshape(nkept, shift + 1)
    low = np.zeros(nkept, "u8")
    for i in range(shift):
        low |= field[:, i].astype("u8") << np.uint64(i)
    sign = field[:, shift].astype("u8")
    v = np.uint64(base) + (q << np.uint64(shift)) + low
    out = v << np.uint64(drop) | sign << np.uint64(bits)
    special = q == 255
    need(special.sum() == nexcept, "exceptions are miscounted")
    need(not field[special].any(), "field of an exception")
    need(not (v[~special] >> np.uint64(bits - drop)).any(),
         "value leaves its window")
    out = out.astype("<u%d" % width)
    out[special] = np.frombuffer(exceptions, "<u%d" % width)
    return out


def values(data, count, width):
    """Section 7."""
    need(len(data) >= 36, "chunk is too short")
    head = struct.unpack_from("<5B3xIIQIII", data)
    mask_coding, zsign_coding, coding = head[:3]
    need(data[5:8] == b"\0\0\0", "reserved bytes are set")
    need(zsign_coding < (3 if mask_coding else 1), "bad zero-sign coding")
    need(coding == 1 or not any(head[3:5] + head[6:8] + head[10:]),
         "unused fields are set")
    nkept, mask_len, zsign_len, symbol_len = head[5], *head[8:]
    need(nkept <= count, "more are kept than there are")
    at = 36
    mask_data, at = data[at:at + mask_len], at + mask_len
    zsign_data, at = data[at:at + zsign_len], at + zsign_len
    mask = mask_of(mask_coding, mask_data, count, nkept)
    need(mask.sum() == nkept, "mask keeps another number")
    if coding == 2:
        kept = np.frombuffer(data[at:], "<u%d" % width)
    else:
        need(coding == 1, "unknown value coding")
        symbols, at = data[at:at + symbol_len], at + symbol_len
        nfields = (nkept * (head[3] + 1) + 7) // 8
        kept = window(head, symbols, data[at:at + nfields],
                      data[at + nfields:], width)
    need(len(kept) == nkept, "values do not fill the chunk")
    out = np.zeros(count, "<u%d" % width)
    out[mask] = kept
    signs = mask_of(zsign_coding, zsign_data, count - nkept, -1)
    if zsign_coding:
        out[~mask] = signs.astype(out.dtype) << (8 * width - 1)
    return out.tobytes()


def chunk(payload, most):
    """Section 6: the bytes of one chunk, which are at most so many."""
    need(len(payload) >= 10, "chunk is too short")
    raw, crc, mode, width = struct.unpack_from("<IIBB", payload)
    need(width in (1, 2, 4, 8) and (mode or width == 1), "bad width")
    need(0 < raw <= most and len(payload) <= raw + 10, "bad chunk size")
    count, tail = divmod(raw, width)
    need(len(payload) >= 10 + tail, "chunk is too short")
    body = payload[10:len(payload) - tail]
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
        planes = inflate(body, count * width).reshape(width, count)
        out = planes.T.tobytes()
    else:
        raise ValueError("unknown mode %d" % mode)
    out = bytes(out) + payload[len(payload) - tail:]
    need(len(out) == raw and zlib.crc32(out) == crc, "chunk is damaged")
    return out


def segment(payload):
    """Section 5: how many bytes its chunks may have."""
    need(len(payload) >= 8, "segment is too short")
    dtype, flags, ndim, width, name_len, zero = struct.unpack_from(
        "<BBBBHH", payload)
    need(ndim <= 64 and flags < 4 and zero == 0, "segment is malformed")
    need(len(payload) == 8 + 8 * ndim + name_len, "segment has a wrong size")
    if dtype == 0:
        need(not any(payload), "opaque segment has a shape")
        return 1 << 64
    need(width > 0, "elements have no width")
    return math.prod(struct.unpack_from("<%dQ" % ndim, payload, 8)) * width


def header(data):
    """Section 3: the largest chunk, and the size of the original."""
    need(len(data) == 28, "file was cut short")
    need(data[8] == 0, "version %d is not known" % data[8])
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


def member(data, start, out):
    """Sections 3 to 9; returns the offset after the member."""
    most, raw_size = header(data[start:start + 28])
    at, kind, mine, index, index_at = start + 28, 0, [], b"", 0
    done, left = 0, 1 << 64
    while kind != END:
        kind, payload = frame(data, at)
        if kind in (SEGMENT, CHUNK):
            need(not index_at, "a frame follows the index")
            index += struct.pack("<QQ", at - start | kind << 56, done)
        if kind == SEGMENT:
            left = segment(payload)
        elif kind == CHUNK:
            mine.append(chunk(payload, min(most, left, raw_size - done)))
            done += len(mine[-1])
            left -= len(mine[-1])
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


def decode(data):
    """The original of the .spz file that the bytes are."""
    need(data[:8] == MAGIC, "not in spz format")
    at, out = 0, []
    while data[at:at + 8] == MAGIC:
        at = member(data, at, out)
        while data[at:at + 1] == b"\0":
            at += 1
    need(at == len(data) or is_garbage(data[at:at + 8]), "member is damaged")
    return b"".join(out)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        sys.stdout.buffer.write(decode(file.read()))
