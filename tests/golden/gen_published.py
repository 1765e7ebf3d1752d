# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = []
# ///
"""Numbers of schedulers that no package on PyPI has: what their published code
computes, written again here step by step as it keeps its state.

maskrcnn      facebookresearch/maskrcnn-benchmark at 57eec25b, solver/
detectron2    facebookresearch/detectron2 0.6, solver/lr_scheduler.py, and
              projects/Panoptic-DeepLab
segmentation  VainF/DeepLabV3Plus-Pytorch utils/scheduler.py; nnU-Net 2.5
              training/lr_scheduler/polylr.py; Tramac/
              awesome-semantic-segmentation-pytorch core/utils/lr_scheduler.py
tutorials     TensorFlow's "Transformer"; "The Annotated Transformer"; DINO;
              rosinality's CycleScheduler; Dive into Deep Learning 12.11
callbacks     bckenstler/CLR at 968cf5a; callbacks of articles on Keras
repositories  cmpark0126/pytorch-polynomial-lr-decay; gaussian37's
              CosineAnnealingWarmUpRestarts; pytorch_transformers 1.2
              optimization.py; LAVIS and MiniGPT-4 common/optims.py;
              llm-foundry optim/scheduler.py
"""
import math
from bisect import bisect_right

from golden import Golden


def each(f, steps):
    return [f(t) for t in range(steps)]


def rise(t, factor, iters, method):
    if t >= iters:
        return 1
    if method == "constant":
        return factor
    alpha = t / iters
    return factor * (1 - alpha) + alpha


# --- maskrcnn, detectron2 ---------------------------------------------------

def multistep(base, milestones, gamma=0.1, factor=1 / 3, iters=500,
              method="linear"):
    return lambda t: (base * rise(t, factor, iters, method)
                      * gamma ** bisect_right(milestones, t))


g = Golden("maskrcnn", "57eec25b")
NAME = "WarmupMultiStepLR(optimizer, "
g.add("steps", f"-l 0.02 '{NAME}[60, 80], warmup_iters=20)'",
      lr=each(multistep(.02, [60, 80], iters=20), 100))
g.add("constant", f"-l 0.02 '{NAME}[30, 40], 0.5, warmup_factor=0.1, "
      "warmup_iters=10, warmup_method=\"constant\")'",
      lr=each(multistep(.02, [30, 40], .5, .1, 10, "constant"), 50))
g.add("within", f"-l 0.1 'maskrcnn_benchmark.solver.{NAME}[5, 30], "
      "gamma=0.2, warmup_iters=12)'",
      lr=each(multistep(.1, [5, 30], .2, iters=12), 40))
g.add("default", f"-l 0.1 'maskrcnn.{NAME}[700])'",
      lr={t: multistep(.1, [700])(t)
          for t in [*range(0, 720, 20), 499, 500, 501, 699, 700]})
g.save()


def cosine(base, n, factor=.001, iters=1000, method="linear"):
    return lambda t: (base * rise(t, factor, iters, method)
                      * 0.5 * (1 + math.cos(math.pi * t / n)))


def poly(base, n, factor=.001, iters=1000, method="linear", power=.9,
         ending=0.0):
    def f(t):
        up = rise(t, factor, iters, method)
        left = math.pow(1 - t / n, power)
        if ending > 0 and up == 1 and left < ending:
            return base * ending
        return base * up * left
    return f


g = Golden("detectron2", "0.6")
g.add("steps", "-l 0.02 'detectron2.solver.WarmupMultiStepLR(optimizer, "
      "[60, 80], warmup_iters=20)'",
      lr=each(multistep(.02, [60, 80], .1, .001, 20), 100))
g.add("cosine", "-l 0.02 'detectron2.WarmupCosineLR(optimizer, 60, warmup_iters=10)'",
      lr=each(cosine(.02, 60, iters=10), 70))
