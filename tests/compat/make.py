# SPDX-License-Identifier: MIT
"""Writes tests/compat/cases.csv: what libraries prune, for wprune --compat.

usage: make.py > cases.csv (with torch; the version is in a
column).  torch: torch.nn.utils.prune.l1_unstructured itself.  tfmot,
llmc and wanda: the published statements of their mask functions, run in the
same dtypes by numpy and torch:
  tfmot  pruning_impl.py  Pruning._update_mask (0.8.0)
  llmc   mask_factory.py  MagnitudeMask: kthvalue, > (0.7)
  wanda  lib/prune.py     prune_magnitude, prune_wanda (2023-11)
Values are multiples of a quarter, given as such, or nan; the column pruned has
the flat indices that become zero, or, for torch, how many.  Of F8, which none
of the functions takes, they get the F32 of the same values.
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


FLOATS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
          "F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2}


def show(name, rule, dtype, q, s):
    """One row; Q are quarters that DTYPE has, or NaN."""
    w = torch.tensor(q / 4.).to(FLOATS[dtype])
    if dtype.startswith("F8"):
        w = w.float()
    assert np.array_equal(w.double().numpy() * 4, q, equal_nan=True)
    got = rule(w, s)
    got = got if name == "torch" else " ".join(map(str, got))
    text = " ".join("nan" if np.isnan(x) else str(int(x)) for x in q.ravel())
    print(name, torch.__version__, dtype, *q.shape, repr(s), text, got, sep=",")


SPARSITIES = [.29, .5, .545, .7, .9, .3, .1, .75, 0., .999]


def narrow(rules):
    """F8, and NaN in all dtypes: what tf.math.top_k says of NaN is open."""
    rng = np.random.default_rng(12)
    for name, rule in rules.items():
        for i in range(48):
            rows, cols = (int(x) for x in rng.integers(1, 13, 2))
            dtype = ["F8_E4M3", "F8_E5M2", "F32", "F16", "BF16"][i % 5]
            high = [2, 8][i // 24]
            q = rng.integers(-high, high + 1, (rows, cols)).astype(float)
            if i % 5 > 1 or i % 2:
                q[rng.random(q.shape) < .2] = np.nan if name != "tfmot" else 0
            s = float(rng.choice(SPARSITIES))
            # To a threshold of NaN, wanda prunes nothing: not followed.
            if name == "wanda" and np.isnan(q).sum() + int(q.size * s) >= q.size:
                q[np.isnan(q)] = 0
            if dtype == "F8_E5M2":  # two bits after the first
                q = np.where(abs(q) == 7, 8, q)
            show(name, rule, dtype, q, s)


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
            show(name, rule, dtype, q.astype(float),
                 float(rng.choice(SPARSITIES)))
    narrow(rules)


sys.exit(main())
