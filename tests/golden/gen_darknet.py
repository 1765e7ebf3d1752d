# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Darknet (github.com/AlexeyAB/darknet at the commit below), whose options of
[net] are the call's arguments.  Usage: gen_darknet.py CLONE, with git and cc.

What is compiled is its own parse_net_options() and get_current_rate(), with
option_list.c, list.c and utils.c.  Training counts the images of an update
before it asks for the rate (train_network_datum(), train_network_waitkey()),
so the first update, step 0 of a table, is batch 1."""
import re
import subprocess
import sys
import tempfile

from golden import Golden, sample

COMMIT = "59596d7880f6504768df41d6daa586f5cb2b932f"
MAIN = r"""
int main(int argc, char **argv)
{
	network net = {0};
	list *options = make_list();
	uint64_t seen = 0;
	int i, n = atoi(argv[1]), one[4] = {0};
	float f[4] = {0};

	for (i = 2; i + 1 < argc; i += 2)
		option_insert(options, argv[i], argv[i + 1]);
	net.seen = &seen;
	net.cur_iteration = &one[0];
	net.cuda_graph_ready = &one[1];
	net.badlabels_reject_threshold = &f[0];
	net.delta_rolling_max = &f[1];
	net.delta_rolling_avg = &f[2];
	net.delta_rolling_std = &f[3];
	parse_net_options(options, &net);
	for (i = 0; i < n; i++) {
		seen += net.batch * net.subdivisions;
		printf("rate %.9g\n", get_current_rate(net));
	}
	return 0;
}
"""


def build(clone, where):
    def git(*args):
        return subprocess.run(("git", "-C", clone) + args, check=True,
                              stdout=subprocess.PIPE).stdout

    tar = git("archive", COMMIT, "include", "src")
    subprocess.run(["tar", "x", "-C", where], input=tar, check=True)

    def function(path, head):
        text = open(f"{where}/src/{path}", encoding="utf-8").read()
        return re.search(r"^" + re.escape(head) + r".*?^}\n", text,
                         re.M | re.S).group()

    with open(f"{where}/rate.c", "w") as f:
        for h in ("network.h", "option_list.h", "list.h", "utils.h"):
            f.write(f'#include "{h}"\n')
        f.write("#include <math.h>\n")
        f.write(function("network.c", "int get_current_batch("))
        f.write(function("network.c", "float get_current_rate("))
        f.write(function("parser.c", "learning_rate_policy get_policy("))
        f.write(function("parser.c", "void parse_net_options("))
        f.write(MAIN)
    src = [f"{where}/rate.c"] + [f"{where}/src/{f}.c" for f in
                                 ("option_list", "list", "utils")]
    subprocess.run(["cc", "-O1", "-w", "-ffunction-sections",
                    "-Wl,--gc-sections", f"-I{where}/include",
                    f"-I{where}/src", *src, "-o", f"{where}/rate", "-lm"],
                   check=True)
    return f"{where}/rate"


tmp = tempfile.TemporaryDirectory()
program = build(sys.argv[1], tmp.name)
g = Golden("darknet", COMMIT[:8], "f32")


def rates(n, extra=(), **kw):
    args = [str(n), "inputs", "1"]
    for k, v in kw.items():
        args += [k, ",".join(map(str, v)) if isinstance(v, list) else str(v)]
    out = subprocess.run([program, *args], check=True, text=True,
                         capture_output=True).stdout
    lr = [float(x.split()[1]) for x in out.splitlines()
          if x.startswith("rate ")]
    return {t: lr[t] for t in (sample(n, extra) if n > 300 else range(n))}


class darknet:
    @staticmethod
    def net(**kw):
        return kw


def call(config, n, text, extra=(), wrong=""):
    text = "darknet.net(" + text + ")"
    g.add(config, '"' + text + '"', lr=rates(n, extra, **eval(text)),
          wrong=wrong)


def words(config, args, n, **kw):
    g.add(config, args, lr=rates(n, **kw))


call("constant", 5, "learning_rate=0.01")
call("constant-defaults", 3, "policy='constant'")
call("constant-burn-in", 60, "policy='constant', learning_rate=0.01, "
     "burn_in=50")
call("steps-yolov4", 5000, "learning_rate=0.0013, burn_in=1000, "
     "max_batches=5000, policy='steps', steps=[4000, 4500], scales=[.1, .1]",
     (1000, 4000, 4500))
call("steps-up-and-down", 300, "policy='steps', learning_rate=0.0005, "
     "steps=[100, 200, 250], scales=[10, .1, .1]")
call("steps-one", 20, "policy='steps', steps=[10], scales=[.5]")
call("steps-in-burn-in", 30, "policy='steps', steps=[4, 20], scales=[.5, .5],"
     " burn_in=10, power=2")
call("steps-at-1", 6, "policy='steps', steps=[1, 2], scales=[.5, .2]")
call("step", 50, "policy='step', learning_rate=0.1, step=10, scale=0.5")
call("step-burn-in", 50, "policy='step', learning_rate=0.1, step=10, "
     "scale=0.5, burn_in=15")
call("step-every", 20, "policy='step', learning_rate=0.1, step=1, scale=0.9")
call("exp", 2000, "policy='exp', learning_rate=0.1, gamma=0.999")
call("exp-burn-in", 50, "policy='exp', learning_rate=0.1, gamma=0.95, "
     "burn_in=10")
call("poly", 500, "policy='poly', learning_rate=0.1, power=4, "
     "max_batches=500")
call("poly-burn-in", 200, "policy='poly', learning_rate=0.1, power=2, "
     "max_batches=200, burn_in=20")
call("sigmoid", 200, "policy='sigmoid', learning_rate=0.1, gamma=0.05, "
     "step=100")
call("sigmoid-burn-in", 100, "policy='sigmoid', learning_rate=0.1, "
     "gamma=0.2, step=30, burn_in=5")
call("sgdr", 300, "policy='sgdr', learning_rate=0.1, sgdr_cycle=20, "
     "max_batches=300")
call("sgdr-mult-1", 100, "policy='sgdr', learning_rate=0.1, "
     "learning_rate_min=0.01, sgdr_cycle=25, sgdr_mult=1, max_batches=100")
call("sgdr-one-cycle", 100, "policy='sgdr', learning_rate=0.1, "
     "max_batches=100")
call("sgdr-long", 100000, "policy='sgdr', learning_rate=0.1, sgdr_cycle=10, "
     "sgdr_mult=3, max_batches=100000", (40, 130, 400, 1210, 3640, 10930,
                                         32800, 98410))
call("sgdr-burn-in", 120, "policy='sgdr', learning_rate=0.1, sgdr_cycle=20, "
     "sgdr_mult=2, max_batches=300, burn_in=30")
call("burn-in-one", 5, "learning_rate=0.01, burn_in=1")
call("burn-in-two", 5, "learning_rate=0.01, burn_in=2, power=1")
words("words-burn-in", "-l 0.01 poly:49:1x,from=0,pow=4,flip,open const", 60,
      learning_rate=.01, burn_in=50)
words("words-sgdr", "-l 0.1 cos:20:1e-5,cycles=inf,tmul=2,lead", 300,
      policy="sgdr", learning_rate=.1, sgdr_cycle=20)
g.save()
