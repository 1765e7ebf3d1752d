#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keras 3: a table of rates as a callback.

    lrsched -n 60 -l 0.1 warmup:10 cos >lr.csv
    KERAS_BACKEND=torch python3 keras_callback.py lr.csv >run.csv

on_train_batch_begin() sets the rate of the update to come.  Keras keeps rates
as float32.
"""
import csv
import sys

import keras
import numpy

with open(sys.argv[1], newline="") as f:
    lr = [float(row["lr"]) for row in csv.DictReader(f)]


class TableRate(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.step = 0

    def on_train_batch_begin(self, batch, logs=None):
        rate = lr[min(self.step, len(lr) - 1)]
        self.model.optimizer.learning_rate = rate

    def on_train_batch_end(self, batch, logs=None):
        print(self.step, float(self.model.optimizer.learning_rate), sep=",")
        self.step += 1


x = numpy.random.default_rng(0).normal(size=(32 * len(lr), 4))
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.SGD(), loss="mse")
print("step,lr")
model.fit(x, x.sum(axis=1), batch_size=32, verbose=0, callbacks=[TableRate()])
