#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains a tiny model under a framework's own scheduler.

    own.py FRAMEWORK BASE STEPS CALL

CALL is Python: the scheduler's constructor as training scripts have it.
Prints step and rate of every update, as the optimizer had it.
"""
import sys


def torch_parts(base):
    import torch

    model = torch.nn.Linear(4, 1)
    return torch, model, torch.optim.SGD(
        model.parameters(), lr=base, momentum=0.9)


def torch_call(call, optimizer):
    import torch.optim.lr_scheduler as names

    return eval(call, dict(vars(names), optimizer=optimizer))


def own_torch(base, steps, call):
    torch, model, optimizer = torch_parts(base)
    scheduler = torch_call(call, optimizer)
    x = torch.randn(32, 4)
    for step in range(steps):
        optimizer.zero_grad()
        model(x).square().mean().backward()
        print(step, optimizer.param_groups[0]["lr"], sep=",")
        optimizer.step()
        scheduler.step()


def own_lightning(base, steps, call):
    import lightning

    torch, model, optimizer = torch_parts(base)

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = model

        def training_step(self, batch, batch_idx):
            return self.layer(batch).square().mean()

        def configure_optimizers(self):
            scheduler = torch_call(call, optimizer)
            return [optimizer], [{"scheduler": scheduler, "interval": "step"}]

        def on_before_optimizer_step(self, optimizer):
            rate = optimizer.param_groups[0]["lr"]
            print(self.global_step, rate, sep=",")

    data = torch.utils.data.DataLoader(torch.randn(64, 4), batch_size=32)
    lightning.Trainer(max_steps=steps, accelerator="cpu", logger=False,
                      barebones=True).fit(Model(), data)


def own_hf(base, steps, call):
    import tempfile
    import transformers

    torch, model, _ = torch_parts(base)

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = model

        def forward(self, x):
            return {"loss": self.layer(x).square().mean()}

    class PrintRate(transformers.TrainerCallback):
        def on_pre_optimizer_step(self, args, state, control, **kwargs):
            rate = kwargs["optimizer"].param_groups[0]["lr"]
            print(state.global_step, rate, sep=",")

    with tempfile.TemporaryDirectory() as scratch:
        args = transformers.TrainingArguments(
            output_dir=scratch, max_steps=steps, learning_rate=base,
            use_cpu=True, report_to="none", save_strategy="no",
            logging_strategy="no", disable_tqdm=True, **eval(call))
        trainer = transformers.Trainer(
            Model(), args, callbacks=[PrintRate()],
            train_dataset=[{"x": x} for x in torch.randn(64, 4)])
        trainer.remove_callback(transformers.PrinterCallback)
        trainer.train()


def own_keras(base, steps, call):
    import keras
    import numpy

    class PrintRate(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            rate = self.model.optimizer.learning_rate
            print(batch, float(rate), sep=",")

    x = numpy.ones((32 * steps, 4))
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    rate = eval(call, {"keras": keras})
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    model.fit(x, x[:, 0], batch_size=32, verbose=0, callbacks=[PrintRate()])


def own_optax(base, steps, call):
    import jax.numpy as jnp
    import optax

    rate = eval(call, {"optax": optax})
    optimizer = optax.inject_hyperparams(optax.sgd)(learning_rate=rate)
    w = jnp.ones(4)
    state = optimizer.init(w)
    for step in range(steps):
        change, state = optimizer.update(2 * w, state, w)
        w = optax.apply_updates(w, change)
        print(step, float(state.hyperparams["learning_rate"]), sep=",")


def main():
    framework, base, steps, call = sys.argv[1:]
    print("step,lr")
    globals()["own_" + framework](float(base), int(steps), call)


if __name__ == "__main__":
    main()
