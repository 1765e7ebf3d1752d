# SPDX-License-Identifier: MIT
"""What the definitions of lib/call call, for CPython: schedules as formulas.

Written from the contracts and the published formulas, not from the C, so that
tests/py/definitions is an evaluator of its own.  A node has a length in steps
and a value at a real step u >= 0.  Inside of rep() its steps are STRETCH times
as long, and END is what becomes of its end values there.
"""
import math
import struct

inf = math.inf


class Refused(Exception):
    pass


def need(condition, text="a wrong argument"):
    if not condition:
        raise Refused(text)


def written(name):
    """The calls of the goldens leave the step open."""
    return None


def option(name):
    return name


def same(value):
    return value


class Node:
    def __init__(self, steps, value, ends=()):
        self.len, self.value, self.ends = steps, value, list(ends)

    def at(self, u):
        return self.value(u, 1, same)


# What makes a node of a recipe, a function or a number; definitions sets it.
place = None


# --- ramps ------------------------------------------------------------------

OFFSETS = {"excl": (0, 0), "incl": (0, -1), "lead": (1, 0), "open": (1, 1),
           "skip": (1, 0)}


def ramp(curve, steps, start, end, grid="excl", past="hold", flip=False):
    """END + (START - END) * CURVE(num, den), CURVE running from 1 to 0; the
    ends themselves where they are reached."""
    p, q = OFFSETS[grid]

    def value(u, stretch, scaled):
        a, b = scaled(start), scaled(end)
        length = steps * stretch
        num, den = u + p, length + q
        # Before its first step, then past its last one.
        if u < length and (num <= 0 or grid == "skip" and u == 0):
            return a
        if (u >= length or num >= den) and (past != "cont" or den == 0):
            return b
        s = 1 - curve(den - num, den) if flip else curve(num, den)
        return b + (a - b) * s

    return ended(Node(steps, value, [start, end]), past)


def ended(node, past):
    return node if past in ("hold", "cont") else join([node], past)


def linear(steps, start, end=0, **ramps):
    return ramp(lambda n, d: 1 - n / d, steps, start, end, **ramps)


def cos(steps, start, end=0, waves=0.5, k=1, power=1, **ramps):
    def curve(n, d):
        x = n ** k / d ** k
        return max(0, (1 + math.cos(2 * math.pi * waves * x)) / 2) ** power

    if waves == 0.5:
        return ramp(curve, steps, start, end, **ramps)
    # Not half a wave: what it has at its end is not END.
    past, node = ramps.pop("past", "hold"), None
    node = ramp(curve, steps, start, end, past="cont", **ramps)
    inner = node.value
    if past != "cont":
        p, q = OFFSETS[ramps.get("grid", "excl")]
        node.value = lambda u, stretch, scaled: inner(
            min(u, steps * stretch + q - p), stretch, scaled)
    return ended(node, past)


def poly(steps, start, end=0, power=1, k=1, **ramps):
    def curve(n, d):
        return max(0, 1 - n ** k / d ** k) ** power
    return ramp(curve, steps, start, end, **ramps)


def sqrt(steps, start, end=0, **ramps):
    return ramp(lambda n, d: 1 - math.sqrt(n / d), steps, start, end, **ramps)


def half(steps, start, end=0, **ramps):
    return ramp(lambda n, d: 2 * 0.5 ** (n / d) - 1, steps, start, end, **ramps)


def rex(steps, start, end=0, d=0.9, **ramps):
    def curve(n, length):
        z = 1 - n / length
        return z / (1 - d + d * z)
    return ramp(curve, steps, start, end, **ramps)


def tanh(steps, start, end=0, lb=-7, ub=3, **ramps):
    def curve(n, d):
        x = n / d
        return (1 - math.tanh(lb * (1 - x) + ub * x)) / 2
    node = ramp(curve, steps, start, end, **ramps)
    inner = node.value
    # Its curve never has its ends, but for what is after it.
    node.value = lambda u, stretch, scaled: (
        scaled(end) + (scaled(start) - scaled(end)) * curve(0, 1)
        if u == 0 else inner(u, stretch, scaled))
    return node


