/* SPDX-License-Identifier: MIT */
/*
 * fairseq's schedulers (fairseq/optim/lr_scheduler, 0.12.2), as calls by the
 * names they are registered with, of the fields of their dataclasses.  lr is a
 * number or a list; without it the rate is the base.  The trainer asks for the
 * rate of an update after it has begun its epoch.
 */
#include "call/call.h"

#define RATES                                      \
	"let v = [1] if lr is None else seq(lr)\n" \
	"let x = \"x\" if lr is None else None\n"

#define RATE                                                                  \
	RATES "need len(seq(lr)) == 1: a rate for each epoch; expected one\n" \
	      "let peak = v[0]\n"

#define WARMUP                       \
	"need warmup_updates >= 0\n" \
	"when warmup_updates > 0: "  \
	"linear:{warmup_updates},from={init},to={peak}{x}\n"

#define INIT "let init = min_lr if warmup_init_lr < 0 else warmup_init_lr\n"

#define METRIC "refuse True: a schedule that waits for a metric"

const struct call_row call_fairseq[] = {
	{"cosine(warmup_updates=0, warmup_init_lr=-1, lr=None, min_lr=0.0, "
	 "t_mult=1.0, lr_period_updates=-1, lr_shrink=0.1, max_update=0)",
		RATE INIT
		"need lr is None or peak > min_lr: min_lr is not below lr; "
		"expected a lower one\n"
		"need t_mult > 0\n"
		"need lr_period_updates > 0 or max_update > warmup_updates\n"
		"let period = lr_period_updates if lr_period_updates > 0 "
		"else max_update - warmup_updates\n" WARMUP
		"cos:{period}:{min_lr},from={peak}{x},cycles=inf,"
		"tmul={t_mult},vmul={lr_shrink},scale=all"},
	{"fixed(force_anneal=None, lr_shrink=0.1, warmup_updates=0, lr=None)",
		RATES
		"need len(v) > 0: no rate in lr; expected one or more\n"
		"need warmup_updates >= 0\n"
		"let flat = float(\"inf\") if force_anneal is None "
		"else force_anneal - 1\n"
		"let n = min(len(v), max(flat, 0))\n"
		"let timed = n > 1 or force_anneal is not None\n"
		"need not timed or epoch is not None: "
		"no steps per epoch; expected -e\n"
		"let at = [i * epoch for i in range(1, int(n))]\n"
		"let values = [v[i] for i in range(int(n))]\n"
		"need force_anneal is None or lr_shrink > 0\n"
		"when not timed: const,from={v[0]}{x}\n"
		"when n > 1 and force_anneal is None: "
		"step,from={v[0]},at={at},values={values}\n"
		"when n > 1 and force_anneal is not None: "
		"step:{flat * epoch},from={v[0]},at={at},values={values}\n"
		"when n == 1 and force_anneal is not None: "
		"const:{flat * epoch},from={v[0]}{x}\n"
		"when force_anneal is not None: decay,by={lr_shrink},"
		"per={epoch},stair,"
		"from={v[-1] * lr_shrink ** (1 - min(flat, 0))}{x}\n"
		"when warmup_updates > 0: times warmup:{warmup_updates},lead"},
	{"inverse_sqrt(warmup_updates=4000, warmup_init_lr=-1, lr=None)",
		RATE "need warmup_updates > 0\n"
		     "let init = max(warmup_init_lr, 0)\n" WARMUP
		     "rsqrt,s={warmup_updates},from={peak}{x}"},
	{"manual(epoch2lr={}, update2lr={}, lr=None)",
		"let ek = [int(k) for k in keys(epoch2lr)]\n"
		"let uk = [int(k) for k in keys(update2lr)]\n"
		"let ev = values(epoch2lr)\n"
		"let uv = values(update2lr)\n"
		"need ek == sorted(ek): "
		"epochs in no order; expected ascending ones\n"
		"need uk == sorted(uk): "
		"updates in no order; expected ascending ones\n"
		"need len(ek) == 0 or epoch is not None: "
		"no steps per epoch; expected -e\n"
		"let until = uk[0] if len(uk) > 0 else float(\"inf\")\n"
		"let et = [(k - 1) * epoch for k in ek]\n"
		"let n = range(len([t for t in et if t < until]))\n"
		"let at = [et[i] for i in n] + uk\n"
		"let v = [ev[i] for i in n] + uv\n"
		"let now = len(at) > 0 and at[0] == 0\n"
		"let first = v[0] if now else uv[0] if len(uk) > 0 and "
		"uk[0] == 1 and 1 not in ek else seq(lr)[0]\n"
		"need first is not None: no lr at step 0; expected lr=\n"
		"let later = [t for t in at if t > 0]\n"
		"let v = [first] + [v[i] for i in range(len(at)) "
		"if at[i] > 0]\n"
		"when len(later) == 0: const,from={first}\n"
		"when len(later) > 0: step,from={first},at={later},values={v}"},
	{"pass_through()",
		"refuse True: a schedule that is the optimizer's own"},
	{"polynomial_decay(warmup_updates=0, force_anneal=None, "
	 "end_learning_rate=0.0, power=1.0, total_num_update=None, lr=None)",
		"refuse force_anneal is not None: "
		"what force_anneal makes of the rate at that time\n" RATE
		"need total_num_update is not None: "
		"no total_num_update; expected it\n"
		"need total_num_update > 0\n"
		"let init = 0\n" WARMUP
		"let decay = total_num_update - warmup_updates\n"
		"need power >= 0\n"
		"when decay > 0 and power == 0: const:{decay},from={peak}{x} "
		"const,from={end_learning_rate}\n"
		"when decay > 0 and power > 0: "
		"poly:{decay}:{end_learning_rate},"
		"from={peak}{x},pow={power}\n"
		"when decay <= 0: const:1,from={peak}{x} "
		"const,from={end_learning_rate}"},
	{"reduce_lr_on_plateau(lr_shrink=0.1, lr_threshold=0.0001, "
	 "lr_patience=0, warmup_updates=0, warmup_init_lr=-1, lr=None, "
	 "maximize_best_checkpoint_metric=False)",
		METRIC},
	{"step(warmup_updates=0, warmup_init_lr=-1, lr=None, min_lr=0.0, "
	 "lr_deacy_period=25000, lr_decay=0.5)",
		RATES
		"let peak = v[0]\n" INIT "need lr_deacy_period > 0\n"
		"need lr_decay <= 1\n"
		"need min_lr >= 0\n"
		"need lr is None or peak > min_lr: min_lr is not below lr; "
		"expected a lower one\n" WARMUP
		"step,every={lr_deacy_period},by={lr_decay},from={peak}{x},"
		"floor={min_lr}"},
	{"tri_stage(warmup_steps=0, hold_steps=0, decay_steps=0, "
	 "phase_ratio=None, init_lr_scale=0.01, final_lr_scale=0.01, "
	 "max_update=0, lr=None)",
		RATE
		"need phase_ratio is None or max_update > 0\n"
		"need phase_ratio is None or len(phase_ratio) == 3\n"
		"need phase_ratio is None or sum(phase_ratio) == 1\n"
		"let r = phase_ratio\n"
		"let w = warmup_steps if r is None else int(max_update * "
		"r[0])\n"
		"let h = hold_steps if r is None else int(max_update * r[1])\n"
		"let d = decay_steps if r is None else int(max_update * r[2])\n"
		"need d > 0: no steps of decay; expected one or more\n"
		"need final_lr_scale > 0\n"
		"when w > 0: linear:{w},from={init_lr_scale * peak}{x},"
		"to={peak}{x}\n"
		"when h > 0: const:{h},from={peak}{x}\n"
		"exp:{d}:{final_lr_scale * peak}{x},from={peak}{x}"},
	{"triangular(max_lr, lr_period_updates=5000, lr_shrink=0.1, "
	 "shrink_min=False, lr=None)",
		RATE
		"need lr is None or max_lr > peak: max_lr is not above lr; "
		"expected a higher one\n"
		"let half = lr_period_updates // 2\n"
		"need half >= 1: half a period is no step; expected one or "
		"more\n"
		"let scale = \"all\" if shrink_min else \"top\"\n"
		"rep:inf,vmul={lr_shrink},scale={scale} "
		"linear:{half},from={peak}{x},to={max_lr} "
		"linear:{half}:{peak}{x} end"},
	{NULL, NULL},
};
