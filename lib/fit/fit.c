/* SPDX-License-Identifier: MIT */
/*
 * Least squares over the numbers of a model.  Its words are read once, with
 * numbers that tell which field of the tree is made of which; from then on
 * numbers are set in the tree.  What fits is rounded to numbers that somebody
 * may have written: one by one, the one whose round value is the least a
 * coincidence first, and the others fitted again around it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "fit/fit_impl.h"
#include "sched/sched.h"
#include "words/words.h"

/* A fuzzer wants fewer, and less of each. */
#ifndef FIT_ITERATIONS
#define FIT_ITERATIONS 40
#endif
#ifndef FIT_DAMP_MAX
#define FIT_DAMP_MAX 1e8
#endif
/* Uniform errors are at most this many standard deviations. */
#define SPREAD 3.0
/* Rates that are asked for together. */
#define BLOCK 256

static enum fit_kind kind_of(char letter)
{
	switch (letter) {
	case 'A':
	case 'm': return FIT_RATE;
	case 'G':
	case 'v':
	case 'g': return FIT_FACTOR;
	case 'p':
	case 'k':
	case 'c': return FIT_REAL;
	case 'M':
	case 'N': return FIT_WHOLE;
	default: return FIT_STEPS; /* E too: steps of an epoch */
	}
}

static enum fit_kind kind_at(const struct fit *f, size_t i)
{
	return i ? kind_of(f->model->letters[i - 1]) : FIT_RATE;
}

size_t fit_index(const struct fit *f, char letter)
{
	const char *at = letter ? strchr(f->model->letters, letter) : NULL;

	return at ? (size_t)(at - f->model->letters) + 1 : FIT_NPARAM;
}

void fit_set(struct fit *f, char letter, double v)
{
	size_t i = fit_index(f, letter);

	if (i < FIT_NPARAM)
		f->v[i] = v;
}

void fit_fix(struct fit *f, char letter)
{
	size_t i = fit_index(f, letter);

	if (i < FIT_NPARAM)
		f->fixed[i] = true;
}

/* Parameter I of F: a multiple of the base follows it. */
static double param(const struct fit *f, size_t i)
{
	return isnan(f->ratio[i]) ? f->v[i] : f->ratio[i] * f->v[0];
}

/* What LETTER of F's words stands for; 0: the base. */
static double number(const struct fit *f, char letter)
{
	size_t i = letter ? fit_index(f, letter) : 0;

	if (i < FIT_NPARAM)
		return param(f, i);
	switch (letter) {
	case 'a': return number(f, 'c') * number(f, 'T') / 100 - 1;
	case 'b': return number(f, 'T') - number(f, 'a');
	case 'e': return number(f, 'T') - 2 * number(f, 'a');
	case 'f': return number(f, 'A') / 1e4;
	case 'q':
		i = fit_index(f, 'W');
		return (number(f, 'T') - (i < FIT_NPARAM ? param(f, i) : 0)) /
		       number(f, 'N');
	default: return NAN;
	}
}

static void add_letter(struct buf *b, const struct fit *f, char letter)
{
	size_t i = fit_index(f, letter);

	if (i >= FIT_NPARAM || isnan(f->ratio[i]))
		buf_add_double(b, number(f, letter));
	else
		buf_printf(b, "%sx", num_text(f->ratio[i]).s);
}

int fit_words(struct buf *b, const struct fit *f)
{
	const char *s = f->model->words;

	for (; *s; s++) {
		/* An end of 0 need not be said. */
		if (strncmp(s, ":{m}", 4) == 0 && number(f, 'm') == 0) {
			s += 3;
			continue;
		}
		if (*s != '{') {
			buf_addc(b, *s);
			continue;
		}
		add_letter(b, f, s[1]);
		s += 2;
	}
	return buf_text(b) ? 0 : -1;
}

/* --- trees ---------------------------------------------------------------- */

/* Reads WORDS into TABLE.  Returns 0, or -1 with nothing to free. */
static int read_words(
	struct fit_work *w, struct sched_table *table, char *words, double base)
{
	const struct sched_env env = {.base = base,
		.steps = NAN,
		.epoch_steps = NAN,
		.horizon = w->horizon,
		.host = w->models->host};
	struct sched_where where;
	struct diag d;
	int status = words_parse(table, &words, 1, &env, &where, &d);

	w->no_memory |= status && d.class == DIAG_NOMEM;
	return status;
}

