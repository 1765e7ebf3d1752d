/* SPDX-License-Identifier: MIT */
/*
 * Tables.  A header is a line of names, known by the next line, which has as
 * many cells, most of them numbers; a row is what fits the header.  A line that
 * does not is no row, and no end of the table.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/diag.h"
#include "form/form.h"

/* Separators in the order in which they are tried; WIDE, which is in no clean
 * line: two blanks or more. */
#define WIDE '\2'
static const char separators[] = {'\t', ';', ',', '|', WIDE, ' '};
#define NSEP sizeof(separators)

struct column {
	size_t key;
	bool is_number; /* in the first row, or missing there */
	bool told;      /* a number was */
};

struct cell {
	char *p;
	size_t n;
	bool is_quoted;
};

struct form_rows {
	struct pair_keys *keys;
	char only; /* the separator that is asked for, or 0 */
	char *columns;
	char sep;     /* 0: no header so far */
	unsigned how; /* its numbers are spelled */
	struct column *column;
	size_t n, cap;
	size_t tag, value;       /* of a long table; else SIZE_MAX */
	struct cell *head, *row; /* while a header is looked at */
	size_t nhead, nrow;
	struct form_misfits misfits;
};

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
	free(r->head);
	free(r->row);
	free(r);
}

bool form_rows_known(const struct form_rows *r)
{
	return r->sep != '\0';
}

const struct form_misfits *form_rows_misfits(const struct form_rows *r)
{
	return &r->misfits;
}

/* --- cells --------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool quotes(char sep)
{
	return sep == ',' || sep == ';' || sep == '\t';
}

/*
 * The cell in quotes at P.  Returns what is behind it and its blanks, or NULL:
 * it is still open.
 */
static char *quoted_cell(char *p, struct cell *c)
{
	char *q = p + 1;

	while ((q = strchr(q, '"')) && q[1] == '"')
		q += 2;
	if (!q)
		return NULL;
	*c = (struct cell){p + 1, (size_t)(q - p - 1), true};
	for (q++; *q == ' ';)
		q++;
	return q;
}

/* The end of the cell at P between blanks. */
static char *blank_end(char *p, char sep)
{
	for (; *p; p++)
		if (is_blank(*p) && (sep == ' ' || is_blank(p[1]) ||
					    p[1] == '\0' || *p == '\t'))
			break;
	return p;
}

/*
 * The cell at *AT, which is set behind its separator, or to NULL at the end of
 * the line.  Returns false: a quote is open, unless it is taken AS_IS.
 */
static bool next_cell(char **at, char sep, bool as_is, struct cell *c)
{
	char *p = *at, *q;

	while (*p == ' ' || (*p == '\t' && sep != '\t'))
		p++;
	if (*p == '"' && quotes(sep)) {
		q = quoted_cell(p, c);
		if (!q && !as_is)
			return false;
		/* Not all of the cell: then it is no quote. */
		if (q && (*q == sep || *q == '\0')) {
			*at = *q ? q + 1 : NULL;
			return true;
		}
	}
	if (sep == ' ' || sep == WIDE) {
		q = blank_end(p, sep);
		*c = (struct cell){p, (size_t)(q - p), false};
		while (is_blank(*q))
			q++;
		*at = *q ? q : NULL;
		return true;
	}
	q = strchr(p, sep);
	if (!q)
		q = p + strlen(p);
	*at = *q ? q + 1 : NULL;
	while (q > p && is_blank(q[-1]))
		q--;
	*c = (struct cell){p, (size_t)(q - p), false};
	return true;
}

/* Where the cells of P begin: behind a bar. */
static char *first_cell(char *p, char sep)
{
	char *q = sep == '|' ? p + strspn(p, " \t") : p;

	return sep == '|' && *q == '|' ? q + 1 : p;
}

/* Where the cells of P end: at a bar behind the last, or where what blanks
 * separate is followed by the progress bar of "100%|". */
static char *last_cell_end(char *p, char sep)
{
	char *end = p + strlen(p), *q = end;

	if (sep == '|' && p[strspn(p, " \t")] == '|') {
		while (q > p && is_blank(q[-1]))
			q--;
		return q > p && q[-1] == '|' ? q - 1 : end;
	}
	if ((sep != ' ' && sep != WIDE) || !(q = strstr(p, "%|")))
		return end;
	while (q > p && pair_is_digit(q[-1]))
		q--;
	while (q > p && q[-1] == ' ')
		q--;
	return q > p && q[-1] == ':' ? q - 1 : q;
}

