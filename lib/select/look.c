/* SPDX-License-Identifier: MIT */
/*
 * Looking at weights for what is still to decide: counting them by a digit of
 * their order, gathering the few that are left.
 */
#include <stddef.h>
#include <string.h>

#include "base/le.h"
#include "base/vector.h"
#include "select/select_impl.h"

/* --- lanes --------------------------------------------------------------- */

/* Elements of a part. */
#define PART_NELEM ((size_t)1024)

struct scratch {
	uint64_t key[PART_NELEM];
};

static void widen(const struct select_view *v, const unsigned char *p,
	struct scratch *x, size_t n)
{
	uint32_t *narrow = (uint32_t *)(void *)x->key;
	bool to_f64 = v->as->key_nbits == 63;

	switch (v->format->nbytes) {
	case 1:
		for (size_t i = 0; i < n; i++)
			narrow[i] = v->to_f32[p[i] & 0x7f];
		break;
	case 2:
		for (size_t i = 0; i < n; i++)
			narrow[i] = v->to_f32[le_load16(p + 2 * i) & 0x7fff];
		break;
	default:
		for (size_t i = 0; i < n; i++)
			narrow[i] = le_load32(p + 4 * i) & INT32_MAX;
	}
	/* Lanes are little-endian, as what is in files is. */
	for (size_t i = 0; i < n && !to_f64; i++)
		le_store32(&narrow[i], narrow[i]);
	for (size_t i = n; i-- > 0 && to_f64;)
		le_store64(&x->key[i], select_key_as(select_format(TENSOR_F32),
					       v->as, narrow[i]));
}

/* N scores as lanes; in parts where they have to be turned round. */
static struct select_lanes score_lanes(
	const uint64_t *score, size_t n, struct scratch *x)
{
	if (le_is_host())
		return (struct select_lanes){
			(const unsigned char *)score, 8, 64, n};
	if (n > PART_NELEM)
		n = PART_NELEM;
	for (size_t i = 0; i < n; i++)
		le_store64(&x->key[i], score[i]);
	return (struct select_lanes){(const unsigned char *)x->key, 8, 64, n};
}

/* The lanes of R that begin with element I. */
static struct select_lanes lanes_at(const struct select_view *v,
	const struct select_run *r, size_t i, struct scratch *x)
{
	const unsigned char *p = r->p + i * v->format->nbytes;
	struct select_lanes l = {
		p, v->format->nbytes, v->format->key_nbits, r->n - i};

	if (r->score)
		return score_lanes(r->score + i, r->n - i, x);
	if (v->as == v->format)
		return l;
	if (l.n > PART_NELEM)
		l.n = PART_NELEM;
	widen(v, p, x, l.n);
	return (struct select_lanes){(const unsigned char *)x->key,
		v->as->nbytes, v->as->key_nbits, l.n};
}

/* The tie of element I of R, which may be a list. */
static uint64_t tie_at(
	const struct select_view *v, const struct select_run *r, size_t i)
{
	return select_tie(v, r->first + (r->at ? r->at[i] : i));
}

static uint64_t lane_key(const struct select_lanes *l, size_t i)
{
	return select_load(l->p, i, l->nbytes) &
	       (UINT64_MAX >> (64 - l->key_nbits));
}

/* All bits of a score count; of a number all but its sign. */
static VECTOR_INLINE bool are_scores(const struct select_lanes *l)
{
	return l->key_nbits == 64;
}

/* --- all of them ---------------------------------------------------------- */

/* Four loads in flight; the stores then find them done. */
static VECTOR_INLINE void count_width(const struct select_lanes *l,
	unsigned nbytes, unsigned key_nbits, unsigned low, uint32_t *hist)
{
	const unsigned char *p = l->p;
	uint64_t key_mask = UINT64_MAX >> (64 - key_nbits);
	uint32_t nzero = 0;
	size_t i = 0;

	for (; i + 4 <= l->n; i += 4) {
		uint64_t a = select_load(p, i, nbytes) & key_mask;
		uint64_t b = select_load(p, i + 1, nbytes) & key_mask;
		uint64_t c = select_load(p, i + 2, nbytes) & key_mask;
		uint64_t e = select_load(p, i + 3, nbytes) & key_mask;
		/* Zeros, the most in files that are pruned, wait for none. */
		if ((a | b | c | e) == 0) {
			nzero += 4;
			continue;
		}
		hist[a >> low]++;
		hist[b >> low]++;
		hist[c >> low]++;
		hist[e >> low]++;
	}
	for (; i < l->n; i++)
		hist[(select_load(p, i, nbytes) & key_mask) >> low]++;
	hist[0] += nzero;
}

