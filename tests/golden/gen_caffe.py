# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Caffe (github.com/BVLC/caffe at the commit below), whose SolverParameter
are the call's arguments.  Usage: gen_caffe.py CLONE, with git and c++.

What is compiled is its own SGDSolver<Dtype>::GetLearningRate() over stubs of
the solver and of the message, with Dtype float as caffe trains, or double as
said.  The first update has iteration 0 (solver.cpp, Solver::Step)."""
import re
import subprocess
import sys
import tempfile

from golden import Golden, sample

COMMIT = "9b891540183ddc834a02b2bd81b31afae71b2153"
HEAD = r"""
#include <cmath>
#include <math.h>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>
static std::ostringstream sink;
#define LOG(x) sink
#define CHECK_GT(a, b) do { if (!((a) > (b))) exit(1); } while (0)
#define CHECK_GE(a, b) do { if (!((a) >= (b))) exit(1); } while (0)
namespace caffe {
using std::string;
struct SolverParameter {
	string policy;
	float lr, g, p;
	int size, max;
	std::vector<int> value;
	const string &lr_policy() const { return policy; }
	float base_lr() const { return lr; }
	float gamma() const { return g; }
	float power() const { return p; }
	int stepsize() const { return size; }
	int max_iter() const { return max; }
	int stepvalue_size() const { return (int)value.size(); }
	int stepvalue(int i) const { return value[i]; }
};
template <typename Dtype> struct SGDSolver {
	SolverParameter param_;
	int iter_, current_step_;
	Dtype GetLearningRate();
};
"""
MAIN = r"""
}
template <typename Dtype> void run(const caffe::SolverParameter &p, int n)
{
	caffe::SGDSolver<Dtype> s;
	s.param_ = p;
	s.iter_ = s.current_step_ = 0;
	for (; s.iter_ < n; s.iter_++)
		printf("%.17g\n", (double)s.GetLearningRate());
}
int main(int argc, char **argv)
{
	caffe::SolverParameter p;
	p.policy = argv[3];
	p.lr = strtof(argv[4], 0);
	p.g = strtof(argv[5], 0);
	p.p = strtof(argv[6], 0);
	p.size = atoi(argv[7]);
	p.max = atoi(argv[8]);
	for (int i = 9; i < argc; i++)
		p.value.push_back(atoi(argv[i]));
	if (string(argv[1]) == "double")
		run<double>(p, atoi(argv[2]));
	else
		run<float>(p, atoi(argv[2]));
	return 0;
}
"""


def build(clone, where):
    text = subprocess.run(
        ("git", "-C", clone, "show",
         COMMIT + ":src/caffe/solvers/sgd_solver.cpp"),
        check=True, capture_output=True, text=True).stdout
    body = re.search(r"^template <typename Dtype>\nDtype SGDSolver<Dtype>::"
                     r"GetLearningRate.*?^}\n", text, re.M | re.S).group()
    with open(f"{where}/rate.cpp", "w") as f:
        f.write(HEAD + body + MAIN.replace("string(", "std::string("))
    subprocess.run(["c++", "-O1", "-w", f"{where}/rate.cpp", "-o",
                    f"{where}/rate"], check=True)
    return f"{where}/rate"


tmp = tempfile.TemporaryDirectory()
program = build(sys.argv[1], tmp.name)
g = Golden("caffe", COMMIT[:8], "f32")


def rates(n, extra=(), dtype="float", lr_policy="", base_lr=0, gamma=0,
          power=0, stepsize=0, max_iter=0, stepvalue=()):
    out = subprocess.run([program, dtype, str(n), lr_policy, *map(str, (
        base_lr, gamma, power, stepsize, max_iter, *stepvalue))], check=True,
        text=True, capture_output=True).stdout
    lr = [float(x) for x in out.splitlines()]
    return {t: lr[t] for t in (sample(n, extra) if n > 300 else range(n))}


class caffe:
    @staticmethod
    def SolverParameter(**kw):
        return kw


def call(config, n, text, extra=(), dtype="float", wrong=""):
    text = "caffe.SolverParameter(" + text + ")"
    g.add(config, '"' + text + '"', wrong=wrong,
          arith="f64" if dtype == "double" else None,
          lr=rates(n, extra, dtype, **eval(text)))


call("fixed", 5, "lr_policy='fixed', base_lr=0.01")
call("step", 100, "lr_policy='step', base_lr=0.01, gamma=0.1, stepsize=30, "
     "max_iter=100")
call("step-long", 100000, "base_lr=0.01, lr_policy='step', gamma=0.96, "
     "stepsize=3200", (3200, 6400))
call("step-gamma-0", 8, "lr_policy='step', base_lr=0.01, gamma=0, stepsize=3")
call("exp", 3000, "lr_policy='exp', base_lr=0.01, gamma=0.999")
call("exp-slow", 20000, "lr_policy='exp', base_lr=0.01, gamma=0.99995")
call("inv-lenet", 10000, "base_lr=0.01, lr_policy='inv', gamma=0.0001, "
     "power=0.75, max_iter=10000")
call("inv", 300, "lr_policy='inv', base_lr=0.1, gamma=0.1, power=1")
call("inv-power-0", 5, "lr_policy='inv', base_lr=0.1, gamma=0.1")
call("multistep", 300, "lr_policy='multistep', base_lr=0.01, gamma=0.9, "
     "stepvalue=[50, 70, 80, 90, 200]")
call("multistep-cifar", 5000, "lr_policy='multistep', base_lr=0.1, "
     "gamma=0.1, stepvalue=[3200, 4800], max_iter=5000", (3200, 4800))
call("multistep-none", 5, "lr_policy='multistep', base_lr=0.1, gamma=0.1")
call("poly", 300, "lr_policy='poly', base_lr=0.01, power=1, max_iter=300")
call("poly-square", 300, "lr_policy='poly', base_lr=0.01, power=2, "
     "max_iter=300")
call("poly-root", 1000, "lr_policy='poly', base_lr=0.01, power=0.5, max_iter=1000",
     wrong="997-999: 1 - iter/max_iter has lost digits in single precision")
call("poly-root-double", 1000, "lr_policy='poly', base_lr=0.125, power=0.5, "
     "max_iter=1000", dtype="double")
call("poly-power-0", 10, "lr_policy='poly', base_lr=0.01, max_iter=10")
call("sigmoid", 300, "lr_policy='sigmoid', base_lr=0.1, gamma=0.05, "
     "stepsize=100")
call("sigmoid-double", 1000, "lr_policy='sigmoid', base_lr=0.125, "
     "gamma=0.0625, stepsize=500", dtype="double")
g.add("words-step", "-l 0.01 step,every=30,by=.1",
      lr=rates(100, lr_policy="step", base_lr=.01, gamma=.1, stepsize=30))
g.add("words-sigmoid", "-l 0.125 sigmoid,k=-0.0625,mid=500", arith="f64",
      lr=rates(1000, dtype="double", lr_policy="sigmoid", base_lr=.125,
               gamma=.0625, stepsize=500))
g.save()
