/* SPDX-License-Identifier: MIT */
/*
 * Rows of tables: what fits the header.  A line that does not is no row, and no
 * end of the table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "form/form_impl.h"

/* So many cells, the first of a row that is printed for people, may say that it
 * is of validation. */
#define PHASE_CELLS 2

int form_rows_new(struct form_rows **ret, char sep, const char *columns,
	struct pair_keys *keys, struct diag *d)
{
	struct form_rows *r = calloc(1, sizeof(*r));

	*ret = r;
	if (!r)
		return diag_nomem(d, sizeof(*r));
	*r = (struct form_rows){.keys = keys, .only = sep};
	if (!columns || (r->columns = strdup(columns)))
		return 0;
	free(r);
	*ret = NULL;
	return diag_nomem(d, strlen(columns));
}

void form_rows_free(struct form_rows *r)
{
	if (!r)
		return;
	free(r->columns);
	free(r->column);
	free(r->span);
	free(r->head);
	free(r->row);
	free(r);
}

bool form_rows_known(const struct form_rows *r)
{
	return r->sep != '\0';
}

bool form_rows_separated(const struct form_rows *r)
{
	return form_quotes(r->sep);
}

const struct form_misfits *form_rows_misfits(const struct form_rows *r)
{
	return &r->misfits;
}

bool form_rows_heads(const char *p, const char *row)
{
	struct form_rows *r = NULL;
	struct pair_keys *keys = NULL;
	char *head = strdup(p), *below = strdup(row);
	struct diag none;
	bool got = !head || !below || pair_keys_new(&keys, &none) < 0 ||
		   form_rows_new(&r, '\0', NULL, keys, &none) < 0 ||
		   form_rows_head(r, head, below, true) != 0;

	form_rows_free(r);
	pair_keys_free(keys);
	free(head);
	free(below);
	return got;
}

/* --- rows ---------------------------------------------------------------- */

/* While a row is read. */
struct reading {
	size_t i;       /* the column */
	size_t ncell;   /* to the last behind all columns; 0: none is */
	size_t nnumber; /* cells that are numbers */
	size_t nodd;    /* cells that are none where one was */
	bool is_astray; /* the first is */
	bool is_prose;  /* one of them has words before a number */
	size_t nbad;    /* of them, those where a number was told before */
	struct form_cell bad; /* the first of these */
	size_t bad_at;
	struct form_cell tag; /* of a long table */
	double value;
	uint64_t form; /* of value */
	bool has_value;
};

static void unquote(struct form_cell *c)
{
	char *out = c->p;

	if (!c->is_quoted || !memchr(c->p, '"', c->n))
		return;
	for (size_t i = 0; i < c->n; i++) {
		*out++ = c->p[i];
		i += c->p[i] == '"';
	}
	c->n = (size_t)(out - c->p);
}

static void take_number(struct form_rows *r, struct reading *g, double x,
	double total, uint64_t form, struct pair_list *o)
{
	g->nnumber++;
	r->column[g->i].told = true;
	if (g->i == r->value) {
		g->value = x;
		g->form = form;
		g->has_value = true;
	} else if (o->n < o->cap)
		o->pair[o->n++] = (struct pair){.key = r->column[g->i].key,
			.value = x,
			.total = total,
			.form = form};
	else
		pair_list_add(o, r->column[g->i].key, x, total, form);
}

/* C is no number where one was. */
static void take_odd(
	const struct form_rows *r, struct reading *g, const struct form_cell *c)
{
	g->nodd++;
	g->is_astray |= g->i == 0;
	g->is_prose |= !c->is_quoted && !str_is_digit(*c->p) &&
		       form_cell_has_number(c);
	if (g->i < r->n && r->column[g->i].told && g->nbad++ == 0) {
		g->bad = *c;
		g->bad_at = g->i;
	}
}

