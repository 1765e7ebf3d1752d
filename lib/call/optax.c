/* SPDX-License-Identifier: MIT */
/*
 * Schedules of Optax (0.2.8, optax/schedules), all that are functions of the
 * step.  decay_steps of its warmup_ schedules includes the warmup.  A ramp
 * without steps stays at its first value; a join without steps before it begins
 * with the next schedule.
 */
#include "call/call.h"

#define CLAMP                                           \
	"need decay_rate >= 0\n"                        \
	"let clamp = None if end_value is None else "   \
	"',floor=' if decay_rate < 1 else ',ceil='\n"   \
	"let stair = ',stair' if staircase else None\n" \
	"let still = transition_steps <= 0 or decay_rate == 0\n"

#define EXPONENTIAL(INIT)                                              \
	"when still: const,from={" INIT "}\n"                          \
	"when not still and transition_begin > 0: "                    \
	"const:{transition_begin},from={" INIT "}{clamp}{end_value}\n" \
	"when not still: decay,from={" INIT "},by={decay_rate},"       \
	"per={transition_steps}{stair}{clamp}{end_value}"

#define POLYNOMIAL(POW)                                         \
	"when transition_steps <= 0: const,from={init_value}\n" \
	"when transition_steps > 0 and transition_begin > 0: "  \
	"const:{transition_begin},from={init_value}\n"          \
	"when transition_steps > 0: " POW

#define WARMUP                    \
	"when warmup_steps > 0: " \
	"linear:{warmup_steps}:{peak_value},from={init_value}\n"

/* Of values v at steps at, the first of them 0. */
#define INTERPOLATE(SHAPE)                                                    \
	"let pieces = [k for k in range(len(at) - 1) if at[k + 1] > at[k]]\n" \
	"for k in pieces: " SHAPE ":{at[k + 1] - at[k]}:{v[k + 1]},"          \
	"from={v[k]}\n"                                                       \
	"when len(pieces) == 0: const,from={v[len(v) - 1]}"

#define SCALES                                                               \
	"let scale = {} if boundaries_and_scales is None else "              \
	"boundaries_and_scales\n"                                            \
	"let keys = sorted(keys(scale))\n"                                   \
	"need boundaries_and_scales is None or min([0] + values(scale)) >= " \
	"0\n"                                                                \
	"let v = cumprod([init_value] + [scale[k] for k in keys])\n"

/* One dict of warmup_cosine_decay_schedule's arguments for each cycle. */
#define SGDR                                                                 \
	"need len(cosine_kwargs) > 0\n"                                      \
	"let d = cosine_kwargs\n"                                            \
	"need min([e['warmup_steps'] for e in cosine_kwargs]) >= 0\n"        \
	"need min([e['decay_steps'] - e['warmup_steps'] "                    \
	"for e in cosine_kwargs]) > 0\n"                                     \
	"let w = [e['warmup_steps'] for e in d]\n"                           \
	"let n = [e['decay_steps'] - e['warmup_steps'] for e in d]\n"        \
	"let end = [e['end_value'] if 'end_value' in e else 0 for e in d]\n" \
	"let p = [e['exponent'] if 'exponent' in e else 1 for e in d]\n"     \
	"let ramps = [k for k in range(2 * len(d)) "                         \
	"if k % 2 == 1 or w[k // 2] > 0]\n"                                  \
	"for k in ramps: {'cos' if k % 2 else 'linear'}:"                    \
	"{n[k // 2] if k % 2 else w[k // 2]}:"                               \
	"{end[k // 2] if k % 2 else d[k // 2]['peak_value']},"               \
	"from={d[k // 2]['peak_value' if k % 2 else 'init_value']}"          \
	"{',pow=' if k % 2 and p[k // 2] != 1 else None}"                    \
	"{p[k // 2] if k % 2 and p[k // 2] != 1 else None}"

