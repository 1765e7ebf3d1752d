/* SPDX-License-Identifier: MIT */
/*
 * A script, or settings, from its text to its columns.  What is not understood
 * of Python is read over; lines that stand in a function of the step, pasted
 * without its head, are one of the name that counts the steps in them.
 */
#include "script/script_impl.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "sched/sched.h"

/* --- the text ------------------------------------------------------------- */

/* Prompts, and the key of an entry of a dict, become blanks: places stay. */
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
	for (i = 0; i < n; i += strcspn(s + i, "\n") + 1)
		if (strncmp(s + i, ">>> ", 4) == 0 ||
			strncmp(s + i, "... ", 4) == 0)
			memset(s + i, ' ', 4);
}

/* --- lines of a function without its head --------------------------------- */

/*
 * "lambda STEP: EXPR" of "EXPR", "x = EXPR" or "return EXPR"; or nothing.  *BY
 * is how much later EXPR begins in it.
 */
static int as_lambda(const struct script *s, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s->text, s->n), *p = s->text, *eq;
	const char *end = p + s->n;

	if (s->language != SETTINGS_PYTHON || !step || memchr(p, '\n', s->n) ||
		strstr(p, "lambda") || strstr(p, "def "))
		return 0;
	eq = strstr(p, " = ");
	if (eq && eq < end)
		p = eq + 3;
	else if (strncmp(p, "return ", 7) == 0)
		p += 7;
	if (buf_printf(b, "_rate = lambda %s: (", step))
		return -1;
	*by = b->len - (size_t)(p - s->text);
	return buf_add(b, p, (size_t)(end - p)) || buf_addc(b, ')');
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
	for (len = 0; at + len < n && (isalnum((unsigned char)s[at + len]) ||
					      s[at + len] == '_');)
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
static bool look_at(const struct script *s, const char *step, struct lines *x)
{
	/* What makes a whole script, or a schedule by itself. */
	static const char *const others[] = {"import ", "def ", "class ",
		"\"\"\"", "chedule", "LR(", "optimizer = ", NULL};
	static const char *const gives[] = {"return ", "['lr']", "[\"lr\"]",
		".assign(", "set_value(", NULL};
	const char *p = s->text, *end = p + s->n;

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
static size_t body_length(const struct script *s)
{
	const char *p = s->text, *end = p + s->n;
	size_t first = 0, in;

	for (size_t n; p < end; p += n + 1) {
		n = strcspn(p, "\n");
		in = strspn(p, " \t");
		if (in >= n || p[in] == '#')
			continue;
		if (first > 0 && in < first)
			return (size_t)(p - s->text);
		first = first ? first : in;
		if (first == 0)
			break;
	}
	return s->n;
}

/* The lines of WHOLE, or those that end with a body's, as a def; or nothing. */
static int as_def(const struct script *whole, struct buf *b)
{
	struct script body = *whole, *s = &body;
	const char *step, *p = s->text, *end;
	struct lines x;
	int bad;

	body.n = body_length(whole);
	step = call_free_step(s->text, s->n);
	end = p + s->n;
	if (s->language != SETTINGS_PYTHON || !step || s->name ||
		!look_at(s, step, &x))
		return 0;
	bad = buf_printf(b, "def _rate(%s):\n", step);
	for (size_t n; p < end && !bad; p += n + 1) {
		n = strcspn(p, "\n");
		n = n > (size_t)(end - p) ? (size_t)(end - p) : n;
		bad = buf_addc(b, ' ') || buf_add(b, p, n) || buf_addc(b, '\n');
	}
	if (bad || x.gives)
		return bad;
	/* As far in as its first line. */
	return buf_addc(b, ' ') ||
	       buf_add(b, s->text, strspn(s->text, " \t")) ||
	       buf_printf(b, "return %.*s\n", (int)x.rate.n, x.rate.s);
}

/*
 * S, which is no schedule for the reason WHY, as a function of its step's name
 * into B; nothing where it is none.  Returns 0, or -1 for no memory.  With *BY
 * lines_place() gives the place in S of AT in B.
 */
static int of_lines(
	const struct script *s, const char *why, struct buf *b, size_t *by)
{
	const char *step = call_free_step(s->text, s->n);
	char asked[40];

	*by = 0;
	if (as_lambda(s, b, by) || b->len > 0)
		return b->len > 0 ? 0 : -1;
	snprintf(asked, sizeof(asked), "'%s'", step ? step : "");
	return strstr(why, "no value for") && !strstr(why, asked)
		       ? 0
		       : as_def(s, b);
}

static size_t lines_place(const struct buf *b, size_t by, size_t at)
{
	const char *begin = memchr(b->data, '\n', b->len);
	size_t head = begin ? (size_t)(begin + 1 - b->data) : 0, lines = 1;

	if (by > 0)
		return at > by ? at - by : 0;
	if (at < head || at > b->len)
		return 0;
	for (size_t i = head; i < at; i++)
		lines += b->data[i] == '\n';
	return at - head > lines ? at - head - lines : 0;
}

/* --- what calls ask for --------------------------------------------------- */

static const struct call_reader reader = {.base = script_base,
	.made = script_made,
	.failed = script_failed,
	.skips = script_skips,
	.follow = script_follow,
	.rounds = script_rounds,
	.as_function = script_as_function,
	.is_stepped = script_is_stepped,
	.object = script_object,
	.find_class = script_find_class,
	.live = script_live,
	.value_of = script_value_of,
	.config = config_of_call};

const struct sched_host script_host = {.ctx = (void *)(uintptr_t)&reader,
	.knows = call_knows,
	.signature = call_host_signature,
	.offer = call_host_offer,
	.build = call_host_build};

/* --- reading -------------------------------------------------------------- */

struct reading {
	const struct script *script;
	struct sched_call call;
	size_t where;
	bool rate_lacks; /* the base should be a rate that has no value */
	bool again;      /* only to find out what else has no value */
	bool plain;      /* a function of the text's is shown */
};

/* __name__ is "__main__": what a script does when it is run, it does here. */
static int define_name(struct call_build *b)
{
	struct py_value v;

	return py_new_str(py_builder(b->py), "__main__", 8, &v) < 0 ||
			       py_define(b->user, "__name__", 8, v) < 0
		       ? -1
		       : 0;
}

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

/* The user's text as a module; what is no Python has an empty one. */
static int parse(struct call_build *b, struct reading *x, struct diag *d)
{
	size_t n = x->script->n;

	if (x->script->language == SETTINGS_DICT)
		return py_parse_expr(
			b->py, b->text, x->script->n, &b->user, &x->where, d);
	if (x->script->language > SETTINGS_DICT)
		return py_parse(b->py, "", 0, true, &b->user, &x->where, d);
	if (!open_dict(b, &n)) {
		blank_out(b->text, n);
		if (close_cut(b, &n, d) < 0)
			return -1;
	}
	return py_parse(b->py, b->text, n, true, &b->user, &x->where, d);
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
static int check_indentation(const struct call_build *b)
{
	const struct py_node *e = unindented(b->text, py_root(b->user));

	return e ? py_raise(py_builder(b->py), e,
			   "an indented block is expected here; what was "
			   "copied from a web page may have lost its "
			   "indentation: expected it as in the original")
		 : 0;
}

/* A default that was taken may be why the script comes to what D refuses. */
static void say_default(const struct call_build *b, struct diag *d)
{
	const struct diag told = *d;
	char name[128];

	if (d->class != DIAG_USAGE)
		return;
	snprintf(name, sizeof(name), "%s", b->defaulted);
	for (char *s = name; *s; s++)
		*s = *s == '\'' ? '"' : *s;
	diag_set(d, DIAG_USAGE,
		"%s ('%s' is not given and has its default; %s '%s=VALUE')",
		told.text, name, b->names->define, name);
	memcpy(d->place, told.place, sizeof(d->place));
}

/* What exec() runs is not read; some of it sets nothing by itself. */
static int remark_exec(const struct call_build *b)
{
	static const struct py_str name = {4, "exec"};
	const struct py_node *s = py_root(b->user)->arg;

	for (; s; s = s->next)
		if (s->form == PY_EXPR && s->arg->form == PY_CALL &&
			s->arg->arg->form == PY_NAME &&
			call_same_name(&s->arg->arg->s, &name))
			return call_remark(py_builder(b->py),
				"what exec() runs is not read; %s NAME=VALUE "
				"is what it sets",
				b->names->define);
	return 0;
}

/* What stands for the trainer whose configuration B's text is, into NAME. */
static int name_trainer(
	const struct call_build *b, struct buf *name, struct diag *d)
{
	struct py_str s = call_name_of(b->trainer);

	name->len = 0;
	return buf_add(name, s.s, s.n) ? diag_nomem(d, s.n) : 0;
}

static int take_assigned(struct call_build *b, struct diag *d)
{
	return call_take_assigned(b) < 0 ? diag_nomem(d, sizeof(*b)) : 0;
}

/* The text, or a function around it where its step is a free name. */
static int read_once(struct reading *x, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct call_build *b = call_build_new(
		&reader, x->script->text, x->script->n, env, env->base, d);
	struct call_columns *columns = NULL;
	struct py_value v = py_none();
	struct call_node *node = NULL;
	struct py_run *r;
	int done = -1;

	if (!b)
		return -1;
	sched_call_free(&x->call);
	r = py_builder(b->py);
	if (parse(b, x, d) == 0 && define_name(b) == 0 &&
		call_define_all(b, env, d) == 0 && take_assigned(b, d) == 0) {
		if (check_indentation(b) < 0 || py_exec(r, b->user, &v) < 0 ||
			remark_exec(b) < 0)
			node = NULL;
		else if (x->script->language <= SETTINGS_DICT)
			node = script_choose(b, x->script->name, &v, &columns);
		else if (config_read(
				 b, x->script->language, x->script->n, &v) == 0)
			node = call_place(
				r, py_root(b->user), &v, &b->place, &columns);
		if (node) {
			call_note_asked(b, env);
			done = call_columns_ret(&x->call, node, columns, d);
			if (done == 0 && b->trainer)
				done = name_trainer(b, &x->call.name, d);
		} else {
			x->where = call_error_place(b, r);
			*d = *py_run_error(r).diag;
			call_note_missing(b, m);
			script_say_rounds(b, d);
			if (m->n == 0 && b->defaulted)
				say_default(b, d);
		}
	}
	x->plain = b->plain;
	x->rate_lacks = done == 0 && b->base_unknown;
	if (x->rate_lacks)
		call_add_missing(b, m, b->base_unknown);
	call_free_nodes(b);
	call_release(b);
	return done;
}

/* Whether A and B, built with two bases, differ; of each column in A. */
static bool compare_bases(struct sched_call *a, const struct sched_call *b)
{
	bool any = false;

	for (size_t i = 0; i < a->n && i < b->n; i++) {
		struct sched_call_column *c = &a->column[i];
		c->uses_base =
			call_differ(c->node, b->column[i].node, c->node->len);
		any = any || c->uses_base;
	}
	return any;
}

/* The same; a rate without a value is missing where it makes a difference. */
static int read_rated(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d)
{
	struct reading *x = ctx, other = {.script = x->script};
	struct call_missing rate = {0}, ignored = {0};
	struct sched_env twice = *env;
	size_t where = x->where;
	int done = read_once(x, env, &rate, d);

	twice.base *= 2;
	twice.numbers = NULL;
	if (done == 0 && x->rate_lacks &&
		read_once(&other, &twice, &ignored, d) == 0 &&
		compare_bases(&x->call, &other.call)) {
		done = diag_set(d, DIAG_USAGE,
			"the optimizer's rate has no value; expected %s LR",
			sched_names_of(env)->lr);
		x->where = rate.n ? rate.name[0].at : 0;
	}
	for (size_t i = 0; i < rate.n && done < 0; i++)
		call_move_missing(m, &rate, i);
	if (x->again) {
		x->where = where;
		sched_call_free(&x->call);
	}
	x->again = true;
	sched_call_free(&other.call);
	call_missing_free(&rate);
	call_missing_free(&ignored);
	return done;
}

/* WHERE of offset AT in TEXT: its line; the place goes to D. */
static void set_where(struct sched_where *where, const struct script *s,
	size_t at, struct diag *d)
{
	size_t begin, line = 1, column = 1;

	at = at < s->n ? at : s->n;
	for (begin = at; begin > 0 && s->text[begin - 1] != '\n';)
		begin--;
	for (size_t i = 0; i < begin; i++)
		line += s->text[i] == '\n';
	for (size_t i = begin; i < at; i++)
		column += ((unsigned char)s->text[i] & 0xc0) != 0x80;
	*where = (struct sched_where){.text = s->text + begin,
		.len = strcspn(s->text + begin, "\r\n"),
		.offset = at - begin};
	d->place[0] = '\0';
	diag_at(d, "%zu:%zu", line, column);
}

/* The columns of CALL, and its name, into *T. */
static int to_table(
	struct sched_table *t, struct sched_call *call, struct diag *d)
{
	t->column = calloc(call->n + 1, sizeof(*t->column));
	if (!t->column)
		return diag_nomem(d, call->n * sizeof(*t->column));
	for (; t->n < call->n; t->n++) {
		struct sched_call_column *c = &call->column[t->n];
		double len = c->node->len;

		t->column[t->n] = (struct sched_column){.name = c->name,
			.node = c->node,
			.uses_base = c->uses_base};
		c->name = NULL;
		c->node = NULL;
		if (isfinite(len) && (isinf(t->len) || len > t->len))
			t->len = len;
		if (!isnan(c->past_end) &&
			(!t->past_error || c->past_end < t->past_end)) {
			t->past_error = 1;
			t->past_end = c->past_end;
		}
	}
	t->calls = call->name;
	call->name = (struct buf){NULL, 0, 0};
	return 0;
}

/*
 * X failed, for D: lines of a function without its head are read as one, TEXT,
 * of WRAPPED.  D stays where that is none either.
 */
static int read_lines(struct reading *x, struct script *wrapped,
	struct buf *text, const struct sched_env *env, struct diag *d)
{
	const struct script *s = x->script;
	struct reading own = {.script = wrapped};
	struct diag first = *d;
	size_t by;
	int done;

	if (of_lines(s, d->text, text, &by) || text->len == 0 ||
		buf_terminate(text))
		return -1;
	*wrapped = (struct script){.language = SETTINGS_PYTHON,
		.text = text->data,
		.n = text->len};
	done = call_retry(read_rated, &own, env, wrapped->text, wrapped->n,
		&own.where, d);
	if (done < 0 && !strstr(d->text, "no value for")) {
		*d = first;
		sched_call_free(&own.call);
		return -1;
	}
	sched_call_free(&x->call);
	own.where = lines_place(text, by, own.where);
	*x = own;
	return done;
}

/* Remarks that the rate of ENV is not used in what X reads: 0, or -1. */
static int note_base(
	const struct reading *x, const struct sched_env *env, struct diag *d)
{
	for (size_t i = 0; i < x->call.n; i++)
		if (x->call.column[i].uses_base)
			return 0;
	if (!x->plain || !env->base_given || !env->remarks)
		return 0;
	return call_add_remark(env->remarks,
		       "the rate that is given is not used: the function's "
		       "values are rates (factors of it are "
		       "LambdaLR(optimizer, FUNCTION))\n")
		       ? diag_nomem(d, env->remarks->len)
		       : 0;
}

int script_read(struct sched_table *t, const struct script *s,
	const struct sched_env *env, struct sched_where *where, struct diag *d)
{
	struct reading x = {.script = s}, other = {.script = s};
	struct script wrapped;
	struct sched_env twice = *env;
	struct call_missing ignored = {0};
	struct buf text = {0};
	struct diag first;
	int done;

	*t = (struct sched_table){.len = INFINITY};
	*where = (struct sched_where){NULL, 0, 0};
	done = call_retry(read_rated, &x, env, s->text, s->n, &x.where, d);
	if (done < 0 && d->class == DIAG_USAGE)
		done = read_lines(&x, &wrapped, &text, env, d);
	other.script = x.script;
	if (done < 0 && d->class == DIAG_USAGE)
		set_where(where, s, x.where, d);
	twice.base *= 2;
	twice.numbers = NULL;
	/* What is made again with another number does not ask that again. */
	if (env->numbers && env->numbers->changed)
		for (size_t i = 0; i < x.call.n; i++)
			x.call.column[i].uses_base = true;
	else if (done == 0 &&
		 read_once(&other, &twice, &ignored, &first) == 0) {
		compare_bases(&x.call, &other.call);
		done = note_base(&x, env, d);
	} else if (done == 0 && first.class == DIAG_NOMEM) {
		*d = first;
		done = -1;
	}
	if (done == 0)
		done = to_table(t, &x.call, d);
	sched_call_free(&x.call);
	sched_call_free(&other.call);
	call_missing_free(&ignored);
	buf_free(&text);
	if (done < 0)
		sched_table_free(t);
	return done;
}
