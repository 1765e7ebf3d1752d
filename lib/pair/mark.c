/* SPDX-License-Identifier: MIT */
/*
 * What stands beside pairs in text: words for validation, dates and times,
 * places in programs, ranks of processes, bars.
 */
#include <float.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/str.h"
#include "pair/pair.h"

#define AMONG(s, n, list) pair_mark_among(s, n, list, ARRAY_SIZE(list))

/* Entries of a run of bytes. */
#define K2(c, k) [c] = (k), [(c) + 1] = (k)
#define K4(c, k) K2(c, k), K2((c) + 2, k)
#define K8(c, k) K4(c, k), K4((c) + 4, k)
#define K32(c, k) K8(c, k), K8((c) + 8, k), K8((c) + 16, k), K8((c) + 24, k)

#define INWORD (PAIR_KIND_WORD | PAIR_KIND_INNER)

const unsigned char pair_kinds[256] = {
	[0] = PAIR_KIND_END,
	['\t'] = PAIR_KIND_SEP,
	['|'] = PAIR_KIND_SEP,
	[','] = PAIR_KIND_SEP,
	[';'] = PAIR_KIND_SEP,
	['@'] = PAIR_KIND_SEP | PAIR_KIND_INNER,
	['*'] = PAIR_KIND_SEP,
	[':'] = PAIR_KIND_ASSIGN,
	['='] = PAIR_KIND_ASSIGN,
	['+'] = PAIR_KIND_SIGN,
	['-'] = PAIR_KIND_SIGN | PAIR_KIND_INNER,
	['.'] = PAIR_KIND_DOT | PAIR_KIND_INNER,
	['('] = PAIR_KIND_OPEN,
	['['] = PAIR_KIND_OPEN,
	['{'] = PAIR_KIND_OPEN,
	['<'] = PAIR_KIND_OPEN,
	[')'] = PAIR_KIND_CLOSE,
	[']'] = PAIR_KIND_CLOSE,
	['}'] = PAIR_KIND_CLOSE,
	['>'] = PAIR_KIND_CLOSE,
	['"'] = PAIR_KIND_QUOTE,
	['\''] = PAIR_KIND_QUOTE | PAIR_KIND_INNER,
	['`'] = PAIR_KIND_QUOTE,
	['~'] = PAIR_KIND_OTHER | PAIR_KIND_INNER,
	['%'] = PAIR_KIND_OTHER | PAIR_KIND_INNER,
	['/'] = INWORD,
	['\\'] = INWORD,
	['_'] = INWORD,
	['#'] = INWORD,
	['$'] = INWORD,
	['&'] = INWORD,
	['^'] = INWORD,
	K8('0', PAIR_KIND_DIGIT | PAIR_KIND_INNER),
	K2('8', PAIR_KIND_DIGIT | PAIR_KIND_INNER),
	K8('A', INWORD),
	K8('I', INWORD),
	K8('Q', INWORD),
	K2('Y', INWORD),
	K8('a', INWORD),
	K8('i', INWORD),
	K8('q', INWORD),
	K2('y', INWORD),
	K32(0x80, INWORD),
	K32(0xa0, INWORD),
	K32(0xc0, INWORD),
	K32(0xe0, INWORD),
};

bool pair_mark_among(
	const char *s, size_t n, const char *const *list, size_t nlist)
{
	for (size_t i = 0; i < nlist; i++) {
		const char *word = list[i];
		size_t k = 0;

		while (k < n && ((s[k] ^ word[k]) & ~0x20) == 0 && word[k])
			k++;
		if (k == n && word[k] == '\0')
			return true;
	}
	return false;
}

/* --- validation ---------------------------------------------------------- */

/* S[0..n) is a word for what is no training; digits may follow it. */
bool pair_mark_valid(const char *s, size_t n)
{
	static const char *const words[] = {"val", "valid", "validation",
		"validate", "validating", "eval", "evaluation", "evaluate",
		"evaluating", "test", "testing", "dev", "holdout", "cv"};

	if (n < 2 || !strchr("vetdhcVETDHC", *s))
		return false;
	while (n > 3 && str_is_digit(s[n - 1]))
		n--;
	return AMONG(s, n, words);
}

bool pair_mark_train(const char *s, size_t n)
{
	static const char *const words[] = {"train", "training"};

	return n >= 5 && AMONG(s, n, words);
}