g.add("cosine-constant", "-l 0.02 'detectron2.WarmupCosineLR(optimizer, max_iters=60, "
      "warmup_factor=0.1, warmup_iters=10, warmup_method=\"constant\")'",
      lr=each(cosine(.02, 60, .1, 10, "constant"), 60))
g.add("poly", "-l 0.02 'WarmupPolyLR(optimizer, 60, warmup_iters=10)'",
      lr=each(poly(.02, 60, iters=10), 61))
g.add("poly-ending", "-l 0.02 'WarmupPolyLR(optimizer, 60, warmup_iters=10, "
      "power=2.0, constant_ending=0.1)'",
      lr=each(poly(.02, 60, iters=10, power=2, ending=.1), 61))
g.save()

# --- segmentation -----------------------------------------------------------


def warm_poly(base, target, n, power, factor, iters, method):
    def f(t):
        if t < iters:
            up = rise(t, factor, iters, method)
            return target + (base - target) * up
        return target + (base - target) * math.pow(
            1 - (t - iters) / (n - iters), power)
    return f


g = Golden("segmentation", "2023")
g.add("poly", "-l 0.01 'segmentation.PolyLR(optimizer, 30e1, power=0.9)'",
      lr=each(lambda t: max(.01 * (1 - t / 300) ** .9, 1e-6), 301))
g.add("poly-floor", "-l 0.1 'deeplab.PolyLR(optimizer, max_iters=40, "
      "power=2, min_lr=0.01)'",
      lr=each(lambda t: max(.1 * (1 - t / 40) ** 2, .01), 41))
g.add("nnunet", "'nnunetv2.training.lr_scheduler.polylr.PolyLRScheduler("
      "optimizer, 1e-2, 50)'",
      lr=each(lambda t: 1e-2 * (1 - t / 50) ** .9, 51))
g.add("warmup", "-l 0.1 'segmentation.WarmupPolyLR(optimizer, max_iters=60, "
      "warmup_iters=10)'",
      lr=each(warm_poly(.1, 0, 60, .9, 1 / 3, 10, "linear"), 61))
g.add("warmup-target", "-l 0.1 'segmentation.WarmupPolyLR(optimizer, 0.01, "
      "60, 2, 0.2, 10, \"constant\")'",
      lr=each(warm_poly(.1, .01, 60, 2, .2, 10, "constant"), 61))
g.save()

# --- tutorials --------------------------------------------------------------


def noam(step, size, warmup):
    low = step * warmup ** -1.5
    return size ** -.5 * (min(step ** -.5, low) if step > 0 else low)


def cycle(lr_max, n, momentum=(.95, .85), divider=25, part=.3,
          phase=("linear", "cos")):
    """Pairs for ever: each phase steps and then computes."""
    kinds = {"linear": lambda a, b, x: a + x * (b - a),
             "cos": lambda a, b, x: b + (a - b) / 2 * (
                 math.cos(math.pi * x) + 1)}
    first = int(n * part)
    low = lr_max / divider
    while True:
        for kind, n_phase, lr, m in (
                (phase[0], first, (low, lr_max), momentum),
                (phase[1], n - first, (lr_max, low / 1e4), momentum[::-1])):
            for i in range(1, n_phase + 1):
                x = i / n_phase
                yield (kinds[kind](*lr, x), kinds[kind](*m, x))


def factor(k, stop, lr, steps):
    values = []
    for _ in range(steps):
        lr = max(stop, lr * k)
        values.append(lr)
    return values


def d2l_cosine(n, base, last, warmup, begin):
    def f(t):
        if t < warmup:
            return begin + (base - begin) * float(t) / float(warmup)
        t = min(t, n)
        return last + (base - last) * (
            1 + math.cos(math.pi * (t - warmup) / (n - warmup))) / 2
    return f


g = Golden("tutorials", "2024")
g.add("transformer", "'CustomSchedule(128)'",
      lr={t: noam(t, 128, 4000) for t in
          [*range(0, 60), 3999, 4000, 4001, 8000, 99999]}, arith="f32")
