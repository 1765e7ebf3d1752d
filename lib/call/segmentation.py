# SPDX-License-Identifier: MIT
# The polynomial decays that code for segmentation shares: PolyLR of
# DeepLabV3Plus-Pytorch, PolyLRScheduler of nnU-Net (2.5), WarmupPolyLR of
# awesome-semantic-segmentation-pytorch.  None has a rate past its end.


def PolyLR(optimizer, max_iters, power=0.9, last_epoch=-1, min_lr=1e-6):
    """A power of what is left of max_iters, not below min_lr."""
    _fresh(last_epoch)
    need(max_iters > 0)
    need(power > 0)
    return join([clamp(poly(max_iters, base, 0, power), min_lr)], past="error")


def PolyLRScheduler(optimizer, initial_lr, max_steps, exponent=0.9, current_step=None):
    """initial_lr times a power of what is left of max_steps."""
    _fresh(current_step, None)
    need(max_steps > 0)
    need(exponent > 0)
    return join([poly(max_steps, initial_lr, 0, exponent)], past="error")


def WarmupPolyLR(optimizer, target_lr=0, max_iters=0, power=0.9, warmup_factor=1.0 / 3, warmup_iters=500,
                 warmup_method="linear", last_epoch=-1):
    """A warmup, then a power of what is left, to target_lr."""
    _fresh(last_epoch)
    need(warmup_method in ["linear", "constant"])
    need(0 <= warmup_iters < max_iters)
    need(power > 0)
    low = target_lr + (base - target_lr) * warmup_factor
    up = linear(warmup_iters, low, base) if warmup_method == "linear" else hold(low, warmup_iters)
    return join([up, poly(max_iters - warmup_iters, base, target_lr, power)], past="error")
