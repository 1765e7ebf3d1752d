/* SPDX-License-Identifier: MIT */
/*
 * Text to numbers.  A decimal of few digits and a small exponent is one exact
 * integer times or over one exact power of ten, hence correctly rounded (W. D.
 * Clinger, PLDI 1990).  Of one with up to 19 digits the product with 128 bits
 * of the power nearly always tells (after D. Lemire, "Number parsing at a
 * gigabyte per second", 2021); strtod() does the rest.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/num_pow10.h"
#include "base/str.h"
#include "base/u128.h"

/* 1 is right too (s390x): only what is of type float may be wider. */
_Static_assert(FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1,
	"doubles are rounded to double");

/*
 * A tie between doubles has at most 767 digits; what follows only has to be
 * seen to be there.
 */
#define DIGITS_MAX 800
/* Exponents beyond this are 0 or infinity whatever the digits. */
#define EXP_MAX 100000000
#define RATIO_MAX UINT64_C(1000000000000000000)

struct scan {
	bool negative;
	uint64_t mant; /* the first 19 significant digits */
	size_t ndigit; /* significant digits seen */
	int64_t exp;   /* value = all digits as an integer * 10^exp */
	size_t length; /* characters read */
};

static void take_digit(struct scan *sc, char c)
{
	if (sc->ndigit == 0 && c == '0')
		return;
	if (sc->ndigit < 19)
		sc->mant = sc->mant * 10 + (uint64_t)(c - '0');
	sc->ndigit++;
}

/* The exponent part at S[i], if it is whole; else nothing is taken. */
static size_t scan_exponent(struct scan *sc, const char *s, size_t n, size_t i)
{
	bool negative = false;
	int64_t e = 0;

	if (i >= n || (s[i] != 'e' && s[i] != 'E'))
		return i;
	size_t j = i + 1;
	if (j < n && (s[j] == '+' || s[j] == '-'))
		negative = s[j++] == '-';
	if (j >= n || !str_is_digit(s[j]))
		return i;
	for (; j < n && str_is_digit(s[j]); j++)
		if (e < EXP_MAX)
			e = e * 10 + (s[j] - '0');
	sc->exp += negative ? -e : e;
	return j;
}

static bool scan(struct scan *sc, const char *s, size_t n)
{
	size_t i = 0, start, after = 0;

	*sc = (struct scan){0};
	if (i < n && (s[i] == '+' || s[i] == '-'))
		sc->negative = s[i++] == '-';
	for (start = i; i < n && str_is_digit(s[i]); i++)
		take_digit(sc, s[i]);
	size_t whole = i - start;
	if (i < n && s[i] == '.' &&
		(whole > 0 || (i + 1 < n && str_is_digit(s[i + 1])))) {
		for (i++; i < n && str_is_digit(s[i]); i++, after++)
			take_digit(sc, s[i]);
	}
	if (whole + after == 0)
		return false;
	sc->exp = -(int64_t)after;
	sc->length = scan_exponent(sc, s, n, i);
	return true;
}

/* The digits again, for strtod: at most DIGITS_MAX, then a sticky 1. */
static double slow_value(const struct scan *sc, const char *s)
{
	char text[DIGITS_MAX + 32];
	size_t len = 0, seen = 0;
	int64_t exp = sc->exp;
	bool sticky = false;

	for (size_t i = 0; i < sc->length && seen < sc->ndigit; i++) {
		if (!str_is_digit(s[i]) || (seen == 0 && s[i] == '0'))
			continue;
		if (seen++ < DIGITS_MAX)
			text[len++] = s[i];
		else
			sticky |= s[i] != '0';
	}
	if (seen > DIGITS_MAX) {
		exp += (int64_t)(seen - DIGITS_MAX);
		/* No tie between doubles has this many digits. */
		text[len - 1] |= sticky ? 1 : 0;
	}
	snprintf(text + len, sizeof(text) - len, "e%lld", (long long)exp);
	return strtod(text, NULL);
}

/*
 * 192 bits of a product, high half first, to 53 by rounding; UP: a half too.
 * The top bit of HI is bit 127 or 126.
 */
