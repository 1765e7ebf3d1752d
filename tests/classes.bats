#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Classes, exceptions and what may have been changed in pasted scripts.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "an object that is called is a function of the step" {
	cat >noam.py <<-'END'
		class Noam:
		    factor = 2.0
		    def __init__(self, d, warm, scale=1.0):
		        self.d, self.warm = d, warm
		        self.scale = scale
		    @property
		    def whole(self):
		        return self.factor * self.scale
		    @staticmethod
		    def inv(x):
		        return x ** -0.5
		    def rate(self, step):
		        step = max(step, 1)
		        return self.whole * self.inv(self.d) * min(
		            self.inv(step), step * self.warm ** -1.5)
		    def __call__(self, step):
		        return self.rate(step)
		class Thrice(Noam):
		    def __init__(self, *a, **k):
		        super().__init__(*a, **k)
		        self.times = 3
		    def rate(self, step):
		        return super().rate(step) * self.times
		once = Noam(512, 4000)
		schedule = Thrice(512, 4000)
	END
	"$PYTHON" -c 'exec(open("noam.py").read())
for t in range(3):
    print(f"{t},{schedule(t)!r}")' >wanted
	run -0 lrsched -H -n 3 @noam.py
	[ "$output" = "$(cat wanted)" ]
	run -0 lrsched -H -n 3 @noam.py:schedule
	[ "$output" = "$(cat wanted)" ]
	run -0 lrsched -H -n 3 @noam.py:schedule.rate
	[ "$output" = "$(cat wanted)" ]
	run -0 lrsched -H -l 1 -n 3 $'class Half:\n def __call__(self, step): return step * .5
LambdaLR(opt, Half())'
	[ "${lines[*]}" = '0,0 1,0.5 2,1' ]
	run -0 lrsched -H -l 1 -n 3 $'f = functools.partial(lambda k, step: k * step, .5)
LambdaLR(opt, f)'
	[ "${lines[*]}" = '0,0 1,0.5 2,1' ]
}

@test "what a script changes in place is changed" {
	local i spec=("ms.remove(2)" "del ms[0]" "ms[0:1] = [4, 5]" "ms *= 2"
		"(ms := [7])" "print(ms.pop())"
		$'for m in ms:\n    if m == 2: ms.append(4)'
		$'class C:\n    def f(self): ms.append(5)\nC().f()'
		$'try:\n    1 / 0\nexcept ArithmeticError:\n    ms = [8]'
		$'also = ms\nalso.insert(0, 1)' $'head, *ms = ms'
		$'def add(x=ms): x.append(6)\nadd()') wanted
	for i in "${!spec[@]}"; do
		wanted=$("$PYTHON" -c "$(printf 'ms = [2, 3]\n%s\nprint(list(ms))' \
			"${spec[i]}")" | tail -1)
		same "-n 9 -D 'ms=$wanted' 'MultiStepLR(opt, ms)'" \
			"-n 9 $(printf '%q' "ms = [2, 3]"$'\n'"${spec[i]}"$'\n''MultiStepLR(opt, ms)')"
	done
}

# Neither the value before nor a guess.
@test "what an unknown call or branch may have changed is asked for" {
	local i spec=("ms.extend(other)" "y = ms.pop() if other else 0"
		"mess(ms)" $'also = ms\nmess(also)'
		$'def g():\n    global ms\n    if other: return\n    ms = [5]\ng()'
		$'def g(x): x.append(other + 1)\ng(ms)'
		$'class C:\n    def f(self): ms.append(other + 1)\nC().f()'
		$'def g(): h()\ndef h(): ms.append(1)\nif other: g()'
		$'d = {"ms": ms}\nmess(d)' $'it = iter(ms)\nmess(it)\nms = list(it)'
		$'if other:\n    del ms[0]' $'while other: ms = [1]'
		$'for m in other:\n    if m: break\n    ms[0] = m')
	for i in "${!spec[@]}"; do
		run lrsched -n 9 "ms = [2, 3]"$'\n'"${spec[i]}"$'\n''MultiStepLR(opt, ms)'
		[ "$status" -eq 2 ] || { echo "${spec[i]}: $output"; false; }
		[ -n "$output" ]
	done
}

