/* SPDX-License-Identifier: MIT */
/* Growing by half as much again keeps appending linear. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/le.h"
#include "base/num.h"

int buf_grow(struct buf *b, size_t n)
{
	size_t need, cap;
	char *data = NULL;

	if (!b->failed && !__builtin_add_overflow(b->len, n, &need)) {
		if (need <= b->cap)
			return 0;
		cap = b->cap < 64 ? 64 : b->cap;
		while (cap < need)
			cap = cap > SIZE_MAX / 2 ? need : cap + cap / 2;
		data = realloc(b->data, cap);
	}
	if (!data) {
		buf_fail(b);
		return -1;
	}
	b->data = data;
	b->cap = cap;
	return 0;
}

void *buf_scratch(struct buf *b, size_t n)
{
	buf_clear(b);
	return buf_reserve(b, n ? n : 1) ? NULL : b->data;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (!n || buf_reserve(b, n))
		return;
	memcpy(b->data + b->len, p, n);
	b->len += n;
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (buf_reserve(b, n < 0 ? SIZE_MAX : (size_t)n + 1))
		return;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_add_double(struct buf *b, double x)
{
	char text[NUM_DOUBLE_MAX];
	size_t n = num_from_double(text, x);

	buf_add(b, text, n);
}

void buf_join(struct buf *b, const struct buf *from)
{
	buf_add(b, from->data, from->len);
	if (buf_failed(from))
		buf_fail(b);
}

char *buf_text(struct buf *b)
{
	if (buf_reserve(b, 1))
		return NULL;
	b->data[b->len] = '\0';
	return b->data;
}

char *buf_take(struct buf *b)
{
	char *ret = buf_text(b);

	if (!ret)
		buf_free(b);
	*b = (struct buf){0};
	return ret;
}

void buf_patch(struct buf *b, size_t at, const void *p, size_t n)
{
	if (!buf_failed(b))
		memcpy(b->data + at, p, n);
}

void buf_patch32(struct buf *b, size_t at, uint32_t v)
{
	uint8_t p[4];

	le_store32(p, v);
	buf_patch(b, at, p, sizeof(p));
}

void buf_cut(struct buf *b, size_t at, size_t n)
{
	memmove(b->data + at, b->data + at + n, b->len - at - n);
	b->len -= n;
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = (struct buf){0};
}
