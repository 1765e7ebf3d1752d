# SPDX-License-Identifier: MIT
# OLMo-core's schedulers (olmo_core/optim/scheduler.py, 3.0.0), of all steps or
# of t_max.  Its trainer counts an update before it asks for the rate, so step 0
# is its step 1 (lead).


def _part(n, fraction, old, total):
    """Steps that are given, by their old name too, or a part of the total."""
    n = old if n is None else n
    need((n is None) != (fraction is None), "neither or both of steps and a fraction; expected one of them")
    need(fraction is None or 0 <= fraction <= 1)
    return n if n is not None else round(total * fraction)


def _up(steps, start, peak):
    need(steps >= 0)
    need(0 <= start < peak)
    return linear(steps, start, peak, grid="lead")


def ConstantScheduler(lr_field="lr", initial_lr_field="initial_lr", units="steps"):
    """Always the rate."""
    return hold(base)


def ConstantWithWarmup(lr_field="lr", initial_lr_field="initial_lr", units="steps", warmup=None, warmup_steps=None,
                       warmup_fraction=None, warmup_min_lr=0.0):
    """A warmup, then constant."""
    total = _length(None, steps) if warmup_fraction is not None else None
    return join([_up(_part(warmup, warmup_fraction, warmup_steps, total), warmup_min_lr, base), hold(base)])


def WSD(lr_field="lr", initial_lr_field="initial_lr", units="steps", warmup=None, warmup_steps=None,
        warmup_fraction=None, decay=None, decay_steps=None, decay_fraction=0.1, warmup_min_lr=0.0, decay_min_lr=0.0):
    """A warmup, constant, then a line down at the end."""
    total = _length(None, steps)
    w = _part(warmup, warmup_fraction, warmup_steps, total)
    d = _part(decay, decay_fraction, decay_steps, total)
    need(d > 0)
    # The decay may begin within the warmup.
    return over(_up(w, warmup_min_lr, base), join([hold(base, total - d), linear(d, base, decay_min_lr, grid="lead")]))


def PowerLR(lr_field="lr", initial_lr_field="initial_lr", units="steps", b=-0.51, warmup=None, warmup_steps=None,
            warmup_fraction=None, warmup_min_lr=0.0, decay=None, decay_steps=None, decay_fraction=0.1,
            decay_min_lr=0.0):
    """A warmup, then a power b of the step; a line down at the end."""
    total = _length(None, steps)
    need(b < 0)
    w = _part(warmup, warmup_fraction, warmup_steps, total)
    d = _part(decay, decay_fraction, decay_steps, total)
    need(w > 0)
    need(0 < d <= total - w)
    # Its step t + 1 over the warmup, to the power.
    fall = inv(base * ((w + 1) / w) ** b, 1 / (w + 1), 1, -b)
    return join([_up(w, warmup_min_lr, base), cut(fall, total - d - w),
                 linear(d, base * ((total - d) / w) ** b, decay_min_lr, grid="lead")])


def LinearWithWarmup(lr_field="lr", initial_lr_field="initial_lr", units="steps", alpha_f=0.1, t_max=None, warmup=None,
                     warmup_steps=None, warmup_fraction=None, warmup_min_lr=0.0):
    """A warmup, then a line to alpha_f of the rate."""
    total = _length(t_max, steps)
    w = _part(warmup, warmup_fraction, warmup_steps, total)
    need(w < total)
    return join([_up(w, warmup_min_lr, base), linear(total - w, base, alpha_f * base, grid="lead")])


def InvSqrtWithWarmup(lr_field="lr", initial_lr_field="initial_lr", units="steps", alpha_f=0.1, warmup=None,
                      warmup_steps=None, warmup_fraction=None, warmup_min_lr=0.0):
    """A warmup, then the inverse root of the step, not below alpha_f of the rate."""
    total = _length(None, steps) if warmup_fraction is not None else None
    w, low = _part(warmup, warmup_fraction, warmup_steps, total), alpha_f * base
    need(0 <= alpha_f <= 1)
    return join([_up(w, warmup_min_lr, base),
                 fn(lambda t: low + (base - low) * math.sqrt(w / (t + w + 1)))])


def CosWithWarmup(lr_field="lr", initial_lr_field="initial_lr", units="steps", warmup=None, warmup_steps=None,
                  warmup_fraction=None, alpha_f=0.1, t_max=None, warmup_min_lr=0.0):
    """A warmup, then a cosine to alpha_f of the rate."""
    total = _length(t_max, steps)
    w = _part(warmup, warmup_fraction, warmup_steps, total)
    need(w < total)
    return join([_up(w, warmup_min_lr, base), cos(total - w, base, alpha_f * base, grid="lead")])


def HalfCosWithWarmup(lr_field="lr", initial_lr_field="initial_lr", units="steps", warmup=None, warmup_steps=None,
                      warmup_fraction=None, alpha_f=0.1, t_max=None, warmup_min_lr=0.0):
    """A warmup, then the second half of a cosine, to alpha_f of the rate."""
    total = _length(t_max, steps)
    w, low = _part(warmup, warmup_fraction, warmup_steps, total), alpha_f * base
    need(w < total)
    n = total - w
    # The second half of a cosine from the base: it begins n steps earlier.
    half = join([hold(base, -n), cos(2 * n, base, low, grid="lead")])
    return join([_up(w, warmup_min_lr, low + (base - low) / 2), half])


def CosWithWarmupAndLinearDecay(lr_field="lr", initial_lr_field="initial_lr", units="steps", warmup=None,
                                warmup_steps=None, warmup_fraction=None, alpha_f=0.1, t_max=None, warmup_min_lr=0.0,
                                decay=None, decay_steps=None, decay_fraction=0.1, decay_min_lr=0.0):
    """A warmup, then a cosine, and a line down at the end."""
    total, trained = _length(t_max, steps), _length(None, steps)
    w = _part(warmup, warmup_fraction, warmup_steps, total)
    d = _part(decay, decay_fraction, decay_steps, trained)
    need(w < total)
    need(0 < d <= trained - w)
    fall = place(cos(total - w, base, alpha_f * base, grid="lead"))
    last = value_at(fall, trained - d - w - 1) if trained - d > w else base
    return join([_up(w, warmup_min_lr, base), cut(fall, trained - d - w),
                 linear(d, last, decay_min_lr, grid="lead")])


def WSDS(lr_field="lr", initial_lr_field="initial_lr", units="steps", period_lengths=None, period_lr_multipliers=None,
         warmup=None, warmup_fraction=None, decay=None, decay_fraction=None, warmup_min_lr=0.0, decay_min_lr=0.0):
    """Warmup, constant and decay in each of several periods."""
    need(period_lengths is not None)
    need(len(period_lengths) >= 1)
    need(min(period_lengths) > 0)
    factors = period_lr_multipliers or [1 for _ in period_lengths]
    need(len(factors) == len(period_lengths))
    w = _part(warmup, warmup_fraction, None, period_lengths[0])
    parts, left = [_up(w, warmup_min_lr, factors[0] * base)], w
    for n, f in zip(period_lengths, factors):
        d = _part(decay, decay_fraction, None, n)
        need(left + d <= n, "a decay longer than its period; expected decay= of less")
        # A period's last step is still its own.
        parts = parts + [hold(f * base, n - left - d), linear(d, f * base, decay_min_lr, grid="lead")]
        left = 0
    return join(parts)


def ExponentialScheduler(lr_field="lr", initial_lr_field="initial_lr", units="steps", lr_min=1e-9):
    """A geometric course down to lr_min."""
    need(lr_min > 0)
    return exp(_length(None, steps), lr_min, base, grid="lead")
