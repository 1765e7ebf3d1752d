/* SPDX-License-Identifier: MIT */
/*
 * A schedule is a tree of pure functions of the step: segments laid end to
 * end, groups repeated, tables multiplied.  Nothing is carried from one step
 * to the next, so any step may be asked for at any time, by any thread.  It is
 * built, by words or by others, through one builder, and can be explained.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct diag;
struct near;
struct sched;
struct sched_env;
struct sched_fn;
struct sched_host;
struct sched_numbers;
struct sched_rep;
struct shape;
struct py;
struct py_error;
struct py_value;

/* --- functions ---------------------------------------------------------- */

/*
 * A function of one number that a schedule is made of: a user's lambda or def.
 * Who makes one puts this first in a struct of his own.
 */
struct sched_fn {
	/* Its value at X; NAN where it has none.  Any thread, any order. */
	double (*at)(struct sched_fn *f, double x);
	/* Appends its source, in brackets. */
	void (*show)(struct buf *b, const struct sched_fn *f);
	/*
	 * Why at() gave NAN at X, to D: 1, or 0: that is its value.  Or NULL.
	 */
	int (*why)(struct sched_fn *f, double x, struct diag *d);
	void (*free)(struct sched_fn *f);
	bool is_const; /* its value does not depend on X */
	bool opaque;   /* it has no source that could be read again */
};

static inline double sched_fn_at(struct sched_fn *f, double x)
{
	return f->at(f, x);
}

/* Harmless on NULL. */
static inline void sched_fn_free(struct sched_fn *f)
{
	if (f)
		f->free(f);
}

/* --- cycles ------------------------------------------------------------- */

/* Of different lengths: 8 MB of starts. */
#define SCHED_CYCLES_MAX 1000000

/*
 * Where each cycle starts.  Equal cycles are a division; growing ones are a
 * table made once by iteration, because the closed form by logarithms is off
 * by one at exact restart points.
 */
struct sched_cycles {
	double len;    /* of the first cycle, in steps */
	double *start; /* of each, in steps, [0..n]; NULL: all are equal */
	size_t n;
};

/* --- clocks ------------------------------------------------------------- */

/*
 * What updates have consumed where their batches grow: samples, or tokens, by
 * the step, and back.  Runs of equal batches, in integers, so that both ways
 * are exact.
 */

/* From its step on each update takes so many. */
struct sched_run {
	uint64_t step, samples; /* consumed before that step */
	uint64_t batch;         /* 1 or more */
};

/* All zero is empty.  The last run has no end. */
struct sched_clock {
	struct sched_run *run;
	size_t n;
};

/*
 * The updates from STEP on, which is not before the last run's, take BATCH.
 * Returns 0, or -1 with DIAG_USAGE (too many runs, or samples of 2^53) or
 * DIAG_NOMEM.
 */
int sched_clock_add(
	struct sched_clock *c, uint64_t step, uint64_t batch, struct diag *d);

void sched_clock_free(struct sched_clock *c);

/* The run that STEP is in.  The clock is not empty.  Any thread. */
const struct sched_run *sched_clock_run(
	const struct sched_clock *c, uint64_t step);

/* What is consumed before STEP, a real one as far into its update. */
double sched_clock_at(const struct sched_clock *c, double step);

/*
 * The first step before which SAMPLES or more are; INFINITY of 2^53 or more,
 * NAN of NAN.
 */
double sched_clock_step(const struct sched_clock *c, double samples);

/* --- the tree ----------------------------------------------------------- */

/* Steps are computed in doubles, which count exactly up to here. */
#define SCHED_STEPS_MAX ((uint64_t)1 << 53)
/* Groups in groups, into which sched_value() and sched_block() recurse. */
#define SCHED_DEPTH_MAX 32
/* Factors of one product. */
#define SCHED_NFACTOR_MAX 32
#define SCHED_NPARAM 8
#define SCHED_NLIST 2
/* By convention of the table: p of shapes that have cycles, list of step. */
enum { SCHED_P_MIN, SCHED_P_MAX, SCHED_P_LEN };
enum { SCHED_LIST_AT, SCHED_LIST_VALUES };

