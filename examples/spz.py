#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes .spz files with numpy and zlib only: spz(5) read a second time.

Usage: spz.py FILE >ORIGINAL, or spz.decode(data).  Every section of the page
is checked as it says; what is wrong raises ValueError.
"""
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
    out = z.decompress(bytes(data))
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
    head = struct.unpack_from("<5B3xIIQIII", data)
    mask_coding, zsign_coding, coding = head[:3]
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
    if zsign_coding:
        signs = mask_of(zsign_coding, zsign_data, count - nkept, -1)
        out[~mask] = signs.astype(out.dtype) << (8 * width - 1)
    return out.tobytes()


def chunk(payload):
    """Section 6: the bytes of one chunk."""
    raw, crc, mode, width = struct.unpack_from("<IIBB", payload)
    need(width in (1, 2, 4, 8), "bad width")
    count, tail = divmod(raw, width)
    body = payload[10:len(payload) - tail]
    if mode == 0:
        out = body
    elif mode == 1:
        out = bytes(count * width)
    elif mode == 2:
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


def member(data, start, out):
    """Sections 3, 4 and 9; returns the offset after the member."""
    head = data[start:start + 28]
    need(len(head) == 28 and
         zlib.crc32(head[:24]) == struct.unpack_from("<I", head, 24)[0],
         "header is damaged")
    need(head[8] == 0, "version %d is not known" % head[8])
    at, mine, index, index_at = start + 28, [], b"", 0
    done = 0
    while True:
        kind, n = struct.unpack_from("<BxxxI", data, at)
        payload = data[at + 8:at + 8 + n]
        need(struct.unpack_from("<I", data, at + 8 + n)[0] ==
             zlib.crc32(data[at:at + 8 + n]), "frame is damaged")
        if kind in (SEGMENT, CHUNK):
            index += struct.pack("<QQ", at - start | kind << 56, done)
        if kind == CHUNK:
            mine.append(chunk(payload))
            done += len(mine[-1])
        elif kind == INDEX:
            need(payload == index, "index does not agree")
            index_at = at - start
        elif kind == END:
            break
        else:
            need(kind == SEGMENT or kind & 0x80, "unknown frame")
        at += n + 12
    at += n + 12
    whole = b"".join(mine)
    need(payload == struct.pack("<QQQI", len(whole), at - start, index_at,
                                zlib.crc32(whole)) + b"SPZ.",
         "end does not agree")
    out.append(whole)
    return at


def decode(data):
    """The original of the .spz file that the bytes are."""
    need(data[:8] == MAGIC, "not in spz format")
    at, out = 0, []
    while data[at:at + 8] == MAGIC:
        at = member(data, at, out)
        while data[at:at + 1] == b"\0":
            at += 1
    return b"".join(out)


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        sys.stdout.buffer.write(decode(file.read()))
