# SPDX-License-Identifier: MIT
# fairseq's schedulers (fairseq/optim/lr_scheduler, 0.12.2), as calls by the
# names they are registered with, of the fields of their dataclasses.  lr is a
# number or a list; without it the rate is the base.  The trainer asks for the
# rate of an update after it has begun its epoch.


def _rates(lr, base):
    if lr is None:
        return [base]
    return list(lr) if isinstance(lr, (list, tuple)) else [lr]


def _peak(lr, base):
    rates = _rates(lr, base)
    need(len(rates) == 1, "a rate for each epoch; expected one")
    return rates[0]


def _up(steps, start, peak):
    need(steps >= 0)
    return linear(steps, start, peak)


def cosine(warmup_updates=0, warmup_init_lr=-1, lr=None, min_lr=0.0, t_mult=1.0, lr_period_updates=-1, lr_shrink=0.1,
           max_update=0):
    """A warmup, then cosines from lr to min_lr."""
    peak = _peak(lr, base)
    need(lr is None or peak > min_lr, "min_lr is not below lr; expected a lower one")
    need(t_mult > 0)
    need(lr_period_updates > 0 or max_update > warmup_updates)
    period = lr_period_updates if lr_period_updates > 0 else max_update - warmup_updates
    return join([_up(warmup_updates, min_lr if warmup_init_lr < 0 else warmup_init_lr, peak),
                 rep(cos(period, peak, min_lr), grow=t_mult, by=lr_shrink, scale="all")])


def fixed(force_anneal=None, lr_shrink=0.1, warmup_updates=0, lr=None):
    """A list of rates by epoch, shrunk from force_anneal on."""
    rates = _rates(lr, base)
    need(len(rates) > 0, "no rate in lr; expected one or more")
    need(warmup_updates >= 0)
    need(force_anneal is None or lr_shrink > 0)
    flat = inf if force_anneal is None else force_anneal - 1
    n = int(min(len(rates), max(flat, 0)))
    _epochs((n <= 1 and force_anneal is None) or epoch_steps is not None)
    if n > 1:
        body = stairs(at=[i * epoch_steps for i in range(1, n)], values=rates[:n])
    else:
        body = hold(rates[0])
    if force_anneal is not None:
        body = join([cut(body, max(flat, 0) * epoch_steps),
                     decay(rates[-1] * lr_shrink ** (1 - min(flat, 0)), lr_shrink, epoch_steps, True)])
    return product([body, linear(warmup_updates, 0, 1, grid="lead")]) if warmup_updates > 0 else body


def inverse_sqrt(warmup_updates=4000, warmup_init_lr=-1, lr=None):
    """A warmup, then the inverse root of the update."""
    peak = _peak(lr, base)
    need(warmup_updates > 0)
    return join([_up(warmup_updates, max(warmup_init_lr, 0), peak), rsqrt(peak, warmup_updates)])


def manual(epoch2lr={}, update2lr={}, lr=None):
    """Rates by epoch or update, as listed."""
    epochs, updates = [int(k) for k in epoch2lr], [int(k) for k in update2lr]
    need(epochs == sorted(epochs), "epochs in no order; expected ascending ones")
    need(updates == sorted(updates), "updates in no order; expected ascending ones")
    _epochs(len(epochs) == 0 or epoch_steps is not None)
    until = updates[0] if updates else inf
    early = [((k - 1) * epoch_steps, v) for k, v in zip(epochs, epoch2lr.values()) if (k - 1) * epoch_steps < until]
    at = early + list(zip(updates, update2lr.values()))
    if at and at[0][0] == 0:
        first = at[0][1]
    elif updates and updates[0] == 1 and 1 not in epochs:
        first = at[len(early)][1]
    else:
        first = _rates(lr, None)[0]
    need(first is not None, "no lr at step 0; expected lr=")
    later = [x for x in at if x[0] > 0]
    return stairs(at=[x[0] for x in later], values=[first] + [x[1] for x in later])


def pass_through():
    """The optimizer's own: no table can hold it."""
    need(False, "no table can hold a schedule that is the optimizer's own")


def polynomial_decay(warmup_updates=0, force_anneal=None, end_learning_rate=0.0, power=1.0, total_num_update=None,
                     lr=None):
    """A warmup, then a power of what is left of total_num_update."""
    need(force_anneal is None, "no table can hold what force_anneal makes of the rate at that time")
    peak = _peak(lr, base)
    need(total_num_update is not None, "no total_num_update; expected it")
    need(total_num_update > 0)
    need(power >= 0)
    steps, last = total_num_update - warmup_updates, end_learning_rate
    if steps <= 0:
        fall = [hold(peak, 1), hold(last)]
    elif power == 0:
        fall = [hold(peak, steps), hold(last)]
    else:
        fall = [poly(steps, peak, last, power)]
    return join([_up(warmup_updates, 0, peak)] + fall)


def reduce_lr_on_plateau(lr_shrink=0.1, lr_threshold=0.0001, lr_patience=0, warmup_updates=0, warmup_init_lr=-1,
                         lr=None, maximize_best_checkpoint_metric=False):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold a schedule that waits for a metric")


