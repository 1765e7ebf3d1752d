/* SPDX-License-Identifier: MIT */
/* What the tools that look into weight files share; see weights.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "choice/choice.h"
#include "cli.h"
#include "format/format.h"
#include "model/model.h"
#include "stat/stat.h"
#include "tensor/tensor.h"
#include "weights.h"

int weights_take_raw(void *at, const struct opt_given *g, struct diag *d)
{
	return format_hint_raw(at, g->value, d);
}

int weights_take_void(void *at, const struct opt_given *g, struct diag *d)
{
	struct format_hint *hint = at;

	hint->void_dtype = tensor_dtype_named(g->value, strlen(g->value));
	if (hint->void_dtype != TENSOR_OTHER)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"--void: unknown dtype '%.40s'; expected bf16, f8_e4m3, "
		"f8_e5m2, ...",
		g->value);
}

int weights_take_pattern(void *at, const struct opt_given *g, struct diag *d)
{
	if (!choice_patterns_add(at, g->value, d))
		return 0;
	return diag_at(d, "%s", g->name);
}

int weights_take_int_zero(void *at, const struct opt_given *g, struct diag *d)
{
	struct choice *choice = at;
	bool minus = g->value && *g->value == '-';
	uint64_t max = (uint64_t)INT64_MAX + minus, size;

	if (!*g->name)
		return -1; /* the next word is another argument */
	choice->integers = true;
	choice->zero = 0;
	if (!g->value)
		return 0;
	if (num_arg_u64(g->name, g->value + minus, 0, max, &size, d))
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a whole number; expected "
			"-9223372036854775808 to 9223372036854775807",
			g->name, g->value);
	choice->zero = (int64_t)(minus ? 0 - size : size);
	return 0;
}

int weights_check_mask(const struct choice_mask *mask,
	const struct tensor_model *m, struct diag *d)
{
	const char *name = choice_mask_unused(mask);
	const struct tensor_span *s = NULL;

	if (!name)
		return 0;
	for (size_t i = 0; i < m->ntensor && !s; i++)
		if (strcmp(m->tensor[i]->name, name) == 0)
			s = m->tensor[i];
	if (s)
		diag_set(d, DIAG_DATA, "masks %s; expected a float dtype, %s",
			tensor_dtype_name(s),
			select_integers(s->dtype) ? "--int-zero or --exclude"
						  : "or --exclude");
	else
		diag_set(d, DIAG_DATA, "masks a tensor that %s has not",
			m->name);
	diag_at(d, "%.100s", name);
	return diag_at(d, "%s", mask->model->name);
}

void weights_begin_row(
	struct rows *r, const char *file, const struct tensor_span *s)
{
	rows_text(r, file);
	rows_text(r, s->name);
	rows_text(r, tensor_dtype_name(s));
	rows_text(r, tensor_shape_text(s->shape, s->ndim).text);
	rows_u64(r, s->n);
}

/* --- structures ----------------------------------------------------------- */

const char *weights_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

int weights_take_number(const char **s, char end, uint64_t max, uint64_t *ret)
{
	char text[24];
	const char *stop = end ? strchr(*s, end) : *s + strlen(*s);
	size_t n = stop ? (size_t)(stop - *s) : sizeof(text);
	struct diag d;

	if (n == 0 || n >= sizeof(text))
		return -1;
	memcpy(text, *s, n);
	text[n] = '\0';
	*s = stop + (end != '\0');
	return num_arg_u64("", text, 1, max, ret, &d);
}

int weights_take_nm(struct choice_structure *x, const char *s, const char *name,
	struct diag *d)
{
	const char *keep = weights_after(s, "keep:");
	const char *zero = weights_after(s, "zero:");
	const char *p = keep ? keep : zero ? zero : s;
	uint64_t n;

	if (weights_take_number(&p, ':', 64, &n) ||
		weights_take_number(&p, '\0', 64, &x->of) || n >= x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s'; expected nm=keep:N:M with N below M, and M "
			"at most 64",
			name, s);
	if (!keep && !zero && 2 * n != x->of)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' may keep or zero %llu of %llu; expected "
			"keep:%s or zero:%s",
			name, s, (unsigned long long)n,
			(unsigned long long)x->of, s, s);
	x->keep = zero ? x->of - n : n;
	x->shape = CHOICE_NM;
	return 0;
}

/* --- what people are told ------------------------------------------------- */

void weights_note_binary(
	const char *file, const char *name, size_t n, const char *left)
{
	char more[64] = "";

	if (n > 1)
		snprintf(more, sizeof(more), ", as %zu more do", n - 1);
	if (n)
		cli_note("%s:%.200s: holds only 0 and 1%s: a mask? --exclude "
			 "leaves it %s",
			file, name, more, left);
}

