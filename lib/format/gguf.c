/* SPDX-License-Identifier: MIT */
/*
 * GGUF files, versions 2 and 3, as ggml writes them (docs/gguf.md and
 * src/gguf.cpp of ggml): pairs of keys and values, a list of tensors, and
 * their data, aligned.  Quantised tensors are blocks: known by their type and
 * size, and not looked into.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/num.h"
#include "base/order.h"
#include "format/format_impl.h"
#include "text/json.h"

#define HEAD_NBYTES 24
#define NDIM_MAX 4
#define NAME_MAX_NBYTES 4096
#define ALIGNMENT_DEFAULT 32
#define ALIGNMENT_MAX ((uint64_t)1 << 20)

/* Block sizes of gguf-py's GGML_QUANT_SIZES, version 0.17. */
static const struct gguf_type {
	const char *name;
	enum tensor_dtype dtype;
	unsigned block_nelem, block_nbytes;
} types[] = {
	[0] = {"F32", TENSOR_F32, 1, 4},
	[1] = {"F16", TENSOR_F16, 1, 2},
	[2] = {"Q4_0", TENSOR_OTHER, 32, 18},
	[3] = {"Q4_1", TENSOR_OTHER, 32, 20},
	[6] = {"Q5_0", TENSOR_OTHER, 32, 22},
	[7] = {"Q5_1", TENSOR_OTHER, 32, 24},
	[8] = {"Q8_0", TENSOR_OTHER, 32, 34},
	[9] = {"Q8_1", TENSOR_OTHER, 32, 36},
	[10] = {"Q2_K", TENSOR_OTHER, 256, 84},
	[11] = {"Q3_K", TENSOR_OTHER, 256, 110},
	[12] = {"Q4_K", TENSOR_OTHER, 256, 144},
	[13] = {"Q5_K", TENSOR_OTHER, 256, 176},
	[14] = {"Q6_K", TENSOR_OTHER, 256, 210},
	[15] = {"Q8_K", TENSOR_OTHER, 256, 292},
	[16] = {"IQ2_XXS", TENSOR_OTHER, 256, 66},
	[17] = {"IQ2_XS", TENSOR_OTHER, 256, 74},
	[18] = {"IQ3_XXS", TENSOR_OTHER, 256, 98},
	[19] = {"IQ1_S", TENSOR_OTHER, 256, 50},
	[20] = {"IQ4_NL", TENSOR_OTHER, 32, 18},
	[21] = {"IQ3_S", TENSOR_OTHER, 256, 110},
	[22] = {"IQ2_S", TENSOR_OTHER, 256, 82},
	[23] = {"IQ4_XS", TENSOR_OTHER, 256, 136},
	[24] = {"I8", TENSOR_I8, 1, 1},
	[25] = {"I16", TENSOR_I16, 1, 2},
	[26] = {"I32", TENSOR_I32, 1, 4},
	[27] = {"I64", TENSOR_I64, 1, 8},
	[28] = {"F64", TENSOR_F64, 1, 8},
	[29] = {"IQ1_M", TENSOR_OTHER, 256, 56},
	[30] = {"BF16", TENSOR_BF16, 1, 2},
	[34] = {"TQ1_0", TENSOR_OTHER, 256, 54},
	[35] = {"TQ2_0", TENSOR_OTHER, 256, 66},
	[39] = {"MXFP4", TENSOR_OTHER, 32, 17},
	[40] = {"NVFP4", TENSOR_OTHER, 64, 36},
	[41] = {"Q1_0", TENSOR_OTHER, 128, 18},
};

/* A walk over the header, which may be cut short. */
struct gguf {
	const unsigned char *p;
	size_t n, at;
	bool is_cut; /* more bytes would help */
	uint64_t alignment;
	struct tensor_map *m; /* NULL: only its length is asked for */
	bool with_notes;
	struct buf note; /* of a value */
	struct buf keys; /* with m: struct text each */
	struct diag *d;
};

static bool gguf_is(const unsigned char *p, size_t n)
{
	return n >= 8 && memcmp(p, "GGUF", 4) == 0;
}

