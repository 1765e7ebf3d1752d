/* SPDX-License-Identifier: MIT */
/*
 * What stands in brackets and quotes in text for people: means, counters,
 * lists, groups, tags.
 */
#include <math.h>
#include <string.h>

#include "form/form_impl.h"

/* More is prose. */
#define NAME_MAX_NBYTES 200

/* A parenthesis behind a pair: its running mean, more pairs, or a remark. */
static bool scan_mean(struct form_scan *s)
{
	static const char *const means[] = {"avg", "average", "ave", "mean",
		"smooth", "smoothed", "ema", "running", "median"};
	char *p = pair_skip_blanks(s->p + 1),
	     *close = pair_mark_close(s->p, NAME_MAX_NBYTES);
	const char *q;
	double x, total;

	if (!close)
		return false;
	if (str_is_letter(*p)) {
		char *end = pair_mark_word(p);

		if (!pair_mark_among(p, (size_t)(end - p), means, 9))
			return false;
		p = pair_skip_blanks(end);
		if (pair_kind(*p) == PAIR_KIND_ASSIGN)
			p = pair_skip_blanks(p + 1);
	}
	q = pair_number_odd(p, &x);
	if (!q)
		q = pair_number(p, &x);
	if (q && pair_mark_total(p + (q - p), &total))
		return false;
	if (q && pair_skip_blanks(p + (q - p)) == close)
		form_pending_add_mean(&s->w, x);
	s->p = close + 1;
	s->w.last = 0;
	return true;
}

/* The bracket at P, behind a word for a phase alone, has a counter: (3/50) */
static bool is_counter_in(const struct form_scan *s, char *p)
{
	size_t n = (size_t)(s->w.name_end - s->w.name);
	char *q = pair_skip_blanks(p + 1), *end = pair_skip_digits(q);
	double total;

	return end > q && pair_mark_total(end, &total) &&
	       (pair_mark_valid(s->w.name, n) || pair_mark_train(s->w.name, n));
}

static void scan_paren(struct form_scan *s)
{
	char *p = s->p, *in = pair_skip_blanks(p + 1), *close, *next;

	if (s->w.last && scan_mean(s))
		return;
	if (s->w.name && !s->w.assigned && str_is_letter(*in) &&
		(close = pair_mark_close(p, NAME_MAX_NBYTES)) &&
		!memchr(in, ':', (size_t)(close - in))) {
		next = pair_skip_blanks(close + 1);
		if (pair_kind(*next) == PAIR_KIND_ASSIGN ||
			str_is_digit(*next) ||
			(pair_kind(*next) == PAIR_KIND_WORD &&
				pair_mark_words(in, close))) {
			s->w.name_end = close + 1;
			s->p = close + 1;
			return;
		}
	}
	if (!s->w.name || is_counter_in(s, p) ||
		!(str_is_digit(*in) || pair_kind(*in) == PAIR_KIND_SIGN))
		form_pending_end(&s->w);
	s->p = p + 1;
}

/* A list of numbers behind a name: the name's groups. */
static bool scan_list(struct form_scan *s)
{
	struct form_nest nest = {0};
	char *end, *p = pair_skip_blanks(s->p + 1);
	size_t n = s->w.o->n, nname;

	if (!str_is_digit(*p) && pair_kind(*p) != PAIR_KIND_SIGN &&
		pair_kind(*p) != PAIR_KIND_OPEN &&
		pair_kind(*p) != PAIR_KIND_DOT && (*p | 0x20) != 'n')
		return false;
	if (form_value_feed(&nest, s->p, &end) != 1)
		return false;
	char name[NAME_MAX_NBYTES + 1];

	nname = (size_t)(s->w.name_end - s->w.name);
	if (nname > NAME_MAX_NBYTES)
		return false;
	memcpy(name, s->w.name, nname);
	bool first = n == s->w.npair;
	double x;

	if (!form_value_pairs(s->p, name, nname, s->w.o))
		return false;
	x = s->w.o->n > n ? s->w.o->pair[n].value : NAN;
	if (first && pair_mark_of_validation(name, nname, x))
		s->w.o->is_valid = true;
	s->w.has_value |= s->w.o->n > n && x != floor(x);
	form_pending_forget(&s->w);
	s->p = end;
	return true;
}

/*
 * lr[1] = 0.2: the group of the name that the bracket is glued to; but Iter[1]:
 * is the first.
 */
static bool scan_group(struct form_scan *s)
{
	char *p = s->p + 1, *end = pair_skip_digits(p);
	unsigned n = 0;

	if (s->w.name_end != s->p || end == p || end - p > 3 || *end != ']' ||
		pair_kind(*pair_skip_blanks(end + 1)) != PAIR_KIND_ASSIGN ||
		pair_mark_step(s->w.name, (size_t)(s->w.name_end - s->w.name)))
		return false;
	while (p < end)
		n = 10 * n + (unsigned)(*p++ - '0');
	s->w.group = n;
	s->p = end + 1;
	return true;
}

/*
 * The bracket holds a counter or a range and belongs to the name, as in Epoch
 * [1/10], Batch [0-20]; but Train: [1/10] is of training.
 */
static bool is_of_name(const struct form_scan *s, char *p)
{
	size_t n = (size_t)(s->w.name_end - s->w.name);
	char *q = pair_skip_blanks(p + 1), *end = pair_skip_digits(q);
	double total;

	if (end == q)
		return false;
	if (pair_mark_range(end))
		return true;
	return pair_mark_total(end, &total) && !pair_mark_valid(s->w.name, n) &&
	       !pair_mark_train(s->w.name, n);
}

