# SPDX-License-Identifier: MIT
# Schedules of Optax (0.2.8, optax/schedules), all that are functions of the
# step.  decay_steps of its warmup_ schedules includes the warmup.  A ramp
# without steps stays at its first value; a join without steps before it begins
# with the next schedule.  What falls from below 0, as scale_by_schedule() is
# given it, is the size of a rate.


def constant_schedule(value):
    """The value."""
    return hold(value)


def linear_schedule(init_value, end_value, transition_steps, transition_begin=0):
    """A line from init_value to end_value in transition_steps, from transition_begin on."""
    if init_value < 0 and end_value <= 0:
        init_value, end_value = -init_value, -end_value
    if transition_steps <= 0:
        return hold(init_value)
    return join([hold(init_value, max(0, transition_begin)), linear(transition_steps, init_value, end_value)])


def polynomial_schedule(init_value, end_value, power, transition_steps, transition_begin=0):
    """A polynomial from init_value to end_value in transition_steps, from transition_begin on."""
    need(power > 0)
    if transition_steps <= 0:
        return hold(init_value)
    return join([hold(init_value, max(0, transition_begin)), poly(transition_steps, init_value, end_value, power)])


def _exponential(init, steps, rate, begin, staircase, end):
    need(rate >= 0)
    if steps <= 0 or rate == 0:
        return hold(init)
    lo = end if end is not None and rate < 1 else -inf
    hi = end if end is not None and rate >= 1 else inf
    return join([clamp(hold(init, max(0, begin)), lo, hi), clamp(decay(init, rate, steps, staircase), lo, hi)])


def exponential_decay(init_value, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None):
    """init_value times decay_rate every transition_steps, in between too unless staircase, not beyond end_value."""
    if init_value < 0 and (end_value is None or end_value <= 0):
        init_value, end_value = -init_value, None if end_value is None else -end_value
    return _exponential(init_value, transition_steps, decay_rate, transition_begin, staircase, end_value)


def _scales(init, scales):
    """The steps of a dict in order, and the values between them."""
    scales = scales or {}
    need(min([0] + list(scales.values())) >= 0)
    values = [init]
    for step in sorted(scales):
        values.append(values[-1] * scales[step])
    return sorted(scales), values


def piecewise_constant_schedule(init_value, boundaries_and_scales=None):
    """init_value times the scale of each boundary that is behind."""
    keys, values = _scales(init_value, boundaries_and_scales)
    at = [k for k in keys if k > 0]
    return stairs(at=at, values=values[len(keys) - len(at):])


def _interpolate(shape, at, values):
    return join([shape(at[k + 1] - at[k], values[k], values[k + 1]) for k in range(len(at) - 1)
                 if at[k + 1] > at[k]] or [hold(values[-1])])


def piecewise_interpolate_schedule(interpolate_type, init_value, boundaries_and_scales=None):
    """Lines or cosines between the values that the scales of the boundaries give."""
    need(interpolate_type in ["linear", "cosine"])
    keys, values = _scales(init_value, boundaries_and_scales)
    need(min([0] + keys) >= 0)
    return _interpolate(cos if interpolate_type == "cosine" else linear, [0] + keys, values)


def cosine_decay_schedule(init_value, decay_steps, alpha=0.0, exponent=1.0):
    """Half a cosine from init_value to alpha of it in decay_steps."""
    need(decay_steps > 0)
    return cos(decay_steps, abs(init_value), alpha * abs(init_value), power=exponent)


def warmup_constant_schedule(init_value, peak_value, warmup_steps):
    """A line from init_value to peak_value in warmup_steps, then peak_value."""
    return linear(warmup_steps, init_value, peak_value) if warmup_steps > 0 else hold(init_value)


def warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, decay_steps, end_value=0.0, exponent=1.0):
    """A line to peak_value in warmup_steps, then half a cosine to end_value at decay_steps."""
    need(warmup_steps >= 0)
    need(decay_steps > warmup_steps)
    return join([linear(warmup_steps, init_value, peak_value),
                 cos(decay_steps - warmup_steps, peak_value, 0 if peak_value == 0 else end_value, power=exponent)])


def warmup_exponential_decay_schedule(init_value, peak_value, warmup_steps, transition_steps, decay_rate,
                                      transition_begin=0, staircase=False, end_value=None):
    """A line to peak_value in warmup_steps, then an exponential decay."""
    need(warmup_steps >= 0)
    return join([linear(warmup_steps, init_value, peak_value),
                 _exponential(peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value)])


def cosine_onecycle_schedule(transition_steps, peak_value, pct_start=0.3, div_factor=25.0, final_div_factor=10000.0):
    """Cosines up to peak_value and down far below it in transition_steps."""
    need(transition_steps > 0)
    need(0 <= pct_start < 1)
    low = peak_value / div_factor
    return _interpolate(cos, [0, int(pct_start * transition_steps), transition_steps],
                        [low, peak_value, low / final_div_factor])


def linear_onecycle_schedule(transition_steps, peak_value, pct_start=0.3, pct_final=0.85, div_factor=25.0,
                             final_div_factor=10000.0):
    """Lines up to peak_value, down, and far below it in transition_steps."""
    need(transition_steps > 0)
    need(0 <= pct_start < pct_final < 1)
    up, down = int(pct_start * transition_steps), int(pct_final * transition_steps)
    need(transition_steps > down > up)
    low = peak_value / div_factor
    return _interpolate(linear, [0, up, down, transition_steps], [low, peak_value, low, low / final_div_factor])


def sgdr_schedule(cosine_kwargs):
    """Warmups and cosine decays one after the other, one for each of cosine_kwargs."""
    need(len(cosine_kwargs) > 0)
    return join([warmup_cosine_decay_schedule(**kwargs) for kwargs in cosine_kwargs])


def join_schedules(schedules, boundaries):
    """Schedules one after the other, each counting from its boundary."""
    need(len(boundaries) == len(schedules) - 1)
    need(list(boundaries) == sorted(boundaries) and min([0] + list(boundaries)) >= 0,
         "boundaries that do not ascend from 0; expected ascending steps")
    return _in_turn(schedules, boundaries)


def reduce_on_plateau(factor=0.1, patience=10, rtol=0.0001, atol=0.0, cooldown=0, accumulation_size=1, min_scale=0.0):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")
