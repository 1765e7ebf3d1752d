/* SPDX-License-Identifier: MIT */
/*
 * The word grammar: groups up to their end, products and sequences of items,
 * and the columns of a table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "words/words_impl.h"

/* --- words ------------------------------------------------------------- */

#define BLANKS " \t\r\n"

/*
 * Splits ARG[0..NARG) at blanks outside brackets into *WORD (malloc'd) and *N;
 * comments end at a line's end.  Returns 0, or -1.
 */
static int split_words(struct parser *p, char *const arg[], size_t narg,
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
			one.n = words_span_until(one, BLANKS);
			if (array_push(word, n, &one, sizeof(one), p->d))
				return -1;
			s += one.n;
		}
	}
	return 0;
}

/* Whether no word is left; whether the current one begins a column. */
static bool at_end(const struct parser *p)
{
	return p->at >= p->nword;
}

static bool at_column(const struct parser *p)
{
	return !at_end(p) && p->word[p->at].s[0] == '+';
}

/* --- groups ------------------------------------------------------------- */

static int parse_prod(struct parser *p, struct scope *c, struct sched **ret);

/* past= of a repetition. */
static int rep_past(struct parser *p, struct scope *c, const struct word_key *k)
{
	if (words_need_value(p, k) || words_parse_past(p, c, k))
		return -1;
	if (c->past != PAST_CONT)
		return 0;
	return words_fail(p, k->value.s,
		"past=cont of rep; expected hold, zero or error");
}

#define PART_KEYS                                        \
	"part has a length and past=cont, nothing else " \
	"but skip=; expected part:LENGTH"

/* What stands before a group's segments. */
struct head {
	size_t at;  /* its word */
	double len; /* NAN: not written */
	double skip;
	bool cont;
	struct sched *rep; /* of a repetition, until it is taken */
};

/* One key of a repetition's head, but skip=. */
static int rep_key(struct parser *p, struct scope *c, struct head *h,
	const struct word_key *k)
{
	int got;

	if (words_span_is(k->name, "past") && !c->in_rep)
		return rep_past(p, c, k);
	got = words_parse_repeat_key(p, k, &h->rep);
	if (got)
		return got < 0 ? -1 : 0;
	return words_fail(p, k->name.s,
		"rep takes no key '%.*s'; expected tmul=, vmul=, gamma=, "
		"scale=, keep=, vfn=, tfn=, skip= or past=",
		STR_ARG(k->name));
}

/* rep:COUNT,KEY=VALUE... */
static int rep_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	h->rep = sched_new_rep();
	if (!h->rep)
		return diag_nomem(p->d, sizeof(*h->rep));
	if (w->to.s)
		return words_fail(
			p, w->to.s, "rep has no end value; expected rep:COUNT");
	if (w->len.n && words_parse_count(p, w->name, w->len, &h->rep))
		return -1;
	for (size_t i = 0; i < w->nkey; i++)
		if (words_span_is(w->key[i].name, "skip")
				? words_parse_skip(p, &w->key[i], &h->skip)
				: rep_key(p, c, h, &w->key[i]))
			return -1;
	return 0;
}

/* The words between H and its end, as BODY (freed on failure). */
static int group_body(struct parser *p, struct scope *inner,
	const struct head *h, struct sched **body)
{
	struct span rest, name = words_span_cut(p->word[h->at], ":,", &rest);

	p->at++;
	p->depth++;
	inner->rest = false;
	if (parse_prod(p, inner, body))
		return -1;
	p->depth--;
	if (p->at < p->nword && words_span_is(p->word[p->at], "end"))
		return 0;
	sched_free(*body);
	p->at = h->at;
	return words_fail(p, p->word[h->at].s,
		"%.*s without end; expected the word end after its segments",
		STR_ARG(name));
}

/* Group S of head H to SEQ; what is wrong with it is told at H. */
static int append(struct parser *p, struct scope *c, struct sched *seq,
	struct sched *s, const struct head *h)
{
	size_t end = p->at;
	int r;

