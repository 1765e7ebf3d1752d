#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Logs whose records are not lines, with made-up values: blocks and boxes,
prefixes that name processes, lines that several processes print.

forms.py DIRECTORY writes NAME.log and NAME.rows; forms.py DIRECTORY NAME < CSV
compares what lrlog printed with the rows that were written down: for each
record its step (or nothing, where any will do) and values by their names.
"""
import csv
import json
import math
import os
import sys

N = 12
RATE = [round(1e-4 * (i + 1), 6) for i in range(N)]
LOSS = [round(4.5 - 2.5 * (1 - math.exp(-i / 5)) + 0.05 * math.sin(i * i), 4)
        for i in range(N)]
MORE = [round(1 + 7 * abs(math.sin(3 * i + 1)), 4) for i in range(N)]


def write(name, record, step=None, head="", **columns):
    """RECORD makes the text of record i; COLUMNS are lists, by name."""
    with open(name + ".log", "w") as f:
        f.write(head + "".join(record(i) for i in range(N)))
    rows = [[step(i) if step else None,
             {key: column[i] for key, column in columns.items()}]
            for i in range(N)]
    with open(name + ".rows", "w") as f:
        json.dump(rows, f)


def is_near(a, b):
    return a != "" and abs(float(a) - b) <= 2e-4 * max(abs(b), 1e-9)


def compare(name):
    """What of lrlog's CSV is not as written down."""
    with open(name + ".rows") as f:
        rows = json.load(f)
    got = [r for r in csv.DictReader(sys.stdin)
           if any(r.get(key) for key in rows[0][1])]
    if len(got) != len(rows):
        return f"{len(got)} rows for {len(rows)}"
    for have, (step, want) in zip(got, rows):
        if step is not None and not is_near(list(have.values())[0], step):
            return f"step {list(have.values())[0]} for {step}"
        for key, x in want.items():
            if not is_near(have.get(key, ""), x):
                return f"{key} {have.get(key)} for {x} at {step}"
    return None


def box(i):
    rows = [("rollout/", ""), ("   ep_len_mean", 200), ("time/", ""),
            ("   iterations", i + 1), ("   total_timesteps", 4096 * (i + 1)),
            ("train/", ""), ("   entropy_loss", -1.25),
            ("   learning_rate", RATE[i]), ("   loss", LOSS[i]),
            ("   n_updates", 10 * (i + 1)), ("   value_loss", MORE[i])]
    return "-" * 39 + "\n" + "".join(
        f"| {a:<23} | {b!s:<9} |\n" for a, b in rows) + "-" * 39 + "\n"


def results(i):
    return (f"Result for PPO_CartPole_120b5_00000:\n  done: false\n"
            f"  episode_len_mean: {MORE[i]}\n  info:\n    learner:\n"
            f"      default_policy:\n          cur_lr: {RATE[i]}\n"
            f"          total_loss: {LOSS[i]}\n"
            f"  iterations_since_restore: {i + 1}\n"
            f"  timesteps_total: {4000 * (i + 1)}\n"
            f"  training_iteration: {i + 1}\n  \n")


def block(i):
    return (f"\n   \033[1m --> STEP: {25 * i}/377 -- GLOBAL_STEP: "
            f"{370000 + 25 * i}\033[0m\n"
            f"     | > loss: {LOSS[i]:.5f}  ({LOSS[i] + 0.1:.5f})\n"
            f"     | > grad_norm: {MORE[i]:.5f}  (36.29088)\n"
            f"     | > current_lr: {RATE[i]:.5f} \n"
            "     | > step_time: 0.55960  (0.62170)\n\n")


def both(text):
    """The lines of two processes, the second of which has another loss."""
    return lambda i: "".join(text(i, k, LOSS[i] + k) for k in range(2))


def main():
    write("box", box, loss=LOSS, learning_rate=RATE, value_loss=MORE)
    write("results", results, total_loss=LOSS, cur_lr=RATE,
          episode_len_mean=MORE)
    write("block", block, lambda i: 370000 + 25 * i, loss=LOSS,
          current_lr=RATE, grad_norm=MORE)
    write("srun", both(lambda i, k, y:
          f"{k}: iteration {10 * i:8d} | elapsed time per iteration (ms): 400.1"
          f" | learning rate: {RATE[i]:.3E} | lm loss: {y:.6E} |\n"),
          lambda i: 10 * i, **{"lm loss": LOSS, "learning rate": RATE})
    write("mpirun", both(lambda i, k, y:
          f"[1,{k}]<stdout>:Epoch: {i // 6} Batch: {10 * (i % 6)} "
          f"Loss: {y:.4f} LR: {RATE[i]:.6f}\n"), Loss=LOSS, LR=RATE)
    write("sagemaker", both(lambda i, k, y:
          f"[1,mpirank:{k},algo-1]<stdout>:step {i} loss {y:.4f} "
          f"lr {RATE[i]}\n"), lambda i: i, loss=LOSS, lr=RATE)
    write("logging", lambda i:
          f"INFO:trainer:[{10 * (i + 1)}/1000] loss={LOSS[i]} lr={RATE[i]}\n",
          lambda i: 10 * (i + 1), loss=LOSS, lr=RATE)
    write("journal", lambda i:
          f"Nov 29 03:25:{10 + i} gpu-07 python3[41]: INFO:root:step "
          f"{10 * i} loss={LOSS[i]} lr={RATE[i]}\n", lambda i: 10 * i,
          loss=LOSS, lr=RATE)
    write("container", lambda i: json.dumps(
          {"log": f"step {10 * i} | loss {LOSS[i]} | lr {RATE[i]:.2e}\n",
           "stream": "stdout", "time": "2024-05-01T10:00:10.1Z"}) + "\n",
          lambda i: 10 * i, loss=LOSS, lr=RATE)
    write("alike", lambda i: "".join(
          f"[titan] 2026-02-24 19:46:10,508 - root - INFO - step: {i + 1:2}  "
          f"loss: {LOSS[i]:8.5f}  memory: 66.91GiB(37.51%)  tps: 10,05{k}\n"
          for k in range(3)), lambda i: i + 1, loss=LOSS)
    write("minibatches", lambda i:
          "LOG (nnet3-train:PrintStatsForThisPhase():nnet-training.cc:121) "
          "Average objective function for 'output' for minibatches "
          f"{10 * i}-{10 * i + 9} is {-LOSS[i]} over {19538 + i} frames.\n",
          **{"Average objective function for 'output'":
             [-y for y in LOSS]})
    write("hook", lambda i:
          f"INFO:tensorflow:lr={RATE[i]}, loc=3.1, loss={LOSS[i]}, "
          f"ce={MORE[i]}\nINFO:tensorflow:loss = {LOSS[i]}, step = "
          f"{70 + 10 * i} (2.6 sec)\nINFO:tensorflow:global_step/sec: 3.7\n",
          lambda i: 70 + 10 * i, loss=LOSS, lr=RATE, ce=MORE)
    write("process", lambda i:
          f"2020-01-31 16:17:24,536 INFO [train.py:102] Process "
          f"{100 * i}/3161({100 * i / 31.61:.6f}%) global average objf: "
          f"{-LOSS[i]:.6f} over 6400.0 frames, epoch 0\n",
          head="2020-01-31 16:17:23,226 INFO [train.py:185] epoch 0, "
          "learning rate 0.001\n",
          **{"global average objf": [-y for y in LOSS]})


os.chdir(sys.argv[1])
if len(sys.argv) > 2:
    fault = compare(sys.argv[2])
    if fault:
        sys.exit(f"{sys.argv[2]}: {fault}")
else:
    main()
