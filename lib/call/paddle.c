/* SPDX-License-Identifier: MIT */
/*
 * Paddle's schedulers, paddle.optimizer.lr of paddlepaddle 3.3.1.  Each takes
 * its own learning rate; the first update has the value at epoch 0.
 */
#include "call/call.h"

#define LAST "last_epoch=-1, verbose=False)"
#define RESUMED "refuse last_epoch != -1: a resumed schedule (use -s)\n"
#define RATE "need learning_rate >= 0\n"

/* clang-format off */
const struct call_row call_paddle[] = {
{"NoamDecay(d_model, warmup_steps, learning_rate=1.0, " LAST,
RESUMED RATE
"need d_model > 0\n"
"need warmup_steps >= 1\n"
"let peak = learning_rate * d_model ** -0.5 * warmup_steps ** -0.5\n"
"linear:{warmup_steps},from=0,to={peak}\n"
"rsqrt,s={warmup_steps},from={peak}\n"},

{"PiecewiseDecay(boundaries, values, " LAST,
RESUMED
"need len(boundaries) >= 1: no boundaries; expected one or more\n"
"let n = len(boundaries)\n"
"need len(values) > n: too few values; expected one more than boundaries\n"
"step,at={boundaries},values={[values[i if i < n else len(values) - 1] "
	"for i in range(n + 1)]}\n"},

{"NaturalExpDecay(learning_rate, gamma, " LAST,
RESUMED RATE
"need gamma > 0\n"
"exponential,k={gamma},from={learning_rate}\n"},

{"InverseTimeDecay(learning_rate, gamma, " LAST,
RESUMED RATE
"need gamma >= 0\n"
"time,k={gamma},from={learning_rate}\n"},

{"PolynomialDecay(learning_rate, decay_steps, end_lr=0.0001, power=1.0, "
	"cycle=False, " LAST,
RESUMED RATE
"need decay_steps >= 1\n"
"need power > 0\n"
"when not cycle: poly:{decay_steps},from={learning_rate},to={end_lr},"
	"pow={power}\n"
/* A longer period from each end on, which still has the end value. */
"when cycle: fn,from=1,of=(lambda t: {end_lr} + {learning_rate - end_lr} * "
	"(1 - t / ({decay_steps} * max(1, ceil(t / {decay_steps})))) ** "
	"{power})\n"},

{"LinearWarmup(learning_rate, warmup_steps, start_lr, end_lr, " LAST,
RESUMED
"need warmup_steps >= 1\n"
"need end_lr > start_lr\n"
"linear:{warmup_steps},from={start_lr},to={end_lr}\n"
"when is_call(learning_rate): part {words(learning_rate)} end\n"
"when not is_call(learning_rate): const,from={learning_rate}\n"},

{"ExponentialDecay(learning_rate, gamma, " LAST,
RESUMED RATE
"need gamma > 0\n"
"need gamma < 1\n"
"decay,by={gamma},from={learning_rate}\n"},

{"MultiStepDecay(learning_rate, milestones, gamma=0.1, " LAST,
RESUMED RATE
"let n = len(milestones)\n"
"need len([i for i in range(1, n) if milestones[i] <= milestones[i - 1]]) == 0"
	": milestones that do not ascend; expected ascending ones\n"
"need gamma < 1\n"
"when n == 0: const,from={learning_rate}\n"
"when n > 0 and gamma > 0: step,at={milestones},by={gamma},"
	"from={learning_rate}\n"
"when n > 0 and gamma <= 0: step,at={milestones},values="
	"{[learning_rate * gamma ** k for k in range(n + 1)]}\n"},

{"StepDecay(learning_rate, step_size, gamma=0.1, " LAST,
RESUMED RATE
"need step_size >= 1\n"
"need gamma < 1\n"
"need gamma >= 0\n"
"when gamma > 0: step,every={step_size},by={gamma},from={learning_rate}\n"
"when gamma == 0: const:{step_size},from={learning_rate} const,from=0\n"},

{"LambdaDecay(learning_rate, lr_lambda, " LAST,
RESUMED RATE
"let c = const(lr_lambda)\n"
"when c is None: fn,of={lr_lambda},from={learning_rate}\n"
"when c is not None: const,from={0 if c is None else learning_rate * c}\n"},

{"MultiplicativeDecay(learning_rate, lr_lambda, " LAST,
RESUMED RATE
"let c = const(lr_lambda)\n"
"let decay = c is not None and c > 0\n"
"when decay: decay,by={c},from={learning_rate}\n"
"when not decay: prod,of={lr_lambda},from={learning_rate}\n"},

{"CosineAnnealingDecay(learning_rate, T_max, eta_min=0, " LAST,
RESUMED RATE
"need T_max >= 1\n"
"cos:{T_max},from={learning_rate},to={eta_min},past=cont\n"},

{"OneCycleLR(max_learning_rate, total_steps, divide_factor=25.0, "
	"end_learning_rate=0.0001, phase_pct=0.3, anneal_strategy='cos', "
	"three_phase=False, " LAST,
RESUMED
"need max_learning_rate >= 0\n"
"need end_learning_rate >= 0\n"
"need total_steps >= 1\n"
"need phase_pct >= 0\n"
"need phase_pct <= 1\n"
"need not three_phase or phase_pct < 0.5: no third phase; expected phase_pct "
	"below 0.5\n"
"need divide_factor > 0\n"
"need anneal_strategy in ('cos', 'linear')\n"
"let hi = max_learning_rate\n"
"let init = max_learning_rate / divide_factor\n"
"let end = end_learning_rate\n"
"let n = total_steps\n"
"let a = phase_pct * total_steps - 1\n"
"let b = 2 * phase_pct * total_steps - 2\n"
/* Where a phase has no length the library divides by it. */
"need phase_pct * total_steps != 1: a first phase of no length, which the "
	"library divides by; expected another phase_pct\n"
"let shape = 'cos' if anneal_strategy == 'cos' else 'linear'\n"
"let plain = a >= 1 and n - 1 - a > 0\n"
"when a >= 1 and n - 1 - a <= 0: {shape}:{n},from={init},to={hi},incl\n"
"when plain: {shape}:{a},from={init},to={hi}\n"
"when plain and not three_phase: {shape}:{n - a},from={hi},to={end},incl,"
	"past=cont\n"
"when plain and three_phase: {shape}:{a},from={hi},to={init} "
	"{shape}:{n - b},from={init},to={end},incl,past=cont\n"
/* A first phase that ends before step 1: what follows begins midway. */
"let two = a < 1 and not three_phase\n"
"let three = a < 1 and three_phase\n"
"let cos = shape == 'cos'\n"
"when two and cos: fn:{n},from=1,past=cont,of=(lambda t: {init} if t <= {a} "
	"else {end} + {hi - end} * (1 + cos(pi * (t - {a}) / {n - 1 - a})) / 2)"
	"\n"
"when two and not cos: fn:{n},from=1,past=cont,of=(lambda t: {init} if t <= {a} "
	"else {hi} + {end - hi} * ((t - {a}) / {n - 1 - a}))\n"
"when three and cos: fn:{n},from=1,past=cont,of=(lambda t: {init} if t <= {a} "
	"else {init} + {hi - init} * (1 + cos(pi * (t - {a}) / {a})) / 2 "
	"if t <= {b} else "
	"{end} + {init - end} * (1 + cos(pi * (t - {b}) / {n - 1 - b})) / 2)\n"
"when three and not cos: fn:{n},from=1,past=cont,of=(lambda t: {init} "
	"if t <= {a} else {hi} + {init - hi} * ((t - {a}) / {a}) if t <= {b} "
	"else {init} + {end - init} * ((t - {b}) / {n - 1 - b}))\n"},

{"CyclicLR(base_learning_rate, max_learning_rate, step_size_up, "
	"step_size_down=None, mode='triangular', exp_gamma=1.0, scale_fn=None, "
	"scale_mode='cycle', " LAST,
RESUMED
"need max_learning_rate >= 0\n"
"need step_size_up >= 1\n"
"need step_size_down is None or step_size_down >= 1: step_size_down below 1; "
	"expected 1 or more\n"
"need scale_fn is not None or mode in ('triangular', 'triangular2', "
	"'exp_range'): no such mode; expected triangular, triangular2, exp_range"
	"\n"
"need scale_mode in ('cycle', 'iterations')\n"
"let up = step_size_up\n"
"let down = up if step_size_down is None else step_size_down\n"
"let named = scale_fn is None\n"
"let about = 'span' if max_learning_rate >= base_learning_rate else 'drop'\n"
"when named and mode == 'triangular': rep:inf\n"
"when named and mode == 'triangular2': rep:inf,vmul=0.5,scale={about}\n"
"when named and mode == 'exp_range': rep:inf,gamma={exp_gamma},scale={about}\n"
"when not named and scale_mode == 'cycle': rep:inf,vfn={scale_fn},scale={about}\n"
"when not named and scale_mode == 'iterations': "
	"rep:inf,tfn={scale_fn},scale={about}\n"
"linear:{up},from={base_learning_rate},to={max_learning_rate}\n"
"linear:{down},from={max_learning_rate},to={base_learning_rate}\n"
"end\n"},

{"LinearLR(learning_rate, total_steps, start_factor=1.0 / 3, end_factor=1.0, "
	LAST,
RESUMED RATE
"need total_steps >= 1\n"
"need start_factor > 0\n"
"need start_factor <= 1\n"
"need end_factor >= 0\n"
"need end_factor <= 1\n"
"linear:{total_steps},from={learning_rate * start_factor},"
	"to={learning_rate * end_factor}\n"},

{"CosineAnnealingWarmRestarts(learning_rate, T_0, T_mult=1, eta_min=0, " LAST,
RESUMED RATE
"need T_0 >= 1\n"
"need T_mult >= 1\n"
"cos:{T_0},from={learning_rate},to={eta_min},cycles=inf,tmul={T_mult}\n"},

{"ReduceOnPlateau(learning_rate, mode='min', factor=0.1, patience=10, "
	"threshold=1e-4, threshold_mode='rel', cooldown=0, min_lr=0, "
	"epsilon=1e-8, verbose=False)",
"refuse True: what follows a metric\n"},
{0},
};
/* clang-format on */
