/* SPDX-License-Identifier: MIT */
/*
 * What differs between two tensors.  Chunks of both are read side by side;
 * runs of equal bytes are passed over, elements of others looked at one by one.
 */
#include <math.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "base/vector.h"
#include "choice/choice.h"
#include "stat/stat_impl.h"
#include "tensor/tensor.h"

/* Equal runs of so many elements are passed over. */
#define BLOCK ((size_t)512)

/* What a chunk has; rows that go on in the next are counted in both. */
struct part {
	struct stat_difference sum;
	uint64_t row_first, row_last; /* if any changed */
	uint64_t row_end;             /* where the next after row_last begins */
};

struct slot {
	const unsigned char *a;
	unsigned char *b;
	struct input_hole hole; /* the last of b that was met */
	struct part part;
};

struct comparing {
	const struct stat_compare *by;
	struct select_item a, b;
	enum tensor_dtype dtype;
	const struct select_format *format; /* NULL: no float */
	uint64_t row_nelem;
	struct part total;
};

/* --- elements ------------------------------------------------------------ */

static inline uint64_t bits_at(const unsigned char *p, size_t width)
{
	switch (width) {
	case 1: return *p;
	case 2: return le_load16(p);
	case 4: return le_load32(p);
	default: return le_load64(p);
	}
}

/* The first change: element I of the chunk in S, number AT of all. */
static void keep_first(
	struct slot *s, const struct comparing *c, uint64_t at, size_t i)
{
	struct part *p = &s->part;
	size_t width = c->a.width;

	p->sum.first = at;
	p->sum.nbytes = width <= STAT_FIRST_NBYTES ? width : 0;
	memcpy(p->sum.a, s->a + i * width, p->sum.nbytes);
	memcpy(p->sum.b, s->b + i * width, p->sum.nbytes);
	p->row_first = at / c->row_nelem;
	p->row_last = p->row_first;
	p->row_end = (p->row_first + 1) * c->row_nelem;
	p->sum.rows = 1;
}

/* A change of element AT of all, which is not the first. */
static void note_row(struct part *p, uint64_t at, uint64_t row_nelem)
{
	uint64_t nrow = 1;

	if (at < p->row_end)
		return;
	if (at - p->row_end >= row_nelem)
		nrow += (at - p->row_end) / row_nelem;
	p->row_last += nrow;
	p->row_end += nrow * row_nelem;
	p->sum.rows++;
}

/* Element I of the chunk in S, which begins with element FIRST. */
static void note_change(
	struct slot *s, const struct comparing *c, uint64_t first, size_t i)
{
	if (s->part.sum.changed++ == 0)
		keep_first(s, c, first + i, i);
	else
		note_row(&s->part, first + i, c->row_nelem);
}

static void note_first(
	struct stat_difference *sum, const struct stat_difference *part)
{
	sum->first = part->first;
	sum->nbytes = part->nbytes;
	memcpy(sum->a, part->a, sizeof(sum->a));
	memcpy(sum->b, part->b, sizeof(sum->b));
}

static void note_float(struct stat_difference *r, const struct select_format *f,
	uint64_t x, uint64_t y)
{
	uint64_t sign = UINT64_C(1) << f->key_nbits;
	uint64_t kx = x & (sign - 1), ky = y & (sign - 1), ulp;
	double a = select_bits_value(f, x), b = select_bits_value(f, y);
	double abs = fabs(b - a), rel = a == 0 && b == 0 ? 0 : abs / fabs(a);

	/* The difference of two may be beyond what they are. */
	if (isinf(abs) && isfinite(a) && isfinite(b))
		rel = fabs(b / 2 - a / 2) / fabs(a) * 2;
	if (isnan(a) || isnan(b))
		r->has_nan = true;
	/* From infinity all else is infinitely far. */
	if (isinf(a))
		abs = rel = (double)INFINITY;
	ulp = (x ^ y) & sign ? kx + ky : kx > ky ? kx - ky : ky - kx;
	if (abs > r->max_abs)
		r->max_abs = abs;
	if (rel > r->max_rel)
		r->max_rel = rel;
	if (ulp > r->max_ulp)
		r->max_ulp = ulp;
}

