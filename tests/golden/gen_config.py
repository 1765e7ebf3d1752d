# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["torch==2.15.0", "transformers==5.24.0", "timm==1.0.31",
#                 "mmengine==0.10.7", "fvcore==0.1.5.post20221221",
#                 "deepspeed==0.19.8", "megatron-core==0.16.1"]
# ///
"""Rates of trainers as their configurations make them: the packages' own
schedulers, set up and stepped as the trainer does with these settings.  What a
trainer computes itself (torchvision's scripts, ultralytics, fairseq, nanoGPT,
composer, mmcv 1, torchtitan) is its published formula, written down here in
Python.
Install deepspeed and megatron-core with --no-deps."""
import logging
import math
import sys
import types
import warnings
from argparse import Namespace

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
import torch  # noqa: E402
from torch.optim import lr_scheduler as tls  # noqa: E402
import transformers  # noqa: E402
from transformers.optimization import get_scheduler  # noqa: E402

from golden import Golden, sample  # noqa: E402

g = Golden("config", "several")


def optimizer(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr,
                           momentum=0.9)


def stepped(o, step, n):
    """The rate of each of n updates; step(t) follows update t."""
    out = []
    for t in range(n):
        out.append(o.param_groups[0]["lr"])
        o.step()
        step(t)
    return out


def quoted(text):
    assert '"' not in text or "'" not in text
    return f'"{text}"' if "'" in text else f"'{text}'"


def add(config, options, text, values):
    text = text.replace("\n", " ")
    keep = sample(len(values)) if len(values) > 300 else range(len(values))
    g.add(config, (options + " " + quoted(text)).strip(),
          lr={t: values[t] for t in keep})


# --- transformers ----------------------------------------------------------

def hf(name, n, lr, warmup, **kwargs):
    o = optimizer(lr)
    s = get_scheduler(name, o, num_warmup_steps=warmup, num_training_steps=n,
                      scheduler_specific_kwargs=kwargs or None)
    return stepped(o, lambda t: s.step(), n)


def trainer(config, flags, name, n, lr, warmup, options="", **kwargs):
    add(config, options, "python train.py " + flags, hf(name, n, lr, warmup, **kwargs))


trainer("hf-cosine", "--learning_rate 2e-5 --lr_scheduler_type cosine "
        "--warmup_ratio 0.03 --max_steps 1000 --bf16 True --tf32 True",
        "cosine", 1000, 2e-5, math.ceil(1000 * .03))
trainer("hf-default", "--learning_rate 1e-4 --num_train_epochs 3 "
        "--per_device_train_batch_size 8", "linear", 300, 1e-4, 0, "-e 100")
trainer("hf-epochs", "--learning_rate=5e-5 --lr_scheduler_type=linear "
        "--num_train_epochs=2.5 --warmup_steps=10", "linear", 83, 5e-5, 10,
        "-e 33")
trainer("hf-min-lr", "--learning_rate 3e-4 --lr_scheduler_type "
        "cosine_with_min_lr --warmup_steps 20 --max_steps 200 "
        """--lr_scheduler_kwargs {"min_lr_rate":0.1}""",
        "cosine_with_min_lr", 200, 3e-4, 20, min_lr_rate=.1)
trainer("hf-constant-warmup", "--learning_rate 3e-4 --lr_scheduler_type "
        "constant_with_warmup --warmup_ratio 0.1 --max_steps 150",
        "constant_with_warmup", 150, 3e-4, 15)
trainer("hf-inverse-sqrt", "--learning_rate 3e-4 --lr_scheduler_type "
        "inverse_sqrt --warmup_steps 30 --max_steps 150", "inverse_sqrt", 150,
        3e-4, 30)
trainer("hf-polynomial", "--learning_rate 3e-4 --lr_scheduler_type polynomial "
        "--warmup_steps 5 --max_steps 100", "polynomial", 100, 3e-4, 5)
