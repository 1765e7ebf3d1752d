/* SPDX-License-Identifier: MIT */
/*
 * Weights as integers: read in chunks by several threads, compared by their
 * bits, and of so many the smallest found, exactly.
 */
#ifndef SELECT_SELECT_H
#define SELECT_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file/input.h"
#include "tensor/tensor.h"

struct diag;
struct progress;

/* --- formats of numbers -------------------------------------------------- */

/*
 * Magnitude is an integer: the bits of a float without its sign order |w|
 * exactly, zero first, subnormals and infinity in their places, NaN last.
 * This is a table of the formats and the way between keys and values.
 */

enum select_coding {
	SELECT_FLOAT,    /* sign and magnitude, as IEEE 754 has it */
	SELECT_ONE_ZERO, /* the same, but what would be -0.0 is the one NaN */
	SELECT_INTEGER,  /* its key is how far it is from what counts as zero */
	SELECT_DISTANCE, /* that, with a sign for those below it */
};

struct select_format {
	unsigned nbytes;    /* of an element */
	unsigned key_nbits; /* all but the sign */
	unsigned mantissa_nbits;
	int bias;
	uint64_t key_max; /* the largest key that is not NaN */
	bool has_inf;     /* key_max is infinity */
	enum select_coding coding;
};

/* The format of DTYPE; NULL if it is no float. */
const struct select_format *select_format(enum tensor_dtype dtype);

/* The same of integers; their keys have all bits. */
const struct select_format *select_integers(enum tensor_dtype dtype);

/* The key of a float with these BITS. */
static inline uint64_t select_bits_key(
	const struct select_format *f, uint64_t bits)
{
	uint64_t sign = UINT64_C(1) << f->key_nbits;

	if (f->coding == SELECT_ONE_ZERO && bits == sign)
		return sign; /* above key_max, as NaN is */
	return bits & (sign - 1);
}

/* One more than the largest key of a float. */
static inline uint64_t select_key_end(const struct select_format *f)
{
	return (UINT64_C(1) << f->key_nbits) + (f->coding == SELECT_ONE_ZERO);
}

/* The bits that are all 0 in what is zero, of either sign, and only there. */
static inline uint64_t select_nonzero_bits(const struct select_format *f)
{
	return f->coding == SELECT_FLOAT ? (UINT64_C(1) << f->key_nbits) - 1
					 : UINT64_MAX;
}

/* The float with these BITS. */
double select_bits_value(const struct select_format *f, uint64_t bits);

/* |w| of a key, exactly; NaN above key_max. */
double select_value(const struct select_format *f, uint64_t key);

/* The same of P[0..n), little-endian numbers of F; and with their signs. */
void select_values(const struct select_format *f, const unsigned char *p,
	size_t n, double *out);
void select_numbers(const struct select_format *f, const unsigned char *p,
	size_t n, double *out);

/* Turns round the bytes of each of P[0..N), of WIDTH bytes. */
void select_swap(unsigned char *p, size_t n, size_t width);

/*
 * The key of the same magnitude in AS, which has all values of F: F itself,
 * F64, or F32 for narrower ones.  NaN stays above infinity, in its order.
 */
uint64_t select_key_as(const struct select_format *f,
	const struct select_format *as, uint64_t key);
uint64_t select_double_key(double magnitude);

/*
 * The smallest key of F at or above KEY of AS; one past the last if none is.
 */
uint64_t select_key_from(const struct select_format *f,
	const struct select_format *as, uint64_t key);

/* --- one scan ------------------------------------------------------------ */

/*
 * Weights are read in chunks that several threads work on and that are handed
 * back in the order of the file, so that results do not depend on the number
 * of threads.  Counting, gathering, statistics and writing are all done so;
 * no more than select_scan_nslot() chunks are in memory, each with a slot.
 */