/*
 * One of the words of the name S[0..n), however they are joined, is of
 * validation; LAST: the last one.
 */
bool pair_mark_any(
	const char *s, size_t n, bool (*is)(const char *, size_t), bool last)
{
	bool ret = false;

	for (size_t i = 0, j; i < n; i = j) {
		while (i < n && !str_is_alnum(s[i]))
			i++;
		for (j = i; j < n && str_is_alnum(s[j]);)
			j++;
		if (last)
			ret = j > i ? is(s + i, j - i) : ret;
		else if (is(s + i, j - i))
			return true;
	}
	return ret;
}

bool pair_mark_loss(const char *s, size_t n)
{
	return n >= 4 && strncasecmp(s + n - 4, "loss", 4) == 0;
}

bool pair_mark_step(const char *s, size_t n)
{
	static const char *const words[] = {"step", "steps", "iter", "iters",
		"iteration", "iterations", "epoch", "epochs", "batch",
		"batches", "minibatch", "minibatches", "update", "updates"};

	return AMONG(s, n, words);
}

/* The first pair says of what the line is: Test: [78/78], Epoch(val) [1]. */
bool pair_mark_of_validation(const char *s, size_t n, double x)
{
	return x == floor(x) && pair_mark_any(s, n, pair_mark_valid, false) &&
	       (!pair_mark_any(s, n, pair_mark_loss, false) ||
		       pair_mark_any(s, n, pair_mark_step, true));
}

/* --- times --------------------------------------------------------------- */

/* 10:00, 1:02:03.5, 10:00:00,123Z, 10:00:00+02:00; NULL: no time. */
static char *clock_end(char *p)
{
	char *q = pair_skip_digits(p);

	if (q == p || q - p > 3 || *q != ':' || !str_is_digit(q[1]) ||
		!str_is_digit(q[2]) || str_is_digit(q[3]))
		return NULL;
	q += 3;
	if (*q == ':' && str_is_digit(q[1]) && str_is_digit(q[2])) {
		q += 3;
		/* 23:37:35iters: a word begins behind it, and no unit. */
		if (str_is_letter(*q) && str_is_letter(q[1]))
			return q;
	}
	if ((*q == '.' || *q == ',') && str_is_digit(q[1]))
		q = pair_skip_digits(q + 1);
	if (*q == 'Z')
		return q + 1;
	if ((*q == '+' || *q == '-') && str_is_digit(q[1]) &&
		str_is_digit(q[2])) {
		q = pair_skip_digits(q + 1);
		if (*q == ':')
			q = pair_skip_digits(q + 1);
	}
	return str_is_letter(*q) ? NULL : q;
}

/* Behind a date: perhaps the time, and what says of which zone. */
static char *after_date(char *p)
{
	char *q = p, *end;

	while (*q == ' ' || *q == 'T' || *q == '_' || *q == '-' || *q == ',')
		q++;
	end = clock_end(q);
	if (!end && q > p && pair_skip_digits(q) - q == 6)
		end = q + 6;
	if (!end)
		return p;
	q = pair_skip_blanks(end);
	if (q > end && (strncmp(q, "AM", 2) == 0 || strncmp(q, "PM", 2) == 0 ||
			       strncmp(q, "UTC", 3) == 0))
		return q + strspn(q, "AMPUTC");
	return end;
}

/* The same sign between three numbers: 2024-05-01, 5/1/2024, 01.05.2024. */
static char *date_end(char *p)
{
	char *a = pair_skip_digits(p), *b, *c;

	if ((*a != '-' && *a != '/' && *a != '.') || !str_is_digit(a[1]))
		return NULL;
	b = pair_skip_digits(a + 1);
	if (*b == *a && str_is_digit(b[1])) {
		c = pair_skip_digits(b + 1);
		if ((a - p == 4 && b - a <= 3 && c - b <= 3) ||
			(a - p <= 2 && b - a <= 3 &&
				(c - b == 5 || (c - b == 3 && *a != '.'))))
			return after_date(c);
	}
	/* 09/01 12:00:00 */
	if (*a != '.' && a - p <= 2 && b - a <= 3 && *b == ' ' &&
		clock_end(b + 1))
		return after_date(b);
	return NULL;
}

