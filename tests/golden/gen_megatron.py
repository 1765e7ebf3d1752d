# SPDX-License-Identifier: MIT
# /// script
# requires-python = "==3.11.*"
# dependencies = ["megatron-core==0.16.1", "torch"]
# ///
"""megatron.core's OptimizerParamScheduler.  It counts samples, or steps of any
size: a trainer calls step(increment) after every update, so update t sees
t*increment.  The call in a table says how much with `increment`, 1 unless
given; all its other arguments are the constructor's own."""
import warnings
from types import SimpleNamespace

warnings.simplefilter("ignore")
import megatron.core  # noqa: E402
from megatron.core import optimizer_param_scheduler as ops  # noqa: E402

from golden import Golden, sample  # noqa: E402

g = Golden("megatron", megatron.core.__version__)


def rates(text, n, extra=()):
    def construct(*args, increment=1, **kw):
        return ops.OptimizerParamScheduler(*args, **kw), increment

    group = {"lr": 0., "weight_decay": 0.}
    scheduler, increment = eval(text, {
        "megatron": SimpleNamespace(OptimizerParamScheduler=construct),
        "OptimizerParamScheduler": construct,
        "optimizer": SimpleNamespace(param_groups=[group])})
    keep = set(sample(n, extra) if n > 300 else range(n))
    lr, wd = {}, {}
    for t in range(n):
        if t in keep:
            lr[t], wd[t] = group["lr"], group["weight_decay"]
        scheduler.step(increment)
    return lr, wd


def call(config, n, extra=(), prefix="megatron.", **kw):
    args = dict(init_lr=0.0, max_lr=3e-4, min_lr=3e-5, lr_warmup_steps=10,
                lr_decay_steps=100, lr_decay_style="cosine", start_wd=0.1,
                end_wd=0.1, wd_incr_steps=100, wd_incr_style="constant")
    args.update(kw)
    text = prefix + "OptimizerParamScheduler(optimizer, " + ", ".join(
        f"{k}={v!r}" for k, v in args.items()) + ")"
    assert "'" in text and '"' not in text
    lr, wd = rates(text, n, extra)
    columns = dict(lr=lr)
    if args["start_wd"] != args["end_wd"]:
        columns["wd"] = wd
    g.add(config, '"' + text + '"', **columns)


def words(config, args, text, n):
    g.add(config, args, lr=rates("OptimizerParamScheduler(optimizer, " + text +
                                 ")", n)[0])


call("cosine", 105)
call("cosine-unprefixed", 105, prefix="", min_lr=0)
call("cosine-no-warmup", 105, lr_warmup_steps=0)
call("cosine-init", 105, init_lr=1e-6)
call("cosine-long", 100004, (2000, 100000), lr_warmup_steps=2000,
     lr_decay_steps=100000, min_lr=0.0)
call("linear", 105, lr_decay_style="linear")
call("linear-no-warmup", 105, lr_decay_style="linear", lr_warmup_steps=0,
     min_lr=0.0)
call("linear-one-left", 14, lr_decay_style="linear", lr_decay_steps=11)
call("constant", 25, lr_decay_style="constant")
call("constant-no-warmup", 25, lr_decay_style="constant", lr_warmup_steps=0)
call("inverse-sqrt", 1005, (100, 1000), lr_decay_style="inverse-square-root",
     lr_warmup_steps=100, lr_decay_steps=1000, min_lr=1e-5)
call("inverse-sqrt-floor", 300, lr_decay_style="inverse-square-root",
     lr_decay_steps=1000, min_lr=1e-4)
call("inverse-sqrt-no-warmup", 105, lr_decay_style="inverse-square-root",
     lr_warmup_steps=0, min_lr=0.0)
for style in ("linear", "cosine", "exponential", "minus_sqrt"):
    call("wsd-" + style, 105, lr_decay_style="WSD", wsd_decay_steps=20,
         lr_wsd_decay_style=style)
call("wsd-no-warmup", 105, lr_decay_style="WSD", wsd_decay_steps=20,
     lr_wsd_decay_style="exponential", lr_warmup_steps=0)
call("wsd-all-decay", 105, lr_decay_style="WSD", wsd_decay_steps=90,
     lr_wsd_decay_style="cosine")
call("wsd-decay-in-warmup", 105, lr_decay_style="WSD", wsd_decay_steps=96,
     lr_wsd_decay_style="linear")
call("wsd-decay-beyond-total", 105, lr_decay_style="WSD",
     wsd_decay_steps=130, lr_wsd_decay_style="exponential")
call("wsd-one", 105, lr_decay_style="WSD", wsd_decay_steps=1,
     lr_wsd_decay_style="minus_sqrt")
call("wd-linear", 110, start_wd=0.01, wd_incr_style="linear")
call("wd-cosine", 130, start_wd=0.0, wd_incr_style="cosine",
     wd_incr_steps=120)
call("wd-one", 10, start_wd=0.0, wd_incr_style="linear", wd_incr_steps=1)
call("wd-before", 60, start_wd=0.05, wd_incr_style="cosine",
     wd_incr_steps=30)
call("samples", 1005, (100, 1000), lr_warmup_steps=25600,
     lr_decay_steps=256000, increment=256)
call("samples-fractional", 60, lr_warmup_steps=100, lr_decay_steps=1000,
     increment=24)
call("samples-inverse-sqrt", 60, lr_decay_style="inverse-square-root",
     lr_warmup_steps=100, lr_decay_steps=1000, increment=24)
call("samples-inverse-sqrt-no-warmup", 60,
     lr_decay_style="inverse-square-root", lr_warmup_steps=0,
     lr_decay_steps=1000, increment=24, min_lr=1e-6)
call("samples-wsd", 60, lr_warmup_steps=100, lr_decay_steps=1000,
     lr_decay_style="WSD", wsd_decay_steps=333,
     lr_wsd_decay_style="exponential", increment=24, start_wd=0.01,
     wd_incr_steps=1000, wd_incr_style="linear")
call("samples-warmup-within-update", 60, lr_warmup_steps=10,
     lr_decay_steps=1000, increment=24)
call("samples-decay-within-update", 15, lr_warmup_steps=241,
     lr_decay_steps=261, increment=22)
call("samples-decay-none", 25, lr_warmup_steps=554, lr_decay_steps=557,
     lr_decay_style="linear", increment=29)
call("warmup-fractional", 105, lr_warmup_steps=7.5)
D = ("init_lr=0.0, max_lr=3e-4, min_lr=%s, lr_warmup_steps=500, "
     "lr_decay_steps=10000, lr_decay_style='%s', start_wd=0, end_wd=0, "
     "wd_incr_steps=1, wd_incr_style='constant'")
words("words-wsd", "-l 3e-4 warmup:5 const:80 half:15:3e-5",
      D % ("3e-5", "WSD") + ", wsd_decay_steps=1500, "
      "lr_wsd_decay_style='exponential', increment=100", 104)
words("words-cosine", "-l 3e-4 warmup:5 cos:95:3e-5",
      D % ("3e-5", "cosine") + ", increment=100", 104)
words("words-linear", "-l 3e-4 warmup:5 linear:95",
      D % ("0", "linear") + ", increment=100", 104)
g.save()
