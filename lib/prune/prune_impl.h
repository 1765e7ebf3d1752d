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

/* --- format.c ------------------------------------------------------------ */

/*
 * Magnitude is an integer: the bits of a float without its sign order |w|
 * exactly, zero first, subnormals and infinity in their places, NaN last.
 * This is a table of the float formats and the way between keys and values.
 */

/*
 * The key of the same magnitude in AS, which has all values of F: F itself,
 * F64, or F32 for narrower ones.  NaN stays above infinity, in its order.
 */
uint64_t prune_key_as(const struct prune_format *f,
	const struct prune_format *as, uint64_t key);
uint64_t prune_double_key(double magnitude);

/*
 * The smallest key of F at or above KEY of AS; one past the last if none is.
 */
uint64_t prune_key_from(const struct prune_format *f,
	const struct prune_format *as, uint64_t key);

/* --- kernel.c ------------------------------------------------------------ */

/*
 * What is done to a run of weights in memory: count magnitudes by a digit of
 * their key, gather the few that are left to decide about, apply a decision.
 * Nothing here knows of files or threads; different runs may be worked on at
 * once.
 */

/*
 * Of a weight's order, what is known of the weights still to decide about: the
 * bits above SHIFT of the key, or, once KEY is known whole, of the tie.
 */
struct prune_prefix {
	bool in_tie;
	uint64_t key;    /* with in_tie */
	unsigned shift;  /* low bits not known */
	uint64_t prefix; /* the bits above them */
};

/* Bits that one pass decides; fuzzers make it small, to have more passes. */
#ifndef PRUNE_DIGIT_NBITS
#define PRUNE_DIGIT_NBITS 16
#endif

/*
 * Makes R, as it was read, ready for all that follows: little-endian, and zero
 * where R->prev or NaN that count as zero say so.  Notes such NaN in RET.
 */
void prune_prepare(const struct prune_view *v, const struct prune_run *r,
	struct prune_result *ret);

/* Notes the NaN of R, prepared, that neither preparing nor applying would. */
void prune_note_nan(const struct prune_view *v, const struct prune_run *r,
	struct prune_result *ret);

/* Zeroes what R->prev, which is another since R was prepared, has pruned. */
void prune_drop(const struct prune_view *v, const struct prune_run *r);

/* The weight of element I of R, prepared: its own key, and what is compared. */
uint64_t prune_key_at(
	const struct prune_view *v, const struct prune_run *r, size_t i);
uint64_t prune_rank_at(
	const struct prune_view *v, const struct prune_run *r, size_t i);

/* Bits of the digit that comes next: at most PRUNE_DIGIT_NBITS. */
unsigned prune_digit_nbits(const struct prune_prefix *x);

/*
 * Adds to HIST[digit] the weights of R that match X, by their next digit.  What
 * R->prev has pruned counts as zero in the first digit of the key, and is left
 * out of all others.
 */
void prune_count(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist);

/* How many weights of R have X's key: X is a tie that no digit is known of. */
uint64_t prune_match(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x);

/* A weight to decide about. */
struct prune_cand {
	uint64_t key, tie;
	size_t tensor; /* the caller's number for it */
};

/*
 * Writes the weights of R that match X to OUT, at most MAX.  Returns how many
 * were written.
 */
size_t prune_gather(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, size_t tensor, struct prune_cand *out,
	size_t max);

/*
 * Writes +0.0 over what CUT or R->prev prune and over -0.0; all else keeps its
 * bits, and R is again in the order of bytes of its file.  If KEEP is not NULL
 * it gets a bit per element, 1 for kept, lowest bit of a byte first, unused
 * bits 0.  Adds to *RET.
 */
void prune_apply(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret);

/* The logical C index of the element that is number AT in the file. */
uint64_t prune_c_index(const struct tensor_span *s, uint64_t at);

/*
 * The place of element AT of the file among those of equal magnitude, and the
 * bits that it may take.
 */
uint64_t prune_tie(const struct prune_view *v, uint64_t at);
unsigned prune_tie_nbits(const struct prune_view *v);

/* Bit I of a mask: 1 is kept. */
bool prune_bit(const uint8_t *bits, size_t i);

/* --- pick.c -------------------------------------------------------------- */

/*
 * Exact selection: of COUNT weights, the RANK that come first in the order of
 * (magnitude, tie).  A pick narrows the order down digit by digit, from
 * histograms that anyone may have added up, until what is left is so little
 * that it is gathered and sorted.  Several tensors may share one pick; then a
 * tie at the threshold is divided between them first.
 */

enum prune_step {
	PRUNE_STEP_DONE,
	PRUNE_STEP_COUNT,  /* wants a histogram: prune_count() */
	PRUNE_STEP_GATHER, /* wants the candidates: prune_gather() */
	PRUNE_STEP_SPLIT,  /* wants each tensor's share: prune_match() */
};

struct prune_pick {
	struct prune_prefix x; /* what the candidates have in common */
	uint64_t rank;         /* of them, so many are pruned */
	uint64_t count;        /* candidates */
	uint64_t ngone;        /* beside them, and counted as zeros once */
	size_t ntensor;        /* that share the pick */
	uint64_t gather_max;   /* so few are gathered instead of counted */
	unsigned tie_nbits;
	bool zeros_alike; /* of the zeros only the number matters */
	enum prune_ties ties;
	enum prune_step step; /* what it wants next */
	struct prune_cut cut; /* when done; of the key that is compared */
};

