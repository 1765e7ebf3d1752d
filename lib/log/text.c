/* SPDX-License-Identifier: MIT */
/*
 * Pairs in text for people, whatever program wrote it: one scanner that takes
 * words, numbers and what stands between them.  Words wait for the number that
 * they name; a number without a name waits for the words behind it.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "log/log_impl.h"

/* More is prose. */
#define NAME_MAX_NBYTES 200

struct scan {
	struct log_pairs *o;
	char *begin, *end; /* of the line */
	char *p;
	size_t npair; /* before the line */

	const char *name, *name_end; /* the pending words; NULL: none */
	bool spread;                 /* they do not stand in one piece */
	bool assigned;               /* a : or = is behind them */

	bool has_bare; /* a number without a name so far */
	double bare, bare_total;
	const char *unit; /* glued to it */
	size_t nunit;

	size_t last;    /* the pair that ends right here, + 1; 0: none */
	size_t segment; /* pairs from here have no separator between them */
	bool has_value; /* a number was told that counts nothing */

	const char *section; /* a word for validation that names what follows */
	size_t nsection;
	const char *first; /* the same before anything was told */
	size_t nfirst, first_at;
};

/* --- pairs --------------------------------------------------------------- */

static void forget_name(struct scan *s)
{
	s->name = NULL;
	s->spread = s->assigned = false;
}

/* Appends the words [P, KIND_END) to the path, with one blank between them. */
static void add_words(struct scan *s, const char *p, const char *end)
{
	struct buf *path = &s->o->path;

	if (buf_reserve(path, (size_t)(end - p) + 1) < 0) {
		s->o->failed = true;
		return;
	}
	while (p < end) {
		char c = *p++;

		if (c == ' ' || c == '\t') {
			while (p < end && (*p == ' ' || *p == '\t'))
				p++;
			c = ' ';
		}
		path->data[path->len++] = c;
	}
}

/* The key of the name [P, KIND_END), its words in one piece or not, and what
 * stands behind it. */
static size_t key_of(struct scan *s, const char *p, const char *end,
	bool spread, const char *behind)
{
	struct buf *path = &s->o->path;
	size_t key, n = strlen(behind);

	if (end - p > NAME_MAX_NBYTES)
		p = end - NAME_MAX_NBYTES;
	if (!spread && !s->section && n == 0)
		return log_keys_find(s->o->keys, p, (size_t)(end - p), true);
	path->len = 0;
	if (s->section) {
		add_words(s, s->section, s->section + s->nsection);
		add_words(s, " ", &" "[1]);
	}
	add_words(s, p, end);
	if (buf_add(path, behind, n) < 0)
		s->o->failed = true;
	key = s->o->failed
		      ? SIZE_MAX
		      : log_keys_find(s->o->keys, path->data, path->len, true);
	path->len = 0;
	return key;
}

static void add(struct scan *s, size_t key, double x, double total)
{
	log_pairs_add(s->o, key, x, total);
}

static void add_unnamed(struct scan *s, const char *key, double x, double total)
{
	add(s, log_keys_find(s->o->keys, key, strlen(key), true), x, total);
}

/* The bare number stays without a name, but for its unit. */
static void flush_bare(struct scan *s)
{
	if (!s->has_bare)
		return;
	s->has_bare = false;
	if (!isnan(s->bare_total) || s->nunit == SIZE_MAX)
		add_unnamed(s, LOG_KEY_COUNT, s->bare, s->bare_total);
	else if (s->nunit == 1 && *s->unit == '%')
		return;
	else if (s->nunit)
		add(s, log_keys_find(s->o->keys, s->unit, s->nunit, true),
			s->bare, NAN);
	else {
		add_unnamed(s, LOG_KEY_VALUE, s->bare, NAN);
		s->has_value = true;
	}
}

/* The word that S[0..n) begins with. */
static size_t first_word(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (isalnum((unsigned char)s[i]) || s[i] == '_'))
		i++;
	return i < n && s[i] != ' ' ? 0 : i;
}

/* What was told below a word for validation gets its name, as training
 * follows. */
static void name_section(struct scan *s)
{
	s->section = s->first;
	s->nsection = s->nfirst;
	for (size_t i = s->first_at; i < s->o->n; i++) {
		const char *name = log_keys_name(s->o->keys, s->o->pair[i].key);

		if (*name != '#')
			s->o->pair[i].key =
				key_of(s, name, name + strlen(name), false, "");
	}
	s->section = NULL;
	s->first = NULL;
	s->o->is_valid = false;
}

