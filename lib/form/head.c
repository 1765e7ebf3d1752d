/* SPDX-License-Identifier: MIT */
/*
 * Headers of tables: a line of names, known by the next line, which has as many
 * cells, most of them numbers.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "form/form_impl.h"

/* In the order in which they are tried. */
static const char separators[] = {'\t', ';', ',', '|', FORM_WIDE, ' '};
#define NSEP sizeof(separators)

/* So many numbers and separators tell whether a line is one of numbers. */
#define LOOKS_MAX 16

/* A mark of a comment before a header. */
static char *skip_mark(char *p)
{
	while (form_is_blank(*p))
		p++;
	if (*p == '#' || *p == '%')
		return p + 1;
	return p[0] == '/' && p[1] == '/' ? p + 2 : p;
}

/* N less the cells at the end that are empty, but no less than LEAST. */
static size_t cut_empty(const struct form_cell *c, size_t n, size_t least)
{
	while (n > least && c[n - 1].n == 0)
		n--;
	return n;
}

/* A bracket or quote that C opens it does not close: it is a part of a call. */
static bool is_torn(const struct form_cell *c)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < c->n; i++) {
		depth += (c->p[i] == '(') - (c->p[i] == ')');
		quoted ^= c->p[i] == '"';
	}
	return depth != 0 || quoted;
}

/* The N cells at C may be names. */
static bool are_names(const struct form_cell *c, size_t n, char sep)
{
	size_t nempty = 0, nnumber = 0;
	double x, total;

	for (size_t i = 0; i < n; i++) {
		nempty += c[i].n == 0;
		if (c[i].n == 0)
			continue;
		if (pair_number_cell(c[i].p, c[i].n, PAIR_NUMBER_UNIT, &x,
			    &total, NULL) == PAIR_CELL_NUMBER ||
			(sep == ' ' && is_torn(&c[i])))
			return false;
		nnumber += !c[i].is_quoted && form_cell_has_number(&c[i]);
	}
	/* Blanks end lines, but begin no cell. */
	return nempty <= 1 && 2 * nnumber < n && (n > 1 || sep == ',');
}

bool form_rows_is_comment(const char *p)
{
	p += strspn(p, " \t");
	return *p == '#' || (p[0] == '/' && p[1] == '/');
}

bool form_rows_is_between(const char *p)
{
	return form_rows_is_rule(p) || form_rows_is_comment(p);
}

bool form_rows_is_rule(const char *p)
{
	p += strspn(p, " \t");
	size_t n = strspn(p, "-=+|:_ \t#*");

	return p[n] == '\0' && (n == 0 || strpbrk(p, "-=_"));
}

/* Where P begins, before END, numbers stand alone in half of what commas or
 * bars divide, or in anything else.  How long the numbers are is nothing. */
static bool has_numbers(const char *p, const char *end)
{
	const char *begin = p;
	size_t n = str_is_digit(*p), all = n, nsep[NSEP] = {0}, most = 0;

	for (; p < end && all < LOOKS_MAX; p++) {
		const char *sep;

		if (*p == ' ') {
			all += str_is_digit(p[1]);
			n += str_is_digit(p[1]);
		} else if (pair_kind(*p) == PAIR_KIND_SEP &&
			   (sep = memchr(separators, *p, NSEP))) {
			all++;
			if (++nsep[sep - separators] > most)
				most++;
		}
	}
	/*
	 * Cells are one more than what stands between them, or one fewer than
	 * what stands around them.
	 */
	return n && 2 * n + (*begin == '|' ? 2 : 0) > most;
}

/* Where names may stand in P: before a bar, if they are wide apart. */
static const char *names_end(const char *p)
{
	const char *end = form_cell_end((char *)p, FORM_WIDE);

	for (const char *q = p + strspn(p, " \t"); *end && q < end; q++)
		if (form_is_blank(q[0]) && form_is_blank(q[1]))
			return end;
	return p + strlen(p);
}

bool form_rows_never_head(const char *p)
{
	return form_cell_assigns(p, names_end(p));
}

bool form_rows_may_head(const char *p)
{
	return *p && !form_rows_is_rule(p) && !form_rows_never_head(p) &&
	       !has_numbers(p, names_end(p));
}

/* In P, before a bar, a word has a number: "loss: 0.25", but not 10:00. */
static bool is_text(const char *p)
{
	const char *end = names_end(p);
	double x;

	for (const char *q = p; (q = strpbrk(q, ":=")) && q < end; q++)
		if (q > p && str_is_letter(q[-1]) &&
			pair_number(q + 1 + strspn(q + 1, " \t"), &x))
			return true;
	return false;
}

