/* SPDX-License-Identifier: MIT */
/*
 * What definitions can call to have a node: shapes, and what lays nodes end to
 * end, repeats and multiplies them.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/str.h"
#include "call/call_impl.h"
#include "sched/sched.h"

/* Parameters of a function below, at most. */
#define NFIELD_MAX 10

/* --- closures ------------------------------------------------------------- */

/* The user's own text of F in brackets, if it can be read again; or NULL. */
static char *source_of(const struct call_build *b, const struct py_value *f)
{
	const struct py_node *e = py_def(f);
	struct buf s = {0};

	if (!e || e->form != PY_LAMBDA || py_module_of(f) != b->user ||
		py_depends(b->user, e))
		return NULL;
	buf_addc(&s, '(');
	py_show(&s, b->user, e);
	buf_addc(&s, ')');
	return buf_take(&s);
}

/*
 * F as a function that nodes are made of; NULL raised: what fails at once, but
 * for numbers that other steps do not have.
 */
static struct sched_fn *closure(struct py_run *r, const struct py_value *f)
{
	struct call_build *b = call_build_of(r);
	char *source = source_of(b, f);
	struct sched_fn *fn = call_closure_new(b, f, source);
	struct py_value first;
	struct py_error e;
	struct diag d;

	if (!fn) {
		free(source);
		py_raise_nomem(r, sizeof(*fn));
		return NULL;
	}
	if (sched_closure_try(fn, 0, &first, &e, &d) < 0) {
		if (call_failed_first(r, &e) == 0)
			return fn;
	} else if (first.type == PY_UNKNOWN) {
		call_raise_unknown(r, &first);
	} else if (call_try_steps(r, f, NULL, 0, fn) < 0) {
		;
	} else if (!py_is_number(&first)) {
		py_raise(r, py_def(f), "gives %s; expected a number",
			py_type_name(&first));
	} else {
		return fn;
	}
	b->failed_fn = *f;
	b->failed_in = NULL;
	sched_fn_free(fn);
	return NULL;
}

/* --- arguments ------------------------------------------------------------ */

/* A number for FIELD of a node that is made later. */
static int checked(
	struct py_call *c, size_t i, enum sched_field field, double *ret)
{
	const char *expected;

	if (call_arg_number(c, i, ret) < 0)
		return -1;
	expected = sched_check(field, *ret);
	return expected ? call_arg_wrong(c, i, expected) : 0;
}

/* The index of argument I among "a|b|c". */
static int choice(struct py_call *c, size_t i, const char *choices, double *ret)
{
	*ret = 0;
	for (const char *s = choices; *s;) {
		size_t n = strcspn(s, "|");
		if (c->arg[i].type == PY_STR && c->arg[i].u.str->n == n &&
			memcmp(c->arg[i].u.str->s, s, n) == 0)
			return 0;
		s += n + (s[n] == '|');
		*ret += 1;
	}
	return call_arg_wrong(c, i, choices);
}

/* --- shapes --------------------------------------------------------------- */

/* The field of SHAPE that definitions call NAME[0..N); SCHED_WHOLE: none. */
static int field_named(const struct shape *shape, const char *name, size_t n)
{
	static const struct {
		const char *name;
		int field;
	} own[] = {
		{"steps", SCHED_LEN},
		{"start", SCHED_FROM},
		{"value", SCHED_FROM},
		{"end", SCHED_TO},
		{"grid", SCHED_GRID},
		{"flip", SCHED_FLIP},
		{"past", SCHED_PAST},
	};
	static const char *const other[][2] = {{"power", "pow"}, {"f", "of"}};

	for (size_t k = 0; k < ARRAY_SIZE(own); k++)
		if (str_is(name, n, own[k].name))
			return own[k].field;
	for (size_t k = 0; k < ARRAY_SIZE(other); k++)
		if (str_is(name, n, other[k][0])) {
			name = other[k][1];
			n = strlen(name);
		}
	for (int k = 0; shape->param[k].name; k++)
		if (str_is(name, n, shape->param[k].name))
			return k;
	return SCHED_WHOLE;
}

