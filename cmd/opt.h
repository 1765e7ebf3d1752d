/* SPDX-License-Identifier: MIT */
/*
 * Options as a table: a row has an option's names, what kind of value it takes,
 * its bounds, where the value is kept and what --help says of it.  Parsing,
 * checks, --help, completions and the nearest of misspelt names all come from
 * the rows.
 */
#ifndef CMD_OPT_H
#define CMD_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/near.h"

struct buf;
struct diag;
struct opt_given;

enum opt_kind {
	OPT_END,     /* after the last row */
	OPT_TITLE,   /* no option: a line of --help */
	OPT_FLAG,    /* bool: true */
	OPT_COUNT,   /* unsigned: one more each time */
	OPT_SET,     /* int: SET of the row */
	OPT_TEXT,    /* const char *: the value as it stands, or NULL if it is
		      * optional and missing; borrowed from argv */
	OPT_CHOICE,  /* int: the index of the value among WORD */
	OPT_NUMBER,  /* double: LO to HI */
	OPT_WHOLE,   /* uint64_t: MIN to MAX */
	OPT_CALL,    /* what TAKE makes of it */
	OPT_NOTHING, /* accepted, and without effect */
	OPT_REFUSED, /* another program's: HELP says what to write here */
	OPT_HELP,
	OPT_VERSION,
	OPT_COMPLETION, /* WORD are names of shells */
};

struct opt_row {
	char letter;      /* 0: none */
	const char *name; /* the long one, without its dashes; NULL: none */
	const char *arg;  /* what --help calls the value, "[=X]" if optional;
			   * NULL: it takes none.  An optional value of
			   * OPT_CALL may be the next word: TAKE, given no
			   * name, says whether that is one */
	enum opt_kind kind;
	size_t at; /* offsetof() the member it is kept in */
	/*
	 * NULL: --help is silent about it.  What the member holds before
	 * parsing, where it is a possible value, is added as the default.
	 */
	const char *help;
	/*
	 * What the value may be, for completions: words, ended by NULL (of
	 * OPT_CHOICE no others are taken), or one of those below; NULL: no
	 * telling.
	 */
	const char *const *word;
	union {
		int set;
		struct {
			double lo, hi;
		};
		struct {
			uint64_t min, max;
		};
		/* AT is the member's address.  Returns 0, or -1. */
		int (*take)(void *at, const struct opt_given *given,
			struct diag *d);
	};
};

/* A WORD: names of files; what a SPEC may begin with. */
extern const char *const opt_files[];
extern const char *const opt_spec[];

/* An option as it stands on the command line. */
struct opt_given {
	const struct opt_row *row;
	const char *name; /* as it was written, with its dashes */
	const char *value;
};

struct opt_table {
	const char *commands; /* the tool, and blank-separated other names */
	const char *usage;    /* --help begins with this */
	const struct opt_row *row;
	const char *const *operand;  /* as WORD of a row */
	void (*tail)(struct buf *b); /* appends to its end; NULL: nothing */
};

/* What others call an option, and a word that one takes; see base/near.h. */
extern const struct near_synonym opt_name_synonyms[];
extern const struct near_synonym opt_word_synonyms[];

/* The names of shells; see complete.h. */
extern const char *const complete_shell_name[];

/* The rows that every tool has last, and their end. */
#define OPT_COMMON                                                \
	{'h', "help", NULL, OPT_HELP, .help = "print this help"}, \
		{'V', "version", NULL, OPT_VERSION,               \
			.help = "print the version"},             \
		{0, "completion", "SHELL", OPT_COMPLETION,        \
			.word = complete_shell_name},             \
	{                                                         \
		0                                                 \
	}

/* Those of a tool that may show progress; AT is cli_progress_begin()'s MODE. */
#define OPT_PROGRESS(at)                                                   \
	{0, "progress", NULL, OPT_SET, at, .help = "always show progress", \
		.set = 'y'},                                               \
	{                                                                  \
		0, "no-progress", NULL, OPT_SET, at,                       \
			.help = "never show progress", .set = 'n'          \
	}

/* The most threads that a tool may be asked for, and how it is. */
#define OPT_THREADS_MAX 1024
#define OPT_THREADS(at)                                          \
	{                                                        \
		'T', "threads", "N", OPT_WHOLE, at,              \
			.help = "threads, 0 for all processors", \
			.max = OPT_THREADS_MAX                   \
	}

/*
 * The index of the value of G among WORD, ended by NULL, to *RET.  Returns 0,
 * or -1 with DIAG_USAGE.
 */
int opt_choose(int *ret, const char *const *word, const struct opt_given *g,
	struct diag *d);

/*
 * TAKEs: one character, or tab, into a char; a part, 0.9 or 90 %, into a struct
 * num_ratio; bytes, 64M, into a uint64_t.
 */
int opt_take_separator(void *at, const struct opt_given *g, struct diag *d);
int opt_take_ratio(void *at, const struct opt_given *g, struct diag *d);
int opt_take_bytes(void *at, const struct opt_given *g, struct diag *d);

/* What opt_read() has found out. */
enum opt_result {
	OPT_READ, /* all options; optind is the first operand */
	OPT_ASKED_HELP,
	OPT_ASKED_VERSION,
	OPT_ASKED_COMPLETION, /* this, and an enum complete_shell added */
};

/*
 * Reads the options of ARGV into INTO, which holds the defaults.  Operands are
 * moved behind them, as getopt_long() does.  Returns an enum opt_result, or -1
 * with DIAG_USAGE, DIAG_NOMEM, or what a TAKE has set.
 */
int opt_read(const struct opt_row *row, void *into, int argc, char *argv[],
	struct diag *d);

/*
 * The same, saying what is wrong and answering --help, --version and
 * --completion.  Returns -1 to go on, or the exit status.
 */
int opt_parse(const struct opt_table *t, void *into, int argc, char *argv[]);

/*
 * What opt_parse() left of ARGV: the operands, ended by NULL, or "-" where
 * there are none.  *N (N may be NULL): how many.
 */
char *const *opt_operands(int argc, char *argv[], size_t *n);

#endif
