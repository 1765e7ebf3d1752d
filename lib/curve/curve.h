/* SPDX-License-Identifier: MIT */
/*
 * What the curve of a learning-rate range test says: loss over rate, as
 * arrays.  Where they come from, and in which format, is not known here.
 * Every method is invariant under loss -> a*loss + b, a > 0, unless its
 * original is not.
 */
#ifndef CURVE_CURVE_H
#define CURVE_CURVE_H

#include <stdbool.h>
#include <stddef.h>

struct diag;

/* A run as logged, in the order of its steps; arrays are borrowed. */
struct curve {
	const double *step; /* updates before the point, never falling */
	const double *lr;
	const double *loss; /* lower is better; not finite: skipped, or
			     * diverged */
	size_t n;
};

/*
 * Of range tests down to CURVE_DIVERGED; the others are of probes, and
 * come with rates whichever it is.
 */
enum curve_status {
	CURVE_OK,
	CURVE_BAD_DATA,       /* no rate above 0, or most are */
	CURVE_TOO_FEW,        /* under 20 points, or under a decade of rates */
	CURVE_FLAT,           /* the loss does not fall more than it is noisy */
	CURVE_RISING,         /* it only rises: the rates start too high */
	CURVE_OPEN,           /* it still falls at the end: they end too low */
	CURVE_NOT_A_TEST,     /* the rate does not rise */
	CURVE_LOW_CONFIDENCE, /* an answer, where a sure one is asked for */
	CURVE_DIVERGED,       /* a test that still ran, before any answer */
	CURVE_TOO_SHORT,      /* runs too short to tell */
	CURVE_OPEN_LOW,       /* the lowest rate is the best */
	CURVE_OPEN_HIGH,      /* the highest rate is nearly the best */
	CURVE_BRACKETED,      /* the best rate lies between others */
	CURVE_NSTATUS,
};

/* "ok", "bad-data", ... */
const char *curve_status_name(enum curve_status status);

/* Rates come with it. */
bool curve_has_rates(enum curve_status status);

/* The rates are to be used without asking. */
bool curve_is_yes(enum curve_status status);

enum curve_stage { CURVE_RANGE, CURVE_PROBE };

/* How one suggested rate becomes ranges. */
struct curve_use {
	double ratio;  /* lr_max / lr_min, >= 1 */
	bool constant; /* the suggestion in all three instead */
	double blur;   /* updates; widens the interval by as much */
	unsigned ci;   /* of suggest_lo to suggest_hi: 80 or 90 % */
	bool strict;   /* low confidence is no answer */
};

/* Rates; one that does not exist is NaN, all are unless status has rates. */
struct curve_bounds {
	enum curve_status status;
	enum curve_stage stage;
	double lr_min, lr_max;
	double suggest;
	double suggest_lo, suggest_hi; /* its interval */
	double decades;                /* how wide its interval of 90 % is */
	/*
	 * The standard deviation of a loss, in parts of the drop; of several
	 * runs that of log10(suggest) between them.
	 */
	double noise;
	double onset;  /* where 10 % of the drop has happened */
	double lr_low; /* where the smoothed loss is lowest */
	double lr_div; /* where half of the drop is lost again */

	/* What was seen, whatever the status. */
	double probe;        /* the rate to begin probes at; NaN: none */
	size_t n;            /* points of the sweep; of probes, runs */
	double lr_lo, lr_hi; /* the first and last rate of the whole test */
	double updates;      /* that the whole test took, points at least */
	size_t ngap;         /* points left out: no rate, or no finite loss */
	size_t nbeside;      /* before or behind the sweep */
	bool by_points;      /* the steps cannot be updates: points count */
	double density;      /* updates per decade, near the suggestion */
	bool diverged;       /* it ends because the loss does; of probes, all */
	bool stopped;        /* the method's own stop left too few points */
	bool geometric;      /* the method is for rates that rise linearly, and
			      * these rise geometrically */
	bool sparse;         /* too few rates around what it would suggest, or
			      * does: probes, and methods that others published
			      */
	bool starved;        /* the method leaves out too many points */
	bool not_finite;     /* the suggestion is beside a loss of nan or inf */
	bool learns;         /* of probes: a run comes to less than the start */
	bool lost;           /* of probes: what decides was cut short */
	bool steep;          /* flat, but for a fall from the first rate to the
			      * next, which is far from it */
	bool falls;          /* no test, but one turned round: lr_lo and lr_hi
			      * are the lowest and highest of its rates */
};

