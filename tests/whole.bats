#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Whole training scripts: what their classes, loaders, checkpoints and loops do
# beside the rate.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "a part that is lost takes no other part of its object along" {
	cat >parts.py <<-'END'
		from torch.optim.lr_scheduler import MultiStepLR
		class Processor:
		    def __init__(self, arg):
		        self.arg = arg
		        self.model = Net(arg)
		        self.groups_of_parameters()
		        self.load_optimizer()
		    def groups_of_parameters(self):
		        self.groups = defaultdict(list)
		        for name, p in self.model.named_parameters():
		            self.groups['all'].append(p)
		    def load_optimizer(self):
		        self.optimizer = optim.SGD(self.groups, lr=self.arg.base_lr)
		        self.lr_scheduler = MultiStepLR(
		            self.optimizer, milestones=self.arg.step, gamma=0.1)
		    def train(self, epoch):
		        self.optimizer.step()
		        self.lr_scheduler.step(epoch)
		    def start(self):
		        for epoch in range(self.arg.num_epoch):
		            self.train(epoch)
		if __name__ == '__main__':
		    parser = argparse.ArgumentParser()
		    parser.add_argument('--base-lr', type=float, default=0.01)
		    parser.add_argument('--step', type=int, default=[6, 9], nargs='+')
		    parser.add_argument('--num-epoch', type=int, default=12)
		    parser.add_argument('--gpus', default='0')
		    arg = parser.parse_args()
		    if len(arg.gpus.split(',')) > count():
		        print('parallel')
		    Processor(arg).start()
	END
	# A method that the loop calls with its count steps by that, when it has
	# trained.
	same '@parts.py' '-n 12 -l 0.01 step,at=7/10,by=0.1'
	sed 's/step(epoch)/step()/' parts.py >plain.py
	lrsched @plain.py >/dev/null 2>err
	run ! grep -q 'its own' err
}

@test "what an optimizer is an instance of is known" {
	cat >class.py <<-'END'
		import torch.optim as optim
		def adjust_learning_rate(optimizer, epoch):
		    if isinstance(optimizer, optim.SGD):
		        if epoch == 0: optimizer.param_groups[0]['lr'] = .5
		    elif isinstance(optimizer, (optim.RMSprop, optim.Adam)):
		        if epoch == 3: optimizer.param_groups[0]['lr'] = .25
		def main():
		    optimizer = optim.Adam(model.parameters(), lr=.125)
		    assert isinstance(optimizer, optim.Optimizer)
		    for epoch in range(6):
		        adjust_learning_rate(optimizer, epoch)
		        for batch in loader:
		            optimizer.step()
		main()
	END
	[ "$(held @class.py)" = '3x0.125 3x0.25' ]
	sed 's/optim.Adam(/optim.SGD(/' class.py >sgd.py
	[ "$(held @sgd.py)" = 6x0.5 ]
	# AdamW is one of Adam's in some versions, and in others not.
	sed 's/optim.Adam(/optim.AdamW(/' class.py >adamw.py
	refused @adamw.py
}

@test "a script is shown as it trains anew, without a checkpoint" {
	local resume
	for resume in 'try:\n        state = torch.load(path)\n        start = state["epoch"]\n    except:\n        start = 0' \
		'if os.path.exists(path):\n        start = torch.load(path)["epoch"]' \
		'start, best = (load_checkpoint(path), 1) if exists(path) else (0, 0)' \
		'if saved:\n        start, best = load_ckpt(model, path)\n    else:\n        start = 0'; do
		printf '%b\n' 'def main():' \
			'    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)' \
			'    s = torch.optim.lr_scheduler.StepLR(optimizer, 3)' \
			'    start = 0' "    $resume" \
			'    for epoch in range(start, 9):' \
			'        train(model, optimizer)' '        s.step()' \
			'main()' >new.py
		case $resume in start*) continue ;; esac
		same '@new.py' '-n 9 -l 0.5 step,every=3,by=0.1'
		lrsched @new.py >/dev/null 2>err
		grep -q 'that of a new run' err
	done
	# What a try computes is no checkpoint.
	cat >try.py <<-'END'
		try:
		    step = int('3')
		except ValueError:
		    step = 5
		s = StepLR(torch.optim.SGD(model.parameters(), lr=0.5), step)
	END
	same '-n 9 @try.py' '-n 9 -l 0.5 step,every=3,by=0.1'
}

