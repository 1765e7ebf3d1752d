/* SPDX-License-Identifier: MIT */
/*
 * From what a metric is called to its value in a record.  Names are looked for
 * as they are, then as words: val/loss is val_loss, and so is a loss in a line
 * of validation.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "log/log.h"
#include "text/formula.h"
#include "watch/watch.h"

/* So many names are told of a log that lacks one. */
#define TOLD_MAX 20

/* The next word of *S, in lower case, into WORD; its length. */
static size_t next_word(const char **s, char word[64])
{
	size_t n = 0;

	while (**s && !str_is_alnum(**s) && !(**s & 0x80))
		(*s)++;
	while (str_is_alnum(**s) || **s & 0x80) {
		if (n < 63)
			word[n++] = str_to_lower(**s);
		(*s)++;
	}
	word[n] = '\0';
	return n;
}

static bool same_words(const char *a, const char *b)
{
	char x[64], y[64];
	size_t n;

	do {
		n = next_word(&a, x);
		if (next_word(&b, y) != n || strcmp(x, y) != 0)
			return false;
	} while (n);
	return true;
}

/* --- metrics -------------------------------------------------------------- */

/* What NAME is by BY; a text without a name is the row's metric. */
static const char *formula_text(
	const struct watch_formulas *by, const char *name)
{
	for (size_t i = 0; i < by->n; i++) {
		const char *text = str_after(by->text[i], name);

		if (text && *text == '=')
			return text + 1;
	}
	return name;
}

/* A column may be called 3, but what 0/0 is, no log tells. */
static int no_names(struct watch_metric *m, struct diag *d)
{
	if (m->text[strspn(m->text, "0123456789.")])
		return diag_set(d, DIAG_USAGE,
			"%s '%s' has no name in it; expected that of a "
			"column, in quotes if it looks like a number",
			m->option, m->text);
	formula_free(m->formula);
	m->formula = NULL;
	return 0;
}

int watch_metric_init(struct watch_metric *m, const struct watch_formulas *by,
	const char *name, struct diag *d)
{
	size_t n = 0;

	*m = (struct watch_metric){.name = name,
		.text = formula_text(by, name),
		.option = by->option,
		.whole = SIZE_MAX,
		.bare = SIZE_MAX};
	if (formula_parse(&m->formula, m->text, d) < 0) {
		/* A name of a column need not be a formula. */
		m->why = *d;
		return d->class == DIAG_NOMEM || m->text != name ? -1 : 0;
	}
	while (formula_name(m->formula, n))
		n++;
	if (n == 0)
		return no_names(m, d);
	m->part = malloc((n + 1) * sizeof(*m->part));
	if (!m->part)
		return diag_nomem(d, n * sizeof(*m->part));
	for (size_t i = 0; i < n; i++)
		m->part[i] = SIZE_MAX;
	return 0;
}

void watch_metric_free(struct watch_metric *m)
{
	formula_free(m->formula);
	free(m->part);
}

/* WORD says that the metric is not one of training. */
static bool is_validation(const char *word)
{
	return str_is_word_of(
		word, strlen(word), "val valid validation eval dev test");
}

/*
 * Whether S may be a name in other words: no arithmetic but that of val/loss.
 */
static bool is_wordy(const char *s)
{
	for (; *s; s++)
		if (!str_is_alnum(*s) && !(*s & 0x80) && !strchr("_./: ", *s))
			return false;
	return true;
}

/* Scalar I of IN may be NAME, so far *AT. */
static void look(
	const struct log_stream *in, size_t i, const char *name, size_t *at)
{
	const char *scalar = log_stream_scalar(in, i)->name;

	if (*at != SIZE_MAX &&
		strcmp(log_stream_scalar(in, *at)->name, name) == 0)
		return;
	if (strcmp(scalar, name) == 0 ||
		(*at == SIZE_MAX && is_wordy(name) && same_words(scalar, name)))
		*at = i;
}

/* NAME after a first word for validation, or NULL. */
static const char *after_validation(const char *name)
{
	char word[64];

	return next_word(&name, word) && is_validation(word) ? name : NULL;
}

void watch_metric_look(
	struct watch_metric *m, const struct log_stream *in, size_t first)
{
	const char *name;

	for (size_t i = first; i < log_stream_nscalar(in); i++) {
		look(in, i, m->text, &m->whole);
		if (after_validation(m->text))
			look(in, i, after_validation(m->text), &m->bare);
		for (size_t k = 0;
			m->formula && (name = formula_name(m->formula, k)); k++)
			look(in, i, name, &m->part[k]);
	}
}

/* The value of scalar I in R; false: it has none. */
static bool value_of(const struct log_record *r, size_t i, double *ret)
{
	for (size_t k = 0; k < r->n && i != SIZE_MAX; k++)
		if (r->value[k].scalar == i) {
			*ret = r->value[k].value;
			return true;
		}
	return false;
}

bool watch_metric_value(
	struct watch_metric *m, const struct log_record *r, double *ret)
{
	double value[256];
	size_t n = 0;

