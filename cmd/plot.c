/* SPDX-License-Identifier: MIT */
/*
 * A script with its data goes into gnuplot's standard input, the picture comes
 * out of its standard output; no file is made but the output.
 */
#include "plot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/output.h"

/* Columns and lines where nobody knows better. */
#define WIDTH 80
#define HEIGHT 24
#define EXTENT_MIN 10
#define EXTENT_MAX 1000
/* Longer labels lose their middle. */
#define LABEL_MAX 100

extern char **environ;

static const struct {
	const char *suffix, *terminal;
} format[] = {
	{".svg", "svg size 900,560 noenhanced background '#ffffff'"},
	{".png", "pngcairo size 900,560 noenhanced"},
	{".pdf", "pdfcairo size 18cm,11cm noenhanced"},
};

static const char *terminal_of(const char *file)
{
	const char *dot = strrchr(file, '.');
	size_t i;

	for (i = 0; dot && i < sizeof(format) / sizeof(format[0]); i++)
		if (strcmp(dot, format[i].suffix) == 0)
			return format[i].terminal;
	return NULL;
}

int plot_check(const char *file, struct diag *d)
{
	if (terminal_of(file))
		return 0;
	return diag_set(d, DIAG_USAGE,
		"--plot: '%s' has no suffix of a picture; expected .svg, .png "
		"or .pdf",
		file);
}

/* The environment's number, the terminal's, or DFLT. */
static unsigned extent(const char *name, unsigned terminal, unsigned dflt)
{
	const char *s = getenv(name);
	uint64_t n;
	struct diag d;

	if (s && !num_arg_u64(name, s, EXTENT_MIN, EXTENT_MAX, &n, &d))
		return (unsigned)n;
	return terminal >= EXTENT_MIN && terminal <= EXTENT_MAX ? terminal
								: dflt;
}

static int text_terminal(struct buf *b)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size.ws_col = size.ws_row = 0;
	return buf_printf(b, "set terminal dumb nofeed noenhanced size %u,%u\n",
		extent("COLUMNS", size.ws_col, WIDTH),
		extent("LINES", size.ws_row ? size.ws_row - 1U : 0, HEIGHT));
}

/* S in quotes, in which nothing but another quote has a meaning. */
static int quoted(struct buf *b, const char *s)
{
	size_t n = strlen(s), skip = n > LABEL_MAX ? n - LABEL_MAX : 0, i;
	int r = buf_addc(b, '\'');

	for (i = 0; i < n && !r; i++) {
		if (skip && i == LABEL_MAX / 2) {
			r = buf_adds(b, "...");
			for (i += skip; ((unsigned char)s[i] & 0xc0) == 0x80;)
				i++;
		}
		r = r || (s[i] == '\'' && buf_addc(b, '\'')) ||
		    buf_addc(b, (unsigned char)s[i] < ' ' ? ' ' : s[i]);
	}
	return r || buf_addc(b, '\'');
}

static int setting(struct buf *b, const char *what, const char *name)
{
	if (!name)
		return 0;
	return buf_printf(b, "set %s ", what) || quoted(b, name) ||
	       buf_addc(b, '\n');
}

static int settings(struct buf *b, const struct plot *p)
{
	if (p->file ? buf_printf(b, "set terminal %s\n", terminal_of(p->file))
		    : text_terminal(b))
		return -1;
	return (p->file && buf_adds(b, "set grid\n")) ||
	       buf_adds(b, "set encoding utf8\nset autoscale xfix\n"
			   "set key bmargin left Left reverse vertical "
			   "maxcols 1\n") ||
	       (p->log && buf_adds(b, "set logscale y\nset logscale y2\n")) ||
	       (p->right && buf_adds(b, "set ytics nomirror\nset y2tics\n")) ||
	       setting(b, "xlabel", p->x) || setting(b, "ylabel", p->y) ||
	       setting(b, "y2label", p->right);
}

