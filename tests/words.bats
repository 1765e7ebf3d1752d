#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Words against closed formulas that Python computes: the named schedules of
# the manual, wsd, ends that are kept, items that begin later; and trees of
# words written back as words.

load helper
load schedules

# Lines of "NAME|FORMULA in t and LR0|ARGUMENTS": each printed by lrsched as
# Python has it at steps 0 to 199, of base 0.1 where -l does not say otherwise.
hold_to_python() {
	local name formula args i=0
	while IFS='|' read -r name formula args; do
		[ -n "$name" ] || continue
		eval "lrsched -H --rows 200 -l 0.1 $args" >"$i.csv"
		printf '%s|%s|%s\n' "$i" "$name" "$formula" >>list
		i=$((i + 1))
	done
	"$PYTHON" - <<-'END'
		import math
		from math import ceil, cos, exp, floor, pi, sqrt

		def sgdr(t, lo, hi, length, mult, decay, unit=1, late=False):
		    start, n, i = 0, length, 0
		    while t >= start + n:
		        start, n, i = start + n, ceil(n / unit * mult) * unit, i + 1
		    if late and i and t == start:
		        return lo
		    return lo + .5 * (hi * decay ** i - lo) * (1 + cos(pi * (t - start) / n))

		def tri(t, lo, hi, s, scale=lambda c, t: 1):
		    c = floor(1 + t / (2 * s))
		    x = abs(t / s - 2 * c + 1)
		    return lo + (hi - lo) * max(0, 1 - x) * scale(c, t)

		def wsd(t, w, s, d, fall, lo=0):
		    if t < w:
		        return LR0 * t / w
		    if t <= w + s:
		        return LR0
		    x = (t - w - s) / d
		    return lo if x >= 1 else fall(x, lo)

		LR0 = .1
		line = lambda x, lo: lo + (LR0 - lo) * (1 - x)
		wave = lambda x, lo: lo + (LR0 - lo) * (1 + cos(pi * x)) / 2
		root = lambda x, lo: lo + (LR0 - lo) * (1 - sqrt(x))
		geo = lambda x, lo: LR0 * (lo / LR0) ** x
		bad = 0
		for row in open("list"):
		    i, name, formula = row.rstrip("\n").split("|")
		    f = eval("lambda t: " + formula)
		    for t, cells in enumerate(open(i + ".csv")):
		        got = float(cells.split(",")[1])
		        if not math.isclose(got, f(t), rel_tol=1e-12, abs_tol=1e-15):
		            print(name, "at", t, "is", got, "; expected", f(t))
		            bad = 1
		            break
		    else:
		        bad |= t != 199
		raise SystemExit(bad)
	END
}

@test "the named schedules have their formulas" {
	hold_to_python <<-'END'
		constant|LR0|constant
		time|LR0/(1+.02*t/5)|time,k=.02,per=5
		time stairs|LR0/(1+.02*floor(t/7))|-e 7 time,k=.02,per=1ep,stair
		step|LR0*.5**floor(t/10)|step,every=10,by=.5
		step at|LR0*.1**((t>=30)+(t>=60)+(t>=80))|step,at=30/60/80,by=.1
		exponential|LR0*exp(-.1*t/3)|exponential,k=.1,per=3
		exponential stairs|LR0*exp(-.1*floor(t/3))|exponential,k=.1,per=3,stair
		decay|LR0*.9**(t/4)|decay,by=.9,per=4
		decay stairs|LR0*.9**floor(t/4)|decay,by=.9,per=4,stair
		triangular|tri(t,.001,.006,28)|-e 7 triangular,min=.001,max=.006,step=4ep
		triangular2|tri(t,.001,.006,10,lambda c,t:.5**(c-1))|triangular2,min=.001,max=.006,step=10
		exp_range|tri(t,.001,.006,10,lambda c,t:.99**t)|exp_range,min=.001,max=.006,step=10,gamma=.99
		exp_range cycles|tri(t,.001,.006,10,lambda c,t:.9**(c-1))|exp_range,min=.001,max=.006,step=10,gamma=.9,per=cycle
		sgdr|sgdr(t,.001,.1,11,1,1)|sgdr,min=.001,max=.1,len=11
		sgdr grows by epochs|sgdr(t,.001,.1,6,1.5,.9,2)|-e 2 sgdr,min=.001,max=.1,len=3ep,mult=1.5,decay=.9
		sgdr as the callback|sgdr(t,.001,.1,11,1.5,1,1,True)|sgdr,min=.001,max=.1,len=11,mult=1.5,restart=late
		warmup|LR0*min(1,t/12.5)|warmup:12.5
		cosine|.01*(1-t/20)+LR0*t/20 if t<20 else LR0 if t<=50 else .5*LR0*(1+cos(pi*(t-50)/130)) if t<180 else 0|cosine,warmup=20,start=.01,hold=30,total=180
		cosine without decay|LR0*t/20 if t<20 else LR0 if t<50 else 0|cosine,warmup=20,hold=30,total=50
		range|1e-10*(10/1e-10)**(min(t,99)/99)|range:100,from=1e-10,to=10
		range lin|.1+1.9*min(t/100,1)|range:100,from=.1,to=2,lin,excl
		linear scaling|.2|--batch 512 --ref-batch 256 constant
	END
}

