/* SPDX-License-Identifier: MIT */
/*
 * Words of frameworks' schedules against the frameworks' formulas, written
 * down here as they have them: shapes, bent ramps, groups, parts.  Each is read
 * again from the words that the tree is written back as.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "sched/sched.h"
#include "tap.h"
#include "words/words.h"

#define PI 3.14159265358979323846
#define STEPS 600
#define BASE 0.1
#define EPOCH 20

/* IvanVassi/REX_LR, one period of 600 */
static double want_rex(double t)
{
	double z = (600 - t) / 600;

	return 0.01 + (BASE - 0.01) * (z / (1 - 0.9 + 0.9 * z));
}

static double want_rex_half(double t)
{
	double z = t < 300 ? 1 - t / 300 : 0;

	return BASE * z / (0.5 + 0.5 * z);
}

/* timm TanhLRScheduler._get_lr */
static double want_tanh(double t)
{
	double x = t / 400;

	if (t >= 400)
		return 1e-3;
	return 1e-3 + 0.5 * (BASE - 1e-3) * (1 - tanh(-7 * (1 - x) + 3 * x));
}

static double want_tanh_set(double t)
{
	if (t == 0)
		return BASE;
	return 0.5 * BASE * (1 - tanh(-4 * (1 - t / 600) + 5 * t / 600));
}

/* caffe and darknet, of opposite signs */
static double want_sigmoid_down(double t)
{
	return BASE / (1 + exp(0.02 * (t - 300)));
}

static double want_sigmoid_up(double t)
{
	return BASE / (1 + exp(-0.02 * (t - 300)));
}

/* pytorch_warmup ExponentialWarmup */
static double want_sat(double t)
{
	return BASE * (1 + cos(PI * t / 600)) / 2 * (1 - exp(-(t + 1) / 50));
}

/* transformers cosine, num_cycles 1.5 and past its end, and 1, held there */
static double want_waves(double t)
{
	if (t < 100)
		return BASE * t / 100;
	return BASE * fmax(0, 0.5 * (1 + cos(PI * 1.5 * 2 * (t - 100) / 300)));
}

static double want_wave(double t)
{
	return t < 400 ? BASE * 0.5 * (1 + cos(PI * 2 * t / 400)) : BASE;
}

/* timm k_decay */
static double want_cos_k(double t)
{
	return 1e-3 + 0.5 * (BASE - 1e-3) *
			      (1 + cos(PI * pow(t, 1.5) / pow(600, 1.5)));
}

static double want_poly_k(double t)
{
	return 1e-3 + (BASE - 1e-3) * pow(1 - pow(t, 0.7) / pow(600, 0.7), 2);
}

/* optax cosine_decay_schedule, exponent 2, alpha 0.1 */
static double want_cos_pow(double t)
{
	double c = 0.5 * (1 + cos(PI * t / 600));

	return BASE * (0.9 * c * c + 0.1);
}

/* darknet burn_in */
static double want_burn_in(double t)
{
	return BASE * (t < 100 ? pow(t / 100, 4) : pow(0.1, t >= 400));
}

/* transformers wsd, its warmup 1-sqrt and its start the ratio 0.2 */
static double want_sqrt_flip(double t)
{
	if (t >= 200)
		return BASE;
	return BASE * (sqrt(1) - sqrt(1 - t / 200)) * 0.8 + BASE * 0.2;
}

static double want_half_flip(double t)
{
	return t < 200 ? BASE * (2 * pow(0.5, 1 - t / 200) - 1) : BASE;
}

/* torch CyclicLR's momentum in mode triangular2 */
static double want_momentum(double t)
{
	double cycle = floor(1 + t / 100), x = 1 + t / 100 - cycle;
	double f = x <= 0.4 ? x / 0.4 : (x - 1) / (0.4 - 1);

	return 0.9 - (0.9 - 0.8) * f / pow(2, cycle - 1);
}

/* torch SequentialLR, each from its own base */
static double want_parts(double t)
{
	if (t < 30)
		return BASE * 0.1;
	if (t < 230)
		return BASE * pow(0.99, t - 30);
	return BASE * (1 + cos(PI * (t - 230) / 500)) / 2;
}

static double want_short_parts(double t)
{
	if (t < 100)
		return BASE * (t < 50 ? 1 - 0.5 * t / 50 : 0.5);
	if (t < 200)
		return BASE * (1 + cos(PI * (t - 100) / 60)) / 2;
	if (t < 300)
		return t < 250 ? BASE * (1 - (t - 200) / 100) : 0;
	return 0.05 * (1 - (t - 300) / 600);
}

static double want_nested(double t)
{
	double u = fmod(t, 25);

	return u < 5 ? 0.3 : BASE * (1 - fmod(u - 5, 10) / 20);
}

static double want_flat(double t)
{
	(void)t;
	return 0.01;
}

/* torch LambdaLR and MultiplicativeLR, which goes on from step to step */
static double want_lambda(double t)
{
	return t < 100 ? BASE * t / 100 : BASE * pow(0.95, floor(t / 30));
}

