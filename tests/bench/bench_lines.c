/* SPDX-License-Identifier: MIT */
/*
 * Lines of pairs of a file, one core, beside libcsv that reads the same bytes
 * and throws its cells away.  Prints "name value unit ratio" lines; the ratio
 * is to libcsv.  Usage: bench_lines FILE
 */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "bench.h"
#include "file/input.h"
#include "line/line_impl.h"

#define NRUN 5
#define CHUNK ((size_t)256 << 10)

static struct input open_file(const char *path)
{
	struct input in;
	struct diag d;

	if (input_open(&in, path, &d) < 0) {
		fprintf(stderr, "bench_lines: %s: %s\n", d.place, d.text);
		exit(2);
	}
	return in;
}

static size_t nread; /* so that no work is for nothing */

static void read_lines(struct input *in)
{
	struct line_options opt = {0};
	struct pair_keys *k;
	struct line_reader *l;
	struct line x;
	struct diag d;

	if (pair_keys_new(&k, &d) < 0 || line_open(&l, in, &opt, k, &d) < 0)
		abort();
	while (line_next(l, &x, &d) > 0)
		nread += x.n;
	line_close(l);
	pair_keys_free(k);
}

static void on_cell(void *p, size_t n, void *ctx)
{
	(void)p;
	(void)ctx;
	nread += n;
}

static void on_row(int c, void *ctx)
{
	(void)c;
	(void)ctx;
}

static void read_csv(struct input *in)
{
	static char chunk[CHUNK];
	struct csv_parser p;
	struct diag d;
	ssize_t n;

	if (csv_init(&p, 0))
		abort();
	while ((n = input_read_some(in, chunk, CHUNK, &d)) > 0)
		csv_parse(&p, chunk, (size_t)n, on_cell, on_row, NULL);
	csv_fini(&p, on_cell, on_row, NULL);
	csv_free(&p);
}

static double seconds(const char *path, void (*run)(struct input *))
{
	double best = 1e9;

	for (int i = 0; i < NRUN; i++) {
		struct input in = open_file(path);
		double start = bench_now(), took;

		run(&in);
		took = bench_now() - start;
		best = took < best ? took : best;
		input_close(&in);
	}
	return best;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: bench_lines FILE\n", stderr);
		return 2;
	}
	struct input in = open_file(argv[1]);
	double mb = (double)in.size / 1e6;
	double lines = seconds(argv[1], read_lines);
	double csv = seconds(argv[1], read_csv);

	input_close(&in);
	printf("  %-28s %9.1f MB/s   %6.3fx of libcsv\n", "lines of pairs",
		mb / lines, csv / lines);
	printf("  %-28s %9.1f MB/s\n", "libcsv", mb / csv);
	return nread == 0;
}