/* What FIELD of S is; NAN where it has none that a model sets. */
static double field_of(const struct sched *s, int field)
{
	if (s->kind == SCHED_SEG && field < SCHED_NPARAM)
		return s->u.seg.p[field];
	if (s->kind == SCHED_HOLD)
		return field == SCHED_EVERY ? s->u.hold.every : NAN;
	if (s->kind != SCHED_SEG && s->kind != SCHED_REP)
		return NAN;
	switch (field) {
	case SCHED_LEN: return s->kind == SCHED_SEG ? s->len : NAN;
	case SCHED_FROM: return s->kind == SCHED_SEG ? s->u.seg.from : NAN;
	case SCHED_TO: return s->kind == SCHED_SEG ? s->u.seg.to : NAN;
	case SCHED_COUNT: return s->kind == SCHED_REP ? s->u.rep.count : NAN;
	case SCHED_GROW: return s->kind == SCHED_REP ? s->u.rep.grow : NAN;
	case SCHED_BY: return s->kind == SCHED_REP ? s->u.rep.vmul : NAN;
	case SCHED_GAMMA: return s->kind == SCHED_REP ? s->u.rep.gamma : NAN;
	default: return NAN;
	}
}

/* The letters that others stand for. */
static const char derived[] = "abefq";
#define NDERIVED (sizeof(derived) - 1)

/* Lists the fields under S that are one of the N slots of MARK, MARKS. */
static void find_slots(struct fit_tree *t, const struct fit_slot *mark,
	const double *marks, size_t n, struct sched *s)
{
	struct sched *kid;

	for (int field = 0; field < SCHED_WHOLE; field++) {
		double v = field_of(s, field);

		for (size_t i = 0; i < n && t->nslot < FIT_NSLOT; i++)
			if (v == marks[i])
				t->slot[t->nslot++] = (struct fit_slot){s,
					field, mark[i].param, mark[i].letter};
	}
	for (size_t i = 0; (kid = sched_child(s, i)); i++)
		find_slots(t, mark, marks, n, kid);
}

/* Lists the fields of the tree that F's numbers, all different, are in. */
static void list_slots(struct fit_tree *t, const struct fit *f)
{
	struct fit_slot mark[FIT_NPARAM + NDERIVED];
	double marks[FIT_NPARAM + NDERIVED];
	size_t n = f->n + NDERIVED;

	for (size_t i = 0; i < n; i++) {
		mark[i].letter = i == 0     ? '\0'
				 : i < f->n ? f->model->letters[i - 1]
					    : derived[i - f->n];
		mark[i].param = i < f->n ? i : FIT_NPARAM;
		marks[i] = number(f, mark[i].letter);
	}
	find_slots(t, mark, marks, n, t->table.column[0].node);
}

/* Numbers that no default is; the base is the highest, as words want it. */
static void set_marks(struct fit *f)
{
	for (size_t i = 0; i < f->n; i++)
		f->v[i] = 2001 - 2 * (double)i;
	fit_set(f, 'c', 31.25);
	/* N cycles of a step or more. */
	if (fit_index(f, 'N') < FIT_NPARAM)
		fit_set(f, 'T', 1 << 24);
}

static struct fit_tree *new_tree(struct fit_work *w, struct fit f)
{
	struct fit_tree *t = calloc(1, sizeof(*t));
	struct buf b = {0};

	set_marks(&f);
	if (!t || fit_words(&b, &f)) {
		w->no_memory = true;
	} else if (read_words(w, &t->table, b.data, f.v[0]) == 0) {
		t->model = f.model;
		list_slots(t, &f);
		buf_free(&b);
		return t;
	}
	buf_free(&b);
	free(t);
	return NULL;
}

static struct fit_tree *tree_of(struct fit_work *w, const struct fit *f)
{
	struct fit_models *models = w->models;
	struct fit_tree *t = models->tree;

	while (t && t->model != f->model)
		t = t->next;
	if (t)
		return t;
	t = new_tree(w, *f);
	if (t) {
		t->next = models->tree;
		models->tree = t;
	}
	return t;
}

void fit_models_free(struct fit_models *models)
{
	struct fit_tree *t;

	while ((t = models->tree)) {
		models->tree = t->next;
		sched_table_free(&t->table);
		free(t);
	}
}

void fit_init(struct fit_work *w, struct fit *f, const struct fit_model *model,
	double base)
{
	*f = (struct fit){.model = model, .n = strlen(model->letters) + 1};
	for (size_t i = 0; i < FIT_NPARAM; i++)
		f->ratio[i] = NAN;
	f->v[0] = base;
	f->worst = INFINITY;
	f->tree = tree_of(w, f);
}

