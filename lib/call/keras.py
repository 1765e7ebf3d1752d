# SPDX-License-Identifier: MIT
# Schedules of Keras 3 (signatures of 3.15.1, keras/src/optimizers/schedules),
# the callback that takes a function of the epoch, and what Keras 2 had
# besides: the linear cosine decay, and decay= of its optimizers (tf_keras
# 2.15.1, legacy/optimizer_v2.py), which divides whatever the rate is by
# 1 + decay * t, and their lr=.


def ExponentialDecay(initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
    """The rate times decay_rate every decay_steps, in between too unless staircase."""
    need(decay_steps > 0)
    need(decay_rate > 0)
    return decay(initial_learning_rate, decay_rate, decay_steps, staircase)


def PiecewiseConstantDecay(boundaries, values, name="PiecewiseConstant"):
    """The values, one up to each boundary and the last behind them."""
    need(len(boundaries) >= 1)
    need(len(boundaries) == len(values) - 1)
    need(list(boundaries) == sorted(boundaries))
    # The value at a boundary is still that of before: step <= boundary.
    return stairs(at=[math.floor(b) + 1 for b in boundaries], values=values)


def PolynomialDecay(initial_learning_rate, decay_steps, end_learning_rate=0.0001, power=1.0, cycle=False,
                    name="PolynomialDecay"):
    """A polynomial to end_learning_rate in decay_steps; with cycle in the next multiple of these."""
    need(decay_steps > 0)
    need(power > 0)
    if cycle:
        return _growing_poly(initial_learning_rate, end_learning_rate, decay_steps, power)
    return poly(decay_steps, initial_learning_rate, end_learning_rate, power)


def InverseTimeDecay(initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"):
    """The rate over 1 + decay_rate * step / decay_steps."""
    need(decay_steps > 0)
    need(decay_rate >= 0)
    return inv(initial_learning_rate, decay_rate, decay_steps, 1, staircase)


def CosineDecay(initial_learning_rate, decay_steps, alpha=0.0, name="CosineDecay", warmup_target=None, warmup_steps=0):
    """Half a cosine to alpha of the rate in decay_steps, after a warmup to warmup_target."""
    need(decay_steps > 0)
    need(warmup_steps >= 0)
    if warmup_target is None:
        return cos(decay_steps, initial_learning_rate, alpha * initial_learning_rate)
    return join([linear(warmup_steps, initial_learning_rate, warmup_target),
                 cos(decay_steps, warmup_target, alpha * warmup_target)])


def CosineDecayRestarts(initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
    """Half a cosine to alpha of the rate, begun anew, each time t_mul as long and m_mul as high."""
    need(first_decay_steps > 0)
    need(t_mul >= 1)
    return rep(cos(first_decay_steps, initial_learning_rate, alpha * initial_learning_rate), grow=t_mul, by=m_mul,
               scale="span")


def LinearCosineDecay(initial_learning_rate, decay_steps, num_periods=0.5, alpha=0.0, beta=0.001, name=None):
    """A cosine times a line that falls, with alpha and beta."""
    need(decay_steps > 0)
    n = decay_steps
    return fn(lambda t: (alpha + (n - t) / n) * 0.5 * (1 + math.cos(math.pi * 2 * num_periods * t / n)) + beta, n,
              initial_learning_rate)


def NoisyLinearCosineDecay(initial_learning_rate, decay_steps, initial_variance=1.0, variance_decay=0.55,
                           num_periods=0.5, alpha=0.0, beta=0.001, seed=None, name=None):
    """Random noise on a linear cosine decay: no table can hold it."""
    need(False, "no table can hold random noise")


def LearningRateScheduler(schedule, verbose=0):
    """The callback: what the function gives at the beginning of each epoch."""
    body = rate(schedule)
    return held(body, epoch_steps) if epoch_steps is not None and counting == "step" else body


def ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=0.0001, cooldown=0,
                      min_lr=0.0):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")


def _decayed(rate, old, decay):
    rate = rate if old is None else old
    need(decay >= 0)
    return product([rate, inv(1, decay)]) if decay > 0 else join([rate])


# What all optimizers of Keras 3 take, and what those of Keras 2 took, is in
# each of these.

def SGD(learning_rate=0.01, momentum=0.0, nesterov=False, weight_decay=None, clipnorm=None, clipvalue=None,
        global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, loss_scale_factor=None,
        gradient_accumulation_steps=None, name=None, decay=0.0, lr=None):
    """The optimizer: its rate or its schedule, with the decay of old versions."""
    return _decayed(learning_rate, lr, decay)


def Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False, weight_decay=None, clipnorm=None,
         clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
         loss_scale_factor=None, gradient_accumulation_steps=None, name=None, decay=0.0, lr=None):
    """The optimizer: its rate or its schedule, with the decay of old versions."""
    return _decayed(learning_rate, lr, decay)


def AdamW(learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-07, amsgrad=False,
          clipnorm=None, clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99,
          ema_overwrite_frequency=None, loss_scale_factor=None, gradient_accumulation_steps=None, name=None, decay=0.0,
          lr=None):
    """The optimizer: its rate or its schedule, with the decay of old versions."""
    return _decayed(learning_rate, lr, decay)


def RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, centered=False, weight_decay=None, clipnorm=None,
            clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
            loss_scale_factor=None, gradient_accumulation_steps=None, name=None, decay=0.0, lr=None):
    """The optimizer: its rate or its schedule, with the decay of old versions."""
    return _decayed(learning_rate, lr, decay)


def Adagrad(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-07, weight_decay=None, clipnorm=None,
            clipvalue=None, global_clipnorm=None, use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None,
            loss_scale_factor=None, gradient_accumulation_steps=None, name=None, decay=0.0, lr=None):
    """The optimizer: its rate or its schedule, with the decay of old versions."""
    return _decayed(learning_rate, lr, decay)
