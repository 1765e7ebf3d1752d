/* SPDX-License-Identifier: MIT */
/*
 * --explain: what the words came to, and whether the length suits them.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/tame.h"
#include "file/output.h"
#include "lrsched.h"
#include "sched/sched.h"
#include "words/words.h"

/* A stepsize (half a cycle) that range-test practice advises, in epochs. */
#define STEPSIZE_EPOCHS_MIN 2
#define STEPSIZE_EPOCHS_MAX 10

/* Below this part of its peak a rate is low: weights hardly move any more. */
#define RATE_LOW 0.1
/* Steps looked at, at most, for the last pruning and the peak. */
#define SCAN_MAX 4000000

static void epochs(struct buf *b, const struct spec *spec, double steps)
{
	if (isnan(spec->env.epoch_steps))
		return;
	buf_printf(b, " (%.6gep)", steps / spec->env.epoch_steps);
}

static void heading(struct buf *b, const struct spec *spec)
{
	if (isnan(spec->env.steps))
		buf_adds(b, "length: none; -n gives one");
	else
		buf_printf(b, "length: %.0f steps", spec->env.steps);
	if (!isnan(spec->env.steps))
		epochs(b, spec, spec->env.steps);
	if (!isnan(spec->env.steps) && spec->clock.n)
		buf_printf(b, ", %.0f samples",
			sched_clock_at(&spec->clock, spec->env.steps));
	if (!isnan(spec->env.epoch_steps))
		buf_printf(b, ", %.10g steps per epoch", spec->env.epoch_steps);
	buf_printf(b, "\nbase: %s\n", num_text(spec->env.base).s);
}

static bool has_constructor(
	const struct call_module *m, const char *name, size_t n)
{
	const char *signature;
	size_t len;

	for (size_t i = 0; (signature = call_signature(m, i, &len)); i++)
		if (len > n && signature[n] == '(' &&
			memcmp(signature, name, n) == 0)
			return true;
	return false;
}

/* The libraries other than CALL's, "torch.StepLR", that have its name. */
static void others(struct buf *b, const char *call, size_t n)
{
	const char *dot = memchr(call, '.', n);
	const struct call_module *m;
	size_t nlibrary = dot ? (size_t)(dot - call) : n, before = b->len;

	for (size_t i = 0; dot && (m = call_module_nth(i)); i++) {
		if ((strlen(m->name) == nlibrary &&
			    memcmp(m->name, call, nlibrary) == 0) ||
			!has_constructor(m, dot + 1, n - nlibrary - 1))
			continue;
		buf_adds(b, b->len > before ? ", " : "; also in ");
		buf_adds(b, m->name);
	}
}

/* Which library each call was taken for, and which it could have been. */
static void calls(struct buf *b, const struct buf *names)
{
	size_t n;

	for (size_t i = 0; i < names->len; i += n + 1) {
		const char *name = names->data + i, *end;

		end = memchr(name, ' ', names->len - i);
		n = end ? (size_t)(end - name) : names->len - i;
		buf_adds(b, "call: ");
		buf_add(b, name, n);
		others(b, name, n);
		buf_addc(b, '\n');
	}
}

/* One length to advise, after SEP; none below a step or above any -n. */
static void add_length(
	struct buf *b, const struct spec *spec, double end, const char *sep)
{
	if (end < 1 || end >= (double)SCHED_STEPS_MAX)
		return;
	buf_printf(b, "%s-n %.0f", sep, ceil(end / spec_unit(spec)));
	epochs(b, spec, end);
}

static void advise_length(
	struct buf *b, const struct spec *spec, const struct sched *s)
{
	double n = spec->env.steps, below, above;
	double given = spec->by_samples ? n : spec->counted;
	uint64_t k;

	/* Lengths are then in samples, of which no other one is asked for. */
	if (spec->count_given)
		return;
	if (isnan(n) || isnan(sched_cycle_end(s, 1)))
		return;
	k = sched_cycles_until(s, n);
	below = k ? sched_cycle_end(s, k) : 0;
	above = sched_cycle_end(s, k + 1);
	if (k && below == n) {
		buf_printf(b, "advice: -n %.0f ends with cycle %llu\n", given,
			(unsigned long long)k);
		return;
	}
	if (isnan(above)) {
		buf_printf(b,
			"advice: -n %.0f goes on after the last cycle, which "
			"ends at step %.10g\n",
			given, below);
		return;
	}
	buf_printf(b, "advice: -n %.0f ends within cycle %llu", given,
		(unsigned long long)k + 1);
	if (below < 1 && above >= (double)SCHED_STEPS_MAX)
		buf_addc(b, '\n');
	else {
		add_length(b, spec, below, "; ");
		add_length(b, spec, above, k ? " or " : "; ");
		buf_adds(b, " would end with one\n");
	}
}

/* S without what only wraps it. */
static const struct sched *unwrapped(const struct sched *s)
{
	while (s->kind == SCHED_GROUP ||
		(s->kind == SCHED_SEQ && s->u.seq.n == 1))
		s = sched_child(s, 0);
	return s;
}

