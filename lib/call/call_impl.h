/* SPDX-License-Identifier: MIT */
/* Inside of lib/call: what its files share, under the name of each. */
#ifndef CALL_CALL_IMPL_H
#define CALL_CALL_IMPL_H

#include "base/buf.h"
#include "base/diag.h"
#include "call/call.h"
#include "py/py.h"
#include "sched/sched.h"
#include "settings/settings.h"

/* Recipes placed in one call, and in one another. */
#define CALL_NUMBER_MAX 1024
#define CALL_DEPTH_MAX 16

/* --- library.c ------------------------------------------------------------ */

/* A statement of a library's top level, which defines NAME. */
struct call_def {
	struct py_str name;
	const struct call_module *module;
	size_t at, end; /* of the module's text */
};

/* The number of M, below CALL_NMODULE. */
size_t call_module_number(const struct call_module *m);

/* The statement of M, NULL: of any, that follows AFTER, or the first; NULL. */
const struct call_def *call_def_next(
	const struct call_module *m, const struct call_def *after);

/* Whether users can call DEF; else only definitions of its library can. */
bool call_def_is_constructor(const struct call_def *def);

/* The definition of NAME in M, or NULL. */
const struct call_def *call_def_in(
	const struct call_module *m, const char *name, size_t n);

/*
 * The constructor that the dotted PATH means: of the library that it names,
 * else of the first that has one of that name; or NULL.
 */
const struct call_def *call_def_find(const char *path, size_t n);

/* What definitions of any library may call by NAME, or NULL. */
const struct call_def *call_def_shared(const char *name, size_t n);

/* The next after DEF that a bare name as its own may mean, or NULL. */
const struct call_def *call_def_like(const struct call_def *def);

/* As call_signature(). */
const char *call_def_signature(const struct call_def *def, size_t *n);

struct near;

/*
 * Offers NEAR, begun anew for it, the constructors of the library that the path
 * *NAME says (it is returned), of all where it says none (NULL); *NAME becomes
 * its last part.  NAME NULL: those of all, and NEAR goes on.
 */
const struct call_module *call_offer(struct py_str *name, struct near *near);

/* --- call.c --------------------------------------------------------------- */

/* Types of opaque values: their addresses are what tells them apart. */
extern const char call_constructor_type[], call_recipe_type[], call_node_type[],
	call_columns_type[], call_optimizer_type[];

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
	struct call_recipe *made_before;
	struct py_value live;            /* see call_live(); UNBOUND */
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

/* What a body sees. */
struct call_place {
	const struct call_recipe *recipe; /* whose body runs; NULL: none */
	double base, steps, epoch_steps;  /* NAN: not known */
	bool by_epoch; /* what is called a step is an epoch */
	unsigned depth;
};

/* An object of a class of the text's. */
struct call_object {
	struct py_value value;
	struct call_object *before;
};

/* A name that the user gave a value. */
struct call_define {
	struct py_str path;
	struct py_value value;
	bool is_step, used;
	size_t i; /* of sched_env's */
	struct call_define *next;
};

/* At least as many as there are files of definitions, and definitions. */
#define CALL_NMODULE 64
#define CALL_NDEF 1024

