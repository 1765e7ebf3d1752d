/* SPDX-License-Identifier: MIT */
/*
 * Values as JSON and Python print them.  Both spell dicts and lists alike; what
 * differs (quotes, None and null, tuples, trailing commas, calls) is all taken
 * from either.
 */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "form/form.h"

/* Deeper is no log. */
#define DEPTH_MAX 64
/* The groups of an optimizer; a longer list is data. */
#define NGROUP_MAX 64

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static char *skip_blanks(char *p)
{
	while (is_blank(*p))
		p++;
	return p;
}

/* Behind the string that begins at P with its quote; NULL: it has no end. */
static char *string_end(char *p)
{
	char quote = *p++;

	for (; *p && *p != '\n'; p++) {
		if (*p == quote)
			return p + 1;
		if (*p == '\\' && p[1])
			p++;
	}
	return NULL;
}

/* --- where a value ends -------------------------------------------------- */

/* What a byte is to who looks for the end of a value. */
enum mark {
	NOWHERE, /* in none */
	PLAIN,
	QUOTE,
	OPEN,
	CLOSE,
};

/* Entries of a run of bytes. */
#define P2(c) [c] = PLAIN, [(c) + 1] = PLAIN
#define P8(c) P2(c), P2((c) + 2), P2((c) + 4), P2((c) + 6)

static const unsigned char marks[256] = {
	[' '] = PLAIN,
	['\t'] = PLAIN,
	['\n'] = PLAIN,
	[','] = PLAIN,
	[':'] = PLAIN,
	['.'] = PLAIN,
	['+'] = PLAIN,
	['-'] = PLAIN,
	['_'] = PLAIN,
	['='] = PLAIN,
	['<'] = PLAIN,
	['>'] = PLAIN,
	['"'] = QUOTE,
	['\''] = QUOTE,
	['{'] = OPEN,
	['['] = OPEN,
	['('] = OPEN,
	['}'] = CLOSE,
	[']'] = CLOSE,
	[')'] = CLOSE,
	P8('0'),
	P2('8'),
	P8('A'),
	P8('I'),
	P8('Q'),
	P2('Y'),
	P8('a'),
	P8('i'),
	P8('q'),
	P2('y'),
};

int form_value_feed(struct form_nest *s, char *p, char **end)
{
	for (;; p++) {
		while (marks[(unsigned char)*p] == PLAIN)
			p++;
		switch (marks[(unsigned char)*p]) {
		case QUOTE:
			p = string_end(p);
			if (!p)
				return -1;
			p--;
			break;
		case OPEN:
			if (++s->depth > DEPTH_MAX)
				return -1;
			break;
		case CLOSE:
			if (s->depth == 0)
				return -1;
			if (--s->depth == 0) {
				*end = p + 1;
				return 1;
			}
			break;
		default: return *p ? -1 : 0;
		}
	}
}

char *form_value_end(char *p)
{
	struct form_nest nest = {0};
	char *end;

	switch (*p) {
	case '{':
	case '[':
	case '(': return form_value_feed(&nest, p, &end) == 1 ? end : NULL;
	case '"':
	case '\'': return string_end(p);
	default: break;
	}
	end = p + strcspn(p, "(,]})\n");
	if (*end == '(')
		return form_value_feed(&nest, end, &end) == 1 ? end : NULL;
	return end > p ? end : NULL;
}

char *form_value_key(char *p, char **s, size_t *n)
{
	char *end;

	if (*p == '"' || *p == '\'') {
		end = string_end(p);
		*s = p + 1;
		*n = end ? (size_t)(end - p - 2) : 0;
		return end;
	}
	for (end = p; str_is_alnum(*end) || (*end && strchr("_.-", *end));)
		end++;
	*s = p;
	*n = (size_t)(end - p);
	return end > p ? end : NULL;
}

/* --- strings ------------------------------------------------------------- */

static int hex_value(const char *p, size_t n, uint32_t *ret)
{
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		const char *hex = "0123456789abcdef";
		const char *at = p[i] ? strchr(hex, p[i] | 0x20) : NULL;

		if (!at)
			return -1;
		*ret = *ret << 4 | (uint32_t)(at - hex);
	}
	return 0;
}

