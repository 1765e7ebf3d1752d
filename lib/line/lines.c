/* SPDX-License-Identifier: MIT */
/*
 * Lines of pairs: which form a line has, the first that fits.  A row of the
 * table at hand; values as JSON or Python prints them; a header; text.
 */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "file/input.h"
#include "line/line_impl.h"

/* What goes over so many lines, or bytes, is no value that a log prints. */
#define VALUE_NLINE_MAX 1000
#define VALUE_NBYTES_MAX ((size_t)16 << 20)
#define DOCUMENT_NBYTES_MAX ((size_t)256 << 20)
/* A list has a name of less. */
#define LIST_NAME_MAX 64
/* So many rows are read one by one where reading many fails, at most. */
#define WAITS_MAX 64
/* A cell in quotes goes over so many lines at most. */
#define QUOTED_NLINE_MAX 100

struct line_reader {
	struct line_bytes *bytes;
	struct form_rows *rows;
	struct pair_pattern *pattern;   /* NULL: none is asked for */
	struct form_document *document; /* NULL: the log is none */
	struct line_again *again;
	struct pair_list pairs;
	const struct input *in;
	bool live; /* line_options has them */
	bool grows;
	bool hasty; /* the one line that came may have been a document */
	enum line_format format;
	const char *columns;
	size_t done; /* lines that were given and are still in use */
	size_t rest; /* of the line, behind a value that was given; 0: none */
	uint64_t lineno;
	struct line_header header; /* of the table at hand */
	size_t below; /* a line of validation is indented so much; 0: no more */
	struct pair_section section;
	int rank;     /* that was told before the line */
	bool started; /* something stood before */
	bool parted;  /* a blank line did, or nothing */
	bool is_row;
	bool is_headed; /* a header came again, and no row since */
	bool cut;
	unsigned wait;  /* rows until it is tried to read some at once */
	unsigned waits; /* after a trial that failed */
};

int line_open(struct line_reader **ret, struct input *in,
	const struct line_options *opt, struct pair_keys *keys, struct diag *d)
{
	struct line_reader *l = calloc(1, sizeof(*l));

	*ret = NULL;
	if (!l)
		return diag_nomem(d, sizeof(*l));
	*l = (struct line_reader){.pairs.keys = keys,
		.in = in,
		.live = opt->live,
		.grows = opt->grows,
		.format = opt->format,
		.columns = opt->columns,
		.section.key = SIZE_MAX,
		.parted = true};
	bool strips = !opt->live && !opt->pattern && !opt->columns;

	if (line_bytes_open(&l->bytes, in, strips, d) < 0 ||
		form_rows_new(&l->rows, opt->sep, opt->columns, keys, d) < 0 ||
		(opt->pattern && pair_pattern_new(&l->pattern, opt->pattern,
					 keys, d) < 0) ||
		line_again_new(&l->again, d) < 0) {
		line_close(l);
		return -1;
	}
	*ret = l;
	return 0;
}

void line_close(struct line_reader *l)
{
	if (!l)
		return;
	line_bytes_close(l->bytes);
	form_rows_free(l->rows);
	pair_pattern_free(l->pattern);
	form_document_free(l->document);
	line_again_free(l->again);
	pair_list_free(&l->pairs);
	free(l);
}

void line_odd(const struct line_reader *l, struct line_odd *ret)
{
	ret->cut = l->cut;
	ret->misfits = *form_rows_misfits(l->rows);
}

static char *skip_blanks(char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n')
		p++;
	return p;
}

/* --- values -------------------------------------------------------------- */

/*
 * Where a dict begins in P: a brace and a quote, or a brace that is all of the
 * line.  NULL: nowhere.
 */
static char *find_value(char *p)
{
	char *all = skip_blanks(p), *q;

	if (*all == '{' && *skip_blanks(all + 1) == '\0')
		return all;
	for (q = p; (q = strchr(q, '{')); q++) {
		char *in = skip_blanks(q + 1);

		if (*in == '"' || *in == '\'')
			return q;
	}
	return NULL;
}

/*
 * The end of the value at AT in line T, which is joined with the lines after it
 * that it goes on in.  Returns 1, 0 if it has none, or -1.
 */
