# SPDX-License-Identifier: MIT
# ESPnet's schedulers (espnet2/schedulers, 202511): the Noam curve of Vaswani et
# al. 2017 and its relatives, counted from step 1.


def _noam(peak, warmup_steps):
    """Up to the peak at step warmup_steps, counted from 1, then its root."""
    need(warmup_steps > 0)
    return join([linear(warmup_steps - 1, peak / warmup_steps, peak), rsqrt(peak, warmup_steps)])


def NoamLR(optimizer, model_size=320, warmup_steps=25000, last_epoch=-1):
    """The Noam curve of model_size: a line up, then the inverse root of the step."""
    _fresh(last_epoch)
    need(model_size > 0)
    need(warmup_steps > 0)
    return _noam(base * model_size ** -0.5 * warmup_steps ** -0.5, warmup_steps)


def WarmupLR(optimizer, warmup_steps=25000, last_epoch=-1):
    """A line up to the rate, then the inverse root of the step."""
    _fresh(last_epoch)
    return _noam(base, warmup_steps)


def WarmupStepLR(optimizer, warmup_steps=25000, steps_per_epoch=10000, step_size=1, gamma=0.1, last_epoch=-1):
    """A warmup, then the rate times gamma every step_size epochs."""
    _fresh(last_epoch)
    need(warmup_steps > 0)
    need(steps_per_epoch >= 1 and steps_per_epoch % 1 == 0)
    need(step_size >= 1 and step_size % 1 == 0)
    need(gamma >= 0)
    # Epochs are counted from the one in which the warmup ends.
    begin = warmup_steps // steps_per_epoch * steps_per_epoch - 1
    fall = join([hold(base, begin), stairs(base, every=steps_per_epoch * step_size, by=gamma)])
    up = linear(warmup_steps, 0, base, grid="lead")
    return over(up if warmup_steps % 1 == 0 else cut(up, math.floor(warmup_steps)), fall)


def PiecewiseLinearWarmupLR(optimizer, warmup_steps_list=[0, 25000], warmup_lr_list=[0.0, 0.001], last_epoch=-1):
    """Lines between points, then the inverse root of the step."""
    _fresh(last_epoch)
    at, values = list(warmup_steps_list), list(warmup_lr_list)
    need(len(at) >= 1)
    need(len(at) == len(values))
    need(at == sorted(at))
    need(at[-1] >= 1)
    rise = [linear(b - a, v, w) for a, b, v, w in zip(at, at[1:], values, values[1:])]
    # The last value is that of one step; then the root of the optimizer's rate.
    last = at[-1] + 1
    return join([hold(values[0], at[0] - 1)] + rise + [hold(values[-1], 1),
                rsqrt(base * math.sqrt(at[-1] / last), last)])


def ExponentialDecayWarmup(optimizer, max_lr, min_lr, total_steps, warmup_steps=0, warm_from_zero=False, last_epoch=-1):
    """A warmup, then a geometric course from max_lr to min_lr."""
    _fresh(last_epoch)
    need(max_lr > 0)
    need(min_lr > 0)
    need(0 <= warmup_steps < total_steps)
    # Without a warmup from 0 it has the optimizer's rate; the first update has
    # what the constructor sets.
    up = linear(warmup_steps, 0, max_lr, grid="lead") if warm_from_zero else hold(base, warmup_steps)
    first = hold(0 if warm_from_zero else max_lr, 1)
    return over(first, join([up, exp(total_steps - warmup_steps, max_lr, min_lr, past="cont")]))


def ESPnetConfig(scheduler, optim_conf, scheduler_conf=None, **others):
    """The YAML of a training with ESPnet's own schedulers, by update."""
    kinds = {"warmuplr": WarmupLR, "noamlr": NoamLR, "warmupsteplr": WarmupStepLR,
             "exponentialdecaywarmup": ExponentialDecayWarmup}
    need(scheduler in kinds, "one that no table here has; expected words for it")
    conf = {} if scheduler_conf is None else scheduler_conf
    return place(kinds[scheduler](None, **conf), base=base if base_given else optim_conf["lr"])
