/* SPDX-License-Identifier: MIT */
/*
 * The text of policies: statements in which their constructors are called, or
 * keys.  A name that several libraries have is that of the first whose
 * signature and bounds take the arguments.
 */
#include <math.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
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
	struct buf calls; /* those in functions of a script */
	struct py *py;
	struct py_host host;
	struct py_module *defs, *user;
	struct py_module *script;  /* whose functions the user's text is of */
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
	return py_raise(c->run, c->at, "%.*s", (int)c->arg[1].u.str->n,
		c->arg[1].u.str->s);
}

static const struct py_native natives[] = {
	{"policy", 1, PY_ANY, "**", call_policy, {NULL}},
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
	for (const struct define *x = b->define; x; x = x->next)
		if (py_is_path(&x->path, path, n)) {
			*x->asked = true;
			*ret = x->value;
			return 1;
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
	return py_new_opaque(r, constructor_type, c, ret) < 0 ? -1 : 1;
}

/* --- calls ---------------------------------------------------------------- */

/* Whether the parameter P says which way is better. */
static bool is_mode(const struct py_node *p)
{
	return py_is_word_of(&p->s, "mode rule comp maximize");
}

static bool is_monitor(const struct py_node *p)
{
	return py_is_named(&p->s, "monitor") ||
	       py_is_named(&p->s, "metric_name");
}

/* What the call itself says, FROM being where its arguments stand. */
static void note_said(struct watch_policy *p, const struct py_value *def,
	const struct py_node *const *from)
{
	const struct py_node *param;
	bool has_mode = false;

	for (size_t i = 0; (param = py_param(def, i)); i++) {
		if (is_mode(param)) {
			has_mode = true;
			p->mode_said |= from[i] && p->mode != WATCH_AUTO;
		}
		if (is_monitor(param))
			p->monitor_said |= from[i] && p->monitor;
	}
	p->mode_fixed = !has_mode && p->mode != WATCH_AUTO;
}

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
	note_said(b->made, def, from);
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

	b->failed = true;
	if (e->diag->class == DIAG_NOMEM)
		return -1;
	memcpy(text, e->diag->text, sizeof(text));
	if (e->unknown)
		return py_raise(r, at, "%.*s.%.*s: %s; expected %s %.*s=VALUE",
			(int)library->n, library->s, (int)name->n, name->s,
			text, b->w->opts->define_name, (int)e->unknown->path.n,
			e->unknown->path.s);
	return py_raise(r, at, "%.*s.%.*s: %s", (int)library->n, library->s,
		(int)name->n, name->s, text);
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
	return worst ? refuse(r, at, worst, &c->name, &wrong)
		     : py_raise(r, at, "no such policy");
}

static int call_constructor(struct py_run *r, const struct py_node *at,
	const struct constructor *c, const struct py_arg *arg, size_t narg)
{
	struct reader *b = reader_of(r);
	struct watch_policy *p = NULL;
	struct buf others = {0};
	double lr = b->lr;
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
	return 0;
}

/* The call AT is that of an optimizer, by the last part of its name. */
static bool is_optimizer(const struct py_node *at)
{
	static const char *const names[] = {"sgd", "adam", "adamw", "rmsprop",
		"adagrad", "adadelta", "adamax", "nadam", "radam", "adafactor",
		"lion", "lamb", "lars", "lbfgs", "rprop", "asgd", "sparseadam",
		"ftrl", "momentum", "novograd", "muon"};
	const struct py_str *s = at->form == PY_CALL ? &at->arg->s : NULL;

	for (size_t i = 0; s && i < ARRAY_SIZE(names); i++)
		if (str_is_in_any_case(s->s, s->n, names[i]))
			return true;
	return false;
}

static bool is_rate(const struct py_arg *arg)
{
	return py_is_number(&arg->value) && py_number(&arg->value) > 0;
}

/*
 * SGD(parameters, lr=0.1): the rate to begin with.  By position it stands
 * behind the parameters, SGD(parameters, 0.1), or first, optax.sgd(0.1).
 */
static void note_rate(struct reader *b, const struct py_node *at,
	const struct py_arg *arg, size_t narg)
{
	for (size_t i = 0; i < narg; i++) {
		bool named = py_is_named(&arg[i].name, "lr") ||
			     py_is_named(&arg[i].name, "learning_rate");

		if (!is_rate(&arg[i]) || !(named || (i < 2 && !arg[i].name.n &&
							    is_optimizer(at))))
			continue;
		b->lr = py_number(&arg[i].value);
		return;
	}
}

/* A constructor makes a policy; any other call is of no interest. */
static int call(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret)
{
	struct reader *b = reader_of(r);

	if (v->type == PY_UNKNOWN) {
		note_rate(b, at, arg, narg);
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

/* A script is read over what is not understood, but not over a policy. */
static int failed(struct py_run *r, const struct py_node *s)
{
	(void)s;
	return reader_of(r)->failed || py_run_error(r).diag->class == DIAG_NOMEM
		       ? -1
		       : 0;
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

/* The keyword that S begins with and that ends it or is followed by a comma. */
static size_t key_length(const char *s)
{
	static const char *const word[] = {"reduce", "stop", "save", "best"};

	for (size_t i = 0; i < ARRAY_SIZE(word); i++) {
		size_t n = strlen(word[i]);

		if (strncmp(s, word[i], n) == 0 && (!s[n] || s[n] == ','))
			return n;
	}
	return 0;
}

bool watch_is_policy(const char *s)
{
	size_t n = strcspn(s, "(/");

	if (key_length(s))
		return true;
	if (s[n] != '(')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!str_is_alnum(s[i]) && !strchr("_.,:;= \t\r\n[{\"'#", s[i]))
			return false;
	return true;
}

/* The key that is true or false, and true where it stands alone. */
static const char flag[] = "finite";

/* What S[0..N) is as a flag: 1, 0, or -1: neither. */
static int truth_of(const char *s, size_t n)
{
	static const char *const word[] = {"false", "true", "False", "True",
		"no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < ARRAY_SIZE(word); i++)
		if (strlen(word[i]) == n && memcmp(word[i], s, n) == 0)
			return i % 2;
	return -1;
}

/* Appends S[0..N) as a string of Python's. */
static void add_quoted(struct buf *b, const char *s, size_t n)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n') {
			buf_adds(b, "\\n");
			continue;
		}
		if (strchr("\"\\", s[i]))
			buf_addc(b, '\\');
		buf_addc(b, s[i]);
	}
	buf_addc(b, '"');
}

