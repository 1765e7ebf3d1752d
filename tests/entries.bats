#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Files that define what trains and never call it: classes of trainers and
# functions that another file imports.  Rates are what torch 1.13.1 has where
# these files are run with the call that the remark says.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >loop.py <<-'END'
		import torch


		class Loop:
		    def __init__(self, *, net, data, size, lr, anneal=40, wd=0.0):
		        self.net = net
		        self.data = data
		        self.lr = lr
		        self.anneal = anneal
		        self.done = 0
		        self.opt = torch.optim.AdamW(
		            net.parameters(), lr=self.lr, weight_decay=wd)

		    def run(self):
		        while self.done < self.anneal:
		            x = next(self.data)
		            self.once(x)
		            self.done += 1

		    def once(self, x):
		        loss = self.net(x).mean()
		        self.opt.zero_grad()
		        loss.backward()
		        self.lower()
		        self.opt.step()

		    def lower(self):
		        part = self.done / self.anneal
		        for group in self.opt.param_groups:
		            group["lr"] = self.lr * (1 - part)
	END
}

rates() {
	run -0 --separate-stderr lrsched -H "$@"
	[ "$(cut -d, -f2 <<<"$output" | paste -sd ' ')" = "$wanted" ] ||
		{ echo "$output" "$stderr"; false; }
}

@test "a class that nothing calls is made, and its method that trains called" {
	refused -n 4 @loop.py
	[[ $stderr == *"loop.py:4:1: no value for 'lr' (line 4); expected -D lr=VALUE"* ]]
	wanted='0.1 0.0975 0.095 0.09250000000000001' rates -n 4 -D lr=.1 @loop.py
	[[ $stderr == *"note: nothing in the text calls 'Loop': it is called as entry = Loop(net=net, data=data, size=size, lr=lr); entry.run()"* ]]
	wanted='0.1 0.07500000000000001 0.05 0.025' \
		rates -n 4 -D lr=.1 -D anneal=4 @loop.py:Loop
}

@test "several such methods are one if they do the same, and else asked for" {
	cat >>loop.py <<-'END'

		    def run_long(self):
		        for self.done in range(self.anneal):
		            self.once(next(self.data))
	END
	wanted='0.1 0.0975' rates -n 2 -D lr=.1 @loop.py
	cat >>loop.py <<-'END'

		    def run_flat(self):
		        for i in range(self.anneal):
		            self.once(next(self.data))
	END
	refused -n 9 -D lr=.1 @loop.py
	[[ $stderr == *"loop.py:4:1: nothing in the text calls 'Loop.run', 'Loop.run_long', 'Loop.run_flat', whose rates differ; expected @FILE:Loop.run, or another"* ]]
	wanted='0.1 0.1' rates -n 2 -D lr=.1 @loop.py:Loop.run_flat
	wanted='0.1 0.0975' rates -n 2 -D lr=.1 @loop.py:Loop.run_long
}

@test "what the caller gives the schedule to is not called, nor what is called" {
	cat >given.py <<-'END'
		class Alg:
		    def __init__(self, net, schedule):
		        self.net = net
		        self.schedule = schedule

		    def train(self, data, opt):
		        for x in data:
		            self.net(x).mean().backward()
		            opt.step()
		            self.schedule.step()
	END
	refused -n 3 -l .1 -D 'data=[1, 2]' @given.py
	[[ $stderr == *"'self.schedule' is not in the text; expected the file that defines it, by -D @FILE"* ]]
}

