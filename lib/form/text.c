/* SPDX-License-Identifier: MIT */
/*
 * Pairs in text for people, whatever program wrote it: one scanner that takes
 * words, numbers and what stands between them.  Words wait for the number that
 * they name; a number without a name waits for the words behind it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "form/form_impl.h"

/* More is prose. */
#define NAME_MAX_NBYTES 200
/* A number of three decimals or more is no part of a name. */
#define DECIMALS_FORM (PAIR_FORM_WHOLE << 3)

struct scan {
	struct form_pending w;
	char *begin; /* of the line */
	char *p;
	bool looked; /* for a decimal comma */
};

/* A time has no value: a name that it answers is done with. */
static void take_time(struct scan *s, char *end)
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

static bool is_phase_key(const char *s, size_t n)
{
	static const char *const words[] = {
		"mode", "phase", "split", "stage", "set", "subset"};

	return pair_mark_among(s, n, words, 6);
}

/* The word [P, END) answers the pending name: mode: val, level=info. */
static bool is_answer(const struct scan *s, const char *p, char *end)
{
	unsigned next = pair_kind(*pair_skip_blanks(end));

	if (next == PAIR_KIND_END || next == PAIR_KIND_SEP ||
		next == PAIR_KIND_CLOSE)
		return true;
	if (p[-1] == '=' && pair_is_inner(p[-2]))
		return true;
	/* host:gpu-01 pid:123 */
	if (p[-1] == ':' && pair_is_inner(p[-2]) && next == PAIR_KIND_WORD &&
		pair_kind(*pair_mark_word(pair_skip_blanks(end))) ==
			PAIR_KIND_ASSIGN)
		return true;
	return is_phase_key(s->w.name, (size_t)(s->w.name_end - s->w.name)) &&
	       next == PAIR_KIND_WORD;
}

static void take_word(struct scan *s, char *p, char *end)
{
	s->w.last = 0;
	s->p = end;
	if (s->w.assigned && is_answer(s, p, end)) {
		form_pending_add_text(&s->w, p, (size_t)(end - p));
		return;
	}
	if (s->w.assigned) {
		form_pending_heading(&s->w);
		form_pending_forget(&s->w);
	}
	/* What stands far apart is no name. */
	if (s->w.name && p - s->w.name_end > 3 &&
		strspn(s->w.name_end, " ") == (size_t)(p - s->w.name_end))
		form_pending_end(&s->w);
	if (!s->w.name)
		s->w.name = p;
	else if (p - s->w.name_end != 1 || *s->w.name_end != ' ')
		s->w.spread = true;
	s->w.name_end = end;
}

static void take_number(
	struct scan *s, char *p, char *end, double x, double total);

/* nan or inf: a number where it answers a name, else a word. */
static bool scan_odd(struct scan *s)
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
	take_number(s, s->p, end, x, NAN);
	return true;
}

/* What looks like a word at P and is none.  Returns its end, or NULL. */
static char *skip_special(struct scan *s, char *p, char *end)
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
	if (*p >= 'A' && *p <= 'Z') {
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
	const struct scan *s, char *p, double *x, uint64_t *form)
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

static void scan_word(struct scan *s)
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
	if (*p == '#' && pair_is_digit(p[1]) && !s->w.name) {
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
		take_number(s, p, p + (call - p), x, NAN);
		return;
	}
	if ((q = skip_special(s, p, end))) {
		form_pending_end(&s->w);
		s->p = q;
		return;
	}
	if ((q = pair_mark_glued_digits(p, end))) {
		take_word(s, p, q - !pair_is_alpha(q[-1]));
		s->p = q;
		return;
	}
	end = pair_mark_glued(end);
	/* An abbreviation, or the end of a sentence. */
	if (*end == '.' && pair_is_alpha(end[-1])) {
		q = pair_skip_blanks(end + 1);
		if (q > end + 1 && pair_is_alpha(*q) && end - p > 4) {
			take_word(s, p, end);
			form_pending_end(&s->w);
		} else
			take_word(s, p, end + 1);
		s->p = end + 1;
		return;
	}
	take_word(s, p, end);
}

/* --- numbers ------------------------------------------------------------- */

/* P is a share of all, in brackets: (12.5%). */
static bool is_share(const char *p)
{
	double x;
	const char *end = *p == '(' ? pair_number(p + 1, &x) : NULL;

	return end && end[0] == '%' && end[1] == ')';
}

