/* SPDX-License-Identifier: MIT */
/*
 * NPY files, versions 1 to 3, as numpy/lib/format.py describes them: a magic,
 * the header's length, and a Python dict with the keys descr, fortran_order
 * and shape.  The dict is read as tokens, never evaluated; pickles (dtype O)
 * are refused.
 */
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/le.h"
#include "base/str.h"
#include "format/format_impl.h"

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

static bool npy_is(const unsigned char *p, size_t n)
{
	/* A file cut within the magic number is one cut short. */
	return n >= 4 &&
	       memcmp(p, magic, n < sizeof(magic) ? n : sizeof(magic)) == 0;
}

/* Where the dict begins and ends; 0 while P is too short to say. */
struct extent {
	uint64_t begin, end;
};

static struct extent dict_extent(const unsigned char *p, size_t n)
{
	if (n >= 10 && p[6] == 1)
		return (struct extent){10, 10 + (uint64_t)le_load16(p + 8)};
	if (n >= 12 && (p[6] == 2 || p[6] == 3))
		return (struct extent){12, 12 + (uint64_t)le_load32(p + 8)};
	return (struct extent){0, 0};
}

static size_t npy_nbytes(const unsigned char *p, size_t n, uint64_t size)
{
	struct extent e = dict_extent(p, n);

	if (e.end > FORMAT_NPY_HEAD_MAX + 12 || e.end > size || e.end < n)
		return n;
	return (size_t)e.end;
}

struct header {
	enum tensor_dtype dtype;
	const char *remark; /* on dtype */
	uint64_t width;
	bool big_endian;
	unsigned part; /* bytes of a number in an element of several; or 0 */
	bool fortran;
	unsigned ndim;
	uint64_t shape[TENSOR_NDIM_MAX];
};

/* A kind letter and a size, as descr spells them. */
static const struct {
	const char *code;
	enum tensor_dtype dtype;
} npy_dtypes[] = {
	{"b1", TENSOR_BOOL},
	{"u1", TENSOR_U8},
	{"i1", TENSOR_I8},
	{"u2", TENSOR_U16},
	{"i2", TENSOR_I16},
	{"u4", TENSOR_U32},
	{"i4", TENSOR_I32},
	{"u8", TENSOR_U64},
	{"i8", TENSOR_I64},
	{"f1", TENSOR_F8_E5M2}, /* ml_dtypes calls it so, alone of its kind */
	{"f2", TENSOR_F16},
	{"f4", TENSOR_F32},
	{"f8", TENSOR_F64},
	{"c8", TENSOR_C64},
	{"c16", TENSOR_C128},
};

/* --- the dict as tokens --------------------------------------------------- */

enum token_kind {
	TOKEN_STRING, /* its text is between the quotes */
	TOKEN_WORD,   /* a name or a number */
	TOKEN_PUNCT,
	TOKEN_END,
	TOKEN_BAD,
};

struct token {
	enum token_kind kind;
	const char *p;
	size_t n;
};

struct scan {
	const char *p, *end;
};

static bool is_word(char c)
{
	return str_is_name_char(c) || c == '.' || c == '+';
}

/* A string on one line; a backslash keeps the quote behind it. */
static struct token scan_string(struct scan *s)
{
	char quote = *s->p;

	for (const char *q = s->p + 1; q < s->end && *q != '\n'; q++) {
		if (*q == '\\' && q + 1 < s->end) {
			q++;
		} else if (*q == quote) {
			struct token t = {
				TOKEN_STRING, s->p + 1, (size_t)(q - s->p - 1)};
			s->p = q + 1;
			return t;
		}
	}
	return (struct token){TOKEN_BAD, s->p, 1};
}

static struct token next(struct scan *s)
{
	struct token t = {TOKEN_PUNCT, s->p, 1};

	while (s->p < s->end && *s->p && strchr(" \t\r\n\f", *s->p))
		s->p++;
	t.p = s->p;
	if (s->p == s->end)
		return (struct token){TOKEN_END, s->p, 0};
	if (*s->p == '\'' || *s->p == '"')
		return scan_string(s);
	if (!is_word(*s->p)) {
		if (*s->p == '\0' || !strchr("(){}[],:-*/", *s->p))
			t.kind = TOKEN_BAD;
		else
			s->p++;
		return t;
	}
	t.kind = TOKEN_WORD;
	while (s->p < s->end && is_word(*s->p))
		s->p++;
	t.n = (size_t)(s->p - t.p);
	return t;
}

