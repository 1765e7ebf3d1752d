/* SPDX-License-Identifier: MIT */
/* Growing by half as much again keeps appending linear. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

int buf_grow(struct buf *b, size_t n)
{
	size_t need, cap;
	char *data;

	if (__builtin_add_overflow(b->len, n, &need))
		return -1;
	if (need <= b->cap)
		return 0;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap + cap / 2;
	data = realloc(b->data, cap);
	if (!data)
		return -1;
	b->data = data;
	b->cap = cap;
	return 0;
}

void *buf_scratch(struct buf *b, size_t n)
{
	b->len = 0;
	return buf_reserve(b, n ? n : 1) ? NULL : b->data;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
	if (buf_reserve(b, n))
		return -1;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	return 0;
}

int buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0 || buf_reserve(b, (size_t)n + 1))
		return -1;
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
	return 0;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ret;
}

int buf_add_double(struct buf *b, double x)
{
	char text[NUM_DOUBLE_MAX];

	return buf_add(b, text, num_from_double(text, x));
}

int buf_terminate(struct buf *b)
{
	if (buf_reserve(b, 1))
		return -1;
	b->data[b->len] = '\0';
	return 0;
}

char *buf_string(struct buf *b, int bad)
{
	char *ret;

	if (bad || buf_terminate(b)) {
		buf_free(b);
		return NULL;
	}
	ret = b->data;
	*b = (struct buf){0};
	return ret;
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
