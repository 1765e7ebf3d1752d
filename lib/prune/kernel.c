/* SPDX-License-Identifier: MIT */
/*
 * The loops over weights: made plain, looked at by what is still to decide,
 * and written with the decision.
 */
#include <stddef.h>
#include <string.h>

#include "base/le.h"
#include "prune/prune_impl.h"

/* --- orders -------------------------------------------------------------- */

#define ALWAYS_INLINE inline __attribute__((always_inline))

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

bool prune_bit(const uint8_t *bits, size_t i)
{
	return bits[i / 8] >> (i % 8) & 1;
}

uint64_t prune_c_index(const struct tensor_span *s, uint64_t at)
{
	uint64_t c = 0, stride = 1;

	if (!s->fortran)
		return at;
	for (unsigned i = 1; i < s->ndim; i++)
		stride *= s->shape[i];
	for (unsigned i = 0; i < s->ndim; i++) {
		c += at % s->shape[i] * stride;
		at /= s->shape[i];
		if (i + 1 < s->ndim)
			stride /= s->shape[i + 1];
	}
	return c;
}

/*
 * A bijection of 64 bits (D. Stafford's variant 13, as in splitmix64).
 */
static ALWAYS_INLINE uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

void prune_view_init(struct prune_view *v, const struct tensor_span *span,
	enum prune_ties ties, uint64_t seed)
{
	*v = (struct prune_view){
		.span = span,
		.format = prune_format(span->dtype),
		.as = prune_format(span->dtype),
		.ties = ties,
		.tie_salt = mix(hash_name(span->name) + mix(seed)),
	};
}

/* Unique within a tensor, so that an order by (key, tie) is total. */
static ALWAYS_INLINE uint64_t tie_of(const struct prune_view *v, uint64_t at)
{
	uint64_t c = v->span->fortran ? prune_c_index(v->span, at) : at;

	switch (v->ties) {
	case PRUNE_TIES_FIRST: return c;
	case PRUNE_TIES_LAST: return v->span->n - 1 - c;
	case PRUNE_TIES_HASH:
	case PRUNE_TIES_KEEP:
	case PRUNE_TIES_DROP: break;
	}
	return mix(c ^ v->tie_salt);
}

uint64_t prune_tie(const struct prune_view *v, uint64_t at)
{
	return tie_of(v, at);
}

unsigned prune_tie_nbits(const struct prune_view *v)
{
	unsigned nbits = 1;

	if (v->ties != PRUNE_TIES_FIRST && v->ties != PRUNE_TIES_LAST)
		return 64;
	while (nbits < 64 && v->span->n >> nbits)
		nbits++;
	return nbits;
}

/* --- preparing ----------------------------------------------------------- */

/*
 * All loops see the plainest of runs: little-endian, and what counts as zero
 * is zero.  What this takes is done in place, beforehand, where it is needed.
 */

static ALWAYS_INLINE uint8_t le_load8(const unsigned char *p)
{
	return *p;
}

static ALWAYS_INLINE void le_store8(unsigned char *p, uint8_t x)
{
	*p = x;
}

static ALWAYS_INLINE uint64_t load(
	const unsigned char *p, size_t i, unsigned nbytes)
{
	switch (nbytes) {
	case 1: return p[i];
	case 2: return le_load16(p + 2 * i);
	case 4: return le_load32(p + 4 * i);
	}
	return le_load64(p + 8 * i);
}

static uint64_t key_at(
	const struct prune_view *v, const unsigned char *p, size_t i)
{
	const struct prune_format *f = v->format;

	return load(p, i, f->nbytes) & ((UINT64_C(1) << f->key_nbits) - 1);
}

#define DEFINE_SWAP(BITS)                                                    \
	static void swap##BITS(unsigned char *p, size_t n)                   \
	{                                                                    \
		for (size_t i = 0; i < n; i++, p += (BITS) / 8)              \
			le_store##BITS(                                      \
				p, __builtin_bswap##BITS(le_load##BITS(p))); \
	}
DEFINE_SWAP(16)
DEFINE_SWAP(32)
DEFINE_SWAP(64)

