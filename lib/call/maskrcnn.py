# SPDX-License-Identifier: MIT
# The warmups of maskrcnn-benchmark (at 57eec25b) and detectron2 (0.6): a factor
# that rises to 1, on what goes on meanwhile.  The two differ in their defaults.


def _risen(body, warmup_factor, warmup_iters, warmup_method):
    need(warmup_method in ["linear", "constant"])
    need(warmup_factor >= 0)
    need(warmup_iters >= 0)
    up = linear(warmup_iters, warmup_factor, 1) if warmup_method == "linear" else hold(warmup_factor, warmup_iters)
    return product([body, join([up, hold(1)])]) if warmup_iters > 0 else body


def WarmupMultiStepLR(optimizer, milestones, gamma=0.1, warmup_factor=1.0 / 3, warmup_iters=500, warmup_method="linear",
                      last_epoch=-1):
    need(last_epoch == -1, "no table can hold a resumed schedule (use -s)")
    need(list(milestones) == sorted(milestones))
    need(gamma >= 0)
    return _risen(stairs(base, at=milestones, by=gamma), warmup_factor, warmup_iters, warmup_method)
