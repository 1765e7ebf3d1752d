# SPDX-License-Identifier: MIT
# DeepSpeed's schedules, deepspeed 0.19.8, stepped as its engine does: after
# every update, from an index of -1.  The warmups set their start for the
# first update and again for the second, which is their index 0.


def LRRangeTest(optimizer, lr_range_test_min_lr=1e-3, lr_range_test_step_size=2000, lr_range_test_step_rate=1.0,
                lr_range_test_staircase=False, last_batch_iteration=-1):
    """A range test: the rate grows by step_rate for each step_size."""
    _fresh(last_batch_iteration)
    need(lr_range_test_step_size >= 1)
    n, rate = lr_range_test_step_size, lr_range_test_step_rate
    if lr_range_test_staircase:
        return fn(lambda t: 1 + rate * math.floor(t / n), start=lr_range_test_min_lr)
    return fn(lambda t: 1 + rate * (t / n), start=lr_range_test_min_lr)


def _half(steps, start, end, stairs):
    """From start to end, in so many stairs where there are any."""
    if stairs <= 0:
        return linear(steps, start, end)
    if start < end:
        return fn(lambda t: start + (end - start) * (math.floor(t * stairs / steps) / stairs), steps)
    return fn(lambda t: end + (start - end) * (math.floor((steps - t) * stairs / steps) / stairs), steps)


def OneCycle(optimizer, cycle_min_lr, cycle_max_lr, decay_lr_rate=0., cycle_first_step_size=2000,
             cycle_second_step_size=None, cycle_first_stair_count=0, cycle_second_stair_count=None, decay_step_size=0,
             cycle_momentum=True, cycle_min_mom=0.8, cycle_max_mom=0.9, decay_mom_rate=0., last_batch_iteration=-1):
    """Up and down between two rates, then a decay."""
    _fresh(last_batch_iteration)
    need(cycle_first_step_size >= 1)
    n = cycle_first_step_size
    m = n if cycle_second_step_size is None else cycle_second_step_size
    need(m >= 0, "a second half below 0; expected 0 or more steps")
    i = cycle_first_stair_count
    j = i if cycle_second_stair_count is None else cycle_second_stair_count
    lo, hi, s = cycle_min_lr, cycle_max_lr, decay_step_size
    rate = [_half(n, lo, hi, i)] + ([_half(m, hi, lo, j)] if m > 0 else [])
    rate = join(rate + [inv(lo, decay_lr_rate, s) if s != 0 and decay_lr_rate != 0 else hold(lo)])
    if not cycle_momentum:
        return rate
    a, b = cycle_min_mom, cycle_max_mom
    down = linear(n, b, a) if i <= 0 else fn(lambda t: b - (b - a) * (math.floor(t * i / n) / i), n)
    up = linear(m, a, b) if j <= 0 or m <= 0 else fn(lambda t: b - (b - a) * (math.floor((m - t) * j / m) / j), m)
    last = hold(b)
    if s != 0 and decay_mom_rate != 0:
        last = fn(lambda t: 1 + decay_mom_rate * (t / s), start=b)
    # The first update has the lower bound, unlike those that follow.
    return columns(lr=rate, momentum=over(hold(a, 1), join([down, up, last])))


def _warmup(low, high, steps, kind):
    need(steps >= 1, "warmup_num_steps=" + str(steps) + "; expected warmup_num_steps >= 1")
    n = max(2, steps)
    up = linear(n, low, high)
    if kind != "linear":
        up = fn(lambda t: low + (high - low) * (math.log(t + 1) / math.log(n)), n)
    return [hold(low, 1), up], n


def WarmupLR(optimizer, warmup_min_lr=0.0, warmup_max_lr=None, warmup_num_steps=1000, warmup_type="log",
             last_batch_iteration=-1):
    """Up to warmup_max_lr, by the logarithm of the step or a line, then constant."""
    _fresh(last_batch_iteration)
    peak = base if warmup_max_lr is None else warmup_max_lr
    up, n = _warmup(warmup_min_lr, peak, warmup_num_steps, warmup_type)
    return join(up + [hold(peak)])


def WarmupDecayLR(optimizer, total_num_steps, warmup_min_lr=0.0, warmup_max_lr=0.001, warmup_num_steps=1000,
                  warmup_type="log", last_batch_iteration=-1):
    """WarmupLR, then a line to 0 at total_num_steps."""
    _fresh(last_batch_iteration)
    peak = base if warmup_max_lr is None else warmup_max_lr
    up, n = _warmup(warmup_min_lr, peak, warmup_num_steps, warmup_type)
    left = total_num_steps - n
    fall = linear(left, peak, warmup_min_lr) if left > 0 else hold(warmup_min_lr)
    return cut(join(up + [fall]), max(total_num_steps, 1), past="cont")


def WarmupCosineLR(optimizer, total_num_steps, warmup_min_ratio=0.0, warmup_num_steps=1000, cos_min_ratio=0.0001,
                   warmup_type="log", last_batch_iteration=-1):
    """Up to the rate, then a cosine to cos_min_ratio of it."""
    _fresh(last_batch_iteration)
    low = warmup_min_ratio * base
    up, n = _warmup(low, base, warmup_num_steps, warmup_type)
    left, last = total_num_steps - n, max(cos_min_ratio, 0) * base
    fall = cos(left, base, last, grid="lead") if left > 0 else hold(last)
    # The first update has 0, whatever the ratios.
    return cut(join([hold(0, 1)] + up[1:] + [fall]), max(total_num_steps, 1), past="cont")


def DeepSpeedConfig(scheduler, optimizer=None, **others):
    """A configuration's scheduler: {"type": ..., "params": {...}}."""
    kinds = {"WarmupLR": WarmupLR, "WarmupDecayLR": WarmupDecayLR, "WarmupCosineLR": WarmupCosineLR,
             "OneCycle": OneCycle, "LRRangeTest": LRRangeTest}
    name, params = scheduler["type"], scheduler.get("params", {})
    need(name in kinds)
    body = kinds[name](None, **params)
    # The others say all their rates themselves.
    follows = name == "WarmupCosineLR" or name == "WarmupLR" and "warmup_max_lr" not in params
    if base_given or optimizer is None or not follows:
        return body
    return place(body, base=optimizer["params"]["lr"])
