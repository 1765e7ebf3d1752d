/* SPDX-License-Identifier: MIT */
/*
 * A trainer's flags, alone or in the shell script that starts it: words as a
 * shell makes them, with quotes, continued lines, assignments and $NAME.  What
 * only a shell could know is a value that is not known.
 */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "call/call_impl.h"

/* A word, or the value of a name; parts of it may not be known. */
struct word {
	struct py_str text;
	size_t at, end;      /* in the script */
	bool unknown;        /* a part of it is */
	bool plain;          /* nothing of it was quoted */
	struct py_str lacks; /* the name whose value that is; empty: none */
	struct word *next;
};

struct variable {
	struct py_str name;
	struct word *word; /* several of an array */
	bool array, unknown;
	struct variable *next;
};

struct shell {
	struct py_run *run;
	const char *s;
	size_t n, i;
	struct variable *variable;
	bool script;     /* NAME=value assigns; else it is a setting */
	unsigned depth;  /* of if, for, while, case */
	struct buf text; /* of the word being read */
	struct word word;
	struct word *first, **last; /* of the command being read */
	int (*command)(void *ctx, const struct call_keys *keys);
	void *ctx;
};

/* --- names ---------------------------------------------------------------- */

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool same(const struct py_str *a, const char *s, size_t n)
{
	return a->n == n && memcmp(a->s, s, n) == 0;
}

static struct variable *variable_of(struct shell *sh, const char *s, size_t n)
{
	struct variable *v = sh->variable;

	while (v && !same(&v->name, s, n))
		v = v->next;
	return v;
}

/* The variable S[0..N), made if there is none; NULL raised. */
static struct variable *assign(struct shell *sh, const char *s, size_t n)
{
	struct variable *v = variable_of(sh, s, n);

	if (!v) {
		v = py_alloc(sh->run, sizeof(*v));
		if (!v || py_charge(sh->run, NULL, 10) < 0)
			return NULL;
		v->name = (struct py_str){.s = s, .n = n};
		v->next = sh->variable;
		sh->variable = v;
	}
	v->array = false;
	v->word = NULL;
	/* Whether a branch is taken nobody knows. */
	v->unknown = sh->depth > 0;
	return v;
}

/* --- words ---------------------------------------------------------------- */

static int end_word(struct shell *sh)
{
	struct word *w;
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
	sh->text.len = 0;
	sh->word = (struct word){.plain = true};
	return 0;
}

/* A word goes on, or begins, at AT. */
static void begin_word(struct shell *sh, size_t at)
{
	if (sh->word.end)
		return;
	sh->word.at = at;
	sh->word.end = at + 1;
}

static int add(struct shell *sh, const char *s, size_t n)
{
	begin_word(sh, sh->i);
	if (py_charge(sh->run, NULL, n / 64 + 1) < 0)
		return -1;
	return buf_add(&sh->text, s, n) ? py_raise_nomem(sh->run, n) : 0;
}

static void lack(struct shell *sh, const char *name, size_t n)
{
	begin_word(sh, sh->i);
	if (!sh->word.unknown)
		sh->word.lacks = (struct py_str){.s = name, .n = n};
	sh->word.unknown = true;
}

/* The value of a name: unquoted, blanks in it end the word. */
static int add_split(struct shell *sh, const struct word *w, bool quoted)
{
	const char *s = w->text.s;

	for (size_t i = 0; i < w->text.n; i++) {
		bool blank = strchr(" \t\n", s[i]) != NULL;
		if (!quoted && blank ? end_word(sh) < 0 : add(sh, s + i, 1) < 0)
			return -1;
	}
	if (w->unknown)
		lack(sh, w->lacks.s, w->lacks.n);
	return 0;
}

static int add_variable(struct shell *sh, const struct variable *v, bool quoted)
{
	bool first = true;

	for (const struct word *w = v->word; w; w = w->next) {
		if (!first && end_word(sh) < 0)
			return -1;
		first = false;
		if (v->array && quoted)
			begin_word(sh, sh->i);
		if (add_split(sh, w, quoted) < 0)
			return -1;
	}
	return 0;
}

/* What -D gave the name S[0..N): 1, 0 or -1. */
static int add_defined(struct shell *sh, const char *s, size_t n)
{
	struct call_build *b = call_build_of(sh->run);
	struct buf text = {0};
	struct py_value v;
	int bad;

	if (!py_global(b->user, s, n, &v) || v.type == PY_UNKNOWN)
		return 0;
	bad = v.type == PY_STR ? buf_add(&text, v.u.str->s, v.u.str->n)
			       : py_repr(&text, &v);
	bad = bad ? py_raise_nomem(sh->run, n)
		  : add(sh, text.data ? text.data : "", text.len);
	buf_free(&text);
	return bad < 0 ? -1 : 1;
}