/* The escape at P, behind its backslash; never longer than it is written. */
static const char *unescape_one(const char *p, const char *end, char **out)
{
	static const char from[] = "ntrbf\"'\\/", to[] = "\n\t\r  \"'\\/";
	const char *at = strchr(from, *p);
	size_t n = *p == 'u' ? 4 : *p == 'x' ? 2 : *p == 'U' ? 8 : 0;
	uint32_t c, low;

	if (*p && at) {
		*(*out)++ = to[at - from];
		return p + 1;
	}
	if (n == 0 || (size_t)(end - p) < n + 1 || hex_value(p + 1, n, &c)) {
		*(*out)++ = '\\';
		return p;
	}
	p += n + 1;
	if (n == 4 && (c & 0xfffffc00) == 0xd800 && end - p >= 6 &&
		p[0] == '\\' && p[1] == 'u' && hex_value(p + 2, 4, &low) == 0 &&
		(low & 0xfffffc00) == 0xdc00) {
		c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
		p += 6;
	}
	if (c == 0 || c > 0x10ffff)
		c = ' ';
	*out += utf8_put(*out, c);
	return p;
}

/* Writes what S[0..n) stands for to OUT, which may be S; its length. */
static size_t unescape(char *out, const char *s, size_t n)
{
	char *begin = out;
	const char *end = s + n;

	while (s < end) {
		if (*s == '\\' && s + 1 < end)
			s = unescape_one(s + 1, end, &out);
		else
			*out++ = *s++;
	}
	return (size_t)(out - begin);
}

/* --- values -------------------------------------------------------------- */

struct reader {
	struct pair_list *o; /* its path is the name of what is open */
	unsigned depth;
};

static char *read_value(struct reader *r, char *p, const char *s, size_t n);

/* Appends a name to the path: S[0..n) behind a dot. */
static void enter(struct reader *r, const char *s, size_t n)
{
	struct buf *path = &r->o->path;

	if (path->len && n && *s != '#')
		buf_addc(path, '.');
	if (buf_reserve(path, n + 1)) {
		r->o->failed = true;
		return;
	}
	path->len += unescape(path->data + path->len, s, n);
}

/* The key of S[0..n) below the path. */
static size_t key_of(struct reader *r, const char *s, size_t n)
{
	struct buf *path = &r->o->path;
	size_t len = path->len, key;

	if (len == 0 && !memchr(s, '\\', n))
		return pair_keys_find(r->o->keys, s, n, true);
	enter(r, s, n);
	key = r->o->failed
		      ? SIZE_MAX
		      : pair_keys_find(r->o->keys, path->data, path->len, true);
	path->len = len;
	return key;
}

static void add_string(
	struct reader *r, const char *s, size_t n, char *text, size_t ntext)
{
	double x, total;
	uint64_t form;

	switch (pair_number_cell(
		text, ntext, PAIR_NUMBER_THOUSANDS, &x, &total, &form)) {
	case PAIR_CELL_NUMBER:
		pair_list_add(r->o, key_of(r, s, n), x, total, form);
		break;
	case PAIR_CELL_TEXT:
		pair_list_add_text(r->o, key_of(r, s, n), text, ntext);
		break;
	default: break;
	}
}

static char *read_dict(struct reader *r, char *p)
{
	for (p = skip_blanks(p + 1); *p != '}';) {
		char *s;
		size_t n;

		p = form_value_key(p, &s, &n);
		if (!p)
			return NULL;
		p = skip_blanks(p);
		if (*p != ':')
			return NULL;
		p = read_value(r, skip_blanks(p + 1), s, n);
		if (!p)
			return NULL;
		p = skip_blanks(p);
		if (*p == ',')
			p = skip_blanks(p + 1);
		else if (*p != '}')
			return NULL;
	}
	return p + 1;
}

/* The elements of the list at P, of which the first is number *AT. */
static char *read_list(struct reader *r, char *p, size_t *at)
{
	char close = *p == '(' ? ')' : ']';
	char number[24];

	for (p = skip_blanks(p + 1); *p != close;) {
		if (*p == '[' || *p == '(') {
			if (++r->depth > DEPTH_MAX)
				return NULL;
			p = read_list(r, p, at);
			r->depth--;
		} else {
			size_t n = 0;

			if (*at > 0) {
				char digits[20];
				size_t k = 0;

				for (size_t i = *at; i; i /= 10)
					digits[k++] = (char)('0' + i % 10);
				number[n++] = '#';
				while (k)
					number[n++] = digits[--k];
			}
			p = read_value(r, p, number, n);
			(*at)++;
		}
		if (!p)
			return NULL;
		p = skip_blanks(p);
		if (*p == ',')
			p = skip_blanks(p + 1);
		else if (*p != close)
			return NULL;
	}
	return p + 1;
}

