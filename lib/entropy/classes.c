/* SPDX-License-Identifier: MIT */
/*
 * Symbol streams, spzip(5), section 8: which coding is the smallest; and
 * symbols by classes of the rows and columns they stand in, each class with a
 * code of its own.  Rows and kernels of weights differ in scale: that is worth
 * 1 to 8 % of quantised tensors, and of bf16 in some nets.
 */
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "entropy/entropy_impl.h"

/* Classes of runs, of columns, and of both. */
#define AXIS_MAX 16
#define CLASS_MAX 64
#define CLASSES_HEAD_NBYTES 12

/* --- classes -------------------------------------------------------------- */

/* Symbol i has the class row[i / run] * ncol + col[i % period]. */
struct classes {
	size_t run, period;
	unsigned nrow, ncol;
	uint8_t *row, *col; /* NULL: there is one class */
};

static size_t run_count(const struct classes *g, size_t n)
{
	return n / g->run + (n % g->run != 0);
}

/* How many symbols of N each class has. */
static void class_sizes(
	const struct classes *g, size_t n, size_t size[CLASS_MAX])
{
	size_t x = 0;

	memset(size, 0, CLASS_MAX * sizeof(*size));
	for (size_t i = 0, k = 0, len; i < n; i += len, k++) {
		size_t *of = size + (g->row ? g->row[k] * g->ncol : 0);

		len = n - i < g->run ? n - i : g->run;
		if (!g->col)
			*of += len;
		for (size_t j = 0; g->col && j < len; j++) {
			of[g->col[x]]++;
			x = x + 1 == g->period ? 0 : x + 1;
		}
	}
}

/* Moves SYM[0..n) to where AT says for their classes. */
static void deal(const struct classes *g, const uint8_t *sym, size_t n,
	uint8_t *at[CLASS_MAX])
{
	size_t x = 0;

	for (size_t i = 0, k = 0, len; i < n; i += len, k++) {
		uint8_t **to = at + (g->row ? g->row[k] * g->ncol : 0);

		len = n - i < g->run ? n - i : g->run;
		if (!g->col) {
			memcpy(*to, sym + i, len);
			*to += len;
			continue;
		}
		for (size_t j = i; j < i + len; j++) {
			*to[g->col[x]]++ = sym[j];
			x = x + 1 == g->period ? 0 : x + 1;
		}
	}
}

/* The reverse. */
static void collect(
	const struct classes *g, uint8_t *sym, size_t n, uint8_t *at[CLASS_MAX])
{
	size_t x = 0;

	for (size_t i = 0, k = 0, len; i < n; i += len, k++) {
		uint8_t **from = at + (g->row ? g->row[k] * g->ncol : 0);

		len = n - i < g->run ? n - i : g->run;
		if (!g->col) {
			memcpy(sym + i, *from, len);
			*from += len;
			continue;
		}
		for (size_t j = i; j < i + len; j++) {
			sym[j] = *from[g->col[x]]++;
			x = x + 1 == g->period ? 0 : x + 1;
		}
	}
}

/* Puts in AT where each class begins in P. */
static void class_begins(
	uint8_t *p, const size_t size[CLASS_MAX], uint8_t *at[CLASS_MAX])
{
	for (size_t i = 0; i < CLASS_MAX; p += size[i++])
		at[i] = p;
}

/* Appends P[0..n) one by one, or packed. */
static int put_counted(
	struct entropy_coder *c, const uint8_t *p, size_t n, struct buf *out)
{
	uint32_t hist[ENTROPY_NSYMBOL];
	struct entropy_symbols s;

	entropy_symbols_count(p, n, hist);
	entropy_symbols_plan(&s, hist, n);
	return entropy_flat_put(c, p, &s, out);
}

