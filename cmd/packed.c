/* SPDX-License-Identifier: MIT */
/*
 * What a pruned file takes as .spzip: a child process writes the pruned file
 * into a pipe, and its bytes are compressed and counted.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "cli.h"
#include "file/input.h"
#include "file/output.h"
#include "packed.h"

static int write_to(const struct packed *p, struct output *out, struct diag *d)
{
	struct output **of;
	int ret;

	if (p->convert)
		return prune_file_convert(p->file, out, NULL, d);
	of = calloc(p->file->model->nfile, sizeof(struct output *));
	if (!of)
		return diag_nomem(d, p->file->model->nfile);
	of[p->at] = out;
	ret = prune_file_write(p->file, of, NULL, d);
	free(of);
	return ret;
}

/* The child: the pruned file to FD.  Returns its exit status. */
static int write_pruned(const struct packed *p, int fd)
{
	struct output out;
	struct diag d;

	/* A pipe cannot be gone back in. */
	p->file->stale_sums = true;
	p->file->with_mask = false;
	if (dup2(fd, STDOUT_FILENO) < 0)
		return CLI_TROUBLE;
	close(fd);
	if (output_open(&out, NULL, NULL, &d) || write_to(p, &out, &d) ||
		output_finish(&out, &d))
		return cli_fail(&d);
	return CLI_DONE;
}

static ssize_t read_pipe(void *ctx, void *p, size_t n, struct diag *d)
{
	return input_read(ctx, p, n, d);
}

static int count(void *ctx, const void *bytes, size_t n, struct diag *d)
{
	(void)bytes;
	(void)d;
	*(uint64_t *)ctx += n;
	return 0;
}

/* Compresses what comes out of FD, which is closed. */
static int compress(const struct packed *p, int fd,
	const struct spz_encode_opts *how, struct spz_totals *ret,
	struct diag *d)
{
	uint64_t total = 0;
	const struct spz_sink dst = {&total, count};
	struct progress progress = {.total = 0};
	struct spz_encode_opts enc = *how;
	struct spz_source src;
	struct input in;
	int bad;

	if (input_open_fd(&in, fd, p->name, d))
		return -1;
	src = (struct spz_source){&in, read_pipe, NULL};
	if (enc.raw_size != SPZ_RAW_UNKNOWN)
		progress.total = enc.raw_size;
	enc.progress = &progress;
	/* Not before the fork: drawing is a thread's. */
	cli_progress_begin(&progress, p->name, p->progress);
	bad = spz_encode(&src, &dst, &enc, ret, d);
	cli_progress_end();
	input_close(&in);
	return bad;
}

int packed_measure(const struct packed *p, const struct spz_encode_opts *how,
	struct spz_totals *ret, struct diag *d)
{
	int fd[2], status, bad;
	pid_t pid;

	if (pipe(fd))
		return diag_errno(d, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		/* whose end of the pipe it is, tells of its end */
		signal(SIGPIPE, SIG_DFL);
		close(fd[0]);
		_exit(write_pruned(p, fd[1]));
	}
	close(fd[1]);
	if (pid < 0) {
		close(fd[0]);
		return diag_errno(d, "cannot make a process");
	}
	bad = compress(p, fd[0], how, ret, d);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return diag_errno(d, "cannot wait for pruning");
	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		d->class = DIAG_NONE; /* the child has said why */
		return -1;
	}
	if (!bad && status)
		return diag_set(d, DIAG_IO, "pruning it was ended by signal %d",
			WTERMSIG(status));
	return bad;
}