	p->at = h->at;
	r = s ? words_append(p, c, seq, s, h->skip, false)
	      : diag_nomem(p->d, sizeof(*s));
	p->at = end;
	return r;
}

/* An error at END of the group of H is one of C. */
static void note_error(struct scope *c, const struct scope *inner,
	const struct sched *seq, const struct head *h, double end)
{
	words_add_error(c, inner->error_word, seq->u.seq.next - h->skip + end);
}

static int parse_rep(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	struct scope inner = *c;
	struct sched *body = NULL, *s = h->rep;
	size_t end;

	inner.in_rep = inner.no_rest = true;
	if (group_body(p, &inner, h, &body))
		return -1;
	if (inner.error_end < body->len)
		note_error(c, &inner, seq, h, inner.error_end);
	end = p->at;
	p->at = h->at;
	h->rep = NULL;
	s = words_parse_repeated(p, c, body, s);
	p->at = end;
	return s ? append(p, c, seq, s, h) : -1;
}

/* One key of a part's head. */
static int part_key(
	struct parser *p, struct head *h, const struct word_key *k, bool timed)
{
	if (words_span_is(k->name, "skip"))
		return words_parse_skip(p, k, &h->skip);
	h->cont = words_span_is(k->name, "past") &&
		  words_span_is(k->value, "cont");
	if (!h->cont)
		return words_fail(p, k->name.s, PART_KEYS);
	if (timed)
		return 0;
	return words_fail(p, k->name.s,
		"past=cont without a length; expected part:LENGTH,past=cont");
}

/* part[:LEN][,past=cont][,skip=K] */
static int part_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	double unit;

	(void)c;
	if (w->to.s)
		return words_fail(p, w->to.s, PART_KEYS);
	for (size_t i = 0; i < w->nkey; i++)
		if (part_key(p, h, &w->key[i], w->len.n > 0))
			return -1;
	if (!w->len.n)
		return 0;
	if (words_parse_steps(p, w->name, w->len, &h->len, &unit))
		return -1;
	if (h->len >= 1)
		return 0;
	return words_fail(p, w->len.s,
		"part is %g steps; expected one step or more", h->len);
}

/* The scope in a group of C that begins as a schedule of its own. */
static struct scope own_scope(const struct scope *c)
{
	struct scope inner = *c;

	inner.cur = c->base;
	inner.cur_is_base = c->real_base;
	return inner;
}

static int parse_part(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	struct scope inner = own_scope(c);
	struct sched *body = NULL;

	inner.in_rep = false;
	inner.room =
		isnan(h->len) ? c->room - seq->u.seq.next + h->skip : h->len;
	if (!isnan(h->len)) {
		inner.reach = h->cont ? c->reach : fmin(c->reach, h->len + 1);
		inner.no_rest = false;
	}
	if (group_body(p, &inner, h, &body))
		return -1;
	if (isnan(h->len))
		c->rest |= inner.rest;
	if (h->cont || !(inner.error_end >= h->len))
		note_error(c, &inner, seq, h, inner.error_end);
	if (append(p, c, seq, sched_new_group(body, h->len, h->cont), h))
		return -1;
	if (h->cont)
		c->past = PAST_CONT;
	return 0;
}

/* hold:LEN[,skip=K] */
static int hold_head(
	struct parser *p, struct scope *c, struct head *h, const struct word *w)
{
	const char *wrong;
	double unit;

	(void)c;
	if (w->to.s || w->nkey > 1 || !w->len.n ||
		(w->nkey && !words_span_is(w->key[0].name, "skip")))
		return words_fail(p, p->word[p->at].s,
			"hold has a length and nothing else but skip=; "
			"expected hold:LENGTH");
	if (w->nkey && words_parse_skip(p, &w->key[0], &h->skip))
		return -1;
	if (words_parse_steps(p, w->name, w->len, &h->len, &unit))
		return -1;
	wrong = sched_check(SCHED_EVERY, h->len);
	if (!wrong)
		return 0;
	return words_fail(
		p, w->len.s, "hold is %g steps; expected %s", h->len, wrong);
}

