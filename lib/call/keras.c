/* SPDX-License-Identifier: MIT */
/*
 * Schedules of Keras 3 (signatures of 3.15.1, keras/src/optimizers/schedules),
 * the callback that takes a function of the epoch, and what Keras 2 had
 * besides: the linear cosine decay, and decay= of its optimizers (tf_keras
 * 2.15.1, legacy/optimizer_v2.py), which divides whatever the rate is by
 * 1 + decay*t.
 */
#include "call/call.h"

/* The value at a boundary is still that of before: step <= boundary. */
#define PIECEWISE                                   \
	"need len(boundaries) >= 1\n"               \
	"need len(boundaries) == len(values) - 1\n" \
	"need boundaries == sorted(boundaries)\n"   \
	"step,at={[floor(b) + 1 for b in boundaries]},values={values}"

/* T grows to the multiple of decay_steps that the step is in. */
#define POLYNOMIAL                                               \
	"need decay_steps > 0\n"                                 \
	"need power > 0\n"                                       \
	"let i = initial_learning_rate\n"                        \
	"let e = end_learning_rate\n"                            \
	"let n = decay_steps\n"                                  \
	"when not cycle: poly:{n}:{e},from={i},pow={power}\n"    \
	"when cycle: fn,from=1,of=(lambda t: {e} + ({i - e}) * " \
	"(1 - t / ({n} * max(1, ceil(t / {n})))) ** {power})"

#define COSINE                                                       \
	"need decay_steps > 0\n"                                     \
	"need warmup_steps >= 0\n"                                   \
	"let i = initial_learning_rate\n"                            \
	"let peak = i if warmup_target is None else warmup_target\n" \
	"when warmup_target is not None and warmup_steps > 0: "      \
	"linear:{warmup_steps}:{peak},from={i}\n"                    \
	"cos:{decay_steps}:{alpha * peak},from={peak}"

#define LINEAR_COSINE                                                  \
	"need decay_steps > 0\n"                                       \
	"fn:{decay_steps},from={initial_learning_rate},of=(lambda t: " \
	"({alpha} + ({decay_steps} - t) / {decay_steps}) * 0.5 * "     \
	"(1 + cos(pi * 2 * {num_periods} * t / {decay_steps})) + {beta})"

#define DECAY                      \
	"need decay >= 0\n"        \
	"{words(learning_rate)}\n" \
	"when decay > 0: times inv,k={decay}"

/* What all optimizers of Keras 3 take, and what those of Keras 2 took. */
#define ANY                                                                \
	"clipnorm=None, clipvalue=None, global_clipnorm=None, "            \
	"use_ema=False, ema_momentum=0.99, ema_overwrite_frequency=None, " \
	"loss_scale_factor=None, gradient_accumulation_steps=None, "       \
	"name=None, decay=0.0)"

const struct call_row call_keras[] = {
	{"ExponentialDecay(initial_learning_rate, decay_steps, decay_rate, "
	 "staircase=False, name='ExponentialDecay')",
		"need decay_steps > 0\n"
		"need decay_rate > 0\n"
		"let stair = ',stair' if staircase else None\n"
		"decay,from={initial_learning_rate},by={decay_rate},"
		"per={decay_steps}{stair}"},
	{"PiecewiseConstantDecay(boundaries, values, name='PiecewiseConstant')",
		PIECEWISE},
	{"PolynomialDecay(initial_learning_rate, decay_steps, "
	 "end_learning_rate=0.0001, power=1.0, cycle=False, "
	 "name='PolynomialDecay')",
		POLYNOMIAL},
	{"InverseTimeDecay(initial_learning_rate, decay_steps, decay_rate, "
	 "staircase=False, name='InverseTimeDecay')",
		"need decay_steps > 0\n"
		"need decay_rate >= 0\n"
		"let stair = ',stair' if staircase else None\n"
		"inv,from={initial_learning_rate},k={decay_rate},"
		"per={decay_steps}{stair}"},
	{"CosineDecay(initial_learning_rate, decay_steps, alpha=0.0, "
	 "name='CosineDecay', warmup_target=None, warmup_steps=0)",
		COSINE},
	{"CosineDecayRestarts(initial_learning_rate, first_decay_steps, "
	 "t_mul=2.0, m_mul=1.0, alpha=0.0, name='SGDRDecay')",
		"need first_decay_steps > 0\n"
		"need t_mul >= 1\n"
		"cos:{first_decay_steps}:{alpha * initial_learning_rate},"
		"from={initial_learning_rate},cycles=inf,tmul={t_mul},"
		"vmul={m_mul},scale=span"},
	{"LinearCosineDecay(initial_learning_rate, decay_steps, "
	 "num_periods=0.5, alpha=0.0, beta=0.001, name=None)",
		LINEAR_COSINE},
	{"NoisyLinearCosineDecay(initial_learning_rate, decay_steps, "
	 "initial_variance=1.0, variance_decay=0.55, num_periods=0.5, "
	 "alpha=0.0, beta=0.001, seed=None, name=None)",
		"refuse True: random noise\n"},
	{"LearningRateScheduler(schedule, verbose=0)",
		"refuse epoch is not None: rates by epoch beside -e; "
		"without it a step is an epoch\n"
		"fn,from=1,of={schedule}"},
	{"ReduceLROnPlateau(monitor='val_loss', factor=0.1, patience=10, "
	 "verbose=0, mode='auto', min_delta=0.0001, cooldown=0, min_lr=0.0)",
		"refuse True: what follows a metric"},
	{"SGD(learning_rate=0.01, momentum=0.0, nesterov=False, "
	 "weight_decay=None, " ANY,
		DECAY},
	{"Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07, "
	 "amsgrad=False, weight_decay=None, " ANY,
		DECAY},
	{"AdamW(learning_rate=0.001, weight_decay=0.004, beta_1=0.9, "
	 "beta_2=0.999, epsilon=1e-07, amsgrad=False, " ANY,
		DECAY},
	{"RMSprop(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-07, "
	 "centered=False, weight_decay=None, " ANY,
		DECAY},
	{"Adagrad(learning_rate=0.001, initial_accumulator_value=0.1, "
	 "epsilon=1e-07, weight_decay=None, " ANY,
		DECAY},
	{NULL, NULL},
};
