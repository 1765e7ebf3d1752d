/* SPDX-License-Identifier: MIT */
/*
 * Which parser a file goes to, and how much of it the parser has to see.
 */
#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/order.h"
#include "file/input.h"
#include "format/format_impl.h"

/* Headers of pipes are taken in as they come, whatever they announce. */
#define HEAD_STEP 65536

/* Magic numbers before what looks like a header. */
static const struct format_kind *const kinds[] = {
	&format_npy, &format_gguf, &format_safetensors};

const struct format_kind *format_kind_of(
	const unsigned char *p, size_t n, const struct format_hint *hint)
{
	enum tensor_format want = hint ? hint->format : TENSOR_FORMAT_AUTO;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if ((want == TENSOR_FORMAT_AUTO || want == kinds[i]->format) &&
			kinds[i]->is(p, n))
			return kinds[i];
	return NULL;
}

size_t format_head_nbytes(const void *head, size_t n, uint64_t size,
	const struct format_hint *hint)
{
	const struct format_kind *k = format_kind_of(head, n, hint);

	if (k)
		return k->nbytes(head, n, size);
	return n < FORMAT_FAR ? (size_t)order_least(size, FORMAT_FAR) : n;
}

/*
 * Read as plain numbers, a header would be taken for weights, and a foreign
 * file be pruned to pieces.
 */
static int raw_map(struct tensor_map *m, const struct format_head *h,
	const struct format_hint *hint, struct diag *d)
{
	const char *is = NULL;

	if (tensor_dtype_info[hint->dtype].is_float &&
		format_is_foreign(h->p, h->n))
		return format_refuse(h, "plain numbers", d);
	if (format_npy.is(h->p, h->n))
		is = "an NPY file";
	else if (format_safetensors.is(h->p, h->n) && h->p[8] == '{' &&
		 le_load64(h->p) <= h->size - 8)
		is = "a safetensors file";
	if (is) {
		diag_set(d, DIAG_DATA, "%s; expected plain numbers", is);
		return diag_remedy(d, "not raw");
	}
	return format_raw_map(m, h->size, hint, d);
}

static int check_memory(
	const struct format_hint *hint, uint64_t need, struct diag *d)
{
	if (!hint || !hint->mem_nbytes || need <= hint->mem_nbytes)
		return 0;
	diag_set(d, DIAG_DATA,
		"takes %llu MiB of memory; expected that much at least",
		(unsigned long long)(need >> 20) + 1);
	return diag_remedy(d, "memory");
}

/* What K, or none, makes of the head. */
static int parse(struct tensor_map *m, const struct format_kind *k,
	const struct format_head *h, const struct format_hint *hint,
	struct diag *d)
{
	if (!k)
		return format_refuse(h, hint ? hint->expected : NULL, d);
	if (k->memory && check_memory(hint, k->memory(h->p, h->n), d))
		return -1;
	return k->parse(m, h, hint, d);
}

static int parse_head(struct tensor_map *ret, const struct format_head *h,
	const struct format_hint *hint, struct diag *d)
{
	bool raw = hint && hint->format == TENSOR_FORMAT_RAW;
	const struct format_kind *k =
		raw ? NULL : format_kind_of(h->p, h->n, hint);
	int r;

	*ret = (struct tensor_map){0};
	ret->format = raw ? TENSOR_FORMAT_RAW
		      : k ? k->format
			  : TENSOR_FORMAT_AUTO;
	r = raw ? raw_map(ret, h, hint, d) : parse(ret, k, h, hint, d);
	if (r)
		tensor_map_free(ret);
	return r;
}

int format_parse(struct tensor_map *ret, const void *head, size_t nhead,
	uint64_t size, const struct format_hint *hint, struct diag *d)
{
	const struct format_head h = {.p = head, .n = nhead, .size = size};

	return parse_head(ret, &h, hint, d);
}

/* Reads on until HEAD has N bytes or IN ends. */
static int read_head(
	struct input *in, struct buf *head, size_t n, struct diag *d)
{
	while (head->len < n) {
		size_t step = n - head->len;
		ssize_t got;

		if (step > HEAD_STEP)
			step = HEAD_STEP;
		if (buf_reserve(head, step))
			return diag_nomem(d, step);
		got = (ssize_t)step;
		if (!in->seekable)
			got = input_read(in, head->data + head->len, step, d);
		else if (input_pread(in, head->data + head->len, step,
				 head->len, d))
			return -1;
		if (got < 0)
			return -1;
		head->len += (size_t)got;
		if ((size_t)got < step)
			break;
	}
	return 0;
}

int format_peek(struct input *in, struct buf *head, struct diag *d)
{
	return read_head(
		in, head, (size_t)order_least(in->size, FORMAT_PEEK), d);
}

int format_map_head(struct tensor_map *ret, struct input *in, struct buf *head,
	const struct format_hint *hint, struct diag *d)
{
	struct format_head h = {.size = in->size, .name = in->name};
	size_t n, want = (size_t)order_least(h.size, FORMAT_PEEK);

	do {
		n = want;
		if (check_memory(hint, n, d))
			return diag_at(d, "%s", in->name);
		if (read_head(in, head, n, d))
			return -1;
		want = format_head_nbytes(head->data, head->len, h.size, hint);
	} while (want > n && head->len == n);
	if (head->len < want)
		h.size = head->len; /* the pipe has ended */
	h.p = (const unsigned char *)head->data;
	h.n = head->len;
	if (parse_head(ret, &h, hint, d))
		return diag_at(d, "%s", in->name);
	return 0;
}
