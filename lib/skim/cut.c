/* SPDX-License-Identifier: MIT */
/*
 * Text that was cut out of a script and is none by itself: in the middle of a
 * dict, a call or an if, without its indentation, or lines that stand in a
 * function of the step, as a function of the name that counts the steps in
 * them.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "skim/skim.h"

/* --- brackets, branches, indentation -------------------------------------- */

/* What stands at S behind a string or a comment that may begin there. */
static const char *behind_text(const char *s)
{
	const char quote = *s;
	size_t n = s[1] == quote && s[2] == quote ? 3 : 1;

	if (quote == '#')
		return s + strcspn(s, "\n");
	if (quote != '"' && quote != '\'')
		return s;
	for (s += n; *s && strncmp(s, quote == '"' ? "\"\"\"" : "'''", n) != 0;
		s++) {
		if (n == 1 && *s == '\n')
			return s;
		s += *s == '\\' && s[1];
	}
	return *s ? s + n : s;
}

/* What stands behind the text or the character at S; *DEPTH counts brackets. */
static char *behind_one(char *s, size_t *depth)
{
	size_t text = (size_t)(behind_text(s) - s);

	if (text > 0)
		return s + text;
	*depth += strchr("([{", *s) != NULL;
	*depth -= *depth > 0 && strchr(")]}", *s);
	return s + 1;
}

/* The key of an entry of a dict becomes blanks: places stay. */
static void blank_out(char *s, size_t n)
{
	size_t i = strspn(s, " \t\r\n");
	char quote = s[i];

	if (quote == '"' || quote == '\'') {
		char *end = memchr(s + i + 1, quote, n - i - 1);
		size_t after = end ? (size_t)(end + 1 - s) : n;
		after += strspn(s + after, " \t");
		if (s[after] == ':')
			memset(s + i, ' ', after + 1 - i);
	}
}

/* Where the ':' behind "name" at S stands; NULL: no such key stands there. */
static char *key_end(char *s)
{
	char *end = s + 1;

	if (*s != '"' && *s != '\'')
		return NULL;
	while (str_is_name_char(*end))
		end++;
	return end > s + 1 && end[0] == *s && end[1] == ':' ? end + 1 : NULL;
}

/* Whether each line of S outside of brackets is "key": VALUE, and two are. */
static bool all_keys(char *s)
{
	size_t depth = 0, n = 0;

	while (*s) {
		char *key = s + strspn(s, " \t\r");

		if (depth == 0 && !strchr("\n#", *key)) {
			if (!key_end(key))
				return false;
			n++;
		}
		while (*s && *s != '\n')
			s = behind_one(s, &depth);
		s += *s == '\n';
	}
	return n > 1;
}

/*
 * "key": {...}, in lines of a dict whose braces were not copied, become
 * settings of these names, as wide as they were; all lines of one do.
 */
static void assign_keys(char *s)
{
	size_t depth = 0;
	bool any = all_keys(s);

	while (*s) {
		char *key = s + strspn(s, " \t\r");
		char *end = depth == 0 ? key_end(key) : NULL;

		if (end && (any || end[1 + strspn(end + 1, " \t")] == '{')) {
			*key = end[-1] = ' ';
			*end = '=';
			any = true;
		} else if (!any && *key && !strchr("\n#", *key)) {
			return;
		}
		while (*s && *s != '\n')
			s = behind_one(s, &depth);
		s += *s == '\n';
	}
}

/* Whether NAME= stands at S, and no comparison. */
static bool is_keyword(const char *s)
{
	size_t n = 0;

	while (str_is_name_char(s[n]))
		n++;
	return n > 0 && !str_is_digit(s[0]) && s[n] == '=' && s[n + 1] != '=';
}

/* a=1, b=2, of a call whose brackets were not copied, become statements. */
static void part_keywords(char *s)
{
	size_t depth = 0;
	bool line = false;

	for (bool first = true; *s; first = s[-1] == '\n') {
		if (first && depth == 0)
			line = is_keyword(s + strspn(s, " \t"));
		/* It has parameters of its own. */
		line = line && strncmp(s, "lambda", 6) != 0;
		if (*s == ',' && line && depth == 0 &&
			is_keyword(s + 1 + strspn(s + 1, " \t")))
			*s = ';';
		s = behind_one(s, &depth);
	}
}

/*
 * elif and else of an if that was not copied are one, as wide as they were:
 * what stood before them was another choice.
 */
static void open_branch(char *s)
{
	s += strspn(s, " \t\r\n");
	if (strncmp(s, "elif ", 5) == 0)
		memcpy(s, "if   ", 5);
	else if (strncmp(s, "else:", 5) == 0)
		memcpy(s, "if 1:", 5);
}

#define NOPEN 16