/* The numbers of argument I as a list. */
static int list(struct py_call *c, size_t i, struct sched_list *ret)
{
	struct py_value item;
	long long n = py_count(c->run, call_arg_place(c, i), &c->arg[i]);

	*ret = (struct sched_list){NULL, 0};
	if (n < 0)
		return -1;
	ret->v = calloc((size_t)n + 1, sizeof(*ret->v));
	if (!ret->v)
		return py_raise_nomem(c->run, (size_t)n);
	for (; ret->n < (size_t)n; ret->n++) {
		if (py_nth(c->run, &c->arg[i], ret->n, &item) < 0)
			return -1;
		if (!py_is_number(&item))
			return call_arg_wrong(c, i, "numbers");
		ret->v[ret->n] = py_number(&item);
	}
	return 0;
}

static bool is_function(const struct py_value *v)
{
	return v->type == PY_FUNCTION || v->type == PY_NATIVE ||
	       v->type == PY_METHOD;
}

/* Argument I, a function, for FIELD of NODE. */
static int set_fn(struct py_call *c, size_t i, struct sched *node, int field)
{
	struct py_value v = c->arg[i];
	struct sched_fn *fn;

	call_build_of(c->run)->reader->classes->as_function(c->run, &v);
	if (!is_function(&v))
		return call_arg_wrong(c, i, "a lambda or a def of the step");
	fn = closure(c->run, &v);
	if (!fn)
		return -1;
	sched_set_fn(node, field, fn);
	return 0;
}

/* Argument I, a list, for FIELD of NODE. */
static int set_list(struct py_call *c, size_t i, struct sched *node, int field)
{
	struct sched_list l;
	const char *expected;

	if (list(c, i, &l) < 0) {
		free(l.v);
		return -1;
	}
	expected = sched_set_list(node, field, l);
	return expected ? call_arg_wrong(c, i, expected) : 0;
}

/* Argument I for FIELD of NODE, a number; of CHOICES "a|b" its index. */
static int set_number(struct py_call *c, size_t i, struct sched *node,
	int field, const char *choices)
{
	const char *expected;
	double v;

	if ((choices ? choice(c, i, choices, &v) : call_arg_number(c, i, &v)) <
		0)
		return -1;
	expected = sched_set(node, field, v);
	return expected ? call_arg_wrong(c, i, expected) : 0;
}

/* Argument I for FIELD of segment NODE. */
static int set(struct py_call *c, size_t i, struct sched *node, int field)
{
	const struct shape_param *q =
		&node->u.seg.shape->param[field < SCHED_NPARAM ? field : 0];

	/* The one other name is unit=, which a cycle is so many of. */
	if (field == SCHED_WHOLE)
		return call_arg_number(c, i, &node->u.seg.unit[SCHED_P_LEN]);
	if (field == SCHED_PAST) {
		if (call_arg_is(&c->arg[i], "cont"))
			sched_set(node, SCHED_CONT, 1);
		return 0;
	}
	if (field == SCHED_GRID)
		return set_number(
			c, i, node, field, "excl|incl|lead|open|skip");
	if (field == SCHED_FLIP ||
		(field < SCHED_NPARAM && q->unit == SHAPE_FLAG)) {
		sched_set(node, field, py_true(&c->arg[i]));
		return 0;
	}
	if (field >= SCHED_NPARAM)
		return set_number(c, i, node, field, NULL);
	if (q->unit >= SHAPE_STEPS_LIST)
		return set_list(c, i, node, field);
	if (q->unit == SHAPE_LAMBDA)
		return set_fn(c, i, node, field);
	return set_number(c, i, node, field, q->choices);
}

/* NODE in a sequence of its own, after which it is PAST, or an error. */
static struct sched *closed(struct sched *node, double past, bool error)
{
	struct sched *seq = sched_new_seq();

	if (!seq || sched_seq_add(seq, node, 0, false)) {
		if (!seq)
			sched_free(node);
		sched_free(seq);
		return NULL;
	}
	seq->u.seq.past = past;
	seq->u.seq.error = error;
	return seq;
}

/*
 * The first step after a schedule of LEN steps, whose end value is at LEN, in
 * spite of what rounding has made of a sum of lengths.
 */
static double after(double len)
{
	return floor(len * (1 + 8 * DBL_EPSILON)) + 1;
}

/* The past= of argument I: a number, or NAN and whether it is an error. */
static int read_past(struct py_call *c, size_t i, double *past, bool *error)
{
	*past = NAN;
	*error = false;
	if (!call_arg_given(c, i) || call_arg_is(&c->arg[i], "hold") ||
		call_arg_is(&c->arg[i], "cont"))
		return 0;
	*error = call_arg_is(&c->arg[i], "error");
	if (*error)
		return 0;
	if (!py_is_number(&c->arg[i]))
		return call_arg_wrong(c, i, "hold, cont, error or a number");
	return checked(c, i, SCHED_PAST, past);
}

