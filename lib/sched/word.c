/* SPDX-License-Identifier: MIT */
/*
 * What words are made of: spans of text, a word taken apart, its quantities
 * and functions, keys of a repetition.  Every error points at a byte.
 */
#include "sched/sched_impl.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "numpy/numpy.h"
#include "py/py.h"

/* --- numbers that may change -------------------------------------------- */

static struct sched_number *find(
	const struct sched_numbers *n, const struct sched_number *like)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->number[i].at == like->at &&
			strcmp(n->number[i].before, like->before) == 0)
			return &n->number[i];
	return NULL;
}

/* The list has room for all from the start: its items keep their places. */
static int add(struct sched_numbers *n, const struct sched_number *like)
{
	struct sched_number own = *like;

	if (n->n == SCHED_NUMBERS_MAX)
		return 0;
	if (!n->number)
		n->number = calloc(SCHED_NUMBERS_MAX, sizeof(*n->number));
	own.before = strdup(like->before);
	own.after = strdup(like->after);
	if (!n->number || !own.before || !own.after) {
		free(own.before);
		free(own.after);
		return -1;
	}
	n->number[n->n++] = own;
	return 0;
}

int sched_numbers_take(
	struct sched_numbers *n, const struct sched_number *like, double *value)
{
	const struct sched_number *old;

	*value = like->value;
	if (!n)
		return 0;
	old = find(n, like);
	if (!old)
		return add(n, like);
	if (old == n->changed)
		*value = n->to;
	return 0;
}

void sched_numbers_free(struct sched_numbers *n)
{
	for (size_t i = 0; i < n->n; i++) {
		free(n->number[i].before);
		free(n->number[i].after);
	}
	free(n->number);
	*n = (struct sched_numbers){0};
}

/* --- spans -------------------------------------------------------------- */

/* The bytes of the quoted string or comment at S[0], or 1. */
static size_t token(const char *s, size_t n, bool bracket)
{
	size_t i = 1;

	if (s[0] == '\'' || s[0] == '"') {
		while (i < n && s[i] != s[0])
			i += s[i] == '\\' && i + 1 < n ? 2 : 1;
		return i < n ? i + 1 : n;
	}
	if (s[0] == '#' && bracket)
		while (i < n && s[i] != '\n')
			i++;
	return i;
}

size_t sched_span_until(struct span s, const char *stop)
{
	size_t i = 0, depth = 0;

	while (i < s.n) {
		if (!depth && strchr(stop, s.s[i]))
			return i;
		if (strchr("([{", s.s[i]))
			depth++;
		else if (depth && strchr(")]}", s.s[i]))
			depth--;
		i += token(s.s + i, s.n - i, depth > 0);
	}
	return s.n;
}

bool sched_span_is(struct span s, const char *text)
{
	return strlen(text) == s.n && !memcmp(s.s, text, s.n);
}

struct span sched_span_cut(struct span s, const char *stop, struct span *rest)
{
	size_t n = sched_span_until(s, stop);

	*rest = (struct span){NULL, 0};
	if (n < s.n)
		*rest = (struct span){s.s + n + 1, s.n - n - 1};
	return (struct span){s.s, n};
}

#define BLANKS " \t\r\n"

/* Room for one more word in *WORD, which has N. */
static int grow(struct parser *p, struct span **word, size_t n)
{
	struct span *bigger;

	if (*word && (n & (n - 1)) != 0) /* room doubles at powers of two */
		return 0;
	bigger = realloc(*word, (n ? 2 * n : 1) * sizeof(*bigger));
	if (!bigger) {
		diag_nomem(p->d, n * sizeof(*bigger));
		return -1;
	}
	*word = bigger;
	return 0;
}

int sched_split(struct parser *p, char *const arg[], size_t narg,
	struct span **word, size_t *n)
{
	*word = NULL;
	*n = 0;
	for (size_t i = 0; i < narg; i++) {
		const char *s = arg[i];

		while (*(s += strspn(s, BLANKS))) {
			struct span one = {s, strlen(s)};

			/* Pasted lines may end in a comment. */
			if (*s == '#') {
				s += strcspn(s, "\n");
				continue;
			}
			one.n = sched_span_until(one, BLANKS);
			if (grow(p, word, *n) < 0)
				return -1;
			(*word)[(*n)++] = one;
			s += one.n;
		}
	}
	return 0;
}

/* --- words and quantities ----------------------------------------------- */

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

/* --- functions ---------------------------------------------------------- */

struct lambda {
	struct py *py;
	struct py_module *module;
	char *text;
};

static void release(void *ctx)
{
	struct lambda *l = ctx;

	py_free(l->py);
	free(l->text);
	free(l);
}

