/* SPDX-License-Identifier: MIT */
/*
 * What structures prune of a run, as bits: of groups of N:M those that others
 * beat, and units that are decided about already.
 */
#include <stddef.h>
#include <string.h>

#include "base/vector.h"
#include "prune/prune_impl.h"

/* --- N:M ------------------------------------------------------------------ */

/* Groups that are looked at at once, each a lane. */
#define NLANE ((size_t)64)
#define NELEM_MAX (CHOICE_NM_MAX * NLANE)

/* Member J of group K is in [J][K]. */
struct groups {
	int64_t key[CHOICE_NM_MAX][NLANE];
	uint8_t kept[CHOICE_NM_MAX][NLANE]; /* all ones, or 0 */
};

/*
 * Of each group of OF, those members are kept that fewer than KEEP others beat:
 * larger ones, and of equal ones those before them.
 */
VECTOR_CLONES
static void beat(struct groups *g, size_t of, int64_t keep)
{
	for (size_t i = 0; i < of; i++) {
		const int64_t *key = g->key[i];
		int64_t n[NLANE] = {0};

		for (size_t j = 0; j < i; j++)
			for (size_t k = 0; k < NLANE; k++)
				n[k] += g->key[j][k] >= key[k];
		for (size_t j = i + 1; j < of; j++)
			for (size_t k = 0; k < NLANE; k++)
				n[k] += g->key[j][k] > key[k];
		for (size_t k = 0; k < NLANE; k++)
			g->kept[i][k] = n[k] < keep ? 0xff : 0;
	}
}

/* What vectors compare are signed numbers, in the same order. */
static int64_t as_signed(uint64_t key)
{
	return (int64_t)(key ^ UINT64_C(1) << 63);
}

/* N elements from BEGIN on, of groups of OF that lie together. */
static void mark_together(const struct prune_marking *m, size_t begin, size_t n,
	size_t of, size_t keep, struct groups *g)
{
	uint64_t key[NELEM_MAX];
	uint8_t kept[NELEM_MAX], bits[NELEM_MAX / 8];

	select_ranks(m->v, m->r, begin, n, key);
	for (size_t i = 0, k = 0; i < n; i += of, k++)
		for (size_t j = 0; j < of; j++)
			g->key[j][k] = as_signed(key[i + j]);
	beat(g, of, (int64_t)keep);
	for (size_t i = 0, k = 0; i < n; i += of, k++)
		for (size_t j = 0; j < of; j++)
			kept[i + j] = g->kept[j][k];
	select_pack(kept, bits, n);
	for (size_t i = 0; i < (n + 7) / 8; i++)
		m->bits[begin / 8 + i] &= bits[i];
}

/* Groups of OF members that are STEP apart, STEP groups side by side. */
struct apart {
	size_t of, step;
};

/* Where group I of A begins, and how many from there on lie side by side. */
static size_t first_of(const struct apart *a, size_t i, size_t *nbeside)
{
	*nbeside = a->step - i % a->step;
	return i / a->step * a->of * a->step + i % a->step;
}

/* N groups from number BEGIN on. */
static void mark_apart(const struct prune_marking *m, size_t begin, size_t n,
	const struct apart *a, size_t keep, struct groups *g)
{
	uint64_t key[NLANE];
	size_t nbeside;

	for (size_t k = 0; k < n; k += nbeside) {
		size_t first = first_of(a, begin + k, &nbeside);

		nbeside = nbeside < n - k ? nbeside : n - k;
		for (size_t j = 0; j < a->of; j++, first += a->step) {
			select_ranks(m->v, m->r, first, nbeside, key);
			for (size_t i = 0; i < nbeside; i++)
				g->key[j][k + i] = as_signed(key[i]);
		}
	}
	beat(g, a->of, (int64_t)keep);
	for (size_t k = 0; k < n; k += nbeside) {
		size_t first = first_of(a, begin + k, &nbeside);

		nbeside = nbeside < n - k ? nbeside : n - k;
		for (size_t j = 0; j < a->of; j++, first += a->step)
			for (size_t i = first; i < first + nbeside; i++)
				m->bits[i / 8] &= (uint8_t) ~(
					!(g->kept[j][k + i - first] & 1)
					<< i % 8);
	}
}

static void mark_nm(
	const struct prune_marking *m, const struct choice_structure *x)
{
	const struct apart a = {(size_t)x->of,
		(size_t)(choice_nm_nelem(x, m->v->span) / x->of)};
	size_t ngroup = m->r->n / a.of;
	struct groups g;

	memset(&g, 0, sizeof(g));
	for (size_t i = 0; i < ngroup; i += NLANE) {
		size_t n = ngroup - i < NLANE ? ngroup - i : NLANE;

		if (a.step == 1)
			mark_together(m, i * a.of, n * a.of, a.of,
				(size_t)x->keep, &g);
		else
			mark_apart(m, i, n, &a, (size_t)x->keep, &g);
	}
}

/* --- units ---------------------------------------------------------------- */

/* Clears bits [BEGIN, BEGIN + N). */
static void clear_bits(uint8_t *bits, size_t begin, size_t n)
{
	for (; n && begin % 8; begin++, n--)
		bits[begin / 8] &= (uint8_t) ~(1u << begin % 8);
	memset(bits + begin / 8, 0, n / 8);
	if (n % 8)
		bits[(begin + n) / 8] &= (uint8_t)(0xffu << n % 8);
}

static void mark_units(const struct prune_marking *m,
	const struct choice_structure *x, const uint8_t *keep)
{
	const struct tensor_span *s = m->v->span;
	struct choice_grid g = choice_grid_of(x, s);
	size_t n, unit;
	struct choice_walk w;

	choice_walk_from(&w, &g, s, m->r->first);
	for (size_t i = 0; i < m->r->n; i += n) {
		if (g.scattered)
			choice_walk_from(&w, &g, s, m->r->first + i);
		n = choice_walk_next(&w, g.scattered ? 1 : m->r->n - i, &unit);
		if (!select_bit(keep, choice_grid_in_c(&g, unit)))
			clear_bits(m->bits, i, n);
	}
}

void prune_mark(const struct prune_marking *m, const struct choice_structure *x,
	const uint8_t *keep)
{
	if (x->shape == CHOICE_NM)
		mark_nm(m, x);
	else
		mark_units(m, x, keep);
}
