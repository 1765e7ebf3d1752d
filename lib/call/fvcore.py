# SPDX-License-Identifier: MIT
# fvcore.common.param_scheduler, 0.1.5: functions of how far training has come,
# so of its length.  Steps are taken a millionth of it early, as there.

_PART = "no table can hold a part of training without " + option("steps")


def ConstantParamScheduler(value):
    """Always value."""
    return hold(value)


def CosineParamScheduler(start_value, end_value):
    """Half a cosine from start_value to end_value."""
    need(steps is not None, _PART)
    return cos(steps, start_value, end_value, past="cont")


def ExponentialParamScheduler(start_value, decay):
    """start_value times decay to the power of the part of training done."""
    need(decay > 0)
    need(steps is not None, _PART)
    return exp(steps, start_value, start_value * decay, past="cont")


def LinearParamScheduler(start_value, end_value):
    """A line from start_value to end_value."""
    need(steps is not None, _PART)
    return linear(steps, start_value, end_value, past="cont")


def PolynomialDecayParamScheduler(base_value, power):
    """base_value times a power of the part of training left."""
    need(power > 0)
    need(steps is not None, _PART)
    return poly(steps, base_value, 0, power)


def _early(parts, steps):
    return [steps * (x - 1e-6) for x in parts]


def MultiStepParamScheduler(values, num_updates=None, milestones=None):
    """The next of values at each milestone."""
    need(num_updates is not None or milestones is not None)
    need(steps is not None, _PART)
    count = len(values) - 1
    if milestones is None:
        width = math.ceil(num_updates / len(values))
        milestones = [width * k for k in range(1, len(values))]
    total = num_updates if num_updates is not None else milestones[-1]
    need(len(milestones) == count + (num_updates is None))
    return stairs(at=_early([m / total for m in milestones[:count]], steps), values=values)


def StepParamScheduler(num_updates, values):
    """values one after the other, for equal parts of training."""
    need(num_updates > 0)
    need(len(values) > 0)
    need(steps is not None, _PART)
    return stairs(at=_early([k / len(values) for k in range(1, len(values))], steps), values=values)


def StepWithFixedGammaParamScheduler(base_value, num_decays, gamma, num_updates):
    """base_value times gamma, num_decays times in equal parts of training."""
    need(base_value > 0)
    need(gamma > 0)
    need(num_decays >= 1)
    need(steps is not None, _PART)
    return stairs(base_value, at=_early([k / (num_decays + 1) for k in range(1, num_decays + 1)], steps), by=gamma)


def CompositeParamScheduler(schedulers, lengths, interval_scaling):
    """Schedulers one after the other, for parts of training."""
    need(steps is not None, _PART)
    need(len(schedulers) == len(lengths))
    need(abs(sum(lengths) - 1) < 1e-3)
    need(len([s for s in interval_scaling if s != "rescaled"]) == 0, "no table can hold what begins in its middle")
    at, end = [0], 0
    for x in lengths[:-1]:
        end = end + x
        near = round(steps * end)
        at.append(near if abs(steps * end - near) < steps * 1e-6 else steps * end)
    own = [b - a for a, b in zip(at, at[1:] + [steps])]
    parts = [place(s, steps=n) for s, n in zip(schedulers, own)]
    return join([cut(p, n) for p, n in zip(parts[:-1], own)] + [parts[-1]])


def Detectron2Config(SOLVER, **others):
    """SOLVER of detectron2 0.6, with the defaults of its config/defaults.py."""
    s = {"LR_SCHEDULER_NAME": "WarmupMultiStepLR", "MAX_ITER": 40000, "BASE_LR": 0.001, "BASE_LR_END": 0.0,
         "STEPS": (30000,), "GAMMA": 0.1, "NUM_DECAYS": 3, "RESCALE_INTERVAL": False, "WARMUP_FACTOR": 0.001,
         "WARMUP_ITERS": 1000, "WARMUP_METHOD": "linear"}
    s.update(SOLVER)
    missing = [k for k in ["BASE_LR", "STEPS", "MAX_ITER"] if k not in SOLVER]
    need("_BASE_" not in others or len(missing) == 0,
         "what _BASE_ may say; expected " + " ".join([option("define") + " SOLVER." + k + "=VALUE" for k in missing]))
    name, n, how = s["LR_SCHEDULER_NAME"], s["MAX_ITER"], s["WARMUP_METHOD"]
    need(name in ["WarmupMultiStepLR", "WarmupCosineLR"], "one that no table here has; expected words for it")
    need(not s["RESCALE_INTERVAL"], "no table here has RESCALE_INTERVAL; expected words for it")
    need(how in ["linear", "constant"], "no such WARMUP_METHOD; expected linear or constant")
    lr = base if base_given else s["BASE_LR"]
    at = s["STEPS"] if isinstance(s["STEPS"], (list, tuple)) else (s["STEPS"],)
    if name == "WarmupCosineLR":
        body = cos(n, lr, s["BASE_LR_END"] / s["BASE_LR"] * lr)
    else:
        body = stairs(lr, at=_early([k / n for k in at if k <= n], n), by=s["GAMMA"])
    w, start = min(s["WARMUP_ITERS"], n), s["WARMUP_FACTOR"] * lr
    if w > 0:
        up = linear(w, start, value_at(body, w)) if how == "linear" else hold(start, w)
        body = over(cut(up, w), place(body))
    return cut(body, n, past="cont")
