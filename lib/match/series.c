/* SPDX-License-Identifier: MIT */
/*
 * How a log was printed.  The shortest digits that read back to each number
 * never have more significant digits, or more decimals, than the format that
 * printed them; where many numbers have just that many, it is the format.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/num.h"
#include "match/match.h"

/* More than these are as good as exact. */
#define DIGITS_MAX 15
/* Fewer say nothing: .1, .01 and .001 were typed. */
#define DIGITS_MIN 3

struct printed {
	int digits; /* significant */
	int last;   /* the power of ten of the last one */
	int first;  /* of the first one */
};

/* How the shortest text of X, not 0 and finite, looks. */
static struct printed look(double x)
{
	char text[NUM_DOUBLE_MAX];
	size_t n = num_from_double(text, fabs(x)), i = 0;
	int power = 0, exponent = 0, sign = 1, zeros = 0, digits = 0;
	bool point = false;

	for (; i < n && text[i] != 'e'; i++) {
		if (text[i] == '.') {
			point = true;
			continue;
		}
		power -= point;
		if (text[i] != '0') {
			digits += 1 + (digits ? zeros : 0);
			zeros = 0;
		} else
			zeros++;
	}
	if (i < n)
		i++;
	for (; i < n; i++) {
		if (text[i] == '-')
			sign = -1;
		else if (text[i] >= '0' && text[i] <= '9')
			exponent = exponent * 10 + (text[i] - '0');
	}
	power += sign * exponent + zeros;
	return (struct printed){digits, power, power + digits - 1};
}

/* COUNT of N numbers have the most, SIZE: is that the format's doing? */
static bool is_format(size_t count, size_t n, int size)
{
	return size >= DIGITS_MIN && size <= DIGITS_MAX && count >= 2 &&
	       count * (size_t)size >= 8 &&
	       (2 * count >= n || (count >= 16 && 5 * count >= n));
}

/* Only numbers that differ from the one before count: plateaus say nothing. */
static void find_format(struct match_series *s)
{
	size_t ndigits = 0, nlast = 0, n = 0;
	int digits = 0, last = INT16_MAX;

	for (size_t i = 0; i < s->n; i++) {
		struct printed p;

		if (s->rate[i] == 0 || (i && s->rate[i] == s->rate[i - 1]))
			continue;
		p = look(s->rate[i]);
		n++;
		if (p.digits > digits)
			ndigits = 0;
		if (p.last < last)
			nlast = 0;
		digits = p.digits > digits ? p.digits : digits;
		last = p.last < last ? p.last : last;
		ndigits += p.digits == digits;
		nlast += p.last == last;
	}
	s->likely = digits >= DIGITS_MIN + 1 && digits <= 9 ? digits : 0;
	if (is_format(ndigits, n, digits))
		s->digits = digits;
	if (last < 0 && is_format(nlast, n, -last))
		s->decimals = -last;
}

double match_series_half(const struct match_series *s, size_t i, int digits)
{
	double unit = s->decimals ? pow(10, -s->decimals) : 0;

	if (digits && s->rate[i] != 0)
		unit = fmax(unit, pow(10, look(s->rate[i]).first - digits + 1));
	return unit / 2;
}

static void find_halves(struct match_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->half[i] = i && s->rate[i] == s->rate[i - 1]
				     ? s->half[i - 1]
				     : match_series_half(s, i, s->digits);
}

int match_series_init(struct match_series *s, double *step, double *rate,
	size_t n, double origin, struct diag *d)
{
	*s = (struct match_series){
		.step = step, .rate = rate, .stride = INFINITY};
	s->half = malloc((n + 1) * sizeof(*s->half));
	if (!s->half)
		return diag_nomem(d, (n + 1) * sizeof(*s->half));
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(step[i]) || !isfinite(rate[i]))
			continue;
		s->step[s->n] = step[i] - origin;
		s->rate[s->n] = rate[i];
		s->peak = fmax(s->peak, fabs(rate[i]));
		if (s->n && s->step[s->n] > s->step[s->n - 1])
			s->stride = fmin(
				s->stride, s->step[s->n] - s->step[s->n - 1]);
		s->n++;
	}
	if (isinf(s->stride))
		s->stride = 1;
	find_format(s);
	find_halves(s);
	return 0;
}

void match_series_free(struct match_series *s)
{
	free(s->half);
	*s = (struct match_series){0};
}
