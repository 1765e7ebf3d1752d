/* SPDX-License-Identifier: MIT */
/* Inside of lib/line: what its files share, under the name of each. */
#ifndef LINE_LINE_IMPL_H
#define LINE_LINE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "line/line.h"

struct diag;
struct input;

/* --- kind.c -------------------------------------------------------------- */

/* Fails with DIAG_DATA if HEAD[0..N) begins what is not text. */
int line_kind_check(const char *head, size_t n, struct diag *d);

/* --- bytes.c ------------------------------------------------------------- */

/*
 * Clean lines, whatever the bytes: UTF-16 is transcoded; CR, VT, FF, runs of BS
 * and movements of the cursor end a line as LF does; other control characters
 * are blanks; terminal sequences are gone; full-width characters, rules of
 * boxes and bars are what they look like in ASCII.  Bytes that are not UTF-8
 * stay.
 */
struct line_bytes;

struct line_text {
	char *p; /* p[n] is 0, no other byte is; may be written to */
	size_t n;
	uint64_t lineno; /* from 1, by LF */
	bool ended;      /* the file goes on after it, or it has an end */
};

int line_bytes_open(struct line_bytes **ret, struct input *in, struct diag *d);
void line_bytes_close(struct line_bytes *b);

/*
 * Line I from here, 0 being the next.  What was got before may have moved: ask
 * for it again.  Returns 1, 0 where the file ends before it, or -1.
 */
int line_bytes_peek(
	struct line_bytes *b, size_t i, struct line_text *ret, struct diag *d);

/* Goes on behind the next N lines, which have been peeked at. */
void line_bytes_skip(struct line_bytes *b, size_t n);

/*
 * Makes one line of the next N, which have been peeked at, LF between them.
 */
void line_bytes_join(struct line_bytes *b, size_t n, struct line_text *ret);

/* --- number.c ------------------------------------------------------------ */

/*
 * Numbers as logs spell them.  P ends with a 0 byte.
 */

enum line_cell {
	CELL_NUMBER, /* also nan and inf */
	CELL_NONE,   /* empty, NA, null, None */
	CELL_TEXT,
};

/* The decimal at P, as num_scan_double(); also with D for E.  NULL: none. */
const char *line_number(const char *p, double *ret);

enum {
	SPELLED_POINT = 1,
	SPELLED_EXPONENT = 2,
};

/* The same; *HOW: what it has beside digits. */
const char *line_number_spelled(const char *p, double *ret, unsigned *how);

/* nan, inf, infinity, 1.#IND and so on at P, with a sign.  NULL: none. */
const char *line_number_odd(const char *p, double *ret);

/* As line_number(), with commas between thousands: 1,606,009.5. */
const char *line_number_thousands(const char *p, double *ret);

/* With a comma for the decimal point, and no other comma or point behind it. */
const char *line_number_comma(const char *p, double *ret);

/*
 * The number in a call that prints as its value: tensor(2.3, device='cuda'),
 * np.float64(1e-05), array([2.3]).  NULL: none.
 */
const char *line_number_call(const char *p, double *ret);

enum {
	NUMBER_COMMA = 1,     /* a comma is the decimal point */
	NUMBER_THOUSANDS = 2, /* commas may stand between thousands */
	NUMBER_UNIT = 4,      /* letters may follow, without a blank */
};

/*
 * All of S[0..n), blanks around it ignored, S[n] any byte that no number has:
 * CELL_NUMBER, also a percentage or a counter a/b, whose b is *TOTAL, else NaN.
 */
enum line_cell line_number_cell(
	const char *s, size_t n, unsigned how, double *ret, double *total);

/* --- keys.c -------------------------------------------------------------- */

#define LINE_NKEY_MAX ((size_t)1 << 22)

/* Begins to count anew what line_keys_times() is asked. */
void line_keys_begin(struct line_keys *k);

/* How often this was asked of KEY since, before now. */
size_t line_keys_times(struct line_keys *k, size_t key);

/* The pairs of a line while it is read. */
struct line_pairs {
	struct line_keys *keys;
	struct line_pair *pair;
	size_t n, cap;
	struct buf path; /* for names that do not stand in one piece */
	bool failed;     /* no memory, or too many keys */
	int rank;
	bool is_bar, is_valid;
	bool comma; /* text was met in which a comma is the decimal point */
};

/* Adds a pair; without memory, or if KEY is SIZE_MAX, sets failed. */
void line_pairs_add(
	struct line_pairs *o, size_t key, double value, double total);
void line_pairs_add_text(
	struct line_pairs *o, size_t key, const char *text, size_t n);

/* Takes out, from the pair AT on, those whose key stands before. */
void line_pairs_drop_known(struct line_pairs *o, size_t at);

/* Releases what O has, but not its keys. */
void line_pairs_free(struct line_pairs *o);

/* --- value.c ------------------------------------------------------------- */

/*
 * Values as JSON and as Python print them: one parser for both.  P ends with a
 * 0 byte.
 */