void weights_remark(const struct tensor_model *m)
{
	for (size_t i = 0; i < m->nfile; i++) {
		const struct tensor_file *f = &m->file[i];

		if (*f->map.remark)
			cli_note("%s: %s", f->in.name, f->map.remark);
		if (f->map.dtype_remark)
			cli_note("%s: %s", f->in.name, f->map.dtype_remark);
	}
}

int weights_stay(const struct tensor_model *m, const char *out, struct diag *d)
{
	int has = tensor_model_has(m, out, d);

	if (has > 0)
		diag_set(d, DIAG_USAGE,
			"the output is a file of this input; expected another");
	return has ? diag_at(d, "%s", m->name) : 0;
}

int weights_open(struct tensor_model *m, const char *path,
	const struct format_hint *hint, const char *out, struct diag *d)
{
	if (model_open(m, path, hint, cli_tmpdir(), d))
		return -1;
	if (weights_stay(m, out, d)) {
		tensor_model_close(m);
		return -1;
	}
	weights_remark(m);
	return 0;
}

void weights_add_kind(struct buf *b, const struct tensor_span *s)
{
	buf_printf(b, "%s %s", tensor_dtype_name(s),
		tensor_shape_text(s->shape, s->ndim).text);
}

struct weights_index weights_index(
	const struct tensor_span *s, uint64_t at, bool by_bytes)
{
	uint64_t index[TENSOR_NDIM_MAX] = {at};
	unsigned n = by_bytes ? 1 : s->ndim;
	struct weights_index ret;
	size_t len = 0;

	for (unsigned i = by_bytes ? 0 : n; i-- > 0; at /= s->shape[i])
		index[i] = at % s->shape[i];
	ret.text[len++] = '[';
	for (unsigned i = 0; i < n; i++)
		len += (size_t)snprintf(ret.text + len, sizeof(ret.text) - len,
			"%s%" PRIu64, i ? "," : "", index[i]);
	memcpy(ret.text + len, "]", 2);
	return ret;
}

static uint64_t load(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n-- > 0)
		x = x << 8 | p[n];
	return x;
}

/* The N bytes at P, the most significant first. */
static void add_bits(struct buf *b, const unsigned char *p, size_t n)
{
	buf_adds(b, "0x");
	while (n-- > 0)
		buf_printf(b, "%02x", p[n]);
}

/* One of N bytes as a float or an integer of S's dtype. */
static void add_number(struct buf *b, enum tensor_dtype dtype, uint64_t x)
{
	unsigned up = 64 - tensor_dtype_info[dtype].nbits;
	char digits[NUM_DOUBLE_MAX];
	double v = stat_value(dtype, x);

	if (dtype == TENSOR_F64 || (select_format(dtype) && !isfinite(v)))
		buf_add_double(b, v);
	else if (select_format(dtype))
		buf_add(b, digits, num_from_float(digits, (float)v));
	else if (v < 0)
		buf_printf(b, "%" PRId64, (int64_t)(x << up) >> up);
	else
		buf_printf(b, "%" PRIu64, x);
}

/* "1+2j" */
static void add_complex(
	struct buf *b, enum tensor_dtype part, const unsigned char *p, size_t n)
{
	uint64_t re = load(p, n / 2), im = load(p + n / 2, n / 2);
	double v = stat_value(part, im);
	bool has_sign = signbit(v) && !isnan(v);

	add_number(b, part, re);
	if (!has_sign)
		buf_addc(b, '+');
	add_number(b, part, im);
	buf_addc(b, 'j');
}

/* As a number of S's dtype; of others nothing. */
static void add_value(struct buf *b, const struct tensor_span *s,
	const unsigned char *p, size_t n)
{
	if (s->dtype == TENSOR_C64)
		add_complex(b, TENSOR_F32, p, n);
	else if (s->dtype == TENSOR_C128)
		add_complex(b, TENSOR_F64, p, n);
	else if (stat_can(s->dtype))
		add_number(b, s->dtype, load(p, n));
}

void weights_add_values(struct buf *a, struct buf *b,
	const struct tensor_span *s, const unsigned char *x,
	const unsigned char *y, size_t n)
{
	add_value(a, s, x, n);
	add_value(b, s, y, n);
	if (!buf_text(a) || !buf_text(b) || strcmp(a->data, b->data) != 0)
		return;
	if (a->len > 0) {
		buf_adds(a, " = ");
		buf_adds(b, " = ");
	}
	add_bits(a, x, n);
	add_bits(b, y, n);
}
