/* SPDX-License-Identifier: MIT */
/*
 * A SPEC that is no words: what begins as a statement or a configuration does,
 * or the file that @FILE names.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/str.h"
#include "file/input.h"
#include "sched/sched.h"
#include "spec/spec_impl.h"

/* A name, perhaps dotted, at S: its length, else 0. */
static size_t name_length(const char *s)
{
	size_t n = 0;

	while (str_is_name_char(s[n]) || (s[n] == '.' && n > 0))
		n++;
	return str_is_digit(s[0]) ? 0 : n;
}

/* Whether S[0..N) begins a word of a schedule. */
static bool is_word(const char *s, size_t n)
{
	static const char *const groups[] = {"rep", "part", "hold"};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (strlen(groups[i]) == n && memcmp(s, groups[i], n) == 0)
			return true;
	return sched_shape_find(s, n) != NULL;
}

/*
 * Whether S, whose shape may be misspelt, is written as a word with keys:
 * coss,to=.1.  As Python it would give names numbers, no more.
 */
static bool has_keys(const char *s)
{
	size_t n = name_length(s);

	s += n;
	if (n == 0 || *s != ',' || strpbrk(s, " (\t\n"))
		return false;
	n = name_length(s + 1);
	return n > 0 && s[1 + n] == '=';
}

/* Whether a word of WORD[0..N) is a shape, with what belongs to it or alone. */
static bool has_shape(char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = name_length(word[i]);

		if (len && strchr(":,", word[i][len]) && is_word(word[i], len))
			return true;
	}
	return false;
}

/* Whether S has more than one line. */
static bool has_line_break(const char *s)
{
	s = strchr(s, '\n');
	return s && s[strspn(s, " \t\r\n")];
}

/* Whether S is Python: statements, not the words of a schedule or one call. */
static bool is_python(const char *s)
{
	static const char *const begins[] = {"def ", "lambda ", "import ",
		"from ", "return ", "class ", "@", "if ", "for ", "while ",
		"with ", "try:", "elif ", "else:"};
	size_t n;

	s += strspn(s, " \t\r\n");
	if (*s == '#' || has_line_break(s))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (strncmp(s, begins[i], strlen(begins[i])) == 0)
			return true;
	if (*s == '"' || *s == '\'' || *s == '(')
		return true;
	n = name_length(s);
	if (n == 0 || has_keys(s) ||
		(is_word(s, n) && strncmp(s + n, " = ", 3) != 0))
		return false;
	/* NAME = ..., a, b = ..., x: T = ... */
	for (s += n; *s; s++) {
		if (*s == '=')
			return s[1] != '=';
		if (*s == ':' && s[1] != ' ')
			break;
		if (!str_is_alnum(*s) && !strchr(" ,_.:[]", *s))
			break;
	}
	return false;
}

/* Whether S ends in ";". */
static bool ends_statement(const char *s)
{
	size_t n = strlen(s);

	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	return n > 0 && s[n - 1] == ';';
}

/* A trainer's flags, and the lines of a script, may be words of their own. */
static int join_words(struct spec *s, char between,
	enum settings_language language, struct diag *d)
{
	for (size_t i = 0; i < s->nword; i++) {
		if (i > 0)
			buf_addc(&s->text, between);
		buf_adds(&s->text, s->word[i]);
	}
	if (buf_end(&s->text, d))
		return -1;
	s->script = (struct script){
		.language = language, .text = s->text.data, .n = s->text.len};
	return 0;
}

/* Whether NAME[0..N), perhaps dotted, is a constructor. */
static bool is_constructor(const char *name, size_t n)
{
	size_t last = str_last_part(name, n), len;

	return script_host.signature(
		       script_host.ctx, name + last, n - last, &len) != NULL;
}

/*
 * Whether S calls what is no constructor, and a constructor stands in it:
 * model.compile(optimizer=Adam(CosineDecay(0.1, 90)))
 */
static bool is_statement(const char *s)
{
	size_t n = name_length(s);

	if (n == 0 || s[n] != '(' || is_word(s, n) || is_constructor(s, n) ||
		!str_is_lower(s[str_last_part(s, n)]))
		return false;
	for (s += n; *s; s += n > 0 ? n : 1) {
		n = name_length(s);
		if (n > 0 && s[n] == '(' && is_constructor(s, n))
			return true;
	}
	return false;
}

