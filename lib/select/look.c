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

/*
 * Flags the keys in [first, first + span]; returns how many are below.  Lanes
 * are as wide as the format, that a vector holds more of them, and signed, as
 * SSE2 compares no others.
 */
#define DEFINE_HITS(BITS)                                                   \
	static VECTOR_INLINE unsigned hits##BITS(const unsigned char *p,    \
		size_t n, uint64_t first64, uint64_t span64, uint8_t *flag) \
	{                                                                   \
		const uint##BITS##_t first = (uint##BITS##_t)first64;       \
		const int##BITS##_t span = (int##BITS##_t)span64;           \
		uint##BITS##_t nbelow = 0;                                  \
                                                                            \
		for (size_t i = 0; i < n; i++) {                            \
			uint##BITS##_t x =                                  \
				le_load##BITS(p + i * ((BITS) / 8)) &       \
				INT##BITS##_MAX;                            \
			int##BITS##_t d =                                   \
				(int##BITS##_t)(uint##BITS##_t)(x - first); \
			nbelow = (uint##BITS##_t)(nbelow + (d < 0));        \
			flag[i] = (d <= span) & (d >= 0);                   \
		}                                                           \
		return (unsigned)nbelow;                                    \
	}
DEFINE_HITS(8)
DEFINE_HITS(16)
DEFINE_HITS(32)
DEFINE_HITS(64)

/* The same of scores. */
static VECTOR_INLINE unsigned score_hits(const unsigned char *p, size_t n,
	uint64_t first, uint64_t span, uint8_t *flag)
{
	unsigned nbelow = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t x = le_load64(p + i * 8);

		nbelow += x < first;
		flag[i] = x - first <= span;
	}
	return nbelow;
}

static VECTOR_INLINE unsigned flag_hits(const struct select_lanes *l,
	const unsigned char *p, size_t n, uint64_t first, uint64_t span,
	uint8_t *flag)
{
	switch (l->nbytes) {
	case 1: return hits8(p, n, first, span, flag);
	case 2: return hits16(p, n, first, span, flag);
	case 4: return hits32(p, n, first, span, flag);
	}
	return are_scores(l) ? score_hits(p, n, first, span, flag)
			     : hits64(p, n, first, span, flag);
}

/* Whether there are any, of SELECT_NFOUND keys; adds those below to *NBELOW. */
#define DEFINE_ANY(BITS)                                                       \
	static VECTOR_INLINE bool any##BITS(const unsigned char *p,            \
		uint64_t first64, uint64_t span64, uint64_t *nbelow)           \
	{                                                                      \
		const uint##BITS##_t first = (uint##BITS##_t)first64;          \
		const int##BITS##_t span = (int##BITS##_t)span64;              \
		int##BITS##_t n = 0, none = -1;                                \
                                                                               \
		for (size_t i = 0; i < SELECT_NFOUND; i++) {                   \
			uint##BITS##_t x =                                     \
				le_load##BITS(p + i * ((BITS) / 8)) &          \
				INT##BITS##_MAX;                               \
			int##BITS##_t d =                                      \
				(int##BITS##_t)(uint##BITS##_t)(x - first);    \
			int##BITS##_t below = (int##BITS##_t)(d < 0 ? -1 : 0); \
			int##BITS##_t above =                                  \
				(int##BITS##_t)(d > span ? -1 : 0);            \
			n = (int##BITS##_t)(n - below);                        \
			none = (int##BITS##_t)(none & (below | above));        \
		}                                                              \
		*nbelow += (uint##BITS##_t)n;                                  \
		return none != -1;                                             \
	}
DEFINE_ANY(8)
DEFINE_ANY(16)
DEFINE_ANY(32)
DEFINE_ANY(64)

static VECTOR_INLINE bool any_hit(const unsigned char *p, unsigned nbytes,
	uint64_t first, uint64_t span, uint64_t *nbelow)
{
	switch (nbytes) {
	case 1: return any8(p, first, span, nbelow);
	case 2: return any16(p, first, span, nbelow);
	case 4: return any32(p, first, span, nbelow);
	}
	return any64(p, first, span, nbelow);
}

/* The same of one key, where those below do not matter. */
#define DEFINE_EQUAL(BITS)                                                \
	static VECTOR_INLINE bool equal##BITS(                            \
		const unsigned char *p, uint64_t key64)                   \
	{                                                                 \
		const uint##BITS##_t key = (uint##BITS##_t)key64;         \
		int##BITS##_t any = 0;                                    \
                                                                          \
		for (size_t i = 0; i < SELECT_NFOUND; i++) {              \
			uint##BITS##_t x =                                \
				le_load##BITS(p + i * ((BITS) / 8)) &     \
				INT##BITS##_MAX;                          \
			any = (int##BITS##_t)(any | (x == key ? -1 : 0)); \
		}                                                         \
		return any != 0;                                          \
	}
DEFINE_EQUAL(8)
DEFINE_EQUAL(16)
DEFINE_EQUAL(32)
DEFINE_EQUAL(64)

static VECTOR_INLINE bool any_equal(
	const unsigned char *p, unsigned nbytes, uint64_t key)
{
	switch (nbytes) {
	case 1: return equal8(p, key);
	case 2: return equal16(p, key);
	case 4: return equal32(p, key);
	}
	return equal64(p, key);
}

VECTOR_CLONES
static size_t find(const struct select_lanes *l, size_t begin, uint64_t first,
	uint64_t span, uint32_t *at, size_t *nhit, uint64_t *nbelow)
{
	uint8_t flag[SELECT_NFOUND];
	size_t n = 0, end = l->n;
	bool is_key = span == 0 && !nbelow;
	uint64_t unused = 0;

	if (!nbelow)
		nbelow = &unused;

	for (; begin < l->n && n == 0; begin += SELECT_NFOUND) {
		const unsigned char *p = l->p + begin * l->nbytes;
		size_t left = l->n - begin;

		if (left < SELECT_NFOUND) {
			memset(flag, 0, sizeof(flag));
			*nbelow += flag_hits(l, p, left, first, span, flag);
		} else if (are_scores(l)) {
			*nbelow += flag_hits(
				l, p, SELECT_NFOUND, first, span, flag);
		} else if (is_key ? any_equal(p, l->nbytes, first)
				  : any_hit(p, l->nbytes, first, span,
					    nbelow)) {
			flag_hits(l, p, SELECT_NFOUND, first, span, flag);
		} else {
			continue;
		}
		for (size_t i = 0; i < SELECT_NFOUND; i += 64)
			for (uint64_t x = select_64_bits(flag + i); x;
				x &= x - 1)
				at[n++] = (uint32_t)(begin + i) +
					  (uint32_t)__builtin_ctzll(x);
	}
	*nhit = n;
	return begin < end ? begin : end;
}

size_t select_find(const struct select_lanes *l, size_t begin, uint64_t first,
	uint64_t span, uint32_t *at, size_t *nfound, uint64_t *nbelow)
{
	return find(l, begin, first, span, at, nfound, nbelow);
}

/* How many of SELECT_NFOUND keys are zero. */
#define DEFINE_ZEROS(BITS)                                              \
	static VECTOR_INLINE size_t zeros##BITS(const unsigned char *p) \
	{                                                               \
		int##BITS##_t n = 0;                                    \
                                                                        \
		for (size_t i = 0; i < SELECT_NFOUND; i++) {            \
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

	for (; i + SELECT_NFOUND <= n; i += SELECT_NFOUND)
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
	uint32_t at[SELECT_NFOUND];
	size_t nhit;
	bool in_tie; /* then it is not counted what is below */
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
	w->in_tie = x->in_tie;
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
			&w->nhit, w->in_tie ? NULL : &w->nbelow);
		if (w->r->prev && w->first == 0)
			drop_gone(w);
	} while (w->nhit == 0);
	return true;
}

/* Elements that counters of 16 bits are enough for. */
#define FEW_NELEM ((size_t)2048)
/* So few keys are counted side by side. */
#define FEW_NKEY 6

/*
 * How many of P[0..FEW_NELEM) are below FIRST, and of each of NKEY keys from
 * there: either so many or all.
 */
static VECTOR_INLINE uint64_t count_keys(
	const unsigned char *p, uint64_t first, size_t nkey, uint32_t *hist)
{
	uint16_t below = 0, a = 0, b = 0, c = 0, e = 0, f = 0, g = 0;

	for (size_t i = 0; i < FEW_NELEM; i++) {
		uint16_t x = le_load16(p + 2 * i) & INT16_MAX;
		int16_t d = (int16_t)(uint16_t)(x - (uint16_t)first);

		below = (uint16_t)(below + (d < 0));
		a = (uint16_t)(a + (d == 0));
		b = (uint16_t)(b + (d == 1));
		if (nkey <= 2)
			continue;
		c = (uint16_t)(c + (d == 2));
		e = (uint16_t)(e + (d == 3));
		f = (uint16_t)(f + (d == 4));
		g = (uint16_t)(g + (d == 5));
	}
	const uint16_t equal[FEW_NKEY] = {a, b, c, e, f, g};
	for (size_t k = 0; k < nkey; k++)
		hist[k] += equal[k];
	return below;
}

VECTOR_CLONES
static uint64_t count_block(
	const unsigned char *p, uint64_t first, size_t nkey, uint32_t *hist)
{
	return nkey <= 2 ? count_keys(p, first, 2, hist)
			 : count_keys(p, first, FEW_NKEY, hist);
}

/* Few of the keys of 16 bits. */
static uint64_t count_few(const struct select_run *r,
	const struct select_range *x, uint32_t *hist, size_t *end)
{
	uint32_t found[FEW_NKEY] = {0};
	uint64_t nbelow = 0;
	size_t i = 0;

	for (; i + FEW_NELEM <= r->n; i += FEW_NELEM)
		nbelow += count_block(r->p + 2 * i, x->first, x->ndigit, found);
	for (size_t k = 0; k < x->ndigit; k++)
		hist[k] += found[k];
	*end = i;
	return nbelow;
}

uint64_t select_count(const struct select_view *v, const struct select_run *r,
	const struct select_range *x, uint32_t *hist)
{
	uint64_t key_max = UINT64_MAX >> (64 - select_view_nbits(v));
	uint64_t nbelow = 0;
	struct walk w;

	if (!x->in_tie && x->first == 0 && x->last == key_max)
		return count_all(v, r, x->low, hist);
	walk_begin(&w, v, r, x);
	if (!x->in_tie && x->first && x->last - x->first < FEW_NKEY &&
		!r->score && v->as == v->format && v->format->nbytes == 2)
		w.nbelow += count_few(r, x, hist, &w.begin);
	/* Zeros may be most of them. */
	if (!x->in_tie && x->first == 0 && !r->score && !r->prev &&
		v->as == v->format) {
		hist[0] += (uint32_t)select_zeros(v, r);
		w.first = 1;
		w.span = x->last ? x->last - 1 : 0;
		w.in_tie = true;
		if (x->last == 0)
			return 0;
	}
	while (walk_next(&w))
		for (size_t k = 0; k < w.nhit; k++) {
			uint64_t value =
				x->in_tie ? select_tie(v, r->first + w.begin +
								  w.at[k])
					  : lane_key(&w.l, w.at[k]);

			if (value < x->first)
				nbelow++;
			else if (value <= x->last)
				hist[(value - x->first) >> x->low]++;
		}
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

/* Hit K of W as a candidate. */
static struct select_cand cand_at(const struct walk *w, size_t k, size_t tensor)
{
	/* NOLINTNEXTLINE: K is below nhit */
	return (struct select_cand){.key = lane_key(&w->l, w->at[k]),
		.tie = select_tie(w->v, w->r->first + w->begin + w->at[k]),
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
	while (n < max && walk_next(&w))
		for (size_t k = 0; k < w.nhit && n < max; k++) {
			out[n] = cand_at(&w, k, tensor);
			before += x->in_tie && out[n].tie < x->first;
			n += !x->in_tie ||
			     (out[n].tie >= x->first && out[n].tie <= x->last);
		}
	*nbelow += x->in_tie ? before : w.nbelow;
	return n;
}
