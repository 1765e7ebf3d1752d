/* SPDX-License-Identifier: MIT */
/*
 * Mode 3 of spzip(5), section 7: which elements are not zero, and their values.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "chunk/chunk_impl.h"

/* --- the window ----------------------------------------------------------- */

/*
 * Section 7.3, coding 1: exponent and top mantissa bits are joined in one
 * symbol of 5 to 7 bits of entropy, where Huffman codes lose < 1 %.
 */

/* The window may leave out one value in this many. */
#define OUTLIER_RATE 8192
/* So many are enough to choose by, and of more one in so many. */
#define SURVEY_MIN 8192
#define SURVEY_RATE 16

/* What coding 1 makes of some values. */
struct windowed {
	struct chunk_window w;
	struct entropy_symbols symbols;
	size_t nexcept;
	size_t nfields;
	size_t nbytes; /* of all */
};

/*
 * Narrows the range of bins from both ends, rarest first, while the values
 * left out stay within BUDGET.
 */
static void trim(const uint32_t *hist, size_t budget, size_t *lo, size_t *hi)
{
	size_t a = 0, b = CHUNK_HIST_NBIN - 1;

	while (a < b) {
		size_t *end = hist[a] <= hist[b] ? &a : &b;

		if (hist[*end] > budget)
			break;
		budget -= hist[*end];
		if (end == &a)
			a++;
		else
			b--;
	}
	*lo = a;
	*hi = b;
}

/* The bits of a magnitude below a bin of the histogram. */
static unsigned below_bins(unsigned width)
{
	unsigned bits = 8 * width - 1;

	return bits > CHUNK_HIST_LOG2 ? bits - CHUNK_HIST_LOG2 : 0;
}

/* Values by magnitude: how many have their bits above the lowest DOWN. */
struct bins {
	unsigned down;
	uint32_t n[CHUNK_HIST_NBIN];
	size_t lo, hi; /* but for outliers, all are within these */
};

/* Bins that are enough to choose by. */
#define BINS_ENOUGH 16

/*
 * Values that a window is looked for: every STEP-th block of them is enough to
 * choose by, or, where they are of a palette, its elements.
 */
struct values {
	const struct chunk_kernel *k;
	unsigned width;
	const uint8_t *kept;
	size_t n, step;
	const struct chunk_palette *few; /* NULL: none */
	uint8_t *sym;
};

static uint64_t magnitude(const struct values *v, uint64_t x)
{
	return x & (((uint64_t)1 << (8 * v->width - 1)) - 1);
}

/* ORs all magnitudes, as far as the lowest bits that are set. */
static uint64_t any_of(const struct values *v)
{
	uint64_t any = 0;

	if (!v->few)
		return v->k->any(v->kept, v->n);
	for (unsigned i = 0; i < v->few->n; i++)
		any |= v->few->element[i];
	return magnitude(v, any);
}

/* Counts N more that are I, the last of HIST for all that are larger. */
static void count_at(uint32_t *hist, uint64_t i, uint64_t last, uint32_t n)
{
	hist[i < last ? i : last] += n;
}

/* Counts in B by the bits from b->down on; returns how many. */
static size_t fill_by(const struct values *v, struct bins *b)
{
	const struct chunk_palette *few = v->few;

	memset(b->n, 0, sizeof(b->n));
	if (!few)
		return v->k->survey(v->kept, v->n, v->step, b->down, b->n);
	for (unsigned i = 0; i < few->n; i++)
		count_at(b->n, magnitude(v, few->element[i]) >> b->down,
			CHUNK_HIST_NBIN - 1, few->symbols.hist[i]);
	return v->n;
}

/* Fills B as finely as small numbers need. */
static void fill_bins(const struct values *v, struct bins *b)
{
	size_t seen;

	b->lo = b->hi = 0;
	b->down = below_bins(v->width);
	for (;;) {
		seen = fill_by(v, b);
		trim(b->n, seen / OUTLIER_RATE, &b->lo, &b->hi);
		if (b->hi >= BINS_ENOUGH || b->down == 0)
			return;
		b->down -= b->down < 8 ? b->down : 8;
	}
}

