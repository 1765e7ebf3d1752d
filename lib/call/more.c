/* SPDX-License-Identifier: MIT */
/*
 * Schedules of projects that have one each: allennlp's slanted triangle
 * (Howard & Ruder 2018), REX (Chen et al. 2021) in the form of REX_LR, and what
 * nanoGPT and llm.c compute, as calls with the names of their settings.
 */
#include "call/call.h"

/* clang-format off */
const struct call_row call_allennlp[] = {
{"SlantedTriangular(optimizer, num_epochs, num_steps_per_epoch=None,"
	" cut_frac=0.1, ratio=32, last_epoch=-1, gradual_unfreezing=False,"
	" discriminative_fine_tuning=False, decay_factor=0.38)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"refuse gradual_unfreezing: a schedule that starts at the unfreezing\n"
	"need num_steps_per_epoch is not None\n"
	"need ratio > 0\n"
	"let n = num_epochs * num_steps_per_epoch\n"
	"let cut = int(n * cut_frac)\n"
	"need 0 <= cut < n\n"
	"when cut > 0: linear:{cut},from={1 / ratio}x,to=1x\n"
	"linear:{n - cut},from=1x,to={1 / ratio}x"},
{0},
};

const struct call_row call_rex[] = {
{"REX_LR(optimizer, max_val, min_val, num_epochs=1, last_epoch=-1)",
	"refuse last_epoch != -1: a resumed schedule (use -s)\n"
	"need min_val <= max_val\n"
	"need num_epochs >= 1\n"
	"rex:{num_epochs}:{min_val},from={max_val},d=0.9,cycles=inf"},
{0},
};

const struct call_row call_nanogpt[] = {
{"get_lr(learning_rate=6e-4, warmup_iters=2000, lr_decay_iters=600000,"
	" min_lr=6e-5, decay_lr=True)",
	"need lr_decay_iters > warmup_iters\n"
	"when decay_lr and warmup_iters > 0: linear:{warmup_iters},from=0,"
	"to={learning_rate},open\n"
	"when decay_lr: cos:{lr_decay_iters - warmup_iters}:{min_lr},"
	"from={learning_rate}\n"
	"when not decay_lr: const,from={learning_rate}"},
{0},
};

const struct call_row call_llmc[] = {
{"LearningRateScheduler(type, learning_rate, warmup_iterations,"
	" train_num_batches, final_learning_rate_frac)",
	"need type in ['cosine', 'linear', 'constant', 'wsd']\n"
	"let w = warmup_iterations\n"
	"let n = train_num_batches\n"
	"let peak = learning_rate\n"
	"let low = peak * final_learning_rate_frac\n"
	"let d = int(0.8 * n)\n"
	"need n > w\n"
	"when type == 'constant': const,from={peak}\n"
	"when type != 'constant' and w > 0: linear:{w},from=0,to={peak},lead\n"
	"when type == 'cosine': cos:{n - w}:{low},from={peak}\n"
	"when type == 'linear': linear:{n - w},from={peak},to={low}\n"
	"need type != 'wsd' or w <= d\n"
	"when type == 'wsd' and d > w: const:{d - w},from={peak}\n"
	"when type == 'wsd': sqrt:{n - d}:{low},from={peak}"},
{0},
};
/* clang-format on */
