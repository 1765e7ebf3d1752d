/* SPDX-License-Identifier: MIT */
/*
 * The text of policies: statements in which their constructors are called, or
 * keys.  A name that several libraries have is that of the first whose
 * signature and bounds take the arguments.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/near.h"
#include "base/str.h"
#include "numpy/numpy.h"
#include "py/py.h"
#include "watch/watch_impl.h"

static const char definitions[] = {
#include "watch/policies.py.inc"
	'\0'};

static const char constructor_type[] = "a policy's constructor";
static const char keys[] = "keys";

#define PARAMS_MAX 32

/* A name, which may be a part of one, and its value. */
struct define {
	struct py_str path;
	struct py_value value;
	struct define *next;
	bool *asked; /* the watch's note that a text had a use for it */
};

struct reader {
	struct watch *w;
	const char *text; /* of a script, from FILE; or NULL */
	const char *file;
	bool runs; /* it does what it does when it is run */
	struct py *py;
	struct py_host host;
	struct py_module *defs, *user;
	struct py_module *script; /* whose functions the user's text is of */
	const struct py_node *of; /* ... of whose calls it is */
	size_t *made_at;          /* calls of the script that were run */
	size_t nmade;
	struct define *define;     /* by the user, the last first */
	struct watch_policy *made; /* by the definition that runs */
	double lr;                 /* the same, or that of an optimizer */
	bool failed;               /* a policy did; a script ends there */
};

/* A name of policies: of LIBRARY, or of any where it is NULL. */
struct constructor {
	const struct py_str *library;
	struct py_str name;
};

/* --- libraries ------------------------------------------------------------ */

/* The dict of libraries: names and other names, in order. */
static const struct py_list *libraries(const struct reader *b)
{
	static const char name[] = "LIBRARIES";
	struct py_value v;

	return py_global(b->defs, name, sizeof(name) - 1, &v) ? v.u.list : NULL;
}

static const struct py_str *library_name(const struct reader *b, size_t i)
{
	const struct py_list *all = libraries(b);

	return 2 * i < all->n ? all->item[2 * i].u.str : NULL;
}

/* Whether WORD is one of the blank-separated words of LIST. */
static bool has_word(const struct py_str *list, const char *word, size_t n)
{
	for (size_t i = 0; i < list->n;) {
		size_t len = 0;

		while (i + len < list->n && list->s[i + len] != ' ')
			len++;
		if (len == n && memcmp(list->s + i, word, n) == 0)
			return true;
		i += len + 1;
	}
	return false;
}

/* The library that a part of a path means, or NULL. */
static const struct py_str *library_of(
	const struct reader *b, const char *part, size_t n)
{
	const struct py_list *all = libraries(b);

	for (size_t i = 0; i + 1 < all->n; i += 2)
		if (py_str_is(all->item[i].u.str, part, n) ||
			has_word(all->item[i + 1].u.str, part, n))
			return all->item[i].u.str;
	return NULL;
}

/* What LIBRARY defines as NAME; false: nothing. */
static bool find_in(const struct reader *b, const struct py_str *library,
	const struct py_str *name, struct py_value *ret)
{
	struct py_value class, *found;

	if (!py_global(b->defs, library->s, library->n, &class))
		return false;
	found = py_dict_find(py_class_names(&class), name->s, name->n);
	if (!found || found->type != PY_FUNCTION)
		return false;
	*ret = *found;
	return true;
}

/* The next library at or after *I that C may mean, whose DEF it is. */
static const struct py_str *next_meant(const struct reader *b,
	const struct constructor *c, size_t *i, struct py_value *def)
{
	const struct py_str *library;

	while ((library = library_name(b, (*i)++))) {
		bool said = c->library == library;

		if (c->library ? !said
			       : py_str_is(library, keys, sizeof(keys) - 1))
			continue;
		if (find_in(b, library, &c->name, def))
			return library;
	}
	return NULL;
}

/*
 * PATH as the name of a policy: of the last library that it has in it and that
 * has such a policy.
 */
