# SPDX-License-Identifier: MIT
# Callbacks for Keras that articles and repositories hand on, by their names,
# per batch: bckenstler's CyclicLR (CLR at 968cf5a), Jeremy Jordan's SGDR,
# warmups, range tests.  Steps per epoch are the host's.


def CyclicLR(base_lr=0.001, max_lr=0.006, step_size=2000.0, mode="triangular", gamma=1.0, scale_fn=None,
             scale_mode="cycle"):
    """Triangles between base_lr and max_lr: triangular, triangular2, exp_range."""
    need(mode in ["triangular", "triangular2", "exp_range"] or scale_fn is not None)
    need(scale_mode in ["cycle", "iterations"])
    need(step_size >= 1)
    need(base_lr <= max_lr)
    if scale_fn is not None:
        return _triangles(base_lr, max_lr, step_size, step_size, scale_fn=scale_fn,
                      per="cycle" if scale_mode == "cycle" else "step")
    if mode == "triangular":
        return triangular(base_lr, max_lr, step_size)
    if mode == "triangular2":
        return triangular2(base_lr, max_lr, step_size)
    return exp_range(base_lr, max_lr, step_size, gamma)


def CycleLearningRate(model, policy="triangular"):
    """Triangles whose bounds are names of the script."""
    # The bounds are names of the script around it, as in its class.
    low, high = outer("min_learning_rate"), outer("max_learning_rate")
    _epochs(epoch_steps is not None)
    need(low <= high, "min_learning_rate is above max_learning_rate; expected it below")
    shape = triangular if policy == "triangular" else triangular2
    return shape(low, high, 4 * epoch_steps)


def SGDRScheduler(min_lr, max_lr, steps_per_epoch=None, lr_decay=1, cycle_length=10, mult_factor=2):
    """Cosines of cycle_length epochs, each mult_factor times as long, max_lr times lr_decay."""
    n = epoch_steps if steps_per_epoch is None else steps_per_epoch
    _epochs(n is not None)
    need(cycle_length >= 1)
    need(mult_factor > 0)
    need(lr_decay > 0)
    # It forgets to set the rate at a restart: the first update of each later
    # cycle still has the minimum.
    return sgdr(min_lr, max_lr, cycle_length * n, mult_factor, lr_decay, "late", unit=n)


def WarmUpLearningRateScheduler(warmup_batches, init_lr, verbose=0):
    """A line from 0 to init_lr in warmup_batches."""
    need(warmup_batches > 0)
    # The last value that it sets is that of the last whole step.
    return cut(linear(warmup_batches, 0, init_lr), math.floor(warmup_batches))


def WarmUpCosineDecayScheduler(learning_rate_base, total_steps, global_step_init=0, warmup_learning_rate=0.0,
                               warmup_steps=0, hold_base_rate_steps=0, verbose=0):
    """A line up, a hold, then a cosine to 0 at total_steps."""
    need(global_step_init >= 0)
    need(warmup_steps >= 0)
    need(hold_base_rate_steps >= 0)
    need(total_steps > warmup_steps + hold_base_rate_steps)
    need(warmup_steps == 0 or warmup_learning_rate <= learning_rate_base)
    top, flat = learning_rate_base, warmup_steps + hold_base_rate_steps
    body = join([linear(warmup_steps, warmup_learning_rate, top), hold(top, hold_base_rate_steps),
                 cos(total_steps - flat, top, 0)])
    return join([hold(top, -global_step_init), body]) if global_step_init > 0 else body


def LearningRateFinder(model, start_lr=1e-10, end_lr=1e+1, epochs=5):
    """A range test, geometric from start_lr to end_lr."""
    _epochs(epoch_steps is not None)
    return exp(epochs * epoch_steps, start_lr, end_lr)


def LrRangeFinder(start_lr, end_lr):
    """A range test, a line from start_lr to end_lr."""
    n = epoch_steps if steps is None else steps
    need(n is not None, "no length; expected " + option("steps") + ", or " + option("epoch_steps") + " for one epoch")
    return linear(n, start_lr, end_lr)