/* Half a cycle of S in steps, up and down again; NAN: it has none. */
static double half_cycle(const struct sched *s)
{
	double scale;
	const struct sched_seg *g = sched_cyclic_seg(s, &scale);
	const struct sched *up, *down;

	if (g)
		return g->shape->flags & SHAPE_HALVES
			       ? g->cycles.len * scale / 2
			       : NAN;
	s = unwrapped(s);
	if (s->kind != SCHED_REP)
		return NAN;
	s = unwrapped(s->u.rep.body);
	if (s->kind != SCHED_SEQ || s->u.seq.n != 2)
		return NAN;
	up = sched_child(s, 0);
	down = sched_child(s, 1);
	if (up->kind != SCHED_SEG || down->kind != SCHED_SEG ||
		up->u.seg.from != down->u.seg.to ||
		up->u.seg.to != down->u.seg.from ||
		!(up->u.seg.from < up->u.seg.to))
		return NAN;
	return up->len;
}

static void advise_stepsize(
	struct buf *b, const struct spec *spec, const struct sched *s)
{
	double e = half_cycle(s) / spec->env.epoch_steps;

	if (isnan(e))
		return;
	buf_printf(b,
		"advice: the stepsize is %.6g epochs, %s the advised %d to "
		"%d\n",
		e,
		e < STEPSIZE_EPOCHS_MIN   ? "below"
		: e > STEPSIZE_EPOCHS_MAX ? "above"
					  : "within",
		STEPSIZE_EPOCHS_MIN, STEPSIZE_EPOCHS_MAX);
}

/* The parameters of time and inv, in the order of their rows. */
enum { TIME_K, TIME_PER };

/* The first segment of S that decays by time. */
static const struct sched_seg *by_time(const struct sched *s)
{
	const struct sched_seg *found = NULL;
	const struct sched *kid;

	if (s->kind == SCHED_SEG)
		return strcmp(s->u.seg.shape->name, "time") == 0 ||
				       strcmp(s->u.seg.shape->name, "inv") == 0
			       ? &s->u.seg
			       : NULL;
	for (size_t i = 0; !found && (kid = sched_child(s, i)); i++)
		found = by_time(kid);
	return found;
}

/* Keras counts updates; the tables that are printed of it count epochs. */
static void advise_time(
	struct buf *b, const struct spec *spec, const struct sched *s)
{
	const struct sched_seg *g = by_time(s);

	if (!g || spec->env.by_epoch || g->p[TIME_PER] != 1)
		return;
	buf_printf(b,
		"advice: k=%.10g is per update; for rates that are given by "
		"epoch write per=1ep,stair and -e, or --count epoch\n",
		g->p[TIME_K]);
}

/* A ramp to 0 by default after another one that has come there already. */
static void advise_zeros(struct buf *b, const struct sched *s)
{
	const struct sched *node, *before;

	for (size_t i = 1; s->kind == SCHED_SEQ && i < s->u.seq.n; i++) {
		node = s->u.seq.part[i].node;
		before = s->u.seq.part[i - 1].node;
		if (node->kind != SCHED_SEG || before->kind != SCHED_SEG ||
			!sched_shape_takes_to(node->u.seg.shape) ||
			!sched_shape_takes_to(before->u.seg.shape) ||
			node->u.seg.from != 0 || node->u.seg.to != 0 ||
			before->u.seg.to != 0)
			continue;
		buf_printf(b,
			"advice: %s runs from 0 to 0; %s ended at 0, give "
			"it an end (%s:%.10g:V)\n",
			node->u.seg.shape->name, before->u.seg.shape->name,
			before->u.seg.shape->name, before->len);
	}
}

static const struct sched *named(const struct sched_table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->column[i].name && strcmp(t->column[i].name, name) == 0)
			return t->column[i].node;
	return NULL;
}

/* The last step below N where the mask is recomputed, or sparsity moves. */
static double last_pruning(
	const struct sched *sparsity, const struct sched *prune, double n)
{
	const struct sched *s = prune ? prune : sparsity;
	uint64_t t = (uint64_t)fmin(n - 1, ceil(s->len));
	uint64_t stop = t > SCAN_MAX ? t - SCAN_MAX : 0;

	for (; t > stop; t--)
		if (prune ? sched_at(prune, t) != 0
			  : sched_at(sparsity, t) != sched_at(sparsity, t - 1))
			return (double)t;
	return NAN;
}

static double peak(const struct sched *s, double n)
{
	uint64_t every = (uint64_t)fmax(1, ceil(n / SCAN_MAX)), t;
	double max = 0;

	for (t = 0; (double)t < n; t += every)
		max = fmax(max, sched_at(s, t));
	return max;
}

