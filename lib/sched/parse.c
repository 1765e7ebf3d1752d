/* SPDX-License-Identifier: MIT */
/*
 * Words taken apart and their quantities read.  Every error points at a byte.
 */
#include "sched/parse.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "sched/numbers.h"
#include "sched/sched.h"

/* 100% when -n is not known yet: large enough for any length to be valid. */
#define STEPS_UNKNOWN 1e9

int sched_fail(struct parser *p, const char *at, const char *fmt, ...)
{
	size_t here = p->at < p->nword ? p->at : p->nword - 1;
	struct span w = p->word[here];
	size_t i, column = 1;
	va_list ap;

	va_start(ap, fmt);
	diag_vset(p->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	if (at < w.s || at > w.s + w.n)
		at = w.s + w.n;
	*p->where = (struct sched_where){w.s, w.n, (size_t)(at - w.s)};
	for (i = 0; i < p->where->offset; i++)
		column += ((unsigned char)w.s[i] & 0xc0) != 0x80;
	return diag_at(p->d, "word %zu, column %zu", here + 1, column);
}

int sched_fail_at(struct parser *p, const char *at)
{
	struct diag d = *p->d;

	return d.class == DIAG_USAGE ? sched_fail(p, at, "%s", d.text) : -1;
}

bool sched_at_end(const struct parser *p)
{
	return p->at >= p->nword;
}

bool sched_at_column(const struct parser *p)
{
	return !sched_at_end(p) && p->word[p->at].s[0] == '+';
}

static int add_key(struct parser *p, struct word *w, struct span text)
{
	struct word_key *k = &w->key[w->nkey];
	size_t i;

	if (w->nkey == WORD_NKEY)
		return sched_fail(p, text.s,
			"more than %d keys; expected fewer", WORD_NKEY);
	k->name = sched_span_cut(text, "=", &k->value);
	k->has_value = k->value.s != NULL;
	if (!k->name.n)
		return sched_fail(p, text.s,
			"an empty key; expected KEY or KEY=VALUE after a "
			"comma, and only a blank before another shape");
	for (i = 0; i < w->nkey; i++)
		if (w->key[i].name.n == k->name.n &&
			!memcmp(w->key[i].name.s, k->name.s, k->name.n))
			return sched_fail(p, k->name.s,
				"key '%.*s' again; expected it once",
				(int)k->name.n, k->name.s);
	w->nkey++;
	return 0;
}

int sched_word_split(struct parser *p, struct word *w)
{
	struct span keys, more,
		head = sched_span_cut(p->word[p->at], ",", &keys);

	w->nkey = 0;
	w->name = sched_span_cut(head, ":", &w->len);
	w->to = (struct span){NULL, 0};
	if (w->len.s)
		w->len = sched_span_cut(w->len, ":", &w->to);
	if (w->to.s && w->to.n && memchr(w->to.s, ':', w->to.n))
		return sched_fail(p, memchr(w->to.s, ':', w->to.n),
			"a third colon; expected SHAPE:LENGTH:TO,KEY=VALUE");
	if (w->to.s && !w->to.n)
		return sched_fail(p, w->to.s,
			"nothing after the colon; expected the end value");
	if (w->to.s && memchr(w->to.s, '=', w->to.n) && w->to.s[0] != '(')
		return sched_fail(p, w->to.s,
			"a key after a colon; expected a comma before %.*s",
			(int)w->to.n, w->to.s);
	if (w->len.s && !w->len.n && !w->to.s)
		return sched_fail(p, w->len.s,
			"nothing after the colon; expected %.*s:LENGTH without "
			"a blank",
			(int)w->name.n, w->name.s);
	for (; keys.s; keys = more) {
		keys = sched_span_cut(keys, ",", &more);
		if (add_key(p, w, keys))
			return -1;
	}
	return 0;
}

/* *V, the number that S[0..N) in the current word is, as it is to be read. */
static int take_number(struct parser *p, const char *s, size_t n, double *v)
{
	struct span word = p->word[p->at];
	struct buf before = {0}, after = {0};
	struct sched_number like = {.at = word.s, .value = *v, .given = true};
	int bad;

	if (!p->env->numbers)
		return 0;
	bad = buf_add(&before, word.s, (size_t)(s - word.s)) ||
	      buf_add(&after, s + n, word.n - (size_t)(s - word.s) - n) ||
	      buf_terminate(&before) || buf_terminate(&after);
	like.before = before.data;
	like.after = after.data;
	if (!bad)
		bad = sched_numbers_take(p->env->numbers, &like, v);
	buf_free(&before);
	buf_free(&after);
	return bad ? diag_nomem(p->d, word.n) : 0;
}

/* The number S starts with; *REST what follows.  Finite, or an error. */
static int scan(struct parser *p, struct span name, struct span s, double *ret,
	struct span *rest)
{
	size_t n = num_scan_double(s.s, s.n, ret);

	if (!n)
		return sched_fail(p, s.s,
			"%.*s '%.*s' is not a number; expected a decimal",
			(int)name.n, name.s, (int)s.n, s.s);
	if (!isfinite(*ret))
		return sched_fail(p, s.s,
			"%.*s %.*s is too large; expected a double",
			(int)name.n, name.s, (int)n, s.s);
	*rest = (struct span){s.s + n, s.n - n};
	return take_number(p, s.s, n, ret);
}

int sched_parse_real(
	struct parser *p, struct span name, struct span s, double *ret)
{
	struct span rest = {0};

	if (scan(p, name, s, ret, &rest))
		return -1;
	if (rest.n)
		return sched_fail(p, rest.s,
			"'%.*s' after the number; expected nothing (%.*s is a "
			"plain number)",
			(int)rest.n, rest.s, (int)name.n, name.s);
	return 0;
}

int sched_parse_value(struct parser *p, struct span name, struct span s,
	double base, double *ret, bool *is_base)
{
	struct span rest = {0};

	if (scan(p, name, s, ret, &rest))
		return -1;
	if (rest.n && !sched_span_is(rest, "x"))
		return sched_fail(p, rest.s,
			"'%.*s' after the number; expected nothing, or x for "
			"multiples of the base rate",
			(int)rest.n, rest.s);
	if (*ret < 0)
		return sched_fail(p, s.s,
			"%.*s is negative; expected a value of 0 or more",
			(int)name.n, name.s);
	*is_base = rest.n > 0;
	if (*is_base)
		*ret *= base;
	return 0;
}

static double steps_known(const struct parser *p)
{
	return isnan(p->env->steps) ? STEPS_UNKNOWN : p->env->steps;
}

/* A suffix that other programs take, and what is to be written here. */
static int wrong_unit(struct parser *p, struct span number, struct span rest)
{
	static const struct {
		const char *unit;
		double times;
		const char *suffix;
	} other[] = {
		{"k", 1e3, ""},
		{"K", 1e3, ""},
		{"m", 1e6, ""},
		{"M", 1e6, ""},
		{"s", 1, ""},
		{"it", 1, ""},
		{"iters", 1, ""},
		{"step", 1, ""},
		{"steps", 1, ""},
		{"E", 1, "ep"},
		{"eps", 1, "ep"},
		{"epoch", 1, "ep"},
		{"epochs", 1, "ep"},
		{"pct", 1, "%"},
		{"percent", 1, "%"},
	};
	double x;

	num_scan_double(number.s, number.n, &x);
	if (rest.s[0] == '_')
		return sched_fail(p, rest.s,
			"'%.*s' after the number; expected its digits "
			"without '_'",
			(int)rest.n, rest.s);
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (!sched_span_is(rest, other[i].unit))
			continue;
		return sched_fail(p, rest.s, "unit '%.*s'; expected %.15g%s",
			(int)rest.n, rest.s, x * other[i].times,
			other[i].suffix);
	}
	return sched_fail(p, rest.s, "unit '%.*s'; expected %s", (int)rest.n,
		rest.s,
		p->units ? p->units
			 : "nothing (steps), % (of -n) or ep (epochs)");
}