/* The value of NAME, or OTHERWISE (NULL: nothing is said). */
static int expand(struct shell *sh, const struct py_str *name, bool quoted,
	const struct py_str *otherwise)
{
	const struct variable *v = variable_of(sh, name->s, name->n);
	int defined = add_defined(sh, name->s, name->n);

	if (defined != 0)
		return defined < 0 ? -1 : 0;
	if (v && !v->unknown)
		return add_variable(sh, v, quoted);
	if (!v && otherwise)
		return add(sh, otherwise->s, otherwise->n);
	lack(sh, name->s, name->n);
	return 0;
}

/* The bracket that closes the one before I; N: none does. */
static size_t closing(const struct shell *sh, size_t i, char open, char close)
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
static int expand_braces(struct shell *sh, bool quoted)
{
	size_t end = closing(sh, sh->i, '{', '}'), n = 0, at = sh->i;
	const char *s = sh->s + at, *rest;
	struct py_str name, otherwise;
	size_t nrest;

	sh->i = end < sh->n ? end + 1 : sh->n;
	while (at + n < end && is_name_char(s[n]))
		n++;
	rest = s + n;
	nrest = end - at - n;
	name = (struct py_str){.s = s, .n = n};
	if (nrest == 0 || (nrest == 3 && (memcmp(rest, "[@]", 3) == 0 ||
						 memcmp(rest, "[*]", 3) == 0)))
		return expand(sh, &name, quoted, NULL);
	if (n > 0 && rest[0] == ':' && nrest > 1 &&
		(rest[1] == '-' || rest[1] == '=')) {
		otherwise = (struct py_str){.s = rest + 2, .n = nrest - 2};
		if (!memchr(otherwise.s, '$', otherwise.n))
			return expand(sh, &name, quoted, &otherwise);
	}
	lack(sh, "", 0);
	return 0;
}

/* What follows a '$', which stands before I. */
static int dollar(struct shell *sh, bool quoted)
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
		lack(sh, "", 0);
		return 0;
	}
	while (n < left && is_name_char(s[n]))
		n++;
	if (n == 0 || isdigit((unsigned char)s[0])) {
		sh->i += n > 0 || (left > 0 && strchr("@*#?$!-", s[0]));
		lack(sh, "", 0);
		return 0;
	}
	sh->i += n;
	name = (struct py_str){.s = s, .n = n};
	return expand(sh, &name, quoted, NULL);
}

static int double_quoted(struct shell *sh)
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

static int single_quoted(struct shell *sh)
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

/* --- commands ------------------------------------------------------------- */

/* How long the NAME of "NAME=", "NAME+=" is that S[0..N) begins with; 0. */
static size_t assigned_name(const char *s, size_t n)
{
	size_t i = 0;

	if (n == 0 || isdigit((unsigned char)s[0]))
		return 0;
	while (i < n && is_name_char(s[i]))
		i++;
	if (i == 0 || i == n)
		return 0;
	return s[i] == '=' || (s[i] == '+' && i + 1 < n && s[i + 1] == '=') ? i
									    : 0;
}

/* Whether W begins a flag: --name, -name, a dotted NAME, NAME=value. */
static bool is_flag(const struct word *w)
{
	const char *s = w->text.s;
	size_t n = w->text.n, i;

	if (n > 1 && s[0] == '-')
		return isalpha((unsigned char)s[1]) ||
		       (n > 2 && s[1] == '-' && isalpha((unsigned char)s[2]));
	if (!w->plain || n == 0 ||
		!(isalpha((unsigned char)s[0]) || strchr("+_", s[0])))
		return false;
	for (i = s[0] == '+'; i < n && (is_name_char(s[i]) || s[i] == '.');)
		i++;
	if (i < n)
		return s[i] == '=';
	for (i = 0;
		i < n && (isupper((unsigned char)s[i]) || s[i] == '.' ||
				 s[i] == '_' || isdigit((unsigned char)s[i]));)
		i++;
	return i == n && memchr(s, '.', n) != NULL;
}

/* The value that the text of W, from OFFSET on, is for KEY. */
static int value_of(struct shell *sh, const struct word *w, size_t offset,
	const struct py_str *key, struct py_value *ret)
{
	const struct py_str *name = w->lacks.n ? &w->lacks : key;
	const struct py_node *at;

	if (w->unknown) {
		at = call_place_at(sh->run, w->at, w->end);
		return at ? py_new_unknown(
				    sh->run, at, name->s, name->n, NULL, ret)
			  : -1;
	}
	return call_literal(
		sh->run, w->text.s + offset, w->text.n - offset, ret);
}

