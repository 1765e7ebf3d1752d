/* SPDX-License-Identifier: MIT */
/*
 * mlx.optimizers, 0.32: functions of the step, which the library computes in
 * single precision.
 */
#include "call/call.h"

/* clang-format off */
const struct call_row call_mlx[] = {
{"exponential_decay(init, decay_rate)",
	"need decay_rate > 0\n"
	"decay,by={decay_rate},from={init}"},
{"step_decay(init, decay_rate, step_size)",
	"need step_size >= 1\n"
	"need decay_rate > 0\n"
	"step,every={step_size},by={decay_rate},from={init}"},
{"cosine_decay(init, decay_steps, end=0.0)",
	"need decay_steps >= 1\n"
	"cos:{decay_steps}:{end},from={init}"},
{"linear_schedule(init, end, steps)",
	"need steps >= 1\n"
	"linear:{steps},from={init},to={end}"},
{"join_schedules(schedules, boundaries)",
	"need len(schedules) >= 1\n"
	"need len(schedules) == len(boundaries) + 1\n"
	"{join(schedules, boundaries)}"},
{0},
};
/* clang-format on */
