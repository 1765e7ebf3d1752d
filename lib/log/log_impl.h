/* SPDX-License-Identifier: MIT */
/* Inside of lib/log: what its files share, under the name of each. */
#ifndef LOG_LOG_IMPL_H
#define LOG_LOG_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/num.h"
#include "log/log.h"

struct csv_reader;
struct diag;
struct input;
struct formula;
struct log_options;

/* --- kind.c -------------------------------------------------------------- */

/*
 * What a file is that is not a log, or not a table, told from how it begins.
 */

/* Fails with DIAG_DATA if HEAD[0..N) begins what is not text. */
int log_kind_check(const char *head, size_t n, struct diag *d);

/*
 * As csv_open(), for a file that begins like a table.  Of another, fails with
 * DIAG_DATA: what it is, and the way out.
 */
int log_kind_open(struct csv_reader **ret, struct input *in,
	const struct log_options *opt, struct diag *d);

/* --- bytes.c ------------------------------------------------------------- */

/*
 * Clean lines, whatever the bytes: UTF-16 is transcoded; CR, VT, FF, runs of BS
 * and movements of the cursor end a line as LF does; other control characters
 * are blanks; terminal sequences are gone; full-width characters, rules of
 * boxes and bars are what they look like in ASCII.  Bytes that are not UTF-8
 * stay.
 */
struct log_bytes;

struct log_text {
	char *p; /* p[n] is 0, no other byte is; may be written to */
	size_t n;
	uint64_t lineno; /* from 1, by LF */
	bool ended;      /* the file goes on after it, or it has an end */
};

int log_bytes_open(struct log_bytes **ret, struct input *in, struct diag *d);
void log_bytes_close(struct log_bytes *b);

/*
 * Line I from here, 0 being the next.  What was got before may have moved: ask
 * for it again.  Returns 1, 0 where the file ends before it, or -1.
 */
int log_bytes_peek(
	struct log_bytes *b, size_t i, struct log_text *ret, struct diag *d);

/* Goes on behind the next N lines, which have been peeked at. */
void log_bytes_skip(struct log_bytes *b, size_t n);

/*
 * Makes one line of the next N, which have been peeked at, LF between them.
 */
void log_bytes_join(struct log_bytes *b, size_t n, struct log_text *ret);

/* --- number.c ------------------------------------------------------------ */

/*
 * Numbers as logs spell them.  P ends with a 0 byte.
 */

enum log_cell {
	CELL_NUMBER, /* also nan and inf */
	CELL_NONE,   /* empty, NA, null, None */
	CELL_TEXT,
};

/* The decimal at P, as num_scan_double(); also with D for E.  NULL: none. */
const char *log_number(const char *p, double *ret);

/* nan, inf, infinity, 1.#IND and so on at P, with a sign.  NULL: none. */
const char *log_number_odd(const char *p, double *ret);

/* As log_number(), with commas between thousands: 1,606,009.5. */
const char *log_number_thousands(const char *p, double *ret);

/* With a comma for the decimal point, and no other comma or point behind it. */
const char *log_number_comma(const char *p, double *ret);

/*
 * The number in a call that prints as its value: tensor(2.3, device='cuda'),
 * np.float64(1e-05), array([2.3]).  NULL: none.
 */
const char *log_number_call(const char *p, double *ret);

enum {
	NUMBER_COMMA = 1,     /* a comma is the decimal point */
	NUMBER_THOUSANDS = 2, /* commas may stand between thousands */
	NUMBER_UNIT = 4,      /* letters may follow, without a blank */
};

/*
 * All of S[0..n), blanks around it ignored, S[n] any byte that no number has:
 * CELL_NUMBER, also a percentage or a counter a/b, whose b is *TOTAL, else NaN.
 */
enum log_cell log_number_cell(
	const char *s, size_t n, unsigned how, double *ret, double *total);

/* --- lines.c ------------------------------------------------------------- */

