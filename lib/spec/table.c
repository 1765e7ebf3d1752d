/* SPDX-License-Identifier: MIT */
/*
 * The words or the script as a table: read in what they count, which are
 * steps, epochs or samples, and seen by the rows.
 */
#include <math.h>

#include "base/diag.h"
#include "sched/sched.h"
#include "script/script.h"
#include "spec/spec_impl.h"
#include "words/words.h"

double spec_unit(const struct spec *s)
{
	return s->env.by_epoch ? s->env.epoch_steps : 1;
}

bool spec_is_of_epochs(const struct spec *s, const struct spec_opts *o)
{
	return s->env.by_epoch && !o->epoch_steps;
}

/* What the words' own lengths and options are relative to. */
struct sched_env spec_env_of_words(const struct spec *s)
{
	struct sched_env env = s->env;

	if (s->env.by_epoch)
		env = sched_env_held(&s->env, s->env.epoch_steps);
	if (s->by_samples) {
		env.epoch_steps = s->epoch_samples;
		env.epoch_samples = true;
		env.horizon = isnan(env.horizon)
				      ? NAN
				      : sched_clock_at(&s->clock, env.horizon);
	}
	env.steps = s->counted;
	return env;
}

/* Every column by what the words count, in rows. */
static int count_columns(
	const struct spec *s, struct sched_table *t, struct diag *d)
{
	double unit = spec_unit(s);

	for (size_t i = 0; i < t->n; i++) {
		struct sched *node = t->column[i].node;

		t->column[i].node = s->by_samples
					    ? sched_new_clocked(node, &s->clock)
					    : sched_new_hold(node, unit);
		if (!t->column[i].node)
			return diag_nomem(d, sizeof(*node));
	}
	t->len = s->by_samples ? sched_clock_step(&s->clock, t->len)
			       : t->len * unit;
	t->past_end = s->by_samples ? sched_clock_step(&s->clock, t->past_end)
				    : t->past_end * unit;
	return 0;
}

int spec_read_table(struct spec *s, struct diag *d)
{
	struct sched_env env = spec_env_of_words(s);

	sched_table_free(&s->table);
	if (s->script.text &&
		script_read(&s->table, &s->script, &env, &s->where, d) < 0)
		return s->file ? diag_at(d, "%s", s->file) : -1;
	if (!s->script.text && words_parse(&s->table, s->word, s->nword, &env,
				       &s->where, d) < 0)
		return -1;
	return s->by_samples || spec_unit(s) != 1
		       ? count_columns(s, &s->table, d)
		       : 0;
}
