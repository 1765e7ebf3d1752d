/* SPDX-License-Identifier: MIT */
/*
 * Numbers: what is printed reads back to the same bits (by strtod, which is
 * not ours), in no more digits than %.17g trials need, and in Python's layout.
 */
#include <stdlib.h>

#include "base/num.h"
#include "tap.h"

static const struct {
	double x;
	const char *text;
} printed[] = {
	{0.0, "0"},
	{-0.0, "-0"},
	{1, "1"},
	{-1.5, "-1.5"},
	{0.1, "0.1"},
	{0.30000000000000004, "0.30000000000000004"},
	{1e-4, "0.0001"},
	{1e-5, "1e-05"},
	{1.5e-5, "1.5e-05"},
	{123456789, "123456789"},
	{1e15, "1000000000000000"},
	{1e16, "1e+16"},
	{9007199254740993.0, "9007199254740992"},
	{1.2345678901234568e17, "1.2345678901234568e+17"},
	{1e22, "1e+22"},
	{1e23, "1e+23"},
	{5e-324, "5e-324"},
	{2.2250738585072014e-308, "2.2250738585072014e-308"},
	{2.2250738585072011e-308, "2.225073858507201e-308"},
	{1.7976931348623157e308, "1.7976931348623157e+308"},
	{9.5367431640625e-07, "9.5367431640625e-07"},
	{2e100, "2e+100"},
	{INFINITY, "inf"},
	{-INFINITY, "-inf"},
	{NAN, "nan"},
};

static const struct {
	const char *text;
	double x;
	size_t used; /* 0: no number */
} scanned[] = {
	{"0", 0, 1},
	{"-0", -0.0, 2},
	{"+1.5", 1.5, 4},
	{".5", 0.5, 2},
	{"5.", 5, 2},
	{"1e3x", 1000, 3},
	{"1e", 1, 1},
	{"1e+", 1, 1},
	{"0.0938WARNING", 0.0938, 6},
	{"1e400", INFINITY, 5},
	{"1e-400", 0, 6},
	{"1e99999999999999999999", INFINITY, 22},
	{"2.2250738585072011e-308", 2.2250738585072011e-308, 23},
	{"9007199254740993", 9007199254740992.0, 16},
	{"9007199254740993.0000000000000000000000001", 9007199254740994.0, 42},
	{"123456789012345678901234567890", 123456789012345678901234567890.0,
		30},
	{"", 0, 0},
	{"-", 0, 0},
	{".", 0, 0},
	{"e5", 0, 0},
	{" 1", 0, 0},
	{"inf", 0, 0},
	{"nan", 0, 0},
};

static const struct {
	const char *text;
	uint64_t p, q; /* q 0: refused */
} ratios[] = {
	{"0", 0, 1},
	{"1", 1, 1},
	{"0.9", 9, 10},
	{"90%", 9, 10},
	{"0.29", 29, 100},
	{"29%", 29, 100},
	{"9/10", 9, 10},
	{"1/3", 1, 3},
	{"1e-3", 1, 1000},
	{"33.3%", 333, 1000},
	{"0.999999999999999999", UINT64_C(999999999999999999),
		UINT64_C(1000000000000000000)},
	{"0.9999999999999999999", 0, 0},
	{"-0.5", 0, 0},
	{"1/0", 0, 0},
	{"1/", 0, 0},
	{"0.5x", 0, 0},
	{"", 0, 0},
	{"nan", 0, 0},
	{"1e-19", 0, 0},
};