/* Appends the streams of G, and SYM[0..n) by its classes. */
static int put_classes(struct entropy_coder *c, const struct classes *g,
	const uint8_t *sym, size_t n, struct buf *out)
{
	uint8_t head[1 + CLASSES_HEAD_NBYTES] = {
		ENTROPY_SYMBOLS_CLASSES, (uint8_t)g->nrow, (uint8_t)g->ncol};
	uint8_t *dealt = buf_scratch(&c->dealt, n), *at[CLASS_MAX];
	unsigned nstream = 2 + g->nrow * g->ncol;
	size_t size[CLASS_MAX], head_at = out->len;

	if (!dealt)
		return -1;
	le_store32(head + 5, (uint32_t)g->run);
	le_store32(head + 9, (uint32_t)g->period);
	class_sizes(g, n, size);
	class_begins(dealt, size, at);
	deal(g, sym, n, at);
	class_begins(dealt, size, at);
	buf_add(out, head, sizeof(head));
	if (buf_reserve(out, 4 * (size_t)nstream))
		return -1;
	out->len += 4 * (size_t)nstream;
	for (unsigned i = 0; i < nstream; i++) {
		const uint8_t *p = i == 0   ? g->row
				   : i == 1 ? g->col
					    : at[i - 2];
		size_t len = i == 0   ? run_count(g, n)
			     : i == 1 ? g->period
				      : size[i - 2];
		size_t start = out->len;

		if (p && put_counted(c, p, len, out))
			return -1;
		buf_patch32(out, head_at + sizeof(head) + 4 * (size_t)i,
			(uint32_t)(out->len - start));
	}
	return 0;
}

/* --- choosing them -------------------------------------------------------- */

/* Bins of runs or columns, by the mean of their symbols, before merging. */
#define NBIN 8
/* Means are in 1/16. */
#define MEAN_MAX (255 * 16)
/* Classes of each axis where there are both. */
#define BOTH_MAX 4
/* Gains below are not worth the trouble, in parts per thousand. */
#define GAIN_MIN 3

/* Values of symbols by magnitude, which tells classes apart. */
typedef uint8_t entropy_scores[ENTROPY_NSYMBOL];

static void score(enum entropy_symbols_kind kind, enum entropy_number number,
	entropy_scores out)
{
	for (unsigned i = 0; i < ENTROPY_NSYMBOL; i++) {
		out[i] = (uint8_t)i;
		if (kind == ENTROPY_KIND_BITS)
			out[i] = (uint8_t)__builtin_popcount(i);
		else if (number == ENTROPY_TWOS && i > 128)
			out[i] = (uint8_t)(256 - i);
		else if (number == ENTROPY_SIGNED)
			out[i] = (uint8_t)(i & 127);
	}
}

/* Classes of N means, so that all bins have about as many; counts them. */
static void to_bins(
	const uint16_t *mean, size_t n, uint8_t *class, uint32_t size[NBIN])
{
	uint32_t count[MEAN_MAX + 1];
	unsigned lo = MEAN_MAX, hi = 0, bin = 0;
	size_t before = 0;

	for (size_t i = 0; i < n; i++) {
		lo = mean[i] < lo ? mean[i] : lo;
		hi = mean[i] > hi ? mean[i] : hi;
	}
	for (unsigned i = lo; i <= hi; i++)
		count[i] = 0;
	for (size_t i = 0; i < n; i++)
		count[mean[i]]++;
	for (unsigned i = lo; i <= hi; i++) {
		size_t mid = before + count[i] / 2;

		before += count[i];
		while (bin < NBIN - 1 && mid * NBIN >= (bin + 1) * n)
			bin++;
		count[i] = bin;
	}
	memset(size, 0, NBIN * sizeof(*size));
	for (size_t i = 0; i < n; i++) {
		class[i] = (uint8_t)count[mean[i]];
		size[class[i]]++;
	}
}

/* Moves the symbols that there are to the front; returns how many. */
static unsigned squeeze(uint32_t hist[NBIN][ENTROPY_NSYMBOL])
{
	unsigned n = 0;

	for (unsigned x = 0; x < ENTROPY_NSYMBOL; x++) {
		uint32_t any = 0;

		for (unsigned i = 0; i < NBIN; i++)
			any |= hist[i][x];
		for (unsigned i = 0; any && n < x && i < NBIN; i++)
			hist[i][n] = hist[i][x];
		n += any != 0;
	}
	return n;
}

/*
 * The number of classes, bins joined by two or four, in which the symbols that
 * HIST counts take the fewest bits, the classes of SIZE runs themselves
 * included; at most MAX.  TIMES 2^-16 as many are meant.  *NBIT is what they
 * take, *ALONE what one class does.
 */
