/* SPDX-License-Identifier: MIT */
/* Rows of logs, and rows about what is in them. */
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "lrlog.h"

/* Rows are written once they are so many bytes. */
#define ROWS_NBYTES ((size_t)16 << 10)

/* --- records -------------------------------------------------------------- */

struct printer {
	const struct lrlog_inputs *in;
	struct rows rows;
	struct rows_column *title;
	struct lrlog_cells cells;
	struct output *out;
	uint64_t *nrow;
};

static size_t add_titles(struct rows_column *title,
	const struct lrlog_inputs *in, const struct lrlog_columns *c)
{
	size_t n = 0;

	if (in->has_runs)
		title[n++] = (struct rows_column){"run", ROWS_TEXT, ROWS_SHOWN};
	title[n++] = (struct rows_column){c->step, ROWS_WHOLE, ROWS_SHOWN};
	for (size_t i = 0; i < c->n; i++)
		title[n++] = (struct rows_column){
			c->column[i].name, ROWS_NUMBER, ROWS_SHOWN};
	return n;
}

static int print_record(struct printer *p, const struct lrlog_input *in,
	const struct log_record *r, struct diag *d)
{
	if (!lrlog_cells_set(&p->cells, in, r))
		return 0;
	if (p->in->has_runs)
		rows_text(&p->rows, in->run[r->run]);
	rows_double(&p->rows, r->step);
	rows_numbers_if(
		&p->rows, p->cells.has, p->cells.value, p->cells.ncolumn);
	++*p->nrow;
	rows_end(&p->rows);
	return p->rows.out.len < ROWS_NBYTES ? 0
					     : rows_write(&p->rows, p->out, d);
}

static int print_input(
	struct printer *p, const struct lrlog_input *in, struct diag *d)
{
	struct log_record r;
	int got;

	while ((got = log_table_next(in->table, &r, d)) > 0)
		if (print_record(p, in, &r, d))
			return -1;
	return got;
}

int lrlog_print(const struct lrlog_options *o, const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, uint64_t *nrow,
	struct diag *d)
{
	struct printer p = {.in = in, .out = out, .nrow = nrow};
	int r;

	p.title = calloc(c->n + 2, sizeof(*p.title));
	r = p.title ? lrlog_cells_new(&p.cells, c, in, d)
		    : diag_nomem(d, c->n * sizeof(*p.title));
	if (!r) {
		rows_begin(&p.rows, o->format, out, p.title,
			add_titles(p.title, in, c));
		rows_header(&p.rows);
	}
	for (size_t i = 0; i < in->n && !r; i++)
		r = print_input(&p, &in->input[i], d);
	if (!r)
		r = rows_finish(&p.rows, out, d);
	rows_free(&p.rows);
	lrlog_cells_free(&p.cells);
	free(p.title);
	return r;
}

/* --- what there is -------------------------------------------------------- */

static void print_scalar(struct rows *rows, const char *log, bool several,
	const struct log_scalar *s)
{
	if (several)
		rows_text(rows, log);
	rows_text(rows, s->name);
	rows_text(rows, s->role);
	rows_u64(rows, s->n);
	rows_double(rows, s->min);
	rows_double(rows, s->max);
	rows_double(rows, s->last);
	rows_end(rows);
}

int lrlog_print_list(const struct lrlog_options *o,
	const struct lrlog_inputs *in, struct output *out, struct diag *d)
{
	static const struct rows_column column[] = {
		{"log", ROWS_TEXT, ROWS_TITLE},
		{"name", ROWS_TEXT, ROWS_SHOWN},
		{"role", ROWS_TEXT, ROWS_IF_ANY},
		{"n", ROWS_COUNT, ROWS_SHOWN},
		{"min", ROWS_NUMBER, ROWS_SHOWN},
		{"max", ROWS_NUMBER, ROWS_SHOWN},
		{"last", ROWS_NUMBER, ROWS_SHOWN},
	};
	bool several = in->n > 1;
	struct rows rows;
	int r;

	rows_begin(&rows, o->format, out, column + !several,
		ARRAY_SIZE(column) - !several);
	rows_header(&rows);
	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->input[i].nscalar; k++)
			print_scalar(&rows, in->input[i].place->name, several,
				&in->input[i].scalar[k]);
	r = rows_finish(&rows, out, d);
	rows_free(&rows);
	return r;
}