/* Whether what is pruned last can still be learnt around. */
static void advise_pruning(struct buf *b, const struct spec *s)
{
	const struct sched *sparsity = named(&s->table, "sparsity");
	double n = s->env.steps, t, rate, max;

	if (!sparsity || s->table.column[0].name || isnan(n))
		return;
	t = last_pruning(sparsity, named(&s->table, "prune"), n);
	if (isnan(t))
		return;
	rate = sched_value(s->table.column[0].node, t);
	max = peak(s->table.column[0].node, n);
	buf_printf(b,
		"advice: the last pruning step, %.0f, is at rate %.6g, %.3g %% "
		"of the peak: %s\n",
		t, rate, 100 * rate / max,
		rate < RATE_LOW * max ? "already low" : "not low yet");
}

/* Steps at which words are held to what they say: the first, and as many. */
#define NHELD 1024

static bool same(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

/* Whether WORDS, read again, give NODE's values: 1, 0 or -1 for no memory. */
static int says(const struct buf *words, const struct sched *node,
	const struct sched_env *env)
{
	struct sched_env own = *env;
	struct sched_table t = {0};
	struct sched_where where;
	struct diag d = {.class = DIAG_NONE};
	double n = isnan(env->steps) ? NHELD : env->steps, apart = n / NHELD;
	int ok;

	own.host = NULL;
	own.given.ndefine = 0; /* words have numbers in the places of names */
	ok = words_parse(&t, (char *const[]){words->data}, 1, &own, &where,
		     &d) == 0;
	for (unsigned i = 0; ok && i <= NHELD; i++)
		ok = same(sched_value(t.column[0].node, i),
			     sched_value(node, i)) &&
		     same(sched_value(t.column[0].node, floor(i * apart)),
			     sched_value(node, floor(i * apart)));
	sched_table_free(&t);
	return !ok && d.class == DIAG_NOMEM ? -1 : ok;
}

/*
 * Words, which a reader may trust to give the same values; or the call that
 * NODE came of, where it has what no word can say.
 */
static void explain_words(struct buf *b, const char *column,
	const struct sched *node, const struct sched_env *env)
{
	struct buf words = {0};
	bool opaque = sched_unparse(&words, node, env);
	int said = !buf_text(&words) ? -1
		   : opaque          ? 0
				     : says(&words, node, env);

	if (said == 0 && (!opaque || strstr(words.data, "(...)"))) {
		buf_clear(&words);
		sched_unparse_call(&words, node);
		column = NULL;
	}
	if (said < 0 || !buf_text(&words))
		buf_fail(b);
	else if (words.data[0])
		buf_printf(b, "  words: %s%s%s%s\n", column ? "+" : "",
			column ? column : "", column ? " " : "", words.data);
	buf_free(&words);
}

static void explain_column(
	struct buf *b, const struct spec *spec, const struct lrsched_column *c)
{
	bool unnamed = c->node == spec->table.column[0].node &&
		       !spec->table.column[0].name;

	buf_printf(b, "%s:\n", c->name);
	sched_explain(b, c->node, &spec->env);
	explain_words(b, unnamed ? NULL : c->name, c->node, &spec->env);
	advise_length(b, spec, c->node);
	advise_stepsize(b, spec, c->node);
	advise_time(b, spec, c->node);
	advise_zeros(b, c->node);
}

/* Lines in which names and functions stand as they were typed. */
static void tame_lines(struct buf *b, const struct buf *text)
{
	const char *s = text->data, *end = s + text->len, *lf;

	for (; s < end; s = lf + 1) {
		lf = memchr(s, '\n', (size_t)(end - s));
		if (!lf)
			lf = end;
		tame_add(b, s, (size_t)(lf - s));
		buf_addc(b, '\n');
	}
}

static void remarks(
	struct buf *b, const struct spec *s, const struct spec_opts *o)
{
	struct buf lines = {0};

	schedule_remarks(&lines, s, o);
	buf_adds(b, lines.len ? "advice: " : "");
	buf_join(b, &lines);
	buf_free(&lines);
}

/* One schedule, its columns as far as they are wanted. */
static void explain(struct buf *b, const struct lrsched_plan *p, size_t i,
	const struct spec_opts *o)
{
	const struct lrsched_schedule *s = &p->schedule[i];

	if (p->nschedule > 1)
		buf_printf(b, "%sschedule: %s\n", i ? "\n" : "", s->name);
	heading(b, &s->spec);
	calls(b, &s->spec.table.calls);
	remarks(b, &s->spec, o);
	for (size_t k = 0; k < p->ncolumn; k++)
		if (p->column[k].kind == LRSCHED_VALUE &&
			p->column[k].schedule == i)
			explain_column(b, &s->spec, &p->column[k]);
	advise_pruning(b, &s->spec);
}

int lrsched_explain(const struct lrsched_plan *p, const struct lrsched_opts *o,
	struct output *out, struct diag *d)
{
	struct buf b = {0}, shown = {0};
	int r;

	for (size_t i = 0; i < p->nschedule; i++)
		explain(&b, p, i, &o->sched);
	r = buf_end(&b, d);
	if (!r)
		tame_lines(&shown, &b);
	r = r || buf_end(&shown, d) ||
	    output_write(out, shown.data, shown.len, d);
	buf_free(&b);
	buf_free(&shown);
	return r ? -1 : 0;
}