/* The tree with the numbers of F; NULL where words cannot have them. */
static const struct sched *tree_with(struct fit_work *w, const struct fit *f)
{
	struct fit_tree *t = f->tree;
	struct sched *root = t ? t->table.column[0].node : NULL;
	struct diag d = {.class = DIAG_NONE};
	struct sched_fault fault = {.d = &d};

	if (!root || !(f->v[0] > 0))
		return NULL;
	for (size_t i = 0; i < t->nslot; i++) {
		const struct fit_slot *s = &t->slot[i];
		double v = s->param < FIT_NPARAM ? param(f, s->param)
						 : number(f, s->letter);

		if ((s->field == SCHED_LEN && !(v >= 1)) ||
			sched_set(s->node, s->field, v))
			return NULL;
	}
	if (sched_prepare_all(root, w->horizon, &fault) == 0)
		return root;
	w->no_memory |= d.class == DIAG_NOMEM;
	return NULL;
}

/* --- evaluation ----------------------------------------------------------- */

/*
 * How many steps from STEP on, at most BLOCK of N, are whole and evenly apart.
 */
static size_t evenly(const double *step, size_t n, double *every)
{
	size_t k = 2;

	*every = n > 1 ? step[1] - step[0] : 0;
	if (!(*every >= 1) || *every != floor(*every) ||
		step[0] != floor(step[0]) || !(step[0] >= 0))
		return 1;
	n = n < BLOCK ? n : BLOCK;
	while (k < n && step[k] - step[k - 1] == *every)
		k++;
	return step[k - 1] < (double)SCHED_STEPS_MAX ? k : 1;
}

/* The values of NODE at up to BLOCK of N steps; returns at how many. */
static size_t values(
	const struct sched *node, const double *step, size_t n, double *ret)
{
	double every;
	size_t k = evenly(step, n, &every);

	if (k > 3)
		sched_block(node, (uint64_t)step[0], (uint64_t)every, k, ret);
	else
		for (size_t i = 0; i < k; i++)
			ret[i] = sched_value(node, step[i]);
	return k;
}

/* The largest residual of NODE at P's steps, in tolerances, or one above 1. */
static double worst_of(const struct sched *node, const struct fit_points *p)
{
	double worst = 0, rate[BLOCK];
	size_t k;

	for (size_t i = 0; i < p->n && worst <= 1; i += k) {
		k = values(node, p->step + i, p->n - i, rate);
		for (size_t j = 0; j < k; j++) {
			double off =
				fabs(rate[j] - p->rate[i + j]) / p->tol[i + j];

			worst = isfinite(off) ? fmax(worst, off) : INFINITY;
		}
	}
	return worst;
}

bool fit_agrees(struct fit_work *w, const char *words, double base)
{
	struct sched_table table;
	struct buf b = {0};
	bool agrees = false;

	if (!(base > 0))
		return false;
	buf_adds(&b, words);
	if (!buf_text(&b))
		w->no_memory = true;
	else if (read_words(w, &table, b.data, base) == 0) {
		agrees = worst_of(table.column[0].node, &w->all) <= 1;
		sched_table_free(&table);
	}
	buf_free(&b);
	return agrees;
}

/* The rates of F at W's points.  Returns 0, or -1 if F has none. */
static int evaluate(struct fit_work *w, const struct fit *f, double *ret)
{
	const struct fit_points *p = &w->some;
	const struct sched *node = tree_with(w, f);

	if (!node)
		return -1;
	for (size_t i = 0; i < p->n;)
		i += values(node, p->step + i, p->n - i, ret + i);
	for (size_t i = 0; i < p->n; i++)
		if (!isfinite(ret[i]))
			return -1;
	return 0;
}

/* The largest residual of F at W's points. */
static double worst_at_points(struct fit_work *w, const struct fit *f)
{
	const struct fit_points *p = &w->some;
	double worst = 0;

	if (evaluate(w, f, w->value) < 0)
		return INFINITY;
	for (size_t i = 0; i < p->n; i++)
		worst = fmax(worst, fabs(w->value[i] - p->rate[i]) / p->tol[i]);
	return worst;
}

/* --- least squares -------------------------------------------------------- */

/* The sum of squared residuals; infinite where F has no rates. */
static double cost(struct fit_work *w, const struct fit *f)
{
	const struct fit_points *p = &w->some;
	double sum = 0;

	if (evaluate(w, f, w->value) < 0)
		return INFINITY;
	for (size_t i = 0; i < p->n; i++) {
		double r = (w->value[i] - p->rate[i]) / p->tol[i];

		sum += r * r;
	}
	return sum;
}

