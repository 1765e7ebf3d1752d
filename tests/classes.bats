#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Classes, exceptions and what may have been changed in pasted scripts.

load helper

# Two sets of arguments print the same bytes.
same() {
	eval "lrsched $1" >one.csv
	eval "lrsched $2" >two.csv
	cmp one.csv two.csv
}

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
