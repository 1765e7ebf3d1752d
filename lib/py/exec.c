/* SPDX-License-Identifier: MIT */
/*
 * Statements and modules at work.
 */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "py/eval_impl.h"

/* --- statements ----------------------------------------------------------- */

static int assign_items(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	long long n = py_count(r, target, v), want = 0;
	struct py_value item;

	for (const struct py_node *kid = target->arg; kid; kid = kid->next)
		want++;
	if (n < 0)
		return -1;
	if (n != want)
		return py_raise(
			r, target, "%lld values for %lld names", n, want);
	n = 0;
	for (const struct py_node *kid = target->arg; kid; kid = kid->next)
		if (py_nth(r, v, (size_t)n++, &item) < 0 ||
			py_assign(r, kid, f, &item) < 0)
			return -1;
	return 0;
}

static int assign_index(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_node *index = target->arg->next;
	struct py_value object, i;
	size_t k;

	if (py_eval(r, target->arg, f, &object) < 0)
		return -1;
	/* What is kept in an unknown thing is of no interest. */
	if (object.type == PY_UNKNOWN)
		return 0;
	if (index->form == PY_SLICE)
		return py_raise(r, index,
			"a slice is assigned to; expected "
			"an index");
	if (py_eval(r, index, f, &i) < 0)
		return -1;
	if (object.type == PY_DICT)
		return py_dict_set(r, index, object.u.list, &i, v);
	if (object.type != PY_LIST)
		return py_raise(r, target->arg,
			"%s is assigned to; expected a list or a dict",
			py_type_name(&object));
	if (py_mutable(r, target, object.u.list->owner) < 0 ||
		py_index_of(r, index, &i, (long long)object.u.list->n, &k) < 0)
		return -1;
	object.u.list->item[k] = *v;
	return 0;
}

static int assign_attr(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	struct py_value object, key;

	if (py_eval(r, target->arg, f, &object) < 0)
		return -1;
	if (object.type == PY_UNKNOWN)
		return 0;
	if (object.type != PY_NAMESPACE)
		return py_raise(r, target, "%s has no '%.*s'",
			py_type_name(&object), (int)target->s.n, target->s.s);
	return py_new_str(r, target->s.s, target->s.n, &key) < 0
		       ? -1
		       : py_dict_set(r, target, object.u.list, &key, v);
}

int py_assign(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	switch (target->form) {
	case PY_NAME: return py_bind_name(r, target, f, v);
	case PY_INDEX: return assign_index(r, target, f, v);
	case PY_ATTR: return assign_attr(r, target, f, v);
	default:
		/* scheduler, n = make(): what the host makes stands for all. */
		if (v->type == PY_UNKNOWN || v->type == PY_OPAQUE) {
			for (const struct py_node *kid = target->arg; kid;
				kid = kid->next)
				if (py_assign(r, kid, f, v) < 0)
					return -1;
			return 0;
		}
		return assign_items(r, target, f, v);
	}
}

/*
 * TARGET = V: what a call gave that nobody knows is called as what it is
 * assigned to, so that -D NAME and -D NAME.lr say what it is.
 */
static int assign_named(struct py_run *r, const struct py_node *target,
	struct py_frame *f, const struct py_value *v)
{
	const struct py_unknown *u =
		v->type == PY_UNKNOWN ? v->u.unknown : NULL;
	struct py_value own = *v;

	if (!u || u->why || u->path.n == 0 || u->path.s[u->path.n - 1] == ']')
		return py_assign(r, target, f, v);
	if (target->form == PY_NAME) {
		if (py_new_unknown(r, target, target->s.s, target->s.n, NULL,
			    &own) < 0)
			return -1;
	} else if (target->form == PY_MAKE_TUPLE ||
		   target->form == PY_MAKE_LIST) {
		for (const struct py_node *kid = target->arg; kid;
			kid = kid->next)
			if (assign_named(r, kid, f, v) < 0)
				return -1;
		return 0;
	}
	return py_assign(r, target, f, &own);
}

