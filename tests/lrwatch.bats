#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrwatch: rows as they come, policies from every kind of text, what is asked
# for and what is refused.  The policies themselves: tests/unit/test_watch.c.

load helper

log() {
	printf '%s\n' epoch,loss,val_loss,val_acc 0,2,1,.5 1,1.8,.9,.6 2,1.7,nan,.7 \
		3,1.6,.95,.6 4,1.5,.95,.6 5,1.4,.8,.8 >log.csv
}

# The events of a run, a row a line, "-" for none.
events() {
	lrwatch -q "$@" | awk -F, 'NR > 1 { print $5 == "" ? "-" : $5 }' |
		paste -sd,
}

@test "rows of several policies, to the rate" {
	log
	run -1 --separate-stderr lrwatch -l 0.1 log.csv \
		'ReduceLROnPlateau(opt, patience=1)' \
		'keras.callbacks.EarlyStopping(monitor="val_loss", patience=3)'
	[ "$output" = 'step,metric,best,lr,event
0,1,1,0.1,best
1,0.9,0.9,0.1,best
2,nan,0.9,0.1,
3,0.95,0.9,0.010000000000000002,reduce
4,0.95,0.9,0.010000000000000002,stop' ]
	[ "$stderr" = 'lrwatch: note: keras.EarlyStopping stops at step 4, the best is 0.9' ]
}

@test "without a policy the best rows are marked" {
	log
	run -0 --separate-stderr lrwatch log.csv
	[ "${lines[1]}" = 0,1,1,,best ]
	[ "${lines[6]}" = 5,0.8,0.8,,best ]
	[[ $stderr == *"'val_loss' is watched; expected --metric"* ]]
	[ "$(events --metric val_acc log.csv)" = best,best,best,-,-,best ]
	[ "$(events --mode max --metric val_loss log.csv)" = best,-,-,-,-,- ]
}

@test "a policy follows the metric that it names, with save and stop" {
	log
	[ "$(events log.csv --metric val_loss \
		"ModelCheckpoint(monitor='val_acc', mode='max', save_top_k=2)")" = \
		"best save,best save,save,-,-,best save" ]
	[ "$(events log.csv best,monitor=val_acc stop,patience=2,monitor=val_loss)" = \
		best,best,best,stop ]
	[ "$(events log.csv stop,finite,monitor=val_loss)" = best,best,stop ]
	[ "$(events log.csv stop,target=.7,monitor=val_acc)" = \
		best,best,best,-,-,"best stop" ]
	[ "$(events log.csv save,top=1,every=2,monitor=loss)" = \
		"best,best save,best,best save,best,best save" ]
}

@test "arithmetic, and names for what policies call otherwise" {
	log
	run -0 lrwatch -q --mode max --metric 'val_acc-0.1*loss' log.csv
	[[ ${lines[1]} == "0,0.3,0.3,"* ]]
	run -0 lrwatch -q --metric score=-val_loss log.csv \
		'keras.callbacks.ModelCheckpoint("m.keras", "score", save_best_only=True, mode="max")'
	[ "${lines[1]}" = '0,-1,-1,,best save' ]
	[ "${lines[2]}" = '1,-0.9,-0.9,,best save' ]
	run -2 --separate-stderr lrwatch --metric -val_loss log.csv
	[[ $stderr == *"expected --mode min or max"* ]]
	run -2 --separate-stderr lrwatch --metric 'val_acc-' log.csv
	[[ $stderr == *"log.csv: no value of 'val_acc-'"* ]]
	run -0 lrwatch -q --metric VAL/LOSS log.csv
	[ "${lines[1]}" = 0,1,1,,best ]
}

@test "scripts, names in them, and rates of their optimizers" {
	log
	cat >train.py <<-'END'
		import torch
		from keras.callbacks import EarlyStopping
		PATIENCE = 1
		model = build(args)
		opt = torch.optim.SGD(model.parameters(), lr=0.5)
		sched = torch.optim.lr_scheduler.ReduceLROnPlateau(
		    opt, factor=args.factor, patience=PATIENCE)
		callbacks = [EarlyStopping(monitor="val_loss", patience=4)]
		fit(model, callbacks)
	END
	run -0 --separate-stderr lrwatch -q @train.py -D args.factor=0.5 log.csv
	[ "${lines[4]}" = 3,0.95,0.9,0.25,reduce ]
	run -2 --separate-stderr lrwatch @train.py log.csv
	[[ $stderr == "lrwatch: train.py:6: torch.ReduceLROnPlateau: "*"expected -D args.factor=VALUE"* ]]
	echo 'steps = 3(3)' >>train.py # no function, and of no interest
	run -0 --separate-stderr lrwatch -q @train.py -D args.factor=0.5 log.csv
	[ "${lines[4]}" = 3,0.95,0.9,0.25,reduce ]
	run -2 --separate-stderr lrwatch log.csv '3(3)'
	[[ $stderr == *"an int is called; expected a function"* ]]
	cat >main.py <<-'END'
		from lightning.pytorch.callbacks import EarlyStopping
		PATIENCE = 2
		def main(args):
		    stop = EarlyStopping(
		        "val_loss", patience=PATIENCE, verbose=args.verbose)
		    Trainer(callbacks=[stop]).fit(model(args))
		if __name__ == "__main__":
		    main(parse())
	END
	[ "$(events @main.py log.csv)" = best,best,stop ]
	sed 's/=PATIENCE/=args.patience/' main.py >asks.py
	run -2 --separate-stderr lrwatch @asks.py log.csv
	[[ $stderr == "lrwatch: asks.py:4: lightning.EarlyStopping: "*"expected -D args.patience=VALUE"* ]]
	[ "$(events @asks.py -D args.patience=1 log.csv)" = best,best,stop ]
	run -2 --separate-stderr lrwatch @none.py log.csv
	[[ $stderr == "lrwatch: none.py: cannot open"* ]]
	echo 'x = 1' >empty.py
	run -2 --separate-stderr lrwatch @empty.py log.csv
	[[ $stderr == *"no policy in 'empty.py'"* ]]
}

@test "no policy of a script is left out without a word" {
	log
	# As Lightning's scripts have it: one in a method that nobody here calls.
	cat >module.py <<-'END'
		import lightning as L
		from lightning.pytorch.callbacks import EarlyStopping
		class Net(L.LightningModule):
		    def configure_optimizers(self):
		        opt = SGD(self.parameters(), lr=0.5)
		        plateau = ReduceLROnPlateau(opt, "max", patience=0)
		        return {"optimizer": opt,
		            "lr_scheduler": plateau, "monitor": "val_acc"}
		L.Trainer(callbacks=[EarlyStopping("val_loss", patience=9,
		    check_finite=False)])
	END
	run -0 --separate-stderr lrwatch -l 0.5 @module.py log.csv
	one_message 'lrwatch: note: module.py:6: ReduceLROnPlateau, in a function that is not run, is watched, too'
	# val_acc is .5 .6 .7 .6 .6 .8, and its best rows are no reductions.
	[ "$(printf '%s\n' "$output" | awk -F, 'NR > 1 { print $4 }' |
		paste -sd,)" = 0.5,0.5,0.5,0.05,0.005000000000000001,0.005000000000000001 ]
	sed 's/"lr_scheduler": plateau, "monitor": "val_acc"/"lr_scheduler": {"scheduler": plateau, "monitor": "val_acc"}/' \
		module.py >nested.py
	run -0 --separate-stderr lrwatch -q -l 0.5 @nested.py log.csv
	[ "${lines[5]##*,0.95,}" = "$(lrwatch -q -l 0.5 @module.py log.csv |
		sed -n '6s/.*,0.95,//p')" ]
	# A condition that nobody knows is asked for, as an argument is.
	cat >if.py <<-'END'
		if args.plateau == "fast":
		    plateau = ReduceLROnPlateau(opt, patience=0)
		stop = keras.callbacks.EarlyStopping(patience=9)
	END
	run -2 --separate-stderr lrwatch -l 1 @if.py log.csv
	[[ $stderr == "lrwatch: if.py:2: ReduceLROnPlateau: "*"; expected -D args.plateau=VALUE"* ]]
	run -0 --separate-stderr lrwatch -q -l 1 -D args.plateau=fast @if.py log.csv
	[ "${lines[6]#*,*,*,}" = 0.0010000000000000002,best ]
	run -0 --separate-stderr lrwatch -q -l 1 -D args.plateau=no @if.py log.csv
	[ "${lines[6]#*,*,*,}" = 1,best ]
	# Either branch of a function that is not run may be what runs.
	cat >either.py <<-'END'
		def callbacks(args):
		    if args.quick:
		        return [keras.callbacks.EarlyStopping(patience=2)]
		    return [keras.callbacks.EarlyStopping(patience=4)]
	END
	run -1 --separate-stderr lrwatch @either.py log.csv
	[[ $stderr == "lrwatch: note: either.py:3: EarlyStopping, in a function that is not run, is watched, whatever is decided there"* ]]
	[[ $stderr != *either.py:4* ]]
	# A function that was run has said what it makes.
	cat >run.py <<-'END'
		def more(yes):
		    if yes:
		        return keras.callbacks.EarlyStopping(patience=1)
		save = keras.callbacks.ModelCheckpoint("m.keras")
		more(False)
	END
	run -0 --separate-stderr lrwatch --metric val_loss @run.py log.csv
	one_message 'lrwatch: note: run.py:3: EarlyStopping is in a function that was run without it; it is not watched'
}

@test "what a script does when it is run is done, with its parser's defaults" {
	log
	cat >train.py <<-'END'
		import argparse
		from torch.optim.lr_scheduler import ReduceLROnPlateau
		def main():
		    parser = argparse.ArgumentParser()
		    parser.add_argument("--patience", type=int, default=1)
		    parser.add_argument("--lr", type=float, default=0.5)
		    args = parser.parse_args()
		    model = Net(args).cuda()
		    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
		    scheduler = ReduceLROnPlateau(optimizer, patience=args.patience)
		    for epoch in range(90):
		        scheduler.step(test(model))
		        if stuck(model):
		            return
		if __name__ == "__main__":
		    main()
	END
	want=$(lrwatch -q -l 0.5 log.csv 'ReduceLROnPlateau(o, patience=1)')
	[ "$(lrwatch -q @train.py log.csv)" = "$want" ]
	[ "$(lrwatch -q @train.py log.csv -D args.patience=0 -D args.lr=0.25)" = \
		"$(lrwatch -q -l 0.25 log.csv 'ReduceLROnPlateau(o, patience=0)')" ]
}

@test "what a script lacks where it is run is asked for by its name" {
	log
	cat >asks.py <<-'END'
		def main():
		    stop = keras.callbacks.EarlyStopping(patience=args.patience)
		if __name__ == "__main__":
		    args = read_config()
		    main()
	END
	run -2 --separate-stderr lrwatch @asks.py log.csv
	[[ $stderr == "lrwatch: asks.py:2: keras.EarlyStopping: 'args.patience' has no value; expected -D args.patience=VALUE"* ]]
	[ "$(events @asks.py -D args.patience=1 log.csv)" = \
		"$(events 'keras.callbacks.EarlyStopping(patience=1)' log.csv)" ]
}

@test "a class of the script's own that is called as a policy is no policy" {
	log
	cat >own.py <<-'END'
		class EarlyStopping:
		    def __init__(self, patience=7, delta=0):
		        self.patience, self.early_stop = patience, False
		    def __call__(self, val_loss, model):
		        self.early_stop = stuck(val_loss, self.patience)
		def train(model):
		    early_stopping = EarlyStopping(patience=1)
		    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=1)
		    for epoch in range(90):
		        early_stopping(test(model), model)
		        if early_stopping.early_stop:
		            break
	END
	cp own.py run.py
	echo 'train(Net())' >>run.py
	for script in own run; do
		run -0 --separate-stderr lrwatch -l 1 --metric val_loss \
			@$script.py log.csv
		[ "$output" = "$(lrwatch -q -l 1 log.csv --metric val_loss \
			'ReduceLROnPlateau(o, patience=1)')" ]
		one_message "lrwatch: note: $script.py:7: EarlyStopping is the script's own; it is not watched"
	done
	sed -i /plateau/d run.py
	run -2 --separate-stderr lrwatch @run.py log.csv
	[[ $stderr == *"no policy in 'run.py'"* ]]
}

