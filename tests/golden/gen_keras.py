# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["keras==3.15.1", "jax==0.10.2", "numpy==2.4.6",
#                 "scipy==1.17.1"]
# ///
"""Numbers of the schedules of Keras 3.

Its NumPy backend computes as the others do, in float32.  Periods of restarts
are powers of two and most rates of decay short in binary: others would show how
t/T and the rate round in float32, which grows with the step.
"""
import os
import types

os.environ["KERAS_BACKEND"] = "numpy"

import keras  # noqa: E402
import numpy as np  # noqa: E402

from golden import Golden, sample  # noqa: E402

schedules = vars(keras.optimizers.schedules)
names = dict(schedules, np=np, keras=types.SimpleNamespace(
    **schedules, optimizers=keras.optimizers, callbacks=keras.callbacks))
g = Golden("keras", keras.__version__, "f32")


def case(config, call, steps, args=None, wrong=""):
    f = eval(call, names)
    steps = range(steps) if isinstance(steps, int) else steps
    with np.errstate(all="ignore"):
        lr = {t: f(keras.ops.convert_to_tensor(t, "int32")) for t in steps}
    g.add(config, args or f"'{call}'", wrong, lr=lr)


def callback(config, call, epochs):
    """The rate that a callback gives the optimizer for each epoch."""
    c = eval(call, names)
    c.set_model(types.SimpleNamespace(optimizer=keras.optimizers.SGD(0.5)))
    lr = []
    for epoch in range(epochs):
        c.on_epoch_begin(epoch)
        lr.append(c.model.optimizer.learning_rate.numpy())
    g.add(config, f"'{call}'", lr=lr)


case("exponential", "ExponentialDecay(0.1, 100, 0.9375)", sample(2000))
case("exponential-staircase",
     "keras.optimizers.schedules.ExponentialDecay(initial_learning_rate=0.1, "
     "decay_steps=100, decay_rate=0.5, staircase=True)", sample(1000, [100]))
case("exponential-fractional-steps",
     "keras.ExponentialDecay(1e-2, 7.5, 0.9, True)", 60)
case("exponential-grows", "keras.ExponentialDecay(1e-3, 10, 1.125)", 40)
case("exponential-long", "keras.ExponentialDecay(0.1, 1000, 0.9375)",
     sample(200000))
case("piecewise",
     "keras.PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])",
     sample(250, [100, 200]))
case("piecewise-epochs",
     "PiecewiseConstantDecay(boundaries=[30 * spe, 60 * spe], "
     "values=[0.1 * s for s in [1, 0.1, 0.01]])".replace("spe", "4"),
     sample(300, [120, 240]))
case("piecewise-one", "keras.PiecewiseConstantDecay([1], [0.3, 0.2])", 5)
case("piecewise-boundary-0",
     "keras.PiecewiseConstantDecay([0, 3], [0.3, 0.2, 0.4])", 8)
case("polynomial", "PolynomialDecay(0.1, 100)", 103)
case("polynomial-sqrt",
     "keras.PolynomialDecay(0.1, 150, end_learning_rate=0.01, power=0.5)",
     sample(155, [150]))
case("polynomial-power-3", "keras.PolynomialDecay(1.0, 60, 0.0, 3.0)", 63)
case("polynomial-cycle",
     "keras.PolynomialDecay(0.1, 20, 0.01, power=1.0, cycle=True)", 85)
case("polynomial-cycle-power-2",
     "keras.optimizers.schedules.PolynomialDecay(0.1, 25, 0.001, 2, True)",
     110)
case("polynomial-one-step", "keras.PolynomialDecay(0.1, 1, 0.01)", 4)
case("polynomial-rises", "keras.PolynomialDecay(0.01, 40, 0.2, 1.5)", 44)
case("inverse-time", "InverseTimeDecay(0.1, 10, 0.5)", sample(500))
case("inverse-time-staircase",
     "keras.InverseTimeDecay(0.1, decay_steps=10, decay_rate=0.5, "
     "staircase=True)", 75)
case("inverse-time-legacy", "keras.InverseTimeDecay(0.01, 1, 1e-4)",
     sample(20000))
case("cosine", "CosineDecay(0.1, 1000)", sample(1004))
case("cosine-alpha", "keras.CosineDecay(0.1, 100, alpha=0.1)", 104)
case("cosine-warmup",
     "keras.CosineDecay(0.0, 950, warmup_target=0.1, warmup_steps=50)",
     sample(1003, [50, 1000]))
case("cosine-warmup-from",
     "keras.CosineDecay(1e-3, 80, 0.05, warmup_target=2e-3, "
     "warmup_steps=20)", 104)
case("cosine-warmup-0", "keras.CosineDecay(0.1, 50, warmup_target=0.2)", 53)
case("cosine-warmup-without-target",
     "keras.CosineDecay(0.1, 50, warmup_steps=10)", 53)
case("cosine-warmup-down",
     "keras.CosineDecay(0.2, 40, 0.5, warmup_target=0.1, warmup_steps=10)", 53)
case("cosine-warmup-long",
     "keras.CosineDecay(0.0, 9500, warmup_target=0.1, warmup_steps=500)",
     sample(10003, [500, 10000]))
case("restarts-equal", "CosineDecayRestarts(0.1, 32, t_mul=1.0)", 135)
case("restarts-equal-decay",
     "keras.CosineDecayRestarts(0.1, 16, 1.0, 0.5, 0.1)", 100)
case("restarts-double", "keras.CosineDecayRestarts(0.1, 16)", 112)
case("restarts-double-decay",
     "keras.CosineDecayRestarts(0.1, 1024, t_mul=2.0, m_mul=0.5, "
     "alpha=0.1)", sample(8000, [1024, 3072, 7168]))
case("restarts-triple", "keras.CosineDecayRestarts(0.1, 8, 3.0)",
     sample(400, [8, 32, 104, 320]))
callback("callback", "keras.callbacks.LearningRateScheduler("
         "lambda epoch: 1e-3 * 0.9 ** epoch)", 40)
callback("callback-steps", "keras.callbacks.LearningRateScheduler(schedule="
         "lambda e: 0.1 if e < 30 else 0.01 if e < 60 else 0.001, verbose=0)",
         65)
case("words-cosine-warmup",
     "keras.CosineDecay(0.0, 950, warmup_target=0.1, warmup_steps=50)",
     sample(1003, [50, 1000]), "-l 0.1 warmup:50 cos:950")
case("words-polynomial", "keras.PolynomialDecay(0.1, 150, 0.01, 0.5)",
     sample(155), "-l 0.1 poly:150:.01,pow=.5")
case("words-inverse-time", "keras.InverseTimeDecay(0.1, 10, 0.5)",
     sample(500), "-l 0.1 inv,k=.5,per=10")
case("words-exponential-staircase",
     "keras.ExponentialDecay(0.1, 100, 0.5, True)",
     sample(1000, [100]), "-l 0.1 decay,by=.5,per=100,stair")
case("words-piecewise",
     "keras.PiecewiseConstantDecay([100, 200], [1.0, 0.5, 0.1])",
     sample(250, [100, 200]), "step,at=101/201,values=1/.5/.1")
g.save()