/* So few codes meet again at once: tables of their own keep them apart. */
static void count_codes(
	const struct select_lanes *l, unsigned low, uint32_t *hist)
{
	uint32_t n[4][256] = {0};
	size_t i = 0;

	for (; i + 4 <= l->n; i += 4) {
		n[0][l->p[i]]++;
		n[1][l->p[i + 1]]++;
		n[2][l->p[i + 2]]++;
		n[3][l->p[i + 3]]++;
	}
	for (; i < l->n; i++)
		n[0][l->p[i]]++;
	for (unsigned k = 0; k < 256; k++)
		hist[(k & 0x7f) >> low] +=
			n[0][k] + n[1][k] + n[2][k] + n[3][k];
}

static void count_lanes(
	const struct select_lanes *l, unsigned low, uint32_t *hist)
{
	switch (l->nbytes) {
	case 1: count_codes(l, low, hist); break;
	case 2: count_width(l, 2, 15, low, hist); break;
	case 4: count_width(l, 4, 31, low, hist); break;
	case 8:
		if (are_scores(l))
			count_width(l, 8, 64, low, hist);
		else
			count_width(l, 8, 63, low, hist);
		break;
	}
}

static uint64_t count_gone(const struct select_run *r)
{
	uint64_t nkept = 0;

	if (!r->prev)
		return 0;
	for (size_t i = 0; i < r->n / 8; i++)
		nkept += (unsigned)__builtin_popcount(r->prev[i]);
	if (r->n % 8)
		nkept += (unsigned)__builtin_popcount(
			r->prev[r->n / 8] & ((1u << r->n % 8) - 1));
	return r->n - nkept;
}

/* The first digit, which all weights have. */
static uint64_t count_all(const struct select_view *v,
	const struct select_run *r, unsigned low, uint32_t *hist)
{
	uint64_t ngone = count_gone(r);
	struct scratch scratch;
	struct select_lanes l;

	if (r->zero && !r->score)
		hist[0] += (uint32_t)r->n;
	else
		for (size_t i = 0; i < r->n; i += l.n) {
			l = lanes_at(v, r, i, &scratch);
			count_lanes(&l, low, hist);
		}
	/* They look like zeros. */
	hist[0] -= (uint32_t)ngone;
	return ngone;
}

/* --- those in a range ----------------------------------------------------- */

/* All bits are the sign of X, a lane that is seen as signed. */
#define DEFINE_SIGN(BITS)                                                \
	static VECTOR_INLINE uint##BITS##_t sign##BITS(uint##BITS##_t x) \
	{                                                                \
		return (uint##BITS##_t)((int##BITS##_t)x >> ((BITS)-1)); \
	}
DEFINE_SIGN(16)
DEFINE_SIGN(32)
DEFINE_SIGN(64)

/* No processor shifts bytes, but all compare them. */
static VECTOR_INLINE uint8_t sign8(uint8_t x)
{
	return (int8_t)x < 0 ? 0xff : 0;
}

/*
 * Flags the keys that are not in [first, first + span]; returns how many are
 * below.  Lanes are as wide as the format, that a vector holds more of them;
 * the sign of a difference, which processors are quick to spread, is what
 * tells.  STEP elements are counted in a lane.
 */
#define DEFINE_MISSES(BITS, STEP)                                              \
	static VECTOR_INLINE size_t misses##BITS(const unsigned char *p,       \
		size_t n, uint64_t first64, uint64_t span64, uint8_t *flag)    \
	{                                                                      \
		typedef uint##BITS##_t lane;                                   \
		const lane first = (lane)first64, span = (lane)span64;         \
		size_t nbelow = 0;                                             \
                                                                               \
		for (size_t k = 0; k < n; k += (STEP)) {                       \
			size_t stop = n - k < (STEP) ? n : k + (STEP);         \
			lane nis = 0;                                          \
                                                                               \
			for (size_t i = k; i < stop; i++) {                    \
				lane x = le_load##BITS(p + i * ((BITS) / 8)) & \
					 INT##BITS##_MAX;                      \
				lane d = (lane)(x - first);                    \
				lane below = sign##BITS(d);                    \
				lane above = sign##BITS((lane)(span - d));     \
                                                                               \
				nis = (lane)(nis - below);                     \
				flag[i] = (uint8_t)(below | above);            \
			}                                                      \
			nbelow += nis;                                         \
		}                                                              \
		return nbelow;                                                 \
	}
DEFINE_MISSES(8, 128)
DEFINE_MISSES(16, SELECT_NFOUND)
DEFINE_MISSES(32, SELECT_NFOUND)
DEFINE_MISSES(64, SELECT_NFOUND)

