# SPDX-License-Identifier: MIT
# Paddle's schedulers, paddle.optimizer.lr of paddlepaddle 3.3.1.  Each takes
# its own learning rate; the first update has the value at epoch 0.


def NoamDecay(d_model, warmup_steps, learning_rate=1.0, last_epoch=-1, verbose=False):
    """A line in warmup_steps, then a fall as one over the root of the step, scaled by d_model."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(d_model > 0)
    need(warmup_steps >= 1)
    peak = learning_rate * d_model ** -0.5 * warmup_steps ** -0.5
    return join([linear(warmup_steps, 0, peak), rsqrt(peak, warmup_steps)])


def PiecewiseDecay(boundaries, values, last_epoch=-1, verbose=False):
    """The values, one up to each boundary and the last behind them."""
    _fresh(last_epoch)
    need(len(boundaries) >= 1, "no boundaries; expected one or more")
    n = len(boundaries)
    need(len(values) > n, "too few values; expected one more than boundaries")
    return stairs(at=boundaries, values=list(values[:n]) + [values[-1]])


def NaturalExpDecay(learning_rate, gamma, last_epoch=-1, verbose=False):
    """The rate times exp(-gamma) every epoch."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(gamma > 0)
    return exponential(learning_rate, gamma)


def InverseTimeDecay(learning_rate, gamma, last_epoch=-1, verbose=False):
    """The rate over 1 + gamma * epoch."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(gamma >= 0)
    return inv(learning_rate, gamma)


def PolynomialDecay(learning_rate, decay_steps, end_lr=0.0001, power=1.0, cycle=False, last_epoch=-1, verbose=False):
    """A polynomial to end_lr in decay_steps; with cycle in the next multiple of these."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(decay_steps >= 1)
    need(power > 0)
    if not cycle:
        return poly(decay_steps, learning_rate, end_lr, power)
    return _growing_poly(learning_rate, end_lr, decay_steps, power)


def LinearWarmup(learning_rate, warmup_steps, start_lr, end_lr, last_epoch=-1, verbose=False):
    """A line from start_lr to end_lr in warmup_steps, then learning_rate, a number or a schedule."""
    _fresh(last_epoch)
    need(warmup_steps >= 1)
    need(end_lr > start_lr)
    return join([linear(warmup_steps, start_lr, end_lr), learning_rate])


def ExponentialDecay(learning_rate, gamma, last_epoch=-1, verbose=False):
    """The rate times gamma every epoch."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(gamma > 0)
    need(gamma < 1)
    return decay(learning_rate, gamma)


def MultiStepDecay(learning_rate, milestones, gamma=0.1, last_epoch=-1, verbose=False):
    """The rate times gamma at each milestone."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(len([i for i in range(1, len(milestones)) if milestones[i] <= milestones[i - 1]]) == 0,
         "milestones that do not ascend; expected ascending ones")
    need(gamma < 1)
    return stairs(at=milestones, values=[learning_rate * gamma ** k for k in range(len(milestones) + 1)])


def StepDecay(learning_rate, step_size, gamma=0.1, last_epoch=-1, verbose=False):
    """The rate times gamma every step_size epochs."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(step_size >= 1)
    need(gamma < 1)
    need(gamma >= 0)
    return stairs(learning_rate, every=step_size, by=gamma)


def LambdaDecay(learning_rate, lr_lambda, last_epoch=-1, verbose=False):
    """The rate times a function of the epoch."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    return fn(lr_lambda, start=learning_rate)


def MultiplicativeDecay(learning_rate, lr_lambda, last_epoch=-1, verbose=False):
    """Each epoch's rate is the last one times a function of the epoch."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    return prod(learning_rate, lr_lambda)


def CosineAnnealingDecay(learning_rate, T_max, eta_min=0, last_epoch=-1, verbose=False):
    """Half a cosine from the rate to eta_min in T_max epochs, and back."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(T_max >= 1)
    return cos(T_max, learning_rate, eta_min, past="cont")


def OneCycleLR(max_learning_rate, total_steps, divide_factor=25.0, end_learning_rate=0.0001, phase_pct=0.3,
               anneal_strategy="cos", three_phase=False, last_epoch=-1, verbose=False):
    """A rise to max_learning_rate and a fall to end_learning_rate in total_steps."""
    _fresh(last_epoch)
    need(max_learning_rate >= 0)
    need(end_learning_rate >= 0)
    need(total_steps >= 1)
    need(phase_pct >= 0)
    need(phase_pct <= 1)
    need(not three_phase or phase_pct < 0.5, "no third phase; expected phase_pct below 0.5")
    need(divide_factor > 0)
    need(anneal_strategy in ("cos", "linear"))
    need(phase_pct * total_steps != 1,
         "a first phase of no length, which the library divides by; expected another phase_pct")
    n, low = total_steps, max_learning_rate / divide_factor
    shape = cos if anneal_strategy == "cos" else linear
    if phase_pct * n - 1 >= n - 1:
        return shape(n, low, max_learning_rate, grid="incl")
    return _one_cycle(shape, low, max_learning_rate, end_learning_rate, n, phase_pct, three_phase)


