/* SPDX-License-Identifier: MIT */
/* Exact selection by digits. */
#include <math.h>
#include <stdlib.h>

#include "base/u128.h"
#include "base/vector.h"
#include "select/select_impl.h"

/* Of fewer candidates the threshold is not worth a guess. */
#define GUESS_MIN 4096

/* The cut at FIRST of the order of X: what begins there or after it is kept. */
static void finish(struct select_pick *p, uint64_t first)
{
	p->step = SELECT_STEP_DONE;
	if (p->x.in_tie)
		p->cut = (struct select_cut){.key = p->x.key, .tie = first};
	else
		p->cut = (struct select_cut){.key = first};
}

static void finish_after(struct select_pick *p, uint64_t last)
{
	/* No key is as large; past the last tie there is only the next key. */
	finish(p, last < UINT64_MAX ? last + 1 : last);
	if (p->x.in_tie && last == UINT64_MAX)
		p->cut = (struct select_cut){.key = p->x.key + 1};
}

/* All that a pick was started among. */
static struct select_range whole(const struct select_pick *p)
{
	struct select_range x = p->x;
	unsigned nbits = x.in_tie ? p->tie_nbits : p->key_nbits;

	x.first = 0;
	x.last = UINT64_MAX >> (64 - nbits);
	return x;
}

/* Bits of 0 to LAST that one pass leaves. */
static unsigned digit_low(uint64_t last)
{
	unsigned nbits = 64 - (unsigned)__builtin_clzll(last | 1);

	return nbits > SELECT_DIGIT_NBITS ? nbits - SELECT_DIGIT_NBITS : 0;
}

/* The pass that comes next finds some EXPECTED in x. */
static void ask(struct select_pick *p, uint64_t expected)
{
	struct select_range *x = &p->x;

	x->low = digit_low(x->last - x->first);
	x->ndigit = (size_t)((x->last - x->first) >> x->low) + 1;
	if (expected <= p->gather_max)
		p->step = SELECT_STEP_GATHER;
	else if (p->x.in_tie && p->ntensor > 1)
		p->step = SELECT_STEP_SPLIT;
	else
		p->step = SELECT_STEP_COUNT;
}

/*
 * Hashes are spread evenly: of COUNT ties number RANK is not farther from its
 * place than five standard deviations, but once in a million.
 */
static void guess_tie(struct select_pick *p)
{
	double q = (double)p->rank / (double)p->count;
	double spread = 5 * sqrt(q * (1 - q) / (double)p->count);
	double first = (q - spread) * 0x1p64, last = (q + spread) * 0x1p64;

	if (p->ties != SELECT_TIES_HASH || p->ntensor > 1 ||
		p->count < GUESS_MIN || first < 0 || last >= 0x1p64)
		return;
	p->guessed = true;
	p->x.first = (uint64_t)first;
	p->x.last = (uint64_t)last;
	ask(p, (uint64_t)(2 * spread * (double)p->count));
}

/*
 * The key is known whole and only some of those that have it are pruned.  Which
 * of the zeros does not show; each of several tensors has its share of them.
 */
static void enter_tie(struct select_pick *p, uint64_t key)
{
	p->x = (struct select_range){.in_tie = true, .key = key};
	p->x = whole(p);
	if (key == 0 && p->zeros_alike && p->ntensor == 1) {
		p->step = SELECT_STEP_DONE;
		p->cut = (struct select_cut){.nzero = p->rank};
		return;
	}
	ask(p, p->count);
	guess_tie(p);
}

/* What comes next, of COUNT candidates in x. */
static void next_step(struct select_pick *p)
{
	if (p->rank == 0)
		finish(p, p->x.first);
	else if (p->rank == p->count)
		finish_after(p, p->x.last);
	else if (p->x.in_tie || p->x.first < p->x.last)
		ask(p, p->count);
	else if (p->ties == SELECT_TIES_KEEP)
		finish(p, p->x.first);
	else if (p->ties == SELECT_TIES_DROP)
		finish_after(p, p->x.last);
	else
		enter_tie(p, p->x.first);
}