/* The brackets that are open at the end of S, the outermost first; 0: none. */
static size_t open_brackets(const char *s, const char *open[NOPEN])
{
	size_t n = 0;

	while (*s) {
		const char *next = behind_text(s);

		if (next != s) {
			s = next;
			continue;
		}
		if (strchr("([{", *s)) {
			if (n == NOPEN)
				return 0;
			open[n++] = s;
		} else if (strchr(")]}", *s) && n > 0) {
			n--;
		}
		s++;
	}
	return n;
}

/* Whether all lines of TEXT behind the one of AT are further in than it. */
static bool is_inside(const char *text, const char *at)
{
	const char *begin = at;
	size_t in;

	while (begin > text && begin[-1] != '\n')
		begin--;
	in = strspn(begin, " \t");
	for (at += strcspn(at, "\n"); *at; at += strcspn(at, "\n")) {
		at++;
		if (strspn(at, " \t") <= in && !strchr("\r\n#", *at))
			return false;
	}
	return true;
}

/* Whether the call that AT opens in TEXT is of settings, by its name. */
static bool is_of_settings(const char *text, const char *at)
{
	static const char *const ends[] = {"Arguments", "Config"};
	const char *begin = at;
	struct py_str name;

	while (begin > text && str_is_name_char(begin[-1]))
		begin--;
	name = (struct py_str){(size_t)(at - begin), begin};
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (name.n > strlen(ends[i]) && call_has_part(&name, ends[i]))
			return true;
	return false;
}

/*
 * Closes the dict or list that the text of B, of *N bytes, is cut in, whose
 * lines stand further in.  What a call is cut in may lack arguments, but for
 * one of settings, each of which has a default.
 */
static int close_cut(struct call_build *b, size_t *n, struct diag *d)
{
	const char *open[NOPEN];
	char close[NOPEN], *text;
	size_t more = open_brackets(b->text, open);

	for (size_t i = 0; i < more; i++) {
		if (*open[i] == '(' && !is_of_settings(b->text, open[i]))
			return 0;
		close[more - 1 - i] = *open[i] == '{'   ? '}'
				      : *open[i] == '(' ? ')'
							: ']';
	}
	if (more == 0 || !is_inside(b->text, open[0]))
		return 0;
	text = realloc(b->text, *n + more + 2);
	if (!text)
		return diag_nomem(d, *n);
	/* Behind a comment, if there is one. */
	text[*n] = '\n';
	memcpy(text + *n + 1, close, more);
	*n += more + 1;
	text[*n] = '\0';
	b->text = text;
	return call_remark(py_builder(b->py),
		close[more - 1] == ')'
			? "the text ends in a call; what that is given "
			  "behind is not known"
			: "the text ends in a dict or a list; what "
			  "that has behind is not known");
}

/* Where S closes a dict that it does not open; NULL: nowhere. */
static char *closes_dict(char *s)
{
	size_t depth = 0;

	while (*s) {
		ptrdiff_t text = behind_text(s) - s;

		if (text) {
			s += text;
			continue;
		}
		if (strchr(")]}", *s) && depth == 0)
			return *s == '}' ? s : NULL;
		depth += strchr("([{", *s) != NULL;
		depth -= strchr(")]}", *s) != NULL;
		s++;
	}
	return NULL;
}

/* Whether "key": stands at S. */
static bool has_key(const char *s)
{
	return (*s == '"' || *s == '\'') && *behind_text(s) == ':';
}

/* Whether a key in S[0..N) says that a schedule stands there. */
static bool has_scheduler(const char *s, size_t n)
{
	return str_has(s, n, "cheduler\"") || str_has(s, n, "cheduler'");
}

/* The comma behind END, of a dict, where the one around it goes on; NULL. */
static char *comma_behind(char *end)
{
	char *more = end + 1 + strspn(end + 1, " \t\r\n");

	return *more == ',' && has_key(more + 1 + strspn(more + 1, " \t\r\n"))
		       ? more
		       : NULL;
}

/*
 * Lines of a dict without its head, "key": value, with a schedule's settings,
 * as a dict that ends where it does, or one around it; the brace takes the
 * place of a blank.  Whether they are such.
 */
static bool open_dict(struct call_build *b, size_t *n)
{
	size_t i = strspn(b->text, " \t\r\n");
	char *end = i && has_key(b->text + i) ? closes_dict(b->text + i) : NULL;
	char *last = end, *more;

	while (last && (more = comma_behind(last)))
		last = closes_dict(more);
	if (!last || !has_scheduler(b->text, (size_t)(last - b->text)))
		return false;
	for (; end != last; end = closes_dict(more)) {
		char *before = end;

		more = comma_behind(end);
		while (strchr(" \t\r\n", before[-1]))
			before--;
		*end = ' ';
		*more = before[-1] == ',' ? ' ' : ',';
	}
	b->text[i - 1] = '{';
	*n = (size_t)(last + 1 - b->text);
	b->text[*n] = '\0';
	return true;
}

