/* SPDX-License-Identifier: MIT */
/*
 * A log that is one JSON document: arrays of records, columns as arrays or as
 * dicts by row, as frameworks and pandas write them.  No tree is made: a part
 * of the document is where its next row stands.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "form/form.h"

/* Records stand so deep below the document at most. */
#define DEPTH_MAX 4
/* A shorter list is no column: betas, shapes. */
#define NROW_MIN 4

enum shape {
	RECORDS, /* [{...}, ...] */
	INDEXED, /* {"0": {...}, ...} */
	COLUMNS, /* {"a": [...], "b": [...]}, {"a": {"0": ...}, ...} */
	MATRIX,  /* [[...], ...] below names */
};

struct column {
	char *at; /* the next value; of a dict, its key */
	const char *name;
	size_t n; /* of the name */
	bool is_dict;
	size_t nrow;
};

struct part {
	enum shape shape;
	char *at;
	struct column *column;
	size_t ncolumn, nrow;
	bool is_short; /* lists so short or few may be values of one record */
	char *series;  /* what its values are, where a column has no name */
};

/* Where a dict stands: under which name, in which. */
struct path {
	const struct path *up;
	const char *name;
	size_t n;
};

struct form_document {
	struct part *part;
	size_t n, cap;
	size_t now;                  /* the part of the next row */
	const char *begin, *counted; /* lines before it are counted */
	uint64_t nline;
	bool has_numbers; /* beside its rows */
	bool failed;
};

static char *skip(char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == ',')
		p++;
	return p;
}

/* The next entry of a dict, from behind its brace or the entry before. */
static char *next_entry(char *p, char **name, size_t *n)
{
	p = form_value_key(skip(p), name, n);
	if (!p)
		return NULL;
	p = skip(p);
	return *p == ':' || *p == '=' ? skip(p + 1) : NULL;
}

static bool is_whole(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!str_is_digit(s[i]))
			return false;
	return n > 0;
}

/* --- what there is ------------------------------------------------------- */

static struct part *add_part(
	struct form_document *doc, enum shape shape, char *at)
{
	if (array_reserve(&doc->part, &doc->cap, doc->n + 1, sizeof(*doc->part),
		    NULL)) {
		doc->failed = true;
		return NULL;
	}
	doc->part[doc->n] = (struct part){.shape = shape, .at = at};
	return &doc->part[doc->n++];
}

static bool add_column(struct part *part, const struct column *c)
{
	return array_push(&part->column, &part->ncolumn, c, sizeof(*c), NULL) ==
	       0;
}

/*
 * Counts the scalars of the list, or of the dict by whole numbers, at P; 0: it
 * holds something else.
 */
static size_t count_scalars(char *p, bool is_dict)
{
	char close = is_dict ? '}' : ']';
	size_t n = 0, nname;
	char *name;

	for (p = skip(p + 1); p && *p != close; n++) {
		if (is_dict) {
			p = next_entry(p, &name, &nname);
			if (!p || !is_whole(name, nname))
				return 0;
		}
		if (*p == '{' || *p == '[')
			return 0;
		p = form_value_end(p);
		p = p ? skip(p) : NULL;
	}
	return p ? n : 0;
}

/* The first value of the list or dict at P; NULL: it is empty. */
static char *first_value(char *p, char **name, size_t *n)
{
	char *in = skip(p + 1);

	*n = 0;
	if (*in == '}' || *in == ']')
		return NULL;
	return *p == '{' ? next_entry(in, name, n) : in;
}

/* The names of the list of strings at P are those of the columns of PART. */
static bool take_names(struct form_document *doc, struct part *part, char *p)
{
	for (p = skip(p + 1); *p != ']';) {
		struct column c = {0};
		char *s;

		if (*p != '"' && *p != '\'')
			return false;
		p = form_value_key(p, &s, &c.n);
		if (!p)
			return false;
		c.name = s;
		if (!add_column(part, &c)) {
			doc->failed = true;
			return false;
		}
		p = skip(p);
	}
	return part->ncolumn > 0;
}

static void take_matrix(struct form_document *doc, char *names, char *rows)
{
	struct part *part = add_part(doc, MATRIX, skip(rows));

	if (part && !take_names(doc, part, names)) {
		free(part->column);
		doc->n--;
	}
}