static int fail(struct gguf *g, const char *text)
{
	return diag_set(g->d, DIAG_DATA, "GGUF header: %s", text);
}

/* The next N bytes, or NULL where the header ends before. */
static const unsigned char *take(struct gguf *g, uint64_t n)
{
	const unsigned char *p = g->p + g->at;

	if (n > g->n - g->at) {
		g->is_cut = true;
		fail(g, "cut short; expected more bytes");
		return NULL;
	}
	g->at += (size_t)n;
	return p;
}

static int take32(struct gguf *g, uint32_t *ret)
{
	const unsigned char *p = take(g, 4);

	*ret = p ? le_load32(p) : 0;
	return p ? 0 : -1;
}

static int take64(struct gguf *g, uint64_t *ret)
{
	const unsigned char *p = take(g, 8);

	*ret = p ? le_load64(p) : 0;
	return p ? 0 : -1;
}

struct text {
	const unsigned char *p;
	uint64_t n;
};

static int take_text(struct gguf *g, struct text *ret)
{
	if (take64(g, &ret->n))
		return -1;
	if (ret->n > TENSOR_HEAD_MAX)
		return fail(g, "a string longer than any header");
	ret->p = take(g, ret->n);
	return ret->p ? 0 : -1;
}

/* --- keys and values ------------------------------------------------------ */

enum value_type {
	VALUE_U8 = 0,
	VALUE_I8 = 1,
	VALUE_U16 = 2,
	VALUE_I16 = 3,
	VALUE_U32 = 4,
	VALUE_I32 = 5,
	VALUE_F32 = 6,
	VALUE_BOOL = 7,
	VALUE_TEXT = 8,
	VALUE_ARRAY = 9,
	VALUE_U64 = 10,
	VALUE_I64 = 11,
	VALUE_F64 = 12,
	VALUE_NTYPE = 13,
};

