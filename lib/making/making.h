/* SPDX-License-Identifier: MIT */
/*
 * One call that is being built, of a framework's constructor in the user's
 * text, or of many in one another: what is known of the text, what it has made
 * so far, and what the user is told of it.  Names of this room and of
 * lib/optim, lib/call and lib/skim above it begin with call_.  A build is one
 * thread's.
 */
#ifndef MAKING_MAKING_H
#define MAKING_MAKING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "py/py.h"
#include "sched/sched.h"

struct sched_fn;

/* --- what is built -------------------------------------------------------- */

struct call_build;
struct call_def;
struct call_module;
struct call_needs;
struct call_node;
struct call_recipe;

/*
 * What a build asks of the room above, which reads statements and classes.  V
 * is of the user's text; 1, 0 and -1 as py_host has them.  Of classes and their
 * objects; base and made are py_host's.
 */
struct call_classes {
	int (*base)(struct py_run *r, const struct py_value *v,
		const struct py_str *path, struct py_value *ret);
	int (*made)(struct py_run *r, const struct py_value *object);
	/*
	 * Whether V is an object that only gives a rate; *V is then its
	 * function of the step.
	 */
	bool (*as_function)(struct py_run *r, struct py_value *v);
	/* Whether V is an object that counts its steps itself; it as a node. */
	bool (*is_stepped)(struct py_run *r, const struct py_value *v);
	/* The same, and that V's method NAME makes a step. */
	bool (*steps)(struct py_run *r, const struct py_value *v,
		const struct py_str *name);
	struct call_node *(*object)(struct py_run *r, const struct py_value *v);
	/* The class NAME that libraries have into *RET: 1, 0 or -1. */
	int (*find_class)(struct py_run *r, const struct py_str *name,
		struct py_value *ret);
	/* While steps are made, X->live is X as an object: 1, 0 or -1. */
	int (*live)(struct py_run *r, struct call_recipe *x);
	/* PyTorch's schedules in ALL, each stepped at each step, as a node. */
	struct call_node *(*chain)(
		struct py_run *r, const struct py_value *all);
};

/* What rounds of a text do that its rows do not show. */
enum call_unsaid {
	CALL_ALL_SAID,
	CALL_SEVERAL,   /* several schedules are stepped */
	CALL_UNDECIDED, /* who knows whether this steps one */
	CALL_LOADED,    /* a state is loaded */
	CALL_SOME,      /* some only train */
	CALL_OTHER,     /* none steps the schedule's optimizer */
	CALL_BEFORE     /* another loop trains before */
};

/* Of loops, as py_host has them. */
struct call_loops {
	int (*follow)(
		struct py_run *r, const struct py_node *s, enum py_round when);
	bool (*idle)(struct py_run *r, const struct py_node *s);
	int (*reach)(struct py_run *r, const struct py_node *s);
	long long (*rounds)(struct py_run *r, const struct py_node *s,
		const struct py_value *v);
	/* Ahead of a loop, what a text does to rates is followed from here on:
	 * 1, 0 if it cannot be, or -1 raised. */
	int (*start)(struct py_run *r);
};

/* The first four are py_host's. */
struct call_reader {
	int (*failed)(struct py_run *r, const struct py_node *s);
	bool (*skips)(struct py_run *r, const struct py_node *s);
	int (*rests)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_str *name);
	bool (*wants)(struct py_run *r, const struct py_node *s);
	/* X(step): 1 with *RET, 0 if it is not called so, or -1. */
	int (*value_of)(struct py_run *r, struct call_recipe *x,
		const struct py_arg *arg, size_t narg, struct py_value *ret);
	/* The call of V, which has no value: of a configuration, or of what
	 * would move a rate that is followed: 1, 0 or -1. */
	int (*called)(struct py_run *r, const struct py_node *at,
		const struct py_value *v, const struct py_arg *arg, size_t narg,
		struct py_value *ret);
	const struct call_classes *classes;
	const struct call_loops *loops;
};

/* A def of a module. */
struct call_constructor {
	const struct call_module *module;
	const struct call_def *bare; /* a bare name found it there; NULL */
	struct py_value def;
};