/* One call being built, and then what its functions live in. */
struct call_build {
	struct py_host host;
	struct py *py;
	char *text; /* the user's */
	struct py_module *user;
	struct py_module **own; /* the user's files of definitions */
	const struct sched_source *source;
	size_t nown;
	const char *given; /* the caller's text, which outlives the build */
	struct sched_numbers *numbers; /* as sched_env has it */
	double horizon; /* first step never asked for; NAN: not known */
	struct call_define *define; /* of -D, the last first */
	bool step_defined;          /* one of them is the step */
	struct call_define *flag;   /* absl's flags, by their defaults */
	struct call_place place;
	struct py_module *loaded[CALL_NMODULE]; /* by module; NULL: not yet */
	struct call_node *node;                 /* all that were made */
	size_t nplaced;
	struct call_recipe *made; /* by the user's text, the last first */
	struct call_object
		*object;           /* made by the user's text, the last first */
	struct py_module *classes; /* PyTorch's; NULL: not yet read */
	const struct py_value *optimizer_rate; /* of the last made; NULL */
	const struct py_value *touched; /* of whom param_groups was asked */
	bool rate_lost;         /* a loop set it, which is not followed */
	struct call_loop *loop; /* one that is followed; NULL */
	const struct py_unknown *base_unknown; /* which the base should be */
	bool base_given; /* by the user; else by an optimizer */
	unsigned nref;   /* closures, and the building itself */
	bool placing;    /* what is made is held until the last of them ends */
	const struct call_constructor *trainer; /* of a configuration; NULL */
	char *defaulted;     /* the first name whose default was taken; NULL */
	struct buf *remarks; /* lines for the user; NULL: nobody reads them */
	const struct py_unknown *unknown; /* what had no value, if that is it */
	const struct py_node *failed; /* the statement that ended a script */
	struct py_value failed_fn;    /* the function that failed ... */
	struct py_value *failed_arg;  /* ... with these; NULL: any */
	size_t nfailed_arg;
	bool fatal;       /* a script is not read on after the error */
	bool value_first; /* the error's text begins with the wrong value */
	bool blamed;      /* the error is at where, and names the call */
	size_t where;
};

/* Whether V is a host's value of TYPE. */
bool call_is(const struct py_value *v, const char *type);

/* Whether two names are the same; none is the same as nothing. */
bool call_same_name(const struct py_str *a, const struct py_str *b);

/* FLAGS.NAME is V unless -D says otherwise: 0, or -1 raised. */
int call_define_flag(struct py_run *r, const struct py_str *name,
	const struct py_value *v, struct py_value *ret);

/* Whether -D says that the name S is the step. */
bool call_is_step(const struct call_build *b, const struct py_str *s);

/* Appends S[0..N), lines and their indentation made one.  0, or -1: memory. */
int call_add_line(struct buf *b, const char *s, size_t n);

/* Whether C takes arguments that it does not read: **others. */
bool call_is_open(const struct call_constructor *c);
struct py_str call_name_of(const struct call_constructor *c);

struct sched_fn;
struct call_build *call_build_of(struct py_run *r);

/* One reference less to the build CTX, which goes with the last. */
void call_release(void *ctx);
/*
 * F as a closure, which holds B unless B is to hold it; SOURCE as
 * sched_closure_new() has it.  NULL for no memory.
 */
struct sched_fn *call_closure_new(
	struct call_build *b, const struct py_value *f, char *source);

/* The library whose definitions M is, or NULL. */
const struct call_module *call_module_of(
	const struct call_build *b, const struct py_module *m);

/*
 * A build of S[0..N) for ENV with BASE; what is told of it goes to D.  Returns
 * NULL for no memory; release with call_release().
 */
struct call_build *call_build_new(const char *s, size_t n,
	const struct sched_env *env, double base, struct diag *d);

/* Whether M is of the user: the text, or a file of definitions. */
bool call_is_users(const struct call_build *b, const struct py_module *m);

/* N came of S[0..N), for --explain.  Returns 0, or -1 for no memory. */
int call_keep_text(struct call_node *n, const char *s, size_t len);

/* NODE's columns, or it alone, into *RET.  Returns 0, or -1: no memory. */
int call_columns_ret(struct sched_call *ret, struct call_node *node,
	const struct call_columns *columns, struct diag *d);

/* Frees what nobody took. */
void call_free_nodes(struct call_build *b);

/*
 * The constructor of the next library that has one of C's bare name; NULL: no
 * more, or raised.
 */
const struct call_constructor *call_another(
	struct py_run *r, const struct call_constructor *c);

/* Gives B's module what ENV defines.  Returns 0, or -1. */
int call_define_all(
	struct call_build *b, const struct sched_env *env, struct diag *d);

/* Tells ENV which of its names B has asked for. */
void call_note_asked(const struct call_build *b, const struct sched_env *env);

/* Where R's error is in the user's text. */
size_t call_error_place(const struct call_build *b, const struct py_run *r);