trainer("hf-restarts", "--learning_rate 3e-4 --lr_scheduler_type "
        "cosine_with_restarts --warmup_steps 10 --max_steps 110 "
        """--lr_scheduler_kwargs {"num_cycles":4}""",
        "cosine_with_restarts", 110, 3e-4, 10, num_cycles=4)
trainer("hf-wsd", "--learning_rate 3e-4 --lr_scheduler_type "
        "warmup_stable_decay --warmup_steps 10 --max_steps 110 "
        """--lr_scheduler_kwargs {"num_decay_steps":20,"min_lr_ratio":0.1}""",
        "warmup_stable_decay", 110, 3e-4, 10, num_decay_steps=20,
        min_lr_ratio=.1)
trainer("hf-ratio-steps", "--learning_rate 1e-4 --lr_scheduler_type linear "
        "--warmup_steps 0.05 --max_steps 210", "linear", 210, 1e-4,
        math.ceil(210 * .05))
add("hf-args", "-e 50", "TrainingArguments(output_dir='o', learning_rate=3e-4, "
    "lr_scheduler_type='cosine', warmup_ratio=0.1, num_train_epochs=2)",
    hf("cosine", 100, 3e-4, 10))
add("hf-sft", "-n 100", "SFTConfig(output_dir='o', lr_scheduler_type='cosine', "
    "max_steps=100, packing=True)", hf("cosine", 100, 2e-5, 0))
add("hf-grpo", "-n 60", "GRPOConfig(output_dir='o', num_generations=8)",
    hf("linear", 60, 1e-6, 0))
add("hf-dpo", "-n 60", "DPOConfig('o', warmup_ratio=0.1, beta=0.1)",
    hf("linear", 60, 1e-6, 6))
trainer("diffusers-cosine", "--learning_rate=1e-4 --lr_scheduler=cosine "
        "--lr_warmup_steps=50 --max_train_steps=400", "cosine", 400, 1e-4, 50)
trainer("diffusers-constant", "--learning_rate=1e-5 --lr_scheduler=constant "
        "--lr_warmup_steps=0 --max_train_steps=20 --train_batch_size=1",
        "constant", 20, 1e-5, 0)
trainer("kohya-restarts", "--learning_rate 1e-4 --lr_scheduler "
        "cosine_with_restarts --lr_scheduler_num_cycles 3 --lr_warmup_steps 0 "
        "--max_train_steps 120", "cosine_with_restarts", 120, 1e-4, 0,
        num_cycles=3)
trainer("no-trainer", "--learning_rate 2e-5 --num_warmup_steps 20 "
        "--num_train_epochs 3", "linear", 120, 2e-5, 20, "-e 40")

# --- deepspeed -------------------------------------------------------------


def deepspeed(kind, lr, n, params):
    from deepspeed.runtime import lr_schedules
    o = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    s = getattr(lr_schedules, kind)(o, **params)
    return stepped(o, lambda t: s.step(), n)


for kind, params in [
        ("WarmupLR", dict(warmup_min_lr=0, warmup_max_lr=3e-5,
                          warmup_num_steps=30)),
        ("WarmupLR", dict(warmup_num_steps=20, warmup_type="linear",
                          warmup_max_lr=1e-3)),
        ("WarmupDecayLR", dict(warmup_min_lr=1e-6, warmup_max_lr=1e-4,
                               warmup_num_steps=20, total_num_steps=100,
                               warmup_type="linear")),
        ("WarmupCosineLR", dict(total_num_steps=100, warmup_num_steps=10,
                                cos_min_ratio=.01)),
        ("OneCycle", dict(cycle_min_lr=1e-4, cycle_max_lr=1e-3,
                          cycle_first_step_size=20, cycle_momentum=False,
                          decay_lr_rate=.01, decay_step_size=10)),
        ("LRRangeTest", dict(lr_range_test_min_lr=1e-3,
                             lr_range_test_step_size=20,
                             lr_range_test_step_rate=2))]:
    import json
    text = json.dumps({"train_batch_size": 16, "zero_optimization":
                       {"stage": 2}, "optimizer":
                       {"type": "AdamW", "params": {"lr": 2e-4}},
                       "scheduler": {"type": kind, "params": params}})
    add("deepspeed-" + kind + "-" + params.get("warmup_type", "log"),
        "-n 120", text,
        deepspeed(kind, 2e-4, 120, params))

