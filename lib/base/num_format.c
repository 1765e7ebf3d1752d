/* SPDX-License-Identifier: MIT */
/*
 * Numbers to text.  The shortest digits of a double are found as in R.
 * Giulietti, "The Schubfach way to render doubles" (2020): scale the number
 * and the ends of its rounding interval by one power of ten kept to 128 bits,
 * and look which multiples of ten and one fall inside.
 */
#include "base/num.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/num_pow10.h"
#include "base/u128.h"

_Static_assert(sizeof(num_pow10) / sizeof(num_pow10[0]) == 617,
	"one power for every exponent a double can ask for");

struct decimal {
	uint64_t digits; /* value = digits * 10^exp */
	int exp;
};

/* Digits of the longest shortest decimal. */
#define DIGITS_MAX 17

_Static_assert(1 + (DIGITS_MAX + 1) + 3 + NUM_U64_MAX <= NUM_DOUBLE_MAX,
	"sign, digits, point, and a copy that runs past the end fit");

static const char pairs[] = "0001020304050607080910111213141516171819"
			    "2021222324252627282930313233343536373839"
			    "4041424344454647484950515253545556575859"
			    "6061626364656667686970717273747576777879"
			    "8081828384858687888990919293949596979899";

/* floor(q log10(2)), floor(q log10(2) + log10(3/4)), floor(k log2(10)). */
static int floor_log10_pow2(int q)
{
	return (int)(((int64_t)q * 1262611) >> 22);
}

static int floor_log10_pow2_three_quarters(int q)
{
	return (int)(((int64_t)q * 1262611 - 524031) >> 22);
}

static int floor_log2_pow10(int k)
{
	return (int)(((int64_t)k * 1741647) >> 19);
}