/* Flag W and the words up to UNTIL that are its values. */
static int add_flag(struct shell *sh, const struct word *w,
	const struct word *until, struct call_keys *keys)
{
	char *name = py_alloc(sh->run, w->text.n + 1);
	size_t skip = strspn(w->text.s, "-+"), n, whole;
	struct py_str key;
	struct py_value v, item;

	if (!name)
		return -1;
	whole = w->text.n - skip;
	for (n = 0; n < whole && w->text.s[skip + n] != '='; n++)
		name[n] =
			w->text.s[skip + n] == '-' ? '_' : w->text.s[skip + n];
	key = (struct py_str){.s = name, .n = n};
	if (n < whole) {
		if (value_of(sh, w, skip + n + 1, &key, &v) < 0)
			return -1;
		return call_keys_set(
			sh->run, keys, name, n, v, w->at + skip, w->end);
	}
	w = w->next;
	if (w == until) {
		v = py_bool(true);
	} else if (w->next == until) {
		if (value_of(sh, w, 0, &key, &v) < 0)
			return -1;
	} else {
		if (py_new_list(sh->run, PY_LIST, 0, &v) < 0)
			return -1;
		for (const struct word *x = w; x != until; x = x->next)
			if (value_of(sh, x, 0, &key, &item) < 0 ||
				py_list_add(sh->run, v.u.list, item) < 0)
				return -1;
	}
	return call_keys_set(sh->run, keys, name, n, v,
		w == until ? sh->i : w->at, w == until ? sh->i : w->end);
}

/* The second .py before the flags, as nanoGPT has it, is a file of settings. */
static int add_program(struct shell *sh, const struct word *w, unsigned *n,
	struct call_keys *keys)
{
	struct py_value v;

	if (w->text.n < 3 || memcmp(w->text.s + w->text.n - 3, ".py", 3) != 0 ||
		++*n != 2)
		return 0;
	return py_new_str(sh->run, w->text.s, w->text.n, &v) < 0 ||
			       call_keys_set(sh->run, keys, "config", 6, v,
				       w->at, w->end) < 0
		       ? -1
		       : 0;
}

/* The flags among the words from W on. */
static int read_flags(struct shell *sh, const struct word *w)
{
	unsigned programs = 0;
	struct call_keys keys;

	if (call_keys_new(sh->run, &keys) < 0)
		return -1;
	for (; w && !is_flag(w); w = w->next)
		if (add_program(sh, w, &programs, &keys) < 0)
			return -1;
	while (w) {
		const struct word *until = w->next;
		while (until && !is_flag(until))
			until = until->next;
		if (add_flag(sh, w, until, &keys) < 0)
			return -1;
		w = until;
	}
	return keys.dict->n ? sh->command(sh->ctx, &keys) : 0;
}

