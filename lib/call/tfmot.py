# SPDX-License-Identifier: MIT
# Sparsity over time: TensorFlow Model Optimization's pruning schedules
# (0.8.1) and the formula of Zhu and Gupta 2017.  Column prune is 1 where
# weights are masked anew.


def _prune(count, begin, every):
    """Ones at begin, begin + every ..., count of them."""
    one_in = join([hold(1, 1), hold(0, every - 1)])
    return join([hold(0, begin)] + ([rep(one_in, count - 1)] if count > 1 else []) + [hold(1, 1)], past=0)


def _check(begin_step, frequency):
    need(begin_step >= 0)
    need(frequency >= 1 and frequency % 1 == 0)


def PolynomialDecay(initial_sparsity, final_sparsity, begin_step, end_step, power=3, frequency=100):
    """The sparsity by a power of what is left, and when it prunes."""
    need(0 <= initial_sparsity < 1)
    need(0 <= final_sparsity < 1)
    _check(begin_step, frequency)
    need(end_step > begin_step)
    need(power > 0)
    return columns(sparsity=join([hold(initial_sparsity, begin_step),
                                  poly(end_step - begin_step, initial_sparsity, final_sparsity, power)]),
                   prune=_prune((end_step - begin_step) // frequency + 1, begin_step, frequency))


def ConstantSparsity(target_sparsity, begin_step, end_step=-1, frequency=100):
    """A constant sparsity, and when it prunes."""
    need(0 <= target_sparsity < 1)
    _check(begin_step, frequency)
    need(end_step == -1 or end_step >= begin_step)
    if end_step < 0:
        prune = join([hold(0, begin_step), rep(join([hold(1, 1), hold(0, frequency - 1)]))])
    else:
        prune = _prune((end_step - begin_step) // frequency + 1, begin_step, frequency)
    return columns(sparsity=hold(target_sparsity), prune=prune)


def zhu_gupta(initial_sparsity, final_sparsity, begin_step, pruning_steps, frequency=100):
    """The sparsity of Zhu and Gupta 2017, and when it prunes."""
    need(0 <= initial_sparsity <= 1)
    need(0 <= final_sparsity <= 1)
    _check(begin_step, frequency)
    need(pruning_steps > 0)
    rise = fn(lambda t: final_sparsity + (initial_sparsity - final_sparsity)
              * (1 - t // frequency / pruning_steps) ** 3, pruning_steps * frequency)
    return columns(sparsity=join([hold(initial_sparsity, begin_step), rise]),
                   prune=_prune(pruning_steps + 1, begin_step, frequency))