@test "what changes between steps is refused" {
	local i spec=($'class C:\n    n = 0\n    def __call__(self, step):\n        self.n += 1\n        return self.n\nf = C()'
		$'it = iter([1, 2, 3])\nf = lambda step: next(it)'
		$'x = [1]\nf = lambda step: x.pop()'
		$'a = np.zeros(3)\ndef f(step):\n    a[0] += 1\n    return a[0]')
	for i in "${!spec[@]}"; do
		run lrsched -n 3 "${spec[i]}"
		[ "$status" -eq 2 ] || { echo "${spec[i]}: $output"; false; }
	done
}

# A value of -D asks no host.
@test "-D may use what has no value with a default" {
	run -0 lrsched -H -l 1 -n 2 -D 'k=cfg.get("a", 1)' 'StepLR(opt, k)'
	[ "${lines[*]}" = '0,1 1,0.1' ]
}

@test "a callback is told what Keras tells it of the training" {
	cat >sweep.py <<-'END'
		class Sweep(keras.callbacks.Callback):
		    def __init__(self, low, high):
		        super().__init__()
		        self.low, self.high = low, high
		    def on_train_begin(self, logs={}):
		        n = self.params['steps'] if self.params['steps'] is not None \
		            else round(self.params['samples'] / self.params['batch_size'])
		        n *= self.params['epochs']
		        self.losses, self.by = [], (self.high - self.low) / n
		        K.set_value(self.model.optimizer.lr, self.low)
		    def on_batch_end(self, batch, logs={}):
		        self.losses.append(logs.get('loss'))
		        K.set_value(self.model.optimizer.lr,
		                    K.get_value(self.model.optimizer.lr) + self.by)
		epochs = 2
		sweep = Sweep(low=0.5, high=4.5)
		model.fit(x, y, epochs=epochs, callbacks=[sweep])
	END
	[ "$(lrsched -H -e 4 --at 0,1,7 @sweep.py | cut -d, -f2 | xargs)" = \
		'0.5 1 4' ]
	run lrsched -n 8 @sweep.py
	[ "$status" -eq 2 ]
	[[ $output == *"-D 'self.params[\"steps\"]=VALUE'"* ]]
	cat >stop.py <<-'END'
		class Stop(keras.callbacks.Callback):
		    def on_batch_end(self, batch, logs):
		        if logs['loss'] > 9:
		            return
		        K.set_value(self.model.optimizer.lr, 0.5 ** batch)
	END
	run lrsched -n 8 -l 1 @stop.py
	[ "$status" -eq 2 ]
	[[ $output == *"-D 'logs[\"loss\"]=VALUE'"* ]]
	[ "$(lrsched -H -n 3 -l 1 -D 'logs["loss"]=1' @stop.py |
		cut -d, -f2 | xargs)" = '1 1 0.5' ]
}

# The rates of a callback whose hook HOOK does what the rest says.
hook() {
	local hook=$1
	shift
	printf '%s\n' 'class C(tf.keras.callbacks.Callback):' \
		"    def $hook(self, batch, logs=None):" \
		'        opt = self.model.optimizer' "${@/#/        }" >hook.py
	run lrsched -H -l 1 -n 4 @hook.py
	output=$(cut -d, -f2 <<<"$output" | xargs)
}

