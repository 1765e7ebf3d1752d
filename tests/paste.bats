#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Training code as people paste it: what it lacks is asked for once.

load helper

refused() {
	run -2 --separate-stderr lrsched "$@"
	[ -z "$output" ]
}

# lrsched with these arguments prints these values, blank-separated.
values() {
	local wanted=$1
	shift
	run -0 lrsched -H "$@"
	[ "$(cut -d, -f2 <<<"$output" | paste -sd ' ')" = "$wanted" ] ||
		{ echo "$output"; false; }
}

@test "names that only later steps need are asked for at once, with their lines" {
	local f='def rate_at(iter_num):
	    if iter_num < WARM:
	        return PEAK * iter_num / WARM
	    if iter_num >= LAST:
	        return FLOOR
	    return PEAK'
	refused -n 9 "$f"
	[[ $stderr == *"2:20: no value for 'WARM' (line 2), 'PEAK' (line 3), 'LAST' (line 4), 'FLOOR' (line 5); expected -D WARM=VALUE -D PEAK=VALUE -D LAST=VALUE -D FLOOR=VALUE"* ]]
	values '0 1 2 2 0.5' -D WARM=2 -D PEAK=2 -D LAST=4 -D FLOOR=.5 -n 5 "$f"
	# What no step of these comes to is not asked for.
	values '0 1 2 2' -D WARM=2 -D PEAK=2 -D LAST=4 -n 4 "$f"
}

@test "the root of what was assigned is asked for, and what a call gave by its name" {
	local f='cfg = yaml.safe_load(open(path))
	per_epoch = len(train_loader)
	total = cfg["epochs"] * per_epoch
	opt = AdamW(model.parameters(), lr=cfg["lr"], betas=(0.9, 0.95))
	s = LinearLR(opt, 1.0, 0.5, total_iters=total)'
	refused -n 3 "$f"
	[[ $stderr == *"-D train_loader=VALUE -D 'cfg[\"epochs\"]=VALUE'"* ]]
	[[ $stderr == *"-D 'cfg[\"lr\"]=VALUE'"* ]]
	values '1 0.75 0.5' -n 3 -D train_loader=1 -D 'cfg["epochs"]=2' \
		-D 'cfg["lr"]=1' "$f"
}

@test "what sets the rate of an optimizer is called for each epoch in order" {
	local f='def adjust(optimizer, epoch, args):
	    lr = args.lr * args.gamma ** (epoch // 2)
	    for group in optimizer.param_groups:
	        group["lr"] = lr'
	refused -n 4 "$f"
	[[ $stderr == *'-D args.lr=VALUE -D args.gamma=VALUE'* ]]
	values '1 1 0.5 0.5' -n 4 -D args.lr=1 -D args.gamma=.5 "$f"
	values '8 8 4 4 2' -l 8 -n 5 'def decay(optimizer, epoch):
	    if epoch % 2 == 0 and epoch:
	        for g in optimizer.param_groups:
	            g["lr"] *= 0.5'
	values '4 2 1' -l 8 -n 3 'def on_epoch_begin(self, epoch, logs=None):
	    lr = K.get_value(self.model.optimizer.lr)
	    K.set_value(self.model.optimizer.lr, lr / 2)'
}

@test "the optimizer's rate is asked for where it makes a difference" {
	local f='o = getattr(optim, cfg.name)(net.parameters(), lr=cfg.lr)
	s = %s'
	# shellcheck disable=SC2059 # f is a format
	refused -n 3 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	[[ $stderr == *'-D cfg.lr=VALUE'* ]]
	# shellcheck disable=SC2059
	values '1 0.5' -D cfg.lr=1 -n 2 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	# shellcheck disable=SC2059
	values '3 1.5' -l 3 -n 2 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	# shellcheck disable=SC2059
	run -0 lrsched -n 4 "$(printf "$f" 'OneCycleLR(o, 1.0, total_steps=4)')"
}

@test "a def that makes the schedule is called, one that makes a function too" {
	values '0 0.5 1 1' -l 1 -D warm=2 -n 4 'def build(optimizer, warm, name="lin"):
	    def f(step):
	        return step / warm if name == "lin" and step < warm else 1.0
	    return LambdaLR(optimizer, f)'
	values '0 0.5 1' -D total=2 -n 3 'def make_rate(total):
	    return lambda it: it / total'
	refused -n 3 'def build(optimizer, warm, total):
	    return LinearLR(optimizer, 1 / warm, 1.0, total)'
	[[ $stderr == *'-D warm=VALUE -D total=VALUE'* ]]
	values '0.5 0.5 0.25' -n 3 'def configure_optimizers(self):
	    opt = SGD(self.net.parameters(), lr=0.5)
	    sched = StepLR(opt, 2, 0.5)
	    return [opt], [{"scheduler": sched, "interval": "step"}]'
}

@test "the step is found by how a parameter is used, or said with @step" {
	values '0 1 2' -D c.k=1 -n 3 'def f(c, cur_iter): return c.k * cur_iter'
	values '0 2 4' -n 3 -D b=2 'def f(a, b): return a * b'
	refused -n 3 'def f(a, b): return a * b'
	[[ $stderr == *'-D NAME=@step'* ]]
	values '0 2 4' -n 3 -D b=@step -D a=2 'def f(a, b): return a * b'
	values '0 3 6' -n 3 -D self.n=@step 'def f(self): return 3 * self.n'
}

@test "a schedule that follows from the rate before ends with an error" {
	refused --at 5000000 -l 1 'def f(epoch, lr): return lr'
	[[ $stderr == *'is kept for 4194304 steps'* ]]
}
