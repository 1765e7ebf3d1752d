/* SPDX-License-Identifier: MIT */
/*
 * Formats of numbers: keys that order magnitudes, and the ways between
 * keys and values and from format to format.
 */
#include <math.h>
#include <string.h>

#include "base/bisect.h"
#include "base/vector.h"
#include "select/select_impl.h"

#define F64_MANTISSA 52
#define F64_BIAS 1023
#define F64_INF UINT64_C(0x7ff0000000000000)
#define F64_NAN UINT64_C(0x7ff8000000000000)

/*
 * E4M3 is the "fn" kind: no infinity, one NaN.  OCP 8-bit formats, 2023.  The
 * "fnuz" kinds have no -0.0 either, and a bias of one more: B. Noune et al.
 * 2022; ml_dtypes 0.6 has the same numbers.
 */
static const struct select_format formats[TENSOR_NDTYPE] = {
	[TENSOR_F8_E4M3] = {1, 7, 3, 7, 0x7e, false, SELECT_FLOAT},
	[TENSOR_F8_E5M2] = {1, 7, 2, 15, 0x7c, true, SELECT_FLOAT},
	[TENSOR_F8_E4M3FNUZ] = {1, 7, 3, 8, 0x7f, false, SELECT_ONE_ZERO},
	[TENSOR_F8_E5M2FNUZ] = {1, 7, 2, 16, 0x7f, false, SELECT_ONE_ZERO},
	[TENSOR_F16] = {2, 15, 10, 15, 0x7c00, true, SELECT_FLOAT},
	[TENSOR_BF16] = {2, 15, 7, 127, 0x7f80, true, SELECT_FLOAT},
	[TENSOR_F32] = {4, 31, 23, 127, 0x7f800000, true, SELECT_FLOAT},
	[TENSOR_F64] = {8, 63, F64_MANTISSA, F64_BIAS, F64_INF, true,
		SELECT_FLOAT},
};

#define INTEGER(nbytes)                                                       \
	{                                                                     \
		nbytes, 8 * (nbytes), 0, 0, UINT64_MAX, false, SELECT_INTEGER \
	}
static const struct select_format integers[TENSOR_NDTYPE] = {
	[TENSOR_U8] = INTEGER(1),
	[TENSOR_I8] = INTEGER(1),
	[TENSOR_U16] = INTEGER(2),
	[TENSOR_I16] = INTEGER(2),
	[TENSOR_U32] = INTEGER(4),
	[TENSOR_I32] = INTEGER(4),
	[TENSOR_U64] = INTEGER(8),
	[TENSOR_I64] = INTEGER(8),
};

const struct select_format *select_format(enum tensor_dtype dtype)
{
	return formats[dtype].nbytes ? &formats[dtype] : NULL;
}

const struct select_format *select_integers(enum tensor_dtype dtype)
{
	return integers[dtype].nbytes ? &integers[dtype] : NULL;
}

double select_value(const struct select_format *f, uint64_t key)
{
	uint64_t exponent = key >> f->mantissa_nbits;
	uint64_t mantissa = key & ((UINT64_C(1) << f->mantissa_nbits) - 1);
	double x;

	if (f->coding == SELECT_INTEGER || f->coding == SELECT_DISTANCE)
		return (double)key;
	if (key > f->key_max)
		return (double)NAN;
	if (key == f->key_max && f->has_inf)
		return (double)INFINITY;
	if (f->key_nbits == 63) {
		memcpy(&x, &key, sizeof(x));
		return x;
	}
	if (exponent == 0)
		return ldexp(
			(double)mantissa, 1 - f->bias - (int)f->mantissa_nbits);
	key = (exponent + F64_BIAS - (uint64_t)f->bias) << F64_MANTISSA |
	      mantissa << (F64_MANTISSA - f->mantissa_nbits);
	memcpy(&x, &key, sizeof(x));
	return x;
}

/* X, not below zero, with SIGN; all NaN are alike but for that. */
static VECTOR_INLINE double as_told(double x, uint64_t sign)
{
	int64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	bits = bits > (int64_t)F64_INF ? (int64_t)F64_NAN : bits;
	bits |= (int64_t)sign;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

/* The numbers of F32, of which BF16 is the upper half. */
static VECTOR_INLINE void values_f32(const unsigned char *p, size_t n,
	unsigned nbytes, uint64_t signs, double *out)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bits = nbytes == 4
					? le_load32(p + 4 * i)
					: (uint32_t)le_load16(p + 2 * i) << 16;
		uint32_t key = bits & INT32_MAX;
		uint64_t sign = (uint64_t)(bits & ~key) << 32;
		float f;

		memcpy(&f, &key, sizeof(f));
		out[i] = as_told((double)f, sign & signs);
	}
}

static VECTOR_INLINE void values_f64(
	const unsigned char *p, size_t n, uint64_t signs, double *out)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = le_load64(p + 8 * i), key = bits & INT64_MAX;
		double x;

		memcpy(&x, &key, sizeof(x));
		out[i] = as_told(x, bits & signs);
	}
}

VECTOR_CLONES
static void values_plain(const unsigned char *p, size_t n, unsigned nbytes,
	uint64_t signs, double *out)
{
	switch (nbytes) {
	case 2: values_f32(p, n, 2, signs, out); return;
	case 4: values_f32(p, n, 4, signs, out); return;
	}
	values_f64(p, n, signs, out);
}

static void values(const struct select_format *f, const unsigned char *p,
	size_t n, bool with_sign, double *out)
{
	uint64_t signs = with_sign ? UINT64_C(1) << 63 : 0;

	if (f == &formats[TENSOR_F32] || f == &formats[TENSOR_BF16] ||
		f == &formats[TENSOR_F64]) {
		values_plain(p, n, f->nbytes, signs, out);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = select_load(p, i, f->nbytes);

		out[i] = select_value(f, select_bits_key(f, bits));
		if (with_sign && bits >> f->key_nbits & 1)
			out[i] = -out[i];
	}
}

void select_values(const struct select_format *f, const unsigned char *p,
	size_t n, double *out)
{
	values(f, p, n, false, out);
}

void select_numbers(const struct select_format *f, const unsigned char *p,
	size_t n, double *out)
{
	values(f, p, n, true, out);
}

double select_bits_value(const struct select_format *f, uint64_t bits)
{
	double v = select_value(f, select_bits_key(f, bits));

	return bits >> f->key_nbits ? -v : v;
}

uint64_t select_double_key(double magnitude)
{
	uint64_t key;

	memcpy(&key, &magnitude, sizeof(key));
	return key & (UINT64_MAX >> 1);
}

uint64_t select_key_as(const struct select_format *f,
	const struct select_format *as, uint64_t key)
{
	double x;
	float y;
	uint32_t bits;

	if (f == as)
		return key;
	if (key > f->key_max)
		return as->key_max + (key - f->key_max);
	x = select_value(f, key);
	if (as->key_nbits == 63)
		return select_double_key(x);
	y = (float)x; /* as is F32, f narrower: exact */
	memcpy(&bits, &y, sizeof(bits));
	return bits;
}

uint64_t select_key_from(const struct select_format *f,
	const struct select_format *as, uint64_t key)
{
	struct bisect b = bisect(0, f->key_max + 1);
	uint64_t end = UINT64_C(1) << f->key_nbits;

	if (key > as->key_max)
		return key - as->key_max < end - f->key_max
			       ? f->key_max + (key - as->key_max)
			       : end;
	while (bisect_next(&b))
		bisect_answer(&b, select_key_as(f, as, b.mid) < key);
	return b.lo;
}
