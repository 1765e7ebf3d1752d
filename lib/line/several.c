/* SPDX-License-Identifier: MIT */
/*
 * Text in which several lines are one: boxes, blocks of entries, and lines that
 * something wrapped.
 */
#include <string.h>

#include "line/line_impl.h"

/* Of a box. */
#define BOX_NPAIR_MAX 1000
/* A block of entries has so many lines at least, and at most. */
#define BLOCK_NLINE_MIN 3
#define BLOCK_NLINE_MAX 1000
/* Titles within titles, and bytes of a name below them. */
#define BLOCK_DEPTH_MAX 8
#define BLOCK_NAME_MAX 256

static bool is_empty(const char *p)
{
	return p[strspn(p, " \t\n")] == '\0';
}

/* --- boxes and blocks ---------------------------------------------------- */

/* P is a row of a box: a name, and a number or, as a title has, nothing. */
static bool is_boxed(const char *p)
{
	const char *name = p + strspn(p, " \t"), *value, *end;
	double x;

	if (*name != '|')
		return false;
	name += 1 + strspn(name + 1, " \t");
	value = strchr(name, '|');
	if (!value || !str_is_letter(*name))
		return false;
	value += 1 + strspn(value + 1, " \t");
	end = pair_number_odd(value, &x);
	if (!end)
		end = pair_number(value, &x);
	if (!end)
		end = value;
	end += strspn(end, " \t");
	return *end == '|' && end[1 + strspn(end + 1, " \t")] == '\0';
}

/* Of the pairs of a box from AT on one is told before them. */
static bool tells_again(const struct pair_list *o, size_t at)
{
	for (size_t i = at; i < o->n; i++)
		for (size_t k = 0; k < at; k++)
			if (o->pair[k].key == o->pair[i].key)
				return true;
	return false;
}

/* The rows of a box from T on, as line_several(). */
static int read_box(struct line_bytes *b, struct form_line *t,
	struct pair_list *o, size_t *nline, struct diag *d)
{
	struct form_line row;
	int got = 1;

	if (!is_boxed(t->p))
		return 0;
	form_text_pairs(t->p, o);
	for (*nline = 1; o->n < BOX_NPAIR_MAX &&
			 (got = line_bytes_peek(b, *nline, &row, d)) > 0 &&
			 row.ended && is_boxed(row.p);
		++*nline) {
		size_t n = o->n;

		form_text_pairs(row.p, o);
		if (tells_again(o, n)) {
			o->n = n;
			break;
		}
	}
	return got < 0 || line_bytes_peek(b, 0, t, d) < 0 ? -1 : 1;
}

/* P is an entry: a name, a colon and one word or number. */
static bool is_entry(const char *p)
{
	const char *colon;

	p += strspn(p, " \t");
	colon = strchr(p, ':');
	if (!str_is_letter(*p) || !colon || !colon[1] ||
		!strchr(" \t", colon[1]))
		return false;
	p = colon + 1 + strspn(colon + 1, " \t");
	p += strcspn(p, " \t");
	return p > colon + 1 && p[strspn(p, " \t")] == '\0';
}

/* P[0..N) is a name and a colon: what is indented below it is of that. */
static bool is_title(const char *p, size_t n)
{
	return n > 1 && p[n - 1] == ':' && str_is_letter(p[strspn(p, " ")]) &&
	       strcspn(p, ":") == n - 1;
}

/* P is an item of a list, "- 0.25". */
static bool is_item(const char *p)
{
	p += strspn(p, " ");
	return p[0] == '-' && p[1] == ' ';
}

/*
 * How many lines from the next on are entries, between blank lines or, with
 * TITLED, below one that names them, in several levels, as YAML has them; 0:
 * they are no block of these, or -1.
 */
static int count_entries(struct line_bytes *b, bool titled, struct diag *d)
{
	struct form_line t;
	int n = titled, nentry = 0, ntitle = !titled, got;

	for (; (got = line_bytes_peek(b, (size_t)n, &t, d)) > 0 && t.ended;
		n++) {
		bool entry = is_entry(t.p), title = is_title(t.p, t.n);

		if (titled ? *t.p != ' ' || !(entry || title || is_item(t.p))
			   : !entry)
			break;
		if (n > BLOCK_NLINE_MAX)
			return 0;
		nentry += entry;
		ntitle += title;
	}
	if (got < 0)
		return -1;
	return nentry < BLOCK_NLINE_MIN || !ntitle || (got && !is_empty(t.p))
		       ? 0
		       : n;
}

/* The names of titles that a line is below, and their indents. */
struct titles {
	struct {
		size_t indent, end;
	} of[BLOCK_DEPTH_MAX];
	size_t n;
	char name[BLOCK_NAME_MAX];
};

/* The titles that stand above the line P[0..N), which is one if IS_TITLE. */
static void find_titles(
	struct titles *at, const char *p, size_t n, bool is_title)
{
	size_t indent = strspn(p, " "), end;