void select_pick_start(struct select_pick *p)
{
	p->guessed = false;
	p->x = (struct select_range){0};
	p->x = whole(p);
	next_step(p);
}

void select_pick_start_tie(struct select_pick *p, uint64_t key)
{
	p->guessed = false;
	p->x = (struct select_range){.in_tie = true, .key = key};
	p->x = whole(p);
	if (p->rank == 0 || p->rank == p->count)
		next_step(p);
	else
		enter_tie(p, key);
}

void select_pick_guess(
	struct select_pick *p, uint64_t first, uint64_t last, uint64_t expected)
{
	if (p->step == SELECT_STEP_DONE || p->x.in_tie || first == 0)
		return;
	p->guessed = true;
	p->x.first = first;
	p->x.last = last;
	ask(p, expected);
}

void select_pick_zeros(struct select_pick *p, uint64_t nzero)
{
	bool goes_on =
		p->ties == SELECT_TIES_KEEP || p->ties == SELECT_TIES_DROP;

	if (p->step != SELECT_STEP_DONE && !p->x.in_tie && !goes_on &&
		nzero > p->ngone && p->rank < nzero - p->ngone)
		enter_tie(p, 0);
}

/*
 * Whether a guess was right, of which NINSIDE are in x and NBELOW below it: the
 * pick goes on there, or begins again.
 */
static bool was_right(struct select_pick *p, uint64_t ninside, uint64_t nbelow)
{
	p->guessed = false;
	if (p->rank >= nbelow && p->rank - nbelow <= ninside) {
		p->rank -= nbelow;
		p->count = ninside;
		return true;
	}
	p->x = whole(p);
	ask(p, p->count);
	return false;
}

int select_pick_count(
	struct select_pick *p, const uint64_t *hist, uint64_t nbelow)
{
	size_t ndigit = p->x.ndigit, digit = 0;
	uint64_t total = 0, ngone = p->x.in_tie ? 0 : p->ngone;

	for (size_t i = 0; i < ndigit; i++)
		total += hist[i];
	if (!p->guessed && total != p->count)
		return -1;
	if (p->guessed && (nbelow < ngone || total > p->count ||
				  nbelow - ngone > p->count - total))
		return -1;
	if (p->guessed && !was_right(p, total, nbelow - ngone))
		return 0;
	/* The bucket in which the first kept weight is. */
	while (digit + 1 < ndigit && p->rank >= hist[digit])
		p->rank -= hist[digit++];
	p->count = hist[digit];
	p->x.first += (uint64_t)digit << p->x.low;
	if ((p->x.last - p->x.first) >> p->x.low)
		p->x.last = p->x.first + (UINT64_C(1) << p->x.low) - 1;
	next_step(p);
	return 0;
}

static void swap(uint64_t *a, uint64_t *b)
{
	uint64_t t = *a;

	*a = *b;
	*b = t;
}

static void median_to_front(uint64_t *x, size_t n)
{
	uint64_t *mid = x + n / 2, *last = x + n - 1;

	if (*mid < *x)
		swap(mid, x);
	if (*last < *x)
		swap(last, x);
	if (*last < *mid)
		swap(last, mid);
	swap(x, mid);
}

/*
 * Moves those of X[BEGIN, END) that are below END_KEY before the others;
 * returns where those begin.  Without a branch, which half of them would
 * mislead.
 */
static size_t part(uint64_t *x, size_t begin, size_t end, uint64_t end_key)
{
	size_t at = begin;

	for (size_t i = begin; i < end; i++) {
		uint64_t key = x[i];

		x[i] = x[at];
		x[at] = key;
		at += key < end_key;
	}
	return at;
}

/* Few are put in order as they come. */
#define SORT_MAX 12

static void sort_few(uint64_t *x, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint64_t key = x[i];
		size_t k = i;

		for (; k > 0 && x[k - 1] > key; k--)
			x[k] = x[k - 1];
		x[k] = key;
	}
}

