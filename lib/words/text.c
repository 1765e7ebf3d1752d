/* SPDX-License-Identifier: MIT */
/*
 * What words are made of: spans of text, and a word taken apart.  Every mistake
 * points at a byte.
 */
#include <stdarg.h>
#include <string.h>

#include "base/diag.h"
#include "base/utf8.h"
#include "words/words_impl.h"

/* --- spans ------------------------------------------------------------- */

/* The bytes of the quoted string or comment at S[0], or 1. */
static size_t token(const char *s, size_t n, bool bracket)
{
	size_t i = 1;

	if (s[0] == '\'' || s[0] == '"') {
		while (i < n && s[i] != s[0])
			i += s[i] == '\\' && i + 1 < n ? 2 : 1;
		return i < n ? i + 1 : n;
	}
	if (s[0] == '#' && bracket)
		while (i < n && s[i] != '\n')
			i++;
	return i;
}

size_t words_span_until(struct span s, const char *stop)
{
	size_t i = 0, depth = 0;

	while (i < s.n) {
		if (!depth && strchr(stop, s.s[i]))
			return i;
		if (strchr("([{", s.s[i]))
			depth++;
		else if (depth && strchr(")]}", s.s[i]))
			depth--;
		i += token(s.s + i, s.n - i, depth > 0);
	}
	return s.n;
}

struct span words_span_cut(struct span s, const char *stop, struct span *rest)
{
	size_t n = words_span_until(s, stop);

	*rest = (struct span){NULL, 0};
	if (n < s.n)
		*rest = (struct span){s.s + n + 1, s.n - n - 1};
	return (struct span){s.s, n};
}

/* --- words ------------------------------------------------------------- */

int words_fail(struct parser *p, const char *at, const char *fmt, ...)
{
	size_t here = p->at < p->nword ? p->at : p->nword - 1;
	struct span w = p->word[here];
	va_list ap;

	va_start(ap, fmt);
	diag_vset(p->d, DIAG_USAGE, fmt, ap);
	va_end(ap);
	if (at < w.s || at > w.s + w.n)
		at = w.s + w.n;
	*p->where = (struct sched_where){w.s, w.n, (size_t)(at - w.s)};
	return diag_at(p->d, "word %zu, column %zu", here + 1,
		1 + utf8_length(w.s, p->where->offset));
}

int words_fail_at(struct parser *p, const char *at)
{
	struct diag d = *p->d;

	if (d.class != DIAG_USAGE)
		return -1;
	return words_fail(p, at, "%s", d.text);
}

int words_need_value(struct parser *p, const struct word_key *k)
{
	if (k->has_value && k->value.n)
		return 0;
	return words_fail(p, k->name.s + k->name.n,
		"key '%.*s' without a value; expected %.*s=VALUE",
		STR_ARG(k->name), STR_ARG(k->name));
}

static int add_key(struct parser *p, struct word *w, struct span text)
{
	struct word_key *k = &w->key[w->nkey];

	if (w->nkey == WORD_NKEY)
		return words_fail(p, text.s,
			"more than %d keys; expected fewer", WORD_NKEY);
	k->name = words_span_cut(text, "=", &k->value);
	k->has_value = k->value.s != NULL;
	if (!k->name.n)
		return words_fail(p, text.s,
			"an empty key; expected KEY or KEY=VALUE after a "
			"comma, and only a blank before another shape");
	for (size_t i = 0; i < w->nkey; i++)
		if (w->key[i].name.n == k->name.n &&
			!memcmp(w->key[i].name.s, k->name.s, k->name.n))
			return words_fail(p, k->name.s,
				"key '%.*s' again; expected it once",
				STR_ARG(k->name));
	w->nkey++;
	return 0;
}

int words_split_word(struct parser *p, struct word *w)
{
	struct span keys, more,
		head = words_span_cut(p->word[p->at], ",", &keys);

	w->nkey = 0;
	w->name = words_span_cut(head, ":", &w->len);
	w->to = (struct span){NULL, 0};
	if (w->len.s)
		w->len = words_span_cut(w->len, ":", &w->to);
	if (w->to.s && w->to.n && memchr(w->to.s, ':', w->to.n))
		return words_fail(p, memchr(w->to.s, ':', w->to.n),
			"a third colon; expected SHAPE:LENGTH:TO,KEY=VALUE");
	if (w->to.s && !w->to.n)
		return words_fail(p, w->to.s,
			"nothing after the colon; expected the end value");
	if (w->to.s && memchr(w->to.s, '=', w->to.n) && w->to.s[0] != '(')
		return words_fail(p, w->to.s,
			"a key after a colon; expected a comma before %.*s",
			STR_ARG(w->to));
	if (w->len.s && !w->len.n && !w->to.s)
		return words_fail(p, w->len.s,
			"nothing after the colon; expected %.*s:LENGTH without "
			"a blank",
			STR_ARG(w->name));
	for (; keys.s; keys = more) {
		keys = words_span_cut(keys, ",", &more);
		if (add_key(p, w, keys))
			return -1;
	}
	return 0;
}
