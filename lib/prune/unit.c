/* SPDX-License-Identifier: MIT */
/*
 * Structures: weights that are pruned together, or in groups of their own.
 * Whatever they are, they end as a bit for each weight.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "prune/prune_impl.h"

/* --- where weights are ---------------------------------------------------- */

/* Dimension DIM of S: its size, and how far apart its steps are in C order. */
struct axis {
	uint64_t size, stride;
};

static struct axis axis_of(const struct tensor_span *s, unsigned dim)
{
	struct axis a = {s->shape[dim], 1};

	for (unsigned i = dim + 1; i < s->ndim; i++)
		a.stride *= s->shape[i];
	return a;
}

/* The same in the order of the file. */
static struct axis axis_in_file(const struct tensor_span *s, unsigned dim)
{
	struct axis a = {s->shape[dim], 1};

	if (!s->fortran)
		return axis_of(s, dim);
	for (unsigned i = 0; i < dim; i++)
		a.stride *= s->shape[i];
	return a;
}

/* Largest M; cmd takes no more. */
#define NM_MAX 64

/* Along which N of M are kept: the inputs of a layer. */
static unsigned nm_dim(const struct tensor_span *s)
{
	return s->ndim > 1;
}

const char *prune_structure_refuses(
	const struct prune_structure *x, const struct tensor_span *s)
{
	switch (x->shape) {
	case PRUNE_SINGLE: return NULL;
	case PRUNE_NM:
		if (s->ndim == 0 || s->shape[nm_dim(s)] % x->of != 0)
			return "its inputs are no whole groups";
		return NULL;
	case PRUNE_BLOCK:
		return s->ndim < 2 ? "fewer than two dimensions" : NULL;
	case PRUNE_SLICE:
		return s->ndim <= x->dim ? "it has no such dimension" : NULL;
	}
	return NULL;
}

uint64_t prune_nm_step(const struct tensor_span *s)
{
	return axis_of(s, nm_dim(s)).stride;
}

/* Units of a tensor: blocks in rows of NCOL, or slices. */
struct grid {
	uint64_t nunit;
	uint64_t row_nelem; /* blocks: of the matrix */
	uint64_t ncol;      /* blocks in a row of blocks */
	struct axis axis;   /* slices */
};

static struct grid grid_of(
	const struct prune_structure *x, const struct tensor_span *s)
{
	struct grid g = {0};

	if (x->shape == PRUNE_SLICE) {
		g.axis = axis_of(s, x->dim);
		g.nunit = g.axis.size;
		return g;
	}
	g.row_nelem = axis_of(s, 0).stride;
	g.ncol = g.row_nelem / x->cols + (g.row_nelem % x->cols != 0);
	g.nunit =
		g.ncol * (s->shape[0] / x->rows + (s->shape[0] % x->rows != 0));
	return g;
}

/* The unit of the element with C index C; *N more of it follow, with it. */
static uint64_t unit_at(const struct prune_structure *x, const struct grid *g,
	uint64_t c, uint64_t *n)
{
	uint64_t col;

	if (x->shape == PRUNE_SLICE) {
		*n = g->axis.stride - c % g->axis.stride;
		return c / g->axis.stride % g->axis.size;
	}
	col = c % g->row_nelem;
	*n = x->cols - col % x->cols;
	if (*n > g->row_nelem - col)
		*n = g->row_nelem - col;
	return c / g->row_nelem / x->rows * g->ncol + col / x->cols;
}

uint64_t prune_unit_nelem(
	const struct prune_file *f, const struct tensor_span *s)
{
	struct axis a;

	if (f->structure.shape == PRUNE_NM) {
		a = axis_in_file(s, nm_dim(s));
		return f->structure.of * a.stride;
	}
	if (f->by_row && s->ndim)
		return axis_of(s, 0).stride;
	return 1;
}

bool prune_has_bits(const struct prune_file *f, const struct prune_job *job)
{
	return job->by_target &&
	       (f->structure.shape != PRUNE_SINGLE || f->by_row || f->score);
}

/* --- bits ----------------------------------------------------------------- */

/* What bits are made of, and what becomes of them. */
struct marking {
	const struct prune_view *v;
	const struct prune_run *r;
	uint8_t *bits;
	uint64_t pruned_max;
};

