#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PyTorch: a table of rates as a LambdaLR.

    lrsched -n 60 -l 0.1 warmup:10 cos >lr.csv
    python3 torch_lambda.py lr.csv >run.csv

LambdaLR multiplies: with a base rate of 1 its factor is the rate itself.  The
scheduler steps once an update, after the optimizer.  What the optimizer used
goes to standard output, for lrcheck.
"""
import csv
import sys

import torch

with open(sys.argv[1], newline="") as f:
    lr = [float(row["lr"]) for row in csv.DictReader(f)]

model = torch.nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: lr[min(step, len(lr) - 1)])

x = torch.randn(32, 4)
y = x.sum(dim=1, keepdim=True)

print("step,lr,loss")
for step in range(len(lr)):
    loss = torch.nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    print(step, optimizer.param_groups[0]["lr"], loss.item(), sep=",")
    optimizer.step()
    scheduler.step()
