# SPDX-License-Identifier: MIT
# What nanoGPT (3adf61e1) computes, as a call with the names of its settings.


def get_lr(learning_rate=6e-4, warmup_iters=2000, lr_decay_iters=600000, min_lr=6e-5, decay_lr=True):
    """A warmup, then a cosine to min_lr."""
    need(lr_decay_iters > warmup_iters)
    if not decay_lr:
        return hold(learning_rate)
    return join([linear(warmup_iters, 0, learning_rate, grid="open"),
                 cos(lr_decay_iters - warmup_iters, learning_rate, min_lr)])


def NanoGPTConfig(learning_rate=6e-4, max_iters=600000, warmup_iters=2000, lr_decay_iters=600000, min_lr=6e-5,
                  decay_lr=True, config=None, **others):
    """The settings of its train.py: files in config/, or flags."""
    need(config is None, "another file of settings; expected the file, with " + option("define") + " for what is changed")
    lr, low = base if base_given else learning_rate, min_lr
    return cut(get_lr(lr, warmup_iters, lr_decay_iters, low, decay_lr), max_iters, past="cont")


def LitGPTConfig(train, optimizer=None, **others):
    """The YAML of litgpt, whose rate counts micro-batches of one device: refused."""
    need(False, "litgpt counts micro-batches of one device; expected the cosine in updates, as "
         "cosine_with_warmup's words: " + option("lr") + " LR cosine,warmup=W,total=T")
