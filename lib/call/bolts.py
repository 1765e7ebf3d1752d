# SPDX-License-Identifier: MIT
# lightning-bolts' schedulers (pl_bolts.optimizers.lr_scheduler, 0.7.0), which
# lightning-flash has too.


def LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs, max_epochs, warmup_start_lr=0.0, eta_min=0.0,
                                  last_epoch=-1):
    """A line from warmup_start_lr, then a cosine to eta_min."""
    _fresh(last_epoch)
    need(warmup_epochs >= 0)
    need(max_epochs > warmup_epochs)
    # Without a warmup, too, step 0 has its start, from which the cosine goes on.
    if warmup_epochs == 0:
        return cos(max_epochs, warmup_start_lr, eta_min, past="error")
    return join([linear(warmup_epochs, warmup_start_lr, base, grid="incl"),
                 cos(max_epochs - warmup_epochs, base, eta_min, past="cont")])


def linear_warmup_decay(warmup_steps, total_steps, cosine=True, linear=False):
    """A factor: a line up, then a cosine, a line or constant."""
    need(not (linear and cosine))
    need(warmup_steps >= 0)
    up, left = poly(warmup_steps, 0, base), max(1, total_steps - warmup_steps)
    if cosine:
        return join([up, cos(left, base, past="cont")])
    return join([up, poly(left, base)]) if linear else join([up, hold(base)])