static int exec_assign(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	bool called = s->arg->form == PY_CALL;
	struct py_value v;

	if (py_eval(r, s->arg, f, &v) < 0)
		return -1;
	for (const struct py_node *t = s->arg->next; t; t = t->next)
		if ((called ? assign_named : py_assign)(r, t, f, &v) < 0)
			return -1;
	return GO_ON;
}

/* A list is extended in place, as Python does. */
static int exec_augment(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_node *target = s->arg;
	struct py_value old, v, all;

	if (target->form != PY_NAME && target->form != PY_INDEX &&
		target->form != PY_ATTR)
		return py_raise(r, target, "is changed; expected one name");
	if (py_eval(r, target, f, &old) < 0 ||
		py_eval(r, target->next, f, &v) < 0)
		return -1;
	if (old.type == PY_ARRAY || (old.type == PY_LIST && s->op == PY_MUL))
		return py_raise(r, s,
			"%s is changed in place; expected a = a %s",
			py_type_name(&old), s->op == PY_MUL ? "* b" : "op b");
	if (old.type == PY_LIST && s->op == PY_ADD) {
		if (py_mutable(r, s, old.u.list->owner) < 0 ||
			py_list_of(r, s, &v, PY_LIST, &all) < 0)
			return -1;
		for (size_t i = 0; i < all.u.list->n; i++)
			if (py_list_add(r, old.u.list, all.u.list->item[i]) < 0)
				return -1;
		v = old;
	} else if (py_operate(r, s, (enum py_op)s->op, &old, &v, &v) < 0) {
		return -1;
	}
	return py_assign(r, target, f, &v) < 0 ? -1 : GO_ON;
}

static int exec_if(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *e = s->arg;
	struct py_value v;
	int yes;

	for (; e && e->form != PY_BLOCK; e = e->next->next) {
		if (py_eval(r, e, f, &v) < 0)
			return -1;
		yes = py_truth(r, e, &v);
		if (yes < 0)
			return -1;
		if (yes)
			return py_exec_stmt(r, e->next, f, ret);
	}
	return e ? py_exec_stmt(r, e, f, ret) : GO_ON;
}

static int exec_while(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *e = s->arg, *body = e->next;
	struct py_value v;
	int flow, yes;

	for (;;) {
		if (py_charge(r, s, 1) < 0 || py_eval(r, e, f, &v) < 0)
			return -1;
		yes = py_truth(r, e, &v);
		if (yes < 0)
			return -1;
		if (!yes)
			break;
		flow = py_exec_stmt(r, body, f, ret);
		if (flow < 0 || flow == RETURNED)
			return flow;
		if (flow == LOOP_ENDS)
			return GO_ON;
	}
	return body->next ? py_exec_stmt(r, body->next, f, ret) : GO_ON;
}

static int exec_for(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	const struct py_node *target = s->arg, *e = target->next;
	const struct py_node *body = e->next;
	struct py_value v, all;

	if (py_eval(r, e, f, &v) < 0 || py_list_of(r, e, &v, PY_LIST, &all) < 0)
		return -1;
	for (size_t i = 0; i < all.u.list->n; i++) {
		int flow;
		if (py_charge(r, s, 1) < 0 ||
			py_assign(r, target, f, &all.u.list->item[i]) < 0)
			return -1;
		flow = py_exec_stmt(r, body, f, ret);
		if (flow < 0 || flow == RETURNED)
			return flow;
		if (flow == LOOP_ENDS)
			return GO_ON;
	}
	return body->next ? py_exec_stmt(r, body->next, f, ret) : GO_ON;
}

/* "ValueError('text')" reached: its text. */
static int exec_raise(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_node *e = s->arg, *text = e;
	struct py_value v;
	struct buf b = {0};
	int ret;

	if (e && e->form == PY_CALL)
		text = e->arg->next;
	if (!text || text->next || py_eval(r, text, f, &v) < 0 ||
		v.type != PY_STR || py_str_add(&b, &v) || buf_terminate(&b)) {
		buf_free(&b);
		return py_raise(r, s, "raises an error");
	}
	ret = py_raise(r, s, "raises: %s", b.data);
	buf_free(&b);
	return ret;
}

