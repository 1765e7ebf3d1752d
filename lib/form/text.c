/* SPDX-License-Identifier: MIT */
/*
 * Pairs in text for people, whatever program wrote it: one scanner that takes
 * words, numbers and what stands between them.  Words wait for the number that
 * they name; a number without a name waits for the words behind it.
 */
#include <math.h>
#include <string.h>

#include "base/str.h"
#include "form/form_impl.h"

/* A number of three decimals or more is no part of a name. */
#define DECIMALS_FORM (PAIR_FORM_WHOLE << 3)

/* A time has no value: a name that it answers is done with. */
static void take_time(struct form_scan *s, char *end)
{
	if (s->w.assigned)
		form_pending_forget(&s->w);
	form_pending_end(&s->w);
	/* What container runtimes say of the line. */
	if (strncmp(end, " stdout ", 8) == 0 ||
		strncmp(end, " stderr ", 8) == 0)
		end += 8 + (end[8] && end[9] == ' ' ? 2 : 0);
	s->p = end;
}

/* --- words --------------------------------------------------------------- */

/* nan or inf: a number where it answers a name, else a word. */
static bool scan_odd(struct form_scan *s)
{
	double x;
	const char *q = pair_number_odd(s->p, &x);

	if (!q)
		return false;
	char *end = s->p + (q - s->p);
	/* Loss is Infinity. */
	const char *rest =
		*end == '.' && !pair_is_inner(end[1]) ? end + 1 : end;
	unsigned next =
		rest > end ? PAIR_KIND_END : pair_kind(*pair_skip_blanks(end));
	bool is_signed = pair_kind(*s->p) == PAIR_KIND_SIGN;

	if (!s->w.assigned && !is_signed &&
		!(s->w.name &&
			(next == PAIR_KIND_END || next == PAIR_KIND_SEP ||
				next == PAIR_KIND_CLOSE ||
				next == PAIR_KIND_SIGN ||
				pair_mark_any(s->w.name,
					(size_t)(s->w.name_end - s->w.name),
					pair_mark_loss, true))))
		return false;
	form_scan_number(s, s->p, end, x, NAN);
	return true;
}

/* What looks like a word at P and is none.  Returns its end, or NULL. */
static char *skip_special(struct form_scan *s, char *p, char *end)
{
	char *q;
	int rank;

	if (*p == '/' && pair_is_inner(p[1]))
		return end;
	if (end[0] == ':' && end[1] == '/' && end[2] == '/')
		return end + strcspn(end, " \t\"'>)");
	if (p - s->begin < PAIR_RANK_WITHIN && (*p == 'r' || *p == 'R') &&
		(q = pair_mark_rank(p, &rank))) {
		s->w.o->rank = rank;
		return q;
	}
	if (str_is_upper(*p)) {
		if ((q = pair_mark_leveled(p, end)))
			return q;
		if ((q = pair_mark_named_time(p, end)))
			return q;
	}
	if ((q = pair_mark_place(p, end)))
		return q;
	return pair_mark_colon_place(end);
}

/*
 * loss(x, y) = param(0.09): what a loss, a rate or an accuracy is said to be,
 * by a call of one number, whose bracket is at P.  Returns its end, or NULL.
 */
static const char *told_by_call(
	const struct form_scan *s, char *p, double *x, uint64_t *form)
{
	const char *end =
		s->w.assigned ? pair_number_spelled(p + 1, x, form) : NULL;

	return end && *end == ')' &&
			       pair_fits(s->w.name,
				       (size_t)(s->w.name_end - s->w.name),
				       PAIR_TOLD)
		       ? end + 1
		       : NULL;
}

/*
 * Validating...: where a word for training or validation ends, which is [P,
 * END) but for its dots; NULL: it is none.
 */
static char *marked_end(char *p, char *end)
{
	while (end > p && end[-1] == '.')
		end--;
	return end[0] == '.' && end[1] == '.' &&
			       (pair_mark_valid(p, (size_t)(end - p)) ||
				       pair_mark_train(p, (size_t)(end - p)))
		       ? end
		       : NULL;
}

