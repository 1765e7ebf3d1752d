/* SPDX-License-Identifier: MIT */
/*
 * What a text defines, and nothing in it calls, although it makes a schedule or
 * trains with one: a class of trainers, def train(args, model).  Another file
 * does; here lines behind the text do, with the names of what has no default.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "skim/skim.h"

/* Methods of a class, with those of what it is made of. */
#define NMETHOD 256

struct method {
	const struct py_node *def;
	uint64_t calls[NMETHOD / 64]; /* of the others, by bits */
	bool called;                  /* by another, or elsewhere */
	bool bound;                   /* is no property, nor abstract */
	/* By itself, or by what it calls: a loop is one that trains. */
	bool loops, updates, makes, moves;
};

/* Where something in a text has a name: net, or .net */
struct use {
	struct py_str name;
	size_t at, end;
	bool part;
};

/* What is asked of a whole text for each of its defs, found once, by names. */
struct names {
	const struct call_build *b;
	struct use *used;
	size_t nused;
	struct py_str *stepped; /* what is, and is no optimizer */
	size_t nstepped;
};

struct methods {
	const struct names *of;
	size_t n;
	struct method one[NMETHOD];
};

/* --- what names a text has ------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	const int order = call_order_names(&x->name, &y->name);

	return order ? order : ORDER_OF(x->at, y->at);
}

static bool is_use(const struct py_node *e)
{
	return e->form == PY_NAME || e->form == PY_ATTR;
}

/* The name of what E steps, and is no optimizer; NULL: nothing. */
static const struct py_str *stepped_in(const struct py_node *e)
{
	const struct py_str *name = call_stepped_by(e);

	return name && !call_may_be_optimizer(e->arg->arg) ? name : NULL;
}

/* The names of TOP in B's text, to be freed: false for no memory. */
static bool find_names(
	struct names *x, const struct call_build *b, const struct py_node *top)
{
	size_t nused = 0, nstepped = 0;

	*x = (struct names){.b = b};
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		nused += is_use(e);
		nstepped += stepped_in(e) != NULL;
	}
	x->used = malloc((nused + 1) * sizeof(*x->used));
	x->stepped = malloc((nstepped + 1) * sizeof(*x->stepped));
	if (!x->used || !x->stepped)
		return false;
	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		if (is_use(e))
			x->used[x->nused++] = (struct use){
				e->s, e->at, e->end, e->form == PY_ATTR};
		if (stepped_in(e))
			x->stepped[x->nstepped++] = *stepped_in(e);
	}
	qsort(x->used, x->nused, sizeof(*x->used), by_name);
	qsort(x->stepped, x->nstepped, sizeof(*x->stepped), call_order_names);
	return true;
}

static void free_names(struct names *x)
{
	free(x->used);
	free(x->stepped);
}

static bool is_stepped(const struct names *x, const struct py_str *s)
{
	return s->n > 0 && bsearch(s, x->stepped, x->nstepped,
				   sizeof(*x->stepped), call_order_names);
}

/* Whether anything but what is in DEF is called S, as a PART or at all. */
static bool is_used(const struct names *x, const struct py_str *s,
	const struct py_node *def, bool part)
{
	size_t low = 0, high = x->nused;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (call_order_names(&x->used[mid].name, s) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < x->nused && call_same_name(&x->used[low].name, s); low++)
		if ((x->used[low].part || !part) &&
			!(x->used[low].at >= def->at &&
				x->used[low].end <= def->end))
			return true;
	return false;
}

/* --- what a function does ------------------------------------------------- */

/* Whether E sets a rate, or steps what is a schedule by its name. */
static bool moves(const struct call_build *b, const struct py_node *e)
{
	const struct py_str *name = call_stepped_by(e);

	return call_sets_rate(b, e) ||
	       (name && (call_has_part(name, "sched") ||
				call_has_part(name, "Sched")));
}

/* Whether E is done to what LOOP goes over: for s in schedulers: s.step() */
static bool is_of_each(const struct py_node *loop, const struct py_node *e)
{
	const struct py_node *of = e;

	while (of->form == PY_CALL || of->form == PY_ATTR)
		of = of->arg;
	return loop->form == PY_FOR && of->form == PY_NAME &&
	       py_mentions(loop->arg, &of->s);
}

/* Whether E, a decorator, leaves a method that is called. */
static bool binds(const struct py_node *e)
{
	while (e->form == PY_CALL)
		e = e->arg;
	return !py_is_word_of(
		&e->s, "property cached_property abstractmethod setter");
}

static const struct method *find_method(
	const struct methods *x, const struct py_str *name)
{
	for (size_t i = 0; i < x->n; i++)
		if (call_same_name(&x->one[i].def->s, name))
			return &x->one[i];
	return NULL;
}