/*
 * The window of the finest symbols for B, where all values have the bits ANY.
 * False if there is none.
 */
static bool choose(unsigned width, const struct bins *b, uint64_t any,
	struct chunk_window *w)
{
	uint64_t lo, hi;

	w->drop = (unsigned)__builtin_ctzll(any);
	lo = ((uint64_t)b->lo << b->down) >> w->drop;
	hi = ((((uint64_t)b->hi + 1) << b->down) - 1) >> w->drop;
	/* a width of which every magnitude has a symbol needs no base */
	lo = width == 1 ? 0 : lo;
	w->shift = 0;
	while ((hi >> w->shift) - (lo >> w->shift) >= CHUNK_SYMBOL_EXCEPT)
		w->shift++;
	w->base = lo >> w->shift;
	return w->shift <= CHUNK_SHIFT_MAX && w->shift + 8 <= 8 * width;
}

/* What KEPT costs in window W, given its symbols' histogram. */
static void measure(struct windowed *r, unsigned width,
	const uint32_t hist[ENTROPY_NSYMBOL], size_t n)
{
	entropy_symbols_plan(&r->symbols, hist, n);
	r->nexcept = hist[CHUNK_SYMBOL_EXCEPT];
	r->nfields = entropy_bits_nbytes(n * (r->w.shift + 1));
	r->nbytes = r->symbols.nbytes + r->nfields + r->nexcept * width;
}

/* The same window with half the resolution. */
static void coarsen(struct chunk_window *w, uint32_t hist[ENTROPY_NSYMBOL])
{
	uint32_t half[ENTROPY_NSYMBOL] = {0};

	for (unsigned q = 0; q < CHUNK_SYMBOL_EXCEPT; q++)
		half[(q + (w->base & 1)) / 2] += hist[q];
	half[CHUNK_SYMBOL_EXCEPT] = hist[CHUNK_SYMBOL_EXCEPT];
	memcpy(hist, half, sizeof(half));
	w->base /= 2;
	w->shift++;
}

/*
 * Symbols cost a table, and rare ones more than their information, since codes
 * have at most 11 bits; what is left to the fields costs none of that.  Makes
 * the window of R as coarse as is best for the symbols that HIST counts.
 */
static void find_resolution(struct windowed *r, unsigned width,
	uint32_t hist[ENTROPY_NSYMBOL], size_t n)
{
	struct windowed next = *r;

	measure(r, width, hist, n);
	while (next.w.shift < CHUNK_SHIFT_MAX &&
		next.w.shift + next.w.drop + 8 < 8 * width) {
		coarsen(&next.w, hist);
		measure(&next, width, hist, n);
		if (next.nbytes >= r->nbytes)
			break;
		*r = next;
	}
}

/* Symbols of window W as B tells them, STEP times; false if it cannot. */
static bool count_by_bins(const struct bins *b, size_t step,
	const struct chunk_window *w, uint32_t hist[ENTROPY_NSYMBOL])
{
	unsigned low = w->shift + w->drop;

	if (low < b->down)
		return false;
	memset(hist, 0, ENTROPY_NSYMBOL * sizeof(hist[0]));
	for (uint64_t i = 0; i < CHUNK_HIST_NBIN; i++)
		count_at(hist, (i >> (low - b->down)) - w->base,
			CHUNK_SYMBOL_EXCEPT, b->n[i] * (uint32_t)step);
	return true;
}

/* Symbols of window W; fills v->sym with them but for a palette. */
static void count_symbols(const struct values *v, const struct chunk_window *w,
	uint32_t hist[ENTROPY_NSYMBOL])
{
	const struct chunk_palette *few = v->few;
	unsigned low = w->shift + w->drop;

	if (!few) {
		v->k->symbols(v->kept, v->n, w, v->sym);
		entropy_symbols_count(v->sym, v->n, hist);
		return;
	}
	memset(hist, 0, ENTROPY_NSYMBOL * sizeof(hist[0]));
	for (unsigned i = 0; i < few->n; i++)
		count_at(hist, (magnitude(v, few->element[i]) >> low) - w->base,
			CHUNK_SYMBOL_EXCEPT, few->symbols.hist[i]);
}

