# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["tensorflow-addons==0.23.0", "tensorflow-cpu==2.15.1"]
# ///
"""Numbers of the cyclical schedules of TensorFlow Addons.

The step is a float, as the optimizers of its time pass it (with an integer the
exponential class fails).  Configurations whose name ends in -f64 were computed
in float64: in float32 t/step_size - 2*cycle loses its last digits as t grows.
"""
import os
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tensorflow_addons as tfa  # noqa: E402

from golden import Golden, sample  # noqa: E402

classes = {k: v for k, v in vars(tfa.optimizers).items()
           if k.endswith("CyclicalLearningRate")}
names = dict(classes, np=np, tf=tf, tfa=types.SimpleNamespace(
    **classes, optimizers=tfa.optimizers))
g = Golden("tfa", tfa.__version__, "f32")


def case(config, call, steps, args=None, wrong=""):
    f = eval(call, names)
    dtype = tf.float64 if config.endswith("-f64") else tf.float32
    for name in ("initial_learning_rate", "maximal_learning_rate",
                 "step_size"):
        setattr(f, name, tf.constant(getattr(f, name), dtype))
    steps = range(steps) if isinstance(steps, int) else steps
    g.add(config, args or f"'{call}'", wrong, dtype.name.replace("loat", ""),
          lr={t: f(tf.constant(t, dtype)).numpy() for t in steps})


case("triangular-f64",
     "tfa.optimizers.TriangularCyclicalLearningRate(1e-4, 1e-2, 25)", 130)
case("triangular-keywords-f64",
     "TriangularCyclicalLearningRate(initial_learning_rate=0.001, "
     "maximal_learning_rate=0.006, step_size=2000.)",
     sample(9000, [2000, 4000, 6000, 8000]))
case("triangular-fractional-f64",
     "tfa.TriangularCyclicalLearningRate(0.01, 0.1, 7.5)", 64)
case("triangular-iterations-f64",
     "tfa.TriangularCyclicalLearningRate(0.01, 0.1, 8, \"iterations\")", 40)
case("triangular2-f64",
     "tfa.optimizers.Triangular2CyclicalLearningRate(1e-4, 1e-2, 25)", 230)
case("triangular2-one-step",
     "tfa.Triangular2CyclicalLearningRate(0.1, 0.9, step_size=1)", 12)
case("triangular2-iterations-f64",
     "tfa.Triangular2CyclicalLearningRate(0.01, 0.1, 6, "
     "scale_mode=\"iterations\")", 40)
case("exponential-f64",
     "tfa.optimizers.ExponentialCyclicalLearningRate(1e-4, 1e-2, 25, "
     "gamma=0.99)", 230)
case("exponential-cycle-f64",
     "tfa.ExponentialCyclicalLearningRate(1e-4, 1e-2, 20, "
     "scale_mode=\"cycle\", gamma=0.7)", 170)
case("exponential-gamma-1-f64",
     "ExponentialCyclicalLearningRate(0.02, 0.1, 10)", 45)
case("custom-halves-f64",
     "tfa.optimizers.CyclicalLearningRate(1e-3, 1e-1, step_size=4*13, "
     "scale_fn=lambda x: 1/(2.**(x-1)))", sample(640, [104, 208, 312]))
case("custom-constant-f64",
     "tfa.CyclicalLearningRate(1e-3, 1e-1, 30, lambda x: 1.0)", 130)
case("custom-iterations-f64",
     "tfa.CyclicalLearningRate(initial_learning_rate=1e-3, "
     "maximal_learning_rate=1e-1, step_size=30, "
     "scale_fn=lambda x: 0.995 ** x, scale_mode=\"iterations\")", 260)
case("custom-thirds-f64",
     "tfa.CyclicalLearningRate(1e-3, 1e-1, 12, "
     "lambda c: 1 / (1 + 0.5 * (c - 1)), \"cycle\")", 110)
case("triangular",
     "tfa.optimizers.TriangularCyclicalLearningRate(1e-4, 1e-2, 32)", 130)
case("triangular2",
     "tfa.optimizers.Triangular2CyclicalLearningRate(1e-4, 1e-2, 16)", 130)
case("exponential",
     "tfa.optimizers.ExponentialCyclicalLearningRate(1e-4, 1e-2, 8, "
     "gamma=0.9921875)", 100)
case("custom",
     "tfa.optimizers.CyclicalLearningRate(1e-3, 1e-1, step_size=4*4, "
     "scale_fn=lambda x: 1/(2.**(x-1)))", 130)
case("words-triangular-f64",
     "tfa.TriangularCyclicalLearningRate(1e-4, 1e-2, 25)", 130,
     "triangular,min=1e-4,max=1e-2,step=25")
case("words-triangular2-f64",
     "tfa.Triangular2CyclicalLearningRate(1e-4, 1e-2, 25)", 230,
     "rep:inf,vmul=.5,scale=span linear:25,from=1e-4,to=1e-2 linear:25:1e-4 "
     "end")
case("words-exponential-f64",
     "tfa.ExponentialCyclicalLearningRate(1e-4, 1e-2, 25, gamma=0.99)", 230,
     "exp_range,min=1e-4,max=1e-2,step=25,gamma=.99")
g.save()
