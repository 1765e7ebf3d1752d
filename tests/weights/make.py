#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the weight files beside it with the packages that people write them
with, and listing.csv: what these packages read back from them.

    make.py DIR     pip install -r requirements.txt first

Values are small integers and halves, so that every sum is exact.
"""
import csv, json, os, sys
from collections import OrderedDict

import gguf
import ml_dtypes
import numpy as np
import onnx
import safetensors.torch
import torch
from onnx import TensorProto as T, helper, numpy_helper

os.chdir(sys.argv[1])
rows = []

NAMES = {"float64": "F64", "float32": "F32", "float16": "F16",
         "bfloat16": "BF16", "int64": "I64", "int32": "I32", "int16": "I16",
         "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16",
         "uint8": "U8", "bool": "BOOL", "complex64": "C64",
         "complex128": "C128", "float8_e4m3fn": "F8_E4M3",
         "float8_e5m2": "F8_E5M2"}


def say(x):
    x = float(x)
    return repr(x).removesuffix(".0")


def row(file, name, a, dtype=None):
    """A row of listing.csv for the array A."""
    a = np.asarray(a)
    dtype = dtype or NAMES[a.dtype.name]
    cells = [file, name, dtype, "x".join(map(str, a.shape)), a.size]
    if dtype in NAMES.values() and dtype[0] != "C":
        v = a.astype(np.float64)
        cells += [np.count_nonzero(v == 0)]
        cells += [say(v.min()), say(v.max())] if a.size else ["", ""]
        cells += [say(np.abs(v).sum())]
    else:
        cells += [""] * 4
    rows.append(cells)


def some(shape, dtype="<f4", step=0.5):
    n = int(np.prod(shape))
    return ((np.arange(n) - n // 3) * step).reshape(shape).astype(dtype)


# --- numpy and ml_dtypes ------------------------------------------------------

np.save("fortran.npy", np.asfortranarray(some((3, 4), ">f8")))
row("fortran.npy", "data", np.load("fortran.npy"))
arrays = {"a": some((3, 4)), "x/b": some((2, 5), ">f2"),
          "none": np.zeros((0, 3), "<f8"), "c": some(3, "<c8")}
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
for f in "stored.npz", "deflated.npz":
    for name, a in np.load(f).items():
        row(f, name, a)
np.save("bf16.npy", some((2, 3), ml_dtypes.bfloat16))
np.save("e5m2.npy", some((2, 3), ml_dtypes.float8_e5m2))
row("e5m2.npy", "data", some((2, 3), ml_dtypes.float8_e5m2))

# --- safetensors --------------------------------------------------------------

torch_dtypes = ["float64", "float32", "float16", "bfloat16", "int64", "int32",
                "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool",
                "float8_e4m3fn", "float8_e5m2", "complex64"]


def to_numpy(t):
    """Also of what numpy has no name for."""
    if t.dtype == torch.bfloat16 or "float8" in str(t.dtype):
        return t.to(torch.float64).numpy().astype(
            getattr(ml_dtypes, str(t.dtype).split(".")[1]))
    return t.numpy()


safetensors.torch.save_file(
    {d: torch.arange(6).reshape(2, 3).to(getattr(torch, d))
     for d in torch_dtypes}, "all.safetensors")
with safetensors.safe_open("all.safetensors", "pt") as f:
    tensors = {name: f.get_tensor(name) for name in f.keys()}
with open("all.safetensors", "rb") as f:
    head = json.loads(f.read(int.from_bytes(f.read(8), "little")))
for name in sorted(tensors, key=lambda n: head[n]["data_offsets"]):
    row("all.safetensors", name, to_numpy(tensors[name]))

# --- torch --------------------------------------------------------------------

w = torch.arange(12, dtype=torch.float32).reshape(3, 4) - 4
images = (torch.arange(24).reshape(1, 2, 3, 4).to(torch.float16)
          .contiguous(memory_format=torch.channels_last))
checkpoint = OrderedDict(
    state_dict=OrderedDict(weight=w, tied=w, turned=w.t(), part=w[1:, 1:3],
                           images=images, scalar=torch.tensor(2.5)),
    repeated=torch.tensor([[1], [2]], dtype=torch.int16).expand(2, 3),
    empty=torch.zeros(0, 3), epoch=3, lr=1e-3,
    more=[torch.nn.Parameter(torch.ones(2)), None,
          {7: torch.tensor([True, False])}],
    f8=torch.ones(4, dtype=torch.float8_e4m3fn))


def walk(file, name, x):
    if isinstance(x, torch.Tensor):
        row(file, name, to_numpy(x.detach()))
    elif isinstance(x, dict):
        for k, v in x.items():
            walk(file, "%s.%s" % (name, k) if name else str(k), v)
    elif isinstance(x, (list, tuple)):
        for k, v in enumerate(x):
            walk(file, "%s.%d" % (name, k) if name else str(k), v)


torch.save(checkpoint, "new.pt")
del checkpoint["f8"]  # which torch itself does not read back from these
torch.save(checkpoint, "old.pt", _use_new_zipfile_serialization=False)
torch.save(w, "one.pt")
for f in "new.pt", "old.pt":
    walk(f, "", torch.load(f, weights_only=True))
walk("one.pt", "data", torch.load("one.pt", weights_only=True))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(3, 2)
        self.fc.weight.data = torch.arange(6.).reshape(2, 3)
        self.fc.bias.data = torch.tensor([0.5, 0])

    def forward(self, x):
        return self.fc(x)


torch.jit.script(Net()).save("script.pt")
for name, x in torch.jit.load("script.pt").state_dict().items():
    row("script.pt", name, to_numpy(x))

# --- GGUF ---------------------------------------------------------------------

writer = gguf.GGUFWriter("small.gguf", "test")
writer.add_uint32("answer", 42)
writer.add_array("tokens", ["a", "bb", ""])
writer.add_tensor("a.weight", some((2, 32)))
writer.add_tensor("norm", some(5, "<f2"))
q8 = gguf.GGMLQuantizationType.Q8_0
writer.add_tensor("q", gguf.quants.quantize(some((2, 64)), q8), raw_dtype=q8)
writer.add_tensor("b", some((2, 3), ml_dtypes.bfloat16).view("<u1").reshape(2, 6),
                  raw_dtype=gguf.GGMLQuantizationType.BF16)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
for t in gguf.GGUFReader("small.gguf").tensors:
    shape = [int(n) for n in reversed(t.shape)]
    kind = t.tensor_type.name
    data = np.array(t.data)
    if kind == "BF16":
        data = data.view(ml_dtypes.bfloat16)
    row("small.gguf", t.name,
        data.reshape(shape) if kind[0] != "Q" else np.zeros(shape),
        kind if kind[0] == "Q" else None)

# --- ONNX ---------------------------------------------------------------------

graph = helper.make_graph(
    [helper.make_node("Constant", [], ["five"],
                      value=numpy_helper.from_array(some(5)))],
    "g", [], [helper.make_tensor_value_info("five", T.FLOAT, [5])],
    [numpy_helper.from_array(some((3, 4)), "raw"),
     helper.make_tensor("floats", T.FLOAT, [2, 3], range(6)),
     helper.make_tensor("int32", T.INT32, [3], [1, -2, 3]),
     helper.make_tensor("int64", T.INT64, [2], [-1, 1 << 40]),
     helper.make_tensor("half", T.FLOAT16, [2], [1.5, -2]),
     helper.make_tensor("bf16", T.BFLOAT16, [2], [1.5, -2]),
     helper.make_tensor("double", T.DOUBLE, [2], [1.5, -2]),
     helper.make_tensor("bool", T.BOOL, [3], [1, 0, 1]),
     helper.make_tensor("text", T.STRING, [1], [b"x"]),
     numpy_helper.from_array(np.zeros((0, 3), "<f4"), "none")])
onnx.save(helper.make_model(graph), "small.onnx")
model = onnx.load("small.onnx")
constant = model.graph.node[0]
row("small.onnx", constant.output[0],
    numpy_helper.to_array(constant.attribute[0].t))
for t in model.graph.initializer:
    if t.data_type != T.STRING:
        row("small.onnx", t.name, numpy_helper.to_array(t))
graph = helper.make_graph([], "g", [], [], [
    numpy_helper.from_array(some((8, 8)), "apart"),
    numpy_helper.from_array(some(3), "here")])
onnx.save(helper.make_model(graph), "external.onnx", save_as_external_data=True,
          location="external.data", size_threshold=100)
for t in onnx.load("external.onnx").graph.initializer:
    row("external.onnx", t.name, numpy_helper.to_array(t))

os.chmod("all.safetensors", 0o644)

with open("listing.csv", "w", newline="") as f:
    out = csv.writer(f, lineterminator="\n")
    out.writerow("file tensor dtype shape n zeros min max l1".split())
    out.writerows(rows)
