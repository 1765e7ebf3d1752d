/* SPDX-License-Identifier: MIT */
/*
 * A regular expression whose named groups are keys, as Python, PCRE and others
 * spell them, compiled as one of POSIX: groups are counted, classes written
 * out; what POSIX cannot do is refused.
 */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "pair/pair.h"

#define NGROUP_MAX 64

struct pair_pattern {
	regex_t re;
	size_t ngroup;
	size_t key[NGROUP_MAX]; /* by group; SIZE_MAX: it has no name */
	bool is_compiled;
};

/* While a pattern is translated. */
struct translation {
	struct pair_pattern *pattern;
	struct pair_keys *keys;
	struct buf out;
	bool any_case;
	struct diag *d;
};

static int refuse(struct translation *t, const char *what)
{
	return diag_set(t->d, DIAG_USAGE,
		"the pattern has %s; expected an extended regular expression "
		"of POSIX with groups (?P<NAME>...)",
		what);
}

/* Begins the next group; its name is S[0..n), if n is not 0. */
static int begin_group(struct translation *t, const char *s, size_t n)
{
	struct pair_pattern *p = t->pattern;
	size_t key = SIZE_MAX;

	if (p->ngroup == NGROUP_MAX - 1)
		return refuse(t, "more than 63 groups");
	if (n) {
		key = pair_keys_find(t->keys, s, n, true);
		if (key == SIZE_MAX)
			return diag_nomem(t->d, n);
	}
	p->key[++p->ngroup] = key;
	buf_addc(&t->out, '(');
	return buf_end(&t->out, t->d);
}

/* What begins with (? at S, which is moved behind it. */
static int take_extension(struct translation *t, const char **s)
{
	const char *p = *s + 2;
	size_t n;

	if (*p == ':') {
		*s = p + 1;
		return begin_group(t, "", 0);
	}
	if (strncmp(p, "i)", 2) == 0 && t->out.len == 0) {
		t->any_case = true;
		*s = p + 2;
		return 0;
	}
	p += *p == 'P';
	if (*p != '<' && *p != '\'')
		return refuse(t, "a (? that is no group with a name");
	n = strcspn(++p, ">'");
	if (n == 0 || !p[n] || *p == '=' || *p == '!')
		return refuse(t, "a (? that is no group with a name");
	*s = p + n + 1;
	return begin_group(t, p, n);
}

/* The class that a letter behind a backslash stands for; NULL: none. */
static const char *class_of(char c, bool in_brackets)
{
	switch (c) {
	case 'd': return in_brackets ? "0-9" : "[0-9]";
	case 'w': return in_brackets ? "[:alnum:]_" : "[[:alnum:]_]";
	case 's': return in_brackets ? "[:space:]" : "[[:space:]]";
	case 'D': return in_brackets ? NULL : "[^0-9]";
	case 'W': return in_brackets ? NULL : "[^[:alnum:]_]";
	case 'S': return in_brackets ? NULL : "[^[:space:]]";
	case 't': return "\t";
	default: return NULL;
	}
}

/* The escape at S, a backslash. */
static int take_escape(struct translation *t, const char **s, bool in_brackets)
{
	char c = (*s)[1];
	const char *class = class_of(c, in_brackets);

	if (!c)
		return refuse(t, "a backslash at its end");
	if (class)
		buf_adds(&t->out, class);
	else if (str_is_letter(c) || str_is_digit(c))
		return refuse(t, "an escape that POSIX does not have");
	else if (in_brackets)
		buf_addc(&t->out, c);
	else
		buf_add(&t->out, *s, 2);
	*s += 2;
	return 0;
}

/* Brackets at S, in which a backslash is but a backslash in POSIX. */
static int take_brackets(struct translation *t, const char **s)
{
	const char *p = *s;
	size_t n = 1 + (p[1] == '^');

	n += p[n] == ']';
	buf_add(&t->out, p, n);
	for (p += n; *p && *p != ']';) {
		if (*p == '\\') {
			if (take_escape(t, &p, true) < 0)
				return -1;
			continue;
		}
		n = p[0] == '[' && p[1] == ':' ? strcspn(p, "]") + 1 : 1;
		if (n > strlen(p))
			n = strlen(p);
		buf_add(&t->out, p, n);
		p += n;
	}
	*s = p;
	return 0;
}

static int translate(struct translation *t, const char *s)
{
	while (*s) {
		int bad = 0;

		if (*s == '\\')
			bad = take_escape(t, &s, false);
		else if (*s == '[')
			bad = take_brackets(t, &s);
		else if (s[0] == '(' && s[1] == '?')
			bad = take_extension(t, &s);
		else if (*s == '(')
			bad = begin_group(t, s++, 0);
		else if (strchr("*+?}", s[0]) && s[1] == '?')
			return refuse(t, "a quantifier that is not greedy");
		else
			buf_addc(&t->out, *s++);
		if (bad < 0)
			return -1;
	}
	return buf_end(&t->out, t->d);
}

static bool has_names(const struct pair_pattern *p)
{
	for (size_t i = 1; i <= p->ngroup; i++)
		if (p->key[i] != SIZE_MAX)
			return true;
	return false;
}

static int compile(struct translation *t)
{
	struct pair_pattern *p = t->pattern;
	int error;
	char text[128];

	if (!has_names(p))
		return refuse(t, "no group with a name");
	error = regcomp(&p->re, t->out.data,
		REG_EXTENDED | (t->any_case ? REG_ICASE : 0));
	if (error == REG_ESPACE)
		return diag_nomem(t->d, t->out.len);
	if (error) {
		regerror(error, &p->re, text, sizeof(text));
		return refuse(t, text);
	}
	p->is_compiled = true;
	return 0;
}

int pair_pattern_new(struct pair_pattern **ret, const char *s,
	struct pair_keys *keys, struct diag *d)
{
	struct pair_pattern *p = calloc(1, sizeof(*p));
	struct translation t = {.pattern = p, .keys = keys, .d = d};
	int bad;

	*ret = NULL;
	if (!p)
		return diag_nomem(d, sizeof(*p));
	bad = translate(&t, s) < 0 || compile(&t) < 0;
	buf_free(&t.out);
	if (bad) {
		pair_pattern_free(p);
		return -1;
	}
	*ret = p;
	return 0;
}

void pair_pattern_free(struct pair_pattern *p)
{
	if (p && p->is_compiled)
		regfree(&p->re);
	free(p);
}

void pair_pattern_pairs(
	const struct pair_pattern *p, char *s, struct pair_list *o)
{
	regmatch_t at[NGROUP_MAX];
	int differs;

	/* glibc tells a lack of memory as no match. */
	errno = 0;
	differs = regexec(&p->re, s, p->ngroup + 1, at, 0);
	if (errno == ENOMEM)
		o->failed = true;
	if (differs || o->failed)
		return;
	for (size_t i = 1; i <= p->ngroup; i++) {
		double x, total;
		uint64_t form;
		size_t n = (size_t)(at[i].rm_eo - at[i].rm_so);
		char *text = s + at[i].rm_so, was;

		if (p->key[i] == SIZE_MAX || at[i].rm_so < 0)
			continue;
		was = text[n];
		text[n] = '\0';
		switch (pair_number_cell(text, n,
			PAIR_NUMBER_THOUSANDS | PAIR_NUMBER_UNIT, &x, &total,
			&form)) {
		case PAIR_CELL_NUMBER:
			pair_list_add(o, p->key[i], x, total, form);
			break;
		case PAIR_CELL_TEXT:
			pair_list_add_text(o, p->key[i], text, n);
			break;
		default: break;
		}
		text[n] = was;
	}
}