static int value_end(struct line_reader *l, struct form_line *t, char **at,
	char **end, struct diag *d)
{
	struct form_nest nest = {0};
	struct form_line last = *t;
	size_t off = (size_t)(*at - t->p), n = 1, size = t->n;
	int got = form_value_feed(&nest, *at, end);

	while (got == 0 && n < VALUE_NLINE_MAX && size < VALUE_NBYTES_MAX) {
		int more = line_bytes_peek(l->bytes, n, &last, d);

		if (more < 0)
			return -1;
		if (more == 0)
			break;
		n++;
		size += last.n;
		got = form_value_feed(&nest, last.p, end);
	}
	size_t tail = got == 1 ? (size_t)(last.p + last.n - *end) : 0;

	line_bytes_peek(l->bytes, 0, t, d);
	*at = t->p + off;
	if (got != 1)
		return 0;
	if (n > 1)
		line_bytes_join(l->bytes, n, t);
	*end = t->p + t->n - tail;
	return 1;
}

/* A text that is a log's own line, told below such a name. */
static bool is_message(const char *name)
{
	return str_is_word_of(
		name, strlen(name), "log message msg text line event MESSAGE");
}

/* Adds what P[0..n) tells to the pairs, but for names that are there. */
static void add_text(struct pair_list *o, char *p, size_t n)
{
	size_t at = o->n;
	char was = p[n];

	p[n] = '\0';
	form_text_pairs(p, o);
	p[n] = was;
	if (at)
		pair_list_drop_known(o, at);
}

/*
 * The same of what stands around a value.  A bar that ends before it, or begins
 * behind it, was drawn at another time: its counter is not that of the value.
 */
static void add_around(struct pair_list *o, char *p, size_t n, bool before)
{
	size_t at = o->n, end = n;

	add_text(o, p, n);
	while (end && p[end - 1] == ' ')
		end--;
	if (!o->is_bar || (before && (!end || p[end - 1] != ']')))
		return;
	o->n = at;
	o->is_bar = false;
}

static void add_messages(struct pair_list *o)
{
	size_t n = o->n;

	for (size_t i = 0; i < n; i++) {
		struct pair *p = &o->pair[i];

		if (p->text && is_message(pair_keys_name(o->keys, p->key)))
			add_text(o, (char *)p->text, p->ntext);
	}
}

/*
 * The pairs of the value at AT, which ends at END, and of what stands around it
 * in P.  Returns 0 if it cannot be read; or else 1, with *REST behind it, where
 * there is another.
 */
static int add_value(
	struct pair_list *o, char *p, char *at, char *end, char **rest)
{
	char *next = end;

	if (!form_value_pairs(at, "", 0, o))
		return 0;
	add_messages(o);
	add_around(o, p, (size_t)(at - p), true);
	/* Several, one behind the other, are as many records. */
	while (*next == ',' || *next == ' ' || *next == '\n')
		next++;
	*rest = *next == '{' ? next : NULL;
	if (!*rest)
		add_around(o, end, strlen(end), false);
	return 1;
}

/*
 * The line T that has a value, from byte FROM on.  Returns 1 if it is read, 0
 * if it has none that can be read, or -1.  What is behind it waits in rest.
 */
static int read_value(
	struct line_reader *l, struct form_line *t, size_t from, struct diag *d)
{
	char *at = find_value(t->p + from), *end, *rest;
	int got;

	if (!at)
		return 0;
	got = value_end(l, t, &at, &end, d);
	if (got <= 0)
		return got;
	got = add_value(&l->pairs, t->p + from, at, end, &rest);
	if (got && rest)
		l->rest = (size_t)(rest - t->p);
	return got;
}

/* --- documents ----------------------------------------------------------- */

/* The lines from number N on are blank to the end.  Returns 1, 0 or -1. */
static int ends_behind(struct line_reader *l, size_t n, struct diag *d)
{
	struct form_line t;
	int got;

	while ((got = line_bytes_peek(l->bytes, n, &t, d)) > 0) {
		if (*skip_blanks(t.p) != '\0')
			return 0;
		n++;
	}
	return got < 0 ? -1 : 1;
}