/* What stands at P says that the number before it is that of the line: 3: 3)
 * 3 | 3 - */
static bool is_numbering(const char *p)
{
	return *p == ':' || *p == ')' || *p == '|' || *p == '\t' ||
	       (*p == '-' && p[1] == ' ');
}

/* A number that no name waits for. */
static void take_bare(
	struct scan *s, char *p, char *end, double x, double total)
{
	char *next = pair_skip_blanks(end), *unit = pair_mark_unit(end, true);

	/* A line that begins with its number, but for a time or the like. */
	if (s->w.o->n == s->w.npair && isnan(total) && x == floor(x) &&
		pair_skip_digits(p) == end &&
		(is_numbering(next) || is_share(next))) {
		form_pending_unnamed(&s->w, PAIR_KEY_NUMBER, x, NAN);
		return;
	}
	if (form_pending_sentence(&s->w, x) ||
		(isnan(total) && (*end == ' ' || !*end) &&
			form_pending_counted(&s->w, x)))
		return;
	s->w.has_bare = true;
	s->w.bare = x;
	s->w.bare_total = total;
	s->w.bare_form = s->w.form;
	s->w.nunit = 0;
	/* 2000.0 tokens/sec 1.0 updates/sec accuracy=0.1 */
	if (unit > end && pair_mark_begins(pair_skip_blanks(unit))) {
		s->w.unit = pair_skip_blanks(end);
		s->w.nunit = (size_t)(unit - s->w.unit);
		s->p = unit;
		form_pending_flush(&s->w);
	}
}

/* After 100 steps: what is counted is told behind the number. */
static void take_count(struct scan *s)
{
	char *p = pair_skip_blanks(s->p), *end;
	unsigned next;

	if (!pair_is_alpha(*p) || s->w.last == 0)
		return;
	end = pair_mark_word(p);
	next = pair_kind(*pair_skip_blanks(end));
	if ((next == PAIR_KIND_SEP || next == PAIR_KIND_END ||
		    next == PAIR_KIND_CLOSE) &&
		pair_mark_step(p, (size_t)(end - p)))
		form_pending_rename(&s->w, p, end);
}

/* What the unit [P, END) is of; min is also the least of some. */
static enum pair_measure measure_of(const char *p, const char *end)
{
	return end - p == 3 && memcmp(p, "min", 3) == 0
		       ? PAIR_MEASURE_NONE
		       : pair_mark_measure(p, (size_t)(end - p));
}

/* A number at [P, END), perhaps with a total. */
static void take_number(
	struct scan *s, char *p, char *end, double x, double total)
{
	bool assigned = s->w.assigned;

	s->p = end;
	if (s->w.name) {
		s->p = pair_mark_unit(end, assigned);
		if (s->p > end && *end == ' ')
			s->w.measure = measure_of(pair_skip_blanks(end), s->p);
		form_pending_add(&s->w, x, total);
		if (!assigned)
			take_count(s);
		return;
	}
	form_pending_flush(&s->w);
	take_bare(s, p, end, x, total);
}

/* A whole number, and what makes it a counter or a range.  Returns its end. */
static char *scan_whole(struct scan *s, char *end, double *x)
{
	double total;
	char *q = pair_mark_total(end, &total), *next;

	if (q) {
		/* a/b/c: no counter */
		while (*q == '/' && pair_is_digit(*pair_skip_blanks(q + 1)))
			q = pair_skip_digits(pair_skip_blanks(q + 1));
		if (s->w.name && s->w.assigned &&
			(pair_mark_valid(s->w.name,
				 (size_t)(s->w.name_end - s->w.name)) ||
				pair_mark_train(s->w.name,
					(size_t)(s->w.name_end - s->w.name))))
			form_pending_end(&s->w);
		take_number(s, s->p, q, *x, total);
		if (s->w.has_bare && isnan(total))
			s->w.nunit = SIZE_MAX;
		return NULL;
	}
	if ((next = pair_mark_range(end))) {
		q = pair_skip_digits(next);
		if (!pair_is_inner(*q) || pair_is_alpha(*q)) {
			pair_number(next, x);
			return q;
		}
	}
	return end;
}

/* The percentage of a bar that begins at BAR, whose end is END. */
static void take_bar(struct scan *s, char *end)
{
	s->w.o->is_bar = true;
	if (s->w.assigned)
		form_pending_forget(&s->w);
	form_pending_end(&s->w);
	s->p = end;
}