/* Inside of it all lengths are in steps of its own. */
static int parse_hold(
	struct parser *p, struct scope *c, struct sched *seq, struct head *h)
{
	const struct sched_env *env = p->env;
	struct scope inner = own_scope(c);
	struct sched_env own = sched_env_held(env, h->len);
	struct sched *body = NULL;
	int r;

	inner.room = (c->room - seq->u.seq.next + h->skip) / h->len;
	inner.reach = c->reach / h->len + 1;
	p->env = &own;
	r = group_body(p, &inner, h, &body);
	p->env = env;
	if (r)
		return -1;
	c->rest |= inner.rest;
	note_error(c, &inner, seq, h, inner.error_end * h->len);
	return append(p, c, seq, sched_new_hold(body, h->len), h);
}

static bool at_group(const struct parser *p, const char *name)
{
	struct span w = p->word[p->at];
	size_t n = strlen(name);

	return w.n >= n && !memcmp(w.s, name, n) &&
	       (w.n == n || w.s[n] == ':' || w.s[n] == ',');
}

/*
 * rep or part, if the current word is one, to its end; appended to SEQ.
 * Returns 1 if so, 0 if not, -1.
 */
static int parse_group(struct parser *p, struct scope *c, struct sched *seq)
{
	static const struct {
		const char *name;
		int (*head)(struct parser *p, struct scope *c, struct head *h,
			const struct word *w);
		int (*parse)(struct parser *p, struct scope *c,
			struct sched *seq, struct head *h);
	} group[] = {{"rep", rep_head, parse_rep},
		{"part", part_head, parse_part},
		{"hold", hold_head, parse_hold}};
	struct head h = {.at = p->at, .len = NAN};
	size_t i = 0, n = ARRAY_SIZE(group);
	struct word w;
	int r;

	while (i < n && !at_group(p, group[i].name))
		i++;
	if (i == n)
		return 0;
	if (p->depth >= SCHED_DEPTH_MAX)
		return words_fail(p, p->word[p->at].s,
			"groups inside groups too deep; expected at most %d",
			SCHED_DEPTH_MAX);
	r = words_split_word(p, &w) || group[i].head(p, c, &h, &w) ||
	    group[i].parse(p, c, seq, &h);
	sched_free(h.rep);
	return r ? -1 : 1;
}

/* --- sequences and products --------------------------------------------- */

static bool at_word(const struct parser *p, const char *text)
{
	return !at_end(p) && words_span_is(p->word[p->at], text);
}

/* Whether another item may follow what SEQ has so far. */
static int check_next(struct parser *p, const struct scope *c,
	const struct sched *seq, size_t last)
{
	size_t here = p->at;
	const char *why = NULL;
	struct span name = p->word[last], rest;

	if (!seq->u.seq.n)
		return 0;
	if (isinf(seq->u.seq.next) || c->rest)
		why = "never ends, so nothing can follow it; expected a length";
	else if (c->past != PAST_NONE)
		why = "has past= and is not the last; expected it on the last";
	if (!why)
		return 0;
	if (isinf(seq->u.seq.next) && words_is_call(p, name)) {
		name = words_span_cut(name, "(", &rest);
		why = "never ends, so nothing can follow it; expected "
		      "part:LENGTH before it, end after it";
	}
	p->at = last;
	words_fail(p, p->word[last].s, "'%.*s' %s", STR_ARG(name), why);
	p->at = here;
	return -1;
}

static bool item_follows(const struct parser *p)
{
	return !at_end(p) && !at_column(p) && !at_word(p, "times") &&
	       !at_word(p, "end");
}

