# SPDX-License-Identifier: MIT
# mmengine.optim.scheduler, 0.10: each acts from begin to before end, so that
# what takes end - begin steps elsewhere takes one less, and is still
# afterwards.  What it counts is epochs unless by_epoch says otherwise: with
# epoch_steps each value is held for one, without it the table's rows are what
# is counted.

_EVER = 1000000000


def _counted(body, by_epoch, epoch_steps, counting):
    need(by_epoch or counting == "step", "no table can hold steps where all else counts epochs (use "
         + option("epoch_steps") + " without that)")
    return held(body, epoch_steps) if by_epoch and epoch_steps is not None and epoch_steps != 1 else body


def _window(begin, end, last_step):
    """How many steps it acts in after its first."""
    _fresh(last_step)
    need(end > begin)
    return end - begin - 1


def _acting(body, begin, end, n, base):
    """Body from begin on; from before end on it is still."""
    if end < _EVER:
        body = cut(body, n) if n > 0 else hold(base)
    return join([hold(base, begin), body])


def ConstantLR(optimizer, factor=1/3, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    """factor times the rate from begin to end, then the rate."""
    need(0 < factor <= 1)
    n = _window(begin, end, last_step)
    if n == 0:
        return _counted(join([hold(base, begin), hold(factor * base)]), by_epoch, epoch_steps, counting)
    return _counted(join([hold(base, begin), hold(factor * base, n), hold(base)]), by_epoch, epoch_steps, counting)


def LinearLR(optimizer, start_factor=1/3, end_factor=1.0, begin=0, end=1000000000, last_step=-1, by_epoch=True,
             verbose=False):
    """A line between two factors of the rate."""
    need(0 < start_factor <= 1)
    need(0 <= end_factor <= 1)
    n = _window(begin, end, last_step)
    ramp = linear(n, start_factor * base, end_factor * base) if n > 0 else hold(start_factor * base)
    body = join([hold(base, begin), ramp] + ([hold(end_factor * base)] if end >= _EVER else []))
    return _counted(body, by_epoch, epoch_steps, counting)


def StepLR(optimizer, step_size, gamma=0.1, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    """The rate times gamma every step_size."""
    need(step_size >= 1 and step_size % 1 == 0)
    need(gamma > 0)
    body = _acting(stairs(base, every=step_size, by=gamma), begin, end, _window(begin, end, last_step), base)
    return _counted(body, by_epoch, epoch_steps, counting)


def MultiStepLR(optimizer, milestones, gamma=0.1, last_step=-1, begin=0, end=1000000000, by_epoch=True,
                verbose=False):
    """The rate times gamma at each milestone."""
    need(gamma > 0)
    at = [m for m in sorted(milestones) if m >= 0 and m % 1 == 0]
    need(len(at) > 0)
    body = _acting(stairs(base, at=at, by=gamma), begin, end, _window(begin, end, last_step), base)
    return _counted(body, by_epoch, epoch_steps, counting)


def ExponentialLR(optimizer, gamma, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    """The rate times gamma at each step."""
    need(gamma > 0)
    body = _acting(decay(base, gamma), begin, end, _window(begin, end, last_step), base)
    return _counted(body, by_epoch, epoch_steps, counting)


def CosineAnnealingLR(optimizer, T_max=None, eta_min=None, begin=0, end=1000000000, last_step=-1, by_epoch=True,
                      verbose=False, eta_min_ratio=None):
    """Half a cosine down to eta_min."""
    need(eta_min is None or eta_min_ratio is None)
    t = T_max if T_max is not None else end - begin
    need(t >= 1)
    low = eta_min_ratio * base if eta_min_ratio is not None else eta_min or 0
    body = _acting(cos(t, base, low, past="cont"), begin, end, _window(begin, end, last_step), base)
    return _counted(body, by_epoch, epoch_steps, counting)


def PolyLR(optimizer, eta_min=0, power=1.0, begin=0, end=1000000000, last_step=-1, by_epoch=True, verbose=False):
    """A power of what is left, down to eta_min."""
    need(power > 0)
    n = _window(begin, end, last_step)
    fall = poly(n, base, eta_min, power) if n > 0 else hold(base)
    body = join([hold(base, begin), fall] + ([hold(eta_min)] if end >= _EVER else []))
    return _counted(body, by_epoch, epoch_steps, counting)


def OneCycleLR(optimizer, eta_max=0, total_steps=None, pct_start=0.3, anneal_strategy="cos", div_factor=25.0,
               final_div_factor=1e4, three_phase=False, begin=0, end=1000000000, last_step=-1, by_epoch=True,
               verbose=False):
    """Up to eta_max in pct_start, then down: torch's OneCycleLR."""
    _fresh(last_step)
    need(begin == 0, "no table can hold a cycle that begins later")
    need(total_steps is not None or end < 1000000000)
    total = total_steps if total_steps is not None else end
    need(end >= total)
    need(total >= 1 and total % 1 == 0)
    need(0 <= pct_start <= 1)
    need(anneal_strategy in ["cos", "linear"])
    shape = cos if anneal_strategy == "cos" else linear
    hi = one(eta_max)
    low = hi / div_factor
    last = low / final_div_factor
    body = _one_cycle(shape, low, hi, last, total, pct_start, three_phase)
    return _counted(cut(body, total - 1) if end == total and total > 1 else body, by_epoch, epoch_steps, counting)


def CosineRestartLR(optimizer, periods, restart_weights=[1], eta_min=None, eta_min_ratio=None, begin=0, end=1000000000,
                    last_step=-1, by_epoch=True, verbose=False):
    """Cosines, each from a weight of the rate, for the periods given."""
    _fresh(last_step)
    need(begin == 0 and end == 1000000000, "no table can hold restarts that begin or end otherwise")
    need((eta_min is None) != (eta_min_ratio is None))
    need(len(periods) >= 1)
    need(len(periods) == len(restart_weights))
    low = eta_min_ratio * base if eta_min is None else eta_min
    cycles = [cos(n, w * base, low) for n, w in zip(periods, restart_weights)]
    return _counted(join(cycles[:-1] + [cut(cycles[-1], periods[-1] - 1)]), by_epoch, epoch_steps, counting)


def ReduceOnPlateauLR(optimizer, monitor="loss", rule="less", factor=0.1, patience=10, threshold=1e-4,
                      threshold_rule="rel", cooldown=0, min_value=0.0, eps=1e-8, begin=0, end=1000000000, last_step=-1,
                      by_epoch=True, verbose=False):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")


def _converted(d, e):
    """What is counted in epochs of e steps, in steps."""
    out = {k: v for k, v in d.items() if k != "convert_to_iter_based"}
    for k in ["begin", "end", "T_max", "step_size", "total_steps"]:
        if k in out and out[k] is not None:
            out[k] = int(out[k] * e)
    for k in ["milestones", "periods"]:
        if k in out:
            out[k] = [int(m * e) for m in out[k]]
    out["by_epoch"] = False
    return out


def _is_plain(d):
    """A product with a rate: what ends at no rate of its own."""
    return not d.get("eta_min") and not d.get("eta_min_ratio") and d["type"] not in ["OneCycleLR", "CosineRestartLR"]


def _next(d, lr, first, k):
    """The rate after step k of d, which finds lr; all began with first."""
    n, name = d.get("end", _EVER) - d.get("begin", 0), d["type"]
    low = d["eta_min_ratio"] * first if d.get("eta_min_ratio") is not None else d.get("eta_min") or 0
    if name == "LinearLR":
        a, z = d.get("start_factor", 1/3), d.get("end_factor", 1.0)
        return lr * a if k == 0 else lr * (1 + (z - a) / ((n - 1) * a + (k - 1) * (z - a)))
    if name == "ConstantLR":
        factor = d.get("factor", 1/3)
        return lr * factor if k == 0 else lr / factor if k == n - 1 else lr
    if name == "MultiStepLR":
        return lr * d.get("gamma", 0.1) ** list(d["milestones"]).count(k)
    if k == 0:
        return lr
    if name == "StepLR":
        return lr * d.get("gamma", 0.1) if k % d["step_size"] == 0 else lr
    if name == "ExponentialLR":
        return lr * d["gamma"]
    if name == "PolyLR":
        return (lr - low) * (1 - 1 / (n - k)) ** d.get("power", 1.0) + low
    t = d["T_max"] if d.get("T_max") is not None else n
    if (k - 1 - t) % (2 * t) == 0:
        return lr + (first - low) * (1 - math.cos(math.pi / t)) / 2
    return (1 + math.cos(math.pi * k / t)) / (1 + math.cos(math.pi * (k - 1) / t)) * (lr - low) + low


def _together(every, units, own):
    """What each makes of the rate that others have left: those of steps are
    stepped before those of epochs, which an epoch ends with."""
    order = [(d, 1) for d, u in zip(every, units) if u == 1] + [(d, u) for d, u in zip(every, units) if u > 1]

    def value(lr, t):
        for d, unit in order:
            if t % unit == 0 and d.get("begin", 0) <= t // unit < d.get("end", _EVER):
                lr = _next(d, lr, own, t // unit - d.get("begin", 0))
        return lr

    return followed(value(own, 0), value)


def _made(d):
    kinds = {"ConstantLR": ConstantLR, "LinearLR": LinearLR, "StepLR": StepLR, "MultiStepLR": MultiStepLR,
             "ExponentialLR": ExponentialLR, "CosineAnnealingLR": CosineAnnealingLR, "PolyLR": PolyLR,
             "OneCycleLR": OneCycleLR, "CosineRestartLR": CosineRestartLR, "ReduceOnPlateauLR": ReduceOnPlateauLR}
    need(d["type"] in kinds, str(d["type"]) + ": no such scheduler of mmengine; expected one")
    return kinds[d["type"]](None, **{k: v for k, v in d.items() if k != "type"})


def _optimizer_lr(optim_wrapper, optimizer):
    if optim_wrapper is not None and optim_wrapper.get("optimizer") is not None:
        return optim_wrapper["optimizer"].get("lr")
    return None if optimizer is None else optimizer.get("lr")


def _with_end(d, epochs, iters):
    """The runner gives a scheduler without an end that of the training."""
    end = epochs if d.get("by_epoch", True) else iters
    return d if end is None or "end" in d else dict(d, end=end)


def MMEngineConfig(param_scheduler, optim_wrapper=None, optimizer=None, train_cfg=None, auto_scale_lr=None, **others):
    """A configuration's param_scheduler: schedulers that change the rate in turn, or at the same time."""
    every = param_scheduler if isinstance(param_scheduler, (list, tuple)) else [param_scheduler]
    every = [dict(d, type=d["type"] if isinstance(d["type"], str) else kind(d["type"])) for d in every]
    every = [d for d in every if not d["type"].endswith("Momentum")]
    need(len(every) > 0, "no scheduler of the rate; expected one or more")
    if auto_scale_lr is not None and auto_scale_lr.get("enable"):
        remark("auto_scale_lr makes the rate another for other batches than its base_batch_size")
    e, lr = epoch_steps, _optimizer_lr(optim_wrapper, optimizer)
    own = base if base_given or lr is None else lr
    cfg = train_cfg or {}
    iters, epochs = cfg.get("max_iters"), cfg.get("max_epochs")
    for d in every:
        need(e is not None or not d.get("convert_to_iter_based"),
             "epochs as steps (convert_to_iter_based); expected " + option("epoch_steps"))
        need(e is not None or counting == "epoch" or d.get("by_epoch", True) == every[0].get("by_epoch", True),
             "epochs beside steps (by_epoch); expected " + option("epoch_steps"))
        need(e is not None or counting == "epoch" or epochs is None or d.get("by_epoch", True),
             "steps (by_epoch) of max_epochs; expected " + option("epoch_steps"))
    n = steps
    if iters is not None or epochs is not None:
        n = iters if iters is not None else epochs * (e or 1)
    every = [_with_end(d, math.ceil(n / (e or 1)) if epochs is None and n is not None else epochs, n) for d in every]
    every = [_converted(d, e) if d.get("convert_to_iter_based") else d for d in every]
    if e is None and counting == "step" and every[0].get("by_epoch", True):
        remark("rows are epochs (by_epoch); with " + option("epoch_steps") + " they are steps")
    units = [e or 1 if d.get("by_epoch", True) else 1 for d in every]
    begins = [d.get("begin", 0) * u for d, u in zip(every, units)]
    ends = [d.get("end", _EVER) * u for d, u in zip(every, units)]
    if all([a <= b for a, b in zip(ends[:-1], begins[1:])]):
        first = dict(every[0], begin=0, end=every[0].get("end", _EVER) - every[0].get("begin", 0))
        body = place(_made(first), base=own)
        body = join([hold(own, begins[0]), body]) if begins[0] > 0 else body
        for d, begin in zip(every[1:], begins[1:]):
            if "end" in d:
                d = dict(d, end=d["end"] - d.get("begin", 0))
            rest = place(_made(dict(d, begin=0)), base=value_at(body, begin - 1))
            body = join([cut(body, begin), rest])
    elif not all([_is_plain(d) for d in every]):
        for d in every:
            need(d["type"] not in ["OneCycleLR", "CosineRestartLR"],
                 d["type"] + " at the same time as others, which sets the rate; expected words for them")
            place(_made(d), base=own)  # its arguments are looked at
        body = _together(every, units, own)
    else:
        body = product([place(_made(every[0]), base=own)] + [place(_made(d), base=1) for d in every[1:]])
    if iters is None and epochs is None:
        return body
    return cut(body, run_length(n), past="cont")


def _regular(c, policy, lr, n):
    """The rate without warmup, of what is counted; n: how much that is."""
    low = c["min_lr_ratio"] * lr if c.get("min_lr_ratio") is not None else c.get("min_lr") or 0
    if policy == "fixed":
        return hold(lr)
    if policy == "step":
        gamma, at = c.get("gamma", 0.1), c["step"]
        body = stairs(lr, every=at, by=gamma) if not isinstance(at, (list, tuple)) else stairs(lr, at=at, by=gamma)
        return clamp(body, low) if low > 0 else body
    if policy == "exp":
        return decay(lr, c["gamma"])
    if policy == "inv":
        return inv(lr, c["gamma"], 1, c.get("power", 1))
    if policy == "cosinerestart":
        weights = c.get("restart_weights", [1])
        need(len(weights) == len(c["periods"]), "restart_weights of another length than periods")
        return join([cos(p, lr * w, low * w if c.get("min_lr_ratio") is not None else low)
                     for p, w in zip(c["periods"], weights)])
    total = n if n is not None else run_length()
    if policy == "poly":
        return poly(total, lr, low, c.get("power", 1))
    if policy == "flatcosineannealing":
        start = round(total * c.get("start_percent", 0.75))
        return join([hold(lr, start), cos(total - start, lr, low)])
    need(policy == "cosineannealing", "one that no table here has; expected words for it")
    return cos(total, lr, low)


def MMCVConfig(lr_config, optimizer=None, runner=None, total_epochs=None, **others):
    """mmcv 1's lr_config, with the rate of optimizer."""
    c, policy = lr_config, lr_config["policy"].lower()
    known = ["policy", "by_epoch", "warmup", "warmup_iters", "warmup_ratio", "warmup_by_epoch", "step", "gamma", "min_lr",
             "min_lr_ratio", "power", "periods", "restart_weights", "start_percent", "_delete_"]
    for k in c:
        need(k in known, k + ": not a setting of mmcv's lr_config; expected " + ", ".join(known[:-1]))
    lr = None if optimizer is None else optimizer.get("lr")
    own = base if base_given or lr is None else lr
    run = runner or {}
    by_epoch = c.get("by_epoch", run.get("type") != "IterBasedRunner")
    warm_by_epoch = c.get("warmup_by_epoch", False)
    epochs = run.get("max_epochs", total_epochs)
    e = epoch_steps
    need(e is not None or not by_epoch or warm_by_epoch or c.get("warmup") is None,
         "epochs beside a warmup in steps; expected " + option("epoch_steps"))
    unit = (e or 1) if by_epoch else 1
    n = run.get("max_iters")
    if n is None and epochs is not None:
        n = epochs * (e or 1)
    if n is not None:
        n = run_length(n)
    elif steps is not None:
        n = steps
    body = _regular(c, policy, own, None if n is None else n / unit)
    body = held(body, unit) if unit != 1 else body
    if by_epoch and e is None and counting == "step":
        remark("rows are epochs (by_epoch); with " + option("epoch_steps") + " they are steps")
    if c.get("warmup") is not None:
        need(c["warmup"] in ["linear", "constant", "exp"], "no such warmup; expected linear, constant or exp")
        w, ratio = c["warmup_iters"] * ((e or 1) if warm_by_epoch else 1), c.get("warmup_ratio", 0.1)
        up = {"linear": lambda: linear(w, ratio, 1), "constant": lambda: join([hold(ratio, w), hold(1)]),
              "exp": lambda: exp(w, ratio, 1)}
        body = product([body, up[c["warmup"]]()])
    return cut(body, n, past="cont") if n is not None else body
