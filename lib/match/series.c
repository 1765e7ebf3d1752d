/* SPDX-License-Identifier: MIT */
/*
 * How a log was printed.  The shortest digits that read back to each number
 * never have more significant digits, or more decimals, than the format that
 * printed them; where many numbers have just that many, it is the format.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/diag.h"
#include "base/num.h"
#include "base/str.h"
#include "match/match_impl.h"

/* More than these are as good as exact. */
#define DIGITS_MAX 15
/* Fewer say nothing: .1, .01 and .001 were typed. */
#define DIGITS_MIN 3
/* Rates are printed with so many, if not with an exponent; more are all. */
#define COULD_MIN 2
/* More rates than these, of one digit but not of the first one's, are not
 * typed. */
#define TYPED_MAX 3
#define COULD_MAX 9
/* The shortest spelling of these, and of larger ones, has no exponent. */
#define FIXED 1e-4
/* Odd numbers that a rate like .375 has, times a power of two. */
#define ODD_TYPED 15
/* So many different rates tell of few bits, if a part of them needs all; of
 * those that no format rounded and nobody types, less. */
#define BITS_RATES_MIN 8
#define BITS_LONG_MIN 2
#define BITS_PART 4
/* Digits that leave more of a unit of the last bit than this say nothing. */
#define BITS_SEEN 0.0625

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
		else if (str_is_digit(text[i]))
			exponent = exponent * 10 + (text[i] - '0');
	}
	power += sign * exponent + zeros;
	return (struct printed){digits, power, power + digits - 1};
}

/*
 * COUNT of N numbers have the most, SIZE: is that the format's doing?  It takes
 * many of them to tell two digits from what was typed.
 */
static bool is_format(size_t count, size_t n, int size)
{
	if (size == DIGITS_MIN - 1)
		return count >= 32 && 2 * count >= n;
	return size >= DIGITS_MIN && size <= DIGITS_MAX && count >= 2 &&
	       count * (size_t)size >= 8 &&
	       (2 * count >= n || (count >= 16 && 5 * count >= n));
}

/*
 * How many decimals the rates may be rounded to: those that are printed, PRINT,
 * or where Python prints what round() left, down to LAST, the power of ten of
 * the last digit of any.
 */
static int could_be_decimals(const struct match_series *s,
	const struct match_print *print, int digits, int last)
{
	int shown = print ? print->decimals : 0;

	if (print && print->digits)
		return 0;
	if (shown >= COULD_MIN || s->peak == 0)
		return shown;
	return last < 0 && digits <= COULD_MAX ? -last : 0;
}

/*
 * What the rates may be rounded to, though nothing shows that they are: the
 * most digits of any, DIGITS, or decimals.  NOTHER are of one digit, and not of
 * that of the first.
 */
static void find_could(struct match_series *s, const struct match_print *print,
	size_t nother, int digits, int last)
{
	if (s->half_digits || s->half_decimals)
		return;
	if (print && print->digits)
		s->half_digits = print->digits;
	else if (digits <= COULD_MAX)
		s->half_digits = digits > COULD_MIN || nother > TYPED_MAX
					 ? digits
					 : COULD_MIN;
	s->half_decimals = could_be_decimals(s, print, digits, last);
	s->unsure = s->half_digits || s->half_decimals;
}

/*
 * N rates of at most DIGITS may be cut to a number of decimals.  Where those
 * are few the rates may be as round as that.
 */
static bool may_be_decimals(
	const struct match_print *print, int digits, size_t n)
{
	if (print && print->digits)
		return false;
	return digits >= DIGITS_MIN || (digits == DIGITS_MIN - 1 && n >= 32);
}