@test "what trains and is not in the text is named" {
	local text
	for text in 'from train import Trainer\ntrainer = Trainer(model, args)\ntrainer.fit(data)' \
		'from own.train import train\ntrain(args)' \
		'from lightning import Trainer as T\nfrom own import Trainer\nt = T()\nm = Trainer.load(p)\nt.fit(model=m)'; do
		printf '%b\n' 'import torch' "$text" >main.py
		refused @main.py
		[[ $stderr == *"rain"*" is not in the text; expected the file that defines it, by -D @FILE"* ]]
	done
	# Keras's own callbacks set no rate.
	cat >keras.py <<-'END'
		from tensorflow.keras.callbacks import ModelCheckpoint
		save = ModelCheckpoint('m.h5', monitor='loss')
		model.fit(x, y, epochs=3, callbacks=[save])
	END
	refused @keras.py
	[[ $stderr != *'is not in the text'* ]]
}

@test "a rate that nothing changes is shown, and said to be so" {
	cat >constant.py <<-'END'
		from diffusers import DDPMScheduler
		noise_scheduler = DDPMScheduler(num_train_timesteps=1000)
		groups = [{'params': unet, 'lr': 8e-5}, {'params': text, 'lr': 5e-6}]
		optimizer = torch.optim.AdamW(groups)
		for epoch in range(10):
		    for batch in loader:
		        noise = noise_scheduler.add_noise(batch)
		        loss(noise).backward()
		        optimizer.step()
	END
	[ "$(held -n 4 @constant.py)" = 4x8e-05 ]
	grep -q 'no schedule is made here' err
	[ "$(held -n 4 -l 1 @constant.py)" = 4x1 ]
	# A schedule that the text steps is elsewhere.
	sed '$a\        scheduler.step()' constant.py >elsewhere.py
	refused -n 4 @elsewhere.py
	[[ $stderr == *"'scheduler' is not in the text"* ]]
	# What is not known may change the rate of what it is given.
	local given
	for given in 'policy = Policy(optimizer)' 'sch = build(optimizer)' \
		'ramp(optimizer.param_groups, 3)'; do
		sed "/^optimizer/a\\$given" constant.py >given.py
		refused -n 4 @given.py
	done
	sed '/^optimizer/a\model, optimizer = accelerator.prepare(model, optimizer)' \
		constant.py >prepared.py
	[ "$(held -n 4 @prepared.py)" = 4x8e-05 ]
	# What no loop trains with is none of these.
	sed '/^for/,$d' constant.py >idle.py
	refused -n 4 @idle.py
}

