/* SPDX-License-Identifier: MIT */
/*
 * The cyclical schedules of TensorFlow Addons (0.23.0,
 * optimizers/cyclical_learning_rate.py): up in step_size, down in step_size,
 * the height multiplied by scale_fn of the cycle, counted from 1, or, in any
 * scale_mode but "cycle", of the step.
 */
#include "call/call.h"

#define CHECK                                                   \
	"need step_size >= 1\n"                                 \
	"need initial_learning_rate <= maximal_learning_rate\n" \
	"let per = 'vfn' if scale_mode == 'cycle' else 'tfn'\n" \
	"let a = initial_learning_rate\n"                       \
	"let b = maximal_learning_rate\n"                       \
	"let n = step_size\n"

#define UP_DOWN "scale=span linear:{n}:{b},from={a} linear:{n}:{a} end"

const struct call_row call_tfa[] = {
	{"CyclicalLearningRate(initial_learning_rate, maximal_learning_rate, "
	 "step_size, scale_fn, scale_mode='cycle', "
	 "name='CyclicalLearningRate')",
		CHECK "rep:inf,{per}={scale_fn}," UP_DOWN},
	{"TriangularCyclicalLearningRate(initial_learning_rate, "
	 "maximal_learning_rate, step_size, scale_mode='cycle', "
	 "name='TriangularCyclicalLearningRate')",
		CHECK "triangular,min={a},max={b},step={n}"},
	{"Triangular2CyclicalLearningRate(initial_learning_rate, "
	 "maximal_learning_rate, step_size, scale_mode='cycle', "
	 "name='Triangular2CyclicalLearningRate')",
		CHECK "when per == 'vfn': "
		      "triangular2,min={a},max={b},step={n}\n"
		      "when per == 'tfn': "
		      "rep:inf,tfn=(lambda t: 1 / 2.0 ** (t - 1))," UP_DOWN},
	{"ExponentialCyclicalLearningRate(initial_learning_rate, "
	 "maximal_learning_rate, step_size, scale_mode='iterations', "
	 "gamma=1.0, name='ExponentialCyclicalLearningRate')",
		CHECK "need gamma > 0\n"
		      "when per == 'tfn': "
		      "exp_range,min={a},max={b},step={n},gamma={gamma}\n"
		      "when per == 'vfn': "
		      "rep:inf,vfn=(lambda c: {gamma} ** c)," UP_DOWN},
	{NULL, NULL},
};