/*
 * Fills R, and v->sym but for a palette.  Leaves r->nbytes at SIZE_MAX if there
 * is no window.
 */
static void window_by(const struct values *v, struct windowed *r)
{
	uint64_t any = any_of(v);
	uint32_t hist[ENTROPY_NSYMBOL];
	unsigned finest;
	struct bins b;
	bool by_bins;

	r->nbytes = SIZE_MAX;
	if (!any)
		return;
	fill_bins(v, &b);
	if (!choose(v->width, &b, any, &r->w))
		return;
	by_bins = !v->few && count_by_bins(&b, v->step, &r->w, hist);
	if (!by_bins)
		count_symbols(v, &r->w, hist);
	finest = r->w.shift;
	find_resolution(r, v->width, hist, v->n);
	if (!by_bins && r->w.shift == finest)
		return;
	count_symbols(v, &r->w, hist);
	if (memcmp(hist, r->symbols.hist, sizeof(hist)) != 0)
		measure(r, v->width, hist, v->n);
}

/*
 * Fills R for KEPT[0..n), which are of the palette FEW if that is not empty,
 * and c->sym if it is.
 */
static int window_plan(struct chunk_codec *c, unsigned width,
	const uint8_t *kept, size_t n, const struct chunk_palette *few,
	struct windowed *r)
{
	struct values v = {
		.k = chunk_kernel_of(c, width),
		.width = width,
		.kept = kept,
		.n = n,
		.step = n / SURVEY_MIN + 1,
		.few = few->n ? few : NULL,
		.sym = buf_scratch(&c->sym, n),
	};

	if (!v.sym)
		return -1;
	v.step = v.step < SURVEY_RATE ? v.step : SURVEY_RATE;
	window_by(&v, r);
	/* what a sample leaves out may be more than it shows */
	if (!v.few && v.step > 1 &&
		(r->nbytes == SIZE_MAX ||
			r->nexcept > n / (OUTLIER_RATE / 4))) {
		v.step = 1;
		window_by(&v, r);
	}
	return 0;
}

/* Appends KEPT as R has them and completes H. */
static int window_put(struct chunk_codec *c, unsigned width,
	const struct entropy_grid *g, const uint8_t *kept, size_t n,
	const struct windowed *r, struct chunk_values_head *h, struct buf *out)
{
	const uint8_t *sym = (const uint8_t *)c->sym.data, *p = sym;
	size_t start = out->len;

	if (entropy_symbols_add(
		    &c->entropy, g, sym, &r->symbols, ENTROPY_KIND_WINDOW, out))
		return -1;
	h->value = CHUNK_VALUE_WINDOW;
	h->shift = (uint8_t)r->w.shift;
	h->drop = (uint8_t)r->w.drop;
	h->base = r->w.base;
	h->nexcept = (uint32_t)r->nexcept;
	h->symbol_len = (uint32_t)(out->len - start);
	if (buf_reserve(out, r->nfields + CHUNK_SLACK))
		return -1;
	chunk_kernel_of(c, width)->fields(
		kept, n, &r->w, (uint8_t *)out->data + out->len);
	out->len += r->nfields;
	for (size_t i = 0; i < r->nexcept; i++, p++) {
		p = memchr(p, CHUNK_SYMBOL_EXCEPT, n - (size_t)(p - sym));
		buf_add(out, kept + (size_t)(p - sym) * width, width);
	}
	return 0;
}

/* Replaces the elements that have no symbol. */
static int put_exceptions(const struct chunk_values_head *h, unsigned width,
	const uint8_t *sym, const uint8_t *fields, size_t nfields,
	uint8_t *kept)
{
	const uint8_t *except = fields + nfields, *p = sym;
	const uint64_t low = ((uint64_t)1 << h->shift) - 1;
	size_t n = h->nkept, left = h->nexcept;

	while (p < sym + n &&
		(p = memchr(p, CHUNK_SYMBOL_EXCEPT, n - (size_t)(p - sym)))) {
		size_t i = (size_t)(p++ - sym), at = i * (h->shift + 1u);
		uint8_t x[8] = {0}, f[8] = {0};
		size_t nf = nfields - at / 8 < 8 ? nfields - at / 8 : 8;
		uint64_t e, field;

		if (left-- == 0)
			return -1;
		memcpy(x, except, width);
		memcpy(kept + i * width, except, width);
		except += width;
		memcpy(f, fields + at / 8, nf);
		e = le_load64(x);
		field = (e >> h->drop & low) | e >> (8 * width - 1) << h->shift;
		if ((le_load64(f) >> (at & 7) ^ field) & (low << 1 | 1))
			return -1;
	}
	return left ? -1 : 0;
}

