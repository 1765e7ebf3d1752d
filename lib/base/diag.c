/* SPDX-License-Identifier: MIT */
/* Filling a diagnostic: no printing, no allocation, nothing can fail. */
#define DIAG_ITSELF
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/tame.h"

/* As long as a path may be. */
#define PATH_NBYTES_MAX 4096

int diag_vset(
	struct diag *d, enum diag_class class, const char *fmt, va_list ap)
{
	char text[sizeof(d->text)];

	d->class = class;
	d->place[0] = '\0';
	d->remedy = NULL;
	/* What is cut here cannot fit: nothing is shown shorter than it is. */
	vsnprintf(text, sizeof(text), fmt, ap);
	tame_copy(d->text, sizeof(d->text), text);
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
	size_t n;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(whole, PATH_NBYTES_MAX, fmt, ap);
	va_end(ap);
	n = strlen(whole);
	if (d->place[0])
		snprintf(whole + n, sizeof(whole) - n, ":%s", d->place);
	tame_copy_end(d->place, sizeof(d->place), whole);
	return -1;
}

int diag_remedy(struct diag *d, const char *what)
{
	d->remedy = what;
	return -1;
}

int diag_errno(struct diag *d, const char *what)
{
	return diag_set(d, DIAG_IO, "%s: %s%s", what, strerror(errno),
		errno == EMFILE ? "; 'ulimit -n' says how many" : "");
}

int diag_nomem(struct diag *d, unsigned long long nbytes)
{
	return diag_set(d, DIAG_NOMEM, "no memory for %llu more bytes", nbytes);
}
