/* SPDX-License-Identifier: MIT */
/*
 * Policies that lower the rate when a metric has stopped improving, each with
 * the order, the comparisons and the precision of its library's class.
 */
#include <float.h>

#include "watch/watch_impl.h"

/* Python's max(): the first unless the second is above it. */
static double larger(double a, double b)
{
	return b > a ? b : a;
}

/* The rate becomes TO.  Returns what that is. */
static unsigned set_rate(double *lr, double to)
{
	bool lower = to < *lr;

	*lr = to;
	return lower ? WATCH_REDUCE : 0;
}

/* --- torch 2.15, mmengine 0.10, fairseq ----------------------------------- */

static bool torch_better(const struct watch_policy *p, double x)
{
	double best = watch_best_of(p), t = p->is.threshold;

	if (p->mode == WATCH_MIN)
		return x < (p->is.relative ? best * (1.0 - t) : best - t);
	return x > (p->is.relative ? best * (t + 1.0) : best + t);
}

/* Once patience is at its end, a cooldown begins. */
static unsigned lower_if_bad(struct watch_policy *p, double *lr)
{
	double to;

	if (!(p->s.bad > p->is.patience))
		return 0;
	p->s.cool = p->is.cooldown;
	p->s.bad = 0;
	to = larger(*lr * p->is.factor, p->is.min_lr);
	return *lr - to > p->is.eps ? set_rate(lr, to) : 0;
}

static unsigned torch_plateau(struct watch_policy *p, double x, double *lr)
{
	if (torch_better(p, x))
		watch_better(p, x);
	else
		p->s.bad++;
	if (p->s.cool > 0) {
		p->s.cool--;
		p->s.bad = 0;
	}
	return lower_if_bad(p, lr);
}

/* --- timm 1.0 ------------------------------------------------------------- */

/*
 * A warmup before torch's; its epochs count from 1, as train.py calls it after
 * each of them.
 */
static unsigned timm_plateau(struct watch_policy *p, double x, double *lr)
{
	double epoch = p->s.n;

	if (epoch == 1)
		p->s.first_rate = *lr;
	if (epoch > p->is.warmup)
		return torch_plateau(p, x, lr);
	if (p->is.warmup > 0)
		*lr = p->is.warmup_lr +
		      epoch * ((p->s.first_rate - p->is.warmup_lr) /
				      p->is.warmup);
	return 0;
}

/* --- Keras 3 -------------------------------------------------------------- */

/* Its operations convert numbers to tensors: single precision. */
static bool keras_better(const struct watch_policy *p, double x)
{
	double d = p->mode == WATCH_MIN ? -p->is.threshold : p->is.threshold;
	float a = (float)(x - d), b = (float)p->s.best;

	if (!p->s.has_best)
		return true;
	return p->mode == WATCH_MIN ? a < b : a > b;
}

/*
 * The cooldown is counted before the comparison, and again after it a row is
 * bad only outside; at the floor the count goes on.
 */
static unsigned keras_plateau(struct watch_policy *p, double x, double *lr)
{
	unsigned ret;

	if (p->s.cool > 0) {
		p->s.cool--;
		p->s.bad = 0;
	}
	if (keras_better(p, x))
		return watch_better(p, x);
	if (p->s.cool > 0)
		return 0;
	p->s.bad++;
	if (!(p->s.bad >= p->is.patience) || !(*lr > (float)p->is.min_lr))
		return 0;
	ret = set_rate(lr, (float)larger(*lr * p->is.factor, p->is.min_lr));
	p->s.cool = p->is.cooldown;
	p->s.bad = 0;
	return ret;
}

/* --- fastai 2.8 ----------------------------------------------------------- */

/* FACTOR divides. */
static unsigned fastai_plateau(struct watch_policy *p, double x, double *lr)
{
	double best = watch_best_of(p), t = p->is.threshold;

	if (p->mode == WATCH_MIN ? x + t < best : x - t > best)
		return watch_better(p, x);
	if (!(++p->s.bad >= p->is.patience))
		return 0;
	p->s.bad = 0;
	return set_rate(lr, larger(*lr / p->is.divisor, p->is.min_lr));
}

/* --- Paddle 3.3 ----------------------------------------------------------- */

static bool paddle_better(const struct watch_policy *p, double x)
{
	double best = p->s.best, t = p->is.threshold;
	double by = p->is.relative ? best * t : t;

	if (!p->s.has_best)
		return true;
	return p->mode == WATCH_MIN ? x < best - by : x > best + by;
}

/* In a cooldown it does not look at the metric. */
static unsigned paddle_plateau(struct watch_policy *p, double x, double *lr)
{
	if (p->s.cool > 0) {
		p->s.cool--;
		return 0;
	}
	if (paddle_better(p, x))
		watch_better(p, x);
	else
		p->s.bad++;
	return lower_if_bad(p, lr);
}

/* --- optax 0.2.8 ---------------------------------------------------------- */

/* XLA has no subnormal numbers on processors. */
static float flushed(float x)
{
	return fabsf(x) < FLT_MIN ? copysignf(0, x) : x;
}

/* One mean of ACCUMULATION metrics, MEAN; all in single precision. */
static void optax_update(struct watch_policy *p, float mean)
{
	float best = (float)watch_best_of(p), scale = (float)p->s.scale;
	float most = flushed((float)(1 - p->is.threshold) * best);
	bool better = mean < flushed(most - (float)p->is.atol);
	double bad = better ? 0 : p->s.bad + 1;
	bool reached = bad == p->is.patience;

	if (better)
		watch_better(p, (double)mean);
	if (p->s.cool > 0) {
		p->s.cool--;
		p->s.bad = 0;
		return;
	}
	p->s.bad = reached ? 0 : bad;
	p->s.cool = reached ? p->is.cooldown : 0;
	if (reached)
		scale = flushed(scale * (float)p->is.factor);
	p->s.scale = (double)fmaxf(scale, (float)p->is.min_scale);
}

/* Scales what another gives: the rate itself stays. */
static unsigned optax_plateau(struct watch_policy *p, double x, double *lr)
{
	double before = p->s.scale;
	float count = (float)p->s.count, sum;

	(void)lr;
	p->s.count++;
	sum = flushed((float)(count * (float)p->s.mean) + flushed((float)x));
	p->s.mean = (double)flushed(sum / (float)p->s.count);
	if (p->s.count != p->is.accumulation)
		return 0;
	optax_update(p, (float)p->s.mean);
	p->s.count = 0;
	p->s.mean = 0;
	return p->s.scale < before ? WATCH_REDUCE : 0;
}

const struct watch_kind watch_reduce_kinds[] = {
	{"torch_plateau", torch_plateau, REDUCES},
	{"timm_plateau", timm_plateau, REDUCES},
	{"keras_plateau", keras_plateau, REDUCES_SINGLE},
	{"fastai_plateau", fastai_plateau, REDUCES},
	{"paddle_plateau", paddle_plateau, REDUCES},
	{"optax_plateau", optax_plateau, SCALES_SINGLE},
	{0},
};