/* Between the order of the file and that of the loops, either way. */
static void swap_bytes(const struct prune_view *v, const struct prune_run *r)
{
	if (!v->span->big_endian)
		return;
	switch (v->format->nbytes) {
	case 2: swap16(r->p, r->n); break;
	case 4: swap32(r->p, r->n); break;
	case 8: swap64(r->p, r->n); break;
	}
}

/* Elements between two looks for NaN, and to a part of a run in lanes. */
#define PART_NELEM ((size_t)1024)

#define DEFINE_TOP(BITS)                                              \
	static ALWAYS_INLINE uint64_t top##BITS(                      \
		const unsigned char *p, size_t n)                     \
	{                                                             \
		int##BITS##_t top = 0;                                \
                                                                      \
		for (size_t i = 0; i < n; i++) {                      \
			int##BITS##_t key = (int##BITS##_t)(          \
				le_load##BITS(p + i * ((BITS) / 8)) & \
				INT##BITS##_MAX);                     \
			top = key > top ? key : top;                  \
		}                                                     \
		return (uint64_t)top;                                 \
	}
DEFINE_TOP(8)
DEFINE_TOP(16)
DEFINE_TOP(32)
DEFINE_TOP(64)

/* The largest key of P[0..n). */
CLONES
static uint64_t key_top(const unsigned char *p, size_t n, unsigned nbytes)
{
	switch (nbytes) {
	case 1: return top8(p, n);
	case 2: return top16(p, n);
	case 4: return top32(p, n);
	}
	return top64(p, n);
}

static void note_nan(
	struct prune_result *ret, const struct prune_run *r, size_t i)
{
	if (ret->nan++ == 0)
		ret->nan_at = r->first + i;
}

/* Notes the NaN of R[begin, end) and, if they count as zero, makes them so. */
static void take_nan(const struct prune_view *v, const struct prune_run *r,
	size_t begin, size_t end, struct prune_result *ret)
{
	unsigned nbytes = v->format->nbytes;

	for (size_t i = begin; i < end; i++) {
		if (key_at(v, r->p, i) <= v->format->key_max)
			continue;
		note_nan(ret, r, i);
		if (v->nan == PRUNE_NAN_ZERO)
			memset(r->p + i * nbytes, 0, nbytes);
	}
}

/* A byte of mask bits for each lane of N, which is at most 8. */
static void zero_lanes(unsigned char *p, unsigned nbytes, unsigned bits)
{
	for (unsigned k = 0; k < 8; k++)
		if (!(bits >> k & 1))
			memset(p + k * nbytes, 0, nbytes);
}

#define DEFINE_GONE(BITS)                                                      \
	static ALWAYS_INLINE void gone##BITS(                                  \
		unsigned char *p, const uint8_t *prev, size_t n)               \
	{                                                                      \
		for (size_t i = 0; i + 8 <= n; i += 8)                         \
			for (size_t k = 0; k < 8; k++) {                       \
				unsigned char *q = p + (i + k) * ((BITS) / 8); \
				uint##BITS##_t keep = (uint##BITS##_t)(        \
					prev[i / 8] >> k & 1);                 \
				keep = (uint##BITS##_t)(0 - keep);             \
				le_store##BITS(q, le_load##BITS(q) & keep);    \
			}                                                      \
	}
DEFINE_GONE(8)
DEFINE_GONE(16)
DEFINE_GONE(32)
DEFINE_GONE(64)

/* What is pruned already becomes zero. */
CLONES
static void zero_gone(const struct prune_run *r, unsigned nbytes)
{
	size_t tail = r->n % 8, whole = r->n - tail;

	switch (nbytes) {
	case 1: gone8(r->p, r->prev, whole); break;
	case 2: gone16(r->p, r->prev, whole); break;
	case 4: gone32(r->p, r->prev, whole); break;
	case 8: gone64(r->p, r->prev, whole); break;
	}
	if (tail)
		zero_lanes(r->p + whole * nbytes, nbytes,
			r->prev[whole / 8] | 0xffu << tail);
}

/* NaN is looked for here where it would not be seen later. */
static bool hides_nan(const struct prune_view *v, const struct prune_run *r)
{
	return r->prev || v->nan == PRUNE_NAN_ZERO;
}

