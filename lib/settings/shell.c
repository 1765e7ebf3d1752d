/* SPDX-License-Identifier: MIT */
/*
 * The commands of a shell script, or a trainer's flags alone: words as a shell
 * makes them, with quotes, continued lines, assignments and $NAME.  What only
 * a shell could know is a value that is not known.
 */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "settings/settings_impl.h"

/* --- words ---------------------------------------------------------------- */

/* What was read of a word is none. */
static void clear_word(struct settings_sh *sh)
{
	sh->text.len = 0;
	sh->word = (struct settings_word){.plain = true};
}

static int end_word(struct settings_sh *sh)
{
	struct settings_word *w;
	struct py_value v;

	if (!sh->word.end)
		return 0;
	w = py_alloc(sh->run, sizeof(*w));
	if (!w || py_new_str(sh->run, sh->text.data ? sh->text.data : "",
			  sh->text.len, &v) < 0)
		return -1;
	*w = sh->word;
	w->text = *v.u.str;
	w->end = sh->i;
	w->next = NULL;
	*sh->last = w;
	sh->last = &w->next;
	clear_word(sh);
	return 0;
}

/* A word goes on, or begins, at AT. */
static void begin_word(struct settings_sh *sh, size_t at)
{
	if (sh->word.end)
		return;
	sh->word.at = at;
	sh->word.end = at + 1;
}

static int add(struct settings_sh *sh, const char *s, size_t n)
{
	begin_word(sh, sh->i);
	if (py_charge(sh->run, NULL, n / 64 + 1) < 0)
		return -1;
	buf_add(&sh->text, s, n);
	return py_buf_end(sh->run, &sh->text);
}

static int lack(struct settings_sh *sh, const char *name, size_t n)
{
	static const char unknown = SETTINGS_UNKNOWN;
	const struct settings_variable *v = settings_sh_variable(sh, name, n);

	begin_word(sh, sh->i);
	if (!sh->word.unknown)
		sh->word.lacks = (struct py_str){.s = name, .n = n};
	if (!sh->word.unknown)
		sh->word.flags = v && v->flags;
	sh->word.unknown = true;
	return add(sh, &unknown, 1);
}

/* The value W of NAME: unquoted, blanks in it end the word. */
static int add_split(struct settings_sh *sh, const struct settings_word *w,
	const struct py_str *name, bool quoted)
{
	const struct py_str *lacks = w->lacks.n ? &w->lacks : name;
	const char *s = w->text.s;
	int done = 0;

	for (size_t i = 0; i < w->text.n && done == 0; i++)
		if (w->unknown && s[i] == SETTINGS_UNKNOWN)
			done = lack(sh, lacks->s, lacks->n);
		else if (!quoted && strchr(" \t\n", s[i]))
			done = end_word(sh);
		else
			done = add(sh, s + i, 1);
	return done;
}

static int add_variable(
	struct settings_sh *sh, struct settings_variable *v, bool quoted)
{
	bool first = true;

	v->used = true;

	for (const struct settings_word *w = v->word; w; w = w->next) {
		if (!first && end_word(sh) < 0)
			return -1;
		first = false;
		if (v->array && quoted)
			begin_word(sh, sh->i);
		if (add_split(sh, w, &v->name, quoted) < 0)
			return -1;
	}
	return 0;
}

/* What -D gave NAME: 1, 0 or -1. */
static int add_defined(
	struct settings_sh *sh, const struct py_str *name, bool quoted)
{
	struct settings_word w = {.plain = true};
	struct buf text = {0};
	struct py_value v;
	int bad;

	if (!py_global(sh->with->given, name->s, name->n, &v) ||
		v.type == PY_UNKNOWN)
		return 0;
	if (v.type == PY_STR)
		buf_add(&text, v.u.str->s, v.u.str->n);
	else
		py_repr(&text, &v);
	w.text = (struct py_str){.s = buf_text(&text), .n = text.len};
	bad = w.text.s ? add_split(sh, &w, name, quoted)
		       : py_raise_nomem(sh->run, name->n);
	buf_free(&text);
	return bad < 0 ? -1 : 1;
}