/* True if all symbols of SYM[0..n) stand for magnitudes. */
static bool symbols_fit(const struct chunk_values_head *h, unsigned width,
	const uint8_t *sym, size_t n)
{
	uint64_t end = (uint64_t)1 << (8 * width - 1 - h->shift - h->drop);
	unsigned bad = 0;

	if (end - h->base >= CHUNK_SYMBOL_EXCEPT)
		return true;
	for (size_t i = 0; i < n; i++)
		bad |= sym[i] >= end - h->base && sym[i] != CHUNK_SYMBOL_EXCEPT;
	return !bad;
}

/* KEPT has CHUNK_SLACK beyond its end. */
static int window_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *kept, struct diag *d)
{
	const struct chunk_window w = {
		.base = h->base, .shift = h->shift, .drop = h->drop};
	size_t n = h->nkept;
	size_t nbit = n * (h->shift + 1u);
	size_t nfields = entropy_bits_nbytes(nbit);
	const uint8_t *fields = in + h->symbol_len;
	uint8_t *sym = buf_scratch(&c->sym, n);

	if (!sym)
		return diag_nomem(d, n);
	if (entropy_symbols_take(&c->entropy, in, h->symbol_len, sym, n, d))
		return -1;
	if (nbit % 8 && fields[nfields - 1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	if (!symbols_fit(h, width, sym, n))
		return diag_set(d, DIAG_DATA, "values leave their window");
	chunk_kernel_of(c, width)->unwindow(kept, n, &w, sym, fields, nfields);
	if (put_exceptions(h, width, sym, fields, nfields, kept))
		return diag_set(d, DIAG_DATA, "exceptions are malformed");
	return 0;
}

/* --- bytes ---------------------------------------------------------------- */

/*
 * Section 7.3, coding 3: appends the planes of KEPT and completes H.  Elements
 * of one byte are their plane, whose plan is KNOWN if that is not NULL, and
 * c->sym is left alone.
 */
static int planes_put(struct chunk_codec *c, unsigned width,
	const struct entropy_grid *g, const uint8_t *kept, size_t n,
	const struct entropy_symbols *known, struct chunk_values_head *h,
	struct buf *out)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, width);
	uint8_t *room = width > 1 ? buf_scratch(&c->sym, n) : NULL;
	const uint8_t *plane = width > 1 ? room : kept;
	struct entropy_symbols s;
	const struct entropy_symbols *plan = known;
	size_t start = out->len;
	uint8_t len[4] = {0};

	if (!plane)
		return -1;
	h->value = CHUNK_VALUE_BYTES;
	for (unsigned i = 0; i < width; i++) {
		size_t at = out->len;

		if (room)
			k->plane_get(kept, n, i, room);
		if (!known) {
			entropy_symbols_plan_of(&s, plane, n);
			plan = &s;
		}
		buf_add(out, len, sizeof(len));
		if (entropy_symbols_add(&c->entropy, g, plane, plan,
			    ENTROPY_KIND_BYTES, out))
			return -1;
		buf_patch32(out, at, (uint32_t)(out->len - at - sizeof(len)));
	}
	h->symbol_len = (uint32_t)(out->len - start);
	return 0;
}

