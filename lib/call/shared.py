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


def _hard_restarts(steps, n, peak):
    """N half cosines from the peak to 0, each from the peak again."""
    if n == 0:
        return hold(peak, steps)
    if steps / n < 1:
        return fn(lambda t: 0.5 * (1 + math.cos(math.pi * (n * t / steps % 1))), steps, peak)
    return rep(cos(steps / n, peak), n) if n == math.floor(n) else cut(rep(cos(steps / n, peak)), steps)


def _warm_restarts(n, w, lo, hi, mult, gamma):
    """Cosines from hi, times gamma each, to lo, with w steps up to each; what
    is left of n steps is mult times as long each time."""
    if mult == 1:
        return rep(join([linear(w, lo, hi), cos(n - w, hi, lo)]), by=gamma)
    if w == 0 and mult % 1 == 0:
        return rep(cos(n, hi, lo), grow=mult, by=gamma)

    # What is not warmup grows, cut to whole steps, each from the last one.
    def value(t):
        length, cycle = n, 0
        while t >= length:
            t, cycle = t - length, cycle + 1
            length = int((length - w) * mult) + w
        peak = hi * gamma ** cycle
        if t < w:
            return (peak - lo) * t / w + lo
        return lo + (peak - lo) * (1 + math.cos(math.pi * (t - w) / (length - w))) / 2

    return fn(value)