static void add_method(struct methods *x, const struct py_node *s)
{
	const struct py_node *def = py_undecorated(s);
	struct method *m = &x->one[x->n];

	if (def->form != PY_DEF || x->n == NMETHOD || find_method(x, &def->s))
		return;
	*m = (struct method){.def = def, .bound = true};
	for (; s != def; s = s->arg->next)
		m->bound = m->bound && binds(s->arg);
	m->updates = call_has(x->of->b, def->arg, call_updates, 0);
	m->makes = call_makes_schedule(x->of->b, def->arg, 0);
	m->moves = call_has(x->of->b, def->arg, moves, 0);
	x->n++;
}

/* Classes in classes that are looked through. */
#define BASES_MAX 4

static void add_methods(
	struct methods *x, const struct py_node *class, unsigned depth)
{
	struct py_value v;

	for (const struct py_node *s = class->arg->arg; s; s = s->next)
		add_method(x, s);
	for (const struct py_node *e = class->arg->next; e; e = e->next)
		if (depth < BASES_MAX && call_peek(x->of->b, e, &v) &&
			v.type == PY_TYPE)
			add_methods(x, py_class_def(&v), depth + 1);
}

/* Notes which others M calls. */
static void note_calls(struct methods *x, struct method *m)
{
	const struct py_node *top = m->def->arg;

	for (const struct py_node *e = top; e; e = py_walk(top, e)) {
		const struct method *to =
			e->form == PY_ATTR ? find_method(x, &e->s) : NULL;
		const size_t i = to ? (size_t)(to - x->one) : 0;

		if (!to || to == m)
			continue;
		x->one[i].called = true;
		m->calls[i / 64] |= (uint64_t)1 << i % 64;
	}
}

/* Whether the loop S trains, or does what moves the rate, in its rounds. */
static bool trains(const struct call_build *b, const struct methods *x,
	const struct py_node *s)
{
	const struct method *m;

	if ((s->form != PY_FOR && s->form != PY_WHILE) || !call_is_loop(s))
		return false;
	for (const struct py_node *e = s; e; e = py_walk(s, e)) {
		const struct py_node *f = call_callee(b, e);

		if (call_updates(b, e) ||
			(f && call_has(b, f->arg, call_updates, 1)) ||
			(moves(b, e) && !is_of_each(s, e)))
			return true;
		m = x && e->form == PY_ATTR ? find_method(x, &e->s) : NULL;
		if (m && (m->updates || m->moves))
			return true;
	}
	return false;
}

static bool has_loop(const struct call_build *b, const struct methods *x,
	const struct py_node *top)
{
	const struct py_node *e = top;

	while (e && !trains(b, x, e))
		e = py_walk_here(top, e);
	return e != NULL;
}

/* What a method calls does is what it does. */
static bool spread(struct methods *x, struct method *m)
{
	const struct method before = *m;

	for (size_t i = 0; i < x->n; i++)
		if (m->calls[i / 64] >> i % 64 & 1) {
			m->loops = m->loops || x->one[i].loops;
			m->updates = m->updates || x->one[i].updates;
			m->makes = m->makes || x->one[i].makes;
			m->moves = m->moves || x->one[i].moves;
		}
	return m->loops != before.loops || m->updates != before.updates ||
	       m->makes != before.makes || m->moves != before.moves;
}

static void spread_all(struct methods *x)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < x->n; i++)
			changed = spread(x, &x->one[i]) || changed;
	}
}

static void find_methods(struct methods *x, const struct py_node *class)
{
	add_methods(x, class, 0);
	for (size_t i = 0; i < x->n; i++)
		note_calls(x, &x->one[i]);
	for (size_t i = 0; i < x->n; i++)
		x->one[i].called =
			x->one[i].called ||
			is_used(x->of, &x->one[i].def->s, x->one[i].def, true);
	spread_all(x);
	for (size_t i = 0; i < x->n; i++)
		x->one[i].loops = has_loop(x->of->b, x, x->one[i].def->arg);
	spread_all(x);
}

static bool is_special(const struct py_node *def)
{
	return def->s.n > 4 && memcmp(def->s.s, "__", 2) == 0;
}

/* --- the lines ------------------------------------------------------------ */

