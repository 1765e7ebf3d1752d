/* SPDX-License-Identifier: MIT */
/*
 * A growable run of bytes.  All zero is an empty buffer; data[0..len) is the
 * content.  Growing moves data, so pointers into it live until the next call
 * that may grow.  Functions return 0, or -1 when memory ran out or a size
 * would overflow, and then leave the buffer as it was.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t cap;
};

/* Moves the content to where N more bytes beyond len have room. */
int buf_grow(struct buf *b, size_t n);

/* Makes room for N more bytes beyond len. */
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
int buf_add(struct buf *b, const void *p, size_t n);
int buf_addc(struct buf *b, char c);
int buf_adds(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* X as num_from_double() writes it. */
int buf_add_double(struct buf *b, double x);

/* Ends the content with a NUL that len does not count. */
int buf_terminate(struct buf *b);

/*
 * The content and a NUL, and B is empty again; the caller frees it.  NULL if
 * BAD, which making it was, or for no memory.
 */
char *buf_string(struct buf *b, int bad);

/* Takes the N bytes at AT out; what follows them moves there. */
void buf_cut(struct buf *b, size_t at, size_t n);

/* Releases the memory; B is then an empty buffer again. */
void buf_free(struct buf *b);

#endif
