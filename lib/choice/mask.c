/* SPDX-License-Identifier: MIT */
/* Masks in files, read; prune.h has their layout. */
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/le.h"
#include "choice/choice.h"
#include "format/format.h"
#include "model/model.h"

#define READ_NELEM ((size_t)1 << 16)
#define ALIVE_NELEM ((size_t)1 << 18)

struct choice_mask_entry {
	const struct tensor_span *span;
	bool used;
	uint8_t *whole; /* bits of a Fortran tensor */
};

static int by_name(const void *a, const void *b)
{
	const struct choice_mask_entry *x = a, *y = b;

	return strcmp(x->span->name, y->span->name);
}

static int sort_entries(struct choice_mask *m, struct diag *d)
{
	size_t n = m->model->ntensor;

	m->entry = calloc(n + 1, sizeof(*m->entry));
	if (!m->entry)
		return diag_nomem(d, n * sizeof(*m->entry));
	for (size_t i = 0; i < n; i++)
		m->entry[m->nentry++].span = m->model->tensor[i];
	qsort(m->entry, m->nentry, sizeof(*m->entry), by_name);
	return 0;
}

/* The model is open: its tensors by name. */
static int finish(struct choice_mask *m, struct diag *d)
{
	if (!tensor_model_named(m->model, d) && !sort_entries(m, d))
		return 0;
	choice_mask_close(m);
	return -1;
}

int choice_mask_open(struct choice_mask *m, const char *path, bool values,
	const struct format_hint *hint, const char *tmpdir, struct diag *d)
{
	const struct format_hint mask = {
		.expected = "a mask in safetensors, NPY or NPZ",
		.mem_nbytes = hint ? hint->mem_nbytes : 0,
	};

	*m = (struct choice_mask){.values = values, .model = &m->own};
	if (model_open(&m->own, path, values ? hint : &mask, tmpdir, d))
		return -1;
	return finish(m, d);
}

int choice_mask_take(struct choice_mask *m, struct input *in, struct diag *d)
{
	*m = (struct choice_mask){.model = &m->own};
	if (model_take(&m->own, in, NULL, NULL, d))
		return -1;
	return finish(m, d);
}

struct choice_mask choice_mask_of(const struct tensor_model *model)
{
	return (struct choice_mask){.model = model, .values = true};
}

void choice_mask_close(struct choice_mask *m)
{
	for (size_t i = 0; i < m->nentry; i++)
		free(m->entry[i].whole);
	free(m->entry);
	tensor_model_close(&m->own);
	*m = (struct choice_mask){0};
}

/* Bits, of which each byte has eight, and not a byte for each element. */
static bool is_bits(const struct choice_mask *m, const struct tensor_span *mask)
{
	return !m->values && mask->dtype == TENSOR_U8;
}

static const char *remark_of(
	const struct choice_mask *m, const struct tensor_span *mask)
{
	return m->model->file[mask->file].map.dtype_remark;
}

static int check_fit(const struct choice_mask *m,
	const struct tensor_span *mask, const struct tensor_span *s,
	struct diag *d)
{
	bool bits = is_bits(m, mask);

	if (remark_of(m, mask))
		diag_set(d, DIAG_DATA, "%s", remark_of(m, mask));
	else if (m->values && !select_format(mask->dtype) &&
		 !(m->integers && select_integers(mask->dtype)))
		diag_set(d, DIAG_DATA, "%s; expected a float dtype",
			tensor_dtype_name(mask));
	else if (m->values && select_check_zero(mask, m->zero, d))
		return diag_at(d, "%s", m->model->name);
	else if (bits && mask->n == choice_mask_nbytes(s->n))
		return 0;
	else if (!m->values && mask->dtype != TENSOR_BOOL)
		diag_set(d, DIAG_DATA,
			"no mask of %llu elements; expected U8 of %llu bytes, "
			"or BOOL (@FILE takes the zeros of weights)",
			(unsigned long long)s->n,
			(unsigned long long)choice_mask_nbytes(s->n));
	else if (!tensor_same_shape(mask, s))
		diag_set(
			d, DIAG_DATA, "another shape than the tensor it masks");
	else
		return 0;
	diag_at(d, "%.200s", mask->name);
	return diag_at(d, "%s", m->model->name);
}

/* Bits are in C order, and wanted in that of the tensor: as they come. */
static int load_whole(
	struct choice_mask *m, struct choice_mask_entry *e, struct diag *d)
{
	uint64_t nbytes = e->span->nbytes;

	if (e->whole)
		return 0;
	if (nbytes > CHOICE_MASK_WHOLE_MAX - m->nwhole) {
		diag_set(d, DIAG_DATA,
			"tensors in Fortran order with masks of more than %llu "
			"bytes; expected masks in NPZ",
			(unsigned long long)CHOICE_MASK_WHOLE_MAX);
		return diag_at(d, "%s", m->model->name);
	}
	e->whole = malloc((size_t)nbytes + 1);
	if (!e->whole)
		return diag_nomem(d, nbytes);
	m->nwhole += nbytes;
	return input_pread(tensor_input(m->model, e->span), e->whole,
		(size_t)nbytes, e->span->offset, d);
}

