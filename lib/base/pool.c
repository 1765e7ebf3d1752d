/* SPDX-License-Identifier: MIT */
/*
 * The slots form a ring.  Each is EMPTY, then READY once filled, BUSY while a
 * worker has it, DONE when it may be drained.  The calling thread fills and
 * drains; workers only ever take the oldest READY slot.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/pool.h"

enum slot_state {
	SLOT_EMPTY,
	SLOT_READY,
	SLOT_BUSY,
	SLOT_DONE,
};

struct slot {
	enum slot_state state;
	int ret;
	struct diag diag;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t ready; /* a slot became READY, or the end */
	pthread_cond_t done;  /* a slot became DONE */
	const struct pool_stage *stage;
	void *ctx;
	struct slot *slot;
	size_t nslot;
	size_t next; /* the slot the next worker takes once READY */
	bool stop;
};

/* Processors this process may run on, at least 1. */
static unsigned count_cpus(void)
{
#ifdef CPU_COUNT
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
#endif
	long n = sysconf(_SC_NPROCESSORS_ONLN);
	return n > 0 ? (unsigned)n : 1;
}

size_t pool_nslot(unsigned nthread)
{
	size_t n = nthread ? nthread : count_cpus();

	return n == 1 ? 1 : 2 * n;
}

/* The slot that follows I in the ring. */
static size_t after(const struct pool *p, size_t i)
{
	return i + 1 < p->nslot ? i + 1 : 0;
}

static void *worker(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		size_t i = p->next;
		struct slot *s = &p->slot[i];
		if (p->stop)
			break;
		if (s->state != SLOT_READY) {
			pthread_cond_wait(&p->ready, &p->lock);
			continue;
		}
		s->state = SLOT_BUSY;
		p->next = after(p, i);
		pthread_mutex_unlock(&p->lock);
		s->ret = p->stage->work(p->ctx, i, &s->diag);
		pthread_mutex_lock(&p->lock);
		s->state = SLOT_DONE;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void set_state(struct pool *p, size_t i, enum slot_state state)
{
	pthread_mutex_lock(&p->lock);
	p->slot[i].state = state;
	pthread_cond_signal(&p->ready);
	pthread_mutex_unlock(&p->lock);
}

static void wait_done(struct pool *p, size_t i)
{
	pthread_mutex_lock(&p->lock);
	while (p->slot[i].state != SLOT_DONE)
		pthread_cond_wait(&p->done, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* Drains slot I once its work is done, unless the work failed. */
static int drain_slot(struct pool *p, size_t i, struct diag *d)
{
	struct slot *s = &p->slot[i];

	wait_done(p, i);
	if (s->ret) {
		*d = s->diag;
		return -1;
	}
	if (p->stage->drain(p->ctx, i, d))
		return -1;
	set_state(p, i, SLOT_EMPTY);
	return 0;
}

/* Fills as long as a slot is free, drains the oldest when none is. */
static int feed(struct pool *p, struct diag *d)
{
	size_t head = 0, tail = 0, nfull = 0; /* slots: next, oldest, between */
	struct diag fill_diag;
	int more = 1;

	while (more > 0 || nfull > 0) {
		if (more > 0 && nfull < p->nslot) {
			more = p->stage->fill(p->ctx, head, &fill_diag);
			if (more > 0) {
				set_state(p, head, SLOT_READY);
				head = after(p, head);
				nfull++;
			}
			continue;
		}
		/* An error of an earlier item comes before that of filling. */
		if (drain_slot(p, tail, d))
			return -1;
		tail = after(p, tail);
		nfull--;
	}
	if (more < 0)
		*d = fill_diag;
	return more;
}

static int run_inline(const struct pool_stage *stage, void *ctx, struct diag *d)
{
	int more;

	while ((more = stage->fill(ctx, 0, d)) > 0)
		if (stage->work(ctx, 0, d) || stage->drain(ctx, 0, d))
			return -1;
	return more;
}

/*
 * A worker takes no signal: the caller may be holding them off while it makes
 * or renames a file, and only its own mask knows.
 */
static int start_worker(pthread_t *thread, struct pool *p)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int ret;

	if (pthread_attr_init(&attr))
		return -1;
	pthread_attr_setstacksize(&attr, POOL_STACK_NBYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	ret = pthread_create(thread, &attr, worker, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return ret ? -1 : 0;
}

static void stop_workers(struct pool *p, pthread_t *thread, unsigned n)
{
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->ready);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < n; i++)
		pthread_join(thread[i], NULL);
}

int pool_stream(unsigned nthread, size_t nslot, const struct pool_stage *stage,
	void *ctx, struct diag *d)
{
	struct pool p = {.lock = PTHREAD_MUTEX_INITIALIZER,
		.ready = PTHREAD_COND_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
		.stage = stage,
		.ctx = ctx,
		.nslot = nslot};
	pthread_t *thread;
	unsigned n = 0;
	int ret;

	if (!nthread)
		nthread = count_cpus();
	if (nthread > nslot)
		nthread = (unsigned)nslot;
	if (nthread <= 1)
		return run_inline(stage, ctx, d);
	p.slot = calloc(nslot, sizeof(*p.slot));
	thread = calloc(nthread, sizeof(*thread));
	if (!p.slot || !thread) {
		ret = diag_nomem(d, nslot * sizeof(*p.slot));
		goto out;
	}
	while (n < nthread && start_worker(&thread[n], &p) == 0)
		n++;
	/* Fewer threads than asked for are slower, not wrong. */
	ret = n ? feed(&p, d) : run_inline(stage, ctx, d);
	stop_workers(&p, thread, n);
out:
	free(thread);
	free(p.slot);
	return ret;
}
