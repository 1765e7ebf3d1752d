/* SPDX-License-Identifier: MIT */
/*
 * A script with its data goes into gnuplot's standard input, the picture comes
 * out of its standard output; no file is made but the output.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "file/output.h"
#include "gnuplot.h"

extern char **environ;

/* Our ends of gnuplot's standard streams, -1 where closed. */
struct child {
	pid_t pid;
	int fd[3];
	const struct buf *in;
	size_t sent;
	struct buf said; /* on standard error */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A socket, unlike a pipe, can be written to without fear of SIGPIPE. */
static int connect_streams(int ours[3], int theirs[3])
{
	int pair[2], i;

	for (i = 0; i < 3; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			return -1;
		ours[i] = pair[0];
		theirs[i] = pair[1];
		/* Who holds the other end too never sees the end of it. */
		if (fcntl(pair[0], F_SETFD, FD_CLOEXEC) < 0 ||
			fcntl(pair[1], F_SETFD, FD_CLOEXEC) < 0)
			return -1;
	}
	return 0;
}

static int spawn(struct child *c, const int theirs[3])
{
	/* -d: no settings of the user's or the system's. */
	static char name[] = "gnuplot", plain[] = "-d";
	char *const argv[] = {name, plain, NULL};
	posix_spawn_file_actions_t actions;
	int i, r;

	r = posix_spawn_file_actions_init(&actions);
	if (r)
		return r;
	for (i = 0; i < 3 && !r; i++)
		r = posix_spawn_file_actions_adddup2(&actions, theirs[i], i);
	if (!r)
		r = posix_spawnp(&c->pid, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return r;
}

static int start(struct child *c, struct diag *d)
{
	int theirs[3] = {-1, -1, -1}, r, i;

	r = connect_streams(c->fd, theirs) ? errno : spawn(c, theirs);
	for (i = 0; i < 3; i++)
		close_end(&theirs[i]);
	if (!r)
		return 0;
	errno = r;
	if (r == ENOENT)
		return diag_set(d, DIAG_IO,
			"--plot: no gnuplot on PATH; expected it there (it is "
			"the package gnuplot or gnuplot-nox of most systems)");
	return diag_errno(d, "--plot: cannot start gnuplot");
}

/* Hands gnuplot more of its script; if it has gone, it says why. */
static int send_more(struct child *c, struct diag *d)
{
	ssize_t n = send(c->fd[0], c->in->data + c->sent, c->in->len - c->sent,
		MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0)
		c->sent += (size_t)n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno != EPIPE && errno != ECONNRESET)
		return diag_errno(d, "--plot: cannot write to gnuplot");
	if (n < 0 || c->sent == c->in->len)
		close_end(&c->fd[0]);
	return 0;
}

static int receive(
	struct child *c, int which, struct output *out, struct diag *d)
{
	char data[1 << 14];

	ssize_t n = read(c->fd[which], data, sizeof(data));
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return diag_errno(d, "--plot: cannot read from gnuplot");
	if (n == 0) {
		close_end(&c->fd[which]);
		return 0;
	}
	if (which == STDOUT_FILENO)
		return output_write(out, data, (size_t)n, d);
	/* What it complains of goes on; only the beginning is of use. */
	if (c->said.len < sizeof(data))
		buf_add(&c->said, data, (size_t)n);
	return buf_end(&c->said, d);
}

/* Until gnuplot has closed both of its outputs. */
static int converse(struct child *c, struct output *out, struct diag *d)
{
	struct pollfd p[3];

	while (c->fd[1] >= 0 || c->fd[2] >= 0) {
		for (int i = 0; i < 3; i++)
			p[i] = (struct pollfd){
				.fd = c->fd[i], .events = i ? POLLIN : POLLOUT};
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return diag_errno(d, "--plot: cannot wait");
		}
		if (p[0].revents && send_more(c, d))
			return -1;
		for (int i = 1; i < 3; i++)
			if (p[i].revents && receive(c, i, out, d))
				return -1;
	}
	return 0;
}

/*
 * The reason: the first line that tells one of the script's, from which the
 * others follow, or the last.  SAID is cut into lines.
 */
static const char *reason(char *said)
{
	const char *last = NULL;

	for (char *s = strtok(said, "\n"); s; s = strtok(NULL, "\n")) {
		s += strspn(s, " \t");
		if (strncmp(s, "line ", 5) == 0)
			return s;
		if (*s)
			last = s;
	}
	return last;
}

static int fail(struct child *c, struct diag *d)
{
	const char *said = buf_text(&c->said);
	const char *line = said && *said ? reason(c->said.data) : NULL;

	return diag_set(d, DIAG_IO,
		"--plot: gnuplot failed: %s; expected gnuplot 5 with this "
		"format",
		line ? line : "without a word");
}

/* Waits for gnuplot's end; what it drew counts only if that is a good one. */
static int finish(struct child *c, bool drew, struct diag *d)
{
	int status;

	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return diag_errno(d, "--plot: cannot wait for gnuplot");
	return status || !drew ? fail(c, d) : 0;
}

static int run(struct child *c, struct output *out, struct diag *d)
{
	uint64_t before = out->nbytes;
	struct diag late;
	int i, r = start(c, d);

	if (!r)
		r = converse(c, out, d);
	for (i = 0; i < 3; i++)
		close_end(&c->fd[i]);
	/* The first failure is the one to tell. */
	if (c->pid > 0 && finish(c, out->nbytes > before, r ? &late : d))
		r = -1;
	return r;
}

int gnuplot_run(const struct buf *script, struct output *out, struct diag *d)
{
	struct child c = {.fd = {-1, -1, -1}, .in = script};
	int r = run(&c, out, d);

	buf_free(&c.said);
	return r;
}