/* A cell behind the last column. */
static void take_surplus(
	const struct form_rows *r, struct reading *g, const struct form_cell *c)
{
	double x, total;
	enum pair_cell kind = form_cell_read(r, c, &x, &total, NULL);

	if (c->n == 0)
		return;
	g->ncell = g->i + 1;
	if (kind == PAIR_CELL_NUMBER)
		g->nnumber++;
	else if (kind == PAIR_CELL_TEXT)
		take_odd(r, g, c);
}

/* Column I holds lines of a log, as exports of log services do. */
static bool is_of_lines(const struct form_rows *r, size_t i)
{
	static const char *const names[] = {
		"message", "@message", "msg", "log", "textPayload"};
	const char *name = pair_keys_name(r->keys, r->column[i].key);

	return pair_mark_among(name, strlen(name), names, ARRAY_SIZE(names));
}

/* Adds what the line in C tells; returns whether that is anything. */
static bool take_line(
	struct reading *g, const struct form_cell *c, struct pair_list *o)
{
	size_t n = o->n;
	char was = c->p[c->n];

	c->p[c->n] = '\0';
	form_text_pairs(c->p, o);
	c->p[c->n] = was;
	g->nnumber += o->n > n;
	return o->n > n;
}

static void take_cell(struct form_rows *r, struct reading *g,
	struct form_cell *c, struct pair_list *o)
{
	const struct form_column *col = &r->column[g->i];
	double x, total;
	uint64_t form;
	enum pair_cell kind = form_cell_read(r, c, &x, &total, &form);

	if (g->i == r->tag) {
		g->tag = *c;
	} else if (kind == PAIR_CELL_NUMBER) {
		take_number(r, g, x, total, form, o);
	} else if (kind == PAIR_CELL_TEXT) {
		bool is_line = form_quotes(r->sep) && is_of_lines(r, g->i);

		if (!is_line && c->n > 1 && *c->p == '[' &&
			form_value_pairs(c->p,
				pair_keys_name(r->keys, col->key),
				strlen(pair_keys_name(r->keys, col->key)), o))
			return;
		unquote(c);
		if (is_line) {
			if (take_line(g, c, o))
				return;
		} else if (col->is_number)
			take_odd(r, g, c);
		else if (!form_quotes(r->sep) && g->i < PHASE_CELLS)
			o->is_valid |= pair_mark_valid(c->p, c->n);
		pair_list_add_text(o, col->key, c->p, c->n);
	}
}

/* Its separator is no blank, which stands in any text. */
static bool is_marked(char sep)
{
	return form_quotes(sep) || sep == '|';
}

/* P begins with a bar, as rows of tables for people do. */
static bool is_framed(const struct form_rows *r, const char *p)
{
	return r->sep == '|' && p[strspn(p, " \t")] == '|';
}

/*
 * The cells of P are those of a row, though some are no numbers: it begins as
 * one, has half of its separators, and tells nothing as text does.
 */
static bool is_spoiled(
	const struct form_rows *r, const struct reading *g, const char *p)
{
	return is_marked(r->sep) && !g->is_astray && !g->is_prose &&
	       (2 * (g->i - 1) >= r->n || is_framed(r, p)) &&
	       (form_quotes(r->sep) || g->nodd <= g->nnumber) &&
	       !form_cell_assigns(p, p + strlen(p));
}

static bool fits(
	const struct form_rows *r, const struct reading *g, const char *p)
{
	if (g->nnumber == 0 || g->ncell)
		return false;
	if (g->i < r->n && (!form_quotes(r->sep) || g->i < 2))
		return false;
	if (g->nodd == 0 || (form_quotes(r->sep) && g->nodd < g->nnumber))
		return true;
	return is_spoiled(r, g, p);
}

/*
 * P is a row, but not one of this table: its cells are too many or, between
 * bars, too few.
 */
static bool is_misfit(
	const struct form_rows *r, const struct reading *g, const char *p)
{
	if (!g->ncell && (g->i >= r->n || r->sep != '|'))
		return false;
	return g->nodd < g->nnumber && is_spoiled(r, g, p);
}

/* As much of S[0..N) as RET has room for, whole characters. */
static void copy_part(char *ret, size_t size, const char *s, size_t n)
{
	if (n >= size)
		for (n = size - 1; n && (s[n] & 0xc0) == 0x80;)
			n--;
	memcpy(ret, s, n);
	ret[n] = '\0';
}

