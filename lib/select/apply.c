/* SPDX-License-Identifier: MIT */
/*
 * Writing a decision into weights.  Blocks go through a loop that compilers
 * turn into vector instructions; weights as large as the cut are left alone
 * there and settled afterwards by their tie.  Of each M weights that follow one
 * another, M a power of two, N are kept by vectors whose lanes all meet the
 * others of their group as they are turned.
 */
#include <stddef.h>
#include <string.h>

#include "base/bisect.h"
#include "base/le.h"
#include "base/vector.h"
#include "select/select_impl.h"

/* Small enough for counters of 16 bits and for the first-level cache. */
#define BLOCK SELECT_NFOUND

/* What a block's loop found. */
struct block {
	unsigned npruned, nequal;
	uint64_t key_max, pruned_max;
	/* All ones or 0 per element, as far as they are wanted. */
	uint8_t kept[BLOCK], equal[BLOCK];
};

/* What is wanted. */
enum {
	KEPT = 1,
	EQUAL = 2,
	NEQUAL = 4,
	PRUNED_MAX = 8,
};

/*
 * N elements, at most BLOCK: zero what is at most WRITE_LAST, count what is at
 * most LAST, and what comes next.  Signed lanes: SSE2 compares no others, and
 * nothing is at most -1.  STEP elements are counted in a lane.
 */
