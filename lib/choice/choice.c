/* SPDX-License-Identifier: MIT */
/* Which tensors are pruned: by what the user says, by shape and by name. */
#include <fnmatch.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/pattern.h"
#include "base/u128.h"
#include "choice/choice.h"

/* --- names --------------------------------------------------------------- */

/*
 * Names of tensors that are not pruned unless a user includes them: what is
 * no weight although it has two dimensions, and weights that models cannot
 * spare.  A tensor left alone by mistake costs sparsity, which is remarked; a
 * scale pruned by mistake costs the model.
 */

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
	/*
	 * Most that are called emb are parameters of their own; projections to
	 * what is embedded have a weight in them.
	 */
	GROUP("an embedding", "*embed*", "*embd*", "*wte.weight", "*wpe.weight",
		"*emb.weight", "*wte", "*wpe", "*_emb", "*.emb", "*/emb",
		"emb"),
	/* The second is what Llama's own files and GGUF call it. */
	GROUP("an output head", "*lm_head*", "output.weight"),
	GROUP("a router of experts", "*router*", "*.gate.weight",
		"*.gate.wg.weight", "*expert_gate.weight", "*ffn_gate_inp*"),
};

/* Integers that are no weights, or several in one. */
static const struct group integers[] = {
	GROUP("packed weights", "*qweight*", "*packed*", "*quant_state*",
		"*.codes"),
	GROUP("indices", "*g_idx*", "*_ids", "*index*", "*indices*",
		"*num_batches_tracked", "*.perm"),
};

#define ZERO_POINTS                                                          \
	GROUP("zero points of quantised weights", "*zero*point*", "*qzeros", \
		"*.zeros", "*.zero")

static const struct group zero_points[] = {ZERO_POINTS};

/* What is no weight. */
static const struct group others[] = {
	/*
	 * torch, also as trainers keep it; TensorFlow 2 and 1; optax.  A mean
	 * of squares that becomes zero divides by it.
	 */
	GROUP("a state of an optimizer", "*exp_avg*", "*momentum_buffer",
		"*square_avg", "*opt*.state.[0-9]*", "*.OPTIMIZER_SLOT*",
		"*optimizer/_variables/*", "*/Adam", "*/Adam_1", "*/Momentum",
		"*/RMSProp*", "*/Adagrad", "*opt_state*"),
	/*
	 * GPTQ, AWQ, FP8, NVFP4, MLX, compressed-tensors, TensorRT-LLM;
	 * Marlin, QQQ; layer scales and logit scales are alike.
	 */
	GROUP("a scale", "*scale*", "*scaling_factor*", "*.smoother", "*.s",
		"*.s_channel", "*.s_group"),
	ZERO_POINTS,
	/*
	 * bitsandbytes, ModelOpt; AQLM, VPTQ, HIGGS, QTIP, SqueezeLLM; quanto
	 */
	GROUP("a range or a table of quantised weights", "*absmax*", "*amax",
		"*quant_map*", "*.SCB", "*codebook*", "*centroids*",
		"*.tables*", "*.tlut", "*._shift", "*hadamard*"),
	/*
	 * Of several experts or heads at once; MLX has .biases of groups; the
	 * attn.bias of GPT-2 is a causal mask.
	 */
	GROUP("a bias", "*bias", "*biases"),
	GROUP("a mask", "*mask*", "*tril"),
	GROUP("a token", "*_token", "*_tokens", "*iou_token.weight", "*.probe",
		"*latents", "*resampler.query", "*attn_pool.query"),
	GROUP("positions", "*pos*embed*", "*pos_emb*", "*pos_enc*",
		"*positional*", "*rel_pos*", "*relative_position*",
		"*relative_attention_bias*", "*attn_rel_b*", "*.rpb", "*.pe"),
	GROUP("frequencies of rotary positions", "*inv_freq*", "*freqs*",
		"*rotary_emb*", "*cos_cached", "*sin_cached"),
	GROUP("a table", "*_table", "*.modulation"),
	/* Mamba, VMamba, S4 */
	GROUP("rates of a recurrence", "*A_log", "*A_logs", "*.D", "*.Ds",
		"*A_real", "*A_imag", "*.ssm_a", "*.ssm_d"),
	/* RWKV 4 to 7; of GGUF, time_mix_key.weight is a weight. */
	GROUP("decays of a recurrence", "*time_decay*", "*time_first",
		"*time_faaaa", "*time_mix_first.weight",
		"*time_mix_decay.weight", "*time_mix_r_k.weight",
		"*.att.[wav]0", "*.att.[kr]_[ka]", "*.attn.[kr]_[ka]"),
	GROUP("how a recurrence mixes steps", "*time_mix_[kvrgw]",
		"*time_mix_key", "*time_mix_value", "*time_mix_receptance",
		"*time_mix_gate", "*time_maa_*", "*_mix_lerp_*",
		"*.att.x_[rwkvag]", "*.attn.x_[rwkvag]", "*.ffn.x_[kr]"),
	/*
	 * Over several dimensions, or stored as 1x1xn; weight_g and original0
	 * are the lengths of weight normalisation; DoRA, IA3
	 */
	GROUP("gains of a normalisation", "*norm.weight", "*norm[0-9].weight",
		"*.gamma", "*.beta", "*.alpha", "*weight_g", "*.original0",
		"*magnitude_vector*", "*ia3_l*", "*temperature"),
	GROUP("statistics of data", "*running_mean", "*running_var", "*.mean",
		"*.std", "*pixel_mean", "*pixel_std", "*.queue"),
	GROUP("constants of a detector, a spectrum or a filter", "*.anchors",
		"*anchor_grid", "*dfl.conv.weight", "*mel_filters*", "*_basis",
		"*.fb", "*melW", "*.stft.conv_*", "*.window",
		"*resample_filter", "*noise_const", "*blur.kernel", "*.filt"),
};

