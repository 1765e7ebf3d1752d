# SPDX-License-Identifier: MIT
# ildoonet's pytorch-gradual-warmup-lr (warmup_scheduler, 0.3), stepped after
# every update or epoch without a number.


def GradualWarmupScheduler(optimizer, multiplier, total_epoch, after_scheduler=None):
    """A line to multiplier times the rate, then the scheduler given."""
    need(multiplier >= 1)
    need(total_epoch > 0)
    need(kind(after_scheduler) != "ReduceLROnPlateau", "no table can hold what follows a metric")
    # With a multiplier of 1 it begins at 0, else at the optimizer's rate.
    peak = multiplier * base
    up = linear(total_epoch, 0 if multiplier == 1 else base, peak)
    if after_scheduler is None:
        return join([up, hold(peak)])
    # The other one begins a step after the peak.
    after = place(after_scheduler, base=peak, inside="")
    return join([up, hold(peak, math.floor(total_epoch) + 1 - total_epoch), after])
