/* SPDX-License-Identifier: MIT */
/* Names that were given a value and that the SPEC did not ask for. */
#include <string.h>

#include "base/near.h"
#include "base/str.h"
#include "spec/spec.h"

/* The next name at or after *S, before END: its length, *S there; 0: none. */
static size_t next_name(const char **s, const char *end)
{
	size_t n = 0;

	while (*s < end && !str_is_python_name_char(**s))
		(*s)++;
	while (*s + n < end && str_is_python_name_char((*s)[n]))
		n++;
	return n;
}

/*
 * The last name of DEFINE before its "=": lr of cfg["lr"]=3; its length in *N.
 */
static const char *last_name(const char *define, size_t *n)
{
	const char *end = define + strcspn(define, "="), *s = define;
	const char *last = define;
	size_t len;

	*n = 0;
	while ((len = next_name(&s, end))) {
		last = s;
		*n = len;
		s += len;
	}
	return last;
}

static bool has_name(const char *text, size_t ntext, const char *name, size_t n)
{
	const char *s = text, *end = text + ntext;
	size_t len;

	while ((len = next_name(&s, end))) {
		if (len == n && memcmp(s, name, n) == 0)
			return true;
		s += len;
	}
	return false;
}

bool spec_asked_for(const struct spec *s, const struct spec_opts *o, size_t i)
{
	size_t n;
	const char *name = last_name(o->define[i], &n), *value;

	if (o->define[i][0] == '@' || s->env.given.asked[i] ||
		call_is_setting(name, n))
		return true;
	for (size_t k = 0; k < s->env.given.nsource; k++)
		if (has_name(s->source[k].text, s->source[k].n, name, n))
			return true;
	for (size_t k = i + 1; k < o->ndefine; k++) {
		value = o->define[k] + strcspn(o->define[k], "=");
		if (has_name(value, strlen(value), name, n))
			return true;
	}
	return false;
}

static void offer(const char *text, size_t n, struct near *near)
{
	const char *s = text, *end = text + n;
	size_t len;

	while ((len = next_name(&s, end))) {
		if (!str_is_digit(*s))
			near_try(near, s, len);
		s += len;
	}
}

/* Whether the text or the words of S have the name. */
static bool mentions(const struct spec *s, const char *name, size_t n)
{
	if (s->script.text)
		return has_name(s->script.text, s->script.n, name, n);
	for (size_t i = 0; i < s->nword; i++)
		if (has_name(s->word[i], strlen(s->word[i]), name, n))
			return true;
	return false;
}

/* What others call what scripts mostly call so. */
static const struct near_synonym synonyms[] = {
	{"learning_rate", "lr"},
	{"base_lr", "lr"},
	{"max_lr", "lr"},
	{"num_steps", "steps"},
	{"max_steps", "steps"},
	{"total_steps", "steps"},
	{"batch_size", "batch"},
	{NULL, NULL},
};

const char *spec_nearest(
	const struct spec *s, const char *define, char buf[NEAR_PHRASE_MAX])
{
	struct near near = {.synonym = synonyms};

	near.wrong = last_name(define, &near.nwrong);
	if (mentions(s, near.wrong, near.nwrong))
		return "expected a variable outside functions, or a part of "
		       "one as the text has it: args.lr, config['lr']";
	if (s->script.text)
		offer(s->script.text, s->script.n, &near);
	for (size_t i = 0; !s->script.text && i < s->nword; i++)
		offer(s->word[i], strlen(s->word[i]), &near);
	return near_phrase(&near, "expected a name that is used", buf);
}
