# SPDX-License-Identifier: MIT
# OLMo's schedulers (olmo/optim.py, ai2-olmo 0.6.0), of all steps or of t_max.
# Its trainer counts an update before it asks for the rate, so step 0 is its
# step 1 (lead).  A warmup begins at a tenth of the rate unless it says where.


def _up(n, warmup_min_lr, base):
    need(n >= 0)
    start = 0.10 * base if warmup_min_lr is None else warmup_min_lr
    need(0 <= start < base)
    return linear(n, start, base, grid="lead")


def CosWithWarmup(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, warmup_steps=None,
                  alpha_f=0.1, t_max=None):
    """A warmup, then a cosine to alpha_f of the rate."""
    need(warmup_steps is not None)
    n = _length(t_max, steps) - warmup_steps
    need(n > 0, "no steps after the warmup; expected fewer warmup_steps")
    return join([_up(warmup_steps, warmup_min_lr, base), cos(n, base, alpha_f * base, grid="lead")])


def LinearWithWarmup(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, warmup_steps=None,
                     alpha_f=0.1, t_max=None):
    """A warmup, then a line to alpha_f of the rate."""
    need(warmup_steps is not None)
    n = _length(t_max, steps) - warmup_steps
    need(n > 0, "no steps after the warmup; expected fewer warmup_steps")
    return join([_up(warmup_steps, warmup_min_lr, base), linear(n, base, alpha_f * base, grid="lead")])


def InvSqrtWithWarmup(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, warmup_steps=None):
    """A warmup, then the inverse root of the step."""
    need(warmup_steps is not None)
    w = warmup_steps
    return join([_up(w, warmup_min_lr, base), rsqrt(base * math.sqrt(w / (w + 1)), w + 1)])


def ConstantWithWarmupScheduler(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None,
                                warmup_steps=None):
    """A warmup, then constant."""
    need(warmup_steps is not None)
    return join([_up(warmup_steps, warmup_min_lr, base), hold(base)])


def CosLinearEnvelope(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, warmup_steps=None,
                      alpha_f=0.1, t_max=None):
    """A warmup, then a cosine times a line to alpha_f of the rate."""
    need(warmup_steps is not None)
    n, low = _length(t_max, steps) - warmup_steps, alpha_f * base
    need(n > 0, "no steps after the warmup; expected fewer warmup_steps")
    fall = fn(lambda t: low + (1 - (t + 1) / n) * (base - low) * (1 + math.cos(math.pi * (t + 1) / n)) / 2, n - 1)
    return join([_up(warmup_steps, warmup_min_lr, base), fall])


def MaxScheduler(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, sched1=None,
                 sched2=None):
    """The higher of two: no table can hold it."""
    need(False, "no table can hold the higher of two schedules; expected one, or a function of the step")


def BoltOnWarmupScheduler(grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, warmup_min_lr=None, inner=None,
                          warmup_start=None, warmup_end=None):
    """A schedule with a warmup laid over a part of it."""
    need(inner is not None)
    need(warmup_start is not None)
    need(warmup_end is not None)
    need(warmup_end > warmup_start >= 0)
    body = place(inner)
    # Both ends are its steps, one more than the table's.
    return over(join([hold(0, warmup_start), linear(warmup_end - warmup_start, 0, value_at(body, warmup_end - 1),
                                                    grid="lead")]), body)


def OLMoConfig(scheduler, optimizer=None, max_duration=None, **others):
    """The YAML of its scripts/train.py."""
    kinds = {"cosine_with_warmup": CosWithWarmup, "linear_with_warmup": LinearWithWarmup,
             "inverse_sqrt_with_warmup": InvSqrtWithWarmup, "constant_with_warmup": ConstantWithWarmupScheduler}
    name = scheduler["name"]
    need(name in kinds, "one that no table here has; expected words for it")
    need(scheduler.get("units", "steps") == "steps", "a schedule of tokens; expected one of steps")
    own = base if base_given else optimizer["learning_rate"]
    n = run_length(None if isinstance(max_duration, str) else max_duration)
    rest = {"warmup_steps": int(scheduler.get("t_warmup", 100))}
    if scheduler.get("warmup_min_lr") is not None:
        rest["warmup_min_lr"] = scheduler["warmup_min_lr"]
    if name in ["cosine_with_warmup", "linear_with_warmup"]:
        rest["alpha_f"] = scheduler.get("alpha_f", 0.1)
        rest["t_max"] = n if scheduler.get("t_max") is None else int(scheduler["t_max"])
    return cut(place(kinds[name](**rest), base=own, steps=n), n, past="cont")