static void clear(struct marking *m, size_t i)
{
	uint64_t key = prune_key_at(m->v, m->r, i);

	if (m->r->prev && !prune_bit(m->r->prev, i))
		return; /* not by this decision */
	m->bits[i / 8] &= (uint8_t) ~(1u << i % 8);
	if (key > m->pruned_max)
		m->pruned_max = key;
}

/* Of the COUNT elements at FIRST, STEP apart, those that KEEP others beat. */
static void mark_group(
	struct marking *m, size_t first, size_t step, size_t count, size_t keep)
{
	uint64_t key[NM_MAX];

	for (size_t i = 0; i < count; i++)
		key[i] = prune_rank_at(m->v, m->r, first + i * step);
	for (size_t i = 0; i < count; i++) {
		size_t nbetter = 0;

		for (size_t j = 0; j < count; j++)
			nbetter +=
				key[j] > key[i] || (key[j] == key[i] && j < i);
		if (nbetter >= keep)
			clear(m, first + i * step);
	}
}

/* Groups of four in a row, a flag for each weight, as vectors. */
#define FOURS_NELEM ((size_t)512)

#define DEFINE_FOURS(BITS)                                                    \
	static uint64_t fours##BITS(                                          \
		const unsigned char *p, size_t n, int keep, uint8_t *kept)    \
	{                                                                     \
		int##BITS##_t top = 0;                                        \
                                                                              \
		for (size_t i = 0; i < n; i += 4) {                           \
			int##BITS##_t k[4];                                   \
			for (size_t j = 0; j < 4; j++)                        \
				k[j] = (int##BITS##_t)(                       \
					le_load##BITS(                        \
						p + (i + j) * ((BITS) / 8)) & \
					INT##BITS##_MAX);                     \
			bool a = (k[1] > k[0]) + (k[2] > k[0]) +              \
					 (k[3] > k[0]) <                      \
				 keep;                                        \
			bool b = (k[0] >= k[1]) + (k[2] > k[1]) +             \
					 (k[3] > k[1]) <                      \
				 keep;                                        \
			bool c = (k[0] >= k[2]) + (k[1] >= k[2]) +            \
					 (k[3] > k[2]) <                      \
				 keep;                                        \
			bool e = (k[0] >= k[3]) + (k[1] >= k[3]) +            \
					 (k[2] >= k[3]) <                     \
				 keep;                                        \
			kept[i] = a;                                          \
			kept[i + 1] = b;                                      \
			kept[i + 2] = c;                                      \
			kept[i + 3] = e;                                      \
			top = !a && k[0] > top ? k[0] : top;                  \
			top = !b && k[1] > top ? k[1] : top;                  \
			top = !c && k[2] > top ? k[2] : top;                  \
			top = !e && k[3] > top ? k[3] : top;                  \
		}                                                             \
		return (uint64_t)top;                                         \
	}
DEFINE_FOURS(16)
DEFINE_FOURS(32)

/* As far as whole bytes of bits go.  Returns how many elements are done. */
static size_t mark_fours(struct marking *m, int keep)
{
	unsigned width = m->v->format->nbytes;
	size_t end = m->r->n - m->r->n % 8;
	uint8_t kept[FOURS_NELEM];

	for (size_t i = 0; i < end; i += FOURS_NELEM) {
		size_t n = end - i < FOURS_NELEM ? end - i : FOURS_NELEM;
		const unsigned char *p = m->r->p + i * width;
		uint64_t top = width == 2 ? fours16(p, n, keep, kept)
					  : fours32(p, n, keep, kept);

		for (size_t k = 0; k < n; k += 8)
			m->bits[(i + k) / 8] =
				(uint8_t)(le_load64(kept + k) *
						  UINT64_C(
							  0x0102040810204080) >>
					  56);
		if (top > m->pruned_max)
			m->pruned_max = top;
	}
	return end;
}

