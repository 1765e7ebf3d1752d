# SPDX-License-Identifier: MIT
# torch.optim.lr_scheduler, signatures of torch 2.15 (with the verbose= that
# versions before 2.7 had).  Formulas from its documentation and from running
# it: OneCycleLR's phases end at pct_start * total - 1, which may be
# fractional; CosineAnnealingLR rises again past T_max; a scheduler in
# SequentialLR starts from its own base; ChainedScheduler is a product of
# factors, and else what each makes of the rate that others have left.


# What steps on from the rate that it finds: versions of torch differ in whether
# the first one in a sequence or product is stepped before step 0, where that is
# in a sequence itself.
_RECURSIVE = ["ExponentialLR", "PolynomialLR", "CosineAnnealingLR", "MultiplicativeLR"]
_FACTORS = ["StepLR", "MultiStepLR", "ConstantLR", "LinearLR", "ExponentialLR", "PolynomialLR", "CosineAnnealingLR",
            "MultiplicativeLR"]
_TWICE = ("no table can hold ExponentialLR, PolynomialLR, CosineAnnealingLR, MultiplicativeLR or a group first in a "
          "group of a sequence, which versions of torch start otherwise; expected it in the sequence itself")


def LambdaLR(optimizer, lr_lambda, last_epoch=-1, verbose=False):
    """The base times a function of the epoch."""
    _fresh(last_epoch)
    # Some libraries have functions that make one, linear_warmup_decay(5, 100).
    return fn(one(lr_lambda), start=base) if kind(one(lr_lambda)) is None else one(lr_lambda)


def MultiplicativeLR(optimizer, lr_lambda, last_epoch=-1, verbose=False):
    """Each epoch's rate is the last one times a function of the epoch."""
    _fresh(last_epoch)
    return prod(base, one(lr_lambda))


def ConstantLR(optimizer, factor=1/3, total_iters=5, last_epoch=-1, verbose=False):
    """The base times factor for total_iters epochs, then the base."""
    _fresh(last_epoch)
    need(0 <= factor <= 1)
    # Step total_iters divides by the factor, if that step is hit.
    ends = total_iters >= 1 and total_iters % 1 == 0
    need(factor > 0 or not ends)
    if ends:
        return join([hold(factor * base, total_iters), hold(base)])
    # A milestone asks for the closed form instead.
    return hold(base if inside == "SequentialLR" and total_iters <= 0 else factor * base)


def LinearLR(optimizer, start_factor=1/3, end_factor=1.0, total_iters=5, last_epoch=-1, verbose=False):
    """A line from start_factor to end_factor times the base in total_iters epochs."""
    _fresh(last_epoch)
    need(0 < start_factor <= 1)
    need(0 <= end_factor <= 1)
    need(total_iters >= 0 and total_iters % 1 == 0)
    need(total_iters > 0 or inside != "SequentialLR")
    return linear(total_iters, start_factor * base, end_factor * base) if total_iters > 0 else hold(start_factor * base)


def StepLR(optimizer, step_size, gamma=0.1, last_epoch=-1, verbose=False):
    """The rate times gamma every step_size epochs."""
    _fresh(last_epoch)
    need(step_size >= 1 and step_size % 1 == 0)
    need(gamma >= 0)
    return stairs(base, every=step_size, by=gamma)


def MultiStepLR(optimizer, milestones, gamma=0.1, last_epoch=-1, verbose=False):
    """The rate times gamma at each milestone."""
    _fresh(last_epoch)
    need(gamma >= 0)
    # A milestone that is no step is never met, but the closed form of a start
    # after others counts those before it.
    late = inside == "SequentialLR"
    at = [max(m, 0) for m in sorted(milestones) if (m >= 0 and m % 1 == 0) or (m < 0 and late)]
    return stairs(base, at=at, by=gamma)


def ExponentialLR(optimizer, gamma, last_epoch=-1, verbose=False):
    """The rate times gamma every epoch."""
    _fresh(last_epoch)
    need(gamma >= 0)
    return decay(base, gamma)


