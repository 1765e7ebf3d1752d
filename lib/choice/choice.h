/* SPDX-License-Identifier: MIT */
/*
 * What a pruning is told: which tensors, how many of their weights, by which
 * rules, in which structures, by which scores, and masks.  Nothing here decides
 * about a weight.
 */
#ifndef CHOICE_CHOICE_H
#define CHOICE_CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"
#include "file/input.h"
#include "select/select.h"
#include "tensor/tensor.h"

struct buf;
struct diag;
struct format_hint;
struct output;
struct pattern;
struct zip_entry;

/* --- tensors and amounts -------------------------------------------------- */

/*
 * Which tensors are pruned, and how many of their weights: what users say
 * about it, apart from any weight.
 */

enum choice_decision {
	CHOICE_YES,
	CHOICE_SKIP_DTYPE,   /* no float, nor an integer that is wanted */
	CHOICE_SKIP_NDIM,    /* fewer than two dimensions: a bias, a norm */
	CHOICE_SKIP_NAME,    /* no weight, or one to keep, by its name */
	CHOICE_SKIP_EXCLUDE, /* the user took it out */
	CHOICE_SKIP_ONLY,    /* the user named others */
	CHOICE_SKIP_SHAPE,   /* choice_structure_refuses() it */
	CHOICE_SKIP_MASK,    /* a mask decides, and does not name it */
};

/* As the column "decision" shows it: prune, skip:dtype, ... */
extern const char *const choice_decision_name[];

/* Patterns of names: base/pattern.h. */
struct choice_patterns {
	struct pattern **p;
	size_t n;
};

/* What a user says of tensors by their names. */
struct choice {
	struct choice_patterns include; /* on top of the defaults */
	struct choice_patterns exclude; /* beats all others */
	struct choice_patterns only;    /* if any: instead of the defaults */
	bool integers;                  /* are pruned as well */
	int64_t zero;                   /* what counts as zero in them */
};

/*
 * Appends what PATTERN is to A, of a choice, which choice_free()
 * releases. Returns 0, or -1.
 */
int choice_patterns_add(
	struct choice_patterns *a, const char *pattern, struct diag *d);
void choice_free(struct choice *c);

/*
 * Whatever its dtype: whether R excludes NAME; and whether it leaves it in, for
 * it does not exclude it and if it names only some, this is one.
 */
bool choice_exclude(const struct choice *r, const char *name);
bool choice_allow(const struct choice *r, const char *name);

/* What a name says of a tensor: the patterns are asked once, if at all. */
enum choice_name {
	CHOICE_NAME_UNASKED,
	CHOICE_NAME_WEIGHT, /* also one that models cannot spare */
	CHOICE_NAME_OTHER,  /* a scale, a bias, a mask, another non-weight */
};

/* A decision and its reason, both for people; all strings are static or R's. */
struct choice_verdict {
	enum choice_decision decision;
	const char *pattern; /* that matched the name; or NULL */
	const char *what;    /* "a scale"; NULL where there is nothing to say */
	enum choice_name name;
};

/* What R says about S, a tensor of a file of FORMAT. */
struct choice_verdict choice_judge(const struct choice *r,
	enum tensor_format format, const struct tensor_span *s);

/*
 * False if S is no weight by its name, of which V, what choice_judge() said of
 * it, may know already.
 */
bool choice_is_weight(
	const struct choice_verdict *v, const struct tensor_span *s);

/* True if it is that of zero points of quantised weights. */
bool choice_names_zero_point(const char *name);

/* The decision alone. */
enum choice_decision choice_decide(const struct choice *r,
	enum tensor_format format, const struct tensor_span *s);

/* The first pattern of R that matches no tensor in M, or NULL: a typo? */
const char *choice_unused(const struct choice *r, const struct tensor_model *m);

enum choice_target_kind {
	CHOICE_BY_NOTHING,
	CHOICE_BY_SPARSITY,  /* ratio of the pruned */
	CHOICE_BY_DENSITY,   /* ratio of the kept */
	CHOICE_BY_COUNT,     /* so many */
	CHOICE_BY_THRESHOLD, /* |w| below it */
	CHOICE_BY_PLAN,      /* so many of each tensor: the k of its job */
};

/*
 * Whose count a sparsity S of N weights is, instead of the exact one.  (In the
 * versions of torch 1.13, tfmot 0.8, llm-compressor 0.7, wanda of 2023.)
 */
enum choice_compat {
	CHOICE_COMPAT_NONE,
	CHOICE_COMPAT_TORCH, /* round(S * N) in double, half to even */
	CHOICE_COMPAT_TFMOT, /* keeps max(round(N * (1 - S)), 1) in float */
	CHOICE_COMPAT_LLMC,  /* int(S * N) in double */
	CHOICE_COMPAT_WANDA, /* int(N * S) of a row, one more of a tensor */
	CHOICE_COMPAT_WANDA_ROW,
};