const struct call_row call_optax[] = {
	{"constant_schedule(value)", "const,from={value}"},
	{"linear_schedule(init_value, end_value, transition_steps, "
	 "transition_begin=0)",
		POLYNOMIAL("linear:{transition_steps}:{end_value},"
			   "from={init_value}")},
	{"polynomial_schedule(init_value, end_value, power, transition_steps, "
	 "transition_begin=0)",
		"need power > 0\n" POLYNOMIAL(
			"poly:{transition_steps}:{end_value},"
			"from={init_value},pow={power}")},
	{"exponential_decay(init_value, transition_steps, decay_rate, "
	 "transition_begin=0, staircase=False, end_value=None)",
		CLAMP EXPONENTIAL("init_value")},
	{"piecewise_constant_schedule(init_value, "
	 "boundaries_and_scales=None)",
		SCALES "let at = [k for k in keys if k > 0]\n"
		       "let past = len(keys) - len(at)\n"
		       "when len(at) == 0: const,from={v[past]}\n"
		       "when len(at) > 0: step,at={at},"
		       "values={[v[k] for k in range(past, len(v))]}"},
	{"piecewise_interpolate_schedule(interpolate_type, init_value, "
	 "boundaries_and_scales=None)",
		"need interpolate_type in ['linear', 'cosine']\n"
		"let shape = 'cos' if interpolate_type == 'cosine' else "
		"'linear'\n" SCALES "need boundaries_and_scales is None or "
		"min([0] + keys) >= 0\n"
		"let at = [0] + keys\n" INTERPOLATE("{shape}")},
	{"cosine_decay_schedule(init_value, decay_steps, alpha=0.0, "
	 "exponent=1.0)",
		"need decay_steps > 0\n"
		"let pow = None if exponent == 1 else ',pow='\n"
		"let p = None if exponent == 1 else exponent\n"
		"cos:{decay_steps}:{alpha * init_value},"
		"from={init_value}{pow}{p}"},
	{"warmup_constant_schedule(init_value, peak_value, warmup_steps)",
		WARMUP "when warmup_steps <= 0: const,from={init_value}"},
	{"warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, "
	 "decay_steps, end_value=0.0, exponent=1.0)",
		"need warmup_steps >= 0\n"
		"need decay_steps > warmup_steps\n"
		"let end = 0 if peak_value == 0 else end_value\n"
		"let pow = None if exponent == 1 else ',pow='\n"
		"let p = None if exponent == 1 else exponent\n" WARMUP
		"cos:{decay_steps - warmup_steps}:{end},"
		"from={peak_value}{pow}{p}"},
	{"warmup_exponential_decay_schedule(init_value, peak_value, "
	 "warmup_steps, transition_steps, decay_rate, transition_begin=0, "
	 "staircase=False, end_value=None)",
		"need warmup_steps >= 0\n" CLAMP WARMUP EXPONENTIAL(
			"peak_value")},
	{"cosine_onecycle_schedule(transition_steps, peak_value, "
	 "pct_start=0.3, div_factor=25.0, final_div_factor=10000.0)",
		"need transition_steps > 0\n"
		"need 0 <= pct_start < 1\n"
		"let up = int(pct_start * transition_steps)\n"
		"let low = peak_value / div_factor\n"
		"let at = [0, up, transition_steps]\n"
		"let v = [low, peak_value, low / "
		"final_div_factor]\n" INTERPOLATE("cos")},
	{"linear_onecycle_schedule(transition_steps, peak_value, "
	 "pct_start=0.3, pct_final=0.85, div_factor=25.0, "
	 "final_div_factor=10000.0)",
		"need transition_steps > 0\n"
		"need 0 <= pct_start < pct_final < 1\n"
		"let up = int(pct_start * transition_steps)\n"
		"let down = int(pct_final * transition_steps)\n"
		"need transition_steps > down > up\n"
		"let low = peak_value / div_factor\n"
		"let at = [0, up, down, transition_steps]\n"
		"let v = [low, peak_value, low, low / "
		"final_div_factor]\n" INTERPOLATE("linear")},
	{"sgdr_schedule(cosine_kwargs)", SGDR},
	{"join_schedules(schedules, boundaries)",
		"need len(boundaries) == len(schedules) - 1\n"
		"{join(schedules, boundaries)}"},
	{"reduce_on_plateau(factor=0.1, patience=10, rtol=0.0001, atol=0.0, "
	 "cooldown=0, accumulation_size=1, min_scale=0.0)",
		"refuse True: what follows a metric"},
	{NULL, NULL},
};