static struct constructor split(
	const struct reader *b, const char *path, size_t n)
{
	struct constructor c = {.name = {n, path}};
	const char *dot;
	struct py_value ignored;

	while ((dot = memchr(c.name.s, '.', c.name.n))) {
		c.name.n -= (size_t)(dot + 1 - c.name.s);
		c.name.s = dot + 1;
	}
	for (; path < c.name.s; path = dot + 1) {
		const struct py_str *found;

		dot = memchr(path, '.', (size_t)(c.name.s - path));
		found = library_of(b, path, (size_t)(dot - path));
		if (found &&
			(!c.library || find_in(b, found, &c.name, &ignored)))
			c.library = found;
	}
	return c;
}

/* LIBRARY is what E, of the script, or what is in it imports something of. */
static bool is_imported(const struct reader *b, const struct py_node *e,
	const struct py_str *library)
{
	const struct py_str *path = watch_imported(e);
	size_t at = 0, n;

	for (; path && at < path->n; at += n + 1) {
		const char *dot = memchr(path->s + at, '.', path->n - at);

		n = dot ? (size_t)(dot - path->s) - at : path->n - at;
		if (library_of(b, path->s + at, n) == library)
			return true;
	}
	for (e = e->arg; e; e = e->next)
		if (is_imported(b, e, library))
			return true;
	return false;
}

/* The only library that has NAME and that the script imports, or NULL. */
static const struct py_str *imported_with(
	const struct reader *b, const struct py_str *name)
{
	const struct py_module *m = b->script ? b->script : b->user;
	const struct py_str *library, *found = NULL;
	struct py_value ignored;

	for (size_t i = 0; (library = library_name(b, i)); i++) {
		if (!find_in(b, library, name, &ignored) ||
			!is_imported(b, py_root(m), library))
			continue;
		if (found)
			return NULL;
		found = library;
	}
	return found;
}

/* --- what definitions call ------------------------------------------------ */

static struct reader *reader_of(struct py_run *r)
{
	return py_host_of(r)->ctx;
}

static int call_policy(struct py_call *c)
{
	struct reader *b = reader_of(c->run);

	watch_policy_free(b->made);
	b->made = watch_policy_new();
	if (!b->made)
		return py_raise_nomem(c->run, sizeof(*b->made));
	return watch_make(c, b->made, &b->lr);
}

/* need(condition, text): else the text is the error. */
static int call_need(struct py_call *c)
{
	int yes = py_truth(c->run, c->at, &c->arg[0]);

	*c->ret = py_none();
	if (yes)
		return yes < 0 ? -1 : 0;
	return py_raise(c->run, c->at, "%.*s", STR_ARG(*c->arg[1].u.str));
}

/* is_text(value), which may be one that nobody knows. */
static int call_is_text(struct py_call *c)
{
	*c->ret = py_bool(c->arg[0].type == PY_STR);
	return 0;
}

static const struct py_native natives[] = {
	{"policy", 1, PY_ANY, "**", call_policy, {NULL}},
	{"is_text", 1, 1, "value", call_is_text, {NULL}},
	{"need", 2, 2, "condition text", call_need, {NULL}},
};

static int lookup(
	struct py_run *r, const char *path, size_t n, struct py_value *ret)
{
	struct reader *b = reader_of(r);
	struct constructor *c;
	struct py_value def;
	size_t i = 0;

	if (py_running(r) == b->defs) {
		const struct py_native *own =
			py_native_find(natives, ARRAY_SIZE(natives), path, n);

		if (own)
			*ret = py_native_value(own);
		return own != NULL;
	}
	for (const struct define *x = b->define; x; x = x->next) {
		if (py_is_path(&x->path, path, n)) {
			*x->asked = true;
			*ret = x->value;
			return 1;
		}
		/* cfg.early_stopping.patience: of a configuration. */
		if (x->path.n > n && memcmp(x->path.s, path, n) == 0 &&
			strchr(".[", x->path.s[n]))
			return 0;
	}
	if (b->script && py_global(b->script, path, n, ret))
		return 1;
	c = py_alloc(r, sizeof(*c) + n);
	if (!c)
		return -1;
	memcpy(c + 1, path, n);
	*c = split(b, (const char *)(c + 1), n);
	if (!next_meant(b, c, &i, &def))
		return 0;
	if (!c->library && b->text)
		c->library = imported_with(b, &c->name);
	return py_new_opaque(r, constructor_type, c, ret) < 0 ? -1 : 1;
}