uint64_t select_nth(uint64_t *x, size_t end, size_t rank)
{
	size_t begin = 0;

	while (end - begin > SORT_MAX) {
		uint64_t pivot;
		size_t at;

		median_to_front(x + begin, end - begin);
		pivot = x[begin];
		at = part(x, begin, end, pivot);
		if (rank < at) {
			end = at;
			continue;
		}
		/* None is smaller: what is equal to it goes no further. */
		if (at == begin) {
			at = pivot < UINT64_MAX ? part(x, begin, end, pivot + 1)
						: end;
			if (rank < at)
				return pivot;
		}
		begin = at;
	}
	sort_few(x + begin, end - begin);
	return x[rank];
}

/*
 * The cut of a tensor that has the ties TIE[0..n) of KEY, QUOTA of them pruned.
 */
static struct select_cut cut_ties(
	uint64_t key, uint64_t *tie, size_t n, uint64_t quota)
{
	/* None of its ties: the cut lies before all of them. */
	if (quota == 0)
		return (struct select_cut){.key = key};
	if (quota == n)
		return (struct select_cut){.key = key + 1};
	return (struct select_cut){
		.key = key, .tie = select_nth(tie, n, (size_t)quota)};
}

/* Of so few candidates among one tensor, nothing is asked of malloc(). */
#define OWN_NTIE 64

/* What sharing out ties works with. */
struct shares {
	uint64_t *count, *quota; /* per tensor */
	size_t *end;             /* of the tensor's ties */
	uint64_t *tie;
	uint64_t own_tie[OWN_NTIE], own[2];
	size_t own_end;
};

/* The candidates with KEY, RANK of them pruned, shared out by tensor. */
static int share_ties(struct select_pick *p, const struct shares *s,
	const struct select_cand *c, size_t n, uint64_t key, uint64_t rank,
	const size_t *order, struct select_cut *cut)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		s->count[c[i].tensor] += c[i].key == key;
	s->quota[0] = rank;
	if (p->ntensor > 1 &&
		select_quota(s->count, p->ntensor, order, rank, s->quota))
		return -1;
	for (size_t t = 0; t < p->ntensor; at += s->count[t++])
		s->end[t] = at;
	for (size_t i = 0; i < n; i++)
		if (c[i].key == key)
			s->tie[s->end[c[i].tensor]++] = c[i].tie;
	for (size_t t = 0; t < p->ntensor; t++) {
		size_t m = (size_t)s->count[t];

		/* NOLINTNEXTLINE: each tensor has an end */
		cut[t] = cut_ties(key, s->tie + s->end[t] - m, m, s->quota[t]);
	}
	return 0;
}

/* Of the candidates, all in x, RANK are pruned. */
static int cut_candidates(struct select_pick *p, const struct shares *s,
	const struct select_cand *c, size_t n, const size_t *order,
	struct select_cut *cut)
{
	uint64_t below = 0, key;

	for (size_t i = 0; i < n; i++)
		s->tie[i] = c[i].key;
	key = select_nth(s->tie, n, (size_t)p->rank);
	for (size_t i = 0; i < n; i++)
		below += c[i].key < key;
	if (p->rank > below && p->ties != SELECT_TIES_KEEP &&
		p->ties != SELECT_TIES_DROP)
		return share_ties(p, s, c, n, key, p->rank - below, order, cut);
	if (p->rank > below && p->ties == SELECT_TIES_DROP)
		key++;
	for (size_t t = 0; t < p->ntensor; t++)
		cut[t] = (struct select_cut){.key = key};
	return 0;
}

static int shares_init(struct shares *s, size_t ntensor, size_t n)
{
	if (ntensor == 1 && n <= OWN_NTIE) {
		s->own[0] = 0;
		s->count = s->own;
		s->quota = s->own + 1;
		s->end = &s->own_end;
		s->tie = s->own_tie;
		return 0;
	}
	s->count = calloc(ntensor, 2 * sizeof(*s->count));
	s->end = calloc(ntensor, sizeof(*s->end));
	s->tie = malloc((n + 1) * sizeof(*s->tie));
	s->quota = s->count ? s->count + ntensor : NULL;
	return s->count && s->end && s->tie ? 0 : -1;
}