@test "a part of a configuration may be called as a policy is" {
	log
	want=$(lrwatch -q log.csv 'keras.callbacks.EarlyStopping(patience=1)' || :)
	for name in early_stopping reduce_on_plateau EarlyStopping; do
		run -1 lrwatch -q log.csv -D cfg.$name.patience=1 \
			"keras.callbacks.EarlyStopping(patience=cfg.$name.patience)"
		[ "$output" = "$want" ]
	done
	cat >cfg.py <<-'END'
		def callbacks(cfg):
		    all = [keras.callbacks.ModelCheckpoint("m.keras")]
		    if cfg.early_stopping.enabled:
		        all.append(keras.callbacks.EarlyStopping(patience=1))
		    return all
		model.fit(x, y, callbacks=callbacks(cfg))
	END
	[ "$(events --metric val_loss @cfg.py log.csv \
		-D cfg.early_stopping.enabled=True)" = 'best save,best save,save stop' ]
	run -0 lrwatch -q @cfg.py log.csv -D cfg.early_stopping.enabled=False
}

@test "the metric of a Transformers callback is that of TrainingArguments" {
	printf '%s\n' epoch,eval_loss,eval_f1 1,4,.5 2,3,.4 3,2,.3 4,1,.2 >hf.csv
	echo 'from transformers import *
		args = TrainingArguments("out", metric_for_best_model=METRIC)
		Trainer(args=args, callbacks=[EarlyStoppingCallback(2)])' |
		sed 's/^\t*//' >hf.py
	while IFS='|' read -r metric events column; do
		sed "s/METRIC/$metric/" hf.py >one.py
		[ "$(events @one.py hf.csv)" = "$events" ] || { echo "$metric"; false; }
		[ "$(lrwatch -q @one.py hf.csv | sed -n '2s/^1,\([^,]*\).*/\1/p')" = \
			"$column" ]
	done <<-'END'
		"f1"|best,-,stop|0.5
		"eval_f1"|best,-,stop|0.5
		"f1", greater_is_better=False|best,best,best,best|0.5
		"loss"|best,best,best,best|4
		"loss", greater_is_better=True|best,-,stop|4
		None|best,best,best,best|4
	END
}

