#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes checkpoints with TensorFlow, and checkpoint.csv: what it reads back.

    checkpoint.py DIR     with tensorflow-cpu 2.21

"two" has two shards, "parts" a variable in parts, "saved" is what a
SavedModel keeps.
"""
import csv, os, shutil, sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

DTYPES = {"float64": "F64", "float32": "F32", "half": "F16", "float16": "F16",
          "bfloat16": "BF16", "int64": "I64", "int32": "I32", "int16": "I16",
          "int8": "I8", "uint64": "U64", "uint32": "U32", "uint16": "U16",
          "uint8": "U8", "bool": "BOOL", "complex64": "C64",
          "complex128": "C128", "string": "OTHER"}

os.chdir(sys.argv[1])
values = np.array([[0, 1.5, -2, 0], [3, -0.0, 0.5, -1], [0, 0, 7, 2]])


def say(x):
    return repr(float(x)).removesuffix(".0")


def rows(name):
    r = tf.train.load_checkpoint(name)
    for k in sorted(r.get_variable_to_shape_map()):
        a = np.asarray(r.get_tensor(k))
        dtype = DTYPES[r.get_variable_to_dtype_map()[k].name]
        shape = "x".join(map(str, a.shape))
        # Texts and complex numbers have no zeros; of truths they are counted.
        stats = [""] * 4
        if dtype not in ("OTHER", "C64", "C128"):
            x = a.astype("f8")
            stats = [int((x == 0).sum())] + (
                [say(x.min()), say(x.max())] if x.size else ["", ""]) + [
                say(abs(x).sum())]
        yield [name, k, dtype, shape, a.size, *stats]


class Model(tf.Module):
    def __init__(self, dtypes):
        super().__init__()
        self.v = [tf.Variable(values.astype(d.as_numpy_dtype) * 1, dtype=d)
                  for d in dtypes]


m = Model([tf.float32, tf.float64, tf.float16, tf.bfloat16, tf.complex64])
m.i = tf.Variable(np.arange(-2, 4), dtype=tf.int64)
m.u = tf.Variable(np.arange(3), dtype=tf.uint8)
m.t = tf.Variable([True, False])
m.none = tf.Variable(np.zeros((0, 3), "f4"))
m.one = tf.Variable(2.5)
m.text = tf.Variable(["a", "bc"])
tf.train.Checkpoint(model=m).write("saved")

for k, names in enumerate((["a", "dense/kernel"], ["b"])):
    tf.raw_ops.SaveV2(prefix="part%d" % k, tensor_names=names,
                      shape_and_slices=[""] * len(names),
                      tensors=[values.astype("f4") * (k + 1)] * len(names))
tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=["part0", "part1"],
                              destination_prefix="two")
tf.raw_ops.SaveV2(prefix="parts", tensor_names=["w", "w"],
                  shape_and_slices=["3 4 0,2:0,4", "3 4 2,1:0,4"],
                  tensors=[values[:2], values[2:]])
with open("checkpoint.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow("file,tensor,dtype,shape,n,zeros,min,max,l1".split(","))
    for name in "saved", "two":
        w.writerows(rows(name))
for name in "checkpoint", "parts.data-00000-of-00001":
    if os.path.exists(name):
        os.remove(name)
for name in os.listdir("."):
    if name.endswith("_temp"):
        shutil.rmtree(name)
