/* SPDX-License-Identifier: MIT */
/*
 * Logged rates against a schedule: whether a run followed it.  A logged number
 * is known to half a unit of its last printed digit at best, so how a log was
 * printed is part of what it says.
 */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include <stdbool.h>
#include <stddef.h>

struct diag;
struct sched;

/*
 * Below this part of the largest rate a difference is one of float32
 * arithmetic, which some frameworks compute rates in: two units of its last
 * place.
 */
#define MATCH_FLOAT32 0x1p-22

/* What a run logged, in ascending order of steps. */
struct match_series {
	double *step, *rate;
	double *half; /* half a unit of the last printed digit; 0: unknown */
	size_t n;
	double peak;  /* the largest |rate| */
	int digits;   /* the log shows so many significant ones; 0: unknown */
	int decimals; /* or so many after the point; 0: unknown */
	int likely;   /* digits that it may show, for want of evidence */
	int bits;     /* its rates have no more: 8 of bfloat16; 0: they may */
	/*
	 * What HALF supposes beside bits: digits or decimals, or as many as
	 * are likely; of both what leaves more.
	 */
	int half_digits, half_decimals;
	/* HALF is what the rates may be rounded to, which nothing shows. */
	bool unsure;
	double stride; /* the smallest distance of two steps; 1 without two */
};

/* How the rates of a log are spelled, if that is the same of all. */
struct match_print {
	int decimals; /* so many digits behind the point; 0: not so */
	int digits;   /* so many significant ones; 0: not so */
	bool padded;  /* zeros at an end show that so many are printed */
};

/*
 * Takes N rates by step and finds out how they were printed: from PRINT, if it
 * is not NULL, and from their values.  STEP and RATE are borrowed until
 * match_series_free() and changed: ORIGIN is subtracted from the steps, what is
 * not finite is left out.  S is to be released with match_series_free(), also
 * after a failure.  Returns 0, or -1 with DIAG_NOMEM.
 */
int match_series_init(struct match_series *s, double *step, double *rate,
	size_t n, double origin, const struct match_print *print,
	struct diag *d);

/*
 * Half a unit of the last digit of the rate X, if it has so many significant
 * ones, or so many behind the point; 0: not so.  Of both the larger.
 */
double match_half(double x, int digits, int decimals);

/* Half a unit of the last bit of the rate X, if it has so many; 0 of 0. */
double match_half_bit(double x, int bits);

/* What the rates of S were before they were rounded is not known. */
bool match_series_is_rounded(const struct match_series *s);

/* All rates of S are equal. */
bool match_series_is_constant(const struct match_series *s);

void match_series_free(struct match_series *s);

enum match_status {
	MATCH_FOLLOWED, /* every rate is the schedule's */
	MATCH_SHIFTED,  /* so many steps early or late throughout */
	MATCH_DIFFERS,
	/*
	 * The digits shown do not tell: the rates agree with the schedule if
	 * they are rounded as the cause says, which they may not be, or they
	 * are, and a rate that never changed agrees as well.
	 */
	MATCH_UNDECIDED,
};

enum match_cause {
	MATCH_NONE,
	MATCH_ROUNDED, /* by: significant digits, or decimals */
	MATCH_DECIMALS,
	MATCH_BITS,  /* by: bits of the mantissa */
	MATCH_EARLY, /* by: steps */
	MATCH_LATE,
	MATCH_PER_EPOCH,    /* advanced once in so many steps: an epoch */
	MATCH_ACCUMULATION, /* the same, or the course so many times as long */
	MATCH_PROCESSES,    /* advanced so many times per step */
	MATCH_FACTOR,       /* so many times the schedule */
	MATCH_STUCK,        /* never advanced */
	MATCH_RESTARTED,    /* began again at this step, from the base or from
			       the rate that it had come to */
};

/* The name of CAUSE as a column shows it. */
const char *match_cause_name(enum match_cause cause);

struct match_verdict {
	enum match_status status;
	enum match_cause cause;
	double by; /* what the cause's comment says; NAN: nothing */
	/*
	 * Rounded rates may leave more than one, and so may steps that were
	 * not logged: all from LEAST to MOST.
	 */
	double least, most;
	unsigned others; /* the bits of other causes that explain them too */
	bool if_rounded; /* these hold if the rates are: nothing shows it */
	size_t first;    /* index of the first rate that differs; n: none */
	double want;     /* the schedule's there */
	double max_diff; /* the largest |difference| */
};

/*
 * There is more than one from LEAST to MOST; factors are never known to the
 * last digit.
 */
bool match_is_open(const struct match_verdict *v);

struct match_how {
	double tol;         /* relative */
	double epoch_steps; /* NAN: unknown */
	double unit;        /* steps of one of the log's: 1, or an epoch's */
};

/* Holds S to SCHED, and if it left it tells why, where that is known. */
void match_compare(struct match_verdict *ret, const struct match_series *s,
	const struct sched *sched, const struct match_how *how);

/*
 * Rates that pass by, of which none is kept: all are 0 but what is borrowed and
 * PEAK, the largest |rate| that will come.
 */
struct match_rates {
	const struct sched *sched;
	const struct match_how *how;
	double peak, max_diff;
};

/* RATE is the schedule's at STEP, whatever the digits of a log may hide. */
bool match_follows(struct match_rates *r, double step, double rate);

/* What match_compare() says of N rates where that was so of each. */
void match_followed(
	struct match_verdict *ret, const struct match_rates *r, size_t n);

struct buf;
struct spec;
struct spec_opts;

/*
 * Where V leaves room for it: appends to RET how GIVEN, which O made and S
 * differs from, would have to be written, in one place, to explain S:
 * "T_max=20", and a NUL that its len does not count; nothing if there is no
 * such place.  A run that began anew with the rate that it had come to is told
 * in V.  Returns 0, or -1 with DIAG_NOMEM.
 */
int match_again(struct buf *ret, struct match_verdict *v,
	const struct match_series *s, const struct match_how *how,
	const struct spec *given, const struct spec_opts *o, struct diag *d);

#endif
