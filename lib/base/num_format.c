/* SPDX-License-Identifier: MIT */
/*
 * Numbers to text.  The shortest digits of a double are found as in R.
 * Giulietti, "The Schubfach way to render doubles" (2020): scale the number
 * and the ends of its rounding interval by one power of ten kept to 128 bits,
 * and look which multiples of ten and one fall inside.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/le.h"
#include "base/num.h"
#include "base/num_pow10.h"
#include "base/u128.h"

_Static_assert(ARRAY_SIZE(num_pow10) == 617,
	"one power for every exponent a double can ask for");

/* A value is digits * 10^exp. */
struct decimal {
	uint64_t digits;
	int exp;
};

/* Digits of the longest shortest decimal; 10^16 has as many. */
#define DIGITS_MAX 17
#define ASCII_ZEROS UINT64_C(0x3030303030303030)
#define TEN_8 UINT64_C(100000000)
#define TEN_16 UINT64_C(10000000000000000)

_Static_assert(1 + 5 + DIGITS_MAX + 1 + NUM_U64_MAX <= NUM_DOUBLE_MAX,
	"sign, zeros, digits, and what is copied past the end fit");

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

/*
 * The shortest decimal of c * 2^q, maybe with a zero at its end; NARROW: the
 * interval below is half as wide.
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
	uint64_t s = v / 4, ten = s / 10 * 10;
	bool under = lower <= 4 * ten, over = 4 * ten + 40 <= upper;

	if (s >= 10 && under != over)
		return (struct decimal){ten + (over ? 10 : 0), k};
	under = lower <= 4 * s, over = 4 * s + 4 <= upper;
	if (under != over)
		return (struct decimal){s + over, k};
	return (struct decimal){s + ((v & 3) + (s & 1) > 2), k};
}

/* Whether A and B, each known to a unit or two, might be in either order. */
static inline unsigned near(uint64_t a, uint64_t b)
{
	return a - b + 4 <= 8;
}

/*
 * The same where c has all of its bits and the interval is even.  With v = s +
 * frac/2^64 and half an interval in 60 bits after the point, the multiples of
 * ten and one closest to v are the candidates.  Which it is cannot be
 * predicted, so all is arithmetic and no branch; what is too close to call,
 * which happens to hardly any number, is left to shortest().
 */
static inline struct decimal shortest_even(uint64_t c, int q)
{
	int k = floor_log10_pow2(q), h = q + floor_log2_pow10(-k) + 1;
	const struct num_pow10 *g = &num_pow10[-k - NUM_POW10_FIRST];
	u128 y = (u128)g->hi * (c << h) +
		 (uint64_t)((u128)g->lo * (c << h) >> 64);
	uint64_t s = (uint64_t)(y >> 64), frac = (uint64_t)y;
	uint64_t ten = s / 10 * 10, up = frac >> 63;
	uint64_t from_ten = (s - ten) << 60 | frac >> 4;
	uint64_t to_ten = (UINT64_C(10) << 60) - from_ten;
	uint64_t half = g->hi >> (5 - h);
	uint64_t low = from_ten < half, high = to_ten < half;

	if (near(from_ten, half) | near(to_ten, half) |
		near(frac, UINT64_C(1) << 63))
		return shortest(c, q, false);
	s += up;
	ten += 10 & -high;
	return (struct decimal){s ^ ((s ^ ten) & -(low | high)), k};
}

/* Of a double's bits, without its sign. */
static inline struct decimal decimal_of(uint64_t bits)
{
	uint64_t c = bits & ((UINT64_C(1) << 52) - 1);
	int e = (int)(bits >> 52);

	if (e == 0)
		return shortest(c, -1074, false);
	if (c == 0)
		return shortest(UINT64_C(1) << 52, e - 1075, e > 1);
	return shortest_even(c | UINT64_C(1) << 52, e - 1075);
}

static struct decimal decimal_of_float(uint32_t bits)
{
	uint32_t c = bits & ((UINT32_C(1) << 23) - 1);
	int e = (int)(bits >> 23);

	if (e == 0)
		return shortest(c, -149, false);
	return shortest(c | UINT32_C(1) << 23, e - 150, c == 0 && e > 1);
}

/*
 * X < 10^8 as eight bytes of 0 to 9, the first digit in the lowest.  A word of
 * one number becomes two of four digits, four of two, eight: with q = y / n in
 * each part, q and y % n side by side are y shifted less q times (n shifted
 * less 1).
 */
