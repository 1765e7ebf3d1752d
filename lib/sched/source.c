/* SPDX-License-Identifier: MIT */
/*
 * From arguments to words.  A call that is a whole column stands for its words
 * and may add columns; among other words it is a part of its own.
 */
#include "sched/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "call/call.h"
#include "sched/shape.h"
#include "sched/words.h"

#define BLANKS " \t\r\n"

static int grow(struct source *s)
{
	size_t cap = s->cap ? s->cap * 2 : 16;
	struct source_origin *origins;
	struct span *words;

	words = realloc(s->word, cap * sizeof(*words));
	if (!words)
		return -1;
	s->word = words;
	origins = realloc(s->origin, cap * sizeof(*origins));
	if (!origins)
		return -1;
	s->origin = origins;
	s->cap = cap;
	return 0;
}

static int push(struct source *s, struct parser *p, struct span word,
	struct source_origin origin)
{
	if (s->n == s->cap && grow(s))
		return diag_nomem(p->d, s->cap * sizeof(word));
	s->word[s->n] = word;
	s->origin[s->n++] = origin;
	return 0;
}

/* Appends the words of TEXT; NUMBER counts those of the user. */
static int split(struct source *s, struct parser *p, const char *text,
	struct source_origin origin)
{
	struct span word;

	for (; *text; text = word.s + word.n) {
		text += strspn(text, BLANKS);
		/* Pasted lines may end in a comment. */
		if (*text == '#') {
			word = (struct span){text, strcspn(text, "\n")};
			continue;
		}
		word = (struct span){text, strlen(text)};
		word.n = sched_span_until(word, BLANKS);
		if (word.n && push(s, p, word, origin))
			return -1;
		if (!origin.call.s)
			origin.number = s->n + 1;
	}
	return 0;
}

static bool is_column(struct span word)
{
	return word.s[0] == '+';
}

/* The words of the call that is the user's word I, as a text of S. */
static int expand(struct source *s, struct parser *p, const struct source *user,
	size_t i, double base)
{
	struct span word = user->word[i];
	bool first = i == 0 || is_column(user->word[i - 1]);
	bool last = i + 1 == user->n || is_column(user->word[i + 1]);
	const struct call_env env = {.base = base,
		.steps = p->env->steps,
		.epoch_steps = p->env->epoch_steps,
		.names = user->names,
		.by_epoch = p->env->by_epoch};
	struct buf *b = &s->text[s->ntext++];
	size_t where = 0;

	if (!first || !last)
		if (buf_adds(b, "part "))
			return diag_nomem(p->d, b->len);
	if (call_expand(b, &p->table->calls, word.s, word.n, i == 0 && last,
		    &env, &where, p->d)) {
		p->at = i;
		return sched_fail_at(p, word.s + where);
	}
	if ((!first || !last) && buf_adds(b, " end"))
		return diag_nomem(p->d, b->len);
	return buf_terminate(b) ? diag_nomem(p->d, b->len) : 0;
}

static bool is_assignment(const struct source *user, size_t i)
{
	return i + 2 < user->n && sched_span_is(user->word[i + 1], "=") &&
	       !sched_shape_find(user->word[i].s, user->word[i].n);
}

/*
 * "milestones = [30, 60]", as -D would have it: the value of *I's name is the
 * rest of its line.  *I moves behind it.
 */
static int take_value(struct source *user, struct parser *p, size_t *i)
{
	struct span text = user->word[*i + 2], name = user->word[*i];
	struct py_tree **trees =
		realloc(user->tree, (user->ntree + 1) * sizeof(*user->tree));
	struct py_name *n = py_eval_alloc(&user->eval, sizeof(*n));
	size_t at = 0;

	text.n += strcspn(text.s + text.n, "\n");
	if (trees)
		user->tree = trees;
	if (!trees || !n)
		return diag_nomem(p->d, sizeof(*n));
	p->at = *i + 2;
	if (py_parse(&trees[user->ntree], text.s, text.n, &at, p->d))
		return sched_fail_at(p, text.s + at);
	*n = (struct py_name){.name = name.s, .n = name.n, .next = user->names};
	user->eval.names = user->names;
	if (py_eval(&user->eval, py_root(trees[user->ntree++]), &n->value,
		    p->d))
		return sched_fail_at(p, text.s);
	user->names = n;
	for (*i += 3; *i < user->n && user->word[*i].s > text.s &&
		      user->word[*i].s < text.s + text.n;)
		++*i;
	return 0;
}

