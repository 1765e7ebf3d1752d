/* SPDX-License-Identifier: MIT */
/*
 * Which trainer's a configuration is, by the keys that it has.
 */
#include <string.h>

#include "base/array.h"
#include "config/config_impl.h"

static const struct config_format formats[] = {
	{"deepspeed", "deepspeed.DeepSpeedConfig", "scheduler/type",
		"scheduler/type=WarmupLR|WarmupDecayLR|WarmupCosineLR|OneCycle|"
		"LRRangeTest",
		CONFIG_SURE},
	{"mmengine", "mmengine.MMEngineConfig", "param_scheduler",
		"param_scheduler", CONFIG_SURE},
	{"mmcv", "mmengine.MMCVConfig", "lr_config", "lr_config", CONFIG_SURE},
	{"olmo", "olmo.OLMoConfig", "scheduler/name optimizer/learning_rate",
		"scheduler/name=cosine_with_warmup|linear_with_warmup|"
		"inverse_sqrt_with_warmup|constant_with_warmup",
		CONFIG_SURE},
	{"composer", "composer.ComposerConfig", "scheduler/name",
		"scheduler/name=constant_with_warmup|cosine_with_warmup|"
		"linear_decay_with_warmup|inv_sqrt_with_warmup",
		CONFIG_SURE},
	{"nanotron", "hf.NanotronConfig", "optimizer/learning_rate_scheduler",
		"optimizer/learning_rate_scheduler", CONFIG_SURE},
	{"nanotron", "hf.NanotronConfig", "learning_rate_scheduler",
		"learning_rate_scheduler/lr_decay_style "
		"learning_rate_scheduler/min_decay_lr",
		CONFIG_SURE},
	{"torchtitan", "torchtitan.TorchTitanConfig", "training/steps",
		"lr_scheduler/warmup_steps lr_scheduler/decay_ratio "
		"lr_scheduler/decay_type lr_scheduler/min_lr_factor "
		"lr_scheduler/total_steps",
		CONFIG_MAYBE},
	{"litgpt", "nanogpt.LitGPTConfig", "train/lr_warmup_steps",
		"train/micro_batch_size train/min_lr", CONFIG_SURE},
	{"detectron2", "fvcore.Detectron2Config", "SOLVER",
		"SOLVER/BASE_LR SOLVER/STEPS SOLVER/MAX_ITER", CONFIG_SURE},
	{"paddledet", "paddle.PaddleDetectionConfig", "LearningRate",
		"LearningRate/base_lr LearningRate/schedulers", CONFIG_SURE},
	{"espnet", "espnet.ESPnetConfig", "scheduler optim_conf",
		"scheduler=warmuplr|noamlr|warmupsteplr|"
		"exponentialdecaywarmup",
		CONFIG_SURE},
	{"caffe", "caffe.CaffeSolver", "lr_policy",
		"base_lr stepvalue stepsize max_iter", CONFIG_MAYBE},
	{"darknet", "darknet.NetSection", "learning_rate max_batches",
		"burn_in policy=constant|step|steps|exp|poly|sigmoid|sgdr",
		CONFIG_MAYBE},
	{"model_card", "hf.ModelCard", "learning_rate lr_scheduler_type",
		"lr_scheduler_warmup_steps lr_scheduler_warmup_ratio "
		"train_batch_size total_train_batch_size",
		CONFIG_MAYBE},
	/* Scripts that call them so. */
	{"transformers", "hf.TrainingArguments", "lr_scheduler_type num_epochs",
		"learning_rate", CONFIG_MAYBE},
	{"nanogpt", "nanogpt.NanoGPTConfig", "learning_rate",
		"warmup_iters max_iters decay_lr", CONFIG_MAYBE},
	{"megatron", "megatron.MegatronArguments", "",
		"lr_decay_style lr_decay_iters lr_warmup_iters train_iters "
		"lr_warmup_fraction lr_warmup_samples train_samples "
		"lr_decay_samples lr_wsd_decay_style lr_wsd_decay_iters",
		CONFIG_MAYBE},
	{"fairseq", "fairseq.FairseqArguments", "",
		"warmup_updates max_update total_num_update lr_scheduler/_name "
		"lr_period_updates lr_scheduler=inverse_sqrt|polynomial_decay|"
		"tri_stage|reduce_lr_on_plateau|triangular|fixed|manual",
		CONFIG_MAYBE},
	{"ultralytics", "ultralytics.UltralyticsConfig", "", "lr0 lrf",
		CONFIG_CALLED},
	{"hf", "hf.AccelerateArguments", "",
		"lr_warmup_steps num_warmup_steps max_train_steps "
		"lr_scheduler_num_cycles",
		CONFIG_MAYBE},
	{"transformers", "hf.TrainingArguments",
		"learning_rate num_train_epochs",
		"lr_scheduler=cosine|linear|constant|constant_with_warmup",
		CONFIG_MAYBE},
	{"transformers", "hf.TrainingArguments", "learning_rate max_epochs",
		"lr_scheduler=cosine|linear|constant|constant_with_warmup",
		CONFIG_MAYBE},
	{"axolotl", "hf.AxolotlConfig", "learning_rate",
		"micro_batch_size base_model lr_scheduler=one_cycle|rex|"
		"log_sweep",
		CONFIG_MAYBE},
	{"transformers", "hf.TrainingArguments", "",
		"lr_scheduler_type per_device_train_batch_size warmup_ratio "
		"num_train_epochs lr_scheduler_kwargs",
		CONFIG_MAYBE},
	{"torchvision", "torchvision.TorchvisionArguments", "",
		"lr_scheduler=steplr|cosineannealinglr|exponentiallr|"
		"multisteplr lr_step_size lr_steps lr_gamma lr_warmup_decay "
		"lr_warmup_method lr_warmup_epochs",
		CONFIG_MAYBE},
	{"timm", "timm.TimmArguments", "",
		"sched=cosine|tanh|step|multistep|poly|wsd|rsqrt|plateau "
		"sched_on_updates warmup_lr decay_milestones "
		"cooldown_epochs decay_epochs patience_epochs lr_cycle_mul "
		"lr_cycle_decay lr_cycle_limit lr_k_decay lr_base",
		CONFIG_MAYBE},
	/* These might be of many; the one that is common takes them last. */
	{"transformers", "hf.TrainingArguments", "learning_rate",
		"max_steps warmup_steps", CONFIG_MAYBE},
	/* Examples of diffusers', and what was made after them. */
	{"hf", "hf.AccelerateArguments", "learning_rate",
		"lr_scheduler=cosine|linear|constant|constant_with_warmup|"
		"cosine_with_restarts|polynomial",
		CONFIG_MAYBE},
};

