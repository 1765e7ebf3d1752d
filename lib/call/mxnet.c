/* SPDX-License-Identifier: MIT */
/*
 * MXNet's schedulers, mxnet 1.9.1.  An optimizer counts an update before it
 * asks for the rate, so step 0 is their update 1: ramps have moved already
 * (lead, or open where the end belongs to what follows), while factors, which
 * wait until an update is past their step, fall on that very step.
 */
#include "call/call.h"

#define BASE                                                \
	"base_lr=0.01, warmup_steps=0, warmup_begin_lr=0, " \
	"warmup_mode='linear')"
#define CHECKS                                                        \
	"need warmup_begin_lr <= base_lr\n"                           \
	"need warmup_steps >= 0\n"                                    \
	"need warmup_mode in ('linear', 'constant')\n"                \
	"let linear = warmup_mode == 'linear' and warmup_steps > 1\n" \
	"let flat = warmup_mode == 'constant' and warmup_steps > 1\n"
#define OVERLAY                                                          \
	"when linear: linear:{warmup_steps - 1},from={warmup_begin_lr}," \
	"to={base_lr},open,over\n"                                       \
	"when flat: const:{warmup_steps - 1},from={warmup_begin_lr},over\n"
#define WARMUP                                                           \
	"need max_update >= 1\n"                                         \
	"need max_update != warmup_steps: all of max_update is warmup; " \
	"expected more\n"                                                \
	"let left = max_update - warmup_steps\n"                         \
	"let ramp = left + 1 if warmup_steps > 0 else max_update\n"      \
	"let grid = ',incl' if warmup_steps > 0 else ',lead'\n"          \
	"when linear: linear:{warmup_steps - 1},from={warmup_begin_lr}," \
	"to={base_lr},open\n"                                            \
	"when flat: const:{warmup_steps - 1},from={warmup_begin_lr}\n"   \
	"when left < 0: const:1,from={base_lr}\n"

/* clang-format off */
const struct call_row call_mxnet[] = {
{"FactorScheduler(step, factor=1, stop_factor_lr=1e-8, " BASE,
CHECKS
"need step >= 1\n"
"need factor <= 1\n"
OVERLAY
/* The first factor already ends at the floor, even if that is upwards. */
"let low = base_lr * factor < stop_factor_lr or factor <= 0\n"
"when not low: step,every={step},by={factor},from={base_lr},"
	"floor={max(stop_factor_lr, 0)}\n"
"when low: part const:{step},from={base_lr} "
	"const,from={max(stop_factor_lr, base_lr * factor)} end\n"},

{"MultiFactorScheduler(step, factor=1, " BASE,
CHECKS
"need len(step) >= 1: no steps; expected one or more\n"
"need min(step) >= 1: a step below 1; expected steps from 1\n"
"need len([i for i in range(1, len(step)) if step[i] <= step[i - 1]]) == 0: "
	"steps that do not ascend; expected ascending ones\n"
"need factor <= 1\n"
OVERLAY
"when factor > 0: step,at={step},by={factor},from={base_lr}\n"
"when factor <= 0: step,at={step},values={[base_lr * factor ** k for k in "
	"range(len(step) + 1)]}\n"},

{"PolyScheduler(max_update, base_lr=0.01, pwr=2, final_lr=0, warmup_steps=0, "
	"warmup_begin_lr=0, warmup_mode='linear')",
CHECKS
"need pwr >= 0\n"
WARMUP
"when left > 0 and pwr > 0: "
	"poly:{ramp},from={base_lr},to={final_lr},pow={pwr}{grid}\n"
"when left > 0 and pwr == 0: const:{ramp},from={base_lr}\n"},

{"CosineScheduler(max_update, base_lr=0.01, final_lr=0, warmup_steps=0, "
	"warmup_begin_lr=0, warmup_mode='linear')",
CHECKS WARMUP
"when left > 0: cos:{ramp},from={base_lr},to={final_lr}{grid}\n"},
{0},
};
/* clang-format on */
