# SPDX-License-Identifier: MIT
"""Writes tests/compat/cases.csv: what libraries prune, for wprune --compat.

usage: make.py > cases.csv (with torch; the version is in a
column).  torch: torch.nn.utils.prune.l1_unstructured itself.  tfmot,
llmc and wanda: the published statements of their mask functions, run in the
same dtypes by numpy and torch:
  tfmot  pruning_impl.py  Pruning._update_mask (0.8.0)
  llmc   mask_factory.py  MagnitudeMask: kthvalue, > (0.7)
  wanda  lib/prune.py     prune_magnitude, prune_wanda (2023-11)
Values are multiples of a quarter, given as such; the column pruned has the
flat indices that become zero, or, for torch, how many.
"""
import sys

import numpy as np
import torch
from torch.nn.utils import prune


def torch_(w, s):
    m = torch.nn.Linear(1, 1)
    m.weight = torch.nn.Parameter(w.clone())
    prune.l1_unstructured(m, "weight", s)
    return int((m.weight_mask == 0).sum())


def tfmot(w, s):
    a = w.abs().float().numpy().ravel()
    size = np.float32(a.size)
    k = max(np.round(size * (np.float32(1) - np.float32(s))), 1)
    top = np.sort(a)[::-1]
    return np.flatnonzero(~(a >= top[int(k) - 1]))


def llmc(w, s):
    a = w.abs().flatten()
    k = int(s * a.numel())
    if k < 1:
        return []
    cut = torch.kthvalue(a.float(), k).values
    return np.flatnonzero(~(a.float() > cut).numpy())


def wanda(w, s):
    a = w.abs()
    cut = torch.sort(a.flatten())[0][int(w.numel() * s)]
    return np.flatnonzero((a <= cut).flatten().numpy())


def wanda_row(w, s):
    a = w.abs().float()
    order = torch.sort(a, dim=-1, stable=True)[1][:, :int(w.shape[1] * s)]
    mask = torch.zeros_like(a, dtype=torch.bool).scatter_(1, order, True)
    return np.flatnonzero(mask.flatten().numpy())


def main():
    rng = np.random.default_rng(11)
    print("library,version,dtype,rows,cols,sparsity,quarters,pruned")
    rules = {"torch": torch_, "tfmot": tfmot, "llmc": llmc, "wanda": wanda,
             "wanda-row": wanda_row}
    for name, rule in rules.items():
        for i in range(48):
            rows, cols = (int(x) for x in rng.integers(1, 13, 2))
            dtype = ["F32", "F16", "BF16"][i % 3]
            high = [2, 9, 60][i // 16]  # from all ties to few
            q = rng.integers(-high, high + 1, (rows, cols))
            s = float(rng.choice([.29, .5, .545, .7, .9, .3, .1, .75, 0.,
                                  .999]))
            w = torch.tensor(q / 4.).to({"F32": torch.float32,
                                         "F16": torch.float16,
                                         "BF16": torch.bfloat16}[dtype])
            got = rule(w, s)
            got = got if name == "torch" else " ".join(map(str, got))
            print(name, torch.__version__, dtype, rows, cols, repr(s),
                  " ".join(map(str, q.ravel())), got, sep=",")


sys.exit(main())
