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
#include "base/output.h"
#include "base/zip.h"
#include "prune/prune_impl.h"

/* An NPY header is a multiple of this. */
#define NPY_ALIGN 64
#define NPY_SUFFIX ".npy"

#define ZIP_CRC_AT 14
#define ZIP_END64_NBYTES 56
#define ZIP_VERSION 45
#define ZIP_UTF8 (1u << 11)
#define ZIP_1980 0x21 /* the first day that there is */
#define ZIP_NAME_MAX UINT16_MAX

/* A member of a zip that is complete. */
struct prune_member {
	const char *name;
	uint64_t at, nbytes;
	uint32_t crc;
};

struct format {
	/* Before all tensors; before, within and after a tensor's bits. */
	int (*begin)(struct prune_mask_writer *w, struct diag *d);
	int (*open)(struct prune_mask_writer *w, const struct tensor_span *s,
		struct diag *d);
	int (*put)(struct prune_mask_writer *w, const struct tensor_span *s,
		uint64_t first, size_t n, const uint8_t *bits, struct diag *d);
	int (*close)(struct prune_mask_writer *w, struct diag *d);
	int (*end)(struct prune_mask_writer *w, struct diag *d);
};

/* --- bits ----------------------------------------------------------------- */

static int add_header(
	struct buf *b, const struct tensor_span *const *span, size_t n)
{
	struct prune_header h = {.b = b};
	int bad = prune_header_begin(&h) ||
		  prune_header_meta(
			  &h, "trimtab.mask", NULL, "bits lsb-first 1=keep");

	for (size_t i = 0; i < n && !bad; i++) {
		struct buf shape = {0};

		/* The original shape, for people and other readers. */
		for (unsigned k = 0; k < span[i]->ndim && !bad; k++)
			bad = buf_printf(&shape, "%s%llu", k ? "," : "",
				(unsigned long long)span[i]->shape[k]);
		bad = bad || buf_terminate(&shape) ||
		      prune_header_meta(
			      &h, "shape:", span[i]->name, shape.data);
		buf_free(&shape);
	}
	for (size_t i = 0; i < n && !bad; i++) {
		uint64_t nbytes = prune_mask_nbytes(span[i]->n);

		bad = prune_header_tensor(
			&h, span[i]->name, "U8", &nbytes, 1, nbytes);
	}
	return bad || prune_header_end(&h) ? -1 : 0;
}

/* For the bits of a Fortran tensor, whichever is the largest. */
static int alloc_whole(struct prune_mask_writer *w, struct diag *d)
{
	uint64_t max = 0;

	for (size_t i = 0; i < w->n; i++) {
		uint64_t nbytes = prune_mask_nbytes(w->span[i]->n);

		if (w->span[i]->fortran && nbytes > max)
			max = nbytes;
	}
	if (max > PRUNE_MASK_WHOLE_MAX)
		return diag_set(d, DIAG_DATA,
			"a tensor in Fortran order with a mask of %llu bytes; "
			"at most %llu",
			(unsigned long long)max,
			(unsigned long long)PRUNE_MASK_WHOLE_MAX);
	w->whole = malloc((size_t)max + 1);
	return w->whole ? 0 : diag_nomem(d, max);
}

static int bits_begin(struct prune_mask_writer *w, struct diag *d)
{
	struct buf b = {0};
	int ret;

	if (alloc_whole(w, d))
		return -1;
	if (add_header(&b, w->span, w->n))
		ret = diag_nomem(d, b.len);
	else
		ret = output_write(w->out, b.data, b.len, d);
	buf_free(&b);
	return ret;
}

static int bits_open(struct prune_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	(void)d;
	if (s->fortran)
		memset(w->whole, 0, (size_t)prune_mask_nbytes(s->n));
	return 0;
}

/*
 * N bits that go on at bit SHIFT of a byte, of which W->part has those below:
 * a run is of whole rows or groups, which need not be of whole bytes.
 */
