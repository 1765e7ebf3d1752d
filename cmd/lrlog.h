/* SPDX-License-Identifier: MIT */
/*
 * lrlog's options, logs and columns, shared by its parts.
 */
#ifndef CMD_LRLOG_H
#define CMD_LRLOG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/names.h"
#include "log/log.h"
#include "logs.h"
#include "opt.h"
#include "plot.h"
#include "rows.h"

/* Beside those of enum rows_format. */
enum { LRLOG_NPY = ROWS_NFORMAT };

struct lrlog_options {
	int format;          /* -1: not given */
	const char *output;  /* NULL: standard output */
	const char *columns; /* NULL: all */
	struct log_options log;
	struct plot_opts plot;
	bool list, follow;
	struct logs_opts logs;
	char *const *operand;
	size_t noperand;
};

extern const struct opt_table lrlog_options;

/* Returns -1 to go on, or the exit status. */
int lrlog_options_parse(struct lrlog_options *o, int argc, char *argv[]);

/* No scalar; the sum of those that are the loss. */
#define LRLOG_NONE NAMES_NONE
#define LRLOG_SUM (SIZE_MAX - 1)

/* A log that was read to its end. */
struct lrlog_input {
	const struct source_place *place;
	const char *name; /* as messages call it */
	struct source *source;
	struct log_table *table;
	const struct log_scalar *scalar; /* nscalar of them */
	size_t nscalar;
	char **run; /* the names of its runs, as rows have them */
	size_t nrun;
	/* The scalar of each column, or one of these: */
	size_t *of_column;
};

struct lrlog_inputs {
	struct lrlog_input *input;
	size_t n, nrun;
	bool has_runs; /* there are several, or one with a name */
};

/* --- lrlog_read.c -------------------------------------------------------- */

/*
 * Reads SOURCE, which IN takes over, to its end; IN's place is set.  SEVERAL
 * logs are read: runs have names of both.  IN is to be released also after a
 * failure.  Returns 0, or -1.
 */
int lrlog_input_read(struct lrlog_input *in, struct source *source,
	const struct log_options *opt, bool several, struct diag *d);
void lrlog_input_release(struct lrlog_input *in);

/* The log says what its runs are called. */
bool lrlog_input_has_names(const struct lrlog_input *in);

/* Remarks about what was odd. */
void lrlog_input_note(
	const struct lrlog_input *in, const struct lrlog_options *o);

/* Steps that no log tells are none that it may be compared by: remarks it. */
void lrlog_input_note_counted(const struct lrlog_input *in);

/* --- lrlog_list.c -------------------------------------------------------- */

/* What is told of a step, beside it: a name for all logs. */
struct lrlog_column {
	const char *name;
	char *renamed; /* name, where it is not that of a log; NULL */
	bool is_rate;  /* in each log that has it */
};

struct lrlog_columns {
	struct lrlog_column *column;
	size_t n;
	struct names names; /* theirs; a wide log has a million */
	const char *step;   /* what the step is called: "step" or "epoch" */
};

/*
 * Adds the columns that LIST, of -c, asks for: names, and patterns for what the
 * N inputs at IN have; NULL: all that they have but the steps themselves, in
 * the order in which they were met.  AWAITED: what is named may still come; or
 * else it has to be there, or to be a part that is played.  Returns 0, or -1.
 */
int lrlog_columns_add(struct lrlog_columns *c, const char *list,
	const struct lrlog_input *in, size_t n, bool awaited, struct diag *d);
void lrlog_columns_free(struct lrlog_columns *c);

/* The column NAME, or LRLOG_NONE. */
size_t lrlog_columns_find(const struct lrlog_columns *c, const char *name);

/* S would be one where all are asked for, and is none of C. */
bool lrlog_columns_lack(
	const struct lrlog_columns *c, const struct log_scalar *s);

/* The scalar of IN that plays the part NAME, LRLOG_SUM for several. */
size_t lrlog_find_part(const struct lrlog_input *in, const char *name);

/* LIST, of -c, or NULL, has NAME, letter for letter. */
bool lrlog_list_has(const char *list, const char *name);
bool lrlog_is_pattern(const char *s);

/* --- lrlog_columns.c ----------------------------------------------------- */

/*
 * Chooses columns for all of IN, those that O names or all; AWAITED as in
 * lrlog_columns_add().  *RET is to be released with lrlog_columns_free(), also
 * after a failure.  Returns 0, or -1.
 */
int lrlog_columns_choose(struct lrlog_columns *ret, struct lrlog_inputs *in,
	const struct lrlog_options *o, bool awaited, struct diag *d);

/*
 * Sets which scalar of IN each of C is; ASKED: they are those of -c.  What is
 * not there yet is none.  Returns 0, or -1 with DIAG_NOMEM.
 */
int lrlog_columns_match(struct lrlog_input *in, const struct lrlog_columns *c,
	bool asked, struct diag *d);

/* The values of a record by column. */
struct lrlog_cells {
	double *value; /* of each column */
	bool *has;
	size_t ncolumn;
	uint32_t *at; /* of each scalar in the record, + 1; 0: not told */
	/* Of each column, in records of the list that was set last, of IN. */
	uint32_t *from;
	uint64_t list;
	const struct lrlog_input *in;
	bool any;
};

/* To be released with lrlog_cells_free(), also after a failure. */
int lrlog_cells_new(struct lrlog_cells *c, const struct lrlog_columns *columns,
	const struct lrlog_inputs *in, struct diag *d);
void lrlog_cells_free(struct lrlog_cells *c);

/* Sets the cells of R of IN.  Returns whether there is any. */
bool lrlog_cells_set(struct lrlog_cells *c, const struct lrlog_input *in,
	const struct log_record *r);

/* --- lrlog_print.c, lrlog_npy.c, lrlog_plot.c ----------------------------- */

/*
 * Writes a row for each record that has any of the columns.  *NROW: how many.
 * Returns 0, or -1.
 */
int lrlog_print(const struct lrlog_options *o, const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, uint64_t *nrow,
	struct diag *d);

/* The same as an array for numpy.load(). */
int lrlog_print_npy(const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, uint64_t *nrow,
	struct diag *d);

/* Writes a row for each scalar of each log.  Returns 0, or -1. */
int lrlog_print_list(const struct lrlog_options *o,
	const struct lrlog_inputs *in, struct output *out, struct diag *d);

/* Draws the columns over the step.  Returns 0, or -1. */
int lrlog_draw(const struct lrlog_options *o, const struct lrlog_inputs *in,
	const struct lrlog_columns *c, struct output *out, struct diag *d);

/* --- lrlog_follow.c ------------------------------------------------------- */

/*
 * Writes rows of IN, a file or a pipe of PLACE, as they come, until it ends or
 * a signal says so: by then they are those of a log that is read at once.
 * *NROW: how many.  Returns 0, or -1, also if a column never came.
 */
int lrlog_follow(const struct lrlog_options *o,
	const struct source_place *place, struct input *in, struct output *out,
	uint64_t *nrow, struct diag *d);

/* Ends the process by the signal that came, if one did. */
void lrlog_follow_end(void);

#endif