static struct choice_mask_entry *find_entry(
	const struct choice_mask *m, const char *name)
{
	const struct tensor_span span = {.name = name};
	const struct choice_mask_entry key = {.span = &span};

	return bsearch(&key, m->entry, m->nentry, sizeof(key), by_name);
}

int choice_mask_find(struct choice_mask *m, const struct tensor_span *s,
	const struct tensor_span **ret, struct diag *d)
{
	struct choice_mask_entry *found = find_entry(m, s->name);

	if (ret)
		*ret = NULL;
	if (!found)
		return 0;
	found->used = true;
	if (!ret)
		return 0;
	if (check_fit(m, found->span, s, d))
		return -1;
	*ret = found->span;
	return s->fortran && is_bits(m, found->span) ? load_whole(m, found, d)
						     : 0;
}

/* A tensor of M that nobody has looked for yet; NULL if there is none. */
static const char *unused(const struct choice_mask *m)
{
	for (size_t i = 0; i < m->nentry; i++)
		if (!m->entry[i].used)
			return m->entry[i].span->name;
	return NULL;
}

int choice_mask_check(const struct choice_mask *m,
	const struct tensor_model *model, struct diag *d)
{
	const char *name = unused(m);
	const struct tensor_span *s = NULL;

	if (!name)
		return 0;
	for (size_t i = 0; i < model->ntensor && !s; i++)
		if (strcmp(model->tensor[i]->name, name) == 0)
			s = model->tensor[i];
	if (s)
		diag_set(d, DIAG_DATA, "masks %s; expected a float dtype",
			tensor_dtype_name(s));
	else
		diag_set(d, DIAG_DATA, "masks a tensor that %s has not",
			model->name);
	if (s && select_integers(s->dtype))
		diag_remedy(d, "integers");
	else if (s)
		diag_remedy(d, "excluded");
	diag_at(d, "%.100s", name);
	return diag_at(d, "%s", m->model->name);
}

/* Bits of what is not zero in N floats at P, which is used up. */
static void nonzero_floats(
	const struct tensor_span *s, unsigned char *p, size_t n, uint8_t *bits)
{
	const struct select_run r = {.p = p, .n = n};
	struct select_result ignored = {0};
	struct select_view v;

	select_view_init(&v, s, SELECT_TIES_HASH, 0);
	v.nan = SELECT_NAN_KEEP;
	select_prepare(&v, &r, &ignored);
	select_apply(&v, &r, (struct select_cut){.key = 1}, bits, &ignored);
}

/* Bits of those of N elements of S that are not the one number ZERO. */
static void differ(const struct tensor_span *s, int64_t zero,
	const unsigned char *p, size_t n, uint8_t *bits)
{
	size_t width = tensor_dtype_info[s->dtype].nbytes;

	memset(bits, 0, (n + 7) / 8);
	for (size_t i = 0; i < n; i++) {
		unsigned any = 0;

		for (size_t k = 0; k < width; k++) {
			size_t at = s->big_endian ? width - 1 - k : k;

			any |= p[i * width + at] ^
			       (unsigned char)((uint64_t)zero >> 8 * k);
		}
		bits[i / 8] |= (uint8_t)((any != 0) << (i % 8));
	}
}

/* What counts as zero in integers is ZERO.  P is used up. */
static void nonzero(const struct tensor_span *s, int64_t zero, unsigned char *p,
	size_t n, uint8_t *bits)
{
	const struct select_format *f = select_format(s->dtype);

	if (f && f->coding == SELECT_FLOAT)
		nonzero_floats(s, p, n, bits);
	else
		differ(s, f ? 0 : zero, p, n, bits);
}

/*
 * The mask has elements as the tensor has, in C or in FORTRAN order: what is
 * not zero is kept.
 */
static int read_elements(const struct choice_mask *m,
	const struct tensor_span *mask, bool fortran, uint64_t first, size_t n,
	uint8_t *bits, struct diag *d)
{
	size_t width = tensor_dtype_info[mask->dtype].nbytes;
	unsigned char *p = malloc(n * width + 1);
	int ret;

	if (!p)
		return diag_nomem(d, n * width);
	ret = tensor_read(tensor_input(m->model, mask), mask, (unsigned)width,
		fortran, first, n, p, d);
	if (!ret)
		nonzero(mask, m->values ? m->zero : 0, p, n, bits);
	free(p);
	return ret;
}

/* N bits, of which the first is bit SHIFT of the byte at OFFSET. */
static int read_bits(const struct input *in, uint64_t offset, unsigned shift,
	size_t n, uint8_t *bits, struct diag *d)
{
	size_t nbytes = (n + 7) / 8;
	uint8_t spill = 0;

	if (input_pread(in, bits, nbytes, offset, d))
		return -1;
	if (shift == 0)
		return 0;
	if (shift + n > nbytes * 8 &&
		input_pread(in, &spill, 1, offset + nbytes, d))
		return -1;
	for (size_t i = 0; i < nbytes; i++) {
		unsigned next = i + 1 < nbytes ? bits[i + 1] : spill;

		bits[i] = (uint8_t)((bits[i] | next << 8) >> shift);
	}
	return 0;
}

