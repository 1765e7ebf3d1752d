/* SPDX-License-Identifier: MIT */
/* Inside of lib/form: what its files share, under the name of each. */
#ifndef FORM_FORM_IMPL_H
#define FORM_FORM_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "form/form.h"

/* --- pending.c ----------------------------------------------------------- */

/*
 * What waits in text, for a number or for a name.
 */
struct form_pending {
	struct pair_list *o;
	size_t npair;  /* before the line */
	uint64_t form; /* of the number at hand */

	const char *name, *name_end; /* words; NULL: none */
	bool spread;                 /* they do not stand in one piece */
	bool assigned;               /* a : or = is behind them */
	unsigned group;              /* 1 of lr[1] = */

	bool has_bare; /* a number without a name so far */
	double bare, bare_total;
	uint64_t bare_form;
	const char *unit; /* glued to it */
	size_t nunit;     /* SIZE_MAX: it is a counter without a total */

	size_t last;     /* the pair that ends right here, + 1; 0: none */
	size_t segment;  /* pairs from here have no separator between them */
	bool has_assign; /* one of these is told by a : or = */
	bool has_value;  /* a number was told that counts nothing */

	const char *section; /* a word for validation that names what follows */
	size_t nsection;
	const char *first; /* the same before anything was told */
	size_t nfirst, first_at;
};

void form_pending_forget(struct form_pending *s);

/* The pair of the pending name, which is done with, and a number or a text. */
void form_pending_add(struct form_pending *s, double x, double total);
void form_pending_add_text(struct form_pending *s, const char *text, size_t n);

/* X is the running mean of the pair that ends right here. */
void form_pending_add_mean(struct form_pending *s, double x);

/* The key that stands for no name. */
void form_pending_unnamed(
	struct form_pending *s, const char *key, double x, double total);

/* The bare number stays without a name, but for its unit. */
void form_pending_flush(struct form_pending *s);

/* The pending name has no number: it may say of what the line is. */
void form_pending_heading(struct form_pending *s);

/* What is pending ends here: at a separator, a bracket, the end. */
void form_pending_end(struct form_pending *s);

/* The pair that ends right here, of one word as After, counts [P, END). */
void form_pending_rename(
	struct form_pending *s, const char *p, const char *end);

/* X, without a name, is what the pair before tells of: loss at step 3: 2.5. */
bool form_pending_sentence(struct form_pending *s, double x);

/* X, without a name, is the value, and the pair before it a counter. */
bool form_pending_counted(struct form_pending *s, double x);

#endif
