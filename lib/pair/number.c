/* SPDX-License-Identifier: MIT */
/* Numbers as logs spell them: decimals, counters, percentages, calls. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/le.h"
#include "base/num.h"
#include "base/str.h"
#include "pair/pair.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* --- decimals ------------------------------------------------------------ */

/* All that is not exact in one step; S has no more than the number. */
static double slow_number(const char *s, size_t n)
{
	char copy[64];
	double x = NAN;

	if (n >= sizeof(copy)) {
		num_scan_double(s, n, &x);
		return x;
	}
	memcpy(copy, s, n);
	for (size_t i = 0; i < n; i++)
		if (copy[i] == 'd' || copy[i] == 'D')
			copy[i] = 'e';
	num_scan_double(copy, n, &x);
	return x;
}

/* The exponent at P; P if it is none.  D is Fortran's E. */
static const char *scan_exponent(const char *p, int *e)
{
	char c = (char)(*p | 0x20);
	const char *q = p + 1;
	bool negative = *q == '-';
	int x = 0;

	if (c != 'e' && c != 'd')
		return p;
	q += *q == '-' || *q == '+';
	if (!str_is_digit(*q) || (c == 'd' && q == p + 1))
		return p;
	for (; str_is_digit(*q); q++)
		x = x < 9999 ? 10 * x + (*q - '0') : x;
	*e += negative ? -x : x;
	return q;
}

/* The form of a number whose last digit, of D behind a point, is before P. */
static uint64_t form_of(const char *p, int d)
{
	uint64_t form =
		UINT64_C(1)
		<< (d < PAIR_FORM_DECIMALS_MAX ? d : PAIR_FORM_DECIMALS_MAX);

	if (d == 0)
		return form | PAIR_FORM_POINT;
	/* 1.0 is how a whole number may be written, 1.0e-5 is not. */
	return p[-1] == '0' && (d > 1 || (*p | 0x20) == 'e')
		       ? form | PAIR_FORM_PADDED
		       : form;
}

/* Eight digits as numbers 0 to 9, the first in the lowest byte. */
static inline uint64_t value_of(uint64_t digits)
{
	digits = digits * 2561 >> 8 & 0x00ff00ff00ff00ff;
	digits = digits * 6553601 >> 16 & 0x0000ffff0000ffff;
	return digits * 42949672960001 >> 32;
}

/*
 * Behind the digits at P, which go to *M, eight at a time as far as there are
 * eight bytes up to END; what more digits than it holds come to is anything.
 */
static inline const char *scan_digits(
	const char *p, const char *end, uint64_t *m)
{
	static const uint64_t ten[] = {
		1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
	unsigned digit;

	while (end - p >= 8) {
		uint64_t x = le_load64(p) ^ 0x3030303030303030, odd;
		unsigned n = 8;

		/* The lowest bit that is set is of the first that is none. */
		odd = (x | (x + 0x7676767676767676)) & 0x8080808080808080;
		if (odd)
			n = (unsigned)__builtin_ctzll(odd) / 8;
		if (n)
			*m = *m * ten[n] + value_of(x << (64 - 8 * n));
		p += n;
		if (n < 8)
			return p;
	}
	for (; (digit = (unsigned)*p - '0') < 10; p++)
		*m = 10 * *m + digit;
	return p;
}

const char *pair_number_within(
	const char *p, const char *end, double *ret, uint64_t *form)
{
	const char *s = p, *digits;
	bool negative = *p == '-';
	uint64_t m = 0;
	int e = 0, n;

	p += *p == '-' || *p == '+';
	digits = p;
	p = scan_digits(p, end, &m);
	n = p - digits < 99 ? (int)(p - digits) : 99;
	*form = PAIR_FORM_WHOLE;
	if (*p == '.' && (n > 0 || str_is_digit(p[1]))) {
		digits = ++p;
		p = scan_digits(p, end, &m);
		e = p - digits < 99 ? -(int)(p - digits) : -99;
		*form = form_of(p, -e);
		n -= e;
	}
	if (n == 0)
		return NULL;
	if (str_is_letter(*p)) {
		digits = p;
		p = scan_exponent(p, &e);
		if (p > digits)
			*form <<= PAIR_FORM_EXPONENT;
	}
	double x = (double)m;

	if (n > 19 || m > UINT64_C(1) << 53 || abs(e) > NUM_TEN_MAX) {
		*ret = slow_number(s, (size_t)(p - s));
		return p;
	}
	x = e < 0 ? x / num_ten[-e] : x * num_ten[e];
	*ret = negative ? -x : x;
	return p;
}

const char *pair_number_spelled(const char *p, double *ret, uint64_t *form)
{
	return pair_number_within(p, p, ret, form);
}

const char *pair_number(const char *p, double *ret)
{
	uint64_t form;

	return pair_number_spelled(p, ret, &form);
}

const char *pair_number_odd(const char *p, double *ret)
{
	static const struct {
		const char *word;
		bool is_nan;
	} odd[] = {{"nan(ind)", true}, {"nan", true}, {"infinity", false},
		{"inf", false}, {"1.#ind", true}, {"1.#qnan", true},
		{"1.#snan", true}, {"1.#inf", false}};
	bool negative = *p == '-';

	p += *p == '-' || *p == '+';
	switch (*p | 0x20) {
	case 'n':
		if ((p[1] | 0x20) == 'a')
			break;
		return NULL;
	case 'i':
		if ((p[1] | 0x20) == 'n' && (p[2] | 0x20) == 'f')
			break;
		return NULL;
	case '1' | 0x20:
		if (p[1] == '.' && p[2] == '#')
			break;
		return NULL;
	default: return NULL;
	}
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		size_t n = strlen(odd[i].word);

		if (strncasecmp(p, odd[i].word, n) != 0)
			continue;
		/* 1.#INF00 is what some print. */
		for (p += n; odd[i].word[0] == '1' && *p == '0';)
			p++;
		if (str_is_letter(*p) || str_is_digit(*p) || *p == '_')
			return NULL;
		*ret = odd[i].is_nan ? NAN : negative ? -INFINITY : INFINITY;
		return p;
	}
	return NULL;
}

