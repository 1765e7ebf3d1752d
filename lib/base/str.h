/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text as they stand in lines and files, S[0..N) with no NUL behind
 * them, against words of the program.  Letters are ASCII's, in every locale.
 * Any thread.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* X, whose n bytes are at s, as "%.*s" wants it. */
#define STR_ARG(x) (int)(x).n, (x).s

/* Whether S[0..N) is TEXT, or is it in letters of any case. */
bool str_is(const char *s, size_t n, const char *text);
bool str_is_in_any_case(const char *s, size_t n, const char *text);

/* Whether S[0..N) ends in END, or is it. */
bool str_ends_in(const char *s, size_t n, const char *end);

/* What follows PREFIX in S, which ends with a NUL; NULL if S begins otherwise.
 */
const char *str_after(const char *s, const char *prefix);

/* Whether PART stands in S[0..N). */
bool str_has(const char *s, size_t n, const char *part);

/* Whether S[0..N) is one of the blank-separated WORDS. */
bool str_is_word_of(const char *s, size_t n, const char *words);

/* Whether S[0..N) begins with one of them, or ends with one. */
bool str_begins_with(const char *s, size_t n, const char *words);
bool str_ends_with(const char *s, size_t n, const char *words);

/* Whether a part of S[0..N), between '_', is one of them. */
bool str_has_word(const char *s, size_t n, const char *words);

/* The line, counted from 1, that S[AT] stands in. */
size_t str_line_of(const char *s, size_t at);

/* Where the last part of the dotted path S[0..N) begins. */
size_t str_last_part(const char *s, size_t n);

/* --- characters ----------------------------------------------------------- */

static inline bool str_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool str_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool str_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool str_is_letter(char c)
{
	return str_is_lower((char)(c | 0x20));
}

static inline bool str_is_alnum(char c)
{
	return str_is_letter(c) || str_is_digit(c);
}

/* Blanks, tabs, and what ends or feeds lines and pages. */
static inline bool str_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char str_to_lower(char c)
{
	return str_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

/* What the digit C is worth in a number, to base 36 at most; 36: it is none. */
static inline unsigned str_digit(char c)
{
	if (str_is_digit(c))
		return (unsigned)(c - '0');
	return str_is_letter(c) ? (unsigned)((c | 0x20) - 'a') + 10 : 36;
}

/* What names are made of in shells and in most languages. */
static inline bool str_is_name_char(char c)
{
	return str_is_alnum(c) || c == '_';
}

/* And in Python's, whose letters may be others', in UTF-8. */
static inline bool str_is_python_name_char(char c)
{
	return str_is_name_char(c) || (unsigned char)c >= 0x80;
}

#endif