static unsigned join_bins(uint32_t hist[NBIN][ENTROPY_NSYMBOL],
	uint32_t size[NBIN], uint64_t times, unsigned max, uint64_t *nbit,
	uint64_t *alone)
{
	const unsigned nsym = squeeze(hist);
	unsigned best = 1;

	*nbit = UINT64_MAX;
	for (unsigned k = NBIN; k > 0; k /= 2) {
		uint64_t sum = k > 1 ? entropy_cost(size, k, times) : 0;

		for (unsigned i = 0; i < k; i++)
			sum += entropy_cost(hist[i], nsym, times);
		if (k <= max && sum <= *nbit) {
			*nbit = sum;
			best = k;
		}
		*alone = sum;
		for (unsigned i = 0; i < k / 2; i++) {
			for (unsigned x = 0; x < nsym; x++)
				hist[i][x] =
					hist[2 * i][x] + hist[2 * i + 1][x];
			size[i] = size[2 * i] + size[2 * i + 1];
		}
	}
	return best;
}

/* Memory for choosing: as much as some symbols may need. */
struct workspace {
	const uint8_t *sym;
	size_t n;
	const struct entropy_grid *grid;
	int level;
	bool is_slow; /* by larger samples, and with columns */
	entropy_scores score;
	uint8_t *row, *col;
	uint16_t *mean;
	uint32_t *sum;
};

/* What an axis would do for some symbols. */
struct axis {
	size_t len;      /* of a run, or of the period */
	unsigned nclass; /* 1: nothing */
	uint64_t nbit;   /* of all symbols */
	uint64_t alone;  /* the same without classes */
};

/* A sample is groups of so many neighbouring symbols, or parts of a run. */
#define GROUP 1024

/*
 * Which runs of LEN symbols are looked at: GROUP of them, then STEP - 1 times
 * as many are not; and how much of each.
 */
struct picks {
	size_t len, group, step, most;
};

static struct picks pick_runs(size_t len, size_t n, size_t sample)
{
	struct picks p = {len, 1, 1, len};

	if (n <= sample)
		return p;
	p.most = len < GROUP ? len : GROUP;
	p.group = GROUP / p.most;
	p.step = n / sample * p.most / len;
	p.step = p.step ? p.step : 1;
	return p;
}

/* Where the run after the I-th of those picked begins, which is at AT. */
static size_t next_run(const struct picks *p, size_t i, size_t at)
{
	bool jumps = (i + 1) % p->group == 0;

	return at + p->len + (jumps ? (p->step - 1) * p->group * p->len : 0);
}

/* SUM divided by N; nothing of nothing. */
static uint64_t of_each(uint64_t sum, size_t n)
{
	return n ? sum / n : 0;
}

/*
 * Classes of the runs of A->len symbols that a sample picks, to CLASS; MEAN is
 * scratch.  A sample of SIZE_MAX is all.
 */
static void by_runs(
	struct axis *a, const struct workspace *w, size_t sample, unsigned max)
{
	uint32_t hist[NBIN][ENTROPY_NSYMBOL] = {{0}}, size[NBIN];
	const struct picks p = pick_runs(a->len, w->n, sample);
	size_t nrun = 0, seen = 0;

	for (size_t i = 0; i < w->n; i = next_run(&p, nrun++, i)) {
		size_t len = w->n - i < p.most ? w->n - i : p.most;
		uint64_t sum = 0;

		for (size_t j = i; j < i + len; j++)
			sum += w->score[w->sym[j]];
		w->mean[nrun] = (uint16_t)of_each(16 * sum, len);
	}
	to_bins(w->mean, nrun, w->row, size);
	for (size_t i = 0, k = 0; i < w->n; i = next_run(&p, k++, i)) {
		size_t len = w->n - i < p.most ? w->n - i : p.most;
		uint32_t *of = hist[w->row[k]];

		for (size_t j = i; j < i + len; j++)
			of[w->sym[j]]++;
		seen += len;
	}
	a->nclass = join_bins(hist, size, of_each((uint64_t)w->n << 16, seen),
		max, &a->nbit, &a->alone);
	for (size_t k = 0; k < nrun; k++)
		w->row[k] /= (uint8_t)(NBIN / a->nclass);
}

/* The same for the A->len columns, of every STEP-th whole row. */
static void by_columns(
	struct axis *a, const struct workspace *w, size_t step, unsigned max)
{
	uint32_t hist[NBIN][ENTROPY_NSYMBOL] = {{0}}, size[NBIN];
	const size_t nrow = w->n / a->len;
	size_t seen = 0;