/* A call of a constructor, its arguments bound: what runs when placed. */
struct call_recipe {
	const struct call_constructor *constructor;
	struct py_value *slot;       /* by parameter */
	const struct py_node **from; /* where each stands; NULL: default */
	const struct py_node *at;    /* the call */
	const struct py_value *rate; /* its optimizer's; NULL: none */
	bool contained;              /* in another recipe, or an object */
	bool part;                   /* ... in another recipe */
	bool stepped;                /* by the text, as it is followed */
	size_t order;                /* as in call_object */
	bool picked;                 /* of a dict or a list, by its key */
	bool passed;                 /* ... another was, and never this */
	bool drives;                 /* was given to an optimizer as its rate */
	bool scales;                 /* so, by optax's scale_by_schedule() */
	bool chained;                /* ... in a chain(), whose constants: */
	double times;                /* multiply it; 0: none do */
	const struct py_unknown *by; /* ... of which one is not known; NULL */
	const struct py_node *wrapped; /* the call of a class that nobody knows
					* which is given it; NULL */
	struct call_recipe *made_before;
	double nstep;         /* its steps before the loop that is followed */
	struct py_value live; /* see call_reader; UNBOUND */
	struct sched *own;    /* what calls of it look at; NULL */
	const struct call_recipe *outer; /* whose body FROM and AT are in; NULL:
					  * the user's text */
};

/* A node until another takes it. */
struct call_node {
	struct sched *node; /* NULL: taken */
	double past_end;    /* nobody may ask for steps after; NAN */
	struct call_node *next;
};

struct call_columns {
	size_t n;
	struct {
		struct py_str name;
		struct call_node *node;
	} column[SCHED_CALL_NCOLUMN];
};

/* Recipes in one another. */
#define CALL_DEPTH_MAX 16

/* What a body sees: in steps, or where BY_EPOCH in epochs. */
struct call_place {
	const struct call_recipe *recipe; /* whose body runs; NULL: none */
	double base, steps, epoch_steps;  /* NAN: not known */
	bool by_epoch; /* what is called a step is an epoch */
	bool rated;    /* base is an optimizer's rate */
	unsigned depth;
};

/* An object of a class of the text's. */
struct call_object {
	struct py_value value;
	size_t order; /* of what the text makes: that, and recipes */
	bool begun;   /* while steps are made: has made its first */
	struct call_object *before;
};

/* What is a part of optax's chain(): a schedule, or a constant. */
struct call_transform {
	const void *value; /* whose it is: an unknown, or an optimizer's rate */
	struct call_recipe *x; /* NULL: it multiplies by TIMES */
	double times;
	const struct py_unknown *by; /* which is not known; NULL */
	struct call_transform *before;
};

/* Groups of parameters that an optimizer is given, as dicts. */
struct call_groups {
	const struct py_value *rate; /* the optimizer's, of the first */
	struct py_value shared;      /* of groups that have none; UNBOUND */
	const struct py_list *list;
	const struct call_groups *next;
};

/* Groups of an optimizer as they are before the first step. */
struct call_early {
	const struct py_value *of; /* its rate, as in struct call_groups */
	struct py_value groups;    /* a list */
	struct py_value lr;        /* the first's when last looked at */
	struct call_early *next;
};

/* A name that the user gave a value. */
struct call_define {
	struct py_str path;
	struct py_value value;
	bool is_step, used;
	size_t i; /* of sched_env's */
	struct call_define *next;
};

/* What a module imports, in order: each name, and blocks of "import *". */
struct call_imports {
	const struct py_node **at;
	size_t n;
};

/* A file of definitions, whose text stands behind the user's. */
struct call_own {
	struct py_module *module; /* NULL: it is not read, or no Python */
	struct py_str stem;       /* as imports call it */
	/* ... from where modules are looked for, a package by its own; n 0:
	 * it was given. */
	struct py_str name;
	bool package;
	bool imported; /* by another name than this */
	struct call_imports imports;
	size_t at, n; /* in the build's text */
	bool runs;    /* it has run, or does */
	bool *ran;    /* set then; NULL */
};

/* How long a text trains, as far as it says. */
struct call_trained {
	bool said, doubtful; /* ... by a loop or a call; by two that differ */
	size_t at;           /* where that stands */
	double steps;        /* NAN: not known */
	double epochs, per;  /* of PER steps; NAN likewise */
	double from;         /* the first of them that one trains, if >= 1 */
	/* The last loop that says it, and what that steps; NULL: not known. */
	const struct py_node *loop;
	const void *of;
	const struct py_node *runs; /* it, while it does */
	/* The last loop that might be read over, and that was. */
	const struct py_node *cut, *skipped;
	/* The last loop that says nothing, and nodes looked at for such. */
	const struct py_node *idle;
	size_t looked;
};

/* As many loops in one another are known, the outermost first. */
#define CALL_NLOOP 8

