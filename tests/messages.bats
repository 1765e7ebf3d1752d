#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mistakes and what is said to them: what is wrong and what to write.  A row is
# STATUS | COMMAND | PART OF STDERR [| ANOTHER ...]; a part that begins with !
# must not be there.

load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	lrsched -n 200 -l 0.1 cos >rates.csv
	range_log 400 >geometric.csv
	awk 'BEGIN {
		print "step,lr,loss"
		for (i = 0; i < 400; i++)
			printf "%d,%.6g,%.6g\n", i, 1e-5 * exp(log(1e6) * i / 399),
				2.3 + sin(i * i) / 100
	}' >flat.csv
	head -c 4000 /dev/zero | tr '\0' '1' >w.f32
	printf 'step,lr,loss\n0,0,001,2,3\n' >commas.csv
	printf '{"step": 0, "lr": 0.1, "loss": 2.3}\n' >lines.jsonl
	printf '[{"step": 0, "lr": 0.1, "loss": 2.3}]\n' >array.json
	printf '{\n "step": [0]\n}\n' >document.json
	printf "{'loss': 2.3, 'learning_rate': 1e-05, 'epoch': 0.1}\n" >dicts.log
	printf '***** Running *****\n' | cat - dicts.log >late.log
	printf 'Epoch 1/5\n1875/1875 - loss: 0.25 - accuracy: 0.91\n' >keras.log
	printf ' iteration        1/  500 | learning rate: 1.0E-05 | lm loss: 2.27E+00 |\n' \
		>megatron.log
	printf 'step 1/80 | loss 2.27148 (+nanz)| lr 1.00e-05 | 30.5 ms\n' >llm.log
	printf 'step=0 lr=1e-05 loss=2.27149 scale=65536\n' >logfmt.log
	printf 'step lr loss\n0 0.1 2.3\n' >blanks.txt
	printf '<!DOCTYPE html><html>\n' >page.html
	printf 'PK\003\004rest' >model.pt
	printf '\211HDF\r\n\032\n' >model.h5
	printf '\037\213\010rest' >log.csv.gz
	printf '\0\1\2\3\4lr,loss\n' >data.bin
	"$NUMPY" -c 'import numpy; numpy.save("a.npy", numpy.ones(3, "f4"))'
	printf '\030\0\0\0\0\0\0\0xxxx\032\015brain.Event:2\0' >events.out
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	cp "$BATS_FILE_TMPDIR"/* .
}

# Checks the rows on standard input.
check() {
	local row status part want
	while IFS= read -r row; do
		[ -n "$row" ] || continue
		mapfile -t part <<<"${row// | /$'\n'}"
		status=0
		eval "${part[1]}" >out 2>err || status=$?
		[ "$status" -eq "${part[0]}" ] || {
			echo "status $status: $row"
			cat err
			return 1
		}
		for want in "${part[@]:2}"; do
			case $want in
			!*) ! grep -qF -- "${want#!}" err ;;
			*) grep -qF -- "$want" err ;;
			esac || {
				echo "$row"
				cat err
				return 1
			}
		done
	done
}

@test "numbers: a comma, a suffix or a share is answered with the number" {
	check <<-'END'
		2 | lrsched -n 9 -l 0,1 cos | -l: '0,1' | expected 0.1
		2 | lrsched -n 9 -l 10% cos | expected 0.1
		2 | lrsched -n 9 -l 1/4 cos | expected 0.25
		2 | lrsched -n 9 -l 0 cos | expected a number above 0 | !e-308
		2 | lrsched -n 9 -l 1x cos | expected 1
		2 | lrsched -n 10k cos | unit 'k'; expected 10000 | !%
		2 | lrsched -n 1_000 cos | '_000' | digits without '_'
		2 | lrsched -n 5epochs cos | expected 5ep
		2 | lrsched -n 5q cos | ep (epochs) or c (cycles) | !%
		2 | lrsched -n 9 cos:2k | expected 2000
		2 | lrsched -n 9 cos:20pct | expected 20%
		2 | lrsched -n 9 -s 1k cos | expected 1000
		2 | lrsched -n 9 --accum 1,000 cos | expected 1000
		2 | lrsched -n 9 -T 2.0 cos | expected 2
		2 | lrcheck --tol 1% rates.csv | expected 0.01
		2 | lrcheck --tol 0,001 rates.csv | expected 0.001
		2 | lrfind --ratio 3,5 geometric.csv | expected 3.5
		2 | lrfind --skip-start 1k geometric.csv | expected 1000
		2 | wprune --raw f32 -s 0,5 w.f32 -o o | expected 0.5
		2 | wprune --raw f32 -s 90 w.f32 -o o | 90% or 0.9
		2 | wprune --raw f32 -d 10 w.f32 -o o | 10% or 0.1
		2 | wprune --raw f32 -s 97.5 w.f32 -o o | 97.5% or 0.975
		2 | wprune --raw f32 -s 200% w.f32 -o o | more than all; expected 0 to 1
		2 | wprune --raw f32 -s 200 w.f32 -o o | more than all; expected 0 to 1
		2 | wprune --raw f32 -t 0,1 w.f32 -o o | expected 0.1
		2 | wprune --raw f32 -k 1,000 w.f32 -o o | expected 1000
		2 | wstat --raw f32 --check 'sparsity>=90' w.f32 | 90% or 0.9
		1 | spzip --max-size 10M w.f32 | expected 10000000
		1 | spzip -T 1k w.f32 | '1k' is not
		2 | lrsched -n 9 -e 5232,32 cos | expected SAMPLES/BATCH, 5232/32
		2 | lrsched -n 9 -e 5232:32 cos | 5232/32
		2 | lrfind --skip-start 0.1 geometric.csv | expected 10%
		2 | lrsched -n 900 warmup:.05 cos | or 5% of the steps
		2 | lrsched -n 900 cos:0.5 | or 50% of the steps
		2 | wprune -k 50% --raw f32 w.f32 -o o | not a number of weights; expected -s 50%
		2 | wprune -t 50% --raw f32 w.f32 -o o | not a magnitude; expected -s 50%
	END
}

@test "dtypes and columns: others' names are answered with ours" {
	local theirs ours
	while read -r theirs ours; do
		echo "2 | wprune --raw '$theirs' -s .5 w.f32 | nearest is '$ours'"
		echo "2 | wstat --raw '$theirs' w.f32 | nearest is '$ours'"
		echo "1 | spzip --raw '$theirs,9' w.f32 | nearest is '$ours'"
	done <<-'END' >rows
		float32 F32
		<f4 F32
		fp16 F16
		half F16
		bfloat16 BF16
		double F64
		uint8 U8
		int8 I8
		float8_e4m3fn F8_E4M3
		fp32 F32
		f23 F32
	END
	check <rows
	check <<-'END'
		2 | wprune --raw f32,3x4 -s .5 w.f32 | '3x4'; expected commas
		2 | lrsched -n 9 -l 1 -c LR cos | nearest is 'lr'
		2 | lrsched -n 9 -c step,facter cos | nearest is 'factor'
		2 | lrsched -n 9 -e 3 -c epoc cos | nearest is 'epoch'
	END
}

@test "words: another sign, or none, is answered with the word" {
	check <<-'END'
		2 | lrsched -n 900 warmup=500 cos | '=' after the shape | warmup:500
		2 | lrsched -n 900 warmup-500 cos | warmup:500
		2 | lrsched -n 900 'warmup(500) cos' | warmup:500
		2 | lrsched -n 900 'cos;to=.1' | expected a colon
		2 | lrsched -n 900 cos:10 to=.1 | after a blank | cos:10,to=.1
		2 | lrsched -n 900 warmup:10,cos | which is a shape | a blank before it
		2 | lrsched -n 900 cos,100 | cos:100
		2 | lrsched -n 900 cos:1,000 | cos:1000
		2 | lrsched -n 900 cos:10:0,1 | decimal point: 0.1
		2 | lrsched triangular,min=0,1,max=1,step=5 | decimal point: 0.1
		2 | lrsched 'step,at=30,60,by=.1' | expected a list: at=30/60
		2 | lrsched 'step,at=[30,60],by=.1' | expected a list: at=30/60
		2 | lrsched 'step,at=30:60,by=.1' | expected a list: at=30/60
		2 | lrsched cos:10:to=.1 | a key after a colon | a comma before to=.1
		2 | lrsched 'cos: 10' | nothing after the colon | cos:LENGTH
		2 | lrsched -n 900 'cos, warmup' | only a blank before another shape
		2 | lrsched -n 900 'warmup:3 + cos' | the next shape at once
		2 | lrsched -n 900 'warmup:3 then cos' | the next shape at once
		2 | lrsched -n 900 'warmup:3 -> cos' | the next shape at once
		2 | lrsched -n 900 1e-3 | const,from=1e-3
		2 | lrsched -n 900 COS | nearest is 'cos'
		2 | lrsched -n 900 cosin | nearest is 'cosine'
		2 | lrsched -n 900 polynomial | nearest is 'poly'
		2 | lrsched -n 900 multistep | nearest is 'step'
		2 | lrsched -n 900 warm_restarts | nearest is 'sgdr'
		2 | lrsched -n 900 onecycle | OneCycleLR(optimizer, max_lr
		2 | lrsched -n 900 OneCycleLR | expected its call | OneCycleLR(optimizer
		2 | lrsched -n 900 steplr | StepLR(optimizer, step_size
		2 | lrsched -n 900 'CosineAnnealingLr(o, 9)' | nearest is 'CosineAnnealingLR'
	END
}

@test "keys: those of other libraries are answered with ours" {
	local row
	while read -r word theirs ours; do
		row="2 | lrsched -n 900 $word,$theirs=.5 | takes no key '$theirs'"
		case $ours in
		LENGTH) echo "$row | expected ${word%%[:,]*}:LENGTH" ;;
		*:LENGTH) echo "$row | a word of its own: $ours" ;;
		*) echo "$row | nearest is '$ours'" ;;
		esac
	done <<-'END' >rows
		triangular base_lr min
		triangular eta_min min
		triangular max_lr max
		triangular peak_lr max
		triangular step_size step
		triangular step_size_up step
		triangular MIN min
		triangular mni min
		step step_size every
		step milestones at
		step boundaries at
		step gamma by
		step drop_rate by
		step factor by
		cos T_max LENGTH
		cos epochs LENGTH
		cos steps LENGTH
		cos total_steps LENGTH
		cos decay_steps LENGTH
		cos eta_min to
		cos min_lr to
		cos end_lr to
		cos alpha to
		cos max_lr from
		cos initial_learning_rate from
		cos num_cycles cycles
		cos power pow
		poly exponent pow
		poly end_learning_rate to
		warmup start_factor from
		warmup warmup_init_lr from
		decay decay_rate by
		decay staircase stair
		exponential gamma k
		inv power pow
		sgdr T_0 len
		sgdr T_mult mult
		sgdr first_cycle_steps len
		sgdr m_mul decay
		sgdr eta_min min
		cosine warmup_steps warmup
		cosine num_warmup_steps warmup
		rsqrt timescale s
		const value from
		const lr from
		cos warmup_steps warmup:LENGTH
		cos pct_start warmup:LENGTH
		poly warmup_ratio warmup:LENGTH
		warmup multistep step:LENGTH
	END
	[ "$(wc -l <rows)" -gt 40 ]
	check <rows
}

@test "options: a misspelt, cut or foreign name is answered with ours" {
	check <<-'END'
		2 | lrsched -n 9 '--lr 1e-3 --lr-scheduler polynomial' | expected -- before what begins with a dash
		2 | wprune --sparsty 0.5 | unknown option '--sparsty'; nearest is '--sparsity'
		2 | wprune --amount 0.5 | nearest is '--sparsity'
		2 | wprune --inplace | nearest is '--in-place'
		2 | wprune --seed 3 | nearest is '--ties'
		2 | wprune -sparsity 0.5 | two dashes; expected --sparsity or -s S
		2 | wprune -S 0.5 | unknown option '-S'; nearest is '-s'
		2 | wprune --mask=a --ma b | is the beginning of several | --mask-out
		2 | wprune --scope layer | unknown 'layer'; expected tensor, global or row; nearest is 'tensor'
		2 | wprune --nan ignore | expected error, keep or prune
		2 | wprune --ties random | nearest is 'hash'
		2 | wstat --onyl x | nearest is '--only'
		2 | wstat --num-threads 3 | nearest is '--threads'
		2 | wstat -threads 3 | expected --threads or -T N
		2 | lrsched -lr 0.1 cos:5 | two dashes; expected --lr or -l LR
		2 | lrsched -list | two dashes; expected --list
		2 | lrsched --base-lr 3 cos:5 | nearest is '--lr'
		2 | lrsched --learning_rate 3 cos:5 | nearest is '--lr'
		2 | lrsched --max-steps 3 cos | nearest is '--steps'
		2 | lrsched --steps-per-epoch 3 cos | nearest is '--epoch-steps'
		2 | lrsched --batch-size 3 cos | nearest is '--batch'
		2 | lrsched --output-file x cos | nearest is '--output'
		2 | lrsched -f jsonl cos:5 | nearest is 'json'
		2 | lrsched -f CSV cos:5 | nearest is 'csv'
		2 | lrsched --scale square cos:5 | expected linear or sqrt
		2 | lrcheck --rtol 3 rates.csv | nearest is '--tol'
		2 | lrcheck --schedule cos rates.csv | nearest is '--spec'
		2 | lrfind -f jsn geometric.csv | unknown 'jsn' | nearest is 'json'
		2 | lrfind -m fastai geometric.csv | unknown 'fastai' | nearest is 'valley'
		2 | lrfind -m steepest geometric.csv | nearest is 'steep'
		2 | lrfind -m smithexp geometric.csv | nearest is 'smith-exp'
		2 | lrfind --use onecycl geometric.csv | nearest is 'onecycle'
		2 | lrfind --delimiter ';' geometric.csv | nearest is '--sep'
		1 | spzip --decompres5 w.f32 | nearest is '--decompress'
		1 | spzip -force w.f32 | two dashes; expected --force
		1 | spzip --keeep w.f32 | nearest is '--keep'
	END
	# A long name with one dash is no cluster: nothing has been made.
	[ ! -e rce.spzip ] && [ ! -e w.f32.spzip ]
}

@test "calls: old names, the optimizer's rate and values of all kinds are taken" {
	check <<-'END'
		0 | lrsched -n 9 'SGD(lr=0.1, decay=.002)' | !lr
		0 | lrsched -n 9 'StepLR(SGD(params, lr=0.1), 30)' | !lr
		0 | lrsched -n 9 $'ms = [2,4]\nMultiStepLR(opt, milestones=ms)' | !ms
		0 | lrsched -n 9 -D d=0.1/50 'SGD(lr=0.1, decay=d)' | !d
		2 | lrsched -n 9 -D d=1/0 cos | division by zero | d=1/0
		2 | lrsched -n 9 -D 'd=[1' cos | ends here; expected ',' or ']'
		2 | lrsched -n 9 -D 30 cos | names nothing; expected NAME=VALUE
		2 | lrsched -n 9 'SGD(learning_rat=0.1)' | nearest is 'learning_rate'
		2 | lrsched 'x = 3' | no schedule is made here
	END
	lrsched -n 9 'StepLR(SGD(params, lr=0.1), 30)' | grep -qx '0,0.1'
}

@test "epochs where steps are counted, and cuts, are remarked" {
	check <<-'END'
		0 | lrsched -n 30 -e 163.5 cos:5ep | fewer than the 163.5 of one epoch | -n 30ep
		0 | lrsched -e 5232/32 -n 8 triangular,min=0,max=1,step=4ep | -n 8ep
		0 | lrsched -e 32/5232 -n 8 cos | one step an epoch | -e 5232/32
		2 | lrsched -e 32//5232 -n 8 cos:2 | expected SAMPLES >= BATCH
		0 | lrsched -n 9000 step,at=30/60/80,by=.1 | over at step 80 | 80ep and -e
		0 | lrsched -n 9000 -e 90 cos:90 | over at step 90 | for epochs write 90ep
		0 | lrsched -n 9000 warmup:5 cos | lasts 5 of 9000 steps | 5ep
		0 | lrsched -n 90000 step,every=30,by=.99 | 30 of 90000 | 30ep
		0 | lrsched -n 9000 'MultiStepLR(o, [30, 60])' | over at step 60 | --count epoch
		0 | lrsched -n 1000 warmup:500 cos:2000 | ends before the schedule | 0.854 of the peak | -n 2500
		0 | lrsched -n 9000 warmup:500 cos | !note
		0 | lrsched -n 9000 step,at=3000/6000,by=.1 | !note
		0 | lrsched -n 90ep -e 391 step,at=30ep/60ep,by=.1 | !note
		0 | lrsched -n 1000 warmup:500 const:1000 | !note
		0 | lrsched --rows 5 cos:2000 | !note
		0 | lrsched -n 9000 const | !note
		0 | lrsched -q -n 30 -e 163.5 cos:5ep | !note
		1 | lrcheck -l 1 -n 30 -e 163.5 -s cos:5ep rates.csv | -n 30ep
		1 | lrcheck -q -l 1 -n 30 -e 163.5 -s cos:5ep rates.csv | !note
	END
	lrsched --explain -n 30 -e 163.5 cos:5ep | grep -q '^advice: .*-n 30ep'
	lrsched --explain -n 9000 step,at=30/60/80,by=.1 | grep -q '^advice: .*80ep'
	run -0 --separate-stderr lrsched --explain -n 9000 step,at=30/60,by=.1
	[ -z "$stderr" ]
}

@test "advice is of the tool that gives it" {
	script='lambda epoch: .9 ** epoch'
	cat >sched.py <<-'END'
		from torch.optim.lr_scheduler import LRScheduler
		class Fall(LRScheduler):
		    def get_lr(self):
		        return [g["lr"] * .9 for g in self.optimizer.param_groups]
		s = Fall(opt, last_epoch=5)
	END
	check <<-'END'
		2 | lrsched -n 9 'StepLR(o, 3, last_epoch=5)' | schedule (use -s)
		2 | lrcheck -s 'StepLR(o, 3, last_epoch=5)' rates.csv | schedule (use --origin)
		2 | lrfind --lr-spec 'StepLR(o, 3, last_epoch=5)' rates.csv | schedule | !-s | !--origin
		2 | lrwatch -l .1 --scale 'StepLR(o, 3, last_epoch=5)' stop,patience=3 flat.csv | schedule | !-s | !--origin
		2 | lrsched -n 9 -l .1 @sched.py | schedule (use -s)
		2 | lrcheck -l .1 -s @sched.py rates.csv | schedule (use --origin)
		0 | lrsched -n 9 -e 3 "$script" | step here; expected --count epoch if
		1 | lrcheck -e 3 -s "$script" rates.csv | step here; expected --count epoch if
		1 | lrfind -e 3 --lr-spec "$script" flat.csv | step here; expected --lr-table of lrsched --count epoch if
		1 | lrwatch -l .1 -e 3 --scale "$script" stop,patience=3 flat.csv | step here; expected --count epoch if
		2 | lrsched -n 9 -e 3 -- '--learning_rate 1 --max_steps 5' | -n 9; expected equal ones; a part of the table is --rows
		2 | lrcheck -n 9 -e 3 -s '--learning_rate 1 --max_steps 5' rates.csv | -n 9; expected equal ones | !--rows
		2 | lrfind -n 9 -e 3 --lr-spec '--learning_rate 1 --max_steps 5' rates.csv | -n 9; expected equal ones | !--rows
		0 | lrsched -n 1000 warmup:500 cos:2000 | -n 2500; a part of the table is --rows
		1 | lrcheck -l 1 -n 100 -s 'warmup:50 cos:2000' rates.csv | -n 2050 | !--rows
	END
}

@test "the suffix of -o is a format; another one is remarked, or refused" {
	for format in csv tsv json npy; do
		lrsched -n 9 -l 1 cos -o "x.$format"
		lrsched -n 9 -l 1 -f $format cos | cmp - "x.$format"
	done
	lrsched -n 9 -l 1 cos -o x.jsonl
	cmp x.json x.jsonl
	lrsched -n 9 -l 1 cos -o dir.npy.d
	cmp x.csv dir.npy.d
	lrfind geometric.csv -o x.env
	lrfind -f env geometric.csv | cmp - x.env
	check <<-'END'
		2 | lrsched -n 9 -l 1 cos -o y.npz | npz is not written | csv, tsv, json or npy
		2 | lrsched -n 9 -l 1 cos -o y.svg | --plot=FILE
		2 | lrsched -n 9 -l 1 cos -o y.csv.gz | gzip is not written
		2 | lrfind geometric.csv -o y.npy | npy is not written | csv, json, args or env
		2 | lrfind --list-columns geometric.csv -o y.env | --format csv, json or table
		0 | lrsched -n 9 -l 1 -f csv cos -o y.npy | y.npy holds csv, not npy
		2 | lrcheck rates.csv -o y.npy | npy is not written | csv or json
		0 | lrcheck rates.csv -f csv -o y.json | y.json holds csv
		2 | wstat --raw f32 w.f32 -o y.npy | npy is not written | csv or json
		0 | wstat -f table --raw f32 w.f32 -o y.csv | y.csv holds table
		2 | wprune --raw f32 -s .5 w.f32 -o y.npy | y.npy: would hold raw, not npy
		2 | wprune --raw f32 -s .5 w.f32 -o y --report y.npz | npz is not written | csv or json
		2 | wprune --raw f32 -s .5 w.f32 -o y -f json | --report
		2 | wprune -s .5 a.npy -o y.pt | y.pt: would hold npy, not pt | .npy
		0 | wprune -s .5 a.npy -o b.npy | !holds
		1 | spzip w.f32 -o y.gz | y.gz: would hold spzip, not gzip | .spzip
		0 | spzip w.f32 -o y2.spzip | !holds
	END
	[ ! -e y.npz ] && [ ! -e y.svg ] && [ ! -e y.csv.gz ]
}

@test "what is no log is named" {
	local tool file name
	while read -r file name; do
		for tool in lrfind lrcheck 'lrfind --list-columns' \
			'lrfind --lr-table'; do
			case $tool in
			*table) set -- "$file" rates.csv ;;
			*) set -- "$file" ;;
			esac
			echo "2 | $tool $* | $file: $name; expected"
		done
	done <<-'END' >rows
		model.pt a zip file (NPZ, PyTorch or Keras)
		model.h5 an HDF5 file
		a.npy an NPY file
		log.csv.gz gzip data
		data.bin binary data
	END
	check <rows
}

@test "one line of a log is too few, and says what it lacks" {
	check <<-'END'
		2 | lrfind lines.jsonl | too few lines with 'lr': 1
		2 | lrfind array.json | too few lines with 'lr': 1
		2 | lrfind document.json | no column is known to be the loss: step;
		2 | lrfind dicts.log | too few lines with 'learning_rate': 1
		2 | lrfind late.log | too few lines with 'learning_rate': 1
		2 | lrfind keras.log | no column is known to be the lr: Epoch, loss, accuracy; | --lr-table
		2 | lrfind megatron.log | too few lines with 'learning rate': 1
		2 | lrcheck llm.log | too few lines with 'lr': 1
		2 | lrcheck logfmt.log | too few lines with 'lr': 1
		2 | lrfind page.html | nothing with a name and a number
		2 | lrfind commas.csv | numbers without names; | --names
	END
}

@test "a table of rates is a table" {
	local file name
	while read -r file name; do
		echo "2 | lrfind --lr-table $file rates.csv | $file: $name; expected"
	done <<-'END' >rows
		lines.jsonl lines of JSON
		array.json lines of JSON
		document.json lines of JSON
		dicts.log lines of Python dicts, a trainer's output
		late.log lines of Python dicts, a trainer's output
		keras.log a Keras console log
		megatron.log a Megatron log
		llm.log lines of a log, with numbers among the names
		logfmt.log lines of a log, with numbers among the names
		blanks.txt one column, or a table separated by blanks
		page.html an HTML or XML page
		events.out a TensorBoard event file
	END
	check <rows
}

@test "names of columns may hold numbers" {
	printf '%s\n' 'step,lr,loss,acc@0.5,"a = 0.1, b = 0.2"' '0,.1,2,3,4' >a.csv
	run -1 --separate-stderr lrcheck a.csv
	[ -z "$stderr" ]
	printf '%s\n' 'step,lr,top-1 0.5 loss' '0,.1,2' >b.csv
	run -1 lrfind b.csv
	[[ $output == *too-few* ]]
	printf 'lr loss\n' | cat - >c.csv
	run -2 lrfind --sep , c.csv
	[[ $output == *'nothing with a name and a number'* ]]
}

@test "lrfind: a method for linear tests says so, and advice is of a larger test" {
	awk 'BEGIN { print "step,lr,loss"
		for (i = 0; i < 200; i++) { lr = 1e-5 * 10^(i / 40)
			print i "," lr "," 2.3 - 2 / (1 + .01 / lr) + lr * lr }
	}' >basin.csv
	awk 'BEGIN { print "step,lr,loss"
		for (i = 1; i <= 200; i++) { lr = i / 200
			print i "," lr "," 2.3 - 2 / (1 + .1 / lr) + 3 * lr * lr }
	}' >linear.csv
	check <<-'END'
		1 | lrfind -m capel geometric.csv | rise geometrically | --method centre | ,lin
		1 | lrfind flat.csv | flat: | range:950, | !range:400
		0 | lrfind -m capel basin.csv | basin.csv: the method is for rates that rise linearly, and these rise geometrically
		0 | lrfind -m all basin.csv | !rise geometrically
		0 | lrfind -m capel linear.csv | !rise geometrically
	END
}

@test "what another tool or option would have read says so" {
	head -n 2 flat.csv | tee cos.py >cos.pt
	check <<-'END'
		2 | lrsched cos.py | no shape 'cos.py', which may be a file; expected @cos.py | !to read it
		2 | lrsched cos.pt | no shape 'cos.pt' | cos.pt: a file; expected @cos.pt to read it
		2 | lrcheck -s cos.py rates.csv | which may be a file; expected @cos.py
		2 | lrsched -n 9 --warmup 3 cos | unknown option '--warmup'; expected the word warmup:STEPS
		2 | lrsched -n 9 --warmup_steps=3 cos | expected the word warmup:STEPS
		2 | lrsched --min_lr 3 cos:9 | expected it in the words: cos::LR or cos,to=LR
		2 | lrsched --epochs 3 cos | nearest is '--steps'
		2 | wprune --global -s .5 a.npy | nearest is '--scope'
		2 | lrsched cos.yp | no shape 'cos.yp' | !a file
		2 | wplan -s .5 a.npy | expected a histogram, as 'wstat --hist' prints it
		2 | wprune -p rates.csv a.npy -o x | no column 'version'; expected a plan, as wplan prints it
		2 | wprune -s .5 --rules rates.csv a.npy -o x | expected a table of pattern,sparsity,min,max
		2 | lrwatch -l 1 rates.csv 'ReduceLROnPlateau(opt, patence=5)' | no argument 'patence'; nearest is 'patience'
		2 | lrwatch rates.csv Plateau,patience=5 | two files; expected one, and policies that --list shows
		2 | lrwatch -l 1 rates.csv 'ReduceLROnPlateau(opt' | column 22 of 'ReduceLROnPlateau(opt': ends here
	END
}

@test "wprune: a target without its option, an output without -o" {
	check <<-'END'
		2 | wprune --raw f32 50% w.f32 | no target; expected -s 50%
		2 | wprune --raw f32 w.f32 0.9 | no target; expected -s 0.9
		2 | wprune 50% | no target; expected -s 50%
		2 | wprune --raw f32 w.f32 | no target; expected -s S (sparsity)
		2 | wprune -s 50% in out | more than one input, 'out' | -o out
		2 | wprune -s .5 -k 3 w.f32 | more than one target
		2 | wprune -m rates.csv a.npy -o x | rates.csv: CSV text
		0 | wprune -v -s .5 a.npy -o x | x: as large as before | spzip
		0 | wprune -s .5 a.npy -o x | !as large
	END
}

@test "spzip: options of other compressors are taken or answered" {
	check <<-'END'
		0 | spzip -n -k w.f32 | !-n
		0 | spzip -nkf w.f32 | !-n
		0 | spzip -fk --no-name --rsyncable w.f32 | !option | note: --rsyncable
		0 | spzip -fkvN w.f32 | note: -N | named after FILE
		0 | spzip -fkN w.f32 | !note
		1 | spzip --rm -k w.f32 | --rm with -k
		1 | spzip --rm -c w.f32 | --rm with -c
		0 | spzip -fkp 4 w.f32 | !-p
		0 | spzip -f --rm w.f32 | !rm
		1 | spzip -0 w.f32 | expected -1 to -9
		1 | spzip -e w.f32 | expected -9
	END
	[ ! -e w.f32 ] && [ -e w.f32.spzip ]
}