/* How a part of N that is not whole is rounded. */
enum choice_round {
	CHOICE_ROUND_EVEN, /* to the nearest, a half to even */
	CHOICE_ROUND_DOWN,
	CHOICE_ROUND_UP,
};

struct choice_target {
	enum choice_target_kind kind;
	enum choice_compat compat;
	enum choice_round round;
	uint64_t min_keep; /* of sparsities and densities: so many stay */
	struct num_ratio ratio;
	uint64_t count;
	double threshold;
};

/*
 * How many of N weights T prunes, in exact integers: sparsity rounds the
 * pruned, density the kept.  0 for others.
 */
uint64_t choice_amount(const struct choice_target *t, uint64_t n);

/* --- rules ---------------------------------------------------------------- */

/* Bounds of the part of a tensor that is pruned. */
struct choice_bounds {
	struct num_ratio min, max;
	bool exactly; /* min, rounded to the nearest count, and no max */
};

/* Whether MIN is above MAX. */
bool choice_bounds_cross(const struct choice_bounds *b);

/* How many of N weights B lets be pruned, at least and at most. */
void choice_bounds_count(const struct choice_bounds *b, uint64_t n,
	uint64_t *min, uint64_t *max);

/* The bounds of the tensors whose names match a pattern: base/pattern.h. */
struct choice_rule {
	struct pattern *pattern;
	struct choice_bounds bounds;
};

struct choice_rules {
	struct choice_rule *rule; /* as in the file */
	size_t n;
};

/*
 * Reads the rules in PATH, a CSV table with the columns pattern, sparsity, min
 * and max, of which a row has the second or any of the others; a bound that is
 * not given is that of OTHERS.  NULL: L has no rules.  Release L with
 * choice_rules_free().  Returns 0, or -1 with nothing to be released.
 */
int choice_rules_read(struct choice_rules *l, const char *path,
	const struct choice_bounds *others, struct diag *d);

/* The first rule that the tensor called NAME matches, borrowed; or NULL. */
const struct choice_rule *choice_rules_find(
	const struct choice_rules *l, const char *name);
void choice_rules_free(struct choice_rules *l);

/* --- structures ----------------------------------------------------------- */

/*
 * What is pruned together.  Units are blocks of a matrix (a tensor of more
 * dimensions is one of shape[0] rows) or the slices along a dimension; they are
 * compared by the mean or the largest magnitude of their weights, those at the
 * edges by the weights they have.  N:M keeps N of each M weights that follow
 * one another along dimension 1 (the inputs of a layer), or 0 if there is only
 * one; of equal ones those of lower index.
 */
enum choice_shape {
	CHOICE_SINGLE, /* every weight for itself */
	CHOICE_NM,
	CHOICE_BLOCK,
	CHOICE_SLICE,
};

#define CHOICE_NM_MAX 64

struct choice_structure {
	enum choice_shape shape;
	uint64_t keep, of;   /* N:M; at most CHOICE_NM_MAX */
	uint64_t rows, cols; /* of a block */
	unsigned dim;        /* that slices are numbered by */
	bool by_max;         /* not by the mean */
};

/*
 * Fills X from S, as people write it: none, nm=keep:2:4, block=4x4, row, col,
 * dim=1, the last four with :mean or :max behind.  NAME is what messages call
 * it.  Returns 0, or -1 with DIAG_USAGE.
 */
int choice_structure_parse(struct choice_structure *x, const char *s,
	const char *name, struct diag *d);

/*
 * The same of what follows "nm=": keep:2:4, zero:2:4, or, where both are the
 * same, 2:4.
 */
int choice_nm_parse(struct choice_structure *x, const char *s, const char *name,
	struct diag *d);

/*
 * Why S cannot be pruned in units of X, for people; NULL: it can.  Static.
 */
const char *choice_structure_refuses(
	const struct choice_structure *x, const struct tensor_span *s);

/*
 * How far apart the members of a group of N:M are in C order, in a tensor that
 * is not refused: each M times as many elements in a row are whole groups.
 */
uint64_t choice_nm_step(const struct tensor_span *s);

/*
 * So many elements of S in the order of its file are whole groups of N:M of X,
 * or one of its rows, all that have one first index; a scalar is a row.
 */
uint64_t choice_nm_nelem(
	const struct choice_structure *x, const struct tensor_span *s);
uint64_t choice_row_nelem(const struct tensor_span *s);

