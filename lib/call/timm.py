# SPDX-License-Identifier: MIT
# timm's schedulers (1.0.31, timm/scheduler), which set a rate at construction
# and then at t + 1: what stands here is the rate that update t uses.

_NOISE = "no table can hold random noise"


def _warmed(body, warmup_t, warmup_lr_init, base, prefix):
    need(warmup_t >= 0)
    if warmup_t == 0:
        return body
    up = linear(warmup_t, warmup_lr_init, base)
    return join([up, body]) if prefix else over(up, body)


def _cycled(cycle, base, lr_min, cycle_mul, cycle_decay, cycle_limit, warmup_t):
    # With a limit of 0 there is no cycle, but the constructor's rate is there.
    if cycle_limit < 1:
        return join([hold(base, 1), hold(lr_min)]) if warmup_t == 0 else hold(lr_min)
    return cycle if cycle_limit == 1 else rep(cycle, cycle_limit, grow=cycle_mul, by=cycle_decay)


def _check_cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit, base):
    need(t_initial > 0)
    need(lr_min >= 0)
    need(cycle_mul >= 1, "cycles that shrink, which the library cannot count; expected cycle_mul of 1 or more")
    need(cycle_limit <= 1 or cycle_decay == 1 or lr_min <= base)


def CosineLRScheduler(optimizer, t_initial, lr_min=0.0, cycle_mul=1.0, cycle_decay=1.0, cycle_limit=1, warmup_t=0,
                      warmup_lr_init=0.0, warmup_prefix=False, t_in_epochs=True, noise_range_t=None, noise_pct=0.67,
                      noise_std=1.0, noise_seed=42, k_decay=1.0, initialize=True, t_mul=None, decay_rate=None):
    """Half a cosine to lr_min in t_initial, with a warmup and cycles; t_mul is what 0.3 called cycle_mul."""
    need(noise_range_t is None, _NOISE)
    need(t_mul is None or cycle_mul == 1.0, "t_mul and cycle_mul; expected one of them")
    need(decay_rate is None or decay_rate == 1.0, "timm 0.3 lowers lr_min, too; expected cycle_decay")
    mul = cycle_mul if t_mul is None else t_mul
    _check_cycles(t_initial, lr_min, mul, cycle_decay, cycle_limit, base)
    body = _cycled(cos(t_initial, base, lr_min, k=k_decay), base, lr_min, mul, cycle_decay, cycle_limit, warmup_t)
    return _warmed(body, warmup_t, warmup_lr_init, base, warmup_prefix)


def TanhLRScheduler(optimizer, t_initial, lb=-7.0, ub=3.0, lr_min=0.0, cycle_mul=1.0, cycle_decay=1.0, cycle_limit=1,
                    warmup_t=0, warmup_lr_init=0.0, warmup_prefix=False, t_in_epochs=True, noise_range_t=None,
                    noise_pct=0.67, noise_std=1.0, noise_seed=42, initialize=True):
    """A hyperbolic tangent between lb and ub to lr_min in t_initial, with a warmup and cycles."""
    need(noise_range_t is None, _NOISE)
    _check_cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit, base)
    need(lb < ub)
    need(warmup_t >= 0)
    need(warmup_lr_init >= 0)
    cycle = tanh(t_initial, base, lr_min, lb, ub)
    body = _cycled(cycle, base, lr_min, cycle_mul, cycle_decay, cycle_limit, warmup_t)
    if warmup_t == 0:
        return over(hold(base, 1), body) if cycle_limit >= 1 else body
    if warmup_prefix:
        return join([linear(warmup_t, warmup_lr_init, base), body])
    return over(linear(warmup_t, warmup_lr_init, value_at(body, warmup_t)), body)