@test "the library of a bare name is the one that takes it, or is imported" {
	log
	# Keras's falls with the row that is the second, torch's one later.
	keras=$(events -l 1 log.csv 'keras.callbacks.ReduceLROnPlateau(patience=2)')
	torch=$(events -l 1 log.csv 'torch.optim.lr_scheduler.ReduceLROnPlateau(o, patience=2)')
	[ "$keras" != "$torch" ]
	[ "$(events -l 1 log.csv 'ReduceLROnPlateau("val_loss", patience=2)')" = "$keras" ]
	[ "$(events -l 1 log.csv 'ReduceLROnPlateau(o, patience=2)')" = "$torch" ]
	for line in 'from keras.callbacks import *' 'import tensorflow as tf' \
		'from tensorflow.keras import callbacks'; do
		printf '%s\nr = ReduceLROnPlateau(patience=2)\n' "$line" >k.py
		run -0 --separate-stderr lrwatch -l 1 @k.py log.csv
		[ -z "$stderr" ]
		[ "$(events -l 1 @k.py log.csv)" = "$keras" ] || { echo "$line"; false; }
	done
	printf 'import torch, keras\nr = ReduceLROnPlateau(patience=2)\n' >k.py
	run -0 --separate-stderr lrwatch -l 1 @k.py log.csv
	[[ $stderr == *'expected fastai before it if another is'* ]]
	printf 'from keras.callbacks import ReduceLROnPlateau as R
		def f():
		    return R(patience=2)\n' | sed 's/^\t*//' >k.py
	[ "$(events -l 1 @k.py log.csv)" = "$keras" ]
	run -2 --separate-stderr lrwatch -l 1 log.csv \
		'torch.optim.lr_scheduler.ReduceLROnPlateau("val_loss")'
	[[ $stderr == *'optimizer is a string; expected an optimizer'* ]]
}