/* 1h 5m 0s, 1m27s: units of time, smaller and smaller. */
static char *duration_end(char *p)
{
	char *end = NULL;
	int n = 0;

	while (str_is_digit(*p)) {
		p = pair_skip_digits(p);
		if (*p == '.')
			p = pair_skip_digits(p + 1);
		if (!*p || !strchr("dhms", *p))
			break;
		p += 1 + (p[0] == 'm' && p[1] == 's');
		if (pair_is_inner(*p) && !str_is_digit(*p))
			break;
		end = p;
		n++;
		p = pair_skip_blanks(p);
	}
	return n > 1 ? end : NULL;
}

/* What is at P if it is a date, a time or a duration, or NULL. */
char *pair_mark_time(char *p)
{
	char *q = pair_skip_digits(p), *r;

	switch (*q) {
	case ':': return clock_end(p);
	case '-':
		if (q - p == 8 && after_date(q) > q)
			return after_date(q);
		return date_end(p);
	case '/':
	case '.': return date_end(p);
	case 'd':
	case 'h':
	case 'm': return duration_end(p);
	case 'T':
	case '_': return q - p == 8 && after_date(q) > q ? after_date(q) : NULL;
	case ' ':
		r = pair_skip_blanks(q);
		if (strncmp(r, "day", 3) == 0) {
			r += 3 + (r[3] == 's');
			if (*r == ',')
				r++;
			return clock_end(pair_skip_blanks(r));
		}
		return q - p == 8 && *p == '2' ? clock_end(r) : NULL;
	default: return NULL;
	}
}