/* Whether trees A and B, of length END, have other values. */
bool call_differ(const struct sched *a, const struct sched *b, double end);

/* --- missing.c ------------------------------------------------------------ */

#define CALL_NMISSING 32

/* Names without a value, in the order in which they are met. */
struct call_missing {
	size_t n;
	struct {
		struct buf path;
		size_t at;  /* in the user's text */
		bool maybe; /* whether it is needed hangs on another */
	} name[CALL_NMISSING];
};

void call_missing_free(struct call_missing *m);

/* Whether function F, called with ARG (NULL: anything), may lack some. */
bool call_lacks_names(struct call_build *b, const struct py_value *f,
	const struct py_value *arg, size_t narg);

/* Adds to M what B's failure lacks, if that is what it failed for. */
void call_note_missing(struct call_build *b, struct call_missing *m);

/* Adds to M the name U, or what it was to be made of. */
void call_add_missing(struct call_build *b, struct call_missing *m,
	const struct py_unknown *u);

/* Adds the Ith of FROM to M. */
void call_move_missing(
	struct call_missing *m, const struct call_missing *from, size_t i);

/*
 * Runs ONCE(CTX, ENV, M) with *ENV; while names have no value they are asked
 * for: once more with some value, to find out which others have none.  Returns
 * what ONCE did; D names all of them, with their lines in TEXT[0..N), and
 * *WHERE, then not SIZE_MAX, is where the first stands.
 */
int call_retry(int (*once)(void *ctx, const struct sched_env *env,
		       struct call_missing *m, struct diag *d),
	void *ctx, const struct sched_env *env, const char *text, size_t n,
	size_t *where, struct diag *d);

/* The constructor PATH as a value: 1, 0 or -1 raised. */
int call_find(
	struct py_run *r, const char *path, size_t n, struct py_value *ret);

/* --- recipe.c ------------------------------------------------------------- */

/* As py_host's attribute, set, call and define. */
int call_attribute(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_str *name,
	struct py_value *ret);
int call_set(struct py_run *r, const struct py_node *at,
	const struct py_value *object, const struct py_str *name,
	const struct py_value *v);