def PolynomialLR(optimizer, total_iters=5, power=1.0, last_epoch=-1, verbose=False):
    """A polynomial from the base to 0 in total_iters epochs."""
    _fresh(last_epoch)
    need(total_iters >= 0 and total_iters % 1 == 0)
    need(total_iters > 0 or inside != "SequentialLR")
    need(power >= 0)
    return poly(total_iters, base, 0, power) if total_iters > 0 and power > 0 else hold(base)


def CosineAnnealingLR(optimizer, T_max, eta_min=0.0, last_epoch=-1, verbose=False):
    """Half a cosine from the base to eta_min in T_max epochs, and back."""
    _fresh(last_epoch)
    need(T_max >= 1)
    factor = inside == "ChainedScheduler"
    # What a chain's rate rises from then is none of the factors.
    return cos(T_max, base, eta_min, past="error" if factor else "cont")


def CosineAnnealingWarmRestarts(optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1, verbose=False):
    """Half a cosine from the base to eta_min, begun anew after T_0 epochs, then T_mult times as many."""
    _fresh(last_epoch)
    need(T_0 >= 1 and T_0 % 1 == 0)
    need(T_mult >= 1 and T_mult % 1 == 0)
    return rep(cos(T_0, base, eta_min), grow=T_mult)


def CyclicLR(optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
             scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9,
             last_epoch=-1, verbose=False, step_size=None):
    """Triangles between base_lr and max_lr, scaled by mode."""
    _fresh(last_epoch)
    need(mode in ["triangular", "triangular2", "exp_range"] or scale_fn is not None)
    need(gamma > 0)
    need(scale_fn is None or scale_mode in ["cycle", "iterations"])
    need(step_size_up >= 1)
    need(step_size_down is None or step_size_down == 0 or step_size_down >= 1)
    up = step_size_up if step_size is None else step_size  # as it was called before 1.0
    down = up if step_size_down is None else step_size_down

    def cycle(lo, hi, scale):
        return _triangles(lo, hi, up, down, scale, 0.5 if mode == "triangular2" else 1, gamma if mode == "exp_range" else 1,
                      scale_fn, "cycle" if scale_mode == "cycle" else "step")

    lo, hi = one(base_lr), one(max_lr)
    rate = cycle(lo, hi, "span" if lo <= hi else "drop")
    # Whatever took step_size, the callback for Keras too, left the momentum.
    if not cycle_momentum or step_size is not None:
        return rate
    m_hi, m_lo = one(max_momentum), one(base_momentum)
    return columns(lr=rate, momentum=cycle(m_hi, m_lo, "drop" if m_lo <= m_hi else "span"))


def OneCycleLR(optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
               anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
               final_div_factor=1e4, three_phase=False, last_epoch=-1, verbose=False):
    """A rise to max_lr and a fall far below it, with the momentum the other way round."""
    _fresh(last_epoch)
    need(total_steps is not None or epochs is not None and steps_per_epoch is not None)
    total = total_steps if total_steps is not None else epochs * steps_per_epoch
    need(total >= 1 and total % 1 == 0)
    need(isinstance(pct_start, float),
         "pct_start=" + str(pct_start) + " is no float; expected pct_start=" + str(pct_start) + ".0")
    need(0 <= pct_start <= 1)
    need(pct_start * total != 1, "a first phase of no length, which torch divides by; expected another pct_start")
    need(anneal_strategy in ["cos", "linear"])
    need(div_factor > 0)
    need(final_div_factor > 0)
    shape = cos if anneal_strategy == "cos" else linear

    def phases(lo, hi, end):
        return join([_one_cycle(shape, lo, hi, end, total, pct_start, three_phase)], past="error")

    hi = one(max_lr)
    lo = hi / div_factor
    rate = phases(lo, hi, lo / final_div_factor)
    if not cycle_momentum:
        return rate
    m_hi, m_lo = one(max_momentum), one(base_momentum)
    return columns(lr=rate, momentum=phases(m_hi, m_lo, m_hi))