static void scan_word(struct form_scan *s)
{
	char *p = s->p, *end, *q;
	double x;
	const char *call;

	if ((*p | 0x20) == 'n' || (*p | 0x20) == 'i')
		if (scan_odd(s))
			return;
	/* The end is looked for where there is a word, lest a line of marks
	 * take the square of its length. */
	if (*p == '#' && (p[1] == '#' || p[1] == ' ')) {
		form_pending_end(&s->w);
		s->p = p + strspn(p, "#");
		return;
	}
	/* #3, Iter #3 */
	if (*p == '#' && str_is_digit(p[1]) &&
		(!s->w.name || pair_mark_step(s->w.name,
				       (size_t)(s->w.name_end - s->w.name)))) {
		s->p = p + 1;
		return;
	}
	end = pair_mark_word(p);
	if (end == p || (end == p + 1 && *p == '/')) {
		form_pending_end(&s->w);
		s->p = p + 1;
		return;
	}
	if (*end == '(' &&
		((call = pair_number_call(p, &x, &s->w.form)) ||
			(call = told_by_call(s, end, &x, &s->w.form)))) {
		form_scan_number(s, p, p + (call - p), x, NAN);
		return;
	}
	if ((q = skip_special(s, p, end))) {
		form_pending_end(&s->w);
		s->p = q;
		return;
	}
	if ((q = pair_mark_glued_digits(p, end))) {
		form_scan_word(s, p, q - !str_is_letter(q[-1]));
		s->p = q;
		return;
	}
	end = pair_mark_glued(end);
	if (*end == '.' || end[-1] == '.') {
		q = marked_end(p, end);
		if (q) {
			form_scan_word(s, p, q);
			s->p = end + strspn(end, ".");
			return;
		}
	}
	/* An abbreviation, or the end of a sentence. */
	if (*end == '.' && str_is_letter(end[-1])) {
		q = pair_skip_blanks(end + 1);
		if (q > end + 1 && str_is_letter(*q) && end - p > 4) {
			form_scan_word(s, p, end);
			form_pending_end(&s->w);
		} else
			form_scan_word(s, p, end + 1);
		s->p = end + 1;
		return;
	}
	form_scan_word(s, p, end);
}

/* --- numbers ------------------------------------------------------------- */

/* A whole number, and what makes it a counter or a range.  Returns its end. */
static char *scan_whole(struct form_scan *s, char *end, double *x)
{
	double total;
	char *q = pair_mark_total(end, &total), *next;

	if (q) {
		/* a/b/c: no counter */
		while (*q == '/' && str_is_digit(*pair_skip_blanks(q + 1)))
			q = pair_skip_digits(pair_skip_blanks(q + 1));
		if (s->w.name && s->w.assigned &&
			(pair_mark_valid(s->w.name,
				 (size_t)(s->w.name_end - s->w.name)) ||
				pair_mark_train(s->w.name,
					(size_t)(s->w.name_end - s->w.name))))
			form_pending_end(&s->w);
		form_scan_number(s, s->p, q, *x, total);
		if (s->w.has_bare && isnan(total))
			s->w.nunit = SIZE_MAX;
		return NULL;
	}
	if ((next = pair_mark_range(end))) {
		q = pair_skip_digits(next);
		if (!pair_is_inner(*q) || str_is_letter(*q)) {
			pair_number(next, x);
			return q;
		}
	}
	return end;
}

/* The percentage of a bar that begins at BAR, whose end is END. */
static void take_bar(struct form_scan *s, char *end)
{
	s->w.o->is_bar = true;
	form_pending_end(&s->w);
	s->p = end;
}

