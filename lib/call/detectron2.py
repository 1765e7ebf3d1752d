# SPDX-License-Identifier: MIT
# detectron2's schedulers (detectron2/solver/lr_scheduler.py, 0.6; WarmupPolyLR
# of its project Panoptic-DeepLab): a factor that rises to 1, on what goes on
# meanwhile.


def WarmupMultiStepLR(optimizer, milestones, gamma=0.1, warmup_factor=0.001, warmup_iters=1000, warmup_method="linear",
                      last_epoch=-1):
    """The rate times gamma at each milestone, times a warmup."""
    _fresh(last_epoch)
    need(list(milestones) == sorted(milestones))
    need(gamma >= 0)
    return _risen(stairs(base, at=milestones, by=gamma), warmup_factor, warmup_iters, warmup_method)


def WarmupCosineLR(optimizer, max_iters, warmup_factor=0.001, warmup_iters=1000, warmup_method="linear", last_epoch=-1):
    """A cosine to 0 at max_iters, times a warmup."""
    _fresh(last_epoch)
    need(max_iters >= 1)
    return _risen(cos(max_iters, base, past="cont"), warmup_factor, warmup_iters, warmup_method)


def WarmupPolyLR(optimizer, max_iters, warmup_factor=0.001, warmup_iters=1000, warmup_method="linear", last_epoch=-1,
                 power=0.9, constant_ending=0.0):
    """A power of what is left of max_iters, times a warmup."""
    _fresh(last_epoch)
    need(max_iters >= 1)
    need(power > 0)
    need(0 <= constant_ending < 1)
    need(constant_ending == 0 or max_iters * (1 - constant_ending ** (1 / power)) >= warmup_iters,
         "constant_ending within the warmup; expected a lower one")
    fall = poly(max_iters, base, 0, power)
    if constant_ending > 0:
        fall = clamp(fall, constant_ending * base)
    return _risen(join([fall], past="error"), warmup_factor, warmup_iters, warmup_method)
