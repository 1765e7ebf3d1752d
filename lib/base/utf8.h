/* SPDX-License-Identifier: MIT */
/* Characters in bytes that may or may not be UTF-8. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest character, in bytes. */
#define UTF8_MAX 4

/*
 * The character that S[0..n) begins with, stored in *C.  Returns its length,
 * or 0 if there is none: n is 0, or the bytes are not UTF-8 (overlong forms and
 * surrogates are not).
 */
size_t utf8_char(const char *s, size_t n, uint32_t *c);

/* Writes the character C to OUT, as much as it takes: that is returned. */
size_t utf8_put(char *out, uint32_t c);

/* Whether C goes on with a character that began before it. */
static inline bool utf8_goes_on(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* How many characters begin in S[0..n). */
static inline size_t utf8_length(const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += !utf8_goes_on(s[i]);
	return len;
}

/* Whether all of S[0..n) is UTF-8. */
bool utf8_is_valid(const char *s, size_t n);

/*
 * The columns that C takes on a terminal: 0 if it stands on what is before it,
 * 2 for East Asian characters and pictures, else 1.
 */
size_t utf8_width(uint32_t c);

#endif