/*
 * The value at P is not to wait for what is behind it, where lines are awaited:
 * it has no rows in it, so it is no document; or it is a line with numbers,
 * too, and more may come only after an answer.  Returns 1, 0 or -1.
 */
static int is_awaited(
	struct line_reader *l, char *p, bool is_line, struct diag *d)
{
	int got = form_document_new(&l->document, p, d);

	if (got <= 0)
		return got < 0 ? -1 : 1;
	l->hasty = is_line && (l->grows || !l->in->seekable || l->in->follow) &&
		   form_document_may_be_record(l->document);
	form_document_free(l->document);
	l->document = NULL;
	return l->hasty;
}

/* That was all: what was read as a record has the rows of a document. */
static int fail_hasty(const struct line_reader *l, struct diag *d)
{
	diag_set(d, DIAG_DATA,
		"a JSON document in one line was read as one record; expected "
		"it in a file, or records, a line for each");
	return diag_at(d, "%llu", (unsigned long long)l->lineno);
}

/*
 * A list of numbers, or of lists, begins at P, in the next line: its first is
 * there, or in the line behind.  Records in a list need not wait for its end.
 * Returns 1, 0 or -1.
 */
static int begins_list(struct line_reader *l, char *p, struct diag *d)
{
	struct form_line more;
	const char *in = skip_blanks(p + 1);
	int got = 1;

	if (*p != '[')
		return 0;
	if (!*in) {
		got = line_bytes_peek(l->bytes, 1, &more, d);
		in = got > 0 ? skip_blanks(more.p) : in;
	}
	return got <= 0 ? got
			: str_is_digit(*in) || (*in && strchr("[-.", *in));
}

/*
 * "{'loss': [3.5, 2.5]}": a value that was made a string before it was written.
 * Takes the quotes of the line P, at AT, away, and what they made of others.
 * Returns where the value begins.
 */
static char *unquote(char *p, char *at)
{
	char *end = p + strlen(p), *to = at;

	while (end > at && end[-1] == ' ')
		end--;
	if (*at != '"' || (at[1] != '{' && at[1] != '[') || end - at < 4 ||
		end[-1] != '"')
		return at;
	*to++ = ' ';
	for (const char *from = at + 1; from < end - 1; from++) {
		if (*from == '\\' && strchr("\"\\n", from[1]))
			from++;
		*to++ = from[-1] == '\\' && *from == 'n' ? ' ' : *from;
	}
	memset(to, ' ', (size_t)(end - to));
	return skip_blanks(at);
}

/*
 * T, the first line, with those after it, as a document: one value that is all
 * there is.  Returns 1 if it is one, 0 or -1.
 */
static int read_document(
	struct line_reader *l, struct form_line *t, struct diag *d)
{
	struct form_nest nest = {0};
	size_t n = 1, size = t->n;
	char *at = unquote(t->p, skip_blanks(t->p)), *end;
	int got = *at == '{' ? 1 : begins_list(l, at, d);

	if (got <= 0 || line_bytes_peek(l->bytes, 0, t, d) < 0)
		return got < 0 ? -1 : 0;
	at = skip_blanks(t->p);
	got = form_value_feed(&nest, at, &end);
	while (got == 0 && size < DOCUMENT_NBYTES_MAX) {
		struct form_line more;
		int came = line_bytes_peek(l->bytes, n, &more, d);

		if (came < 0)
			return -1;
		if (came == 0)
			break;
		n++;
		size += more.n;
		got = form_value_feed(&nest, more.p, &end);
	}
	bool is_whole = got == 1 && *skip_blanks(end) == '\0';

	line_bytes_peek(l->bytes, 0, t, d);
	if (!is_whole)
		return 0;
	if (l->live || l->grows) {
		line_bytes_join(l->bytes, n, t);
		got = is_awaited(l, skip_blanks(t->p), n == 1, d);
		n = 1;
		if (got)
			return got < 0 ? -1 : 0;
	}
	got = ends_behind(l, n, d);
	line_bytes_peek(l->bytes, 0, t, d);
	if (got <= 0)
		return got;
	line_bytes_join(l->bytes, n, t);
	return form_document_new(&l->document, skip_blanks(t->p), d);
}