static void test_tables(void)
{
	char out[NUM_DOUBLE_MAX + 1];
	struct diag d;

	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		out[num_from_double(out, printed[i].x)] = '\0';
		is_text(out, printed[i].text, printed[i].text);
	}
	for (size_t i = 0; i < sizeof(scanned) / sizeof(scanned[0]); i++) {
		double x = 0;
		size_t used = num_scan_double(
			scanned[i].text, strlen(scanned[i].text), &x);
		ok(used == scanned[i].used && x == scanned[i].x &&
				signbit(x) == signbit(scanned[i].x),
			"scans '%s'", scanned[i].text);
	}
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		struct num_ratio r = {0, 0};
		int ret = num_arg_ratio("s", ratios[i].text, &r, &d);
		ok((ret == 0) == (ratios[i].q != 0) && r.p == ratios[i].p &&
				r.q == ratios[i].q,
			"ratio '%s'", ratios[i].text);
	}
}

/* The significant digits of S, without sign, point, exponent; their number. */
static size_t digits_of(char digits[40], const char *s)
{
	size_t n = 0;

	for (; *s && *s != 'e'; s++)
		if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
			digits[n++] = *s;
	while (n > 0 && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
	return n;
}

/*
 * The fewest digits, rounded by the C library, that tell X from its
 * neighbours; so they are nearest to X among as many.
 */
static size_t libc_digits(char digits[40], double x)
{
	char text[40];
	int n = 0;

	do
		snprintf(text, sizeof(text), "%.*e", n, x);
	while (strtod(text, NULL) != x && ++n < 17);
	return digits_of(digits, text);
}

/* Where X ends its binade, fewer digits may do that are not the nearest. */
static bool survives(double x)
{
	char out[NUM_DOUBLE_MAX + 1], own_digits[40], want_digits[40];
	size_t n = num_from_double(out, x), nown, nwant;
	double own, libc;

	out[n] = '\0';
	libc = strtod(out, NULL);
	nown = digits_of(own_digits, out);
	nwant = libc_digits(want_digits, x);
	return memcmp(&libc, &x, sizeof(x)) == 0 &&
	       num_scan_double(out, n, &own) == n &&
	       memcmp(&own, &x, sizeof(x)) == 0 &&
	       (nown < nwant || strcmp(own_digits, want_digits) == 0);
}

static void test_round_trip(void)
{
	uint64_t state = 1, bad = 0;

	for (int e = -1074; e < 1024; e++) {
		double x = ldexp(1, e);
		bad += !survives(x);
		bad += !survives(nextafter(x, 0));
		bad += e < 1023 && !survives(nextafter(x, INFINITY));
	}
	is_u64(bad, 0, "powers of two and their neighbours round-trip");
	for (int e = -324; e <= 308; e++) {
		char text[16];
		snprintf(text, sizeof(text), "1e%d", e);
		bad += !survives(strtod(text, NULL));
	}
	is_u64(bad, 0, "powers of ten round-trip");
	for (int i = 0; i < 200000; i++) {
		uint64_t bits = tap_random(&state);
		double x;
		memcpy(&x, &bits, sizeof(x));
		bad += isfinite(x) && !survives(x);
	}
	is_u64(bad, 0, "random bit patterns round-trip, shortest");
	for (int i = 0; i < 100000; i++) {
		double x = (double)(tap_random(&state) % 1000000) / 1e5;
		bad += !survives(x);
	}
	is_u64(bad, 0, "short decimals round-trip, shortest");
}

/* The same text read by strtod, digits of every length. */
static void test_scan_against_strtod(void)
{
	uint64_t state = 7, bad = 0;

	for (int i = 0; i < 100000; i++) {
		char text[64];
		size_t n = 0, ndigit = 1 + tap_random(&state) % 30;
		double x = 0;

		for (size_t j = 0; j < ndigit; j++) {
			text[n++] = (char)('0' + tap_random(&state) % 10);
			if (tap_random(&state) % 30 == 0 &&
				!memchr(text, '.', n))
				text[n++] = '.';
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, "e%d",
			(int)(tap_random(&state) % 640) - 320);
		bad += num_scan_double(text, n, &x) != n ||
		       x != strtod(text, NULL);
	}
	is_u64(bad, 0, "random decimals scan as strtod reads them");
}

int main(void)
{
	test_tables();
	test_round_trip();
	test_scan_against_strtod();
	return tap_done();
}