static int planes_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *kept, struct diag *d)
{
	const uint8_t *end = in + h->symbol_len;
	uint8_t *plane = buf_scratch(&c->sym, h->nkept);

	if (!plane)
		return diag_nomem(d, h->nkept);
	for (unsigned i = 0; i < width; i++) {
		size_t len = end - in < 4 ? SIZE_MAX : le_load32(in);

		if (len > (size_t)(end - in) - 4)
			return diag_set(d, DIAG_DATA, "planes are malformed");
		in += 4;
		if (entropy_symbols_take(
			    &c->entropy, in, len, plane, h->nkept, d))
			return -1;
		chunk_kernel_of(c, width)->plane_put(plane, h->nkept, i, kept);
		in += len;
	}
	return in == end ? 0 : diag_set(d, DIAG_DATA, "planes are malformed");
}

/* --- all of it ------------------------------------------------------------ */

/*
 * The bytes that HIST counts, as a palette that is not to be put: what there is
 * to know of elements of one byte.
 */
static void note_bytes(
	struct chunk_palette *few, const uint32_t hist[ENTROPY_NSYMBOL])
{
	few->n = 0;
	few->nbytes = SIZE_MAX;
	for (unsigned x = 0; x < ENTROPY_NSYMBOL; x++)
		if (hist[x]) {
			few->element[few->n] = x;
			few->symbols.hist[few->n++] = hist[x];
		}
}

/* The kept values as they are. */
static void store(unsigned width, const uint8_t *kept, size_t n,
	struct chunk_values_head *h, struct buf *out)
{
	h->value = CHUNK_VALUE_STORED;
	h->symbol_len = 0;
	if (n)
		buf_add(out, kept, n * width);
}

/* Keeps the smaller of what OUT has from START and, true, from NEXT on. */
static bool keep_smaller(struct buf *out, size_t start, size_t next)
{
	size_t first = next - start, second = out->len - next;

	if (second == 0 || first <= second) {
		out->len = next;
		return false;
	}
	buf_cut(out, start, first);
	return true;
}

/* Elements of one byte: whole, as R has them, or stored: the smallest. */
static int smallest_put(struct chunk_codec *c, const struct entropy_grid *g,
	const uint8_t *kept, size_t n, const struct entropy_symbols *bytes,
	const struct windowed *r, struct chunk_values_head *h, struct buf *out)
{
	const struct chunk_values_head before = *h;
	struct chunk_values_head windowed = *h;
	size_t start = out->len, next, len;

	if (planes_put(c, 1, g, kept, n, bytes, h, out))
		return -1;
	next = out->len;
	len = next - start;
	if (r->nbytes < n && len > r->nfields) {
		c->entropy.enough = len - r->nfields;
		chunk_kernel_of(c, 1)->symbols(
			kept, n, &r->w, (uint8_t *)c->sym.data);
		if (window_put(c, 1, g, kept, n, r, &windowed, out))
			return -1;
		c->entropy.enough = 0;
	}
	if (keep_smaller(out, start, next))
		*h = windowed;
	if (out->len - start <= n)
		return 0;
	*h = before;
	out->len = start;
	store(1, kept, n, h, out);
	return 0;
}

/*
 * Section 7.3: appends the kept values and completes H.  FEW is their palette,
 * if that is known.
 */
static int encode_kept(struct chunk_codec *c, unsigned width,
	const struct entropy_grid *g, const uint8_t *kept, size_t n,
	struct chunk_palette *few, struct chunk_values_head *h, struct buf *out)
{
	struct entropy_symbols bytes = {.nbytes = SIZE_MAX};
	struct windowed r;

	if (n == 0) {
		store(width, kept, n, h, out);
		return 0;
	}
	if (width == 1) {
		entropy_symbols_plan_of(&bytes, kept, n);
		note_bytes(few, bytes.hist);
	} else if (!few->is_known && chunk_palette_plan(c, width, kept, n, few))
		return -1;
	if (window_plan(c, width, kept, n, few, &r))
		return -1;
	if (few->n && few->nbytes < r.nbytes && few->nbytes < n * width)
		return chunk_palette_put(c, width, g, few, h, out);
	if (width == 1 && c->level >= ENTROPY_LEVEL_SLOW && g->row)
		return smallest_put(c, g, kept, n, &bytes, &r, h, out);
	if (bytes.nbytes <= r.nbytes && bytes.nbytes < n * width)
		return planes_put(c, width, g, kept, n, &bytes, h, out);
	if (r.nbytes >= n * width) {
		store(width, kept, n, h, out);
		return 0;
	}
	if (few->n)
		chunk_kernel_of(c, width)->symbols(
			kept, n, &r.w, (uint8_t *)c->sym.data);
	return window_put(c, width, g, kept, n, &r, h, out);
}

