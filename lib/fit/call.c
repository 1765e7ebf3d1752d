/* SPDX-License-Identifier: MIT */
/*
 * What frameworks call a schedule: words to calls by a table of patterns.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "fit/fit_impl.h"
#include "py/py.h"

/*
 * In a pattern {X} is a number, or one that ends in x, a multiple of the base;
 * the same letter is the same number, P the base, and E the rate that Hugging
 * Face's polynomial ends with by default; {l} is a list.  The call is Python
 * with these letters as names.
 */
struct pattern {
	const char *words;
	const char *call;
};

#define HF_WSD(WARMUP, TYPE, MIN)                           \
	"hf.get_wsd_schedule(num_warmup_steps=" WARMUP ", " \
	"num_decay_steps=T, num_stable_steps=H, decay_type='" TYPE "'" MIN ")"
#define WSD(SHAPE, TYPE)                                                       \
	{"const:{H} " SHAPE ":{T}", HF_WSD("0", TYPE, "")},                    \
		{"const:{H} " SHAPE ":{T}:{m}",                                \
			HF_WSD("0", TYPE, ", min_lr_ratio=m/P")},              \
		{"warmup:{W} const:{H} " SHAPE ":{T}", HF_WSD("W", TYPE, "")}, \
	{                                                                      \
		"warmup:{W},from={m} const:{H} " SHAPE ":{T}:{m}",             \
			HF_WSD("W", TYPE, ", min_lr_ratio=m/P")                \
	}
#define CYCLIC(NAME, KEYS, REP, MORE)                                          \
	{NAME ",min={m},max=1x,step={U}" KEYS,                                 \
		"torch.CyclicLR(base_lr=m, max_lr=P, "                         \
		"step_size_up=U, mode='" NAME "'" MORE ")"},                   \
	{                                                                      \
		"rep:inf" REP " linear:{U},from={m},to=1x linear:{D}:{m} end", \
			"torch.CyclicLR(base_lr=m, max_lr=P, "                 \
			"step_size_up=U, step_size_down=D, mode='" NAME        \
			"'" MORE ")"                                           \
	}
#define THREE_PHASES(SHAPE, MORE)                                           \
	{                                                                   \
		SHAPE ":{a},from={A},to=1x " SHAPE ":{a}:{A} " SHAPE        \
		      ":{b}:{m},incl",                                      \
			"torch.OneCycleLR(max_lr=P, total_steps=a+a+b, "    \
			"pct_start=(a+1)/(a+a+b)" MORE ", div_factor=P/A, " \
			"final_div_factor=A/m, three_phase=True)"           \
	}
#define ONE_CYCLE(SHAPE, PAST, MORE)                                      \
	{                                                                 \
		SHAPE ":{a},from={A},to=1x " SHAPE ":{b}:{m},incl" PAST,  \
			"torch.OneCycleLR(max_lr=P, total_steps=a+b, "    \
			"pct_start=(a+1)/(a+b)" MORE ", div_factor=P/A, " \
			"final_div_factor=A/m)"                           \
	}

#define SEQUENTIAL(NEXT)                                  \
	"torch.SequentialLR([LinearLR(start_factor=A/P, " \
	"total_iters=W), " NEXT "], milestones=[W])"

