#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where the values of a training script come from: options, dataclasses, files
# of settings, what is set on objects, and what may have set them otherwise.

load helper
load schedules

# The table of the arguments from the second on is that of the first, an
# expression of awk in t, to nine digits.
is() {
	lrsched -f tsv "${@:2}" >got.tsv 2>notes
	awk "NR == 1 { for (i = 1; i <= NF; i++) if (\$i == \"lr\") c = i; next }
		{ t = NR - 2; want = $1; d = \$c - want
		  if (d * d > 1e-18 * want * want) {
			print t, \$c, want; bad = 1 } }
		END { exit bad || NR < 3 }" got.tsv
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "options of click and typer have their defaults, and -D beats them" {
	cat >click.py <<-'END'
		@click.command()
		@click.option("--lr", type=float, default=1e-3, help="rate")
		@click.option("--step-size", "-s", default=5)
		@click.option("--nesterov/--plain", is_flag=True)
		def train(lr, step_size, nesterov):
		    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
		    scheduler = StepLR(optimizer, step_size)
		    for epoch in range(9):
		        scheduler.step()
	END
	is '1e-3 * 0.1 ^ int(t / 5)' -n 20 @click.py
	is '1e-3 * 0.1 ^ int(t / 7)' -n 20 -D step_size=7 @click.py
	cat >typer.py <<-'END'
		def main(data: str = typer.Argument("data"),
		         lr: float = typer.Option(0.1, "--lr", help="rate"),
		         every: int = typer.Option(default=4)):
		    return StepLR(SGD(net.parameters(), lr=lr), every, gamma=0.5)
	END
	is '0.1 * 0.5 ^ int(t / 4)' -n 20 @typer.py
}

@test "dataclasses, also over a library's settings, have their fields' defaults" {
	cat >hf.py <<-'END'
		@dataclass
		class Data:
		    path: str = field(default="x")

		@dataclass
		class Training(TrainingArguments):
		    learning_rate: float = field(default=2e-4)
		    lr_scheduler_type: str = field(default="linear")
		    warmup_steps: int = field(default=4)
		    max_steps: int = 20
		    own_rank: int = 8

		def main():
		    parser = HfArgumentParser((Data, Training))
		    data_args, training_args = parser.parse_args_into_dataclasses()
		    trainer = Trainer(model, args=training_args)
		    trainer.train()

		if __name__ == "__main__":
		    main()
	END
	is '2e-4 * (t < 4 ? t / 4 : (20 - t) / 16)' -n 20 @hf.py
	sed '/^def main/,$d' hf.py >class.py
	is '2e-4 * (t < 4 ? t / 4 : (20 - t) / 16)' -n 20 @class.py
	cat >model.py <<-'END'
		class Config(BaseModel):
		    lr: float = Field(0.1, gt=0)
		    gamma: float = 0.9

		cfg = Config(gamma=0.5)
		s = ExponentialLR(SGD(p, lr=cfg.lr), cfg.gamma)
	END
	is '0.1 * 0.5 ^ t' -n 20 @model.py
}

@test "YAML has tags, yes and no, references and lists of pairs" {
	cat >det.yml <<-'END'
		epoch: 8
		LearningRate:
		  base_lr: 0.01
		  schedulers:
		  - !PiecewiseDecay
		    gamma: 0.1
		    milestones: [5, 7]
		  - !LinearWarmup
		    start_factor: 0.
		    steps: 20
	END
	is '0.01 * (t < 20 ? t / 20 : t < 50 ? 1 : t < 70 ? 0.1 : 0.01)' \
		-e 10 -n 80 @det.yml
	sed 's/Piecewise.*/CosineDecay {max_epochs: 8}/; /gamma/d; /miles/d
		s/steps: 20/epochs: 2/' det.yml >cos.yml
	is '0.01 * (t < 20 ? t / 20 : (1 + cos(3.141592653589793 * (t - 20) / 60)) / 2)' \
		-e 10 -n 80 @cos.yml
	refused -n 80 @cos.yml
	[[ $stderr == *'expected -e'* ]]
	cat >hydra.yaml <<-'END'
		optimizer:
		  _target_: torch.optim.SGD
		  lr: ${base.rate}
		  nesterov: yes
		scheduler:
		  _target_: torch.optim.lr_scheduler.StepLR
		  step_size: ${train.every}
		base:
		  rate: !!float 0.1
		every: 5
	END
	is '0.1 * 0.1 ^ int(t / 5)' -n 20 @hydra.yaml
	is '0.1 * (t < 10 ? t / 10 : (40 - t) / 30)' -n 40 -- \
		'- learning_rate: 0.1
- train_batch_size: 32
- optimizer: Adam with betas=(0.9,0.999) and epsilon=1e-08
- lr_scheduler_type: linear
- lr_scheduler_warmup_steps: 10
- num_epochs: 1'
}

# Documents are drawn, and read by Python's own reader of TOML.
@test "TOML says what Python's reader of it says" {
	cat >draw.py <<-'END'
		import random, subprocess, tomllib
		rnd = random.Random(5)

		def text(x):
		    if isinstance(x, dict):
		        sep = rnd.choice([", ", " , "])
		        return "{" + sep.join(f"{k} = {text(v)}" for k, v in x.items()) + "}"
		    if isinstance(x, str):
		        return rnd.choice(['"%s"', "'%s'", '"""%s"""', "'''\n%s'''",
		                           '"\\u00%02x%%s"' % ord(x[0])]) % x
		    if isinstance(x, int) and x > 9 and rnd.random() < .5:
		        return f"{x // 10}_{x % 10}"
		    return str(x)

		def document(tables):
		    lines, spare = [], iter(range(9))
		    for name, table in rnd.sample(sorted(tables.items()), len(tables)):
		        how = rnd.randrange(3)
		        if how == 0 and not any(x[0] == "[" for x in lines):
		            lines += [f"{name} = {text(table)}"]
		        elif how == 1 and not any(x[0] == "[" for x in lines):
		            lines += [f"{name} . {k}={text(v)} # [x]" for k, v in table.items()]
		        else:
		            lines += [f"[{name}]", "", *(f"{k} = {text(v)}\t" for k, v in table.items())]
		        if rnd.random() < .5:
		            lines += [f"[[more.{'abc'[next(spare) % 3]}]]", "x = [1, [2], # a",
		                      "  'b' , ]", "day = 2026-11-29", "'y' = [ ]"]
		    return rnd.choice(["\n", "\r\n"]).join(lines + [""])

		for i in range(60):
		    n, rate, low = rnd.randrange(20, 99), rnd.choice([.1, 3e-4]), rnd.choice([0., .1])
		    doc = document({
		        "optimizer": {"lr": rate, "name": "AdamW"},
		        "training": {"steps": n, "compile": rnd.choice(["true", "x"]) },
		        "lr_scheduler": {"warmup_steps": 10, "decay_type": "linear", "min_lr_factor": low}})
		    open("job.toml", "w", newline="").write(doc)
		    read = tomllib.loads(doc)
		    n, rate = read["training"]["steps"], read["optimizer"]["lr"]
		    kind = read["lr_scheduler"]["decay_type"]
		    out = subprocess.run(["lrsched", "-H", "@job.toml"], capture_output=True, text=True)
		    rows = [float(line.split(",")[1]) for line in out.stdout.split()]
		    if kind != "linear": # an escape stood before it
		        assert not rows and kind[0] == kind[1], doc
		        continue
		    low = read["lr_scheduler"]["min_lr_factor"]
		    want = [rate * min((t + 1) / 10, 1 if t < 11 else low + (1 - low) * (1 - (t - 10) / (n - 10)))
		            for t in range(n)]
		    assert len(rows) == n, (doc, out.stderr)
		    assert all(abs(a - b) < 1e-12 for a, b in zip(rows, want)), (doc, rows, want)
	END
	"$PYTHON" draw.py
	while IFS='|' read -r text message; do
		printf '%b\n' "$text" >bad.toml
		refused @bad.toml
		[[ $stderr == "lrsched: bad.toml:$message"* ]]
	done <<-'END'
		[a\nx=1|1:1: the name of a table without its ']'
		[a]\nx|2:1: a key without its value
		[a]\nx =|2:4: no value
		[a]\nx = '1' 2|2:9: more than a line has
		[a]\nx = [1|2:5: a bracket that is not closed
		[a]\nx = [1\n2]|3:1: no ','
		[a]\nx = "1\n"|2:5: a text without its closing quote
		[a]\nx = 1\nx = 2|3:5: a key that is given before
		[a]\nx = 1\n[a.x]|3:1: a table of a name that has a value
		[a]\nx = 1\n[[a]]|3:1: a table of a name that has a value
		[a]\n= 1|2:1: no key here
	END
}

# Lines that are drawn, many of which are no TOML or say something twice.
@test "TOML is refused where Python's reader of it refuses" {
	cat >draw.py <<-'END'
		import random, subprocess, sys, tomllib
		n = int(sys.argv[1])
		rnd = random.Random(7)
		values = ["1", "012", "0x1F", "0o17", "0o8", "0b11", "1_0", "1__0", "+5", "-0x1", "1.", ".5",
		          "1e06", "inf", "-nan", "true", "True", "[1, 2 3]", "[1, 2,]", "[1,, 2]", "{a = 1,}",
		          "{a.b = 1, a.c = 2}", "{a = {}, a.b = 1}", "[\n1, # x\n]", "{a = 1\n}", "'x'", '"\\x41"',
		          '"\\u00e9"', '"\\ud800"', '""""x"""', '"""x""""', '"""x"""""', '"""x""""""',
		          '"""a\\\n  b"""', '"""a\\ b"""', "'''x''''", "2026-11-29", "2026-02-30", "07:32:00",
		          "2026-11-29 07:32:00Z", "24:00:00", '"a\tb"', '"a\x01b"', "1 # c", "1 # \x01", "x"]
		names = ["a", "b", "a.b", "a.b.c", "b.a", '"a"', "a . c", "a..b", "'b'.\"c\"", ""]

		def line():
		    name = rnd.choice(names)
		    how = rnd.random()
		    if how < .2:
		        return f"[{name}]"
		    if how < .3:
		        return f"[[{name}]]"
		    return f"{name} = " + (rnd.choice(values) if rnd.random() < .7 else "1")

		core = ["[optimizer]", "lr = 0.5", "name = 'AdamW'", "[training]", "steps = 0x14",
		        "[lr_scheduler]", "warmup_steps = 1_0", 'decay_type = """linear"""']
		said = {0: 0, 2: 0}
		for i in range(n):
		    doc = "\n".join([line() for _ in range(rnd.randrange(1, 5))] + core + [""])
		    try:
		        tomllib.loads(doc)
		        want = 0
		    except (tomllib.TOMLDecodeError, ValueError):
		        want = 2
		    open("job.toml", "w", newline="").write(doc)
		    out = subprocess.run(["lrsched", "-H", "@job.toml"], capture_output=True, text=True)
		    assert out.returncode == want, (doc, out)
		    assert (len(out.stdout.split()) == 20) == (want == 0), (doc, out)
		    assert want == 0 or out.stderr.startswith("lrsched: job.toml:"), (doc, out)
		    said[want] += 1
		assert min(said.values()) > n / 6, said
	END
	local n=240
	! sanitized || n=80
	"$PYTHON" draw.py $n
}

@test "settings of any kind have no NUL in them" {
	local text
	while IFS='|' read -r file place text; do
		printf '%b' "$text" >"$file"
		refused "@$file"
		[[ $stderr == "lrsched: $file:$place: a NUL byte behind this; expected"* ]]
		tr -d '\0' <"$file" >"no-$file"
		lrsched -q "@no-$file" >/dev/null
	done <<-'END'
		a.yaml|1:17|learning_rate: 1\n\0lr_scheduler_type: cosine\nmax_steps: 3\n
		a.toml|2:9|[training]\nsteps = 1\00\n[lr_scheduler]\nwarmup_steps = 2\n
		a.json|1:21|{"learning_rate": 1, \0"max_steps": 3}
		flags|1:20|--learning_rate 1e-3\0 --max_steps 30
		a.py|1:25|s = OneCycleLR(o, 1, 9) #\0 x\n
	END
}

@test "a script that has TOML in it is a script" {
	cat >doc <<-'END'
		"""
		[training]
		steps = 100
		"""
		sched = StepLR(SGD(p, lr=0.1), 3)
	END
	same '-n 7 @doc' "-n 7 -l 0.1 'StepLR(o, 3)'"
	cat >list <<-'END'
		y = 1
		sched = StepLR(SGD(p, lr=0.1), (
		    [y]
		    and 4), gamma=0.5)
	END
	same '-n 9 @list' "-n 9 -l 0.1 'StepLR(o, 4, 0.5)'"
}

@test "a list of lists is no map of settings" {
	printf -- '- a: 1\n- a: 2\n' >twice.yaml
	refused -n 9 @twice.yaml
	[[ $stderr == *"2:1: a list; expected 'key: value'"* ]]
}

@test "Caffe's solvers are read, with a line for each milestone" {
	cat >solver.yml <<-'END'
		net: "train.prototxt" # the network
		base_lr: 0.1
		lr_policy: "multistep"
		stepvalue: 10
		stepvalue: 20
		gamma: 0.5
		max_iter: 30
		solver_mode: GPU
	END
	is '0.1 * 0.5 ^ ((t >= 10) + (t >= 20))' -n 30 @solver.yml
	is '0.2 * 0.5 ^ ((t >= 10) + (t >= 20))' -n 30 -l 0.2 @solver.yml
}

@test "what is set on an object that nobody knows is what it has" {
	is '0.1 * (1 - t / 20)' -n 20 'self.total = getattr(args, "total", 20)
self.optimizer = SGD(self.net.parameters(), lr=0.1)
self.sched = LambdaLR(self.optimizer, lambda t: 1 - t / self.total)'
	refused -n 20 'args.total = 20
prepare(args)
s = CosineAnnealingLR(SGD(p, lr=0.1), args.total)'
	[[ $stderr == *"no value for 'args.total'"* ]]
	refused -n 20 'self.total = 20
s = CosineAnnealingLR(SGD(p, lr=0.1), self.total, self.low)'
	[[ $stderr == *"no value for 'self.low'"* ]]
	refused -n 20 'total = int(total)
s = CosineAnnealingLR(SGD(p, lr=0.1), total)'
	[[ $stderr == *"no value for 'total' (line 1)"* ]]
	is '0.1 * 0.1 ^ int(t / 4)' -n 20 -D total=4 'total = int(total)
s = StepLR(SGD(p, lr=0.1), total)'
}

@test "what may set every name lets each be asked for" {
	local k
	for k in 'from config import *' 'exec(open("a.py").read())' \
		'globals().update(config)' 'globals()[name] = 1'; do
		refused -n 9 "every = 3
$k
s = StepLR(SGD(p, lr=0.1), every)"
		[[ $stderr == *"no value for 'every'"* ]]
		is '0.1 * 0.1 ^ int(t / 4)' -n 9 -D every=4 "every = 3
$k
s = StepLR(SGD(p, lr=0.1), every)"
	done
	is '0.1 * 0.1 ^ int(t / 4)' -n 9 'every = 3
globals()["every"] = 4
s = StepLR(SGD(p, lr=0.1), every)'
	is '0.1 * 0.1 ^ int(t / 3)' -n 9 'every = 3
exec(open("configurator.py").read())
s = StepLR(SGD(p, lr=0.1), every)'
	grep -q 'what exec() runs is not read' notes
}

@test "a condition that only guards what is shown is not asked for" {
	cat >rank.py <<-'END'
		def build(cfg, optimizer):
		    scheduler = StepLR(optimizer, 5)
		    if dist.get_rank() == 0 and cfg.verbose:
		        logger.info("made")
		        print(scheduler)
		    return scheduler
	END
	is '0.1 * 0.1 ^ int(t / 5)' -n 9 -l 0.1 @rank.py
	sed 's/print(scheduler)/scheduler = None/' rank.py >sets.py
	refused -n 9 -l 0.1 @sets.py
	[[ $stderr == *"no value for 'dist.get_rank()'"* ]]
}

@test "whether a function is called at all may hang on any condition" {
	cat >decay.py <<-'END'
		def get_lr(it):
		    return 0.1 / (it + 1)
		lr = get_lr(it) if config.decay else 0.1
	END
	refused -n 9 @decay.py
	[[ $stderr == *"no value for 'config.decay' (line 3)"* ]]
	refused -n 9 -D config.decay=False @decay.py
	[[ $stderr == *"get_lr() is not called, as 'config.decay' is false"* ]]
	is '0.1 / (t + 1)' -n 9 -D config.decay=True @decay.py
}

@test "groups keep what a function leaves in them; other groups change nothing" {
	cat >state.py <<-'END'
		def adjust(optimizer, epoch):
		    for group in optimizer.param_groups:
		        if "step" not in group:
		            group["step"] = 0.0
		        else:
		            group["step"] += 1.0
		        group["lr"] = 0.1 * (1 - group["step"] / 10)
		    return optimizer
	END
	is '0.1 * (1 - t / 10)' -n 9 @state.py
	cat >mult.py <<-'END'
		def adjust(optimizer, iter_num):
		    for group in optimizer.param_groups:
		        group["lr"] = 0.1 / (1 + iter_num) * group["lr_mult"]
	END
	refused -n 9 @mult.py
	[[ $stderr == *"-D 'group[\"lr_mult\"]=VALUE'"* ]]
	is '0.2 / (1 + t)' -n 9 -D 'group["lr_mult"]=2' @mult.py
	is '0.1 * 0.1 ^ int(t / 4)' -n 9 'o = SGD(p, lr=0.1)
o.param_groups[1]["lr"] = 0.5
s = StepLR(o, 4)'
	refused -n 9 'o = SGD(p, lr=0.1)
o.param_groups[0]["initial_lr"] = 0.5
s = StepLR(o, 4)'
	[[ $stderr == *'rates of param_groups were set before'* ]]
	refused -n 9 'groups = [{"params": a, "lr": 0.1}]
groups += more(b) if c else []
s = StepLR(SGD(groups, momentum=0.9), 4)'
	[[ $stderr == *"no value for"* ]]
}

@test "a list that a schedule was made of may change afterwards" {
	is '0.1 * 0.1 ^ ((t >= 2) + (t >= 4))' -n 9 'm = [2, 4]
s = MultiStepLR(SGD(p, lr=0.1), m)
m.append(6)'
}

@test "a default that was taken is named where it leads to a refusal" {
	cat >pick.py <<-'END'
		def make(optimizer, config):
		    if config.get("scheduler", "plateau") == "plateau":
		        return ReduceLROnPlateau(optimizer)
		    return StepLR(optimizer, 4)
	END
	refused -n 9 -l 0.1 @pick.py
	[[ $stderr == *"-D 'config[\"scheduler\"]=VALUE'"* ]]
	is '0.1 * 0.1 ^ int(t / 4)' -n 9 -l 0.1 -D 'config["scheduler"]=step' @pick.py
}

@test "-D that settings do not have is remarked" {
	lrsched -n 9 -D foo=1 -D warmup_steps=3 -- '--learning_rate 0.1 \
		--lr_scheduler_type linear --max_steps 9' 2>err >/dev/null
	grep -q -- '-D foo is not used' err
	run -1 grep -q -- '-D warmup_steps' err
}

@test "flags are added to an array that a script begins before its part" {
	is '0.1' -e 5 -n 10 -- 'FLAGS+=( --num_train_epochs "${EPOCHS:-2}" )
FLAGS+=( --learning_rate "${LR:-0.1}" --lr_scheduler_type constant )
python3 train.py "${FLAGS[@]}"'
	grep -q "what 'FLAGS' has before is not known" notes
}

@test "a loop's own count is no value for the step" {
	is '0.1 / (t + 1)' -n 9 'def get_lr(step):
    return 0.1 / (step + 1)
for step in range(10):
    lr = get_lr(step)'
	refused -n 9 -D step=3 'def get_lr(step):
    return 0.1 / (step + 1)'
	[[ $stderr == *"'step' counts the steps, and is given a value"* ]]
}

@test "once a schedule is made, loops over what is not known train with it" {
	cat >train.py <<-'END'
		def train(model, loader, epochs=3, lr=0.1):
		    optimizer = SGD(model.parameters(), lr=lr)
		    scheduler = StepLR(optimizer, 4)
		    model, optimizer, loader = wrap(model, optimizer, loader)
		    for epoch in range(epochs):
		        for i, batch in enumerate(loader):
		            optimizer.step()
		        scheduler.step()
	END
	is '0.1 * 0.1 ^ int(t / 4)' -n 20 @train.py
	cat >sum.py <<-'END'
		def make(model, blocks):
		    n = 0
		    for b in blocks:
		        n += b.every
		    return StepLR(SGD(model.parameters(), lr=0.1), n)
	END
	refused -n 20 @sum.py
	[[ $stderr == *"no value for 'blocks'"* ]]
}

@test "hasattr() of what nobody knows is asked for" {
	cat >has.py <<-'END'
		if hasattr(cfg, "every") and cfg.every is not None:
		    s = StepLR(SGD(p, lr=0.1), cfg.every)
		else:
		    s = StepLR(SGD(p, lr=0.1), 2)
	END
	refused -n 9 @has.py
	[[ $stderr == *"-D cfg.every=VALUE"* ]]
	is '0.1 * 0.1 ^ int(t / 4)' -n 9 -D cfg.every=4 @has.py
	is '0.1 * 0.1 ^ int(t / 2)' -n 9 -D cfg.every=None @has.py
}

@test "a plateau beside a schedule is remarked; a schedule not returned is not used" {
	is '0.1 / (1 + t)' -n 9 'a = LearningRateScheduler(lambda epoch: 0.1 / (1 + epoch))
b = ReduceLROnPlateau(monitor="val_loss", factor=0.2)'
	grep -q "'b' lowers the rate when a metric stalls" notes
	refused -n 9 'def configure_optimizers(self):
    optimizer = SGD(self.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, 4)
    return optimizer'
	[[ $stderr == *'gives the optimizer alone'* ]]
	is '0.1 * 0.1 ^ int(t / 4)' -n 9 'def configure_optimizers(self):
    optimizer = SGD(self.parameters(), lr=0.1)
    return [optimizer], [StepLR(optimizer, 4)]

def on_train_epoch_end(self):
    self.log("x", 1)'
}

@test "what a branch may give another name is asked for with the rest" {
	refused -n 9 'def get_lr(it, low, high):
    if it < 5:
        lr = high
    else:
        lr = low
    return lr'
	[[ $stderr == *"-D low=VALUE -D high=VALUE"* ]]
}

@test "a trainer of iterations counts them; a prompt and variables precede" {
	is '0.001 + 0.0495 * (1 + cos(3.141592653589793 * t / 50))' -n 50 \
		'optimizer = dict(type="SGD", lr=0.1)
lr_config = dict(policy="CosineAnnealing", min_lr=0.001)
runner = dict(type="IterBasedRunner", max_iters=50)'
	is '0.1 * t / 10' --rows 10 -- '$ CUDA_VISIBLE_DEVICES=0 OMP=1 torchrun x.py --lr 0.1 --lr-warmup-iters 10 \
  --train-iters 100 --lr-decay-style cosine'
}

@test "what the text tests a value of the user's for, and then assigns, it assigns" {
	local given=(-D a.lr=0.1) text='if a.n == -1:
    a.n = a.epochs * 10
else:
    a.epochs = a.n / 10
opt = AdamW(p, lr=a.lr)
s = get_linear_schedule_with_warmup(opt, 0, a.n)'
	is '0.1 * (1 - t / 20)' -n 21 "${given[@]}" -D a.n=-1 -D a.epochs=2 "$text"
	is '0.1 * (1 - t / 30)' -n 31 "${given[@]}" -D a.n=30 "$text"
	refused -n 9 -D a.n=-1 "$text"
	[[ $stderr == *'expected -D a.epochs=VALUE -D a.lr=VALUE'* ]]
	for name in self.a "c['a']"; do
		refused -n 9 -D "$name.n=-1" "${text//a./$name.}"
		[[ $stderr == *"no value for '$name.epochs'"* ]]
		is '0.1 * (1 - t / 20)' -n 21 -D "$name.n=-1" \
			-D "$name.epochs=2" -D "$name.lr=0.1" "${text//a./$name.}"
	done
	is '0.1 * (1 - t / 20)' -n 21 -l 0.1 -D n=None -D epochs=2 'n = 5
if not n or n < 0:
    n = epochs * 10
s = get_linear_schedule_with_warmup(opt, 0, n)'
	is '0.1 * (1 - t / 20)' -n 21 -l 0.1 -D n=20 'n = 5
if n > 10:
    n = 10
s = get_linear_schedule_with_warmup(opt, 0, n)'
}

@test "keys of a model card in backticks" {
	is 't < 5 ? 2e-5 * t / 5 : 2e-5 * (50 - t) / 45' -n 50 '#### Non-Default
- `learning_rate`: 2e-05
- `num_train_epochs`: 3
- `max_steps`: -1
- `lr_scheduler_type`: linear
- `lr_scheduler_kwargs`: {}
- `warmup_ratio`: 0.1
- `warmup_steps`: 0'
}

@test "YAML: what is merged by << counts, what stands twice is remarked" {
	cat >top.yaml <<-'END'
		base: &base
		  learning_rate: 0.1
		  warmup_steps: 2
		other: &other
		  learning_rate: 0.7
		  max_steps: 10
		<<: [*base, *other]
		lr_scheduler_type: linear
	END
	is '.1 * (t < 2 ? t / 2 : (10 - t) / 8)' @top.yaml
	[ ! -s notes ]
	# What a map has itself beats what it takes over, before or after it.
	cat >own.yaml <<-'END'
		rates: &rates {learning_rate: 0.1, max_steps: 7}
		lr_scheduler_type: linear
		learning_rate: 0.4
		<<: *rates
		max_steps: 8
	END
	is '.4 * (8 - t) / 8' @own.yaml
	[ ! -s notes ]
	printf '%s\n' 'learning_rate: 0.1' 'max_steps: 10' \
		'lr_scheduler_type: linear' 'learning_rate: 0.2' >twice.yaml
	is '.2 * (10 - t) / 10' @twice.yaml
	[ "$(<notes)" = "lrsched: note: 'learning_rate' is given more than once; the last is read" ]
	# Aliases of aliases would fill any memory.
	awk 'BEGIN { print "a0: &a0 [x, x, x, x]"
		for (i = 1; i < 15; i++)
			printf "a%d: &a%d {p: *a%d, q: *a%d, r: *a%d}\n",
				i, i, i - 1, i - 1, i - 1 }' >bomb.yaml
	run -2 --separate-stderr lrsched -n 9 @bomb.yaml
	[[ ${stderr_lines[0]} == 'lrsched: bomb.yaml:'*': aliases of more than '* ]]
	printf 'a: &a 3\n<<: *a\nlr: 1\n' >no.yaml
	run -2 --separate-stderr lrsched -n 9 @no.yaml
	[[ ${stderr_lines[0]} == *"what is merged by '<<' is no map" ]]
}

# Its own line is the oracle: the values of the text are written into the call.
@test "what a function was handed is taken as it was, and that is told" {
	local handed wanted='-n 9 -l .2 "CosineAnnealingLR(opt, 9, .01)"'
	for handed in 'net = build(args)' 'opt = SGD(net.all(args), lr=args.lr)' \
		'spread(args, 1)'; do
		printf '%s\n' 'import argparse' \
			'parser = argparse.ArgumentParser()' \
			'parser.add_argument("--lr", type=float, default=.2)' \
			'parser.add_argument("--low", type=float, default=.01)' \
			'parser.add_argument("--epochs", type=int, default=9)' \
			'args = parser.parse_args()' 'opt = SGD(p, lr=args.lr)' \
			"$handed" \
			'CosineAnnealingLR(opt, args.epochs, args.low)' >args.py
		same '-n 9 @args.py' "$wanted"
		run -0 --separate-stderr lrsched -n 9 @args.py
		[[ $stderr == *"'args' is handed to "*', which is not known'* ]]
	done
	# One whose name says that it changes them; -D is the way out.
	sed 's/^spread/scale_lr/' args.py >scale.py
	refused -n 9 @scale.py
	[[ $stderr == *'a function that is not known was given it'* ]]
	[[ $stderr == *'-D args.epochs=VALUE -D args.low=VALUE'* ]]
	same '-n 9 @scale.py -D args.epochs=9 -D args.low=.01' "$wanted"
	printf '%s\n' 'steps = [2, 5]' 'plan(steps)' \
		'MultiStepLR(SGD(p, lr=1), steps)' >list.py
	refused -n 9 @list.py
	[[ $stderr == *'-D steps=VALUE'* ]]
	same "-n 9 @list.py -D 'steps=[2, 5]'" \
		"-n 9 -l 1 'MultiStepLR(opt, [2, 5])'"
}

@test "settings that libraries keep as objects are followed, and their copies" {
	local made of
	for made in 'CN()' 'CfgNode()' 'edict()' 'ConfigDict(lr=.1)' \
		'edict({"lr": .1})'; do
		for of in 'c' 'c.clone()' 'copy.deepcopy(c)' 'deepcopy(c)'; do
			printf '%s\n' 'from yacs.config import CfgNode as CN' \
				"c = $made" 'c.lr = .1' 'c.TRAIN = CfgNode()' \
				'c.TRAIN.steps = 8' "config = $of" \
				'def build(config, optimizer):' \
				'    return LinearLR(optimizer, .5, total_iters=config.TRAIN.steps)' \
				's = build(config, SGD(p, lr=config.lr))' \
				'c.TRAIN.steps = 4' >node.py
			same '-n 9 @node.py' \
				"-n 9 -l .1 'LinearLR(o, .5, total_iters=8)'"
		done
	done
	# A copy is one of all that it holds.
	printf '%s\n' 'c = CfgNode()' 'c.a = CfgNode()' 'c.a.n = 8' \
		'd = c.clone()' 'c.a.n = 4' 'e = c' 'e.a.n += 1' \
		'def lr(step): return d.a.n + c.a.n / 10' >deep.py
	[ "$(lrsched -H -n 1 @deep.py)" = 0,8.5 ]
	printf '%s\n' 'cfg.merge_from_file(args.cfg)' 'def lr(step): return step' \
		>file.py
	run -0 --separate-stderr lrsched -n 2 @file.py
	[[ $stderr == *'merge_from_file() reads is not read'* ]]
	refused -n 2 'a = [1]
	a.append(a)
	b = copy.deepcopy(a)
	s = StepLR(o, b[0])'
}

@test "what -D says of a part changes what -D gave as a whole" {
	local s='s = CosineAnnealingLR(SGD(p, lr=c["lr"]), c["n"]["a"])'
	same "-n 9 -D 'c={\"lr\": 1, \"n\": {\"a\": 3}}' -D 'c[\"lr\"]=.5' -D 'c[\"n\"][\"a\"]=8' '$s'" \
		"-n 9 -l .5 'CosineAnnealingLR(o, 8)'"
	# Under another name that the text gives it, too.
	printf '%s\n' 'def make(cfg):' '    opt = cfg' \
		'    return CosineAnnealingLR(SGD(p, lr=opt.lr), opt.steps)' >alias.py
	same "-n 9 -D 'cfg={\"lr\": 1, \"steps\": 8}' -D cfg.lr=.5 @alias.py" \
		"-n 9 -l .5 'CosineAnnealingLR(o, 8)'"
}

@test "a method of any name that sets rates, or makes a schedule, is found" {
	printf '%s\n' 'class Trainer:' '    def __init__(self, opt):' \
		'        self.opt = opt' '    def adjust(self, epoch):' \
		'        lr = self.opt.lr * 0.1 ** (epoch // self.opt.every)' \
		'        for g in self.optimizer.param_groups:' \
		'            g["lr"] = lr' >adjust.py
	refused -n 9 @adjust.py
	[[ $stderr == *'-D opt.lr=VALUE -D opt.every=VALUE'* ]]
	same '-n 9 -D opt.lr=.5 -D opt.every=4 @adjust.py' \
		"-n 9 'lambda t: .5 * .1 ** (t // 4)'"
	run -0 --separate-stderr lrsched -n 9 -D opt.lr=.5 -D opt.every=4 @adjust.py
	[ -z "$stderr" ]
	printf '%s\n' 'class Trainer:' '    def build(self, optimizer):' \
		'        return CosineAnnealingLR(optimizer, self.steps)' >build.py
	same '-n 9 -l 1 -D self.steps=8 @build.py' \
		"-n 9 -l 1 'CosineAnnealingLR(o, 8)'"
}

@test "what an unknown call made a rate of is asked for by its name" {
	printf '%s\n' 'args = parser.parse_args()' \
		'scaled = 0.1 * utils.get_world_size() / 512' \
		'args.lr = scaled' 'opt = create_optimizer(args, net)' \
		'sched, _ = create_scheduler(args, opt)' >scaled.py
	run -2 --separate-stderr lrsched -n 9 -D args.sched=step -D args.epochs=9 @scaled.py
	[[ $stderr == *' -D '* ]]
}

@test "an optimizer that lowers its rate beside a function is told" {
	printf '%s\n' 'def sched(epoch): return 0.5 ** epoch' \
		'opt = SGD(learning_rate=5e-3, decay=1e-4)' \
		'cb = LearningRateScheduler(sched)' >decay.py
	run -0 --separate-stderr lrsched -n 3 @decay.py
	[[ $stderr == *"optimizer's decay lowers the rate"* ]]
	sed -i 's/decay=1e-4/decay=0.0/' decay.py
	run -0 --separate-stderr lrsched -n 3 @decay.py
	[ -z "$stderr" ]
}

@test "an excerpt's parser that it does not make is one" {
	cat >args.py <<-'END'
		parser.add_argument("--learning-rate", type=float, default=0.5)
		parser.add_argument("--num-steps", type=int, default=30)
		args = parser.parse_args()
		for i in range(args.num_steps):
		    optimizer.param_groups[0]['lr'] = args.learning_rate / (1 + i)
		    optimizer.step()
	END
	same @args.py "-n 30 'lambda t: 0.5 / (1 + t)'"
	same '-D args.num_steps=9 @args.py' "-n 9 'lambda t: 0.5 / (1 + t)'"
	sed -i '1i parser = make_parser()' args.py
	refused @args.py
	[[ $stderr == *"-D args.num_steps=VALUE"* ]]
}
