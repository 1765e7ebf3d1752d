/* SPDX-License-Identifier: MIT */
/*
 * Darknet's policies, AlexeyAB/darknet at 59596d78: the [net] section of a
 * .cfg file as a call, its keys as arguments.  Images are counted before the
 * rate is asked for, so step 0 is darknet's batch 1, as in what it prints.  It
 * computes in single precision.
 */
#include "call/call.h"

/* clang-format off */
const struct call_row call_darknet[] = {
{"net(policy='constant', learning_rate=0.001, burn_in=0, power=4, "
	"max_batches=0, step=1, scale=1, steps=None, scales=None, gamma=1, "
	"learning_rate_min=0.00001, sgdr_cycle=None, sgdr_mult=2)",
"refuse policy == 'random': random numbers\n"
"need policy in ('constant', 'step', 'steps', 'exp', 'poly', 'sigmoid', "
	"'sgdr')\n"
"let lr = learning_rate\n"
"when max_batches >= 1: part:{max_batches},past=cont\n"
"need burn_in <= 1 or power > 0: a burn-in of no power; expected power above 0"
	"\n"
"when burn_in > 1: poly:{burn_in - 1},from=0,to={lr},pow={power},flip,open,"
	"over\n"
"when policy == 'constant': const,from={lr}\n"

"need policy != 'step' or step >= 1: no steps; expected step of 1 or more\n"
"need policy != 'step' or scale > 0: no scale; expected scale above 0\n"
"let by = f32(scale) if scale > 0.9 else scale\n"
"when policy == 'step' and step > 1: part const:{step - 1},from={lr} "
	"step,every={step},by={by},from={lr * scale} end\n"
"when policy == 'step' and step == 1: step,every=1,by={by},from={lr * scale}\n"

"need policy != 'steps' or steps is not None and scales is not None: "
	"no steps or scales; expected steps=[...], scales=[...]\n"
"let n = len(steps) if policy == 'steps' else 0\n"
"need n == 0 or len(scales) >= len(steps): fewer scales than steps; expected "
	"one each\n"
"let scale = cumprod(scales) if n > 0 else []\n"
"when policy == 'steps': step,at={[max(s - 1, 0) for s in steps]},"
	"values={[lr if i == 0 else lr * scale[i - 1] for i in range(n + 1)]}\n"

"need policy != 'exp' or gamma > 0: no gamma; expected gamma above 0\n"
"when policy == 'exp': decay,by={f32(gamma)},from={lr * gamma}\n"

"need policy != 'poly' or max_batches >= 1: no length; expected max_batches\n"
"need policy != 'poly' or power > 0: no power; expected power above 0\n"
"when policy == 'poly': poly:{max_batches},from={lr},to=0,pow={power},lead\n"
"when policy == 'sigmoid': sigmoid,k={gamma},mid={step - 1},from={lr}\n"

"let cycle = max_batches if sgdr_cycle is None else sgdr_cycle\n"
"need policy != 'sgdr' or cycle >= 1: no cycle; expected sgdr_cycle or "
	"max_batches\n"
"need policy != 'sgdr' or sgdr_mult >= 1: cycles that shrink to 0; expected "
	"sgdr_mult of 1 or more\n"
"when policy == 'sgdr': cos:{cycle},from={lr},to={learning_rate_min},"
	"cycles=inf,tmul={sgdr_mult},lead\n"
"when max_batches >= 1: end\n"},
{0},
};
/* clang-format on */
