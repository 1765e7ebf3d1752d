/* SPDX-License-Identifier: MIT */
/* spzip: the library's streams over our inputs and outputs; verification. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "spzip.h"

static ssize_t read_input(void *ctx, void *p, size_t n, struct diag *d)
{
	return input_read(ctx, p, n, d);
}

/* Seeks over N bytes, but not past the end. */
static int skip_input(void *ctx, uint64_t n, struct diag *d)
{
	struct input *in = ctx;
	off_t at = lseek(in->fd, 0, SEEK_CUR);

	if (at < 0 || n > in->base + in->size - (uint64_t)at)
		return diag_set(d, DIAG_DATA,
			"unexpected end of file; it was cut short");
	if (lseek(in->fd, (off_t)n, SEEK_CUR) < 0) {
		diag_errno(d, "cannot seek");
		return diag_at(d, "%s", in->name);
	}
	return 0;
}

struct spz_source spzip_source(struct input *in)
{
	return (struct spz_source){
		in, read_input, in->seekable ? skip_input : NULL};
}

static int write_output(void *ctx, const void *p, size_t n, struct diag *d)
{
	return output_write(ctx, p, n, d);
}

struct spz_sink spzip_sink(struct output *out)
{
	return (struct spz_sink){out, write_output};
}

bool spzip_makes_holes(const struct spzip_opts *o)
{
	return o->action == SPZIP_DECOMPRESS && !o->no_sparse;
}

int spzip_stdout(struct spzip *z, struct diag *d)
{
	const struct output_how how = {.sparse = spzip_makes_holes(z->opts)};

	if (z->stdout_open)
		return 0;
	if (cli_output_open_as(&z->out, NULL, &how, d))
		return -1;
	z->stdout_open = true;
	return 0;
}

int spzip_verify(struct output *o, const struct spz_totals *want,
	const struct spzip_opts *opts, struct diag *d)
{
	struct spz_decode_opts dec = {
		.nthread = (unsigned)opts->nthread, .raw_max = UINT64_MAX};
	struct spz_totals got;
	struct spz_source src;
	struct input in;
	int ret;

	if (output_reread(o, &in, d))
		return -1;
	src = spzip_source(&in);
	ret = spz_decode(&src, NULL, &dec, &got, d);
	if (!ret && (got.raw != want->raw || got.crc != want->crc ||
			    got.packed != want->packed))
		ret = diag_set(d, DIAG_IO, "does not decode to its input");
	input_close(&in);
	if (ret)
		diag_at(d, "%s: what was written cannot be verified", o->name);
	return ret;
}
