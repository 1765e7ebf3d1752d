# SPDX-License-Identifier: MIT
# pytorch-optimizer's schedulers (pytorch_optimizer/lr_scheduler, 4.1.0), stepped
# after each update.  Most leave their minimum for the first one, and then count
# from 0 (or, where the constructor has stepped, from 1).


def _after_minimum(min_lr, init_lr, max_lr, warmup_steps, fall):
    """What the first update has, a warmup, and what follows it."""
    need(min_lr >= 0)
    need(max_lr >= 0)
    need(init_lr >= 0)
    need(warmup_steps >= 0)
    return join([hold(min_lr, 1), linear(warmup_steps, init_lr, max_lr), fall])


def LinearScheduler(optimizer, t_max, max_lr, min_lr=0.0, init_lr=0.0, warmup_steps=0):
    """A warmup, then a line from max_lr to min_lr."""
    need(t_max > warmup_steps)
    return _after_minimum(min_lr, init_lr, max_lr, warmup_steps, linear(t_max - warmup_steps, max_lr, min_lr))


def CosineScheduler(optimizer, t_max, max_lr, min_lr=0.0, init_lr=0.0, warmup_steps=0):
    """A warmup, then a cosine from max_lr to min_lr."""
    need(t_max > warmup_steps)
    return _after_minimum(min_lr, init_lr, max_lr, warmup_steps,
                          cos(t_max - warmup_steps, max_lr, min_lr, past="cont"))


def PolyScheduler(optimizer, poly_order=0.5, t_max=None, max_lr=None, min_lr=0.0, init_lr=0.0, warmup_steps=0):
    """A warmup, then a power of the step."""
    need(poly_order > 0)
    need(t_max is not None)
    need(max_lr is not None)
    # It rises: to the power of the steps since the warmup, whose last one is
    # the maximum.
    rise = fn(lambda t: min_lr + (max_lr - min_lr) * t ** poly_order if t > 0 else max_lr)
    return _after_minimum(min_lr, init_lr, max_lr, warmup_steps, rise)


def REXScheduler(optimizer, total_steps, max_lr=1.0, min_lr=0.0):
    """The REX curve from max_lr to min_lr."""
    need(total_steps >= 1)
    return over(hold(min_lr, 1), rex(total_steps, max_lr, min_lr, 0.5))


def CosineAnnealingWarmupRestarts(optimizer, first_cycle_steps, cycle_mult=1.0, max_lr=1e-4, min_lr=1e-6,
                                  warmup_steps=0, gamma=0.9, last_epoch=-1):
    """Cosines with a warmup each, max_lr times gamma."""
    _fresh(last_epoch)
    need(0 <= warmup_steps < first_cycle_steps)
    need(cycle_mult == 1, "no table can hold cycles cut to whole steps; expected cycle_mult=1")
    need(0 <= min_lr < max_lr)
    need(gamma >= 0)
    w, n, lo, hi = warmup_steps, first_cycle_steps, min_lr, max_lr
    return over(hold(lo, 1), rep(join([linear(w, lo, hi), cos(n - w, hi, lo)]), by=gamma))


def get_wsd_schedule(optimizer, num_warmup_steps, num_stable_steps, num_decay_steps, min_lr_ratio=0.0, num_cycles=0.5,
                     cooldown_type="1-sqrt", last_epoch=-1):
    """A warmup, constant, then a decay to min_lr_ratio."""
    _fresh(last_epoch)
    need(num_warmup_steps >= 0)
    need(num_stable_steps >= 0)
    need(num_decay_steps >= 0)
    need(cooldown_type in ["cosine", "1-sqrt", "linear", "1-square"])
    d, low = num_decay_steps, min_lr_ratio * base
    # Only the cosine ends at the minimum; the others at 0, and jump.
    if cooldown_type == "cosine":
        fall = cos(d, base, low, waves=num_cycles)
    elif cooldown_type == "1-sqrt":
        fall = sqrt(d, base, 0)
    elif cooldown_type == "linear":
        fall = linear(d, base, 0)
    else:
        fall = poly(d, base, 0, 2, flip=True)
    return join([linear(num_warmup_steps, 0, base), hold(base, num_stable_steps), fall, hold(low)])


def get_chebyshev_schedule(optimizer, num_epochs, is_warmup=False, last_epoch=-1):
    """Chebyshev's steps in fractal order."""
    _fresh(last_epoch)
    need(num_epochs >= 1)
    if is_warmup:
        return hold(base)
    n = 2 ** (int(math.log2(num_epochs - 1)) + 1) if num_epochs > 1 else 1
    factors = [1 / (0.525 - 0.475 * math.cos((k + 0.5) * math.pi / n)) for k in range(n)]
    order = [0]
    while len(order) < n - 2:
        order = [k for i in order for k in (i, 2 * len(order) - 1 - i)]
    values = [base * factors[k] for k in order if k < n]
    # The first three epochs have the first of them.
    return stairs(at=list(range(3, len(values) + 2)), values=values)
