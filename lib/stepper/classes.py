# SPDX-License-Identifier: MIT
# PyTorch's schedulers as classes (torch 2.x, torch/optim/lr_scheduler.py), for
# classes of the user's over them: what step() and get_lr() do to an optimizer's
# groups.  A driver gives base_lrs and makes the first step, as they do when
# they are made.


class LRScheduler:
    _closed = None  # the rate by step, where step(epoch) goes by that
    _last_lr = None  # of its last step, whatever has set the rate since

    def __init__(self, optimizer, last_epoch=-1, verbose=False):
        if last_epoch != -1:
            raise ValueError("last_epoch is given: no table can hold a resumed schedule" + option("resumed"))
        self.optimizer = optimizer
        self.last_epoch = -1
        self._step_count = 0
        self._get_lr_called_within_step = True

    def step(self, epoch=None):
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = self._closed if epoch is not None else None
        for group, lr in zip(self.optimizer.param_groups, self.get_lr() if closed is None else [closed(epoch)]):
            group["lr"] = lr
        self._last_lr = self._times(1)

    def get_last_lr(self):
        return self._times(1) if self._last_lr is None else self._last_lr

    def _times(self, factor):
        return [group["lr"] * factor for group in self.optimizer.param_groups]


class Closed(LRScheduler):
    """Any whose rate is that of the step, whatever it was before."""

    def get_lr(self):
        return [self._closed(self.last_epoch)]


class Timm(Closed):
    """timm's, whose step() and step_update() are given what they count."""

    def __init__(self, optimizer, t_in_epochs=True):
        super().__init__(optimizer)
        self.t_in_epochs = t_in_epochs

    def step(self, epoch=None, metric=None):
        if self.t_in_epochs or epoch is None:
            super().step(epoch)

    def step_update(self, num_updates, metric=None):
        if not self.t_in_epochs:
            super().step(num_updates)


class Lambdas(LRScheduler):
    def __init__(self, optimizer, lr_lambda, last_epoch=-1, verbose=False):
        self.lr_lambdas = lr_lambda if isinstance(lr_lambda, (list, tuple)) else [lr_lambda]
        super().__init__(optimizer, last_epoch)


class LambdaLR(Lambdas):
    def get_lr(self):
        return [base * f(self.last_epoch) for f, base in zip(self.lr_lambdas, self.base_lrs)]


class MultiplicativeLR(Lambdas):
    def get_lr(self):
        return self._times(self.lr_lambdas[0](self.last_epoch) if self.last_epoch > 0 else 1)


class StepLR(LRScheduler):
    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1, verbose=False):
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        falls = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return self._times(self.gamma if falls else 1)


class MultiStepLR(LRScheduler):
    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1, verbose=False):
        self.milestones = list(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return self._times(self.gamma ** self.milestones.count(self.last_epoch))


class ExponentialLR(LRScheduler):
    def __init__(self, optimizer, gamma, last_epoch=-1, verbose=False):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return self._times(self.gamma if self.last_epoch > 0 else 1)


class ConstantLR(LRScheduler):
    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1, verbose=False):
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0:
            return self._times(self.factor)
        return self._times(1.0 / self.factor if self.last_epoch == self.total_iters else 1)


class LinearLR(LRScheduler):
    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1,
                 verbose=False):
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0:
            return self._times(self.start_factor)
        if self.last_epoch > self.total_iters:
            return self._times(1)
        rise = self.end_factor - self.start_factor
        return self._times(1 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise))


class PolynomialLR(LRScheduler):
    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1, verbose=False):
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0 or self.last_epoch > self.total_iters:
            return self._times(1)
        left = 1.0 - self.last_epoch / self.total_iters
        return self._times((left / (1.0 - (self.last_epoch - 1) / self.total_iters)) ** self.power)


class CosineAnnealingLR(LRScheduler):
    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1, verbose=False):
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        t, T, low = self.last_epoch, self.T_max, self.eta_min
        if t == 0:
            return self._times(1)
        if (t - 1 - T) % (2 * T) == 0:
            return [
                group["lr"] + (base - low) * (1 - math.cos(math.pi / T)) / 2
                for base, group in zip(self.base_lrs, self.optimizer.param_groups)
            ]
        factor = (1 + math.cos(math.pi * t / T)) / (1 + math.cos(math.pi * (t - 1) / T))
        return [factor * (group["lr"] - low) + low for group in self.optimizer.param_groups]


class CosineAnnealingWarmRestarts(LRScheduler):
    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1, verbose=False):
        self.T_0 = self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur = -1
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        low, part = self.eta_min, self.T_cur / self.T_i
        return [low + (base - low) * (1 + math.cos(math.pi * part)) / 2 for base in self.base_lrs]

    def step(self, epoch=None):
        if epoch is not None:
            self._go_to(epoch)
            super().step(math.floor(epoch))
            return
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
        super().step()

    def _go_to(self, epoch):
        self.T_i, self.T_cur = self.T_0, epoch
        if epoch >= self.T_0 and self.T_mult == 1:
            self.T_cur = epoch % self.T_0
        elif epoch >= self.T_0:
            n = int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
            self.T_cur = epoch - self.T_0 * (self.T_mult ** n - 1) / (self.T_mult - 1)
            self.T_i = self.T_0 * self.T_mult ** n


class SWALR(LRScheduler):
    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        self.swa_lr = swa_lr[0] if isinstance(swa_lr, (list, tuple)) else swa_lr
        self.anneal_epochs = anneal_epochs
        self.cosine = anneal_strategy == "cos"
        super().__init__(optimizer, last_epoch)

    def _part(self, t):
        return (1 - math.cos(math.pi * t)) / 2 if self.cosine else t

    def get_lr(self):
        step, n = self._step_count - 1, max(1, self.anneal_epochs)
        step = max(1, step) if self.anneal_epochs == 0 else step
        before, now = (self._part(max(0, min(1, t / n))) for t in (step - 1, step))
        first = [
            self.swa_lr if before == 1 else (group["lr"] - before * self.swa_lr) / (1 - before)
            for group in self.optimizer.param_groups
        ]
        return [self.swa_lr * now + lr * (1 - now) for lr in first]


# What a class of the user's over a constructor makes is the schedule itself;
# such a base is given its constructor under the name without "_".


SequentialLR = ChainedScheduler = OneCycleLR = CyclicLR = None


class SequentialLR_:
    def __init__(self, *args, **others):
        self._constructed = SequentialLR(*args, **others)


class ChainedScheduler_:
    def __init__(self, *args, **others):
        self._constructed = ChainedScheduler(*args, **others)


class OneCycleLR_:
    def __init__(self, *args, **others):
        self._constructed = OneCycleLR(*args, **others)


class CyclicLR_:
    def __init__(self, *args, **others):
        self._constructed = CyclicLR(*args, **others)


class HfArgumentParser:
    """Of the dataclasses that it was given, what each has by default."""

    def __init__(self, parsed):
        self.parsed = parsed

    def parse_args_into_dataclasses(self, *args, **others):
        return self.parsed

    def parse_args_and_config(self, *args, **others):
        return self.parsed

    def parse(self):
        return self.parsed if len(self.parsed) > 1 else self.parsed[0]
