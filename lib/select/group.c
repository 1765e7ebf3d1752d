/* SPDX-License-Identifier: MIT */
/*
 * N of each M weights that follow one another, M a power of two: all lanes of a
 * vector meet the others of their group as it is turned.
 */
#include <stddef.h>
#include <string.h>

#include "base/vector.h"
#include "select/select_impl.h"

#define BLOCK ((size_t)512)

struct groups {
	unsigned of, keep;
	uint64_t pruned_max;
	bool flags;          /* are wanted */
	uint8_t kept[BLOCK]; /* 1 or 0 per element */
};

/*
 * Of an element, those that beat it are counted: the larger ones, and of the
 * equal ones those before it, which are larger than a key less by one.
 */
#define DEFINE_GROUP(BITS)                                                     \
	typedef uint##BITS##_t u##BITS##v __attribute__((vector_size(32)));    \
	typedef int##BITS##_t s##BITS##v __attribute__((vector_size(32)));     \
	enum { NLANE##BITS = 256 / (BITS) };                                   \
                                                                               \
	/* Makes *X all ones where it is kept, else zero. */                   \
	static VECTOR_INLINE void group##BITS(                                 \
		u##BITS##v *x, unsigned of, unsigned keep, s##BITS##v *top)    \
	{                                                                      \
		const uint##BITS##_t low = (uint##BITS##_t)(of - 1);           \
		s##BITS##v key = (s##BITS##v)(*x & INT##BITS##_MAX);           \
		s##BITS##v nbeat = {0}, kept, pruned;                          \
		u##BITS##v lane = {0};                                         \
                                                                               \
		for (unsigned i = 0; i < NLANE##BITS; i++)                     \
			lane[i] = (uint##BITS##_t)i;                           \
		for (unsigned step = 1; step < of; step++) {                   \
			u##BITS##v to = (lane + (uint##BITS##_t)step) & low;   \
			u##BITS##v from = (lane & (uint##BITS##_t) ~low) | to; \
			s##BITS##v before = (s##BITS##v)(to < (lane & low));   \
			s##BITS##v other = VECTOR_SHUFFLE(                     \
				s##BITS##v, NLANE##BITS, key, from);           \
                                                                               \
			nbeat -= (s##BITS##v)(other > key + before);           \
		}                                                              \
		kept = (s##BITS##v)(nbeat < (int##BITS##_t)keep);              \
		pruned = key & ~kept;                                          \
		*top = (s##BITS##v)VECTOR_CHOOSE(                              \
			u##BITS##v, pruned > *top, pruned, *top);              \
		*x = (u##BITS##v)kept;                                         \
	}                                                                      \
                                                                               \
	static VECTOR_INLINE void block##BITS(unsigned char *p, unsigned of,   \
		unsigned keep, struct groups *g)                               \
	{                                                                      \
		s##BITS##v top = {0};                                          \
                                                                               \
		for (size_t i = 0; i < BLOCK; i += NLANE##BITS) {              \
			unsigned char *q = p + i * ((BITS) / 8);               \
			u##BITS##v x, kept;                                    \
                                                                               \
			memcpy(&x, q, sizeof(x));                              \
			kept = x;                                              \
			group##BITS(&kept, of, keep, &top);                    \
			/* -0.0 becomes +0.0 where it is kept. */              \
			x &= kept & (u##BITS##v)((x & INT##BITS##_MAX) != 0);  \
			memcpy(q, &x, sizeof(x));                              \
			for (unsigned k = 0; g->flags && k < NLANE##BITS; k++) \
				g->kept[i + k] = kept[k] & 1;                  \
		}                                                              \
		for (unsigned k = 0; k < NLANE##BITS; k++)                     \
			if ((uint64_t)top[k] > g->pruned_max)                  \
				g->pruned_max = (uint64_t)top[k];              \
	}
DEFINE_GROUP(8)
DEFINE_GROUP(16)
DEFINE_GROUP(32)
DEFINE_GROUP(64)

static VECTOR_INLINE void any_block(
	unsigned char *p, unsigned nbytes, unsigned of, struct groups *g)
{
	switch (nbytes) {
	case 1: block8(p, of, g->keep, g); break;
	case 2: block16(p, of, g->keep, g); break;
	case 4: block32(p, of, g->keep, g); break;
	case 8: block64(p, of, g->keep, g); break;
	}
}

VECTOR_CLONES
static void do_block(unsigned char *p, unsigned nbytes, struct groups *g)
{
	switch (g->of) {
	case 2: any_block(p, nbytes, 2, g); break;
	case 4: any_block(p, nbytes, 4, g); break;
	case 8: any_block(p, nbytes, 8, g); break;
	}
}

bool select_can_group(const struct select_view *v, uint64_t of)
{
	/* Vectors are loaded as this processor has them. */
	return le_is_host() && !v->keep_negzero &&
	       (of == 2 || of == 4 || of == 8) &&
	       of * v->format->nbytes <= 32 &&
	       v->format->coding == SELECT_FLOAT;
}

/* N elements of R from BEGIN on, at most a block. */
static void apply_block(const struct select_view *v, const struct select_run *r,
	size_t begin, size_t n, struct groups *g)
{
	unsigned nbytes = v->format->nbytes;
	unsigned char *p = r->p + begin * nbytes;
	unsigned char whole[BLOCK * 8] = {0};

	if (n == BLOCK) {
		do_block(p, nbytes, g);
		return;
	}
	/* What is added are groups of their own, of zeros. */
	memcpy(whole, p, n * nbytes);
	do_block(whole, nbytes, g);
	memcpy(p, whole, n * nbytes);
}

void select_apply_groups(const struct select_view *v,
	const struct select_run *r, unsigned keep, unsigned of, uint8_t *bits,
	struct select_result *ret)
{
	struct groups g = {.of = of, .keep = keep, .flags = bits != NULL};

	for (size_t i = 0; i < r->n; i += BLOCK) {
		size_t n = r->n - i < BLOCK ? r->n - i : BLOCK;

		select_note_nan(v, r, i, i + n, ret);
		apply_block(v, r, i, n, &g);
		if (bits)
			select_pack(g.kept, bits + i / 8, n);
	}
	ret->npruned += r->n / of * (of - keep);
	if (g.pruned_max > ret->pruned_max)
		ret->pruned_max = g.pruned_max;
	select_restore(v, r);
}
