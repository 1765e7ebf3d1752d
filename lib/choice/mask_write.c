/* SPDX-License-Identifier: MIT */
/*
 * Masks in files, written: bits in a safetensors file, or a byte for each
 * element in an NPY file or in the NPY files of a zip, as numpy.savez() makes
 * them.  prune.h has the layouts.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/zip.h"
#include "base/zip_write.h"
#include "choice/choice.h"
#include "file/output.h"

#define NPY_SUFFIX ".npy"

struct format {
	/* Before all tensors; before, within and after a tensor's bits. */
	int (*begin)(struct choice_mask_writer *w, struct diag *d);
	int (*open)(struct choice_mask_writer *w, const struct tensor_span *s,
		struct diag *d);
	int (*put)(struct choice_mask_writer *w, const struct tensor_span *s,
		uint64_t first, size_t n, const uint8_t *bits, struct diag *d);
	int (*close)(struct choice_mask_writer *w, struct diag *d);
	int (*end)(struct choice_mask_writer *w, struct diag *d);
};

/* --- bits ----------------------------------------------------------------- */

static void add_header(
	struct buf *b, const struct tensor_span *const *span, size_t n)
{
	struct tensor_header h = {.b = b};

	tensor_header_begin(&h);
	tensor_header_meta(&h, "trimtab.mask", NULL, "bits lsb-first 1=keep");
	for (size_t i = 0; i < n; i++) {
		struct buf shape = {0};

		/* The original shape, for people and other readers. */
		for (unsigned k = 0; k < span[i]->ndim; k++)
			buf_printf(&shape, "%s%llu", k ? "," : "",
				(unsigned long long)span[i]->shape[k]);
		if (buf_text(&shape))
			tensor_header_meta(
				&h, "shape:", span[i]->name, shape.data);
		else
			buf_fail(b);
		buf_free(&shape);
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t nbytes = choice_mask_nbytes(span[i]->n);

		tensor_header_tensor(
			&h, span[i]->name, "U8", &nbytes, 1, nbytes);
	}
	tensor_header_end(&h);
}

/* For the bits of a Fortran tensor, whichever is the largest. */
static int alloc_whole(struct choice_mask_writer *w, struct diag *d)
{
	uint64_t max = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint64_t nbytes = choice_mask_nbytes(w->span[i]->n);

		if (w->span[i]->fortran && nbytes > max)
			max = nbytes;
	}
	if (max > CHOICE_MASK_WHOLE_MAX)
		return diag_set(d, DIAG_DATA,
			"a tensor in Fortran order with a mask of %llu bytes; "
			"at most %llu",
			(unsigned long long)max,
			(unsigned long long)CHOICE_MASK_WHOLE_MAX);
	w->whole = malloc((size_t)max + 1);
	return w->whole ? 0 : diag_nomem(d, max);
}

static int bits_begin(struct choice_mask_writer *w, struct diag *d)
{
	struct buf b = {0};
	int ret;

	if (alloc_whole(w, d))
		return -1;
	add_header(&b, w->span, w->n);
	ret = output_buf(w->out, &b, d);
	buf_free(&b);
	return ret;
}

static int bits_open(struct choice_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	(void)d;
	if (s->fortran)
		memset(w->whole, 0, (size_t)choice_mask_nbytes(s->n));
	return 0;
}

/*
 * N bits that go on at bit SHIFT of a byte, of which W->part has those below:
 * a run is of whole rows or groups, which need not be of whole bytes.
 */
static int put_bits(struct choice_mask_writer *w, unsigned shift, size_t n,
	bool last, const uint8_t *bits, struct diag *d)
{
	uint8_t out[4096];
	size_t nbytes = (shift + n) / 8, nin = (n + 7) / 8, len = 0;

	for (size_t i = 0; i < nin; i++) {
		unsigned two = w->part | (unsigned)bits[i] << shift;

		if (i == nbytes) {
			w->part = (uint8_t)two;
			break;
		}
		out[len++] = (uint8_t)two;
		w->part = (uint8_t)(two >> 8);
		if (len == sizeof(out)) {
			if (output_write(w->out, out, len, d))
				return -1;
			len = 0;
		}
	}
	if (last && (shift + n) % 8)
		out[len++] = w->part;
	if (last)
		w->part = 0;
	return output_write(w->out, out, len, d);
}

static int bits_put(struct choice_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	struct select_steps step;

	if (!s->fortran)
		return put_bits(w, first % 8, n, first + n == s->n, bits, d);
	select_steps_from(&step, s, first);
	for (size_t i = 0; i < n; i++) {
		uint64_t c = select_steps_next(&step);

		w->whole[c / 8] |= (uint8_t)(select_bit(bits, i) << (c % 8));
	}
	if (first + n < s->n)
		return 0;
	return output_write(
		w->out, w->whole, (size_t)choice_mask_nbytes(s->n), d);
}

/* --- bytes ---------------------------------------------------------------- */

static int put_raw(
	struct choice_mask_writer *w, const void *p, size_t n, struct diag *d)
{
	w->crc = zip_crc32(w->crc, p, n);
	return output_write(w->out, p, n, d);
}

/* The header of an array of BOOL as S is, in the order that S has. */
static int add_npy(struct buf *b, const struct tensor_span *s)
{
	return tensor_npy_header(b, "|b1", s->fortran, s->shape, s->ndim);
}

