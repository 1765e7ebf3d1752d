/* SPDX-License-Identifier: MIT */
/*
 * Which way a metric gets better, from the words of its name; and as libraries
 * guess it where a call does not say.
 */
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "watch/watch_impl.h"

/* Words of names, blank-separated and in lower case. */
static const char up[] =
	"acc accuracy accuracies auc auroc auprc aucpr prauc precision recall "
	"f1 fbeta fscore f1score iou miou jaccard dice map ap ar ndcg mrr mcc "
	"bleu rouge meteor chrf cider spice r2 psnr ssim score top1 top5 hits "
	"hit sensitivity specificity kappa reward return correlation pearson "
	"spearman explained pass em exact winrate elo throughput";
static const char down[] =
	"loss losses nll error err mse mae rmse mape msle smape wer cer ter "
	"ppl perplexity kl kld divergence logloss mlogloss bce ce crossentropy "
	"entropy fid kid lpips regret brier ece hinge distance bpc bpb bits "
	"objective cost rmsle";

/* The next word of *S in lower case; 0: no more. */
static size_t next_word(const char **s, char word[32])
{
	size_t n = 0;

	while (**s && !str_is_alnum(**s))
		(*s)++;
	while (str_is_alnum(**s)) {
		if (n < 31)
			word[n++] = str_to_lower(**s);
		(*s)++;
	}
	word[n] = '\0';
	return n;
}

/* What one word says. */
static enum watch_mode mode_of_word(const char *word, size_t n)
{
	if (str_is_word_of(word, n, up))
		return WATCH_MAX;
	return str_is_word_of(word, n, down) ||
			       (n > 4 && strcmp(word + n - 4, "loss") == 0)
		       ? WATCH_MIN
		       : WATCH_AUTO;
}

/*
 * The last word that says anything does, "error_rate_auc", unless words of
 * a difference or quotient disagree; other arithmetic says nothing.
 */
enum watch_mode watch_mode_of(const char *name)
{
	bool compound = name[strcspn(name, "-/")] != '\0';
	enum watch_mode ret = WATCH_AUTO, mode;
	char word[32];
	size_t n;

	if (name[strcspn(name, "+*(),\"'`")] ||
		!(str_is_letter(*name) || *name == '_'))
		return WATCH_AUTO;
	while ((n = next_word(&name, word)) > 0) {
		mode = mode_of_word(word, n);
		if (compound && mode && ret && mode != ret)
			return WATCH_AUTO;
		ret = mode ? mode : ret;
	}
	return ret;
}

/* Whether NAME begins with one that XGBoost maximizes. */
static bool xgboost_maximizes(const char *name)
{
	static const char *const begins[] = {"auc", "pre", "map", "ndcg"};

	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (strncmp(name, begins[i], strlen(begins[i])) == 0)
			return strcmp(name, "mape") != 0;
	return false;
}

enum watch_mode watch_mode_by(enum watch_rule rule, const char *name)
{
	size_t n = strlen(name);
	const char *last = name + n;

	switch (rule) {
	case RULE_WORDS: break;
	case RULE_FASTAI:
		return strstr(name, "loss") || strstr(name, "error")
			       ? WATCH_MIN
			       : WATCH_MAX;
	case RULE_HF:
		return n >= 4 && strcmp(last - 4, "loss") == 0 ? WATCH_MIN
							       : WATCH_MAX;
	case RULE_XGBOOST:
		/* Columns are "validation_0-auc" and the like. */
		while (last > name && last[-1] != '-' && last[-1] != ':')
			last--;
		return xgboost_maximizes(last) ? WATCH_MAX : WATCH_MIN;
	}
	return watch_mode_of(name);
}