/*
 * A log as lines of pairs, whatever wrote it: what is told in a line, before
 * anything is decided about what it means.
 */

/* The keys of a log by number, in the order in which they were met. */
struct log_keys;

int log_keys_new(struct log_keys **ret, struct diag *d);
void log_keys_free(struct log_keys *k);
size_t log_keys_n(const struct log_keys *k);

/* Valid until the keys are freed; no bytes are 0. */
const char *log_keys_name(const struct log_keys *k, size_t key);

/* The number of the key NAME[0..n), new if ADD; SIZE_MAX: not there, or no
 * memory with ADD. */
size_t log_keys_find(struct log_keys *k, const char *name, size_t n, bool add);

struct log_pair {
	size_t key;
	double value;     /* NaN with a text */
	double total;     /* b of a counter a/b, else NaN */
	const char *text; /* valid until the next line; NULL: a number */
	size_t ntext;
};

/* Keys of what has no name: a counter, a first whole number, a value. */
#define LOG_KEY_COUNT "#c"
#define LOG_KEY_NUMBER "#n"
#define LOG_KEY_VALUE "#v"
/* The end of the key of a running mean that stands behind its value. */
#define LOG_KEY_MEAN " ()"

struct log_line {
	const struct log_pair *pair; /* valid until the next line */
	size_t n;
	uint64_t lineno; /* of the file, from 1; of a binary log, its record */
	uint64_t shape;  /* a hash of its list of keys */
	int rank;        /* the process that tells it; -1: not said */
	bool is_row;     /* of a table: its keys stand in a header */
	bool is_bar;     /* a progress bar: its counters hold for it alone */
	bool is_valid;   /* of validation, by its words */
};

struct log_lines;

/*
 * Begins to read IN (borrowed) from where it stands; new names go to KEYS.  A
 * line is given as soon as it has come, a header's when the one after it has.
 */
int log_lines_open(struct log_lines **ret, struct input *in,
	const struct log_options *opt, struct log_keys *keys, struct diag *d);

/* The next line that has pairs.  Returns 1, 0 at the end, or -1. */
int log_lines_next(struct log_lines *l, struct log_line *ret, struct diag *d);

/* Sets what was odd so far: cut and misfits. */
void log_lines_odd(const struct log_lines *l, struct log *ret);

void log_lines_close(struct log_lines *l);

/* --- keys.c -------------------------------------------------------------- */

#define LOG_NKEY_MAX ((size_t)1 << 22)

/* Begins to count anew what log_keys_times() is asked. */
void log_keys_begin(struct log_keys *k);

/* How often this was asked of KEY since, before now. */
size_t log_keys_times(struct log_keys *k, size_t key);

/* The pairs of a line while it is read. */
struct log_pairs {
	struct log_keys *keys;
	struct log_pair *pair;
	size_t n, cap;
	struct buf path; /* for names that do not stand in one piece */
	bool failed;     /* no memory, or too many keys */
	int rank;
	bool is_bar, is_valid;
	bool comma; /* text was met in which a comma is the decimal point */
};

/* Adds a pair; without memory, or if KEY is SIZE_MAX, sets failed. */
void log_pairs_add(struct log_pairs *o, size_t key, double value, double total);
void log_pairs_add_text(
	struct log_pairs *o, size_t key, const char *text, size_t n);

/* Takes out, from the pair AT on, those whose key stands before. */
void log_pairs_drop_known(struct log_pairs *o, size_t at);

/* --- value.c ------------------------------------------------------------- */

/*
 * Values as JSON and as Python print them: one parser for both.  P ends with a
 * 0 byte.
 */

/* How deep a value is open, from one line to the next; all 0 before the
 * first. */
struct log_nest {
	size_t depth;
};

/*
 * Goes on through the value that P is in, or begins it at a bracket.  Returns
 * 1 with its end, 0 if it is still open at the end of P, or -1: it is none.
 */
int log_value_feed(struct log_nest *s, char *p, char **end);

