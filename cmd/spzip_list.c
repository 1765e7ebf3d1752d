/* SPDX-License-Identifier: MIT */
/* spzip -l: gzip's four columns; with -v a line for each tensor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/tame.h"
#include "cli.h"
#include "spzip.h"
#include "tensor/tensor.h"

static int print(struct spzip *z, struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line: its format has no newline, and names in it make none. */
static int print(struct spzip *z, struct diag *d, const char *fmt, ...)
{
	struct buf line = {0}, shown = {0};
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = buf_vprintf(&line, fmt, ap);
	va_end(ap);
	ret = ret || tame_add(&shown, line.data, line.len) ||
	      buf_addc(&shown, '\n');
	ret = ret ? diag_nomem(d, line.len)
		  : output_write(&z->out, shown.data, shown.len, d);
	buf_free(&line);
	buf_free(&shown);
	return ret;
}

/* How much smaller PACKED is, in percent of RAW, as gzip -l says it. */
static double saved(uint64_t raw, uint64_t packed)
{
	return raw ? 100.0 * (1.0 - (double)packed / (double)raw) : 0;
}

static int print_row(struct spzip *z, uint64_t packed, uint64_t raw,
	const char *name, struct diag *d)
{
	return print(z, d, "%19llu %19llu %5.1f%% %s",
		(unsigned long long)packed, (unsigned long long)raw,
		saved(raw, packed), name);
}

/* The codings that occur, most specific names first. */
static void codec_name(const struct spz_listed *l, char out[64])
{
	static const char *const mode[SPZ_NMODE] = {
		"stored", "zero", "constant", NULL, "deflate", "shuffle"};
	static const char *const mask[SPZ_NMASK] = {"dense", "bitmap", "gaps"};
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < SPZ_NMASK; i++)
		if (l->nmask[i])
			n += (size_t)snprintf(
				out + n, 64 - n, "%s%s", n ? "+" : "", mask[i]);
	for (unsigned i = 0; i < SPZ_NMODE; i++)
		if (mode[i] && l->nchunk[i])
			n += (size_t)snprintf(
				out + n, 64 - n, "%s%s", n ? "+" : "", mode[i]);
}

static int shape_text(const struct spz_segment *s, struct buf *b)
{
	return (s->ndim ? tensor_shape_add(b, s->shape, s->ndim)
			: buf_addc(b, '-')) ||
	       buf_terminate(b);
}

static int print_segment(void *ctx, const struct spz_listed *l, struct diag *d)
{
	struct spzip *z = ctx;
	struct buf shape = {0};
	char codec[64], dtype[16], zeros[16] = "-", bits[16] = "-";
	uint64_t kept = l->nelem - l->nzero;
	int ret;

	/* known only if every chunk showed its zeros as elements */
	if (l->segment.width && l->nelem * l->segment.width == l->raw) {
		snprintf(zeros, sizeof(zeros), "%.2f%%",
			100.0 * (double)l->nzero / (double)l->nelem);
		if (kept)
			snprintf(bits, sizeof(bits), "%.2f",
				8.0 * (double)l->packed / (double)kept);
	}
	codec_name(l, codec);
	if (shape_text(&l->segment, &shape)) {
		buf_free(&shape);
		return diag_nomem(d, 0);
	}
	ret = print(z, d, "%12llu %12llu %5.1f%% %7s %8s  %-7s %-12s %s %s",
		(unsigned long long)l->packed, (unsigned long long)l->raw,
		saved(l->raw, l->packed), zeros, bits,
		spz_dtype_name(l->segment.dtype, dtype), codec, shape.data,
		l->segment.name);
	buf_free(&shape);
	return ret;
}

/* Stores in *GARBAGE whether anything follows that is no member. */
static int list(
	struct spzip *z, struct input *in, bool *garbage, struct diag *d)
{
	struct spz_source src = spzip_source(in);
	struct spz_totals t;
	bool v = z->opts->verbose > 0;

	if (spzip_stdout(z, d))
		return -1;
	if (!z->titled && !z->opts->quiet &&
		print(z, d, "%19s %19s %6s %s", "compressed", "uncompressed",
			"ratio", "name"))
		return -1;
	z->titled = true;
	if (v && print(z, d, "%12s %12s %6s %7s %8s  %-7s %-12s %s", "packed",
			 "raw", "ratio", "zeros", "bits/nz", "dtype", "codec",
			 "shape name"))
		return -1;
	if (spz_list(&src, v ? print_segment : NULL, z, &t, d)) {
		if (d->class != DIAG_IO)
			diag_at(d, "%s", in->name);
		return -1;
	}
	*garbage = t.garbage;
	z->nlisted++;
	z->raw += t.raw;
	z->packed += t.packed;
	return print_row(z, t.packed, t.raw, in->name, d);
}

int spzip_list(struct spzip *z, const char *path)
{
	char *name = spzip_input_name(z->opts, path);
	struct input in = {.fd = -1};
	bool garbage = false;
	struct diag d;
	int status = SPZIP_DONE;

	if (!name)
		diag_nomem(&d, strlen(path));
	if (!name || input_open(&in, name, &d) || list(z, &in, &garbage, &d))
		status = cli_fail(&d);
	else if (garbage)
		status = spzip_warn(in.name, "trailing garbage ignored");
	input_close(&in);
	free(name);
	return status;
}

int spzip_list_end(struct spzip *z)
{
	struct diag d;

	if (z->nlisted < 2)
		return SPZIP_DONE;
	if (print_row(z, z->packed, z->raw, "(totals)", &d))
		return cli_fail(&d);
	return SPZIP_DONE;
}
