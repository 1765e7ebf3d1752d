/* SPDX-License-Identifier: MIT */
/* Inside of lib/spec: what its files share, under the name of each. */
#ifndef SPEC_SPEC_IMPL_H
#define SPEC_SPEC_IMPL_H

#include "spec/spec.h"

/* --- given.c -------------------------------------------------------------- */

/* Each into S from O, with what is wrong about it.  Returns 0, or -1. */
int spec_check_defines(const struct spec_opts *o, struct diag *d);
int spec_base_rate(struct spec *s, const struct spec_opts *o, struct diag *d);
int spec_resolve_epochs(
	struct spec *s, const struct spec_opts *o, struct diag *d);

/* --- table.c -------------------------------------------------------------- */

/* What the words' own lengths are relative to. */
struct sched_env spec_env_of_words(const struct spec *s);

/* S's table, by what its environment is now.  Returns 0, or -1. */
int spec_read_table(struct spec *s, struct diag *d);

/* --- length.c ------------------------------------------------------------- */

/* Fails if a word takes its length from one that nobody has given. */
int spec_needs_steps(const struct spec *s, struct diag *d);

/* The length that the words have by themselves, or STEPS, in cycles. */
int spec_own_length(struct spec *s, const char *steps, struct diag *d);

/* STEPS, as it was given; NULL: their own, if they have any. */
int spec_resolve_length(struct spec *s, const char *steps, struct diag *d);

/* --- batch.c -------------------------------------------------------------- */

/*
 * The sizes that TEXT says into S's clock; its environment has but lengths and
 * base.  TEXT is borrowed until S is done with.  Returns 0, or -1.
 */
int spec_read_batches(struct spec *s, const char *text, struct diag *d);

/* --- paste.c -------------------------------------------------------------- */

/*
 * S[0..N), of which a copy brought what is none of it, without that into RET,
 * which is new and ends with a NUL that it does not count; its lines are where
 * they were.  Returns 1, 0 if there is nothing such, or -1 for no memory.
 */
int spec_unmark(const char *s, size_t n, struct buf *ret);

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

/* --- beside.c ------------------------------------------------------------- */

/* Reads into S's env the files that its script imports.  Returns 0, or -1. */
int spec_read_beside(struct spec *s, struct diag *d);

#endif
