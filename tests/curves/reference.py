#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks the real functions for their suggestions: curves.csv is played to each
library as the losses of a training whose rates are the curve's, so that the
library's own averaging, stopping, trimming and choosing run.  Prints
run,method,index,lr; both are empty where the library has no answer.  Which
versions: requirements.txt.  lightning-2.5.2 stands beside another Lightning:
    pip install -r requirements.txt
    pip install --no-deps --target old lightning==2.5.2
    pip download --no-deps ktrain==0.41.4 && tar xzf ktrain-0.41.4.tar.gz
    ./reference.py ktrain-0.41.4 curves.csv > reference.csv
    PYTHONPATH=old ./reference.py ktrain-0.41.4 curves.csv lightning \\
        >> reference.csv
"""
import contextlib
import csv
import importlib.util
import io
import itertools
import logging
import math
import os
import sys
import tempfile
import types
import warnings

import numpy as np
import torch


class Played(torch.autograd.Function):
    """The loss that the curve says, whatever the network does."""

    @staticmethod
    def forward(ctx, parameter, value):
        return value.clone()

    @staticmethod
    def backward(ctx, grad):
        return torch.zeros(1, dtype=torch.float64), None


class Network(torch.nn.Module):
    def __init__(self, losses, dtype):
        super().__init__()
        self.parameter = torch.nn.Parameter(torch.zeros(1,
                                                        dtype=torch.float64))
        self.losses = iter(torch.tensor(losses, dtype=dtype))

    def forward(self, *_):
        return Played.apply(self.parameter, next(self.losses))


def batches(n):
    data = torch.utils.data.TensorDataset(torch.zeros(n, 1), torch.zeros(n, 1))
    return torch.utils.data.DataLoader(data, batch_size=1)


def index_of(rates, rate):
    """Where RATE stands; libraries may keep it as a float of 32 bits."""
    if rate is None:
        return None
    for i, lr in enumerate(rates):
        if lr == rate or np.float32(lr) == np.float32(rate):
            return i
    raise SystemExit(f"{rate!r} is not a rate of the curve")


def fastai(rates, losses):
    import fastai.callback.schedule as schedule
    from fastai.basics import DataLoaders, Learner, SGD
    n = len(rates)
    schedule.SchedExp = lambda start, end: (
        lambda part: rates[min(round(part * n), n - 1)])
    for name in ("valley", "slide", "minimum", "steep"):
        net = Network(losses, torch.float32)
        data = DataLoaders(batches(n), batches(1))
        with tempfile.TemporaryDirectory() as path:
            learner = Learner(data, net, loss_func=lambda out, _: out,
                              opt_func=SGD, path=path)
            try:
                rate = getattr(learner.lr_find(
                    num_it=n, show_plot=False,
                    suggest_funcs=(getattr(schedule, name),)), name)
            except (IndexError, ValueError, RuntimeError) as e:
                print(name, type(e).__name__, e, file=sys.stderr)
                rate = None
        if name == "minimum" and rate is not None:
            i = index_of(rates, rate * 10)
            yield name, i, rates[i] / 10
        else:
            yield name, index_of(rates, rate), None


def lightning(rates, losses):
    import lightning
    from lightning.pytorch.tuner import Tuner, lr_finder
    n = len(rates)

    def get_lr(self):
        self._lr = [rates[min(self.last_epoch, n - 1)]]
        return self._lr

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = Network(losses, torch.float64)
            self.lr = 1.0

        def training_step(self, batch, _):
            return self.net(batch)

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=self.lr)

    lr_finder._ExponentialLR.get_lr = get_lr
    with tempfile.TemporaryDirectory() as path:
        trainer = lightning.Trainer(
            accelerator="cpu", logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False,
            default_root_dir=path)
        found = Tuner(trainer).lr_find(
            Module(), train_dataloaders=batches(n), num_training=n,
            update_attr=False)
    found.suggestion()
    new = tuple(map(int, lightning.__version__.split("."))) >= (2, 5, 3)
    yield ("lightning" if new else "lightning-2.5.2"), found._optimal_idx, None


def torch_lr_finder(rates, losses):
    import torch_lr_finder.lr_finder as finder

    class Schedule:
        def __init__(self, optimizer, end_lr, num_iter):
            self.i = 0

        def get_lr(self):
            return [rates[self.i]]

        def step(self):
            self.i += 1

    finder.ExponentialLR = Schedule
    net = Network(losses, torch.float64)
    lr_finder = finder.LRFinder(net, torch.optim.SGD(net.parameters(), lr=1.0),
                                lambda out, _: out)
    n = len(rates)
    lr_finder.range_test(batches(n), num_iter=n)
    try:
        rate = lr_finder.plot()[1]
    except (RuntimeError, ValueError) as e:
        print("torch-lr-finder", e, file=sys.stderr)
        rate = None
    yield "torch-lr-finder", index_of(rates, rate), None


def ignite(rates, losses):
    from ignite.engine import Engine
    from ignite.handlers import lr_finder
    net = Network(losses, torch.float64)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-9)
    n = len(rates)

    def get_lr(self):
        return [rates[min(self.last_epoch, n - 1)]]

    lr_finder._ExponentialLR.get_lr = get_lr
    finder = lr_finder.FastaiLRFinder()
    trainer = Engine(lambda engine, batch: net(batch).item())
    with finder.attach(trainer, {"optimizer": optimizer, "model": net},
                       num_iter=n) as run:
        run.run(batches(n))
    history = finder.get_results()["lr"]
    try:
        rate = finder.lr_suggestion()
    except RuntimeError as e:
        print("ignite", e, file=sys.stderr)
        rate = None
    # The place among the losses: which rates stand beside them is another
    # matter.
    index = None if rate is None else history.index(rate)
    yield "ignite", index, None


def stub(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


class Backend(types.ModuleType):
    """Keras as far as the finders see it: one number that is the rate."""

    @staticmethod
    def get_value(variable):
        return variable[0]

    @staticmethod
    def set_value(variable, value):
        pass


def play(finder, rates, losses, *args):
    """What model.fit() does to a callback; returns how many batches ran."""
    for i, (rate, loss) in enumerate(zip(rates, losses)):
        finder.model.optimizer.lr[0] = rate
        finder.lr_mult = rates[min(i + 1, len(rates) - 1)] / rate
        finder.on_batch_end(i, {"loss": loss}, *args)
        if finder.model.stop_training:
            break


def model():
    return types.SimpleNamespace(
        optimizer=types.SimpleNamespace(lr=[0.0]), stop_training=False)


def keras(rates, losses):
    backend = Backend("keras.backend")
    sys.modules["keras.backend"] = backend
    stub("keras", backend=backend)
    stub("keras.callbacks", LambdaCallback=None)
    from keras_lr_finder import lr_finder as module
    finder = module.LRFinder(model())
    play(finder, rates, losses)
    drawn = []
    with contextlib.ExitStack() as stack:
        plot = types.SimpleNamespace(
            plot=lambda *a: drawn.append(a), ylabel=len, xlabel=len,
            xscale=len, ylim=len)
        old, module.plt = module.plt, plot
        stack.callback(setattr, module, "plt", old)
        finder.plot_loss_change(sma=20)
    lrs, derivatives = drawn[0]
    try:
        rate = lrs[int(np.argmin(derivatives))]
    except (IndexError, ValueError) as e:
        print("keras", e, file=sys.stderr)
        rate = None
    yield "keras", index_of(rates, rate), None


def ktrain(rates, losses):
    backend = Backend("K")
    package = stub("ktrain", __path__=[])
    utils = stub("ktrain.utils", DEFAULT_BS=32)
    package.utils = utils
    stub("ktrain.imports", K=backend, np=np, warnings=warnings,
         keras=None, tempfile=tempfile, plt=None)
    stub("ktrain.lroptimize", __path__=[])
    path = os.path.join(sys.argv[1], "ktrain", "lroptimize", "lrfinder.py")
    spec = importlib.util.spec_from_file_location(
        "ktrain.lroptimize.lrfinder", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    finder = module.LRFinder(model())
    play(finder, rates, losses)
    finder._compute_stats()
    yield "ktrain", index_of(rates, finder.estimate_lr()[0]), None


def curves(path):
    with open(path) as f:
        rows = csv.DictReader(f)
        for run, points in itertools.groupby(rows, lambda row: row["run"]):
            points = list(points)
            yield (run, [float(p["lr"]) for p in points],
                   [float(p["loss"]) for p in points])


def main():
    import matplotlib
    matplotlib.use("Agg")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    finders = [fastai, lightning, torch_lr_finder, ignite, keras, ktrain]
    if len(sys.argv) > 3:
        finders = [f for f in finders if f.__name__ in sys.argv[3:]]
    else:
        print("run,method,index,lr")
    for run, rates, losses in curves(sys.argv[2]):
        print(run, file=sys.stderr)
        for finder in finders:
            with contextlib.redirect_stdout(io.StringIO()):
                found = list(finder(rates, losses))
            for method, index, rate in found:
                if index is None:
                    print(f"{run},{method},,")
                else:
                    print(f"{run},{method},{index},"
                          f"{rates[index] if rate is None else rate!r}")
        sys.stdout.flush()


main()
