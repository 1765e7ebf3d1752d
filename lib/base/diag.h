/* SPDX-License-Identifier: MIT */
/*
 * What went wrong, and where.  The library never prints: a failing function
 * returns -1 and fills one of these; cmd/ prints it and maps its class to an
 * exit status.  Text has the form "what was found; what was expected".
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdarg.h>

enum diag_class {
	DIAG_NONE,
	DIAG_USAGE, /* the command line is wrong */
	DIAG_DATA,  /* an input does not hold what it should */
	DIAG_IO,    /* the system refused: open, read, write, thread */
	DIAG_NOMEM, /* no memory */
};

struct diag {
	enum diag_class class;
	char place[256]; /* file[:line[:col]], file:TENSOR, word N; or empty */
	char text[1536];
	const char *remedy; /* see diag_remedy(); NULL: none */
};

/*
 * Sets class and text, clears place and remedy.  Always returns -1, so that a
 * failing function ends in "return diag_set(...)".  The text is shown as
 * base/tame.h has it; too long a one is cut.  D may be shared by no other
 * thread.
 */
int diag_set(struct diag *d, enum diag_class class, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The same as diag_set() from a va_list. */
int diag_vset(
	struct diag *d, enum diag_class class, const char *fmt, va_list ap);

/*
 * Puts a place before the place D has, joined by ':', so that each layer adds
 * what it knows ("12" by the reader of lines, "run.csv" by the opener of
 * files).  What does not fit goes from the front of the new place, marked
 * "...".  Always returns -1.
 */
int diag_at(struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Adds what the caller's user could do, where that has a name only outside
 * the library, such as an option: WHAT is static, cmd/remedy.c has its words,
 * which follow the text.  Always returns -1.
 */
int diag_remedy(struct diag *d, const char *what);

/* DIAG_IO with "WHAT: strerror(errno)", e.g. what = "cannot open". */
int diag_errno(struct diag *d, const char *what);

/* DIAG_NOMEM with the size that was asked for. */
int diag_nomem(struct diag *d, unsigned long long nbytes);

/* An analyzer of one file at a time does not see what these return. */
#if defined(__clang_analyzer__) && !defined(DIAG_ITSELF)
#define diag_set(...) (diag_set(__VA_ARGS__), -1)
#define diag_at(...) (diag_at(__VA_ARGS__), -1)
#define diag_remedy(...) (diag_remedy(__VA_ARGS__), -1)
#define diag_errno(...) (diag_errno(__VA_ARGS__), -1)
#define diag_nomem(...) (diag_nomem(__VA_ARGS__), -1)
#endif

#endif