static int exec_assert(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_module *m = f->module;
	const struct py_node *e = s->arg;
	struct py_value v;
	int yes;

	if (py_eval(r, e, f, &v) < 0)
		return -1;
	yes = py_truth(r, e, &v);
	if (yes)
		return yes < 0 ? -1 : GO_ON;
	if (e->next && py_eval(r, e->next, f, &v) == 0 && v.type == PY_STR)
		return py_raise(
			r, s, "asserts: %.*s", (int)v.u.str->n, v.u.str->s);
	return py_raise(
		r, s, "asserts %.*s", (int)(e->end - e->at), m->text + e->at);
}

/* A class is its names; its functions do not see them bare. */
static int exec_class(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct py_frame *own = py_frame_new(r, s->scope->n, f, f->module);
	struct py_value class, key, ignored;

	if (!own || py_exec_stmt(r, s->arg, own, &ignored) < 0 ||
		py_new_list(r, PY_NAMESPACE, 0, &class) < 0)
		return -1;
	for (unsigned i = 0; i < s->scope->n; i++) {
		const struct py_str *name = &s->scope->name[i].s;
		if (own->slot[i].type == PY_UNBOUND)
			continue;
		if (py_new_str(r, name->s, name->n, &key) < 0 ||
			py_dict_set(r, s, class.u.list, &key, &own->slot[i]) <
				0)
			return -1;
	}
	return py_bind_name(r, s, f, &class) < 0 ? -1 : GO_ON;
}

/* import numpy as np: np stands for what "numpy" is. */
static int exec_import(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	const struct py_str *path = s->arg->value.u.str;
	struct py_value v;

	/* Under its own name it is found where it is used. */
	if (py_str_equal(path, &s->s) && s->hops == PY_HOPS_GLOBAL)
		return GO_ON;
	if (py_look_up(r, s, path->s, path->n, &v) < 0)
		return -1;
	if (s->hops == PY_HOPS_GLOBAL && py_is_module(path) &&
		py_is_module(&s->s))
		return GO_ON; /* numpy as np: known by that name, too */
	return py_bind_name(r, s, f, &v) < 0 ? -1 : GO_ON;
}

static int exec_def(
	struct py_run *r, const struct py_node *s, struct py_frame *f)
{
	struct py_value v;

	return py_eval_function(r, s, f, &v) < 0 ||
			       py_bind_name(r, s, f, &v) < 0
		       ? -1
		       : GO_ON;
}

/* print(...) has no effect here, so what it shows is not looked at. */
static bool is_print(const struct py_node *e)
{
	return e->form == PY_CALL && e->arg->form == PY_NAME &&
	       py_str_is(&e->arg->s, "print", 5);
}

static int exec_simple(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	struct py_value v;

	switch ((enum py_form)s->form) {
	case PY_EXPR:
		if (is_print(s->arg))
			return GO_ON;
		return py_eval(r, s->arg, f, &v) < 0 ? -1 : GO_ON;
	case PY_ASSIGN: return exec_assign(r, s, f);
	case PY_AUGMENT: return exec_augment(r, s, f);
	case PY_DEF: return exec_def(r, s, f);
	case PY_CLASS: return exec_class(r, s, f);
	case PY_RETURN:
		*ret = py_none();
		return s->arg && py_eval(r, s->arg, f, ret) < 0 ? -1 : RETURNED;
	case PY_BREAK: return LOOP_ENDS;
	case PY_CONTINUE: return LOOP_GOES_ON;
	case PY_IMPORT: return exec_import(r, s, f);
	case PY_ASSERT: return exec_assert(r, s, f);
	case PY_RAISE: return exec_raise(r, s, f);
	case PY_PASS:
	case PY_GLOBAL:
	case PY_NONLOCAL: return GO_ON;
	case PY_BAD:
		return py_raise(r, s, "%.*s", (int)s->value.u.str->n,
			s->value.u.str->s);
	default: return py_raise(r, s, "is not in the subset");
	}
}