/* Loops of the text that run, and what had been made before them. */
struct call_running {
	bool moved[CALL_NLOOP]; /* a schedule was stepped in it */
	size_t n;               /* also of those that are not known */
	const struct call_recipe *made;
};

/* More places than a text steps schedules in. */
#define CALL_NSEEN 64

/*
 * Where the text was seen to step schedules, by their values, and where loops
 * begin whose rounds did by what they do not name: for hook in hooks: hook()
 */
struct call_seen {
	size_t at[CALL_NSEEN];
	size_t n;
};

/* Names of a text, by letters, once they have been looked for. */
struct call_names {
	struct py_str *name;
	size_t n;
	bool found;
};

/* A statement that failed and was read over, and may have made a schedule. */
struct call_passed {
	const struct py_node *s;
	struct py_error error; /* with WHY for its diag */
	struct diag why;
};

/* At least as many as there are files of definitions. */
#define CALL_NMODULE 64

/*
 * One call being built, and then what its functions live in: counted by nref,
 * gone with the last call_release().  What it points to is the build's own, or
 * lives as long as py's values, unless it is said otherwise.
 */
struct call_build {
	struct py_host host;
	struct py *py;
	const struct call_reader *reader; /* borrowed */
	struct call_needs *needs; /* of functions that were looked into */
	/* call_primitive(), for what is placed as it is */
	bool (*primitive)(const char *name, size_t n, struct py_value *ret);
	unsigned nref; /* closures, and the building itself */
	bool placing;  /* what is made is held until the last of them ends */

	/* What the caller gives, as sched_env has it; all of it outlives the
	 * build. */
	const char *given; /* the text */
	struct sched_numbers *numbers;
	const struct sched_names *names; /* not NULL */
	double horizon;                  /* first step never asked for; NAN: not
					  * known */
	bool ends;                       /* what has no end is asked for one */
	bool later;                      /* step 0 may never be asked for */
	bool trial;                      /* values of names are tried */
	struct call_define *define;      /* of -D, the last first */
	bool step_defined;               /* one of them is the step */
	bool base_given;                 /* by the user; else by an optimizer */

	/* The text, and what it is read with: up to its NUL the user's, then
	 * those of files of definitions, so that places are of one text. */
	char *text;
	struct py_module *user;      /* it */
	struct call_imports imports; /* its */
	struct call_own *own;        /* the user's files of definitions */
	size_t nown, nbeside;  /* of which so many stand beside the script */
	struct py_str package; /* that the script is in; n 0: none */
	struct py_module *loaded[CALL_NMODULE]; /* by module; NULL: not yet */
	struct py_module *classes;              /* PyTorch's; likewise */
	const struct call_constructor *trainer; /* of a configuration; NULL */
	struct call_define *flag; /* absl's flags, by their defaults */
	bool plain;               /* a function of the text's is shown */

	/* What it has made. */
	struct call_place place;    /* of the body that runs */
	struct call_node *node;     /* all of them */
	size_t nplaced;             /* recipes */
	struct call_recipe *made;   /* by the user's text, the last first */
	struct call_object *object; /* likewise */
	size_t norder;              /* of both */
	/* The last that was made before the maker that is meant; NULL. */
	const struct call_recipe *since;

	/* Its optimizers. */
	const struct py_value *optimizer_rate; /* of the last made; NULL */
	struct py_str optimizer_class;    /* ... if all are of one; empty */
	struct call_names optimizers;     /* that the text gives them */
	const struct py_value *touched;   /* of whom param_groups was asked */
	const struct call_groups *groups; /* of optimizers, the last first */
	struct call_transform *transform; /* optax's, the last first */
	size_t ngroup;  /* that the text sets by number; 0: not yet counted */
	bool constant;  /* optax's optimizer is given a number */
	bool rated;     /* ... or one that has no value */
	bool rate_lost; /* a loop set the rate, which is not followed */
	/* What the text set the rate to before it trains, of all groups, and
	 * whether it did: -1 to what is not known. */
	int set_first;
	double first;
	int adds_group; /* the text adds one with a rate; -1: none; 0: not yet
			 * looked for */
	size_t nlooked_behind;    /* nodes, for names of groups after loops */
	struct call_early *early; /* groups before the first step; NULL */
	const struct py_node *trained_before; /* a loop, not followed; NULL */
	struct py_value driving; /* a function that is an optimizer's rate */
	const struct py_unknown *base_unknown; /* which the base should be */