/* Behind the value at P, as far as brackets and quotes tell; NULL: none. */
char *log_value_end(char *p);

/* Behind the key of a dict at P, which is S[0..n) without quotes; NULL: none.
 */
char *log_value_key(char *p, char **s, size_t *n);

/*
 * Adds the pairs of the value at P, which is named NAME[0..n): dots between the
 * names of dicts in dicts; NAME, NAME#1 and so on of a list.  Returns its end,
 * or NULL if it is no value: then no pair was added.  Texts are unescaped in
 * place.
 */
char *log_value_pairs(char *p, const char *name, size_t n, struct log_pairs *o);

/* --- document.c ---------------------------------------------------------- */

/*
 * Rows of a document, one value that is all of the input.
 */
struct log_document;

/*
 * Looks what rows are in the dict or list at P, which ends with a 0 byte and
 * stays until the document is freed.  Returns 1, 0 if there are none, or -1
 * without memory.
 */
int log_document_new(struct log_document **ret, char *p, struct diag *d);
void log_document_free(struct log_document *doc);

/* The dict has numbers of its own, as a record has. */
bool log_document_may_be_record(const struct log_document *doc);

/* Adds the pairs of the next row, which stands *NLINE lines below P.  Returns
 * false at the end. */
bool log_document_next(
	struct log_document *doc, struct log_pairs *o, uint64_t *nline);

/* --- pattern.c ----------------------------------------------------------- */

/*
 * A pattern whose named groups are keys.
 */
struct log_pattern;

/* Returns 0, or -1 with DIAG_USAGE or DIAG_NOMEM. */
int log_pattern_new(struct log_pattern **ret, const char *pattern,
	struct log_keys *keys, struct diag *d);
void log_pattern_free(struct log_pattern *p);

/* Adds the pairs of the line S where the pattern first matches. */
void log_pattern_pairs(
	const struct log_pattern *p, char *s, struct log_pairs *o);

/* --- rows.c -------------------------------------------------------------- */

/*
 * Tables: a header, known by the row after it, and rows.
 */
struct log_rows;

/* SEP is the separator, 0: found; COLUMNS the names of a table that has no
 * header, or NULL. */
int log_rows_new(struct log_rows **ret, char sep, const char *columns,
	struct log_keys *keys, struct diag *d);
void log_rows_free(struct log_rows *r);

/* There is a header. */
bool log_rows_known(const struct log_rows *r);

/* P may be a header: the next line is to be seen. */
bool log_rows_may_head(const char *p);

/* P is only there to be seen. */
bool log_rows_is_rule(const char *p);

/* P may stand between the header HEAD and its rows. */
bool log_rows_is_between(const char *head, const char *p);

/*
 * Takes P for the header if ROW is a row of it; FIRST: nothing came before, so
 * that less is enough.  Returns 1, 0, or -1 without memory.
 */
int log_rows_head(struct log_rows *r, char *p, char *row, bool first);

enum log_row {
	ROW_NONE,
	ROW_FITS,   /* but for cells that are no numbers, which are counted */
	ROW_OPEN,   /* a quote is open: it may be one with lines after it */
	ROW_MISFIT, /* of another number of cells, which is counted */
};

/* Adds the pairs of T if it is a row; with AS_IS an open quote is none. */
enum log_row log_rows_row(struct log_rows *r, const struct log_text *t,
	bool as_is, struct log_pairs *o);

/* Counts T, neither a row nor a header, if it is no text either, as its cells
 * stand without blanks.  Returns whether it is. */
bool log_rows_misfit(struct log_rows *r, const struct log_text *t);

/* What did not fit so far. */
const struct log_misfits *log_rows_misfits(const struct log_rows *r);

/* --- mark.c -------------------------------------------------------------- */

/*
 * What stands in text beside pairs.  P ends with a 0 byte; what ends somewhere
 * is told by its end, NULL where it is not there.
 */