g.add("transformer-warmup", "'CustomSchedule(d_model=512, warmup_steps=25)'",
      lr=each(lambda t: noam(t, 512, 25), 70), arith="f32")
g.add("annotated", "'NoamOpt(512, 2, 25, optimizer)'",
      lr=each(lambda t: 2 * noam(t + 1, 512, 25), 70))
def dino(base, final, epochs, niter, warmup_epochs, start):
    w = warmup_epochs * niter
    n = epochs * niter - w
    return [start + (base - start) * (t / (w - 1) if w > 1 else 0)
            for t in range(w)] + [
        final + .5 * (base - final) * (1 + math.cos(math.pi * t / n))
        for t in range(n)]


g.add("dino", "'cosine_scheduler(1e-3, 1e-6, 6, 10, warmup_epochs=2)'",
      lr=dict(enumerate(dino(1e-3, 1e-6, 6, 10, 2, 0))))
g.add("dino-flat", "'cosine_scheduler(0.04, 0.4, 3, 10)'",
      lr=dict(enumerate(dino(.04, .4, 3, 10, 0, 0))))
g.add("speech", "-l 0.5 'NoamLR(optimizer, warmup_steps=20, d_model=176)'",
      lr=each(lambda t: .5 * noam(t + 1, 176, 20), 60))
for config, args, kwargs, n in (
        ("cycle", "0.1, 40", {"lr_max": .1, "n": 40}, 90),
        ("cycle-cosine", "0.1, n_iter=30, momentum=(0.9, 0.8), divider=10, "
         "warmup_proportion=0.5, phase=(\"cos\", \"cos\")",
         {"lr_max": .1, "n": 30, "momentum": (.9, .8), "divider": 10,
          "part": .5, "phase": ("cos", "cos")}, 40)):
    pairs = [p for p, _ in zip(cycle(**kwargs), range(n))]
    g.add(config, f"'CycleScheduler(optimizer, {args})'",
          lr=[p[0] for p in pairs], momentum=[p[1] for p in pairs])
g.add("square-root", "'SquareRootScheduler(lr=0.1)'",
      lr=each(lambda t: .1 * pow(t + 1.0, -.5), 40))
g.add("factor", "'d2l.FactorScheduler(factor=0.9, stop_factor_lr=1e-2, "
      "base_lr=2.0)'", lr=factor(.9, 1e-2, 2.0, 60))
g.add("d2l-cosine", "'d2l.CosineScheduler(max_update=20, base_lr=0.3, "
      "final_lr=0.01)'", lr=each(d2l_cosine(20, .3, .01, 0, 0), 30))
g.add("d2l-warmup", "'d2l.CosineScheduler(20, warmup_steps=5, base_lr=0.3, "
      "final_lr=0.01)'", lr=each(d2l_cosine(20, .3, .01, 5, 0), 30))
g.save()

# --- callbacks --------------------------------------------------------------


def clr(low, high, step, scale, mode="cycle"):
    def f(t):
        n = math.floor(1 + t / (2 * step))
        x = abs(t / step - 2 * n + 1)
        return low + (high - low) * max(0, 1 - x) * scale(
            n if mode == "cycle" else t)
    return f


def sgdr(low, high, per, steps, decay=1, length=10, mult=2):
    """As the callback's methods are called: the rate at each batch."""
    values, lr, since, next_restart = [], high, 0, length
    epoch = 0
    while len(values) < steps:
        for _ in range(per):
            values.append(lr)
            since += 1
            lr = low + 0.5 * (high - low) * (
                1 + math.cos(since / (per * length) * math.pi))
        if epoch + 1 == next_restart:
            since = 0
            length = math.ceil(length * mult)
            next_restart += length
            high *= decay
        epoch += 1
    return values[:steps]


def warmup(batches, init, steps):
    values, lr = [], None
    for count in range(steps):
        if count <= batches:
            lr = count * init / batches
        values.append(lr)
    return values