void prune_prepare(const struct prune_view *v, const struct prune_run *r,
	struct prune_result *ret)
{
	unsigned nbytes = v->format->nbytes;

	if (r->zero)
		return;
	swap_bytes(v, r);
	for (size_t i = 0; hides_nan(v, r) && i < r->n; i += PART_NELEM) {
		size_t n = r->n - i < PART_NELEM ? r->n - i : PART_NELEM;

		if (key_top(r->p + i * nbytes, n, nbytes) > v->format->key_max)
			take_nan(v, r, i, i + n, ret);
	}
	if (r->prev)
		zero_gone(r, nbytes);
}

void prune_note_nan(const struct prune_view *v, const struct prune_run *r,
	struct prune_result *ret)
{
	if (!hides_nan(v, r) && !r->zero)
		take_nan(v, r, 0, r->n, ret);
}

void prune_drop(const struct prune_view *v, const struct prune_run *r)
{
	if (!r->zero)
		zero_gone(r, v->format->nbytes);
}

/* --- looking ------------------------------------------------------------- */

/*
 * Keys come in lanes: those of the run itself, or, where tensors of different
 * formats meet, those of a part of it as keys of their common format.
 */

struct lanes {
	const unsigned char *p;
	unsigned nbytes, key_nbits;
	size_t n;
};

struct scratch {
	uint64_t key[PART_NELEM];
};

static void widen(const struct prune_view *v, const unsigned char *p,
	struct scratch *x, size_t n)
{
	uint32_t *narrow = (uint32_t *)(void *)x->key;
	bool to_f64 = v->as->key_nbits == 63;

	for (size_t i = 0; i < n && v->format->nbytes == 1; i++)
		narrow[i] = v->to_f32[p[i] & 0x7f];
	for (size_t i = 0; i < n && v->format->nbytes == 2; i++)
		narrow[i] = v->to_f32[le_load16(p + 2 * i) & 0x7fff];
	for (size_t i = 0; i < n && v->format->nbytes == 4; i++)
		narrow[i] = le_load32(p + 4 * i) & INT32_MAX;
	for (size_t i = n; i-- > 0 && to_f64;)
		x->key[i] = prune_key_as(
			prune_format(TENSOR_F32), v->as, narrow[i]);
}

/* The lanes of R that begin with element I. */
static struct lanes lanes_at(const struct prune_view *v,
	const struct prune_run *r, size_t i, struct scratch *x)
{
	const unsigned char *p = r->p + i * v->format->nbytes;
	struct lanes l = {p, v->format->nbytes, v->format->key_nbits, r->n - i};

	if (r->score)
		return (struct lanes){
			(const unsigned char *)(r->score + i), 8, 63, r->n - i};
	if (v->as == v->format)
		return l;
	if (l.n > PART_NELEM)
		l.n = PART_NELEM;
	widen(v, p, x, l.n);
	return (struct lanes){(const unsigned char *)x->key, v->as->nbytes,
		v->as->key_nbits, l.n};
}

uint64_t prune_key_at(
	const struct prune_view *v, const struct prune_run *r, size_t i)
{
	return key_at(v, r->p, i);
}

uint64_t prune_rank_at(
	const struct prune_view *v, const struct prune_run *r, size_t i)
{
	return r->score ? r->score[i] : key_at(v, r->p, i);
}

static uint64_t lane_key(const struct lanes *l, size_t i)
{
	return load(l->p, i, l->nbytes) & ((UINT64_C(1) << l->key_nbits) - 1);
}

unsigned prune_digit_nbits(const struct prune_prefix *x)
{
	return x->shift < PRUNE_DIGIT_NBITS ? x->shift : PRUNE_DIGIT_NBITS;
}

