/* SPDX-License-Identifier: MIT */
/*
 * Numbers: what is printed reads back to the same bits (by strtod, which is
 * not ours), in no more digits than %.17g trials need, and in Python's layout.
 * With FULL=1 in the environment, 10^8 random bit patterns are held to that
 * (make check-full).
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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
	float x;
	const char *text;
} printed_float[] = {
	{0.0F, "0"},
	{-0.0F, "-0"},
	{1, "1"},
	{0.1F, "0.1"},
	{-0.3F, "-0.3"},
	{1e-5F, "1e-05"},
	{16777216, "16777216"},
	{123456792, "123456790"},
	{1e15F, "1000000000000000"},
	{1e16F, "1e+16"},
	{0x1p-149F, "1e-45"},
	{0x1p-126F, "1.1754944e-38"},
	{0x1.fffffep127F, "3.4028235e+38"},
	{0x1.99999ap-4F, "0.1"},
	{0x1.99999cp-4F, "0.10000001"},
	{INFINITY, "inf"},
	{NAN, "nan"},
};

static const struct {
	uint64_t x;
	const char *text;
} printed_whole[] = {
	{0, "0"},
	{7, "7"},
	{10, "10"},
	{99999999, "99999999"},
	{100000000, "100000000"},
	{UINT64_C(9007199254740992), "9007199254740992"},
	{UINT64_C(9999999999999999), "9999999999999999"},
	{UINT64_C(10000000000000000), "10000000000000000"},
	{UINT64_C(1000000000000000001), "1000000000000000001"},
	{UINT64_MAX, "18446744073709551615"},
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

/* 0: refused */
static const struct {
	const char *text;
	uint64_t x;
} sizes[] = {
	{"1", 1},
	{"4096", 4096},
	{"4096B", 4096},
	{"500M", 500000000},
	{"1.5GB", 1500000000},
	{"1.2345k", 1234},
	{"2K", 2000},
	{"64MiB", 67108864},
	{"0.5Gi", 536870912},
	{"1e3", 1000},
	{"16777215TiB", UINT64_C(16777215) << 40},
	{"16777216TiB", 0},
	{"1e19T", 0},
	{"0", 0},
	{"0.9", 0},
	{"-1", 0},
	{"M", 0},
	{"1 M", 0},
	{"1MM", 0},
	{"1Mb", 0},
	{"1i", 0},
	{"1m", 0},
	{"50%", 0},
	{"", 0},
};

static void test_sizes(void)
{
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct diag d;
		uint64_t x = 0;
		int ret = num_arg_bytes("s", sizes[i].text, &x, &d);

		ok((ret == 0) == (sizes[i].x != 0) && x == sizes[i].x,
			"size '%s'", sizes[i].text);
	}
}

/* Options: the bounds are in, the whole text counts. */
static const struct {
	const char *text;
	double lo, hi;
	bool good;
} bounded[] = {
	{"0", 0, 1, true},
	{"1", 0, 1, true},
	{"5e-1", 0, 1, true},
	{"-0.5", -1, 1, true},
	{"1.0000000000000002", 0, 1, false},
	{"-1e-300", 0, 1, false},
	{"1e999", 0, INFINITY, false},
	{"inf", 0, INFINITY, false},
	{"nan", 0, 1, false},
	{"", 0, 1, false},
	{" 1", 0, 1, false},
	{"1 ", 0, 1, false},
	{"0x1", 0, 1, false},
};

static const struct {
	const char *text;
	uint64_t lo, hi;
	bool good;
} bounded_whole[] = {
	{"1", 1, 5, true},
	{"5", 1, 5, true},
	{"007", 1, 9, true},
	{"18446744073709551615", 0, UINT64_MAX, true},
	{"18446744073709551616", 0, UINT64_MAX, false},
	{"99999999999999999999", 0, UINT64_MAX, false},
	{"0", 1, 5, false},
	{"6", 1, 5, false},
	{"-1", 0, 5, false},
	{"+1", 0, 5, false},
	{"1.0", 0, 5, false},
	{"1e0", 0, 5, false},
	{"", 0, 5, false},
};

static void test_bounds(void)
{
	struct diag d;

	for (size_t i = 0; i < COUNT(bounded); i++) {
		double x = 7;
		int ret = num_arg_double("x", bounded[i].text, bounded[i].lo,
			bounded[i].hi, &x, &d);

		ok(bounded[i].good
				? ret == 0 && x == strtod(bounded[i].text, NULL)
				: ret == -1 && d.class == DIAG_USAGE && x == 7,
			"option '%s'", bounded[i].text);
	}
	for (size_t i = 0; i < COUNT(bounded_whole); i++) {
		const char *text = bounded_whole[i].text;
		uint64_t x = 77;
		int ret = num_arg_u64("x", text, bounded_whole[i].lo,
			bounded_whole[i].hi, &x, &d);

		ok(bounded_whole[i].good
				? ret == 0 && x == strtoull(text, NULL, 10)
				: ret == -1 && d.class == DIAG_USAGE && x == 77,
			"whole option '%s'", text);
	}
}

