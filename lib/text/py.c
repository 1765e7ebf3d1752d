/* SPDX-License-Identifier: MIT */
/*
 * A tokenizer for Python literals.
 */
#include "text/py.h"

#include <stddef.h>
#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       is_digit(c);
}

static struct py_token scan_string(struct py_scan *s)
{
	char quote = *s->p;

	for (const char *q = s->p + 1; q < s->end && *q != '\n'; q++) {
		if (*q == '\\' && q + 1 < s->end) {
			q++;
		} else if (*q == quote) {
			struct py_token t = {
				PY_STRING, s->p + 1, (size_t)(q - s->p - 1)};
			s->p = q + 1;
			return t;
		}
	}
	return (struct py_token){PY_BAD, s->p, 1};
}

static bool is_number_char(const char *begin, const char *q)
{
	if (is_word(*q) || *q == '.')
		return true;
	return (*q == '+' || *q == '-') && q > begin &&
	       (q[-1] == 'e' || q[-1] == 'E') &&
	       !(begin[0] == '0' && (begin[1] == 'x' || begin[1] == 'X'));
}

static struct py_token scan_run(struct py_scan *s, enum py_kind kind)
{
	struct py_token t = {kind, s->p, 0};
	const char *q = s->p;

	while (q < s->end &&
		(kind == PY_NUMBER ? is_number_char(t.p, q) : is_word(*q)))
		q++;
	t.n = (size_t)(q - t.p);
	s->p = q;
	return t;
}

static struct py_token scan_punct(struct py_scan *s)
{
	static const char two[][3] = {"**", "//", "<=", ">=", "==", "!="};
	struct py_token t = {PY_PUNCT, s->p, 1};

	for (size_t i = 0; i < sizeof(two) / sizeof(two[0]); i++)
		if (s->end - s->p > 1 && memcmp(s->p, two[i], 2) == 0)
			t.n = 2;
	if (t.n == 1 && (*s->p == '\0' || !strchr("(){}[],:=.+-*/%<>", *s->p)))
		t.kind = PY_BAD;
	else
		s->p += t.n;
	/* All of a character of UTF-8, for the message. */
	while (t.kind == PY_BAD && s->end - s->p > (ptrdiff_t)t.n && t.n < 4 &&
		(s->p[0] & 0x80) && (s->p[t.n] & 0xc0) == 0x80)
		t.n++;
	return t;
}

/* Blanks, newlines, also behind a backslash, and comments. */
static void skip_blanks(struct py_scan *s)
{
	for (; s->p < s->end; s->p++) {
		if (*s->p == '#')
			while (s->p + 1 < s->end && *s->p != '\n')
				s->p++;
		else if (*s->p == '\\' && s->end - s->p > 1 && s->p[1] == '\n')
			s->p++;
		else if (!is_blank(*s->p))
			return;
	}
}

struct py_token py_next(struct py_scan *s)
{
	char c;

	skip_blanks(s);
	if (s->p == s->end)
		return (struct py_token){PY_END, s->p, 0};
	c = *s->p;
	if (c == '\'' || c == '"')
		return scan_string(s);
	if (is_digit(c) || (c == '.' && s->p + 1 < s->end && is_digit(s->p[1])))
		return scan_run(s, PY_NUMBER);
	if (is_word(c))
		return scan_run(s, PY_NAME);
	return scan_punct(s);
}

bool py_is(struct py_token t, enum py_kind kind, const char *text)
{
	return t.kind == kind && t.n == strlen(text) &&
	       memcmp(t.p, text, t.n) == 0;
}

int py_u64(struct py_token t, uint64_t *ret)
{
	uint64_t x = 0;
	size_t n = t.n;

	if (t.kind != PY_NUMBER)
		return -1;
	if (n > 1 && t.p[n - 1] == 'L')
		n--;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(t.p[i]) || __builtin_mul_overflow(x, 10, &x) ||
			__builtin_add_overflow(x, (uint64_t)(t.p[i] - '0'), &x))
			return -1;
	}
	*ret = x;
	return 0;
}
