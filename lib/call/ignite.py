# SPDX-License-Identifier: MIT
# ignite.handlers.param_scheduler, pytorch-ignite 0.5: absolute values of any
# parameter, attached to ITERATION_STARTED.


def _cycles(parts, param_name, start, end, cycle_size, cycle_mult, start_mult, end_mult, warmup_duration):
    need(cycle_size >= 2)
    need(cycle_mult >= 1)
    need(start_mult > 0)
    need(end_mult > 0)
    # Which ends of a cycle shrink: both, or only the higher one.
    both, falls = start_mult == end_mult, start >= end
    high, low = (start_mult, end_mult) if falls else (end_mult, start_mult)
    need(cycle_mult % 1 == 0, "no table can hold cycles cut to whole steps, each from the one before")
    need(both or low == 1, "no table can hold ends of a cycle that move apart")
    need(warmup_duration == 0 or (both and start_mult == 1), "no table can hold a warmup to the next cycle's start")
    if warmup_duration > 0:
        parts = parts + [linear(warmup_duration, end, start)]
    return columns(**{param_name: rep(join(parts), grow=cycle_mult, by=high, scale="all" if both else "top")})


def CosineAnnealingScheduler(optimizer, param_name, start_value, end_value, cycle_size, cycle_mult=1.0,
                             start_value_mult=1.0, end_value_mult=1.0, warmup_duration=0, save_history=False,
                             param_group_index=None):
    """Cosines between two values, by cycle."""
    return _cycles([cos(cycle_size, start_value, end_value)], param_name, start_value, end_value, cycle_size,
                   cycle_mult, start_value_mult, end_value_mult, warmup_duration)


def LinearCyclicalScheduler(optimizer, param_name, start_value, end_value, cycle_size, cycle_mult=1.0,
                            start_value_mult=1.0, end_value_mult=1.0, warmup_duration=0, save_history=False,
                            param_group_index=None, monotonic=False):
    """Triangles between two values, by cycle."""
    need(monotonic or warmup_duration == 0)
    if monotonic:
        parts = [linear(cycle_size, start_value, end_value)]
    else:
        parts = [linear(cycle_size / 2, start_value, end_value), linear(cycle_size / 2, end_value, start_value)]
    return _cycles(parts, param_name, start_value, end_value, cycle_size, cycle_mult, start_value_mult, end_value_mult,
                   warmup_duration)


def PiecewiseLinear(optimizer, param_name, milestones_values, save_history=False, param_group_index=None):
    """Lines between points of (step, value)."""
    need(len(milestones_values) >= 1)
    p = milestones_values
    need(p[0][0] >= 0)
    pieces = [linear(b[0] - a[0], a[1], b[1]) for a, b in zip(p, p[1:])]
    return columns(**{param_name: join([hold(p[0][1], p[0][0])] + pieces + [hold(p[-1][1])])})


def ConcatScheduler(schedulers, durations, save_history=False):
    """Schedulers one after the other, for durations."""
    need(len(schedulers) == len(durations) + 1)
    return join([cut(s, n) for s, n in zip(schedulers, durations)] + [schedulers[-1]])


def create_lr_scheduler_with_warmup(lr_scheduler, warmup_start_value, warmup_duration, warmup_end_value=None,
                                    save_history=False, output_simulated_values=None):
    """A line up into the scheduler given."""
    need(warmup_duration >= 2)
    need(kind(lr_scheduler) in ["StepLR", "MultiStepLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR"],
         "no table can hold a warmup to what does not start from the optimizer's rate")
    n = warmup_duration - 1
    last = base if warmup_end_value is None else warmup_end_value
    return join([linear(n, warmup_start_value, last)] + ([linear(1, last, base)] if last != base else [])
                + [lr_scheduler])
