#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Logs in the shapes that training programs print, with made-up values, and
beside each the records that are in it: kinds.py DIRECTORY

Each kind is a function of one record, with what may stand before and after
all of them; the records are those that were printed, digits included.  Then
each kind in the bytes that files have: CRLF, a byte order mark, UTF-16,
colours, blank lines.  Writes NAME.log and NAME.csv.
"""
import json
import math
import os
import sys

N = 40
RATE = [1e-5 * 10 ** (6 * i / (N - 1)) for i in range(N)]
LOSS = [2.3 - 1.5 / (1 + math.exp(-4 * (math.log10(x) + 3)))
        + 2 * max(0, math.log10(x) + 0.5) ** 2 + 0.02 * math.sin(i * i)
        for i, x in enumerate(RATE)]
KINDS = {}


def kind(name, line, step=lambda i: i, lr="%.6g", loss="%.5f", head="",
         tail=""):
    """LINE of (i, step, lr, loss) makes what is printed of record i."""
    rows = [(str(step(i)), lr % RATE[i], loss % LOSS[i]) for i in range(N)]
    KINDS[name] = (head + "".join(line(i, *row) for i, row in enumerate(rows))
                   + tail, rows)


def whole(name, text, step=lambda i: i):
    """A document of all records at once."""
    KINDS[name] = (text, [(str(step(i)), repr(RATE[i]), repr(LOSS[i]))
                          for i in range(N)])


def one(i):
    return i + 1


def ten(i):
    return 10 * i


# --- lines of text ----------------------------------------------------------

kind("tf1 hooks", lambda i, s, lr, y:
     f"INFO:tensorflow:loss = {y}, step = {s} (0.512 sec)\n"
     "INFO:tensorflow:global_step/sec: 195.3\n"
     f"INFO:tensorflow:learning_rate = {lr} (0.512 sec)\n", ten)
kind("caffe", lambda i, s, lr, y:
     f"I0818 10:43:46.99 23632 solver.cpp:234] Iteration {s} (8.5 iter/s, "
     f"1.1s/10 iters), loss = {y}\nI0818 10:43:46.99 23632 solver.cpp:250] "
     f"    Train net output #0: loss = 7.1 (* 1 = 7.1 loss)\n"
     f"I0818 10:43:46.99 23632 sgd_solver.cpp:106] Iteration {s}, lr = {lr}\n",
     ten)
kind("kaldi", lambda i, s, lr, y:
     f"LOG (nnet3-train[5.5]:Stats():training.cc:{100 + i % 7}) Iter {s}: "
     f"learning-rate={lr} objective={y} over 12800 frames\n")
kind("opennmt", lambda i, s, lr, y:
     f"[2024-05-01 10:00:{i:02},000 INFO] Step {s}/100000; acc:  12.34; ppl: "
     f"1234.5; xent: {y}; lr: {lr}; 12345/13000 tok/s;     {i} sec\n", ten)
kind("opennmt-tf", lambda i, s, lr, y:
     f"INFO:tensorflow:Step = {s} ; steps/s = 1.23, tokens/s = 12345 (12345 "
     f"target) ; Learning rate = {lr} ; Loss = {y}\n", ten)
kind("paddle", lambda i, s, lr, y:
     f"[2024/05/01 10:00:{i:02}] ppcls INFO: [Train][Epoch {i // 20 + 1}/3]"
     f"[Iter: {i % 20}/20]lr(Momentum): {lr}, top1: 0.10, loss: {y}, "
     "batch_cost: 0.2s, ips: 300.1 samples/s, eta: 0:01:00\n")
kind("nanogpt", lambda i, s, lr, y:
     (f"step {s}: train loss 9.0000, val loss 9.1000\n" if i % 20 == 0 else "")
     + f"iter {s}: loss {y}, time 123.45ms, mfu 12.3%, lr {lr}\n")
kind("lit-gpt", lambda i, s, lr, y:
     f"Epoch 1 | iter {s} step {s} | loss train: {y}, val: n/a | iter time: "
     f"123.45 ms (step) remaining time: 0:12:34 | lr: {lr}\n", one)
kind("clu", lambda i, s, lr, y:
     f"I0501 10:00:{i:02}.000000 1234 logging_writer.py:48] [{s}] "
     f"learning_rate={lr}, loss={y}\n", ten)
kind("gan", lambda i, s, lr, y:
     f"[0/1][{s}/40] Loss_D: {y} Loss_G: 7.1{i} lr: {lr} D(x): 0.51\n")
kind("ranks", lambda i, s, lr, y:
     f"[rank1]: step: {s} loss: 7.{i} lr: {lr}\n"
     f"[rank0]: step: {s} loss: {y} lr: {lr}\n")
kind("rank at the end", lambda i, s, lr, y:
     f"step {s} loss {y} loss_att 1.2 lr {lr} rank 0\n"
     f"step {s} loss 7.{i} loss_att 1.2 lr {lr} rank 1\n")
kind("begun again", lambda i, s, lr, y: f"step {s} loss {y} lr {lr}\n",
     head="".join(f"step {i} loss 7.{i} lr 0.{i}\n" for i in range(15))
     + "RuntimeError: out of memory. Tried to allocate 2.00 GiB\n")
kind("counter of an epoch, without its length", lambda i, s, lr, y:
     f"Epoch {i // 10}, Iteration {i % 10}, Loss {y}, Learning rate {lr}\n")
kind("yaml", lambda i, s, lr, y:
     f"---\nstep: {s}\nmetrics:\n  loss: {y}\n  lr: {lr}\n")
kind("ignite", lambda i, s, lr, y:
     f"2024-05-01 10:00:00,000 ignite INFO: Epoch[{i // 20 + 1}] "
     f"Iteration[{i % 20 + 1}/20] Loss: {y} lr: {lr}\n", one)
kind("fairseq2", lambda i, s, lr, y:
     f"[05/01/24 10:00:{i:02}] INFO     fairseq2.metrics - Train (step {s}) - "
     f"Loss: {y} | Learning Rate: {lr} | Elapsed Time: 3s\n", one)
kind("mxnet", lambda i, s, lr, y:
     f"INFO:root:Epoch[0] Batch [{s}]\tSpeed: 123.4 samples/sec\t"
     f"accuracy=0.1\tcross-entropy={y}\tlr={lr}\n", ten)
kind("maskrcnn", lambda i, s, lr, y:
     f"eta: 1 day, 2:03:04  iter: {s}  loss: {y} (2.4)  loss_classifier: 0.5 "
     f"(0.6)  time: 0.4 (0.5)  data: 0.01 (0.02)  lr: {lr}  max mem: 3000\n",
     ten)
kind("detr", lambda i, s, lr, y:
     f"Epoch: [{i // 20}]  [{i % 20:2}/20]  eta: 0:10:00  lr: {lr}  loss: {y} "
     "(2.4)  loss_ce: 0.5 (0.6)  time: 0.4  max mem: 3000\n",
     tail="Averaged stats: lr: 0.1  loss: 9.0 (9.0)\n")
kind("swin", lambda i, s, lr, y:
     f"[2021-05-01 10:00:00 t] (main.py 180): INFO Train: [{i // 20}/300]"
     f"[{i % 20}/20]\teta 0:10:00 lr {lr}\ttime 0.3 (0.4)\tloss {y} (2.4)\t"
     "grad_norm 1.2 (1.3)\tmem 2000MB\n")
kind("lingua", lambda i, s, lr, y:
     f"0: INFO    24-05-01 10:00:00.1 - 0:00:10 - step: {s}  acc: 0  loss:  "
     f"{y}  grad: 1.20e+00  iter:  0.3  lr: {lr}  mem: 10%  pow: 400 W\n", ten)
kind("names on one line, values on the next ones", lambda i, s, lr, y:
     f"step\t{s}\nlr\t{lr}\nloss\t{y}\n")
kind("validation by its first word", lambda i, s, lr, y:
     f"train> step {s} loss {y} lr {lr}\nval> step {s} loss 9.9\n")
kind("journal", lambda i, s, lr, y:
     f"May 01 10:00:{i:02} node1 python[1234]: step {s} loss {y} lr {lr}\n")
kind("thousands", lambda i, s, lr, y:
     f"step {int(s):,} | loss {y} | lr {lr} | tokens 1,234,567\n",
     lambda i: 1000 * i)
kind("percent", lambda i, s, lr, y:
     f"[{2 * i:3}%] loss={y} lr={lr} 12.3 it/s\n")
kind("a configuration before it", lambda i, s, lr, y:
     f"it {s} | lr {lr} | loss {y}\n",
     head="model: resnet\noptimizer:\n  lr: 0.1\n  momentum: 0.9\nsteps: 40\n")
kind("tensors", lambda i, s, lr, y:
     f"step: {s} loss: tensor({y}, device='cuda:0', "
     f"grad_fn=<NllLossBackward0>) lr: [{lr}]\n")
kind("micro-batches", lambda i, s, lr, y:
     "".join(f"step {s}/40 micro {m} loss {float(y) + m - 1:.5f} lr {lr}\n"
             for m in range(3)), one)
kind("a rate after each epoch", lambda i, s, lr, y:
     f"Epoch {s}/40\n100/100 [====] - 1s 10ms/step - loss: {y} - acc: 0.5\n"
     f"lr: {lr}\n", one)
kind("a rate before each batch", lambda i, s, lr, y:
     f"Batch {int(s):05}: setting learning rate to {lr}.\n"
     f"\r{s}/40 [=====>.....] - ETA: 0s - loss: {y}\n", one)

# --- bars -------------------------------------------------------------------

kind("keras", lambda i, s, lr, y:
     f"Epoch {s}/40\n" + "".join(
         f"\r{j:4}/1875 [==>...] - ETA: 3s - loss: 7.{j}"
         for j in (1, 600, 1200))
     + f"\r1875/1875 [======] - 3s 2ms/step - loss: {y} - accuracy: 0.9 - "
     f"val_loss: 9.1 - lr: {lr}\n", one)
kind("tqdm", lambda i, s, lr, y:
     f"\rsteps:  {2 * i}%|##  | {s}/40 [00:10<01:00, 1.42s/it, avr_loss={y}, "
     f"lr={lr}]", one, tail="\n")
kind("tqdm, values behind it", lambda i, s, lr, y:
     f"\rEpoch 1/5:  {2 * i}%|█▌  | {s}/40 [00:01<00:00,  8.00it/s] loss={y} "
     f"lr={lr}", one, tail="\n")
kind("lightning", lambda i, s, lr, y:
     f"\rEpoch {i // 10}: {i % 10 * 10 + 10:3}%|█ | {i % 10 + 1}/10 "
     f"[00:01<00:00, 12.30it/s, loss={y}, v_num=0, lr={lr}]", one, tail="\n")
kind("dicts and bars", lambda i, s, lr, y:
     f"{{'loss': {y}, 'learning_rate': {lr}, 'epoch': {i / 40:.2f}}}\n"
     f"\r{i}%|###       | {i + 1}/40 [00:01<01:00,  1.50s/it]"
     + ("\n" if i % 7 == 0 else ""))
kind("backspaces", lambda i, s, lr, y:
     f"step {s} loss {y} lr {lr}" + "\b" * 40, tail="\n")

# --- JSON and dicts ---------------------------------------------------------

kind("json stats", lambda i, s, lr, y:
     f'json_stats: {{"eta": "0:10:00", "iter": {s}, "loss": {y}, "loss_bbox": '
     f'0.1, "lr": {lr}, "mem": 3000}}\n', ten)
kind("json, step as a list", lambda i, s, lr, y:
     f'DLLL {{"type": "LOG", "step": [{i // 20}, {s}], "data": {{"train.loss": '
     f'{y}, "learning_rate": {lr}}}}}\n', ten)
kind("json, numbers as strings", lambda i, s, lr, y:
     f'{{"step": "{s}", "lr": "{lr}", "loss": "{y}", "mode": "train"}}\n'
     f'{{"step": "{s}", "lr": "{lr}", "loss": "9.0", "mode": "val"}}\n')
kind("json, nested", lambda i, s, lr, y:
     f'{{"step": {s}, "train": {{"loss": {y}}}, "opt": {{"lr": [{lr}, 7]}}, '
     '"val": {"loss": 9}}\n')
kind("json around a line", lambda i, s, lr, y: json.dumps(
    {"log": f"step {s} | loss {y} | lr {lr}\n", "stream": "stdout"}) + "\n")
kind("dicts of numpy", lambda i, s, lr, y:
     f"{{'step': {s}, 'lr': np.float64({lr}), 'loss': np.float32({y})}}\n")
whole("a list of records", json.dumps(
    [{"step": i, "lr": RATE[i], "loss": LOSS[i]} for i in range(N)],
    indent=2) + "\n")
whole("lists as columns", json.dumps(
    {"lr": RATE, "loss": LOSS, "step": list(range(N))}) + "\n")
whole("a trainer's state", json.dumps(
    {"global_step": N, "log_history": [
        {"epoch": i / N, "learning_rate": RATE[i], "loss": LOSS[i],
         "step": i + 1} for i in range(N)] + [
             {"eval_loss": 2.5, "step": N}, {"train_loss": 1.4, "step": N}],
     "max_steps": N}, indent=1) + "\n", one)

# --- tables -----------------------------------------------------------------

kind("an export with runs", lambda i, s, lr, y: ",".join(
    f'"{x}"' for x in (s, y, y, y, lr, lr, lr)) + "\n",
     head=",".join(f'"{x}"' for x in ["Step"] + [
         "a-b - train/" + c + e for c in ("loss", "lr")
         for e in ("", "__MIN", "__MAX")]) + "\n")
kind("seeds as columns", lambda i, s, lr, y: f"{s},{lr},{y},7.{i}\n",
     head="step,lr,seed1/loss,seed2/loss\n")
kind("groups as columns", lambda i, s, lr, y: f"{s},{7 - i / 10},{lr},{y}\n",
     head="step,lr/pg0,lr/pg1,loss\n")
kind("sparse rows", lambda i, s, lr, y:
     f"{lr},{i // 20},{s},,\r\n,{i // 20},{s},{y},\r\n,{i // 20},{s},,9\r\n",
     head="lr-SGD,epoch,step,train/loss,val/loss\r\n")
kind("newest first", lambda i, s, lr, y: f"{s},{lr},{y}\n",
     head="step,lr,loss\n")
KINDS["newest first"] = ("step,lr,loss\n" + "".join(
    ",".join(row) + "\n" for row in reversed(KINDS["newest first"][1])),
                         KINDS["newest first"][1])
kind("another header", lambda i, s, lr, y:
     ("epoch,loss,lr,val_loss,acc\n" if i == 20 else "")
     + (f"{s},.5,{y},{lr}\n" if i < 20 else f"{s},{y},{lr},9,.5\n"),
     head="epoch,acc,loss,lr\n")
kind("long form", lambda i, s, lr, y:
     f"{s},train/lr,{lr}\n{s},train/loss,{y}\n{s},val/loss,9.5\n",
     head="step,tag,value\n")
kind("spreadsheet", lambda i, s, lr, y:
     ";".join(x.replace(".", ",") for x in (s, lr, y)) + "\n",
     head="sep=;\nStep;LR (1/s);Loss [nats]\n")
kind("three thousand columns", lambda i, s, lr, y:
     f"{s},{'0.5,' * 3000}{lr},{y}\n",
     head="step," + "".join(f"m{k}," for k in range(3000)) + "lr,loss\n")
kind("pandas", lambda i, s, lr, y: f"{i:<4} {s:>4}  {lr:>12}  {y:>8}\n",
     head="     step            lr      loss\n")
kind("markdown", lambda i, s, lr, y:
     f"| {s} | {lr} | {y} | {'' if i % 5 else 9.5} |\n",
     head="# Range test\n\n| step | lr | train loss | val loss |\n"
     "|---:|:---:|---|---|\n")
kind("box", lambda i, s, lr, y: f"│ {s:>4} │ {lr:>12} │ {y} │\n",
     head="┏━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━━┓\n┃ Step ┃ LR           ┃ Loss    ┃"
     "\n┡━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━━┩\n",
     tail="└──────┴──────────────┴─────────┘\n")
kind("a table for each record", lambda i, s, lr, y:
     f"{'-' * 40}\n| time/              |           |\n|    total_timesteps "
     f"| {s:<9} |\n| train/             |           |\n|    learning_rate   "
     f"| {lr:<9} |\n|    loss            | {y:<9} |\n|    value_loss      | "
     f"51.3      |\n{'-' * 40}\n", lambda i: 2048 * (i + 1))

# --- languages --------------------------------------------------------------

kind("German", lambda i, s, lr, y:
     f"Schritt {s}: Lernrate = {lr}; Trainingsverlust = {y}; "
     "Validierungsverlust = 9.1\n")
kind("French", lambda i, s, lr, y: f"{s};{lr};{y}\n",
     head="étape;taux d'apprentissage;perte\n")
kind("Spanish", lambda i, s, lr, y:
     f"Paso {s} - pérdida: {y} - tasa de aprendizaje: {lr}\n")
kind("Portuguese", lambda i, s, lr, y: f"{s};{lr};{y}\n",
     head="passo;taxa de aprendizado;perda\n")
kind("Russian", lambda i, s, lr, y:
     f"Шаг {s}: потери = {y}, скорость обучения = {lr}\n")
kind("Chinese", lambda i, s, lr, y:
     f"步数：{s}，学习率：{lr}，训练损失：{y}，验证损失：9.1\n")
kind("Japanese", lambda i, s, lr, y: f"{s},{lr},{y}\n",
     head="ステップ,学習率,損失\n")
kind("Korean", lambda i, s, lr, y:
     f"스텝 {s}: 학습률 {lr}, 손실 {y}, 검증 손실 9.1\n")

# --- lines and blocks of more frameworks -------------------------------------

kind("torchtune", lambda i, s, lr, y:
     f"Step {s} | loss:{y} lr:{lr} tokens_per_second_per_gpu:812.345 \n", ten)
kind("dicts with memory", lambda i, s, lr, y:
     f"{{'loss': {y}, 'grad_norm': 0.51, 'learning_rate': {lr}, 'ppl': 9.12, "
     "'memory/max_active (GiB)': 5.2}\n")
kind("columns with a unit each", lambda i, s, lr, y:
     f"11/28/2024 10:00:00 [INFO|DP=0|PP=0|TP=0]: iteration: {s} / 1000 | "
     "consumed_tokens: 6.29M | elapsed_time_per_iteration_ms: 1.2K | "
     "global_batch_size: 1.02K | "
     f"lm_loss: {y} | lr: {lr} | grad_norm: 5.12 | hd_total_memory_tb: 1.2T\n",
     ten)
kind("mindcv", lambda i, s, lr, y:
     "[2024-11-28 10:00:00] mindcv.utils.callbacks INFO - Epoch: [1/90], "
     f"batch: [{s}/5004], loss: {y}, lr: {lr}, time: 2.345678s\n", ten)
kind("rllib results", lambda i, s, lr, y: json.dumps(
    {"episode_reward_mean": 21.5, "info": {"learner": {"default_policy": {
        "learner_stats": {"cur_kl_coeff": 0.2, "cur_lr": float(lr),
                          "total_loss": float(y), "policy_loss": -0.01,
                          "vf_loss": 0.1}}}},
     "timesteps_total": 4000 * i, "training_iteration": int(s)}) + "\n", one)
kind("mmdet 2", lambda i, s, lr, y:
     f"2021-11-28 10:00:00,000 - mmdet - INFO - Epoch [1][{s}/7330]\tlr: {lr}, "
     "eta: 1 day, 2:03:04, time: 0.512, data_time: 0.051, memory: 3784, "
     f"loss_cls: 1.2034, acc: 80.1234, loss_bbox: 0.1021, loss: {y}\n", ten)
kind("gpt-neox", lambda i, s, lr, y:
     f" samples/sec: 10.123 | iteration {s:>8}/  320000 | elapsed time per "
     f"iteration (ms): 1234.5 | learning rate: {lr} | approx flops per GPU: "
     f"30.1TFLOPS | lm_loss: {y} | loss scale: 65536.0 | number of skipped "
     "iterations:   0 | number of nan iterations:   0 |\n", ten)
kind("nnU-Net", lambda i, s, lr, y: "".join(
    f"2024-11-28 10:00:00.123456: {text}\n" for text in (
        "", f"Epoch {s}", f"Current learning rate: {lr}", f"train_loss {y}",
        "val_loss 9.1", "Pseudo dice [np.float32(0.12), np.float32(0.23)]",
        "Epoch time: 51.12 s")))
kind("open_clip", lambda i, s, lr, y:
     f"2024-11-28,10:00:00 | INFO | Train Epoch: 0 [{s:>8}/10968539 ({i}%)] "
     "Data (t): 0.123 Batch (t): 0.512, 512.3/s, 128.1/s/gpu "
     f"LR: {lr} Logit Scale: 14.286 Contrastive_loss: {y} (9.1) "
     f"Loss: {y} (9.1)\n", ten)
kind("PrintReport", lambda i, s, lr, y:
     f"{i // 8:<10}  {s:<10}  {y:<10}  9.1         {lr:<10}  {1.5 * i:<10g}\n",
     ten, head="epoch       iteration   main/loss   val/loss    lr          "
     "elapsed_time\n")
kind("paddlenlp", lambda i, s, lr, y:
     f"global step {s}, epoch: 0, batch: {i}, loss: {y}, speed: 1.23 step/s, "
     f"lr: {lr}\n", ten)
kind("paddlenlp's trainer", lambda i, s, lr, y:
     f"[2024-11-28 10:00:00,123] [    INFO] - loss: {y}, learning_rate: {lr}, "
     f"global_step: {s}, interval_runtime: 1.234, "
     "interval_steps_per_second: 1.234, progress_or_epoch: 0.5\n", ten)
kind("gluonnlp", lambda i, s, lr, y:
     f"INFO:root:10:00:00 [Epoch 1 Batch {s}/4210] loss={y}, lr={lr}, "
     "metrics:accuracy:0.5512\n", ten)
kind("tf object detection", lambda i, s, lr, y:
     f"INFO:tensorflow:Step {s} per-step time 0.512s\n"
     f"INFO:tensorflow:{{'Loss/classification_loss': 0.5123,\n"
     f" 'Loss/total_loss': {y},\n 'learning_rate': {lr}}}\n", ten)
kind("orbit", lambda i, s, lr, y:
     f"train | step: {s:>6} | steps/sec:    5.1 | output: \n    "
     f"{{'accuracy': 0.01, 'learning_rate': {lr}, 'training_loss': {y}}}\n",
     ten)
kind("flair", lambda i, s, lr, y:
     f"2024-11-28 10:00:00,123 epoch 1 - iter {s}/420 - loss {y} - time (sec): "
     f"1.23 - samples/sec: 1234.56 - lr: {lr} - momentum: 0.000000\n", ten)
kind("stanza", lambda i, s, lr, y:
     f"2024-11-28 10:00:00 INFO: Finished STEP {s}/50000, loss = {y} (0.123 "
     f"sec/batch), lr: {lr}\n", ten)
kind("dllogger's JSON", lambda i, s, lr, y: "DLLL " + json.dumps(
    {"timestamp": "1732788000.1", "type": "LOG", "step": [0, int(s)],
     "data": {"train.loss": float(y), "train.lr": float(lr),
              "train.ips": 812.3}}) + "\n", ten)
kind("dllogger's text", lambda i, s, lr, y:
     f"DLL 2024-11-28 10:00:00.123456 - Epoch: 0 Iteration: {s}  train.loss : "
     f"{y} train.lr : {lr} train.total_ips : 812.31 img/s\n", ten)
kind("blocks with means", lambda i, s, lr, y:
     f"   --> TIME: 2024-11-28 10:00:00 -- STEP: {s}/404 -- GLOBAL_STEP: {s}\n"
     f"     | > loss: {y}  (9.10000)\n     | > grad_norm: 1.2  (1.34567)\n"
     f"     | > current_lr: {lr} \n     | > step_time: 0.5123  (0.51234)\n\n",
     ten)
kind("losses in a list", lambda i, s, lr, y:
     f"INFO:44k:Train Epoch: 1 [{i}%]\nINFO:44k:Losses: [{y}, 3.1, 7.2, 21.3], "
     f"step: {s}, lr: {lr}\n", ten)
kind("yolox", lambda i, s, lr, y:
     "2024-11-28 10:00:00 | INFO     | yolox.core.trainer:270 - epoch: 1/300, "
     f"iter: {s}/7392, mem: 1234Mb, iter_time: 0.512s, data_time: 0.012s, "
     f"total_loss: {y}, iou_loss: 4.5, conf_loss: 9.1, lr: {lr}, size: 640, "
     "ETA: 1 day, 1:00:00\n", ten)
kind("mmseg", lambda i, s, lr, y:
     f"2021-11-28 10:00:00,000 - mmseg - INFO - Iter [{s}/80000]\tlr: {lr}, "
     "eta: 5:43:21, time: 0.312, memory: 8550, decode.loss_ce: 0.7, "
     f"decode.acc_seg: 40.1234, aux.loss_ce: 0.9, loss: {y}\n", ten)

# --- another twenty, whose records were written before they were read ---------

kind("accelerate", lambda i, s, lr, y:
     f"\rSteps: {5 * i // 2:3d}%|{'#' * (i // 4):<10}| {s}/40 [00:{i:02d}<00:"
     f"{40 - i:02d},  1.02it/s, lr={lr}, step_loss={y}]", one, "%.2e", "%.3f",
     tail="\n")
kind("torchtune in digits", lambda i, s, lr, y:
     f"Step {s} | loss:{y} lr:{lr} tokens_per_second_per_gpu:{1000 + 3.5 * i} \n",
     one, "%.17g", "%.17g")
kind("axolotl", lambda i, s, lr, y:
     f"{{'loss': {y}, 'grad_norm': {1.5 + i / 7:.7f}, 'learning_rate': {lr}, "
     f"'memory/max_mem_active(gib)': 4.25, 'epoch': {(i + 1) / 12:.2f}}}\n",
     lr="%.10g", loss="%.4f")
kind("torchtitan with ranks", lambda i, s, lr, y:
     f"[rank0]:[titan] 2025-04-13 12:{i:02d}:01,123 - root - INFO - step: {s:>2}  "
     f"loss: {y}  grad_norm:  1.{i:02d}12  lr: {lr}  memory:  6.83GiB(7.19%)  "
     f"tps: 7,{i:03d}  tflops: 12.37  mfu: 3.97%\n",
     lambda i: 10 * i + 1, "%.6e", "%7.4f")
kind("nemo 2", lambda i, s, lr, y:
     f"Training epoch 0, iteration {s}/39 | lr: {lr} | global_batch_size: 128 | "
     f"global_step: {s} | reduced_train_loss: {y} | train_step_timing in s: 2.5"
     + (f" | consumed_samples: {128 * i}\n" if i else "\n"),
     lr="%.3e", loss="%.4g")
kind("composer's blocks", lambda i, s, lr, y:
     f"[batch={s}/40]:\n\t Train time/batch: {i}\n\t Train time/sample: {32 * i}"
     f"\n\t Train loss/train/total: {y}\n\t Train lr-DecoupledAdamW/group0: {lr}"
     "\n\t Train throughput/batches_per_sec: 1.25\n", one, "%.4e", "%.4f")
kind("rates in rows of their own", lambda i, s, lr, y:
     f",{lr},{s},,,\n{i // 8},,{s},,{y},\n"
     + (f"{i // 8},,{s},3.5,,3.75\n" if i % 8 == 7 else ""),
     lambda i: 50 * i + 49, "%.8g", "%.8g",
     "epoch,lr-AdamW,step,train_loss_epoch,train_loss_step,val_loss\n")
kind("icefall with a second loss", lambda i, s, lr, y:
     f"2023-05-17 01:{i:02d}:55,706 INFO [train.py:919] (0/8) Epoch 1, batch {s}, "
     f"loss[loss={y}, simple_loss=0.61, pruned_loss=0.35, over 17311.00 frames. ]"
     ", tot_loss[loss=3.25, simple_loss=0.6, pruned_loss=0.3, over 17311.00 "
     f"frames. ], batch size: 72, lr: {lr}, grad_scale: 1.0\n",
     lambda i: 50 * i, "%.2e", "%.4g")
kind("sockeye in text", lambda i, s, lr, y:
     f"[INFO:sockeye.training] Epoch[0] Update [{s}]\tSpeed: 612.03 samples/sec "
     f"16050.11 tokens/sec 2.5{i % 10} updates/sec\tlearning-rate={lr}\t"
     f"cross-entropy={y}\n", lambda i: 50 * i + 50, "%.6f", "%.6f")
kind("paddle detection", lambda i, s, lr, y:
     f"[04/13 12:{i:02d}:33] ppdet.engine INFO: Epoch: [0] [{s:>4}/1464] "
     f"learning_rate: {lr} loss_xywh: 0.9 loss_iou: 2.5 loss: {y} eta: 2:22:"
     f"{i:02d} batch_cost: 1.5 data_cost: 0.01 ips: 5.31 images/s\n",
     lambda i: 20 * i, "%.6f", "%.6f")
kind("clu with times", lambda i, s, lr, y:
     f"I0413 12:{i:02d}:10.123456 140012345678912 logging_writer.py:48] [{s}] "
     f"learning_rate={lr}, loss={y}, steps_per_second=3.25\n",
     lambda i: 100 * i, "%.9g", "%.9g")
kind("a printed data frame", lambda i, s, lr, y: f"{s:<3} {lr}  {y}\n",
     lr="%.6f", loss="%.6f", head="          lr      loss\n")
kind("a table of rich", lambda i, s, lr, y: f"│ {s:<4} │ {lr}     │ {y} │\n",
     lr="%.3e", loss="%.4f", head="┏━━━━━━┳━━━━━━━━━━━━━━━┳━━━━━━━━┓\n"
     "┃ Step ┃ Learning rate ┃ Loss   ┃\n┡━━━━━━╇━━━━━━━━━━━━━━━╇━━━━━━━━┩\n",
     tail="└──────┴───────────────┴────────┘\n")
kind("flux", lambda i, s, lr, y:
     f"┌ Info: step\n│   iter = {s}\n│   η = {lr}\n└   loss = {y}\n", one)
kind("zap", lambda i, s, lr, y: json.dumps(
    {"level": "info", "ts": 1712000000.5 + i, "caller": "train/loop.go:88",
     "msg": "step", "step": s, "opt": {"lr": float(lr)},
     "metrics": {"loss": float(y), "acc": 0.5}}) + "\n", lr="%.9g")
kind("gluon-nlp", lambda i, s, lr, y:
     f"INFO:root:[Epoch 0 Batch {s}/12345] loss={y}, lr={lr}, "
     f"metrics:accuracy:0.7{i:02d}\n", lambda i: 50 * i + 50, "%.7f", "%.4f")
kind("two lines", lambda i, s, lr, y: f"{s}: loss: {y}\nlr: {lr}\n")
kind("espnet 2 with groups", lambda i, s, lr, y:
     f"[host] 2024-05-01 12:{i:02d}:06,021 (trainer:732) INFO: 1epoch:train:"
     f"{int(s) - 49}-{s}batch: iter_time=1.3e-04, forward_time=0.13, "
     f"loss_ctc=60.1, loss_att=52.2, acc=0.4, loss={y}, backward_time=0.1, "
     f"optim_step_time=0.03, optim0_lr0={lr}, train_time=0.9\n",
     lambda i: 50 * i + 50, "%.3e", "%.3f")
kind("sections", lambda i, s, lr, y:
     f"[step.{i}]\niteration = {s}\nlearning_rate = {lr}\ntrain_loss = {y}\n\n",
     lambda i: 5 * i)

# --- bytes ------------------------------------------------------------------


def colour(text):
    """Lines as a terminal gets them; a document stays what it is."""
    if text.startswith(("{", "[")):
        return text
    return "".join(f"\x1b[0;32m{line}\x1b[0m\n" if line else "\n"
                   for line in text.split("\n")[:-1])


BYTES = {
    "": str.encode,
    "crlf": lambda t: t.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
    "bom": lambda t: b"\xef\xbb\xbf" + t.encode(),
    "utf-16": lambda t: t.encode("utf-16"),
    "colours": lambda t: colour(t).encode(),
    "blank lines": lambda t: t.replace("\n", "\n\n").encode(),
}


def main():
    for name, (text, rows) in KINDS.items():
        for form, encode in BYTES.items():
            name = name.replace(",", "")
            path = os.path.join(sys.argv[1], f"{name} {form}".strip())
            with open(path + ".log", "wb") as f:
                f.write(encode(text))
            with open(path + ".csv", "w") as f:
                print("step,lr,loss", *map(",".join, rows), sep="\n", file=f)


main()
