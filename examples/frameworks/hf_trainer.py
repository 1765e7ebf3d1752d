#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Hugging Face Trainer: a table of rates in optimizers=(...).

    lrsched -n 60 -l 5e-5 warmup:10 cos >lr.csv
    python3 hf_trainer.py lr.csv >run.csv

The Trainer steps the scheduler once an update.  A callback prints what each
update is about to use.
"""
import csv
import sys
import tempfile

import torch
from transformers import (
    PrinterCallback, Trainer, TrainerCallback, TrainingArguments)

with open(sys.argv[1], newline="") as f:
    lr = [float(row["lr"]) for row in csv.DictReader(f)]


class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)

    def forward(self, x, labels):
        y = self.layer(x)
        return {"loss": torch.nn.functional.mse_loss(y, labels), "logits": y}


class PrintRate(TrainerCallback):
    def on_pre_optimizer_step(self, args, state, control, **kwargs):
        rate = kwargs["optimizer"].param_groups[0]["lr"]
        print(state.global_step, rate, sep=",")


model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda step: lr[min(step, len(lr) - 1)])
data = [{"x": x, "labels": x.sum(dim=0, keepdim=True)}
        for x in torch.randn(160, 4)]
with tempfile.TemporaryDirectory() as scratch:
    args = TrainingArguments(
        output_dir=scratch, max_steps=len(lr), use_cpu=True, report_to="none",
        save_strategy="no", logging_strategy="no", disable_tqdm=True)
    trainer = Trainer(model, args, train_dataset=data,
                      callbacks=[PrintRate()],
                      optimizers=(optimizer, scheduler))
    trainer.remove_callback(PrinterCallback)  # its summary is no row
    print("step,lr")
    trainer.train()
