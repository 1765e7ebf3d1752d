/* SPDX-License-Identifier: MIT */
/*
 * Spans of text: where a word or a key ends (not within brackets or quotes,
 * where Python expressions stand), and which name is near to a wrong one.
 */
#include <stdint.h>
#include <string.h>

#include "sched/parse.h"

/* The bytes of the quoted string or comment at S[0], or 1. */
static size_t token(const char *s, size_t n, bool bracket)
{
	size_t i = 1;

	if (s[0] == '\'' || s[0] == '"') {
		while (i < n && s[i] != s[0])
			i += s[i] == '\\' && i + 1 < n ? 2 : 1;
		return i < n ? i + 1 : n;
	}
	if (s[0] == '#' && bracket)
		while (i < n && s[i] != '\n')
			i++;
	return i;
}

size_t sched_span_until(struct span s, const char *stop)
{
	size_t i = 0, depth = 0;

	while (i < s.n) {
		if (!depth && strchr(stop, s.s[i]))
			return i;
		if (strchr("([{", s.s[i]))
			depth++;
		else if (depth && strchr(")]}", s.s[i]))
			depth--;
		i += token(s.s + i, s.n - i, depth > 0);
	}
	return s.n;
}

bool sched_span_is(struct span s, const char *text)
{
	return strlen(text) == s.n && !memcmp(s.s, text, s.n);
}

struct span sched_span_cut(struct span s, const char *stop, struct span *rest)
{
	size_t n = sched_span_until(s, stop);

	*rest = (struct span){NULL, 0};
	if (n < s.n)
		*rest = (struct span){s.s + n + 1, s.n - n - 1};
	return (struct span){s.s, n};
}

#define NAME_MAX_LEN 32

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to insert, delete, replace or swap with the next to turn A into B. */
static size_t edit_distance(struct span a, const char *b)
{
	size_t d[NAME_MAX_LEN + 1][NAME_MAX_LEN + 1], nb = strlen(b), i, j;

	for (i = 0; i <= a.n; i++)
		d[i][0] = i;
	for (j = 0; j <= nb; j++)
		d[0][j] = j;
	for (i = 1; i <= a.n; i++)
		for (j = 1; j <= nb; j++) {
			d[i][j] = min3(d[i - 1][j] + 1, d[i][j - 1] + 1,
				d[i - 1][j - 1] + (a.s[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a.s[i - 1] == b[j - 2] &&
				a.s[i - 2] == b[j - 1])
				d[i][j] = min3(
					d[i][j], d[i - 2][j - 2] + 1, SIZE_MAX);
		}
	return d[a.n][nb];
}

void sched_near_try(struct near *n, const char *name)
{
	size_t d;

	if (n->wrong.n > NAME_MAX_LEN || strlen(name) > NAME_MAX_LEN)
		return;
	d = edit_distance(n->wrong, name);
	if (!n->best || d < n->distance) {
		n->best = name;
		n->distance = d;
	}
}

const char *sched_near_phrase(
	const struct near *n, const char *otherwise, char buf[64])
{
	size_t len;

	if (!n->best || n->distance * 3 > n->wrong.n + 1)
		return otherwise;
	len = strlen(n->best);
	memcpy(buf, "nearest is '", 12);
	memcpy(buf + 12, n->best, len);
	memcpy(buf + 12 + len, "'", 2);
	return buf;
}
