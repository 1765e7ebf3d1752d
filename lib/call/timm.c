/* SPDX-License-Identifier: MIT */
/*
 * timm's schedulers (timm/scheduler, 1.0.31).  The first update uses what the
 * constructor sets: the start of the warmup, or the rate itself.  Steps are
 * what t counts, epochs or updates.  Without warmup_prefix the warmup hides the
 * start of the schedule.
 */
#include "call/call.h"

#define WARMUP                                              \
	"need warmup_t >= 0\n"                              \
	"let over = None if warmup_prefix else \",over\"\n" \
	"when warmup_t > 0: "                               \
	"linear:{warmup_t},from={warmup_lr_init},to=1x{over}\n"

#define NOISE "refuse noise_range_t is not None: random noise\n"

#define CYCLES                 \
	"need t_initial > 0\n" \
	"need lr_min >= 0\n"   \
	"need cycle_mul > 0\n" \
	"need cycle_limit <= 1 or cycle_decay == 1 or lr_min <= lr\n"

/* With a limit of 0 there is no cycle, but the constructor's rate is there. */
#define NO_CYCLE                                                    \
	"when cycle_limit < 1 and warmup_t == 0: const:1,from=1x\n" \
	"when cycle_limit < 1: const,from={lr_min}\n"

#define KEYS ",cycles={cycle_limit},tmul={cycle_mul},vmul={cycle_decay}"

#define CYCLE_ARGS "cycle_mul=1.0, cycle_decay=1.0, cycle_limit=1, "
#define WARMUP_ARGS "warmup_t=0, warmup_lr_init=0.0, "
#define NOISE_ARGS                                               \
	"t_in_epochs=True, noise_range_t=None, noise_pct=0.67, " \
	"noise_std=1.0, noise_seed=42, "

/* The decay of WSD at x, where it does not start from a constant. */
#define WSD_VALUE(factor)                                        \
	"fn:{t_initial},from=1,of=(lambda t:{lr_min}+"           \
	"(max({lr}*(1+t/{scale})**-{power},{lr_min})-{lr_min})*" \
	"(1 if t<={hold} else " factor "))"
#define WSD_X "((t-{hold})/{decay_t})"

/* What create_scheduler_v2 hands over, W being the warmup. */
#define FACTORY_WARMUP "warmup_t=w, warmup_lr_init=warmup_lr"
#define FACTORY_CYCLES                                                  \
	"lr_min=min_lr, cycle_mul=cycle_mul, cycle_decay=cycle_decay, " \
	"cycle_limit=cycle_limit, "                                     \
	"warmup_prefix=warmup_prefix, " FACTORY_WARMUP

