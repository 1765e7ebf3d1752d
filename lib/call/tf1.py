# SPDX-License-Identifier: MIT
# tf.compat.v1.train's decays (TensorFlow 2.15; tf.train's of 1.x): functions
# of a global step that their argument stands for.


def _of(rate, name="global_step"):
    """The rate, or the one that it has where a number stands as the step, which does not move."""
    step = written(name)
    if step is None:
        return rate
    remark(name + " is a number, " + str(step) + ": the rate is that of this step all the time")
    return hold(value_at(rate, step))


def exponential_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """The rate times decay_rate every decay_steps, in between too unless staircase."""
    need(decay_steps > 0)
    need(decay_rate > 0)
    return _of(decay(learning_rate, decay_rate, decay_steps, staircase))


def natural_exp_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """The rate times exp(-decay_rate) every decay_steps, in between too unless staircase."""
    need(decay_steps > 0)
    return _of(exponential(learning_rate, decay_rate, decay_steps, staircase))


def inverse_time_decay(learning_rate, global_step, decay_steps, decay_rate, staircase=False, name=None):
    """The rate over 1 + decay_rate * step / decay_steps."""
    need(decay_steps > 0)
    need(decay_rate >= 0)
    return _of(inv(learning_rate, decay_rate, decay_steps, 1, staircase))


def polynomial_decay(learning_rate, global_step, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False,
                     name=None):
    """A polynomial to end_learning_rate in decay_steps; with cycle in the next multiple of these."""
    need(decay_steps > 0)
    need(power > 0)
    if cycle:
        return _of(_growing_poly(learning_rate, end_learning_rate, decay_steps, power))
    return _of(poly(decay_steps, learning_rate, end_learning_rate, power))


def _pieces(boundaries, values):
    need(len(boundaries) >= 1)
    need(len(boundaries) == len(values) - 1)
    need(list(boundaries) == sorted(boundaries))
    # The value at a boundary is still that of before: step <= boundary.
    return _of(stairs(at=[math.floor(b) + 1 for b in boundaries], values=values), "x")


def piecewise_constant(x, boundaries, values, name=None):
    """The values, one up to each boundary and the last behind them."""
    return _pieces(boundaries, values)


def piecewise_constant_decay(x, boundaries, values, name=None):
    """The values, one up to each boundary and the last behind them."""
    return _pieces(boundaries, values)


def cosine_decay(learning_rate, global_step, decay_steps, alpha=0.0, name=None):
    """Half a cosine to alpha of the rate in decay_steps."""
    need(decay_steps > 0)
    return _of(cos(decay_steps, learning_rate, alpha * learning_rate))


def cosine_decay_restarts(learning_rate, global_step, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name=None):
    """Half a cosine to alpha of the rate, begun anew, each time t_mul as long and m_mul as high."""
    need(first_decay_steps > 0)
    need(t_mul >= 1)
    return _of(rep(cos(first_decay_steps, learning_rate, alpha * learning_rate), grow=t_mul, by=m_mul, scale="span"))


def linear_cosine_decay(learning_rate, global_step, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None):
    """A cosine times a line that falls, with alpha and beta."""
    need(decay_steps > 0)
    n = decay_steps
    return _of(fn(lambda t: (alpha + (n - t) / n) * 0.5 * (1 + math.cos(math.pi * 2 * num_periods * t / n)) + beta,
               n, learning_rate))


def noisy_linear_cosine_decay(learning_rate, global_step, decay_steps, initial_variance=1.0, variance_decay=0.55,
                              num_periods=0.5, alpha=0.0, beta=0.001, name=None):
    """Random noise on a linear cosine decay: no table can hold it."""
    need(False, "no table can hold random noise")
