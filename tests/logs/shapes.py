#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Logs in shapes that people paste into issues, with made-up values:
shapes.py DIRECTORY

Beside NAME.log stands NAME.csv, the columns asked for as they were printed, by
step; the rows were written down before any reader saw the log.  Of a log that
names no step rows are counted.
"""
import math
import os
import sys

N = 40
RATE = [1e-4 * (i + 1) for i in range(N)]
LOSS = [4.5 - 2.5 * (1 - math.exp(-i / 12)) + 0.05 * math.sin(i * i)
        for i in range(N)]
RULE = "+--------------+--------------+--------------+\n"


def write(name, line, step=lambda i: i, lr="%.6f", loss="%.4f", head="",
          tail="", cols="lr,loss"):
    """LINE of (i, step, lr, loss) makes what is printed of record i."""
    with open(name + ".log", "w") as log, open(name + ".csv", "w") as csv:
        log.write(head)
        csv.write("step," + cols + "\n")
        for i in range(N):
            a, b = lr % RATE[i], loss % LOSS[i]
            log.write(line(i, step(i), a, b))
            values = [a, b] if "," in cols else [b]
            csv.write(",".join([str(step(i))] + values) + "\n")
        log.write(tail)


def every(n, i, text):
    """TEXT behind every Nth record."""
    return text if i % n == n - 1 else ""


os.chdir(sys.argv[1])

# --- a line for each record --------------------------------------------------

write("yunyang", lambda i, s, a, b:
      f"=> STEP {s:4}   lr: {a}   giou_loss: {1.1 + i / 50:4.2f}   "
      f"conf_loss: {2.2 - i / 50:4.2f}   prob_loss: 0.03   total_loss: {b}\n",
      lambda i: i + 700, loss="%4.2f")
write("wav2letter", lambda i, s, a, b:
      f"I0821 10:{i:02}:34.901075 1587002 Train.cpp:313] epoch: {i + 1:8} | "
      f"nupdates: {s:12} | lr: {a} | lrcriterion: 0.000000 | runtime: 00:10:23"
      " | bch(ms): 623.52 | smp(ms): 2.27 | crit-fwd(ms): 15.79 | "
      f"optim(ms): 41.55 | loss:   {b} | train-LER: 77.16 | "
      f"dev-clean-loss:   19.{i:02} | avg-isz: 1267 | hrs:  100.47 | "
      "thrpt(sec/sec): 735.99\n",
      lambda i: 1000 * (i + 1),
      head="I0821 10:00:13.362344 1587002 Train.cpp:510] Shuffling trainset\n"
      "I0821 10:00:13.362879 1587002 Train.cpp:517] Epoch 1 started!\n")
write("cltr", lambda i, s, a, b:
      f"2023-06-23 21:{i:02}:35,338 - CLTR - INFO - Training "
      f"Epoch:[{s}/1500]\t loss={b}\t lr={a}\t epoch_time=148.0{i:02}\n",
      lambda i: 642 + i)
write("insightface", lambda i, s, a, b:
      f"Training: 2022-05-05 03:{i:02}:53,162-Speed {727 + i % 9}.03 "
      f"samples/sec   Loss {b}   LearningRate {a}   Epoch: {i // 15}   Global "
      f"Step: {s}   Fp16 Grad Scale: 131072   Required: {453 - i} hours\n",
      lambda i: 320 + 10 * i)
write("paddlespeech", lambda i, s, a, b:
      f"[INFO 2021/06/19 16:01:{i:02} model.py:61] Train: Rank: 0, epoch: 1, "
      f"step: {s}, batch : {1559 + i}/1876, lr: {a}, data time: 0.000s, train "
      f"time: 3.0{i:02}s, batch size: 64, train_loss: {b}\n",
      lambda i: 5310 + i, lr="%.8f")
write("minimind", lambda i, s, a, b:
      f"Epoch:[0/19]({s}/24681) loss:{b} lr:{a} epoch_Time:{98 - i}.0min:\n",
      lambda i: 100 * i, lr="%.8f", loss="%.3f")
write("bionemo", lambda i, s, a, b:
      f"Training epoch 0, iteration {s}/160 | lr: {a} | consumed_samples: "
      f"{s + 1} | global_batch_size: 1 | global_step: {s} | "
      f"reduced_train_loss: {b} | train_step_timing in s: 0.0314{i % 10}"
      + (" | val_loss: 4.106" if i > 9 else "") + "\n",
      lambda i: 120 + i, lr="%.3g")
write("llama.cpp", lambda i, s, a, b:
      f"train_opt_callback: iter={s:6} sample={s + 2}/5608 sched={a} loss={b} "
      f"dt=00:04:{i:02} eta=03:29:33 |{'-' * (5 + i % 20)}>\n",
      lambda i: 70 + i, loss="%.6f", cols="loss",
      head="main: total train_iterations 0\nmain: lora_size = 88796064 bytes "
      "(84.7 MB)\nmain: opt iter 0\nmain: begin training\n")

# --- counters without a name, of an epoch, or several ------------------------

write("modded llama", lambda i, s, a, b:
      (f"step {s}: train loss 4.3931, val loss 4.4297\n" if s % 100 == 0
       else "") + f"{s} | loss {b} | lr {a} | {7367 + i}.57ms\n",
      lambda i: 420 + 10 * i, lr="%.6e")
write("sid", lambda i, s, a, b:
      f"{333 + i // 20} {i % 20 + 1} Loss={b} Time=0.0{40 + i % 5}\n",
      loss="%.3f", cols="loss")
write("char-rnn", lambda i, s, a, b:
      f"{s}/9500 (epoch {s / 190:.3f}), train_loss = {b}, grad/param norm = "
      f"7.{i:02}28e-02, time/batch = 0.1{i:02}0s\t\n"
      + every(15, i, "decayed learning rate by a factor 0.97 to 0.00194\t\n"),
      lambda i: 228 + i, loss="%.8f", cols="loss",
      head="vocab size: 65\t\nnumber of parameters in the model: 240321\t\n")
write("dscnet", lambda i, s, a, b:
      f"Epoch: [{197 + i // 20}][{50 * (i % 20)}/1000] Time: 0.{289 + i} "
      f"(0.301) lr:{a} Loss: {b} (3.15{i:02}) iLoss: 0.0421 (0.0447) TLoss: "
      f"0.0408 (0.0165) KLoss: 0.88{i:02} (0.8935) Accu: 98.{i:02}\n",
      lambda i: 1000 * (i // 20) + 50 * (i % 20), lr="%.5f",
      head="==> Preparing Data Loader...\n"
      "[ 9080  9069  9055 ... 20043 20045 20033]\n")
write("dlrm", lambda i, s, a, b:
      f"Finished training it {s}/41000 of epoch 0, {115 + i % 5}.30 ms/it, "
      f"loss {b}, accuracy {70 + i / 10:.3f} %\n"
      + every(10, i, f"Testing at - {s}/41000 of epoch 0, loss 0.516816, "
              "accuracy 76.100 %, best 76.100 %\n"),
      lambda i: 1000 * (i + 1), loss="%.6f", cols="loss",
      head="Reading in batch: 2000 / 2000\n\nTesting data\n\n"
      "time/loss/accuracy (if enabled):\n")
write("insightface mx", lambda i, s, a, b:
      f"INFO:root:Epoch[0] Batch [{s - 20}-{s}]\tSpeed: {1102 + i % 7}.56 "
      f"samples/sec\tacc=0.000{900 + i}\tlossvalue={b}\n"
      + every(12, i, f"lr-batch-epoch: 0.1 {s + 19} 0\n"),
      lambda i: 740 + 20 * i, cols="loss")


def irn(losses):
    return lambda i, s, a, b: (
        (f"Epoch {i // 13 + 1}/4\n" if i % 13 == 0 else "")
        + f"step: {s}/ 4000 loss:{b}{losses % i} imps:{25 + i % 7}.{i % 10} "
        f"lr: {a} etc:Tue Sep 17 15:01:{i:02} 2019\n"
        + every(13, i, "validating ... loss: 0.0757\n"))


write("irn", irn("%.0s"), lambda i: 100 * i, lr="%.4f",
      head="step.train_cam: Tue Sep 17 14:26:39 2019\n")
write("irn four", irn(" 0.3224 2.84%02d 0.2046"), lambda i: 100 * i, lr="%.4f",
      head="step.train_irn: Tue Sep 17 15:26:39 2019\n")


def pccai(i, s, a, b):
    epoch, k = divmod(i, 20)
    t = "[2023-03-10 19:57:59,438] "
    ret = (f"[2023-03-10 19:57:{i:02},953]     batch count: {20 * k}/400, "
           f"iter: {20 * k}, bpp_loss_y: 0.0203{i:02}, bpp_loss: 0.0203{i:02}, "
           f"xyz_loss: 0.0827{i:02}, loss: {b}, aux_loss: 463.47{i:02}\n")
    if k == 19:
        ret += (f"{t}Epoch: {3 + epoch}/4 --- time: 1134.979267, lr: 0.000800,"
                " avg_bpp_loss: 0.021141, avg_loss: 0.106102\n\n"
                f"{t}Current checkpoint saved to results/e_{3 + epoch}.pth.\n")
    if i == 19:
        ret += f"{t}Training at epoch 4 (total 4) with lr 0.0008\n"
    return ret


write("pccai", pccai, lambda i: 400 * (i // 20) + 20 * (i % 20), loss="%.6f",
      cols="loss", head="[2023-03-10 19:40:38,241] Training at epoch 3 "
      "(total 4) with lr 0.0008 and aux_lr 0.005\n")

# --- dicts, bars, tables -----------------------------------------------------

write("parlai", lambda i, s, a, b:
      f"[ time:{2 * i + 2}.0s total_exs:{992 * (i + 1)} "
      f"epochs:{70.86 * (i + 1):.2f} ] {{'exs': 992, 'lr': {a}, "
      f"'num_updates': {s}, 'loss': {b}, 'token_acc': 0.35, "
      f"'nll_loss': 7.3{i:02}, 'ppl': 1566.0}}\n",
      lambda i: 31 * (i + 1),
      head="[loading parlAI text data:/data/train.txt]\n[ training... ]\n")
write("parlai ranks", lambda i, s, a, b: "".join(
      f"[rank:  {r}] [ time:{2 * i + 2}.0s total_exs:{992 * (i + 1)} "
      f"epochs:{0.31 * (i + 1):.2f} time_left:15.0s ] {{'exs': {990 + i}, "
      f"'loss': {9.5 if r else b}, 'ppl': 2.583, 'gnorm': 3.133, 'clip': 1.0, "
      f"'updates': {28 + i % 3}, 'lr': {a}, 'gpu_mem_percent': 0.001516, "
      f"'total_train_updates': {s}}}\n" for r in ((1, 0) if i % 2 else (0, 1))),
      lambda i: 31 * (i + 1))
write("glow", lambda i, s, a, b:
      f"\rEpoch [1/250]: [{s}/781]   {s * 100 // 781}%|▍                    , "
      f"total_loss={b} [00:{i:02}<08:12]",
      lambda i: 18 + i, cols="loss", head="Using seed: 7314\n", tail="\n")
write("turicreate", lambda i, s, a, b:
      f"| {s:<12} | {b:<12} | {s * 0.9:<.2f}s        |\n",
      lambda i: i + 1 if i < 6 else 10 * (i - 5), cols="loss",
      head="Using 'image' as feature column\n" + RULE
      + "| Iteration    | Loss         | Elapsed Time |\n" + RULE, tail=RULE)
write("dyspn", lambda i, s, a, b:
      f"{i:5} ,04.29_01:{i:02}:54 ,{a if i < 30 else '[' + a + ']'} ,{b:>9} ,"
      f"{'' if i == 7 else 900 - i}\n", cols="LR,RMSE_Train",
      head="Epoch ,FinishTime     ,LR    ,RMSE_Train ,RMSE_Val\n")

# --- several lines for each record -------------------------------------------

write("cpm", lambda i, s, a, b:
      f"Step: {s}/800000 ----- Cur_lr: {a} ----- Time: 0.82 sec.\n"
      f"S1 loss: {9 + i % 3:7.2f} | S2 loss: {8 + i % 5:7.2f} | S3 loss:    "
      f"7.31 | S6 loss:   25.47 | Total loss: {b}\n",
      lambda i: i + 682, lr="%.7f")
write("rsl_rl", lambda i, s, a, b:
      "#" * 80 + f"\n                       Learning iteration {s}/400         "
      "              \n\n"
      f"                       Computation: {159372 + i} steps/s (collection: "
      "0.544s, learning 1.101s)\n"
      "             Mean action noise std: 0.24\n"
      f"                   Mean value loss: {b}\n"
      f"               Mean surrogate loss: -0.00{i:02}\n"
      "                       Mean reward: 40.36\n"
      "               Mean episode length: 1192.40\n" + "-" * 80 +
      f"\n                   Total timesteps: {98304 * (147 + i)}\n"
      "                    Iteration time: 1.65s\n"
      "                               ETA: 00:07:09\n\n",
      lambda i: 146 + i, cols="Mean value loss")
write("deeprm", lambda i, s, a, b:
      f"Iteration: \t {s}\nNumTrajs: \t 200\nNumTimesteps: \t {32549 + i}\n"
      f"Loss:     \t {b}\nMaxRew: \t -199.90956\nMeanRew: \t -257.4375 +- "
      "63.1857\nMeanLen: \t 162.745 +- 13.3514\nMeanEntropy \t 2.397886\n"
      "Elapsed time\t 106.06723 seconds\n-----------------\n",
      loss="%.10f", cols="loss")
write("refinenet", lambda i, s, a, b:
      f"--batch_info, iter:{s}, epoch:7(total:2000), finished_task:{797 + i}, "
      "epoch_task:1328, run_type:train, split:train\n--batch_info, gpu:1, "
      "time:2.0 (forw:0.3, backw:1.7, net:2.0, eva:0.0), data_load_time:0.0, "
      f"obj:{b}\n--batch_info, group:[3,4,5], learn_rate:[{a},5e-04,5e-04]\n"
      "--batch_info, dir: main, file: demo_refinenet_train\n\n",
      lambda i: 8931 + i)
write("parallelwavegan", lambda i, s, a, b: "".join(
      f"\r[train]:   0%|          | {s - 3 + k}/3000000 [08:{i:02}<218:49:50,  "
      f"3.8{k}it/s]" for k in range(4)) + "\n" + "".join(
      f"2022-08-01 10:{i:02}:00,123 (train:583) INFO: (Steps: {s}) "
      f"train/{name} = {x}.\n" for name, x in (
          ("spectral_convergence_loss", f"0.7{i:02}"),
          ("log_stft_magnitude_loss", f"1.2{i:02}"), ("generator_loss", b))),
      lambda i: 100 * (i + 1), cols="train/generator_loss")

# --- drawn later, to see what the first ones had taught ----------------------

write("dlib", lambda i, s, a, b:
      f"step#: {s:<5} learning rate: {a}  average loss: {b}       steps "
      f"without apparent progress: {i * 7 % 40}\n", lambda i: 100 * i,
      head="dnn_trainer details: \n  net_type::num_layers:  13\n"
      "  trainer.get_solvers()[0]:   sgd: weight_decay=0.0005, momentum=0.9\n"
      "  learning rate:                              0.01\n"
      "  min learning rate:                          1e-05\n")
write("edsr", lambda i, s, a, b:
      (f"[Epoch {i // 10 + 1}]\tLearning rate: {1e-4 * (1 + i // 10):.2e}\n"
       if i % 10 == 0 else "") + f"[{s - 16000 * (i // 10)}/16000]\t[L1: {b}]"
      f"\t1{i % 7}.2+0.3s\n", lambda i: 1600 * (i + 1), cols="L1",
      head="Making model...\nPreparing loss function:\n1.000 * L1\n")
write("nequip", lambda i, s, a, b: "".join(
      f"! {what:<13}{s:8}  {12.3 + i:8.3f}    {a}        0.0{50 + i}       "
      f"0.00{12 + i % 9}        {x}       0.1234       0.2345\n"
      for what, x in (("Train", b), ("Validation", f"9.{i:02}"))),
      lambda i: i + 1, head="  Train      #    Epoch      wal       LR       "
      "loss_f       loss_e         loss        f_mae       f_rmse\n")
write("rl_replicas", lambda i, s, a, b: "".join(
      f"2020-10-10 08:33:{i:02},256 — rl_replicas.vpg.vpg — INFO — {x}\n"
      for x in (f"Epoch: {s}", f"Loss:         {b}",
                f"Average Episode Return: 23.{i:02}    ")), cols="loss")
write("dcgan", lambda i, s, a, b:
      f"Epoch: [ {i // 20}/25] [{50 * (i % 20):4}/1000] time: {12.3 + i:.4f}, "
      f"d_loss: {b}, g_loss: 0.{6900 + i}\n",
      lambda i: 1000 * (i // 20) + 50 * (i % 20), loss="%.8f", cols="d_loss")
write("torch-rnn", lambda i, s, a, b:
      f"Epoch {1 + s / 200:.2f} / 50, i = {s} / 10000, loss = {b}\t\n",
      lambda i: 25 + i, loss="%.6f", cols="loss",
      head="Running with CUDA on GPU 0\t\n")
write("fb.resnet", lambda i, s, a, b:
      f" | Epoch: [{i // 20 + 1}][{i % 20 + 1}/20]    Time 1.2{i:02}  Data "
      f"0.1{i:02}  Err {b}  top1 100.000  top5  99.5{i:02}\t\n",
      lambda i: i + 1, cols="Err")
write("nshepperd", lambda i, s, a, b:
      f"[{s} | {25.5 + i:.2f}] loss={b} avg={float(b) + .1:.2f}\n",
      lambda i: 10 * i + 10, loss="%.2f", cols="loss",
      head="Loading dataset...\ndataset has 338025 tokens\nTraining...\n")
write("transformer-xl", lambda i, s, a, b:
      f"| epoch {i // 20 + 1:3} step {s:8} | {200 * (i % 20 + 1):6} batches | "
      f"lr {a} | ms/batch {600 + i}.12 | loss {b:>6} | ppl {1863.1 + i:9.3f}\n"
      + every(20, i, "-" * 60 + f"\n| Eval {i // 20 + 1:3} at step {s:8} | "
              "time: 500.00s | valid loss  5.55 | valid ppl   257.123\n"
              + "-" * 60 + "\n"),
      lambda i: 200 * (i + 1), lr="%.3g", loss="%.2f")
write("verl", lambda i, s, a, b:
      f"(main_task pid=1234) step:{s} - global_seqlen/mean:61{500 + i}.875 - "
      f"actor/entropy_loss:0.4{i:02} - actor/pg_loss:{b} - actor/grad_norm:"
      f"0.3{i:02} - actor/lr:{a} - timing_s/step:52.3{i:02}\n",
      lambda i: i + 1, loss="%.3f", cols="actor/lr,actor/pg_loss")
write("mindspore", lambda i, s, a, b:
      f"epoch: {i // 20 + 1} step: {i % 20 + 1}, loss is {b}\n"
      + every(20, i, f"Train epoch time: {5000 + i}.123 ms, per step time: "
              "250.123 ms\n"), lambda i: i + 1, loss="%.10f", cols="loss")
write("deepmd", lambda i, s, a, b:
      f"{s:8}      {b}      2.{i:02}e-01      7.{i:02}e-01    {a}\n",
      lambda i: 100 * i, lr="%.1e", loss="%.2e", cols="lr,rmse_trn",
      head="#  step      rmse_trn    rmse_e_trn    rmse_f_trn         lr\n"
      "# If there is no reference data, rmse_*_{val,trn} will print nan\n")
write("internlm", lambda i, s, a, b:
      f"2023-07-07 12:26:{i:02},293\tINFO train.py:323 in record -- tflops=63."
      f"{i:02},step={s},loss={b},tgs (tokens/gpu/second)=1171.{i:02},lr={a},"
      f"loss_scale=65536.0,grad_norm={{'0_default': 63.6{i:02}}},micro_num=4,"
      f"num_consumed_tokens={131072 * (i + 1)},fwd_bwd_time=6.15\n",
      loss="%.6f")
