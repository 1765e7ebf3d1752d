/* SPDX-License-Identifier: MIT */
/* Inside of lib/script: what its files share, under the name of each. */
#ifndef SCRIPT_SCRIPT_IMPL_H
#define SCRIPT_SCRIPT_IMPL_H

#include "call/call.h"
#include "config/config.h"
#include "script/script.h"
#include "settings/settings.h"

/* What a maker's parameters may be. */
#define SCRIPT_MAKER_NARG 32

/* --- object.c ------------------------------------------------------------- */

/*
 * Whether V is an object of the user's that only gives a rate; *V is then its
 * function of the step.
 */
bool script_as_function(struct py_run *r, struct py_value *v);

/* Whether objects of V, a class of the text's, may be schedules. */
bool script_is_schedule_class(struct py_run *r, const struct py_value *v);

/* Whether V is an object that counts its steps itself. */
bool script_is_stepped(struct py_run *r, const struct py_value *v);

/* An object of the class V, its arguments those that are known.  0, or -1. */
int script_instance(
	struct py_run *r, const struct py_value *v, struct py_value *ret);

/*
 * What F, called to make something, is given for its parameters from FIRST on:
 * those that are known, others UNKNOWN.  Returns how many, or -1 raised.
 */
long script_maker_arguments(struct py_run *r, const struct py_value *f,
	size_t first, struct py_arg arg[SCRIPT_MAKER_NARG]);

extern const struct call_classes script_classes;

/* --- loop.c --------------------------------------------------------------- */

extern const struct call_loops script_loops;

/* Whether F has a training loop that sets the rate. */
bool script_trains(const struct call_build *b, const struct py_value *f);

/* The function of the text's that the call E is of; NULL: none. */
const struct py_node *script_callee(
	const struct call_build *b, const struct py_node *e);

/*
 * Whether S is a loop that trains, and not one over optimizers, or the groups
 * of one.
 */
bool script_is_loop(const struct py_node *s);

/* What a round of S, a loop, does. */
static inline const struct py_node *script_loop_body(const struct py_node *s)
{
	return s->form == PY_FOR ? s->arg->next->next : s->arg->next;
}

/* Whether E asks for a name of the target of LOOP, or of its condition. */
static inline bool script_counts_rounds(
	const struct py_node *loop, const struct py_node *top)
{
	for (const struct py_node *e = top; e; e = py_walk(top, e))
		if (e->form == PY_NAME && py_mentions(loop->arg, &e->s))
			return true;
	return false;
}

/* Whether E uses the rate that a group has, in what it sets or compares. */
bool script_reads_rate(const struct py_node *e);

/* Whether loop S sets the rate behind its training; -1: it sets none. */
int script_sets_late(const struct call_build *b, const struct py_node *s);

/* If D is that a loop which is followed takes too much, says the way out. */
void script_say_rounds(const struct call_build *b, struct diag *d);

/* Remarks where groups of parameters have rates of their own: 0, or -1. */
int script_note_groups(const struct call_build *b);

/* S failed in a loop that is followed: whether that may have set the rate. */
bool script_failed_round(struct py_run *r, const struct py_node *s);

/* When the rates of a loop that was followed are wanted. */
enum script_loop_asked {
	SCRIPT_LOOP_WHOLE, /* only if it came to its end */
	SCRIPT_LOOP_ANY,   /* else its error */
	SCRIPT_LOOP_LAST,  /* there is nothing else */
};

/* The rates by round of the loop that was followed: 1, 0 none was, or -1. */
int script_loop_ret(struct call_build *b, enum script_loop_asked asked,
	struct py_value *ret);

/* --- made.c --------------------------------------------------------------- */

/* N of the constant E; 0: it is no whole number. */
static inline long long script_whole(const struct py_node *e)
{
	return e && e->form == PY_CONST && e->value.type == PY_INT
		       ? (long long)py_number(&e->value)
		       : 0;
}

/* NAME where E is NAME.step(), or of an attribute of that name, or timm's. */
const struct py_str *script_stepped_by(const struct py_node *e);

/*
 * Whether E, of ROUND, updates the weights: gradients are the last that is
 * known of a round that is cut before it does.
 */
bool script_trains_in(const struct py_node *round, const struct py_node *e);

/* What OVER, of a loop, counts from: 1 of range(1, n), enumerate(x, 1). */
static inline long long script_counts_from(const struct py_node *over)
{
	const struct py_node *first = NULL, *f;

	while (over->form == PY_CALL && over->arg->next) {
		f = over->arg;
		first = f->next;
		if ((py_is_named(&f->s, "range") ||
			    py_is_named(&f->s, "trange")) &&
			first->next)
			break;
		if (py_is_named(&f->s, "enumerate") && first->next) {
			first = first->next;
			break;
		}
		over = first;
		first = NULL;
	}
	return script_whole(
		first && first->form == PY_KEYWORD ? first->arg : first);
}

/*
 * The schedule that an optimizer is given as its rate, else the last that is no
 * part of another; an optimizer, which is one of its own rate, where there is
 * nothing else; NULL: none.
 */
const struct call_recipe *script_last_made(const struct call_build *b);

/* Whether a schedule is made that is no optimizer. */
static inline bool script_has_schedule(const struct call_build *b)
{
	const struct call_recipe *made = script_last_made(b);

	return made && !call_is_optimizer_recipe(made);
}