static int64_t signed_value(uint64_t x, size_t width)
{
	unsigned up = 64 - 8 * (unsigned)width;

	return (int64_t)(x << up) >> up;
}

static void note_integer(struct stat_difference *r, enum tensor_dtype dtype,
	uint64_t x, uint64_t y, size_t width)
{
	bool is_signed = dtype == TENSOR_I8 || dtype == TENSOR_I16 ||
			 dtype == TENSOR_I32 || dtype == TENSOR_I64;
	int64_t a = signed_value(x, width), b = signed_value(y, width);
	uint64_t size = x, abs = x > y ? x - y : y - x;

	if (is_signed) {
		abs = a > b ? (uint64_t)a - (uint64_t)b
			    : (uint64_t)b - (uint64_t)a;
		size = a < 0 ? -(uint64_t)a : (uint64_t)a;
	}
	if ((double)abs > r->max_abs)
		r->max_abs = (double)abs;
	if ((double)abs / (double)size > r->max_rel)
		r->max_rel = (double)abs / (double)size;
}

/* --- blocks of floats ----------------------------------------------------- */

typedef uint16_t u16x4 __attribute__((vector_size(8)));

/* Four numbers by their bits X, as what is converted to double. */
#define F64_VALUE(x) ((f64x4)(x))
#define F32_VALUE(x) __builtin_convertvector((f32x4)(x), f64x4)
#define BF16_VALUE(x) F32_VALUE((x) << 16)
/* The exponent of F32 begins 112 below. */
#define F16_VALUE(x)                                                         \
	__builtin_convertvector(                                             \
		(f32x4)(((x)&0x7fff) << 13 | ((x)&0x8000) << 16) * 0x1p112f, \
		f64x4)

/*
 * What a block has, of which no number is NaN or infinite, nor a difference;
 * false if one is, with nothing done.  T are four of them in memory, U and I
 * their bits, whose sign is 1 << NBITS.
 */
#define DEFINE_BLOCK(NAME, T, U, I, NBITS, INF, VALUE)                     \
	VECTOR_CLONES static bool NAME(const unsigned char *p,             \
		const unsigned char *q, bool by_value,                     \
		struct stat_difference *r)                                 \
	{                                                                  \
		U special = {0}, ulp = {0}, changed = {0};                 \
		f64x4 max_abs = {0}, max_rel = {0};                        \
		bool odd = false;                                          \
                                                                           \
		for (size_t i = 0; i < BLOCK / 4; i++) {                   \
			T s, t;                                            \
			U x, y, kx, ky, nx, ny, d, less;                   \
			f64x4 a, b;                                        \
                                                                           \
			memcpy(&s, p + i * sizeof(s), sizeof(s));          \
			memcpy(&t, q + i * sizeof(t), sizeof(t));          \
			x = __builtin_convertvector(s, U);                 \
			y = __builtin_convertvector(t, U);                 \
			nx = -(x >> NBITS);                                \
			ny = -(y >> NBITS);                                \
			kx = x ^ (x >> NBITS << NBITS);                    \
			ky = y ^ (y >> NBITS << NBITS);                    \
			special |= (U)(kx >= INF) | (U)(ky >= INF);        \
			/* In the order of numbers. */                     \
			kx = (kx ^ nx) - nx;                               \
			ky = (ky ^ ny) - ny;                               \
			less = (U)((I)ky < (I)kx);                         \
			d = ((ky - kx) ^ less) - less;                     \
			ulp = VECTOR_CHOOSE(U, d > ulp, d, ulp);           \
			changed -= by_value ? (U)(kx != ky) : (U)(x != y); \
			a = VALUE(x);                                      \
			b = VALUE(y) - a;                                  \
			a = (f64x4)((u64x4)a & (UINT64_MAX >> 1));         \
			b = (f64x4)((u64x4)b & (UINT64_MAX >> 1));         \
			max_abs = (f64x4)VECTOR_CHOOSE(                    \
				u64x4, b > max_abs, b, max_abs);           \
			b /= a; /* NaN, which is no larger, of zeros */    \
			max_rel = (f64x4)VECTOR_CHOOSE(                    \
				u64x4, b > max_rel, b, max_rel);           \
		}                                                          \
		for (size_t k = 0; k < 4; k++)                             \
			odd |= special[k] || isinf(max_abs[k]);            \
		for (size_t k = 0; k < 4 && !odd; k++) {                   \
			r->changed += changed[k];                          \
			r->max_abs = fmax(r->max_abs, max_abs[k]);         \
			r->max_rel = fmax(r->max_rel, max_rel[k]);         \
			if (ulp[k] > r->max_ulp)                           \
				r->max_ulp = ulp[k];                       \
		}                                                          \
		return !odd;                                               \
	}