/* Bytes of a value by its type; 0 for those that tell their length. */
static const unsigned char value_nbytes[VALUE_NTYPE] = {
	1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

/* Elements of an array that a note shows; of more, how many there are. */
#define NOTE_NELEM 16

static void add_float(struct buf *b, uint32_t bits)
{
	char digits[NUM_DOUBLE_MAX];
	float x;

	memcpy(&x, &bits, sizeof(x));
	if (!isfinite(x))
		buf_add_double(b, (double)x);
	else
		buf_add(b, digits, num_from_float(digits, x));
}

static void add_double(struct buf *b, uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	buf_add_double(b, x);
}

/* The number of TYPE at P. */
static void add_number(struct buf *b, uint32_t type, const unsigned char *p)
{
	switch ((enum value_type)type) {
	case VALUE_U8: buf_printf(b, "%u", *p); break;
	case VALUE_I8: buf_printf(b, "%d", (int8_t)*p); break;
	case VALUE_U16: buf_printf(b, "%u", le_load16(p)); break;
	case VALUE_I16: buf_printf(b, "%d", (int16_t)le_load16(p)); break;
	case VALUE_U32: buf_printf(b, "%" PRIu32, le_load32(p)); break;
	case VALUE_I32: buf_printf(b, "%" PRId32, (int32_t)le_load32(p)); break;
	case VALUE_F32: add_float(b, le_load32(p)); break;
	case VALUE_BOOL: buf_adds(b, *p ? "true" : "false"); break;
	case VALUE_U64: buf_printf(b, "%" PRIu64, le_load64(p)); break;
	case VALUE_I64: buf_printf(b, "%" PRId64, (int64_t)le_load64(p)); break;
	default: add_double(b, le_load64(p));
	}
}

/* As JSON has it, but for what is no UTF-8. */
static void add_quoted(struct buf *b, const struct text *t)
{
	buf_addc(b, '"');
	json_add_chars(b, (const char *)t->p, (size_t)t->n);
	buf_addc(b, '"');
}

/* Element I of an array, of TYPE. */
static int take_element(struct gguf *g, uint32_t type, uint64_t i)
{
	bool shown = g->with_notes && i < NOTE_NELEM;
	const unsigned char *p = NULL;
	struct text text = {NULL, 0};

	if (type == VALUE_TEXT && take_text(g, &text))
		return -1;
	if (type != VALUE_TEXT && !(p = take(g, value_nbytes[type])))
		return -1;
	if (!shown)
		return 0;
	buf_adds(&g->note, i ? ", " : "");
	if (p)
		add_number(&g->note, type, p);
	else
		add_quoted(&g->note, &text);
	return 0;
}

static int take_array(struct gguf *g)
{
	uint32_t type;
	uint64_t n, i;

	if (take32(g, &type) || take64(g, &n))
		return -1;
	if (type >= VALUE_NTYPE || type == VALUE_ARRAY)
		return fail(g, "an array of an unknown type");
	if (type != VALUE_TEXT && n > TENSOR_HEAD_MAX)
		return fail(g, "an array longer than any header");
	if (g->with_notes)
		buf_addc(&g->note, '[');
	for (i = 0; i < n && (type == VALUE_TEXT || i < NOTE_NELEM); i++)
		if (take_element(g, type, i))
			return -1;
	if (i < n && !take(g, (n - i) * value_nbytes[type]))
		return -1;
	if (!g->with_notes)
		return 0;
	if (n > NOTE_NELEM)
		buf_printf(&g->note, ", ... %" PRIu64 " in all", n);
	buf_addc(&g->note, ']');
	return 0;
}

/* Leaves its text in the note, if there are to be notes. */
static int take_value(struct gguf *g, uint32_t type)
{
	const unsigned char *p;
	struct text text;

	if (type >= VALUE_NTYPE)
		return fail(g, "a value of an unknown type");
	if (type == VALUE_ARRAY)
		return take_array(g);
	if (type == VALUE_TEXT) {
		if (take_text(g, &text))
			return -1;
		if (g->with_notes)
			buf_add(&g->note, text.p, (size_t)text.n);
		return 0;
	}
	p = take(g, value_nbytes[type]);
	if (!p)
		return -1;
	if (g->with_notes)
		add_number(&g->note, type, p);
	return 0;
}

static int take_alignment(struct gguf *g, uint32_t type, size_t at)
{
	uint32_t x;

	if (type != VALUE_U32)
		return fail(g, "an alignment that is no u32");
	x = le_load32(g->p + at);
	if (x == 0 || (x & (x - 1)) || x > ALIGNMENT_MAX)
		return fail(g, "an alignment that is no power of two");
	g->alignment = x;
	return 0;
}

static int take_pair(struct gguf *g)
{
	static const char alignment[] = "general.alignment";
	struct text key;
	uint32_t type;
	size_t at;

	if (take_text(g, &key) || take32(g, &type))
		return -1;
	if (g->m)
		buf_add(&g->keys, &key, sizeof(key));
	if (buf_failed(&g->keys))
		return diag_nomem(g->d, g->keys.len);
	at = g->at;
	buf_clear(&g->note);
	if (take_value(g, type))
		return -1;
	if (g->with_notes && (buf_end(&g->note, g->d) ||
				     tensor_add_note(g->m, (const char *)key.p,
					     (size_t)key.n, g->note.data,
					     g->note.len, g->d)))
		return -1;
	if (key.n != strlen(alignment) ||
		memcmp(key.p, alignment, strlen(alignment)) != 0)
		return 0;
	return take_alignment(g, type, at);
}

static int by_text(const void *a, const void *b)
{
	const struct text *x = a, *y = b;

	return order_of_bytes((const char *)x->p, (size_t)x->n,
		(const char *)y->p, (size_t)y->n);
}

static int check_keys(struct gguf *g)
{
	struct text *key = (void *)g->keys.data;
	size_t n = g->keys.len / sizeof(*key);

	if (n)
		qsort(key, n, sizeof(*key), by_text);
	for (size_t i = 1; i < n; i++)
		if (by_text(&key[i - 1], &key[i]) == 0)
			return diag_set(g->d, DIAG_DATA,
				"GGUF header: key %.*s twice; expected each "
				"once",
				(int)(key[i].n > 100 ? 100 : key[i].n),
				(const char *)key[i].p);
	return 0;
}

/* --- tensors -------------------------------------------------------------- */

/* Bytes of a tensor of N elements, the fastest dimension of NE. */
static int measure(struct gguf *g, struct tensor_span *s, uint64_t ne,
	const struct gguf_type *t)
{
	uint64_t n;

	if (tensor_count(s->shape, s->ndim, &n))
		return fail(g, "a shape with too many elements");
	if (ne % t->block_nelem)
		return fail(g, "rows that are no whole blocks");
	if (__builtin_mul_overflow(
		    n / t->block_nelem, t->block_nbytes, &s->nbytes))
		return fail(g, "a tensor larger than any file");
	s->dtype = t->dtype;
	s->type = t->dtype == TENSOR_OTHER ? t->name : NULL;
	s->block_nbytes = t->dtype == TENSOR_OTHER ? t->block_nbytes : 0;
	return 0;
}

/* Of an unknown type only where it begins is known: it goes to the next. */
#define NBYTES_UNKNOWN UINT64_MAX

static int take_type(
	struct gguf *g, struct tensor_span *s, uint64_t ne, char unknown[32])
{
	uint32_t type;

	if (take32(g, &type))
		return -1;
	if (type < ARRAY_SIZE(types) && types[type].name)
		return measure(g, s, ne, &types[type]);
	snprintf(unknown, 32, "type%u", type);
	s->dtype = TENSOR_OTHER;
	s->type = unknown;
	s->nbytes = NBYTES_UNKNOWN;
	return 0;
}

static int take_name(struct gguf *g, char name[NAME_MAX_NBYTES + 1])
{
	struct text text;

	if (take_text(g, &text))
		return -1;
	if (text.n > NAME_MAX_NBYTES)
		return fail(g, "a tensor's name has more than 4096 bytes");
	if (memchr(text.p, 0, (size_t)text.n))
		return fail(g, "a tensor's name with a NUL in it");
	memcpy(name, text.p, (size_t)text.n);
	name[text.n] = '\0';
	return 0;
}

static int take_tensor(struct gguf *g)
{
	char name[NAME_MAX_NBYTES + 1], unknown[32];
	uint64_t shape[NDIM_MAX], ne = 1;
	struct tensor_span s = {.name = name, .shape = shape};

	if (take_name(g, name) || take32(g, &s.ndim))
		return -1;
	if (s.ndim > NDIM_MAX)
		return fail(g, "more than 4 dimensions");
	for (unsigned i = s.ndim; i--;)
		if (take64(g, &shape[i]))
			return -1;
	if (s.ndim)
		ne = shape[s.ndim - 1];
	if (take_type(g, &s, ne, unknown) || take64(g, &s.offset))
		return g->is_cut ? -1 : diag_at(g->d, "%.200s", name);
	return g->m ? tensor_add(g->m, &s, g->d) : 0;
}

/* Up to the end of the list of tensors. */
static int walk(struct gguf *g)
{
	uint64_t ntensor, npair;
	uint32_t version;

	g->at = 4;
	g->alignment = ALIGNMENT_DEFAULT;
	if (take32(g, &version))
		return -1;
	if (version != 0 && (version & 0xffff) == 0)
		return fail(g, "big-endian; expected a little-endian file");
	if (version != 2 && version != 3)
		return diag_set(g->d, DIAG_DATA,
			"GGUF version %u; expected 2 or 3", version);
	if (take64(g, &ntensor) || take64(g, &npair))
		return -1;
	while (npair--)
		if (take_pair(g))
			return -1;
	if (check_keys(g))
		return -1;
	while (ntensor--)
		if (take_tensor(g))
			return -1;
	return 0;
}

static size_t gguf_nbytes(const unsigned char *p, size_t n, uint64_t size)
{
	struct diag d;
	struct gguf g = {.p = p, .n = n, .d = &d};
	uint64_t more = n < HEAD_NBYTES ? HEAD_NBYTES : 2 * (uint64_t)n;

	if (walk(&g) == 0 || !g.is_cut)
		return n;
	if (more > TENSOR_HEAD_MAX)
		more = TENSOR_HEAD_MAX;
	if (more > size)
		more = size;
	return more > n ? (size_t)more : n;
}

/* --- laying out ----------------------------------------------------------- */

static int by_offset(const void *a, const void *b)
{
	const struct tensor_span *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return x->nbytes < y->nbytes ? -1 : x->nbytes > y->nbytes;
}

static int check_names(const struct tensor_map *list, struct diag *d)
{
	const struct tensor_span **s =
		calloc(list->nspan + 1, sizeof(struct tensor_span *));
	int ret = 0;

	if (!s)
		return diag_nomem(d, list->nspan * sizeof(*s));
	for (size_t i = 0; i < list->nspan; i++)
		s[i] = &list->span[i];
	qsort(s, list->nspan, sizeof(*s), tensor_by_name);
	for (size_t i = 1; i < list->nspan && !ret; i++)
		if (strcmp(s[i - 1]->name, s[i]->name) == 0) {
			diag_set(
				d, DIAG_DATA, "twice; expected each name once");
			ret = diag_at(d, "%.200s", s[i]->name);
		}
	free(s);
	return ret;
}

/* S, at its place in the file, behind AT; what comes next is at NEXT. */
static int put(struct tensor_map *m, struct tensor_span *s, uint64_t at,
	uint64_t next, struct diag *d)
{
	uint64_t end;

	if (s->nbytes == NBYTES_UNKNOWN && next != INPUT_SIZE_UNKNOWN &&
		next > s->offset)
		s->nbytes = next - s->offset;
	if (s->nbytes == NBYTES_UNKNOWN)
		diag_set(d, DIAG_DATA,
			"%s, which is not known, and no bytes; expected some",
			s->type);
	else if (s->offset < at)
		diag_set(d, DIAG_DATA,
			"begins at byte %llu; expected byte %llu or later",
			(unsigned long long)s->offset, (unsigned long long)at);
	else if (__builtin_add_overflow(s->offset, s->nbytes, &end) ||
		 end > next)
		diag_set(d, DIAG_DATA,
			"%llu bytes at byte %llu; expected them to end by byte "
			"%llu",
			(unsigned long long)s->nbytes,
			(unsigned long long)s->offset,
			(unsigned long long)next);
	else if (tensor_add_opaque(m, at, s->offset - at, d) == 0)
		return tensor_add_shared(m, s, d);
	return diag_at(d, "%.200s", s->name);
}

static int lay_out(struct tensor_map *m, struct tensor_map *list,
	uint64_t begin, uint64_t size, struct diag *d)
{
	uint64_t at = begin > size ? size : begin;
	size_t n = list->nspan;

	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(
			    list->span[i].offset, begin, &list->span[i].offset))
			return diag_set(d, DIAG_DATA, "offsets overflow");
	if (n)
		qsort(list->span, n, sizeof(*list->span), by_offset);
	if (tensor_add_opaque(m, 0, at, d))
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct tensor_span *s = &list->span[i];

		if (put(m, s, at, i + 1 < n ? s[1].offset : size, d))
			return -1;
		at = s->offset + s->nbytes;
	}
	if (size == INPUT_SIZE_UNKNOWN)
		return 0;
	return tensor_add_opaque(m, at, size - at, d);
}

static int gguf_parse(struct tensor_map *m, const struct format_head *h,
	const struct format_hint *hint, struct diag *d)
{
	struct tensor_map list = {0};
	struct gguf g = {.p = h->p,
		.n = h->n,
		.m = &list,
		.with_notes = hint && hint->with_notes,
		.d = d};
	uint64_t begin;
	int ret = walk(&g);

	buf_free(&g.note);
	buf_free(&g.keys);
	if (!ret)
		ret = check_names(&list, d);
	if (!ret) {
		begin = (g.at + g.alignment - 1) & ~(g.alignment - 1);
		ret = lay_out(m, &list, begin, h->size, d);
		/* Names, shapes and notes go with the map. */
		tensor_take_texts(m, &list);
	}
	tensor_map_free(&list);
	return ret;
}

const struct format_kind format_gguf = {
	.format = TENSOR_FORMAT_GGUF,
	.is = gguf_is,
	.nbytes = gguf_nbytes,
	.parse = gguf_parse,
	.may_go_on = true,
};
