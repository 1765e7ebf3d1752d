/* SPDX-License-Identifier: MIT */
/*
 * Constructors of frameworks, as they stand in training scripts, become nodes
 * of lib/sched.  Each is a definition in the language of lib/py (a file per
 * library: torch.py), which reads as its library's documentation does; what
 * the definitions can call is in shape.c and primitive.c.  lib/script, above
 * this, reads the statements around a call, and adds what it knows by
 * call_reader.
 */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/str.h"
#include "py/py.h"
#include "sched/sched.h"

/* One library.  Order decides between equal names where none is said. */
struct call_module {
	const char *name;
	const char *alias; /* other names in a dotted path, blank-separated */
	bool named;       /* must be in the path: its constructors have everyday
			   * names */
	const char *text; /* the definitions */
	size_t n;
	bool ours; /* no library is called so: paths have the word by chance */
};

/* The I-th module, or NULL past the last. */
const struct call_module *call_module_nth(size_t i);

/*
 * The signature of the I-th constructor of M, "StepLR(optimizer, step_size,
 * gamma=0.1)", its length in *N; NULL past the last.  Not NUL-terminated.
 */
const char *call_signature(const struct call_module *m, size_t i, size_t *n);

/*
 * What the definition is whose signature, of call_signature(), is S[0..LEN), in
 * words, *N bytes; NULL: it does not say.
 */
const char *call_in_words(const char *s, size_t len, size_t *n);

/* Whether NAME, given a value, says how a configuration is read. */
bool call_is_setting(const char *name, size_t n);

/* Whether S is a definition, NAME=VALUE: 0, or -1 with D.  P keeps it. */
int call_check_define(struct py *p, const char *s, struct diag *d);

/* --- what is built -------------------------------------------------------- */

struct call_build;
struct call_def;
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
};

/* Of loops, as py_host has them. */
struct call_loops {
	int (*follow)(
		struct py_run *r, const struct py_node *s, enum py_round when);
	long long (*rounds)(struct py_run *r, const struct py_value *v);
};