static void note_misfit(
	struct form_rows *r, const struct reading *g, uint64_t lineno)
{
	struct form_misfits *m = &r->misfits;

	if (m->nrow++)
		return;
	m->row_line = lineno;
	m->row_ncell = g->ncell ? g->ncell : g->i;
	m->row_ncolumn = r->n;
}

static void note_bad(
	struct form_rows *r, const struct reading *g, const struct form_line *t)
{
	struct form_misfits *m = &r->misfits;
	const char *name;

	/* The rest of the cell is still to come. */
	if (!t->ended && g->nbad == 1 && g->bad.p + g->bad.n == t->p + t->n)
		return;
	if (m->ncell == 0 && g->nbad) {
		name = pair_keys_name(r->keys, r->column[g->bad_at].key);
		m->cell_line = t->lineno;
		copy_part(m->column, sizeof(m->column), name, strlen(name));
		copy_part(m->cell, sizeof(m->cell), g->bad.p, g->bad.n);
	}
	m->ncell += g->nbad;
}

/* A row of a long table is a pair of its own. */
static void end_row(
	struct form_rows *r, const struct reading *g, struct pair_list *o)
{
	if (g->has_value && g->tag.p)
		pair_list_add(o,
			pair_keys_find(r->keys, g->tag.p, g->tag.n, true),
			g->value, NAN, g->form);
}

/*
 * Reads the cells of P.  Returns false if a quote is open.  Where blanks divide
 * them, one too many is the last that is read.
 */
static bool read_cells(struct form_rows *r, struct reading *g, char *p,
	bool as_is, struct pair_list *o)
{
	char sep = r->sep;

	for (; p; g->i++) {
		struct form_cell c;
		double x;
		uint64_t form;
		const char *end =
			g->i < r->n ? pair_number_spelled(p, &x, &form) : NULL;

		/* What most cells are. */
		if (end && (*end == sep || *end == '\0') && g->i != r->tag) {
			take_number(r, g, x, NAN, form, o);
			p = *end ? p + (end - p) + 1 : NULL;
			while (p && sep == ' ' && form_is_blank(*p))
				p++;
			if (p && sep == ' ' && !*p)
				p = NULL;
			continue;
		}
		if (!form_cell_next(&p, sep, as_is || g->i > r->n, &c))
			return false;
		if (g->i < r->n) {
			take_cell(r, g, &c, o);
			continue;
		}
		take_surplus(r, g, &c);
		if (!is_marked(sep) && g->ncell)
			break;
	}
	return true;
}

/* T as a row whose cells SEP divides, as form_rows_row(). */
static enum form_row read_row(struct form_rows *r, const struct form_line *t,
	char sep, bool as_is, struct pair_list *o)
{
	struct reading g = {0};
	size_t npair = o->n;
	char *p = t->p,
	     *end = form_quotes(sep) ? p + t->n : form_cell_end(p, sep),
	     was = *end, known = r->sep;
	enum form_row got = FORM_ROW_OPEN;

	r->sep = sep;
	*end = '\0';
	if (read_cells(r, &g, form_cell_first(p, sep), as_is, o))
		got = fits(r, &g, p)        ? FORM_ROW_FITS
		      : is_misfit(r, &g, p) ? FORM_ROW_MISFIT
					    : FORM_ROW_NONE;
	*end = was;
	o->is_bar |= got != FORM_ROW_NONE && was && sep != '|';
	if (got == FORM_ROW_FITS) {
		end_row(r, &g, o);
		note_bad(r, &g, t);
	} else
		o->n = npair;
	if (got == FORM_ROW_MISFIT)
		note_misfit(r, &g, t->lineno);
	r->sep = known;
	return got;
}

/* T as a row in which some cells are blank, as its others stand below names. */
static enum form_row read_placed(
	struct form_rows *r, const struct form_line *t, struct pair_list *o)
{
	struct reading g = {0};
	size_t npair = o->n, n;