/* Four loads in flight; the stores then find them done. */
static ALWAYS_INLINE void count_width(const struct lanes *l, unsigned nbytes,
	unsigned key_nbits, unsigned low, uint32_t *hist)
{
	const unsigned char *p = l->p;
	uint64_t key_mask = (UINT64_C(1) << key_nbits) - 1;
	size_t i = 0;

	for (; i + 4 <= l->n; i += 4) {
		uint64_t a = load(p, i, nbytes) & key_mask;
		uint64_t b = load(p, i + 1, nbytes) & key_mask;
		uint64_t c = load(p, i + 2, nbytes) & key_mask;
		uint64_t e = load(p, i + 3, nbytes) & key_mask;
		hist[a >> low]++;
		hist[b >> low]++;
		hist[c >> low]++;
		hist[e >> low]++;
	}
	for (; i < l->n; i++)
		hist[(load(p, i, nbytes) & key_mask) >> low]++;
}

/* So few codes meet again at once: tables of their own keep them apart. */
static void count_codes(const struct lanes *l, unsigned low, uint32_t *hist)
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

/* The first digit, which all weights have. */
static void count_first(const struct lanes *l, unsigned low, uint32_t *hist)
{
	switch (l->nbytes) {
	case 1: count_codes(l, low, hist); break;
	case 2: count_width(l, 2, 15, low, hist); break;
	case 4: count_width(l, 4, 31, low, hist); break;
	case 8: count_width(l, 8, 63, low, hist); break;
	}
}

/* What matches is mostly rare: so many are looked at at once. */
#define HITS_NELEM ((size_t)128)

