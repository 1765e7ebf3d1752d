/* SPDX-License-Identifier: MIT */
/*
 * The deepest inputs that are legal, on the stack of a worker: trees of
 * schedules, expressions, lambdas.  What overflows dies here, not at a user's.
 */
#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/pool.h"
#include "numpy/numpy.h"
#include "py/py.h"
#include "sched/sched.h"
#include "tap.h"
#include "words/words.h"

#define NITEM 2    /* so that two workers have something to do at once */
#define NVALUE 140 /* more than one chunk of a product */

/* What every worker does with TEXT. */
struct task {
	int (*run)(const char *text, struct diag *d);
	const char *text;
	size_t nfilled;
};

static int fill(void *ctx, size_t slot, struct diag *d)
{
	struct task *t = ctx;

	(void)slot;
	(void)d;
	return t->nfilled++ < NITEM;
}

static int work(void *ctx, size_t slot, struct diag *d)
{
	struct task *t = ctx;

	(void)slot;
	return t->run(t->text, d);
}

static int drain(void *ctx, size_t slot, struct diag *d)
{
	(void)ctx;
	(void)slot;
	(void)d;
	return 0;
}

static int in_workers(int (*run)(const char *text, struct diag *d),
	const char *text, struct diag *d)
{
	static const struct pool_stage stage = {fill, work, drain};
	struct task t = {.run = run, .text = text};

	return pool_stream(2, NITEM, &stage, &t, d);
}

static int schedule(const char *text, struct diag *d)
{
	static const struct sched_env env = {
		.base = 0.1, .steps = 1000, .epoch_steps = 7, .horizon = 1e5};
	double v[NVALUE], one;
	struct buf words = {0};
	struct sched_where where;
	struct sched_table t;
	int bad = 0;

	/* The words themselves are not changed. */
	if (words_parse(
		    &t, &(char *){(char *)(uintptr_t)text}, 1, &env, &where, d))
		return -1;
	sched_block(t.column[0].node, 0, 3, NVALUE, v);
	for (size_t i = 0; i < NVALUE; i++) {
		one = sched_at(t.column[0].node, i * 3);
		bad |= memcmp(&one, &v[i], sizeof(one)) != 0;
	}
	if (bad)
		diag_set(d, DIAG_DATA, "a block has other values");
	if (sched_unparse(&words, t.column[0].node, &env))
		bad = diag_set(d, DIAG_DATA, "a function among the words");
	sched_explain(&words, t.column[0].node, &env);
	bad |= buf_end(&words, d);
	buf_free(&words);
	sched_table_free(&t);
	return bad ? -1 : 0;
}

static int expression(const char *text, struct diag *d)
{
	struct py *p = py_new(&numpy_host);
	struct py_run *r = py_run_new(p);
	struct py_value v, x = py_int(1), y;
	struct buf shown = {0};
	struct py_module *m;
	size_t at;
	int bad = py_parse_expr(p, text, strlen(text), &m, &at, d);

	if (!bad && py_exec(py_builder(p), m, &v) < 0) {
		*d = *py_run_error(py_builder(p)).diag;
		bad = -1;
	}
	if (!bad && v.type == PY_FUNCTION && py_call(r, &v, &x, 1, &y) < 0) {
		*d = *py_run_error(r).diag;
		bad = -1;
	}
	if (!bad) {
		py_repr(&shown, &v);
		py_show(&shown, m, py_root(m));
		bad = buf_end(&shown, d);
	}
	buf_free(&shown);
	py_run_free(r);
	py_free(p);
	return bad;
}

/* A nest is HEAD, N times OPEN, CORE, N times CLOSE. */
struct nest {
	int (*run)(const char *text, struct diag *d);
	size_t least; /* so deep must be legal */
	const char *head, *open, *core, *close;
};

#define TIMES4 " times const:9 times linear:9 times cos:9 times decay:9,by=.9"
#define TIMES31                                                           \
	TIMES4 TIMES4 TIMES4 TIMES4 TIMES4 TIMES4 TIMES4 " times cos"     \
							 ":9 times cos:9" \
							 " times cos:9"

static const struct nest nests[] = {
	{schedule, 32, "", "part ", "cos:100", " end" TIMES31},
	{schedule, 32, "", "const:3 part:500 ", "cos:9", " end const:2"},
	{schedule, 32, "", "rep:2,gamma=.99 ", "cos:2 linear:3:1x", " end"},
	{schedule, 31, "", "rep:2,tfn=(lambda t:.9**t),scale=all ",
		"cos:2,cycles=2", " end" TIMES31},
	{schedule, 32, "", "part ", "fn,of=(lambda t:1/(1+t))", " end"},
	{expression, 30, "", "(", "1", ")"},
	{expression, 30, "", "[", "1", "]"},
	{expression, 30, "", "{1:", "1", "}"},
	{expression, 30, "", "max(1,", "2", ")"},
	{expression, 60, "", "[x for x in ", "[1]", "]"},
	{expression, 60, "", "-", "1", ""},
	{expression, 60, "", "not ", "1", ""},
	{expression, 60, "", "1**", "1", ""},
	{expression, 60, "", "1 if 0 else ", "1", ""},
	{expression, 30, "", "", "1", "+1"},
	{expression, 30, "", "", "[1]", "+[1]"},
	{expression, 30, "lambda t:", "max(1,", "t", ")"},
	{expression, 60, "lambda t:", "-", "t", ""},
	{expression, 60, "lambda t:", "1 if t else ", "t", ""},
	{expression, 30, "lambda t:", "[0,1][", "t", "]"},
};

static void write_nest(struct buf *b, const struct nest *s, size_t n)
{
	b->len = 0;
	buf_adds(b, s->head);
	for (size_t i = 0; i < n; i++)
		buf_adds(b, s->open);
	buf_adds(b, s->core);
	for (size_t i = 0; i < n; i++)
		buf_adds(b, s->close);
	buf_text(b);
}

/* Deeper and deeper, until that is refused with a word about it. */
static void test_nest(const struct nest *s)
{
	struct buf text = {0};
	struct diag d = {0};
	size_t n = 0;

	do
		write_nest(&text, s, ++n);
	while (n < 1000 && in_workers(s->run, text.data, &d) == 0);
	n--;
	ok(n >= s->least && (strstr(d.text, "too deep") ||
				    strstr(d.text, "in one another")),
		"%zu of '%s...%s': %s", n, s->open, s->core, d.text);
	buf_free(&text);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(nests) / sizeof(nests[0]); i++)
		test_nest(&nests[i]);
	return tap_done();
}