def CyclicLR(base_learning_rate, max_learning_rate, step_size_up, step_size_down=None, mode="triangular",
             exp_gamma=1.0, scale_fn=None, scale_mode="cycle", last_epoch=-1, verbose=False):
    """Triangles between two rates, scaled by mode."""
    _fresh(last_epoch)
    need(max_learning_rate >= 0)
    need(step_size_up >= 1)
    need(step_size_down is None or step_size_down >= 1, "step_size_down below 1; expected 1 or more")
    need(scale_fn is not None or mode in ("triangular", "triangular2", "exp_range"),
         "no such mode; expected triangular, triangular2, exp_range")
    need(scale_mode in ("cycle", "iterations"))
    low, high = base_learning_rate, max_learning_rate
    down = step_size_up if step_size_down is None else step_size_down
    return _triangles(low, high, step_size_up, down, "span" if high >= low else "drop",
                  0.5 if mode == "triangular2" else 1, exp_gamma if mode == "exp_range" else 1, scale_fn,
                  "cycle" if scale_mode == "cycle" else "step")


def LinearLR(learning_rate, total_steps, start_factor=1.0 / 3, end_factor=1.0, last_epoch=-1, verbose=False):
    """A line from start_factor to end_factor times the rate in total_steps."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(total_steps >= 1)
    need(start_factor > 0)
    need(start_factor <= 1)
    need(end_factor >= 0)
    need(end_factor <= 1)
    return linear(total_steps, learning_rate * start_factor, learning_rate * end_factor)


def CosineAnnealingWarmRestarts(learning_rate, T_0, T_mult=1, eta_min=0, last_epoch=-1, verbose=False):
    """Half a cosine to eta_min, begun anew after T_0 epochs, then T_mult times as many."""
    _fresh(last_epoch)
    need(learning_rate >= 0)
    need(T_0 >= 1)
    need(T_mult >= 1)
    return rep(cos(T_0, learning_rate, eta_min), grow=T_mult)


def ReduceOnPlateau(learning_rate, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel",
                    cooldown=0, min_lr=0, epsilon=1e-8, verbose=False):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")


# The settings of PaddleDetection 2.x, ppdet/optimizer/optimizer.py: a decay,
# in epochs, and a warmup before it.

def _detection_warmup(plan, lr, per):
    """How many steps, and what rises in them."""
    if plan is None:
        return 0, hold(lr)
    name, epochs = plan.get("name"), plan.get("epochs")
    need(name in ("LinearWarmup", "ExpWarmup"), "no such warmup; expected LinearWarmup or ExpWarmup")
    n = max(epochs * per if epochs is not None else plan.get("steps", 500 if name == "LinearWarmup" else 1000), 1)
    if name == "ExpWarmup":
        power = plan.get("power", 2)
        return n, fn(lambda t: lr * (t / n) ** power)
    return n, linear(n, lr * plan.get("start_factor", 1.0 / 3), lr)


def PaddleDetectionConfig(LearningRate, epoch=None, **others):
    """The schedule of PaddleDetection with these settings."""
    need(epoch_steps is not None or counting == "epoch", "settings in epochs; expected " + option("epoch_steps") + ", the steps of one")
    plans = LearningRate.get("schedulers", [])
    need(0 < len(plans) <= 2, "schedulers that are no decay and a warmup; expected these")
    per, lr, plan = epoch_steps or 1, base if base_given else LearningRate["base_lr"], plans[0]
    name = plan.get("name")
    need(name in ("PiecewiseDecay", "CosineDecay"), "no such decay; expected PiecewiseDecay or CosineDecay")
    warms = len(plans) > 1 and plan.get("use_warmup", True)
    n, up = _detection_warmup(plans[1] if warms else None, lr, per)
    if name == "CosineDecay":
        low, still = lr * plan.get("min_lr_ratio", 0), plan.get("last_plateau_epochs", 0) * per
        body = cos(plan.get("max_epochs", 1000) * per - n - still, lr, low, past="hold" if warms or still else "cont")
    else:
        at, gamma = [m * per - n for m in plan.get("milestones", [8, 11])], plan.get("gamma", [0.1, 0.01])
        need(n == 0 or at[0] > 0, "milestones in the warmup; expected later ones")
        by = gamma if isinstance(gamma, list) else [gamma / 10 ** i for i in range(len(at))]
        own = plan.get("values")
        body = stairs(at=at, values=own if own is not None else [lr] + [lr * g for g in by])
    return join([cut(up, n), body]) if n > 0 else body