/* "(a, b, c=c)" of what DEF has to be given, but for SELF; NULL: nothing. */
static void add_given(struct buf *b, const struct py_node *def, bool self)
{
	const char *comma = "";
	bool named = false;

	buf_addc(b, '(');
	for (const struct py_node *p = def ? def->arg->next : NULL; p;
		p = p->next) {
		if (p->form != PY_PARAM)
			continue;
		named = named || p->s.n == 0 || p->op == '*';
		if (self && p->s.n > 0) {
			self = false;
			continue;
		}
		if (p->s.n == 0 || p->op == '*' || p->op == 'k' || p->arg)
			continue;
		buf_printf(b, "%s%.*s", comma, STR_ARG(p->s));
		if (named)
			buf_printf(b, "=%.*s", STR_ARG(p->s));
		comma = ", ";
	}
	buf_addc(b, ')');
}

/*
 * What S gives a parameter's value, or a part of it, to:
 * self.scheduler = kwargs["scheduler"]; NULL: nothing.
 */
static const struct py_str *handed_in(const struct py_node *s)
{
	const struct py_node *t = s->form == PY_ASSIGN ? s->arg->next : NULL;
	const struct py_node *v = t ? s->arg : NULL, *def, *p;

	if (!t || !is_use(t))
		return NULL;
	while (v->form == PY_INDEX || v->form == PY_ATTR)
		v = v->arg;
	def = v->form == PY_NAME ? py_def_around(s) : NULL;
	for (p = def ? def->arg->next : NULL; p; p = p->next)
		if (p->form == PY_PARAM && call_same_name(&p->s, &v->s))
			return py_is_named(&v->s, "self") ? NULL : &t->s;
	return NULL;
}

/*
 * Whether DEF, which MAKES one itself, is given a schedule that the text steps:
 * who calls it knows which.
 */
static bool is_given_schedule(
	const struct names *x, const struct py_node *def, bool makes)
{
	for (const struct py_node *p = def->arg->next; p; p = p->next)
		if (p->form == PY_PARAM && is_stepped(x, &p->s) &&
			!py_is_named(&p->s, "self") && !(makes && p->arg))
			return true;
	return false;
}

/* Whether CLASS steps a schedule that it is handed: false for no memory. */
static bool steps_handed_in(
	const struct call_build *b, const struct py_node *class)
{
	struct names own;
	bool found = find_names(&own, b, class), steps = false;

	for (const struct py_node *s = class; s && found && !steps;
		s = py_walk(class, s)) {
		const struct py_str *to = handed_in(s);

		steps = to && is_stepped(&own, to);
	}
	free_names(&own);
	return steps;
}

static const char object[] = "entry";
static const struct py_str init = {8, "__init__"};

/* Whether @FILE:NAME is CLASS (NULL: none) and DEF, or says nothing. */
static bool is_named(const char *name, const struct py_node *class,
	const struct py_node *def)
{
	const struct py_str *first = class ? &class->s : &def->s;
	const size_t n = name ? strcspn(name, ".") : 0;

	if (!name)
		return true;
	return call_same_name(first, &(struct py_str){n, name}) &&
	       (!name[n] ||
		       (class && def &&
			       call_same_name(&def->s,
				       &(struct py_str){strlen(name + n + 1),
					       name + n + 1})));
}

/* An object of CLASS, what makes its schedules, and TRAINS (NULL: nothing). */
static void add_lines(struct call_entry *e, const struct methods *x,
	const struct py_node *class, const struct method *trains)
{
	const struct method *first = find_method(x, &init);

	buf_printf(&e->lines, "%s = %.*s", object, STR_ARG(class->s));
	add_given(&e->lines, first ? first->def : NULL, true);
	buf_addc(&e->lines, '\n');
	for (size_t i = 0; i < x->n; i++) {
		const struct method *m = &x->one[i];

		if (!(trains && m == trains) &&
			(m->called || !m->bound || m->loops || !m->makes ||
				is_special(m->def)))
			continue;
		buf_printf(&e->lines, "%s.%.*s", object, STR_ARG(m->def->s));
		add_given(&e->lines, m->def, true);
		buf_addc(&e->lines, '\n');
	}
}