static uint64_t round_product(u128 hi, uint64_t lo, int shift, bool up)
{
	u128 half = (u128)1 << (shift - 1), rest = hi & (2 * half - 1);
	uint64_t m = (uint64_t)(hi >> shift);

	return m + (rest > half || (rest == half && (lo > 0 || up)));
}

/*
 * M * 10^E, if that is normal and its rounding is not in doubt.  The power is
 * at most one unit too large, the product hence at most M: what both ends of
 * that interval round to is right.
 */
static bool product_of(uint64_t m, int64_t e, double *ret)
{
	if (m == 0 || e < NUM_POW10_FIRST || e > 308)
		return false;
	const struct num_pow10 *g = &num_pow10[e - NUM_POW10_FIRST];
	int zeros = __builtin_clzll(m);
	uint64_t w = m << zeros;
	u128 low = (u128)w * g->lo;
	u128 hi = (u128)w * g->hi + (uint64_t)(low >> 64);
	uint64_t lo = (uint64_t)low;
	int shift = 128 - 53 - !(hi >> 127);
	u128 half = (u128)1 << (shift - 1);
	uint64_t up = round_product(hi, lo, shift, false);

	if (lo == 0 && (hi & (2 * half - 1)) == half)
		return false;
	if (up != round_product(hi - (lo < w), lo - w, shift, true))
		return false;
	/* floor(log2(10^e)), exact here */
	int64_t exp = ((e * 1741647) >> 19) + shift - zeros + 52 - 63;
	uint64_t bits;

	if (exp < -1022 || exp > 1022)
		return false;
	bits = ((uint64_t)(exp + 1022) << 52) + up;
	memcpy(ret, &bits, sizeof(bits));
	return true;
}

const double num_ten[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
	1e22};

static double value_of(const struct scan *sc, const char *s)
{
	if (sc->ndigit == 0)
		return 0;
	if (sc->ndigit <= 19 && sc->mant <= UINT64_C(1) << 53) {
		if (sc->exp >= -NUM_TEN_MAX && sc->exp <= 0)
			return (double)sc->mant / num_ten[-sc->exp];
		if (sc->exp > 0 && sc->exp <= NUM_TEN_MAX)
			return (double)sc->mant * num_ten[sc->exp];
	}
	double x;

	if (sc->ndigit <= 19 && product_of(sc->mant, sc->exp, &x))
		return x;
	return slow_value(sc, s);
}

size_t num_scan_double(const char *s, size_t n, double *ret)
{
	struct scan sc;
	double x;

	if (!scan(&sc, s, n))
		return 0;
	x = value_of(&sc, s);
	*ret = sc.negative ? -x : x;
	return sc.length;
}

int num_cell_double(const char *s, size_t n, double *ret)
{
	bool negative;

	if (n == 0)
		return -1;
	if (num_scan_double(s, n, ret) == n)
		return 0;
	negative = s[0] == '-';
	if (s[0] == '-' || s[0] == '+') {
		s++;
		n--;
	}
	if (str_is_in_any_case(s, n, "nan"))
		*ret = NAN;
	else if (str_is_in_any_case(s, n, "inf") ||
		 str_is_in_any_case(s, n, "infinity"))
		*ret = negative ? -INFINITY : INFINITY;
	else
		return -1;
	return 0;
}

/* Room for a number as it should have been written. */
#define MEANT_MAX 64

/* S without the characters of JUNK, its commas as TO ('\0': none). */
static void respell(char out[MEANT_MAX], const char *s, char to)
{
	size_t n = 0;

	for (; *s && n < MEANT_MAX - 1; s++) {
		char c = *s == ',' ? to : *s;

		if (c && c != '_' && c != ' ' && c != '\'')
			out[n++] = c;
	}
	out[n] = '\0';
}

/* A number and what its suffix makes of it. */
static bool with_suffix(const char *s, double *ret)
{
	static const struct {
		const char *suffix;
		double times;
	} unit[] = {
		{"", 1},
		{"%", 0.01},
		{"k", 1e3},
		{"K", 1e3},
		{"M", 1e6},
		{"x", 1},
	};
	size_t n = strlen(s), used = num_scan_double(s, n, ret);
	double by = 0;

	if (used && s[used] == '/' &&
		num_scan_double(s + used + 1, n - used - 1, &by) ==
			n - used - 1 &&
		by != 0) {
		*ret /= by;
		return true;
	}
	for (size_t i = 0; used && i < ARRAY_SIZE(unit); i++)
		if (strcmp(s + used, unit[i].suffix) == 0) {
			*ret *= unit[i].times;
			return true;
		}
	return false;
}

