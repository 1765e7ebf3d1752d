/* SPDX-License-Identifier: MIT */
/*
 * Python source as tokens: what literals (the header of an NPY file is a
 * dict) and expressions (text/py_expr.h) are made of.
 */
#ifndef TEXT_PY_H
#define TEXT_PY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum py_kind {
	PY_END,
	PY_STRING, /* text is between the quotes, escapes not undone */
	PY_NUMBER,
	PY_NAME,  /* also True, False, None */
	PY_PUNCT, /* one character, or ** // <= >= == != */
	PY_BAD,   /* an unfinished string or a stray character */
};

struct py_token {
	enum py_kind kind;
	const char *p; /* borrowed from the text scanned */
	size_t n;
};

struct py_scan {
	const char *p, *end;
};

/*
 * The next token of S; blanks, newlines and comments are skipped.  At the end
 * it returns PY_END for ever, after an error PY_BAD without moving.
 */
struct py_token py_next(struct py_scan *s);

bool py_is(struct py_token t, enum py_kind kind, const char *text);

/*
 * A non-negative integer in decimal digits, with Python 2's L suffix allowed.
 * Returns 0, or -1 if T is anything else or does not fit.
 */
int py_u64(struct py_token t, uint64_t *ret);

#endif