@test "SGDR with 3 epochs and 1.5 restarts where the documents say" {
	run -0 lrsched -e 10 -n 130ep --explain sgdr,min=0,max=1,len=3ep,mult=1.5
	for epoch in 3 8 16 28 46 73 114; do
		[[ $output == *"(epoch $epoch)"* ]] || { echo "$output"; false; }
	done
}

@test "wsd warms up, holds and decays to the end" {
	hold_to_python <<-'END'
		all three|wsd(t,20,100,40,line)|wsd,warmup=20,stable=100,decay=40
		the rest is stable|wsd(t,20,140,40,wave,.01)|-n 200 wsd,warmup=20,decay=40,shape=cos,min=.1x
		the rest is decay|wsd(t,0,100,80,root)|wsd:180,stable=100,shape=sqrt
		no hold|wsd(t,30,0,120,geo,.001)|wsd,warmup=30,shape=exp,min=.001,total=150
		in percent|wsd(t,10,150,40,root,.02)|-n 200 wsd,warmup=5%,decay=20%,shape=sqrt,min=.02
		its other name|wsd(t,20,100,40,line)|trapezoid,warmup=20,stable=100,decay=40
		after another|LR0/2 if t<50 else wsd(t-50,20,50,40,line)|const:50,from=.05 wsd,warmup=20,stable=50,decay=40
		longer than its parts|wsd(t,20,50,40,line,.03)|-n 200 wsd:150,warmup=20,stable=50,decay=40,min=.03
		repeated|wsd(t%50,10,20,20,line)|rep:4 wsd,warmup=10,stable=20,decay=20 end
	END
	refuses '*warmup, stable and decay take 110 of 100 steps; expected no more than the total' \
		-n 100 wsd,warmup=50,decay=60
	refuses '*a geometric ramp that ends at 0; expected min= above 0' -n 9 wsd,shape=exp
	refuses '*min=1 is above the base rate 0.1*' -n 9 -l .1 wsd,min=1
	refuses '*stable=-1; expected 0 or more' -n 9 wsd,stable=-1
	refuses '*decay=-1; expected 0 or more' -n 9 wsd,decay=-1
	refuses '*shape=log; expected one of linear|cos|sqrt|exp' -n 9 wsd,shape=log
	run -0 lrsched --list wsd
	[[ ${lines[0]} == 'wsd[:LEN][,warmup=STEPS][,stable=STEPS][,decay=STEPS][,shape=linear|cos|sqrt|exp][,min=VALUE][,total=LEN]' ]] ||
		{ echo "$output"; false; }
}

