/* SPDX-License-Identifier: MIT */
/*
 * Weights by the cut that they are decided by: their tensor's, or that of their
 * row.  Rows that lie together get theirs when they are written; for others,
 * those of Fortran order, the tensor is read in C order before.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/vector.h"
#include "prune/prune_impl.h"

/* --- bits ----------------------------------------------------------------- */

/* Elements that are compared at once, a multiple of 8. */
#define BLOCK ((size_t)512)

struct block {
	uint64_t key[BLOCK], end[BLOCK]; /* what is below its end goes */
	uint8_t kept[BLOCK];             /* all ones, or 0 */
};

/* Sets what is kept of the first N of B; returns how many are at their ends. */
VECTOR_CLONES
static size_t compare(const uint64_t *key, size_t n, struct block *b)
{
	const uint64_t top = UINT64_C(1) << 63;
	int64_t nequal = 0;

	/* What vectors compare are signed numbers, in the same order. */
	for (size_t i = 0; i < n; i++) {
		int64_t x = (int64_t)(key[i] ^ top);
		int64_t end = (int64_t)(b->end[i] ^ top);

		nequal += x == end;
		b->kept[i] = x < end ? 0 : 0xff;
	}
	return (size_t)nequal;
}

/* Clears those BITS of N from BEGIN on that are not KEPT. */
static void clear_others(uint8_t *bits, size_t begin, size_t n, uint8_t *kept)
{
	uint8_t pack[BLOCK / 8];

	if (begin % 8) {
		for (size_t i = 0; i < n; i++)
			bits[(begin + i) / 8] &=
				(uint8_t) ~(!(kept[i] & 1) << (begin + i) % 8);
		return;
	}
	select_pack(kept, pack, n);
	for (size_t i = 0; i < n / 8; i++)
		bits[begin / 8 + i] &= pack[i];
	if (n % 8)
		bits[(begin + n) / 8] &=
			(uint8_t)(pack[n / 8] | 0xffu << n % 8);
}

/* By N cuts in turn, the first of them that of element BEGIN. */
static void mark_below(const struct prune_marking *m, size_t begin, size_t end,
	const struct select_cut *cut, size_t ncut, size_t at)
{
	struct block b;
	size_t n;

	for (size_t i = 0; ncut == 1 && i < BLOCK && i < end - begin; i++)
		b.end[i] = cut->key;
	for (size_t i = begin; i < end; i += n) {
		const uint64_t *key = b.key;
		size_t first = at, nequal;

		/* What comes next begins with a byte. */
		n = BLOCK - i % 8 < end - i ? BLOCK - i % 8 : end - i;
		for (size_t k = 0; ncut > 1 && k < n; k++) {
			b.end[k] = cut[at].key;
			at = at + 1 < ncut ? at + 1 : 0;
		}
		if (m->r->score)
			key = m->r->score + i;
		else
			select_ranks(m->v, m->r, i, n, b.key);
		nequal = compare(key, n, &b);
		for (size_t k = 0; nequal && k < n; k++) {
			uint64_t tie;

			if (key[k] != b.end[k])
				continue;
			tie = cut[(first + k) % ncut].tie;
			if (tie && select_tie(m->v, m->r->first + i + k) < tie)
				b.kept[k] = 0;
		}
		clear_others(m->bits, i, n, b.kept);
	}
}

