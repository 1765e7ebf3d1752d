# SPDX-License-Identifier: MIT
# Transformers' schedules (5.23.0, transformers/optimization.py), factors of
# the optimizer's rate; then what it had for TensorFlow until version 5
# (optimization_tf.py), and the function of its examples for Flax.

_METRIC = "no table can hold a schedule that waits for a metric"


def _up(num_warmup_steps, base):
    need(num_warmup_steps >= 0)
    return linear(num_warmup_steps, 0, base)


def get_constant_schedule(optimizer, last_epoch=-1):
    """The base."""
    _fresh(last_epoch)
    return hold(base)


def get_constant_schedule_with_warmup(optimizer, num_warmup_steps, last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then the base."""
    _fresh(last_epoch)
    return join([_up(num_warmup_steps, base), hold(base)])


def get_linear_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then one to 0 at num_training_steps."""
    _fresh(last_epoch)
    left = num_training_steps - num_warmup_steps
    return join([_up(num_warmup_steps, base), linear(left, base) if left > 0 else hold(0)])


def _waves(steps, start, end, num_cycles, **ramp):
    waves = abs(num_cycles)
    return cos(steps, start, end, waves=waves, past="cont", **ramp) if waves else hold(start, steps)


def get_cosine_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, num_cycles=0.5, last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then num_cycles of a cosine to num_training_steps."""
    _fresh(last_epoch)
    steps = max(1, num_training_steps - num_warmup_steps)
    return join([_up(num_warmup_steps, base), _waves(steps, base, 0, num_cycles)])


def get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, num_cycles=1,
                                                       last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then num_cycles half cosines, each from the base."""
    _fresh(last_epoch)
    need(num_cycles >= 0)
    steps = max(1, num_training_steps - num_warmup_steps)
    return join([_up(num_warmup_steps, base), _hard_restarts(steps, num_cycles, base)], past=0)


def get_polynomial_decay_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, lr_end=1e-07, power=1.0,
                                              last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then a polynomial to lr_end."""
    _fresh(last_epoch)
    need(lr_end < base, "lr_end is not below the base rate; expected a lower one")
    need(num_training_steps != num_warmup_steps)
    need(power >= 0)
    steps = num_training_steps - num_warmup_steps
    if steps <= 0:
        body = hold(lr_end)
    elif power > 0:
        body = poly(steps, base, lr_end, power)
    else:
        body = join([hold(base, steps + 1), hold(lr_end)])
    return join([_up(num_warmup_steps, base), body])


def get_inverse_sqrt_schedule(optimizer, num_warmup_steps, timescale=None, last_epoch=-1):
    """A line from 0 to the base in num_warmup_steps, then a fall as one over the root of the step."""
    _fresh(last_epoch)
    scale = (num_warmup_steps or 10000) if timescale is None else timescale
    need(scale > 0, "timescale is not above 0; expected a length")
    return join([_up(num_warmup_steps, base), rsqrt(base, scale)])


def _low(min_lr, min_lr_rate, base):
    need(min_lr is None or min_lr_rate is None)
    need(min_lr is not None or min_lr_rate is not None)
    return min_lr if min_lr_rate is None else min_lr_rate * base


def get_cosine_with_min_lr_schedule_with_warmup(optimizer, num_warmup_steps, num_training_steps, num_cycles=0.5,
                                                last_epoch=-1, min_lr=None, min_lr_rate=None):
    """A line from 0 to the base in num_warmup_steps, then half a cosine to min_lr."""
    _fresh(last_epoch)
    steps = max(1, num_training_steps - num_warmup_steps)
    return join([_up(num_warmup_steps, base), _waves(steps, base, _low(min_lr, min_lr_rate, base), num_cycles)])


def get_cosine_with_min_lr_schedule_with_warmup_lr_rate(optimizer, num_warmup_steps, num_training_steps, num_cycles=0.5,
                                                        last_epoch=-1, min_lr=None, min_lr_rate=None,
                                                        warmup_lr_rate=None):
    """A line to the base from warmup_lr_rate of it, then half a cosine to min_lr."""
    _fresh(last_epoch)
    need(num_warmup_steps >= 0)
    # A warmup of a fraction of a step goes beyond the rate.
    past = "hold" if num_warmup_steps % 1 == 0 else "cont"
    if warmup_lr_rate is None:
        up = linear(num_warmup_steps, 0, base, grid="lead", past=past)
    else:
        up = linear(num_warmup_steps, warmup_lr_rate * base, base, grid="incl", past=past)
    steps = max(1, num_training_steps - num_warmup_steps)
    return join([up, _waves(steps, base, _low(min_lr, min_lr_rate, base), num_cycles, grid="lead")])


def get_wsd_schedule(optimizer, num_warmup_steps, num_decay_steps, num_training_steps=None, num_stable_steps=None,
                     warmup_type="linear", decay_type="cosine", min_lr_ratio=0, num_cycles=0.5, last_epoch=-1):
    """A warmup, the base for num_stable_steps, and a decay to min_lr_ratio of it."""
    _fresh(last_epoch)
    need(num_training_steps is not None or num_stable_steps is not None)
    need(warmup_type in ["linear", "cosine", "1-sqrt"])
    need(decay_type in ["linear", "cosine", "1-sqrt"])
    need(num_warmup_steps >= 0)
    w, d, low = num_warmup_steps, num_decay_steps, min_lr_ratio * base
    stable = num_training_steps - w - d if num_stable_steps is None else num_stable_steps
    if warmup_type == "linear":
        up = linear(w, low, base)
    elif warmup_type == "cosine":
        up = cos(w, low, base)
    else:
        up = sqrt(w, low, base, flip=True)
    if decay_type == "linear":
        down = linear(d, base, low)
    elif decay_type == "1-sqrt":
        down = sqrt(d, base, low)
    else:
        down = cos(d, base, low, waves=abs(num_cycles)) if num_cycles else hold(base, d)
    # A decay may begin before the warmup ends, or before step 0.
    return over(up, join([hold(base, w + stable), down], past=low))


def get_reduce_on_plateau_schedule(optimizer, mode="min", factor=0.1, patience=10, threshold=0.0001,
                                   threshold_mode="rel", cooldown=0, min_lr=0, eps=1e-08):
    """Follows a metric: no table can hold it."""
    need(False, "no table can hold what follows a metric; expected lrwatch")


def get_greedy_schedule(optimizer, mode="min", factor=0.95, patience=10, threshold=1e-06, threshold_mode="abs",
                        cooldown=0, warmup=0, min_lr=0.001, max_lr=1.0, eps=1e-08, verbose=False, smooth=False,
                        window_size=50, reset_start=500):
    """Follows a metric: no table can hold it."""
    need(False, _METRIC)


def get_scheduler(name, optimizer, num_warmup_steps=None, num_training_steps=None, scheduler_specific_kwargs=None,
                  num_cycles=None, power=None):
    """The schedule called name; diffusers' takes num_cycles and power for those that have them."""
    plans = {"linear": get_linear_schedule_with_warmup, "cosine": get_cosine_schedule_with_warmup,
             "cosine_with_restarts": get_cosine_with_hard_restarts_schedule_with_warmup,
             "polynomial": get_polynomial_decay_schedule_with_warmup,
             "cosine_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup,
             "cosine_warmup_with_min_lr": get_cosine_with_min_lr_schedule_with_warmup_lr_rate}
    kwargs = scheduler_specific_kwargs or {}
    need(name in ["linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup",
                  "inverse_sqrt", "reduce_lr_on_plateau", "cosine_with_min_lr", "cosine_warmup_with_min_lr",
                  "warmup_stable_decay", "greedy"])
    need(name not in ["reduce_lr_on_plateau", "greedy"], _METRIC)
    if name == "constant":
        return get_constant_schedule(optimizer)
    need(num_warmup_steps is not None)
    if name == "constant_with_warmup":
        return get_constant_schedule_with_warmup(optimizer, num_warmup_steps)
    if name == "inverse_sqrt":
        return get_inverse_sqrt_schedule(optimizer, num_warmup_steps, **kwargs)
    if name == "warmup_stable_decay":
        return get_wsd_schedule(optimizer, num_warmup_steps, num_training_steps=num_training_steps, **kwargs)
    need(num_training_steps is not None)
    if num_cycles is not None and name == "cosine_with_restarts":
        return plans[name](optimizer, num_warmup_steps, num_training_steps, num_cycles)
    if power is not None and name == "polynomial":
        return plans[name](optimizer, num_warmup_steps, num_training_steps, power=power)
    return plans[name](optimizer, num_warmup_steps, num_training_steps, **kwargs)


def create_optimizer(init_lr, num_train_steps, num_warmup_steps, min_lr_ratio=0.0, adam_beta1=0.9, adam_beta2=0.999,
                     adam_epsilon=1e-8, adam_clipnorm=None, adam_global_clipnorm=None, weight_decay_rate=0.0, power=1.0,
                     include_in_weight_decay=None):
    """A line from 0 to init_lr in num_warmup_steps, then a polynomial to min_lr_ratio of it."""
    need(num_warmup_steps >= 0)
    need(num_train_steps > num_warmup_steps)
    need(power > 0)
    return join([linear(num_warmup_steps, 0, init_lr),
                 poly(num_train_steps - num_warmup_steps, init_lr, min_lr_ratio * init_lr, power)])


def create_learning_rate_fn(train_ds_size, train_batch_size, num_train_epochs, num_warmup_steps, learning_rate):
    """A line from 0 to learning_rate in num_warmup_steps, then one to 0."""
    total = train_ds_size // train_batch_size * num_train_epochs
    need(0 <= num_warmup_steps < total)
    return join([linear(num_warmup_steps, 0, learning_rate), linear(total - num_warmup_steps, learning_rate)])


# The trainers' own settings: what they make of the rate, all else is ignored.

def _lasts(own, epochs, steps, epoch_steps, counting):
    """How many updates there are, or None."""
    known = own is not None or steps is not None or epochs is not None and (epoch_steps or counting == "epoch")
    return run_length(own, epochs) if known else None


def _scheduled(name, lr, warmup, total, kwargs):
    """The rate of a run of total updates; a warmup below 1 is a part of them."""
    if 0 < warmup < 1:
        warmup = math.ceil((run_length() if total is None else total) * warmup)
    needs_total = name not in ["constant", "constant_with_warmup", "inverse_sqrt"]
    if needs_total and total is None:
        total = run_length()
    body = place(get_scheduler(name, None, warmup, total, kwargs), base=lr)
    return body if total is None else cut(body, total, past="cont")


def _trainer(lr, name, kwargs, warmup_steps, warmup_ratio, max_steps, epochs, batches, steps, epoch_steps, counting):
    own = max_steps if max_steps is not None and max_steps > 0 else None
    if own is None and epoch_steps is not None and batches != 1:
        remark(option("epoch_steps") + " counts updates of the optimizer: gradient_accumulation_steps batches each")
    known = own is not None or steps is not None or epoch_steps is not None or counting == "epoch"
    total = run_length(own, epochs) if known or name not in ["constant", "constant_with_warmup", "inverse_sqrt"] else None
    return _scheduled(name, lr, warmup_steps if warmup_steps else warmup_ratio or 0, total, kwargs)


def TrainingArguments(output_dir=None, learning_rate=5e-5, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
                      warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0,
                      gradient_accumulation_steps=1, num_epochs=None, max_epochs=None, lr_scheduler=None,
                      num_iterations=1, **others):
    """The schedule of a Trainer with these settings."""
    epochs, kind = num_train_epochs, lr_scheduler_type
    if num_iterations != 1:
        # TRL's GRPO.
        remark("num_iterations trains with each batch again: an epoch's steps are those, too")
    if num_epochs is not None:
        remark("num_epochs is taken for num_train_epochs")
        epochs = num_epochs
    if max_epochs is not None:
        remark("max_epochs is taken for num_train_epochs")
        epochs = max_epochs
    if lr_scheduler is not None:
        remark("lr_scheduler is taken for lr_scheduler_type")
        kind = lr_scheduler
    kwargs = lr_scheduler_kwargs
    if kwargs is None and kind in ["cosine_with_min_lr", "cosine_warmup_with_min_lr"]:
        # Scripts have them as flags of their own.
        kwargs = {k: others[k] for k in ["min_lr", "min_lr_rate"] if k in others}
        if kwargs:
            remark(" and ".join(kwargs) + ": taken for lr_scheduler_kwargs")
    return _trainer(base if base_given else learning_rate, kind, kwargs, warmup_steps,
                    warmup_ratio, max_steps, epochs, gradient_accumulation_steps, steps, epoch_steps, counting)

def Seq2SeqTrainingArguments(output_dir=None, learning_rate=5e-5, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
                             warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
                             **others):
    """The schedule of a Trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def SFTConfig(output_dir=None, learning_rate=2e-5, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
              warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
              **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def DPOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
              warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
              **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def ORPOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
               warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
               **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def KTOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
              warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
              **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def CPOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
              warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
              **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def GRPOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
               warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
               **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def RLOOConfig(output_dir=None, learning_rate=1e-6, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
               warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
               **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def RewardConfig(output_dir=None, learning_rate=1e-4, lr_scheduler_type="linear", lr_scheduler_kwargs=None,
                 warmup_steps=0, warmup_ratio=None, max_steps=-1, num_train_epochs=3.0, gradient_accumulation_steps=1,
                 **others):
    """The schedule of TRL's trainer with these settings."""
    return TrainingArguments(output_dir, learning_rate, lr_scheduler_type, lr_scheduler_kwargs, warmup_steps,
                             warmup_ratio, max_steps, num_train_epochs, gradient_accumulation_steps)


def AccelerateArguments(learning_rate=None, lr_scheduler=None, lr_scheduler_type=None, lr_warmup_steps=None,
                        num_warmup_steps=None, max_train_steps=None, num_train_epochs=None, num_epochs=None, lr_num_cycles=1,
                        lr_scheduler_num_cycles=None, lr_power=1.0, lr_scheduler_power=None,
                        gradient_accumulation_steps=1, scale_lr=False, **others):
    """The example scripts of diffusers and transformers (no_trainer), and those made after them."""
    need(base_given or learning_rate is not None, "no learning_rate; expected it, or " + option("lr"))
    need(base_given or not scale_lr, "scale_lr multiplies the rate by what is not known here; expected "
         + option("lr") + ", the rate")
    name = lr_scheduler or lr_scheduler_type or ("constant" if num_warmup_steps is None else "linear")
    warmup = lr_warmup_steps if lr_warmup_steps is not None else num_warmup_steps
    need(warmup is not None or name == "constant" or lr_scheduler_type is not None,
         "no lr_warmup_steps, for which scripts have different defaults; expected it, as "
         + option("define") + " lr_warmup_steps=N")
    cycles = lr_num_cycles if lr_scheduler_num_cycles is None else lr_scheduler_num_cycles
    power = lr_power if lr_scheduler_power is None else lr_scheduler_power
    kwargs = {"cosine_with_restarts": {"num_cycles": cycles}, "polynomial": {"power": power}}.get(name)
    if gradient_accumulation_steps != 1:
        remark("steps are updates of the optimizer: gradient_accumulation_steps batches each")
    epochs = num_epochs if num_train_epochs is None else num_train_epochs
    total = _lasts(max_train_steps, epochs, steps, epoch_steps, counting)
    return _scheduled(name, base if base_given else learning_rate, warmup or 0, total, kwargs)


def ModelCard(learning_rate, lr_scheduler_type="linear", lr_scheduler_warmup_steps=0, lr_scheduler_warmup_ratio=None,
              num_epochs=None, training_steps=None, **others):
    """The hyperparameters that a Trainer writes into a model's card."""
    return TrainingArguments(None, learning_rate, lr_scheduler_type, None, lr_scheduler_warmup_steps,
                             lr_scheduler_warmup_ratio, training_steps or -1, num_epochs or 3.0)


def AxolotlConfig(learning_rate, lr_scheduler="cosine", lr_scheduler_kwargs=None, warmup_steps=None, warmup_ratio=None,
                  num_epochs=1.0, max_steps=None, cosine_min_lr_ratio=None, cosine_constant_lr_ratio=None, lr_quadratic_warmup=False,
                  relora=False, relora_steps=None, jagged_restart_steps=None, **others):
    """The schedule of axolotl with these settings."""
    need(lr_scheduler not in ["one_cycle", "rex", "log_sweep"], "one that no table here has; expected words for it")
    need(cosine_constant_lr_ratio is None, "no table here has it; expected words")
    need(not lr_quadratic_warmup, "no table here has it; expected words")
    need(not relora and not relora_steps, "no table here has ReLoRA's restarts; expected words")
    need(not jagged_restart_steps, "no table here has these restarts; expected words")
    total = run_length(max_steps if max_steps else None, num_epochs)
    lr, kwargs = base if base_given else learning_rate, lr_scheduler_kwargs
    if warmup_steps is not None:
        warmup = warmup_steps
    elif warmup_ratio is not None:
        warmup = int(warmup_ratio * total)
    else:
        warmup = min(int(0.03 * total), 100)
    if lr_scheduler == "cosine" and cosine_min_lr_ratio:
        return _scheduled("cosine_with_min_lr", lr, warmup, total, {"min_lr_rate": cosine_min_lr_ratio})
    return _scheduled(lr_scheduler, lr, warmup, total, kwargs)


def NanotronConfig(optimizer=None, learning_rate_scheduler=None, tokens=None, **others):
    """The YAML of nanotron: a warmup, perhaps constant, then a decay, and its end."""
    s = learning_rate_scheduler or optimizer["learning_rate_scheduler"]
    need(base_given or "learning_rate" in s, "no learning_rate; expected it, or " + option("lr"))
    peak = base if base_given else s["learning_rate"]
    low = peak if s.get("min_decay_lr") is None else s["min_decay_lr"]
    warmup = s.get("lr_warmup_steps") or 0
    start = warmup if s.get("lr_decay_starting_step") is None else s["lr_decay_starting_step"]
    total = run_length((tokens or {}).get("train_steps"))
    length = total - start if s.get("lr_decay_steps") is None else s["lr_decay_steps"]
    style = s.get("lr_decay_style") or "linear"
    need(s.get("lr_warmup_style", "linear") == "linear" and warmup >= 1, "expected lr_warmup_steps of a line, 1 or more")
    need(style in ["cosine", "linear", "1-sqrt"], "lr_decay_style that is none of cosine, linear and 1-sqrt")
    need(start >= warmup, "a decay within the warmup; expected it behind")
    need(length >= 1, "no steps for the decay; expected more train_steps")
    fall = {"cosine": cos, "linear": linear, "1-sqrt": sqrt}[style]
    parts = [linear(warmup, 0, peak), hold(peak, start - warmup), fall(length, peak, low)]
    return cut(join([p for i, p in enumerate(parts) if i != 1 or start > warmup]), total, past="cont")