/* NODE, after which it is what argument I says. */
static int finish(struct py_call *c, size_t i, struct sched *node)
{
	double past, end = NAN;
	bool error;

	if (node->kind == SCHED_REP && call_arg_given(c, i) &&
		call_arg_is(&c->arg[i], "cont")) {
		sched_free(node);
		return call_arg_wrong(c, i, "hold, error or a number");
	}
	if (read_past(c, i, &past, &error) < 0) {
		sched_free(node);
		return -1;
	}
	if (error)
		end = after(node->len);
	if (!isnan(past) || error)
		node = closed(node, past, error);
	return call_new_node(c->run, node, end, c->ret);
}

/*
 * NODE, what is in it prepared, is prepared itself; argument I of C is of field
 * FIELD[I].
 */
static int prepare(
	struct py_call *c, struct sched *node, const int *field, size_t n)
{
	struct diag d = {.class = DIAG_NONE};
	struct sched_fault fault = {.d = &d};
	const struct py_node *at = c->at;

	if (!sched_prepare(node, call_build_of(c->run)->horizon, &fault))
		return 0;
	if (d.class == DIAG_NOMEM)
		return py_raise_nomem(c->run, sizeof(*node));
	for (size_t i = 0; i < c->narg && i < n; i++)
		if (field[i] == fault.field && call_arg_given(c, i))
			at = call_arg_place(c, i);
	return py_raise(c->run, at, "%s", d.text);
}

/* Fills the segment NODE from C's arguments; *PAST becomes that of past=. */
static int fill(struct py_call *c, struct sched *node, size_t *past)
{
	const struct shape *shape = node->u.seg.shape;
	const char *name = c->fn->params;
	int field[NFIELD_MAX];

	for (size_t i = 0; i < c->narg; i++) {
		size_t n = strcspn(name, " ");

		field[i] = field_named(shape, name, n);
		name += n + (name[n] == ' ');
		if (field[i] == SCHED_PAST)
			*past = i;
		if (call_arg_given(c, i) && set(c, i, node, field[i]) < 0)
			return -1;
	}
	/* What no start is given to is of a factor, or has values. */
	if (isnan(node->u.seg.from) && sched_takes(shape, SCHED_FROM))
		sched_set(node, SCHED_FROM, 1);
	return prepare(c, node, field, ARRAY_SIZE(field));
}

/* The shape whose name, or other name, is that of C's function. */
static int call_shape(struct py_call *c)
{
	static const char *const other[][2] = {
		{"hold", "const"}, {"stairs", "step"}};
	const char *name = c->fn->name;
	size_t past = c->narg;
	struct sched *node;

	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		if (strcmp(name, other[i][0]) == 0)
			name = other[i][1];
	node = sched_new_seg(sched_shape_find(name, strlen(name)));
	if (!node)
		return py_raise_nomem(c->run, sizeof(*node));
	if (fill(c, node, &past) < 0) {
		sched_free(node);
		return -1;
	}
	return finish(c, past, node);
}

/* --- combining ------------------------------------------------------------ */

/* The I-th argument placed here, and no longer its own. */
static struct sched *child(
	struct py_call *c, size_t i, const struct py_value *v, double *past_end)
{
	struct call_node *n = call_child(c->run, call_arg_place(c, i), v);

	if (!n)
		return NULL;
	*past_end = n->past_end;
	return call_take(c->run, call_arg_place(c, i), n);
}

/* One more part of SEQ; *PAST_END is where an error would be. */
static int add_part(struct py_call *c, struct sched *seq,
	const struct py_value *v, double *past_end)
{
	double origin = seq->u.seq.next, end;
	struct sched *node = child(c, 0, v, &end);

	if (!node)
		return -1;
	/* Nobody comes to an end that this part hides. */
	if (!isnan(*past_end) && *past_end >= origin)
		*past_end = NAN;
	if (!isnan(end) && !(*past_end <= origin + end))
		*past_end = origin + end;
	if (sched_seq_add(seq, node, 0, false))
		return py_raise_nomem(c->run, sizeof(*seq));
	return 0;
}

