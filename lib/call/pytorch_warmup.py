# SPDX-License-Identifier: MIT
# pytorch_warmup 0.2: factors of the optimizer's rate, or of a scheduler's
# (CosineAnnealingLR(...) times pytorch_warmup.LinearWarmup(...)).  Where the
# library looks beta2 up in the optimizer, it is an argument here.


def LinearWarmup(optimizer, warmup_period, last_step=-1):
    """A factor that rises in a line to 1 in warmup_period."""
    _fresh(last_step)
    tau = one(warmup_period)
    need(tau >= 1 and tau % 1 == 0)
    return linear(tau, 0, base, grid="lead")


def ExponentialWarmup(optimizer, warmup_period, last_step=-1):
    """A factor 1 - exp(-(t+1)/warmup_period)."""
    _fresh(last_step)
    tau = one(warmup_period)
    need(tau >= 1 and tau % 1 == 0)
    return sat(base, tau)


def UntunedLinearWarmup(optimizer, last_step=-1, beta2=0.999):
    """LinearWarmup of 2/(1 - beta2) steps."""
    _fresh(last_step)
    need(0 <= beta2 < 1)
    return linear(int(2.0 / (1.0 - beta2)), 0, base, grid="lead")


def UntunedExponentialWarmup(optimizer, last_step=-1, beta2=0.999):
    """ExponentialWarmup of 1/(1 - beta2) steps."""
    _fresh(last_step)
    need(0 <= beta2 < 1)
    return sat(base, int(1.0 / (1.0 - beta2)))


def RAdamWarmup(optimizer, last_step=-1, beta2=0.999):
    """RAdam's rectification as a factor."""
    _fresh(last_step)
    need(0.6 < beta2 < 1)
    r = 2.0 / (1 - beta2) - 1

    def rho(n):
        return r - 2 * n * beta2 ** n / (1 - beta2 ** n)

    # The first step where it is above 4.
    first = [n for n in range(1, 100) if rho(n) > 4][0]
    return fn(lambda t: math.sqrt((rho(t + first) - 4) * (rho(t + first) - 2) * r
                                  / ((r - 4) * (r - 2) * rho(t + first))), start=base)
