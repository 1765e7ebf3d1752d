# SPDX-License-Identifier: MIT
# MXNet's schedulers, mxnet 1.9.1.  An optimizer counts an update before it
# asks for the rate, so step 0 is their update 1: ramps have moved already
# (lead, or open where the end belongs to what follows), while factors, which
# wait until an update is past their step, fall on that very step.  The rate
# that an optimizer is given takes the place of base_lr.


def _own(base_lr):
    """base_lr where no optimizer's rate is known, which would go before it."""
    if base_lr == 0.01:
        remark("the scheduler's own base_lr is shown, 0.01; an optimizer's learning_rate goes before it: " + option("lr"))
    return base_lr


def _check(base_lr, warmup_steps, warmup_begin_lr, warmup_mode):
    need(warmup_begin_lr <= base_lr)
    need(warmup_steps >= 0)
    need(warmup_mode in ("linear", "constant"))


def _up(base_lr, warmup_steps, warmup_begin_lr, warmup_mode):
    n = max(0, warmup_steps - 1)
    return linear(n, warmup_begin_lr, base_lr, grid="open") if warmup_mode == "linear" else hold(warmup_begin_lr, n)


def FactorScheduler(step, factor=1, stop_factor_lr=1e-8, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0,
                    warmup_mode="linear"):
    """The rate times factor every step updates."""
    base_lr = base if rate_given else _own(base_lr)
    _check(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    need(step >= 1)
    need(factor <= 1)
    # The first factor already ends at the floor, even if that is upwards.
    if base_lr * factor < stop_factor_lr or factor <= 0:
        body = join([hold(base_lr, step), hold(max(stop_factor_lr, base_lr * factor))])
    else:
        body = clamp(stairs(base_lr, every=step, by=factor), max(stop_factor_lr, 0))
    return over(_up(base_lr, warmup_steps, warmup_begin_lr, warmup_mode), body)


def MultiFactorScheduler(step, factor=1, base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
    """The rate times factor at each of step."""
    base_lr = base if rate_given else _own(base_lr)
    _check(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    need(len(step) >= 1, "no steps; expected one or more")
    need(min(step) >= 1, "a step below 1; expected steps from 1")
    need(len([i for i in range(1, len(step)) if step[i] <= step[i - 1]]) == 0,
         "steps that do not ascend; expected ascending ones")
    need(factor <= 1)
    if factor > 0:
        body = stairs(base_lr, at=step, by=factor)
    else:
        body = stairs(at=step, values=[base_lr * factor ** k for k in range(len(step) + 1)])
    return over(_up(base_lr, warmup_steps, warmup_begin_lr, warmup_mode), body)


def _left(max_update, warmup_steps):
    need(max_update >= 1)
    need(max_update != warmup_steps, "all of max_update is warmup; expected more")
    return max_update - warmup_steps


def PolyScheduler(max_update, base_lr=0.01, pwr=2, final_lr=0, warmup_steps=0, warmup_begin_lr=0,
                  warmup_mode="linear"):
    """A power of what is left of max_update, to final_lr."""
    base_lr = base if rate_given else _own(base_lr)
    _check(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    need(pwr >= 0)
    left = _left(max_update, warmup_steps)
    up = _up(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    if left < 0:
        return join([up, hold(base_lr, 1)])
    if warmup_steps > 0:
        return join([up, poly(left + 1, base_lr, final_lr, pwr, grid="incl")])
    return poly(max_update, base_lr, final_lr, pwr, grid="lead")


def CosineScheduler(max_update, base_lr=0.01, final_lr=0, warmup_steps=0, warmup_begin_lr=0, warmup_mode="linear"):
    """Half a cosine to final_lr at max_update."""
    base_lr = base if rate_given else _own(base_lr)
    _check(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    left = _left(max_update, warmup_steps)
    up = _up(base_lr, warmup_steps, warmup_begin_lr, warmup_mode)
    if left < 0:
        return join([up, hold(base_lr, 1)])
    if warmup_steps > 0:
        return join([up, cos(left + 1, base_lr, final_lr, grid="incl")])
    return cos(max_update, base_lr, final_lr, grid="lead")
