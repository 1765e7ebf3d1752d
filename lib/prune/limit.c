/* SPDX-License-Identifier: MIT */
/*
 * Memory: what a run takes, and how it is made to fit.  Chunks and what is
 * gathered become smaller, then threads fewer; what is left is for tensors that
 * are read once.
 */
#include "base/diag.h"
#include "base/order.h"
#include "prune/prune_impl.h"

/* The program, its libraries and what its outputs hold back. */
#define BASE_NBYTES ((uint64_t)6 << 20)
/* A tensor: its span, name, shape, job, item and verdict. */
#define TENSOR_NBYTES ((uint64_t)1280)
/* Of a slot: what is said of the runs of a chunk. */
#define RUN_NBYTES (SELECT_SCAN_NRUN * 256)
/* Below these, files are read in pieces that are too small to be fast. */
#define CHUNK_MIN ((size_t)1 << 14)
#define GATHER_MIN ((size_t)1 << 12)

static bool has_scores(const struct prune_file *f)
{
	bool has = f->score != NULL;

	for (size_t i = 0; i < f->njob && !has; i++)
		has = !select_view_orders(&f->job[i].view);
	return has;
}

/* What a slot holds: a chunk, and what finds the threshold of a tensor. */
static uint64_t slot_nbytes(const struct prune_file *f)
{
	/* Small tensors share a chunk, of four bytes for each element. */
	uint64_t chunk = 4 * (uint64_t)f->chunk_nelem, nelem = chunk;
	uint64_t digits = (uint64_t)(4 + 8) << SELECT_DIGIT_NBITS;
	uint64_t nunit = 0;

	for (size_t i = 0; i < f->njob; i++) {
		const struct prune_job *job = &f->job[i];
		uint64_t n =
			job->by_target ? prune_units_of(f, job->span).nelem : 1;

		n = order_least(order_most(n, f->chunk_nelem), job->span->n);
		nelem = order_most(nelem, n);
		chunk = order_most(chunk, n * job->view.stored->nbytes);
		if (job->by_target)
			nunit = order_most(
				nunit, prune_units_of(f, job->span).count);
	}
	/* A chunk, three bits for each element, and perhaps a score. */
	return chunk + 3 * nelem / 8 + (has_scores(f) ? 8 * nelem : 0) +
	       digits + 16 * nunit +
	       (f->gather_max + 1) * sizeof(struct select_cand) + RUN_NBYTES;
}

/* What there is one of. */
static uint64_t once_nbytes(const struct prune_file *f, bool global)
{
	uint64_t ret = BASE_NBYTES + f->model->ntensor * TENSOR_NBYTES;
	uint64_t nwhole = f->prev ? f->prev->nwhole : 0;

	for (size_t i = 0; i < f->njob; i++) {
		const struct prune_job *job = &f->job[i];
		uint64_t nunit =
			job->by_target ? prune_units_of(f, job->span).count : 0;

		/*
		 * Sums of units and their keys, once more if all are compared.
		 */
		ret += nunit * (16 + 8) + nunit / 8 + (global ? nunit * 8 : 0);
		ret += prune_row_count(f, job) * sizeof(struct select_cut);
		if (f->with_mask && job->span->fortran &&
			f->mask_format == CHOICE_MASK_BITS)
			ret += job->span->n / 8;
	}
	/* Candidates, and half as much for a list of them. */
	return ret + nwhole +
	       (f->gather_max + 1) * sizeof(struct select_cand) * 3 / 2;
}

static uint64_t all_nbytes(const struct prune_file *f, bool global)
{
	return once_nbytes(f, global) +
	       select_scan_nslot(f->nthread) * slot_nbytes(f);
}

/* Makes F take less; false if it takes as little as it can. */
static bool shrink(struct prune_file *f)
{
	if (f->chunk_nelem > CHUNK_MIN || f->gather_max > GATHER_MIN) {
		if (f->chunk_nelem > CHUNK_MIN)
			f->chunk_nelem /= 2;
		if (f->gather_max > GATHER_MIN)
			f->gather_max /= 2;
		return true;
	}
	if (select_scan_nslot(f->nthread) == 1)
		return false;
	/* Two slots for each thread, but one for one. */
	f->nthread = (unsigned)select_scan_nslot(f->nthread) / 4;
	f->nthread = f->nthread ? f->nthread : 1;
	return true;
}

int prune_file_limit(
	struct prune_file *f, bool global, uint64_t nbytes, struct diag *d)
{
	uint64_t need;

	f->chunk_nelem = PRUNE_CHUNK_NELEM;
	f->gather_max = PRUNE_GATHER_MAX;
	while (all_nbytes(f, global) > nbytes)
		if (!shrink(f)) {
			need = (all_nbytes(f, global) >> 20) + 1;
			diag_set(d, DIAG_DATA,
				"takes %llu MiB of memory; expected that much "
				"at least",
				(unsigned long long)need);
			diag_remedy(d, "memory");
			return diag_at(d, "%s", f->model->name);
		}
	f->mem_nbytes = (size_t)(nbytes - all_nbytes(f, global));
	return 0;
}