static void mark_nm(struct marking *m, const struct prune_structure *x)
{
	const struct tensor_span *s = m->v->span;
	unsigned width = m->v->format->nbytes;
	size_t step = (size_t)axis_in_file(s, nm_dim(s)).stride;
	size_t of = (size_t)x->of, nelem = of * step, i = 0;

	if (of == 4 && step == 1 && (width == 2 || width == 4) && !m->r->prev &&
		!m->r->score)
		i = mark_fours(m, (int)x->keep);
	for (; i < m->r->n; i += nelem)
		for (size_t k = 0; k < step; k++)
			mark_group(m, i + k, step, of, (size_t)x->keep);
}

static void mark_units(struct marking *m, const struct prune_structure *x,
	const struct prune_job *job)
{
	const struct tensor_span *s = m->v->span;
	struct grid g = grid_of(x, s);

	for (size_t i = 0; i < m->r->n;) {
		uint64_t n, c = prune_c_index(s, m->r->first + i);
		uint64_t unit = unit_at(x, &g, c, &n);

		if (s->fortran)
			n = 1;
		if (n > m->r->n - i)
			n = m->r->n - i;
		for (; n > 0; n--, i++)
			if (!prune_bit(job->unit_keep, (size_t)unit))
				clear(m, i);
	}
}

static void mark_below(
	struct marking *m, size_t begin, size_t end, struct prune_cut cut)
{
	for (size_t i = begin; i < end; i++) {
		uint64_t key = prune_rank_at(m->v, m->r, i);

		if (key < cut.key ||
			(key == cut.key && cut.tie &&
				prune_tie(m->v, m->r->first + i) < cut.tie))
			clear(m, i);
	}
}

/* Elements [BEGIN, BEGIN + N) of R; PREV has room for their bits. */
static struct prune_run part_of(const struct prune_view *v,
	const struct prune_run *r, size_t begin, size_t n, uint8_t *prev)
{
	struct prune_run part = *r;

	part.p += begin * v->format->nbytes;
	part.n = n;
	part.first += begin;
	part.score = r->score ? r->score + begin : NULL;
	if (!r->prev)
		return part;
	memset(prev, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++)
		prev[i / 8] |=
			(uint8_t)(prune_bit(r->prev, begin + i) << i % 8);
	part.prev = prev;
	return part;
}

static uint64_t count_gone(const struct prune_run *r)
{
	uint64_t n = 0;

	for (size_t i = 0; r->prev && i < r->n; i++)
		n += !prune_bit(r->prev, i);
	return n;
}

/* Every row has a target, and with it a cut, of its own. */
static int mark_rows(struct marking *m, const struct prune_file *f,
	const struct prune_job *job, struct prune_desk *k)
{
	size_t nelem = (size_t)prune_unit_nelem(f, job->span);
	uint8_t *prev = malloc(nelem / 8 + 1);
	int ret = prev ? 0 : -1;

	for (size_t i = 0; i < m->r->n && !ret; i += nelem) {
		struct prune_run row = part_of(m->v, m->r, i, nelem, prev);
		uint64_t ngone = count_gone(&row);
		struct prune_job one = *job;
		struct prune_pick p;

		one.k = prune_amount(&f->target, nelem);
		one.ngone = ngone;
		p = prune_job_pick(f, &one, nelem);
		ret = prune_pick_run(&p, m->v, &row, k);
		if (!ret)
			mark_below(m, i, i + nelem, p.cut);
	}
	free(prev);
	return ret;
}

int prune_bits(const struct prune_file *f, const struct prune_job *job,
	const struct prune_run *r, struct prune_desk *k, uint8_t *bits,
	struct prune_result *ret)
{
	struct marking m = {&job->view, r, bits, 0};
	int bad = 0;

	if (r->prev)
		memcpy(bits, r->prev, (r->n + 7) / 8);
	else
		memset(bits, 0xff, (r->n + 7) / 8);
	if (f->structure.shape == PRUNE_NM)
		mark_nm(&m, &f->structure);
	else if (f->structure.shape != PRUNE_SINGLE)
		mark_units(&m, &f->structure, job);
	else if (f->by_row && f->target.kind != PRUNE_BY_THRESHOLD)
		bad = mark_rows(&m, f, job, k);
	else
		mark_below(&m, 0, r->n, job->cut);
	if (m.pruned_max > ret->pruned_max)
		ret->pruned_max = m.pruned_max;
	return bad;
}

/* --- scores of units ------------------------------------------------------ */