static int parse_items(struct parser *p, struct scope *c, struct sched *seq)
{
	size_t last = p->at;
	int got;

	for (; item_follows(p); p->at++) {
		if (check_next(p, c, seq, last))
			return -1;
		last = p->at;
		/* Nobody comes to the end of the one before. */
		if (c->error_word && c->error_end >= seq->u.seq.next)
			c->error_word = 0;
		got = words_parse_call(p, c, seq);
		if (got == 0)
			got = parse_group(p, c, seq);
		if (got < 0 || (!got && words_parse_segment(p, c, seq)))
			return -1;
	}
	if (!seq->u.seq.n)
		return words_fail(p, at_end(p) ? NULL : p->word[p->at].s,
			"no segment here; expected a shape");
	return 0;
}

static int parse_seq(struct parser *p, struct scope *c, struct sched **ret)
{
	struct sched *seq = sched_new_seq();
	struct sched_fault wrong = {.d = p->d};
	size_t last;

	*ret = seq;
	if (!seq)
		return diag_nomem(p->d, sizeof(*seq));
	c->past = PAST_NONE;
	c->rest = false;
	c->error_word = 0;
	if (parse_items(p, c, seq) || sched_prepare(seq, NAN, &wrong)) {
		sched_free(seq);
		return -1;
	}
	last = p->at;
	seq->u.seq.past = c->past == PAST_ZERO ? 0 : NAN;
	seq->u.seq.error = c->past == PAST_ERROR;
	if (c->past == PAST_ERROR && isfinite(seq->len))
		words_add_error(c, last, seq->len);
	return 0;
}

/* What the product C takes over from one of its factors. */
static void merge(struct scope *c, const struct scope *factor)
{
	words_add_error(c, factor->error_word, factor->error_end);
	c->rest |= factor->rest;
}

/*
 * prod = seq { "times" seq } from the current word on, into *RET (caller frees
 * with sched_free).  Returns 0, or -1.
 */
static int parse_prod(struct parser *p, struct scope *c, struct sched **ret)
{
	struct scope factor = *c;
	unsigned n = 1;
	struct sched *a, *b;

	if (parse_seq(p, &factor, &a))
		return -1;
	c->error_word = 0;
	merge(c, &factor);
	while (at_word(p, "times")) {
		if (n++ == SCHED_NFACTOR_MAX) {
			sched_free(a);
			return words_fail(p, p->word[p->at].s,
				"too many factors; expected at most %d",
				SCHED_NFACTOR_MAX);
		}
		p->at++;
		factor = (struct scope){.column = c->column,
			.base = 1,
			.cur = 1,
			.in_rep = c->in_rep,
			.room = c->room,
			.reach = c->reach,
			.no_rest = c->no_rest};
		if (parse_seq(p, &factor, &b)) {
			sched_free(a);
			return -1;
		}
		merge(c, &factor);
		a = sched_new_prod(a, b);
		if (!a)
			return diag_nomem(p->d, sizeof(*a));
	}
	*ret = a;
	return 0;
}

/* --- tables ------------------------------------------------------------- */

/* A character that would be shown as an escape. */
static bool is_control(const char *s, size_t n)
{
	char shown[TAME_MAX];
	size_t shown_n;
	uint32_t c;

	return utf8_char(s, n, &c) && tame_char(s, n, shown, &shown_n) &&
	       shown[0] != s[0];
}

/* A column called NAME (s NULL: the first) to P's table.  Returns 0, or -1. */
static int add_column(struct parser *p, struct span name)
{
	struct sched_table *t = p->table;
	struct sched_column new = {0};
	static const char *const taken[] = {
		"step", "lr", "factor", "epoch", "micro"};

	for (size_t i = 0; name.s && i < name.n; i++)
		if (name.s[i] == '"' || name.s[i] == ',' ||
			is_control(name.s + i, name.n - i))
			return words_fail(p, name.s + i,
				"a comma, quote or control character in a "
				"column's name; expected none");
	for (size_t i = 0; name.s && i < ARRAY_SIZE(taken); i++)
		if (words_span_is(name, taken[i]))
			return words_fail(p, name.s,
				"column '%s' is there already; expected "
				"another name",
				taken[i]);
	for (size_t i = 0; name.s && i < t->n; i++)
		if (t->column[i].name && words_span_is(name, t->column[i].name))
			return words_fail(p, name.s,
				"column '%s' again; expected another name",
				t->column[i].name);
	if (name.s) {
		new.name = strndup(name.s, name.n);
		if (!new.name)
			return diag_nomem(p->d, name.n);
	}
	if (array_push(&t->column, &t->n, &new, sizeof(new), p->d) == 0)
		return 0;
	free(new.name);
	return -1;
}

