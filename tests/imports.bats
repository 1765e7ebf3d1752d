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
	mkdir -p stand
	cat >stand/torch.py <<-'END'
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
	PYTHONPATH=.:lib:stand python3 t.py >want
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
	mkdir -p given
	cat >given/tools.py <<-'END'
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
	run -0 lrsched -Hq -n 6 -c lr -D @given/tools.py @t.py
	[ "$output" = $'0.5\n0.5\n0.25\n0.25\n0.125\n0.125' ]
}

# As follows(), of what t.py finds beside itself: nothing is given.
finds() {
	{ cat head.py; cat; } >t.py
	PYTHONPATH=stand python3 t.py >want
	[ "$(wc -l <want)" -ge 10 ]
	run -0 --separate-stderr lrsched -H -n "$(wc -l <want)" -c lr "$@" @t.py
	diff <(echo "$output") want
}

beside() {
	mkdir -p tools/deep
	echo 'from .model import *' >tools/__init__.py
	cat >tools/model.py <<-'END'
		__all__ = ['build', '_half']
		_half, scale = 0.5, 3
		def build(n): return list(range(n))
	END
	cat >tools/rates.py <<-'END'
		from . import consts, deep
		from .consts import every as by
		from .deep.of import third as power
		from settings import *
		def adjust(optimizer, epoch, args):
		    for g in optimizer.param_groups:
		        g['lr'] = args.lr * base * consts.factor ** (epoch // by) + power
	END
	echo 'factor, every = 0.5, 4' >tools/consts.py
	: >tools/deep/__init__.py
	printf '%s\n' 'from ..consts import factor' 'third = factor / 3' >tools/deep/of.py
	printf '%s\n' 'base = 0.25' '_private = 1' >settings.py
}

@test "what a script imports is found where it stands, as Python finds it" {
	beside
	for import in 'from tools.rates import adjust' 'import tools.rates as r; adjust = r.adjust' \
		'from tools import rates; adjust = rates.adjust' \
		'import tools.rates; adjust = tools.rates.adjust'; do
		finds <<-END
			$import
			for epoch in range(args.epochs):
			    adjust(optimizer, epoch, args)
			    optimizer.step()
		END
		[ -z "$stderr" ]
	done
	# A package hands on what __all__ has, and a name of the script's stays.
	finds -v <<-'END'
		from tools import *
		from tools.model import _half
		from settings import *
		groups = build(12)
		for epoch in range(len(groups)):
		    for g in optimizer.param_groups: g['lr'] = base * _half ** epoch + scale
		    optimizer.step()
	END
	[ "$(grep -c 'is read: the script imports' <<<"$stderr")" = 3 ]
	[[ $stderr == *"note: tools/model.py is read: the script imports 'tools.model'"* ]]
	# From another directory, and with -D @FILE, which is found first.
	run -0 lrsched -Hq -n 12 -c lr @"$PWD/t.py"
	diff <(echo "$output") want
	mkdir other
	echo 'base = 8' >other/settings.py
	run -0 lrsched -Hq -n 1 -c lr -D @other/settings.py @t.py
	[ "$output" = 15 ]
	# Standard input stands nowhere.
	run -2 lrsched -q -n 12 @- <t.py
}

@test "files that import one another, or fail, have what they have until then" {
	cat >one.py <<-'END'
		half = 0.5
		from two import power
		def rate(epoch): return half ** power(epoch)
	END
	cat >two.py <<-'END'
		from one import half
		def power(epoch): return epoch * half
	END
	printf '%s\n' 'every = 3' 'raise SystemExit(every)' 'every = 4' >ends.py
	echo 'def (' >bad.py
	cat >loop.py <<-'END'
		after = 2
		while True: after += 1
	END
	cat >train.py <<-'END'
		import bad, ends, loop
		from one import rate
		lr = lambda epoch: 0.1 * rate(epoch)
	END
	run -0 lrsched -Hq -n 9 -c lr @train.py
	[ "$output" = "$(python3 -c 'for e in range(9): print(repr(0.1 * 0.5 ** (e * 0.5)))' | sed 's/\.0$//')" ]
}

@test "only plain files below the script's directory are read, and so many" {
	beside
	mkdir -p inside/lib outside
	echo 'every = 3' >outside/linked.py
	echo 'every = 3' >outside/up.py
	ln -s ../outside/linked.py inside/linked.py
	ln -s ../outside inside/away
	ln -s away/linked.py inside/twice.py
	mkfifo inside/fifo.py
	mkdir inside/directory.py
	ln -s loop.py inside/loop.py
	head -c 1100000 /dev/zero | tr '\0' '#' >inside/huge.py
	printf '\nevery = 3\n' >>inside/huge.py
	printf 'every = 3\0' >inside/nul.py
	for name in linked away.linked twice fifo directory loop huge nul ..up absent; do
		printf '%s\n' "from $name import every" 'f = lambda step: 0.5 ** (step // every)' >inside/t.py
		run -2 --separate-stderr timeout 20 lrsched -n 4 @inside/t.py
		[[ $stderr == *"no value for"*every* ]]
	done
	# A link that stays inside is as good as what it is to.
	echo 'every = 3' >inside/lib/real.py
	ln -s lib/real.py inside/link.py
	printf '%s\n' 'from link import every' 'f = lambda step: 0.5 ** (step // every)' >inside/t.py
	run -0 lrsched -Hq -n 4 -c lr @inside/t.py
	[ "$output" = $'1\n1\n1\n0.5' ]
	# What is read is never written over.
	cp inside/link.py inside/plain.py
	printf '%s\n' 'from plain import every' 'f = lambda step: 0.5 ** (step // every)' >inside/t.py
	run -2 lrsched -n 4 -o inside/plain.py @inside/t.py
	[ "$(cat inside/plain.py)" = 'every = 3' ]
	# A chain of files is followed so far.
	for i in {1..99}; do
		printf '%s\n' "from m$((i + 1)) import every" >inside/m$i.py
	done
	echo 'every = 3' >inside/m100.py
	printf '%s\n' 'from m1 import every' 'f = lambda step: 0.5 ** (step // every)' >inside/t.py
	run -2 --separate-stderr timeout 20 lrsched -n 4 @inside/t.py
	[[ $stderr == *"no value for"*every* ]]
	sed -i 's/m1 /m60 /' inside/t.py
	run -0 lrsched -Hq -n 4 -c lr @inside/t.py
	[ "$output" = $'1\n1\n1\n0.5' ]
}

@test "what an imported file makes beside the rate is none of it" {
	cat >parts.py <<-'END'
		class Normalize:
		    def __init__(self, mean): self.mean = mean
		    def __call__(self, x): return x - self.mean
		class Loss:
		    def __call__(self, step): return step * 2.0
		layers = [Normalize(i) for i in range(50)]
	END
	cat >t.py <<-'END'
		from parts import Normalize, Loss, layers
		from torch import SGD
		def main():
		    change = Normalize(0.5)
		    loss = Loss()
		    optimizer = SGD(net.parameters(), lr=0.25)
		    for epoch in range(9):
		        loss(change)
		        optimizer.step()
		main()
	END
	run -0 lrsched -Hq -n 3 -c lr @t.py
	[ "$output" = $'0.25\n0.25\n0.25' ]
}

# As finds(), of run/t.py, which IMPORTS; CPython is started as "python3 HOW".
finds_far() {
	{ echo "$2"; cat head.py - <<-'END'; } >run/t.py
		for epoch in range(args.epochs):
		    adjust(optimizer, epoch, args)
		    optimizer.step()
	END
	PYTHONPATH=$PWD/stand$3 python3 $1 >want
	[ "$(wc -l <want)" = 12 ]
	run -0 --separate-stderr lrsched -Hv -n 12 -c lr @run/t.py
	diff <(echo "$output") want
	[[ $stderr == *"note: $4 is read: the script imports"* ]]
}

@test "directories that a script adds to sys.path are looked in" {
	mkdir -p run/deep far/near
	{ cat lib/util.py; echo '# far'; } >far/util.py
	local add file='os.path.dirname(os.path.abspath(__file__))'
	for add in "sys.path.append(os.path.join($file, '..', 'far'))" \
		"sys.path.insert(0, os.path.join(os.path.split($file)[0], 'far'))" \
		"sys.path.append(os.path.dirname($file) + '/far')" \
		"top = $file; top = os.path.join(top, os.pardir); sys.path.append(os.path.join(top, 'far'))" \
		'from pathlib import Path; sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "far"))' \
		'from pathlib import Path; here = Path(__file__).absolute(); far = here.parent.parent.joinpath("far", "near", ".."); sys.path.append(str(far))'; do
		finds_far run/t.py "import os, sys
$add
from util import adjust" '' far/util.py
	done
	# What is beside the script is found first, unless it comes behind.
	sed 's/scale = 0.5/scale = 2/' lib/util.py >run/util.py
	finds_far run/t.py "import os, sys; sys.path.append($file + '/../far')
from util import adjust" '' run/util.py
	rm run/util.py
	# A file that is imported may add some.
	echo "import os, sys; sys.path.append(os.path.join(os.path.dirname(__file__), '..', 'far'))" >run/_paths.py
	finds_far run/t.py 'import _paths
from util import adjust' '' far/util.py
	# What does not follow from where the file is, says nothing.
	printf '%s\n' 'import sys' 'sys.path.append(sys.argv[1])' 'sys.path.insert(0, far)' \
		'sys.path.append("far"[unknown])' 'from util import adjust' >run/t.py
	run -2 --separate-stderr lrsched -n 4 @run/t.py
}

@test "a script's own package, and its project, are looked in" {
	mkdir -p run/sub far run/util
	cp lib/util.py run/sub/rates.py
	# python -m run.t, without and with an __init__.py
	finds_far '-m run.t' 'from run.sub.rates import adjust' '' run/sub/rates.py
	: >run/__init__.py
	finds_far '-m run.t' 'from run.sub.rates import adjust' '' run/sub/rates.py
	finds_far '-m run.t' 'from .sub.rates import adjust' '' run/sub/rates.py
	finds_far '-m run.t' 'from .sub import rates; adjust = rates.adjust' '' run/sub/rates.py
	rm -r run/__init__.py
	# The project's directory and its src/ are where it may be run, or be
	# installed from; without a mark of its top, nothing is looked for there.
	mkdir -p far/core src/own
	cp lib/util.py far/core/rates.py
	cp lib/util.py src/own/rates.py
	printf '%s\n' 'from far.core.rates import adjust' >run/t.py
	run -2 --separate-stderr lrsched -n 4 @run/t.py
	: >setup.py
	finds_far run/t.py 'from far.core.rates import adjust' ":$PWD" far/core/rates.py
	finds_far run/t.py 'from own.rates import adjust' ":$PWD/src" src/own/rates.py
	# A directory without files of Python's is no module where there is one.
	mkdir -p run/own
	finds_far run/t.py 'from own.rates import adjust' ":$PWD/src" src/own/rates.py
}

@test "a package around the script is one by its names, wherever that stands" {
	mkdir -p a/b/c
	: >a/__init__.py
	: >a/b/__init__.py
	cp lib/util.py a/rates.py
	printf '%s\n' 'from ..rates import adjust as far' 'adjust = far' >a/b/near.py
	{ echo 'from .near import adjust'; cat head.py - <<-'END'; } >a/b/t.py
		for epoch in range(args.epochs):
		    adjust(optimizer, epoch, args)
		    optimizer.step()
	END
	PYTHONPATH=stand python3 -m a.b.t >want
	for at in "$PWD" "$PWD/a" "$PWD/a/b" "$PWD/a/b/c"; do
		cd "$at"
		file=$(realpath --relative-to=. "$BATS_TEST_TMPDIR/a/b/t.py")
		run -0 --separate-stderr lrsched -Hv -n 12 -c lr "@$file"
		diff <(echo "$output") "$BATS_TEST_TMPDIR/want"
		[[ $stderr == *"the script imports 'a.rates'"* ]]
	done
}

@test "a name that is imported as another's is none of a library's" {
	cat >parts.py <<-'END'
		def define(opt):
		    kind = opt['kind']
		    if kind == 'small':
		        from models import SmallNet as net
		        made = net(width=opt['width'])
		    elif kind == 'large':
		        from models import LargeNet as net
		        made = net(width=opt['width'])
		    else:
		        raise NotImplementedError(kind)
		    return made
	END
	cat >t.py <<-'END'
		from parts import define
		def main(opt):
		    model = define(opt)
		    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
		    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
		    for epoch in range(6):
		        optimizer.step()
		        scheduler.step()
		main(read(args))
	END
	run -0 lrsched -Hq -n 6 -c lr @t.py
	[ "$output" = $'0.5\n0.5\n0.25\n0.25\n0.125\n0.125' ]
}

@test "a file that fails while what failed is looked into keeps the reason" {
	printf '%s\n' 'raise ValueError(1)' >late.py
	cat >t.py <<-'END'
		from late import make_scheduler
		def main(args):
		    optimizer = torch.optim.SGD(p, lr=args.rate)
		    scheduler = make_scheduler(optimizer, args.power)
		main(read())
	END
	refused -n 3 @t.py
	[ -n "$stderr" ]
}