	/*
	 * How the text steps its schedules: in a loop; so that its rounds are
	 * no rows of one, as far as is seen.  What they do to the rate is
	 * followed in a build of its own, where that can be.
	 */
	bool stepped, uneven, live;
	bool unnamed;    /* an object of the text's is, by no name of its own */
	bool unfollowed; /* not all that is done to the rate can be */
	/* What of rounds that are followed is to be said, and where. */
	struct {
		enum call_unsaid what;
		const struct py_node *at;
	} unsaid;

	/* Its loops. */
	void *loop; /* one that is followed, as reader->loops keep it; NULL */
	struct call_running running;
	struct call_seen seen;
	struct call_trained trained;
	const struct py_node *handed_to; /* the def that a loop calls; NULL */
	struct py_value *handed; /* ... with these, by parameter; UNBOUND */

	/* What the user is told. */
	struct buf *remarks; /* the caller's lines; NULL: nobody reads them */
	char *defaulted;     /* the first name whose default was taken; NULL */
	const struct py_unknown *unknown; /* what had no value, if that is it */
	const struct py_node *failed; /* the statement that ended a script */
	/* The statement of failed_fn, or of what that calls, that ended it, if
	 * it is read as the top level is; NULL: not known. */
	const struct py_node *failed_in;
	/* Whether a function says the rates, which loops are asked again and
	 * again, as of what had been made and defined then. */
	struct {
		const void *made, *object;
		size_t ndefined; /* + 1; 0: it was not yet asked */
		bool is;
	} function_says;
	struct call_passed *passed;  /* the first of such; NULL */
	size_t nlooked;              /* nodes, for them */
	struct py_value failed_fn;   /* the function that failed ... */
	struct py_value *failed_arg; /* ... with these; NULL: any */
	size_t nfailed_arg;
	bool nothing; /* the text makes none, and no rate: only defines it */
	bool enters;  /* ... and what nothing calls may be called */
	bool fatal;   /* a script is not read on after the error */
	bool value_first; /* the error's text begins with the wrong value */
	bool blamed;      /* the error is at where, and names the call */
	size_t where;
};

/* --- build.c ------------------------------------------------------------- */

/* Types of opaque values: their addresses are what tells them apart. */
extern const char call_constructor_type[], call_recipe_type[], call_node_type[],
	call_columns_type[], call_optimizer_type[];

/* Whether V is a host's value of TYPE. */
bool call_is(const struct py_value *v, const char *type);

/* Whether C takes arguments that it does not read: **others. */
bool call_is_open(const struct call_constructor *c);

/* The name of C's def, borrowed. */
struct py_str call_name_of(const struct call_constructor *c);

/* The build that R is part of. */
struct call_build *call_build_of(struct py_run *r);

/* What the user of R's build gives things by. */
const struct sched_names *call_names_of(struct py_run *r);

/* Whether a definition says that the name S is the step; gives S a value. */
bool call_is_step(const struct call_build *b, const struct py_str *s);
bool call_is_defined(const struct call_build *b, const struct py_str *s);

/* One reference less to the build CTX, which goes with the last. */
void call_release(void *ctx);

/* Whether M is of the user: the text, or a file of definitions. */
bool call_is_users(const struct call_build *b, const struct py_module *m);

/* N came of S[0..N), for --explain.  Returns 0, or -1 for no memory. */
int call_keep_text(struct call_node *n, const char *s, size_t len);

/* B's rounds do WHAT, at AT (NULL: nowhere), which their rows do not show. */
void call_leave_unsaid(
	struct call_build *b, enum call_unsaid what, const struct py_node *at);

/* AT, which runs, is seen to be a schedule's step; whether it was. */
void call_see(struct py_run *r, const struct py_node *at);
bool call_was_seen(const struct call_build *b, const struct py_node *at);

/* What comes of AT is called: if that was seen, loops that run step one. */
void call_note_moved(struct call_build *b, const struct py_node *at);

/* The line of the place AT of B's text, in the file that it is of. */
size_t call_line(const struct call_build *b, size_t at);

/* Frees what nobody took. */
void call_free_nodes(struct call_build *b);

/* Where R's error is in the user's text. */
size_t call_error_place(const struct call_build *b, const struct py_run *r);

/* The node in N, which is no longer N's; NULL raised. */
struct sched *call_take(
	struct py_run *r, const struct py_node *at, struct call_node *n);

/* Appends S[0..N), lines and their indentation made one. */
void call_add_line(struct buf *b, const char *s, size_t n);

/*
 * F as a closure, which holds B unless B is to hold it; SOURCE, malloc'd or
 * NULL, is the closure's, as sched_closure_new() has it.  NULL for no memory,
 * and nothing is taken.
 */