/* How much parameter I is moved to see what that does. */
static double nudge(const struct fit_work *w, const struct fit *f, size_t i)
{
	double scale = fabs(f->v[i]);

	switch (kind_at(f, i)) {
	case FIT_RATE: return fmax(scale, 1e-6 * w->peak) * 1e-6;
	case FIT_STEPS: return fmax(scale * 1e-6, 1e-5);
	default: return fmax(scale, 1e-6) * 1e-6;
	}
}

/*
 * Fills slope[i] with derivatives of residuals by the free parameters, whose
 * indices go to FREE.  Returns their number.
 */
static size_t differentiate(
	struct fit_work *w, const struct fit *f, size_t free[FIT_NPARAM])
{
	const struct fit_points *p = &w->some;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct fit g = *f;
		double h = nudge(w, f, i);

		if (f->fixed[i])
			continue;
		g.v[i] += h;
		if (evaluate(w, &g, w->slope[n]) < 0) {
			h = -h;
			g.v[i] = f->v[i] + h;
			if (evaluate(w, &g, w->slope[n]) < 0)
				return 0;
		}
		for (size_t k = 0; k < p->n; k++)
			w->slope[n][k] =
				(w->slope[n][k] - w->value[k]) / h / p->tol[k];
		free[n++] = i;
	}
	return n;
}

struct normal {
	double a[FIT_NPARAM][FIT_NPARAM]; /* scaled to a unit diagonal */
	double b[FIT_NPARAM];
	double scale[FIT_NPARAM];
};

static void make_normal(struct normal *q, const struct fit_work *w, size_t n)
{
	const struct fit_points *p = &w->some;

	*q = (struct normal){0};
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < p->n; k++) {
			double r = (p->rate[k] - w->value[k]) / p->tol[k];

			q->b[i] += w->slope[i][k] * r;
			for (size_t j = 0; j <= i; j++)
				q->a[i][j] += w->slope[i][k] * w->slope[j][k];
		}
		q->scale[i] = q->a[i][i] > 0 ? sqrt(q->a[i][i]) : 1;
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			q->a[i][j] /= q->scale[i] * q->scale[j];
			q->a[j][i] = q->a[i][j];
		}
		q->b[i] /= q->scale[i];
	}
}

/* Cholesky factor of a + damp*1 in L.  Returns 0, or -1 if there is none. */
static int factorize(double l[FIT_NPARAM][FIT_NPARAM], const struct normal *q,
	size_t n, double damp)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j <= i; j++) {
			double sum = q->a[i][j] + (i == j ? damp : 0);

			for (size_t k = 0; k < j; k++)
				sum -= l[i][k] * l[j][k];
			if (i == j && !(sum > 1e-14))
				return -1;
			l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
		}
	}
	return 0;
}

static void substitute(double l[FIT_NPARAM][FIT_NPARAM], size_t n,
	const double b[FIT_NPARAM], double x[FIT_NPARAM])
{
	for (size_t i = 0; i < n; i++) {
		x[i] = b[i];
		for (size_t k = 0; k < i; k++)
			x[i] -= l[i][k] * x[k];
		x[i] /= l[i][i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++)
			x[i] -= l[k][i] * x[k];
		x[i] /= l[i][i];
	}
}

/* Takes one damped step.  Returns the new cost, or INFINITY. */
static double step(struct fit_work *w, struct fit *f, const struct normal *q,
	const size_t free[FIT_NPARAM], size_t n, double damp)
{
	double l[FIT_NPARAM][FIT_NPARAM], x[FIT_NPARAM];

	if (factorize(l, q, n, damp) < 0)
		return INFINITY;
	substitute(l, n, q->b, x);
	for (size_t i = 0; i < n; i++) {
		double *v = &f->v[free[i]];

		*v += x[i] / q->scale[i];
		if (kind_at(f, free[i]) == FIT_RATE && *v < 0)
			*v = 0;
	}
	return cost(w, f);
}

/* From the inverse of the normal matrix: three deviations of each. */
static void find_width(const struct normal *q, const size_t free[FIT_NPARAM],
	size_t n, double width[FIT_NPARAM])
{
	double l[FIT_NPARAM][FIT_NPARAM], x[FIT_NPARAM];

	if (factorize(l, q, n, 1e-12) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		double unit[FIT_NPARAM] = {0};

		unit[i] = 1;
		substitute(l, n, unit, x);
		width[free[i]] = SPREAD * sqrt(fmax(x[i], 0)) / q->scale[i];
	}
}