/*
 * The value that begins at P in line *N ends in it, or in one of those behind
 * it, which *N then is, and nothing stands there.  Returns 1, 0 or -1.
 */
static int ends_alone(
	struct line_reader *l, char *p, size_t *n, size_t *size, struct diag *d)
{
	struct form_nest nest = {0};
	struct form_line more;
	char *end;
	int got = form_value_feed(&nest, p, &end);

	while (got == 0 && *size < DOCUMENT_NBYTES_MAX) {
		int came = line_bytes_peek(l->bytes, ++*n, &more, d);

		if (came <= 0)
			return came;
		*size += more.n;
		got = form_value_feed(&nest, more.p, &end);
	}
	return got == 1 && *skip_blanks(end) == '\0';
}

/*
 * T and all lines behind it are lists with names, "lrs = [...]", each of which
 * is one of numbers by its length, and no name stands twice.  Sets *NLINE.
 * Returns 1, 0 or -1.
 */
static int are_lists(struct line_reader *l, struct form_line *t, size_t *nline,
	struct diag *d)
{
	char first[LIST_NAME_MAX];
	size_t size = 0, nname = 0;
	int got;

	for (*nline = 0; (got = line_bytes_peek(l->bytes, *nline, t, d)) > 0;
		++*nline) {
		char *name = skip_blanks(t->p), *at;
		size_t n = strcspn(name, " =:");

		if (!*name)
			continue;
		at = form_document_list(name);
		if (!at || n >= sizeof(first) || !strchr(at, ',') ||
			(n == nname && memcmp(first, name, n) == 0))
			return 0;
		if (!nname) {
			memcpy(first, name, n);
			nname = n;
		}
		size += t->n;
		got = ends_alone(l, at, nline, &size, d);
		if (got <= 0)
			return got;
	}
	return got < 0 ? -1 : 1;
}

/* T, the first line, with those after it, as such lists.  As read_document().
 */
static int read_lists(
	struct line_reader *l, struct form_line *t, struct diag *d)
{
	size_t n;
	int got = 0;

	if (!l->live && !l->grows && form_document_list(skip_blanks(t->p)))
		got = are_lists(l, t, &n, d);
	line_bytes_peek(l->bytes, 0, t, d);
	if (got <= 0)
		return got;
	line_bytes_join(l->bytes, n, t);
	return form_document_new(&l->document, skip_blanks(t->p), d);
}

/* --- tables -------------------------------------------------------------- */

/* A quote in P closes a cell. */
static bool closes(const char *p)
{
	while ((p = strchr(p, '"'))) {
		size_t n = strspn(p, "\"");

		p += n;
		if (n % 2 == 1 && (!*p || strchr(",;\t ", *p)))
			return true;
	}
	return false;
}

/*
 * The line behind T that closes the quote that is open in it.  Returns its
 * number, 0 if there is none, or -1.
 */
static int closing_line(struct line_reader *l, struct diag *d)
{
	for (int n = 1; n <= QUOTED_NLINE_MAX; n++) {
		struct form_line t;
		int got = line_bytes_peek(l->bytes, (size_t)n, &t, d);

		if (got <= 0)
			return got;
		if (closes(t.p))
			return n;
	}
	return 0;
}

/*
 * T as a row, with as many lines as its quotes need.  Returns 1, also if it is
 * one that does not fit, 0 or -1.
 */
static int read_row(struct line_reader *l, struct form_line *t, struct diag *d)
{
	enum form_row got;
	int n = 0;

	while ((got = form_rows_row(l->rows, t, n < 0, &l->pairs)) ==
		FORM_ROW_OPEN) {
		n = closing_line(l, d);
		if (n < 0)
			return -1;
		line_bytes_peek(l->bytes, 0, t, d);
		if (n > 0)
			line_bytes_join(l->bytes, (size_t)n + 1, t);
		else
			n = -1;
	}
	return got != FORM_ROW_NONE;
}

/* T as a header, for the sake of lines after it.  Returns 1, 0 or -1. */
static int read_header(
	struct line_reader *l, struct form_line *t, struct diag *d)
{
	bool known;
	int got;

