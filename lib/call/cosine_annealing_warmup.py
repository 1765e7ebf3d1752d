# SPDX-License-Identifier: MIT
# katsura-jp's pytorch-cosine-annealing-with-warmup (2.0), which ESPnet has too.


def CosineAnnealingWarmupRestarts(optimizer, first_cycle_steps, cycle_mult=1.0, max_lr=0.1, min_lr=0.001,
                                  warmup_steps=0, gamma=1.0, last_epoch=-1):
    """Cosines with a warmup each, max_lr times gamma."""
    _fresh(last_epoch)
    need(0 <= warmup_steps < first_cycle_steps)
    need(cycle_mult >= 1)
    need(0 <= min_lr < max_lr)
    need(gamma >= 0)
    w, n, lo, hi = warmup_steps, first_cycle_steps, min_lr, max_lr
    if cycle_mult == 1:
        body = rep(join([linear(w, lo, hi), cos(n - w, hi, lo)]), by=gamma)
    elif w == 0 and cycle_mult % 1 == 0:
        body = rep(cos(n, hi, lo), grow=cycle_mult, by=gamma)
    else:
        # What is not warmup grows, cut to whole steps, each from the last one.
        def value(t):
            length, cycle = n, 0
            while t >= length:
                t, cycle = t - length, cycle + 1
                length = int((length - w) * cycle_mult) + w
            peak = hi * gamma ** cycle
            if t < w:
                return (peak - lo) * t / w + lo
            return lo + (peak - lo) * (1 + math.cos(math.pi * (t - w) / (length - w))) / 2

        body = fn(value)
    # The constructor leaves the minimum, with or without a warmup.
    return over(hold(lo, 1), body)
