/* SPDX-License-Identifier: MIT */
/*
 * ignite.handlers.param_scheduler, pytorch-ignite 0.5: absolute values of any
 * parameter, attached to ITERATION_STARTED.
 */
#include "call/call.h"

#define SHARED                                                        \
	"cycle_size, cycle_mult=1.0, start_value_mult=1.0,"           \
	" end_value_mult=1.0, warmup_duration=0, save_history=False," \
	" param_group_index=None"

/* Which ends of a cycle shrink: both, or only the higher one. */
#define CHECKS                                                                 \
	"need cycle_size >= 2\n"                                               \
	"need cycle_mult >= 1\n"                                               \
	"need start_value_mult > 0\n"                                          \
	"need end_value_mult > 0\n"                                            \
	"let falls = start_value >= end_value\n"                               \
	"let both = start_value_mult == end_value_mult\n"                      \
	"let high = start_value_mult if falls else end_value_mult\n"           \
	"let low = end_value_mult if falls else start_value_mult\n"            \
	"let still = both and start_value_mult == 1\n"                         \
	"let w = warmup_duration\n"                                            \
	"refuse cycle_mult % 1 != 0: cycles cut to whole steps, each from the" \
	" one before\n"                                                        \
	"refuse not both and low != 1: ends of a cycle that move apart\n"      \
	"refuse w > 0 and not still: a warmup to the next cycle's start\n"     \
	"when param_name != 'lr': +{'' + param_name}\n"                        \
	"rep:inf,tmul={cycle_mult},vmul={high},scale={'all' if both else"      \
	" 'top'}\n"

/* clang-format off */
const struct call_row call_ignite[] = {
{"CosineAnnealingScheduler(optimizer, param_name, start_value, end_value, "
	SHARED ")",
	CHECKS
	"cos:{cycle_size},from={start_value},to={end_value}\n"
	"when w > 0: linear:{w}:{start_value}\n"
	"end"},
{"LinearCyclicalScheduler(optimizer, param_name, start_value, end_value, "
	SHARED ", monotonic=False)",
	"need monotonic or warmup_duration == 0\n"
	CHECKS
	"let up = cycle_size if monotonic else cycle_size / 2\n"
	"linear:{up},from={start_value},to={end_value}\n"
	"when not monotonic: linear:{up}:{start_value}\n"
	"when w > 0: linear:{w}:{start_value}\n"
	"end"},
{"PiecewiseLinear(optimizer, param_name, milestones_values,"
	" save_history=False, param_group_index=None)",
	"need len(milestones_values) >= 1\n"
	"let p = milestones_values\n"
	"let n = len(p)\n"
	"need p[0][0] >= 0\n"
	"when param_name != 'lr': +{'' + param_name}\n"
	"when p[0][0] > 0: const:{p[0][0]},from={p[0][1]}\n"
	"for i in [i for i in range(1, n) if p[i][0] > p[i - 1][0]]: "
	"linear:{p[i][0] - p[i - 1][0]},from={p[i - 1][1]},to={p[i][1]}\n"
	"when n == 1 or p[n - 1][0] == p[n - 2][0]: const,from={p[n - 1][1]}"},
{"ConcatScheduler(schedulers, durations, save_history=False)",
	"need len(schedulers) == len(durations) + 1\n"
	"{join(schedulers, cumsum(durations))}"},
{"create_lr_scheduler_with_warmup(lr_scheduler, warmup_start_value,"
	" warmup_duration, warmup_end_value=None, save_history=False,"
	" output_simulated_values=None)",
	"need warmup_duration >= 2\n"
	"let kind = names([lr_scheduler])[0]\n"
	"refuse kind not in ['StepLR', 'MultiStepLR', 'ExponentialLR',"
	" 'PolynomialLR', 'CosineAnnealingLR']: a warmup to what does not"
	" start from the optimizer's rate\n"
	"let w = warmup_duration - 1\n"
	"let same = warmup_end_value is None or warmup_end_value == lr\n"
	"when same: linear:{w},from={warmup_start_value},to=1x\n"
	"when not same: linear:{w},from={warmup_start_value},"
	"to={warmup_end_value} linear:1,to=1x\n"
	"part {words(lr_scheduler)} end"},
{0},
};
/* clang-format on */
