/* SPDX-License-Identifier: MIT */
/* Inside of lib/watch: what its files share, under the name of each. */
#ifndef WATCH_WATCH_IMPL_H
#define WATCH_WATCH_IMPL_H

#include <math.h>

#include "base/buf.h"
#include "py/py.h"
#include "watch/watch.h"

/* --- watch.c -------------------------------------------------------------- */

/* What the arguments of a policy come to; NaN: not given. */
struct watch_params {
	double factor, divisor, patience, cooldown, min_lr, eps;
	double threshold; /* an improvement is more than that */
	double atol, accumulation, min_scale;
	double worst; /* what the first is compared with */
	double baseline, start, target, limit;
	double top_k, every;
	double warmup, warmup_lr;
	bool relative, finite, cumulative;
};

struct watch_state {
	double n; /* rows so far, this one too */
	double best;
	bool has_best;
	double bad;         /* rows without an improvement */
	double cool;        /* rows of a cooldown that are left */
	double mean, count; /* of what is accumulated */
	double scale;       /* of the rate */
	double first_rate;  /* before any row */
	double *top;        /* the best, the worst of them first */
	size_t ntop;
};

struct watch_policy;

/* Takes the metric X; may change the rate *LR.  Returns events. */
typedef unsigned watch_fn(struct watch_policy *p, double x, double *lr);

/* What a kind does to the rate, if anything. */
enum watch_rate {
	REDUCES = 1,
	REDUCES_SINGLE, /* and keeps it as a float */
	SCALES_SINGLE,  /* multiplies what another gives */
};

struct watch_kind {
	const char *name;
	watch_fn *step;
	int rate; /* enum watch_rate; 0: nothing */
};

/* How a library finds the direction of a metric that is not said. */
enum watch_rule {
	RULE_WORDS,   /* watch_mode_of(), or it has to be said */
	RULE_FASTAI,  /* loss and error: min, else max */
	RULE_HF,      /* ends in loss: min, else max */
	RULE_XGBOOST, /* its list of names: max, else min */
};

struct watch_policy {
	const struct watch_kind *kind;
	char *name;    /* "keras.EarlyStopping" */
	char *monitor; /* NULL: none */
	bool monitor_said, mode_said;
	bool mode_fixed; /* the class knows one direction only */
	enum watch_mode mode;
	enum watch_rule rule;
	struct watch_params is;
	struct watch_state s;
	size_t metric; /* its number */
	struct watch_policy *next;
};

struct watch {
	const struct watch_opts *opts;
	struct watch_policy *policy; /* those of the best first */
	const char **metric;         /* nmetric of them, borrowed */
	size_t nmetric;
	double lr; /* NaN: not known */
	bool single;
	bool *asked; /* by number of define: a policy's text had a use for it */
	struct buf remarks;
};

/* A policy with nothing given; NULL: no memory. */
struct watch_policy *watch_policy_new(void);
void watch_policy_free(struct watch_policy *p);

/* P is then W's. */
void watch_append(struct watch *w, struct watch_policy *p);

/* Appends a line to what watch_remarks() gives.  0, or -1: no memory. */
int watch_remark(struct watch *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* --- policy.c ------------------------------------------------------------- */

/*
 * policy(kind, monitor, mode, **arguments) of the definitions, made into P.
 * Returns 0, or -1 raised.
 */
int watch_make(struct py_call *c, struct watch_policy *p, double *lr);

/* What the call of DEF itself says, FROM being where its arguments stand. */
void watch_note_said(struct watch_policy *p, const struct py_value *def,
	const struct py_node *const *from);

/* --- text.c --------------------------------------------------------------- */

/*
 * "stop,patience=3,mode=max" as keys.stop(patience=3,mode="max",) into B,
 * which stays empty where S is no such words.  Returns 0, or -1.
 */
int watch_from_keys(struct buf *b, const char *s, struct diag *d);

/* E is a def or a lambda. */
static inline bool watch_is_function(const struct py_node *e)
{
	return e->form == PY_DEF || e->form == PY_LAMBDA;
}

/* Where a call stands. */
struct watch_place {
	const struct py_node *function; /* that it is in, or NULL */
	bool called;                    /* something calls that by its name */
	bool own;     /* what is called has its name from the script */
	bool is_def;  /* ... of a def or class */
	bool decided; /* it is run only if something is so */
};

struct watch_place watch_place_of(const struct py_node *e);

/* What a script says elsewhere of the metric that a policy follows. */
struct watch_beside {
	const struct py_str *monitor; /* NULL: nothing */
	bool is_of_eval;              /* it is called so behind "eval_" */
	enum watch_mode mode;
};

/*
 * Of the policy CALL: as Lightning has it, {"scheduler": CALL, "monitor":
 * "val_loss"}; or where IS_HF as Transformers has it, for all of them,
 * TrainingArguments(metric_for_best_model="f1", greater_is_better=True).
 */
struct watch_beside watch_beside(const struct py_node *call, bool is_hf);

/*
 * SGD(parameters, lr=0.1): the rate to begin with of the call AT; or NAN.  By
 * position it stands behind the parameters, SGD(parameters, 0.1), or first,
 * optax.sgd(0.1).
 */
double watch_rate_given(
	const struct py_node *at, const struct py_arg *arg, size_t narg);

/* The path that statement E imports, or imports something of; or NULL. */
const struct py_str *watch_imported(const struct py_node *e);

/* --- reduce.c, stop.c, save.c --------------------------------------------- */

/* Ended by a kind without a name. */
extern const struct watch_kind watch_reduce_kinds[], watch_stop_kinds[],
	watch_save_kinds[];

/* A is better than B. */
static inline bool watch_beats(const struct watch_policy *p, double a, double b)
{
	return p->mode == WATCH_MIN ? a < b : a > b;
}

/* Before anything was better, what all others are better than. */
static inline double watch_best_of(const struct watch_policy *p)
{
	if (p->s.has_best)
		return p->s.best;
	if (!isnan(p->is.worst))
		return p->is.worst;
	return p->mode == WATCH_MIN ? INFINITY : -INFINITY;
}

static inline void watch_take(struct watch_policy *p, double x)
{
	p->s.best = x;
	p->s.has_best = true;
}

/* An improvement, which is no event. */
static inline unsigned watch_better(struct watch_policy *p, double x)
{
	watch_take(p, x);
	p->s.bad = 0;
	return 0;
}

#endif