const struct call_row call_timm[] = {
	{"CosineLRScheduler(optimizer, t_initial, lr_min=0.0, " CYCLE_ARGS
			WARMUP_ARGS "warmup_prefix=False, " NOISE_ARGS
	 "k_decay=1.0, initialize=True)",
		NOISE CYCLES WARMUP NO_CYCLE
		"when cycle_limit == 1 and k_decay == 1: "
		"cos:{t_initial}:{lr_min},from=1x\n"
		"when cycle_limit == 1 and k_decay != 1: "
		"cos:{t_initial}:{lr_min},from=1x,k={k_decay}\n"
		"when cycle_limit > 1 and k_decay == 1: "
		"cos:{t_initial}:{lr_min},from=1x" KEYS "\n"
		"when cycle_limit > 1 and k_decay != 1: "
		"cos:{t_initial}:{lr_min},from=1x,k={k_decay}" KEYS},
	{"TanhLRScheduler(optimizer, t_initial, lb=-7.0, ub=3.0, "
	 "lr_min=0.0, " CYCLE_ARGS WARMUP_ARGS
	 "warmup_prefix=False, " NOISE_ARGS "initialize=True)",
		NOISE CYCLES
		"need lb < ub\n"
		"need warmup_t >= 0\n"
		"need warmup_lr_init >= 0\n"
		"let u = 0 if warmup_prefix else warmup_t / t_initial\n"
		"need 1 - u * (1 - cycle_mul) > 0\n"
		"let i = floor(u) if cycle_mul == 1 else floor(1e-9 + "
		"log(1 - u * (1 - cycle_mul)) / log(cycle_mul))\n"
		"let start = i if cycle_mul == 1 else "
		"(1 - cycle_mul ** i) / (1 - cycle_mul)\n"
		"let x = (u - start) / cycle_mul ** i\n"
		"let aim = lr_min + 0.5 * (lr * cycle_decay ** i - lr_min) * "
		"(1 - tanh(lb * (1 - x) + ub * x)) if i < cycle_limit "
		"else lr_min\n"
		"when warmup_t > 0 and warmup_prefix: "
		"linear:{warmup_t},from={warmup_lr_init},to=1x\n"
		"when warmup_t > 0 and not warmup_prefix: "
		"linear:{warmup_t},from={warmup_lr_init},to={aim},over\n"
		"when warmup_t == 0 and cycle_limit >= 1: "
		"const:1,from=1x,over\n" NO_CYCLE "when cycle_limit == 1: "
		"tanh:{t_initial}:{lr_min},from=1x,lb={lb},ub={ub}\n"
		"when cycle_limit > 1: "
		"tanh:{t_initial}:{lr_min},from=1x,lb={lb},ub={ub}" KEYS},
	{"StepLRScheduler(optimizer, decay_t, decay_rate=1.0, " WARMUP_ARGS
	 "warmup_prefix=True, " NOISE_ARGS "initialize=True)",
		NOISE WARMUP
		"need decay_t > 0\n"
		"when decay_t >= 1: step,every={decay_t},by={decay_rate}\n"
		"when decay_t < 1: fn,from=1x,of=(lambda "
		"t:{decay_rate}**(t//{decay_t}))"},
	/* A milestone acts one step early, but not on the constructor's rate.
	 */
	{"MultiStepLRScheduler(optimizer, decay_t, decay_rate=1.0, " WARMUP_ARGS
	 "warmup_prefix=True, " NOISE_ARGS "initialize=True)",
		NOISE WARMUP
		"let first = 0 if warmup_t > 0 and warmup_prefix else 1\n"
		"let at = [max(t - 1, first) for t in decay_t]\n"
		"let early = len([t for t in at if t == 0])\n"
		"let later = [t for t in at if t > 0]\n"
		"when len(later) == 0: const,from={decay_rate ** early}x\n"
		"when len(later) > 0: step,at={later},by={decay_rate},"
		"from={decay_rate ** early}x"},
	{"PolyLRScheduler(optimizer, t_initial, power=0.5, "
	 "lr_min=0.0, " CYCLE_ARGS WARMUP_ARGS
	 "warmup_prefix=False, " NOISE_ARGS "k_decay=1.0, initialize=True)",
		NOISE CYCLES WARMUP NO_CYCLE
		"need power > 0 or cycle_limit <= 1\n"
		"need power >= 0\n"
		"when cycle_limit == 1 and power == 0: "
		"const:{t_initial},from=1x const,from={lr_min}\n"
		"when cycle_limit == 1 and power > 0 and k_decay == 1: "
		"poly:{t_initial}:{lr_min},from=1x,pow={power}\n"
		"when cycle_limit == 1 and power > 0 and k_decay != 1: "
		"poly:{t_initial}:{lr_min},from=1x,pow={power},k={k_decay}\n"
		"when cycle_limit > 1 and k_decay == 1: "
		"poly:{t_initial}:{lr_min},from=1x,pow={power}" KEYS "\n"
		"when cycle_limit > 1 and k_decay != 1: "
		"poly:{t_initial}:{lr_min},from=1x,pow={power},k={k_"
		"decay}" KEYS},
	{"WSDLRScheduler(optimizer, t_initial, decay_t, lr_min=0.0, "
	 "stable_fn=\"constant\", stable_timescale=None, stable_power=0.5, "
	 "decay_fn=\"1-sqrt\", decay_power=0.5, decay_ratio=0.1, " WARMUP_ARGS
			NOISE_ARGS "initialize=True)",
		NOISE
		"need t_initial > 0\n"
		"need 0 < decay_t <= t_initial\n"
		"need 0 <= lr_min <= lr\n"
		"need stable_fn in [\"constant\", \"rsqrt\", \"power\"]\n"
		"need decay_fn in [\"linear\", \"1-sqrt\", \"cosine\", "
		"\"power\", \"exp\"]\n"
		"need 0 < decay_ratio < 1\n"
		"need decay_power > 0\n"
		"need stable_power > 0\n"
		"let flat = stable_fn == \"constant\"\n"
		"let scale = warmup_t if stable_timescale is None "
		"else stable_timescale\n"
		"need flat or scale > 0: no timescale; expected "
		"stable_timescale= or warmup_t=\n"
		"let power = 0.5 if stable_fn == \"rsqrt\" else stable_power\n"
		"let hold = t_initial - decay_t\n"
		"let r = decay_ratio\n"
		"when warmup_t > 0: "
		"linear:{warmup_t},from={warmup_lr_init},to=1x\n"
		"when flat and hold > 0: const:{hold},from=1x\n"
		"when flat and decay_fn == \"linear\": "
		"linear:{decay_t}:{lr_min},from=1x\n"
		"when flat and decay_fn == \"1-sqrt\": "
		"sqrt:{decay_t}:{lr_min},from=1x\n"
		"when flat and decay_fn == \"cosine\": "
		"cos:{decay_t}:{lr_min},from=1x\n"
		"when flat and decay_fn == \"power\": "
		"poly:{decay_t}:{lr_min},from=1x,pow={decay_power},flip\n"
		"when flat and decay_fn == \"exp\": fn:{decay_t},from=1,of="
		"(lambda t:{lr_min}+{(lr - lr_min) / (1 - r)}*"
		"({r}**(t/{decay_t})-{r}))\n"
		"when not flat and decay_fn == \"linear\": " WSD_VALUE(
			"1-" WSD_X) "\n"
				    "when not flat and decay_fn == "
				    "\"1-sqrt\": " WSD_VALUE(
					    "1-sqrt" WSD_X) "\n"
							    "when not flat and "
							    "decay_fn == "
							    "\"cosine\":"
							    " " WSD_VALUE(
								    "0.5*(1+"
								    "cos("
								    "pi*" WSD_X
								    "))") "\n"
									  "when"
									  " not"
									  " fla"
									  "t "
									  "and "
									  "deca"
									  "y_"
									  "fn "
									  "== "
									  "\"po"
									  "wer"
									  "\":"
									  " " WSD_VALUE(
										  "1-" WSD_X
										  "**{decay_power}") "\n"
												     "when not flat and decay_fn == \"exp\": " WSD_VALUE(
													     "({r}**" WSD_X
													     "-{r})/(1-{r})")},
	{"PlateauLRScheduler(optimizer, decay_rate=0.1, patience_t=10, "
	 "threshold=0.0001, cooldown_t=0, " WARMUP_ARGS "lr_min=0.0, "
	 "mode=\"max\", noise_range_t=None, noise_type=\"normal\", "
	 "noise_pct=0.67, noise_std=1.0, noise_seed=None, initialize=True)",
		"refuse True: a schedule that waits for a metric"},
	{"create_scheduler_v2(optimizer, sched=\"cosine\", num_epochs=300, "
	 "decay_epochs=None, decay_milestones=(90, 180, 270), "
	 "cooldown_epochs=0, patience_epochs=10, decay_rate=0.1, min_lr=0.0, "
	 "warmup_lr=1e-05, warmup_epochs=0, warmup_prefix=False, noise=None, "
	 "noise_pct=0.67, noise_std=1.0, noise_seed=42, cycle_mul=1.0, "
	 "cycle_decay=0.1, cycle_limit=1, k_decay=1.0, decay_fn=None, "
	 "stable_timescale=None, plateau_mode=\"max\", step_on_epochs=True, "
	 "updates_per_epoch=0)",
		"need sched in [\"cosine\", \"tanh\", \"step\", \"multistep\", "
		"\"poly\", \"wsd\", \"rsqrt\", \"constant\", \"none\", "
		"\"plateau\"]\n"
		"refuse sched == \"plateau\": "
		"a schedule that waits for a metric\n"
		"refuse noise is not None: random noise\n"
		"need step_on_epochs or updates_per_epoch > 0: "
		"no updates_per_epoch; expected it\n"
		"let u = 1 if step_on_epochs else updates_per_epoch\n"
		"let t = num_epochs * u\n"
		"let w = warmup_epochs * u\n"
		"let share = sched in [\"wsd\", \"rsqrt\"]\n"
		"let d = decay_epochs if decay_epochs is not None "
		"else 0.2 if share else 90\n"
		"let t = t - w if share and not warmup_prefix else t\n"
		"let d = d * t if share and 0 < d < 1 else d * u\n"
		"let scale = None if stable_timescale is None "
		"else stable_timescale * u\n"
		"let fall = decay_fn or "
		"(\"linear\" if sched == \"rsqrt\" else \"1-sqrt\")\n"
		"when sched == \"cosine\": as "
		"CosineLRScheduler(t, " FACTORY_CYCLES ", k_decay=k_decay)\n"
		"when sched == \"tanh\": as TanhLRScheduler(t, " FACTORY_CYCLES
		")\n"
		"when sched == \"poly\": as PolyLRScheduler(t, " FACTORY_CYCLES
		", power=decay_rate, k_decay=k_decay)\n"
		"when sched == \"step\": as StepLRScheduler(d, "
		"decay_rate, " FACTORY_WARMUP ", warmup_prefix=warmup_prefix)\n"
		"when sched == \"constant\": as StepLRScheduler(1, "
		"1, " FACTORY_WARMUP ", warmup_prefix=warmup_prefix)\n"
		"when sched == \"multistep\": as MultiStepLRScheduler("
		"[m * u for m in decay_milestones], decay_rate, " FACTORY_WARMUP
		", warmup_prefix=warmup_prefix)\n"
		"when sched == \"wsd\": as WSDLRScheduler(t, int(round(d)), "
		"lr_min=min_lr, decay_fn=fall, " FACTORY_WARMUP ")\n"
		"when sched == \"rsqrt\": as WSDLRScheduler(t, int(round(d)), "
		"lr_min=min_lr, decay_fn=fall, stable_fn=\"rsqrt\", "
		"stable_timescale=scale, " FACTORY_WARMUP ")\n"
		"constant"},
	{NULL, NULL},
};