@test "of several classes the one that is named is made" {
	cat >classes.py <<-'END'
		class Half(_LRScheduler):
		    def __init__(self, optimizer, n=10, last_epoch=-1):
		        self.n = n
		        super().__init__(optimizer, last_epoch)
		    def get_lr(self):
		        return [b * .5 ** (self.last_epoch // self.n)
		                for b in self.base_lrs]
		class Tenth(_LRScheduler):
		    def __init__(self, optimizer, n, last_epoch=-1):
		        self.n = n
		        super().__init__(optimizer, last_epoch)
		    def get_lr(self):
		        return [b * .1 ** (self.last_epoch // self.n)
		                for b in self.base_lrs]
	END
	same '-n 30 -l 1 @classes.py:Half' '-n 30 -l 1 step,every=10,by=.5'
	same '-n 30 -l 1 -D n=5 @classes.py:Tenth' '-n 30 -l 1 step,every=5,by=.1'
	refused -n 30 @classes.py:Tenth
	[[ $stderr == *'expected -D n=VALUE'* ]]
	lrsched -n 30 -D n=5 @classes.py >/dev/null 2>err
	grep -q "'Tenth' is shown, and not 'Half'" err
}

@test "a loader of the text's own is asked for by its name" {
	cat >loader.py <<-'END'
		class Repeat(torch.utils.data.DataLoader):
		    def __init__(self, *args, **kwargs):
		        super().__init__(*args, **kwargs)
		        self.batch_sampler = Sampler(self.batch_sampler)
		    def __len__(self):
		        return len(self.batch_sampler.sampler)
		class Sampler:
		    def __init__(self, sampler):
		        self.sampler = sampler
		def main():
		    train_loader = Repeat(data, batch_size=128)
		    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
		    s = torch.optim.lr_scheduler.CosineAnnealingLR(
		        optimizer, 3 * len(train_loader))
		main()
	END
	refused -n 12 @loader.py
	[[ $stderr == *'expected -D train_loader=VALUE'* ]]
	same '-n 12 -D train_loader=4 @loader.py' '-n 12 -l 0.5 cos:12'
}

@test "__getattr__ gives what an object lacks" {
	cat >getattr.py <<-'END'
		class Config:
		    def __init__(self, values):
		        self.values = values
		    def __getattr__(self, name):
		        return self.values[name]
		    def every(self):
		        return self.n + 1
		c = Config({'lr': .5, 'n': 3})
		s = StepLR(SGD(model.parameters(), lr=c.lr), c.every())
	END
	same '-n 9 @getattr.py' '-n 9 -l 0.5 step,every=4,by=0.1'
	sed "s/^c = .*/c = Config(yaml.safe_load(open('c.yml')))/" getattr.py >file.py
	refused -n 9 @file.py
	[[ $stderr == *"-D c.lr=VALUE"* ]]
	same '-n 9 -D c.lr=.5 -D self.n=3 @file.py' '-n 9 @getattr.py'
}

@test "of many rounds only what their rates need is run" {
	skip_if_sanitized 'long, and no more seen than in shorter ones'
	cat >ppo.py <<-'END'
		args.num_updates = args.total // (args.envs * args.steps)
		optimizer = optim.Adam(agent.parameters(), lr=args.lr)
		seen = 0
		for update in range(1, args.num_updates + 1):
		    frac = 1.0 - (update - 1.0) / args.num_updates
		    optimizer.param_groups[0]["lr"] = frac * args.lr
		    for step in range(args.steps):
		        seen += args.envs
		        action, value = agent(obs[step])
		        values[step] = value.flatten()
		    for epoch in range(4):
		        for start in range(0, args.envs * args.steps, 256):
		            loss = agent(batch[start]).mean()
		            if loss > limit: break
		            optimizer.zero_grad()
		            loss.backward()
		            optimizer.step()
		        print(seen, loss.item())
	END
	local given='-D args.total=10000000 -D args.envs=8 -D args.steps=128 -D args.lr=0.5'
	same "$given @ppo.py" "-n 9765 'lambda t: (1.0 - t / 9765) * 0.5'"
	# What inner rounds count is needed where the rate is of it.
	sed 's/(update - 1.0) /seen \/ 1024 /' ppo.py >seen.py
	same "-n 50 $given @seen.py" "-n 50 'lambda t: (1.0 - t / 9765) * 0.5'"
}

@test "of two counts of a while the one that ends it says how long it is" {
	cat >counts.py <<-'END'
		max_iters = 600
		def get_lr(it):
		    return 6e-4 * (it + 1) / 20 if it < 19 else 6e-4
		iter_num = local_iter_num = 0
		optimizer = model.configure_optimizers(0.1, 6e-4, device)
		while True:
		    lr = get_lr(iter_num)
		    for group in optimizer.param_groups:
		        group['lr'] = lr
		    optimizer.step()
		    iter_num += 1
		    local_iter_num += 1
		    if iter_num > max_iters:
		        break
	END
	rows 601 @counts.py
	sed 's/if iter_num > max/if later() > max/' counts.py >unknown.py
	refused @unknown.py
}

@test "what follows a metric and is never stepped changes nothing" {
	cat >plateau.py <<-'END'
		optimizer = optim.SGD(net.parameters(), lr=0.5)
		scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer)
		for epoch in range(4):
		    optimizer.param_groups[0]['lr'] = 0.5 * (1 - epoch / 4)
		    train(net, optimizer)
	END
	same '@plateau.py' "-n 4 'lambda t: 0.5 * (1 - t / 4)'"
	sed '$a\    scheduler.step(loss)' plateau.py >stepped.py
	refused @stepped.py
}

@test "a condition without a value whose branch alone makes the optimizer" {
	cat >branch.py <<-'END'
		if config['optimizer'] == 'sgd':
		    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
		s = StepLR(optimizer, 3)
	END
	same '-n 9 @branch.py' '-n 9 -l 0.5 step,every=3,by=0.1'
	lrsched -n 9 @branch.py >/dev/null 2>err
	grep -q 'branch with the only optimizer is taken' err
	sed '2a else:\n    optimizer = torch.optim.Adam(model.parameters(), lr=0.25)' branch.py >two.py
	refused -n 9 @two.py
}

@test "a constant rate is that of an optimizer, and of one" {
	cat >ema.py <<-'END'
		net = Net()
		opt = SGD(net.parameters(), lr=0.2)
		for epoch in range(12):
		    ema = EMA(net.parameters(), 0.99)
		    opt.step()
	END
	run -0 lrsched -q -n 2 @ema.py
	[ "$output" = $'step,lr\n0,0.2\n1,0.2' ]
	sed 's/^opt = .*//' ema.py >alone.py
	run -2 lrsched -n 3 @alone.py
	[[ $output = *"no schedule is made here"* ]]
	# Nor is it the base of what a function computes.
	cat >default.py <<-'END'
		opt = SGD(net.parameters(), lr=0.2)
		ema = EMA(net.parameters(), 0.99)
		def adjust(optimizer, epoch):
		    lr = optimizer.defaults['lr'] * 0.5 ** epoch
		    for g in optimizer.param_groups: g['lr'] = lr
		for epoch in range(12):
		    adjust(opt, epoch)
		    opt.step()
	END
	run -0 lrsched -q -n 2 @default.py
	[ "$output" = $'step,lr\n0,0.2\n1,0.1' ]
	sed 's/ema = .*/opt.zero_grad()/' ema.py >constant.py
	run -0 lrsched -q -n 2 @constant.py
	[ "$output" = $'step,lr\n0,0.2\n1,0.2' ]
	cat >gan.py <<-'END'
		opt_g = Adam(g.parameters(), lr=1e-4)
		opt_d = Adam(d.parameters(), lr=4e-4)
		for epoch in range(12):
		    opt_g.step()
		    opt_d.step()
	END
	run -0 lrsched -n 3 @gan.py
	[[ $output = *"several optimizers are made, of which one is shown"* ]]
	# Whether a method sets it hangs on what is asked for.
	cat >late.py <<-'END'
		class Trainer:
		    def __init__(self):
		        self.opt = SGD(net.parameters(), lr=0.1)
		    def decay(self):
		        for g in self.opt.param_groups:
		            g['lr'] = g['lr'] * 0.1
		    def fit(self):
		        for epoch in range(12):
		            self.opt.step()
		            if epoch in self.milestones:
		                self.decay()
		Trainer().fit()
	END
	run -2 lrsched -n 3 @late.py
	[[ $output = *"no value for 'self.milestones'"* ]]
	run -0 lrsched -H -n 3 -D 'self.milestones=[1]' @late.py
	[ "$output" = $'0,0.1\n1,0.1\n2,0.010000000000000002' ]
}

@test "a name of functions alone has what -D gives it, and that is told" {
	cat >locals.py <<-'END'
		import torch
		def train(model, epochs, lr):
		    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
		    for epoch in range(epochs):
		        optimizer.step()
		        scheduler.step()
		def main():
		    epochs, lr = 30, 0.1
		    train(Net(), epochs, lr)
		main()
	END
	run -0 --separate-stderr lrsched -D epochs=3 -D lr=2 @locals.py
	[ "$output" = $'step,lr\n0,2\n1,2\n2,0.2' ]
	[[ $stderr = *"'epochs' in main() has the value of -D, and not the text's"* ]]
	[[ $stderr = *"'lr' in main() has the value"* ]]
	[[ $stderr != *"is not used"* ]]
	# A default that is taken; one that a call gives is not.
	cat >default.py <<-'END'
		import torch
		def main(epochs=30, lr=0.1):
		    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
		    for epoch in range(epochs):
		        optimizer.step()
		        scheduler.step()
		main(lr=4)
	END
	run -0 --separate-stderr lrsched -D epochs=3 -D lr=2 @default.py
	[ "$output" = $'step,lr\n0,4\n1,4\n2,0.4' ]
	[[ $stderr = *"-D lr is not used"* ]]
	[[ $stderr != *"-D epochs"* ]]
	# One of a function that a schedule calls.
	run -0 --separate-stderr lrsched -n 2 -D scale=2 'def f(e, scale=1):
	    return scale / (1 + e)
	s = LambdaLR(SGD(p, lr=.1), f)'
	[ "$output" = $'step,lr\n0,0.2\n1,0.1' ]
	[[ $stderr != *"is not used"* ]]
	# In a function of the step, too.
	same "-n 9 -D base=3 -D w=2 'def get(step):
	    base = 0.1
	    w = 5
	    return base * min(1, step / w)'" \
		"-n 9 'def get(step):
	    return 3 * min(1, step / 2)'"
	# What is assigned twice, in a loop, or of the function's own is none.
	for body in 'lr = 0.1
	    if step > 5: lr = 0.01' 'w = 0.1
	    lr = w' 'for i in range(2): lr = 0.1'; do
		run -0 --separate-stderr lrsched -n 9 -D lr=2 "def get(step):
	    $body
	    return lr"
		[[ $output = *$'\n0,0.1\n'* ]]
		[[ $stderr = *"-D lr is not used"* ]]
	done
}

@test "all that a text needs is asked for in one message" {
	# What a condition closes that a trial's value comes to, and the rate
	# that an object's own method looks up.
	cat >truth.py <<-'END'
		import torch
		class Params:
		    def __init__(self, path):
		        self.params = yaml.safe_load(open(path).read())
		    def __getattr__(self, name):
		        return self.params.get(name, None)
		def train(params):
		    epochs = params.epoch
		    optimizer = torch.optim.Adam(net.parameters(), lr=params.lr)
		    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer,
		        [round(epochs * x) for x in [0.6, 0.8]], 0.1)
		    if params.warm_up and resume is None:
		        scheduler = WarmupLR(scheduler, params.warmup_lr)
		    if cuda() and len(params.device) == 1:
		        net.cuda(device=params.device[0])
		    for epoch in range(start, epochs):
		        optimizer.step()
		        scheduler.step()
		train(Params('a.yml'))
	END
	refuses "*'params.epoch' (line 8), 'params.lr' (line 9), 'params.warm_up' (line 12), 'resume' (line 12); *, and -n N" @truth.py
	run -0 lrsched -q -n 10 -D params.epoch=10 -D params.lr=1 \
		-D params.warm_up=False @truth.py
	[[ $output = *$'\n5,1\n6,0.1\n7,0.1\n8,0.01'* ]]
	# A module's function that is known hides no argument.
	refuses "*warm* (line 3), *base* (line 4), *ratio* (line 5)*" \
		-n 9 'import numpy as np
	def get_lr(epoch):
	    if epoch < c["warm"]:
	        return c["base"]
	    return np.math.pow(c["ratio"], epoch)'
	# A rate that no name stands for.
	cat >rateless.py <<-'END'
		import torch
		optimizer = torch.optim.SGD(net.parameters(), lr=find())
		for g in groups: lose(optimizer)
		scheduler = torch.optim.lr_scheduler.StepLR(optimizer, steps)
	END
	refused @rateless.py
	[[ $stderr = *"steps=VALUE"*"-n N"* ]]
}