def exp(steps, start, end, **ramps):
    def value(u, stretch, scaled):
        a, b = scaled(start), scaled(end)
        return a * (b / a) ** x.value(u, stretch, same)
    need(start > 0 and end > 0)
    x = ramp(lambda n, d: 1 - n / d, steps, 0, 1, **ramps)
    return Node(steps, value, [start, end])


# --- shapes that never end --------------------------------------------------

def endless(f, start, steps=inf, past="hold"):
    """START * F(step), which has its last value from STEPS on."""
    def value(u, stretch, scaled):
        u = near(u / stretch)
        return scaled(start) * f(u if past == "cont" else min(u, steps))
    return ended(Node(steps, value, [start]), past)


def near(u):
    """U without what stretching has left of rounding."""
    whole = round(u) if u < inf else u
    return whole if abs(u - whole) <= 1e-14 * abs(whole) else u


def hold(value, steps=inf):
    return endless(lambda u: 1, value, steps)


def fn(f, steps=inf, start=1, past="hold"):
    return endless(lambda u: f(int(u) if u == int(u) else u), start, steps,
                   past)


def _periods(u, per, stair):
    return math.floor(u / per) if stair else u / per


def decay(start, by, per=1, stair=False, **end):
    return endless(lambda u: by ** _periods(u, per, stair), start, **end)


def exponential(start, k, per=1, stair=False, **end):
    return endless(lambda u: math.exp(-k * _periods(u, per, stair)), start,
                   **end)


def inv(start, k, per=1, power=1, stair=False, **end):
    return endless(lambda u: (1 + k * _periods(u, per, stair)) ** -power,
                   start, **end)


def rsqrt(start, s, steps=inf, past="hold"):
    return endless(lambda u: math.sqrt(s / (u + s)), start, steps, past)


def sigmoid(start, k, mid, steps=inf, past="hold"):
    def f(u):
        x = k * (u - mid)
        return 1 / (1 + math.exp(x)) if x < 700 else math.exp(-x)
    return endless(f, start, steps, past)


def sat(start, tau, steps=inf, past="hold"):
    return endless(lambda u: 1 - math.exp(-(u + 1) / tau), start, steps, past)


def stairs(start=1, every=None, at=None, by=None, values=None, past="hold"):
    def count(u):
        if every is not None:
            return math.floor(u / every)
        return sum(m <= u for m in at)
    need((every is None) != (at is None))
    if values is None:
        return endless(lambda u: float(by) ** count(u), start, past=past)
    need(len(values) == len(at) + 1)
    return Node(inf, lambda u, stretch, scaled:
                scaled(values[count(near(u / stretch))]), values)


def prod(start, f, steps=inf, past="hold"):
    made = [1.0]

    def upto(u):
        while len(made) <= u:
            made.append(made[-1] * f(len(made)))
        return made[math.floor(u)]
    return endless(upto, start, steps, past)


def _triangle(low, high, step, height, steps):
    def value(u, stretch, scaled):
        u = min(near(u / stretch), steps)
        cycle = math.floor(1 + u / (2 * step))
        x = abs(u / step - 2 * cycle + 1)
        lo, hi = scaled(low), scaled(high)
        return lo + (hi - lo) * max(0, 1 - x) * height(u, cycle)
    return Node(steps, value, [low, high])


def triangular(min, max, step, steps=inf):
    return _triangle(min, max, step, lambda u, cycle: 1, steps)


def triangular2(min, max, step, steps=inf):
    return _triangle(min, max, step, lambda u, cycle: 0.5 ** (cycle - 1), steps)


def exp_range(min, max, step, gamma, per="step", steps=inf):
    return _triangle(min, max, step, lambda u, cycle:
                     gamma ** (u if per == "step" else cycle - 1), steps)


