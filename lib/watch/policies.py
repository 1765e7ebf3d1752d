# SPDX-License-Identifier: MIT
# Policies as their libraries have them: a class for each library, in it the
# signatures of its classes with their defaults, which become the arguments of a
# kind of policy (kind.c).  Those that change no decision (verbose, paths) are
# not looked at.  LIBRARIES has other names that a dotted path may have.

LIBRARIES = {
    "torch": "pytorch optim lr_scheduler",
    "keras": "tf tensorflow tf_keras",
    "lightning": "pl pytorch_lightning L",
    "timm": "",
    "optax": "",
    "hf": "transformers",
    "ignite": "",
    "fastai": "",
    "flax": "",
    "xgboost": "xgb",
    "lightgbm": "lgb",
    "mmengine": "",
    "paddle": "",
    "keys": "",
}

_STEPS = "steps of batches are not rows of a metric; expected epochs"


def _relative(threshold_mode):
    need(threshold_mode in ["rel", "abs"], "threshold mode; expected 'rel' or 'abs'")
    return threshold_mode == "rel"


def _rule(rule):
    need(rule in ["less", "greater"], "rule; expected 'less' or 'greater'")
    return "min" if rule == "less" else "max"


def _way(mode):
    need(mode in ["min", "max"], "mode; expected 'min' or 'max'")
    return mode


def _whole(mode):
    # What is no mode is taken for auto, with a warning.
    return mode if mode in ["min", "max"] else "auto"


# torch 2.15
class torch:
    def ReduceLROnPlateau(optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel",
                          cooldown=0, min_lr=0, eps=1e-8, verbose="deprecated"):
        need(not is_text(optimizer), "optimizer is a string; expected an optimizer")
        return policy("torch_plateau", mode=_way(mode), factor=factor, patience=patience, threshold=threshold,
                      relative=_relative(threshold_mode), cooldown=cooldown, min_lr=min_lr, eps=eps)


# Keras 3.15
class keras:
    def ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4,
                          cooldown=0, min_lr=0.0):
        return policy("keras_plateau", monitor, _whole(mode), factor=factor, patience=patience,
                      threshold=abs(min_delta), cooldown=cooldown, min_lr=min_lr)

    def EarlyStopping(monitor="val_loss", min_delta=0, patience=0, verbose=0, mode="auto", baseline=None,
                      restore_best_weights=False, start_from_epoch=0):
        return policy("keras_stop", monitor, _whole(mode), threshold=abs(min_delta), patience=patience,
                      baseline=baseline, start=start_from_epoch)

    def ModelCheckpoint(filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False,
                        mode="auto", save_freq="epoch", initial_value_threshold=None):
        need(save_freq == "epoch", _STEPS)
        if not save_best_only:
            return policy("save_all", monitor, "any", every=1)
        return policy("keras_save", monitor, _whole(mode), baseline=initial_value_threshold)

    def TerminateOnNaN(raise_error=False):
        return policy("stop", "loss", "min", finite=True)


# Lightning 2.6
class lightning:
    def EarlyStopping(monitor, min_delta=0.0, patience=3, verbose=False, mode="min", strict=True, check_finite=True,
                      stopping_threshold=None, divergence_threshold=None, check_on_train_epoch_end=None,
                      log_rank_zero_only=False):
        return policy("lightning_stop", monitor, _way(mode), threshold=min_delta, patience=patience, finite=check_finite,
                      target=stopping_threshold, limit=divergence_threshold)

    def ModelCheckpoint(dirpath=None, filename=None, monitor=None, verbose=False, save_last=None, save_top_k=1,
                        save_on_exception=False, save_weights_only=False, mode="min",
                        auto_insert_metric_name=True, every_n_train_steps=None, train_time_interval=None,
                        every_n_epochs=None, save_on_train_epoch_end=None, enable_version_counter=True):
        need(not every_n_train_steps and train_time_interval is None, _STEPS)
        need(save_top_k >= -1, "save_top_k; expected -1 or more")
        need(monitor is not None or save_top_k in [-1, 0, 1], "no monitor; expected one, or save_top_k=1, 0 or -1")
        every = 1 if every_n_epochs is None else every_n_epochs
        if every == 0 or save_top_k == 0:
            return policy("lightning_save", monitor, "any", top_k=0, every=1)
        if monitor is None or save_top_k == -1:
            return policy("save_all", monitor, "any", every=every)
        return policy("lightning_save", monitor, _way(mode), top_k=save_top_k, every=every)