	memset(w->sum, 0, a->len * sizeof(*w->sum));
	for (size_t i = 0; i < nrow; i += step, seen++)
		for (size_t j = 0; j < a->len; j++)
			w->sum[j] += w->score[w->sym[i * a->len + j]];
	for (size_t j = 0; j < a->len; j++)
		w->mean[j] = (uint16_t)of_each(16 * (uint64_t)w->sum[j], seen);
	to_bins(w->mean, a->len, w->col, size);
	for (size_t i = 0; i < nrow; i += step)
		for (size_t j = 0; j < a->len; j++)
			hist[w->col[j]][w->sym[i * a->len + j]]++;
	a->nclass = join_bins(hist, size,
		of_each((uint64_t)w->n << 16, seen * a->len), max, &a->nbit,
		&a->alone);
	for (size_t j = 0; j < a->len; j++)
		w->col[j] /= (uint8_t)(NBIN / a->nclass);
}

/*
 * Symbols that tell whether runs have classes, and columns, where there are
 * many; and of which more is asked.
 */
#define SAMPLE 16384
#define SAMPLE_SLOW 65536
/* Rows that tell of a column, at least. */
#define COLUMN_MIN 128
#define RUN_MIN 4
#define RUNS_MAX 6

static int make_workspace(struct workspace *w, struct entropy_coder *c)
{
	size_t most = w->n / RUN_MIN + 2;
	uint8_t *p = buf_scratch(&c->classes, most * 8);

	if (!p)
		return -1;
	w->sum = (uint32_t *)(void *)p;
	w->mean = (uint16_t *)(void *)(p + 4 * most);
	w->row = p + 6 * most;
	w->col = p + 7 * most;
	return 0;
}

/* Lengths of runs that may have classes; returns how many. */
static size_t run_lengths(const struct workspace *w, size_t len[RUNS_MAX])
{
	static const size_t always[] = {16, 8, 32, 64};
	size_t k = 0, nalways = w->level >= ENTROPY_LEVEL_SLOW ? 4 : w->is_slow;

	if (w->grid->row >= RUN_MIN && w->grid->row <= w->n / 2)
		len[k++] = w->grid->row;
	if (w->grid->inner >= RUN_MIN && w->grid->inner <= w->n / 2) {
		len[k++] = w->grid->inner;
		nalways = w->level >= ENTROPY_LEVEL_SLOW ? nalways : 0;
	}
	for (size_t i = 0; i < nalways; i++)
		len[k++] = always[i];
	return k;
}

/*
 * What all symbols take by the classes of A, if they take FLAT bits without.  A
 * sample may be dearer or cheaper than the whole, so it says how much is saved.
 */
static uint64_t nbit_of_all(const struct axis *a, uint64_t flat)
{
	return a->alone ? flat * a->nbit / a->alone : flat;
}

/* Chooses the runs that save most; A is left as it is if none does. */
static void choose_runs(struct workspace *w, struct axis *a, uint64_t flat)
{
	size_t len[RUNS_MAX], n = run_lengths(w, len);

	for (size_t i = 0; i < n; i++) {
		struct axis x = {.len = len[i]};

		by_runs(&x, w, w->is_slow ? SAMPLE_SLOW : SAMPLE, NBIN);
		x.nbit = nbit_of_all(&x, flat);
		if (x.nclass > 1 && x.nbit < a->nbit)
			*a = x;
	}
}

/*
 * The same for columns, which may be of use beside runs even if they do not
 * save enough alone.
 */
static void choose_columns(struct workspace *w, struct axis *a, uint64_t flat)
{
	a->len = w->grid->row;
	if (!w->is_slow || a->len < RUN_MIN || a->len > w->n / RUN_MIN)
		return;
	by_columns(a, w, w->n / (SAMPLE_SLOW + COLUMN_MIN * a->len) + 1, NBIN);
	a->nbit = nbit_of_all(a, flat);
}

/*
 * Makes the classes of both axes, and returns their bits; UINT64_MAX if one of
 * them has none.
 */