/*
 * A name that no number follows may say of what the line is, or, where it has
 * told of training before, what comes next.
 */
static void take_heading(struct scan *s)
{
	size_t nword = first_word(s->name, (size_t)(s->name_end - s->name));

	if (log_mark_valid(s->name, nword)) {
		if (s->has_value) {
			s->section = s->name;
			s->nsection = nword;
		} else {
			s->o->is_valid = true;
			s->first = s->name;
			s->nfirst = nword;
			s->first_at = s->o->n;
		}
	} else if (log_mark_train(s->name, nword)) {
		s->section = NULL;
		if (s->first)
			name_section(s);
	}
}

static bool is_counter(struct scan *s, double x, double total)
{
	return !isnan(total) || (x == floor(x) && s->o->n == s->npair);
}

/* The pair of the pending name and X. */
static void add_named(struct scan *s, double x, double total)
{
	size_t n = (size_t)(s->name_end - s->name);

	if (s->o->n == s->npair && log_mark_of_validation(s->name, n, x))
		s->o->is_valid = true;
	if (!is_counter(s, x, total))
		s->has_value = true;
	add(s, key_of(s, s->name, s->name_end, s->spread, ""), x, total);
	s->last = s->o->n;
	forget_name(s);
}

/* 2.3 loss 0.1 rate: the names stand behind; each pair has the next's. */
static bool rotate(struct scan *s)
{
	struct log_pair *pair = s->o->pair;
	size_t n = s->o->n, at = s->segment;

	if (n < at + 2 || pair[at].value == floor(pair[at].value) ||
		strcmp(log_keys_name(s->o->keys, pair[at].key),
			LOG_KEY_VALUE) != 0)
		return false;
	for (size_t i = at; i + 1 < n; i++)
		pair[i].key = pair[i + 1].key;
	pair[n - 1].key = key_of(s, s->name, s->name_end, s->spread, "");
	return !s->o->failed;
}

/* What is pending ends here: at a separator, a bracket, the end. */
static void end_name(struct scan *s)
{
	if (s->has_bare && s->name && !s->assigned) {
		s->has_bare = false;
		add_named(s, s->bare, s->bare_total);
	}
	flush_bare(s);
	if (s->name && !rotate(s))
		take_heading(s);
	forget_name(s);
	s->last = 0;
	s->segment = s->o->n;
}

/* A time has no value: a name that it answers is done with. */
static void take_time(struct scan *s, char *end)
{
	if (s->assigned)
		forget_name(s);
	end_name(s);
	s->p = end;
}

/* --- words --------------------------------------------------------------- */

static bool is_phase_key(const char *s, size_t n)
{
	return log_mark_among(s, n, "mode phase split stage set subset");
}

/* The word [P, KIND_END) answers the pending name: mode: val, level=info. */
static bool is_answer(const struct scan *s, const char *p, char *end)
{
	unsigned next = log_kind(*log_skip_blanks(end));

	if (next == KIND_END || next == KIND_SEP || next == KIND_CLOSE)
		return true;
	if (p[-1] == '=' && log_is_inner(p[-2]))
		return true;
	return is_phase_key(s->name, (size_t)(s->name_end - s->name)) &&
	       next == KIND_WORD;
}

static void take_word(struct scan *s, char *p, char *end)
{
	s->last = 0;
	s->p = end;
	if (s->assigned && is_answer(s, p, end)) {
		log_pairs_add_text(s->o,
			key_of(s, s->name, s->name_end, s->spread, ""), p,
			(size_t)(end - p));
		forget_name(s);
		return;
	}
	if (s->assigned) {
		take_heading(s);
		forget_name(s);
	}
	if (!s->name)
		s->name = p;
	else if (p - s->name_end != 1 || *s->name_end != ' ')
		s->spread = true;
	s->name_end = end;
}

static void take_number(
	struct scan *s, char *p, char *end, double x, double total);