/* Whether E calls a constructor; an optimizer's own count if OPTIMIZERS. */
bool script_calls_constructor(
	const struct py_module *m, const struct py_node *e, bool optimizers);

/* How the schedule of a text is found. */
enum script_made {
	SCRIPT_MADE,        /* the last that its top level makes */
	SCRIPT_MADE_INSIDE, /* ... that a function does, which gives none */
	SCRIPT_RETURNED,    /* a function gives it */
};

/*
 * Raises if MADE, found HOW, is not the only one that is no part of another
 * where that says nothing; remarks where its rows are no rounds of the text's.
 */
int script_check_alone(const struct call_build *b,
	const struct call_recipe *made, enum script_made how);

/*
 * Remarks where a round trains before it steps V, an object whose step() sets
 * the rate: 0, or -1.
 */
int script_note_stepped(const struct call_build *b, const struct py_value *v);

/* Remarks that of several that differ MADE alone is shown: 0, or -1. */
int script_note_others(
	const struct call_build *b, const struct call_recipe *made);

/* --- maker.c -------------------------------------------------------------- */

/* Schedules that functions of rates call are placed, as parts of them. */
void script_contain_called(struct call_build *b);

/* X(step): 1 with *RET, 0 if it is not called so, or -1. */
int script_value_of(struct py_run *r, struct call_recipe *x,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/* Whether F, of one argument, gives a number at step 0. */
bool script_gives_number(const struct call_build *b, const struct py_value *f);

/* Whether F makes a schedule or a function: its parameters count no steps. */
bool script_is_maker(const struct call_build *b, const struct py_value *f);

/* Whether an optimizer is given a function of the step as its rate. */
static inline bool script_is_driving(const struct call_build *b)
{
	return b->driving.type == PY_FUNCTION && call_may_count(b, &b->driving);
}

/* What F, a maker, makes with what is known of its parameters, into *V. */
int script_made_by(
	struct call_build *b, const struct py_value *f, struct py_value *v);

/*
 * If F may give the rates of all steps at once, *F becomes these: none is its
 * argument, and something is named for rates, unless the user NAMED it.
 * Returns 0, or -1 raised.
 */
int script_make_table(struct py_run *r, struct py_value *f, bool named);

/*
 * How much F, called NAME, looks like what gives the rates: it is MEANT if its
 * name says that it is of rates, and it counts steps, or makes a schedule;
 * counting TWICE, epochs and batches in them, it may only add to one.
 */
enum {
	SCRIPT_ANY,
	SCRIPT_COUNTS,
	SCRIPT_NAMED,
	SCRIPT_MAKES,
	SCRIPT_TWICE,
	SCRIPT_MEANT
};
int script_rank(const struct call_build *b, const struct py_value *f,
	const struct py_str *name);

/* --- cut.c ---------------------------------------------------------------- */

/*
 * Makes the text of B, of *N bytes, one that can be read: without prompts, and
 * with the brackets that it is cut in, which is remarked.  Places stay.
 * Returns 0, or -1 with D, or raised.
 */
int script_mend(struct call_build *b, size_t *n, struct diag *d);

/* Raises where lines of B's text have lost their indentation: -1, else 0. */
int script_check_indentation(const struct call_build *b);

/*
 * S, which is no schedule for the reason WHY, as a function of its step's name
 * into B; nothing where it is none.  Returns 0, or -1 for no memory.  With *BY
 * script_lines_place() gives the place in S of AT in B.
 */
int script_of_lines(
	const struct script *s, const char *why, struct buf *b, size_t *by);
size_t script_lines_place(const struct buf *b, size_t by, size_t at);

/* --- function.c ----------------------------------------------------------- */

/* A def or lambda of the text's, and how much it looks like what is meant. */
struct script_function {
	struct py_value value;
	const struct py_str *name;
	const struct py_node *at; /* the statement that defines it */
	int rank;
	bool used; /* by the text, and not by another that gives rates */
};

/* What E defines under its decorators. */
static inline const struct py_node *script_undecorated(const struct py_node *e)
{
	while (e->form == PY_DECORATED)
		e = e->arg->next;
	return e;
}

/*
 * The function of B's module that is meant: of those that rank the highest the
 * last that is used, if any is; or one behind it that is made of it.  False:
 * none.
 */
bool script_choose_function(
	const struct call_build *b, struct script_function *ret);

/*
 * A function of the step beside an optimizer of a constant rate, which nothing
 * gives it to: 1 remarked, 0 or -1.
 */
int script_beside_optimizer(struct call_build *b, struct py_value *ret);

/* What stands beside F, which is shown, is remarked: 0 or -1. */
int script_note_function(
	const struct call_build *b, const struct script_function *f);

/* Whether one function says the rates, and no loop has to be followed. */
bool script_has_function(const struct call_build *b);

/*
 * F as the rate, with remarks on how the text calls it: NULL raised, also if it
 * says that F is not called.
 */
struct call_node *script_rate_of(
	struct call_build *b, const struct py_value *f);

/* --- mean.c --------------------------------------------------------------- */

/* As py_host's failed: 0 reads over S, which failed; -1 ends with its error. */
int script_failed(struct py_run *r, const struct py_node *s);

/* As py_host's skips: once a schedule is made, a loop trains with it. */
bool script_skips(struct py_run *r, const struct py_node *s);

/*
 * The schedule of B's module, which has run with the value V, or that of NAME
 * (NULL: not said) in it; *COLUMNS where there are several.  NULL raised.
 */
struct call_node *script_choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns);

#endif
