/* SPDX-License-Identifier: MIT */
/*
 * Warmups and what may follow them: the models, and what is known of a log
 * before one of them is fitted.
 */
#ifndef MATCH_OUTLINE_H
#define MATCH_OUTLINE_H

#include <stdbool.h>

#include "match/identify.h"

/* Residuals of a fit that rounding may still bring within the tolerance. */
#define CLOSE 4.0

enum warm { WARM_NONE, WARM_ZERO, WARM_FROM, WARM_LEAD, WARM_OPEN, NWARM };
enum body {
	BODY_CONST,
	BODY_LINEAR0,
	BODY_LINEAR,
	BODY_COS0,
	BODY_COS,
	BODY_POLY0,
	BODY_POLY,
	BODY_DECAY,
	BODY_INV,
	BODY_DECAY_PER,
	BODY_INV_PER,
	BODY_RSQRT_TIED,
	BODY_RSQRT,
	BODY_WSD_LINEAR0,
	BODY_WSD_COS0,
	BODY_WSD_SQRT0,
	BODY_WSD_LINEAR,
	BODY_WSD_COS,
	BODY_WSD_SQRT,
	BODY_EXP,
	NBODY
};

/* What is known of a log before anything is fitted. */
struct outline {
	enum warm warm;
	double w, a;  /* warmup: its length and where it starts */
	double start; /* of the decay */
	double end;   /* of the log, one step after the last */
	bool holds;   /* the decay ends within the log: where, and in what */
	double hold_t, hold_y;
	bool short_warm; /* its length is not to be fitted */
};

/* The model of BODY after WARM. */
const struct fit_model *match_model(enum body body, enum warm warm);

/* It with the base and the warmup of O. */
struct fit match_outline_fit(
	const struct search *s, const struct outline *o, enum body body);

/* 1 - x */
double match_shape_linear(double x);

/* The end of a decay that is T long, if it is as SHAPE from x = 0 to 1. */
double match_floor_for(const struct search *s, const struct outline *o,
	double t, double (*shape)(double x));

/* A ramp such as SHAPE, or to the power P, from the end of the warmup on. */
void match_try_ramp(struct search *s, const struct outline *o, enum body body,
	double (*shape)(double x), double p);

/* A line down. */
void match_try_line(struct search *s, const struct outline *o);

/*
 * A warmup that does not end within the log, from K hundredths of the base, or
 * a third of it for K = 0.
 */
void match_try_unfinished(struct search *s, const struct outline *o, int k);

#endif