int choice_mask_read(const struct choice_mask *m,
	const struct tensor_span *mask, const struct tensor_span *s,
	uint64_t first, size_t n, uint8_t *bits, struct diag *d)
{
	struct select_steps step;
	const uint8_t *whole;

	if (!is_bits(m, mask))
		return read_elements(m, mask, s->fortran, first, n, bits, d);
	if (!s->fortran)
		return read_bits(tensor_input(m->model, mask),
			mask->offset + first / 8, first % 8, n, bits, d);
	whole = find_entry(m, mask->name)->whole;
	memset(bits, 0, (n + 7) / 8);
	select_steps_from(&step, s, first);
	for (size_t i = 0; i < n; i++)
		bits[i / 8] |=
			(uint8_t)(select_bit(whole, select_steps_next(&step))
				  << (i % 8));
	return 0;
}

static uint64_t count_bits(const uint8_t *bits, size_t n)
{
	uint64_t ret = 0;
	size_t i = 0;

	for (; i + 64 <= n; i += 64)
		ret += (uint64_t)__builtin_popcountll(le_load64(bits + i / 8));
	for (; i < n; i++)
		ret += select_bit(bits, i);
	return ret;
}

int choice_mask_count(const struct choice_mask *m,
	const struct tensor_span *mask, const struct tensor_span *s,
	uint64_t *ret, struct diag *d)
{
	uint8_t bits[READ_NELEM / 8];
	struct tensor_span as_it_lies = *s;

	*ret = 0;
	as_it_lies.fortran = mask->fortran;
	for (uint64_t at = 0; at < s->n; at += READ_NELEM) {
		size_t n = s->n - at < READ_NELEM ? (size_t)(s->n - at)
						  : READ_NELEM;
		if (choice_mask_read(m, mask, &as_it_lies, at, n, bits, d))
			return -1;
		*ret += n - count_bits(bits, n);
	}
	return 0;
}

/* --- what should be zero -------------------------------------------------- */

/* A run's elements: which are kept, and which of the others are alive. */
struct alive {
	uint8_t kept[ALIVE_NELEM / 8], is[ALIVE_NELEM / 8];
	uint64_t n,
		first; /* of those alive; first is not set when there is none */
};

struct looking {
	const struct choice_mask *m;
	const struct tensor_span *mask, *s;
	uint64_t n, first;
};

static int look(void *ctx, void *slot, struct select_run *r, size_t nrun,
	struct diag *d)
{
	const struct looking *c = ctx;
	struct alive *a = slot;
	struct select_steps step;

	(void)nrun; /* there is one item */
	a->n = 0;
	a->first = UINT64_MAX;
	if (r->zero)
		return 0;
	if (choice_mask_read(c->m, c->mask, c->s, r->first, r->n, a->kept, d))
		return -1;
	nonzero(c->s, c->m->zero, r->p, r->n, a->is);
	for (size_t i = 0; i < (r->n + 7) / 8; i++)
		a->is[i] &= (uint8_t)~a->kept[i];
	a->n = count_bits(a->is, r->n);
	select_steps_from(&step, c->s, r->first);
	for (size_t i = 0; a->n && i < r->n; i++) {
		uint64_t at = select_steps_next(&step);

		if (select_bit(a->is, i) && at < a->first)
			a->first = at;
	}
	return 0;
}

static int take(void *ctx, void *slot, const struct select_run *r, size_t nrun,
	struct diag *d)
{
	struct looking *c = ctx;
	const struct alive *a = slot;

	(void)r;
	(void)nrun;
	(void)d;
	c->n += a->n;
	if (a->first < c->first)
		c->first = a->first;
	return 0;
}

int choice_mask_alive(const struct choice_mask *m,
	const struct tensor_span *mask, const struct input *in,
	const struct tensor_span *s, unsigned nthread, uint64_t *ret,
	uint64_t *first, struct diag *d)
{
	static const struct select_hooks hooks = {
		sizeof(struct alive), NULL, look, take};
	const struct select_item item = {.in = in,
		.offset = s->offset,
		.n = s->n,
		.width = tensor_dtype_info[s->dtype].nbytes,
		.solid = m->zero != 0};
	struct looking c = {.m = m, .mask = mask, .s = s, .first = UINT64_MAX};
	const struct select_scan scan = {.item = &item,
		.nitem = 1,
		.nthread = nthread,
		.chunk_nelem = ALIVE_NELEM,
		.hooks = &hooks,
		.ctx = &c};
	int bad;

	if (select_check_zero(s, m->zero, d))
		return diag_at(d, "%s", in->name);
	bad = select_scan(&scan, d);
	*ret = c.n;
	if (c.n)
		*first = c.first;
	return bad;
}
