/* SPDX-License-Identifier: MIT */
/*
 * Pruning a file: passes over its tensors in chunks that several threads work
 * on, with the same result however many there are.  Memory depends on the
 * number of threads and tensors, not on the size of the file.
 */
#ifndef PRUNE_FILE_H
#define PRUNE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "prune/kernel.h"
#include "prune/mask.h"
#include "prune/rules.h"

struct diag;
struct input;
struct output;
struct progress;

/* One tensor that is worked on, and what became of it. */
struct prune_job {
	const struct tensor_span *span;
	const struct tensor_span *mask; /* what prev has for it, or NULL */
	bool by_target;                 /* the target applies, not only prev */
	struct prune_view view;
	uint64_t ngone; /* pruned by prev */
	uint64_t k;     /* wanted: in this tensor, or in all together */
	struct prune_cut cut;
	struct prune_result result;
};

struct prune_file {
	const struct input *in;       /* seekable */
	const struct tensor_map *map; /* of in */
	struct prune_job *job;        /* in the order of the file */
	size_t njob;
	struct prune_mask *prev; /* NULL: nothing is pruned yet */
	unsigned nthread;        /* 0: all processors */
	struct progress *progress;
	/* Set by prune_file_init(); tests make them small. */
	size_t chunk_nelem; /* a multiple of 8: masks begin with a byte */
	size_t gather_max;  /* so few candidates are gathered, not counted */
};

#define PRUNE_CHUNK_NELEM ((size_t)1 << 19)
#define PRUNE_GATHER_MAX ((size_t)1 << 18)
/* Chunks in flight at most, whatever the number of threads. */
#define PRUNE_NSLOT_MAX ((size_t)16)

/* All empty, with the sizes that suit large files. */
void prune_file_init(struct prune_file *f);

/*
 * Decides for every job by_target: sets its k and cut from T, in each tensor,
 * or with GLOBAL in all together.  What prev has pruned counts towards k and
 * stays pruned.  Returns 0, or -1.
 */
int prune_file_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d);

/*
 * Carries out the jobs' cuts and prev: writes the whole file to OUT and a mask
 * of all jobs to MASK, where not NULL, and fills the jobs' results.
 */
int prune_file_write(struct prune_file *f, struct output *out,
	struct output *mask, struct diag *d);

/*
 * After writing: sees that so many weights were pruned as T asked for.  A
 * difference means the file changed between passes.  Returns 0, or -1.
 */
int prune_file_verify(const struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d);

#endif