/*
 * Which pairs of letters a name has, by a hash.  Of the patterns, all of which
 * are asked for each of many tensors, hardly any has only pairs of these; they
 * have no signs but * and [...].
 */
#define NPAIR 1024

struct pairs {
	uint64_t has[NPAIR / 64];
};

static unsigned pair_of(const char *s)
{
	return ((unsigned char)s[0] * 31u + (unsigned char)s[1]) % NPAIR;
}

static void note_pairs(struct pairs *x, const char *name)
{
	*x = (struct pairs){0};
	for (; name[0] && name[1]; name++)
		x->has[pair_of(name) / 64] |= UINT64_C(1) << pair_of(name) % 64;
}

/* False only if P has a pair of letters that the name has not. */
static bool may_match(const struct pairs *x, const char *p)
{
	for (; p[0] && p[1] && p[0] != '['; p++) {
		bool is = p[0] != '*' && p[1] != '*' && p[1] != '[';

		if (is && !(x->has[pair_of(p) / 64] >> pair_of(p) % 64 & 1))
			return false;
	}
	return true;
}

#define FIND(groups, name, what) find(groups, ARRAY_SIZE(groups), name, what)

static const char *find_plain(const struct group *g, size_t ngroup,
	const char *name, const char **what)
{
	struct pairs has;

	note_pairs(&has, name);
	for (; ngroup--; g++)
		for (const char *const *p = g->pattern; *p; p++)
			if (may_match(&has, *p) && fnmatch(*p, name, 0) == 0) {
				*what = g->what;
				return *p;
			}
	return NULL;
}

/* What TensorFlow appends to the name of a variable says nothing of it. */
static size_t plain_len(const char *name)
{
	static const char *const ends[] = {"/.ATTRIBUTES/VARIABLE_VALUE", ":0"};
	size_t n = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t len = strlen(ends[i]);

		if (n > len && strcmp(name + n - len, ends[i]) == 0)
			return n - len;
	}
	return n;
}

