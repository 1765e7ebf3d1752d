# SPDX-License-Identifier: MIT
# mlx.optimizers, 0.32: functions of the step, which the library computes in
# single precision.


def exponential_decay(init, decay_rate):
    need(decay_rate > 0)
    return decay(init, decay_rate)


def step_decay(init, decay_rate, step_size):
    need(step_size >= 1)
    need(decay_rate > 0)
    return stairs(init, every=step_size, by=decay_rate)


def cosine_decay(init, decay_steps, end=0.0):
    need(decay_steps >= 1)
    return cos(decay_steps, init, end)


def linear_schedule(init, end, steps):
    need(steps >= 1)
    return linear(steps, init, end)


def join_schedules(schedules, boundaries):
    need(len(schedules) >= 1)
    need(len(schedules) == len(boundaries) + 1)
    need(list(boundaries) == sorted(boundaries) and min([0] + list(boundaries)) >= 0,
         "boundaries that do not ascend from 0; expected ascending steps")
    return _in_turn(schedules, boundaries)