/* The first two are py_host's. */
struct call_reader {
	int (*failed)(struct py_run *r, const struct py_node *s);
	bool (*skips)(struct py_run *r, const struct py_node *s);
	/* X(step): 1 with *RET, 0 if it is not called so, or -1. */
	int (*value_of)(struct py_run *r, struct call_recipe *x,
		const struct py_arg *arg, size_t narg, struct py_value *ret);
	/* The call of what has no value as a configuration: 1, 0 or -1. */
	int (*config)(struct py_run *r, const struct py_node *at,
		const struct py_arg *arg, size_t narg, struct py_value *ret);
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
	bool contained;              /* in another recipe */
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
	struct py_value live;            /* see call_reader; UNBOUND */
	struct sched *own;               /* what calls of it look at; NULL */
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

/* What a body sees. */
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

/* A name that the user gave a value. */
struct call_define {
	struct py_str path;
	struct py_value value;
	bool is_step, used;
	size_t i; /* of sched_env's */
	struct call_define *next;
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
	const struct py_node *cut;  /* the last loop that was read over */
	/* The last loop that says nothing, and nodes looked at for such. */
	const struct py_node *idle;
	size_t looked;
};

/* At least as many as there are files of definitions. */
#define CALL_NMODULE 64

/* One call being built, and then what its functions live in. */
struct call_build {
	struct py_host host;
	const struct call_reader *reader;
	/* call_primitive(), for what is placed as it is */
	bool (*primitive)(const char *name, size_t n, struct py_value *ret);
	struct py *py;
	char *text; /* the user's */
	struct py_module *user;
	struct py_module **own; /* the user's files of definitions */
	const struct sched_source *source;
	size_t nown;
	const char *given; /* the caller's text, which outlives the build */
	struct sched_numbers *numbers;   /* as sched_env has it */
	const struct sched_names *names; /* likewise; not NULL */
	double horizon; /* first step never asked for; NAN: not known */
	bool ends;      /* what has no end is asked for one */
	bool later;     /* step 0 may never be asked for */
	bool trial;     /* values of names are tried */
	struct call_define *define; /* of -D, the last first */
	bool step_defined;          /* one of them is the step */
	struct call_define *flag;   /* absl's flags, by their defaults */
	struct call_place place;
	struct py_module *loaded[CALL_NMODULE]; /* by module; NULL: not yet */
	struct call_node *node;                 /* all that were made */
	size_t nplaced;
	struct call_recipe *made;   /* by the user's text, the last first */
	struct call_object *object; /* likewise */
	/* The last that was made before the maker that is meant; NULL. */
	const struct call_recipe *since;
	struct py_module *classes; /* PyTorch's; NULL: not yet read */
	const struct py_value *optimizer_rate; /* of the last made; NULL */
	const struct py_value *touched;   /* of whom param_groups was asked */
	const struct call_groups *groups; /* of optimizers, the last first */
	struct call_transform *transform; /* optax's, the last first */
	size_t ngroup; /* that the text sets by number; 0: not yet counted */
	bool constant; /* optax's optimizer is given a number */
	bool rated;    /* ... or one that has no value */
	struct py_value driving;  /* a function that is an optimizer's rate */
	bool rate_lost;           /* a loop set it, which is not followed */
	struct script_loop *loop; /* one that is followed; NULL */
	struct call_trained trained;
	const struct py_node *handed_to; /* the def that a loop calls; NULL */
	struct py_value *handed; /* ... with these, by parameter; UNBOUND */
	const struct py_unknown *base_unknown; /* which the base should be */
	bool base_given; /* by the user; else by an optimizer */
	unsigned nref;   /* closures, and the building itself */
	bool placing;    /* what is made is held until the last of them ends */
	const struct call_constructor *trainer; /* of a configuration; NULL */
	char *defaulted;     /* the first name whose default was taken; NULL */
	struct buf *remarks; /* lines for the user; NULL: nobody reads them */
	const struct py_unknown *unknown; /* what had no value, if that is it */
	const struct py_node *failed; /* the statement that ended a script */
	/* The statement of failed_fn, or of what that calls, that ended it, if
	 * it is read as the top level is; NULL: not known. */
	const struct py_node *failed_in;
	struct py_value failed_fn;   /* the function that failed ... */
	struct py_value *failed_arg; /* ... with these; NULL: any */
	size_t nfailed_arg;
	bool fatal;       /* a script is not read on after the error */
	bool value_first; /* the error's text begins with the wrong value */
	bool plain;       /* a function of the text's is shown */
	bool blamed;      /* the error is at where, and names the call */
	size_t where;
};

#ifndef CALL_NMISSING
#define CALL_NMISSING 32
#endif

/*
 * Names without a value, in the order in which they are met, and the strings
 * that the text compares each with.
 */
struct call_missing {
	size_t n;
	bool doubtful; /* one failed for some reason: -D may be no help */
	bool endless;  /* with them all, the schedule has no end */
	struct {
		struct buf path;
		size_t at;         /* in the user's text */
		bool maybe;        /* whether it is needed hangs on another */
		bool handed;       /* something may have changed its value */
		struct buf choice; /* what it is compared with, each as Python
				    * writes it and with its NUL */
		size_t nchoice;
	} name[CALL_NMISSING];
};

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

/* What the numbers of a table are. */
enum call_table {
	CALL_TABLE_STEPS,  /* of a function that is called in order */
	CALL_TABLE_GIVEN,  /* an array of the text's */
	CALL_TABLE_ROUNDS, /* of a loop */
};

/* --- guess.c -------------------------------------------------------------- */

/* Whether two names are the same; none is the same as nothing. */
bool call_same_name(const struct py_str *a, const struct py_str *b);

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

/* The statement of M that imports NAME; NULL: none does. */
const struct py_node *call_import_of(
	const struct py_module *m, const struct py_str *name);

/* --- round.c -------------------------------------------------------------- */

/* The I-th name of methods that step what sets the rate; NULL past the last. */
const char *call_stepper(size_t i);

/* Whether NAME is one. */
bool call_is_stepper(const struct py_str *name);

/* NAME where E is NAME.step(), or of an attribute of that name, or timm's. */
const struct py_str *call_stepped_by(const struct py_node *e);

/* Whether E is range(...), or tqdm's trange(). */
bool call_is_range(const struct py_node *e);

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

/* The only statement of BODY itself that counts by one: n += 1; or NULL. */
const struct py_node *call_counting(const struct py_node *body);

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

/* Whether E calls a constructor; an optimizer's own count if OPTIMIZERS. */
bool call_calls_constructor(
	const struct py_module *m, const struct py_node *e, bool optimizers);

/* --- stepped.c ------------------------------------------------------------ */

/* Whether something in E steps NAME, as call_stepped_by() has it. */
bool call_is_stepped(const struct py_node *e, const struct py_str *name);

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

/* --- cut.c ---------------------------------------------------------------- */

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
 * NAMED: one of their names is asked for.  Returns 0, or -1 for no memory.
 * With *BY call_lines_place() gives the place in S of AT in B.
 */
int call_of_lines(const char *s, size_t n, bool named, const char *why,
	struct buf *b, size_t *by);
size_t call_lines_place(const struct buf *b, size_t by, size_t at);

/* --- build.c -------------------------------------------------------------- */

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

/* Whether a definition says that the name S is the step. */
bool call_is_step(const struct call_build *b, const struct py_str *s);

/* One reference less to the build CTX, which goes with the last. */
void call_release(void *ctx);

/* Whether M is of the user: the text, or a file of definitions. */
bool call_is_users(const struct call_build *b, const struct py_module *m);

/* N came of S[0..N), for --explain.  Returns 0, or -1 for no memory. */
int call_keep_text(struct call_node *n, const char *s, size_t len);

/* Frees what nobody took. */
void call_free_nodes(struct call_build *b);

/* Where R's error is in the user's text. */
size_t call_error_place(const struct call_build *b, const struct py_run *r);

/* The node in N, which is no longer N's; NULL raised. */
struct sched *call_take(
	struct py_run *r, const struct py_node *at, struct call_node *n);

/* --- library.c ------------------------------------------------------------ */

/*
 * The constructor that the dotted PATH means: of the library that it names,
 * else of the first that has one of that name; or NULL.
 */
const struct call_def *call_def_find(const char *path, size_t n);

/* Whether a part of the dotted PATH is the name of a library. */
bool call_names_library(const struct py_str *path);

/* The constructor PATH as a value: 1, 0 or -1 raised. */
int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret);