/* nan or inf: a number where it answers a name, else a word. */
static bool scan_odd(struct scan *s)
{
	double x;
	const char *q = log_number_odd(s->p, &x);

	if (!q)
		return false;
	char *end = s->p + (q - s->p);
	unsigned next = log_kind(*log_skip_blanks(end));
	bool is_signed = log_kind(*s->p) == KIND_SIGN;

	if (!s->assigned && !is_signed &&
		!(s->name && (next == KIND_END || next == KIND_SEP ||
				     next == KIND_CLOSE || next == KIND_SIGN ||
				     log_mark_any(s->name,
					     (size_t)(s->name_end - s->name),
					     log_mark_loss, true))))
		return false;
	take_number(s, s->p, end, x, NAN);
	return true;
}

/* What looks like a word at P and is none.  Returns its end, or NULL. */
static char *skip_special(struct scan *s, char *p, char *end)
{
	char *q;
	int rank;

	if (*p == '/' && log_is_inner(p[1]))
		return end;
	if (end[0] == ':' && end[1] == '/' && end[2] == '/')
		return end + strcspn(end, " \t\"'>)");
	if (p - s->begin < LOG_RANK_WITHIN && (*p == 'r' || *p == 'R') &&
		(q = log_mark_rank(p, &rank))) {
		s->o->rank = rank;
		return q;
	}
	if (*p >= 'A' && *p <= 'Z') {
		if (log_mark_level(p, (size_t)(end - p)))
			return end;
		if ((q = log_mark_named_time(p, end)))
			return q;
	}
	if ((q = log_mark_place(p, end)))
		return q;
	return log_mark_colon_place(end);
}

static void scan_word(struct scan *s)
{
	char *p = s->p, *end = log_mark_word(p), *q;
	double x;
	const char *call;

	if ((*p | 0x20) == 'n' || (*p | 0x20) == 'i')
		if (scan_odd(s))
			return;
	if (*p == '#' && (p[1] == '#' || p[1] == ' ')) {
		end_name(s);
		s->p = p + strspn(p, "#");
		return;
	}
	if (end == p) {
		s->p = p + 1;
		return;
	}
	if (*end == '(' && (call = log_number_call(p, &x))) {
		take_number(s, p, p + (call - p), x, NAN);
		return;
	}
	if ((q = skip_special(s, p, end))) {
		end_name(s);
		s->p = q;
		return;
	}
	end = log_mark_glued(end);
	/* An abbreviation, or the end of a sentence. */
	if (*end == '.' && log_is_alpha(end[-1])) {
		q = log_skip_blanks(end + 1);
		if (q > end + 1 && log_is_alpha(*q) && end - p > 4) {
			take_word(s, p, end);
			end_name(s);
		} else
			take_word(s, p, end + 1);
		s->p = end + 1;
		return;
	}
	take_word(s, p, end);
}

/* --- numbers ------------------------------------------------------------- */

/* x a to b: b is what counts, under the name before. */
static bool take_over(struct scan *s, double x)
{
	if (s->o->n == s->segment || s->name_end - s->name != 2 ||
		strncmp(s->name, "to", 2) != 0)
		return false;
	struct log_pair *pair = &s->o->pair[s->o->n - 1];
	const char *name = log_keys_name(s->o->keys, pair->key);
	size_t n = strlen(name);
	char group[24] = "";

	if (n > 5 && strcmp(name + n - 5, "group") == 0 && pair->value > 0 &&
		pair->value < 100) {
		group[0] = '#';
		group[1] = (char)('0' + (int)pair->value % 10);
		if (pair->value > 9) {
			group[2] = group[1];
			group[1] = (char)('0' + (int)pair->value / 10);
		}
		pair->key = key_of(s, name, name + n, false, group);
	}
	pair->value = x;
	pair->total = NAN;
	forget_name(s);
	return true;
}

/* A number at [P, KIND_END), perhaps with a total. */
static void take_number(
	struct scan *s, char *p, char *end, double x, double total)
{
	bool assigned = s->assigned;

	s->p = end;
	if (s->name && !s->has_bare && take_over(s, x))
		return;
	if (s->name) {
		flush_bare(s);
		add_named(s, x, total);
		s->p = log_mark_unit(end, assigned);
		return;
	}
	flush_bare(s);
	/* A line that begins with its number. */
	char *next = log_skip_blanks(end);

	if (s->o->n == s->npair && isnan(total) && x == floor(x) &&
		log_skip_digits(p) == end && (*next == ':' || *next == ')') &&
		log_skip_blanks(s->begin) == p) {
		add_unnamed(s, LOG_KEY_NUMBER, x, NAN);
		return;
	}
	s->has_bare = true;
	s->bare = x;
	s->bare_total = total;
	s->nunit = 0;
}

