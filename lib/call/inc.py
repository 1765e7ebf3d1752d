# SPDX-License-Identifier: MIT
# Intel Neural Compressor's pruning (2.6; later versions have none): sparsity
# of the pruners that follow a schedule.


def WeightPruningConfig(pruning_configs=[{}], target_sparsity=0.9, pruning_type="snip_momentum", pattern="4x1",
                        op_names=[], excluded_op_names=[], backend=None, start_step=0, end_step=0,
                        pruning_scope="global", pruning_frequency=1, min_sparsity_ratio_per_op=0.0,
                        max_sparsity_ratio_per_op=0.98, sparsity_decay_type="exp", pruning_op_types=["Conv", "Linear"],
                        low_memory_usage=False):
    """The sparsity of pruning_type's pruner, and when it prunes."""
    need(0 <= target_sparsity < 1)
    need(start_step >= 0)
    need(end_step >= start_step)
    need(pruning_frequency >= 1 and pruning_frequency % 1 == 0)
    need(0 <= max_sparsity_ratio_per_op < 1)
    need(sparsity_decay_type in ["exp", "linear", "cos", "cube"])
    need(pruning_type == "magnitude" or end_step > 0)
    need(len(pruning_configs) == 1 and len(pruning_configs[0]) == 0, "no table can hold schedules of single layers")
    need(pruning_type in ["magnitude", "snip", "snip_momentum"],
         "no table can hold a pruner with steps of its own")
    f = pruning_frequency
    n = (end_step - start_step) // f
    s = target_sparsity if start_step == end_step else min(target_sparsity, max_sparsity_ratio_per_op)
    rises = {"exp": lambda t: 1 - ((1 - s) ** (1 / n)) ** (t // f), "linear": lambda t: s * (t // f / n),
             "cos": lambda t: s * (1 - math.cos(t // f / n * (math.pi / 2))), "cube": lambda t: s * (t // f / n) ** 3}
    rise = [fn(rises[sparsity_decay_type], n * f)] if n > 0 else []
    ones = [rep(join([hold(1, 1), hold(0, f - 1)]), n)] if n > 0 else []
    return columns(sparsity=join([hold(0, start_step)] + rise + [hold(s, 1)]),
                   prune=join([hold(0, start_step)] + ones + [hold(1, 1)], past=0))