/* Lanes as wide as the format: a vector holds more of them. */
#define DEFINE_HITS(BITS)                                                      \
	static ALWAYS_INLINE void hits##BITS(const unsigned char *p, size_t n, \
		unsigned shift, uint64_t prefix64, uint8_t *flag)              \
	{                                                                      \
		const uint##BITS##_t prefix = (uint##BITS##_t)prefix64;        \
                                                                               \
		for (size_t i = 0; i < n; i++) {                               \
			uint##BITS##_t x =                                     \
				le_load##BITS(p + i * ((BITS) / 8)) &          \
				INT##BITS##_MAX;                               \
			x = (uint##BITS##_t)(x >> shift);                      \
			flag[i] = x == prefix;                                 \
		}                                                              \
	}
DEFINE_HITS(8)
DEFINE_HITS(16)
DEFINE_HITS(32)
DEFINE_HITS(64)

/* Eight flags of 0 or 1 become a byte; the first is the lowest bit. */
static ALWAYS_INLINE uint64_t eight_bits(const uint8_t *flag)
{
	return le_load64(flag) * UINT64_C(0x0102040810204080) >> 56;
}

static ALWAYS_INLINE void flag_hits(const struct lanes *l,
	const unsigned char *p, size_t n, unsigned shift, uint64_t prefix,
	uint8_t *flag)
{
	switch (l->nbytes) {
	case 1: hits8(p, n, shift, prefix, flag); break;
	case 2: hits16(p, n, shift, prefix, flag); break;
	case 4: hits32(p, n, shift, prefix, flag); break;
	case 8: hits64(p, n, shift, prefix, flag); break;
	}
}

/*
 * Where in the lanes [begin, begin + n), n at most HITS_NELEM, the keys are
 * that begin with PREFIX, SHIFT low bits aside.
 */
CLONES
static size_t find_hits(const struct lanes *l, size_t begin, size_t n,
	unsigned shift, uint64_t prefix, uint32_t *at)
{
	const unsigned char *p = l->p + begin * l->nbytes;
	uint8_t flag[HITS_NELEM];
	size_t nhit = 0;

	if (n == HITS_NELEM) {
		flag_hits(l, p, HITS_NELEM, shift, prefix, flag);
	} else {
		memset(flag, 0, sizeof(flag));
		flag_hits(l, p, n, shift, prefix, flag);
	}
	for (size_t i = 0; i < HITS_NELEM; i += 8) {
		if (le_load64(flag + i) == 0)
			continue;
		for (uint64_t x = eight_bits(flag + i); x; x &= x - 1)
			at[nhit++] = (uint32_t)(begin + i) +
				     (uint32_t)__builtin_ctzll(x);
	}
	return nhit;
}

/* What is pruned already looks like zero and is not to be decided about. */
static size_t drop_gone(const struct prune_run *r, const struct lanes *l,
	size_t begin, uint32_t *at, size_t nhit)
{
	size_t n = 0;

	for (size_t k = 0; k < nhit; k++) {
		at[n] = at[k];
		n += prune_bit(r->prev, begin + at[k]) ||
		     lane_key(l, at[k]) != 0;
	}
	return n;
}

/* A walk over the weights of a run that match. */
struct walk {
	const struct prune_view *v;
	const struct prune_run *r;
	const struct prune_prefix *x;
	struct scratch scratch;
	struct lanes l;
	size_t begin; /* of the lanes in the run */
	size_t next;  /* of the lanes */
	uint32_t at[HITS_NELEM];
	size_t nhit;
};

static void walk_begin(struct walk *w, const struct prune_view *v,
	const struct prune_run *r, const struct prune_prefix *x)
{
	w->v = v;
	w->r = r;
	w->x = x;
	w->begin = w->next = 0;
	w->l.n = 0;
}

/* The next few: fills w->at[0..nhit) with lanes.  False at the end. */
static bool walk_next(struct walk *w)
{
	const struct prune_prefix *x = w->x;
	unsigned shift = x->in_tie ? 0 : x->shift;
	uint64_t prefix = x->in_tie ? x->key : x->prefix;
	size_t n;

	do {
		if (w->next == w->l.n) {
			w->begin += w->l.n;
			if (w->begin == w->r->n)
				return false;
			w->l = lanes_at(w->v, w->r, w->begin, &w->scratch);
			w->next = 0;
		}
		n = w->l.n - w->next;
		n = n < HITS_NELEM ? n : HITS_NELEM;
		w->nhit = find_hits(&w->l, w->next, n, shift, prefix, w->at);
		w->next += n;
		if (w->r->prev && prefix == 0)
			w->nhit = drop_gone(
				w->r, &w->l, w->begin, w->at, w->nhit);
	} while (w->nhit == 0);
	return true;
}

static uint64_t above(uint64_t x, unsigned shift)
{
	return shift < 64 ? x >> shift : 0;
}

/* A later digit, of the key or of the tie. */
static void count_later(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist)
{
	unsigned digit_nbits = prune_digit_nbits(x);
	unsigned low = x->shift - digit_nbits;
	uint64_t mask = (UINT64_C(1) << digit_nbits) - 1;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (walk_next(&w))
		for (size_t k = 0; k < w.nhit; k++) {
			uint64_t value =
				x->in_tie ? tie_of(v, r->first + w.begin +
							      w.at[k])
					  : lane_key(&w.l, w.at[k]);

			if (above(value, x->shift) == x->prefix)
				hist[value >> low & mask]++;
		}
}

void prune_count(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, uint32_t *hist)
{
	unsigned low = x->shift - prune_digit_nbits(x);
	struct scratch scratch;
	struct lanes l;

	if (x->in_tie || x->shift < (r->score ? 63 : v->as->key_nbits)) {
		count_later(v, r, x, hist);
		return;
	}
	if (r->zero && !r->score) {
		hist[0] += (uint32_t)r->n;
		return;
	}
	for (size_t i = 0; i < r->n; i += l.n) {
		l = lanes_at(v, r, i, &scratch);
		count_first(&l, low, hist);
	}
}

uint64_t prune_match(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x)
{
	uint64_t n = 0;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (walk_next(&w))
		n += w.nhit;
	return n;
}

size_t prune_gather(const struct prune_view *v, const struct prune_run *r,
	const struct prune_prefix *x, size_t tensor, struct prune_cand *out,
	size_t max)
{
	size_t n = 0;
	struct walk w;

	walk_begin(&w, v, r, x);
	while (walk_next(&w))
		for (size_t k = 0; k < w.nhit && n < max; k++) {
			uint64_t tie = tie_of(v, r->first + w.begin + w.at[k]);

			if (x->in_tie && above(tie, x->shift) != x->prefix)
				continue;
			out[n].key = lane_key(&w.l, w.at[k]);
			out[n].tie = tie;
			out[n].tensor = tensor;
			n++;
		}
	return n;
}

/* --- deciding ------------------------------------------------------------ */

/*
 * Writing a decision into weights.  Blocks go through a loop that compilers
 * turn into vector instructions; weights as large as the cut are left alone
 * there and settled afterwards by their tie.
 */

/* Small enough for counters of 16 bits and for the first-level cache. */
#define BLOCK ((size_t)512)

/* What a block's loop found. */
struct block {
	unsigned npruned, nequal;
	uint64_t key_max, pruned_max;
	uint8_t kept[BLOCK]; /* 1 or 0 per element */
};

/*
 * N elements, at most BLOCK: zero what is at most WRITE_LAST, count what is at
 * most LAST.  Signed lanes: SSE2 compares no others, and nothing is at most
 * -1.  STEP elements are counted in a lane.
 */
#define DEFINE_BLOCK(BITS, STEP)                                               \
	static ALWAYS_INLINE void block##BITS(unsigned char *p, size_t n,      \
		int64_t last, int64_t write_last, bool flags, struct block *b) \
	{                                                                      \
		const int##BITS##_t end = (int##BITS##_t)last;                 \
		const int##BITS##_t write_end = (int##BITS##_t)write_last;     \
		const int##BITS##_t cut =                                      \
			(int##BITS##_t)((uint##BITS##_t)end + 1u);             \
		int##BITS##_t top = 0, low_top = 0;                            \
                                                                               \
		b->npruned = b->nequal = 0;                                    \
		for (size_t k = 0; k < n; k += (STEP)) {                       \
			size_t stop = n - k < (STEP) ? n : k + (STEP);         \
			int##BITS##_t npruned = 0, nequal = 0;                 \
			for (size_t i = k; i < stop; i++) {                    \
				unsigned char *q = p + i * ((BITS) / 8);       \
				uint##BITS##_t x = le_load##BITS(q);           \
				int##BITS##_t key =                            \
					(int##BITS##_t)(x & INT##BITS##_MAX);  \
				int##BITS##_t low = key <= end ? key : 0;      \
				npruned = (int##BITS##_t)(                     \
					npruned + (key <= end));               \
				nequal = (int##BITS##_t)(                      \
					nequal + (key == cut));                \
				top = key > top ? key : top;                   \
				low_top = low > low_top ? low : low_top;       \
				x = key <= write_end ? 0 : x;                  \
				le_store##BITS(q, x);                          \
				if (flags)                                     \
					b->kept[i] = key > end;                \
			}                                                      \
			b->npruned += (unsigned)npruned;                       \
			b->nequal += (unsigned)nequal;                         \
		}                                                              \
		b->key_max = (uint64_t)top;                                    \
		b->pruned_max = (uint64_t)low_top;                             \
	}
DEFINE_BLOCK(8, 64)
DEFINE_BLOCK(16, BLOCK)
DEFINE_BLOCK(32, BLOCK)
DEFINE_BLOCK(64, BLOCK)

static ALWAYS_INLINE void any_block(unsigned nbytes, unsigned char *p, size_t n,
	int64_t last, int64_t write_last, bool flags, struct block *b)
{
	switch (nbytes) {
	case 1: block8(p, n, last, write_last, flags, b); break;
	case 2: block16(p, n, last, write_last, flags, b); break;
	case 4: block32(p, n, last, write_last, flags, b); break;
	case 8: block64(p, n, last, write_last, flags, b); break;
	}
}

CLONES
static void do_block(unsigned nbytes, unsigned char *p, size_t n, int64_t last,
	int64_t write_last, bool flags, struct block *b)
{
	if (n == BLOCK && flags)
		any_block(nbytes, p, BLOCK, last, write_last, true, b);
	else if (n == BLOCK)
		any_block(nbytes, p, BLOCK, last, write_last, false, b);
	else
		any_block(nbytes, p, n, last, write_last, true, b);
}

/* A decision that is being carried out. */
struct applying {
	const struct prune_view *v;
	const struct prune_run *r;
	struct prune_cut cut;
	struct prune_result *ret;
};

static ALWAYS_INLINE void zero_at(unsigned char *p, size_t i, unsigned nbytes)
{
	switch (nbytes) {
	case 1: le_store8(p + i, 0); break;
	case 2: le_store16(p + 2 * i, 0); break;
	case 4: le_store32(p + 4 * i, 0); break;
	case 8: le_store64(p + 8 * i, 0); break;
	}
}

/* Leaves of AT[0..n) those that the cut takes, without a branch to mistake. */
static size_t take_ties(
	const struct applying *a, size_t begin, uint32_t *at, size_t n)
{
	size_t ntaken = 0;

	for (size_t k = 0; k < n; k++) {
		uint32_t i = at[k];

		at[ntaken] = i;
		ntaken += tie_of(a->v, a->r->first + begin + i) < a->cut.tie;
	}
	return ntaken;
}

/* The weights of a block at P that are as large as the cut. */
static void settle_equal(const struct applying *a, unsigned char *p,
	size_t begin, size_t n, struct block *b)
{
	unsigned nbytes = a->v->format->nbytes;
	struct lanes l = {p, nbytes, a->v->format->key_nbits, n};
	uint32_t at[HITS_NELEM];

	for (size_t i = 0; i < n; i += HITS_NELEM) {
		size_t m = n - i < HITS_NELEM ? n - i : HITS_NELEM;
		size_t nhit = find_hits(&l, i, m, 0, a->cut.key, at);

		if (a->r->prev && a->cut.key == 0)
			nhit = drop_gone(a->r, &l, begin, at, nhit);
		nhit = take_ties(a, begin, at, nhit);
		for (size_t k = 0; k < nhit; k++) {
			zero_at(p, at[k], nbytes);
			b->kept[at[k]] = 0;
		}
		b->npruned += (unsigned)nhit;
		if (nhit && a->cut.key > b->pruned_max)
			b->pruned_max = a->cut.key;
	}
}

/* Where the cut is at zero, what is pruned already is not below it. */
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

static void pack(uint8_t *flag, uint8_t *bits, size_t n)
{
	if (n % 8)
		memset(flag + n, 0, 8 - n % 8);
	for (size_t i = 0; i < (n + 7) / 8; i++)
		bits[i] = (uint8_t)eight_bits(flag + 8 * i);
}

static void look_for_nan(
	const struct applying *a, size_t begin, size_t n, uint64_t key_max)
{
	if (!hides_nan(a->v, a->r) && key_max > a->v->format->key_max)
		take_nan(a->v, a->r, begin, begin + n, a->ret);
}

/* Elements [BEGIN, BEGIN + N), at most a block. */
static void apply_block(
	const struct applying *a, size_t begin, size_t n, uint8_t *keep)
{
	const struct prune_view *v = a->v;
	unsigned nbytes = v->format->nbytes;
	unsigned char *p = a->r->p + begin * nbytes;
	int64_t last = (int64_t)(a->cut.key - 1);
	int64_t least = v->keep_negzero ? -1 : 0;
	bool takes_nan = a->cut.key > v->format->key_max;
	bool at_zero = a->r->prev && a->cut.key == 0;
	struct block b;

	/* Blocks do not look for NaN among what they prune. */
	if (takes_nan)
		look_for_nan(a, begin, n, key_top(p, n, nbytes));
	do_block(nbytes, p, n, last, last > least ? last : least, keep != NULL,
		&b);
	if (!takes_nan)
		look_for_nan(a, begin, n, b.key_max);
	if (b.nequal && a->cut.tie)
		settle_equal(a, p, begin, n, &b);
	if (at_zero)
		b.npruned += count_gone(a->r->prev + begin / 8, n);
	a->ret->npruned += b.npruned;
	if (b.pruned_max > a->ret->pruned_max)
		a->ret->pruned_max = b.pruned_max;
	if (!keep)
		return;
	pack(b.kept, keep + begin / 8, n);
	for (size_t i = begin / 8; at_zero && i < (begin + n + 7) / 8; i++)
		keep[i] &= a->r->prev[i];
}

void prune_apply(const struct prune_view *v, const struct prune_run *r,
	struct prune_cut cut, uint8_t *keep, struct prune_result *ret)
{
	const struct applying a = {v, r, cut, ret};

	for (size_t i = 0; i < r->n; i += BLOCK)
		apply_block(&a, i, r->n - i < BLOCK ? r->n - i : BLOCK, keep);
	if (!r->zero)
		swap_bytes(v, r);
}
