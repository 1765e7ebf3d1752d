/* SPDX-License-Identifier: MIT */
/*
 * Drawing progress: a thread of its own wakes now and then and reads the
 * counter, so that no loop of work has to know the time.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/tame.h"
#include "cli.h"

/* A label is to leave room for the figure on the line. */
#define LABEL_SIZE 64
#define WAKE_MS 200
#define PATIENCE_MS 1000

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct progress *progress;
	char label[LABEL_SIZE];
	bool running, end, drawn;
} view = {.lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER};

static void draw(void)
{
	uint64_t done = atomic_load(&view.progress->done);
	uint64_t total = atomic_load(&view.progress->total);

	if (total)
		fprintf(stderr, "\r%s %3u %%", view.label,
			done >= total ? 100u
				      : (unsigned)(100.0 * (double)done /
						   (double)total));
	else
		fprintf(stderr, "\r%s %llu MB", view.label,
			(unsigned long long)(done / 1000000));
	view.drawn = true;
}

static struct timespec after_ms(unsigned ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *watch(void *arg)
{
	struct timespec t = after_ms(PATIENCE_MS);

	(void)arg;
	pthread_mutex_lock(&view.lock);
	while (!view.end) {
		if (pthread_cond_timedwait(&view.ended, &view.lock, &t) == 0)
			continue;
		draw();
		t = after_ms(WAKE_MS);
	}
	pthread_mutex_unlock(&view.lock);
	return NULL;
}

void cli_progress_begin(struct progress *p, const char *label, int mode)
{
	sigset_t all, old;

	if (mode == 'n' || (mode == 'a' && !isatty(STDERR_FILENO)))
		return;
	view.progress = p;
	tame_copy_end(view.label, sizeof(view.label), label);
	view.end = view.drawn = false;
	/* Signals go to the main thread, which knows when to hold them off. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	view.running = pthread_create(&view.thread, NULL, watch, NULL) == 0;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void cli_progress_clear(void)
{
	pthread_mutex_lock(&view.lock);
	if (view.drawn)
		fprintf(stderr, "\r\033[K");
	view.drawn = false;
	pthread_mutex_unlock(&view.lock);
}

void cli_progress_end(void)
{
	if (!view.running)
		return;
	pthread_mutex_lock(&view.lock);
	view.end = true;
	pthread_cond_signal(&view.ended);
	pthread_mutex_unlock(&view.lock);
	pthread_join(view.thread, NULL);
	view.running = false;
	cli_progress_clear();
}