/* --- calls ---------------------------------------------------------------- */

/* The call of DEF with ARG: B's made, or -1 raised. */
static int make(struct py_run *r, const struct py_node *at,
	const struct py_value *def, const struct py_arg *arg, size_t narg,
	bool *bound)
{
	struct reader *b = reader_of(r);
	const struct py_node *from[PARAMS_MAX] = {NULL};
	struct py_value slot[PARAMS_MAX] = {{.type = PY_UNBOUND}}, ignored;

	if (py_nparam(def) > PARAMS_MAX)
		return py_raise(r, at, "too many parameters");
	if (py_bind(r, at, def, arg, narg, slot, from) < 0)
		return -1;
	*bound = true;
	watch_policy_free(b->made);
	b->made = NULL;
	if (py_invoke(r, at, def, arg, narg, &ignored) < 0)
		return -1;
	if (!b->made)
		return py_raise(r, at, "makes no policy");
	watch_note_said(b->made, def, from);
	return 0;
}

/* "keras.EarlyStopping" into P. */
static int set_name(struct py_run *r, struct watch_policy *p,
	const struct py_str *library, const struct py_str *name)
{
	struct buf s = {0};
	bool key = py_str_is(library, keys, sizeof(keys) - 1);

	if (!key) {
		buf_add(&s, library->s, library->n);
		buf_addc(&s, '.');
	}
	buf_add(&s, name->s, name->n);
	if (!buf_text(&s)) {
		buf_free(&s);
		return py_raise_nomem(r, name->n);
	}
	p->name = s.data;
	return 0;
}

/* Which other libraries the call may be of is said, a line. */
static int remark_others(struct py_run *r, const struct watch_policy *p,
	const struct buf *others)
{
	struct reader *b = reader_of(r);

	if (others->len == 0)
		return 0;
	return watch_remark(b->w,
		       "%s is the policy meant by %s; expected %.*s before it "
		       "if another is",
		       p->name, strrchr(p->name, '.') + 1, (int)others->len,
		       others->data) < 0
		       ? py_raise_nomem(r, others->len)
		       : 0;
}

/* Fails for the reason E that the call of LIBRARY's NAME failed with. */
static int refuse(struct py_run *r, const struct py_node *at,
	const struct py_str *library, const struct py_str *name,
	const struct py_error *e)
{
	struct reader *b = reader_of(r);
	char text[sizeof(e->diag->text)];
	int n = library ? (int)library->n : 0;

	b->failed = true;
	if (e->diag->class == DIAG_NOMEM)
		return -1;
	memcpy(text, e->diag->text, sizeof(text));
	if (e->unknown)
		return py_raise(r, at, "%.*s%s%.*s: %s; expected %s %.*s=VALUE",
			n, n ? library->s : "", n ? "." : "", STR_ARG(*name),
			text, b->w->opts->define_name,
			STR_ARG(e->unknown->path));
	return py_raise(r, at, "%.*s%s%.*s: %s", n, n ? library->s : "",
		n ? "." : "", STR_ARG(*name), text);
}

/*
 * The policy of C with ARG, into *RET: that of the first library which takes
 * the arguments; OTHERS of them do, too.  Returns 0, or -1 raised for what the
 * first has to say that has such parameters: an unknown name does not change
 * the library, it is asked for.
 */
static int choose(struct py_run *r, const struct py_node *at,
	const struct constructor *c, const struct py_arg *arg, size_t narg,
	struct watch_policy **ret, struct buf *others)
{
	struct reader *b = reader_of(r);
	const struct py_str *library, *worst = NULL;
	struct diag why = {0};
	struct py_error e, wrong = {.diag = &why};
	struct py_value def;
	size_t i = 0;
	bool was_bound = false;

