# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["torch==2.7.0", "numpy"]
# ///
"""Numbers of projects that have one schedule each.  AllenNLP 2.10.1 (to be
installed without what it depends on) is found as a package; the others are
checkouts in the directory that SOURCES names:

nanoGPT  github.com/karpathy/nanoGPT    train.py's get_lr
llm.c    github.com/karpathy/llm.c      llmc/schedulers.h, compiled with cc
REX_LR   github.com/IvanVassi/REX_LR    lr_scheduler.py
"""
import ast
import ctypes
import importlib.util
import math
import os
import subprocess
import sys
import tempfile
import types

import torch

from golden import Golden

SOURCES = os.environ["SOURCES"]


def source(*path):
    with open(os.path.join(SOURCES, *path)) as f:
        return f.read()


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sampled(values, keep=()):
    n = len(values)
    if n <= 70:
        return values
    steps = set(range(8)) | set(range(n - 6, n)) | set(range(0, n, n // 40))
    steps |= {e + d for e in keep for d in (-1, 0, 1)}
    return {t: values[t] for t in sorted(steps) if 0 <= t < n}


def optimizer_of(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


# AllenNLP's trainer: step_batch() after each update, step() after each epoch.
root = importlib.util.find_spec("allennlp").submodule_search_locations[0]
training = os.path.join(root, "training")
scheduler = load("allennlp.training.scheduler", training + "/scheduler.py")
NAME = "allennlp.training.learning_rate_schedulers"
stub = types.ModuleType(NAME + ".learning_rate_scheduler")


class Base(scheduler.Scheduler):
    @classmethod
    def register(cls, name):
        return lambda c: c

    def __init__(self, optimizer, last_epoch=-1):
        super().__init__(optimizer, "lr", last_epoch)


stub.LearningRateScheduler = Base
sys.modules.update({NAME: types.ModuleType(NAME),
                    NAME + ".learning_rate_scheduler": stub})
allennlp = load(NAME + ".slanted_triangular", os.path.join(
    training, "learning_rate_schedulers", "slanted_triangular.py"))
g = Golden("allennlp", "2.10.1")
for config, call, epochs, per in (
        ("slanted", "num_epochs=10, num_steps_per_epoch=20", 10, 20),
        ("slanted-half", "4, 25, cut_frac=0.5, ratio=10", 4, 25),
        ("slanted-cut", "3, 11, 0.35", 3, 11),
        ("slanted-no-rise", "2, 30, cut_frac=0.0", 2, 30),
        ("slanted-one", "1, 16", 1, 16)):
    call = f"allennlp.SlantedTriangular(optimizer, {call})"
    optimizer = optimizer_of(0.1)
    s = eval(call, {"allennlp": allennlp, "optimizer": optimizer})
    values, done = [], 0
    for epoch in range(epochs):
        for _ in range(per):
            values.append(optimizer.param_groups[0]["lr"])
            done += 1
            s.step_batch(done)
        s.step()
    g.add(config, f"-l 0.1 '{call}'", lr=sampled(values))
g.save()

# REX_LR
rex = load("rex", os.path.join(SOURCES, "REX_LR", "lr_scheduler.py"))
g = Golden("rex", "7fac0c67")
for config, call, steps in (
        ("rex", "max_val=0.1, min_val=0.0, num_epochs=50", 50),
        ("rex-again", "0.05, 0.001, 20", 64),
        ("rex-one", "0.05, 0.001", 4)):
    call = f"rex.REX_LR(optimizer, {call})"
    optimizer = optimizer_of(0.1)
    s = eval(call, {"rex": rex, "optimizer": optimizer})
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        s.step()
    g.add(config, f"'{call}'", lr=sampled(values))
g.save()

# nanoGPT: get_lr reads globals.
g = Golden("nanogpt", "3adf61e1")
tree = ast.parse(source("nanoGPT", "train.py"))
code = [n for n in tree.body
        if isinstance(n, ast.FunctionDef) and n.name == "get_lr"]


def get_lr(learning_rate=6e-4, warmup_iters=2000, lr_decay_iters=600000,
           min_lr=6e-5):
    known = {"math": math, "learning_rate": learning_rate,
             "warmup_iters": warmup_iters, "lr_decay_iters": lr_decay_iters,
             "min_lr": min_lr}
    exec(compile(ast.Module(code, []), "train.py", "exec"), known)
    return known["get_lr"]


for config, call, steps, keep in (
        ("default", "", 601000, [2000, 600000]),
        ("shakespeare", "learning_rate=1e-3, warmup_iters=100, "
         "lr_decay_iters=5000, min_lr=1e-4", 5003, [100]),
        ("no-warmup", "1e-3, 0, 60, 0.0", 63, [])):
    call = f"nanogpt.get_lr({call})"
    f = eval(call, {"nanogpt": types.SimpleNamespace(get_lr=get_lr)})
    g.add(config, f"'{call}'", lr=sampled([f(t) for t in range(steps)], keep))
g.save()

# llm.c: single precision, and an assertion past the end.
PROGRAM = r"""
#include <math.h>
#include <string.h>
#include <stdlib.h>
#include <stdio.h>
#include <assert.h>
#include "schedulers.h"
float ask(const char *type, float lr, int warmup, int n, float last, int step)
{
    LearningRateScheduler s;
    lr_scheduler_init(&s, type, lr, warmup, n, last);
    return get_learning_rate(&s, step);
}
"""
g = Golden("llmc", "f1e2ace6", "f32")
with tempfile.TemporaryDirectory() as scratch:
    with open(scratch + "/ask.c", "w") as f:
        f.write(PROGRAM)
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", scratch + "/ask.so",
                    "-I" + os.path.join(SOURCES, "llm.c", "llmc"),
                    scratch + "/ask.c", "-lm"], check=True)
    ask = ctypes.CDLL(scratch + "/ask.so").ask
ask.restype = ctypes.c_float
ask.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_int, ctypes.c_int,
                ctypes.c_float, ctypes.c_int]


def LearningRateScheduler(type, learning_rate, warmup_iterations,
                          train_num_batches, final_learning_rate_frac):
    return [ask(type.encode(), learning_rate, warmup_iterations,
                train_num_batches, final_learning_rate_frac, t)
            for t in range(train_num_batches + 1)]


for config, call, keep in (
        ("cosine", "\"cosine\", 3e-4, 50, 400, 0.0", [50]),
        ("cosine-tenth", "\"cosine\", 6e-4, 700, 19560, 0.1", [700]),
        ("linear", "\"linear\", 3e-4, 10, 100, 0.1", []),
        ("constant", "\"constant\", 3e-4, 10, 20, 1.0", []),
        ("wsd", "\"wsd\", 1e-3, 20, 1000, 0.0", [20, 800]),
        ("wsd-cut", "\"wsd\", 1e-3, 5, 93, 0.1", [74, 75]),
        ("wsd-no-warmup", "\"wsd\", 1e-3, 0, 7, 0.2", [])):
    call = f"llmc.LearningRateScheduler({call})"
    values = eval(call, {"llmc": types.SimpleNamespace(
        LearningRateScheduler=LearningRateScheduler)})
    g.add(config, f"'{call}'", lr=sampled(values, keep))
g.save()