/* Sat Nov 28 11:33:36 2026, May 01, 2024 10:00:00 AM, I0818 10:43:46.9 123 */
char *pair_mark_named_time(char *p, char *end)
{
	static const char *const days[] = {
		"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	char *q = end;

	if (end - p == 3 && AMONG(p, 3, days)) {
		q = pair_skip_blanks(q + (*q == ','));
		if (!str_is_letter(q[0]) || !str_is_letter(q[1]) ||
			!str_is_letter(q[2]) || pair_is_inner(q[3]))
			return NULL;
		p = q;
		end = q += 3;
	}
	if (end - p == 3 && AMONG(p, 3, months)) {
		q = pair_skip_digits(pair_skip_blanks(q));
		char *r = after_date(q);

		if (r == q && *q == ',')
			r = after_date(
				pair_skip_digits(pair_skip_blanks(q + 1)));
		q = pair_skip_blanks(r);
		if (r > end && str_is_digit(*q) && pair_skip_digits(q) - q == 4)
			return pair_skip_digits(q);
		return r > end && str_is_digit(r[-1]) ? r : NULL;
	}
	if (end - p == 5 && strchr("IWEFD", *p) &&
		pair_skip_digits(p + 1) == end) {
		char *r = after_date(end);

		if (r == end)
			return NULL;
		q = pair_skip_blanks(r);
		return str_is_digit(*q) ? pair_skip_digits(q) : r;
	}
	return NULL;
}

/* --- what is no pair ----------------------------------------------------- */

/* The number of a rank at P: rank0, Rank 0, rank: 0, rank=0. */
char *pair_mark_rank(char *p, int *rank)
{
	if ((p[0] | 0x20) != 'r' || strncasecmp(p, "rank", 4) != 0)
		return NULL;
	p += 4;
	if (*p == ':' || *p == '=' || *p == '_')
		p++;
	p = pair_skip_blanks(p);
	if (!str_is_digit(*p) || pair_skip_digits(p) - p > 6)
		return NULL;
	for (*rank = 0; str_is_digit(*p); p++)
		*rank = 10 * *rank + (*p - '0');
	return *p == '.' || *p == '/' || str_is_letter(*p) ? NULL : p;
}

/* [1,0]<stdout>: of mpirun, [1,mpirank:0,algo-1]<stdout>: at P. */
static char *mpi_rank(char *p, int *rank)
{
	char *end = strchr(p, ']'), *q = pair_skip_digits(p + 1);

	if (q == p + 1 || *q != ',' || !end || strncmp(end, "]<std", 5) != 0)
		return NULL;
	q += strncmp(q, ",mpirank:", 9) == 0 ? 9 : 1;
	if (!str_is_digit(*q) || pair_skip_digits(q) - q > 6)
		return NULL;
	for (*rank = 0; str_is_digit(*q); q++)
		*rank = 10 * *rank + (*q - '0');
	end = strchr(end, '>');
	return end ? end + 1 + (end[1] == ':') : NULL;
}

/*
 * [rank0], [Rank 0]: or, at the beginning, the role of any process: [default3]:
 */
char *pair_mark_bracket_rank(const char *begin, char *p, int *rank)
{
	char *q = pair_skip_blanks(p + 1), *end;

	if (p - begin > PAIR_RANK_WITHIN)
		return NULL;
	if (begin == p && (end = mpi_rank(p, rank)))
		return end;
	end = pair_mark_rank(q, rank);
	if (!end && begin + strspn(begin, " ") == p && str_is_letter(*q)) {
		end = strchr(q, ']');
		if (!end || end[1] != ':' || end - q > 64)
			return NULL;
		for (q = end; str_is_digit(q[-1]);)
			q--;
		if (q == end || end - q > 6 ||
			(!str_is_letter(q[-1]) && q[-1] != ':'))
			return NULL;
		for (*rank = 0; q < end; q++)
			*rank = 10 * *rank + (*q - '0');
	}
	if (!end || *end != ']')
		return NULL;
	return end + 1 + (end[1] == ':');
}

/* A place in a program, at the end of its file's name: x.py:96:fn, x.cpp:234 */
char *pair_mark_place(const char *word, char *end)
{
	static const char *const suffixes[] = {"py", "cc", "cpp", "cxx", "c",
		"h", "cu", "rs", "go", "jl", "java", "lua", "m", "ipynb", "pyx",
		"js", "ts", "R", "scala", "swift", "kt"};
	const char *dot = end;

	while (dot > word && end - dot < 7 && *dot != '.')
		dot--;
	if (dot == word || *dot != '.' ||
		!AMONG(dot + 1, (size_t)(end - dot - 1), suffixes))
		return NULL;
	if (*end == '(' && str_is_digit(end[1])) {
		char *q = pair_skip_digits(end + 1);

		return *q == ')' ? q + 1 : end;
	}
	if (*end == ' ' && str_is_digit(end[1]) &&
		pair_skip_digits(end + 1)[0] == ')')
		return pair_skip_digits(end + 1);
	if (*end != ':' || !str_is_digit(end[1]))
		return end;
	end = pair_skip_digits(end + 1);
	if (*end == ':' && str_is_letter(end[1]))
		for (end++; pair_is_inner(*end);)
			end++;
	return end;
}

/* package.module:function:42 - as loguru prints it. */
char *pair_mark_colon_place(char *end)
{
	char *q = end;

	if (*q != ':')
		return NULL;
	for (q++; pair_is_inner(*q) || *q == '<' || *q == '>';)
		q++;
	if (*q != ':' || !str_is_digit(q[1]))
		return NULL;
	q = pair_skip_digits(q + 1);
	return strncmp(q, " - ", 3) == 0 ? q : NULL;
}

/* 5%|###  | of a bar at P, behind its percent sign. */
char *pair_mark_bar(char *p)
{
	char *q;

	if (*p != '|')
		return NULL;
	for (q = p + 1; *q != '|'; q++)
		if (!*q || q - p > 300 || str_is_letter(*q))
			return NULL;
	return q + 1;
}

/* [====>....] at P. */
char *pair_mark_bracket_bar(char *p)
{
	char *q = p + 1;

	q += strspn(q, "=.>#- *");
	return *q == ']' && q - p > 3 ? q + 1 : NULL;
}

/* --- words and numbers --------------------------------------------------- */

/* The end of the word at P. */
char *pair_mark_word(char *p)
{
	for (;; p++) {
		while (pair_is_inner(*p) && pair_kind(*p) != PAIR_KIND_SIGN &&
			pair_kind(*p) != PAIR_KIND_DOT &&
			pair_kind(*p) != PAIR_KIND_QUOTE)
			p++;
		/* Within a word only. */
		if (!pair_is_inner(*p) || !pair_is_inner(p[1]) ||
			pair_kind(p[1]) == PAIR_KIND_SIGN ||
			pair_kind(p[1]) == PAIR_KIND_QUOTE)
			return p;
	}
}

/* Behind (train) or (iter/s) glued to a word. */
char *pair_mark_glued(char *p)
{
	char *q = p + 1;

	if (*p != '(' || !str_is_letter(*q))
		return p;
	while (str_is_alnum(*q) || (*q && strchr("_/%.-", *q)))
		q++;
	return *q == ')' ? q + 1 : p;
}

/* S[0..n) says how serious a message is. */
static bool is_level(const char *p, size_t n)
{
	static const char *const words[] = {"INFO", "DEBUG", "NOTICE", "WARN",
		"WARNING", "ERROR", "CRITICAL", "FATAL", "TRACE", "SUCCESS"};

	return n >= 4 && n <= 8 && p[1] <= 'Z' && AMONG(p, n, words);
}

char *pair_mark_leveled(char *p, char *end)
{
	char *q;

	if (!is_level(p, (size_t)(end - p)))
		return NULL;
	if (end[0] != ':' || !str_is_letter(end[1]))
		return end;
	for (q = end + 1; pair_is_inner(*q);)
		q++;
	return q[0] == ':' && !str_is_digit(q[1]) && q[1] != ' ' ? q + 1 : end;
}

static const char *const times[] = {"s", "sec", "secs", "second", "seconds",
	"ms", "us", "µs", "μs", "ns", "min", "mins", "minutes", "h", "hr",
	"hrs", "hour", "hours"};
static const char *const sizes[] = {
	"B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "bytes"};

/* S[0..n) is so much in a time, or a time for so much: it/s, ms/step. */
static enum pair_measure measure_of_ratio(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	size_t before = slash ? (size_t)(slash - s) : n;

	if (!slash)
		return PAIR_MEASURE_NONE;
	return AMONG(slash + 1, n - before - 1, times) ? PAIR_MEASURE_SPEED
	       : AMONG(s, before, times)               ? PAIR_MEASURE_TIME
						       : PAIR_MEASURE_NONE;
}

enum pair_measure pair_mark_measure(const char *s, size_t n)
{
	return AMONG(s, n, times)   ? PAIR_MEASURE_TIME
	       : AMONG(s, n, sizes) ? PAIR_MEASURE_SIZE
				    : measure_of_ratio(s, n);
}

/* A name of memory, where K and M are units. */
static bool is_of_memory(const char *s, size_t n)
{
	static const char *const words[] = {
		"mem", "memory", "cache", "size", "ram", "vram", "maxmem"};

	for (size_t i = 0, j; i < n; i = j + 1) {
		for (j = i; j < n && str_is_alnum(s[j]);)
			j++;
		if (AMONG(s + i, j - i, words))
			return true;
	}
	return false;
}

double pair_mark_factor(char unit, const char *name, size_t n)
{
	double factor = unit == 'k' || unit == 'K' ? 1e3
			: unit == 'M'              ? 1e6
			: unit == 'B'              ? 1e9
						   : 1;

	return factor > 1 && is_of_memory(name, n) ? 1 : factor;
}

/* X times BY, which is whole where the decimal that was read as X makes it so.
 */
double pair_mark_times(double x, double by)
{
	double y = x * by, whole = rint(y);

	return fabs(y - whole) <= 2 * DBL_EPSILON * fabs(y) ? whole : y;
}

char *pair_mark_close(char *p, size_t max)
{
	unsigned depth = 0;

	for (char *q = p; *q && (size_t)(q - p) < max; q++) {
		if (*q == '(')
			depth++;
		else if (*q == ')' && --depth == 0)
			return q;
	}
	return NULL;
}

bool pair_mark_words(const char *p, const char *end)
{
	while (p < end && (str_is_letter(*p) || *p == ' '))
		p++;
	return p == end;
}

bool pair_mark_capital(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && str_is_lower(s[i]))
		i++;
	return n > 1 && i == n && str_is_upper(s[0]) && s[n] == ' ' &&
	       str_is_letter(s[n + 1]) &&
	       pair_mark_measure(s, n) == PAIR_MEASURE_NONE;
}

char *pair_mark_range(char *end)
{
	char *next = *end == '-' ? pair_skip_blanks(end + 1) : end;

	return next > end && str_is_digit(*next) ? next : NULL;
}

bool pair_mark_begins(char *p)
{
	return str_is_digit(*p) ||
	       (str_is_letter(*p) &&
		       pair_kind(*pair_mark_word(p)) == PAIR_KIND_ASSIGN);
}

/* Behind a word for a unit at P, which follows a number and is no name. */
char *pair_mark_unit(char *p, bool assigned)
{
	char *q = pair_skip_blanks(p), *end, *next;

	if (q == p || !str_is_letter(*q))
		return p;
	end = pair_mark_word(q);
	next = pair_skip_blanks(end);
	if (pair_kind(*next) == PAIR_KIND_ASSIGN || *next == '(')
		return p;
	if (!assigned &&
		(str_is_digit(*next) || pair_kind(*next) == PAIR_KIND_SIGN))
		return p;
	return memchr(q, '/', (size_t)(end - q)) ||
			       pair_mark_measure(q, (size_t)(end - q))
		       ? end
		       : p;
}

/*
 * What a number is to be multiplied by for the letters [P, END), glued to it:
 * UNIT, perhaps behind one for thousands or millions; 0: they are neither.
 */
static double scale_of(const char *p, const char *end, const char *unit)
{
	size_t n = (size_t)(end - p), nunit = strlen(unit);

	if (n < nunit || memcmp(end - nunit, unit, nunit) != 0)
		return 0;
	if (n == nunit)
		return 1;
	return n > nunit + 1 ? 0 : *p == 'k' ? 1e3 : *p == 'M' ? 1e6 : 0;
}

char *pair_mark_scaled_total(char *p, double *scale, double *total)
{
	static const char *const units[] = {"it", "ex", "batch", "step", ""};
	char *slash = p, *q, *end;
	double x, by;
	const char *number;

	while (str_is_letter(*slash))
		slash++;
	if (*slash != '/' || !str_is_digit(slash[1]) ||
		!(number = pair_number(slash + 1, &x)))
		return NULL;
	q = end = slash + 1 + (number - (slash + 1));
	while (str_is_letter(*end))
		end++;
	if (pair_is_inner(*end) || (slash == p && end == q))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		*scale = scale_of(p, slash, units[i]);
		by = scale_of(q, end, units[i]);
		*total = pair_mark_times(x, by);
		if (*scale != 0 && by != 0)
			return end;
	}
	return NULL;
}