/*
 * Whether the zeros of RAW, of which NNEG are negative, are cheaper as values
 * than in a mask: 1, 0, or -1 when memory ran out.  FEW is its palette then, if
 * that is why.
 */
static int is_dense(struct chunk_codec *c, unsigned width, const uint8_t *raw,
	size_t nzero, size_t nneg, size_t count, struct chunk_palette *few)
{
	if (nzero * 64 * width < count)
		return 1;
	/* symbols have a code of their own for each; it is a bit or more */
	if (nzero - nneg >= count / 2 || nneg >= count / 2)
		return 0;
	if (width == 1)
		return 1;
	return chunk_palette_plan(c, width, raw, count, few) ? -1 : few->n > 0;
}

/* Values seem to repeat if matches save one of so many of their low bytes. */
#define REPEATS_RATE 8

/*
 * Tables of functions, and weights that are shared, are the same elements again
 * and again: puts their bytes in place of what OUT has of KEPT from START on,
 * and of what H has, where they are smaller.
 */
static int try_bytes(struct chunk_codec *c, unsigned width, const uint8_t *kept,
	size_t n, size_t start, struct chunk_values_head *h, struct buf *out)
{
	static const struct entropy_grid no_grid;
	size_t next = out->len;
	struct chunk_values_head bytes = *h;
	struct entropy_symbols s;
	uint8_t *low = buf_scratch(&c->bytes, n);

	if (!low)
		return -1;
	chunk_kernel_of(c, width)->plane_get(kept, n, 0, low);
	entropy_symbols_plan_of(&s, low, n);
	if (entropy_matches_gain(low, &s, s.nbytes) <= n / REPEATS_RATE)
		return 0;
	bytes.shift = bytes.drop = 0;
	bytes.base = bytes.nexcept = 0;
	if (planes_put(c, width, &no_grid, kept, n, NULL, &bytes, out))
		return -1;
	if (keep_smaller(out, start, next))
		*h = bytes;
	return 0;
}

static int encode_masked(struct chunk_codec *c, unsigned width,
	const uint8_t *raw, size_t count, struct chunk_values_head *h,
	struct buf *out)
{
	/* what is kept of rows lies in none */
	static const struct entropy_grid no_grid;
	const struct chunk_kernel *k = chunk_kernel_of(c, width);
	uint8_t *mask = buf_scratch(&c->mask, count / 8 + 8);
	uint8_t *zsign = buf_scratch(&c->zsign, count / 8 + 1);
	uint8_t *kept =
		buf_scratch(&c->kept, (count + 1) * width + CHUNK_SLACK);
	struct chunk_palette few; /* large, so it is not all set */
	size_t nneg, n, start;
	int dense;

	if (!mask || !zsign || !kept)
		return -1;
	few.is_known = false;
	few.n = 0;
	n = k->split(raw, count, mask, kept, &nneg);
	h->nkept = (uint32_t)count;
	dense = is_dense(c, width, raw, count - n, nneg, count, &few);
	if (dense)
		return dense < 0 ? -1
				 : encode_kept(c, width, &c->grid, raw, count,
					   &few, h, out);
	h->nkept = (uint32_t)n;
	few.is_known = false;
	if (nneg)
		k->zsign_get(raw, count, mask, zsign);
	if (chunk_mask_encode(c, mask, nneg ? zsign : NULL, count, h, out))
		return -1;
	start = out->len;
	if (encode_kept(c, width, &no_grid, kept, n, &few, h, out))
		return -1;
	return width > 1 && n && c->level >= ENTROPY_LEVEL_SLOW
		       ? try_bytes(c, width, kept, n, start, h, out)
		       : 0;
}

/*
 * Small numbers that are kept in rows: what is around an element tells of it
 * more than a mask and what is kept do of each other.
 */
