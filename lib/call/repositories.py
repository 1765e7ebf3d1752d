# SPDX-License-Identifier: MIT
# Classes that repositories of PyTorch code hand on to one another: cmpark0126's
# PolynomialLRDecay (torch_poly_lr_decay), gaussian37's
# CosineAnnealingWarmUpRestarts, the schedules of pytorch_transformers 1.2, and
# those of LAVIS, of which MiniGPT-4 has its own.


def PolynomialLRDecay(optimizer, max_decay_steps, end_learning_rate=0.0001, power=1.0):
    """A power of what is left of max_decay_steps, to end_learning_rate."""
    need(max_decay_steps > 1)
    need(power >= 0)
    # The constructor makes the first step.
    return poly(max_decay_steps, base, end_learning_rate, power, grid="lead")


def CosineAnnealingWarmUpRestarts(optimizer, T_0, T_mult=1, eta_max=0.1, T_up=0, gamma=1.0, last_epoch=-1):
    """Cosines from eta_max, times gamma each, to the rate, with a line up to each."""
    _fresh(last_epoch)
    need(T_0 > 0)
    need(T_mult >= 1)
    need(0 <= T_up < T_0)
    need(gamma >= 0)
    return _warm_restarts(T_0, T_up, base, eta_max, T_mult, gamma)


def ConstantLRSchedule(optimizer, last_epoch=-1):
    """The rate."""
    _fresh(last_epoch)
    return hold(base)


def WarmupConstantSchedule(optimizer, warmup_steps, last_epoch=-1):
    """A line up to the rate."""
    _fresh(last_epoch)
    need(warmup_steps >= 0)
    return join([linear(warmup_steps, 0, base), hold(base)])


def WarmupLinearSchedule(optimizer, warmup_steps, t_total, last_epoch=-1):
    """A line up to the rate, and one down to 0 at t_total."""
    _fresh(last_epoch)
    need(0 <= warmup_steps <= t_total)
    return join([linear(warmup_steps, 0, base), linear(max(1, t_total - warmup_steps), base)])


def WarmupCosineWithHardRestartsSchedule(optimizer, warmup_steps, t_total, cycles=1.0, last_epoch=-1):
    """A line up to the rate, then cycles half cosines, each from the rate."""
    _fresh(last_epoch)
    need(0 <= warmup_steps <= t_total)
    need(cycles >= 0)
    return join([linear(warmup_steps, 0, base), _hard_restarts(max(1, t_total - warmup_steps), cycles, base)], past=0)


def _warmed(steps, start, peak):
    """Up to the peak by a line, and there."""
    return join([linear(steps, start if start >= 0 else peak, peak), hold(peak)])


def LinearWarmupCosineLRScheduler(optimizer, max_epoch, min_lr, init_lr, warmup_steps=0, warmup_start_lr=-1,
                                  iters_per_epoch=None, **others):
    """A line over the start of a cosine: LAVIS's falls once an epoch, after the
    first; MiniGPT-4's, with iters_per_epoch, at every step."""
    need(max_epoch > 0)
    need(warmup_steps >= 0)
    up = _warmed(warmup_steps, warmup_start_lr, init_lr)
    if iters_per_epoch is not None:
        n = max_epoch * iters_per_epoch
        return cut(over(cut(up, warmup_steps), cos(n, init_lr, min_lr)), n, past="cont")
    _epochs(epoch_steps is not None)
    return over(cut(up, epoch_steps), held(cos(max_epoch, init_lr, min_lr), epoch_steps))


def LinearWarmupStepLRScheduler(optimizer, max_epoch, min_lr, init_lr, decay_rate=1, warmup_start_lr=-1,
                                warmup_steps=0, **others):
    """A line over the first epoch, then init_lr times decay_rate for each."""
    need(max_epoch > 0)
    need(warmup_steps >= 0)
    need(decay_rate > 0)
    _epochs(epoch_steps is not None)
    down = clamp(stairs(init_lr, every=1, by=decay_rate), min_lr)
    whole = over(cut(_warmed(warmup_steps, warmup_start_lr, init_lr), epoch_steps), held(down, epoch_steps))
    return cut(whole, max_epoch * epoch_steps, past="cont")