/* The top 64 bits of g * x / 2^64, the last bit set if anything follows. */
static uint64_t mul_round_to_odd(int k, uint64_t x)
{
	uint64_t hi = num_pow10[k - NUM_POW10_FIRST].hi;
	uint64_t lo = num_pow10[k - NUM_POW10_FIRST].lo;
	u128 low = (u128)lo * x;
	u128 y = (u128)hi * x + (uint64_t)(low >> 64);

	return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* The shortest decimal of c * 2^q; NARROW: the interval below is half as wide.
 */
static struct decimal shortest(uint64_t c, int q, bool narrow)
{
	uint64_t odd = c & 1;
	int k = narrow ? floor_log10_pow2_three_quarters(q)
		       : floor_log10_pow2(q);
	int h = q + floor_log2_pow10(-k) + 1;
	uint64_t below = mul_round_to_odd(-k, (4 * c - 2 + narrow) << h);
	uint64_t v = mul_round_to_odd(-k, (4 * c) << h);
	uint64_t above = mul_round_to_odd(-k, (4 * c + 2) << h);
	uint64_t lower = below + odd, upper = above - odd;
	uint64_t s = v / 4, mid;

	if (s >= 10) {
		uint64_t tens = s / 10;
		bool under = lower <= 40 * tens;
		bool over = 40 * tens + 40 <= upper;
		if (under != over)
			return (struct decimal){tens + over, k + 1};
	}
	bool under = lower <= 4 * s, over = 4 * s + 4 <= upper;
	if (under != over)
		return (struct decimal){s + over, k};
	mid = 4 * s + 2;
	return (struct decimal){s + (v > mid || (v == mid && (s & 1))), k};
}

static struct decimal decimal_of(double x)
{
	uint64_t bits, c;
	int e;

	memcpy(&bits, &x, sizeof(bits));
	c = bits & ((UINT64_C(1) << 52) - 1);
	e = (int)(bits >> 52 & 0x7ff);
	if (e == 0)
		return shortest(c, -1074, false);
	return shortest(c | UINT64_C(1) << 52, e - 1075, c == 0 && e > 1);
}

/* X < 10^8 as eight digits. */
static inline void put_eight(char *out, uint32_t x)
{
	uint32_t hi = x / 10000, lo = x % 10000;

	memcpy(out, pairs + hi / 100 * 2, 2);
	memcpy(out + 2, pairs + hi % 100 * 2, 2);
	memcpy(out + 4, pairs + lo / 100 * 2, 2);
	memcpy(out + 6, pairs + lo % 100 * 2, 2);
}

size_t num_from_u64(char out[NUM_U64_MAX], uint64_t x)
{
	char tmp[2 * NUM_U64_MAX];
	char *end = tmp + NUM_U64_MAX, *p = end;

	while (x >= 100) {
		p -= 2;
		memcpy(p, pairs + x % 100 * 2, 2);
		x /= 100;
	}
	if (x >= 10) {
		p -= 2;
		memcpy(p, pairs + x * 2, 2);
	} else {
		*--p = (char)('0' + x);
	}
	memcpy(out, p, NUM_U64_MAX); /* of constant length, hence fast */
	return (size_t)(end - p);
}

/* The significant digits of a double and where its decimal point goes. */
struct digits {
	const char *first; /* DIGITS_MAX bytes may be read from here */
	size_t n;
	int point; /* digits before the point; may be <= 0, or > n */
	char text[2 * DIGITS_MAX];
};

/* All the places at once, then off with the zeros at both ends. */
static void digits_of(struct digits *g, double x)
{
	struct decimal dec = decimal_of(x);
	uint64_t high = dec.digits / 100000000;
	char *end = g->text + DIGITS_MAX;

	g->text[0] = (char)('0' + high / 100000000);
	put_eight(g->text + 1, (uint32_t)(high % 100000000));
	put_eight(g->text + 9, (uint32_t)(dec.digits % 100000000));
	g->first = g->text;
	while (*g->first == '0')
		g->first++;
	g->point = (int)(end - g->first) + dec.exp;
	while (end[-1] == '0')
		end--;
	g->n = (size_t)(end - g->first);
}

/* d.ddde-05, with at least two digits of exponent, as Python prints it. */
static size_t layout_scientific(char *out, const struct digits *g)
{
	int e = g->point - 1;
	size_t len = 1;

	out[0] = g->first[0];
	if (g->n > 1) {
		out[1] = '.';
		memcpy(out + 2, g->first + 1, DIGITS_MAX - 1);
		len = g->n + 1;
	}
	out[len++] = 'e';
	out[len++] = e < 0 ? '-' : '+';
	if (e < 0)
		e = -e;
	if (e < 10)
		out[len++] = '0';
	return len + num_from_u64(out + len, (uint64_t)e);
}

/* Copies are of constant length, hence past the end, hence fast. */
static size_t layout_plain(char *out, const struct digits *g)
{
	size_t whole;

	if (g->point <= 0) {
		size_t zeros = 2 + (size_t)-g->point;
		memcpy(out, "0.000", 5);
		memcpy(out + zeros, g->first, DIGITS_MAX);
		return zeros + g->n;
	}
	whole = (size_t)g->point;
	memcpy(out, g->first, DIGITS_MAX);
	if (whole >= g->n) {
		memset(out + g->n, '0', whole - g->n);
		return whole;
	}
	memcpy(out + whole + 1, g->first + whole, DIGITS_MAX);
	out[whole] = '.';
	return g->n + 1;
}

size_t num_from_double(char out[NUM_DOUBLE_MAX], double x)
{
	struct digits g;
	size_t sign = 0;

	if (isnan(x)) {
		memcpy(out, "nan", 3);
		return 3;
	}
	if (signbit(x)) {
		out[sign++] = '-';
		x = -x;
	}
	if (isinf(x)) {
		memcpy(out + sign, "inf", 3);
		return sign + 3;
	}
	if (x == 0) {
		out[sign] = '0';
		return sign + 1;
	}
	digits_of(&g, x);
	if (g.point < -3 || g.point > 16)
		return sign + layout_scientific(out + sign, &g);
	return sign + layout_plain(out + sign, &g);
}