	while ((library = next_meant(b, c, &i, &def))) {
		bool bound = false;

		if (make(r, at, &def, arg, narg, &bound) < 0) {
			e = py_run_error(r);
			if (e.diag->class == DIAG_NOMEM) {
				b->failed = true;
				return -1;
			}
			if (*ret || (worst && bound <= was_bound))
				continue;
			was_bound = bound;
			why = *e.diag;
			wrong.unknown = e.unknown;
			worst = library;
		} else if (!*ret && b->made) {
			*ret = b->made;
			b->made = NULL;
			if (set_name(r, *ret, library, &c->name) < 0)
				return -1;
		} else {
			buf_adds(others, others->len ? " or " : "");
			buf_add(others, library->s, library->n);
		}
	}
	if (py_buf_end(r, others))
		return -1;
	if (*ret)
		return 0;
	(void)(worst ? refuse(r, at, worst, &c->name, &wrong)
		     : py_raise(r, at, "no such policy"));
	return -1;
}

/* --- what stands beside a call -------------------------------------------- */

/* The metric of P, made at AT, where the script says it elsewhere. */
static int take_monitor_beside(
	struct reader *b, struct watch_policy *p, const struct py_node *at)
{
	struct watch_beside x = {0};
	struct buf name = {0};

	if (b->text)
		x = watch_beside(
			b->of ? b->of : at, strncmp(p->name, "hf.", 3) == 0);
	if (p->monitor || !x.monitor)
		return 0;
	buf_adds(&name, x.is_of_eval ? "eval_" : "");
	buf_add(&name, x.monitor->s, x.monitor->n);
	if (!buf_text(&name)) {
		buf_free(&name);
		return -1;
	}
	p->monitor = name.data;
	p->monitor_said = true;
	if (x.mode != WATCH_AUTO && p->rule == RULE_HF) {
		p->mode = x.mode;
		p->mode_said = true;
	}
	return 0;
}

static int call_constructor(struct py_run *r, const struct py_node *at,
	const struct constructor *c, const struct py_arg *arg, size_t narg)
{
	struct reader *b = reader_of(r);
	struct watch_policy *p = NULL;
	struct buf others = {0};
	double lr = b->lr;
	struct diag nomem;
	int done = choose(r, at, c, arg, narg, &p, &others);

	/* Those of the others are no rates. */
	if (others.len)
		b->lr = lr;
	if (done == 0)
		done = remark_others(r, p, &others);
	buf_free(&others);
	if (done < 0) {
		b->failed = true;
		watch_policy_free(p);
		return -1;
	}
	watch_append(b->w, p);
	if (take_monitor_beside(b, p, at) < 0 ||
		(b->text && !b->script &&
			array_push(&b->made_at, &b->nmade, &at->at,
				sizeof(at->at), &nomem) < 0))
		return py_raise_nomem(r, sizeof(at->at));
	return 0;
}

/* A constructor makes a policy; any other call is of no interest. */
static int call(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct reader *b = reader_of(r);

	if (v->type == PY_UNKNOWN) {
		double lr = watch_rate_given(at, arg, narg);

		b->lr = isnan(lr) ? b->lr : lr;
		*ret = *v;
		return 1;
	}
	if (v->type != PY_OPAQUE || v->u.opaque->type != constructor_type)
		return 0;
	if (call_constructor(r, at, v->u.opaque->p, arg, narg) < 0)
		return -1;
	*ret = py_none();
	return 1;
}

/* Whether E, of the script, calls what is called as a policy is. */
static bool is_called_so(const struct reader *b, const struct py_node *e)
{
	const struct py_node *callee = e->arg;
	struct constructor c;
	struct py_value def;
	size_t i = 0;

	if (e->form != PY_CALL ||
		(callee->form != PY_NAME && callee->form != PY_ATTR))
		return false;
	c = split(b, b->text + callee->at, callee->end - callee->at);
	return next_meant(b, &c, &i, &def) != NULL;
}