/*
 * Starts a pick with all set but x, step and cut, among weights with keys of
 * KEY_NBITS.
 */
void prune_pick_start(struct prune_pick *p, unsigned key_nbits);

/* The same among the ties of one tensor, weights with KEY. */
void prune_pick_start_tie(struct prune_pick *p, uint64_t key);

/*
 * Answers PRUNE_STEP_COUNT; HIST covers all candidates, and is used up.
 * Returns 0, or -1 if it does not add up to their number.
 */
int prune_pick_count(struct prune_pick *p, uint64_t *hist);

/*
 * Answers PRUNE_STEP_GATHER with all candidates, which it reorders.  The cut of
 * tensor T, a number below ntensor, goes to CUT[T].  QUOTA_ORDER lists those
 * numbers in the order of the tensors' names; NULL for one tensor.  Returns
 * 0, or -1 for no memory.
 */
int prune_pick_gather(struct prune_pick *p, struct prune_cand *cand,
	size_t ncand, const size_t *quota_order, struct prune_cut *cut);

/* What picking in memory works with; a thread has its own. */
struct prune_desk {
	uint32_t *hist; /* a digit's */
	uint64_t *sum;
	struct prune_cand *cand;
	size_t gather_max;
};

/* Returns 0, or -1 for no memory; free with prune_desk_free() either way. */
int prune_desk_init(struct prune_desk *k, size_t gather_max);
void prune_desk_free(struct prune_desk *k);

/*
 * Finishes a started pick P of one tensor, which is all of R, prepared.
 * Returns 0, 1 if R does not hold as many candidates as P says, or -1 for no
 * memory.
 */
int prune_pick_run(struct prune_pick *p, const struct prune_view *v,
	const struct prune_run *r, struct prune_desk *k);

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
	const struct prune_run *r, uint64_t *key, struct diag *d);

/* The number that KEY of X's kind stands for, and the other way. */
uint64_t prune_score_key(const struct prune_score *x, double score);
double prune_score_value(const struct prune_score *x, uint64_t key);

/* --- unit.c -------------------------------------------------------------- */

/* Elements of S that must be in one run, C order or not. */
uint64_t prune_unit_nelem(
	const struct prune_file *f, const struct tensor_span *s);

/* True if JOB is decided about by more than one cut. */
bool prune_has_bits(const struct prune_file *f, const struct prune_job *job);

/*
 * Fills BITS with what of R, prepared, with its scores, is kept: by N:M, by
 * units, by rows, or by the job's cut.  Adds to RET->pruned_max.  Returns as
 * prune_pick_run().
 */
int prune_bits(const struct prune_file *f, const struct prune_job *job,
	const struct prune_run *r, struct prune_desk *k, uint8_t *bits,
	struct prune_result *ret);

/* Scores the units of all jobs of F by_target.  Returns 0, or -1. */
int prune_unit_scan(struct prune_file *f, struct diag *d);

/* Decides about scored units of jobs by T, each or all together. */
int prune_unit_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d);

/* --- pick.c, of a job ----------------------------------------------------- */

/* Fails: K of N weights or units are asked for, of NAME or of all (""). */
int prune_too_few(const struct prune_file *f, const char *name, uint64_t k,
	uint64_t n, struct diag *d);

/* Fails: what passes saw of F does not agree. */
int prune_changed(const struct prune_file *f, struct diag *d);

/* What only the number of zeros matters for: no mask shows, no -0.0 stays. */
bool prune_zeros_alike(const struct prune_file *f, const struct prune_view *v);

/* Bits of the keys that V compares. */
unsigned prune_view_nbits(const struct prune_view *v);

/* A pick among N weights of JOB alone, started, for its k and ngone. */
struct prune_pick prune_job_pick(
	const struct prune_file *f, const struct prune_job *job, uint64_t n);

/* --- header.c ------------------------------------------------------------ */

/* A safetensors header that is being made in B; all else zero to begin. */
struct prune_header {
	struct buf *b;
	uint64_t offset; /* of the next tensor */
	bool in_meta, has_tensor;
};

/*
 * To be called in this order; metadata PREFIX KEY (or NULL): VALUE, then
 * tensors, whose bytes follow one another.  Each returns 0, or not 0 for no
 * memory.
 */
int prune_header_begin(struct prune_header *h);
int prune_header_meta(struct prune_header *h, const char *prefix,
	const char *key, const char *value);
/*
 * Takes over all metadata of IN, a safetensors file that has been read before.
 * Returns 0, or -1 with D.
 */
int prune_header_keep_meta(
	struct prune_header *h, const struct input *in, struct diag *d);
int prune_header_tensor(struct prune_header *h, const char *name,
	const char *dtype, const uint64_t *shape, unsigned ndim,
	uint64_t nbytes);
int prune_header_end(struct prune_header *h);

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
uint64_t prune_mask_nbytes(uint64_t n);

/* --- mask_write.c --------------------------------------------------------- */

struct prune_member;

/* A mask being written. */
struct prune_mask_writer {
	enum prune_mask_format format;
	struct output *out;
	const struct tensor_span *const *span; /* all that it has */
	size_t n, at;                          /* so many of them are begun */
	uint8_t *whole;                        /* bits: of a Fortran tensor */
	uint8_t part; /* bits: of the byte that the last run ended in */
	uint32_t crc; /* zip: of the member so far */
	struct prune_member *member;
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
