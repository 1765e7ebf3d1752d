/* SPDX-License-Identifier: MIT */
/*
 * composer.optim.scheduler, mosaicml 0.32: factors of the optimizer's rate.
 * Times are numbers of batches or '10ep', '500ba', '0.5dur' (of -n), cut to
 * whole batches.  Without scale_schedule_ratio.
 */
#include "call/call.h"

#define WARMUP(PEAK)               \
	"let w = time(t_warmup)\n" \
	"when w >= 1: linear:{w},from=0,to={" PEAK "}x\n"

/* clang-format off */
const struct call_row call_composer[] = {
{"StepScheduler(step_size, gamma=0.1)",
	"need gamma > 0\n"
	"need time(step_size) >= 1\n"
	"step,every={time(step_size)},by={gamma}"},
{"MultiStepScheduler(milestones, gamma=0.1)",
	"need gamma > 0\n"
	"let at = sorted([time(m) for m in milestones])\n"
	"when at: step,at={at},by={gamma}\n"
	"when not at: constant"},
{"ConstantScheduler(alpha=1.0, t_max='1dur')",
	"let n = time(t_max)\n"
	"when n >= 1: const:{n},from={alpha}x\n"
	"const,from=1x"},
{"LinearScheduler(alpha_i=1.0, alpha_f=0.0, t_max='1dur')",
	"need time(t_max) >= 1\n"
	"linear:{time(t_max)},from={alpha_i}x,to={alpha_f}x"},
{"ExponentialScheduler(gamma, decay_period='1ep')",
	"need gamma > 0\n"
	"need time(decay_period) >= 1\n"
	"decay,by={gamma},per={time(decay_period)}"},
{"CosineAnnealingScheduler(t_max='1dur', alpha_f=0.0)",
	"need time(t_max) >= 1\n"
	"cos:{time(t_max)}:{alpha_f}x"},
{"CosineAnnealingWarmRestartsScheduler(t_0, t_mult=1.0, alpha_f=0.0)",
	"need time(t_0) >= 1\n"
	"need t_mult >= 1\n"
	"refuse t_mult % 1 != 0: cycles cut to whole steps, each from the one"
	" before (use words)\n"
	"cos:{time(t_0)}:{alpha_f}x,cycles=inf,tmul={t_mult}"},
{"PolynomialScheduler(power, t_max='1dur', alpha_f=0.0)",
	"need power > 0\n"
	"need time(t_max) >= 1\n"
	"poly:{time(t_max)}:{alpha_f}x,pow={power}"},
{"MultiStepWithWarmupScheduler(t_warmup, milestones, gamma=0.1,"
	" scale_warmup=False)",
	"need gamma > 0\n"
	"let w = time(t_warmup)\n"
	"let at = sorted([time(m) for m in milestones])\n"
	"when w >= 1: linear:{w},from=0,to=1x,over\n"
	"when at: step,at={at},by={gamma}\n"
	"when not at: constant"},
{"ConstantWithWarmupScheduler(t_warmup, alpha=1.0, t_max='1dur',"
	" scale_warmup=False)",
	WARMUP("alpha")
	"const,from={alpha}x"},
{"LinearWithWarmupScheduler(t_warmup, alpha_i=1.0, alpha_f=0.0,"
	" t_max='1dur', scale_warmup=False)",
	WARMUP("alpha_i")
	"let n = time(t_max) - w\n"
	"when n >= 1: linear:{n},from={alpha_i}x,to={alpha_f}x\n"
	"when n < 1: const,from={alpha_i}x"},
{"CosineAnnealingWithWarmupScheduler(t_warmup, t_max='1dur', alpha_f=0.0,"
	" scale_warmup=False)",
	WARMUP("1")
	"let n = time(t_max) - w\n"
	"when n >= 1: cos:{n}:{alpha_f}x,from=1x\n"
	"when n < 1: const,from=1x"},
{"PolynomialWithWarmupScheduler(t_warmup, power=2.0, t_max='1dur',"
	" alpha_f=0.0, scale_warmup=False)",
	"need power > 0\n"
	WARMUP("1")
	"let n = time(t_max) - w\n"
	"when n >= 1: poly:{n}:{alpha_f}x,from=1x,pow={power}\n"
	"when n < 1: const,from=1x"},
{0},
};
/* clang-format on */
