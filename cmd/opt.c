/* SPDX-License-Identifier: MIT */
/*
 * Options from a table; see opt.h.  getopt_long() takes words apart, the rows
 * say what becomes of them.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/num.h"
#include "cli.h"
#include "complete.h"
#include "opt.h"

/* getopt's value of a row's long name is this and the row's index. */
#define LONG_NAME 256

/* Where --help begins what it says of an option, and the width of a line. */
#define HELP_COLUMN 27
#define HELP_WIDTH 79

const char *const opt_files[] = {NULL};
const char *const opt_spec[] = {NULL};

static bool is_option(const struct opt_row *r)
{
	return r->kind != OPT_TITLE;
}

static size_t count(const struct opt_row *r)
{
	size_t n = 0;

	while (r[n].kind != OPT_END)
		n++;
	return n;
}

/* --- what getopt_long() wants ------------------------------------------- */

struct getopt_input {
	char *letters;
	struct option *names;
};

static int takes_value(const struct opt_row *r)
{
	return !r->arg          ? no_argument
	       : *r->arg == '[' ? optional_argument
				: required_argument;
}

static void getopt_free(struct getopt_input *g)
{
	free(g->letters);
	free(g->names);
}

static int getopt_make(
	struct getopt_input *g, const struct opt_row *row, struct diag *d)
{
	size_t n = count(row);
	struct option *name = g->names = calloc(n + 1, sizeof(*g->names));
	char *letter = g->letters = malloc(3 * n + 2);

	if (!g->names || !g->letters) {
		getopt_free(g);
		diag_nomem(d, n * sizeof(*g->names));
		return -1;
	}
	*letter++ = ':'; /* getopt itself is silent */
	for (const struct opt_row *r = row; r->kind != OPT_END; r++) {
		int value = takes_value(r);

		if (r->letter) {
			*letter++ = r->letter;
			for (int i = 0; i < value; i++)
				*letter++ = ':';
		}
		if (r->name && is_option(r))
			*name++ = (struct option){r->name, value, NULL,
				LONG_NAME + (int)(r - row)};
	}
	*letter = '\0';
	return 0;
}

/* The row of what getopt_long() returned, or NULL. */
static const struct opt_row *find(const struct opt_row *row, int c)
{
	if (c >= LONG_NAME)
		return &row[c - LONG_NAME];
	for (; row->kind != OPT_END; row++)
		if (row->letter == c)
			return row;
	return NULL;
}

/* --- what is wrong -------------------------------------------------------- */

/* "lr" of "-lr=3": a word with one dash that is a long option's name. */
static const struct opt_row *one_dash(
	const struct opt_row *row, const char *word)
{
	size_t n = strcspn(word, "=");

	if (n < 3 || word[0] != '-' || word[1] == '-')
		return NULL;
	for (; row->kind != OPT_END; row++)
		if (row->name && is_option(row) && strlen(row->name) == n - 1 &&
			memcmp(row->name, word + 1, n - 1) == 0)
			return row;
	return NULL;
}

static int fail_one_dash(
	const struct opt_row *r, const char *word, struct diag *d)
{
	if (r->arg && r->letter)
		return diag_set(d, DIAG_USAGE,
			"'%s': a long option has two dashes; expected --%s or "
			"-%c %s",
			word, r->name, r->letter, r->arg);
	return diag_set(d, DIAG_USAGE,
		"'%s': a long option has two dashes; expected --%s", word,
		r->name);
}

/* Offers the names of ROW, or its letters, as they are written. */
static const struct opt_row *nearest(
	const struct opt_row *row, const char *name, size_t n, bool is_long)
{
	struct near near = {
		.wrong = name, .nwrong = n, .synonym = opt_name_synonyms};
	char phrase[NEAR_PHRASE_MAX];
	const struct opt_row *best = NULL;

	for (; row->kind != OPT_END; row++) {
		const char *s = is_long ? row->name : &row->letter;
		const char *before = near.best;

		if (!is_option(row) || !s || !*s || !row->help)
			continue;
		near_try(&near, s, is_long ? strlen(s) : 1);
		if (near.best != before)
			best = row;
	}
	return *near_phrase(&near, "", phrase) ? best : NULL;
}

/* Names for a message; what does not fit is left out. */
struct list {
	size_t len;
	char text[160];
};