@test "what may leave a round of training early is told" {
	cat >continue.py <<-'END'
		import torch
		def main():
		    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
		    for i in range(30):
		        loss = net(x)
		        if torch.isnan(loss):
		            continue
		        optimizer.step()
		        scheduler.step()
		main()
	END
	run -0 --separate-stderr lrsched @continue.py
	[[ $stderr = *"line 7 may leave a round before the schedule is stepped"* ]]
	# Behind the step it leaves nothing out; nor does what never holds.
	awk '/isnan/ { held = $0; next } /continue/ { next } { print }
		/scheduler.step/ { print held; print "            continue" }' \
		continue.py >behind.py
	sed 's/torch.isnan(loss)/False/' continue.py >never.py
	for f in behind never; do
		run -0 --separate-stderr lrsched "@$f.py"
		[[ $stderr != *"may leave"* ]]
	done
	cat >count.py <<-'END'
		import torch
		optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		step = 0
		for i in range(30):
		    loss = net(x)
		    if torch.isnan(loss):
		        continue
		    step += 1
		    for g in optimizer.param_groups:
		        g['lr'] = 0.1 / step
		    optimizer.step()
	END
	run -0 --separate-stderr lrsched @count.py
	[[ $stderr = *"whether line 6 leaves a round early is not known"* ]]
	cat >behind.py <<-'END'
		import torch
		optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		for i in range(30):
		    for g in optimizer.param_groups: g['lr'] *= 0.5
		    loss = net(x)
		    if torch.isnan(loss):
		        continue
		    optimizer.step()
	END
	run -0 --separate-stderr lrsched @behind.py
	[[ $stderr != *"leaves a round"* ]]
	# The rate itself ends the loop.
	cat >break.py <<-'END'
		import torch
		optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
		for epoch in range(30):
		    optimizer.step()
		    scheduler.step()
		    if scheduler.get_last_lr()[0] < 1e-3:
		        break
	END
	run -0 --separate-stderr lrsched -H @break.py
	[ "${#lines[@]}" = 7 ] && [[ $stderr != *"may end the loop"* ]]
	sed 's/if sch/if late() or sch/' break.py >late.py
	run -0 --separate-stderr lrsched @late.py
	[[ $stderr = *"line 7 may end the loop by the rate, which is not followed"* ]]
	sed 's/if sch.*/if worse():/' break.py >stop.py
	run -0 --separate-stderr lrsched @stop.py
	[[ $stderr != *"may end the loop"* ]]
	# A loop that is followed ends where it does.
	cat >followed.py <<-'END'
		import torch
		optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		for epoch in range(30):
		    for g in optimizer.param_groups: g['lr'] *= 0.5
		    optimizer.step()
		    if optimizer.param_groups[0]['lr'] < 1e-3:
		        break
	END
	run -0 --separate-stderr lrsched -H @followed.py
	[ "${#lines[@]}" = 7 ] && [ -z "$stderr" ]
	sed 's/if opt/if late() or opt/' followed.py >late.py
	run -0 --separate-stderr lrsched -H @late.py
	[ "${#lines[@]}" = 30 ]
	[[ $stderr = *"line 6 may end the loop by the rate"* ]]
	# A schedule that each round makes anew begins anew.
	cat >anew.py <<-'END'
		import torch
		for fold in range(6):
		    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
		    optimizer.step()
		    scheduler.step()
	END
	run -0 --separate-stderr lrsched -n 6 @anew.py
	[[ $stderr = *"each round of line 2 makes the schedule anew"* ]]
}