/*
 * Units of a tensor, seen as a matrix: NCOL of COLS columns in each row, the
 * last perhaps narrower, and the same ones in ROWS rows; 0: in all.  Rows are
 * those of the file, and units are numbered along them: of a matrix in Fortran
 * order, which is TURNED there, along its columns.
 */
struct choice_grid {
	uint64_t nunit;
	uint64_t row_nelem, cols, ncol, rows;
	bool turned;
	bool scattered; /* those of C order, whatever the file's is */
};

/* X is of units. */
struct choice_grid choice_grid_of(
	const struct choice_structure *x, const struct tensor_span *s);

/* The number in C order of the unit that is number AT of G, and back. */
uint64_t choice_grid_in_c(const struct choice_grid *g, uint64_t at);
uint64_t choice_grid_at(const struct choice_grid *g, uint64_t c);

/* Elements of unit AT of G, of S, which has some; fewer at the edges. */
uint64_t choice_grid_size(
	const struct choice_grid *g, const struct tensor_span *s, uint64_t at);

/* A walk over pieces of units, along the rows. */
struct choice_walk {
	const struct choice_grid *g;
	uint64_t row, col; /* of what comes next */
	uint64_t unit, left;
};

/* Begins with the element that is number AT of S in the file. */
void choice_walk_from(struct choice_walk *w, const struct choice_grid *g,
	const struct tensor_span *s, uint64_t at);

/* Sets the unit of what comes next, and what is left of it in its row. */
static inline void choice_walk_find(struct choice_walk *w)
{
	const struct choice_grid *g = w->g;

	w->unit = (g->rows ? w->row / g->rows * g->ncol : 0) + w->col / g->cols;
	w->left = g->cols - w->col % g->cols;
	if (w->left > g->row_nelem - w->col)
		w->left = g->row_nelem - w->col;
}

/* The next piece, at most MAX elements: of unit *UNIT; returns how many. */
static inline size_t choice_walk_next(
	struct choice_walk *w, size_t max, size_t *unit)
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
		choice_walk_find(w);
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
enum choice_score_kind {
	CHOICE_BY_MAGNITUDE, /* as a score where bits do not order */
	CHOICE_BY_RANDOM,    /* a hash of name, index and seed, from 0 to 1 */
	CHOICE_BY_FILE,      /* the numbers of a file, in their order */
	CHOICE_BY_WANDA,     /* |w| x, x by input: M. Sun et al. 2023 */
	CHOICE_BY_TAYLOR,    /* |w g|: P. Molchanov et al. 2019, first order */
	CHOICE_BY_OBD,       /* w^2 h: LeCun et al. 1989, but for a factor */
};

struct choice_score {
	enum choice_score_kind kind;
	uint64_t seed;
	struct tensor_model model;          /* of a file */
	const struct tensor_span **by_name; /* its tensors */
};

/*
 * Opens PATH (borrowed) as scores of KIND; a tensor's scores have its name, and
 * its shape, or for WANDA one number per input.  Its header may take MEM_NBYTES
 * of memory; 0 means any.  Release with choice_score_close(), which is harmless
 * on other kinds.  Returns 0, or -1.
 */
int choice_score_open(struct choice_score *x, enum choice_score_kind kind,
	const char *path, uint64_t mem_nbytes, const char *tmpdir,
	struct diag *d);
void choice_score_close(struct choice_score *x);

/*
 * Finds the scores of SPAN; *RET stays NULL for kinds that need none.  Returns
 * 0, or -1.
 */
int choice_score_find(const struct choice_score *x,
	const struct tensor_span *span, const struct tensor_span **ret,
	struct diag *d);

/*
 * Fills KEY[0..R->n) for R, prepared, of what V looks at, with its scores S;
 * what R->prev has pruned has key 0, the lowest.  A score that is NaN is
 * DIAG_DATA.  Returns 0, or -1.
 */
int choice_score_read(const struct choice_score *x, const struct select_view *v,
	const struct tensor_span *s, const struct select_run *r, uint64_t *key,
	struct diag *d);

/*
 * The number that KEY of X's kind stands for in V; and the least key that is
 * not below SCORE.
 */
uint64_t choice_score_key(const struct choice_score *x,
	const struct select_view *v, double score);
double choice_score_value(const struct choice_score *x,
	const struct select_view *v, uint64_t key);

/*
 * What scores come to: the largest of them, or their sum, of which large terms
 * are a part of their own that cannot overflow (J. L. Blue, ACM TOMS 4, 1978):
 * it is worth 2^CHOICE_SUM_UP times what it says.
 */
struct choice_sum {
	double rest, large;
};

#define CHOICE_SUM_LARGE 0x1p900
#define CHOICE_SUM_UP 128

/*
 * The key of SUM over N, of scores of X or, if it is NULL, of magnitudes.  NaN
 * is the largest.
 */