int call_mend_text(struct call_build *b, size_t *n, struct diag *d)
{
	if (open_dict(b, n))
		return 0;
	assign_keys(b->text);
	part_keywords(b->text);
	blank_out(b->text, *n);
	open_branch(b->text);
	return close_cut(b, n, d);
}

/*
 * The first statement of E whose lines have lost their indentation; or NULL.
 * The head at the end of TEXT has them behind what was copied.
 */
static const struct py_node *unindented(
	const char *text, const struct py_node *e)
{
	static const struct py_str said = {14, "indented block"};

	for (; e; e = e->next) {
		const struct py_node *inner = NULL;
		if (e->form == PY_BAD && e->value.type == PY_STR &&
			call_has_part(e->value.u.str, said.s) &&
			text[e->end + strspn(text + e->end, ": \t\r\n")])
			return e;
		if (e->form == PY_BLOCK || e->form == PY_IF ||
			e->form == PY_FOR || e->form == PY_DEF ||
			e->form == PY_CLASS)
			inner = unindented(text, e->arg);
		if (inner)
			return inner;
	}
	return NULL;
}

/* Raises where a text pasted from a web page is no Python any more. */
int call_check_indentation(const struct call_build *b)
{
	const struct py_node *e = unindented(b->text, py_root(b->user));

	return e ? py_raise(py_builder(b->py), e,
			   "an indented block is expected here; what was "
			   "copied from a web page may have lost its "
			   "indentation: expected it as in the original")
		 : 0;
}

/* --- lines of a function -------------------------------------------------- */

/*
 * "lambda STEP: EXPR" of "EXPR", "x = EXPR" or "return EXPR"; or nothing.  *BY
 * is how much later EXPR begins in it.
 */
static void as_lambda(const char *s, size_t n, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s, n), *p = s, *eq, *end = s + n;

	if (memchr(p, '\n', n) || strstr(p, "lambda") || strstr(p, "def "))
		return;
	eq = strstr(p, " = ");
	if (eq && eq < end)
		p = eq + 3;
	else if (strncmp(p, "return ", 7) == 0)
		p += 7;
	buf_printf(b, "_rate = lambda %s: (", step);
	*by = b->len - (size_t)(p - s);
	buf_add(b, p, (size_t)(end - p));
	buf_addc(b, ')');
}

/* What the lines S[0..N) do for a step, apart from a scheduler. */
struct lines {
	struct py_str rate; /* the name that is given a rate last; n 0: none */
	bool gives;         /* a rate is returned or set behind it */
};

/* The name that the line S[0..N) assigns to; n 0: none. */
static struct py_str assigned_name(const char *s, size_t n)
{
	size_t at = 0, len, eq;

	while (at < n && strchr(" \t", s[at]))
		at++;
	for (len = 0; at + len < n && str_is_name_char(s[at + len]);)
		len++;
	for (eq = at + len; eq < n && s[eq] == ' ';)
		eq++;
	if (eq + 1 < n && strchr("*/+-", s[eq]))
		eq++;
	return (struct py_str){
		eq + 1 < n && s[eq] == '=' && s[eq + 1] != '=' ? len : 0,
		s + at};
}

static bool line_has(const char *s, size_t n, const char *part)
{
	struct py_str line = {n, s};

	return call_has_part(&line, part);
}

static bool line_has_one(const char *s, size_t n, const char *const *part)
{
	while (*part && !line_has(s, n, *part))
		part++;
	return *part != NULL;
}

/* Whether the line S[0..N) is a docstring of one line. */
static bool is_docstring(const char *s, size_t n)
{
	size_t at = strspn(s, " \t"), last = n;

	while (last > at && strchr(" \t\r", s[last - 1]))
		last--;
	return last >= at + 6 && strncmp(s + at, "\"\"\"", 3) == 0 &&
	       strncmp(s + last - 3, "\"\"\"", 3) == 0;
}

/* Whether lines S are a function's without its head: STEP is free in them. */
static bool look_at(struct py_str s, const char *step, struct lines *x)
{
	/* What makes a whole script, or a schedule by itself. */
	static const char *const others[] = {"import ", "def ", "class ",
		"\"\"\"", "chedule", "LR(", "optimizer = ", NULL};
	static const char *const gives[] = {"return ", "['lr']", "[\"lr\"]",
		".assign(", "set_value(", NULL};
	const char *p = s.s, *end = p + s.n;

	*x = (struct lines){.gives = false};
	for (size_t n; p < end; p += n + 1) {
		struct py_str name;
		n = strcspn(p, "\n");
		n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
		if (is_docstring(p, n))
			continue;
		name = assigned_name(p, n);
		if (line_has_one(p, n, others) || py_is_named(&name, step) ||
			(line_has(p, n, "for ") && line_has(p, n, step) &&
				!line_has(p, n, "[")))
			return false;
		if (name.n > 0 && call_is_of_rates(&name)) {
			x->rate = name;
			x->gives = false;
		}
		x->gives = x->gives || line_has_one(p, n, gives);
	}
	return x->gives || x->rate.n > 0;
}

