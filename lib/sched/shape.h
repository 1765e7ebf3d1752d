/* SPDX-License-Identifier: MIT */
/*
 * The shapes that a segment can have, one row each: name, parameters with
 * defaults and bounds, formula.  Adding a shape is adding a row.
 */
#ifndef SCHED_SHAPE_H
#define SCHED_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sched/sched.h"

struct buf;
struct diag;

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

/* DIAG_NOMEM.  Always returns -1. */
int sched_blame_nomem(struct sched_fault *f, size_t nbytes);

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

/* The families of the table, each ended by a row without a name. */
extern const struct shape sched_shape_ramps[];
extern const struct shape sched_shape_decays[];
extern const struct shape sched_shape_cycles[];
extern const struct shape sched_shape_fns[];

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
 * "cos[:LEN[:TO]][,waves=0.5]...".  Returns 0, or -1 for no memory.
 */
int sched_shape_describe(struct buf *b, const struct shape *shape);

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

#endif
