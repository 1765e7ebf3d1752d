/* SPDX-License-Identifier: MIT */
/*
 * Megatron-LM's scheduler, megatron-core 0.16.1.  It counts samples, or steps
 * of any size: after each update the trainer calls step(increment).  That is
 * the one argument here that its constructor has not, and all lengths are
 * divided by it.
 */
#include "call/call.h"

/* clang-format off */
const struct call_row call_megatron[] = {
{"OptimizerParamScheduler(optimizer, init_lr, max_lr, min_lr, lr_warmup_steps, "
	"lr_decay_steps, lr_decay_style, start_wd, end_wd, wd_incr_steps, "
	"wd_incr_style, use_checkpoint_opt_param_scheduler=True, "
	"override_opt_param_scheduler=False, wsd_decay_steps=None, "
	"lr_wsd_decay_style=None, increment=1)",
"need increment > 0\n"
"need min_lr >= 0\n"
"need max_lr >= min_lr\n"
"need init_lr <= max_lr\n"
"need lr_decay_steps > 0\n"
"need lr_warmup_steps < lr_decay_steps\n"
"need lr_decay_style in ('constant', 'linear', 'cosine', "
	"'inverse-square-root', 'WSD')\n"
"need start_wd >= 0\n"
"need end_wd >= start_wd\n"
"need wd_incr_style in ('constant', 'linear', 'cosine')\n"
"need start_wd == end_wd or wd_incr_style != 'constant'\n"
"need wd_incr_style == 'constant' or wd_incr_steps > 0\n"
"let wsd = lr_decay_style == 'WSD'\n"
"need not wsd or wsd_decay_steps is not None\n"
"need not wsd or wsd_decay_steps > 0\n"
"need not wsd or lr_wsd_decay_style in ('linear', 'cosine', 'exponential', "
	"'minus_sqrt')\n"
/* The warmup's end, the last step's, and the start of WSD's tail. */
"let w = max(lr_warmup_steps, 0) / increment\n"
"let d = lr_decay_steps / increment\n"
"let tail = wsd_decay_steps / increment if wsd else 1\n"
"let a = d - tail\n"
/* A warmup within one update, or one that hides a part of WSD. */
"let first = w > 0 and w < 1\n"
"let over = wsd and a != w and a - w < 1\n"
/* A decay within one update, which has one step or none. */
"let ramp = lr_decay_style == 'linear' or lr_decay_style == 'cosine'\n"
"let short = ramp and w >= 1 and d - w < 1\n"
"when w >= 1 and not over and not short: linear:{w},from={init_lr},to={max_lr}\n"
"let k = floor(w) + 1\n"
"when w >= 1 and over: linear:{k},from={init_lr},"
	"to={init_lr + (max_lr - init_lr) * k / max(w, 1)},over\n"
"when short: linear:{k},from={init_lr},"
	"to={init_lr + (max_lr - init_lr) * k / max(w, 1)}\n"
"let x = (k - w) / (d - w)\n"
"let left = 1 - x if lr_decay_style == 'linear' else (1 + cos(pi * x)) / 2\n"
"when short and k <= d: const:1,from={min_lr + (max_lr - min_lr) * left}\n"
"when short: const:1,from={min_lr}\n"
"when first and not wsd: const:1,from={init_lr}\n"
"when first and wsd: const:1,from={init_lr},over\n"

"when lr_decay_style == 'constant': const,from={max_lr}\n"

"let linear = lr_decay_style == 'linear' and not short\n"
"when linear and not first: linear:{d - w}:{min_lr},from={max_lr}\n"
"when linear and first: linear:{d - 1}:{min_lr},from={max_lr - (max_lr - min_lr)"
	" * (1 - w) / (d - w)}\n"

"let cosine = lr_decay_style == 'cosine' and not short\n"
"when cosine and not first: cos:{d - w}:{min_lr},from={max_lr}\n"
"when cosine and first: fn:{d - 1},from=1,of=(lambda t: {min_lr} + "
	"{max_lr - min_lr} * (1 + cos(pi * (t + {1 - w}) / {d - w})) / 2)\n"

/* From the first step on, where no warmup gives the start. */
"let rsqrt = lr_decay_style == 'inverse-square-root'\n"
"when rsqrt and w >= 1: rsqrt:{floor(d) + 1 - w},s={w},from={max_lr},"
	"floor={min_lr}\n"
"when rsqrt and w == 0: const:1,from={max_lr}\n"
"when rsqrt and w < 1: rsqrt:{floor(d)},s=1,"
	"from={max_lr * sqrt(max(w, 1 / increment))},floor={min_lr}\n"
"when rsqrt: const,from={min_lr}\n"

"let style = lr_wsd_decay_style\n"
"let shape = 'cos' if style == 'cosine' else 'half' if style == 'exponential' "
	"else 'sqrt' if style == 'minus_sqrt' else 'linear'\n"
"let whole = tail >= 1 and a >= 1\n"
"when wsd and whole and not over and not first and a - w >= 1: "
	"const:{a - w},from={max_lr} {shape}:{tail}:{min_lr},from={max_lr}\n"
"when wsd and whole and not over and not first and a == w: "
	"{shape}:{tail}:{min_lr},from={max_lr}\n"
"when wsd and whole and (over or first): part const:{a},from={max_lr} "
	"{shape}:{tail}:{min_lr},from={max_lr} end\n"
/* The tail has begun before the first step, or is within one. */
"let fn = wsd and not whole\n"
"let span = max_lr - min_lr\n"
"when fn and style == 'linear': fn:{d},from=1,of=(lambda t: {min_lr} + {span} * "
	"(1 - max(0, t - {a}) / {tail}))\n"
"when fn and style == 'cosine': fn:{d},from=1,of=(lambda t: {min_lr} + {span} * "
	"(1 + cos(pi * max(0, t - {a}) / {tail})) / 2)\n"
"when fn and style == 'exponential': fn:{d},from=1,of=(lambda t: {min_lr} + "
	"{span} * (2 * 0.5 ** (max(0, t - {a}) / {tail}) - 1))\n"
"when fn and style == 'minus_sqrt': fn:{d},from=1,of=(lambda t: {min_lr} + "
	"{span} * (1 - sqrt(max(0, t - {a}) / {tail})))\n"

"let n = wd_incr_steps / increment\n"
"when start_wd != end_wd and wd_incr_style == 'linear': "
	"+wd linear:{n},from={start_wd},to={end_wd}\n"
"when start_wd != end_wd and wd_incr_style == 'cosine': "
	"+wd cos:{n},from={start_wd},to={end_wd}\n"},
{0},
};
/* clang-format on */