/* How much of S is as far in as its first line: what is left of a body. */
static size_t body_length(struct py_str s)
{
	const char *p = s.s, *end = p + s.n;
	size_t first = 0, in;

	for (size_t n; p < end; p += n + 1) {
		n = strcspn(p, "\n");
		in = strspn(p, " \t");
		if (in >= n || p[in] == '#')
			continue;
		if (first > 0 && in < first)
			return (size_t)(p - s.s);
		first = first ? first : in;
		if (first == 0)
			break;
	}
	return s.n;
}

/* The lines of S, or those that end with a body's, as a def; or nothing. */
static void as_def(struct py_str s, struct buf *b)
{
	const char *step, *p = s.s, *end;
	struct lines x;

	s.n = body_length(s);
	step = call_free_step(s.s, s.n);
	end = p + s.n;
	if (!step || !look_at(s, step, &x))
		return;
	buf_printf(b, "def _rate(%s):\n", step);
	for (size_t n; p < end; p += n + 1) {
		n = strcspn(p, "\n");
		n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
		buf_addc(b, ' ');
		buf_add(b, p, n);
		buf_addc(b, '\n');
	}
	if (x.gives)
		return;
	/* As far in as its first line. */
	buf_addc(b, ' ');
	buf_add(b, s.s, strspn(s.s, " \t"));
	buf_printf(b, "return %.*s\n", STR_ARG(x.rate));
}

void call_of_lines(const char *s, size_t n, bool named, const char *why,
	struct buf *b, size_t *by)
{
	const char *step = call_free_step(s, n);
	char asked[40];

	*by = 0;
	as_lambda(s, n, b, by);
	snprintf(asked, sizeof(asked), "'%s'", step);
	if (b->len == 0 && !named &&
		(!strstr(why, "no value for") || strstr(why, asked)))
		as_def((struct py_str){n, s}, b);
}

size_t call_lines_place(const struct buf *b, size_t by, size_t at)
{
	const char *begin = memchr(b->data, '\n', b->len);
	size_t head = begin ? (size_t)(begin + 1 - b->data) : 0, lines;

	if (by > 0)
		return at > by ? at - by : 0;
	if (at < head || at > b->len)
		return 0;
	lines = str_line_of(b->data + head, at - head);
	return at - head > lines ? at - head - lines : 0;
}

/* --- what it lacks -------------------------------------------------------- */

int call_define_name(struct call_build *b)
{
	struct py_value v;

	return py_new_str(py_builder(b->py), "__main__", 8, &v) < 0 ||
			       py_define(b->user, "__name__", 8, v) < 0
		       ? -1
		       : 0;
}

/* Whether a statement of the text gives NAME something. */
static bool is_assigned(const struct call_build *b, const struct py_str *name)
{
	const struct py_node *root = py_root(b->user);

	for (const struct py_node *e = root; e; e = py_walk(root, e))
		for (const struct py_node *t =
				e->form == PY_ASSIGN ? e->arg->next : NULL;
			t; t = t->next)
			if (t->form == PY_NAME && call_same_name(&t->s, name))
				return true;
	return false;
}

int call_define_parser(struct call_build *b, struct diag *d)
{
	static const char make[] = "ArgumentParser()";
	const struct py_node *root = py_root(b->user), *of, *made = NULL;
	struct py_module *m;
	struct py_value v;
	size_t where;

	for (const struct py_node *e = root; e; e = py_walk(root, e)) {
		if (e->form != PY_ATTR || !py_is_named(&e->s, "add_argument"))
			continue;
		of = e->arg;
		if (of->form != PY_NAME || of->hops != PY_HOPS_GLOBAL ||
			py_global(b->user, of->s.s, of->s.n, &v) ||
			(made && call_same_name(&made->s, &of->s)))
			continue;
		if (is_assigned(b, &of->s)) {
			made = of;
			continue;
		}
		return py_parse_expr(b->py, make, sizeof(make) - 1, &m, &where,
			       d) < 0 ||
				       py_exec(py_builder(b->py), m, &v) < 0 ||
				       py_define(b->user, of->s.s, of->s.n, v) <
					       0
			       ? -1
			       : 0;
	}
	return 0;
}
