/* SPDX-License-Identifier: MIT */
/*
 * Constructor calls of frameworks, as they stand in training scripts, become
 * words of the schedule grammar (sched/words.h).  Each constructor is one row
 * of a table: its signature as the library has it, and a script that says what
 * the words are.
 *
 * A script is lines, read in order:
 *
 *	need COND             else an error that shows COND and its values
 *	need COND: ERROR      else this error
 *	refuse COND: REASON   what no table can honour
 *	let NAME = EXPR       a name for the lines below
 *	when COND: WORDS      the words, if COND is true
 *	for NAME in EXPR: WORDS
 *	                      the words once for each of a list
 *	WORDS                 each {EXPR} replaced by its value
 *	as CALL               the words of another row, and no more lines; after
 *	                      'when COND: ' too.  An argument kwargs=NAME adds
 *	                      those in the dict that NAME is
 *
 * COND and EXPR are Python (text/py_expr.h) over the arguments, `lr` (the base
 * rate), `steps` (-n) and `epoch` (-e; both None where unknown), `counting`
 * ('step', or 'epoch' where that is what words count), and `inside`, the name
 * of the constructor around this one, or None.  A value in braces is a
 * number, a list (joined by '/'), a string (as it is), a lambda (in brackets),
 * or None (nothing).  Functions in scripts:
 *
 *	join(CALLS, STARTS)   words of schedules, each from its start on (the
 *	                      first from 0) and from its own step 0
 *	spread(CALLS, STARTS) the same, `steps` being the steps that each has
 *	times(CALLS)          words of their product
 *	words(CALL)           words of one; of a number, that constant; here
 *	                      and above a lambda of the step is a schedule too
 *	const(LAMBDA)         its value if it does not depend on its argument,
 *	                      else None
 *	one(VALUE)            VALUE, or what is in a list of one or of equals
 *	names(CALLS)          their constructors' names, without modules
 *	seq(VALUE)            a list as it is, slice(A, B) as [A, B], anything
 *	                      else as a list of it
 *	f32(X)                X as a single-precision library has it
 *	is_call(ARGUMENT)     whether it is a call, not a value
 *	time(VALUE)           steps: a number, or '10ep', '500ba', '0.5dur'
 *
 * A line of words that begins with '+' is another column, "+momentum ...", and
 * comes last; a first column that is no rate is named so too, "+sparsity ...".
 */
#ifndef CALL_CALL_H
#define CALL_CALL_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct diag;
struct near;
struct py_name;

struct call_row {
	const char *signature; /* "StepLR(optimizer, step_size, gamma=0.1)" */
	const char *script;
};

/* Order decides between equal names where no module is given. */
struct call_module {
	const char *name;
	const char *alias;          /* other names in a dotted path: "a b" */
	const struct call_row *row; /* ended by a row without a signature */
	bool named; /* must be named in the path: its rows have everyday names
		     */
};

extern const struct call_row call_torch[], call_keras[], call_tfa[],
	call_optax[], call_hf[], call_timm[], call_fastai[], call_megatron[],
	call_fairseq[], call_deepspeed[], call_paddle[], call_mxnet[],
	call_caffe[], call_darknet[], call_tfmot[], call_inc[],
	call_pytorch_warmup[], call_ignite[], call_mmengine[], call_composer[],
	call_fvcore[], call_mlx[], call_allennlp[], call_rex[], call_nanogpt[],
	call_llmc[];

/* The I-th module, or NULL past the last. */
const struct call_module *call_module_nth(size_t i);

struct call_env {
	double base;  /* -l, or 1 where a factor is wanted */
	double steps; /* NAN: not known */
	double epoch_steps;
	const struct py_name *names; /* of -D */
	bool by_epoch; /* steps are epochs, of which no part is known */
};

/* Whether S[0..N) begins as a call: a dotted name and a bracket. */
bool call_is(const char *s, size_t n);

/* The signature of the constructor NAME[0..N), or NULL: none has that name. */
const char *call_signature(const char *name, size_t n);

/* Offers the names of all constructors. */
void call_near(struct near *near);

/*
 * The rate of the optimizer that the call S[0..N) has as an argument,
 * StepLR(SGD(params, lr=0.1), 30).  Returns 1 with *RET set, 0 if there is none
 * or it is not known, or -1 with DIAG_NOMEM.
 */
int call_base(const char *s, size_t n, const struct py_name *names, double *ret,
	struct diag *d);

/*
 * Appends the words of the call S[0..N) to WORDS.  ALONE says that it is a
 * whole column, so that it may name and add columns.  NAME gets
 * "torch.StepLR".  Returns 0, or -1 with DIAG_USAGE and *WHERE, the offset of
 * the mistake in S.
 */
int call_expand(struct buf *words, struct buf *name, const char *s, size_t n,
	bool alone, const struct call_env *env, size_t *where, struct diag *d);

#endif