static bool is(struct token t, enum token_kind kind, const char *text)
{
	return t.kind == kind && str_is(t.p, t.n, text);
}

/* A number in decimal digits, with Python 2's L allowed.  Returns 0, or -1. */
static int number(struct token t, uint64_t *ret)
{
	size_t n = t.n > 1 && t.p[t.n - 1] == 'L' ? t.n - 1 : t.n;

	*ret = 0;
	if (t.kind != TOKEN_WORD)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!str_is_digit((char)t.p[i]) ||
			__builtin_mul_overflow(*ret, 10, ret) ||
			__builtin_add_overflow(
				*ret, (uint64_t)(t.p[i] - '0'), ret))
			return -1;
	return 0;
}

/* --- what they say -------------------------------------------------------- */

/* What has no dtype of ours: texts, times, bytes, long doubles. */
static bool take_other(const char *code, size_t n, struct format_npy_type *ret)
{
	const char *unit = memchr(code, '[', n);

	/* of times: "M8[us]" */
	if (unit && (*code == 'M' || *code == 'm') && code[n - 1] == ']')
		n = (size_t)(unit - code);
	if (!*code || !strchr("fcVSUmMiu", *code) ||
		number((struct token){TOKEN_WORD, code + 1, n - 1},
			&ret->width) ||
		ret->width == 0)
		return false;
	if (*code == 'U' && __builtin_mul_overflow(ret->width, 4, &ret->width))
		return false;
	ret->dtype = TENSOR_OTHER;
	ret->has_order = *code != 'V' && *code != 'S';
	if (*code == 'U')
		ret->part = 4;
	else if (*code == 'c' && ret->width == 32)
		ret->part = 16;
	return true;
}

bool format_npy_type(const char *code, size_t n, struct format_npy_type *ret)
{
	*ret = (struct format_npy_type){.has_order = true};
	if (n < 2)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(npy_dtypes); i++)
		if (str_is(code, n, npy_dtypes[i].code)) {
			ret->dtype = npy_dtypes[i].dtype;
			ret->width = tensor_dtype_info[ret->dtype].nbits / 8u;
			return true;
		}
	return take_other(code, n, ret);
}

static int bad_dict(struct diag *d, struct token t, const char *expected)
{
	return diag_set(d, DIAG_DATA, "NPY header: '%.*s'; expected %s",
		(int)(t.n > 40 ? 40 : t.n), t.p, expected);
}

/* What ml_dtypes saves comes back as bytes without a meaning. */
#define LOST(dtype)                                                        \
	"a dtype that NPY cannot name, " dtype " perhaps (of ml_dtypes); " \
	"expected <f4 or another: trimtab(7) shows how to save it"

static int parse_plain(struct header *h, struct token t, struct diag *d)
{
	struct format_npy_type type;
	size_t i = 0;

	if (t.kind != TOKEN_STRING)
		return bad_dict(d, t, "a dtype such as <f4");
	if (t.n > 0 && strchr("<>|=", t.p[0]) && t.p[0])
		h->big_endian = t.p[i++] == '>';
	if (i < t.n && t.p[i] == 'O')
		return diag_set(d, DIAG_DATA,
			"NPY of Python objects (a pickle), which can run "
			"programs and is not opened; expected numbers: "
			"trimtab(7) shows how to save them");
	if (!format_npy_type(t.p + i, t.n - i, &type))
		return bad_dict(d, t, "a dtype such as <f4");
	h->dtype = type.dtype;
	h->width = type.width;
	h->part = type.part;
	h->big_endian &= type.has_order;
	if (t.p[i] == 'V' && type.width == 2)
		h->remark = LOST("bfloat16");
	else if (t.p[i] == 'V' && type.width == 1)
		h->remark = LOST("float8");
	return 0;
}

static int parse_order(struct header *h, struct token t, struct diag *d)
{
	h->fortran = is(t, TOKEN_WORD, "True");
	if (!h->fortran && !is(t, TOKEN_WORD, "False"))
		return bad_dict(d, t, "True or False as fortran_order");
	return 0;
}