/* A whole number, and what makes it a counter or a range.  Returns its end. */
static char *scan_whole(struct scan *s, char *end, double *x)
{
	double total;
	char *q = log_mark_total(end, &total);

	if (q) {
		/* a/b/c: no counter */
		while (*q == '/' && log_is_digit(q[1]))
			q = log_skip_digits(q + 1);
		if (s->name && s->assigned &&
			(log_mark_valid(
				 s->name, (size_t)(s->name_end - s->name)) ||
				log_mark_train(s->name,
					(size_t)(s->name_end - s->name))))
			end_name(s);
		take_number(s, s->p, q, *x, total);
		if (s->has_bare && isnan(total))
			s->nunit = SIZE_MAX;
		return NULL;
	}
	if (*end == '-' && log_is_digit(end[1])) {
		q = log_skip_digits(end + 1);
		if (!log_is_inner(*q)) {
			log_number(end + 1, x);
			return q;
		}
	}
	return end;
}

/* Letters glued to a number: its unit.  Returns true if all is a word. */
static bool scan_unit(struct scan *s, char *end, double x)
{
	char *q = end, *r;

	while (log_is_alpha(*q) || *q == '%' || *q == '/' || *q & 0x80)
		q++;
	if (*end == '%' && (r = log_mark_bar(end + 1))) {
		s->o->is_bar = true;
		if (s->name && s->assigned)
			forget_name(s);
		end_name(s);
		s->p = r;
		return false;
	}
	if (!s->assigned && (log_is_digit(*q) || *q == '_' ||
				    (log_kind(*q) == KIND_ASSIGN &&
					    *q != *end && log_is_alpha(q[-1]))))
		return true;
	take_number(s, s->p, q, x, NAN);
	if (s->has_bare) {
		s->unit = end;
		s->nunit = (size_t)(q - end);
		if (s->nunit == 2 && strncmp(end, "it [", 4) == 0) {
			s->o->is_bar = true;
			s->nunit = SIZE_MAX;
		}
	}
	return false;
}

static void scan_number(struct scan *s)
{
	char *p = s->p, *end;
	const char *q;
	double x;

	if (log_is_digit(*p) && (end = log_mark_time(p))) {
		take_time(s, end);
		return;
	}
	if ((*p == '1' || log_kind(*p) == KIND_SIGN) && scan_odd(s))
		return;
	q = log_number_thousands(p, &x);
	if (!q)
		q = log_number(p, &x);
	if (!q) {
		s->p = p + 1;
		return;
	}
	end = p + (q - p);
	if (log_skip_digits(p) == end || *q == ' ') {
		char *was = end;

		if (log_skip_digits(p) == end ||
			memchr(p, ',', (size_t)(end - p)))
			end = scan_whole(s, end, &x);
		if (!end)
			return;
		(void)was;
	}
	if (log_is_alpha(*end) || *end == '%' || *end == '/' || *end & 0x80 ||
		*end == '_') {
		if (scan_unit(s, end, x)) {
			char *w = log_mark_word(p);

			take_word(s, p, w > p ? w : p + 1);
		}
		return;
	}
	take_number(s, p, end, x, NAN);
	/* The point at the end of a sentence. */
	if (s->p == end && *end == '.') {
		end_name(s);
		s->p = end + 1;
	}
}

/* --- punctuation --------------------------------------------------------- */

/* Only a number stands between here and the next separator. */
static bool value_behind(char *p)
{
	const char *q;
	double x;

	while (*p == ' ' || *p == '\t')
		p++;
	if (log_is_digit(*p) && log_mark_time(p))
		return false;
	q = log_number_odd(p, &x);
	if (!q)
		q = log_number(p, &x);
	if (!q)
		return false;
	p += q - p;
	while (log_is_alpha(*p) || *p == '%')
		p++;
	p = log_skip_blanks(p);
	if (*p == '\0')
		return true;
	if (log_kind(*p) != KIND_SEP && log_kind(*p) != KIND_SIGN)
		return false;
	while (*p == ' ' || log_kind(*p) == KIND_SEP || *p == '-')
		p++;
	return !log_is_digit(*p) && *p != '.';
}

/* A separator at [p, NEXT): it may also stand between a name and its value. */
static void take_separator(struct scan *s, char *next)
{
	if (s->assigned && (*s->p == '\t' || *s->p == '|')) {
		s->p = next;
		return;
	}
	if (s->name && !s->has_bare && !s->assigned &&
		s->name_end - s->name < 40 && value_behind(next))
		s->assigned = true;
	else
		end_name(s);
	s->p = next;
}

