/* SPDX-License-Identifier: MIT */
/*
 * Policies that end training, each as its library's class decides.  What they
 * have in common is a count of rows without an improvement; what an improvement
 * is, when the count is looked at, and what NaN does are each one's own.
 */
#include <math.h>

#include "watch/watch_impl.h"

/* X less the threshold in the direction of P's mode. */
static double less_threshold(const struct watch_policy *p, double x)
{
	return p->mode == WATCH_MIN ? x + p->is.threshold : x - p->is.threshold;
}

/* One more row without an improvement. */
static unsigned worse(struct watch_policy *p)
{
	return ++p->s.bad >= p->is.patience ? WATCH_STOP : 0;
}

/* --- keys, Lightning ------------------------------------------------------ */

static unsigned stop(struct watch_policy *p, double x, double *lr)
{
	(void)lr;
	if (p->is.finite && !isfinite(x))
		return WATCH_STOP;
	if (!isnan(p->is.target) && watch_beats(p, x, p->is.target))
		return WATCH_STOP;
	if (!isnan(p->is.limit) && watch_beats(p, -x, -p->is.limit))
		return WATCH_STOP;
	return watch_beats(p, less_threshold(p, x), watch_best_of(p))
		       ? watch_better(p, x)
		       : worse(p);
}

/*
 * Lightning 2.6, whose metrics are tensors of single precision, and with them
 * the numbers that meet them.
 */
static unsigned single_stop(struct watch_policy *p, double x, double *lr)
{
	float value = (float)x, t = (float)p->is.threshold;
	float at = p->mode == WATCH_MIN ? value + t : value - t;

	(void)lr;
	if (p->is.finite && !isfinite(value))
		return WATCH_STOP;
	if (!isnan(p->is.target) && watch_beats(p, value, (float)p->is.target))
		return WATCH_STOP;
	if (!isnan(p->is.limit) && watch_beats(p, -value, -(float)p->is.limit))
		return WATCH_STOP;
	return watch_beats(p, at, watch_best_of(p)) ? watch_better(p, value)
						    : worse(p);
}

/* --- Keras 3 -------------------------------------------------------------- */

/* As in its reduce-on-plateau. */
static bool keras_beats(const struct watch_policy *p, double x, double than)
{
	return watch_beats(p, (float)less_threshold(p, x), (float)than);
}

/* The first row never stops, and is the best whatever it is. */
static unsigned keras_stop(struct watch_policy *p, double x, double *lr)
{
	double epoch = p->s.n - 1;

	(void)lr;
	if (epoch < p->is.start)
		return 0;
	p->s.bad++;
	if (!p->s.has_best || keras_beats(p, x, p->s.best)) {
		watch_take(p, x);
		if (isnan(p->is.baseline) || keras_beats(p, x, p->is.baseline))
			p->s.bad = 0;
		return 0;
	}
	return p->s.bad >= p->is.patience && epoch > 0 ? WATCH_STOP : 0;
}

/* --- ignite 0.5.5 --------------------------------------------------------- */

/* Python's max() or min() of X and Y, in this order. */
static double keep(const struct watch_policy *p, double x, double y)
{
	return watch_beats(p, y, x) ? y : x;
}

/* What is no improvement may still be the best, unless it is CUMULATIVE. */
static unsigned ignite_stop(struct watch_policy *p, double x, double *lr)
{
	double t = p->mode == WATCH_MIN ? -p->is.threshold : p->is.threshold;
	double best = p->s.best,
	       at = p->is.relative ? best * (1 + t) : best + t;

	(void)lr;
	if (!p->s.has_best) {
		watch_take(p, x);
		return 0;
	}
	if (p->mode == WATCH_MAX ? !(x <= at) : !(x >= at))
		return watch_better(p, x);
	if (!p->is.cumulative)
		p->s.best = keep(p, x, best);
	return worse(p);
}

/* --- Transformers 5 ------------------------------------------------------- */

/* The best is that of the trainer: whatever is better by any amount. */
static unsigned hf_stop(struct watch_policy *p, double x, double *lr)
{
	double best = watch_best_of(p);
	bool first = p->s.n == 1;
	bool enough = first || (watch_beats(p, x, best) &&
				       fabs(x - best) > p->is.threshold);

	(void)lr;
	if (watch_beats(p, x, best))
		watch_take(p, x);
	if (!enough)
		return worse(p);
	p->s.bad = 0;
	return p->s.bad >= p->is.patience ? WATCH_STOP : 0;
}

/* --- Flax 0.12 ------------------------------------------------------------ */

/* The count is looked at before it grows. */
static unsigned flax_stop(struct watch_policy *p, double x, double *lr)
{
	double best = watch_best_of(p);

	(void)lr;
	if (isinf(best) || best - x > p->is.threshold)
		return watch_better(p, x);
	return p->s.bad++ >= p->is.patience ? WATCH_STOP : 0;
}

/* --- XGBoost 3.2, LightGBM 4.7 -------------------------------------------- */

static unsigned xgboost_stop(struct watch_policy *p, double x, double *lr)
{
	double best = p->s.best, t = p->is.threshold;
	bool is_better = p->mode == WATCH_MAX ? x - t > best : best - t > x;

	(void)lr;
	return !p->s.has_best || is_better ? watch_better(p, x) : worse(p);
}

static unsigned lightgbm_stop(struct watch_policy *p, double x, double *lr)
{
	double best = p->s.best, t = p->is.threshold;
	bool is_better =
		watch_beats(p, x, p->mode == WATCH_MIN ? best - t : best + t);

	(void)lr;
	return !p->s.has_best || is_better ? watch_better(p, x) : worse(p);
}

/* --- mmengine 0.10 -------------------------------------------------------- */

/* What is just as far as the threshold, or NaN, is an improvement. */
static unsigned mmengine_stop(struct watch_policy *p, double x, double *lr)
{
	double t = p->mode == WATCH_MIN ? -p->is.threshold : p->is.threshold;

	(void)lr;
	if (p->is.finite && !isfinite(x))
		return WATCH_STOP;
	if (!isnan(p->is.target) && watch_beats(p, x, p->is.target))
		return WATCH_STOP;
	return watch_beats(p, watch_best_of(p) + t, x) ? worse(p)
						       : watch_better(p, x);
}

const struct watch_kind watch_stop_kinds[] = {
	{"stop", stop, 0},
	{"lightning_stop", single_stop, 0},
	{"keras_stop", keras_stop, 0},
	{"ignite_stop", ignite_stop, 0},
	{"hf_stop", hf_stop, 0},
	{"flax_stop", flax_stop, 0},
	{"xgboost_stop", xgboost_stop, 0},
	{"lightgbm_stop", lightgbm_stop, 0},
	{"mmengine_stop", mmengine_stop, 0},
	{0},
};