uint64_t choice_score_mean_key(
	const struct choice_score *x, struct choice_sum sum, uint64_t n);

/* --- masks --------------------------------------------------------------- */

/*
 * Masks in files.  Ours is safetensors: for each tensor a U8 tensor of the same
 * name and of shape [ceil(n / 8)]; bit i % 8 (lowest first) of byte i / 8
 * belongs to the element with logical C index i, 1 is kept; the last byte's
 * spare bits are 0.  A BOOL tensor of the tensor's own shape, in any format
 * that is read, is a mask as well, and so are the zeros of other weights.
 */

/* As which a mask is written. */
enum choice_mask_format {
	CHOICE_MASK_BITS, /* ours */
	CHOICE_MASK_NPY,  /* BOOL; one tensor */
	CHOICE_MASK_NPZ, /* BOOL; needs an output that output_patch() changes */
};

/* Tensors in Fortran order need all bits of their masks in memory at once. */
#define CHOICE_MASK_WHOLE_MAX ((uint64_t)128 << 20)

/* A mask to read from. */
struct choice_mask {
	const struct tensor_model *model; /* own, or borrowed */
	struct tensor_model own;
	bool values;   /* weights, of which zeros are pruned */
	bool integers; /* may be weights; the caller's to set */
	int64_t zero;  /* what counts as zero in them */
	struct choice_mask_entry *entry; /* its tensors by name */
	size_t nentry;
	uint64_t nwhole; /* bytes of masks of Fortran tensors in memory */
};

/*
 * Opens PATH (borrowed) as a mask, or with VALUES as weights, read as HINT
 * says; of a mask only how much memory its header may take counts.  Release
 * with choice_mask_close().  Returns 0, or -1.
 */
int choice_mask_open(struct choice_mask *m, const char *path, bool values,
	const struct format_hint *hint, const char *tmpdir, struct diag *d);

/* The same of IN, a mask of ours, which is M's now, also if this fails. */
int choice_mask_take(struct choice_mask *m, struct input *in, struct diag *d);
void choice_mask_close(struct choice_mask *m);

/*
 * Masks that are tensors of MODEL (borrowed) as the tensors that they mask are:
 * of any dtype, 0 is pruned.  They are not found by name.  Needs no closing.
 */
struct choice_mask choice_mask_of(const struct tensor_model *model);

/*
 * Finds the mask of tensor S and sees that it fits; *RET is NULL if M has
 * none.  With RET NULL only notes that there is such a tensor.  Returns 0, or
 * -1.
 */
int choice_mask_find(struct choice_mask *m, const struct tensor_span *s,
	const struct tensor_span **ret, struct diag *d);

/*
 * Fails if M has a tensor that nobody has looked for: one that MODEL has not,
 * or that no mask is for.  Returns 0, or -1.
 */
int choice_mask_check(const struct choice_mask *m,
	const struct tensor_model *model, struct diag *d);

/*
 * How many elements of S, a tensor of IN, are not zero though the mask has
 * pruned them; the logical C index of the first goes to *FIRST, which is not
 * set when there is none.  NTHREAD 0: all processors.  Returns 0, or -1.
 */
int choice_mask_alive(const struct choice_mask *m,
	const struct tensor_span *mask, const struct input *in,
	const struct tensor_span *s, unsigned nthread, uint64_t *ret,
	uint64_t *first, struct diag *d);

/*
 * Reads a bit for each of the elements [FIRST, FIRST + N) of S, whose mask MASK
 * is, in the order of its file.  Threads may share M.
 */
int choice_mask_read(const struct choice_mask *m,
	const struct tensor_span *mask, const struct tensor_span *s,
	uint64_t first, size_t n, uint8_t *bits, struct diag *d);

/* How many elements of S the mask has pruned. */
int choice_mask_count(const struct choice_mask *m,
	const struct tensor_span *mask, const struct tensor_span *s,
	uint64_t *ret, struct diag *d);

/* Bytes of the bits of N elements. */
static inline uint64_t choice_mask_nbytes(uint64_t n)
{
	return n / 8 + (n % 8 != 0);
}

/* A mask being written. */
struct choice_mask_writer {
	enum choice_mask_format format;
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
 * Release W with choice_mask_free() either way.  Returns 0, or -1.
 */
int choice_mask_begin(struct choice_mask_writer *w,
	enum choice_mask_format format, struct output *out,
	const struct tensor_span *const *span, size_t n, struct diag *d);

/* The next N bits of S, in the order of the file, all tensors in turn. */
int choice_mask_put(struct choice_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d);

/* What comes after the last bits.  Returns 0, or -1. */
int choice_mask_finish(struct choice_mask_writer *w, struct diag *d);
void choice_mask_free(struct choice_mask_writer *w);

#endif