/*
 * Where step u of a segment of length L stands on the way from x = 0 to 1.
 * Nearly every off-by-one between libraries is a choice among these.
 */
enum sched_grid {
	SCHED_EXCL, /* u/L: the end value is the next segment's first */
	SCHED_INCL, /* u/(L-1): the last step has the end value */
	SCHED_LEAD, /* (u+1)/L: the first step has moved already */
	SCHED_OPEN, /* (u+1)/(L+1): neither end is reached */
	SCHED_SKIP, /* lead, but step 0 has the start value (Lightning) */
};

/* What an end value e becomes in a repeated cycle with factor f. */
#define SCHED_SCALES "top|span|all|drop"
enum sched_scale {
	SCHED_TOP,  /* e*f, but the group's lowest end stays */
	SCHED_SPAN, /* lo + (e-lo)*f */
	SCHED_ALL,  /* e*f */
	SCHED_DROP, /* hi + (e-hi)*f: of what runs against a rate */
};

/* Ends of the group that no factor scales. */
#define SCHED_KEEPS "none|lo|hi|both"
enum sched_keep {
	SCHED_KEEP_NONE, /* but what the scale keeps */
	SCHED_KEEP_LO,
	SCHED_KEEP_HI,
	SCHED_KEEP_BOTH,
};

struct sched_list {
	double *v;
	size_t n;
};

struct sched_seg {
	const struct shape *shape;
	double from, to;
	enum sched_grid grid;
	bool cont;                 /* past the end the formula goes on */
	bool flip;                 /* S(x) becomes 1-S(1-x) */
	bool bent;                 /* by prepare: cos, not its defaults */
	bool raw_from, raw_to;     /* by prepare: formula, no end, at 0 or 1 */
	double floor, ceil;        /* clamps; infinite where not asked for */
	double p[SCHED_NPARAM];    /* as the shape's row names them */
	double unit[SCHED_NPARAM]; /* steps per unit the user wrote p in */
	struct sched_list list[SCHED_NLIST];
	struct sched_fn *fn;        /* of shapes that have one */
	struct sched_cycles cycles; /* made by prepare, of shapes with some */
	struct sched_list product;  /* made by prepare: of fn up to each step */
};

struct sched_part {
	struct sched *node;
	double skip;    /* its own step that it begins at */
	bool over;      /* it hides the next one's start, and moves it not */
	double origin;  /* the step that the part counts from */
	double visible; /* the step it is first seen at, >= origin */
};

struct sched_seq {
	struct sched_part *part; /* in ascending order of visible */
	size_t n;
	double next;    /* where the next part's origin will be */
	double covered; /* up to here an overlay hides the next part */
	double past;    /* the value after the last part; NAN: as it says */
	bool error;     /* nobody is to ask for what is after the last part */
};

struct sched_rep {
	struct sched *body;
	double count; /* INFINITY: for ever */
	double grow;  /* each cycle's length over the last one's */
	double vmul;  /* factor per cycle */
	double gamma; /* factor per step */
	struct sched_fn *vfn,
		*tfn; /* more factors: of cycle 1..., of the step */
	enum sched_scale scale;
	enum sched_keep keep;
	double lo, hi; /* the lowest and highest end value in the body */
	struct sched_cycles cycles;
};

struct sched_prod {
	struct sched **factor; /* multiplied from the first to the last */
	size_t n;
};

/* A schedule of its own, with its own step 0 and its own past the end. */
struct sched_group {
	struct sched *body;
	bool timed; /* played for len steps; else for as long as the body is */
	bool cont;  /* past these the body goes on; else it holds */
};

/* A schedule that is stepped once in EVERY steps: its own step is whole. */
struct sched_hold {
	struct sched *body;
	double every;                    /* NAN: it counts by the clock */
	const struct sched_clock *clock; /* borrowed */
};