static uint64_t by_both(struct workspace *w, struct axis *row, struct axis *col)
{
	uint32_t hist[BOTH_MAX * BOTH_MAX][ENTROPY_NSYMBOL] = {{0}};
	uint32_t size[2][BOTH_MAX] = {{0}};
	uint64_t nbit = 0;
	size_t x = 0;

	by_runs(row, w, SIZE_MAX, BOTH_MAX);
	by_columns(col, w, 1, BOTH_MAX);
	if (row->nclass < 2 || col->nclass < 2)
		return UINT64_MAX;
	for (size_t i = 0, k = 0; i < w->n; i += row->len, k++) {
		size_t len = w->n - i < row->len ? w->n - i : row->len;

		size[0][w->row[k]]++;
		for (size_t j = i; j < i + len; j++) {
			hist[w->row[k] * BOTH_MAX + w->col[x]][w->sym[j]]++;
			x = x + 1 == col->len ? 0 : x + 1;
		}
	}
	for (x = 0; x < col->len; x++)
		size[1][w->col[x]]++;
	for (size_t i = 0; i < BOTH_MAX * BOTH_MAX; i++)
		nbit += entropy_cost(hist[i], ENTROPY_NSYMBOL, ENTROPY_ONCE);
	return nbit + entropy_cost(size[0], BOTH_MAX, ENTROPY_ONCE) +
	       entropy_cost(size[1], BOTH_MAX, ENTROPY_ONCE);
}

/*
 * Chooses classes for W->sym, which take FLAT bits without, and of which LIMIT
 * bits are of use.  Returns false if none gain.
 */
static bool choose_classes(
	struct workspace *w, uint64_t flat, uint64_t limit, struct classes *g)
{
	struct axis row = {.nclass = 1, .nbit = limit}, col = row;

	choose_runs(w, &row, flat);
	choose_columns(w, &col, flat);
	if (row.nclass > 1 && col.nclass > 1) {
		struct axis r = row, k = col;
		uint64_t best = row.nbit < col.nbit ? row.nbit : col.nbit;

		if (by_both(w, &r, &k) < best) {
			*g = (struct classes){r.len, k.len, r.nclass, k.nclass,
				w->row, w->col};
			return true;
		}
	}
	if (col.nclass > 1 && col.nbit < row.nbit) {
		by_columns(&col, w, 1, NBIN);
		*g = (struct classes){
			w->n, col.len, 1, col.nclass, NULL, w->col};
		return col.nclass > 1;
	}
	if (row.nclass == 1)
		return false;
	by_runs(&row, w, SIZE_MAX, NBIN);
	*g = (struct classes){row.len, 1, row.nclass, 1, w->row, NULL};
	return row.nclass > 1;
}

/*
 * Appends the symbols P by classes if that gains on what S plans for them, else
 * without.
 */
static int put_classes_or_flat(struct entropy_coder *c,
	const struct entropy_grid *grid, const uint8_t *p,
	const struct entropy_symbols *s, enum entropy_symbols_kind kind,
	enum entropy_number number, struct buf *out)
{
	struct workspace w = {.sym = p,
		.n = s->n,
		.grid = grid,
		.level = c->level,
		.is_slow = kind == ENTROPY_KIND_BYTES ||
			   c->level >= ENTROPY_LEVEL_SLOW ||
			   (kind == ENTROPY_KIND_WINDOW &&
				   s->n <= 4 * (size_t)SAMPLE)};
	size_t start = out->len;
	struct classes g;
	uint64_t without;

	if (make_workspace(&w, c))
		return -1;
	score(kind, number, w.score);
	without = entropy_cost(s->hist, ENTROPY_NSYMBOL, ENTROPY_ONCE);
	if (choose_classes(
		    &w, without, without - without * GAIN_MIN / 1000, &g)) {
		if (put_classes(c, &g, p, s->n, out))
			return -1;
		if (out->len - start < s->nbytes)
			return 0;
		out->len = start;
	}
	return entropy_flat_put(c, p, s, out);
}

/* --- and back ------------------------------------------------------------- */

/*
 * Decodes the classes of N places, below NCLASS, at *IN to P, and goes past
 * them.
 */
static int get_axis(struct entropy_coder *c, const uint8_t **in, size_t nbytes,
	const uint8_t *end, uint8_t *p, size_t n, unsigned nclass,
	struct diag *d)
{
	unsigned most = 0;

