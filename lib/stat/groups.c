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
#include "base/order.h"
#include "choice/choice.h"
#include "file/input.h"
#include "stat/stat_impl.h"

#define CHUNK_NBYTES ((size_t)1 << 20)

struct slot {
	uint8_t *nonzero; /* a flag per element */
	uint8_t *count;   /* of a unit: the flags of each group */
	struct stat_groups part;
};

struct counting {
	struct stat_elements e;
	uint64_t zero, mask; /* the bits of a zero, but for those not in mask */
	size_t of, keep;
	uint64_t step;
	uint64_t width, nstrip; /* groups of a strip; strips of a unit */
	uint64_t nelem;         /* of a chunk */
	struct stat_groups total;
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

static void count_units(const struct counting *c, struct slot *s,
	const unsigned char *p, size_t n, size_t nk, uint64_t at)
{
	const size_t unit = c->of * nk;

	s->part = (struct stat_groups){.n = n * nk};
	flag(s->nonzero, p, n * unit, c->e.item.width, c->zero, c->mask);
	if (c->of == 4 && nk == 1 && fours_hold(s->nonzero, n, c->keep))
		return;
	for (size_t u = 0; u < n; u++)
		count_unit(c, s, s->nonzero + u * unit, nk, at + u * unit);
}

static void init(void *ctx, void *slot, struct select_room *m)
{
	const struct counting *c = ctx;
	struct slot *s = slot;

	s->nonzero = select_room_get(m, (size_t)c->nelem);
	s->count = select_room_get(m, (size_t)c->width);
}

/* Of a run of whole units, in which strips are as wide as these. */
static int work_units(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct counting *c = ctx;

	(void)nrun; /* there is one item */
	(void)d;
	count_units(c, slot, r->p, r->n / c->of / (size_t)c->step,
		(size_t)c->step, r->first);
	return 0;
}

/* Of a run of one strip, which has room where it is read to. */
static int work_strip(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct counting *c = ctx;
	uint64_t k = r->first % c->nstrip * c->width;
	uint64_t at = r->first / c->nstrip * c->of * c->step + k;
	size_t nk = (size_t)order_least(c->step - k, c->width);

	(void)nrun;
	for (size_t j = 0; j < c->of; j++)
		if (select_item_read(&c->e.item, at + j * c->step, nk,
			    r->p + j * nk * c->e.item.width, d))
			return -1;
	count_units(c, slot, r->p, 1, nk, at);
	return 0;
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct counting *c = ctx;
	const struct stat_groups *p = &((const struct slot *)slot)->part;

	(void)run;
	(void)nrun;
	(void)d;
	if (p->nbroken && c->total.nbroken == 0) {
		c->total.first = p->first;
		c->total.first_nonzero = p->first_nonzero;
	}
	c->total.nbroken += p->nbroken;
	c->total.n += p->n;
	return 0;
}

static int run(struct counting *c, const struct stat_how *how, struct diag *d)
{
	static const struct select_hooks units = {
		sizeof(struct slot), init, work_units, drain};
	static const struct select_hooks strips = {
		sizeof(struct slot), init, work_strip, drain};
	uint64_t max = CHUNK_NBYTES / c->e.item.width, unit = c->of * c->step;
	struct select_item it = c->e.item;

	it.n -= it.n % unit;
	c->width = order_least(c->step, max / c->of);
	c->nstrip = c->step / c->width + (c->step % c->width != 0);
	c->nelem = c->of * c->width;
	if (c->nstrip == 1) {
		it.unit = unit;
		it.run_nelem = c->nelem =
			order_least(order_most(max - max % unit, unit), it.n);
		return stat_scan(&it, how, &units, c, d);
	}
	it.n = it.n / unit * c->nstrip;
	it.width *= (unsigned)c->nelem;
	it.unit = it.run_nelem = 1;
	it.solid = it.unread = true;
	return stat_scan(&it, how, &strips, c, d);
}

int stat_groups(struct stat_groups *ret, const struct choice_structure *x,
	int64_t zero, const struct stat_how *how, const struct stat_tensor *t,
	struct diag *d)
{
	struct select_view v;
	struct counting c = {.of = (size_t)x->of,
		.keep = (size_t)x->keep,
		.step = choice_nm_step(t->span),
		.e = stat_elements(t)};
	int bad = 0;

	if (select_check_zero(t->span, zero, d))
		return -1;
	select_view_init(&v, t->span, SELECT_TIES_FIRST, 0);
	if (select_integers(t->span->dtype))
		select_view_zero(&v, zero);
	c.zero = v.zero;
	c.mask = select_nonzero_bits(v.format) &
		 (UINT64_MAX >> (64 - 8 * v.format->nbytes));
	if (t->span->n)
		bad = run(&c, how, d);
	*ret = c.total;
	return bad;
}
