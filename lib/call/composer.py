# SPDX-License-Identifier: MIT
# composer.optim.scheduler, mosaicml 0.32: factors of the optimizer's rate.
# Times are numbers of batches or "10ep", "500ba", "0.5dur" (of training), cut
# to whole batches.  Without scale_schedule_ratio.


def _time(t, steps, epoch_steps):
    if not isinstance(t, str):
        return t
    for unit in ["ba", "ep", "dur"]:
        if t.endswith(unit):
            n = float(t[:-len(unit)])
            need(unit != "ep" or epoch_steps is not None, "a time in epochs; expected " + option("epoch_steps"))
            need(unit != "dur" or steps is not None, "a part of training; expected " + option("steps"))
            return int(n * (1 if unit == "ba" else epoch_steps if unit == "ep" else steps))
    need(False, "not a time; expected 500ba, 10ep or 0.5dur")


def StepScheduler(step_size, gamma=0.1):
    """The rate times gamma every step_size."""
    need(gamma > 0)
    n = _time(step_size, steps, epoch_steps)
    need(n >= 1)
    return stairs(base, every=n, by=gamma)


def _milestones(milestones, steps, epoch_steps):
    return sorted([_time(m, steps, epoch_steps) for m in milestones])


def MultiStepScheduler(milestones, gamma=0.1):
    """The rate times gamma at each milestone."""
    need(gamma > 0)
    return stairs(base, at=_milestones(milestones, steps, epoch_steps), by=gamma)


def ConstantScheduler(alpha=1.0, t_max="1dur"):
    """alpha times the rate until t_max, then the rate."""
    return join([hold(alpha * base, _time(t_max, steps, epoch_steps)), hold(base)])


def LinearScheduler(alpha_i=1.0, alpha_f=0.0, t_max="1dur"):
    """A line from alpha_i to alpha_f times the rate until t_max."""
    n = _time(t_max, steps, epoch_steps)
    need(n >= 1)
    return linear(n, alpha_i * base, alpha_f * base)


def ExponentialScheduler(gamma, decay_period="1ep"):
    """The rate times gamma for each decay_period."""
    need(gamma > 0)
    n = _time(decay_period, steps, epoch_steps)
    need(n >= 1)
    return decay(base, gamma, n)


def CosineAnnealingScheduler(t_max="1dur", alpha_f=0.0):
    """Half a cosine to alpha_f times the rate at t_max."""
    n = _time(t_max, steps, epoch_steps)
    need(n >= 1)
    return cos(n, base, alpha_f * base)


def CosineAnnealingWarmRestartsScheduler(t_0, t_mult=1.0, alpha_f=0.0):
    """Cosines to alpha_f times the rate, each t_mult times as long."""
    n = _time(t_0, steps, epoch_steps)
    need(n >= 1)
    need(t_mult >= 1)
    need(t_mult % 1 == 0, "no table can hold cycles cut to whole steps, each from the one before (use words)")
    return rep(cos(n, base, alpha_f * base), grow=t_mult)


def PolynomialScheduler(power, t_max="1dur", alpha_f=0.0):
    """A power of what is left of t_max, to alpha_f times the rate."""
    need(power > 0)
    n = _time(t_max, steps, epoch_steps)
    need(n >= 1)
    return poly(n, base, alpha_f * base, power)


def MultiStepWithWarmupScheduler(t_warmup, milestones, gamma=0.1, scale_warmup=False):
    """A warmup, then the rate times gamma at each milestone."""
    need(gamma > 0)
    body = stairs(base, at=_milestones(milestones, steps, epoch_steps), by=gamma)
    return over(linear(_time(t_warmup, steps, epoch_steps), 0, base), body)


def ConstantWithWarmupScheduler(t_warmup, alpha=1.0, t_max="1dur", scale_warmup=False):
    """A warmup, then constant."""
    return join([linear(_time(t_warmup, steps, epoch_steps), 0, alpha * base), hold(alpha * base)])


def LinearWithWarmupScheduler(t_warmup, alpha_i=1.0, alpha_f=0.0, t_max="1dur", scale_warmup=False):
    """A warmup, then a line from alpha_i to alpha_f times the rate."""
    w = _time(t_warmup, steps, epoch_steps)
    n = _time(t_max, steps, epoch_steps) - w
    return join([linear(w, 0, alpha_i * base),
                 linear(n, alpha_i * base, alpha_f * base) if n >= 1 else hold(alpha_i * base)])


def CosineAnnealingWithWarmupScheduler(t_warmup, t_max="1dur", alpha_f=0.0, scale_warmup=False):
    """A warmup, then half a cosine to alpha_f times the rate."""
    w = _time(t_warmup, steps, epoch_steps)
    n = _time(t_max, steps, epoch_steps) - w
    return join([linear(w, 0, base), cos(n, base, alpha_f * base) if n >= 1 else hold(base)])


def PolynomialWithWarmupScheduler(t_warmup, power=2.0, t_max="1dur", alpha_f=0.0, scale_warmup=False):
    """A warmup, then a power of what is left, to alpha_f times the rate."""
    need(power > 0)
    w = _time(t_warmup, steps, epoch_steps)
    n = _time(t_max, steps, epoch_steps) - w
    return join([linear(w, 0, base), poly(n, base, alpha_f * base, power) if n >= 1 else hold(base)])


def InverseSquareRootWithWarmupScheduler(t_warmup, t_scale, t_cooldown, t_max="1dur", alpha_f_decay=0.0,
                                         alpha_f_cooldown=0.0):
    """A warmup, an inverse root to alpha_f_decay times the rate, a line down (llm-foundry)."""
    need(0 <= alpha_f_cooldown <= alpha_f_decay)
    w, s, c = [_time(t, steps, epoch_steps) for t in (t_warmup, t_scale, t_cooldown)]
    n = _time(t_max, steps, epoch_steps) - c - w
    need(s > 0)
    need(n >= 0, "more than all of training; expected less")
    low = alpha_f_decay
    if low == 0:
        down = cut(rsqrt(base, s), n)
    else:
        down = fn(lambda t: low + (1 - low) / math.sqrt((t + s) / s), n, base)
    last = (low + (1 - low) / math.sqrt((n + s) / s)) * base
    return join([linear(w, 0, base), down] + ([linear(c, last, alpha_f_cooldown * base)] if c > 0 else []))


def ComposerConfig(scheduler, optimizer=None, max_duration=None, **others):
    """The YAML of llm-foundry."""
    kinds = {"constant_with_warmup": ConstantWithWarmupScheduler, "cosine_with_warmup": CosineAnnealingWithWarmupScheduler,
             "linear_decay_with_warmup": LinearWithWarmupScheduler,
             "inv_sqrt_with_warmup": InverseSquareRootWithWarmupScheduler}
    name = scheduler["name"]
    need(name in kinds, "one that no table here has; expected words for it")
    lr = None if optimizer is None else optimizer.get("lr")
    known = max_duration is not None and (not isinstance(max_duration, str) or max_duration[-2:] in ["ba", "ep"])
    need(base_given or optimizer is None or lr is not None, "no lr in the optimizer; expected it, or " + option("lr"))
    n = run_length(_time(max_duration, steps, epoch_steps) if known else None)
    rest = {k: v for k, v in scheduler.items() if k != "name"}
    return cut(place(kinds[name](**rest), base=base if base_given or lr is None else lr, steps=n), n, past="cont")