/* P's pending columns to its table.  Returns 0, or -1. */
static int add_pending(struct parser *p)
{
	struct sched_table *t = p->table;

	for (size_t i = 0; i < p->pending.n; i++) {
		struct sched_call_column *c = &p->pending.column[i];
		struct span name = {c->name, c->name ? strlen(c->name) : 0};

		if (!c->node)
			continue;
		if (add_column(p, name))
			return -1;
		t->column[t->n - 1].node = c->node;
		t->column[t->n - 1].uses_base = c->uses_base;
		if (isfinite(c->node->len) &&
			(isinf(t->len) || c->node->len > t->len))
			t->len = c->node->len;
		c->node = NULL;
	}
	sched_call_free(&p->pending);
	return 0;
}

static int parse_column(struct parser *p, struct span name)
{
	double base = name.s ? 1 : p->env->base, len;
	size_t i;
	struct scope c = {.base = base,
		.cur = base,
		.room = p->env->steps,
		.reach = INFINITY};

	if (add_column(p, name))
		return -1;
	i = p->table->n - 1;
	c.column = &p->table->column[i];
	c.real_base = c.cur_is_base = !name.s;
	if (name.s)
		p->at++;
	if (parse_prod(p, &c, &c.column->node)) {
		c.column->node = NULL;
		return -1;
	}
	if (add_pending(p))
		return -1;
	c.column = &p->table->column[i];
	len = c.column->node->len;
	if (isfinite(len) && (isinf(p->table->len) || len > p->table->len))
		p->table->len = len;
	if (c.error_word &&
		(!p->table->past_error || c.error_end < p->table->past_end)) {
		p->table->past_error = c.error_word;
		p->table->past_end = c.error_end;
	}
	return 0;
}

static int parse_table(struct parser *p)
{
	struct span name;

	do {
		name = (struct span){NULL, 0};
		if (at_column(p)) {
			name = p->word[p->at];
			if (name.n <= 1)
				return words_fail(p, name.s,
					"'+' alone; expected +COLUMN, or the "
					"next shape at once");
			name = (struct span){name.s + 1, name.n - 1};
		}
		if (parse_column(p, name))
			return -1;
	} while (at_column(p));
	if (!at_end(p))
		return words_fail(p, p->word[p->at].s,
			"end without rep, part or hold; expected one "
			"before it");
	return 0;
}

int words_parse(struct sched_table *t, char *const word[], size_t nword,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct parser p = {.env = env, .table = t, .where = where, .d = d};
	struct span *split = NULL;
	int r;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	r = split_words(&p, word, nword, &split, &p.nword);
	p.word = split;
	if (!r && p.nword == 0)
		r = diag_set(d, DIAG_USAGE,
			"an empty schedule; expected words such as cos:1000");
	r = r || parse_table(&p);
	free(split);
	sched_call_free(&p.pending);
	if (!r)
		return 0;
	sched_table_free(t);
	return -1;
}

int words_arg_steps(const char *what, const char *s, const char *units,
	const struct sched_env *env, double *ret, struct diag *d)
{
	struct span word = {s, strlen(s)}, name = {"length", 6};
	struct sched_table t = {0};
	struct sched_where where;
	struct parser p = {.word = &word,
		.nword = 1,
		.units = units,
		.env = env,
		.table = &t,
		.where = &where,
		.d = d};
	double unit;

	if (words_parse_steps(&p, name, word, ret, &unit)) {
		d->place[0] = '\0';
		return diag_at(d, "%s", what);
	}
	if (!t.needs_steps)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: %s needs the number of steps; expected %s", what, s,
		sched_names_of(env)->steps);
}
