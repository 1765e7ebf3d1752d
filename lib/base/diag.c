/* SPDX-License-Identifier: MIT */
/* Filling a diagnostic: no printing, no allocation, nothing can fail. */
#include "base/diag.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Bytes of UTF-8 pass; what could steer a terminal does not. */
static void tame(char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c < 0x20 || c == 0x7f)
			*s = '?';
	}
}

int diag_vset(
	struct diag *d, enum diag_class class, const char *fmt, va_list ap)
{
	d->class = class;
	d->place[0] = '\0';
	vsnprintf(d->text, sizeof(d->text), fmt, ap);
	tame(d->text);
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

int diag_at(struct diag *d, const char *fmt, ...)
{
	char inner[sizeof(d->place)];
	size_t n;
	va_list ap;

	memcpy(inner, d->place, sizeof(inner));
	va_start(ap, fmt);
	vsnprintf(d->place, sizeof(d->place), fmt, ap);
	va_end(ap);
	if (inner[0]) {
		n = strlen(d->place);
		snprintf(d->place + n, sizeof(d->place) - n, ":%s", inner);
	}
	tame(d->place);
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
