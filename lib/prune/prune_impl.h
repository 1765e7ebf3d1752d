/* SPDX-License-Identifier: MIT */
/* Inside of lib/prune: what its files share, under the name of each. */
#ifndef PRUNE_PRUNE_IMPL_H
#define PRUNE_PRUNE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "base/num.h"
#include "prune/prune.h"
#include "tensor/tensor.h"

struct buf;
struct diag;
struct output;

/* --- score.c ------------------------------------------------------------- */

/*
 * Finds the scores of SPAN; *RET stays NULL for kinds that need none.  Returns
 * 0, or -1.
 */
int prune_score_find(const struct prune_score *x,
	const struct tensor_span *span, const struct tensor_span **ret,
	struct diag *d);

/*
 * Fills KEY[0..R->n) for R, prepared, a run of JOB; what R->prev has pruned has
 * key 0, the lowest.  A score that is NaN is DIAG_DATA.  Returns 0, or -1.
 */
int prune_score_read(const struct prune_score *x, const struct prune_job *job,
	const struct select_run *r, uint64_t *key, struct diag *d);

/*
 * The number that KEY of X's kind stands for in V; and the least key that is
 * not below SCORE.
 */
uint64_t prune_score_key(
	const struct prune_score *x, const struct select_view *v, double score);
double prune_score_value(
	const struct prune_score *x, const struct select_view *v, uint64_t key);

/*
 * What scores come to: the largest of them, or their sum, of which large terms
 * are a part of their own that cannot overflow (J. L. Blue, ACM TOMS 4, 1978):
 * it is worth 2^PRUNE_SUM_UP times what it says.
 */
struct prune_sum {
	double rest, large;
};

#define PRUNE_SUM_LARGE 0x1p900
#define PRUNE_SUM_UP 128

/*
 * The key of SUM over N, of scores of X or, if it is NULL, of magnitudes.  NaN
 * is the largest.
 */
uint64_t prune_score_mean_key(
	const struct prune_score *x, struct prune_sum sum, uint64_t n);

/* --- unit.c -------------------------------------------------------------- */

struct prune_units {
	uint64_t nelem; /* elements in one run, C order or not */
	uint64_t count; /* that are compared; 0 for weights and N:M */
};

/* What S is divided into. */
struct prune_units prune_units_of(
	const struct prune_file *f, const struct tensor_span *s);

/*
 * Fills BITS with what of R, prepared, with its scores, is kept: by N:M, by
 * units, by rows, or by the job's cut.  Returns as select_pick_run().
 */
int prune_bits(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, uint8_t *bits);

/*
 * Scores the units of all jobs of F by_target and decides about them by T, each
 * or all together.  Returns 0, or -1.
 */
int prune_unit_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d);

/* --- row.c --------------------------------------------------------------- */

/*
 * Clears those BITS of R, prepared, with its scores, that are below the cut of
 * JOB or of their row.  Returns as select_pick_run().
 */
int prune_mark(const struct prune_file *f, const struct prune_job *job,
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

/* What is known of the elements of a chunk besides themselves. */
struct prune_known {
	uint8_t *prev;
	uint64_t *score; /* NULL: F has none */
};

/*
 * One for each slot of a scan of F, whose chunks have NELEM elements at most;
 * NULL for no memory.  Free with prune_known_free(), which takes NULL.
 */
struct prune_known *prune_known_new(
	const struct prune_file *f, size_t nelem, struct diag *d);
void prune_known_free(const struct prune_file *f, struct prune_known *k);

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

/* --- mask.c -------------------------------------------------------------- */

/*
 * Reads a bit for each of the elements [FIRST, FIRST + N) of JOB, a job of F
 * that has a mask, in the order of its file.  Threads may share the mask.
 */
int prune_job_mask_read(const struct prune_file *f, const struct prune_job *job,
	uint64_t first, size_t n, uint8_t *bits, struct diag *d);

/* How many elements of S the mask has pruned. */
int prune_mask_count(const struct prune_mask *m, const struct tensor_span *mask,
	const struct tensor_span *s, uint64_t *ret, struct diag *d);

/* Bytes of the bits of N elements. */
static inline uint64_t prune_mask_nbytes(uint64_t n)
{
	return n / 8 + (n % 8 != 0);
}

/* --- mask_write.c --------------------------------------------------------- */

struct zip_entry;

/* A mask being written. */
struct prune_mask_writer {
	enum prune_mask_format format;
	struct output *out;
	const struct tensor_span *const *span; /* all that it has */
	size_t n, at;                          /* so many of them are begun */
	uint8_t *whole;                        /* bits: of a Fortran tensor */
	uint8_t part; /* bits: of the byte that the last run ended in */
	uint32_t crc; /* zip: of the member so far */
	struct zip_entry *member;
	struct buf *names; /* of members */
	size_t nmember;
};

/*
 * Begins a mask of N tensors to OUT, which stays the caller's, as SPAN does.
 * Release W with prune_mask_free() either way.  Returns 0, or -1.
 */
int prune_mask_begin(struct prune_mask_writer *w, enum prune_mask_format format,
	struct output *out, const struct tensor_span *const *span, size_t n,
	struct diag *d);

/* The next N bits of S, in the order of the file, all tensors in turn. */
int prune_mask_put(struct prune_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d);

/* What comes after the last bits.  Returns 0, or -1. */
int prune_mask_finish(struct prune_mask_writer *w, struct diag *d);
void prune_mask_free(struct prune_mask_writer *w);

#endif