/* How deep a value is open, from one line to the next; all 0 before the
 * first. */
struct line_nest {
	size_t depth;
};

/*
 * Goes on through the value that P is in, or begins it at a bracket.  Returns
 * 1 with its end, 0 if it is still open at the end of P, or -1: it is none.
 */
int line_value_feed(struct line_nest *s, char *p, char **end);

/* Behind the value at P, as far as brackets and quotes tell; NULL: none. */
char *line_value_end(char *p);

/* Behind the key of a dict at P, which is S[0..n) without quotes; NULL: none.
 */
char *line_value_key(char *p, char **s, size_t *n);

/*
 * Adds the pairs of the value at P, which is named NAME[0..n): dots between the
 * names of dicts in dicts; NAME, NAME#1 and so on of a list.  Returns its end,
 * or NULL if it is no value: then no pair was added.  Texts are unescaped in
 * place.
 */
char *line_value_pairs(
	char *p, const char *name, size_t n, struct line_pairs *o);

/* --- document.c ---------------------------------------------------------- */

/*
 * Rows of a document, one value that is all of the input.
 */
struct line_document;

/*
 * Looks what rows are in the dict or list at P, which ends with a 0 byte and
 * stays until the document is freed.  Returns 1, 0 if there are none, or -1
 * without memory.
 */
int line_document_new(struct line_document **ret, char *p, struct diag *d);
void line_document_free(struct line_document *doc);

/* The dict has numbers of its own, as a record has. */
bool line_document_may_be_record(const struct line_document *doc);

/* Adds the pairs of the next row, which stands *NLINE lines below P.  Returns
 * false at the end. */
bool line_document_next(
	struct line_document *doc, struct line_pairs *o, uint64_t *nline);

/* --- pattern.c ----------------------------------------------------------- */

/*
 * A pattern whose named groups are keys.
 */
struct line_pattern;

/* Returns 0, or -1 with DIAG_USAGE or DIAG_NOMEM. */
int line_pattern_new(struct line_pattern **ret, const char *pattern,
	struct line_keys *keys, struct diag *d);
void line_pattern_free(struct line_pattern *p);

/* Adds the pairs of the line S where the pattern first matches. */
void line_pattern_pairs(
	const struct line_pattern *p, char *s, struct line_pairs *o);

/* --- rows.c -------------------------------------------------------------- */

/*
 * Tables: a header, known by the row after it, and rows.
 */
struct line_rows;

/* SEP is the separator, 0: found; COLUMNS the names of a table that has no
 * header, or NULL. */
int line_rows_new(struct line_rows **ret, char sep, const char *columns,
	struct line_keys *keys, struct diag *d);
void line_rows_free(struct line_rows *r);

/* There is a header. */
bool line_rows_known(const struct line_rows *r);

/* P may be a header: the next line is to be seen. */
bool line_rows_may_head(const char *p);

/* P cannot, whatever its numbers are. */
bool line_rows_never_head(const char *p);

/* P is only there to be seen. */
bool line_rows_is_rule(const char *p);

/* P may stand between the header HEAD and its rows. */
bool line_rows_is_between(const char *head, const char *p);

/*
 * Takes P for the header if ROW is a row of it; FIRST: nothing came before, so
 * that less is enough.  Returns 1, 0, or -1 without memory.
 */
int line_rows_head(struct line_rows *r, char *p, char *row, bool first);

enum line_row {
	ROW_NONE,
	ROW_FITS,   /* but for cells that are no numbers, which are counted */
	ROW_OPEN,   /* a quote is open: it may be one with lines after it */
	ROW_MISFIT, /* of another number of cells, which is counted */
};

/* Adds the pairs of T if it is a row; with AS_IS an open quote is none. */
enum line_row line_rows_row(struct line_rows *r, const struct line_text *t,
	bool as_is, struct line_pairs *o);

/* Counts T, neither a row nor a header, if it is no text either, as its cells
 * stand without blanks.  Returns whether it is. */
bool line_rows_misfit(struct line_rows *r, const struct line_text *t);

/* What did not fit so far. */
const struct line_misfits *line_rows_misfits(const struct line_rows *r);

/* --- mark.c -------------------------------------------------------------- */

/*
 * What stands in text beside pairs.  P ends with a 0 byte; what ends somewhere
 * is told by its end, NULL where it is not there.
 */