/* How the numbers of a table are spelled: commas by its first row. */
static unsigned spelling(const struct form_cell *c, size_t n, char sep)
{
	unsigned how = form_quotes(sep) ? 0 : PAIR_NUMBER_UNIT;
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

/* The columns of names and of values, where there are both. */
static void find_long(struct form_rows *r, size_t n, size_t *tag, size_t *value)
{
	*tag = *value = SIZE_MAX;
	for (size_t i = 0; i < n; i++) {
		const struct form_cell *c = &r->head[i];

		if (pair_tells_value(c->p, c->n))
			*value = i;
		else if (*tag == SIZE_MAX && pair_tells_name(c->p, c->n))
			*tag = i;
	}
	if (*tag == SIZE_MAX || *value == SIZE_MAX)
		*tag = *value = SIZE_MAX;
}

/*
 * "time loss" above "10:00:01 0.25": the second names a rate, a loss or a
 * metric, and the row has no name for its number, which is not whole.
 */
static bool are_label_and_value(const struct form_rows *r)
{
	return pair_fits(r->head[1].p, r->head[1].n, PAIR_TOLD) &&
	       !pair_fits(r->row[0].p, r->row[0].n, (1U << PAIR_NROLE) - 1) &&
	       memchr(r->row[1].p, '.', r->row[1].n);
}

/* The row's cells are numbers enough for its header to be one. */
static bool are_values(
	const struct form_rows *r, size_t n, size_t tag, char sep, bool first)
{
	size_t nnumber = 0, nnone = 0, ntext;
	double x, total;

	for (size_t i = 0; i < n; i++) {
		enum pair_cell kind =
			form_cell_read(r, &r->row[i], &x, &total, NULL);

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
		return nnumber == 2 ||
		       (first && (form_quotes(sep) || are_label_and_value(r)));
	if (sep == ' ' || sep == FORM_WIDE)
		return ntext <= 1 + (n > 5);
	return 2 * ntext <= n || (first && form_quotes(sep));
}

static size_t name_key(struct form_rows *r, struct form_cell *c)
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
	if (array_reserve(&r->column, &r->cap, i + 1, sizeof(*r->column), NULL))
		return -1;
	r->column[i] = (struct form_column){.key = key, .is_number = is_number};
	r->n = i + 1;
	return 0;
}

/* Of a wide table they are many, and may never be needed again. */
static void forget_cells(struct form_rows *r)
{
	free(r->head);
	free(r->row);
	r->head = r->row = NULL;
	r->nhead = r->nrow = 0;
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
		struct form_cell none = {"", 0, false};
		struct form_cell *name = i < more ? &none : &r->head[i - more];

		if (set_column(r, i, name_key(r, name),
			    form_cell_read(r, &r->row[i], &x, &total, NULL) !=
				    PAIR_CELL_TEXT) < 0) {
			r->sep = '\0';
			return -1;
		}
	}
	forget_cells(r);
	return 1;
}

/* Keeps where the N names in LINE stand; caller frees.  NULL: no memory. */
static struct form_span *keep_spans(
	const struct form_cell *name, size_t n, const char *line)
{
	struct form_span *span = malloc(n * sizeof(*span));

	for (size_t i = 0; span && i < n; i++) {
		span[i].begin = (size_t)(name[i].p - line);
		span[i].end = span[i].begin + name[i].n;
	}
	return span;
}

/*
 * Puts the M cells of ROW below the N names of LINE, most of which have one.
 * Returns how many there are then, SIZE_MAX without memory.
 */
static size_t place_row(
	struct form_rows *r, size_t n, size_t m, const char *line, char *row)
{
	struct form_span *span;

	if (2 * m < n)
		return m;
	span = keep_spans(r->head, n, line);
	m = span ? form_cell_split(row, FORM_WIDE, span, n, &r->row, &r->nrow)
		 : SIZE_MAX;
	free(span);
	return m;
}

/* 'a', 'b': all of the N names stand in single quotes, which are left out. */
static void unquote_names(struct form_cell *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (name[i].n < 3 || name[i].p[0] != '\'' ||
			name[i].p[name[i].n - 1] != '\'')
			return;
	for (size_t i = 0; i < n; i++) {
		name[i].p++;
		name[i].n -= 2;
	}
}

