#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What libraries' own classes do with random sequences of a metric.

    watch.py [-n N] [-s SEED] [LIBRARY...]    cases on standard output
    watch.py --check LRWATCH [-n N] ...       the same held to the tool

A case is four lines: the call, the rate to begin with, the metrics, and the
rows at which the rate changed or an event came, "ROW RATE WORDS" joined by ;.
Sequences end at the first stop.  Versions are those of requirements.txt; a
library that is not installed is left out, with a line on standard error.
"""
import argparse, contextlib, inspect, io, logging, math, os, random, subprocess, sys, types, warnings

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
here = os.path.dirname(os.path.abspath(__file__))
ns = types.SimpleNamespace


# --- sequences and arguments --------------------------------------------------

def metrics(rng):
    """Ties, noise, steps as large as thresholds, what is not finite."""
    n = rng.randint(8, 60)
    scale = rng.choice([1, 1, 1, 1e-4, 1e3, 1e-30, 1e12, -1])
    kind = rng.randrange(6)
    x, out = rng.uniform(.5, 2), []
    for i in range(n):
        if kind == 0:
            x = x * rng.choice([1, .999, .9999, 1.0001, .9])
        elif kind == 1:
            x = round(rng.uniform(0, 1), 1)
        elif kind == 2:
            x = math.exp(-i / 10) + rng.gauss(0, .05)
        elif kind == 3:
            x = x - rng.choice([0, 1e-4, -1e-4, .1, .01, 1e-5])
        elif kind == 4:
            x = rng.choice([x, x, x * .9, x - .25, x + .25])
        else:
            x = rng.uniform(-1, 1)
        out.append(x * scale)
    if rng.random() < .3:
        for i in range(rng.randint(1, 3)):
            out[rng.randrange(n)] = rng.choice([math.nan, math.inf, -math.inf, 0.0])
    if rng.random() < .05:
        out[0] = math.nan
    return out


def some(rng, **choices):
    """Some of the keywords, each with one of its values."""
    return {k: rng.choice(v) for k, v in choices.items() if rng.random() < .6}


RATES = [.1, 1e-3, 1.0, 3e-4, 1e-7, 2e-8, .3, 123.0]
FACTORS = [.1, .5, .9, .3, 0.99]
MIN_LR = [0, 1e-6, 1e-3, .05, 1e-8]
DELTAS = [0, 1e-4, .1, .01, .25, 1e-5]
MODES = ["min", "max"]


def text(path, args=(), **kw):
    return "%s(%s)" % (path, ", ".join(
        list(args) + ["%s=%r" % (k, Name(v.__name__) if callable(v) else v) for k, v in kw.items()]))


class Name(str):
    def __repr__(self):
        return "np." + self


# --- libraries ----------------------------------------------------------------
# Each gives, for a random generator and a rate, a call as text and a function
# that takes the next metric and returns the rate and the words of events.

def sgd(lr):
    import torch
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def group_rate(opt):
    return lambda: opt.param_groups[0]["lr"]


def reducing(step, rate):
    """Events of what changes RATE(): reduce where it fell."""
    def row(x):
        before = rate()
        step(x)
        return rate(), ["reduce"] if rate() < before else []
    return row


def torch_reduce(rng, lr):
    from torch.optim.lr_scheduler import ReduceLROnPlateau
    kw = some(rng, mode=MODES, factor=FACTORS, patience=[0, 1, 2, 3], threshold=DELTAS,
              threshold_mode=["rel", "abs"], cooldown=[0, 1, 2, 4], min_lr=MIN_LR, eps=[1e-8, 1e-3, 0])
    kw.setdefault("patience", 2)
    opt = sgd(lr)
    return text("torch.optim.lr_scheduler.ReduceLROnPlateau", ["opt"], **kw), \
        reducing(ReduceLROnPlateau(opt, **kw).step, group_rate(opt))


def hf_reduce(rng, lr):
    from transformers import get_reduce_on_plateau_schedule as get
    kw = some(rng, mode=MODES, factor=FACTORS, patience=[0, 1, 2], cooldown=[0, 2], min_lr=MIN_LR)
    kw.setdefault("patience", 1)
    opt = sgd(lr)
    return text("get_reduce_on_plateau_schedule", ["optimizer"], **kw), \
        reducing(get(opt, **kw).step, group_rate(opt))


def timm_reduce(rng, lr):
    from timm.scheduler import PlateauLRScheduler
    kw = some(rng, mode=MODES, decay_rate=FACTORS, patience_t=[0, 1, 2], threshold=DELTAS, cooldown_t=[0, 1, 3],
              warmup_t=[0, 3, 5], warmup_lr_init=[0.0, 1e-5], lr_min=MIN_LR)
    kw.setdefault("patience_t", 1)
    opt = sgd(lr)
    s, epoch = PlateauLRScheduler(opt, **kw), iter(range(1, 1000))
    call = text("timm.scheduler.PlateauLRScheduler", ["optimizer"], **kw)
    row = reducing(lambda x: s.step(next(epoch), x), group_rate(opt))
    warm = iter(range(1, 1000))

    def without_warmup(x):
        # A warmup begins below the rate: its first row is no reduction.
        n, (rate, words) = next(warm), row(x)
        return rate, [] if n <= kw.get("warmup_t", 0) else words
    return call, without_warmup


class Model:
    """As much of a Keras model as its callbacks look at."""
    metrics, stop_training, saved = [], False, 0

    def __init__(self, lr):
        import keras
        self.given, self.optimizer = lr, keras.optimizers.SGD(learning_rate=lr)

    def rate(self):
        from keras import ops
        return float(ops.convert_to_numpy(self.optimizer.learning_rate))

    def save(self, *_, **__):
        self.saved += 1


def keras_row(cb, model, rates=False):
    cb.set_model(model)
    cb.on_train_begin()
    epochs, rate = iter(range(1000)), model.given

    def row(x):
        before, saved, i = model.rate(), model.saved, next(epochs)
        cb.on_epoch_begin(i)
        cb.on_epoch_end(i, {"val_loss": x})
        words = [w for w, yes in (("save", model.saved > saved), ("reduce", model.rate() < before),
                                  ("stop", model.stop_training)) if yes]
        return model.rate() if rates else rate, words
    return row


def keras_reduce(rng, lr):
    import keras
    kw = some(rng, mode=MODES + ["auto"], factor=FACTORS, patience=[0, 1, 2, 3], min_delta=DELTAS, cooldown=[0, 1, 2, 4],
              min_lr=MIN_LR)
    kw.setdefault("patience", 2)
    return text("keras.callbacks.ReduceLROnPlateau", ["'val_loss'"], **kw), \
        keras_row(keras.callbacks.ReduceLROnPlateau("val_loss", **kw), Model(lr), True)


def keras_stop(rng, lr):
    import keras
    kw = some(rng, mode=MODES + ["auto"], patience=[0, 1, 2, 3, 5], min_delta=DELTAS + [-.1],
              baseline=[None, .5, 1.0, 0.0], start_from_epoch=[0, 1, 4])
    return text("tf.keras.callbacks.EarlyStopping", monitor="val_loss", **kw), \
        keras_row(keras.callbacks.EarlyStopping("val_loss", **kw), Model(lr))


def keras_save(rng, lr):
    import keras
    kw = some(rng, mode=MODES + ["auto"], save_best_only=[True, True, True, False],
              initial_value_threshold=[None, .5, 1.0])
    return text("keras.callbacks.ModelCheckpoint", ["'m.keras'"], **kw), \
        keras_row(keras.callbacks.ModelCheckpoint("m.keras", **kw), Model(lr))


def trainer():
    from lightning.pytorch.trainer.states import TrainerFn
    return ns(fast_dev_run=False, strategy=ns(reduce_boolean_decision=lambda x, all=True: x), should_stop=False,
              current_epoch=-1, global_step=0, sanity_checking=False, state=ns(fn=TrainerFn.FITTING),
              callback_metrics={}, world_size=1, ckpt_path=None)


def lightning_stop(rng, lr):
    import torch
    from lightning.pytorch.callbacks import EarlyStopping
    kw = some(rng, mode=MODES, patience=[1, 2, 3, 5], min_delta=DELTAS, check_finite=[True, False],
              stopping_threshold=[None, .1, 0.0, .95], divergence_threshold=[None, 2.5, -1.0])
    es, t = EarlyStopping("val_loss", **kw), trainer()

    def row(x):
        t.current_epoch += 1
        t.callback_metrics = {"val_loss": torch.tensor(x)}
        es._run_early_stopping_check(t)
        return lr, ["stop"] if t.should_stop else []
    return text("pl.callbacks.EarlyStopping", ["'val_loss'"], **kw), row


def lightning_save(rng, lr):
    import torch
    from lightning.pytorch.callbacks import ModelCheckpoint
    kw = some(rng, mode=MODES, save_top_k=[1, 2, 3, -1, 0, 5], every_n_epochs=[1, 2, 3])
    saved = []

    class Checkpoint(ModelCheckpoint):
        def _save_checkpoint(self, trainer, filepath):
            saved.append(filepath)

        def _remove_checkpoint(self, trainer, filepath):
            pass

        def file_exists(self, filepath, trainer):
            return False
    mc, t = Checkpoint(dirpath="ckpt", filename="{epoch}", monitor="val_loss", save_on_train_epoch_end=False, **kw), \
        trainer()

    def row(x):
        t.current_epoch += 1
        t.global_step += 10
        t.callback_metrics = {"val_loss": torch.tensor(x)}
        n = len(saved)
        mc.on_validation_end(t, None)
        return lr, ["save"] if len(saved) > n else []
    return text("lightning.pytorch.callbacks.ModelCheckpoint", monitor="val_loss", **kw), row


OPTAX = {}


def optax_reduce(rng, lr):
    import jax
    import jax.numpy as jnp
    from optax import contrib
    fixed = dict(factor=rng.choice([.1, .5, .3]), rtol=rng.choice([1e-4, 0.0, .1, .01]), atol=rng.choice([0.0, 1e-3, .1]))
    if fixed["rtol"] == fixed["atol"] == 0:
        fixed["atol"] = .25
    kw = dict(some(rng, cooldown=[0, 1, 2, 4], accumulation_size=[1, 1, 2, 3], min_scale=[0.0, .01, .2]),
              patience=rng.choice([1, 2, 3]))
    key = tuple(fixed.values())
    if key not in OPTAX:
        # One compilation for all of a choice; what varies is an argument.
        def update(state, value, vary):
            tx = contrib.reduce_on_plateau(**fixed, **vary)
            return tx.update(jnp.float32(1), state, value=value)
        OPTAX[key] = jax.jit(update)
    vary = {"patience": 10, "cooldown": 0, "accumulation_size": 1, "min_scale": 0.0, **kw}
    vary = {k: jnp.float32(v) if k == "min_scale" else jnp.int32(v) for k, v in vary.items()}
    state = [contrib.reduce_on_plateau(**fixed).init(jnp.float32(1))]

    def step(x):
        state[0] = OPTAX[key](state[0], x, vary)[1]
    return text("optax.contrib.reduce_on_plateau", **fixed, **kw), reducing(step, lambda: float(state[0].scale))


def hf_stop(rng, lr):
    from transformers import EarlyStoppingCallback, Trainer
    kw = some(rng, early_stopping_patience=[1, 2, 3, 0], early_stopping_threshold=DELTAS)
    cb = EarlyStoppingCallback(**kw)
    # "loss" is for lower values to be better.
    args = ns(metric_for_best_model="loss", greater_is_better=False, save_strategy="steps")
    state, control = ns(best_metric=None, global_step=0, best_global_step=None), ns(should_training_stop=False)

    def row(x):
        cb.on_evaluate(args, state, control, {"eval_loss": x})
        Trainer._determine_best_metric(ns(args=args, state=state), {"eval_loss": x}, None)
        return lr, ["stop"] if control.should_training_stop else []
    return text("transformers.EarlyStoppingCallback", **kw), row


def ignite_stop(rng, lr):
    from ignite.engine import Engine
    from ignite.handlers import EarlyStopping
    kw = some(rng, mode=MODES, threshold=DELTAS, cumulative=[True, False], threshold_mode=["abs", "rel"])
    engine, patience = Engine(lambda e, b: None), rng.choice([1, 2, 3])
    es = EarlyStopping(patience, lambda e: e.score, engine, **kw)

    def row(x):
        es(ns(score=x))
        return lr, ["stop"] if engine.should_terminate else []
    return text("ignite.handlers.EarlyStopping", ["%d, score_function, trainer" % patience], **kw), row


def fastai_row(cb, lr, name="valid_loss"):
    from fastai.callback.core import CancelFitException
    opt = ns(hypers=[{"lr": lr}])
    saved = []
    cb.learn = ns(recorder=ns(metric_names=["epoch", name], values=[]), opt=opt, epoch=0,
                  save=lambda *_, **__: saved.append(1))
    cb.before_fit()

    def row(x):
        before, words, n = opt.hypers[-1]["lr"], [], len(saved)
        cb.learn.recorder.values.append([x])
        try:
            cb.after_epoch()
        except CancelFitException:
            words = ["stop"]
        cb.learn.epoch += 1
        rate = opt.hypers[-1]["lr"]
        return rate, (["save"] if len(saved) > n else []) + (["reduce"] if rate < before else []) + words
    return row


def fastai_choice(rng, **more):
    import numpy
    return some(rng, min_delta=DELTAS, comp=[numpy.less, numpy.greater], **more)


def fastai_reduce(rng, lr):
    from fastai.callback.tracker import ReduceLROnPlateau
    kw = fastai_choice(rng, patience=[1, 2, 3], factor=[10.0, 2.0, 3.0], min_lr=MIN_LR)
    return text("fastai.callback.tracker.ReduceLROnPlateau", **kw), fastai_row(ReduceLROnPlateau(**kw), lr)


def fastai_stop(rng, lr):
    from fastai.callback.tracker import EarlyStoppingCallback
    kw = fastai_choice(rng, patience=[1, 2, 3])
    return text("fastai.EarlyStoppingCallback", **kw), fastai_row(EarlyStoppingCallback(**kw), lr)


def fastai_save(rng, lr):
    from fastai.callback.tracker import SaveModelCallback
    kw = fastai_choice(rng)
    return text("SaveModelCallback", **kw), fastai_row(SaveModelCallback(**kw), lr)


def flax_stop(rng, lr):
    from flax.training.early_stopping import EarlyStopping
    kw = some(rng, min_delta=DELTAS, patience=[0, 1, 2, 3])
    state = [EarlyStopping(**kw)]

    def row(x):
        state[0] = state[0].update(x)
        return lr, ["stop"] if state[0].should_stop else []
    return text("flax.training.early_stopping.EarlyStopping", **kw), row


def xgboost_stop(rng, lr):
    from xgboost.callback import EarlyStopping
    kw = dict(some(rng, min_delta=DELTAS, maximize=[True, False]), rounds=rng.choice([1, 2, 3]))
    es, log, epochs = EarlyStopping(**kw), [], iter(range(1000))
    model = ns(num_boosted_rounds=lambda: 0, set_attr=lambda **_: None)
    es.before_training(model)

    def row(x):
        log.append(x)
        return lr, ["stop"] if es.after_iteration(model, next(epochs), {"test": {"logloss": log}}) else []
    return text("xgb.callback.EarlyStopping", **kw), row


def lightgbm_stop(rng, lr):
    import lightgbm
    from lightgbm.basic import EvalResult
    from lightgbm.callback import CallbackEnv, EarlyStopException
    kw = dict(some(rng, min_delta=DELTAS), stopping_rounds=rng.choice([1, 2, 3]))
    es, epochs = lightgbm.early_stopping(verbose=False, **kw), iter(range(1000))

    def row(x):
        one = EvalResult("valid", "l2", x, False)
        env = CallbackEnv(model=ns(_train_data_name="training"), params={}, iteration=next(epochs), begin_iteration=0,
                          end_iteration=10000, evaluation_result_list=[one])
        try:
            es(env)
        except EarlyStopException:
            return lr, ["stop"]
        return lr, []
    return text("lgb.early_stopping", **kw), row


def mmengine_stop(rng, lr):
    from mmengine.hooks import EarlyStoppingHook
    kw = some(rng, rule=["less", "greater"], min_delta=DELTAS, patience=[1, 2, 3], check_finite=[True, False],
              stopping_threshold=[None, .1, .95])
    hook = EarlyStoppingHook("val_loss", **kw)
    runner = ns(train_loop=ns(stop_training=False), logger=logging.getLogger())

    def row(x):
        hook.after_val_epoch(runner, {"val_loss": x})
        return lr, ["stop"] if runner.train_loop.stop_training else []
    return text("mmengine.hooks.EarlyStoppingHook", ["'val_loss'"], **kw), row


def mmengine_reduce(rng, lr):
    from mmengine.optim import ReduceOnPlateauLR
    kw = some(rng, rule=["less", "greater"], factor=FACTORS, patience=[0, 1, 2], threshold=DELTAS,
              threshold_rule=["rel", "abs"], cooldown=[0, 1, 3], min_value=MIN_LR, eps=[1e-8, 1e-3])
    kw.setdefault("patience", 1)
    opt = sgd(lr)
    s = ReduceOnPlateauLR(opt, monitor="loss", **kw)
    return text("mmengine.ReduceOnPlateauLR", ["optimizer"], **kw), \
        reducing(lambda x: s.step({"loss": x}), group_rate(opt))


def paddle_reduce(rng, lr):
    from paddle.optimizer.lr import ReduceOnPlateau
    kw = some(rng, mode=MODES, factor=FACTORS, patience=[0, 1, 2], threshold=DELTAS, threshold_mode=["rel", "abs"],
              cooldown=[0, 1, 2, 4], min_lr=MIN_LR, epsilon=[1e-8, 1e-3])
    kw.setdefault("patience", 1)
    s = ReduceOnPlateau(lr, **kw)
    return text("paddle.optimizer.lr.ReduceOnPlateau", [repr(lr)], **kw), \
        reducing(s.step, lambda: s.last_lr)


LIBRARIES = {
    "torch": [torch_reduce], "keras": [keras_reduce, keras_stop, keras_save],
    "lightning": [lightning_stop, lightning_save], "timm": [timm_reduce], "optax": [optax_reduce],
    "hf": [hf_stop, hf_reduce], "ignite": [ignite_stop], "fastai": [fastai_reduce, fastai_stop, fastai_save],
    "flax": [flax_stop], "xgboost": [xgboost_stop], "lightgbm": [lightgbm_stop],
    "mmengine": [mmengine_stop, mmengine_reduce], "paddle": [paddle_reduce],
}


# --- cases --------------------------------------------------------------------

def number(x):
    return repr(float(x))


def case(make, rng):
    """(call, rate, metrics, rows), as the library's class has it."""
    lr = rng.choice(RATES)
    call, row = make(rng, lr)
    if make is optax_reduce:
        lr = 1.0
    last, used, rows = None, [], []
    for i, x in enumerate(metrics(rng)):
        rate, words = row(x)
        used.append(x)
        if words or rate != last and (i > 0 or rate != lr):
            rows.append("%d %s %s" % (i, number(rate), " ".join(words)))
        last = rate
        if "stop" in words:
            break
    return call, lr, used, rows