static int exec_block(struct py_run *r, const struct py_node *s,
	struct py_frame *f, struct py_value *ret)
{
	int flow = GO_ON;

	for (s = s->arg; s && flow == GO_ON; s = s->next)
		flow = py_exec_stmt(r, s, f, ret);
	return flow;
}

int py_exec_stmt(struct py_run *r, const struct py_node *s, struct py_frame *f,
	struct py_value *ret)
{
	int flow;

	if (py_charge(r, s, 1) < 0)
		return -1;
	if (r->depth == EVAL_DEPTH_MAX)
		return py_raise(r, s, "too much in one another; expected less");
	r->depth++;
	switch (s->form) {
	case PY_BLOCK: flow = exec_block(r, s, f, ret); break;
	case PY_IF: flow = exec_if(r, s, f, ret); break;
	case PY_WHILE: flow = exec_while(r, s, f, ret); break;
	case PY_FOR: flow = exec_for(r, s, f, ret); break;
	default: flow = exec_simple(r, s, f, ret); break;
	}
	r->depth--;
	return flow;
}

/* --- modules -------------------------------------------------------------- */

/*
 * A statement that failed, or that nobody knows whether it runs: what it would
 * have changed has no value from then on, and says why.
 */
struct poison {
	struct py_run *run;
	struct py_module *module;
	const char *why;
};

static struct py_global *global(const struct poison *p, const struct py_str *s)
{
	struct py_module *m = p->module;

	for (unsigned i = 0; i < m->nglobal; i++)
		if (py_str_equal(&m->global[i].s, s))
			return m->global[i].fixed ? NULL : &m->global[i];
	return NULL;
}

static int poison_name(const struct poison *p, const struct py_str *s)
{
	struct py_global *g = global(p, s);

	return g ? py_new_unknown(p->run, NULL, s->s, s->n, p->why, &g->value)
		 : 0;
}

/* The name that E, an item or an attribute of it, may change. */
static int poison_root(const struct poison *p, const struct py_node *e)
{
	const struct py_global *g;

	while (e->form == PY_INDEX || e->form == PY_ATTR)
		e = e->arg;
	g = e->form == PY_NAME ? global(p, &e->s) : NULL;
	if (!g || (g->value.type != PY_LIST && g->value.type != PY_DICT &&
			  g->value.type != PY_NAMESPACE &&
			  g->value.type != PY_ARRAY))
		return 0;
	return poison_name(p, &e->s);
}

static int poison_target(const struct poison *p, const struct py_node *e)
{
	if (e->form == PY_NAME)
		return poison_name(p, &e->s);
	if (e->form != PY_MAKE_TUPLE && e->form != PY_MAKE_LIST &&
		e->form != PY_STAR)
		return poison_root(p, e);
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (poison_target(p, kid) < 0)
			return -1;
	return 0;
}

/* Names in text that was not understood: those before a "=", and containers. */
static int poison_text(const struct poison *p, const struct py_node *s)
{
	const char *at = s->s.s, *end = at + s->s.n;

	while (at < end) {
		struct py_str name = {.s = at};
		const char *next;

		while (at < end && (isalnum((unsigned char)*at) || *at == '_' ||
					   (*at & 0x80)))
			at++;
		name.n = (size_t)(at - name.s);
		if (name.n == 0) {
			at++;
			continue;
		}
		for (next = at; next < end && *next == ' ';)
			next++;
		while (next + 1 < end && next[0] != '=' && next[1] == '=')
			next++; /* += and its like */
		if (next < end && *next == '=' &&
			(next + 1 == end || next[1] != '=')) {
			if (poison_name(p, &name) < 0)
				return -1;
		} else if (poison_root(p, &(struct py_node){.form = PY_NAME,
						  .s = name}) < 0) {
			return -1;
		}
	}
	return 0;
}