/* The name of what is told again and again, and not of a setting. */
static bool is_told(const struct column *c)
{
	return pair_fits(
		c->name, c->n, PAIR_TOLD | 1U << PAIR_STEP | 1U << PAIR_EPOCH);
}

/* All lists are of one length, and one of them is told. */
static bool are_short_columns(const struct part *all)
{
	bool told = false;

	for (size_t i = 0; i < all->ncolumn; i++) {
		if (all->column[i].nrow != all->column[0].nrow)
			return false;
		told |= is_told(&all->column[i]);
	}
	return told;
}

/* Leaves the lists that are long enough to be columns anywhere. */
static void drop_short(struct part *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->ncolumn; i++)
		if (all->column[i].nrow >= NROW_MIN)
			all->column[n++] = all->column[i];
	all->ncolumn = n;
}

/* The names of PATH, a/b; caller frees.  NULL: no memory. */
static char *join_path(const struct path *path)
{
	const struct path *at[DEPTH_MAX + 1];
	struct buf b = {0};
	size_t n = 0;

	for (; path && n <= DEPTH_MAX; path = path->up)
		at[n++] = path;
	while (n--)
		buf_printf(&b, "%s%.*s", b.len ? "/" : "", (int)at[n]->n,
			at[n]->name);
	return buf_take(&b);
}

static struct column *find_column(
	const struct part *part, const char *const *names, size_t n)
{
	for (size_t i = 0; i < part->ncolumn; i++)
		for (size_t k = 0; k < n; k++)
			if (pair_same_name(part->column[i].name,
				    part->column[i].n, names[k],
				    strlen(names[k])))
				return &part->column[i];
	return NULL;
}

/*
 * {"loss": {"train": {"x": [...], "y": [...]}}}: a series of one thing, which
 * the names around it tell.
 */
static void name_series(
	struct form_document *doc, struct part *part, const struct path *path)
{
	static const char *const values[] = {"y", "value", "values"};
	static const char *const steps[] = {"x", "step", "steps", "iteration"};
	struct column *x = find_column(part, steps, ARRAY_SIZE(steps));
	struct column *y = find_column(part, values, ARRAY_SIZE(values));

	if (!x || !y || !path)
		return;
	part->series = join_path(path);
	if (!part->series) {
		doc->failed = true;
		return;
	}
	x->name = "step";
	x->n = 4;
	y->name = part->series;
	y->n = strlen(part->series);
}

static void free_part(struct part *part)
{
	free(part->column);
	free(part->series);
}

/* Of the columns in PART, those of the length that most have. */
static void choose_columns(
	struct form_document *doc, struct part *all, const struct path *path)
{
	size_t best = 0, most = 0, n = 0;
	bool is_short = are_short_columns(all) &&
			(all->ncolumn < 2 || all->column[0].nrow < NROW_MIN);

	if (!is_short)
		drop_short(all);
	is_short |= all->ncolumn == 1 && is_told(&all->column[0]);

	/* Lengths are few: the first of each is compared with all. */
	for (size_t i = 0; i < all->ncolumn && i < 64; i++) {
		size_t same = 0;

		for (size_t k = 0; k < all->ncolumn; k++)
			same += all->column[k].nrow == all->column[i].nrow;
		if (same > most) {
			most = same;
			best = all->column[i].nrow;
		}
	}
	if (most < 2 && !is_short) {
		free(all->column);
		return;
	}
	for (size_t i = 0; i < all->ncolumn; i++)
		if (all->column[i].nrow == best)
			all->column[n++] = all->column[i];
	struct part *part = add_part(doc, COLUMNS, NULL);

	if (!part) {
		free(all->column);
		return;
	}
	part->column = all->column;
	part->ncolumn = n;
	part->nrow = best;
	part->is_short = is_short;
	name_series(doc, part, path);
}

static void look_at(struct form_document *doc, char *p, unsigned depth,
	const struct path *path);

