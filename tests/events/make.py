#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the event files of this folder with the real writers: make.py

  pip install tensorboard==2.21.0 tensorboardX==2.6.5 torch==2.15.0 \
      wandb==0.31.0 mlflow-skinny==3.17.2 protobuf numpy

Beside each file stands NAME.csv: step and scalars as the library's own reader
(tensorboard's event_file_loader, W&B's protobuf, what was given to MLflow)
has them, a row a step, columns in the order of their first values.
"""
import csv, glob, math, os, shutil, struct, sys, zlib

os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true")
here = os.path.dirname(os.path.abspath(__file__))
os.chdir(here)

LR = lambda t: 1e-4 * 10 ** (t / 10)
LOSS = lambda t: 2.3 / (1 + t) + 0.01 * math.sin(t)


def table(name, points):
    """points: (step, tag, value); a later value of a step and tag wins."""
    tags, rows = [], {}
    for step, tag, value in points:
        if tag not in tags:
            tags.append(tag)
        rows.setdefault(step, {})[tag] = value
    text = lambda x: "" if x is None else repr(x)[:-2] if repr(x).endswith(
        ".0") else repr(x)
    with open(name + ".csv", "w", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(["step"] + tags)
        for step in sorted(rows):
            w.writerow([step] + [text(rows[step].get(t)) for t in tags])


def tb_points(path):
    """What tensorboard itself reads in PATH; a restart voids later steps."""
    from tensorboard.backend.event_processing import event_file_loader
    from tensorboard.compat.proto import event_pb2
    from tensorboard.util import tensor_util
    points = []
    for e in event_file_loader.LegacyEventFileLoader(path).Load():
        if e.session_log.status == event_pb2.SessionLog.START:
            points = [p for p in points if p[0] < e.step]
        for v in e.summary.value:
            plugin = v.metadata.plugin_data.plugin_name
            if plugin not in ("", "scalars"):
                continue
            if v.WhichOneof("value") == "simple_value":
                points.append((e.step, v.tag, v.simple_value))
            elif v.WhichOneof("value") == "tensor":
                a = tensor_util.make_ndarray(v.tensor)
                if a.size == 1 and a.dtype.kind in "fiubV":
                    points.append((e.step, v.tag, float(a.ravel()[0])))
    return points


def one(folder, name):
    path, = glob.glob(folder + "/*tfevents*")
    os.rename(path, name)
    shutil.rmtree(folder)
    table(name, tb_points(name))


def torch_writer(cls, name, **more):
    w = cls("tmp")
    for t in range(30):
        w.add_scalar("train/loss", LOSS(t), t)
        w.add_scalar("lr", LR(t), t)
        if t % 10 == 9:
            w.add_scalar("val/loss", LOSS(t) + .1, t)
            w.add_text("note", "step %d" % t, t)
            import numpy
            w.add_histogram("weights", numpy.arange(50) * .1, t)
    w.add_scalar("train/loss", math.nan, 30)
    w.add_scalar("train/loss", math.inf, 31)
    w.close()
    files = sorted(glob.glob("tmp/*tfevents*"))
    for extra in files[1:]:
        os.remove(extra)
    one("tmp", name)


def tensors():
    """Scalars as tensors of every type, written as TensorFlow 2 does."""
    from tensorboard.compat.proto import (event_pb2, summary_pb2, tensor_pb2,
                                          types_pb2, tensor_shape_pb2)
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    import numpy
    T = types_pb2
    kinds = [("float", T.DT_FLOAT, "float_val", "<f4"),
             ("double", T.DT_DOUBLE, "double_val", "<f8"),
             ("half", T.DT_HALF, "half_val", "<f2"),
             ("bfloat16", T.DT_BFLOAT16, "half_val", None),
             ("int8", T.DT_INT8, "int_val", "<i1"),
             ("uint8", T.DT_UINT8, "int_val", "<u1"),
             ("int16", T.DT_INT16, "int_val", "<i2"),
             ("uint16", T.DT_UINT16, "int_val", "<u2"),
             ("int32", T.DT_INT32, "int_val", "<i4"),
             ("uint32", T.DT_UINT32, "uint32_val", "<u4"),
             ("int64", T.DT_INT64, "int64_val", "<i8"),
             ("uint64", T.DT_UINT64, "uint64_val", "<u8")]
    w = EventFileWriter("tmp")
    points = []
    for t in range(12):
        for i, (name, dtype, field, np_type) in enumerate(kinds):
            x = (t - 3) * (1 if name.startswith("int") else 0.37) if \
                name[0] not in "u" else t * 3
            if name.startswith("int"):
                x = int(x)
            if name == "bfloat16":
                bits = struct.unpack("<I", struct.pack("<f", x))[0] >> 16
                x = struct.unpack("<f", struct.pack("<I", bits << 16))[0]
                content = struct.pack("<H", bits)
            else:
                x = numpy.array(x, np_type)
                content = x.tobytes()
                bits = struct.unpack("<H", content)[0] if name == "half" \
                    else x.item()
                x = float(x)
            p = tensor_pb2.TensorProto(dtype=dtype)
            if i % 2:
                p.tensor_shape.dim.add(size=1)
            if t % 2:
                p.tensor_content = content
            elif not (t == 6 and x == 0):
                getattr(p, field).append(bits)
            v = summary_pb2.Summary.Value(tag=name, tensor=p)
            if t == 0:
                v.metadata.plugin_data.plugin_name = "scalars"
            w.add_event(event_pb2.Event(wall_time=1e9 + t, step=t,
                summary=summary_pb2.Summary(value=[v])))
            points.append((t, name, x))
        # What are no scalars: a vector, a text, another plugin's number.
        two = tensor_pb2.TensorProto(dtype=T.DT_FLOAT, float_val=[1, 2])
        two.tensor_shape.dim.add(size=2)
        text = tensor_pb2.TensorProto(dtype=T.DT_STRING, string_val=[b"x"])
        num = tensor_pb2.TensorProto(dtype=T.DT_FLOAT, float_val=[5])
        vs = [summary_pb2.Summary.Value(tag=n, tensor=p)
              for n, p in (("two", two), ("text", text), ("other", num))]
        if t == 0:
            vs[2].metadata.plugin_data.plugin_name = "pr_curves"
        w.add_event(event_pb2.Event(wall_time=1e9 + t, step=t,
            summary=summary_pb2.Summary(value=vs)))
    w.close()
    path, = glob.glob("tmp/*tfevents*")
    os.rename(path, "tensors.tfevents")
    shutil.rmtree("tmp")
    table("tensors.tfevents", points)


def restart():
    """A run that began again at step 12 in the same file (purge_step)."""
    from tensorboardX import SummaryWriter
    w = SummaryWriter("tmp")
    for t in range(20):
        w.add_scalar("loss", LOSS(t), t)
    w.close()
    first, = glob.glob("tmp/*tfevents*")
    data = open(first, "rb").read()
    os.remove(first)
    w = SummaryWriter("tmp", purge_step=12)
    for t in range(12, 17):
        w.add_scalar("loss", 5 + LOSS(t), t)
    w.close()
    path, = glob.glob("tmp/*tfevents*")
    with open("restart.tfevents", "wb") as f:
        f.write(data + open(path, "rb").read())
    shutil.rmtree("tmp")
    table("restart.tfevents", tb_points("restart.tfevents"))


def wandb_run():
    import wandb
    from wandb.proto import wandb_internal_pb2 as pb
    run = wandb.init(project="p", dir=here, name="seed 1", settings=wandb.Settings(
        x_disable_stats=True, x_disable_meta=True, console="off",
        disable_git=True, save_code=False))
    for t in range(120):
        run.log({"loss": LOSS(t), "lr": LR(t / 20), "val": {"acc": t / 120},
                 "note": "text"} if t != 7 else
                {"loss": math.nan, "big": math.inf})
    run.finish()
    path, = glob.glob("wandb/offline*/*.wandb")
    os.rename(path, "offline.wandb")
    shutil.rmtree("wandb")
    b, at, acc, points = open("offline.wandb", "rb").read(), 7, b"", []
    while at < len(b):
        left = 32768 - at % 32768
        if left < 7:
            at += left
            continue
        crc, n, kind = struct.unpack("<IHB", b[at:at + 7])
        data = b[at + 7:at + 7 + n]
        assert zlib.crc32(bytes([kind]) + data) == crc
        at += 7 + n
        acc = data if kind in (1, 2) else acc + data
        if kind not in (1, 4):
            continue
        r = pb.Record.FromString(acc)
        for i in r.history.item:
            x = eval(i.value_json, {"NaN": math.nan, "Infinity": math.inf})
            key = i.key or ".".join(i.nested_key)
            if isinstance(x, (int, float)) and key != "_step":
                points.append((r.history.step.num, key, float(x)))
    table("offline.wandb", points)


def mlflow_run():
    import mlflow
    shutil.rmtree("mlruns", ignore_errors=True)
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    mlflow.set_tracking_uri("file:" + os.path.join(here, "mlruns"))
    mlflow.set_experiment("digits")
    for seed in 1, 2:
        points = []
        with mlflow.start_run(run_name="seed-%d" % seed):
            mlflow.log_param("lr", 0.1)
            for t in range(0, 40, 2):
                for key, x in ("train/loss", LOSS(t) * seed), ("lr", LR(t)):
                    mlflow.log_metric(key, x, step=t)
                    points.append((t, key, x))
            mlflow.log_metric("val", math.nan, step=38)
            points.append((38, "val", math.nan))
        table("seed-%d.mlflow" % seed, points)
    for f in glob.glob("mlruns/**/meta.yaml", recursive=True):
        text = open(f).read().replace(here, "/home/user")
        open(f, "w").write(text)
    shutil.rmtree("mlruns/.trash", ignore_errors=True)
    for f in glob.glob("mlruns/0", recursive=True):
        shutil.rmtree(f)
    for f in glob.glob("mlruns/*/*/tags/*"):
        if "runName" not in f:
            os.remove(f)


import tensorboardX
torch_writer(tensorboardX.SummaryWriter, "tensorboardX.tfevents")
from torch.utils.tensorboard import SummaryWriter
torch_writer(SummaryWriter, "torch.tfevents")
tensors()
restart()
wandb_run()
mlflow_run()