def cosine_with_warmup(t, base, total, start=0.0, warm=0, flat=0):
    lr = 0.5 * base * (1 + math.cos(
        math.pi * (t - warm - flat) / float(total - warm - flat)))
    if flat > 0:
        lr = lr if t > warm + flat else base
    if warm > 0 and t < warm:
        lr = (base - start) / warm * t + start
    return 0.0 if t > total else lr


g = Golden("callbacks", "2019")
for config, call, f, n in (
        ("clr", "callbacks.CyclicLR(base_lr=0.001, max_lr=0.006, "
         "step_size=20.)", clr(.001, .006, 20, lambda n: 1.0), 90),
        ("clr-2", "clr_callback.CyclicLR(0.001, 0.006, 20., "
         "mode=\"triangular2\")",
         clr(.001, .006, 20, lambda n: 1 / 2. ** (n - 1)), 130),
        ("clr-exp", "clr_callback.CyclicLR(0.001, 0.006, 20., "
         "mode=\"exp_range\", gamma=0.99)",
         clr(.001, .006, 20, lambda t: .99 ** t, "iterations"), 90),
        ("clr-function", "callbacks.CyclicLR(0.001, 0.006, 20, "
         "scale_fn=lambda x: 0.5 * (1 + math.sin(x * math.pi / 2)))",
         clr(.001, .006, 20, lambda n: .5 * (1 + math.sin(
             n * math.pi / 2))), 90),
        ("clr-iterations", "callbacks.CyclicLR(0.001, 0.006, 20, "
         "scale_fn=lambda x: 1 / (5 ** (x * 0.0001)), "
         "scale_mode=\"iterations\")",
         clr(.001, .006, 20, lambda t: 1 / (5 ** (t * .0001)),
             "iterations"), 90)):
    g.add(config, f"'{call}'", lr=each(f, n))
for policy, scale in (("triangular", lambda n: 1.),
                      ("triangular2", lambda n: 1 / 2. ** (n - 1))):
    g.add("cycle-" + policy, "-e 5 -D min_learning_rate=1e-3 "
          "-D max_learning_rate=1e-1 "
          f"'CycleLearningRate(model, policy=\"{policy}\")'",
          lr=each(clr(1e-3, 1e-1, 20, scale), 130))
g.add("sgdr", "-e 4 'SGDRScheduler(min_lr=1e-5, max_lr=1e-2, lr_decay=0.9, "
      "cycle_length=5, mult_factor=1.5)'",
      lr=sgdr(1e-5, 1e-2, 4, 130, .9, 5, 1.5))
g.add("sgdr-steps", "'SGDRScheduler(1e-5, 1e-2, 6, lr_decay=0.8, "
      "cycle_length=3, mult_factor=1.5)'",
      lr=sgdr(1e-5, 1e-2, 6, 160, .8, 3, 1.5))
g.add("sgdr-default", "-e 3 'SGDRScheduler(0.001, 0.1)'",
      lr=sgdr(.001, .1, 3, 120))
g.add("warmup", "'WarmUpLearningRateScheduler(15, init_lr=0.001)'",
      lr=warmup(15, .001, 21))
g.add("warmup-fraction", "'WarmUpLearningRateScheduler(7.5, 0.001)'",
      lr=warmup(7.5, .001, 12))
for config, args, kwargs in (
        ("warmup-cosine", "learning_rate_base=0.001, total_steps=60, "
         "warmup_learning_rate=0.0, warmup_steps=10, "
         "hold_base_rate_steps=0", {"base": .001, "total": 60, "warm": 10}),
        ("warmup-cosine-hold", "0.01, 50, warmup_learning_rate=1e-4, "
         "warmup_steps=8, hold_base_rate_steps=12",
         {"base": .01, "total": 50, "start": 1e-4, "warm": 8, "flat": 12}),
        ("warmup-cosine-only", "0.01, 40", {"base": .01, "total": 40})):
    g.add(config, f"'WarmUpCosineDecayScheduler({args})'",
          lr=each(lambda t: cosine_with_warmup(t, **kwargs), 66))
