/* SPDX-License-Identifier: MIT */
/*
 * Just enough to write unit tests: each check prints a line of TAP, and
 * main() ends with "return tap_done();".
 */
#ifndef TAP_H
#define TAP_H

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"

static unsigned tap_count, tap_failed;

/* The check: COND holds.  What it is about goes to FMT.  Returns COND. */
__attribute__((format(printf, 2, 3), unused)) static bool ok(
	bool cond, const char *fmt, ...)
{
	va_list ap;

	tap_count++;
	tap_failed += !cond;
	printf("%s %u - ", cond ? "ok" : "not ok", tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
	return cond;
}

__attribute__((unused)) static bool is_u64(
	uint64_t got, uint64_t want, const char *what)
{
	if (ok(got == want, "%s", what))
		return true;
	printf("# got %llu, want %llu\n", (unsigned long long)got,
		(unsigned long long)want);
	return false;
}

/* Equal as values, or both NaN. */
__attribute__((unused)) static bool is_double(
	double got, double want, const char *what)
{
	if (ok(got == want || (isnan(got) && isnan(want)), "%s", what))
		return true;
	printf("# got %.17g, want %.17g\n", got, want);
	return false;
}

/* |got - want| <= tol. */
__attribute__((unused)) static bool is_near(
	double got, double want, double tol, const char *what)
{
	if (ok(fabs(got - want) <= tol, "%s", what))
		return true;
	printf("# got %.17g, want %.17g +- %g\n", got, want, tol);
	return false;
}

__attribute__((unused)) static bool is_text(
	const char *got, const char *want, const char *what)
{
	if (ok(strcmp(got, want) == 0, "%s", what))
		return true;
	printf("# got  '%s'\n# want '%s'\n", got, want);
	return false;
}

/* splitmix64 (S. Vigna, 2015): the tests' own random numbers. */
__attribute__((unused)) static uint64_t tap_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed != 0;
}

#endif