/* What is far off and hardly gets nearer is not the right model. */
static double least_gain(const struct fit_work *w, double now)
{
	return now > 1e4 * (double)w->some.n ? 0.02 : 1e-6;
}

bool fit_solve(struct fit_work *w, struct fit *f, double width[FIT_NPARAM])
{
	size_t free[FIT_NPARAM], n = 0;
	double now = cost(w, f), damp = 1e-3;
	struct normal q;

	for (int i = 0; i < FIT_ITERATIONS && isfinite(now); i++) {
		struct fit best = *f;
		double next = INFINITY;

		n = differentiate(w, f, free);
		if (!n)
			break;
		make_normal(&q, w, n);
		while (damp < FIT_DAMP_MAX) {
			best = *f;
			next = step(w, &best, &q, free, n, damp);
			if (next < now)
				break;
			damp *= 8;
		}
		if (!(next < now))
			break;
		*f = best;
		damp = fmax(damp / 16, 1e-12);
		if (now - next < fmax(least_gain(w, next) * now, 1e-9))
			i = FIT_ITERATIONS;
		now = next;
	}
	f->worst = worst_at_points(w, f);
	if (!(f->worst < FIT_CLOSE))
		return false;
	for (size_t i = 0; width && i < f->n; i++)
		width[i] = INFINITY;
	if (width && (n = differentiate(w, f, free)) > 0) {
		make_normal(&q, w, n);
		find_width(&q, free, n, width);
	}
	return true;
}

/* --- rounding ------------------------------------------------------------- */

/* More digits than these are hardly ever typed. */
#define TYPED_MAX 5.5
/* Agreements tried until a model is given up. */
#ifndef FIT_TRIES
#define FIT_TRIES 24
#endif
/* A number is made rounder by no more than this part of it. */
#define SHORTEN_MAX 1e-3
/* The largest residual of what may still agree, were it fitted for that. */
#define FIT_NEAR 1.2

double fit_least(const struct fit *f)
{
	double sum = 0;

	/* Only an end of 0 takes less than a digit. */
	for (size_t i = 0; i < f->n; i++)
		if (!f->fixed[i])
			sum += i && kind_at(f, i) == FIT_RATE ? FIT_ZERO_COST
							      : 1;
	return sum;
}

struct rounding {
	struct fit_work *w;
	int tries;
	double cost; /* of the best so far */
	struct fit best;
};

/* How likely it is that a candidate is as round by chance. */
static double chance(const struct candidate *c, double v, double width)
{
	if (c->v == 0)
		return width > 0 ? 1e-3 : 0;
	return 2 * width / fabs(v) * pow(10, c->cost);
}

/* The free number to round next, and its candidates; FIT_NPARAM if none. */
static size_t choose(const struct fit *f, const double width[FIT_NPARAM],
	struct candidate list[FIT_CANDIDATES_MAX], size_t *n)
{
	double base = f->fixed[0] ? f->v[0] : NAN, least = INFINITY;
	size_t best = FIT_NPARAM;

	for (size_t i = 0; i < f->n; i++) {
		struct candidate c[FIT_CANDIDATES_MAX];
		size_t nc;
		double p;

		/* Other rates may be multiples of the base: it goes first. */
		if (f->fixed[i] ||
			(kind_at(f, i) == FIT_RATE && i > 0 && isnan(base)))
			continue;
		nc = fit_candidates(c, kind_at(f, i), f->v[i], width[i], base);
		p = nc ? chance(&c[0], f->v[i], width[i]) : 1e9;
		if (p >= least)
			continue;
		least = p;
		best = i;
		*n = nc;
		for (size_t k = 0; k < nc; k++)
			list[k] = c[k];
	}
	return best;
}

static bool agrees(struct rounding *s, const struct fit *f)
{
	const struct sched *node;

	s->tries--;
	node = tree_with(s->w, f);
	return node && worst_of(node, &s->w->some) <= 1 &&
	       worst_of(node, &s->w->all) <= 1;
}

/*
 * Depth first: the roundest of the most certain number, then the rest.  COST
 * and LARGEST are of the digits written so far.  Returns whether what was found
 * is so round that nothing else need be tried.
 */
static bool snap(
	struct rounding *s, const struct fit *from, double cost, double largest)
{
	struct candidate list[FIT_CANDIDATES_MAX];
	double width[FIT_NPARAM];
	struct fit f = *from;
	double digits = fit_least(&f);
	size_t n = 0, i;
	bool is_close;