static int put_bits(struct prune_mask_writer *w, unsigned shift, size_t n,
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

static int bits_put(struct prune_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	if (!s->fortran)
		return put_bits(w, first % 8, n, first + n == s->n, bits, d);
	for (size_t i = 0; i < n; i++) {
		uint64_t c = select_c_index(s, first + i);
		if (select_bit(bits, i))
			w->whole[c / 8] |= (uint8_t)(1u << (c % 8));
	}
	if (first + n < s->n)
		return 0;
	return output_write(
		w->out, w->whole, (size_t)prune_mask_nbytes(s->n), d);
}

/* --- bytes ---------------------------------------------------------------- */

static int put_raw(
	struct prune_mask_writer *w, const void *p, size_t n, struct diag *d)
{
	w->crc = zip_crc32(w->crc, p, n);
	return output_write(w->out, p, n, d);
}

/* The header of an array of BOOL as S is, in the order that S has. */
static int add_npy(struct buf *b, const struct tensor_span *s)
{
	const size_t prefix = 10;
	int bad = buf_add(b, "\x93NUMPY\1\0\0\0", prefix) ||
		  buf_printf(b,
			  "{'descr': '|b1', 'fortran_order': %s, 'shape': (",
			  s->fortran ? "True" : "False");

	for (unsigned i = 0; i < s->ndim && !bad; i++)
		bad = buf_printf(b, "%s%llu%s", i ? " " : "",
			(unsigned long long)s->shape[i],
			i + 1 < s->ndim || s->ndim == 1 ? "," : "");
	bad = bad || buf_adds(b, "), }");
	while (!bad && b->len % NPY_ALIGN != NPY_ALIGN - 1)
		bad = buf_addc(b, ' ');
	bad = bad || buf_addc(b, '\n');
	if (!bad)
		le_store16(b->data + 8, (uint16_t)(b->len - prefix));
	return bad ? -1 : 0;
}

static int npy_open(struct prune_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	struct buf b = {0};
	int ret = add_npy(&b, s) ? diag_nomem(d, b.len)
				 : put_raw(w, b.data, b.len, d);

	buf_free(&b);
	return ret;
}

static int npy_put(struct prune_mask_writer *w, const struct tensor_span *s,
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

/* What does not fit into N bits stands in an extra field, as two sizes do. */
static uint64_t or_max(uint64_t x, unsigned nbits)
{
	uint64_t max = (UINT64_C(1) << nbits) - 1;

	return x < max ? x : max;
}

/* Appends X, little-endian. */
static int add_le(struct buf *b, unsigned nbytes, uint64_t x)
{
	unsigned char p[8];

	le_store64(p, x);
	return buf_add(b, (char *)p, nbytes);
}

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

/* From the version that it takes to the length of its name, as both have it. */
static int add_common(struct buf *b, const struct prune_member *m)
{
	size_t nname = strlen(m->name) + sizeof(NPY_SUFFIX) - 1;

	return add_le(b, 2, ZIP_VERSION) ||
	       add_le(b, 2, is_ascii(m->name) ? 0 : ZIP_UTF8) ||
	       add_le(b, 2, 0) || add_le(b, 2, 0) || add_le(b, 2, ZIP_1980) ||
	       add_le(b, 4, m->crc) || add_le(b, 4, or_max(m->nbytes, 32)) ||
	       add_le(b, 4, or_max(m->nbytes, 32)) || add_le(b, 2, nname);
}

static int add_name(struct buf *b, const struct prune_member *m)
{
	return buf_adds(b, m->name) || buf_adds(b, NPY_SUFFIX);
}

/* The sizes, also with where it begins, if one of them needs 64 bits. */
static int add_sizes(struct buf *b, const struct prune_member *m, bool at)
{
	return add_le(b, 2, 1) || add_le(b, 2, at ? 24 : 16) ||
	       add_le(b, 8, m->nbytes) || add_le(b, 8, m->nbytes) ||
	       (at && add_le(b, 8, m->at));
}

static int add_local(struct buf *b, const struct prune_member *m)
{
	bool large = m->nbytes >= UINT32_MAX;

	return add_le(b, 4, 0x04034b50) || add_common(b, m) ||
	       add_le(b, 2, large ? 20 : 0) || add_name(b, m) ||
	       (large && add_sizes(b, m, false));
}

static int add_central(struct buf *b, const struct prune_member *m)
{
	bool large = m->nbytes >= UINT32_MAX || m->at >= UINT32_MAX;
	struct prune_member shown = *m;

	/* All three are in the extra field, or none is. */
	if (large)
		shown.nbytes = shown.at = UINT64_MAX;
	return add_le(b, 4, 0x02014b50) || add_le(b, 2, ZIP_VERSION) ||
	       add_common(b, &shown) || add_le(b, 2, large ? 28 : 0) ||
	       add_le(b, 2, 0) || add_le(b, 2, 0) || add_le(b, 2, 0) ||
	       add_le(b, 4, 0) || add_le(b, 4, or_max(shown.at, 32)) ||
	       add_name(b, m) || (large && add_sizes(b, m, true));
}

/* N members whose directory has NBYTES and begins at AT. */
static int add_end(struct buf *b, uint64_t n, uint64_t nbytes, uint64_t at)
{
	if ((n >= UINT16_MAX || nbytes >= UINT32_MAX || at >= UINT32_MAX) &&
		(add_le(b, 4, 0x06064b50) ||
			add_le(b, 8, ZIP_END64_NBYTES - 12) ||
			add_le(b, 2, ZIP_VERSION) ||
			add_le(b, 2, ZIP_VERSION) || add_le(b, 4, 0) ||
			add_le(b, 4, 0) || add_le(b, 8, n) || add_le(b, 8, n) ||
			add_le(b, 8, nbytes) || add_le(b, 8, at) ||
			add_le(b, 4, 0x07064b50) || add_le(b, 4, 0) ||
			add_le(b, 8, at + nbytes) || add_le(b, 4, 1)))
		return -1;
	return add_le(b, 4, 0x06054b50) || add_le(b, 2, 0) || add_le(b, 2, 0) ||
	       add_le(b, 2, or_max(n, 16)) || add_le(b, 2, or_max(n, 16)) ||
	       add_le(b, 4, or_max(nbytes, 32)) ||
	       add_le(b, 4, or_max(at, 32)) || add_le(b, 2, 0);
}

static int zip_begin(struct prune_mask_writer *w, struct diag *d)
{
	w->member = calloc(w->n + 1, sizeof(*w->member));
	return w->member ? 0 : diag_nomem(d, w->n * sizeof(*w->member));
}

static int zip_open(struct prune_mask_writer *w, const struct tensor_span *s,
	struct diag *d)
{
	struct prune_member *m = &w->member[w->nmember];
	struct buf b = {0}, npy = {0};
	int ret = 0;

	if (strlen(s->name) > ZIP_NAME_MAX - sizeof(NPY_SUFFIX)) {
		diag_set(d, DIAG_DATA, "a name too long for a zip file");
		return diag_at(d, "%.100s", s->name);
	}
	*m = (struct prune_member){.name = s->name, .at = w->out->nbytes};
	if (add_npy(&npy, s))
		ret = diag_nomem(d, npy.len);
	m->nbytes = npy.len + s->n;
	if (!ret && add_local(&b, m))
		ret = diag_nomem(d, b.len);
	w->crc = 0;
	ret = ret || output_write(w->out, b.data, b.len, d) ||
	      put_raw(w, npy.data, npy.len, d);
	buf_free(&b);
	buf_free(&npy);
	return ret ? -1 : 0;
}

/* Its checksum stands before what it is of. */
static int zip_close(struct prune_mask_writer *w, struct diag *d)
{
	struct prune_member *m = &w->member[w->nmember++];
	unsigned char p[4];

	m->crc = w->crc;
	le_store32(p, m->crc);
	return output_patch(w->out, m->at + ZIP_CRC_AT, p, sizeof(p), d);
}

static int zip_end(struct prune_mask_writer *w, struct diag *d)
{
	uint64_t at = w->out->nbytes;
	struct buf b = {0};
	int bad = 0;

	for (size_t i = 0; i < w->nmember && !bad; i++)
		bad = add_central(&b, &w->member[i]);
	bad = bad || add_end(&b, w->nmember, b.len, at);
	bad = bad ? diag_nomem(d, b.len)
		  : output_write(w->out, b.data, b.len, d);
	buf_free(&b);
	return bad;
}

/* --- all ------------------------------------------------------------------ */

static const struct format formats[] = {
	[PRUNE_MASK_BITS] = {bits_begin, bits_open, bits_put, NULL, NULL},
	[PRUNE_MASK_NPY] = {NULL, npy_open, npy_put, NULL, NULL},
	[PRUNE_MASK_NPZ] = {zip_begin, zip_open, npy_put, zip_close, zip_end},
};

static int close_tensor(struct prune_mask_writer *w, struct diag *d)
{
	const struct format *f = &formats[w->format];

	return w->at && f->close ? f->close(w, d) : 0;
}

/* The next tensor; those without elements are never put. */
static int next_tensor(struct prune_mask_writer *w, struct diag *d)
{
	if (close_tensor(w, d))
		return -1;
	return formats[w->format].open(w, w->span[w->at++], d);
}

int prune_mask_begin(struct prune_mask_writer *w, enum prune_mask_format format,
	struct output *out, const struct tensor_span *const *span, size_t n,
	struct diag *d)
{
	*w = (struct prune_mask_writer){
		.format = format, .out = out, .span = span, .n = n};
	if (format == PRUNE_MASK_NPY && n != 1)
		return diag_set(d, DIAG_DATA,
			"masks of %zu tensors, of which an NPY file holds one; "
			"expected NPZ or safetensors",
			n);
	return formats[format].begin ? formats[format].begin(w, d) : 0;
}

int prune_mask_put(struct prune_mask_writer *w, const struct tensor_span *s,
	uint64_t first, size_t n, const uint8_t *bits, struct diag *d)
{
	while (w->at == 0 || w->span[w->at - 1] != s)
		if (next_tensor(w, d))
			return -1;
	return formats[w->format].put(w, s, first, n, bits, d);
}

int prune_mask_finish(struct prune_mask_writer *w, struct diag *d)
{
	const struct format *f = &formats[w->format];

	while (w->at < w->n)
		if (next_tensor(w, d))
			return -1;
	if (close_tensor(w, d))
		return -1;
	return f->end ? f->end(w, d) : 0;
}

void prune_mask_free(struct prune_mask_writer *w)
{
	free(w->whole);
	free(w->member);
	*w = (struct prune_mask_writer){0};
}