/* What is glued to the number X at END, up to UNIT_END, is its unit. */
static void take_unit(struct form_scan *s, char *end, char *unit_end, double x)
{
	size_t n = (size_t)(unit_end - end);
	bool is_step = pair_mark_step(end, n);

	/* loss: 9.25Epoch 00001: ..., error = 1.02At iteration 5 */
	if (s->w.assigned && s->w.form != PAIR_FORM_WHOLE &&
		(is_step || pair_mark_capital(end, n))) {
		form_scan_number(s, s->p, end, x, NAN);
		form_pending_end(&s->w);
		return;
	}
	/* 1epoch:train:1-100batch: */
	if (s->w.assigned && is_step)
		form_pending_end(&s->w);
	if (n == 1 && s->w.name)
		x = pair_mark_times(
			x, pair_mark_factor(*end, s->w.name,
				   (size_t)(s->w.name_end - s->w.name)));
	s->w.measure = pair_mark_measure(end, n);
	form_scan_number(s, s->p, unit_end, x, NAN);
	s->w.measure = PAIR_MEASURE_NONE;
	if (!s->w.has_bare)
		return;
	s->w.unit = end;
	s->w.nunit = n;
	if (n == 2 && strncmp(end, "it [", 4) == 0) {
		s->w.o->is_bar = true;
		s->w.nunit = SIZE_MAX;
	}
}

/* Letters glued to a number at END: 48ms, 5%|##|, 0/step=, 3d_loss=. */
static void scan_unit(struct form_scan *s, char *end, double x)
{
	char *q = end, *word;

	if (*end == '%' && (q = pair_mark_bar(end + 1))) {
		take_bar(s, q);
		return;
	}
	if (*end == '/' &&
		pair_kind(*pair_mark_word(end)) == PAIR_KIND_ASSIGN) {
		form_scan_number(s, s->p, end, x, NAN);
		form_pending_end(&s->w);
		s->p = end + 1;
		return;
	}
	for (q = end; str_is_letter(*q) || *q == '%' || *q == '/' || *q & 0x80;)
		q++;
	bool is_name = pair_kind(*q) == PAIR_KIND_ASSIGN &&
		       str_is_letter(q[-1]) &&
		       !pair_mark_step(end, (size_t)(q - end));

	/* learn 0.6355974passed: 17.4 sec */
	if (s->w.name && !s->w.assigned && is_name &&
		s->w.form >= DECIMALS_FORM) {
		form_scan_number(s, s->p, end, x, NAN);
		form_pending_end(&s->w);
		return;
	}
	if (!s->w.assigned && (is_name || str_is_digit(*q) || *q == '_')) {
		word = pair_mark_word(s->p);
		form_scan_word(s, s->p, word > s->p ? word : s->p + 1);
	} else
		take_unit(s, end, q, x);
}

/* The number at P, whose digits end at a comma and go on behind it. */
static const char *read_commas(struct form_scan *s, char *p, double *x)
{
	const char *end;

	if (!s->looked && !s->w.o->comma)
		s->w.o->comma = pair_number_has_comma(s->begin);
	s->looked = true;
	end = s->w.o->comma ? NULL : pair_number_thousands(p, x);
	/* Where nothing is named, commas stand between numbers. */
	return end || !s->w.name ? end : pair_number_comma(p, x, &s->w.form);
}

/* What is behind the number [P, END) can be of a date or a time. */
static bool may_be_time(const char *p, const char *end)
{
	if (*end == ' ')
		return end - p == 8 || (end[1] == 'd' && end[2] == 'a');
	return str_is_digit(*p) && *end && strchr(":-/.dhmT_", *end);
}

/* A number that ends at END is glued to letters. */
static bool is_glued(const char *end)
{
	unsigned kind = pair_kind(*end);

	return pair_is_inner(*end) && kind != PAIR_KIND_DOT &&
	       kind != PAIR_KIND_SIGN && kind != PAIR_KIND_SEP;
}

/* The number [P, END) counts, in thousands perhaps: 1.23kit/10.0kit. */
static bool scan_scaled(struct form_scan *s, char *p, char *end, double x)
{
	double scale, total;
	char *q = pair_mark_scaled_total(end, &scale, &total);

	if (!q)
		return false;
	/* Progress on:train 12it/1.00kit */
	if (s->w.name &&
		pair_mark_train(s->w.name, (size_t)(s->w.name_end - s->w.name)))
		form_pending_forget(&s->w);
	form_scan_number(s, p, q, pair_mark_times(x, scale), total);
	return true;
}