/* Whether E, of the script, is the call of a policy. */
static bool is_of_policy(const struct reader *b, const struct py_node *e)
{
	const struct py_module *script = b->script ? b->script : b->user;
	struct py_value v;

	if (e->form == PY_CALL && e->arg->form == PY_NAME &&
		py_global(script, e->arg->s.s, e->arg->s.n, &v) &&
		v.type == PY_OPAQUE && v.u.opaque->type == constructor_type)
		return true;
	return is_called_so(b, e) && !watch_place_of(e).own;
}

/* A call of the script was run that stands from AT on, before END. */
static bool was_made(const struct reader *b, size_t at, size_t end)
{
	for (size_t i = 0; i < b->nmade; i++)
		if (at <= b->made_at[i] && b->made_at[i] < end)
			return true;
	return false;
}

/* The first policy of statement S that was not made; NULL: none. */
static const struct py_node *find_left(
	const struct reader *b, const struct py_node *s)
{
	const struct py_node *found = NULL;

	if (watch_is_function(s))
		return NULL;
	if (is_of_policy(b, s))
		return was_made(b, s->at, s->at + 1) ? NULL : s;
	for (const struct py_node *e = s->arg; e && !found; e = e->next)
		found = find_left(b, e);
	return found;
}

/*
 * A script is read over what is not understood, but not over a policy: not
 * over S, which failed, if one in it was not come to.
 */
static int failed(struct py_run *r, const struct py_node *s)
{
	struct reader *b = reader_of(r);
	struct py_error e = py_run_error(r);
	const struct py_node *left = NULL;

	if (b->failed || e.diag->class == DIAG_NOMEM)
		return -1;
	if (b->text && !b->script && py_running(r) == b->user)
		left = find_left(b, s);
	return left ? refuse(r, left, NULL, &left->arg->s, &e) : 0;
}

/* Arguments of what is not looked at may have no value. */
static bool lenient(
	struct py_run *r, const struct py_value *v, const struct py_node *at)
{
	(void)r;
	(void)at;
	return v->type == PY_UNKNOWN ||
	       (v->type == PY_OPAQUE && v->u.opaque->type == constructor_type);
}

/* --- texts ---------------------------------------------------------------- */

/* What follows the line at S of the definitions. */
static const char *line_after(const char *s)
{
	const char *line = strchr(s, '\n');

	return line ? line + 1 : s + strlen(s);
}

/*
 * The name of the first policy at S or later, of the class *LIBRARY; or NULL.
 */
static const char *next_def(const char *s, const char **library)
{
	for (; *s; s = line_after(s))
		if (strncmp(s, "class ", 6) == 0)
			*library = s + 6;
		else if (*library && strncmp(s, "    def ", 8) == 0)
			return s + 8;
	return NULL;
}

/* Whether TEXT[0..N) has a word that begins as NAME does, up to '('. */
static bool mentions(const char *text, size_t n, const char *name)
{
	size_t len = strcspn(name, "(");
	const char *end = text + n;

	while ((text = memchr(text, *name, (size_t)(end - text)))) {
		if ((size_t)(end - text) >= len && memcmp(text, name, len) == 0)
			return true;
		text++;
	}
	return false;
}

/* Reads the definitions from AT to END. */
static int read_part(
	struct reader *b, const char *at, const char *end, struct diag *d)
{
	size_t where;

	if (py_read_defs(b->defs, (size_t)(at - definitions),
		    (size_t)(end - definitions), &where, d) < 0)
		return -1;
	if (py_exec(py_builder(b->py), b->defs, NULL) == 0)
		return 0;
	*d = *py_run_error(py_builder(b->py)).diag;
	return -1;
}

/* Where the first class of S or later begins, or the definitions end. */
static const char *next_class(const char *s)
{
	while (*s && strncmp(s, "class ", 6) != 0)
		s = line_after(s);
	return s;
}

/* Reads the libraries with a policy that S mentions, and what they mention. */
static int read_mentioned(
	struct reader *b, const char *s, size_t n, struct diag *d)
{
	const char *library = NULL, *name = definitions, *end;
	struct py_value ignored;

	while ((name = next_def(name, &library))) {
		if (!mentions(s, n, name) ||
			py_global(b->defs, library, strcspn(library, ":"),
				&ignored))
			continue;
		end = next_class(library);
		if (read_part(b, library - 6, end, d) < 0 ||
			read_mentioned(b, library, (size_t)(end - library), d) <
				0)
			return -1;
	}
	return 0;
}