struct sched_fn *call_closure_new(
	struct call_build *b, const struct py_value *f, char *source);

/* NODE as a value; takes NODE in any case.  Returns 0, or -1 raised. */
int call_new_node(struct py_run *r, struct sched *node, double past_end,
	struct py_value *ret);

/*
 * E is what another run raised at step 0: 0 if that says nothing of the steps
 * that are asked for, else -1 raised in R.
 */
int call_failed_first(struct py_run *r, const struct py_error *e);

/* Raises that V, an UNKNOWN of another run, has no value.  Always -1. */
int call_raise_unknown(struct py_run *r, const struct py_value *v);

/* --- guess.c ------------------------------------------------------------- */

/* Whether two names are the same; none is the same as nothing. */
bool call_same_name(const struct py_str *a, const struct py_str *b);

/* How A and B, each a struct py_str, stand by letters, for qsort(). */
int call_order_names(const void *a, const void *b);

/* Whether S has PART in it. */
static inline bool call_has_part(const struct py_str *s, const char *part)
{
	return str_has(s->s, s->n, part);
}

/*
 * Whether what is called S may be an optimizer, where what is done with it says
 * so as well; or where nothing does, as options are called opt, too.
 */
static inline bool call_like_optimizer(const struct py_str *s)
{
	return call_has_part(s, "opt");
}

static inline bool call_named_optimizer(const struct py_str *s)
{
	return call_has_part(s, "optim");
}

/* Whose param_groups E is, X in X.param_groups; NULL: nobody's. */
const struct py_node *call_groups_owner(const struct py_node *e);

/*
 * The first of the targets that E, a statement, gives what a call of NAME
 * makes; NULL: it gives none that.
 */
const struct py_node *call_targets_of(
	const struct py_node *e, const struct py_str *name);

/* Whether a function called S gives rates, as far as its name says. */
bool call_is_of_rates(const struct py_str *s);

/* Whether a schedule called S is none of the rate: wd_schedule. */
bool call_is_of_another(const struct py_str *s);

/*
 * How much S says that it counts steps: 0 is the most, names that only look so
 * begin with CALL_LIKE_STEP.  A parameter that has a default is further off by
 * CALL_OPTIONAL, behind all that have none.
 */
#define CALL_OPTIONAL 10
#define CALL_LIKE_STEP (2 * CALL_OPTIONAL)
#define CALL_NOT_STEP 100
int call_step_rank(const struct py_str *s);

/* The name that counts steps in an expression without a function; or NULL. */
const char *call_free_step(const char *s, size_t n);

/* Whether F, what a call calls, is Keras's fit() by its name. */
bool call_is_fit(const struct py_node *f);

/* All that M imports, into *RET.  Returns 0, or -1 raised. */
int call_find_imports(
	struct py_run *r, const struct py_module *m, struct call_imports *ret);

/* What in B's text imports NAME; NULL: nothing does. */
const struct py_node *call_import_of(
	const struct call_build *b, const struct py_str *name);

/* Whether S ends with END. */
static inline bool call_ends_with(const struct py_str *s, const char *end)
{
	return str_ends_in(s->s, s->n, end);
}

/* --- unread.c ------------------------------------------------------------ */

/* LINE, with its end, is told once among the lines TO. */
void call_add_remark(struct buf *to, const char *line);

/* Tells the user a line, once.  Returns 0, or -1 raised. */
int call_remark(struct py_run *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Remarks on NAME, beside a schedule, if by its name V may change the rate. */
int call_remark_setting(
	struct py_run *r, const struct py_str *name, const struct py_value *v);

/* The parameter of C called NAME; NULL: none. */
const struct py_node *call_parameter(
	const struct call_constructor *c, const struct py_str *name);

/* No argument of C, of a text of settings, lacks its value: 0, or -1 raised. */
int call_check_values(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n);

/* Remarks on ARG[0..N) that C does not read, as far as they may matter. */
int call_remark_unread(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n);

/* --- numbers.c ----------------------------------------------------------- */

/* X as Python has it: whole numbers are ints. */
struct py_value call_number(double x);

/*
 * Argument I of X, if it stands in the user's text, becomes what B's numbers
 * want; lists by a factor.  Returns 0, or -1 raised.
 */
int call_take_argument(struct py_run *r, struct call_recipe *x, size_t i);

/* The same of what the user's text assigns at its top level. */
int call_take_assigned(struct call_build *b);

/* The same of X, which -D's DEFINE gave.  Returns 0, or -1 for no memory. */
int call_take_defined(
	struct call_build *b, const char *define, struct call_define *x);

#endif