g.add("warmup-cosine-later", "'WarmUpCosineDecayScheduler(0.01, 40, "
      "global_step_init=12, warmup_steps=20)'",
      lr=each(lambda t: cosine_with_warmup(t + 12, .01, 40, warm=20), 30))
finder = [1e-10]
while len(finder) < 40:
    finder.append(finder[-1] * (1e+1 / 1e-10) ** (1.0 / 40))
g.add("finder", "-e 8 'LearningRateFinder(model)'", lr=finder)
ramp = [0.1]
while len(ramp) < 25:
    ramp.append(ramp[-1] + (2 - 0.1) / 25)
g.add("range", "-n 25 'LrRangeFinder(start_lr=0.1, end_lr=2)'", lr=ramp)
g.add("range-epoch", "-e 25 'LrRangeFinder(0.1, 2)'", lr=ramp)
g.save()


# --- repositories -----------------------------------------------------------

def poly_decay(base, n, steps, end=.0001, power=1.):
    """Its step() is called once by its constructor."""
    out, last, lr = [], 0, base
    for _ in range(steps):
        last += 1
        if last <= n:
            lr = (base - end) * (1 - last / n) ** power + end
        out.append(lr)
    return out


def warm_up_restarts(base, steps, t_0, t_mult=1, eta_max=.1, t_up=0, gamma=1.):
    out, t_cur, t_i, cycle = [], -1, t_0, 0
    for _ in range(steps):
        t_cur += 1
        if t_cur >= t_i:
            cycle += 1
            t_cur -= t_i
            t_i = (t_i - t_up) * t_mult + t_up
        top = eta_max * gamma ** cycle
        if t_cur < t_up:
            out.append((top - base) * t_cur / t_up + base)
        else:
            out.append(base + (top - base) * (1 + math.cos(
                math.pi * (t_cur - t_up) / (t_i - t_up))) / 2)
    return out


def warmup_linear(t, w, n):
    if t < w:
        return t / max(1, w)
    return max(0., (n - t) / max(1., n - w))


def hard_restarts(t, w, n, cycles):
    if t < w:
        return t / max(1, w)
    progress = (t - w) / max(1, n - w)
    if progress >= 1:
        return 0.
    return max(0., .5 * (1 + math.cos(math.pi * (cycles * progress % 1))))


def risen(t, n, start, peak):
    return min(peak, start + (peak - start) * t / max(n, 1))


def half_cosine(t, n, peak, low):
    return (peak - low) * .5 * (1 + math.cos(math.pi * t / n)) + low


