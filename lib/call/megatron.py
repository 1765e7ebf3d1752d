# SPDX-License-Identifier: MIT
# Megatron-LM's scheduler, megatron-core 0.16.1.  It counts samples, or steps
# of any size: after each update the trainer calls step(increment).  That is
# the one argument here that its constructor has not, and all lengths are
# divided by it.


def _tail(style, steps, start, end):
    if style == "linear":
        return linear(steps, start, end)
    if style == "cosine":
        return cos(steps, start, end)
    if style == "exponential":
        return half(steps, start, end)
    return sqrt(steps, start, end)


def OptimizerParamScheduler(optimizer, init_lr, max_lr, min_lr, lr_warmup_steps, lr_decay_steps, lr_decay_style,
                            start_wd, end_wd, wd_incr_steps, wd_incr_style, use_checkpoint_opt_param_scheduler=True,
                            override_opt_param_scheduler=False, wsd_decay_steps=None, lr_wsd_decay_style=None,
                            increment=1):
    need(increment > 0)
    need(min_lr >= 0)
    need(max_lr >= min_lr)
    need(init_lr <= max_lr)
    need(lr_decay_steps > 0)
    need(lr_warmup_steps < lr_decay_steps)
    need(lr_decay_style in ("constant", "linear", "cosine", "inverse-square-root", "WSD"))
    need(start_wd >= 0)
    need(end_wd >= start_wd)
    need(wd_incr_style in ("constant", "linear", "cosine"))
    need(start_wd == end_wd or wd_incr_style != "constant",
         "a constant that changes; expected start_wd equal to end_wd")
    need(wd_incr_style == "constant" or wd_incr_steps > 0, "no steps; expected wd_incr_steps above 0")
    wsd, style = lr_decay_style == "WSD", lr_wsd_decay_style
    need(not wsd or wsd_decay_steps is not None, "no wsd_decay_steps; expected them")
    need(not wsd or wsd_decay_steps > 0, "no steps; expected wsd_decay_steps above 0")
    need(not wsd or style in ("linear", "cosine", "exponential", "minus_sqrt"),
         "no such lr_wsd_decay_style; expected linear, cosine, exponential or minus_sqrt")
    lo, hi = min_lr, max_lr
    w, d = max(lr_warmup_steps, 0) / increment, lr_decay_steps / increment
    up = linear(w, init_lr, hi)
    if lr_decay_style == "constant":
        rate = cut(join([up, hold(hi)]), d, past="cont")
    elif lr_decay_style == "linear":
        rate = join([up, linear(d - w, hi, lo)])
    elif lr_decay_style == "cosine":
        rate = join([up, cos(d - w, hi, lo)])
    elif lr_decay_style == "inverse-square-root":
        if w >= 1:
            fall = clamp(rsqrt(hi, w, math.floor(d) + 1 - w), lo)
        else:
            # From the first step on, where no warmup gives the start.
            up = hold(init_lr if w > 0 else hi, 1)
            fall = clamp(rsqrt(hi * math.sqrt(max(w, 1 / increment)), 1, math.floor(d)), lo)
        rate = cut(join([up, fall, hold(lo)]), d, past="cont")
    else:
        # The tail may begin before the warmup's end, and before step 0; the
        # warmup's last step counts.
        tail = wsd_decay_steps / increment
        body = join([hold(hi, d - tail), _tail(style, tail, hi, lo)])
        rate = over(cut(up, math.floor(w) + 1), body) if w > 0 else body
    if start_wd == end_wd:
        return rate
    n = wd_incr_steps / increment
    return columns(lr=rate, wd=(linear if wd_incr_style == "linear" else cos)(n, start_wd, end_wd))