/* What calls within E, which is in statement S, may change. */
static int poison_calls(const struct poison *p, const struct py_node *e)
{
	if (e->form == PY_CALL && e->arg->form == PY_ATTR &&
		poison_root(p, e->arg) < 0)
		return -1;
	for (const struct py_node *kid = e->arg; kid; kid = kid->next)
		if (poison_calls(p, kid) < 0 ||
			(e->form == PY_CALL && kid != e->arg &&
				poison_root(p, kid) < 0))
			return -1;
	return 0;
}

static int poison(const struct poison *p, const struct py_node *s)
{
	const struct py_node *kid = s->arg;

	switch (s->form) {
	case PY_DEF:
	case PY_CLASS:
	case PY_IMPORT: return poison_name(p, &s->s);
	case PY_BAD: return kid ? poison(p, kid) : poison_text(p, s);
	case PY_EXPR: return poison_calls(p, kid);
	case PY_AUGMENT: return poison_target(p, kid);
	case PY_ASSIGN: kid = kid->next; /* fall through */
	case PY_DEL:
		for (; kid; kid = kid->next)
			if (poison_target(p, kid) < 0)
				return -1;
		return 0;
	case PY_FOR:
		if (poison_target(p, kid) < 0)
			return -1;
		break;
	case PY_IF:
	case PY_WHILE:
	case PY_BLOCK: break;
	default: return 0;
	}
	for (; kid; kid = kid->next)
		if (poison(p, kid) < 0)
			return -1;
	return 0;
}

static int poison_all(struct py_run *r, const struct py_node *s)
{
	struct poison p = {.run = r, .module = r->module};
	size_t n = strlen(r->diag.text) + 1;
	char *why = py_alloc(r, n);

	if (!why)
		return -1;
	p.why = memcpy(why, r->diag.text, n);
	py_run_reset(r);
	return poison(&p, s);
}

/* Whether the host does not go on after S. */
static bool is_fatal(struct py_run *r, const struct py_node *s)
{
	const struct py_host *host = r->py->host;

	return host && host->failed && host->failed(r, s) < 0;
}

/* The statements of B one by one, which go on after one that failed. */
static int exec_each(struct py_run *r, const struct py_node *b,
	struct py_frame *f, struct py_value *ret)
{
	int flow = GO_ON;

	for (const struct py_node *s = b->arg; s && flow != RETURNED;
		s = s->next) {
		if (s->form == PY_BLOCK)
			flow = exec_each(r, s, f, ret);
		else if (s->form == PY_EXPR && !is_print(s->arg))
			flow = py_eval(r, s->arg, f, ret) < 0 ? -1 : GO_ON;
		else
			flow = py_exec_stmt(r, s, f, ret);
		if (flow < 0 && s->form == PY_BLOCK)
			return -1;
		if (flow < 0 &&
			(!r->module->tolerant || r->diag.class != DIAG_USAGE ||
				r->nstep >= r->step_max || is_fatal(r, s) ||
				poison_all(r, s) < 0))
			return -1;
		if (flow < 0)
			flow = GO_ON;
	}
	return flow;
}

int py_exec(struct py_run *r, struct py_module *m, struct py_value *ret)
{
	struct py_frame *f = py_frame_new(r, 0, NULL, m);
	struct py_module *around = r->module;
	unsigned depth = r->depth, calls = r->calls;
	struct py_calling *calling = r->calling;
	struct py_callee *callee = r->callee;
	struct py_value v = py_none();
	int flow;

	if (!f)
		return -1;
	r->module = m;
	flow = m->root->form == PY_BLOCK ? exec_each(r, m->root, f, &v)
					 : py_eval(r, m->root, f, &v);
	/* A host may load one module while another runs. */
	r->module = around;
	r->depth = depth;
	r->calls = calls;
	r->calling = calling;
	r->callee = callee;
	if (flow < 0)
		return -1;
	if (ret)
		*ret = v;
	return 0;
}