/* Elements [BEGIN, BEGIN + N) of R; PREV has room for their bits. */
static struct select_run part_of(const struct select_view *v,
	const struct select_run *r, size_t begin, size_t n, uint8_t *prev)
{
	struct select_run part = *r;

	part.p += begin * v->format->nbytes;
	if (r->stored)
		part.stored += begin * v->stored->nbytes;
	part.n = n;
	part.first += begin;
	part.score = r->score ? r->score + begin : NULL;
	if (!r->prev)
		return part;
	memset(prev, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		prev[i / 8] |=
			(uint8_t)(select_bit(r->prev, begin + i) << i % 8);
	part.prev = prev;
	return part;
}

static uint64_t count_gone(const struct select_run *r)
{
	uint64_t n = 0;

	for (size_t i = 0; r->prev && i < r->n; i++)
		n += !select_bit(r->prev, i);
	return n;
}

/* Every row has a target, and with it a cut, of its own. */
static int cut_row(const struct prune_file *f, const struct select_view *v,
	const struct select_run *row, struct select_desk *k,
	struct select_cut *cut)
{
	struct select_pick p = prune_pick(f, v,
		choice_amount(&f->target, row->n), count_gone(row), row->n);
	int ret = select_pick_run(&p, v, row, k);

	*cut = p.cut;
	return ret;
}

/* What becomes of a row, element BEGIN of a run on, with its cut. */
typedef void row_done(void *ctx, const struct select_run *row, size_t begin,
	struct select_cut cut);

static int each_row(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, row_done *done,
	void *ctx)
{
	size_t nelem = (size_t)choice_row_nelem(job->span);
	uint8_t *prev = malloc(nelem / 8 + 1);
	int ret = prev ? 0 : -1;

	for (size_t i = 0; i < r->n && !ret; i += nelem) {
		struct select_run row = part_of(&job->view, r, i, nelem, prev);
		struct select_cut cut;

		ret = cut_row(f, &job->view, &row, k, &cut);
		row.taken = select_desk_taken(k);
		if (!ret)
			done(ctx, &row, i, cut);
	}
	free(prev);
	return ret;
}

static void mark_row(void *ctx, const struct select_run *row, size_t begin,
	struct select_cut cut)
{
	mark_below(ctx, begin, begin + row->n, &cut, 1, 0);
}

struct applying {
	const struct select_view *v;
	uint8_t *keep;
	struct select_result *ret;
};

static void apply_row(void *ctx, const struct select_run *row, size_t begin,
	struct select_cut cut)
{
	const struct applying *a = ctx;

	select_apply(
		a->v, row, cut, a->keep ? a->keep + begin / 8 : NULL, a->ret);
}

int prune_apply_rows(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, uint8_t *keep,
	struct select_result *ret)
{
	struct applying a = {&job->view, keep, ret};

	return each_row(f, job, r, k, apply_row, &a);
}

/* The same where rows lie apart and have their cuts. */
static void mark_columns(
	const struct prune_marking *m, const struct prune_job *job)
{
	size_t nrow = (size_t)job->span->shape[0];

	mark_below(m, 0, m->r->n, job->row_cut, nrow,
		(size_t)(m->r->first % nrow));
}

/* What is below its cut. */
static int mark_cuts(const struct prune_file *f, const struct prune_job *job,
	struct prune_marking *m, struct select_desk *k)
{
	if (job->row_cut)
		mark_columns(m, job);
	else if (f->by_row && f->target.kind != CHOICE_BY_THRESHOLD)
		return each_row(f, job, m->r, k, mark_row, m);
	else
		mark_below(m, 0, m->r->n, &job->cut, 1, 0);
	return 0;
}

int prune_bits(const struct prune_file *f, const struct prune_job *job,
	const struct select_run *r, struct select_desk *k, uint8_t *bits)
{
	struct prune_marking m = {&job->view, r, bits};

	if (r->prev)
		memcpy(bits, r->prev, (r->n + 7) / 8);
	else
		memset(bits, 0xff, (r->n + 7) / 8);
	if (f->structure.shape == CHOICE_SINGLE)
		return mark_cuts(f, job, &m, k);
	prune_mark(&m, &f->structure, job->unit_keep);
	return 0;
}

/* --- rows that lie apart -------------------------------------------------- */

/* Their tensors are read in C order, as which JOB has them here. */
struct rows {
	const struct prune_file *f;
	struct prune_job job;
	size_t nelem; /* of a chunk at most */
};

struct slot {
	struct prune_known known;
	struct select_desk desk;
};

uint64_t prune_row_count(
	const struct prune_file *f, const struct prune_job *job)
{
	bool apart = f->by_row && job->by_target && job->span->fortran &&
		     job->span->n;

	return apart ? job->span->shape[0] : 0;
}

static void keep_cut(void *ctx, const struct select_run *row, size_t begin,
	struct select_cut cut)
{
	const struct prune_job *job = ctx;

	(void)begin;
	job->row_cut[row->first / row->n] = cut;
}

static void init_slot(void *ctx, void *slot, struct select_room *m)
{
	const struct rows *c = ctx;
	struct slot *s = slot;

	prune_known_init(&s->known, c->f, c->nelem, m);
	select_desk_init(&s->desk, c->f->gather_max, c->f->guess_min, m);
}

static int work_rows(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	struct rows *c = ctx;
	struct slot *s = slot;
	struct select_result ignored = {0};
	int ret;

	(void)nrun; /* there is one item */
	if (prune_job_load(c->f, &c->job, r, &s->known, &ignored, d))
		return -1;
	ret = each_row(c->f, &c->job, r, &s->desk, keep_cut, &c->job);
	if (ret < 0)
		return diag_nomem(d, r->n);
	return ret ? prune_changed(c->f, d) : 0;
}

/* Of a chunk at most, where there is memory. */
#define APART_NBYTES ((size_t)16 << 20)

/*
 * Elements of a chunk of JOB: each piece of a column is a call, so that more
 * rows at once are fewer calls.
 */
static size_t chunk_nelem(
	const struct prune_file *f, const struct prune_job *job)
{
	size_t fits = f->mem_nbytes / select_scan_nslot(f->nthread);
	uint64_t n = job->span->n ? prune_memory_of(job) / job->span->n + 1 : 1;
	size_t row = (size_t)choice_row_nelem(job->span), most;

	most = (fits < APART_NBYTES ? fits : APART_NBYTES) / (size_t)n;
	most = most > f->chunk_nelem ? most : f->chunk_nelem;
	return most > row ? most : row;
}

/* The cuts of the rows of JOB, which lie apart. */
static int find_row_cuts(
	const struct prune_file *f, struct prune_job *job, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init_slot, work_rows, NULL};
	uint64_t nrow = prune_row_count(f, job);
	struct rows c = {.f = f, .job = *job, .nelem = chunk_nelem(f, job)};
	struct prune_file one = {.job = &c.job, .njob = 1};
	struct select_item item;
	struct select_scan scan = {.item = &item,
		.nitem = 1,
		.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.hooks = &hooks,
		.ctx = &c};

	job->row_cut = calloc((size_t)nrow, sizeof(*job->row_cut));
	if (!job->row_cut)
		return diag_nomem(d, nrow * sizeof(*job->row_cut));
	prune_file_turn(&one);
	c.job.row_cut = job->row_cut;
	item = prune_job_item(f, &c.job);
	item.unit = choice_row_nelem(job->span);
	item.run_nelem = c.nelem;
	return select_scan(&scan, d);
}

int prune_row_decide(struct prune_file *f, struct diag *d)
{
	for (size_t i = 0; i < f->njob; i++)
		if (prune_row_count(f, &f->job[i]) &&
			find_row_cuts(f, &f->job[i], d))
			return -1;
	return 0;
}