#define DEFINE_BLOCK(BITS, STEP)                                               \
	static VECTOR_INLINE void block##BITS(unsigned char *p, size_t n,      \
		int64_t last, int64_t write_last, unsigned want,               \
		struct block *b)                                               \
	{                                                                      \
		typedef int##BITS##_t lane;                                    \
		const lane end = (lane)last, write_end = (lane)write_last;     \
		const lane cut = (lane)((uint##BITS##_t)end + 1u);             \
		lane top = 0, low_top = 0;                                     \
                                                                               \
		b->npruned = b->nequal = 0;                                    \
		for (size_t k = 0; k < n; k += (STEP)) {                       \
			size_t stop = n - k < (STEP) ? n : k + (STEP);         \
			lane nkept = 0, nequal = 0;                            \
			for (size_t i = k; i < stop; i++) {                    \
				unsigned char *q = p + i * ((BITS) / 8);       \
				lane x = (lane)le_load##BITS(q);               \
				lane key = (lane)(x & INT##BITS##_MAX);        \
				lane kept = (lane)(key > end ? -1 : 0);        \
				lane stays = (lane)(key > write_end ? -1 : 0); \
				lane equal = (lane)(key == cut ? -1 : 0);      \
				lane low = (lane)(key & ~kept);                \
				nkept = (lane)(nkept - kept);                  \
				if (want & NEQUAL)                             \
					nequal = (lane)(nequal - equal);       \
				top = key > top ? key : top;                   \
				if (want & PRUNED_MAX)                         \
					low_top =                              \
						low > low_top ? low : low_top; \
				le_store##BITS(                                \
					q, (uint##BITS##_t)(x & stays));       \
				if (want & KEPT)                               \
					b->kept[i] = (uint8_t)kept;            \
				if (want & EQUAL)                              \
					b->equal[i] = (uint8_t)equal;          \
			}                                                      \
			b->npruned += (unsigned)((stop - k) -                  \
						 (uint##BITS##_t)nkept);       \
			b->nequal += (unsigned)(uint##BITS##_t)nequal;         \
		}                                                              \
		b->key_max = (uint64_t)top;                                    \
		b->pruned_max = (uint64_t)low_top;                             \
	}
DEFINE_BLOCK(8, 128)
DEFINE_BLOCK(16, BLOCK)
DEFINE_BLOCK(32, BLOCK)
DEFINE_BLOCK(64, BLOCK)

static VECTOR_INLINE void any_block(unsigned nbytes, unsigned char *p, size_t n,
	int64_t last, int64_t write_last, unsigned want, struct block *b)
{
	switch (nbytes) {
	case 1: block8(p, n, last, write_last, want, b); break;
	case 2: block16(p, n, last, write_last, want, b); break;
	case 4: block32(p, n, last, write_last, want, b); break;
	default: block64(p, n, last, write_last, want, b); break;
	}
}

/* More than is wanted may be found. */
VECTOR_CLONES
static void do_block(unsigned nbytes, unsigned char *p, size_t n, int64_t last,
	int64_t write_last, unsigned want, struct block *b)
{
	const unsigned all = KEPT | EQUAL | NEQUAL | PRUNED_MAX;
	const unsigned ties = EQUAL | NEQUAL, largest = NEQUAL | PRUNED_MAX;

	if (n != BLOCK)
		any_block(nbytes, p, n, last, write_last, all, b);
	else if (want == 0)
		any_block(nbytes, p, BLOCK, last, write_last, 0, b);
	else if (want == ties)
		any_block(nbytes, p, BLOCK, last, write_last, ties, b);
	else if (!(want & ~largest))
		any_block(nbytes, p, BLOCK, last, write_last, largest, b);
	else if (want & EQUAL)
		any_block(nbytes, p, BLOCK, last, write_last, all, b);
	else
		any_block(
			nbytes, p, BLOCK, last, write_last, KEPT | largest, b);
}

/* A decision that is being carried out. */
struct applying {
	const struct select_view *v;
	const struct select_run *r;
	struct select_cut cut;
	struct select_result *ret;
	/* In the block before weights were as large as the cut. */
	bool tied;
	size_t next; /* of r->taken */
};

static VECTOR_INLINE void zero_at(unsigned char *p, size_t i, unsigned nbytes)
{
	switch (nbytes) {
	case 1: le_store8(p + i, 0); break;
	case 2: le_store16(p + 2 * i, 0); break;
	case 4: le_store32(p + 4 * i, 0); break;
	case 8: le_store64(p + 8 * i, 0); break;
	}
}

/*
 * Leaves of AT[0..n), elements of R from BEGIN on that are as large as the cut,
 * those that it takes; without a branch to mistake.
 */
static size_t take_ties(
	const struct applying *a, size_t begin, uint32_t *at, size_t n)
{
	/* Copies, which what is written cannot change. */
	const struct select_view v = *a->v;
	const uint64_t first = a->r->first + begin, end = a->cut.tie;
	const uint8_t *prev = a->cut.key ? NULL : a->r->prev;
	size_t ntaken = 0;

	for (size_t k = 0; k < n; k++) {
		uint32_t i = at[k];

		at[ntaken] = i;
		ntaken += select_tie(&v, first + i) < end &&
			  (!prev || select_bit(prev, begin + i));
	}
	return ntaken;
}

/* The first of those taken that is element FIRST or comes after it. */
static size_t seek_taken(const struct select_taken *t, uint64_t first)
{
	struct bisect b = bisect(0, t->n);

	while (bisect_next(&b))
		bisect_answer(&b, t->first + t->at[b.mid] < first);
	return (size_t)b.lo;
}

/* Writes to AT which of N weights from BEGIN on are taken. */
static size_t next_taken(
	struct applying *a, size_t begin, size_t n, uint32_t *at)
{
	const struct select_taken *t = a->r->taken;
	uint64_t first = a->r->first + begin - t->first;
	size_t nfound = 0;

	while (a->next < t->n && t->at[a->next] - first < n)
		at[nfound++] = (uint32_t)(t->at[a->next++] - first);
	return nfound;
}

VECTOR_CLONES
static size_t find_equal(const uint8_t *equal, size_t n, uint32_t *at)
{
	return select_flagged(equal, true, n, 0, at);
}

/*
 * The N weights of a block at P, from BEGIN on, that are as large as the cut.
 */
static void settle_equal(struct applying *a, unsigned char *p, size_t begin,
	size_t n, struct block *b)
{
	const struct select_lanes l = {
		p, a->v->format->nbytes, a->v->format->key_nbits, n};
	uint32_t at[SELECT_NFOUND + SELECT_SLACK];
	uint64_t nbelow = 0;
	size_t nfound;

	if (a->r->taken) {
		nfound = next_taken(a, begin, n, at);
	} else if (a->tied) {
		memset(b->equal + n, 0, (64 - n % 64) % 64);
		nfound = find_equal(b->equal, n, at);
	} else {
		select_find(&l, 0, a->cut.key, 0, at, &nfound, &nbelow);
	}
	if (!a->r->taken)
		nfound = take_ties(a, begin, at, nfound);
	for (size_t k = 0; k < nfound; k++) {
		zero_at(p, at[k], l.nbytes);
		b->kept[at[k]] = 0;
	}
	b->npruned += (unsigned)nfound;
	if (nfound && a->cut.key > b->pruned_max)
		b->pruned_max = a->cut.key;
}

/* Where the cut is at zero, what is pruned already is not below it. */
VECTOR_CLONES
static unsigned count_gone(const uint8_t *prev, size_t n)
{
	unsigned nkept = 0;

	for (size_t i = 0; i < n / 8; i++)
		nkept += (unsigned)__builtin_popcount(prev[i]);
	if (n % 8)
		nkept += (unsigned)__builtin_popcount(
			prev[n / 8] & ((1u << n % 8) - 1));
	return (unsigned)n - nkept;
}

void select_pack(uint8_t *flag, uint8_t *bits, size_t n)
{
	size_t i = 0;

	if (n % 8)
		memset(flag + n, 0, 8 - n % 8);
	for (; i + 16 <= n; i += 16)
		le_store16(bits + i / 8, select_16_bits(flag + i));
	for (; i < n; i += 8)
		bits[i / 8] = select_eight_bits(flag + i);
}

/* What is to be known of the next block, besides what is counted. */
static unsigned wanted(const struct applying *a, bool keep)
{
	unsigned want = keep ? KEPT : 0;

	if (!a->r->taken)
		want |= NEQUAL;
	/* Ties are in most blocks or in hardly any. */
	if (a->tied)
		want |= EQUAL;
	/* Nothing that is pruned is larger than a tie that is. */
	if (a->ret->pruned_max < a->cut.key)
		want |= PRUNED_MAX;
	return want;
}

/* Elements [BEGIN, BEGIN + N), at most a block. */
static void apply_block(
	struct applying *a, size_t begin, size_t n, uint8_t *keep)
{
	const struct select_view *v = a->v;
	unsigned nbytes = v->format->nbytes;
	unsigned char *p = a->r->p + begin * nbytes;
	int64_t last = (int64_t)(a->cut.key - 1);
	int64_t least = v->keep_negzero || !select_view_orders(v) ? -1 : 0;
	bool takes_nan = a->cut.key > v->format->key_max;
	bool at_zero = a->r->prev && a->cut.key == 0;
	struct block b;

	/* Blocks do not look for NaN among what they prune. */
	if (takes_nan)
		select_note_nan(v, a->r, begin, begin + n, a->ret);
	do_block(nbytes, p, n, last, last > least ? last : least,
		wanted(a, keep != NULL), &b);
	if (!takes_nan && b.key_max > v->format->key_max)
		select_note_nan(v, a->r, begin, begin + n, a->ret);
	if (a->r->taken || (b.nequal && a->cut.tie))
		settle_equal(a, p, begin, n, &b);
	a->tied = b.nequal && a->cut.tie && !a->r->taken;
	if (at_zero)
		b.npruned += count_gone(a->r->prev + begin / 8, n);
	a->ret->npruned += b.npruned;
	if (b.pruned_max > a->ret->pruned_max)
		a->ret->pruned_max = b.pruned_max;
	if (!keep)
		return;
	select_pack(b.kept, keep + begin / 8, n);
	for (size_t i = begin / 8; at_zero && i < (begin + n + 7) / 8; i++)
		keep[i] &= a->r->prev[i];
}

void select_apply(const struct select_view *v, const struct select_run *r,
	struct select_cut cut, uint8_t *keep, struct select_result *ret)
{
	struct applying a = {v, r, cut, ret, false, 0};

	if (r->taken)
		a.next = seek_taken(r->taken, r->first);
	for (size_t i = 0; i < r->n; i += BLOCK)
		apply_block(&a, i, r->n - i < BLOCK ? r->n - i : BLOCK, keep);
	select_restore(v, r);
}

/* --- N of M --------------------------------------------------------------- */

/* Of elements that are looked at at once: whole groups, whole vectors. */
#define GROUPS_NELEM ((size_t)512)

#define VECTOR_NBYTES ((size_t)32)

struct groups {
	unsigned of, keep;
	bool flags;                       /* are wanted */
	unsigned char top[VECTOR_NBYTES]; /* per lane, of the pruned */
	uint8_t kept[GROUPS_NELEM];       /* all ones or 0 */
};

/* Vectors are loaded as the processor has them. */
static bool has_vectors(void)
{
	return VECTOR_UNIT && le_is_host();
}

/*
 * Of an element, those that beat it are counted: the larger ones, and of the
 * equal ones those before it, which are larger than a key less by one.
 */
#define DEFINE_GROUP(BITS)                                                     \
	typedef uint##BITS##_t u##BITS##v __attribute__((vector_size(32)));    \
	typedef int##BITS##_t s##BITS##v __attribute__((vector_size(32)));     \
	enum { NLANE##BITS = 256 / (BITS) };                                   \
                                                                               \
	/* Makes *KEPT all ones where KEY is kept, else zero. */               \
	static VECTOR_INLINE void group##BITS(const s##BITS##v *key,           \
		unsigned of, unsigned keep, s##BITS##v *kept)                  \
	{                                                                      \
		const int##BITS##_t end = (int##BITS##_t) - (int)keep;         \
		s##BITS##v nbeat = {0};                                        \
		u##BITS##v lane = {0};                                         \
                                                                               \
		for (unsigned i = 0; i < NLANE##BITS; i++)                     \
			lane[i] = (uint##BITS##_t)i;                           \
		/* Each pair meets once, and all of a step are apart alike. */ \
		for (unsigned step = 1; step < of; step++) {                   \
			u##BITS##v with = lane ^ (uint##BITS##_t)step;         \
			s##BITS##v before = (s##BITS##v)(with < lane);         \
			s##BITS##v other = VECTOR_SHUFFLE(                     \
				s##BITS##v, NLANE##BITS, *key, with);          \
                                                                               \
			nbeat += (s##BITS##v)(other > *key + before);          \
		}                                                              \
		*kept = (s##BITS##v)(nbeat > end);                             \
	}                                                                      \
                                                                               \
	static VECTOR_INLINE void groups##BITS(unsigned char *p, unsigned of,  \
		unsigned keep, bool flags, struct groups *g)                   \
	{                                                                      \
		s##BITS##v top;                                                \
                                                                               \
		memcpy(&top, g->top, sizeof(top));                             \
		for (size_t i = 0; i < GROUPS_NELEM; i += NLANE##BITS) {       \
			unsigned char *q = p + i * ((BITS) / 8);               \
			s##BITS##v x, key, kept, pruned;                       \
                                                                               \
			memcpy(&x, q, sizeof(x));                              \
			key = x & INT##BITS##_MAX;                             \
			group##BITS(&key, of, keep, &kept);                    \
			pruned = key & ~kept;                                  \
			top = (s##BITS##v)VECTOR_CHOOSE(                       \
				u##BITS##v, pruned > top, pruned, top);        \
			/* -0.0 becomes +0.0 where it is kept. */              \
			x &= kept & (s##BITS##v)(key != 0);                    \
			memcpy(q, &x, sizeof(x));                              \
			for (unsigned k = 0; flags && k < NLANE##BITS; k++)    \
				g->kept[i + k] = (uint8_t)kept[k];             \
		}                                                              \
		memcpy(g->top, &top, sizeof(top));                             \
	}
DEFINE_GROUP(8)
DEFINE_GROUP(16)
DEFINE_GROUP(32)
DEFINE_GROUP(64)

static VECTOR_INLINE void any_groups(unsigned char *p, unsigned nbytes,
	unsigned of, bool flags, struct groups *g)
{
	switch (nbytes) {
	case 1: groups8(p, of, g->keep, flags, g); break;
	case 2: groups16(p, of, g->keep, flags, g); break;
	case 4: groups32(p, of, g->keep, flags, g); break;
	case 8: groups64(p, of, g->keep, flags, g); break;
	}
}

static VECTOR_INLINE void flag_groups(
	unsigned char *p, unsigned nbytes, unsigned of, struct groups *g)
{
	if (g->flags)
		any_groups(p, nbytes, of, true, g);
	else
		any_groups(p, nbytes, of, false, g);
}

VECTOR_CLONES
static void do_groups(unsigned char *p, unsigned nbytes, struct groups *g)
{
	/* What is never called would take minutes to compile. */
	if (!has_vectors())
		return;
	switch (g->of) {
	case 2: flag_groups(p, nbytes, 2, g); break;
	case 4: flag_groups(p, nbytes, 4, g); break;
	case 8: flag_groups(p, nbytes, 8, g); break;
	}
}

bool select_can_group(const struct select_view *v, uint64_t of)
{
	return has_vectors() && !v->keep_negzero &&
	       (of == 2 || of == 4 || of == 8) &&
	       of * v->format->nbytes <= 32 &&
	       (v->format->coding == SELECT_FLOAT ||
		       v->format->coding == SELECT_DISTANCE);
}

/* Fewer than a block: what is added are groups of their own, of zeros. */
static void do_part(
	unsigned char *p, size_t n, unsigned nbytes, struct groups *g)
{
	unsigned char whole[GROUPS_NELEM * 8] = {0};

	memcpy(whole, p, n * nbytes);
	do_groups(whole, nbytes, g);
	memcpy(p, whole, n * nbytes);
}

void select_apply_groups(const struct select_view *v,
	const struct select_run *r, unsigned keep, unsigned of, uint8_t *bits,
	struct select_result *ret)
{
	struct groups g = {.of = of, .keep = keep, .flags = bits != NULL};
	unsigned nbytes = v->format->nbytes;

	for (size_t i = 0; i < r->n; i += GROUPS_NELEM) {
		size_t n = r->n - i < GROUPS_NELEM ? r->n - i : GROUPS_NELEM;

		select_note_nan(v, r, i, i + n, ret);
		if (n == GROUPS_NELEM)
			do_groups(r->p + i * nbytes, nbytes, &g);
		else
			do_part(r->p + i * nbytes, n, nbytes, &g);
		if (bits)
			select_pack(g.kept, bits + i / 8, n);
	}
	ret->npruned += r->n / of * (of - keep);
	for (size_t i = 0; i < VECTOR_NBYTES / nbytes; i++)
		if (select_load(g.top, i, nbytes) > ret->pruned_max)
			ret->pruned_max = select_load(g.top, i, nbytes);
	select_restore(v, r);
}
