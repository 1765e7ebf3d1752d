# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11,<3.12"
# dependencies = ["tensorflow-model-optimization==0.8.1",
#                 "tensorflow-cpu==2.15.1"]
# ///
"""Numbers of the pruning schedules of the TensorFlow Model Optimization
Toolkit: the sparsity, and whether the mask is recomputed in a step."""
import os
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf  # noqa: E402
import tensorflow_model_optimization as tfmot  # noqa: E402

from golden import Golden, sample  # noqa: E402

keras = tfmot.sparsity.keras
classes = {k: getattr(keras, k) for k in ("PolynomialDecay",
                                          "ConstantSparsity")}
names = dict(classes, sparsity=tfmot.sparsity, tfmot=types.SimpleNamespace(
    **classes, sparsity=tfmot.sparsity))
g = Golden("tfmot", tfmot.__version__, "f32")


def case(config, call, steps, args=None, wrong=""):
    f = eval(call, names)
    got = {t: f(tf.constant(t, tf.int64))
           for t in (range(steps) if isinstance(steps, int) else steps)}
    g.add(config, args or f"'{call}'", wrong,
          sparsity={t: s.numpy() for t, (p, s) in got.items()},
          prune={t: p.numpy() for t, (p, s) in got.items()})


case("polynomial",
     "tfmot.PolynomialDecay(initial_sparsity=0, final_sparsity=0.5, "
     "begin_step=0, end_step=1000, frequency=100)",
     sample(1204, range(0, 1201, 100)))
case("polynomial-path",
     "tfmot.sparsity.keras.PolynomialDecay(initial_sparsity=0.50, "
     "final_sparsity=0.80, begin_step=20, end_step=120, frequency=10)", 145)
case("polynomial-every-step",
     "tfmot.PolynomialDecay(0.0, 0.9, 5, 45, frequency=1)", 50)
case("polynomial-power-1",
     "tfmot.sparsity.keras.PolynomialDecay(0.25, 0.75, 10, 90, 1, 20)", 130)
case("polynomial-power-2-end-off-grid",
     "tfmot.PolynomialDecay(0.1, 0.85, 3, 50, power=2, frequency=7)", 70)
case("polynomial-frequency-default",
     "tfmot.PolynomialDecay(0.3, 0.95, 200, 700)",
     sample(904, range(200, 900, 100)))
case("polynomial-frequency-too-long",
     "tfmot.PolynomialDecay(0.2, 0.6, 4, 30, frequency=50)", 60)
case("polynomial-loses",
     "tfmot.PolynomialDecay(0.8, 0.3, 0, 30, frequency=5)", 40)
case("polynomial-one-step",
     "tfmot.PolynomialDecay(0.0, 0.5, 7, 8, frequency=1)", 12)
case("constant", "tfmot.sparsity.keras.ConstantSparsity(0.5, begin_step=0)",
     sample(404, [100, 200, 300, 400]))
case("constant-begin", "tfmot.ConstantSparsity(0.7, 13, frequency=10)", 60)
case("constant-end", "tfmot.ConstantSparsity(0.7, 10, 40, 10)", 60)
case("constant-end-off-grid",
     "tfmot.ConstantSparsity(target_sparsity=0.7, begin_step=10, "
     "end_step=39, frequency=10)", 60)
case("constant-once", "tfmot.ConstantSparsity(0.9, 5, 5, 3)", 12)
case("constant-every-step", "ConstantSparsity(0.9, 2, end_step=6, "
     "frequency=1)", 12)
case("constant-0", "ConstantSparsity(0.0, 0, frequency=2)", 7)
case("words-polynomial",
     "tfmot.PolynomialDecay(0.5, 0.8, 20, 120, frequency=10)", 145,
     "+sparsity const:20,from=.5 poly:100:.8,pow=3 +prune const:20,from=0 "
     "rep:11 const:1,from=1 const:9,from=0 end")
g.save()
