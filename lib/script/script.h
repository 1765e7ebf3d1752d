/* SPDX-License-Identifier: MIT */
/*
 * A training script or a configuration, as it stands, becomes the schedule that
 * it means: statements, loops, classes and settings around calls of lib/call.
 */
#ifndef SCRIPT_SCRIPT_H
#define SCRIPT_SCRIPT_H

#include <stddef.h>

#include "call/call.h"
#include "sched/sched.h"
#include "settings/settings.h"

/* Python as it stands in a training script, or a configuration. */
struct script {
	enum settings_language language; /* not WORDS */
	const char *text;
	size_t n;
	const char *name; /* of the rate function or schedule; NULL: the last */
};

/*
 * Reads S into *T (caller frees with sched_table_free): the last schedule that
 * is made in it and is not part of another, else a function of the step.
 * Returns 0, or -1 with D (its place LINE:COLUMN) and *WHERE, in S's text.
 */
int script_read(struct sched_table *t, const struct script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d);

/* For sched_env: builds calls, also of what the user's files define. */
extern const struct sched_host script_host;

#endif
