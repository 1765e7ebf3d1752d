# SPDX-License-Identifier: MIT
# Caffe's policies, BVLC/caffe at 9b891540: a SolverParameter as a call, the
# fields of the message as arguments.  The first update is its iteration 0.
# The fields are single precision, and so is training as a rule.


def SolverParameter(lr_policy, base_lr=0, gamma=0, power=0, stepsize=0, stepvalue=None, max_iter=0):
    """A SolverParameter: the rate by lr_policy."""
    need(lr_policy != "plateau", "no table can hold what follows a metric")
    need(lr_policy in ("fixed", "step", "exp", "inv", "multistep", "poly", "sigmoid"))
    need(gamma >= 0)
    need(lr_policy != "step" or stepsize > 0, "no steps; expected stepsize above 0")
    need(lr_policy != "inv" or power >= 0, "power below 0; expected 0 or more")
    need(lr_policy != "poly" or max_iter >= 1, "no length; expected max_iter")
    need(lr_policy != "poly" or power >= 0, "power below 0; expected 0 or more")
    need(lr_policy != "sigmoid" or stepsize > 0, "no middle; expected stepsize above 0")
    by = f32(gamma) if gamma > 0.9 else gamma
    if lr_policy == "step":
        body = stairs(base_lr, every=stepsize, by=by)
    elif lr_policy == "exp":
        body = decay(base_lr, by)
    elif lr_policy == "inv":
        body = inv(base_lr, gamma, 1, power)
    elif lr_policy == "multistep":
        # Of several values on one iteration it takes one, the next an update
        # later.
        values = stepvalue or []
        at = [max([values[j] + i - j for j in range(i + 1)]) for i in range(len(values))]
        body = stairs(base_lr, at=at, by=by)
    elif lr_policy == "poly":
        body = poly(max_iter, base_lr, 0, power) if power > 0 else hold(base_lr)
    elif lr_policy == "sigmoid":
        body = sigmoid(base_lr, -gamma, stepsize)
    else:
        body = hold(base_lr)
    return cut(body, max_iter, past="cont") if max_iter >= 1 else body


def CaffeSolver(lr_policy, base_lr=0, gamma=0, power=0, stepsize=0, stepvalue=None, max_iter=0, **others):
    """The settings of a solver as its text file has them."""
    at = [stepvalue] if isinstance(stepvalue, int) else stepvalue
    return SolverParameter(lr_policy, base if base_given else base_lr, gamma, power, stepsize, at, max_iter)