/* No rate, and nothing seen; status is to be set. */
extern const struct curve_bounds curve_nothing;

/* "high", "medium" or "low", by the width of the interval; NULL: unknown. */
const char *curve_confidence(const struct curve_bounds *b);

struct curve_method {
	const char *name;
	const char *summary; /* half a line, for --help */
	const char *flat;    /* what CURVE_FLAT means, for a message */
	/*
	 * Reads the sweep as logged, as its original would: with losses that
	 * are not finite, whether they are gaps or its end.
	 */
	bool as_logged;
	bool dense; /* has no answer in a gap of the rates */
	/*
	 * Fills *RET from the sweep in C.  Returns 0, or -1 with DIAG_NOMEM;
	 * having no answer is a status, not a failure.
	 */
	int (*run)(const struct curve *c, const struct curve_use *use,
		struct curve_bounds *ret, struct diag *d);
};

/* The methods, the default first; the array ends with a NULL name. */
extern const struct curve_method curve_methods[];

/*
 * Runs M on the sweep of C, the longest stretch whose rate does not fall.
 * Points without a rate above 0 are left out, as are losses that are not finite
 * where as many finite ones come later; where they do not, the sweep ends: it
 * diverged.  What the default suggests lies within the sweep's rates.
 * Thread-safe.  Returns 0, or -1 with DIAG_NOMEM.
 */
int curve_find(const struct curve *c, const struct curve_method *m,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d);

/* What the losses of a log are. */
enum curve_losses_kind {
	CURVE_LOSSES_AUTO,       /* to be recognised, else as if raw */
	CURVE_LOSSES_RAW,        /* each is that of one update */
	CURVE_LOSSES_EPOCH_MEAN, /* of all updates since the epoch began */
	CURVE_LOSSES_MEAN,       /* of the last N updates */
	CURVE_LOSSES_EMA,        /* exponential averages */
	CURVE_LOSSES_MEDIAN,     /* of the last N updates */
};

/* How an exponential average begins; the Kth is then divided by ... */
enum curve_start {
	CURVE_START_FIRST,     /* with the first loss: by 1 */
	CURVE_START_ZERO,      /* with 0: by 1 */
	CURVE_START_CORRECTED, /* with 0: by 1 - beta^K */
	CURVE_START_LATE,      /* with 0: by 1 - beta^(K+1), as by Lightning */
	CURVE_START_DIVIDED,   /* no average, but the loss by 1 - beta^K, as
				  keras-one-cycle has it */
};

struct curve_losses {
	enum curve_losses_kind kind;
	double n; /* updates; of EPOCH_MEAN in an epoch, 0: the test is one */
	double beta;            /* of EMA */
	enum curve_start start; /* of EMA; found */
};

struct curve_undone {
	struct curve c; /* its arrays are owned by this */
	struct curve_losses how;
	double blur;    /* updates by which a loss may be another rate's */
	bool unknown;   /* averages, but it is not known which: left as they
			 * are */
	size_t nmerged; /* points that are one with the next */
	double *memory;
};

/*
 * C with the losses of its updates, undone from what HOW says they are, and
 * with the rates SHIFT updates before (the log tells a later update's rate).
 * Averages are undone exactly but for what rounding took away, where several
 * updates become one point; a mean or median is put at the middle of its
 * updates.  RET is to be released with curve_undone_free(), also after a
 * failure.  Returns 0, or -1 with DIAG_NOMEM.
 */