static int parse_shape(
	struct header *h, struct scan *s, struct token t, struct diag *d)
{
	if (!is(t, TOKEN_PUNCT, "("))
		return bad_dict(d, t, "a tuple as shape");
	for (t = next(s); !is(t, TOKEN_PUNCT, ")"); t = next(s)) {
		if (h->ndim == TENSOR_NDIM_MAX)
			return bad_dict(d, t, "at most 64 dimensions");
		if (number(t, &h->shape[h->ndim++]))
			return bad_dict(d, t, "a dimension");
		t = next(s);
		if (is(t, TOKEN_PUNCT, ")"))
			break;
		if (!is(t, TOKEN_PUNCT, ","))
			return bad_dict(d, t, "',' or ')' in shape");
	}
	return 0;
}

/* --- structured dtypes ---------------------------------------------------- */

/* Fields in fields. */
#define DEPTH_MAX 16

/* Whether T is a name, or a title and a name, and is behind it then. */
static bool skip_name(struct scan *s, struct token t)
{
	if (!is(t, TOKEN_PUNCT, "("))
		return t.kind == TOKEN_STRING;
	do
		t = next(s);
	while (t.kind == TOKEN_STRING || is(t, TOKEN_PUNCT, ","));
	return is(t, TOKEN_PUNCT, ")");
}

static int parse_fields(
	struct scan *s, unsigned depth, uint64_t *width, struct diag *d);

/* Adds the bytes of a field, "'name', dtype[, shape])", to *WIDTH. */
static int parse_field(
	struct scan *s, unsigned depth, uint64_t *width, struct diag *d)
{
	struct header h = {0};
	struct token t = next(s);
	uint64_t n;

	if (!skip_name(s, t) || !is(next(s), TOKEN_PUNCT, ","))
		return bad_dict(d, t, "the name of a field");
	t = next(s);
	if (is(t, TOKEN_PUNCT, "[") ? parse_fields(s, depth + 1, &h.width, d)
				    : parse_plain(&h, t, d))
		return -1;
	t = next(s);
	if (is(t, TOKEN_PUNCT, ",")) {
		if (parse_shape(&h, s, next(s), d))
			return -1;
		t = next(s);
	}
	if (!is(t, TOKEN_PUNCT, ")"))
		return bad_dict(d, t, "')' behind a field");
	if (tensor_count(h.shape, h.ndim, &n) ||
		__builtin_mul_overflow(n, h.width, &n) ||
		__builtin_add_overflow(*width, n, width))
		return bad_dict(d, t, "fields of a possible size");
	return 0;
}

/* The bytes of an element that has fields, behind its "[". */
static int parse_fields(
	struct scan *s, unsigned depth, uint64_t *width, struct diag *d)
{
	struct token t = next(s);

	*width = 0;
	if (depth > DEPTH_MAX)
		return bad_dict(d, t, "fewer fields in fields");
	while (is(t, TOKEN_PUNCT, "(")) {
		if (parse_field(s, depth, width, d))
			return -1;
		t = next(s);
		if (is(t, TOKEN_PUNCT, ","))
			t = next(s);
	}
	if (!is(t, TOKEN_PUNCT, "]") || *width == 0)
		return bad_dict(d, t, "fields");
	return 0;
}

/* Of what is structured only the size is known. */
static int parse_descr(
	struct header *h, struct scan *s, struct token t, struct diag *d)
{
	if (!is(t, TOKEN_PUNCT, "["))
		return parse_plain(h, t, d);
	h->dtype = TENSOR_OTHER;
	return parse_fields(s, 1, &h->width, d);
}

/* --- all of it ------------------------------------------------------------ */

static int parse_pair(struct header *h, struct scan *s, struct token key,
	unsigned *seen, struct diag *d)
{
	static const char *const keys[] = {"descr", "fortran_order", "shape"};
	struct token t;
	unsigned k = 0;

	while (k < 3 && !is(key, TOKEN_STRING, keys[k]))
		k++;
	if (k == 3)
		return bad_dict(d, key, "descr, fortran_order or shape");
	if (*seen & 1u << k)
		return bad_dict(d, key, "each key once");
	*seen |= 1u << k;
	t = next(s);
	if (!is(t, TOKEN_PUNCT, ":"))
		return bad_dict(d, t, "':'");
	t = next(s);
	if (k == 0)
		return parse_descr(h, s, t, d);
	return k == 1 ? parse_order(h, t, d) : parse_shape(h, s, t, d);
}

static int parse_dict(
	struct header *h, const unsigned char *p, size_t n, struct diag *d)
{
	struct scan s = {(const char *)p, (const char *)p + n};
	struct token t = next(&s);
	unsigned seen = 0;

