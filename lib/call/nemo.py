# SPDX-License-Identifier: MIT
# NeMo's policies (nemo/core/optim/lr_scheduler.py, 3.0.0).  A warmup takes one
# step more than it says, and has moved at step 0; past max_steps is min_lr.


def _count(steps, ratio, max_steps):
    """Steps that are given, or a part of max_steps."""
    need(steps is None or ratio is None, "steps and a ratio; expected one of them")
    need(ratio is None or max_steps is not None, "a ratio without max_steps; expected max_steps")
    return steps if steps is not None else int(ratio * max_steps) if ratio is not None else 0


def _policy(fall, w, base, max_steps, min_lr):
    """Fall from its own step 0 on, under a warmup, until max_steps."""
    body = join([cut(fall, max_steps + 1), hold(min_lr)]) if max_steps is not None else fall
    return over(linear(w + 1, 0, base, grid="lead"), body) if w > 0 else body


def WarmupPolicy(optimizer, warmup_steps=None, warmup_ratio=None, max_steps=None, min_lr=0.0, last_epoch=-1):
    """A warmup, then constant."""
    _fresh(last_epoch)
    return _policy(hold(base), _count(warmup_steps, warmup_ratio, max_steps), base, max_steps, min_lr)


def WarmupHoldPolicy(optimizer, warmup_steps=None, warmup_ratio=None, hold_steps=None, hold_ratio=None, max_steps=None,
                     min_lr=0.0, last_epoch=-1):
    """A warmup, then constant; min_lr past max_steps."""
    _fresh(last_epoch)
    need(max_steps is not None)
    return _policy(hold(base), _count(warmup_steps, warmup_ratio, max_steps), base, max_steps, min_lr)


def SquareAnnealing(optimizer, max_steps, min_lr=1e-5, last_epoch=-1, warmup_steps=None, warmup_ratio=None):
    """A warmup, then the square of what is left of max_steps, not below min_lr."""
    _fresh(last_epoch)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    need(max_steps > w)
    return _policy(join([hold(base, w), clamp(poly(max_steps - w, base, 0, 2), min_lr)]), w, base, max_steps, min_lr)


def SquareRootAnnealing(optimizer, max_steps, min_lr=0, last_epoch=-1, warmup_steps=None, warmup_ratio=None):
    """A warmup over the root of what is left of max_steps, not below min_lr."""
    _fresh(last_epoch)
    need(max_steps > 0)
    # It falls during the warmup too.
    return _policy(clamp(poly(max_steps, base, 0, 0.5), min_lr), _count(warmup_steps, warmup_ratio, max_steps), base,
                   max_steps, min_lr)


def CosineAnnealing(optimizer, max_steps, min_lr=0, last_epoch=-1, warmup_steps=None, warmup_ratio=None,
                    constant_steps=None, constant_ratio=None):
    """A warmup, a constant part, then a cosine to min_lr at max_steps."""
    _fresh(last_epoch)
    need(min_lr <= base, "min_lr=" + str(min_lr) + "; expected at most the base rate")
    w, c = _count(warmup_steps, warmup_ratio, max_steps), _count(constant_steps, constant_ratio, max_steps)
    need(max_steps > w + c)
    if c > 0:
        # As Megatron has it.
        return join([linear(w, 0, base), cos(max_steps - w - c, base, min_lr)])
    return _policy(join([hold(base, w), cos(max_steps - w, base, min_lr)]), w, base, max_steps, min_lr)


def NoamAnnealing(optimizer, d_model, warmup_steps=None, warmup_ratio=None, max_steps=None, min_lr=0.0, last_epoch=-1):
    """The Noam curve: a line up, then the inverse root of the step, scaled by d_model."""
    _fresh(last_epoch)
    need(d_model > 0)
    need(min_lr <= base, "min_lr=" + str(min_lr) + "; expected at most the base rate")
    w = _count(warmup_steps, warmup_ratio, max_steps)
    if w == 0:
        first = base * d_model ** -0.5
        return join([hold(max(first, min_lr), 1), clamp(rsqrt(first, 1), min_lr)])
    peak = base * d_model ** -0.5 * w ** -0.5
    # Step 0 counts as step 1.
    return over(hold(peak / w, 1), join([linear(w, 0, peak), hold(peak, 1),
                                         clamp(rsqrt(peak * math.sqrt(w / (w + 1)), w + 1), min_lr)]))


