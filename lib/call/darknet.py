# SPDX-License-Identifier: MIT
# Darknet's policies, AlexeyAB/darknet at 59596d78: the [net] section of a
# .cfg file as a call, its keys as arguments.  Images are counted before the
# rate is asked for, so step 0 is darknet's batch 1, as in what it prints.  It
# computes in single precision.


def net(policy="constant", learning_rate=0.001, burn_in=0, power=4, max_batches=0, step=1, scale=1, steps=None,
        scales=None, gamma=1, learning_rate_min=0.00001, sgdr_cycle=None, sgdr_mult=2):
    """The [net] section of a .cfg file."""
    need(policy != "random", "no table can hold random numbers")
    need(policy in ("constant", "step", "steps", "exp", "poly", "sigmoid", "sgdr"))
    need(burn_in <= 1 or power > 0, "a burn-in of no power; expected power above 0")
    need(policy != "step" or step >= 1, "no steps; expected step of 1 or more")
    need(policy != "step" or scale > 0, "no scale; expected scale above 0")
    need(policy != "steps" or steps is not None and scales is not None,
         "no steps or scales; expected steps=[...], scales=[...]")
    need(policy != "steps" or len(scales) >= len(steps), "fewer scales than steps; expected one each")
    need(policy != "exp" or gamma > 0, "no gamma; expected gamma above 0")
    need(policy != "poly" or max_batches >= 1, "no length; expected max_batches")
    need(policy != "poly" or power > 0, "no power; expected power above 0")
    cycle = max_batches if sgdr_cycle is None else sgdr_cycle
    need(policy != "sgdr" or cycle >= 1, "no cycle; expected sgdr_cycle or max_batches")
    need(policy != "sgdr" or sgdr_mult >= 1, "cycles that shrink to 0; expected sgdr_mult of 1 or more")
    lr = learning_rate
    if policy == "step":
        by = f32(scale) if scale > 0.9 else scale
        body = join([hold(lr, step - 1), stairs(lr * scale, every=step, by=by)])
    elif policy == "steps":
        values = [lr]
        for s in scales[:len(steps)]:
            values.append(values[-1] * s)
        body = stairs(at=[max(s - 1, 0) for s in steps], values=values)
    elif policy == "exp":
        body = decay(lr * gamma, f32(gamma))
    elif policy == "poly":
        body = poly(max_batches, lr, 0, power, grid="lead")
    elif policy == "sigmoid":
        body = sigmoid(lr, gamma, step - 1)
    elif policy == "sgdr":
        body = rep(cos(cycle, lr, learning_rate_min, grid="lead"), grow=sgdr_mult)
    else:
        body = hold(lr)
    if burn_in > 1:
        body = over(poly(burn_in - 1, 0, lr, power, grid="open", flip=True), body)
    return cut(body, max_batches, past="cont") if max_batches >= 1 else body


def _numbers(x):
    """Of "400000,450000", or of the list or the number that it is."""
    if isinstance(x, str):
        return [float(part) for part in x.split(",")]
    return x if x is None or isinstance(x, (list, tuple)) else [x]


def NetSection(learning_rate=0.001, policy="constant", burn_in=0, power=4, max_batches=0, step=1, scale=1, steps=None,
               scales=None, gamma=1, learning_rate_min=0.00001, sgdr_cycle=None, sgdr_mult=2, **others):
    """The [net] section of a .cfg file, as text."""
    return net(policy, base if base_given else learning_rate, burn_in, power, max_batches, step, scale, _numbers(steps),
               _numbers(scales), gamma, learning_rate_min, sgdr_cycle, sgdr_mult)