/* What is glued to the number X at END, up to UNIT_END, is its unit. */
static void take_unit(struct scan *s, char *end, char *unit_end, double x)
{
	size_t n = (size_t)(unit_end - end);
	bool is_step = pair_mark_step(end, n);

	/* loss: 9.25Epoch 00001: ..., error = 1.02At iteration 5 */
	if (s->w.assigned && s->w.form != PAIR_FORM_WHOLE &&
		(is_step || pair_mark_capital(end, n))) {
		take_number(s, s->p, end, x, NAN);
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
	take_number(s, s->p, unit_end, x, NAN);
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
static void scan_unit(struct scan *s, char *end, double x)
{
	char *q = end, *word;

	if (*end == '%' && (q = pair_mark_bar(end + 1))) {
		take_bar(s, q);
		return;
	}
	if (*end == '/' &&
		pair_kind(*pair_mark_word(end)) == PAIR_KIND_ASSIGN) {
		take_number(s, s->p, end, x, NAN);
		form_pending_end(&s->w);
		s->p = end + 1;
		return;
	}
	for (q = end; pair_is_alpha(*q) || *q == '%' || *q == '/' || *q & 0x80;)
		q++;
	bool is_name = pair_kind(*q) == PAIR_KIND_ASSIGN &&
		       pair_is_alpha(q[-1]) &&
		       !pair_mark_step(end, (size_t)(q - end));

	/* learn 0.6355974passed: 17.4 sec */
	if (s->w.name && !s->w.assigned && is_name &&
		s->w.form >= DECIMALS_FORM) {
		take_number(s, s->p, end, x, NAN);
		form_pending_end(&s->w);
		return;
	}
	if (!s->w.assigned && (is_name || pair_is_digit(*q) || *q == '_')) {
		word = pair_mark_word(s->p);
		take_word(s, s->p, word > s->p ? word : s->p + 1);
	} else
		take_unit(s, end, q, x);
}

/* The number at P, whose digits end at a comma and go on behind it. */
static const char *read_commas(struct scan *s, char *p, double *x)
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
	return pair_is_digit(*p) && *end && strchr(":-/.dhmT_", *end);
}

/* A number that ends at END is glued to letters. */
static bool is_glued(const char *end)
{
	unsigned kind = pair_kind(*end);

	return pair_is_inner(*end) && kind != PAIR_KIND_DOT &&
	       kind != PAIR_KIND_SIGN && kind != PAIR_KIND_SEP;
}

/* The number [P, END) counts, in thousands perhaps: 1.23kit/10.0kit. */
static bool scan_scaled(struct scan *s, char *p, char *end, double x)
{
	double scale, total;
	char *q = pair_mark_scaled_total(end, &scale, &total);

	if (!q)
		return false;
	/* Progress on:train 12it/1.00kit */
	if (s->w.name &&
		pair_mark_train(s->w.name, (size_t)(s->w.name_end - s->w.name)))
		form_pending_forget(&s->w);
	take_number(s, p, q, pair_mark_times(x, scale), total);
	return true;
}

static void scan_number(struct scan *s)
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
	if (*q == ',' && pair_is_digit(q[1]))
		with = read_commas(s, p, &x);
	end = p + ((with ? with : q) - p);
	if (may_be_time(p, end) && (time = pair_mark_time(p))) {
		take_time(s, time);
		return;
	}
	if ((pair_is_alpha(*end) || *end == '/') && scan_scaled(s, p, end, x))
		return;
	if ((*end == '-' || *pair_skip_blanks(end) == '/') &&
		(with || pair_skip_digits(p) == end) &&
		!(end = scan_whole(s, end, &x)))
		return;
	if (is_glued(end)) {
		scan_unit(s, end, x);
		return;
	}
	take_number(s, p, end, x, NAN);
	/* The point at the end of a sentence. */
	if (s->p == end && *end == '.') {
		form_pending_end(&s->w);
		s->p = end + 1;
	}
}

/* --- punctuation --------------------------------------------------------- */

/* A separator at [p, NEXT): it may also stand between a name and its value. */
static void take_separator(struct scan *s, char *next)
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

static void scan_sign(struct scan *s)
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

static void scan_assign(struct scan *s)
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

