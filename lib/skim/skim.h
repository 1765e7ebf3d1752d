/* SPDX-License-Identifier: MIT */
/*
 * What a script's text says without being run: what a round of its loops does,
 * where it steps a schedule, which others it makes, what may set the rate and
 * is not in it; and how text that was cut out of one is made readable.  Names
 * begin with call_, as lib/call's do.
 */
#ifndef SKIM_SKIM_H
#define SKIM_SKIM_H

#include "call/call.h"

/* --- round.c ------------------------------------------------------------- */

/* The I-th name of methods that step what sets the rate; NULL past the last. */
const char *call_stepper(size_t i);

/* Whether NAME is one. */
bool call_is_stepper(const struct py_str *name);

/* NAME where E is NAME.step(), or of an attribute of that name, or timm's. */
const struct py_str *call_stepped_by(const struct py_node *e);

/* Whether E is range(...), or tqdm's trange(). */
bool call_is_range(const struct py_node *e);

/*
 * Whether S is a loop that trains, and not one over optimizers, or the groups
 * of one.
 */
bool call_is_loop(const struct py_node *s);

/* What a round of S, a loop, does. */
const struct py_node *call_loop_body(const struct py_node *s);

/*
 * Whether E asks for a name of the target of LOOP, or of its condition, or that
 * a round adds to, or for what is left of a division.
 */
bool call_counts_rounds(const struct py_node *loop, const struct py_node *e);

/* Whether NAME counts the rounds of LOOP: it is its target, or grows there. */
bool call_is_counted(const struct py_node *loop, const struct py_str *name);

/* Whether LOOP is left by what it counts: if epoch > 12: break, or return. */
bool call_leaves_by_count(const struct py_node *loop);

/*
 * The loop around S, an if, that a statement of FORM in it leaves, a break, or
 * a round of which: a continue; NULL: none does.
 */
const struct py_node *call_left_by(const struct py_node *s, enum py_form form);

/*
 * Remarks where the rate decides whether S, an if that leaves its loop, does:
 * 0, or -1 raised.
 */
int call_note_break(struct py_run *r, const struct py_node *s);

/*
 * The only statement of LOOP itself that counts by one, n += 1, or of several
 * that by which it stops; or NULL.
 */
const struct py_node *call_counting(const struct py_node *loop);

/*
 * How far what STEP, call_counting() of LOOP, counts is when the last round of
 * that makes CALL, + 1; INFINITY: its end is not known.
 */
double call_while_stop(struct py_run *r, const struct py_node *loop,
	const struct py_node *step, const struct py_node *call);

/*
 * What NAME, which LOOP counts in, is when a round first comes to AT, as far as
 * numbers in ROOT, its text, say.
 */
long long call_begins_with(const struct py_node *root,
	const struct py_node *loop, const struct py_str *name, size_t at);

/*
 * Whether E, of ROUND, updates the weights: gradients are the last that is
 * known of a round that is cut before it does.
 */
bool call_trains_in(const struct py_node *round, const struct py_node *e);

/* Whether the call E is what trains. */
bool call_updates(const struct call_build *b, const struct py_node *e);

/* Whether a round that a break of LOOP leaves has never trained before it. */
bool call_breaks_untrained(const struct py_node *loop);

/* --- stepped.c ----------------------------------------------------------- */

/* Whether TOP, or what it calls of the text's, makes a schedule; DEPTH is 0. */
bool call_makes_schedule(
	const struct call_build *b, const struct py_node *top, unsigned depth);

/* What the call E, of DEF's name, gives its parameter NAME; NULL: not seen. */
const struct py_node *call_given_for(const struct py_node *e,
	const struct py_node *def, const struct py_str *name);

/* Whether the text gives a schedule that it makes the name S. */
bool call_names_schedule(const struct call_build *b, const struct py_str *s);

/* Whether the text gives an optimizer that it makes the name E. */
bool call_names_optimizer(const struct call_build *b, const struct py_node *e);

/* Whether E is called as optimizers are, or has a name of one's. */
bool call_is_optimizers(const struct call_build *b, const struct py_node *e);

/* Whether E is a step of an optimizer: opt.step(), scaler.step(opt) */
bool call_steps_optimizer(const struct call_build *b, const struct py_node *e);

