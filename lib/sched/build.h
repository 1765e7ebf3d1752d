/* SPDX-License-Identifier: MIT */
/*
 * Trees are built here, and checked here: by the word grammar, by calls and by
 * the search for a log's schedule alike.  A field of a segment is set by
 * number, which says at once what was expected; what fields must be together
 * is said by sched_prepare(), with the field at fault, which the caller
 * translates into a place of its own.
 */
#ifndef SCHED_BUILD_H
#define SCHED_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "sched/sched.h"
#include "sched/shape.h"

/*
 * Each returns a node (caller frees with sched_free), or NULL for no memory.  A
 * node given to another belongs to it from then on, also when that failed.
 * What is in it is to be prepared already.
 */

/* A segment of SHAPE with its row's defaults, without ends or a length. */
struct sched *sched_new_seg(const struct shape *shape);

struct sched *sched_new_seq(void);

/*
 * Appends PART to SEQ: it begins at its own step SKIP where the one before it
 * ends.  With OVER it only hides the start of the next one and does not move
 * it.  A length of 0 or below lets the next part begin as much earlier, before
 * step 0 too: seen is the last that has begun.  Returns 0, or -1 for no
 * memory.
 */
int sched_seq_add(
	struct sched *seq, struct sched *part, double skip, bool over);

/* BODY again and again; NULL if it is given (u.rep.body) before preparing. */
struct sched *sched_new_rep(struct sched *body);

/* A times B, which becomes one more factor of A if that is a product. */
struct sched *sched_new_prod(struct sched *a, struct sched *b);

/*
 * BODY for LEN steps, with CONT going on past them; LEN NAN: for its own
 * length, and past it as it does.
 */
struct sched *sched_new_group(struct sched *body, double len, bool cont);

/* Each value of BODY for EVERY steps. */
struct sched *sched_new_hold(struct sched *body, double every);

/*
 * BODY as it is at what CLOCK (borrowed, not empty) says for a step; the
 * outermost node alone.
 */
struct sched *sched_new_clocked(
	struct sched *body, const struct sched_clock *clock);

/* Whether segments of SHAPE have FIELD. */
bool sched_takes(const struct shape *shape, int field);

/* What is expected of FIELD, not a parameter; NULL if V is that. */
const char *sched_check(enum sched_field field, double v);

/*
 * Gives node S a FIELD that it has: a number (of a choice its index, of a flag
 * 1); segments also a list, which is S's from then on in any case (malloc'd),
 * and a function, likewise.  Returns NULL, or what was expected of the number.
 */
const char *sched_set(struct sched *s, int field, double v);
const char *sched_set_list(struct sched *s, int field, struct sched_list list);
void sched_set_fn(struct sched *s, int field, struct sched_fn *fn);

/*
 * Checks node S, whose children are prepared, and derives what is derived:
 * tables, cycles, where parts begin, its length; HORIZON is the first step that
 * nobody will ask for, NAN if not known yet.  A segment has no end that its
 * caller did not set, but those that its shape says: 0, or where it starts.
 * May be done again when fields have changed.  Returns 0, or -1 with F,
 * DIAG_USAGE or DIAG_NOMEM.
 */
int sched_prepare(struct sched *s, double horizon, struct sched_fault *f);

/* The same for all of tree S, from the leaves up. */
static inline int sched_prepare_all(
	struct sched *s, double horizon, struct sched_fault *f)
{
	double inner = horizon;
	size_t n = 0;
	struct sched *kid;

	if (s->kind == SCHED_HOLD)
		inner = sched_hold_step(&s->u.hold, horizon) + 1;
	while ((kid = sched_child(s, n++)))
		if (sched_prepare_all(kid, inner, f))
			return -1;
	return sched_prepare(s, horizon, f);
}

#endif