static void list_add(
	struct list *l, const char *sep, const char *dashes, const char *name)
{
	size_t room = sizeof(l->text) - l->len;
	int n = snprintf(l->text + l->len, room, "%s%s%s", l->len ? sep : "",
		dashes, name);

	if (n > 0 && (size_t)n < room)
		l->len += (size_t)n;
	l->text[l->len] = '\0';
}

/* "--s" is the beginning of several names. */
static int fail_ambiguous(
	const struct opt_row *row, const char *word, struct diag *d)
{
	size_t n = strcspn(word, "=") - 2, found = 0;
	struct list all = {0};

	for (; row->kind != OPT_END; row++) {
		if (!row->name || !is_option(row) ||
			strncmp(row->name, word + 2, n) != 0)
			continue;
		found++;
		list_add(&all, ", ", "--", row->name);
	}
	if (found < 2)
		return 0;
	return diag_set(d, DIAG_USAGE,
		"option '%s' is the beginning of several; expected one of %s",
		word, all.text);
}

static int fail_unknown(const struct opt_row *row, const char *word,
	char letter, struct diag *d)
{
	bool is_long = word[1] == '-';
	const char *bare = word + 1 + is_long;
	const char name[] = {'-', letter, '\0'};
	size_t n = strcspn(bare, "=");
	const struct opt_row *r = nearest(row, bare, n, n > 1);

	/* A trainer's flags, pasted: "--lr 1e-3 --warmup 500" */
	if (is_long && strcspn(bare, " \t\n") < n)
		return diag_set(d, DIAG_USAGE,
			"unknown option '%s'; expected -- before what begins "
			"with a dash and is no option",
			word);
	if (is_long && fail_ambiguous(row, word, d))
		return -1;
	if (!is_long && !r)
		r = nearest(row, &letter, 1, false);
	else if (!is_long && n > 1)
		is_long = true;
	if (r && r->kind == OPT_REFUSED)
		return diag_set(d, DIAG_USAGE, "unknown option '%s'; %s",
			is_long ? word : name, r->help);
	if (r && r->name && is_long)
		return diag_set(d, DIAG_USAGE,
			"unknown option '%s'; nearest is '--%s'", word,
			r->name);
	if (r)
		return diag_set(d, DIAG_USAGE,
			"unknown option '%s'; nearest is '-%c'", name,
			r->letter);
	return diag_set(
		d, DIAG_USAGE, "unknown option '%s'", is_long ? word : name);
}

/* getopt_long() returned '?' or ':' in WORD. */
static int fail_word(
	const struct opt_row *row, int c, const char *word, struct diag *d)
{
	char letter = optopt < LONG_NAME ? (char)optopt : '\0';
	char name[] = {'-', letter, '\0'};

	if (c == ':')
		return diag_set(d, DIAG_USAGE, "option '%s' lacks its value",
			letter ? name : word);
	if (optopt >= LONG_NAME)
		return diag_set(d, DIAG_USAGE, "option '--%s' takes no value",
			find(row, optopt)->name);
	return fail_unknown(row, word, letter, d);
}

/* --- values --------------------------------------------------------------- */

int opt_choose(int *ret, const char *const *word, const struct opt_given *g,
	struct diag *d)
{
	struct near near = {.wrong = g->value,
		.nwrong = strlen(g->value),
		.synonym = opt_word_synonyms};
	char phrase[NEAR_PHRASE_MAX];
	struct list all = {0};
	const char *hint;

	for (int i = 0; word[i]; i++) {
		if (strcmp(word[i], g->value) == 0) {
			*ret = i;
			return 0;
		}
		near_try(&near, word[i], strlen(word[i]));
		list_add(&all, word[i + 1] ? ", " : " or ", "", word[i]);
	}
	hint = near_phrase(&near, "", phrase);
	return diag_set(d, DIAG_USAGE, "%s: unknown '%s'; expected %s%s%s",
		g->name, g->value, all.text, *hint ? "; " : "", hint);
}

int opt_take_separator(void *at, const struct opt_given *g, struct diag *d)
{
	const char *s = g->value;

	if (strcmp(s, "tab") == 0 || strcmp(s, "\\t") == 0)
		s = "\t";
	if (strlen(s) != 1 || strchr("\"\r\n", *s))
		return diag_set(d, DIAG_USAGE,
			"%s is '%s'; expected one character, not a quote, or "
			"tab",
			g->name, s);
	*(char *)at = *s;
	return 0;
}

