# SPDX-License-Identifier: MIT
# TensorFlow Model Garden's schedules (official/modeling/optimization/
# lr_schedule.py, and official/nlp/optimization.py with its WarmUp, which only
# hides the first steps of a decay; tf-models-official 2.20.0).


def WarmUp(initial_learning_rate, decay_schedule_fn, warmup_steps, power=1.0, name=None):
    """A power of the step up to the rate, then the schedule given, from its beginning."""
    need(warmup_steps >= 0)
    need(power > 0)
    remark("the decay goes on under the warmup, as in TensorFlow Models; that of transformers.WarmUp begins after it")
    return over(poly(warmup_steps, 0, initial_learning_rate, power, flip=True), decay_schedule_fn)


def create_optimizer(init_lr, num_train_steps, num_warmup_steps, end_lr=0.0, optimizer_type="adamw", beta_1=0.9,
                     poly_power=1.0):
    """BERT's: a warmup, then a line (a power) down to end_lr."""
    need(num_train_steps > 0)
    need(num_warmup_steps >= 0)
    need(poly_power > 0)
    return over(linear(num_warmup_steps, 0, init_lr), poly(num_train_steps, init_lr, end_lr, poly_power))


def LinearWarmup(after_warmup_lr_sched, warmup_steps, warmup_learning_rate, name=None):
    """A line from warmup_learning_rate into the schedule given."""
    need(warmup_steps >= 0)
    body = place(after_warmup_lr_sched)
    # The warmup only hides what goes on, and aims at where that will be.
    return over(linear(warmup_steps, warmup_learning_rate, value_at(body, warmup_steps)), body)


def PolynomialWarmUp(after_warmup_lr_sched, warmup_steps, power=1.0, name="PolynomialWarmup"):
    """A power of the step into the schedule given."""
    need(warmup_steps >= 0)
    need(power > 0)
    body = place(after_warmup_lr_sched)
    if warmup_steps == 0:
        return body
    up = poly(warmup_steps, 0, value_at(body, warmup_steps), power, flip=True)
    # Step 0 counts as step 1.
    return over(over(hold(value_at(up, 1), 1), up), body) if warmup_steps > 1 else body


def _later(body, offset, first):
    """Body from step offset on; before, as the library goes on backwards."""
    need(offset >= 0)
    return join([hold(first, offset), body])


def PiecewiseConstantDecayWithOffset(offset=0, boundaries=None, values=None, name=None):
    """values between boundaries that are offset later."""
    need(boundaries is not None)
    need(values is not None)
    need(len(boundaries) == len(values) - 1)
    need(list(boundaries) == sorted(boundaries))
    need(min([0] + list(boundaries)) >= 0)
    return _later(stairs(at=[math.floor(b) + 1 for b in boundaries], values=values), offset, values[0])


def PolynomialDecayWithOffset(offset=0, initial_learning_rate=None, decay_steps=None, end_learning_rate=0.0001,
                              power=1.0, cycle=False, name=None):
    """Keras's PolynomialDecay, begun at step offset."""
    need(initial_learning_rate is not None)
    need(decay_steps is not None)
    need(offset >= 0)
    need(decay_steps > 0)
    need(power > 0)
    need(not cycle, "no table can hold a cycle with an offset; expected keras.PolynomialDecay")
    # Before its step 0 the curve goes on upwards.
    n, last = decay_steps + offset, end_learning_rate
    return poly(n, last + (initial_learning_rate - last) * (n / decay_steps) ** power, last, power)


def ExponentialDecayWithOffset(offset=0, initial_learning_rate=None, decay_steps=None, decay_rate=None,
                               staircase=False, name=None):
    """Keras's ExponentialDecay, begun at step offset."""
    need(initial_learning_rate is not None)
    need(decay_steps is not None)
    need(decay_rate is not None)
    need(offset >= 0)
    need(decay_rate > 0)
    if staircase:
        periods = math.ceil(offset / decay_steps)
        return join([hold(1, offset - periods * decay_steps),
                     decay(initial_learning_rate * decay_rate ** -periods, decay_rate, decay_steps, True)])
    return decay(initial_learning_rate * decay_rate ** (-offset / decay_steps), decay_rate, decay_steps)


def CosineDecayWithOffset(offset=0, initial_learning_rate=None, decay_steps=None, alpha=0.0, name=None):
    """Keras's CosineDecay, begun at step offset."""
    need(initial_learning_rate is not None)
    need(decay_steps is not None)
    need(0 <= offset <= decay_steps)
    # Before its step 0 the cosine is that of after it.
    last = alpha * initial_learning_rate
    rise = join([hold(last, offset - decay_steps), cos(decay_steps, last, initial_learning_rate)])
    return join([cut(rise, offset), cos(decay_steps, initial_learning_rate, last)])


def DirectPowerDecay(initial_learning_rate, power=1.0, name="DirectPowerDecay"):
    """The rate times a power of the step."""
    return fn(lambda t: max(t, 1) ** power, start=initial_learning_rate)


def PowerAndLinearDecay(initial_learning_rate, total_decay_steps, power=1.0, linear_decay_fraction=0.1, offset=0,
                        name="PowerAndLinearDecay"):
    """The rate times a power of the step, and a line to 0 at the end."""
    tail = total_decay_steps * linear_decay_fraction
    return fn(lambda t: max(t - offset, 1) ** power
              * (max(0, min(1, (total_decay_steps - t + offset) / tail)) if tail > 0 else 1),
              start=initial_learning_rate)


def PowerDecayWithOffset(initial_learning_rate, power=1.0, offset=0, pre_offset_learning_rate=1.0e6,
                         name="PowerDecayWithOffset"):
    """The rate times a power of the step since offset; before it another rate."""
    first = pre_offset_learning_rate
    return fn(lambda t: min(first, initial_learning_rate * max(t - offset, 1) ** power) if t > offset else first)


def StepCosineDecayWithOffset(boundaries, values, offset=0, name="StepCosineDecayWithOffset"):
    """A cosine between each two boundaries, from one of values towards the next."""
    need(len(values) >= 2, "one value, whose cosine has no length; expected two or more")
    need(len(boundaries) == len(values))
    need(boundaries[0] == 0 and list(boundaries) == sorted(boundaries),
         "boundaries that do not ascend from 0; expected [0, ...]")
    need(offset == 0, "no table can hold what it has before the offset")
    # The last value is the last boundary's alone: its cosine has no length.
    return join([cos(b - a, v, w) for a, b, v, w in zip(boundaries, boundaries[1:], values, values[1:])], past="error")