DEFINE_BLOCK(
	block_f64, u64x4, u64x4, i64x4, 63, UINT64_C(0x7ff) << 52, F64_VALUE)
DEFINE_BLOCK(
	block_f32, u32x4, u32x4, i32x4, 31, UINT32_C(0xff) << 23, F32_VALUE)
DEFINE_BLOCK(
	block_bf16, u16x4, u32x4, i32x4, 15, UINT32_C(0xff) << 7, BF16_VALUE)
DEFINE_BLOCK(
	block_f16, u16x4, u32x4, i32x4, 15, UINT32_C(0x1f) << 10, F16_VALUE)

static bool (*const block[TENSOR_NDTYPE])(const unsigned char *p,
	const unsigned char *q, bool by_value, struct stat_difference *r) = {
	[TENSOR_F64] = block_f64,
	[TENSOR_F32] = block_f32,
	[TENSOR_BF16] = block_bf16,
	[TENSOR_F16] = block_f16,
};

/* --- runs ----------------------------------------------------------------- */

/* Both are zero, of whatever sign. */
static bool both_zero(const struct comparing *c, uint64_t x, uint64_t y)
{
	return c->format && ((x | y) & select_nonzero_bits(c->format)) == 0;
}

static bool is_changed(
	const struct comparing *c, const struct slot *s, size_t i)
{
	uint64_t x = bits_at(s->a + i * c->a.width, c->a.width);
	uint64_t y = bits_at(s->b + i * c->a.width, c->a.width);

	return x != y && !(c->by->by_value && both_zero(c, x, y));
}

/*
 * A block of floats in S, not the first that has changed.  Returns false where
 * it is not so simple; nothing is done then.
 */
static bool compare_block(
	const struct comparing *c, struct slot *s, uint64_t first, size_t i)
{
	struct part *p = &s->part;
	const size_t width = c->a.width, end = i + BLOCK;

	if (!block[c->dtype] || !le_is_host() || p->sum.changed == 0 ||
		!block[c->dtype](s->a + i * width, s->b + i * width,
			c->by->by_value, &p->sum))
		return false;
	if (c->row_nelem == 1) {
		p->sum.rows = p->sum.changed;
		return true;
	}
	for (; first + end > p->row_end && i < end; i++)
		if (is_changed(c, s, i))
			note_row(p, first + i, c->row_nelem);
	return true;
}

/* Elements of numbers [begin, end) of S. */
static void compare_numbers(const struct comparing *c, struct slot *s,
	uint64_t first, size_t begin, size_t end)
{
	const size_t width = c->a.width;

	if (end - begin == BLOCK && compare_block(c, s, first, begin))
		return;
	for (size_t i = begin; i < end; i++) {
		uint64_t x = bits_at(s->a + i * width, width);
		uint64_t y = bits_at(s->b + i * width, width);

		if (!is_changed(c, s, i))
			continue;
		note_change(s, c, first, i);
		if (c->format)
			note_float(&s->part.sum, c->format, x, y);
		else
			note_integer(&s->part.sum, c->dtype, x, y, width);
	}
}