def NoamHoldAnnealing(optimizer, max_steps, decay_rate=0.5, min_lr=0.0, last_epoch=-1, warmup_steps=None,
                      warmup_ratio=None, hold_steps=None, hold_ratio=None):
    """A warmup, a hold, then a power of the step."""
    _fresh(last_epoch)
    w, h = _count(warmup_steps, warmup_ratio, max_steps), _count(hold_steps, hold_ratio, max_steps)
    need(w >= 1, "no warmup; expected warmup_steps of 1 or more")
    fall = clamp(inv(base, 1 / w, 1, decay_rate), min_lr)
    return _policy(join([hold(base, w + h), fall]), w, base, max_steps, min_lr)


def WarmupAnnealing(optimizer, max_steps, last_epoch=-1, min_lr=0.0, warmup_steps=None, warmup_ratio=None):
    """A warmup, then a line to 0 at max_steps."""
    _fresh(last_epoch)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    need(max_steps > w)
    return _policy(join([hold(base, w), linear(max_steps - w, base, min_lr)]), w, base, max_steps, min_lr)


def InverseSquareRootAnnealing(optimizer, max_steps, last_epoch=-1, min_lr=0.0, warmup_steps=None, warmup_ratio=None):
    """A warmup, then the inverse root of the step."""
    _fresh(last_epoch)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    return _policy(join([hold(base, w), rsqrt(base, w + 1)]), w, base, max_steps, min_lr)


def T5InverseSquareRootAnnealing(optimizer, max_steps, last_epoch=-1, min_lr=0.0, constant_steps=None):
    """Constant, then the inverse root of the step, as T5 has it."""
    _fresh(last_epoch)
    need(constant_steps is not None)
    need(constant_steps >= 1)
    # Whatever the optimizer's rate is.
    top = 1 / math.sqrt(constant_steps)
    return _policy(join([hold(top, constant_steps), rsqrt(top, constant_steps)]), 0, base, max_steps, min_lr)


def PolynomialDecayAnnealing(optimizer, max_steps, min_lr=0.0, power=1.0, cycle=False, last_epoch=-1, warmup_steps=None,
                             warmup_ratio=None):
    """A warmup, then a power of what is left down to min_lr."""
    _fresh(last_epoch)
    need(power > 0)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    need(max_steps > w)
    n = max_steps - w
    fall = _growing_poly(base, min_lr, n, power) if cycle else poly(n, base, min_lr, power)
    return _policy(join([hold(base, w), fall]), w, base, max_steps, min_lr)


def _held(w, hold_steps, hold_ratio, max_steps):
    """The step up to which the rate is held: 0 where no hold is given."""
    given = hold_steps is not None or hold_ratio is not None
    return w + _count(hold_steps, hold_ratio, max_steps) if given else 0


def PolynomialHoldDecayAnnealing(optimizer, max_steps, min_lr=0.0, power=1.0, cycle=False, last_epoch=-1,
                                 warmup_steps=None, warmup_ratio=None, hold_steps=None, hold_ratio=None):
    """A warmup, a hold, then a power of what is left down to min_lr."""
    _fresh(last_epoch)
    need(power > 0)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    h = _held(w, hold_steps, hold_ratio, max_steps)
    need(max_steps > max(w, h))
    n = max_steps - max(w, h)
    fall = _growing_poly(base, min_lr, n, power) if cycle else poly(n, base, min_lr, power)
    return _policy(join([hold(base, h), fall]), w, base, max_steps, min_lr)


def WarmupHoldAnnealLinear(optimizer, max_steps, last_epoch=-1, min_lr=0.0, warmup_steps=None, warmup_ratio=None,
                           hold_steps=None, hold_ratio=None):
    """A warmup, a hold, then a line down to min_lr."""
    _fresh(last_epoch)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    h = _held(w, hold_steps, hold_ratio, max_steps)
    need(max_steps > h)
    return _policy(join([hold(base, h), linear(max_steps - h, base, min_lr)]), w, base, max_steps, min_lr)


def WarmupHoldAnnealOneMinusSquareRoot(optimizer, max_steps, last_epoch=-1, min_lr=0.0, warmup_steps=None,
                                       warmup_ratio=None, hold_steps=None, hold_ratio=None):
    """A warmup, a hold, then 1 - sqrt down to min_lr."""
    _fresh(last_epoch)
    w = _count(warmup_steps, warmup_ratio, max_steps)
    h = _held(w, hold_steps, hold_ratio, max_steps)
    need(max_steps > h)
    return _policy(join([hold(base, h), clamp(sqrt(max_steps - h, base, 0), min_lr)]), w, base, max_steps, min_lr)