	if (form_rows_is_rule(t->p) || !form_rows_may_head(t->p))
		return 0;
	known = form_rows_separated(l->rows);
	got = line_head(l->bytes, l->rows, !l->started, &l->header, d);
	l->pairs.failed |= l->header.failed;
	if (got < 0 || line_bytes_peek(l->bytes, 0, t, d) < 0)
		return -1;
	if (got > 0) {
		l->done += l->header.nline - 1;
		l->is_headed = known && form_rows_separated(l->rows);
	}
	return got > 0;
}

/* --- text ---------------------------------------------------------------- */

/* P is a name and a colon, alone: what is indented below it is of that. */
static bool is_heading(const char *p)
{
	size_t n = strcspn(p, ":");

	return n > 0 && p[n] == ':' && p[n + 1 + strspn(p + n + 1, " ")] == 0;
}

/*
 * Tabs in P as system loggers print them, #011 between a value and a name: a
 * number behind a mark begins a word.
 */
static void undo_tabs(char *p)
{
	while ((p = strstr(p, "#011"))) {
		if (p[-1] != ' ' && str_is_letter(p[4]))
			memcpy(p, "\t   ", 4);
		p += 4;
	}
}

/* What P says, of which O keeps nothing, has a step of its own. */
static bool tells_step(char *p, struct pair_list *o)
{
	bool is_bar = o->is_bar, is_valid = o->is_valid, ret = false;
	size_t n = o->n;

	form_text_pairs(p, o);
	for (size_t i = n; i < o->n; i++) {
		const char *name = pair_keys_name(o->keys, o->pair[i].key);

		ret |= pair_fits(name, strlen(name), 1U << PAIR_STEP);
	}
	o->n = n;
	o->is_bar = is_bar;
	o->is_valid = is_valid;
	return ret;
}

/*
 * What was printed behind a bar that tqdm drew,
 * "[00:32<53:42, 3.25s/it]Iter 20: ...".  NULL: nothing.
 */
static char *behind_bar(char *p)
{
	for (char *q = p; (q = strchr(q, '<')); q++) {
		char *begin = q, *end = strchr(q, ']');

		while (begin > p &&
			(str_is_digit(begin[-1]) || begin[-1] == ':'))
			begin--;
		if (begin < q && begin > p && begin[-1] == '[' && end &&
			str_is_letter(end[1]))
			return end + 1;
	}
	return NULL;
}

/*
 * The bar at P, if what was printed BEHIND it tells another step: that is left
 * for later, as if it stood in the next line.
 */
static bool read_bar(struct line_reader *l, char *p, char *behind)
{
	size_t n = l->pairs.n;

	add_text(&l->pairs, p, (size_t)(behind - p));
	if (tells_step(behind, &l->pairs)) {
		l->rest = (size_t)(behind - p);
		return true;
	}
	l->pairs.n = n;
	l->pairs.is_bar = l->pairs.is_valid = false;
	return false;
}

/* T as text, perhaps below a heading, as YAML has them. */
static void read_text(struct line_reader *l, const struct form_line *t)
{
	size_t indent = strspn(t->p, " \t");
	const char *p = t->p + indent;
	char *behind = behind_bar(t->p);

	if (l->below && indent < l->below)
		l->below = 0;
	if (is_heading(p) && pair_mark_valid(p, strcspn(p, ":")))
		l->below = indent + 1;
	undo_tabs(t->p + 1);
	if (!behind || !read_bar(l, t->p, behind))
		form_text_pairs(t->p, &l->pairs);
	l->pairs.is_valid |= l->below > 0;
}

/* --- lines --------------------------------------------------------------- */

static bool reads(const struct line_reader *l, enum line_format format)
{
	return l->format == LINE_AUTO || l->format == format;
}

/* P as the value in it, or else as text, if it is no more. */
static bool read_alone(void *ctx, char *p, struct pair_list *o)
{
	const struct line_reader *l = ctx;
	struct form_nest nest = {0};
	char *at = reads(l, LINE_JSON) ? find_value(p) : NULL, *end, *rest;

	if (!at) {
		form_text_pairs(p, o);
		return reads(l, LINE_TEXT);
	}
	return form_value_feed(&nest, at, &end) == 1 &&
	       add_value(o, p, at, end, &rest) && !rest;
}