/*
 * Whether S, which is not a plain number, can be read as one in [LO, HI]:
 * 0,1; 5%; 10k; 1_000; 1/3.  Writes how it is spelt to OUT.
 */
static bool meant(
	char out[MEANT_MAX], const char *s, double lo, double hi, bool whole)
{
	char text[MEANT_MAX] = "";
	double x;

	/* A comma between thousands of a whole number, else a point. */
	for (int i = 0; i < 2; i++) {
		respell(text, s, whole == (i == 0) ? '\0' : '.');
		if (!with_suffix(text, &x) || !(x >= lo && x <= hi) ||
			(whole && (x != floor(x) || x > 1e15)))
			continue;
		snprintf(out, MEANT_MAX, "%.15g", x);
		return true;
	}
	return false;
}

static int not_in_range(const char *what, const char *s, const char *problem,
	double lo, double hi, struct diag *d)
{
	if (lo == DBL_MIN && hi == DBL_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s: %s %s; expected a number "
			"above 0",
			what, s, problem);
	if (hi == DBL_MAX)
		return diag_set(d, DIAG_USAGE, "%s: %s %s; expected %g or more",
			what, s, problem, lo);
	return diag_set(d, DIAG_USAGE, "%s: %s %s; expected %g to %g", what, s,
		problem, lo, hi);
}

int num_arg_double(const char *what, const char *s, double lo, double hi,
	double *ret, struct diag *d)
{
	size_t n = strlen(s);
	char as[MEANT_MAX], quoted[128];
	double x;

	if (n == 0 || num_scan_double(s, n, &x) != n) {
		if (meant(as, s, lo, hi, false))
			return diag_set(d, DIAG_USAGE,
				"%s: '%s' is not a decimal; expected %s", what,
				s, as);
		snprintf(quoted, sizeof(quoted), "'%.100s'", s);
		return not_in_range(what, quoted, "is not a number", lo, hi, d);
	}
	if (!(x >= lo && x <= hi) || isinf(x))
		return not_in_range(what, s, "is out of range", lo, hi, d);
	*ret = x;
	return 0;
}

int num_arg_u64(const char *what, const char *s, uint64_t lo, uint64_t hi,
	uint64_t *ret, struct diag *d)
{
	char as[MEANT_MAX];
	uint64_t x = 0;
	bool over = false;
	size_t i;

	for (i = 0; str_is_digit(s[i]); i++)
		over |= __builtin_mul_overflow(x, 10, &x) ||
			__builtin_add_overflow(x, (uint64_t)(s[i] - '0'), &x);
	if (i == 0 || s[i] != '\0') {
		if (meant(as, s, (double)lo, (double)hi, true))
			return diag_set(d, DIAG_USAGE,
				"%s: '%s' is not a plain whole number; "
				"expected %s",
				what, s, as);
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a whole number; expected %llu to %llu",
			what, s, (unsigned long long)lo,
			(unsigned long long)hi);
	}
	if (over || x < lo || x > hi)
		return diag_set(d, DIAG_USAGE,
			"%s: %s is out of range; expected %llu to %llu", what,
			s, (unsigned long long)lo, (unsigned long long)hi);
	*ret = x;
	return 0;
}

double num_with_digits(double x, int digits)
{
	char text[32];
	double ret = x;
	int n = snprintf(text, sizeof(text), "%.*e", digits - 1, x);

	num_scan_double(text, (size_t)n, &ret);
	return ret;
}

uint64_t num_gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t r = a % b;
		a = b;
		b = r;
	}
	return a;
}

/* Multiplies *X by 10^E; -1 if it leaves 18 digits. */
static int scale_pow10(uint64_t *x, int64_t e)
{
	while (e-- > 0 && *x) {
		if (*x > RATIO_MAX / 10)
			return -1;
		*x *= 10;
	}
	return 0;
}