	if (!is(t, TOKEN_PUNCT, "{"))
		return bad_dict(d, t, "'{'");
	for (t = next(&s); !is(t, TOKEN_PUNCT, "}"); t = next(&s)) {
		if (parse_pair(h, &s, t, &seen, d))
			return -1;
		t = next(&s);
		if (is(t, TOKEN_PUNCT, "}"))
			break;
		if (!is(t, TOKEN_PUNCT, ","))
			return bad_dict(d, t, "',' or '}'");
	}
	t = next(&s);
	if (t.kind != TOKEN_END)
		return bad_dict(d, t, "nothing after the dict");
	if (seen != 7)
		return diag_set(d, DIAG_DATA,
			"NPY header without descr, fortran_order or shape");
	return 0;
}

static int check_extent(
	const struct format_head *h, struct extent e, struct diag *d)
{
	if (h->n >= 7 && (h->p[6] < 1 || h->p[6] > 3))
		return diag_set(d, DIAG_DATA,
			"NPY version %u; expected 1, 2 or 3", h->p[6]);
	if (e.end == 0 || e.end > h->size)
		return diag_set(d, DIAG_DATA,
			"NPY header cut short: the file has %llu bytes",
			(unsigned long long)(h->size < h->n ? h->size : h->n));
	if (h->p[7] != 0)
		return diag_set(d, DIAG_DATA, "NPY version %u.%u; expected .0",
			h->p[6], h->p[7]);
	if (e.end - e.begin > FORMAT_NPY_HEAD_MAX)
		return diag_set(d, DIAG_DATA,
			"NPY header of %llu bytes; at most %d expected",
			(unsigned long long)(e.end - e.begin),
			FORMAT_NPY_HEAD_MAX);
	if (e.end > h->n)
		return diag_set(d, DIAG_DATA, "NPY header cut short");
	return 0;
}

static int add_spans(struct tensor_map *m, const struct header *h,
	uint64_t begin, uint64_t size, struct diag *d)
{
	struct tensor_span s = {
		.offset = begin,
		.dtype = h->dtype,
		.fortran = h->fortran && h->ndim > 1,
		.big_endian = h->big_endian && h->width > 1,
		.ndim = h->ndim,
		.shape = h->shape,
		.name = "data",
		.part_nbytes = h->part,
	};
	uint64_t end;

	if (tensor_count(h->shape, h->ndim, &s.n) ||
		__builtin_mul_overflow(s.n, h->width, &s.nbytes) ||
		__builtin_add_overflow(begin, s.nbytes, &end))
		return diag_set(d, DIAG_DATA,
			"the NPY header's shape is larger than any file");
	if (end > size)
		return diag_set(d, DIAG_DATA,
			"%llu bytes of data; the NPY header promises %llu",
			(unsigned long long)(size - begin),
			(unsigned long long)s.nbytes);
	if (tensor_add_opaque(m, 0, begin, d) || tensor_add(m, &s, d))
		return -1;
	if (size == INPUT_SIZE_UNKNOWN)
		return 0;
	return tensor_add_opaque(m, end, size - end, d);
}

/* What ml_dtypes saved, as the caller knows. */
static void take_void(struct header *h, const struct format_hint *hint)
{
	enum tensor_dtype want = hint ? hint->void_dtype : TENSOR_OPAQUE;

	if (!h->remark || tensor_dtype_info[want].nbits != 8 * h->width)
		return;
	h->dtype = want;
	h->remark = NULL;
}

static int npy_parse(struct tensor_map *m, const struct format_head *head,
	const struct format_hint *hint, struct diag *d)
{
	struct extent e = dict_extent(head->p, head->n);
	struct header h = {0};

	if (!npy_is(head->p, head->n))
		return diag_set(d, DIAG_DATA, "not an NPY file");
	if (check_extent(head, e, d))
		return -1;
	if (parse_dict(&h, head->p + e.begin, (size_t)(e.end - e.begin), d))
		return -1;
	take_void(&h, hint);
	m->dtype_remark = h.remark;
	return add_spans(m, &h, e.end, head->size, d);
}

const struct format_kind format_npy = {
	.format = TENSOR_FORMAT_NPY,
	.is = npy_is,
	.nbytes = npy_nbytes,
	.parse = npy_parse,
};