static void test_tables(void)
{
	char out[NUM_DOUBLE_MAX + 1];
	struct diag d;

	for (size_t i = 0; i < COUNT(printed); i++) {
		out[num_from_double(out, printed[i].x)] = '\0';
		is_text(out, printed[i].text, printed[i].text);
	}
	for (size_t i = 0; i < COUNT(printed_float); i++) {
		out[num_from_float(out, printed_float[i].x)] = '\0';
		is_text(out, printed_float[i].text, printed_float[i].text);
	}
	for (size_t i = 0; i < COUNT(printed_whole); i++) {
		out[num_from_u64(out, printed_whole[i].x)] = '\0';
		is_text(out, printed_whole[i].text, printed_whole[i].text);
	}
	for (size_t i = 0; i < COUNT(scanned); i++) {
		double x = 0;
		size_t used = num_scan_double(
			scanned[i].text, strlen(scanned[i].text), &x);
		ok(used == scanned[i].used && x == scanned[i].x &&
				signbit(x) == signbit(scanned[i].x),
			"scans '%s'", scanned[i].text);
	}
	for (size_t i = 0; i < COUNT(ratios); i++) {
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

/* S with its last significant digit gone, PLUS 1 in the one before it. */
static size_t shorter(char *out, const char *s, int plus)
{
	size_t n = strlen(s), last = n, i, e = strcspn(s, "e");

	memcpy(out, s, n + 1);
	for (i = 0; i < e; i++)
		if (s[i] >= '1' && s[i] <= '9')
			last = i;
	out[last] = '0';
	if (!plus)
		return n;
	for (i = last; i-- > 0;) {
		if (out[i] < '0' || out[i] > '9')
			continue;
		if (out[i]++ != '9')
			return n;
		out[i] = '0';
	}
	memmove(out + 1, out, n + 1); /* all nines: 999 becomes 1000 */
	out[0] = '1';
	return n + 1;
}

static bool reads(const char *s, double x, bool is_float)
{
	return (is_float ? (double)strtof(s, NULL) : strtod(s, NULL)) == x;
}

/* S reads back to X > 0, and neither number of a digit less around it does. */
static bool is_shortest(const char *s, double x, bool is_float)
{
	char digits[40], less[NUM_DOUBLE_MAX + 2];

	if (!reads(s, x, is_float))
		return false;
	if (digits_of(digits, s) == 1)
		return true;
	shorter(less, s, 0);
	if (reads(less, x, is_float))
		return false;
	shorter(less, s, 1);
	return !reads(less, x, is_float);
}

struct job {
	uint64_t state, n, bad;
};

/* What a program prints of a number: some digits, from 10^-5 to 10^8. */
static double random_decimal(uint64_t *state)
{
	static const double ten[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
		1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
	uint64_t max = (uint64_t)ten[1 + tap_random(state) % 17];

	return (double)(1 + tap_random(state) % max) /
	       ten[tap_random(state) % COUNT(ten)];
}

/* N random doubles, half of them decimals, and a fourth as many floats. */
static void *random_patterns(void *arg)
{
	struct job *job = arg;
	char out[NUM_DOUBLE_MAX + 1];
	uint64_t bits;
	uint32_t half;
	double x;
	float y;

	for (uint64_t i = 0; i < job->n; i++) {
		bits = tap_random(&job->state) & INT64_MAX;
		memcpy(&x, &bits, sizeof(x));
		if (i % 2)
			x = random_decimal(&job->state);
		if (isfinite(x) && x > 0) {
			out[num_from_double(out, x)] = '\0';
			job->bad += !is_shortest(out, x, false);
		}
		if (i % 4)
			continue;
		half = (uint32_t)(tap_random(&job->state) >> 33);
		memcpy(&y, &half, sizeof(y));
		if (isfinite(y) && y > 0) {
			out[num_from_float(out, y)] = '\0';
			job->bad += !is_shortest(out, (double)y, true);
		}
	}
	return NULL;
}

/* 10^8 patterns where FULL asks for them. */
static void test_random_patterns(void)
{
	bool full = getenv("FULL") && *getenv("FULL");
	uint64_t n = full ? 100000000 : 100000, bad = 0;
	long ncpu = full ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
	size_t nthread = ncpu < 1 ? 1 : ncpu > 64 ? 64 : (size_t)ncpu;
	pthread_t thread[64];
	struct job job[64];

	for (size_t i = 0; i < nthread; i++) {
		job[i] = (struct job){i + 1, n / nthread + 1, 0};
		if (pthread_create(&thread[i], NULL, random_patterns, &job[i]))
			job[i].bad = 1, nthread = i;
	}
	for (size_t i = 0; i < nthread; i++) {
		pthread_join(thread[i], NULL);
		bad += job[i].bad;
	}
	ok(bad == 0 && nthread > 0,
		"%llu random doubles, and floats, are shortest and read back",
		(unsigned long long)n);
}

static bool float_survives(float x)
{
	char out[NUM_DOUBLE_MAX + 1];
	float around[] = {x, nextafterf(x, 0), nextafterf(x, INFINITY)};
	bool good = true;

	for (size_t i = 0; i < COUNT(around); i++) {
		if (around[i] == 0)
			continue;
		out[num_from_float(out, around[i])] = '\0';
		good &= is_shortest(out, (double)around[i], true);
	}
	return good;
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
	for (int e = -149; e < 128; e++)
		bad += !float_survives(ldexpf(1, e));
	for (int e = -45; e <= 38; e++) {
		char text[16];
		snprintf(text, sizeof(text), "1e%d", e);
		bad += !float_survives(strtof(text, NULL));
	}
	is_u64(bad, 0, "powers of two and ten round-trip as floats");
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
	for (int i = 0; i < 50000; i++) {
		double x = (double)(tap_random(&state) >> 11);
		bad += !survives(ldexp(x, -(int)(tap_random(&state) % 70)));
	}
	is_u64(bad, 0, "ties round-trip, shortest");
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
	test_bounds();
	test_tables();
	test_sizes();
	test_round_trip();
	test_random_patterns();
	test_scan_against_strtod();
	return tap_done();
}
