/* SPDX-License-Identifier: MIT */
/*
 * Rows as CSV, TSV, JSON or NPY.  Nearly all of the work of a table is here:
 * a block has room for the longest rows, so that no cell checks for it.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/le.h"
#include "base/num.h"
#include "base/tame.h"
#include "lrsched.h"
#include "text/csv.h"
#include "text/npy.h"

_Static_assert(LRSCHED_CELL_MAX > NUM_DOUBLE_MAX, "a value and a separator");
_Static_assert(NUM_DOUBLE_MAX >= NUM_U64_MAX, "a step fits where a value does");

/* What counts along with the step; all schedules have the same. */
static uint64_t count_along(
	const struct lrsched_plan *p, enum lrsched_kind kind, uint64_t step)
{
	const struct spec *s = &p->schedule[0].spec;

	switch (kind) {
	case LRSCHED_BATCH: return sched_clock_run(&s->clock, step)->batch;
	case LRSCHED_SAMPLES:
		return (uint64_t)sched_clock_at(&s->clock, (double)step);
	case LRSCHED_EPOCH:
		return (uint64_t)floor(spec_epochs_before(s, (double)step));
	default: return step;
	}
}

/* The same of any column that counts; nearly all are the step. */
static inline uint64_t count_of(
	const struct lrsched_plan *p, enum lrsched_kind kind, uint64_t step)
{
	return kind == LRSCHED_STEP ? step : count_along(p, kind, step);
}

/* Where a row stands: its update, counted in the block, and micro-batch. */
struct place {
	size_t i;
	uint64_t step, micro;
};

static inline void next_row(struct place *at, const struct lrsched_plan *p)
{
	if (++at->micro < p->accum)
		return;
	at->micro = 0;
	at->step += p->every;
	at->i++;
}

static inline const double *value_of(
	const struct lrsched_block *b, size_t k, size_t i)
{
	return &b->value[k * b->nstep + i];
}

static inline size_t put_value(
	const struct lrsched_plan *p, char *out, double v)
{
	return p->f32 ? num_from_float(out, (float)v) : num_from_double(out, v);
}

static inline size_t put_cell(const struct lrsched_plan *p, size_t k,
	const struct place *at, const double *v, char *out)
{
	enum lrsched_kind kind = p->column[k].kind;

	if (kind == LRSCHED_VALUE)
		return put_value(p, out, *v);
	return num_from_u64(out, kind == LRSCHED_MICRO
					 ? at->micro
					 : count_of(p, kind, at->step));
}

size_t lrsched_cell(const struct lrsched_plan *p, size_t k, uint64_t step,
	double v, char out[LRSCHED_CELL_MAX])
{
	return put_cell(p, k, &(struct place){.step = step}, &v, out);
}

static char *csv_row(const struct lrsched_plan *p,
	const struct lrsched_block *b, const struct place *at, char *out)
{
	char sep = p->format == LRSCHED_TSV ? '\t' : ',';
	size_t k;

	for (k = 0; k < p->ncolumn; k++) {
		out += put_cell(p, k, at, value_of(b, k, at->i), out);
		*out++ = sep;
	}
	out[-1] = '\n';
	return out;
}

static char *put_text(char *out, const char *s)
{
	size_t n = strlen(s);

	memcpy(out, s, n);
	return out + n;
}

/* A name as JSON has it. */
static char *put_name(char *out, const char *s)
{
	*out++ = '"';
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ') {
			out = put_text(out, "\\u00");
			*out++ = "0123456789abcdef"[c >> 4];
			*out++ = "0123456789abcdef"[c & 15];
			continue;
		}
		if (c == '"' || c == '\\')
			*out++ = '\\';
		*out++ = *s;
	}
	return put_text(out, "\": ");
}

static char *json_row(const struct lrsched_plan *p,
	const struct lrsched_block *b, const struct place *at, char *out)
{
	size_t k;

	*out++ = '{';
	for (k = 0; k < p->ncolumn; k++) {
		if (k)
			out = put_text(out, ", ");
		out = put_name(out, p->column[k].title);
		out += put_cell(p, k, at, value_of(b, k, at->i), out);
	}
	return put_text(out, "}\n");
}