def StepLRScheduler(optimizer, decay_t, decay_rate=1.0, warmup_t=0, warmup_lr_init=0.0, warmup_prefix=True,
                    t_in_epochs=True, noise_range_t=None, noise_pct=0.67, noise_std=1.0, noise_seed=42,
                    initialize=True):
    """The rate times decay_rate every decay_t, with a warmup."""
    need(noise_range_t is None, _NOISE)
    need(decay_t > 0)
    if decay_t >= 1:
        body = stairs(base, every=decay_t, by=decay_rate)
    else:
        body = fn(lambda t: decay_rate ** (t // decay_t), start=base)
    return _warmed(body, warmup_t, warmup_lr_init, base, warmup_prefix)


def MultiStepLRScheduler(optimizer, decay_t, decay_rate=1.0, warmup_t=0, warmup_lr_init=0.0, warmup_prefix=True,
                         t_in_epochs=True, noise_range_t=None, noise_pct=0.67, noise_std=1.0, noise_seed=42,
                         initialize=True):
    """The rate times decay_rate at each of decay_t, with a warmup."""
    need(noise_range_t is None, _NOISE)
    need(list(decay_t) == sorted(decay_t))
    # A milestone acts one step early, but not on the constructor's rate.
    first = 0 if warmup_t > 0 and warmup_prefix else 1
    body = stairs(base, at=[max(t - 1, first) for t in decay_t], by=decay_rate)
    return _warmed(body, warmup_t, warmup_lr_init, base, warmup_prefix)


def PolyLRScheduler(optimizer, t_initial, power=0.5, lr_min=0.0, cycle_mul=1.0, cycle_decay=1.0, cycle_limit=1,
                    warmup_t=0, warmup_lr_init=0.0, warmup_prefix=False, t_in_epochs=True, noise_range_t=None,
                    noise_pct=0.67, noise_std=1.0, noise_seed=42, k_decay=1.0, initialize=True):
    """A polynomial to lr_min in t_initial, with a warmup and cycles."""
    need(noise_range_t is None, _NOISE)
    _check_cycles(t_initial, lr_min, cycle_mul, cycle_decay, cycle_limit, base)
    need(power >= 0)
    need(power > 0 or cycle_limit <= 1)
    cycle = poly(t_initial, base, lr_min, power, k_decay)
    body = _cycled(cycle, base, lr_min, cycle_mul, cycle_decay, cycle_limit, warmup_t)
    return _warmed(body, warmup_t, warmup_lr_init, base, warmup_prefix)


def WSDLRScheduler(optimizer, t_initial, decay_t, lr_min=0.0, stable_fn="constant", stable_timescale=None,
                   stable_power=0.5, decay_fn="1-sqrt", decay_power=0.5, decay_ratio=0.1, warmup_t=0,
                   warmup_lr_init=0.0, t_in_epochs=True, noise_range_t=None, noise_pct=0.67, noise_std=1.0,
                   noise_seed=42, initialize=True):
    """A warmup, a stable part and a decay."""
    need(noise_range_t is None, _NOISE)
    need(t_initial > 0)
    need(0 < decay_t <= t_initial)
    need(0 <= lr_min <= base, "lr_min=" + str(lr_min) + "; expected 0 <= lr_min <= the base rate")
    need(stable_fn in ["constant", "rsqrt", "power"])
    need(decay_fn in ["linear", "1-sqrt", "cosine", "power", "exp"])
    need(0 < decay_ratio < 1)
    need(decay_power > 0)
    need(stable_power > 0)
    scale = warmup_t if stable_timescale is None else stable_timescale
    need(stable_fn == "constant" or scale > 0, "no timescale; expected stable_timescale= or warmup_t=")
    flat, r = t_initial - decay_t, decay_ratio
    falls = {"linear": lambda x: 1 - x, "1-sqrt": lambda x: 1 - math.sqrt(x),
             "cosine": lambda x: 0.5 * (1 + math.cos(math.pi * x)), "power": lambda x: 1 - x ** decay_power,
             "exp": lambda x: (r ** x - r) / (1 - r)}
    fall = falls[decay_fn]
    if stable_fn != "constant":
        power = 0.5 if stable_fn == "rsqrt" else stable_power
        body = fn(lambda t: lr_min + (max(base * (1 + t / scale) ** -power, lr_min) - lr_min)
                  * (1 if t <= flat else fall((t - flat) / decay_t)), t_initial)
    elif decay_fn == "linear":
        body = join([hold(base, flat), linear(decay_t, base, lr_min)])
    elif decay_fn == "1-sqrt":
        body = join([hold(base, flat), sqrt(decay_t, base, lr_min)])
    elif decay_fn == "cosine":
        body = join([hold(base, flat), cos(decay_t, base, lr_min)])
    elif decay_fn == "power":
        body = join([hold(base, flat), poly(decay_t, base, lr_min, decay_power, flip=True)])
    else:
        body = join([hold(base, flat), fn(lambda t: lr_min + (base - lr_min) * fall(t / decay_t), decay_t)])
    return _warmed(body, warmup_t, warmup_lr_init, base, True)


def PlateauLRScheduler(optimizer, decay_rate=0.1, patience_t=10, threshold=0.0001, cooldown_t=0, warmup_t=0,
                       warmup_lr_init=0.0, lr_min=0.0, mode="max", noise_range_t=None, noise_type="normal",
                       noise_pct=0.67, noise_std=1.0, noise_seed=None, initialize=True):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")


def create_scheduler_v2(optimizer, sched="cosine", num_epochs=300, decay_epochs=None, decay_milestones=(90, 180, 270),
                        cooldown_epochs=0, patience_epochs=10, decay_rate=0.1, min_lr=0.0, warmup_lr=1e-05,
                        warmup_epochs=0, warmup_prefix=False, noise=None, noise_pct=0.67, noise_std=1.0, noise_seed=42,
                        cycle_mul=1.0, cycle_decay=0.1, cycle_limit=1, k_decay=1.0, decay_fn=None,
                        stable_timescale=None, plateau_mode="max", step_on_epochs=True, updates_per_epoch=0):
    """The schedule that timm's training script makes of these settings."""
    need(sched in ["cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "none", "plateau"])
    need(sched != "plateau", "no table can hold a schedule that waits for a metric")
    need(noise is None, _NOISE)
    need(step_on_epochs or updates_per_epoch > 0, "no updates_per_epoch; expected it")
    u = 1 if step_on_epochs else updates_per_epoch
    t, share = num_epochs * u, sched in ["wsd", "rsqrt"]
    warm = dict(warmup_t=warmup_epochs * u, warmup_lr_init=warmup_lr)
    cycles = dict(warm, lr_min=min_lr, cycle_mul=cycle_mul, cycle_decay=cycle_decay, cycle_limit=cycle_limit,
                  warmup_prefix=warmup_prefix)
    d = decay_epochs if decay_epochs is not None else 0.2 if share else 90
    if share and not warmup_prefix:
        t = t - warmup_epochs * u
    d = d * t if share and 0 < d < 1 else d * u
    if sched == "cosine":
        return CosineLRScheduler(optimizer, t, k_decay=k_decay, **cycles)
    if sched == "tanh":
        return TanhLRScheduler(optimizer, t, **cycles)
    if sched == "poly":
        return PolyLRScheduler(optimizer, t, power=decay_rate, k_decay=k_decay, **cycles)
    if sched == "step":
        return StepLRScheduler(optimizer, d, decay_rate, warmup_prefix=warmup_prefix, **warm)
    if sched == "constant":
        return StepLRScheduler(optimizer, 1, 1, warmup_prefix=warmup_prefix, **warm)
    if sched == "multistep":
        return MultiStepLRScheduler(optimizer, [m * u for m in decay_milestones], decay_rate,
                                    warmup_prefix=warmup_prefix, **warm)
    if sched == "wsd":
        return WSDLRScheduler(optimizer, t, int(round(d)), lr_min=min_lr, decay_fn=decay_fn or "1-sqrt", **warm)
    if sched == "rsqrt":
        return WSDLRScheduler(optimizer, t, int(round(d)), lr_min=min_lr, decay_fn=decay_fn or "linear",
                              stable_fn="rsqrt",
                              stable_timescale=None if stable_timescale is None else stable_timescale * u, **warm)
    return hold(base)


def TimmArguments(lr=None, sched="cosine", epochs=300, sched_on_updates=False, warmup_epochs=None, warmup_lr=None,
                  warmup_prefix=False, min_lr=None, decay_epochs=None, decay_milestones=(90, 180, 270),
                  decay_rate=0.1, cooldown_epochs=None, patience_epochs=10, lr_noise=None, lr_cycle_mul=1.0,
                  lr_cycle_decay=0.5, lr_cycle_limit=1, lr_k_decay=1.0, epoch_repeats=0, lr_base=None, layer_decay=None,
                  **others):
    """The flags of train.py, with the defaults of 1.0."""
    need(base_given or lr is not None, "no lr: train.py makes it of lr_base and the batch; expected lr, or "
         + option("lr"))
    need(not sched_on_updates or epoch_steps is not None, "updates of the scheduler; expected " + option("epoch_steps"))
    own, e = base if base_given else lr, epoch_steps or 1
    given = {"warmup_epochs": warmup_epochs, "warmup_lr": warmup_lr, "min_lr": min_lr, "cooldown_epochs": cooldown_epochs}
    default = {"warmup_epochs": 5, "warmup_lr": 1e-5, "min_lr": 0.0, "cooldown_epochs": 0}
    missing = [k for k in default if given[k] is None and not (k == "warmup_lr" and warmup_epochs == 0)]
    if missing:
        remark("timm 1.0's defaults are taken, others have their own: "
               + ", ".join([k + "=" + str(default[k]) for k in missing]))
    values = [default[k] if given[k] is None else given[k] for k in default]
    warmup_epochs, warmup_lr, min_lr, cooldown_epochs = values
    if layer_decay is not None:
        remark("layer_decay gives each layer a part of this rate")
    milestones = decay_milestones if isinstance(decay_milestones, (list, tuple)) else [decay_milestones]
    body = create_scheduler_v2(None, sched, epochs, decay_epochs, milestones, cooldown_epochs, patience_epochs,
                               decay_rate, min_lr, warmup_lr, warmup_epochs, warmup_prefix, lr_noise,
                               cycle_mul=lr_cycle_mul, cycle_decay=lr_cycle_decay, cycle_limit=lr_cycle_limit,
                               k_decay=lr_k_decay, step_on_epochs=not sched_on_updates,
                               updates_per_epoch=e if sched_on_updates else 0)
    n = epochs
    if sched in ["cosine", "tanh", "poly"] and lr_cycle_limit >= 1:
        n = sum([epochs * lr_cycle_mul ** i for i in range(lr_cycle_limit)])
        n = n + (warmup_epochs if warmup_prefix else 0) + cooldown_epochs
    if epoch_steps is None and counting == "step":
        remark("rows are epochs; with " + option("epoch_steps") + " they are steps")
    body = place(body, base=own)
    if not sched_on_updates and e != 1:
        body = held(body, e)
    return cut(body, run_length(math.floor(n) * e), past="cont")


def create_scheduler(args, optimizer=None, updates_per_epoch=0):
    """The same of a script's own flags."""
    own = args if isinstance(args, dict) else vars(args)
    return TimmArguments(**dict(own, lr=base if base_given else own["lr"]))