static void scan_number(struct form_scan *s)
{
	char *p = s->p, *end, *time;
	double x;
	const char *q = pair_number_spelled(p, &x, &s->w.form), *with = NULL;

	if ((!q || *q == '#') && scan_odd(s))
		return;
	if (!q) {
		s->p = p + 1;
		return;
	}
	if (*q == ',' && str_is_digit(q[1]))
		with = read_commas(s, p, &x);
	end = p + ((with ? with : q) - p);
	if (may_be_time(p, end) && (time = pair_mark_time(p))) {
		take_time(s, time);
		return;
	}
	if ((str_is_letter(*end) || *end == '/') && scan_scaled(s, p, end, x))
		return;
	if ((*end == '-' || *pair_skip_blanks(end) == '/') &&
		(with || pair_skip_digits(p) == end) &&
		!(end = scan_whole(s, end, &x)))
		return;
	if (is_glued(end)) {
		scan_unit(s, end, x);
		return;
	}
	form_scan_number(s, p, end, x, NAN);
	/* The point at the end of a sentence. */
	if (s->p == end && *end == '.') {
		form_pending_end(&s->w);
		s->p = end + 1;
	}
}

/* --- punctuation --------------------------------------------------------- */

/* A separator at [p, NEXT): it may also stand between a name and its value. */
static void take_separator(struct form_scan *s, char *next)
{
	if (s->w.assigned && (*s->p == '\t' || *s->p == '|')) {
		s->p = next;
		return;
	}
	if (s->w.name && !s->w.has_bare && !s->w.assigned &&
		s->w.name_end - s->w.name < 40 && pair_mark_alone(next))
		s->w.assigned = true;
	else
		form_pending_end(&s->w);
	s->p = next;
}

static void scan_sign(struct form_scan *s)
{
	char *p = s->p;
	double x;

	if (pair_number(p, &x) || pair_number_odd(p, &x)) {
		scan_number(s);
		return;
	}
	if (*p == '-' && (p[1] == ' ' || p[1] == '-' || p[1] == '>')) {
		size_t n = strspn(p, "-");

		/* A bar that was drawn with lines. */
		if (n >= 5 &&
			(s->w.has_bare || s->w.o->n > s->w.npair || s->w.name))
			s->w.o->is_bar = true;
		n += p[n] == '>';
		take_separator(s, p + n);
		return;
	}
	s->p = p + 1;
}

static void scan_assign(struct form_scan *s)
{
	char *p = s->p;

	if (p[0] == '=' && p[1] == '=') {
		form_pending_end(&s->w);
		s->p = p + strspn(p, "=");
		return;
	}
	s->p = p + 1 + (p[0] == '=' && p[1] == '>');
	if (s->w.has_bare)
		form_pending_flush(&s->w);
	if (s->w.name)
		s->w.assigned = s->w.has_assign = true;
	s->w.last = 0;
}

void form_text_pairs(char *p, struct pair_list *o)
{
	struct form_scan s = {.w = {.o = o, .npair = o->n, .segment = o->n},
		.begin = p,
		.p = p};

	for (;;) {
		s.p = pair_skip_blanks(s.p);
		switch (pair_kind(*s.p)) {
		case PAIR_KIND_END:
			s.w.is_last = true;
			form_pending_end(&s.w);
			return;
		case PAIR_KIND_WORD: scan_word(&s); break;
		case PAIR_KIND_DIGIT: scan_number(&s); break;
		case PAIR_KIND_DOT:
			if (str_is_digit(s.p[1]))
				scan_number(&s);
			else
				s.p++;
			break;
		case PAIR_KIND_SIGN: scan_sign(&s); break;
		case PAIR_KIND_ASSIGN: scan_assign(&s); break;
		case PAIR_KIND_SEP: take_separator(&s, s.p + 1); break;
		case PAIR_KIND_OPEN: form_bracket_open(&s); break;
		case PAIR_KIND_CLOSE:
			form_pending_end(&s.w);
			s.p++;
			break;
		case PAIR_KIND_QUOTE: form_bracket_quote(&s); break;
		default: s.p++;
		}
	}
}