/* Whether E steps a schedule of the text's: by names, or as was seen. */
bool call_steps_schedule(const struct call_build *b, const struct py_node *e);

/* Whether E trains, and steps no schedule. */
bool call_updates_alone(const struct call_build *b, const struct py_node *e);

/*
 * S, a loop of the text's, is where WHEN says: what loops run is known, and of
 * those that are over and train, which have stepped a schedule.
 */
void call_note_running(
	struct py_run *r, const struct py_node *s, enum py_round when);

/* Whether something in E steps NAME, as call_stepped_by() has it. */
bool call_is_stepped(const struct py_node *e, const struct py_str *name);

/* Whether E is of the user's text, and not of a file of definitions. */
bool call_is_of_text(const struct call_build *b, const struct py_node *e);

/* The name that a statement of the text gives the call AT; NULL: none does. */
const struct py_str *call_given_name(
	const struct call_build *b, const struct py_node *at);

/*
 * NAME if the text steps it, or the parameter by which a def of the text's does
 * that is given it; NULL: neither.
 */
const struct py_str *call_stepped_name(
	const struct call_build *b, const struct py_str *name);

/*
 * The first name that the text steps, and gives what a call of DEF makes, into
 * *RET, NULL: none.  Returns 0, or -1 raised.
 */
int call_name_of_made(const struct call_build *b, const struct py_str *def,
	const struct py_str **ret);

/* Remarks where rows are no rounds, as the text steps NAME: 0, or -1. */
int call_note_steps(const struct call_build *b, const struct py_str *name);

/*
 * Remarks where a round trains before it steps V, an object whose step() sets
 * the rate: 0, or -1.
 */
int call_note_stepped(const struct call_build *b, const struct py_value *v);

/* --- stale.c ------------------------------------------------------------- */

/* Remarks where a function that X was given uses what training sets: 0, -1. */
int call_note_stale(const struct call_build *b, const struct call_recipe *x);

/* --- beside.c ------------------------------------------------------------ */

/*
 * Whether X has the rates of MADE in all rows that are shown, as GANs' have: 1,
 * 0 or -1 raised.
 */
int call_is_same(const struct call_build *b, const struct call_recipe *x,
	const struct call_recipe *made);

/* Whether X is called otherwise than Y, or with other numbers. */
bool call_differs(const struct call_recipe *x, const struct call_recipe *y);

/*
 * Remarks that another function of the text's than that of MADE makes a
 * schedule, too: 0, or -1.
 */
int call_note_makers(
	const struct call_build *b, const struct call_recipe *made);

/* Remarks that the text calls DEF, of it, with other values: 0, or -1. */
int call_note_otherwise(struct py_run *r, const struct py_node *def);

/*
 * Remarks if the text trains, and AT, a statement of it, defines NAME, which is
 * shown, and which no other uses: 0, or -1.
 */
int call_note_unused(const struct call_build *b, const struct py_node *at,
	const struct py_str *name);

/*
 * Remarks if the text makes what follows a metric, where what is shown is none
 * of its schedules: 0, or -1.
 */
int call_note_plateau(const struct call_build *b);

/* Remarks that what exec() runs is not read, which may set names: 0, or -1. */
int call_note_exec(const struct call_build *b);

/* Adds what rounds do, in line AT (0: nowhere), that no row shows. */
void call_say_unsaid(struct buf *remarks, enum call_unsaid what, size_t at);

/* --- elsewhere.c --------------------------------------------------------- */

/* Raises that what may set the rate is not in the text: 1, or 0: nothing is. */
int call_raise_elsewhere(const struct call_build *b);

/*
 * The same of what is of rates by its name, if the text makes no schedule by
 * any library's constructor.
 */
int call_raise_rates_elsewhere(const struct call_build *b);

/*
 * The same of whatever may set the rate of a text that makes no schedule, and
 * is not known or not in it.
 */
int call_raise_hidden(const struct call_build *b);

/* Raises that a text makes no schedule: -1. */
int call_raise_no_schedule(const struct call_build *b);

/*
 * S failed in R and is read over: it is kept if it is the first that might have
 * made a schedule.  0, or -1 for no memory.
 */
int call_note_passed(struct py_run *r, const struct py_node *s);

/* Raises what failed there, if anything did: whether that is so. */
bool call_raise_passed(struct call_build *b);

/* --- entry.c -------------------------------------------------------------- */