static const char *find(const struct group *g, size_t ngroup, const char *name,
	const char **what)
{
	size_t n = plain_len(name);
	char *plain = name[n] ? strndup(name, n) : NULL;
	const char *ret = find_plain(g, ngroup, plain ? plain : name, what);

	free(plain);
	return ret;
}

/*
 * Notes in V the pattern by which the tensor called NAME is not pruned by
 * default, and what such tensors are; neither of a weight like others.
 */
static void ask_name(struct choice_verdict *v, const char *name, bool is_float)
{
	if (!is_float)
		v->pattern = FIND(integers, name, &v->what);
	if (v->pattern)
		return;
	v->pattern = FIND(others, name, &v->what);
	v->name = v->pattern ? CHOICE_NAME_OTHER : CHOICE_NAME_WEIGHT;
	if (!v->pattern)
		v->pattern = FIND(weights, name, &v->what);
}

bool choice_is_weight(
	const struct choice_verdict *v, const struct tensor_span *s)
{
	const char *what;

	if (v->name == CHOICE_NAME_UNASKED)
		return !FIND(others, s->name, &what);
	return v->name == CHOICE_NAME_WEIGHT;
}

bool choice_names_zero_point(const char *name)
{
	const char *what;

	return FIND(zero_points, name, &what) != NULL;
}

/* --- decisions ----------------------------------------------------------- */

const char *const choice_decision_name[] = {
	[CHOICE_YES] = "prune",
	[CHOICE_SKIP_DTYPE] = "skip:dtype",
	[CHOICE_SKIP_NDIM] = "skip:ndim",
	[CHOICE_SKIP_NAME] = "skip:name",
	[CHOICE_SKIP_EXCLUDE] = "skip:exclude",
	[CHOICE_SKIP_ONLY] = "skip:only",
	[CHOICE_SKIP_SHAPE] = "skip:shape",
	[CHOICE_SKIP_MASK] = "skip:mask",
};

int choice_patterns_add(
	struct choice_patterns *a, const char *pattern, struct diag *d)
{
	if (array_resize(&a->p, a->n + 1, sizeof(*a->p), d) ||
		pattern_compile(&a->p[a->n], pattern, d))
		return -1;
	a->n++;
	return 0;
}

static void free_patterns(struct choice_patterns *a)
{
	for (size_t i = 0; i < a->n; i++)
		pattern_free(a->p[i]);
	free(a->p);
	*a = (struct choice_patterns){0};
}

void choice_free(struct choice *c)
{
	free_patterns(&c->include);
	free_patterns(&c->exclude);
	free_patterns(&c->only);
}

/* The first of A that matches, or NULL. */
static const char *match(const struct choice_patterns *a, const char *name)
{
	for (size_t i = 0; i < a->n; i++)
		if (pattern_matches(a->p[i], name))
			return pattern_text(a->p[i]);
	return NULL;
}

static struct choice_verdict judge_default(
	enum tensor_format format, const struct tensor_span *s)
{
	struct choice_verdict v = {.decision = CHOICE_YES};

	if (tensor_is_array(format))
		return v;
	if (s->ndim < 2)
		return (struct choice_verdict){.decision = CHOICE_SKIP_NDIM,
			.what = "fewer than two dimensions"};
	ask_name(&v, s->name, tensor_dtype_info[s->dtype].is_float);
	if (v.pattern)
		v.decision = CHOICE_SKIP_NAME;
	return v;
}

bool choice_exclude(const struct choice *r, const char *name)
{
	return match(&r->exclude, name) != NULL;
}

bool choice_allow(const struct choice *r, const char *name)
{
	return !match(&r->exclude, name) &&
	       (r->only.n == 0 || match(&r->include, name) ||
		       match(&r->only, name));
}

struct choice_verdict choice_judge(const struct choice *r,
	enum tensor_format format, const struct tensor_span *s)
{
	struct choice_verdict v = {.decision = CHOICE_YES};