/* The entry NAME[0..n) of a dict, whose columns are COLUMNS: its value is P. */
static void look_at_entry(struct form_document *doc, struct part *columns,
	const char *name, size_t n, char *p, unsigned depth,
	const struct path *path)
{
	struct path at = {path, name, n};
	bool is_dict = *p == '{';
	size_t nrow;

	if (*p != '[' && *p != '{')
		return;
	nrow = count_scalars(p, is_dict);
	if (nrow > 1) {
		struct column c = {skip(p + 1), name, n, is_dict, nrow};

		doc->failed |= !add_column(columns, &c);
	} else if (nrow == 0)
		look_at(doc, p, depth + 1, &at);
}

/* A value as JSON or Python prints numbers begins at P. */
static bool is_number(const char *p)
{
	static const char *const odd[] = {"nan", "inf"};

	p += *p == '-';
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		if (strncasecmp(p, odd[i], 3) == 0)
			return true;
	return str_is_digit(*p) || *p == '.';
}

/* The entries from P on, in braces or not. */
static void look_at_entries(struct form_document *doc, char *p, unsigned depth,
	const struct path *path)
{
	struct part columns = {.shape = COLUMNS};
	char *names = NULL, *rows = NULL, *name;
	size_t n;

	for (; *p && *p != '}'; p = skip(p)) {
		p = next_entry(p, &name, &n);
		if (!p)
			break;
		if (str_is(name, n, "columns") && *p == '[')
			names = p;
		else if (str_is(name, n, "data") && *p == '[' &&
			 *skip(p + 1) == '[')
			rows = p + 1;
		else
			look_at_entry(doc, &columns, name, n, p, depth, path);
		if (depth == 0)
			doc->has_numbers |= is_number(p);
		p = form_value_end(p);
		if (!p)
			break;
	}
	if (names && rows)
		take_matrix(doc, names, rows);
	choose_columns(doc, &columns, path);
}

static void look_at_dict(struct form_document *doc, char *p, unsigned depth,
	const struct path *path)
{
	char *name = NULL, *value;
	size_t n;

	value = first_value(p, &name, &n);
	if (value && *value == '{' && is_whole(name, n))
		add_part(doc, INDEXED, skip(p + 1));
	else
		look_at_entries(doc, skip(p + 1), depth, path);
}

/* The list at P is of numbers alone, several. */
static bool are_numbers(char *p)
{
	size_t n = 0;

	for (p = skip(p + 1); *p != ']'; p = skip(p), n++)
		if (!is_number(p) || !(p = form_value_end(p)))
			return false;
	return n > 1;
}

/* The document is a column of N values, which begins at P. */
static void take_values(struct form_document *doc, char *p, size_t n)
{
	struct part *part = add_part(doc, COLUMNS, NULL);
	struct column c = {p, PAIR_KEY_VALUE, strlen(PAIR_KEY_VALUE), false, n};

	if (!part)
		return;
	part->nrow = n;
	doc->failed |= !add_column(part, &c);
}

/* Finds the parts of the value at P, which is under PATH. */
static void look_at(struct form_document *doc, char *p, unsigned depth,
	const struct path *path)
{
	char *in, *name;
	size_t n;

	if (depth > DEPTH_MAX)
		return;
	if (*p == '{') {
		look_at_dict(doc, p, depth, path);
		return;
	}
	in = first_value(p, &name, &n);
	if (in && *in == '{')
		add_part(doc, RECORDS, in);
	else if (in && depth == 0 && are_numbers(p))
		take_values(doc, in, count_scalars(p, false));
	else if (in && *in == '[' && count_scalars(in, false)) {
		char *rows = form_value_end(in);

		if (rows)
			take_matrix(doc, in, rows);
	}
}

/* Whether there are parts that beside numbers are none. */
static bool has_short(const struct form_document *doc)
{
	for (size_t i = 0; i < doc->n; i++)
		if (doc->part[i].is_short)
			return true;
	return false;
}

static void drop_short_parts(struct form_document *doc)
{
	size_t n = 0;

	for (size_t i = 0; i < doc->n; i++)
		if (doc->part[i].is_short)
			free_part(&doc->part[i]);
		else
			doc->part[n++] = doc->part[i];
	doc->n = n;
}

char *form_document_list(char *p)
{
	char *name;
	size_t n;

	if (!str_is_letter(*p))
		return NULL;
	p = next_entry(p, &name, &n);
	return p && *p == '[' ? p : NULL;
}