@test "a schedule scales, cycles end" {
	printf 'step,loss\n' >steps.csv
	for i in 0 1 2 3 4 5 6 7; do echo "$i,1"; done >>steps.csv
	run -0 lrwatch -q -l 0.1 --scale 'warmup:4 const' steps.csv \
		reduce,patience=2
	[ "${lines[1]}" = 0,1,1,0,best ]
	[ "${lines[3]}" = 2,1,1,0.05, ]
	[ "${lines[4]}" = 3,1,1,0.007500000000000002,reduce ]
	[ "${lines[6]}" = 5,1,1,0.010000000000000002, ]
	[ "${lines[7]}" = 6,1,1,0.0010000000000000002,reduce ]
	[ "$(events --cycle sgdr,min=0,max=1,len=2,mult=2 steps.csv)" = \
		best,cycle,-,-,-,cycle,-,- ]
	[ "$(sed 4,5d steps.csv | events --cycle sgdr,min=0,max=1,len=3 -)" = \
		best,-,cycle,cycle,-,- ]
	run -2 --separate-stderr lrwatch --cycle cos -n 9 -l 1 steps.csv
	[[ $stderr == *"no cycles"* ]]
	run -2 --separate-stderr lrwatch --scale sgr:3 steps.csv
	[[ $stderr == *"nearest is 'sgdr'"* ]]
	run -0 lrwatch -q --scale 'linear:4,from=0.4,to=0' steps.csv
	[ "${lines[2]}" = 1,1,1,0.30000000000000004, ]
}

@test "a stop makes a file for the trainer, which must not be there" {
	log
	run -1 lrwatch -q --stop-file stop log.csv stop,patience=1,monitor=val_loss
	[ "$(cat stop)" = 'stop stops at step 2, the best is 0.9' ]
	run -2 --separate-stderr lrwatch --stop-file stop log.csv
	[[ $stderr == *"'stop' is there already"* ]]
	rm stop
	run -0 lrwatch -q --stop-file stop log.csv
	only_files log.csv
}

