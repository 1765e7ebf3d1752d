/* SPDX-License-Identifier: MIT */
/*
 * Caffe's policies, BVLC/caffe at 9b891540: a SolverParameter as a call, the
 * fields of the message as arguments.  The first update is its iteration 0.
 * The fields are single precision, and so is training as a rule.
 */
#include "call/call.h"

/* clang-format off */
const struct call_row call_caffe[] = {
{"SolverParameter(lr_policy, base_lr=0, gamma=0, power=0, stepsize=0, "
	"stepvalue=None, max_iter=0)",
"refuse lr_policy == 'plateau': what follows a metric\n"
"need lr_policy in ('fixed', 'step', 'exp', 'inv', 'multistep', 'poly', "
	"'sigmoid')\n"
"need gamma >= 0\n"
"let lr = base_lr\n"
"let by = f32(gamma) if gamma > 0.9 else gamma\n"
"when max_iter >= 1: part:{max_iter},past=cont\n"
"when lr_policy == 'fixed': const,from={lr}\n"

"need lr_policy != 'step' or stepsize > 0: no steps; expected stepsize above 0"
	"\n"
"when lr_policy == 'step' and gamma > 0: "
	"step,every={stepsize},by={by},from={lr}\n"
"when lr_policy == 'step' and gamma == 0: const:{stepsize},from={lr} "
	"const,from=0\n"

"when lr_policy == 'exp' and gamma > 0: decay,by={by},from={lr}\n"
"when lr_policy == 'exp' and gamma == 0: const:1,from={lr} const,from=0\n"

"need lr_policy != 'inv' or power >= 0: power below 0; expected 0 or more\n"
"when lr_policy == 'inv' and power > 0: "
	"inv,k={gamma},pow={power},from={lr}\n"
"when lr_policy == 'inv' and power == 0: const,from={lr}\n"

/* Of several values on one iteration it takes one, the next an update later. */
"let many = lr_policy == 'multistep' and stepvalue is not None\n"
"let at = [max([stepvalue[j] + i - j for j in range(i + 1)]) "
	"for i in range(len(stepvalue))] if many else []\n"
"when many and gamma > 0: step,at={at},by={by},from={lr}\n"
"when many and gamma == 0: step,at={at},"
	"values={[lr * gamma ** k for k in range(len(at) + 1)]}\n"
"when lr_policy == 'multistep' and not many: const,from={lr}\n"

"need lr_policy != 'poly' or max_iter >= 1: no length; expected max_iter\n"
"need lr_policy != 'poly' or power >= 0: power below 0; expected 0 or more\n"
"when lr_policy == 'poly' and power > 0: "
	"poly:{max_iter},from={lr},to=0,pow={power}\n"
"when lr_policy == 'poly' and power == 0: const,from={lr}\n"

"need lr_policy != 'sigmoid' or stepsize > 0: no middle; expected stepsize "
	"above 0\n"
"when lr_policy == 'sigmoid': sigmoid,k={-gamma},mid={stepsize},from={lr}\n"
"when max_iter >= 1: end\n"},
{0},
};
/* clang-format on */
