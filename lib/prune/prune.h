/* SPDX-License-Identifier: MIT */
/*
 * Pruning: which weights of a file go, and the file written again without them.
 */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "choice/choice.h"
#include "select/select.h"
#include "tensor/tensor.h"

struct diag;
struct output;
struct progress;

/* --- a file -------------------------------------------------------------- */

/*
 * Pruning a model: passes over its tensors in chunks that several threads work
 * on, with the same result however many there are.  Memory depends on the
 * number of threads and tensors, not on the size of the file.
 */

/* One tensor that is worked on, and what became of it. */
struct prune_job {
	const struct tensor_span *span;
	/* NULL: span; else what it is read from, which is in another order */
	const struct tensor_span *source;
	struct tensor_span plain;        /* then: the span */
	const struct tensor_span *mask;  /* what is pruned already, or NULL */
	const struct choice_mask *masks; /* that it is of; NULL: prev */
	bool by_target;                  /* the target applies, not only prev */
	bool in_memory; /* small enough to be decided about when written */
	const struct tensor_span *score; /* in the file of scores, or NULL */
	uint64_t *unit; /* keys of units by their scores; then a bit each: */
	uint8_t *unit_keep; /* decide's; prune_file_free() */
	uint64_t nunit;
	/* By row, but rows lie apart: each has its cut; decide's. */
	struct select_cut *row_cut;
	struct select_view view;
	uint64_t ngone; /* pruned by prev */
	uint64_t k;     /* wanted: in this tensor, or in all together */
	struct select_cut cut;
	struct select_result result;
};

struct prune_file {
	const struct tensor_model *model;
	struct prune_job *job; /* by file, in the order of its bytes */
	size_t njob;
	struct choice_mask *prev; /* NULL: nothing is pruned yet */
	struct choice_structure structure;
	/* NULL: magnitude; decide may set it to that */
	const struct choice_score *score;
	bool by_row; /* a target is that of each row: its first index */
	struct choice_target target; /* decide's */
	uint64_t tie_seed; /* for units; weights' are in their views */
	unsigned nthread;  /* 0: all processors */
	struct progress *progress;
	bool with_mask; /* one is written: which zeros are pruned matters */
	enum choice_mask_format mask_format;
	bool stale_sums; /* a file's checksums stay: it is only measured */
	/* Set by prune_file_init(); tests make them small. */
	size_t chunk_nelem; /* a multiple of 8: masks begin with a byte */
	size_t gather_max;  /* so few candidates are gathered, not counted */
	size_t guess_min;   /* of so many weights the threshold is guessed */
	size_t mem_nbytes;  /* of tensors in memory at once */
};

#define PRUNE_CHUNK_NELEM ((size_t)1 << 19)
#define PRUNE_GATHER_MAX ((size_t)1 << 18)
#define PRUNE_GUESS_MIN ((size_t)1 << 11)
#define PRUNE_MEM_NBYTES ((size_t)192 << 20)
/* Of all that a run takes, if nothing else is said. */
#define PRUNE_LIMIT_NBYTES ((uint64_t)256 << 20)

/* All empty, with the sizes that suit large files. */
void prune_file_init(struct prune_file *f);

/* Releases what deciding has made; the jobs stay the caller's. */
void prune_file_free(struct prune_file *f);

/*
 * Makes tensors of F's jobs, which are all there and stay where they are, be
 * read in C order and little-endian, as prune_file_convert() writes them.
 */
void prune_file_turn(struct prune_file *f);

/* The tensor of the model that JOB is of. */
static inline const struct tensor_span *prune_job_source(
	const struct prune_job *job)
{
	return job->source ? job->source : job->span;
}

/*
 * Makes F, whose jobs and wishes are set, take at most NBYTES of memory: sets
 * the sizes above, and if it must the number of threads.  What does not depend
 * on them, as units that are compared, may be too much: DIAG_DATA, with what
 * it takes.  The results of all that follows do not change.  Returns 0, or -1.
 */
int prune_file_limit(
	struct prune_file *f, bool global, uint64_t nbytes, struct diag *d);

/*
 * Decides for every job by_target: sets its k and cut from T, in each tensor,
 * or with GLOBAL in all together.  What prev has pruned counts towards k and
 * stays pruned.  A tensor that has a k of its own and fits into memory gets
 * its cut when it is written, so that it is read once.  Returns 0, or -1.
 */
int prune_file_decide(struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d);

/*
 * Carries out the jobs' cuts and prev and fills the jobs' results: writes each
 * file of the model to its OUT, with its checksums, and a mask of all jobs to
 * MASK; NULL where it is not wanted, OUT also as a whole.  A file with
 * checksums needs an OUT that output_patch() can change.  Returns 0, or -1.
 */
int prune_file_write(struct prune_file *f, struct output *const *out,
	struct output *mask, struct diag *d);

/*
 * The same into one safetensors file, whatever the model's format: all spans of
 * its files that are tensors, in their order, after prune_file_turn(), but
 * those that are left out.  Fails with DIAG_DATA for another dtype that
 * safetensors does not have.
 */
int prune_file_convert(struct prune_file *f, struct output *out,
	struct output *mask, struct diag *d);

/*
 * Whether S is left out there: what numpy has besides numbers, texts and times,
 * and long doubles.
 */
bool prune_is_left_out(const struct tensor_span *s);

/*
 * After writing: sees that so many weights were pruned as T asked for.  A
 * difference means the file changed between passes.  Returns 0, or -1.
 */
int prune_file_verify(const struct prune_file *f, const struct choice_target *t,
	bool global, struct diag *d);

/* --- pairs of torch ------------------------------------------------------- */

struct prune_pair;

/* X_orig and X_mask of torch.nn.utils.prune, as what is X again. */
struct prune_merge {
	const struct choice *choice; /* what it leaves out stays a pair */
	const char *leave;       /* what messages call that which leaves out */
	struct prune_pair *pair; /* as their tensors are */
	size_t npair;
	const char *lone; /* the first that is named so and is no pair */
	size_t nlone;
};

/*
 * Finds the pairs of M, for G's choice: in M, each is one tensor then, and what
 * was its mask is none.  G is to be released by prune_merge_free(), which is
 * after M's last use, also after a failure.  Returns 0, or -1.
 */
int prune_merge(struct prune_merge *g, struct tensor_model *m, struct diag *d);
void prune_merge_free(struct prune_merge *g);

/* The mask of S, a tensor that was merged; NULL: it was none. */
const struct tensor_span *prune_merge_mask(
	const struct prune_merge *g, const struct tensor_span *s);

#endif
