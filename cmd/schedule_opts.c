/* SPDX-License-Identifier: MIT */
/*
 * How the options that describe a schedule are called, and how a mistake in
 * one is shown.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/tame.h"
#include "base/utf8.h"
#include "cli.h"
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

/* Says how W, if it is the name of a file, would have been read. */
static void show_file(const struct sched_where *w)
{
	char name[PATH_MAX];

	if (w->offset || w->len >= sizeof(name))
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
		show_file(&s->where);
	}
	return status;
}