def lavis(t, per, n, low, peak, w, start):
    if t < per:
        return risen(t, w, start, peak)
    return half_cosine(t // per, n, peak, low)


def minigpt4(t, per, n, low, peak, w, start):
    if t < w:
        return risen(t, w, start, peak)
    return half_cosine(t, n * per, peak, low)


def lavis_steps(t, per, low, peak, rate, w, start):
    if t < per:
        return risen(t, w, start, peak)
    return max(low, peak * rate ** (t // per))


def inverse_root(t, w, scale, cool, n, decay=0., cooled=0.):
    if t < w:
        return t / w
    shift, start = scale - w, n - cool
    if t < start:
        return decay + (1 - decay) / math.sqrt((t + shift) / scale)
    top = decay + (1 - decay) / math.sqrt((start + shift) / scale)
    return top + (cooled - top) * ((t - start) / cool)


g = Golden("repositories", "2024")
for config, args, kwargs in (
        ("poly", "100", {"n": 100}),
        ("poly-power", "max_decay_steps=60, end_learning_rate=0.001, "
         "power=2.0", {"n": 60, "end": .001, "power": 2.})):
    g.add(config, f"-l 0.1 'PolynomialLRDecay(optimizer, {args})'",
          lr=poly_decay(.1, steps=110, **kwargs))
for config, args, kwargs in (
        ("restarts", "T_0=15, T_mult=2, eta_max=0.1, T_up=4, gamma=0.5",
         {"t_0": 15, "t_mult": 2, "t_up": 4, "gamma": .5}),
        ("restarts-even", "T_0=20, T_mult=1, eta_max=0.05, T_up=5, gamma=0.9",
         {"t_0": 20, "eta_max": .05, "t_up": 5, "gamma": .9}),
        ("restarts-cold", "T_0=10, T_mult=3, gamma=0.8",
         {"t_0": 10, "t_mult": 3, "gamma": .8})):
    g.add(config, f"-l 0.001 'CosineAnnealingWarmUpRestarts(optimizer, {args})'",
          lr=warm_up_restarts(.001, 140, **kwargs))
g.add("constant", "-l 0.1 'pytorch_transformers.ConstantLRSchedule(optimizer)'",
      lr=[.1] * 5)
g.add("warmup-constant", "-l 0.1 'WarmupConstantSchedule(optimizer, "
      "warmup_steps=12)'", lr=each(lambda t: .1 * min(1, t / 12), 30))
g.add("warmup-linear", "-l 5e-5 'WarmupLinearSchedule(optimizer, "
      "warmup_steps=12, t_total=50)'",
      lr=each(lambda t: 5e-5 * warmup_linear(t, 12, 50), 55))
g.add("warmup-restarts", "-l 0.1 'WarmupCosineWithHardRestartsSchedule("
      "optimizer, 10, 70, cycles=3.)'",
      lr=each(lambda t: .1 * hard_restarts(t, 10, 70, 3.), 75))
g.add("lavis", "-e 10 'LinearWarmupCosineLRScheduler(optimizer, max_epoch=6, "
      "min_lr=1e-6, init_lr=1e-4, warmup_steps=7, warmup_start_lr=1e-5)'",
      lr=each(lambda t: lavis(t, 10, 6, 1e-6, 1e-4, 7, 1e-5), 60))
g.add("lavis-short", "-e 10 'LinearWarmupCosineLRScheduler(optimizer, 6, 0, "
      "1e-4, warmup_steps=25, warmup_start_lr=0)'",
      lr=each(lambda t: lavis(t, 10, 6, 0, 1e-4, 25, 0), 60))
g.add("minigpt4", "'LinearWarmupCosineLRScheduler(optimizer, max_epoch=4, "
      "iters_per_epoch=15, min_lr=1e-5, init_lr=3e-5, warmup_steps=20, "
      "warmup_start_lr=1e-6)'",
      lr=each(lambda t: minigpt4(t, 15, 4, 1e-5, 3e-5, 20, 1e-6), 60))
g.add("lavis-steps", "-e 8 'LinearWarmupStepLRScheduler(optimizer, "
      "max_epoch=6, min_lr=1e-5, init_lr=1e-4, decay_rate=0.5, "
      "warmup_start_lr=1e-6, warmup_steps=6)'",
      lr=each(lambda t: lavis_steps(t, 8, 1e-5, 1e-4, .5, 6, 1e-6), 48))
for config, args, kwargs in (
        ("inverse-root", "t_warmup=\"10ba\", t_scale=\"10ba\", "
         "t_cooldown=\"20ba\"", {"w": 10, "scale": 10, "cool": 20}),
        ("inverse-root-floor", "\"8ba\", \"16ba\", \"0.25dur\", "
         "\"1dur\", 0.1, 0.05", {"w": 8, "scale": 16, "cool": 20,
                                "decay": .1, "cooled": .05})):
    g.add(config, "-n 80 -l 0.01 "
          f"'llmfoundry.InverseSquareRootWithWarmupScheduler({args})'",
          lr=each(lambda t: .01 * inverse_root(t, n=80, **kwargs), 80))
g.save()
