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
    """A warmup, then lr_decay_style down to min_lr; the weight decay beside it."""
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


def _ramped(start, increment, over_samples, full):
    """Samples before an iteration, while the batch grows from start to full."""
    grows = (full - start) // increment
    need(grows >= 0 and (full - start) % increment == 0, "a batch that does not grow to the global one in whole steps")
    per = over_samples / grows if grows > 0 else 0
    at, samples, phases = 0, 0, []
    while grows > 0 and samples <= over_samples:
        size = min(start + int(samples / per) * increment, full)
        # Every iteration of this size, up to where the next one begins.
        until = min((int(samples / per) + 1) * per, over_samples)
        n = max(1, math.ceil((until - samples) / size))
        while samples + (n - 1) * size >= until and n > 1:
            n = n - 1
        if until == over_samples and samples + n * size <= over_samples:
            n = n + 1
        phases.append((at, samples, size))
        at, samples = at + n, samples + n * size
    phases.append((at, samples, full))
    return phases


def MegatronArguments(lr=None, min_lr=0.0, lr_decay_style="linear", lr_decay_iters=None, lr_decay_samples=None,
                      lr_warmup_fraction=None, lr_warmup_iters=0, lr_warmup_samples=0, lr_warmup_init=0.0,
                      train_iters=None, train_samples=None, global_batch_size=None, rampup_batch_size=None,
                      lr_wsd_decay_style="exponential", lr_wsd_decay_iters=None, lr_wsd_decay_samples=None, **others):
    """The flags of Megatron-LM's training (megatron/training/arguments.py)."""
    need(base_given or lr is not None, "no lr; expected it, or " + option("lr"))
    need(train_iters is None or train_samples is None, "train_iters beside train_samples; expected one")
    # What arguments.py asserts.
    if train_samples is None:
        need(lr_decay_samples is None, "lr_decay_samples in a run of iterations; expected lr_decay_iters, or train_samples")
        need(lr_warmup_samples == 0, "lr_warmup_samples in a run of iterations; expected lr_warmup_iters, or train_samples")
    else:
        need(lr_decay_iters is None, "lr_decay_iters in a run of samples; expected lr_decay_samples")
        need(lr_warmup_iters == 0, "lr_warmup_iters in a run of samples; expected lr_warmup_samples")
    need(lr_warmup_fraction is None or lr_warmup_iters == 0 and lr_warmup_samples == 0,
         "lr_warmup_fraction beside a warmup's length; expected one")
    peak = base if base_given else lr
    if train_samples is None:
        need(rampup_batch_size is None, "a growing batch without train_samples; expected them")
        n = run_length(train_iters)
        decay, unit = lr_decay_iters or n, 1
        w, wsd = lr_warmup_iters, lr_wsd_decay_iters
    else:
        need(global_batch_size is not None, "no global_batch_size; expected it")
        decay, unit = lr_decay_samples or train_samples, global_batch_size
        w, wsd = lr_warmup_samples, lr_wsd_decay_samples
    if lr_warmup_fraction is not None:
        w = lr_warmup_fraction * decay
    if rampup_batch_size is None:
        total = train_samples // unit if train_samples is not None else n
        need(steps is None or steps == total or train_samples is None,
             "training lasts other iterations than " + option("steps") + "; expected equal ones" + option("part"))
        body = OptimizerParamScheduler(None, lr_warmup_init, peak, min_lr, w, decay, lr_decay_style, 0, 0, 0,
                                       "constant", wsd_decay_steps=wsd, lr_wsd_decay_style=lr_wsd_decay_style,
                                       increment=unit)
        return cut(body, total, past="cont")
    need(lr_decay_style in ["linear", "cosine", "constant"], "no table can hold it while the batch grows")
    phases = _ramped(rampup_batch_size[0], rampup_batch_size[1], rampup_batch_size[2], unit)

    def samples(t):
        i = 0
        while i + 1 < len(phases) and phases[i + 1][0] <= t:
            i = i + 1
        return phases[i][1] + (t - phases[i][0]) * phases[i][2]

    def rate(t):
        x = samples(t)
        if w > 0 and x <= w:
            return lr_warmup_init + (peak - lr_warmup_init) * x / w
        if lr_decay_style == "constant":
            return peak
        if x > decay:
            return min_lr
        part = (x - w) / (decay - w)
        coeff = 1 - part if lr_decay_style == "linear" else 0.5 * (math.cos(math.pi * part) + 1)
        return min_lr + coeff * (peak - min_lr)

    last = phases[-1]
    total = last[0] + math.ceil((train_samples - last[1]) / last[2])
    return fn(rate, total)