def sgdr(min, max, len, mult=1, decay=1, restart="clean", unit=1, steps=inf):
    """Cosines, each so many whole units long; late ones begin at the low."""
    def value(u, stretch, scaled):
        u, cycle, length, begin = near(u / stretch), 0, len, 0
        while u >= begin + length:
            begin += length
            length = math.ceil(length / unit * mult - 1e-9) * unit
            cycle += 1
        if restart == "late" and cycle > 0 and u < begin + 1:
            return min
        x = (u - begin) / length
        return min + (max * decay ** cycle - min) * (1 + math.cos(
            math.pi * x)) / 2
    return Node(steps, value, [min, max])


# --- combining --------------------------------------------------------------

def join(parts, past=None):
    nodes, origins, end = [place(p) for p in parts], [], 0
    need(nodes)
    for node in nodes:
        origins.append(end)
        end += node.len

    def value(u, stretch, scaled):
        if isinstance(past, (int, float)) and u >= end * stretch:
            return past
        # What a part hides that begins before it is no longer seen.
        i = max(i for i, o in enumerate(origins)
                if near(u / stretch) >= o or i == 0)
        return nodes[i].value(max(0, u - origins[i] * stretch), stretch, scaled)

    return Node(end, value, [e for n in nodes for e in n.ends])


def over(cover, body):
    cover, body = place(cover), place(body)
    return Node(body.len, lambda u, stretch, scaled:
                (cover if near(u / stretch) < cover.len else body)
                .value(u, stretch, scaled), cover.ends + body.ends)


def cut(body, steps, past="hold"):
    body = place(body)
    if past == "cont":
        return Node(steps, body.value, body.ends)
    return Node(steps, lambda u, stretch, scaled:
                body.value(min(u, steps * stretch), stretch, scaled), body.ends)


def held(body, every):
    body = place(body)
    return Node(body.len * every, lambda u, stretch, scaled:
                body.value(math.floor(near(u / stretch) / every) * stretch,
                           stretch, scaled), body.ends)


def product(factors):
    factors = [place(f) for f in factors]
    return Node(min(f.len for f in factors), lambda u, stretch, scaled:
                math.prod(f.value(u, stretch, scaled) for f in factors))


def clamp(node, lo=-inf, hi=inf):
    node = place(node)
    return Node(node.len, lambda *where: min(max(node.value(*where), lo), hi),
                node.ends)


def rep(body, times=inf, grow=1, by=1, gamma=1, scale="top", per_cycle=None,
        per_step=None, past="hold"):
    body = place(body)
    need(0 < body.len < inf and grow > 0 and times >= 1)
    lo, hi = min(body.ends, default=0), max(body.ends, default=0)

    def start(cycle):
        return body.len * (cycle if grow == 1 else
                           (grow ** cycle - 1) / (grow - 1))

    def find(u):
        """The cycle that step U is in, counted from 0, and its start."""
        cycle = int(min(u / body.len, times - 1)) if grow == 1 else 0
        while near(start(cycle + 1)) <= u and cycle + 1 < times:
            cycle += 1
        while near(start(cycle)) > u:
            cycle -= 1
        return cycle, near(start(cycle))

    def value(u, stretch, scaled):
        own = near(u / stretch)
        cycle, begins = find(own)
        length = body.len * grow ** cycle
        local = min(near(own - begins), length)
        factor = by ** cycle * gamma ** (begins + local)
        if per_cycle:
            factor *= per_cycle(cycle + 1)
        if per_step:
            t = begins + local
            factor *= per_step(int(t) if t == int(t) else t)

        def inner(e):
            if factor == 1:
                return scaled(e)
            if scale == "span":
                return scaled(lo + (e - lo) * factor)
            if scale == "drop":
                return scaled(hi + (e - hi) * factor)
            kept = scale == "top" and e == lo and lo != hi
            return scaled(e if kept else e * factor)
        return body.value(local * stretch, stretch * length / body.len, inner)

    total = start(times) if times < inf else inf
    return ended(Node(total, value, body.ends), past)


# --- the rest ---------------------------------------------------------------

class Columns(dict):
    pass


def columns(**nodes):
    return Columns((name, place(n)) for name, n in nodes.items())


def value_at(node, step):
    return place(node).at(step)


def one(x):
    if not isinstance(x, (list, tuple)):
        return x
    need(len(x) > 0 and all(v == x[0] for v in x))
    return x[0]


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]
