/* SPDX-License-Identifier: MIT */
/*
 * A tool with one mistake, for the test of the sweep itself: copies the file
 * "in" to "out" as a tool would, but for what its first argument names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *mistake;

static bool is(const char *name)
{
	return strcmp(mistake, name) == 0;
}

static int fail(const char *what)
{
	const char *reason = strerror(errno);

	if (is("mute"))
		return 2;
	if (is("reason"))
		reason = "bad data";
	if (is("nameless"))
		fprintf(stderr, "%s: %s\n", what, reason);
	else
		fprintf(stderr, "wstat: %s: %s\n", what, reason);
	if (is("chatty"))
		fprintf(stderr, "wstat: %s again\n", what);
	return is("status") ? 1 : is("silent") ? 0 : 2;
}

/* Writes all of P to FD, unless that is the mistake. */
static int put(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR && !is("interrupted"))
			continue;
		if (done < 0)
			return -1;
		if (is("short"))
			return 0;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

static int copy(const char *text, size_t n)
{
	bool torn = is("torn");
	const char *name = torn ? "out" : "tmp";
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return fail("cannot open");
	if (put(fd, text, n / 2) || put(fd, text + n / 2, n - n / 2) ||
		fsync(fd)) {
		int error = errno;
		close(fd);
		if (!torn && !is("temporary"))
			unlink(name);
		errno = error;
		return fail("cannot write");
	}
	close(fd);
	if (!torn && rename(name, "out")) {
		int error = errno;
		unlink(name);
		errno = error;
		return fail("cannot rename");
	}
	return 0;
}

static ssize_t take(int fd, char *p, size_t max)
{
	size_t n = 0;
	ssize_t got;

	while ((got = read(fd, p + n, max - n)) != 0) {
		if (got < 0 && errno == EINTR && !is("interrupted"))
			continue;
		if (got < 0)
			return is("unread") ? (ssize_t)n : -1;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

int main(int argc, char *argv[])
{
	char *text = malloc(4096);
	ssize_t n;
	int fd, status;

	mistake = argc > 1 ? argv[1] : "none";
	if (!text && is("crash"))
		abort();
	if (!text)
		return fail("no memory");
	fd = open("in", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open");
	n = take(fd, text, 4096);
	if (n < 0)
		return fail("cannot read");
	close(fd);
	if (is("lost") && unlink("in"))
		return fail("cannot remove");
	status = copy(text, (size_t)n);
	free(text);
	return status;
}