/* --- commas -------------------------------------------------------------- */

const char *pair_number_thousands(const char *p, double *ret)
{
	char copy[48];
	size_t n = 0;
	const char *q = p + (*p == '-' || *p == '+'), *s = q;

	while (str_is_digit(*q))
		q++;
	if (q - s < 1 || q - s > 3 || *q != ',' || (*s == '0' && q - s > 1))
		return NULL;
	memcpy(copy, p, n = (size_t)(q - p));
	while (*q == ',' && str_is_digit(q[1]) && str_is_digit(q[2]) &&
		str_is_digit(q[3]) && !str_is_digit(q[4]) &&
		n + 4 < sizeof(copy)) {
		memcpy(copy + n, q + 1, 3);
		n += 3;
		q += 4;
	}
	if (n == (size_t)(s - p) + (size_t)(strchr(s, ',') - s) ||
		(*q == ',' && str_is_digit(q[1])))
		return NULL;
	if (*q == '.' && str_is_digit(q[1]))
		do
			copy[n++] = *q++;
		while (str_is_digit(*q) && n + 1 < sizeof(copy));
	copy[n] = '\0';
	return pair_number(copy, ret) ? q : NULL;
}

const char *pair_number_comma(const char *p, double *ret, uint64_t *form)
{
	char copy[48];
	const char *q = p + (*p == '-' || *p == '+');
	size_t n;

	while (str_is_digit(*q))
		q++;
	n = (size_t)(q - p);
	if (*q != ',' || !str_is_digit(q[1]) || n > 20)
		return NULL;
	memcpy(copy, p, n);
	copy[n++] = '.';
	for (q++; (str_is_digit(*q) || ((*q | 0x20) == 'e')) ||
		  ((*q == '-' || *q == '+') && (q[-1] | 0x20) == 'e');)
		if (n + 1 < sizeof(copy))
			copy[n++] = *q++;
		else
			return NULL;
	copy[n] = '\0';
	if ((*q == ',' || *q == '.') && str_is_digit(q[1]))
		return NULL;
	const char *end = pair_number_spelled(copy, ret, form);

	return end ? p + (end - copy) : NULL;
}

bool pair_number_has_comma(const char *p)
{
	const char *comma = p;

	while ((comma = strchr(comma, ','))) {
		const char *begin = comma++, *end = comma;
		size_t n;

		while (begin > p && str_is_digit(begin[-1]))
			begin--;
		while (str_is_digit(*end))
			end++;
		n = (size_t)(end - comma);
		/* 1,2,3 and 1,234.5 are something else. */
		if (begin + 1 == comma ||
			((*end == ',' || *end == '.') && str_is_digit(end[1])))
			continue;
		if (n > 3 || (n > 1 && *begin == '0' && begin + 2 == comma))
			return true;
	}
	return false;
}

