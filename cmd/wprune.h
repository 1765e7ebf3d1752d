/* SPDX-License-Identifier: MIT */
/*
 * What the parts of wprune share: a run, its options, its choice, its report.
 */
#ifndef CMD_WPRUNE_H
#define CMD_WPRUNE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/progress.h"
#include "file/input.h"
#include "file/output.h"
#include "format/format.h"
#include "opt.h"
#include "plan/plan.h"
#include "prune/prune.h"
#include "tensor/tensor.h"

enum wprune_scope {
	WPRUNE_TENSOR,
	WPRUNE_GLOBAL,
	WPRUNE_ROW,
};

/* Of --map. */
struct wprune_maps {
	struct wprune_map *p;
	size_t n;
};

struct wprune_opts {
	char *const *inputs;    /* NULL at their end; none: standard input */
	const char *output;     /* NULL: standard output */
	const char *output_dir; /* -O: one for each input */
	bool in_place;
	bool dry_run;
	bool verbose;
	struct format_hint hint;
	struct choice choice;
	struct choice_target target;
	int round;              /* an enum choice_round */
	uint64_t target_nbytes; /* that target's sparsity is to fit; or 0 */
	const char *requested;  /* the target as it was written */
	unsigned ntarget;       /* options that name a target */
	int scope;              /* an enum wprune_scope */
	struct choice_structure structure;
	bool repair; /* what is to be N:M already */
	enum choice_score_kind score_kind;
	const char *score_path;
	uint64_t score_seed;
	int nan; /* an enum select_nan */
	int keep_negzero;
	int compat; /* an enum choice_compat */
	enum select_ties ties;
	uint64_t tie_seed;
	const char *plan;        /* -p; a file, NULL: none */
	const char *rules;       /* of --rules; a file, NULL: none */
	const char *mask;        /* -m; "@FILE" for the zeros of a file */
	bool zeros;              /* mask is the FILE of --zeros-of */
	bool strip;              /* X_orig and X_mask become X */
	const char *mask_out;    /* --mask-out, or --mask-update */
	const char *mask_update; /* the mask that goes on */
	struct wprune_maps maps;
	const char *report;
	int format; /* of the report, an enum rows_format; -1: not given */
	uint64_t nthread;
	uint64_t mem_nbytes;
	bool quiet;
	int progress;
};

extern const struct opt_table wprune_options;

/* What is said of a tensor that has bytes of its own. */
struct wprune_tensor {
	const struct tensor_span *span;
	struct choice_verdict verdict;
	bool ruled;  /* by a row of --rules, whose pattern the verdict has */
	bool mapped; /* by --map: to the tensor that the verdict has */
};

/* Everything open in a run over one input. */
struct wprune_run {
	const struct wprune_opts *o;
	const char *input;  /* NULL: standard input */
	const char *output; /* NULL: standard output */
	struct tensor_model model;
	bool convert; /* into safetensors */
	size_t at;    /* the first of the model's files that are written */
	struct choice_mask mask;
	bool has_mask;
	struct prune_merge merge;  /* of --strip */
	struct wprune_mate *mate;  /* of --map, as their jobs are */
	size_t nmate, nshared;     /* so many share a mask */
	struct choice_mask shared; /* theirs, of all jobs */
	struct choice_score score;
	struct plan_file plan;     /* of -p */
	struct choice_rules rules; /* of --rules */
	struct prune_file file;
	struct choice_target target;  /* the options', once it is known */
	struct wprune_tensor *tensor; /* by file, in the order of its bytes */
	size_t ntensor;
	struct progress progress;
	struct output *out; /* one per file that is written */
	size_t nout;
	struct wprune_dir *dir; /* of a sharded OUT; or NULL */
	struct output mask_out, report;
};

/*
 * Fills O from the command line and checks it.  Returns -1 to go on, or the
 * exit status after having said what there was to say.  Release with
 * wprune_opts_free() either way.
 */
int wprune_opts_parse(struct wprune_opts *o, int argc, char **argv);
void wprune_opts_free(struct wprune_opts *o);

/*
 * Makes a verdict for every tensor with bytes of its own and a job for each
 * tensor that is worked on.  Returns 0, or -1.
 */
int wprune_choose(struct wprune_run *r, struct diag *d);

/*
 * After the work: says what was left out by name, what may be no weight, and
 * that there was nothing to prune.
 */
void wprune_remark(const struct wprune_run *r);

/* TAKEs of opt.h, of a struct wprune_opts: --structure, --repair, --score. */
int wprune_take_structure(void *at, const struct opt_given *g, struct diag *d);
int wprune_take_repair(void *at, const struct opt_given *g, struct diag *d);
int wprune_take_score(void *at, const struct opt_given *g, struct diag *d);
void wprune_remark_repair(const struct wprune_run *r);

/*
 * Finds the sparsity that R's target_nbytes asks for, into R's target, and says
 * it.  No thread but this may run.  Returns 0, or -1; with DIAG_NONE a child
 * has said why.
 */
int wprune_fit(struct wprune_run *r, struct diag *d);

/* TAKE of opt.h, of a struct wprune_maps: --map. */
int wprune_take_map(void *at, const struct opt_given *g, struct diag *d);
void wprune_maps_free(struct wprune_maps *l);

/*
 * Whether a tensor called NAME shares the mask of another, whose name goes to
 * *RET, which the caller frees: which --map says so, from 1; or 0, or -1.
 */
int wprune_mate_of(const struct wprune_run *r, const char *name, char **ret,
	struct diag *d);

/*
 * Adds T, which by MAP shares the mask of the tensor called OF (R's now), with
 * JOB that says how.  Returns 0, or -1.
 */
int wprune_add_mate(struct wprune_run *r, struct wprune_tensor *t, int map,
	char *of, struct prune_job *job, struct diag *d);

/*
 * When all jobs are there: leaves those that have a mask.  A mate of a mate is
 * DIAG_DATA.  Returns 0, or -1.
 */
int wprune_find_mates(struct wprune_run *r, struct diag *d);
void wprune_remark_maps(const struct wprune_run *r);

/* When all is decided: finds the masks that are shared.  Returns 0, or -1. */
int wprune_share_masks(struct wprune_run *r, struct diag *d);
void wprune_mates_free(struct wprune_run *r);

/* --- wprune_report.c ------------------------------------------------------ */

/* Writes the report of R to its output.  Returns 0, or -1. */
int wprune_report(struct wprune_run *r, struct diag *d);

/* --- wprune_dir.c --------------------------------------------------------- */

/*
 * Makes r->dir, the directory of R's shards, and opens these; once they are
 * written makes it, under another name, and puts it in its place.  They return
 * 0, or -1.  What is left of it wprune_dir_free() removes, K may be NULL;
 * NFILE is how many shards the model has.
 */
int wprune_dir_open(struct wprune_run *r, struct diag *d);
int wprune_dir_make(struct wprune_run *r, struct diag *d);
int wprune_dir_publish(struct wprune_run *r, struct diag *d);
void wprune_dir_free(struct wprune_dir *k, size_t nfile);

/* --- wprune_write.c ------------------------------------------------------- */

/* Opens what R writes its weights to.  Returns 0, or -1. */
int wprune_open_weights(struct wprune_run *r, struct diag *d);

/*
 * Puts all outputs of R in their places: report, mask, then the weights, so
 * that while these are old, the run can be repeated.  Returns 0, or -1.
 */
int wprune_commit(struct wprune_run *r, struct diag *d);

/* Drops what was not put in its place. */
void wprune_abort(struct wprune_run *r);

#endif
