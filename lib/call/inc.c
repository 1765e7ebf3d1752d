/* SPDX-License-Identifier: MIT */
/*
 * Pruning of Intel Neural Compressor (2.6, compression/pruner/schedulers.py
 * and pruners/base.py): one shot where start and end are the same step, else
 * c of T updates done, with sparsity_decay_type exp, linear, cos or cube; the
 * first update is c = 0, unless there is but one.
 */
#include "call/call.h"

#define INC                                                                   \
	"need 0 <= target_sparsity < 1\n"                                     \
	"need start_step >= 0\n"                                              \
	"need end_step >= start_step\n"                                       \
	"need pruning_frequency >= 1 and pruning_frequency % 1 == 0\n"        \
	"need 0 <= max_sparsity_ratio_per_op < 1\n"                           \
	"need sparsity_decay_type in ['exp', 'linear', 'cos', 'cube']\n"      \
	"need pruning_type == 'magnitude' or end_step > 0\n"                  \
	"refuse len(pruning_configs) != 1 or len(pruning_configs[0]) > 0: "   \
	"schedules of single layers\n"                                        \
	"refuse pruning_type not in ['magnitude', 'snip', 'snip_momentum']: " \
	"a pruner with steps of its own\n"                                    \
	"let f = pruning_frequency\n"                                         \
	"let T = (end_step - start_step) // f\n"                              \
	"let s = target_sparsity if start_step == end_step else "             \
	"min(target_sparsity, max_sparsity_ratio_per_op)\n"                   \
	"+sparsity\n"                                                         \
	"when start_step > 0: const:{start_step},from=0\n"                    \
	"let kind = sparsity_decay_type if T > 0 else 'none'\n"               \
	"when kind == 'exp': fn:{T * f},from=1,of="                           \
	"(lambda t: 1 - {(1 - s) ** (1 / T)} ** (t // {f}))\n"                \
	"when kind == 'linear': fn:{T * f},from={s},of="                      \
	"(lambda t: t // {f} / {T})\n"                                        \
	"when kind == 'cos': fn:{T * f},from={s},of="                         \
	"(lambda t: 1 - cos(t // {f} / {T} * (pi / 2)))\n"                    \
	"when kind == 'cube': fn:{T * f},from={s},of="                        \
	"(lambda t: (t // {f} / {T}) ** 3)\n"                                 \
	"const:1,from={s}\n"                                                  \
	"+prune\n"                                                            \
	"when start_step > 0: const:{start_step},from=0\n"                    \
	"when T > 0 and f == 1: const:{T},from=1\n"                           \
	"when T > 0 and f > 1: rep:{T} "                                      \
	"const:1,from=1 const:{f - 1},from=0 end\n"                           \
	"const:1,from=1,past=zero"

const struct call_row call_inc[] = {
	{"WeightPruningConfig(pruning_configs=[{}], target_sparsity=0.9, "
	 "pruning_type='snip_momentum', pattern='4x1', op_names=[], "
	 "excluded_op_names=[], backend=None, start_step=0, end_step=0, "
	 "pruning_scope='global', pruning_frequency=1, "
	 "min_sparsity_ratio_per_op=0.0, max_sparsity_ratio_per_op=0.98, "
	 "sparsity_decay_type='exp', pruning_op_types=['Conv', 'Linear'], "
	 "low_memory_usage=False)",
		INC},
	{NULL, NULL},
};