static double want_multiplied(double t)
{
	double v = BASE;

	for (double u = 1; u <= t; u++)
		v *= u < 300 ? 0.99 : 1.005;
	return v;
}

static double want_constant_factor(double t)
{
	return t < 60 ? BASE * pow(0.97, t) : BASE * pow(0.97, 60);
}

/* tensorflow-addons with scale_fn of the cycle; torch with one of the step */
static double want_scaled_cycles(double t)
{
	double cycle = floor(1 + t / 100), x = fabs(t / 50 - 2 * cycle + 1);

	return 0.01 + 0.09 * fmax(0, 1 - x) / sqrt(cycle);
}

static double want_scaled_steps(double t)
{
	double cycle = floor(1 + t / 100), x = fabs(t / 50 - 2 * cycle + 1);

	return 0.01 + 0.09 * fmax(0, 1 - x) * (t < 250 ? 1 : 0.3);
}

static const struct {
	const char *words;
	double (*want)(double t);
} formula[] = {
	{"rex:600:.01", want_rex},
	{"rex:50%,d=.5", want_rex_half},
	{"tanh:400:1e-3", want_tanh},
	{"const:1,over tanh,lb=-4,ub=5", want_tanh_set},
	{"sigmoid,k=.02,mid=300", want_sigmoid_down},
	{"sigmoid,k=-.02,mid=15ep", want_sigmoid_up},
	{"cos times sat,tau=50", want_sat},
	{"warmup:100 cos:300,waves=1.5,past=cont", want_waves},
	{"cos:400,waves=1", want_wave},
	{"cos::1e-3,k=1.5", want_cos_k},
	{"poly::1e-3,k=.7,pow=2", want_poly_k},
	{"cos::.1x,pow=2", want_cos_pow},
	{"poly:100:1x,from=0,pow=4,flip,over step,at=400,by=.1", want_burn_in},
	{"sqrt:200:1x,from=.2x,flip", want_sqrt_flip},
	{"half:200:1x,from=0,flip", want_half_flip},
	{"rep,vmul=.5,scale=drop linear:40:.8,from=.9 linear:60:.9 end",
		want_momentum},
	{"part:30 const,from=.1x end part:200 decay,by=.99 end part cos:500 "
	 "end",
		want_parts},
	{"part:100 linear:50:.5x end part:100 cos:60,past=cont end part:100 "
	 "linear:100 times const:50,past=zero end linear:600,from=.05",
		want_short_parts},
	{"rep const:5,from=.3 part:20 rep part:10 linear:20 end end end end",
		want_nested},
	{"fn,of=(lambda t: t / 100 if t < 100 else 0.95 ** (t // 30))",
		want_lambda},
	{"prod,of=(lambda u: 0.99 if u < 300 else 1.005)", want_multiplied},
	{"prod:60,of=(lambda u: 0.97) const", want_constant_factor},
	{"rep,scale=span,vfn=(lambda c: 1 / math.sqrt(c)) "
	 "linear:50,from=.01,to=.1 linear:50:.01 end",
		want_scaled_cycles},
	{"rep,scale=span,tfn=(lambda t: [1, 0.3][t >= 250]) "
	 "linear:50,from=.01,to=.1 linear:50:.01 end",
		want_scaled_steps},
	{"linear:100:.01,from=.01,cycles=inf,scale=span,vfn=(lambda c: c)",
		want_flat},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct sched_env env = {
	.base = BASE, .steps = STEPS, .epoch_steps = EPOCH, .horizon = STEPS};

static int build(struct sched_table *t, const char *words)
{
	char *word = (char *)(uintptr_t)words;
	struct sched_where where;
	struct diag d = {0};
	int r = words_parse(t, &word, 1, &env, &where, &d);

	if (r)
		printf("# %s: %s: %s\n", words, d.place, d.text);
	return r;
}

/* A product ends with the horizon. */
static bool equal(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

static void check(const char *words, double (*want)(double t), double tol)
{
	struct sched_table table, again;
	double worst = 0, diff;
	struct buf b = {0};
	bool same = true;

	if (!ok(!build(&table, words), "read %s", words))
		return;
	for (uint64_t t = 0; t < STEPS; t++) {
		diff = fabs(
			sched_at(table.column[0].node, t) - want((double)t));
		worst = diff > worst || isnan(diff) ? diff : worst;
	}
	ok(worst <= tol, "%s: within %g", words, worst);
	if (sched_unparse(&b, table.column[0].node, &env) || !buf_text(&b) ||
		build(&again, b.data)) {
		ok(false, "read again %s", words);
	} else {
		for (uint64_t t = 0; t < STEPS + 200; t++)
			same &= equal(sched_at(table.column[0].node, t),
				sched_at(again.column[0].node, t));
		ok(same, "the same from %s", b.data);
		sched_table_free(&again);
	}
	buf_free(&b);
	sched_table_free(&table);
}

int main(void)
{
	for (size_t i = 0; i < COUNT(formula); i++)
		check(formula[i].words, formula[i].want, 1e-13);
	return tap_done();
}
