#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes good-*, bad-* and unsupported-* files from FILE.spzip: corpus.py FILE DIR

FILE is one member with SEGMENT, CHUNK and INDEX frames.  What a name begins
with is what a decoder of spzip(5) has to say: good files decode, bad ones are
damaged, and unsupported ones need another program, which the message says.
"""
import os
import struct
import sys
import zlib

HEADER, HEAD, SEGMENT, CHUNK, INDEX, END = 28, 8, 1, 2, 3, 4

data = open(sys.argv[1], "rb").read()
to = sys.argv[2]


def put(name, *parts):
    with open(os.path.join(to, name + ".spzip"), "wb") as f:
        f.write(b"".join(parts))


def crc(b):
    return b + struct.pack("<I", zlib.crc32(b))


def header(at=0, byte=0, base=None):
    """That of FILE with a byte changed and its CRC right again."""
    b = bytearray((base or data)[:HEADER - 4])
    b[at] = byte
    return crc(bytes(b))


def frame(kind, payload, n=None, more=b"\0\0\0"):
    return crc(bytes([kind]) + more +
               struct.pack("<I", len(payload) if n is None else n) + payload)


def frames(b):
    """(type, payload) of each frame of a member."""
    at, out = HEADER, []
    while at < len(b):
        n, = struct.unpack_from("<I", b, at + 4)
        out.append((b[at], b[at + HEAD:at + HEAD + n]))
        at += n + 12
    return out


def member(parts, indexed=True, head=None, **end):
    """A member of these frames, with INDEX and END as they have to be."""
    out, entries, raw, sums = head or data[:HEADER], b"", 0, 0
    for kind, payload in parts:
        if kind in (INDEX, END):
            continue
        if kind < 128:
            entries += struct.pack("<QQ", len(out) | kind << 56, raw)
        out += frame(kind, payload)
        if kind == CHUNK:
            raw += struct.unpack_from("<I", payload)[0]
    at = len(out) if indexed else 0
    if indexed:
        out += frame(INDEX, entries)
    old = next(p for k, p in frames(data) if k == END)
    want = {"raw": raw, "packed": len(out) + 44, "index": at,
            "crc": struct.unpack_from("<I", old, 24)[0], "magic": b"SPZ."}
    want.update(end)
    return out + frame(END, struct.pack("<QQQI4s", *(
        want[k] for k in ("raw", "packed", "index", "crc", "magic"))))


all_ = frames(data)
first = next(i for i, (k, _) in enumerate(all_) if k == CHUNK)
chunk = all_[first][1]
segment = next(p for k, p in all_ if k == SEGMENT and p[0])
unknown = data[:16] + b"\xff" * 8
raw_size, = struct.unpack_from("<Q", data, 16)


def changed(at, byte, i=first):
    """The frames, with a byte of the payload of one changed."""
    parts = list(all_)
    b = bytearray(parts[i][1])
    b[at] = byte
    parts[i] = (parts[i][0], bytes(b))
    return parts


put("good-as-it-is", data)
put("good-made-anew", member(all_))
put("good-without-index", member(all_, indexed=False))
put("good-unknown-size", member(all_, head=crc(unknown)))
put("good-ancillary", member(all_[:1] + [(0x81, b"a remark")] + all_[1:]))
put("good-ancillary-empty", member([(0xff, b"")] + all_))
put("good-later-minor", header(9, 7), data[HEADER:])
put("good-twice", data, data)
put("good-zeros-between", data, bytes(70001), data)
put("good-zeros-after", data, bytes(3))
put("good-empty-between", data, member([], False, crc(data[:16] + bytes(8)),
                                       crc=0), data)
put("good-large-chunks-allowed", member(all_, head=header(12, 24)))
put("good-odd-width", member(changed(3, 200, next(
    i for i, (k, p) in enumerate(all_) if k == SEGMENT and p[0]))))
put("good-unknown-dtype", member(changed(0, 99, next(
    i for i, (k, p) in enumerate(all_) if k == SEGMENT and p[0]))))

put("bad-empty")
put("bad-zeros", bytes(100))
put("bad-text", b"not compressed at all, but long enough for a header\n")
put("bad-magic", data[:3] + b"\r" + data[4:])
put("bad-line-ends", data.replace(b"\r\n", b"\n"))
put("bad-header-crc", data[:20] + b"\1" + data[21:])
put("bad-header-only", data[:HEADER])
put("bad-half-a-header", data[:15])
put("bad-chunk-size-9", member(all_, head=header(12, 9)))
put("bad-chunk-size-25", member(all_, head=header(12, 25)))
put("bad-chunk-over-size", member(all_, head=header(12, 10)))
put("bad-less-promised", member(all_, head=crc(
    data[:16] + struct.pack("<Q", raw_size - 1))))
put("bad-more-promised", member(all_, head=crc(
    data[:16] + struct.pack("<Q", raw_size + 1))))
put("bad-no-end", data[:-44])
put("bad-cut-end", data[:-1])
put("bad-cut-chunk", data[:HEADER + 400])
put("bad-frame-crc", data[:len(data) // 2] + b"\x55\xaa" +
    data[len(data) // 2 + 2:])
put("bad-frame-length", data[:HEADER] + frame(CHUNK, chunk, 2**32 - 1))
put("bad-frame-reserved", data[:HEADER] + frame(CHUNK, chunk, None, b"\0\1\0"))
put("bad-frame-missing", member(all_[:first] + all_[first + 1:]))
put("bad-frame-repeated", member(all_[:first + 1] + all_[first:]))
put("bad-frames-exchanged", member(
    [p for p in all_ if p[0] == CHUNK][::-1], head=crc(unknown)))
put("bad-segment-short", member([(SEGMENT, segment[:7])] + all_))
put("bad-segment-reserved", member([(SEGMENT, segment[:6] + b"\1\0" +
                                    segment[8:])] + all_))
put("bad-segment-name", member([(SEGMENT, segment[:4] + b"\xff\xff" +
                                segment[6:])] + all_))
put("bad-segment-dimensions", member([(SEGMENT, segment[:2] + b"\xff" +
                                      segment[3:])] + all_))
put("bad-segment-opaque-shape", member([(SEGMENT, b"\0\0\1\0\0\0\0\0" +
                                        bytes(8))] + all_))
put("bad-segment-too-small", member([(SEGMENT, struct.pack(
    "<BBBBHHQ", 14, 0, 1, 4, 0, 0, 1))] + all_[first:first + 1]))
put("bad-chunk-short", member([(CHUNK, chunk[:9])]))
put("bad-chunk-of-nothing", member([(CHUNK, bytes(4) + chunk[4:])]))
put("bad-chunk-crc", member(changed(4, chunk[4] ^ 1)))
put("bad-chunk-longer", member(
    all_[:first] + [(CHUNK, chunk + b"\0")] + all_[first + 1:]))
put("bad-chunk-shorter", member(
    all_[:first] + [(CHUNK, chunk[:-1])] + all_[first + 1:]))
put("bad-bomb", member([(CHUNK, struct.pack("<IIBB", 1 << 20, 0, 0, 0))]))
put("bad-bomb-deflate", member([(CHUNK, struct.pack(
    "<IIBB", 1 << 20, 0, 4, 0) + b"\x03\0")]))
put("bad-index-of-another", member(all_[:-2]) [:-44] + frame(INDEX, bytes(16))
    + data[-44:])
put("bad-index-twice", member(all_)[:-44] + frame(INDEX, b"") + data[-44:])
put("bad-after-index", member(all_)[:-44] + frame(CHUNK, chunk) + data[-44:])
put("bad-end-raw", member(all_, raw=raw_size - 1))
put("bad-end-packed", member(all_, packed=len(data) + 1))
put("bad-end-index", member(all_, index=HEADER))
put("bad-end-crc", member(all_, crc=1))
put("bad-end-magic", member(all_, magic=b"SPZ,"))
put("bad-second-member", data, data[:3] + b"\0" + data[4:])
put("bad-second-cut", data, data[:100])
put("bad-second-magic-cut", data, data[:5])

put("unsupported-major", header(8, data[8] + 9), data[HEADER:])
put("unsupported-draft", crc(data[:8] + b"\0\2" + data[10:24]), data[HEADER:])
put("unsupported-flags", header(10, 1), data[HEADER:])
put("unsupported-reserved", header(13, 1), data[HEADER:])
put("unsupported-frame", data[:HEADER], frame(0x20, b"x"), data[HEADER:])
put("unsupported-mode", member(changed(8, 0x60)))