	n = form_cell_split(t->p, ' ', r->span, r->nspan, &r->row, &r->nrow);
	o->failed |= n == SIZE_MAX;
	if (n != r->nspan)
		return FORM_ROW_NONE;
	for (; g.i < r->nspan; g.i++)
		if (r->row[g.i].n)
			take_cell(r, &g, &r->row[g.i], o);
	if (g.nodd == 0 && g.nnumber) {
		end_row(r, &g, o);
		return FORM_ROW_FITS;
	}
	o->n = npair;
	return FORM_ROW_NONE;
}

/* P is written without blanks, or begins with a separator: text is not. */
static bool is_packed(const struct form_rows *r, const char *p)
{
	return strchr(p, r->sep) && (*p == r->sep || !strpbrk(p, " \t")) &&
	       strpbrk(p, "0123456789") && !form_cell_assigns(p, p + strlen(p));
}

/*
 * Of the cells that were split last, as many as columns, those that are text
 * where a number was are counted.
 */
static void note_texts(
	struct form_rows *r, struct reading *g, const struct form_line *t)
{
	double x, total;

	for (g->i = 0; g->i < r->n; g->i++)
		if (form_cell_read(r, &r->row[g->i], &x, &total, NULL) ==
			PAIR_CELL_TEXT)
			take_odd(r, g, &r->row[g->i]);
	note_bad(r, g, t);
}

bool form_rows_misfit(struct form_rows *r, const struct form_line *t)
{
	struct reading g = {0};

	if (!form_quotes(r->sep) || r->sep == '\t' || !is_packed(r, t->p))
		return false;
	g.i = form_cell_split(t->p, r->sep, NULL, 0, &r->row, &r->nrow);
	if (g.i == SIZE_MAX)
		return false;
	if (g.i == r->n)
		note_texts(r, &g, t);
	else
		note_misfit(r, &g, t->lineno);
	return true;
}

enum form_row form_rows_row(struct form_rows *r, const struct form_line *t,
	bool as_is, struct pair_list *o)
{
	enum form_row got;

	if (!r->sep && r->columns) {
		int found = form_rows_find(r, t->p);

		if (found < 0)
			o->failed = true;
		if (found <= 0)
			return FORM_ROW_NONE;
	}
	got = read_row(r, t, r->sep, as_is, o);
	/* A cell that fills its column has one blank behind it. */
	if (got == FORM_ROW_NONE && r->sep == FORM_WIDE)
		got = read_row(r, t, ' ', as_is, o);
	if (got == FORM_ROW_NONE && r->nspan)
		got = read_placed(r, t, o);
	return got;
}

bool form_rows_may_repeat(const struct form_rows *r, const struct pair_list *o)
{
	if (o->n != r->n || !form_quotes(r->sep) || r->tag != SIZE_MAX ||
		r->value != SIZE_MAX)
		return false;
	for (size_t i = 0; i < o->n; i++)
		if (o->pair[i].text || o->pair[i].key != r->column[i].key)
			return false;
	return true;
}

/*
 * The numbers of the row at P, and their forms to its columns.  Returns its
 * end, or NULL if it is none.
 */
static const char *repeat_row(
	struct form_rows *r, const char *p, const char *end, double *value)
{
	for (size_t i = 0; i < r->n; i++) {
		if (i && *p++ != r->sep)
			return NULL;
		p = pair_number_within(p, end, &value[i], &r->column[i].form);
		if (!p)
			return NULL;
	}
	p += *p == '\r' && p[1] == '\n';
	return *p == '\n' ? p : NULL;
}

size_t form_rows_repeat(struct form_rows *r, const char **p, const char *end,
	double *value, uint64_t *forms, size_t max)
{
	size_t n = 0;

	for (; n < max && *p < end; n++, value += r->n) {
		const char *q = repeat_row(r, *p, end, value);

		if (!q)
			break;
		for (size_t i = 0; i < r->n; i++)
			forms[i] |= r->column[i].form;
		*p = q + 1;
	}
	return n;
}