/* The same of what is compared by its bytes alone. */
static void compare_bytes(const struct comparing *c, struct slot *s,
	uint64_t first, size_t begin, size_t end)
{
	const size_t width = c->a.width;

	for (size_t i = begin; i < end; i++)
		if (memcmp(s->a + i * width, s->b + i * width, width) != 0)
			note_change(s, c, first, i);
}

static void compare_chunk(
	const struct comparing *c, struct slot *s, uint64_t first, size_t n)
{
	const size_t width = c->a.width;

	for (size_t i = 0, end; i < n; i = end) {
		end = n - i < BLOCK ? n : i + BLOCK;
		if (memcmp(s->a + i * width, s->b + i * width,
			    (end - i) * width) == 0)
			continue;
		if (c->total.sum.has_value)
			compare_numbers(c, s, first, i, end);
		else
			compare_bytes(c, s, first, i, end);
	}
}

/* --- chunks -------------------------------------------------------------- */

static void init(void *ctx, void *slot, struct select_room *m)
{
	const struct comparing *c = ctx;
	const uint64_t max = order_least(c->a.n, c->a.run_nelem);

	((struct slot *)slot)->b = select_room_get(m, (size_t)max * c->a.width);
}

/* Where both are holes nothing is read. */
static int look(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct comparing *c = ctx;
	struct slot *s = slot;
	const struct select_item *b = &c->b;

	(void)nrun; /* there is one item */
	s->a = r->p;
	s->part = (struct part){0};
	if (r->zero && !b->turned &&
		input_hole(&s->hole, b->in, b->offset + r->first * b->width,
			r->n * b->width))
		return 0;
	if (select_item_read(b, r->first, r->n, s->b, d))
		return -1;
	compare_chunk(c, s, r->first, r->n);
	return 0;
}

static int drain(void *ctx, void *slot, const struct select_run *run,
	size_t nrun, struct diag *d)
{
	struct comparing *c = ctx;
	const struct part *p = &((const struct slot *)slot)->part;
	struct stat_difference *sum = &c->total.sum;

	(void)run;
	(void)nrun;
	(void)d;
	if (p->sum.changed == 0)
		return 0;
	sum->rows += p->sum.rows;
	if (sum->changed == 0)
		note_first(sum, &p->sum);
	else if (c->total.row_last == p->row_first)
		sum->rows--;
	sum->changed += p->sum.changed;
	c->total.row_last = p->row_last;
	sum->max_abs = fmax(sum->max_abs, p->sum.max_abs);
	sum->max_rel = fmax(sum->max_rel, p->sum.max_rel);
	if (p->sum.max_ulp > sum->max_ulp)
		sum->max_ulp = p->sum.max_ulp;
	sum->has_nan |= p->sum.has_nan;
	return c->by->briefly;
}

int stat_compare(struct stat_difference *ret, const struct stat_compare *by,
	const struct stat_how *how, const struct stat_tensor *a,
	const struct stat_tensor *b, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct slot), init, look, drain};
	const struct tensor_span *s = a->span;
	struct stat_elements x = stat_elements(a), y = stat_elements(b);
	struct comparing c = {.by = by, .dtype = s->dtype, .b = y.item};
	struct stat_difference *sum = &c.total.sum;
	int bad;

	/* Chunks are as large as what lies apart has them. */
	if (y.item.run_nelem > x.item.run_nelem) {
		x.item.run_nelem = y.item.run_nelem;
		x.item.unit = y.item.unit;
	}
	c.a = x.item;
	c.format = select_format(s->dtype);
	c.row_nelem = c.a.n && s->ndim && s->shape[0] ? c.a.n / s->shape[0] : 1;
	if (c.row_nelem == 0)
		c.row_nelem = 1;
	sum->has_value = stat_can(s->dtype) && !x.by_bytes;
	sum->by_bytes = x.by_bytes;
	sum->has_ulp = sum->has_value && c.format;
	bad = stat_scan(&c.a, how, &hooks, &c, d);
	if (sum->has_nan)
		sum->max_abs = sum->max_rel = (double)NAN;
	*ret = *sum;
	return bad;
}
