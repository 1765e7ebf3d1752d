#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PyTorch Lightning: a table of rates in configure_optimizers().

    lrsched -n 60 -l 0.1 warmup:10 cos >lr.csv
    python3 lightning_module.py lr.csv >run.csv

"interval": "step" makes Lightning step the scheduler once an update; its
default is once an epoch.  What the optimizer used goes to standard output.
"""
import csv
import sys

import lightning
import torch

with open(sys.argv[1], newline="") as f:
    lr = [float(row["lr"]) for row in csv.DictReader(f)]


class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        x, y = batch
        return torch.nn.functional.mse_loss(self.layer(x), y)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=1.0)
        scheduler = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: lr[min(step, len(lr) - 1)])
        return {"optimizer": optimizer,
                "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    def on_before_optimizer_step(self, optimizer):
        print(self.global_step, optimizer.param_groups[0]["lr"], sep=",")


x = torch.randn(160, 4)
data = torch.utils.data.TensorDataset(x, x.sum(dim=1, keepdim=True))
trainer = lightning.Trainer(
    max_steps=len(lr), accelerator="cpu", logger=False, barebones=True)
print("step,lr")
trainer.fit(Model(), torch.utils.data.DataLoader(data, batch_size=32))