	if (!tensor_dtype_info[s->dtype].is_float &&
		!(r->integers && select_integers(s->dtype)))
		return (struct choice_verdict){.decision = CHOICE_SKIP_DTYPE,
			.what = "not a float dtype"};
	v.pattern = match(&r->exclude, s->name);
	if (v.pattern) {
		v.decision = CHOICE_SKIP_EXCLUDE;
		v.what = "excluded";
		return v;
	}
	v.pattern = match(&r->include, s->name);
	if (!v.pattern)
		v.pattern = match(&r->only, s->name);
	if (v.pattern)
		return v;
	if (r->only.n)
		return (struct choice_verdict){.decision = CHOICE_SKIP_ONLY,
			.what = "not among those named"};
	return judge_default(format, s);
}

enum choice_decision choice_decide(const struct choice *r,
	enum tensor_format format, const struct tensor_span *s)
{
	return choice_judge(r, format, s).decision;
}

static const char *unused(
	const struct choice_patterns *a, const struct tensor_model *m)
{
	for (size_t i = 0; i < a->n; i++) {
		bool used = false;

		for (size_t j = 0; j < m->ntensor && !used; j++)
			used = pattern_matches(a->p[i], m->tensor[j]->name);
		if (!used)
			return pattern_text(a->p[i]);
	}
	return NULL;
}

const char *choice_unused(const struct choice *r, const struct tensor_model *m)
{
	const char *p = unused(&r->include, m);

	if (!p)
		p = unused(&r->exclude, m);
	return p ? p : unused(&r->only, m);
}

/* n * p / q, rounded. */
static uint64_t scale(uint64_t n, struct num_ratio r, enum choice_round round)
{
	u128 x = (u128)n * r.p;
	uint64_t k = (uint64_t)(x / r.q), rest = (uint64_t)(x % r.q);

	switch (round) {
	case CHOICE_ROUND_DOWN: return k;
	case CHOICE_ROUND_UP: return k + (rest > 0);
	case CHOICE_ROUND_EVEN: break;
	}
	/* rest and q - rest compare as 2 * rest and q, without overflow. */
	if (rest > r.q - rest || (rest == r.q - rest && (k & 1)))
		k++;
	return k;
}

/* As libraries count, in the floating point of each. */
static uint64_t compat_amount(
	enum choice_compat compat, uint64_t n, struct num_ratio r)
{
	double s = (double)r.p / (double)r.q, k = 0;
	float keep;

	switch (compat) {
	case CHOICE_COMPAT_NONE: break;
	case CHOICE_COMPAT_TORCH: k = rint(s * (double)n); break;
	case CHOICE_COMPAT_TFMOT:
		keep = rintf((float)n * (1.0f - (float)s));
		keep = keep < 1 ? 1 : keep;
		k = (double)n - (double)keep;
		break;
	case CHOICE_COMPAT_LLMC:
	case CHOICE_COMPAT_WANDA_ROW: k = trunc(s * (double)n); break;
	case CHOICE_COMPAT_WANDA: k = trunc(s * (double)n) + 1; break;
	}
	return k <= 0 ? 0 : k >= (double)n ? n : (uint64_t)k;
}

uint64_t choice_amount(const struct choice_target *t, uint64_t n)
{
	uint64_t max = t->min_keep < n ? n - t->min_keep : 0, k;

	switch (t->kind) {
	case CHOICE_BY_SPARSITY:
		k = t->compat ? compat_amount(t->compat, n, t->ratio)
			      : scale(n, t->ratio, t->round);
		return k < max ? k : max;
	case CHOICE_BY_DENSITY:
		k = n - scale(n, t->ratio, t->round);
		return k < max ? k : max;
	case CHOICE_BY_COUNT: return t->count;
	case CHOICE_BY_NOTHING:
	case CHOICE_BY_THRESHOLD:
	case CHOICE_BY_PLAN: break;
	}
	return 0;
}