@test "what averages a model's parameters is no optimizer" {
	cat >ema.py <<-'END'
		import torch
		ema = EMA(net.parameters(), 0.99)
		scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
		ema.update(net.parameters())
	END
	run -0 lrsched -n 3 @ema.py
	[ "$output" = $'step,factor\n0,1\n1,1\n2,0.1' ]
	# Before the optimizer it does not hide the only rate there is.
	cat >first.py <<-'END'
		import torch
		ema = EMA(net.parameters(), 0.99)
		optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
		for epoch in range(3): optimizer.step()
	END
	run -0 lrsched -q -n 2 @first.py
	[ "$output" = $'step,lr\n0,0.1\n1,0.1' ]
	# What is used as an optimizer is one, whatever it is called.
	for use in 'solver.zero_grad()' 'solver.param_groups[0]'; do
		run -0 lrsched -q -n 2 "import torch
	solver = Lamb(net.parameters(), 0.2)
	s = StepLR(o, 1)
	$use"
		[ "$output" = $'step,lr\n0,0.2\n1,0.020000000000000004' ]
	done
	run -0 lrsched -q -n 1 'solver = Lamb(net.parameters(), 0.2)
	s = StepLR(solver, 1)'
	[ "$output" = $'step,lr\n0,0.2' ]
}