static int npy_open(struct choice_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	struct buf b = {0};
	int ret = add_npy(&b, s) ? diag_nomem(d, b.len)
				 : put_raw(w, b.data, b.len, d);

	buf_free(&b);
	return ret;
}

static int npy_put(struct choice_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	uint8_t out[4096];
	size_t len = 0;

	(void)s;
	(void)first;
	for (size_t i = 0; i < n; i++) {
		out[len++] = select_bit(bits, i);
		if (len == sizeof(out) || i + 1 == n) {
			if (put_raw(w, out, len, d))
				return -1;
			len = 0;
		}
	}
	return 0;
}

/* --- a zip of such files -------------------------------------------------- */

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

static int zip_begin(struct choice_mask_writer *w, struct diag *d)
{
	w->member = calloc(w->n + 1, sizeof(*w->member));
	w->names = calloc(w->n + 1, sizeof(*w->names));
	return w->member && w->names ? 0
				     : diag_nomem(d, w->n * sizeof(*w->member));
}

/* The member of S, called as numpy calls it, as NAME. */
static struct zip_entry entry_of(
	const struct tensor_span *s, const struct buf *name, size_t nheader)
{
	return (struct zip_entry){.name = name->data,
		.name_len = name->len,
		.flags = is_ascii(s->name) ? 0 : ZIP_UTF8,
		.time = ZIP_1980,
		.packed = nheader + s->n,
		.nbytes = nheader + s->n};
}

static int zip_open(struct choice_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	struct buf *name = &w->names[w->nmember];
	struct zip_entry *e = &w->member[w->nmember];
	struct buf b = {0}, npy = {0};
	int ret;

	if (strlen(s->name) > ZIP_NAME_MAX - sizeof(NPY_SUFFIX)) {
		diag_set(d, DIAG_DATA, "a name too long for a zip file");
		return diag_at(d, "%.100s", s->name);
	}
	buf_printf(name, "%s" NPY_SUFFIX, s->name);
	ret = add_npy(&npy, s) ? diag_nomem(d, npy.len) : buf_end(name, d);
	*e = entry_of(s, name, npy.len);
	e->at = w->out->nbytes;
	if (!ret)
		zip_add_local(&b, e);
	w->crc = 0;
	ret = ret || output_buf(w->out, &b, d) ||
	      put_raw(w, npy.data, npy.len, d);
	buf_free(&b);
	buf_free(&npy);
	return ret ? -1 : 0;
}

/* Its checksum stands before what it is of. */
static int zip_close(struct choice_mask_writer *w, struct diag *d)
{
	struct zip_entry *e = &w->member[w->nmember++];
	unsigned char p[4];

	e->crc = w->crc;
	le_store32(p, e->crc);
	return output_patch(w->out, e->at + ZIP_CRC_AT, p, sizeof(p), d);
}

static int zip_end(struct choice_mask_writer *w, struct diag *d)
{
	uint64_t at = w->out->nbytes;
	struct buf b = {0};
	int r;

	for (size_t i = 0; i < w->nmember; i++)
		zip_add_central(&b, &w->member[i]);
	zip_add_end(&b, w->nmember, b.len, at);
	r = output_buf(w->out, &b, d);
	buf_free(&b);
	return r;
}

/* --- all ------------------------------------------------------------------ */

static const struct format formats[] = {
	[CHOICE_MASK_BITS] = {bits_begin, bits_open, bits_put, NULL, NULL},
	[CHOICE_MASK_NPY] = {NULL, npy_open, npy_put, NULL, NULL},
	[CHOICE_MASK_NPZ] = {zip_begin, zip_open, npy_put, zip_close, zip_end},
};

static int close_tensor(struct choice_mask_writer *w, struct diag *d)
{
	const struct format *f = &formats[w->format];

	return w->at && f->close ? f->close(w, d) : 0;
}

/* The next tensor; those without elements are never put. */
static int next_tensor(struct choice_mask_writer *w, struct diag *d)
{
	if (close_tensor(w, d))
		return -1;
	return formats[w->format].open(w, w->span[w->at++], d);
}

int choice_mask_begin(struct choice_mask_writer *w,
	enum choice_mask_format format, struct output *out,
	const struct tensor_span *const *span, size_t n, struct diag *d)
{
	*w = (struct choice_mask_writer){
		.format = format, .out = out, .span = span, .n = n};
	if (format == CHOICE_MASK_NPY && n != 1)
		return diag_set(d, DIAG_DATA,
			"masks of %zu tensors, of which an NPY file holds one; "
			"expected NPZ or safetensors",
			n);
	return formats[format].begin ? formats[format].begin(w, d) : 0;
}

int choice_mask_put(struct choice_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	while (w->at == 0 || w->span[w->at - 1] != s)
		if (next_tensor(w, d))
			return -1;
	return formats[w->format].put(w, s, first, n, bits, d);
}

int choice_mask_finish(struct choice_mask_writer *w, struct diag *d)
{
	const struct format *f = &formats[w->format];

	while (w->at < w->n)
		if (next_tensor(w, d))
			return -1;
	if (close_tensor(w, d))
		return -1;
	return f->end ? f->end(w, d) : 0;
}

void choice_mask_free(struct choice_mask_writer *w)
{
	for (size_t i = 0; w->names && i < w->n; i++)
		buf_free(&w->names[i]);
	free(w->whole);
	free(w->names);
	free(w->member);
	*w = (struct choice_mask_writer){0};
}