struct slot {
	uint8_t *prev;
	uint64_t *score;
	double *unit; /* of the one job of a chunk */
};

struct scoring {
	struct prune_file *f;
	struct prune_job **job; /* per item */
	struct slot *slot;
	size_t nslot;
};

static double value_at(const struct scoring *c, const struct prune_job *job,
	const struct prune_run *r, size_t i)
{
	if (r->score)
		return prune_score_value(c->f->score, r->score[i]);
	return prune_value(job->view.format, prune_key_at(&job->view, r, i));
}

static void score_run(const struct scoring *c, const struct prune_job *job,
	const struct prune_run *r, double *unit)
{
	const struct prune_structure *x = &c->f->structure;
	const struct tensor_span *s = job->span;
	struct grid g = grid_of(x, s);

	memset(unit, 0, (size_t)g.nunit * sizeof(*unit));
	for (size_t i = 0; i < r->n;) {
		uint64_t n,
			at = unit_at(x, &g, prune_c_index(s, r->first + i), &n);

		if (s->fortran)
			n = 1;
		if (n > r->n - i)
			n = r->n - i;
		for (; n > 0; n--, i++) {
			double w = value_at(c, job, r, i);

			/* so that NaN stays */
			if (!x->by_max)
				unit[at] += w;
			else if (!(w <= unit[at]))
				unit[at] = w;
		}
	}
}

static int work(void *ctx, size_t slot, struct prune_run *run, size_t nrun,
	struct diag *d)
{
	struct scoring *c = ctx;
	struct slot *s = &c->slot[slot];
	struct prune_job *job = c->job[run->item];
	struct prune_result ignored = {0};

	(void)nrun; /* a job is a group */
	if (job->mask) {
		if (prune_job_mask_read(
			    c->f, job, run->first, run->n, s->prev, d))
			return -1;
		run->prev = s->prev;
	}
	prune_prepare(&job->view, run, &ignored);
	if (c->f->score) {
		if (prune_score_read(c->f->score, job, run, s->score, d))
			return -1;
		run->score = s->score;
	}
	score_run(c, job, run, s->unit);
	return 0;
}

static int drain(void *ctx, size_t slot, const struct prune_run *run,
	size_t nrun, struct diag *d)
{
	struct scoring *c = ctx;
	struct prune_job *job = c->job[run->item];
	const double *unit = c->slot[slot].unit;

	(void)nrun;
	(void)d;
	for (uint64_t i = 0; i < job->nunit; i++)
		if (!c->f->structure.by_max)
			job->unit[i] += unit[i];
		else if (!(unit[i] <= job->unit[i]))
			job->unit[i] = unit[i];
	return 0;
}

/* Elements of unit AT, fewer at the edges. */
static uint64_t unit_size(const struct prune_structure *x, const struct grid *g,
	const struct tensor_span *s, uint64_t at)
{
	uint64_t row, col, nrow, ncol;

	if (x->shape == PRUNE_SLICE)
		return s->n / g->axis.size;
	row = at / g->ncol * x->rows;
	col = at % g->ncol * x->cols;
	nrow = s->shape[0] - row < x->rows ? s->shape[0] - row : x->rows;
	ncol = g->row_nelem - col < x->cols ? g->row_nelem - col : x->cols;
	return nrow * ncol;
}

static int alloc_units(struct scoring *c, uint64_t *nunit_max, struct diag *d)
{
	*nunit_max = 0;
	for (size_t i = 0; i < c->f->njob; i++) {
		struct prune_job *job = &c->f->job[i];

		if (!job->by_target)
			continue;
		job->nunit = grid_of(&c->f->structure, job->span).nunit;
		if (job->nunit > c->f->mem_nbytes / 32) {
			diag_set(d, DIAG_DATA,
				"%llu blocks; at most %llu fit into memory: "
				"expected larger ones",
				(unsigned long long)job->nunit,
				(unsigned long long)(c->f->mem_nbytes / 32));
			return diag_at(d, "%.200s", job->span->name);
		}
		job->unit = calloc((size_t)job->nunit + 1, sizeof(*job->unit));
		job->unit_keep = malloc((size_t)job->nunit / 8 + 1);
		if (!job->unit || !job->unit_keep)
			return diag_nomem(d, job->nunit * sizeof(double));
		if (job->nunit > *nunit_max)
			*nunit_max = job->nunit;
	}
	return 0;
}

