/* SPDX-License-Identifier: MIT */
/*
 * Spans of text: where a word or a key ends (not within brackets or quotes,
 * where Python expressions stand).
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
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

#define BLANKS " \t\r\n"

/* Room for one more word in *WORD, which has N. */
static int grow(struct parser *p, struct span **word, size_t n)
{
	struct span *bigger;

	if ((n & (n - 1)) != 0) /* room doubles at powers of two */
		return 0;
	bigger = realloc(*word, (n ? 2 * n : 1) * sizeof(*bigger));
	if (!bigger)
		return diag_nomem(p->d, n * sizeof(*bigger));
	*word = bigger;
	return 0;
}

int sched_split(struct parser *p, char *const arg[], size_t narg,
	struct span **word, size_t *n)
{
	*word = NULL;
	*n = 0;
	for (size_t i = 0; i < narg; i++) {
		const char *s = arg[i];

		while (*(s += strspn(s, BLANKS))) {
			struct span one = {s, strlen(s)};

			/* Pasted lines may end in a comment. */
			if (*s == '#') {
				s += strcspn(s, "\n");
				continue;
			}
			one.n = sched_span_until(one, BLANKS);
			if (grow(p, word, *n) < 0)
				return -1;
			(*word)[(*n)++] = one;
			s += one.n;
		}
	}
	return 0;
}