/* Batch: [ 100 | 2068 ]: the bar at P stands for "of", all in brackets. */
static char *total_in_bracket(char *p, double *total)
{
	char *q = pair_skip_blanks(p + 1), *end = pair_skip_digits(q);

	if (end == q || *pair_skip_blanks(end) != ']')
		return NULL;
	pair_number(q, total);
	return end;
}

char *pair_mark_total(char *p, double *total)
{
	char *q = pair_skip_blanks(p);

	if (*q == '|')
		return total_in_bracket(q, total);
	if (*q != '/')
		return NULL;
	q = pair_skip_blanks(q + 1);
	*total = NAN;
	if (*q == '?')
		return q + 1;
	if (strncmp(q, "Unknown", 7) == 0)
		return q + 7;
	if (!str_is_digit(*q))
		return NULL;
	char *end = pair_skip_digits(q);
	const char *with = *end == ',' ? pair_number_thousands(q, total) : NULL;

	if (with)
		return q + (with - q);
	if (*end == '.' && str_is_digit(end[1]))
		return NULL;
	pair_number(q, total);
	return end;
}

char *pair_mark_glued_digits(char *p, char *end)
{
	static const char *const words[] = {
		"step", "iter", "iteration", "it", "epoch", "ep", "batch"};
	char *q = p, *begin, *digits;

	while (str_is_letter(*q))
		q++;
	begin = q + (*q == '_' || *q == '-' || *q == '#');
	digits = pair_skip_digits(begin);
	return digits > begin && (digits == end || *digits == '/') &&
			       pair_mark_among(p, (size_t)(q - p), words, 7)
		       ? begin
		       : NULL;
}

bool pair_mark_alone(char *p)
{
	const char *q;
	double x;

	while (*p == ' ' || *p == '\t')
		p++;
	if (str_is_digit(*p) && pair_mark_time(p))
		return false;
	q = pair_number_odd(p, &x);
	if (!q)
		q = pair_number(p, &x);
	if (!q)
		return false;
	p += q - p;
	while (str_is_letter(*p) || *p == '%')
		p++;
	p = pair_skip_blanks(p);
	if (*p == '\0' || pair_kind(*p) == PAIR_KIND_CLOSE)
		return true;
	if (pair_kind(*p) != PAIR_KIND_SEP && pair_kind(*p) != PAIR_KIND_SIGN)
		return false;
	while (*p == ' ' || pair_kind(*p) == PAIR_KIND_SEP || *p == '-')
		p++;
	return !str_is_digit(*p) && *p != '.';
}