static int alloc_slots(struct scoring *c, uint64_t nunit, struct diag *d)
{
	size_t n = 4 * c->f->chunk_nelem;
	bool bad = false;

	c->nslot = prune_scan_nslot(c->f->nthread);
	c->slot = calloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; c->slot && i < c->nslot; i++) {
		struct slot *s = &c->slot[i];

		s->prev = malloc(n / 8 + 1);
		s->unit = malloc(((size_t)nunit + 1) * sizeof(*s->unit));
		s->score = c->f->score ? malloc(n * sizeof(*s->score)) : NULL;
		bad |= !s->prev || !s->unit || (c->f->score && !s->score);
	}
	return bad || !c->slot ? diag_nomem(d, nunit * sizeof(double)) : 0;
}

static void take_means(struct prune_file *f)
{
	for (size_t i = 0; i < f->njob; i++) {
		struct prune_job *job = &f->job[i];
		struct grid g;

		if (!job->by_target || f->structure.by_max)
			continue;
		g = grid_of(&f->structure, job->span);
		for (uint64_t k = 0; k < job->nunit; k++)
			job->unit[k] /= (double)unit_size(
				&f->structure, &g, job->span, k);
	}
}

static int scan_units(
	struct scoring *c, struct prune_item *item, struct diag *d)
{
	struct prune_file *f = c->f;
	struct prune_scan s = {.item = item,
		.nthread = f->nthread,
		.progress = f->progress,
		.chunk_nelem = f->chunk_nelem,
		.work = work,
		.drain = drain,
		.ctx = c};
	uint64_t nunit;

	if (alloc_units(c, &nunit, d) || alloc_slots(c, nunit, d))
		return -1;
	for (size_t i = 0; i < f->njob; i++) {
		struct prune_job *job = &f->job[i];

		if (!job->by_target)
			continue;
		c->job[s.nitem] = job;
		item[s.nitem] = (struct prune_item){
			.in = tensor_input(f->model, job->span),
			.offset = job->span->offset,
			.n = job->span->n,
			.width = job->view.format->nbytes,
			.group = (unsigned)i};
		s.nitem++;
	}
	if (prune_scan(&s, d))
		return -1;
	take_means(f);
	return 0;
}

int prune_unit_scan(struct prune_file *f, struct diag *d)
{
	struct scoring c = {.f = f};
	struct prune_item *item = calloc(f->njob + 1, sizeof(*item));
	int ret = -1;

	c.job = calloc(f->njob + 1, sizeof(struct prune_job *));
	if (!item || !c.job)
		diag_nomem(d, f->njob * sizeof(*item));
	else
		ret = scan_units(&c, item, d);
	for (size_t i = 0; c.slot && i < c.nslot; i++) {
		free(c.slot[i].prev);
		free(c.slot[i].score);
		free(c.slot[i].unit);
	}
	free(c.slot);
	free(c.job);
	free(item);
	return ret;
}

/* --- deciding about units ------------------------------------------------- */

/* Scores in a row, and the jobs they are of. */
struct units {
	struct prune_job **job;
	size_t njob;
	double *score;
	uint64_t n;
	const char *name; /* for the order of equal ones */
};

/* In the order of double, whatever their sign: as bits that order so. */
static void order_bits(double *score, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &score[i], sizeof(bits));
		bits = score[i] == 0 ? 0 : bits;
		bits = bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
		bits >>= 1;
		memcpy(&score[i], &bits, sizeof(bits));
	}
}

/* The cut that T makes among U; its scores are used up. */
static int cut_units(struct prune_file *f, struct units *u,
	const struct prune_target *t, struct prune_view *v,
	struct prune_run *run, struct prune_cut *cut, struct diag *d)
{
	const struct prune_job one = {
		.span = v->span, .k = prune_amount(t, u->n), .view = *v};
	struct prune_desk desk;
	struct prune_pick p;
	int ret;

