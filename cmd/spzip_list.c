/* SPDX-License-Identifier: MIT */
/* spzip -l: gzip's four columns; with -v a line for each tensor. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/tame.h"
#include "cli.h"
#include "rows.h"
#include "spzip.h"
#include "tensor/tensor.h"

/*
 * What is said of one file.  It is written when all of the file was seen, so
 * that of a bad one nothing is.
 */
struct listing {
	struct spzip *z;
	const char *file;
	struct buf text;  /* lines */
	struct rows rows; /* with --json */
	struct buf bases; /* names of those needed, separated by commas */
};

/* The rows of --json: a file has no tensor. */
static const struct rows_column column[] = {
	{"file", ROWS_TEXT, ROWS_SHOWN},
	{"tensor", ROWS_TEXT, ROWS_SHOWN},
	{"dtype", ROWS_TEXT, ROWS_SHOWN},
	{"shape", ROWS_TEXT, ROWS_SHOWN},
	{"compressed", ROWS_WHOLE, ROWS_SHOWN},
	{"uncompressed", ROWS_WHOLE, ROWS_SHOWN},
	{"saved", ROWS_NUMBER, ROWS_SHOWN},
	{"members", ROWS_WHOLE, ROWS_SHOWN},
	{"zeros", ROWS_NUMBER, ROWS_SHOWN},
	{"bits_per_nonzero", ROWS_NUMBER, ROWS_SHOWN},
	{"limit", ROWS_NUMBER, ROWS_SHOWN},
	{"coding", ROWS_TEXT, ROWS_SHOWN},
	{"changed", ROWS_NUMBER, ROWS_SHOWN},
	{"base", ROWS_TEXT, ROWS_SHOWN},
};

static int print(struct listing *l, struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A line: its format has no newline, and names in it make none. */
static int print(struct listing *l, struct diag *d, const char *fmt, ...)
{
	struct buf line = {0};
	va_list ap;
	int ret;

	va_start(ap, fmt);
	buf_vprintf(&line, fmt, ap);
	va_end(ap);
	ret = buf_end(&line, d);
	if (!ret) {
		tame_add(&l->text, line.data, line.len);
		buf_addc(&l->text, '\n');
	}
	buf_free(&line);
	return ret;
}

/* The part of RAW that PACKED saves; gzip -l shows it in percent. */
static double saved(uint64_t raw, uint64_t packed)
{
	return raw ? 1.0 - (double)packed / (double)raw : 0;
}

static int print_row(struct listing *l, uint64_t packed, uint64_t raw,
	const char *name, struct diag *d)
{
	return print(l, d, "%19llu %19llu %5.1f%% %s",
		(unsigned long long)packed, (unsigned long long)raw,
		100 * saved(raw, packed), name);
}

/* The codings that occur, most specific names first. */
static void codec_name(const struct spz_listed *l, char out[64])
{
	static const char *const mode[CHUNK_NMODE] = {"stored", "zero",
		"constant", NULL, "deflate", "shuffle", "delta"};
	static const char *const mask[CHUNK_NMASK] = {
		"dense", "bitmap", "gaps", "context", "N:M"};
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < CHUNK_NMASK; i++)
		if (l->nmask[i])
			n += (size_t)snprintf(
				out + n, 64 - n, "%s%s", n ? "+" : "", mask[i]);
	for (unsigned i = 0; i < CHUNK_NMODE; i++)
		if (mode[i] && l->nchunk[i])
			n += (size_t)snprintf(
				out + n, 64 - n, "%s%s", n ? "+" : "", mode[i]);
}

/* Of the elements of L, NaN where not every chunk showed its zeros. */
static double zeros(const struct spz_listed *l)
{
	if (!l->segment.width || l->nelem * l->segment.width != l->raw)
		return NAN;
	return (double)l->nzero / (double)l->nelem;
}

/* The part of the elements of L that are not as in the base. */
static double changed(const struct spz_listed *l)
{
	return l->ncompared ? (double)l->nchanged / (double)l->ncompared : NAN;
}

static double bits_per_nonzero(const struct spz_listed *l)
{
	uint64_t kept = l->nelem - l->nzero;

	return isnan(zeros(l)) || kept == 0
		       ? NAN
		       : 8.0 * (double)l->packed / (double)kept;
}

/* Size by what it could be at least; NaN where that is nothing. */
static double above_limit(const struct spz_listed *l)
{
	return l->limit > 0 ? (double)l->packed / l->limit : NAN;
}

/* The number X as FMT has it, or "-". */
static const char *or_dash(char out[16], const char *fmt, double x)
	__attribute__((format(printf, 2, 0)));

static const char *or_dash(char out[16], const char *fmt, double x)
{
	if (isnan(x))
		return "-";
	snprintf(out, 16, fmt, x);
	return out;
}

static int print_segment(struct listing *l, const struct spz_listed *s,
	const char *shape, struct diag *d)
{
	char codec[80], dtype[16], part[16], bits[16], limit[16];
	size_t n;

	codec_name(s, codec);
	n = strlen(codec);
	if (s->ncompared)
		snprintf(codec + n, sizeof(codec) - n, ":%.2f%%",
			100 * changed(s));
	return print(l, d,
		"%12llu %12llu %5.1f%% %7s %8s %7s  %-7s %-12s %s %s",
		(unsigned long long)s->packed, (unsigned long long)s->raw,
		100 * saved(s->raw, s->packed),
		or_dash(part, "%.2f%%", 100 * zeros(s)),
		or_dash(bits, "%.2f", bits_per_nonzero(s)),
		or_dash(limit, "%.4f", above_limit(s)),
		spz_dtype_name(s->segment.dtype, dtype), codec,
		s->segment.ndim ? shape : "-", s->segment.name);
}

