# SPDX-License-Identifier: MIT
# MONAI's schedulers (monai/optimizers/lr_scheduler.py, 1.6.1); the first two
# are range tests from the optimizer's rate.


def LinearLR(optimizer, end_lr, num_iter, last_epoch=-1):
    """A range test, a line to end_lr."""
    _fresh(last_epoch)
    need(num_iter > 1)
    return linear(num_iter, base, end_lr, grid="incl", past="cont")


def ExponentialLR(optimizer, end_lr, num_iter, last_epoch=-1):
    """A range test, geometric to end_lr."""
    _fresh(last_epoch)
    need(num_iter > 1)
    need(end_lr > 0)
    return exp(num_iter, base, end_lr, grid="incl", past="cont")


def WarmupCosineSchedule(optimizer, warmup_steps, t_total, end_lr=0.0, cycles=0.5, last_epoch=-1, warmup_multiplier=0):
    """A warmup, then cosines to end_lr."""
    _fresh(last_epoch)
    need(0 <= warmup_multiplier <= 1)
    need(cycles > 0)
    w = min(max(warmup_steps, 0), t_total)
    fall = clamp(cos(max(1, t_total - w), base, 0, waves=cycles, past="cont"), end_lr)
    return join([linear(w, warmup_multiplier * base, base), fall])
