# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.9,<3.12"
# dependencies = ["neural-compressor==2.6", "torch==2.7.0", "numpy<2.3",
#                 "setuptools==79.0.1"]
# ///
"""Numbers of Intel Neural Compressor's pruning: 2.6, as later versions have
none.  The library's own pruner is driven through the steps of a run; written
down is the sparsity it asks its pattern for, and in which steps it does.

Its default pruning_configs=[{}] is one dict for the whole process, which keeps
the values of the first configuration for all later ones; it is emptied here.
"""
import logging

import neural_compressor
import torch
from neural_compressor import WeightPruningConfig
from neural_compressor.compression.pruner.pruners import get_pruner
from neural_compressor.compression.pruner.utils import process_config

from golden import Golden

logging.disable(logging.CRITICAL)
torch.manual_seed(1)
g = Golden("inc", neural_compressor.__version__)
names = dict(WeightPruningConfig=WeightPruningConfig, inc=neural_compressor,
             neural_compressor=neural_compressor)


def run(call, steps):
    """What the pruner asks for: {step: sparsity} and {step: 0 or 1}."""
    WeightPruningConfig.__init__.__defaults__[0][0].clear()
    layer = torch.nn.Linear(64, 64)
    info, = process_config(eval(call, names))
    pruner = get_pruner(info, {"layer": layer})
    asked, sparsity, prune = [0.0], {}, {}
    update = pruner.scheduler.update_sparsity_ratio

    def spy(*args, **kwargs):
        asked.append(update(*args, **kwargs))
        return asked[-1]
    pruner.scheduler.update_sparsity_ratio = spy
    for t in range(steps):
        before = len(asked)
        pruner.on_step_begin(t)
        layer(torch.randn(4, 64)).square().sum().backward()
        pruner.on_before_optimizer_step()
        pruner.on_after_optimizer_step()
        sparsity[t], prune[t] = asked[-1], len(asked) - before
        layer.zero_grad()
    return sparsity, prune


def case(config, call, steps, args=None, wrong=""):
    sparsity, prune = run(call, steps)
    g.add(config, args or f"'{call}'", wrong, sparsity=sparsity, prune=prune)


case("defaults", "WeightPruningConfig(pruning_type=\"magnitude\")", 4)
case("oneshot", "neural_compressor.WeightPruningConfig(target_sparsity=0.8, "
     "start_step=5, end_step=5)", 12)
case("exp", "WeightPruningConfig(target_sparsity=0.8, start_step=3, "
     "end_step=23, pruning_frequency=4, pattern=\"1x1\", "
     "pruning_type=\"magnitude\")", 30)
case("exp-every-step", "neural_compressor.WeightPruningConfig("
     "target_sparsity=0.9, start_step=0, end_step=50)", 54)
case("exp-end-off-grid", "WeightPruningConfig(target_sparsity=0.6, "
     "start_step=10, end_step=60, pruning_frequency=7)", 75)
case("linear", "WeightPruningConfig(target_sparsity=0.8, start_step=0, "
     "end_step=100, pruning_frequency=10, sparsity_decay_type=\"linear\")",
     115)
case("cos", "WeightPruningConfig([{}], 0.8, \"snip_momentum\", \"4x1\", "
     "start_step=20, end_step=120, pruning_frequency=10, "
     "sparsity_decay_type=\"cos\")", 130)
case("cube", "WeightPruningConfig(target_sparsity=0.75, start_step=1, "
     "end_step=31, pruning_frequency=3, sparsity_decay_type=\"cube\")", 40)
case("cos-every-step", "WeightPruningConfig(target_sparsity=0.5, "
     "start_step=2, end_step=22, sparsity_decay_type=\"cos\", "
     "pattern=\"2:4\")", 30)
case("linear-one-update", "WeightPruningConfig(target_sparsity=0.7, "
     "start_step=4, end_step=9, pruning_frequency=20, "
     "sparsity_decay_type=\"linear\")", 40)
case("linear-two-updates", "WeightPruningConfig(target_sparsity=0.7, "
     "start_step=4, end_step=9, pruning_frequency=5, "
     "sparsity_decay_type=\"linear\")", 14)
case("cube-capped", "WeightPruningConfig(target_sparsity=0.95, start_step=0, "
     "end_step=20, pruning_frequency=2, max_sparsity_ratio_per_op=0.9, "
     "sparsity_decay_type=\"cube\")", 26)
case("oneshot-capped", "WeightPruningConfig(target_sparsity=0.95, "
     "start_step=3, end_step=3, max_sparsity_ratio_per_op=0.9)", 6)
g.save()
