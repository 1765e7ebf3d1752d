/* SPDX-License-Identifier: MIT */
/*
 * pytorch_warmup 0.2: factors of the optimizer's rate, or of a scheduler's
 * (`CosineAnnealingLR(...) times pytorch_warmup.LinearWarmup(...)`).  Where the
 * library looks beta2 up in the optimizer, it is an argument here.
 */
#include "call/call.h"

/* RAdam's rho at N. */
#define RHO(N) "({r}-2*" N "*{beta2}**" N "/(1-{beta2}**" N "))"
#define AT "(t+{d})"

/* clang-format off */
const struct call_row call_pytorch_warmup[] = {
{"LinearWarmup(optimizer, warmup_period, last_step=-1)",
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"let tau = one(warmup_period)\n"
	"need tau >= 1 and tau % 1 == 0\n"
	"linear:{tau},from=0,to=1x,lead"},
{"ExponentialWarmup(optimizer, warmup_period, last_step=-1)",
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"let tau = one(warmup_period)\n"
	"need tau >= 1 and tau % 1 == 0\n"
	"sat,tau={tau}"},
{"UntunedLinearWarmup(optimizer, last_step=-1, beta2=0.999)",
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need 0 <= beta2 < 1\n"
	"linear:{int(2.0 / (1.0 - beta2))},from=0,to=1x,lead"},
{"UntunedExponentialWarmup(optimizer, last_step=-1, beta2=0.999)",
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need 0 <= beta2 < 1\n"
	"sat,tau={int(1.0 / (1.0 - beta2))}"},
{"RAdamWarmup(optimizer, last_step=-1, beta2=0.999)",
	"refuse last_step != -1: a resumed schedule (use -s)\n"
	"need 0.6 < beta2 < 1\n"
	"let r = 2.0 / (1 - beta2) - 1\n"
	/* the first step where it is above 4 */
	"let d = [n for n in range(1, 100)"
	" if r - 2 * n * beta2**n / (1 - beta2**n) > 4][0]\n"
	"fn,of=(lambda t:sqrt((" RHO(AT) "-4)*(" RHO(AT) "-2)*{r}"
	"/(({r}-4)*({r}-2)*" RHO(AT) ")))"},
{0},
};
/* clang-format on */