/* The value of NAME, or OTHERWISE (NULL: nothing is said). */
static int expand(struct settings_sh *sh, const struct py_str *name,
	bool quoted, const struct py_str *otherwise)
{
	struct settings_variable *v =
		settings_sh_variable(sh, name->s, name->n);
	int defined = add_defined(sh, name, quoted);

	if (defined != 0)
		return defined < 0 ? -1 : 0;
	/* A function's may not have been set where a default is at hand. */
	if (v && !v->unknown && !(otherwise && v->function != sh->function))
		return add_variable(sh, v, quoted);
	if (!v && otherwise)
		return add(sh, otherwise->s, otherwise->n);
	return lack(sh, name->s, name->n);
}

/* The bracket that closes the one before I; N: none does. */
static size_t closing(
	const struct settings_sh *sh, size_t i, char open, char close)
{
	for (size_t depth = 1; i < sh->n; i++) {
		depth += sh->s[i] == open;
		depth -= sh->s[i] == close;
		if (depth == 0)
			return i;
	}
	return sh->n;
}

/* ${NAME}, ${NAME:-OTHERWISE}, ${NAME[@]}; I is behind the bracket. */
static int expand_braces(struct settings_sh *sh, bool quoted)
{
	size_t end = closing(sh, sh->i, '{', '}'), n = 0, at = sh->i;
	const char *s = sh->s + at, *rest;
	struct py_str name, otherwise;
	size_t nrest;
	bool all;
	int defined;

	sh->i = end < sh->n ? end + 1 : sh->n;
	while (at + n < end && str_is_name_char(s[n]))
		n++;
	rest = s + n;
	nrest = end - at - n;
	name = (struct py_str){.s = s, .n = n};
	all = nrest == 3 &&
	      (memcmp(rest, "[@]", 3) == 0 || memcmp(rest, "[*]", 3) == 0);
	/* -D says the words of an array as one text. */
	if (all && (defined = add_defined(sh, &name, false)) != 0)
		return defined < 0 ? -1 : 0;
	if (nrest == 0 || all)
		return expand(sh, &name, quoted, NULL);
	if (n > 0 && rest[0] == ':' && nrest > 1 &&
		(rest[1] == '-' || rest[1] == '=')) {
		otherwise = (struct py_str){.s = rest + 2, .n = nrest - 2};
		if (!memchr(otherwise.s, '$', otherwise.n))
			return expand(sh, &name, quoted, &otherwise);
	}
	return lack(sh, "", 0);
}

/* What follows a '$', which stands before I. */
static int dollar(struct settings_sh *sh, bool quoted)
{
	const char *s = sh->s + sh->i;
	size_t left = sh->n - sh->i, n = 0;
	struct py_str name;

	if (left > 0 && s[0] == '{') {
		sh->i++;
		return expand_braces(sh, quoted);
	}
	if (left > 0 && s[0] == '(') {
		size_t end = closing(sh, sh->i + 1, '(', ')');
		sh->i = end < sh->n ? end + 1 : sh->n;
		return lack(sh, "", 0);
	}
	while (n < left && str_is_name_char(s[n]))
		n++;
	if (n == 0 || str_is_digit(s[0])) {
		sh->i += n > 0 || (left > 0 && strchr("@*#?$!-", s[0]));
		return lack(sh, "", 0);
	}
	sh->i += n;
	name = (struct py_str){.s = s, .n = n};
	return expand(sh, &name, quoted, NULL);
}

static int double_quoted(struct settings_sh *sh)
{
	begin_word(sh, sh->i);
	sh->word.plain = false;
	while (sh->i < sh->n && sh->s[sh->i] != '"') {
		char c = sh->s[sh->i++];
		if (c == '$') {
			if (dollar(sh, true) < 0)
				return -1;
			continue;
		}
		if (c == '\\' && sh->i < sh->n) {
			c = sh->s[sh->i++];
			if (c == '\n')
				continue;
		}
		if (add(sh, &c, 1) < 0)
			return -1;
	}
	sh->i += sh->i < sh->n;
	return 0;
}