@test "a callback sets and reads the rate as a variable" {
	local x set=('opt.learning_rate.assign(X)' 'opt.lr.assign(X)'
		'self.model.optimizer.lr.assign(value=X)' 'opt.lr = X'
		'tf.keras.backend.set_value(opt.learning_rate, X)'
		'tf.compat.v1.assign(opt.lr, X)')
	local get=('opt.learning_rate.numpy()' 'float(opt.lr)' 'opt.lr.value()'
		'opt.lr.value' 'opt.learning_rate.read_value()'
		'K.get_value(opt.lr)' 'K.eval(opt.lr)'
		'keras.ops.convert_to_numpy(opt.learning_rate)')
	for x in "${set[@]}"; do
		hook on_train_batch_begin "${x/X/0.5 ** batch}"
		[ "$status $output" = '0 1 0.5 0.25 0.125' ] || { echo "$x: $output"; false; }
	done
	for x in "${get[@]}"; do
		hook on_train_batch_end "opt.learning_rate.assign($x * 2)"
		[ "$status $output" = '0 1 2 4 8' ] || { echo "$x: $output"; false; }
	done
	hook on_train_batch_begin 'opt.lr.assign_add(2)' 'opt.lr.assign_sub(1)'
	[ "$output" = '2 3 4 5' ]
	# Neither what nobody knows nor what is no number is read over.
	for x in "${set[@]}"; do
		hook on_train_batch_begin 'opt.lr = 1' "${x/X/unknown}"
		[ "$status" -eq 2 ]
		[[ $output == *'-D unknown=VALUE'* ]] || { echo "$x: $output"; false; }
	done
	hook on_train_batch_begin 'opt.lr.assign([1])'
	[ "$status" -eq 2 ]
	[[ $output == *'a rate is set to a list'* ]]
	# What is set again is what was set last.
	for x in "${set[@]}"; do
		hook on_train_batch_begin 'opt.lr = 9' "${x/X/opt.lr \/ 9}"
		[ "$output" = '1 1 1 1' ] || { echo "$x: $output"; false; }
	done
	# Another's variable is not the optimizer's rate.
	hook on_train_batch_begin 'opt.lr = 1' 'self.own.base_lr.assign(7)'
	[ "$output" = '1 1 1 1' ]
}

@test "a function of the step sets the rate of its optimizer" {
	local x f=('optimizer.learning_rate.assign(optimizer.learning_rate * 2)'
		'optimizer.lr = optimizer.lr.numpy() * 2'
		'K.set_value(optimizer.lr, K.get_value(optimizer.lr) * 2)')
	for x in "${f[@]}"; do
		run -0 lrsched -H -l 1 -n 3 "def f(step, optimizer):
    $x"
		[ "${lines[*]}" = '0,2 1,4 2,8' ]
		printf 'optimizer = tf.keras.optimizers.Adam(1.0)\ndef f(step):\n    %s\n' \
			"$x" >own.py
		run -0 lrsched -H -n 3 @own.py:f
		[ "${lines[*]}" = '0,2 1,4 2,8' ]
	done
	# Before there are steps it is what they begin with.
	for x in 'opt.learning_rate.assign(3.0)' 'K.set_value(opt.lr, 3.0)' \
		'opt.lr.assign_add(2.0)'; do
		run -0 lrsched -H -n 2 "opt = tf.keras.optimizers.Adam(1.0)
$x
LearningRateScheduler(lambda epoch, lr: lr / 2)"
		[ "${lines[*]}" = '0,1.5 1,0.75' ]
	done
}

@test "a callback of epochs steps once an epoch" {
	local begin=$'class C(Callback):\n def on_epoch_begin(self, epoch, logs=None):\n  self.model.optimizer.lr = 0.5 ** epoch'
	local end=$'class C(Callback):\n def on_epoch_end(self, epoch, logs=None):\n  self.model.optimizer.lr = self.model.optimizer.lr / 2'
	local def=$'def on_epoch_begin(self, epoch, logs=None):\n  self.model.optimizer.lr = 0.5 ** epoch'
	local x l
	for x in "$begin" "$end" "$def"; do
		# A function gives rates, and is not given one.
		l=(-l 1)
		[ "$x" != "$def" ] || l=()
		run -0 --separate-stderr lrsched -H "${l[@]}" -n 5 -e 2 "$x"
		[ "${lines[*]}" = '0,1,0 1,1,0 2,0.5,1 3,0.5,1 4,0.25,2' ]
		[ -z "$stderr" ]
		run -0 --separate-stderr lrsched -H "${l[@]}" -n 3 \
			--count epoch "$x"
		[ "${lines[*]}" = '0,1 1,0.5 2,0.25' ]
		[ -z "$stderr" ]
		run -0 lrsched -H "${l[@]}" -n 2 --count epoch -e 2 "$x"
		[ "${lines[*]}" = '0,1,0 1,1,0 2,0.5,1 3,0.5,1' ]
		run -0 --separate-stderr lrsched -H "${l[@]}" -n 3 "$x"
		[ "${lines[*]}" = '0,1 1,0.5 2,0.25' ]
	done
	run -0 --separate-stderr lrsched -H -l 1 -n 3 "$begin"
	[[ $stderr == *'a callback of epochs: each step is one; expected -e E'* ]]
}

