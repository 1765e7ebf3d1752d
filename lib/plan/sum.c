/* SPDX-License-Identifier: MIT */
/* Exact sums of squares, as fixed-point numbers of some thousand bits. */
#include <math.h>

#include "plan/plan_impl.h"

/* Bit 0 of a sum is worth the square of the smallest double, 2^-2148. */
#define UNIT_EXPONENT (-2148)

void plan_squares_add(struct plan_squares *s, const struct plan_squares *more)
{
	s->low += more->low;
	s->high += more->high + (s->low < more->low);
}

/* Adds X times 2^BIT. */
static void add_word(struct plan_sum *s, uint64_t x, unsigned bit)
{
	size_t i = bit / 64;
	u128 carry = (u128)x << bit % 64;

	for (; carry && i < PLAN_NWORD; i++) {
		carry += s->w[i];
		s->w[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

/* The significand of KEY as an integer; its last place is worth 2^*EXPONENT. */
static uint64_t significand_of(
	const struct select_format *f, uint64_t key, int *exponent)
{
	uint64_t one = UINT64_C(1) << f->mantissa_nbits;
	uint64_t e = key >> f->mantissa_nbits;

	*exponent = (e ? (int)e : 1) - f->bias - (int)f->mantissa_nbits;
	return (key & (one - 1)) | (e ? one : 0);
}

/* Infinity and NaN have no square that could be summed. */
static bool is_finite(const struct select_format *f, uint64_t key)
{
	return f->has_inf ? key < f->key_max : key <= f->key_max;
}

static unsigned bit_of(int exponent)
{
	return (unsigned)(2 * exponent - UNIT_EXPONENT);
}

void plan_sum_key(struct plan_sum *s, const struct select_format *f,
	uint64_t key, uint64_t n)
{
	int exponent;
	uint64_t m = significand_of(f, key, &exponent);
	u128 square = (u128)m * m;
	unsigned bit = bit_of(exponent);
	u128 low = (u128)(uint64_t)square * n;
	u128 high = (square >> 64) * n;

	if (!is_finite(f, key))
		return;
	add_word(s, (uint64_t)low, bit);
	add_word(s, (uint64_t)(low >> 64), bit + 64);
	add_word(s, (uint64_t)high, bit + 64);
	add_word(s, (uint64_t)(high >> 64), bit + 128);
}

void plan_sum_bucket(struct plan_sum *s, const struct select_format *f,
	const struct plan_bucket *b)
{
	int exponent;
	unsigned bit;

	if (b->shift == 0) {
		plan_sum_key(s, f, b->first, b->count);
		return;
	}
	significand_of(f, b->first, &exponent);
	if (!is_finite(f, b->first))
		return;
	bit = bit_of(exponent);
	add_word(s, (uint64_t)b->squares.low, bit);
	add_word(s, (uint64_t)(b->squares.low >> 64), bit + 64);
	add_word(s, b->squares.high, bit + 128);
}

void plan_sum_scale(struct plan_sum *s, uint64_t x)
{
	u128 carry = 0;

	for (size_t i = 0; i < PLAN_NWORD; i++) {
		carry += (u128)s->w[i] * x;
		s->w[i] = (uint64_t)carry;
		carry >>= 64;
	}
}

int plan_sum_compare(const struct plan_sum *a, const struct plan_sum *b)
{
	for (size_t i = PLAN_NWORD; i-- > 0;)
		if (a->w[i] != b->w[i])
			return a->w[i] < b->w[i] ? -1 : 1;
	return 0;
}

double plan_sum_value(const struct plan_sum *s, int *exponent)
{
	size_t i = PLAN_NWORD;
	uint64_t top;
	int up;

	*exponent = 0;
	while (i > 0 && s->w[i - 1] == 0)
		i--;
	if (i == 0)
		return 0;
	i--;
	up = __builtin_clzll(s->w[i]);
	top = s->w[i] << up;
	if (up && i > 0)
		top |= s->w[i - 1] >> (64 - up);
	*exponent = UNIT_EXPONENT + 64 * (int)i + 64 - up;
	return ldexp((double)(top >> 11), -53);
}