static inline uint64_t eight_digits(uint32_t x)
{
	uint64_t y = x, q;

	q = y / 10000;
	y = (y << 32) - q * ((UINT64_C(10000) << 32) - 1);
	q = (y * 5243 >> 19) & 0x0000007f0000007f;
	y = (y << 16) - q * ((UINT64_C(100) << 16) - 1);
	q = (y * 103 >> 10) & 0x000f000f000f000f;
	return (y << 8) - q * ((UINT64_C(10) << 8) - 1);
}

/* X < 10^8 without leading zeros, in the first of eight bytes. */
static inline size_t put_whole(char *out, uint32_t x)
{
	uint64_t digits = eight_digits(x);
	unsigned lead = digits ? (unsigned)__builtin_ctzll(digits) / 8 : 7;

	le_store64(out, (digits | ASCII_ZEROS) >> 8 * lead);
	return 8 - lead;
}

size_t num_from_u64(char out[NUM_U64_MAX], uint64_t x)
{
	size_t n;

	if (x < TEN_8)
		return put_whole(out, (uint32_t)x);
	n = num_from_u64(out, x / TEN_8);
	le_store64(out + n, eight_digits((uint32_t)(x % TEN_8)) | ASCII_ZEROS);
	return n + 8;
}

/* The digits of a number, DIGITS_MAX of them, as numbers 0 to 9. */
struct digits {
	char first;
	uint64_t high, low; /* of eight_digits() */
	size_t n;           /* significant ones; after them are zeros */
	int point;          /* digits before the point; may be <= 0, or > n */
};

/* Bytes of X from the first to the last that is not zero. */
static inline size_t significant(uint64_t x)
{
	return 8 - (size_t)__builtin_clzll(x) / 8;
}

static inline struct digits digits_of(struct decimal dec)
{
	struct digits g;
	uint64_t d = dec.digits, fewer = d < TEN_16;
	uint32_t high, first;

	/* Nearly all doubles have 16 or 17 digits here, which is a toss-up. */
	d += d * 9 & -fewer;
	dec.exp -= (int)fewer;
	for (; d < TEN_16; dec.exp--)
		d *= 10;
	if (d >= 10 * TEN_16) {
		d /= 10;
		dec.exp++;
	}
	high = (uint32_t)(d / TEN_8);
	first = high / (uint32_t)TEN_8;
	g.first = (char)first;
	g.high = eight_digits(high - first * (uint32_t)TEN_8);
	g.low = eight_digits((uint32_t)(d - high * TEN_8));
	g.n = g.low ? 9 + significant(g.low)
		    : 1 + (g.high ? significant(g.high) : 0);
	g.point = DIGITS_MAX + dec.exp;
	return g;
}

/*
 * All DIGITS_MAX at P, GAP bytes between the first and the others.  They go
 * out of registers, not through memory: copying what has just been stored in
 * parts of another size would wait for the stores.
 */
static inline void put_digits(char *p, const struct digits *g, size_t gap)
{
	p[0] = (char)('0' + g->first);
	le_store64(p + 1 + gap, g->high | ASCII_ZEROS);
	le_store64(p + 9 + gap, g->low | ASCII_ZEROS);
}

/* d.ddde-05, with at least two digits of exponent, as Python prints it. */
static inline size_t layout_scientific(char *out, const struct digits *g)
{
	unsigned e = (unsigned)(g->point > 0 ? g->point - 1 : 1 - g->point);
	char *p = out + g->n + (g->n > 1);

	put_digits(out, g, 1);
	out[1] = '.';
	*p++ = 'e';
	*p++ = g->point > 0 ? '+' : '-';
	if (e >= 100)
		*p++ = (char)('0' + e / 100);
	memcpy(p, pairs + e % 100 * 2, 2);
	return (size_t)(p + 2 - out);
}

static inline size_t layout_plain(char *out, const struct digits *g)
{
	size_t whole = (size_t)g->point;

	if (g->point <= 0) {
		memcpy(out, "0.000", 5);
		put_digits(out + 2 - g->point, g, 0);
		return 2 + (size_t)-g->point + g->n;
	}
	if (whole == 1) {
		put_digits(out, g, 1);
		out[1] = '.';
	} else {
		put_digits(out, g, 0);
		memmove(out + whole + 1, out + whole, DIGITS_MAX - whole);
		out[whole] = '.';
	}
	return whole >= g->n ? whole : g->n + 1;
}