@test "what an object only keeps is not asked for" {
	cat >keep.py <<-'END'
		class Cycle(tf.keras.callbacks.Callback):
		    def __init__(self, model, top, policy="triangular"):
		        self.kept, self.policy = model, policy
		        self.top = top
		        self.total = train_steps * 2
		    def on_train_batch_begin(self, batch, logs=None):
		        self.model.optimizer.lr.assign(self.top * batch / self.total)
		normal_model.compile("adam")
		clr = Cycle(normal_model, policy="triangular", top=top_rate)
		normal_model.fit(x, y, callbacks=[clr])
	END
	run lrsched -H -n 3 @keep.py
	[ "$status" -eq 2 ]
	[[ $output != *normal_model\'* ]]
	[[ $output == *'-D train_steps=VALUE -D top_rate=VALUE'* ]]
	run -0 lrsched -H -n 3 -D train_steps=2 -D top_rate=4 @keep.py
	[ "${lines[*]}" = '0,0 1,1 2,2' ]
}

@test "an object that is called with a batch and its epoch is stepped by both" {
	cat >poly.py <<-'END'
		class LR_Scheduler(object):
		    def __init__(self, mode, base_lr, num_epochs, iters_per_epoch=0,
		                 lr_step=0, warmup_epochs=0):
		        self.mode = mode
		        print('Using {} LR Scheduler!'.format(self.mode))
		        self.lr = base_lr
		        self.lr_step = lr_step
		        self.iters_per_epoch = iters_per_epoch
		        self.N = num_epochs * iters_per_epoch
		        self.epoch = -1
		        self.warmup_iters = warmup_epochs * iters_per_epoch
		    def __call__(self, optimizer, i, epoch, best_pred):
		        T = epoch * self.iters_per_epoch + i
		        if self.mode == 'poly':
		            lr = self.lr * pow((1 - 1.0 * T / self.N), 0.9)
		        elif self.mode == 'step':
		            lr = self.lr * (0.1 ** (epoch // self.lr_step))
		        if self.warmup_iters > 0 and T < self.warmup_iters:
		            lr = lr * 1.0 * T / self.warmup_iters
		        if epoch > self.epoch:
		            print('%i, %.4f, %.4f' % (epoch, lr, best_pred))
		            self.epoch = epoch
		        self._adjust_learning_rate(optimizer, lr)
		    def _adjust_learning_rate(self, optimizer, lr):
		        if len(optimizer.param_groups) == 1:
		            optimizer.param_groups[0]['lr'] = lr
		        else:
		            optimizer.param_groups[0]['lr'] = lr
		            for i in range(1, len(optimizer.param_groups)):
		                optimizer.param_groups[i]['lr'] = lr * 10
	END
	cat >oracle.py <<-'END'
		import sys
		exec(open("poly.py").read().replace("print(", "str("))
		mode, more = sys.argv[1], eval("dict(%s)" % sys.argv[2].replace("poly ", ""))
		s = LR_Scheduler(mode, 0.007, 6, 20, **more)
		class Opt:
		    param_groups = [{}]
		for t in range(120):
		    s(Opt, t % 20, t // 20, 0.0)
		    print("%d,%r" % (t, Opt.param_groups[0]["lr"]))
	END
	local given='-D base_lr=0.007 -D num_epochs=6 -D iters_per_epoch=20'
	for mode in 'poly ' 'step -Dlr_step=2' 'poly -Dwarmup_epochs=2'; do
		python3 oracle.py "${mode% *}" "${mode#*-D}" | sed 's/,0.0$/,0/' >want.csv
		lrsched -Hq -n 120 -e 20 -c step,lr -D "mode='${mode% *}'" $given \
			${mode#* } @poly.py >out.csv
		python3 -c '
a, b = ([(int(t), float(v)) for t, v in (l.split(",") for l in open(f))]
        for f in ("out.csv", "want.csv"))
assert a == b and len(a) == 120, (a[:3], b[:3])'
	done
	# The batches of an epoch are asked for, and the mode by its name.
	refused -n 9 -D mode=poly $given @poly.py
	[[ $stderr == *'expected -e E, the batches of an epoch'* ]]
	refused -n 9 -e 20 $given @poly.py
	[[ $stderr == *"no value for 'mode'"*"-D mode=VALUE"* ]]
	# Also where the text makes one and calls it.
	cat poly.py - >made.py <<-'END'
		scheduler = LR_Scheduler('poly', 0.007, 6, 20)
		for epoch in range(6):
		    for i, sample in enumerate(loader):
		        scheduler(optimizer, i, epoch, best_pred)
		        optimizer.step()
	END
	python3 oracle.py poly '' >want.csv
	lrsched -Hq -n 120 -e 20 -c step,lr @made.py | diff - want.csv
}

# A Dataset has a length, and its items are what __getitem__() gives.
@test "an object that has a length has no items by that" {
	local what
	for what in 'L()[2000000]' 'list(L())' 'L()[0:2]' '[x for x in L()]'; do
		cat >s.py <<-END
			class L:
			    def __init__(self): self.v = 3
			    def __len__(self): return 3000000
			sched = StepLR(opt, $what)
		END
		run -2 --separate-stderr lrsched -n 3 -l 1 @s.py
		[[ ${stderr_lines[0]} == *' of an object; expected a list' ]] || {
			echo "$what: $stderr"
			false
		}
	done
}

@test "an object of a class over a constructor is the schedule that it makes" {
	local base args
	while IFS='|' read -r base args; do
		echo "$base"
		cat >over.py <<-END
			from torch.optim.lr_scheduler import *
			optimizer = torch.optim.SGD(net.parameters(), lr=0.4)
			class Own($base):
			    def __init__(self, n):
			        up = LinearLR(optimizer, 0.1, 1.0, n)
			        down = CosineAnnealingLR(optimizer, 20, eta_min=0.01)
			        super().__init__($args)
			scheduler = Own(3)
		END
		lrsched -n 12 @over.py >got.csv
		sed "s/super().__init__(/return $base(/; s/^class.*//
			s/^    def __init__(self, n)/def Own(n)/" over.py |
			sed 's/^        /    /' >call.py
		lrsched -n 12 @call.py | cmp - got.csv
		[ "$(wc -l <got.csv)" -eq 13 ]
		printf 'for e in range(9):\n    scheduler.step()\n' >>over.py
		lrsched -n 12 @over.py 2>notes | cmp - got.csv
		grep -q "is the $base that its class makes" notes
		run grep -c 'is not shown' notes
		[ "$output" = 0 ]
		# Who knows what a step() of its own does?
		sed '/super/a\    def step(self): super().step(2)' over.py >own.py
		run -2 --separate-stderr lrsched -n 12 @own.py
		[[ $stderr == *"a class over $base with a step() or get_lr() of its own"* ]]
	done <<-END
		SequentialLR|optimizer, [up, down], milestones=[n]
		ChainedScheduler|[up, down]
		OneCycleLR|optimizer, max_lr=0.4, total_steps=n * 4, pct_start=0.5
		CyclicLR|optimizer, 0.1, 0.4, step_size_up=n, cycle_momentum=False
	END
}
