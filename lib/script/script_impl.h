/* SPDX-License-Identifier: MIT */
/* Inside of lib/script: what its files share, under the name of each. */
#ifndef SCRIPT_SCRIPT_IMPL_H
#define SCRIPT_SCRIPT_IMPL_H

#include "call/call.h"
#include "config/config.h"
#include "script/script.h"
#include "settings/settings.h"
#include "skim/skim.h"
#include "stepper/stepper.h"

/* --- live.c --------------------------------------------------------------- */

/* What rounds of a loop do to the rate. */
struct script_moves {
	call_asked *is;
	call_asked *counts; /* a loop within, whose rounds count for its own */
};

/* Statements of a text that something is known of at once. */
#define SCRIPT_NKNOWN 4096

/* A training loop that is followed. */
struct script_loop {
	struct call_training now;
	const struct py_node *outer; /* the outermost; NULL: ahead of it */
	double *v;                   /* by round */
	size_t n, cap;
	double before; /* the rate when the round began */
	bool known;    /* it was given, or has been set */
	bool again;    /* another one sets the rate, too */
	bool anew;     /* an optimizer took the place of one */
	bool staged;   /* its rounds are stages, of several epochs */
	bool trained;  /* where schedules are stepped: this round has, */
	double at;     /* ... at this rate */
	const struct py_node *optimizer;  /* ... whose; NULL */
	const struct script_moves *moves; /* what makes it one */
	struct call_needs needs; /* of its rounds, once that is asked */
	/* What is known of statements in them, by their places. */
	struct {
		const struct py_node *s;
		bool is;
	} known_idle[SCRIPT_NKNOWN], known_alone[SCRIPT_NKNOWN],
		known_outer[SCRIPT_NKNOWN], known_move[SCRIPT_NKNOWN];
	const struct py_node
		*noted[SCRIPT_NKNOWN]; /* by note_left(), likewise */
	/* The loop in one of stages, or in one that makes optimizers, whose
	 * rounds count; NULL: none runs. */
	const struct py_node *epochs;
	/* Why it did not come to its end; class DIAG_NONE: it did. */
	struct py_error error;
	struct diag why;
};

/* Rounds that step schedules, which are objects then. */
extern const struct script_moves script_lives;

/*
 * What is done to rates is followed from here on, ahead of the loop, where the
 * text has made schedules: 1, 0 if it cannot be, or -1 raised.
 */
int script_start_live(struct py_run *r);

/* Whether the loop S, which begins, is followed so: 1, 0 or -1 raised. */
int script_begin_live(struct py_run *r, const struct py_node *s);

/* Whether the round of S that is over is a row, at the rate X->at. */
bool script_end_live(const struct call_build *b, struct script_loop *x,
	const struct py_node *s);

/* S, in such a round, failed: 0, or -1 raised. */
int script_fail_live(struct py_run *r, const struct py_node *s);

/* Whether S decides if this round trains, where it is not each that does. */
bool script_may_train(const struct call_build *b, const struct py_node *s);

/* As py_host's reach: where a round trains its rate is that of then. */
int script_reach(struct py_run *r, const struct py_node *s);

/* --- loop.c --------------------------------------------------------------- */

/* As py_host has them. */
int script_follow(
	struct py_run *r, const struct py_node *s, enum py_round when);
bool script_idle(struct py_run *r, const struct py_node *s);
long long script_rounds(
	struct py_run *r, const struct py_node *s, const struct py_value *v);

/* Whether F has a training loop that sets the rate. */
bool script_trains(const struct call_build *b, const struct py_value *f);

/* Whether loop S sets the rate behind its training; -1: it sets none. */
int script_sets_late(const struct call_build *b, const struct py_node *s);

/*
 * If D is that a loop which is followed takes too much, says the way out, and
 * WHERE it stands.
 */
void script_say_rounds(
	const struct call_build *b, size_t *where, struct diag *d);

/*
 * S failed in a loop that is followed: whether that may have set the rate, 1 or
 * 0, with a remark if it may have left a round, or by the rate the loop; or -1.
 */
int script_failed_round(struct py_run *r, const struct py_node *s);

/*
 * Whether the call E, in such a loop, of what has no value there, is by the
 * text of a function that moves the rate.
 */
bool script_misses_move(struct py_run *r, const struct py_node *e);

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

/*
 * Notes of each schedule whether the text steps it, as no part of another.
 * Returns whether there is such, or an object of a class over PyTorch's.
 */
bool script_find_steps(const struct call_build *b);

/*
 * Whether the rounds that were followed have stepped each of the schedules, and
 * nothing else does, which are of one optimizer, with remarks on these: 1, 0 or
 * -1.
 */
int script_check_steps(const struct call_build *b);

/* How the schedule of a text is found. */
enum script_made {
	SCRIPT_MADE,        /* the last that its top level makes */
	SCRIPT_MADE_INSIDE, /* ... that a function does, which gives none */
	SCRIPT_RETURNED,    /* a function gives it */
};

/*
 * MADE, found HOW, as what is shown, *RET, with those that are chained with it.
 * Raises if it is not the only one that is no part of another where that says
 * nothing; remarks where its rows are no rounds of the text's.
 */
int script_show(const struct call_build *b, const struct call_recipe *made,
	enum script_made how, struct py_value *ret);

/* Remarks that of several that differ MADE alone is shown: 0, or -1. */
int script_note_others(
	const struct call_build *b, const struct call_recipe *made);

/* --- maker.c -------------------------------------------------------------- */

/* An object of the class V, its arguments those that are known.  0, or -1. */
int script_instance(
	struct py_run *r, const struct py_value *v, struct py_value *ret);

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
bool script_is_driving(const struct call_build *b);

/*
 * While *V is a maker, it becomes what that makes with what is known of its
 * parameters: 1, 0 if that is nothing, or -1 raised.
 */
int script_make(struct call_build *b, struct py_value *v);

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

/* --- function.c ----------------------------------------------------------- */

/* A def or lambda of the text's, and how much it looks like what is meant. */
struct script_function {
	struct py_value value;
	const struct py_str *name;
	const struct py_node *at; /* the statement that defines it */
	int rank;
	bool used; /* by the text, and not by another that gives rates */
};

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

/* Whether a function says the rates whatever loops do. */
bool script_function_says(struct call_build *b);

/*
 * F as the rate, with remarks on how the text calls it: NULL raised, also if it
 * says that F is not called.
 */
struct call_node *script_rate_of(
	struct call_build *b, const struct py_value *f);

/* --- length.c ------------------------------------------------------------- */

/*
 * Keeps how often loop S steps the schedule, WHEN it begins; remarks if its
 * rounds made one each, when it is over: 0, or -1.
 */
int script_note_loop(
	struct py_run *r, const struct py_node *s, enum py_round when);

/* The same of Keras's fit(epochs=) and Lightning's Trainer(max_epochs=). */
int script_note_fit(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg);

/*
 * How long the text trains if it says epochs, and what V is that counts them;
 * where its rows are steps, those of an epoch have to be known.
 */
void script_take_epochs(struct call_build *b, const struct py_value *v);

/*
 * A table ends with the training of S's text, unless its own end comes later;
 * where they are not the same, that is remarked: 0, or -1 with D.
 */
int script_take_length(struct sched_table *t, const struct script *s,
	const struct call_trained *at, const struct sched_env *env,
	struct diag *d);

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