def SequentialLR(optimizer, schedulers, milestones, last_epoch=-1, verbose=False):
    """Schedulers one after the other, each from its milestone on."""
    _fresh(last_epoch)
    need(len(schedulers) >= 1)
    need(len(milestones) == len(schedulers) - 1)
    need(len([m for m in milestones if m % 1 != 0]) == 0)
    kinds = [kind(s) for s in schedulers]
    need(None not in kinds, "what is no schedule in schedulers; expected schedules")
    # A sequence in a sequence runs one step ahead.
    nested = inside == "SequentialLR"
    at = [m - nested for m in milestones]
    need(at == sorted(at) and min([0] + at) >= 0, "boundaries that do not ascend from 0; expected ascending steps")
    more = len(kinds) > 1
    first = len([m for m in milestones if m <= 0])  # whose initial step is made
    groups = ["SequentialLR", "ChainedScheduler"]
    need(not (more and "OneCycleLR" in kinds),
         "no table can hold OneCycleLR in a sequence, where it changes what the others start from")
    need("MultiplicativeLR" not in kinds[:first] + kinds[first + 1:],
         "no table can hold MultiplicativeLR after others, which goes on from the rate that it finds")
    need(len([k for k in kinds[:first] + kinds[first + 1:] if k in groups]) == 0,
         "no table can hold a sequence or a product after a milestone, which torch cannot start")
    need(not nested or kinds[first] not in _RECURSIVE, _TWICE)
    need("ReduceLROnPlateau" not in kinds, "no table can hold what follows a metric")
    # CyclicLR sets the rate to its base_lr; what the optimizer is given first
    # makes the rate that it finds the base of all.
    made = first_made(schedulers)
    cyclic = made is not None and kinds[made] == "CyclicLR"
    own = one(given(schedulers[made], "base_lr")) if cyclic else base
    # Only a sequence or a product needs to know that it is the first in one.
    parts = [place(s, base=own) if i != first or kinds[i] in groups else place(s, base=own, inside="")
             for i, s in enumerate(schedulers)]
    return _in_turn(parts, at)


def ChainedScheduler(schedulers, optimizer=None):
    """The product of schedulers that are all stepped."""
    need(len(schedulers) >= 1)
    kinds = [kind(s) for s in schedulers]
    need(None not in kinds, "what is no schedule in schedulers; expected schedules")
    for k in kinds:
        need(k != "ReduceLROnPlateau", "no table can hold what follows a metric")
        need(k in _FACTORS + ["LambdaLR", "CosineAnnealingWarmRestarts", "ChainedScheduler"] or len(kinds) == 1,
             "no table can hold a product with " + str(k) + ", which sets the rate")
        need(inside != "SequentialLR" or k not in _RECURSIVE + ["SequentialLR", "ChainedScheduler"], _TWICE)
    if len(kinds) == 1:
        return place(schedulers[0], inside="")
    if not all([k in _FACTORS + ["ChainedScheduler"] and not given(s, "eta_min") for k, s in zip(kinds, schedulers)]):
        need("ChainedScheduler" not in kinds, "no table can hold a product in one with what is no factor")
        need(inside not in ["SequentialLR", "ChainedScheduler"], "no table can hold this product in others")
        return stepped(base, schedulers)
    return product([place(schedulers[0])] + [place(s, base=1) for s in schedulers[1:]])


def SWALR(optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
    """An annealing from the base to swa_lr in anneal_epochs, then swa_lr."""
    _fresh(last_epoch)
    need(inside != "SequentialLR", "no table can hold SWALR among others, whose rates it starts from")
    need(anneal_strategy in ["cos", "linear"])
    need(anneal_epochs >= 0 and anneal_epochs % 1 == 0)
    shape = cos if anneal_strategy == "cos" else linear
    return shape(anneal_epochs, base, one(swa_lr)) if anneal_epochs > 0 else hold(one(swa_lr))


def ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
                      min_lr=0, eps=1e-8, verbose=False):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")