/* 2,27149 or 1.234,5: points before the comma stand between thousands. */
static const char *decimal_comma(
	const char *p, size_t n, double *ret, uint64_t *form)
{
	char copy[48];
	size_t m = 0;
	const char *comma = memchr(p, ',', n), *end;

	if (!comma || n >= sizeof(copy) ||
		memchr(comma + 1, ',', n - (size_t)(comma + 1 - p)))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.' && p + i > comma)
			return NULL;
		if (p[i] != '.')
			copy[m++] = (char)(p[i] == ',' ? '.' : p[i]);
	}
	copy[m] = '\0';
	end = pair_number_spelled(copy, ret, form);
	return end && *end == '\0' ? p + n : NULL;
}

/* --- calls --------------------------------------------------------------- */

const char *pair_number_call(const char *p, double *ret, uint64_t *form)
{
	static const char *const names[] = {"tensor", "array", "float",
		"float16", "float32", "float64", "bfloat16", "double", "int",
		"int32", "int64", "longdouble", "decimal", "devicearray",
		"arrayimpl", "scalar", "parameter", "variable", "tensorbase"};
	const char *word = p, *q = p, *end;
	size_t i, depth = 1;

	for (; str_is_letter(*q) || str_is_digit(*q) || *q == '_' || *q == '.';
		q++)
		if (*q == '.')
			word = q + 1;
	if (*q != '(')
		return NULL;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is_in_any_case(word, (size_t)(q - word), names[i]))
			break;
	if (i == ARRAY_SIZE(names))
		return NULL;
	for (q++; *q == '[' || *q == ' ' || *q == '(' || *q == '\''; q++)
		depth += *q == '(';
	end = pair_number_odd(q, ret);
	if (!end)
		end = pair_number_spelled(q, ret, form);
	/* Of several numbers none is the value. */
	for (; end && depth; end++) {
		if (*end == '\0' ||
			(*end == ',' && end[1] == ' ' && str_is_digit(end[2])))
			return NULL;
		depth += (size_t)(*end == '(') - (size_t)(*end == ')');
	}
	return end;
}

/* --- cells --------------------------------------------------------------- */

static bool is_none(const char *s, size_t n)
{
	static const char *const none[] = {"NA", "N/A", "<NA>", "null", "None",
		"-", "--", "?", "n.a.", "NaT", "missing"};

	for (size_t i = 0; n < 8 && i < ARRAY_SIZE(none); i++)
		if (str_is_in_any_case(s, n, none[i]))
			return true;
	return n == 0;
}

/* What may stand behind a number: a percent sign, a total, a unit. */
static bool is_tail(const char *p, const char *end, unsigned how, double *total)
{
	while (p < end && *p == ' ')
		p++;
	if (p == end || (*p == '%' && p + 1 == end))
		return true;
	if (*p == '/') {
		for (p++; p < end && *p == ' ';)
			p++;
		const char *q = p < end ? pair_number(p, total) : NULL;

		if (q && q == end)
			return true;
		*total = NAN;
		return p + 1 == end && *p == '?';
	}
	if (!(how & PAIR_NUMBER_UNIT) || end - p > 8)
		return false;
	while (p < end && (str_is_letter(*p) || *p == '/' || *p == '%'))
		p++;
	return p == end;
}

enum pair_cell pair_number_cell(const char *s, size_t n, unsigned how,
	double *ret, double *total, uint64_t *form)
{
	const char *end = s + n, *p = NULL;
	uint64_t unused;

	if (!form)
		form = &unused;
	*form = 0;
	*total = NAN;
	while (s < end && is_blank(*s))
		s++;
	while (s < end && is_blank(end[-1]))
		end--;
	if (!str_is_digit(*s) && is_none(s, (size_t)(end - s)))
		return PAIR_CELL_NONE;
	if (memchr(s, ',', (size_t)(end - s))) {
		p = how & PAIR_NUMBER_COMMA
			    ? decimal_comma(s, (size_t)(end - s), ret, form)
			    : NULL;
		if (!p && how & PAIR_NUMBER_THOUSANDS)
			p = pair_number_thousands(s, ret);
	}
	if (!p)
		p = pair_number_odd(s, ret);
	if (!p)
		p = pair_number_spelled(s, ret, form);
	if (!p)
		p = pair_number_call(s, ret, form);
	return p && p <= end && is_tail(p, end, how, total) ? PAIR_CELL_NUMBER
							    : PAIR_CELL_TEXT;
}
