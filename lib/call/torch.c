/* SPDX-License-Identifier: MIT */
/*
 * torch.optim.lr_scheduler, signatures of torch 2.15 (with the verbose= that
 * versions before 2.7 had).  Formulas from its documentation and from running
 * it: OneCycleLR's phases end at pct_start*total-1, which may be fractional;
 * CosineAnnealingLR rises again past T_max; a scheduler in SequentialLR starts
 * from its own base; ChainedScheduler is a product only of factors.
 */
#include "call/call.h"
#include "call/phases.h"

/*
 * CyclicLR's groups, from FROM to TO and back; SCALE names what a cycle's
 * factor does to them.  WHEN is a condition on every line.
 */
#define CYCLE(WHEN, FROM, TO, SCALE)                                  \
	"when " WHEN " and plain and mode == 'triangular': rep:inf\n" \
	"when " WHEN " and plain and mode == 'triangular2': "         \
	"rep:inf,vmul=0.5,scale={" SCALE "}\n"                        \
	"when " WHEN " and plain and mode == 'exp_range': "           \
	"rep:inf,gamma={gamma},scale={" SCALE "}\n"                   \
	"when " WHEN " and not plain and scale_mode == 'cycle': "     \
	"rep:inf,vfn={scale_fn},scale={" SCALE "}\n"                  \
	"when " WHEN " and not plain and scale_mode != 'cycle': "     \
	"rep:inf,tfn={scale_fn},scale={" SCALE "}\n"                  \
	"when " WHEN ": linear:{up},from={" FROM "},to={" TO "}\n"    \
	"when " WHEN " and down > 0: linear:{down}:{" FROM "}\n"      \
	"when " WHEN ": end\n"