# timm 1.0.31
class timm:
    def PlateauLRScheduler(optimizer, decay_rate=0.1, patience_t=10, threshold=1e-4, cooldown_t=0, warmup_t=0,
                           warmup_lr_init=0.0, lr_min=0.0, mode="max", noise_range_t=None, noise_type="normal",
                           noise_pct=0.67, noise_std=1.0, noise_seed=None, initialize=True):
        need(noise_range_t is None, "noise_range_t draws from torch's generator; expected None")
        return policy("timm_plateau", mode=_way(mode), factor=decay_rate, patience=patience_t, threshold=threshold,
                      relative=True, cooldown=cooldown_t, min_lr=lr_min, eps=1e-8, warmup=warmup_t,
                      warmup_lr=warmup_lr_init)


# optax 0.2.8
class optax:
    def reduce_on_plateau(factor=0.1, patience=10, rtol=1e-4, atol=0.0, cooldown=0, accumulation_size=1,
                          min_scale=0.0):
        need(factor > 0, "factor; expected above 0")
        need(0 <= rtol <= 1, "rtol; expected 0 to 1")
        need(rtol > 0 or atol > 0, "rtol and atol are 0; expected one above 0")
        return policy("optax_plateau", None, "min", factor=factor, patience=patience, threshold=rtol, atol=atol,
                      cooldown=cooldown, accumulation=accumulation_size, min_scale=min_scale)


# Transformers 5.24
class hf:
    def EarlyStoppingCallback(early_stopping_patience=1, early_stopping_threshold=0.0):
        return policy("hf_stop", None, "auto", rule="hf", patience=early_stopping_patience,
                      threshold=early_stopping_threshold)

    def get_reduce_on_plateau_schedule(optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4,
                                       threshold_mode="rel", cooldown=0, min_lr=0, eps=1e-8):
        return torch.ReduceLROnPlateau(optimizer, mode, factor, patience, threshold, threshold_mode, cooldown,
                                       min_lr, eps)


# ignite 0.5.5
class ignite:
    def EarlyStopping(patience, score_function, trainer, threshold=0.0, cumulative=False, threshold_mode="abs",
                      mode="max", min_delta=None, min_delta_mode=None, cumulative_delta=None):
        need(patience >= 1, "patience; expected 1 or more")
        by = threshold_mode if min_delta_mode is None else min_delta_mode
        return policy("ignite_stop", mode=_way(mode), threshold=threshold if min_delta is None else min_delta,
                      relative=_relative(by), patience=patience,
                      cumulative=cumulative if cumulative_delta is None else cumulative_delta)


# fastai 2.8
class fastai:
    def ReduceLROnPlateau(monitor="valid_loss", comp=None, min_delta=0.0, patience=1, factor=10.0, min_lr=0,
                          reset_on_fit=True):
        return policy("fastai_plateau", monitor, "auto" if comp is None else comp, rule="fastai", threshold=min_delta, patience=patience,
                      divisor=factor, min_lr=min_lr)

    def EarlyStoppingCallback(monitor="valid_loss", comp=None, min_delta=0.0, patience=1, reset_on_fit=True):
        return policy("stop", monitor, "auto" if comp is None else comp, rule="fastai", threshold=min_delta, patience=patience)

    def SaveModelCallback(monitor="valid_loss", comp=None, min_delta=0.0, fname="model", every_epoch=False,
                          at_end=False, with_opt=False, reset_on_fit=True):
        if every_epoch:
            return policy("save_all", monitor, "any", every=1)
        return policy("save_better", monitor, "auto" if comp is None else comp, rule="fastai", threshold=min_delta)

    def TerminateOnNaNCallback():
        return policy("stop", "train_loss", "min", finite=True)


