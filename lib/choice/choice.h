/* SPDX-License-Identifier: MIT */
/*
 * What a pruning is told: which tensors, how many of their weights, in which
 * structures, by which scores, and masks.  Nothing here decides about a weight.
 */
#ifndef CHOICE_CHOICE_H
#define CHOICE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/input.h"
#include "base/num.h"
#include "select/select.h"
#include "tensor/tensor.h"

struct buf;
struct diag;
struct output;
struct pattern;
struct zip_entry;

/* --- tensors and amounts -------------------------------------------------- */

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

/* --- structures ----------------------------------------------------------- */

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

#define PRUNE_NM_MAX 64

struct prune_structure {
	enum prune_shape shape;
	uint64_t keep, of;   /* N:M; at most PRUNE_NM_MAX */
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

/*
 * So many elements of S in the order of its file are whole groups of N:M of X,
 * or one of its rows, all that have one first index; a scalar is a row.
 */
uint64_t prune_nm_nelem(
	const struct prune_structure *x, const struct tensor_span *s);
uint64_t prune_row_nelem(const struct tensor_span *s);

/*
 * Units of a tensor, seen as a matrix: NCOL of COLS columns in each row, the
 * last perhaps narrower, and the same ones in ROWS rows; 0: in all.  Rows are
 * those of the file, and units are numbered along them: of a matrix in Fortran
 * order, which is TURNED there, along its columns.
 */
struct prune_grid {
	uint64_t nunit;
	uint64_t row_nelem, cols, ncol, rows;
	bool turned;
	bool scattered; /* those of C order, whatever the file's is */
};

/* X is of units. */
struct prune_grid prune_grid_of(
	const struct prune_structure *x, const struct tensor_span *s);

/* The number in C order of the unit that is number AT of G, and back. */
uint64_t prune_grid_in_c(const struct prune_grid *g, uint64_t at);
uint64_t prune_grid_at(const struct prune_grid *g, uint64_t c);

/* Elements of unit AT of G, of S, which has some; fewer at the edges. */
uint64_t prune_grid_size(
	const struct prune_grid *g, const struct tensor_span *s, uint64_t at);

/* A walk over pieces of units, along the rows. */
struct prune_walk {
	const struct prune_grid *g;
	uint64_t row, col; /* of what comes next */
	uint64_t unit, left;
};

/* Begins with the element that is number AT of S in the file. */
void prune_walk_from(struct prune_walk *w, const struct prune_grid *g,
	const struct tensor_span *s, uint64_t at);

/* Sets the unit of what comes next, and what is left of it in its row. */
static inline void prune_walk_find(struct prune_walk *w)
{
	const struct prune_grid *g = w->g;

	w->unit = (g->rows ? w->row / g->rows * g->ncol : 0) + w->col / g->cols;
	w->left = g->cols - w->col % g->cols;
	if (w->left > g->row_nelem - w->col)
		w->left = g->row_nelem - w->col;
}

/* The next piece, at most MAX elements: of unit *UNIT; returns how many. */
static inline size_t prune_walk_next(
	struct prune_walk *w, size_t max, size_t *unit)
{
	size_t n = w->left < max ? (size_t)w->left : max;

	*unit = (size_t)w->unit;
	w->col += n;
	w->left -= n;
	if (w->left)
		return n;
	if (w->col == w->g->row_nelem) {
		w->col = 0;
		w->row++;
		prune_walk_find(w);
		return n;
	}
	w->unit++;
	w->left = w->g->row_nelem - w->col;
	if (w->left > w->g->cols)
		w->left = w->g->cols;
	return n;
}

/* --- scores --------------------------------------------------------------- */

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

/*
 * Finds the scores of SPAN; *RET stays NULL for kinds that need none.  Returns
 * 0, or -1.
 */
int prune_score_find(const struct prune_score *x,
	const struct tensor_span *span, const struct tensor_span **ret,
	struct diag *d);

/*
 * Fills KEY[0..R->n) for R, prepared, of what V looks at, with its scores S;
 * what R->prev has pruned has key 0, the lowest.  A score that is NaN is
 * DIAG_DATA.  Returns 0, or -1.
 */
int prune_score_read(const struct prune_score *x, const struct select_view *v,
	const struct tensor_span *s, const struct select_run *r, uint64_t *key,
	struct diag *d);

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

/*
 * Reads a bit for each of the elements [FIRST, FIRST + N) of S, whose mask MASK
 * is, in the order of its file.  Threads may share M.
 */
int prune_mask_read(const struct prune_mask *m, const struct tensor_span *mask,
	const struct tensor_span *s, uint64_t first, size_t n, uint8_t *bits,
	struct diag *d);

/* How many elements of S the mask has pruned. */
int prune_mask_count(const struct prune_mask *m, const struct tensor_span *mask,
	const struct tensor_span *s, uint64_t *ret, struct diag *d);

/* Bytes of the bits of N elements. */
static inline uint64_t prune_mask_nbytes(uint64_t n)
{
	return n / 8 + (n % 8 != 0);
}

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