/* Whether W is one of the blank-separated WORDS. */
static bool is_among(const struct word *w, const char *words)
{
	while (*words) {
		size_t n = strcspn(words, " ");
		if (w->plain && same(&w->text, words, n))
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* NAME=value, or NAME+=value; what is appended to nothing here is not known. */
static int assign_word(struct shell *sh, struct word *w, size_t n)
{
	struct variable *v = assign(sh, w->text.s, n);

	if (!v)
		return -1;
	v->unknown = v->unknown || w->text.s[n] == '+';
	w->text.s += n + 1;
	w->text.n -= n + 1;
	v->word = w;
	w->next = NULL;
	return 0;
}

/* The words read so far are a command. */
static int end_command(struct shell *sh)
{
	struct word *w, *next;
	struct variable *v;
	size_t n;

	if (end_word(sh) < 0)
		return -1;
	w = sh->first;
	sh->first = NULL;
	sh->last = &sh->first;
	while (w && is_among(w, "then do else elif if while until fi done esac "
				"for select case { }")) {
		if (is_among(w, "if while until for select case"))
			sh->depth++;
		if (is_among(w, "fi done esac") && sh->depth > 0)
			sh->depth--;
		if (is_among(w, "for select case") && w->next) {
			v = assign(sh, w->next->text.s, w->next->text.n);
			return v ? 0 : -1;
		}
		w = w->next;
	}
	while (w && is_among(w, "export local declare readonly set -x -a -e"))
		w = w->next;
	for (; sh->script && w && (n = assigned_name(w->text.s, w->text.n));
		w = next) {
		next = w->next;
		if (assign_word(sh, w, n) < 0)
			return -1;
	}
	return w ? read_flags(sh, w) : 0;
}

static int read_words(struct shell *sh, char until);

/* NAME=( words ): the word so far is the name; I is behind the bracket. */
static int array(struct shell *sh)
{
	struct variable *v;
	struct word **last = sh->last, *before = sh->first, *items = NULL;
	size_t n = assigned_name(sh->text.data, sh->text.len);
	bool more = sh->text.data[n] == '+';
	struct py_value name;

	if (py_new_str(sh->run, sh->text.data, n, &name) < 0)
		return -1;
	sh->text.len = 0;
	sh->word = (struct word){.plain = true};
	sh->first = NULL;
	sh->last = &items;
	if (read_words(sh, ')') < 0)
		return -1;
	sh->first = before;
	sh->last = last;
	v = variable_of(sh, name.u.str->s, n);
	if (more && v && v->array && sh->depth == 0) {
		struct word **end = &v->word;
		while (*end)
			end = &(*end)->next;
		*end = items;
		return 0;
	}
	v = assign(sh, name.u.str->s, n);
	if (!v)
		return -1;
	v->unknown = v->unknown || more;
	v->array = true;
	v->word = items;
	return 0;
}

/* --- the text ------------------------------------------------------------- */

static void skip_line(struct shell *sh)
{
	while (sh->i < sh->n && sh->s[sh->i] != '\n')
		sh->i++;
}

/* <<WORD: the lines up to WORD; I is behind "<<". */
static void here_document(struct shell *sh)
{
	const char *s = sh->s;
	size_t at, n;

	while (sh->i < sh->n && strchr("-'\" ", s[sh->i]))
		sh->i++;
	for (at = sh->i; sh->i < sh->n && is_name_char(s[sh->i]);)
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
static void redirect(struct shell *sh, char c)
{
	const char *s = sh->s;

	/* The number before it. */
	if (sh->text.len == 1 && isdigit((unsigned char)sh->text.data[0])) {
		sh->text.len = 0;
		sh->word = (struct word){.plain = true};
	}
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
static int special(struct shell *sh, char c)
{
	switch (c) {
	case '"': return double_quoted(sh);
	case '\'': return single_quoted(sh);
	case '$': return dollar(sh, false);
	case '`':
		while (sh->i < sh->n && sh->s[sh->i++] != '`')
			;
		lack(sh, "", 0);
		return 0;
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
static int json(struct shell *sh)
{
	size_t at = sh->i - 1, end = closing(sh, sh->i, '{', '}');

	end += end < sh->n;
	sh->word.plain = false;
	if (add(sh, sh->s + at, end - at) < 0)
		return -1;
	sh->i = end;
	return 0;
}

/* Whether flags follow on the next line, as where a '\\' was lost. */
static bool goes_on(const struct shell *sh)
{
	size_t i = sh->i;

	while (i < sh->n && strchr(" \t\r\n", sh->s[i]))
		i++;
	return sh->n - i > 2 && sh->s[i] == '-' && sh->s[i + 1] == '-';
}

/*
 * Words up to UNTIL: the end of a script, whose lines are commands (0), or of
 * flags, whose lines are blanks (' '); or a bracket.
 */
static int read_words(struct shell *sh, char until)
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
			skip_line(sh);
		else if (c == '(' && sh->text.len > 1 &&
			 sh->text.data[sh->text.len - 1] == '=' &&
			 assigned_name(sh->text.data, sh->text.len))
			done = array(sh);
		else if (c == '{' && !sh->word.end && sh->i < sh->n &&
			 sh->s[sh->i] == '"')
			done = json(sh);
		else if (strchr("\n;&|()", c) && !until)
			done = end_command(sh);
		else if (strchr("\"'$`\\<>", c))
			done = special(sh, c);
		else
			done = add(sh, &c, 1);
		if (done < 0)
			return -1;
	}
	return until == ')' ? end_word(sh) : end_command(sh);
}

int call_flags(struct py_run *r, const char *s, size_t n, bool script,
	int (*command)(void *ctx, const struct call_keys *keys), void *ctx)
{
	struct shell sh = {.run = r,
		.s = s,
		.n = n,
		.script = script,
		.word = {.plain = true},
		.command = command,
		.ctx = ctx};
	int done;

	sh.last = &sh.first;
	done = read_words(&sh, script ? 0 : ' ');
	buf_free(&sh.text);
	return done;
}