# Flax 0.12
class flax:
    def EarlyStopping(min_delta=0, patience=0, best_metric=float("inf"), patience_count=0, should_stop=False,
                      has_improved=False):
        need(best_metric == float("inf") and patience_count == 0 and not should_stop,
             "begins in the middle; expected min_delta and patience alone")
        return policy("flax_stop", None, "min", threshold=min_delta, patience=patience)


# XGBoost 3.2
class xgboost:
    def EarlyStopping(*, rounds, metric_name=None, data_name=None, maximize=None, save_best=False, min_delta=0.0):
        need(rounds >= 1, "rounds; expected 1 or more")
        need(min_delta >= 0, "min_delta; expected 0 or more")
        monitor = metric_name if data_name is None or metric_name is None else data_name + "-" + metric_name
        return policy("xgboost_stop", monitor, "auto" if maximize is None else "max" if maximize else "min",
                      rule="xgboost", threshold=min_delta, patience=rounds)


# LightGBM 4.7
class lightgbm:
    def early_stopping(stopping_rounds, first_metric_only=False, verbose=True, min_delta=0.0):
        need(stopping_rounds >= 1, "stopping_rounds; expected 1 or more")
        need(min_delta >= 0, "min_delta; expected 0 or more")
        return policy("lightgbm_stop", None, "auto", threshold=min_delta, patience=stopping_rounds)


# mmengine 0.10
class mmengine:
    def EarlyStoppingHook(monitor, rule=None, min_delta=0.1, strict=False, check_finite=True, patience=5,
                          stopping_threshold=None):
        return policy("mmengine_stop", monitor, "auto" if rule is None else _rule(rule), threshold=min_delta,
                      patience=patience, finite=check_finite, target=stopping_threshold)

    def ReduceOnPlateauLR(optimizer, monitor="loss", rule="less", factor=0.1, patience=10, threshold=1e-4,
                          threshold_rule="rel", cooldown=0, min_value=0.0, eps=1e-8, begin=0, end=1000000000,
                          last_step=-1, by_epoch=True, verbose=False):
        need(begin == 0 and end == 1000000000 and last_step == -1, "begin, end or last_step; expected none of them")
        need(threshold >= 0, "threshold; expected 0 or more")
        return policy("torch_plateau", monitor, _rule(rule), factor=factor, patience=patience, threshold=threshold,
                      relative=_relative(threshold_rule), cooldown=cooldown, min_lr=min_value, eps=eps,
                      worst=1e9 if rule == "less" else -1e9)


# Paddle 3.3
class paddle:
    def ReduceOnPlateau(learning_rate, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel",
                        cooldown=0, min_lr=0, epsilon=1e-8, verbose=False):
        return policy("paddle_plateau", mode=_way(mode), factor=factor, patience=patience, threshold=threshold,
                      relative=_relative(threshold_mode), cooldown=cooldown, min_lr=min_lr, eps=epsilon,
                      lr=learning_rate)


# Those of no library, as words: reduce,factor=0.5,patience=5.
class keys:
    def reduce(factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0, eps=1e-8,
               mode="auto", monitor=None):
        return policy("torch_plateau", monitor, mode, factor=factor, patience=patience, threshold=threshold,
                      relative=_relative(threshold_mode), cooldown=cooldown, min_lr=min_lr, eps=eps)

    def stop(patience=None, min_delta=0, target=None, limit=None, finite=False, mode="auto", monitor=None):
        need(patience is not None or target is not None or limit is not None or finite,
             "nothing to stop for; expected patience, target, limit or finite")
        return policy("stop", monitor, mode, threshold=min_delta, finite=finite, target=target, limit=limit,
                      patience=float("inf") if patience is None else patience)

    def save(top=1, every=1, mode="auto", monitor=None):
        return policy("lightning_save", monitor, mode, top_k=top, every=every)

    def best(min_delta=0, mode="auto", monitor=None):
        return policy("best", monitor, mode, threshold=min_delta)