static int try_whole(struct chunk_codec *c, const uint8_t *raw, size_t count,
	struct chunk_values_head *h, size_t start, struct buf *out)
{
	struct chunk_values_head whole = {.nkept = (uint32_t)count};
	size_t next = out->len;

	c->entropy.enough = next - start;
	if (planes_put(c, 1, &c->grid, raw, count, NULL, &whole, out))
		return -1;
	c->entropy.enough = 0;
	if (keep_smaller(out, start, next))
		*h = whole;
	return 0;
}

static int encode_split(struct chunk_codec *c, unsigned width,
	const uint8_t *raw, size_t count, struct chunk_values_head *h,
	struct buf *out)
{
	size_t start = out->len;

	if (encode_masked(c, width, raw, count, h, out))
		return -1;
	if (width > 1 || h->mask == CHUNK_MASK_NONE ||
		c->level < ENTROPY_LEVEL_SLOW || !c->grid.row ||
		c->entropy.is_sample)
		return 0;
	return try_whole(c, raw, count, h, start, out);
}

int chunk_values_encode(struct chunk_codec *c, unsigned width, unsigned coding,
	const uint8_t *raw, size_t count, struct buf *out)
{
	struct chunk_values_head h = {.nkept = (uint32_t)count};
	uint8_t head[CHUNK_VALUES_HEAD_NBYTES] = {0};
	size_t start = out->len;

	buf_add(out, head, sizeof(head));
	if (coding == CHUNK_VALUE_BYTES
			? planes_put(
				  c, width, &c->grid, raw, count, NULL, &h, out)
			: encode_split(c, width, raw, count, &h, out))
		return -1;
	chunk_values_head_store(head, &h);
	buf_patch(out, start, head, sizeof(head));
	return buf_failed(out) ? -1 : 0;
}

/* The kept elements: in place where IN holds them as they are. */
static const uint8_t *kept_decode(struct chunk_codec *c,
	const struct chunk_values_head *h, unsigned width, const uint8_t *in,
	uint8_t *dst, struct diag *d)
{
	int err;

	if (h->value == CHUNK_VALUE_STORED)
		return in;
	if (!dst)
		dst = buf_scratch(
			&c->kept, (size_t)h->nkept * width + CHUNK_SLACK);
	if (!dst) {
		diag_nomem(d, (unsigned long long)h->nkept * width);
		return NULL;
	}
	err = h->value == CHUNK_VALUE_BYTES
		      ? planes_decode(c, h, width, in, dst, d)
	      : h->value == CHUNK_VALUE_PALETTE
		      ? chunk_palette_decode(c, h, width, in, dst, d)
		      : window_decode(c, h, width, in, dst, d);
	return err ? NULL : dst;
}

int chunk_values_decode(struct chunk_codec *c, unsigned width,
	const uint8_t *in, size_t n, uint8_t *raw, size_t count, struct diag *d)
{
	const struct chunk_kernel *k = chunk_kernel_of(c, width);
	struct chunk_values_head h;
	const uint8_t *kept;
	uint8_t *mask, *zsign;

	if (chunk_values_head_parse(&h, in, n, count, width, d))
		return -1;
	in += CHUNK_VALUES_HEAD_NBYTES;
	if (h.mask == CHUNK_MASK_NONE) {
		kept = kept_decode(c, &h, width, in, raw, d);
		if (kept && kept != raw && count)
			memcpy(raw, kept, count * width);
		return kept ? 0 : -1;
	}
	mask = buf_scratch(&c->mask, count / 8 + 8);
	zsign = buf_scratch(&c->zsign, count / 8 + 1);
	if (!mask || !zsign)
		return diag_nomem(d, count / 8 + 8);
	if (chunk_mask_decode(c, &h, in, mask, zsign, count, d))
		return -1;
	kept = kept_decode(
		c, &h, width, in + h.mask_len + h.zsign_len, NULL, d);
	if (!kept)
		return -1;
	k->merge(raw, count, mask, kept, h.nkept);
	if (h.zsign != CHUNK_MASK_NONE)
		k->zsign_put(raw, count, mask, zsign);
	return 0;
}