	if (nbytes > (size_t)(end - *in) || (nclass == 1 && nbytes))
		return diag_set(d, DIAG_DATA, "classes are malformed");
	if (nclass > 1 && entropy_flat_get(c, *in, nbytes, p, n, d))
		return -1;
	for (size_t i = 0; nclass > 1 && i < n; i++)
		most = p[i] > most ? p[i] : most;
	*in += nbytes;
	return most < nclass
		       ? 0
		       : diag_set(d, DIAG_DATA, "class %u of %u", most, nclass);
}

/* Fills G, whose head is at IN, as far as that alone can. */
static int parse_classes(
	struct classes *g, const uint8_t *in, size_t nin, size_t n)
{
	if (nin < CLASSES_HEAD_NBYTES)
		return -1;
	*g = (struct classes){.nrow = in[0],
		.ncol = in[1],
		.run = le_load32(in + 4),
		.period = le_load32(in + 8)};
	if (in[2] || in[3] || g->nrow == 0 || g->nrow > AXIS_MAX ||
		g->ncol == 0 || g->ncol > AXIS_MAX ||
		g->nrow * g->ncol > CLASS_MAX || g->run == 0 || g->run > n ||
		g->period == 0 || g->period > n ||
		(g->nrow == 1 && g->run != n) ||
		(g->ncol == 1 && g->period != 1))
		return -1;
	return nin - CLASSES_HEAD_NBYTES < 4 * (size_t)(2 + g->nrow * g->ncol)
		       ? -1
		       : 0;
}

/* IN is what follows the coding byte. */
static int get_classes(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d)
{
	const uint8_t *len = in + CLASSES_HEAD_NBYTES, *end = in + nin;
	size_t size[CLASS_MAX], nrun;
	uint8_t *at[CLASS_MAX], *p;
	struct classes g;
	unsigned nclass;

	if (parse_classes(&g, in, nin, n))
		return diag_set(d, DIAG_DATA, "classes are malformed");
	nclass = g.nrow * g.ncol;
	nrun = run_count(&g, n);
	p = buf_scratch(&c->classes, nrun + g.period);
	if (!p || !buf_scratch(&c->dealt, n))
		return diag_nomem(d, n);
	in = len + 4 * (size_t)(2 + nclass);
	if (get_axis(c, &in, le_load32(len), end, p, nrun, g.nrow, d) ||
		get_axis(c, &in, le_load32(len + 4), end, p + nrun, g.period,
			g.ncol, d))
		return -1;
	g.row = g.nrow > 1 ? p : NULL;
	g.col = g.ncol > 1 ? p + nrun : NULL;
	class_sizes(&g, n, size);
	class_begins((uint8_t *)c->dealt.data, size, at);
	for (unsigned i = 0; i < nclass; i++) {
		size_t nbytes = le_load32(len + 4 * (size_t)(2 + i));

		if (nbytes > (size_t)(end - in))
			return diag_set(d, DIAG_DATA, "classes are malformed");
		if (entropy_flat_get(c, in, nbytes, at[i], size[i], d))
			return -1;
		in += nbytes;
	}
	if (in != end)
		return diag_set(d, DIAG_DATA, "classes are malformed");
	class_begins((uint8_t *)c->dealt.data, size, at);
	collect(&g, out, n, at);
	return 0;
}

/* --- streams -------------------------------------------------------------- */

/* Bytes are numbers as their histogram looks. */
static enum entropy_number number_of(
	enum entropy_symbols_kind kind, const uint32_t hist[ENTROPY_NSYMBOL])
{
	uint64_t n = 0, two = 0, sign = 0;

	for (unsigned i = 0; i < ENTROPY_NSYMBOL; i++) {
		uint32_t a = hist[i], b = hist[(256 - i) & 255];
		uint32_t e = hist[i ^ 128];

		n += a;
		two += a > b ? a - b : b - a;
		sign += a > e ? a - e : e - a;
	}
	if (kind != ENTROPY_KIND_BYTES)
		return ENTROPY_PLAIN;
	if (two <= sign && two < n / 2)
		return ENTROPY_TWOS;
	return sign < two && sign < n / 2 ? ENTROPY_SIGNED : ENTROPY_PLAIN;
}

/* What contexts must save at least, in %, since they are slow to decode. */
#define CONTEXT_GAIN_MIN 1

/*
 * Appends what contexts make of P where OUT has something else of it from START
 * on, if it is better.  Returns 1, 0 if not, or -1.
 */
