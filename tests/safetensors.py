# SPDX-License-Identifier: MIT
# Reads and writes safetensors with nothing but numpy and json: an independent
# opinion for the tests.  BF16 has no numpy dtype and is read as u2.
import json
import struct

import numpy

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "U8": "u1",
          "I8": "i1", "I16": "<i2", "I64": "<i8", "BOOL": "?", "U64": "<u8",
          "C64": "<c8", "U16": "<u2", "U32": "<u4"}
NAMES = {v: k for k, v in DTYPES.items() if k != "BF16"}


def load(path):
    data = open(path, "rb").read()
    (n,) = struct.unpack("<Q", data[:8])
    header, body = json.loads(data[8:8 + n]), data[8 + n:]
    meta = header.pop("__metadata__", {})
    return {name: numpy.frombuffer(body[slice(*t["data_offsets"])],
                                   DTYPES[t["dtype"]]).reshape(t["shape"])
            for name, t in header.items()}, meta


def save(path, tensors, **forced):
    header, body = dict(forced), b""
    for name, a in tensors.items():
        code = "?" if a.dtype == bool else a.dtype.str.replace("|", "")
        header[name] = {"dtype": NAMES[code], "shape": a.shape,
                        "data_offsets": [len(body), len(body) + a.nbytes]}
        body += a.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    open(path, "wb").write(struct.pack("<Q", len(text)) + text + body)


def unpack(mask, shape):
    n = int(numpy.prod(shape))
    return numpy.unpackbits(mask, bitorder="little")[:n].reshape(shape) != 0
