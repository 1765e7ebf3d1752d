/* SPDX-License-Identifier: MIT */
/*
 * What frameworks call a schedule: words to calls by a table of patterns.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/num.h"
#include "base/str.h"
#include "fit/fit_impl.h"

/*
 * In a pattern {X} is a number, or one that ends in x, a multiple of the base;
 * {l} and {v} are lists.  In a call {E} is an expression of those, numbers and
 * the base P, from left to right with brackets; {l} is a list.
 */
struct pattern {
	const char *words;
	const char *same; /* two expressions that must agree, or NULL */
	const char *call;
};

#define HF_WSD(STABLE, DECAY, TYPE, MIN)                      \
	"num_decay_steps=" DECAY ", num_stable_steps=" STABLE \
	", decay_type='" TYPE "'" MIN ")"
#define WSD(SHAPE, TYPE)                                                      \
	{"const:{H} " SHAPE ":{T}", NULL,                                     \
		"hf.get_wsd_schedule(num_warmup_steps=0, " HF_WSD(            \
			"{H}", "{T}", TYPE, "")},                             \
		{"const:{H} " SHAPE ":{T}:{m}", NULL,                         \
			"hf.get_wsd_schedule(num_warmup_steps=0, " HF_WSD(    \
				"{H}", "{T}", TYPE, ", min_lr_ratio={m/P}")}, \
		{"warmup:{W} const:{H} " SHAPE ":{T}", NULL,                  \
			"hf.get_wsd_schedule(num_warmup_steps={W}, " HF_WSD(  \
				"{H}", "{T}", TYPE, "")},                     \
	{                                                                     \
		"warmup:{W},from={A} const:{H} " SHAPE ":{T}:{m}", "A m",     \
			"hf.get_wsd_schedule(num_warmup_steps={W}, " HF_WSD(  \
				"{H}", "{T}", TYPE, ", min_lr_ratio={m/P}")   \
	}
#define CYCLIC(NAME, KEYS, REP, MORE)                                          \
	{NAME ",min={m},max=1x,step={U}" KEYS, NULL,                           \
		"torch.CyclicLR(base_lr={m}, max_lr={P}, "                     \
		"step_size_up={U}, mode='" NAME "'" MORE ")"},                 \
	{                                                                      \
		"rep:inf" REP " linear:{U},from={m},to=1x linear:{D}:{m} end", \
			NULL,                                                  \
			"torch.CyclicLR(base_lr={m}, max_lr={P}, "             \
			"step_size_up={U}, step_size_down={D}, mode='" NAME    \
			"'" MORE ")"                                           \
	}
#define THREE_PHASES(SHAPE, MORE)                                            \
	{                                                                    \
		SHAPE ":{a},from={A},to=1x " SHAPE ":{a}:{A} " SHAPE         \
		      ":{b}:{m},incl",                                       \
			NULL,                                                \
			"torch.OneCycleLR(max_lr={P}, total_steps={a+a+b}, " \
			"pct_start={(a+1)/(a+a+b)}" MORE                     \
			", div_factor={P/A}, "                               \
			"final_div_factor={A/m}, three_phase=True)"          \
	}
#define ONE_CYCLE(SHAPE, PAST, MORE)                                           \
	{                                                                      \
		SHAPE ":{a},from={A},to=1x " SHAPE ":{b}:{m},incl" PAST, NULL, \
			"torch.OneCycleLR(max_lr={P}, total_steps={a+b}, "     \
			"pct_start={(a+1)/(a+b)}" MORE ", div_factor={P/A}, "  \
			"final_div_factor={A/m})"                              \
	}

#define SEQUENTIAL(NEXT)                                    \
	"torch.SequentialLR([LinearLR(start_factor={A/P}, " \
	"total_iters={W}), " NEXT "], milestones=[{W}])"