/* What is to be read: elements of a tensor, or plain bytes. */
struct select_item {
	const struct input *in; /* seekable */
	uint64_t offset;        /* of its first byte */
	uint64_t n;             /* elements */
	uint64_t skip;          /* of the tensor's, before these; not read */
	unsigned width;         /* bytes of one */
	uint64_t unit;          /* elements that stay together; 0: 1 */
	uint64_t run_nelem; /* elements of a run at most; 0: as in the scan */
	unsigned group;     /* items of one group may share a chunk */
	bool solid;         /* holes are read, that zeros can be changed */
	bool unread;        /* work() reads it, wherever it lies; also solid */
	/*
	 * NULL: bytes are read as they lie from OFFSET on.  Else the elements
	 * of this, in C order and little-endian, whatever it is in.
	 */
	const struct tensor_span *turned;
};

/*
 * Elements [FIRST, FIRST + N) of IT to P, as a scan reads them.  Returns 0, or
 * -1.  Threads may share IT.
 */
int select_item_read(const struct select_item *it, uint64_t first, size_t n,
	unsigned char *p, struct diag *d);

/* The elements FIRST + AT[], in their order, that a cut takes of its ties. */
struct select_taken {
	uint64_t first; /* of the item's elements */
	const uint32_t *at;
	size_t n;
};

/* A run of consecutive elements of an item, in the order of the file. */
struct select_run {
	size_t item;
	unsigned char *p; /* may be written to, unless zero */
	/* Where it was read to; P has room for it as a wide view sees it. */
	unsigned char *stored;
	size_t n;
	uint64_t first;      /* of the tensor's elements */
	bool last;           /* of the item's runs */
	bool zero;           /* a hole in the file: all bytes are 0 */
	const uint8_t *prev; /* 0 bits are pruned already; NULL: none is */
	/* Keys below UINT64_MAX that stand for the weights'; or NULL. */
	const uint64_t *score;
	/* Of a list of a run's elements: which they are of it; or NULL. */
	const uint32_t *at;
	const struct select_taken
		*taken; /* by the cut to be applied; or NULL */
};

/* Chunks in flight at most, whatever the number of threads. */
#define SELECT_NSLOT_MAX ((size_t)16)
/* Runs of a chunk at most: small items share one. */
#define SELECT_SCAN_NRUN ((size_t)1024)

/* Memory that is released as a whole; all 0 at first. */
struct select_room {
	void *last;
	size_t nbytes; /* that were asked for */
	bool bad;      /* in vain, once or more */
};

/* N bytes of M, whatever they are, or all 0; NULL: M is bad now. */
void *select_room_get(struct select_room *m, size_t n);
void *select_room_zero(struct select_room *m, size_t n);
void select_room_free(struct select_room *m);

/*
 * What is done to chunks.  A slot is the user's: what it needs besides a chunk
 * to work on it, and what comes of that until it is drained.
 */
struct select_hooks {
	size_t slot_nbytes;
	/*
	 * Fills SLOT, which is all 0, with what it gets of M; or NULL.  It need
	 * not look whether M is bad.
	 */
	void (*init)(void *ctx, void *slot, struct select_room *m);
	/* On any thread.  Returns 0, or -1. */
	int (*work)(void *ctx, void *slot, struct select_run *run, size_t nrun,
		struct diag *d);
	/*
	 * On the caller's, chunks in order; or NULL.  Returns 0, 1 if no more
	 * is wanted, or -1.
	 */
	int (*drain)(void *ctx, void *slot, const struct select_run *run,
		size_t nrun, struct diag *d);
};

struct select_scan {
	const struct select_item *item; /* each file's by offset */
	size_t nitem;
	unsigned nthread;          /* 0: all processors */
	struct progress *progress; /* counts bytes; or NULL */
	size_t chunk_nelem;        /* of a run, or one unit if that is more */
	const struct select_hooks *hooks;
	void *ctx;
};

