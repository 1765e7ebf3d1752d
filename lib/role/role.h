/* SPDX-License-Identifier: MIT */
/*
 * Which key plays which role, decided once for all formats: by names, and by
 * how their values behave; and lines as roles see them.  A teller and its tape
 * are one thread's at a time; roles that are found do not change.
 */
#ifndef ROLE_ROLE_H
#define ROLE_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pair/pair.h"
#include "tape/tape.h"

struct diag;
struct formula;
struct source;

/*
 * What a caller's user writes to name a column, and so on: messages have it
 * where that is the way out.  NULL: there is no such thing to write.
 */
struct role_words {
	const char *lr, *loss;
	const char *columns; /* names of a table without a header */
	const char *rates;   /* rates by step from elsewhere */
	const char *metric;  /* that the loss is an accuracy */
};

struct role_options {
	const struct role_words *words; /* NULL: messages have none */
	const char *lr;                 /* names of columns; NULL: guessed */
	const char *loss; /* or a formula of several, as text/formula.h */
	const char *step;
	const char *run; /* NULL: guessed, unless rates_only; "": none */
	bool metric;     /* the loss is guessed among accuracies instead */
	bool sums_only;  /* of formulas of a loss */
	bool no_lr;      /* the rate is not taken from the log */
	/*
	 * The rates are all that is asked for: no loss is needed or read, of
	 * several rates the first is, and a rate that rises where the step
	 * falls is a run that resumed, not a counter that began again.
	 */
	bool rates_only;
	bool all; /* every number is asked for, not the rate and loss alone */
};

/* What OPT's user writes; empty if that is not known. */
const struct role_words *role_words_of(const struct role_options *opt);

/* --- given.c -------------------------------------------------------------- */

/*
 * Reads S to its end: RET keeps what may have a role in OPT, or ALL numbers.
 * DIR (borrowed) is for what has no place in memory; NULL: /tmp.  *RET is to be
 * released with tape_free(), also after a failure.  Returns 0, or -1.
 */
int role_read(struct tape **ret, struct source *s,
	const struct role_options *opt, const char *dir, bool all,
	struct diag *d);

/* --- roles.c ------------------------------------------------------------- */

#define ROLE_NONE SIZE_MAX
#define ROLE_SUM_MAX 16 /* losses of one sum */
#define ROLE_TOLD_MIN 5 /* records of what is told in no table */

struct roles {
	size_t nkey;
	unsigned char *role; /* an enum pair_role of each key */
	unsigned *step; /* rank of each key as one; PAIR_RANK_NONE: is none */
	size_t lr;      /* ROLE_NONE: the rate is not taken from the log */
	size_t nlr;     /* that may be it, and differ; lr is the first */
	size_t loss[ROLE_SUM_MAX];         /* its parts */
	size_t nloss;                      /* 0: not read */
	struct formula *formula;           /* of its parts; NULL: their sum */
	size_t nloss_alike;                /* that may be it, as nlr */
	bool loss_guessed;                 /* the sum was not asked for */
	bool is_metric;                    /* it is an accuracy */
	size_t run, epoch, phase, process; /* ROLE_NONE: the log has none */
	bool phase_is_train; /* "train": no text of it but True is training */
	bool phase_is_valid; /* "val": none but False is */
	size_t step_key;     /* the best of them */
	bool step_is_anonymous; /* PAIR_KEY_COUNT and the like */
	bool step_is_epoch;     /* for want of anything better */
	bool values_are_rare;   /* beside steps of what no known name tells */
	bool step_named_epoch;  /* or because it is asked for */
	struct tape_totals totals; /* where steps begin again */
	double epoch_steps;        /* as settings tell; 0: unknown */
	bool in_rows;              /* told in tables, whose names are sure */
	bool rows_have_step; /* those of tables without one tell nothing */
	bool bars_have_lr;   /* those of bars that have not are unfinished */
	size_t bar_key; /* what bars of epochs count; ROLE_NONE: there are none
			 */
	bool lr_leads;  /* such a rate stands before any step */
	bool step_trails; /* a step is of the lines before it, not after */
	bool lr_after;    /* rates without a step are of the losses before */
	int rank;         /* of the process that is read; -1: of all */
	size_t times;     /* each line stands so often; 0, 1: once */
	bool lacks_given; /* a name of the options is that of no key */
};

/* Decides.  Returns 0, or -1 with DIAG_DATA. */
int role_find(struct roles *ret, const struct tape *t,
	const struct pair_keys *keys, const struct role_options *opt,
	struct diag *d);

void role_free(struct roles *r);

/* --- again.c -------------------------------------------------------------- */

/*
 * Sets R's times from T, which is at its begin, then and before.  Returns 0, or
 * -1.
 */
int role_find_again(struct roles *r, struct tape *t, struct diag *d);

/* --- told.c --------------------------------------------------------------- */

/*
 * A line as roles see it.
 */

struct role_told {
	double step, lr, loss;
	double epoch; /* beside the step, or NaN */
	bool has_step, has_lr, has_loss;
	bool is_named; /* its step has a name, which may hold for lines after */
	bool is_row, is_bar, is_valid;
	bool is_headed;     /* a header came again before it */
	bool is_carried;    /* for those who carry steps: this is not its own */
	bool is_unfinished; /* a bar that is drawn again in its epoch */
	bool is_again;      /* the line before stands once more */
	size_t shape;       /* the first that is like its own */
};

/* It tells what records are made of. */
static inline bool role_told_counts(const struct role_told *told)
{
	return told->has_lr || told->has_loss;
}

/* What tells lines of a tape apart by roles, from its begin on. */
struct role_teller;

/* All but RET is borrowed.  Returns 0, or -1 with DIAG_NOMEM. */
int role_teller_new(struct role_teller **ret, const struct tape *tape,
	const struct roles *roles, struct diag *d);
void role_teller_free(struct role_teller *t);

/* Whether ROW is of the process that is read; *RET is set in any case. */
bool role_told_of(struct role_told *ret, struct role_teller *t,
	const struct tape_row *row);

/*
 * Whether all lines like ROW, whose values are not looked at, are of training,
 * of the process that is read, and tell the best step and, if VALUES, a rate or
 * a loss.
 */
bool role_tells_always(
	struct role_teller *t, const struct tape_row *row, bool values);

/* The step of ROW alone, NaN without one; whether it has one. */
bool role_step_of(
	double *ret, struct role_teller *t, const struct tape_row *row);

/* What ROW calls its run, valid until the next call; NULL: nothing. */
const char *role_run_of(
	struct role_teller *t, const struct tape_row *row, size_t *n_ret);

#endif