	if (t->kind == PRUNE_BY_THRESHOLD) {
		double threshold = t->threshold;

		order_bits(&threshold, 1);
		memcpy(&cut->key, &threshold, sizeof(cut->key));
		return 0;
	}
	if (one.k > u->n)
		return prune_too_few(f, u->name, one.k, u->n, d);
	if (prune_desk_init(&desk, f->gather_max)) {
		prune_desk_free(&desk);
		return diag_nomem(d, f->gather_max);
	}
	p = prune_job_pick(f, &one, u->n);
	ret = prune_pick_run(&p, v, run, &desk);
	prune_desk_free(&desk);
	*cut = p.cut;
	return ret ? diag_nomem(d, u->n) : 0;
}

static int decide_units(struct prune_file *f, struct units *u,
	const struct prune_target *t, struct diag *d)
{
	const struct tensor_span span = {.dtype = TENSOR_F64,
		.ndim = 1,
		.shape = &u->n,
		.n = u->n,
		.name = u->name};
	struct prune_view v;
	struct prune_run run = {.n = (size_t)u->n};
	struct prune_cut cut = {0};
	uint64_t at = 0;

	prune_view_init(&v, &span, u->job[0]->view.ties, f->tie_seed);
	v.scored = true;
	order_bits(u->score, u->n);
	run.p = (unsigned char *)u->score;
	run.score = (const uint64_t *)(const void *)u->score;
	if (u->n && cut_units(f, u, t, &v, &run, &cut, d))
		return -1;
	for (size_t i = 0; i < u->njob; i++) {
		struct prune_job *job = u->job[i];
		struct grid g = grid_of(&f->structure, job->span);

		memset(job->unit_keep, 0xff, (size_t)job->nunit / 8 + 1);
		job->k = 0;
		for (uint64_t k = 0; k < job->nunit; k++, at++) {
			uint64_t key = run.score[at];

			if (key > cut.key ||
				(key == cut.key &&
					prune_tie(&v, at) >= cut.tie))
				continue;
			job->unit_keep[k / 8] &= (uint8_t) ~(1u << k % 8);
			job->k += unit_size(&f->structure, &g, job->span, k);
		}
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct prune_job *x = *(struct prune_job *const *)a;
	const struct prune_job *y = *(struct prune_job *const *)b;

	return strcmp(x->span->name, y->span->name);
}

static int decide_together(struct prune_file *f, struct prune_job **job,
	size_t njob, const struct prune_target *t, struct diag *d)
{
	struct units u = {.job = job, .njob = njob, .name = ""};
	int ret;

	qsort(job, njob, sizeof(struct prune_job *), by_name);
	for (size_t i = 0; i < njob; i++)
		u.n += job[i]->nunit;
	u.score = malloc(((size_t)u.n + 1) * sizeof(*u.score));
	if (!u.score)
		return diag_nomem(d, u.n * sizeof(*u.score));
	for (size_t i = 0, at = 0; i < njob; at += job[i++]->nunit)
		memcpy(u.score + at, job[i]->unit,
			(size_t)job[i]->nunit * sizeof(*u.score));
	ret = decide_units(f, &u, t, d);
	free(u.score);
	return ret;
}

int prune_unit_decide(struct prune_file *f, const struct prune_target *t,
	bool global, struct diag *d)
{
	struct prune_job **job =
		calloc(f->njob + 1, sizeof(struct prune_job *));
	size_t n = 0;
	int ret = 0;

	if (!job)
		return diag_nomem(d, f->njob);
	for (size_t i = 0; i < f->njob; i++)
		if (f->job[i].by_target)
			job[n++] = &f->job[i];
	if (global && n)
		ret = decide_together(f, job, n, t, d);
	for (size_t i = 0; i < n && !global && !ret; i++) {
		struct units u = {.job = &job[i],
			.njob = 1,
			.score = job[i]->unit,
			.n = job[i]->nunit,
			.name = job[i]->span->name};

		ret = decide_units(f, &u, t, d);
	}
	free(job);
	return ret;
}

void prune_file_free(struct prune_file *f)
{
	for (size_t i = 0; i < f->njob; i++) {
		free(f->job[i].unit);
		free(f->job[i].unit_keep);
		f->job[i].unit = NULL;
		f->job[i].unit_keep = NULL;
	}
}