@test "what cannot be watched is refused" {
	log
	while IFS='|' read -r words message; do
		eval "set -- $words"
		run -2 --separate-stderr lrwatch "$@"
		[[ $stderr == *"$message"* ]] || {
			echo "$words: $stderr"
			false
		}
	done <<-'END'
		log.csv 'ReduceLROnPlateau(opt)'|no rate to begin with; expected -l LR
		log.csv 'keras.callbacks.EarlyStopping("val_los", mode="min")'|no value of 'val_los'; expected --metric NAME=EXPR with one of loss, val_loss, val_acc
		log.csv log.csv|two files
		log.csv 'ReduceLROnPlatau(opt)'|nearest is 'ReduceLROnPlateau'
		log.csv --metric a --metric b|two --metric without a name
		log.csv -n 10|without --scale or --cycle
		log.csv --count epoch|--count epoch without --scale or --cycle
		log.csv --mode up|auto, min or max
		log.csv --mode max 'optax.contrib.reduce_on_plateau()'|lower values for better, always
		log.csv best,mode=up|expected 'min' or 'max'
		none.csv|cannot open
		log.csv --metric ''|expected EXPR or NAME=EXPR
		log.csv --metric a=|expected EXPR or NAME=EXPR
		log.csv --metric score=loss|no policy follows that name
		log.csv save,top=1.5,monitor=loss|top is 1.5; expected 0, 1, ... 100000
		log.csv 'keras.callbacks.ReduceLROnPlateau("loss")' -l 1e39|more than a float holds
		log.csv -o log.csv|input and output
	END
}

@test "a direction that a name speaks against is said" {
	log
	run -0 --separate-stderr lrwatch -l 1 --metric val_acc log.csv \
		'ReduceLROnPlateau(opt)'
	[[ $stderr == *"torch.ReduceLROnPlateau takes lower values of 'val_acc' for better, as its mode is not said" ]]
	run -0 --separate-stderr lrwatch -l 1 --metric val_acc log.csv \
		'ReduceLROnPlateau(opt, "max")'
	[ -z "$stderr" ]
}