/* Reads what all libraries share, and those that S is about. */
static int read_definitions(
	struct reader *b, const char *s, size_t n, struct diag *d)
{
	if (py_parse_defs(b->py, definitions, sizeof(definitions) - 1, NULL,
		    &b->defs) < 0)
		return diag_nomem(d, sizeof(definitions));
	if (read_part(b, definitions, next_class(definitions), d) < 0)
		return -1;
	return read_mentioned(b, s, n, d);
}

/*
 * The names that the user gives values, in the text to be read; that of a
 * script is as where it is run, or imported.
 */
static int define_all(struct reader *b, struct diag *d)
{
	const struct watch_opts *o = b->w->opts;
	struct py_value v;

	if (b->text && !b->script &&
		(py_new_str(py_builder(b->py), b->runs ? "__main__" : "_script",
			 b->runs ? 8 : 7, &v) < 0 ||
			py_define(b->user, "__name__", 8, v) < 0))
		return diag_nomem(d, sizeof(v));

	for (size_t i = 0; i < o->ndefine; i++) {
		struct define *x = py_alloc(py_builder(b->py), sizeof(*x));

		if (!x)
			return diag_nomem(d, sizeof(*x));
		if (py_parse_define(
			    b->py, o->define[i], &x->path, &x->value, d) < 0)
			return -1;
		if (py_define(b->user, x->path.s, x->path.n, x->value) < 0)
			return diag_nomem(d, x->path.n);
		x->asked = &b->w->asked[i];
		x->next = b->define;
		b->define = x;
	}
	return 0;
}

/* Puts the line of S[AT] and FILE before D. */
static int place(struct diag *d, const char *s, size_t at, const char *file)
{
	d->place[0] = '\0';
	return file ? diag_at(d, "%s:%zu", file, str_line_of(s, at)) : -1;
}

static int read_text(struct reader *b, const char *s, size_t n,
	const char *file, struct diag *d)
{
	struct py_run *r = py_builder(b->py);
	struct py_error e;
	size_t at = 0;
	int done;

	if (py_parse(b->py, s, n, file != NULL, &b->user, &at, d) < 0) {
		if (d->class == DIAG_NOMEM)
			return -1;
		place(d, s, at, file);
		return file ? -1
			    : diag_at(d, "column %zu of '%.*s'", at + 1,
				      n < 60 ? (int)n : 60, s);
	}
	if ((!b->defs && read_definitions(b, s, n, d) < 0) ||
		define_all(b, d) < 0)
		return -1;
	done = py_exec(r, b->user, NULL);
	for (const struct define *x = b->define; x; x = x->next)
		*x->asked |= py_asks(b->user, x->path.s, x->path.n);
	if (done == 0)
		return 0;
	e = py_run_error(r);
	*d = *e.diag;
	return place(d, s, e.at && e.module == b->user ? e.at->at : 0, file);
}

/* Says TEXT of the call E. */
static int tell(struct reader *b, const struct py_node *e, const char *text,
	struct diag *d)
{
	int done = watch_remark(b->w, "%s:%zu: %.*s%s", b->file,
		str_line_of(b->text, e->at), STR_ARG(e->arg->s), text);

	return done < 0 ? diag_nomem(d, e->arg->s.n) : 0;
}

/* The call E alone, in a function that was not run, with the script's names. */
static int read_call(struct reader *b, const struct py_node *e, struct diag *d)
{
	const struct watch_place place = watch_place_of(e);
	const char *text = NULL;

	if (b->nmade && place.called)
		return tell(b, e,
			" is in a function that was run without it; it is not "
			"watched",
			d);
	if (place.decided)
		text = ", in a function that is not run, is watched, whatever "
		       "is decided there";
	else if (b->nmade)
		text = ", in a function that is not run, is watched, too";
	if (text && tell(b, e, text, d) < 0)
		return -1;
	b->of = e;
	if (read_text(b, b->text + e->at, e->end - e->at, NULL, d) == 0)
		return 0;
	return diag_at(d, "%s:%zu", b->file, str_line_of(b->text, e->at));
}

