# SPDX-License-Identifier: MIT
# TensorFlow Addons' cyclical rates (0.23.0), triangles of Smith 2015.


def _check(step_size, low, high):
    need(step_size >= 1)
    need(low <= high)


def CyclicalLearningRate(initial_learning_rate, maximal_learning_rate, step_size, scale_fn, scale_mode="cycle",
                         name="CyclicalLearningRate"):
    """Triangles whose height scale_fn scales."""
    _check(step_size, initial_learning_rate, maximal_learning_rate)
    return _triangles(initial_learning_rate, maximal_learning_rate, step_size, step_size, scale_fn=scale_fn,
                  per="cycle" if scale_mode == "cycle" else "step")


def TriangularCyclicalLearningRate(initial_learning_rate, maximal_learning_rate, step_size, scale_mode="cycle",
                                   name="TriangularCyclicalLearningRate"):
    """Triangles between two rates, step_size up and as much down."""
    _check(step_size, initial_learning_rate, maximal_learning_rate)
    return triangular(initial_learning_rate, maximal_learning_rate, step_size)


def Triangular2CyclicalLearningRate(initial_learning_rate, maximal_learning_rate, step_size, scale_mode="cycle",
                                    name="Triangular2CyclicalLearningRate"):
    """Triangles whose height is halved by cycle."""
    _check(step_size, initial_learning_rate, maximal_learning_rate)
    if scale_mode == "cycle":
        return triangular2(initial_learning_rate, maximal_learning_rate, step_size)
    return _triangles(initial_learning_rate, maximal_learning_rate, step_size, step_size,
                  scale_fn=lambda t: 1 / 2.0 ** (t - 1), per="step")


def ExponentialCyclicalLearningRate(initial_learning_rate, maximal_learning_rate, step_size, scale_mode="iterations",
                                    gamma=1.0, name="ExponentialCyclicalLearningRate"):
    """Triangles whose height is times gamma by step."""
    _check(step_size, initial_learning_rate, maximal_learning_rate)
    need(gamma > 0)
    if scale_mode != "cycle":
        return exp_range(initial_learning_rate, maximal_learning_rate, step_size, gamma)
    return _triangles(initial_learning_rate, maximal_learning_rate, step_size, step_size, scale_fn=lambda c: gamma ** c,
                  per="cycle" if scale_mode == "cycle" else "step")
