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

/* Whether PART stands in S[0..N). */
bool str_has(const char *s, size_t n, const char *part);

/* Whether S[0..N) is one of the blank-separated WORDS. */
bool str_is_word_of(const char *s, size_t n, const char *words);

/* The line, counted from 1, that S[AT] stands in. */
size_t str_line_of(const char *s, size_t at);

/* Where the last part of the dotted path S[0..N) begins. */
size_t str_last_part(const char *s, size_t n);

/* What names are made of in shells and in most languages. */
static inline bool str_is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* And in Python's, whose letters may be others', in UTF-8. */
static inline bool str_is_python_name_char(char c)
{
	return str_is_name_char(c) || (unsigned char)c >= 0x80;
}

#endif