/* Policies in E, in functions that nothing calls; MADE: but E's was run. */
static int read_functions(
	struct reader *b, const struct py_node *e, bool made, struct diag *d)
{
	int done = 0;

	made |= watch_is_function(e) && was_made(b, e->at, e->end);
	if (is_of_policy(b, e))
		return made || !watch_place_of(e).function ? 0
							   : read_call(b, e, d);
	if (is_called_so(b, e) && watch_place_of(e).is_def)
		done = tell(b, e, " is the script's own; it is not watched", d);
	for (e = e->arg; e && !done; e = e->next)
		done = read_functions(b, e, made, d);
	return done;
}

/* The whole script: what it runs, and what others would call. */
static int read_script(struct reader *b, const char *s, size_t n,
	const char *file, struct diag *d)
{
	b->text = s;
	b->file = file;
	if (read_text(b, s, n, file, d) < 0)
		return -1;
	b->script = b->user;
	return read_functions(b, py_root(b->script), false, d);
}

/* Fails for S, which makes no policy; says what is spelt like it. */
static int none_made(const char *s, size_t n, const char *file, struct diag *d)
{
	struct near near = {.wrong = s, .nwrong = 0};
	char phrase[NEAR_PHRASE_MAX];
	const char *library = NULL, *name = definitions;

	while (near.nwrong < n && str_is_name_char(s[near.nwrong]))
		near.nwrong++;
	while ((name = next_def(name, &library)))
		near_try(&near, name, strcspn(name, "("));
	diag_set(d, DIAG_USAGE, "no policy in '%.*s'; %s",
		file ? (int)strlen(file) : (int)(n < 60 ? n : 60),
		file ? file : s,
		near_phrase(&near,
			"expected a call such as ReduceLROnPlateau(opt) or "
			"EarlyStopping('val_loss')",
			phrase));
	return -1;
}

/* Adds what S makes, a script in FILE as it RUNS or only is imported. */
static int read_once(struct watch *w, const char *s, size_t n, const char *file,
	bool runs, struct diag *d)
{
	struct reader b = {.w = w, .lr = NAN, .runs = runs};
	struct buf text = {0};
	int ret = -1;

	b.host = (struct py_host){.ctx = &b,
		.arrays = &numpy_arrays,
		.lookup = lookup,
		.call = call,
		.failed = failed,
		.lenient = lenient};
	b.py = py_new(&b.host);
	if (!b.py)
		diag_nomem(d, n);
	else if (file)
		ret = read_script(&b, s, n, file, d);
	else if (watch_from_keys(&text, s, d) == 0)
		ret = read_text(&b, text.data ? text.data : s,
			text.data ? text.len : n, NULL, d);
	if (isnan(w->lr) && ret == 0)
		w->lr = b.lr;
	watch_policy_free(b.made);
	py_free(b.py);
	free(b.made_at);
	buf_free(&text);
	return ret;
}

int watch_add(struct watch *w, const char *s, size_t n, const char *file,
	struct diag *d)
{
	struct watch_policy **end = &w->policy, *next;
	size_t nremark = w->remarks.len;
	int ret;

	while (*end)
		end = &(*end)->next;
	ret = read_once(w, s, n, file, file != NULL, d);
	if (ret < 0 && file && d->class != DIAG_NOMEM) {
		/* What main() is given may have no value, where it has names.
		 */
		for (struct watch_policy *p = *end; p; p = next) {
			next = p->next;
			watch_policy_free(p);
		}
		*end = NULL;
		w->remarks.len = nremark;
		ret = read_once(w, s, n, file, false, d);
	}
	return ret == 0 && !*end ? none_made(s, n, file, d) : ret;
}

const char *watch_signature(size_t i, const char **library, size_t *n)
{
	const char *s = definitions;

	*library = NULL;
	while ((s = next_def(s, library)) && i-- > 0)
		;
	if (!s)
		return NULL;
	for (*n = 1; strncmp(s + *n - 1, "):", 2) != 0;)
		(*n)++;
	return s;
}