@test "what stands beside a rate does not take the settings along" {
	# Slices of several dimensions, what only logs, and what a branch that
	# is not run gives to a function that nobody knows.
	cat >beside.py <<-'END'
		import argparse, json
		p = argparse.ArgumentParser()
		p.add_argument('--schedule', default=[2, 4])
		p.add_argument('--lr', default=0.1)
		p.add_argument('--theta', default='False')
		args = p.parse_args()
		state = {k: v for k, v in args._get_kwargs()}
		print('settings {}'.format(json.dumps(state, indent=4)))
		def adjust(opt, epoch):
		    global state
		    if epoch in args.schedule:
		        state['lr'] *= 0.1
		        for g in opt.param_groups: g['lr'] = state['lr']
		def train(loader, model):
		    x, y = inputs[::, :args.n], inputs[..., -args.n:]
		    z[:, 0] = x[1:, None]
		    if teacher(x):
		        loss = distilled(x, args)
		    return 1.0
		if eval(args.theta):
		    opt = None
		else:
		    opt = SGD(m.parameters(), lr=args.lr)
		for epoch in range(6):
		    adjust(opt, epoch)
		    a = train(load, m)
		    opt.step()
	END
	[ "$(held @beside.py)" = '2x0.1 2x0.01 2x0.001' ]
	grep -q "'args' is handed to distilled()" err
	# A slice of several dimensions gives nothing, and is none of a list.
	refuses '*a slice of several dimensions; expected one of one' \
		'lambda step: [1, 2, 3][:, 0]'
	same "-n 2 'lambda step: {(1, 2): 3}[1, 2] * [1, 2, 3, 4][-3::2][step]'" \
		"-n 2 'lambda step: 3 * [2, 4][step]'"
	# eval() of what is known is that.
	same "-n 2 'rates = eval(\"[0.1, 0.2]\")
	lr = lambda step: rates[step]'" "-n 2 'lambda step: [0.1, 0.2][step]'"
	refuses "*no value for 'rates'*" -n 2 'rates = eval("[0.1, ")
	lr = lambda step: rates[step]'
	# Lightning's settings, put there by hand.
	cat >hparams.py <<-'END'
		import argparse
		p = argparse.ArgumentParser()
		p.add_argument('--lr', default=0.1)
		args = p.parse_args()
		class Net(pl.LightningModule):
		    def __init__(self, hparams):
		        super().__init__()
		        self.hparams.update(vars(hparams))
		    def configure_optimizers(self):
		        o = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
		        return [o], [torch.optim.lr_scheduler.StepLR(o, 2)]
		net = Net(args)
		pl.Trainer(max_epochs=4).fit(model=net)
	END
	[ "$(held @hparams.py)" = '2x0.1 2x0.01' ]
}

