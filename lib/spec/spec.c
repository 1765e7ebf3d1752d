/* SPDX-License-Identifier: MIT */
/*
 * From what is asked for to a table.  A schedule whose length is not given is
 * read twice, first for the length that it has by itself.
 */
#include <math.h>
#include <stdlib.h>

#include "base/diag.h"
#include "script/script.h"
#include "spec/spec.h"
#include "spec/spec_impl.h"

/* Whether any length in the words is in samples: then all are. */
static int look_for_samples(struct spec *s, struct diag *d)
{
	const struct sched_table *t = &s->table;

	if (s->by_samples || s->script.text)
		return 0;
	s->by_samples = true;
	if (spec_read_table(s, d))
		return -1;
	s->by_samples = t->in_samples > 0;
	if (!s->by_samples || !t->in_steps)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"word %zu has a length in steps and word %zu one in samples; "
		"expected samples in both",
		t->in_steps, t->in_samples);
}

/* Samples by the step, where batches grow, and who counts them. */
static int resolve_batches(
	struct spec *s, const struct spec_opts *o, struct diag *d)
{
	const struct sched_names *name = o->names;

	s->by_samples = s->count_given = o->count == SPEC_SAMPLES;
	if (s->by_samples && !o->batch_spec)
		return diag_set(d, DIAG_USAGE,
			"%s sample without %s; expected the sizes of batches",
			name->count, name->batch_spec);
	if (!o->batch_spec)
		return 0;
	if (s->env.by_epoch && !isnan(s->epoch_samples))
		return diag_set(d, DIAG_USAGE,
			"%s epoch with %s in samples; expected it in steps",
			name->count, name->epoch_steps);
	if (spec_read_batches(s, o->batch_spec, d))
		return -1;
	s->env.has_samples = true;
	return look_for_samples(s, d);
}

int spec_resolve(struct spec *s, const struct spec_opts *o, char *const word[],
	size_t nword, struct diag *d)
{
	*s = (struct spec){.names = o->names, .word = word, .nword = nword};
	if (spec_read_script(s, d) < 0)
		return -1;
	s->counted = s->epoch_samples = NAN;
	s->env.steps = s->env.epoch_steps = s->env.horizon = NAN;
	s->env.host = &script_host;
	s->env.names = o->names;
	s->env.remarks = &s->remarks;
	s->env.base_given = o->lr > 0;
	s->env.given.define = o->define;
	s->env.given.ndefine = o->ndefine;
	s->env.by_epoch = o->count == SPEC_EPOCHS;
	s->env.later = o->later;
	s->env.ends = o->ends;
	if (spec_read_sources(s, o, d) || spec_read_beside(s, d) ||
		spec_check_defines(o, d) || spec_base_rate(s, o, d))
		return -1;
	if (spec_resolve_epochs(s, o, d) || resolve_batches(s, o, d))
		return -1;
	return spec_resolve_length(s, o->steps, d);
}

int spec_read(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d)
{
	s->env.horizon = horizon;
	if (spec_read_table(s, d))
		return -1;
	if (spec_needs_steps(s, d))
		return -1;
	if (o->batch > 0 && !s->table.column[0].uses_base)
		return diag_set(d, DIAG_USAGE,
			"%s scales the base rate, and nothing in the schedule "
			"depends on it; expected values in x",
			o->names->batch);
	return 0;
}

int spec_read_again(struct spec *s, const struct spec_opts *o, double horizon,
	struct diag *d)
{
	if (s->own_length) {
		s->env.steps = s->counted = NAN;
		if (spec_own_length(s, o->steps, d))
			return -1;
	}
	return spec_read(s, o, horizon, d);
}

void spec_free(struct spec *s)
{
	free(s->file);
	buf_free(&s->text);
	spec_free_sources(s);
	buf_free(&s->remarks);
	sched_table_free(&s->table);
	sched_clock_free(&s->clock);
}