int form_document_new(struct form_document **ret, char *p, struct diag *d)
{
	struct form_document *doc = calloc(1, sizeof(*doc));

	*ret = NULL;
	if (!doc)
		return diag_nomem(d, sizeof(*doc));
	*doc = (struct form_document){.begin = p, .counted = p};
	if (form_document_list(p)) {
		look_at_entries(doc, p, 0, NULL);
		/* Short ones may be settings. */
		doc->has_numbers = true;
	} else
		look_at(doc, p, 0, NULL);
	if (doc->has_numbers)
		drop_short_parts(doc);
	if (doc->failed) {
		form_document_free(doc);
		return diag_nomem(d, sizeof(*doc->part));
	}
	if (doc->n == 0) {
		form_document_free(doc);
		return 0;
	}
	*ret = doc;
	return 1;
}

bool form_document_may_be_record(const struct form_document *doc)
{
	return doc->has_numbers || has_short(doc);
}

void form_document_free(struct form_document *doc)
{
	if (!doc)
		return;
	for (size_t i = 0; i < doc->n; i++)
		free_part(&doc->part[i]);
	free(doc->part);
	free(doc);
}

/* --- rows ---------------------------------------------------------------- */

/* Each of these adds a row and returns true, or returns false: no more. */

static bool next_record(struct part *part, struct pair_list *o)
{
	char *p = skip(part->at), *end;

	if (*p == ']' || *p == '\0')
		return false;
	end = *p == '{' ? form_value_pairs(p, "", 0, o) : NULL;
	if (!end)
		end = form_value_end(p);
	part->at = end ? end : p + strlen(p);
	return true;
}

static bool next_indexed(struct part *part, struct pair_list *o)
{
	char *name, *p = skip(part->at), *end;
	size_t n;
	double x, total;

	if (*p == '}' || !(p = next_entry(p, &name, &n)))
		return false;
	if (pair_number_cell(name, n, 0, &x, &total, NULL) == PAIR_CELL_NUMBER)
		pair_list_add(o,
			pair_keys_find(o->keys, PAIR_KEY_NUMBER, 2, true), x,
			total, 0);
	end = form_value_pairs(p, "", 0, o);
	if (!end)
		end = form_value_end(p);
	part->at = end ? end : p + strlen(p);
	return true;
}

static bool next_of_columns(struct part *part, struct pair_list *o)
{
	if (part->nrow-- == 0)
		return false;
	for (size_t i = 0; i < part->ncolumn; i++) {
		struct column *c = &part->column[i];
		char *name, *p = skip(c->at), *end;
		size_t n;

		if (c->is_dict && !(p = next_entry(p, &name, &n)))
			return false;
		end = form_value_pairs(p, c->name, c->n, o);
		if (!end)
			end = form_value_end(p);
		if (!end)
			return false;
		c->at = end;
	}
	return true;
}

static bool next_of_matrix(struct part *part, struct pair_list *o)
{
	char *p = skip(part->at), *end;

	if (*p != '[')
		return false;
	end = form_value_end(p);
	p = skip(p + 1);
	for (size_t i = 0; i < part->ncolumn && *p != ']'; i++) {
		const struct column *c = &part->column[i];
		char *next = form_value_pairs(p, c->name, c->n, o);

		if (!next)
			next = form_value_end(p);
		if (!next)
			break;
		p = skip(next);
	}
	part->at = end ? end : p + strlen(p);
	return true;
}

bool form_document_next(
	struct form_document *doc, struct pair_list *o, uint64_t *nline)
{
	static bool (*const next[])(struct part *, struct pair_list *) = {
		[RECORDS] = next_record,
		[INDEXED] = next_indexed,
		[COLUMNS] = next_of_columns,
		[MATRIX] = next_of_matrix,
	};

	for (; doc->now < doc->n; doc->now++) {
		struct part *part = &doc->part[doc->now];
		const char *at = part->at ? skip(part->at) : doc->begin;

		if (at < doc->counted) {
			doc->counted = doc->begin;
			doc->nline = 0;
		}
		while ((doc->counted = memchr(doc->counted, '\n',
				(size_t)(at - doc->counted))))
			doc->nline++, doc->counted++;
		doc->counted = at;
		*nline = doc->nline;
		if (next[part->shape](part, o))
			return true;
	}
	return false;
}