/* The entries of CLASS into RET[N..CALL_NENTRY): how many there are then. */
static size_t add_class(const struct names *of, const struct py_node *class,
	const char *name, struct call_entry *ret, size_t n)
{
	struct methods *x = calloc(1, sizeof(*x));
	const struct method *first;
	bool makes = false;
	size_t ntrain = 0, had = n;

	if (!x)
		return n;
	x->of = of;
	find_methods(x, class);
	first = find_method(x, &init);
	for (size_t i = 0; i < x->n; i++)
		makes = makes || x->one[i].makes;
	if ((first && is_given_schedule(of, first->def, makes)) ||
		(!makes && steps_handed_in(of->b, class))) {
		free(x);
		return n;
	}
	for (size_t i = 0; i < x->n; i++) {
		const struct method *m = &x->one[i];

		if (!m->loops || !(m->makes || m->moves) || !m->bound ||
			is_special(m->def) ||
			is_given_schedule(of, m->def, m->makes) ||
			!is_named(name, class, m->def) ||
			(m->called && !(name && strchr(name, '.'))) ||
			n == CALL_NENTRY)
			continue;
		ntrain++;
		ret[n] = (struct call_entry){.at = class->at, .trains = true};
		buf_printf(&ret[n].name, "%.*s.%.*s", STR_ARG(class->s),
			STR_ARG(m->def->s));
		add_lines(&ret[n++], x, class, m);
	}
	if (ntrain == 0 && first && (first->makes || first->moves) &&
		n < CALL_NENTRY && is_named(name, class, NULL)) {
		ret[n] = (struct call_entry){.at = class->at};
		add_lines(&ret[n++], x, class, NULL);
	}
	/* One that trains is what the class itself stands for. */
	if (n == had + 1) {
		ret[had].name.len = 0;
		buf_add(&ret[had].name, class->s.s, class->s.n);
	}
	free(x);
	return n;
}

static size_t add_def(const struct names *of, const struct py_node *def,
	struct call_entry *ret, size_t n)
{
	const struct call_build *b = of->b;
	bool makes = call_makes_schedule(b, def->arg, 0);

	if (!(makes || call_has(b, def->arg, moves, 0)) ||
		is_given_schedule(of, def, makes) || n == CALL_NENTRY ||
		!has_loop(b, NULL, def->arg))
		return n;
	ret[n] = (struct call_entry){.at = def->at, .trains = true};
	buf_add(&ret[n].name, def->s.s, def->s.n);
	buf_add(&ret[n].lines, def->s.s, def->s.n);
	add_given(&ret[n].lines, def, false);
	buf_addc(&ret[n].lines, '\n');
	return n + 1;
}

size_t call_find_entries(
	const struct call_build *b, const char *name, struct call_entry *ret)
{
	const struct py_node *root = py_root(b->user);
	struct call_entry own[CALL_NENTRY];
	struct call_entry *to = ret ? ret : own;
	struct names x;
	bool found = find_names(&x, b, root);
	size_t n = 0;

	for (const struct py_node *s = root->arg; s && found; s = s->next) {
		const struct py_node *e = py_undecorated(s);

		if ((e->form != PY_CLASS && e->form != PY_DEF) ||
			(name ? strncmp(name, e->s.s, e->s.n) != 0
			      : is_used(&x, &e->s, s, false)))
			continue;
		if (e->form == PY_CLASS)
			n = add_class(&x, e, name, to, n);
		else if (is_named(name, NULL, e))
			n = add_def(&x, e, to, n);
	}
	free_names(&x);
	for (size_t i = 0; i < n && !ret; i++)
		call_entry_free(&own[i]);
	return n;
}

int call_note_entry(
	const struct call_entry *e, struct buf *remarks, struct diag *d)
{
	struct buf b = {0};
	int done;

	buf_printf(&b, "nothing in the text calls '%.*s': it is called as ",
		(int)e->name.len, e->name.data);
	for (size_t i = 0; i + 1 < e->lines.len; i++)
		if (e->lines.data[i] == '\n')
			buf_adds(&b, "; ");
		else
			buf_addc(&b, e->lines.data[i]);
	buf_addc(&b, '\n');
	done = buf_end(&b, d);
	if (done == 0)
		call_add_remark(remarks, b.data);
	buf_free(&b);
	return done < 0 ? -1 : buf_end(remarks, d);
}

void call_entry_free(struct call_entry *e)
{
	buf_free(&e->name);
	buf_free(&e->lines);
}

/* Whether the lines of E give nothing to what they call. */
static bool gives_nothing(const struct call_entry *e)
{
	for (size_t i = 0; i + 1 < e->lines.len; i++)
		if (e->lines.data[i] == '(' && e->lines.data[i + 1] != ')')
			return false;
	return true;
}

bool call_has_whole_entry(const struct call_build *b)
{
	struct call_entry e[CALL_NENTRY];
	size_t n = call_find_entries(b, NULL, e);
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any = any || (e[i].trains && gives_nothing(&e[i]));
		call_entry_free(&e[i]);
	}
	return any;
}

int call_refuse_entries(const struct call_entry *e, size_t n, struct diag *d)
{
	struct buf b = {0};

	buf_adds(&b, "nothing in the text calls");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s '%.*s'", i ? "," : "", (int)e[i].name.len,
			e[i].name.data);
	buf_printf(&b, ", whose rates differ; expected @FILE:%.*s, or another",
		(int)e[0].name.len, e[0].name.data);
	if (buf_end(&b, d) == 0)
		diag_set(d, DIAG_USAGE, "%s", b.data);
	buf_free(&b);
	return -1;
}