static char *npy_row(const struct lrsched_plan *p,
	const struct lrsched_block *b, const struct place *at, char *out)
{
	uint64_t bits;
	size_t k;

	for (k = 0; k < p->ncolumn; k++, out += sizeof(bits)) {
		enum lrsched_kind kind = p->column[k].kind;
		double v = kind == LRSCHED_VALUE ? *value_of(b, k, at->i)
			   : kind == LRSCHED_MICRO
				   ? (double)at->micro
				   : (double)count_of(p, kind, at->step);

		memcpy(&bits, &v, sizeof(bits));
		le_store64(out, bits);
	}
	return out;
}

/* Of steps in a row nearly all share what stands before the last two digits. */
struct counter {
	uint64_t hundreds;
	char text[NUM_U64_MAX];
	size_t n;
};

static inline size_t put_step(struct counter *c, char *out, uint64_t step)
{
	uint64_t hundreds = step / 100;
	unsigned low = (unsigned)(step - hundreds * 100);

	if (hundreds == 0)
		return num_from_u64(out, step);
	if (hundreds != c->hundreds) {
		c->hundreds = hundreds;
		c->n = num_from_u64(c->text, hundreds);
	}
	memcpy(out, c->text, NUM_U64_MAX);
	out[c->n] = (char)('0' + low / 10);
	out[c->n + 1] = (char)('0' + low % 10);
	return c->n + 2;
}

/* step,lr without any of the choices: what most tables are. */
static char *plain_rows(
	const struct lrsched_plan *p, const struct lrsched_block *b, char *out)
{
	struct counter counter = {.hundreds = 0};
	const double *v = b->value + b->nstep;
	uint64_t step = b->step;

	for (size_t i = 0; i < b->nrow; i++, step += p->every) {
		out += put_step(&counter, out, step);
		*out++ = ',';
		out += num_from_double(out, v[i]);
		*out++ = '\n';
	}
	return out;
}

static bool is_plain(const struct lrsched_plan *p)
{
	return p->format == LRSCHED_CSV && !p->f32 && p->accum == 1 &&
	       p->ncolumn == 2 && p->column[0].kind == LRSCHED_STEP &&
	       p->column[1].kind == LRSCHED_VALUE;
}

size_t lrsched_format(const struct lrsched_plan *p, struct lrsched_block *b)
{
	struct place at = {0, b->step, b->micro};
	char *out = b->text;

	if (is_plain(p))
		return (size_t)(plain_rows(p, b, out) - b->text);
	for (size_t i = 0; i < b->nrow; i++, next_row(&at, p)) {
		switch (p->format) {
		case LRSCHED_CSV:
		case LRSCHED_TSV: out = csv_row(p, b, &at, out); break;
		case LRSCHED_JSON: out = json_row(p, b, &at, out); break;
		case LRSCHED_NPY: out = npy_row(p, b, &at, out); break;
		}
	}
	return (size_t)(out - b->text);
}

size_t lrsched_row_max(const struct lrsched_plan *p)
{
	size_t n = 0, k;

	for (k = 0; k < p->ncolumn; k++)
		n += LRSCHED_CELL_MAX + 6 * strlen(p->column[k].title) + 8;
	return n;
}

static int npy_header(const struct lrsched_plan *p, struct buf *b)
{
	npy_begin(b, NPY_1);
	buf_printf(b,
		"{'descr': '<f8', 'fortran_order': False, 'shape': "
		"(%llu, %zu), }",
		(unsigned long long)(p->nrow * p->accum), p->ncolumn);
	return npy_end(b, 0);
}

void lrsched_title(struct buf *b, const char *title, char sep, bool people)
{
	struct buf shown = {0};

	if (people)
		tame_add(&shown, title, strlen(title));
	else
		buf_adds(&shown, title);
	if (buf_text(&shown))
		csv_add_cell(b, sep, shown.data, shown.len);
	else
		buf_fail(b);
	buf_free(&shown);
}

void lrsched_header(const struct lrsched_plan *p, struct buf *b, bool people)
{
	char sep = p->format == LRSCHED_TSV ? '\t' : ',';

	if (p->format == LRSCHED_NPY) {
		if (npy_header(p, b))
			buf_fail(b);
		return;
	}
	if (!p->header)
		return;
	for (size_t k = 0; k < p->ncolumn; k++) {
		if (k)
			buf_addc(b, sep);
		lrsched_title(b, p->column[k].title, sep, people);
	}
	buf_addc(b, '\n');
}