static void shares_free(struct shares *s)
{
	if (s->tie == s->own_tie)
		return;
	free(s->count);
	free(s->end);
	free(s->tie);
}

int select_pick_gather(struct select_pick *p, const struct select_cand *cand,
	size_t ncand, uint64_t nbelow, const size_t *quota_order,
	struct select_cut *cut)
{
	uint64_t ngone = p->x.in_tie ? 0 : p->ngone;
	bool all = ncand <= p->gather_max && nbelow >= ngone;
	struct shares s;
	int ret = -1;

	if (p->guessed &&
		!was_right(p, all ? ncand : 0, all ? nbelow - ngone : 0))
		return 0;
	if (ncand != p->count)
		return 1;
	if (p->rank == 0 || p->rank == p->count) {
		next_step(p);
		for (size_t t = 0; t < p->ntensor; t++)
			cut[t] = p->cut;
		return 0;
	}
	p->step = SELECT_STEP_DONE;
	if (!shares_init(&s, p->ntensor, ncand))
		ret = cut_candidates(p, &s, cand, ncand, quota_order, cut);
	shares_free(&s);
	return ret;
}

int select_pick_keys(
	struct select_pick *p, uint64_t *key, size_t n, uint64_t nbelow)
{
	bool all = nbelow >= p->ngone;
	uint64_t at, below = 0, equal = 0;

	if (p->guessed &&
		!was_right(p, all ? n : 0, all ? nbelow - p->ngone : 0))
		return 0;
	if (n != p->count)
		return 1;
	if (p->rank > 0 && p->rank < n) {
		at = select_nth(key, n, (size_t)p->rank);
		for (size_t i = 0; i < n; i++) {
			below += key[i] < at;
			equal += key[i] == at;
		}
		p->rank -= below;
		p->count = equal;
		p->x.first = p->x.last = at;
	}
	next_step(p);
	return 0;
}

/* --- halving -------------------------------------------------------------- */

/* Where in the order of keys a rank is: so many are below KEY. */
struct place {
	uint64_t key, nbelow;
	uint64_t nequal; /* have it, if NBELOW is not the rank itself */
};

/* The smallest and the largest key of P[0..n), and how many are below KEY. */
#define DEFINE_BELOW(BITS, STEP)                                               \
	static VECTOR_INLINE uint64_t below##BITS(                             \
		const unsigned char *p, size_t n, uint64_t key64)              \
	{                                                                      \
		typedef int##BITS##_t lane;                                    \
		const lane key = (lane)key64;                                  \
		uint64_t nbelow = 0;                                           \
                                                                               \
		for (size_t k = 0; k < n; k += (STEP)) {                       \
			size_t stop = n - k < (STEP) ? n : k + (STEP);         \
			lane nis = 0;                                          \
                                                                               \
			for (size_t i = k; i < stop; i++) {                    \
				lane x =                                       \
					(lane)(le_load##BITS(                  \
						       p + i * ((BITS) / 8)) & \
						INT##BITS##_MAX);              \
				nis = (lane)(nis - (lane)(x < key ? -1 : 0));  \
			}                                                      \
			nbelow += (uint##BITS##_t)nis;                         \
		}                                                              \
		return nbelow;                                                 \
	}                                                                      \
	static VECTOR_INLINE void range##BITS(const unsigned char *p,          \
		size_t n, uint64_t *first, uint64_t *last)                     \
	{                                                                      \
		int##BITS##_t low = INT##BITS##_MAX, high = 0;                 \
                                                                               \
		for (size_t i = 0; i < n; i++) {                               \
			int##BITS##_t x = (int##BITS##_t)(                     \
				le_load##BITS(p + i * ((BITS) / 8)) &          \
				INT##BITS##_MAX);                              \
			low = x < low ? x : low;                               \
			high = x > high ? x : high;                            \
		}                                                              \
		*first = (uint64_t)low;                                        \
		*last = (uint64_t)high;                                        \
	}