/* P is behind a mark at the begin of LINE, or is it. */
static int try_head(struct form_rows *r, char *line, char *p, char *row,
	char sep, bool first)
{
	size_t n = form_cell_split(p, sep, NULL, 0, &r->head, &r->nhead), m,
	       tag, value;
	bool blanks = sep == ' ' || sep == FORM_WIDE;

	if (n == SIZE_MAX)
		return -1;
	n = cut_empty(r->head, n, 1);
	if (form_quotes(sep))
		unquote_names(r->head, n);
	if (n < 1 || !are_names(r->head, n, sep) || (n == 1 && !first))
		return 0;
	m = form_cell_split(row, sep, NULL, 0, &r->row, &r->nrow);
	if (m == SIZE_MAX)
		return -1;
	m = cut_empty(r->row, m, n);
	/* Cells that are missing at the end are no less a row. */
	if (form_quotes(sep) && m > n / 2)
		for (; m < n && m < r->nrow; m++)
			r->row[m] = (struct form_cell){"", 0, false};
	if (sep == FORM_WIDE && m < n)
		m = place_row(r, n, m, line, row);
	if (m == SIZE_MAX)
		return -1;
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
	free(r->span);
	r->span = sep == FORM_WIDE && m == n ? keep_spans(r->head, n, line)
					     : NULL;
	r->nspan = r->span ? n : 0;
	return set_columns(r, n, m, tag, value);
}

int form_rows_head(struct form_rows *r, char *p, char *row, bool first)
{
	char *line = p;
	bool barred = *names_end(p);
	/* Words, as of a sentence, are no header where the table goes on, nor
	 * above a line in which a name has a number. */
	bool goes_on = ((form_quotes(r->sep) || r->sep == '|') &&
			       strchr(row, r->sep)) ||
		       is_text(row);

	p = skip_mark(p);
	for (size_t i = 0; i < NSEP; i++) {
		char sep = separators[i];
		bool blanks = sep == ' ' || sep == FORM_WIDE;
		int got;

		if ((r->only && sep != r->only) || (blanks ? goes_on : barred))
			continue;
		got = try_head(r, line, p, row, sep, first);
		if (got)
			return got;
	}
	return 0;
}

/*
 * The N names of LINE stand below those of ABOVE, each below a part of one, and
 * these are wide apart, as words of a sentence are not.
 */
static bool stand_below(const struct form_cell *name, const char *line,
	const struct form_cell *over, const char *above, size_t n)
{
	size_t nwide = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(name[i].p - line);
		size_t over_at = (size_t)(over[i].p - above);

		if (at >= over_at + over[i].n || over_at >= at + name[i].n)
			return false;
		nwide += i && over[i].p - (over[i - 1].p + over[i - 1].n) > 1;
	}
	return n > 2 && 2 * nwide >= n;
}

/* Appends the names at OVER and NAME, each in one word.  Returns 0, or -1. */
static int add_joined(struct buf *b, const struct form_cell *over,
	const struct form_cell *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_add(b, over[i].p, over[i].n);
		buf_addc(b, '_');
		buf_add(b, name[i].p, name[i].n);
		buf_addc(b, ' ');
	}
	return buf_text(b) ? 0 : -1;
}

int form_rows_head_of_two(struct form_rows *r, char *above, char *p, char *row)
{
	struct form_cell *over = NULL;
	struct buf both = {0};
	size_t cap = 0, n, m;
	int got = 0;

	if (r->only && r->only != ' ')
		return 0;
	n = form_cell_split(above, ' ', NULL, 0, &over, &cap);
	m = form_cell_split(p, ' ', NULL, 0, &r->head, &r->nhead);
	if (n == SIZE_MAX || m == SIZE_MAX)
		got = -1;
	else if (n == m && are_names(over, n, ' ') &&
		 are_names(r->head, n, ' ') &&
		 stand_below(r->head, p, over, above, n))
		got = add_joined(&both, over, r->head, n) < 0 ? -1 : 1;
	if (got > 0)
		got = try_head(r, both.data, both.data, row, ' ', false);
	buf_free(&both);
	free(over);
	return got;
}

int form_rows_find(struct form_rows *r, char *p)
{
	for (size_t i = 0; i < NSEP; i++) {
		char sep = separators[i];
		size_t n, m;

		if (r->only && sep != r->only)
			continue;
		n = form_cell_split(
			r->columns, ',', NULL, 0, &r->head, &r->nhead);
		m = form_cell_split(p, sep, NULL, 0, &r->row, &r->nrow);
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