int opt_take_ratio(void *at, const struct opt_given *g, struct diag *d)
{
	return num_arg_ratio(g->name, g->value, at, d);
}

int opt_take_bytes(void *at, const struct opt_given *g, struct diag *d)
{
	return num_arg_bytes(g->name, g->value, at, d);
}

static int take_value(void *at, const struct opt_given *g, struct diag *d)
{
	const struct opt_row *r = g->row;

	switch (r->kind) {
	case OPT_FLAG: *(bool *)at = true; return 0;
	case OPT_COUNT: ++*(unsigned *)at; return 0;
	case OPT_SET: *(int *)at = r->set; return 0;
	case OPT_TEXT: *(const char **)at = g->value; return 0;
	case OPT_CHOICE: return opt_choose(at, r->word, g, d);
	case OPT_NUMBER:
		return num_arg_double(g->name, g->value, r->lo, r->hi, at, d);
	case OPT_WHOLE:
		return num_arg_u64(g->name, g->value, r->min, r->max, at, d);
	case OPT_CALL: return r->take(at, g, d);
	case OPT_REFUSED:
		return diag_set(d, DIAG_USAGE, "unknown option '%s'; %s",
			g->name, r->help);
	default: return 0;
	}
}

/* A value that stands in WORD and is none may be the rest of a long name. */
static int fail_value(const struct opt_row *row, const char *word,
	const struct opt_given *g, struct diag *d)
{
	const struct opt_row *r;

	if (d->class != DIAG_USAGE || g->name[1] == '-' || !word[2] ||
		word[1] != g->name[1])
		return -1;
	r = nearest(row, word + 1, strcspn(word, "=") - 1, true);
	return r ? fail_one_dash(r, word, d) : -1;
}

/*
 * The value of an option that may do without, where the word NEXT is one:
 * "--raw f32" as well as "--raw=f32".
 */
static const char *value_behind(
	const struct opt_row *r, const char *next, void *into)
{
	struct opt_given given = {r, "", next};
	struct diag doubt;

	if (r->kind != OPT_CALL || !next || *next == '-' ||
		r->take((char *)into + r->at, &given, &doubt))
		return NULL;
	optind++;
	return next;
}

static int take(const struct opt_row *row, int c, const char *word,
	const char *next, void *into, struct diag *d)
{
	const struct opt_row *r = find(row, c);
	char name[64] = {'-', (char)c, '\0'};
	struct opt_given given = {r, name, optarg};

	if (takes_value(r) == optional_argument && !optarg)
		given.value = value_behind(r, next, into);
	if (c >= LONG_NAME) {
		name[1] = '-';
		strncpy(name + 2, r->name, sizeof(name) - 3);
	}
	if (take_value((char *)into + r->at, &given, d) == 0)
		return 0;
	return fail_value(row, word, &given, d);
}

/* The word that getopt_long() reads next: it passes over operands. */
static const char *next_word(char *const argv[])
{
	for (int i = optind; argv[i]; i++)
		if (argv[i][0] == '-' && argv[i][1])
			return argv[i];
	return "";
}

static int choose_shell(const struct opt_row *r, struct diag *d)
{
	const struct opt_given given = {r, "--completion", optarg};
	int shell = 0;

	if (opt_choose(&shell, r->word, &given, d))
		return -1;
	return OPT_ASKED_COMPLETION + shell;
}

/* Returns an enum opt_result, or -1. */
static int read_all(const struct opt_row *row, const struct getopt_input *g,
	void *into, int argc, char *argv[], struct diag *d)
{
	for (;;) {
		const char *word = next_word(argv);
		const struct opt_row *r = one_dash(row, word);
		int c = getopt_long(argc, argv, g->letters, g->names, NULL);

		if (c == -1)
			return OPT_READ;
		if (c == '?' || c == ':')
			return r ? fail_one_dash(r, word, d)
				 : fail_word(row, c, word, d);
		if (find(row, c)->kind == OPT_HELP)
			return OPT_ASKED_HELP;
		if (r)
			return fail_one_dash(r, word, d);
		if (find(row, c)->kind == OPT_VERSION)
			return OPT_ASKED_VERSION;
		if (find(row, c)->kind == OPT_COMPLETION)
			return choose_shell(find(row, c), d);
		if (take(row, c, word, argv[optind], into, d))
			return -1;
	}
}

int opt_read(const struct opt_row *row, void *into, int argc, char *argv[],
	struct diag *d)
{
	struct getopt_input g;
	int r;