/* clang-format off */
static const struct pattern rows[] = {
{"constant", "hf.get_constant_schedule()"},
{"warmup:{W} const",
	"hf.get_constant_schedule_with_warmup(num_warmup_steps=W)"},
{"warmup:{W},from={A} const",
	"torch.LinearLR(start_factor=A/P, total_iters=W)"},
{"step,at={N},values={A}/{P}", "torch.ConstantLR(factor=A/P, total_iters=N)"},
{"step,every={N},by={G}", "torch.StepLR(step_size=N, gamma=G)"},
{"step,every={N},by={G}", "keras.ExponentialDecay(P, N, G, staircase=True)"},
{"step,at={l},by={G}", "torch.MultiStepLR(milestones=l, gamma=G)"},
{"decay,by={G}", "torch.ExponentialLR(gamma=G)"},
{"decay,by={G},per={N}", "keras.ExponentialDecay(P, N, G)"},
{"inv,k={k}", "keras.InverseTimeDecay(P, 1, k)"},
{"inv,k={k},per={N}", "keras.InverseTimeDecay(P, N, k)"},
{"inv,k={k},per={N},stair", "keras.InverseTimeDecay(P, N, k, staircase=True)"},
{"linear:{T}", "hf.get_linear_schedule_with_warmup("
	"num_warmup_steps=0, num_training_steps=T)"},
{"linear:{T}:{m}",
	"torch.LinearLR(start_factor=1, end_factor=m/P, total_iters=T)"},
{"poly:{T},pow={p}", "torch.PolynomialLR(total_iters=T, power=p)"},
{"poly:{T}:{E},pow={p}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=0, "
	"num_training_steps=T, power=p)"},
{"poly:{T}:{m},pow={p}", "keras.PolynomialDecay(P, T, "
	"end_learning_rate=m, power=p)"},
{"cos:{T}", "torch.CosineAnnealingLR(T_max=T)"},
{"cos:{T}", "keras.CosineDecay(P, T)"},
{"cos:{T}:{m}", "torch.CosineAnnealingLR(T_max=T, eta_min=m)"},
{"cos:{T}:{m}", "keras.CosineDecay(P, T, alpha=m/P)"},
{"cos:{T},past=cont", "torch.CosineAnnealingLR(T_max=T)"},
{"cos:{T}:{m},past=cont", "torch.CosineAnnealingLR(T_max=T, eta_min=m)"},
{"warmup:{W} linear:{T}", "hf.get_linear_schedule_with_warmup("
	"num_warmup_steps=W, num_training_steps=W+T)"},
{"warmup:{W} linear:{T}:{E}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T)"},
{"warmup:{W} linear:{T}:{m}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T, lr_end=m)"},
{"warmup:{W} poly:{T}:{E},pow={p}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T, power=p)"},
{"warmup:{W} poly:{T}:{m},pow={p}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T, lr_end=m, power=p)"},
{"warmup:{W} poly:{T},pow={p}",
	"hf.get_polynomial_decay_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T, lr_end=0, power=p)"},
{"warmup:{W} cos:{T}", "hf.get_cosine_schedule_with_warmup("
	"num_warmup_steps=W, num_training_steps=W+T)"},
{"warmup:{W} cos:{T}", "keras.CosineDecay(0.0, T, "
	"warmup_target=P, warmup_steps=W)"},
{"warmup:{W} cos:{T},past=cont", "hf.get_cosine_schedule_with_warmup("
	"num_warmup_steps=W, num_training_steps=W+T)"},
{"warmup:{W} cos:{T}:{m}",
	"hf.get_cosine_with_min_lr_schedule_with_warmup(num_warmup_steps=W, "
	"num_training_steps=W+T, min_lr_rate=m/P)"},
{"warmup:{W} cos:{T}:{m}", "keras.CosineDecay(0.0, T, "
	"alpha=m/P, warmup_target=P, warmup_steps=W)"},
{"warmup:{W},from={A} cos:{T}", "keras.CosineDecay(A, T, "
	"warmup_target=P, warmup_steps=W)"},
{"warmup:{W},from={A} cos:{T}:{m}", "keras.CosineDecay(A, T, "
	"alpha=m/P, warmup_target=P, warmup_steps=W)"},
{"warmup:{W},over cos:{T}", "timm.CosineLRScheduler(t_initial=T, warmup_t=W)"},
{"warmup:{W},over cos:{T}:{m}",
	"timm.CosineLRScheduler(t_initial=T, lr_min=m, warmup_t=W)"},
{"warmup:{W},from={A},over cos:{T}", "timm.CosineLRScheduler("
	"t_initial=T, warmup_t=W, warmup_lr_init=A)"},
{"warmup:{W},from={A},over cos:{T}:{m}", "timm.CosineLRScheduler("
	"t_initial=T, lr_min=m, warmup_t=W, warmup_lr_init=A)"},
{"warmup:{W},from={A} step,every={N},by={G}",
	SEQUENTIAL("StepLR(step_size=N, gamma=G)")},
{"warmup:{W},from={A} step,at={l},by={G}",
	SEQUENTIAL("MultiStepLR(milestones=l, gamma=G)")},
{"warmup:{W},from={A} decay,by={G}", SEQUENTIAL("ExponentialLR(gamma=G)")},
{"rsqrt,s={s}", "hf.get_inverse_sqrt_schedule(num_warmup_steps=0, "
	"timescale=s)"},
{"warmup:{W} rsqrt,s={W}", "hf.get_inverse_sqrt_schedule(num_warmup_steps=W)"},
{"warmup:{W} rsqrt,s={s}", "hf.get_inverse_sqrt_schedule("
	"num_warmup_steps=W, timescale=s)"},
WSD("linear", "linear"),
WSD("cos", "cosine"),
WSD("sqrt", "1-sqrt"),
{"cos:{L},cycles=inf", "torch.CosineAnnealingWarmRestarts(T_0=L)"},
{"cos:{L}:{m},cycles=inf",
	"torch.CosineAnnealingWarmRestarts(T_0=L, eta_min=m)"},
{"cos:{L},cycles=inf,tmul={M}",
	"torch.CosineAnnealingWarmRestarts(T_0=L, T_mult=M)"},
{"cos:{L}:{m},cycles=inf,tmul={M}",
	"torch.CosineAnnealingWarmRestarts(T_0=L, T_mult=M, eta_min=m)"},
{"cos:{L},cycles=inf,tmul={M},vmul={v},scale=span",
	"keras.CosineDecayRestarts(P, L, t_mul=M, m_mul=v)"},
{"cos:{L}:{m},cycles=inf,tmul={M},vmul={v},scale=span",
	"keras.CosineDecayRestarts(P, L, t_mul=M, m_mul=v, "
	"alpha=m/P)"},
ONE_CYCLE("cos", "", ""),
ONE_CYCLE("cos", ",past=cont", ""),
ONE_CYCLE("linear", "", ", anneal_strategy='linear'"),
THREE_PHASES("cos", ""),
THREE_PHASES("linear", ", anneal_strategy='linear'"),
{"cos:{L},cycles={N}",
	"hf.get_cosine_with_hard_restarts_schedule_with_warmup("
	"num_warmup_steps=0, num_training_steps=L*N, num_cycles=N)"},
{"warmup:{W} cos:{L},cycles={N}",
	"hf.get_cosine_with_hard_restarts_schedule_with_warmup("
	"num_warmup_steps=W, num_training_steps=W+L*N, num_cycles=N)"},
CYCLIC("triangular", "", "", ""),
CYCLIC("triangular2", "", ",vmul=0.5,scale=span", ""),
CYCLIC("exp_range", ",gamma={g}", ",gamma={g},scale=span", ", gamma=g"),
};
/* clang-format on */
#define NROW ARRAY_SIZE(rows)