static bool is_samples(struct span rest)
{
	return rest.n > 0 && rest.s[0] == 's' &&
	       (rest.n == 1 || strchr("+-", rest.s[1]));
}

static bool is_epochs(struct span rest)
{
	return rest.s[0] == 'e' &&
	       (rest.n == 1 || strchr("+-", rest.s[1]) ||
		       (rest.s[1] == 'p' &&
			       (rest.n == 2 || strchr("+-", rest.s[2]))));
}

/*
 * Steps in the unit that REST, behind NUMBER, begins with, and the characters
 * it takes.
 */
static int unit_steps(struct parser *p, struct span number, struct span rest,
	double *unit, size_t *taken)
{
	const struct sched_env *env = p->env;

	*unit = 1;
	*taken = 0;
	if (env->has_samples && is_samples(rest)) {
		*taken = 1;
		p->table->in_samples = p->at + 1;
		return 0;
	}
	if (!rest.n || rest.s[0] == '+' || rest.s[0] == '-') {
		p->table->in_steps = p->at + 1;
		return 0;
	}
	if (rest.s[0] == '%') {
		*taken = 1;
		*unit = steps_known(p) / 100;
		if (isnan(env->steps))
			p->table->needs_steps = p->at + 1;
		return 0;
	}
	if (is_epochs(rest)) {
		*taken = rest.n > 1 && rest.s[1] == 'p' ? 2 : 1;
		*unit = env->epoch_steps;
		if (env->epoch_samples)
			p->table->in_samples = p->at + 1;
		if (!isnan(*unit))
			return 0;
		return sched_fail(p, rest.s,
			"a length in epochs without -e; expected -e with the "
			"steps per epoch");
	}
	if (rest.s[0] == 'x')
		return sched_fail(p, rest.s,
			"x is for values; expected a length in steps, %%, ep");
	return wrong_unit(p, number, rest);
}

