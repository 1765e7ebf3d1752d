/* SPDX-License-Identifier: MIT */
/*
 * The policies of a run together: which metric each follows and in which
 * direction, the rate that they share, and what a row brings.
 */
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "watch/watch_impl.h"

/* --- policies ------------------------------------------------------------- */

struct watch_policy *watch_policy_new(void)
{
	struct watch_policy *p = calloc(1, sizeof(*p));

	if (p)
		p->s.scale = 1;
	return p;
}

void watch_policy_free(struct watch_policy *p)
{
	if (!p)
		return;
	free(p->name);
	free(p->monitor);
	free(p->s.top);
	free(p);
}

void watch_append(struct watch *w, struct watch_policy *p)
{
	struct watch_policy **at = &w->policy;

	while (*at)
		at = &(*at)->next;
	*at = p;
}

int watch_new(struct watch **ret, const struct watch_opts *opts, struct diag *d)
{
	struct watch *w = calloc(1, sizeof(*w));

	*ret = w;
	if (!w)
		return diag_nomem(d, sizeof(*w));
	w->opts = opts;
	w->lr = opts->lr > 0 ? opts->lr : NAN;
	w->asked = calloc(opts->ndefine + 1, sizeof(*w->asked));
	if (w->asked)
		return 0;
	free(w);
	*ret = NULL;
	return diag_nomem(d, opts->ndefine);
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	for (struct watch_policy *p = w->policy, *next; p; p = next) {
		next = p->next;
		watch_policy_free(p);
	}
	free(w->metric);
	free(w->asked);
	buf_free(&w->remarks);
	free(w);
}

int watch_remark(struct watch *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&w->remarks, fmt, ap);
	va_end(ap);
	buf_addc(&w->remarks, '\n');
	return buf_failed(&w->remarks) ? -1 : 0;
}

bool watch_asked_for(const struct watch *w, size_t i)
{
	return w->asked[i];
}

const struct buf *watch_remarks(const struct watch *w)
{
	return &w->remarks;
}

/* --- directions ----------------------------------------------------------- */

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

/* The direction of the metric NAME by RULE; AUTO: not known. */
static enum watch_mode mode_by(enum watch_rule rule, const char *name)
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

/* --- metrics -------------------------------------------------------------- */

/* The number of the metric NAME, new if there is none; there is room. */
static size_t number_of(struct watch *w, const char *name)
{
	for (size_t i = 0; i < w->nmetric; i++)
		if (strcmp(w->metric[i], name) == 0)
			return i;
	w->metric[w->nmetric] = name;
	return w->nmetric++;
}

/*
 * What the rows show: METRIC, else what the first policy follows that says it,
 * else what it would by default.
 */
static const char *main_metric(const struct watch *w, const char *metric)
{
	const char *usual = NULL;

	for (const struct watch_policy *p = w->policy; p && !metric;
		p = p->next) {
		if (p->monitor_said)
			metric = p->monitor;
		if (p->monitor && !usual)
			usual = p->monitor;
	}
	return metric ? metric : usual ? usual : "";
}

/* What P follows, METRIC being what the user has said. */
static const char *followed(
	const struct watch *w, const struct watch_policy *p, const char *metric)
{
	const char *own = metric && !p->monitor_said ? metric : p->monitor;

	return own ? own : w->metric[0];
}

/* P's mode by what it follows.  Returns 0, or -1: it is not known. */
static int decide_mode(struct watch *w, struct watch_policy *p, struct diag *d)
{
	const char *name = w->metric[p->metric];
	enum watch_mode told = watch_mode_of(name);
	bool said = p->mode_said || p->mode_fixed;

	if (!said && w->opts->mode)
		p->mode = w->opts->mode;
	if (p->mode == WATCH_AUTO)
		p->mode = mode_by(p->rule, name);
	if (p->mode == WATCH_AUTO)
		return diag_set(d, DIAG_USAGE,
			"'%s' does not say whether lower or higher is better; "
			"expected %s min or max",
			name, w->opts->mode_name);
	if (p->mode_fixed && w->opts->mode && w->opts->mode != p->mode)
		return diag_set(d, DIAG_USAGE,
			"%s takes %s values for better, always; expected a "
			"metric with its sign changed",
			p->name, p->mode == WATCH_MIN ? "lower" : "higher");
	if (p->mode_said || !told || told == p->mode || w->opts->mode)
		return 0;
	if (watch_remark(w, "%s takes %s values of '%s' for better%s", p->name,
		    p->mode == WATCH_MIN ? "lower" : "higher", name,
		    p->mode_fixed ? "" : ", as its mode is not said"))
		return diag_nomem(d, w->remarks.len);
	return 0;
}

