# SPDX-License-Identifier: MIT
# allennlp's schedulers (2.10.1), stepped after each batch, or after each epoch
# where they have no use for batches.


def SlantedTriangular(optimizer, num_epochs, num_steps_per_epoch=None, cut_frac=0.1, ratio=32, last_epoch=-1,
                      gradual_unfreezing=False, discriminative_fine_tuning=False, decay_factor=0.38):
    """A line up for cut_frac of training, then a line down to 1/ratio."""
    _fresh(last_epoch)
    need(not gradual_unfreezing, "no table can hold a schedule that starts at the unfreezing")
    need(num_steps_per_epoch is not None)
    need(ratio > 0)
    n = num_epochs * num_steps_per_epoch
    up = int(n * cut_frac)
    need(0 <= up < n)
    return join([linear(up, base / ratio, base), linear(n - up, base, base / ratio)])


def NoamLR(optimizer, model_size, warmup_steps, factor=1.0, last_epoch=-1):
    """The Noam curve: a line up, then the inverse root of the step."""
    _fresh(last_epoch)
    need(model_size > 0)
    need(warmup_steps > 0)
    # Until it is stepped, the rate is the optimizer's.
    peak = factor * model_size ** -0.5 * warmup_steps ** -0.5
    return over(hold(base, 1), join([linear(warmup_steps, 0, peak), rsqrt(peak, warmup_steps)]))


def PolynomialDecay(optimizer, num_epochs, num_steps_per_epoch, power=1.0, warmup_steps=0, end_learning_rate=0.0,
                    last_epoch=-1):
    """A warmup, then a power of what is left, to end_learning_rate."""
    _fresh(last_epoch)
    need(power > 0)
    left = num_epochs * num_steps_per_epoch - warmup_steps
    need(left > 0, "no steps after the warmup; expected fewer warmup_steps")
    return join([linear(warmup_steps, 0, base), poly(left, base, end_learning_rate, power)])


def LinearWithWarmup(optimizer, num_epochs, num_steps_per_epoch, warmup_steps=100, last_epoch=-1):
    """A warmup, then a line to 0."""
    return PolynomialDecay(optimizer, num_epochs, num_steps_per_epoch, 1.0, warmup_steps, 0.0, last_epoch)


def CosineWithRestarts(optimizer, t_initial, t_mul=1.0, eta_min=0.0, eta_mul=1.0, last_epoch=-1):
    """Cosines to eta_min, each t_mul times as long."""
    _fresh(last_epoch)
    need(t_initial >= 1)
    need(eta_min >= 0)
    need(t_mul >= 1 and t_mul % 1 == 0, "no table can hold cycles cut to whole steps; expected a whole t_mul")
    return rep(cos(t_initial, base, eta_min), grow=t_mul, by=eta_mul)