/* V, or the whole number it missed: 1.1ep of 110 steps are 121. */
static double snap(double v)
{
	double whole = round(v);

	return fabs(v - whole) <= 2 * DBL_EPSILON * fabs(v) ? whole : v;
}

int sched_parse_steps(struct parser *p, struct span name, struct span s,
	double *ret, double *unit)
{
	struct span rest = {0}, more = {0};
	double offset = 0;
	size_t taken;

	if (scan(p, name, s, ret, &rest) ||
		unit_steps(p, s, rest, unit, &taken))
		return -1;
	if (taken)
		*ret = snap(*ret * *unit);
	rest.s += taken;
	rest.n -= taken;
	if (rest.n) {
		if (rest.s[0] != '+' && rest.s[0] != '-')
			return sched_fail(p, rest.s,
				"'%.*s' after the length; expected +K or -K",
				(int)rest.n, rest.s);
		if (scan(p, name, rest, &offset, &more))
			return -1;
		if (more.n)
			return sched_fail(p, more.s,
				"'%.*s' after the length; expected nothing",
				(int)more.n, more.s);
		*ret += offset;
		*unit = 1;
	}
	if (*ret > (double)SCHED_STEPS_MAX)
		return sched_fail(p, s.s,
			"%.*s %.*s is above 2^53 steps; expected fewer",
			(int)name.n, name.s, (int)s.n, s.s);
	return 0;
}

int sched_parse_choice(struct parser *p, struct span name, struct span s,
	const char *choices, double *ret)
{
	struct span c, more, all = {choices, strlen(choices)};
	size_t i;

	for (i = 0; all.s; all = more, i++) {
		c = sched_span_cut(all, "|", &more);
		if (c.n == s.n && !memcmp(c.s, s.s, s.n)) {
			*ret = (double)i;
			return 0;
		}
	}
	return sched_fail(p, s.s, "%.*s=%.*s; expected one of %s", (int)name.n,
		name.s, (int)s.n, s.s, choices);
}

int sched_parse_past(
	struct parser *p, struct scope *c, const struct word_key *k)
{
	double index = PAST_HOLD;

	if (sched_parse_choice(p, k->name, k->value, PARSE_PAST, &index))
		return -1;
	c->past = (int)index;
	return 0;
}

int sched_parse_skip(struct parser *p, const struct word_key *k, double *skip)
{
	double unit;

	if (!k->has_value)
		return sched_fail(p, k->name.s + k->name.n,
			"key 'skip' without a value; expected skip=STEPS");
	if (sched_parse_steps(p, k->name, k->value, skip, &unit))
		return -1;
	if (*skip >= 0)
		return 0;
	return sched_fail(p, k->value.s, "skip=%.*s; expected 0 or more",
		(int)k->value.n, k->value.s);
}
