# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["mlx[cpu]==0.32.4"]
# ///
"""Numbers of mlx.optimizers: the rate that each update of a real optimizer
uses, in single precision.  A call in the arguments is the string run here."""
from importlib.metadata import version

import mlx.optimizers as mlx

from golden import Golden

g = Golden("mlx", version("mlx"), "f32")


def case(config, call, steps, keep=(), words=None, wrong=""):
    optimizer = mlx.SGD(learning_rate=eval(call, {"mlx": mlx, **vars(mlx)}))
    values = {}
    for t in range(steps):
        optimizer.update({}, {})
        if (steps <= 80 or t < 8 or t > steps - 6 or not t % (steps // 40) or
                min(abs(t - k) for k in [-9, *keep]) < 2):
            values[t] = optimizer.learning_rate.item()
    g.add(config, words or f"'{call}'", lr=values, wrong=wrong)


case("linear", "mlx.linear_schedule(0, 1e-1, 100)", 105)
case("linear-down", "mlx.linear_schedule(0.3, 0.0, steps=37)", 40)
case("linear-one", "mlx.linear_schedule(0.5, 0.1, 1)", 4)
case("cosine", "mlx.cosine_decay(1e-1, 1000)", 1003)
case("cosine-end", "mlx.cosine_decay(init=3e-4, decay_steps=60, end=3e-5)",
     64)
case("cosine-one", "mlx.cosine_decay(0.1, 1, 0.01)", 4)
case("cosine-up", "mlx.cosine_decay(0.01, 50, 0.1)", 53)
case("step", "mlx.step_decay(1e-1, 0.5, 10)", 60)
case("step-nine", "mlx.step_decay(1e-1, 0.9, 10)", 60)
case("exponential", "mlx.exponential_decay(1e-1, 0.9375)", 80)
case("exponential-short", "mlx.exponential_decay(1e-1, 0.9)", 12)
case("join", "mlx.join_schedules([linear_schedule(0, 1e-1, steps=10), "
     "cosine_decay(1e-1, 200)], [10])", 215, keep=[10])
case("join-three", "mlx.join_schedules([mlx.linear_schedule(1e-7, 1e-3, 20), "
     "mlx.exponential_decay(1e-3, 0.96875), mlx.cosine_decay(1e-4, 30)], "
     "[20, 50])", 84, keep=[20, 50])
case("join-cut", "mlx.join_schedules([mlx.linear_schedule(0, 0.1, 20), "
     "mlx.step_decay(0.1, 0.5, 4)], boundaries=[5])", 30)
case("words", "mlx.join_schedules([mlx.linear_schedule(0, 1e-1, 10), "
     "mlx.cosine_decay(1e-1, 200, 1e-2)], [10])", 215, keep=[10],
     words="-l .1 warmup:10 cos:200:.1x")
g.save()