@test "the rate of a round by a method of what nobody knows is not asked for" {
	cat >exp.py <<-'END'
		class Trainer:
		    def __init__(self, exp, args):
		        self.exp = exp
		        self.last = exp.last

		    def train(self):
		        self.opt = self.exp.make()
		        self.plan = self.exp.plan()
		        for self.i in range(self.last):
		            self.exp.loss().backward()
		            self.opt.step()
		            lr = self.plan.at(self.i + 1)
		            for group in self.opt.param_groups:
		                group["lr"] = lr
	END
	printf 'trainer = Trainer(exp, args)\ntrainer.train()\n' >called
	cat exp.py called >all.py
	refused -n 3 -l .1 @all.py
	[[ $stderr == *"no value for 'exp.last' (line 4); expected -D exp.last=VALUE"* ]]
	refused -n 3 -l .1 -D exp.last=5 @all.py
	[[ $stderr == *"all.py:12:18: 'self.plan.at', which gives the rate of each round, is not in the text; expected the file that defines it, by -D @FILE"* ]]
	refused -n 3 -l .1 -D exp.last=5 @exp.py
	[[ $stderr == *"exp.py:12:18: 'self.plan.at', which gives the rate of each round"* ]]
}

@test "a network that is called changes nothing of the object that has it" {
	cat >solver.py <<-'END'
		import torch
		import torch.nn as nn


		class Net(nn.Module):
		    def __init__(self, n):
		        super(Net, self).__init__()
		        self.layer = nn.Linear(n, n)

		    def forward(self, x):
		        return self.layer(x)


		class Solver(object):
		    def __init__(self, loader, config):
		        self.loader = loader
		        self.lr = config.lr
		        self.steps = config.steps
		        self.net = Net(4)
		        self.opt = torch.optim.SGD(self.net.parameters(), self.lr)

		    def update(self, lr):
		        for group in self.opt.param_groups:
		            group['lr'] = lr

		    def train(self):
		        it = iter(self.loader)
		        lr = self.lr
		        for i in range(self.steps):
		            x = next(it)
		            loss = self.net(x).mean()
		            self.opt.zero_grad()
		            loss.backward()
		            self.opt.step()
		            if (i + 1) % 3 == 0 and i + 1 > self.steps - 6:
		                lr -= self.lr / 4
		                self.update(lr)
	END
	printf 's = Solver(loader, config)\ns.train()\n' | cat solver.py - >all.py
	wanted='0.4 0.4 0.4 0.4 0.4 0.4 0.30000000000000004 0.30000000000000004 0.30000000000000004 0.20000000000000004' \
		rates -n 10 -D config.lr=.4 -D config.steps=10 @all.py
}

@test "a round that calls what is lost, and would set the rate, is not followed" {
	refused -n 20 'class T:
	    def __init__(self, lr=0.25):
	        self.opt = SGD(net.parameters(), lr)
	    def run(self):
	        lr = 0.25
	        for i in range(20):
	            self.opt.step()
	            if strange:
	                self = other
	            if i % 4 == 3:
	                lr -= 0.03125
	                self.set(lr)
	    def set(self, lr):
	        for g in self.opt.param_groups:
	            g["lr"] = lr
	t = T()
	t.run()'
	[[ $stderr == *"no value for"* ]]
}

@test "an item of a group that is handed on leaves the group's rate" {
	local text='opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
	for step in range(8):
	    loss.backward()
	    for group in opt.param_groups:
	        group["lr"] = 0.1 * (1 - step / 8)
	    for group in opt.param_groups:
	        if torch.cuda.device_count() > 1:
	            seen(group["momentum"])
	    opt.step()'
	wanted='0.1 0.08750000000000001 0.07500000000000001 0.0625' rates -n 4 "$text"
	# Whole groups that are handed on are not.
	refused -n 4 "$(sed 's/seen(.*/change(group)/' <<<"$text")"
	[[ $stderr == *"groups are changed in a way that is not followed"* ]]
}

@test "what a round has of a loader is asked for by the name that it has there" {
	local f='def rate(x, e):
	    return 0.1 * x.scale ** e
	opt = SGD(net.parameters(), lr=0.1)
	for e in range(4):
	    for i, x in enumerate(loader):
	        for g in opt.param_groups:
	            g["lr"] = rate(x, e)
	        loss.backward()
	        opt.step()'
	refused -n 4 -e 2 "$f"
	[[ $stderr == *"no value for 'x.scale' (line 2); expected -D x.scale=VALUE"* ]]
	wanted='0.1 0.1 0.05 0.05' rates -n 4 -e 2 -D x.scale=.5 "$f"
}
