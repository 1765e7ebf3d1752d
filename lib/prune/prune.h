/* SPDX-License-Identifier: MIT */
/*
 * Pruning by magnitude: which tensors of a file, which of their weights, and
 * the file written again without them; masks.
 */
#ifndef PRUNE_PRUNE_H
#define PRUNE_PRUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "base/num.h"
#include "select/select.h"
#include "tensor/tensor.h"

struct diag;
struct output;
struct pattern;
struct progress;

/* --- structures and scores ----------------------------------------------- */

/*
 * What is pruned together.  Units are blocks of a matrix (a tensor of more
 * dimensions is one of shape[0] rows) or the slices along a dimension; they are
 * compared by the mean or the largest magnitude of their weights, those at the
 * edges by the weights they have.  N:M keeps N of each M weights that follow
 * one another along dimension 1 (the inputs of a layer), or 0 if there is only
 * one; of equal ones those of lower index.
 */
enum prune_shape {
	PRUNE_SINGLE, /* every weight for itself */
	PRUNE_NM,
	PRUNE_BLOCK,
	PRUNE_SLICE,
};

struct prune_structure {
	enum prune_shape shape;
	uint64_t keep, of;   /* N:M */
	uint64_t rows, cols; /* of a block */
	unsigned dim;        /* that slices are numbered by */
	bool by_max;         /* not by the mean */
};

/*
 * Why S cannot be pruned in units of X, for people; NULL: it can.  Static.
 */
const char *prune_structure_refuses(
	const struct prune_structure *x, const struct tensor_span *s);

/*
 * How far apart the members of a group of N:M are in C order, in a tensor that
 * is not refused: each M times as many elements in a row are whole groups.
 */
uint64_t prune_nm_step(const struct tensor_span *s);

/* What weights are compared by, instead of their magnitude. */
enum prune_score_kind {
	PRUNE_BY_MAGNITUDE, /* as a score where bits do not order */
	PRUNE_BY_RANDOM,    /* a hash of name, index and seed, from 0 to 1 */
	PRUNE_BY_FILE,      /* the numbers of a file, in their order */
	PRUNE_BY_WANDA,     /* |w| x, x by input: M. Sun et al. 2023 */
	PRUNE_BY_TAYLOR,    /* |w g|: P. Molchanov et al. 2019, first order */
	PRUNE_BY_OBD,       /* w^2 h: LeCun et al. 1989, but for a factor */
};

struct prune_score {
	enum prune_score_kind kind;
	uint64_t seed;
	struct tensor_model model;          /* of a file */
	const struct tensor_span **by_name; /* its tensors */
};

/*
 * Opens PATH (borrowed) as scores of KIND; a tensor's scores have its name, and
 * its shape, or for WANDA one number per input.  Its header may take MEM_NBYTES
 * of memory; 0 means any.  Release with prune_score_close(), which is harmless
 * on other kinds.  Returns 0, or -1.
 */
int prune_score_open(struct prune_score *x, enum prune_score_kind kind,
	const char *path, uint64_t mem_nbytes, const char *tmpdir,
	struct diag *d);
void prune_score_close(struct prune_score *x);

/* --- masks --------------------------------------------------------------- */

/*
 * Masks in files.  Ours is safetensors: for each tensor a U8 tensor of the same
 * name and of shape [ceil(n / 8)]; bit i % 8 (lowest first) of byte i / 8
 * belongs to the element with logical C index i, 1 is kept; the last byte's
 * spare bits are 0.  A BOOL tensor of the tensor's own shape, in any format
 * that is read, is a mask as well, and so are the zeros of other weights.
 */

/* As which a mask is written. */
enum prune_mask_format {
	PRUNE_MASK_BITS, /* ours */
	PRUNE_MASK_NPY,  /* BOOL; one tensor */
	PRUNE_MASK_NPZ,  /* BOOL; needs an output that output_patch() changes */
};

/* Tensors in Fortran order need all bits of their masks in memory at once. */
#define PRUNE_MASK_WHOLE_MAX ((uint64_t)128 << 20)

/* A mask to read from. */
struct prune_mask {
	const struct tensor_model *model; /* own, or borrowed */
	struct tensor_model own;
	bool values;   /* weights, of which zeros are pruned */
	bool integers; /* may be weights; the caller's to set */
	int64_t zero;  /* what counts as zero in them */
	struct prune_mask_entry *entry; /* its tensors by name */
	size_t nentry;
	uint64_t nwhole; /* bytes of masks of Fortran tensors in memory */
};