/*
 * Reads all items of S in order.  Returns 0, or -1 with what reading, work()
 * or drain() says, of the first chunk that failed.
 */
int select_scan(const struct select_scan *s, struct diag *d);
size_t select_scan_nslot(unsigned nthread);

/* --- how weights are looked at ------------------------------------------- */

/*
 * What is done to a run of weights in memory: count magnitudes by a digit of
 * their key, gather the few that are left to decide about, apply a decision.
 * Nothing here knows of files or threads; different runs may be worked on at
 * once.
 */

enum select_ties {
	SELECT_TIES_HASH,  /* in the order of a hash of the index */
	SELECT_TIES_FIRST, /* the lowest index is pruned first */
	SELECT_TIES_LAST,
	SELECT_TIES_KEEP, /* none of the tied is pruned: fewer than k */
	SELECT_TIES_DROP, /* all of the tied are pruned: more than k */
};

enum select_nan {
	SELECT_NAN_ERROR,
	SELECT_NAN_KEEP, /* the largest magnitude of all */
	SELECT_NAN_ZERO, /* counts as zero and becomes zero */
};

/* How the values of one tensor are looked at. */
struct select_view {
	const struct tensor_span *span; /* borrowed */
	const struct select_format *stored;
	/* Of what is looked at: stored, or as select_view_widen() has it. */
	const struct select_format *format;
	/* Whose keys are compared: format, or one that has all its values. */
	const struct select_format *as;
	const uint32_t *to_f32; /* by key, borrowed; where as is another */
	bool scored;            /* runs have scores, which are compared */
	bool keep_negzero;      /* -0.0 stays where it is not pruned */
	enum select_nan nan;
	enum select_ties ties;
	uint64_t tie_salt; /* from the tensor's name and the seed */
	/*
	 * Integers: the bits of what counts as zero, and how far above it they
	 * go; what is farther, seen as unsigned numbers, is below it.
	 */
	uint64_t zero, above;
};

/*
 * Fills V for SPAN, a tensor of floats or integers.  SEED enters the hash that
 * breaks ties.
 */
void select_view_init(struct select_view *v, const struct tensor_span *span,
	enum select_ties ties, uint64_t seed);

/*
 * Takes ZERO for the zero of V's integers, 0 before.  Returns 0, or -1 if it is
 * none of their numbers.
 */
int select_view_zero(struct select_view *v, int64_t zero);

/* Fails if S is of integers and ZERO is none of their numbers. */
int select_check_zero(
	const struct tensor_span *s, int64_t zero, struct diag *d);

/*
 * Whether the bits of V's elements, prepared and without their sign, order as
 * they do; if not, they are compared by scores.
 */
bool select_view_orders(const struct select_view *v);

/*
 * Makes V, whose bits do not order, look at wider ones that do: its runs have
 * their bytes as stored, and room for the others.  False if there are none.
 */
bool select_view_widen(struct select_view *v);

static inline bool select_view_is_wide(const struct select_view *v)
{
	return v->format != v->stored;
}

/* Pruned is all that comes before (key, tie), a key of the tensor's format. */
struct select_cut {
	uint64_t key, tie;
	/* So many zeros are pruned as well; which does not matter. */
	uint64_t nzero;
};

struct select_result {
	uint64_t npruned;
	uint64_t nan;        /* NaN seen */
	uint64_t nan_at;     /* index of the first, in file order */
	uint64_t pruned_max; /* the largest key pruned by the cut */
};

/*
 * Makes R, as it was read, ready for all that follows: little-endian, integers
 * as their distance from what counts as zero, and zero where R->prev or NaN
 * that count as zero say so.  Notes such NaN in RET.
 */
void select_prepare(const struct select_view *v, const struct select_run *r,
	struct select_result *ret);

/*
 * Notes the NaN of R[BEGIN, END), prepared, that neither preparing nor applying
 * would.
 */
