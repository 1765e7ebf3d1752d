# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.9"
# dependencies = []
# ///
"""Numbers of the gradual pruning of Zhu and Gupta, "To prune, or not to prune"
(arXiv:1710.01878), from the paper's equation in rational arithmetic: sparsity
s_f + (s_i - s_f) (1 - (t - t0) / (n dt))^3 for t in {t0, t0 + dt ... t0 + n
dt}, held between, masks recomputed at those steps."""
from fractions import Fraction

from golden import Golden

g = Golden("zhu_gupta", "2017")


def zhu_gupta(initial_sparsity, final_sparsity, begin_step, pruning_steps,
              frequency=100):
    a, b = Fraction(str(initial_sparsity)), Fraction(str(final_sparsity))

    def at(t):
        k = min(max(t - begin_step, 0) // frequency, pruning_steps)
        s = b + (a - b) * (1 - Fraction(k, pruning_steps)) ** 3
        due = (t >= begin_step and (t - begin_step) % frequency == 0
               and t - begin_step <= pruning_steps * frequency)
        return s, due
    return at


def case(config, call, steps):
    got = [eval(call, dict(zhu_gupta=zhu_gupta))(t) for t in range(steps)]
    g.add(config, f"'{call}'", sparsity=[s for s, due in got],
          prune=[due for s, due in got])


case("paper", "zhu_gupta(0.0, 0.875, 20, 10, 10)", 140)
case("from-half", "zhu_gupta(initial_sparsity=0.5, final_sparsity=0.9, "
     "begin_step=0, pruning_steps=7, frequency=3)", 30)
case("every-step", "zhu_gupta(0.0, 0.5, 3, 20, frequency=1)", 27)
case("once", "zhu_gupta(0.1, 0.5, 1, 1, 4)", 9)
g.save()
