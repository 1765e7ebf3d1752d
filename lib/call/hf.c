/* SPDX-License-Identifier: MIT */
/*
 * Transformers' schedules (transformers/optimization.py, 5.23.0).  They are
 * factors of the optimizer's rate; lengths of 0 count as 1.
 */
#include "call/call.h"

/* Every script with a warmup says so before its words. */
#define NEED_WARMUP "need num_warmup_steps >= 0\n"
#define WARMUP \
	NEED_WARMUP "when num_warmup_steps > 0: warmup:{num_warmup_steps}\n"

#define KINDS "[\"linear\", \"cosine\", \"1-sqrt\"]\n"

/* The decay of get_wsd_schedule; and where it has begun before step 0. */
#define WHOLE(name, words)                                                   \
	"when late == 0 and d > 0 and kind == \"" name "\": " words ",from=" \
	"1x\n"
#define REST(name, factor)                                      \
	"when late > 0 and left > 0 and kind == \"" name "\": " \
	"fn:{left},from=1x,of=(lambda t:{r}+{1 - r}*(" factor "))\n"

#define DECAY "let decay = max(1, num_training_steps - num_warmup_steps)\n"

#define MIN_LR                                                       \
	"need min_lr is None or min_lr_rate is None\n"               \
	"need min_lr is not None or min_lr_rate is not None\n"       \
	"let low = min_lr if min_lr_rate is None else min_lr_rate\n" \
	"let x = None if min_lr_rate is None else \"x\"\n"

#define FRESH "refuse last_epoch != -1: a resumed schedule (use -s)\n"

#define PLAN(kind, row)                                            \
	"when name == \"" kind "\": as " row "(num_warmup_steps, " \
	"num_training_steps, kwargs=scheduler_specific_kwargs)\n"

#define COSINE(to, keys)                                                   \
	"let waves = abs(num_cycles)\n"                                    \
	"when waves == 0: const:{decay},from=1x\n"                         \
	"when waves == 0.5: cos:{decay}" to ",from=1x" keys ",past=cont\n" \
	"when waves not in [0, 0.5]: "                                     \
	"cos:{decay}" to ",from=1x" keys ",waves={waves},past=cont"