def lines(c):
    call, lr, used, rows = c
    return "\n".join([call, number(lr), " ".join(map(number, used)), ";".join(rows)])


def differs(tool, c):
    """What the tool says of case C where the library does not, or None."""
    call, lr, used, rows = c
    table = "epoch,val_loss\n" + "".join("%d,%s\n" % (i, number(x)) for i, x in enumerate(used))
    got = subprocess.run([tool, "-q", "-l", number(lr), "--metric", "val_loss", call], input=table,
                         capture_output=True, text=True)
    want = {int(r.split(" ")[0]): r.split(" ", 2)[1:] for r in rows}
    stops = bool(rows) and rows[-1].endswith("stop")
    if got.returncode != (1 if stops else 0):
        return "status %d: %s" % (got.returncode, got.stderr)
    rate, out = lr, got.stdout.splitlines()[1:]
    if len(out) != len(used):
        return "%d rows; expected %d" % (len(out), len(used))
    import numpy
    for i, line in enumerate(out):
        cells = line.split(",")
        words = " ".join(w for w in cells[4].split(" ") if w != "best")
        expected = ""
        if i in want:
            rate, expected = float(want[i][0]), want[i][1]
        mine = float(cells[3])
        single = call.startswith(("keras", "optax"))
        if words != expected or (numpy.float32(mine) if single else mine) != (numpy.float32(rate) if single else rate):
            return "row %d: %s; expected %r %r" % (i, line, rate, expected)
    return None


