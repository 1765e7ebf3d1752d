/* SPDX-License-Identifier: MIT */
/*
 * fastai's fit methods and schedule functions (fastai/callback/schedule.py,
 * 2.8.12).  Epochs take -e.  Of several groups the rate is the last one's, the
 * head's.  The end value is never used: the position stays below 1.
 */
#include "call/call.h"

#define EPOCHS "need epoch is not None: no steps per epoch; expected -e\n"

#define RATE                                                    \
	"let peak = 1 if lr_max is None else seq(lr_max)[-1]\n" \
	"let x = \"x\" if lr_max is None else None\n"

#define MOMS "let m = (0.95, 0.85, 0.95) if moms is None else moms\n"

#define FRESH "refuse start_epoch != 0: a resumed schedule (use -s)\n"

/*
 * The words of cosines FROM, MID, END, by A and B, the steps of the first and
 * of both.  One of less than a step is never seen, but if it is the first it
 * moves the second.
 */
#define TWO(from, mid, end)                                                  \
	"when a >= 1 and b - a >= 1: cos:{a},from={" from "}{x},to={" mid    \
	"}{x} cos:{b - a}:{" end "}{x}\n"                                    \
	"when a >= 1 and b - a < 1: part:{b} cos:{a},from={" from            \
	"}{x},to={" mid "}{x} end\n"                                         \
	"when a <= 0 and b > 0: cos:{b},from={" mid "}{x},to={" end "}{x}\n" \
	"when 0 < a < 1: fn:{b},from=1{x},of=(lambda t:{" from               \
	"} if t<{a} else {" end "}+{" mid " - (" end ")}*"                   \
	"(1+cos(pi*(t-{a})/{b - a}))/2)\n"
#define TWO_MOMENTA TWO("m[0]", "m[1]", "m[2]")

/* The two phases of fine_tune. */
#define FROZEN                            \
	"let b = freeze_epochs * epoch\n" \
	"let a = 0.99 * b\n"
#define THAWED                     \
	"let b = epochs * epoch\n" \
	"let a = pct_start * b\n"

const struct call_row call_fastai[] = {
	{"fit_one_cycle(n_epoch, lr_max=None, div=25.0, div_final=100000.0, "
	 "pct_start=0.25, wd=None, moms=None, cbs=None, reset_opt=False, "
	 "start_epoch=0)",
		FRESH EPOCHS
		"need n_epoch > 0\n"
		"need 0 <= pct_start <= 1\n" RATE MOMS
		"let b = n_epoch * epoch\n"
		"let a = pct_start * b\n" TWO("peak / div", "peak",
			"peak / div_final") "let x = None\n"
					    "+momentum\n" TWO_MOMENTA},
	{"fit_flat_cos(n_epoch, lr=None, div_final=100000.0, pct_start=0.75, "
	 "wd=None, cbs=None, reset_opt=False, start_epoch=0)",
		FRESH EPOCHS "need n_epoch > 0\n"
			     "need 0 <= pct_start <= 1\n"
			     "let lr_max = lr\n" RATE
			     "let b = n_epoch * epoch\n"
			     "let a = pct_start * b\n" TWO(
				     "peak", "peak", "peak / div_final")},
	{"fit_sgdr(n_cycles, cycle_len, lr_max=None, cycle_mult=2, cbs=None, "
	 "reset_opt=False, wd=None, start_epoch=0)",
		FRESH EPOCHS
		"need n_cycles > 0\n"
		"need cycle_mult != 1\n" RATE
		"let n = cycle_len * (cycle_mult ** n_cycles - 1) // "
		"(cycle_mult - 1)\n"
		"let all = sum([cycle_len * cycle_mult ** i / n "
		"for i in range(n_cycles)])\n"
		"need all == 1: parts that do not add up to 1; "
		"expected other cycles\n"
		"cos:{cycle_len * epoch}:0,from={peak}{x},cycles={n_cycles},"
		"tmul={cycle_mult}"},
	{"fine_tune(epochs, base_lr=0.002, freeze_epochs=1, lr_mult=100, "
	 "pct_start=0.3, div=5.0, div_final=100000.0, wd=None, moms=None, "
	 "cbs=None, reset_opt=False, start_epoch=0)",
		FRESH EPOCHS
		"need epochs > 0\n"
		"need 0 <= pct_start <= 1\n" MOMS "let x = None\n"
		"let peak = base_lr\n" FROZEN TWO("peak / 25", "peak",
			"peak / div_final") "let peak = base_lr / 2\n" THAWED
			TWO("peak / div", "peak",
				"peak / div_final") "+momentum\n" FROZEN
				TWO_MOMENTA THAWED TWO_MOMENTA},
	{"SchedLin(start, end)", "linear,from={start},to={end}"},
	{"SchedCos(start, end)", "cos,from={start},to={end}"},
	{"SchedNo(start, end)", "const,from={start}"},
	{"SchedExp(start, end)", "exp,from={start},to={end}"},
	{"SchedPoly(start, end, power)",
		"need power >= 0\n"
		"when power == 0: const,from={end}\n"
		"when power > 0: poly,from={start},to={end},pow={power},flip"},
	{"combined_cos(pct, start, middle, end)",
		"need 0 <= pct <= 1\n"
		"when 0 < pct: cos:{100 * pct}%,from={start},to={middle}\n"
		"when pct < 1: cos,from={middle},to={end}"},
	{NULL, NULL},
};
