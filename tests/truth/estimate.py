# SPDX-License-Identifier: MIT
"""What lrfind's default says, in numpy and from its description alone: the
centre of the basin with its interval, and the centre of probes."""
import numpy as np

SIGMA, POWER, SPEED, OFFSET = .2, 4, 1.44, .07
REACH = {80: (.07, .15), 90: (.17, .25)}
PROBE_POWER, PROBE_OFFSET = 64, .12
DIFF_SD = 1.4826 / np.sqrt(2)


def noise_of(y):
    return DIFF_SD * np.median(np.abs(np.diff(y))) if len(y) > 1 else 0.


def start_of(x, y):
    """The points before any learning: their number."""
    tenth = len(x) // 10
    if x[tenth] - x[0] > 2 * (x[-1] - x[0]) / 10:
        tenth = 0  # linear: a tenth of the points is most of the rates
    near = np.searchsorted(x, x[0] + .1, side="right")
    return min(len(x), max(5, tenth, near))


def running_median(y, width):
    half = width // 2
    return np.array([np.median(y[max(0, i - half):i + half + 1])
                     for i in range(len(y))])


class Basin:
    """The smoothed curve of an exponential test of up to 512 points.  status
    is ok, flat, rising or open; centre, updates per decade and width are of
    the basin, whatever the status."""

    def __init__(self, lr, loss, diverged=False):
        x, y = np.log10(lr), np.asarray(loss, float)
        n = start_of(x, y)
        y0, y0_se = np.median(y[:n]), 1.2533 / np.sqrt(n)
        per_decade = (len(x) - 1) / (x[-1] - x[0])
        width = max(w for w in (1, 3, 5) if w == 1 or w <= .5 * per_decade)
        z = running_median(y, width)
        top = y0 + max(y0 - z.min(), 6 * noise_of(y))
        diverged = diverged or y[-1] > top
        z = np.minimum(z, top)
        w = np.exp(-.5 * ((x[:, None] - x) / SIGMA) ** 2)
        f = w @ z / w.sum(1)
        se = np.sqrt((w * w).sum(1)) / w.sum(1)
        m = int(f.argmin())
        drop = y0 - f[m]
        noise = noise_of(y[:m] if m >= 8 else y)
        err = noise * np.hypot(se[m], y0_se)
        rise = f[m:].max() - f[m]
        self.x, self.f, self.m, self.y0, self.drop = x, f, m, y0, drop
        self.noise = noise / drop if drop else np.nan
        if x[m] - x[0] < .3 and (diverged or rise > 3 * err) and rise > 0:
            self.status = "rising"
        elif not drop > 3 * err or drop <= 1e-12 * abs(y0):
            self.status = "flat"
        elif x[-1] - x[m] < .2 and not diverged and rise <= .1 * drop:
            self.status = "open"
        else:
            self.status = "ok"
        if drop > 0:
            self.measure()

    def fall(self, level):
        i = self.m
        while i > 0 and self.f[i - 1] <= level:
            i -= 1
        return self.cross(i, level) if i else self.x[0]

    def cross(self, i, level):
        x, f = self.x, self.f
        return x[i - 1] + (level - f[i - 1]) / (f[i] - f[i - 1]) * (
            x[i] - x[i - 1])

    def measure(self):
        x, f, y0, drop = self.x, self.f, self.y0, self.drop
        gap = np.append(x[1:], x[-1]) - np.append(x[0], x[:-1])
        w = np.maximum(0, y0 - f) ** POWER * gap
        self.onset = self.fall(y0 - .1 * drop)
        self.centre = (w * x).sum() / w.sum()
        half = y0 - .5 * drop
        self.width = x[f <= half][-1] - self.fall(half)
        self.root = np.sqrt(np.clip(self.width, .4, 4))
        hi = np.searchsorted(x, self.centre, side="right") - 1
        lo = max(0, np.searchsorted(x, self.centre - 1, side="right") - 1)
        self.density = (hi - lo) / (x[hi] - x[lo])

    def suggest(self, speed=SPEED, offset=OFFSET):
        s = self.centre - offset - speed / np.sqrt(self.density)
        return min(max(s, self.x[0]), self.x[self.m])


def level_of(loss):
    """What a run at one rate comes to; NaN: it diverged."""
    y = np.array([np.nan if v is None else v for v in loss], float)
    if not np.isfinite(y).all():
        return np.nan
    half = np.sort(y[len(y) // 2:])
    cut = len(half) // 5
    return half[cut:len(half) - cut].mean()


def probes(x, level, y0, power=PROBE_POWER, offset=PROBE_OFFSET,
           range_x=None):
    """log10 of the suggestion of runs at log10(rates) X, and their status."""
    order = np.argsort(x)
    x, level = np.asarray(x)[order], np.asarray(level)[order]
    if not np.nanmin(np.append(level, np.inf)) < y0:
        return x[0], "open-low"
    gain = (y0 - level) / (y0 - np.nanmin(level))
    gain = np.maximum(0, np.where(np.isnan(gain), 0, gain))
    s = (gain ** power * x).sum() / (gain ** power).sum() - offset
    if range_x is not None and abs(s - range_x) <= np.log10(3):
        s = (s + range_x) / 2
    known = x[np.isfinite(level)]
    s = min(max(s, known[0]), known[-1])
    status = ("open-low" if gain.argmax() == 0 else
              "open-high" if gain[-1] >= .97 else "bracketed")
    return s, status