/* clang-format off */
static const struct pattern rows[] = {
{"constant", NULL, "hf.get_constant_schedule()"},
{"warmup:{W} const", NULL,
	"hf.get_constant_schedule_with_warmup(num_warmup_steps={W})"},
{"warmup:{W},from={A} const", NULL,
	"torch.LinearLR(start_factor={A/P}, total_iters={W})"},
{"step,at={N},values={A}/{B}", "B P",
	"torch.ConstantLR(factor={A/P}, total_iters={N})"},
{"step,every={N},by={G}", NULL, "torch.StepLR(step_size={N}, gamma={G})"},
{"step,every={N},by={G}", NULL,
	"keras.ExponentialDecay({P}, {N}, {G}, staircase=True)"},
{"step,at={l},by={G}", NULL,
	"torch.MultiStepLR(milestones={l}, gamma={G})"},
{"decay,by={G}", NULL, "torch.ExponentialLR(gamma={G})"},
{"decay,by={G},per={N}", NULL, "keras.ExponentialDecay({P}, {N}, {G})"},
{"inv,k={k}", NULL, "keras.InverseTimeDecay({P}, 1, {k})"},
{"inv,k={k},per={N}", NULL, "keras.InverseTimeDecay({P}, {N}, {k})"},
{"inv,k={k},per={N},stair", NULL,
	"keras.InverseTimeDecay({P}, {N}, {k}, staircase=True)"},
{"linear:{T}", NULL, "hf.get_linear_schedule_with_warmup("
	"num_warmup_steps=0, num_training_steps={T})"},
{"linear:{T}:{m}", NULL,
	"torch.LinearLR(start_factor=1, end_factor={m/P}, total_iters={T})"},
{"poly:{T},pow={p}", NULL,
	"torch.PolynomialLR(total_iters={T}, power={p})"},
{"poly:{T}:{m},pow={p}", "m 1/10000000",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=0, "
	"num_training_steps={T}, power={p})"},
{"poly:{T}:{m},pow={p}", NULL, "keras.PolynomialDecay({P}, {T}, "
	"end_learning_rate={m}, power={p})"},
{"cos:{T}", NULL, "torch.CosineAnnealingLR(T_max={T})"},
{"cos:{T}", NULL, "keras.CosineDecay({P}, {T})"},
{"cos:{T}:{m}", NULL, "torch.CosineAnnealingLR(T_max={T}, eta_min={m})"},
{"cos:{T}:{m}", NULL, "keras.CosineDecay({P}, {T}, alpha={m/P})"},
{"cos:{T},past=cont", NULL, "torch.CosineAnnealingLR(T_max={T})"},
{"cos:{T}:{m},past=cont", NULL,
	"torch.CosineAnnealingLR(T_max={T}, eta_min={m})"},
{"warmup:{W} linear:{T}", NULL, "hf.get_linear_schedule_with_warmup("
	"num_warmup_steps={W}, num_training_steps={W+T})"},
{"warmup:{W} linear:{T}:{m}", "m 1/10000000",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T})"},
{"warmup:{W} linear:{T}:{m}", NULL,
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T}, lr_end={m})"},
{"warmup:{W} poly:{T}:{m},pow={p}", "m 1/10000000",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T}, power={p})"},
{"warmup:{W} poly:{T}:{m},pow={p}", NULL,
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T}, lr_end={m}, power={p})"},
{"warmup:{W} poly:{T},pow={p}", NULL,
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T}, lr_end=0, power={p})"},
{"warmup:{W} cos:{T}", NULL, "hf.get_cosine_schedule_with_warmup("
	"num_warmup_steps={W}, num_training_steps={W+T})"},
{"warmup:{W} cos:{T}", NULL, "keras.CosineDecay(0.0, {T}, "
	"warmup_target={P}, warmup_steps={W})"},
{"warmup:{W} cos:{T},past=cont", NULL, "hf.get_cosine_schedule_with_warmup("
	"num_warmup_steps={W}, num_training_steps={W+T})"},
{"warmup:{W} cos:{T}:{m}", NULL,
	"hf.get_cosine_with_min_lr_schedule_with_warmup(num_warmup_steps={W}, "
	"num_training_steps={W+T}, min_lr_rate={m/P})"},
{"warmup:{W} cos:{T}:{m}", NULL, "keras.CosineDecay(0.0, {T}, "
	"alpha={m/P}, warmup_target={P}, warmup_steps={W})"},
{"warmup:{W},from={A} cos:{T}", NULL, "keras.CosineDecay({A}, {T}, "
	"warmup_target={P}, warmup_steps={W})"},
{"warmup:{W},from={A} cos:{T}:{m}", NULL, "keras.CosineDecay({A}, {T}, "
	"alpha={m/P}, warmup_target={P}, warmup_steps={W})"},
{"warmup:{W},over cos:{T}", NULL,
	"timm.CosineLRScheduler(t_initial={T}, warmup_t={W})"},
{"warmup:{W},over cos:{T}:{m}", NULL,
	"timm.CosineLRScheduler(t_initial={T}, lr_min={m}, warmup_t={W})"},
{"warmup:{W},from={A},over cos:{T}", NULL, "timm.CosineLRScheduler("
	"t_initial={T}, warmup_t={W}, warmup_lr_init={A})"},
{"warmup:{W},from={A},over cos:{T}:{m}", NULL, "timm.CosineLRScheduler("
	"t_initial={T}, lr_min={m}, warmup_t={W}, warmup_lr_init={A})"},
{"warmup:{W},from={A} step,every={N},by={G}", NULL,
	SEQUENTIAL("StepLR(step_size={N}, gamma={G})")},
{"warmup:{W},from={A} step,at={l},by={G}", NULL,
	SEQUENTIAL("MultiStepLR(milestones={l}, gamma={G})")},
{"warmup:{W},from={A} decay,by={G}", NULL,
	SEQUENTIAL("ExponentialLR(gamma={G})")},
{"rsqrt,s={s}", NULL, "hf.get_inverse_sqrt_schedule(num_warmup_steps=0, "
	"timescale={s})"},
{"warmup:{W} rsqrt,s={s}", "W s",
	"hf.get_inverse_sqrt_schedule(num_warmup_steps={W})"},
{"warmup:{W} rsqrt,s={s}", NULL, "hf.get_inverse_sqrt_schedule("
	"num_warmup_steps={W}, timescale={s})"},