/*
 * What nothing in a text calls, although it makes a schedule or trains with
 * one, and the lines that call it.
 */
struct call_entry {
	struct buf name;  /* as @FILE:NAME has it */
	struct buf lines; /* to be put behind the text */
	size_t at;        /* where it is defined */
	bool trains;      /* its lines do, in a loop */
};

/* D: the entries E[0..N) each give other rates.  Always -1. */
int call_refuse_entries(const struct call_entry *e, size_t n, struct diag *d);

/* Whether an entry of B's text trains as it is called, and is given nothing. */
bool call_has_whole_entry(const struct call_build *b);

/* At most as many are looked at. */
#define CALL_NENTRY 8

/*
 * The entries of B's text, or the one called NAME, into RET[0..CALL_NENTRY)
 * (NULL: they are only counted): how many; caller frees each with
 * call_entry_free().
 */
size_t call_find_entries(
	const struct call_build *b, const char *name, struct call_entry *ret);

/* Remarks that E is called, and how: 0, or -1 with D. */
int call_note_entry(
	const struct call_entry *e, struct buf *remarks, struct diag *d);

void call_entry_free(struct call_entry *e);

/* --- need.c --------------------------------------------------------------- */

/* The method NAME in the body of CLASS; NULL: none. */
const struct py_node *call_method_of(
	const struct py_node *class, const struct py_str *name);

/* The function of the text's that the call E is of; NULL: none. */
const struct py_node *call_callee(
	const struct call_build *b, const struct py_node *e);

/* What is asked about a node of the text's. */
typedef bool call_asked(const struct call_build *b, const struct py_node *e);

/* Calls in calls that are looked into. */
#define CALL_CALLS_MAX 3

/* Whether a node of TOP IS so, or of what it calls, DEPTH calls deep. */
bool call_has(const struct call_build *b, const struct py_node *top,
	call_asked *is, unsigned depth);

/* Names that the rate of a round of LOOP is computed with, one by one. */
#define CALL_NNEED 128
struct call_needs {
	const struct call_build *b;
	const struct py_node *loop;
	call_asked *moves, *steps;
	size_t n;
	bool all; /* of what is not seen, too */
	bool own; /* what is called is looked into by itself */
	const struct py_str *name[CALL_NNEED];
	struct call_needs *before; /* of another function; or NULL */
};

/* What the rate of a round of LOOP, which MOVES, needs, into *X. */
void call_find_needs(struct call_needs *x, const struct call_build *b,
	const struct py_node *loop, call_asked *moves);

/* Whether what X has, or the rate, changes in a round of LOOP behind S. */
bool call_changes_behind(struct call_needs *x, const struct py_node *loop,
	const struct py_node *s);

/* Whether what X has, and the rate, is the same without statement S. */
bool call_is_idle(struct call_needs *x, const struct py_node *s);

/*
 * As py_host's wants: whether the rate that the function around S MOVES, or the
 * schedule that it makes, or STEPS, may hang on S; all of one that does nothing
 * of these is for its value.
 */
bool call_wants(struct py_run *r, const struct py_node *s, call_asked *moves,
	call_asked *steps);

/* --- cut.c --------------------------------------------------------------- */

/*
 * Makes the text of B, of *N bytes, one that can be read: with the
 * brackets that it is cut in, which is remarked.  Places stay.
 * Returns 0, or -1 with D, or raised.
 */
int call_mend_text(struct call_build *b, size_t *n, struct diag *d);

/* Raises where lines of B's text have lost their indentation: -1, else 0. */
int call_check_indentation(const struct call_build *b);

/*
 * S[0..N), statements that make no schedule for the reason WHY, as a function
 * of what counts steps, call_free_step(), into B; nothing where they are none.
 * NAMED: one of their names is asked for.  With *BY call_lines_place() gives
 * the place in S of AT in B.
 */
void call_of_lines(const char *s, size_t n, bool named, const char *why,
	struct buf *b, size_t *by);
size_t call_lines_place(const struct buf *b, size_t by, size_t at);

/* __name__ is "__main__": what a script does when it is run, it does here. */
int call_define_name(struct call_build *b);

/*
 * What an excerpt adds arguments to, and does not make, is a parser: 0, or -1
 * with D, or raised.
 */
int call_define_parser(struct call_build *b, struct diag *d);

#endif