	if (getopt_make(&g, row, d))
		return -1;
	r = read_all(row, &g, into, argc, argv, d);
	getopt_free(&g);
	return r;
}

/* --- help --------------------------------------------------------------- */

/* The option's names and the name of its value. */
static void add_names(struct buf *b, const struct opt_row *r)
{
	const char *arg = r->arg ? r->arg : "";
	const char *blank = r->arg && *arg != '[' ? " " : "";

	if (!r->name)
		buf_printf(b, "  -%c%s%s", r->letter, blank, arg);
	else if (!r->letter)
		buf_printf(b, "      --%s%s%s", r->name, blank, arg);
	else
		buf_printf(
			b, "  -%c, --%s%s%s", r->letter, r->name, blank, arg);
}

/* The value that AT holds, in brackets, if the row would take it. */
static void add_default(struct buf *b, const struct opt_row *r, const void *at)
{
	const char *text = NULL;

	switch (r->kind) {
	case OPT_NUMBER: {
		double x = *(const double *)at;

		if (x >= r->lo && x <= r->hi)
			buf_printf(b, " (%s)", num_text(x).s);
		return;
	}
	case OPT_WHOLE: {
		uint64_t x = *(const uint64_t *)at;

		if (x >= r->min && x <= r->max && x != UINT64_MAX)
			buf_printf(b, " (%llu)", (unsigned long long)x);
		return;
	}
	case OPT_CHOICE:
		if (*(const int *)at >= 0)
			text = r->word[*(const int *)at];
		break;
	case OPT_TEXT: text = *(const char *const *)at; break;
	default: break;
	}
	if (text)
		buf_printf(b, " (%s)", text);
}

/* Lays TEXT out behind the WIDTH of what stands on the line already. */
static void add_wrapped(struct buf *b, size_t width, const char *text)
{
	if (width >= HELP_COLUMN) {
		buf_addc(b, '\n');
		width = 0;
	}
	for (size_t n; *text; text += n) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (width > HELP_COLUMN && width + 1 + n > HELP_WIDTH) {
			buf_addc(b, '\n');
			width = 0;
		}
		buf_printf(b, "%*s%.*s",
			width < HELP_COLUMN ? (int)(HELP_COLUMN - width) : 1,
			"", (int)n, text);
		width = (width < HELP_COLUMN ? HELP_COLUMN : width + 1) + n;
	}
	buf_addc(b, '\n');
}

static void add_row(struct buf *b, const struct opt_row *r, const void *into)
{
	struct buf text = {0};
	size_t before = b->len;

	if (!r->help || r->kind == OPT_REFUSED)
		return;
	if (r->kind == OPT_TITLE) {
		buf_printf(b, "%s\n", r->help);
		return;
	}
	buf_adds(&text, r->help);
	add_default(&text, r, (const char *)into + r->at);
	add_names(b, r);
	if (buf_text(&text))
		add_wrapped(b, b->len - before, text.data);
	else
		buf_fail(b);
	buf_free(&text);
}

static void add_help(struct buf *b, const struct opt_table *t, const void *into)
{
	buf_printf(b, "%s\n", t->usage);
	for (const struct opt_row *r = t->row; r->kind != OPT_END; r++)
		add_row(b, r, into);
	if (t->tail)
		t->tail(b);
}

/* Prints B, which BAD says could not be filled. */
static int print(struct buf *b)
{
	struct diag d;
	int status = buf_end(b, &d) ? cli_fail(&d) : cli_print(b->data);

	buf_free(b);
	return status;
}

int opt_parse(const struct opt_table *t, void *into, int argc, char *argv[])
{
	struct buf b = {0};
	struct diag d;
	int r = opt_read(t->row, into, argc, argv, &d);

	switch (r) {
	case -1: return cli_fail(&d);
	case OPT_READ: return -1;
	case OPT_ASKED_HELP: add_help(&b, t, into); return print(&b);
	case OPT_ASKED_VERSION: return cli_version();
	default:
		complete_add(
			&b, t, (enum complete_shell)(r - OPT_ASKED_COMPLETION));
		return print(&b);
	}
}

char *const *opt_operands(int argc, char *argv[], size_t *n)
{
	static char dash[] = "-";
	static char *const standard_input[] = {dash, NULL};
	bool any = optind < argc;

	if (n)
		*n = any ? (size_t)(argc - optind) : 1;
	return any ? argv + optind : standard_input;
}