# --- megatron --------------------------------------------------------------


def megatron(n, step=1, **kw):
    from megatron.core import optimizer_param_scheduler as ops
    group = {"lr": 0., "weight_decay": 0.}
    args = dict(init_lr=0., min_lr=0., lr_warmup_steps=0, start_wd=0.,
                end_wd=0., wd_incr_steps=1, wd_incr_style="constant")
    args.update(kw)
    s = ops.OptimizerParamScheduler(Namespace(param_groups=[group]), **args)
    out, consumed = [], 0
    for _ in range(n):
        out.append(group["lr"])
        size = step(consumed) if callable(step) else step
        s.step(size)
        consumed += size
    return out


def ramp(start, increment, over, full):
    """megatron.core's RampupBatchsizeNumMicroBatchesCalculator."""
    per = over / ((full - start) // increment)

    def size(consumed):
        if consumed > over:
            return full
        return min(start + int(consumed / per) * increment, full)
    return size


add("megatron-cosine", "", "python pretrain_gpt.py --lr 3e-4 --min-lr 3e-5 "
    "--lr-decay-style cosine --lr-warmup-iters 50 --train-iters 500 "
    "--lr-decay-iters 400 --global-batch-size 64",
    megatron(500, max_lr=3e-4, min_lr=3e-5, lr_warmup_steps=50,
             lr_decay_steps=400, lr_decay_style="cosine"))
add("megatron-fraction", "", "torchrun --nproc_per_node 8 pretrain_gpt.py "
    "--lr 0.00015 --train-iters 500 --lr-decay-iters 320 --lr-decay-style "
    "cosine --lr-warmup-fraction .01 --fp16",
    megatron(500, max_lr=.00015, lr_warmup_steps=.01 * 320,
             lr_decay_steps=320, lr_decay_style="cosine"))
add("megatron-linear", "", "python p.py --lr 1e-3 --train-iters 100 "
    "--lr-warmup-iters 10 --lr-warmup-init 1e-5 --min-lr 1e-6",
    megatron(100, max_lr=1e-3, min_lr=1e-6, init_lr=1e-5, lr_warmup_steps=10,
             lr_decay_steps=100, lr_decay_style="linear"))
add("megatron-rsqrt", "", "python p.py --lr 1e-3 --train-iters 200 "
    "--lr-warmup-iters 20 --lr-decay-style inverse-square-root",
    megatron(200, max_lr=1e-3, lr_warmup_steps=20, lr_decay_steps=200,
             lr_decay_style="inverse-square-root"))
add("megatron-wsd", "", "python p.py --lr 1e-3 --min-lr 1e-4 --train-iters 200 "
    "--lr-warmup-iters 20 --lr-decay-style WSD --lr-wsd-decay-iters 40 "
    "--lr-wsd-decay-style linear",
    megatron(200, max_lr=1e-3, min_lr=1e-4, lr_warmup_steps=20,
             lr_decay_steps=200, lr_decay_style="WSD", wsd_decay_steps=40,
             lr_wsd_decay_style="linear"))
add("megatron-samples", "", "python p.py --lr 1e-3 --min-lr 1e-4 "
    "--train-samples 12800 --lr-decay-samples 11000 --lr-warmup-samples 1000 "
    "--lr-decay-style cosine --global-batch-size 64",
    megatron(200, 64, max_lr=1e-3, min_lr=1e-4, lr_warmup_steps=1000,
             lr_decay_steps=11000, lr_decay_style="cosine"))
for style in ["cosine", "linear"]:
    add("megatron-rampup-" + style, "", "python p.py --lr 1e-3 --min-lr 1e-4 "
        "--train-samples 12800 --lr-decay-samples 11000 --lr-warmup-samples "
        f"1000 --lr-decay-style {style} --global-batch-size 64 "
        "--rampup-batch-size 16 16 3001",
        megatron(230, ramp(16, 16, 3001, 64), max_lr=1e-3, min_lr=1e-4,
                 lr_warmup_steps=1000, lr_decay_steps=11000,
                 lr_decay_style=style))

# --- timm ------------------------------------------------------------------


def timm(n, e, lr, **kw):
    from timm.scheduler import create_scheduler_v2
    o = optimizer(lr)
    for group in o.param_groups:
        group["initial_lr"] = lr
    updates = kw.pop("updates", False)
    s, _ = create_scheduler_v2(
        o, num_epochs=kw.pop("epochs", 300), step_on_epochs=not updates,
        updates_per_epoch=e, warmup_epochs=kw.pop("warmup_epochs", 5),
        warmup_lr=kw.pop("warmup_lr", 1e-5), **kw)

    def step(t):
        s.step_update(num_updates=t + 1)
        if (t + 1) % e == 0:
            s.step((t + 1) // e)
    return stepped(o, step, n)


add("timm-cosine", "-e 7", "python train.py /data --model resnet50 --sched "
    "cosine --lr 0.5 --epochs 40 --warmup-lr 1e-4 --min-lr 1e-6 "
    "--warmup-epochs 5 --cooldown-epochs 10",
    timm(350, 7, .5, sched="cosine", epochs=40, warmup_lr=1e-4, min_lr=1e-6,
         cooldown_epochs=10))
add("timm-updates", "-e 7", "python train.py --sched cosine --lr 0.5 --epochs "
    "30 --sched-on-updates --warmup-lr 0",
    timm(210, 7, .5, sched="cosine", epochs=30, updates=True, warmup_lr=0.))
add("timm-step", "-e 3", "python train.py --sched step --lr .048 --epochs 45 "
    "--decay-epochs 2.4 --decay-rate .97 --warmup-lr 1e-6 --warmup-epochs 3",
    timm(135, 3, .048, sched="step", epochs=45, decay_epochs=2.4,
         decay_rate=.97, warmup_lr=1e-6, warmup_epochs=3))
add("timm-multistep", "-e 3", "python train.py --sched multistep --lr .1 "
    "--epochs 45 --decay-milestones 20 35 --warmup-epochs 0",
    timm(135, 3, .1, sched="multistep", epochs=45, decay_milestones=[20, 35],
         warmup_epochs=0))
add("timm-poly", "-e 3", "python train.py --sched poly --lr .1 --epochs 45 "
    "--decay-rate 0.9 --lr-k-decay 1.5",
    timm(135, 3, .1, sched="poly", epochs=45, decay_rate=.9, k_decay=1.5,
         cycle_decay=.5))
add("timm-cycles", "-e 3", "python train.py --sched cosine --lr .1 --epochs 10 "
    "--lr-cycle-limit 3 --lr-cycle-decay .5 --warmup-epochs 2",
    timm(90, 3, .1, sched="cosine", epochs=10, cycle_limit=3, cycle_decay=.5,
         warmup_epochs=2))
add("timm-tanh", "-e 2", "python train.py --sched tanh --lr .1 --epochs 30",
    timm(60, 2, .1, sched="tanh", epochs=30, cycle_decay=.5))

# --- torchvision -----------------------------------------------------------


def classification(n, e, lr, name, epochs, warmup=0, method="constant",
                   decay=.01, step_size=30, gamma=.1, low=0.):
    o = optimizer(lr)
    main = {"steplr": lambda: tls.StepLR(o, step_size, gamma),
            "cosineannealinglr": lambda: tls.CosineAnnealingLR(
                o, epochs - warmup, low),
            "exponentiallr": lambda: tls.ExponentialLR(o, gamma)}[name]()
    if warmup:
        up = (tls.LinearLR(o, decay, total_iters=warmup) if method == "linear"
              else tls.ConstantLR(o, decay, warmup))
        main = tls.SequentialLR(o, [up, main], [warmup])
    return stepped(o, lambda t: main.step() if (t + 1) % e == 0 else None, n)


add("torchvision-cosine", "-e 4", "torchrun --nproc_per_node=8 train.py "
    "--model resnet50 --batch-size 128 --lr 0.5 --lr-scheduler "
    "cosineannealinglr --lr-warmup-epochs 5 --lr-warmup-method linear "
    "--auto-augment ta_wide --epochs 60 --lr-warmup-decay 0.01",
    classification(240, 4, .5, "cosineannealinglr", 60, 5, "linear"))
add("torchvision-step", "-e 4", "torchrun train.py --lr 0.1 --epochs 60 "
    "--lr-scheduler steplr --lr-step-size 20 --lr-gamma 0.2",
    classification(240, 4, .1, "steplr", 60, step_size=20, gamma=.2))
add("torchvision-constant", "-e 4", "torchrun train.py --lr 0.1 --epochs 30 "
    "--lr-scheduler exponentiallr --lr-gamma 0.9 --lr-warmup-epochs 3 "
    "--lr-warmup-decay 0.1",
    classification(120, 4, .1, "exponentiallr", 30, 3, decay=.1, gamma=.9))


def detection(n, e, lr, steps, gamma=.1):
    o = optimizer(lr)
    main = tls.MultiStepLR(o, steps, gamma)
    first = tls.LinearLR(o, 1 / 1000, total_iters=min(1000, e - 1))

    def step(t):
        if t < e:
            first.step()
        if (t + 1) % e == 0:
            main.step()
    return stepped(o, step, n)


add("torchvision-detection", "-e 20", "torchrun train.py --dataset coco --model "
    "retinanet_resnet50_fpn --epochs 26 --lr-steps 16 22 --lr 0.01 "
    "--lr-scheduler multisteplr", detection(520, 20, .01, [16, 22]))

# --- mmengine, mmcv --------------------------------------------------------


def mmengine(schedulers, e, n, lr):
    from mmengine.optim import scheduler as mm
    o, every = optimizer(lr), []
    for d in schedulers:
        d = dict(d)
        cls = getattr(mm, d.pop("type"))
        if d.pop("convert_to_iter_based", False):
            every.append(cls.build_iter_from_epoch(o, epoch_length=e, **d))
        else:
            every.append(cls(o, **d))

    def step(t):
        for s in every:
            if not s.by_epoch:
                s.step()
        if (t + 1) % e == 0:
            for s in every:
                if s.by_epoch:
                    s.step()
    return stepped(o, step, n)


for config, lr, schedulers in [
        ("mmengine-1x", .02, [
            dict(type="LinearLR", start_factor=.001, by_epoch=False, begin=0,
                 end=50),
            dict(type="MultiStepLR", begin=0, end=12, by_epoch=True,
                 milestones=[8, 11], gamma=.1)]),
        ("mmengine-seg", 6e-5, [
            dict(type="LinearLR", start_factor=1e-6, by_epoch=False, begin=0,
                 end=30),
            dict(type="PolyLR", eta_min=1e-7, power=1.0, begin=30, end=240,
                 by_epoch=False)]),
        ("mmengine-rtm", .004, [
            dict(type="LinearLR", start_factor=1e-5, by_epoch=False, begin=0,
                 end=20),
            dict(type="CosineAnnealingLR", eta_min=.0002, begin=6, end=12,
                 T_max=6, by_epoch=True, convert_to_iter_based=True)]),
        ("mmengine-cls", .001, [
            dict(type="LinearLR", start_factor=.01, by_epoch=True, end=3,
                 convert_to_iter_based=True),
            dict(type="CosineAnnealingLR", T_max=9, by_epoch=True, begin=3,
                 end=12)]),
        ("mmengine-cosine", .1, [
            dict(type="CosineAnnealingLR", T_max=12, by_epoch=True)])]:
    add(config, "-e 20", "optim_wrapper = dict(optimizer=dict(type='AdamW', "
        f"lr={lr})); train_cfg = dict(max_epochs=12, by_epoch=True); "
        f"param_scheduler = {schedulers!r}", mmengine(schedulers, 20, 240, lr))


def mmcv(n, e, lr, regular, warmup=None, iters=0, ratio=.1):
    """mmcv 1.7's LrUpdaterHook: the regular rate of the epoch, then warmup."""
    out = []
    for t in range(n):
        rate = regular(lr, t // e)
        if warmup and t < iters:
            part = 1 - t / iters
            k = {"linear": 1 - part * (1 - ratio), "constant": ratio,
                 "exp": ratio ** part}[warmup]
            rate *= k
        out.append(rate)
    return out


add("mmcv-step", "-e 20", "optimizer = dict(type='SGD', lr=0.02, momentum=0.9); "
    "lr_config = dict(policy='step', warmup='linear', warmup_iters=50, "
    "warmup_ratio=0.001, step=[8, 11]); runner = dict(type='EpochBasedRunner', "
    "max_epochs=12)",
    mmcv(240, 20, .02, lambda lr, k: lr * .1 ** ((k >= 8) + (k >= 11)),
         "linear", 50, .001))
add("mmcv-cosine", "-n 24ep -e 10 -l 0.02", "lr_config = dict("
    "policy='CosineAnnealing', warmup='exp', warmup_iters=30, warmup_ratio=0.1,"
    " min_lr_ratio=0.001)",
    mmcv(240, 10, .02, lambda lr, k: .001 * lr + (lr - .001 * lr) * .5 * (
        1 + math.cos(math.pi * k / 24)), "exp", 30, .1))
add("mmcv-poly", "-n 200 -l 0.01", "lr_config = dict(policy='poly', power=0.9, "
    "min_lr=1e-4, by_epoch=False)",
    mmcv(200, 1, .01, lambda lr, k: (lr - 1e-4) * (1 - k / 200) ** .9 + 1e-4))

# --- detectron2 ------------------------------------------------------------


def detectron2(n, lr, steps, gamma=.1, factor=.001, iters=1000,
               method="linear", cosine=False, end=0.):
    from fvcore.common.param_scheduler import (
        CompositeParamScheduler, ConstantParamScheduler, CosineParamScheduler,
        LinearParamScheduler, MultiStepParamScheduler)
    if cosine:
        body = CosineParamScheduler(1, end)
    else:
        body = MultiStepParamScheduler(
            [gamma ** k for k in range(len(steps) + 1)], milestones=steps,
            num_updates=n)
    length = min(iters / n, 1)
    start = factor * body(0.)
    up = (LinearParamScheduler(start, body(length)) if method == "linear"
          else ConstantParamScheduler(start))
    s = CompositeParamScheduler([up, body], lengths=[length, 1 - length],
                                interval_scaling=["rescaled", "fixed"])
    return [lr * s(t / n) for t in range(n)]


add("detectron2-steps", "", "SOLVER.BASE_LR 0.02 SOLVER.STEPS (600,800) "
    "SOLVER.MAX_ITER 900 SOLVER.WARMUP_ITERS 100",
    detectron2(900, .02, [600, 800], iters=100))
add("detectron2-cosine", "", "python train_net.py --num-gpus 8 --config-file "
    "x.yaml SOLVER.BASE_LR 0.02 SOLVER.LR_SCHEDULER_NAME WarmupCosineLR "
    "SOLVER.MAX_ITER 900 SOLVER.WARMUP_METHOD constant",
    detectron2(900, .02, [], iters=1000, method="constant", cosine=True))

# --- formulas --------------------------------------------------------------


def ultralytics(e, epochs, lr0=.01, lrf=.01, cos=False, warmup=3.):
    """engine/trainer.py: LambdaLR by epoch, and np.interp up to update nw."""
    nw = max(round(warmup * e), 100) if warmup > 0 else -1
    out = []
    for t in range(e * epochs):
        k = t // e
        if cos:
            f = max((1 - math.cos(k * math.pi / epochs)) / 2, 0) * (lrf - 1) + 1
        else:
            f = max(1 - k / epochs, 0) * (1. - lrf) + lrf
        rate = lr0 * f
        out.append(rate * t / nw if t <= nw else rate)
    return out


add("yolo", "-e 50", "yolo detect train data=coco.yaml epochs=20 lr0=0.01 "
    "lrf=0.01 cos_lr=True optimizer=SGD", ultralytics(50, 20, cos=True))
add("yolo-dict", "-e 30", "hyp = {'lr0': 0.02, 'lrf': 0.1, 'warmup_epochs': 2.0, "
    "'warmup_bias_lr': 0.1, 'epochs': 15}",
    ultralytics(30, 15, .02, .1, warmup=2.))


def nanogpt(n, lr, low, warmup, decay):
    out = []
    for t in range(n):
        if t < warmup:
            out.append(lr * (t + 1) / (warmup + 1))
        elif t > decay:
            out.append(low)
        else:
            part = (t - warmup) / (decay - warmup)
            out.append(low + .5 * (1 + math.cos(math.pi * part)) * (lr - low))
    return out


add("nanogpt", "", "learning_rate = 1e-3; max_iters = 500; lr_decay_iters = 400;"
    " min_lr = 1e-4; warmup_iters = 100; dropout = 0.2",
    nanogpt(500, 1e-3, 1e-4, 100, 400))
add("nanogpt-flags", "", "python train.py --learning_rate=1e-3 "
    "--max_iters=300 --lr_decay_iters=300 --min_lr=1e-4 --warmup_iters=20",
    nanogpt(300, 1e-3, 1e-4, 20, 300))


def fairseq(n, rate):
    return [rate(t) for t in range(n)]


add("fairseq-rsqrt", "", "fairseq-train data --lr-scheduler inverse_sqrt "
    "--warmup-updates 40 --lr 5e-4 --warmup-init-lr 1e-7 --max-update 300",
    fairseq(300, lambda t: 1e-7 + t * (5e-4 - 1e-7) / 40 if t < 40
            else 5e-4 * 40 ** .5 * t ** -.5))
add("fairseq-poly", "", "fairseq-train data --lr-scheduler polynomial_decay "
    "--warmup-updates 20 --total-num-update 300 --lr 1e-3 --max-update 300",
    fairseq(300, lambda t: t / 20 * 1e-3 if t <= 20 else
            1e-3 * (1 - (t - 20) / 280)))
add("fairseq-tri", "", "fairseq-train data --lr-scheduler tri_stage "
    "--phase-ratio [0.1,0.4,0.5] --init-lr-scale 0.01 --final-lr-scale 0.05 "
    "--lr 3e-5 --max-update 300",
    fairseq(300, lambda t: 3e-7 + (3e-5 - 3e-7) * t / 30 if t < 30 else 3e-5
            if t < 150 else 3e-5 * math.exp(math.log(.05) / 150 * (t - 150))))


def composer(n, lr, warmup, low):
    return [lr * t / warmup if t < warmup else lr * (low + (1 - low) * .5 * (
        1 + math.cos(math.pi * (t - warmup) / (n - warmup)))) for t in range(n)]


add("composer", "", "{'scheduler': {'name': 'cosine_with_warmup', 't_warmup': "
    "'20ba', 'alpha_f': 0.1}, 'optimizer': {'name': 'decoupled_adamw', 'lr': "
    "6e-4}, 'max_duration': '200ba'}", composer(200, 6e-4, 20, .1))

# --- dicts that name a constructor -----------------------------------------


def torch_rates(make, n, lr):
    o = optimizer(lr)
    s = make(o)
    return stepped(o, lambda t: s.step(), n)


def nanotron(lr, warmup, start, length, fall, low):
    """nanotron's lr_scheduler_builder at 06e39568, and its 1-sqrt of 2024."""
    shape = {"cosine": lambda x: (1 + math.cos(math.pi * x)) / 2,
             "linear": lambda x: 1 - x, "1-sqrt": lambda x: 1 - math.sqrt(x)}

    def f(t):
        if t <= warmup:
            return lr * t / warmup
        if t < start:
            return lr
        if t < start + length:
            return low + (lr - low) * shape[fall]((t - start) / length)
        return low
    return f


for style in ("cosine", "linear", "1-sqrt"):
    add("nanotron-" + style, "", "{'optimizer': {'learning_rate_scheduler': "
        "{'learning_rate': 0.003, 'lr_decay_starting_step': 30, "
        "'lr_decay_steps': 20, 'lr_decay_style': '" + style + "', "
        "'lr_warmup_steps': 4, 'lr_warmup_style': 'linear', 'min_decay_lr': "
        "1e-7}}, 'tokens': {'train_steps': 60}}",
        [nanotron(.003, 4, 30, 20, style, 1e-7)(t) for t in range(60)])
add("nanotron-defaults", "", "{'learning_rate_scheduler': {'learning_rate': "
    "0.001, 'lr_decay_steps': None, 'lr_decay_style': 'cosine', "
    "'lr_warmup_steps': 5, 'min_decay_lr': 1e-5}, 'tokens': {'train_steps': "
    "40}}", [nanotron(.001, 5, 5, 35, "cosine", 1e-5)(t) for t in range(40)])
add("hydra", "-n 40", "{'optimizer': {'_target_': 'torch.optim.SGD', 'lr': 0.1}, "
    "'scheduler': {'_target_': 'torch.optim.lr_scheduler.CosineAnnealingLR', "
    "'T_max': 40, 'eta_min': 1e-3, '_partial_': True}}",
    torch_rates(lambda o: tls.CosineAnnealingLR(o, 40, 1e-3), 40, .1))
add("lightning", "-n 40", "{'optimizer': {'class_path': 'torch.optim.Adam', "
    "'init_args': {'lr': 0.001}}, 'lr_scheduler': {'class_path': "
    "'torch.optim.lr_scheduler.MultiStepLR', 'init_args': {'milestones': [10, "
    "30], 'gamma': 0.5}}}",
    torch_rates(lambda o: tls.MultiStepLR(o, [10, 30], .5), 40, .001))
add("sequential", "-n 40 -l 0.1", "{'name': 'SequentialLR', 'schedulers': ["
    "{'name': 'LinearLR', 'start_factor': 0.1, 'total_iters': 5}, {'name': "
    "'ExponentialLR', 'gamma': 0.9}], 'milestones': [5]}",
    torch_rates(lambda o: tls.SequentialLR(o, [
        tls.LinearLR(o, .1, total_iters=5), tls.ExponentialLR(o, .9)], [5]),
        40, .1))


def torchtitan(n, warmup, decay_ratio=None, decay_type="linear", low=0.,
               total=None):
    """build_lr_schedulers() of torchtitan 0.2.2, as factors."""
    total = n if total is None else total
    warmup = min(warmup, total)
    decay = total - warmup
    if decay_ratio is not None:
        decay = min(round(total * decay_ratio), decay)
    flat = total + 1 - decay

    def factor(t):
        if t < warmup:
            return (t + 1) / warmup
        if t < flat:
            return 1.
        x = (t + 1 - flat) / decay
        x = {"linear": 1 - x, "sqrt": 1 - math.sqrt(x),
             "cosine": .5 * (1 + math.cos(math.pi * x))}[decay_type]
        return low + (1 - low) * x
    return [factor(t) for t in range(n)]


for config, keys, args in [
        ("plain", "'warmup_steps': 20", (100, 20)),
        ("wsd", "'warmup_steps': 10, 'decay_ratio': 0.3, 'decay_type': "
         "'sqrt', 'min_lr_factor': 0.1", (100, 10, .3, "sqrt", .1)),
        ("cosine", "'decay_type': 'cosine', 'total_steps': 400",
         (300, 200, None, "cosine", 0., 400)),
        ("short", "'warmup_steps': 50, 'decay_ratio': 0.8", (80, 50, .8))]:
    add("torchtitan-" + config, "", "{'optimizer': {'name': 'AdamW', 'lr': "
        "0.0003}, 'lr_scheduler': {" + keys + "}, 'training': {'steps': "
        f"{args[0]}" + "}}", [3e-4 * x for x in torchtitan(*args)])

g.save()
