/* SPDX-License-Identifier: MIT */
/* Inside of lib/spec: what its files share, under the name of each. */
#ifndef SPEC_SPEC_IMPL_H
#define SPEC_SPEC_IMPL_H

#include "spec/spec.h"

/* --- batch.c -------------------------------------------------------------- */

/*
 * The sizes that TEXT says into S's clock; its environment has but lengths and
 * base.  TEXT is borrowed until S is done with.  Returns 0, or -1.
 */
int spec_read_batches(struct spec *s, const char *text, struct diag *d);

/* --- script.c ------------------------------------------------------------- */

/*
 * S's script: its one word, or the file that @FILE[:NAME] names; none where it
 * is words.  Returns 0, or -1.
 */
int spec_read_script(struct spec *s, struct diag *d);

/*
 * Reads the files among O's names, each @FILE, into S's env.  Returns 0, or -1.
 */
int spec_read_sources(
	struct spec *s, const struct spec_opts *o, struct diag *d);

void spec_free_sources(struct spec *s);

#endif