/* --- headers ------------------------------------------------------------- */

/* A mark of a comment before a header. */
static char *skip_mark(char *p)
{
	while (is_blank(*p))
		p++;
	if (*p == '#' || *p == '%')
		return p + 1;
	return p[0] == '/' && p[1] == '/' ? p + 2 : p;
}

/* A number stands behind : or =. */
static bool has_assignment(const char *p)
{
	double x;

	while ((p = strpbrk(p, ":=\""))) {
		if (*p == '"') { /* a name may be anything in quotes */
			p += strcspn(p + 1, "\"") + 1;
			p += *p == '"';
			continue;
		}
		for (p++; is_blank(*p);)
			p++;
		if (*p == '"' || *p == '\'')
			p++;
		if (pair_number(p, &x) || pair_number_odd(p, &x))
			return true;
	}
	return false;
}

/* A number stands alone in the cell, beside words. */
static bool has_number(const struct cell *c)
{
	double x;

	for (size_t i = 0; i < c->n; i++)
		if ((i == 0 || is_blank(c->p[i - 1])) &&
			(pair_is_digit(c->p[i]) || c->p[i] == '-') &&
			pair_number(c->p + i, &x))
			return true;
	return false;
}

/* Reads P's cells to *CELL; their number, or SIZE_MAX without memory. */
static size_t split(char *p, char sep, struct cell **cell, size_t *cap)
{
	size_t n = 0;
	char *end = last_cell_end(p, sep), was = *end;

	*end = '\0';
	for (p = first_cell(p, sep); p; n++) {
		if (n == *cap) {
			size_t more = *cap ? 2 * *cap : 32;
			struct cell *c = realloc(*cell, more * sizeof(*c));

			if (!c) {
				n = SIZE_MAX;
				break;
			}
			*cell = c;
			*cap = more;
		}
		/* A quote that is open may end in the next line. */
		next_cell(&p, sep, true, &(*cell)[n]);
	}
	*end = was;
	return n;
}

/* N less the cells at the end that are empty, but no less than LEAST. */
static size_t cut_empty(const struct cell *c, size_t n, size_t least)
{
	while (n > least && c[n - 1].n == 0)
		n--;
	return n;
}

/* The N cells at C may be names. */
static bool are_names(const struct cell *c, size_t n, char sep)
{
	size_t nempty = 0, nnumber = 0;
	double x, total;

	for (size_t i = 0; i < n; i++) {
		nempty += c[i].n == 0;
		if (c[i].n == 0)
			continue;
		if (pair_number_cell(c[i].p, c[i].n, PAIR_NUMBER_UNIT, &x,
			    &total, NULL) == PAIR_CELL_NUMBER)
			return false;
		nnumber += !c[i].is_quoted && has_number(&c[i]);
	}
	/* Blanks end lines, but begin no cell. */
	return nempty <= 1 && 2 * nnumber < n && (n > 1 || sep == ',');
}

static bool is_comment(const char *p)
{
	p += strspn(p, " \t");
	return *p == '#' || (p[0] == '/' && p[1] == '/');
}

bool form_rows_is_between(const char *head, const char *p)
{
	return form_rows_is_rule(p) || (is_comment(p) && !is_comment(head));
}

bool form_rows_is_rule(const char *p)
{
	p += strspn(p, " \t");
	size_t n = strspn(p, "-=+|:_ \t#*");

	return p[n] == '\0' && (n == 0 || strpbrk(p, "-=_"));
}

/* Where P begins, numbers stand alone in half of what commas or bars divide, or
 * in anything else. */
static bool has_numbers(const char *p)
{
	const char *begin = p, *end = p + 64;
	size_t n = pair_is_digit(*p), nsep[NSEP] = {0}, most = 0;

	for (; *p && p < end; p++) {
		const char *sep;

		if (*p == ' ')
			n += pair_is_digit(p[1]);
		else if (pair_kind(*p) == PAIR_KIND_SEP &&
			 (sep = memchr(separators, *p, NSEP)) &&
			 ++nsep[sep - separators] > most)
			most++;
	}
	/* Cells are one more than what stands between them, or one fewer than
	 * what stands around them. */
	return n && 2 * n + (*begin == '|' ? 2 : 0) > most;
}

bool form_rows_never_head(const char *p)
{
	return has_assignment(p);
}

bool form_rows_may_head(const char *p)
{
	return *p && !form_rows_is_rule(p) && !has_assignment(p) &&
	       !has_numbers(p);
}