/*
 * Opens PATH (borrowed) as a mask, or with VALUES as weights, read as HINT
 * says; of a mask only how much memory its header may take counts.  Release
 * with prune_mask_close().  Returns 0, or -1.
 */
int prune_mask_open(struct prune_mask *m, const char *path, bool values,
	const struct tensor_hint *hint, const char *tmpdir, struct diag *d);

/* The same of IN, a mask of ours, which is M's now, also if this fails. */
int prune_mask_take(struct prune_mask *m, struct input *in, struct diag *d);
void prune_mask_close(struct prune_mask *m);

/*
 * Masks that are tensors of MODEL (borrowed) as the tensors that they mask are:
 * of any dtype, 0 is pruned.  They are not found by name.  Needs no closing.
 */
struct prune_mask prune_mask_of(const struct tensor_model *model);

/*
 * Finds the mask of tensor S and sees that it fits; *RET is NULL if M has
 * none.  With RET NULL only notes that there is such a tensor.  Returns 0, or
 * -1.
 */
int prune_mask_find(struct prune_mask *m, const struct tensor_span *s,
	const struct tensor_span **ret, struct diag *d);

/*
 * The name of a tensor that nobody has looked for yet; NULL if there is none.
 */
const char *prune_mask_unused(const struct prune_mask *m);

/*
 * How many elements of S, a tensor of IN, are not zero though the mask has
 * pruned them; the logical C index of the first goes to *FIRST, which is not
 * set when there is none.  NTHREAD 0: all processors.  Returns 0, or -1.
 */
int prune_mask_alive(const struct prune_mask *m, const struct tensor_span *mask,
	const struct input *in, const struct tensor_span *s, unsigned nthread,
	uint64_t *ret, uint64_t *first, struct diag *d);

/* --- rules and targets --------------------------------------------------- */

/*
 * Which tensors are pruned, and how many of their weights: what users say
 * about it, apart from any weight.
 */

enum prune_decision {
	PRUNE_YES,
	PRUNE_SKIP_DTYPE,   /* no float, nor an integer that is wanted */
	PRUNE_SKIP_NDIM,    /* fewer than two dimensions: a bias, a norm */
	PRUNE_SKIP_NAME,    /* no weight, or one to keep, by its name */
	PRUNE_SKIP_EXCLUDE, /* the user took it out */
	PRUNE_SKIP_ONLY,    /* the user named others */
	PRUNE_SKIP_SHAPE,   /* prune_structure_refuses() it */
	PRUNE_SKIP_MASK,    /* a mask decides, and does not name it */
};

/* As the column "decision" shows it: prune, skip:dtype, ... */
extern const char *const prune_decision_name[];

/* Patterns of names: base/pattern.h. */
struct prune_patterns {
	struct pattern **p;
	size_t n;
};

/* What a user says of tensors by their names. */
struct prune_choice {
	struct prune_patterns include; /* on top of the defaults */
	struct prune_patterns exclude; /* beats all others */
	struct prune_patterns only;    /* if any: instead of the defaults */
	bool integers;                 /* are pruned as well */
	int64_t zero;                  /* what counts as zero in them */
};

/*
 * Appends what PATTERN is to A, of a choice, which prune_choice_free()
 * releases. Returns 0, or -1.
 */
int prune_patterns_add(
	struct prune_patterns *a, const char *pattern, struct diag *d);
void prune_choice_free(struct prune_choice *c);

/*
 * Whatever its dtype: whether R excludes NAME; and whether it leaves it in, for
 * it does not exclude it and if it names only some, this is one.
 */
bool prune_choice_exclude(const struct prune_choice *r, const char *name);
bool prune_choice_allow(const struct prune_choice *r, const char *name);

/* A decision and its reason, both for people; all strings are static or R's. */
struct prune_verdict {
	enum prune_decision decision;
	const char *pattern; /* that matched the name; or NULL */
	const char *what;    /* "a scale"; NULL where there is nothing to say */
};

/* What R says about S, a tensor of a file of FORMAT. */
struct prune_verdict prune_judge(const struct prune_choice *r,
	enum tensor_format format, const struct tensor_span *s);