/* What the user defined, the last of a name first. */
static int define(
	const struct lambda *l, const struct sched_env *env, struct diag *d)
{
	for (size_t i = env->ndefine; i-- > 0;) {
		struct py_str path;
		struct py_value v, old;

		if (py_parse_define(l->py, env->define[i], &path, &v, d) < 0)
			return -1;
		if (!py_peek(l->module, path.s, path.n, &old) &&
			py_define(l->module, path.s, path.n, v) < 0)
			return diag_nomem(d, path.n);
		if (env->asked && py_asks(l->module, path.s, path.n))
			env->asked[i] = true;
	}
	return 0;
}

/* A name in E that has no value, or NULL. */
static const struct py_node *unknown(
	const struct py_module *m, const struct py_node *e)
{
	const struct py_node *found = NULL;
	struct py_value v;

	if (e->form == PY_NAME && e->hops == PY_HOPS_GLOBAL &&
		!py_is_known(m, e) && !py_global(m, e->s.s, e->s.n, &v))
		return e;
	if (e->form == PY_ATTR && e->value.type != PY_UNBOUND)
		return NULL;
	for (const struct py_node *kid = e->arg; kid && !found; kid = kid->next)
		found = unknown(m, kid);
	return found;
}

/* Fails at the byte of S where the run's error is. */
static int fail_run(struct parser *p, struct span s, const struct py_run *r)
{
	struct py_error e = py_run_error(r);

	*p->d = *e.diag;
	return sched_fail_at(p, s.s + (e.at ? e.at->at : 0));
}

/* What is wrong whatever the step is; where that cannot be told, later. */
static int check(struct parser *p, struct span s, const struct lambda *l,
	struct sched_fn *f)
{
	const struct py_node *e = py_root(l->module);
	const struct py_node *bad = unknown(l->module, e);
	struct py_error error;
	struct py_value v;
	struct diag d;

	if (bad)
		return sched_fail(p, s.s + bad->at, "unknown name '%.*s'",
			(int)bad->s.n, bad->s.s);
	if (sched_closure_try(f, 0, &v, &error, &d) == 0 && !py_is_number(&v))
		return sched_fail(p, s.s + e->arg->at,
			"in a lambda: gives %s; expected a number",
			py_type_name(&v));
	return 0;
}

static int load(struct parser *p, struct span name, struct span s,
	struct lambda *l, struct py_value *f)
{
	const struct py_node *param;
	struct py_run *r;
	size_t where = 0;

	l->py = py_new(&numpy_host);
	l->text = malloc(s.n + 1);
	if (!l->py || !l->text)
		return diag_nomem(p->d, s.n);
	memcpy(l->text, s.s, s.n);
	l->text[s.n] = '\0';
	if (py_parse_expr(l->py, l->text, s.n, &l->module, &where, p->d) < 0)
		return sched_fail_at(p, s.s + where);
	if (py_root(l->module)->form != PY_LAMBDA)
		return sched_fail(p, s.s,
			"%.*s=%.*s is no lambda; expected %.*s=(lambda t:...)",
			(int)name.n, name.s, (int)s.n, s.s, (int)name.n,
			name.s);
	r = py_builder(l->py);
	if (define(l, p->env, p->d) < 0)
		return sched_fail_at(p, s.s);
	if (py_exec(r, l->module, f) < 0)
		return fail_run(p, s, r);
	param = py_param(f, 0);
	if (param && (!param->next || param->next->arg))
		return 0;
	return sched_fail(p, s.s,
		"a lambda of %s; expected one argument, the step",
		param ? "several arguments" : "no argument");
}

/* Its source in brackets, with the values of names; NULL for no memory. */
static char *source(const struct lambda *l)
{
	bool bare = l->text[py_root(l->module)->at] != '(';
	struct buf b = {0};

	if ((bare && buf_addc(&b, '(')) ||
		py_show(&b, l->module, py_root(l->module)) ||
		(bare && buf_addc(&b, ')')) || buf_terminate(&b)) {
		buf_free(&b);
		return NULL;
	}
	return b.data;
}

int sched_parse_lambda(struct parser *p, struct span name, struct span s,
	struct sched_fn **ret)
{
	struct lambda *l = calloc(1, sizeof(*l));
	struct sched_fn *f = NULL;
	struct py_value v = py_none();
	char *text;

	if (!l)
		return diag_nomem(p->d, sizeof(*l));
	if (load(p, name, s, l, &v) < 0) {
		release(l);
		return -1;
	}
	text = source(l);
	f = text ? sched_closure_new(l->py, v, text, release, l) : NULL;
	if (!f) {
		free(text);
		release(l);
		return diag_nomem(p->d, s.n);
	}
	*ret = f;
	if (check(p, s, l, f) == 0)
		return 0;
	sched_fn_free(f);
	*ret = NULL;
	return -1;
}