/*
 * A pasted line may begin with "scheduler = ", which says nothing; a second one
 * is a schedule that this one may be made of, or not.  Values are names.
 */
static int take_assignments(struct source *user, struct parser *p)
{
	size_t i = 0, n = 0;

	while (i < user->n) {
		struct span value = user->word[i];

		if (is_assignment(user, i)) {
			value = user->word[i + 2];
			if (!call_is(value.s, value.n)) {
				if (take_value(user, p, &i))
					return -1;
				continue;
			}
			p->at = i;
			if (n)
				return sched_fail(p, user->word[i].s,
					"a second assignment; expected one "
					"call, with those it is made of in it");
			i += 2;
		}
		user->word[n] = user->word[i];
		user->origin[n++] = user->origin[i++];
	}
	user->n = n;
	return 0;
}

/* "cos(500)": no call, but brackets in the colon's place. */
static bool is_shape(struct span word)
{
	size_t n = strcspn(word.s, "(");

	return sched_shape_find(word.s, n) && !call_signature(word.s, n);
}

/* The words of USER to S, calls replaced. */
static int splice(struct source *s, struct parser *p, const struct source *user)
{
	double base = p->env->base;
	struct source_origin origin;
	struct span word;
	size_t i;

	s->text = calloc(user->n + 1, sizeof(*s->text));
	if (!s->text)
		return diag_nomem(p->d, user->n * sizeof(*s->text));
	for (i = 0; i < user->n; i++) {
		word = user->word[i];
		origin = user->origin[i];
		/* Factors and further columns know no base. */
		if (is_column(word) || sched_span_is(word, "times"))
			base = 1;
		if (!call_is(word.s, word.n) || is_shape(word)) {
			if (push(s, p, word, origin))
				return -1;
			continue;
		}
		origin.call = word;
		if (expand(s, p, user, i, base) ||
			split(s, p, s->text[s->ntext - 1].data, origin))
			return -1;
	}
	return 0;
}

int sched_words_base(char *const arg[], size_t narg,
	const struct py_name *names, double *ret, struct diag *d)
{
	struct parser p = {.d = d};
	struct source user = {0};
	size_t i;
	int r = 0;

	for (i = 0; i < narg && !r; i++)
		r = split(&user, &p, arg[i], (struct source_origin){0});
	for (i = 0; i < user.n && !r; i++)
		if (call_is(user.word[i].s, user.word[i].n))
			r = call_base(
				user.word[i].s, user.word[i].n, names, ret, d);
	sched_source_free(&user);
	return r;
}

int sched_source_read(
	struct source *s, struct parser *p, char *const arg[], size_t narg)
{
	struct source user = {0};
	size_t i;
	int r = 0;

	*s = (struct source){0};
	for (i = 0; i < narg && !r; i++)
		r = split(&user, p, arg[i],
			(struct source_origin){user.n + 1, {NULL, 0}});
	if (!r && !user.n)
		r = diag_set(p->d, DIAG_USAGE,
			"an empty schedule; expected words such as cos:1000");
	p->word = user.word;
	p->origin = user.origin;
	p->nword = user.n;
	user.names = p->env->names;
	r = r || take_assignments(&user, p);
	p->nword = user.n;
	if (!r && !user.n)
		r = diag_set(p->d, DIAG_USAGE,
			"values without a schedule; expected a call that uses "
			"them");
	r = r || splice(s, p, &user);
	p->word = s->word;
	p->origin = s->origin;
	p->nword = s->n;
	p->at = 0;
	sched_source_free(&user);
	return r ? -1 : 0;
}

void sched_source_free(struct source *s)
{
	while (s->ntext)
		buf_free(&s->text[--s->ntext]);
	py_eval_free(&s->eval);
	while (s->ntree)
		py_tree_free(s->tree[--s->ntree]);
	free(s->tree);
	free(s->text);
	free(s->word);
	free(s->origin);
	*s = (struct source){0};
}
