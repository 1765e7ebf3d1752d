/* SPDX-License-Identifier: MIT */
/*
 * The reading half of prune_file_decide(); nothing outside lib/prune includes
 * this.
 */
#ifndef PRUNE_PASSES_H
#define PRUNE_PASSES_H

#include "prune/file.h"
#include "prune/pick.h"

/* Jobs [begin, end) share a pick: one tensor, or all of them. */
struct prune_range {
	struct prune_pick pick;
	size_t begin, end;
};

/*
 * Reads F as often as it takes to finish all picks; CUT[i] gets the cut of
 * JOB[i].  RANGE has room for NJOB ranges and is used up.  Returns 0, or -1.
 */
int prune_passes(const struct prune_file *f, struct prune_job *const *job,
	size_t njob, struct prune_range *range, size_t nrange,
	struct prune_cut *cut, struct diag *d);

#endif