def check_signatures():
    """The definitions' defaults are those of the classes that are installed."""
    bad, seen = 0, 0
    env = {"policy": lambda *a, **k: None, "need": lambda *a: None}
    exec(open(os.path.join(here, "../../lib/watch/policies.py")).read(), env)
    for path, real in real_classes():
        library, name = path.split(".")
        mine = inspect.signature(vars(env[library])[name])
        theirs = inspect.signature(real)
        seen += 1
        for k, p in theirs.parameters.items():
            if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) or k == "self":
                continue
            own = mine.parameters.get(k)
            if own is None or own.default != p.default:
                print("%s: %s is %s; the class has %s" % (path, k, own, p), file=sys.stderr)
                bad += 1
    return seen, bad


def real_classes():
    wanted = {
        "torch.ReduceLROnPlateau": "torch.optim.lr_scheduler", "keras.ReduceLROnPlateau": "keras.callbacks",
        "keras.EarlyStopping": "keras.callbacks", "keras.ModelCheckpoint": "keras.callbacks",
        "keras.TerminateOnNaN": "keras.callbacks", "lightning.EarlyStopping": "lightning.pytorch.callbacks",
        "lightning.ModelCheckpoint": "lightning.pytorch.callbacks", "timm.PlateauLRScheduler": "timm.scheduler",
        "optax.reduce_on_plateau": "optax.contrib", "hf.EarlyStoppingCallback": "transformers",
        "ignite.EarlyStopping": "ignite.handlers", "fastai.ReduceLROnPlateau": "fastai.callback.tracker",
        "fastai.EarlyStoppingCallback": "fastai.callback.tracker", "fastai.SaveModelCallback": "fastai.callback.tracker",
        "flax.EarlyStopping": "flax.training.early_stopping", "xgboost.EarlyStopping": "xgboost.callback",
        "lightgbm.early_stopping": "lightgbm", "mmengine.EarlyStoppingHook": "mmengine.hooks",
        "paddle.ReduceOnPlateau": "paddle.optimizer.lr",
    }
    for path, module in wanted.items():
        try:
            __import__(module)
        except ImportError:
            continue
        yield path, getattr(sys.modules[module], path.split(".")[1])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("-n", type=int, default=60)
    ap.add_argument("-s", "--seed", type=int, default=1)
    ap.add_argument("--check", metavar="LRWATCH")
    ap.add_argument("library", nargs="*")
    a = ap.parse_args()
    bad = 0
    for name in a.library or LIBRARIES:
        same = 0
        for i in range(a.n):
            # A string seeds by its bytes, the same in every process.
            rng = random.Random("%s/%d/%d" % (name, a.seed, i))
            make = LIBRARIES[name][i % len(LIBRARIES[name])]
            noise = io.StringIO()
            try:
                with contextlib.redirect_stdout(noise):
                    c = case(make, rng)
            except ImportError as e:
                print("%s: left out: %s" % (name, e), file=sys.stderr)
                break
            if not a.check:
                print(lines(c))
                continue
            why = differs(a.check, c)
            same += why is None
            if why is not None and (bad := bad + 1) < 20:
                print(lines(c), why, sep="\n", file=sys.stderr)
        else:
            if a.check:
                print("%s: %d of %d sequences are equal" % (name, same, a.n), flush=True)
    if a.check:
        seen, wrong = check_signatures()
        print("signatures: %d looked at, %d differ" % (seen, wrong))
        bad += wrong
    return 1 if bad else 0


sys.exit(main())
