/* SPDX-License-Identifier: MIT */
/*
 * Writing a decision into weights.  Blocks of the common formats go through a
 * loop that compilers turn into vector instructions; weights as large as the
 * cut are left alone there and settled afterwards by their tie.
 */
#include <string.h>

#include "base/le.h"
#include "prune/kernel.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Small enough for counters of 16 bits and for the first-level cache. */
#define BLOCK 512

/*
 * Compiled once more for processors with AVX2, for the dynamic linker to
 * choose; the results are the same.  Clang and sanitizers link it otherwise.
 */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
	!defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&      \
	!defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("default", "avx2")))
#else
#define CLONES
#endif

static void note_nan(
	struct prune_result *ret, const struct prune_run *r, size_t i)
{
	if (ret->nan++ == 0)
		ret->nan_at = r->first + i;
}

static bool cut_takes(const struct prune_view *v, struct prune_cut cut,
	uint64_t key, uint64_t at)
{
	if (key != cut.key)
		return key < cut.key;
	return cut.tie > 0 && prune_tie(v, at) < cut.tie;
}

/* Elements [begin, end) of R, one at a time, for every kind of view. */
static void apply_each(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, size_t begin, size_t end, uint8_t *keep,
	struct prune_result *ret)
{
	const struct prune_format *f = v->format;

	for (size_t i = begin; i < end; i++) {
		uint64_t key = prune_key_at(v, r->p, i);
		bool nan = key > f->key_max;
		bool gone = r->prev && !prune_bit(r->prev, i);

		if (nan)
			note_nan(ret, r, i);
		if (nan && v->nan == PRUNE_NAN_ZERO)
			key = 0;
		if (!gone && cut_takes(v, cut, key, r->first + i)) {
			gone = true;
			if (key > ret->pruned_max)
				ret->pruned_max = key;
		}
		ret->npruned += gone;
		if (keep && !gone)
			keep[i / 8] |= (uint8_t)(1u << (i % 8));
		if (gone || (key == 0 && (nan || !v->keep_negzero)))
			memset(r->p + i * f->nbytes, 0, f->nbytes);
	}
}

/* What a block's loop found; counts fit the lanes they are counted in. */
struct block {
	unsigned npruned, nequal;
	uint64_t key_max, pruned_max;
	uint8_t kept[BLOCK]; /* 1 or 0 per element */
};

/*
 * One block of BLOCK elements: zero what is below WRITE_CUT, count what is
 * below CUT.  Signed lanes: SSE2 compares no others.
 */