static void add_segment(
	struct listing *l, const struct spz_listed *s, const char *shape)
{
	struct rows *r = &l->rows;
	char codec[64], dtype[16];

	codec_name(s, codec);
	rows_text(r, l->file);
	rows_text(r, s->segment.name);
	rows_text(r, spz_dtype_name(s->segment.dtype, dtype));
	rows_text(r, s->segment.ndim ? shape : NULL);
	rows_u64(r, s->packed);
	rows_u64(r, s->raw);
	rows_double(r, saved(s->raw, s->packed));
	rows_absent(r);
	rows_double(r, zeros(s));
	rows_double(r, bits_per_nonzero(s));
	rows_double(r, s->limit);
	rows_text(r, codec);
	rows_double(r, changed(s));
	rows_end(r);
}

static int on_segment(void *ctx, const struct spz_listed *s, struct diag *d)
{
	struct listing *l = ctx;
	const struct tensor_shape_text shape =
		tensor_shape_text(s->segment.shape, s->segment.ndim);

	if (!l->z->opts->json)
		return print_segment(l, s, shape.text, d);
	add_segment(l, s, shape.text);
	return 0;
}

static int on_base(void *ctx, const struct spz_base_id *id, struct diag *d)
{
	struct listing *l = ctx;
	struct buf *b = &l->bases;

	if (!l->z->opts->json)
		return print(l, d, "%12s base %s of %llu bytes, CRC-32 %08x",
			"needs the", id->name, (unsigned long long)id->size,
			id->crc);
	if (b->len)
		buf_addc(b, ',');
	buf_adds(b, id->name);
	if (!buf_text(b))
		return diag_nomem(d, b->len);
	return 0;
}

static int print_titles(struct listing *l, struct diag *d)
{
	struct spzip *z = l->z;

	if (!z->titled && !z->opts->quiet &&
		print(l, d, "%19s %19s %6s %s", "compressed", "uncompressed",
			"ratio", "name"))
		return -1;
	if (z->opts->verbose == 0)
		return 0;
	return print(l, d, "%12s %12s %6s %7s %8s %7s  %-7s %-12s %s", "packed",
		"raw", "ratio", "zeros", "bits/nz", "/limit", "dtype", "codec",
		"shape name");
}

/* The row of the file itself; that of --json comes after its tensors, too. */
static int add_file(
	struct listing *l, const struct spz_totals *t, struct diag *d)
{
	struct rows *r = &l->rows;

	if (!l->z->opts->json)
		return print_row(l, t->packed, t->raw, l->file, d);
	rows_text(r, l->file);
	rows_skip(r, 3); /* to the sizes */
	rows_u64(r, t->packed);
	rows_u64(r, t->raw);
	rows_double(r, saved(t->raw, t->packed));
	rows_u64(r, t->nmember);
	rows_skip(r, 5); /* to the base */
	rows_text(r, l->bases.len ? l->bases.data : NULL);
	rows_end(r);
	return 0;
}

/* Writes what was gathered. */
static int flush(struct listing *l, struct diag *d)
{
	if (spzip_stdout(l->z, d))
		return -1;
	if (l->z->opts->json)
		return rows_finish(&l->rows, &l->z->out, d);
	return output_buf(&l->z->out, &l->text, d);
}

/* Stores in *GARBAGE whether anything follows that is no member. */
static int list(
	struct listing *l, struct input *in, bool *garbage, struct diag *d)
{
	struct spzip *z = l->z;
	struct spz_source src = spzip_source(in);
	struct spz_totals t;
	const struct spz_listener to = {.ctx = l,
		.limits = z->opts->verbose,
		.segment = z->opts->verbose ? on_segment : NULL,
		.base = on_base};

	if (z->is_last)
		spzip_sandbox_shut(z->opts);
	l->file = in->name;
	rows_begin(&l->rows, ROWS_JSON, &z->out, column, ARRAY_SIZE(column));
	if (!z->opts->json && print_titles(l, d))
		return -1;
	if (spz_list(&src, &to, &t, d)) {
		if (d->class != DIAG_IO)
			diag_at(d, "%s", in->name);
		return -1;
	}
	if (add_file(l, &t, d) || flush(l, d))
		return -1;
	*garbage = t.garbage;
	z->titled = true;
	z->nlisted++;
	z->raw += t.raw;
	z->packed += t.packed;
	return 0;
}

int spzip_list(struct spzip *z, const char *name)
{
	struct listing l = {.z = z};
	struct input in = {.fd = -1};
	bool garbage = false;
	struct diag d;
	int status = SPZIP_DONE;

	if (input_open(&in, name, &d) || list(&l, &in, &garbage, &d))
		status = cli_fail(&d);
	else if (garbage)
		status = spzip_warn(in.name, "trailing garbage ignored");
	input_close(&in);
	rows_free(&l.rows);
	buf_free(&l.text);
	buf_free(&l.bases);
	return status;
}

int spzip_list_end(struct spzip *z)
{
	struct listing l = {.z = z};
	struct diag d;
	int bad;

	if (z->nlisted < 2 || z->opts->json || z->opts->quiet)
		return SPZIP_DONE;
	bad = print_row(&l, z->packed, z->raw, "(totals)", &d) || flush(&l, &d);
	buf_free(&l.text);
	return bad ? cli_fail(&d) : SPZIP_DONE;
}
