/* SPDX-License-Identifier: MIT */
/*
 * The words of remedies: the library says what is wrong and names what would
 * help (see diag_remedy()); which option does that is known here.
 */
#include <string.h>

#include "base/array.h"
#include "cli.h"

static const struct remedy {
	const char *name, *words; /* the latter behind a message's text */
} remedies[] = {
	{"excluded", ", or --exclude"},
	{"integers", ", --int-zero or --exclude"},
	{"memory", " (--mem)"},
	{"nan", " (or --nan keep, prune)"},
	{"not raw", ", or no --raw"},
	{"raw", "; for plain numbers say --raw DTYPE"},
};

const char *cli_remedy(const struct diag *d)
{
	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (d->remedy && strcmp(remedies[i].name, d->remedy) == 0)
			return remedies[i].words;
	return "";
}
