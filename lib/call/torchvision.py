# SPDX-License-Identifier: MIT
# The flags of torchvision's reference scripts (0.20, references/), stepped once
# an epoch: with epoch_steps each value is held for one, without it rows are
# epochs.


def _main(lr, name, epochs, warmup, step_size, at, gamma, low):
    if name == "steplr":
        return stairs(lr, every=step_size, by=gamma)
    if name == "multisteplr":
        return stairs(lr, at=at, by=gamma)
    if name == "exponentiallr":
        return decay(lr, gamma)
    return cos(epochs - warmup, lr, low, past="cont")


def TorchvisionArguments(lr=None, lr_scheduler=None, epochs=None, lr_warmup_epochs=0, lr_warmup_method="constant",
                         lr_warmup_decay=0.01, lr_step_size=None, lr_steps=None, lr_gamma=0.1, lr_min=0.0, **others):
    """The flags of torchvision's reference scripts."""
    need(lr_scheduler is not None or lr_steps is not None or lr_step_size is not None,
         "no lr_scheduler, for which the scripts have different defaults; expected it")
    name = lr_scheduler or ("steplr" if lr_steps is None else "multisteplr")
    warmup, e = lr_warmup_epochs, epoch_steps or 1
    need(name in ["steplr", "multisteplr", "exponentiallr", "cosineannealinglr"])
    detection = name == "multisteplr"
    need(lr_warmup_method in ["linear", "constant"])
    own = base if base_given else lr if lr is not None else 0.02 if detection else 0.1
    if lr is None and not base_given:
        remark("the script's default is what lr is: " + str(own))
    n = run_length(epochs * e) if epochs is not None else run_length()
    need(n % e == 0, "the length is no whole number of epochs; expected one")
    at = lr_steps or (16, 22)
    at = at if isinstance(at, (list, tuple)) else [at]
    body = _main(own, name, n // e, warmup, lr_step_size or 30, at, lr_gamma, lr_min)
    if warmup > 0:
        if lr_warmup_method == "linear":
            up = linear(warmup, lr_warmup_decay * own, own)
        else:
            up = hold(lr_warmup_decay * own, warmup)
        body = join([up, body])
    body = held(body, e) if e != 1 else body
    if detection and epoch_steps is not None and min(1000, e - 1) > 0:
        body = product([body, linear(min(1000, e - 1), 0.001, 1)])
    if epoch_steps is None and counting == "step":
        remark("rows are epochs; with " + option("epoch_steps") + " they are steps"
               + (", and the warmup inside the first epoch is seen" if detection else ""))
    return cut(body, n, past="cont")