static int single_quoted(struct settings_sh *sh)
{
	const char *s = sh->s + sh->i;
	const char *close = memchr(s, '\'', sh->n - sh->i);
	size_t n = close ? (size_t)(close - s) : sh->n - sh->i;

	begin_word(sh, sh->i);
	sh->word.plain = false;
	if (add(sh, s, n) < 0)
		return -1;
	sh->i += n + (close != NULL);
	return 0;
}

/* The words read so far are a command. */
static int end_command(struct settings_sh *sh)
{
	struct settings_word *w;

	if (end_word(sh) < 0)
		return -1;
	w = sh->first;
	sh->first = NULL;
	sh->last = &sh->first;
	return settings_sh_run(sh, w);
}

static int read_words(struct settings_sh *sh, char until);

/* NAME=( words ): the word so far is the name; I is behind the bracket. */
static int array(struct settings_sh *sh)
{
	struct settings_variable *v;
	struct settings_word **last = sh->last, *before = sh->first,
			     *items = NULL;
	size_t n = settings_sh_assigned_name(sh->text.data, sh->text.len);
	bool more = sh->text.data[n] == '+', flags;
	struct py_value name;
	int failed;

	if (py_new_str(sh->run, sh->text.data, n, &name) < 0)
		return -1;
	clear_word(sh);
	sh->first = NULL;
	sh->last = &items;
	failed = read_words(sh, ')');
	sh->first = before;
	sh->last = last;
	if (failed < 0)
		return -1;
	v = settings_sh_variable(sh, name.u.str->s, n);
	flags = (v && v->flags) ||
		(items && items->text.n > 0 && items->text.s[0] == '-');
	if (more && v && v->array && !v->unknown &&
		!settings_sh_is_unsure(sh) && settings_sh_is_own(sh, v)) {
		struct settings_word **end = &v->word;
		while (*end)
			end = &(*end)->next;
		*end = items;
		v->flags = flags;
		return 0;
	}
	/* A part of a script may append to what it begins before. */
	if (more && !v && !settings_sh_is_unsure(sh)) {
		if (sh->with->remark(sh->run,
			    "what '%.*s' has before is not known; the flags "
			    "that are added to it are read",
			    (int)n, name.u.str->s) < 0)
			return -1;
		more = false;
	}
	v = settings_sh_assign(sh, name.u.str->s, n);
	if (!v)
		return -1;
	v->unknown = v->unknown || more;
	v->flags = flags;
	v->array = true;
	v->word = items;
	return 0;
}

/* --- the text ------------------------------------------------------------- */

static void skip_line(struct settings_sh *sh)
{
	while (sh->i < sh->n && sh->s[sh->i] != '\n')
		sh->i++;
}

/* <<WORD: the lines up to WORD; I is behind "<<". */
static void here_document(struct settings_sh *sh)
{
	const char *s = sh->s;
	size_t at, n;

	while (sh->i < sh->n && strchr("-'\" ", s[sh->i]))
		sh->i++;
	for (at = sh->i; sh->i < sh->n && str_is_name_char(s[sh->i]);)
		sh->i++;
	n = sh->i - at;
	do {
		skip_line(sh);
		if (sh->i == sh->n)
			return;
		sh->i++;
	} while (sh->n - sh->i < n || memcmp(s + sh->i, s + at, n) != 0 ||
		 (sh->i + n < sh->n && !strchr("\r\n", s[sh->i + n])));
	sh->i += n;
}

/* > FILE, 2>&1, <<WORD, with I behind the first character, C. */
static void redirect(struct settings_sh *sh, char c)
{
	const char *s = sh->s;

	/* The number before it. */
	if (sh->text.len == 1 && str_is_digit(sh->text.data[0]))
		clear_word(sh);
	if (c == '<' && sh->i < sh->n && s[sh->i] == '<') {
		sh->i++;
		here_document(sh);
		return;
	}
	while (sh->i < sh->n && strchr("<>&| \t", s[sh->i]))
		sh->i++;
	while (sh->i < sh->n && !strchr(" \t\n;&|", s[sh->i]))
		sh->i++;
}

