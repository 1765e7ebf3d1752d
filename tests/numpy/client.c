/* SPDX-License-Identifier: MIT */
/*
 * python3 for tests that want numpy: has what it is given run by the server
 * (server.py) whose socket TRIMTAB_NUMPY names, and exits as that does.
 * Without a server, or with options of the interpreter, it becomes python3.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PYTHON "/usr/bin/python3"

extern char **environ;

/* A connection to the server, or -1. */
static int server(void)
{
	const char *name = getenv("TRIMTAB_NUMPY");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd;

	if (!name || strlen(name) >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, name, strlen(name));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	return fd;
}

/* The words of a request, each with its NUL; the caller frees them. */
static char *words(int argc, char **argv, size_t *size)
{
	char *text = NULL, *cwd = getcwd(NULL, 0);
	FILE *f = open_memstream(&text, size);

	if (!f || !cwd)
		return NULL;
	fprintf(f, "%s%c%d%c", cwd, 0, argc, 0);
	for (; *argv; argv++)
		fwrite(*argv, 1, strlen(*argv) + 1, f);
	for (char **e = environ; *e; e++)
		fwrite(*e, 1, strlen(*e) + 1, f);
	free(cwd);
	return fclose(f) ? NULL : text;
}

/* Sends TEXT and the standard files, and says that no more will come. */
static int ask(int fd, char *text, size_t size)
{
	static const int files[] = {0, 1, 2};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(files))] = {0};
	struct iovec part = {text, size};
	struct msghdr message = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(files));
	memcpy(CMSG_DATA(c), files, sizeof(files));
	n = sendmsg(fd, &message, MSG_NOSIGNAL);
	return n == (ssize_t)size && !shutdown(fd, SHUT_WR) ? 0 : -1;
}

int main(int argc, char **argv)
{
	bool plain = argc > 1 && (argv[1][0] != '-' || !argv[1][1] ||
					 strcmp(argv[1], "-c") == 0);
	int fd = plain ? server() : -1;
	unsigned char status;
	size_t size;
	char *text;

	if (fd < 0) {
		argv[0] = PYTHON;
		execv(PYTHON, argv);
		perror(PYTHON);
		return 127;
	}
	text = words(argc - 1, argv + 1, &size);
	if (!text || ask(fd, text, size) || read(fd, &status, 1) != 1) {
		perror("numpy: server");
		return 127;
	}
	free(text);
	return status;
}