WSD("linear", "linear"),
WSD("cos", "cosine"),
WSD("sqrt", "1-sqrt"),
{"cos:{L},cycles=inf", NULL, "torch.CosineAnnealingWarmRestarts(T_0={L})"},
{"cos:{L}:{m},cycles=inf", NULL,
	"torch.CosineAnnealingWarmRestarts(T_0={L}, eta_min={m})"},
{"cos:{L},cycles=inf,tmul={M}", NULL,
	"torch.CosineAnnealingWarmRestarts(T_0={L}, T_mult={M})"},
{"cos:{L}:{m},cycles=inf,tmul={M}", NULL,
	"torch.CosineAnnealingWarmRestarts(T_0={L}, T_mult={M}, eta_min={m})"},
{"cos:{L},cycles=inf,tmul={M},vmul={v},scale=span", NULL,
	"keras.CosineDecayRestarts({P}, {L}, t_mul={M}, m_mul={v})"},
{"cos:{L}:{m},cycles=inf,tmul={M},vmul={v},scale=span", NULL,
	"keras.CosineDecayRestarts({P}, {L}, t_mul={M}, m_mul={v}, "
	"alpha={m/P})"},
ONE_CYCLE("cos", "", ""),
ONE_CYCLE("cos", ",past=cont", ""),
ONE_CYCLE("linear", "", ", anneal_strategy='linear'"),
THREE_PHASES("cos", ""),
THREE_PHASES("linear", ", anneal_strategy='linear'"),
{"cos:{L},cycles={N}", NULL,
	"hf.get_cosine_with_hard_restarts_schedule_with_warmup("
	"num_warmup_steps=0, num_training_steps={L*N}, num_cycles={N})"},
{"warmup:{W} cos:{L},cycles={N}", NULL,
	"hf.get_cosine_with_hard_restarts_schedule_with_warmup("
	"num_warmup_steps={W}, num_training_steps={W+(L*N)}, num_cycles={N})"},