	/* A line of validation has the loss of validation by its bare name. */
	if (r->is_valid && value_of(r, m->bare, ret))
		return m->seen = true;
	if (r->is_valid && !after_validation(m->text))
		return false;
	if (m->whole != SIZE_MAX || !m->formula)
		return value_of(r, m->whole, ret) && (m->seen = true);
	for (; formula_name(m->formula, n); n++)
		if (n == 256 || !value_of(r, m->part[n], &value[n]))
			return false;
	*ret = formula_value(m->formula, value);
	return m->seen = true;
}

/* --- names ---------------------------------------------------------------- */

static bool is_counter(const struct log_scalar *s)
{
	return strcmp(s->role, "step") == 0 || strcmp(s->role, "epoch") == 0 ||
	       strcmp(s->role, "run") == 0 || strcmp(s->role, "lr") == 0;
}

bool watch_metric_is_other(
	const struct watch_metric *m, const struct log_stream *in)
{
	bool any = false, found = m->formula != NULL;

	for (size_t k = 0; m->formula && formula_name(m->formula, k); k++)
		found = found && m->part[k] != SIZE_MAX;
	if (!*m->text || found || m->whole != SIZE_MAX || m->bare != SIZE_MAX)
		return false;
	for (size_t i = 0; i < log_stream_nscalar(in) && !any; i++)
		any = !is_counter(log_stream_scalar(in, i));
	return any;
}

/* The metrics of IN, "a, b", or the first of them.  0, or -1: no memory. */
static void list_names(const struct log_stream *in, struct buf *b)
{
	size_t told = 0;

	for (size_t i = 0; i < log_stream_nscalar(in); i++) {
		const struct log_scalar *s = log_stream_scalar(in, i);

		if (is_counter(s))
			continue;
		if (told++ == TOLD_MAX) {
			buf_adds(b, " ...");
			break;
		}
		buf_printf(b, "%s%s", told > 1 ? ", " : "", s->name);
	}
}

/*
 * What M's text lacks to have a value: as a formula that it seems to be, or the
 * name in it that the log does not have; into WHY.
 */
static void say_why(const struct watch_metric *m, struct buf *why)
{
	const char *name;

	if (m->why.text[0] && m->text[strcspn(m->text, "+-*()^,")])
		buf_printf(why, ", and as a formula: %s", m->why.text);
	for (size_t k = 0; m->formula && (name = formula_name(m->formula, k));
		k++)
		if (m->part[k] == SIZE_MAX && strcmp(name, m->text) != 0)
			buf_printf(why, "%s '%s'",
				why->len ? " and" : ", for want of", name);
}

int watch_metric_missing(const struct watch_metric *m,
	const struct log_stream *in, struct diag *d)
{
	struct buf names = {0}, why = {0};

	say_why(m, &why);
	list_names(in, &names);
	if (buf_end(&names, d) || buf_end(&why, d))
		; /* it is said */
	else if (!names.len)
		diag_set(d, DIAG_DATA,
			"no metric in it; expected a log that has some");
	else if (!*m->text)
		diag_set(d, DIAG_DATA,
			"no loss in it; expected %s with one of %s", m->option,
			names.data);
	else
		diag_set(d, DIAG_DATA,
			"no value of '%s'%s; expected %s %s with one of %s",
			m->text, why.data, m->option,
			m->name == m->text ? "NAME=EXPR" : m->name, names.data);
	buf_free(&names);
	buf_free(&why);
	return -1;
}

/* How much NAME looks like what training is watched by; 0: not at all. */
static unsigned fit(const char *name)
{
	unsigned is_valid = 0, is_loss = 0;
	char word[64];

	while (next_word(&name, word)) {
		is_valid |= is_validation(word);
		is_loss |= strcmp(word, "loss") == 0;
	}
	return is_loss ? 1 + is_valid : 0;
}

/*
 * The one metric of IN, if it has one only.  What is told once, in a text that
 * counts nothing, may be a setting.
 */
static const char *only_metric(
	const struct log_stream *in, const struct log_record *r)
{
	bool counts = r->is_row || !isnan(r->step);
	const char *ret = NULL;

	for (size_t i = 0; i < log_stream_nscalar(in); i++) {
		const struct log_scalar *s = log_stream_scalar(in, i);

		if (is_counter(s))
			continue;
		if (ret || (!counts && s->n < 2))
			return NULL;
		ret = s->name;
	}
	return ret;
}

void watch_metric_guess(struct watch_guess *g, const struct log_stream *in,
	size_t first, const struct log_record *r)
{
	const char *only = only_metric(in, r);

	for (size_t i = first; i < log_stream_nscalar(in); i++) {
		const struct log_scalar *s = log_stream_scalar(in, i);

		if (!is_counter(s) && fit(s->name) > g->fit) {
			g->fit = fit(s->name);
			g->name = s->name;
		}
	}
	if (!g->fit && only)
		g->name = only;
}
