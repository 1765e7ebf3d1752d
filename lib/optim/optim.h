/* SPDX-License-Identifier: MIT */
/*
 * Optimizers, as far as a text makes and uses them: which calls and names are
 * of one, what rate it begins with, and what a function that is called for a
 * step finds in it and does to it.
 */
#ifndef OPTIM_OPTIM_H
#define OPTIM_OPTIM_H

#include "making/making.h"

/* --- optimizer.c --------------------------------------------------------- */

/*
 * The rate that V, an optimizer as it may be made, begins with, as it was
 * given: a number or UNKNOWN.  NULL if V is no optimizer.
 */
const struct py_value *call_optimizer_rate(const struct py_value *v);

/* The groups that the optimizer of RATE was given; NULL: none are known. */
const struct call_groups *call_groups_of(
	const struct call_build *b, const struct py_value *rate);

/* The rate of the Ith of G; UNBOUND: it is given none. */
const struct py_value *call_group_rate(const struct call_groups *g, size_t i);

/* Whether the text adds a group with a rate to an optimizer. */
bool call_adds_group(struct call_build *b);

/* Remarks if groups of the optimizer of RATE have others: 0, or -1 raised. */
int call_note_groups(struct py_run *r, const struct py_value *rate);

/* Whether the call AT has an argument lr= or learning_rate=. */
bool call_gives_rate(const struct py_node *at);

/* Whether E is a name or an attribute that call_like_optimizer(). */
bool call_may_be_optimizer(const struct py_node *e);

/* Whether E is optimizer.lr, by its last names; it may be NULL. */
bool call_is_optimizer_lr(const struct py_node *e);

/* Whether E makes an optimizer, as far as names say: opt = X(params, 0.1) */
bool call_seems_optimizer(const struct py_node *e);

/* Whether X is the call of such an optimizer; whether its rate is a number. */
bool call_is_optimizer_recipe(const struct call_recipe *x);
bool call_is_constant_optimizer(const struct call_recipe *x);

/* Whether V is a constructor that Keras and PyTorch call an optimizer by. */
bool call_is_optimizer_kind(const struct py_value *v);

/* Whether S is "optimizer", as definitions call the parameter for one. */
bool call_is_optimizer_name(const struct py_str *s);

/* Whether NAME is that of a class: AdamW. */
bool call_is_optimizer_class(const struct py_str *name);

/* An optimizer of this RATE, made AT (NULL: nowhere).  Returns 0, or -1 raised.
 */
int call_new_optimizer(struct py_run *r, const struct py_node *at,
	struct py_value rate, struct py_value *ret);

/* As py_host's instance, where names say it. */
int call_instance(struct py_run *r, const struct py_value *v,
	const struct py_value *class);

/* As py_host's class_of, of calls of constructors. */
int call_class_of(
	struct py_run *r, const struct py_value *v, struct py_value *ret);

/*
 * An optimizer of RATE is the last of the build's.  One that the call AT (NULL:
 * none) makes in a round that is followed takes the place of the one before, or
 * is told to be beside it.  Returns 0, or -1 raised.
 */
int call_note_optimizer(struct py_run *r, const struct py_node *at,
	const struct py_value *rate);

/* Whether S is what an optimizer calls its rate. */
bool call_is_rate_name(const struct py_str *s);

/* Whether E, which may be NULL, is such a name as a text: group["lr"]. */
bool call_is_rate_key(const struct py_node *e);

/*
 * The rate, known or not, that stands in D by such a name, or by those that
 * SETTINGS have beside; NULL: none.
 */
const struct py_value *call_rate_in(const struct py_list *d, bool settings);

/*
 * ARG[0..N) of the call AT of DEF with None for an optimizer that was left out,
 * by place or by name, into OUT, which has room for one more of each, and
 * another.  Returns how many.
 */
size_t call_with_optimizer(const struct py_value *def, const struct py_node *at,
	const struct py_arg *arg, size_t n, struct py_arg *out);

/*
 * The call AT of V as that of an optimizer, which V is NAMED like: what nobody
 * knows, called with lr= or with parameters and a number, and PyTorch's own: 1
 * with *RET, 0 or -1.
 */
int call_make_optimizer(struct py_run *r, const struct py_node *at,
	const struct py_value *v, bool named, const struct py_arg *arg,
	size_t narg, struct py_value *ret);

/* --- training.c ---------------------------------------------------------- */

/* A number that is kept in a group from step to step. */
#define CALL_NKEPT 8
struct call_kept {
	char name[32];
	struct py_value value;
};

#define CALL_NPATH 100

/* What is called for a step finds with its run. */
struct call_training {
	struct sched_step step;        /* first: closures have this alone */
	double lr, base;               /* the rate now, and at first */
	const struct py_unknown *lost; /* what it was set to; NULL: a number */
	bool set, ever;                /* by the function, now or before */
	/* The call of the optimizer that this round has made, with its rate;
	 * that of the last round that did; NULL: none. */
	const struct py_node *made, *maker;
	double made_lr;
	struct py_value group; /* the first of param_groups, once asked for */
	/* Of several optimizers: the rate of the one that is shown, NULL: not
	 * said, then what its groups are called; the group of another, and its
	 * rate, NAN: not set. */
	const struct py_value *of;
	char path[CALL_NPATH];
	struct py_value other;
	double other_lr;
	bool noted;
	size_t nkept;
	struct call_kept kept[CALL_NKEPT];
};

