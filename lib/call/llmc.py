# SPDX-License-Identifier: MIT
# What llm.c (f1e2ace6) computes, as a call with the names of its settings.


def LearningRateScheduler(type, learning_rate, warmup_iterations, train_num_batches, final_learning_rate_frac):
    """A warmup, then cosine, linear, constant or wsd."""
    need(type in ["cosine", "linear", "constant", "wsd"])
    w, n, peak = warmup_iterations, train_num_batches, learning_rate
    low = peak * final_learning_rate_frac
    flat = int(0.8 * n)
    need(n > w)
    need(type != "wsd" or w <= flat)
    if type == "constant":
        return hold(peak)
    up = linear(w, 0, peak, grid="lead")
    if type == "cosine":
        return join([up, cos(n - w, peak, low)])
    if type == "linear":
        return join([up, linear(n - w, peak, low)])
    return join([up, hold(peak, flat - w), sqrt(n - flat, peak, low)])