/* The body's own step at real step U of H; H's step at the body's end. */
double sched_hold_step(const struct sched_hold *h, double u);
double sched_hold_end(const struct sched_hold *h);

enum sched_kind {
	SCHED_SEG,
	SCHED_SEQ,
	SCHED_REP,
	SCHED_PROD,
	SCHED_GROUP,
	SCHED_HOLD,
};

struct sched {
	enum sched_kind kind;
	double len; /* steps, may be fractional; INFINITY: never ends */
	char *call; /* the user's call that it came of (malloc'd), or NULL */
	union {
		struct sched_seg seg;
		struct sched_seq seq;
		struct sched_rep rep;
		struct sched_prod prod;
		struct sched_group group;
		struct sched_hold hold;
	} u;
};

/*
 * The value at real step U >= 0; a finite schedule's end value is at u = len,
 * and past it is what the last segment's past= says.  NAN or infinite where a
 * user's function is, never otherwise.  Any thread, any order, the same
 * doubles.
 */
double sched_value(const struct sched *s, double u);

/* The value at STEP, < SCHED_STEPS_MAX. */
static inline double sched_at(const struct sched *s, uint64_t step)
{
	return sched_value(s, (double)step);
}

/*
 * The same doubles for the N steps STEP, STEP + EVERY, ..., all of them below
 * SCHED_STEPS_MAX, with less work.  Any thread: the deepest tree that can be
 * built takes less than POOL_STACK_NBYTES of stack.
 */
void sched_block(const struct sched *s, uint64_t step, uint64_t every, size_t n,
	double *out);

/* Part I of Q is seen at some step: another one may begin where it does. */
static inline bool sched_seq_shows(const struct sched_seq *q, size_t i)
{
	return i + 1 == q->n || q->part[i].visible < q->part[i + 1].visible;
}

/* What S is made of: its I-th child, or NULL past the last. */
struct sched *sched_child(const struct sched *s, size_t i);

/* Frees S and what it is made of.  Harmless on NULL. */
void sched_free(struct sched *s);

/*
 * The end of the K-th cycle (from 1) of the first cyclic part of S, in steps;
 * NAN if S has no cycles, or fewer.
 */
double sched_cycle_end(const struct sched *s, uint64_t k);

/* How many of these cycles end at step N or before. */
uint64_t sched_cycles_until(const struct sched *s, double n);

/*
 * That part, if it is a segment whose shape has cycles, and how many steps of S
 * each of its own is; or NULL.
 */
const struct sched_seg *sched_cyclic_seg(
	const struct sched *s, double *scale_ret);

/* --- shapes ------------------------------------------------------------- */

enum shape_unit {
	SHAPE_REAL,   /* a plain number */
	SHAPE_VALUE,  /* of the scheduled quantity: a number, or 0.1x */
	SHAPE_STEPS,  /* a length: a number with a unit */
	SHAPE_FLAG,   /* 1 where it is written */
	SHAPE_CHOICE, /* the index of the word in choices */
	SHAPE_LAMBDA, /* (lambda t:...), the segment's fn */
	SHAPE_STEPS_LIST,
	SHAPE_VALUE_LIST,
};

/* Words ask for more of some. */
enum shape_range {
	SHAPE_ANY,
	SHAPE_NONNEG,   /* >= 0 */
	SHAPE_POSITIVE, /* > 0 */
	SHAPE_FACTOR,   /* >= 0; in words > 0 */
	SHAPE_LENGTH,   /* > 0; in words >= 1 */
};

