/* SPDX-License-Identifier: MIT */
/*
 * DeepSpeed's schedules, deepspeed 0.19.8, stepped as its engine does: after
 * every update, from an index of -1.  The warmups set their start for the
 * first update and again for the second, which is their index 0.
 */
#include "call/call.h"

#define RESUMED \
	"refuse last_batch_iteration != -1: a resumed schedule (use -s)\n"

/* Peak and unit are the base where no peak is given. */
#define WARMUP                                                           \
	"need warmup_num_steps >= 1\n"                                   \
	"let n = max(2, warmup_num_steps)\n"                             \
	"let top = '1x' if warmup_max_lr is None else warmup_max_lr\n"   \
	"let one = '1x' if warmup_max_lr is None else 1\n"               \
	"let unit = lr if warmup_max_lr is None else 1\n"                \
	"let peak = lr if warmup_max_lr is None else warmup_max_lr\n"    \
	"const:1,from={warmup_min_lr}\n"                                 \
	"when warmup_type == 'linear': "                                 \
	"linear:{n},from={warmup_min_lr},to={top}\n"                     \
	"when warmup_type != 'linear': fn:{n},from={one},of=(lambda t: " \
	"{warmup_min_lr / unit} + {(peak - warmup_min_lr) / unit} * "    \
	"(log(t + 1) / {log(n)}))\n"

/* clang-format off */
const struct call_row call_deepspeed[] = {
{"LRRangeTest(optimizer, lr_range_test_min_lr=1e-3, "
	"lr_range_test_step_size=2000, lr_range_test_step_rate=1.0, "
	"lr_range_test_staircase=False, last_batch_iteration=-1)",
RESUMED
"need lr_range_test_step_size >= 1\n"
"let n = lr_range_test_step_size\n"
"when lr_range_test_staircase: fn,from={lr_range_test_min_lr},of=(lambda t: "
	"1 + {lr_range_test_step_rate} * floor(t / {n}))\n"
"when not lr_range_test_staircase: fn,from={lr_range_test_min_lr},of=(lambda t:"
	" 1 + {lr_range_test_step_rate} * (t / {n}))\n"},

{"OneCycle(optimizer, cycle_min_lr, cycle_max_lr, decay_lr_rate=0., "
	"cycle_first_step_size=2000, cycle_second_step_size=None, "
	"cycle_first_stair_count=0, cycle_second_stair_count=None, "
	"decay_step_size=0, cycle_momentum=True, cycle_min_mom=0.8, "
	"cycle_max_mom=0.9, decay_mom_rate=0., last_batch_iteration=-1)",
RESUMED
"need cycle_first_step_size >= 1\n"
"let n = cycle_first_step_size\n"
"let m = n if cycle_second_step_size is None else cycle_second_step_size\n"
"need m >= 0: a second half below 0; expected 0 or more steps\n"
"let i = cycle_first_stair_count\n"
"let j = i if cycle_second_stair_count is None else cycle_second_stair_count\n"
"let lo = cycle_min_lr\n"
"let hi = cycle_max_lr\n"
"when i <= 0: linear:{n},from={lo},to={hi}\n"
"when i > 0: fn:{n},from=1,of=(lambda t: {lo} + {hi - lo} * "
	"(floor(t * {i} / {n}) / {i}))\n"
"when m > 0 and j <= 0: linear:{m},from={hi},to={lo}\n"
"when m > 0 and j > 0: fn:{m},from=1,of=(lambda t: {lo} + {hi - lo} * "
	"(floor(({m} - t) * {j} / {m}) / {j}))\n"
"let s = decay_step_size\n"
"when s != 0 and decay_lr_rate != 0: inv,k={decay_lr_rate},per={s},from={lo}\n"
"when s == 0 or decay_lr_rate == 0: const,from={lo}\n"
/* The first update has the lower bound, unlike those that follow. */
"let a = cycle_min_mom\n"
"let b = cycle_max_mom\n"
"when cycle_momentum: +momentum const:1,from={a},over\n"
"when cycle_momentum and i <= 0: linear:{n},from={b},to={a}\n"
"when cycle_momentum and i > 0: fn:{n},from=1,of=(lambda t: {b} - {b - a} * "
	"(floor(t * {i} / {n}) / {i}))\n"
"when cycle_momentum and m > 0 and j <= 0: linear:{m},from={a},to={b}\n"
"when cycle_momentum and m > 0 and j > 0: fn:{m},from=1,of=(lambda t: {b} - "
	"{b - a} * (floor(({m} - t) * {j} / {m}) / {j}))\n"
"when cycle_momentum and s != 0 and decay_mom_rate != 0: "
	"fn,from={b},of=(lambda t: 1 + {decay_mom_rate} * (t / {s}))\n"
"when cycle_momentum and (s == 0 or decay_mom_rate == 0): const,from={b}\n"},

{"WarmupLR(optimizer, warmup_min_lr=0.0, warmup_max_lr=None, "
	"warmup_num_steps=1000, warmup_type='log', last_batch_iteration=-1)",
RESUMED WARMUP
"const,from={top}\n"},

{"WarmupDecayLR(optimizer, total_num_steps, warmup_min_lr=0.0, "
	"warmup_max_lr=0.001, warmup_num_steps=1000, warmup_type='log', "
	"last_batch_iteration=-1)",
RESUMED
"when total_num_steps >= 1: part:{total_num_steps},past=cont\n"
WARMUP
"let left = total_num_steps - n\n"
"when left >= 1: linear:{left},from={top},to={warmup_min_lr}\n"
"when left < 1: const:1,from={warmup_min_lr}\n"
"when total_num_steps >= 1: end\n"},

/* The first update has 0, whatever the ratios. */
{"WarmupCosineLR(optimizer, total_num_steps, warmup_min_ratio=0.0, "
	"warmup_num_steps=1000, cos_min_ratio=0.0001, warmup_type='log', "
	"last_batch_iteration=-1)",
RESUMED
"need warmup_num_steps >= 1\n"
"let n = max(2, warmup_num_steps)\n"
"let r = warmup_min_ratio\n"
"when total_num_steps >= 1: part:{total_num_steps},past=cont\n"
"const:1,from=0\n"
"when warmup_type == 'linear': linear:{n},from={r}x,to=1x\n"
"when warmup_type != 'linear': fn:{n},from=1x,of=(lambda t: {r} + {1 - r} * "
	"(log(t + 1) / {log(n)}))\n"
"let left = total_num_steps - n\n"
"let c = max(cos_min_ratio, 0)\n"
"when left >= 1: cos:{left},from=1x,to={c}x,lead\n"
"when left < 1: const:1,from={c}x\n"
"when total_num_steps >= 1: end\n"},
{0},
};
/* clang-format on */
