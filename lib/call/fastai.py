# SPDX-License-Identifier: MIT
# fastai's fit methods and schedule functions (fastai/callback/schedule.py,
# 2.8.12).  Epochs take the steps of one.  Of several groups the rate is the
# last one's, the head's.  The end value is never used: the position stays below
# 1.


def _last(x):
    """The last of slice(a, b) or of a list, else the value."""
    return x[-1] if isinstance(x, (list, tuple)) else x


def _two(start, middle, end, a, b):
    """Cosines of a steps and of the rest of b."""
    return cut(join([cos(a, start, middle), cos(b - a, middle, end)]), b)


def _one_cycle_of_1(n, max_lr, moms, div_factor, pct_start, final_div):
    """The one cycle of fastai 1 of n steps, whose phases are whole steps and end in their last values."""
    up = int(n * (0.3 if pct_start is None else pct_start))
    need(0 < up < n, "a phase of no length; expected another pct_start")
    peak, div = _last(max_lr) if max_lr is not None else 0.003, 25.0 if div_factor is None else div_factor
    end = peak / (div * 1e4 if final_div is None else final_div)
    m = moms or (0.95, 0.85)
    return columns(lr=cut(join([cos(up, peak / div, peak), cos(n - up, peak, end)]), n),
                   momentum=cut(join([cos(up, m[0], m[1]), cos(n - up, m[1], m[0])]), n))


def fit_one_cycle(n_epoch=None, lr_max=None, div=25.0, div_final=100000.0, pct_start=None, wd=None, moms=None, cbs=None,
                  reset_opt=False, start_epoch=0, cyc_len=None, max_lr=None, div_factor=None, final_div=None,
                  callbacks=None, tot_epochs=None):
    """Cosine from lr_max/div up to lr_max in pct_start of training, then down to lr_max/div_final."""
    _fresh(start_epoch or 0, 0)
    _epochs(epoch_steps is not None)
    epochs = n_epoch if cyc_len is None else cyc_len
    need(epochs is not None, "no n_epoch; expected one")
    need(epochs > 0)
    need(pct_start is None or 0 <= pct_start <= 1)
    # What fastai 1 calls them; its third is moms.
    moms_1 = div if isinstance(div, (list, tuple)) else None
    if not all([x is None for x in [moms_1, cyc_len, max_lr, div_factor, final_div, callbacks, tot_epochs]]):
        need(lr_max is None or max_lr is None, "lr_max and max_lr; expected one of them")
        need(n_epoch is None or cyc_len is None, "n_epoch and cyc_len; expected one of them")
        need(tot_epochs in [None, epochs], "no table can hold a part of a cycle; expected tot_epochs as cyc_len")
        return _one_cycle_of_1(epochs * epoch_steps, lr_max if max_lr is None else max_lr, moms or moms_1, div_factor,
                               pct_start, final_div)
    peak = base if lr_max is None else _last(lr_max)
    m = moms or (0.95, 0.85, 0.95)
    b = epochs * epoch_steps
    a = (0.25 if pct_start is None else pct_start) * b
    return columns(lr=_two(peak / div, peak, peak / div_final, a, b), momentum=_two(m[0], m[1], m[2], a, b))


def fit_flat_cos(n_epoch, lr=None, div_final=100000.0, pct_start=0.75, wd=None, cbs=None, reset_opt=False,
                 start_epoch=0):
    """Flat until pct_start of training, then a cosine down to lr/div_final."""
    _fresh(start_epoch, 0)
    _epochs(epoch_steps is not None)
    need(n_epoch > 0)
    need(0 <= pct_start <= 1)
    peak = base if lr is None else _last(lr)
    b = n_epoch * epoch_steps
    return _two(peak, peak, peak / div_final, pct_start * b, b)


def fit_sgdr(n_cycles, cycle_len, lr_max=None, cycle_mult=2, cbs=None, reset_opt=False, wd=None, start_epoch=0):
    """Cosines from lr_max to 0, each cycle_mult times as long as the one before."""
    _fresh(start_epoch, 0)
    _epochs(epoch_steps is not None)
    need(n_cycles > 0)
    need(cycle_mult != 1)
    peak = base if lr_max is None else _last(lr_max)
    n = cycle_len * (cycle_mult ** n_cycles - 1) // (cycle_mult - 1)
    parts = sum([cycle_len * cycle_mult ** i / n for i in range(n_cycles)])
    need(parts == 1, "parts that do not add up to 1; expected other cycles")
    return rep(cos(cycle_len * epoch_steps, peak), n_cycles, grow=cycle_mult)


def fine_tune(epochs, base_lr=0.002, freeze_epochs=1, lr_mult=100, pct_start=0.3, div=5.0, div_final=100000.0, wd=None,
              moms=None, cbs=None, reset_opt=False, start_epoch=0):
    """One cycle of the head alone, then one of all at half the rate."""
    _fresh(start_epoch, 0)
    _epochs(epoch_steps is not None)
    need(epochs > 0)
    need(0 <= pct_start <= 1)
    m = moms or (0.95, 0.85, 0.95)
    frozen, thawed = freeze_epochs * epoch_steps, epochs * epoch_steps
    half = base_lr / 2
    return columns(lr=join([_two(base_lr / 25, base_lr, base_lr / div_final, 0.99 * frozen, frozen),
                            _two(half / div, half, half / div_final, pct_start * thawed, thawed)]),
                   momentum=join([_two(m[0], m[1], m[2], 0.99 * frozen, frozen),
                                  _two(m[0], m[1], m[2], pct_start * thawed, thawed)]))


_STEPS = "a part of training without its length; expected " + option("steps")


def SchedLin(start, end):
    """A line from start to end over training."""
    need(steps is not None, _STEPS)
    return linear(steps, start, end)


def SchedCos(start, end):
    """Half a cosine from start to end over training."""
    need(steps is not None, _STEPS)
    return cos(steps, start, end)


def SchedNo(start, end):
    """Always start."""
    return hold(start)


def SchedExp(start, end):
    """A geometric course from start to end over training."""
    need(steps is not None, _STEPS)
    need(start > 0)
    need(end > 0)
    return exp(steps, start, end)


def SchedPoly(start, end, power):
    """A power of the part of training done, from start to end."""
    need(power >= 0)
    if power == 0:
        return hold(end)
    need(steps is not None, _STEPS)
    return poly(steps, start, end, power, flip=True)


def combined_cos(pct, start, middle, end):
    """A cosine from start to middle in pct of training, then one to end."""
    need(0 <= pct <= 1)
    need(steps is not None, _STEPS)
    return join([cos(steps * pct, start, middle), cos(steps - steps * pct, middle, end)])