/* What may begin at a byte. */
enum line_kind {
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

extern const unsigned char line_kinds[256];

static inline unsigned line_kind(char c)
{
	return line_kinds[(unsigned char)c] & (KIND_INNER - 1U);
}

static inline bool line_is_inner(char c)
{
	return line_kinds[(unsigned char)c] & KIND_INNER;
}

static inline bool line_is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline bool line_is_alpha(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26;
}

static inline char *line_skip_blanks(char *p)
{
	while (*p == ' ')
		p++;
	return p;
}

static inline char *line_skip_digits(char *p)
{
	while (line_is_digit(*p))
		p++;
	return p;
}

/* S[0..n) is one of the words of LIST, in any case. */
bool line_mark_among(
	const char *s, size_t n, const char *const *list, size_t nlist);

/* S[0..n) is a word for what is no training, or for training. */
bool line_mark_valid(const char *s, size_t n);
bool line_mark_train(const char *s, size_t n);

/* It is what a run counts. */
bool line_mark_step(const char *s, size_t n);

/* It ends in "loss". */
bool line_mark_loss(const char *s, size_t n);

/* Of the words of the name S[0..n), however they are joined, IS one, or the
 * last one. */
bool line_mark_any(
	const char *s, size_t n, bool (*is)(const char *, size_t), bool last);

/* The name S[0..n) with the number X, first in a line, says that the line is of
 * validation. */
bool line_mark_of_validation(const char *s, size_t n, double x);

/* The word at P; P if there is none.  And what is glued to it at its end P, as
 * (train), (iter/s); P if nothing is. */
char *line_mark_word(char *p);
char *line_mark_glued(char *p);

/* S[0..n) says how serious a message is. */
bool line_mark_level(const char *s, size_t n);

/* A word for a unit behind a number that ends at P, and behind a : or = if
 * ASSIGNED; P if it is none, but perhaps a name. */
char *line_mark_unit(char *p, bool assigned);

/* The total of a counter behind a whole number that ends at P; NaN: unknown. */
char *line_mark_total(char *p, double *total);

/* A date, a time or a duration that begins with a digit. */
char *line_mark_time(char *p);

/* One that begins with the word [P, END). */
char *line_mark_named_time(char *p, char *end);

/* A rank is told in so many bytes of a line. */
#define LINE_RANK_WITHIN 80

/* A rank in words, or in brackets in the line at BEGIN: [rank0], [host:3]: */
char *line_mark_rank(char *p, int *rank);
char *line_mark_bracket_rank(const char *begin, char *p, int *rank);

/* A place in a program: behind the file's name [WORD, END), or behind the
 * module that ends at END. */
char *line_mark_place(const char *word, char *end);
char *line_mark_colon_place(char *end);

/* A bar behind its percent sign, or in brackets. */
char *line_mark_bar(char *p);
char *line_mark_bracket_bar(char *p);

/* --- pending.c ----------------------------------------------------------- */

/*
 * What waits in text, for a number or for a name.
 */
struct line_pending {
	struct line_pairs *o;
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

void line_pending_forget(struct line_pending *s);

/* The pair of the pending name, which is done with, and a number or a text. */
void line_pending_add(struct line_pending *s, double x, double total);
void line_pending_add_text(struct line_pending *s, const char *text, size_t n);

/* X is the running mean of the pair that ends right here. */
void line_pending_add_mean(struct line_pending *s, double x);

/* The key that stands for no name. */
void line_pending_unnamed(
	struct line_pending *s, const char *key, double x, double total);

/* The bare number stays without a name, but for its unit. */
void line_pending_flush(struct line_pending *s);

/* The pending name has no number: it may say of what the line is. */
void line_pending_heading(struct line_pending *s);

/* What is pending ends here: at a separator, a bracket, the end. */
void line_pending_end(struct line_pending *s);

/* The pair that ends right here, of one word as After, counts [P, END). */
void line_pending_rename(
	struct line_pending *s, const char *p, const char *end);

/* X, without a name, is what the pair before tells of: loss at step 3: 2.5. */
bool line_pending_sentence(struct line_pending *s, double x);

/* X, without a name, is the value, and the pair before it a counter. */
bool line_pending_counted(struct line_pending *s, double x);

/* --- text.c -------------------------------------------------------------- */

/* Adds the pairs of P, which ends with a 0 byte: text for people. */
void line_text_pairs(char *p, struct line_pairs *o);

/* --- again.c ------------------------------------------------------------- */

/*
 * Lines that are like one before but for their numbers.
 */
struct line_again;

int line_again_new(struct line_again **ret, struct diag *d);
void line_again_free(struct line_again *a);

/*
 * Adds the pairs of P[0..N), P[N] being 0, if a line like it is known;
 * HAS_ROWS: there is a table, of which it is no row.  Returns whether it is.
 */
bool line_again_pairs(struct line_again *a, const char *p, size_t n,
	bool has_rows, struct line_pairs *o);

/* Notes P, which is to be read in full.  Returns whether it is to be learned.
 */
bool line_again_note(struct line_again *a, const char *p, size_t n);

/*
 * Reads P, which may be written to, as if it were the only line.  Returns
 * whether that is all there is to it.
 */
typedef bool line_again_read(void *ctx, char *p, struct line_pairs *o);

/* Learns the line that was noted, which tells O; IS_SURE: it cannot be a
 * header, whatever its numbers are. */
void line_again_learn(struct line_again *a, const struct line_pairs *o,
	bool is_sure, line_again_read *read, void *ctx);

#endif
