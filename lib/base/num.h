/* SPDX-License-Identifier: MIT */
/*
 * Numbers <-> text, exactly and without a locale.  Every number a user or a
 * file hands in passes through here; every number a tool prints comes out of
 * num_from_double() or num_from_u64().
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

struct diag;

/* Room num_from_double() wants; the longest text has 24 characters. */
#define NUM_DOUBLE_MAX 48
#define NUM_U64_MAX 20

/* The powers of ten, from 0 on, that a double holds exactly. */
#define NUM_TEN_MAX 22
extern const double num_ten[NUM_TEN_MAX + 1];

/*
 * Reads the longest decimal number at the start of S[0..n): sign, digits,
 * point, exponent; no hex, no inf, no nan, no blanks.  The value is correctly
 * rounded; one too large becomes HUGE_VAL.  Returns the characters read, 0 if
 * there is no number (then *RET is untouched).
 */
size_t num_scan_double(const char *s, size_t n, double *ret);

/*
 * Reads all of S[0..n) as a cell of a table: what num_scan_double() reads, or
 * nan, inf, infinity with a sign, in any case.  Returns 0, or -1 if S is
 * anything else (also when empty).
 */
int num_cell_double(const char *s, size_t n, double *ret);

/*
 * The one gate for numbers in options: all of S is a finite decimal in
 * [LO, HI].  WHAT names the option or key in the message.  Returns 0, or -1
 * with DIAG_USAGE.
 */
int num_arg_double(const char *what, const char *s, double lo, double hi,
	double *ret, struct diag *d);
int num_arg_u64(const char *what, const char *s, uint64_t lo, uint64_t hi,
	uint64_t *ret, struct diag *d);

/* An exact ratio p/q, q > 0, in lowest terms. */
struct num_ratio {
	uint64_t p, q;
};

/*
 * Reads all of S as an exact part of a whole, 0 to 1: "0.9", "90%", "9/10",
 * "1e-3"; at most 18 significant digits, and neither p nor q above 10^18.
 * Returns 0, or -1 with DIAG_USAGE and WHAT in the text.
 */
int num_arg_ratio(
	const char *what, const char *s, struct num_ratio *ret, struct diag *d);

/*
 * Reads all of S as a number of bytes above 0, rounded down: "4096", "500M" and
 * "1.5GB", of 1000, or "64MiB", of 1024, with k, M, G and T.  Returns 0, or -1
 * with DIAG_USAGE and WHAT in the text.
 */
int num_arg_bytes(
	const char *what, const char *s, uint64_t *ret, struct diag *d);

/*
 * Writes X as Python's repr() does, without a trailing ".0": the shortest
 * digits that read back to X, nearest to X where several are shortest; nan,
 * inf, -inf, -0.  Not NUL-terminated; what is left of OUT is undefined.
 * Returns the length.
 */
size_t num_from_double(char out[NUM_DOUBLE_MAX], double x);

/* The same with a NUL, e.g. for "%s": num_text(x).s */
struct num_text {
	char s[NUM_DOUBLE_MAX + 1];
};
struct num_text num_text(double x);

/* The same of a float: the shortest digits that read back to that float. */
size_t num_from_float(char out[NUM_DOUBLE_MAX], float x);

/* X with so many significant digits, 17 at most, as if that had been typed. */
double num_with_digits(double x, int digits);

/* The decimal digits of X; returns their number; the rest is undefined. */
size_t num_from_u64(char out[NUM_U64_MAX], uint64_t x);

/* The greatest common divisor; of X and 0 it is X. */
uint64_t num_gcd(uint64_t a, uint64_t b);

#endif
