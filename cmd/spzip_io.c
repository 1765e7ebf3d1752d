/* SPDX-License-Identifier: MIT */
/* spzip: the library's streams over our inputs and outputs; verification. */
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

/* First what was read ahead. */
static ssize_t read_ahead(void *ctx, void *p, size_t n, struct diag *d)
{
	struct spzip_ahead *a = ctx;
	size_t take = a->n - a->at < n ? a->n - a->at : n;
	ssize_t more;

	memcpy(p, a->head + a->at, take);
	a->at += take;
	more = input_read(a->in, (char *)p + take, n - take, d);
	return more < 0 ? -1 : (ssize_t)take + more;
}

struct spz_source spzip_source_ahead(struct spzip_ahead *a)
{
	if (a->in->seekable)
		return spzip_source(a->in);
	return (struct spz_source){a, read_ahead, NULL};
}

int spzip_look_ahead(struct spzip_ahead *a, struct input *in, struct diag *d)
{
	ssize_t n;

	*a = (struct spzip_ahead){.in = in};
	if (in->seekable)
		return 0;
	n = input_read(in, a->head, sizeof(a->head), d);
	if (n < 0)
		return -1;
	a->n = (size_t)n;
	if (a->n < sizeof(a->head) ||
		spz_magic_distance(a->head, SPZ_MAGIC_NBYTES) ||
		a->head[SPZ_HEADER_NBYTES] != SPZ_BASE)
		return 0;
	return input_spool(
		in, a->head, a->n, INPUT_SIZE_UNKNOWN, cli_tmpdir(), d);
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
