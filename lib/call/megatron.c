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
"need start_wd == end_wd or wd_incr_style != 'constant': a constant that "
	"changes; expected start_wd equal to end_wd\n"
"need wd_incr_style == 'constant' or wd_incr_steps > 0: no steps; expected "
	"wd_incr_steps above 0\n"
"let lo = min_lr\n"
"let hi = max_lr\n"
"let init = init_lr\n"
"let flat = lr_decay_style == 'constant'\n"
"let linear = lr_decay_style == 'linear'\n"
"let cosine = lr_decay_style == 'cosine'\n"
"let rsqrt = lr_decay_style == 'inverse-square-root'\n"
"let wsd = lr_decay_style == 'WSD'\n"
"let style = lr_wsd_decay_style\n"
"need not wsd or wsd_decay_steps is not None: no wsd_decay_steps; expected them"
	"\n"
"need not wsd or wsd_decay_steps > 0: no steps; expected wsd_decay_steps above "
	"0\n"
"need not wsd or style in ('linear', 'cosine', 'exponential', 'minus_sqrt'): "
	"no such lr_wsd_decay_style; expected linear, cosine, exponential or "
	"minus_sqrt\n"
/* The warmup's end, the last step, and the start of WSD's tail. */
"let w = max(lr_warmup_steps, 0) / increment\n"
"let d = lr_decay_steps / increment\n"
"let tail = wsd_decay_steps / increment if wsd else 1\n"
"let a = d - tail\n"
/* A warmup within one update, one that hides a part of WSD, and one after which
 * a decay has a step or none. */
"let first = w > 0 and w < 1\n"
"let over = wsd and a != w and a - w < 1\n"
"let short = (linear or cosine) and w >= 1 and d - w < 1\n"
"let k = floor(w) + 1\n"
"let past = init + (hi - init) * k / max(w, 1)\n"
"when (flat or rsqrt) and d >= 1: part:{d},past=cont\n"
"when w >= 1 and not over and not short: linear:{w},from={init},to={hi}\n"
"when w >= 1 and over: linear:{k},from={init},to={past},over\n"
"when short: linear:{k},from={init},to={past}\n"
"when first and not wsd: const:1,from={init}\n"
"when first and wsd: const:1,from={init},over\n"
"when flat: const,from={hi}\n"

"let x = (k - w) / (d - w)\n"
"let left = 1 - x if linear else (1 + cos(pi * x)) / 2\n"
"when short and k <= d: const:1,from={lo + (hi - lo) * left}\n"
"when short: const:1,from={lo}\n"
"let linear = linear and not short\n"
"let cosine = cosine and not short\n"
"when linear and not first: linear:{d - w}:{lo},from={hi}\n"
"when linear and first: linear:{d - 1}:{lo},"
	"from={hi - (hi - lo) * (1 - w) / (d - w)}\n"
"when cosine and not first: cos:{d - w}:{lo},from={hi}\n"
"when cosine and first: fn:{d - 1},from=1,of=(lambda t: {lo} + {hi - lo} * "
	"(1 + cos(pi * (t + {1 - w}) / {d - w})) / 2)\n"

/* From the first step on, where no warmup gives the start. */
"when rsqrt and w >= 1: rsqrt:{floor(d) + 1 - w},s={w},from={hi},floor={lo}\n"
"when rsqrt and w == 0: const:1,from={hi}\n"
"when rsqrt and w < 1: rsqrt:{floor(d)},s=1,"
	"from={hi * sqrt(max(w, 1 / increment))},floor={lo}\n"
"when rsqrt: const,from={lo}\n"
"when (flat or rsqrt) and d >= 1: end\n"

"let shape = 'cos' if style == 'cosine' else 'half' if style == 'exponential' "
	"else 'sqrt' if style == 'minus_sqrt' else 'linear'\n"
"let whole = wsd and tail >= 1 and a >= 1\n"
"let hidden = over or first\n"
"when whole and not hidden and a - w >= 1: const:{a - w},from={hi}\n"
"when whole and not hidden: {shape}:{tail}:{lo},from={hi}\n"
"when whole and hidden: part const:{a},from={hi} "
	"{shape}:{tail}:{lo},from={hi} end\n"
/* The tail has begun before the first step, or is within one. */
"let late = wsd and not whole\n"
"when late and style == 'linear': fn:{d},from=1,of=(lambda t: {lo} + {hi - lo} *"
	" (1 - max(0, t - {a}) / {tail}))\n"
"when late and style == 'cosine': fn:{d},from=1,of=(lambda t: {lo} + {hi - lo} *"
	" (1 + cos(pi * max(0, t - {a}) / {tail})) / 2)\n"
"when late and style == 'exponential': fn:{d},from=1,of=(lambda t: {lo} + "
	"{hi - lo} * (2 * 0.5 ** (max(0, t - {a}) / {tail}) - 1))\n"
"when late and style == 'minus_sqrt': fn:{d},from=1,of=(lambda t: {lo} + "
	"{hi - lo} * (1 - sqrt(max(0, t - {a}) / {tail})))\n"

"let n = wd_incr_steps / increment\n"
"let changes = start_wd != end_wd\n"
"when changes and wd_incr_style == 'linear': "
	"+wd linear:{n},from={start_wd},to={end_wd}\n"
"when changes and wd_incr_style == 'cosine': "
	"+wd cos:{n},from={start_wd},to={end_wd}\n"},
{0},
};
/* clang-format on */