/* A character that is no part of a plain word, C, with I behind it. */
static int special(struct settings_sh *sh, char c)
{
	switch (c) {
	case '"': return double_quoted(sh);
	case '\'': return single_quoted(sh);
	case '$': return dollar(sh, false);
	case '`':
		while (sh->i < sh->n && sh->s[sh->i++] != '`')
			;
		return lack(sh, "", 0);
	case '\\':
		if (sh->i < sh->n && sh->s[sh->i] == '\r')
			sh->i++;
		if (sh->i == sh->n || sh->s[sh->i++] == '\n')
			return 0;
		sh->word.plain = false;
		return add(sh, sh->s + sh->i - 1, 1);
	default: redirect(sh, c); return end_word(sh);
	}
}

/* JSON that has lost the quotes around it. */
static int json(struct settings_sh *sh)
{
	size_t at = sh->i - 1, end = closing(sh, sh->i, '{', '}');

	end += end < sh->n;
	sh->word.plain = false;
	if (add(sh, sh->s + at, end - at) < 0)
		return -1;
	sh->i = end;
	return 0;
}

/* (( ... )), with I behind the second bracket: what it assigns is not known. */
static int arithmetic(struct settings_sh *sh)
{
	const char *s = sh->s;
	size_t at = sh->i, end = closing(sh, at, '(', ')');

	sh->i = end < sh->n ? end + 1 : end;
	for (size_t i = at; i + 1 < end; i++)
		if ((s[i] == '=' && s[i + 1] != '=' && i > at &&
			    !strchr("=<>!", s[i - 1])) ||
			(s[i] == s[i + 1] && strchr("+-", s[i])))
			return settings_sh_forget(sh, s + at, end - at);
	return 0;
}

/* A '(' or ')' that is no part of a word. */
static int bracket(struct settings_sh *sh, char c)
{
	bool empty = !sh->first && !sh->word.end;
	size_t i = sh->i;
	struct settings_subshell *x = sh->subshell;

	if (c == ')') {
		if (end_command(sh) < 0)
			return -1;
		if (x && x->depth == sh->depth) {
			sh->variable = x->outer;
			sh->subshell = x->next;
		}
		return 0;
	}
	while (i < sh->n && strchr(" \t", sh->s[i]))
		i++;
	if (!empty && i < sh->n && sh->s[i] == ')') {
		sh->i = i + 1;
		sh->defines = true;
		return end_command(sh);
	}
	if (!empty)
		return end_command(sh);
	if (i < sh->n && sh->s[i] == '(') {
		sh->i = i + 1;
		return arithmetic(sh);
	}
	x = py_alloc(sh->run, sizeof(*x));
	if (!x)
		return -1;
	*x = (struct settings_subshell){sh->variable, sh->depth, sh->subshell};
	sh->subshell = x;
	return 0;
}

/* Whether the command read so far surely succeeds. */
static bool succeeds(const struct settings_sh *sh)
{
	return sh->first && (settings_word_is_among(sh->first,
				     "cd mkdir echo export set true") ||
				    settings_sh_assigned_name(sh->first->text.s,
					    sh->first->text.n));
}

/* What ends a command, C: a line's end, ; & && | || */
static int separate(struct settings_sh *sh, char c)
{
	bool twice =
		c != '\n' && c != ';' && sh->i < sh->n && sh->s[sh->i] == c;
	bool alone = strchr("&|", c) && !twice, empty, sure;

	if (end_word(sh) < 0)
		return -1;
	empty = !sh->first;
	sure = c == '&' && succeeds(sh);
	sh->apart = sh->apart || alone;
	if (end_command(sh) < 0)
		return -1;
	sh->i += twice;
	/* What is behind an operator may begin on the next line. */
	if (c == '\n' && empty)
		return 0;
	sh->apart = c == '|' && alone;
	sh->maybe = twice && (sh->maybe || !sure);
	return 0;
}

