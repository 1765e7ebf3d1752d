# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10, <3.12"
# dependencies = ["tensorflow-cpu==2.15.1", "tf_keras==2.15.1"]
# ///
"""Numbers of tf.compat.v1.train's decays, of TensorFlow Model Garden's
schedules (tf-models-official 2.20.0, to be installed without what it depends
on: only lr_schedule.py is read), and of the warmup that transformers had for
TensorFlow (optimization_tf.py of 4.57.6, written again here: its version of
Keras does not install beside this one)."""
import os
import sys
import types

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import tf_keras

from golden import Golden


def sampled(f, n, keep=()):
    steps = set(range(n)) if n <= 70 else (
        set(range(8)) | set(range(n - 6, n)) | set(range(0, n, n // 40)))
    steps |= {e + d for e in keep for d in (-1, 0, 1)}
    return {t: float(np.float32(f(t))) for t in sorted(steps) if 0 <= t < n}


step = tf.Variable(0, dtype=tf.int64)


def at(call):
    """The value of a decay of version 1, which is a function when eager."""
    def f(t):
        step.assign(t)
        return eval(call, {"tf": tf, "step": step})()
    return f


g = Golden("tf1", "2.15.1", arith="f32")
for config, call, n in (
        ("exponential", "exponential_decay(0.1, step, 20, 0.9)", 60),
        ("exponential-stair", "exponential_decay(0.1, step, 20, 0.5, "
         "staircase=True)", 70),
        ("natural", "natural_exp_decay(0.1, step, 20, 0.5)", 60),
        ("natural-stair", "natural_exp_decay(0.1, step, 10, 0.5, "
         "staircase=True)", 60),
        ("inverse", "inverse_time_decay(0.1, step, 20, 0.5)", 60),
        ("inverse-stair", "inverse_time_decay(learning_rate=0.1, "
         "global_step=step, decay_steps=10, decay_rate=0.5, "
         "staircase=True)", 60),
        ("polynomial", "polynomial_decay(0.1, step, 40, 0.01, power=0.5)",
         50),
        ("polynomial-cycle", "polynomial_decay(0.1, step, 20, 0.01, "
         "power=1.0, cycle=True)", 70),
        ("piecewise", "piecewise_constant(step, [10, 20], "
         "[0.1, 0.05, 0.01])", 30),
        ("piecewise-decay", "piecewise_constant_decay(step, [10, 20], "
         "[0.1, 0.05, 0.01])", 30),
        ("cosine", "cosine_decay(0.1, step, 40, alpha=0.1)", 50),
        ("restarts", "cosine_decay_restarts(0.1, step, 10, t_mul=2.0, "
         "m_mul=0.5, alpha=0.1)", 69),
        ("linear-cosine", "linear_cosine_decay(0.1, step, 40)", 50)):
    path = "tf.compat.v1.train." + call
    typed = path if config != "exponential-stair" else "tf.train." + call
    g.add(config, f"'{typed}'", lr=sampled(at(path), n))
g.save()

root = next(p for p in sys.path
            if os.path.isdir(os.path.join(p, "official")))
known = {"__name__": "lr_schedule"}
with open(os.path.join(root, "official", "modeling", "optimization",
                       "lr_schedule.py")) as f:
    exec(compile(f.read(), "lr_schedule.py", "exec"), known)
schedules = tf_keras.optimizers.schedules
with open(os.path.join(root, "official", "nlp", "optimization.py")) as f:
    text = f.read()
begin = text.index("class WarmUp(")
known.update(tf=tf, tf_keras=tf_keras)
exec(compile(text[begin:text.index("\n@gin", begin)], "optimization.py",
             "exec"), known)


def official_optimizer(init_lr, num_train_steps, num_warmup_steps, end_lr=0.0,
                       optimizer_type="adamw", beta_1=0.9, poly_power=1.0):
    """The schedule of its create_optimizer()."""
    fall = schedules.PolynomialDecay(init_lr, num_train_steps, end_lr,
                                     power=poly_power)
    return (known["WarmUp"](init_lr, fall, num_warmup_steps)
            if num_warmup_steps else fall)


known["create_optimizer"] = official_optimizer
official = types.SimpleNamespace(**known)
g = Golden("official", "2.20.0", arith="f32")
for config, call, n in (
        ("linear", "LinearWarmup(keras.CosineDecay(0.1, 50), 10, 0.01)", 60),
        ("linear-constant", "LinearWarmup(0.1, 10, 0.0)", 20),
        ("polynomial", "PolynomialWarmUp(keras.PolynomialDecay(0.1, 50, "
         "0.001), 10, power=2.0)", 60),
        ("polynomial-constant", "PolynomialWarmUp(0.1, 10)", 20),
        ("cosine", "CosineDecayWithOffset(offset=10, "
         "initial_learning_rate=0.1, decay_steps=40, alpha=0.1)", 60),
        ("exponential", "ExponentialDecayWithOffset(offset=10, "
         "initial_learning_rate=0.1, decay_steps=20, decay_rate=0.5)", 60),
        ("exponential-stair", "ExponentialDecayWithOffset(offset=10, "
         "initial_learning_rate=0.1, decay_steps=8, decay_rate=0.5, "
         "staircase=True)", 60),
        ("polynomial-offset", "PolynomialDecayWithOffset(offset=10, "
         "initial_learning_rate=0.1, decay_steps=40, "
         "end_learning_rate=0.01, power=2.0)", 60),
        ("piecewise", "PiecewiseConstantDecayWithOffset(offset=5, "
         "boundaries=[10, 20], values=[0.1, 0.05, 0.01])", 40),
        ("power", "DirectPowerDecay(0.1, power=-0.5)", 40),
        ("power-linear", "PowerAndLinearDecay(0.1, 50, power=-0.5, "
         "linear_decay_fraction=0.2, offset=5)", 60),
        ("power-offset", "PowerDecayWithOffset(0.1, power=-0.5, offset=10, "
         "pre_offset_learning_rate=0.05)", 40),
        ("warmup", "WarmUp(0.1, keras.PolynomialDecay(0.1, 50, 0.0), 10)",
         60),
        ("warmup-power", "WarmUp(initial_learning_rate=0.1, "
         "decay_schedule_fn=keras.CosineDecay(0.1, 40), warmup_steps=10, "
         "power=2.0)", 60),
        ("optimizer", "create_optimizer(2e-5, 60, 10)", 66),
        ("optimizer-power", "create_optimizer(init_lr=1e-3, "
         "num_train_steps=50, num_warmup_steps=0, end_lr=1e-4, "
         "optimizer_type=\"adamw\", poly_power=2.0)", 56),
        ("steps", "StepCosineDecayWithOffset(boundaries=[0, 20, 40], "
         "values=[1.0, 0.5, 0.1])", 40)):
    f = eval("official." + call, {"official": official, "keras": schedules})
    g.add(config, f"'official.{call}'", lr=sampled(f, n))
g.save()


class WarmUp(schedules.LearningRateSchedule):
    """Of transformers: the decay begins after the warmup."""
    def __init__(self, initial_learning_rate, decay_schedule_fn, warmup_steps,
                 power=1.0, name=None):
        self.top, self.decay = initial_learning_rate, decay_schedule_fn
        self.n, self.power = warmup_steps, power

    def __call__(self, t):
        x = np.float32(t)
        if x < self.n:
            return np.float32(self.top) * np.power(
                x / np.float32(self.n), np.float32(self.power))
        return self.decay(t - self.n)


def create_optimizer(init_lr, num_train_steps, num_warmup_steps,
                     min_lr_ratio=0.0, power=1.0):
    fall = schedules.PolynomialDecay(
        init_lr, num_train_steps - num_warmup_steps, init_lr * min_lr_ratio,
        power=power)
    return (WarmUp(init_lr, fall, num_warmup_steps) if num_warmup_steps
            else fall)


transformers = types.SimpleNamespace(WarmUp=WarmUp,
                                     create_optimizer=create_optimizer)
g = Golden("hf_tf", "4.57.6", arith="f32")
for config, call, n in (
        ("warmup", "WarmUp(0.1, keras.PolynomialDecay(0.1, 40, 0.0), 10)",
         60),
        ("warmup-power", "WarmUp(initial_learning_rate=0.1, "
         "decay_schedule_fn=keras.CosineDecay(0.1, 40), warmup_steps=10, "
         "power=2.0)", 60),
        ("optimizer", "create_optimizer(init_lr=2e-5, num_train_steps=60, "
         "num_warmup_steps=10)", 66),
        ("optimizer-only", "create_optimizer(1e-3, 50, 0, "
         "min_lr_ratio=0.1, power=2.0)", 56)):
    call = "transformers." + call
    f = eval(call, {"transformers": transformers, "keras": schedules})
    g.add(config, f"'{call}'", lr=sampled(f, n))
g.save()
