# SPDX-License-Identifier: MIT
# The settings of ultralytics (8.3, engine/trainer.py) and YOLOv5: a factor of
# the epoch, and a warmup by updates, from 0 for all but the biases.


def UltralyticsConfig(lr0=0.01, lrf=0.01, epochs=None, warmup_epochs=3.0, cos_lr=False, warmup_bias_lr=0.1,
                      warmup_momentum=None, optimizer=None, **others):
    """The settings of YOLO's trainer."""
    need(optimizer != "auto" or base_given, "optimizer=auto, which chooses lr0 itself; expected "
         + option("lr") + ", that rate")
    own, e = base if base_given else lr0, epoch_steps
    need(e is not None or warmup_epochs <= 0, "a warmup by updates; expected "
         + option("epoch_steps") + " (or " + option("define") + " warmup_epochs=0: rows are epochs)")
    n = run_length(None if epochs is None else epochs * (e or 1)) / (e or 1)
    body = cos(n, own, lrf * own) if cos_lr else linear(n, own, lrf * own)
    if optimizer is None:
        remark("with optimizer=auto, the default of ultralytics, lr0 is not what is used")
    if e is None:
        return body
    body = held(body, e) if e != 1 else body
    if warmup_epochs <= 0:
        return cut(body, n * e, past="cont")
    if warmup_bias_lr != 0:
        remark("biases fall from warmup_bias_lr to this rate in the warmup, where all others rise from 0")
    return cut(product([body, linear(max(round(warmup_epochs * e), 100), 0, 1)]), n * e, past="cont")
