/* SPDX-License-Identifier: MIT */
/* What the parts of wprune share: a run, its options, its choice, its report.
 */
#ifndef CMD_WPRUNE_H
#define CMD_WPRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/input.h"
#include "base/output.h"
#include "base/progress.h"
#include "opt.h"
#include "prune/prune.h"
#include "tensor/tensor.h"

struct wprune_opts {
	const char *input;  /* NULL: standard input */
	const char *output; /* NULL: standard output */
	bool in_place;
	bool dry_run;
	bool verbose;
	struct tensor_hint hint;
	struct prune_rules rules;
	struct prune_target target;
	const char *requested; /* the target as it was written */
	unsigned ntarget;      /* options that name a target */
	int global;            /* a bool, as keep_negzero */
	int nan;               /* an enum prune_nan */
	int keep_negzero;
	enum prune_ties ties;
	uint64_t tie_seed;
	const char *mask;        /* -m; "@FILE" for the zeros of a file */
	const char *mask_out;    /* --mask-out, or --mask-update */
	const char *mask_update; /* the mask that goes on */
	const char *report;
	int format; /* of the report, an enum rows_format; -1: not given */
	uint64_t nthread;
	bool quiet;
	int progress;
};

extern const struct opt_table wprune_options;

/* Everything open in a run. */
struct wprune_run {
	struct wprune_opts o;
	struct tensor_model model;
	const struct input *in;       /* its file */
	const struct tensor_map *map; /* of in */
	struct prune_mask mask;
	bool has_mask;
	struct prune_file file;
	struct prune_verdict *verdict; /* per span */
	struct progress progress;
	struct output out, mask_out, report;
};

/*
 * Fills O from the command line and checks it.  Returns -1 to go on, or the
 * exit status after having said what there was to say.  Release with
 * wprune_opts_free() either way.
 */
int wprune_opts_parse(struct wprune_opts *o, int argc, char **argv);
void wprune_opts_free(struct wprune_opts *o);

/*
 * Makes a verdict for every span of the map and a job for each tensor that is
 * worked on.  Returns 0, or -1.
 */
int wprune_choose(struct wprune_run *r, struct diag *d);

/*
 * After the work: says what was left out by name, what may be no weight, and
 * that there was nothing to prune.
 */
void wprune_remark(const struct wprune_run *r);

/*
 * Writes the report for F to OUT; VERDICT has one entry per span of the map.
 * Returns 0, or -1.
 */
int wprune_report(const struct wprune_opts *o, const struct prune_file *f,
	const struct prune_verdict *verdict, struct output *out,
	struct diag *d);

#endif
