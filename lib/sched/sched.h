/* SPDX-License-Identifier: MIT */
/*
 * A schedule is a tree of pure functions of the step: segments laid end to
 * end, groups repeated, tables multiplied.  Nothing is carried from one step
 * to the next, so any step may be asked for at any time, by any thread.  The
 * front ends (words.h) build the tree with the functions below.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sched/cycles.h"

struct diag;
struct sched_fn;
struct shape;

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

/*
 * That part, if it is a segment whose shape has cycles, and how many steps of S
 * each of its own is; or NULL.
 */
const struct sched_seg *sched_cyclic_seg(
	const struct sched *s, double *scale_ret);

#endif