/* The pairs of T, which is no row, in full.  Returns 0, or -1. */
static int read_form(struct line_reader *l, struct form_line *t, struct diag *d)
{
	int got = 0;

	if (reads(l, LINE_JSON) && !l->started)
		got = read_document(l, t, d);
	if (!got && reads(l, LINE_JSON) && !l->started)
		got = read_lists(l, t, d);
	if (!got && reads(l, LINE_JSON))
		got = read_value(l, t, 0, d);
	if (!got && reads(l, LINE_CSV))
		got = read_header(l, t, d);
	if (!got && reads(l, LINE_CSV) && form_rows_known(l->rows))
		got = form_rows_misfit(l->rows, t);
	if (!got && reads(l, LINE_TEXT))
		read_text(l, t);
	return got < 0 ? -1 : 0;
}

/* The same as one like it was read before, if there was one. */
static int read_again(
	struct line_reader *l, struct form_line *t, struct diag *d)
{
	bool is_sure, is_new;
	unsigned may = 0;
	size_t nline;
	int got;

	if (reads(l, LINE_TEXT)) {
		may = l->live ? 0 : LINE_WRAPPED;
		if (l->parted && !l->live)
			may |= LINE_BLOCK;
		if (l->started && !l->below && t->ended)
			may |= LINE_BOX;
	}
	got = line_several(l->bytes, t, may, &l->pairs, &nline, d);
	if (got) {
		l->done += nline - 1;
		return got < 0 ? -1 : 0;
	}
	if (!l->started || l->below || !t->ended)
		return read_form(l, t, d);
	if (line_again_pairs(l->again, t->p, t->n, form_rows_known(l->rows),
		    &is_new, &l->pairs))
		return 0;
	is_sure = is_new && (form_rows_never_head(t->p) ||
				    (reads(l, LINE_JSON) && find_value(t->p)));
	if (read_form(l, t, d) < 0)
		return -1;
	if (is_new && l->pairs.n && !l->pairs.failed && !l->rest && !l->below)
		line_again_learn(l->again, &l->pairs, is_sure, read_alone, l);
	return 0;
}

/* The pairs of T, the next line.  Returns 0, or -1. */
static int read_line(struct line_reader *l, struct form_line *t, struct diag *d)
{
	int got = 0;

	if (l->pattern) {
		pair_pattern_pairs(l->pattern, t->p, &l->pairs);
		return 0;
	}
	if (l->header.ncell &&
		line_cells_row(l->bytes, l->header.ncell, t, d) < 0)
		return -1;
	if (reads(l, LINE_CSV) && (form_rows_known(l->rows) || l->columns)) {
		got = read_row(l, t, d);
		l->is_row = got > 0;
		if (l->columns)
			return got < 0 ? -1 : 0;
	}
	return got ? got < 0 ? -1 : 0 : read_again(l, t, d);
}

/* The last line has no end: its last number may be half of one. */
static void cut_last(struct line_reader *l, const struct form_line *t)
{
	unsigned char c = t->n ? (unsigned char)t->p[t->n - 1] : ' ';

	if (l->pairs.n == 0 ||
		!(str_is_alnum((char)c) || c >= 0x80 || strchr("+-._%", c)))
		return;
	l->pairs.n--;
	l->cut = true;
}

static int fail(struct line_reader *l, struct diag *d)
{
	if (pair_keys_n(l->pairs.keys) < PAIR_NKEY_MAX)
		return diag_nomem(d, l->pairs.cap * sizeof(*l->pairs.pair));
	diag_set(d, DIAG_DATA,
		"more than %zu names of values; expected those of a log",
		PAIR_NKEY_MAX);
	return diag_at(d, "%llu", (unsigned long long)l->lineno);
}

/* What a bar counts, whose counter has no name, is not all of it. */
static bool is_part(const struct pair_list *o)
{
	for (size_t i = 0; o->is_bar && i < o->n; i++)
		if (o->pair[i].value < o->pair[i].total &&
			strcmp(pair_keys_name(o->keys, o->pair[i].key),
				PAIR_KEY_COUNT) == 0)
			return true;
	return false;
}

