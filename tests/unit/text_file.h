/* SPDX-License-Identifier: MIT */
/* A text as a file that is read. */
#ifndef TEXT_FILE_H
#define TEXT_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "file/input.h"

static inline struct input text_file(const char *text, size_t n)
{
	FILE *f = tmpfile();
	struct input in;
	struct diag d;

	if (!f || fwrite(text, 1, n, f) != n || fflush(f))
		abort();
	lseek(fileno(f), 0, SEEK_SET);
	if (input_open_fd(&in, dup(fileno(f)), "test", &d) < 0)
		abort();
	fclose(f);
	return in;
}

#endif