static size_t layout(char *out, struct decimal dec)
{
	struct digits g = digits_of(dec);

	if (g.point < -3 || g.point > 16)
		return layout_scientific(out, &g);
	return layout_plain(out, &g);
}

/* 0, inf and nan, which have no digits. */
static size_t layout_special(char *out, bool negative, bool zero, bool nan)
{
	size_t n = negative && !nan;

	if (n)
		*out++ = '-';
	memcpy(out, zero ? "0  " : nan ? "nan" : "inf", 3);
	return n + (zero ? 1 : 3);
}

/*
 * Whether the double of BITS, without a sign, is whole and all of its digits
 * are its own.
 */
static inline bool is_whole(uint64_t bits)
{
	unsigned e = (unsigned)(bits >> 52);

	return e >= 1023 && e < 1075 && bits << (e - 1023 + 12) == 0;
}

static inline uint64_t whole_of(uint64_t bits)
{
	uint64_t one = UINT64_C(1) << 52;

	return (one | (bits & (one - 1))) >> (1075 - (bits >> 52));
}

/*
 * A number that a program printed has few decimals.  Such a decimal has at most
 * 15 digits, of which no two are one double: if X is the closest to it, no
 * other is as short.  Both return 0 if X has more.
 */

/* X, from 10 to 10^7, if it has at most eight. */
static inline size_t put_short(char *out, double x)
{
	uint64_t all = (uint64_t)(x * 1e8 + 0.5), digits;
	size_t n;

	if ((double)all / 1e8 != x)
		return 0;
	n = put_whole(out, (uint32_t)(all / TEN_8));
	digits = eight_digits((uint32_t)(all % TEN_8));
	out[n++] = '.';
	le_store64(out + n, digits | ASCII_ZEROS);
	return n + significant(digits);
}

/* X, from 10^-4 to 10, if it has at most 14. */
static inline size_t put_short_small(char *out, double x)
{
	uint64_t all = (uint64_t)(x * 1e14 + 0.5), digits;
	uint32_t high = (uint32_t)(all / 1000000);
	uint32_t low = (uint32_t)(all % 1000000);

	if ((double)all / 1e14 != x)
		return 0;
	digits = eight_digits(high % (uint32_t)TEN_8);
	out[0] = (char)('0' + high / (uint32_t)TEN_8);
	out[1] = '.';
	le_store64(out + 2, digits | ASCII_ZEROS);
	if (!low)
		return 2 + significant(digits);
	digits = eight_digits(low * 100);
	le_store64(out + 10, digits | ASCII_ZEROS);
	return 10 + significant(digits);
}

size_t num_from_double(char out[NUM_DOUBLE_MAX], double x)
{
	const uint64_t inf = UINT64_C(0x7ff) << 52;
	uint64_t bits, size;
	size_t sign, n = 0;
	double abs = fabs(x);

	memcpy(&bits, &x, sizeof(bits));
	sign = (size_t)(bits >> 63);
	size = bits & ~(UINT64_C(1) << 63);
	if (size - 1 >= inf - 1)
		return layout_special(out, sign, size == 0, size > inf);
	out[0] = '-';
	if (is_whole(size))
		return sign + num_from_u64(out + sign, whole_of(size));
	if (abs >= 1e-4 && abs < 10)
		n = put_short_small(out + sign, abs);
	else if (abs >= 10 && abs < 1e7)
		n = put_short(out + sign, abs);
	return sign + (n ? n : layout(out + sign, decimal_of(size)));
}

struct num_text num_text(double x)
{
	struct num_text ret;

	ret.s[num_from_double(ret.s, x)] = '\0';
	return ret;
}

size_t num_from_float(char out[NUM_DOUBLE_MAX], float x)
{
	const uint32_t inf = UINT32_C(0xff) << 23;
	uint32_t bits, size;
	size_t sign;

	memcpy(&bits, &x, sizeof(bits));
	sign = bits >> 31;
	size = bits & ~(UINT32_C(1) << 31);
	if (size - 1 >= inf - 1)
		return layout_special(out, sign, size == 0, size > inf);
	out[0] = '-';
	return sign + layout(out + sign, decimal_of_float(size));
}
