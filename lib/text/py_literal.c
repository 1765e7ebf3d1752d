/* SPDX-License-Identifier: MIT */
/*
 * Numbers and strings as Python writes them: underscores, hex, octal and
 * binary; escapes, adjacent strings.
 */
#include <string.h>

#include "base/diag.h"
#include "base/num.h"
#include "text/py_parse.h"

#define NUMBER_MAX 400

static bool digit_of(char c, unsigned base, unsigned *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		*ret = (unsigned)(c - 'A') + 10;
	else
		return false;
	return *ret < base;
}

/* 0x1f, 0o17, 0b11. */
static int prefixed(const char *s, size_t n, double *ret)
{
	unsigned base = s[1] == 'x' || s[1] == 'X'   ? 16
			: s[1] == 'o' || s[1] == 'O' ? 8
			: s[1] == 'b' || s[1] == 'B' ? 2
						     : 0;
	unsigned digit;

	*ret = 0;
	if (base == 0 || n < 3)
		return -1;
	for (size_t i = 2; i < n; i++) {
		if (!digit_of(s[i], base, &digit))
			return -1;
		*ret = *ret * base + digit;
	}
	return 0;
}

/* Without the underscores between digits; 0 if they stand elsewhere. */
static size_t compact(char out[NUMBER_MAX], const char *s, size_t n)
{
	size_t len = 0;
	unsigned digit;

	if (n > NUMBER_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '_')
			out[len++] = s[i];
		else if (i == 0 || i + 1 == n ||
			 !digit_of(s[i - 1], 16, &digit) ||
			 !digit_of(s[i + 1], 16, &digit))
			return 0;
	}
	return len;
}

static bool is_whole(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

/* 007 is no number of Python; 00 is. */
static bool has_leading_zero(const char *s, size_t n)
{
	return n > 1 && s[0] == '0' && is_whole(s, n) && strspn(s, "0") < n;
}

int py_number(struct py_parser *p, struct py_expr *e)
{
	char s[NUMBER_MAX + 1];
	size_t n = compact(s, p->tok.p, p->tok.n);

	s[n] = '\0';
	e->is_int = is_whole(s, n);
	if (n > 1 && s[0] == '0' && prefixed(s, n, &e->num) == 0) {
		e->is_int = true;
		return py_advance(p);
	}
	if (n == 0 || num_scan_double(s, n, &e->num) != n ||
		has_leading_zero(s, n)) {
		py_unexpected(p, "a number such as 30, 0.1 or 1e-3");
		return -1;
	}
	return py_advance(p);
}

/* Appends code point C below 0x10000 as UTF-8. */
static char *put_utf8(char *out, unsigned c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

/* Exactly N hex digits at S, or -1. */
static long hex(const char *s, const char *end, size_t n)
{
	unsigned digit;
	long x = 0;

	if ((size_t)(end - s) < n)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!digit_of(s[i], 16, &digit))
			return -1;
		x = x * 16 + (long)digit;
	}
	return x;
}

/* The escape behind a backslash at *S; an unknown one stays as it is. */
static char *escape(char *out, const char **s, const char *end)
{
	static const char from[] = "nrtbfav\\'\"0",
			  to[] = "\n\r\t\b\f\a\v\\'\"";
	char c = *(*s)++;
	const char *known = c ? strchr(from, c) : NULL;
	size_t nhex = c == 'x' ? 2 : c == 'u' ? 4 : 0;
	long x = nhex ? hex(*s, end, nhex) : -1;

	if (c == '\n')
		return out;
	if (x >= 0) {
		*s += nhex;
		return put_utf8(out, (unsigned)x);
	}
	if (!known)
		*out++ = '\\';
	*out++ = known ? to[known - from] : c;
	return out;
}

static char *unescape(char *out, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		if (*s++ == '\\' && s < end)
			out = escape(out, &s, end);
		else
			*out++ = s[-1];
	}
	return out;
}

int py_string(struct py_parser *p, struct py_expr *e)
{
	struct py_scan ahead = p->scan;
	size_t room = p->tok.n + 1;
	struct py_token t;
	char *s, *end;

	while ((t = py_next(&ahead)).kind == PY_STRING)
		room += t.n;
	s = py_block_alloc(p->block, room);
	if (!s)
		return diag_nomem(p->d, room);
	for (end = s; p->tok.kind == PY_STRING;) {
		end = unescape(end, p->tok.p, p->tok.n);
		if (py_advance(p))
			return -1;
	}
	e->s = s;
	e->n = (size_t)(end - s);
	return 0;
}