@test "what Python's own functions give back is changed in a branch not run" {
	local how
	settings() {
		printf '%s\n' 'import argparse, torch' \
			'p = argparse.ArgumentParser()' \
			"p.add_argument('--lr', default=0.1)" \
			'args = p.parse_args()' 'args.groups = [{"lr": 0.1}]' \
			'at, groups = [2, 4], [{"lr": 0.1}]' 'if unknown():' \
			"    $1" "opt = SGD(m.parameters(), lr=$2)" \
			's = MultiStepLR(opt, at)'
	}
	for how in 'enumerate(groups): g[1]' 'zip(at, groups): g[1]' \
		'sorted(groups, key=of): g' 'list(groups): g'; do
		settings "for g in ${how/: */}: ${how#*: }['lr'] = 5" \
			"groups[0]['lr']" >s.py
		refuses "*the optimizer's rate has no value*" @s.py
	done
	for how in "max(groups)['lr'] = 5" "next(iter(groups))['lr'] = 5"; do
		settings "$how" "groups[0]['lr']" >s.py
		refuses "*the optimizer's rate has no value*" @s.py
	done
	for how in 'vars(args).update(lr=5)' "vars(args)['lr'] = 5" \
		"setattr(args, 'lr', 5)"; do
		settings "$how" args.lr >s.py
		refuses "*the optimizer's rate has no value*" @s.py
	done
	settings "getattr(args, 'groups')[0]['lr'] = 5" \
		"args.groups[0]['lr']" >s.py
	refuses "*the optimizer's rate has no value*" @s.py
	for how in 'list(map(at.append, [5]))' "getattr(at, 'append')(5)"; do
		settings "$how" 0.1 >s.py
		refuses "*no value for 'at'*" @s.py
	done
	# What only looks, or holds numbers, takes nothing along.
	for how in 'for i, e in enumerate(at): use(i + max(at) + len(groups))' \
		'for k, v in sorted(vars(args).items()): print(k, v)' \
		"run.start(getattr(args, 'lr'), **vars(args))" \
		'print(json.dumps(vars(args)), list(zip(at, sorted(at))))'; do
		settings "$how" args.lr >s.py
		[ "$(held -n 6 @s.py)" = '2x0.1 2x0.01 2x0.001' ]
		[ ! -s err ]
	done
}

@test "what is shown and nothing in a text that trains uses is said to be so" {
	cat >train.py <<-'END'
		import torch
		def main():
		    opt = torch.optim.SGD(net.parameters(), lr=0.2)
		    for epoch in range(3):
		        opt.step()
		main()
	END
	run -0 --separate-stderr lrsched -n 2 @train.py
	[ "$output" = $'step,lr\n0,0.2\n1,0.2' ]
	cat >function.py <<-'END'
		def lr_old(step):
		    return 0.3 ** step
	END
	cat >maker.py <<-'END'
		def old_maker(optimizer):
		    return torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.3)
	END
	cat >class.py <<-'END'
		class OldSched:
		    def __init__(self, optimizer):
		        self.optimizer = optimizer
		        self.t = 0
		    def step(self):
		        self.t += 1
		        for g in self.optimizer.param_groups:
		            g['lr'] = 0.3 / self.t
	END
	echo 'lr_table = [0.1, 0.2]' >table.py
	for f in function:lr_old maker:old_maker class:OldSched table:lr_table; do
		cat train.py "${f%:*}.py" >both.py
		run -0 --separate-stderr lrsched -n 2 @both.py
		[[ $stderr = *"'${f#*:}' is shown, which nothing in the text uses"* ]]
		# By its name, alone, or where it is used it is what is meant.
		run -0 --separate-stderr lrsched -n 2 "@both.py:${f#*:}"
		[[ $stderr != *"nothing in the text uses"* ]]
		run -0 --separate-stderr lrsched -n 2 "@${f%:*}.py"
		[[ $stderr != *"nothing in the text uses"* ]]
		echo "log(${f#*:})" >>both.py
		run -0 --separate-stderr lrsched -n 2 @both.py
		[[ $stderr != *"nothing in the text uses"* ]]
	done
}

