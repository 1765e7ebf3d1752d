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

/* An input whose first bytes were read already. */
struct peeked {
	struct input *in;
	uint8_t head[SPZ_MAGIC_NBYTES];
	size_t n, at;
};

static ssize_t read_peeked(void *ctx, void *p, size_t n, struct diag *d)
{
	struct peeked *k = ctx;
	size_t here = k->n - k->at < n ? k->n - k->at : n;
	ssize_t more;

	if (here)
		memcpy(p, k->head + k->at, here);
	k->at += here;
	more = input_read(k->in, (uint8_t *)p + here, n - here, d);
	return more < 0 ? -1 : (ssize_t)here + more;
}

static int copy(struct peeked *k, struct output *out, struct spz_totals *ret,
	struct diag *d)
{
	char block[65536];
	ssize_t n;

	while ((n = read_peeked(k, block, sizeof(block), d)) > 0) {
		if (output_write(out, block, (size_t)n, d))
			return -1;
		ret->raw += (uint64_t)n;
		ret->packed += (uint64_t)n;
	}
	return n < 0 ? -1 : 0;
}

int spzip_decode_or_copy(struct input *in, struct output *out,
	const struct spz_decode_opts *o, struct spz_totals *ret, struct diag *d)
{
	struct peeked k = {.in = in};
	struct spz_source src = {&k, read_peeked, NULL};
	struct spz_sink dst = spzip_sink(out);
	ssize_t n = input_read(in, k.head, sizeof(k.head), d);

	*ret = (struct spz_totals){0};
	if (n < 0)
		return -1;
	k.n = (size_t)n;
	if (k.n < sizeof(k.head) || spz_magic_distance(k.head) != 0)
		return copy(&k, out, ret, d);
	return spz_decode(&src, &dst, o, ret, d);
}

int spzip_stdout(struct spzip *z, struct diag *d)
{
	if (z->stdout_open)
		return 0;
	if (cli_output_open(&z->out, NULL, d))
		return -1;
	z->stdout_open = true;
	return 0;
}

int spzip_verify(struct output *o, const struct spz_totals *want,
	const struct spzip_opts *opts, struct diag *d)
{
	struct spz_decode_opts dec = {
		.nthread = opts->nthread, .raw_max = UINT64_MAX};
	struct spz_totals got;
	struct spz_source src;
	struct input in;
	int ret;

	if (output_flush(o, d) || input_open(&in, o->tmp, d))
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
