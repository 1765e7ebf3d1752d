# SPDX-License-Identifier: MIT
# The warmups of maskrcnn-benchmark (at 57eec25b) and detectron2 (0.6): a factor
# that rises to 1, on what goes on meanwhile.  The two differ in their defaults.


def WarmupMultiStepLR(optimizer, milestones, gamma=0.1, warmup_factor=1.0 / 3, warmup_iters=500, warmup_method="linear",
                      last_epoch=-1):
    """The rate times gamma at each milestone, times a warmup."""
    _fresh(last_epoch)
    need(list(milestones) == sorted(milestones))
    need(gamma >= 0)
    return _risen(stairs(base, at=milestones, by=gamma), warmup_factor, warmup_iters, warmup_method)
