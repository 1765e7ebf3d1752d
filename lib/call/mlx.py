# SPDX-License-Identifier: MIT
# mlx.optimizers, 0.32: functions of the step, which the library computes in
# single precision.


def exponential_decay(init, decay_rate):
    """init times decay_rate to the power of the step."""
    need(decay_rate > 0)
    return decay(init, decay_rate)


def step_decay(init, decay_rate, step_size):
    """init times decay_rate every step_size."""
    need(step_size >= 1)
    need(decay_rate > 0)
    return stairs(init, every=step_size, by=decay_rate)


def cosine_decay(init, decay_steps, end=0.0):
    """Half a cosine from init to end."""
    need(decay_steps >= 1)
    return cos(decay_steps, init, end)


def linear_schedule(init, end, steps):
    """A line from init to end."""
    need(steps >= 1)
    return linear(steps, init, end)


def join_schedules(schedules, boundaries):
    """Schedules one after the other, each from its own beginning."""
    need(len(schedules) >= 1)
    need(len(schedules) == len(boundaries) + 1)
    need(list(boundaries) == sorted(boundaries) and min([0] + list(boundaries)) >= 0,
         "boundaries that do not ascend from 0; expected ascending steps")
    return _in_turn(schedules, boundaries)
