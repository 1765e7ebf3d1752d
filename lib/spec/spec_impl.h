/* SPDX-License-Identifier: MIT */
/* Inside of lib/spec: what its files share, under the name of each. */
#ifndef SPEC_SPEC_IMPL_H
#define SPEC_SPEC_IMPL_H

#include "spec/spec.h"

/* --- script.c ------------------------------------------------------------- */

/*
 * S's script: its one word, or the file that @FILE[:NAME] names; none where it
 * is words.  Returns 0, or -1.
 */
int spec_read_script(struct spec *s, struct diag *d);

#endif