#define DEFINE_BLOCK(BITS)                                                   \
	static ALWAYS_INLINE void block##BITS(unsigned char *p, bool big,    \
		uint64_t cut64, uint64_t write_cut64, bool flags,            \
		struct block *b)                                             \
	{                                                                    \
		const int##BITS##_t cut = (int##BITS##_t)cut64;              \
		const int##BITS##_t write_cut = (int##BITS##_t)write_cut64;  \
		int##BITS##_t npruned = 0, nequal = 0, top = 0, low_top = 0; \
                                                                             \
		for (size_t i = 0; i < BLOCK; i++) {                         \
			uint##BITS##_t x =                                   \
				le_load##BITS(p + i * ((BITS) / 8));         \
			int##BITS##_t key = (int##BITS##_t)(                 \
				(big ? __builtin_bswap##BITS(x) : x) &       \
				INT##BITS##_MAX);                            \
			int##BITS##_t low = key < cut ? key : 0;             \
			npruned = (int##BITS##_t)(npruned + (key < cut));    \
			nequal = (int##BITS##_t)(nequal + (key == cut));     \
			top = key > top ? key : top;                         \
			low_top = low > low_top ? low : low_top;             \
			x = key < write_cut ? 0 : x;                         \
			le_store##BITS(p + i * ((BITS) / 8), x);             \
			if (flags)                                           \
				b->kept[i] = key >= cut;                     \
		}                                                            \
		b->npruned = (unsigned)npruned;                              \
		b->nequal = (unsigned)nequal;                                \
		b->key_max = (uint64_t)top;                                  \
		b->pruned_max = (uint64_t)low_top;                           \
	}
DEFINE_BLOCK(16)
DEFINE_BLOCK(32)
DEFINE_BLOCK(64)

/* The weights of a block that are as large as the cut. */
static void settle_equal(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, size_t begin, struct block *b)
{
	unsigned nbytes = v->format->nbytes;
	size_t end = begin + BLOCK;

	for (size_t i = begin;; i++) {
		i = prune_find(v, r->p, i, end, 0, cut.key);
		if (i == end)
			break;
		if (prune_tie(v, r->first + i) >= cut.tie)
			continue;
		memset(r->p + i * nbytes, 0, nbytes);
		b->kept[i - begin] = 0;
		b->npruned++;
		if (cut.key > b->pruned_max)
			b->pruned_max = cut.key;
	}
}

/* Eight flags of 0 or 1 become a byte; the first is the lowest bit. */
static void pack(const uint8_t *flag, uint8_t *bits)
{
	for (size_t i = 0; i < BLOCK / 8; i++)
		bits[i] = (uint8_t)(le_load64(flag + 8 * i) *
					    UINT64_C(0x0102040810204080) >>
				    56);
}

static ALWAYS_INLINE void one_block(unsigned nbytes, unsigned char *p, bool big,
	uint64_t cut, uint64_t write_cut, bool flags, struct block *b)
{
	switch (nbytes) {
	case 2: block16(p, big, cut, write_cut, flags, b); break;
	case 4: block32(p, big, cut, write_cut, flags, b); break;
	case 8: block64(p, big, cut, write_cut, flags, b); break;
	}
}

/* All whole blocks of R.  Returns the number of elements done. */
static ALWAYS_INLINE size_t apply_blocks(const struct prune_view *v,
	const struct prune_run *r, struct prune_cut cut, uint8_t *keep,
	struct prune_result *ret, unsigned nbytes, bool big, bool flags)
{
	uint64_t least = v->keep_negzero ? 0 : 1;
	uint64_t write_cut = cut.key > least ? cut.key : least;
	struct block b;
	size_t i;

	for (i = 0; i + BLOCK <= r->n; i += BLOCK) {
		one_block(nbytes, r->p + i * nbytes, big, cut.key, write_cut,
			flags, &b);
		if (b.nequal && cut.tie)
			settle_equal(v, r, cut, i, &b);
		if (b.key_max > v->format->key_max)
			for (size_t j = i; j < i + BLOCK; j++)
				if (prune_key_at(v, r->p, j) >
					v->format->key_max)
					note_nan(ret, r, j);
		ret->npruned += b.npruned;
		if (b.pruned_max > ret->pruned_max)
			ret->pruned_max = b.pruned_max;
		if (flags)
			pack(b.kept, keep + i / 8);
	}
	return i;
}

CLONES
static size_t apply_width(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret)
{
	bool big = v->span->big_endian;

#define CASE(NBYTES)                                                        \
	case NBYTES:                                                        \
		if (big)                                                    \
			return apply_blocks(                                \
				v, r, cut, keep, ret, NBYTES, true, keep);  \
		if (keep)                                                   \
			return apply_blocks(                                \
				v, r, cut, keep, ret, NBYTES, false, true); \
		return apply_blocks(v, r, cut, keep, ret, NBYTES, false, false)

	switch (v->format->nbytes) {
		CASE(2);
		CASE(4);
		CASE(8);
	}
#undef CASE
	return 0;
}

void prune_apply(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret)
{
	const struct prune_format *f = v->format;
	/* Blocks do not look for NaN among what they prune. */
	bool fits = cut.key <= f->key_max;
	size_t done = 0;

	if (keep)
		memset(keep, 0, (r->n + 7) / 8);
	if (fits && !r->prev && v->nan != PRUNE_NAN_ZERO)
		done = apply_width(v, r, cut, keep, ret);
	apply_each(v, r, cut, done, r->n, keep, ret);
}
