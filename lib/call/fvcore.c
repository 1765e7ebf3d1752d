/* SPDX-License-Identifier: MIT */
/*
 * fvcore.common.param_scheduler, 0.1.5: functions of how far training has come,
 * so of -n.  Steps are taken a millionth of it early, as there.
 */
#include "call/call.h"

/* A PART of training, and the millionth. */
#define EARLY(PART) "steps * (" PART " - 1e-6)"

/* clang-format off */
const struct call_row call_fvcore[] = {
{"ConstantParamScheduler(value)",
	"const,from={value}"},
{"CosineParamScheduler(start_value, end_value)",
	"refuse steps is None: a part of training without -n\n"
	"cos:{steps}:{end_value},from={start_value},past=cont"},
{"ExponentialParamScheduler(start_value, decay)",
	"need decay > 0\n"
	"refuse steps is None: a part of training without -n\n"
	"exp:{steps}:{start_value * decay},from={start_value},past=cont"},
{"LinearParamScheduler(start_value, end_value)",
	"refuse steps is None: a part of training without -n\n"
	"linear:{steps}:{end_value},from={start_value},past=cont"},
{"PolynomialDecayParamScheduler(base_value, power)",
	"need power > 0\n"
	"refuse steps is None: a part of training without -n\n"
	"poly:{steps}:0,from={base_value},pow={power}"},
{"MultiStepParamScheduler(values, num_updates=None, milestones=None)",
	"need num_updates is not None or milestones is not None\n"
	"refuse steps is None: a part of training without -n\n"
	"let width = None if num_updates is None"
	" else ceil(num_updates / len(values))\n"
	"let at = milestones if milestones is not None"
	" else [width * k for k in range(1, len(values))]\n"
	"let total = num_updates if num_updates is not None"
	" else at[len(at) - 1]\n"
	"let count = len(values) - 1\n"
	"need len(at) == count + (num_updates is None)\n"
	"let at = [" EARLY("at[k] / total") " for k in range(count)]\n"
	"when at: step,at={at},values={values},from={values[0]}\n"
	"when not at: const,from={values[0]}"},
{"StepParamScheduler(num_updates, values)",
	"need num_updates > 0\n"
	"need len(values) > 0\n"
	"refuse steps is None: a part of training without -n\n"
	"let at = [" EARLY("k / len(values)")
	" for k in range(1, len(values))]\n"
	"when at: step,at={at},values={values},from={values[0]}\n"
	"when not at: const,from={values[0]}"},
{"StepWithFixedGammaParamScheduler(base_value, num_decays, gamma,"
	" num_updates)",
	"need base_value > 0\n"
	"need gamma > 0\n"
	"need num_decays >= 1\n"
	"refuse steps is None: a part of training without -n\n"
	"step,at={[" EARLY("k / (num_decays + 1)")
	" for k in range(1, num_decays + 1)]},by={gamma},from={base_value}"},
{"CompositeParamScheduler(schedulers, lengths, interval_scaling)",
	"refuse steps is None: a part of training without -n\n"
	"need len(schedulers) == len(lengths)\n"
	"need abs(sum(lengths) - 1) < 1e-3\n"
	"refuse len([s for s in interval_scaling if s != 'rescaled']) > 0:"
	" what begins in its middle\n"
	"let at = [steps * x for x in cumsum(lengths)]\n"
	"let whole = [round(x) if abs(x - round(x)) < steps * 1e-6 else x"
	" for x in at]\n"
	"{spread(schedulers, [whole[i] for i in range(len(at) - 1)])}"},
{0},
};
/* clang-format on */