@test "each row is out before the next is in" {
	run -0 timeout 20 "$PYTHON" -c 'import subprocess
p = subprocess.Popen(["lrwatch", "-q"], stdin=-1, stdout=-1, text=True, bufsize=1)
print(p.stdout.readline(), end="")
for row in "step,loss", "0,2", "1,3", "2,1":
    p.stdin.write(row + "\n")
    if row != "step,loss":
        print(p.stdout.readline(), end="")
p.stdin.close()
assert p.wait() == 0'
	[ "$output" = 'step,metric,best,lr,event
0,2,2,,best
1,3,2,,
2,1,1,,best' ]
}

@test "a reader that has gone ends it quietly, and an interrupt" {
	run -0 timeout 20 "$PYTHON" -c 'import signal, subprocess
p = subprocess.Popen(["lrwatch", "-q"], stdin=-1, stdout=-1, stderr=-1)
p.stdin.write(b"step,loss\n0,1\n")
p.stdin.flush()
p.stdout.readline(), p.stdout.readline()
p.stdout.close()
try:
    for i in range(1000):
        p.stdin.write(b"1,1\n")
        p.stdin.flush()
except BrokenPipeError:
    pass
assert p.wait() == -signal.SIGPIPE and p.stderr.read() == b""
p = subprocess.Popen(["lrwatch", "-q"], stdin=-1, stdout=-1, stderr=-1)
p.stdout.readline()
p.send_signal(signal.SIGINT)
assert p.wait() == -signal.SIGINT and p.stderr.read() == b""'
}

@test "trainers that ask for their rate: a coprocess of bash and of Python" {
	run -0 timeout 60 bash "$ROOT/examples/frameworks/coproc.sh"
	[ "${lines[0]}" = epoch,step,metric,best,lr,event ]
	[[ ${lines[-1]} == *stop ]]
	[[ $output == *,0.05,best\ reduce* ]]
	run -0 timeout 60 "$PYTHON" "$ROOT/examples/frameworks/coproc.py" \
		'ReduceLROnPlateau(opt, factor=0.5, patience=1)' stop,patience=12
	[[ ${lines[-1]} == *,stop ]]
	[[ $output == *,0.15,reduce* ]]
}

@test "what lrsched refuses to make a table of runs as its message says" {
	log
	lrsched -n 10 -l 0.1 'ReduceLROnPlateau(opt, patience=1)' 2>err || true
	command=$(sed -n '1s/.*; expected \(.*\) LOG$/\1 log.csv/p' err)
	run -0 --separate-stderr bash -c "$command"
	[ "${lines[4]}" = 3,0.95,0.9,0.010000000000000002,reduce ]
}

@test "logs of other formats, validation by its lines, what comes later" {
	printf '%s\n' '{"loss": 1.5, "step": 10}' '{"eval_loss": 1.2, "step": 20}' \
		'{"loss": 1.1, "step": 30}' '{"eval_loss": 1.3, "step": 40}' \
		'{"eval_loss": 1.4, "step": 60}' >hf.jsonl
	run -1 lrwatch -q --metric eval_loss hf.jsonl \
		'transformers.EarlyStoppingCallback(early_stopping_patience=2)'
	[ "$output" = 'step,metric,best,lr,event
10,,,,
20,1.2,1.2,,best
30,,1.2,,
40,1.3,1.2,,
60,1.4,1.2,,stop' ]
	printf '%s\n' 'Epoch 1/5 - loss: 0.52 - val_loss: 0.61' \
		'Epoch 2/5 - loss: 0.4 - val_loss: 0.5' 'nothing here' \
		'Epoch 3/5 - loss: 0.3 - val_loss: nan' >keras.log
	run -0 lrwatch -q keras.log
	[ "$output" = 'step,metric,best,lr,event
1,0.61,0.61,,best
2,0.5,0.5,,best
3,nan,0.5,,' ]
	printf '%s\n' 'step 1 loss 2.0' 'Validation step 1 loss 2.5' \
		'step 2 loss 1.9' 'Validation: step 2 loss 2.4' >text.log
	run -0 lrwatch -q --metric val_loss text.log
	[ "${lines[2]}" = 1,2.5,2.5,,best ]
	[ "${lines[4]}" = 2,2.4,2.4,,best ]
	run -0 lrwatch -q --metric loss text.log
	[ "${lines[2]},${lines[3]}" = 1,,2,,,2,1.9,1.9,,best ]
	printf '%s\n' 'epoch 1 train loss 2.0' 'epoch 1 validation loss 2.5' >later.log
	run -0 --separate-stderr lrwatch later.log
	[[ $stderr == *"'train loss' is watched"*"'validation loss' is there, too"* ]]
	printf 'a,b\n1,2\n' >no.csv
	run -2 --separate-stderr lrwatch no.csv
	[[ $stderr == *"no loss in it; expected --metric with one of a, b" ]]
	run -0 lrwatch -q --metric loss --names step,loss - <<<'3,0.5'
	[ "${lines[1]}" = 3,0.5,0.5,,best ]
	run -0 lrwatch -q --metric l --re 'it (?<step>\d+): (?<l>\S+)' --mode min \
		- <<<'it 7: 0.25'
	[ "${lines[1]}" = 7,0.25,0.25,,best ]
}

@test "json, and a file once all is read" {
	log
	run -0 lrwatch -q -f json log.csv
	[ "${lines[2]}" = '{"step": 2, "metric": "nan", "best": 0.9, "lr": null, "event": null}' ]
	lrwatch -q -o rows.json log.csv
	[ "$(cat rows.json)" = "$output" ]
}

@test "steps in no order, rows without the metric" {
	printf 'step,loss,acc\n5,1,\n3,,.5\n3,.5,\n,2,\n' >odd.csv
	run -0 lrwatch -q --metric loss odd.csv
	[ "$output" = 'step,metric,best,lr,event
5,1,1,,best
3,,1,,
3,0.5,0.5,,best
3,2,0.5,,' ]
}

@test "a log without a row that has a metric is trouble, and says so" {
	log
	: >empty
	head -n 1 log.csv >header.csv
	printf '1,2,3\n4,5,6\n' >bare.csv
	while IFS='|' read -r words message; do
		eval "set -- $words"
		run -2 --separate-stderr lrwatch "$@" </dev/null
		[ "$output" = step,metric,best,lr,event ]
		[[ $stderr == *"$message"* ]] || {
			echo "$words: $stderr"
			false
		}
	done <<-'END'
		stop,patience=1 empty|lrwatch: empty: no row with a name and a number; expected a log
		header.csv|lrwatch: header.csv: no row with a name and a number
		stop,patience=1,monitor=loss|lrwatch: <stdin>: no row with a name and a number
		-i json log.csv|lrwatch: log.csv: no row with a name and a number
		--names a,b bare.csv|lrwatch: bare.csv: no row with the columns a,b; expected --names with a name for each column
	END
}

@test "a metric that the log does not have is said at its first row" {
	log
	while IFS='|' read -r metric message; do
		run -2 --separate-stderr lrwatch --mode max --metric "$metric" log.csv
		[[ $stderr == "lrwatch: note: 1 row so far: no value of '$metric'$message"*" loss, val_loss, val_acc"*"lrwatch: log.csv: no value of '$metric'$message"* ]] || {
			echo "$metric: $stderr"
			false
		}
	done <<-'END'
		accuracy|; expected --metric
		3|; expected --metric
		val_acc-0.1*dens|, for want of 'dens'; expected
		val_loss+|, and as a formula: 'val_loss+' at column 10: ends here; expected a value;
		foo(val_loss)|, and as a formula: 'foo(val_loss)' at column 1; expected abs, exp, log, sqrt, max or min before '(';
		max(a,1,2)|, and as a formula: 'max(a,1,2)' at column 8; expected a closing bracket;
		val_loss^2|, and as a formula: 'val_loss^2' at column 9; expected numbers, names, + - * / ** and functions of them;
	END
	# What has a column, or gets one, is none of these.
	echo '{"loss (train)": 1, "3": 2}' >names.jsonl
	for metric in 'loss (train)' 3; do
		run -0 --separate-stderr lrwatch --mode max --metric "$metric" names.jsonl
		[ -z "$stderr" ]
	done
	for metric in 0/0 1+1 '(2)'; do
		run -2 --separate-stderr lrwatch --mode max --metric "$metric" log.csv
		[[ $stderr == "lrwatch: --metric '$metric' has no name in it; expected"* ]]
		[ -z "$output" ]
	done
}

@test "a place for the stop is there from the start, and its own" {
	log
	while IFS='|' read -r words message; do
		eval "set -- $words"
		run -2 --separate-stderr lrwatch "$@" log.csv stop,patience=1
		[[ -z $output && $stderr == *"$message"* ]] || {
			echo "$words: $stderr"
			false
		}
	done <<-'END'
		--stop-file s -o s|--stop-file and the output are one place, 's'; expected two
		--stop-file ./s -o s|--stop-file and the output are one place
		--stop-file -|--stop-file and the output are one place
		--stop-file nodir/x|nodir/x: cannot create
		--stop-file log.csv/x|log.csv/x: 
		--stop-file ''|--stop-file ''; expected FILE
	END
	only_files log.csv
	[ "$(id -u)" != 0 ] || return 0
	mkdir -m 555 kept
	run -2 --separate-stderr lrwatch --stop-file kept/x log.csv
	[[ -z $output && $stderr == *"kept/x: cannot create"* ]]
}

@test "a new name in each line is read in linear time" {
	seq 40000 | sed 's/.*/{"k&_loss": &}/' >keys.jsonl
	run -0 timeout 30 lrwatch -q keys.jsonl
	[ "${#lines[@]}" = 40001 ]
	[ "${lines[40000]}" = 39999,,1,, ]
}

@test "words are true or false, numbers, names, and none without a value" {
	log
	for word in false False no off 0; do
		[ "$(events log.csv "stop,limit=9,monitor=val_loss,finite=$word")" = \
			best,best,-,-,-,best ]
	done
	for word in =true =True =yes =on =1 ''; do
		[ "$(events log.csv "stop,limit=9,monitor=val_loss,finite$word")" = \
			best,best,stop ]
	done
	echo '{"a\"\\b": 1}' >odd.jsonl
	run -0 lrwatch -q 'best,mode=min,monitor=a"\b' odd.jsonl
	[ "${lines[1]}" = 0,1,1,,best ]
	while IFS='|' read -r words message; do
		run -2 --separate-stderr lrwatch log.csv "$words"
		[[ -z $output && $stderr == "lrwatch: $message"* ]] || {
			echo "$words: $stderr"
			false
		}
	done <<-'END'
		stop,finite=maybe|finite is 'maybe'; expected true or false
		stop,finite=2|finite is '2'; expected true or false
		stop,finite=|finite has no value; expected finite=VALUE
		stop,patience|patience has no value; expected patience=VALUE
		stop,monitor,patience=1|monitor has no value; expected monitor=VALUE
		stop,patience=True|keys.stop: patience is 'True'; expected a number
		stop,patience=1,|'' in the words of a policy; expected NAME=VALUE
		save,top=2)|keys.save: top is '2)'; expected a number
	END
}

@test "a name without a value leaves the library as it is with one" {
	log
	while IFS='|' read -r call library; do
		run -2 --separate-stderr lrwatch -l 1 log.csv "$call"
		[[ $stderr == "lrwatch: $library: 'args.p' has no value; expected -D args.p=VALUE"* ]] || {
			echo "$call: $stderr"
			false
		}
		run --separate-stderr lrwatch -l 1 log.csv "$call" -D args.p=2
		[[ $status -lt 2 && ($stderr != *" is the policy meant "* || \
			$stderr == *"note: $library is the policy meant "*) ]]
		[[ $stderr != *"-D args.p is not used"* ]]
	done <<-'END'
		EarlyStopping("val_loss", patience=args.p)|keras.EarlyStopping
		keras.EarlyStopping("val_loss", patience=args.p)|keras.EarlyStopping
		flax.EarlyStopping(0.5, patience=args.p)|flax.EarlyStopping
		EarlyStopping("val_loss", 0.0, args.p, check_finite=True)|lightning.EarlyStopping
		ReduceLROnPlateau(opt, patience=args.p)|torch.ReduceLROnPlateau
	END
	run -2 --separate-stderr lrwatch -l 1 log.csv \
		'ReduceLROnPlateau(opt, factor=5, patience=args.p)'
	[[ $stderr == "lrwatch: torch.ReduceLROnPlateau: factor is 5; expected"* ]]
}

@test "a name that nobody asks for is told" {
	log
	for word in best 'ReduceLROnPlateau(opt)' "stop,patience=9"; do
		run -0 --separate-stderr lrwatch -l 1 --metric val_loss log.csv \
			"$word" -D a=1
		[ "$stderr" = "lrwatch: note: -D a is not used; expected a name that a policy or schedule has" ]
	done
	printf '%s\n' 'def main():' '    ReduceLROnPlateau(opt, patience=P)' >f.py
	for word in 'ReduceLROnPlateau(opt, patience=P)' @f.py; do
		run -0 --separate-stderr lrwatch -l 1 --metric val_loss log.csv \
			"$word" -D P=1
		[ -z "$stderr" ]
	done
	run -0 --separate-stderr lrwatch -l 1 --metric val_loss log.csv \
		--scale 'StepLR(opt, step_size=P)' -D P=2
	[[ $stderr != *"not used"* ]]
}

@test "all policies are listed" {
	run -0 lrwatch --list
	[[ $output != *,[![:space:]]* ]]
	[[ $output == *"torch.ReduceLROnPlateau(optimizer, mode=\"min\", factor=0.1, patience=10,"* ]]
	[[ $output == *"keys.stop(patience=None"* ]]
	[ "${#lines[@]}" -gt 20 ]
}

@test "the rate of an optimizer is taken by its place, of nothing else" {
	log
	while IFS='|' read -r optimizer rate; do
		run -0 lrwatch -q "ReduceLROnPlateau($optimizer, patience=1)" log.csv
		[[ ${lines[1]} == *",$rate,best" ]]
	done <<-'END'
		SGD(params, 0.1)|0.1
		torch.optim.SGD(m.parameters(), 0.2, 0.9)|0.2
		optax.adam(3e-4)|0.0003
		keras.optimizers.Adam(1e-3, beta_1=0.9)|0.001
		SGD(params, momentum=0.9, lr=0.3)|0.3
	END
	run -2 lrwatch "ReduceLROnPlateau(make(params, 0.4), patience=1)" log.csv
}

@test "a directory is the log that is in it" {
	mkdir -p runs/a
	printf 'step,loss\n1,3\n2,2\n' >runs/a/log.csv
	run -0 --separate-stderr lrwatch -q runs 'keras.EarlyStopping(monitor="loss")'
	[ "$output" = "$(lrwatch -q runs/a/log.csv 'keras.EarlyStopping(monitor="loss")')" ]
	cp runs/a/log.csv runs/log.csv
	run -2 lrwatch -q runs 'keras.EarlyStopping(monitor="loss")'
	[[ $output == *"2 logs in 'runs'; expected one, as 'runs/"* ]]
	mkdir tb
	cp "$ROOT/tests/events/tensorboardX.tfevents" tb/events.out.tfevents.1
	run -0 --separate-stderr lrwatch -q tb --metric train/loss 'ReduceLROnPlateau(opt)' -l 1
	[ "${#lines[@]}" -gt 2 ]
}

@test "a number before anything is counted is not yet what is watched" {
	run -0 --separate-stderr lrwatch 'ReduceLROnPlateau(opt, patience=1)' -l 1 \
		<<<$'Seed: 42\nepoch 1 loss 2.5\nepoch 2 loss 2.25'
	[ "${lines[*]}" = 'step,metric,best,lr,event 0,,,1, 1,2.5,2.5,1,best 2,2.25,2.25,1,best' ]
	[[ $stderr == *"'loss' is watched"* && $stderr != *"'Seed' is watched"* ]]
	# The only one that comes again is, as is that of a table or of a step.
	run -0 --separate-stderr lrwatch 'ReduceLROnPlateau(opt, patience=1)' -l 1 \
		<<<$'score 0.5\nscore 0.25'
	[[ ${lines[2]} == *,0.25,0.25,1,best ]]
	run -0 --separate-stderr lrwatch 'ReduceLROnPlateau(opt, patience=1)' -l 1 \
		<<<$'step 3 score 0.5'
	[ "${lines[1]}" = 3,0.5,0.5,1,best ]
	run -0 --separate-stderr lrwatch 'ReduceLROnPlateau(opt, patience=1)' -l 1 \
		<<<$'score\n0.5'
	[[ ${lines[1]} == *,0.5,0.5,1,best ]]
}