static int plot_command(struct buf *b, const struct plot *p)
{
	const struct plot_curve *c = p->curve;
	size_t i;

	for (i = 0; i < p->ncurve; i++)
		if (buf_adds(b, i ? ", '-'" : "plot '-'") ||
			buf_printf(b, " axes x1y%d with %s lw 2 dt %d title ",
				c[i].right ? 2 : 1,
				c[i].n > 1 ? "lines" : "points",
				c[i].right ? 2 : 1) ||
			quoted(b, c[i].label))
			return -1;
	return buf_addc(b, '\n');
}

static int curve_data(struct buf *b, const struct plot_curve *c)
{
	char text[2 * NUM_DOUBLE_MAX + 2];
	size_t i, n;

	for (i = 0; i < c->n; i++) {
		n = num_from_double(text, c->point[i].x);
		text[n++] = ' ';
		n += num_from_double(text + n, c->point[i].y);
		text[n++] = '\n';
		if (buf_add(b, text, n))
			return -1;
	}
	return buf_adds(b, "e\n");
}

static int script(struct buf *b, const struct plot *p)
{
	size_t i;

	if (settings(b, p) || plot_command(b, p))
		return -1;
	for (i = 0; i < p->ncurve; i++)
		if (curve_data(b, &p->curve[i]))
			return -1;
	return 0;
}

/* Our ends of gnuplot's standard streams, -1 where closed. */
struct child {
	pid_t pid;
	int fd[3];
	struct buf in;
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
		fcntl(pair[0], F_SETFD, FD_CLOEXEC);
		fcntl(pair[1], F_SETFD, FD_CLOEXEC);
		ours[i] = pair[0];
		theirs[i] = pair[1];
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
	ssize_t n = send(c->fd[0], c->in.data + c->sent, c->in.len - c->sent,
		MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0)
		c->sent += (size_t)n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0 && errno != EPIPE && errno != ECONNRESET)
		return diag_errno(d, "--plot: cannot write to gnuplot");
	if (n < 0 || c->sent == c->in.len)
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
	if (c->said.len < sizeof(data) && buf_add(&c->said, data, (size_t)n))
		return diag_nomem(d, c->said.len);
	return 0;
}

/* Until gnuplot has closed both of its outputs. */
static int converse(struct child *c, struct output *out, struct diag *d)
{
	struct pollfd p[3];
	int i;

	while (c->fd[1] >= 0 || c->fd[2] >= 0) {
		for (i = 0; i < 3; i++)
			p[i] = (struct pollfd){
				.fd = c->fd[i], .events = i ? POLLIN : POLLOUT};
		if (poll(p, 3, -1) < 0) {
			if (errno == EINTR)
				continue;
			return diag_errno(d, "--plot: cannot wait");
		}
		if (p[0].revents && send_more(c, d))
			return -1;
		for (i = 1; i < 3; i++)
			if (p[i].revents && receive(c, i, out, d))
				return -1;
	}
	return 0;
}

/* The last line that gnuplot said is the reason. */
static int fail(struct child *c, struct diag *d)
{
	const char *line = "without a word", *s;
	size_t n = c->said.len;

	while (n && strchr(" \t\n", c->said.data[n - 1]))
		n--;
	c->said.len = n;
	if (n && !buf_terminate(&c->said)) {
		s = strrchr(c->said.data, '\n');
		line = s ? s + 1 : c->said.data;
		line += strspn(line, " \t");
	}
	return diag_set(d, DIAG_IO,
		"--plot: gnuplot failed: %s; expected gnuplot 5 with this "
		"format",
		line);
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

int plot_draw(const struct plot *p, struct output *out, struct diag *d)
{
	struct child c = {.fd = {-1, -1, -1}};
	int r;

	r = script(&c.in, p) ? diag_nomem(d, c.in.len) : run(&c, out, d);
	buf_free(&c.in);
	buf_free(&c.said);
	return r;
}
