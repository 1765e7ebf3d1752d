/* SPDX-License-Identifier: MIT */
/* Filling a diagnostic: no printing, no allocation, nothing can fail. */
#include "base/diag.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* As long as a path may be. */
#define PATH_NBYTES_MAX 4096

void diag_tame(char *s)
{
	unsigned char last = 0;

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		/* U+0080 to U+009F begin escapes, too. */
		bool high = last == 0xc2 && c >= 0x80 && c < 0xa0;
		if (high)
			s[-1] = '?';
		if (high || c < 0x20 || c == 0x7f)
			*s = '?';
		last = c;
	}
}

int diag_vset(
	struct diag *d, enum diag_class class, const char *fmt, va_list ap)
{
	d->class = class;
	d->place[0] = '\0';
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	diag_tame(d->text);
	return -1;
}

int diag_set(struct diag *d, enum diag_class class, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_vset(d, class, fmt, ap);
	va_end(ap);
	return -1;
}

/* Too long a place loses its beginning: the end says most. */
int diag_at(struct diag *d, const char *fmt, ...)
{
	char whole[PATH_NBYTES_MAX + sizeof(d->place)];
	size_t n, cut = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(whole, PATH_NBYTES_MAX, fmt, ap);
	va_end(ap);
	n = strlen(whole);
	if (d->place[0])
		n += (size_t)snprintf(
			whole + n, sizeof(whole) - n, ":%s", d->place);
	if (n >= sizeof(d->place)) {
		cut = n + 1 - sizeof(d->place);
		memcpy(whole + cut, "...", strlen("..."));
	}
	memcpy(d->place, whole + cut, n + 1 - cut);
	diag_tame(d->place);
	return -1;
}

int diag_errno(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_IO, "%s: %s", what, strerror(errno));
}

int diag_nomem(struct diag *d, unsigned long long nbytes)
{
	return diag_set(d, DIAG_NOMEM, "no memory for %llu more bytes", nbytes);
}