def step(warmup_updates=0, warmup_init_lr=-1, lr=None, min_lr=0.0, lr_deacy_period=25000, lr_decay=0.5):
    """A warmup, then the rate times lr_decay for each period."""
    peak = _rates(lr, base)[0]
    need(lr_deacy_period > 0)
    need(lr_decay <= 1)
    need(min_lr >= 0)
    need(lr is None or peak > min_lr, "min_lr is not below lr; expected a lower one")
    return join([_up(warmup_updates, min_lr if warmup_init_lr < 0 else warmup_init_lr, peak),
                 clamp(stairs(peak, every=lr_deacy_period, by=lr_decay), min_lr)])


def tri_stage(warmup_steps=0, hold_steps=0, decay_steps=0, phase_ratio=None, init_lr_scale=0.01, final_lr_scale=0.01,
              max_update=0, lr=None):
    """A line up, a hold, then a geometric decay."""
    peak = _peak(lr, base)
    need(phase_ratio is None or max_update > 0)
    need(phase_ratio is None or len(phase_ratio) == 3)
    need(phase_ratio is None or sum(phase_ratio) == 1)
    n = [warmup_steps, hold_steps, decay_steps] if phase_ratio is None else [int(max_update * r) for r in phase_ratio]
    need(n[2] > 0, "no steps of decay; expected one or more")
    need(final_lr_scale > 0)
    return join([linear(n[0], init_lr_scale * peak, peak), hold(peak, n[1]), exp(n[2], peak, final_lr_scale * peak)])


def triangular(max_lr, lr_period_updates=5000, lr_shrink=0.1, shrink_min=False, lr=None):
    """Triangles between lr and max_lr, shrunk by period."""
    peak = _peak(lr, base)
    need(lr is None or max_lr > peak, "max_lr is not above lr; expected a higher one")
    n = lr_period_updates // 2
    need(n >= 1, "half a period is no step; expected one or more")
    return rep(join([linear(n, peak, max_lr), linear(n, max_lr, peak)]), by=lr_shrink,
               scale="all" if shrink_min else "top")


def FairseqArguments(lr=None, lr_scheduler="fixed", optimization=None, max_update=None, max_epoch=None,
                     warmup_updates=None, warmup_init_lr=-1, force_anneal=None, lr_shrink=0.1, end_learning_rate=0.0,
                     power=1.0, total_num_update=None, min_lr=None, max_lr=None, t_mult=1.0, lr_period_updates=None,
                     lr_deacy_period=25000, lr_decay=0.5, warmup_steps=0, hold_steps=0, decay_steps=0,
                     phase_ratio=None, init_lr_scale=0.01, final_lr_scale=0.01, **others):
    """The flags of fairseq-train, or its YAML: lr_scheduler and optimization with their fields."""
    if isinstance(lr_scheduler, dict):
        fields = {k: v for k, v in lr_scheduler.items() if k not in ["_name", "lr"]}
        more = optimization or {}
        return FairseqArguments(more.get("lr", lr), lr_scheduler["_name"], None, more.get("max_update", max_update),
                                more.get("max_epoch", max_epoch), **fields)
    name, end = lr_scheduler, max_update or 0
    need(name != "reduce_lr_on_plateau", "no table can hold a schedule that waits for a metric")
    own = base if base_given else lr
    need(own is not None, "no lr; expected it, or " + option("lr"))
    w = {} if warmup_updates is None else {"warmup_updates": warmup_updates}
    if name == "inverse_sqrt":
        body = inverse_sqrt(warmup_init_lr=warmup_init_lr, lr=own, **w)
    elif name == "polynomial_decay":
        body = polynomial_decay(force_anneal=force_anneal, end_learning_rate=end_learning_rate, power=power,
                                total_num_update=total_num_update or max_update, lr=own, **w)
    elif name == "cosine":
        # Before 0.10 the peak was max_lr, and lr the lowest rate.
        low = (own if max_lr is not None else 0.0) if min_lr is None else min_lr
        body = cosine(warmup_init_lr=warmup_init_lr, lr=own if max_lr is None else max_lr, min_lr=low, t_mult=t_mult,
                      lr_period_updates=lr_period_updates or -1, lr_shrink=lr_shrink, max_update=end, **w)
    elif name == "fixed":
        body = fixed(force_anneal=force_anneal, lr_shrink=lr_shrink, lr=own, **w)
    elif name == "step":
        body = step(warmup_init_lr=warmup_init_lr, lr=own, min_lr=min_lr or 0.0, lr_deacy_period=lr_deacy_period,
                    lr_decay=lr_decay, **w)
    elif name == "tri_stage":
        body = tri_stage(warmup_steps, hold_steps, decay_steps, phase_ratio, init_lr_scale, final_lr_scale, end, own)
    else:
        need(name == "triangular", "one that no table here has; expected words for it")
        need(max_lr is not None, "no max_lr; expected it")
        body = triangular(max_lr, lr_period_updates or 5000, lr_shrink, lr=own)
    return cut(place(body), max_update, past="cont") if max_update else body