const struct call_row call_hf[] = {
	{"get_constant_schedule(optimizer, last_epoch=-1)", FRESH "constant"},
	{"get_constant_schedule_with_warmup(optimizer, num_warmup_steps, "
	 "last_epoch=-1)",
		FRESH WARMUP "const,from=1x"},
	{"get_linear_schedule_with_warmup(optimizer, num_warmup_steps, "
	 "num_training_steps, last_epoch=-1)",
		FRESH WARMUP
		"when num_training_steps > num_warmup_steps: "
		"linear:{num_training_steps - num_warmup_steps},from=1x\n"
		"when num_training_steps <= num_warmup_steps: const,from=0"},
	{"get_cosine_schedule_with_warmup(optimizer, num_warmup_steps, "
	 "num_training_steps, num_cycles=0.5, last_epoch=-1)",
		FRESH WARMUP DECAY COSINE("", "")},
	{"get_cosine_with_hard_restarts_schedule_with_warmup(optimizer, "
	 "num_warmup_steps, num_training_steps, num_cycles=1, last_epoch=-1)",
		FRESH WARMUP DECAY
		"need num_cycles >= 0\n"
		"let n = num_cycles\n"
		"let cycle = decay / max(n, 1e-300)\n"
		"let even = n == floor(n) and n > 0\n"
		"when cycle >= 1 and even: "
		"cos:{cycle},from=1x,cycles={n},past=zero\n"
		"when cycle < 1: fn:{decay},from=1x,"
		"of=(lambda t:0.5*(1+cos(pi*({n}*t/{decay}%1))))\n"
		"when n == 0: const:{decay},from=1x\n"
		"when n > 0 and cycle >= 1 and not even: "
		"part:{decay} cos:{cycle},cycles=inf end\n"
		"when cycle < 1 or not even: const,from=0"},
	{"get_polynomial_decay_schedule_with_warmup(optimizer, "
	 "num_warmup_steps, num_training_steps, lr_end=1e-07, power=1.0, "
	 "last_epoch=-1)",
		FRESH "need lr_end < lr\n"
		      "need num_training_steps != num_warmup_steps\n"
		      "need power >= 0\n" WARMUP
		      "let decay = num_training_steps - num_warmup_steps\n"
		      "when decay > 0 and power > 0: "
		      "poly:{decay}:{lr_end},from=1x,pow={power}\n"
		      "when decay > 0 and power == 0: "
		      "const:{decay + 1},from=1x\n"
		      "when decay < 0 or power == 0: const,from={lr_end}"},
	{"get_inverse_sqrt_schedule(optimizer, num_warmup_steps, "
	 "timescale=None, last_epoch=-1)",
		FRESH WARMUP
		"let scale = num_warmup_steps or 10000 if timescale is None "
		"else timescale\n"
		"need scale > 0: timescale is not above 0; expected a length\n"
		"rsqrt,s={scale},from=1x"},
	{"get_cosine_with_min_lr_schedule_with_warmup(optimizer, "
	 "num_warmup_steps, num_training_steps, num_cycles=0.5, last_epoch=-1, "
	 "min_lr=None, min_lr_rate=None)",
		FRESH MIN_LR WARMUP DECAY COSINE(":{low}{x}", "")},
	{"get_cosine_with_min_lr_schedule_with_warmup_lr_rate(optimizer, "
	 "num_warmup_steps, num_training_steps, num_cycles=0.5, last_epoch=-1, "
	 "min_lr=None, min_lr_rate=None, warmup_lr_rate=None)",
		FRESH MIN_LR DECAY NEED_WARMUP
		"let w = num_warmup_steps\n"
		"when w > 0 and warmup_lr_rate is None: warmup:{w},lead\n"
		"when w > 1 and warmup_lr_rate is not None: "
		"linear:{w},from={warmup_lr_rate}x,to=1x,incl\n"
		"when w == 1 and warmup_lr_rate is not None: "
		"const:1,from={warmup_lr_rate}x\n" COSINE(
			":{low}{x}", ",lead")},
	{"get_wsd_schedule(optimizer, num_warmup_steps, num_decay_steps, "
	 "num_training_steps=None, num_stable_steps=None, "
	 "warmup_type=\"linear\", decay_type=\"cosine\", min_lr_ratio=0, "
	 "num_cycles=0.5, last_epoch=-1)",
		FRESH
		"need num_training_steps is not None or "
		"num_stable_steps is not None\n"
		"need warmup_type in " KINDS
		"need decay_type in " KINDS NEED_WARMUP
		"let w = num_warmup_steps\n"
		"let d = num_decay_steps\n"
		"let r = min_lr_ratio\n"
		"let stable = num_training_steps - w - d "
		"if num_stable_steps is None else num_stable_steps\n"
		"let over = \",over\" if stable < 0 else None\n"
		"let hold = max(0, w + stable) if stable < 0 else stable\n"
		"let late = max(0, -w - stable)\n"
		"let left = d - late\n"
		"let kind = decay_type if num_cycles or "
		"decay_type != \"cosine\" else \"flat\"\n"
		"when w > 0 and warmup_type == \"linear\": "
		"linear:{w},from={r}x,to=1x{over}\n"
		"when w > 0 and warmup_type == \"cosine\": "
		"cos:{w},from={r}x,to=1x{over}\n"
		"when w > 0 and warmup_type == \"1-sqrt\": "
		"sqrt:{w},from={r}x,to=1x,flip{over}\n"
		"when hold > 0: const:{hold},from=1x\n"
		/* clang-format off */
		WHOLE("linear", "linear:{d}:{r}x")
		WHOLE("cosine", "cos:{d}:{r}x,waves={abs(num_cycles)}")
		WHOLE("1-sqrt", "sqrt:{d}:{r}x")
		REST("linear", "1-(t+{late})/{d}")
		REST("cosine", "0.5*(1+cos(pi*{2 * num_cycles}*(t+{late})/{d}))")
		REST("1-sqrt", "1-sqrt((t+{late})/{d})")
		/* clang-format on */
		"when left > 0 and kind == \"flat\": const:{left},from=1x\n"
		"when left <= 0 or num_cycles != 0.5: const,from={r}x"},
	{"get_reduce_on_plateau_schedule(optimizer, mode=\"min\", factor=0.1, "
	 "patience=10, "
	 "threshold=0.0001, threshold_mode=\"rel\", cooldown=0, min_lr=0, "
	 "eps=1e-08)",
		"refuse True: a schedule that waits for a metric"},
	{"get_greedy_schedule(optimizer, mode=\"min\", factor=0.95, "
	 "patience=10, "
	 "threshold=1e-06, threshold_mode=\"abs\", cooldown=0, warmup=0, "
	 "min_lr=0.001, max_lr=1.0, eps=1e-08, verbose=False, smooth=False, "
	 "window_size=50, reset_start=500)",
		"refuse True: a schedule that waits for a metric"},
	{"get_scheduler(name, optimizer, num_warmup_steps=None, "
	 "num_training_steps=None, scheduler_specific_kwargs=None)",
		"need name in [\"linear\", \"cosine\", "
		"\"cosine_with_restarts\", "
		"\"polynomial\", \"constant\", \"constant_with_warmup\", "
		"\"inverse_sqrt\", \"reduce_lr_on_plateau\", "
		"\"cosine_with_min_lr\", \"cosine_warmup_with_min_lr\", "
		"\"warmup_stable_decay\", \"greedy\"]\n"
		"refuse name in [\"reduce_lr_on_plateau\", \"greedy\"]: "
		"a schedule that waits for a metric\n"
		"when name == \"constant\": as get_constant_schedule()\n"
		"need num_warmup_steps is not None\n"
		"when name == \"constant_with_warmup\": "
		"as get_constant_schedule_with_warmup(num_warmup_steps)\n"
		"when name == \"inverse_sqrt\": as get_inverse_sqrt_schedule"
		"(num_warmup_steps, kwargs=scheduler_specific_kwargs)\n"
		"when name == \"warmup_stable_decay\": as get_wsd_schedule"
		"(num_warmup_steps, num_training_steps=num_training_steps, "
		"kwargs=scheduler_specific_kwargs)\n"
		"need num_training_steps is not None\n"
		/* clang-format off */
		PLAN("linear", "get_linear_schedule_with_warmup")
		PLAN("cosine", "get_cosine_schedule_with_warmup")
		PLAN("cosine_with_restarts",
			"get_cosine_with_hard_restarts_schedule_with_warmup")
		PLAN("polynomial",
			"get_polynomial_decay_schedule_with_warmup")
		PLAN("cosine_with_min_lr",
			"get_cosine_with_min_lr_schedule_with_warmup")
		PLAN("cosine_warmup_with_min_lr",
			"get_cosine_with_min_lr_schedule_with_warmup_lr_rate")},
	/* clang-format on */
	{NULL, NULL},
};