static int try_context(struct entropy_coder *c, const struct entropy_grid *grid,
	enum entropy_number number, const uint8_t *p,
	const struct entropy_symbols *s, size_t start, struct buf *out)
{
	size_t end = out->len, len = end - start;
	size_t limit = len - len * CONTEXT_GAIN_MIN / 100;
	bool by_classes = out->data[start] == ENTROPY_SYMBOLS_CLASSES;
	int done;

	buf_addc(out, ENTROPY_SYMBOLS_CONTEXT);
	if (c->enough && c->enough < limit)
		limit = c->enough;
	done = entropy_context_bytes_put(
		c, grid, number, p, s, by_classes, limit, out);
	out->len = done > 0 ? out->len : end;
	return done;
}

/* Fewer are not worth the trouble of classes and contexts. */
#ifndef ENTROPY_CLASSES_MIN
#define ENTROPY_CLASSES_MIN 512
#endif

/* Appends the symbols P as what is known of their order has it. */
static int put_ordered(struct entropy_coder *c, const struct entropy_grid *grid,
	const uint8_t *p, const struct entropy_symbols *s,
	enum entropy_symbols_kind kind, struct buf *out)
{
	enum entropy_number number = number_of(kind, s->hist);
	size_t start = out->len, end;
	int done;

	if (s->n < ENTROPY_CLASSES_MIN || c->is_sample ||
		(grid->row == 0 && kind != ENTROPY_KIND_BYTES &&
			c->level < ENTROPY_LEVEL_SLOW))
		return entropy_flat_put(c, p, s, out);
	if (put_classes_or_flat(c, grid, p, s, kind, number, out))
		return -1;
	if (c->level < ENTROPY_LEVEL_SLOW || kind == ENTROPY_KIND_BITS)
		return 0;
	end = out->len;
	done = try_context(c, grid, number, p, s, start, out);
	if (done > 0)
		buf_cut(out, start, end - start);
	return done < 0 ? -1 : 0;
}

/* Matches are tried where they seem to save one byte in so many. */
#define MATCHES_RATE 50

/*
 * Puts a deflate stream with matches in place of what OUT has of P[0..n) from
 * START on, if that is smaller: tables and their halves may repeat themselves.
 */
static int try_matches(struct entropy_coder *c, const uint8_t *p,
	const struct entropy_symbols *s, size_t start, struct buf *out)
{
	size_t end = out->len, len = end - start;

	if (entropy_matches_gain(p, s, len) <= len / MATCHES_RATE)
		return 0;
	buf_addc(out, ENTROPY_SYMBOLS_ONE);
	if (entropy_deflate(c, p, s->n, out))
		return -1;
	if (out->len - end < len)
		buf_cut(out, start, len);
	else
		out->len = end;
	return 0;
}

int entropy_symbols_add(struct entropy_coder *c,
	const struct entropy_grid *grid, const uint8_t *p,
	const struct entropy_symbols *s, enum entropy_symbols_kind kind,
	struct buf *out)
{
	/* where most are zeros a mask suits them, and deflate is slow */
	bool pruned = kind == ENTROPY_KIND_BYTES && s->hist[0] > s->n / 2;
	size_t start = out->len;

	if (put_ordered(c, grid, p, s, kind, out))
		return -1;
	if (pruned || s->n == 0 || c->level < ENTROPY_LEVEL_SLOW)
		return 0;
	return try_matches(c, p, s, start, out);
}

int entropy_symbols_take(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *out, size_t n, struct diag *d)
{
	if (n && nin && *in == ENTROPY_SYMBOLS_CLASSES)
		return get_classes(c, in + 1, nin - 1, out, n, d);
	if (n && nin && *in == ENTROPY_SYMBOLS_CONTEXT)
		return entropy_context_bytes_get(c, in + 1, nin - 1, out, n, d);
	return entropy_flat_get(c, in, nin, out, n, d);
}

int entropy_bits_take(struct entropy_coder *c, const uint8_t *in, size_t nin,
	uint8_t *bits, size_t nbit, struct diag *d)
{
	size_t want = entropy_bits_nbytes(nbit);

	if (entropy_symbols_take(c, in, nin, bits, want, d))
		return -1;
	if (nbit % 8 && bits[want - 1] >> (nbit % 8))
		return diag_set(d, DIAG_DATA, "unused bits are set");
	return 0;
}
