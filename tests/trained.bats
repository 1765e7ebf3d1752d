#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How long a text trains, which is the length of a schedule that has none of
# its own: loops that step it, loops that call it, Keras's and Lightning's fit.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# $1 rows are printed for the other words, and where they end is told.
rows() {
	local n=$1
	shift
	lrsched "$@" >"out.csv" 2>err
	[ "$(wc -l <out.csv)" -eq $((n + 1)) ] || { wc -l out.csv; cat err; false; }
	grep -q "ends after $n, as line [0-9]* trains; -n N" err
}

@test "a loop that steps a schedule says how long it is" {
	cat >step.py <<-'END'
		epochs = 40
		opt = torch.optim.SGD(net.parameters(), lr=0.1)
		scheduler = torch.optim.lr_scheduler.StepLR(opt, 10)
		for epoch in tqdm(range(5, epochs + 1)):
		    train(net, opt)
		    if scheduler is not None:
		        scheduler.step()
	END
	rows 36 @step.py
	grep -q 'as line 4' err
	same '-n 7 @step.py' "-n 7 -l 0.1 'StepLR(o, 10)'"
	lrsched -n 7 @step.py 2>&1 >out.csv | { ! grep -q 'ends after'; }
	# ... in each batch, of which there are so many.
	sed -i -e 's/^    train.*/    for x in loader:/' \
		-e 's/^    if sched.*/        train(x)/' step.py
	rows $((36 * 7)) -D loader=7 @step.py
	rows $((36 * 7)) -e 7 @step.py
	refused @step.py
	[[ $stderr == *'expected -n'* ]]
	# What hangs on a count is not known.
	sed -i 's/^        train(x)/        if i % 4 == 0:/; s/^        sched/            sched/' step.py
	refused -e 7 @step.py
	[[ $stderr == *'expected -n'* ]]
	printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' 'for e in range(9):' \
		'    if e < 5:' '        sched.step()' >some.py
	refused @some.py
}

@test "the loop may be in a function or a method, and be made anew by fold" {
	cat >fold.py <<-'END'
		class CFG:
		    epochs = 18
		    n_fold = 5
		def train_loop(fold):
		    def get_scheduler(optimizer):
		        return ExponentialLR(optimizer, gamma=0.9)
		    optimizer = Adam(model.parameters(), lr=1e-2)
		    scheduler = get_scheduler(optimizer)
		    for epoch in range(CFG.epochs):
		        train_fn(model, optimizer)
		        scheduler.step()
		for fold in range(CFG.n_fold):
		    train_loop(fold)
	END
	rows 18 @fold.py
	cat >trainer.py <<-'END'
		class Trainer:
		    def __init__(self, epochs, sched):
		        self.epochs = epochs
		        self.sched = sched
		    def one(self, epoch):
		        self.model.run()
		        for x in self.loader:
		            self.train(x)
		        self.sched.step()
		    def run(self):
		        for epoch in range(1, self.epochs + 1):
		            self.one(epoch)
		optimizer = SGD(model.parameters(), lr=0.5)
		Trainer(25, ExponentialLR(optimizer, gamma=0.9)).run()
	END
	rows 25 @trainer.py
}

@test "a loop that calls a function of the step says how long it is" {
	cat >calls.py <<-'END'
		def get_lr(step):
		    return 1e-3 * 0.5 ** (step // 50)
		for step in range(200):
		    opt.learning_rate.assign(get_lr(step))
		    train(step)
	END
	rows 200 @calls.py
	same '@calls.py' "-n 200 'lambda t: 1e-3 * 0.5 ** (t // 50)'"
	# Rows are what it is given: to the last, which counts from 1.
	sed -i 's/range(200)/range(1, 200)/' calls.py
	rows 200 @calls.py
	cat >while.py <<-'END'
		max_iters = 90
		it = 0
		def get_lr(it):
		    return 0.1 / (1 + it)
		while True:
		    lr = get_lr(it)
		    for g in optimizer.param_groups:
		        g['lr'] = lr
		    it += 1
		    if it > max_iters:
		        break
	END
	rows 91 @while.py
	# One that is too long to be run says nothing.
	cat >long.py <<-'END'
		it = 0
		def get_lr(it):
		    return 0.1 / (1 + it)
		while True:
		    lr = get_lr(it)
		    for g in optimizer.param_groups:
		        g['lr'] = lr
		    for micro in range(20000):
		        x = get_batch(micro)
		    it += 1
		    if it > 500:
		        break
	END
	refused @long.py
	[[ $stderr == *'expected -n'* ]]
}

@test "fit(epochs=) and Trainer(max_epochs=) say how long it is" {
	cat >keras.py <<-'END'
		def schedule(epoch, lr):
		    return lr * 0.9
		model.compile(optimizer=keras.optimizers.Adam(1e-2))
		model.fit(x, y, epochs=50, callbacks=[LearningRateScheduler(schedule)])
	END
	rows 50 @keras.py
	cat >steps.py <<-'END'
		lr = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
		model.compile(optimizer=keras.optimizers.SGD(learning_rate=lr))
		model.fit(ds, epochs=9, steps_per_epoch=30)
	END
	rows 270 @steps.py
	sed -i 's/, steps_per_epoch=30//' steps.py
	refused @steps.py
	rows 180 -e 20 @steps.py
	cat >lit.py <<-'END'
		class Lit(pl.LightningModule):
		    def configure_optimizers(self):
		        opt = torch.optim.SGD(self.parameters(), lr=0.1)
		        return [opt], [ExponentialLR(opt, gamma=0.9)]
		trainer = pl.Trainer(max_epochs=12, devices=1)
		trainer.fit(Lit())
	END
	rows 12 @lit.py
	sed -i 's/\[ExponentialLR(opt, gamma=0.9)\]/[{"scheduler": ExponentialLR(opt, gamma=0.9), "interval": "step"}]/' lit.py
	refused @lit.py
	rows 60 -e 5 @lit.py
	# Nor does what is no number of steps.
	local n
	for n in 0.5 1e17 1e300 'float("inf")'; do
		printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' \
			"pl.Trainer(max_steps=$n)" >odd.py
		refused @odd.py
		[[ $stderr == *'expected -n'* ]]
	done
	# Two that differ say nothing.
	printf '%s\n' 'model.fit(ds, epochs=3)' >>keras.py
	refused @keras.py
}

@test "a loop over a model's parameters may not be known" {
	cat >lit.py <<-'END'
		class Lit(pl.LightningModule):
		    def configure_optimizers(self):
		        decay, no_decay = [], []
		        for n, p in self.named_parameters():
		            if not p.requires_grad:
		                continue
		            if p.ndim == 1:
		                no_decay.append(p)
		            else:
		                decay.append(p)
		        opt = torch.optim.SGD([{"params": decay, "weight_decay": 0.1},
		            {"params": no_decay, "weight_decay": 0.0}], lr=0.3)
		        return StepLR(opt, 4)
	END
	same '-n 9 @lit.py' "-n 9 -l 0.3 'StepLR(o, 4)'"
	cat >groups.py <<-'END'
		def make_optimizer(lr, model):
		    params = []
		    for key, value in model.named_parameters():
		        if "bias" in key:
		            lr = lr * 2
		        params += [{"params": [value], "lr": lr}]
		    return torch.optim.SGD(params, 0.2)
		scheduler = StepLR(make_optimizer(0.2, model), 4)
	END
	same '-n 9 @groups.py' "-n 9 -l 0.2 'StepLR(o, 4)'"
	lrsched -n 9 @groups.py 2>&1 >out.csv | grep -q 'groups rates, which are not read'
}
