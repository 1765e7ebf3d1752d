# SPDX-License-Identifier: MIT
# What tutorials define and others copy, from the text of each: CustomSchedule
# (TensorFlow: Transformer), NoamOpt (The Annotated Transformer), NoamLR that
# scales the optimizer's rate by d_model, CycleScheduler
# (rosinality), the schedulers of Dive into Deep Learning 12.11, the table of
# rates of DINO's utils.py, which MAE, BEiT and iBOT took over.


def CustomSchedule(d_model, warmup_steps=4000):
    """The Noam curve of TensorFlow's tutorial, of d_model."""
    need(d_model > 0)
    need(warmup_steps > 0)
    peak = d_model ** -0.5 * warmup_steps ** -0.5
    return join([linear(warmup_steps, 0, peak), rsqrt(peak, warmup_steps)])


def NoamOpt(model_size, factor, warmup, optimizer):
    """The Noam curve of The Annotated Transformer."""
    need(model_size > 0)
    need(warmup > 0)
    # It counts an update before it computes the rate.
    peak = factor * model_size ** -0.5 * warmup ** -0.5
    return join([linear(warmup - 1, peak / warmup, peak), rsqrt(peak, warmup)])


def NoamLR(optimizer, d_model=512, warmup_steps=4000, last_epoch=-1):
    """The optimizer's rate times the Noam curve."""
    _fresh(last_epoch)
    need(d_model > 0)
    need(warmup_steps > 0)
    peak = base * d_model ** -0.5 * warmup_steps ** -0.5
    return join([linear(warmup_steps - 1, peak / warmup_steps, peak), rsqrt(peak, warmup_steps)])


def CycleScheduler(optimizer, lr_max, n_iter, momentum=(0.95, 0.85), divider=25, warmup_proportion=0.3,
                   phase=("linear", "cos")):
    """Up to lr_max in warmup_proportion, then down, as one cycle."""
    need(0 < warmup_proportion < 1)
    need(n_iter >= 2)
    shapes = {"linear": linear, "cos": cos}
    need(len(phase) == 2 and phase[0] in shapes and phase[1] in shapes)
    first = int(n_iter * warmup_proportion)
    need(first >= 1, "no steps of warmup; expected one or more")

    def phases(start, top, end):
        # Stepped before the update, and again and again.
        return rep(join([shapes[phase[0]](first, start, top, grid="lead"),
                         shapes[phase[1]](n_iter - first, top, end, grid="lead")]))

    low = lr_max / divider
    rate = phases(low, lr_max, low / 1e4)
    return rate if momentum is None else columns(lr=rate, momentum=phases(momentum[0], momentum[1], momentum[0]))


def SquareRootScheduler(lr=0.1):
    """lr over the root of step + 1."""
    return rsqrt(lr, 1)


def FactorScheduler(factor=1, stop_factor_lr=1e-7, base_lr=0.1):
    """The rate times factor at each call, not below stop_factor_lr."""
    need(factor >= 0)
    return clamp(decay(base_lr * factor, factor), stop_factor_lr)


def CosineScheduler(max_update, base_lr=0.01, final_lr=0, warmup_steps=0, warmup_begin_lr=0):
    """A line up, then a cosine to final_lr at max_update."""
    need(warmup_steps >= 0)
    need(max_update > warmup_steps)
    return join([linear(warmup_steps, warmup_begin_lr, base_lr), cos(max_update - warmup_steps, base_lr, final_lr)])


def cosine_scheduler(base_value, final_value, epochs, niter_per_ep, warmup_epochs=0, start_warmup_value=0,
                     warmup_steps=-1):
    """A warmup to base_value, then a cosine to final_value, a value for each step."""
    total = epochs * niter_per_ep
    warmup = warmup_steps if warmup_steps > 0 else warmup_epochs * niter_per_ep
    need(warmup_steps <= 0 or warmup_epochs > 0, "as published, warmup_steps works where warmup_epochs > 0")
    need(total > warmup)
    up = [linear(warmup, start_warmup_value, base_value, grid="incl")] if warmup > 0 else []
    return cut(join(up + [cos(total - warmup, base_value, final_value)]), total, past="error")