	while (at->n && at->of[at->n - 1].indent >= indent)
		at->n--;
	if (!is_title || at->n == BLOCK_DEPTH_MAX)
		return;
	n -= indent + 1;
	end = at->n ? at->of[at->n - 1].end : 0;
	if (n >= BLOCK_NAME_MAX - end - 1)
		return;
	memcpy(at->name + end, p + indent, n);
	at->name[end + n] = '.';
	at->of[at->n].indent = indent;
	at->of[at->n++].end = end + n + 1;
}

/* The pairs of O from FIRST on are called as those titles and what they are. */
static void add_titles(struct pair_list *o, size_t first, struct titles *at)
{
	size_t n = at->n ? at->of[at->n - 1].end : 0;

	for (size_t i = first; n && i < o->n; i++) {
		const char *name = pair_keys_name(o->keys, o->pair[i].key);
		size_t more = strlen(name);

		if (more >= BLOCK_NAME_MAX - n)
			continue;
		memcpy(at->name + n, name, more);
		o->pair[i].key =
			pair_keys_find(o->keys, at->name, n + more, true);
		o->failed |= o->pair[i].key == SIZE_MAX;
	}
}

/*
 * Adds the pairs of N entries from the next line on, those below titles called
 * as these too if BY_TITLE.  Returns 1, 0 where a name comes again, or -1.
 */
static int add_entries(struct line_bytes *b, int n, bool by_title,
	struct pair_list *o, struct diag *d)
{
	struct titles at = {.n = 0};

	for (int i = 0; i < n; i++) {
		struct form_line row;
		size_t told = o->n;

		if (line_bytes_peek(b, (size_t)i, &row, d) < 0)
			return -1;
		if (i && by_title)
			find_titles(&at, row.p, row.n, is_title(row.p, row.n));
		if (is_item(row.p))
			continue;
		form_text_pairs(row.p, o);
		add_titles(o, told, &at);
		if (tells_again(o, told))
			return 0;
	}
	return 1;
}

/* The entries of a block from T on, as line_several(). */
static int read_block(struct line_bytes *b, struct form_line *t, bool titled,
	struct pair_list *o, size_t *nline, struct diag *d)
{
	int n = titled || is_entry(t->p) ? count_entries(b, titled, d) : 0;
	int got = n > 0 ? add_entries(b, n, false, o, d) : n;

	if (!got && n > 0 && titled) {
		o->n = 0;
		got = add_entries(b, n, true, o, d);
	}
	if (got <= 0)
		o->n = 0;
	*nline = got > 0 ? (size_t)n : 1;
	return line_bytes_peek(b, 0, t, d) < 0 ? -1 : got;
}

/* --- wrapped lines ------------------------------------------------------- */

/* The line P[0..N) breaks off within a list, or before a number that it names:
 * "lr=[1e-05," or "Loss: 2.27  LR:". */
static bool breaks_off(const char *p, size_t n)
{
	int depth = 0;

	while (n && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	if (n < 2 || !strchr(":=,", p[n - 1]))
		return false;
	if (p[n - 1] != ',')
		return str_is_letter(p[n - 2]) &&
		       strcspn(p, "0123456789") < n - 1;
	for (size_t i = 0; i < n; i++)
		depth += (p[i] == '[') - (p[i] == ']');
	return depth > 0;
}

/*
 * Joins T if it breaks off with the line after it, if that is indented and goes
 * on with a number.  Returns 0, or -1.
 */
static int unwrap(struct line_bytes *b, struct form_line *t, struct diag *d)
{
	struct form_line next;
	size_t n = t->n;
	const char *p;
	double x;
	int got;

	if (!breaks_off(t->p, n))
		return 0;
	got = line_bytes_peek(b, 1, &next, d);
	p = got > 0 ? next.p + strspn(next.p, " \t") : "";
	if (got > 0 && (p == next.p || !pair_number(p, &x)))
		got = 0;
	if (got < 0 || line_bytes_peek(b, 0, t, d) < 0)
		return -1;
	if (got > 0) {
		line_bytes_join(b, 2, t);
		t->p[n] = ' ';
	}
	return 0;
}

int line_several(struct line_bytes *b, struct form_line *t, unsigned may,
	struct pair_list *o, size_t *nline, struct diag *d)
{
	int got = 0;

	*nline = 1;
	if (may & LINE_WRAPPED && unwrap(b, t, d) < 0)
		return -1;
	if (may & LINE_BLOCK)
		got = read_block(b, t, false, o, nline, d);
	if (!got && may & LINE_WRAPPED && *t->p != ' ' && is_title(t->p, t->n))
		got = read_block(b, t, true, o, nline, d);
	if (!got && may & LINE_BOX)
		got = read_box(b, t, o, nline, d);
	return got;
}
