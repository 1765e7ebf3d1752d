/* SPDX-License-Identifier: MIT */
/*
 * Whether a tensor is N:M.  Its groups, as pruning has them, come in units of M
 * times STEP elements, of which those STEP apart are one group.  A unit that is
 * too large for memory is read in strips, some groups wide.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "choice/choice.h"
#include "file/input.h"
#include "stat/stat_impl.h"

#define CHUNK_NBYTES ((size_t)1 << 20)

struct slot {
	unsigned char *p;
	uint8_t *nonzero; /* a flag per element */
	uint8_t *count;   /* of a unit: the flags of each group */
	struct stat_groups part;
};

struct counting {
	struct stat_reader r;
	uint64_t zero, mask; /* the bits of a zero, but for those not in mask */
	size_t of, keep;
	uint64_t step;
	uint64_t width, nstrip; /* groups of a strip; strips of a unit */
	struct stat_groups total;
	struct slot slot[STAT_NSLOT_MAX];
};

#define DEFINE_FLAG(BITS)                                                    \
	static void flag##BITS(uint8_t *f, const unsigned char *p, size_t n, \
		uint64_t zero, uint64_t mask)                                \
	{                                                                    \
		for (size_t i = 0; i < n; i++)                               \
			f[i] = ((le_load##BITS(p + i * ((BITS) / 8)) ^       \
					(uint##BITS##_t)zero) &              \
				       (uint##BITS##_t)mask) != 0;           \
	}
DEFINE_FLAG(16)
DEFINE_FLAG(32)
DEFINE_FLAG(64)

static void flag(uint8_t *f, const unsigned char *p, size_t n, size_t width,
	uint64_t zero, uint64_t mask)
{
	switch (width) {
	case 1:
		for (size_t i = 0; i < n; i++)
			f[i] = ((p[i] ^ zero) & mask) != 0;
		break;
	case 2: flag16(f, p, n, zero, mask); break;
	case 4: flag32(f, p, n, zero, mask); break;
	default: flag64(f, p, n, zero, mask);
	}
}

/* Whether each four flags in a row are at most KEEP. */
static bool fours_hold(const uint8_t *f, size_t n, size_t keep)
{
	uint32_t nbroken = 0;

	for (size_t i = 0; i < n; i++)
		nbroken |= (le_load32(f + 4 * i) * UINT32_C(0x01010101)) >> 24 >
			   keep;
	return nbroken == 0;
}

static void note_broken(struct stat_groups *g, uint64_t at, unsigned n)
{
	if (g->nbroken++)
		return;
	g->first = at;
	g->first_nonzero = n;
}

/* One unit, or a strip of it, of NK groups; the first begins at element AT. */
static void count_unit(const struct counting *c, struct slot *s,
	const uint8_t *f, size_t nk, uint64_t at)
{
	memset(s->count, 0, nk);
	for (size_t j = 0; j < c->of; j++)
		for (size_t k = 0; k < nk; k++)
			s->count[k] += f[j * nk + k];
	for (size_t k = 0; k < nk; k++)
		if (s->count[k] > c->keep)
			note_broken(&s->part, at + k, s->count[k]);
}

/* Pieces are strips; unless there are several in a unit, they lie in a row. */
static int work(void *ctx, size_t i, uint64_t first, size_t n, struct diag *d)
{
	const struct counting *c = ctx;
	struct slot *s = &((struct counting *)ctx)->slot[i];
	uint64_t unit = c->of * c->step, k = first % c->nstrip * c->width;
	uint64_t at = first / c->nstrip * unit + k;
	size_t nk = (size_t)(c->step - k < c->width ? c->step - k : c->width);
	size_t nelem = n * c->of * nk;
	int ret = 0;

	s->part = (struct stat_groups){.n = n * nk};
	if (c->nstrip == 1)
		ret = stat_reader_get(&c->r, at, nelem, s->p, d);
	for (size_t j = 0; c->nstrip > 1 && j < c->of && !ret; j++)
		ret = stat_reader_get(&c->r, at + j * c->step, nk,
			s->p + j * nk * c->r.width, d);
	if (ret)
		return -1;
	flag(s->nonzero, s->p, nelem, c->r.width, c->zero, c->mask);
	if (c->of == 4 && nk == 1 && fours_hold(s->nonzero, n, c->keep))
		return 0;
	for (size_t u = 0; u < n; u++)
		count_unit(
			c, s, s->nonzero + u * c->of * nk, nk, at + u * unit);
	return 0;
}

static bool drain(void *ctx, size_t i, size_t n)
{
	struct counting *c = ctx;
	const struct stat_groups *p = &c->slot[i].part;

	(void)n;
	if (p->nbroken && c->total.nbroken == 0) {
		c->total.first = p->first;
		c->total.first_nonzero = p->first_nonzero;
	}
	c->total.nbroken += p->nbroken;
	c->total.n += p->n;
	return true;
}

static int run(struct counting *c, const struct stat_how *how, struct diag *d)
{
	uint64_t max = CHUNK_NBYTES / c->r.width / c->of, nchunk;
	struct stat_walk w = {.nthread = how->nthread,
		.progress = how->progress,
		.work = work,
		.drain = drain,
		.ctx = c};
	size_t nslot, nelem;
	int ret = 0;

	c->width = c->step < max ? c->step : max;
	c->nstrip = c->step / c->width + (c->step % c->width != 0);
	w.n = c->r.n / c->of / c->step * c->nstrip;
	nchunk = c->nstrip == 1 ? max / c->step : 1;
	w.npiece = (size_t)(nchunk < w.n ? nchunk : w.n);
	w.piece_nbytes = (size_t)(c->width * c->of) * c->r.width;
	nslot = stat_walk_nslot(&w);
	nelem = w.npiece * (size_t)c->width * c->of;
	for (size_t i = 0; i < nslot; i++) {
		struct slot *s = &c->slot[i];

		s->p = input_alloc(nelem * c->r.width);
		s->nonzero = malloc(nelem);
		s->count = malloc((size_t)c->width);
		if (!s->p || !s->nonzero || !s->count)
			ret = diag_nomem(d, nelem * c->r.width);
	}
	if (!ret)
		ret = stat_walk(&w, d);
	for (size_t i = 0; i < nslot; i++) {
		free(c->slot[i].p);
		free(c->slot[i].nonzero);
		free(c->slot[i].count);
	}
	return ret;
}

int stat_groups(struct stat_groups *ret, const struct choice_structure *x,
	int64_t zero, const struct stat_how *how, const struct stat_tensor *t,
	struct diag *d)
{
	struct select_view v;
	struct counting c = {.of = (size_t)x->of,
		.keep = (size_t)x->keep,
		.step = choice_nm_step(t->span)};
	int bad = 0;

	if (select_check_zero(t->span, zero, d))
		return -1;
	select_view_init(&v, t->span, SELECT_TIES_FIRST, 0);
	if (select_integers(t->span->dtype))
		select_view_zero(&v, zero);
	c.zero = v.zero;
	c.mask = select_nonzero_bits(v.format) &
		 (UINT64_MAX >> (64 - 8 * v.format->nbytes));
	if (t->span->n) {
		if (stat_reader_open(&c.r, t, d))
			return -1;
		bad = run(&c, how, d);
		stat_reader_close(&c.r);
	}
	*ret = c.total;
	return bad;
}
