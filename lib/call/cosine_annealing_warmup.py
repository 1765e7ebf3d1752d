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
    # The constructor leaves the minimum, with or without a warmup.
    return over(hold(min_lr, 1), _warm_restarts(first_cycle_steps, warmup_steps, min_lr, max_lr, cycle_mult, gamma))
