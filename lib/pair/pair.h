/* SPDX-License-Identifier: MIT */
/*
 * Pairs of a name and a value, the one thing that every log is made of: the
 * names by number and what they may mean, numbers and marks as logs spell
 * them.  Keys and lists are one thread's at a time; all else is any's.
 */
#ifndef PAIR_PAIR_H
#define PAIR_PAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct diag;

/* --- keys.c -------------------------------------------------------------- */

/* The keys of a log by number, in the order in which they were met. */
struct pair_keys;

/*
 * *RET is to be released with pair_keys_free().  Returns 0, or -1 with
 * DIAG_NOMEM.
 */
int pair_keys_new(struct pair_keys **ret, struct diag *d);
void pair_keys_free(struct pair_keys *k);
size_t pair_keys_n(const struct pair_keys *k);

/* Valid until the keys are freed; no bytes are 0. */
const char *pair_keys_name(const struct pair_keys *k, size_t key);

/*
 * The number of the key NAME[0..n), new if ADD; SIZE_MAX: not there, or no
 * memory with ADD.
 */
size_t pair_keys_find(
	struct pair_keys *k, const char *name, size_t n, bool add);

/* The same of one that is there; SIZE_MAX: it is not. */
size_t pair_keys_get(const struct pair_keys *k, const char *name, size_t n);

struct pair {
	size_t key;
	double value;     /* NaN with a text */
	double total;     /* b of a counter a/b, else NaN */
	const char *text; /* valid until the next line; NULL: a number */
	size_t ntext;
	uint64_t form; /* how the number is spelled; 0: that is unknown */
};

/*
 * A number's spelling is a bit, so that those of a column are a set: bit D for
 * D digits behind the point, 32 higher if it has an exponent.  Beside it, 32
 * higher too, a point without digits, and a 0 at the end that no shortest
 * spelling has: it shows that so many digits are always printed.
 */
#define PAIR_FORM_WHOLE UINT64_C(1)
#define PAIR_FORM_DECIMALS_MAX 29
#define PAIR_FORM_POINT (UINT64_C(1) << 30)
#define PAIR_FORM_PADDED (UINT64_C(1) << 31)
#define PAIR_FORM_EXPONENT 32 /* bits higher */

/* Keys of what has no name: a counter, a first whole number, the same before a
 * value alone, a value. */
#define PAIR_KEY_COUNT "#c"
#define PAIR_KEY_NUMBER "#n"
#define PAIR_KEY_INDEX "#i"
#define PAIR_KEY_VALUE "#v"
/* The end of the key of a running mean that stands behind its value. */
#define PAIR_KEY_MEAN " ()"

#define PAIR_NKEY_MAX ((size_t)1 << 22)

/* Begins to count anew what pair_keys_times() is asked. */
void pair_keys_begin(struct pair_keys *k);

/* How often this was asked of KEY since, before now. */
size_t pair_keys_times(struct pair_keys *k, size_t key);

/* The pairs of a line while it is read. */
struct pair_list {
	struct pair_keys *keys;
	struct pair *pair;
	size_t n, cap;
	struct buf path; /* for names that do not stand in one piece */
	bool failed;     /* no memory, or too many keys */
	int rank;
	bool is_bar, is_valid;
	bool comma; /* text was met in which a comma is the decimal point */
};

/* Adds a pair; without memory, or if KEY is SIZE_MAX, sets failed. */
void pair_list_add(struct pair_list *o, size_t key, double value, double total,
	uint64_t form);
void pair_list_add_text(
	struct pair_list *o, size_t key, const char *text, size_t n);

/* Takes out, from the pair AT on, those whose key stands before. */
void pair_list_drop_known(struct pair_list *o, size_t at);

/* Of pairs with one key, from the pair AT on, the last stays. */
void pair_list_keep_last(struct pair_list *o, size_t at);

/*
 * Batch 0/0: no run ends at 0 of what it counts, so from there on what has the
 * name tells an epoch and a batch of it, as Batch 2/300, unless the epoch is
 * told beside it.
 */
void pair_list_split_nested(struct pair_list *o);

/* Releases what O has, but not its keys. */
void pair_list_free(struct pair_list *o);

/* --- names.c ------------------------------------------------------------- */

/*
 * What a name may mean, from its words alone.
 */

