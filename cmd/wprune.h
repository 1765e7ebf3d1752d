/* SPDX-License-Identifier: MIT */
/* What the parts of wprune share: its options and its report. */
#ifndef CMD_WPRUNE_H
#define CMD_WPRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "opt.h"
#include "prune/file.h"
#include "prune/rules.h"
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
	uint64_t nthread;
	bool quiet;
	int progress;
};

extern const struct opt_table wprune_options;

/*
 * Fills O from the command line and checks it.  Returns -1 to go on, or the
 * exit status after having said what there was to say.  Release with
 * wprune_opts_free() either way.
 */
int wprune_opts_parse(struct wprune_opts *o, int argc, char **argv);
void wprune_opts_free(struct wprune_opts *o);

/*
 * Writes the report for F to OUT; DECISION has one entry per span of the map.
 * Returns 0, or -1.
 */
int wprune_report(const struct wprune_opts *o, const struct prune_file *f,
	const enum prune_decision *decision, struct output *out,
	struct diag *d);

#endif