#define NFORMAT ARRAY_SIZE(formats)

const struct py_list *config_dict_of(const struct py_value *v)
{
	const struct py_list *d = v ? py_class_names(v) : NULL;

	if (v && py_named(v))
		return py_named(v);
	for (size_t i = 1; d && i < d->n; i += 2)
		if (d->item[i].type == PY_FUNCTION)
			return NULL;
	return d;
}

bool config_is_text(const struct py_value *v, const char *s, size_t n)
{
	return v->type == PY_STR && v->u.str->n == n &&
	       memcmp(v->u.str->s, s, n) == 0;
}

/* Whether D has what S[0..N) says: KEY, KEY/KEY, KEY=A|B. */
static bool has(const struct py_list *d, const char *s, size_t n)
{
	const char *eq = memchr(s, '=', n), *slash = memchr(s, '/', n);
	const char *stop = s + n;
	const struct py_value *v;

	if (slash) {
		d = config_dict_of(py_dict_find(d, s, (size_t)(slash - s)));
		n -= (size_t)(slash + 1 - s);
		return d && has(d, slash + 1, n);
	}
	v = py_dict_find(d, s, eq ? (size_t)(eq - s) : n);
	if (!v || !eq)
		return v != NULL;
	for (s = eq + 1; s < stop; s += n + 1) {
		for (n = 0; s + n < stop && s[n] != '|';)
			n++;
		if (config_is_text(v, s, n))
			return true;
	}
	return false;
}

/* How many of the blank-separated LIST D has; *N: of how many. */
static size_t count(const struct py_list *d, const char *list, size_t *n)
{
	size_t found = 0;

	for (*n = 0; *list; ++*n) {
		size_t len = strcspn(list, " ");
		found += has(d, list, len);
		list += len + (list[len] == ' ');
	}
	return found;
}

/* Whose configuration D is; NULL: nobody's that is known. */
const struct config_format *config_format_of(
	const struct call_build *b, const struct py_list *d, bool sure)
{
	struct py_value trainer;
	size_t n;

	if (py_global(b->user, "trainer", 7, &trainer) &&
		trainer.type == PY_STR)
		for (size_t i = 0; i < NFORMAT; i++)
			if (config_is_text(&trainer, formats[i].trainer,
				    strlen(formats[i].trainer)))
				return &formats[i];
	/* Loops call what nobody knows without arguments again and again. */
	for (size_t i = 0; i < NFORMAT && d->n > 0; i++) {
		const struct config_format *f = &formats[i];
		if (sure && f->certainty != CONFIG_SURE)
			continue;
		if (count(d, f->needs, &n) == n && count(d, f->any, &n) > 0)
			return f;
	}
	return NULL;
}