/* Only numbers that differ from the one before count: plateaus say nothing. */
static void find_format(struct match_series *s, const struct match_print *print)
{
	size_t ndigits = 0, nlast = 0, n = 0, nother = 0;
	int digits = 0, last = INT16_MAX;
	double lead = 0; /* the first digit of the first rate */

	for (size_t i = 0; i < s->n; i++) {
		struct printed p;

		if (s->rate[i] == 0 || (i && s->rate[i] == s->rate[i - 1]))
			continue;
		p = look(s->rate[i]);
		if (p.digits == 1) {
			double first = round(s->rate[i] / pow(10, p.first));

			lead = n ? lead : first;
			nother += first != lead;
		}
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
	if (print && (print->padded || (print->digits && s->peak >= FIXED))) {
		s->digits = print->digits;
		s->decimals = print->decimals;
	} else {
		if (is_format(ndigits, n, digits))
			s->digits = digits;
		if (may_be_decimals(print, digits, n) && last < 0 &&
			is_format(nlast, n, -last))
			s->decimals = -last;
		/* Not all have so many: they may be significant ones. */
		if (s->decimals && print && !print->decimals)
			s->digits = digits;
	}
	s->half_digits = s->digits;
	s->half_decimals = s->decimals;
	/* Whichever of the two more rates have in full. */
	if (!s->digits && !s->decimals && s->likely) {
		if (nlast > ndigits && last < 0)
			s->half_decimals = -last;
		else if (ndigits > 1)
			s->half_digits = digits;
		s->unsure = s->half_digits || s->half_decimals;
	}
	find_could(s, print, nother, digits, last);
}

double match_half_bit(double x, int bits)
{
	double full = ldexp(1, bits);
	int exponent;

	if (x == 0 || !bits)
		return 0;
	/* Digits may have made a power of two the least bit smaller. */
	if (rint(fabs(frexp(x, &exponent)) * full) == full)
		exponent++;
	return ldexp(0.5, exponent - bits);
}

/* X, whole and not 0, without its factors of two. */
static double odd_part(double x)
{
	while (fmod(x, 2) == 0 && x != 0)
		x /= 2;
	return fabs(x);
}

/*
 * As far as digits tell, each rate has no more than so many bits, and of the
 * larger and the smaller ones some have as many: rates that have one unit in
 * common, as a line has, do not.  Or all are one number times powers of two,
 * which nobody types, in full.
 */
static bool has_bits(const struct match_series *s, int bits)
{
	size_t n = 0, nfull = 0, nsame = 0, nlong = 0;
	double least = INFINITY, most = 0, first = 0, first_unit = 0;
	bool scaled = false; /* a rate has another unit than the first */

	for (size_t i = 0; i < s->n; i++) {
		double unit = 2 * match_half_bit(s->rate[i], bits);
		double half = match_half(
			s->rate[i], s->half_digits, s->half_decimals);
		double count = rint(s->rate[i] / unit);

		if (s->rate[i] == 0 || (i && s->rate[i] == s->rate[i - 1]))
			continue;
		/* Half a unit that is printed in full is not exact either. */
		if (half > BITS_SEEN * unit ||
			fabs(s->rate[i] - count * unit) >
				fmax(half, 1e-9 * unit) * (1 + 1e-9))
			return false;
		n++;
		if (n == 1) {
			first = odd_part(count);
			first_unit = unit;
		}
		scaled |= unit != first_unit;
		nsame += half <= 1e-9 * unit && odd_part(count) == first;
		if (fmod(count, 2) == 0)
			continue;
		nfull++;
		nlong += look(s->rate[i]).digits > COULD_MAX;
		least = fmin(least, unit);
		most = fmax(most, unit);
	}
	if (n >= BITS_RATES_MIN && nsame == n && scaled && first > ODD_TYPED)
		return true;
	return (n >= BITS_RATES_MIN || nlong >= BITS_LONG_MIN) &&
	       nfull >= n / BITS_PART && least < most;
}

/* What half floats are, in which some frameworks keep rates. */
static void find_bits(struct match_series *s)
{
	static const int bits[] = {8, 11};

	for (size_t i = 0; i < ARRAY_SIZE(bits) && !s->bits; i++)
		if (has_bits(s, bits[i]))
			s->bits = bits[i];
	/* Then digits are not what rounded them. */
	if (s->bits) {
		s->digits = s->decimals = s->likely = 0;
		s->unsure = false;
	}
}

double match_half(double x, int digits, int decimals)
{
	double unit = decimals ? pow(10, -decimals) : 0;

	if (digits && x != 0)
		unit = fmax(unit, pow(10, look(x).first - digits + 1));
	return unit / 2;
}

bool match_series_is_constant(const struct match_series *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (s->rate[i] != s->rate[0])
			return false;
	return true;
}

bool match_series_is_rounded(const struct match_series *s)
{
	return s->half_digits || s->half_decimals || s->bits;
}

static void find_halves(struct match_series *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->half[i] =
			i && s->rate[i] == s->rate[i - 1]
				? s->half[i - 1]
				: match_half_bit(s->rate[i], s->bits) +
					  match_half(s->rate[i], s->half_digits,
						  s->half_decimals);
}

int match_series_init(struct match_series *s, double *step, double *rate,
	size_t n, double origin, const struct match_print *print,
	struct diag *d)
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
	find_format(s, print);
	find_bits(s);
	find_halves(s);
	return 0;
}

void match_series_free(struct match_series *s)
{
	free(s->half);
	*s = (struct match_series){0};
}