static void give(struct line_reader *l, struct line *ret)
{
	uint64_t shape = l->pairs.n;

	for (size_t i = 0; i < l->pairs.n; i++)
		shape = (shape ^ l->pairs.pair[i].key) *
			UINT64_C(0x9e3779b97f4a7c15);
	*ret = (struct line){.pair = l->pairs.pair,
		.n = l->pairs.n,
		.lineno = l->lineno,
		.shape = shape ^ shape >> 32,
		.rank = l->pairs.rank >= 0 ? l->pairs.rank : l->rank,
		.is_row = l->is_row,
		.is_headed = l->is_row && l->is_headed,
		.is_bar = l->pairs.is_bar,
		.is_part = is_part(&l->pairs),
		.is_valid = pair_section_of(&l->section, &l->pairs) ||
			    l->pairs.is_valid};
	l->is_headed &= !l->is_row;
}

/* The pairs of what comes next.  Returns 1, 0 at the end, or -1. */
static int read_next(struct line_reader *l, struct diag *d)
{
	struct form_line t;
	int got;

	if (!l->rest && !l->document) {
		line_bytes_skip(l->bytes, l->done);
		l->done = 0;
	}
	got = line_bytes_peek(l->bytes, 0, &t, d);
	if (got == 0 && l->hasty && !l->grows)
		return fail_hasty(l, d);
	if (got <= 0)
		return got;
	l->done = 1;
	l->lineno = t.lineno;
	l->rank = t.rank;
	if (l->rest) {
		size_t rest = l->rest;

		l->rest = 0;
		got = read_value(l, &t, rest, d);
		if (got == 0)
			add_text(&l->pairs, t.p + rest, t.n - rest);
	} else if (*skip_blanks(t.p) != '\0') {
		l->hasty = false;
		got = read_line(l, &t, d);
		if (!got && !l->pairs.n && !l->document)
			pair_section_head(&l->section, t.p);
		l->started = true;
		l->parted = false;
	} else
		l->parted = true;
	if (got >= 0 && !t.ended && !l->rest && !l->document)
		cut_last(l, &t);
	return got < 0 ? -1 : 1;
}

/* The next row of the document.  Returns 1, or 0 at its end. */
static int next_of_document(struct line_reader *l)
{
	uint64_t nline;
	struct form_line t;
	struct diag d;

	line_bytes_peek(l->bytes, 0, &t, &d);
	if (form_document_next(l->document, &l->pairs, &nline)) {
		l->lineno = t.lineno + nline;
		return 1;
	}
	form_document_free(l->document);
	l->document = NULL;
	return 0;
}

int line_next(struct line_reader *l, struct line *ret, struct diag *d)
{
	do {
		int got = 0;

		l->pairs.n = 0;
		l->pairs.rank = -1;
		l->pairs.is_bar = l->pairs.is_valid = l->is_row = false;
		if (l->document)
			got = next_of_document(l);
		if (!got)
			got = read_next(l, d);
		if (got <= 0)
			return got;
		if (!l->is_row)
			pair_list_split_nested(&l->pairs);
		if (l->pairs.failed)
			return fail(l, d);
	} while (l->pairs.n == 0);
	give(l, ret);
	return 1;
}

size_t line_repeat(
	struct line_reader *l, double *value, uint64_t *forms, size_t max)
{
	const char *p, *from, *end;
	size_t n;

	if (!l->is_row || l->pattern || (l->wait && l->wait--) ||
		!form_rows_may_repeat(l->rows, &l->pairs))
		return 0;
	line_bytes_skip(l->bytes, l->done);
	l->done = 0;
	from = p = line_bytes_raw(l->bytes, &end);
	n = p ? form_rows_repeat(l->rows, &p, end, value, forms, max) : 0;
	if (n)
		line_bytes_take(l->bytes, p, n);
	if (n || !from)
		l->waits = 0;
	else
		l->waits = l->waits < WAITS_MAX ? 2 * l->waits + 1 : WAITS_MAX;
	l->wait = l->waits;
	return n;
}
