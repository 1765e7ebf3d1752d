# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["torch==2.15.0", "pytorch-optimizer==4.1.0", "numpy"]
# ///
"""Numbers of pytorch-optimizer's schedulers, stepped after each update."""
import types
import warnings

import pytorch_optimizer.lr_scheduler as library
import torch

from golden import Golden

warnings.simplefilter("ignore")
g = Golden("pytorch_optimizer", "4.1.0")
for config, call, steps in (
        ("linear", "LinearScheduler(optimizer, t_max=30, max_lr=0.1, "
         "min_lr=0.001, init_lr=0.01, warmup_steps=5)", 31),
        ("linear-only", "LinearScheduler(optimizer, 20, 0.1)", 21),
        ("cosine", "CosineScheduler(optimizer, t_max=30, max_lr=0.1, "
         "min_lr=0.001, init_lr=0.01, warmup_steps=5)", 40),
        ("poly", "PolyScheduler(optimizer, poly_order=0.5, t_max=30, "
         "max_lr=0.1, min_lr=0.001, warmup_steps=5)", 31),
        ("rex", "REXScheduler(optimizer, total_steps=30, max_lr=0.1, "
         "min_lr=0.01)", 34),
        ("restarts", "CosineAnnealingWarmupRestarts(optimizer, 10, "
         "max_lr=0.1, min_lr=0.001, warmup_steps=3)", 44),
        ("wsd", "get_wsd_schedule(optimizer, 5, 10, 15)", 34),
        ("wsd-cosine", "get_wsd_schedule(optimizer, 5, 10, 15, "
         "min_lr_ratio=0.1, cooldown_type=\"cosine\")", 34),
        ("wsd-linear", "get_wsd_schedule(optimizer, 0, 10, 15, 0.1, "
         "cooldown_type=\"linear\")", 34),
        ("wsd-square", "get_wsd_schedule(optimizer, 5, 0, 15, "
         "cooldown_type=\"1-square\")", 24),
        ("chebyshev", "get_chebyshev_schedule(optimizer, 16)", 22),
        ("chebyshev-20", "get_chebyshev_schedule(optimizer, "
         "num_epochs=20)", 40),
        ("chebyshev-two", "get_chebyshev_schedule(optimizer, 2)", 6),
        ("chebyshev-warmup", "get_chebyshev_schedule(optimizer, 9, "
         "is_warmup=True)", 6)):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    call = "pytorch_optimizer." + call
    s = eval(call, {"optimizer": optimizer, "pytorch_optimizer": library})
    values = []
    for _ in range(steps):
        values.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        s.step()
    g.add(config, f"-l 0.1 '{call}'", lr=values)
g.save()
