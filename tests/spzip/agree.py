#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds spzip and examples/spzip.py to agree on what chunks are well-formed.

Usage: agree.py SPZIP GOLDEN N.  N chunks of the files in GOLDEN are changed at
random.  What the example makes of one is put into a file with the right CRCs,
which SPZIP must accept; what it refuses SPZIP must refuse, and for another
reason than the CRC of what was decoded.
"""
import glob
import os
import random
import struct
import subprocess
import sys
import tempfile
import types
import zlib

import spzip

LARGEST = 4096  # contexts take the example some time


class Any:
    def __eq__(self, other):
        return True


def chunks_of(golden):
    """Payloads of chunks, and what corresponds to them of a base."""
    seen, plain = [], spzip.chunk

    def spy(payload, most, base=None):
        out = plain(payload, most, base)
        if len(out) <= LARGEST:
            seen.append((payload, None if base is None
                         else bytes(base[:len(out)])))
        return out

    spzip.chunk = spy
    for name in sorted(glob.glob(os.path.join(golden, "*.spzip"))):
        base = name.replace(".spzip", ".base")
        spzip.decode(open(name, "rb").read(), [open(base, "rb").read()]
                     if os.path.exists(base) else [])
    spzip.chunk = plain
    return seen


def changed(r, payload):
    d = bytearray(payload)
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        at = r.randrange(8, len(d)) if r.random() < 0.5 else \
            r.randrange(8, min(len(d), 80))
        how = r.randrange(8)
        if how < 4:
            d[at] ^= 1 << r.randrange(8)
        elif how < 6:
            d[at] = r.choice((0, 1, 2, 3, 4, 5, 16, 64, 255))
        elif how < 7 and len(d) > 14:
            del d[at:at + r.choice((1, 2, 4))]
        else:
            d[at:at] = bytes(r.choice((1, 2, 4)))
    return bytes(d) if len(d) > 9 else payload


def frame(kind, payload):
    f = struct.pack("<BxxxI", kind, len(payload)) + payload
    return f + struct.pack("<I", zlib.crc32(f))


def file_of(payload, out, base):
    """A file of one chunk; OUT is what it decodes to, or None."""
    raw, index = struct.unpack_from("<I", payload)[0], b""
    f = spzip.MAGIC + struct.pack("<BBHB3xQ", 1, 0, 0, 24, 2**64 - 1)
    f += struct.pack("<I", zlib.crc32(f))
    frames = []
    if base is not None:
        frames = [(5, struct.pack("<QIHH", len(base), zlib.crc32(base), 0, 0)),
                  (1, struct.pack("<BBBBHHQQI", 2, 4, 1, 1, 0, 0, len(base), 0,
                                  0))]
    crc = zlib.crc32(out or b"")
    if out is not None:
        payload = payload[:4] + struct.pack("<I", crc) + payload[8:]
    for kind, content in frames + [(2, payload)]:
        index += struct.pack("<QQ", len(f) | kind << 56, 0)
        f += frame(kind, content)
    at = len(f)
    f += frame(3, index)
    return f + frame(4, struct.pack("<QQQI", raw, len(f) + 44, at, crc) +
                     b"SPZ.")


def main():
    tool, golden, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
    r, chunks, refused = random.Random(6), chunks_of(golden), {}
    spzip.zlib = types.SimpleNamespace(
        crc32=lambda *_: Any(), decompressobj=zlib.decompressobj,
        error=zlib.error)
    with tempfile.TemporaryDirectory() as d:
        os.mkdir(d + "/base")
        for i in range(n):
            k = r.randrange(len(chunks))
            payload, base = changed(r, chunks[k][0]), chunks[k][1]
            out = None
            try:
                out = bytes(spzip.chunk(payload, 1 << 24, base))
            except ValueError as e:
                refused["%s/%d.spzip" % (d, i)] = str(e)
            with open("%s/%d.spzip" % (d, i), "wb") as f:
                f.write(file_of(payload, out, base))
            if base is not None:
                with open("%s/base/%d" % (d, k), "wb") as f:
                    f.write(base)
        files = ["%s/%d.spzip" % (d, i) for i in range(n)]
        told = subprocess.run([tool, "-t", "-T1", "--base", d + "/base"] +
                              files, stderr=subprocess.PIPE).stderr.decode()
    wrong = 0
    for name in files:
        mine = [x for x in told.splitlines() if x.startswith(
            "spzip: " + name + ":")]
        if bool(mine) != (name in refused) or \
                any("decoded bytes have the wrong CRC" in x for x in mine):
            print(os.path.basename(name), refused.get(name), mine)
            wrong += 1
    print("%d accepted, %d refused, %d wrong" % (n - len(refused),
                                                 len(refused), wrong))
    return wrong > 0 or not 0 < len(refused) < n


sys.exit(main())