/* A whole number or two alone in brackets: [5], [1, 200], [1/10][3/50]. */
static bool scan_numbered(struct form_scan *s)
{
	char *p = pair_skip_blanks(s->p + 1), *end = pair_skip_digits(p), *q;
	double x, y, total;

	if (end == p)
		return false;
	pair_number(p, &x);
	q = pair_skip_blanks(end);
	if (*q == ']') {
		form_pending_unnamed(&s->w, PAIR_KEY_NUMBER, x, NAN);
		s->p = q + 1;
		return true;
	}
	if ((q = pair_mark_total(end, &total)) && *pair_skip_blanks(q) == ']' &&
		*pair_skip_blanks(pair_skip_blanks(q) + 1) == '[') {
		char *in = pair_skip_blanks(
			pair_skip_blanks(pair_skip_blanks(q) + 1) + 1);

		if (!str_is_digit(*in) ||
			!pair_mark_total(pair_skip_digits(in), &y))
			return false;
		form_pending_unnamed(&s->w, "epoch", x, total);
		s->p = pair_skip_blanks(q) + 1;
		return true;
	}
	q = pair_skip_blanks(end);
	if (*q != ',' || s->w.o->n > s->w.npair)
		return false;
	p = pair_skip_blanks(q + 1);
	end = pair_skip_digits(p);
	if (end == p || *pair_skip_blanks(end) != ']')
		return false;
	pair_number(p, &y);
	form_pending_unnamed(&s->w, "epoch", x, NAN);
	form_pending_unnamed(&s->w, PAIR_KEY_COUNT, y, NAN);
	s->p = pair_skip_blanks(end) + 1;
	return true;
}

/* The tag at P, of several words with hyphens between, ends with one for
 * validation: [Diff-Val], [Diff-Val(normal)]. */
static bool is_tag_of_validation(const char *p)
{
	const char *q = p + 1, *word = q;

	for (; str_is_name_char(*q) || *q == '-'; q++)
		if (*q == '-')
			word = q + 1;
	return word > p + 1 && (*q == ']' || *q == '(') &&
	       pair_mark_valid(word, (size_t)(q - word));
}

/*
 * [train]: 0.25: the words in the bracket at P name the number behind it.
 */
static bool scan_name(struct form_scan *s, char *p)
{
	char *close = p + 1 + strcspn(p + 1, "[:=,]");
	const char *next;
	double x;

	if (*close != ']' || !str_is_letter(p[1]) ||
		pair_kind(close[1]) != PAIR_KIND_ASSIGN ||
		pair_mark_leveled(p + 1, close))
		return false;
	next = pair_skip_blanks(close + 2);
	if (!pair_number(next, &x) && !pair_number_odd(next, &x))
		return false;
	form_pending_end(&s->w);
	form_scan_word(s, p + 1, close);
	s->p = close + 1;
	return true;
}

static void scan_bracket(struct form_scan *s)
{
	char *p = s->p, *q;
	int rank;

	if ((q = pair_mark_bracket_rank(s->begin, p, &rank))) {
		s->w.o->rank = rank;
		form_pending_end(&s->w);
		s->p = q;
		return;
	}
	if ((q = pair_mark_bracket_bar(p))) {
		s->w.o->is_bar = true;
		form_pending_end(&s->w);
		s->p = q;
		return;
	}
	if (s->w.name && s->w.name_end == p && s->w.o->n == s->w.npair &&
		(q = pair_prefix_program(s->w.name, p))) {
		form_pending_forget(&s->w);
		s->p = q;
		return;
	}
	if (scan_name(s, p))
		return;
	if (s->w.name && (scan_group(s) || scan_list(s)))
		return;
	if (s->w.name && is_of_name(s, p)) {
		s->p = p + 1;
		return;
	}
	form_pending_end(&s->w);
	s->w.o->is_valid |= is_tag_of_validation(p);
	if (!scan_numbered(s))
		s->p = p + 1;
}

/* A tag, in a line that begins with one: <event step="1">, <step>1</step>. */
static void scan_tag(struct form_scan *s)
{
	char *p = s->p, *end = pair_mark_word(p + 1);

	form_pending_end(&s->w);
	s->p = end;
	if (*end == '>' && p[1] != '/' && !str_is_digit(p[1])) {
		s->w.name = p + 1;
		s->w.name_end = end;
		s->w.assigned = true;
		s->p = end + 1;
	}
}

void form_bracket_open(struct form_scan *s)
{
	if (*s->p == '(') {
		scan_paren(s);
	} else if (*s->p == '[') {
		scan_bracket(s);
	} else if (*s->p == '<' && s->begin[strspn(s->begin, " \t")] == '<') {
		scan_tag(s);
	} else {
		form_pending_end(&s->w);
		s->p++;
	}
}

void form_bracket_quote(struct form_scan *s)
{
	char *p = s->p, *end = strchr(p + 1, *p);
	double x, total;

	if (!end) {
		s->p = p + 1;
		return;
	}
	s->p = end + 1;
	if (end == p + 1)
		return;
	if (s->w.assigned) {
		switch (pair_number_cell(p + 1, (size_t)(end - p - 1),
			PAIR_NUMBER_THOUSANDS, &x, &total, &s->w.form)) {
		case PAIR_CELL_NUMBER:
			form_scan_number(s, p, end + 1, x, total);
			break;
		case PAIR_CELL_TEXT:
			form_pending_add_text(
				&s->w, p + 1, (size_t)(end - p - 1));
			break;
		default: form_pending_forget(&s->w);
		}
		return;
	}
	form_scan_word(s, p + 1, end);
	s->p = end + 1;
}