@test "what follows a metric is told of where something else is shown" {
	cat >plateau.py <<-'END'
		from dataclasses import dataclass
		@dataclass
		class Config:
		    learning_rate: float = 0.1
		    warmup_steps: int = 2
		    lr_scheduler_type: str = "constant_with_warmup"
		class Schedule:
		    def __init__(self, cfg, optimizer):
		        self.after = ReduceLROnPlateau(optimizer, patience=3)
		    def step(self, epoch, loss):
		        self.after.step(loss)
	END
	run -0 --separate-stderr lrsched -n 4 @plateau.py
	[[ $stderr == *"line 9 makes a ReduceLROnPlateau, which follows a metric, and is not shown"* ]]
}

@test "a function of the text's that has vars() is looked into" {
	given() {
		printf '%s\n' 'import argparse, torch, yaml' \
			'def keep(path, data=None, *more):' "    $1" \
			'p = argparse.ArgumentParser()' \
			"p.add_argument('--lr', default=0.1)" \
			'args = p.parse_args()' "keep(place(), $2vars(args))" \
			'opt = SGD(m.parameters(), lr=args.lr)' \
			's = MultiStepLR(opt, [2, 4])' >s.py
	}
	for how in 'yaml.dump({k: str(v) for k, v in data.items()}, path)' \
		'open(path).write(str(data))' 'path.write(data.get("lr"))'; do
		for by in '' data=; do
			given "$how" "$by"
			[ "$(held -n 6 @s.py)" = '2x0.1 2x0.01 2x0.001' ]
		done
	done
	for how in 'data["lr"] = path.lr' 'data.update(path)'; do
		for by in '' data=; do
			given "$how" "$by"
			refused @s.py
		done
	done
	# One of several, which have no name of their own.
	given 'more[0]["lr"] = path.lr' '1, '
	refused @s.py
}

@test "an if that only calls what nobody knows decides nothing" {
	for test in "args.device.type == 'cuda'" 'cfg.amp and not cfg.tpu'; do
		cat >split.py <<-END
			import torch, wandb
			def main(cfg, args):
			    try:
			        for split in range(2):
			            if $test:
			                torch.cuda.manual_seed(cfg['seed'])
			                wandb.config.seed(3, name='a')
			            elif cfg.quiet:
			                pass
			            optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
			            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
			            for epoch in range(6):
			                optimizer.step()
			                scheduler.step()
			    except KeyboardInterrupt:
			        pass
			main(load(), parse())
		END
		[ "$(held -n 6 @split.py)" = '2x0.5 2x0.25 2x0.125' ]
	done
	# It does if what it calls may change what the rate is made of, or it.
	sed "s/^def/steps = [2]\n&/; s/wandb.*/wandb.keep(steps)/; s/optimizer, 2/optimizer, steps[0]/" split.py >kept.py
	refused -n 6 @kept.py
	[[ $stderr == *"no value for"*"'load.amp'"* ]]
	for what in 'scheduler.step()' 'wandb.adjust(args.optimizer)' 'cfg.sched.step()' 'wandb.run(self)'; do
		sed "s/wandb.*/$what/" split.py >kept.py
		refused -n 6 @kept.py
		[[ $stderr == *"no value for"*"'load.amp'"* ]]
	done
}

@test "functions of libraries are not asked for, nor classes of settings made optimizers" {
	cat >lib.py <<-'END'
		import torch
		from collections import defaultdict
		from torch.distributed.fsdp import StateType, OptimStateConfig
		class Plugin:
		    def __init__(self, kind):
		        self.kind, self.optim_config = StateType[kind], None
		        if self.kind == StateType.FULL:
		            self.optim_config = OptimStateConfig(offload=True, rank0=True)
		def meters(kind):
		    return defaultdict(kind)
		def main(args):
		    plugin, seen = Plugin('FULL'), meters(args.meter)
		    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, args.every, gamma=0.5)
		main(load())
	END
	refuses "*no value for 'load.lr' (line 13), 'load.every' (line 14); *" -n 6 @lib.py
}