/* At the base rate, before the first step. */
void call_training_begin(struct py_run *r, struct call_training *t);

/* T is that of the optimizer whose rate is OF. */
void call_training_of(const struct call_build *b, struct call_training *t,
	const struct py_value *of);

/* The group has T's rate from now on. */
void call_training_keep(struct call_training *t);

/* T has the group's rate, if that is a number: 0, or -1 raised. */
int call_training_read(struct py_run *r, struct call_training *t);

/* T has the rate that was set last: 0, or -1 raised. */
int call_training_take(struct py_run *r, struct call_training *t);

/* The same of the rate that S uses, which raises if that has no value. */
int call_training_check(
	struct py_run *r, const struct py_node *s, struct call_training *t);

/* Remarks once where another optimizer has another rate than T's: 0 or -1. */
int call_training_note_other(struct py_run *r, struct call_training *t);

/*
 * T keeps what the function keeps in the group beside the rate, for the next
 * step: 0, or -1 raised.
 */
int call_training_state(struct py_run *r, struct call_training *t);

/*
 * What a function finds that is called for a step: 1, 0 where none is, or -1.
 * optimizer.param_groups, of the one whose rate is OF (NULL: not known, but it
 * is called PATH); set_value(optimizer.lr, V); optimizer.lr.
 */
int call_param_groups(struct py_run *r, const struct py_value *of,
	const struct py_str *path, struct py_value *ret);

int call_set_rate(struct py_run *r, const struct py_value *v);
int call_get_rate(struct py_run *r, struct py_value *ret);

/* How many groups of an optimizer the text asks for by number. */
size_t call_count_groups(struct call_build *b);

/* --- early.c ------------------------------------------------------------- */

/*
 * Whether AT is optimizer.param_groups where parts of groups are asked for or
 * set, and nothing keeps a group.
 */
bool call_is_group_access(struct call_build *b, const struct py_node *at);

/* These groups before the first step, of the optimizer of RATE: 1, or -1. */
int call_early_groups(
	struct py_run *r, const struct py_value *rate, struct py_value *ret);

/* The first of the groups that the text asked for before; NULL: none. */
const struct py_list *call_early_group(
	const struct call_build *b, const struct py_value *rate);

/* The rate that the optimizer begins with, if it is KNOWN. */
double call_first_rate(const struct call_build *b, bool *known);

/* The same of the optimizer of the rate OF. */
double call_rate_before(
	const struct call_build *b, const struct py_value *of, bool *known);

/* B knows what the text has set the rate of such groups to so far. */
void call_settle_groups(struct call_build *b);

/*
 * Groups of the optimizer of RATE (NULL: not known which) are given V before
 * the first step; a schedule was MADE of it before.
 */
void call_set_early(struct call_build *b, const struct py_value *rate,
	const struct py_value *v, bool made);

/* --- variable.c ---------------------------------------------------------- */

/* The rate that the user gave, or the last optimizer of the text: 1 or 0. */
int call_initial_rate(struct py_run *r, struct py_value *ret);

/*
 * The attribute NAME at AT of a number, which the rate of an optimizer has
 * where it is a variable; and the call of V, one that sets or gives it: 1 with
 * *RET, 0 or -1.
 */
int call_rate_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

int call_touch_rate(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- sets.c -------------------------------------------------------------- */

/* Whether E, without what is in it, sets the rate of an optimizer. */
bool call_sets_rate(const struct call_build *b, const struct py_node *e);

/* Whether anything in B's text does, defs and classes among it. */
bool call_sets_any_rate(const struct call_build *b);

/* Whether E uses the rate that a group has, in what it sets or compares. */
bool call_reads_rate(const struct py_node *e);

/* Whether something in TOP is called NAME. */
bool call_has_name(const struct py_node *top, const char *name);

/* Remarks where groups of parameters have rates of their own: 0, or -1. */
int call_note_given_groups(const struct call_build *b);

/* --- change.c ------------------------------------------------------------ */

/*
 * S could not run: if it sets the rate of an optimizer's groups, that is what
 * it begins with, or is lost.
 */
void call_take_groups(struct py_run *r, const struct py_node *s);

/*
 * Whether a call of the text's from the place FROM on, and before TO, has made
 * a schedule, whatever it is called by.
 */
bool call_made_between(const struct call_build *b, size_t from, size_t to);

/* How many schedules that no other contains were made after BEFORE. */
size_t call_made_since(
	const struct call_build *b, const struct call_recipe *before);

/* Remarks that the text sets the rate behind the schedule: 0, or -1 raised. */
int call_note_behind(struct py_run *r);

/* Statement S failed: -1 if it was to change what is made already, else 0. */
int call_failed_change(struct py_run *r, const struct py_node *s);

/* As py_host's attribute and set. */
int call_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);

int call_set(struct py_run *r, const struct py_node *at,
	const struct py_value *object, const struct py_str *name,
	const struct py_value *v);

/* Raises for NAME, which changes X at AT; the script ends there.  Always -1. */
int call_refuse_change(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, const struct py_str *name);

#endif