/* Whether the comment before I stands where a '\\' continues a line. */
static bool continues(const struct settings_sh *sh)
{
	size_t i = sh->i - 1;

	while (i > 0 && strchr(" \t", sh->s[i - 1]))
		i--;
	if (!sh->first || i == 0 || sh->s[i - 1] != '\n')
		return false;
	i -= i > 1 && sh->s[i - 2] == '\r' ? 2 : 1;
	return i > 0 && sh->s[i - 1] == '\\';
}

/* Whether flags follow on the next line, as where a '\\' was lost. */
static bool goes_on(const struct settings_sh *sh)
{
	size_t i = sh->i;

	while (i < sh->n && strchr(" \t\r\n", sh->s[i]))
		i++;
	return sh->n - i > 2 && sh->s[i] == '-' && sh->s[i + 1] == '-';
}

/* A comment, to the end of its line. */
static int comment(struct settings_sh *sh, bool script)
{
	bool ends = script && continues(sh);

	skip_line(sh);
	return ends && goes_on(sh)
		       ? sh->with->remark(sh->run,
				 "a comment behind '\\' ends a command in a "
				 "shell; the flags behind it are read as its "
				 "own here")
		       : 0;
}

/*
 * Words up to UNTIL: the end of a script, whose lines are commands (0), or of
 * flags, whose lines are blanks (' '); or a bracket.
 */
static int read_words(struct settings_sh *sh, char until)
{
	while (sh->i < sh->n) {
		char c = sh->s[sh->i++];
		int done = 0;

		if (py_charge(sh->run, NULL, 1) < 0)
			return -1;
		if (c == ')' && until == ')')
			break;
		if (strchr(" \t\r", c) || (c == '\n' && (until || goes_on(sh))))
			done = end_word(sh);
		else if (c == '#' && !sh->word.end)
			done = comment(sh, !until);
		else if (c == '(' && sh->text.len > 1 &&
			 sh->text.data[sh->text.len - 1] == '=' &&
			 settings_sh_assigned_name(sh->text.data, sh->text.len))
			done = array(sh);
		else if (c == '{' && !sh->word.end && sh->i < sh->n &&
			 sh->s[sh->i] == '"')
			done = json(sh);
		else if (strchr("()", c) && !until)
			done = bracket(sh, c);
		else if (strchr("\n;&|", c) && !until)
			done = separate(sh, c);
		else if (strchr("\"'$`\\<>", c))
			done = special(sh, c);
		else
			done = add(sh, &c, 1);
		if (done < 0)
			return -1;
	}
	return until == ')' ? end_word(sh) : end_command(sh);
}

/* The words of V, and of those set before it, if they are flags none used. */
static int add_unused(struct settings_sh *sh, struct settings_variable *v)
{
	if (!v)
		return 0;
	if (add_unused(sh, v->next) < 0)
		return -1;
	return !v->flags || v->used || v->unknown                      ? 0
	       : add_variable(sh, v, v->array) < 0 || end_word(sh) < 0 ? -1
								       : 0;
}

/*
 * No command was taken: a part of a script may end before the one that is given
 * the flags of its names.
 */
static int read_unused(struct settings_sh *sh)
{
	if (add_unused(sh, sh->variable) < 0)
		return -1;
	if (!sh->first || settings_sh_read_flags(sh, sh->first) < 0)
		return sh->first ? -1 : 0;
	return sh->taken ? sh->with->remark(sh->run,
				   "no command is given the flags that names "
				   "have here; they are read as those of one")
			 : 0;
}

int settings_shell(const struct settings_reader *x, const char *s, size_t n,
	bool script, int (*command)(void *ctx, const struct settings *keys),
	void *ctx)
{
	struct settings_sh sh = {.with = x,
		.run = x->run,
		.s = s,
		.n = n,
		.script = script,
		.word = {.plain = true},
		.command = command,
		.ctx = ctx};
	int done;

	sh.last = &sh.first;
	done = read_words(&sh, script ? 0 : ' ');
	if (done == 0 && !sh.taken)
		done = read_unused(&sh);
	buf_free(&sh.text);
	return done;
}
