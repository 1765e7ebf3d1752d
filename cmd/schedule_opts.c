/* SPDX-License-Identifier: MIT */
/*
 * How the options that describe a schedule are called, and how a mistake in
 * one is shown.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "cli.h"
#include "sched/sched.h"
#include "schedule.h"

/* So much of a word is shown before the place of a mistake. */
#define CARET_MAX 60

/* What all of them have, and what those of SCHEDULE_OPTIONS() have. */
#define NAMES_OF_ALL \
	.steps = "-n", .epoch_steps = "-e", .define = "-D", .lr = "-l"
#define NAMES_OF_OPTIONS                                                \
	NAMES_OF_ALL, .batch = "--batch", .ref_batch = "--ref-batch",   \
		      .scale = "--scale", .batch_spec = "--batch-spec", \
		      .count = "--count", .by_epoch = "--count epoch"

const struct sched_names lrsched_names = {NAMES_OF_OPTIONS,
	.resumed = " (use -s)", .not_first = "; -s 1 begins after it",
	.part = "; a part of the table is --rows"};

const struct sched_names lrcheck_names = {NAMES_OF_OPTIONS,
	.resumed = " (use --origin)", .not_first = "", .part = ""};

const struct sched_names lrfind_names = {NAMES_OF_ALL, SCHED_PLAIN_BATCH,
	.count = "count=", .by_epoch = "--lr-table of lrsched --count epoch",
	.resumed = "", .not_first = "", .part = ""};

const struct sched_names lrwatch_names = {NAMES_OF_ALL, SCHED_PLAIN_BATCH,
	.count = "--count", .by_epoch = "--count epoch", .resumed = "",
	.not_first = "", .part = ""};

const char *const schedule_scale_name[] = {
	[SPEC_LINEAR] = "linear", [SPEC_SQRT] = "sqrt", NULL};

const char *const schedule_count_name[] = {[SPEC_STEPS] = "step",
	[SPEC_EPOCHS] = "epoch",
	[SPEC_SAMPLES] = "sample",
	NULL};

/* --- one schedule --------------------------------------------------------- */

/* A schedule as the value of one option; see schedule.h. */

/* Its values have to be known without more than S. */
static int check(const struct spec *s, const char *option, struct diag *d)
{
	const struct sched_table *t = &s->table;

	if (t->needs_steps && isnan(s->env.steps) && *option)
		return diag_set(d, DIAG_USAGE,
			"%s takes its length from the schedule's; expected -n "
			"or a length",
			option);
	if (t->needs_steps && isnan(s->env.steps))
		return diag_set(d, DIAG_USAGE,
			"word %zu takes its length from the schedule's; "
			"expected -n or a length",
			t->needs_steps);
	if (t->column[0].uses_base && !s->has_base)
		return diag_set(d, DIAG_USAGE,
			"%s depends on the base rate; expected -l LR",
			*option ? option : "the schedule");
	return 0;
}

int schedule_one_read(struct schedule_one *s, const char *word,
	const char *option, const struct spec_opts *o, const char *output,
	const char *picture, struct diag *d)
{
	s->word[0] = strdup(word);
	if (!s->word[0])
		return diag_nomem(d, strlen(word));
	return spec_resolve(&s->spec, o, s->word, 1, d) ||
			       schedule_check_output(&s->spec, output, d) ||
			       (picture && schedule_check_output(
						   &s->spec, picture, d)) ||
			       spec_read(&s->spec, o, NAN, d) ||
			       check(&s->spec, option, d)
		       ? -1
		       : 0;
}

void schedule_one_free(struct schedule_one *s)
{
	spec_free(&s->spec);
	free(s->word[0]);
}

int schedule_one_note(
	const struct schedule_one *s, const struct spec_opts *o, struct diag *d)
{
	bool asked[SPEC_DEFINES_MAX] = {false};

	schedule_mark_asked(asked, &s->spec, o);
	schedule_note_unused(asked, &s->spec, o);
	return schedule_note(&s->spec, o) ? diag_nomem(d, 0) : 0;
}

int schedule_take_define(void *at, const struct opt_given *g, struct diag *d)
{
	struct spec_opts *o = at;

	if (o->ndefine == SPEC_DEFINES_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s more than %d times; expected that many at most",
			g->name, SPEC_DEFINES_MAX);
	o->define[o->ndefine++] = g->value;
	return 0;
}

const char *schedule_given(const struct spec_opts *o)
{
	return o->steps           ? "-n"
	       : o->lr > 0        ? "-l"
	       : o->epoch_steps   ? "-e"
	       : o->ndefine       ? "-D"
	       : o->batch > 0     ? "--batch"
	       : o->ref_batch > 0 ? "--ref-batch"
	       : o->scale >= 0    ? "--scale"
	       : o->count         ? "--count"
	       : o->batch_spec    ? "--batch-spec"
				  : NULL;
}

int schedule_check_output(
	const struct spec *s, const char *output, struct diag *d)
{
	if (s->file && cli_check_input(output, s->file, d))
		return -1;
	for (size_t i = 0; i < s->env.given.nsource; i++)
		if (cli_check_input(output, s->source[i].name, d))
			return -1;
	return 0;
}

/* Shows the word with a caret under the place of the mistake. */
static void show_place(const struct sched_where *w)
{
	char word[160], caret[sizeof(word) + 2], shown[TAME_MAX];
	size_t n = 0, pad = 0, i, k;

	i = w->offset > CARET_MAX ? w->offset - CARET_MAX : 0;
	while (i < w->len && i && utf8_goes_on(w->text[i]))
		i++;
	for (; i < w->len; n += k) {
		bool before = i < w->offset;

		i += tame_char(w->text + i, w->len - i, shown, &k);
		if (n + k >= sizeof(word))
			break;
		memcpy(word + n, shown, k);
		pad += before ? utf8_length(shown, k) : 0;
	}
	memset(caret, ' ', pad);
	memcpy(caret + pad, "^", 2);
	cli_note("  %.*s", (int)n, word);
	cli_note("  %s", caret);
}

/* Says how W, if it is the name of a file, would have been read: once. */
static void show_file(const struct sched_where *w, const struct diag *d)
{
	char name[PATH_MAX];

	if (w->offset || w->len >= sizeof(name) ||
		strstr(d->text, "expected @"))
		return;
	memcpy(name, w->text, w->len);
	name[w->len] = '\0';
	if (access(name, F_OK) == 0)
		cli_note("%s: a file; expected @%s to read it", name, name);
}

int schedule_fail(const struct spec *s, struct diag *d)
{
	int status;

	if (s->where.text)
		d->class = DIAG_DATA; /* the place says more than --help */
	status = cli_fail(d);
	if (s->where.text) {
		show_place(&s->where);
		show_file(&s->where, d);
	}
	return status;
}