/* The same of scores. */
static VECTOR_INLINE size_t score_misses(const unsigned char *p, size_t n,
	uint64_t first, uint64_t span, uint8_t *flag)
{
	size_t nbelow = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t x = le_load64(p + i * 8);

		nbelow += x < first;
		flag[i] = x - first <= span ? 0 : 0xff;
	}
	return nbelow;
}

static VECTOR_INLINE size_t flag_misses(const struct select_lanes *l,
	const unsigned char *p, size_t n, uint64_t first, uint64_t span,
	uint8_t *flag)
{
	switch (l->nbytes) {
	case 1: return misses8(p, n, first, span, flag);
	case 2: return misses16(p, n, first, span, flag);
	case 4: return misses32(p, n, first, span, flag);
	}
	return are_scores(l) ? score_misses(p, n, first, span, flag)
			     : misses64(p, n, first, span, flag);
}

VECTOR_CLONES
static size_t find(const struct select_lanes *l, size_t begin, uint64_t first,
	uint64_t span, uint32_t *at, size_t *nfound, uint64_t *nbelow)
{
	const unsigned char *p = l->p + begin * l->nbytes;
	size_t left = l->n - begin;
	uint8_t flag[SELECT_NFOUND];

	if (left >= SELECT_NFOUND) {
		left = SELECT_NFOUND;
		*nbelow += flag_misses(l, p, SELECT_NFOUND, first, span, flag);
	} else {
		memset(flag, 0xff, (left + 63) / 64 * 64);
		*nbelow += flag_misses(l, p, left, first, span, flag);
	}
	*nfound = select_flagged(flag, false, left, (uint32_t)begin, at);
	return begin + left;
}

size_t select_find(const struct select_lanes *l, size_t begin, uint64_t first,
	uint64_t span, uint32_t *at, size_t *nfound, uint64_t *nbelow)
{
	return find(l, begin, first, span, at, nfound, nbelow);
}

/* As many as counters of 8 bits are enough for. */
#define ZERO_NELEM ((size_t)128)

