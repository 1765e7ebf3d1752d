/* SPDX-License-Identifier: MIT */
/*
 * Pruning schedules: TensorFlow Model Optimization (0.8.1,
 * sparsity/keras/pruning_schedule.py), which asks for its sparsity at every
 * step and recomputes the mask in some; and the cubic of Zhu and Gupta
 * (arXiv:1710.01878, equation 1), a stair of pruning_steps + 1 steps.
 */
#include "call/call.h"

/* Ones at steps begin, begin + every ... of the column, COUNT of them. */
#define PRUNE(COUNT, BEGIN, EVERY)                                   \
	"+prune\n"                                                   \
	"when " BEGIN " > 0: const:{" BEGIN "},from=0\n"             \
	"when " COUNT " > 1 and " EVERY " == 1: const:{" COUNT       \
	" - 1},from=1\n"                                             \
	"when " COUNT " > 1 and " EVERY " > 1: rep:{" COUNT " - 1} " \
	"const:1,from=1 const:{" EVERY " - 1},from=0 end\n"          \
	"const:1,from=1,past=zero"

#define RANGE                    \
	"need begin_step >= 0\n" \
	"need frequency >= 1 and frequency % 1 == 0\n"

const struct call_row call_tfmot[] = {
	{"PolynomialDecay(initial_sparsity, final_sparsity, begin_step, "
	 "end_step, power=3, frequency=100)",
		"need 0 <= initial_sparsity < 1\n"
		"need 0 <= final_sparsity < 1\n" RANGE
		"need end_step > begin_step\n"
		"need power > 0\n"
		"let n = (end_step - begin_step) // frequency + 1\n"
		"+sparsity\n"
		"when begin_step > 0: const:{begin_step},"
		"from={initial_sparsity}\n"
		"poly:{end_step - begin_step}:{final_sparsity},"
		"from={initial_sparsity},pow={power}\n" PRUNE(
			"n", "begin_step", "frequency")},
	{"ConstantSparsity(target_sparsity, begin_step, end_step=-1, "
	 "frequency=100)",
		"need 0 <= target_sparsity < 1\n" RANGE
		"need end_step == -1 or end_step >= begin_step\n"
		"let n = (end_step - begin_step) // frequency + 1 "
		"if end_step >= 0 else 1\n"
		"+sparsity const,from={target_sparsity}\n"
		"+prune\n"
		"when begin_step > 0: const:{begin_step},from=0\n"
		"when end_step < 0 and frequency == 1: const,from=1\n"
		"when end_step < 0 and frequency > 1: rep:inf "
		"const:1,from=1 const:{frequency - 1},from=0 end\n"
		"when n > 1 and frequency == 1: const:{n - 1},from=1\n"
		"when n > 1 and frequency > 1: rep:{n - 1} "
		"const:1,from=1 const:{frequency - 1},from=0 end\n"
		"when end_step >= 0: const:1,from=1,past=zero"},
	{"zhu_gupta(initial_sparsity, final_sparsity, begin_step, "
	 "pruning_steps, frequency=100)",
		"need 0 <= initial_sparsity <= 1\n"
		"need 0 <= final_sparsity <= 1\n" RANGE
		"need pruning_steps > 0\n"
		"let n = pruning_steps + 1\n"
		"+sparsity\n"
		"when begin_step > 0: const:{begin_step},"
		"from={initial_sparsity}\n"
		"fn:{pruning_steps * frequency},from=1,of=(lambda t: "
		"{final_sparsity} + ({initial_sparsity - final_sparsity}) * "
		"(1 - t // {frequency} / {pruning_steps}) ** 3)\n" PRUNE(
			"n", "begin_step", "frequency")},
	{NULL, NULL},
};
