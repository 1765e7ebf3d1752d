/* SPDX-License-Identifier: MIT */
/*
 * Files of plain numbers: all that is known of them is what the user said.
 * They are little-endian and their one tensor is called data.
 */
#include <string.h>

#include "base/diag.h"
#include "base/near.h"
#include "base/num.h"
#include "format/format_impl.h"

static int parse_dim(
	struct format_hint *hint, const char *s, size_t n, struct diag *d)
{
	char text[NUM_U64_MAX + 2];

	if (hint->ndim == TENSOR_NDIM_MAX)
		return diag_set(d, DIAG_USAGE, "--raw: more than %d dimensions",
			TENSOR_NDIM_MAX);
	if (n >= sizeof(text))
		return diag_set(d, DIAG_USAGE,
			"--raw: bad dimension '%.*s'; expected an integer",
			(int)(n > 40 ? 40 : n), s);
	if (n && memchr(s, 'x', n))
		return diag_set(d, DIAG_USAGE,
			"--raw: dimensions '%.*s'; expected commas between "
			"them: f32,3,4",
			(int)n, s);
	memcpy(text, s, n);
	text[n] = '\0';
	return num_arg_u64("--raw: dimension", text, 0, UINT64_MAX,
		&hint->shape[hint->ndim++], d);
}

/* What others call the dtypes. */
static const struct near_synonym synonyms[] = {
	{"float", "F32"},
	{"single", "F32"},
	{"float32", "F32"},
	{"fp32", "F32"},
	{"f4", "F32"},
	{"<f4", "F32"},
	{"double", "F64"},
	{"float64", "F64"},
	{"fp64", "F64"},
	{"f8", "F64"},
	{"<f8", "F64"},
	{"half", "F16"},
	{"float16", "F16"},
	{"fp16", "F16"},
	{"f2", "F16"},
	{"<f2", "F16"},
	{"bfloat16", "BF16"},
	{"bfloat", "BF16"},
	{"fp8", "F8_E4M3"},
	{"e4m3", "F8_E4M3"},
	{"float8_e4m3fn", "F8_E4M3"},
	{"e5m2", "F8_E5M2"},
	{"float8_e5m2", "F8_E5M2"},
	{"char", "I8"},
	{"int8", "I8"},
	{"byte", "U8"},
	{"uint8", "U8"},
	{"int16", "I16"},
	{"uint16", "U16"},
	{"int", "I32"},
	{"int32", "I32"},
	{"uint32", "U32"},
	{"long", "I64"},
	{"int64", "I64"},
	{"uint64", "U64"},
	{NULL, NULL},
};

static int no_dtype(const char *name, size_t n, struct diag *d)
{
	struct near near = {.wrong = name, .nwrong = n, .synonym = synonyms};
	char phrase[NEAR_PHRASE_MAX];

	for (int i = TENSOR_BOOL; i < TENSOR_OTHER; i++)
		near_try(&near, tensor_dtype_info[i].name,
			strlen(tensor_dtype_info[i].name));
	return diag_set(d, DIAG_USAGE,
		"--raw: unknown dtype '%.*s'; expected f32, f64, f16, bf16, "
		"i8, ...; %s",
		(int)(n > 40 ? 40 : n), name,
		near_phrase(&near, "dimensions follow after commas", phrase));
}

int format_hint_raw(struct format_hint *hint, const char *spec, struct diag *d)
{
	size_t n = strcspn(spec, ",");

	*hint = (struct format_hint){.format = TENSOR_FORMAT_RAW};
	hint->dtype = tensor_dtype_named(spec, n);
	if (hint->dtype == TENSOR_OTHER)
		return no_dtype(spec, n, d);
	for (spec += n; *spec; spec += n) {
		spec++;
		n = strcspn(spec, ",");
		if (parse_dim(hint, spec, n, d))
			return -1;
	}
	return 0;
}

int format_raw_map(struct tensor_map *m, uint64_t size,
	const struct format_hint *hint, struct diag *d)
{
	unsigned width = tensor_dtype_info[hint->dtype].nbytes;
	uint64_t shape1 = width ? size / width : 0;
	struct tensor_span s = {
		.dtype = hint->dtype,
		.ndim = hint->ndim ? hint->ndim : 1,
		.shape = hint->ndim ? hint->shape : &shape1,
		.name = "data",
	};

	if (width == 0)
		return diag_set(d, DIAG_DATA, "raw data without a dtype");
	if (tensor_count(s.shape, s.ndim, &s.n) ||
		__builtin_mul_overflow(s.n, width, &s.nbytes))
		return diag_set(d, DIAG_DATA, "the shape is too large");
	if (size != INPUT_SIZE_UNKNOWN && s.nbytes != size) {
		if (hint->ndim)
			return diag_set(d, DIAG_DATA,
				"%llu bytes; the shape given needs %llu",
				(unsigned long long)size,
				(unsigned long long)s.nbytes);
		return diag_set(d, DIAG_DATA,
			"%llu bytes; expected a multiple of %u",
			(unsigned long long)size, width);
	}
	return tensor_add(m, &s, d);
}