/* False if NAME is that of a scale, a bias, a mask, or another non-weight. */
bool prune_names_weight(const char *name);

/* True if it is that of zero points of quantised weights. */
bool prune_names_zero_point(const char *name);

/* The decision alone. */
enum prune_decision prune_decide(const struct prune_choice *r,
	enum tensor_format format, const struct tensor_span *s);

/* The first pattern of R that matches no tensor in M, or NULL: a typo? */
const char *prune_choice_unused(
	const struct prune_choice *r, const struct tensor_model *m);

enum prune_target_kind {
	PRUNE_BY_NOTHING,
	PRUNE_BY_SPARSITY,  /* ratio of the pruned */
	PRUNE_BY_DENSITY,   /* ratio of the kept */
	PRUNE_BY_COUNT,     /* so many */
	PRUNE_BY_THRESHOLD, /* |w| below it */
	PRUNE_BY_PLAN,      /* so many of each tensor: the k of its job */
};

/*
 * Whose count a sparsity S of N weights is, instead of the exact one.  (In the
 * versions of torch 1.13, tfmot 0.8, llm-compressor 0.7, wanda of 2023.)
 */
enum prune_compat {
	PRUNE_COMPAT_NONE,
	PRUNE_COMPAT_TORCH, /* round(S * N) in double, half to even */
	PRUNE_COMPAT_TFMOT, /* keeps max(round(N * (1 - S)), 1) in float */
	PRUNE_COMPAT_LLMC,  /* int(S * N) in double */
	PRUNE_COMPAT_WANDA, /* int(N * S) of a row, one more of a tensor */
	PRUNE_COMPAT_WANDA_ROW,
};

/* How a part of N that is not whole is rounded. */
enum prune_round {
	PRUNE_ROUND_EVEN, /* to the nearest, a half to even */
	PRUNE_ROUND_DOWN,
	PRUNE_ROUND_UP,
};

struct prune_target {
	enum prune_target_kind kind;
	enum prune_compat compat;
	enum prune_round round;
	uint64_t min_keep; /* of sparsities and densities: so many stay */
	struct num_ratio ratio;
	uint64_t count;
	double threshold;
};

/*
 * How many of N weights T prunes, in exact integers: sparsity rounds the
 * pruned, density the kept.  0 for others.
 */
uint64_t prune_amount(const struct prune_target *t, uint64_t n);

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
	struct tensor_span plain;       /* then: the span */
	const struct tensor_span *mask; /* what is pruned already, or NULL */
	const struct prune_mask *masks; /* that it is of; NULL: prev */
	bool by_target;                 /* the target applies, not only prev */
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
	struct prune_mask *prev; /* NULL: nothing is pruned yet */
	struct prune_structure structure;
	/* NULL: magnitude; decide may set it to that */
	const struct prune_score *score;
	bool by_row; /* a target is that of each row: its first index */
	struct prune_target target; /* decide's */
	uint64_t tie_seed;          /* for units; weights' are in their views */
	unsigned nthread;           /* 0: all processors */
	struct progress *progress;
	bool with_mask; /* one is written: which zeros are pruned matters */
	enum prune_mask_format mask_format;
	bool stale_sums; /* a file's checksums stay: it is only measured */
	/* Set by prune_file_init(); tests make them small. */
	size_t chunk_nelem; /* a multiple of 8: masks begin with a byte */
	size_t gather_max;  /* so few candidates are gathered, not counted */
	size_t guess_min;   /* of so many weights the threshold is guessed */
	size_t mem_nbytes;  /* of tensors in memory at once */
};

#define PRUNE_CHUNK_NELEM ((size_t)1 << 19)
#define PRUNE_GATHER_MAX ((size_t)1 << 18)
#define PRUNE_GUESS_MIN ((size_t)1 << 10)
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
int prune_file_decide(struct prune_file *f, const struct prune_target *t,
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
 * its files that are tensors, in their order, after prune_file_turn().  Fails
 * with DIAG_DATA for a dtype that safetensors does not have.
 */
int prune_file_convert(struct prune_file *f, struct output *out,
	struct output *mask, struct diag *d);

/*
 * After writing: sees that so many weights were pruned as T asked for.  A
 * difference means the file changed between passes.  Returns 0, or -1.
 */
int prune_file_verify(const struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d);

#endif