enum pair_role {
	PAIR_STEP,
	PAIR_LR,
	PAIR_LOSS,
	PAIR_METRIC, /* accuracy and the like: higher is better */
	PAIR_RUN,
	PAIR_EPOCH,
	PAIR_PHASE,   /* training or validation */
	PAIR_PROCESS, /* which of several tells it */
	PAIR_NROLE,
};

/* How badly a name fits a role: 0 is best.  Some have names. */
enum {
	PAIR_RANK_PART = 5,    /* a loss among others */
	PAIR_RANK_BARE = 8,    /* "avg": of what is not said */
	PAIR_RANK_WEAK = 10,   /* "rate" */
	PAIR_RANK_LOCAL = 40,  /* a step within an epoch */
	PAIR_RANK_LAST = 50,   /* "base lr" */
	PAIR_RANK_PROSE = 55,  /* the last word of some */
	PAIR_RANK_NUMBER = 60, /* PAIR_KEY_NUMBER */
	PAIR_RANK_COUNT,       /* PAIR_KEY_COUNT */
	PAIR_RANK_NONE = 1000, /* not at all */
};

struct pair_meaning {
	uint16_t rank[PAIR_NROLE];
	bool loss_is_last;   /* "box_loss", not "loss_box" */
	bool of_network;     /* of one of several, as a generator */
	bool is_valid;       /* of validation */
	uint16_t valid_loss; /* rank as the loss of that */
};

/* What the words of NAME[0..N) say that its numbers are.  Any thread. */
void pair_mean(struct pair_meaning *ret, const char *name, size_t n);

/* The role's name in messages and options; "" for PAIR_NROLE. */
const char *pair_role_name(enum pair_role role);

/* VALUE, of a phase, begins with a word for no training, perhaps behind one for
 * a phase. */
bool pair_is_validation(const char *value, size_t n);

/* A and B are the same but for case and what stands between words. */
bool pair_same_name(const char *a, size_t na, const char *b, size_t nb);

/* What a record is for. */
#define PAIR_TOLD (1U << PAIR_LR | 1U << PAIR_LOSS | 1U << PAIR_METRIC)

/* NAME[0..n) fits one of ROLES, a bit each, however badly. */
bool pair_fits(const char *name, size_t n, unsigned roles);

/*
 * What is called S[0..n) is the name of what is told beside it, or the value of
 * it: of a record, or of a table, that has a row for each value.
 */
bool pair_tells_name(const char *s, size_t n);
bool pair_tells_value(const char *s, size_t n);

/* --- number.c ------------------------------------------------------------ */

/*
 * Numbers as logs spell them.  P ends with a 0 byte.
 */

enum pair_cell {
	PAIR_CELL_NUMBER, /* also nan and inf */
	PAIR_CELL_NONE,   /* empty, NA, null, None */
	PAIR_CELL_TEXT,
};

/* The decimal at P, as num_scan_double(); also with D for E.  NULL: none. */
const char *pair_number(const char *p, double *ret);

/* The same; *FORM: how it is spelled. */
const char *pair_number_spelled(const char *p, double *ret, uint64_t *form);

/* The same, faster, where the bytes before END can be read. */
const char *pair_number_within(
	const char *p, const char *end, double *ret, uint64_t *form);

/* nan, inf, infinity, 1.#IND and so on at P, with a sign.  NULL: none. */
const char *pair_number_odd(const char *p, double *ret);

/* As pair_number(), with commas between thousands: 1,606,009.5. */
const char *pair_number_thousands(const char *p, double *ret);

/* With a comma for the decimal point, and no other comma or point behind it. */
const char *pair_number_comma(const char *p, double *ret, uint64_t *form);

/*
 * In the line P a comma is the decimal point: 0,001 and 2,27149 are neither
 * two numbers nor thousands.
 */
bool pair_number_has_comma(const char *p);

/*
 * The number in a call that prints as its value: tensor(2.3, device='cuda'),
 * np.float64(1e-05), array([2.3]).  NULL: none.
 */
const char *pair_number_call(const char *p, double *ret, uint64_t *form);

enum {
	PAIR_NUMBER_COMMA = 1,     /* a comma is the decimal point */
	PAIR_NUMBER_THOUSANDS = 2, /* commas may stand between thousands */
	PAIR_NUMBER_UNIT = 4,      /* letters may follow, without a blank */
};

/*
 * All of S[0..n), blanks around it ignored, S[n] any byte that no number has:
 * PAIR_CELL_NUMBER, also a percentage or a counter a/b, whose b is *TOTAL, else
 * NaN.  *FORM, if not NULL, is how it is spelled.
 */
