# SPDX-License-Identifier: MIT
# The warmup that Transformers had for TensorFlow until version 5
# (optimization_tf.py of 4.57.6): the decay begins after it.


def WarmUp(initial_learning_rate, decay_schedule_fn, warmup_steps, power=1.0, name=None):
    """A power of the step up to the rate, then the schedule given, from its beginning."""
    need(warmup_steps >= 0)
    need(power > 0)
    peak = initial_learning_rate
    up = linear(warmup_steps, 0, peak) if power == 1 else poly(warmup_steps, 0, peak, power, flip=True)
    return join([up, decay_schedule_fn])