/* Raises that nobody knows the constructor NAME.  Always -1. */
int call_raise_no_constructor(
	struct py_run *r, const struct py_node *at, struct py_str name);

/* --- training.c ----------------------------------------------------------- */

/* At the base rate, before the first step. */
void call_training_begin(struct py_run *r, struct call_training *t);

/* The group has T's rate from now on. */
void call_training_keep(struct call_training *t);

/* T has the group's rate, if that is a number: 0, or -1 raised. */
int call_training_read(struct py_run *r, struct call_training *t);

/* Remarks once where another optimizer has another rate than T's: 0 or -1. */
int call_training_note_other(struct py_run *r, struct call_training *t);

/* --- optimizer.c ---------------------------------------------------------- */

/*
 * The rate that V, an optimizer as it may be made, begins with, as it was
 * given: a number or UNKNOWN.  NULL if V is no optimizer.
 */
const struct py_value *call_optimizer_rate(const struct py_value *v);

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

/* An optimizer of this RATE.  Returns 0, or -1 raised. */
int call_new_optimizer(
	struct py_run *r, struct py_value rate, struct py_value *ret);

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

/* --- unread.c ------------------------------------------------------------- */

/* LINE, with its end, is told once among the lines TO.  0, or -1: no memory. */
int call_add_remark(struct buf *to, const char *line);

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

/* --- numbers.c ------------------------------------------------------------ */

/* X as Python has it: whole numbers are ints. */
struct py_value call_number(double x);

/* The same of what the user's text assigns at its top level. */
int call_take_assigned(struct call_build *b);

/* --- rate.c --------------------------------------------------------------- */

/*
 * F(step), or Keras's F(epoch, rate), as a node; other parameters have values
 * of the script's or of -D's.  NULL raised.
 */
struct call_node *call_rate(struct py_run *r, const struct py_value *f);

/* Whether a parameter of F may be the step. */
bool call_may_count(const struct call_build *b, const struct py_value *f);

/* The same where its name, or -D, says so. */
bool call_counts_by_name(const struct call_build *b, const struct py_value *f);

/* The parameter of F that is the step, or NULL. */
const struct py_str *call_counted_name(
	const struct call_build *b, const struct py_value *f);

/* Whether V is numbers one after the other, which may be those of each step. */
bool call_is_table(const struct py_value *v);

/* The numbers V, one for each step, as a node; NULL raised. */
struct call_node *call_table(struct py_run *r, const struct py_value *v);

/* Steps that are asked for, and that a table may have. */
size_t call_table_length(struct py_run *r);

/* V[0..N) by step as a node, an error past its end; NULL raised. */
struct call_node *call_table_of(
	struct py_run *r, const double *v, size_t n, enum call_table kind);

