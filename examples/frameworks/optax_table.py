#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""JAX and optax: a table of rates as a schedule.

    lrsched -n 60 -l 0.1 warmup:10 cos >lr.csv
    python3 optax_table.py lr.csv >run.csv

A schedule is any function of the count of updates, here an array; it is traced
once and runs on the device.  inject_hyperparams() shows the rate that the last
update used.  JAX's default is float32.
"""
import csv
import sys

import jax
import jax.numpy as jnp
import optax

with open(sys.argv[1], newline="") as f:
    table = jnp.array([float(row["lr"]) for row in csv.DictReader(f)])


def schedule(count):
    return table[jnp.minimum(count, len(table) - 1)]


def loss(w, x):
    return jnp.mean((x @ w - x.sum(axis=1)) ** 2)


optimizer = optax.inject_hyperparams(optax.sgd)(learning_rate=schedule)
w = jnp.zeros(4)
state = optimizer.init(w)
x = jax.random.normal(jax.random.key(0), (32, 4))


@jax.jit
def update(w, state):
    gradient = jax.grad(loss)(w, x)
    change, state = optimizer.update(gradient, state, w)
    return optax.apply_updates(w, change), state


print("step,lr")
for step in range(len(table)):
    w, state = update(w, state)
    print(step, float(state.hyperparams["learning_rate"]), sep=",")
