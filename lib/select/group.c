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

#define VECTOR_NBYTES ((size_t)32)

struct groups {
	unsigned of, keep;
	bool flags;                       /* are wanted */
	unsigned char top[VECTOR_NBYTES]; /* per lane, of the pruned */
	uint8_t kept[BLOCK];              /* all ones or 0 */
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
	static VECTOR_INLINE void block##BITS(unsigned char *p, unsigned of,   \
		unsigned keep, bool flags, struct groups *g)                   \
	{                                                                      \
		s##BITS##v top;                                                \
                                                                               \
		memcpy(&top, g->top, sizeof(top));                             \
		for (size_t i = 0; i < BLOCK; i += NLANE##BITS) {              \
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

static VECTOR_INLINE void any_block(unsigned char *p, unsigned nbytes,
	unsigned of, bool flags, struct groups *g)
{
	switch (nbytes) {
	case 1: block8(p, of, g->keep, flags, g); break;
	case 2: block16(p, of, g->keep, flags, g); break;
	case 4: block32(p, of, g->keep, flags, g); break;
	case 8: block64(p, of, g->keep, flags, g); break;
	}
}

static VECTOR_INLINE void flag_block(
	unsigned char *p, unsigned nbytes, unsigned of, struct groups *g)
{
	if (g->flags)
		any_block(p, nbytes, of, true, g);
	else
		any_block(p, nbytes, of, false, g);
}

VECTOR_CLONES
static void do_block(unsigned char *p, unsigned nbytes, struct groups *g)
{
	/* What is never called would take minutes to compile. */
	if (!has_vectors())
		return;
	switch (g->of) {
	case 2: flag_block(p, nbytes, 2, g); break;
	case 4: flag_block(p, nbytes, 4, g); break;
	case 8: flag_block(p, nbytes, 8, g); break;
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
	unsigned char whole[BLOCK * 8] = {0};

	memcpy(whole, p, n * nbytes);
	do_block(whole, nbytes, g);
	memcpy(p, whole, n * nbytes);
}

void select_apply_groups(const struct select_view *v,
	const struct select_run *r, unsigned keep, unsigned of, uint8_t *bits,
	struct select_result *ret)
{
	struct groups g = {.of = of, .keep = keep, .flags = bits != NULL};
	unsigned nbytes = v->format->nbytes;

	for (size_t i = 0; i < r->n; i += BLOCK) {
		size_t n = r->n - i < BLOCK ? r->n - i : BLOCK;

		select_note_nan(v, r, i, i + n, ret);
		if (n == BLOCK)
			do_block(r->p + i * nbytes, nbytes, &g);
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
