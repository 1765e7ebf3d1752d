/* SPDX-License-Identifier: MIT */
/*
 * A growable run of bytes.  All zero is an empty buffer; data[0..len) is the
 * content.  Growing moves data, so pointers into it live until the next call
 * that may grow.
 *
 * Appending says nothing of failure: where memory ran out or a size would
 * overflow, the buffer has failed, and what is appended to it is lost until it
 * is cleared or released.  Who uses the content asks once, when all is there:
 * of buf_end(), buf_text(), buf_take() or buf_failed().
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct buf {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

/*
 * Moves the content to where N more bytes beyond len have room.  Returns 0, or
 * -1 in a buffer that has failed, as it has if there is no such place.
 */
int buf_grow(struct buf *b, size_t n);

/* Makes room for N more bytes beyond len; N > 0.  Returns as buf_grow(). */
static inline int buf_reserve(struct buf *b, size_t n)
{
	size_t need = b->len + n;

	return need >= n && need <= b->cap ? 0 : buf_grow(b, n);
}

/*
 * Room for N bytes, content undefined, valid until the next call on B; for
 * scratch, so B counts as empty.  NULL when memory ran out.
 */
void *buf_scratch(struct buf *b, size_t n);

/* Append N bytes, one byte, a string, or what FMT makes of its arguments. */
void buf_add(struct buf *b, const void *p, size_t n);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* X as num_from_double() writes it. */
void buf_add_double(struct buf *b, double x);

/* Whether B lacks any of what was appended. */
static inline bool buf_failed(const struct buf *b)
{
	return b->failed;
}

/* Marks B as lacking something that was to be appended. */
static inline void buf_fail(struct buf *b)
{
	b->cap = 0; /* which buf_reserve() takes for full */
	b->failed = true;
}

/* Appends what FROM has; if FROM has failed, so has B. */
void buf_join(struct buf *b, const struct buf *from);

/*
 * The content and a NUL, which len does not count, valid until the next call
 * on B.  NULL if B has failed.
 */
char *buf_text(struct buf *b);

/* The same, and B is empty again; caller frees with free(). */
char *buf_take(struct buf *b);

/* As buf_text(): returns 0, or -1 with DIAG_NOMEM. */
static inline int buf_end(struct buf *b, struct diag *d)
{
	return buf_text(b) ? 0 : diag_nomem(d, b->len);
}

/* Empties B, which has not failed then, and keeps its memory. */
static inline void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

/*
 * Writes N bytes over those at AT, or V as 32 bits, the low ones first; not if
 * B has failed.
 */
void buf_patch(struct buf *b, size_t at, const void *p, size_t n);
void buf_patch32(struct buf *b, size_t at, uint32_t v);

/* Takes the N bytes at AT out; what follows them moves there. */
void buf_cut(struct buf *b, size_t at, size_t n);

/* Releases the memory; B is then an empty buffer again. */
void buf_free(struct buf *b);

#endif
