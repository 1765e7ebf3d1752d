/* SPDX-License-Identifier: MIT */
/*
 * mmengine.optim.scheduler, 0.10: each acts from begin to before end, so that
 * what takes end-begin steps elsewhere takes one less, and is still afterwards.
 * What it counts is epochs unless by_epoch says otherwise: with -e each value
 * is held for one, without it the table's rows are what is counted.
 */
#include "call/call.h"
#include "call/phases.h"

#define WINDOW                                                  \
	"begin=0, end=1000000000, last_step=-1, by_epoch=True," \
	" verbose=False"

/* Words between these are in the unit that the scheduler counts. */
#define HOLD                                                           \
	"refuse not by_epoch and counting == 'epoch': steps where all" \
	" else counts epochs (use -e without that)\n"                  \
	"let hold = by_epoch and epoch is not None and epoch != 1\n"   \
	"when hold: hold:{epoch}\n"
#define HELD "\nwhen hold: end"

/* The steps from the first to the last that it acts in; from begin on. */
#define BEGIN                                                   \
	"refuse last_step != -1: a resumed schedule (use -s)\n" \
	"need end > begin\n"                                    \
	"let n = end - begin - 1\n"                             \
	"let cut = end < 1000000000\n"                          \
	"when begin > 0: const:{begin},from=1x\n"               \
	"when cut and n == 0: const,from=1x\n"
#define CUT(WORDS)                                  \
	HOLD BEGIN "when cut and n > 0: part:{n}\n" \
		   "when n > 0: " WORDS "\n"        \
		   "when cut and n > 0: end" HELD

/* clang-format off */
const struct call_row call_mmengine[] = {
{"ConstantLR(optimizer, factor=1/3, " WINDOW ")",
	HOLD
	"need 0 < factor <= 1\n"
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need end > begin\n"
	"let n = end - begin - 1\n"
	"when begin > 0: const:{begin},from=1x\n"
	"when n > 0: const:{n},from={factor}x const,from=1x\n"
	"when n == 0: const,from={factor}x" HELD},
{"LinearLR(optimizer, start_factor=1/3, end_factor=1.0, " WINDOW ")",
	HOLD
	"need 0 < start_factor <= 1\n"
	"need 0 <= end_factor <= 1\n"
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need end > begin\n"
	"let n = end - begin - 1\n"
	"when begin > 0: const:{begin},from=1x\n"
	"when n > 0: linear:{n},from={start_factor}x,to={end_factor}x\n"
	"when end >= 1000000000: const\n"
	"when n == 0: const,from={start_factor}x" HELD},
{"StepLR(optimizer, step_size, gamma=0.1, " WINDOW ")",
	"need step_size >= 1 and step_size % 1 == 0\n"
	"need gamma > 0\n"
	CUT("step,every={step_size},by={gamma},from=1x")},
{"MultiStepLR(optimizer, milestones, gamma=0.1, last_step=-1, begin=0,"
	" end=1000000000, by_epoch=True, verbose=False)",
	"need gamma > 0\n"
	"let at = [m for m in sorted(milestones) if m >= 0 and m % 1 == 0]\n"
	"need len(at) > 0\n"
	CUT("step,at={at},by={gamma},from=1x")},
{"ExponentialLR(optimizer, gamma, " WINDOW ")",
	"need gamma > 0\n"
	CUT("decay,by={gamma},from=1x")},
{"CosineAnnealingLR(optimizer, T_max=None, eta_min=None, begin=0,"
	" end=1000000000, last_step=-1, by_epoch=True, verbose=False,"
	" eta_min_ratio=None)",
	"need eta_min is None or eta_min_ratio is None\n"
	"let t = T_max if T_max is not None else end - begin\n"
	"need t >= 1\n"
	"let ratio = eta_min_ratio is not None\n"
	"let unit = 'x' if ratio else ''\n"
	"let low = eta_min_ratio if ratio else 0 if eta_min is None"
	" else eta_min\n"
	CUT("cos:{t}:{low}{unit},from=1x,past=cont")},
{"PolyLR(optimizer, eta_min=0, power=1.0, " WINDOW ")",
	HOLD
	"need power > 0\n"
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need end > begin\n"
	"let n = end - begin - 1\n"
	"when begin > 0: const:{begin},from=1x\n"
	"when n > 0: poly:{n}:{eta_min},from=1x,pow={power}\n"
	"when end >= 1000000000: const\n"
	"when n == 0: const,from=1x" HELD},
{"OneCycleLR(optimizer, eta_max=0, total_steps=None, pct_start=0.3,"
	" anneal_strategy='cos', div_factor=25.0, final_div_factor=1e4,"
	" three_phase=False, " WINDOW ")",
	HOLD
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"refuse begin != 0: a cycle that begins later\n"
	"need total_steps is not None or end < 1000000000\n"
	"let total = total_steps if total_steps is not None else end\n"
	"need end >= total\n"
	CALL_PHASE_NAMES
	"let hi = one(eta_max)\n"
	"let lo = hi / div_factor\n"
	"let end_lr = lo / final_div_factor\n"
	"let ends = end == total\n"
	"when ends and total > 1: part:{total - 1}\n"
	CALL_PHASES("True", "lo", "hi", "end_lr")
	"when ends and total > 1: end" HELD},
{"CosineRestartLR(optimizer, periods, restart_weights=[1], eta_min=None,"
	" eta_min_ratio=None, " WINDOW ")",
	HOLD
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"refuse begin != 0 or end != 1000000000: restarts that begin or end"
	" otherwise\n"
	"need (eta_min is None) != (eta_min_ratio is None)\n"
	"need len(periods) >= 1\n"
	"need len(periods) == len(restart_weights)\n"
	"let unit = 'x' if eta_min is None else ''\n"
	"let low = eta_min_ratio if eta_min is None else eta_min\n"
	"let last = len(periods) - 1\n"
	"for i in range(last): cos:{periods[i]}:{low}{unit},"
	"from={restart_weights[i]}x\n"
	"let n = periods[last] - 1\n"
	"let top = restart_weights[last]\n"
	"when n > 0: part:{n} cos:{n + 1}:{low}{unit},from={top}x end\n"
	"when n == 0: const,from={top}x" HELD},
{"ReduceOnPlateauLR(optimizer, monitor='loss', rule='less', factor=0.1,"
	" patience=10, threshold=1e-4, threshold_rule='rel', cooldown=0,"
	" min_value=0.0, eps=1e-8, " WINDOW ")",
	"refuse True: what follows a metric"},
{0},
};
/* clang-format on */
