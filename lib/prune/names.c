/* SPDX-License-Identifier: MIT */
/*
 * Names of tensors that are not pruned unless a user includes them: what is
 * no weight although it has two dimensions, and weights that models cannot
 * spare.  A tensor left alone by mistake costs sparsity, which is remarked; a
 * scale pruned by mistake costs the model.
 */
#include <fnmatch.h>
#include <stddef.h>

#include "prune/rules.h"

#define GROUP(what, ...)            \
	{                           \
		what,               \
		{                   \
			__VA_ARGS__ \
		}                   \
	}

#define PATTERN_MAX 16

/* Of several groups that match, the first says why. */
struct group {
	const char *what;
	const char *pattern[PATTERN_MAX + 1];
};

/* Weights that models cannot spare. */
static const struct group weights[] = {
	GROUP("an embedding", "*embed*", "*wte.weight", "*wpe.weight",
		"*emb.weight"),
	GROUP("an output head", "*lm_head*"),
	GROUP("a router of experts", "*router*", "*.gate.weight",
		"*.gate.wg.weight", "*expert_gate.weight"),
};

/* What is no weight. */
static const struct group others[] = {
	/* GPTQ, AWQ, FP8, NVFP4, MLX, compressed-tensors, TensorRT-LLM;
	 * layer scales and logit scales are alike. */
	GROUP("a scale", "*scale*", "*scaling_factor*", "*.smoother"),
	GROUP("zero points of quantised weights", "*zero*point*", "*qzeros",
		"*.zeros", "*.zero"),
	/* bitsandbytes, ModelOpt; AQLM, VPTQ, HIGGS, QTIP, SqueezeLLM */
	GROUP("a range or a table of quantised weights", "*absmax*", "*amax",
		"*quant_map*", "*.SCB", "*codebook*", "*centroids*",
		"*.tables*", "*.tlut"),
	/* Of several experts or heads at once; MLX has .biases of groups; the
	 * attn.bias of GPT-2 is a causal mask. */
	GROUP("a bias", "*bias", "*.biases"),
	GROUP("a mask", "*mask*"),
	GROUP("a token", "*_token", "*_tokens", "*iou_token.weight", "*.probe",
		"*.latents"),
	GROUP("positions", "*pos*embed*", "*pos_emb*", "*pos_enc*",
		"*positional*", "*rel_pos*", "*relative_position*",
		"*relative_attention_bias*", "*.rpb", "*.pe"),
	GROUP("frequencies of rotary positions", "*inv_freq*", "*freqs*",
		"*rotary_emb*", "*cos_cached", "*sin_cached"),
	GROUP("a table", "*_table"),
	/* Mamba, VMamba, S4; RWKV */
	GROUP("rates of a recurrence", "*A_log", "*A_logs", "*.D", "*.Ds",
		"*A_real", "*A_imag", "*time_decay*", "*time_first",
		"*time_faaaa", "*time_mix_[kvrgw]*", "*time_maa_*"),
	/* Over several dimensions, or stored as 1x1xn; weight_g and original0
	 * are the lengths of weight normalisation; DoRA, IA3 */
	GROUP("gains of a normalisation", "*norm.weight", "*norm[0-9].weight",
		"*.gamma", "*.beta", "*.alpha", "*weight_g", "*.original0",
		"*magnitude_vector*", "*ia3_l*"),
	GROUP("statistics of data", "*running_mean", "*running_var", "*.mean",
		"*.std", "*pixel_mean", "*pixel_std"),
	GROUP("constants of a detector or of a spectrum", "*.anchors",
		"*anchor_grid", "*mel_filters*", "*mel_basis*", "*.window"),
};

#define FIND(groups, name, what) \
	find(groups, sizeof(groups) / sizeof(*(groups)), name, what)

static const char *find(const struct group *g, size_t ngroup, const char *name,
	const char **what)
{
	for (; ngroup--; g++)
		for (const char *const *p = g->pattern; *p; p++)
			if (fnmatch(*p, name, 0) == 0) {
				*what = g->what;
				return *p;
			}
	return NULL;
}

const char *prune_names_skip(const char *name, const char **what)
{
	const char *pattern = FIND(others, name, what);

	return pattern ? pattern : FIND(weights, name, what);
}

bool prune_names_weight(const char *name)
{
	const char *what;

	return !FIND(others, name, &what);
}
