/* SPDX-License-Identifier: MIT */
/*
 * Policies that write a checkpoint, and the one that says which row is the best
 * so far.
 */
#include <math.h>
#include <string.h>

#include "watch/watch_impl.h"

static bool is_better(const struct watch_policy *p, double x)
{
	double d = p->mode == WATCH_MIN ? -p->is.threshold : p->is.threshold;

	return !p->s.has_best || watch_beats(p, x - d, p->s.best);
}

/* No library's: nothing that is not finite is ever the best. */
static unsigned best(struct watch_policy *p, double x, double *lr)
{
	(void)lr;
	if (!isfinite(x) || !is_better(p, x))
		return 0;
	watch_take(p, x);
	return WATCH_BEST;
}

static unsigned save_all(struct watch_policy *p, double x, double *lr)
{
	(void)x;
	(void)lr;
	return fmod(p->s.n, p->is.every) == 0 ? WATCH_SAVE : 0;
}

/* fastai 2.8, mmengine 0.10. */
static unsigned save_better(struct watch_policy *p, double x, double *lr)
{
	(void)lr;
	watch_take(p, watch_best_of(p));
	if (!is_better(p, x))
		return 0;
	watch_take(p, x);
	return WATCH_SAVE;
}

/* Keras 3: in single precision; without a first best anything is. */
static unsigned keras_save(struct watch_policy *p, double x, double *lr)
{
	(void)lr;
	if (!p->s.has_best && !isnan(p->is.baseline))
		watch_take(p, p->is.baseline);
	if (p->s.has_best && !watch_beats(p, (float)x, (float)p->s.best))
		return 0;
	watch_take(p, x);
	return WATCH_SAVE;
}

/*
 * Lightning 2.6: X is among the best, which are tensors of single precision;
 * NaN counts as the worst of all.  The list begins with its worst.
 */
static unsigned top_k(struct watch_policy *p, double x, double *lr)
{
	size_t k = (size_t)p->is.top_k, i;
	float value = (float)x;

	(void)lr;
	if (k == 0 || fmod(p->s.n, p->is.every) != 0)
		return 0;
	if (p->s.ntop == k) {
		if (!watch_beats(p, value, p->s.top[0]))
			return 0;
		memmove(p->s.top, p->s.top + 1,
			--p->s.ntop * sizeof(*p->s.top));
	}
	if (isnan(value))
		value = p->mode == WATCH_MIN ? INFINITY : -INFINITY;
	for (i = p->s.ntop++; i > 0 && watch_beats(p, p->s.top[i - 1], value);
		i--)
		p->s.top[i] = p->s.top[i - 1];
	p->s.top[i] = value;
	return WATCH_SAVE;
}

const struct watch_kind watch_save_kinds[] = {
	{"best", best, 0},
	{"save_all", save_all, 0},
	{"save_better", save_better, 0},
	{"keras_save", keras_save, 0},
	{"lightning_save", top_k, 0},
	{0},
};
