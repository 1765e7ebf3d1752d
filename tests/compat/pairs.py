# SPDX-License-Identifier: MIT
"""Writes pairs.pt and removed.pt beside itself: a network as
torch.nn.utils.prune leaves it, and after prune.remove().

usage: pairs.py (torch 2.15.0)
"""
import os

import torch
from torch import nn
from torch.nn.utils import prune

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(3)
m = nn.Sequential(nn.Conv2d(2, 3, 3), nn.Linear(7, 5).half(),
                  nn.BatchNorm1d(5), nn.Linear(5, 4).bfloat16())
prune.l1_unstructured(m[0], "weight", .5)
prune.random_unstructured(m[1], "bias", .4)
prune.ln_structured(m[1], "weight", .3, n=2, dim=0)
prune.l1_unstructured(m[1], "weight", .2)
prune.custom_from_mask(m[3], "weight", torch.rand(4, 5) < .6)
with torch.no_grad():
    m[0].weight_orig[0, 0, 0, 0] = float("inf")
    m[0].weight_mask[0, 0, 0, 0] = 1
torch.save(m.state_dict(), "pairs.pt")
for layer, name in (0, "weight"), (1, "bias"), (1, "weight"), (3, "weight"):
    prune.remove(m[layer], name)
torch.save(m.state_dict(), "removed.pt")