int curve_undo(struct curve_undone *ret, const struct curve *c,
	const struct curve_losses *how, double shift, struct diag *d);

void curve_undone_free(struct curve_undone *u);

/* The most points that a smoothed curve has. */
#define CURVE_TRACE_MAX 512

/* A test as a picture shows it. */
struct curve_trace {
	double step_lo, step_hi; /* what is read of it; or infinite */
	size_t n; /* points of it smoothed; 0: nothing to smooth */
	double lr[CURVE_TRACE_MAX];
	double loss[CURVE_TRACE_MAX];
};

/* The sweep of C as the default method smooths it.  Returns 0, or -1. */
int curve_trace(const struct curve *c, struct curve_trace *ret, struct diag *d);

/*
 * One answer for N > 0 runs of the same test: medians in the logarithm of the
 * rates, also of the intervals, which tell how networks differ and not how
 * seeds do; that is the noise.  Ok if more than half of the runs are, else the
 * first other status; too few, and sparse, if no more than half of those tested
 * the rate in their middle.  Returns 0, or -1 with DIAG_NOMEM.
 */
int curve_combine(const struct curve_bounds *run, size_t n,
	struct curve_bounds *ret, struct diag *d);

/* --- probes ------------------------------------------------------------- */

/* From one rate of probes to the next: half a decade. */
#define CURVE_PROBE_RATIO 3.1622776601683795

/* A run at one rate, as far as it is read. */
struct curve_probe {
	double lr;
	double first; /* its first loss */
	double level; /* that it comes to; NaN: it diverged */
	double noise; /* of a loss around that */
	double updates;
	double whole; /* updates it was to have, if it was cut short; else 0 */
};

/*
 * The rate of C is one, but for a warm-up of *WARM_UP_RET points, which is at
 * most half of it.
 */
bool curve_is_held(const struct curve *c, size_t *warm_up_ret);

/* Reads C, of a point at least.  Returns 0, or -1 with DIAG_NOMEM. */
int curve_probe_read(
	struct curve_probe *ret, const struct curve *c, struct diag *d);

/* Which of the N runs of one log were cut short. */
void curve_probe_cut(struct curve_probe *probe, size_t n);

/*
 * The run I of all N was cut short, and not because it diverged: a rate as high
 * or higher learns to the end.  Other runs that were cut short have diverged.
 */
bool curve_probe_is_lost(const struct curve_probe *probe, size_t n, size_t i);

/* The N runs have two rates or more, which can be compared. */
bool curve_probes_differ(const struct curve_probe *probe, size_t n);

/*
 * What N > 0 runs say together, with what a range test suggests (RANGE; NaN:
 * none is known).  Fills *RET, whose status is one of those of probes; its
 * probe is the rate that the next run is to have.  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int curve_probes(const struct curve_probe *probe, size_t n, double range,
	const struct curve_use *use, struct curve_bounds *ret, struct diag *d);

/* --- methods ------------------------------------------------------------ */

/* The default method; lib/curve/centre.c says how it works. */
int curve_centre(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d);

/* The points of RET: C as that method smooths it. */
int curve_centre_trace(
	struct curve_trace *ret, const struct curve *c, struct diag *d);

/* A reading of Smith's range whose original takes no use; capel.c. */
int curve_capel(const struct curve *c, const struct curve_use *use,
	struct curve_bounds *ret, struct diag *d);

/* Its steps are whole and not fewer than the points: they may be updates. */
bool curve_counts_updates(const struct curve *c);

/* For methods: sets suggest and the range that USE makes of it. */
void curve_suggest(struct curve_bounds *ret, double suggest, double max_limit,
	const struct curve_use *use);

/* X to three digits: no estimate here is better. */
double curve_round(double x);

#endif