static void scan_sign(struct scan *s)
{
	char *p = s->p;
	double x;

	if (log_number(p, &x) || log_number_odd(p, &x)) {
		scan_number(s);
		return;
	}
	if (*p == '-' && (p[1] == ' ' || p[1] == '-' || p[1] == '>')) {
		size_t n = strspn(p, "-");

		/* A bar that was drawn with lines. */
		if (n >= 5 && (s->has_bare || s->o->n > s->npair || s->name))
			s->o->is_bar = true;
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
		end_name(s);
		s->p = p + strspn(p, "=");
		return;
	}
	s->p = p + 1 + (p[0] == '=' && p[1] == '>');
	if (s->has_bare)
		flush_bare(s);
	if (s->name)
		s->assigned = true;
	s->last = 0;
}

/* The bracket that closes the one at P, no farther than a name is long. */
static char *close_of(char *p)
{
	unsigned depth = 0;

	for (char *q = p; *q && q - p < NAME_MAX_NBYTES; q++) {
		if (*q == '(')
			depth++;
		else if (*q == ')' && --depth == 0)
			return q;
	}
	return NULL;
}

/* A parenthesis behind a pair: its running mean, more pairs, or a remark. */
static bool scan_mean(struct scan *s)
{
	char *p = log_skip_blanks(s->p + 1), *close = close_of(s->p);
	size_t at = s->last - 1;
	const char *q, *name;
	double x, total;

	if (!close)
		return false;
	if (log_is_alpha(*p)) {
		char *end = log_mark_word(p);

		if (!log_mark_among(p, (size_t)(end - p),
			    "avg average ave mean smooth smoothed ema running "
			    "median"))
			return false;
		p = log_skip_blanks(end);
		if (log_kind(*p) == KIND_ASSIGN)
			p = log_skip_blanks(p + 1);
	}
	q = log_number_odd(p, &x);
	if (!q)
		q = log_number(p, &x);
	if (q && log_mark_total(p + (q - p), &total))
		return false;
	if (q && log_skip_blanks(p + (q - p)) == close) {
		name = log_keys_name(s->o->keys, s->o->pair[at].key);
		const char *section = s->section;

		s->section = NULL;
		add(s,
			key_of(s, name, name + strlen(name), false,
				LOG_KEY_MEAN),
			x, NAN);
		s->section = section;
	}
	s->p = close + 1;
	s->last = 0;
	return true;
}

static void scan_paren(struct scan *s)
{
	char *p = s->p, *in = log_skip_blanks(p + 1), *close, *next;

	if (s->last && scan_mean(s))
		return;
	if (s->name && !s->assigned && log_is_alpha(*in) &&
		(close = close_of(p))) {
		next = log_skip_blanks(close + 1);
		if (log_kind(*next) == KIND_ASSIGN || log_is_digit(*next)) {
			s->name_end = close + 1;
			s->p = close + 1;
			return;
		}
	}
	if (!s->name || !(log_is_digit(*in) || log_kind(*in) == KIND_SIGN))
		end_name(s);
	s->p = p + 1;
}

/* A list of numbers behind a name: the name's groups. */
static bool scan_list(struct scan *s)
{
	struct log_nest nest = {0};
	char *end, *p = log_skip_blanks(s->p + 1);
	size_t n = s->o->n, nname;

	if (!log_is_digit(*p) && log_kind(*p) != KIND_SIGN &&
		log_kind(*p) != KIND_OPEN && log_kind(*p) != KIND_DOT &&
		(*p | 0x20) != 'n')
		return false;
	if (log_value_feed(&nest, s->p, &end) != 1)
		return false;
	char name[NAME_MAX_NBYTES + 1];

	nname = (size_t)(s->name_end - s->name);
	if (nname > NAME_MAX_NBYTES)
		return false;
	memcpy(name, s->name, nname);
	bool first = n == s->npair;
	double x;

	if (!log_value_pairs(s->p, name, nname, s->o))
		return false;
	x = s->o->n > n ? s->o->pair[n].value : NAN;
	if (first && log_mark_of_validation(name, nname, x))
		s->o->is_valid = true;
	if (s->o->n > n && !is_counter(s, x, NAN))
		s->has_value |= x != floor(x);
	forget_name(s);
	s->p = end;
	return true;
}

