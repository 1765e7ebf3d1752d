# SPDX-License-Identifier: MIT
# torchtitan/components/lr_scheduler.py, 0.2.2: its rates are those of the end of
# a step (lead), and what falls ends one step behind the last.


def _fall(n, first, last, decay_type):
    shapes = {"linear": linear, "sqrt": sqrt, "cosine": cos}
    need(decay_type in shapes, "no such decay_type; expected linear, sqrt or cosine")
    return shapes[decay_type](n, first, last, grid="lead")


def TorchTitanConfig(lr_scheduler, training, optimizer=None, **others):
    """The TOML of a job: tables lr_scheduler, training and optimizer."""
    s = {"warmup_steps": 200, "total_steps": None, "decay_ratio": None, "decay_type": "linear", "min_lr_factor": 0.0}
    other = [k for k in lr_scheduler if k not in s]
    need("lr_min" not in other, "lr_min, which torchtitan before 0.2 has, with other rates; expected min_lr_factor")
    need(len(other) == 0, "what torchtitan has not: " + ", ".join(other) + "; expected its keys, or words for it")
    s.update(lr_scheduler)
    n = training["steps"]
    lr = base if base_given else (optimizer or {}).get("lr", 8e-4)
    total = n if s["total_steps"] is None else s["total_steps"]
    w = min(int(s["warmup_steps"]), total)
    left = total - w
    d = left if s["decay_ratio"] is None else min(round(total * s["decay_ratio"]), left)
    parts = [linear(w, 0, lr, grid="lead")] if w > 0 else []
    parts.append(hold(lr, left + 1 - d))
    if d > 0:
        parts.append(_fall(d, lr, s["min_lr_factor"] * lr, s["decay_type"]))
    return cut(join(parts), n, past="cont")