CYCLIC("triangular", "", "", ""),
CYCLIC("triangular2", "", ",vmul=0.5,scale=span", ""),
CYCLIC("exp_range", ",gamma={g}", ",gamma={g},scale=span", ", gamma={g}"),
};
/* clang-format on */
#define NROW ARRAY_SIZE(rows)

/* What a pattern's letters were found to be. */
struct found {
	bool has[128];
	double v[128];
	const char *list; /* of the only {l}, its length, in the words */
	size_t nlist;
};

/* Digits enough for what people write, without the noise of arithmetic. */
static double tidy(double x)
{
	char text[32];
	double y = x;
	int n = snprintf(text, sizeof(text), "%.12g", x);

	num_scan_double(text, (size_t)n, &y);
	return y;
}

static bool is_near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

static size_t capture(struct found *f, char letter, const char *s)
{
	size_t n;
	double v = 0;

	if (letter == 'l') {
		f->list = s;
		f->nlist = n = strspn(s, "0123456789.e+-/");
		return n;
	}
	n = num_scan_double(s, strlen(s), &v);
	if (!n)
		return 0;
	if (s[n] == 'x') {
		v *= f->v['P'];
		n++;
	}
	if (f->has[(int)letter] && !is_near(f->v[(int)letter], v))
		return 0;
	f->has[(int)letter] = true;
	f->v[(int)letter] = v;
	return n;
}

static bool match_words(struct found *f, const char *pattern, const char *words)
{
	while (*pattern) {
		size_t n = *pattern == '{' ? capture(f, pattern[1], words)
					   : *pattern == *words;

		if (!n)
			return false;
		words += n;
		pattern += *pattern == '{' ? 3 : 1;
	}
	return !*words;
}

static double expression(const struct found *f, const char **s);

static double term(const struct found *f, const char **s)
{
	double v = NAN;

	if (**s == '(') {
		(*s)++;
		v = expression(f, s);
		(*s)++;
	} else if (str_is_digit(**s))
		*s += num_scan_double(*s, strlen(*s), &v);
	else
		v = f->v[(int)*(*s)++];
	return v;
}

static double expression(const struct found *f, const char **s)
{
	double v = term(f, s);

	while (**s && strchr("+-*/", **s)) {
		char op = *(*s)++;
		double w = term(f, s);

		v = op == '+'   ? v + w
		    : op == '-' ? v - w
		    : op == '*' ? v * w
				: v / w;
	}
	return v;
}

static bool is_same(const struct found *f, const char *same)
{
	const char *s = same;
	double a, b;

	if (!s)
		return true;
	a = expression(f, &s);
	s++;
	b = expression(f, &s);
	return is_near(a, b);
}

static void add_list(struct buf *b, const struct found *f)
{
	buf_addc(b, '[');
	for (size_t i = 0; i < f->nlist; i++)
		if (f->list[i] == '/')
			buf_adds(b, ", ");
		else
			buf_addc(b, f->list[i]);
	buf_addc(b, ']');
}

/* The text of CALL with its expressions; -2 if one of them is no number. */
static int add_call(struct buf *b, const struct found *f, const char *call)
{
	while (*call) {
		double v;

		if (*call != '{') {
			buf_addc(b, *call++);
			continue;
		}
		call++;
		if (*call == 'l') {
			add_list(b, f);
			call += 2;
			continue;
		}
		v = tidy(expression(f, &call));
		call++;
		if (!isfinite(v))
			return -2;
		buf_add_double(b, v);
	}
	return buf_text(b) ? 0 : -1;
}

int fit_call_next(struct buf *b, const char *words, double base, size_t *row)
{
	while (*row < NROW) {
		const struct pattern *r = &rows[(*row)++];
		struct found f = {.list = ""};
		size_t before = b->len;
		int status;

		f.v['P'] = base;
		if (!match_words(&f, r->words, words) || !is_same(&f, r->same))
			continue;
		status = add_call(b, &f, r->call);
		if (status == -1)
			return -1;
		if (!status)
			return 1;
		b->len = before;
	}
	return 0;
}
