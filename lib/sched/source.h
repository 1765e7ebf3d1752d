/* SPDX-License-Identifier: MIT */
/*
 * The words of a command line: split at blanks, the calls of frameworks
 * replaced by the words they come to.
 */
#ifndef SCHED_SOURCE_H
#define SCHED_SOURCE_H

#include <stddef.h>

#include "base/buf.h"
#include "sched/parse.h"
#include "text/py_expr.h"

/* Where a word came from. */
struct source_origin {
	size_t number;    /* the user's word, from 1 */
	struct span call; /* the call it is part of; s NULL: none */
};

struct source {
	struct span *word;
	struct source_origin *origin; /* of each word */
	size_t n, cap;
	struct buf *text; /* what each call came to */
	size_t ntext;
	const struct py_name *names; /* of -D, and of assigned values */
	struct py_tree **tree;       /* that those values point into */
	size_t ntree;
	struct py_eval eval; /* owns those values */
};

/*
 * Splits ARG[0..NARG) into *S, to be released with
 * sched_source_free(), also after a failure.  The names of the constructors go
 * to P's table.  Returns 0, or -1 with P's diag and place set.
 */
int sched_source_read(
	struct source *s, struct parser *p, char *const arg[], size_t narg);
void sched_source_free(struct source *s);

#endif