/* The one word as a script, without what a copy brought along; or words. */
static int read_pasted(struct spec *s, const char *word, struct diag *d)
{
	int marked = spec_unmark(word, strlen(word), &s->text);
	enum settings_language language;

	if (marked < 0 || settings_mend(&s->text, NULL))
		return diag_nomem(d, strlen(word));
	language = settings_language(s->text.data, s->text.len, NULL);
	word = s->text.data;
	s->script = (struct script){
		.language = language, .text = word, .n = s->text.len};
	/* Words have no marks, and no end of a statement. */
	if (s->script.language == SETTINGS_WORDS &&
		(is_python(word) || is_statement(word) ||
			(strchr(word, '(') &&
				(marked || ends_statement(word)))))
		s->script.language = SETTINGS_PYTHON;
	if (s->script.language == SETTINGS_WORDS)
		s->script.text = NULL;
	return 0;
}

int spec_read_script(struct spec *s, struct diag *d)
{
	const char *word = s->nword == 1 ? s->word[0] : "", *colon;
	struct buf read = {0};
	int marked;

	if (s->nword > 1 && strncmp(s->word[0], "--", 2) == 0)
		return join_words(s, ' ', SETTINGS_FLAGS, d);
	if (s->nword > 1 && is_python(s->word[0]) &&
		!has_shape(s->word, s->nword))
		return join_words(s, '\n', SETTINGS_PYTHON, d);
	if (word[0] != '@' || strchr(word, '\n'))
		return read_pasted(s, word, d);
	colon = strrchr(word, ':');
	s->file = strndup(word + 1,
		colon ? (size_t)(colon - word - 1) : strlen(word + 1));
	if (!s->file)
		return diag_nomem(d, strlen(word));
	if (!s->file[0])
		return diag_set(d, DIAG_USAGE,
			"'%s' names no file; expected @FILE or @FILE:NAME",
			word);
	if (input_script(s->file, &read, d) < 0) {
		buf_free(&read);
		return -1;
	}
	marked = spec_unmark(read.data, read.len, &s->text);
	buf_free(&read);
	if (marked < 0 || settings_mend(&s->text, s->file))
		return diag_nomem(d, s->text.len);
	s->script = (struct script){.text = s->text.data,
		.n = s->text.len,
		.language =
			settings_language(s->text.data, s->text.len, s->file),
		.name = colon ? colon + 1 : NULL};
	return 0;
}

int spec_read_sources(struct spec *s, const struct spec_opts *o, struct diag *d)
{
	s->source = calloc(o->ndefine + 1, sizeof(*s->source));
	s->asked = s->env.given.asked =
		calloc(o->ndefine + 1, sizeof(*s->asked));
	if (!s->source || !s->asked)
		return diag_nomem(d, o->ndefine * sizeof(*s->source));
	for (size_t i = 0; i < o->ndefine; i++) {
		struct sched_source *x = &s->source[s->env.given.nsource];
		struct buf text = {0};

		if (o->define[i][0] != '@')
			continue;
		if (!o->define[i][1])
			return diag_set(d, DIAG_USAGE,
				"%s '@' names no file; expected %s @FILE",
				o->names->define, o->names->define);
		if (input_script(o->define[i] + 1, &text, d) < 0) {
			buf_free(&text);
			return -1;
		}
		*x = (struct sched_source){.name = o->define[i] + 1,
			.text = text.data,
			.n = text.len};
		s->env.given.source = s->source;
		s->env.given.nsource++;
	}
	return 0;
}

void spec_free_sources(struct spec *s)
{
	for (size_t i = 0; i < s->env.given.nsource; i++) {
		const struct sched_source *x = &s->source[i];

		free((void *)(uintptr_t)x->text);
		if (!x->module)
			continue;
		free((void *)(uintptr_t)x->module);
		free((void *)(uintptr_t)x->name);
	}
	free(s->source);
	free(s->ran);
	free(s->package);
	free(s->asked);
}
