/* SPDX-License-Identifier: MIT */
/*
 * Float formats as integers: keys that order magnitudes, and the ways between
 * keys and values and from format to format.
 */
#include <math.h>
#include <string.h>

#include "select/select_impl.h"

#define F32_INF UINT32_C(0x7f800000)
#define F64_MANTISSA 52
#define F64_BIAS 1023
#define F64_INF UINT64_C(0x7ff0000000000000)

/* E4M3 is the "fn" kind: no infinity, one NaN.  OCP 8-bit formats, 2023. */
static const struct select_format formats[TENSOR_NDTYPE] = {
	[TENSOR_F8_E4M3] = {1, 7, 3, 7, 0x7e, false},
	[TENSOR_F8_E5M2] = {1, 7, 2, 15, 0x7c, true},
	[TENSOR_F16] = {2, 15, 10, 15, 0x7c00, true},
	[TENSOR_BF16] = {2, 15, 7, 127, 0x7f80, true},
	[TENSOR_F32] = {4, 31, 23, 127, 0x7f800000, true},
	[TENSOR_F64] = {8, 63, F64_MANTISSA, F64_BIAS, F64_INF, true},
};

const struct select_format *select_format(enum tensor_dtype dtype)
{
	return formats[dtype].nbytes ? &formats[dtype] : NULL;
}

double select_value(const struct select_format *f, uint64_t key)
{
	uint64_t exponent = key >> f->mantissa_nbits;
	uint64_t mantissa = key & ((UINT64_C(1) << f->mantissa_nbits) - 1);
	double x;

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

/* The |w| of F32, of which BF16 is the upper half. */
static void values_f32(
	const unsigned char *p, size_t n, unsigned nbytes, double *out)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t bits = nbytes == 4
					? le_load32(p + 4 * i)
					: (uint32_t)le_load16(p + 2 * i) << 16;
		float x;

		bits &= INT32_MAX;
		memcpy(&x, &bits, sizeof(x));
		out[i] = bits > F32_INF ? (double)NAN : (double)x;
	}
}

void select_values(const struct select_format *f, const unsigned char *p,
	size_t n, double *out)
{
	uint64_t mask = (UINT64_C(1) << f->key_nbits) - 1;

	if (f == &formats[TENSOR_F32] || f == &formats[TENSOR_BF16]) {
		values_f32(p, n, f->nbytes, out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = select_value(f, select_load(p, i, f->nbytes) & mask);
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
	uint64_t lo = 0, hi = f->key_max + 1;
	uint64_t end = UINT64_C(1) << f->key_nbits;

	if (key > as->key_max)
		return key - as->key_max < end - f->key_max
			       ? f->key_max + (key - as->key_max)
			       : end;
	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		if (select_key_as(f, as, mid) < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