/* --- missing.c ------------------------------------------------------------ */

void call_missing_free(struct call_missing *m);

/* Adds to M what B's failure lacks, if that is what it failed for. */
void call_note_missing(struct call_build *b, struct call_missing *m);

/* Adds to M the name U, or what it was to be made of. */
void call_add_missing(struct call_build *b, struct call_missing *m,
	const struct py_unknown *u);

/* Adds the Ith of FROM to M. */
void call_move_missing(
	struct call_missing *m, const struct call_missing *from, size_t i);

/* --- ask.c ---------------------------------------------------------------- */

/* Reads with ENV; names that it lacks go to M.  Returns 0, or -1. */
typedef int call_once(void *ctx, const struct sched_env *env,
	struct call_missing *m, struct diag *d);

/*
 * Runs ONCE(CTX, ENV, M) with *ENV; while names have no value they are asked
 * for: once more with some value, to find out which others have none.  Returns
 * what ONCE did; D names all of them, with their lines in TEXT[0..N), and
 * *WHERE, then not SIZE_MAX, is where the first stands.
 */
int call_retry(call_once *once, void *ctx, const struct sched_env *env,
	const char *text, size_t n, size_t *where, struct diag *d);

/* --- beside.c ------------------------------------------------------------- */

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

/* --- elsewhere.c ---------------------------------------------------------- */

/* Whether F, what a call calls, is Keras's fit() by its name. */
bool call_is_fit(const struct py_node *f);

/* Raises that what may set the rate is not in the text: 1, or 0: nothing is. */
int call_raise_elsewhere(const struct call_build *b);

/*
 * The same of what is of rates by its name, if the text makes no schedule by
 * any library's constructor.
 */
int call_raise_rates_elsewhere(const struct call_build *b);

/* Raises for a text that makes no schedule: what might be one is named. -1. */
int call_raise_no_schedule(const struct call_build *b);

/* --- change.c ------------------------------------------------------------- */

/* Statement S failed: -1 if it was to change what is made already, else 0. */
int call_failed_change(struct py_run *r, const struct py_node *s);

/* --- recipe.c ------------------------------------------------------------- */

/*
 * V, wanted as a schedule at AT: a node, a recipe, a function of the step, a
 * number; *COLUMNS, if not NULL, gets them where there are several.  Returns
 * the node, or NULL raised.
 */
struct call_node *call_place(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct call_place *place,
	struct call_columns **columns);

/* Recipes in V, and in what it holds, are part of another. */
void call_contain(const struct py_value *v);

/* A recipe of C, called at AT with these arguments.  0, or -1 raised. */
int call_recipe_of(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- primitive.c ---------------------------------------------------------- */

/*
 * How many steps training has, *RET: OWN, else those of EPOCHS (both NAN: not
 * said), else the table's.  Returns 0, or -1 raised at AT: none is known, or
 * the table has others.
 */
int call_length(struct py_run *r, const struct py_node *at, double own,
	double epochs, double *ret);

/* --- names.c -------------------------------------------------------------- */

/* Gives B's module what ENV defines.  Returns 0, or -1. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d);

/* Tells ENV which of its names B has asked for. */
void call_note_asked(const struct call_build *b, const struct sched_env *env);

/* --- call.c --------------------------------------------------------------- */

/* As sched_host's functions; CTX of the last is the struct call_reader. */
bool call_knows(void *ctx, const char *s, size_t n);
const char *call_host_signature(
	void *ctx, const char *name, size_t n, size_t *nret);
void call_host_offer(void *ctx, struct near *near);
int call_host_build(void *ctx, const char *s, size_t n,
	const struct sched_env *env, double base, struct sched_call *ret,
	size_t *where, struct diag *d);

/*
 * A build of S[0..N) for ENV with BASE by READER, borrowed; what is told of it
 * goes to D.  Returns NULL for no memory; release with call_release().
 */
struct call_build *call_build_new(const struct call_reader *reader,
	const char *s, size_t n, const struct sched_env *env, double base,
	struct diag *d);

/* NODE's columns, or it alone, into *RET.  Returns 0, or -1: no memory. */
int call_columns_ret(struct sched_call *ret, struct call_node *node,
	const struct call_columns *columns, struct diag *d);

/* Whether trees A and B, of length END, have other values. */
bool call_differ(const struct sched *a, const struct sched *b, double end);

#endif