/* What a pattern's letters were found to be; NAN: it has no such one. */
struct found {
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
	if (!isnan(f->v[(int)letter]))
		return is_near(f->v[(int)letter], v) ? n : 0;
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

/* Whether E stands for what letters were found to be. */
static bool is_value(const struct py_node *e)
{
	return e->form == PY_BINARY || (e->form == PY_NAME && e->s.n == 1);
}

/* The text of CALL with the values of F: 1; 0: one is not a number; or -1. */
static int add_call(
	struct buf *b, const struct found *f, struct py *p, const char *call)
{
	const struct py_node *top, *e;
	size_t at = 0;
	struct py_module *m;
	struct py_value v;
	struct diag d;

	if (py_parse_expr(p, call, strlen(call), &m, &at, &d) < 0)
		return -1;
	for (int c = 'A'; c <= 'z'; c++)
		if (!isnan(f->v[c]) && py_define(m, &(char){(char)c}, 1,
					       py_float(f->v[c])) < 0)
			return -1;
	e = top = py_root(m);
	for (; e; e = is_value(e) ? py_walk_past(top, e) : py_walk(top, e)) {
		if (!is_value(e))
			continue;
		buf_add(b, call + at, e->at - at);
		at = e->end;
		if (call[e->at] == 'l')
			add_list(b, f);
		else if (py_eval_of(py_builder(p), m, e, &v) < 0)
			return py_run_error(py_builder(p)).diag->class ==
					       DIAG_NOMEM
				       ? -1
				       : 0;
		else if (!isfinite(py_number(&v)))
			return 0;
		else
			buf_add_double(b, tidy(py_number(&v)));
	}
	buf_adds(b, call + at);
	return buf_text(b) ? 1 : -1;
}

int fit_call_next(struct buf *b, const char *words, double base, size_t *row)
{
	const size_t before = b->len;
	int found = 0;

	while (!found && *row < NROW) {
		const struct pattern *r = &rows[(*row)++];
		struct found f = {.list = ""};
		struct py *p;

		for (size_t i = 0; i < ARRAY_SIZE(f.v); i++)
			f.v[i] = NAN;
		f.v['P'] = base;
		f.v['E'] = 1e-7;
		if (!match_words(&f, r->words, words))
			continue;
		b->len = before;
		p = py_new(NULL);
		found = p ? add_call(b, &f, p, r->call) : -1;
		py_free(p);
	}
	if (!found)
		b->len = before;
	return found;
}