	if (cost + digits >= s->cost)
		return false;
	if (digits == 0) {
		if (!agrees(s, &f))
			return false;
		s->cost = cost;
		s->best = f;
		return largest <= TYPED_MAX;
	}
	is_close = fit_solve(s->w, &f, width);
	s->best.worst = fmin(s->best.worst, f.worst);
	if (!is_close)
		return false;
	i = choose(&f, width, list, &n);
	for (size_t k = 0; i < FIT_NPARAM && k < n && s->tries > 0; k++) {
		struct fit g = f;

		g.v[i] = list[k].v;
		g.ratio[i] = list[k].ratio;
		g.fixed[i] = true;
		if (snap(s, &g, cost + list[k].cost,
			    fmax(largest, list[k].cost)))
			return true;
	}
	return false;
}

/*
 * Rounding is no chance where rates lie on a line: least squares may be farther
 * off than they know.  Takes rounder numbers than F's that agree as well.
 */
static void shorten(struct rounding *s, struct fit *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct candidate list[FIT_CANDIDATES_MAX];
		double v = f->v[i], digits;
		size_t n = fit_candidates(list, kind_at(f, i), v, 0, NAN);

		digits = n && isnan(f->ratio[i]) ? list[0].cost : 0;
		if (digits <= TYPED_MAX)
			continue;
		n = fit_candidates(
			list, kind_at(f, i), v, SHORTEN_MAX * fabs(v), NAN);
		for (size_t k = 0; k < n && list[k].cost < digits; k++) {
			struct fit g = *f;

			g.v[i] = list[k].v;
			if (!agrees(s, &g))
				continue;
			s->cost -= digits - list[k].cost;
			*f = g;
			break;
		}
	}
}

double fit_round(struct fit_work *w, struct fit *f)
{
	struct rounding s = {w, FIT_TRIES, INFINITY, *f};

	s.best.worst = INFINITY;
	snap(&s, f, 0, 0);
	*f = s.best;
	if (isfinite(s.cost))
		shorten(&s, f);
	return s.cost;
}

/* --- what else agrees ----------------------------------------------------- */

int fit_rates(struct fit_work *w, const char *words, double base, double *ret)
{
	const struct fit_points *p = &w->all;
	struct sched_table table;
	struct buf b = {0};
	bool bad;

	buf_adds(&b, words);
	bad = !buf_text(&b);
	w->no_memory |= bad;
	bad = bad || read_words(w, &table, b.data, base) < 0;
	for (size_t i = 0; i < p->n && !bad;)
		i += values(
			table.column[0].node, p->step + i, p->n - i, ret + i);
	if (!bad)
		sched_table_free(&table);
	buf_free(&b);
	return bad ? -1 : 0;
}

/*
 * What number I of F would be next to what it is: a step more, or 2 % of it,
 * or of what it lacks of 1.
 */
static double next_to(const struct fit *f, size_t i)
{
	double v = f->v[i];

	switch (kind_at(f, i)) {
	case FIT_STEPS:
	case FIT_WHOLE: return 1;
	case FIT_FACTOR: return v < 1 ? 0.02 * (1 - v) : 0.02 * v;
	default: return 0.02 * v;
	}
}

/*
 * F with number I moved by D and all others free: whether that agrees.  What
 * least squares find is not the least of largest residuals, but near it.
 */
static bool agrees_moved(struct fit_work *w, struct fit *f, size_t i, double d)
{
	f->v[i] += d;
	for (size_t k = 0; k < f->n; k++) {
		f->v[k] = param(f, k);
		f->ratio[k] = NAN;
		f->fixed[k] = k == i;
	}
	fit_solve(w, f, NULL);
	for (size_t k = 1; k < f->n; k++)
		if (kind_at(f, k) == FIT_STEPS || kind_at(f, k) == FIT_WHOLE)
			f->v[k] = round(f->v[k]);
	return f->worst <= FIT_NEAR;
}

char *fit_other(struct fit_work *w, const struct fit *f)
{
	struct buf b = {0};

	for (size_t i = 1; i < f->n; i++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			struct fit g = *f;

			if (kind_at(f, i) == FIT_RATE ||
				!agrees_moved(w, &g, i, sign * next_to(f, i)))
				continue;
			if (fit_words(&b, &g) == 0)
				return b.data;
			buf_free(&b);
			w->no_memory = true;
			return NULL;
		}
	}
	return NULL;
}
