/* SPDX-License-Identifier: MIT */
/* Inside of lib/prune: what its files share, under the name of each. */
#ifndef PRUNE_PRUNE_IMPL_H
#define PRUNE_PRUNE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/input.h"
#include "prune/prune.h"
#include "tensor/tensor.h"

struct diag;

/* --- unit.c -------------------------------------------------------------- */

struct prune_units {
	uint64_t nelem; /* elements in one run, C order or not */
	uint64_t count; /* that are compared; 0 for weights and N:M */
};

/* What S is divided into. */
struct prune_units prune_units_of(
	const struct prune_file *f, const struct tensor_span *s);

/*
 * Scores the units of all jobs of F by_target and decides about them by T, each
 * or all together.  Returns 0, or -1.
 */
int prune_unit_decide(struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d);

/* --- mark.c -------------------------------------------------------------- */

/* What bits are made of, prepared, and what becomes of them. */
struct prune_marking {
	const struct select_view *v;
	const struct select_run *r;
	uint8_t *bits;
};

/*
 * Clears those bits of M that X prunes, which is N:M or of units: of these KEEP
 * has a bit each, in C order.
 */
void prune_mark(const struct prune_marking *m, const struct choice_structure *x,
	const uint8_t *keep);

/* --- row.c --------------------------------------------------------------- */

/*
 * Fills BITS with what of R, prepared, with its scores, is kept: by N:M, by
 * units, by rows, or by the job's cut.  Returns as select_pick_run().
 */
int prune_bits(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, uint8_t *bits);

/*
 * Decides about the rows of R, prepared and without scores, one after another,
 * and applies it: as select_apply(), which KEEP and RET are for.  Rows are
 * whole bytes of KEEP.  Returns as select_pick_run().
 */
int prune_apply_rows(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, uint8_t *keep,
	struct select_result *ret);

/*
 * Finds the cuts of rows of those jobs of F, by_target, whose rows lie apart;
 * others get theirs when they are written.  Returns 0, or -1.
 */
int prune_row_decide(struct prune_file *f, struct diag *d);

/* How many cuts that takes for JOB. */
uint64_t prune_row_count(
	const struct prune_file *f, const struct prune_job *job);

/* --- job.c --------------------------------------------------------------- */

/* Fails: K of N weights or units are asked for, of NAME or of all (""). */
int prune_too_few(const struct prune_file *f, const char *name, uint64_t k,
	uint64_t n, struct diag *d);

/* Fails: what passes saw of F does not agree. */
int prune_changed(const struct prune_file *f, struct diag *d);

/* What a scan reads of JOB, a job of F. */
struct select_item prune_job_item(
	const struct prune_file *f, const struct prune_job *job);

/* Bytes of JOB's tensor in memory, with its bits, scores and wider lanes. */
uint64_t prune_memory_of(const struct prune_job *job);

/* What is made of the elements of a chunk besides themselves. */
struct prune_known {
	uint8_t *prev;
	uint64_t *score; /* NULL: F has none */
	/* Room for them as wide views see them. */
	unsigned char *wide;
};

/* For a scan of F, whose chunks have NELEM elements at most. */
void prune_known_init(struct prune_known *k, const struct prune_file *f,
	size_t nelem, struct select_room *m);

/* Elements of a chunk of F: of small tensors, four bytes for each of a run. */
size_t prune_chunk_nelem(const struct prune_file *f);

/*
 * Makes R, a run of JOB as it was read, ready to be decided about, with what K
 * gets; adds to *RET what becomes zero by that.  Returns 0, or -1.
 */
int prune_job_load(const struct prune_file *f, const struct prune_job *job,
	struct select_run *r, const struct prune_known *k,
	struct select_result *ret, struct diag *d);

/*
 * A pick of K among N weights that V looks at, NGONE of which are pruned
 * already, started.
 */
struct select_pick prune_pick(const struct prune_file *f,
	const struct select_view *v, uint64_t k, uint64_t ngone, uint64_t n);

#endif
