/* SPDX-License-Identifier: MIT */
/*
 * CSV: any bytes are rows or a message; rows written and read again are the
 * same; any bytes are a log, a table of rates, or a message.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/input.h"
#include "log/log.h"
#include "text/csv.h"

/* What a pipe takes without a reader. */
#define NBYTES_MAX 60000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct input pipe_of(const void *data, size_t n)
{
	int fd[2];

	if (pipe(fd) || write(fd[1], data, n) != (ssize_t)n)
		abort();
	close(fd[1]);
	return (struct input){.fd = fd[0], .name = "fuzz"};
}

/* Copies the rows of DATA to OUT as CSV.  Returns 0, or -1. */
static int copy(struct buf *out, const void *data, size_t n)
{
	struct input in = pipe_of(data, n);
	struct csv_reader *r;
	struct csv_row row;
	struct diag d;
	int got = csv_open(&r, &in, 0, &d);

	while (!got && (got = csv_next(r, &row, &d)) > 0) {
		for (size_t i = 0; i < row.ncell; i++)
			if (csv_add_text(out, row.cell[i].p, row.cell[i].n))
				abort();
		got = csv_end(out);
	}
	csv_close(r);
	close(in.fd);
	return got;
}

static void read_log(const uint8_t *data, size_t n, struct log_options *opt)
{
	struct input in = pipe_of(data, n);
	struct log log;
	struct diag d;

	if (log_read(&log, &in, opt, &d) == 0) {
		for (size_t i = 0; i < log.nrun; i++)
			for (size_t j = 1; j < log.run[i].n; j++)
				if (log.run[i].step[j] < log.run[i].step[j - 1])
					abort();
		log_free(&log);
	}
	close(in.fd);
}

static void read_rates(const uint8_t *data, size_t n)
{
	struct input in = pipe_of(data, n);
	struct log_rates *rates;
	struct diag d;

	if (log_rates_read(&rates, &in, &d) == 0) {
		struct log_options opt = {.rates = rates};

		read_log(data, n, &opt);
		log_rates_free(rates);
	}
	close(in.fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct log_options opt = {0}, by_run = {.run = "run"};
	struct buf once = {0}, twice = {0};

	if (n > NBYTES_MAX)
		return 0;
	if (copy(&once, data, n) == 0 && once.len <= NBYTES_MAX && once.len &&
		memchr(once.data, ',', once.len)) {
		if (copy(&twice, once.data, once.len) ||
			twice.len != once.len ||
			memcmp(once.data, twice.data, once.len) != 0)
			/* Another separator may be found, or blanks cut. */
			if (!memchr(data, ' ', n) && !memchr(data, ';', n) &&
				!memchr(data, '\t', n) && !memchr(data, '|', n))
				abort();
	}
	read_log(data, n, &opt);
	read_log(data, n, &by_run);
	read_rates(data, n);
	buf_free(&once);
	buf_free(&twice);
	return 0;
}