static enum pair_cell read_cell(const struct form_rows *r, const struct cell *c,
	double *x, double *total, uint64_t *form)
{
	unsigned how = r->how | (c->is_quoted ? PAIR_NUMBER_THOUSANDS : 0);

	return pair_number_cell(c->p, c->n, how, x, total, form);
}

/* How the numbers of a table are spelled: commas by its first row. */
static unsigned spelling(const struct cell *c, size_t n, char sep)
{
	unsigned how = quotes(sep) ? 0 : PAIR_NUMBER_UNIT;
	bool decimal = sep == ';' || sep == '\t';

	if (sep == ',')
		return how;
	for (size_t i = 0; i < n; i++) {
		double x, total;
		const char *comma = memchr(c[i].p, ',', c[i].n);

		if (!comma ||
			pair_number_cell(c[i].p, c[i].n, PAIR_NUMBER_THOUSANDS,
				&x, &total, NULL) == PAIR_CELL_NUMBER)
			continue;
		if (pair_number_cell(c[i].p, c[i].n, PAIR_NUMBER_COMMA, &x,
			    &total, NULL) == PAIR_CELL_NUMBER)
			decimal = true;
	}
	return how | (decimal ? PAIR_NUMBER_COMMA : PAIR_NUMBER_THOUSANDS);
}

static bool name_is(const struct cell *c, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c->n == strlen(names[i]) &&
			strncasecmp(c->p, names[i], c->n) == 0)
			return true;
	return false;
}

/* The columns of names and of values, where there are both. */
static void find_long(struct form_rows *r, size_t n, size_t *tag, size_t *value)
{
	static const char *const tags[] = {"tag", "metric", "name", "key",
		"variable", "series", "metric_name", "metric name", "scalar"};
	static const char *const values[] = {"value", "val", "metric_value"};

	*tag = *value = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		if (name_is(&r->head[i], values, 3))
			*value = i;
		else if (*tag == SIZE_MAX && name_is(&r->head[i], tags, 9))
			*tag = i;
	}
	if (*tag == SIZE_MAX || *value == SIZE_MAX)
		*tag = *value = SIZE_MAX;
}

/* The row's cells are numbers enough for its header to be one. */
static bool are_values(
	const struct form_rows *r, size_t n, size_t tag, char sep, bool first)
{
	size_t nnumber = 0, nnone = 0, ntext;
	double x, total;

	for (size_t i = 0; i < n; i++) {
		enum pair_cell kind =
			read_cell(r, &r->row[i], &x, &total, NULL);

		if (i == tag && kind == PAIR_CELL_TEXT)
			n--, i--, tag = SIZE_MAX;
		else if (kind == PAIR_CELL_NUMBER)
			nnumber++;
		else if (kind == PAIR_CELL_NONE)
			nnone++;
	}
	ntext = n - nnumber - nnone;
	if (nnumber == 0)
		return false;
	if (n == 2)
		return nnumber == 2 || (first && quotes(sep));
	if (sep == ' ' || sep == WIDE)
		return ntext <= 1 + (n > 5);
	return 2 * ntext <= n || (first && quotes(sep));
}

static size_t name_key(struct form_rows *r, struct cell *c)
{
	size_t n = c->n, key, times;
	char name[256 + 24];

	if (n == 0 || (n == 1 && *c->p == '#'))
		return pair_keys_find(r->keys, PAIR_KEY_NUMBER, 2, true);
	key = pair_keys_find(r->keys, c->p, n, true);
	if (key == SIZE_MAX || (times = pair_keys_times(r->keys, key)) == 0)
		return key;
	/* The second of a name is as the second of a list. */
	if (n > 256)
		return key;
	memcpy(name, c->p, n);
	name[n++] = '#';
	for (size_t div = 1000000; div; div /= 10)
		if (times >= div)
			name[n++] = (char)('0' + times / div % 10);
	return pair_keys_find(r->keys, name, n, true);
}

static int set_column(struct form_rows *r, size_t i, size_t key, bool is_number)
{
	if (key == SIZE_MAX)
		return -1;
	if (i == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 32;
		struct column *c = realloc(r->column, cap * sizeof(*c));

		if (!c)
			return -1;
		r->column = c;
		r->cap = cap;
	}
	r->column[i] = (struct column){key, is_number, false};
	r->n = i + 1;
	return 0;
}

