#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Scripts whose rate is set by a file that they import, and -D @FILE gives: as
# CPython runs both, with a stand-in for torch that trains nothing.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir -p lib
	cat >lib/util.py <<-'END'
		import math
		scale = 0.5
		def factor(epoch, every):
		    return 0.5 ** (epoch // every)
		def adjust(optimizer, epoch, args):
		    lr = args.lr * factor(epoch, 3) * scale
		    for param_group in optimizer.param_groups:
		        param_group['lr'] = lr
		def get_lr(step, total, lr):
		    return lr / 10 + 0.5 * lr * (1 + math.cos(math.pi * step / total))
		class Noam:
		    def __init__(self, optimizer, size, warm):
		        self._optimizer = optimizer
		        self.size, self.warm, self.n = size, warm, 0
		        self.set(0.25)
		    def set(self, lr):
		        for group in self._optimizer.param_groups:
		            group['lr'] = lr
		    def step(self):
		        self.n += 1
		        self.set(self.size ** -.5 * min(self.n ** -.5, self.n * self.warm ** -1.5))
	END
	cat >torch.py <<-'END'
		class SGD:
		    def __init__(self, parameters, lr):
		        self.param_groups = [{'lr': lr}]
		    def step(self):
		        print(repr(self.param_groups[0]['lr']))
	END
	cat >head.py <<-'END'
		import argparse
		from torch import SGD
		scale = 7
		class args: lr, epochs = 0.4, 12
		optimizer = SGD(None, lr=args.lr)
	END
}

# The rates of t.py, which IMPORTS and then TRAINS, as CPython has them.
follows() {
	{ echo "$1"; cat head.py; cat; } >t.py
	PYTHONPATH=.:lib python3 t.py >want
	[ "$(wc -l <want)" -ge 10 ]
	lrsched -Hq -n "$(wc -l <want)" -c lr -D @lib/util.py @t.py >out
	diff out want
}

adjusts() {
	follows "$1" <<-END
		for epoch in range(args.epochs):
		    $2(optimizer, epoch, args)
		    optimizer.step()
	END
}

@test "what an imported file sets the rate by is followed in -D @FILE" {
	adjusts 'from util import adjust' adjust
	adjusts 'from util import adjust as change' change
	adjusts 'from lib.util import adjust' adjust
	adjusts 'import util' util.adjust
	adjusts 'import util as u' u.adjust
	adjusts 'from lib import util' util.adjust
	adjusts 'from util import *' adjust
	follows 'from util import get_lr' <<-'END'
		step = 0
		for epoch in range(4):
		    for batch in range(3):
		        lr = get_lr(step, 12, args.lr)
		        for group in optimizer.param_groups:
		            group['lr'] = lr
		        optimizer.step()
		        step += 1
	END
}

@test "an imported class steps, and sets what the first round has as it is made" {
	for imports in 'from util import Noam' 'import util; Noam = util.Noam'; do
		follows "$imports" <<-'END'
			schedule = Noam(optimizer, 512, 4)
			for epoch in range(args.epochs):
			    optimizer.step()
			    schedule.step()
		END
	done
}

@test "names of the script and of the file are not each other's" {
	# Both have a scale; the function has that of its file.
	adjusts 'from util import adjust' adjust
	cat >t.py <<-'END'
		from other import scale
		optimizer = SGD(p, lr=0.4)
		for epoch in range(3):
		    optimizer.param_groups[0]['lr'] = scale
		    optimizer.step()
	END
	refused -n 3 -D @lib/util.py @t.py
	[[ $stderr == *"no value for"* ]]
}

@test "a file that another one imports is given beside it, in any order" {
	sed 's/^def factor.*/from .other import factor/; /return 0.5 \*\* (epoch/d' \
		lib/util.py >util.py
	printf 'def factor(epoch, every):\n    return 0.5 ** (epoch // every)\n' >other.py
	adjusts 'from lib.util import adjust' adjust
	sed -i 's/lib\.util/util/' t.py
	lrsched -Hq -n 12 -c lr -D @util.py -D @other.py @t.py | diff - want
	lrsched -Hq -n 12 -c lr -D @other.py -D @util.py @t.py | diff - want
	# Without it, it is asked for.
	refused -n 12 -D @util.py @t.py
	[[ $stderr == *"factor"* ]]
}

@test "a file that does not have what is asked for is asked for still" {
	cat >t.py <<-'END'
		from schedules import make_scheduler
		optimizer = SGD(p, lr=0.4)
		scheduler = make_scheduler(optimizer)
	END
	for given in '' '-D @lib/util.py'; do
		refused -n 3 $given @t.py
		[[ $stderr == *"'make_scheduler' is not in the text; expected the file that defines it, by -D @FILE"* ]]
	done
}

@test "a maker that steps an object of its own is that object's schedule" {
	cat >t.py <<-'END'
		from util import Noam
		def train(args):
		    optimizer = SGD(p, lr=0.4)
		    schedule = Noam(optimizer, 512, 4)
		    for step in range(12):
		        schedule.step()
		        optimizer.step()
	END
	lrsched -Hq -n 12 -c lr -D @lib/util.py @t.py >out
	python3 -c '
for n in range(1, 13):
    print(repr(512 ** -.5 * min(n ** -.5, n * 4 ** -1.5)))' | diff out -
}

@test "a schedule that a maker cannot make is asked for, and is not its optimizer's rate" {
	cat >ramp.py <<-'END'
		class LRSchedule:
		    def __init__(self, peak, total):
		        assert 0 < peak < 1
		        self.peak, self.total = peak, total
		    def __call__(self, step):
		        return self.peak * (1 - step / self.total)
	END
	cat >t.py <<-'END'
		from ramp import LRSchedule
		def main(args):
		    optimizer = Adam(lr=0.3)
		    schedule = LRSchedule(args.peak, 16)
		    for step in range(16):
		        lr = schedule(step)
		        apply(model, lr)
	END
	refused -n 2 -D @ramp.py @t.py
	[[ $stderr == *"expected -D args.peak=VALUE"* ]]
	run -0 lrsched -Hq -n 2 -c lr -D args.peak=0.5 -D @ramp.py @t.py
	[ "$output" = $'0.5\n0.46875' ]
}

@test "what makes a schedule that the text steps is asked for by its own name" {
	cat >tools.py <<-'END'
		def build(name):
		    net = Net(name)
		    o = SGD(net.parameters(), lr=0.5)
		    return net, o, torch.optim.lr_scheduler.StepLR(o, 2, gamma=0.5)
	END
	cat >t.py <<-'END'
		from tools import build
		net, optimizer, lr_scheduler = build('small')
		for batch in range(6):
		    optimizer.step()
		    lr_scheduler.step()
	END
	refused -n 6 @t.py
	[[ $stderr == *"'build' is not in the text; expected the file that defines it, by -D @FILE"* ]]
	run -0 lrsched -Hq -n 6 -c lr -D @tools.py @t.py
	[ "$output" = $'0.5\n0.5\n0.25\n0.25\n0.125\n0.125' ]
}