void select_note_nan(const struct select_view *v, const struct select_run *r,
	size_t begin, size_t end, struct select_result *ret);

/*
 * Zeroes what R->prev, which is another since R was prepared, has pruned; its
 * largest key goes to RET->pruned_max.
 */
void select_drop(const struct select_view *v, const struct select_run *r,
	struct select_result *ret);

/* The key of element I of R, prepared, of V's format. */
uint64_t select_key_at(
	const struct select_view *v, const struct select_run *r, size_t i);

/* What N elements of R, prepared, from BEGIN on are compared by. */
void select_ranks(const struct select_view *v, const struct select_run *r,
	size_t begin, size_t n, uint64_t *key);

/* The logical C index of the element that is number AT in the file. */
uint64_t select_c_index(const struct tensor_span *s, uint64_t at);

/* Those of one element after another. */
struct select_steps {
	const struct tensor_span *s;
	uint64_t c; /* of the next */
	uint64_t at[TENSOR_NDIM_MAX], stride[TENSOR_NDIM_MAX];
};

/* Begins with the element that is number AT in the file, which is there. */
void select_steps_from(
	struct select_steps *t, const struct tensor_span *s, uint64_t at);

/* From the last index along the first dimension to what comes then. */
void select_steps_carry(struct select_steps *t);

static inline uint64_t select_steps_next(struct select_steps *t)
{
	uint64_t c = t->c;

	if (!t->s->fortran) {
		t->c++;
		return c;
	}
	t->c += t->stride[0];
	if (++t->at[0] == t->s->shape[0])
		select_steps_carry(t);
	return c;
}

/* Bits of the keys that V compares. */
unsigned select_view_nbits(const struct select_view *v);

/* The bits that select_tie() may take. */
unsigned select_tie_nbits(const struct select_view *v);

/* Bit I of a mask: 1 is kept. */
static inline bool select_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

/* Packs N flags, all ones or 0, into bits; FLAG has room for eights. */
void select_pack(uint8_t *flag, uint8_t *bits, size_t n);

/* A bijection of 64 bits (D. Stafford's variant 13, as in splitmix64). */
static inline uint64_t select_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/*
 * The place of element AT of the file among those of equal magnitude: unique
 * within a tensor, so that an order by (key, tie) is total.
 */
static inline uint64_t select_tie(const struct select_view *v, uint64_t at)
{
	uint64_t c = v->span->fortran ? select_c_index(v->span, at) : at;

	switch (v->ties) {
	case SELECT_TIES_FIRST: return c;
	case SELECT_TIES_LAST: return v->span->n - 1 - c;
	case SELECT_TIES_HASH:
	case SELECT_TIES_KEEP:
	case SELECT_TIES_DROP: break;
	}
	return select_mix(c ^ v->tie_salt);
}

/* --- counting and gathering ---------------------------------------------- */

/*
 * A range of the order of weights, both ends in it: of keys, or of the ties of
 * one key.  A pass counts those in it by a digit, (x - first) >> low.
 */
struct select_range {
	bool in_tie;
	uint64_t key; /* with in_tie */
	uint64_t first, last;
	unsigned low;
	size_t ndigit;
};

/* Bits that one pass decides. */
#define SELECT_DIGIT_NBITS 16

/*
 * Adds to HIST[digit] the weights of R that are in X.  Returns how many are
 * below it: of all, what R->prev has pruned first, or of those with its key.
 */
uint64_t select_count(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, uint32_t *hist);

/* How many weights of R are in X, a range of keys or all ties of a key. */
uint64_t select_match(const struct select_view *v, const struct select_run *r,
	const struct select_range *x);

/* A weight to decide about. */
struct select_cand {
	uint64_t key, tie;
	size_t tensor; /* the caller's number for it */
};

/*
 * Writes the weights of R that are in X to OUT, at most MAX.  Returns how many
 * were written; adds to *NBELOW as select_count() returns it.
 */