/* join(parts, past=None) */
static int call_join(struct py_call *c)
{
	static const int field[] = {SCHED_BODY, SCHED_PAST};
	long long n = py_count(c->run, call_arg_place(c, 0), &c->arg[0]);
	struct sched *seq = sched_new_seq();
	double end = NAN;
	struct py_value v;
	int bad = n < 0;

	if (!seq)
		return py_raise_nomem(c->run, sizeof(*seq));
	for (long long i = 0; i < n && !bad; i++)
		bad = py_nth(c->run, &c->arg[0], (size_t)i, &v) < 0 ||
		      add_part(c, seq, &v, &end) < 0;
	if (bad || prepare(c, seq, field, ARRAY_SIZE(field)) < 0 ||
		read_past(c, 1, &seq->u.seq.past, &seq->u.seq.error) < 0) {
		sched_free(seq);
		return -1;
	}
	if (seq->u.seq.error)
		end = fmin(end, after(seq->len));
	return call_new_node(c->run, seq, end, c->ret);
}

/* over(cover, body): cover hides the first of body's steps. */
static int call_over(struct py_call *c)
{
	static const int field[] = {SCHED_WHOLE, SCHED_WHOLE};
	struct sched *seq = sched_new_seq();
	double ignored, end;

	if (!seq)
		return py_raise_nomem(c->run, sizeof(*seq));
	for (size_t i = 0; i < 2; i++) {
		struct sched *node =
			child(c, i, &c->arg[i], i ? &end : &ignored);
		if (!node || sched_seq_add(seq, node, 0, i == 0)) {
			sched_free(seq);
			return node ? py_raise_nomem(c->run, sizeof(*seq)) : -1;
		}
	}
	if (prepare(c, seq, field, ARRAY_SIZE(field)) < 0) {
		sched_free(seq);
		return -1;
	}
	return call_new_node(c->run, seq, end, c->ret);
}

/* cut(body, steps, past="hold"): past="cont" only says how long it is. */
static int call_cut(struct py_call *c)
{
	bool cont;
	struct sched *node, *group;
	double len, end;

	if (checked(c, 1, SCHED_LEN, &len) < 0)
		return -1;
	node = child(c, 0, &c->arg[0], &end);
	if (!node)
		return -1;
	cont = call_arg_given(c, 2) && call_arg_is(&c->arg[2], "cont");
	group = sched_new_group(node, len, cont);
	return call_new_node(
		c->run, group, cont || end <= len ? end : NAN, c->ret);
}

/* held(body, every): each value for so many steps. */
static int call_held(struct py_call *c)
{
	double every, end;
	struct sched *node;

	if (checked(c, 1, SCHED_EVERY, &every) < 0)
		return -1;
	node = child(c, 0, &c->arg[0], &end);
	if (!node)
		return -1;
	return call_new_node(
		c->run, sched_new_hold(node, every), end * every, c->ret);
}

/* product([a, b, ...]) */
static int call_product(struct py_call *c)
{
	long long n = py_count(c->run, call_arg_place(c, 0), &c->arg[0]);
	struct sched *all = NULL, *node;
	double end = NAN, own;
	struct py_value v;

	if (n == 0)
		return py_raise(c->run, call_arg_place(c, 0),
			"no factors; expected one or more");
	for (long long i = 0; i < n; i++) {
		node = py_nth(c->run, &c->arg[0], (size_t)i, &v) < 0
			       ? NULL
			       : child(c, 0, &v, &own);
		if (!node) {
			sched_free(all);
			return -1;
		}
		end = fmin(end, own);
		all = all ? sched_new_prod(all, node) : node;
		if (!all)
			return py_raise_nomem(c->run, sizeof(*all));
	}
	return n < 0 ? -1 : call_new_node(c->run, all, end, c->ret);
}

/* What rep()'s arguments are of the node. */
static const int rep_field[] = {SCHED_BODY, SCHED_COUNT, SCHED_GROW, SCHED_BY,
	SCHED_GAMMA, SCHED_SCALE, SCHED_PER_CYCLE, SCHED_PER_STEP, SCHED_PAST};

static int set_rep(struct py_call *c, struct sched *rep)
{
	for (size_t i = 1; i < c->narg && rep_field[i] != SCHED_PAST; i++) {
		int field = rep_field[i];

		if (!call_arg_given(c, i))
			continue;
		if (field == SCHED_PER_CYCLE || field == SCHED_PER_STEP
				? set_fn(c, i, rep, field) < 0
				: set_number(c, i, rep, field,
					  field == SCHED_SCALE ? SCHED_SCALES
							       : NULL) < 0)
			return -1;
	}
	return 0;
}

