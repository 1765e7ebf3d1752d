# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["tf_keras==2.15.1", "tensorflow-cpu==2.15.1"]
# ///
"""Numbers of what Keras 2 had and Keras 3 has not: decay= of its optimizers
and the linear cosine decay; and of its other schedules, computed in float64
where the name of the configuration ends in -f64 (Keras 3 has float32 only)."""
import os
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from tf_keras.src.optimizers.schedules import learning_rate_schedule  # noqa

from golden import Golden, sample  # noqa: E402

schedules = {k: v for k, v in vars(learning_rate_schedule).items()
             if k.endswith("Decay") or k.endswith("Restarts")}
names = dict(schedules, np=np, tf=types.SimpleNamespace(keras=tf_keras),
             tf_keras=tf_keras, keras=types.SimpleNamespace(
                 **schedules, SGD=tf_keras.optimizers.legacy.SGD,
                 Adam=tf_keras.optimizers.legacy.Adam))
g = Golden("tfkeras", tf_keras.__version__, "f32")


def case(config, call, steps, args=None, wrong=""):
    f = eval(call, names)
    wide = config.endswith("-f64")
    if wide:
        for name, value in vars(f).items():
            if isinstance(value, float):
                setattr(f, name, np.float64(value))

    def at(t):
        if hasattr(f, "iterations"):
            f.iterations.assign(t)
            return f._decayed_lr(tf.float32).numpy()
        return f(tf.constant(t, tf.int64)).numpy()
    steps = range(steps) if isinstance(steps, int) else steps
    g.add(config, args or f"'{call}'", wrong, "f64" if wide else "f32",
          lr={t: at(t) for t in steps})


case("sgd-decay", "tf.keras.optimizers.legacy.SGD(0.1, decay=1e-3)",
     sample(3000))
case("sgd-no-decay", "keras.SGD(learning_rate=0.05, momentum=0.9)", 4)
case("sgd-defaults", "keras.SGD()", 3)
case("sgd-decay-on-schedule",
     "tf.keras.optimizers.legacy.SGD(learning_rate=tf.keras.optimizers."
     "schedules.PolynomialDecay(0.1, 100, 0.02), momentum=0.9, decay=0.01)",
     130)
case("sgd-schedule-alone",
     "keras.SGD(keras.ExponentialDecay(0.1, 20, 0.5, staircase=True))", 90)
case("adam-decay", "tf_keras.optimizers.legacy.Adam(3e-4, decay=1e-2)",
     sample(1000))
case("linear-cosine", "LinearCosineDecay(0.1, 100)", 104)
case("linear-cosine-f64",
     "keras.LinearCosineDecay(0.1, 80, num_periods=2.5, alpha=0.1, beta=0.01)",
     84)
case("piecewise",
     "tf_keras.optimizers.schedules.PiecewiseConstantDecay([4, 9], "
     "[1.0, 0.5, 0.1])", 14)
case("cosine-warmup",
     "tf.keras.optimizers.schedules.CosineDecay(1e-4, 90, alpha=0.01, "
     "warmup_target=0.1, warmup_steps=10)", 104)
case("polynomial-cycle",
     "tf.keras.optimizers.schedules.PolynomialDecay(0.1, 20, 0.01, 0.5, "
     "True)", 85)
case("restarts",
     "tf.keras.optimizers.schedules.CosineDecayRestarts(0.1, 20, 2.0, 0.8, "
     "0.05)", 139)
case("exponential-long-f64", "keras.ExponentialDecay(0.1, 1000, 0.96)",
     sample(200000))
case("polynomial-cycle-f64",
     "tf.keras.optimizers.schedules.PolynomialDecay(0.1, 30, 0.01, 1.5, "
     "True)", 95)
case("inverse-time-f64", "keras.InverseTimeDecay(0.1, 7, 0.3, True)",
     sample(1000))
case("cosine-warmup-f64",
     "keras.CosineDecay(0.0, 9500, warmup_target=0.1, warmup_steps=500)",
     sample(10003, [500, 10000]))
case("restarts-equal-f64", "keras.CosineDecayRestarts(0.1, 25, 1.0, 0.9)",
     105)
case("restarts-double-f64",
     "keras.CosineDecayRestarts(0.1, 1000, t_mul=2.0, m_mul=0.5, alpha=0.1)",
     sample(5000, [1000, 3000]))
case("restarts-fractional-f64",
     "keras.CosineDecayRestarts(0.1, 10, 1.5, 0.9, 0.01)", 200)
case("restarts-triple-f64", "keras.CosineDecayRestarts(0.1, 10, 3.0)",
     sample(100000, [5 * (3 ** k - 1) for k in range(10)]),
     wrong="1210: the cycle is found by a logarithm, which misses this restart")
case("restarts-tenfold-f64", "keras.CosineDecayRestarts(0.1, 9, 10.0)",
     sample(100000, [10 ** k - 1 for k in range(6)]),
     wrong="999: the cycle is found by a logarithm, which misses this restart")
case("words-sgd-decay", "keras.SGD(0.1, decay=1e-3)", sample(3000),
     "-l 0.1 inv,k=1e-3")
g.save()