/* Makes columns of NHEAD names and NROW cells, which may be one more. */
static int set_columns(struct form_rows *r, size_t nhead, size_t nrow,
	size_t tag, size_t value)
{
	size_t more = nrow - nhead;
	double x, total;

	pair_keys_begin(r->keys);
	r->tag = tag;
	r->value = value;
	for (size_t i = 0; i < nrow; i++) {
		struct cell none = {"", 0, false};
		struct cell *name = i < more ? &none : &r->head[i - more];

		if (set_column(r, i, name_key(r, name),
			    read_cell(r, &r->row[i], &x, &total, NULL) !=
				    PAIR_CELL_TEXT) < 0) {
			r->sep = '\0';
			return -1;
		}
	}
	return 1;
}

static int try_head(
	struct form_rows *r, char *p, char *row, char sep, bool first)
{
	size_t n = split(p, sep, &r->head, &r->nhead), m, tag, value;
	bool blanks = sep == ' ' || sep == WIDE;

	if (n == SIZE_MAX)
		return -1;
	n = cut_empty(r->head, n, 1);
	if (n < 1 || !are_names(r->head, n, sep) || (n == 1 && !first))
		return 0;
	m = split(row, sep, &r->row, &r->nrow);
	if (m == SIZE_MAX)
		return -1;
	m = cut_empty(r->row, m, n);
	/* Cells that are missing at the end are no less a row. */
	if (quotes(sep) && m > n / 2)
		for (; m < n && m < r->nrow; m++)
			r->row[m] = (struct cell){"", 0, false};
	if (m != n && !(blanks && m == n + 1))
		return 0;
	find_long(r, n, &tag, &value);
	unsigned how = r->how;

	r->how = spelling(r->row, m, sep);
	if (!are_values(r, m, tag, sep, first)) {
		r->how = how;
		return 0;
	}
	r->sep = sep;
	return set_columns(r, n, m, tag, value);
}

int form_rows_head(struct form_rows *r, char *p, char *row, bool first)
{
	p = skip_mark(p);
	for (size_t i = 0; i < NSEP; i++) {
		char sep = separators[i];
		int got;

		if (r->only && sep != r->only)
			continue;
		got = try_head(r, p, row, sep, first);
		if (got)
			return got;
	}
	return 0;
}

/* --- rows ---------------------------------------------------------------- */

/* While a row is read. */
struct reading {
	size_t i;        /* the column */
	size_t ncell;    /* to the last behind all columns; 0: none is */
	size_t nnumber;  /* cells that are numbers */
	size_t nodd;     /* cells that are none where one was */
	bool is_astray;  /* the first is */
	bool is_prose;   /* one of them has words before a number */
	size_t nbad;     /* of them, those where a number was told before */
	struct cell bad; /* the first of these */
	size_t bad_at;
	struct cell tag; /* of a long table */
	double value;
	uint64_t form; /* of value */
	bool has_value;
};

static void unquote(struct cell *c)
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
	const struct form_rows *r, struct reading *g, const struct cell *c)
{
	g->nodd++;
	g->is_astray |= g->i == 0;
	g->is_prose |= !c->is_quoted && !pair_is_digit(*c->p) && has_number(c);
	if (g->i < r->n && r->column[g->i].told && g->nbad++ == 0) {
		g->bad = *c;
		g->bad_at = g->i;
	}
}

/* A cell behind the last column. */
static void take_surplus(
	const struct form_rows *r, struct reading *g, const struct cell *c)
{
	double x, total;
	enum pair_cell kind = read_cell(r, c, &x, &total, NULL);

	if (c->n == 0)
		return;
	g->ncell = g->i + 1;
	if (kind == PAIR_CELL_NUMBER)
		g->nnumber++;
	else if (kind == PAIR_CELL_TEXT)
		take_odd(r, g, c);
}

static void take_cell(struct form_rows *r, struct reading *g, struct cell *c,
	struct pair_list *o)
{
	const struct column *col = &r->column[g->i];
	double x, total;
	uint64_t form;
	enum pair_cell kind = read_cell(r, c, &x, &total, &form);

	if (g->i == r->tag) {
		g->tag = *c;
	} else if (kind == PAIR_CELL_NUMBER) {
		take_number(r, g, x, total, form, o);
	} else if (kind == PAIR_CELL_TEXT) {
		if (c->n > 1 && *c->p == '[' &&
			form_value_pairs(c->p,
				pair_keys_name(r->keys, col->key),
				strlen(pair_keys_name(r->keys, col->key)), o))
			return;
		if (col->is_number)
			take_odd(r, g, c);
		unquote(c);
		pair_list_add_text(o, col->key, c->p, c->n);
	}
}