/* A parenthesis behind a pair: its running mean, more pairs, or a remark. */
static bool scan_mean(struct scan *s)
{
	static const char *const means[] = {"avg", "average", "ave", "mean",
		"smooth", "smoothed", "ema", "running", "median"};
	char *p = pair_skip_blanks(s->p + 1),
	     *close = pair_mark_close(s->p, NAME_MAX_NBYTES);
	const char *q;
	double x, total;

	if (!close)
		return false;
	if (pair_is_alpha(*p)) {
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
static bool is_counter_in(const struct scan *s, char *p)
{
	size_t n = (size_t)(s->w.name_end - s->w.name);
	char *q = pair_skip_blanks(p + 1), *end = pair_skip_digits(q);
	double total;

	return end > q && pair_mark_total(end, &total) &&
	       (pair_mark_valid(s->w.name, n) || pair_mark_train(s->w.name, n));
}

static void scan_paren(struct scan *s)
{
	char *p = s->p, *in = pair_skip_blanks(p + 1), *close, *next;

	if (s->w.last && scan_mean(s))
		return;
	if (s->w.name && !s->w.assigned && pair_is_alpha(*in) &&
		(close = pair_mark_close(p, NAME_MAX_NBYTES)) &&
		!memchr(in, ':', (size_t)(close - in))) {
		next = pair_skip_blanks(close + 1);
		if (pair_kind(*next) == PAIR_KIND_ASSIGN ||
			pair_is_digit(*next) ||
			(pair_kind(*next) == PAIR_KIND_WORD &&
				pair_mark_words(in, close))) {
			s->w.name_end = close + 1;
			s->p = close + 1;
			return;
		}
	}
	if (!s->w.name || is_counter_in(s, p) ||
		!(pair_is_digit(*in) || pair_kind(*in) == PAIR_KIND_SIGN))
		form_pending_end(&s->w);
	s->p = p + 1;
}

/* A list of numbers behind a name: the name's groups. */
static bool scan_list(struct scan *s)
{
	struct form_nest nest = {0};
	char *end, *p = pair_skip_blanks(s->p + 1);
	size_t n = s->w.o->n, nname;

	if (!pair_is_digit(*p) && pair_kind(*p) != PAIR_KIND_SIGN &&
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
static bool scan_group(struct scan *s)
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
static bool is_of_name(const struct scan *s, char *p)
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
static bool scan_numbered(struct scan *s)
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

		if (!pair_is_digit(*in) ||
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

static void scan_bracket(struct scan *s)
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
		(q = pair_mark_program(s->w.name, p))) {
		form_pending_forget(&s->w);
		s->p = q;
		return;
	}
	if (s->w.name && (scan_group(s) || scan_list(s)))
		return;
	if (s->w.name && is_of_name(s, p)) {
		s->p = p + 1;
		return;
	}
	form_pending_end(&s->w);
	if (!scan_numbered(s))
		s->p = p + 1;
}

/* A tag, in a line that begins with one: <event step="1">, <step>1</step>. */
static void scan_tag(struct scan *s)
{
	char *p = s->p, *end = pair_mark_word(p + 1);

	form_pending_end(&s->w);
	s->p = end;
	if (*end == '>' && p[1] != '/' && !pair_is_digit(p[1])) {
		s->w.name = p + 1;
		s->w.name_end = end;
		s->w.assigned = true;
		s->p = end + 1;
	}
}

static void scan_open(struct scan *s)
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

static void scan_quote(struct scan *s)
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
			take_number(s, p, end + 1, x, total);
			break;
		case PAIR_CELL_TEXT:
			form_pending_add_text(
				&s->w, p + 1, (size_t)(end - p - 1));
			break;
		default: form_pending_forget(&s->w);
		}
		return;
	}
	take_word(s, p + 1, end);
	s->p = end + 1;
}

void form_text_pairs(char *p, struct pair_list *o)
{
	struct scan s = {.w = {.o = o, .npair = o->n, .segment = o->n},
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
			if (pair_is_digit(s.p[1]))
				scan_number(&s);
			else
				s.p++;
			break;
		case PAIR_KIND_SIGN: scan_sign(&s); break;
		case PAIR_KIND_ASSIGN: scan_assign(&s); break;
		case PAIR_KIND_SEP: take_separator(&s, s.p + 1); break;
		case PAIR_KIND_OPEN: scan_open(&s); break;
		case PAIR_KIND_CLOSE:
			form_pending_end(&s.w);
			s.p++;
			break;
		case PAIR_KIND_QUOTE: scan_quote(&s); break;
		default: s.p++;
		}
	}
}
