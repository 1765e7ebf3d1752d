# SPDX-License-Identifier: MIT
# What definitions of several libraries say in the same way.


def _fresh(last, fresh=-1):
    """A library's last_epoch, which only a resumed schedule has."""
    need(last == fresh, "no table can hold a resumed schedule" + option("resumed"))


def _epochs(known):
    """Whether it is known how many steps an epoch has, where it has to be."""
    need(known, "no steps per epoch; expected " + option("epoch_steps"))


def _length(t_max, steps):
    """How long a schedule lasts that takes all of training unless it is told."""
    need(t_max is not None or steps is not None, "a part of training without its length; expected " + option("steps"))
    return steps if t_max is None else t_max


def _risen(body, factor, steps, method):
    """Body times what rises from a factor to 1, or is the factor for so long."""
    need(method in ["linear", "constant"])
    need(factor >= 0)
    need(steps >= 0)
    up = linear(steps, factor, 1) if method == "linear" else hold(factor, steps)
    return product([body, join([up, hold(1)])]) if steps > 0 else body


def _growing_poly(first, last, steps, power):
    """A polynomial whose period grows to the multiple of steps that the step
    is in: at the end of each it still has the last value."""
    return fn(lambda t: last + (first - last) * (1 - t / (steps * max(1, math.ceil(t / steps)))) ** power)


def _one_cycle(shape, lo, hi, end, total, part, three_phase):
    """Phases that end at part * total - 1, which may be before step 0 or
    between two, and at the last step, after which the formula goes on."""
    a = part * total - 1
    if three_phase:
        return join([shape(a, lo, hi), shape(a, hi, lo), shape(total - 2 * a, lo, end, grid="incl", past="cont")])
    return join([shape(a, lo, hi), shape(total - a, hi, end, grid="incl", past="cont")])


def _triangles(lo, hi, up, down, scale="span", by=1, gamma=1, scale_fn=None, per="cycle"):
    """Triangles, whose height a function of the cycle or step may scale."""
    body = join([linear(up, lo, hi)] + ([linear(down, hi, lo)] if down > 0 else []))
    if scale_fn is None:
        return rep(body, by=by, gamma=gamma, scale=scale)
    return rep(body, per_cycle=scale_fn, scale=scale) if per == "cycle" else rep(body, per_step=scale_fn, scale=scale)


def _in_turn(schedules, boundaries):
    """Each from a boundary on, from its own step 0."""
    lengths = [b - a for a, b in zip([0] + list(boundaries), boundaries)]
    return join([cut(s, n) for s, n in zip(schedules, lengths)] + [schedules[-1]])
