#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PyTorch: a range test, then probes around what it suggests.

    lrsched range:200,from=1e-5,to=10 | python3 torch_probes.py >range.csv
    lrsched "probe:4x200,lr=$(lrfind -f value range.csv)" |
        python3 torch_probes.py >probes.csv
    lrfind range.csv probes.csv

Whenever the column run changes, model, optimizer and the order of the data are
made anew from the same seed; a loss that is not finite ends only its run.
"""
import csv
import sys

import torch
from torch.nn.functional import cross_entropy

log = csv.writer(sys.stdout, lineterminator="\n")
log.writerow(["run", "step", "lr", "loss"])
run = None
for row in csv.DictReader(sys.stdin):
    if row.get("run", "range") != run:
        run = row.get("run", "range")
        torch.manual_seed(1)
        model = torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.ReLU(),
                                    torch.nn.Linear(64, 4))
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0, momentum=0.9)
    optimizer.param_groups[0]["lr"] = float(row["lr"])
    x = torch.randn(32, 8)  # the next batch
    loss = cross_entropy(model(x), x[:, :4].argmax(dim=1))
    log.writerow([run, row["step"], row["lr"], loss.item()])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