/* The modes of those that follow metric I. */
static int decide_modes(struct watch *w, size_t i, struct diag *d)
{
	for (struct watch_policy *p = w->policy; p; p = p->next)
		if (p->metric == i && decide_mode(w, p, d) < 0)
			return -1;
	return 0;
}

/* A policy that only says which row is the best, if none was given. */
static int add_best(struct watch *w, struct diag *d)
{
	struct watch_policy *p = w->policy, *best;

	for (; p; p = p->next)
		if (p->kind == watch_save_kinds)
			return 0;
	best = watch_policy_new();
	if (!best || !(best->name = strdup("best"))) {
		watch_policy_free(best);
		return diag_nomem(d, sizeof(*best));
	}
	best->kind = watch_save_kinds;
	best->next = w->policy;
	w->policy = best;
	return 0;
}

/* The best is of the row's metric, and its mode that of those who say one. */
static void settle_best(struct watch *w)
{
	struct watch_policy *best = w->policy;

	if (!best || best->mode || best->mode_said)
		return;
	for (const struct watch_policy *p = best->next; p; p = p->next)
		if (p->metric == best->metric && p->mode && p->mode_said) {
			best->mode = p->mode;
			best->mode_said = true;
			return;
		}
}

/* Rates are floats where all that change them keep floats. */
static int settle_rate(struct watch *w, struct diag *d)
{
	bool any = false, single = true;

	for (const struct watch_policy *p = w->policy; p; p = p->next) {
		any = any || p->kind->rate;
		single = single && p->kind->rate != REDUCES;
	}
	/* What only scales is told as a factor. */
	if (any && isnan(w->lr))
		w->lr = 1;
	w->single = any && single;
	if (w->single && w->lr > (double)FLT_MAX)
		return diag_set(d, DIAG_USAGE,
			"the rate %.16g is more than a float holds, which the "
			"policies keep it in",
			w->lr);
	if (w->single)
		w->lr = (double)(float)w->lr;
	return 0;
}

int watch_begin(struct watch *w, const char *metric, struct diag *d)
{
	size_t n = 1;
	bool reduces = false;

	if (add_best(w, d) < 0)
		return -1;
	for (const struct watch_policy *p = w->policy; p; p = p->next) {
		n++;
		reduces = reduces || p->kind->rate == REDUCES ||
			  p->kind->rate == REDUCES_SINGLE;
	}
	if (reduces && isnan(w->lr))
		return diag_set(d, DIAG_USAGE,
			"no rate to begin with; expected %s LR",
			w->opts->lr_name);
	w->metric = calloc(n, sizeof(*w->metric));
	if (!w->metric)
		return diag_nomem(d, n * sizeof(*w->metric));
	w->nmetric = 0;
	number_of(w, main_metric(w, metric));
	for (struct watch_policy *p = w->policy; p; p = p->next)
		p->metric = number_of(w, followed(w, p, metric));
	settle_best(w);
	if (settle_rate(w, d) < 0)
		return -1;
	for (size_t i = 0; i < w->nmetric; i++)
		if (w->metric[i][0] && decide_modes(w, i, d) < 0)
			return -1;
	return 0;
}

double watch_rate(const struct watch *w)
{
	return w->lr;
}

const char *watch_metric(const struct watch *w, size_t i)
{
	return i < w->nmetric ? w->metric[i] : NULL;
}

int watch_name_metric(struct watch *w, const char *name, struct diag *d)
{
	w->metric[0] = name;
	return decide_modes(w, 0, d);
}

/* --- rows ----------------------------------------------------------------- */

void watch_step(struct watch *w, const double *value, const bool *given,
	struct watch_row *ret)
{
	double scale = 1;

	*ret = (struct watch_row){.best = NAN};
	for (struct watch_policy *p = w->policy; p; p = p->next) {
		unsigned events = 0;

		if (given[p->metric]) {
			p->s.n++;
			events = p->kind->step(p, value[p->metric], &w->lr);
		}
		if (events & WATCH_STOP && !(ret->events & WATCH_STOP))
			ret->stopped_by = p->name;
		ret->events |= events;
		scale *= p->s.scale;
	}
	if (w->policy && w->policy->s.has_best)
		ret->best = w->policy->s.best;
	ret->lr = w->lr * scale;
	ret->lr_is_single = w->single && (double)(float)ret->lr == ret->lr;
}

void watch_event_words(struct buf *b, unsigned events)
{
	static const char *const word[WATCH_NEVENT] = {
		"best", "save", "reduce", "cycle", "stop"};
	const char *gap = "";

	for (size_t i = 0; i < WATCH_NEVENT; i++) {
		if (!(events & 1u << i))
			continue;
		buf_printf(b, "%s%s", gap, word[i]);
		gap = " ";
	}
}