/* One decimal as an exact ratio, not reduced. */
static int scan_ratio(
	const char *s, size_t n, size_t *length, struct num_ratio *ret)
{
	struct scan sc;

	if (!scan(&sc, s, n) || sc.negative || sc.ndigit > 18)
		return -1;
	*length = sc.length;
	*ret = (struct num_ratio){sc.mant, 1};
	if (sc.mant == 0)
		return 0;
	for (; sc.exp < 0 && ret->p % 10 == 0; sc.exp++)
		ret->p /= 10;
	return scale_pow10(
		sc.exp < 0 ? &ret->q : &ret->p, sc.exp < 0 ? -sc.exp : sc.exp);
}

static int parse_ratio(const char *s, struct num_ratio *ret)
{
	size_t n = strlen(s), used;
	struct num_ratio over;

	if (scan_ratio(s, n, &used, ret))
		return -1;
	s += used;
	n -= used;
	if (n == 1 && *s == '%')
		return scale_pow10(&ret->q, 2);
	if (n > 1 && *s == '/') {
		if (scan_ratio(s + 1, n - 1, &used, &over) || used != n - 1 ||
			over.p == 0)
			return -1;
		if (__builtin_mul_overflow(ret->p, over.q, &ret->p) ||
			__builtin_mul_overflow(ret->q, over.p, &ret->q))
			return -1;
		return 0;
	}
	return n ? -1 : 0;
}

/* To lowest terms; -1 if they are too large even so. */
static int reduce(struct num_ratio *r)
{
	uint64_t g = num_gcd(r->p, r->q);

	*r = (struct num_ratio){r->p / g, r->q / g};
	return r->p > RATIO_MAX || r->q > RATIO_MAX ? -1 : 0;
}

/* 90, or 97.5, is likely to be meant as a percentage. */
static int fail_above_all(const char *what, const char *s,
	const struct num_ratio *r, struct diag *d)
{
	double part = (double)r->p / (double)r->q / 100;

	if (part <= 1 && !strpbrk(s, "%/"))
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is more than all; expected %s%% or %g, a "
			"part of 1",
			what, s, s, part);
	return diag_set(d, DIAG_USAGE,
		"%s: '%s' is more than all; expected 0 to 1, or 0%% to 100%%",
		what, s);
}

int num_arg_ratio(
	const char *what, const char *s, struct num_ratio *ret, struct diag *d)
{
	char as[MEANT_MAX];
	struct num_ratio r;

	if (parse_ratio(s, &r) || reduce(&r)) {
		if (strpbrk(s, ",_ ") && meant(as, s, 0, 1, false))
			return diag_set(d, DIAG_USAGE,
				"%s: '%s' is not a ratio; expected %s", what, s,
				as);
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a ratio; expected 0.9, 90%% or 9/10, "
			"at most 18 digits",
			what, s);
	}
	if (r.p > r.q)
		return fail_above_all(what, s, &r, d);
	*ret = r;
	return 0;
}

/* The factor that the suffix S of a size stands for; 0: it is none. */
static uint64_t size_factor(const char *s)
{
	static const char letter[] = "kMGT";
	const char *at;
	uint64_t step = 1000, ret = 1;

	if (!*s || strcmp(s, "B") == 0)
		return 1;
	at = strchr(letter, *s == 'K' ? 'k' : *s);
	if (!at || !*s)
		return 0;
	s++;
	if (*s == 'i') {
		step = 1024;
		s++;
	}
	if (*s == 'B')
		s++;
	for (const char *l = letter; l <= at; l++)
		ret *= step;
	return *s ? 0 : ret;
}

int num_arg_bytes(
	const char *what, const char *s, uint64_t *ret, struct diag *d)
{
	struct num_ratio r;
	size_t used = 0;
	uint64_t factor = 0;
	u128 x = 0;

	if (!scan_ratio(s, strlen(s), &used, &r))
		factor = size_factor(s + used);
	if (factor)
		x = (u128)r.p * factor / r.q;
	if (x == 0 || x > UINT64_MAX)
		return diag_set(d, DIAG_USAGE,
			"%s: '%s' is not a size; expected bytes, or as 500M, "
			"1.5GB or 64MiB",
			what, s);
	*ret = (uint64_t)x;
	return 0;
}