@test "a group keeps its ends from factors" {
	hold_to_python <<-'END'
		lo of all|.01+(LR0*.5**(t//20)-.01)*(1-t%20/20)|rep,vmul=.5,scale=all,keep=lo linear:20:.1x,from=1x end
		hi of all|.01*.5**(t//20)+(LR0-.01*.5**(t//20))*(1-t%20/20)|rep,vmul=.5,scale=all,keep=hi linear:20:.1x,from=1x end
		hi of top|.01+(LR0-.01)*(1-t%20/20) if t%30<20 and t<30 else .01+(LR0-.01)*(1-t%30/20) if t%30<20 else .05*.5**(t//30)|rep,vmul=.5,keep=hi linear:20:.1x,from=1x const:10,from=.05 end
		both|.01+(LR0-.01)*(1-t%20/20)|rep,vmul=.5,scale=all,keep=both linear:20:.1x,from=1x end
		of one segment|.01+(LR0*.5**(t//20)-.01)*(1-t%20/20)|linear:20:.1x,cycles=inf,vmul=.5,scale=all,keep=lo
		a floor of one value|LR0|rep,vmul=.5,keep=lo const:20,from=1x end
	END
	refuses '*keep=low; expected one of none|lo|hi|both' 'rep:2,keep=low cos:5 end'
	refuses "*keep' without a value*" 'rep:2,keep cos:5 end'
	refuses '*a key of repetition without cycles=*' cos:5,keep=lo
}

@test "an item may begin at a step of its own" {
	hold_to_python <<-'END'
		a segment|LR0*(1-(t+30)/100) if t<70 else 0|linear:100,skip=30
		the rest|LR0*(1-(t+50)/250)|-n 200 linear,skip=50
		after another|LR0*t/20 if t<20 else LR0*(1-t/100) if t<100 else 0|warmup:20 linear:100,skip=20
		a repetition|LR0*(1-(t+7)%20/20)|rep,skip=7 linear:20 end
		cycles|LR0*(1-(t+7)%20/20)|linear:20,cycles=inf,skip=7
		a part|LR0*(1-(t+30)/100) if t<50 else LR0*.2|part:80,skip=30 linear:100 end
		held values|LR0*(1-floor((t+5)/10)/50)|hold:10,skip=5 linear:50 end
		without an end|LR0*.9**(t+3)|decay,by=.9,skip=3
		what comes next|LR0*(1-(t+30)/100) if t<70 else .05|linear:100,skip=30 const,from=.05
	END
	refuses '*skip=5 of 5 steps leaves none; expected less' cos:5,skip=5
	refuses '*skip=10 of 10 steps leaves none*' 'rep:2,skip=10 cos:5 end'
	refuses '*skip=-1; expected 0 or more' cos:5,skip=-1
	refuses '*skip*is not a number*' cos:5,skip=x
	refuses "*'skip' without a value*" cos:5,skip
	refuses "*key 'skip' without a value*" 'part,skip cos:5 end'
	refuses '*hold has a length and nothing else but skip=*' 'hold:5,skip=1,to=3 cos:5 end'
	refuses '*part has a length and past=cont, nothing else but skip=*' 'part:5,to=3 cos:5 end'
}

# The words that --explain gives for ARGUMENTS.
words_of() {
	lrsched --explain "$@" | sed -n 's/^  words: //p'
}

@test "trees of every kind are written back as words" {
	local spec words n=0
	while read -r spec; do
		lrsched -H -n 300 -l 0.1 "$spec" >want.csv
		words=$(words_of -n 300 -l 0.1 "$spec")
		[ -n "$words" ] || { echo "$spec"; false; }
		lrsched -H -n 300 "$words" | cmp - want.csv ||
			{ echo "$spec: $words"; false; }
		n=$((n + 1))
	done <<-'END'
		warmup:20 linear:100,skip=20
		warmup:20,over cos:100 step,every=10,by=.5
		linear:30,over,skip=10 cos:100 const
		part:50 cos:100 end linear:50,from=.02
		part:200 cos:100,past=zero end linear:50,from=.02
		rep:3,vmul=.5,keep=hi,skip=15 cos:20 linear:10:1x end
		hold:7,skip=3 cos:20 end
		part cos:100 times warmup:30 end linear:20,from=.3
		part,skip=10 cos:100 times warmup:30 end linear:20,from=.3
		cos:100 times part warmup:30 times step,every=9,by=.5 end
		part cos:100 warmup:30,over end linear:20,from=.3
		wsd,warmup=10,decay=100,shape=cos
		trapezoid:200,stable=20,min=.01
		part part cos:40,past=zero end linear:20 end const:5
		rep:2 part:15 cos:20 end part,skip=3 rep:2 cos:9 end end end
		hold:3 hold:2,skip=2 linear:20 end end times hold:5 linear:3 end
		get_wsd_schedule(o, 10, 40, num_stable_steps=-5, min_lr_ratio=0.2)
		LambdaLR(o, lambda e: 0.9 ** e)
	END
	[ "$n" -eq 18 ]
}

@test "what no word can say is shown as the call given" {
	local call="LambdaLR(o, [lambda e, k=k: 0.9 ** (e * k)])"
	def='def f(e):
    return 0.9 ** e
s = LambdaLR(o,
    f)'
	[ "$(words_of -n 9 "$def")" = 'LambdaLR(o,     f)' ]
	[ "$(words_of -n 9 "StepLR(o, 4, gamma=0)")" = 'StepLR(o, 4, gamma=0)' ]
	# Also among words.
	[ "$(words_of -n 9 'warmup:3 keras.PolynomialDecay(0.1, 20, 0.01, 1, True)')" = \
		'warmup:3,from=0,to=1 keras.PolynomialDecay(0.1, 20, 0.01, 1, True)' ]
	[ "$(words_of -n 9 -D k=2 'LambdaLR(o, lambda e: 0.9 ** (e * k))')" = \
		'fn,from=1,of=(lambda e: 0.9 ** (e * (2)))' ]
}

@test "cycles are counted past a million" {
	run -0 lrsched -n 5000001 --explain 'rep cos:2 end'
	[ "${lines[-1]}" = 'advice: -n 5000001 ends within cycle 2500001; -n 5000000 or -n 5000002 would end with one' ]
	run -0 lrsched -n 9e15 --explain triangular,min=0,max=1,step=1
	[ "${lines[-1]}" = 'advice: -n 9000000000000000 ends with cycle 4500000000000000' ]
}