/* A whole number or two alone in brackets: [5], [1, 200], [1/10][3/50]. */
static bool scan_numbered(struct scan *s)
{
	char *p = log_skip_blanks(s->p + 1), *end = log_skip_digits(p), *q;
	double x, y, total;

	if (end == p)
		return false;
	log_number(p, &x);
	q = log_skip_blanks(end);
	if (*q == ']') {
		add_unnamed(s, LOG_KEY_NUMBER, x, NAN);
		s->p = q + 1;
		return true;
	}
	if ((q = log_mark_total(end, &total)) && *log_skip_blanks(q) == ']' &&
		*log_skip_blanks(log_skip_blanks(q) + 1) == '[') {
		char *in = log_skip_blanks(
			log_skip_blanks(log_skip_blanks(q) + 1) + 1);

		if (!log_is_digit(*in) ||
			!log_mark_total(log_skip_digits(in), &y))
			return false;
		add_unnamed(s, "epoch", x, total);
		s->p = log_skip_blanks(q) + 1;
		return true;
	}
	q = log_skip_blanks(end);
	if (*q != ',' || s->o->n > s->npair)
		return false;
	p = log_skip_blanks(q + 1);
	end = log_skip_digits(p);
	if (end == p || *log_skip_blanks(end) != ']')
		return false;
	log_number(p, &y);
	add_unnamed(s, "epoch", x, NAN);
	add_unnamed(s, LOG_KEY_COUNT, y, NAN);
	s->p = log_skip_blanks(end) + 1;
	return true;
}

static void scan_bracket(struct scan *s)
{
	char *p = s->p, *q;
	int rank;

	if ((q = log_mark_bracket_rank(s->begin, p, &rank))) {
		s->o->rank = rank;
		end_name(s);
		s->p = q;
		return;
	}
	if ((q = log_mark_bracket_bar(p))) {
		s->o->is_bar = true;
		end_name(s);
		s->p = q;
		return;
	}
	if (s->name && scan_list(s))
		return;
	/* Epoch [1/10] is the epoch, Train: [1/10] is of training. */
	double total;

	q = log_skip_blanks(p + 1);
	if (s->name && log_is_digit(*q) &&
		log_mark_total(log_skip_digits(q), &total) &&
		!log_mark_valid(s->name, (size_t)(s->name_end - s->name)) &&
		!log_mark_train(s->name, (size_t)(s->name_end - s->name))) {
		s->p = p + 1;
		return;
	}
	end_name(s);
	if (!scan_numbered(s))
		s->p = p + 1;
}

static void scan_open(struct scan *s)
{
	if (*s->p == '(') {
		scan_paren(s);
	} else if (*s->p == '[') {
		scan_bracket(s);
	} else {
		end_name(s);
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
	if (s->assigned) {
		switch (log_number_cell(p + 1, (size_t)(end - p - 1),
			NUMBER_THOUSANDS, &x, &total)) {
		case CELL_NUMBER: take_number(s, p, end + 1, x, total); break;
		case CELL_TEXT:
			log_pairs_add_text(s->o,
				key_of(s, s->name, s->name_end, s->spread, ""),
				p + 1, (size_t)(end - p - 1));
			/* fall through */
		default: forget_name(s);
		}
		return;
	}
	take_word(s, p + 1, end);
	s->p = end + 1;
}

void log_text_pairs(char *p, size_t n, struct log_pairs *o)
{
	struct scan s = {
		.o = o, .begin = p, .end = p + n, .p = p, .npair = o->n};

	s.segment = o->n;
	for (;;) {
		switch (log_kind(*s.p)) {
		case KIND_END: end_name(&s); return;
		case KIND_WORD: scan_word(&s); break;
		case KIND_DIGIT: scan_number(&s); break;
		case KIND_DOT:
			if (log_is_digit(s.p[1]))
				scan_number(&s);
			else
				s.p++;
			break;
		case KIND_SIGN: scan_sign(&s); break;
		case KIND_ASSIGN: scan_assign(&s); break;
		case KIND_SEP: take_separator(&s, s.p + 1); break;
		case KIND_OPEN: scan_open(&s); break;
		case KIND_CLOSE:
			end_name(&s);
			s.p++;
			break;
		case KIND_QUOTE: scan_quote(&s); break;
		default: s.p++;
		}
	}
}