/* A dict or a list named S[0..n) below the path. */
static char *read_inner(struct reader *r, char *p, const char *s, size_t n)
{
	size_t len = r->o->path.len, npair = r->o->n, at = 0;

	if (++r->depth > DEPTH_MAX)
		return NULL;
	enter(r, s, n);
	p = *p == '{' ? read_dict(r, p) : read_list(r, p, &at);
	if (at > NGROUP_MAX)
		r->o->n = npair;
	r->o->path.len = len;
	r->depth--;
	return p;
}

/* Behind what is no number, string, dict or list: a word, a call, <...>. */
static char *read_other(struct reader *r, char *p, const char *s, size_t n)
{
	char *begin = p, *end;
	struct form_nest nest = {0};

	if (*p == '<') {
		p = strchr(p, '>');
		return p ? p + 1 : NULL;
	}
	while (str_is_alnum(*p) || *p == '_' || *p == '.')
		p++;
	if (p == begin)
		return NULL;
	if (*p == '(')
		return form_value_feed(&nest, p, &end) == 1 ? end : NULL;
	add_string(r, s, n, begin, (size_t)(p - begin));
	return p;
}

static bool ends_value(const char *p)
{
	return is_blank(*p) || *p == ',' || *p == '}' || *p == ']' ||
	       *p == ')' || *p == '\0';
}

static char *read_number(struct reader *r, char *p, const char *s, size_t n)
{
	double x;
	uint64_t form = 0;
	const char *end = pair_number_spelled(p, &x, &form);

	if (!end)
		end = pair_number_odd(p, &x);
	if (!end)
		end = pair_number_call(p, &x, &form);
	if (!end || !ends_value(end))
		return NULL;
	pair_list_add(r->o, key_of(r, s, n), x, NAN, form);
	return p + (end - p);
}

/* The value at P under the name S[0..n) below the path. */
static char *read_value(struct reader *r, char *p, const char *s, size_t n)
{
	char *end;

	if ((*p == 'b' || *p == 'u' || *p == 'r') &&
		(p[1] == '\'' || p[1] == '"'))
		p++;
	switch (*p) {
	case '{':
	case '[':
	case '(': return read_inner(r, p, s, n);
	case '"':
	case '\'':
		end = string_end(p);
		if (end)
			add_string(r, s, n, p + 1, (size_t)(end - p - 2));
		return end;
	default:
		end = read_number(r, p, s, n);
		return end ? end : read_other(r, p, s, n);
	}
}

/* The name of pair I, without those of what it stands in. */
static const char *name_of(const struct pair_list *o, size_t i)
{
	const char *name = pair_keys_name(o->keys, o->pair[i].key);
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static bool told_by(const struct pair_list *o, size_t i,
	bool (*tells)(const char *s, size_t n))
{
	const char *name = name_of(o, i);

	return tells(name, strlen(name));
}

/* Pair I is what a record is for, by its own name. */
static bool tells_itself(const struct pair_list *o, size_t i)
{
	const char *name = name_of(o, i);

	return pair_fits(name, strlen(name), PAIR_TOLD);
}

/*
 * {"metric": "loss", "value": 2.3}: of the pairs from FROM on one is the name
 * of another, if that is all there is.
 */
static void name_value(struct pair_list *o, size_t from)
{
	const struct pair *tag = NULL;
	struct pair *value = NULL;

	for (size_t i = from; i < o->n && !tag; i++)
		if (o->pair[i].text && told_by(o, i, pair_tells_name))
			tag = &o->pair[i];
	/* "run1" is whose, and not what. */
	if (!tag || tag->ntext == 0 ||
		pair_fits(tag->text, tag->ntext, 1U << PAIR_RUN))
		return;
	for (size_t i = from; i < o->n; i++) {
		if (o->pair[i].text)
			continue;
		if (!value && told_by(o, i, pair_tells_value))
			value = &o->pair[i];
		else if (tells_itself(o, i))
			return;
	}
	if (!value)
		return;
	value->key = pair_keys_find(o->keys, tag->text, tag->ntext, true);
	o->failed |= value->key == SIZE_MAX;
}

char *form_value_pairs(char *p, const char *name, size_t n, struct pair_list *o)
{
	struct reader r = {.o = o};
	size_t npair = o->n;

	o->path.len = 0;
	p = read_value(&r, p, name, n);
	o->path.len = 0;
	if (!p) {
		o->n = npair;
		return NULL;
	}
	/* Of two members of one name the later one counts. */
	if (!o->failed)
		pair_list_keep_last(o, npair);
	for (size_t i = npair; i < o->n; i++) {
		struct pair *x = &o->pair[i];

		if (x->text && memchr(x->text, '\\', x->ntext))
			x->ntext = unescape((char *)x->text, x->text, x->ntext);
	}
	if (!o->failed)
		name_value(o, npair);
	return p;
}