/* Its separator is no blank, which stands in any text. */
static bool is_marked(char sep)
{
	return quotes(sep) || sep == '|';
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
	       (quotes(r->sep) || g->nodd <= g->nnumber) && !has_assignment(p);
}

static bool fits(
	const struct form_rows *r, const struct reading *g, const char *p)
{
	if (g->nnumber == 0 || g->ncell)
		return false;
	if (g->i < r->n && (!quotes(r->sep) || g->i < 2))
		return false;
	if (g->nodd == 0 || (quotes(r->sep) && g->nodd < g->nnumber))
		return true;
	return is_spoiled(r, g, p);
}

/* P is a row, but not one of this table: its cells are too many or, between
 * bars, too few. */
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

/* Reads the cells of P.  Returns false if a quote is open.  Where blanks divide
 * them, one too many is the last that is read. */
static bool read_cells(struct form_rows *r, struct reading *g, char *p,
	bool as_is, struct pair_list *o)
{
	char sep = r->sep;

	for (; p; g->i++) {
		struct cell c;
		double x;
		uint64_t form;
		const char *end =
			g->i < r->n ? pair_number_spelled(p, &x, &form) : NULL;

		/* What most cells are. */
		if (end && (*end == sep || *end == '\0') && g->i != r->tag) {
			take_number(r, g, x, NAN, form, o);
			p = *end ? p + (end - p) + 1 : NULL;
			while (p && sep == ' ' && is_blank(*p))
				p++;
			if (p && sep == ' ' && !*p)
				p = NULL;
			continue;
		}
		if (!next_cell(&p, sep, as_is || g->i > r->n, &c))
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

/* Finds the separator of a table whose columns are told: the first row has as
 * many cells. */
static int find_columns(struct form_rows *r, char *p)
{
	for (size_t i = 0; i < NSEP; i++) {
		char sep = separators[i];
		size_t n, m;

		if (r->only && sep != r->only)
			continue;
		n = split(r->columns, ',', &r->head, &r->nhead);
		m = split(p, sep, &r->row, &r->nrow);
		if (n == SIZE_MAX || m == SIZE_MAX)
			return -1;
		m = cut_empty(r->row, m, n);
		if (m != n)
			continue;
		r->how = spelling(r->row, m, sep);
		if (!are_values(r, m, SIZE_MAX, ',', true))
			continue;
		r->sep = sep;
		size_t tag, value;

		find_long(r, n, &tag, &value);
		return set_columns(r, n, m, tag, value);
	}
	return 0;
}

/* T as a row whose cells SEP divides, as form_rows_row(). */
static enum form_row read_row(struct form_rows *r, const struct form_line *t,
	char sep, bool as_is, struct pair_list *o)
{
	struct reading g = {0};
	size_t npair = o->n;
	char *p = t->p, *end = quotes(sep) ? p + t->n : last_cell_end(p, sep),
	     was = *end, known = r->sep;
	enum form_row got = FORM_ROW_OPEN;

	r->sep = sep;
	*end = '\0';
	if (read_cells(r, &g, first_cell(p, sep), as_is, o))
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

/* P is written without blanks, or begins with a separator: text is not. */
static bool is_packed(const struct form_rows *r, const char *p)
{
	return strchr(p, r->sep) && (*p == r->sep || !strpbrk(p, " \t")) &&
	       strpbrk(p, "0123456789") && !has_assignment(p);
}

/* Of the cells that were split last, as many as columns, those that are text
 * where a number was are counted. */
static void note_texts(
	struct form_rows *r, struct reading *g, const struct form_line *t)
{
	double x, total;

	for (g->i = 0; g->i < r->n; g->i++)
		if (read_cell(r, &r->row[g->i], &x, &total, NULL) ==
			PAIR_CELL_TEXT)
			take_odd(r, g, &r->row[g->i]);
	note_bad(r, g, t);
}

bool form_rows_misfit(struct form_rows *r, const struct form_line *t)
{
	struct reading g = {0};

	if (!quotes(r->sep) || r->sep == '\t' || !is_packed(r, t->p))
		return false;
	g.i = split(t->p, r->sep, &r->row, &r->nrow);
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
		int found = find_columns(r, t->p);

		if (found < 0)
			o->failed = true;
		if (found <= 0)
			return FORM_ROW_NONE;
	}
	got = read_row(r, t, r->sep, as_is, o);
	/* A cell that fills its column has one blank behind it. */
	if (got == FORM_ROW_NONE && r->sep == WIDE)
		got = read_row(r, t, ' ', as_is, o);
	return got;
}
