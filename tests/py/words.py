# SPDX-License-Identifier: MIT
"""The words of lrsched that tests/golden has, for tests/py/definitions."""
import re

import shapes

inf = shapes.inf


class Reader:
    def __init__(self, spec, where, call):
        self.spec, self.i, self.where, self.call = spec, 0, where, call

    def more(self, *stops):
        return self.i < len(self.spec) and self.spec[self.i] not in stops \
            and self.spec[self.i][0] != "+"

    def length(self, text):
        """30%-1, 5ep or 100; None where there is none."""
        if not text:
            return None
        m = re.fullmatch(r"([\d.e-]+?)(%|ep)?([+-]\d+)?", text)
        unit = {"%": (self.where.steps or 0) / 100, "ep": self.where.epoch_steps,
                None: 1}[m[2]]
        return float(m[1]) * unit + float(m[3] or 0)

    def value(self, text):
        if text.endswith("x"):
            return float(text[:-1]) * self.base
        return float(text)

    def columns(self):
        made, name = {}, "lr"
        while self.i < len(self.spec):
            if self.spec[self.i][0] == "+":
                name = self.spec[self.i][1:]
                self.i += 1
            # What is beside the rate is absolute.
            self.base = self.where.base if name == "lr" else 1
            made[name] = self.product()
        return made

    def product(self, *stops):
        factors = [self.sequence(*stops)]
        while self.more(*stops):
            self.i += 1
            self.base = 1
            factors.append(self.sequence(*stops))
        return shapes.product(factors) if len(factors) > 1 else factors[0]

    def sequence(self, *stops):
        """What is laid end to end; over hides the start of what follows."""
        parts, covers, now, at = [], [], self.base, 0
        while self.more("times", *stops):
            node, hides, past = self.item(now, at)
            if hides:
                covers.append(node)
            else:
                while covers:
                    node = shapes.over(covers.pop(), node)
                parts.append(node)
                at += node.len
            if node.len < inf:
                now = node.at(node.len)
        return shapes.join(parts, {"zero": 0}.get(past))

    def item(self, now, at):
        word = self.spec[self.i]
        self.i += 1
        if "(" in word:
            return self.call(word, self.base), False, None
        head, *keys = word.split(",")
        name, length, to = (head.split(":") + ["", ""])[:3]
        keys = dict((k.split("=") + [""])[:2] for k in keys)
        if name == "rep":
            return self.group(length, keys)
        past, over = keys.pop("past", None), keys.pop("over", None) is not None
        steps = self.length(length)
        if steps is None and self.where.steps:
            steps = self.where.steps - at
        return (self.segment(name, steps, to or keys.pop("to", ""), now, keys,
                             past), over, past)

    def group(self, times, keys):
        body = self.product("end")
        self.i += 1
        return shapes.rep(
            body, inf if times in ("", "inf") else float(times),
            by=float(keys.get("vmul", 1)), gamma=float(keys.get("gamma", 1)),
            scale=keys.get("scale", "top")), False, None

    def segment(self, name, steps, to, now, keys, past):
        grid = [keys.pop(g) and g or g for g in ("incl", "lead", "open")
                if g in keys]
        start = self.value(keys.pop("from")) if "from" in keys else now
        end = self.value(to) if to else 0
        low = float(self.value(keys.pop("floor"))) if "floor" in keys else -inf
        cycles = [keys.pop(k, "1") for k in ("cycles", "tmul", "vmul")]
        scale = keys.pop("scale", "top")
        numbers = {{"pow": "power"}.get(k, k): v for k, v in keys.items()}
        for k, v in numbers.items():
            if k in ("at", "values"):
                # The first is of the base, as 1x is.
                numbers[k] = [self.value(x) if k == "values" else
                              self.length(x) for x in v.split("/")]
            elif k in ("stair", "flip"):
                numbers[k] = True
            elif k in ("every", "step", "per", "s", "mid", "tau"):
                numbers[k] = self.length(v)
            else:
                numbers[k] = self.value(v)
        ramps = {"grid": grid[0]} if grid else {}
        if past == "cont":
            ramps["past"] = past
        if name == "const":
            return shapes.hold(start, inf if steps is None else steps)
        if name == "warmup":
            return shapes.linear(steps, 0, self.base, **ramps)
        if name == "step":
            node = shapes.stairs(self.base, **numbers)
            return shapes.clamp(node, low)
        if name in ("decay", "exponential", "inv", "rsqrt", "sigmoid", "sat"):
            first = start if name != "exponential" else self.base
            return getattr(shapes, name)(first, **numbers)
        if name in ("triangular", "triangular2", "exp_range"):
            return getattr(shapes, name)(**numbers)
        node = getattr(shapes, name)(steps, start, end, **numbers, **ramps)
        times, grow, by = (inf if c == "inf" else float(c) for c in cycles)
        if times == 1:
            return node
        return shapes.rep(node, times, grow=grow, by=by, scale=scale)


def read(spec, where, call):
    return Reader(spec, where, call).columns()