DEFINE_BELOW(8, 128)
DEFINE_BELOW(16, SELECT_NHALVE)
DEFINE_BELOW(32, SELECT_NHALVE)
DEFINE_BELOW(64, SELECT_NHALVE)

static VECTOR_INLINE uint64_t below(
	const unsigned char *p, size_t n, unsigned nbytes, uint64_t key)
{
	switch (nbytes) {
	case 1: return below8(p, n, key);
	case 2: return below16(p, n, key);
	case 4: return below32(p, n, key);
	}
	return below64(p, n, key);
}

static VECTOR_INLINE void range_of(const unsigned char *p, size_t n,
	unsigned nbytes, uint64_t *first, uint64_t *last)
{
	switch (nbytes) {
	case 1: range8(p, n, first, last); return;
	case 2: range16(p, n, first, last); return;
	case 4: range32(p, n, first, last); return;
	}
	range64(p, n, first, last);
}

/*
 * Not more than RANK are below LOW, and more below HIGH: halving what is
 * between them ends where a gap has RANK below, or only one key is left.
 */
static VECTOR_INLINE struct place halve_width(
	const unsigned char *p, size_t n, unsigned nbytes, uint64_t rank)
{
	uint64_t low, high, nlow = 0, nhigh = n;

	range_of(p, n, nbytes, &low, &high);
	high++;
	while (high - low > 1 && nlow < rank) {
		uint64_t mid = low + (high - low) / 2;
		uint64_t nbelow = below(p, n, nbytes, mid);
		bool up = nbelow <= rank;

		low = up ? mid : low;
		nlow = up ? nbelow : nlow;
		high = up ? high : mid;
		nhigh = up ? nhigh : nbelow;
	}
	return (struct place){low, nlow, nhigh - nlow};
}

VECTOR_CLONES
static struct place halve(
	const unsigned char *p, size_t n, unsigned nbytes, uint64_t rank)
{
	switch (nbytes) {
	case 1: return halve_width(p, n, 1, rank);
	case 2: return halve_width(p, n, 2, rank);
	case 4: return halve_width(p, n, 4, rank);
	}
	return halve_width(p, n, 8, rank);
}

void select_pick_halve(struct select_pick *p, const struct select_view *v,
	const struct select_run *r)
{
	struct place at =
		halve(r->p, r->n, v->format->nbytes, p->rank + p->ngone);

	if (at.nbelow == p->rank + p->ngone) {
		finish(p, at.key);
		return;
	}
	/* What is pruned already looks like zeros. */
	p->rank -= at.key ? at.nbelow - p->ngone : 0;
	p->count = at.nequal - (at.key ? 0 : p->ngone);
	p->x.first = p->x.last = at.key;
	next_step(p);
}

/* --- shares -------------------------------------------------------------- */

/* A tensor's remainder, for the method of largest remainders. */
struct share {
	uint64_t remainder;
	size_t place; /* in the order of names */
	size_t tensor;
};

static int by_remainder(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	if (x->remainder != y->remainder)
		return x->remainder > y->remainder ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

int select_quota(const uint64_t *count, size_t n, const size_t *order,
	uint64_t rank, uint64_t *quota)
{
	struct share *share = calloc(n, sizeof(*share));
	uint64_t total = 0, left = rank;

	if (!share)
		return -1;
	for (size_t i = 0; i < n; i++)
		total += count[i];
	for (size_t i = 0; i < n; i++) {
		size_t t = order[i];
		u128 x = (u128)count[t] * rank;

		quota[t] = total ? (uint64_t)(x / total) : 0;
		left -= quota[t];
		share[i].remainder = total ? (uint64_t)(x % total) : 0;
		share[i].place = i;
		share[i].tensor = t;
	}
	qsort(share, n, sizeof(*share), by_remainder);
	for (size_t i = 0; i < n && left > 0; i++, left--)
		quota[share[i].tensor]++;
	free(share);
	return 0;
}