/* rep(body, times=inf, grow=1, by=1, gamma=1, scale="top", ...) */
static int call_rep(struct py_call *c)
{
	struct sched *rep = sched_new_rep();
	double end;

	if (!rep)
		return py_raise_nomem(c->run, sizeof(*rep));
	if (set_rep(c, rep) < 0 ||
		!(rep->u.rep.body = child(c, 0, &c->arg[0], &end)) ||
		prepare(c, rep, rep_field, ARRAY_SIZE(rep_field)) < 0) {
		sched_free(rep);
		return -1;
	}
	return finish(c, ARRAY_SIZE(rep_field) - 1, rep);
}

/* Bounds of segment NODE, from C's other arguments. */
static int set_bounds(struct py_call *c, struct sched *node)
{
	static const int field[] = {SCHED_BODY, SCHED_FLOOR, SCHED_CEIL};

	if (node->kind != SCHED_SEG)
		return py_raise(c->run, call_arg_place(c, 0),
			"a bound of what is no shape; expected a shape");
	for (size_t i = 1; i < ARRAY_SIZE(field); i++)
		if (call_arg_given(c, i) &&
			set_number(c, i, node, field[i], NULL) < 0)
			return -1;
	return prepare(c, node, field, ARRAY_SIZE(field));
}

/* clamp(node, lo=-inf, hi=inf) of a segment. */
static int call_clamp(struct py_call *c)
{
	double end;
	struct sched *node = child(c, 0, &c->arg[0], &end);

	if (!node)
		return -1;
	if (set_bounds(c, node) < 0) {
		sched_free(node);
		return -1;
	}
	return call_new_node(c->run, node, end, c->ret);
}

/* --- their names ---------------------------------------------------------- */

#define RAMP " grid past flip"

static const struct py_native shapes[] = {
	{"hold", 1, 2, "value steps", call_shape, {NULL}},
	{"linear", 2, 6, "steps start end" RAMP, call_shape, {NULL}},
	{"cos", 2, 9, "steps start end waves k power" RAMP, call_shape, {NULL}},
	{"poly", 2, 8, "steps start end power k" RAMP, call_shape, {NULL}},
	{"sqrt", 2, 6, "steps start end" RAMP, call_shape, {NULL}},
	{"half", 2, 6, "steps start end" RAMP, call_shape, {NULL}},
	{"exp", 3, 6, "steps start end" RAMP, call_shape, {NULL}},
	{"tanh", 2, 8, "steps start end lb ub" RAMP, call_shape, {NULL}},
	{"rex", 2, 7, "steps start end d" RAMP, call_shape, {NULL}},
	{"decay", 2, 6, "start by per stair steps past", call_shape, {NULL}},
	{"inv", 2, 7, "start k per power stair steps past", call_shape, {NULL}},
	{"exponential", 2, 6, "start k per stair steps past", call_shape,
		{NULL}},
	{"rsqrt", 2, 4, "start s steps past", call_shape, {NULL}},
	{"sigmoid", 3, 5, "start k mid steps past", call_shape, {NULL}},
	{"sat", 2, 4, "start tau steps past", call_shape, {NULL}},
	{"stairs", 0, 6, "start every at by values past", call_shape, {NULL}},
	{"triangular", 3, 4, "min max step steps", call_shape, {NULL}},
	{"triangular2", 3, 4, "min max step steps", call_shape, {NULL}},
	{"exp_range", 4, 6, "min max step gamma per steps", call_shape, {NULL}},
	{"sgdr", 3, 8, "min max len mult decay restart unit steps", call_shape,
		{NULL}},
	{"fn", 1, 4, "f steps start past", call_shape, {NULL}},
	{"prod", 2, 4, "start f steps past", call_shape, {NULL}},
	{"join", 1, 2, "parts past", call_join, {NULL}},
	{"over", 2, 2, "cover body", call_over, {NULL}},
	{"cut", 2, 3, "body steps past", call_cut, {NULL}},
	{"held", 2, 2, "body every", call_held, {NULL}},
	{"product", 1, 1, "factors", call_product, {NULL}},
	{"rep", 1, 9, "body times grow by gamma scale per_cycle per_step past",
		call_rep, {NULL}},
	{"clamp", 1, 3, "node lo hi", call_clamp, {NULL}},
};

const struct py_native *call_shape_find(const char *name, size_t n)
{
	return py_native_find(shapes, ARRAY_SIZE(shapes), name, n);
}