/* Of a node; below these are the parameters of a shape's row, by index. */
enum sched_field {
	SCHED_LEN = SCHED_NPARAM, /* steps; may be fractional, 0 or below */
	SCHED_FROM,
	SCHED_TO,
	SCHED_FLOOR,
	SCHED_CEIL,
	SCHED_GRID, /* an enum sched_grid */
	SCHED_FLIP,
	SCHED_CONT,
	SCHED_PAST,  /* of a sequence: its value after the end */
	SCHED_COUNT, /* of a repetition ... */
	SCHED_GROW,
	SCHED_BY,
	SCHED_GAMMA,
	SCHED_SCALE,     /* an enum sched_scale */
	SCHED_KEEP,      /* an enum sched_keep */
	SCHED_PER_CYCLE, /* functions */
	SCHED_PER_STEP,
	SCHED_EVERY, /* of what is held */
	SCHED_BODY,  /* what is in it */
	SCHED_WHOLE, /* no field alone */
};

/* What is wrong with a node. */
struct sched_fault {
	int field;
	struct diag *d; /* "what was found; what was expected" */
};

/* Sets F's field and message, DIAG_USAGE.  Always returns -1. */
int sched_blame(struct sched_fault *f, int field, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

struct shape_param {
	const char *name; /* NULL ends the array */
	enum shape_unit unit;
	enum shape_range range;
	double dflt;         /* NAN: must be given; of a list: none */
	const char *choices; /* "a|b", of SHAPE_CHOICE */
};

/* Where the ends of a segment come from when the user is silent. */
enum shape_end {
	SHAPE_END_NONE, /* the shape has no such end */
	SHAPE_END_PREV, /* the end of the segment before, or the base */
	SHAPE_END_BASE,
	SHAPE_END_ZERO,
	SHAPE_END_FROM, /* always the same as from */
	SHAPE_END_MUST, /* has to be given */
};

enum shape_flag {
	SHAPE_X = 1,        /* runs from x = 0 to 1: takes grid keys */
	SHAPE_ENDLESS = 2,  /* without a length it never ends */
	SHAPE_TOTAL = 4,    /* takes its length as total= too */
	SHAPE_INCL = 8,     /* its grid is incl by default */
	SHAPE_CYCLIC = 16,  /* has cycles of its own */
	SHAPE_FLIP = 32,    /* to + (from-to)*S(x): takes flip */
	SHAPE_PRESET = 64,  /* takes preset= */
	SHAPE_HALVES = 128, /* half a cycle is the stepsize of Smith 2015 */
};

/* By convention of the table: p of shapes that have presets. */
enum { SHAPE_P_LIN };

struct shape {
	const char *name;
	unsigned flags;
	enum shape_end from, to;
	const struct shape_param *param;
	/*
	 * The value at NUM of DEN: x = num/den for SHAPE_X, with 0 < x (and
	 * x < 1 but past=cont); otherwise num is the local step and den the
	 * length.  FROM and TO are the segment's, scaled by its cycle.
	 */
	double (*at)(const struct sched_seg *g, double from, double to,
		double num, double den);
	/*
	 * Checks what bounds cannot say and prepares tables; LEN and HORIZON in
	 * steps, INFINITY and NAN where unknown; from HORIZON on nobody asks
	 * for values.  May be NULL, and done again.  Returns 0, or -1 with F,
	 * DIAG_USAGE or DIAG_NOMEM.
	 */
	int (*prepare)(struct sched_seg *g, double len, double horizon,
		struct sched_fault *f);
	/*
	 * Local step of inner boundary K, from 0, in LEN; NAN: no more.  Or
	 * NULL.
	 */
	double (*mark)(const struct sched_seg *g, double len, uint64_t k);
	/* The length that its own parameters come to; NAN: none.  Or NULL. */
	double (*length)(const struct sched_seg *g);
	const char *formula; /* as --list shows it, LR0 the base */
};

/* The row named NAME[0..n), or NULL. */
const struct shape *sched_shape_find(const char *name, size_t n);

/* The I-th row of the table, or NULL past the last. */
const struct shape *sched_shape_nth(size_t i);

/* Whether the user may give SHAPE an end value. */
bool sched_shape_takes_to(const struct shape *shape);

/* The grid that SHAPE has without a key for it. */
enum sched_grid sched_shape_grid(const struct shape *shape);

/*
 * Appends a row's synopsis, formula and default ends to B, a line each:
 * "cos[:LEN[:TO]][,waves=0.5]...".
 */
void sched_shape_describe(struct buf *b, const struct shape *shape);

/*
 * The grid and ends a range test has in a framework: grid, linear instead of
 * geometric, and defaults where the framework has them (NAN: none).
 */
struct sched_preset {
	const char *name;
	enum sched_grid grid;
	bool lin;
	double from, to, len; /* len in steps */
};

/* As sched_shape_find() and sched_shape_nth(). */
const struct sched_preset *sched_preset_find(const char *name, size_t n);
const struct sched_preset *sched_preset_nth(size_t i);

/* --- building ----------------------------------------------------------- */

/*
 * Each returns a node (caller frees with sched_free), or NULL for no memory.  A
 * node given to another belongs to it from then on, also when that failed.
 * What is in it is to be prepared already.
 */

/* A segment of SHAPE with its row's defaults, without ends or a length. */
struct sched *sched_new_seg(const struct shape *shape);

/* A sequence without a part. */
struct sched *sched_new_seq(void);

/*
 * Appends PART to SEQ: it begins at its own step SKIP where the one before it
 * ends.  With OVER it only hides the start of the next one and does not move
 * it.  A length of 0 or below lets the next part begin as much earlier, before
 * step 0 too: seen is the last that has begun.  Returns 0, or -1 for no
 * memory.
 */
int sched_seq_add(
	struct sched *seq, struct sched *part, double skip, bool over);

/* u.rep.body, which is given before preparing, again and again. */
struct sched *sched_new_rep(void);

/* A times B, which becomes one more factor of A if that is a product. */
struct sched *sched_new_prod(struct sched *a, struct sched *b);

/*
 * BODY for LEN steps, with CONT going on past them; LEN NAN: for its own
 * length, and past it as it does.
 */
struct sched *sched_new_group(struct sched *body, double len, bool cont);

/* Each value of BODY for EVERY steps. */
struct sched *sched_new_hold(struct sched *body, double every);

/*
 * BODY as it is at what CLOCK (borrowed, not empty) says for a step; the
 * outermost node alone.
 */
struct sched *sched_new_clocked(
	struct sched *body, const struct sched_clock *clock);

/* Whether segments of SHAPE have FIELD. */
bool sched_takes(const struct shape *shape, int field);

/* What is expected of FIELD, not a parameter; NULL if V is that. */
const char *sched_check(enum sched_field field, double v);

/*
 * Gives node S a FIELD that it has: a number (of a choice its index, of a flag
 * 1); segments also a list, which is S's from then on in any case (malloc'd),
 * and a function, likewise.  Returns NULL, or what was expected of the number.
 */
const char *sched_set(struct sched *s, int field, double v);
const char *sched_set_list(struct sched *s, int field, struct sched_list list);
void sched_set_fn(struct sched *s, int field, struct sched_fn *fn);

/*
 * Checks node S, whose children are prepared, and derives what is derived:
 * tables, cycles, where parts begin, its length; HORIZON is the first step that
 * nobody will ask for, NAN if not known yet.  A segment has no end that its
 * caller did not set, but those that its shape says: 0, or where it starts.
 * May be done again when fields have changed.  Returns 0, or -1 with F,
 * DIAG_USAGE or DIAG_NOMEM.
 */
int sched_prepare(struct sched *s, double horizon, struct sched_fault *f);

/* The same for all of tree S, from the leaves up. */
int sched_prepare_all(struct sched *s, double horizon, struct sched_fault *f);

/* --- explaining --------------------------------------------------------- */

/*
 * Appends a line per segment with the steps it holds in absolute numbers, its
 * end values and inner boundaries.  ENV gives epochs.
 */
void sched_explain(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/*
 * Appends S as words with absolute lengths and values.  What has functions
 * that cannot be read again is the call that it came of.  Returns whether such
 * a call or function is among them.
 */
bool sched_unparse(
	struct buf *b, const struct sched *s, const struct sched_env *env);

/* Appends the call that all of S came of; false if it did not. */
bool sched_unparse_call(struct buf *b, const struct sched *s);

/* --- numbers ------------------------------------------------------------ */

/*
 * The numbers that a schedule was written with, each in the user's spelling.
 * They are listed while a schedule is read, and it can be read again with one
 * of them changed: what reads a number asks here for what it is to be.
 */

/* More than these are not listed. */
#define SCHED_NUMBERS_MAX 64

struct sched_number {
	const char *at; /* in the user's text; tells it apart with before */
	char *before;   /* as it is written: "T_max=", "cos:" ... */
	char *after;    /* ... and what follows it: ":1e-5" */
	double value;   /* as it was read */
	bool flag;      /* True or False: 1 or 0 */
	bool item;      /* of a list */
	bool given;     /* by the user, not by default */
	bool base;      /* what 1x means */
};

struct sched_numbers {
	struct sched_number *number; /* n of them; all zero at first */
	size_t n;
	/* The one that is read as TO; NULL: none. */
	const struct sched_number *changed;
	double to;
};

/*
 * Lists the number LIKE, whose texts are copied, unless it is listed, and sets
 * *VALUE to what it is to be; N may be NULL.  Returns 0, or -1 for no memory.
 */
int sched_numbers_take(struct sched_numbers *n, const struct sched_number *like,
	double *value);

/* Harmless on a list that is all zero. */
void sched_numbers_free(struct sched_numbers *n);

/* --- what readers share ------------------------------------------------- */

/* A file of definitions, all borrowed. */
struct sched_source {
	const char *name, *text;
	size_t n;
	/* What the script's imports call it, "a.b", and whether that is a
	 * package's own; NULL: it was given, and imports find it by its name.
	 */
	const char *module;
	bool package;
	bool *ran; /* set where the script comes to it; NULL */
};

/* What names in calls and lambdas stand for; all borrowed. */
struct sched_given {
	const char *const *define; /* NAME=VALUE */
	size_t ndefine;
	bool *asked; /* set for each that was asked for; NULL */
	const struct sched_source *source; /* definitions, for the host */
	size_t nsource;
	const char *package; /* that the script is in, "a.b"; NULL: none */
	bool trial;          /* values of names are tried */
};

/*
 * What users give things by where the readers' host runs: its options, static.
 * Sentences that say what to give have these words: none is NULL.
 */
struct sched_names {
	const char *steps, *epoch_steps, *lr, *define, *count;
	const char *batch, *ref_batch, *scale, *batch_spec;
	/* What makes rows epochs. */
	const char *by_epoch;
	/* Behind a sentence, where the host has a way out, else "". */
	const char *resumed;   /* of a schedule that went on somewhere else */
	const char *not_first; /* of a value that step 0 alone lacks */
	const char *part;      /* of a table shorter than training */
};

/* Those of a batch where the host has no options for them. */
#define SCHED_PLAIN_BATCH                                                \
	.batch = "batch=", .ref_batch = "ref_batch=", .scale = "scale=", \
	.batch_spec = "batch_spec="

/* What lengths and values are relative to, and who reads calls. */
struct sched_env {
	double base;        /* what 1x means */
	bool base_given;    /* the user said so; else a script may */
	double steps;       /* in all: what 100% is; NAN: not known */
	double epoch_steps; /* steps per epoch; NAN: not known */
	double horizon;     /* first step never asked for; NAN: not known */
	bool by_epoch;      /* what is called a step here is an epoch */
	bool later;         /* step 0 may never be asked for */
	bool ends;          /* an end is needed */
	bool has_samples;   /* lengths may be in samples: 2e6s ... */
	bool epoch_samples; /* ... and these are what epoch_steps counts */
	struct sched_given given;
	struct sched_numbers *numbers;   /* lists and changes them; NULL */
	const struct sched_host *host;   /* what builds calls; NULL: nothing */
	const struct sched_names *names; /* NULL: the plain ones */
	struct buf *remarks; /* for the host: lines for the user; NULL */
};

#define SCHED_CALL_NCOLUMN 4

/* What a call came to; what is not taken over is the caller's to free. */
struct sched_call {
	struct sched_call_column {
		char *name; /* malloc'd; NULL: the first one's, not given */
		struct sched *node;
		bool uses_base;
		double past_end; /* nobody may ask for steps after; NAN */
	} column[SCHED_CALL_NCOLUMN];
	size_t n;
	struct buf name; /* "torch.StepLR ..." */
};

/* Releases what C still has; it is then empty. */
void sched_call_free(struct sched_call *c);

/* Where calls are built: this room knows none. */
struct sched_host {
	void *ctx;
	/* Whether S[0..N) begins as a call. */
	bool (*knows)(void *ctx, const char *s, size_t n);
	/*
	 * The signature of the constructor NAME[0..N), its length in *NRET;
	 * NULL: none has that name.  Not NUL-terminated.
	 */
	const char *(*signature)(
		void *ctx, const char *name, size_t n, size_t *nret);
	/* Offers the names of all constructors. */
	void (*offer)(void *ctx, struct near *near);
	/*
	 * The call S[0..N) into *RET; BASE is what it starts from.  Returns
	 * 0, or -1 with D and *WHERE, the offset of the mistake.
	 */
	int (*build)(void *ctx, const char *s, size_t n,
		const struct sched_env *env, double base,
		struct sched_call *ret, size_t *where, struct diag *d);
};

/* ENV's names, or the plain ones. */
const struct sched_names *sched_names_of(const struct sched_env *env);

/* What ENV is to a schedule that is stepped once in EVERY steps. */
struct sched_env sched_env_held(const struct sched_env *env, double every);

struct sched_column {
	char *name; /* NULL: the first column, not named by a word */
	struct sched *node;
	bool uses_base; /* its values change with env.base */
};

struct sched_table {
	struct sched_column *column; /* at least one */
	size_t n;
	double len; /* steps of the longest column that ends; INFINITY */
	/* The word, from 1, that env.steps is missing for; or 0. */
	size_t needs_steps;
	/* Words, from 1, with a length in samples, and in steps; or 0. */
	size_t in_samples, in_steps;
	/* A word, from 1, with past=error, and where its column ends; or 0. */
	size_t past_error;
	double past_end;
	/* The constructors that were called: "torch.StepLR ...". */
	struct buf calls;
};

/* The place of a mistake: a word and an offset in it. */
struct sched_where {
	const char *text; /* the word, borrowed from the caller's; NULL: none */
	size_t len;       /* its bytes */
	size_t offset;    /* of the mistake, in bytes */
};

/* Frees what T holds; harmless on a table that is all zero. */
void sched_table_free(struct sched_table *t);

/* --- functions of lib/py ------------------------------------------------ */

/* What py_run_ctx() is while a function of the step runs. */
struct sched_step {
	double x;  /* the step */
	void *ctx; /* of who calls it; NULL: a closure */
};

/*
 * F, a function of PY's of one number, which takes the step as an int where it
 * is whole.  SOURCE, malloc'd and the closure's, is what fn->show() appends;
 * NULL: it cannot be said.  RELEASE(CTX) is called when the closure is freed
 * (with sched_fn_free).  Returns NULL for no memory, and then takes nothing.
 */
struct sched_fn *sched_closure_new(struct py *py, struct py_value f,
	char *source, void (*release)(void *ctx), void *ctx);

#define SCHED_CLOSURE_NARG 12

/*
 * Calls F with ARG[0..N), borrowed values of PY's, the number in I's place if
 * I is below N.
 */
void sched_closure_args(
	struct sched_fn *f, const struct py_value *arg, size_t n, size_t i);

/*
 * F at X, as the closure asks for it.  Returns 0 with *RET, or -1 with *E and
 * its text in D.
 */
int sched_closure_try(struct sched_fn *f, double x, struct py_value *ret,
	struct py_error *e, struct diag *d);

#endif
