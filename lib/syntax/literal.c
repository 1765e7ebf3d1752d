/* SPDX-License-Identifier: MIT */
/*
 * Numbers and strings as they are written (Python language reference 3.11,
 * 2.4).
 */
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "syntax/syntax_impl.h"

/* --- numbers ---------------------------------------------------------- */

static bool digit_of(char c, unsigned base, unsigned *ret)
{
	*ret = str_digit(c);
	return *ret < base;
}

/* The digits S of an int. */
static struct py_node *whole(struct parser *p, struct py_node *e, const char *s,
	size_t n, unsigned base)
{
	int64_t x = 0;
	unsigned digit;

	for (size_t i = 0; i < n; i++) {
		if (!digit_of(s[i], base, &digit))
			return py_tok_unexpected(
				p, "a number such as 30 or 1e-3");
		if (__builtin_mul_overflow(x, (int64_t)base, &x) ||
			__builtin_add_overflow(x, (int64_t)digit, &x))
			return py_tok_unexpected(p, "an int of 64 bits");
	}
	e->value = py_int(x);
	return e;
}

#define NUMBER_MAX 400

/* Without the underscores between digits; 0 if they stand elsewhere. */
static size_t compact(char out[NUMBER_MAX + 1], const char *s, size_t n)
{
	size_t len = 0;
	unsigned digit;

	if (n > NUMBER_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] != '_')
			out[len++] = s[i];
		else if (i == 0 || i + 1 == n ||
			 !digit_of(s[i + 1], 16, &digit) || s[i - 1] == '_')
			return 0;
	}
	out[len] = '\0';
	return len;
}

struct py_node *py_read_number(struct parser *p)
{
	struct py_node *e = py_node_here(p, PY_CONST);
	char s[NUMBER_MAX + 1];
	size_t n = compact(s, p->tok.p, p->tok.n);
	double x;

	if (!e)
		return NULL;
	if (n > 2 && s[0] == '0' && strchr("xXoObB", s[1])) {
		unsigned base = strchr("xX", s[1])   ? 16
				: strchr("oO", s[1]) ? 8
						     : 2;
		e = whole(p, e, s + 2, n - 2, base);
	} else if (n > 0 && strspn(s, "0123456789") == n) {
		if (s[0] == '0' && strspn(s, "0") < n)
			return py_tok_unexpected(
				p, "no 0 before a whole number");
		e = whole(p, e, s, n, 10);
	} else if (n > 0 && num_scan_double(s, n, &x) == n) {
		e->value = py_float(x);
	} else {
		return py_tok_unexpected(p, "a number such as 30, 0.1 or 1e-3");
	}
	if (e)
		e->end = e->at + p->tok.n;
	py_tok_advance(p);
	return e;
}

/* --- strings ---------------------------------------------------------- */

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
	return x < 0x110000 ? x : -1;
}

/* The escape behind a backslash at *S; an unknown one stays as it is. */
static char *escape(char *out, const char **s, const char *end)
{
	static const char from[] = "nrtbfav\\'\"", to[] = "\n\r\t\b\f\a\v\\'\"";
	char c = *(*s)++;
	const char *known = c ? strchr(from, c) : NULL;
	size_t nhex = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	long x = nhex ? hex(*s, end, nhex) : -1;

	if (c == '\n')
		return out;
	if (c >= '0' && c <= '7') {
		x = c - '0';
		for (int i = 0; i < 2 && *s < end && **s >= '0' && **s <= '7';
			i++)
			x = x * 8 + (*(*s)++ - '0');
		return out + utf8_put(out, (uint32_t)x);
	}
	if (x >= 0) {
		*s += nhex;
		return out + utf8_put(out, (uint32_t)x);
	}
	if (!known)
		*out++ = '\\';
	*out++ = known ? to[known - from] : c;
	return out;
}

int py_read_text(struct parser *p, const char *s, size_t n, bool raw,
	struct py_value *ret)
{
	char *text = py_alloc(p->run, n + 1), *out = text;
	const char *end = s + n;

	if (!text) {
		*p->d = p->run->diag;
		return -1;
	}
	while (s < end) {
		if (*s == '\\' && !raw && s + 1 < end) {
			s++;
			out = escape(out, &s, end);
		} else {
			*out++ = *s++;
		}
	}
	return py_new_str(p->run, text, (size_t)(out - text), ret);
}