int call_apply(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);
int call_define(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/*
 * V, wanted as a schedule at AT: a node, a recipe, a function of the step, a
 * number; *COLUMNS, if not NULL, gets them where there are several.  Returns
 * the node, or NULL raised.
 */
struct call_node *call_place(struct py_run *r, const struct py_node *at,
	const struct py_value *v, const struct call_place *place,
	struct call_columns **columns);

/* The same in the place of the body that runs. */
struct call_node *call_child(
	struct py_run *r, const struct py_node *at, const struct py_value *v);

/* NODE as a value; takes NODE in any case.  Returns 0, or -1 raised. */
int call_new_node(struct py_run *r, struct sched *node, double past_end,
	struct py_value *ret);

/* The node in N, which is no longer N's; NULL raised. */
struct sched *call_take(
	struct py_run *r, const struct py_node *at, struct call_node *n);

/* Raises that nobody knows the constructor NAME.  Always -1. */
int call_raise_no_constructor(
	struct py_run *r, const struct py_node *at, struct py_str name);

/* Raises that V, an UNKNOWN of another run, has no value.  Always -1. */
int call_raise_unknown(struct py_run *r, const struct py_value *v);

/* F as a function that schedules are made of; NULL raised. */
struct sched_fn *call_closure(struct py_run *r, const struct py_value *f);

/* Recipes in V, and in what it holds, are part of another. */
void call_contain(const struct py_value *v);

/* A recipe of C, called at AT with these arguments.  0, or -1 raised. */
int call_recipe_of(struct py_run *r, const struct call_constructor *c,
	const struct py_node *at, const struct py_arg *arg, size_t narg,
	struct py_value *ret);

/* --- change.c ------------------------------------------------------------- */

/* Raises for NAME, which changes X at AT; the script ends there.  Always -1. */
int call_refuse_change(struct py_run *r, const struct py_node *at,
	const struct call_recipe *x, const struct py_str *name);

/* Statement S failed: -1 if it was to change what is made already, else 0. */
int call_failed_change(struct py_run *r, const struct py_node *s);

/* --- blame.c -------------------------------------------------------------- */

/* The body of RECIPE failed: R's error becomes that of the user's argument. */
void call_blame(struct py_run *r, const struct call_recipe *recipe);

/* --- optimizer.c ---------------------------------------------------------- */

/*
 * The rate that V, an optimizer as it may be made, begins with; 0 if that is
 * not known, NAN if V is none.
 */
double call_optimizer_lr(const struct py_value *v);

/* The same as it was given, a number or UNKNOWN; NULL if V is no optimizer. */
const struct py_value *call_optimizer_rate(const struct py_value *v);

/* Whether the call AT has an argument lr= or learning_rate=. */
bool call_gives_rate(const struct py_node *at);

/* Whether X is the call of such an optimizer; whether its rate is a number. */
bool call_is_optimizer_recipe(const struct call_recipe *x);
bool call_is_constant_optimizer(const struct call_recipe *x);

/* Whether V is a constructor that Keras and PyTorch call an optimizer by. */
bool call_is_optimizer_kind(const struct py_value *v);

bool call_is_optimizer_name(const struct py_str *s);

/*
 * ARG[0..N) with None in the place of an optimizer that was left out, into OUT,
 * which has room for one more of each.  Returns how many.
 */
size_t call_with_optimizer(const struct py_value *def, const struct py_arg *arg,
	size_t n, struct py_arg *out);

/* Whether DEF's optimizer is given neither by name nor by place. */
bool call_lacks_optimizer(
	const struct py_value *def, const struct py_arg *arg, size_t n);

/* An optimizer of this RATE.  Returns 0, or -1 raised. */
int call_new_optimizer(
	struct py_run *r, struct py_value rate, struct py_value *ret);

/* Whether S is what an optimizer calls its rate. */
bool call_is_rate_name(const struct py_str *s);

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

/*
 * The call of V as that of an optimizer: what nobody knows, called with lr= or
 * with parameters and a number, and PyTorch's own: 1 with *RET, 0 or -1.
 */
int call_make_optimizer(struct py_run *r, const struct py_value *v,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

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

/* Whether V is numbers one after the other, which may be those of each step. */
bool call_is_table(const struct py_value *v);

/* The numbers V, one for each step, as a node; NULL raised. */
struct call_node *call_table(struct py_run *r, const struct py_value *v);

/* Raises if FN, of F, fails at a step that is asked for, for want of a name. */
int call_try_steps(struct py_run *r, const struct py_value *f,
	const struct py_value *arg, size_t narg, struct sched_fn *fn);

/* A number that is kept in a group from step to step. */
#define CALL_NKEPT 8
struct call_kept {
	char name[32];
	struct py_value value;
};

/* What is called for a step finds with its run. */
struct call_training {
	struct sched_step step;        /* first: closures have this alone */
	double lr, base;               /* the rate now, and at first */
	const struct py_unknown *lost; /* what it was set to; NULL: a number */
	bool set, ever;                /* by the function, now or before */
	struct py_value group; /* the first of param_groups, once asked for */
	size_t nkept;
	struct call_kept kept[CALL_NKEPT];
};

/* At the base rate, before the first step. */
void call_training_begin(struct py_run *r, struct call_training *t);

/* The group has T's rate from now on; T has the group's: 0, or -1 raised. */
void call_training_keep(struct call_training *t);
int call_training_read(struct py_run *r, struct call_training *t);

/* Steps that are asked for, and that a table may have. */
size_t call_table_length(struct py_run *r);

/* V[0..N) by step as a node, an error past its end; NULL raised. */
enum call_table {
	CALL_TABLE_STEPS,  /* of a function that is called in order */
	CALL_TABLE_GIVEN,  /* an array of the text's */
	CALL_TABLE_ROUNDS, /* of a loop */
};
struct call_node *call_table_of(
	struct py_run *r, const double *v, size_t n, enum call_table kind);

/*
 * What a function finds that is called for a step: 1, 0 where none is, or -1.
 * optimizer.param_groups; set_value(optimizer.lr, V); optimizer.lr; the step.
 */
int call_param_groups(struct py_run *r, struct py_value *ret);
int call_set_rate(struct py_run *r, const struct py_value *v);
int call_get_rate(struct py_run *r, struct py_value *ret);
int call_step_now(struct py_run *r, struct py_value *ret);

/* --- object.c ------------------------------------------------------------- */

/*
 * Whether V is an object of the user's that only gives a rate; *V is then its
 * function of the step.
 */
bool call_as_function(struct py_run *r, struct py_value *v);

/* Whether objects of V, a class of the text's, may be schedules. */
bool call_is_schedule_class(struct py_run *r, const struct py_value *v);

/* Whether V is an object that counts its steps itself; it as a node. */
bool call_is_stepped(struct py_run *r, const struct py_value *v);
struct call_node *call_object(struct py_run *r, const struct py_value *v);

/*
 * V gets what PyTorch's schedulers have when steps begin: an optimizer,
 * base_lrs and LAST_EPOCH.  Returns 0, or -1 raised.
 */
int call_drive(struct py_run *r, const struct py_value *v,
	const struct call_training *t, int64_t last_epoch);

/* An object of the class V, its arguments those that are known.  0, or -1. */
int call_instance(
	struct py_run *r, const struct py_value *v, struct py_value *ret);

/* --- inherit.c ------------------------------------------------------------ */

/* The class NAME of classes.py into *RET: 1, 0 if it has none, -1 raised. */
int call_find_class(
	struct py_run *r, const struct py_str *name, struct py_value *ret);

/* As py_host's base and made. */
int call_base(struct py_run *r, const struct py_value *v,
	const struct py_str *path, struct py_value *ret);
int call_made(struct py_run *r, const struct py_value *object);

/*
 * While steps are made, X, of PyTorch's, is X->live, an object of its class: 1,
 * 0 if there is no such class, or -1 raised.
 */
int call_live(struct py_run *r, struct call_recipe *x);

/* --- guess.c -------------------------------------------------------------- */

/* Whether S has PART in it. */
bool call_has_part(const struct py_str *s, const char *part);

/* Whether a function called S gives rates, as far as its name says. */
bool call_is_of_rates(const struct py_str *s);

/*
 * How much S says that it counts steps: 0 is the most, names that only look so
 * begin with CALL_LIKE_STEP.
 */
#define CALL_LIKE_STEP 20
#define CALL_NOT_STEP 100
int call_step_rank(const struct py_str *s);

/* The name that counts steps in an expression without a function; or NULL. */
const char *call_free_step(const char *s, size_t n);

/* --- lines.c -------------------------------------------------------------- */

/*
 * S, which is no schedule for the reason WHY, as a function of its step's name
 * into B; nothing where it is none.  Returns 0, or -1 for no memory.  With *BY
 * call_lines_place() gives the place in S of AT in B.
 */
int call_of_lines(const struct call_script *s, const char *why, struct buf *b,
	size_t *by);
size_t call_lines_place(const struct buf *b, size_t by, size_t at);

/* --- numbers.c ------------------------------------------------------------ */

/* X as Python has it: whole numbers are ints. */
struct py_value call_number(double x);

/*
 * Argument I of X, if it stands in the user's text, becomes what B's numbers
 * want; lists by a factor.  Returns 0, or -1 raised.
 */
int call_take_argument(struct py_run *r, struct call_recipe *x, size_t i);

/* The same of X, which -D's DEFINE gave.  Returns 0, or -1 for no memory. */
int call_take_defined(
	struct call_build *b, const char *define, struct call_define *x);

/* The same of what the user's text assigns at its top level. */
int call_take_assigned(struct call_build *b);

/* --- called.c ------------------------------------------------------------- */

/* Places what the text's functions may call; what fails is left out. */
void call_place_called(struct call_build *b);
void call_free_called(struct call_build *b);

/* X(step): 1 with *RET, 0 if it is not called so, or -1. */
int call_value_of(struct py_run *r, struct call_recipe *x,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/* The schedules that E calls are parts of its function: whether it has any. */
bool call_contain_called(const struct call_build *b, const struct py_node *e);

/* --- loop.c --------------------------------------------------------------- */

/* As py_host's follow and rounds. */
int call_follow(struct py_run *r, const struct py_node *s, enum py_round when);
long long call_rounds(struct py_run *r, const struct py_value *v);

/* Whether F has a training loop that sets the rate. */
bool call_trains(const struct call_build *b, const struct py_value *f);

/* S failed in a loop that is followed: whether that may have set the rate. */
bool call_failed_round(struct py_run *r, const struct py_node *s);

/* The rates by round of the loop that was followed: 1, 0 none was, or -1. */
int call_loop_ret(struct call_build *b, struct py_value *ret);

/* --- mean.c --------------------------------------------------------------- */

/* Whether a schedule is made that is no optimizer. */
bool call_has_schedule(const struct call_build *b);

/* As py_host's failed: 0 reads over S, which failed; -1 ends with its error. */
int call_failed(struct py_run *r, const struct py_node *s);

/* As py_host's skips: once a schedule is made, a loop trains with it. */
bool call_skips(struct py_run *r, const struct py_node *s);

/*
 * The schedule of B's module, which has run with the value V, or that of NAME
 * (NULL: not said) in it; *COLUMNS where there are several.  NULL raised.
 */
struct call_node *call_choose(struct call_build *b, const char *name,
	const struct py_value *v, struct call_columns **columns);

/* What a maker's parameters may be. */
#define CALL_MAKER_NARG 32

/*
 * What F, called to make something, is given for its parameters from FIRST on:
 * those that are known, others UNKNOWN.  Returns how many, or -1 raised.
 */
long call_maker_arguments(struct py_run *r, const struct py_value *f,
	size_t first, struct py_arg arg[CALL_MAKER_NARG]);

/* --- unread.c ------------------------------------------------------------- */

/* Tells the user a line, once.  Returns 0, or -1 raised. */
int call_remark(struct py_run *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Remarks on NAME, beside a schedule, if by its name V may change the rate. */
int call_remark_setting(
	struct py_run *r, const struct py_str *name, const struct py_value *v);

/* Remarks on ARG[0..N) that C does not read, as far as they may matter. */
int call_remark_unread(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n);

/* The parameter of C called NAME; NULL: none. */
const struct py_node *call_parameter(
	const struct call_constructor *c, const struct py_str *name);

/* No argument of C, of a text of settings, lacks its value: 0, or -1 raised. */
int call_check_values(struct py_run *r, const struct call_constructor *c,
	const struct py_arg *arg, size_t n);

/* --- config.c ------------------------------------------------------------- */

/*
 * The call that V, or what B's script gives its names, comes to as a
 * configuration: 1 with *RET, 0 if it is none that is known (of those that are
 * SURE before a function is), or -1 raised.
 */
int call_config_of(struct py_run *r, const struct py_value *v, bool sure,
	struct py_value *ret);
int call_config_of_names(struct call_build *b, bool sure, struct py_value *ret);

/* The same of a call of what has no value, with these arguments. */
int call_config_of_call(struct py_run *r, const struct py_node *at,
	const struct py_arg *arg, size_t narg, struct py_value *ret);

/* The same of S, whose copy B has, in no Python.  Returns 0, or -1 raised. */
int call_read_config(struct call_build *b, const struct call_script *s,
	struct py_value *ret);

/* --- shape.c -------------------------------------------------------------- */

/*
 * How many steps training has, *RET: OWN, else those of EPOCHS (both NAN: not
 * said), else the table's.  Returns 0, or -1 raised at AT: none is known, or
 * the table has others.
 */
int call_length(struct py_run *r, const struct py_node *at, double own,
	double epochs, double *ret);

/* The function NAME of definitions: a shape, join, need ... */
bool call_primitive(const char *name, size_t n, struct py_value *ret);

#endif
