/* SPDX-License-Identifier: MIT */
/*
 * A command line becomes a table: blanks split, columns named and read.
 */
#include "sched/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "sched/parse.h"
#include "sched/sched.h"

/* A character that would be shown as an escape. */
static bool is_control(const char *s, size_t n)
{
	char shown[TAME_MAX];
	size_t shown_n;
	uint32_t c;

	return utf8_char(s, n, &c) && tame_char(s, n, shown, &shown_n) &&
	       shown[0] != s[0];
}

int sched_add_column(struct parser *p, struct span name)
{
	struct sched_table *t = p->table;
	struct sched_column *bigger;
	static const char *const taken[] = {
		"step", "lr", "factor", "epoch", "micro"};
	size_t i;

	for (i = 0; name.s && i < name.n; i++)
		if (name.s[i] == '"' || name.s[i] == ',' ||
			is_control(name.s + i, name.n - i))
			return sched_fail(p, name.s + i,
				"a comma, quote or control character in a "
				"column's name; expected none");
	for (i = 0; name.s && i < sizeof(taken) / sizeof(taken[0]); i++)
		if (sched_span_is(name, taken[i]))
			return sched_fail(p, name.s,
				"column '%s' is there already; expected "
				"another name",
				taken[i]);
	for (i = 0; name.s && i < t->n; i++)
		if (t->column[i].name && sched_span_is(name, t->column[i].name))
			return sched_fail(p, name.s,
				"column '%s' again; expected another name",
				t->column[i].name);
	bigger = realloc(t->column, (t->n + 1) * sizeof(*bigger));
	if (!bigger)
		return diag_nomem(p->d, (t->n + 1) * sizeof(*bigger));
	t->column = bigger;
	t->column[t->n] = (struct sched_column){0};
	if (name.s) {
		t->column[t->n].name = strndup(name.s, name.n);
		if (!t->column[t->n].name)
			return diag_nomem(p->d, name.n);
	}
	t->n++;
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

	if (sched_add_column(p, name))
		return -1;
	i = p->table->n - 1;
	c.column = &p->table->column[i];
	c.real_base = c.cur_is_base = !name.s;
	if (name.s)
		p->at++;
	if (sched_parse_prod(p, &c, &c.column->node)) {
		c.column->node = NULL;
		return -1;
	}
	if (sched_add_pending(p))
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
		if (sched_at_column(p)) {
			name = p->word[p->at];
			if (name.n <= 1)
				return sched_fail(p, name.s,
					"'+' alone; expected +COLUMN, or the "
					"next "
					"shape at once");
			name = (struct span){name.s + 1, name.n - 1};
		}
		if (parse_column(p, name))
			return -1;
	} while (sched_at_column(p));
	if (!sched_at_end(p))
		return sched_fail(p, p->word[p->at].s,
			"end without rep, part or hold; expected one "
			"before it");
	return 0;
}

int sched_words(struct sched_table *t, char *const word[], size_t nword,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct parser p = {.env = env, .table = t, .where = where, .d = d};
	struct span *split = NULL;
	int r;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	r = sched_split(&p, word, nword, &split, &p.nword);
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

void sched_table_free(struct sched_table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->column[i].name);
		sched_free(t->column[i].node);
	}
	free(t->column);
	buf_free(&t->calls);
	t->column = NULL;
	t->n = 0;
}

struct sched_env sched_env_held(const struct sched_env *env, double every)
{
	struct sched_env own = *env;

	own.steps /= every;
	own.epoch_steps /= every;
	own.horizon = floor(own.horizon / every) + 1;
	return own;
}

int sched_arg_steps(const char *what, const char *s, const char *units,
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

	if (sched_parse_steps(&p, name, word, ret, &unit)) {
		d->place[0] = '\0';
		return diag_at(d, "%s", what);
	}
	if (!t.needs_steps)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"%s: %s needs the number of steps; expected -n", what, s);
}