/* clang-format off */
const struct call_row call_torch[] = {
{"LambdaLR(optimizer, lr_lambda, last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"fn,of={one(lr_lambda)}"},
{"MultiplicativeLR(optimizer, lr_lambda, last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"let f = one(lr_lambda)\n"
	"let by = const(f)\n"
	"let same = by is not None and by > 0\n"
	"when same: decay,by={by}\n"
	"when not same: prod,of={f}"},
{"ConstantLR(optimizer, factor=1/3, total_iters=5, last_epoch=-1,"
	" verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need 0 <= factor <= 1\n"
	/* step total_iters divides by the factor, if that step is hit */
	"let ends = total_iters >= 1 and total_iters % 1 == 0\n"
	"need factor > 0 or total_iters < 1 or total_iters % 1 != 0\n"
	"when ends: const:{total_iters},from={factor}x const,from=1x\n"
	"when not ends: const,from={factor}x"},
{"LinearLR(optimizer, start_factor=1/3, end_factor=1.0, total_iters=5,"
	" last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need 0 < start_factor <= 1\n"
	"need 0 <= end_factor <= 1\n"
	"need total_iters >= 0 and total_iters % 1 == 0\n"
	"when total_iters > 0: linear:{total_iters},from={start_factor}x,"
	"to={end_factor}x\n"
	"when total_iters == 0: const,from={start_factor}x"},
{"StepLR(optimizer, step_size, gamma=0.1, last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need step_size >= 1 and step_size % 1 == 0\n"
	"need gamma >= 0\n"
	"when gamma > 0: step,every={step_size},by={gamma}\n"
	"when gamma == 0: const:{step_size},from=1x const,from=0"},
{"MultiStepLR(optimizer, milestones, gamma=0.1, last_epoch=-1,"
	" verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need gamma >= 0\n"
	/* a milestone that is no step is never met */
	"let at = [m for m in sorted(milestones) if m >= 0 and m % 1 == 0]\n"
	"when at and gamma > 0: step,at={at},by={gamma}\n"
	"when at and gamma == 0 and at[0] > 0: const:{at[0]},from=1x\n"
	"when at and gamma == 0: const,from=0\n"
	"when not at: constant"},
{"ExponentialLR(optimizer, gamma, last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need gamma >= 0\n"
	"when gamma > 0: decay,by={gamma}\n"
	"when gamma == 0: const:1,from=1x const,from=0"},
{"PolynomialLR(optimizer, total_iters=5, power=1.0, last_epoch=-1,"
	" verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need total_iters >= 0 and total_iters % 1 == 0\n"
	"need power >= 0\n"
	"let falls = total_iters > 0 and power > 0\n"
	"when falls: poly:{total_iters},pow={power}\n"
	"when not falls: constant"},
{"CosineAnnealingLR(optimizer, T_max, eta_min=0.0, last_epoch=-1,"
	" verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need T_max >= 1\n"
	"let factor = inside == 'ChainedScheduler'\n"
	"refuse factor and eta_min != 0: a product with an eta_min\n"
	/* what a chain's rate rises from then is none of the factors */
	"cos:{T_max}:{eta_min},past={'error' if factor else 'cont'}"},
{"CosineAnnealingWarmRestarts(optimizer, T_0, T_mult=1, eta_min=0.0,"
	" last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need T_0 >= 1 and T_0 % 1 == 0\n"
	"need T_mult >= 1 and T_mult % 1 == 0\n"
	"cos:{T_0}:{eta_min},cycles=inf,tmul={T_mult}"},
{"CyclicLR(optimizer, base_lr, max_lr, step_size_up=2000,"
	" step_size_down=None, mode='triangular', gamma=1.0, scale_fn=None,"
	" scale_mode='cycle', cycle_momentum=True, base_momentum=0.8,"
	" max_momentum=0.9, last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"let plain = scale_fn is None\n"
	"need mode in ['triangular', 'triangular2', 'exp_range'] or"
	" scale_fn is not None\n"
	"need gamma > 0\n"
	"need scale_mode in ['cycle', 'iterations']\n"
	"need step_size_up >= 1\n"
	"need step_size_down is None or step_size_down == 0"
	" or step_size_down >= 1\n"
	"let up = step_size_up\n"
	"let down = up if step_size_down is None else step_size_down\n"
	"let lo = one(base_lr)\n"
	"let hi = one(max_lr)\n"
	CYCLE("True", "lo", "hi", "'span' if lo <= hi else 'drop'")
	"let m_hi = one(max_momentum)\n"
	"let m_lo = one(base_momentum)\n"
	"when cycle_momentum: +momentum\n"
	CYCLE("cycle_momentum", "m_hi", "m_lo",
		"'drop' if m_lo <= m_hi else 'span'")},
{"OneCycleLR(optimizer, max_lr, total_steps=None, epochs=None,"
	" steps_per_epoch=None, pct_start=0.3, anneal_strategy='cos',"
	" cycle_momentum=True, base_momentum=0.85, max_momentum=0.95,"
	" div_factor=25.0, final_div_factor=1e4, three_phase=False,"
	" last_epoch=-1, verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need total_steps is not None or"
	" epochs is not None and steps_per_epoch is not None\n"
	"let total = total_steps if total_steps is not None"
	" else epochs * steps_per_epoch\n"
	CALL_PHASE_NAMES
	"let hi = one(max_lr)\n"
	"let lo = hi / div_factor\n"
	"let end = lo / final_div_factor\n"
	CALL_PHASES("True", "lo", "hi", "end")
	"let m_hi = one(max_momentum)\n"
	"let m_lo = one(base_momentum)\n"
	"when cycle_momentum: +momentum\n"
	CALL_PHASES("cycle_momentum", "m_hi", "m_lo", "m_hi")},
{"SequentialLR(optimizer, schedulers, milestones, last_epoch=-1,"
	" verbose=False)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need len(schedulers) >= 1\n"
	"need len(milestones) == len(schedulers) - 1\n"
	"need len([m for m in milestones if m % 1 != 0]) == 0\n"
	/* a sequence in a sequence runs one step ahead */
	"let at = [m - (inside == 'SequentialLR') for m in milestones]\n"
	"let kinds = names(schedulers)\n"
	"let more = len(kinds) > 1\n"
	"let nested = len([k for k in kinds"
	" if k in ['SequentialLR', 'ChainedScheduler']])\n"
	"let first = kinds[0] in ['SequentialLR', 'ChainedScheduler']\n"
	"refuse more and 'OneCycleLR' in kinds: OneCycleLR in a sequence,"
	" where it changes what the others start from\n"
	"refuse more and kinds[0] == 'CyclicLR': CyclicLR before others,"
	" which it makes start from its base_lr\n"
	"refuse len([k for k in kinds if k == 'MultiplicativeLR'])"
	" > (kinds[0] == 'MultiplicativeLR'): MultiplicativeLR after others,"
	" which goes on from the rate that it finds\n"
	"refuse nested > first: a sequence or a product after a milestone,"
	" which torch cannot start\n"
	"refuse 'ReduceLROnPlateau' in kinds: what follows a metric\n"
	"{join(schedulers, at)}"},
{"ChainedScheduler(schedulers, optimizer=None)",
	"need len(schedulers) >= 1\n"
	"let kinds = names(schedulers)\n"
	"let wrong = [k for k in kinds if k not in ['StepLR', 'MultiStepLR',"
	" 'ConstantLR', 'LinearLR', 'ExponentialLR', 'PolynomialLR',"
	" 'CosineAnnealingLR', 'MultiplicativeLR', 'ChainedScheduler']]\n"
	"refuse 'LambdaLR' in wrong and len(kinds) > 1: a product with LambdaLR,"
	" which sets the rate\n"
	"refuse 'CyclicLR' in wrong and len(kinds) > 1: a product with CyclicLR,"
	" which sets the rate\n"
	"refuse 'OneCycleLR' in wrong and len(kinds) > 1: a product with"
	" OneCycleLR, which sets the rate\n"
	"refuse 'CosineAnnealingWarmRestarts' in wrong and len(kinds) > 1: a"
	" product with CosineAnnealingWarmRestarts, which sets the rate\n"
	"refuse 'SequentialLR' in wrong and len(kinds) > 1: a product with"
	" SequentialLR, which sets the rate at its milestones\n"
	"refuse 'ReduceLROnPlateau' in kinds: what follows a metric\n"
	"refuse wrong and len(kinds) > 1: a product with what is no factor\n"
	"{times(schedulers)}"},
{"SWALR(optimizer, swa_lr, anneal_epochs=10, anneal_strategy='cos',"
	" last_epoch=-1)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"refuse inside == 'SequentialLR': SWALR among others, whose rates it"
	" starts from\n"
	"need anneal_strategy in ['cos', 'linear']\n"
	"need anneal_epochs >= 0 and anneal_epochs % 1 == 0\n"
	"let to = one(swa_lr)\n"
	"when anneal_epochs > 0: {'' + anneal_strategy}:{anneal_epochs}:{to}\n"
	"when anneal_epochs == 0: const,from={to}"},
{"ReduceLROnPlateau(optimizer, mode='min', factor=0.1, patience=10,"
	" threshold=1e-4, threshold_mode='rel', cooldown=0, min_lr=0, eps=1e-8,"
	" verbose=False)",
	"refuse True: what follows a metric"},
{0},
};
/* clang-format on */