enum pair_cell pair_number_cell(const char *s, size_t n, unsigned how,
	double *ret, double *total, uint64_t *form);

/* --- mark.c -------------------------------------------------------------- */

/*
 * What stands in text beside pairs.  P ends with a 0 byte; what ends somewhere
 * is told by its end, NULL where it is not there.
 */

/* What may begin at a byte. */
enum pair_kind {
	PAIR_KIND_OTHER, /* what means nothing, also blanks */
	PAIR_KIND_END,
	PAIR_KIND_WORD,
	PAIR_KIND_DIGIT,
	PAIR_KIND_SIGN,
	PAIR_KIND_DOT,
	PAIR_KIND_ASSIGN,
	PAIR_KIND_SEP,
	PAIR_KIND_OPEN,
	PAIR_KIND_CLOSE,
	PAIR_KIND_QUOTE,
	PAIR_KIND_INNER = 16, /* a bit: within a word too */
};

extern const unsigned char pair_kinds[256];

static inline unsigned pair_kind(char c)
{
	return pair_kinds[(unsigned char)c] & (PAIR_KIND_INNER - 1U);
}

static inline bool pair_is_inner(char c)
{
	return pair_kinds[(unsigned char)c] & PAIR_KIND_INNER;
}

static inline char *pair_skip_blanks(char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

static inline char *pair_skip_digits(char *p)
{
	while (str_is_digit(*p))
		p++;
	return p;
}

/* S[0..n) is one of the words of LIST, in any case. */
bool pair_mark_among(
	const char *s, size_t n, const char *const *list, size_t nlist);

/* S[0..n) is a word for what is no training, or for training. */
bool pair_mark_valid(const char *s, size_t n);
bool pair_mark_train(const char *s, size_t n);

/* It is what a run counts. */
bool pair_mark_step(const char *s, size_t n);

/* It ends in "loss". */
bool pair_mark_loss(const char *s, size_t n);

/*
 * Of the words of the name S[0..n), however they are joined, IS one, or the
 * last one.
 */
bool pair_mark_any(
	const char *s, size_t n, bool (*is)(const char *, size_t), bool last);

/*
 * The name S[0..n) with the number X, first in a line, says that the line is of
 * validation.
 */
bool pair_mark_of_validation(const char *s, size_t n, double x);

/*
 * The word at P; P if there is none.  And what is glued to it at its end P, as
 * (train), (iter/s); P if nothing is.
 */
char *pair_mark_word(char *p);
char *pair_mark_glued(char *p);

/*
 * The end of what says how serious a message is at P, a word that ends at END,
 * and of the logger's name that is glued to it, INFO:trainer:; or NULL.
 */
char *pair_mark_leveled(char *p, char *end);

/* The parenthesis that closes the one at P, within MAX bytes; NULL: none. */
char *pair_mark_close(char *p, size_t max);

/* Words only, as in: Training loss (for one batch) at step. */
bool pair_mark_words(const char *p, const char *end);

/* S[0..n), glued to a number, is no unit of it but begins a sentence. */
bool pair_mark_capital(const char *s, size_t n);

/* The number that ends a range, as 1-100 or 1- 100, whose first ends at END;
 * NULL: none. */
char *pair_mark_range(char *end);

/* A number stands at P, or a name and what assigns to it. */
bool pair_mark_begins(char *p);

/*
 * A word for a unit behind a number that ends at P, and behind a : or = if
 * ASSIGNED; P if it is none, but perhaps a name.
 */
char *pair_mark_unit(char *p, bool assigned);

/* What S[0..n) is a unit of. */
enum pair_measure {
	PAIR_MEASURE_NONE,
	PAIR_MEASURE_TIME,
	PAIR_MEASURE_SIZE,
	PAIR_MEASURE_SPEED,
};

enum pair_measure pair_mark_measure(const char *s, size_t n);

/*
 * What a number of the name NAME[0..N) is to be multiplied by for UNIT, the
 * letter glued to it, as in tokens: 1.2K; 1 for another letter, and for names
 * of memory, where K and M are units.
 */
double pair_mark_factor(char unit, const char *name, size_t n);

/*
 * X times BY, a power of ten, or 1: whole where the decimal that was read as X
 * makes it so, 16.1 times 1e3.
 */
double pair_mark_times(double x, double by);

/* The total of a counter behind a whole number that ends at P; NaN: unknown. */
char *pair_mark_total(char *p, double *total);

/*
 * The same of numbers that letters for thousands or a unit are glued to, from
 * behind the first on: 123it/1.00kit, 1.23k/10.0k.  *SCALE is what the first
 * is to be multiplied by.
 */
char *pair_mark_scaled_total(char *p, double *scale, double *total);

/*
 * Where the digits begin in a word [P, END) as step100, it0001/80, epoch_3;
 * NULL: it is no such word.
 */
char *pair_mark_glued_digits(char *p, char *end);

/* Only a number stands between P and the next separator. */
bool pair_mark_alone(char *p);

/* A date, a time or a duration that begins with a digit. */
char *pair_mark_time(char *p);

/* One that begins with the word [P, END). */
char *pair_mark_named_time(char *p, char *end);

/* A rank is told in so many bytes of a line. */
#define PAIR_RANK_WITHIN 80

/* A rank in words, or in brackets in the line at BEGIN: [rank0], [host:3]: */
char *pair_mark_rank(char *p, int *rank);
char *pair_mark_bracket_rank(const char *begin, char *p, int *rank);

/*
 * A place in a program: behind the file's name [WORD, END), or behind the
 * module that ends at END.
 */
char *pair_mark_place(const char *word, char *end);
char *pair_mark_colon_place(char *end);

/* A bar behind its percent sign, or in brackets. */
char *pair_mark_bar(char *p);
char *pair_mark_bracket_bar(char *p);

/* --- prefix.c ------------------------------------------------------------- */

#define PAIR_PREFIX_NPART 8
#define PAIR_PREFIX_NBYTES 160

enum pair_prefix_kind {
	PAIR_PREFIX_WORD,
	PAIR_PREFIX_BRACKET, /* a word in brackets */
	PAIR_PREFIX_TIME,
	PAIR_PREFIX_LEVEL,
	PAIR_PREFIX_RANK,
	PAIR_PREFIX_TASK, /* the same, a number alone */
	PAIR_PREFIX_PROCESS,
	PAIR_PREFIX_PLACE, /* in a program */
};

struct pair_prefix_part {
	enum pair_prefix_kind kind;
	const char *p;
	size_t n;
	int rank; /* -1: none is told */
};

/* What lines begin with that the program did not write. */
struct pair_prefix {
	struct pair_prefix_part part[PAIR_PREFIX_NPART];
	size_t n; /* 0: nothing */
	char text[PAIR_PREFIX_NBYTES];
};

/*
 * Sets the prefix that the lines LINE[0..N) have in common.  Returns whether
 * there is one.
 */
bool pair_prefix_learn(struct pair_prefix *x, char *const *line, size_t n);

/*
 * Behind X, with which LINE begins, and a blank; *RANK is the one it tells, or
 * -1.  NULL: it does not begin so.
 */
char *pair_prefix_skip(const struct pair_prefix *x, char *line, int *rank);

/*
 * May  1 10:00:00 host python3[1234]: is what a system's logger says of a line,
 * with words from NAME on and the bracket at P.  Returns its end, or NULL.
 */
char *pair_prefix_program(const char *name, char *p);

/* --- section.c ----------------------------------------------------------- */

/* So many keys of a line tell whether another is of its kind. */
#define PAIR_SECTION_NKEY 8

/* Rows that a line of words says to be of validation; 0, but a key that is none
 * at first. */
struct pair_section {
	size_t key, told[PAIR_SECTION_NKEY], ntold; /* of training */
	double total, train_total, count;
	bool headed; /* such a line stood before */
	bool parted; /* lines that count nothing stood before */
	bool opened; /* so they did before the rows of training */
	bool is_valid;
};

/* P, which tells nothing, stands before what follows. */
void pair_section_head(struct pair_section *s, const char *p);

/* O follows.  Returns whether it is of validation, as a line above it says. */
bool pair_section_of(struct pair_section *s, const struct pair_list *o);

/* --- pattern.c ----------------------------------------------------------- */

/*
 * A pattern whose named groups are keys.
 */
struct pair_pattern;

/* Returns 0, or -1 with DIAG_USAGE or DIAG_NOMEM. */
int pair_pattern_new(struct pair_pattern **ret, const char *pattern,
	struct pair_keys *keys, struct diag *d);
void pair_pattern_free(struct pair_pattern *p);

/* Adds the pairs of the line S where the pattern first matches. */
void pair_pattern_pairs(
	const struct pair_pattern *p, char *s, struct pair_list *o);

#endif