/* The word S[0..N), NAME=VALUE or a flag, as an argument.  Returns 0, or -1. */
static int add_key(struct buf *b, const char *s, size_t n, struct diag *d)
{
	size_t len = 0, from;
	bool is_flag;
	double ignored;
	int yes;

	while (len < n && str_is_name_char(s[len]))
		len++;
	if (!len || (len < n && s[len] != '='))
		return diag_set(d, DIAG_USAGE,
			"'%.*s' in the words of a policy; expected NAME=VALUE",
			(int)n, s);
	is_flag = len == sizeof(flag) - 1 && memcmp(s, flag, len) == 0;
	if (len + 1 >= n && !(is_flag && len == n))
		return diag_set(d, DIAG_USAGE,
			"%.*s has no value; expected %.*s=VALUE", (int)len, s,
			(int)len, s);
	from = len < n ? len + 1 : n;
	yes = len == n ? 1 : truth_of(s + from, n - from);
	if (is_flag && yes < 0)
		return diag_set(d, DIAG_USAGE,
			"%s is '%.*s'; expected true or false", flag,
			(int)(n - from), s + from);
	buf_add(b, s, len);
	buf_addc(b, '=');
	if (is_flag)
		buf_adds(b, yes ? "True" : "False");
	else if (num_scan_double(s + from, n - from, &ignored) == n - from)
		buf_add(b, s + from, n - from);
	else
		add_quoted(b, s + from, n - from);
	buf_addc(b, ',');
	return 0;
}

/*
 * "stop,patience=3,mode=max" as keys.stop(patience=3,mode="max",).  Returns 0,
 * or -1.
 */
static int from_keys(struct buf *b, const char *s, struct diag *d)
{
	size_t n = key_length(s);

	buf_adds(b, "keys.");
	buf_add(b, s, n);
	buf_addc(b, '(');
	for (s += n; *s == ','; s += n) {
		s++;
		n = strcspn(s, ",");
		if (add_key(b, s, n, d) < 0)
			return -1;
	}
	buf_addc(b, ')');
	return buf_end(b, d);
}

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

/* The names that the user gives values, in the text to be read. */
static int define_all(struct reader *b, struct diag *d)
{
	const struct watch_opts *o = b->w->opts;

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

/* Whether E, of S, is the call of a name of policies. */
static bool is_of_policy(
	const struct reader *b, const struct py_node *e, const char *s)
{
	const struct py_node *callee = e->arg;
	struct constructor c;
	struct py_value def;
	size_t i = 0;

	if (e->form != PY_CALL ||
		(callee->form != PY_NAME && callee->form != PY_ATTR))
		return false;
	c = split(b, s + callee->at, callee->end - callee->at);
	return next_meant(b, &c, &i, &def) != NULL;
}

/* Appends the calls of policies in E and what follows it, a line each. */
static void add_calls(const struct reader *b, const struct py_node *e,
	const char *s, struct buf *calls)
{
	for (; e; e = e->next) {
		if (!is_of_policy(b, e, s)) {
			add_calls(b, e->arg, s, calls);
			continue;
		}
		buf_add(calls, s + e->at, e->end - e->at);
		buf_addc(calls, '\n');
	}
}

/*
 * Policies that the script S makes in functions, which nobody has called: their
 * calls alone, with the names that the script has.
 */
static int read_functions(
	struct reader *b, const char *s, const char *file, struct diag *d)
{
	struct buf *calls = &b->calls;

	add_calls(b, py_root(b->user), s, calls);
	if (buf_end(calls, d))
		return -1;
	b->script = b->user;
	if (!calls->len || read_text(b, calls->data, calls->len, NULL, d) == 0)
		return 0;
	return diag_at(d, "%s", file);
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

int watch_add(struct watch *w, const char *s, size_t n, const char *file,
	struct diag *d)
{
	struct reader b = {.w = w, .lr = NAN};
	const struct watch_policy *last = w->policy;
	struct buf text = {0};
	int ret = -1;

	while (last && last->next)
		last = last->next;
	b.host = (struct py_host){.ctx = &b,
		.arrays = &numpy_arrays,
		.lookup = lookup,
		.call = call,
		.failed = failed,
		.lenient = lenient};
	b.py = py_new(&b.host);
	if (!b.py)
		diag_nomem(d, n);
	else if (file || !key_length(s) || from_keys(&text, s, d) == 0)
		ret = read_text(&b, text.data ? text.data : s,
			text.data ? text.len : n, file, d);
	if (ret == 0 && file && !(last ? last->next : w->policy))
		ret = read_functions(&b, s, file, d);
	if (ret == 0 && !(last ? last->next : w->policy))
		ret = none_made(s, n, file, d);
	if (isnan(w->lr))
		w->lr = b.lr;
	watch_policy_free(b.made);
	py_free(b.py);
	buf_free(&b.calls);
	buf_free(&text);
	return ret;
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