size_t select_gather(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, size_t tensor, struct select_cand *out,
	size_t max, uint64_t *nbelow);

/* --- applying ------------------------------------------------------------ */

/*
 * Writes +0.0 over what CUT or R->prev prune and over -0.0; all else keeps its
 * bits, and R is again in the order of bytes of its file.  If KEEP is not NULL
 * it gets a bit per element, 1 for kept, lowest bit of a byte first, unused
 * bits 0.  Adds to *RET.
 */
void select_apply(const struct select_view *v, const struct select_run *r,
	struct select_cut cut, uint8_t *keep, struct select_result *ret);

/*
 * Whether select_apply_groups() is for V, OF being M of N:M; if not, it is done
 * by other means.
 */
bool select_can_group(const struct select_view *v, uint64_t of);

/*
 * Does as select_apply() to R, prepared and without prev or scores, whose n is
 * a multiple of OF: of each OF elements KEEP are kept, of equal ones the first.
 */
void select_apply_groups(const struct select_view *v,
	const struct select_run *r, unsigned keep, unsigned of, uint8_t *bits,
	struct select_result *ret);

/* --- picking ------------------------------------------------------------- */

/*
 * Exact selection: of COUNT weights, the RANK that come first in the order of
 * (magnitude, tie).  A pick narrows the order down digit by digit, from
 * histograms that anyone may have added up, until what is left is so little
 * that it is gathered and sorted.  Several tensors may share one pick; then a
 * tie at the threshold is divided between them first.
 *
 * Where the threshold lies may be guessed: then a pass looks at a small range
 * only, and counts what is below.  A wrong guess costs that pass, no more.
 */

enum select_step {
	SELECT_STEP_DONE,
	SELECT_STEP_COUNT,  /* wants a histogram: select_count() */
	SELECT_STEP_GATHER, /* wants the candidates: select_gather() */
	SELECT_STEP_SPLIT,  /* wants each tensor's share: select_match() */
};

struct select_pick {
	struct select_range x; /* where the candidates are */
	bool guessed;          /* where they may be; they are COUNT in all */
	uint64_t rank;         /* of them, so many are pruned */
	uint64_t count;        /* candidates */
	uint64_t ngone;        /* pruned already, and no candidates */
	size_t ntensor;        /* that share the pick */
	uint64_t gather_max;   /* so few are gathered instead of counted */
	unsigned key_nbits, tie_nbits;
	bool zeros_alike; /* of the zeros only the number matters */
	enum select_ties ties;
	enum select_step step; /* what it wants next */
	struct select_cut cut; /* when done; of the key that is compared */
};

/* Starts a pick with all set but x, guessed, step and cut. */
void select_pick_start(struct select_pick *p);

/* The same among the ties of one tensor, weights with KEY. */
void select_pick_start_tie(struct select_pick *p, uint64_t key);

/*
 * A guess for a pick that has only been started: the threshold is one of the
 * keys [FIRST, LAST], which some EXPECTED candidates have.  May be left unused.
 */
void select_pick_guess(struct select_pick *p, uint64_t first, uint64_t last,
	uint64_t expected);

/*
 * Finishes a pick that has only been started, if its threshold is 0, which
 * NZERO weights are, those that are pruned already among them, and of which
 * only the number matters.
 */
void select_pick_zeros(struct select_pick *p, uint64_t nzero);

/*
 * Answers SELECT_STEP_COUNT; HIST covers all in x, NBELOW is what was below it.
 * Returns 0, or -1 if that does not add up to the number of candidates.
 */
int select_pick_count(
	struct select_pick *p, const uint64_t *hist, uint64_t nbelow);

/*
 * Answers SELECT_STEP_GATHER with all in x; or, with more than gather_max, says
 * that there are as many at least.  When done the cut of
 * tensor T, a number below ntensor, is in CUT[T].  QUOTA_ORDER lists those
 * numbers in the order of the tensors' names; NULL for one tensor.  Returns
 * 0, 1 if NCAND is not the number of candidates, or -1 for no memory.
 */