/* What may begin at a byte. */
enum log_kind {
	KIND_OTHER, /* what means nothing, also blanks */
	KIND_END,
	KIND_WORD,
	KIND_DIGIT,
	KIND_SIGN,
	KIND_DOT,
	KIND_ASSIGN,
	KIND_SEP,
	KIND_OPEN,
	KIND_CLOSE,
	KIND_QUOTE,
	KIND_INNER = 16, /* a bit: within a word too */
};

extern const unsigned char log_kinds[256];

static inline unsigned log_kind(char c)
{
	return log_kinds[(unsigned char)c] & (KIND_INNER - 1U);
}

static inline bool log_is_inner(char c)
{
	return log_kinds[(unsigned char)c] & KIND_INNER;
}

static inline bool log_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool log_is_alpha(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline char *log_skip_blanks(char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

static inline char *log_skip_digits(char *p)
{
	while (log_is_digit(*p))
		p++;
	return p;
}

/* S[0..n) is one of the words of LIST, in any case. */
bool log_mark_among(
	const char *s, size_t n, const char *const *list, size_t nlist);

/* S[0..n) is a word for what is no training, or for training. */
bool log_mark_valid(const char *s, size_t n);
bool log_mark_train(const char *s, size_t n);

/* It is what a run counts. */
bool log_mark_step(const char *s, size_t n);

/* It ends in "loss". */
bool log_mark_loss(const char *s, size_t n);

/* Of the words of the name S[0..n), however they are joined, IS one, or the
 * last one. */
bool log_mark_any(
	const char *s, size_t n, bool (*is)(const char *, size_t), bool last);

/* The name S[0..n) with the number X, first in a line, says that the line is of
 * validation. */
bool log_mark_of_validation(const char *s, size_t n, double x);

/* The word at P; P if there is none.  And what is glued to it at its end P, as
 * (train), (iter/s); P if nothing is. */
char *log_mark_word(char *p);
char *log_mark_glued(char *p);

/* S[0..n) says how serious a message is. */
bool log_mark_level(const char *s, size_t n);

/* A word for a unit behind a number that ends at P, and behind a : or = if
 * ASSIGNED; P if it is none, but perhaps a name. */
char *log_mark_unit(char *p, bool assigned);

/* The total of a counter behind a whole number that ends at P; NaN: unknown. */
char *log_mark_total(char *p, double *total);

/* A date, a time or a duration that begins with a digit. */
char *log_mark_time(char *p);

/* One that begins with the word [P, END). */
char *log_mark_named_time(char *p, char *end);

/* A rank is told in so many bytes of a line. */
#define LOG_RANK_WITHIN 80

/* A rank in words, or in brackets in the line at BEGIN: [rank0], [host:3]: */
char *log_mark_rank(char *p, int *rank);
char *log_mark_bracket_rank(const char *begin, char *p, int *rank);

/* A place in a program: behind the file's name [WORD, END), or behind the
 * module that ends at END. */
char *log_mark_place(const char *word, char *end);
char *log_mark_colon_place(char *end);

/* A bar behind its percent sign, or in brackets. */
char *log_mark_bar(char *p);
char *log_mark_bracket_bar(char *p);

/* --- pending.c ----------------------------------------------------------- */

/*
 * What waits in text, for a number or for a name.
 */
struct log_pending {
	struct log_pairs *o;
	size_t npair; /* before the line */

	const char *name, *name_end; /* words; NULL: none */
	bool spread;                 /* they do not stand in one piece */
	bool assigned;               /* a : or = is behind them */
	unsigned group;              /* 1 of lr[1] = */

	bool has_bare; /* a number without a name so far */
	double bare, bare_total;
	const char *unit; /* glued to it */
	size_t nunit;     /* SIZE_MAX: it is a counter without a total */

	size_t last;     /* the pair that ends right here, + 1; 0: none */
	size_t segment;  /* pairs from here have no separator between them */
	bool has_assign; /* one of these is told by a : or = */
	bool has_value;  /* a number was told that counts nothing */

	const char *section; /* a word for validation that names what follows */
	size_t nsection;
	const char *first; /* the same before anything was told */
	size_t nfirst, first_at;
};

void log_pending_forget(struct log_pending *s);

/* The pair of the pending name, which is done with, and a number or a text. */
void log_pending_add(struct log_pending *s, double x, double total);
void log_pending_add_text(struct log_pending *s, const char *text, size_t n);

/* X is the running mean of the pair that ends right here. */
void log_pending_add_mean(struct log_pending *s, double x);

/* The key that stands for no name. */
void log_pending_unnamed(
	struct log_pending *s, const char *key, double x, double total);

/* The bare number stays without a name, but for its unit. */
void log_pending_flush(struct log_pending *s);

/* The pending name has no number: it may say of what the line is. */
void log_pending_heading(struct log_pending *s);

/* What is pending ends here: at a separator, a bracket, the end. */
void log_pending_end(struct log_pending *s);

/* The pair that ends right here, of one word as After, counts [P, END). */
void log_pending_rename(struct log_pending *s, const char *p, const char *end);

/* X, without a name, is what the pair before tells of: loss at step 3: 2.5. */
bool log_pending_sentence(struct log_pending *s, double x);

/* X, without a name, is the value, and the pair before it a counter. */
bool log_pending_counted(struct log_pending *s, double x);

/* --- text.c -------------------------------------------------------------- */

/* Adds the pairs of P, which ends with a 0 byte: text for people. */
void log_text_pairs(char *p, struct log_pairs *o);

/* --- source.c ------------------------------------------------------------ */

/*
 * A source of lines of pairs is one of these, whatever it reads: text is
 * log_lines_*; binary formats and directories have files of their own.
 */

struct log_source_calls {
	/* As log_lines_next(), log_lines_odd() and log_lines_close(). */
	int (*next)(void *state, struct log_line *ret, struct diag *d);
	void (*odd)(const void *state, struct log *ret);
	void (*close)(void *state);
};

struct log_source {
	struct log_keys *keys; /* owned */
	const struct log_source_calls *calls;
	void *state; /* owned */
	enum log_format format;
};

/*
 * Makes a source of KEYS and STATE, which it takes over; they are released if
 * this fails.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_source_new(struct log_source **ret, struct log_keys *keys,
	const struct log_source_calls *calls, void *state, struct diag *d);

/* --- points.c ------------------------------------------------------------ */

/*
 * A source of scalars that are told one by one, which are all read before the
 * first line: 32 bytes each.
 */
struct log_points;

int log_points_new(struct log_points **ret, struct diag *d);
void log_points_free(struct log_points *p);

/* The key of TAG[0..n), which is not the step's; SIZE_MAX: no memory. */
size_t log_points_key(struct log_points *p, const char *tag, size_t n);

/* Adds a value of KEY.  STEP is finite. */
int log_points_add(struct log_points *p, size_t key, double step, double value,
	struct diag *d);

/* Forgets what was told of STEP and of later ones. */
void log_points_void(struct log_points *p, double step);

/*
 * What is added from now on is of a later file, whose values of a tag at a step
 * take the place of earlier ones.  CUT: the last file ended within a record.
 */
void log_points_end_part(struct log_points *p, bool cut);

/*
 * Makes a source of P, which it takes over also if this fails, in the FORMAT
 * that it had.  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_points_open(struct log_source **ret, struct log_points *p,
	enum log_format format, struct diag *d);

/* --- events.c ------------------------------------------------------------ */

/* Adds the scalars of IN, of LOG_TENSORBOARD or LOG_WANDB. */
int log_events_read(struct log_points *p, struct input *in,
	enum log_format format, struct diag *d);

/* --- mlflow.c ------------------------------------------------------------ */

/* Adds the metric that the file IN is; its path tells the name. */
int log_mlflow_read(struct log_points *p, struct input *in, struct diag *d);

/* Whether a file that begins with HEAD[0..n) is a metric. */
bool log_mlflow_is_metric(const char *head, size_t n);

/* --- exported.c ---------------------------------------------------------- */

/*
 * Makes a source of LINES and its KEYS, which it takes over also if this fails.
 * Tables that W&B exports have a line for each run that a row tells of, with
 * its name as "run".  Returns 0, or -1 with DIAG_NOMEM.
 */
int log_exported_open(struct log_source **ret, struct log_lines *lines,
	struct log_keys *keys, struct diag *d);

/* --- names.c ------------------------------------------------------------- */

/*
 * What a name may mean, from its words alone.
 */

enum log_role {
	ROLE_STEP,
	ROLE_LR,
	ROLE_LOSS,
	ROLE_METRIC, /* accuracy and the like: higher is better */
	ROLE_RUN,
	ROLE_EPOCH,
	ROLE_PHASE,   /* training or validation */
	ROLE_PROCESS, /* which of several tells it */
	NROLE,
};

/* How badly a name fits a role: 0 is best.  Some have names. */
enum {
	LOG_RANK_PART = 5,    /* a loss among others */
	LOG_RANK_BARE = 8,    /* "avg": of what is not said */
	LOG_RANK_WEAK = 10,   /* "rate" */
	LOG_RANK_LOCAL = 40,  /* a step within an epoch */
	LOG_RANK_LAST = 50,   /* "base lr" */
	LOG_RANK_PROSE = 55,  /* the last word of some */
	LOG_RANK_NUMBER = 60, /* LOG_KEY_NUMBER */
	LOG_RANK_COUNT,       /* LOG_KEY_COUNT */
	LOG_RANK_EPOCH = 80,  /* as a step */
	LOG_RANK_NONE = 1000, /* not at all */
};

struct log_meaning {
	unsigned rank[NROLE];
	bool loss_is_last;   /* "box_loss", not "loss_box" */
	bool of_network;     /* of one of several, as a generator */
	bool is_valid;       /* of validation */
	unsigned valid_loss; /* rank as the loss of that */
};

void log_mean(struct log_meaning *ret, const char *name, size_t n);

/* The role's name in messages and options; "" for NROLE. */
const char *log_role_name(enum log_role role);

/* VALUE, of a phase, begins with a word for no training. */
bool log_is_validation(const char *value, size_t n);

/* A and B are the same but for case and what stands between words. */
bool log_same_name(const char *a, size_t na, const char *b, size_t nb);

/* --- spool.c ------------------------------------------------------------- */

/*
 * Bytes that wait to be read again: first all is put, then it is read.
 */
struct log_spool;

/* DIR (borrowed) is for what has no place in memory.  Returns 0, or -1. */
int log_spool_new(struct log_spool **ret, const char *dir, struct diag *d);
void log_spool_free(struct log_spool *s);

/* Returns 0, or -1. */
int log_spool_put(struct log_spool *s, const void *p, size_t n, struct diag *d);

/* How many bytes it has. */
uint64_t log_spool_n(const struct log_spool *s);

/* What is read next begins at OFFSET.  Returns 0, or -1. */
int log_spool_seek(struct log_spool *s, uint64_t offset, struct diag *d);

/* Reads N bytes.  Returns 1, 0 if there are not as many, or -1. */
int log_spool_get(struct log_spool *s, void *p, size_t n, struct diag *d);

/* --- tape.c -------------------------------------------------------------- */

/*
 * The lines of a log once they are read, for a second time: of keys that may
 * have a role, or of all.  What lines of one list of keys have in common is
 * kept once; the values wait in memory, or in an unlinked file if they are
 * many.
 */

/* What is known of a key when all lines are. */
struct log_stat {
	struct log_meaning meaning;
	uint64_t n; /* numbers */
	uint64_t nfinite;
	uint64_t ntext, ntext_row; /* texts; of them in rows of a table */
	uint64_t text_line;        /* of the first of those in rows */
	uint64_t nrow;             /* numbers in rows */
	bool text_varies;
	double min, max, first, last; /* of the finite ones */
	uint64_t nup, ndown;          /* how often they rose and fell */
	uint64_t nturn;               /* and did the other than before */
	unsigned ndistinct;           /* at most 3 */
	double distinct[3];
	bool whole;
	double total;   /* the largest b of a/b; NaN: none */
	uint64_t nfull; /* how often a is b */
};

/* Lines with the same list of keys. */
struct log_shape {
	const size_t *key; /* those that are kept */
	size_t nkey;
	uint64_t count;
	uint64_t first, last; /* of the lines, counted from 0 */
	int rank;
	bool is_row, is_bar, is_valid;
};

struct log_tape;

/* Keeps pairs whose keys may have a role in OPT, or ALL.  Returns 0, or -1. */
int log_tape_new(struct log_tape **ret, const struct log_options *opt, bool all,
	struct diag *d);
void log_tape_free(struct log_tape *t);

/* Reads S to its end.  Returns 0, or -1. */
int log_tape_fill(struct log_tape *t, struct log_source *s, struct diag *d);

/* One entry for each key of the source. */
const struct log_stat *log_tape_stats(const struct log_tape *t, size_t *n_ret);

size_t log_tape_nshape(const struct log_tape *t);
const struct log_shape *log_tape_shape(const struct log_tape *t, size_t i);

/* The text of KEY in the first row that has one, where a number should be. */
const char *log_tape_text(const struct log_tape *t, size_t key);

/* To the first line.  Returns 0, or -1 with DIAG_IO. */
int log_tape_rewind(struct log_tape *t, struct diag *d);

/*
 * The next line; *SHAPE_RET is the number of its shape.  Returns 1, 0 at the
 * end, or -1 with DIAG_IO.
 */
int log_tape_next(struct log_tape *t, struct log_line *ret, size_t *shape_ret,
	struct diag *d);

/* --- roles.c ------------------------------------------------------------- */

/*
 * Which key plays which role, decided once for all formats: by names, and by
 * how their values behave.
 */

#define LOG_NONE SIZE_MAX
#define LOG_SUM_MAX 16 /* losses of one sum */
#define LOG_TOLD_MIN 5 /* records of what is told in no table */

struct log_roles {
	size_t nkey;
	unsigned char *role; /* an enum log_role of each key */
	unsigned *step; /* rank of each key as one; LOG_RANK_NONE: is none */
	size_t lr;      /* LOG_NONE: the rate is not taken from the log */
	size_t nlr;     /* that may be it, and differ; lr is the first */
	size_t loss[LOG_SUM_MAX];          /* its parts */
	size_t nloss;                      /* 0: not read */
	struct formula *formula;           /* of its parts; NULL: their sum */
	size_t nloss_alike;                /* that may be it, as nlr */
	bool loss_guessed;                 /* the sum was not asked for */
	size_t run, epoch, phase, process; /* LOG_NONE: the log has none */
	size_t step_key;                   /* the best of them */
	bool step_is_anonymous;            /* LOG_KEY_COUNT and the like */
	bool step_is_epoch;                /* for want of anything better */
	bool step_named_epoch;             /* or because it is asked for */
	double total;                      /* where steps begin again; NaN */
	bool in_rows;        /* told in tables, whose names are sure */
	bool rows_have_step; /* those of tables without one tell nothing */
	bool bars_have_lr;   /* those of bars that have not are unfinished */
	bool lr_leads;       /* such a rate stands before any step */
	bool lr_after;       /* rates without a step are of the losses before */
	int rank;            /* of the process that is read; -1: of all */
	bool lacks_given;    /* a name of the options is that of no key */
};

/* Decides.  Returns 0, or -1 with DIAG_DATA. */
int log_roles_find(struct log_roles *ret, const struct log_tape *t,
	const struct log_keys *keys, const struct log_options *opt,
	struct diag *d);

void log_roles_free(struct log_roles *r);

/* The role of KEY. */
enum log_role log_roles_of(const struct log_roles *r, size_t key);

/* --- tell.c -------------------------------------------------------------- */

/*
 * Sets what RET says of names that were taken, for log_free(); a name for which
 * there is no memory is NULL.
 */
void log_roles_tell(const struct log_roles *r, const struct log_keys *keys,
	struct log *ret);

/* --- told.c --------------------------------------------------------------- */

/*
 * A line as roles see it.
 */

struct log_told {
	double step, lr, loss;
	double epoch; /* beside the step, or NaN */
	bool has_step, has_lr, has_loss;
	bool is_named; /* its step has a name, which may hold for lines after */
	bool is_row, is_bar, is_valid;
	const char *run; /* as text; NULL: not told */
	size_t nrun;
	size_t shape;
	char number[NUM_DOUBLE_MAX]; /* where run is one */
};

/* Whether L is of the process that is read; *RET is set in any case. */
bool log_told_of(struct log_told *ret, const struct log_line *l, size_t shape,
	const struct log_roles *r, const struct log_options *opt);

/* --- series.c ------------------------------------------------------------ */

/*
 * The records of one run as they come, until all are known: what their steps
 * count, restarts, counters that begin again.
 */

/* Bits of has. */
enum {
	SERIES_LR = 1,
	SERIES_LOSS = 2,
	SERIES_EPOCH = 4, /* its epoch is above that of the row before */
};

struct log_series {
	double *step, *lr, *loss; /* loss NULL: only rates are read */
	unsigned char *has;
	size_t n, cap;
	bool rates_only; /* a step that falls never means a new counter */
	/*
	 * NULL, or loss holds the numbers of records: all are kept, and this
	 * has for each the one that tells what it does not.
	 */
	size_t *next;
	double epoch;       /* of the last row given; NaN at first */
	bool new_epoch;     /* it rose since the last row that was taken */
	double epoch_steps; /* 0: unknown */
	double nmerged;     /* records in one, where rows are counted */
	double total;       /* where steps begin again, as they say; NaN */
};

/* Takes the next record.  Returns 0, or -1 with DIAG_NOMEM. */
int log_series_add(
	struct log_series *s, const struct log_told *row, struct diag *d);

/* What follows is of EPOCH, if that is not NaN. */
void log_series_note_epoch(struct log_series *s, double epoch);

/*
 * Turns S into the records of a run, with the rates of RATES if not NULL, and
 * hands over its memory.  UNIT is what the steps count; LOG_ROWS: there are
 * none.  Where the values may be epochs, EPOCHS_ONLY keeps parts of epochs as
 * they are; else rows are counted in their place.  What is odd is added to
 * *RET.  Returns 0, or -1 with DIAG_NOMEM, or DIAG_DATA: RATES counts another
 * unit.
 */
int log_series_finish(struct log_series *s, enum log_unit unit,
	bool epochs_only, const struct log_rates *rates, struct log_run *ret,
	struct diag *d);

void log_series_free(struct log_series *s);

/* --- records.c ----------------------------------------------------------- */

/*
 * Rows as records: what several lines tell of one step.
 */

struct log_records;

/* All but RET is borrowed.  Returns 0, or -1 with DIAG_NOMEM. */
int log_records_new(struct log_records **ret, const struct log_tape *tape,
	const struct log_roles *roles, const struct log_options *opt,
	struct diag *d);
void log_records_free(struct log_records *r);

/* Takes the next line of the tape.  Returns 0, or -1. */
int log_records_add(struct log_records *r, const struct log_line *l,
	size_t shape, struct diag *d);

/* Sets the runs of *RET, to be released with log_free() also after a failure.
 */
int log_records_finish(struct log_records *r, struct log *ret, struct diag *d);

/* --- scalars.c ----------------------------------------------------------- */

/* S has the value X once more. */
void log_scalar_count(struct log_scalar *s, double x);

#endif
