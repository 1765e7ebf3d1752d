/* SPDX-License-Identifier: MIT */
/*
 * Expressions and schedules nested as deep as bytes say, each byte one layer,
 * on the stack that a worker of the pool has.
 */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "base/pool.h"
#include "fuzz_py.h"
#include "sched/sched.h"
#include "words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct layer {
	const char *open, *close;
};

static const struct layer expressions[] = {
	{"(", ")"},
	{"[", "]"},
	{"{1:", "}"},
	{"[", ",2]"},
	{"max(1,", ")"},
	{"f(x=", ")"},
	{"[x for x in [1] if ", "]"},
	{"[x*2 for x in ", "]"},
	{"-", ""},
	{"not ", ""},
	{"2**", ""},
	{"", "**2"},
	{"1+", ""},
	{"", "+1"},
	{"", "*t"},
	{"", " if t else 2"},
	{"1 if ", " else 2"},
	{"0 if t else ", ""},
	{"[1,2][", "]"},
	{"", "[0]"},
	{"1<", "<3"},
	{"", " in [1,2]"},
	{"1 and ", ""},
	{"", " or t"},
	{"", ".keys()"},
	{"lambda t:", ""},
};

static const struct layer schedules[] = {
	{"part ", " end"},
	{"part:20 ", " end"},
	{"part:9,past=cont ", " end"},
	{"rep:2 ", " end"},
	{"rep:3,tmul=1.5,gamma=.9 ", " end"},
	{"rep:2,vfn=(lambda c:1/c),scale=all ", " end"},
	{"warmup:5 ", ""},
	{"", " linear:7:.5x"},
	{"warmup:3,over ", ""},
	{"", " times decay:9,by=.9"},
	{"", " times warmup:4 times const:8"},
	{"linear:3,from=1x ", ",past=zero"},
};

/* Returns the text in B, NUL-terminated. */
static void nest(struct buf *b, const struct layer *layer, size_t nlayer,
	const char *core, const uint8_t *p, size_t n)
{
	b->len = 0;
	for (size_t i = 0; i < n; i++)
		buf_adds(b, layer[p[i] % nlayer].open);
	buf_adds(b, core);
	for (size_t i = n; i-- > 0;)
		buf_adds(b, layer[p[i] % nlayer].close);
	if (!buf_text(b))
		abort();
}

static void check_schedule(char *words)
{
	static const struct sched_env env = {
		.base = 0.1, .steps = 100, .epoch_steps = 7, .horizon = 1e4};
	struct sched_where where;
	struct sched_table t;
	struct diag d;
	double v[40], one;

	if (words_parse(&t, &words, 1, &env, &where, &d))
		return;
	sched_block(t.column[0].node, 0, 3, 40, v);
	for (uint64_t i = 0; i < 40; i++) {
		one = sched_at(t.column[0].node, 3 * i);
		if (memcmp(&one, &v[i], sizeof(one)) != 0)
			abort();
	}
	sched_table_free(&t);
}

static void check(const uint8_t *data, size_t n)
{
	static struct buf b;

	if (data[0] & 1) {
		nest(&b, schedules, sizeof(schedules) / sizeof(schedules[0]),
			"cos:9", data + 1, n - 1);
		check_schedule(b.data);
	} else {
		nest(&b, expressions,
			sizeof(expressions) / sizeof(expressions[0]),
			data[0] & 2 ? "t" : "1", data + 1, n - 1);
		check_text(b.data, b.len);
	}
}

/* What the one worker, which is never joined, has to do. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const uint8_t *data; /* NULL: nothing */
	size_t n;
} task = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL, 0};

static void *worker(void *arg)
{
	pthread_mutex_lock(&task.lock);
	for (;;) {
		while (!task.data)
			pthread_cond_wait(&task.changed, &task.lock);
		check(task.data, task.n);
		task.data = NULL;
		pthread_cond_signal(&task.changed);
	}
	return arg;
}

static void start(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (pthread_attr_init(&attr) ||
		pthread_attr_setstacksize(&attr, POOL_STACK_NBYTES) ||
		pthread_create(&thread, &attr, worker, NULL))
		abort();
}

/* What is nested less deep could not overflow a stack, and is cheaper here. */
#define NSHALLOW 48

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (n < 1 || n > 400)
		return 0;
	if (n <= NSHALLOW) {
		check(data, n);
		return 0;
	}
	pthread_once(&once, start);
	pthread_mutex_lock(&task.lock);
	task.data = data;
	task.n = n;
	pthread_cond_signal(&task.changed);
	while (task.data)
		pthread_cond_wait(&task.changed, &task.lock);
	pthread_mutex_unlock(&task.lock);
	return 0;
}