int select_pick_gather(struct select_pick *p, const struct select_cand *cand,
	size_t ncand, uint64_t nbelow, const size_t *quota_order,
	struct select_cut *cut);

/*
 * The same of a pick of one tensor whose x is of keys, with the N keys that are
 * in it, which are used up: what comes next is among the ties, if anything.
 */
int select_pick_keys(
	struct select_pick *p, uint64_t *key, size_t n, uint64_t nbelow);

/*
 * Divides RANK among N counts in proportion by the method of largest
 * remainders; of equal remainders the one earlier in ORDER comes first.  RANK
 * is at most the sum.  Returns 0, or -1 for no memory.
 */
int select_quota(const uint64_t *count, size_t n, const size_t *order,
	uint64_t rank, uint64_t *quota);

/* --- picking in memory --------------------------------------------------- */

/* What picking in memory works with; a thread has its own. */
struct select_desk {
	uint32_t *hist; /* a digit's */
	uint64_t *sum;
	struct select_cand *cand;
	size_t gather_max;
	/* Of so many weights the threshold is guessed, of fewer halved. */
	size_t guess_min;
	/*
	 * The weights among which a guess puts the threshold, and how many are
	 * below them; in the room of those candidates that are not needed then.
	 */
	struct select_run list;
	struct select_range listed;
	uint64_t nbelow;
	uint32_t
		*at; /* which are listed, and in the end those that are taken */
	struct select_taken taken;
};

/* With what it gets of M: not to be used if that is bad then. */
void select_desk_init(struct select_desk *k, size_t gather_max,
	size_t guess_min, struct select_room *m);

/*
 * Finishes a started pick P of one tensor, which is all of R, prepared.
 * Returns 0, 1 if R does not hold as many candidates as P says, or -1 for no
 * memory.
 */
int select_pick_run(struct select_pick *p, const struct select_view *v,
	const struct select_run *r, struct select_desk *k);

/*
 * Which of its ties the cut of the last select_pick_run() takes, as
 * select_run.taken; NULL where that has not been found out on the way.  Valid
 * until K is used again.
 */
const struct select_taken *select_desk_taken(const struct select_desk *k);

/* --- picking in files ----------------------------------------------------- */

/* Tensors [BEGIN, END) of a search that share a pick: one, or all. */
struct select_group {
	struct select_pick pick;
	size_t begin, end;
};

/* What is picked among N tensors; arrays are the caller's. */
struct select_search {
	const struct select_view *const *view; /* per tensor, borrowed */
	const struct select_item *item;        /* the same; groups are ours */
	size_t n;
	struct select_group *group; /* used up; room for N */
	size_t ngroup;
	struct select_cut *cut; /* per tensor: the answers */
	bool disagrees; /* it failed for what passes saw of a file differs */
	size_t gather_max;
	size_t list_nbytes; /* of candidates that a guess may be about */
	size_t guess_min;   /* as a desk has it */
	/* As a scan has them. */
	unsigned nthread;
	struct progress *progress;
	size_t chunk_nelem;
	/*
	 * On any thread: makes R, of tensor I, ready, with prev and scores,
	 * which are in KNOWN; of that each slot has one, as of hooks.  Returns
	 * 0, or -1.
	 */
	int (*load)(void *ctx, void *known, size_t i, struct select_run *r,
		struct diag *d);
	void (*init)(void *ctx, void *known, struct select_room *m);
	size_t known_nbytes;
	void *ctx;
};

/*
 * Reads files as often as it takes to finish all started picks of S: once, if
 * a sample tells about where the threshold is and there is room for all that is
 * there.  Returns 0, or -1: with DISAGREES set D says nothing.
 */
int select_search(struct select_search *s, struct diag *d);

#endif