/* --- scopes ------------------------------------------------------------- */

void sched_add_error(struct scope *c, size_t word, double end)
{
	if (!word || (c->error_word && c->error_end <= end))
		return;
	c->error_word = word;
	c->error_end = end;
}

int sched_append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *node, double skip, bool over)
{
	if (skip > 0 && !(skip < node->len)) {
		double len = node->len;

		sched_free(node);
		return sched_fail(p, p->word[p->at].s,
			"skip=%g of %g steps leaves none; expected less", skip,
			len);
	}
	if (isfinite(node->len)) {
		c->cur = sched_value(node, node->len);
		c->cur_is_base = false;
	}
	if (sched_seq_add(seq, node, skip, over))
		return diag_nomem(p->d, sizeof(*node));
	return 0;
}

/* --- repetitions -------------------------------------------------------- */

/* A node to keep what keys of a repetition say.  Returns 0, or -1. */
static int need_rep(struct parser *p, struct sched **rep)
{
	if (!*rep)
		*rep = sched_new_rep(NULL);
	return *rep ? 0 : diag_nomem(p->d, sizeof(**rep));
}

int sched_parse_count(
	struct parser *p, struct span name, struct span s, struct sched **rep)
{
	const char *wrong;
	double n = INFINITY;

	if (need_rep(p, rep))
		return -1;
	if (!sched_span_is(s, "inf") && sched_parse_real(p, name, s, &n))
		return -1;
	wrong = sched_set(*rep, SCHED_COUNT, n);
	if (!wrong)
		return 0;
	return sched_fail(p, s.s, "%.*s %.*s; expected %s", (int)name.n, name.s,
		(int)s.n, s.s, wrong);
}

static const struct repeat_key {
	const char *name;
	int field;
	enum { FACTOR, CHOICE, FUNCTION } kind;
	const char *choices;
} repeat_keys[] = {
	{"tmul", SCHED_GROW, FACTOR, NULL},
	{"vmul", SCHED_BY, FACTOR, NULL},
	{"gamma", SCHED_GAMMA, FACTOR, NULL},
	{"scale", SCHED_SCALE, CHOICE, SCHED_SCALES},
	{"keep", SCHED_KEEP, CHOICE, SCHED_KEEPS},
	{"vfn", SCHED_PER_CYCLE, FUNCTION, NULL},
	{"tfn", SCHED_PER_STEP, FUNCTION, NULL},
};

static int repeat_key(struct parser *p, const struct word_key *k,
	const struct repeat_key *q, struct sched *rep)
{
	struct sched_fn *fn = NULL;
	double v = 0;

	if (q->kind == FUNCTION) {
		if (sched_parse_lambda(p, k->name, k->value, &fn))
			return -1;
		sched_set_fn(rep, q->field, fn);
		return 0;
	}
	if (q->kind == CHOICE ? sched_parse_choice(
					p, k->name, k->value, q->choices, &v)
			      : sched_parse_real(p, k->name, k->value, &v))
		return -1;
	/* Words have no factor of 0. */
	if (!sched_set(rep, q->field, v) && (q->kind == CHOICE || v > 0))
		return 0;
	return sched_fail(p, k->value.s, "%.*s=%.*s; expected a number above 0",
		(int)k->name.n, k->name.s, (int)k->value.n, k->value.s);
}

int sched_parse_repeat_key(
	struct parser *p, const struct word_key *k, struct sched **rep)
{
	size_t i = 0, n = sizeof(repeat_keys) / sizeof(repeat_keys[0]);

	while (i < n && !sched_span_is(k->name, repeat_keys[i].name))
		i++;
	if (i == n)
		return 0;
	if (!k->has_value || !k->value.n)
		return sched_fail(p, k->name.s + k->name.n,
			"key '%.*s' without a value; expected %.*s=VALUE",
			(int)k->name.n, k->name.s, (int)k->name.n, k->name.s);
	if (need_rep(p, rep))
		return -1;
	return repeat_key(p, k, &repeat_keys[i], *rep) ? -1 : 1;
}

double sched_horizon(const struct parser *p, const struct scope *c)
{
	if (isinf(c->reach))
		return p->env->horizon;
	return fmin(p->env->horizon, c->reach);
}

struct sched *sched_parse_repeated(struct parser *p, const struct scope *c,
	struct sched *body, struct sched *rep)
{
	struct sched_fault wrong = {.d = p->d};

	rep->u.rep.body = body;
	if (!sched_prepare(rep, sched_horizon(p, c), &wrong))
		return rep;
	sched_free(rep);
	sched_fail_at(p, p->word[p->at].s);
	return NULL;
}
