/* SPDX-License-Identifier: MIT */
/*
 * What the digits that a log shows leave open: how its rates are spelled, and
 * the remarks on what cannot be told from rounded ones.
 */
#include "base/buf.h"
#include "base/diag.h"
#include "lrcheck.h"

#define DECIMALS_MASK ((UINT64_C(1) << (PAIR_FORM_DECIMALS_MAX + 1)) - 1)

/* The only bit of SET, or -1. */
static int only_bit(uint64_t set)
{
	int bit = 0;

	if (set == 0 || (set & (set - 1)) != 0)
		return -1;
	while (!(set >> bit & 1))
		bit++;
	return bit;
}

void lrcheck_print(struct match_print *ret, uint64_t forms)
{
	uint64_t exponent = forms >> PAIR_FORM_EXPONENT;
	uint64_t decimals = forms & DECIMALS_MASK;
	int bit;

	*ret = (struct match_print){.padded = false};
	/* A 0 may be written for itself. */
	if (decimals != PAIR_FORM_WHOLE || exponent)
		decimals &= ~PAIR_FORM_WHOLE;
	if (!exponent && (bit = only_bit(decimals)) > 0) {
		ret->decimals = bit;
		ret->padded = forms & PAIR_FORM_PADDED;
	}
	bit = only_bit(exponent & DECIMALS_MASK);
	if (!decimals && bit >= 0) {
		ret->digits = bit + 1;
		ret->padded = exponent & PAIR_FORM_PADDED;
	}
}

/* "5 decimals" */
static void add_count(struct buf *b, int n, const char *what)
{
	buf_printf(b, "%d %s%s", n, what, n == 1 ? "" : "s");
}

static void add_print(struct buf *b, const struct match_verdict *v)
{
	add_count(b, (int)v->by,
		v->cause == MATCH_DECIMALS ? "decimal" : "digit");
}

static void add_undecided(struct buf *b, const struct match_series *s,
	double origin, const struct match_verdict *v)
{
	if (!s->unsure) {
		buf_printf(b, "all rates are %g to ", s->rate[0]);
		add_print(b, v);
		buf_adds(b, ", as the schedule's are, and those of a "
			    "scheduler that never advanced; expected more "
			    "digits or later steps");
		return;
	}
	buf_adds(b, "the rates are the schedule's if they are rounded "
		    "to ");
	add_print(b, v);
	buf_printf(b,
		", which they do not show, and leave it at step %.15g "
		"if they are exact; expected more digits",
		s->step[v->first] + origin);
}

/* "if its rates are rounded to 2 digits or 5 decimals, " */
static void add_form(struct buf *b, const struct match_series *s)
{
	buf_adds(b, "if its rates are rounded to ");
	if (s->half_digits)
		add_count(b, s->half_digits, "digit");
	if (s->half_digits && s->half_decimals)
		buf_adds(b, " or ");
	if (s->half_decimals)
		add_count(b, s->half_decimals, "decimal");
	buf_adds(b, ", ");
}

/* "the digits shown leave late by 3 to 12" and other causes. */
static void add_causes(struct buf *b, const struct match_series *s,
	const struct match_verdict *v)
{
	bool is_exact = !match_series_is_rounded(s);

	if (v->if_rounded)
		add_form(b, s);
	buf_printf(b, "the %s leave %s", is_exact ? "rates" : "digits shown",
		match_cause_name(v->cause));
	if (v->least < v->most)
		buf_printf(b, " by %.6g to %.6g", v->least, v->most);
	else if (is_exact)
		buf_printf(b, " by %.6g", v->least);
	for (int i = 0; i < 32; i++)
		if (v->others >> i & 1)
			buf_printf(b, ", or %s",
				match_cause_name((enum match_cause)i));
	/* They agree on a line, as a warm-up is. */
	if (is_exact && v->others)
		buf_adds(b, "; expected later steps");
}

int lrcheck_note_digits(const struct lrcheck_place *at,
	const struct match_series *s, double origin,
	const struct match_verdict *v, struct diag *d)
{
	struct buf b = {0};
	int r;

	if (v->status == MATCH_UNDECIDED)
		add_undecided(&b, s, origin, v);
	else if (v->status != MATCH_FOLLOWED && v->cause &&
		 (v->others || match_is_open(v)))
		add_causes(&b, s, v);
	r = buf_end(&b, d);
	if (!r && b.len)
		logs_note(at->file, at->run, "%s", b.data);
	buf_free(&b);
	return r;
}