/* How many of ZERO_NELEM keys are zero. */
#define DEFINE_ZEROS(BITS)                                              \
	static VECTOR_INLINE size_t zeros##BITS(const unsigned char *p) \
	{                                                               \
		int##BITS##_t n = 0;                                    \
                                                                        \
		for (size_t i = 0; i < ZERO_NELEM; i++) {               \
			uint##BITS##_t x =                              \
				le_load##BITS(p + i * ((BITS) / 8)) &   \
				INT##BITS##_MAX;                        \
			n = (int##BITS##_t)(                            \
				n - (int##BITS##_t)(x == 0 ? -1 : 0));  \
		}                                                       \
		return (uint##BITS##_t)n;                               \
	}
DEFINE_ZEROS(8)
DEFINE_ZEROS(16)
DEFINE_ZEROS(32)
DEFINE_ZEROS(64)

static VECTOR_INLINE size_t zeros(const unsigned char *p, unsigned nbytes)
{
	switch (nbytes) {
	case 1: return zeros8(p);
	case 2: return zeros16(p);
	case 4: return zeros32(p);
	}
	return zeros64(p);
}

VECTOR_CLONES
static uint64_t count_zeros(const unsigned char *p, size_t n, unsigned nbytes)
{
	uint64_t key_mask = UINT64_MAX >> (65 - 8 * nbytes), ret = 0;
	size_t i = 0;

	for (; i + ZERO_NELEM <= n; i += ZERO_NELEM)
		ret += zeros(p + i * nbytes, nbytes);
	for (; i < n; i++)
		ret += (select_load(p, i, nbytes) & key_mask) == 0;
	return ret;
}

uint64_t select_zeros(const struct select_view *v, const struct select_run *r)
{
	return count_zeros(r->p, r->n, v->format->nbytes);
}

/* A walk over the weights of a run that are in a range. */
struct walk {
	const struct select_view *v;
	const struct select_run *r;
	uint64_t first, span; /* of keys */
	struct scratch scratch;
	struct select_lanes l;
	size_t begin; /* of the lanes in the run */
	size_t next;  /* of the lanes */
	uint32_t at[SELECT_NFOUND + SELECT_SLACK];
	size_t nhit;
	uint64_t nbelow;
};

static void walk_begin(struct walk *w, const struct select_view *v,
	const struct select_run *r, const struct select_range *x)
{
	/* Runs may be short: what is large is left as it is. */
	w->v = v;
	w->r = r;
	w->first = x->in_tie ? x->key : x->first;
	w->span = x->in_tie ? 0 : x->last - x->first;
	w->l = (struct select_lanes){0};
	w->begin = w->next = w->nhit = 0;
	w->nbelow = 0;
}

/* What is pruned already looks like zero and is not to be decided about. */
static void drop_gone(struct walk *w)
{
	size_t n = 0;

	for (size_t k = 0; k < w->nhit; k++) {
		w->at[n] = w->at[k];
		n += select_bit(w->r->prev, w->begin + w->at[k]) ||
		     lane_key(&w->l, w->at[k]) != 0;
	}
	w->nbelow += w->nhit - n;
	w->nhit = n;
}

/* The next few: fills w->at[0..nhit) with lanes.  False at the end. */
static bool walk_next(struct walk *w)
{
	do {
		if (w->next == w->l.n) {
			w->begin += w->l.n;
			if (w->begin == w->r->n)
				return false;
			w->l = lanes_at(w->v, w->r, w->begin, &w->scratch);
			w->next = 0;
		}
		w->next = select_find(&w->l, w->next, w->first, w->span, w->at,
			&w->nhit, &w->nbelow);
		if (w->r->prev && w->first == 0)
			drop_gone(w);
	} while (w->nhit == 0);
	return true;
}

uint64_t select_count(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, uint32_t *hist)
{
	uint64_t key_max = UINT64_MAX >> (64 - select_view_nbits(v));
	uint64_t nbelow = 0;
	struct walk w;
	bool apart;

	if (!x->in_tie && x->first == 0 && x->last == key_max)
		return count_all(v, r, x->low, hist);
	walk_begin(&w, v, r, x);
	/* Zeros may be most of them. */
	apart = !x->in_tie && x->first == 0 && !r->score && !r->prev &&
		v->as == v->format;
	if (apart) {
		hist[0] += (uint32_t)select_zeros(v, r);
		w.first = 1;
		w.span = x->last ? x->last - 1 : 0;
		if (x->last == 0)
			return 0;
	}
	while (walk_next(&w))
		for (size_t k = 0; k < w.nhit; k++) {
			uint64_t value =
				x->in_tie ? tie_at(v, r, w.begin + w.at[k])
					  : lane_key(&w.l, w.at[k]);

			if (value < x->first)
				nbelow++;
			else if (value <= x->last)
				hist[(value - x->first) >> x->low]++;
		}
	if (apart)
		return 0;
	return x->in_tie ? nbelow : w.nbelow;
}

uint64_t select_match(const struct select_view *v, const struct select_run *r,
	const struct select_range *x)
{
	uint64_t n = 0;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (walk_next(&w))
		n += w.nhit;
	return n;
}

/* The same of those ties of a key that are in X; *NBEFORE are before them. */
static size_t gather_ties(const struct walk *w, const struct select_range *x,
	size_t tensor, struct select_cand *out, size_t max, uint64_t *nbefore)
{
	/* Copies, which what is written cannot change. */
	const struct select_view v = *w->v;
	const struct select_range range = *x;
	const uint32_t *at = w->r->at;
	uint64_t first = w->r->first + (at ? 0 : w->begin), before = 0;
	size_t n = 0;

	for (size_t k = 0; k < w->nhit && n < max; k++) {
		size_t i = at ? at[w->begin + w->at[k]] : w->at[k];
		uint64_t tie = select_tie(&v, first + i);

		out[n] = (struct select_cand){range.key, tie, tensor};
		before += tie < range.first;
		n += tie >= range.first && tie <= range.last;
	}
	*nbefore += before;
	return n;
}

/* Hit K of W as a candidate. */
static struct select_cand cand_at(const struct walk *w, size_t k, size_t tensor)
{
	/* NOLINTNEXTLINE: K is below nhit */
	return (struct select_cand){.key = lane_key(&w->l, w->at[k]),
		.tie = tie_at(w->v, w->r, w->begin + w->at[k]),
		.tensor = tensor};
}

size_t select_gather(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, size_t tensor, struct select_cand *out,
	size_t max, uint64_t *nbelow)
{
	uint64_t before = 0;
	size_t n = 0;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (n < max && walk_next(&w)) {
		if (x->in_tie)
			n += gather_ties(
				&w, x, tensor, out + n, max - n, &before);
		for (size_t k = 0; !x->in_tie && k < w.nhit && n < max; k++)
			out[n++] = cand_at(&w, k, tensor);
	}
	*nbelow += x->in_tie ? before : w.nbelow;
	return n;
}

size_t select_list(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, uint64_t *key, uint32_t *at, size_t max,
	uint64_t *nbelow)
{
	size_t n = 0;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (walk_next(&w)) {
		if (w.nhit > max - n)
			return max + 1;
		for (size_t k = 0; k < w.nhit; k++) {
			key[n] = lane_key(&w.l, w.at[k]);
			at[n++] = (uint32_t)(w.begin + w.at[k]);
		}
	}
	*nbelow += w.nbelow;
	return n;
}
