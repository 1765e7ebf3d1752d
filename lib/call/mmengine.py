# SPDX-License-Identifier: MIT
# mmengine.optim.scheduler, 0.10: each acts from begin to before end, so that
# what takes end - begin steps elsewhere takes one less, and is still
# afterwards.  What it counts is epochs unless by_epoch says otherwise: with -e
# each value is held for one, without it the table's rows are what is counted.

_FRESH = "no table can hold a resumed schedule (use -s)"
_EVER = 1000000000


def _counted(body, by_epoch, epoch_steps, counting):
    need(by_epoch or counting == "step", "no table can hold steps where all else counts epochs (use -e without that)")
    return held(body, epoch_steps) if by_epoch and epoch_steps is not None and epoch_steps != 1 else body


def _window(begin, end, last_step):
    """How many steps it acts in after its first."""
    need(last_step == -1, _FRESH)
    need(end > begin)
    return end - begin - 1


def _acting(body, begin, end, n, base):
    """Body from begin on; from before end on it is still."""
    if end < _EVER:
        body = cut(body, n) if n > 0 else hold(base)
    return join([hold(base, begin), body])


def ConstantLR(optimizer, factor=1/3, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    need(0 < factor <= 1)
    n = _window(begin, end, last_step)
    if n == 0:
        return _counted(join([hold(base, begin), hold(factor * base)]), by_epoch, epoch_steps, counting)
    return _counted(join([hold(base, begin), hold(factor * base, n), hold(base)]), by_epoch, epoch_steps, counting)


def LinearLR(optimizer, start_factor=1/3, end_factor=1.0, begin=0, end=1000000000, last_step=-1, by_epoch=True,
             verbose=False):
    need(0 < start_factor <= 1)
    need(0 <= end_factor <= 1)
    n = _window(begin, end, last_step)
    ramp = linear(n, start_factor * base, end_factor * base) if n > 0 else hold(start_factor * base)
    return _counted(join([hold(base, begin), ramp] + ([hold(end_factor * base)] if end >= _EVER else [])), by_epoch, epoch_steps, counting)


def StepLR(optimizer, step_size, gamma=0.1, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    need(step_size >= 1 and step_size % 1 == 0)
    need(gamma > 0)
    return _counted(_acting(stairs(base, every=step_size, by=gamma), begin, end, _window(begin, end, last_step), base), by_epoch, epoch_steps, counting)


def MultiStepLR(optimizer, milestones, gamma=0.1, last_step=-1, begin=0, end=1000000000, by_epoch=True,
                verbose=False):
    need(gamma > 0)
    at = [m for m in sorted(milestones) if m >= 0 and m % 1 == 0]
    need(len(at) > 0)
    return _counted(_acting(stairs(base, at=at, by=gamma), begin, end, _window(begin, end, last_step), base), by_epoch, epoch_steps, counting)


def ExponentialLR(optimizer, gamma, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    need(gamma > 0)
    return _counted(_acting(decay(base, gamma), begin, end, _window(begin, end, last_step), base), by_epoch, epoch_steps, counting)


def CosineAnnealingLR(optimizer, T_max=None, eta_min=None, begin=0, end=1000000000, last_step=-1, by_epoch=True,
                      verbose=False, eta_min_ratio=None):
    need(eta_min is None or eta_min_ratio is None)
    t = T_max if T_max is not None else end - begin
    need(t >= 1)
    low = eta_min_ratio * base if eta_min_ratio is not None else eta_min or 0
    return _counted(_acting(cos(t, base, low, past="cont"), begin, end, _window(begin, end, last_step), base), by_epoch, epoch_steps, counting)


def PolyLR(optimizer, eta_min=0, power=1.0, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    need(power > 0)
    n = _window(begin, end, last_step)
    fall = poly(n, base, eta_min, power) if n > 0 else hold(base)
    return _counted(join([hold(base, begin), fall] + ([hold(eta_min)] if end >= _EVER else [])), by_epoch, epoch_steps, counting)


def OneCycleLR(optimizer, eta_max=0, total_steps=None, pct_start=0.3, anneal_strategy="cos", div_factor=25.0,
               final_div_factor=1e4, three_phase=False, begin=0, end=1000000000, last_step=-1, by_epoch=True,
               verbose=False):
    need(last_step == -1, _FRESH)
    need(begin == 0, "no table can hold a cycle that begins later")
    need(total_steps is not None or end < 1000000000)
    total = total_steps if total_steps is not None else end
    need(end >= total)
    need(total >= 1 and total % 1 == 0)
    need(0 <= pct_start <= 1)
    need(anneal_strategy in ["cos", "linear"])
    shape = cos if anneal_strategy == "cos" else linear
    hi = one(eta_max)
    low = hi / div_factor
    last = low / final_div_factor
    a = pct_start * total - 1
    if three_phase:
        body = join([shape(a, low, hi), shape(a, hi, low), shape(total - 2 * a, low, last, grid="incl", past="cont")])
    else:
        body = join([shape(a, low, hi), shape(total - a, hi, last, grid="incl", past="cont")])
    return _counted(cut(body, total - 1) if end == total and total > 1 else body, by_epoch, epoch_steps, counting)


def CosineRestartLR(optimizer, periods, restart_weights=[1], eta_min=None, eta_min_ratio=None, begin=0, end=1000000000,
                    last_step=-1, by_epoch=True, verbose=False):
    need(last_step == -1, _FRESH)
    need(begin == 0 and end == 1000000000, "no table can hold restarts that begin or end otherwise")
    need((eta_min is None) != (eta_min_ratio is None))
    need(len(periods) >= 1)
    need(len(periods) == len(restart_weights))
    low = eta_min_ratio * base if eta_min is None else eta_min
    cycles = [cos(n, w * base, low) for n, w in zip(periods, restart_weights)]
    return _counted(join(cycles[:-1] + [cut(cycles[-1], periods[-1] - 1)]), by_epoch, epoch_steps, counting)


def ReduceOnPlateauLR(optimizer, monitor="loss", rule="less", factor=0.1, patience=10, threshold=1e-4,
                      threshold_rule="rel", cooldown=0, min_value=0.0, eps=1e-8, begin=0, end=1000000000, last_step=-1,
                      by_epoch=True, verbose=False):
    need(False, "no table can hold what follows a metric")
