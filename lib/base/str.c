/* SPDX-License-Identifier: MIT */
/* Pieces of text, compared; see str.h. */
#include <string.h>
#include <strings.h>

#include "base/str.h"

bool str_is(const char *s, size_t n, const char *text)
{
	return n == strlen(text) && (n == 0 || memcmp(s, text, n) == 0);
}

bool str_is_in_any_case(const char *s, size_t n, const char *text)
{
	return n == strlen(text) && (n == 0 || strncasecmp(s, text, n) == 0);
}

bool str_ends_in(const char *s, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && str_is(s + (n - k), k, end);
}

const char *str_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool str_has(const char *s, size_t n, const char *part)
{
	size_t k = strlen(part);

	for (size_t i = 0; i + k <= n; i++)
		if (k == 0 || (s[i] == *part && memcmp(s + i, part, k) == 0))
			return true;
	return false;
}

size_t str_line_of(const char *s, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += s[i] == '\n';
	return line;
}

size_t str_last_part(const char *s, size_t n)
{
	while (n > 0 && s[n - 1] != '.')
		n--;
	return n;
}

bool str_is_word_of(const char *s, size_t n, const char *words)
{
	for (const char *w = words; n > 0 && *w; w += *w == ' ') {
		size_t k = 0;

		while (k < n && w[k] == s[k] && w[k] && w[k] != ' ')
			k++;
		if (k == n && (!w[k] || w[k] == ' '))
			return true;
		for (w += k; *w && *w != ' ';)
			w++;
	}
	return false;
}

bool str_begins_with(const char *s, size_t n, const char *words)
{
	for (const char *w = words; *w; w += *w == ' ') {
		size_t k = 0;

		while (k < n && w[k] == s[k] && w[k] && w[k] != ' ')
			k++;
		if (!w[k] || w[k] == ' ')
			return true;
		w += k + strcspn(w + k, " ");
	}
	return false;
}

bool str_ends_with(const char *s, size_t n, const char *words)
{
	for (const char *w = words; *w; w += *w == ' ') {
		size_t k = strcspn(w, " ");

		if (k > 0 && n >= k && memcmp(s + (n - k), w, k) == 0)
			return true;
		w += k;
	}
	return false;
}

bool str_has_word(const char *s, size_t n, const char *words)
{
	for (size_t i = 0, len; i < n; i += len + 1) {
		for (len = 0; i + len < n && s[i + len] != '_';)
			len++;
		if (str_is_word_of(s + i, len, words))
			return true;
	}
	return false;
}
